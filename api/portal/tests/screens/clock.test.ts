// The clock of a warning counts as the ledger counts (wire format §6, rules.md §3.6).
import { describe, expect, it, vi } from "vitest";
import { addWorkdays, clockOf, isWorkday, workdaysBetween, type Calendar } from "@/screens/warnings/clock";

vi.mock("@/shared/i18n", () => ({ language: () => "zh-CN" }));

// The national holiday of 2026: Thursday to Wednesday off, and two weekend days worked.
const calendar: Calendar = new Map([
  ...["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"].map((day) => [day, "off"] as const),
  ["2026-09-27", "work"],
  ["2026-10-10", "work"],
]);
const told = [
  { who: "unit", from: "BLUE" },
  { who: "county", from: "ORANGE" },
  { who: "city", from: "RED" },
];
const warning = { state: "OPEN", grade: "YELLOW", dueOn: "2026-10-20", redSince: null, withCity: false };

describe("working days", () => {
  it("are weekdays, but for what the tables move", () => {
    expect(isWorkday("2026-09-30", calendar)).toBe(true);
    expect(isWorkday("2026-10-01", calendar)).toBe(false);
    expect(isWorkday("2026-10-10", calendar)).toBe(true);
    expect(isWorkday("2026-10-11", calendar)).toBe(false);
  });
  it("are counted after a day", () => {
    expect(addWorkdays("2026-09-30", 0, calendar)).toBe("2026-09-30");
    expect(addWorkdays("2026-09-30", 3, calendar)).toBe("2026-10-10");
    expect(workdaysBetween("2026-09-30", "2026-10-10", calendar)).toBe(3);
    expect(workdaysBetween("2026-10-10", "2026-09-30", calendar)).toBe(0);
  });
});

describe("the clock of a warning", () => {
  it("says who is told when it becomes red, the day after it is due", () => {
    expect(clockOf(warning, told, "2026-10-16", calendar)).toEqual({
      runs: true,
      why: "red",
      who: ["county", "city"],
      on: "2026-10-21",
      days: 5,
      workdays: null,
    });
    expect(clockOf({ ...warning, grade: "ORANGE" }, told, "2026-10-16", calendar)).toMatchObject({ who: ["city"] });
  });
  it("says when a red one goes to the city: after the third working day without an acknowledgement", () => {
    const red = { ...warning, grade: "RED", redSince: "2026-09-30" };
    expect(clockOf(red, told, "2026-10-08", calendar)).toEqual({
      runs: true,
      why: "city",
      who: ["city"],
      on: "2026-10-11",
      days: 3,
      workdays: 2,
    });
    expect(clockOf({ ...red, state: "ACKNOWLEDGED" }, told, "2026-10-08", calendar)).toBeNull();
    expect(clockOf({ ...red, withCity: true }, told, "2026-10-08", calendar)).toBeNull();
  });
  it("stands while somebody decided so, and where no day is set there is none", () => {
    expect(clockOf({ ...warning, state: "SUSPENDED" }, told, "2026-10-16", calendar)).toEqual({ runs: false });
    expect(clockOf({ ...warning, dueOn: null }, told, "2026-10-16", calendar)).toBeNull();
    expect(clockOf({ ...warning, dueOn: "2026-10-15" }, told, "2026-10-16", calendar)).toBeNull();
  });
});

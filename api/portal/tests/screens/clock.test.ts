// Who hears of a warning when it comes to what the service says is ahead.
import { describe, expect, it, vi } from "vitest";
import { toldNext } from "@/screens/warnings/clock";

vi.mock("@/shared/i18n", () => ({ language: () => "zh-CN" }));

const told = [
  { who: "unit", from: "BLUE" },
  { who: "county", from: "ORANGE" },
  { who: "city", from: "RED" },
];
const ahead = (code: string): { on: string; grade: { code: string }; workdays: number } => ({
  on: "2026-10-21",
  grade: { code },
  workdays: 3,
});

describe("who is told next", () => {
  it("are those whom the grade reaches that it then has, and who were not told before", () => {
    expect(toldNext("YELLOW", ahead("RED"), told)).toEqual(["county", "city"]);
    expect(toldNext("YELLOW", ahead("ORANGE"), told)).toEqual(["county"]);
    expect(toldNext("ORANGE", ahead("RED"), told)).toEqual(["city"]);
    expect(toldNext("BLUE", ahead("YELLOW"), told)).toEqual([]);
  });
  it("is the city where nobody took note of a red one", () => {
    expect(toldNext("RED", { on: "2026-10-11", grade: null, workdays: 2 }, told)).toEqual(["city"]);
  });
});

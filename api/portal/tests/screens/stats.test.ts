// The statistics home: shares, ends of periods, findings, and addresses of the lists behind numbers.
import { describe, expect, it, vi } from "vitest";
import { addressOf, type Drill } from "../../src/patterns/drill";
import {
  endOf,
  ends,
  figure,
  monthEnds,
  moved,
  quarterEnds,
  quarterOf,
  share,
  trend,
  type Base,
  type Row,
} from "../../src/screens/stats/figures";
import { lateBy, period, stepSection, weekEnds } from "../../src/screens/workbench/tasks";

// Dates are written beside texts, which ask the browser for the language.
vi.hoisted(() =>
  Object.assign(globalThis, {
    location: { search: "" },
    localStorage: { getItem: () => null },
    document: { documentElement: {}, createElement: () => ({}) },
  }),
);

const row = (area: string | null, value: number, rule?: string, more: Partial<Row> = {}): Row =>
  ({
    area,
    value: String(value),
    amount: null,
    numerator: null,
    denominator: null,
    percent: null,
    drill: null,
    values: rule ? [{ dimension: "rule", value: rule, zh: "", en: "" }] : [],
    ...more,
  }) as Row;

describe("shares", () => {
  it("have one decimal, half up, and nothing of nothing is no number", () => {
    expect(share(299, 324)).toBe(92.3);
    expect(share(1, 16)).toBe(6.3);
    expect(share(1, 8)).toBe(12.5);
    expect(share(0, 0)).toBeNull();
    expect(share(0, 7)).toBe(0);
  });
  const base: Base = {
    posts: [row("A", 100), row("B", 50)],
    devices: [row("A", 10), row("B", 0)],
    late: [row("A", 8, "W-HLT-02"), row("B", 5, "W-HLT-02"), row("A", 1, "W-DEV-01"), row("A", 130, "W-DOSE-12")],
    verified: [row("A", 9, undefined, { numerator: "9", denominator: "10" }), row("B", 4, undefined, { numerator: "4", denominator: "5" })],
  };
  it("are those that are not late, of an area or of all", () => {
    expect(figure("exam", base, "A")).toMatchObject({ value: 92, numerator: 92, denominator: 100 });
    expect(figure("exam", base)).toMatchObject({ value: 91.3, numerator: 137, denominator: 150, row: null });
    expect(figure("training", base)).toMatchObject({ value: 100, row: null });
    expect(figure("verification", base)).toMatchObject({ value: 86.7, numerator: 13, denominator: 15 });
    expect(figure("deviceTest", base, "B").value).toBeNull();
  });
  it("are none where somebody can be late more than once", () => {
    expect(figure("gaps", base, "A")).toMatchObject({ value: 130, numerator: 130, denominator: 100 });
  });
});

describe("periods", () => {
  it("end on their last day, before the one of the day", () => {
    expect(quarterEnds("2026-12-01", 3)).toEqual(["2026-03-31", "2026-06-30", "2026-09-30"]);
    expect(quarterEnds("2026-01-15", 2)).toEqual(["2025-09-30", "2025-12-31"]);
    expect(monthEnds("2024-03-31", 3)).toEqual(["2023-12-31", "2024-01-31", "2024-02-29"]);
    expect(quarterOf("2026-12-01")).toEqual({ year: "2026", quarter: 4 });
    // The end of a day in Beijing is still that day in UTC.
    expect(endOf("2026-09-30")).toBe("2026-09-30T15:59:59.999999Z");
  });
  it("of the workbench do not overlap", () => {
    const [late, now, week] = (["late", "today", "week"] as const).map((section) => period(section, "2026-12-31"));
    expect([late?.until, now?.from, now?.until, week?.from, week?.until]).toEqual([
      "2026-12-31",
      "2026-12-31",
      "2027-01-01",
      "2027-01-01",
      "2027-01-08",
    ]);
    expect(period("undated", "2026-12-31")).toBeNull();
    expect(weekEnds("2026-12-01", 2)).toEqual(["2026-11-22", "2026-11-29"]);
    expect(lateBy("2026-11-30", "2026-12-01")).toBe(1);
    expect(lateBy("2026-12-01", "2026-12-01")).toBe(0);
    expect(lateBy(null, "2026-12-01")).toBe(0);
  });
  it("of a step are those of its limit", () => {
    expect(stepSection({ workdays: 4, limit: 3, late: true })).toBe("late");
    expect(stepSection({ workdays: 3, limit: 3, late: false })).toBe("today");
    expect(stepSection({ workdays: 1, limit: 3, late: false })).toBe("week");
    expect(stepSection({ workdays: 1, limit: null, late: false })).toBe("undated");
    expect(stepSection(null)).toBe("undated");
  });
});

describe("findings", () => {
  it("name the ends, and nothing where nothing is known", () => {
    const found = ends([
      { label: "A", value: 3 },
      { label: "B", value: null },
      { label: "C", value: 1 },
    ]);
    expect([found?.top.label, found?.bottom.label]).toEqual(["A", "C"]);
    expect(ends([{ label: "A", value: null }])).toBeNull();
  });
  it("say which way it went", () => {
    expect(trend([null, 4, 7, null])).toEqual({ from: 4, to: 7, way: "up" });
    expect(trend([5, 5])?.way).toBe("same");
    expect(trend([])).toBeNull();
    expect(moved(89.7, 89.6)).toBe(0.1);
    expect(moved(1, null)).toBeNull();
  });
});

describe("the list behind a number", () => {
  const drill = (list: string, facets: Drill["filter"]["facets"]): Drill => ({
    list,
    asOf: "42",
    filter: { area: "511502", org: null, state: ["VALID", "DEFERRED"], facets },
  });
  it("has its filter and its position", () => {
    expect(addressOf(drill("licences", [{ name: "verify_due_on", value: null, anyOf: null, from: "2026-12-01", until: null }]))).toBe(
      "/app/licences?f.area=511502&f.state=VALID,DEFERRED&f.verify_due_on=2026-12-01..&at=pos:42",
    );
    expect(addressOf(drill("personYears", [{ name: "band", value: "<MDL", anyOf: null, from: null, until: null }]))).toContain(
      "/app/doses?view=years&",
    );
    expect(addressOf(drill("nothing", []))).toBeNull();
    expect(addressOf(null)).toBeNull();
  });
});

// Charts: scales begin at zero, columns stack, the keyboard walks, and texts fit.
import { describe, expect, it } from "vitest";
import { isEnough, patternOf, fillOf, series, step, type Mark } from "../../src/patterns/chart/marks";
import {
  around,
  bands,
  dayNumber,
  dayOf,
  days,
  fitted,
  fromZero,
  roomy,
  stack,
  stepOf,
  ticks,
  widthOf,
} from "../../src/patterns/chart/scale";

const mark = (key: string, value: number | null, group?: string): Mark => ({
  key,
  label: key,
  value,
  text: String(value),
  ...(group ? { group } : {}),
});

describe("scales", () => {
  it("begin at zero and end at something round above every value", () => {
    const y = fromZero([3, 97, null], [100, 0]);
    expect(y.domain()).toEqual([0, 100]);
    expect([y(0), y(100)]).toEqual([100, 0]);
    expect(fromZero([], [0, 10]).domain()[0]).toBe(0);
    expect(fromZero([0.4], [0, 10], 1.25).domain()[1]).toBeGreaterThanOrEqual(1.25);
  });
  it("of a line may leave out what is far, within what is possible", () => {
    const y = around([89.7, 99.8], [100, 0], 0, 100);
    expect(y.domain()[0]).toBeGreaterThan(50);
    expect(y.domain()[1]).toBe(100);
    expect(around([null], [0, 1]).domain()).toEqual([0, 1]);
  });
  it("tick in whole numbers where numbers are many", () => {
    expect(ticks(fromZero([11], [0, 100])).every(Number.isInteger)).toBe(true);
  });
  it("lay out days by their number", () => {
    expect(dayOf(dayNumber("2024-02-29"))).toBe("2024-02-29");
    const x = days("2019-01-01", "2024-01-01", [0, 500]);
    expect(x.at("2019-01-01")).toBe(0);
    expect(x.at("2030-01-01")).toBe(500);
    expect(x.ticks.map(({ text }) => text)).toEqual(["2019", "2020", "2021", "2022", "2023", "2024"]);
    expect(days("2024-01-15", "2024-06-01", [0, 100]).ticks[0]?.text).toBe("2024-02");
  });
  it("give each column the same room", () => {
    const x = bands(["a", "b", "c"], [0, 300]);
    expect((x("b") ?? 0) - (x("a") ?? 0)).toBeCloseTo((x("c") ?? 0) - (x("b") ?? 0));
  });
});

describe("stacking", () => {
  it("puts each part upon those before it, and nothing for what is missing", () => {
    expect(stack([3, 4, null, 2])).toEqual([
      [0, 3],
      [3, 7],
      [7, 7],
      [7, 9],
    ]);
  });
});

describe("steps of a tile map", () => {
  it("go from the least to the greatest", () => {
    expect([0, 25, 50, 99, 100].map((value) => stepOf(value, [0, 100]))).toEqual([0, 1, 2, 4, 4]);
    expect(stepOf(7, [7, 7])).toBe(0);
  });
});

describe("texts", () => {
  it("are as wide as their letters", () => {
    expect(widthOf("翠屏区")).toBe(36);
    expect(fitted("翠屏区", 36)).toBe("翠屏区");
    expect(fitted("宜宾市翠屏区示例医院", 60)).toMatch(/^宜.*…$/);
  });
  it("of ticks leave room, and the newest is always named", () => {
    expect(roomy([1, 2, 3, 4, 5], 100, 40)).toEqual([1, 3, 5]);
    expect(roomy([1, 2, 3, 4], 100, 60)).toEqual([1, 4]);
  });
});

describe("the keyboard", () => {
  const grid = ["a", "b", "c"].flatMap((column) => ["low", "high"].map((part) => mark(`${column}-${part}`, 1, column)));
  it("goes from column to column at the same height, and up within one", () => {
    expect(step(grid, "a-high", "ArrowRight")).toBe("b-high");
    expect(step(grid, "b-low", "ArrowUp")).toBe("b-high");
    expect(step(grid, "b-high", "ArrowDown")).toBe("b-low");
    expect(step(grid, "b-high", "ArrowUp")).toBe("b-high");
    expect(step(grid, "a-low", "ArrowLeft")).toBe("a-low");
  });
  it("goes along a row of single marks with every arrow, and to its ends", () => {
    const row = [mark("x", 1), mark("y", 2), mark("z", 3)];
    expect(step(row, "x", "ArrowDown")).toBe("y");
    expect(step(row, "y", "ArrowLeft")).toBe("x");
    expect(step(row, "x", "End")).toBe("z");
    expect(step(row, "gone", "Home")).toBe("x");
  });
});

describe("marks", () => {
  it("are a table only when they are few", () => {
    expect(isEnough([mark("a", 1), mark("b", null), mark("c", 2)])).toBe(false);
    expect(isEnough([mark("a", 1), mark("b", 0), mark("c", 2)])).toBe(true);
  });
  it("are told apart by pattern as well as colour, at most six", () => {
    const all = series(Array.from({ length: 8 }, (_, at) => ({ key: String(at), label: "" })));
    expect(all).toHaveLength(6);
    expect(new Set(all.map(({ look }) => look)).size).toBe(6);
    expect(fillOf("c", "--red", "solid")).toBe("var(--red)");
    expect(fillOf("c", "--red", "dots")).toBe(`url(#${patternOf("c", "--red", "dots")})`);
  });
});

// What a list keeps and tells: the order of its columns, its versions by two clocks, and whether it would show something else.
import { describe, expect, it, vi } from "vitest";
import { arranged, moved } from "@/patterns/columns";
import type { Connection } from "@/patterns/list";
import { updates } from "@/patterns/newer";
import { between, changedBy, readDiff, versionOn, writeDiff } from "@/patterns/versions";
import { asked, put } from "@/patterns/views";

vi.mock("@/shared/i18n", () => ({ language: () => "zh-CN" }));

describe("columns", () => {
  const columns = ["a", "b", "c", "d"].map((id) => ({ id }));
  const order = (of: string[]): string =>
    arranged(columns, { order: of, hidden: [] })
      .map(({ id }) => id)
      .join("");
  it("stand as somebody put them, and new ones where the list has them", () => {
    expect(order([])).toBe("abcd");
    expect(order(["d", "a"])).toBe("dbca");
    expect(order(["c", "x", "b", "a", "d"])).toBe("cbad");
  });
  it("move by one place, and not beyond the ends", () => {
    expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], "x", 1)).toEqual(["a", "b", "c"]);
  });
});

describe("updates of a list", () => {
  const page = (rows: { id: string; v: number; readAt?: string }[], total = rows.length): Connection<{ id: string }> => ({
    nodes: rows,
    pageInfo: { hasNextPage: false, endCursor: null },
    totalCount: String(total),
    totalIsExact: true,
    position: "1",
  });
  const before = page(
    [
      { id: "a", v: 1 },
      { id: "b", v: 1 },
    ],
    30,
  );
  it("are none when only the place of reading changed", () => {
    expect(
      updates(
        before,
        page(
          [
            { id: "a", v: 1, readAt: "9" },
            { id: "b", v: 1, readAt: "9" },
          ],
          30,
        ),
      ),
    ).toBe(0);
  });
  it("are records that changed, came, or went", () => {
    expect(
      updates(
        before,
        page(
          [
            { id: "a", v: 2 },
            { id: "b", v: 1 },
          ],
          30,
        ),
      ),
    ).toBe(1);
    expect(
      updates(
        before,
        page(
          [
            { id: "c", v: 1 },
            { id: "a", v: 1 },
          ],
          31,
        ),
      ),
    ).toBe(1);
    expect(
      updates(
        before,
        page(
          [
            { id: "a", v: 1 },
            { id: "b", v: 1 },
          ],
          27,
        ),
      ),
    ).toBe(3);
  });
});

describe("versions", () => {
  const events = [
    { position: "9", version: "3", recordedAt: "2026-03-05T01:00:00.000000Z", effectiveOn: "2026-01-10" },
    { position: "7", version: "2", recordedAt: "2026-02-01T01:00:00.000000Z", effectiveOn: "2026-02-01" },
    { position: "5", version: "1", recordedAt: "2025-12-31T17:00:00.000000Z", effectiveOn: null },
  ];
  it("by business date count what was recorded late", () => {
    expect(versionOn(events, "2026-01-10")?.version).toBe("3");
    expect(versionOn(events, "2026-01-09")?.version).toBe("1");
    expect(versionOn(events, "2026-01-01")?.version, "17:00 UTC is the next day in Beijing").toBe("1");
    expect(versionOn(events, "2025-12-31")).toBeNull();
  });
  it("of a difference stand in the address, the older first", () => {
    expect(writeDiff("7", 3)).toBe("v3..v7");
    expect(writeDiff("10", "9")).toBe("v9..v10");
    expect(readDiff("v3..v7")).toEqual({ from: "3", to: "7" });
    expect(readDiff("v3..")).toEqual({ from: "3", to: null });
    for (const other of ["v3", "3..7", undefined, "v3..v"]) expect(readDiff(other)).toBeNull();
  });
});

describe("what lies between two versions", () => {
  const events = [
    { position: "9", changes: [{ member: "location" }] },
    { position: "7", changes: [{ member: "set/location" }, { member: "maker" }] },
    { position: "5", changes: null },
  ];
  it("are the events after the one up to the other", () => {
    expect(between(events, "5", "7").map(({ position }) => position)).toEqual(["7"]);
    expect(between(events, "5", null).map(({ position }) => position)).toEqual(["9", "7"]);
  });
  it("was changed by the newest of them that touched it", () => {
    expect(changedBy(events, "/location")?.position).toBe("9");
    expect(changedBy(events, "/maker/name")?.position).toBe("7");
    expect(changedBy(events, "/model")).toBeUndefined();
  });
});

describe("a saved view", () => {
  it("keeps what was asked, not the page nor the moment", () => {
    expect(asked({ "f.grade": "RED", after: "x", at: "pos:1", n: "50", lang: "en" })).toEqual({ "f.grade": "RED", n: "50" });
  });
  it("takes the place of one of its name", () => {
    expect(
      put(
        [
          { name: "a", to: "/1" },
          { name: "b", to: "/2" },
        ],
        { name: "a", to: "/3" },
      ),
    ).toEqual([
      { name: "b", to: "/2" },
      { name: "a", to: "/3" },
    ]);
  });
});

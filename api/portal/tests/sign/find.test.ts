import { describe, expect, it } from "vitest";
import { detect, pageBack } from "@/screens/events/find";
import { pathOf } from "@/sign/path";

describe("what was pasted", () => {
  it.each([
    ["#128,934", "position"],
    [" 0128934 ", "position"],
    ["76163A29-fc95-4750-82d9-39e33dc20ec9", "uuid"],
    ["7dfdba9f-5cdd-84dd-baa2-d2552b2445f7", "uuid"],
    ["device/76163a29-fc95-4750-82d9-39e33dc20ec9", "record"],
    ["1EBKEqVDXnQIOs6JWbHOgw1W6ue2U_rnRYKqsEcRJWQ", "hash"],
    ["甲区医院", "text"],
    ["  ", "nothing"],
  ])("%s is a %s", (text, is) => expect(detect(text).is).toBe(is));
  it("loses its dress", () => expect(detect("#128,934")).toEqual({ is: "position", position: "128934" }));
});

/** A ledger of which a reader sees some positions. */
const ledger = (visible: number[]) => {
  let asked = 0;
  const forward = async (after: number | null, first: number) => {
    asked++;
    const rest = visible.filter((position) => position > (after ?? -1));
    return { nodes: rest.slice(0, first).map((position) => ({ position: String(position) })), more: rest.length > first };
  };
  return { forward, asked: () => asked };
};
const positions = (page: { events: { position: string }[] } | null) => page?.events.map(({ position }) => Number(position));

describe("paging from the end", () => {
  it("reads the newest of a ledger that is all visible, in one question", async () => {
    const all = ledger(Array.from({ length: 1000 }, (_, at) => at));
    const page = await pageBack(all.forward, 999, 30);
    expect(positions(page)).toEqual(Array.from({ length: 30 }, (_, at) => 999 - at));
    expect([page?.older, all.asked()]).toEqual([969, 1]);
  });
  it("finds the few that a reader sees among many", async () => {
    const some = ledger([5, 70_000, 200_000]);
    const page = await pageBack(some.forward, 319_000, 30);
    expect(positions(page)).toEqual([200_000, 70_000, 5]);
    expect(page?.older).toBeNull();
    expect(some.asked()).toBeLessThan(12);
  });
  it("narrows a window that holds more than one answer", async () => {
    const dense = ledger(Array.from({ length: 5000 }, (_, at) => 100_000 + at));
    const page = await pageBack(dense.forward, 200_000, 30);
    expect(positions(page)?.length).toBe(30);
    expect(positions(page)?.[0]).toBe(104_999);
  });
  it("goes on where it stopped", async () => {
    const all = ledger(Array.from({ length: 100 }, (_, at) => at));
    const first = await pageBack(all.forward, 99, 30);
    expect(positions(await pageBack(all.forward, first!.older!, 30))?.[0]).toBe(69);
    expect((await pageBack(all.forward, 20, 30))?.older).toBeNull();
  });
  it("of an empty ledger is empty", async () => expect(positions(await pageBack(ledger([]).forward, -1, 30))).toEqual([]));
});

describe("way to the root", () => {
  it("says on which side each sibling stands", () => {
    expect(pathOf(5, 7, ["a", "b", "c"]).map(({ side }) => side)).toEqual(["left", "right", "left"]);
    expect(pathOf(6, 7, ["a", "b"]).map(({ side }) => side)).toEqual(["left", "left"]);
    expect(pathOf(0, 1, [])).toEqual([]);
  });
});

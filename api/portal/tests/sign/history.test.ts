import { describe, expect, it } from "vitest";
import { correctable, correctedBy, valuesAt, type PastEvent } from "@/sign/history";

const event = (version: number, type: string, changes: Record<string, unknown>, corrects?: string): PastEvent =>
  ({
    id: `e${version}`,
    version: String(version),
    type,
    hash: `h${version}`,
    corrects: corrects ? { event: corrects } : null,
    changes: Object.entries(changes).map(([member, value]) => ({ member, old: null, new: value })),
  }) as unknown as PastEvent;
const events = [
  event(4, "device.corrected", { model: "B" }, "e1"),
  event(3, "device.moved", { location: "2" }),
  event(2, "device.put_in_use", { state: "IN_USE" }),
  event(1, "device.registered", { name: "CT", model: "A", location: "1", owner: { $sealed: "x" } }),
];

describe("history of a record", () => {
  it("says what its members are, now and at a version; seals are left out", () => {
    expect(valuesAt(events)).toEqual({ model: "B", location: "2", state: "IN_USE", name: "CT" });
    expect(valuesAt(events, 2)).toEqual({ state: "IN_USE", name: "CT", model: "A", location: "1" });
  });
  it("says which events stand uncorrected", () => expect(correctable(events).map(({ id }) => id)).toEqual(["e4", "e3", "e2"]));
  it.each([
    [["model"], "e4", []],
    [["name"], "e4", []],
    [["location"], "e3", []],
    [["name", "location"], "e4", ["e3"]],
    [[], "e4", []],
  ])("finds what a correction of %j names", (members, id, also) => {
    const found = correctedBy(events, members);
    expect(found?.event.id).toBe(id);
    expect(found?.also.map((one) => one.id)).toEqual(also);
  });
});

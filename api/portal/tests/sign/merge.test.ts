import { describe, expect, it } from "vitest";
import { compare, merged } from "@/sign/merge";

const base = { model: "A", maker: "X", location: "1", voltage: 100 };

describe("conflict", () => {
  it("merges what does not overlap, and says who touched what", () => {
    const touched = compare(base, { ...base, location: "2" }, { set: { model: "B" } });
    expect(touched.map(({ member, kind }) => [member, kind])).toEqual([
      ["model", "mine"],
      ["location", "theirs"],
    ]);
    expect(merged(touched, {})).toEqual({ set: { model: "B" } });
  });
  it("asks for a choice where both changed the same", () => {
    const touched = compare(base, { ...base, model: "C" }, { set: { model: "B", maker: "Y" } });
    expect(merged(touched, {})).toBeNull();
    expect(merged(touched, { model: "mine" })).toEqual({ set: { model: "B", maker: "Y" } });
    expect(merged(touched, { model: "theirs" })).toEqual({ set: { maker: "Y" } });
  });
  it("drops what others have said already", () => {
    const touched = compare(base, { ...base, model: "B" }, { set: { model: "B" } });
    expect(touched.map(({ kind }) => kind)).toEqual(["agreed"]);
    expect(merged(touched, {})).toEqual({});
  });
  it("knows members that lose their value", () => {
    const { voltage: _, ...without } = base;
    expect(compare(base, without, { clear: ["voltage"] })[0]?.kind).toBe("agreed");
    expect(merged(compare(base, base, { clear: ["voltage", "maker"] }), {})).toEqual({ clear: ["maker", "voltage"] });
    expect(merged(compare(base, { ...base, voltage: 120 }, { clear: ["voltage"] }), { voltage: "mine" })).toEqual({ clear: ["voltage"] });
  });
  it("compares lists and objects by what they hold", () => {
    const before = { kinds: ["A", "B"], paper: { no: "1", from: "2" } };
    expect(compare(before, { kinds: ["A", "B"], paper: { from: "2", no: "1" } }, {})).toEqual([]);
    expect(compare(before, { ...before, kinds: ["B", "A"] }, {})).toHaveLength(1);
  });
});

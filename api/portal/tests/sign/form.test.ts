import { describe, expect, it } from "vitest";
import type { Field, Shape } from "@/shared/kinds";
import { emptyOf, fromNano, objectFrom, rawOf, toNano, wireFrom, type Fault, type Raw } from "@/sign/form";
import { wireOf } from "@/sign/values";

const read = (shape: Shape, raw: Raw): [unknown, string[]] => {
  const faults: Fault[] = [];
  const value = wireFrom(shape, raw, "/data/x", faults);
  return [value, faults.map(({ path, key }) => `${path} ${key}`)];
};

describe("inputs", () => {
  it.each<[string, Shape, Raw, unknown]>([
    ["text, trimmed and composed", { is: "text", min_chars: 1, max_chars: 5 }, " e\u0301 ", "é"],
    ["characters, not units", { is: "text", min_chars: 1, max_chars: 2 }, "𠮷𠮷", "𠮷𠮷"],
    ["an integer", { is: "integer", min: 0, max: 10 }, "7", 7],
    ["a dose in mSv", { is: "integer", unit: "nSv", min: 0, max: 10 ** 12 }, "1.25", 1_250_000],
    ["a flag", { is: "flag" }, "false", false],
    ["a date", { is: "date" }, "2026-02-28", "2026-02-28"],
    ["Beijing time", { is: "instant" }, "2026-12-01T08:00", "2026-12-01T00:00:00.000000Z"],
    ["codes", { is: "list", item: { is: "code", list: "X" }, min_items: 1, max_items: 2 }, ["A", "B"], ["A", "B"]],
    ["a sealed text", { is: "sealed", value: { is: "text", min_chars: 1, max_chars: 9 } }, "张三", "张三"],
    [
      "a record",
      { is: "record_ref", kinds: ["person"] },
      { kind: "person", id: "c0ffee00-1234-4abc-8def-0123456789ab" },
      { kind: "person", id: "c0ffee00-1234-4abc-8def-0123456789ab" },
    ],
    ["nothing", { is: "integer" }, " ", undefined],
  ])("take %s", (_, shape, raw, value) => expect(read(shape, raw)).toEqual([value, []]));
  it.each<[string, Shape, Raw, string]>([
    ["too long", { is: "text", max_chars: 2 }, "abc", "long"],
    ["invisible", { is: "text", max_chars: 9 }, "a\u200bb", "characters"],
    ["another form", { is: "text", pattern: "^[A-Z]$" }, "a", "pattern"],
    ["no whole number", { is: "integer", min: 0, max: 10 }, "1.5", "integer"],
    ["out of range", { is: "integer", min: 0, max: 10 }, "11", "range"],
    ["finer than nSv", { is: "integer", unit: "nSv" }, "0.0000001", "dose"],
    ["no day", { is: "date" }, "2026-02-30", "date"],
    ["no record", { is: "uuid", of: "device" }, "x", "record"],
    ["too many", { is: "list", item: { is: "code" }, max_items: 1 }, ["A", "B"], "many"],
  ])("refuse what is %s", (_, shape, raw, key) => expect(read(shape, raw)[1]).toEqual([`/data/x ${key}`]));
  it("ask for what is required, within objects too", () => {
    const fields: Field[] = [
      { name: "a", zh: "a", en: "a", is: "text", required: true },
      {
        name: "o",
        zh: "o",
        en: "o",
        is: "object",
        required: false,
        members: [
          { name: "b", zh: "b", en: "b", is: "text", required: true },
          { name: "c", zh: "c", en: "c", is: "text", required: false },
        ],
      },
    ];
    const faults: Fault[] = [];
    objectFrom(fields, { a: "", o: { b: "", c: "x" } }, "/data", faults);
    expect(faults.map(({ path, key }) => `${path} ${key}`)).toEqual(["/data/a required", "/data/o/b required"]);
    const none: Fault[] = [];
    expect(objectFrom(fields, { a: "1", o: emptyOf(fields[1]!) }, "/data", none)).toEqual({ a: "1" });
    expect(none).toEqual([]);
  });
});

describe("doses", () => {
  it.each([
    ["0", 0],
    ["1.25", 1_250_000],
    ["0.000001", 1],
    ["20", 20_000_000],
    ["-0.5", -500_000],
  ])("%s mSv are %i nSv and back", (text, nano) => {
    expect(toNano(text)).toBe(nano);
    expect(fromNano(nano)).toBe(text);
  });
  it("never pass through a fraction of binary digits", () => expect(toNano("0.3")).toBe(300_000));
});

describe("values that a page shows", () => {
  it("become what would be signed", () => {
    expect(wireOf({ is: "code" }, { code: "X01", zh: "", en: "" })).toBe("X01");
    expect(wireOf({ is: "integer", unit: "V" }, "150000")).toBe(150000);
    expect(wireOf({ is: "list", item: { is: "code" } }, [{ code: "A" }])).toEqual(["A"]);
    expect(wireOf({ is: "sealed" }, { state: "OPEN", masked: "张*" })).toBeUndefined();
    expect(
      wireOf({ is: "object", members: [{ name: "valid_from", zh: "", en: "", is: "date", required: true }] }, { validFrom: "2026-01-01" }),
    ).toEqual({ valid_from: "2026-01-01" });
    expect(rawOf({ is: "integer", unit: "nSv" }, 1_250_000)).toBe("1.25");
  });
});

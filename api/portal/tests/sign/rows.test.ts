// Nothing is signed unseen: every member of the bytes has a line, or nothing is signed.
import { describe, expect, it } from "vitest";
import type { Statement } from "@/ledger/statement";
import type { EventTable } from "@/shared/kinds";
import { labelAt, rowsOf, Unlabelled } from "@/sign/rows";

const table: EventTable = {
  type: "person.corrected",
  schema: 1,
  zh: "人员更正",
  en: "person corrected",
  creates: false,
  meanings: ["correction"],
  reason: "required",
  effective_on: "forbidden",
  data: [
    {
      name: "set",
      zh: "更正为",
      en: "new values",
      is: "set",
      required: false,
      members: [
        { name: "sex", zh: "性别", en: "sex", is: "code", list: "SEX", required: false },
        { name: "dose_nsv", zh: "剂量", en: "dose", is: "integer", unit: "nSv", required: false },
        { name: "categories", zh: "类别", en: "categories", is: "list", item: { is: "code", list: "SEX" }, required: false },
        {
          name: "paper",
          zh: "证件",
          en: "paper",
          is: "object",
          required: false,
          members: [{ name: "no", zh: "号码", en: "number", is: "text", required: true }],
        },
      ],
    },
    { name: "clear", zh: "清空", en: "members without a value", is: "clear", required: false },
    { name: "name", zh: "姓名", en: "name", is: "sealed", value: { is: "text" }, required: false },
    {
      name: "items",
      zh: "项目",
      en: "items",
      is: "list",
      required: false,
      item: { is: "object", members: [{ name: "no", zh: "序号", en: "number", is: "integer", required: true }] },
    },
  ],
};
const codes = new Map([
  [
    "SEX",
    [
      { code: "M", zh: "男", en: "male" },
      { code: "F", zh: "女", en: "female" },
    ],
  ],
]);
const seal = { $sealed: "l_IjNqORMw4JYzRh0xaFlGDsGb6ATAvHpD2-SQ2g1yE" };
const statement = (data: unknown, more: object = {}): Statement =>
  ({
    ledger: "AAECAwQFBgcICQoLDA0ODw",
    id: "11111111-2222-4333-8444-555555555555",
    record: { kind: "person", id: "c0ffee00-1234-4abc-8def-0123456789ab" },
    type: "person.corrected",
    schema: 1,
    version: 2,
    meaning: "correction",
    data,
    ...more,
  }) as unknown as Statement;
const opening = {
  pointer: "/data/name",
  salt: "oKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr8",
  subject: { kind: "person", id: "c0ffee00-1234-4abc-8def-0123456789ab" },
  value: "张示范",
};
const brief = (data: unknown, openings = [] as (typeof opening)[]) =>
  rowsOf(table, statement(data), openings, codes).map((row) => [
    row.pointer,
    row.values?.map((said) => said.zh) ?? null,
    row.member ?? null,
  ]);

describe("rows", () => {
  it("shows each changed member with its label and says which member of the record it is", () => {
    expect(brief({ set: { sex: "F", dose_nsv: 1250000, categories: ["M", "F"] } })).toEqual([
      ["/data/set/sex", ["女"], "sex"],
      ["/data/set/dose_nsv", ["1,250,000 nSv（1.25 mSv）"], "dose_nsv"],
      ["/data/set/categories", ["男", "女"], "categories"],
    ]);
  });
  it("shows members of objects and of lists of objects one by one", () => {
    expect(brief({ set: { paper: { no: "A1" } }, items: [{ no: 1 }, { no: 2 }] }).map(([pointer]) => pointer)).toEqual([
      "/data/set/paper",
      "/data/set/paper/no",
      "/data/items/0",
      "/data/items/0/no",
      "/data/items/1",
      "/data/items/1/no",
    ]);
  });
  it("shows what is taken away", () => {
    const [row] = rowsOf(table, statement({ clear: ["sex"] }), [], codes);
    expect(row).toMatchObject({ zh: "性别", member: "sex", cleared: true });
  });
  it("shows a sealed value from its opening, marked", () => {
    const [row] = rowsOf(table, statement({ name: seal }), [opening], codes);
    expect(row).toMatchObject({ sealed: true, values: [{ zh: "张示范" }] });
  });
  it.each([
    ["a member that the table does not know", { set: { sex: "F" }, extra: 1 }, "/data/extra"],
    ["one within a set", { set: { blood: "A" } }, "/data/set/blood"],
    ["one within an object", { set: { paper: { no: "1", more: 2 } } }, "/data/set/paper/more"],
    ["one within a list", { items: [{ no: 1, more: 2 }] }, "/data/items/0/more"],
    ["a cleared member without a label", { clear: ["blood"] }, "/data/clear/0"],
    ["an object in the place of one value", { set: { sex: { code: "F" } } }, "/data/set/sex"],
    ["a seal that was not opened", { name: seal }, "/data/name"],
  ])("refuses %s", (_, data, pointer) => {
    expect(() => rowsOf(table, statement(data), [], codes)).toThrow(Unlabelled);
    expect(() => rowsOf(table, statement(data), [], codes)).toThrow(`sign.unlabelled_field: ${pointer}`);
  });
  it("refuses another type or schema than that of the table", () => {
    expect(() => rowsOf(table, statement({}, { schema: 2 }), [], codes)).toThrow(Unlabelled);
    expect(() => rowsOf(table, statement({}, { type: "person.registered" }), [], codes)).toThrow(Unlabelled);
  });
  it("of the past shows that a value is sealed", () => {
    const [row] = rowsOf(table, statement({ name: seal }), [], codes, { sealed: { zh: "封存", en: "sealed" } });
    expect(row?.values).toEqual([{ zh: "封存", en: "sealed" }]);
  });
});

describe("label of a refusal", () => {
  it.each([
    ["/data/set/sex", "性别"],
    ["/data/items/3/no", "序号"],
    ["/data/name/$sealed", "姓名"],
    ["/effective_on", "业务日期"],
    ["/attachments/2", "附件"],
    ["/signer", "/signer"],
  ])("%s is %s", (pointer, zh) => expect(labelAt(table, pointer)?.zh).toBe(zh));
  it("is none for the whole", () => expect(labelAt(table, "")).toBeNull());
});

// Files of a list: no formula survives, days and numbers are such, and the digest is that of the body in the file.
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { sha256, toHex, utf8 } from "@/ledger/bytes";
import { csvText } from "@/patterns/export";
import { asCsv, asXlsx, type Taken } from "@/patterns/exporting";
import { cellOf, letters } from "@/patterns/xlsx";

const taken: Taken = {
  title: "设备",
  about: [
    ["导出人", "张三"],
    ["筛选", '=HYPERLINK("x")'],
  ],
  columns: [
    { text: "名称", num: false },
    { text: "台数", num: true },
    { text: "启用日", num: false },
  ],
  rows: [
    ["=1+1", "1,284", "2026-05-08"],
    ['CT <甲> & "乙"', "-0.5", "2026-05-08 14:03"],
    ["", "3 天", "2026-13-40"],
  ],
};

describe("CSV", () => {
  it("makes cells harmless that a spreadsheet would compute", () => {
    expect(csvText([["=1+1", "+A1", "-A1", "@x", "\tx", "-5", "-0.25", 'a"b']])).toBe(
      '"\'=1+1","\'+A1","\'-A1","\'@x","\'\tx","-5","-0.25","a""b"\r\n',
    );
  });
  it("says the digest of the body that follows", async () => {
    const text = await asCsv(taken).text();
    const [head, body] = text.split("\r\n\r\n");
    expect(head).toContain(toHex(sha256(utf8(body!))));
    expect(head).toContain("'=HYPERLINK");
    expect(body!.startsWith('"名称","台数","启用日"\r\n')).toBe(true);
  });
});

describe("XLSX", () => {
  const files = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(unzipSync(new Uint8Array(await asXlsx(taken, "说明").arrayBuffer()))).map(([name, bytes]) => [name, strFromU8(bytes)]),
    );
  it("has a first sheet that says what it is, and the list behind it", async () => {
    const parts = await files();
    expect(parts["xl/workbook.xml"]).toMatch(/<sheet name="说明" sheetId="1".*<sheet name="设备" sheetId="2"/);
    expect(parts["xl/worksheets/sheet1.xml"]).toContain("张三");
    expect(parts["xl/worksheets/sheet1.xml"]).toMatch(/[0-9a-f]{64}/);
    expect(parts["[Content_Types].xml"]).toContain("/xl/worksheets/sheet2.xml");
    for (const part of Object.values(parts)) expect(part).not.toContain("<f>");
  });
  it("types numbers and days, and leaves everything else text", () => {
    expect(cellOf("A1", "1,284", true, false)).toBe('<c r="A1"><v>1284</v></c>');
    expect(cellOf("A1", "1,284", false, false)).toContain("inlineStr");
    expect(cellOf("A1", "3 天", true, false)).toContain("inlineStr");
    expect(cellOf("A1", "1900-01-01", false, false)).toBe('<c r="A1" s="2"><v>2</v></c>');
    expect(cellOf("A1", "2026-05-08 12:00", false, false)).toBe('<c r="A1" s="3"><v>46150.5</v></c>');
    expect(cellOf("A1", "2026-13-40", false, false)).toContain("inlineStr");
    expect(cellOf("A1", 'a<b & \u0000"c"', false, false)).toContain("a&lt;b &amp; &quot;c&quot;");
  });
  it("counts columns in letters", () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(letters)).toEqual(["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
  });
});

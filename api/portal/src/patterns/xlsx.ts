// A workbook of plain sheets (ECMA-376): numbers and days are such, everything else is text and nothing is a formula.
// Our own, since the small library for it (`write-excel-file`) packs whatever is longer than 160 KB in a worker made of text, which
// the page's policy refuses, and those that do not are fifty times as long.
import { strToU8, zipSync } from "fflate";

/** A sheet: its name, its lines, and whether the first of them is a heading that stays in view. */
export interface SheetOf {
  name: string;
  lines: readonly (readonly string[])[];
  heading: boolean;
  /** Columns whose cells are numbers where they look like one. */
  numbers?: readonly boolean[];
}

/** Styles of cells: as they are in `styles` below. */
const STYLE = { plain: 0, bold: 1, day: 2, minute: 3 };
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

/** Text of an element; what XML cannot hold is left out. */
const text = (value: string): string =>
  value
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** `A`, `Z`, `AA`. */
export function letters(index: number): string {
  return (index >= 26 ? letters(Math.floor(index / 26) - 1) : "") + String.fromCharCode(65 + (index % 26));
}

/** The number by which a spreadsheet knows a day and minute: days since 1899-12-30. */
function serial(day: string, time = "00:00"): number {
  return (Date.parse(`${day}T${time}:00Z`) - Date.UTC(1899, 11, 30)) / 86_400_000;
}

/** One cell, typed by what it says. */
export function cellOf(at: string, said: string, number: boolean, heading: boolean): string {
  if (said === "") return "";
  if (heading) return `<c r="${at}" s="${STYLE.bold}" t="inlineStr"><is><t xml:space="preserve">${text(said)}</t></is></c>`;
  const when = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d)(?::\d\d)?)?$/.exec(said);
  if (when && !Number.isNaN(serial(when[1]!)))
    return `<c r="${at}" s="${when[2] ? STYLE.minute : STYLE.day}"><v>${serial(when[1]!, when[2])}</v></c>`;
  if (number && /^-?\d{1,3}(,?\d{3})*(\.\d+)?$/.test(said)) return `<c r="${at}"><v>${said.replaceAll(",", "")}</v></c>`;
  return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${text(said)}</t></is></c>`;
}

function sheetXml({ lines, heading, numbers }: SheetOf): string {
  const rows = lines.map((line, row) => {
    const cells = line.map((said, column) =>
      cellOf(`${letters(column)}${row + 1}`, said, numbers?.[column] ?? false, heading && row === 0),
    );
    return `<row r="${row + 1}">${cells.join("")}</row>`;
  });
  const width = Math.max(1, ...lines.map((line) => line.length));
  const view = heading
    ? '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    : '<sheetView workbookViewId="0"/>';
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews>${view}</sheetViews><cols><col min="1" max="${width}" width="18" customWidth="1"/></cols><sheetData>${rows.join("")}</sheetData></worksheet>`;
}

const styles = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`;

/** The bytes of a workbook. */
export function workbook(sheets: readonly SheetOf[]): Uint8Array<ArrayBuffer> {
  const file = (at: number): string => `worksheets/sheet${at + 1}.xml`;
  const type = (part: string, kind: string): string =>
    `<Override PartName="/xl/${part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`;
  const relation = (id: string, kind: string, to: string): string => `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${to}"/>`;
  const relations = (all: string): string => `${XML}<Relationships xmlns="${PACKAGE}/relationships">${all}</Relationships>`;
  const parts: Record<string, string> = {
    "[Content_Types].xml": `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${type("workbook.xml", "sheet.main")}${type("styles.xml", "styles")}${sheets.map((_, at) => type(file(at), "worksheet")).join("")}</Types>`,
    "_rels/.rels": relations(relation("rId1", "officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets
      .map(
        ({ name }, at) => `<sheet name="${text(name.replace(/[\\/?*[\]:]/g, " ").slice(0, 31))}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`,
      )
      .join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(
      sheets.map((_, at) => relation(`rId${at + 1}`, "worksheet", file(at))).join("") +
        relation(`rId${sheets.length + 1}`, "styles", "styles.xml"),
    ),
    "xl/styles.xml": styles,
    ...Object.fromEntries(sheets.map((sheet, at) => [`xl/${file(at)}`, sheetXml(sheet)])),
  };
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, content]) => [name, strToU8(content)])), { level: 6 });
}

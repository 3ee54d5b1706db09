// A list as a file (P-EXP): what it is, who took it along and what for, what was asked, as of which position, and the digest
// of its body, so that whoever gets the file can tell whether it was changed since.
import { sha256, toHex, utf8 } from "@/ledger/bytes";
import { csv, csvText } from "./export";
import { workbook } from "./xlsx";

/** A list to be taken along. */
export interface Taken {
  title: string;
  /** Lines above the body: what each is called, and what it says. */
  about: readonly (readonly [string, string])[];
  columns: readonly { text: string; num: boolean }[];
  rows: readonly (readonly string[])[];
}

/** Headings and rows as CSV text: the body whose digest is said. */
const bodyOf = ({ columns, rows }: Taken): string[][] => [columns.map(({ text }) => text), ...rows.map((row) => [...row])];
/** SHA-256 of the body as it stands in the CSV file, from the headings to the end, in UTF-8. */
export const digestOf = (taken: Taken): string => toHex(sha256(utf8(csvText(bodyOf(taken)))));

const above = (taken: Taken): string[][] => [
  [taken.title],
  ...taken.about.map(([name, said]) => [name, said]),
  ["SHA-256", digestOf(taken)],
];

export const asCsv = (taken: Taken): Blob => csv([...above(taken), [], ...bodyOf(taken)]);

/** `about` is the name of the first sheet, which says what the file is. */
export function asXlsx(taken: Taken, about: string): Blob {
  const sheets = [
    { name: about, lines: above(taken), heading: false },
    { name: taken.title, lines: bodyOf(taken), heading: true, numbers: taken.columns.map(({ num }) => num) },
  ];
  return new Blob([workbook(sheets)], { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" });
}

// P-EXP: what a list shows, as text. No formula survives in a cell.
import { isVNode, type VNodeChild } from "vue";

/** The words of what a column shows. */
export function words(what: VNodeChild): string {
  if (what === null || what === undefined || typeof what === "boolean") return "";
  if (Array.isArray(what)) return what.map(words).filter(Boolean).join(" ");
  if (!isVNode(what)) return String(what);
  const said = (what.props as { said?: unknown } | null)?.said;
  if (typeof said === "string") return said;
  return Array.isArray(what.children) || typeof what.children === "string" ? words(what.children as VNodeChild) : "";
}

/** One cell: quoted, and made harmless when a spreadsheet would compute it. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** Lines as CSV text. */
export const csvText = (lines: readonly (readonly string[])[]): string => lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");

/** Lines of text as a CSV file that spreadsheets open in UTF-8. */
export const csv = (lines: readonly (readonly string[])[]): Blob =>
  new Blob(["\ufeff", csvText(lines)], { type: "text/csv;charset=utf-8" });

/** Hands a file to the reader. */
export function save(name: string, what: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(what);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Whether a list would show something else by now. The ledger went on; the rows under the reader stay until he asks.
import type { Connection } from "./list";

/** What of a row is its content; where it was read changes with every question. */
const content = (row: unknown): string => JSON.stringify(row, (name, value: unknown) => (name === "readAt" ? undefined : value));

/** How many records of a page differ from what was read, at least; 0 where the same would be shown. */
export function updates<Row extends { id: string }>(before: Connection<Row>, now: Connection<Row>): number {
  const known = new Map(before.nodes.map((row) => [row.id, content(row)]));
  const other = now.nodes.filter((row) => known.get(row.id) !== content(row)).length;
  const more = Math.abs(Number(now.totalCount ?? 0) - Number(before.totalCount ?? 0));
  // A record that left the list brings in another one: one update, not two.
  return Math.max(other, more);
}

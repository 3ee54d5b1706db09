// The versions of a record by its two clocks: when the ledger took an event, and from which day it counts.
import { minute } from "@/shared/format";

/** What of an event its version needs. */
export interface Versioned {
  position: string;
  version: string;
  recordedAt: string;
  effectiveOn: string | null;
}

/** The day from which an event counts. */
export const businessDay = ({ effectiveOn, recordedAt }: Pick<Versioned, "effectiveOn" | "recordedAt">): string =>
  effectiveOn ?? minute(recordedAt).slice(0, 10);

/** The last event that counts on a day, whenever it was recorded; null before the first. */
export function versionOn<E extends Versioned>(newestFirst: readonly E[], day: string): E | null {
  return newestFirst.find((event) => businessDay(event) <= day) ?? null;
}

/** `?diff=v3..v7`, or `?diff=v3..` to now; null for another text. */
export function readDiff(text: unknown): { from: string; to: string | null } | null {
  const found = /^v(\d+)\.\.(?:v(\d+))?$/.exec(typeof text === "string" ? text : "");
  return found ? { from: found[1]!, to: found[2] ?? null } : null;
}

/** The same, written. */
export const writeDiff = (a: string | number, b: string | number): string => `v${Math.min(+a, +b)}..v${Math.max(+a, +b)}`;

/** The events after one position up to another, newest first; without the second up to now. */
export const between = <E extends Pick<Versioned, "position">>(newestFirst: readonly E[], from: string, to: string | null): E[] =>
  newestFirst.filter(({ position }) => Number(position) > Number(from) && (to === null || Number(position) <= Number(to)));

/** The newest of these events that changed what stands at a pointer of the record. */
export function changedBy<E extends { changes: readonly { member: string }[] | null }>(
  newestFirst: readonly E[],
  pointer: string,
): E | undefined {
  const first = pointer.split("/")[1];
  return newestFirst.find(({ changes }) => changes?.some(({ member }) => member.split("/").includes(first ?? "")));
}

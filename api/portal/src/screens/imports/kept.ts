// What this browser keeps of an import beside what the service keeps: warnings that were ticked one by one, where the
// units came to stand in the ledger, and how the file stood when it was looked at last. No row and no name is in it.
import type { ImportState } from "@/generated/api/graphql";

/** A unit that is in the ledger: its events stand one after the other. */
export interface DoneUnit {
  /** Number of the report; none of what opens or completes the import. */
  report: string | null;
  type: string;
  /** Record of its first event. */
  record: { kind: string; id: string };
  /** Position of its first event; the others follow. */
  first: string;
  /** Row of the file of each event; 0 for the report itself. */
  rows: number[];
}

export interface Kept {
  ticked?: string[];
  units?: DoneUnit[];
  state?: ImportState;
  /** The import of a large file, once it was opened. */
  importRecord?: string;
}

const place = (id: string): string => `radledger.import.${id}`;

export function kept(id: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(place(id)) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

export function keepOf(id: string, change: Kept): void {
  // A full store loses a convenience and nothing else: the ledger has the events, the service has the file.
  try {
    localStorage.setItem(place(id), JSON.stringify({ ...kept(id), ...change }));
  } catch {
    localStorage.removeItem(place(id));
  }
}

export const forget = (id: string): void => localStorage.removeItem(place(id));

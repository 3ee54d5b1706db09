// What somebody has to do: from warnings, transfers, what waits for a decision and what is his own to see to, in sections by when it is due.
import { addDays, daysBetween } from "@/shared/format";

export const SECTIONS = ["late", "today", "week", "undated", "others"] as const;
export type Section = (typeof SECTIONS)[number];

/** One thing to do. */
export interface Task {
  key: string;
  what: string;
  about: string;
  source: "warning" | "transfer" | "approval" | "key" | "import";
  who: string;
  grade?: string;
  /** Last day; none when no day is set. */
  due: string | null;
  /** When there is no day: how long it may still take, in words. */
  left?: string;
  /** Days late; 0 when it is not. */
  late: number;
  to: string;
}

/** States in which a warning waits for the one whose duty it is, and in which it waits for the authority. */
export const UNIT_STATES = ["OPEN", "ACKNOWLEDGED", "RECTIFYING", "RETURNED"];
export const AUTHORITY_STATES = ["SUBMITTED", "DISPUTED", "PENDING_CLOSE"];

/** No day of the ledger lies before it. */
export const FIRST_DAY = "1900-01-01";

/** Days of a section, from one on and before the other, as lists ask for them. */
export function period(section: Section, day: string): { from: string; until: string } | null {
  if (section === "late") return { from: FIRST_DAY, until: day };
  if (section === "today") return { from: day, until: addDays(day, 1) };
  if (section === "week") return { from: addDays(day, 1), until: addDays(day, 8) };
  return null;
}

/** Days by which something is late. */
export const lateBy = (due: string | null, day: string): number => (due && due < day ? daysBetween(due, day) : 0);

/** Where a step of a transfer stands: late when its limit is passed, due today when no day is left of it. */
export function stepSection(step: { workdays: number; limit: number | null; late: boolean } | null): Section {
  if (!step || step.limit === null) return "undated";
  if (step.late) return "late";
  const left = step.limit - step.workdays;
  return left <= 0 ? "today" : left <= 5 ? "week" : "undated";
}

/** The last moments of so many weeks before this day, the oldest first: Sundays. */
export function weekEnds(day: string, count: number): string[] {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  const last = addDays(day, -weekday - 1);
  return Array.from({ length: count }, (_, at) => addDays(last, (at - count + 1) * 7));
}

// What a warning rests on, read from the exact text that was signed: the records that the rule saw, and what it computed.
import { GRADES, type Grade } from "@/patterns/states";
import type { TimelineEventFragment } from "@/generated/api/graphql";
import { msv, whole } from "@/shared/format";

export interface Read {
  kind: string;
  id: string;
  version: string;
}
interface Statement {
  reads?: { kind: string; id: string; version: number | string }[];
  data?: { grade?: string; since?: string };
}
export type WhyEvent = TimelineEventFragment & { cause: { event: string } | null };

const statement = (event: WhyEvent): Statement => {
  try {
    return JSON.parse(event.payload) as Statement;
  } catch {
    // What cannot be read is shown on the page of the event; here it only gives no inputs.
    return {};
  }
};
const GRADED = ["warning.raised", "warning.escalated", "warning.reopened", "warning.regraded"];

/** The newest event by which the rule itself spoke. */
export const finding = (events: WhyEvent[]): WhyEvent | undefined =>
  events.find((event) => ["warning.raised", "warning.escalated", "warning.reopened"].includes(event.type));

/** The records on which it rests, at the versions that were seen. */
export const reads = (event: WhyEvent | undefined): Read[] =>
  (event ? (statement(event).reads ?? []) : []).map(({ kind, id, version }) => ({ kind, id, version: String(version) }));

/** The grades that it had, oldest first. */
export function grades(events: WhyEvent[]): { grade: string; since: string | null; event: WhyEvent }[] {
  const found = events
    .filter((event) => GRADED.includes(event.type))
    .map((event) => ({ grade: statement(event).data?.grade ?? "", since: statement(event).data?.since ?? null, event }));
  return found.filter(({ grade }) => grade !== "").reverse();
}

/** A figure with its unit, which its name ends with. */
export function figure(name: string, value: string): { text: string; unit: "mSv" | "days" | "months" | "count" } {
  if (name.endsWith("_nsv")) return { text: msv(value), unit: "mSv" };
  if (name.endsWith("_days")) return { text: whole(value), unit: "days" };
  if (name.endsWith("_months")) return { text: whole(value), unit: "months" };
  return { text: whole(value), unit: "count" };
}

/** Whether whoever is told from one grade on is told of another. */
export const reaches = (grade: string, from: string | null | undefined): boolean =>
  from ? GRADES.indexOf(grade as Grade) <= GRADES.indexOf(from as Grade) : false;

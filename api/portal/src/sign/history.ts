// A record of any kind as its signed events left it, by the names that are signed: what a form begins with, what stands
// beside a new value, and which event a correction has to name.
import type { RecordNowQuery } from "@/generated/api/graphql";
import { isObject, type Json } from "@/ledger/json";
import type { Values } from "./merge";

type Found = Extract<NonNullable<RecordNowQuery["node"]>, { version: string }>;
export type PastEvent = NonNullable<Found["history"]>["nodes"][number];

const isSeal = (value: unknown): boolean => isObject(value) && ("$sealed" in value || ("pointer" in value && "event" in value));

/** The members of a record at a version; sealed ones are left out, since nobody reads them here. */
export function valuesAt(events: readonly PastEvent[], version = Number.MAX_SAFE_INTEGER): Values {
  const values: Record<string, Json | undefined> = {};
  for (const event of events) {
    if (Number(event.version) > version) continue;
    for (const { member, new: value } of event.changes ?? []) {
      if (member in values || isSeal(value)) continue;
      values[member] = value === null || value === undefined ? undefined : (value as Json);
    }
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Events that no correction names yet, newest first. */
export function correctable(events: readonly PastEvent[]): PastEvent[] {
  const corrected = new Set(events.map((event) => event.corrects?.event).filter(Boolean));
  return events.filter((event) => !corrected.has(event.id));
}

/**
 * The event that a correction of these members names: the newest that set one of them, or the one that made the record; and of
 * an event that was corrected already, its last correction. Members that count from different events need corrections of
 * their own.
 */
export function correctedBy(events: readonly PastEvent[], members: readonly string[]): { event: PastEvent; also: PastEvent[] } | null {
  const corrections = new Map(events.filter((event) => event.corrects).map((event) => [event.corrects!.event, event]));
  const standing = (event: PastEvent): PastEvent => {
    const next = corrections.get(event.id);
    return next ? standing(next) : event;
  };
  const first = events.at(-1);
  if (!first) return null;
  const origins = members.map((name) => standing(events.find((event) => event.changes?.some((change) => change.member === name)) ?? first));
  const [event, ...also] = [...new Set(origins)].sort((a, b) => Number(b.version) - Number(a.version));
  return event ? { event, also } : { event: standing(first), also: [] };
}

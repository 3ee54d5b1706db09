// Who held a worker's file from when to when, as the transfers tell it. Custody moves on the day of the receipt and on no
// other; where the side that let a file go is not the one that held it, the chain is broken and says so.
import type { CustodyOfQuery } from "@/generated/api/graphql";
import { movesCustody } from "./way";

type Node = NonNullable<CustodyOfQuery["node"]>;
export type Person = Extract<Node, { openedBy: unknown }>;
export type Case = NonNullable<Person["transfers"]>["nodes"][number];

export interface Place {
  /** Id of the institution, `area/…` of a county's archive, or `outside`. */
  key: string;
  label: string;
  area: string | null;
}
export interface Bar {
  place: Place;
  from: string;
  /** Absent while it lasts. */
  to: string | null;
  /** Held by nobody whom the chain names. */
  gap: boolean;
  transfer: string | null;
}

const unit = (org: { recordId: string; label: string; area: string | null } | null | undefined): Place | null =>
  org ? { key: org.recordId, label: org.label, area: org.area } : null;

export function places(words: { archive: (area: string) => string; outside: string }) {
  const county = (area: string | null | undefined): Place | null =>
    area ? { key: `area/${area}`, label: words.archive(area), area } : null;
  const outside = (name: string | null | undefined): Place => ({
    key: "outside",
    label: name ? `${words.outside} · ${name}` : words.outside,
    area: null,
  });
  return {
    from: ({ members, releasing }: Case): Place =>
      unit(releasing) ?? (members.type.code === "E" ? outside(members.outside) : (county(members.fromArea) ?? outside(members.outside))),
    to: ({ members, receiving }: Case): Place =>
      unit(receiving) ??
      (members.type.code === "D"
        ? outside(members.outside)
        : (county(members.type.code === "G" ? (members.fromArea ?? members.toArea) : members.toArea) ?? outside(members.outside))),
  };
}

/** The day on which a case ended, where it did. */
export const endedOn = (one: Case): string | null =>
  one.members.state.code === "COMPLETED" ? (one.chain?.at(-1)?.on ?? one.members.since) : null;
/** Cases that changed who holds the file, the oldest first. */
const moves = (cases: Case[]): Case[] =>
  cases.filter((one) => endedOn(one) && movesCustody(one.members.type.code)).sort((a, b) => endedOn(a)!.localeCompare(endedOn(b)!));

export function custody(person: Person, began: string, where: ReturnType<typeof places>): Bar[] {
  const opened = unit(person.openedBy);
  const bars: Bar[] = [];
  let held: Place | null = opened;
  let from = began;
  let came: string | null = null;
  for (const one of moves(person.transfers?.nodes ?? [])) {
    const [giver, taker, on] = [where.from(one), where.to(one), endedOn(one)!];
    // A file that comes from outside begins with its arrival.
    if (one.members.type.code === "E" && bars.length === 0) held = null;
    if (held && on > from) bars.push({ place: held, from, to: on, gap: false, transfer: came });
    if (held && held.key !== giver.key)
      bars.push({
        place: giver,
        from: one.members.requestedOn < on ? one.members.requestedOn : from,
        to: on,
        gap: true,
        transfer: one.recordId,
      });
    held = taker;
    from = on;
    came = one.recordId;
  }
  if (held) bars.push({ place: held, from, to: null, gap: false, transfer: came });
  return bars;
}

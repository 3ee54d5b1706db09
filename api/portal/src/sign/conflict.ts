// Somebody else was quicker: what he signed meanwhile, beside what was wished, and the wish upon his version.
import type { JsonObject } from "@/ledger/json";
import { correctedBy, valuesAt } from "./history";
import { compare, merged, type SetClear } from "./merge";
import type { RecordNow } from "./record";
import type { Proposal, Sheet } from "./sheet";

/** Shows what others signed since the version that the person had before him. */
export function conflictOn(on: Sheet, record: RecordNow, from: number): void {
  const change = changeOf(on.proposals[0]?.data);
  on.now = record;
  on.before = valuesAt(record.events);
  on.conflict = {
    touched: change ? compare(valuesAt(record.events, from), on.before, change) : null,
    events: record.events.filter((event) => Number(event.version) > from),
    from,
    to: record.version,
  };
  on.step = "conflict";
}

/** The change of members that data makes; null for data that is no such change. */
function changeOf(data: JsonObject | undefined): SetClear | null {
  if (!data || !("set" in data || "clear" in data)) return null;
  return { ...(data["set"] ? { set: data["set"] as JsonObject } : {}), ...(data["clear"] ? { clear: data["clear"] as string[] } : {}) };
}

/** The wish upon the new version; `open` while a choice is, `said` where others have said it all and nothing is left to sign. */
export function rebased(
  { conflict, now, proposals }: Sheet,
  chosen: Readonly<Record<string, "mine" | "theirs">>,
): Proposal | "open" | "said" {
  const [proposal] = proposals;
  if (!conflict || !proposal) return "open";
  let { data } = proposal;
  if (conflict.touched) {
    const change = merged(conflict.touched, chosen);
    if (!change) return "open";
    const { set: _, clear: __, ...rest } = data;
    data = { ...rest, ...change } as JsonObject;
    if (Object.keys(data).length === 0) return "said";
  }
  const members = Object.keys((data["set"] ?? {}) as object).concat((data["clear"] ?? []) as string[]);
  const named = proposal.corrects && now ? correctedBy(now.events, members)?.event : undefined;
  return { ...proposal, data, version: conflict.to, ...(named ? { corrects: { event: named.id, hash: named.hash } } : {}) };
}

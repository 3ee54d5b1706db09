// Somebody else changed the record (ux §5.4): what he changed and what I change are put beside one another.
import type { Json, JsonObject } from "@/ledger/json";
import { same } from "./values";

/** Members of a record by name, as they would be signed; an absent member has no value. */
export type Values = Readonly<Record<string, Json | undefined>>;

/** A member that somebody touched since the common version. */
export interface Touched {
  member: string;
  base: Json | undefined;
  theirs: Json | undefined;
  mine: Json | undefined;
  /** `mine` and `theirs` are merged already; `agreed` needs no signature any more; `overlap` asks for a choice. */
  kind: "mine" | "theirs" | "agreed" | "overlap";
}

/** A change of members: new values, and members without a value any more. */
export interface SetClear {
  set?: JsonObject;
  clear?: readonly string[];
}

/** Compares three versions of a record, of its members those that one of two people touched. */
export function compare(base: Values, theirs: Values, change: SetClear): Touched[] {
  const mine = new Map<string, Json | undefined>([
    ...Object.entries(change.set ?? {}),
    ...(change.clear ?? []).map((name): [string, undefined] => [name, undefined]),
  ]);
  const names = new Set([...Object.keys(base), ...Object.keys(theirs), ...mine.keys()]);
  return [...names].flatMap((member): Touched[] => {
    const touched = !same(base[member], theirs[member]);
    const row = { member, base: base[member], theirs: theirs[member] };
    if (!mine.has(member)) return touched ? [{ ...row, mine: base[member], kind: "theirs" }] : [];
    const wanted = mine.get(member);
    const kind = same(wanted, theirs[member]) ? "agreed" : touched ? "overlap" : "mine";
    return [{ ...row, mine: wanted, kind }];
  });
}

/** My change on the new version; null while an overlap has no choice. Nothing is left of it when all was agreed. */
export function merged(touched: readonly Touched[], chosen: Readonly<Record<string, "mine" | "theirs">>): SetClear | null {
  const set: Record<string, Json> = {};
  const clear: string[] = [];
  for (const { member, mine, kind } of touched) {
    const choice = kind === "overlap" ? chosen[member] : kind === "mine" ? "mine" : "theirs";
    if (!choice) return null;
    if (choice === "theirs") continue;
    if (mine === undefined) clear.push(member);
    else set[member] = mine;
  }
  return { ...(Object.keys(set).length > 0 ? { set } : {}), ...(clear.length > 0 ? { clear: clear.sort() } : {}) };
}

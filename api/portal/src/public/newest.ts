// The newest checkpoint of the log that is served here, checked in this browser, and compared with the one seen before.
import { toBase64url } from "@/ledger/bytes";
import { type Checkpoint, ledgerOf, readCheckpoint, readVkey } from "@/ledger/note";
import { Failed, getText } from "./asking";
import { continues } from "./tiles";

const SEEN = "radledger.seen";

/** What is known of the newest checkpoint. */
export interface Newest {
  checkpoint: Checkpoint;
  note: string;
  vkey: string;
  ledger: string;
  root: string;
  /** How it goes with what this browser saw before: nothing seen, another ledger, the same, grown, or rewritten. */
  since: "first" | "other" | "same" | "grown" | "rewritten" | "unknown";
  /** Size that was seen before. */
  before: number | null;
}

/** Reads it. A note that the key does not carry is a `WireError`; no note yet is `Failed` with `E-404`. */
export async function readNewest(): Promise<Newest> {
  const [note, vkey] = await Promise.all([getText("/log/checkpoint"), getText("/log/vkey").then((text) => text.trimEnd())]);
  const checkpoint = readCheckpoint(note, readVkey(vkey));
  const [since, before] = await compare(vkey, note, checkpoint);
  return { checkpoint, note, vkey, ledger: ledgerOf(checkpoint.origin) ?? "", root: toBase64url(checkpoint.root), since, before };
}

async function compare(vkey: string, note: string, now: Checkpoint): Promise<[Newest["since"], number | null]> {
  const kept = localStorage.getItem(SEEN);
  const remember = (): void => localStorage.setItem(SEEN, JSON.stringify({ vkey, note }));
  if (!kept) {
    remember();
    return ["first", null];
  }
  let seen: Checkpoint;
  try {
    const last = JSON.parse(kept) as { vkey: string; note: string };
    if (last.vkey !== vkey) {
      remember();
      return ["other", null];
    }
    seen = readCheckpoint(last.note, readVkey(vkey));
  } catch {
    remember();
    return ["first", null];
  }
  if (seen.size === 0) {
    remember();
    return ["grown", 0];
  }
  try {
    if (!(await continues(seen, now))) return ["rewritten", seen.size];
  } catch (error) {
    if (error instanceof Failed) return ["unknown", seen.size];
    throw error;
  }
  if (now.size > seen.size) remember();
  return [now.size === seen.size ? "same" : now.size > seen.size ? "grown" : "same", seen.size];
}

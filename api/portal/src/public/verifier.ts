// What the verifying page does with files: finds out what each is, puts events, receipts, proofs and keys together, checks.
import { fromBase64url, toBase64, toBase64url } from "@/ledger/bytes";
import { PAYLOAD_TYPE } from "@/ledger/envelope";
import { type Checkpoint, ledgerOf, readCheckpoint, readVkey } from "@/ledger/note";
import { type Check, checkReceipt, type CheckState, type EventGiven, eventsOfFiles, verdict } from "@/ledger/receipt";
import { readStatement, type Statement } from "@/ledger/statement";
import { readProof } from "@/ledger/tlogproof";
import { sample, tampered } from "./cases";
import { continues } from "./tiles";

export { sample, tampered };

/** What a file is. */
export type Part = "receipt" | "event" | "unit" | "receipts" | "proof" | "trust";

/** A file that was understood. */
export interface Given {
  name: string;
  part: Part;
  text: string;
}

/** What the visitor has put together. */
export interface Bundle {
  events: EventGiven[];
  proof: string | null;
  publicKey: string | null;
  /** Key of the log in the receipt itself: it says which log is meant, and is no reason to trust it. */
  carried: string | null;
  /** Key of the log in a trust file. */
  trusted: string | null;
}

/** Where the key of the log comes from. Only the receipt itself is nobody's word. */
export type KeySource = "file" | "service" | "sample" | "foreign" | "receipt" | "none";

/** Whether two keys are of the logs of two ledgers. A key that cannot be read is of none. */
export function differ(one: string, other: string): boolean {
  try {
    return ledgerOf(readVkey(one).origin) !== ledgerOf(readVkey(other).origin);
  } catch {
    return false;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";

function isEvent(value: unknown): value is EventGiven {
  if (!isObject(value) || !isText(value["payload"]) || !isText(value["signature"]) || !isObject(value["receipt"])) return false;
  const { record, ...receipt } = value["receipt"];
  return isObject(record) && ["ledger", "id", "recordedAt", "leaf"].every((name) => isText(receipt[name]));
}

/** What a text is; null when it is nothing that belongs to a receipt. */
export function partOf(text: string): Part | null {
  if (text.startsWith("c2sp.org/tlog-proof@")) return "proof";
  if (isVkey(text.trim())) return "trust";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (Array.isArray(value)) return value.every((one) => isObject(one) && "leaf" in one) ? "receipts" : null;
  if (!isObject(value)) return null;
  if (isEvent(value["event"])) return "receipt";
  if (isEvent(value)) return "event";
  if (Array.isArray(value["envelopes"])) return "unit";
  return isText(value["vkey"]) ? "trust" : null;
}

function isVkey(text: string): boolean {
  try {
    readVkey(text);
    return true;
  } catch {
    return false;
  }
}

/** Puts files together; the last of each kind counts. Null when an event or its receipt is still missing. */
export function together(files: readonly Given[]): Bundle | null {
  const last = (part: Part): string | undefined => files.findLast((file) => file.part === part)?.text;
  const [whole, single, unit, receipts, trust] = [last("receipt"), last("event"), last("unit"), last("receipts"), last("trust")];
  const bundle: Bundle = { events: [], proof: last("proof") ?? null, publicKey: null, carried: null, trusted: null };
  if (trust) bundle.trusted = isVkey(trust.trim()) ? trust.trim() : (JSON.parse(trust) as { vkey: string }).vkey;
  if (whole) {
    const read = JSON.parse(whole) as { event: EventGiven; proof?: string | null; vkey?: string; publicKey?: string | null };
    bundle.events = [read.event];
    bundle.proof ??= read.proof ?? null;
    bundle.publicKey = read.publicKey ?? null;
    bundle.carried = read.vkey ?? null;
  } else if (single) {
    bundle.events = [JSON.parse(single) as EventGiven];
  } else if (unit && receipts) {
    bundle.events = [...eventsOfFiles(unit, receipts)];
  } else {
    return null;
  }
  return bundle;
}

/** What is shown of an event: nothing of its data but the unit, which is no person. */
export interface Facts {
  id: string;
  type: string;
  schema: number;
  meaning: string;
  kind: string;
  version: number;
  unit: string | null;
  effectiveOn: string | null;
  signedAt: string;
  recordedAt: string;
  position: string;
  key: string;
}

/** One event and what was found. */
export interface Outcome {
  event: EventGiven;
  checks: readonly Check[];
  verdict: CheckState;
  facts: Facts | null;
  checkpoint: Checkpoint | null;
}

export function examine(bundle: Bundle, vkey: string | null, publicKey: string | null): Outcome[] {
  return bundle.events.map((event) => {
    // One proof is of one event; the others have theirs in their receipts.
    const proof = bundle.events.length === 1 ? bundle.proof : null;
    const checks = checkReceipt({ event, proof, vkey: vkey ?? "", publicKey: publicKey || bundle.publicKey }).map(
      // Without any key of a log nothing is wrong with the receipt: it cannot be judged.
      (check): Check => (vkey === null && check.detail === "bad_value: vkey" ? { ...check, state: "unknown", detail: "no_vkey" } : check),
    );
    return { event, checks, verdict: verdict(checks), facts: factsOf(event), checkpoint: checkpointOf(proof ?? event.receipt.proof, vkey) };
  });
}

function factsOf({ payload, receipt }: EventGiven): Facts | null {
  let statement: Statement;
  try {
    statement = readStatement(new TextEncoder().encode(payload), { admission: false });
  } catch {
    return null;
  }
  const { id, type, schema, meaning, record, version, signed_at, effective_on, signer, data } = statement;
  const unit = record.kind === "institution" ? record.id : data["institution"];
  return {
    id,
    type,
    schema,
    meaning,
    kind: record.kind,
    version,
    unit: isText(unit) ? unit : null,
    effectiveOn: effective_on ?? null,
    signedAt: signed_at,
    recordedAt: receipt.recordedAt,
    position: String(receipt.position),
    key: signer.key,
  };
}

function checkpointOf(proof: string | null | undefined, vkey: string | null): Checkpoint | null {
  try {
    return proof && vkey ? readCheckpoint(readProof(proof).checkpoint, readVkey(vkey)) : null;
  } catch {
    return null;
  }
}

/** How the tree of a receipt goes with the log that is served here. */
export interface Comparison {
  state: "same" | "ahead" | "behind" | "rewritten" | "other";
  size: number;
}

export async function compare(checkpoint: Checkpoint, note: string, vkey: string): Promise<Comparison> {
  const here = readCheckpoint(note, readVkey(vkey));
  // Two logs have nothing to do with one another.
  if (here.origin !== checkpoint.origin) return { state: "other", size: here.size };
  if (!(await continues(checkpoint, here))) return { state: "rewritten", size: here.size };
  return { state: here.size === checkpoint.size ? "same" : here.size > checkpoint.size ? "ahead" : "behind", size: here.size };
}

/** The two files that `radledger verify --receipt … --event …` takes, of the same event. */
export function commandLineFiles({ event }: Outcome, proof: string | null, key: string): { unit: string; receipt: string } {
  const { ledger, id, record, version, position, recordedAt, leaf } = event.receipt;
  const envelope = {
    payload: toBase64(new TextEncoder().encode(event.payload)),
    payloadType: PAYLOAD_TYPE.event,
    signatures: [{ keyid: key, sig: toBase64(fromBase64url(event.signature)) }],
  };
  const receipt = {
    ledger,
    id,
    record,
    version: Number(version),
    position: Number(position),
    recorded_at: recordedAt,
    leaf,
    state: "published",
    proof: proof ?? event.receipt.proof ?? null,
  };
  return { unit: `${JSON.stringify({ envelopes: [envelope], openings: [[]] })}\n`, receipt: `${JSON.stringify([receipt])}\n` };
}

/** Root of a checkpoint as it is shown. */
export const rootText = ({ root }: Checkpoint): string => toBase64url(root);

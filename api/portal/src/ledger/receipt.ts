// Checking one receipt without trusting anybody (§3.5, §3.6, §4.5): used by the public page, offline too. It shows that
// exactly these bytes under this signature were recorded at this time, at this position of a tree that the log's key
// signed. That the key was its signer's, and that he had the right, only the history shows.

import { fromBase64url, toBase64url, utf8 } from "./bytes";
import { PAYLOAD_TYPE, readEnvelope, statementHash } from "./envelope";
import { WireError } from "./fault";
import { isObject, type Json, type JsonObject, member, readLenient } from "./json";
import { type Checkpoint, ledgerOf, type LogKey, readCheckpoint, readVkey } from "./note";
import { readPublicKey, verifyPayload } from "./public-key";
import { type RecordRef, readStatement, type Statement } from "./statement";
import { readProof, type TlogProof } from "./tlogproof";
import { leafHash, leafOf, verifyInclusion } from "./tree";

/** A receipt as GraphQL answers it (`type Receipt`, §4.5). Positions and versions are decimal texts there. */
export interface ReceiptGiven {
  readonly ledger: string;
  readonly id: string;
  readonly record: RecordRef;
  readonly version: string;
  readonly position: string;
  readonly recordedAt: string;
  readonly leaf: string;
  readonly proof?: string | null;
}

/** An event as GraphQL answers it (`type Event`), of that what is checked. `signature` is base64url. */
export interface EventGiven {
  readonly payload: string;
  readonly signature: string;
  readonly algorithm?: number;
  readonly hash?: string;
  readonly receipt: ReceiptGiven;
}

/** What is looked at, in the order of the answer. */
export const CHECKS = ["payload", "hash", "key", "signature", "ledger", "receipt", "leaf", "checkpoint", "inclusion"] as const;
/** One of them. */
export type CheckName = (typeof CHECKS)[number];
/** `unknown` means: not looked at, since something that it needs is not there or has failed itself. */
export type CheckState = "ok" | "failed" | "unknown";

/** One check. */
export interface Check {
  readonly name: CheckName;
  readonly state: CheckState;
  /** What was found: a hash, a position; or what is wrong, as `code` or `code: where`. */
  readonly detail: string;
}

/** What is checked. */
export interface ReceiptInput {
  readonly event: EventGiven;
  /** The tlog-proof; that of the receipt when absent. */
  readonly proof?: string | null;
  /** Verifier key of the log, from somewhere else than the receipt: a receipt that brings its own key proves nothing. */
  readonly vkey: string;
  /** `public_key` of the signer, as his `credential.requested` carries it. Without it the signature stays unknown. */
  readonly publicKey?: string | null;
}

/** Checks one event with its receipt and its proof. Every check is made that can be. */
export function checkReceipt({ event, proof, vkey, publicKey }: ReceiptInput): readonly Check[] {
  const { receipt } = event;
  const checks: Check[] = [];
  /** Runs one check: what it returns is the detail; what it throws has failed, or is unknown when `Missing`. */
  const check = <T>(name: CheckName, run: () => readonly [T, string]): T | undefined => {
    try {
      const [found, detail] = run();
      checks.push({ name, state: "ok", detail });
      return found;
    } catch (fault) {
      checks.push({
        name,
        state: fault instanceof Missing ? "unknown" : "failed",
        detail: fault instanceof Error ? fault.message : "",
      });
      return undefined;
    }
  };

  const bytes = attempt(() => utf8(event.payload));
  const statement = check<Statement>("payload", () => {
    const read = readStatement(utf8(event.payload), { admission: false });
    return [read, `${read.type} ${read.id}`];
  });
  const hash = bytes && statementHash(bytes);

  check<void>("hash", () => {
    // The leaf holds H too, for whoever has a receipt but no `hash` beside it.
    const stated = event.hash ?? toBase64url(fromBase64url(receipt.leaf, 73).subarray(9, 41));
    same(toBase64url(given(hash, "payload")), stated, "hash");
    return [undefined, stated];
  });

  const key = check("key", () => {
    const read = readPublicKey(given(publicKey, "no_public_key"));
    same(read.id, given(statement, "payload").signer.key, "signer_mismatch");
    return [read, read.id];
  });
  const signature = attempt(() => fromBase64url(event.signature));
  check<void>("signature", () => {
    const holds = verifyPayload(given(key, "key"), PAYLOAD_TYPE.event, given(bytes, "payload"), required(signature, "bad_value"));
    if (!holds || (event.algorithm ?? 1) !== 1) throw new WireError("bad_signature");
    return [undefined, "Ed25519"];
  });

  const log = attempt(() => readVkey(vkey));
  check<void>("ledger", () => {
    const { origin } = required(log, "vkey");
    const ledger = given(statement, "payload").ledger;
    same(ledger, ledgerOf(origin), "wrong_ledger");
    same(receipt.ledger, ledger, "wrong_ledger");
    return [undefined, origin];
  });

  check<void>("receipt", () => {
    const { id, record, version } = given(statement, "payload");
    same(receipt.id, id, "/id");
    same(`${receipt.record.kind} ${receipt.record.id}`, `${record.kind} ${record.id}`, "/record");
    same(receipt.version, String(version), "/version");
    return [undefined, `${record.kind} ${record.id} ${version}`];
  });

  const leaf = attempt(() =>
    leafOf({
      recordedAt: receipt.recordedAt,
      hash: given(hash, "payload"),
      keyId: given(statement, "payload").signer.key,
      signature: required(signature, "bad_value"),
      algorithm: event.algorithm ?? 1,
    }),
  );
  check<void>("leaf", () => {
    given(statement, "payload");
    same(toBase64url(required(leaf, "bad_value")), receipt.leaf, "leaf");
    return [undefined, receipt.recordedAt];
  });

  const published = proof ?? receipt.proof;
  let read: TlogProof | undefined;
  const checkpoint = check<Checkpoint>("checkpoint", () => {
    read = readProof(given(published, "not_published"));
    const found = readCheckpoint(read.checkpoint, required<LogKey>(log, "vkey"));
    return [found, `${found.size} ${toBase64url(found.root)}`];
  });
  check<void>("inclusion", () => {
    // Only a root that the log signed says anything about the leaf.
    const { size, root } = given(checkpoint, published ? "checkpoint" : "not_published");
    const { index, hashes } = given(read, "checkpoint");
    same(String(index), receipt.position, "/position");
    if (!verifyInclusion(index, size, leafHash(given(leaf, "leaf")), hashes, root)) throw new WireError("bad_proof", "inclusion");
    return [undefined, `${index}`];
  });
  return checks;
}

/** What all checks say together: one that failed decides, then one that is unknown. */
export function verdict(checks: readonly Check[]): CheckState {
  const has = (state: CheckState): boolean => checks.some((check) => check.state === state);
  if (has("failed")) return "failed";
  return has("unknown") || checks.length === 0 ? "unknown" : "ok";
}

/**
 * The events of two files: a unit as `radledger sign` prints it, and its receipts as `radledger submit` prints them once
 * they are published (§4.5 names the members; positions and versions are numbers there). What is not of that form is
 * `bad_envelope`; an event without its receipt is `missing_field`.
 */
export function eventsOfFiles(unit: string, receipts: string): readonly EventGiven[] {
  const read = readLenient(unit);
  const envelopes = isObject(read) ? member(read, "envelopes") : undefined;
  const all = list(readLenient(receipts)).map(receiptOfFile);
  return list(envelopes).map((value): EventGiven => {
    const { payload, signature } = readEnvelope(value, PAYLOAD_TYPE.event);
    const { id } = readStatement(payload, { admission: false });
    const receipt = all.find((one) => one.id === id);
    if (!receipt) throw new WireError("missing_field", `receipt of ${id}`);
    return { payload: new TextDecoder().decode(payload), signature: toBase64url(signature), receipt };
  });
}

function receiptOfFile(value: Json): ReceiptGiven {
  if (!isObject(value) || !isObject(value.record)) throw new WireError("bad_envelope", "receipt");
  const text = (object: JsonObject, name: string): string => String(member(object, name) ?? "");
  const { record } = value;
  return {
    ledger: text(value, "ledger"),
    id: text(value, "id"),
    record: { kind: text(record, "kind"), id: text(record, "id") },
    version: text(value, "version"),
    position: text(value, "position"),
    recordedAt: text(value, "recorded_at"),
    leaf: text(value, "leaf"),
    proof: text(value, "proof") || null,
  };
}

function list(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new WireError("bad_envelope", "not a list");
  return value as readonly Json[];
}

/** Something that a check needs is not there, or is itself what failed. */
class Missing extends Error {}

function given<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new Missing(what);
  return value;
}

/** Something that was given and could not be read. */
function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new WireError("bad_value", what);
  return value;
}

function same(a: string, b: string | undefined, what: string): void {
  if (a !== b) throw new WireError(what === "wrong_ledger" || what === "signer_mismatch" ? what : "bad_value", what);
}

function attempt<T>(read: () => T): T | undefined;
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

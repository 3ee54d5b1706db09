// The unit of `append` (§4.1, §8) from what `prepare` answered. A node could prepare bytes that say something else than
// was wished, so they are read, compared and every seal recomputed before anything is signed.

import { type Bytes, equal, fromBase64url, toBase64, toBase64url, utf8 } from "./bytes";
import { type Envelope, envelopeOf, PAYLOAD_TYPE, statementHash } from "./envelope";
import { WireError } from "./fault";
import { canonical, type JsonObject } from "./json";
import type { Signer } from "./keys";
import { checkOpenings, type Opening, unsealed } from "./seal";
import { readStatement, type RecordRef, type Statement } from "./statement";
import { leafOf } from "./tree";

const MAX_EVENTS = 1000;
const MAX_UNIT = 2 * 1024 * 1024;
const MAX_TRAVEL = 4 * 1024 * 1024;

/** What `prepare` answers (`type Prepared`), of that what is signed. */
export interface Prepared {
  readonly payload?: string | null;
  readonly payloadBase64?: string | null;
  readonly openings?: readonly unknown[] | null;
}

/** What was wished. The first three are always compared, the others where they are given. */
export interface Wish {
  readonly ledger: string;
  readonly account: string;
  readonly keyId: string;
  readonly type?: string;
  readonly record?: RecordRef;
  readonly meaning?: string;
  readonly effectiveOn?: string;
  /** Data as it went into `prepare`: plain where the catalogue seals. */
  readonly data?: JsonObject;
}

/** A statement that may be signed: checked, with the openings that go beside it. */
export interface Draft {
  readonly payload: Bytes;
  readonly statement: Statement;
  /** H in base64url. */
  readonly hash: string;
  readonly openings: readonly Opening[];
}

/** The unit as it goes into `append(units: [unit])`. */
export interface Unit {
  readonly envelopes: readonly Envelope[];
  readonly openings: readonly (readonly Opening[])[];
}

/** Reads what was prepared and checks that it says what was wished (§8: "recomputes every seal before it signs"). */
export function checkPrepared(prepared: Prepared, wish: Wish): Draft {
  if (typeof prepared.payload !== "string") throw new WireError("missing_field", "payload");
  const payload = utf8(prepared.payload);
  const { payloadBase64 } = prepared;
  if (typeof payloadBase64 === "string" && payloadBase64 !== toBase64(payload)) throw new WireError("bad_value", "payloadBase64");
  const statement = readStatement(payload);
  const openings = checkOpenings(statement, prepared.openings ?? []);
  const { signer, record } = statement;
  if (statement.ledger !== wish.ledger) throw new WireError("wrong_ledger", "/ledger");
  if (signer.account !== wish.account) throw new WireError("signer_mismatch", "/signer/account");
  if (signer.key !== wish.keyId) throw new WireError("signer_mismatch", "/signer/key");
  const wished: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ["/type", wish.type, statement.type],
    ["/record/kind", wish.record?.kind, record.kind],
    ["/record/id", wish.record?.id, record.id],
    ["/meaning", wish.meaning, statement.meaning],
    ["/effective_on", wish.effectiveOn, statement.effective_on],
  ];
  for (const [pointer, asked, said] of wished) {
    if (asked !== undefined && asked !== said) throw new WireError("bad_value", pointer);
  }
  if (wish.data && !equal(canonical(wish.data), canonical(unsealed(statement, openings).data ?? false))) {
    throw new WireError("bad_value", "/data");
  }
  return { payload, statement, hash: toBase64url(statementHash(payload)), openings };
}

/** Signs several payloads, in order. `signBatch` of `batch.ts` is one that does it in a worker. */
export type SignAll = (signer: Signer, payloads: readonly Bytes[]) => Promise<readonly Uint8Array[]>;

const oneByOne: SignAll = async (signer, payloads) => {
  const signatures: Uint8Array[] = [];
  for (const payload of payloads) signatures.push(await signer.sign(PAYLOAD_TYPE.event, payload));
  return signatures;
};

/** Signs the events of one unit: one event, or one whole batch in its order. */
export async function signUnit(drafts: readonly Draft[], signer: Signer, signAll: SignAll = oneByOne): Promise<Unit> {
  checkUnit(drafts, signer.keyId);
  const signatures = await signAll(
    signer,
    drafts.map(({ payload }) => payload),
  );
  return unitOf(drafts, signer.keyId, signatures);
}

/** The unit around signatures that were made. */
function unitOf(drafts: readonly Draft[], keyId: string, signatures: readonly Uint8Array[]): Unit {
  if (signatures.length !== drafts.length) throw new WireError("bad_envelope", "signatures");
  const unit = {
    envelopes: drafts.map(({ payload }, at) => envelopeOf(PAYLOAD_TYPE.event, payload, keyId, signatures[at] as Uint8Array)),
    openings: drafts.map(({ openings }) => openings),
  };
  if (utf8(JSON.stringify(unit)).length > MAX_TRAVEL) throw new WireError("too_large", "unit");
  return unit;
}

/** The rules of a unit that need no ledger (§4.1, §4.3 "Batch"), looked at before a key signs a thousand times in vain. */
export function checkUnit(drafts: readonly Draft[], keyId: string): void {
  const size = drafts.reduce((sum, { payload, openings }) => sum + payload.length + utf8(JSON.stringify(openings)).length, 0);
  if (drafts.length > MAX_EVENTS || size > MAX_UNIT) throw new WireError("too_large", "unit");
  const [first] = drafts;
  if (!first) throw new WireError("bad_envelope", "no event");
  const { batch, signer } = first.statement;
  drafts.forEach(({ statement }, at) => {
    if (statement.signer.key !== keyId || statement.signer.account !== signer.account) throw new WireError("signer_mismatch", `${at}`);
    const here = statement.batch;
    const sound =
      drafts.length === 1
        ? here === undefined
        : here !== undefined && here.id === batch?.id && here.index === at && here.count === drafts.length;
    if (!sound) throw new WireError("bad_batch", `${at}`);
  });
}

/** Whether a receipt is that of what was sent: its leaf holds this H and this signature (§9, first decision). */
export function receiptFits(
  draft: Draft,
  signature: Uint8Array,
  receipt: { readonly id: string; readonly recordedAt: string; readonly leaf: string },
): boolean {
  const { id, signer } = draft.statement;
  const leaf = leafOf({ recordedAt: receipt.recordedAt, hash: fromBase64url(draft.hash, 32), keyId: signer.key, signature });
  return receipt.id === id && receipt.leaf === toBase64url(leaf);
}

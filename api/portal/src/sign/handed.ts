// Units that the service plans (rows of an import) and hands out as exact bytes. They are read back and checked like what
// `prepare` answers, signed outside the thread of the page, and sent whole; nothing is signed that has no label here.
import { ask, type Failure } from "@/app/client";
import { AppendUnitDocument, ReceiptOfDocument, type RefusalFragment } from "@/generated/api/graphql";
import { checkPrepared, checkUnit, receiptFits, signUnit, type Draft, type Unit } from "@/ledger/append";
import { equal, fromBase64, fromBase64url, fromUtf8 } from "@/ledger/bytes";
import { WireError } from "@/ledger/fault";
import { canonical } from "@/ledger/json";
import type { Signer } from "@/ledger/keys";
import { unsealed } from "@/ledger/seal";
import { codeList, eventTable, type CodeLabel, type EventTable } from "@/shared/kinds";
import { login } from "@/shared/session";
import type { Context } from "./context";
import { rowsOf, type Row } from "./rows";
import { touch } from "./unlock";
import { listsOf } from "./values";

/** An event as it is handed out. */
export interface Handed {
  id: string;
  /** Base64url of the exact bytes. */
  payload: string;
  openings: readonly unknown[];
}

/** What a unit may hold: by whom, in which capacity, and of which types. */
export interface Allowed {
  context: Context;
  grant: string | undefined;
  types: readonly string[];
}

/** A unit that was read back. */
export interface HandedUnit {
  drafts: Draft[];
  tables: ReadonlyMap<string, EventTable>;
  codes: ReadonlyMap<string, CodeLabel[]>;
}

/** After so many events the page may answer a key or draw its bar. */
const BREATH = 50;
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Reads a unit back; throws `WireError` or `Unlabelled` when it is not what may be signed. */
export async function readHanded(events: readonly Handed[], { context, grant, types }: Allowed): Promise<HandedUnit> {
  const keyId = login.value?.key ?? "";
  const drafts: Draft[] = [];
  for (const [at, { id, payload, openings }] of events.entries()) {
    if (at % BREATH === 0) await breath();
    const draft = checkPrepared(
      { payload: fromUtf8(fromBase64url(payload)), openings },
      { ledger: context.ledger, account: context.account, keyId },
    );
    const { statement } = draft;
    if (statement.id !== id) throw new WireError("bad_value", `${at}/id`);
    if (!types.includes(statement.type)) throw new WireError("bad_value", `${at}/type`);
    if (grant && statement.signer.grant !== grant) throw new WireError("signer_mismatch", `${at}/signer/grant`);
    drafts.push(draft);
  }
  checkUnit(drafts, keyId);
  const tables = new Map<string, EventTable>();
  for (const { statement } of drafts)
    if (!tables.has(statement.type)) tables.set(statement.type, await eventTable(statement.type, statement.schema));
  const names = new Set<string>();
  for (const table of tables.values()) for (const field of table.data) listsOf(field, names);
  const codes = new Map(await Promise.all([...names].map(async (name) => [name, await codeList(name).catch(() => [])] as const)));
  const unit = { drafts, tables, codes };
  for (const [at, draft] of drafts.entries()) {
    if (at % BREATH === 0) await breath();
    linesOf(unit, draft);
  }
  return unit;
}

/** The lines of one event, as the sheet shows them. */
export function linesOf({ tables, codes }: HandedUnit, draft: Draft): Row[] {
  return rowsOf(tables.get(draft.statement.type)!, draft.statement, draft.openings, codes);
}

/** What an event says, but when it is signed: bytes are handed out anew with the time of signing, and new salts. */
const saidBy = ({ statement, openings }: Draft): Uint8Array => canonical({ ...unsealed(statement, openings), signed_at: "" });

/** The id of an event that was read before and says something else now; null when there is none. */
export async function changedSince(before: readonly Draft[], { drafts }: HandedUnit): Promise<string | null> {
  const read = new Map(before.map((draft) => [draft.statement.id, draft]));
  for (const [at, draft] of drafts.entries()) {
    if (at % BREATH === 0) await breath();
    const known = read.get(draft.statement.id);
    if (known && !equal(saidBy(known), saidBy(draft))) return draft.statement.id;
  }
  return null;
}

/** Signs a unit in a worker. Signing is work of the person, so a key that was opened stays open meanwhile. */
export async function signHanded({ drafts }: HandedUnit, signer: Signer, onProgress: (done: number, of: number) => void): Promise<Unit> {
  touch();
  // A bar need not be drawn a thousand times.
  const told = (done: number, of: number): void => {
    if (done % 20 === 0 || done === of) onProgress(done, of);
  };
  const { signBatch } = await import("@/ledger/batch");
  return signUnit(drafts, signer, (by, payloads) => signBatch(by, payloads, { onProgress: told }));
}

/** What came of sending a unit: where it stands, why it was refused, or that nobody knows. */
export type Sent = { positions: bigint[]; recordedAt: string } | { refusal: RefusalFragment } | { failure: Failure };

/** Sends a unit and looks whether the receipts are those of what was sent. */
export async function sendHanded({ drafts }: HandedUnit, unit: Unit): Promise<Sent> {
  const { data, failure } = await ask(AppendUnitDocument, { units: [unit] });
  const [result] = data?.append ?? [];
  if (!result) return { failure: failure ?? { code: "E-UNKNOWN", zh: "", en: "" } };
  if (result.__typename === "Refused") return { refusal: result };
  const byId = new Map(result.receipts.map((receipt) => [receipt.id, receipt]));
  const positions: bigint[] = [];
  for (const [at, draft] of drafts.entries()) {
    if (at % BREATH === 0) await breath();
    const receipt = byId.get(draft.statement.id);
    const signature = fromBase64(unit.envelopes[at]!.signatures[0].sig);
    if (!receipt || !receiptFits(draft, signature, receipt)) throw new WireError("bad_value", `receipt ${draft.statement.id}`);
    positions.push(BigInt(receipt.position));
  }
  return { positions, recordedAt: result.receipts[0]?.recordedAt ?? "" };
}

/** Where a unit stands whose answer was lost: its events stand one after the other, so first and last say it; null when it is not in. */
export async function findHanded({ drafts }: HandedUnit): Promise<bigint[] | null> {
  const [first, last] = await Promise.all(
    [drafts[0], drafts.at(-1)].map(async (draft) =>
      draft ? (await ask(ReceiptOfDocument, { id: draft.statement.id })).data?.receipt?.position : null,
    ),
  );
  if (!first || !last || BigInt(last) - BigInt(first) !== BigInt(drafts.length - 1)) return null;
  return drafts.map((_, at) => BigInt(first) + BigInt(at));
}

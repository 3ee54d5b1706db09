// One way to sign for every screen: a proposal goes in, the person reads the exact bytes on the one sheet, and what comes
// back are receipts; null when he went back. Nothing is signed that was not shown, and nothing is sent twice in two forms.
import { shallowReactive } from "vue";
import { ask, type Failure } from "@/app/client";
import {
  AppendDocument,
  PrepareDocument,
  ReceiptOfDocument,
  type PrepareMutation,
  type PrepareInput,
  type ReceiptPartsFragment,
  type RefusalFragment,
} from "@/generated/api/graphql";
import { checkPrepared, checkUnit, receiptFits, signUnit, type Draft, type Unit } from "@/ledger/append";
import { fromBase64, newUuid } from "@/ledger/bytes";
import { WireError } from "@/ledger/fault";
import type { JsonObject } from "@/ledger/json";
import { codeList, eventTable, kindLabel, type CodeLabel, type EventTable } from "@/shared/kinds";
import { login } from "@/shared/session";
import { grantFor } from "./capacity";
import { signingContext, type Context } from "./context";
import { compare, merged, type SetClear, type Touched, type Values } from "./merge";
import { correctedBy, valuesAt, type PastEvent } from "./history";
import { recordNow, type RecordNow } from "./record";
import { rowsOf, Unlabelled, type Row } from "./rows";
import { sheet } from "./sheet";
import { KeyError, withSigner, type KeyFault } from "./unlock";
import { listsOf } from "./values";

export type Receipt = ReceiptPartsFragment;

/** What somebody wants to sign. `data` is plain where the catalogue seals. */
export interface Proposal {
  type: string;
  schema?: number;
  /** A new record where there is no id. */
  record: { kind: string; id?: string };
  data: JsonObject;
  meaning?: string;
  reason?: { code: string; text?: string };
  effectiveOn?: string;
  corrects?: { event: string; hash: string };
  cause?: { event: string; hash: string };
  attachments?: string[];
  reads?: { kind: string; id: string; version: string | number; hash: string }[];
  /** Role to act in, where somebody holds several; the node chooses a grant that may otherwise. */
  role?: string;
  /** How people call the record. */
  label?: string;
  /** The version that the person had before him; a newer one is a conflict, shown before anything is signed. */
  version?: string | number;
}

/** An event of the unit, prepared and read back. */
export interface Ready {
  proposal: Proposal;
  draft: Draft;
  rows: Row[];
  table: EventTable;
  prepared: NonNullable<PrepareMutation["prepare"]>;
}

export type Step = "preparing" | "review" | "refused" | "failed" | "conflict" | "signing" | "sending" | "lost" | "done";

/** What stands on the sheet. */
export interface Sheet {
  proposals: Proposal[];
  step: Step;
  ready: Ready[];
  context: Context | null;
  refusal: RefusalFragment | null;
  failure: Failure | null;
  /** A member without a label, or prepared bytes that do not say what was wished. */
  unsignable: { key: string; detail: string } | null;
  keyFault: KeyFault | null;
  /** The record as it is, for the values before and for a conflict. */
  now: RecordNow | null;
  before: Values;
  conflict: { touched: Touched[] | null; events: PastEvent[]; from: number; to: number } | null;
  progress: { done: number; of: number } | null;
  receipts: Receipt[];
  table: EventTable | null;
  codes: Map<string, CodeLabel[]>;
}

let settle: ((receipts: Receipt[] | null) => void) | null = null;
/** The signed unit, kept as it is until it is known to be in the ledger: it is sent again, never signed again. */
let sent: Unit | null = null;

/** The way of a screen to a signature. */
export interface Signing {
  propose: (what: Proposal | Proposal[]) => Promise<Receipt[] | null>;
}

export function useSigning(): Signing {
  return { propose };
}

/** Opens the sheet. Several proposals are one batch: all or nothing. */
function propose(what: Proposal | Proposal[]): Promise<Receipt[] | null> {
  back();
  const proposals = Array.isArray(what) ? what : [what];
  const opened = shallowReactive<Sheet>({
    proposals,
    step: "preparing",
    ready: [],
    context: null,
    refusal: null,
    failure: null,
    unsignable: null,
    keyFault: null,
    now: null,
    before: {},
    conflict: null,
    progress: null,
    receipts: [],
    table: null,
    codes: new Map(),
  });
  sent = null;
  sheet.value = opened;
  const answer = new Promise<Receipt[] | null>((resolve) => (settle = resolve));
  void prepareAll(opened);
  return answer;
}

/** Closes the sheet: back to the form, which keeps its content; or after the receipt was read. */
export function back(): void {
  const was = sheet.value;
  // Bytes that were sent may be in the ledger: until that is known nothing is closed.
  if (was && (was.step === "signing" || was.step === "sending")) return;
  settle?.(was?.receipts.length ? was.receipts : null);
  settle = null;
  sent = null;
  sheet.value = null;
}

const inputOf = (proposal: Proposal, table: EventTable, context: Context, batch?: PrepareInput["batch"]): PrepareInput => {
  const { type, record, data, meaning, reason, effectiveOn, corrects, cause, attachments, reads, role } = proposal;
  const grant = grantFor(context.grants, context.account, role);
  return {
    type,
    schema: table.schema,
    record,
    data,
    ...(meaning ? { meaning } : {}),
    ...(reason ? { reason } : {}),
    ...(effectiveOn ? { effectiveOn } : {}),
    ...(corrects ? { corrects } : {}),
    ...(cause ? { cause } : {}),
    ...(attachments?.length ? { attachments } : {}),
    ...(reads?.length ? { reads: reads.map((read) => ({ ...read, version: String(read.version) })) } : {}),
    ...(batch ? { batch } : {}),
    ...(grant ? { grant } : {}),
  };
};

async function tables(on: Sheet): Promise<void> {
  const [first] = on.proposals;
  if (!first) return;
  on.table = await eventTable(first.type, first.schema);
  const names = new Set<string>();
  for (const field of on.table.data) listsOf(field, names);
  const lists = await Promise.all([...names, "ROLE"].map(async (name) => [name, await codeList(name).catch(() => [])] as const));
  on.codes = new Map(lists);
}

/** Prepares every event and reads it back; what is wrong is said on the sheet. */
async function prepareAll(on: Sheet): Promise<void> {
  Object.assign(on, {
    step: "preparing",
    ready: [],
    refusal: null,
    failure: null,
    unsignable: null,
    keyFault: null,
    conflict: null,
    progress: null,
  });
  try {
    const [{ context, failure }] = await Promise.all([signingContext(), tables(on)]);
    on.context = context;
    if (!context || !on.table) return fail(on, failure);
    if (on.proposals.length > MAX_EVENTS) throw new WireError("too_large", `${on.proposals.length} > ${MAX_EVENTS}`);
    const [first] = on.proposals;
    if (first?.record.id && !on.table.creates) {
      const { record } = await recordNow(first.record.kind, first.record.id);
      on.now = record;
      on.before = on.proposals.length === 1 && record ? valuesAt(record.events) : {};
      if (record && first.version !== undefined && on.proposals.length === 1 && record.version > Number(first.version))
        return conflictOn(on, record, Number(first.version));
    }
    const ready = await prepareEach(on, context, on.table);
    if (sheet.value !== on || on.step !== "preparing") return;
    on.ready = ready;
    if (on.refusal) on.step = "refused";
    else {
      checkUnit(
        ready.map(({ draft }) => draft),
        login.value?.key ?? "",
      );
      on.step = "review";
    }
  } catch (fault) {
    // Contract and bytes that do not agree: nothing is signed.
    if (fault instanceof Unlabelled) on.unsignable = { key: "sign.unlabelled_field", detail: fault.pointer };
    else if (fault instanceof WireError) on.unsignable = { key: "sign.not_as_wished", detail: fault.message };
    else on.unsignable = { key: "sign.broken", detail: fault instanceof Error ? fault.message : String(fault) };
    on.step = "failed";
  }
}

function fail(on: Sheet, failure: Failure | null): void {
  on.failure = failure;
  if (!failure) on.unsignable = { key: "sign.broken", detail: "context" };
  on.step = "failed";
}

const AT_ONCE = 8;
/** Most events of a unit (wire format §4.1). */
const MAX_EVENTS = 1000;

async function prepareEach(on: Sheet, context: Context, table: EventTable): Promise<Ready[]> {
  const { proposals } = on;
  const batch = proposals.length > 1 ? newUuid() : null;
  const ready: Ready[] = [];
  const one = async (proposal: Proposal, index: number): Promise<void> => {
    const input = inputOf(proposal, table, context, batch ? { id: batch, index, count: proposals.length } : undefined);
    const { data, failure } = await ask(PrepareDocument, { input });
    const prepared = data?.prepare;
    if (!prepared) return fail(on, failure);
    const refusal = verdict(prepared, batch !== null);
    if (refusal && (!on.refusal || index < on.refusal.index)) on.refusal = { ...refusal, index };
    if (typeof prepared.payload !== "string") return;
    const { type, record, meaning, effectiveOn, data: wished } = proposal;
    const draft = checkPrepared(prepared, {
      ledger: context.ledger,
      account: context.account,
      keyId: login.value?.key ?? "",
      type,
      data: wished,
      ...(record.id ? { record: { kind: record.kind, id: record.id } } : {}),
      ...(meaning ? { meaning } : {}),
      ...(effectiveOn ? { effectiveOn } : {}),
    });
    alsoAsWished(draft, proposal);
    ready[index] = { proposal, draft, table, prepared, rows: rowsOf(table, draft.statement, draft.openings, on.codes) };
  };
  if (batch) {
    // By itself the first says what all would be refused for; the ledger judges the unit as a whole.
    const [first] = proposals;
    const { data } = await ask(PrepareDocument, { input: inputOf(first!, table, context) });
    if (data?.prepare?.refusal) on.refusal = { ...data.prepare.refusal, index: 0 };
    on.progress = { done: 0, of: proposals.length };
  }
  for (let at = 0; at < proposals.length && on.step === "preparing" && (!on.refusal || at === 0); at += AT_ONCE) {
    await Promise.all(proposals.slice(at, at + AT_ONCE).map((proposal, index) => one(proposal, at + index)));
    if (batch) on.progress = { done: Math.min(at + AT_ONCE, proposals.length), of: proposals.length };
  }
  on.progress = null;
  return ready.filter(Boolean);
}

/** The dry run judges each event by itself, so it misses the others of a batch; that is no refusal. */
function verdict(prepared: Ready["prepared"], batched: boolean): RefusalFragment | null {
  const { refusal } = prepared;
  return batched && refusal?.code === "bad_batch" ? null : (refusal ?? null);
}

/** What `checkPrepared` does not compare: the parts beside the data. */
function alsoAsWished({ statement, openings }: Draft, { corrects, reason, attachments, effectiveOn, reads }: Proposal): void {
  const differs = (pointer: string): never => {
    throw new WireError("bad_value", pointer);
  };
  if (statement.corrects?.event !== corrects?.event || statement.corrects?.hash !== corrects?.hash) differs("/corrects");
  if (statement.reason?.code !== reason?.code) differs("/reason/code");
  const text = openings.find(({ pointer }) => pointer === "/reason/text")?.value;
  if (text !== (reason?.text || undefined)) differs("/reason/text");
  if (statement.effective_on !== effectiveOn) differs("/effective_on");
  if ((statement.attachments ?? []).map(({ id }) => id).join() !== (attachments ?? []).join()) differs("/attachments");
  if ((statement.reads?.length ?? 0) !== (reads?.length ?? 0)) differs("/reads");
}

/** Shows what others signed since the version that the person had before him. */
function conflictOn(on: Sheet, record: RecordNow, from: number): void {
  const [proposal] = on.proposals;
  const change = changeOf(proposal?.data);
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

/** Goes on upon the new version, with what was chosen where two people changed the same. False while a choice is open. */
export async function resign(chosen: Readonly<Record<string, "mine" | "theirs">>): Promise<boolean> {
  const on = sheet.value;
  const [proposal] = on?.proposals ?? [];
  if (!on?.conflict || !proposal) return false;
  const { touched, to } = on.conflict;
  let data = proposal.data;
  if (touched) {
    const change = merged(touched, chosen);
    if (!change) return false;
    const { set: _, clear: __, ...rest } = data;
    data = { ...rest, ...change } as JsonObject;
    // Others have said it all: there is nothing left to sign.
    if (Object.keys(data).length === 0) {
      back();
      return true;
    }
  }
  const members = Object.keys((data["set"] ?? {}) as object).concat((data["clear"] ?? []) as string[]);
  const named = proposal.corrects && on.now ? correctedBy(on.now.events, members)?.event : undefined;
  on.proposals = [{ ...proposal, data, version: to, ...(named ? { corrects: { event: named.id, hash: named.hash } } : {}) }];
  await prepareAll(on);
  return true;
}

/** Prepares again, when something that failed may be better now. */
export async function prepareAgain(): Promise<void> {
  const on = sheet.value;
  if (!on || on.step === "signing" || on.step === "sending") return;
  await signingContext(true);
  await prepareAll(on);
}

/** Whether the passphrase is asked even while the key is open. */
export function asksAlways(on: Sheet): boolean {
  const ALWAYS = ["approval", "refusal", "revocation", "countersignature", "delegation", "withdrawal"];
  const { table, ready, proposals } = on;
  const meaning = ready[0]?.draft.statement.meaning ?? table?.meanings[0] ?? "";
  const kind = table?.type.split(".")[0];
  return proposals.length > 1 || ALWAYS.includes(meaning) || kind === "transfer" || table?.type === "warning.closed";
}

/** Signs exactly the bytes on the sheet, and sends them. */
export async function signAndSend(passphrase?: string): Promise<void> {
  const on = sheet.value;
  if (!on || on.step !== "review") return;
  on.step = "signing";
  on.keyFault = null;
  const drafts = on.ready.map(({ draft }) => draft);
  try {
    sent = await withSigner(async (signer) => {
      if (drafts.length === 1) return signUnit(drafts, signer);
      const { signBatch } = await import("@/ledger/batch");
      return signUnit(drafts, signer, (by, payloads) =>
        signBatch(by, payloads, { onProgress: (done, of) => (on.progress = { done, of }) }),
      );
    }, passphrase);
  } catch (fault) {
    on.step = "review";
    on.progress = null;
    if (fault instanceof KeyError) on.keyFault = fault.code;
    else on.unsignable = { key: "sign.broken", detail: fault instanceof Error ? fault.message : String(fault) };
    return;
  }
  await send(on);
}

/** Sends the same bytes. Also after a break, once it was asked whether they have arrived. */
async function send(on: Sheet): Promise<void> {
  if (!sent) return;
  on.step = "sending";
  const { data, failure } = await ask(AppendDocument, { units: [sent] });
  const [result] = data?.append ?? [];
  if (!result) {
    // A broken line says nothing about the ledger: the event carries its own id, so it is asked for.
    if (failure && failure.code !== "E-NETWORK") return refuse(on, null, failure);
    return lookFor(on);
  }
  if (result.__typename === "Appended") return done(on, result.receipts);
  const { code } = result;
  if (code === "busy" || code === "read_only") {
    on.refusal = result;
    on.step = "lost";
    return;
  }
  const [proposal] = on.proposals;
  // A record that moved on is refused for what it met first there, such as a corrected event that no longer stands; to the
  // person it is one thing: somebody else was quicker.
  if (proposal?.record.id && on.proposals.length === 1 && !on.table?.creates) {
    const from = Number(on.ready[0]?.draft.statement.version ?? 1) - 1;
    const { record } = await recordNow(proposal.record.kind, proposal.record.id);
    sent = null;
    if (record && record.version > from) return conflictOn(on, record, from);
  }
  refuse(on, result, null);
}

function refuse(on: Sheet, refusal: RefusalFragment | null, failure: Failure | null): void {
  sent = null;
  on.refusal = refusal;
  on.failure = failure;
  on.step = "refused";
}

/** Asks the ledger for the first event of what was sent: it is in, or it is not, all of it. */
export async function lookFor(on: Sheet | null = sheet.value): Promise<void> {
  if (!on || !sent) return;
  on.step = "sending";
  const receipts: Receipt[] = [];
  for (const { draft } of on.ready) {
    const { data, failure } = await ask(ReceiptOfDocument, { id: draft.statement.id });
    if (!data?.receipt) {
      on.failure = failure;
      on.step = "lost";
      return;
    }
    receipts.push(data.receipt);
  }
  done(on, receipts);
}

/** Sends the same bytes once more. */
export async function sendAgain(): Promise<void> {
  const on = sheet.value;
  if (on?.step !== "lost") return;
  on.refusal = null;
  await send(on);
}

function done(on: Sheet, receipts: readonly Receipt[]): void {
  const fits = receipts.every((receipt) => {
    const at = on.ready.findIndex(({ draft }) => draft.statement.id === receipt.id);
    const sig = sent?.envelopes[at]?.signatures[0].sig;
    return at >= 0 && sig !== undefined && receiptFits(on.ready[at]!.draft, fromBase64(sig), receipt);
  });
  if (!fits) {
    on.unsignable = { key: "sign.other_receipt", detail: receipts[0]?.id ?? "" };
    on.step = "failed";
    return;
  }
  sent = null;
  on.receipts = [...receipts];
  on.step = "done";
  // The screen behind may read on at once; the sheet shows the receipt until it is closed.
  settle?.(on.receipts);
  settle = null;
}

/** `更正 医用X射线CT D0001`: what is signed and about what, from the bytes. */
export const objectOf = ({ draft, proposal }: Ready): { kind: { zh: string; en: string }; label: string } => ({
  kind: kindLabel(draft.statement.record.kind),
  label: proposal.label ?? draft.statement.record.id.slice(0, 8),
});

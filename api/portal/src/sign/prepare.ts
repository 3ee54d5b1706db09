// From a wish to bytes that may be signed: the node prepares every event of the unit, and each is read back and compared.
import { ask, type Failure } from "@/app/client";
import { PrepareDocument, type PrepareInput, type RefusalFragment } from "@/generated/api/graphql";
import { checkPrepared, checkUnit, type Draft, type Wish } from "@/ledger/append";
import { newUuid } from "@/ledger/bytes";
import { WireError } from "@/ledger/fault";
import { codeList, eventTable, type EventTable } from "@/shared/kinds";
import { login } from "@/shared/session";
import { filingOf, restingOn } from "./attach";
import { grantFor } from "./capacity";
import { conflictOn } from "./conflict";
import { signingContext, type Context } from "./context";
import { valuesAt } from "./history";
import { recordNow } from "./record";
import { rowsOf, Unlabelled } from "./rows";
import { sheet, unitOf, type Proposal, type Ready, type Sheet } from "./sheet";
import { listsOf } from "./values";

/** Events that are asked for at the same time. */
const AT_ONCE = 8;
/** Most events of a unit (wire format §4.1). */
const MAX_EVENTS = 1000;

/** Prepares every event and reads it back; what is wrong is said on the sheet. */
export async function prepareAll(on: Sheet): Promise<void> {
  Object.assign(on, {
    step: "preparing",
    filings: [],
    ready: [],
    refusal: null,
    failure: null,
    unsignable: null,
    keyFault: null,
    conflict: null,
    progress: null,
    sent: null,
  } satisfies Partial<Sheet>);
  try {
    const [{ context, failure }, tables] = await Promise.all([signingContext(), tablesOf(on)]);
    on.context = context;
    if (!context || !on.table) return fail(on, failure);
    const [first] = on.proposals;
    if (first?.record.id && !on.table.creates) {
      const { record } = await recordNow(first.record.kind, first.record.id);
      on.now = record;
      on.before = on.proposals.length === 1 && record ? valuesAt(record.events) : {};
      if (record && first.version !== undefined && on.proposals.length === 1 && record.version > Number(first.version))
        return conflictOn(on, record, Number(first.version));
    }
    const files = filesOf(on).map(filingOf);
    const ready = await prepareEach(on, [...files, ...on.proposals], context, tables);
    if (sheet.value !== on || on.step !== "preparing") return;
    if (!on.refusal) {
      on.filings = ready.slice(0, files.length);
      on.ready = ready.slice(files.length);
      checkUnit(
        unitOf(on).map(({ draft }) => draft),
        login.value?.key ?? "",
      );
      on.step = "review";
    } else {
      // What there is of the wish itself stays on the sheet, beside the refusal.
      on.ready = ready.filter(({ proposal }) => on.proposals.includes(proposal));
      on.step = "refused";
    }
  } catch (fault) {
    // Contract and bytes that do not agree: nothing is signed.
    if (fault instanceof Unlabelled) on.unsignable = { key: "sign.unlabelled_field", detail: fault.pointer };
    else if (fault instanceof WireError) on.unsignable = { key: "sign.not_as_wished", detail: fault.message };
    else on.unsignable = { key: "sign.broken", detail: fault instanceof Error ? fault.message : String(fault) };
    on.step = "failed";
  }
}

/** The files of all that is wished. */
export const filesOf = ({ proposals }: Sheet): NonNullable<Proposal["files"]> => proposals.flatMap(({ files }) => files ?? []);

function fail(on: Sheet, failure: Failure | null): void {
  on.failure = failure;
  if (!failure) on.unsignable = { key: "sign.broken", detail: "context" };
  on.step = "failed";
}

/** The field tables of what is wished, and the code lists that they name. */
async function tablesOf(on: Sheet): Promise<ReadonlyMap<string, EventTable>> {
  const [first] = on.proposals;
  const tables = new Map<string, EventTable>();
  for (const { type, schema } of [...on.proposals, ...filesOf(on).map(filingOf)])
    if (!tables.has(type)) tables.set(type, await eventTable(type, schema));
  on.table = (first && tables.get(first.type)) ?? null;
  const names = new Set(["ROLE"]);
  for (const table of tables.values()) for (const field of table.data) listsOf(field, names);
  const lists = await Promise.all([...names].map(async (name) => [name, await codeList(name).catch(() => [])] as const));
  on.codes = new Map(lists);
  return tables;
}

const inputOf = (proposal: Proposal, table: EventTable, context: Context, batch?: PrepareInput["batch"]): PrepareInput => {
  const { type, record, data, meaning, reason, effectiveOn, corrects, cause, reads, role } = proposal;
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
    ...(reads?.length ? { reads: reads.map((read) => ({ ...read, version: String(read.version) })) } : {}),
    ...(batch ? { batch } : {}),
    ...(grant ? { grant } : {}),
  };
};

async function prepareEach(
  on: Sheet,
  proposals: readonly Proposal[],
  context: Context,
  tables: ReadonlyMap<string, EventTable>,
): Promise<Ready[]> {
  if (proposals.length > MAX_EVENTS) throw new WireError("too_large", `${proposals.length} > ${MAX_EVENTS}`);
  const tableOf = ({ type }: Proposal): EventTable => tables.get(type)!;
  const batch = proposals.length > 1 ? newUuid() : null;
  const ready: Ready[] = [];
  const refused = (refusal: RefusalFragment, index: number): void => {
    if (!on.refusal || index < on.refusal.index) on.refusal = { ...refusal, index };
  };
  const one = async (proposal: Proposal, index: number): Promise<void> => {
    const table = tableOf(proposal);
    const input = inputOf(proposal, table, context, batch ? { id: batch, index, count: proposals.length } : undefined);
    const { data, failure } = await ask(PrepareDocument, { input });
    const prepared = data?.prepare;
    if (!prepared) return fail(on, failure);
    // The dry run judges each event by itself, so it misses the others of a batch; that is no refusal.
    if (prepared.refusal && !(batch && prepared.refusal.code === "bad_batch")) refused(prepared.refusal, index);
    if (typeof prepared.payload !== "string") return;
    const { type, record, meaning, effectiveOn } = proposal;
    const wish: Wish = {
      ledger: context.ledger,
      account: context.account,
      keyId: login.value?.key ?? "",
      type,
      data: proposal.data,
      ...(record.id ? { record: { kind: record.kind, id: record.id } } : {}),
      ...(meaning ? { meaning } : {}),
      ...(effectiveOn ? { effectiveOn } : {}),
    };
    const read = checkPrepared(prepared, wish);
    const draft = proposal.files?.length ? checkPrepared(restingOn(read, proposal.files), wish) : read;
    alsoAsWished(draft, proposal);
    ready[index] = { proposal, draft, table, prepared, rows: rowsOf(table, draft.statement, draft.openings, on.codes) };
  };
  if (batch) {
    // By itself the first of each type says what all would be refused for; the ledger judges the unit as a whole.
    for (const type of new Set(proposals.map((proposal) => proposal.type))) {
      const index = proposals.findIndex((proposal) => proposal.type === type);
      const { data } = await ask(PrepareDocument, { input: inputOf(proposals[index]!, tables.get(type)!, context) });
      if (data?.prepare?.refusal) refused(data.prepare.refusal, index);
    }
    on.progress = { done: 0, of: proposals.length };
  }
  for (let at = 0; at < proposals.length && on.step === "preparing" && (!on.refusal || at === 0); at += AT_ONCE) {
    await Promise.all(proposals.slice(at, at + AT_ONCE).map((proposal, index) => one(proposal, at + index)));
    if (batch) on.progress = { done: Math.min(at + AT_ONCE, proposals.length), of: proposals.length };
  }
  on.progress = null;
  return ready.filter(Boolean);
}

/** What `checkPrepared` does not compare: the parts beside the data. */
function alsoAsWished({ statement, openings }: Draft, { corrects, reason, files, effectiveOn, reads }: Proposal): void {
  const differs = (pointer: string): never => {
    throw new WireError("bad_value", pointer);
  };
  if (statement.corrects?.event !== corrects?.event || statement.corrects?.hash !== corrects?.hash) differs("/corrects");
  if (statement.reason?.code !== reason?.code) differs("/reason/code");
  const text = openings.find(({ pointer }) => pointer === "/reason/text")?.value;
  if (text !== (reason?.text || undefined)) differs("/reason/text");
  if (statement.effective_on !== effectiveOn) differs("/effective_on");
  if ((statement.attachments ?? []).map(({ id }) => id).join() !== (files ?? []).map(({ id }) => id).join()) differs("/attachments");
  if ((statement.reads?.length ?? 0) !== (reads?.length ?? 0)) differs("/reads");
}

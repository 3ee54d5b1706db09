// The signing of an import: units are handed out, read back, signed in a worker and appended, one after the other. What is
// in the ledger is not handed out again, so after any break one goes on by asking for the next unit. A run lives as long as
// the tab, whatever page is looked at; it is never begun by itself.
import { shallowReactive } from "vue";
import { ask, type Failure } from "@/app/client";
import { ImportUnitsDocument, type ImportUnitsQuery, type RefusalFragment } from "@/generated/api/graphql";
import type { Draft } from "@/ledger/append";
import { sha256, concat, fromBase64url, toBase64url } from "@/ledger/bytes";
import { WireError } from "@/ledger/fault";
import { isObject, type JsonObject } from "@/ledger/json";
import { grantFor } from "@/sign/capacity";
import { signingContext } from "@/sign/context";
import { changedSince, findHanded, readHanded, sendHanded, signHanded, type HandedUnit } from "@/sign/handed";
import { Unlabelled } from "@/sign/rows";
import { KeyError, withSigner, type KeyFault } from "@/sign/unlock";
import { keepOf, kept, type DoneUnit } from "./kept";

const TYPES = ["import.opened", "dose_report.issued", "dose_result.reported", "import.completed"];
const TRIES = 5;

/** A unit with what the file says of it. */
export interface FileUnit extends HandedUnit {
  report: string | null;
  rows: number[];
}

/** What a person reads before he signs. */
export interface Review {
  units: FileUnit[];
  /** Events of the whole file, and of those how many are in the ledger. */
  events: number;
  done: number;
  sumNsv: string | null;
  /** Over the hashes of what is signed first. */
  digest: string;
  /** Milliseconds by which the clock of the ledger is ahead. */
  ahead: number;
}

export interface Run {
  phase: "idle" | "reading" | "signing" | "sending" | "waiting" | "stopped" | "done";
  /** Signatures of the unit in hand. */
  signed: { done: number; of: number } | null;
  /** Events in the ledger, of those of the file. */
  done: number;
  of: number;
  units: DoneUnit[];
  keyFault: KeyFault | null;
  refusal: RefusalFragment | null;
  /** Row of the file that was refused. */
  row: number | null;
  failure: Failure | null;
  fault: { key: string; detail: string } | null;
  /** Asked to stop after the unit in hand. */
  stopping: boolean;
  /** Milliseconds that signing took, and the signatures made in them. */
  spent: { ms: number; signatures: number };
}

const runs = new Map<string, Run>();

/** The run of a file in this tab. */
export function runOf(id: string): Run {
  const known = runs.get(id);
  if (known) return known;
  const fresh = shallowReactive<Run>({
    phase: "idle",
    signed: null,
    done: 0,
    of: 0,
    units: kept(id).units ?? [],
    keyFault: null,
    refusal: null,
    row: null,
    failure: null,
    fault: null,
    stopping: false,
    spent: { ms: 0, signatures: 0 },
  });
  runs.set(id, fresh);
  return fresh;
}
export const isRunning = (run: Run): boolean => ["reading", "signing", "sending", "waiting"].includes(run.phase);

// A tab that is closed takes its run with it: the browser asks first.
addEventListener("beforeunload", (event) => {
  if ([...runs.values()].some(isRunning)) event.preventDefault();
});

type Answer = NonNullable<NonNullable<ImportUnitsQuery["importJob"]>["check"]>;

async function next(
  id: string,
  first: number,
): Promise<{ answer: Answer | null; units: FileUnit[]; ahead: number; failure: Failure | null }> {
  const { context, failure } = await signingContext();
  if (!context) return { answer: null, units: [], ahead: 0, failure };
  const grant = grantFor(context.grants, context.account, "TSO_SIGN");
  const { data, failure: failed } = await ask(ImportUnitsDocument, { id, first, ...(grant ? { grant } : {}) });
  const answer = data?.importJob?.check ?? null;
  const units: FileUnit[] = [];
  for (const { report, events } of answer?.units ?? []) {
    const unit = await readHanded(events, { context, grant, types: TYPES });
    units.push({ ...unit, report: report ?? null, rows: events.map(({ row }) => row ?? 0) });
  }
  return { answer, units, ahead: context.ahead, failure: failed };
}

const faultOf = (fault: unknown): { key: string; detail: string } => {
  if (fault instanceof Unlabelled) return { key: "sign.unlabelled_field", detail: fault.pointer };
  if (fault instanceof WireError) return { key: "sign.not_as_wished", detail: fault.message };
  return { key: "sign.broken", detail: fault instanceof Error ? fault.message : String(fault) };
};

/** Reads what would be signed first: of a file that fits one unit all of it, of a larger one what opens its import. */
export async function review(id: string): Promise<{ review: Review | null; failure: Failure | null; fault: Run["fault"] }> {
  try {
    const { answer, units, ahead, failure } = await next(id, 4);
    if (!answer) return { review: null, failure, fault: null };
    const { progress, sumNsv } = answer;
    const hashes = units.flatMap(({ drafts }) => drafts.map(({ hash }) => fromBase64url(hash, 32)));
    const digest = hashes.length ? toBase64url(sha256(concat(...hashes))) : "";
    return {
      review: { units, events: progress.total, done: progress.done, sumNsv: sumNsv ?? null, digest, ahead },
      failure: null,
      fault: null,
    };
  } catch (fault) {
    return { review: null, failure: null, fault: faultOf(fault) };
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Signs and sends until nothing is left. Throws nothing: what happened stands in the run. */
export async function start(id: string, confirmed: Review, passphrase?: string): Promise<void> {
  const run = runOf(id);
  if (isRunning(run)) return;
  Object.assign(run, {
    phase: "reading",
    signed: null,
    done: confirmed.done,
    of: confirmed.events,
    keyFault: null,
    refusal: null,
    row: null,
    failure: null,
    fault: null,
    stopping: false,
    spent: { ms: 0, signatures: 0 },
  });
  try {
    await withSigner(async (signer) => {
      let tries = 0;
      /** Sent, and nobody answered. */
      let lost: FileUnit | null = null;
      for (;;) {
        run.phase = "reading";
        const { answer, units, failure } = await next(id, 1);
        if (!answer) {
          if (failure && failure.code !== "E-NETWORK" && failure.code !== "BUSY") return stop(run, { failure });
          if (++tries > TRIES) return stop(run, { failure });
          run.phase = "waiting";
          await pause(1000 * tries);
          continue;
        }
        const [unit] = units;
        if (lost && lost.drafts[0]!.statement.id !== unit?.drafts[0]!.statement.id) {
          const positions = await findHanded(lost);
          if (positions) note(id, run, lost, positions);
        }
        lost = null;
        run.done = answer.progress.done;
        if (!unit) {
          if (answer.state === "DONE") return void (run.phase = "done");
          return stop(run, { fault: { key: "imports.run.changed", detail: answer.state } });
        }
        await asConfirmed(unit, answer, confirmed);
        if (run.stopping) return stop(run, {});
        run.phase = "signing";
        run.signed = { done: 0, of: unit.drafts.length };
        const from = performance.now();
        const signed = await signHanded(unit, signer, (done, of) => (run.signed = { done, of }));
        run.spent = { ms: run.spent.ms + performance.now() - from, signatures: run.spent.signatures + unit.drafts.length };
        run.phase = "sending";
        const sent = await sendHanded(unit, signed);
        if ("positions" in sent) {
          tries = 0;
          note(id, run, unit, sent.positions);
          continue;
        }
        const code = "refusal" in sent ? sent.refusal.code : sent.failure.code;
        // Nobody knows whether it arrived, or it may be taken in a moment: the next question says what is missing.
        if (["E-NETWORK", "BUSY", "busy", "read_only"].includes(code) && ++tries <= TRIES) {
          lost = unit;
          run.phase = "waiting";
          await pause(1000 * tries);
          continue;
        }
        if ("failure" in sent) return stop(run, { failure: sent.failure });
        return stop(run, { refusal: sent.refusal, row: unit.rows[sent.refusal.index] || null });
      }
    }, passphrase);
  } catch (fault) {
    if (fault instanceof KeyError)
      Object.assign(run, { phase: run.units.length || confirmed.done ? "stopped" : "idle", keyFault: fault.code });
    else stop(run, { fault: faultOf(fault) });
  }
  run.signed = null;
}

function stop(run: Run, why: Partial<Run>): void {
  Object.assign(run, why, { phase: "stopped" });
}

/** What was handed out now is what was confirmed: the same numbers, and of what was read the same words. */
async function asConfirmed(unit: FileUnit, { progress, sumNsv }: Answer, confirmed: Review): Promise<void> {
  if (progress.total !== confirmed.events || (sumNsv ?? null) !== confirmed.sumNsv) throw new WireError("bad_value", "sums");
  const other = await changedSince(
    confirmed.units.flatMap(({ drafts }) => drafts),
    unit,
  );
  if (other) throw new WireError("bad_value", other);
}

/** Notes where a unit came to stand. */
function note(id: string, run: Run, unit: FileUnit, positions: readonly bigint[]): void {
  const [first] = positions;
  const statement = unit.drafts[0]!.statement;
  if (first === undefined || positions.some((position, at) => position !== first + BigInt(at)))
    throw new WireError("bad_value", "positions");
  run.units = [
    ...run.units,
    {
      report: unit.report,
      type: statement.type,
      record: { kind: statement.record.kind, id: statement.record.id },
      first: String(first),
      rows: unit.rows,
    },
  ];
  if (unit.report !== null) run.done = Math.min(run.of, run.done + positions.length);
  keepOf(id, { units: run.units, ...(statement.type === "import.opened" ? { importRecord: statement.record.id } : {}) });
}

/** A row as it would be signed. */
export interface Signed {
  row: number;
  draft: Draft;
  unit: FileUnit;
  /** Effective dose, nSv; none of a result without one. */
  nsv: number | null;
}
const number = (data: JsonObject, name: string): number | null => (typeof data[name] === "number" ? data[name] : null);

/** The results of these units, highest dose first. */
export function outliers(units: readonly FileUnit[]): Signed[] {
  const rows = units.flatMap((unit) => unit.drafts.map((draft, at) => ({ row: unit.rows[at] ?? 0, draft, unit })));
  const results = rows.filter(({ draft }) => draft.statement.type === "dose_result.reported");
  return results
    .map((one) => ({ ...one, nsv: number(one.draft.statement.data, "effective_nsv") ?? number(one.draft.statement.data, "hp10_nsv") }))
    .sort((a, b) => (b.nsv ?? -1) - (a.nsv ?? -1));
}

/** The reports of these units, as their headers say. */
export function reports(
  units: readonly FileUnit[],
): { number: string; lines: number; persons: number; below: number; sum: number; from: string; to: string; signedOn: string }[] {
  const headers = units.flatMap(({ drafts }) =>
    drafts.filter(({ statement }) => statement.type === "dose_report.issued").map(({ statement }) => statement.data),
  );
  const text = (data: JsonObject, name: string): string => (typeof data[name] === "string" ? data[name] : "");
  return headers.filter(isObject).map((data) => ({
    number: text(data, "report_no"),
    lines: number(data, "lines") ?? 0,
    persons: number(data, "persons") ?? 0,
    below: number(data, "below_mdl") ?? 0,
    sum: number(data, "effective_sum_nsv") ?? 0,
    from: text(data, "period_from"),
    to: text(data, "period_to"),
    signedOn: text(data, "signed_on"),
  }));
}

/** SHA-256 of the file, as what opens the import of a large file says it. */
export const fileDigest = (units: readonly FileUnit[]): string | null => {
  const opened = units.flatMap(({ drafts }) => drafts).find(({ statement }) => statement.type === "import.opened");
  const value = opened?.openings.find(({ pointer }) => pointer === "/data/file")?.value;
  return typeof value === "string" ? value : null;
};

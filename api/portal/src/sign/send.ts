// From the sheet into the ledger: exactly the bytes that were shown are signed, and the same bytes are sent until it is known
// whether they are in.
import { ask, type Failure } from "@/app/client";
import { AppendDocument, ReceiptOfDocument, type RefusalFragment } from "@/generated/api/graphql";
import { receiptFits, signUnit } from "@/ledger/append";
import { fromBase64 } from "@/ledger/bytes";
import { conflictOn } from "./conflict";
import { recordNow } from "./record";
import { sheet, unitOf, type Receipt, type Sheet } from "./sheet";
import { KeyError, withSigner } from "./unlock";

/** Signs exactly the bytes on the sheet, and sends them. */
export async function signAndSend(passphrase?: string): Promise<void> {
  const on = sheet.value;
  if (!on || on.step !== "review") return;
  on.step = "signing";
  on.keyFault = null;
  const drafts = unitOf(on).map(({ draft }) => draft);
  try {
    on.sent = await withSigner(async (signer) => {
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
  if (!on.sent) return;
  on.step = "sending";
  const { data, failure } = await ask(AppendDocument, { units: [on.sent] });
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
    on.sent = null;
    if (record && record.version > from) return conflictOn(on, record, from);
  }
  refuse(on, result, null);
}

function refuse(on: Sheet, refusal: RefusalFragment | null, failure: Failure | null): void {
  on.sent = null;
  on.refusal = refusal;
  on.failure = failure;
  on.step = "refused";
}

/** Asks the ledger for every event of what was sent: it is in, or it is not, all of it. */
export async function lookFor(on: Sheet | null = sheet.value): Promise<void> {
  if (!on?.sent) return;
  on.step = "sending";
  const receipts: Receipt[] = [];
  for (const { draft } of unitOf(on)) {
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
  const unit = unitOf(on);
  const fits = receipts.every((receipt) => {
    const at = unit.findIndex(({ draft }) => draft.statement.id === receipt.id);
    const sig = on.sent?.envelopes[at]?.signatures[0].sig;
    return at >= 0 && sig !== undefined && receiptFits(unit[at]!.draft, fromBase64(sig), receipt);
  });
  if (!fits) {
    on.unsignable = { key: "sign.other_receipt", detail: receipts[0]?.id ?? "" };
    on.step = "failed";
    return;
  }
  on.sent = null;
  // Files are filed on the way: what was wished are the others.
  on.receipts = receipts.slice(on.filings.length);
  on.step = "done";
  // The screen behind may read on at once; the sheet shows the receipt until it is closed.
  on.settle(on.receipts);
}

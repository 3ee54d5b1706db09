// One way to sign for every screen: a proposal goes in, the person reads the exact bytes on the one sheet, and what comes
// back are receipts; null when he went back. Nothing is signed that was not shown, and nothing is sent twice in two forms.
import { shallowReactive } from "vue";
import { kindLabel } from "@/shared/kinds";
import { rebased } from "./conflict";
import { signingContext } from "./context";
import { prepareAll } from "./prepare";
import { sheet, type Proposal, type Ready, type Receipt, type Sheet } from "./sheet";

/** Opens the sheet. Several proposals are one batch: all or nothing. */
export function propose(what: Proposal | Proposal[]): Promise<Receipt[] | null> {
  back();
  return new Promise((settle) => {
    const opened = shallowReactive<Sheet>({
      proposals: Array.isArray(what) ? what : [what],
      step: "preparing",
      filings: [],
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
      sent: null,
      receipts: [],
      table: null,
      codes: new Map(),
      settle,
    });
    sheet.value = opened;
    void prepareAll(opened);
  });
}

/** Closes the sheet: back to the form, which keeps its content; or after the receipt was read. */
export function back(): void {
  const was = sheet.value;
  // Bytes that were sent may be in the ledger: until that is known nothing is closed.
  if (was && (was.step === "signing" || was.step === "sending")) return;
  was?.settle(was.receipts.length ? was.receipts : null);
  sheet.value = null;
}

/** Goes on upon the new version, with what was chosen where two people changed the same. False while a choice is open. */
export async function resign(chosen: Readonly<Record<string, "mine" | "theirs">>): Promise<boolean> {
  const on = sheet.value;
  const next = on ? rebased(on, chosen) : "open";
  if (!on || next === "open") return false;
  if (next === "said") back();
  else {
    on.proposals = [next];
    await prepareAll(on);
  }
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
export function asksAlways({ table, ready, proposals }: Sheet): boolean {
  const ALWAYS = ["approval", "refusal", "revocation", "countersignature", "delegation", "withdrawal"];
  const meaning = ready[0]?.draft.statement.meaning ?? table?.meanings[0] ?? "";
  const kind = table?.type.split(".")[0];
  return proposals.length > 1 || ALWAYS.includes(meaning) || kind === "transfer" || table?.type === "warning.closed";
}

/** `更正 医用X射线CT D0001`: what is signed and about what, from the bytes. */
export const objectOf = ({ draft, proposal }: Ready): { kind: { zh: string; en: string }; label: string } => ({
  kind: kindLabel(draft.statement.record.kind),
  label: proposal.label ?? draft.statement.record.id.slice(0, 8),
});

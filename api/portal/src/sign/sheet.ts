// What is being signed, if anything: the one sheet, and what goes onto it. Apart from what prepares and sends, so that the
// shell carries no code that signs.
import { shallowRef } from "vue";
import type { Failure } from "@/app/client";
import type { PrepareMutation, ReceiptPartsFragment, RefusalFragment } from "@/generated/api/graphql";
import type { Draft, Unit } from "@/ledger/append";
import type { JsonObject } from "@/ledger/json";
import type { CodeLabel, EventTable } from "@/shared/kinds";
import type { Context } from "./context";
import type { SentFile } from "./files";
import type { PastEvent } from "./history";
import type { Touched, Values } from "./merge";
import type { RecordNow } from "./record";
import type { Row } from "./rows";
import type { KeyFault } from "./unlock";

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
  /** Files that it rests on. They lie at the service already, and are filed by events of the same unit. */
  files?: SentFile[];
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
  /** Events that file what the others rest on; they come first in the unit. */
  filings: Ready[];
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
  /** The signed unit, kept as it is until it is known to be in the ledger: it is sent again, never signed again. */
  sent: Unit | null;
  receipts: Receipt[];
  table: EventTable | null;
  codes: Map<string, CodeLabel[]>;
  /** Tells the screen behind what became of it; the first word counts. */
  settle: (receipts: Receipt[] | null) => void;
}

export const sheet = shallowRef<Sheet | null>(null);

/** Every event of the unit, in its order. */
export const unitOf = (on: Sheet): Ready[] => [...on.filings, ...on.ready];

// P-REC: a record of any kind at a moment, with what the contract says of its kind.
import type { TypedDocumentNode } from "@urql/core";
import { computed, ref, shallowRef, toValue, watchEffect, type ComputedRef, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import { useAsk, type Asked } from "@/app/client";
import { records } from "@/generated/records";
import type { TimelineEventFragment } from "@/generated/api/graphql";
import { kindTable, type KindTable } from "@/shared/kinds";
import { useMoment, type Moment } from "./moment";

/** A record as any kind has it. */
export interface AnyRecord {
  id: string;
  kind: string;
  recordId: string;
  version: string;
  position: string;
  recordedAt: string;
  readAt: string;
  label: string;
  org: string | null;
  area: string | null;
  state: string;
  members: Record<string, unknown>;
  history: { nodes: TimelineEventFragment[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null;
}

export interface RecordPage {
  asked: Asked<unknown>;
  /** The record at the moment of the page; null while it is awaited, or when it is not to be read. */
  record: ComputedRef<AnyRecord | null>;
  table: ShallowRef<KindTable | null>;
  moment: Moment;
  /** The label of its state, from the code that its members hold. */
  state: ComputedRef<{ code: string; zh: string; en: string } | null>;
  /** Reads again; with the receipts of what the ledger has just taken, past them. */
  again: (receipts?: readonly { position: string }[]) => Promise<void>;
  /** Position up to which questions of the page must have read; none when it signed nothing. */
  atLeast: Ref<string | undefined>;
}

/** The record that a page is about. */
export function useRecord(kind: MaybeRefOrGetter<string>, recordId: MaybeRefOrGetter<string>): RecordPage {
  const moment = useMoment();
  const table = shallowRef<KindTable | null>(null);
  watchEffect(async () => {
    table.value = await kindTable(toValue(kind));
  });
  const document = (): TypedDocumentNode<unknown, object> => records[toValue(kind) as keyof typeof records] as never;
  const atLeast = ref<string>();
  const asked = useAsk<unknown, object>(document, () => ({
    id: `${toValue(kind)}/${toValue(recordId)}`,
    ...(atLeast.value && !moment.at.value ? { atLeast: atLeast.value } : {}),
    ...moment.variables.value,
  }));
  const record = computed(() => (asked.data.value as { node: AnyRecord | null } | null)?.node ?? null);
  const state = computed(() => {
    const found = record.value?.members["state"];
    return found && typeof found === "object" && "code" in found ? (found as { code: string; zh: string; en: string }) : null;
  });
  const again = async (receipts?: readonly { position: string }[]): Promise<void> => {
    const position = receipts?.at(-1)?.position;
    // Another position is another question, and is asked as such.
    if (position && position !== atLeast.value) atLeast.value = position;
    else await asked.again();
  };
  return { asked: asked as Asked<unknown>, record, table, moment, state, again, atLeast };
}

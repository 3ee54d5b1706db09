// Who may sign what, by the newest policy. It only decides what is offered: the ledger itself judges every signature, with
// the scope of the signer and the state of the record.
import { shallowRef, toValue, watchEffect, type MaybeRefOrGetter, type ShallowRef } from "vue";
import rights from "@/generated/rights.json";
import { kindTable } from "./kinds";
import { acts } from "./session";

/** Whether one of the roles of this login may sign events of a type, somewhere. */
export const may = (type: string): boolean => acts(...((rights as Record<string, string[]>)[type] ?? []));

/** The event types of a kind that may be signed here on a record that exists. */
export function useSignable(kind: MaybeRefOrGetter<string | null>): ShallowRef<string[]> {
  const types = shallowRef<string[]>([]);
  watchEffect(async () => {
    const of = toValue(kind);
    types.value = of
      ? [...new Set((await kindTable(of)).events.filter((event) => !event.creates && may(event.type)).map(({ type }) => type))]
      : [];
  });
  return types;
}

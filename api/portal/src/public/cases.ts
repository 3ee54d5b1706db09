// The sample receipt: the worked bytes of docs/wire-format.md, leaf 5 of the tree of seven. Its log signs nothing else.
import type { ReceiptInput } from "@/ledger/receipt";
import given from "./sample.json";

/** A receipt that verifies. */
export const sample = (): ReceiptInput => structuredClone(given) as ReceiptInput;

/** The same with one character of what was signed changed afterwards. */
export function tampered(): ReceiptInput {
  const { event, ...rest } = sample();
  return { ...rest, event: { ...event, payload: event.payload.replace("D0001", "D0002") } };
}

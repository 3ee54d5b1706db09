// Reads a record of any kind with its signed history.
import { ask, type Failure } from "@/app/client";
import { RecordNowDocument, type RecordNowQuery } from "@/generated/api/graphql";
import type { PastEvent } from "./history";

type Found = Extract<NonNullable<RecordNowQuery["node"]>, { version: string }>;

/** A record now. */
export interface RecordNow {
  kind: string;
  recordId: string;
  label: string;
  version: number;
  /** Its signed events, newest first. */
  events: PastEvent[];
}

const PAGES = 4;

/** Reads a record with its history; null where there is none that may be read. */
export async function recordNow(kind: string, id: string): Promise<{ record: RecordNow | null; failure: Failure | null }> {
  const events: PastEvent[] = [];
  let after: string | undefined;
  let head: Found | null = null;
  for (let page = 0; page < PAGES; page++) {
    const { data, failure } = await ask(RecordNowDocument, { id: `${kind}/${id}`, ...(after ? { after } : {}) });
    if (failure) return { record: null, failure };
    const node = data?.node as Found | null | undefined;
    if (!node || !("version" in node)) break;
    head ??= node;
    events.push(...(node.history?.nodes ?? []));
    if (!node.history?.pageInfo.hasNextPage) break;
    after = node.history.pageInfo.endCursor ?? undefined;
  }
  if (!head) return { record: null, failure: null };
  return { record: { kind: head.kind, recordId: head.recordId, label: head.label, version: Number(head.version), events }, failure: null };
}

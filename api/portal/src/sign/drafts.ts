// Drafts of unsigned work (R3): private, encrypted at the service, offered again when the form opens, thrown away when signed.
import { ask } from "@/app/client";
import { DiscardDraftDocument, DraftsDocument, SaveDraftDocument } from "@/generated/api/graphql";
import type { SentFile } from "./files";
import type { Raw } from "./form";

/** What a form holds. */
export interface Written {
  /** The record that it is about; empty for a new one. */
  record: string;
  raw: Record<string, Raw>;
  chosen: string[];
  cleared: string[];
  reason: { code: string; text: string };
  effectiveOn: string;
  /** Files that lie at the service already; drafts of before have none. */
  files?: SentFile[];
}
export interface Kept {
  id: string;
  savedAt: string;
  written: Written;
}

/** The newest draft for this type and record. */
export async function findDraft(type: string, record: string): Promise<Kept | null> {
  const { data } = await ask(DraftsDocument, {});
  for (const { id, eventType, savedAt, text } of data?.drafts ?? []) {
    if (eventType !== type || !text) continue;
    try {
      const written = JSON.parse(text) as Partial<Written>;
      if (written.record === record && written.raw) return { id, savedAt, written: written as Written };
    } catch {
      // A draft of another client in another form is not ours to read.
    }
  }
  return null;
}

/** Saves; the instant at which it was saved, or null. */
export async function saveDraft(id: string, type: string, written: Written): Promise<string | null> {
  const { data } = await ask(SaveDraftDocument, { id, eventType: type, text: JSON.stringify(written) });
  return data?.saveDraft?.savedAt ?? null;
}

export async function discardDraft(id: string): Promise<void> {
  await ask(DiscardDraftDocument, { id });
}

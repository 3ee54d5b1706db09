// The draft of a form: saved every ten seconds and on leaving, offered when the form opens again, thrown away when signed.
import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { newUuid } from "@/ledger/bytes";
import { discardDraft, findDraft, saveDraft, type Kept, type Written } from "./drafts";

const EVERY = 10_000;

export interface DraftOf {
  /** A draft of before, until the person says whether to go on with it. */
  offered: ShallowRef<Kept | null>;
  /** When it was saved last; empty when it was not. */
  savedAt: Ref<string>;
  /** Looks for a draft, and takes what the form holds now as nothing written. */
  begin: () => Promise<void>;
  save: () => Promise<void>;
  resume: () => void;
  discard: () => Promise<void>;
  /** What was written is signed. */
  signed: () => Promise<void>;
}

export function useDraft(type: string, record: string, written: () => Written, take: (was: Written) => void): DraftOf {
  const offered = shallowRef<Kept | null>(null);
  const savedAt = ref("");
  let id = newUuid();
  let kept = false;
  let over = true;
  /** What needs no saving: it was saved, or nobody wrote it. */
  let clean = "";

  async function save(): Promise<void> {
    if (over || offered.value) return;
    const content = written();
    const text = JSON.stringify(content);
    if (text === clean) return;
    const at = await saveDraft(id, type, content);
    if (!at) return;
    clean = text;
    kept = true;
    savedAt.value = at;
  }
  const timer = setInterval(() => void save(), EVERY);
  onBeforeUnmount(() => {
    clearInterval(timer);
    void save();
  });
  return {
    offered,
    savedAt,
    save,
    begin: async () => {
      offered.value = await findDraft(type, record);
      clean = JSON.stringify(written());
      over = false;
    },
    resume: () => {
      if (!offered.value) return;
      id = offered.value.id;
      kept = true;
      take(offered.value.written);
      offered.value = null;
    },
    discard: async () => {
      if (offered.value) await discardDraft(offered.value.id);
      offered.value = null;
    },
    signed: async () => {
      over = true;
      if (kept) await discardDraft(id);
    },
  };
}

// The files of a form: read and sent one after the other while the person goes on writing. What did not arrive stays in the
// list and is sent again when he says so.
import { computed, onBeforeUnmount, ref, type ComputedRef, type Ref } from "vue";
import { newUuid } from "@/ledger/bytes";
import { documentOf, FILES_MAX, readFile, type FileFault, type Owner, type SentFile } from "./files";
import { sendFile, type Unsent } from "./upload";

/** A file of the form. */
export interface FileEntry {
  key: string;
  name: string;
  bytes: number;
  kind: string;
  owner: Owner;
  /** Absent for one of a draft: it lies at the service, and this browser has it no more. */
  file: File | null;
  state: "waiting" | "reading" | "sending" | "sent" | "failed";
  /** How much of it was sent, from 0 to 1. */
  share: number;
  fault: FileFault | null;
  /** What the service says of that. */
  said: Unsent["said"] | null;
  /** What is signed of it, once it was read. */
  sent: SentFile | null;
}

export interface Files {
  entries: Ref<FileEntry[]>;
  add: (files: readonly File[], owner: Owner) => void;
  remove: (entry: FileEntry) => void;
  /** Sends it anew; under another id where it shall be somebody else's. */
  again: (entry: FileEntry, owner?: Owner) => void;
  /** Files of a draft. */
  restore: (files: readonly SentFile[]) => void;
  /** Those that lie at the service, as they would be signed. */
  sent: ComputedRef<SentFile[]>;
  /** Why the form cannot be signed yet. */
  open: ComputedRef<"files_sending" | "files_failed" | "files_many" | null>;
}

export function useFiles(type: string): Files {
  const entries = ref<FileEntry[]>([]);
  const leaving = new AbortController();
  onBeforeUnmount(() => leaving.abort());
  let running = false;

  /** The next one that waits, and so on: one at a time, as the service has few places for transfers. */
  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (let next = waiting(); next && !leaving.signal.aborted; next = waiting()) await bring(next);
    running = false;
  }
  const waiting = (): FileEntry | undefined => entries.value.find(({ state }) => state === "waiting");

  async function bring(entry: FileEntry): Promise<void> {
    const fails = (fault: FileFault, said: Unsent["said"] | null = null): void =>
      void Object.assign(entry, { state: "failed", fault, said });
    const { file } = entry;
    if (!file) return fails("unread");
    entry.state = "reading";
    const read = await readFile(file);
    if (typeof read === "string") return fails(read);
    entry.kind ||= documentOf(type, read.media);
    // Who removed it, or gave it to somebody else, while it was read wants no more of this.
    if (!entries.value.includes(entry) || entry.state !== "reading") return;
    const { name, bytes, kind, owner } = entry;
    const sent = { id: newUuid(), name, kind, bytes, owner, ...read };
    Object.assign(entry, { state: "sending", share: 0, sent });
    const unsent = await sendFile(file, sent, (share) => (entry.share = share), leaving.signal);
    if (entry.sent?.id !== sent.id) return;
    if (unsent) fails(unsent.fault, unsent.said);
    else entry.state = "sent";
  }

  return {
    entries,
    add: (files, owner) => {
      const blank = { kind: "", owner, state: "waiting" as const, share: 0, fault: null, said: null, sent: null };
      entries.value.push(...files.map((file) => ({ ...blank, key: newUuid(), name: file.name, bytes: file.size, file })));
      void run();
    },
    remove: (entry) => {
      entries.value = entries.value.filter(({ key }) => key !== entry.key);
    },
    again: (entry, owner = entry.owner) => {
      Object.assign(entry, { owner, state: "waiting", fault: null, said: null, sent: null });
      void run();
    },
    restore: (files) => {
      entries.value = files.map((sent) => {
        const { name, bytes, kind, owner } = sent;
        return { key: sent.id, name, bytes, kind, owner, file: null, state: "sent", share: 1, fault: null, said: null, sent };
      });
    },
    sent: computed(() => entries.value.flatMap(({ state, sent, kind }) => (state === "sent" && sent ? [{ ...sent, kind }] : []))),
    open: computed(() => {
      const states = entries.value.map(({ state }) => state);
      if (states.length > FILES_MAX) return "files_many";
      return states.includes("failed") ? "files_failed" : states.some((state) => state !== "sent") ? "files_sending" : null;
    }),
  };
}

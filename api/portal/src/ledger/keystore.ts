// Backups in this browser (IndexedDB). Wrapped backups only: what is not one is refused, so no seed can get in here.

import { readBackup } from "./backup";

/** A backup that is kept, by ledger, account and key. One account has two keys while its key is renewed. */
export interface KeptBackup {
  readonly ledger: string;
  readonly account: string;
  readonly keyId: string;
  /** The text of the `.radkey` file. */
  readonly text: string;
}

/** The backups of this browser. */
export interface KeyStore {
  /** Those of a ledger, or all. */
  list(ledger?: string): Promise<readonly KeptBackup[]>;
  /** Keeps a backup; one of the same key is replaced. Answers with what was kept. */
  put(text: string): Promise<KeptBackup>;
  /** Forgets one. */
  delete(kept: Pick<KeptBackup, "ledger" | "account" | "keyId">): Promise<void>;
  /** Whether this browser keeps anything at all: private windows and full disks do not. Found by trying. */
  canStore(): Promise<boolean>;
}

const NAME = "radledger-keys";
const BACKUPS = "backups";
const PROBE = "probe";

/** Opens the backups. The database is opened anew for each act, so that no tab blocks another. */
export function keyStore(factory: IDBFactory = globalThis.indexedDB): KeyStore {
  const within = async <T>(store: string, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const database = await open(factory);
    try {
      const transaction = database.transaction(store, mode);
      const request = act(transaction.objectStore(store));
      // The end of the transaction, not of the request: only then is it on the disk.
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      });
      return request.result;
    } finally {
      database.close();
    }
  };

  return {
    list: async (ledger) => {
      const all = await within<KeptBackup[]>(BACKUPS, "readonly", (store) => store.getAll());
      return all.filter((kept) => ledger === undefined || kept.ledger === ledger);
    },
    put: async (text) => {
      const { ledger, account, keyId } = readBackup(text);
      const kept: KeptBackup = { ledger, account, keyId, text };
      await within(BACKUPS, "readwrite", (store) => store.put(kept));
      return kept;
    },
    delete: async ({ ledger, account, keyId }) => {
      await within(BACKUPS, "readwrite", (store) => store.delete([ledger, account, keyId]));
    },
    canStore: async () => {
      try {
        await within(PROBE, "readwrite", (store) => store.put(1, PROBE));
        return (await within<unknown>(PROBE, "readonly", (store) => store.get(PROBE))) === 1;
      } catch {
        return false;
      }
    },
  };
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(BACKUPS, { keyPath: ["ledger", "account", "keyId"] });
      request.result.createObjectStore(PROBE);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database"));
    request.onblocked = () => reject(new Error("another tab holds the database"));
  });
}

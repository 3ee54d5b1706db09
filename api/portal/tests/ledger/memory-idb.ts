// As much of IndexedDB as the key store uses, in memory. What browsers do themselves is tried in one, by hand.

/** A factory with one database. `full`: what is written is aborted; `closed`: it does not open. */
export function memoryFactory({ full = false, closed = false } = {}): IDBFactory {
  const stores = new Map<string, { path: string[] | undefined; rows: Map<string, unknown> }>();

  const store = (name: string) => {
    const { path, rows } = stores.get(name) as { path: string[] | undefined; rows: Map<string, unknown> };
    const keyOf = (value: unknown, key?: unknown) =>
      JSON.stringify(path ? path.map((member) => (value as Record<string, unknown>)[member]) : key);
    const done = (result: unknown) => ({ result });
    return {
      put: (value: unknown, key?: unknown) => done(rows.set(keyOf(value, key), structuredClone(value)) && key),
      get: (key: unknown) => done(rows.get(JSON.stringify(key))),
      getAll: () => done([...rows.values()].map((value) => structuredClone(value))),
      delete: (key: unknown) => done(rows.delete(JSON.stringify(key)) && undefined),
    };
  };

  const database = {
    createObjectStore: (name: string, options?: { keyPath: string[] }) => stores.set(name, { path: options?.keyPath, rows: new Map() }),
    transaction: (_: string, mode: string) => {
      const transaction = {
        objectStore: store,
        oncomplete: () => {},
        onabort: () => {},
        error: new DOMException("full", "QuotaExceededError"),
      };
      queueMicrotask(() => (full && mode === "readwrite" ? transaction.onabort() : transaction.oncomplete()));
      return transaction;
    },
    close: () => {},
  };

  return {
    open: () => {
      const request = {
        result: database,
        error: new DOMException("no", "InvalidStateError"),
        onupgradeneeded: () => {},
        onsuccess: () => {},
        onerror: () => {},
      };
      queueMicrotask(() => {
        if (closed) return request.onerror();
        if (stores.size === 0) request.onupgradeneeded();
        request.onsuccess();
      });
      return request;
    },
  } as unknown as IDBFactory;
}

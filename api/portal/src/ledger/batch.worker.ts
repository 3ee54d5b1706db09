// The worker that signs a batch, so that a thousand signatures do not hold the page. It gets the key with its one job
// and forgets it at the end.

import type { Bytes } from "./bytes";
import { PAYLOAD_TYPE } from "./envelope";
import { type Secret, signWith } from "./keys";

/** What the worker is asked: one job for each worker. */
export interface BatchJob {
  readonly secret: Secret;
  readonly payloads: readonly Bytes[];
}

/** What the worker says: each signature as it is made, or why it stopped. */
export type BatchNews = { readonly index: number; readonly signature: Bytes } | { readonly failed: string };

/** Does a job. A seed is overwritten whether it went well or not. */
export async function work({ secret, payloads }: BatchJob, tell: (news: BatchNews) => void): Promise<void> {
  try {
    for (const [index, payload] of payloads.entries()) {
      tell({ index, signature: await signWith(secret, PAYLOAD_TYPE.event, payload) });
    }
  } catch (fault) {
    tell({ failed: fault instanceof Error ? fault.message : "signing failed" });
  } finally {
    if (secret instanceof Uint8Array) secret.fill(0);
  }
}

// Only inside a worker: tests import this file to call `work`.
if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) {
  const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
  scope.onmessage = (message: MessageEvent<BatchJob>) => {
    void work(message.data, (news) => scope.postMessage(news));
  };
}

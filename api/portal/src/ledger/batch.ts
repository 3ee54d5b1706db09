// Signing a batch outside the page's own thread, with progress (§4.1: up to 1,000 events in a unit).

import type { BatchJob, BatchNews } from "./batch.worker";
import type { Bytes } from "./bytes";
import { PAYLOAD_TYPE } from "./envelope";
import type { Signer } from "./keys";

/** The part of a worker that is used. */
export interface BatchWorker {
  onmessage: ((message: MessageEvent<BatchNews>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(job: BatchJob, transfer: Transferable[]): void;
  terminate(): void;
}

/** How a batch is signed. */
export interface BatchOptions {
  /** Called after each signature. */
  readonly onProgress?: (done: number, of: number) => void;
  /** Stops the worker; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Makes the worker. */
  readonly makeWorker?: () => BatchWorker;
}

const viteWorker = (): BatchWorker => new Worker(new URL("./batch.worker.ts", import.meta.url), { type: "module" });

/** The signatures of payloads of events, in their order. The worker ends with its job, and the key in it. */
export async function signBatch(
  signer: Signer,
  payloads: readonly Bytes[],
  { onProgress, signal, makeWorker = viteWorker }: BatchOptions = {},
): Promise<readonly Bytes[]> {
  if (payloads.length === 0) return [];
  signal?.throwIfAborted();
  const secret = signer.lend();
  const worker = makeWorker();
  let stop: (() => void) | undefined;
  try {
    return await new Promise<readonly Bytes[]>((resolve, reject) => {
      const signatures: Bytes[] = [];
      stop = () => reject(signal?.reason instanceof Error ? signal.reason : new Error("stopped"));
      signal?.addEventListener("abort", stop);
      worker.onerror = (event) => reject(new Error(event.message || "the worker does not start"));
      worker.onmessage = ({ data }) => {
        if ("failed" in data) return reject(new Error(data.failed));
        signatures[data.index] = data.signature;
        onProgress?.(signatures.length, payloads.length);
        if (signatures.length === payloads.length) resolve(signatures);
      };
      try {
        // A seed is moved, not copied: then the only copies are the signer's and the worker's.
        worker.postMessage({ secret, payloads }, secret instanceof Uint8Array ? [secret.buffer] : []);
      } catch {
        // A browser that cannot send a CryptoKey to a worker signs here; WebCrypto does not hold the page either.
        signHere(signer, payloads, onProgress, signal).then(resolve, reject);
      }
    });
  } finally {
    if (stop) signal?.removeEventListener("abort", stop);
    // What was moved to the worker is empty here, and cannot be written to.
    if (secret instanceof Uint8Array && secret.length > 0) secret.fill(0);
    worker.terminate();
  }
}

async function signHere(
  signer: Signer,
  payloads: readonly Bytes[],
  onProgress: BatchOptions["onProgress"],
  signal: AbortSignal | undefined,
): Promise<readonly Bytes[]> {
  const signatures: Bytes[] = [];
  for (const payload of payloads) {
    signal?.throwIfAborted();
    signatures.push(await signer.sign(PAYLOAD_TYPE.event, payload));
    onProgress?.(signatures.length, payloads.length);
  }
  return signatures;
}

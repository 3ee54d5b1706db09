// What several tests of the ledger library need.

import { expect } from "vitest";
import { bigEndian, type Bytes, sha256, utf8 } from "@/ledger/bytes";
import { PAYLOAD_TYPE, pae } from "@/ledger/envelope";
import { WireError, type WireCode } from "@/ledger/fault";
import { sign as nobleSign } from "@noble/ed25519";
import { nodeHash } from "@/ledger/tree";
import "@/ledger/keys";

/** The seed of demonstration key n (§3.2). */
export function demoSeed(n: number): Bytes {
  return sha256(utf8("radledger-demo-key-v1\0"), bigEndian(n, 4));
}

/** Expects a refusal with this code. */
export function refused(code: WireCode, run: () => unknown): void {
  let fault: unknown;
  try {
    run();
  } catch (caught) {
    fault = caught;
  }
  expect(fault, code).toBeInstanceOf(WireError);
  expect((fault as WireError).code).toBe(code);
}

/** A signature over an event, made at once. */
export function signEvent(seed: Bytes, payload: Uint8Array): Bytes {
  return Uint8Array.from(nobleSign(pae(PAYLOAD_TYPE.event, payload), seed));
}

/** The root over leaf hashes, as RFC 6962 §2.1 defines it. */
export function rootOf(hashes: readonly Bytes[]): Bytes {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0] as Bytes;
  const k = split(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, k)), rootOf(hashes.slice(k)));
}

/** The inclusion proof of a leaf (RFC 9162 §2.1.3.1). */
export function inclusionOf(index: number, hashes: readonly Bytes[]): Bytes[] {
  if (hashes.length === 1) return [];
  const k = split(hashes.length);
  return index < k
    ? [...inclusionOf(index, hashes.slice(0, k)), rootOf(hashes.slice(k))]
    : [...inclusionOf(index - k, hashes.slice(k)), rootOf(hashes.slice(0, k))];
}

/** The consistency proof (RFC 9162 §2.1.4.1). */
export function consistencyOf(first: number, hashes: readonly Bytes[], whole = true): Bytes[] {
  if (first === hashes.length) return whole ? [] : [rootOf(hashes)];
  const k = split(hashes.length);
  return first <= k
    ? [...consistencyOf(first, hashes.slice(0, k), whole), rootOf(hashes.slice(k))]
    : [...consistencyOf(first - k, hashes.slice(k), false), rootOf(hashes.slice(0, k))];
}

function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

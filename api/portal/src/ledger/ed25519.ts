// Strict Ed25519 verification (§3.2). The library's own `verify` multiplies by the cofactor even with `zip215: false`, and
// lets R be of small order; both take signatures that the ledger refuses. So only its arithmetic is used, and the
// equation of the page stands here. WebCrypto is not asked either: browsers differ in exactly these cases.

import { Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes";

const ORDER = Point.CURVE().n;

/** Whether a 64-byte signature over the message holds under the 32 bytes of a public point. */
export function verifyStrict(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const a = goodPoint(point);
  const r = goodPoint(signature.subarray(0, 32));
  const s = littleEndian(signature.subarray(32));
  if (!a || !r || s >= ORDER) return false;
  const hash = sha512.create().update(signature.subarray(0, 32)).update(point).update(message).digest();
  const k = littleEndian(hash) % ORDER;
  // [S]B = R + [k]A, without the cofactor. Nothing here is secret, so the fast multiplication may vary in time.
  return Point.BASE.multiply(s, false).equals(r.add(a.multiply(k, false)));
}

/** Whether 32 bytes are the canonical encoding of a point that is not of small order. */
export function isGoodPoint(encoded: Uint8Array): boolean {
  return goodPoint(encoded) !== undefined;
}

/** Whether a point lies in the prime-order subgroup too, which is asked of keys that are enrolled. */
export function isPrimeOrder(encoded: Uint8Array): boolean {
  return goodPoint(encoded)?.isTorsionFree() ?? false;
}

function goodPoint(encoded: Uint8Array): Point | undefined {
  try {
    const point = Point.fromBytes(encoded);
    return point.isSmallOrder() ? undefined : point;
  } catch {
    return undefined;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
}

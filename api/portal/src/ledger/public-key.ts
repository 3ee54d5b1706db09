// Public keys (§1.1, §3.2). Apart from `keys.ts`, so that the public page of receipts carries no code that signs.

import { type Bytes, concat, fromBase64url, fromHex, sha256, toBase64url } from "./bytes";
import { isGoodPoint, verifyStrict } from "./ed25519";
import { pae, type PayloadType } from "./envelope";
import { WireError } from "./fault";

const SPKI_HEAD = fromHex("302a300506032b6570032100");

/** A public key in its three forms. */
export interface PublicKey {
  /** base64url of the SubjectPublicKeyInfo, as `public_key` in data. */
  readonly text: string;
  /** The 32 bytes of the point. */
  readonly point: Bytes;
  /** SHA-256 of the SubjectPublicKeyInfo in base64url, as `signer.key` (§1.1, "Key id"). */
  readonly id: string;
}

/** The key of a point. */
export function publicKeyOf(point: Uint8Array): PublicKey {
  const spki = concat(SPKI_HEAD, point);
  return { text: toBase64url(spki), point: spki.slice(SPKI_HEAD.length), id: toBase64url(sha256(spki)) };
}

/** Reads `public_key`: the one DER form, a canonical point not of small order; else `bad_value`. */
export function readPublicKey(text: string): PublicKey {
  const key = publicKeyOf(fromBase64url(text, 44).subarray(SPKI_HEAD.length));
  if (key.text !== text || !isGoodPoint(key.point)) throw new WireError("bad_value", "not an Ed25519 public key");
  return key;
}

/** Whether a signature over a payload of this type holds (§3.1, §3.2). */
export function verifyPayload(key: PublicKey, type: PayloadType, payload: Uint8Array, signature: Uint8Array): boolean {
  return verifyStrict(key.point, pae(type, payload), signature);
}

// Crockford's alphabet: without I, L, O and U, so that what is read aloud is heard as one thing only.
const SPOKEN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The first 120 bits of a key id as six groups of four characters, for two people who compare by phone.
 * The page has no such form: base64url tells capitals apart, which nobody reads aloud reliably.
 */
export function fingerprint(keyId: string): string {
  let bits = 0n;
  for (const byte of fromBase64url(keyId, 32).subarray(0, 15)) bits = (bits << 8n) | BigInt(byte);
  const characters = Array.from({ length: 24 }, (_, at) => SPOKEN[Number((bits >> BigInt(5 * (23 - at))) & 31n)]);
  return characters.join("").replace(/(.{4})(?=.)/g, "$1 ");
}

// Keys that sign (§3.2): seeds, PKCS#8, and the two ways in which a browser signs. A seed never leaves the browser.

import { getPublicKey, hashes, sign as nobleSign } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal, fromBase64, fromHex, isUuid, randomBytes, toBase64 } from "./bytes";
import { pae, PAYLOAD_TYPE, type PayloadType } from "./envelope";
import { WireError } from "./fault";
import { publicKeyOf } from "./public-key";

// The synchronous half of the library asks for a hash; its asynchronous half would need a secure context.
hashes.sha512 = sha512;

/** What a signer signs with: a key that WebCrypto keeps and does not give out, or a seed in memory. */
export type Secret = CryptoKey | Bytes;

/** Somebody who signs payloads. Both implementations give the same bytes, since Ed25519 is deterministic. */
export interface Signer {
  /** Key id, as `signer.key` in statements. */
  readonly keyId: string;
  /** base64url of the SubjectPublicKeyInfo, as `public_key`. */
  readonly publicKey: string;
  /** Signs `PAE(type, payload)` (§3.1). */
  sign(type: PayloadType, payload: Uint8Array): Promise<Bytes>;
  /** What a worker needs to sign in this signer's place; a seed is copied. */
  lend(): Secret;
  /** Forgets the key; a seed is overwritten. From then on nothing is signed. */
  wipe(): void;
}

/** A new seed from the system's generator. */
export function newSeed(): Bytes {
  return randomBytes(32);
}

/** The best signer that this browser has for a seed. The caller may overwrite the seed afterwards. */
export async function signerOf(seed: Uint8Array): Promise<Signer> {
  return (await webCryptoSigns()) ? webCryptoSigner(seed) : nobleSigner(seed);
}

/** A signer that keeps a copy of the seed in memory. */
export function nobleSigner(seed: Uint8Array): Signer {
  return signerWith(Uint8Array.from(seed), seed);
}

/** A signer whose key WebCrypto keeps, not extractable: a script that gets into the page can sign but not steal it. */
export async function webCryptoSigner(seed: Uint8Array): Promise<Signer> {
  return signerWith(await imported(seed), seed);
}

/** Signs `PAE(type, payload)` (§3.1) with what a signer lent. */
export async function signWith(secret: Secret, type: PayloadType, payload: Uint8Array): Promise<Bytes> {
  const message = pae(type, payload);
  if (secret instanceof Uint8Array) return Uint8Array.from(nobleSign(message, secret));
  return new Uint8Array(await crypto.subtle.sign("Ed25519", secret, message));
}

function signerWith(secret: Secret, seed: Uint8Array): Signer {
  const publicKey = publicKeyOf(getPublicKey(seed));
  let kept: Secret | undefined = secret;
  const held = (): Secret => {
    if (!kept) throw new Error("this key was wiped");
    return kept;
  };
  return {
    keyId: publicKey.id,
    publicKey: publicKey.text,
    // Asynchronous also where a seed signs, so that both fail alike: by a rejected promise.
    sign: async (type, payload) => signWith(held(), type, payload),
    lend: () => {
      const lent = held();
      return lent instanceof Uint8Array ? Uint8Array.from(lent) : lent;
    },
    wipe: () => {
      if (kept instanceof Uint8Array) kept.fill(0);
      kept = undefined;
    },
  };
}

async function imported(seed: Uint8Array): Promise<CryptoKey> {
  const der = toPkcs8(seed);
  try {
    return await crypto.subtle.importKey("pkcs8", der, "Ed25519", false, ["sign"]);
  } finally {
    der.fill(0);
  }
}

let tested: Promise<boolean> | undefined;

/** Whether this browser signs Ed25519 itself: found by signing once and comparing with the other implementation. */
export function webCryptoSigns(): Promise<boolean> {
  tested ??= (async () => {
    try {
      const seed = newSeed();
      const payload = randomBytes(32);
      const sign = (secret: Secret) => signWith(secret, PAYLOAD_TYPE.session, payload);
      return equal(await sign(await imported(seed)), await sign(seed));
    } catch {
      return false;
    }
  })();
  return tested;
}

// PKCS#8 version 1 of an Ed25519 key has one DER form: this head and the seed (§3.2, RFC 8410).
const PKCS8_HEAD = fromHex("302e020100300506032b657004220420");

/** The PKCS#8 version 1 DER of a seed. */
export function toPkcs8(seed: Uint8Array): Bytes {
  if (seed.length !== 32) throw new WireError("bad_value", "not a seed");
  return concat(PKCS8_HEAD, seed);
}

/** The seed in PKCS#8 version 1 DER. Version 2, which carries the public key too, is refused as the page has it. */
export function fromPkcs8(der: Uint8Array): Bytes {
  const seed = Uint8Array.from(der.subarray(PKCS8_HEAD.length));
  if (seed.length !== 32 || !equal(toPkcs8(seed), der)) {
    throw new WireError("bad_value", "not an Ed25519 key in PKCS#8 version 1");
  }
  return seed;
}

/** The PEM of a seed, as OpenSSL writes it (§3.2). */
export function toPem(seed: Uint8Array): string {
  return `-----BEGIN PRIVATE KEY-----\n${toBase64(toPkcs8(seed))}\n-----END PRIVATE KEY-----\n`;
}

/** A key file: the PEM behind the lines that say whose key it is (§3.2). */
export function toKeyFile(seed: Uint8Array, account?: string): string {
  const owner = account === undefined ? "" : `account: ${account}\n`;
  return `key: ${publicKeyOf(getPublicKey(seed)).id}\n${owner}${toPem(seed)}`;
}

/** What a key file holds: the seed, and the account where the lines before the PEM name one. */
export interface KeyFile {
  readonly seed: Bytes;
  readonly account: string | undefined;
}

/** Reads PEM with or without lines before it (§3.2). Line ends may be those of Windows, as OpenSSL takes them. */
export function fromPem(text: string): KeyFile {
  const form =
    /^(?<notes>(?:(?!-----BEGIN)[^])*)-----BEGIN PRIVATE KEY-----\s+(?<body>[A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----\s*$/.exec(text);
  if (!form?.groups) throw new WireError("bad_value", "not a private key in PEM");
  const { notes = "", body = "" } = form.groups;
  const account = /^account: (\S+)\s*$/m.exec(notes)?.[1];
  return {
    seed: fromPkcs8(fromBase64(body.replace(/\s/g, ""))),
    account: account !== undefined && isUuid(account) ? account : undefined,
  };
}

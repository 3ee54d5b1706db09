// The `.radkey` backup: a seed under a passphrase. It is the only form in which a private key is written or kept by the
// portal. No part of the wire format; PBKDF2 and AES-GCM because every browser has them and nothing need be loaded.

import { getPublicKey } from "@noble/ed25519";
import { type Bytes, fromBase64url, isUuid, randomBytes, sha256, toBase64url, utf8 } from "./bytes";
import { canonical, canonicalText, isObject, type Json, type JsonObject, readLenient } from "./json";
import "./keys"; // sets the hash that `getPublicKey` uses
import { publicKeyOf } from "./public-key";

const FORMAT = "radledger-key";
const VERSION = 1;
const KDF = "PBKDF2-SHA-256";
const CIPHER = "AES-256-GCM";
/** Fewest characters of a passphrase. */
const MIN_PASSPHRASE = 10;
/** Iterations of a new backup, and the fewest that are read. */
export const MIN_ITERATIONS = 600_000;
/** Most that are read: a file must not be able to hold the browser for minutes. */
export const MAX_ITERATIONS = 10_000_000;

/** Why a backup was not written or not opened. */
export type BackupFault = "weak_passphrase" | "wrong_passphrase" | "damaged" | "unsupported";

/** A backup that was refused. */
export class BackupError extends Error {
  readonly code: BackupFault;

  constructor(code: BackupFault, detail = "") {
    super(detail === "" ? code : `${code}: ${detail}`);
    this.name = "BackupError";
    this.code = code;
  }
}

/** Whose key a backup holds. This stands in it in the clear, so that a list of backups needs no passphrase. */
export interface BackupOwner {
  readonly ledger: string;
  readonly account: string;
}

/** What a backup says in the clear. */
export interface Backup extends BackupOwner {
  readonly keyId: string;
  readonly publicKey: string;
  readonly iterations: number;
}

/** What `unwrap` gives. The caller overwrites the seed once a signer has it. */
export interface Unwrapped extends Backup {
  readonly seed: Bytes;
}

/** Wraps a seed under a passphrase: the text of a `.radkey` file. */
export async function wrap(
  seed: Uint8Array,
  passphrase: string,
  { ledger, account }: BackupOwner,
  iterations = MIN_ITERATIONS,
): Promise<string> {
  if (!isStrongEnough(passphrase)) throw new BackupError("weak_passphrase", `fewer than ${MIN_PASSPHRASE} characters`);
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const publicKey = publicKeyOf(getPublicKey(seed));
  const head = {
    account,
    cipher: { name: CIPHER, nonce: toBase64url(nonce) },
    format: FORMAT,
    kdf: { iterations, name: KDF, salt: toBase64url(salt) },
    key: publicKey.id,
    ledger,
    public_key: publicKey.text,
    version: VERSION,
  };
  readHead({ ...head, box: "", check: "" }); // Nothing is written that would not be read again.
  const key = await keyOf(passphrase, salt, iterations, "encrypt");
  // The clear part is authenticated with the seed: another account or fewer iterations do not open.
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: canonical(head) }, key, Uint8Array.from(seed));
  const body = { ...head, box: toBase64url(new Uint8Array(box)) };
  return `${canonicalText({ ...body, check: checkOf(body) })}\n`;
}

/** Opens a backup. Wrong passphrase and damaged file are told apart: the file carries a checksum of its own text. */
export async function unwrap(text: string, passphrase: string): Promise<Unwrapped> {
  const { backup, head, box, salt, nonce } = read(text);
  const key = await keyOf(passphrase, salt, backup.iterations, "decrypt");
  let seed: Bytes;
  try {
    seed = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce, additionalData: canonical(head) }, key, box));
  } catch {
    throw new BackupError("wrong_passphrase");
  }
  if (seed.length !== 32 || publicKeyOf(getPublicKey(seed)).text !== backup.publicKey) {
    throw new BackupError("damaged", "it holds another key");
  }
  return { ...backup, seed };
}

/** Reads what a backup says in the clear. A checksum is no signature: it finds damage, not malice. */
export function readBackup(text: string): Backup {
  return read(text).backup;
}

/** Whether a passphrase is long enough, in characters as it is used. */
export function isStrongEnough(passphrase: string): boolean {
  return [...normalised(passphrase)].length >= MIN_PASSPHRASE;
}

/** Chinese input methods write full-width letters and digits; NFKC makes both spellings the same passphrase. */
function normalised(passphrase: string): string {
  return passphrase.normalize("NFKC");
}

async function keyOf(passphrase: string, salt: Bytes, iterations: number, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  // Absent over plain HTTP to another machine; TypeScript does not know that.
  if (!(crypto.subtle as SubtleCrypto | undefined)) throw new BackupError("unsupported", "no secure context");
  const material = await crypto.subtle.importKey("raw", utf8(normalised(passphrase)), "PBKDF2", false, ["deriveKey"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(pbkdf2, material, { name: "AES-GCM", length: 256 }, false, [use]);
}

function checkOf(body: JsonObject): string {
  return toBase64url(sha256(canonical(body)).subarray(0, 6));
}

interface Head {
  readonly backup: Backup;
  readonly salt: Bytes;
  readonly nonce: Bytes;
}
interface Parts extends Head {
  readonly head: JsonObject;
  readonly box: Bytes;
}

function read(text: string): Parts {
  try {
    const value = readLenient(text);
    if (!isObject(value)) throw new BackupError("damaged", "not an object");
    // A later version may look different in every other way.
    if (value.format === FORMAT && value.version !== VERSION) throw new BackupError("unsupported", `version ${String(value.version)}`);
    const { check, ...body } = value;
    if (check !== checkOf(body)) throw new BackupError("damaged", "checksum");
    const { box, ...head } = body;
    return { ...readHead(value), head, box: fromBase64url(String(box)) };
  } catch (fault) {
    if (fault instanceof BackupError) throw fault;
    throw new BackupError("damaged", fault instanceof Error ? fault.message : "");
  }
}

const MEMBERS = "account,box,check,cipher,format,kdf,key,ledger,public_key,version";

function readHead(value: JsonObject): Head {
  const { account, cipher, kdf, key, ledger } = value;
  const text = (of: Json | undefined): string => (typeof of === "string" ? of : "");
  if (Object.keys(value).sort().join() !== MEMBERS || value.format !== FORMAT || !isObject(cipher) || !isObject(kdf)) {
    throw new BackupError("damaged", "members");
  }
  if (cipher.name !== CIPHER || kdf.name !== KDF) throw new BackupError("unsupported", "cipher");
  const { iterations } = kdf;
  if (typeof iterations !== "number" || !(iterations >= MIN_ITERATIONS && iterations <= MAX_ITERATIONS)) {
    throw new BackupError("unsupported", "iterations");
  }
  const publicKey = publicKeyOf(fromBase64url(text(value.public_key), 44).subarray(12));
  fromBase64url(text(ledger), 16);
  const sound = publicKey.text === value.public_key && publicKey.id === key && isUuid(text(account));
  if (!sound) throw new BackupError("damaged", "owner");
  return {
    backup: { ledger: text(ledger), account: text(account), keyId: publicKey.id, publicKey: publicKey.text, iterations },
    salt: fromBase64url(text(kdf.salt), 16),
    nonce: fromBase64url(text(cipher.nonce), 12),
  };
}

// The small forms of §1.1. Each thing has exactly one form: a reader decodes, writes again and compares.

import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { WireError } from "./fault";

/** Bytes with a buffer of their own, which WebCrypto and workers ask for. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** SHA-256. Synchronous, and there without a secure context: who checks a receipt may have opened a file. */
export function sha256(...parts: readonly Uint8Array[]): Bytes {
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** SHA-256 of bytes that come piece by piece. */
export class Sha256 {
  #hash = nobleSha256.create();
  add(part: Uint8Array): void {
    this.#hash.update(part);
  }
  /** The digest of all that was added; nothing can be added after it. */
  done(): Bytes {
    return new Uint8Array(this.#hash.digest());
  }
}

/** Whether two byte strings are the same. Not constant in time: nothing secret is compared here. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The bytes of all parts, one after the other (`||` of the page). */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** UTF-8 of a text. A lone surrogate has none, and would silently become another character. */
export function utf8(text: string): Bytes {
  if (/\p{Surrogate}/u.test(text)) throw new WireError("bad_value", "lone surrogate");
  return new TextEncoder().encode(text);
}

/** Text of UTF-8 bytes; a byte order mark stays, so that whoever reads on refuses it. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WireError("bad_value", "not UTF-8");
  }
}

/** An unsigned number in `length` bytes, big-endian. */
export function bigEndian(value: number | bigint, length: number): Bytes {
  const out = new Uint8Array(length);
  let rest = BigInt(value);
  for (let at = length - 1; at >= 0; at--) {
    out[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) throw new WireError("bad_value", `does not fit into ${length} bytes`);
  return out;
}

/** lp(x): the length of x in four bytes, then x. A text stands for its UTF-8. */
export function lp(x: Uint8Array | string): Bytes {
  const bytes = typeof x === "string" ? utf8(x) : x;
  return concat(bigEndian(bytes.length, 4), bytes);
}

/** Hexadecimal, lower case. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes of lower-case hexadecimal. */
export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new WireError("bad_value", "not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}

/** base64 with padding: `payload` and `sig` of envelopes, notes, proofs (§1.1). */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Bytes of padded base64. `atob` is lenient; writing again and comparing is what makes it strict. */
export function fromBase64(text: string): Bytes {
  let decoded: string;
  try {
    decoded = atob(text);
  } catch {
    throw new WireError("bad_value", "not base64");
  }
  const bytes = Uint8Array.from(decoded, (character) => character.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new WireError("bad_value", "base64 in another form");
  return bytes;
}

/** base64url without padding: everything else (§1.1). */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Bytes of base64url, of the length that is asked for. */
export function fromBase64url(text: string, length?: number): Bytes {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) throw new WireError("bad_value", "not base64url");
  const padded = text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4);
  const bytes = fromBase64(padded);
  if (length !== undefined && bytes.length !== length) throw new WireError("bad_value", `not ${length} bytes`);
  return bytes;
}

/** Random bytes of the system's generator. */
export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Whether a text is a UUID of §1.1: version 4, or for ids of the kind `warning` version 8, always. */
export function isUuid(text: string, version: 4 | 8 = 4): boolean {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-([48])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(text);
  return form?.[1] === String(version);
}

/** The 16 bytes of a UUID in the order in which they are written. */
export function uuidBytes(text: string, version: 4 | 8 = 4): Bytes {
  if (!isUuid(text, version)) throw new WireError("bad_value", "not a UUID of the wire format");
  return fromHex(text.replaceAll("-", ""));
}

/** A random UUID. Not `crypto.randomUUID`, which is absent without a secure context. */
export function newUuid(): string {
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whether a text is a real date `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // Engines differ in whether the 30th of February is no date or the 2nd of March.
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** Microseconds since 1970 of an instant of 27 characters. They pass 2^53 in the year 2255, hence a bigint. */
export function instantMicros(text: string): bigint {
  const form = /^((\d{4})-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.(\d{3})(\d{3})Z$/.exec(text);
  if (!form || !isDate(form[1] ?? "") || Number(form[2]) < 1970) throw new WireError("bad_value", "not an instant");
  const millis = new Date(`${text.slice(0, 23)}Z`).getTime();
  return BigInt(millis) * 1000n + BigInt(form[5] ?? "");
}

/** The instant of so many microseconds since 1970. */
export function instantText(micros: bigint): string {
  const date = new Date(Number(micros / 1000n));
  if (micros < 0n || Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) {
    throw new WireError("bad_value", "instant out of range");
  }
  return `${date.toISOString().slice(0, 23)}${String(micros % 1000n).padStart(3, "0")}Z`;
}

/** The clock of this machine as an instant. It counts milliseconds; §1.1 has `000` appended. */
export function instantNow(clock: () => number = Date.now): string {
  return instantText(BigInt(clock()) * 1000n);
}

/** The civil day of an instant: that of UTC+08:00, always, wherever the browser stands. */
export function civilDay(instant: string): string {
  return new Date(Number(instantMicros(instant) / 1000n) + 8 * 3_600_000).toISOString().slice(0, 10);
}

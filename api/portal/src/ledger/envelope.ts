// What is signed and how it travels (§1.4, §3.1, §3.2): payload types, pre-authentication encoding, H, envelopes.

import { type Bytes, concat, fromBase64, fromBase64url, sha256, toBase64, utf8 } from "./bytes";
import { WireError } from "./fault";
import { type Json, isObject, MAX_PAYLOAD, member, readLenient } from "./json";

/** The four things that a key signs (§1.4). One is never accepted in the place of another. */
export const PAYLOAD_TYPE = {
  event: "application/vnd.radledger.event+json",
  enrol: "application/vnd.radledger.enrol+json",
  session: "application/vnd.radledger.session+json",
  export: "application/vnd.radledger.export+json",
} as const;
/** One of the four. */
export type PayloadType = (typeof PAYLOAD_TYPE)[keyof typeof PAYLOAD_TYPE];

/** The head of the message above: `"DSSEv1" SP len(type) SP type SP len(body) SP` (§3.1). */
export function paeHead(type: PayloadType, payload: Uint8Array): string {
  return `DSSEv1 ${type.length} ${type} ${payload.length} `;
}

/** The message that a key signs (§3.1). */
export function pae(type: PayloadType, payload: Uint8Array): Bytes {
  return concat(utf8(paeHead(type, payload)), payload);
}

/** The statement hash H of an event (§3.1). In statements it stands as base64url. */
export function statementHash(payload: Uint8Array): Bytes {
  return sha256(pae(PAYLOAD_TYPE.event, payload));
}

/** An envelope as it travels (§3.2): `payload` and `sig` in padded base64, exactly one signature. */
export interface Envelope {
  readonly payload: string;
  readonly payloadType: PayloadType;
  readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }];
}

/** An envelope that was read. Nothing is verified yet; `keyId` is a hint. */
export interface OpenedEnvelope {
  readonly payload: Bytes;
  readonly keyId: string;
  readonly signature: Bytes;
}

/** Puts a payload and its signature into an envelope. */
export function envelopeOf(type: PayloadType, payload: Uint8Array, keyId: string, signature: Uint8Array): Envelope {
  return { payload: toBase64(payload), payloadType: type, signatures: [{ keyid: keyId, sig: toBase64(signature) }] };
}

/** Reads an envelope of one type (§3.2): JSON text, or a value that was read. Any fault is `bad_envelope`. */
export function readEnvelope(input: Uint8Array | string | Json, type: PayloadType): OpenedEnvelope {
  let opened: OpenedEnvelope;
  try {
    const value = typeof input === "string" || input instanceof Uint8Array ? readLenient(input) : input;
    const [payload, payloadType, signatures] = exactly(value, "payload", "payloadType", "signatures");
    if (payloadType !== type) throw new WireError("bad_envelope", "payload type");
    if (!Array.isArray(signatures) || signatures.length !== 1) throw new WireError("bad_envelope", "signatures");
    const [keyId, sig] = exactly(signatures[0] as Json, "keyid", "sig");
    fromBase64url(text(keyId), 32);
    opened = { payload: fromBase64(text(payload)), keyId: text(keyId), signature: fromBase64(text(sig)) };
  } catch (fault) {
    throw new WireError("bad_envelope", fault instanceof Error ? fault.message : "");
  }
  if (opened.payload.length > MAX_PAYLOAD) throw new WireError("too_large");
  return opened;
}

function text(value: Json | undefined): string {
  if (typeof value !== "string") throw new WireError("bad_envelope", "not a text");
  return value;
}

function exactly(value: Json, ...names: string[]): (Json | undefined)[] {
  if (!isObject(value) || Object.keys(value).sort().join() !== names.join()) throw new WireError("bad_envelope", "members");
  return names.map((name) => member(value, name));
}

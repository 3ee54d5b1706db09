// C2SP signed notes (§3.6): the verifier key of a log and its checkpoints, strictly.

import { type Bytes, concat, equal, fromBase64, fromHex, sha256, toBase64, utf8 } from "./bytes";
import { isGoodPoint, verifyStrict } from "./ed25519";
import { WireError } from "./fault";

const ED25519_NOTE = 1;
const MAX_LINES = 16;
const MAX_NOTE = 65_536;

/** The public key of a log, as its verifier key says it. */
export interface LogKey {
  /** `<name>/<ledger>/<incarnation>`. */
  readonly origin: string;
  /** The four bytes that signature lines begin with. */
  readonly id: Bytes;
  /** The 32 bytes of the point. */
  readonly point: Bytes;
}

/** A tree head that the log's key signed. */
export interface Checkpoint {
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  /** Root hash. */
  readonly root: Bytes;
}

/** Reads `<origin>+<id in 8 hexadecimal digits>+<base64(0x01 || public key)>`; else `bad_value`. */
export function readVkey(text: string): LogKey {
  const form = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);
  const [, origin = "", idText = "", encoded = ""] = form ?? [];
  const bytes = fromBase64(encoded);
  const point = bytes.slice(1);
  if (!isOrigin(origin) || bytes.length !== 33 || bytes[0] !== ED25519_NOTE || !isGoodPoint(point)) {
    throw new WireError("bad_value", "not the verifier key of a log");
  }
  const id = fromHex(idText);
  if (!equal(id, noteKeyId(origin, point))) throw new WireError("bad_value", "id of the verifier key");
  return { origin, id, point };
}

/** The first four bytes of `SHA-256(origin || 0x0A || 0x01 || public key)`. */
export function noteKeyId(origin: string, point: Uint8Array): Bytes {
  return sha256(concat(utf8(`${origin}\n`), Uint8Array.of(ED25519_NOTE), point)).slice(0, 4);
}

/** The id of the ledger that an origin names; none when it is not of the form of §3.6. */
export function ledgerOf(origin: string): string | undefined {
  return /^.+\/([\w-]{22})\/[1-9][0-9]*$/.exec(origin)?.[1];
}

/** The three lines that a checkpoint signs. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * Reads a checkpoint that carries a good signature of the log (§3.6); else `bad_note`. A line of the log's key that
 * does not verify spoils the whole note; lines of other keys are passed over.
 */
export function readCheckpoint(note: string, log: LogKey): Checkpoint {
  if (utf8(note).length > MAX_NOTE || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new WireError("bad_note", "characters");
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw new WireError("bad_note", "form");
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MAX_LINES) throw new WireError("bad_note", "too many lines");
  const ours = lines.map(readLine).filter(({ name, id }) => name === log.origin && equal(id, log.id));
  if (ours.length === 0) throw new WireError("bad_note", "no signature of the log");
  if (!ours.every(({ signature }) => verifyStrict(log.point, utf8(text), signature))) {
    throw new WireError("bad_note", "signature of the log");
  }
  const checkpoint = readText(text);
  if (checkpoint.origin !== log.origin) throw new WireError("bad_note", "origin");
  return checkpoint;
}

function readText(text: string): Checkpoint {
  const [, origin = "", size = "", root = ""] = /^([^\n]+)\n([0-9]+)\n([^\n]+)\n$/.exec(text) ?? [];
  let checkpoint: Checkpoint;
  try {
    checkpoint = { origin, size: Number(size), root: fromBase64(root) };
  } catch {
    throw new WireError("bad_note", "root");
  }
  // Written again and compared, a leading zero or a size that a number cannot hold shows.
  if (!isOrigin(origin) || !Number.isSafeInteger(checkpoint.size) || checkpoint.root.length !== 32 || checkpointText(checkpoint) !== text) {
    throw new WireError("bad_note", "text of the checkpoint");
  }
  return checkpoint;
}

interface Line {
  readonly name: string;
  readonly id: Bytes;
  readonly signature: Bytes;
}

function readLine(line: string): Line {
  const [, name = "", encoded = ""] = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  let blob: Bytes;
  try {
    blob = fromBase64(encoded);
  } catch {
    throw new WireError("bad_note", "signature line");
  }
  if (!isOrigin(name) || blob.length < 5) throw new WireError("bad_note", "signature line");
  return { name, id: blob.slice(0, 4), signature: blob.slice(4) };
}

function isOrigin(text: string): boolean {
  return text !== "" && !/[\s+\p{Cc}]/u.test(text);
}

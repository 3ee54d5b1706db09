// The text of a C2SP tlog-proof (§3.6): everything that shows offline that a leaf is in a log.

import { type Bytes, fromBase64, toBase64 } from "./bytes";
import { WireError } from "./fault";

const HEAD = "c2sp.org/tlog-proof@v1";
// 64 levels are a tree of 2^64 leaves.
const MAX_HASHES = 64;

/** A proof that was read; nothing of it is verified yet. */
export interface TlogProof {
  /** Opaque data that nothing authenticates. */
  readonly extra?: Bytes;
  /** Index of the leaf, which is the position of the event. */
  readonly index: number;
  /** The inclusion proof, leaf sibling first. */
  readonly hashes: readonly Bytes[];
  /** The signed note, as it is. */
  readonly checkpoint: string;
}

/** The text of a proof. */
export function writeProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const lines = [HEAD, ...(extra ? [`extra ${toBase64(extra)}`] : []), `index ${index}`, ...hashes.map(toBase64), "", checkpoint];
  return lines.join("\n");
}

/** Reads the text of a proof; what is not its one form is `bad_proof`. */
export function readProof(text: string): TlogProof {
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(end, 0)).split("\n");
  lines.shift();
  let proof: TlogProof;
  try {
    const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift()?.slice(6) ?? "") : undefined;
    const index = Number(/^index ([0-9]{1,16})$/.exec(lines.shift() ?? "")?.[1]);
    proof = { ...(extra && { extra }), index, hashes: lines.map((line) => fromBase64(line)), checkpoint: text.slice(end + 2) };
  } catch {
    throw new WireError("bad_proof", "base64");
  }
  const sound = Number.isSafeInteger(proof.index) && proof.hashes.length <= MAX_HASHES && proof.hashes.every(({ length }) => length === 32);
  // Written again and compared: the head, the order of the lines and leading zeros.
  if (end < 0 || !sound || writeProof(proof) !== text) throw new WireError("bad_proof", "form");
  return proof;
}

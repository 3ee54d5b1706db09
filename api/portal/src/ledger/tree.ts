// Leaf and Merkle tree (§3.5): RFC 6962 over leaves of 73 bytes; proofs as RFC 9162 §2.1.3 and §2.1.4 have them.

import { bigEndian, type Bytes, concat, equal, fromBase64url, instantMicros, sha256 } from "./bytes";

const ED25519 = 1;

/** What a leaf commits to. */
export interface LeafOf {
  /** Instant at which it was recorded. */
  readonly recordedAt: string;
  /** H, 32 bytes. */
  readonly hash: Uint8Array;
  readonly keyId: string;
  readonly signature: Uint8Array;
  /** Algorithm of the key; 1 is Ed25519. */
  readonly algorithm?: number;
}

/** The leaf of an event: `0x01 || recorded_at u64be || H || SHA-256(alg || key id || len u16be || signature)`. */
export function leafOf({ recordedAt, hash, keyId, signature, algorithm = ED25519 }: LeafOf): Bytes {
  const digest = sha256(bigEndian(algorithm, 1), fromBase64url(keyId, 32), bigEndian(signature.length, 2), signature);
  return concat(bigEndian(1, 1), bigEndian(instantMicros(recordedAt), 8), hash, digest);
}

/** A leaf as it stands in an entries tile: behind its length as u16be. */
export function entryOf(leaf: Uint8Array): Bytes {
  return concat(bigEndian(leaf.length, 2), leaf);
}

/** SHA-256(0x00 || leaf). */
export function leafHash(leaf: Uint8Array): Bytes {
  return sha256(Uint8Array.of(0), leaf);
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(Uint8Array.of(1), left, right);
}

/** Root of the empty tree. */
export function emptyRoot(): Bytes {
  return sha256();
}

/** Whether the proof puts a leaf at `index` of the tree of `size` leaves with this root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  index: number,
  size: number,
  hashOfLeaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  const path = new Path(index, size - 1);
  let hash = hashOfLeaf;
  for (const sibling of proof) {
    if (path.atRoot()) return false;
    hash = path.step() === "left" ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }
  return path.atRoot() && equal(hash, root);
}

/** Whether the tree of `second` leaves continues that of `first` (RFC 9162 §2.1.4.2). `first` is at least 1. */
export function verifyConsistency(
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(first) || !isCount(second) || first === 0 || first > second) return false;
  if (first === second) return proof.length === 0 && equal(firstRoot, secondRoot);
  const path = new Path(first - 1, second - 1);
  path.skipOdd();
  // A complete first tree is a node of the second, and the proof leaves it out.
  const [start, ...rest] = path.index === 0 ? [firstRoot, ...proof] : proof;
  if (!start) return false;
  let [one, two]: [Uint8Array, Uint8Array] = [start, start];
  for (const sibling of rest) {
    if (path.atRoot()) return false;
    if (path.step() === "left") [one, two] = [nodeHash(sibling, one), nodeHash(sibling, two)];
    else two = nodeHash(two, sibling);
  }
  return path.atRoot() && equal(one, firstRoot) && equal(two, secondRoot);
}

/** The way from a node up to the root. Positions pass 32 bits, so halves are taken by division. */
class Path {
  index: number;
  private last: number;

  constructor(index: number, last: number) {
    this.index = index;
    this.last = last;
  }

  atRoot(): boolean {
    return this.last === 0;
  }

  /** Goes up to where a sibling joins, and says on which side that sibling stands. */
  step(): "left" | "right" {
    const left = this.index % 2 === 1 || this.index === this.last;
    // The last node of a level without a partner is carried up as it is.
    if (left) while (this.index % 2 === 0 && this.index !== 0) this.up();
    this.up();
    return left ? "left" : "right";
  }

  /** Goes up while the node is a right child. */
  skipOdd(): void {
    while (this.index % 2 === 1) this.up();
  }

  private up(): void {
    this.index = Math.floor(this.index / 2);
    this.last = Math.floor(this.last / 2);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

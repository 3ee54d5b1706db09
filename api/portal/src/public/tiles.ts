// Consistency of two trees, and inclusion of a leaf, from the public tiles of the log (C2SP tlog-tiles, wire format §3.5). The
// hashes come from the service and are trusted for nothing: the proof that is made of them is verified against signed roots.
import type { Bytes } from "@/ledger/bytes";
import { nodeHash, verifyConsistency, verifyInclusion } from "@/ledger/tree";
import { get } from "./asking";

const WIDTH = 256;
const HASH = 32;

/** A signed tree head. */
export interface Head {
  size: number;
  root: Uint8Array;
}

/** Index of a tile as its path writes it: groups of three digits, all but the last behind an `x`. */
function indexPath(index: number): string {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  return groups.join("/");
}

/** Reads hashes of nodes of a tree of `size` leaves. */
class Tiles {
  private readonly read = new Map<string, Promise<Bytes>>();

  constructor(private readonly size: number) {}

  /** Hash of the leaves [from, to), of which `from` is a multiple of the power of two that reaches `to`. */
  async node(from: number, to: number): Promise<Bytes> {
    const count = to - from;
    const height = Math.log2(count);
    if (!Number.isInteger(height)) {
      const left = split(count);
      return nodeHash(await this.node(from, from + left), await this.node(from + left, to));
    }
    const level = Math.floor(height / 8);
    const span = WIDTH ** level;
    if (count > span) {
      const half = count / 2;
      return nodeHash(await this.node(from, from + half), await this.node(from + half, to));
    }
    const at = from / span;
    const tile = await this.tile(level, Math.floor(at / WIDTH));
    const start = (at % WIDTH) * HASH;
    return tile.slice(start, start + HASH);
  }

  private tile(level: number, index: number): Promise<Bytes> {
    const there = Math.min(WIDTH, Math.floor(this.size / WIDTH ** level) - index * WIDTH);
    const path = `/log/tile/${level}/${indexPath(index)}${there < WIDTH ? `.p/${there}` : ""}`;
    const known =
      this.read.get(path) ?? get(path, "application/octet-stream").then(async (answer) => new Uint8Array(await answer.arrayBuffer()));
    this.read.set(path, known);
    return known;
  }
}

/** The largest power of two below `count`. */
function split(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

/** SUBPROOF of RFC 9162 §2.1.4.1 over the leaves [from, to). */
async function subproof(tiles: Tiles, first: number, from: number, to: number, whole: boolean): Promise<Bytes[]> {
  const count = to - from;
  if (first === count) return whole ? [] : [await tiles.node(from, to)];
  const left = split(count);
  if (first <= left) return [...(await subproof(tiles, first, from, from + left, whole)), await tiles.node(from + left, to)];
  return [...(await subproof(tiles, first - left, from + left, to, false)), await tiles.node(from, from + left)];
}

/** Whether the larger of two trees continues the smaller: nothing was taken out or rewritten in between. */
export async function continues(one: Head, other: Head): Promise<boolean> {
  const [first, second] = one.size <= other.size ? [one, other] : [other, one];
  const proof = first.size === second.size ? [] : await subproof(new Tiles(second.size), first.size, 0, second.size, true);
  return verifyConsistency(first.size, second.size, first.root, second.root, proof);
}

/** PATH of RFC 9162 §2.1.3.1 over the leaves [from, to). */
async function path(tiles: Tiles, index: number, from: number, to: number): Promise<Bytes[]> {
  const count = to - from;
  if (count === 1) return [];
  const middle = from + split(count);
  return index < middle
    ? [...(await path(tiles, index, from, middle)), await tiles.node(middle, to)]
    : [...(await path(tiles, index, middle, to)), await tiles.node(from, middle)];
}

/** Whether a leaf with this hash stands at `index` of a tree. */
export async function contains(head: Head, index: number, hashOfLeaf: Uint8Array): Promise<boolean> {
  return (
    index < head.size && verifyInclusion(index, head.size, hashOfLeaf, await path(new Tiles(head.size), index, 0, head.size), head.root)
  );
}

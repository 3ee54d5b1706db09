// Consistency from tiles: right for every pair of sizes, and an altered tile is no proof.
import { afterEach, expect, test, vi } from "vitest";
import { bigEndian, concat } from "@/ledger/bytes";
import { emptyRoot, leafHash, nodeHash } from "@/ledger/tree";
import { contains, continues } from "@/public/tiles";

const SIZE = 66_000;
const leaves = Array.from({ length: SIZE }, (_, at) => leafHash(bigEndian(at, 4)));

function root(of: readonly Uint8Array[]): Uint8Array {
  if (of.length === 0) return emptyRoot();
  if (of.length === 1) return of[0]!;
  const left = 2 ** Math.floor(Math.log2(of.length - 1));
  return nodeHash(root(of.slice(0, left)), root(of.slice(left)));
}
const levels = [leaves];
for (let level = 1; level < 3; level++) {
  const below: Uint8Array[] = levels[level - 1]!;
  levels.push(Array.from({ length: Math.floor(below.length / 256) }, (_, at) => root(below.slice(256 * at, 256 * (at + 1))) as never));
}

/** A service that has exactly the tiles of a log of this size. */
function serve(size: number, spoil = false): void {
  vi.stubGlobal("fetch", async (path: string) => {
    const [, level = "", index = "", width] = /^\/log\/tile\/(\d)\/([x\d/]+?)(?:\.p\/(\d+))?$/.exec(path) ?? [];
    const at = Number(index.replaceAll(/[x/]/g, ""));
    const there = Math.min(256, Math.floor(size / 256 ** Number(level)) - 256 * at);
    if (!(there > 0) || there !== Number(width ?? 256)) return new Response("", { status: 404 });
    const bytes = concat(...levels[Number(level)]!.slice(256 * at, 256 * at + there));
    if (spoil) bytes.fill(7);
    return new Response(bytes);
  });
}
afterEach(() => vi.unstubAllGlobals());

const heads = new Map<number, Uint8Array>();
function head(size: number): { size: number; root: Uint8Array } {
  const known = heads.get(size) ?? root(leaves.slice(0, size));
  heads.set(size, known);
  return { size, root: known };
}

test.each([
  [1, 2],
  [1, 7],
  [3, 7],
  [4, 7],
  [6, 7],
  [255, 256],
  [256, 257],
  [256, 512],
  [300, 1000],
  [511, 513],
  [1000, 65_536],
  [65_536, 65_537],
  [777, 66_000],
])(
  "%i leaves go on to %i",
  async (first, second) => {
    serve(second);
    expect(await continues(head(first), head(second))).toBe(true);
    expect(await continues(head(second), head(first))).toBe(true);
    expect(await continues({ size: first, root: leaves[9]! }, head(second))).toBe(false);
    serve(second, true);
    // The proof from one leaf to two is one hash, and that from a whole tree to the next as well: all come from tiles.
    expect(await continues(head(first), head(second))).toBe(false);
  },
  20_000,
);

test("one tree goes on to itself, and to no other of its size", async () => {
  serve(0);
  expect(await continues(head(7), head(7))).toBe(true);
  expect(await continues(head(7), { size: 7, root: leaves[0]! })).toBe(false);
});

test("a leaf stands where it stands, and nowhere else", async () => {
  for (const size of [1, 2, 255, 256, 257, 1000, SIZE]) {
    serve(size);
    for (const index of new Set([0, 1, Math.floor(size / 2), size - 2, size - 1].filter((index) => index >= 0 && index < size))) {
      expect(await contains(head(size), index, leaves[index]!), `${index} of ${size}`).toBe(true);
      expect(await contains(head(size), index, leafHash(bigEndian(index + 1, 4)))).toBe(false);
    }
    expect(await contains(head(size), size, leaves[0]!)).toBe(false);
  }
  serve(1000, true);
  expect(await contains(head(1000), 7, leaves[7]!)).toBe(false);
});

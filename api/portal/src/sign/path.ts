// The way from a leaf up to the root, for people who want to see it: on which side each sibling stands (RFC 9162 §2.1.3.2).
export interface PathStep {
  side: "left" | "right";
  hash: string;
}

export function pathOf(index: number, size: number, hashes: readonly string[]): PathStep[] {
  let [at, last] = [index, size - 1];
  const half = (): void => {
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  };
  return hashes.map((hash) => {
    const side = at % 2 === 1 || at === last ? "left" : "right";
    if (side === "left") while (at % 2 === 0 && at !== 0) half();
    half();
    return { side, hash };
  });
}

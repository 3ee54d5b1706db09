// Reads the `worked` blocks of docs/wire-format.md.

import { readFileSync } from "node:fs";
import { fromHex, type Bytes } from "@/ledger/bytes";

const PAGE = new URL("../../../../docs/wire-format.md", import.meta.url);

/** The lines of one block by name. It remembers which were used, so that a test can refuse unused ones. */
export class Block {
  readonly name: string;
  private readonly lines: ReadonlyMap<string, string>;
  private readonly used = new Set<string>();

  constructor(name: string, body: string) {
    this.name = name;
    const lines = new Map<string, string>();
    for (const line of body.trimEnd().split("\n")) {
      const colon = line.indexOf(":");
      const key = line.slice(0, colon);
      if (colon < 0 || lines.has(key)) throw new Error(`worked block ${name}: line ${line.slice(0, 60)}`);
      lines.set(key, line.slice(colon + 1).replace(/^ /, ""));
    }
    this.lines = lines;
  }

  /** The value as it stands. */
  raw(line: string): string {
    const value = this.lines.get(line);
    if (value === undefined) throw new Error(`worked block ${this.name} has no line ${line}`);
    this.used.add(line);
    return value;
  }

  /** The value as text; one between double quotes is a JSON string. */
  text(line: string): string {
    const raw = this.raw(line);
    return /^".*"$/s.test(raw) ? (JSON.parse(raw) as string) : raw;
  }

  hex(line: string): Bytes {
    return fromHex(this.text(line));
  }

  json<T>(line: string): T {
    return JSON.parse(this.raw(line)) as T;
  }

  /** Names of the lines that begin so. */
  starting(prefix: string): string[] {
    return [...this.lines.keys()].filter((line) => line.startsWith(prefix));
  }

  unused(): string[] {
    return [...this.lines.keys()].filter((line) => !this.used.has(line));
  }
}

/** Every block of the page. */
export function readBlocks(): Map<string, Block> {
  const blocks = new Map<string, Block>();
  const text = readFileSync(PAGE, "utf8");
  for (const [, name = "", body = ""] of text.matchAll(/^```worked name=(\S+)\n(.*?)^```$/gms)) {
    if (blocks.has(name)) throw new Error(`two worked blocks are named ${name}`);
    blocks.set(name, new Block(name, body));
  }
  return blocks;
}

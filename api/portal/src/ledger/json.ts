// Strict JSON (§1.2). JSON.parse takes the last of two members with one name, rounds integers and knows null, so it
// cannot say what a signature covers; hence a reader of our own.

import { type Bytes, equal, fromUtf8, utf8 } from "./bytes";
import { WireError } from "./fault";

/** A value of the wire. There is no null and there are no fractions. */
export type Json = boolean | number | string | readonly Json[] | JsonObject;
/** An object of the wire. Those that the reader makes have no prototype: `constructor` is an ordinary name. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Longest payload in bytes. */
export const MAX_PAYLOAD = 65_536;
const PAYLOAD_DEPTH = 8;
const LENIENT_DEPTH = 12;

/** Whether a value is an object and not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member of an object, its own only. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Whether a text may be the name of a member: `[a-z][a-z0-9_]*` or `$sealed`. */
export function isName(text: string): boolean {
  return text === "$sealed" || /^[a-z][a-z0-9_]*$/.test(text);
}

/**
 * The object that the exact bytes of a payload say, after the four checks of §1.2 in their order.
 * Check 4 is one of admission: whoever looks at history passes `admission: false`, since Unicode grows.
 */
export function readPayload(bytes: Uint8Array, { admission = true } = {}): JsonObject {
  if (bytes.length > MAX_PAYLOAD) throw new WireError("too_large");
  const value = parse(bytes, PAYLOAD_DEPTH, isName);
  if (!isObject(value)) throw new WireError("bad_json", "not an object");
  if (!equal(canonical(value), bytes)) throw new WireError("not_canonical");
  if (admission) checkTexts(value);
  return value;
}

/**
 * The lenient variant for what is not signed as it stands (§1.2, last paragraph): envelopes, units, openings, files.
 * It need not be canonical, texts are not checked, names are the caller's to look at, and 12 levels are allowed.
 */
export function readLenient(input: Uint8Array | string): Json {
  return parse(input, LENIENT_DEPTH, () => true);
}

/** The RFC 8785 bytes of a value. */
export function canonical(value: Json): Bytes {
  return utf8(canonicalText(value));
}

/** The same as text. */
export function canonicalText(value: Json): string {
  if (typeof value === "string") {
    // JSON.stringify writes strings as RFC 8785 does, which was made from it.
    if (/\p{Surrogate}/u.test(value)) throw new WireError("bad_json", "lone surrogate");
    return JSON.stringify(value);
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new WireError("bad_json", "number");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (!isObject(value)) throw new WireError("bad_json", "a value that has no form");
  const object = value;
  const members = Object.keys(object)
    .sort()
    .map((name) => `${canonicalText(name)}:${canonicalText(object[name] as Json)}`);
  return `{${members.join(",")}}`;
}

// Check 4: what no text may hold. Noncharacters are FDD0–FDEF and the last two code points of every plane.
const REFUSED_CHARACTER =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Noncharacter_Code_Point}/u;

/** Whether a text holds a character that check 4 refuses. */
export function hasRefusedCharacter(text: string): boolean {
  return REFUSED_CHARACTER.test(text);
}

/** Check 4 of §1.2 over every string value. Names passed check 2 and are ASCII. */
function checkTexts(value: Json): void {
  if (typeof value === "string") {
    if (hasRefusedCharacter(value)) throw new WireError("bad_text", "a character that is refused");
    if (value.normalize("NFC") !== value) throw new WireError("bad_text", "not NFC");
  } else if (Array.isArray(value)) {
    value.forEach(checkTexts);
  } else if (isObject(value)) {
    Object.values(value).forEach(checkTexts);
  }
}

function parse(input: Uint8Array | string, depth: number, nameAllowed: (name: string) => boolean): Json {
  const reader = new Reader(input, nameAllowed);
  const value = reader.value(depth);
  reader.end();
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** One pass over the text. What it refuses is `bad_json`; what is only written otherwise shows when it is written again. */
class Reader {
  private readonly text: string;
  private readonly nameAllowed: (name: string) => boolean;
  private at = 0;

  constructor(input: Uint8Array | string, nameAllowed: (name: string) => boolean) {
    this.nameAllowed = nameAllowed;
    try {
      this.text = typeof input === "string" ? input : fromUtf8(input);
    } catch {
      throw this.bad("not UTF-8");
    }
  }

  value(levels: number): Json {
    this.space();
    const first = this.text[this.at];
    if (first === "{") return this.object(levels);
    if (first === "[") return this.array(levels);
    if (first === '"') return this.string();
    for (const flag of [true, false]) {
      if (this.text.startsWith(String(flag), this.at)) {
        this.at += String(flag).length;
        return flag;
      }
    }
    return this.integer();
  }

  end(): void {
    this.space();
    if (this.at !== this.text.length) throw this.bad("more than one value");
  }

  private object(levels: number): JsonObject {
    if (levels === 0) throw this.bad("too deep");
    const object: Record<string, Json> = Object.create(null) as Record<string, Json>;
    this.at++;
    if (this.taken("}")) return object;
    do {
      this.space();
      const name = this.string();
      if (!this.nameAllowed(name)) throw this.bad("name of a member");
      if (name in object) throw this.bad("a name occurs twice");
      this.expect(":");
      object[name] = this.value(levels - 1);
    } while (this.taken(","));
    this.expect("}");
    return object;
  }

  private array(levels: number): Json[] {
    if (levels === 0) throw this.bad("too deep");
    const items: Json[] = [];
    this.at++;
    if (this.taken("]")) return items;
    do items.push(this.value(levels - 1));
    while (this.taken(","));
    this.expect("]");
    return items;
  }

  private string(): string {
    if (this.text[this.at] !== '"') throw this.bad("a string is expected");
    this.at++;
    let out = "";
    for (;;) {
      const plain = this.match(/[^"\\\u0000-\u001f]*/y);
      out += plain;
      const mark = this.text[this.at++];
      if (mark === '"') break;
      if (mark !== "\\") throw this.bad("a string that does not end, or a raw control character");
      const escape = this.text[this.at++] ?? "";
      const unit = escape === "u" ? this.match(/[0-9A-Fa-f]{4}/y) : undefined;
      const character = unit === undefined ? ESCAPES[escape] : unit && String.fromCharCode(Number.parseInt(unit, 16));
      if (!character) throw this.bad("escape");
      out += character;
    }
    if (/\p{Surrogate}/u.test(out)) throw this.bad("lone surrogate");
    return out;
  }

  private integer(): number {
    const digits = this.match(/-?(?:0|[1-9][0-9]*)/y);
    const value = Number(digits);
    // A fraction, an exponent or a leading zero leaves characters behind, which nothing then expects.
    if (digits === "" || digits === "-0" || !Number.isSafeInteger(value)) throw this.bad("number or word");
    return value;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private space(): void {
    this.match(/[ \t\n\r]*/y);
  }

  private taken(mark: string): boolean {
    this.space();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private expect(mark: string): void {
    if (!this.taken(mark)) throw this.bad(`${mark} is expected`);
  }

  private bad(what: string): WireError {
    return new WireError("bad_json", `${what} at ${this.at}`);
  }
}

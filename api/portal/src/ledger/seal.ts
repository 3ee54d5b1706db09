// Seals and openings (§3.4): what concerns a person is committed to, never signed itself.

import { type Bytes, concat, equal, fromBase64url, lp, randomBytes, sha256, toBase64url, utf8, uuidBytes } from "./bytes";
import { WireError } from "./fault";
import { canonical, hasRefusedCharacter, isName, isObject, type Json, type JsonObject } from "./json";
import { isRecordRef, isSealed, type RecordRef, type Sealed, type Statement } from "./statement";

const DOMAIN = utf8("radledger-seal-v1\0");
const MAX_VALUE = 8192;
const MAX_DEPTH = 3;

/** An opening as it travels beside the event. */
export interface Opening {
  readonly pointer: string;
  /** 32 bytes in base64url. */
  readonly salt: string;
  /** Whose data key protects the value. */
  readonly subject: RecordRef;
  readonly value: Json;
}

/** Where a seal stands. */
export interface SealPlace {
  readonly ledger: string;
  /** Id of the event. */
  readonly event: string;
  /** RFC 6901, from the root of the statement to the object that holds `$sealed`. */
  readonly pointer: string;
}

/** The bytes whose SHA-256 is the commitment. */
export function sealMessage(place: SealPlace, salt: Uint8Array, value: Json): Bytes {
  if (salt.length !== 32) throw new WireError("seal_mismatch", place.pointer);
  const ledger = fromBase64url(place.ledger, 16);
  return concat(DOMAIN, lp(ledger), lp(uuidBytes(place.event)), lp(place.pointer), salt, lp(canonical(value)));
}

/** The commitment of a value; `seal_mismatch` for a value that may not be sealed. */
export function commitment(place: SealPlace, salt: Uint8Array, value: Json): Bytes {
  if (!maySeal(value)) throw new WireError("seal_mismatch", place.pointer);
  return sha256(sealMessage(place, salt, value));
}

/** Seals a value with a salt of its own: what stands in the statement, and the opening beside it. */
export function seal(
  place: SealPlace,
  subject: RecordRef,
  value: Json,
  salt: Uint8Array = randomBytes(32),
): { readonly sealed: Sealed; readonly opening: Opening } {
  return {
    sealed: { $sealed: toBase64url(commitment(place, salt, value)) },
    opening: { pointer: place.pointer, salt: toBase64url(salt), subject, value },
  };
}

/** Whether a value may stand behind a seal: a text, an integer, or an object of depth at most 3; at most 8,192 bytes. */
export function maySeal(value: Json): boolean {
  try {
    const shape = typeof value === "string" || typeof value === "number" || isObject(value);
    return shape && fits(value, MAX_DEPTH) && canonical(value).length <= MAX_VALUE;
  } catch {
    return false;
  }
}

function fits(value: Json, levels: number): boolean {
  // Line feeds are allowed behind a seal, and NFC is not asked for: it would change some Han names.
  if (typeof value === "string") return !hasRefusedCharacter(value.replaceAll("\n", ""));
  if (Array.isArray(value)) return levels > 0 && value.every((item: Json) => fits(item, levels - 1));
  if (isObject(value)) {
    return levels > 0 && Object.entries(value).every(([name, item]) => isName(name) && fits(item, levels - 1));
  }
  return true;
}

/** Every seal of a statement: pointer and commitment. An ill-formed one is `bad_value`. */
export function sealsOf(statement: Statement | JsonObject): ReadonlyMap<string, Bytes> {
  const found = new Map<string, Bytes>();
  walk(statement as JsonObject, "", (sealed, pointer) => {
    if (!isSealed(sealed)) throw new WireError("bad_value", pointer);
    found.set(pointer, fromBase64url(sealed.$sealed, 32));
    return true;
  });
  return found;
}

/**
 * Checks the openings of a statement: each is well-formed, belongs to one seal, and gives its commitment
 * (`seal_mismatch`); and every seal has one (`unopened_seal`). Of subjects only that of `reason.text` is known here;
 * the others stand in the catalogue, and the door compares them.
 */
export function checkOpenings(statement: Statement, openings: readonly unknown[]): readonly Opening[] {
  const seals = sealsOf(statement);
  const opened = new Set<string>();
  const checked = openings.map((given) => {
    const opening = readOpening(given);
    const { pointer, subject } = opening;
    const committed = seals.get(pointer);
    const place = { ledger: statement.ledger, event: statement.id, pointer };
    const other = pointer === "/reason/text" && !equal(canonical({ ...subject }), canonical({ ...statement.record }));
    if (!committed || opened.has(pointer) || other || !equal(commitment(place, saltOf(opening), opening.value), committed)) {
      throw new WireError("seal_mismatch", pointer);
    }
    opened.add(pointer);
    return opening;
  });
  for (const pointer of seals.keys()) if (!opened.has(pointer)) throw new WireError("unopened_seal", pointer);
  return checked;
}

/** A statement with each seal replaced by the value behind it, where there is an opening: what a person can read. */
export function unsealed(statement: Statement, openings: readonly Opening[]): JsonObject {
  const values = new Map(openings.map(({ pointer, value }) => [pointer, value]));
  const open = (value: Json, pointer: string): Json => {
    if (isSealed(value)) return values.get(pointer) ?? (value as unknown as JsonObject);
    if (Array.isArray(value)) return value.map((item: Json, at) => open(item, `${pointer}/${at}`));
    return isObject(value) ? openObject(value, pointer) : value;
  };
  const openObject = (object: JsonObject, pointer: string): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([name, item]) => [name, open(item, `${pointer}/${token(name)}`)]));
  return openObject(statement as unknown as JsonObject, "");
}

function readOpening(given: unknown): Opening {
  const pointer = isObject(given) && typeof given.pointer === "string" ? given.pointer : "";
  const sound =
    isObject(given) &&
    Object.keys(given).sort().join() === "pointer,salt,subject,value" &&
    typeof given.pointer === "string" &&
    typeof given.salt === "string" &&
    isRecordRef(given.subject);
  if (!sound) throw new WireError("seal_mismatch", pointer);
  return given as unknown as Opening;
}

function saltOf({ salt, pointer }: Opening): Bytes {
  try {
    return fromBase64url(salt, 32);
  } catch {
    throw new WireError("seal_mismatch", pointer);
  }
}

/** Calls `found` at each object that holds `$sealed`, and does not go into it. */
function walk(value: Json, pointer: string, found: (value: JsonObject, pointer: string) => void): void {
  if (Array.isArray(value)) value.forEach((item: Json, at) => walk(item, `${pointer}/${at}`, found));
  else if (isObject(value)) {
    if (Object.hasOwn(value, "$sealed")) found(value, pointer);
    else for (const [name, item] of Object.entries(value)) walk(item, `${pointer}/${token(name)}`, found);
  }
}

/** A reference token of RFC 6901. Names of payloads need no escape; it costs nothing to be right. */
function token(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

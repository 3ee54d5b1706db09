// The statement (§2): every member but `data`, checked and typed. Names are those of the page.
// What needs the catalogue (type, schema, data, the closed set of meanings, `cause` of a row) is not judged here.

import { fromBase64url, instantMicros, isDate, isUuid, utf8 } from "./bytes";
import { WireError, type WireCode } from "./fault";
import { isObject, type Json, type JsonObject, member, readPayload } from "./json";

/** The meanings of a signature (§2). */
const MEANINGS = [
  "entry",
  "declaration",
  "correction",
  "submission",
  "approval",
  "return",
  "refusal",
  "acknowledgement",
  "receipt",
  "consent",
  "rectification",
  "withdrawal",
  "delegation",
  "enrolment",
  "revocation",
  "examination",
  "countersignature",
  "system",
] as const;
/** One of them. */
export type Meaning = (typeof MEANINGS)[number];

/** A record, named. */
export interface RecordRef {
  readonly kind: string;
  readonly id: string;
}
/** A statement, named by its id and by what was signed. */
export interface EventRef {
  readonly event: string;
  readonly hash: string;
}
/** What stands in the place of a value that concerns a person (§3.4). */
export interface Sealed {
  readonly $sealed: string;
}

/** A statement (§2), as its payload says it. An absent member is absent. */
export interface Statement {
  readonly ledger: string;
  readonly id: string;
  readonly record: RecordRef;
  readonly version: number;
  readonly prev?: string;
  readonly type: string;
  readonly schema: number;
  readonly meaning: Meaning;
  readonly reason?: { readonly code: string; readonly text?: Sealed };
  readonly signer: { readonly account: string; readonly key: string; readonly grant?: string };
  readonly signed_at: string;
  readonly effective_on?: string;
  readonly corrects?: EventRef;
  readonly cause?: EventRef;
  readonly derivation?: { readonly fn: string; readonly version: number; readonly day: string; readonly basis?: number };
  readonly reads?: readonly (RecordRef & { readonly version: number; readonly hash: string })[];
  readonly batch?: { readonly id: string; readonly index: number; readonly count: number };
  readonly attachments?: readonly {
    readonly id: string;
    readonly kind: string;
    readonly bytes: number;
    readonly media: string;
    readonly sha256: string | Sealed;
  }[];
  readonly data: JsonObject;
}

/** The statement that these exact bytes are (§1.2, §2). `admission: false` for what is in the log already. */
export function readStatement(payload: Uint8Array, options: { admission?: boolean } = {}): Statement {
  const object = readPayload(payload, options);
  checkStatement(object);
  // The shape was checked a line above; the cast gives it its name.
  return object as unknown as Statement;
}

type Test = (value: Json) => boolean;

const integer =
  (min: number, max: number): Test =>
  (value) =>
    typeof value === "number" && value >= min && value <= max;
const text =
  (test: (text: string) => boolean): Test =>
  (value) =>
    typeof value === "string" && test(value);
const bytesBetween = (min: number, max: number): Test => text((value) => utf8(value).length >= min && utf8(value).length <= max);
const uuid = text((value) => isUuid(value));
const date = text(isDate);
const instant = text((value) => holds(() => instantMicros(value)));
const hash = text((value) => holds(() => fromBase64url(value, 32)));
const ledger = text((value) => holds(() => fromBase64url(value, 16)));
const kind = text((value) => /^[a-z][a-z0-9_]{1,31}$/.test(value));
const version = integer(1, 2 ** 31 - 1);
const small = integer(1, 32_767);
const code = bytesBetween(1, 64);

function holds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** Whether a value is `{"$sealed": commitment}` and nothing else (§3.4). */
export function isSealed(value: unknown): value is Sealed {
  return isObject(value) && Object.keys(value).join() === "$sealed" && hash(value.$sealed as Json);
}

/** Whether a value is `{kind, id}` with an id of the form that the kind has (§1.1). */
export function isRecordRef(value: unknown): value is RecordRef {
  return isObject(value) && Object.keys(value).sort().join() === "id,kind" && kind(value.kind as Json) && idOf(value);
}

/** Ids of warnings are derived, only and always; every other id is random. */
function idOf(record: JsonObject): boolean {
  const id = member(record, "id");
  return typeof id === "string" && isUuid(id, member(record, "kind") === "warning" ? 8 : 4);
}

/** Collects faults and keeps the one whose code comes first (§4.2). */
class Faults {
  private static readonly ORDER: readonly WireCode[] = ["unknown_field", "missing_field", "bad_value", "kind_mismatch"];
  private kept: WireError | undefined;

  note(fault: WireCode, pointer: string): void {
    const { ORDER } = Faults;
    if (!this.kept || ORDER.indexOf(fault) < ORDER.indexOf(this.kept.code)) this.kept = new WireError(fault, pointer);
  }

  throwFirst(): void {
    if (this.kept) throw this.kept;
  }
}

type Members = Readonly<Record<string, Test>>;

/** Not `members[name]`: a statement may name a member `constructor`, and that is unknown. */
function own(members: Members, name: string): Test | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function checkStatement(object: JsonObject): void {
  const faults = new Faults();

  /** The members of one object: those of `required` and of `optional`, no others, each of its form. */
  const members = (value: Json, at: string, required: Members, optional: Members = {}): void => {
    if (!isObject(value)) return faults.note("bad_value", at);
    for (const name of Object.keys(value)) {
      const test = own(required, name) ?? own(optional, name);
      if (!test) faults.note("unknown_field", `${at}/${name}`);
      else if (!test(value[name] as Json)) faults.note("bad_value", `${at}/${name}`);
    }
    for (const name of Object.keys(required)) {
      if (member(value, name) === undefined) faults.note("missing_field", `${at}/${name}`);
    }
  };
  /** A member that is an object, when it is there. Its own faults are noted where they are, so as a test it holds. */
  const within =
    (at: string, required: Members, optional?: Members): Test =>
    (value) => {
      members(value, at, required, optional);
      return true;
    };
  const list =
    (at: string, max: number, item: (at: string) => Test): Test =>
    (value) =>
      Array.isArray(value) && value.length >= 1 && value.length <= max && value.every((one: Json, i) => item(`${at}/${i}`)(one));
  /** `{kind, id, …}`: the form of the id is that of the kind. */
  const record =
    (at: string, more: Members = {}): Test =>
    (value) => {
      const id: Test = (one) => typeof one === "string" && (isObject(value) && kind(member(value, "kind") ?? false) ? idOf(value) : true);
      return within(at, { kind, id, ...more })(value);
    };
  const eventRef = (at: string): Test => within(at, { event: uuid, hash });
  const below: Test = (value) => {
    const { batch } = object;
    const count = isObject(batch) ? member(batch, "count") : undefined;
    return integer(0, (typeof count === "number" ? count : 1000) - 1)(value);
  };

  members(
    object,
    "",
    {
      ledger,
      id: uuid,
      record: record("/record"),
      version,
      type: text(() => true),
      schema: small,
      meaning: text((value) => (MEANINGS as readonly string[]).includes(value)),
      signer: within("/signer", { account: uuid, key: hash }, { grant: uuid }),
      signed_at: instant,
      data: isObject,
    },
    {
      prev: hash,
      reason: within("/reason", { code }, { text: isSealed }),
      effective_on: date,
      corrects: eventRef("/corrects"),
      cause: eventRef("/cause"),
      derivation: within("/derivation", { fn: code, version: small, day: date }, { basis: integer(0, Number.MAX_SAFE_INTEGER) }),
      reads: list("/reads", 64, (at) => record(at, { version, hash })),
      batch: within("/batch", { id: uuid, count: integer(2, 1000), index: below }),
      attachments: list("/attachments", 32, (at) =>
        within(at, {
          id: uuid,
          kind: code,
          bytes: integer(0, Number.MAX_SAFE_INTEGER),
          media: bytesBetween(3, 100),
          sha256: (value) => hash(value) || isSealed(value),
        }),
      ),
    },
  );

  /** A member that stands there exactly under a condition. */
  const exactlyWhen = (condition: boolean, name: string): void => {
    const there = member(object, name) !== undefined;
    if (there && !condition) faults.note("unknown_field", `/${name}`);
    if (!there && condition) faults.note("missing_field", `/${name}`);
  };
  const { meaning } = object;
  if (typeof object.version === "number") exactlyWhen(object.version > 1, "prev");
  if (typeof meaning === "string") {
    exactlyWhen(meaning === "correction", "corrects");
    exactlyWhen(meaning === "system", "derivation");
    const needsReason = ["correction", "return", "refusal", "withdrawal", "revocation"].includes(meaning);
    if (needsReason && member(object, "reason") === undefined) faults.note("missing_field", "/reason");
  }
  const { derivation } = object;
  // A consequence in the same append has no basis; then its cause says what it follows from.
  if (isObject(derivation) && derivation.basis === undefined && object.cause === undefined) faults.note("missing_field", "/cause");
  checkOrder(object, faults);
  faults.throwFirst();
}

/** What the members say about one another: order of the reads, distinct attachments, kind and type. */
function checkOrder(object: JsonObject, faults: Faults): void {
  const key = (value: Json | undefined): string => (isObject(value) ? `${String(value.kind)} ${String(value.id)}` : "");
  const items = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
  const reads = items(object.reads).map(key);
  const ascending = reads.every((one, at) => at === 0 || (reads[at - 1] ?? "") < one);
  // Kinds hold no space and nothing below it, so the order of the joined text is that of (kind, id).
  if (!ascending || reads.includes(key(object.record))) faults.note("bad_value", "/reads");
  const files = items(object.attachments).map((one) => (isObject(one) ? String(one.id) : ""));
  if (new Set(files).size !== files.length) faults.note("bad_value", "/attachments");
  if (typeof object.type === "string" && isObject(object.record) && !object.type.startsWith(`${String(object.record.kind)}.`)) {
    faults.note("kind_mismatch", "/record/kind");
  }
}

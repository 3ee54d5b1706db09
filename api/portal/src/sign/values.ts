// Values between three worlds: how a page shows them (GraphQL), how they are signed (the wire), and what people read.
import type { Json, JsonObject } from "@/ledger/json";
import { isObject } from "@/ledger/json";
import type { CodeLabel, Field, Shape } from "@/shared/kinds";

/** `tubeVoltageV` of the member that is signed as `tube_voltage_v`. */
export const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Whether two values are the same on the wire. The order of members says nothing. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => same(item, b[at]));
  if (isObject(a) && isObject(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].every((name) => same(a[name], b[name]));
  }
  return a === b;
}

/** The value as it would be signed, of one that GraphQL showed; undefined where it is absent or sealed. */
export function wireOf(shape: Shape, shown: unknown): Json | undefined {
  if (shown === null || shown === undefined) return undefined;
  if (shape.is === "list") {
    const items = (Array.isArray(shown) ? shown : [shown]).map((item) => wireOf(shape.item ?? { is: "text" }, item));
    return items.every((item) => item !== undefined) ? (items as Json[]) : undefined;
  }
  if (shape.is === "object") {
    if (!isObject(shown)) return undefined;
    const values = (shape.members ?? []).map(
      (member) => [member.name, wireOf(member, shown[camel(member.name)] ?? shown[member.name])] as const,
    );
    return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as JsonObject;
  }
  if (shape.is === "sealed") return undefined;
  if (shape.is === "code")
    return isObject(shown) && typeof shown["code"] === "string" ? shown["code"] : typeof shown === "string" ? shown : undefined;
  if (shape.is === "integer") return Number.isSafeInteger(Number(shown)) ? Number(shown) : undefined;
  if (shape.is === "flag") return Boolean(shown);
  if (shape.is === "record_ref") return isObject(shown) ? { id: String(shown["id"]), kind: String(shown["kind"]) } : undefined;
  if (shape.is === "event_ref") return isObject(shown) ? { event: String(shown["event"]), hash: String(shown["hash"]) } : undefined;
  return typeof shown === "string" || typeof shown === "number" ? String(shown) : undefined;
}

/** What a member shows in both languages. */
export interface Said {
  zh: string;
  en: string;
  /** The value as signed, where the words are a label of it. */
  code?: string;
  /** A record that it names. */
  ref?: { kind: string; id: string };
  /** Written in the letters of hashes. */
  mono?: boolean;
}

export type Codes = ReadonlyMap<string, readonly CodeLabel[]>;

const plain = (text: string): Said => ({ zh: text, en: text });
const grouped = new Intl.NumberFormat("en");

/** The units of the field tables as they are written behind a number. */
function quantity(value: number, unit: string | undefined): Said {
  if (!unit) return plain(String(value));
  const number = `${grouped.format(value)} ${unit}`;
  // People think in mSv; the ledger counts nSv.
  return plain(unit === "nSv" ? `${number}（${value / 1e6} mSv）` : number);
}

/** The words of one value of a scalar shape. */
export function say(shape: Shape, value: Json, codes: Codes): Said {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (shape.is === "sealed") return say(shape.value ?? { is: "text" }, value, codes);
  if (shape.is === "code") {
    const label = codes.get(shape.list ?? "")?.find((known) => known.code === value);
    return label ? { zh: label.zh, en: label.en, code: text } : { ...plain(text), code: text };
  }
  if (shape.is === "integer" && typeof value === "number") return quantity(value, shape.unit);
  if (shape.is === "flag") return value === true ? { zh: "是", en: "yes" } : { zh: "否", en: "no" };
  if (shape.is === "uuid")
    return shape.of ? { ...plain(text), mono: true, ref: { kind: shape.of, id: text } } : { ...plain(text), mono: true };
  if (shape.is === "record_ref" && isObject(value)) {
    const ref = { kind: String(value["kind"]), id: String(value["id"]) };
    return { ...plain(`${ref.kind}/${ref.id}`), mono: true, ref };
  }
  if (shape.is === "hash" || shape.is === "bytes" || shape.is === "event_ref") return { ...plain(text), mono: true };
  return plain(text);
}

/** Whether the members of a shape are shown each in a line of its own. */
export const isComposite = (shape: Shape): boolean =>
  shape.is === "object" ||
  shape.is === "set" ||
  (shape.is === "list" && shape.item !== undefined && isComposite(shape.item)) ||
  (shape.is === "sealed" && shape.value !== undefined && isComposite(shape.value));

/** Every code list that a table may need. */
export function listsOf(shape: Shape, into = new Set<string>()): Set<string> {
  if (shape.list) into.add(shape.list);
  for (const member of shape.members ?? []) listsOf(member, into);
  if (shape.item) listsOf(shape.item, into);
  if (shape.value) listsOf(shape.value, into);
  return into;
}

/** The field of a name. */
export const fieldOf = (fields: readonly Field[] | undefined, name: string): Field | undefined =>
  fields?.find((field) => field.name === name);

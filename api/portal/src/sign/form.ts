// A form from a field table (P-FORM): what people type, and the value that would be signed of it.
import type { Json, JsonObject } from "@/ledger/json";
import { hasRefusedCharacter, isObject } from "@/ledger/json";
import { instantText, isDate, isUuid } from "@/ledger/bytes";
import type { Field, Shape } from "@/shared/kinds";

/** What an input holds: text for everything that is typed or chosen, lists and objects of that. */
export type Raw = string | Raw[] | { [name: string]: Raw };

/** What is wrong with an input: a key of `sign.form.error`, with its numbers. */
export interface Fault {
  /** Pointer of the input within the form. */
  path: string;
  key: string;
  named?: Record<string, string | number>;
}

/** The shape behind a seal, or the shape itself. */
export const bare = (shape: Shape): Shape => (shape.is === "sealed" && shape.value ? shape.value : shape);
/** A list of codes is ticked, not typed. */
export const isTicked = (shape: Shape): boolean => shape.is === "list" && shape.item?.is === "code";

/** An input that holds nothing. */
export function emptyOf(shape: Shape): Raw {
  const of = bare(shape);
  if (of.is === "list") return [];
  if (of.is === "object") return Object.fromEntries((of.members ?? []).map((member) => [member.name, emptyOf(member)]));
  if (of.is === "record_ref") return { kind: of.kinds?.length === 1 ? (of.kinds[0] ?? "") : "", id: "" };
  return "";
}

/** Doses are typed in mSv and signed in nSv: no float is between the two. */
export const isDose = (shape: Shape): boolean => shape.is === "integer" && shape.unit === "nSv";

export function toNano(text: string): number | null {
  const form = /^(-?)(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (!form) return null;
  const value = Number(form[2]) * 1_000_000 + Number((form[3] ?? "").padEnd(6, "0"));
  return form[1] ? -value : value;
}
export function fromNano(value: number): string {
  const digits = String(Math.abs(value)).padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -6)}${fraction ? `.${fraction}` : ""}`;
}

/** What an input shows of a value that is there. */
export function rawOf(shape: Shape, value: Json | undefined): Raw {
  const of = bare(shape);
  if (value === undefined) return emptyOf(shape);
  if (of.is === "list") return Array.isArray(value) ? (value as Json[]).map((item) => rawOf(of.item ?? { is: "text" }, item)) : [];
  if (of.is === "object")
    return Object.fromEntries(
      (of.members ?? []).map((member) => [member.name, rawOf(member, isObject(value) ? value[member.name] : undefined)]),
    );
  if (of.is === "record_ref") return isObject(value) ? { kind: String(value["kind"]), id: String(value["id"]) } : emptyOf(shape);
  if (isDose(of) && typeof value === "number") return fromNano(value);
  return String(value);
}

/** Whether nothing was typed or chosen. */
export function isEmpty(raw: Raw | undefined): boolean {
  if (raw === undefined || raw === "") return true;
  if (typeof raw === "string") return raw.trim() === "";
  if (Array.isArray(raw)) return raw.length === 0;
  const { kind: _, ...rest } = raw;
  const parts = "id" in raw && "kind" in raw ? rest : raw;
  return Object.values(parts).every(isEmpty);
}

/** The value of an input; undefined when it is empty. Faults are added to `faults`. */
export function wireFrom(shape: Shape, raw: Raw | undefined, path: string, faults: Fault[]): Json | undefined {
  const of = bare(shape);
  const fault = (key: string, named?: Record<string, string | number>): undefined => {
    faults.push({ path, key, ...(named ? { named } : {}) });
    return undefined;
  };
  if (raw === undefined || isEmpty(raw)) return undefined;
  if (of.is === "list") {
    if (!Array.isArray(raw)) return undefined;
    const { min_items: min = 0, max_items: max = Number.MAX_SAFE_INTEGER, item = { is: "text" } } = of;
    const values = raw.map(
      (one, at) =>
        wireFrom(item, one, `${path}/${at}`, faults) ??
        (isEmpty(one) ? void faults.push({ path: `${path}/${at}`, key: "required" }) : undefined),
    );
    if (raw.length < min) return fault("few", { n: min });
    if (raw.length > max) return fault("many", { n: max });
    return values.filter((value): value is Json => value !== undefined);
  }
  if (of.is === "object") return objectFrom(of.members ?? [], raw as Record<string, Raw>, path, faults);
  if (of.is === "record_ref") {
    const { kind, id } = raw as { kind: string; id: string };
    return kind && isUuid(id, kind === "warning" ? 8 : 4) ? { id, kind } : fault("record");
  }
  if (typeof raw !== "string") return fault("value");
  const text = raw.trim();
  switch (of.is) {
    case "integer": {
      const value = isDose(of) ? toNano(text) : /^-?\d{1,16}$/.test(text) ? Number(text) : null;
      if (value === null || !Number.isSafeInteger(value)) return fault(isDose(of) ? "dose" : "integer");
      const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = of;
      const bound = (n: number): string => (isDose(of) ? fromNano(n) : String(n));
      return value < min || value > max ? fault("range", { min: bound(min), max: bound(max) }) : value;
    }
    case "flag":
      return text === "true";
    case "date":
      return isDate(text) ? text : fault("date");
    case "instant": {
      // An input of date and time means Beijing time.
      const form = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2}))?$/.exec(text);
      const millis = form ? Date.parse(`${form[1]}T${form[2]}:${form[3] ?? "00"}+08:00`) : Date.parse(text);
      return Number.isNaN(millis) ? fault("instant") : instantText(BigInt(millis) * 1000n);
    }
    case "uuid":
      return isUuid(text, of.of === "warning" ? 8 : 4) ? text : fault("record");
    case "event_ref":
      return fault("value");
    case "text":
      return textFrom(of, shape.is === "sealed" ? raw.trim() : text, fault);
    default:
      return text;
  }
}

function textFrom(
  shape: Shape,
  typed: string,
  fault: (key: string, named?: Record<string, string | number>) => undefined,
): Json | undefined {
  const text = typed.normalize("NFC");
  const { min_chars: min = 0, max_chars: max = Number.MAX_SAFE_INTEGER, pattern, form } = shape;
  const length = [...text].length;
  if (hasRefusedCharacter(text.replaceAll("\n", ""))) return fault("characters");
  if (length < min) return fault("short", { n: min });
  if (length > max) return fault("long", { n: max });
  if (pattern && !new RegExp(pattern, "u").test(text)) return fault(form ? `form_${form}` : "pattern");
  return text;
}

/** The values of several inputs, required ones asked for. */
export function objectFrom(fields: readonly Field[], raw: Record<string, Raw>, path: string, faults: Fault[]): JsonObject {
  const values: Record<string, Json> = {};
  for (const field of fields) {
    const at = `${path}/${field.name}`;
    if (field.required && isEmpty(raw[field.name])) faults.push({ path: at, key: "required" });
    const value = wireFrom(field, raw[field.name], at, faults);
    if (value !== undefined) values[field.name] = value;
  }
  return values;
}

// What a person reads before he signs (ux §5.2): every member of the exact bytes, with its label. What has no label is not
// signed: nobody signs what he was not shown.
import { isObject, type Json, type JsonObject } from "@/ledger/json";
import { unsealed, type Opening } from "@/ledger/seal";
import { isSealed, type Statement } from "@/ledger/statement";
import type { EventTable, Field, Shape } from "@/shared/kinds";
import { fieldOf, isComposite, say, type Codes, type Said } from "./values";

/** A line of the table: a member with what it says; a heading when it only holds others. */
export interface Row {
  /** RFC 6901, into the statement. */
  pointer: string;
  zh: string;
  en: string;
  level: number;
  values: Said[] | null;
  sealed: boolean;
  /** Member of the record that it changes, for the value before. */
  member?: string;
  /** It takes the value away. */
  cleared?: boolean;
}

/** A member that the contract has no label for. */
export class Unlabelled extends Error {
  readonly pointer: string;
  constructor(pointer: string) {
    super(`sign.unlabelled_field: ${pointer}`);
    this.name = "Unlabelled";
    this.pointer = pointer;
  }
}

/** How a table is drawn: to be signed, every seal must be open; of the past, `sealed` stands in the place of a value. */
export interface Drawing {
  sealed?: Said;
}

/** The lines of the data of a statement, with the values behind its seals. */
export function rowsOf(table: EventTable, statement: Statement, openings: readonly Opening[], codes: Codes, drawing: Drawing = {}): Row[] {
  if (table.type !== statement.type || table.schema !== statement.schema) throw new Unlabelled("/type");
  const data = unsealed(statement, openings)["data"];
  if (!isObject(data)) throw new Unlabelled("/data");
  return members(table.data, data, statement.data, "/data", 0, { codes, drawing }, table.data);
}

interface By {
  codes: Codes;
  drawing: Drawing;
}

/** Members of one object; `signed` is the same object with its seals. */
function members(
  fields: readonly Field[],
  object: JsonObject,
  signed: Json | undefined,
  at: string,
  level: number,
  by: By,
  top?: readonly Field[],
): Row[] {
  const known = new Set(fields.map((field) => field.name));
  for (const name of Object.keys(object)) if (!known.has(name)) throw new Unlabelled(`${at}/${name}`);
  // In the order of the table, which is the order in which people fill it in.
  return fields
    .filter((field) => Object.hasOwn(object, field.name))
    .flatMap((field) => {
      const value = object[field.name] as Json;
      const under = isObject(signed) ? signed[field.name] : undefined;
      return lines(field, field, value, under, `${at}/${field.name}`, level, by, top);
    });
}

function lines(
  label: { zh: string; en: string; name: string },
  shape: Shape,
  value: Json,
  signed: Json | undefined,
  at: string,
  level: number,
  by: By,
  top?: readonly Field[],
): Row[] {
  const sealed = isSealed(signed);
  const head = { pointer: at, zh: label.zh, en: label.en, level, sealed };
  // What stands behind a seal that was not opened would be signed unseen.
  if (isSealed(value)) {
    if (!by.drawing.sealed) throw new Unlabelled(at);
    return [{ ...head, values: [by.drawing.sealed], ...(level === 0 && top ? { member: label.name } : {}) }];
  }
  const bare = shape.is === "sealed" && shape.value ? shape.value : shape;
  if (bare.is === "set") {
    if (!isObject(value)) throw new Unlabelled(at);
    return members(bare.members ?? [], value, signed, at, level, by).map((row) =>
      row.level === level ? { ...row, member: row.pointer.slice(at.length + 1) } : row,
    );
  }
  if (bare.is === "clear") {
    const labels = top?.find((field) => field.is === "set")?.members;
    return (Array.isArray(value) ? (value as Json[]) : [value]).map((name, index) => {
      const cleared = fieldOf(labels, String(name)) ?? fieldOf(top, String(name));
      if (!cleared) throw new Unlabelled(`${at}/${index}`);
      return {
        pointer: `${at}/${index}`,
        zh: cleared.zh,
        en: cleared.en,
        level,
        values: [],
        sealed: false,
        member: String(name),
        cleared: true,
      };
    });
  }
  if (bare.is === "object") {
    if (!isObject(value)) throw new Unlabelled(at);
    return [{ ...head, values: null }, ...members(bare.members ?? [], value, signed, at, level + 1, by)];
  }
  if (bare.is === "list") {
    if (!Array.isArray(value)) throw new Unlabelled(at);
    const items = value as Json[];
    const item = bare.item ?? { is: "text" };
    if (!isComposite(item)) return [{ ...head, values: items.map((one) => scalar(item, one, at, by.codes)) }];
    return items.flatMap((one, index) => {
      const numbered = { zh: `${label.zh} ${index + 1}`, en: `${label.en} ${index + 1}`, name: label.name };
      return lines(numbered, item, one, Array.isArray(signed) ? (signed as Json[])[index] : undefined, `${at}/${index}`, level, by);
    });
  }
  return [{ ...head, values: [scalar(bare, value, at, by.codes)], ...(level === 0 && top ? { member: label.name } : {}) }];
}

function scalar(shape: Shape, value: Json, at: string, codes: Codes): Said {
  // An object in the place of one value has members without labels; only references are such.
  if (isObject(value) && shape.is !== "record_ref" && shape.is !== "event_ref") throw new Unlabelled(at);
  if (Array.isArray(value)) throw new Unlabelled(at);
  return say(shape, value, codes);
}

/** The label of what a refusal points to; the pointer itself where it is nothing that a form holds. */
export function labelAt(table: EventTable | null, pointer: string): { zh: string; en: string } | null {
  if (!pointer) return null;
  const OF_STATEMENT: Record<string, { zh: string; en: string }> = {
    "/effective_on": { zh: "业务日期", en: "business date" },
    "/reason": { zh: "理由", en: "reason" },
    "/reason/code": { zh: "理由", en: "reason" },
    "/reason/text": { zh: "理由说明", en: "text of the reason" },
    "/corrects": { zh: "所更正的事件", en: "event that is corrected" },
    "/attachments": { zh: "附件", en: "attachments" },
    "/signer/grant": { zh: "所依据的授权", en: "grant relied on" },
    "/signed_at": { zh: "签署时间", en: "time of signing" },
    "/record/id": { zh: "档案", en: "record" },
  };
  const known = OF_STATEMENT[pointer] ?? OF_STATEMENT[pointer.replace(/\/\d+.*$/, "")];
  if (known) return known;
  const [, first, ...path] = pointer.split("/");
  if (first !== "data") return { zh: pointer, en: pointer };
  let shapes: readonly Field[] | undefined = table?.data;
  let found: Field | undefined;
  for (const name of path) {
    if (/^\d+$/.test(name)) continue;
    found = fieldOf(shapes, name) ?? found;
    const within: Shape | undefined = found?.item ?? (found?.is === "sealed" ? found.value : found);
    shapes = within?.members;
  }
  return found ? { zh: found.zh, en: found.en } : { zh: pointer, en: pointer };
}

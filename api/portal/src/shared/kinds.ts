// What the contract says of each kind, loaded when a page needs it: labels of members, field tables of events, code lists.
import index from "@/generated/kinds.json";

/** A shape of the field tables, as `docs/wire-format.md` §2.1 has them. */
export interface Shape {
  is: string;
  list?: string;
  of?: string;
  kinds?: string[];
  min?: number;
  max?: number;
  min_chars?: number;
  max_chars?: number;
  min_items?: number;
  max_items?: number;
  pattern?: string;
  form?: string;
  unit?: string;
  subject?: string;
  members?: Field[];
  item?: Shape;
  value?: Shape;
}
/** A member of the data of an event. */
export interface Field extends Shape {
  name: string;
  zh: string;
  en: string;
  required: boolean;
}
/** An event type of the catalogue. */
export interface EventTable {
  type: string;
  schema: number;
  zh: string;
  en: string;
  creates: boolean;
  meanings: string[];
  reason: "required" | "optional" | "forbidden";
  effective_on: "required" | "optional" | "forbidden";
  data: Field[];
}
/** A member of a record, as the contract shows it. */
export interface Member {
  name: string;
  zh: string;
  en: string;
  /** Name of the type in the contract. */
  is: string;
  many: boolean;
  of?: string;
  /** The code list of a code; lists that no event says a code of are not among the files. */
  list?: string;
  members?: Member[];
}
export interface KindTable {
  kind: string;
  type: string;
  zh: string;
  en: string;
  members: Member[];
  events: EventTable[];
}
export interface CodeLabel {
  code: string;
  zh: string;
  en: string;
}

export const KINDS: { kind: string; type: string; zh: string; en: string; list: string }[] = index;
export const kindLabel = (kind: string): { zh: string; en: string } => KINDS.find((known) => known.kind === kind) ?? { zh: kind, en: kind };

const kinds = import.meta.glob<{ default: unknown }>("../generated/kinds/*.json");
const lists = import.meta.glob<{ default: unknown }>("../generated/lists/*.json");

async function read<T>(files: Record<string, () => Promise<{ default: unknown }>>, path: string): Promise<T> {
  const file = files[path];
  if (!file) throw new Error(`the contract has no ${path}`);
  return (await file()).default as T;
}

/** The table of a kind. */
export const kindTable = (kind: string): Promise<KindTable> => read(kinds, `../generated/kinds/${kind}.json`);
/** A code list. */
export const codeList = (name: string): Promise<CodeLabel[]> => read(lists, `../generated/lists/${name}.json`);

/** The table of an event type: the newest schema of it, or the one that is asked for. */
export async function eventTable(type: string, schema?: number): Promise<EventTable> {
  const { events } = await kindTable(type.split(".")[0] ?? type);
  const found = events.filter((table) => table.type === type && (schema === undefined || table.schema === schema)).at(-1);
  if (!found) throw new Error(`the contract has no ${type}`);
  return found;
}

// Reads the committed contract (GraphQL and the field tables of the events) and writes what the portal needs of it into
// src/generated/: one file per kind with the labels of its members and the field tables of its events, one file per code
// list, and one operation per kind that reads a whole record. A new kind, member or event needs no line of the portal.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { buildSchema, isEnumType, isListType, isNonNullType, isObjectType, isScalarType } from "graphql";
import { kinds as catalogue, codeLists } from "../../contract/events.ts";

const out = new URL("../src/generated/", import.meta.url);
rmSync(out, { recursive: true, force: true });
for (const folder of ["kinds", "lists"]) mkdirSync(new URL(`${folder}/`, out), { recursive: true });
const write = (name, value) => writeFileSync(new URL(name, out), typeof value === "string" ? value : JSON.stringify(value));

const schema = buildSchema(readFileSync(new URL("../../contract/ledger.graphql", import.meta.url), "utf8"));
const bare = (type) => (isNonNullType(type) || isListType(type) ? bare(type.ofType) : type);
const many = (type) => isListType(type) || (isNonNullType(type) && many(type.ofType));
const camel = (text) => text.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const pascal = (text) => camel(text)[0].toUpperCase() + camel(text).slice(1);

/** `中文 · English (what it is). \`name\` as signed.` → the two labels. */
const labels = (description = "") => {
  const [zh = "", rest = ""] = description.split(" · ");
  const en = rest
    .replace(/\s*`.*$/s, "")
    .replace(/\s*\([^)]*\)\.?\s*$/, "")
    .replace(/\.\s*$/, "");
  return { zh, en };
};

/** Shapes that a cell shows as one value. */
const WHOLE = {
  Code: "code zh en",
  RecordRef: "kind id node",
  Sealed: "state masked event pointer",
  EventRef: "event",
  Reason: "code text { state masked event pointer }",
};

/** The selection of an object, and what a page must know to show it. */
function members(type) {
  const selection = [];
  const shown = [];
  for (const field of Object.values(type.getFields())) {
    if (field.args.length > 0) continue;
    const of = bare(field.type);
    const member = { name: field.name, ...labels(field.description ?? ""), is: of.name, many: many(field.type) };
    if (isScalarType(of) || isEnumType(of)) selection.push(field.name);
    else if (WHOLE[of.name]) selection.push(`${field.name} { ${WHOLE[of.name]} }`);
    else if (isObjectType(of)) {
      const inner = members(of);
      selection.push(`${field.name} { ${inner.selection} }`);
      member.members = inner.shown;
    }
    const kind = /\(record of kind ([^)]+)\)/.exec(field.description ?? "");
    if (kind) member.of = kind[1].replaceAll(" ", "_");
    const list = /\(code list ([A-Z0-9_]+)\)/.exec(field.description ?? "");
    if (list) member.list = list[1];
    shown.push(member);
  }
  return { selection: selection.join(" "), shown };
}

let operations = "";
const kinds = [];
const lists = Object.fromEntries(
  Object.values(schema.getQueryType().getFields()).map((field) => [bare(field.type).name.replace(/Connection$/, ""), field.name]),
);
for (const { kind, zh, en, types } of catalogue) {
  const type = pascal(kind);
  const { selection, shown } = members(schema.getType(`${type}Members`));
  kinds.push({ kind, type, zh, en, list: lists[type] });
  write(`kinds/${kind}.json`, { kind, type, zh, en, members: shown, events: types });
  operations += `query ${type}Record($id: ID!, $asOf: Position, $asOfTime: Instant, $atLeast: Position) {
  node(id: $id, asOf: $asOf, asOfTime: $asOfTime, atLeast: $atLeast) {
    ... on ${type} { id kind recordId version position recordedAt readAt label org area state members { ${selection} } history(first: 50) { ...Timeline } }
  }
}
`;
}
write("kinds.json", kinds);
for (const [name, codes] of Object.entries(codeLists)) write(`lists/${name}.json`, codes);
write("records.graphql", operations);
// The one list of the operations that read a whole record: the page of any kind looks its own up here.
write(
  "records.ts",
  `import * as api from "./api/graphql";

export const records = {
${kinds.map(({ kind, type }) => `  ${kind}: api.${type}RecordDocument,`).join("\n")}
} as const;
`,
);

// Who may sign what: the newest policy of the matrix. What everybody may sign about himself alone (`o`) counts for the worker.
const rights = {};
let roles = [];
for (const line of readFileSync(new URL("../../../domain/tests/rights-matrix.tsv", import.meta.url), "utf8").split("\n")) {
  const [act, ...cells] = line.split("\t");
  if (/^policy \d+$/.test(line)) for (const type of Object.keys(rights)) delete rights[type];
  else if (act === "act") roles = cells;
  else if (cells.length > 0) {
    const [type] = act.split("/");
    const may = roles.filter((role, at) => /^[A-Z_]+$/.test(role) && cells[at] !== "-" && (cells[at] !== "o" || role === "W_SELF"));
    rights[type] = [...new Set([...(rights[type] ?? []), ...may])].sort();
  }
}
write("rights.json", rights);

//! What clients are built against, printed from the code: the GraphQL contract and the events with their members.
//!
//! Both are committed in `contract/`; a test prints them again and compares. `RADLEDGER_PRINT=1` makes that test
//! write them.

use std::fmt::Write;

use domain::catalog::{CATALOGUE, EventType, Kind, describe};
use domain::field::{Field, Shape};
use domain::refusal::Code;
use serde_json::Value as Json;
use signing::statement::Meaning;

use crate::graphql::info::BOUNDS;
use crate::graphql::scalars::pascal;
use crate::limits::Limits;

/// The GraphQL contract as SDL.
#[must_use]
pub fn sdl() -> String {
    let mut sdl = crate::graphql::build().sdl();
    while sdl.ends_with("\n\n") {
        sdl.pop();
    }
    sdl
}

/// The events as TypeScript: types of their data, labels, units, limits and code lists, all from the field tables.
#[must_use]
pub fn events_ts() -> String {
    let mut out = String::from(
        "// Printed from the field tables of the ledger; not written by hand.\n\
         // A member that the catalogue seals is plain here: it is what goes into `prepare`.\n\n",
    );
    let meanings: Vec<String> = Meaning::ALL.iter().map(|meaning| quoted(meaning.as_str())).collect();
    line(&mut out, &format!("export type Meaning = {};", meanings.join(" | ")));
    let kinds: Vec<String> = Kind::ALL.iter().map(|kind| quoted(kind.as_str())).collect();
    line(&mut out, &format!("export type Kind = {};", kinds.join(" | ")));
    let codes: Vec<String> = Code::ALL.iter().map(|code| quoted(code.as_str())).collect();
    line(&mut out, &format!("export type RefusalCode = {};", codes.join(" | ")));
    line(&mut out, "export interface EventRef { event: string; hash: string }");
    line(&mut out, "export interface RecordRef { kind: string; id: string }");
    out.push('\n');
    let catalogue = describe(CATALOGUE);
    code_lists(&mut out, &catalogue);
    let mut names = Vec::new();
    for known in Kind::ALL.iter().flat_map(|kind| kind.types()) {
        names.push((known, event(&mut out, known)));
    }
    line(&mut out, "/** Data by event type and schema. */");
    line(&mut out, "export interface EventData {");
    for (known, name) in &names {
        line(&mut out, &format!("  {}: {name};", quoted(&format!("{}/{}", known.name, known.schema))));
    }
    line(&mut out, "}\n");
    tables(&mut out, &catalogue);
    let limits = Limits::default();
    line(&mut out, "/** Bounds of the service as shipped; a node tells its own at `ledger { limits }`. */");
    line(&mut out, "export const limits = {");
    for (name, _, read) in BOUNDS {
        line(&mut out, &format!("  {name}: {},", read(&limits)));
    }
    line(&mut out, "} as const;");
    out
}

fn code_lists(out: &mut String, catalogue: &Json) {
    let Some(lists) = catalogue["code_lists"].as_object() else { return };
    line(out, "/** Code lists: code, label in Chinese, label in English. */");
    line(out, "export const codeLists = {");
    for (name, codes) in lists {
        line(out, &format!("  {name}: ["));
        for code in codes.as_array().into_iter().flatten() {
            line(out, &format!("    {{ code: {}, zh: {}, en: {} }},", code["code"], code["zh"], code["en"]));
        }
        line(out, "  ],");
    }
    line(out, "} as const;");
    line(out, "export type CodeOf<L extends keyof typeof codeLists> = (typeof codeLists)[L][number][\"code\"];\n");
}

fn event(out: &mut String, known: &'static EventType) -> String {
    let name = format!(
        "{}{}",
        pascal(&known.name.replace('.', "_")),
        if known.schema == 1 { String::new() } else { known.schema.to_string() }
    );
    line(out, &format!("/** {} · {} */", known.zh, known.en));
    interface(out, &name, known.data);
    name
}

fn interface(out: &mut String, name: &str, fields: &'static [Field]) {
    if fields.is_empty() {
        line(out, &format!("export type {name} = Record<string, never>;\n"));
        return;
    }
    line(out, &format!("export interface {name} {{"));
    for field in fields {
        line(out, &format!("  /** {} · {}{} */", field.zh, field.en, note(&field.shape)));
        line(out, &format!("  {}{}: {};", field.name, if field.required { "" } else { "?" }, type_of(&field.shape)));
    }
    line(out, "}\n");
}

fn note(shape: &Shape) -> String {
    match shape {
        Shape::Text(min, max, form) if !form.name.is_empty() => format!(" ({min}–{max} characters, {})", form.name),
        Shape::Text(min, max, _) => format!(" ({min}–{max} characters)"),
        Shape::Integer(min, max, "") => format!(" ({min}–{max})"),
        Shape::Integer(min, max, unit) => format!(" ({min}–{max}, {unit})"),
        Shape::List(min, max, item) => format!(" ({min}–{max} items){}", note(item)),
        Shape::Sealed(inner, _) => format!(" (sealed){}", note(inner)),
        _ => String::new(),
    }
}

fn type_of(shape: &'static Shape) -> String {
    match shape {
        Shape::Text(..) | Shape::Day | Shape::Moment | Shape::Id(_) | Shape::Hash | Shape::Bytes(_) => "string".into(),
        Shape::Integer(..) => "number".into(),
        Shape::Flag => "boolean".into(),
        Shape::Code(list) => format!("CodeOf<{}>", quoted(list.name)),
        Shape::EventRef => "EventRef".into(),
        Shape::RecordRef(_) => "RecordRef".into(),
        Shape::Object(fields) => format!("{{ {} }}", inline(fields, false)),
        Shape::Members(fields) => format!("{{ {} }}", inline(fields, true)),
        Shape::List(_, _, item) => format!("Array<{}>", type_of(item)),
        Shape::Names(fields) => {
            let names: Vec<String> =
                fields.iter().filter(|field| !field.required).map(|field| quoted(field.name)).collect();
            format!("Array<{}>", if names.is_empty() { "never".to_owned() } else { names.join(" | ") })
        }
        Shape::Sealed(inner, _) => type_of(inner),
    }
}

fn inline(fields: &'static [Field], all_optional: bool) -> String {
    let members = fields.iter().map(|field| {
        format!("{}{}: {}", field.name, if field.required && !all_optional { "" } else { "?" }, type_of(&field.shape))
    });
    members.collect::<Vec<_>>().join("; ")
}

/// The field tables as data: what forms, tables and the data dictionary are drawn from.
fn tables(out: &mut String, catalogue: &Json) {
    line(out, "export interface Shape {");
    line(
        out,
        "  is: string; min_chars?: number; max_chars?: number; form?: string; pattern?: string; min?: number; max?: number; unit?: string;",
    );
    line(
        out,
        "  of?: string; list?: string; max_bytes?: number; kinds?: readonly string[]; members?: readonly Member[]; min_items?: number;",
    );
    line(out, "  max_items?: number; item?: Shape; names?: readonly string[]; value?: Shape; subject?: string;");
    line(out, "}");
    line(out, "export interface Member extends Shape { name: string; required: boolean; zh: string; en: string }");
    line(out, "export interface EventTable {");
    line(
        out,
        "  type: string; schema: number; meanings: readonly Meaning[]; creates: boolean; effective_on: string; reason: string;",
    );
    line(out, "  signed_by: readonly string[]; data: readonly Member[]; zh: string; en: string;");
    line(out, "}");
    line(out, "/** The field tables by kind. */");
    line(
        out,
        "export const kinds: readonly { kind: Kind; zh: string; en: string; types: readonly EventTable[] }[] = [",
    );
    for kind in catalogue["kinds"].as_array().into_iter().flatten() {
        line(out, &format!("  {{ kind: {}, zh: {}, en: {}, types: [", kind["kind"], kind["zh"], kind["en"]));
        for known in kind["types"].as_array().into_iter().flatten() {
            line(out, &format!("    {known},"));
        }
        line(out, "  ] },");
    }
    line(out, "];\n");
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

fn line(out: &mut String, text: &str) {
    // Writing into a string does not fail.
    let _ = writeln!(out, "{text}");
}

//! `search`, and `diff`: what of a record is different between two moments.

use std::collections::BTreeSet;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef};
use serde_json::Value as Json;

use super::paths::asking;
use super::record::{self, View};
use super::scalars::{inner, plain};
use super::{AsOf, first, node, position, viewer};
use crate::error::ApiError;

/// A member that is not what it was.
#[derive(Clone)]
struct Different {
    pointer: String,
    before: Option<Json>,
    after: Option<Json>,
}

/// A record at two moments.
struct Diff {
    versions: [Option<u32>; 2],
    different: Vec<Different>,
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let different = Object::new("Difference")
        .description("一处不同 · A member that is not what it was.")
        .field(plain(
            "pointer",
            TypeRef::named_nn(TypeRef::STRING),
            "位置（RFC 6901） · Where, RFC 6901.",
            |one: &Different| Value::from(one.pointer.as_str()),
        ))
        .field(plain(
            "before",
            TypeRef::named("JSON"),
            "原值；封存值为承诺 · What it was; a sealed value as its commitment.",
            |one: &Different| json(one.before.as_ref()),
        ))
        .field(plain("after", TypeRef::named("JSON"), "新值 · What it is.", |one: &Different| {
            json(one.after.as_ref())
        }));
    let diff = Object::new("Diff")
        .description("两个时刻之间的不同 · What is different between two moments.")
        .field(plain(
            "versionBefore",
            TypeRef::named("Version"),
            "先前版本；尚无时为空 · Version before; absent while there was no record.",
            |diff: &Diff| version(diff.versions[0]),
        ))
        .field(plain("versionAfter", TypeRef::named("Version"), "其后版本 · Version after.", |diff: &Diff| {
            version(diff.versions[1])
        }))
        .field(inner(
            "differences",
            TypeRef::named_nn_list_nn("Difference"),
            "各处不同 · The members.",
            |diff: &Diff| Some(FieldValue::list(diff.different.iter().cloned().map(FieldValue::owned_any))),
        ));
    builder.register(different).register(diff)
}

fn json(value: Option<&Json>) -> Value {
    value.and_then(|json| Value::from_json(json.clone()).ok()).unwrap_or(Value::Null)
}

fn version(version: Option<u32>) -> Value {
    version.map_or(Value::Null, |version| Value::from(version.to_string()))
}

/// Adds the questions to the root.
pub fn queries(query: Object) -> Object {
    let moment = |name: &str, what: &str| InputValue::new(name, TypeRef::named("Position")).description(what);
    query
        .field(
            Field::new("search", TypeRef::named_nn_list("Node"), |ctx| asking(ctx.ctx, search(ctx)))
                .description("检索：统一社会信用代码、许可证号、设备与工作人员编号、身份证号（按密钥摘要）、机构名称开头、姓名（在读者可见范围内） · What a text means: a credit code, a number of a licence, a device or a worker, an identity number (by keyed digest), the beginning of a name, a person's name within what the reader may see.")
                .argument(InputValue::new("text", TypeRef::named_nn(TypeRef::STRING)).description("检索内容 · The text."))
                .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of records, at most a page."))
                .argument(moment("asOf", "账本位置 · Position."))
                .argument(moment("atLeast", "至少包含到此位置 · Position that the answer includes at least.")),
        )
        .field(
            Field::new("diff", TypeRef::named("Diff"), |ctx| asking(ctx.ctx, diff(ctx)))
                .description("一份档案在两个时刻之间的不同 · What of a record is different between two moments.")
                .argument(InputValue::new("id", TypeRef::named_nn(TypeRef::ID)).description("全局标识 · Global id."))
                .argument(moment("from", "先前位置 · Position before."))
                .argument(InputValue::new("fromTime", TypeRef::named("Instant")).description("先前时间 · Time before."))
                .argument(moment("to", "其后位置，缺省为现在 · Position after; now when absent."))
                .argument(InputValue::new("toTime", TypeRef::named("Instant")).description("其后时间 · Time after.")),
        )
}

async fn search<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let (viewer, first, node) = (viewer(&ctx)?, first(&ctx)?, node(&ctx));
    let text = ctx.args.try_get("text")?.string()?.trim();
    if text.is_empty() {
        return Err(ApiError::Argument("text", "something to look for").into());
    }
    if text.chars().count() > node.limits.text_chars {
        return Err(ApiError::Limit { what: "textChars", limit: node.limits.text_chars }.into());
    }
    let asked = AsOf::read(ctx.args.get("asOf"), None)?;
    let Some(at) = node.moment(asked, position(&ctx, "atLeast")?).await? else {
        return Ok(Some(FieldValue::list(Vec::<FieldValue<'_>>::new())));
    };
    let rows = node.search(viewer, text, first, at).await?;
    Ok(Some(FieldValue::list(View::page(rows, at).into_iter().map(|view| view.typed()))))
}

async fn diff<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let (viewer, node) = (viewer(&ctx)?, node(&ctx));
    let (kind, id) = record::parse_id(ctx.args.try_get("id")?.string()?)?;
    let mut states = [None, None];
    for (state, [at, time]) in states.iter_mut().zip([["from", "fromTime"], ["to", "toTime"]]) {
        let asked = AsOf::read(ctx.args.get(at), ctx.args.get(time))?;
        if let Some(at) = node.moment(asked, None).await? {
            *state = node.get(viewer, kind, id, at).await?;
        }
    }
    if states.iter().all(Option::is_none) {
        return Ok(None);
    }
    let [before, after] = &states;
    let json = |at: &Option<crate::reads::Row>| at.as_ref().map(|row| (*row.json).clone());
    let mut different = Vec::new();
    compare("", json(before), json(after), &mut different);
    let versions = [before.as_ref().map(|row| row.version), after.as_ref().map(|row| row.version)];
    Ok(Some(FieldValue::owned_any(Diff { versions, different })))
}

/// Goes down to the members that differ; a list and a sealed value are one member each.
fn compare(pointer: &str, before: Option<Json>, after: Option<Json>, different: &mut Vec<Different>) {
    if before == after {
        return;
    }
    let open = |json: &Option<Json>| match json {
        Some(Json::Object(members)) if !members.contains_key("$sealed") => Some(members.clone()),
        _ => None,
    };
    match (open(&before), open(&after)) {
        (None, None) => different.push(Different { pointer: pointer.to_owned(), before, after }),
        (left, right) if pointer.is_empty() || left.is_some() && right.is_some() => {
            let (mut left, mut right) = (left.unwrap_or_default(), right.unwrap_or_default());
            let names: BTreeSet<String> = left.keys().chain(right.keys()).cloned().collect();
            for name in names {
                let at = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(&at, left.remove(&name), right.remove(&name), different);
            }
        }
        _ => different.push(Different { pointer: pointer.to_owned(), before, after }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differing(before: Json, after: Json) -> Vec<String> {
        let mut different = Vec::new();
        compare("", Some(before), Some(after), &mut different);
        different.into_iter().map(|one| one.pointer).collect()
    }

    #[test]
    fn only_what_differs() {
        let seal = |seal: &str| json!({"$sealed": seal, "event": "e", "pointer": "/data/name"});
        let before = json!({"a": 1, "b": {"c": 2, "d/e": 3}, "name": seal("x"), "list": [1, 2], "gone": 5});
        let after = json!({"a": 1, "b": {"c": 2, "d/e": 4}, "name": seal("y"), "list": [2, 1], "new": null});
        assert_eq!(differing(before.clone(), after), ["/b/d~1e", "/gone", "/list", "/name", "/new"]);
        assert!(differing(before.clone(), before).is_empty());
    }

    #[test]
    fn a_record_that_was_not_there_differs_in_every_member() {
        let mut different = Vec::new();
        compare("", None, Some(json!({"a": 1, "b": {"c": 2}})), &mut different);
        assert_eq!(different.iter().map(|one| one.pointer.as_str()).collect::<Vec<_>>(), ["/a", "/b"]);
    }
}

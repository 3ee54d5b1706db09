//! What is between the service and one person: `unmask` and its log, drafts.

use async_graphql::Value;
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef,
};
use schema::drafts::Draft;
use schema::shown::Look;
use signing::bytes::Instant;
use uuid::Uuid;

use super::paths::asking;
use super::scalars::{inner, plain};
use super::{first, id, node, viewer};
use crate::error::ApiError;
use crate::private::{NOTICE, PURPOSES, Unmasked};

/// A page of the access log.
struct Looks {
    items: Vec<Look>,
    more: bool,
}

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let mut purposes = Enum::new("Purpose").description(
        "查看原文的目的（个人信息保护法第六条） · Why a sealed value is shown: 个人信息保护法 art. 6 asks for a definite purpose.",
    );
    // Nobody asks for the last one: it is how the service's own looks stand in the log.
    for purpose in PURPOSES.into_iter().chain([NOTICE]) {
        purposes = purposes.item(EnumItem::new(purpose.code).description(purpose.label));
    }
    let unmasked = Object::new("Unmasked")
        .description("封存值的原文 · A sealed value in the clear.")
        .field(plain("state", TypeRef::named_nn("SealState"), "状态 · State.", |unmasked: &Unmasked| {
            Value::Enum(async_graphql::Name::new(match unmasked {
                Unmasked::Open(_) => "OPEN",
                Unmasked::Erased => "ERASED",
                Unmasked::Unavailable => "UNAVAILABLE",
            }))
        }))
        .field(plain(
            "value",
            TypeRef::named("JSON"),
            "原文 · The value; absent unless it is open.",
            |unmasked: &Unmasked| {
                let Unmasked::Open(value) = unmasked else { return Value::Null };
                let json = serde_json::from_slice::<serde_json::Value>(&signing::json::canonical(value)).ok();
                json.and_then(|json| Value::from_json(json).ok()).unwrap_or(Value::Null)
            },
        ));
    let look = Object::new("Access")
        .description("一次查看 · One look at a sealed value.")
        .field(plain("at", TypeRef::named_nn("Instant"), "时间 · When.", |look: &Look| {
            Value::from(Instant::from_micros(look.at).to_string())
        }))
        .field(plain(
            "account",
            TypeRef::named_nn("UUID"),
            "查看人账户 · Account of who looked.",
            |look: &Look| Value::from(look.account.to_string()),
        ))
        .field(plain(
            "subject",
            TypeRef::named_nn(TypeRef::ID),
            "谁的信息 · Whose value it was.",
            |look: &Look| Value::from(format!("{}/{}", look.subject_kind, look.subject)),
        ))
        .field(plain("event", TypeRef::named_nn("UUID"), "所在事件 · Event that carries it.", |look: &Look| {
            Value::from(look.event.to_string())
        }))
        .field(plain(
            "pointer",
            TypeRef::named_nn(TypeRef::STRING),
            "所在位置 · Pointer into that event.",
            |look: &Look| Value::from(look.pointer.as_str()),
        ))
        .field(plain("purpose", TypeRef::named_nn("Purpose"), "目的 · Why.", |look: &Look| {
            Value::Enum(async_graphql::Name::new(look.purpose.as_str()))
        }));
    let log = Object::new("AccessLog")
        .description("查看记录 · Looks at sealed values, last first.")
        .field(inner("items", TypeRef::named_nn_list_nn("Access"), "各次查看 · The looks.", |looks: &Looks| {
            Some(FieldValue::list(looks.items.iter().cloned().map(FieldValue::owned_any)))
        }))
        .field(plain(
            "before",
            TypeRef::named(TypeRef::STRING),
            "下一页的起点 · Where the next page begins; absent on the last.",
            |looks: &Looks| {
                let last = looks.items.last().filter(|_| looks.more);
                last.map_or(Value::Null, |last| Value::from(format!("{}.{}", last.at, last.id)))
            },
        ));
    let draft = Object::new("Draft")
        .description(
            "草稿：未签署，仅本人可见，不计入任何统计 · A draft: unsigned, its owner's alone, counted nowhere.",
        )
        .field(plain("id", TypeRef::named_nn("UUID"), "草稿号 · Id, chosen by the client.", |draft: &Draft| {
            Value::from(draft.id.to_string())
        }))
        .field(plain(
            "eventType",
            TypeRef::named_nn(TypeRef::STRING),
            "拟签署的事件类型 · Type of the event that it is to become.",
            |draft: &Draft| Value::from(draft.event_type.as_str()),
        ))
        .field(plain("savedAt", TypeRef::named_nn("Instant"), "保存时间 · When it was saved.", |draft: &Draft| {
            Value::from(Instant::from_micros(draft.saved_at).to_string())
        }))
        .field(plain(
            "expiresAt",
            TypeRef::named_nn("Instant"),
            "到期时间 · When it goes away.",
            |draft: &Draft| Value::from(Instant::from_micros(draft.expires_at).to_string()),
        ))
        .field(
            Field::new("text", TypeRef::named(TypeRef::STRING), |ctx| {
                asking(ctx.ctx, async move {
                    let draft = ctx.parent_value.try_downcast_ref::<Draft>()?;
                    Ok(node(&ctx).draft_text(viewer(&ctx)?, draft.id).await?.map(FieldValue::value))
                })
            })
            .description("内容 · What was written."),
        );
    [unmasked, look, log, draft].into_iter().fold(builder.register(purposes), SchemaBuilder::register)
}

/// Adds the questions to the root.
pub fn queries(query: Object) -> Object {
    query
        .field(
            Field::new("drafts", TypeRef::named_nn_list("Draft"), |ctx| {
                asking(ctx.ctx, async move {
                    let drafts = node(&ctx).drafts(viewer(&ctx)?).await?;
                    Ok(Some(FieldValue::list(drafts.into_iter().map(FieldValue::owned_any))))
                })
            })
            .description("本人的草稿，最近保存的在前 · One's own drafts, last saved first."),
        )
        .field(
            Field::new("accessLog", TypeRef::named("AccessLog"), |ctx| asking(ctx.ctx, access_log(ctx)))
                .description("封存值的查看记录：本人查看的与本人信息被查看的；审计与安全管理员可见全部 · Looks at sealed values: one's own and those at one's own values; everybody's for audit and security administrators.")
                .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of looks."))
                .argument(InputValue::new("before", TypeRef::named(TypeRef::STRING)).description("`before` of the page before · 上一页的 `before`.")),
        )
}

/// Adds the acts to the root of mutations.
pub fn mutations(mutation: Object) -> Object {
    let draft_id = || InputValue::new("id", TypeRef::named_nn("UUID")).description("草稿号 · Id of the draft.");
    mutation
        .field(
            Field::new("unmask", TypeRef::named("Unmasked"), |ctx| asking(ctx.ctx, unmask(ctx)))
                .description("查看封存值原文；先记入查看记录，当事人可查 · Shows a sealed value in the clear. The look is written into the access log first, where the person concerned reads it. Null when there is none that may be seen.")
                .argument(InputValue::new("event", TypeRef::named_nn("UUID")).description("所在事件 · `event` of the sealed value."))
                .argument(InputValue::new("pointer", TypeRef::named_nn(TypeRef::STRING)).description("所在位置 · `pointer` of the sealed value."))
                .argument(InputValue::new("purpose", TypeRef::named_nn("Purpose")).description("目的 · Why.")),
        )
        .field(
            Field::new("saveDraft", TypeRef::named("Draft"), |ctx| asking(ctx.ctx, save_draft(ctx)))
                .description("保存草稿（加密，30 天） · Saves a draft, encrypted, for thirty days.")
                .argument(draft_id())
                .argument(InputValue::new("eventType", TypeRef::named_nn(TypeRef::STRING)).description("拟签署的事件类型 · Type of the event that it is to become."))
                .argument(InputValue::new("text", TypeRef::named_nn(TypeRef::STRING)).description("内容 · What was written.")),
        )
        .field(
            Field::new("discardDraft", TypeRef::named(TypeRef::BOOLEAN), |ctx| {
                asking(ctx.ctx, async move {
                    let draft = id(&ctx, "id")?.unwrap_or_default();
                    let gone = node(&ctx).discard_draft(viewer(&ctx)?, draft).await?;
                    Ok(Some(FieldValue::value(gone)))
                })
            })
            .description("丢弃草稿 · Throws a draft away; false when there is none.")
            .argument(draft_id()),
        )
}

async fn unmask<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let event = id(&ctx, "event")?.unwrap_or_default();
    let pointer = ctx.args.try_get("pointer")?.string()?;
    let code = ctx.args.try_get("purpose")?;
    let code = code.enum_name()?;
    let purpose = PURPOSES.into_iter().find(|purpose| purpose.code == code);
    let purpose = purpose.ok_or(ApiError::Argument("purpose", "a purpose of the list"))?;
    Ok(node(&ctx).unmask(viewer, event, pointer, purpose).await?.map(FieldValue::owned_any))
}

async fn access_log<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let (viewer, first) = (viewer(&ctx)?, first(&ctx)?);
    let before = match ctx.args.get("before").filter(|before| !before.is_null()) {
        None => None,
        Some(before) => {
            let place = before.string()?.split_once('.');
            let place = place.and_then(|(at, id)| Some((at.parse().ok()?, Uuid::try_parse(id).ok()?)));
            Some(place.ok_or(ApiError::Argument("before", "`before` of a page of this log"))?)
        }
    };
    let mut items = node(&ctx).looks(viewer, before, first + 1).await?;
    let more = items.len() > first;
    items.truncate(first);
    Ok(Some(FieldValue::owned_any(Looks { items, more })))
}

async fn save_draft<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let viewer = viewer(&ctx)?;
    let draft = id(&ctx, "id")?.unwrap_or_default();
    let event_type = ctx.args.try_get("eventType")?.string()?;
    if !domain::catalog::event_types().any(|known| known.name == event_type) {
        return Err(ApiError::Argument("eventType", "a type of the catalogue").into());
    }
    let text = ctx.args.try_get("text")?.string()?;
    Ok(Some(FieldValue::owned_any(node(&ctx).save_draft(viewer, draft, event_type, text).await?)))
}

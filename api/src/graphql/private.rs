//! What is between the service and one person: `unmask` and its log, drafts.

use async_graphql::Value;
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldValue, InputValue, Object, ResolverContext, SchemaBuilder, TypeRef,
};
use domain::catalog::Kind;
use domain::codes::Role;
use schema::drafts::Draft;
use schema::shown::Look;
use schema::taken::Taken;
use signing::bytes::{Hash, Instant};
use uuid::Uuid;

use super::paths::asking;
use super::scalars::{Code, inner, plain};
use super::{AsOf, first, id, node, viewer};
use crate::error::ApiError;
use crate::private::{NOTICE, Office, PURPOSES, Purpose, Unmasked};

/// A line of what somebody had of the data of others.
trait Line: Clone + Send + Sync + 'static {
    /// Type of the line, and of a page of such lines.
    const TYPES: [&'static str; 2];

    /// When, and its id: where a page goes on.
    fn place(&self) -> (i64, Uuid);

    /// Who had it.
    fn account(&self) -> Uuid;

    /// Why.
    fn purpose(&self) -> &str;
}

impl Line for Look {
    const TYPES: [&'static str; 2] = ["Access", "AccessLog"];

    fn place(&self) -> (i64, Uuid) {
        (self.at, self.id)
    }

    fn account(&self) -> Uuid {
        self.account
    }

    fn purpose(&self) -> &str {
        &self.purpose
    }
}

impl Line for Taken {
    const TYPES: [&'static str; 2] = ["Taken", "TakenLog"];

    fn place(&self) -> (i64, Uuid) {
        (self.at, self.id)
    }

    fn account(&self) -> Uuid {
        self.account
    }

    fn purpose(&self) -> &str {
        &self.purpose
    }
}

/// A page of lines, last first.
struct Log<T> {
    items: Vec<T>,
    more: bool,
}

/// The type of a line, with what every line has.
fn line<T: Line>(description: &str) -> Object {
    Object::new(T::TYPES[0])
        .description(description)
        .field(plain("at", TypeRef::named_nn("Instant"), "时间 · When.", |line: &T| {
            Value::from(Instant::from_micros(line.place().0).to_string())
        }))
        .field(plain("account", TypeRef::named_nn("UUID"), "何人的账户 · Account of who it was.", |line: &T| {
            Value::from(line.account().to_string())
        }))
        .field(
            Field::new("offices", TypeRef::named_nn_list_nn("Office"), |ctx| {
                asking(ctx.ctx, async move {
                    let account = ctx.parent_value.try_downcast_ref::<T>()?.account();
                    let offices = node(&ctx).offices(account).await?;
                    Ok(Some(FieldValue::list(offices.into_iter().map(FieldValue::owned_any))))
                })
            })
            .description("此人现任职务，供当事人了解是谁 · The offices that he holds at present, so that who is concerned knows who it was."),
        )
        .field(plain("purpose", TypeRef::named_nn("Purpose"), "目的 · Why.", |line: &T| {
            Value::Enum(async_graphql::Name::new(line.purpose()))
        }))
}

/// The type of a page of lines.
fn log<T: Line>(description: &str) -> Object {
    let [line, log] = T::TYPES;
    Object::new(log)
        .description(description)
        .field(inner("items", TypeRef::named_nn_list_nn(line), "各条记录 · The lines.", |log: &Log<T>| {
            Some(FieldValue::list(log.items.iter().cloned().map(FieldValue::owned_any)))
        }))
        .field(plain(
            "before",
            TypeRef::named(TypeRef::STRING),
            "下一页的起点 · Where the next page begins; absent on the last.",
            |log: &Log<T>| {
                let last = log.items.last().filter(|_| log.more);
                last.map_or(Value::Null, |last| Value::from(format!("{}.{}", last.place().0, last.place().1)))
            },
        ))
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
    let office = Object::new("Office")
        .description("现任职务 · An office that somebody holds.")
        .field(inner("role", TypeRef::named_nn("Code"), "角色 · Role.", |office: &Office| {
            Some(FieldValue::owned_any(Code::new(&Role::LIST, office.role.as_str())))
        }))
        .field(plain(
            "institution",
            TypeRef::named(TypeRef::STRING),
            "机构 · Institution, where it is one of an institution.",
            |office: &Office| office.institution.as_deref().map_or(Value::Null, Value::from),
        ))
        .field(plain(
            "area",
            TypeRef::named(TypeRef::STRING),
            "监督辖区；市级为空 · Supervision area; none for the city.",
            |office: &Office| office.area.as_deref().map_or(Value::Null, Value::from),
        ));
    let look = line::<Look>("一次查看 · One look at a sealed value.")
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
        ));
    let taken = line::<Taken>("带走的一份含个人信息的列表 · A list about people that was taken along as a file.")
        .field(plain(
            "kind",
            TypeRef::named_nn(TypeRef::STRING),
            "列表的记录种类 · Kind of the records that were listed.",
            |taken: &Taken| Value::from(taken.kind.as_str()),
        ))
        .field(plain(
            "asOf",
            TypeRef::named_nn("Position"),
            "列表读取位置 · Position as of which the list was read.",
            |taken: &Taken| Value::from(taken.as_of.to_string()),
        ))
        .field(plain(
            "digest",
            TypeRef::named_nn(TypeRef::STRING),
            "文件正文的 SHA-256（base64url） · SHA-256 of the body of the file, base64url.",
            |taken: &Taken| Value::from(taken.digest.to_string()),
        ))
        .field(plain(
            "workers",
            TypeRef::named_nn(TypeRef::INT),
            "其中的人员数；本人查看他人带走的文件时只计本人 · Number of workers in it; the worker who reads of a file of somebody else is told of himself alone.",
            |taken: &Taken| Value::from(taken.subjects.len() as u64),
        ));
    let looks = log::<Look>("查看记录 · Looks at sealed values, last first.");
    let taken_log = log::<Taken>("带走记录 · Files about people that were taken along, last first.");
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
    [unmasked, office, look, looks, taken, taken_log, draft]
        .into_iter()
        .fold(builder.register(purposes), SchemaBuilder::register)
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
            paged(Field::new("accessLog", TypeRef::named("AccessLog"), |ctx| {
                asking(ctx.ctx, async move {
                    let (viewer, first, before) = (viewer(&ctx)?, first(&ctx)?, before(&ctx)?);
                    Ok(Some(page(node(&ctx).looks(viewer, before, first + 1).await?, first)))
                })
            }))
            .description("封存值的查看记录：本人查看的与本人信息被查看的；审计与安全管理员可见全部 · Looks at sealed values: one's own and those at one's own values; everybody's for audit and security administrators."),
        )
        .field(
            paged(Field::new("takenLog", TypeRef::named("TakenLog"), |ctx| {
                asking(ctx.ctx, async move {
                    let (viewer, first, before) = (viewer(&ctx)?, first(&ctx)?, before(&ctx)?);
                    Ok(Some(page(node(&ctx).taken(viewer, before, first + 1).await?, first)))
                })
            }))
            .description("含个人信息的列表的带走记录：本人带走的与含本人信息的；审计与安全管理员可见全部 · Files about people that were taken along: one's own and those with one's own data; everybody's for audit and security administrators."),
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
            Field::new("takeAlong", TypeRef::named("Taken"), |ctx| asking(ctx.ctx, take_along(ctx)))
                .description("把含个人信息的列表存成文件之前记入带走记录，当事人可查 · Writes down that a list about people is taken along, before the file is made; the people in it read that.")
                .argument(InputValue::new("kind", TypeRef::named_nn(TypeRef::STRING)).description("列表的记录种类 · Kind of the records listed: `person`, or one that belongs to workers."))
                .argument(InputValue::new("asOf", TypeRef::named_nn("Position")).description("列表读取位置 · `position` of the list."))
                .argument(InputValue::new("purpose", TypeRef::named_nn("Purpose")).description("目的 · Why."))
                .argument(InputValue::new("digest", TypeRef::named_nn(TypeRef::STRING)).description("文件正文的 SHA-256（base64url） · SHA-256 of the body of the file, base64url."))
                .argument(InputValue::new("persons", TypeRef::named_nn_list_nn("UUID")).description("其中的人员，至多 5000 名 · The workers in it, 5000 at most; those of whom nothing of the kind may be read are left out.")),
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
    let purpose = purpose(&ctx)?;
    Ok(node(&ctx).unmask(viewer, event, pointer, purpose).await?.map(FieldValue::owned_any))
}

/// Why somebody wants to see, or to take along.
fn purpose(ctx: &ResolverContext<'_>) -> async_graphql::Result<Purpose> {
    let code = ctx.args.try_get("purpose")?;
    let code = code.enum_name()?;
    let purpose = PURPOSES.into_iter().find(|purpose| purpose.code == code);
    Ok(purpose.ok_or(ApiError::Argument("purpose", "a purpose of the list"))?)
}

/// Where a page of a log goes on.
fn before(ctx: &ResolverContext<'_>) -> async_graphql::Result<Option<(i64, Uuid)>> {
    let Some(before) = ctx.args.get("before").filter(|before| !before.is_null()) else { return Ok(None) };
    let place = before.string()?.split_once('.');
    let place = place.and_then(|(at, id)| Some((at.parse().ok()?, Uuid::try_parse(id).ok()?)));
    Ok(Some(place.ok_or(ApiError::Argument("before", "`before` of a page of this log"))?))
}

async fn take_along<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let (viewer, node) = (viewer(&ctx)?, node(&ctx));
    let kind = Kind::parse(ctx.args.try_get("kind")?.string()?).ok_or(ApiError::Argument("kind", "a kind"))?;
    let digest = ctx.args.try_get("digest")?.string()?.parse::<Hash>();
    let digest = digest.map_err(|_| ApiError::Argument("digest", "32 bytes in base64url"))?;
    let persons = ctx.args.try_get("persons")?.list()?;
    let persons: Result<Vec<Uuid>, _> = persons.iter().map(|id| Ok(Uuid::try_parse(id.string()?)?)).collect();
    let persons = persons.map_err(|_: async_graphql::Error| ApiError::Argument("persons", "UUIDs"))?;
    let asked = AsOf::read(ctx.args.get("asOf"), None)?;
    let Some(at) = node.moment(asked, None).await? else { return Ok(None) };
    Ok(Some(FieldValue::owned_any(node.take_along(viewer, (kind, at), purpose(&ctx)?, digest, &persons).await?)))
}

/// The arguments of a log.
fn paged(field: Field) -> Field {
    field
        .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)).description("条数 · Number of lines."))
        .argument(
            InputValue::new("before", TypeRef::named(TypeRef::STRING))
                .description("`before` of the page before · 上一页的 `before`."),
        )
}

/// A page of lines, of which one more was read than it shows.
fn page<T: Line>(mut items: Vec<T>, first: usize) -> FieldValue<'static> {
    let more = items.len() > first;
    items.truncate(first);
    FieldValue::owned_any(Log { items, more })
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

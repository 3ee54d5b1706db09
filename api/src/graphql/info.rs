//! What a client must know of this node: which ledger, how far, under which files, within which bounds.

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, InputValue, Object, SchemaBuilder, TypeRef};
use domain::codes::PolicyFile;

use super::node;
use super::paths::asking;
use super::scalars::{inner, plain};
use crate::error::ApiError;
use crate::limits::Limits;
use crate::scope::Viewer;

/// The state of the ledger, gathered once per question.
struct Ledger {
    id: String,
    name: String,
    environment: String,
    origin: String,
    vkey: String,
    size: u64,
    published: u64,
    projected: u64,
    time: String,
    versions: [Option<u32>; 3],
    limits: Limits,
}

/// One bound of the service: name in GraphQL, description, value.
type Bound = (&'static str, &'static str, fn(&Limits) -> u64);

/// The bounds as clients see them; durations in milliseconds.
pub const BOUNDS: &[Bound] = &[
    ("bodyBytes", "请求正文字节数 · Largest request body, in bytes.", |limits| limits.body_bytes as u64),
    ("importBytes", "导入文件字节数 · Largest file to be imported, in bytes.", |limits| {
        limits.import_bytes as u64
    }),
    ("documentBytes", "查询文本字节数 · Longest document, in bytes.", |limits| limits.document_bytes as u64),
    ("depth", "查询深度 · Deepest selection.", |limits| limits.depth as u64),
    (
        "complexity",
        "查询开销 · Largest cost: a field counts one, a list as often as it may have items.",
        |limits| limits.complexity as u64,
    ),
    ("aliases", "别名数 · Most aliases of a document.", |limits| limits.aliases as u64),
    ("directives", "指令数 · Most directives of a document.", |limits| limits.directives as u64),
    ("pageDefault", "默认每页条数 · Items of a page when `first` is absent.", |limits| {
        limits.page_default as u64
    }),
    ("pageMax", "每页最多条数 · Most items of a page.", |limits| limits.page_max as u64),
    (
        "mismatchesPerHour",
        "一小时内姓名或证件号不符的行数 · Most lines of one account whose name or identity number did not fit, in an hour.",
        |limits| limits.mismatches_per_hour as u64,
    ),
    (
        "unmaskPerHour",
        "一小时内查看原文的次数 · Most sealed values shown to one account in an hour.",
        |limits| limits.unmask_per_hour as u64,
    ),
    (
        "takenPerHour",
        "一小时内带走的含个人信息文件数 · Most files about people that one account may take along in an hour.",
        |limits| limits.taken_per_hour as u64,
    ),
    ("filesPerDay", "一天内可上传的文件数 · Most files that one account may send within a day.", |limits| {
        limits.files_per_day as u64
    }),
    ("unitsMax", "一次提交的单元数 · Most units of one `append`.", |limits| limits.units_max as u64),
    (
        "changesMax",
        "`changes` 两个时刻之间的位置数 · Most positions between the two moments of `changes`.",
        |limits| limits.changes_max as u64,
    ),
    ("textChars", "文本条件字符数 · Most characters of a text filter.", |limits| limits.text_chars as u64),
    ("filterValues", "条件取值数 · Most values of one filter.", |limits| limits.filter_values as u64),
    ("waitMs", "atLeast 最长等待（毫秒） · Longest wait of `atLeast`, in milliseconds.", |limits| {
        limits.wait.as_millis() as u64
    }),
    ("requestMs", "请求时限（毫秒） · Longest time of a request, in milliseconds.", |limits| {
        limits.request.as_millis() as u64
    }),
    ("subscriptions", "每个连接的订阅数 · Most subscriptions of one websocket.", |limits| {
        limits.subscriptions as u64
    }),
    ("sessionMs", "会话时长（毫秒） · Life of a session, in milliseconds.", |limits| {
        limits.session.as_millis() as u64
    }),
    ("challengeMs", "登录挑战时长（毫秒） · Life of a login challenge, in milliseconds.", |limits| {
        limits.challenge.as_millis() as u64
    }),
];

/// Registers the types.
pub fn register(builder: SchemaBuilder) -> SchemaBuilder {
    let text = || TypeRef::named_nn(TypeRef::STRING);
    let ledger = Object::new("LedgerInfo")
        .description("账本与节点信息 · The ledger and the node that answers; no session is needed for it.")
        .field(plain("id", text(), "账本标识 · Id of the ledger, 16 bytes in base64url.", |ledger: &Ledger| {
            Value::from(ledger.id.as_str())
        }))
        .field(plain("name", text(), "账本名称 · Name of the ledger.", |ledger: &Ledger| {
            Value::from(ledger.name.as_str())
        }))
        .field(plain("environment", text(), "环境 · production, test or demonstration.", |ledger: &Ledger| {
            Value::from(ledger.environment.as_str())
        }))
        .field(plain("origin", text(), "日志来源（C2SP） · C2SP origin of the log.", |ledger: &Ledger| {
            Value::from(ledger.origin.as_str())
        }))
        .field(plain("vkey", text(), "日志公钥（C2SP vkey） · Verifier key of the log.", |ledger: &Ledger| {
            Value::from(ledger.vkey.as_str())
        }))
        .field(plain(
            "size",
            TypeRef::named_nn("Long"),
            "已入账事件数 · Number of durable events.",
            |ledger: &Ledger| Value::from(ledger.size.to_string()),
        ))
        .field(plain(
            "publishedSize",
            TypeRef::named_nn("Long"),
            "已公布事件数 · Number of events under a published checkpoint.",
            |ledger: &Ledger| Value::from(ledger.published.to_string()),
        ))
        .field(plain(
            "readSize",
            TypeRef::named_nn("Long"),
            "查询数据已处理事件数 · Number of events that the read model has taken in.",
            |ledger: &Ledger| Value::from(ledger.projected.to_string()),
        ))
        .field(plain(
            "time",
            TypeRef::named_nn("Instant"),
            "节点时间 · Time of the node, to compare a clock with before signing.",
            |ledger: &Ledger| Value::from(ledger.time.as_str()),
        ))
        .field(plain(
            "catalogueVersion",
            TypeRef::named(TypeRef::INT),
            "现行事件目录版本 · Version of the catalogue in force.",
            |ledger: &Ledger| ledger.versions[0].map_or(Value::Null, Value::from),
        ))
        .field(plain(
            "policyVersion",
            TypeRef::named(TypeRef::INT),
            "现行权限策略版本 · Version of the policy in force.",
            |ledger: &Ledger| ledger.versions[1].map_or(Value::Null, Value::from),
        ))
        .field(plain(
            "rulesVersion",
            TypeRef::named(TypeRef::INT),
            "现行预警规则版本 · Version of the rules in force.",
            |ledger: &Ledger| ledger.versions[2].map_or(Value::Null, Value::from),
        ))
        .field(inner(
            "limits",
            TypeRef::named_nn("Limits"),
            "服务限制 · The bounds of the service.",
            |ledger: &Ledger| Some(FieldValue::owned_any(ledger.limits.clone())),
        ));
    let mut limits = Object::new("Limits").description("服务限制 · Every bound of the service.");
    for (name, description, read) in BOUNDS {
        limits = limits.field(
            Field::new(*name, TypeRef::named_nn(TypeRef::INT), move |ctx| {
                let value = ctx
                    .parent_value
                    .downcast_ref::<Limits>()
                    .map(|limits| Value::from(i32::try_from(read(limits)).unwrap_or(i32::MAX)));
                FieldFuture::Value(value.map(FieldValue::value))
            })
            .description(*description),
        );
    }
    let viewer = Object::new("Viewer")
        .description("当前会话 · The reader of this session.")
        .field(plain("account", TypeRef::named_nn("UUID"), "账户 · Account.", |viewer: &Viewer| {
            Value::from(viewer.account.to_string())
        }))
        .field(plain("key", TypeRef::named_nn("Hash"), "密钥标识 · Key id.", |viewer: &Viewer| {
            Value::from(viewer.key.to_string())
        }))
        .field(plain(
            "roles",
            TypeRef::named_nn_list_nn(TypeRef::STRING),
            "现行角色 · Roles in effect today.",
            |viewer: &Viewer| Value::List(viewer.roles().into_iter().map(Value::from).collect()),
        ));
    builder.register(ledger).register(limits).register(viewer)
}

/// `Query.ledger`.
pub fn ledger_field() -> Field {
    Field::new("ledger", TypeRef::named("LedgerInfo"), |ctx| {
        asking(ctx.ctx, async move {
            let node = node(&ctx);
            let now = (node.clock)();
            let in_force = node.door.in_force().await.map_err(ApiError::from)?;
            let version = |what| in_force.version(what, now.civil_day()).map(|adopted| adopted.version);
            let installation = &node.installation;
            Ok(Some(FieldValue::owned_any(Ledger {
                id: node.ledger().to_string(),
                name: installation.name.clone(),
                environment: installation.environment.as_str().to_lowercase(),
                origin: installation.origin(),
                vkey: installation.log.verifier().to_vkey(),
                size: node.durable(),
                published: node.published(),
                projected: node.projected(),
                time: now.to_string(),
                versions: [version(PolicyFile::Catalogue), version(PolicyFile::Policy), version(PolicyFile::Rules)],
                limits: node.limits.clone(),
            })))
        })
    })
    .description("账本与节点信息 · The ledger, this node and its limits. Needs no session.")
}

/// `Query.catalogue`.
pub fn catalogue_field() -> Field {
    Field::new("catalogue", TypeRef::named("JSON"), |ctx| {
        asking(ctx.ctx, async move {
            let version = match ctx.args.get("version").filter(|value| !value.is_null()) {
                Some(version) => u32::try_from(version.i64()?).ok(),
                None => {
                    let node = node(&ctx);
                    let day = (node.clock)().civil_day();
                    let in_force = node.door.in_force().await.map_err(ApiError::from)?;
                    // Before the genesis: the newest, by which it will be judged.
                    let newest = domain::catalog::FILES.iter().filter(|(what, ..)| *what == "catalogue").map(|(_, version, _)| *version).max();
                    in_force.version(PolicyFile::Catalogue, day).map(|adopted| adopted.version).or(newest)
                }
            };
            let bytes = version.and_then(|version| domain::catalog::file("catalogue", version)).ok_or(ApiError::Argument("version", "a published version"))?;
            let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| crate::error::fault("read the catalogue", &error))?;
            let value = Value::from_json(json).map_err(|error| crate::error::fault("read the catalogue", &error))?;
            Ok(Some(FieldValue::value(value)))
        })
    })
    .description("事件目录：类别、事件类型、项目、代码表 · The published catalogue: kinds, event types, members, code lists. Needs no session.")
    .argument(InputValue::new("version", TypeRef::named(TypeRef::INT)).description("版本；缺省为现行版本 · Version; the one in force when absent."))
}

/// `Query.viewer`.
pub fn viewer_field() -> Field {
    Field::new("viewer", TypeRef::named("Viewer"), |ctx| {
        let viewer = super::viewer(&ctx).ok().cloned();
        FieldFuture::Value(viewer.map(FieldValue::owned_any))
    })
    .description("当前会话；未登录时为空 · The reader of this session; absent without one.")
}

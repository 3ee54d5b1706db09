//! Scalars and small objects that every kind uses, and how a field of the table looks from outside.
//!
//! `Int` has 32 bits: positions, versions and quantities with a unit travel as decimal strings, one scalar per unit,
//! so that a reader sees the unit in the type.

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Object, Scalar, SchemaBuilder, TypeRef};
use domain::field::{CodeList, Shape};
use serde_json::Value as Json;

/// Name, unit as written in the field tables (empty where there is none), description.
const SCALARS: &[(&str, &str, &str)] = &[
    ("Position", "", "账本位置 · Position in the ledger, from 0, as a decimal string."),
    ("Version", "", "版本 · Version of a record, from 1, as a decimal string."),
    ("Long", "", "整数 · Integer beyond 32 bits, as a decimal string."),
    ("Nsv", "nSv", "剂量（nSv） · Dose in nanosievert, as a decimal string."),
    ("NsvPerHour", "nSv/h", "剂量率（nSv/h） · Dose rate in nanosievert per hour, as a decimal string."),
    ("Volt", "V", "电压（V） · Voltage in volt, as a decimal string."),
    ("Microampere", "µA", "电流（µA） · Current in microampere, as a decimal string."),
    ("Kiloelectronvolt", "keV", "能量（keV） · Energy in kiloelectronvolt, as a decimal string."),
    ("Microdegree", "µ°", "经纬度（µ°，CGCS2000） · Coordinate in microdegree, CGCS2000, as a decimal string."),
    ("Becquerel", "Bq", "活度（Bq） · Activity in becquerel, as a decimal string of up to 25 digits."),
    ("Fen", "fen", "金额（分） · Money in fen, as a decimal string."),
    ("Instant", "", "时刻（UTC） · Instant in UTC, YYYY-MM-DDTHH:MM:SS.ffffffZ."),
    ("Date", "", "日期 · Civil date, YYYY-MM-DD; the civil day of an instant is that of UTC+08:00."),
    ("UUID", "", "标识 · UUID, lower case."),
    ("Hash", "", "哈希 · SHA-256 in base64url, 43 characters."),
    ("Bytes", "", "字节 · Bytes in base64url without padding."),
    ("JSON", "", "JSON 值 · Any JSON value."),
];

/// Registers scalars and small objects.
pub fn register(mut builder: SchemaBuilder) -> SchemaBuilder {
    for (name, _, description) in SCALARS {
        builder = builder.register(Scalar::new(*name).description(*description));
    }
    let code = Object::new("Code")
        .description("代码及其名称 · A code with its labels.")
        .field(plain("code", TypeRef::named_nn(TypeRef::STRING), "代码 · Code as signed.", |code: &Code| {
            Value::from(code.code.as_str())
        }))
        .field(plain("zh", TypeRef::named_nn(TypeRef::STRING), "中文名称 · Label in Chinese.", |code: &Code| {
            Value::from(code.label().0)
        }))
        .field(plain("en", TypeRef::named_nn(TypeRef::STRING), "英文名称 · Label in English.", |code: &Code| {
            Value::from(code.label().1)
        }));
    let record = Object::new("RecordRef")
        .description("档案引用 · A record, or a natural person under an opaque id.")
        .field(plain("kind", TypeRef::named_nn(TypeRef::STRING), "类别 · Kind.", |named: &RecordName| {
            Value::from(named.kind.as_str())
        }))
        .field(plain("id", TypeRef::named_nn("UUID"), "标识 · Id within the kind.", |named: &RecordName| {
            Value::from(named.id.as_str())
        }))
        .field(plain(
            "node",
            TypeRef::named_nn(TypeRef::ID),
            "全局标识 · Global id, for `node(id)`.",
            |named: &RecordName| Value::from(format!("{}/{}", named.kind, named.id)),
        ));
    let event = Object::new("EventRef")
        .description("事件引用 · An event by its id and the hash of what was signed.")
        .field(plain("event", TypeRef::named_nn("UUID"), "事件号 · Id of the event.", |named: &EventName| {
            Value::from(named.event.as_str())
        }))
        .field(plain("hash", TypeRef::named_nn("Hash"), "声明哈希 · Statement hash.", |named: &EventName| {
            Value::from(named.hash.as_str())
        }));
    builder.register(code).register(record).register(event)
}

/// A field that only reads its parent: no future is made for it.
pub fn plain<T: Send + Sync + 'static>(
    name: &str,
    type_ref: TypeRef,
    description: &str,
    read: fn(&T) -> Value,
) -> Field {
    Field::new(name, type_ref, move |ctx| {
        let value = ctx.parent_value.downcast_ref::<T>().map(read);
        FieldFuture::Value(value.filter(|value| *value != Value::Null).map(FieldValue::value))
    })
    .description(description)
}

/// As [`plain`], for a field that answers an object or a list.
pub fn inner<T: Send + Sync + 'static>(
    name: &str,
    type_ref: TypeRef,
    description: &str,
    read: fn(&T) -> Option<FieldValue<'static>>,
) -> Field {
    Field::new(name, type_ref, move |ctx| FieldFuture::Value(ctx.parent_value.downcast_ref::<T>().and_then(read)))
        .description(description)
}

/// A code of a list.
#[derive(Debug, Clone)]
pub struct Code {
    list: &'static CodeList,
    code: String,
}

impl Code {
    /// A code; an unknown one keeps itself as its label (lists only grow, so that means an older program).
    #[must_use]
    pub fn new(list: &'static CodeList, code: &str) -> Self {
        Self { list, code: code.to_owned() }
    }

    fn label(&self) -> (&str, &str) {
        let known = self.list.codes.iter().find(|(code, ..)| *code == self.code);
        known.map_or((&self.code, &self.code), |(_, zh, en)| (zh, en))
    }
}

/// A record by kind and id.
#[derive(Debug, Clone)]
pub struct RecordName {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
}

/// An event by id and hash.
#[derive(Debug, Clone)]
pub struct EventName {
    /// Id.
    pub event: String,
    /// Hash.
    pub hash: String,
}

impl EventName {
    /// As the parent of an `EventRef`.
    #[must_use]
    pub fn of(named: &signing::statement::EventRef) -> Self {
        Self { event: named.event.to_string(), hash: named.hash.to_string() }
    }
}

/// Type of a leaf of the field tables; none for objects, lists and seals.
#[must_use]
pub fn leaf_type(shape: &Shape) -> Option<&'static str> {
    Some(match shape {
        Shape::Text(_, _, form) if form.name == "activity_bq" => "Becquerel",
        Shape::Text(..) => TypeRef::STRING,
        Shape::Integer(min, max, "") if i32::try_from(*min).is_ok() && i32::try_from(*max).is_ok() => TypeRef::INT,
        Shape::Integer(_, _, unit) => {
            SCALARS.iter().find(|(_, known, _)| !unit.is_empty() && known == unit).map_or("Long", |(name, ..)| *name)
        }
        Shape::Flag => TypeRef::BOOLEAN,
        Shape::Day => "Date",
        Shape::Moment => "Instant",
        Shape::Id(_) => "UUID",
        Shape::Code(_) => "Code",
        Shape::Hash => "Hash",
        Shape::Bytes(_) => "Bytes",
        Shape::EventRef => "EventRef",
        Shape::RecordRef(_) => "RecordRef",
        Shape::Object(_) | Shape::List(..) | Shape::Members(_) | Shape::Names(_) | Shape::Sealed(..) => return None,
    })
}

/// Value of a leaf out of the JSON of a state.
#[must_use]
pub fn leaf_value(shape: &Shape, json: &Json) -> Option<FieldValue<'static>> {
    let text = || json.as_str().map(str::to_owned);
    match shape {
        Shape::Integer(..) => {
            let number = json.as_i64()?;
            Some(FieldValue::value(if leaf_type(shape) == Some(TypeRef::INT) {
                Value::from(number)
            } else {
                Value::from(number.to_string())
            }))
        }
        Shape::Flag => json.as_bool().map(FieldValue::value),
        Shape::Code(list) => Some(FieldValue::owned_any(Code::new(list, json.as_str()?))),
        Shape::EventRef => {
            let member = |name| json.get(name).and_then(Json::as_str).map(str::to_owned);
            Some(FieldValue::owned_any(EventName { event: member("event")?, hash: member("hash")? }))
        }
        Shape::RecordRef(kinds) => record_name(kinds, json).map(FieldValue::owned_any),
        _ => text().map(FieldValue::value),
    }
}

/// States write a reference as `{kind, id}`, as `kind/id`, or as the id alone where only one kind can be meant.
fn record_name(kinds: &[&str], json: &Json) -> Option<RecordName> {
    if let Some(text) = json.as_str() {
        let (kind, id) = text.split_once('/').or_else(|| Some((*kinds.first()?, text)))?;
        return Some(RecordName { kind: kind.to_owned(), id: id.to_owned() });
    }
    let member = |name| json.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(RecordName { kind: member("kind")?, id: member("id")? })
}

/// `credit_code` as GraphQL writes it: `creditCode`.
#[must_use]
pub fn camel(wire: &str) -> String {
    let mut out = String::with_capacity(wire.len());
    let mut upper = false;
    for c in wire.chars() {
        if c == '_' {
            upper = true;
        } else if upper {
            out.extend(c.to_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}

/// `practice_document` as the name of a type: `PracticeDocument`.
#[must_use]
pub fn pascal(wire: &str) -> String {
    let camel = camel(wire);
    let mut chars = camel.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

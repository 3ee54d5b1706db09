//! The catalogue: every kind, every event type, and the published file that says so.
//!
//! [`catalog!`] is THE list: the next kind is one file in `records/` and one line here.

use compact_str::CompactString;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use signing::bytes::Hash;
use signing::json::Object;
use signing::statement::{Meaning, RecordRef, Statement};
use uuid::Uuid;

use crate::field::{CodeList, Field, Shape, Subject};
use crate::record::{About, Claim, Draft, Facts, Need, Record, SealedClaim, Stop, Target};
use crate::records::{
    account, attachment, certificate, code_list, credential, desk, device, device_test, dose_report, dose_result,
    dosimeter, employment, erasure, exam_result, grant, holiday_table, import, institution, investigation, ledger,
    licence, monitoring_contract, notification, parameter, person, policy, restriction, training_record, transfer,
    warning,
};

/// Whether a member of the statement has a place with an event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It has none.
    Forbidden,
    /// It may be there.
    Optional,
    /// It must be there.
    Required,
}

/// Who signs an event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedBy {
    /// People, and organisations and instruments where a grant lets them.
    Person,
    /// People; roots in the first hour.
    PersonOrRoot,
    /// Root holders.
    Root,
    /// The service.
    Service,
}

impl SignedBy {
    fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Person => &["organisation", "person"],
            Self::PersonOrRoot => &["person", "root"],
            Self::Root => &["root"],
            Self::Service => &["service"],
        }
    }
}

/// One event type in one schema.
#[derive(Debug)]
pub struct EventType {
    /// `<kind>.<past_tense>`.
    pub name: &'static str,
    /// Schema of the data.
    pub schema: u16,
    /// Version of the catalogue with which the type came in this schema; 0 where it came with its kind.
    pub added: u32,
    /// The closed set of meanings.
    pub meanings: &'static [Meaning],
    /// True when it makes version 1, false when it makes a later one.
    pub creates: bool,
    /// The business date.
    pub effective_on: Presence,
    /// Who signs it.
    pub signed_by: SignedBy,
    /// Members of the data.
    pub data: &'static [Field],
    /// Name in Chinese.
    pub zh: &'static str,
    /// Name in English.
    pub en: &'static str,
}

impl EventType {
    /// The kind that the name begins with.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(kind, _)| kind)
    }

    /// Version of the catalogue with which the type came in this schema.
    #[must_use]
    pub fn since(&self) -> u32 {
        Kind::parse(self.kind()).map_or(u32::MAX, |kind| kind.since().max(self.added))
    }
}

/// Declares the events of a kind: the enum, its types and the typed reader.
///
/// Each line reads `Variant(Data) = "kind.name", schema, [meanings], creates, effective_on, signed_by, "中文", "English";`
/// with ` since n` after the schema where that came with a later catalogue than the kind. Schemas of before stand in
/// `older`, without a variant: `upcast` reads them as the latest.
#[macro_export]
macro_rules! events {
    ($(#[$doc:meta])* pub enum $enum:ident { $($variant:ident($data:ty) = $name:literal, $schema:literal $(since $since:literal)?, [$($meaning:ident),+], $creates:literal, $effective:ident, $signed:ident, $zh:literal, $en:literal;)+ }
     $(older { $($old:ty = $old_name:literal, $old_schema:literal, [$($old_meaning:ident),+], $old_creates:literal, $old_effective:ident, $old_signed:ident, $old_zh:literal, $old_en:literal;)+ })?) => {
        $(#[$doc])*
        // An event lives for one judgement: boxing the larger ones would buy nothing.
        #[allow(clippy::large_enum_variant)]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $enum { $(#[doc = $en] $variant($data),)+ }

        impl $enum {
            /// The event types of this kind.
            pub const TYPES: &'static [$crate::catalog::EventType] = &[$($($crate::catalog::EventType {
                name: $old_name,
                schema: $old_schema,
                added: 0,
                meanings: &[$(signing::statement::Meaning::$old_meaning),+],
                creates: $old_creates,
                effective_on: $crate::catalog::Presence::$old_effective,
                signed_by: $crate::catalog::SignedBy::$old_signed,
                data: <$old as $crate::field::Data>::FIELDS,
                zh: $old_zh,
                en: $old_en,
            },)+)? $($crate::catalog::EventType {
                name: $name,
                schema: $schema,
                added: 0 $(+ $since)?,
                meanings: &[$(signing::statement::Meaning::$meaning),+],
                creates: $creates,
                effective_on: $crate::catalog::Presence::$effective,
                signed_by: $crate::catalog::SignedBy::$signed,
                data: <$data as $crate::field::Data>::FIELDS,
                zh: $zh,
                en: $en,
            }),+];

            /// Reads validated data of a type of this kind, in its latest schema.
            #[must_use]
            pub fn from_object(name: &str, data: &signing::json::Object) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant(<$data as $crate::field::Data>::from_object(data))),)+
                    _ => None,
                }
            }
        }
    };
}

macro_rules! catalog {
    ($($variant:ident = $word:literal, $since:literal, $module:ident, $zh:literal, $en:literal;)+) => {
        /// A kind of record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $(#[doc = $en] $variant,)+ }

        /// The state of a record of any kind.
        #[derive(Debug, Clone, Serialize)]
        #[serde(untagged)]
        pub enum State { $(#[doc = $en] $variant($module::$variant),)+ }

        /// An event of any kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event { $(#[doc = $en] $variant($module::Event),)+ }

        impl Kind {
            /// Every kind, in the order of the catalogue.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant),+];

            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$variant => $word,)+ }
            }

            /// The kind of a word, if there is one.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Kind::$variant),)+ _ => None }
            }

            /// Version of the catalogue with which the kind came.
            #[must_use]
            pub fn since(self) -> u32 {
                match self { $(Kind::$variant => $since,)+ }
            }

            /// Labels in Chinese and English.
            #[must_use]
            pub fn labels(self) -> (&'static str, &'static str) {
                match self { $(Kind::$variant => ($zh, $en),)+ }
            }

            /// Its event types.
            #[must_use]
            pub fn types(self) -> &'static [EventType] {
                match self { $(Kind::$variant => <$module::$variant as Record>::TYPES,)+ }
            }
        }

        impl State {
            /// The kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(State::$variant(_) => Kind::$variant,)+ }
            }

            /// Business keys that the state holds.
            #[must_use]
            pub fn claims(&self, id: Uuid) -> Vec<Claim> {
                match self { $(State::$variant(state) => state.claims(id),)+ }
            }

            /// See [`Record::belongs_to`].
            #[must_use]
            pub fn belongs_to(&self) -> Option<RecordRef> {
                match self { $(State::$variant(state) => state.belongs_to(),)+ }
            }

            /// Business keys that the state holds over sealed values.
            #[must_use]
            pub fn sealed_claims(&self) -> Vec<SealedClaim> {
                match self { $(State::$variant(state) => state.sealed_claims(),)+ }
            }

            $(#[doc = concat!("The state of a ", $en, ", if it is one.")]
            #[must_use]
            pub fn $module(&self) -> Option<&$module::$variant> {
                match self { State::$variant(state) => Some(state), _ => None }
            })+
        }

        impl Event {
            /// Reads validated data.
            #[must_use]
            pub fn from_object(kind: Kind, name: &str, data: &Object) -> Option<Self> {
                match kind { $(Kind::$variant => $module::Event::from_object(name, data).map(Event::$variant),)+ }
            }

            /// See [`Record::check_values`].
            ///
            /// # Errors
            /// As there.
            pub fn check_values(&self, statement: &Statement, facts: &dyn Facts) -> Result<(), Stop> {
                match self { $(Event::$variant(event) => $module::$variant::check_values(event, statement, facts),)+ }
            }

            /// See [`Record::target`].
            ///
            /// # Errors
            /// As there.
            pub fn target(&self, state: Option<&State>, about: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
                match self { $(Event::$variant(event) => $module::$variant::target(state.and_then(State::$module), event, about, facts),)+ }
            }

            /// See [`Record::facet`].
            ///
            /// # Errors
            /// As there.
            pub fn facet(&self, state: Option<&State>, about: &About<'_>, facts: &dyn Facts) -> Result<Option<CompactString>, Stop> {
                match self { $(Event::$variant(event) => $module::$variant::facet(state.and_then(State::$module), event, about, facts),)+ }
            }

            /// See [`Record::admit`].
            ///
            /// # Errors
            /// As there.
            pub fn admit(&self, state: Option<&State>, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
                match self { $(Event::$variant(event) => $module::$variant::admit(state.and_then(State::$module), event, about, facts),)+ }
            }

            /// See [`Record::evolve`].
            #[must_use]
            pub fn evolve(self, state: Option<State>, about: &About<'_>) -> State {
                match self { $(Event::$variant(event) => {
                    let state = state.map(|state| match state {
                        State::$variant(state) => state,
                        _ => unreachable!("a record never changes its kind"),
                    });
                    State::$variant($module::$variant::evolve(state, event, about))
                })+ }
            }

            /// See [`Record::begins_under`].
            #[must_use]
            pub fn begins_under(&self) -> Option<RecordRef> {
                match self { $(Event::$variant(event) => $module::$variant::begins_under(event),)+ }
            }

            /// See [`Record::keys`].
            #[must_use]
            pub fn keys(&self, about: &About<'_>) -> Vec<CompactString> {
                match self { $(Event::$variant(event) => $module::$variant::keys(event, about),)+ }
            }

            /// See [`Record::consequences`].
            ///
            /// # Errors
            /// As there.
            pub fn consequences(&self, state: &State, about: &About<'_>, facts: &dyn Facts) -> Result<Vec<Draft>, Need> {
                match (self, state) {
                    $((Event::$variant(event), State::$variant(state)) => state.consequences(event, about, facts),)+
                    _ => unreachable!("a record never changes its kind"),
                }
            }
        }
    };
}

catalog! {
    Ledger = "ledger", 1, ledger, "账本", "ledger";
    Policy = "policy", 1, policy, "策略", "policy";
    Account = "account", 1, account, "账户", "account";
    Credential = "credential", 1, credential, "证书", "credential";
    Grant = "grant", 1, grant, "授权", "grant";
    Erasure = "erasure", 1, erasure, "删除个人信息", "erasure";
    Institution = "institution", 1, institution, "机构", "institution";
    Device = "device", 1, device, "设备", "device";
    Person = "person", 2, person, "放射工作人员", "radiation worker";
    Employment = "employment", 2, employment, "用人关系", "employment";
    Licence = "licence", 2, licence, "许可证", "licence";
    MonitoringContract = "monitoring_contract", 2, monitoring_contract, "个人剂量监测委托", "monitoring contract";
    Dosimeter = "dosimeter", 2, dosimeter, "剂量计", "dosimeter";
    DoseReport = "dose_report", 2, dose_report, "个人剂量监测报告", "dose report";
    DoseResult = "dose_result", 2, dose_result, "个人剂量结果", "dose result";
    Parameter = "parameter", 2, parameter, "参数", "parameter";
    HolidayTable = "holiday_table", 2, holiday_table, "节假日表", "holiday table";
    CodeList = "code_list", 3, code_list, "代码表", "code list";
    Import = "import", 3, import, "数据导入", "import";
    Attachment = "attachment", 3, attachment, "附件", "attachment";
    DeviceTest = "device_test", 5, device_test, "设备检测", "device test";
    Investigation = "investigation", 5, investigation, "个人剂量异常调查", "dose investigation";
    ExamResult = "exam_result", 5, exam_result, "职业健康检查", "health examination";
    Restriction = "restriction", 5, restriction, "工作限制", "restriction of work";
    TrainingRecord = "training_record", 5, training_record, "培训记录", "record of training";
    Certificate = "certificate", 5, certificate, "放射工作人员证", "radiation worker's certificate";
    Transfer = "transfer", 5, transfer, "档案流动", "transfer";
    Warning = "warning", 6, warning, "预警", "warning";
    Desk = "desk", 6, desk, "值守", "desk";
    Notification = "notification", 7, notification, "通知", "notification";
}

/// The event type of a name and schema, in the newest catalogue of this program.
#[must_use]
pub fn event_type(name: &str, schema: u16) -> Option<&'static EventType> {
    let (kind, _) = name.split_once('.')?;
    Kind::parse(kind)?.types().iter().find(|known| known.name == name && known.schema == schema)
}

/// Every event type.
pub fn event_types() -> impl Iterator<Item = &'static EventType> {
    Kind::ALL.iter().flat_map(|kind| kind.types())
}

/// The published files: what they are, their version and exact bytes. Old versions stay for ever.
pub const FILES: &[(&str, u32, &[u8])] = &[
    ("catalogue", 1, include_bytes!("../files/catalogue-1.json")),
    ("catalogue", 2, include_bytes!("../files/catalogue-2.json")),
    ("catalogue", 3, include_bytes!("../files/catalogue-3.json")),
    ("catalogue", 4, include_bytes!("../files/catalogue-4.json")),
    ("catalogue", 5, include_bytes!("../files/catalogue-5.json")),
    ("catalogue", 6, include_bytes!("../files/catalogue-6.json")),
    ("catalogue", 7, include_bytes!("../files/catalogue-7.json")),
    ("catalogue", 8, include_bytes!("../files/catalogue-8.json")),
    ("policy", 1, include_bytes!("../files/policy-1.json")),
    ("policy", 2, include_bytes!("../files/policy-2.json")),
    ("policy", 3, include_bytes!("../files/policy-3.json")),
    ("policy", 4, include_bytes!("../files/policy-4.json")),
    ("policy", 5, include_bytes!("../files/policy-5.json")),
    ("policy", 6, include_bytes!("../files/policy-6.json")),
    ("policy", 7, include_bytes!("../files/policy-7.json")),
    ("policy", 8, include_bytes!("../files/policy-8.json")),
    ("policy", 9, include_bytes!("../files/policy-9.json")),
    ("policy", 10, include_bytes!("../files/policy-10.json")),
    ("rules", 1, include_bytes!("../files/rules-1.json")),
    ("rules", 2, include_bytes!("../files/rules-2.json")),
];

/// Exact bytes of a published file.
#[must_use]
pub fn file(what: &str, version: u32) -> Option<&'static [u8]> {
    FILES.iter().find(|known| known.0 == what && known.1 == version).map(|known| known.2)
}

/// SHA-256 of a published file.
#[must_use]
pub fn file_hash(what: &str, version: u32) -> Option<Hash> {
    file(what, version).map(Hash::of)
}

/// The newest catalogue.
pub const CATALOGUE: u32 = 8;

/// The catalogue from which on a row of an import names the import as its cause.
pub const IMPORTS: u32 = 3;

/// A catalogue as data: the source of `files/catalogue-<version>.json`, of forms and of the data dictionary.
#[must_use]
pub fn describe(version: u32) -> Json {
    let there = || Kind::ALL.iter().filter(|kind| kind.since() <= version);
    let types = |kind: &Kind| kind.types().iter().filter(|known| known.since() <= version);
    let kinds: Vec<Json> = there()
        .map(|kind| {
            let (zh, en) = kind.labels();
            let types: Vec<Json> = types(kind).map(describe_type).collect();
            json!({"kind": kind.as_str(), "zh": zh, "en": en, "types": types})
        })
        .collect();
    let mut lists: Vec<&CodeList> = Vec::new();
    there().flat_map(types).for_each(|known| collect_lists(known.data, &mut lists));
    lists.sort_by_key(|list| list.name);
    lists.dedup_by_key(|list| list.name);
    let lists: Map<String, Json> = lists
        .into_iter()
        .map(|list| {
            let codes: Vec<Json> =
                list.codes.iter().map(|(code, zh, en)| json!({"code": code, "zh": zh, "en": en})).collect();
            (list.name.to_owned(), Json::Array(codes))
        })
        .collect();
    json!({"what": "catalogue", "version": version, "kinds": kinds, "code_lists": lists})
}

fn describe_type(event_type: &EventType) -> Json {
    let presence = |presence| match presence {
        Presence::Forbidden => "forbidden",
        Presence::Optional => "optional",
        Presence::Required => "required",
    };
    let needs_reason = event_type.meanings.iter().all(|meaning| meaning.needs_reason());
    json!({
        "type": event_type.name,
        "schema": event_type.schema,
        "meanings": event_type.meanings.iter().map(|meaning| meaning.as_str()).collect::<Vec<_>>(),
        "creates": event_type.creates,
        "effective_on": presence(event_type.effective_on),
        "reason": if needs_reason { "required" } else { "optional" },
        "signed_by": event_type.signed_by.classes(),
        "data": event_type.data.iter().map(describe_field).collect::<Vec<_>>(),
        "zh": event_type.zh,
        "en": event_type.en,
    })
}

fn describe_field(field: &Field) -> Json {
    let mut described = describe_shape(&field.shape);
    described.insert("name".into(), field.name.into());
    described.insert("required".into(), field.required.into());
    described.insert("zh".into(), field.zh.into());
    described.insert("en".into(), field.en.into());
    Json::Object(described)
}

fn describe_shape(shape: &Shape) -> Map<String, Json> {
    let described = match shape {
        Shape::Text(min, max, form) => {
            let mut described = json!({"is": "text", "min_chars": min, "max_chars": max});
            if !form.name.is_empty() {
                described["form"] = form.name.into();
                described["pattern"] = form.pattern.into();
            }
            described
        }
        Shape::Integer(min, max, unit) => {
            let mut described = json!({"is": "integer", "min": min, "max": max});
            if !unit.is_empty() {
                described["unit"] = (*unit).into();
            }
            described
        }
        Shape::Flag => json!({"is": "flag"}),
        Shape::Day => json!({"is": "date"}),
        Shape::Moment => json!({"is": "instant"}),
        Shape::Id("") => json!({"is": "uuid"}),
        Shape::Id(kind) => json!({"is": "uuid", "of": kind}),
        Shape::Code(list) => json!({"is": "code", "list": list.name}),
        Shape::Hash => json!({"is": "hash"}),
        Shape::Bytes(max) => json!({"is": "bytes", "max_bytes": max}),
        Shape::EventRef => json!({"is": "event_ref"}),
        Shape::RecordRef(kinds) => json!({"is": "record_ref", "kinds": kinds}),
        Shape::Object(fields) => {
            json!({"is": "object", "members": fields.iter().map(describe_field).collect::<Vec<_>>()})
        }
        Shape::List(min, max, item) => {
            json!({"is": "list", "min_items": min, "max_items": max, "item": describe_shape(item)})
        }
        Shape::Members(fields) => {
            json!({"is": "set", "members": fields.iter().map(|f| describe_field(&Field { required: false, ..*f })).collect::<Vec<_>>()})
        }
        Shape::Names(fields) => {
            json!({"is": "clear", "names": fields.iter().filter(|field| !field.required).map(|field| field.name).collect::<Vec<_>>()})
        }
        Shape::Sealed(inner, subject) => {
            let subject = match subject {
                Subject::Record => "/record".to_owned(),
                Subject::Member(member) => format!("/data/{member}"),
            };
            json!({"is": "sealed", "value": describe_shape(inner), "subject": subject})
        }
    };
    match described {
        Json::Object(map) => map,
        _ => unreachable!("every shape is described by an object"),
    }
}

/// The code lists that the events of a kind use; some of them several times.
#[must_use]
pub fn lists_of(kind: Kind) -> Vec<&'static CodeList> {
    let mut lists = Vec::new();
    for event_type in kind.types() {
        collect_lists(event_type.data, &mut lists);
    }
    lists
}

fn collect_lists(fields: &'static [Field], lists: &mut Vec<&'static CodeList>) {
    for field in fields {
        let mut shape = &field.shape;
        while let Shape::List(_, _, inner) | Shape::Sealed(inner, _) = shape {
            shape = inner;
        }
        match shape {
            Shape::Code(list) => lists.push(list),
            Shape::Object(fields) | Shape::Members(fields) => collect_lists(fields, lists),
            _ => {}
        }
    }
}

//! Refusals: the ledger, the policy or the law saying no to a unit, with nothing written.
//!
//! A refusal is an answer, not an error: it has a code that never changes its meaning, the index of the event it
//! concerns, a pointer into its statement, and, where a domain rule said no, the rule and the law behind it.

use serde::Serialize;
use signing::bytes::Hash;

use crate::law::Citation;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $zh:literal, $en:literal;)+) => {
        /// Code of a refusal. The order of the variants is the order of precedence over all events of a unit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            /// All codes in order of precedence.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $word,)+ }
            }

            /// What to tell a person, in Chinese.
            #[must_use]
            pub fn zh(self) -> &'static str {
                match self { $(Code::$name => $zh,)+ }
            }

            /// What to tell a person, in English.
            #[must_use]
            pub fn en(self) -> &'static str {
                match self { $(Code::$name => $en,)+ }
            }
        }
    };
}

codes! {
    /// More events, bytes or consequences than a unit may have.
    TooLarge = "too_large", "内容超过大小限制：请拆分后再提交", "The unit exceeds its size limit: split it and submit again.";
    /// Envelope or unit not in the form of `docs/wire-format.md` §3.
    BadEnvelope = "bad_envelope", "签名信封格式不符", "The envelope or unit is not in the required form.";
    /// The ledger waits for its genesis or the countersignatures of the roots.
    NotReady = "not_ready", "账本尚未完成创世签署", "The ledger has not completed its genesis.";
    /// No such key was ever enrolled.
    UnknownKey = "unknown_key", "签名密钥未登记", "The signing key is not enrolled in this ledger.";
    /// The signature does not verify.
    BadSignature = "bad_signature", "签名核验失败", "The signature does not verify.";
    /// Not one strict JSON object.
    BadJson = "bad_json", "签署内容不是规定的 JSON", "The payload is not strict JSON.";
    /// Not in RFC 8785 form.
    NotCanonical = "not_canonical", "签署内容不是规范形式（RFC 8785）", "The payload is not in canonical form (RFC 8785).";
    /// Control characters, invisible characters or text that is not NFC.
    BadText = "bad_text", "文本含有不允许的字符或未规范化", "Text contains characters that are not allowed, or is not NFC.";
    /// Type not in the catalogue in force.
    UnknownType = "unknown_type", "当前目录中没有该事件类型", "The event type is not in the catalogue in force.";
    /// Schema not in the catalogue in force.
    UnknownSchema = "unknown_schema", "当前目录中没有该事件类型的此版本", "This schema of the event type is not in the catalogue in force.";
    /// A member without a place here.
    UnknownField = "unknown_field", "出现了不应有的成员", "A member is present that has no place here.";
    /// A required member is absent.
    MissingField = "missing_field", "缺少必填成员", "A required member is missing.";
    /// Wrong type, form or range.
    BadValue = "bad_value", "成员的值不符合规定", "A member has a value that is not allowed.";
    /// Type and record belong to different kinds.
    KindMismatch = "kind_mismatch", "事件类型与档案类别不一致", "Event type and record kind differ.";
    /// Signed for another ledger.
    WrongLedger = "wrong_ledger", "该签署属于另一账本", "The statement names another ledger.";
    /// Signer named in the statement is not the holder of the key.
    SignerMismatch = "signer_mismatch", "签署人与密钥不符", "The signer named is not the owner of the key.";
    /// An id that was used before with other bytes, or twice.
    IdReused = "id_reused", "事件号已被使用", "The event id was used before.";
    /// The events of a unit are not one whole batch.
    BadBatch = "bad_batch", "批次不完整或不一致", "The events of the unit do not form one whole batch.";
    /// `signed_at` too far from the ledger's time.
    ClockSkew = "clock_skew", "签署时间与账本时间相差过大", "The signing time is too far from the ledger's time.";
    /// Key not bound, not yet valid, expired, or its account is not open.
    KeyNotActive = "key_not_active", "密钥未生效或已过期", "The key is not active.";
    /// Key revoked.
    KeyRevoked = "key_revoked", "密钥已撤销", "The key has been revoked.";
    /// The grant relied on is not the signer's or not in effect.
    GrantInvalid = "grant_invalid", "所依据的授权无效", "The grant relied on is not valid.";
    /// The policy asks for a stronger credential.
    AssuranceTooLow = "assurance_too_low", "该操作需要更高等级的证书", "The act needs a credential of higher assurance.";
    /// The role may not do this here.
    NotAuthorised = "not_authorised", "无权进行此操作", "The signer is not authorised for this act.";
    /// The same natural person signed an earlier step.
    FourEyes = "four_eyes", "须由另一自然人签署", "Another natural person must sign this step.";
    /// A seal and its opening do not belong together.
    SealMismatch = "seal_mismatch", "封存值与其开封信息不符", "A seal and its opening do not match.";
    /// A seal without opening.
    UnopenedSeal = "unopened_seal", "缺少封存值的开封信息", "A sealed value came without its opening.";
    /// A statement, record or file named is not there or has another hash.
    BadReference = "bad_reference", "引用的事件、档案或附件不存在或不符", "A reference names what is not there or has another hash.";
    /// The record has moved on.
    Conflict = "conflict", "内容已被他人更新，请基于新版本重新签署", "Someone else changed this record: sign again on its new version.";
    /// A record that was relied on has moved on.
    ReadStale = "read_stale", "所依据的档案已更新", "A record that was relied on has changed.";
    /// Another record holds this business key.
    ClaimTaken = "claim_taken", "该唯一编号已被其他档案占用", "Another record already holds this unique number.";
    /// The very same fact is in the ledger already.
    AlreadyRecorded = "already_recorded", "相同内容已经入账", "The same fact is already recorded.";
    /// A rule of the domain, with its citation.
    Refused = "refused", "不符合规定", "The rules do not allow this.";
    /// The queue is full or the database unavailable: nothing was decided, send the same bytes again.
    Busy = "busy", "系统繁忙，请稍后原样重发", "The service is busy: send the same bytes again.";
    /// The ledger may be read, not written: nothing was decided, send the same bytes again later.
    ReadOnly = "read_only", "账本维护中，仅可查询", "The ledger is read-only at the moment.";
}

/// A rule of the domain that can refuse an act.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, `<kind>.<what>`; never reused.
    pub id: &'static str,
    /// What it demands, and what to do, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// Where the demand comes from.
    pub citation: Citation,
}

/// Why a unit was not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of no it is.
    pub code: Code,
    /// Index of the event in its unit.
    pub index: usize,
    /// RFC 6901 pointer into the statement; empty for the whole.
    pub pointer: String,
    /// The rule, for [`Code::Refused`].
    pub rule: Option<&'static Rule>,
    /// Version and hash of the record's head, for [`Code::Conflict`]; version 0 means that there is no record.
    pub head: Option<(u32, Option<Hash>)>,
    /// Position of the event, for [`Code::AlreadyRecorded`] and, where the caller may see it, [`Code::ClaimTaken`].
    pub position: Option<u64>,
}

impl Refusal {
    /// A refusal of the whole statement at `index`.
    #[must_use]
    pub fn new(code: Code, index: usize) -> Self {
        Self { code, index, pointer: String::new(), rule: None, head: None, position: None }
    }

    /// Names the place in the statement.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    /// The sentence for people: Chinese and English.
    #[must_use]
    pub fn message(&self) -> (&'static str, &'static str) {
        self.rule.map_or((self.code.zh(), self.code.en()), |rule| (rule.zh, rule.en))
    }

    /// True when this refusal comes before the other in the order of the wire format.
    #[must_use]
    pub fn precedes(&self, other: &Self) -> bool {
        (self.code, self.index) < (other.code, other.index)
    }
}

/// How a refusal looks in JSON: the same on the command line, over HTTP and in stories.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct RefusalView {
    /// Code on the wire.
    pub code: &'static str,
    /// Index of the event in its unit.
    pub index: usize,
    /// Pointer into the statement.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// Rule id, for `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// Citation, for `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Head version, for `conflict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_version: Option<u32>,
    /// Head hash, for `conflict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_hash: Option<Hash>,
    /// Position, for `already_recorded` and `claim_taken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Chinese sentence.
    pub message_zh: &'static str,
    /// English sentence.
    pub message_en: &'static str,
}

impl From<&Refusal> for RefusalView {
    fn from(refusal: &Refusal) -> Self {
        let (message_zh, message_en) = refusal.message();
        Self {
            code: refusal.code.as_str(),
            index: refusal.index,
            pointer: refusal.pointer.clone(),
            rule: refusal.rule.map(|rule| rule.id),
            citation: refusal.rule.map(|rule| rule.citation.to_string()),
            head_version: refusal.head.as_ref().map(|head| head.0),
            head_hash: refusal.head.as_ref().and_then(|head| head.1),
            position: refusal.position,
            message_zh,
            message_en,
        }
    }
}

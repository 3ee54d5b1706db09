//! A credential: a public key that signs for an account, with validity, assurance and a natural person as holder.
//!
//! A registrar requests it (at renewal the old key does), with the new key's own proof of possession; another
//! natural person binds it. Bound and revoked count by position. A reported compromise revokes at once; since
//! when the key was in other hands is a claim that a second person decides, and what the key signed in between is
//! suspect until somebody confirms or corrects it (电子签名法 Art. 13, 15).
//!
//! States: requested → bound → revoked.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::{Date, Instant, KeyId};
use signing::keys::{PublicKey, is_demonstration_key};
use signing::statement::{EventRef, Meaning, Statement};
use uuid::Uuid;

use super::{Proof, countersigned};
use crate::authority::authority_key;
use crate::catalog::{EventType, Kind};
use crate::codes::{AccountKind, Assurance, RevocationGround};
use crate::field::{Bytes, Shape};
use crate::law::{Citation, ELECTRONIC_SIGNATURE, product};
use crate::record::{About, Claim, Facts, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// A key that is to sign for an account.
    pub struct Requested {
        account: Uuid = Shape::Id("account"), "账户", "account";
        holder: Uuid = Shape::Id(""), "持有人", "the natural person who holds the key";
        alg: u32 = Shape::Integer(1, 1, ""), "算法", "algorithm (1 = Ed25519)";
        public_key: Bytes = Shape::Bytes(100), "公钥", "SubjectPublicKeyInfo DER";
        proof: Proof = Shape::Object(<Proof as crate::field::Data>::FIELDS), "持有证明", "proof of possession";
        assurance: Assurance = Shape::Code(&Assurance::LIST), "证书等级", "assurance";
        valid_from: Date = Shape::Day, "生效日期", "first day of validity";
        valid_until: Date = Shape::Day, "失效日期", "first day without validity";
        renews: Option<Uuid> = Shape::Id("credential"), "所续证书", "credential that it renews";
    }

    /// The binding of a requested key.
    pub struct Bound {
        account: Uuid = Shape::Id("account"), "账户", "account";
        countersigns: EventRef = Shape::EventRef, "所会签的事件", "the request";
    }

    /// A revocation.
    pub struct Revoked {
        account: Uuid = Shape::Id("account"), "账户", "account";
        ground: RevocationGround = Shape::Code(&RevocationGround::LIST), "撤销原因", "ground";
    }

    /// A report that the key is or was in other hands: it revokes at once.
    pub struct CompromiseReported {
        account: Uuid = Shape::Id("account"), "账户", "account";
        compromised_since: Instant = Shape::Moment, "自何时起失控", "since when, as the reporter claims";
    }

    /// What a second person decided of that claim.
    pub struct CompromiseDecided {
        account: Uuid = Shape::Id("account"), "账户", "account";
        since: Option<Instant> = Shape::Moment, "认定失控起始时间", "since when; absent when the claim is dismissed";
    }

    /// Suspect events that were looked at and stand.
    pub struct SuspectsConfirmed {
        account: Uuid = Shape::Id("account"), "账户", "account";
        confirms: Vec<EventRef> = Shape::List(1, 100, &Shape::EventRef), "确认的事件", "events that stand";
    }
}

events! {
    /// Events of a credential.
    pub enum Event {
        Requested(Requested) = "credential.requested", 1, [Enrolment], true, Forbidden, PersonOrRoot, "申请证书", "credential requested";
        Bound(Bound) = "credential.bound", 1, [Enrolment], false, Forbidden, PersonOrRoot, "绑定证书", "credential bound";
        Revoked(Revoked) = "credential.revoked", 1, [Revocation], false, Forbidden, Person, "撤销证书", "credential revoked";
        CompromiseReported(CompromiseReported) = "credential.compromise_reported", 1, [Revocation], false, Forbidden, Person, "挂失", "compromise reported";
        CompromiseDecided(CompromiseDecided) = "credential.compromise_decided", 1, [Approval, Refusal], false, Forbidden, Person, "失控认定", "compromise decided";
        SuspectsConfirmed(SuspectsConfirmed) = "credential.suspects_confirmed", 1, [Declaration], false, Forbidden, Person, "确认存疑事件", "suspect events confirmed";
    }
}

/// A credential.
#[derive(Debug, Clone, Serialize)]
pub struct Credential {
    /// Account.
    pub account: Uuid,
    /// Holder.
    pub holder: Uuid,
    /// Key id.
    pub key: KeyId,
    /// SubjectPublicKeyInfo.
    pub public_key: Bytes,
    /// Assurance.
    pub assurance: Assurance,
    /// First day of validity.
    pub valid_from: Date,
    /// First day without.
    pub valid_until: Date,
    /// True once bound.
    pub bound: bool,
    /// True once revoked.
    pub revoked: bool,
    /// Since when the key was in other hands: as claimed, later as decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<Instant>,
    /// True while the claim waits for its second person.
    pub compromise_undecided: bool,
    /// Events confirmed in spite of it.
    pub confirmed: Vec<Uuid>,
}

impl Credential {
    /// True when an event that this key signed, recorded then, is suspect: between the compromise and the
    /// revocation (before which it must lie, or it would not have been admitted), and not confirmed since.
    #[must_use]
    pub fn suspects(&self, event: Uuid, recorded_at: Instant) -> bool {
        self.compromised_since.is_some_and(|since| recorded_at >= since) && !self.confirmed.contains(&event)
    }
}

const ACCOUNT: Rule = Rule {
    id: "credential.account",
    zh: "账户不存在、已注销，或与证书不符",
    en: "The account does not exist, is closed, or is not that of the credential.",
    citation: product("§5"),
};
const HOLDER: Rule = Rule {
    id: "credential.holder",
    zh: "自然人账户的证书只能由该自然人持有",
    en: "The credential of a natural person's account is held by that person.",
    citation: Citation { instrument: &ELECTRONIC_SIGNATURE, clause: "第十三条" },
};
const VALIDITY: Rule = Rule {
    id: "credential.validity",
    zh: "有效期须为一天至五年，且不能已经结束",
    en: "Validity is between one day and five years and has not ended.",
    citation: product("§5"),
};
const RENEWS: Rule = Rule {
    id: "credential.renews",
    zh: "所续证书不属于同一账户和持有人",
    en: "The credential that is renewed is not of the same account and holder.",
    citation: product("§5"),
};
const STATE: Rule = Rule {
    id: "credential.state",
    zh: "证书状态不允许此操作",
    en: "The credential is not in a state that allows this.",
    citation: product("§5"),
};
const SINCE: Rule = Rule {
    id: "credential.compromised_since",
    zh: "失控起始时间不能晚于签署时间；认定须给出起始时间，不予认定则不得给出",
    en: "The compromise cannot lie after the signing time; an approval gives the instant, a refusal none.",
    citation: product("§5"),
};
const NOT_SUSPECT: Rule = Rule {
    id: "credential.not_suspect",
    zh: "该事件不是由此证书签署",
    en: "That event was not signed with this credential.",
    citation: product("§5"),
};

/// Longest validity, in days.
const VALIDITY_MAX_DAYS: i64 = 5 * 366;

impl Event {
    fn account(&self) -> Uuid {
        match self {
            Self::Requested(data) => data.account,
            Self::Bound(data) => data.account,
            Self::Revoked(data) => data.account,
            Self::CompromiseReported(data) => data.account,
            Self::CompromiseDecided(data) => data.account,
            Self::SuspectsConfirmed(data) => data.account,
        }
    }
}

impl Record for Credential {
    const KIND: Kind = Kind::Credential;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn check_values(event: &Event, _: &Statement, facts: &dyn Facts) -> Result<(), Stop> {
        match event {
            Event::Requested(requested) => key_may_enrol(requested, facts),
            _ => Ok(()),
        }
    }

    fn target(_: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let account = event.account();
        let authority = facts.authority(account)?;
        let Some(state) = &authority.account else { return Err(Stop::code(Code::BadReference, "/data/account")) };
        Ok(Target { org: state.org, area: state.area.clone(), account: Some(account) })
    }

    fn facet(
        _: Option<&Self>,
        event: &Event,
        about: &About<'_>,
        facts: &dyn Facts,
    ) -> Result<Option<CompactString>, Stop> {
        let account = event.account();
        if about.statement.signer.account == account && !matches!(event, Event::Bound(_) | Event::CompromiseDecided(_))
        {
            return Ok(Some("own".into()));
        }
        Ok(facts.authority(account)?.account.as_ref().map(|account| account.level.as_str().into()))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        if let Event::Requested(requested) = event {
            return requested_is_sound(requested, about, facts);
        }
        let Some(credential) = state else { return Err(Stop::code(Code::BadReference, "/record")) };
        ensure(credential.account == event.account(), &ACCOUNT, "/data/account")?;
        match event {
            Event::Requested(_) => Ok(()),
            Event::Bound(bound) => {
                if countersigned(about, &bound.countersigns).is_none() {
                    return Err(Stop::code(Code::BadReference, "/data/countersigns"));
                }
                ensure(!credential.bound && !credential.revoked, &STATE, "")
            }
            Event::Revoked(_) => ensure(!credential.revoked, &STATE, ""),
            Event::CompromiseReported(report) => {
                ensure(credential.bound && credential.compromised_since.is_none(), &STATE, "")?;
                ensure(report.compromised_since <= about.statement.signed_at, &SINCE, "/data/compromised_since")
            }
            Event::CompromiseDecided(decided) => {
                ensure(credential.compromise_undecided, &STATE, "")?;
                // Approved with an instant, or dismissed without one.
                let approved = about.statement.meaning == Meaning::Approval;
                let past = decided.since.is_none_or(|since| since <= about.statement.signed_at);
                ensure(approved == decided.since.is_some() && past, &SINCE, "/data/since")
            }
            Event::SuspectsConfirmed(confirmed) => {
                ensure(credential.compromised_since.is_some() && !credential.compromise_undecided, &STATE, "")?;
                for (index, named) in confirmed.confirms.iter().enumerate() {
                    let at = format!("/data/confirms/{index}");
                    let known = facts.event(named.event)?.filter(|known| known.hash == named.hash);
                    let Some(known) = known else { return Err(Stop::code(Code::BadReference, &at)) };
                    let entry = facts.entry(&known.record)?;
                    let signed_by_it = entry
                        .is_some_and(|entry| entry.mark(named.event).is_some_and(|mark| mark.key == credential.key));
                    ensure(signed_by_it, &NOT_SUSPECT, &at)?;
                }
                Ok(())
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, _: &About<'_>) -> Self {
        match (event, state) {
            (Event::Requested(data), _) => Self {
                account: data.account,
                holder: data.holder,
                key: KeyId(signing::bytes::Hash::of(&data.public_key.0).0),
                public_key: data.public_key,
                assurance: data.assurance,
                valid_from: data.valid_from,
                valid_until: data.valid_until,
                bound: false,
                revoked: false,
                compromised_since: None,
                compromise_undecided: false,
                confirmed: Vec::new(),
            },
            (Event::Bound(_), Some(credential)) => Self { bound: true, ..credential },
            (Event::Revoked(_), Some(credential)) => Self { revoked: true, ..credential },
            (Event::CompromiseReported(report), Some(credential)) => Self {
                revoked: true,
                compromised_since: Some(report.compromised_since),
                compromise_undecided: true,
                ..credential
            },
            (Event::CompromiseDecided(decided), Some(credential)) => {
                Self { compromised_since: decided.since, compromise_undecided: false, ..credential }
            }
            (Event::SuspectsConfirmed(data), Some(mut credential)) => {
                credential.confirmed.extend(data.confirms.iter().map(|named| named.event));
                credential
            }
            (_, None) => unreachable!("a credential begins with credential.requested"),
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        vec![authority_key(event.account())]
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        vec![key_claim(&self.key)]
    }
}

/// One public key, one account, for ever.
#[must_use]
pub fn key_claim(key: &KeyId) -> Claim {
    Claim::new("key", [key.to_string()])
}

/// The key is a good point, nobody else's, and its holder has proved that he has it.
fn key_may_enrol(requested: &Requested, facts: &dyn Facts) -> Result<(), Stop> {
    let key = PublicKey::from_spki_enrolment(&requested.public_key.0)
        .ok_or_else(|| Stop::code(Code::BadValue, "/data/public_key"))?;
    let ledger = facts.ledger()?;
    let demonstration = ledger.as_ref().is_some_and(|ledger| ledger.is_demonstration());
    if !demonstration && is_demonstration_key(&key.id()) {
        return Err(Stop::code(Code::BadValue, "/data/public_key"));
    }
    // Root, service and people's keys are different keys.
    if ledger.is_some_and(|ledger| ledger.keys.contains(&key.id())) {
        return Err(Stop::code(Code::BadValue, "/data/public_key"));
    }
    if !requested.proof.holds(facts.ledger_id(), requested.account, requested.alg, &requested.public_key.0) {
        return Err(Stop::code(Code::BadValue, "/data/proof"));
    }
    Ok(())
}

fn requested_is_sound(requested: &Requested, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
    let authority = facts.authority(requested.account)?;
    let Some(account) = authority.account.as_ref().filter(|account| !account.closed) else {
        return Err(Stop::rule(&ACCOUNT, "/data/account"));
    };
    let person =
        account.kind != AccountKind::Person || account.party.as_ref().is_some_and(|party| party.id == requested.holder);
    ensure(person, &HOLDER, "/data/holder")?;
    let longest = requested.valid_from.add_days(VALIDITY_MAX_DAYS);
    let span = requested.valid_from < requested.valid_until && requested.valid_until <= longest;
    ensure(span && requested.valid_until > about.day, &VALIDITY, "/data/valid_until")?;
    let own = about.statement.signer.account == requested.account;
    match requested.renews {
        None => ensure(!own, &RENEWS, "/data/renews"),
        Some(old) => {
            let old = authority.credentials.iter().find(|(id, _)| *id == old);
            ensure(old.is_some_and(|(_, old)| old.holder == requested.holder), &RENEWS, "/data/renews")
        }
    }
}

//! The ledger itself: its genesis at position 0.
//!
//! One root holder signs `ledger.created`, others countersign until the threshold is reached; nothing else is
//! admitted before (`docs/wire-format.md` §5). The genesis names the keys of the roots, of the service and of the
//! log, and the exact files by which the first statements are judged.
//!
//! States: created → complete (threshold of root signatures).

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::{Hash, KeyId};
use signing::keys::{PublicKey, is_demonstration_key};
use signing::statement::Statement;
use uuid::Uuid;

use super::{Countersigns, Proof, countersigned};
use crate::catalog::{EventType, Kind, file_hash};
use crate::codes::{ClockKind, Environment};
use crate::field::{Bytes, FREE, Shape};
use crate::law::product;
use crate::record::{About, Facts, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// A root holder.
    pub struct Root {
        account: Uuid = Shape::Id(""), "账户", "account";
        person: Uuid = Shape::Id(""), "自然人", "natural person";
        alg: u32 = Shape::Integer(1, 1, ""), "算法", "algorithm (1 = Ed25519)";
        public_key: Bytes = Shape::Bytes(100), "公钥", "SubjectPublicKeyInfo DER";
        proof: Proof = Shape::Object(<Proof as crate::field::Data>::FIELDS), "持有证明", "proof of possession";
    }

    /// The key of the service.
    pub struct ServiceKey {
        account: Uuid = Shape::Id(""), "账户", "account";
        alg: u32 = Shape::Integer(1, 1, ""), "算法", "algorithm (1 = Ed25519)";
        public_key: Bytes = Shape::Bytes(100), "公钥", "SubjectPublicKeyInfo DER";
        proof: Proof = Shape::Object(<Proof as crate::field::Data>::FIELDS), "持有证明", "proof of possession";
    }

    /// A published file, named by its hash.
    pub struct FileRef {
        version: u32 = Shape::Integer(1, 1_000_000, ""), "版本", "version";
        sha256: Hash = Shape::Hash, "SHA-256", "SHA-256 of its exact bytes";
    }

    /// Genesis.
    pub struct Created {
        name: CompactString = Shape::Text(1, 60, &LEDGER_NAME), "账本名称", "name of the ledger, the first part of its origin";
        environment: Environment = Shape::Code(&Environment::LIST), "环境", "environment";
        clock: ClockKind = Shape::Code(&ClockKind::LIST), "时钟", "clock";
        roots: Vec<Root> = Shape::List(2, 9, &Shape::Object(<Root as crate::field::Data>::FIELDS)), "根持有人", "root holders";
        threshold: u32 = Shape::Integer(2, 9, ""), "门限", "signatures that a decision of the roots needs";
        service: ServiceKey = Shape::Object(<ServiceKey as crate::field::Data>::FIELDS), "服务密钥", "key of the service";
        log_vkey: CompactString = Shape::Text(10, 300, &FREE), "日志公钥", "C2SP verifier key of the log";
        catalogue: FileRef = Shape::Object(<FileRef as crate::field::Data>::FIELDS), "事件目录", "event catalogue";
        policy: FileRef = Shape::Object(<FileRef as crate::field::Data>::FIELDS), "权限策略", "rights policy";
        rules: FileRef = Shape::Object(<FileRef as crate::field::Data>::FIELDS), "预警规则", "warning rules";
    }
}

/// Name of a ledger: what a C2SP origin may begin with (no space, no plus sign).
const LEDGER_NAME: crate::field::Form = crate::field::Form {
    name: "ledger_name",
    pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
    check: |text| {
        let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        text.bytes().all(|b| ok(b) || b == b'.' || b == b'-')
            && text.bytes().next().is_some_and(ok)
            && text.bytes().last().is_some_and(ok)
    },
};

events! {
    /// Events of the ledger.
    pub enum Event {
        Created(Created) = "ledger.created", 1, [Declaration], true, Forbidden, Root, "账本创世", "ledger created";
        Countersigned(Countersigns) = "ledger.countersigned", 1, [Countersignature], false, Forbidden, Root, "创世会签", "genesis countersigned";
    }
}

/// The ledger as its genesis made it.
#[derive(Debug, Clone, Serialize)]
pub struct Ledger {
    /// The genesis.
    #[serde(flatten)]
    pub created: Created,
    /// Accounts of the roots that signed, in order.
    pub signed_by: Vec<Uuid>,
    #[serde(skip)]
    /// Key ids of the roots, the service and the log: no credential may hold one of them.
    pub keys: Vec<KeyId>,
}

impl Ledger {
    /// True when enough roots have signed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.signed_by.len() >= self.created.threshold as usize
    }

    /// The root of an account.
    #[must_use]
    pub fn root(&self, account: Uuid) -> Option<&Root> {
        self.created.roots.iter().find(|root| root.account == account)
    }

    /// True for an account of a root or of the service.
    #[must_use]
    pub fn has_account(&self, account: Uuid) -> bool {
        self.root(account).is_some() || self.created.service.account == account
    }

    /// True in a demonstration.
    #[must_use]
    pub fn is_demonstration(&self) -> bool {
        self.created.environment == Environment::Demonstration
    }
}

const UNKNOWN_FILES: Rule = Rule {
    id: "ledger.unknown_files",
    zh: "创世所列目录、策略或规则文件不是本程序发布的版本",
    en: "The catalogue, policy or rules file named is not one that this program publishes.",
    citation: product("§5"),
};

impl Record for Ledger {
    const KIND: Kind = Kind::Ledger;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn check_values(event: &Event, _: &Statement, facts: &dyn Facts) -> Result<(), Stop> {
        match event {
            Event::Created(created) => genesis_is_sound(created, facts),
            Event::Countersigned(_) => Ok(()),
        }
    }

    fn target(_: Option<&Self>, _: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        Ok(Target::default())
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, _: &dyn Facts) -> Result<(), Stop> {
        match (event, state) {
            (Event::Created(created), _) => {
                for (what, named) in
                    [("catalogue", &created.catalogue), ("policy", &created.policy), ("rules", &created.rules)]
                {
                    ensure(
                        file_hash(what, named.version) == Some(named.sha256),
                        &UNKNOWN_FILES,
                        &format!("/data/{what}"),
                    )?;
                }
                Ok(())
            }
            (Event::Countersigned(second), Some(_)) => {
                if countersigned(about, &second.countersigns).is_none() {
                    return Err(Stop::code(Code::BadReference, "/data/countersigns"));
                }
                Ok(())
            }
            (Event::Countersigned(_), None) => Err(Stop::code(Code::NotReady, "")),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let signer = about.statement.signer.account;
        match (event, state) {
            (Event::Created(created), _) => {
                let keys = created.roots.iter().map(|root| &root.public_key).chain([&created.service.public_key]);
                let log = signing::note::LogVerifier::from_vkey(&created.log_vkey).map(|log| log.key_id());
                let keys = keys.map(|spki| KeyId(Hash::of(&spki.0).0)).chain(log).collect();
                Self { created, signed_by: vec![signer], keys }
            }
            (Event::Countersigned(_), Some(mut ledger)) => {
                ledger.signed_by.push(signer);
                ledger
            }
            (Event::Countersigned(_), None) => unreachable!("a ledger begins with its genesis"),
        }
    }
}

/// Everything about a genesis that is a fault of its values: false proofs, double persons, accounts or keys.
fn genesis_is_sound(created: &Created, facts: &dyn Facts) -> Result<(), Stop> {
    let bad = |pointer: &str| Stop::code(Code::BadValue, pointer);
    if created.threshold as usize > created.roots.len() {
        return Err(bad("/data/threshold"));
    }
    let demonstration = created.environment == Environment::Demonstration;
    if created.clock == ClockKind::Simulated && !demonstration {
        return Err(bad("/data/clock"));
    }
    let key_ok = |spki: &Bytes| {
        PublicKey::from_spki_enrolment(&spki.0).is_some_and(|key| demonstration || !is_demonstration_key(&key.id()))
    };
    let mut accounts = vec![created.service.account];
    let mut persons = Vec::new();
    let mut keys = vec![&created.service.public_key];
    for (index, root) in created.roots.iter().enumerate() {
        let at = format!("/data/roots/{index}");
        if accounts.contains(&root.account) || persons.contains(&root.person) || keys.contains(&&root.public_key) {
            return Err(bad(&at));
        }
        if !key_ok(&root.public_key) || !root.proof.holds(facts.ledger_id(), root.account, root.alg, &root.public_key.0)
        {
            return Err(bad(&at));
        }
        accounts.push(root.account);
        persons.push(root.person);
        keys.push(&root.public_key);
    }
    let service = &created.service;
    if !key_ok(&service.public_key)
        || !service.proof.holds(facts.ledger_id(), service.account, service.alg, &service.public_key.0)
    {
        return Err(bad("/data/service"));
    }
    match signing::note::LogVerifier::from_vkey(&created.log_vkey) {
        Some(verifier) if verifier.origin() == format!("{}/{}/1", created.name, facts.ledger_id()) => {
            // The log key signs notes only: nobody else holds it.
            let others = keys.iter().any(|spki| Hash::of(&spki.0).0 == verifier.key_id().0);
            if others { Err(bad("/data/log_vkey")) } else { Ok(()) }
        }
        _ => Err(bad("/data/log_vkey")),
    }
}

//! Random histories that fold: signed-looking statements of every kind, in an order that a ledger could have.
//!
//! The judge is not asked (its histories are tested where it lives); what matters here is that every event type that
//! moves a row occurs, in mixed orders, from a seed that a failing test prints.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

#[path = "workers.rs"]
mod workers;

use std::collections::{HashMap, HashSet};

use domain::codes::credit_code_ok;
use serde_json::{Value, json};
use signing::bytes::{Date, Hash, Instant, KeyId, LedgerId};
use signing::envelope::{PayloadType, statement_hash};
use signing::json::{canonical_object, read_loose};
use signing::keys::{EnrolmentProof, SigningKey};
use signing::statement::{Derivation, EventRef, Meaning, Reason, RecordRef, Signer, Statement};
use uuid::Uuid;

/// An event as the log stores it.
#[derive(Debug, Clone)]
pub struct Made {
    pub position: u64,
    pub recorded_at: Instant,
    pub statement: Statement,
    pub payload: Vec<u8>,
    pub signature: [u8; 64],
    pub hash: Hash,
    /// Position of the record's version before.
    pub before: Option<u64>,
}

struct Head {
    version: u32,
    hash: Hash,
    position: u64,
    first: EventRef,
    last: EventRef,
}

pub const AREAS: [&str; 4] = ["511502", "511503", "511523", "5115SJ"];
/// 2026-01-01T00:00:00Z.
const START_US: i64 = 1_767_225_600_000_000;

/// Makes events one after another.
pub struct Maker {
    state: u64,
    pub position: u64,
    key: SigningKey,
    key_id: KeyId,
    pub ledger: LedgerId,
    now: Instant,
    heads: HashMap<RecordRef, Head>,
    pub institutions: Vec<Uuid>,
    pub accounts: Vec<(Uuid, Option<Uuid>)>,
    pub devices: Vec<(Uuid, Uuid)>,
    pub warnings: Vec<Uuid>,
    pub credentials: Vec<(Uuid, Uuid)>,
    pub grants: Vec<(Uuid, Uuid)>,
    pub erasures: Vec<(Uuid, Uuid)>,
    pub begun: workers::Begun,
    parties: Vec<(RecordRef, Uuid)>,
    in_use: HashSet<Uuid>,
    /// Sign for real; without it the signature is filler, which no fold looks at.
    pub sign: bool,
    number: u64,
}

impl Maker {
    pub fn new(seed: u64) -> Maker {
        let key = SigningKey::from_seed([seed as u8; 32]);
        let key_id = key.public().id();
        Maker {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_CAFE,
            position: 0,
            key,
            key_id,
            ledger: LedgerId([7; 16]),
            now: Instant::from_micros(START_US),
            heads: HashMap::new(),
            institutions: Vec::new(),
            accounts: Vec::new(),
            devices: Vec::new(),
            warnings: Vec::new(),
            credentials: Vec::new(),
            grants: Vec::new(),
            erasures: Vec::new(),
            begun: workers::Begun::default(),
            parties: Vec::new(),
            in_use: HashSet::new(),
            sign: true,
            number: 0,
        }
    }

    fn random(&mut self) -> u64 {
        // splitmix64
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.random() % n as u64) as usize
    }

    pub fn uuid(&mut self) -> Uuid {
        let (a, b) = (self.random(), self.random());
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&a.to_le_bytes());
        bytes[8..].copy_from_slice(&b.to_le_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    fn any<T: Copy>(&mut self, of: impl Fn(&Maker) -> &Vec<T>) -> Option<T> {
        let number = of(self).len();
        if number == 0 {
            return None;
        }
        let at = self.below(number);
        Some(of(self)[at])
    }

    fn seal(&mut self) -> Value {
        let n = self.random();
        json!({"$sealed": Hash::of(&n.to_le_bytes()).to_string()})
    }

    /// A list of events of mixed kinds.
    pub fn history(&mut self, events: usize) -> Vec<Made> {
        let mut made = vec![self.genesis()];
        while made.len() < events {
            made.push(self.next_event());
        }
        made
    }

    pub fn genesis(&mut self) -> Made {
        let mut root = |n: u8| {
            let key = SigningKey::from_seed([n; 32]);
            let account = self.uuid();
            let proof = EnrolmentProof::make(&key, account, self.ledger, self.now);
            let spki = signing::bytes::b64url(&key.public().spki());
            json!({"account": account, "person": self.uuid(), "alg": 1, "public_key": spki,
                   "proof": {"payload": signing::bytes::b64url(&proof.payload), "sig": signing::bytes::b64url(&proof.signature)}})
        };
        let roots = [root(101), root(102)];
        let mut service = root(103);
        service.as_object_mut().expect("an object").remove("person");
        let file = |what: &str| json!({"version": 1, "sha256": domain::catalog::file_hash(what, 1).expect("published").to_string()});
        let data = json!({"name": "test", "environment": "test", "clock": "system", "roots": roots, "threshold": 2, "service": service,
            "log_vkey": "test.example+00000000+AAAAAAAAAAAA", "catalogue": file("catalogue"), "policy": file("policy"), "rules": file("rules")});
        let id = self.uuid();
        self.make("ledger", id, "ledger.created", Meaning::Declaration, None, None, data)
    }

    /// The next event: a new record, or something that happens to one.
    pub fn next_event(&mut self) -> Made {
        loop {
            let made = match self.below(100) {
                0..=5 => Some(self.register_institution()),
                6..=11 => self.change_institution(),
                12..=14 => self.appoint(),
                15..=19 => Some(self.open_account()),
                20..=22 => self.pick_account().map(|account| self.countersign_account(account)),
                23..=27 => self.request_credential(),
                28..=31 => self.follow_credential(),
                32..=36 => self.give_grant(),
                37..=40 => self.follow_grant(),
                41..=42 => self.request_erasure(),
                43..=44 => self.follow_erasure(),
                45 => Some(self.adopt()),
                46..=55 => self.register_device(),
                56..=64 => self.follow_device(),
                65..=66 => self.raise_warning(),
                67..=68 => self.follow_warning(),
                _ => self.next_of_workers(),
            };
            if let Some(made) = made {
                return made;
            }
        }
    }

    pub fn register_institution(&mut self) -> Made {
        let id = self.uuid();
        self.institutions.push(id);
        self.institution_named(id, None)
    }

    /// Registers an institution in an area.
    pub fn institution_named(&mut self, id: Uuid, area: Option<&str>) -> Made {
        self.number += 1;
        let any = self.below(AREAS.len());
        let area = area.unwrap_or(AREAS[any]);
        let stem = format!("1251150{:010}", self.number);
        let code = "0123456789ABCDEFGHJKLMNPQRTUWXY"
            .chars()
            .map(|last| format!("{stem}{last}"))
            .find(|code| credit_code_ok(code));
        let kinds = if self.below(3) == 0 { json!(["RAD", "HEO"]) } else { json!(["RAD"]) };
        let street = if area == "5115SJ" { json!("511502008") } else { json!("511502001") };
        let data = json!({"credit_code": code.expect("one of the check symbols fits"), "name": format!("第{}人民医院", self.number),
            "kinds": kinds, "division": "511502", "street": street, "supervision_area": area, "address": format!("大观楼街 {} 号", self.number),
            "practice_document": {"kind": "PRC", "number": "川宜", "from": "2020-01-01"}});
        if !self.institutions.contains(&id) {
            self.institutions.push(id);
        }
        self.make("institution", id, "institution.registered", Meaning::Entry, None, None, data)
    }

    fn change_institution(&mut self) -> Option<Made> {
        let id = self.any(|maker| &maker.institutions)?;
        Some(match self.below(6) {
            0 => self.make("institution", id, "institution.approved", Meaning::Approval, None, None, json!({})),
            1 | 2 => {
                let at = self.below(AREAS.len());
                self.change_area(id, AREAS[at])
            }
            3 => {
                let name = format!("改名医院 {}", self.random() % 1000);
                self.make(
                    "institution",
                    id,
                    "institution.changed",
                    Meaning::Entry,
                    Some(()),
                    None,
                    json!({"set": {"name": name}}),
                )
            }
            4 => {
                let first = self.head("institution", id).first;
                let name = format!("更正医院 {}", self.random() % 1000);
                self.make(
                    "institution",
                    id,
                    "institution.corrected",
                    Meaning::Correction,
                    None,
                    Some(first),
                    json!({"set": {"name": name}}),
                )
            }
            _ => self.make("institution", id, "institution.suspended", Meaning::Declaration, Some(()), None, json!({})),
        })
    }

    /// Brings an institution under another area.
    pub fn change_area(&mut self, id: Uuid, area: &str) -> Made {
        self.make(
            "institution",
            id,
            "institution.changed",
            Meaning::Entry,
            Some(()),
            None,
            json!({"set": {"supervision_area": area}}),
        )
    }

    fn appoint(&mut self) -> Option<Made> {
        let id = self.any(|maker| &maker.institutions)?;
        let party = RecordRef { kind: "party".into(), id: self.uuid() };
        self.parties.push((party.clone(), id));
        let data = json!({"post": "PRINCIPAL", "party": {"kind": "party", "id": party.id}, "name": self.seal(), "phone": self.seal()});
        Some(self.make("institution", id, "institution.officer_appointed", Meaning::Entry, Some(()), None, data))
    }

    pub fn open_account(&mut self) -> Made {
        let (id, org) = (self.uuid(), self.any(|maker| &maker.institutions));
        // Some institutions enter themselves: the account is first, on the administrator's word for the area.
        let org = if self.below(4) == 0 { Some(self.uuid()) } else { org };
        self.account_in(id, org)
    }

    /// Opens an account of an organisation, of an area, or of the city.
    pub fn account_in(&mut self, id: Uuid, org: Option<Uuid>) -> Made {
        self.accounts.push((id, org));
        let at = self.below(AREAS.len());
        let area = AREAS[at];
        let choice = self.below(4);
        let mut data = match (org, choice) {
            (Some(org), 0) => json!({"kind": "ORGANISATION", "level": "S", "title": "技术服务机构", "org": org}),
            (Some(org), _) => json!({"kind": "PERSON", "level": "I", "org": org, "area": area}),
            (None, 0) => json!({"kind": "PERSON", "level": "T"}),
            (None, _) => json!({"kind": "PERSON", "level": "C", "area": area}),
        };
        if data["kind"] == "PERSON" {
            data["party"] = json!({"kind": "party", "id": self.uuid()});
            data["name"] = self.seal();
        }
        self.make("account", id, "account.opened", Meaning::Entry, None, None, data)
    }

    fn pick_account(&mut self) -> Option<Uuid> {
        self.any(|maker| &maker.accounts).map(|(id, _)| id)
    }

    pub fn countersign_account(&mut self, id: Uuid) -> Made {
        if self.below(8) == 0 {
            return self.make("account", id, "account.closed", Meaning::Revocation, None, None, json!({}));
        }
        let last = reference(self.head("account", id).last);
        self.make(
            "account",
            id,
            "account.countersigned",
            Meaning::Countersignature,
            None,
            None,
            json!({"countersigns": last}),
        )
    }

    pub fn request_credential(&mut self) -> Option<Made> {
        let account = self.pick_account()?;
        let id = self.uuid();
        self.credentials.push((id, account));
        self.number += 1;
        let mut seed = [9; 32];
        seed[..8].copy_from_slice(&self.number.to_le_bytes());
        let key = SigningKey::from_seed(seed);
        let proof = EnrolmentProof::make(&key, account, self.ledger, self.now);
        let data = json!({"account": account, "holder": self.uuid(), "alg": 1, "public_key": signing::bytes::b64url(&key.public().spki()),
            "proof": {"payload": signing::bytes::b64url(&proof.payload), "sig": signing::bytes::b64url(&proof.signature)},
            "assurance": "SOFTWARE", "valid_from": "2026-01-01", "valid_until": "2028-01-01"});
        Some(self.make("credential", id, "credential.requested", Meaning::Enrolment, None, None, data))
    }

    fn follow_credential(&mut self) -> Option<Made> {
        let (id, account) = self.any(|maker| &maker.credentials)?;
        let last = reference(self.head("credential", id).last);
        Some(match self.below(3) {
            0 => self.make(
                "credential",
                id,
                "credential.revoked",
                Meaning::Revocation,
                None,
                None,
                json!({"account": account, "ground": "LOST"}),
            ),
            _ => self.make(
                "credential",
                id,
                "credential.bound",
                Meaning::Enrolment,
                None,
                None,
                json!({"account": account, "countersigns": last}),
            ),
        })
    }

    pub fn give_grant(&mut self) -> Option<Made> {
        let (account, org) = self.any(|maker| &maker.accounts)?;
        let id = self.uuid();
        self.grants.push((id, account));
        let at = self.below(AREAS.len());
        let mut data = json!({"account": account, "role": "I_RPO", "from": "2026-01-01"});
        match org {
            Some(org) => {
                data["org"] = json!(org);
                data["area"] = json!(AREAS[at]);
            }
            None => data["role"] = json!("T_SUP"),
        }
        Some(self.make("grant", id, "grant.given", Meaning::Entry, None, None, data))
    }

    fn follow_grant(&mut self) -> Option<Made> {
        let (id, account) = self.any(|maker| &maker.grants)?;
        let last = self.head("grant", id).last;
        Some(match self.below(3) {
            0 => self.make("grant", id, "grant.revoked", Meaning::Revocation, None, None, json!({"account": account})),
            1 => self.make("grant", id, "grant.ended", Meaning::System, None, Some(last), json!({"account": account})),
            _ => {
                let data = json!({"account": account, "countersigns": reference(last)});
                self.make("grant", id, "grant.countersigned", Meaning::Countersignature, None, None, data)
            }
        })
    }

    fn request_erasure(&mut self) -> Option<Made> {
        let (party, institution) = {
            let at = self.parties.len();
            if at == 0 {
                return None;
            } else {
                let at = self.below(at);
                self.parties[at].clone()
            }
        };
        let account = self.pick_account();
        let id = self.uuid();
        self.erasures.push((id, party.id));
        let found = match account {
            Some(account) if self.below(2) == 0 => json!({"kind": "account", "id": account}),
            _ => json!({"kind": "institution", "id": institution}),
        };
        let data = json!({"subject": {"kind": "party", "id": party.id}, "found_in": found, "ground": "PURPOSE"});
        Some(self.make("erasure", id, "erasure.requested", Meaning::Submission, None, None, data))
    }

    fn follow_erasure(&mut self) -> Option<Made> {
        let (id, party) = self.any(|maker| &maker.erasures)?;
        let data = json!({"subject": {"kind": "party", "id": party}});
        let last = self.head("erasure", id).last;
        Some(match self.below(2) {
            0 => self.make("erasure", id, "erasure.approved", Meaning::Approval, None, None, data),
            _ => self.make("erasure", id, "erasure.carried_out", Meaning::System, None, Some(last), data),
        })
    }

    fn adopt(&mut self) -> Made {
        let id = self.uuid();
        let data = json!({"what": "policy", "version": 2, "sha256": domain::catalog::file_hash("policy", 2).expect("published").to_string(), "from_day": "2026-02-01"});
        self.make("policy", id, "policy.adopted", Meaning::Declaration, None, None, data)
    }

    pub fn register_device(&mut self) -> Option<Made> {
        let institution = self.any(|maker| &maker.institutions)?;
        let id = self.uuid();
        Some(self.device_in(id, institution))
    }

    /// Registers a device of an institution.
    pub fn device_in(&mut self, id: Uuid, institution: Uuid) -> Made {
        self.devices.push((id, institution));
        self.number += 1;
        let kind = if self.below(2) == 0 { "X01" } else { "X02" };
        let data = json!({"institution": institution, "kind": kind, "device_no": format!("N{}", self.number), "name": format!("设备{:07}", self.random() % 10_000_000),
            "model": "uCT 530", "maker": "联影", "factory_no": format!("F{}", self.number), "tube_voltage_v": 140_000,
            "made_on": "2020-05-01", "bought_on": "2020-06-01", "location": "放射科一室", "ray_class": "2"});
        self.make("device", id, "device.registered", Meaning::Entry, None, None, data)
    }

    pub fn follow_device(&mut self) -> Option<Made> {
        let (id, _) = self.any(|maker| &maker.devices)?;
        Some(match self.below(5) {
            0 => self.make(
                "device",
                id,
                "device.installed",
                Meaning::Entry,
                Some(()),
                None,
                json!({"location": "放射科二室"}),
            ),
            1 if !self.in_use.contains(&id) => {
                self.in_use.insert(id);
                self.make("device", id, "device.put_in_use", Meaning::Entry, Some(()), None, json!({"legacy": true}))
            }
            2 => {
                let first = self.head("device", id).first;
                let name = format!("更正设备{}", self.random() % 1000);
                self.make(
                    "device",
                    id,
                    "device.corrected",
                    Meaning::Correction,
                    None,
                    Some(first),
                    json!({"set": {"name": name}}),
                )
            }
            3 => self.make(
                "device",
                id,
                "device.moved",
                Meaning::Entry,
                Some(()),
                None,
                json!({"location": "放射科三室"}),
            ),
            _ => self.make(
                "device",
                id,
                "device.state_changed",
                Meaning::Entry,
                Some(()),
                None,
                json!({"to": "REPAIR", "why": "FAULT"}),
            ),
        })
    }

    fn raise_warning(&mut self) -> Option<Made> {
        let (device, institution) = self.any(|maker| &maker.devices)?;
        let worker = self.any(|maker| &maker.begun.persons).filter(|_| self.below(2) == 0);
        self.number += 1;
        let (rule, kind, about) = match worker {
            Some((person, _)) => ("W-HLT-02", "person", person),
            None => ("W-DEV-01", "device", device),
        };
        let (subject, occurrence) = (RecordRef { kind: kind.into(), id: about }, self.number.to_string());
        let id = domain::records::warning::id_of(self.ledger, rule, &subject, &occurrence);
        self.warnings.push(id);
        let grade = ["BLUE", "YELLOW", "RED"][self.below(3)];
        let mut data = json!({"rule": rule, "rule_version": 1, "subject": {"kind": kind, "id": about}, "occurrence": occurrence,
            "grade": grade, "since": self.now.civil_day().to_string()});
        match worker {
            Some((person, _)) => data["person"] = json!(person),
            None => data["institution"] = json!(institution),
        }
        let last = self.head(kind, about).last;
        Some(self.make("warning", id, "warning.raised", Meaning::System, None, Some(last), data))
    }

    fn follow_warning(&mut self) -> Option<Made> {
        let id = self.any(|maker| &maker.warnings)?;
        let last = self.head("warning", id).last;
        Some(match self.below(4) {
            0 => self.make(
                "warning",
                id,
                "warning.acknowledged",
                Meaning::Acknowledgement,
                None,
                None,
                json!({"by": "UNIT"}),
            ),
            1 => {
                let data = json!({"grade": "RED", "since": self.now.civil_day().to_string()});
                self.make("warning", id, "warning.escalated", Meaning::System, None, Some(last), data)
            }
            2 => self.make("warning", id, "warning.passed_to_city", Meaning::System, None, Some(last), json!({})),
            _ => self.make("warning", id, "warning.cleared", Meaning::System, None, Some(last), json!({})),
        })
    }

    fn head(&self, kind: &str, id: Uuid) -> &Head {
        &self.heads[&RecordRef { kind: kind.into(), id }]
    }

    #[allow(clippy::too_many_arguments, reason = "the members of a statement that differ")]
    pub fn make(
        &mut self,
        kind: &str,
        id: Uuid,
        event_type: &str,
        meaning: Meaning,
        effective: Option<()>,
        names: Option<EventRef>,
        data: Value,
    ) -> Made {
        let record = RecordRef { kind: kind.into(), id };
        self.now = self.now.plus_micros(1_000_000 * (1 + self.state as i64 % 50).abs());
        let event = self.uuid();
        let account = match self.below(3) {
            0 => self.pick_account().unwrap_or(event),
            _ => Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0001),
        };
        let head = self.heads.get(&record);
        let day: Date = self.now.civil_day();
        let system = meaning == Meaning::System;
        let reason = meaning.needs_reason().then(|| Reason { code: "OTHER".into(), text: None });
        let statement = Statement {
            ledger: self.ledger,
            id: event,
            record: record.clone(),
            version: head.map_or(1, |head| head.version + 1),
            prev: head.map(|head| head.hash),
            event_type: event_type.into(),
            schema: 1,
            meaning,
            reason,
            signer: Signer { account, key: self.key_id, grant: None },
            signed_at: self.now,
            effective_on: effective.map(|()| day),
            corrects: names.filter(|_| !system),
            cause: names.filter(|_| system),
            derivation: system.then(|| Derivation { function: "test.fn".into(), version: 1, day, basis: None }),
            reads: Vec::new(),
            batch: None,
            attachments: Vec::new(),
        };
        let data = read_loose(data.to_string().as_bytes(), 1 << 20).expect("our own data is well-formed");
        let payload = canonical_object(&statement.to_object(&data));
        let hash = statement_hash(&payload);
        let signature = if self.sign { self.key.sign_payload(PayloadType::Event, &payload) } else { [5; 64] };
        let itself = EventRef { event, hash };
        let before = head.map(|head| head.position);
        let first = head.map_or(itself, |head| head.first);
        let next = Head { version: statement.version, hash, position: self.position, first, last: itself };
        self.heads.insert(record, next);
        let made = Made { position: self.position, recorded_at: self.now, statement, payload, signature, hash, before };
        self.position += 1;
        made
    }
}

fn reference(named: EventRef) -> Value {
    json!({"event": named.event, "hash": named.hash.to_string()})
}

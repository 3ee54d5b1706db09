//! Statements signed beforehand: the people of a small city, and what they say.
//!
//! The bench writes its statements itself instead of asking the door to prepare them: what is timed is taking them
//! in, and a client that signs knows the heads of its records anyway.

use std::collections::HashMap;

use anyhow::{Context as _, Result, anyhow};
use domain::catalog::event_type;
use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash, Instant, KeyId, LedgerId, b64url};
use signing::envelope::{Envelope, Opening, PayloadType, Subject, Unit, statement_hash};
use signing::json::{Object, Value, canonical_object, read_loose};
use signing::keys::{EnrolmentProof, SigningKey};
use signing::seal::{commitment, seal_value};
use signing::statement::{Batch, EventRef, RecordRef, Signer, Statement};
use uuid::Uuid;

/// Supervision area and division of the bench's county.
pub const AREA: &str = "511502";
/// Events of one record: what creates it and four that follow.
pub const STREAM: usize = 5;

/// Somebody who signs.
#[derive(Debug, Clone)]
pub struct Person {
    /// Account.
    pub account: Uuid,
    /// Natural person.
    pub holder: Uuid,
    /// Key.
    pub key: SigningKey,
    /// Its id.
    pub key_id: KeyId,
    /// Grant; none for roots.
    pub grant: Option<Uuid>,
}

impl Person {
    /// A person with a key of its own. The seeds are fixed and stand in the program: good for a bench alone.
    pub fn new(number: u32, grant: Option<Uuid>) -> Self {
        let key = SigningKey::from_seed(Hash::of(format!("radledger-bench-key-{number}").as_bytes()).0);
        Self { account: Uuid::new_v4(), holder: Uuid::new_v4(), key_id: key.public().id(), key, grant }
    }
}

/// What somebody says.
pub struct Wish<'a> {
    event_type: &'a str,
    record: Uuid,
    data: Json,
    effective_on: Option<Date>,
    /// Members of `data` that are sealed, under the key of a party.
    sealed: Vec<(&'a str, Uuid, &'a str)>,
}

impl<'a> Wish<'a> {
    /// An event of a record.
    pub fn new(event_type: &'a str, record: Uuid, data: Json) -> Self {
        Self { event_type, record, data, effective_on: None, sealed: Vec::new() }
    }

    /// With a business date.
    pub fn on(mut self, day: Date) -> Self {
        self.effective_on = Some(day);
        self
    }

    /// With a member of its data sealed under the key of a person.
    pub fn seal(mut self, member: &'a str, party: Uuid, value: &'a str) -> Self {
        self.sealed.push((member, party, value));
        self
    }
}

/// Writes and signs statements, and remembers the heads of the records that they make.
pub struct Scribe {
    ledger: LedgerId,
    heads: HashMap<Uuid, (u32, Hash)>,
}

impl Scribe {
    /// A scribe of a ledger.
    pub fn new(ledger: LedgerId) -> Self {
        Self { ledger, heads: HashMap::new() }
    }

    /// Signs one wish.
    ///
    /// # Errors
    /// When the catalogue does not know the type.
    pub fn sign(&mut self, who: &Person, wish: &Wish<'_>, at: Instant) -> Result<(Unit, EventRef)> {
        let (envelope, openings, event) = self.event(who, wish, at, None)?;
        Ok((Unit { envelopes: vec![envelope], openings: vec![Some(openings)] }, event))
    }

    /// Signs wishes as one batch.
    ///
    /// # Errors
    /// As [`Scribe::sign`].
    pub fn sign_batch(&mut self, who: &Person, wishes: &[Wish<'_>], at: Instant) -> Result<Unit> {
        let id = Uuid::new_v4();
        let count = u16::try_from(wishes.len()).context("a batch has at most 1,000 events")?;
        let mut unit = Unit { envelopes: Vec::new(), openings: Vec::new() };
        for (index, wish) in (0..count).zip(wishes) {
            let (envelope, openings, _) = self.event(who, wish, at, Some(Batch { id, index, count }))?;
            unit.envelopes.push(envelope);
            unit.openings.push(Some(openings));
        }
        Ok(unit)
    }

    fn event(
        &mut self,
        who: &Person,
        wish: &Wish<'_>,
        at: Instant,
        batch: Option<Batch>,
    ) -> Result<(Envelope, Vec<Opening>, EventRef)> {
        let known =
            event_type(wish.event_type, 1).ok_or_else(|| anyhow!("the catalogue has no {}", wish.event_type))?;
        let id = Uuid::new_v4();
        let head = self.heads.get(&wish.record).copied();
        let mut data = object(&wish.data)?;
        let mut openings = Vec::with_capacity(wish.sealed.len());
        for (member, party, value) in &wish.sealed {
            let pointer = format!("/data/{member}");
            let value = Value::Text((*value).into());
            let salt = Hash::of(Uuid::new_v4().as_bytes()).0;
            data.insert(*member, seal_value(commitment(self.ledger, id, &pointer, &salt, &value)));
            openings.push(Opening { pointer, subject: Subject { kind: "party".into(), id: *party }, salt, value });
        }
        let statement = Statement {
            ledger: self.ledger,
            id,
            record: RecordRef { kind: known.kind().into(), id: wish.record },
            version: head.map_or(1, |(version, _)| version + 1),
            prev: head.map(|(_, hash)| hash),
            event_type: known.name.into(),
            schema: known.schema,
            meaning: known.meanings[0],
            reason: None,
            signer: Signer { account: who.account, key: who.key_id, grant: who.grant },
            signed_at: at,
            effective_on: wish.effective_on,
            corrects: None,
            cause: None,
            derivation: None,
            reads: Vec::new(),
            batch,
            attachments: Vec::new(),
        };
        let payload = canonical_object(&statement.to_object(&data));
        let hash = statement_hash(&payload);
        self.heads.insert(wish.record, (statement.version, hash));
        let signature = who.key.sign_payload(PayloadType::Event, &payload).to_vec();
        let envelope = Envelope { payload_type: PayloadType::Event, payload, key: who.key_id, signature };
        Ok((envelope, openings, EventRef { event: id, hash }))
    }

    /// A device from its registration through four changes of state, each a unit as it travels.
    ///
    /// # Errors
    /// As [`Scribe::sign`].
    pub fn device(&mut self, who: &Person, institution: Uuid, serial: usize, at: Instant) -> Result<Vec<Vec<u8>>> {
        let device = Uuid::new_v4();
        let today = at.civil_day();
        let profile = json!({
            "institution": institution, "kind": "X02", "device_no": format!("D{serial:07}"), "name": "数字化X射线摄影机",
            "maker": "示例医疗设备", "model": "DR-3500", "factory_no": format!("F{serial:08}"), "location": "放射科1室", "tube_voltage_v": 150_000,
        });
        let mut wishes = vec![Wish::new("device.registered", device, profile).on(today)];
        for (to, why) in
            [("STANDBY", "OTHER"), ("REPAIR", "FAULT"), ("OUT_OF_SERVICE", "ORDER"), ("STANDBY", "REPAIRED")]
        {
            wishes.push(Wish::new("device.state_changed", device, json!({"to": to, "why": why})).on(today));
        }
        let units = wishes.iter().map(|wish| Ok(self.sign(who, wish, at)?.0.to_json())).collect();
        self.heads.remove(&device);
        units
    }

    /// Five officers of an institution that was registered, each with a sealed name and a sealed telephone.
    ///
    /// # Errors
    /// As [`Scribe::sign`].
    pub fn officers(&mut self, who: &Person, institution: Uuid, at: Instant) -> Result<Vec<Vec<u8>>> {
        let one = |_| {
            let party = Uuid::new_v4();
            let data = json!({"post": "CONTACT", "party": {"kind": "party", "id": party}});
            let wish = Wish::new("institution.officer_appointed", institution, data)
                .on(at.civil_day())
                .seal("name", party, "示例人员")
                .seal("phone", party, "13800000000");
            Ok(self.sign(who, &wish, at)?.0.to_json())
        };
        let units = (0..STREAM).map(one).collect();
        self.heads.remove(&institution);
        units
    }
}

/// The data of `account.opened`, without the sealed name.
pub fn account_data(person: &Person, level: &str, org: Option<Uuid>, area: Option<&str>) -> Json {
    let mut data = json!({"kind": "PERSON", "level": level, "party": {"kind": "party", "id": person.holder}});
    place(&mut data, org, area);
    data
}

/// The data of `credential.requested`, valid for three years from today.
pub fn credential_data(person: &Person, ledger: LedgerId, at: Instant) -> Json {
    let proof = EnrolmentProof::make(&person.key, person.account, ledger, at);
    let today = at.civil_day();
    json!({
        "account": person.account, "holder": person.holder, "alg": 1, "public_key": b64url(&person.key.public().spki()),
        "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)},
        "assurance": "HARDWARE", "valid_from": today.to_string(), "valid_until": today.add_days(3 * 365).to_string(),
    })
}

/// The data of `grant.given`, from today.
pub fn grant_data(person: &Person, role: &str, org: Option<Uuid>, area: Option<&str>, today: Date) -> Json {
    let mut data = json!({"account": person.account, "role": role, "from": today.to_string()});
    place(&mut data, org, area);
    data
}

/// The data of `institution.registered`: a fictitious hospital of the county.
pub fn institution_data(serial: usize) -> Json {
    json!({
        "credit_code": credit_code(serial), "name": format!("示例医院{serial}"), "kinds": ["RAD"], "division": AREA,
        "supervision_area": AREA, "address": "示例路1号",
        "practice_document": {"kind": "PRC", "number": format!("PDY{serial:06}"), "from": "2020-01-01"},
    })
}

fn place(data: &mut Json, org: Option<Uuid>, area: Option<&str>) {
    if let Some(org) = org {
        data["org"] = json!(org);
    }
    if let Some(area) = area {
        data["area"] = json!(area);
    }
}

/// A unified social credit code with its check symbol (weights 3^(i−1) mod 31).
fn credit_code(serial: usize) -> String {
    const SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("12{AREA}9{serial:08}");
    let (mut weight, mut sum) = (1, 0);
    for symbol in body.bytes() {
        let value = SYMBOLS.iter().position(|known| *known == symbol).expect("digits are symbols");
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    format!("{body}{}", char::from(SYMBOLS[(31 - sum % 31) % 31]))
}

fn object(json: &Json) -> Result<Object> {
    read_loose(json.to_string().as_bytes(), 1 << 16).map_err(|fault| anyhow!("data of the bench: {}", fault.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes_hold_and_differ() {
        let codes: std::collections::HashSet<String> = (0..500).map(credit_code).collect();
        assert_eq!(codes.len(), 500);
        assert!(codes.iter().all(|code| domain::codes::credit_code_ok(code)));
    }

    #[test]
    fn a_stream_is_five_units_that_chain() {
        let at: Instant = "2026-11-25T01:00:00.000000Z".parse().expect("an instant");
        let person = Person::new(1, Some(Uuid::new_v4()));
        let mut scribe = Scribe::new(LedgerId([7; 16]));
        let units = scribe.device(&person, Uuid::new_v4(), 1, at).expect("signed");
        let mut head = None;
        for (index, bytes) in units.iter().enumerate() {
            let unit = Unit::read(bytes).expect("a unit");
            let envelope = &unit.envelopes[0];
            assert!(person.key.public().verify_payload(PayloadType::Event, &envelope.payload, &envelope.signature));
            let object = signing::json::read(&envelope.payload).expect("strict");
            let typed = domain::admission::read_typed(&object, None).expect("as the catalogue says");
            assert_eq!((typed.statement.version as usize, typed.statement.prev), (index + 1, head));
            head = Some(statement_hash(&envelope.payload));
        }
        assert_eq!(units.len(), STREAM);
    }
}

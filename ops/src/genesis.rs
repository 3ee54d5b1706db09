//! The genesis while it travels: from the node that waits for it to its roots, one after the other, and back. Nothing
//! here needs a server, so a root's key can stay on a machine that no network reaches.

use anyhow::{Context, ensure};
use domain::admission::{Service, judge, receive};
use domain::catalog::file_hash;
use domain::codes::ClockKind;
use domain::memory::Memory;
use domain::prepare::{Request, prepare};
use domain::record::Stop;
use domain::seals::Openings;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use signing::bytes::{Hash, Instant, KeyId, LedgerId, b64url, b64url_decode};
use signing::envelope::{Unit, statement_hash};
use signing::keys::{EnrolmentProof, PublicKey, SigningKey};
use signing::statement::EventRef;
use uuid::Uuid;

use crate::client::now;
use crate::commands::init::refused;
use crate::folder::Folder;
use crate::key_file::KeyFile;
use crate::seed::model::{countersigns, object};

/// Most roots of a ledger.
const ROOTS_MAX: usize = 9;

/// What is known of it so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Genesis {
    /// The ledger.
    pub ledger: LedgerId,
    /// Data of `ledger.created`, with the roots that have joined.
    pub data: Json,
    /// Signed units, in order.
    #[serde(default)]
    pub units: Vec<Json>,
}

impl Genesis {
    /// Members that the installation decides.
    pub fn of(folder: &Folder) -> Self {
        let installation = &folder.installation;
        let file = |what: &str| json!({"version": 1, "sha256": file_hash(what, 1).expect("version 1 is published")});
        let data = json!({
            "name": installation.name, "environment": installation.environment.as_str(), "clock": ClockKind::System.as_str(),
            "service": enrolled(&installation.service_key, installation.service.account, installation.ledger),
            "log_vkey": installation.log.verifier().to_vkey(),
            "catalogue": file("catalogue"), "policy": file("policy"), "rules": file("rules"),
        });
        Self { ledger: installation.ledger, data, units: Vec::new() }
    }

    /// Adds a root, whose key consents to it. A decision of the roots needs two of them, more when there are many.
    ///
    /// # Errors
    /// When it has been signed already, the key is among the roots, or there are enough.
    pub fn join(&mut self, root: &KeyFile) -> anyhow::Result<()> {
        ensure!(self.units.is_empty(), "已有人签署，不能再加入。It is signed already: nobody can join.");
        ensure!(self.root(&root.key).is_none(), "该密钥已在其中。This key has joined already.");
        let mut joined = self.data["roots"].as_array().cloned().unwrap_or_default();
        ensure!(joined.len() < ROOTS_MAX, "至多 {ROOTS_MAX} 个根持有人。There are enough roots.");
        // A root's account and person are ids that nothing else decides.
        let mut entry = enrolled(&root.key, root.account.unwrap_or_else(Uuid::new_v4), self.ledger);
        entry["person"] = json!(Uuid::new_v4());
        joined.push(entry);
        self.data["threshold"] = (joined.len() / 2 + 1).max(2).into();
        self.data["roots"] = joined.into();
        Ok(())
    }

    /// Signs as a root who has joined: the first creates the ledger, the others countersign until there are enough.
    /// Whatever was signed before is judged as the node will judge it.
    ///
    /// # Errors
    /// When the key is not among the roots, or what is signed would be refused.
    pub fn sign(&mut self, key: &SigningKey) -> anyhow::Result<()> {
        let account = self.root(key).and_then(|root| root["account"].as_str()?.parse().ok());
        let account = account.context("该密钥不在根持有人之中。This key is not among the roots.")?;
        let mut ledger = Memory::new(self.ledger);
        ledger.set_now(now());
        for unit in &self.units {
            self.admit(&mut ledger, unit)?;
        }
        let (event_type, record, data) = match self.created()? {
            None => ("ledger.created", Uuid::new_v4(), self.data.clone()),
            Some((record, created)) => ("ledger.countersigned", record, countersigns(created)),
        };
        let request = Request { account, key: key.public().id(), ..Request::new(event_type, record, object(data)) };
        let mut no_salt = || unreachable!("nothing in a genesis is sealed");
        let (draft, _) = prepare(&request, Uuid::new_v4(), now(), &mut no_salt, &ledger).map_err(said)?;
        let unit =
            Unit { envelopes: vec![api::submit::sign(key, draft.payload)], openings: vec![Some(draft.openings)] };
        let unit: Json = serde_json::from_slice(&unit.to_json())?;
        self.admit(&mut ledger, &unit)?;
        self.units.push(unit);
        Ok(())
    }

    /// True when the threshold of the roots has signed.
    pub fn is_complete(&self) -> bool {
        self.data["threshold"].as_u64() == Some(self.units.len() as u64)
    }

    /// H of position 0, once it is signed.
    ///
    /// # Errors
    /// When the unit is ill-formed.
    pub fn hash(&self) -> anyhow::Result<Option<Hash>> {
        Ok(self.created()?.map(|(_, created)| created.hash))
    }

    fn root(&self, key: &SigningKey) -> Option<&Json> {
        let public = b64url(&key.public().spki());
        self.data["roots"].as_array()?.iter().find(|root| root["public_key"] == public)
    }

    /// Record and reference of `ledger.created`.
    fn created(&self) -> anyhow::Result<Option<(Uuid, EventRef)>> {
        let Some(unit) = self.units.first() else { return Ok(None) };
        let payload = read(unit)?.envelopes.swap_remove(0).payload;
        let statement: Json = serde_json::from_slice(&payload)?;
        let id = |value: &Json| value.as_str().and_then(|id| id.parse().ok()).context("创世不合规。It is ill-formed.");
        let created = EventRef { event: id(&statement["id"])?, hash: statement_hash(&payload) };
        Ok(Some((id(&statement["record"]["id"])?, created)))
    }

    fn admit(&self, ledger: &mut Memory, unit: &Json) -> anyhow::Result<()> {
        let unit = read(unit)?;
        let openings =
            unit.openings.into_iter().map(|list| list.map_or(Openings::IllFormed, Openings::Given)).collect();
        let presented = receive(unit.envelopes, openings, ledger).map_err(said)?;
        let admitted = judge(&presented, ledger, &self.service()?).map_err(said)?;
        ledger.apply(&admitted);
        Ok(())
    }

    /// The service as the genesis names it. Its secret makes ids of consequences, of which a genesis has none.
    fn service(&self) -> anyhow::Result<Service> {
        let named = &self.data["service"];
        let key: Option<KeyId> = named["public_key"]
            .as_str()
            .and_then(b64url_decode)
            .and_then(|spki| PublicKey::from_spki(&spki))
            .map(|key| key.id());
        let account = named["account"].as_str().and_then(|account| account.parse().ok());
        let (account, key) = account.zip(key).context("创世不合规。It is ill-formed.")?;
        Ok(Service { account, key, id_secret: [0; 32] })
    }
}

fn read(unit: &Json) -> anyhow::Result<Unit> {
    Unit::read(unit.to_string().as_bytes()).map_err(|fault| anyhow::anyhow!("{}", fault.fault.code()))
}

/// A key with its proof of possession.
fn enrolled(key: &SigningKey, account: Uuid, ledger: LedgerId) -> Json {
    let signed_at: Instant = now();
    let proof = EnrolmentProof::make(key, account, ledger, signed_at);
    json!({"account": account, "alg": 1, "public_key": b64url(&key.public().spki()),
        "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)}})
}

fn said(stop: Stop) -> anyhow::Error {
    match stop {
        Stop::Refuse(refusal) => refused(&refusal),
        Stop::Need(need) => anyhow::anyhow!("{need:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::New;
    use domain::codes::Environment;

    fn root(seed: u8) -> KeyFile {
        KeyFile { key: SigningKey::from_seed([seed; 32]), account: Some(Uuid::new_v4()) }
    }

    /// A genesis with three roots, as it goes from hand to hand.
    fn joined() -> Genesis {
        let place = tempfile::tempdir().expect("a temporary folder");
        let new = New::random("city".into(), Environment::Test).expect("random");
        let folder = Folder::create(&place.path().join("data"), new).expect("made");
        let mut genesis = Genesis::of(&folder);
        for seed in 1..=3 {
            genesis = serde_json::from_value(serde_json::to_value(&genesis).expect("JSON")).expect("the same");
            genesis.join(&root(seed)).expect("joined");
        }
        genesis
    }

    #[test]
    fn enough_roots_make_a_ledger() {
        let mut genesis = joined();
        assert!(genesis.join(&root(1)).is_err(), "nobody joins twice");
        assert!(genesis.sign(&root(4).key).is_err(), "a stranger signs nothing");
        genesis.sign(&root(2).key).expect("created");
        let hash = genesis.hash().expect("well-formed");
        assert!(!genesis.is_complete() && hash.is_some());
        assert!(genesis.join(&root(4)).is_err(), "what is signed stays as it is");
        assert!(genesis.sign(&root(2).key).is_err(), "the second is another");
        genesis.sign(&root(3).key).expect("countersigned");
        assert!(genesis.is_complete());
        assert_eq!(genesis.hash().expect("well-formed"), hash);
        assert!(genesis.sign(&root(1).key).is_err(), "the ledger is complete");
    }

    #[test]
    fn who_signs_notices_what_was_changed_on_the_way() {
        let mut genesis = joined();
        genesis.data["roots"][0]["account"] = json!(Uuid::new_v4());
        assert!(genesis.sign(&root(2).key).is_err(), "the proof is of another account");
        let mut genesis = joined();
        genesis.sign(&root(1).key).expect("created");
        genesis.units[0]["envelopes"][0]["payload"] = json!(signing::bytes::b64(b"{}"));
        assert!(genesis.sign(&root(2).key).is_err(), "the signature holds no more");
        assert_eq!(genesis.units.len(), 1);
    }
}

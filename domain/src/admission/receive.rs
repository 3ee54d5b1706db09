//! Signatures first: nothing is read before its signature holds, but for the genesis, which brings its own keys.

use signing::bytes::KeyId;
use signing::envelope::{Envelope, PayloadType, statement_hash};
use signing::json::{JsonFault, Object, Value};
use signing::keys::PublicKey;

use super::{Presented, Worst};
use crate::record::{Facts, KeyOwner, Stop};
use crate::records::ledger::Ledger;
use crate::refusal::{Code, Refusal};
use crate::seals::Openings;

/// Verifies the signatures of a unit and reads its payloads.
///
/// # Errors
/// A [`Need`], or the earliest of `not_ready`, `unknown_key`, `bad_signature`, `bad_json`, `not_canonical`, `bad_text`.
pub fn receive(envelopes: Vec<Envelope>, openings: Vec<Openings>, facts: &dyn Facts) -> Result<Vec<Presented>, Stop> {
    let ledger = facts.ledger()?;
    if !ledger.as_ref().is_some_and(|ledger| ledger.is_complete()) {
        return receive_genesis(envelopes, openings, ledger.as_deref());
    }
    let mut owners = Vec::with_capacity(envelopes.len());
    for envelope in &envelopes {
        owners.push(facts.owner(&envelope.key)?);
    }
    let mut worst = Worst::default();
    let mut presented = Vec::with_capacity(envelopes.len());
    for (index, ((envelope, openings), owner)) in envelopes.into_iter().zip(openings).zip(owners).enumerate() {
        match verify(envelope, openings, owner.as_ref()) {
            Ok(event) => presented.push(event),
            Err(code) => worst.note(Refusal::new(code, index)),
        }
    }
    worst.into_result(presented)
}

fn verify(envelope: Envelope, openings: Openings, owner: Option<&KeyOwner>) -> Result<Presented, Code> {
    let owner = owner.ok_or(Code::UnknownKey)?;
    if !owner.key.verify_payload(PayloadType::Event, &envelope.payload, &envelope.signature) {
        return Err(Code::BadSignature);
    }
    present(envelope, openings, owner.key.id(), signing::json::read)
}

fn present(
    envelope: Envelope,
    openings: Openings,
    key: KeyId,
    read: impl Fn(&[u8]) -> Result<Object, JsonFault>,
) -> Result<Presented, Code> {
    let object = read(&envelope.payload).map_err(|fault| match fault {
        JsonFault::BadJson => Code::BadJson,
        JsonFault::TooLarge => Code::TooLarge,
        JsonFault::NotCanonical => Code::NotCanonical,
        JsonFault::BadText => Code::BadText,
    })?;
    let hash = statement_hash(&envelope.payload);
    Ok(Presented { hash, object, key, alg: 1, payload: envelope.payload, signature: envelope.signature, openings })
}

/// Until the genesis is complete the payload is read first, and the keys that it names verify it.
fn receive_genesis(
    envelopes: Vec<Envelope>,
    openings: Vec<Openings>,
    ledger: Option<&Ledger>,
) -> Result<Vec<Presented>, Stop> {
    let no = |code| Stop::Refuse(Refusal::new(code, 0));
    let expected = if ledger.is_some() { "ledger.countersigned" } else { "ledger.created" };
    let single: Result<[Envelope; 1], _> = envelopes.try_into();
    let Ok([envelope]) = single else { return Err(no(Code::NotReady)) };
    let openings = openings.into_iter().next().unwrap_or(Openings::Given(Vec::new()));
    let object = signing::json::read(&envelope.payload).map_err(|_| no(Code::NotReady))?;
    if object.get("type").and_then(Value::as_text) != Some(expected) {
        return Err(no(Code::NotReady));
    }
    let signer = object.get("signer").and_then(Value::as_object);
    let key: Option<KeyId> = signer.and_then(|signer| signer.get("key")?.as_text()?.parse().ok());
    let spki = match ledger {
        Some(ledger) => ledger.created.roots.iter().map(|root| root.public_key.0.clone()).collect(),
        None => named_root_keys(&object),
    };
    let keys: Vec<PublicKey> = spki.iter().filter_map(|spki| PublicKey::from_spki(spki)).collect();
    let known = keys.iter().find(|known| Some(known.id()) == key).ok_or_else(|| no(Code::UnknownKey))?;
    if !known.verify_payload(PayloadType::Event, &envelope.payload, &envelope.signature) {
        return Err(no(Code::BadSignature));
    }
    let id = known.id();
    present(envelope, openings, id, signing::json::read).map(|event| vec![event]).map_err(no)
}

fn named_root_keys(object: &Object) -> Vec<Vec<u8>> {
    let roots =
        object.get("data").and_then(Value::as_object).and_then(|data| data.get("roots")).and_then(Value::as_array);
    let spki = |root: &Value| signing::bytes::b64url_decode(root.as_object()?.get("public_key")?.as_text()?);
    roots.into_iter().flatten().filter_map(spki).collect()
}

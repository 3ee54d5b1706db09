//! Business keys: what an event takes and frees, and whether the very same fact stands already.

use compact_str::CompactString;
use signing::bytes::Hash;
use signing::envelope::Opening;
use signing::json::{Object, Value, canonical_object};

use super::Take;
use super::judge::Judge;
use super::layered::Layered;
use super::typed::Typed;
use crate::catalog::Event;
use crate::record::{Actor, Claim, Entry, Facts, PENDING, SealedClaim, Stop};
use crate::records::erasure;
use crate::refusal::{Code, Refusal};
use crate::seals::Openings;

impl Judge<'_> {
    #[allow(clippy::too_many_arguments)] // all of one event; a struct for one call would only rename them
    pub(super) fn claims(
        &self,
        index: usize,
        typed: &Typed,
        object: &Object,
        openings: &Openings,
        before: Option<&Entry>,
        after: &Entry,
        actor: Option<&Actor>,
        facts: &Layered<'_, '_>,
    ) -> Result<(Vec<Take>, Vec<Claim>), Stop> {
        let record = &typed.statement.record;
        let mut old = before.map(|entry| entry.state.claims(record.id)).unwrap_or_default();
        let mut new = after.state.claims(record.id);
        self.sealed_claims(typed, openings, (before, &mut old), (after, &mut new), facts)?;
        self.let_go(typed, openings, &mut old, facts)?;
        if old == new {
            return Ok((Vec::new(), Vec::new()));
        }
        let content = content_digest(&self.base.content_key(), typed, object, openings);
        let mut takes = Vec::new();
        for claim in new.iter().filter(|claim| !old.contains(claim)) {
            if let Some(holder) = facts.claim(claim)?.filter(|holder| holder.record != *record) {
                let seen = self.may_see(&holder.record, actor, facts)?;
                let same = holder.content == content && holder.position < PENDING;
                let mut refusal =
                    Refusal::new(if same && seen { Code::AlreadyRecorded } else { Code::ClaimTaken }, index)
                        .at("/data");
                refusal.position = (seen && holder.position < PENDING).then_some(holder.position);
                return Err(Stop::Refuse(refusal));
            }
            takes.push(Take { claim: claim.clone(), record: record.clone(), content, event: index });
        }
        Ok((takes, old.into_iter().filter(|claim| !new.contains(claim)).collect()))
    }
}

impl Judge<'_> {
    /// Adds the claims over sealed values, where the two states differ in them. An audit without openings passes them
    /// over: nothing that it has could tell two of them apart.
    fn sealed_claims(
        &self,
        typed: &Typed,
        openings: &Openings,
        (before, old): (Option<&Entry>, &mut Vec<Claim>),
        (after, new): (&Entry, &mut Vec<Claim>),
        facts: &Layered<'_, '_>,
    ) -> Result<(), Stop> {
        let Openings::Given(openings) = openings else { return Ok(()) };
        let held = before.map(|entry| entry.state.sealed_claims()).unwrap_or_default();
        let holds = after.state.sealed_claims();
        if held == holds {
            return Ok(());
        }
        for claim in &held {
            old.extend(self.opened(claim, typed, openings, facts)?);
        }
        for claim in &holds {
            new.extend(self.opened(claim, typed, openings, facts)?);
        }
        Ok(())
    }

    /// Adds the claims of a worker's file that the event lets go, while its key still opens them.
    fn let_go(
        &self,
        typed: &Typed,
        openings: &Openings,
        old: &mut Vec<Claim>,
        facts: &Layered<'_, '_>,
    ) -> Result<(), Stop> {
        let (Openings::Given(openings), Event::Erasure(event)) = (openings, &typed.event) else { return Ok(()) };
        let Some(person) = erasure::frees(event) else { return Ok(()) };
        let held = facts.entry(person)?.map(|entry| entry.state.sealed_claims()).unwrap_or_default();
        for claim in &held {
            old.extend(self.opened(claim, typed, openings, facts)?);
        }
        Ok(())
    }

    /// The claim with what stands behind its seal, in the event itself or in one before it; none when that was erased.
    fn opened(
        &self,
        claim: &SealedClaim,
        typed: &Typed,
        openings: &[Opening],
        facts: &Layered<'_, '_>,
    ) -> Result<Option<Claim>, Stop> {
        let value = if claim.sealed.event == typed.statement.id {
            openings.iter().find(|opening| opening.pointer == claim.sealed.pointer).map(|found| found.value.clone())
        } else {
            facts.opened(&claim.sealed)?
        };
        Ok(value.as_ref().and_then(Value::as_text).map(|value| claim.opened(&self.base.content_key(), value)))
    }
}

/// Keyed digest of {type, effective_on, data with seals replaced by their values}: tells the same fact from another
/// that claims the same business key.
#[must_use]
pub fn content_digest(key: &[u8; 32], typed: &Typed, object: &Object, openings: &Openings) -> [u8; 32] {
    let mut bytes = b"radledger-content-v1\0".to_vec();
    signing::bytes::lp(&mut bytes, key);
    signing::bytes::lp(&mut bytes, typed.event_type.name.as_bytes());
    signing::bytes::lp(
        &mut bytes,
        typed.statement.effective_on.map(|day| day.to_string()).unwrap_or_default().as_bytes(),
    );
    let data = object.get("data").and_then(Value::as_object).expect("the statement was read");
    let opened = match openings {
        Openings::Given(openings) if !openings.is_empty() => unseal(data, "/data", openings),
        _ => data.clone(),
    };
    signing::bytes::lp(&mut bytes, &canonical_object(&opened));
    Hash::of(&bytes).0
}

pub(super) fn unseal(object: &Object, at: &str, openings: &[Opening]) -> Object {
    let open = |name: &str, value: &Value| -> Value {
        let pointer = format!("{at}/{name}");
        match openings.iter().find(|opening| opening.pointer == pointer) {
            Some(opening) => opening.value.clone(),
            None => match value {
                Value::Object(inner) => Value::Object(unseal(inner, &pointer, openings)),
                other => other.clone(),
            },
        }
    };
    Object::from_pairs(object.iter().map(|(name, value)| (CompactString::from(&**name), open(name, value))).collect())
}

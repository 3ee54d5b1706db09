//! Who may do it: key, grant, assurance, policy, the first hour of the roots, and the second pair of eyes.

use std::collections::HashSet;
use std::sync::Arc;

use compact_str::CompactString;
use signing::bytes::{Date, KeyId};
use signing::statement::RecordRef;
use uuid::Uuid;

use super::checks::conflict;
use super::fold::home;
use super::judge::Judge;
use super::layered::Layered;
use super::typed::Typed;
use crate::authority::{Authority, InForce};
use crate::catalog::{Event, Kind, SignedBy};
use crate::codes::{AccountKind, Level, PolicyFile, Role};
use crate::policy::{Policy, policy};
use crate::record::{About, Actor, Entry, Facts, KeyClass, KeyOwner, Need, Stop};
use crate::records::grant::ADMINISTRATORS_KEY;
use crate::refusal::Code;

impl Judge<'_> {
    /// In which capacity the signer acts: key, grant and assurance. None for roots, the service and the genesis.
    pub(super) fn capacity(&self, typed: &Typed, owner: Option<&KeyOwner>) -> Result<Option<Actor>, Stop> {
        let Some(owner) = owner.filter(|owner| matches!(owner.class, KeyClass::Credential(_))) else { return Ok(None) };
        let signer = &typed.statement.signer;
        let authority = self.base.authority(owner.account)?;
        let active = authority.active_key(&signer.key, self.day);
        let credential = active.map_err(|code| Stop::code(code, "/signer/key"))?;
        let invalid = || Stop::code(Code::GrantInvalid, "/signer/grant");
        let id = signer.grant.ok_or_else(invalid)?;
        let grant = authority.grant(id, self.day).ok_or_else(invalid)?;
        if credential.assurance < self.policy()?.least_assurance(typed.event_type.name) {
            return Err(Stop::code(Code::AssuranceTooLow, "/signer/key"));
        }
        Ok(Some(Actor {
            grant: id,
            role: grant.role,
            org: grant.given.org,
            area: grant.given.area.clone(),
            holder: Some(credential.holder),
            from: grant.given.from,
            until: grant.given.until,
        }))
    }

    /// Whether that capacity suffices: the policy, and the second pair of eyes.
    pub(super) fn authorise(
        &self,
        typed: &Typed,
        owner: Option<&KeyOwner>,
        entry: Option<&Entry>,
        about: &About<'_>,
    ) -> Result<(), Stop> {
        let Some(owner) = owner else { return Ok(()) };
        let no = || Stop::code(Code::NotAuthorised, "/signer");
        let name = typed.event_type.name;
        match (owner.class, about.actor) {
            (KeyClass::Service, _) if typed.event_type.signed_by == SignedBy::Service => Ok(()),
            (KeyClass::Root(person), _) => {
                self.root_may(typed, entry)?;
                let again = entry.is_some_and(|entry| entry.signers.contains(&typed.statement.signer.key));
                if again && typed.event_type.signed_by == SignedBy::Root {
                    return Err(Stop::code(Code::FourEyes, "/signer"));
                }
                self.four_eyes(typed, entry, Some(person), self.policy()?, name)
            }
            (KeyClass::Credential(_), Some(actor)) => {
                if !matches!(typed.event_type.signed_by, SignedBy::Person | SignedBy::PersonOrRoot) {
                    return Err(no());
                }
                let state = entry.map(|entry| &entry.state);
                if state.is_none() && !typed.event_type.creates {
                    return Err(conflict(entry));
                }
                let facts = Layered { judge: self };
                // Nobody has a right over what is not there.
                let absent = |stop| match stop {
                    Stop::Refuse(refusal) if refusal.code == Code::BadReference => no(),
                    other => other,
                };
                let act = act_of(typed, state, about, &facts).map_err(absent)?;
                let target = typed.event.target(state, about, &facts).map_err(absent)?;
                let policy = self.policy()?;
                if !policy.may(actor, &act, &target, target.account == Some(owner.account)) {
                    return Err(no());
                }
                self.four_eyes(typed, entry, actor.holder, policy, &act)
            }
            _ => Err(no()),
        }
    }

    pub(super) fn policy(&self) -> Result<&'static Policy, Stop> {
        policy_in_force(&*self.base.in_force()?, self.day).ok_or_else(|| Stop::code(Code::NotAuthorised, "/signer"))
    }

    pub(super) fn four_eyes(
        &self,
        typed: &Typed,
        entry: Option<&Entry>,
        person: Option<Uuid>,
        policy: &Policy,
        act: &str,
    ) -> Result<(), Stop> {
        let Some(entry) =
            entry.filter(|_| policy.needs_four_eyes(act) || policy.needs_four_eyes(typed.event_type.name))
        else {
            return Ok(());
        };
        for key in &entry.signers {
            if holder_of(key, self.base)? == person && person.is_some() {
                return Err(Stop::code(Code::FourEyes, "/signer"));
            }
        }
        Ok(())
    }

    /// Roots sign for the ledger and its policies; in the first hour also for the first administrators.
    pub(super) fn root_may(&self, typed: &Typed, entry: Option<&Entry>) -> Result<(), Stop> {
        let no = Err(Stop::code(Code::NotAuthorised, "/signer"));
        let ledger = self.base.ledger()?;
        let complete = ledger.as_ref().is_some_and(|ledger| ledger.is_complete());
        match typed.event_type.signed_by {
            SignedBy::Root => {
                if typed.event_type.kind() == "ledger" && complete {
                    no
                } else {
                    Ok(())
                }
            }
            SignedBy::PersonOrRoot if complete => {
                if administrators_stand(self.base, self.day)? || !self.first_hour_act(typed, entry)? {
                    no
                } else {
                    Ok(())
                }
            }
            _ => no,
        }
    }

    /// The acts of the first hour: two T_ADMIN and one SYS_AUD, persons of the city.
    pub(super) fn first_hour_act(&self, typed: &Typed, entry: Option<&Entry>) -> Result<bool, Stop> {
        use crate::records::{account, credential, grant};
        let of_city = |account: Uuid| -> Result<bool, Stop> {
            Ok(self.base.authority(account)?.account.as_ref().is_some_and(|account| account.level == Level::City))
        };
        match &typed.event {
            Event::Account(account::Event::Opened(opened)) => {
                let mut standing = 0;
                for record in &self.base.members(account::FIRST_ACCOUNTS_KEY)?.records {
                    if !cannot_act_again(record.id, self.base, self.day)? {
                        standing += 1;
                    }
                }
                Ok(standing < 3 && opened.level == Level::City && opened.kind == AccountKind::Person)
            }
            Event::Account(_) => {
                Ok(entry.and_then(|e| e.state.account()).is_some_and(|account| account.level == Level::City))
            }
            Event::Credential(credential::Event::Requested(data)) => of_city(data.account),
            Event::Credential(credential::Event::Bound(data)) => of_city(data.account),
            Event::Grant(grant::Event::Given(given)) => {
                let most = match given.role {
                    Role::CityAdmin => 2,
                    Role::AuditAdmin => 1,
                    _ => return Ok(false),
                };
                let mut standing = 0;
                for record in &self.base.members(ADMINISTRATORS_KEY)?.records {
                    let entry = self.base.entry(record)?;
                    let grant = entry
                        .as_ref()
                        .and_then(|entry| entry.state.grant())
                        .filter(|grant| grant.role == given.role && !grant.ended);
                    if let Some(grant) = grant
                        && !cannot_act_again(grant.given.account, self.base, self.day)?
                    {
                        standing += 1;
                    }
                }
                Ok(standing < most)
            }
            Event::Grant(_) => Ok(entry
                .and_then(|entry| entry.state.grant())
                .is_some_and(|grant| matches!(grant.role, Role::CityAdmin | Role::AuditAdmin))),
            _ => Ok(false),
        }
    }

    pub(super) fn may_see(
        &self,
        record: &RecordRef,
        actor: Option<&Actor>,
        facts: &Layered<'_, '_>,
    ) -> Result<bool, Stop> {
        let (Some(actor), Some(kind)) = (actor, Kind::parse(&record.kind)) else { return Ok(false) };
        let Some(reach) = self.policy()?.reads(actor.role, kind) else { return Ok(false) };
        let Some(entry) = facts.entry(record)? else { return Ok(false) };
        let (org, area) = home(record, &entry, facts)?;
        Ok(match reach {
            crate::policy::Reach::City => true,
            crate::policy::Reach::Area => actor.area.is_some() && actor.area == area,
            crate::policy::Reach::Unit => actor.org.is_some() && actor.org == org,
            crate::policy::Reach::Own => false,
        })
    }
}

pub(super) fn act_of(
    typed: &Typed,
    state: Option<&crate::catalog::State>,
    about: &About<'_>,
    facts: &dyn Facts,
) -> Result<CompactString, Stop> {
    Ok(match typed.event.facet(state, about, facts)? {
        Some(facet) => format!("{}/{facet}", typed.event_type.name).into(),
        None => typed.event_type.name.into(),
    })
}

/// The policy in force on a day.
#[must_use]
pub fn policy_in_force(in_force: &InForce, day: Date) -> Option<&'static Policy> {
    policy(in_force.version(PolicyFile::Policy, day)?.version)
}

/// The natural person behind a key.
pub(super) fn holder_of(key: &KeyId, facts: &dyn Facts) -> Result<Option<Uuid>, Need> {
    let Some(owner) = facts.owner(key)? else { return Ok(None) };
    match owner.class {
        KeyClass::Root(person) => Ok(Some(person)),
        KeyClass::Service => Ok(None),
        KeyClass::Credential(_) => {
            Ok(facts.authority(owner.account)?.credential(key).map(|credential| credential.holder))
        }
    }
}

/// True once the first administrators were all in place, until none of them can act any more.
pub(super) fn administrators_stand(facts: &dyn Facts, day: Date) -> Result<bool, Need> {
    let (mut admins, mut auditors, mut acting) = (HashSet::new(), HashSet::new(), false);
    for record in &facts.members(ADMINISTRATORS_KEY)?.records {
        let Some(entry) = facts.entry(record)? else { continue };
        let Some(grant) = entry.state.grant().filter(|grant| grant.countersigned) else { continue };
        let authority = facts.authority(grant.given.account)?;
        if authority.credentials.iter().any(|(_, credential)| credential.bound) {
            let _ = if grant.role == Role::CityAdmin {
                admins.insert(grant.given.account)
            } else {
                auditors.insert(grant.given.account)
            };
            acting |= authority.can_act_as(grant.role, day);
        }
    }
    Ok(admins.len() >= 2 && !auditors.is_empty() && acting)
}

/// True when an account can never act again: closed, or every key that was bound is revoked.
pub(super) fn cannot_act_again(account: Uuid, facts: &dyn Facts, day: Date) -> Result<bool, Need> {
    let authority: Arc<Authority> = facts.authority(account)?;
    let closed = authority.account.as_ref().is_some_and(|account| account.closed);
    let gone = !authority.credentials.is_empty()
        && authority.credentials.iter().all(|(_, credential)| credential.revoked || credential.valid_until <= day);
    Ok(closed || gone)
}

//! Who reads, and how far: the one place that decides what a reader sees.
//!
//! Account → grants in effect today → what the policy in force lets each role read, kind by kind → the scope under
//! which every row is fetched. PostgreSQL repeats it by row-level security; no resolver reaches rows another way.

use std::sync::Arc;

use domain::authority::Authority;
use domain::catalog::Kind;
use domain::codes::Role;
use domain::policy::{Policy, Reach};
use domain::record::KeyClass;
use signing::bytes::{Date, KeyId};
use uuid::Uuid;

use schema::read_model::{Reach as Far, Scope};

/// Somebody who has logged in.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The account.
    pub account: Uuid,
    /// The key that logged in.
    pub key: KeyId,
    /// Hash of the session's token.
    pub token_hash: [u8; 32],
    class: KeyClass,
    authority: Arc<Authority>,
    policy: Option<&'static Policy>,
    day: Date,
    /// The worker who he is himself, once that was asked for.
    person: Option<Uuid>,
}

/// Roles that look after the system and see nothing of a sealed value, not even masked.
const SEE_NOTHING_SEALED: [Role; 4] = [Role::AuditAdmin, Role::ExternalAuditor, Role::SystemAdmin, Role::SecurityAdmin];

/// Whose sealed values only these roles see: findings of an examination are for the worker, for who examined him and for
/// the authorities, and why work is restricted for the worker and the protection officer. The employer reads conclusions.
const SEALED_FOR: [(Kind, &[Role]); 2] = [
    (
        Kind::ExamResult,
        &[
            Role::Worker,
            Role::ChiefPhysician,
            Role::ExamInput,
            Role::CountySupervisor,
            Role::CountyApprover,
            Role::CitySupervisor,
            Role::CityApprover,
        ],
    ),
    (Kind::Restriction, &[Role::Worker, Role::ProtectionOfficer]),
];

/// What a root holder reads: what the first hour needs for the second signature.
const ROOT_READS: [Kind; 5] = [Kind::Ledger, Kind::Policy, Kind::Account, Kind::Credential, Kind::Grant];

impl Viewer {
    /// A reader with a key of this class, judged on a civil day by the policy in force on it.
    #[must_use]
    pub fn new(
        account: Uuid,
        key: KeyId,
        token_hash: [u8; 32],
        class: KeyClass,
        authority: Arc<Authority>,
        policy: Option<&'static Policy>,
        day: Date,
    ) -> Self {
        Self { account, key, token_hash, class, authority, policy, day, person: None }
    }

    /// True when a role in effect is the worker's own: his file is his as far as it is known who he is.
    #[must_use]
    pub fn is_worker(&self) -> bool {
        self.has_role(Role::Worker)
    }

    /// Whether a role is in effect.
    #[must_use]
    pub fn has_role(&self, role: Role) -> bool {
        self.authority.grants_in_effect(self.day).any(|(_, grant)| grant.role == role)
    }

    /// The grant of a role in effect at an organisation, and the organisation; the first of several.
    #[must_use]
    pub fn grant_as(&self, role: Role) -> Option<(Uuid, Uuid)> {
        let grants = self.authority.grants_in_effect(self.day).filter(|(_, grant)| grant.role == role);
        grants.filter_map(|(id, grant)| Some((id, grant.given.org?))).next()
    }

    /// The worker who he is himself, once that was asked for.
    #[must_use]
    pub fn person(&self) -> Option<Uuid> {
        self.person
    }

    /// The same reader, who is this worker himself.
    #[must_use]
    pub fn being(self, person: Option<Uuid>) -> Self {
        Self { person, ..self }
    }

    /// True while the key may still sign, and so may still read.
    #[must_use]
    pub fn is_active(&self) -> bool {
        match self.class {
            KeyClass::Root(_) => true,
            KeyClass::Service => false,
            KeyClass::Credential(_) => self.authority.active_key(&self.key, self.day).is_ok(),
        }
    }

    /// Roles in effect today, as codes, each once.
    #[must_use]
    pub fn roles(&self) -> Vec<&'static str> {
        let mut roles: Vec<_> =
            self.authority.grants_in_effect(self.day).map(|(_, grant)| grant.role.as_str()).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// How far this reader reads a kind.
    #[must_use]
    pub fn scope(&self, kind: Kind) -> Scope {
        if matches!(self.class, KeyClass::Root(_)) {
            return if ROOT_READS.contains(&kind) { Scope::city() } else { Scope::default() };
        }
        let mut areas = Vec::new();
        let mut orgs = Vec::new();
        let mut own = None;
        for (_, grant) in self.authority.grants_in_effect(self.day) {
            match self.policy.and_then(|policy| policy.reads(grant.role, kind)) {
                // What a role reads city-wide it reads wherever its own place is: ledger and policies are for all.
                Some(Reach::City) => return Scope::city(),
                Some(Reach::Area) => areas.extend(grant.given.area.iter().map(ToString::to_string)),
                Some(Reach::Unit) => orgs.extend(grant.given.org),
                Some(Reach::Own) => own = Some(self.account),
                None => {}
            }
        }
        areas.sort_unstable();
        areas.dedup();
        orgs.sort_unstable();
        orgs.dedup();
        if areas.is_empty() && orgs.is_empty() && own.is_none() {
            return Scope::default();
        }
        let person = own.and(self.person);
        Scope { reach: Far::Scope, kinds: Vec::new(), areas, orgs, account: own, person }
    }

    /// All kinds that this reader reads at all, those of one scope together: one query each.
    #[must_use]
    pub fn scopes(&self, kinds: &[Kind]) -> Vec<(Scope, Vec<Kind>)> {
        let mut groups: Vec<(Scope, Vec<Kind>)> = Vec::new();
        for kind in kinds {
            let scope = self.scope(*kind);
            if scope.reach == Far::Nothing {
                continue;
            }
            match groups.iter_mut().find(|(known, _)| *known == scope) {
                Some((_, kinds)) => kinds.push(*kind),
                None => groups.push((scope, vec![*kind])),
            }
        }
        groups
    }

    /// Whether sealed values in records of a kind are shown masked; otherwise only their state is told.
    #[must_use]
    pub fn sees_sealed(&self, kind: Option<Kind>) -> bool {
        let only = SEALED_FOR.iter().find(|(known, _)| Some(*known) == kind).map(|(_, roles)| *roles);
        self.authority.grants_in_effect(self.day).any(|(_, grant)| match only {
            Some(roles) => roles.contains(&grant.role),
            None => !SEE_NOTHING_SEALED.contains(&grant.role),
        })
    }
}

//! Authority: an account with its credentials and grants, and the files in force, folded from the same log.

use compact_str::CompactString;
use signing::bytes::{Date, Hash, KeyId};
use uuid::Uuid;

use crate::codes::PolicyFile;
use crate::record::Entry;
use crate::records::account::Account;
use crate::records::code_list::CodeList;
use crate::records::credential::Credential;
use crate::records::grant::Grant;
use crate::refusal::Code;

/// Index key that every account, credential and grant event of an account touches.
#[must_use]
pub fn authority_key(account: Uuid) -> CompactString {
    format!("authority/{account}").into()
}

/// Index key that every policy event touches, and every amendment of a code list: decisions read them together.
pub const POLICY_KEY: &str = "policy";

/// Everything that says what an account may do.
#[derive(Debug, Clone, Default)]
pub struct Authority {
    /// The account, once opened.
    pub account: Option<Account>,
    /// Its credentials.
    pub credentials: Vec<(Uuid, Credential)>,
    /// Its grants.
    pub grants: Vec<(Uuid, Grant)>,
}

impl Authority {
    /// Folds the records that touched the account's index key.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = (Uuid, &'a Entry)>) -> Self {
        let mut authority = Self::default();
        for (id, entry) in entries {
            if let Some(account) = entry.state.account() {
                authority.account = Some(account.clone());
            } else if let Some(credential) = entry.state.credential() {
                authority.credentials.push((id, credential.clone()));
            } else if let Some(grant) = entry.state.grant() {
                authority.grants.push((id, grant.clone()));
            }
        }
        authority
    }

    /// The credential of a key.
    #[must_use]
    pub fn credential(&self, key: &KeyId) -> Option<&Credential> {
        self.credentials.iter().map(|(_, credential)| credential).find(|credential| credential.key == *key)
    }

    /// Says whether a key may sign on a day.
    ///
    /// # Errors
    /// `key_not_active` or `key_revoked`.
    pub fn active_key(&self, key: &KeyId, day: Date) -> Result<&Credential, Code> {
        let credential = self.credential(key).ok_or(Code::KeyNotActive)?;
        let open = self.account.as_ref().is_some_and(Account::is_open);
        if !open || !credential.bound || day < credential.valid_from || day >= credential.valid_until {
            return Err(Code::KeyNotActive);
        }
        if credential.revoked { Err(Code::KeyRevoked) } else { Ok(credential) }
    }

    /// The grant of this id, if it is in effect on a day.
    #[must_use]
    pub fn grant(&self, id: Uuid, day: Date) -> Option<&Grant> {
        self.grants.iter().find(|(known, _)| *known == id).map(|(_, grant)| grant).filter(|grant| grant.in_effect(day))
    }

    /// All grants in effect on a day, when the account is open.
    pub fn grants_in_effect(&self, day: Date) -> impl Iterator<Item = (Uuid, &Grant)> {
        let open = self.account.as_ref().is_some_and(Account::is_open);
        self.grants.iter().filter(move |(_, grant)| open && grant.in_effect(day)).map(|(id, grant)| (*id, grant))
    }

    /// True when the account is open, a key is bound and not revoked, and a grant of the role is in effect.
    #[must_use]
    pub fn can_act_as(&self, role: crate::codes::Role, day: Date) -> bool {
        self.grants_in_effect(day).any(|(_, grant)| grant.role == role)
            && self.credentials.iter().any(|(_, credential)| self.active_key(&credential.key, day).is_ok())
    }
}

/// One adoption that took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Which file.
    pub what: PolicyFile,
    /// Its version.
    pub version: u32,
    /// Its hash.
    pub sha256: Hash,
    /// First civil day on which it counts.
    pub from_day: Date,
}

/// Which catalogue, policy and rules count on which day, and what the city made of the catalogue's code lists.
#[derive(Debug, Clone, Default)]
pub struct InForce {
    /// Genesis first, then adoptions in the order in which they were completed.
    pub adopted: Vec<Adopted>,
    /// The code lists that were amended, each once.
    pub amended: Vec<CodeList>,
}

impl InForce {
    /// Whether a catalogue of at least this version is in force on a day.
    #[must_use]
    pub fn has_catalogue(&self, version: u32, day: Date) -> bool {
        self.version(PolicyFile::Catalogue, day).is_some_and(|file| file.version >= version)
    }

    /// The version in force on a day: of those whose day has come, the one completed last.
    #[must_use]
    pub fn version(&self, what: PolicyFile, day: Date) -> Option<&Adopted> {
        self.adopted.iter().rev().find(|adopted| adopted.what == what && adopted.from_day <= day)
    }
}

//! Files of doses that somebody of a laboratory brought, to be signed in the browser row by row.
//!
//! The service keeps the file (`schema::imports`), reads it, finds the workers, says every problem and hands out the
//! payloads; it signs nothing and appends nothing. What comes back comes through `append` like anything else. The ids of
//! events follow from what they say, so how far an import is stands in the ledger and nowhere else.
//!
//! - `check`: when a file is judged, and what is kept of that for a while. `judge`: how. `hand_out`: what is to be signed.
//! - [`http`]: the file itself in, the marked copy out.

mod check;
mod hand_out;
pub mod http;
mod judge;

use domain::codes::Role;
use domain::dose_codes::DosimeterKind;
use hmac::{Hmac, KeyInit, Mac};
use schema::imports::{Brought, Imports as Files};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{ApiError, fault, unanswered};
use crate::import::Column;
use crate::node::Node;
use crate::scope::Viewer;

pub use check::{Check, Imports};
pub use hand_out::{HandedEvent, HandedUnit, Progress, UNITS_MAX};
pub use judge::Checked;

/// A file is kept for thirty days after it was brought last.
const LIFE_US: i64 = 30 * 24 * 3_600_000_000;
/// Longest name of a file, in characters.
const NAME_MAX: usize = 200;
/// Most headers that a person says, and the longest.
const MAPPED_MAX: usize = 64;
const HEADER_MAX: usize = 200;
/// Longest number of a qualification, as the ledger takes it.
const QUALIFICATION_MAX: usize = 60;

/// What is said of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Name of the file.
    pub file_name: String,
    /// Headers and the columns that they are, by their stable names.
    pub mapping: Vec<(String, String)>,
    /// Contract, when the file does not say whose workers these are.
    pub contract: Option<Uuid>,
    /// Number of the qualification; one that is valid on the day of signing when absent.
    pub qualification: Option<String>,
    /// Kind of the dosimeters.
    pub dosimeter_kind: String,
    /// Rows with errors are left out, the others are imported without them.
    pub leave_out_errors: bool,
    /// A person looked at the warnings.
    pub warnings_accepted: bool,
}

impl Settings {
    fn of(file_name: &str) -> Self {
        Self {
            file_name: file_name.chars().take(NAME_MAX).collect(),
            mapping: Vec::new(),
            contract: None,
            qualification: None,
            dosimeter_kind: DosimeterKind::Tld.as_str().to_owned(),
            leave_out_errors: false,
            warnings_accepted: false,
        }
    }

    /// The mapping as the reader takes it.
    #[must_use]
    pub fn columns(&self) -> Vec<(String, Column)> {
        let columns = self.mapping.iter();
        columns.filter_map(|(header, column)| Some((header.clone(), Column::parse(column)?))).collect()
    }

    fn check(&self) -> Result<(), ApiError> {
        let short = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
        let columns =
            self.mapping.iter().all(|(header, column)| short(header, HEADER_MAX) && Column::parse(column).is_some());
        if self.mapping.len() > MAPPED_MAX || !columns {
            return Err(ApiError::Argument("mapping", "headers of the file and columns of the list"));
        }
        if self.qualification.as_deref().is_some_and(|number| !short(number, QUALIFICATION_MAX)) {
            return Err(ApiError::Argument("qualification", "the number of a qualification"));
        }
        match DosimeterKind::ALL.iter().any(|kind| kind.as_str() == self.dosimeter_kind) {
            true => Ok(()),
            false => Err(ApiError::Argument("dosimeterKind", "a code of DOSIMETER_KIND")),
        }
    }

    fn text(&self) -> Result<String, ApiError> {
        let text = serde_json::to_string(self).map_err(|error| fault("write settings", &error))?;
        match text.len() <= schema::imports::SETTINGS_MAX {
            true => Ok(text),
            false => Err(ApiError::Limit { what: "importSettings", limit: schema::imports::SETTINGS_MAX }),
        }
    }
}

/// A file with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The file.
    pub brought: Brought,
    /// What is said of it.
    pub settings: Settings,
}

impl Job {
    fn read(brought: Brought) -> Option<Self> {
        Some(Self { settings: serde_json::from_str(&brought.settings).ok()?, brought })
    }
}

/// The laboratory in whose name somebody imports: he signs for it or prepares for who signs.
///
/// # Errors
/// [`ApiError::NotAuthorised`] for everybody else.
pub fn laboratory(viewer: &Viewer) -> Result<Uuid, ApiError> {
    let grant = viewer.grant_as(Role::ServiceSignatory).or_else(|| viewer.grant_as(Role::ServiceInput));
    grant.map(|(_, org)| org).ok_or(ApiError::NotAuthorised)
}

impl Node {
    /// Keeps a file that was brought. The same file of the same account is the same job, with what was said of it.
    ///
    /// # Errors
    /// [`ApiError::NotAuthorised`]; [`ApiError::Unreadable`] when it is no spreadsheet; [`ApiError::Limit`] when there are
    /// too many; when the database does not answer.
    pub async fn keep_import(&self, viewer: &Viewer, file_name: &str, bytes: Vec<u8>) -> Result<Job, ApiError> {
        laboratory(viewer)?;
        let bytes = self.imports.apart(move || crate::import::look(&bytes, &[]).map(|_| bytes)).await?;
        let bytes = bytes.map_err(ApiError::Unreadable)?;
        let saved_at = (self.clock)().micros();
        let brought = Brought {
            id: self.import_id(viewer.account, &bytes),
            saved_at,
            expires_at: saved_at + LIFE_US,
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            settings: Settings::of(file_name).text()?,
        };
        let kept = self.files().keep(viewer.account, &brought, &bytes).await;
        if !kept.map_err(|error| unanswered("keep a file", &error))? {
            return Err(ApiError::Limit { what: "imports", limit: schema::imports::FILES_MAX as usize });
        }
        let job = self.import(viewer, brought.id).await?;
        job.ok_or_else(|| fault("keep a file", &"it is gone"))
    }

    /// The reader's files, last brought first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn imports(&self, viewer: &Viewer) -> Result<Vec<Job>, ApiError> {
        let all = self.files().all(viewer.account, (self.clock)().micros()).await;
        Ok(all.map_err(|error| unanswered("read files", &error))?.into_iter().filter_map(Job::read).collect())
    }

    /// A file of the reader.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn import(&self, viewer: &Viewer, id: Uuid) -> Result<Option<Job>, ApiError> {
        Ok(self.imports(viewer).await?.into_iter().find(|job| job.brought.id == id))
    }

    /// Says something else of a file of the reader; it will be judged anew.
    ///
    /// # Errors
    /// [`ApiError::Argument`] for what cannot be meant; when the database does not answer.
    pub async fn map_import(
        &self,
        viewer: &Viewer,
        id: Uuid,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Option<Job>, ApiError> {
        let Some(mut job) = self.import(viewer, id).await? else { return Ok(None) };
        change(&mut job.settings);
        job.settings.check()?;
        job.brought.settings = job.settings.text()?;
        let set = self.files().set(viewer.account, id, &job.brought.settings, (self.clock)().micros()).await;
        self.imports.forget(viewer.account, id);
        Ok(set.map_err(|error| unanswered("say something of a file", &error))?.then_some(job))
    }

    /// Throws a file of the reader away; what was signed of it stays.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn discard_import(&self, viewer: &Viewer, id: Uuid) -> Result<bool, ApiError> {
        self.imports.forget(viewer.account, id);
        let gone = self.files().discard(viewer.account, id).await;
        gone.map_err(|error| unanswered("discard a file", &error))
    }

    async fn import_bytes(&self, account: Uuid, id: Uuid) -> Result<Vec<u8>, ApiError> {
        let bytes = self.files().bytes(account, id, (self.clock)().micros()).await;
        let bytes = bytes.map_err(|error| unanswered("read a file", &error))?;
        bytes.ok_or(ApiError::Argument("id", "a file of one's own"))
    }

    fn files(&self) -> Files<'_> {
        Files { pool: &self.sessions, keys: self.door.keys(), ledger: self.ledger() }
    }

    /// Follows from account and file under a key of this installation: a hash alone would tell who knows the file.
    fn import_id(&self, account: Uuid, bytes: &[u8]) -> Uuid {
        let key = &self.installation.content_key;
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(b"radledger-import-file-v1\0");
        mac.update(account.as_bytes());
        mac.update(&Sha256::digest(bytes));
        let tag = mac.finalize().into_bytes();
        let mut first = [0; 16];
        first.copy_from_slice(&tag[..16]);
        uuid::Builder::from_random_bytes(first).into_uuid()
    }
}

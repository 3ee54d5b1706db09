//! What is between the service and one person: sealed values shown in the clear, and drafts.
//!
//! This is the only place where an opened value leaves the service unmasked. Before it does, who asked and why is
//! written into the access log, which the person whose value it is can read.

use deadpool_postgres::Pool;
use domain::catalog::Kind;
use domain::codes::Role;
use domain::records::notification::Contact;
use schema::drafts::{Draft, Drafts};
use schema::error::answered;
use schema::openings::Opened;
use schema::read_model::{ListQuery, MANY_MAX, Scope, is_of_person};
use schema::shown::{self, Look, Of};
use schema::taken::{self, Taken};
use signing::bytes::Hash;
use signing::json::Value;
use uuid::Uuid;

use crate::error::{ApiError, fault, unanswered};
use crate::graphql::Moment;
use crate::node::Node;
use crate::scope::Viewer;
use crate::submit::Door;

/// Why somebody has a sealed value shown (个人信息保护法 art. 6: for a definite purpose, and no more than it needs).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose {
    /// Code.
    pub code: &'static str,
    /// What it means, Chinese and English.
    pub label: &'static str,
}

/// The purposes.
pub const PURPOSES: [Purpose; 7] = [
    Purpose { code: "OWN", label: "本人查阅 · One's own value" },
    Purpose { code: "SUPERVISION", label: "监督执法 · Supervision and enforcement" },
    Purpose { code: "MATCHING", label: "核对身份 · Matching a person with a report" },
    Purpose { code: "HEALTH", label: "职业健康监护 · Health surveillance" },
    Purpose { code: "TRANSFER", label: "档案流转 · Transfer of a file" },
    Purpose { code: "CORRECTION", label: "核对更正 · Checking a correction" },
    Purpose { code: "REQUEST", label: "应本人要求 · At the person's request" },
];

/// Why the service itself opens a telephone: to send a message that was ordered (rules.md §3.9).
pub const NOTICE: Purpose = Purpose { code: "NOTICE", label: "系统发送通知 · The service sends a message" };

/// The telephone of somebody who is to be told, once the look is written down in the name of the service; none when it was
/// erased or cannot be opened.
///
/// # Errors
/// [`schema::error::Error`] of the database or the key store.
pub async fn telephone(door: &Door, looks: &Pool, contact: &Contact) -> Result<Option<String>, schema::error::Error> {
    let phone = &contact.phone;
    let found = door.log().openings(&[phone.event]).await?;
    let Some(sealed) = found.into_iter().find(|opening| opening.pointer == phone.pointer.as_str()) else {
        return Ok(None);
    };
    let installation = door.installation();
    let Opened::Open { value, .. } = schema::openings::open(door.keys(), installation.ledger, &sealed)? else {
        return Ok(None);
    };
    let at = door.now().micros();
    let look = Look {
        id: Uuid::new_v4(),
        at,
        account: installation.service.account,
        subject_kind: sealed.subject_kind,
        subject: sealed.subject,
        event: phone.event,
        pointer: sealed.pointer,
        purpose: NOTICE.code.to_owned(),
    };
    // Nobody looks at what the service sends: there is no limit to guess against.
    shown::write(looks, &look, at, usize::MAX).await?;
    Ok(value.as_text().map(str::to_owned))
}

/// An office that somebody holds, as the people whose data he saw are told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Role.
    pub role: Role,
    /// Institution, or none.
    pub institution: Option<String>,
    /// Supervision area, or none: the city.
    pub area: Option<String>,
}

/// What came of asking for a sealed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Unmasked {
    /// The value.
    Open(Value),
    /// The key of its subject was destroyed.
    Erased,
    /// It cannot be opened at the moment.
    Unavailable,
}

const HOUR_US: i64 = 3_600_000_000;
/// A draft is kept for thirty days after it was saved last.
const DRAFT_LIFE_US: i64 = 30 * 24 * HOUR_US;

/// Whose lines of the access log somebody reads.
fn whose(viewer: &Viewer) -> Of {
    match viewer.has_role(Role::AuditAdmin) || viewer.has_role(Role::SecurityAdmin) {
        true => Of::Everybody,
        false => Of::Mine { account: viewer.account, subject: viewer.person() },
    }
}

impl Node {
    /// A sealed value in the clear, once the look is written down. None when there is none that the reader may see.
    ///
    /// # Errors
    /// [`ApiError::Limit`] when he has looked too often; when the database does not answer.
    pub async fn unmask(
        &self,
        viewer: &Viewer,
        event: Uuid,
        pointer: &str,
        purpose: Purpose,
    ) -> Result<Option<Unmasked>, ApiError> {
        let seen = self.event_by_id(viewer, event).await?;
        if !seen.is_some_and(|seen| viewer.sees_sealed(Kind::parse(&seen.stored.kind))) {
            return Ok(None);
        }
        let mut found = self.ciphertexts(&[event]).await?;
        let Some(sealed) = found.remove(&(event, pointer.to_owned())) else { return Ok(None) };
        let opened = schema::openings::open(self.door.keys(), self.ledger(), &sealed);
        let value = match opened.map_err(|error| fault("open a sealed value", &error))? {
            Opened::Open { value, .. } => value,
            Opened::Erased => return Ok(Some(Unmasked::Erased)),
            Opened::Unavailable => return Ok(Some(Unmasked::Unavailable)),
        };
        let now = (self.clock)().micros();
        let look = Look {
            id: random_id()?,
            at: now,
            account: viewer.account,
            subject_kind: sealed.subject_kind,
            subject: sealed.subject,
            event,
            pointer: pointer.to_owned(),
            purpose: purpose.code.to_owned(),
        };
        let most = self.limits.unmask_per_hour;
        let written = answered(shown::write(&self.sessions, &look, now - HOUR_US, most)).await;
        match written.map_err(|error| unanswered("write the access log", &error))? {
            true => Ok(Some(Unmasked::Open(value))),
            false => Err(ApiError::Limit { what: "unmaskPerHour", limit: most }),
        }
    }

    /// Writes down that the reader takes a list about people along, before he has the file: which list, why, as of which
    /// position, the digest of the file, and the workers in it. Of those named only the ones of whom he reads a record of the
    /// kind are written: nobody is said to be in a file whom its reader could not read.
    ///
    /// # Errors
    /// [`ApiError::Limit`] when he has taken too many, or names too many workers; [`ApiError::Argument`] for a kind that does
    /// not belong to workers; when the database does not answer.
    pub async fn take_along(
        &self,
        viewer: &Viewer,
        list: (Kind, Moment),
        purpose: Purpose,
        digest: Hash,
        persons: &[Uuid],
    ) -> Result<Taken, ApiError> {
        let (kind, read_at) = list;
        if persons.len() > taken::SUBJECTS_MAX {
            return Err(ApiError::Limit { what: "persons", limit: taken::SUBJECTS_MAX });
        }
        if kind != Kind::Person && !is_of_person(kind) {
            return Err(ApiError::Argument("kind", "a kind of record that belongs to workers"));
        }
        let mut subjects = Vec::new();
        for some in persons.chunks(MANY_MAX) {
            let found = self.reader.workers_among(&viewer.scope(kind), kind, some, read_at.as_of).await;
            subjects.extend(found.map_err(|error| unanswered("look for workers", &error))?);
        }
        subjects.sort_unstable();
        subjects.dedup();
        let now = (self.clock)().micros();
        let taken = Taken {
            id: random_id()?,
            at: now,
            account: viewer.account,
            kind: kind.as_str().to_owned(),
            purpose: purpose.code.to_owned(),
            as_of: read_at.position,
            digest,
            subjects,
        };
        let most = self.limits.taken_per_hour;
        let written = answered(taken::write(&self.sessions, &taken, now - HOUR_US, most)).await;
        match written.map_err(|error| unanswered("write the access log", &error))? {
            true => Ok(taken),
            false => Err(ApiError::Limit { what: "takenPerHour", limit: most }),
        }
    }

    /// The offices that an account holds at present: who looked at somebody's data, or took it along, is told to him by these
    /// and not by a number alone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn offices(&self, account: Uuid) -> Result<Vec<Office>, ApiError> {
        let query =
            ListQuery { account: Some(account), states: vec!["IN_EFFECT".to_owned()], ..ListQuery::new(Kind::Grant) };
        let found = self.reader.list(&Scope::city(), &query).await;
        let grants = found.map_err(|error| unanswered("read the offices of an account", &error))?.value.items;
        let mut offices = Vec::new();
        for grant in grants {
            let Some(role) = Role::parse(&grant.label) else { continue };
            let institution = match grant.org {
                Some(org) => self.public_entry(org).await?.map(|institution| institution.label),
                None => None,
            };
            offices.push(Office { role, institution, area: grant.area });
        }
        Ok(offices)
    }

    /// Files about people that were taken along: his own and those with his data; everybody's for who audits or guards the
    /// system.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn taken(
        &self,
        viewer: &Viewer,
        before: Option<(i64, Uuid)>,
        first: usize,
    ) -> Result<Vec<Taken>, ApiError> {
        answered(taken::last(&self.sessions, whose(viewer), before, first))
            .await
            .map_err(|error| unanswered("read the access log", &error))
    }

    /// The access log: his own looks and those at his values; everybody's for who audits or guards the system.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn looks(
        &self,
        viewer: &Viewer,
        before: Option<(i64, Uuid)>,
        first: usize,
    ) -> Result<Vec<Look>, ApiError> {
        answered(shown::last(&self.sessions, whose(viewer), before, first))
            .await
            .map_err(|error| unanswered("read the access log", &error))
    }

    /// Saves a draft of the reader.
    ///
    /// # Errors
    /// [`ApiError::Limit`] when it is too large or he has too many; when the database does not answer.
    pub async fn save_draft(&self, viewer: &Viewer, id: Uuid, event_type: &str, text: &str) -> Result<Draft, ApiError> {
        if text.len() > schema::drafts::BYTES_MAX {
            return Err(ApiError::Limit { what: "draftBytes", limit: schema::drafts::BYTES_MAX });
        }
        let saved_at = (self.clock)().micros();
        let draft = Draft { id, event_type: event_type.to_owned(), saved_at, expires_at: saved_at + DRAFT_LIFE_US };
        let saved = answered(self.drafts_of().save(viewer.account, &draft, text)).await;
        match saved.map_err(|error| unanswered("save a draft", &error))? {
            true => Ok(draft),
            false => Err(ApiError::Limit { what: "drafts", limit: schema::drafts::DRAFTS_MAX as usize }),
        }
    }

    /// The reader's drafts, last saved first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn drafts(&self, viewer: &Viewer) -> Result<Vec<Draft>, ApiError> {
        let all = answered(self.drafts_of().all(viewer.account, (self.clock)().micros())).await;
        all.map_err(|error| unanswered("read drafts", &error))
    }

    /// What the reader wrote in a draft of his.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn draft_text(&self, viewer: &Viewer, id: Uuid) -> Result<Option<String>, ApiError> {
        let text = answered(self.drafts_of().text(viewer.account, id, (self.clock)().micros())).await;
        text.map_err(|error| unanswered("read a draft", &error))
    }

    /// Throws a draft of the reader away.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn discard_draft(&self, viewer: &Viewer, id: Uuid) -> Result<bool, ApiError> {
        let gone = answered(self.drafts_of().discard(viewer.account, id)).await;
        gone.map_err(|error| unanswered("discard a draft", &error))
    }

    fn drafts_of(&self) -> Drafts<'_> {
        Drafts { pool: &self.sessions, keys: self.door.keys(), ledger: self.ledger() }
    }
}

fn random_id() -> Result<Uuid, ApiError> {
    let bytes = schema::key_store::random_bytes().map_err(|error| fault("draw an id", &error))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

//! The search box: one text, whatever it is.
//!
//! A credit code, a number of a licence, a device or a worker and the beginning of a name are looked up in the read
//! model under the reader's scope. An identity number is looked up by its keyed digest: it is written nowhere. Names
//! of persons are sealed, so they are searched in the memory of the process; a name is shown, masked, only after the
//! row was read under the reader's scope, and it is forgotten with the key of the person.

use std::collections::BTreeMap;

use compact_str::CompactString;
use domain::catalog::Kind;
use domain::person_codes::{IdDocument, resident_no_ok};
use domain::records::person::identity_digest;
use schema::key_store::KeyState;
use schema::openings::Opened;
use schema::read_model::{ListQuery, Record};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::error::{ApiError, fault, unanswered};
use crate::graphql::Moment;
use crate::node::Node;
use crate::reads::Row;
use crate::scope::Viewer;

/// Rows read at once while names are learned or tried.
const AT_ONCE: usize = 500;
/// Kinds whose label the text may begin.
const BY_LABEL: [Kind; 4] = [Kind::Institution, Kind::Employment, Kind::Licence, Kind::Device];

/// Names of persons in memory, as far as the log was folded.
#[derive(Debug, Default)]
pub struct Names {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Position from which rows have not been looked at.
    next: u64,
    names: BTreeMap<Uuid, Name>,
}

#[derive(Debug)]
struct Name {
    text: CompactString,
    subject: (String, Uuid),
}

impl Node {
    /// Up to `first` records that the text means, the surest first, of those that the reader may see.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn search(&self, viewer: &Viewer, text: &str, first: usize, at: Moment) -> Result<Vec<Row>, ApiError> {
        let mut found: Vec<Row> = Vec::new();
        if resident_no_ok(text)
            && let Some(person) = self.person_of_number(text).await?
        {
            found.extend(self.get(viewer, Kind::Person, person, at).await?);
        }
        for kind in BY_LABEL {
            let query = ListQuery { label_prefix: Some(text.into()), limit: first, ..ListQuery::new(kind) };
            self.find(viewer, &query, at, &mut found).await?;
        }
        let code = [(Kind::Institution, "credit_code"), (Kind::Device, "factory_no")];
        for (kind, facet) in code {
            let facets = vec![(facet.to_owned(), text.to_owned())];
            self.find(viewer, &ListQuery { facets, limit: first, ..ListQuery::new(kind) }, at, &mut found).await?;
        }
        if found.len() < first && !viewer.scope(Kind::Person).is_nothing() && viewer.sees_sealed(Some(Kind::Person)) {
            let candidates = self.named(text).await?;
            for some in candidates.chunks(AT_ONCE) {
                let rows = self.reader.get_many(&viewer.scope(Kind::Person), Kind::Person, some, at.as_of).await;
                let rows = rows.map_err(|error| unanswered("search names", &error))?;
                take(&mut found, rows.value, at)?;
                if found.len() >= first {
                    break;
                }
            }
        }
        found.truncate(first);
        Ok(found)
    }

    async fn find(&self, viewer: &Viewer, query: &ListQuery, at: Moment, found: &mut Vec<Row>) -> Result<(), ApiError> {
        let scope = viewer.scope(query.kind);
        if scope.is_nothing() {
            return Ok(());
        }
        let query = ListQuery { as_of: at.as_of, ..query.clone() };
        let page = self.reader.list(&scope, &query).await.map_err(|error| unanswered("search", &error))?;
        take(found, page.value.items, at)
    }

    /// The worker whose resident number this is.
    async fn person_of_number(&self, number: &str) -> Result<Option<Uuid>, ApiError> {
        let digest = identity_digest(&self.installation.content_key, IdDocument::Resident, number);
        let held = self.door.log().claims(&[digest]).await;
        let held = held.map_err(|error| unanswered("look up an identity number", &error))?;
        Ok(held.into_iter().find(|claim| claim.kind == Kind::Person.as_str()).map(|claim| claim.record))
    }

    /// Persons whose name holds the text, in the order of their ids.
    async fn named(&self, text: &str) -> Result<Vec<Uuid>, ApiError> {
        let mut known = self.names.known.lock().await;
        self.learn(&mut known).await?;
        let mut forgotten = Vec::new();
        let mut found = Vec::new();
        for (id, name) in known.names.iter().filter(|(_, name)| name.text.contains(text)) {
            match self.door.keys().key(&name.subject.0, name.subject.1) {
                Ok(KeyState::Known(_)) => found.push(*id),
                Ok(KeyState::Erased | KeyState::Unknown) => forgotten.push(*id),
                Err(error) => return Err(unanswered("search names", &error)),
            }
        }
        known.names.retain(|id, _| !forgotten.contains(id));
        Ok(found)
    }

    /// Learns the names that came since the last time.
    async fn learn(&self, known: &mut Known) -> Result<(), ApiError> {
        loop {
            let rows = self.reader.present_since(Kind::Person, known.next, AT_ONCE).await;
            let rows = rows.map_err(|error| unanswered("learn names", &error))?;
            let seals: Vec<(Uuid, SealedName)> =
                rows.iter().filter_map(|row| Some((row.id, sealed_name(row)?))).collect();
            let events: Vec<Uuid> = seals.iter().map(|(_, sealed)| sealed.event).collect();
            let mut ciphertexts = self.ciphertexts(&events).await?;
            for (id, sealed) in seals {
                let Some(ciphertext) = ciphertexts.remove(&(sealed.event, sealed.pointer)) else { continue };
                let opened = schema::openings::open(self.door.keys(), self.ledger(), &ciphertext);
                if let Opened::Open { value, .. } = opened.map_err(|error| fault("open a name", &error))?
                    && let Some(text) = value.as_text()
                {
                    let subject = (ciphertext.subject_kind, ciphertext.subject);
                    known.names.insert(id, Name { text: text.into(), subject });
                }
            }
            match rows.last() {
                Some(last) => known.next = last.since + 1,
                None => return Ok(()),
            }
        }
    }
}

struct SealedName {
    event: Uuid,
    pointer: String,
}

fn sealed_name(row: &Record) -> Option<SealedName> {
    let state: serde_json::Value = serde_json::from_str(&row.row).ok()?;
    let name = state.get("name")?;
    let event = Uuid::try_parse(name.get("event")?.as_str()?).ok()?;
    Some(SealedName { event, pointer: name.get("pointer")?.as_str()?.to_owned() })
}

/// Adds rows that are not there yet.
fn take(found: &mut Vec<Row>, records: Vec<Record>, at: Moment) -> Result<(), ApiError> {
    for record in records {
        if !found.iter().any(|row| row.kind == record.kind && row.id == record.id) {
            found.push(crate::reads::row(record, at.position)?);
        }
    }
    Ok(())
}

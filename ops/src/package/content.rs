//! Which statements make a worker's file, and which others are needed to check them. Pure: who makes a package asks what
//! is still [`needed`](Content::needed) until nothing is; who checks one asks the same, and finds what is missing and what
//! does not belong there.
//!
//! - *Own* are the person's record, every record that lies in his file ([`projections::home::worker`]), and of the warnings
//!   about him those that are not over.
//! - *Named* are the dose reports of his results, and the institutions that these and his own records name: without them
//!   nobody outside the ledger could read who employed, measured or examined him. Beside them the parameter that says where
//!   five-year blocks begin, where there is one.
//! - *Keys* are the genesis and, for each statement in the package, the credential, the account and the grant that signed it,
//!   and so on up to the roots.
//!
//! Of each of these records all events are there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::admission::replay;
use domain::catalog::{Kind, State};
use domain::memory::ledger_owners;
use domain::record::{Entry, KeyClass, Stop};
use domain::records::{credential, dose_report, employment, exam_result, institution, person, transfer};
use domain::reference_codes::ParameterName;
use projections::home;
use schema::tiles::StoredRow;
use signing::bytes::{Hash, Instant, KeyId};
use signing::envelope::statement_hash;
use signing::json::{Object, read_stored};
use signing::statement::RecordRef;
use uuid::Uuid;

use super::Range;

/// A record in whole.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its events as they are stored, oldest first.
    pub rows: Vec<StoredRow>,
    /// The same events, read.
    pub events: Vec<Event>,
    /// The record after the last of them.
    pub entry: Entry,
}

/// An event as far as a package looks at it.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// Position.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Its statement.
    pub object: Object,
    key: KeyId,
    account: Uuid,
    grant: Option<Uuid>,
}

/// Why a record cannot be folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The event.
    pub position: u64,
    /// Whether it is the chain that is broken, and not the statement.
    pub chain: bool,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Stream {
    /// Folds the events of a record, oldest first: versions 1, 2, 3, … of which each names the hash of the one before.
    ///
    /// # Errors
    /// What is wrong with the first event that cannot follow.
    pub fn of(record: &RecordRef, rows: Vec<StoredRow>) -> Result<Self, Broken> {
        let mut entry: Option<Entry> = None;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let position = row.position;
            let broken = |chain, expected: String, found: String| Broken { position, chain, expected, found };
            let recorded_at = Instant::from_micros(row.recorded_at);
            let (hash, object) = (statement_hash(&row.payload), read_stored(&row.payload));
            let object = object.map_err(|fault| broken(false, "a statement".into(), fault.code().into()))?;
            let version = entry.as_ref().map_or(0, |entry| entry.version) + 1;
            let prev = entry.as_ref().map(|entry| entry.hash);
            let says = |name: &str| object.get(name).and_then(|value| value.as_text()).map(str::to_owned);
            let stated = object.get("version").and_then(|value| value.as_integer());
            if stated != Some(i64::from(version)) || says("prev") != prev.map(|prev: Hash| prev.to_string()) {
                let stated = stated.map_or_else(|| "none".to_owned(), |version| version.to_string());
                let expected = format!("version {version} of {}/{} upon the version before", record.kind, record.id);
                return Err(broken(true, expected, format!("version {stated}, or another version before")));
            }
            let folded = replay(entry.as_ref(), &object, hash, recorded_at, position);
            let (typed, after) = folded.map_err(|stop| {
                let found = match stop {
                    Stop::Refuse(refusal) => format!("{} at {}", refusal.code.as_str(), refusal.pointer),
                    Stop::Need(_) => "a form that depends on another record".to_owned(),
                };
                broken(false, "a statement of the catalogue".into(), found)
            })?;
            let statement = typed.statement;
            let signer = statement.signer;
            if signer.key.0 != row.key {
                return Err(broken(false, format!("the key {}", signer.key), KeyId(row.key).to_string()));
            }
            let (key, account, grant) = (signer.key, signer.account, signer.grant);
            events.push(Event { id: statement.id, position, recorded_at, object, key, account, grant });
            entry = Some(after);
        }
        let nothing =
            || Broken { position: 0, chain: true, expected: "at least one event".into(), found: "none".into() };
        Ok(Self { entry: entry.ok_or_else(nothing)?, rows, events })
    }

    fn state(&self) -> &State {
        &self.entry.state
    }

    /// Position of the first event of a type, if there is one.
    fn position_of(&self, event_types: &[&str]) -> Option<u64> {
        self.entry.marks.iter().find(|mark| event_types.contains(&mark.event_type)).map(|mark| mark.position)
    }
}

/// What a package holds, by record.
#[derive(Debug, Clone)]
pub struct Content {
    person: Uuid,
    streams: BTreeMap<RecordRef, Stream>,
}

/// What a content must have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed {
    /// Records: what is there and not among them does not belong there.
    pub records: BTreeSet<RecordRef>,
    /// Keys that signed and of which nothing here says whose they are.
    pub keys: BTreeSet<KeyId>,
}

impl Content {
    /// The package of this worker, with nothing in it.
    #[must_use]
    pub fn new(person: Uuid) -> Self {
        Self { person, streams: BTreeMap::new() }
    }

    /// Puts a record in.
    pub fn put(&mut self, record: RecordRef, stream: Stream) {
        self.streams.insert(record, stream);
    }

    /// The worker.
    #[must_use]
    pub fn person(&self) -> Uuid {
        self.person
    }

    /// A record.
    #[must_use]
    pub fn get(&self, record: &RecordRef) -> Option<&Stream> {
        self.streams.get(record)
    }

    /// Leaves out what is not needed.
    pub fn keep(&mut self, records: &BTreeSet<RecordRef>) {
        self.streams.retain(|record, _| records.contains(record));
    }

    /// Every record, in order of kind and id.
    pub fn streams(&self) -> impl Iterator<Item = (&RecordRef, &Stream)> {
        self.streams.iter()
    }

    /// The records of the worker himself.
    pub fn own(&self) -> impl Iterator<Item = (&RecordRef, &Stream)> {
        self.streams.iter().filter(|(record, stream)| self.is_own(record, stream))
    }

    /// Every event, in order of position.
    #[must_use]
    pub fn rows(&self) -> Vec<&StoredRow> {
        let mut rows: Vec<&StoredRow> = self.streams.values().flat_map(|stream| &stream.rows).collect();
        rows.sort_by_key(|row| row.position);
        rows
    }

    /// What is there of each record.
    pub fn ranges(&self) -> impl Iterator<Item = Range> + '_ {
        self.streams.iter().map(|(record, stream)| Range {
            kind: record.kind.to_string(),
            id: record.id,
            versions: stream.rows.len() as u64,
            first: stream.rows.first().map_or(0, |row| row.position),
            last: stream.rows.last().map_or(0, |row| row.position),
        })
    }

    fn is_own(&self, record: &RecordRef, stream: &Stream) -> bool {
        let over = stream.state().warning().is_some_and(|warning| warning.is_over());
        home::worker(record, stream.state()) == Some(self.person) && !over
    }

    /// What the package needs, as far as what is there tells.
    #[must_use]
    pub fn needed(&self) -> Needed {
        let owners = self.owners();
        let mut needed = Needed::default();
        let mut waiting: Vec<RecordRef> = self.own().map(|(record, _)| record.clone()).collect();
        waiting.push(person::reference(self.person));
        let others = self.streams.iter().filter(|(_, stream)| match stream.state() {
            State::Ledger(_) => true,
            State::Parameter(parameter) => parameter.name == ParameterName::FiveYearEpoch,
            _ => false,
        });
        waiting.extend(others.map(|(record, _)| record.clone()));
        while let Some(record) = waiting.pop() {
            let stream = self.streams.get(&record);
            if !needed.records.insert(record.clone()) {
                continue;
            }
            let Some(stream) = stream else { continue };
            waiting.extend(named(stream.state()));
            for event in &stream.events {
                match owners.get(&event.key) {
                    Some(Owner::Genesis(_)) => {}
                    Some(Owner::Credential(credential)) => {
                        waiting.push(credential.clone());
                        waiting.push(of_kind(Kind::Account, event.account));
                        waiting.extend(event.grant.map(|grant| of_kind(Kind::Grant, grant)));
                    }
                    None => {
                        needed.keys.insert(event.key);
                    }
                }
            }
        }
        needed
    }

    /// Events whose key was not its signer's when they were recorded, as far as the package shows: position and why.
    #[must_use]
    pub fn unauthorised(&self) -> Vec<(u64, &'static str)> {
        let owners = self.owners();
        let events = self.streams.values().flat_map(|stream| &stream.events);
        let mut found: Vec<_> =
            events.filter_map(|event| Some((event.position, self.fault_of(event, owners.get(&event.key)?)?))).collect();
        found.sort_unstable();
        found
    }

    fn fault_of(&self, event: &Event, owner: &Owner) -> Option<&'static str> {
        let credential = match owner {
            Owner::Genesis(account) => {
                let fits = *account == event.account && event.grant.is_none();
                return (!fits).then_some("the key is that of another account of the genesis");
            }
            Owner::Credential(credential) => self.streams.get(credential)?,
        };
        let held = credential.state().credential()?;
        let before = |position: Option<u64>| position.is_some_and(|position| position < event.position);
        let day = event.recorded_at.civil_day();
        if held.account != event.account {
            return Some("the key is that of another account");
        }
        if !before(credential.position_of(&["credential.bound"])) || day < held.valid_from || day >= held.valid_until {
            return Some("the key was not bound or not valid then");
        }
        if before(credential.position_of(&["credential.revoked", "credential.compromise_reported"])) {
            return Some("the key was revoked before");
        }
        let Some(grant) = event.grant else { return Some("it names no grant") };
        let stream = self.streams.get(&of_kind(Kind::Grant, grant))?;
        let given = &stream.state().grant()?.given;
        let counts = before(stream.position_of(&["grant.countersigned"]))
            && !before(stream.position_of(&["grant.revoked", "grant.ended"]))
            && given.from <= day
            && given.until.is_none_or(|until| day < until);
        (given.account != event.account || !counts).then_some("the grant was not his or not in effect then")
    }

    fn owners(&self) -> HashMap<KeyId, Owner> {
        let mut owners = HashMap::new();
        for (record, stream) in &self.streams {
            match stream.state() {
                State::Ledger(ledger) => {
                    let genesis = ledger_owners(ledger).into_iter();
                    let genesis = genesis.filter(|(owner, _)| !matches!(owner.class, KeyClass::Credential(_)));
                    owners.extend(genesis.map(|(owner, key)| (key, Owner::Genesis(owner.account))));
                }
                State::Credential(credential) => {
                    owners.entry(credential.key).or_insert_with(|| Owner::Credential(record.clone()));
                }
                _ => {}
            }
        }
        owners
    }
}

/// Whose a key is.
enum Owner {
    /// A root's or the service's: the account that the genesis names.
    Genesis(Uuid),
    /// Somebody's, by this credential.
    Credential(RecordRef),
}

/// The digest under which the ledger finds the credential of a key.
#[must_use]
pub fn claim_of(key: &KeyId) -> [u8; 32] {
    credential::key_claim(key).digest()
}

fn of_kind(kind: Kind, id: Uuid) -> RecordRef {
    RecordRef { kind: kind.as_str().into(), id }
}

/// Records that a record of a worker's file names, and the laboratory of a dose report.
fn named(state: &State) -> Vec<RecordRef> {
    let org = institution::reference;
    match state {
        State::Person(person) => {
            let held = person.custody.as_ref();
            let orgs = person.earlier_custodians().chain([person.institution]);
            let orgs = orgs.chain(held.and_then(|held| held.institution)).map(org);
            orgs.chain(held.map(|held| transfer::reference(held.transfer))).collect()
        }
        State::Employment(employment) => vec![org(employment.institution)],
        State::DoseResult(result) => {
            vec![dose_report::reference(result.report), employment::reference(result.employment)]
        }
        State::DoseReport(report) => vec![org(report.header.laboratory)],
        State::Dosimeter(dosimeter) => {
            let issue = &dosimeter.issue;
            vec![org(issue.institution), org(issue.laboratory), employment::reference(issue.employment)]
        }
        State::ExamResult(exam) => {
            let report = exam.report();
            let examiner = report.map(|report| org(report.examiner));
            let follows = report.and_then(|report| report.follows).map(exam_result::reference);
            [Some(org(exam.institution)), examiner, follows].into_iter().flatten().collect()
        }
        State::Restriction(restriction) => vec![org(restriction.institution)],
        State::TrainingRecord(training) => vec![org(training.institution)],
        State::Certificate(certificate) => {
            vec![org(certificate.institution), employment::reference(certificate.employment)]
        }
        State::Investigation(investigation) => vec![employment::reference(investigation.employment)],
        State::Transfer(transfer) => {
            let request = &transfer.request;
            [request.from_institution, request.to_institution].into_iter().flatten().map(org).collect()
        }
        State::Warning(warning) => warning.institution.map(org).into_iter().collect(),
        _ => Vec::new(),
    }
}

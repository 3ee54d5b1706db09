//! The questions to the read model, each under the scope of its reader.
//!
//! This is the only place that asks it. Whatever comes back has passed the scope of its kind twice: in the question
//! and in the row-level security of the transaction that answered it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::catalog::Kind;
use domain::person_codes::EmploymentState;
use domain::records::holiday_table::over_by;
use domain::records::parameter::value_by;
use domain::reference_codes::ParameterName;
use domain::workdays::Calendar;
use schema::error::answered;
use schema::openings::Opened;
use schema::read_model::{
    ChangeCount, Changed, ChangesQuery, Flow, Key, ListQuery, PersonYear, PersonYearKey, PersonYearsQuery, Record,
    Scope, Total, Warned, Within,
};
use schema::{StoredEvent, StoredOpening};
use serde_json::Value as Json;
use signing::bytes::{Date, Instant, b64url, b64url_decode};
use uuid::Uuid;

use crate::error::{ApiError, fault, unanswered};
use crate::graphql::event::View as EventView;
use crate::graphql::{AsOf, Moment};
use crate::mask::{Shown, mask};
use crate::node::Node;
use crate::scope::Viewer;
use crate::submit::Receipt;

/// Holiday tables that are read for a calendar: one a year, and the corrected ones are the same records.
const TABLES_MAX: usize = 200;
/// Longer than that nobody who asks whether the service is ready waits.
const PING_WITHIN: Duration = Duration::from_secs(3);

/// A row of the read model.
#[derive(Debug, Clone)]
pub struct Row {
    /// Kind.
    pub kind: Kind,
    /// Record.
    pub id: Uuid,
    /// Version.
    pub version: u32,
    /// Position that made it.
    pub since: u64,
    /// When that was recorded.
    pub recorded_at: Instant,
    /// Last position that the answer includes.
    pub read_at: u64,
    /// Organisation.
    pub org: Option<Uuid>,
    /// Area.
    pub area: Option<String>,
    /// Sort text.
    pub label: String,
    /// State code.
    pub state: String,
    /// The state as JSON.
    pub json: Arc<Json>,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By label.
    #[default]
    Label,
    /// Latest change first.
    Recent,
}

/// What a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Supervision area.
    pub area: Option<String>,
    /// Organisation.
    pub org: Option<Uuid>,
    /// Account.
    pub account: Option<Uuid>,
    /// Any of these states.
    pub states: Vec<String>,
    /// Facets, all of them.
    pub facets: Vec<(String, String)>,
    /// Facets with values among several or between two.
    pub within: Vec<(String, Within)>,
    /// Grades of warnings, one of which is open about it; none: any record.
    pub warned: Vec<String>,
    /// Beginning of the label.
    pub text: Option<String>,
    /// Order.
    pub order: Order,
    /// Items.
    pub first: usize,
    /// Cursor.
    pub after: Option<String>,
}

/// A page of rows.
pub struct Page {
    /// Rows.
    pub rows: Vec<Row>,
    /// Their cursors.
    pub cursors: Vec<String>,
    /// More behind them.
    pub more: bool,
    /// Number that match, when it was asked for.
    pub total: Option<Total>,
    /// When it was read.
    pub at: Moment,
}

/// A page of events.
pub struct EventPage {
    /// Events.
    pub events: Vec<Arc<EventView>>,
    /// Their cursors.
    pub cursors: Vec<String>,
    /// More behind them.
    pub more: bool,
    /// In a page in the order of the ledger: everything up to here was looked at.
    pub looked_at: u64,
}

/// A sealed value at rest.
pub type Ciphertext = StoredOpening;

/// Names of the facets of a kind.
#[must_use]
pub fn facets(kind: Kind) -> Vec<&'static str> {
    projections::current::facets(kind).iter().map(|facet| facet.name).collect()
}

impl Node {
    /// The moment at which an answer is read: waits for `at_least`, and for a position that is asked for but not read
    /// yet. None while the ledger is empty, or for a time before its first event.
    ///
    /// # Errors
    /// [`ApiError::Behind`] when the read model does not get there in time.
    pub async fn moment(&self, asked: AsOf, at_least: Option<u64>) -> Result<Option<Moment>, ApiError> {
        let as_of = match asked {
            AsOf::Now => None,
            AsOf::Position(position) => Some(position),
            AsOf::Time(time) => match self
                .reader
                .position_at(time.micros())
                .await
                .map_err(|error| unanswered("position at a time", &error))?
            {
                Some(position) => Some(position),
                None => return Ok(None),
            },
        };
        if let Some(wanted) = at_least.max(as_of) {
            let waited = self.projections.wait_for(wanted, self.limits.wait).await;
            waited.map_err(|not_yet| ApiError::Behind { position: not_yet.size })?;
        }
        Ok(self.projected().checked_sub(1).map(|last| Moment { position: as_of.unwrap_or(last), as_of }))
    }

    /// A record, as the reader may see it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn get(&self, viewer: &Viewer, kind: Kind, id: Uuid, at: Moment) -> Result<Option<Row>, ApiError> {
        let scope = self.scope_of(viewer, kind, id).await?;
        let found =
            self.reader.get(&scope, kind, id, at.as_of).await.map_err(|error| unanswered("read a record", &error))?;
        let read_at = read_at(at, found.size);
        found.value.map(|found| row(found, read_at)).transpose()
    }

    /// A record as it stands, for a reader who goes on from what he sees. That there is none for him is said of everything
    /// durable: what was appended a moment ago is waited for. Nobody who sees his record waits for what others append.
    ///
    /// # Errors
    /// When the database does not answer, or the read model is behind.
    pub async fn seen(&self, viewer: &Viewer, kind: Kind, id: Uuid) -> Result<Option<Row>, ApiError> {
        for at_least in [None, self.durable().checked_sub(1)] {
            if let Some(at) = self.moment(AsOf::Now, at_least).await?
                && let Some(row) = self.get(viewer, kind, id, at).await?
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The scope under which a reader reads one record. Who employs a worker reads his file, whoever registered it: an
    /// employment that he reads and that has not ended opens it.
    async fn scope_of(&self, viewer: &Viewer, kind: Kind, id: Uuid) -> Result<Scope, ApiError> {
        let scope = viewer.scope(kind);
        if kind != Kind::Person || scope.orgs.is_empty() {
            return Ok(scope);
        }
        let employments = self.reader.of_person(&viewer.scope(Kind::Employment), Kind::Employment, id, None).await;
        let employments = employments.map_err(|error| unanswered("read employments", &error))?.value;
        let employed = employments.iter().any(|employment| employment.state != EmploymentState::Ended.as_str());
        Ok(if employed { Scope { person: Some(id), ..scope } } else { scope })
    }

    /// The present row of an institution, for what of it is public; the caller shows nothing else.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn public_entry(&self, institution: Uuid) -> Result<Option<Record>, ApiError> {
        let found = self.reader.get(&Scope::city(), Kind::Institution, institution, None).await;
        Ok(found.map_err(|error| unanswered("read a public entry", &error))?.value)
    }

    /// The value of a parameter on a day, as set by a moment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parameter(&self, name: ParameterName, day: Date, at: Moment) -> Result<i64, ApiError> {
        let facets = vec![("name".to_owned(), name.as_str().to_owned())];
        let query = ListQuery { facets, as_of: at.as_of, limit: 1, ..ListQuery::new(Kind::Parameter) };
        let found = self.reader.list(&Scope::city(), &query).await;
        let found = found.map_err(|error| unanswered("read a parameter", &error))?.value.items.into_iter().next();
        let row = found.map(|found| row(found, at.position)).transpose()?;
        value_by(row.as_ref().map(|row| &*row.json), name, day).map_err(|member| fault("read a parameter", &member))
    }

    /// The calendar of working days, as published by a moment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn calendar(&self, at: Moment) -> Result<Calendar, ApiError> {
        let query = ListQuery { as_of: at.as_of, limit: TABLES_MAX, ..ListQuery::new(Kind::HolidayTable) };
        let found = self.reader.list(&Scope::city(), &query).await;
        let tables = found.map_err(|error| unanswered("read the holiday tables", &error))?.value.items;
        tables.into_iter().try_fold(Calendar::plain(), |calendar, found| {
            let table = row(found, at.position)?;
            over_by(calendar, &table.json).map_err(|member| fault("read a holiday table", &member))
        })
    }

    /// The civil day of a moment: today, or the day on which the position that was asked for was recorded.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn day_of(&self, at: Moment) -> Result<Date, ApiError> {
        let Some(position) = at.as_of else { return Ok(self.door.now().civil_day()) };
        let event = self.door.log().range(position, 1).await.map_err(|error| unanswered("read an event", &error))?;
        let recorded = event.first().map(|event| Instant::from_micros(event.recorded_at).civil_day());
        Ok(recorded.unwrap_or_else(|| self.door.now().civil_day()))
    }

    /// Whether a moment lies on a day: that of the newest event lasts until there is another.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_on(&self, at: Moment, day: Date) -> Result<bool, ApiError> {
        let newest = at.as_of.is_none_or(|position| position + 1 >= self.projected());
        Ok(newest || self.day_of(at).await? == day)
    }

    /// How files moved between districts: transfers asked for in `from..until`, of those the reader may see.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn transfer_flow(
        &self,
        viewer: &Viewer,
        from: Date,
        until: Date,
        at: Moment,
    ) -> Result<Vec<Flow>, ApiError> {
        let days = (from.to_string(), until.to_string());
        let found = self.reader.transfer_flow(&viewer.scope(Kind::Transfer), &days, at.as_of).await;
        Ok(found.map_err(|error| unanswered("read the flow of transfers", &error))?.value)
    }

    /// All dose results of a worker, whoever employed him: for sums, which are never split by employer. What comes back
    /// is not for showing; the caller has read the worker under the reader's scope.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn results_of(&self, person: Uuid, at: Moment) -> Result<Vec<Row>, ApiError> {
        let found = self.reader.of_person(&Scope::of_person(person), Kind::DoseResult, person, at.as_of).await;
        let found = found.map_err(|error| unanswered("read the results of a worker", &error))?;
        let read_at = read_at(at, found.size);
        found.value.into_iter().map(|found| row(found, read_at)).collect()
    }

    /// All results of a dose report, to be counted. What comes back is not for showing; the caller has read the report
    /// under the reader's scope.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn results_in(&self, report: Uuid, at: Moment) -> Result<Vec<Row>, ApiError> {
        let found = self.reader.of_report(report, at.as_of).await;
        let found = found.map_err(|error| unanswered("read the results of a report", &error))?;
        let read_at = read_at(at, found.size);
        found.value.into_iter().map(|found| row(found, read_at)).collect()
    }

    /// A page of records, of those the reader may see.
    ///
    /// # Errors
    /// [`ApiError::Argument`] for a cursor that is none; when the database does not answer.
    pub async fn list(
        &self,
        viewer: &Viewer,
        kind: Kind,
        query: &Query,
        at: Moment,
        total: bool,
    ) -> Result<Page, ApiError> {
        let order = match query.order {
            Order::Label => schema::read_model::Order::Label,
            Order::Recent => schema::read_model::Order::Newest,
        };
        let asked = ListQuery {
            kind,
            area: query.area.clone(),
            org: query.org,
            account: query.account,
            states: query.states.clone(),
            facets: query.facets.clone(),
            within: query.within.clone(),
            warned: (!query.warned.is_empty())
                .then(|| Warned { grades: query.warned.clone(), scope: viewer.scope(Kind::Warning) }),
            label_prefix: query.text.clone(),
            as_of: at.as_of,
            order,
            after: query.after.as_deref().map(|cursor| read_cursor(cursor, query.order)).transpose()?,
            limit: query.first,
            total,
        };
        let found =
            self.reader.list(&viewer.scope(kind), &asked).await.map_err(|error| unanswered("read a list", &error))?;
        let cursors = found.value.items.iter().map(|record| write_cursor(&record.key(order))).collect();
        let at = Moment { position: read_at(at, found.size), ..at };
        let rows = found.value.items.into_iter().map(|found| row(found, at.position)).collect::<Result<_, _>>()?;
        Ok(Page { rows, cursors, more: found.value.more, total: found.value.total, at })
    }

    /// The moment of a list of workers of years, which has a position of its own: waits until it is there.
    ///
    /// # Errors
    /// [`ApiError::Behind`] when it does not get there in time.
    pub async fn person_years_at(&self, at: Moment, at_least: Option<u64>) -> Result<(), ApiError> {
        let Some(wanted) = at.as_of.max(at_least) else { return Ok(()) };
        let waited = self.projections.wait_for_person_years(wanted, self.limits.wait).await;
        waited.map_err(|not_yet| ApiError::Behind { position: not_yet.size })
    }

    /// A page of workers of years, of those the reader may see: who reads results reads what they come to.
    ///
    /// # Errors
    /// [`ApiError::Argument`] for a cursor that is none; when the database does not answer.
    pub async fn person_years(
        &self,
        viewer: &Viewer,
        query: &Query,
        at: Moment,
        total: bool,
    ) -> Result<(Vec<PersonYear>, bool, Option<Total>, Moment), ApiError> {
        let values = query.facets.iter().map(|(name, value)| (name.clone(), Within::Any(vec![value.clone()])));
        let asked = PersonYearsQuery {
            area: query.area.clone(),
            org: query.org,
            within: values.chain(query.within.iter().cloned()).collect(),
            as_of: at.as_of,
            after: query.after.as_deref().map(read_year_cursor).transpose()?,
            limit: query.first,
            total,
        };
        let found = self.reader.person_years(&viewer.scope(Kind::DoseResult), &asked).await;
        let found = found.map_err(|error| unanswered("read the years of workers", &error))?;
        let at = Moment { position: read_at(at, found.size), ..at };
        Ok((found.value.items, found.value.more, found.value.total, at))
    }

    /// The events of a record, newest first, from below a position. The record was read under the reader's scope.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn history(
        &self,
        viewer: &Viewer,
        kind: Kind,
        id: Uuid,
        before: Option<u64>,
        first: usize,
    ) -> Result<EventPage, ApiError> {
        let stream =
            self.door.log().stream(kind.as_str(), id).await.map_err(|error| unanswered("read a history", &error))?;
        let below = stream
            .iter()
            .rev()
            .map(|event| event.position)
            .filter(|position| before.is_none_or(|before| *position < before));
        let mut positions: Vec<u64> = below.take(first + 1).collect();
        let more = positions.len() > first;
        positions.truncate(first);
        let found = self
            .reader
            .stored(&self.scope_of(viewer, kind, id).await?, &positions)
            .await
            .map_err(|error| unanswered("read a history", &error))?;
        page(found.value.into_iter().rev(), more, 0)
    }

    /// Events after a position up to a moment, of those the reader may see, in the order of the ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn events_after(
        &self,
        viewer: &Viewer,
        kinds: &[Kind],
        after: Option<u64>,
        first: usize,
        at: Moment,
    ) -> Result<EventPage, ApiError> {
        let from = after.map_or(0, |after| after.saturating_add(1));
        let mut found: Vec<(u64, Kind)> = Vec::new();
        // Up to here every group was looked at: a group that has more ends the page where it stopped.
        let mut looked_at = at.position;
        let mut more = false;
        let groups = viewer.scopes(kinds);
        for (scope, kinds) in &groups {
            let page = self
                .reader
                .events(scope, from, kinds, first)
                .await
                .map_err(|error| unanswered("read events", &error))?
                .value;
            if page.more {
                more = true;
                looked_at = looked_at.min(page.items.last().map_or(looked_at, |event| event.position));
            }
            found.extend(page.items.iter().map(|event| (event.position, event.kind)));
        }
        found.retain(|(position, _)| *position <= looked_at);
        found.sort_unstable_by_key(|(position, _)| *position);
        if found.len() > first {
            more = true;
            found.truncate(first);
            looked_at = found.last().map_or(looked_at, |(position, _)| *position);
        }
        let mut events = Vec::with_capacity(found.len());
        for (scope, kinds) in &groups {
            let positions: Vec<u64> =
                found.iter().filter(|(_, kind)| kinds.contains(kind)).map(|(position, _)| *position).collect();
            if !positions.is_empty() {
                events.extend(
                    self.reader
                        .stored(scope, &positions)
                        .await
                        .map_err(|error| unanswered("read events", &error))?
                        .value,
                );
            }
        }
        events.sort_unstable_by_key(|event| event.position);
        page(events.into_iter(), more, looked_at)
    }

    /// Records that something happened to between two moments, of those the reader may see; and whether there are more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changes(&self, viewer: &Viewer, query: &ChangesQuery) -> Result<(Vec<Changed>, bool), ApiError> {
        let (mut all, mut any_more) = (Vec::new(), false);
        for (scope, kinds) in viewer.scopes(&query.kinds) {
            let found = self.reader.changes(&scope, &ChangesQuery { kinds, ..query.clone() }).await;
            let (found, more) = found.map_err(|error| unanswered("read changes", &error))?.value;
            all.extend(found);
            any_more |= more;
        }
        // Each group answered with its latest: the latest of all are among them.
        all.sort_unstable_by_key(|one| std::cmp::Reverse(one.position));
        any_more |= all.len() > query.limit;
        all.truncate(query.limit);
        Ok((all, any_more))
    }

    /// How many there are, by kind and area.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn change_counts(&self, viewer: &Viewer, query: &ChangesQuery) -> Result<Vec<ChangeCount>, ApiError> {
        let mut all = Vec::new();
        for (scope, kinds) in viewer.scopes(&query.kinds) {
            let found = self.reader.change_counts(&scope, &ChangesQuery { kinds, ..query.clone() }).await;
            all.extend(found.map_err(|error| unanswered("count changes", &error))?.value);
        }
        all.sort_unstable_by_key(|one| one.kind);
        Ok(all)
    }

    /// An event by its id, if the reader may see it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn event_by_id(&self, viewer: &Viewer, id: Uuid) -> Result<Option<Arc<EventView>>, ApiError> {
        for (scope, kinds) in viewer.scopes(Kind::ALL) {
            let found =
                self.reader.stored_by_id(&scope, id).await.map_err(|error| unanswered("read an event", &error))?;
            if let Some(event) = found.value.filter(|event| is_of(event, &kinds)) {
                return EventView::new(event).map(Some);
            }
        }
        // Of a worker whom he employs he reads the events as well, and only the record says that it is one.
        let stored = self.door.log().by_ids(&[id]).await.map_err(|error| unanswered("read an event", &error))?.pop();
        let Some(event) = stored.filter(|event| event.kind == Kind::Person.as_str()) else { return Ok(None) };
        let scope = self.scope_of(viewer, Kind::Person, event.record).await?;
        let found = self.reader.stored_by_id(&scope, id).await.map_err(|error| unanswered("read an event", &error))?;
        found.value.map(EventView::new).transpose()
    }

    /// An event by its position, if the reader may see it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn event_at(&self, viewer: &Viewer, position: u64) -> Result<Option<Arc<EventView>>, ApiError> {
        for (scope, kinds) in viewer.scopes(Kind::ALL) {
            let found =
                self.reader.stored(&scope, &[position]).await.map_err(|error| unanswered("read an event", &error))?;
            if let Some(event) = found.value.into_iter().find(|event| is_of(event, &kinds)) {
                return EventView::new(event).map(Some);
            }
        }
        Ok(None)
    }

    /// The receipt of an event: for its signer as soon as it is durable, for others as they may see it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn receipt(&self, viewer: &Viewer, id: Uuid) -> Result<Option<Receipt>, ApiError> {
        let mine = self.door.log().by_ids(&[id]).await.map_err(|error| unanswered("read a receipt", &error))?.pop();
        if let Some(event) = mine.filter(|event| event.account == viewer.account) {
            return Ok(Some(self.door.receipt_of(&event)));
        }
        Ok(self.event_by_id(viewer, id).await?.map(|event| self.door.receipt_of(&event.stored)))
    }

    /// The inclusion proof of a position; none until it is published.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn proof(&self, position: u64) -> Result<Option<String>, ApiError> {
        answered((self.proofs)(position)).await.map_err(|error| unanswered("make a proof", &error))
    }

    /// Sealed values of events that the reader was shown, still encrypted.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ciphertexts(&self, events: &[Uuid]) -> Result<HashMap<(Uuid, String), Ciphertext>, ApiError> {
        let found = self.door.log().openings(events).await.map_err(|error| unanswered("read openings", &error))?;
        Ok(found.into_iter().map(|opening| ((opening.event_id, opening.pointer.clone()), opening)).collect())
    }

    /// What a reader is shown of a sealed value in a record of this kind.
    #[must_use]
    pub fn open(&self, viewer: &Viewer, kind: Option<Kind>, ciphertext: &Ciphertext) -> Shown {
        match schema::openings::open(self.door.keys(), self.ledger(), ciphertext) {
            Ok(Opened::Open { value, .. }) => Shown::Open(viewer.sees_sealed(kind).then(|| mask(&value))),
            Ok(Opened::Erased) => Shown::Erased,
            Ok(Opened::Unavailable) => Shown::Unavailable,
            Err(error) => {
                fault("open a sealed value", &error);
                Shown::Unavailable
            }
        }
    }

    /// Whether the database answers questions, and whether this process may still append: not once another one took over.
    ///
    /// # Errors
    /// When it does not answer within [`PING_WITHIN`].
    pub async fn ping(&self) -> Result<bool, ApiError> {
        let asked = async { tokio::try_join!(self.reader.size(), self.door.may_append()) };
        match tokio::time::timeout(PING_WITHIN, asked).await {
            Ok(Ok((_, may_append))) => Ok(may_append),
            Ok(Err(_)) | Err(_) => Err(ApiError::Busy),
        }
    }
}

/// What an answer includes at least: as it was asked for, or as the read model stood when it answered.
fn read_at(at: Moment, size: u64) -> u64 {
    at.as_of.or(size.checked_sub(1)).unwrap_or(at.position)
}

fn is_of(event: &StoredEvent, kinds: &[Kind]) -> bool {
    Kind::parse(&event.kind).is_some_and(|kind| kinds.contains(&kind))
}

fn page(events: impl Iterator<Item = StoredEvent>, more: bool, looked_at: u64) -> Result<EventPage, ApiError> {
    let events = events.map(EventView::new).collect::<Result<Vec<_>, _>>()?;
    let cursors = events.iter().map(|event| event.stored.position.to_string()).collect();
    Ok(EventPage { events, cursors, more, looked_at })
}

/// A record of the read model as an answer shows it.
pub(crate) fn row(found: Record, read_at: u64) -> Result<Row, ApiError> {
    let json = serde_json::from_str(&found.row).map_err(|error| fault("read a row", &error))?;
    Ok(Row {
        kind: found.kind,
        id: found.id,
        version: found.version,
        since: found.since,
        recorded_at: Instant::from_micros(found.recorded_at),
        read_at,
        org: found.org,
        area: found.area,
        label: found.label,
        state: found.state,
        json: Arc::new(json),
    })
}

fn write_cursor(key: &Key) -> String {
    match key {
        Key::Label(label, id) => b64url(format!("L{id}{label}").as_bytes()),
        Key::Since(since) => b64url(format!("S{since}").as_bytes()),
    }
}

fn read_cursor(cursor: &str, order: Order) -> Result<Key, ApiError> {
    let wrong = ApiError::Argument("after", "a cursor of this list in this order");
    let text = b64url_decode(cursor).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(wrong.clone())?;
    let key = match order {
        Order::Label => text
            .strip_prefix('L')
            .and_then(|rest| Some(Key::Label(rest.get(36..)?.to_owned(), Uuid::try_parse(rest.get(..36)?).ok()?))),
        Order::Recent => text
            .strip_prefix('S')
            .and_then(|since| since.parse().ok())
            .filter(|since| i64::try_from(*since).is_ok())
            .map(Key::Since),
    };
    key.ok_or(wrong)
}

/// The cursor of a worker's year.
#[must_use]
pub fn write_year_cursor(key: &PersonYearKey) -> String {
    b64url(format!("Y{}/{}/{}", key.year, key.effective_nsv, key.person).as_bytes())
}

fn read_year_cursor(cursor: &str) -> Result<PersonYearKey, ApiError> {
    let text = b64url_decode(cursor).and_then(|bytes| String::from_utf8(bytes).ok());
    let key = text.as_deref().and_then(|text| {
        let mut parts = text.strip_prefix('Y')?.split('/');
        let (year, dose, person) = (parts.next()?, parts.next()?, parts.next()?);
        let effective_nsv = dose.parse().ok()?;
        Some(PersonYearKey { year: year.parse().ok()?, effective_nsv, person: Uuid::try_parse(person).ok()? })
    });
    key.ok_or(ApiError::Argument("after", "a cursor of this list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back() {
        for (key, order) in
            [(Key::Label("江安县人民医院".into(), Uuid::from_u128(7)), Order::Label), (Key::Since(12), Order::Recent)]
        {
            assert_eq!(read_cursor(&write_cursor(&key), order), Ok(key));
        }
        let key = PersonYearKey { year: 2024, effective_nsv: 1_250_000, person: Uuid::from_u128(7) };
        assert_eq!(read_year_cursor(&write_year_cursor(&key)), Ok(key));
        for bad in ["", "Y", &b64url(b"Y2024/1"), &b64url(b"Y2024/x/y"), &write_cursor(&Key::Since(12))] {
            assert!(read_year_cursor(bad).is_err());
        }
        for bad in ["", "L", "!!", &b64url(b"Labc"), &b64url(b"S-1"), &b64url("L江江江江江江江江江江江江江".as_bytes())]
        {
            assert!(read_cursor(bad, Order::Label).is_err());
            assert!(read_cursor(bad, Order::Recent).is_err());
        }
    }
}

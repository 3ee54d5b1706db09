//! The outbox: carries the messages that the desk ordered to the gateway, and what the gateway says into the log.
//!
//! The log is the queue: a notification that stands at `ORDERED` is to be sent, one at `SENT` waits for its receipt. An attempt is
//! written down before the gateway is asked ([`schema::messages`]); one whose answer never came is looked up at the gateway by
//! the message's id before it is sent again. So a message survives any crash, and goes out once. What cannot be sent by the end
//! of the day after is given up, visibly. Quiet hours hold back what is not red (rules.md §3.2).

use std::sync::Arc;
use std::time::Duration;

use api::submit::{Door, SubmitError};
use deadpool_postgres::Pool;
use domain::catalog::Kind;
use domain::notification_codes::{NoticeFailure, NoticeGateway, NoticeState};
use domain::record::{Draft, Entry};
use domain::records::notification::{Contact, Event, Failed, Notification, Sent};
use domain::records::{Nothing, notification, parameter};
use domain::reference_codes::ParameterName;
use domain::rules;
use domain::warning_codes::WarningGrade;
use schema::messages::{Attempt, MessageStore};
use schema::read_model::{Key, ListQuery, ReadModel, Scope, Within};
use signing::bytes::{Date, Instant};
use signing::statement::RecordRef;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::aliyun::{Answer, Found, Gateway, Message, Report, State};

const SECOND: i64 = 1_000_000;
/// Between two looks at the queue, at least.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two looks when nothing moves: what was to wait may go by now.
const AGAIN: Duration = Duration::from_secs(10);
/// After the first attempt in vain; doubled with each one, to [`BACKOFF_MAX`].
const BACKOFF: i64 = 15 * SECOND;
const BACKOFF_MAX: i64 = 30 * 60 * SECOND;
/// The gateway's listing follows a message after a while: earlier it says nothing of one whose answer was lost.
const LISTED_AFTER: i64 = 30 * SECOND;
/// A receipt that has not come by itself is asked for.
const RECEIPT_AFTER: i64 = 10 * 60 * SECOND;
/// Days of messages among which receipts are looked for: what the vendor's listing knows, so that the queue does not grow with the log.
const LISTED_DAYS: i64 = 30;
/// Days after a message was to be sent in which its receipt is asked for.
const RECEIPT_DAYS: i64 = 3;
/// The hours of the ledger's day, UTC+08:00.
const SHANGHAI_HOURS: i64 = 8;
/// The vendor's templates take variables of so many characters.
const VARIABLE_MAX: usize = 35;

/// The outbox of a process that may append.
pub struct Outbox {
    door: Arc<Door>,
    model: ReadModel,
    store: MessageStore,
    /// Where looks at sealed values are written down.
    looks: Pool,
    gateway: Option<Gateway>,
    /// One at a time says what became of a message: the queue, or a receipt.
    speaking: Mutex<()>,
}

/// What came of a look at the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    /// Taken by the gateway.
    pub sent: usize,
    /// Arrived, by the gateway's listing.
    pub delivered: usize,
    /// Given up.
    pub failed: usize,
    /// To be tried again.
    pub later: usize,
}

/// A message in the queue.
struct Queued {
    record: RecordRef,
    entry: Arc<Entry>,
    known: Notification,
}

impl Outbox {
    /// An outbox; without a gateway it only gives up what nobody sent in time.
    #[must_use]
    pub fn new(door: Arc<Door>, model: ReadModel, store: MessageStore, looks: Pool, gateway: Option<Gateway>) -> Self {
        Self { door, model, store, looks, gateway, speaking: Mutex::new(()) }
    }

    /// Works until it is dropped: when the log grows, and now and then.
    pub async fn work(&self) {
        let mut sizes = self.door.sizes();
        loop {
            match self.run().await {
                Ok(run) if run != Run::default() => tracing::info!(?run, "outbox.carried"),
                Ok(_) => {}
                // Another process writes now, or nothing could be decided: the same again later.
                Err(SubmitError::Busy | SubmitError::ReadOnly) => {}
                Err(error) => tracing::error!(?error, "outbox.failed"),
            }
            tokio::time::sleep(PAUSE).await;
            let _ = tokio::time::timeout(AGAIN, sizes.changed()).await;
        }
    }

    /// Looks at the queue once.
    ///
    /// # Errors
    /// When the database cannot be asked: the same again.
    pub async fn run(&self) -> Result<Run, SubmitError> {
        let mut run = Run::default();
        if !self.door.may_append().await? {
            return Ok(run);
        }
        let now = self.door.now();
        let quiet = self.is_quiet(now).await?;
        for state in [NoticeState::Ordered, NoticeState::Sent] {
            let mut query = ListQuery { states: vec![state.as_str().to_owned()], ..ListQuery::new(Kind::Notification) };
            match state {
                // At night the others wait for the morning.
                NoticeState::Ordered if quiet => {
                    query.facets = vec![("grade".to_owned(), WarningGrade::Red.as_str().to_owned())];
                }
                NoticeState::Ordered => {}
                _ => {
                    let first = now.civil_day().add_days(-LISTED_DAYS).to_string();
                    query.within = vec![("day".to_owned(), Within::Between(Some(first), None))];
                }
            }
            loop {
                let page = self.page(&query).await?;
                for id in &page {
                    let Some(queued) = self.queued(id.1).await?.filter(|queued| queued.known.state == state) else {
                        continue;
                    };
                    match state {
                        NoticeState::Ordered => self.send(&queued, &mut run).await?,
                        _ => self.ask_for_receipt(&queued, &mut run).await?,
                    }
                }
                match page.last() {
                    Some((label, id)) if page.len() == schema::read_model::PAGE_MAX => {
                        query.after = Some(Key::Label(label.clone(), *id));
                    }
                    _ => break,
                }
            }
        }
        Ok(run)
    }

    /// Labels and ids of a page of the queue, the oldest first.
    async fn page(&self, query: &ListQuery) -> Result<Vec<(String, Uuid)>, SubmitError> {
        let page = self.model.list(&Scope::city(), query).await?.value;
        Ok(page.items.into_iter().map(|row| (row.label, row.id)).collect())
    }

    async fn queued(&self, id: Uuid) -> Result<Option<Queued>, SubmitError> {
        let record = notification::reference(id);
        let found = self.door.ask(std::slice::from_ref(&record), |record, facts| facts.entry(record)).await?;
        let entry = found.into_iter().next().flatten();
        Ok(entry.and_then(|entry| {
            let known = entry.state.notification().cloned()?;
            Some(Queued { record, entry, known })
        }))
    }

    /// Sends a message, or finds out why not.
    async fn send(&self, queued: &Queued, run: &mut Run) -> Result<(), SubmitError> {
        let (known, id) = (&queued.known, queued.record.id);
        let now = self.door.now();
        let today = now.civil_day();
        let mut attempt = self.store.attempt(id, known.round).await?;
        let late = known.sendable_until() < today;
        // One whose answer never came may have gone: that is found out first, as long as the gateway tells.
        let asks = attempt.asked_at.is_some() && today <= known.send_on.add_days(RECEIPT_DAYS);
        let Some(gateway) = self.gateway.as_ref().filter(|_| !late || asks) else {
            return if late { self.too_late(queued, attempt, run).await } else { Ok(()) };
        };
        if now.micros() < attempt.next_at {
            return Ok(());
        }
        let contact = self.door.ask(&[()], |(), facts| known.contact(today, facts)).await?.pop().flatten();
        let phone = match &contact {
            Some(contact) => api::private::telephone(&self.door, &self.looks, contact).await?,
            None => None,
        };
        let (Some(contact), Some(phone)) = (contact, phone) else {
            let nobody = Failed { reason: NoticeFailure::NoAddress, code: None };
            run.failed += usize::from(self.says(queued, Event::Failed(nobody)).await?);
            return Ok(());
        };
        let message_id = known.message_id(id);
        if let Some(asked_at) = attempt.asked_at {
            // The answer never came: it may have gone.
            match gateway.find(&phone, Instant::from_micros(asked_at).civil_day(), &message_id).await {
                Ok(Some(found)) => return self.was_found(queued, &contact, found, run).await,
                Ok(None) if late => return self.too_late(queued, attempt, run).await,
                Ok(None) => {}
                Err(_) => return self.again(id, known.round, attempt, now, run).await,
            }
        }
        let params = self.params(known).await?;
        attempt.attempts += 1;
        attempt.asked_at = Some(now.micros());
        attempt.next_at = now.micros() + LISTED_AFTER;
        self.store.put(id, known.round, &attempt).await?;
        match gateway.send(&Message { phone: &phone, id: &message_id, params: &params }).await {
            Ok(Answer::Taken { serial }) => {
                run.sent += usize::from(self.says(queued, sent(&contact, &serial)).await?);
                self.store.put(id, known.round, &Attempt { next_at: now.micros() + RECEIPT_AFTER, ..attempt }).await?;
                Ok(())
            }
            Ok(Answer::Refused { code }) => {
                let refused = Failed { reason: NoticeFailure::Refused, code: Some(code.as_str().into()) };
                run.failed += usize::from(self.says(queued, Event::Failed(refused)).await?);
                Ok(self.store.settle(id).await?)
            }
            Ok(Answer::Later { code }) => {
                attempt.asked_at = None;
                attempt.code = Some(code);
                self.again(id, known.round, attempt, now, run).await
            }
            // Written down as asked; the listing will tell.
            Err(_) => {
                run.later += 1;
                Ok(())
            }
        }
    }

    /// Nobody sends it any more.
    async fn too_late(&self, queued: &Queued, attempt: Attempt, run: &mut Run) -> Result<(), SubmitError> {
        let late = Failed { reason: NoticeFailure::Late, code: attempt.code.as_deref().map(Into::into) };
        run.failed += usize::from(self.says(queued, Event::Failed(late)).await?);
        Ok(self.store.settle(queued.record.id).await?)
    }

    /// Not now: later, and later each time.
    async fn again(
        &self,
        id: Uuid,
        round: u32,
        attempt: Attempt,
        now: Instant,
        run: &mut Run,
    ) -> Result<(), SubmitError> {
        let wait = BACKOFF.saturating_mul(1 << attempt.attempts.min(16)).min(BACKOFF_MAX);
        run.later += 1;
        Ok(self.store.put(id, round, &Attempt { next_at: now.micros() + wait, ..attempt }).await?)
    }

    /// A message whose answer was lost had gone.
    async fn was_found(
        &self,
        queued: &Queued,
        contact: &Contact,
        found: Found,
        run: &mut Run,
    ) -> Result<(), SubmitError> {
        let id = queued.record.id;
        let serial = found.serial.unwrap_or_else(|| queued.known.message_id(id));
        run.sent += usize::from(self.says(queued, sent(contact, &serial)).await?);
        Ok(())
    }

    /// Asks what became of a message whose receipt has not come.
    async fn ask_for_receipt(&self, queued: &Queued, run: &mut Run) -> Result<(), SubmitError> {
        let (known, id) = (&queued.known, queued.record.id);
        let Some(gateway) = &self.gateway else { return Ok(()) };
        let now = self.door.now();
        let attempt = self.store.attempt(id, known.round).await?;
        let over = known.send_on.add_days(RECEIPT_DAYS) < now.civil_day();
        if over || now.micros() < attempt.next_at {
            return Ok(());
        }
        let contact = self.door.ask(&[()], |(), facts| known.contact(known.state_since, facts)).await?.pop().flatten();
        let Some(contact) = contact.filter(|contact| Some(&contact.party) == known.to.as_ref()) else { return Ok(()) };
        let Some(phone) = api::private::telephone(&self.door, &self.looks, &contact).await? else { return Ok(()) };
        let said = match gateway.find(&phone, known.state_since, &known.message_id(id)).await {
            Ok(Some(Found { state: State::Delivered, .. })) => Some(Event::Delivered(Nothing {})),
            Ok(Some(Found { state: State::Failed { code }, .. })) => Some(undelivered(&code)),
            Ok(_) | Err(_) => None,
        };
        let Some(said) = said else {
            let next_at = now.micros() + 3 * RECEIPT_AFTER;
            return Ok(self.store.put(id, known.round, &Attempt { next_at, ..attempt }).await?);
        };
        let arrived = matches!(said, Event::Delivered(_));
        if self.says(queued, said).await? {
            if arrived { run.delivered += 1 } else { run.failed += 1 }
        }
        Ok(self.store.settle(id).await?)
    }

    /// Takes a delivery report; false when the message is not known to have gone yet, and the report must come again.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn receipt(&self, report: &Report) -> Result<bool, SubmitError> {
        let message_id = report.id.as_deref().unwrap_or_default();
        // What is not ours, or of a sending before, is heard and means nothing.
        let Some(id) = message_id.get(..36).and_then(|id| Uuid::try_parse(id).ok()) else { return Ok(true) };
        let Some(queued) = self.queued(id).await?.filter(|queued| queued.known.message_id(id) == message_id) else {
            return Ok(true);
        };
        let known = &queued.known;
        match known.state {
            NoticeState::Ordered => Ok(false),
            NoticeState::Sent => {
                let serial = known.serial.as_deref().unwrap_or_default();
                if serial != report.serial && serial != message_id {
                    return Ok(true);
                }
                let said = if report.delivered { Event::Delivered(Nothing {}) } else { undelivered(&report.code) };
                let heard = self.says(&queued, said).await?;
                self.store.settle(id).await?;
                Ok(heard)
            }
            NoticeState::Delivered | NoticeState::Failed => Ok(true),
        }
    }

    /// Says what became of a message; false when something else was said meanwhile.
    async fn says(&self, queued: &Queued, event: Event) -> Result<bool, SubmitError> {
        let _alone = self.speaking.lock().await;
        let today = self.door.now().civil_day();
        let Queued { record, entry, known } = queued;
        let drafted = self.door.ask(&[()], |(), facts| known.outcome(record, entry, &event, today, facts)).await?;
        let Some(draft) = drafted.into_iter().flatten().next() else { return Ok(false) };
        let basis = Some(self.door.log().head().await?.next_position);
        self.door.say(&[Draft { basis, ..draft }], today).await
    }

    /// Whether messages that are not red wait for the morning.
    async fn is_quiet(&self, now: Instant) -> Result<bool, SubmitError> {
        let today = now.civil_day();
        let names = [ParameterName::QuietFrom, ParameterName::QuietUntil];
        let hours = self.door.ask(&names, |name, facts| parameter::value_on(*name, today, facts)).await?;
        let [from, until] = hours[..] else { return Ok(false) };
        Ok(is_within(hour_of(now), from, until))
    }

    /// The variables of the template: no name of a person, no dose, no finding (ux.md §7).
    async fn params(&self, known: &Notification) -> Result<[(&'static str, String); 5], SubmitError> {
        let order = &known.order;
        let about = self.door.ask(std::slice::from_ref(&order.about), |about, facts| facts.entry(about)).await?;
        let about = about.into_iter().next().flatten();
        let unit = about.as_ref().and_then(|entry| Some(entry.state.institution()?.profile.name.to_string()));
        let warnings: Vec<RecordRef> =
            order.warnings.iter().map(|id| domain::records::warning::reference(*id)).collect();
        let entries = self.door.ask(&warnings, |warning, facts| facts.entry(warning)).await?;
        let due: Option<Date> = entries.iter().flatten().filter_map(|entry| entry.state.warning()?.due_on).min();
        let rule = rules::rule(&order.rule).map_or_else(|| order.rule.to_string(), |rule| rule.zh.to_owned());
        Ok([
            ("grade", called(order.grade).to_owned()),
            ("rule", short(&rule)),
            ("unit", short(unit.as_deref().unwrap_or("辖区档案"))),
            ("due", due.map_or_else(|| "尽快".to_owned(), |due| due.to_string())),
            ("more", (order.warnings.len() - 1).to_string()),
        ])
    }
}

fn sent(contact: &Contact, serial: &str) -> Event {
    Event::Sent(Sent { to: contact.party.clone(), gateway: NoticeGateway::Aliyun, serial: serial.into() })
}

fn undelivered(code: &str) -> Event {
    let code = Some(code).filter(|code| !code.is_empty()).map(Into::into);
    Event::Failed(Failed { reason: NoticeFailure::Undelivered, code })
}

/// Hour of the ledger's day.
fn hour_of(now: Instant) -> i64 {
    (now.micros().div_euclid(3_600 * SECOND) + SHANGHAI_HOURS).rem_euclid(24)
}

/// Whether an hour lies between two, over midnight where the first is the later one.
fn is_within(hour: i64, from: i64, until: i64) -> bool {
    if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until }
}

/// How a grade is called (ux.md §10): by number and colour.
fn called(grade: WarningGrade) -> &'static str {
    match grade {
        WarningGrade::Blue => "Ⅳ级蓝色",
        WarningGrade::Yellow => "Ⅲ级黄色",
        WarningGrade::Orange => "Ⅱ级橙色",
        WarningGrade::Red => "Ⅰ级红色",
    }
}

/// As much of a text as a variable takes.
fn short(text: &str) -> String {
    match text.char_indices().nth(VARIABLE_MAX) {
        None => text.to_owned(),
        Some(_) => text.chars().take(VARIABLE_MAX - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_go_over_midnight_by_the_clock_of_the_ledger() {
        let at = |text: &str| text.parse::<Instant>().expect("an instant");
        assert_eq!(hour_of(at("2026-03-01T15:59:59.000000Z")), 23);
        assert_eq!(hour_of(at("2026-03-01T16:00:00.000000Z")), 0);
        let quiet: Vec<i64> = (0..24).filter(|hour| is_within(*hour, 21, 8)).collect();
        assert_eq!(quiet, [0, 1, 2, 3, 4, 5, 6, 7, 21, 22, 23]);
        assert_eq!((0..24).filter(|hour| is_within(*hour, 12, 14)).collect::<Vec<_>>(), [12, 13]);
        assert!((0..24).all(|hour| !is_within(hour, 8, 8)), "from and until the same: no quiet hour");
    }

    #[test]
    fn a_variable_is_no_longer_than_the_template_takes() {
        assert_eq!(short("宜宾市示范医院"), "宜宾市示范医院");
        let long = short(&"院".repeat(60));
        assert_eq!((long.chars().count(), long.ends_with('…')), (35, true));
    }
}

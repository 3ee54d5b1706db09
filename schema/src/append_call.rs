//! Calls of `ledger.append`: units laid out as its parallel arrays, checked before they go.
//!
//! The function writes a call whole or not at all. What it finds instead names rows of the arrays; the units that
//! sent them have lost, and the others go again without them.

use std::collections::HashMap;
use std::hash::Hash;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Field, IsNull, Kind, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use crate::event_log::{NewUnit, Outcome};

/// Most signed events in a unit (wire.md UNIT).
pub const UNIT_SIGNED_MAX: usize = 1_000;
/// Most consequences in a unit.
pub const UNIT_CONSEQUENCES_MAX: usize = 2_000;

/// Unit of what several units of a call read.
const SEVERAL: i32 = 0;
/// The finding that concerns no row: some unit's admission does not hold at the time of the call.
const OUT_OF_TIME: i32 = 7;
/// Parameters of the function.
const PARAMETERS: usize = 19;

/// Makes a session ready to append.
pub(crate) async fn prepare(client: &Client) -> Result<Statement, tokio_postgres::Error> {
    // The arrays vary in length and the plans must not: index probes, planned once.
    client.batch_execute("set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off").await?;
    let placeholders: Vec<String> = (1..=PARAMETERS).map(|number| format!("${number}")).collect();
    let call = placeholders.join(", ");
    client.prepare(&format!("select findings, first_position, recorded_at from ledger.append({call})")).await
}

/// Whether the unit is one that the function can chain; the sentence says what is wrong with it.
pub(crate) fn check(unit: &NewUnit) -> Result<(), &'static str> {
    if unit.events.is_empty() {
        return Err("a unit without events");
    }
    if unit.signed > unit.events.len()
        || unit.signed > UNIT_SIGNED_MAX
        || unit.events.len() - unit.signed > UNIT_CONSEQUENCES_MAX
    {
        return Err("more events than a unit may have");
    }
    let mut versions: HashMap<(&str, Uuid), (u32, bool)> = HashMap::with_capacity(unit.heads.len());
    for (kind, record, expected) in &unit.heads {
        if versions.insert((kind, *record), (*expected, false)).is_some() {
            return Err("a record has two expected versions");
        }
    }
    for event in &unit.events {
        let Some((version, written)) = versions.get_mut(&(event.kind.as_str(), event.record)) else {
            return Err("a record is written without an expected version");
        };
        if version.checked_add(1) != Some(event.version) || event.version > i32::MAX.cast_unsigned() {
            return Err("an event's version does not follow the one before");
        }
        (*version, *written) = (event.version, true);
    }
    if versions.values().any(|(_, written)| !written) {
        return Err("an expected version of a record that is not written");
    }
    if unit.takes.iter().any(|take| take.event >= unit.events.len()) {
        return Err("a claim of an event that is not there");
    }
    if unit.events.iter().any(|event| event.schema > i16::MAX.cast_unsigned()) {
        return Err("a schema number out of range");
    }
    Ok(())
}

/// A row type of `migrations/0103_append_whole.sql`, written in PostgreSQL's binary form.
macro_rules! row_type {
    ($name:ident, $sql:literal { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Debug)]
        struct $name<'a> { $($field: $type),* }

        impl ToSql for $name<'_> {
            fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
                let Kind::Composite(fields) = of.kind() else { return Err("not a row type".into()) };
                let values: &[(&str, &dyn ToSql)] = &[$((stringify!($field), &self.$field)),*];
                write_row(fields, values, out)
            }

            fn accepts(of: &Type) -> bool {
                of.name() == $sql && matches!(of.kind(), Kind::Composite(_))
            }

            to_sql_checked!();
        }
    };
}

row_type!(EventRow, "new_event" {
    kind: &'a str, record: Uuid, r#type: &'a str, schema: i16, account: Uuid, alg: i16,
    key: &'a [u8], signature: &'a [u8], payload: &'a [u8], hash: &'a [u8],
});
row_type!(HeadRow, "new_head" { kind: &'a str, record: Uuid, last: i32, version: i32, hash: &'a [u8] });
row_type!(ReadRow, "new_read" { unit: i32, kind: &'a str, record: Uuid, version: i32 });
row_type!(GuardRow, "new_guard" { unit: i32, key: &'a str, position: i64 });
row_type!(BatchRow, "new_batch" { event: i32, id: &'a Uuid });
row_type!(TakeRow, "new_take" { event: i32, digest: &'a [u8], kind: &'a str, record: Uuid, content: &'a [u8] });
row_type!(TouchRow, "new_touch" { unit: i32, event: i32, key: &'a str, kind: &'a str, record: Uuid });
row_type!(OpeningRow, "new_opening" {
    event: i32, pointer: &'a str, subject_kind: &'a str, subject: Uuid, generation: i32, r#box: &'a [u8],
});

/// Number of fields; then of each its type, length and bytes.
fn write_row(
    fields: &[Field],
    values: &[(&str, &dyn ToSql)],
    out: &mut BytesMut,
) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
    if fields.len() != values.len() {
        return Err("a row type has another number of fields".into());
    }
    out.put_i32(i32::try_from(fields.len())?);
    for (field, (name, value)) in fields.iter().zip(values) {
        if field.name() != name.strip_prefix("r#").unwrap_or(name) {
            return Err("a row type has other fields".into());
        }
        out.put_u32(field.type_().oid());
        let at = out.len();
        out.put_i32(-1);
        if matches!(value.to_sql_checked(field.type_(), out)?, IsNull::No) {
            let length = i32::try_from(out.len() - at - 4)?;
            out[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
    }
    Ok(IsNull::No)
}

/// The borrowed arrays of a call.
#[derive(Default)]
struct Arrays<'a> {
    /// The unit of each event, 1-based.
    e_unit: Vec<i32>,
    e_id: Vec<Uuid>,
    e_version: Vec<i32>,
    e_head: Vec<i32>,
    e_prev: Vec<i32>,
    events: Vec<EventRow<'a>>,
    h_unit: Vec<i32>,
    h_expected: Vec<i32>,
    heads: Vec<HeadRow<'a>>,
    reads: Vec<ReadRow<'a>>,
    guards: Vec<GuardRow<'a>>,
    batches: Vec<BatchRow<'a>>,
    takes: Vec<TakeRow<'a>>,
    frees: Vec<&'a [u8]>,
    touches: Vec<TouchRow<'a>>,
    openings: Vec<OpeningRow<'a>>,
}

impl<'a> Arrays<'a> {
    /// Lays out units that [`check`] has passed.
    fn of(units: &[&'a NewUnit]) -> Self {
        let mut arrays = Arrays::default();
        let (mut reads, mut guards) = (HashMap::new(), HashMap::new());
        for (unit, number) in units.iter().zip(1..) {
            arrays.write(unit, number);
            for (kind, record, version) in &unit.reads {
                let row = ReadRow { unit: number, kind, record: *record, version: version.cast_signed() };
                let row = once(&mut reads, &mut arrays.reads, (kind, record, version), row);
                row.unit = if row.unit == number { number } else { SEVERAL };
            }
            for (key, position) in &unit.guards {
                let row = GuardRow { unit: number, key, position: *position };
                let row = once(&mut guards, &mut arrays.guards, (key, position), row);
                row.unit = if row.unit == number { number } else { SEVERAL };
            }
        }
        arrays
    }

    /// Adds what a unit writes.
    fn write(&mut self, unit: &'a NewUnit, number: i32) {
        let first_head = self.heads.len();
        for (kind, record, expected) in &unit.heads {
            self.h_unit.push(number);
            self.h_expected.push(expected.cast_signed());
            // The last three follow from the unit's events.
            self.heads.push(HeadRow { kind, record: *record, last: 0, version: 0, hash: &[] });
        }
        let first_event = self.events.len();
        self.batches.extend(unit.batch.iter().map(|id| BatchRow { event: index(first_event + 1), id }));
        let head_of: HashMap<(&str, Uuid), usize> =
            unit.heads.iter().zip(first_head..).map(|((kind, record, _), at)| ((&**kind, *record), at)).collect();
        for event in &unit.events {
            let at = index(self.events.len() + 1);
            let head_at = head_of[&(event.kind.as_str(), event.record)];
            let head = &mut self.heads[head_at];
            self.e_unit.push(number);
            self.e_id.push(event.id);
            self.e_version.push(event.version.cast_signed());
            self.e_head.push(index(head_at + 1));
            self.e_prev.push(head.last);
            (head.last, head.version, head.hash) = (at, event.version.cast_signed(), &event.hash);
            self.events.push(EventRow {
                kind: &event.kind,
                record: event.record,
                r#type: &event.type_,
                schema: event.schema.cast_signed(),
                account: event.account,
                alg: i16::from(event.alg),
                key: &event.key,
                signature: &event.signature,
                payload: &event.payload,
                hash: &event.hash,
            });
            for (k, key) in event.touches.iter().enumerate() {
                // A key touched twice by one event is one touch.
                if !event.touches[..k].contains(key) {
                    let (kind, record) = (event.kind.as_str(), event.record);
                    self.touches.push(TouchRow { unit: number, event: at, key, kind, record });
                }
            }
            self.openings.extend(event.openings.iter().map(|opening| OpeningRow {
                event: at,
                pointer: &opening.pointer,
                subject_kind: &opening.subject_kind,
                subject: opening.subject,
                generation: opening.generation.cast_signed(),
                r#box: &opening.sealed_box,
            }));
        }
        self.takes.extend(unit.takes.iter().map(|take| TakeRow {
            event: index(first_event + take.event + 1),
            digest: &take.digest,
            kind: &take.kind,
            record: take.record,
            content: &take.content,
        }));
        self.frees.extend(unit.frees.iter().map(<[u8; 32]>::as_slice));
    }

    /// What a finding means, and for which of the units.
    fn losers(&self, units: &[&NewUnit], finding: i32) -> (Outcome, Vec<usize>) {
        let row = place(finding / 8);
        let one = |unit: i32| vec![place(unit)];
        let all = |lost: &dyn Fn(&NewUnit) -> bool| (0..units.len()).filter(|&at| lost(units[at])).collect();
        match finding % 8 {
            1 => (Outcome::Known, one(self.e_unit[row])),
            2 => (Outcome::Known, one(self.e_unit[place(self.batches[row].event)])),
            3 => (Outcome::Conflict, one(self.h_unit[row])),
            4 => {
                let ReadRow { kind, record, version, .. } = self.reads[row];
                let read = |unit: &NewUnit| {
                    unit.reads.iter().any(|(k, r, v)| (k.as_str(), *r, v.cast_signed()) == (kind, record, version))
                };
                (Outcome::Moved, all(&read))
            }
            5 => {
                let GuardRow { key, position, .. } = self.guards[row];
                let read = |unit: &NewUnit| unit.guards.iter().any(|(k, p)| (k.as_str(), *p) == (key, position));
                (Outcome::Moved, all(&read))
            }
            6 => (Outcome::Taken, one(self.e_unit[place(self.takes[row].event)])),
            other => unreachable!("ledger.append finds no {other}"),
        }
    }

    /// Calls the function.
    async fn append(
        &self,
        client: &Client,
        statement: &Statement,
        epoch: i64,
        now: i64,
        (from, until): (i64, i64),
    ) -> Result<(Vec<i32>, i64, i64), tokio_postgres::Error> {
        let parameters: [&(dyn ToSql + Sync); PARAMETERS] = [
            &epoch,
            &now,
            &from,
            &until,
            &self.e_id,
            &self.e_version,
            &self.e_head,
            &self.e_prev,
            &self.events,
            &self.h_unit,
            &self.h_expected,
            &self.heads,
            &self.reads,
            &self.guards,
            &self.batches,
            &self.takes,
            &self.frees,
            &self.touches,
            &self.openings,
        ];
        // `query_one` reads to the end of the answer, which comes after the commit.
        let row = client.query_one(statement, &parameters).await?;
        Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
    }
}

/// The row of a key, which is added when it is new.
fn once<'r, K: Eq + Hash, R>(known: &mut HashMap<K, usize>, rows: &'r mut Vec<R>, key: K, row: R) -> &'r mut R {
    let at = *known.entry(key).or_insert(rows.len());
    if at == rows.len() {
        rows.push(row);
    }
    &mut rows[at]
}

/// What was answered to a call.
#[derive(Debug)]
pub(crate) struct Answer {
    /// In the order of the units.
    pub outcomes: Vec<Outcome>,
    /// Size of the log after the call, when it was written.
    pub size: Option<u64>,
}

/// Appends units that [`check`] has passed and that do not collide, in one transaction. Units that lose are taken
/// out and the rest goes again, so a loser never fails its neighbours. An `Appended` means that the server has said
/// that the transaction is committed.
pub(crate) async fn call(
    client: &Client,
    statement: &Statement,
    epoch: i64,
    now: i64,
    units: &[&NewUnit],
) -> Result<Answer, tokio_postgres::Error> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; units.len()];
    let mut size = None;
    loop {
        let left: Vec<usize> = (0..units.len()).filter(|&at| outcomes[at].is_none()).collect();
        let Some(from) = left.iter().map(|&at| units[at].from_us).max() else { break };
        let until = left.iter().map(|&at| units[at].until_us).min().unwrap_or(from);
        let sent: Vec<&NewUnit> = left.iter().map(|&at| units[at]).collect();
        let arrays = Arrays::of(&sent);
        let (mut findings, first, recorded_at) = arrays.append(client, statement, epoch, now, (from, until)).await?;
        if findings.is_empty() {
            let mut first_position = first.cast_unsigned();
            for at in left {
                outcomes[at] = Some(Outcome::Appended { first_position, recorded_at });
                first_position += units[at].events.len() as u64;
            }
            size = Some(first_position);
            break;
        }
        // Of several findings about one unit the first in order of precedence counts.
        findings.sort_unstable_by_key(|finding| finding % 8);
        for finding in findings {
            if finding == OUT_OF_TIME {
                for &at in &left {
                    if !(units[at].from_us..=units[at].until_us).contains(&recorded_at) {
                        outcomes[at].get_or_insert(Outcome::Stale);
                    }
                }
            } else {
                let (outcome, losers) = arrays.losers(&sent, finding);
                losers.into_iter().for_each(|loser| _ = outcomes[left[loser]].get_or_insert(outcome));
            }
        }
    }
    Ok(Answer { outcomes: outcomes.into_iter().map(|outcome| outcome.expect("each unit is answered")).collect(), size })
}

/// A 1-based index or a count; a batch has some thousands of rows at most.
fn index(number: usize) -> i32 {
    i32::try_from(number).expect("a batch is far smaller than 2^31")
}

/// The place of what has this 1-based index.
fn place(index: i32) -> usize {
    usize::try_from(index - 1).expect("rows are counted from 1")
}

//! One call of `ledger.append`: units laid out as its parallel arrays, checked before they go.

use std::collections::HashMap;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Field, IsNull, Kind, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use crate::event_log::{NewUnit, Outcome};

/// Most signed events in a unit (wire.md UNIT).
pub const UNIT_SIGNED_MAX: usize = 1_000;
/// Most consequences in a unit.
pub const UNIT_CONSEQUENCES_MAX: usize = 2_000;

/// Arrays of the function, in the order of its parameters.
const PARAMETERS: usize = 21;

/// The statement to prepare.
pub(crate) fn sql() -> String {
    let placeholders: Vec<String> = (1..=PARAMETERS).map(|number| format!("${number}")).collect();
    format!("select status, first_position, recorded_at, next_position from ledger.append({})", placeholders.join(", "))
}

/// What the function answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub outcomes: Vec<Outcome>,
    pub next_position: u64,
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

/// A row type of `migrations/0002_append.sql`, written in PostgreSQL's binary form.
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
row_type!(HeadRow, "new_head" {
    unit: i32, kind: &'a str, record: Uuid, expected: i32, last: i32, version: i32, hash: &'a [u8],
});
row_type!(ReadRow, "new_read" { unit: i32, kind: &'a str, record: Uuid, version: i32 });
row_type!(GuardRow, "new_guard" { unit: i32, key: &'a str, position: i64 });
row_type!(TakeRow, "new_take" {
    unit: i32, event: i32, digest: &'a [u8], kind: &'a str, record: Uuid, content: &'a [u8],
});
row_type!(FreeRow, "new_free" { unit: i32, digest: &'a [u8] });
row_type!(TouchRow, "new_touch" { unit: i32, event: i32, key: &'a str, kind: &'a str, record: Uuid });
row_type!(OpeningRow, "new_opening" {
    unit: i32, event_id: Uuid, pointer: &'a str, subject_kind: &'a str, subject: Uuid, generation: i32, r#box: &'a [u8],
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
        if field.name() != name.trim_start_matches("r#") {
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

/// The borrowed arrays of a batch.
#[derive(Default)]
struct Arrays<'a> {
    u_events: Vec<i32>,
    u_batch: Vec<Option<Uuid>>,
    u_from: Vec<i64>,
    u_until: Vec<i64>,
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
    takes: Vec<TakeRow<'a>>,
    frees: Vec<FreeRow<'a>>,
    touches: Vec<TouchRow<'a>>,
    openings: Vec<OpeningRow<'a>>,
}

impl<'a> Arrays<'a> {
    /// Adds a unit that [`check`] has passed.
    fn add(&mut self, unit: &'a NewUnit) {
        let number = index(self.u_events.len() + 1);
        self.u_events.push(index(unit.events.len()));
        self.u_batch.push(unit.batch);
        self.u_from.push(unit.from_us);
        self.u_until.push(unit.until_us);

        let mut heads: HashMap<(&str, Uuid), usize> = HashMap::with_capacity(unit.heads.len());
        for (kind, record, expected) in &unit.heads {
            let expected = expected.cast_signed();
            heads.insert((kind, *record), self.heads.len());
            self.h_unit.push(number);
            self.h_expected.push(expected);
            // The last three follow from the unit's events.
            self.heads.push(HeadRow { unit: number, kind, record: *record, expected, last: 0, version: 0, hash: &[] });
        }
        let first_event = self.events.len();
        for event in &unit.events {
            let at = index(self.events.len() + 1);
            let head_at = heads[&(event.kind.as_str(), event.record)];
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
                unit: number,
                event_id: event.id,
                pointer: &opening.pointer,
                subject_kind: &opening.subject_kind,
                subject: opening.subject,
                generation: opening.generation.cast_signed(),
                r#box: &opening.sealed_box,
            }));
        }
        self.reads.extend(unit.reads.iter().map(|(kind, record, version)| ReadRow {
            unit: number,
            kind,
            record: *record,
            version: version.cast_signed(),
        }));
        let guards = unit.guards.iter();
        self.guards.extend(guards.map(|(key, position)| GuardRow { unit: number, key, position: *position }));
        // A record that takes a claim twice in a unit holds it since the last time.
        let mut last: HashMap<(&[u8], &str, Uuid), usize> = HashMap::with_capacity(unit.takes.len());
        for (t, take) in unit.takes.iter().enumerate() {
            last.insert((&take.digest, &take.kind, take.record), t);
        }
        for (t, take) in unit.takes.iter().enumerate() {
            if last[&(take.digest.as_slice(), take.kind.as_str(), take.record)] == t {
                self.takes.push(TakeRow {
                    unit: number,
                    event: index(first_event + take.event + 1),
                    digest: &take.digest,
                    kind: &take.kind,
                    record: take.record,
                    content: &take.content,
                });
            }
        }
        self.frees.extend(unit.frees.iter().map(|digest| FreeRow { unit: number, digest }));
    }

    fn parameters<'b>(&'b self, epoch: &'b i64, now: &'b i64) -> [&'b (dyn ToSql + Sync); PARAMETERS] {
        [
            epoch,
            now,
            &self.u_events,
            &self.u_batch,
            &self.u_from,
            &self.u_until,
            &self.e_unit,
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
            &self.takes,
            &self.frees,
            &self.touches,
            &self.openings,
        ]
    }
}

/// Appends units that [`check`] has passed, in one transaction. When this
/// returns `Ok`, the server has said that the transaction is committed.
pub(crate) async fn call(
    client: &Client,
    statement: &Statement,
    epoch: i64,
    now: i64,
    units: &[&NewUnit],
) -> Result<Answer, tokio_postgres::Error> {
    let mut arrays = Arrays::default();
    for unit in units {
        arrays.add(unit);
    }
    // `query_one` reads to the end of the answer, which comes after the commit.
    let row = client.query_one(statement, &arrays.parameters(&epoch, &now)).await?;
    read(&row)
}

fn read(row: &Row) -> Result<Answer, tokio_postgres::Error> {
    let statuses: Vec<i16> = row.try_get(0)?;
    let positions: Vec<i64> = row.try_get(1)?;
    let recorded_at: i64 = row.try_get(2)?;
    let next_position: i64 = row.try_get(3)?;
    let outcomes = statuses
        .iter()
        .zip(positions)
        .map(|(status, first)| match status {
            0 => Outcome::Appended { first_position: first.cast_unsigned(), recorded_at },
            1 => Outcome::Known,
            2 => Outcome::Again,
            3 => Outcome::Conflict,
            4 => Outcome::Moved,
            5 => Outcome::Taken,
            6 => Outcome::Stale,
            other => unreachable!("ledger.append has no status {other}"),
        })
        .collect();
    Ok(Answer { outcomes, next_position: next_position.cast_unsigned() })
}

/// A 1-based index or a count; a batch has some thousands of rows at most.
fn index(number: usize) -> i32 {
    i32::try_from(number).expect("a batch is far smaller than 2^31")
}

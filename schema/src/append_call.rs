//! One call of `ledger.append`: units laid out as its parallel arrays, checked before they go.

use std::collections::HashMap;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};
use uuid::Uuid;

use crate::event_log::{NewUnit, Outcome};

/// Most signed events in a unit (wire.md UNIT).
pub const UNIT_SIGNED_MAX: usize = 1_000;
/// Most consequences in a unit.
pub const UNIT_CONSEQUENCES_MAX: usize = 2_000;

/// Arrays of the function, in the order of its parameters.
const PARAMETERS: usize = 55;

/// The statement to prepare.
pub(crate) fn sql() -> String {
    let placeholders: Vec<String> = (1..=PARAMETERS)
        .map(|number| format!("${number}"))
        .collect();
    format!(
        "select status, first_position, recorded_at, next_position from ledger.append({})",
        placeholders.join(", ")
    )
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
        if versions
            .insert((kind, *record), (*expected, false))
            .is_some()
        {
            return Err("a record has two expected versions");
        }
    }
    for event in &unit.events {
        let Some((version, written)) = versions.get_mut(&(event.kind.as_str(), event.record))
        else {
            return Err("a record is written without an expected version");
        };
        if version.checked_add(1) != Some(event.version) || event.version > i32::MAX.cast_unsigned()
        {
            return Err("an event's version does not follow the one before");
        }
        (*version, *written) = (event.version, true);
    }
    if versions.values().any(|(_, written)| !written) {
        return Err("an expected version of a record that is not written");
    }
    if unit
        .takes
        .iter()
        .any(|take| take.event >= unit.events.len())
    {
        return Err("a claim of an event that is not there");
    }
    if unit
        .events
        .iter()
        .any(|event| event.schema > i16::MAX.cast_unsigned())
    {
        return Err("a schema number out of range");
    }
    Ok(())
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
    e_kind: Vec<&'a str>,
    e_record: Vec<Uuid>,
    e_version: Vec<i32>,
    e_type: Vec<&'a str>,
    e_schema: Vec<i16>,
    e_account: Vec<Uuid>,
    e_alg: Vec<i16>,
    e_key: Vec<&'a [u8]>,
    e_signature: Vec<&'a [u8]>,
    e_payload: Vec<&'a [u8]>,
    e_hash: Vec<&'a [u8]>,
    e_head: Vec<i32>,
    e_prev: Vec<i32>,
    h_unit: Vec<i32>,
    h_kind: Vec<&'a str>,
    h_record: Vec<Uuid>,
    h_expected: Vec<i32>,
    h_last: Vec<i32>,
    h_version: Vec<i32>,
    h_hash: Vec<&'a [u8]>,
    r_unit: Vec<i32>,
    r_kind: Vec<&'a str>,
    r_record: Vec<Uuid>,
    r_version: Vec<i32>,
    g_unit: Vec<i32>,
    g_key: Vec<&'a str>,
    g_position: Vec<i64>,
    t_unit: Vec<i32>,
    t_event: Vec<i32>,
    t_digest: Vec<&'a [u8]>,
    t_kind: Vec<&'a str>,
    t_record: Vec<Uuid>,
    t_content: Vec<&'a [u8]>,
    f_unit: Vec<i32>,
    f_digest: Vec<&'a [u8]>,
    k_unit: Vec<i32>,
    k_event: Vec<i32>,
    k_key: Vec<&'a str>,
    k_kind: Vec<&'a str>,
    k_record: Vec<Uuid>,
    o_unit: Vec<i32>,
    o_event_id: Vec<Uuid>,
    o_pointer: Vec<&'a str>,
    o_subject_kind: Vec<&'a str>,
    o_subject: Vec<Uuid>,
    o_generation: Vec<i32>,
    o_box: Vec<&'a [u8]>,
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
            heads.insert((kind, *record), self.h_unit.len());
            self.h_unit.push(number);
            self.h_kind.push(kind);
            self.h_record.push(*record);
            self.h_expected.push(expected.cast_signed());
            self.h_last.push(0);
            self.h_version.push(0);
            self.h_hash.push(&[]);
        }
        let first_event = self.e_unit.len();
        for event in &unit.events {
            let at = index(self.e_unit.len() + 1);
            let head = heads[&(event.kind.as_str(), event.record)];
            self.e_unit.push(number);
            self.e_id.push(event.id);
            self.e_kind.push(&event.kind);
            self.e_record.push(event.record);
            self.e_version.push(event.version.cast_signed());
            self.e_type.push(&event.type_);
            self.e_schema.push(event.schema.cast_signed());
            self.e_account.push(event.account);
            self.e_alg.push(i16::from(event.alg));
            self.e_key.push(&event.key);
            self.e_signature.push(&event.signature);
            self.e_payload.push(&event.payload);
            self.e_hash.push(&event.hash);
            self.e_head.push(index(head + 1));
            self.e_prev.push(self.h_last[head]);
            self.h_last[head] = at;
            self.h_version[head] = event.version.cast_signed();
            self.h_hash[head] = &event.hash;
            for (k, key) in event.touches.iter().enumerate() {
                // A key touched twice by one event is one touch.
                if !event.touches[..k].contains(key) {
                    self.k_unit.push(number);
                    self.k_event.push(at);
                    self.k_key.push(key);
                    self.k_kind.push(&event.kind);
                    self.k_record.push(event.record);
                }
            }
            for opening in &event.openings {
                self.o_unit.push(number);
                self.o_event_id.push(event.id);
                self.o_pointer.push(&opening.pointer);
                self.o_subject_kind.push(&opening.subject_kind);
                self.o_subject.push(opening.subject);
                self.o_generation.push(opening.generation.cast_signed());
                self.o_box.push(&opening.sealed_box);
            }
        }
        for (kind, record, version) in &unit.reads {
            self.r_unit.push(number);
            self.r_kind.push(kind);
            self.r_record.push(*record);
            self.r_version.push(version.cast_signed());
        }
        for (key, position) in &unit.guards {
            self.g_unit.push(number);
            self.g_key.push(key);
            self.g_position.push(*position);
        }
        // A record that takes a claim twice in a unit holds it since the last time.
        let mut takes: HashMap<(&[u8], &str, Uuid), usize> =
            HashMap::with_capacity(unit.takes.len());
        for (t, take) in unit.takes.iter().enumerate() {
            takes.insert((&take.digest, &take.kind, take.record), t);
        }
        for (t, take) in unit.takes.iter().enumerate() {
            if takes[&(take.digest.as_slice(), take.kind.as_str(), take.record)] == t {
                self.t_unit.push(number);
                self.t_event.push(index(first_event + take.event + 1));
                self.t_digest.push(&take.digest);
                self.t_kind.push(&take.kind);
                self.t_record.push(take.record);
                self.t_content.push(&take.content);
            }
        }
        for digest in &unit.frees {
            self.f_unit.push(number);
            self.f_digest.push(digest);
        }
    }

    fn parameters<'b>(
        &'b self,
        epoch: &'b i64,
        now: &'b i64,
    ) -> [&'b (dyn ToSql + Sync); PARAMETERS] {
        [
            epoch,
            now,
            &self.u_events,
            &self.u_batch,
            &self.u_from,
            &self.u_until,
            &self.e_unit,
            &self.e_id,
            &self.e_kind,
            &self.e_record,
            &self.e_version,
            &self.e_type,
            &self.e_schema,
            &self.e_account,
            &self.e_alg,
            &self.e_key,
            &self.e_signature,
            &self.e_payload,
            &self.e_hash,
            &self.e_head,
            &self.e_prev,
            &self.h_unit,
            &self.h_kind,
            &self.h_record,
            &self.h_expected,
            &self.h_last,
            &self.h_version,
            &self.h_hash,
            &self.r_unit,
            &self.r_kind,
            &self.r_record,
            &self.r_version,
            &self.g_unit,
            &self.g_key,
            &self.g_position,
            &self.t_unit,
            &self.t_event,
            &self.t_digest,
            &self.t_kind,
            &self.t_record,
            &self.t_content,
            &self.f_unit,
            &self.f_digest,
            &self.k_unit,
            &self.k_event,
            &self.k_key,
            &self.k_kind,
            &self.k_record,
            &self.o_unit,
            &self.o_event_id,
            &self.o_pointer,
            &self.o_subject_kind,
            &self.o_subject,
            &self.o_generation,
            &self.o_box,
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
    let row = client
        .query_one(statement, &arrays.parameters(&epoch, &now))
        .await?;
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
            0 => Outcome::Appended {
                first_position: first.cast_unsigned(),
                recorded_at,
            },
            1 => Outcome::Known,
            2 => Outcome::Again,
            3 => Outcome::Conflict,
            4 => Outcome::Moved,
            5 => Outcome::Taken,
            6 => Outcome::Stale,
            other => unreachable!("ledger.append has no status {other}"),
        })
        .collect();
    Ok(Answer {
        outcomes,
        next_position: next_position.cast_unsigned(),
    })
}

/// A 1-based index or a count; a batch has some thousands of rows at most.
fn index(number: usize) -> i32 {
    i32::try_from(number).expect("a batch is far smaller than 2^31")
}

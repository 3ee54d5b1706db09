//! The tables of the read model: how the rows of each projection are stored, one by one and in bulk.
//!
//! Written once for all kinds; [`Table`] has an implementor for each projection.

use bytes::{BufMut, BytesMut};
use compact_str::CompactString;
use deadpool_postgres::Transaction;
use domain::catalog::Kind;
use projections::current::{self, Current};
use projections::home::Home;
use projections::memory::move_home;
use projections::statistics::{self, Statistics, own_org};
use projections::timeline::{self, Timeline};
use projections::{Change, Projection};
use uuid::Uuid;

use crate::error::Error;
use crate::event_log::signed;

/// Separates facets on their way into the database; no text of the ledger holds it.
const SEPARATOR: &str = "\u{1f}";

/// A projection that has a table.
pub trait Table: Projection + Sized {
    /// Columns of a bulk load, in the order of [`Table::encode`]; the last one is appended by the loader.
    const COLUMNS: &'static str;

    /// Appends the row in the form of COPY BINARY, without its last column.
    fn encode(row: &Self::Row, out: &mut BytesMut);

    /// Where the row belongs.
    fn home(row: &mut Self::Row) -> &mut Home;

    /// Position of the event that made it.
    fn position(row: &Self::Row) -> u64;

    /// Position of the row's version before, where rows are versioned.
    fn closes(row: &Self::Row) -> Option<u64>;

    /// Last column of a bulk load for a row that was never closed: encoded by the loader.
    fn last(row: &Self::Row) -> Last;

    /// Brings the stored rows of organisations under their present areas.
    ///
    /// # Errors
    /// [`Error`] of the database.
    fn move_stored(
        tx: &Transaction<'_>,
        version: i32,
        moves: &[(Uuid, CompactString)],
    ) -> impl Future<Output = Result<(), Error>> + Send {
        move_rows::<Self>(tx, version, moves)
    }

    /// What finds an organisation's rows `r` besides the organisation, where their index begins with something else.
    fn moved() -> String {
        "true".to_owned()
    }

    /// Stores new rows in the table of a version.
    ///
    /// # Errors
    /// [`Error`] of the database; [`Error::Corrupt`] when a row to be closed is not there.
    fn store(
        tx: &Transaction<'_>,
        version: i32,
        rows: Vec<Self::Row>,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// The last column of a bulk load, or the last ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Last {
    /// `until`: known once the record's next event is read.
    Until,
    /// `own`.
    Own(bool),
    /// Two totals, which grow row by row under one name, and whether the row is the first of that name.
    Totals {
        /// What is added up.
        name: String,
        /// What this row adds to each.
        deltas: [i64; 2],
    },
}

/// Name of a version's table.
pub(crate) fn table<P: Projection>(version: i32) -> String {
    format!("read.{}_v{version}", P::NAME)
}

/// Stores the changes of consecutive events: first what moves, then the new rows.
pub(crate) async fn store<P: Table>(
    tx: &Transaction<'_>,
    version: i32,
    changes: Vec<Change<P::Row>>,
) -> Result<(), Error> {
    let mut rows: Vec<P::Row> = Vec::with_capacity(changes.len());
    let mut moves: Vec<(Uuid, CompactString)> = Vec::new();
    for change in changes {
        match change {
            Change::Put(row) => rows.push(row),
            Change::MoveOrg { org, area } => {
                // Those of this stretch here, those before it in the table.
                rows.iter_mut().for_each(|row| move_home(P::home(row), org, &area));
                moves.retain(|(known, _)| *known != org);
                moves.push((org, area));
            }
        }
    }
    P::move_stored(tx, version, &moves).await?;
    if rows.is_empty() { Ok(()) } else { P::store(tx, version, rows).await }
}

/// Brings rows under the present areas of their organisations: no other column depends on the area.
async fn move_rows<P: Table>(tx: &Transaction<'_>, version: i32, moves: &[(Uuid, CompactString)]) -> Result<(), Error> {
    if moves.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "update {} r set area = m.area from unnest($1::uuid[], $2::text[]) m(org, area)
          where r.org = m.org and {} and r.area is not null and r.area <> m.area",
        table::<P>(version),
        P::moved()
    );
    let (orgs, areas): (Vec<Uuid>, Vec<&str>) = moves.iter().map(|(org, area)| (*org, area.as_str())).unzip();
    tx.execute(&tx.prepare_cached(&sql).await?, &[&orgs, &areas]).await?;
    Ok(())
}

/// Closes stored rows: `since` of each and the position of the version after it.
pub(crate) async fn close_stored(
    tx: &Transaction<'_>,
    version: i32,
    since: &[i64],
    until: &[i64],
) -> Result<(), Error> {
    if since.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "update {} c set until = u.until from unnest($1::bigint[], $2::bigint[]) u(since, until)
          where c.since = u.since and c.until is null",
        table::<Current>(version)
    );
    let closed = tx.execute(&tx.prepare_cached(&sql).await?, &[&since, &until]).await?;
    if closed != since.len() as u64 {
        return Err(Error::corrupt(None, format!("{closed} of {} rows to be closed are there", since.len())));
    }
    Ok(())
}

impl Table for Current {
    const COLUMNS: &'static str =
        "kind, id, version, since, recorded_at, org, area, account, filed_by, label, state, facets, row, until";

    fn encode(row: &current::Row, out: &mut BytesMut) {
        out.put_i16(14);
        text(out, row.kind.as_str());
        bytes(out, row.id.as_bytes());
        int4(out, row.version);
        int8(out, signed(row.since));
        int8(out, row.recorded_at.micros());
        home(out, &row.home);
        text(out, &row.label);
        text(out, &row.state);
        text_array(out, &row.facets);
        text(out, &row.row);
    }

    fn home(row: &mut current::Row) -> &mut Home {
        &mut row.home
    }

    fn position(row: &current::Row) -> u64 {
        row.since
    }

    fn closes(row: &current::Row) -> Option<u64> {
        row.closes
    }

    fn last(_: &current::Row) -> Last {
        Last::Until
    }

    fn moved() -> String {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("r.kind = any('{{{}}}')", kinds.join(","))
    }

    async fn store(tx: &Transaction<'_>, version: i32, mut rows: Vec<current::Row>) -> Result<(), Error> {
        // Closed within the stretch, or in the table.
        let first = rows.first().map_or(0, |row| row.since);
        let (mut closed_since, mut closed_until) = (Vec::new(), Vec::new());
        for at in 0..rows.len() {
            let Some(since) = rows[at].closes else {
                continue;
            };
            let until = rows[at].since;
            if since < first {
                closed_since.push(signed(since));
                closed_until.push(signed(until));
            } else {
                let before = rows.binary_search_by_key(&since, |row| row.since);
                let before =
                    before.map_err(|_| Error::corrupt(until, "the version before it is not in its stretch"))?;
                rows[before].until = Some(until);
            }
        }
        close_stored(tx, version, &closed_since, &closed_until).await?;
        let sql = format!(
            "insert into {} (kind, id, version, since, until, recorded_at, org, area, account, filed_by, label, state, facets, row)
             select kind, id, version, since, until, recorded_at, org, area, account, filed_by, label, state,
                    string_to_array(facets, E'\\x1f'), r.row
               from unnest($1::text[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::uuid[], $8::text[],
                           $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::text[])
                    r(kind, id, version, since, until, recorded_at, org, area, account, filed_by, label, state, facets, row)",
            table::<Current>(version)
        );
        let facets: Vec<String> = rows.iter().map(|row| row.facets.join(SEPARATOR)).collect();
        tx.execute(
            &tx.prepare_cached(&sql).await?,
            &[
                &column(&rows, |row| row.kind.as_str()),
                &column(&rows, |row| row.id),
                &column(&rows, |row| row.version.cast_signed()),
                &column(&rows, |row| signed(row.since)),
                &column(&rows, |row| row.until.map(signed)),
                &column(&rows, |row| row.recorded_at.micros()),
                &column(&rows, |row| row.home.org),
                &column(&rows, |row| row.home.area.as_deref()),
                &column(&rows, |row| row.home.account),
                &column(&rows, |row| row.home.filed_by),
                &column(&rows, |row| row.label.as_str()),
                &column(&rows, |row| row.state.as_str()),
                &facets,
                &column(&rows, |row| row.row.as_str()),
            ],
        )
        .await?;
        Ok(())
    }
}

impl Table for Timeline {
    const COLUMNS: &'static str = "subject_kind, subject, position, event_type, meaning, kind, record, version, signer, \
         recorded_at, org, area, account, filed_by, person, own";

    fn encode(row: &timeline::Row, out: &mut BytesMut) {
        out.put_i16(16);
        text(out, &row.subject.kind);
        bytes(out, row.subject.id.as_bytes());
        int8(out, signed(row.position));
        text(out, &row.event_type);
        text(out, row.meaning.as_str());
        text(out, row.kind.as_str());
        bytes(out, row.record.as_bytes());
        int4(out, row.version);
        bytes(out, row.signer.as_bytes());
        int8(out, row.recorded_at.micros());
        home(out, &row.home);
        uuid(out, row.person);
    }

    fn home(row: &mut timeline::Row) -> &mut Home {
        &mut row.home
    }

    fn position(row: &timeline::Row) -> u64 {
        row.position
    }

    fn closes(_: &timeline::Row) -> Option<u64> {
        None
    }

    fn last(row: &timeline::Row) -> Last {
        Last::Own(is_own(row))
    }

    async fn store(tx: &Transaction<'_>, version: i32, rows: Vec<timeline::Row>) -> Result<(), Error> {
        let sql = format!(
            "insert into {} ({})
             select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::int[],
                                  $9::uuid[], $10::bigint[], $11::uuid[], $12::text[], $13::uuid[], $14::uuid[],
                                  $15::uuid[], $16::boolean[])",
            table::<Timeline>(version),
            Self::COLUMNS
        );
        tx.execute(
            &tx.prepare_cached(&sql).await?,
            &[
                &column(&rows, |row| row.subject.kind.as_str()),
                &column(&rows, |row| row.subject.id),
                &column(&rows, |row| signed(row.position)),
                &column(&rows, |row| row.event_type.as_str()),
                &column(&rows, |row| row.meaning.as_str()),
                &column(&rows, |row| row.kind.as_str()),
                &column(&rows, |row| row.record),
                &column(&rows, |row| row.version.cast_signed()),
                &column(&rows, |row| row.signer),
                &column(&rows, |row| row.recorded_at.micros()),
                &column(&rows, |row| row.home.org),
                &column(&rows, |row| row.home.area.as_deref()),
                &column(&rows, |row| row.home.account),
                &column(&rows, |row| row.home.filed_by),
                &column(&rows, |row| row.person),
                &column(&rows, is_own),
            ],
        )
        .await?;
        Ok(())
    }
}

impl Table for Statistics {
    const COLUMNS: &'static str =
        "measure, kind, area, org, institution, key, position, delta, amount_delta, total, amount_total, first";

    fn encode(row: &statistics::Row, out: &mut BytesMut) {
        out.put_i16(12);
        text(out, row.measure);
        text(out, row.kind.as_str());
        text(out, area_of(row));
        uuid(out, own_org(row));
        uuid(out, Some(institution_of(row)));
        text(out, &row.key);
        int8(out, signed(row.position));
        int8(out, row.delta);
        int8(out, row.amount_delta);
    }

    fn home(row: &mut statistics::Row) -> &mut Home {
        &mut row.home
    }

    fn position(row: &statistics::Row) -> u64 {
        row.position
    }

    fn closes(_: &statistics::Row) -> Option<u64> {
        None
    }

    fn last(row: &statistics::Row) -> Last {
        let whose = own_org(row).map_or_else(|| area_of(row).to_owned(), |org| org.to_string());
        let name = format!("{}{SEPARATOR}{whose}{SEPARATOR}{}", row.measure, row.key);
        Last::Totals { name, deltas: [row.delta, row.amount_delta] }
    }

    /// The totals of both areas are added up anew, over all keys that lose or gain a row: rare, and it may cost.
    async fn move_stored(tx: &Transaction<'_>, version: i32, moves: &[(Uuid, CompactString)]) -> Result<(), Error> {
        if moves.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "with m as materialized (select * from unnest($1::uuid[], $2::text[]) m(org, area)),
                  gone as materialized (
                      select r.measure, r.area, m.area as new, r.key from {table} r join m on m.org = r.institution
                       where r.org is null and r.area <> '' and r.area <> m.area),
                  touched as (select measure, area, key from gone union select measure, new, key from gone),
                  summed as (
                      select r.measure, r.area as was, case when r.area <> '' then coalesce(m.area, r.area) else '' end as area, r.key, r.position, r.institution,
                             sum(r.delta) over sofar as total, sum(r.amount_delta) over sofar as amount_total,
                             row_number() over sofar = 1 as first
                        from {table} r join touched using (measure, area, key) left join m on m.org = r.institution
                       where r.org is null
                      window sofar as (partition by r.measure, case when r.area <> '' then coalesce(m.area, r.area) else '' end, r.key
                                       order by r.position, r.institution)),
                  own as (update {table} r set area = m.area from m
                           where r.org is not null and r.institution = m.org and r.area <> '' and r.area <> m.area)
             update {table} r set area = s.area, total = s.total, amount_total = s.amount_total, first = s.first from summed s
              where r.org is null and r.measure = s.measure and r.area = s.was and r.key = s.key and r.position = s.position and r.institution = s.institution
                and (r.area, r.total, r.amount_total, r.first) <> (s.area, s.total, s.amount_total, s.first)",
            table = table::<Statistics>(version)
        );
        let (orgs, areas): (Vec<Uuid>, Vec<&str>) = moves.iter().map(|(org, area)| (*org, area.as_str())).unzip();
        tx.execute(&tx.prepare_cached(&sql).await?, &[&orgs, &areas]).await?;
        Ok(())
    }

    async fn store(tx: &Transaction<'_>, version: i32, rows: Vec<statistics::Row>) -> Result<(), Error> {
        let sql = format!(
            "insert into {table} ({columns})
             select r.measure, r.kind, r.area, r.org, r.institution, r.key, r.position, r.delta, r.amount_delta,
                    coalesce(a.total, o.total, 0) + sum(r.delta) over sofar,
                    coalesce(a.amount_total, o.amount_total, 0) + sum(r.amount_delta) over sofar,
                    coalesce(a.total, o.total) is null and row_number() over sofar = 1
               from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[])
                    r(measure, kind, area, org, institution, key, position, delta, amount_delta)
               left join lateral (select t.total, t.amount_total from {table} t
                                   where r.org is null and t.org is null and t.measure = r.measure and t.area = r.area and t.key = r.key
                                   order by t.position desc, t.institution desc limit 1) a on true
               left join lateral (select t.total, t.amount_total from {table} t
                                   where t.org is not null and t.measure = r.measure and t.org = r.org and t.key = r.key
                                   order by t.position desc limit 1) o on true
             window sofar as (partition by r.measure, r.org, case when r.org is null then r.area end, r.key order by r.position, r.institution)",
            table = table::<Statistics>(version),
            columns = Self::COLUMNS
        );
        tx.execute(
            &tx.prepare_cached(&sql).await?,
            &[
                &column(&rows, |row| row.measure),
                &column(&rows, |row| row.kind.as_str()),
                &column(&rows, area_of),
                &column(&rows, own_org),
                &column(&rows, institution_of),
                &column(&rows, |row| row.key.as_str()),
                &column(&rows, |row| signed(row.position)),
                &column(&rows, |row| row.delta),
                &column(&rows, |row| row.amount_delta),
            ],
        )
        .await?;
        Ok(())
    }
}

fn institution_of(row: &statistics::Row) -> Uuid {
    row.home.org.unwrap_or_default()
}

fn area_of(row: &statistics::Row) -> &str {
    row.home.area.as_deref().unwrap_or_default()
}

fn is_own(row: &timeline::Row) -> bool {
    row.subject.id == row.record && row.subject.kind == row.kind.as_str()
}

fn column<'r, R, T>(rows: &'r [R], get: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(get).collect()
}

// The binary form of COPY: each field is its length and its bytes, -1 for null.

fn bytes(out: &mut BytesMut, value: &[u8]) {
    out.put_i32(i32::try_from(value.len()).expect("a row is far below 2 GiB: a unit has at most 2 MiB"));
    out.put_slice(value);
}

fn text(out: &mut BytesMut, value: &str) {
    bytes(out, value.as_bytes());
}

fn int4(out: &mut BytesMut, value: u32) {
    out.put_i32(4);
    out.put_u32(value);
}

/// A bigint field.
pub(crate) fn int8(out: &mut BytesMut, value: i64) {
    out.put_i32(8);
    out.put_i64(value);
}

/// A null field.
pub(crate) fn null(out: &mut BytesMut) {
    out.put_i32(-1);
}

/// A boolean field.
pub(crate) fn flag(out: &mut BytesMut, value: bool) {
    out.put_i32(1);
    out.put_u8(value.into());
}

fn home(out: &mut BytesMut, home: &Home) {
    uuid(out, home.org);
    match &home.area {
        Some(area) => text(out, area),
        None => null(out),
    }
    uuid(out, home.account);
    uuid(out, home.filed_by);
}

fn uuid(out: &mut BytesMut, value: Option<Uuid>) {
    match value {
        Some(value) => bytes(out, value.as_bytes()),
        None => null(out),
    }
}

/// Object identifier of `text`, the element type of an array.
const TEXT_OID: u32 = 25;

fn text_array(out: &mut BytesMut, values: &[CompactString]) {
    let start = out.len();
    out.put_i32(0);
    if values.is_empty() {
        out.put_i32(0);
        out.put_i32(0);
        out.put_u32(TEXT_OID);
    } else {
        out.put_i32(1);
        out.put_i32(0);
        out.put_u32(TEXT_OID);
        out.put_i32(i32::try_from(values.len()).expect("a kind has a handful of facets"));
        out.put_i32(1);
        values.iter().for_each(|value| text(out, value));
    }
    let length = i32::try_from(out.len() - start - 4).expect("a row is far below 2 GiB: a unit has at most 2 MiB");
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

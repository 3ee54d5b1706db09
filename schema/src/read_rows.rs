//! The tables of the read model: how the rows of each projection are stored, one by one and in bulk.
//!
//! Written once for all kinds; [`Table`] has an implementor for each projection.

use std::collections::HashMap;
use std::hash::Hash;

use bytes::{BufMut, BytesMut};
use compact_str::CompactString;
use deadpool_postgres::Transaction;
use domain::catalog::Kind;
use projections::current::{self, Current};
use projections::dose_book::PersonYear;
use projections::home::Home;
use projections::memory::move_home;
use projections::person_years::{self, PersonYears};
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
    /// By what a row that stands open is found: what its next version names.
    type Key: Copy + Eq + Hash + Send + Sync + 'static;

    /// Columns of a bulk load, in the order of [`Table::encode`]; the last one is appended by the loader.
    const COLUMNS: &'static str;

    /// Appends the row in the form of COPY BINARY, without its last column.
    fn encode(row: &Self::Row, out: &mut BytesMut);

    /// Where the row belongs.
    fn home(row: &mut Self::Row) -> &mut Home;

    /// Position of the event that made it.
    fn position(row: &Self::Row) -> u64;

    /// By what its next version finds the row; none where rows are not versioned, and for one that only ends another.
    fn opens(row: &Self::Row) -> Option<Self::Key>;

    /// The row's version before, where rows are versioned.
    fn closes(row: &Self::Row) -> Option<Self::Key>;

    /// Closes stored rows, each at the position of the version after it.
    ///
    /// # Errors
    /// [`Error`] of the database; [`Error::Corrupt`] when one of them is not there.
    fn close_stored(
        tx: &Transaction<'_>,
        version: i32,
        closed: &[(Self::Key, i64)],
    ) -> impl Future<Output = Result<(), Error>> + Send;

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

fn all_closed(closed: u64, of: usize) -> Result<(), Error> {
    match closed == of as u64 {
        true => Ok(()),
        false => Err(Error::corrupt(None, format!("{closed} of {of} rows to be closed are there"))),
    }
}

impl Table for Current {
    /// Its position: an event makes one version of one record.
    type Key = u64;

    const COLUMNS: &'static str = "kind, id, version, since, recorded_at, org, area, account, filed_by, other_area, label, state, facets, row, until";

    fn encode(row: &current::Row, out: &mut BytesMut) {
        out.put_i16(15);
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

    fn opens(row: &current::Row) -> Option<u64> {
        Some(row.since)
    }

    fn closes(row: &current::Row) -> Option<u64> {
        row.closes
    }

    async fn close_stored(tx: &Transaction<'_>, version: i32, closed: &[(u64, i64)]) -> Result<(), Error> {
        if closed.is_empty() {
            return Ok(());
        }
        let (since, until): (Vec<i64>, Vec<i64>) = closed.iter().map(|(since, until)| (signed(*since), *until)).unzip();
        let sql = format!(
            "update {} c set until = u.until from unnest($1::bigint[], $2::bigint[]) u(since, until)
              where c.since = u.since and c.until is null",
            table::<Current>(version)
        );
        all_closed(tx.execute(&tx.prepare_cached(&sql).await?, &[&since, &until]).await?, closed.len())
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
        let mut closed = Vec::new();
        for at in 0..rows.len() {
            let Some(since) = rows[at].closes else {
                continue;
            };
            let until = rows[at].since;
            if since < first {
                closed.push((since, signed(until)));
            } else {
                let before = rows.binary_search_by_key(&since, |row| row.since);
                let before =
                    before.map_err(|_| Error::corrupt(until, "the version before it is not in its stretch"))?;
                rows[before].until = Some(until);
            }
        }
        Self::close_stored(tx, version, &closed).await?;
        let sql = format!(
            "insert into {} (kind, id, version, since, until, recorded_at, org, area, account, filed_by, other_area, label, state, facets, row)
             select kind, id, version, since, until, recorded_at, org, area, account, filed_by, other_area, label, state,
                    string_to_array(facets, E'\\x1f'), r.row
               from unnest($1::text[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::uuid[], $8::text[],
                           $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
                    r(kind, id, version, since, until, recorded_at, org, area, account, filed_by, other_area, label, state, facets, row)",
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
                &column(&rows, |row| row.home.other_area.as_deref()),
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
    type Key = ();

    const COLUMNS: &'static str = "subject_kind, subject, position, event_type, meaning, kind, record, version, signer, \
         recorded_at, org, area, account, filed_by, other_area, person, own";

    fn encode(row: &timeline::Row, out: &mut BytesMut) {
        out.put_i16(17);
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

    fn opens(_: &timeline::Row) -> Option<()> {
        None
    }

    fn closes(_: &timeline::Row) -> Option<()> {
        None
    }

    async fn close_stored(_: &Transaction<'_>, _: i32, _: &[((), i64)]) -> Result<(), Error> {
        Ok(())
    }

    fn last(row: &timeline::Row) -> Last {
        Last::Own(is_own(row))
    }

    async fn store(tx: &Transaction<'_>, version: i32, rows: Vec<timeline::Row>) -> Result<(), Error> {
        let sql = format!(
            "insert into {} ({})
             select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::int[],
                                  $9::uuid[], $10::bigint[], $11::uuid[], $12::text[], $13::uuid[], $14::uuid[],
                                  $15::text[], $16::uuid[], $17::boolean[])",
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
                &column(&rows, |row| row.home.other_area.as_deref()),
                &column(&rows, |row| row.person),
                &column(&rows, is_own),
            ],
        )
        .await?;
        Ok(())
    }
}

impl Table for Statistics {
    type Key = ();

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

    fn opens(_: &statistics::Row) -> Option<()> {
        None
    }

    fn closes(_: &statistics::Row) -> Option<()> {
        None
    }

    async fn close_stored(_: &Transaction<'_>, _: i32, _: &[((), i64)]) -> Result<(), Error> {
        Ok(())
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

impl Table for PersonYears {
    /// The worker and the year.
    type Key = (Uuid, i16);

    const COLUMNS: &'static str = "person, dose_year, since, org, area, category, band, laboratories, effective_nsv, \
         months, results, below_mdl, orgs, until";

    fn encode(row: &person_years::Row, out: &mut BytesMut) {
        // A row that only ends another one is not written.
        let Some(sum) = &row.sum else { return };
        out.put_i16(14);
        bytes(out, row.person.as_bytes());
        out.put_i32(2);
        out.put_i16(row.year);
        int8(out, signed(row.since));
        uuid(out, row.home.org);
        match &row.home.area {
            Some(area) => text(out, area),
            None => null(out),
        }
        text(out, sum.category.as_str());
        text(out, person_years::Row::band(sum));
        text(out, &person_years::Row::laboratories(sum));
        int8(out, sum.annual.effective_nsv);
        int4(out, sum.annual.months);
        int4(out, small(sum.results));
        int4(out, small(sum.below_mdl));
        array(out, UUID_OID, sum.orgs.iter().map(|org| org.as_bytes().as_slice()));
    }

    fn home(row: &mut person_years::Row) -> &mut Home {
        &mut row.home
    }

    fn position(row: &person_years::Row) -> u64 {
        row.since
    }

    fn opens(row: &person_years::Row) -> Option<(Uuid, i16)> {
        row.sum.is_some().then_some((row.person, row.year))
    }

    fn closes(row: &person_years::Row) -> Option<(Uuid, i16)> {
        row.closes.then_some((row.person, row.year))
    }

    async fn close_stored(tx: &Transaction<'_>, version: i32, closed: &[((Uuid, i16), i64)]) -> Result<(), Error> {
        if closed.is_empty() {
            return Ok(());
        }
        let (persons, years) = (column(closed, |row| row.0.0), column(closed, |row| row.0.1));
        let until = column(closed, |row| row.1);
        // A build may have stored several versions of a name open: each ends where the next one begins.
        let sql = format!(
            "update {table} c set until = m.until from (
                 select distinct on (c.person, c.dose_year, u.until) c.ctid as at, u.until
                   from {table} c join unnest($1::uuid[], $2::smallint[], $3::bigint[]) u(person, dose_year, until) using (person, dose_year)
                  where c.until is null and c.since < u.until
                  order by c.person, c.dose_year, u.until, c.since desc) m
              where c.ctid = m.at",
            table = table::<Self>(version)
        );
        all_closed(tx.execute(&tx.prepare_cached(&sql).await?, &[&persons, &years, &until]).await?, closed.len())
    }

    fn last(_: &person_years::Row) -> Last {
        Last::Until
    }

    async fn store(tx: &Transaction<'_>, version: i32, mut rows: Vec<person_years::Row>) -> Result<(), Error> {
        // Closed within the stretch, or in the table.
        let mut open: HashMap<(Uuid, i16), usize> = HashMap::new();
        let mut closed = Vec::new();
        for at in 0..rows.len() {
            let (key, since) = ((rows[at].person, rows[at].year), rows[at].since);
            match open.remove(&key) {
                Some(before) => rows[before].until = Some(since),
                None if rows[at].closes => closed.push((key, signed(since))),
                None => {}
            }
            if rows[at].sum.is_some() {
                open.insert(key, at);
            }
        }
        Self::close_stored(tx, version, &closed).await?;
        let kept: Vec<(&person_years::Row, &PersonYear)> =
            rows.iter().filter_map(|row| Some((row, row.sum.as_ref()?))).collect();
        let sql = format!(
            "insert into {} ({})
             select person, dose_year, since, org, area, category, band, laboratories, effective_nsv, months, results, below_mdl,
                    string_to_array(orgs, ',')::uuid[], until
               from unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                           $9::bigint[], $10::int[], $11::int[], $12::int[], $13::text[], $14::bigint[])
                    r(person, dose_year, since, org, area, category, band, laboratories, effective_nsv, months, results, below_mdl, orgs, until)",
            table::<Self>(version),
            Self::COLUMNS
        );
        let orgs = |sum: &PersonYear| sum.orgs.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
        tx.execute(
            &tx.prepare_cached(&sql).await?,
            &[
                &column(&kept, |(row, _)| row.person),
                &column(&kept, |(row, _)| row.year),
                &column(&kept, |(row, _)| signed(row.since)),
                &column(&kept, |(row, _)| row.home.org),
                &column(&kept, |(row, _)| row.home.area.as_deref()),
                &column(&kept, |(_, sum)| sum.category.as_str()),
                &column(&kept, |(_, sum)| person_years::Row::band(sum)),
                &column(&kept, |(_, sum)| person_years::Row::laboratories(sum).to_string()),
                &column(&kept, |(_, sum)| sum.annual.effective_nsv),
                &column(&kept, |(_, sum)| sum.annual.months.cast_signed()),
                &column(&kept, |(_, sum)| small(sum.results).cast_signed()),
                &column(&kept, |(_, sum)| small(sum.below_mdl).cast_signed()),
                &column(&kept, |(_, sum)| orgs(sum)),
                &column(&kept, |(row, _)| row.until.map(signed)),
            ],
        )
        .await?;
        Ok(())
    }
}

/// A number of results of one worker in one year.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
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
    maybe(out, home.area.as_deref());
    uuid(out, home.account);
    uuid(out, home.filed_by);
    maybe(out, home.other_area.as_deref());
}

fn maybe(out: &mut BytesMut, value: Option<&str>) {
    match value {
        Some(value) => text(out, value),
        None => null(out),
    }
}

fn uuid(out: &mut BytesMut, value: Option<Uuid>) {
    match value {
        Some(value) => bytes(out, value.as_bytes()),
        None => null(out),
    }
}

/// Object identifier of `text`, the element type of an array.
const TEXT_OID: u32 = 25;
/// That of `uuid`.
const UUID_OID: u32 = 2950;

fn text_array(out: &mut BytesMut, values: &[CompactString]) {
    array(out, TEXT_OID, values.iter().map(|value| value.as_bytes()));
}

fn array<'v>(out: &mut BytesMut, of: u32, values: impl ExactSizeIterator<Item = &'v [u8]>) {
    let start = out.len();
    out.put_i32(0);
    if values.len() == 0 {
        out.put_i32(0);
        out.put_i32(0);
        out.put_u32(of);
    } else {
        out.put_i32(1);
        out.put_i32(0);
        out.put_u32(of);
        out.put_i32(i32::try_from(values.len()).expect("a row has a handful of values"));
        out.put_i32(1);
        values.for_each(|value| bytes(out, value));
    }
    let length = i32::try_from(out.len() - start - 4).expect("a row is far below 2 GiB: a unit has at most 2 MiB");
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

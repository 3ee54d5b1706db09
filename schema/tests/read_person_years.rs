//! The years of workers against the rows in memory and against the numbers, for every scope, live and rebuilt.

mod common;
#[path = "../../projections/tests/support/counts.rs"]
mod counts;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use counts::counted;
use postgres as _;
use projections::current::Current;
use projections::memory::Memory;
use projections::person_years::{PersonYears, Row};
use projections::statistics::END;
use schema::read_model::{PersonYearKey, PersonYearsQuery, Reach, Scope, Total, Within};
use schema::rebuild::{self, BuildLimits};
use support::{Readable, follow, readable};
use tokio_postgres::Client;
use uuid::Uuid;

/// A stored row, as text.
fn told(row: &Row) -> String {
    let sum = row.sum.as_ref().expect("rows in memory have a sum");
    let orgs: Vec<String> = sum.orgs.iter().map(Uuid::to_string).collect();
    format!(
        "{} {} {} {:?} {:?} {:?} {} {} {} {} {} {} {} {orgs:?}",
        row.person,
        row.year,
        row.since,
        row.until,
        row.home.org,
        row.home.area.as_deref(),
        sum.category.as_str(),
        Row::band(sum),
        Row::laboratories(sum),
        sum.annual.effective_nsv,
        sum.annual.months,
        sum.results,
        sum.below_mdl,
    )
}

async fn stored(admin: &Client) -> BTreeSet<String> {
    let sql = "select person, dose_year, since, until, org, area, category, band, laboratories, effective_nsv, months, results,
                      below_mdl, orgs from read.person_years";
    let rows = admin.query(sql, &[]).await.expect("rows");
    let row = |row: &tokio_postgres::Row| {
        let orgs: Vec<String> = row.get::<_, Vec<Uuid>>(13).iter().map(Uuid::to_string).collect();
        format!(
            "{} {} {} {:?} {:?} {:?} {} {} {} {} {} {} {} {orgs:?}",
            row.get::<_, Uuid>(0),
            row.get::<_, i16>(1),
            row.get::<_, i64>(2),
            row.get::<_, Option<i64>>(3),
            row.get::<_, Option<Uuid>>(4),
            row.get::<_, Option<&str>>(5),
            row.get::<_, &str>(6),
            row.get::<_, &str>(7),
            row.get::<_, &str>(8),
            row.get::<_, i64>(9),
            row.get::<_, i32>(10),
            row.get::<_, i32>(11),
            row.get::<_, i32>(12),
        )
    };
    rows.iter().map(row).collect()
}

fn standing(memory: &Memory, at: u64) -> impl Iterator<Item = &Row> {
    memory.person_years.iter().filter(move |row| row.since <= at && row.until.is_none_or(|until| until > at))
}

/// Numbers of workers by area, institution and key, from the rows of the list.
fn numbers(memory: &Memory, at: u64) -> BTreeMap<(String, Option<Uuid>, String), (i64, i64)> {
    let mut numbers = BTreeMap::new();
    for row in standing(memory, at) {
        let sum = row.sum.as_ref().expect("a sum");
        let (category, band, laboratories) = (sum.category.as_str(), Row::band(sum), Row::laboratories(sum));
        let key = format!("{}{END}{category}{END}{band}{END}{laboratories}{END}", row.year);
        for org in [None].into_iter().chain(row.home.org.map(Some)) {
            let area = row.home.area.as_deref().unwrap_or_default().to_owned();
            let number: &mut (i64, i64) = numbers.entry((area, org, key.clone())).or_default();
            *number = (number.0 + 1, number.1 + sum.annual.effective_nsv);
        }
    }
    numbers
}

async fn made(seed: u64) -> (Readable, Client) {
    let mut ledger = readable(seed).await;
    let pool = ledger.projector();
    let admin = ledger.ledger.admin().await;
    for events in [1, 7, 260, 40, 900] {
        ledger.append(events).await;
        follow::<Current>(&pool).await;
        assert_eq!(follow::<PersonYears>(&pool).await, ledger.events.len() as u64);
    }
    let institution = ledger.maker.institutions[0];
    let moved = ledger.maker.change_area(institution, "511523");
    ledger.append_made(vec![moved]).await;
    ledger.append(60).await;
    follow::<Current>(&pool).await;
    follow::<PersonYears>(&pool).await;
    (ledger, admin)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_rows_are_the_rows_in_memory_and_rebuilt_rows() {
    let (mut ledger, admin) = made(51).await;
    let pool = ledger.projector();
    let memory = ledger.memory();
    assert!(memory.person_years.len() > 50, "{}", memory.person_years.len());
    assert!(memory.person_years.iter().any(|row| row.until.is_some()));
    let expected = |memory: &Memory| memory.person_years.iter().map(told).collect::<BTreeSet<_>>();
    assert_eq!(stored(&admin).await, expected(&memory));
    // With next to no memory, and what was stored open closed again and again.
    for (entries_max, open_bytes_max, close_later_max, stretch_events) in
        [(400_000, 512 << 20, 4_000_000, 8_192), (2, 0, 5, 64), (10, 500, usize::MAX, 100), (40, 0, usize::MAX, 7)]
    {
        let limits = BuildLimits { entries_max, open_bytes_max, close_later_max, stretch_events };
        let (version, _) = rebuild::build_within::<PersonYears>(&pool, limits).await.expect("a build");
        let compared = rebuild::compare_with::<PersonYears>(&pool, version).await.expect("a comparison");
        assert_eq!((compared.rows, compared.differing), (memory.person_years.len() as u64, (0, 0)), "{limits:?}");
        rebuild::switch::<PersonYears>(&pool, version).await.expect("switched");
    }
    ledger.append(120).await;
    follow::<Current>(&pool).await;
    follow::<PersonYears>(&pool).await;
    assert_eq!(stored(&admin).await, expected(&ledger.memory()));
    // The list is what the numbers count, at every position.
    let memory = ledger.memory();
    for at in (0..memory.size).step_by(97).chain([memory.size - 1]) {
        let counts = counted(&memory, at).into_iter();
        let counts = counts.filter(|((measure, ..), _)| measure == "annual_doses");
        let counts: BTreeMap<_, _> = counts.map(|((_, area, org, key), number)| ((area, org, key), number)).collect();
        assert_eq!(numbers(&memory, at), counts, "at {at}");
    }
    // A sum that somebody changed is found.
    let sql = "update read.person_years set effective_nsv = effective_nsv + 1 where since = (select max(since) from read.person_years)";
    assert!(admin.execute(sql, &[]).await.expect("a superuser") > 0);
    let found = rebuild::compare::<PersonYears>(&pool).await.expect("a comparison");
    assert!(found.differing != (0, 0));
}

fn seen(scope: &Scope, row: &Row) -> bool {
    match scope.reach {
        Reach::Nothing => false,
        Reach::City => true,
        Reach::Scope => {
            scope.kinds.contains(&domain::catalog::Kind::DoseResult)
                || row.home.area.as_ref().is_some_and(|area| scope.areas.iter().any(|known| known == area))
                || row.home.org.is_some_and(|org| scope.orgs.contains(&org))
                || scope.person == Some(row.person)
        }
    }
}

fn key(row: &Row) -> (i16, i64, Uuid) {
    (row.year, row.sum.as_ref().map_or(0, |sum| sum.annual.effective_nsv), row.person)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scope_sees_its_own_with_and_without_the_query_s_own_filter() {
    let (ledger, _) = made(52).await;
    let memory = ledger.memory();
    let some = memory.person_years.last().expect("a row").clone();
    let (org, other) = (some.home.org.expect("an institution"), ledger.maker.institutions[1]);
    let areas = |areas: &[&str]| areas.iter().map(|area| (*area).to_owned()).collect::<Vec<_>>();
    let scopes = [
        Scope::nothing(),
        Scope::city(),
        Scope::within(areas(&["511523"]), vec![], None),
        Scope::within(areas(&["511502", "511503"]), vec![], None),
        Scope::within(vec![], vec![org], None),
        Scope::within(vec![], vec![org, other], None),
        Scope::within(areas(&["511523"]), vec![org, other], None),
        Scope::within(vec![], vec![], Some(org)),
        Scope::of_person(some.person),
        Scope { person: Some(some.person), ..Scope::within(areas(&["511502"]), vec![], None) },
        Scope { kinds: vec![domain::catalog::Kind::DoseResult], ..Scope::within(vec![], vec![other], None) },
    ];
    let sum = some.sum.clone().expect("a sum");
    let any = |value: &str| Within::Any(vec![value.to_owned()]);
    let band = Row::band(&sum);
    let laboratory = sum.laboratories.first().expect("a laboratory").to_string();
    let year = some.year.to_string();
    type Test = Box<dyn Fn(&Row) -> bool>;
    let filters: Vec<(Vec<(String, Within)>, Test)> = vec![
        (vec![], Box::new(|_| true)),
        (
            vec![("dose_year".into(), any(&year))],
            Box::new({
                let year = some.year;
                move |row| row.year == year
            }),
        ),
        (
            vec![("dose_year".into(), any(&year)), ("band".into(), any(band))],
            Box::new({
                let year = some.year;
                move |row| row.year == year && Row::band(row.sum.as_ref().expect("a sum")) == band
            }),
        ),
        (
            vec![("laboratory".into(), any(&laboratory))],
            Box::new({
                let laboratory = laboratory.clone();
                move |row| Row::laboratories(row.sum.as_ref().expect("a sum")).contains(&laboratory)
            }),
        ),
        (
            vec![("category".into(), Within::Any(vec![sum.category.as_str().into(), "2Z".into()]))],
            Box::new({
                let category = sum.category;
                move |row| row.sum.as_ref().expect("a sum").category == category
            }),
        ),
        (
            vec![("dose_year".into(), Within::Between(Some(year.clone()), None))],
            Box::new({
                let year = some.year;
                move |row| row.year >= year
            }),
        ),
        (vec![("person".into(), any(&some.person.to_string()))], Box::new(move |row| row.person == some.person)),
        (vec![("dose_year".into(), any("+2024"))], Box::new(|_| false)),
        (vec![("colour".into(), any("RED"))], Box::new(|_| false)),
    ];
    let mut told = 0;
    for narrow in [true, false] {
        let reader = if narrow { ledger.reader() } else { ledger.reader().without_own_filter() };
        for scope in &scopes {
            for (within, test) in &filters {
                for as_of in [None, Some(memory.size / 2), Some(memory.size * 3 / 4)] {
                    let at = as_of.unwrap_or(memory.size - 1);
                    let mut expected: Vec<_> =
                        standing(&memory, at).filter(|row| seen(scope, row) && test(row)).map(key).collect();
                    expected.sort_unstable_by(|a, b| b.cmp(a));
                    // Page by page, in order, none twice.
                    let mut found = Vec::new();
                    let mut after = None;
                    loop {
                        let query = PersonYearsQuery {
                            within: within.clone(),
                            as_of,
                            after,
                            limit: 7,
                            total: true,
                            ..Default::default()
                        };
                        let answer = reader.person_years(scope, &query).await.expect("a page");
                        assert_eq!(answer.size, memory.size);
                        assert_eq!(
                            answer.value.total,
                            Some(Total::Exactly(expected.len() as u64)),
                            "{scope:?} {query:?}"
                        );
                        let keys = answer.value.items.iter().map(|row| row.key());
                        found.extend(
                            keys.map(|PersonYearKey { year, effective_nsv, person }| (year, effective_nsv, person)),
                        );
                        if !answer.value.more {
                            break;
                        }
                        after = answer.value.items.last().map(|row| row.key());
                    }
                    told += found.len();
                    assert_eq!(found, expected, "{scope:?} {within:?} at {at}, own filter {narrow}");
                }
            }
        }
    }
    assert!(told > 500, "{told}");
}

/// No page and no count reads the table through: what is looked at is a stretch of an index, a year at most.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_stretches_of_an_index() {
    let ledger = readable(53).await;
    let admin = ledger.ledger.admin().await;
    admin
        .batch_execute(
            "insert into read.person_years (person, dose_year, since, org, area, category, band, laboratories, effective_nsv,
                                            months, results, below_mdl, orgs, until)
             select md5(p::text)::uuid, y, (y - 2000) * 100000 + p * 4 + v, md5((p % 400)::text)::uuid, '51150' || p % 8, '2' || chr(65 + p % 6),
                    case when d < 500000 then '[MDL,0.5)' when d < 1000000 then '[0.5,1)' else '[1,2)' end, '|x|', d, 12, 4, 1,
                    array[md5((p % 400)::text)::uuid], case when v < 3 then (y - 2000) * 100000 + p * 4 + v + 1 end
               from generate_series(2015, 2024) y, generate_series(1, 4000) p, generate_series(0, 3) v,
                    lateral (select (p * 7919 + v * 104729) % 1100000 as d) e;
             analyze read.person_years_v1",
        )
        .await
        .expect("a superuser");
    // What is visible to all is read in the index alone.
    admin.batch_execute("vacuum read.person_years_v1").await.expect("a superuser");
    let unit: Uuid = admin.query_one("select md5('7')::uuid", &[]).await.expect("an id").get(0);
    let any = |value: &str| Within::Any(vec![value.to_owned()]);
    let year = vec![("dose_year".to_owned(), any("2020"))];
    let cell = vec![
        ("dose_year".to_owned(), any("2020")),
        ("band".to_owned(), any("[1,2)")),
        ("category".to_owned(), any("2C")),
    ];
    let scopes =
        [Scope::city(), Scope::within(vec!["511503".into()], vec![], None), Scope::within(vec![], vec![unit], None)];
    for scope in &scopes {
        for within in [&year, &cell] {
            for as_of in [None, Some(2_020_000)] {
                let query =
                    PersonYearsQuery { within: within.clone(), as_of, limit: 50, total: true, ..Default::default() };
                let plan = ledger.reader().explain_person_years(scope, &query).await.expect("a plan");
                assert!(!plan.contains("Seq Scan on person_years"), "{scope:?} {query:?}\n{plan}");
                assert!(plan.contains("dose_year = "), "the year bounds it: {scope:?} {query:?}\n{plan}");
            }
        }
    }
}

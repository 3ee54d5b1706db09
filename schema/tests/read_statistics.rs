//! Numbers against a count of the lists, at many positions, for areas and for institutions, live and rebuilt.

mod common;
#[path = "../../projections/tests/support/counts.rs"]
mod counts;
mod support;

use std::collections::BTreeMap;

use counts::{Counts, counted};
use domain::catalog::Kind;
use postgres as _;
use projections::current::Current;
use projections::memory::Memory;
use projections::statistics::{END, MEASURES, Statistics, measure};
use schema::read_model::{Reach, Scope, Within};
use schema::read_statistics::NumbersQuery;
use schema::rebuild;
use schema::rebuild::BuildLimits;
use support::history::Maker;
use support::{follow, readable};
use tokio_postgres::Client;

/// The last row of each number up to a position.
async fn stored(admin: &Client, at: u64) -> Counts {
    let rows = admin
        .query(
            "select distinct on (measure, case when org is null then area end, org, key) measure, area, org, key, total, amount_total
               from read.statistics where position <= $1
              order by measure, case when org is null then area end, org, key, position desc",
            &[&(at as i64)],
        )
        .await
        .expect("rows");
    let all = rows.iter().map(|row| ((row.get(0), row.get(1), row.get(2), row.get(3)), (row.get(4), row.get(5))));
    all.filter(|(_, totals)| *totals != (0, 0)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_row_of_a_number_is_the_length_of_its_list() {
    let mut ledger = readable(41).await;
    let pool = ledger.projector();
    let admin = ledger.ledger.admin().await;
    let mut places = Maker::new(141);
    for events in [1, 7, 260, 40, 900] {
        ledger.append(events).await;
        follow::<Current>(&pool).await;
        assert_eq!(follow::<Statistics>(&pool).await, ledger.events.len() as u64);
        let memory = ledger.memory();
        let last = memory.size - 1;
        for at in (0..6).map(|_| places.below(memory.size as usize) as u64).chain([0, last]) {
            assert_eq!(stored(&admin, at).await, counted(&memory, at), "at {at} of {last}");
        }
    }
    // An institution comes under another area: its past goes with it, and both counties are right at every position.
    let institution = ledger.maker.institutions[0];
    for area in ["511523", "511502", "511503"] {
        let moved = ledger.maker.change_area(institution, area);
        ledger.append_made(vec![moved]).await;
        ledger.append(30).await;
        follow::<Current>(&pool).await;
        follow::<Statistics>(&pool).await;
        let memory = ledger.memory();
        for at in (0..12).map(|_| places.below(memory.size as usize) as u64).chain([memory.size - 1]) {
            assert_eq!(stored(&admin, at).await, counted(&memory, at), "at {at} after the move to {area}");
        }
    }
    // The first row of each number is marked and no other: before a move as after it.
    let wrong: i64 = admin
        .query_one(
            "select count(*) from (select first, row_number() over w = 1 as expected from read.statistics
                    window w as (partition by measure, org, case when org is null then area end, key order by position, institution)) s
              where first <> expected",
            &[],
        )
        .await
        .expect("a count")
        .get(0);
    assert_eq!(wrong, 0);
    // Every total is the sum of what came before it.
    let wrong: i64 = admin
        .query_one(
            "select count(*) from (select total, amount_total,
                        sum(delta) over w as sum, sum(amount_delta) over w as amount_sum from read.statistics
                    window w as (partition by measure, org, case when org is null then area end, key order by position)) s
              where (total, amount_total) <> (sum, amount_sum)",
            &[],
        )
        .await
        .expect("a count")
        .get(0);
    assert_eq!(wrong, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_numbers_are_rebuilt_numbers() {
    let mut ledger = readable(42).await;
    let pool = ledger.projector();
    let admin = ledger.ledger.admin().await;
    ledger.append(900).await;
    follow::<Statistics>(&pool).await;
    follow::<Current>(&pool).await;
    let clean = rebuild::compare::<Statistics>(&pool).await.expect("a comparison");
    assert!(clean.rows > 900 && clean.differing == (0, 0), "{clean:?}");
    for (entries_max, stretch_events) in [(2, 64), (10, 100), (40, 7)] {
        let limits = BuildLimits { entries_max, stretch_events, ..BuildLimits::default() };
        let (version, _) = rebuild::build_within::<Statistics>(&pool, limits).await.expect("a build");
        let compared = rebuild::compare_with::<Statistics>(&pool, version).await.expect("a comparison");
        assert_eq!((compared.rows, compared.differing), (clean.rows, (0, 0)), "{limits:?}");
        rebuild::switch::<Statistics>(&pool, version).await.expect("switched");
    }
    // It goes on from a rebuilt table.
    ledger.append(80).await;
    follow::<Current>(&pool).await;
    follow::<Statistics>(&pool).await;
    let memory = ledger.memory();
    assert_eq!(stored(&admin, memory.size - 1).await, counted(&memory, memory.size - 1));
    // A total that somebody changed is found.
    let at: i64 = admin
        .query_one("select max(position) from read.statistics where measure = 'devices'", &[])
        .await
        .expect("a row")
        .get(0);
    let sql = "update read.statistics set total = total + 1 where position = $1 and org is null and delta = 1";
    assert_eq!(admin.execute(sql, &[&at]).await.expect("a superuser"), 1);
    let found = rebuild::compare::<Statistics>(&pool).await.expect("a comparison");
    assert_eq!((found.differing, found.positions), ((1, 1), vec![at as u64]));
}

/// What lists show a scope, counted by key.
fn visible(memory: &Memory, scope: &Scope, query: &NumbersQuery) -> BTreeMap<(String, String), i64> {
    let mut counts = BTreeMap::new();
    let at = query.as_of.unwrap_or(memory.size - 1);
    let all = counted(memory, at);
    for ((measure, area, org, key), (number, _)) in all {
        if query.measure.filer {
            let city =
                scope.reach == Reach::City || scope.reach == Reach::Scope && scope.kinds.contains(&query.measure.kind);
            let by_area = city || scope.reach == Reach::Scope && !scope.areas.is_empty();
            let seen = match org {
                None => by_area && (city || scope.areas.contains(&area)),
                Some(org) => !by_area && scope.reach == Reach::Scope && scope.orgs.contains(&org),
            };
            if measure == query.measure.name && seen {
                *counts.entry((area, key)).or_default() += number;
            }
            continue;
        }
        let Some(org) = org.filter(|_| measure == query.measure.name) else { continue };
        let seen = match scope.reach {
            Reach::City => true,
            Reach::Nothing => false,
            Reach::Scope => {
                scope.kinds.contains(&query.measure.kind) || scope.areas.contains(&area) || scope.orgs.contains(&org)
            }
        };
        let asked = query.org.is_none_or(|wanted| wanted == org)
            && query.area.as_ref().is_none_or(|wanted| *wanted == area)
            && match &query.first {
                None => true,
                Some(Within::Any(values)) => values.iter().any(|value| key.starts_with(&format!("{value}{END}"))),
                Some(Within::Between(..)) => panic!("not asked here"),
            };
        if seen && asked {
            *counts.entry((area, key)).or_default() += number;
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_of_every_scope_with_and_without_their_own_filter() {
    let mut ledger = readable(43).await;
    let pool = ledger.projector();
    ledger.append(900).await;
    let moved = ledger.maker.change_area(ledger.maker.institutions[0], "511523");
    ledger.append_made(vec![moved]).await;
    follow::<Statistics>(&pool).await;
    let memory = ledger.memory();
    let org = |n: usize| ledger.maker.institutions[n % ledger.maker.institutions.len()];
    let areas = |areas: &[&str]| areas.iter().map(|area| (*area).to_owned()).collect::<Vec<_>>();
    let scopes = [
        Scope::nothing(),
        Scope::city(),
        Scope::within(areas(&["511502"]), vec![], None),
        Scope::within(areas(&["511503", "511523"]), vec![], None),
        Scope::within(vec![], vec![org(0)], None),
        Scope::within(vec![], vec![org(1), org(2)], None),
        Scope::within(areas(&["511523"]), vec![org(0), org(3), org(4)], None),
        Scope::within(vec![], vec![], Some(org(1))),
        Scope { kinds: vec![Kind::Device], ..Scope::within(areas(&["511502"]), vec![org(3)], None) },
        Scope { areas: areas(&["511502"]), orgs: vec![org(0)], ..Scope::nothing() },
    ];
    let device = measure("devices").expect("a measure");
    let base = NumbersQuery { measure: device, area: None, org: None, first: None, as_of: None };
    let mut queries: Vec<NumbersQuery> =
        MEASURES.iter().map(|measure| NumbersQuery { measure, ..base.clone() }).collect();
    queries.extend([0, 300, 610].map(|at| NumbersQuery { as_of: Some(at), ..base.clone() }));
    queries.push(NumbersQuery { area: Some("511523".into()), as_of: Some(700), ..base.clone() });
    queries.push(NumbersQuery { org: Some(org(0)), ..base.clone() });
    queries.push(NumbersQuery { org: Some(org(3)), area: Some("511502".into()), ..base.clone() });
    let kind = |n: usize| {
        let rows = memory.current.values().filter(|row| row.kind == Kind::Device);
        rows.map(|row| row.facets[0].to_string()).nth(n).expect("a device")
    };
    queries.push(NumbersQuery { first: Some(Within::Any(vec![kind(0)])), ..base.clone() });
    let mut seen = 0;
    for narrow in [true, false] {
        let reader = if narrow { ledger.reader() } else { ledger.reader().without_own_filter() };
        for scope in &scopes {
            for query in &queries {
                let answer = reader.numbers(scope, query).await.expect("numbers");
                assert_eq!(answer.size, memory.size);
                let mut found = BTreeMap::new();
                for number in answer.value {
                    *found.entry((number.area, number.key)).or_default() += number.total;
                }
                seen += found.len();
                assert_eq!(found, visible(&memory, scope, query), "{query:?} of {scope:?}, own filter {narrow}");
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

//! Numbers against a count of the lists, at many positions, for areas and for institutions, live and rebuilt.

mod common;
mod support;

use std::collections::BTreeMap;

use postgres as _;
use projections::current::Current;
use projections::memory::Memory;
use projections::statistics::{END, MEASURES, Statistics};
use schema::rebuild;
use schema::rebuild::BuildLimits;
use support::{follow, readable};
use tokio_postgres::Client;
use uuid::Uuid;

type Counts = BTreeMap<(String, String, Option<Uuid>, String), (i64, i64)>;

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

/// The same, counted from the rows of the lists.
fn counted(memory: &Memory, at: u64) -> Counts {
    let mut counts = Counts::new();
    for measure in MEASURES {
        for row in memory
            .current
            .values()
            .filter(|row| row.kind == measure.kind && row.since <= at && row.until.is_none_or(|until| until > at))
        {
            let facets = projections::current::facets(row.kind);
            let value = |name: &str| match facets.iter().position(|facet| facet.name == name) {
                Some(place) => row.facets[place].as_str(),
                None => row.state.as_str(),
            };
            let key: String = measure.dimensions.iter().flat_map(|known| [value(known.name), "\u{1f}"]).collect();
            assert!(key.ends_with(END));
            let area = row.home.area.as_deref().unwrap_or_default().to_owned();
            for org in [None, row.home.org] {
                let number = counts.entry((measure.name.to_owned(), area.clone(), org, key.clone())).or_default();
                number.0 += 1;
            }
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_row_of_a_number_is_the_length_of_its_list() {
    let mut ledger = readable(41).await;
    let pool = ledger.projector();
    let admin = ledger.ledger.admin().await;
    for events in [1, 7, 260, 40, 700] {
        ledger.append(events).await;
        assert_eq!(follow::<Statistics>(&pool).await, ledger.events.len() as u64);
        let memory = ledger.memory();
        let last = memory.size - 1;
        for at in [0, last / 3, last / 2, last] {
            assert_eq!(stored(&admin, at).await, counted(&memory, at), "at {at} of {last}");
        }
    }
    // An institution comes under another area: its past goes with it, and both counties are right at every position.
    let institution = ledger.maker.institutions[0];
    for area in ["511523", "511502", "511503"] {
        let moved = ledger.maker.change_area(institution, area);
        ledger.append_made(vec![moved]).await;
        ledger.append(30).await;
        follow::<Statistics>(&pool).await;
        let memory = ledger.memory();
        for at in (0..memory.size).step_by(97).chain([memory.size - 1]) {
            assert_eq!(stored(&admin, at).await, counted(&memory, at), "at {at} after the move to {area}");
        }
    }
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

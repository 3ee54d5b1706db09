//! Who sees what: the queries, and row-level security without them.

mod common;
mod support;

use std::collections::BTreeSet;

use domain::catalog::Kind;
use postgres as _;
use projections::current::{self, Current};
use projections::home::Home;
use projections::memory::Memory;
use projections::statistics::{MEASURES, Statistics};
use projections::timeline::Timeline;
use schema::Role;
use schema::read_model::{Key, ListQuery, Order, Page, Reach, ReadModel, Record, Scope, Total};
use schema::read_statistics::NumbersQuery;
use support::{Readable, follow, readable};
use uuid::Uuid;

async fn city(seed: u64, events: usize) -> (Readable, Memory) {
    let mut ledger = readable(seed).await;
    ledger.append(events).await;
    let pool = ledger.projector();
    follow::<Current>(&pool).await;
    follow::<Timeline>(&pool).await;
    follow::<Statistics>(&pool).await;
    let memory = ledger.memory();
    (ledger, memory)
}

/// What a scope opens, said a second time and simply.
fn sees(scope: &Scope, kind: Kind, home: &Home) -> bool {
    match scope.reach {
        Reach::Nothing => false,
        Reach::City => true,
        Reach::Scope => {
            scope.kinds.contains(&kind)
                || home.area.as_ref().is_some_and(|area| scope.areas.iter().any(|known| known == area))
                || home.org.into_iter().chain(home.filed_by).any(|org| scope.orgs.contains(&org))
                || home.account.is_some() && home.account == scope.account
        }
    }
}

/// The same of a row of the lists, where a worker sees what is his.
fn sees_row(scope: &Scope, row: &current::Row) -> bool {
    let his = |person: Uuid| match row.kind {
        Kind::Person => row.id == person,
        Kind::Employment | Kind::Dosimeter | Kind::DoseResult => row.facets[0] == person.to_string(),
        _ => false,
    };
    sees(scope, row.kind, &row.home) || scope.reach == Reach::Scope && scope.person.is_some_and(his)
}

/// Scopes of every shape that a policy can give, on what the history holds.
fn scopes(readable: &Readable) -> Vec<Scope> {
    let maker = &readable.maker;
    let org = |n: usize| maker.institutions[n % maker.institutions.len()];
    let account = maker.accounts[1].0;
    let worker = maker.begun.posts[0].1;
    let open = vec![Kind::Ledger, Kind::Policy];
    vec![
        Scope::nothing(),
        Scope::city(),
        Scope::within(vec!["511502".into()], vec![], None),
        Scope::within(vec!["511503".into(), "5115SJ".into()], vec![], None),
        Scope::within(vec![], vec![org(0)], None),
        Scope::within(vec![], vec![org(1), org(2)], Some(account)),
        Scope::within(vec![], vec![], Some(account)),
        Scope { person: Some(worker), ..Scope::within(vec![], vec![], Some(account)) },
        Scope { person: Some(worker), ..Scope::nothing() },
        Scope { kinds: open.clone(), ..Scope::within(vec!["511523".into()], vec![org(3)], Some(account)) },
        Scope {
            reach: Reach::Scope,
            kinds: vec![Kind::Device, Kind::Institution, Kind::Ledger, Kind::Policy],
            ..Scope::default()
        },
        // Nothing in it: a scope that opens nothing.
        Scope { reach: Reach::Scope, ..Scope::default() },
        // The words of a settings list do not widen it.
        Scope::within(vec!["511502,511503".into(), "none".into()], vec![Uuid::nil()], None),
        // Named, but the reach is nothing.
        Scope {
            areas: vec!["511502".into()],
            orgs: vec![org(0)],
            account: Some(account),
            kinds: open,
            reach: Reach::Nothing,
            ..Scope::default()
        },
    ]
}

async fn all(reader: &ReadModel, scope: &Scope, query: ListQuery) -> Vec<Record> {
    let (mut query, mut items) = (query, Vec::new());
    loop {
        let page = reader.list(scope, &query).await.expect("a page").value;
        items.extend(page.items);
        if !page.more {
            return items;
        }
        query.after = items.last().map(|last| last.key(query.order));
    }
}

#[tokio::test]
async fn every_list_of_every_scope_with_and_without_its_own_filter() {
    let (ledger, memory) = city(21, 900).await;
    for narrow in [true, false] {
        let reader = if narrow { ledger.reader() } else { ledger.reader().without_own_filter() };
        for scope in scopes(&ledger) {
            for kind in Kind::ALL {
                let found: BTreeSet<Uuid> =
                    all(&reader, &scope, ListQuery::new(*kind)).await.iter().map(|row| row.id).collect();
                let should: BTreeSet<Uuid> = memory
                    .current
                    .values()
                    .filter(|row| row.kind == *kind && row.until.is_none() && sees_row(&scope, row))
                    .map(|row| row.id)
                    .collect();
                assert_eq!(found, should, "{kind:?} of {scope:?}, own filter {narrow}");
            }
            // Records one by one, present and past.
            for row in memory.current.values().step_by(37) {
                let got = reader.get(&scope, row.kind, row.id, Some(row.since)).await.expect("an answer").value;
                assert_eq!(got.is_some(), sees_row(&scope, row), "{:?} of {scope:?}", row.kind);
            }
        }
    }
}

#[tokio::test]
async fn histories_and_events_of_every_scope() {
    let (ledger, memory) = city(22, 500).await;
    let reader = ledger.reader();
    // What a worker reads as his own is a matter of the lists.
    for scope in scopes(&ledger).into_iter().filter(|scope| scope.person.is_none()) {
        // What a subscription sends, page by page.
        let (mut from, mut found) = (0, Vec::new());
        loop {
            let answer = reader.events(&scope, from, &[], 70).await.expect("events");
            found.extend(answer.value.items.iter().map(|event| event.position));
            if !answer.value.more {
                assert_eq!(answer.size, 500);
                break;
            }
            from = found.last().expect("a full page") + 1;
        }
        let own = memory
            .timeline
            .values()
            .filter(|row| row.subject.id == row.record && row.subject.kind == row.kind.as_str());
        let mut should: Vec<u64> =
            own.filter(|row| sees(&scope, row.kind, &row.home)).map(|row| row.position).collect();
        should.sort_unstable();
        assert_eq!(found, should, "{scope:?}");
        // The stored events behind them: those, and no other, by position and by id.
        let every: Vec<u64> = (0..500).collect();
        let stored = reader.stored(&scope, &every).await.expect("stored events").value;
        let visible = |kind: &str, id: Uuid| {
            let kind = Kind::parse(kind).expect("a kind");
            memory.record_at(kind, id, u64::MAX).is_some_and(|row| sees_row(&scope, row))
        };
        let should: Vec<u64> = ledger
            .events
            .iter()
            .filter(|made| visible(&made.statement.record.kind, made.statement.record.id))
            .map(|made| made.position)
            .collect();
        assert_eq!(stored.iter().map(|event| event.position).collect::<Vec<_>>(), should, "{scope:?}");
        for made in ledger.events.iter().step_by(41) {
            let got = reader.stored_by_id(&scope, made.statement.id).await.expect("an answer").value;
            assert_eq!(got.map(|event| event.payload), should.contains(&made.position).then(|| made.payload.clone()));
        }
        // A subject's history shows only what concerns records in scope.
        for institution in &ledger.maker.institutions[..4] {
            let answer =
                reader.timeline(&scope, Kind::Institution, *institution, None, 100).await.expect("a history").value;
            let of_subject = memory
                .timeline
                .values()
                .filter(|row| row.subject.id == *institution && sees(&scope, row.kind, &row.home));
            let mut should: Vec<u64> = of_subject.map(|row| row.position).collect();
            should.sort_unstable_by(|a, b| b.cmp(a));
            should.truncate(100);
            assert_eq!(answer.items.iter().map(|event| event.position).collect::<Vec<_>>(), should);
        }
    }
}

#[tokio::test]
async fn as_of_any_position_is_what_was_there() {
    let (ledger, memory) = city(23, 700).await;
    let reader = ledger.reader();
    for position in [0, 1, 99, 350, 698, 699, 5_000] {
        for kind in Kind::ALL {
            let query = ListQuery { as_of: Some(position), total: true, ..ListQuery::new(*kind) };
            let found = all(&reader, &Scope::city(), query.clone()).await;
            let then: Vec<&current::Row> = memory
                .current
                .values()
                .filter(|row| {
                    row.kind == *kind && row.since <= position && row.until.is_none_or(|until| until > position)
                })
                .collect();
            let mut then: Vec<(String, Uuid, u64)> =
                then.iter().map(|row| (row.label.to_string(), row.id, row.since)).collect();
            then.sort();
            let found: Vec<(String, Uuid, u64)> = found.into_iter().map(|row| (row.label, row.id, row.since)).collect();
            assert_eq!(found, then, "{kind:?} at {position}");
            let page = reader.list(&Scope::city(), &query).await.expect("a page");
            assert_eq!((page.value.total, page.size), (Some(Total::Exactly(then.len() as u64)), 700));
        }
    }
    for row in memory.current.values().step_by(11) {
        for position in [row.since.saturating_sub(1), row.since, row.until.unwrap_or(699)] {
            let got = reader.get(&Scope::city(), row.kind, row.id, Some(position)).await.expect("an answer").value;
            let known = memory.record_at(row.kind, row.id, position).map(|known| (known.version, known.row.clone()));
            assert_eq!(got.map(|got| (got.version, got.row)), known);
        }
    }
    // Ledger time: the last position recorded by then.
    for made in ledger.events.iter().step_by(53) {
        let at = made.recorded_at.micros();
        assert_eq!(reader.position_at(at).await.expect("a position"), Some(made.position));
        assert_eq!(reader.position_at(at - 1).await.expect("a position"), made.position.checked_sub(1));
    }
    assert_eq!(reader.position_at(i64::MAX).await.expect("a position"), Some(699));
    assert_eq!(reader.position_at(0).await.expect("a position"), None);
}

#[tokio::test]
async fn filters_orders_and_pages() {
    let (ledger, memory) = city(24, 900).await;
    let reader = ledger.reader();
    let live: Vec<&current::Row> =
        memory.current.values().filter(|row| row.kind == Kind::Device && row.until.is_none()).collect();
    let check = async |query: ListQuery, should: &dyn Fn(&current::Row) -> bool| {
        for limit in [1, 3, 100] {
            if limit == 1 && live.len() > 60 && query.states.is_empty() {
                continue;
            }
            let found: BTreeSet<Uuid> = all(&reader, &Scope::city(), ListQuery { limit, ..query.clone() })
                .await
                .iter()
                .map(|row| row.id)
                .collect();
            let known: BTreeSet<Uuid> = live.iter().filter(|row| should(row)).map(|row| row.id).collect();
            assert!(!known.is_empty(), "{query:?} would prove nothing");
            assert_eq!(found, known, "{query:?}");
        }
    };
    let base = ListQuery::new(Kind::Device);
    let first = live[0];
    check(base.clone(), &|_| true).await;
    check(ListQuery { order: Order::Newest, ..base.clone() }, &|_| true).await;
    check(ListQuery { states: vec!["REPAIR".into()], ..base.clone() }, &|row| row.state == "REPAIR").await;
    check(ListQuery { states: vec!["REPAIR".into(), "INSTALLED".into()], ..base.clone() }, &|row| {
        row.state == "REPAIR" || row.state == "INSTALLED"
    })
    .await;
    check(ListQuery { org: first.home.org, ..base.clone() }, &|row| row.home.org == first.home.org).await;
    check(ListQuery { area: Some("511502".into()), ..base.clone() }, &|row| row.home.area.as_deref() == Some("511502"))
        .await;
    check(ListQuery { facets: vec![("kind".into(), "X01".into())], ..base.clone() }, &|row| row.facets[0] == "X01")
        .await;
    check(ListQuery { facets: vec![("factory_no".into(), first.facets[3].to_string())], ..base.clone() }, &|row| {
        row.facets[3] == first.facets[3]
    })
    .await;
    check(ListQuery { label_prefix: Some("更正".into()), ..base.clone() }, &|row| row.label.starts_with("更正")).await;
    check(ListQuery { label_prefix: Some("设备0".into()), ..base.clone() }, &|row| row.label.starts_with("设备0"))
        .await;
    // A member with several values is found by any one of them.
    for kind in ["RAD", "HEO"] {
        let query = ListQuery { facets: vec![("kinds".into(), kind.into())], ..ListQuery::new(Kind::Institution) };
        let found = all(&reader, &Scope::city(), query).await.len();
        let known = memory
            .current
            .values()
            .filter(|row| row.kind == Kind::Institution && row.until.is_none() && row.facets[0].contains(kind));
        assert_eq!(found, known.count());
    }
    let institution = ListQuery {
        facets: vec![("credit_code".into(), "91350100M000100Y43".into())],
        ..ListQuery::new(Kind::Institution)
    };
    assert!(all(&reader, &Scope::city(), institution).await.is_empty());
    let unknown = ListQuery { facets: vec![("colour".into(), "red".into())], ..base.clone() };
    assert!(
        all(&reader, &Scope::city(), unknown).await.is_empty(),
        "a facet that the kind does not have matches nothing"
    );
    // Sorted, and no page longer than the limit.
    let sorted = all(&reader, &Scope::city(), base.clone()).await;
    assert!(sorted.windows(2).all(|pair| (&pair[0].label, pair[0].id) < (&pair[1].label, pair[1].id)));
    let newest = all(&reader, &Scope::city(), ListQuery { order: Order::Newest, ..base.clone() }).await;
    assert!(newest.windows(2).all(|pair| pair[0].since > pair[1].since));
    let page: Page<Record> =
        reader.list(&Scope::city(), &ListQuery { limit: 1_000_000, ..base.clone() }).await.expect("a page").value;
    assert!(page.items.len() <= 100 && page.total.is_none());
    let after = ListQuery { after: Some(Key::Label("\u{10ffff}".into(), Uuid::nil())), ..base };
    assert!(all(&reader, &Scope::city(), after).await.is_empty());
    // Credentials and grants of one account.
    let account =
        memory.current.values().find(|row| row.kind == Kind::Grant).and_then(|row| row.home.account).expect("a grant");
    for kind in [Kind::Grant, Kind::Credential] {
        let found =
            all(&reader, &Scope::city(), ListQuery { account: Some(account), ..ListQuery::new(kind) }).await.len();
        let known = memory
            .current
            .values()
            .filter(|row| row.kind == kind && row.until.is_none() && row.home.account == Some(account));
        assert_eq!(found, known.count());
    }
    let ids: Vec<Uuid> = live.iter().take(20).map(|row| row.id).chain([Uuid::nil()]).collect();
    assert_eq!(
        reader.get_many(&Scope::city(), Kind::Device, &ids, None).await.expect("records").value.len(),
        ids.len() - 1
    );
    assert_eq!(
        reader.get(&Scope::city(), Kind::Institution, live[0].id, None).await.expect("an answer").value,
        None,
        "another kind"
    );
}

/// As somebody who got hold of the reader's password would try.
#[tokio::test]
async fn without_a_scope_there_is_nothing() {
    let (ledger, _) = city(25, 200).await;
    let reader = ledger.ledger.as_role(Role::Reader).await;
    let admin = ledger.ledger.admin().await;
    let tables = admin
        .query("select schemaname || '.' || tablename from pg_tables where schemaname = 'read' and tablename ~ '_v[0-9]+$'", &[])
        .await
        .expect("tables");
    let mut names: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    assert_eq!(names.len(), 4);
    names.extend(
        ["read.current", "read.timeline", "read.statistics", "read.person_years", "ledger.event", "ledger.opening"]
            .map(str::to_owned),
    );
    for name in &names {
        let count: i64 = reader.query_one(&format!("select count(*) from {name}"), &[]).await.expect("a count").get(0);
        assert_eq!(count, 0, "{name}");
    }
    let unprotected: i64 = admin
        .query_one(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = 'read' and c.relname ~ '_v[0-9]+$' and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)",
            &[],
        )
        .await
        .expect("a count")
        .get(0);
    assert_eq!(unprotected, 0);
    // A scope lasts as long as its transaction.
    reader.batch_execute("begin; select set_config('radledger.reach', 'city', true)").await.expect("set");
    let inside: i64 = reader.query_one("select count(*) from ledger.event", &[]).await.expect("a count").get(0);
    reader.batch_execute("commit").await.expect("commit");
    let outside: i64 = reader.query_one("select count(*) from ledger.event", &[]).await.expect("a count").get(0);
    assert_eq!((inside, outside), (200, 0));
}

#[tokio::test]
async fn an_opening_is_seen_with_its_record_only() {
    let (ledger, memory) = city(26, 300).await;
    let row =
        memory.current.values().find(|row| row.kind == Kind::Device && row.home.area.is_some()).expect("a device");
    let event = &ledger.events[row.since as usize];
    let admin = ledger.ledger.admin().await;
    admin
        .execute(
            "insert into ledger.opening values ($1, '/data/name', 'party', $1, 1, '\\x00')",
            &[&event.statement.id],
        )
        .await
        .expect("a superuser");
    let reader = ledger.ledger.as_role(Role::Reader).await;
    let area = row.home.area.clone().expect("its area").to_string();
    let other = history_other(&area);
    for (area, should) in [(area.as_str(), 1), (other, 0)] {
        reader.batch_execute("begin").await.expect("begin");
        reader
            .execute(
                "select set_config('radledger.reach', 'scope', true), set_config('radledger.areas', $1, true)",
                &[&area],
            )
            .await
            .expect("set");
        let count: i64 = reader.query_one("select count(*) from ledger.opening", &[]).await.expect("a count").get(0);
        reader.batch_execute("commit").await.expect("commit");
        assert_eq!(count, should, "{area}");
    }
}

fn history_other(area: &str) -> &'static str {
    support::history::AREAS.iter().find(|known| **known != area).expect("there are four")
}

/// Whoever comes next on a connection finds nothing of whoever was there before: after answers of every shape, after
/// questions that failed, and after those that were given up on the way.
#[tokio::test]
async fn a_connection_goes_back_without_a_scope() {
    let (ledger, memory) = city(27, 300).await;
    let config = ledger.ledger.database.config();
    let pool = schema::connect::connect_sized(config, Role::Reader, &ledger.ledger.passwords, 1).expect("a pool");
    let reader = ReadModel::new(pool.clone());
    let (city, devices) = (Scope::city(), ListQuery { total: true, ..ListQuery::new(Kind::Device) });
    let row = memory.current.values().next().expect("a row");
    let measure = MEASURES.iter().find(|measure| measure.name == "devices").expect("it is counted");
    let numbers = NumbersQuery { measure, area: None, org: None, first: None, as_of: None };
    let nothing_left = async |after: &str| {
        let client = pool.get().await.expect("the connection");
        let settings = client
            .query_one(
                "select concat(current_setting('radledger.reach', true), current_setting('radledger.kinds', true),
                               current_setting('radledger.areas', true), current_setting('radledger.orgs', true),
                               current_setting('radledger.account', true), current_setting('radledger.person', true)),
                        (select count(*) from ledger.event) + (select count(*) from read.current), pg_backend_pid(),
                        current_setting('plan_cache_mode'), current_setting('transaction_read_only')",
                &[],
            )
            .await
            .expect("settings");
        assert_eq!((settings.get(0), settings.get(1)), ("", 0_i64), "{after}");
        assert_eq!((settings.get(3), settings.get(4)), ("auto", "on"), "{after}");
        settings.get::<_, i32>(2)
    };
    let connection = nothing_left("at first").await;
    assert!(!reader.list(&city, &devices).await.expect("a page").value.items.is_empty());
    assert_eq!(nothing_left("a list").await, connection, "the one connection of the pool");
    assert!(reader.get(&city, row.kind, row.id, None).await.expect("an answer").value.is_some());
    nothing_left("a record").await;
    assert!(!reader.numbers(&city, &numbers).await.expect("numbers").value.is_empty());
    nothing_left("numbers").await;
    let scope = Scope::within(vec!["511502".into()], vec![ledger.maker.institutions[0]], Some(Uuid::nil()));
    let told = Scope { person: Some(Uuid::nil()), kinds: vec![Kind::Policy], ..scope };
    reader.list(&told, &devices).await.expect("a page");
    nothing_left("every setting").await;
    // Given up once it was sent: the answer, or the error, arrives when the next one is there already.
    for turn in 0..20 {
        let asked = std::time::Duration::from_micros(turn * 50);
        let _ = tokio::time::timeout(asked, reader.list(&city, &devices)).await;
        nothing_left("a list that was given up").await;
        let _ = tokio::time::timeout(asked, reader.numbers(&city, &numbers)).await;
        nothing_left("numbers that were given up").await;
    }
    // One that fails in the middle: the label is none that PostgreSQL takes.
    let bad = ListQuery { after: Some(Key::Label("\0".into(), Uuid::nil())), ..devices };
    assert!(reader.list(&city, &bad).await.is_err());
    nothing_left("a list that failed").await;
    assert_eq!(nothing_left("at last").await, connection, "and it is still the same");
}

//! Least privilege: each role tried against each table, and what nobody may do.

mod common;

use common::{event, ledger, now_us, unit};
use schema::{NewOpening, Outcome, Role};
use tokio_postgres::Client;
use uuid::Uuid;

const INSUFFICIENT_PRIVILEGE: &str = "42501";
const APPEND_ONLY: &str = "LG004";

const TABLES: [&str; 14] = [
    "ledger.log_head",
    "ledger.event",
    "ledger.event_id",
    "ledger.batch_id",
    "ledger.record_head",
    "ledger.touch",
    "ledger.claim",
    "ledger.opening",
    "ledger.tile",
    "ledger.checkpoint",
    "ledger.published",
    "ledger.sealer_edge",
    "access.session",
    "access.import",
];

/// The SQLSTATE with which a statement is refused, or `None` when it runs; nothing of it stays.
async fn refused(client: &Client, sql: &str) -> Option<String> {
    client.batch_execute("begin").await.expect("a transaction");
    let answer = client.batch_execute(sql).await;
    client.batch_execute("rollback").await.expect("a rollback");
    answer.err().map(|error| error.code().map_or_else(|| error.to_string(), |code| code.code().to_owned()))
}

/// A ledger with a row in every table.
async fn filled() -> common::Ledger {
    let ledger = ledger().await;
    let appender = ledger.appender().await;
    let mut first = event("device", Uuid::new_v4(), 1);
    first.touches = vec!["key".to_owned()];
    first.openings = vec![NewOpening {
        pointer: "/data/name".to_owned(),
        subject_kind: "device".to_owned(),
        subject: first.record,
        generation: 1,
        sealed_box: vec![1],
    }];
    let mut whole = unit(vec![first]);
    whole.batch = Some(Uuid::new_v4());
    whole.takes = vec![schema::Take {
        digest: [1; 32],
        kind: "device".to_owned(),
        record: whole.events[0].record,
        content: [2; 32],
        event: 0,
    }];
    assert!(matches!(appender.append(whole).await, Ok(Outcome::Appended { .. })));
    let admin = ledger.admin().await;
    admin
        .batch_execute(
            "insert into ledger.tile values (0, 0, decode(repeat('00', 8192), 'hex'));
             insert into ledger.checkpoint values (1, decode(repeat('00', 32), 'hex'), 'note', 0);
             insert into ledger.published values (1, 0);
             insert into access.session values (decode(repeat('00', 32), 'hex'), 'n', gen_random_uuid(),
                 decode(repeat('00', 32), 'hex'), 0, 0);",
        )
        .await
        .expect("rows");
    ledger
}

#[tokio::test]
async fn each_role_has_exactly_its_rights() {
    let ledger = filled().await;
    let mut found = String::new();
    for role in Role::ALL {
        let client = ledger.as_role(role).await;
        for table in TABLES {
            let admin = ledger.admin().await;
            let column: String = admin
                .query_one(
                    "select attname::text from pg_attribute where attrelid = $1::text::regclass and attnum = 1",
                    &[&table],
                )
                .await
                .expect("a column")
                .get(0);
            let mut rights = String::new();
            for (right, sql) in [
                ("select", format!("select * from {table}")),
                ("insert", format!("insert into {table} select * from {table} where false")),
                ("update", format!("update {table} set {column} = {column}")),
                ("delete", format!("delete from {table}")),
                ("truncate", format!("truncate {table} cascade")),
            ] {
                match refused(&client, &sql).await.as_deref() {
                    None => rights.push_str(&format!(" {right}")),
                    Some(INSUFFICIENT_PRIVILEGE) => {}
                    Some(other) => rights.push_str(&format!(" {right}:{other}")),
                }
            }
            if !rights.is_empty() {
                found.push_str(&format!("{} {table}:{rights}\n", role.name().trim_start_matches("radledger_")));
            }
        }
    }
    // Read by eye when it changes. The sealer reads only columns of an event, see below; a right to insert is tried
    // without rows, so that it shows even where the rows would be refused.
    let expected = "\
appender ledger.log_head: select
appender ledger.event: select
appender ledger.event_id: select
appender ledger.batch_id: select
appender ledger.record_head: select
appender ledger.touch: select
appender ledger.claim: select
appender ledger.opening: select
appender ledger.tile: select
appender ledger.checkpoint: select
appender ledger.published: select
appender ledger.sealer_edge: select
appender access.session: select insert delete
appender access.import: select insert update delete
reader ledger.log_head: select
reader ledger.event: select
reader ledger.opening: select
reader ledger.tile: select
reader ledger.checkpoint: select
reader ledger.published: select
sealer ledger.log_head: select
sealer ledger.tile: select insert
sealer ledger.checkpoint: select insert
sealer ledger.published: select insert
sealer ledger.sealer_edge: select
projector ledger.log_head: select
projector ledger.event: select
projector ledger.record_head: select
projector ledger.opening: select
";
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_sealer_sees_leaves_and_no_payload() {
    let ledger = filled().await;
    let sealer = ledger.as_role(Role::Sealer).await;
    assert_eq!(
        refused(&sealer, "select position, recorded_at, hash, alg, key, signature from ledger.event").await,
        None
    );
    for column in ["payload", "account", "record", "id"] {
        let sql = format!("select {column} from ledger.event");
        assert_eq!(refused(&sealer, &sql).await.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{column}");
    }
    assert_eq!(refused(&sealer, "update ledger.sealer_edge set size = 1, edge = 'x'").await, None);
    let seen = sealer.query("select position from ledger.event", &[]).await.expect("rows").len();
    assert_eq!(seen, 1, "row-level security lets the sealer see every leaf");
}

#[tokio::test]
async fn the_reader_without_a_scope_sees_no_event() {
    let ledger = filled().await;
    let reader = ledger.as_role(Role::Reader).await;
    for table in ["ledger.event", "ledger.opening"] {
        assert_eq!(reader.query(&format!("select 1 from {table}"), &[]).await.expect("rows").len(), 0, "{table}");
    }
}

#[tokio::test]
async fn only_the_appender_appends() {
    let ledger = filled().await;
    let call = format!("select * from ledger.append(1, {}, 0, 9223372036854775807{})", now_us(), ", '{}'".repeat(15));
    for role in Role::ALL {
        let client = ledger.as_role(role).await;
        let expected = if role == Role::Appender { None } else { Some(INSUFFICIENT_PRIVILEGE.to_owned()) };
        assert_eq!(refused(&client, &call).await, expected, "{}", role.name());
        for sql in ["create table public.mine (x int)", "create temp table mine (x int)", "create schema mine"] {
            let answer = refused(&client, sql).await;
            // Temporary tables are closed by the database's own rights, which a copied test database does not inherit.
            if !sql.contains("temp") {
                assert_eq!(answer.as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{}: {sql}", role.name());
            }
        }
        assert_eq!(refused(&client, "set role radledger_owner").await.as_deref(), Some(INSUFFICIENT_PRIVILEGE));
        for (function, may) in
            [("ledger.refuse_change()", false), ("access.sweep_imports(bigint)", role == Role::Appender)]
        {
            let sql = "select has_function_privilege($1::text::name, $2::text, 'execute')";
            let found = ledger.admin().await.query_one(sql, &[&role.name(), &function]).await;
            assert_eq!(found.expect("a row").get::<_, bool>(0), may, "{}: {function}", role.name());
        }
    }
}

#[tokio::test]
async fn what_was_written_stays_even_for_the_owner_and_the_superuser() {
    let ledger = filled().await;
    let admin = ledger.admin().await;
    for owner in ["", "set local role radledger_owner;"] {
        for table in
            ["event", "event_id", "batch_id", "touch", "opening", "tile", "checkpoint", "published", "event_0000"]
        {
            let column = match table {
                "event" | "event_0000" | "touch" => "position = position",
                "event_id" | "batch_id" => "id = id",
                "opening" => "box = box",
                "tile" => "hashes = hashes",
                "checkpoint" => "note = note",
                _ => "size = size",
            };
            for sql in [
                format!("update ledger.{table} set {column}"),
                format!("delete from ledger.{table}"),
                format!("truncate ledger.{table} cascade"),
            ] {
                let answer = refused(&admin, &format!("{owner}{sql}")).await;
                assert_eq!(answer.as_deref(), Some(APPEND_ONLY), "{owner}{sql}");
            }
        }
    }
}

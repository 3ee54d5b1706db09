//! The runner: once, in order, unchanged.

mod common;

use schema::migrate::{MIGRATIONS, Migration, migrate_with};
use schema::{Error, Passwords};

const ONE: Migration = Migration { version: 1, name: "0001_one", sql: "create table one (x int)" };
const TWO: Migration = Migration { version: 2, name: "0002_two", sql: "create table two (x int)" };
const THREE: Migration = Migration { version: 3, name: "0003_three", sql: "create table three (x int)" };

async fn run(database: &postgres::testing::TestDatabase, migrations: &[Migration]) -> Result<Vec<i32>, String> {
    match migrate_with(database.config(), &Passwords::for_tests(), migrations).await {
        Ok(applied) => Ok(applied),
        Err(Error::Migration(why)) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

async fn tables(database: &postgres::testing::TestDatabase) -> Vec<String> {
    let (client, connection) = database.config().connect(tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    let sql = "select tablename::text from pg_tables where schemaname = 'public' order by 1";
    client.query(sql, &[]).await.expect("tables").iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn each_file_is_applied_once_and_in_order() {
    let database = postgres::testing::database().await;
    assert_eq!(run(&database, &[ONE]).await, Ok(vec![1]));
    assert_eq!(run(&database, &[ONE, TWO]).await, Ok(vec![2]));
    assert_eq!(run(&database, &[ONE, TWO]).await, Ok(vec![]));
    assert_eq!(tables(&database).await, ["one", "two"]);
}

#[tokio::test]
async fn a_shipped_file_never_changes() {
    let database = postgres::testing::database().await;
    run(&database, &[ONE, TWO]).await.expect("applied");
    let changed = Migration { sql: "create table one (x int) ", ..ONE };
    let why = run(&database, &[changed, TWO, THREE]).await.expect_err("a changed file");
    assert!(why.contains("0001_one has changed"), "{why}");
    let why = run(&database, &[ONE, THREE]).await.expect_err("a missing file");
    assert!(why.contains("0002_two") && why.contains("newer"), "{why}");
    assert_eq!(tables(&database).await, ["one", "two"], "a refusal applies nothing");
    assert_eq!(run(&database, &[ONE, TWO, THREE]).await, Ok(vec![3]));
}

#[tokio::test]
async fn a_late_file_is_out_of_order() {
    let database = postgres::testing::database().await;
    run(&database, &[ONE, THREE]).await.expect("applied");
    let why = run(&database, &[ONE, TWO, THREE]).await.expect_err("a late file");
    assert!(why.contains("0002_two"), "{why}");
}

#[tokio::test]
async fn a_file_that_fails_leaves_nothing() {
    let database = postgres::testing::database().await;
    let bad = Migration { sql: "create table two (x int); select no_such_function()", ..TWO };
    let why = run(&database, &[ONE, bad]).await.expect_err("a bad file");
    assert!(why.contains("0002_two"), "{why}");
    assert_eq!(tables(&database).await, ["one"]);
    assert_eq!(run(&database, &[ONE, TWO]).await, Ok(vec![2]));
}

#[tokio::test]
async fn two_starts_at_once_apply_everything_once() {
    let database = postgres::testing::database().await;
    let (config, passwords) = (database.config().clone(), Passwords::for_tests());
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let (config, passwords) = (config.clone(), passwords.clone());
            tokio::spawn(async move { schema::migrate(&config, &passwords).await })
        })
        .collect();
    let mut applied = Vec::new();
    for start in starts {
        applied.extend(start.await.expect("a task").expect("a migration"));
    }
    assert_eq!(applied, MIGRATIONS.iter().map(|migration| migration.version).collect::<Vec<_>>());
}

#[test]
fn the_list_is_the_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let listed: Vec<String> = MIGRATIONS.iter().map(|migration| format!("{}.sql", migration.name)).collect();
    assert_eq!(files, listed);
    for migration in MIGRATIONS {
        assert!(migration.name.starts_with(&format!("{:04}_", migration.version)), "{}", migration.name);
    }
}

#[tokio::test]
async fn passwords_are_kept_and_private() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("passwords");
    let made = Passwords::load_or_create(&path).expect("made");
    assert_eq!(Passwords::load_or_create(&path).expect("read again"), made);
    assert_ne!(Passwords::generate(), made);
    let mut permissions = std::fs::metadata(&path).expect("the file").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    std::fs::set_permissions(&path, permissions).expect("opened to all");
    assert!(Passwords::load_or_create(&path).is_err(), "a file that others may read");
    let ledger = common::ledger().await;
    let wrong = schema::connect::role_config(ledger.database.config(), schema::Role::Reader, &made);
    assert!(wrong.connect(tokio_postgres::NoTls).await.is_err(), "roles log in with their password only");
}

#[tokio::test]
async fn partitions_are_ready_before_they_are_needed() {
    let ledger = common::ledger().await;
    let admin = ledger.admin().await;
    let count = "select count(*) from pg_inherits where inhparent = 'ledger.event'::regclass";
    let before: i64 = admin.query_one(count, &[]).await.expect("a row").get(0);
    assert_eq!(before, 3);
    admin.execute("update ledger.log_head set next_position = 16777215", &[]).await.expect("as if full");
    schema::migrate::ensure_partitions(&admin).await.expect("nothing new");
    assert_eq!(admin.query_one(count, &[]).await.expect("a row").get::<_, i64>(0), 3);
    admin.execute("update ledger.log_head set next_position = 16777216", &[]).await.expect("as if in the second");
    schema::migrate::ensure_partitions(&admin).await.expect("one more");
    schema::migrate::ensure_partitions(&admin).await.expect("and no other");
    assert_eq!(admin.query_one(count, &[]).await.expect("a row").get::<_, i64>(0), 4);
    let head = ledger.appender().await.append(common::fresh()).await;
    assert!(matches!(head, Ok(schema::Outcome::Appended { first_position: 16_777_216, .. })), "{head:?}");
    let moved = admin.execute("truncate ledger.event_0001", &[]).await.expect_err("append-only");
    assert_eq!(moved.code().expect("a code").code(), "LG004");
}

/// A ledger of an older program: its read model stays in use until the new one is folded, and then gives way to it.
#[tokio::test]
async fn the_read_model_of_an_older_program_stays_in_use() {
    let database = postgres::testing::database().await;
    let older: Vec<Migration> = MIGRATIONS.iter().filter(|migration| migration.version <= 104).copied().collect();
    run(&database, &older).await.expect("applied");
    let (client, connection) = database.config().connect(tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
        .batch_execute(
            "update read.projection set position = 1;
             insert into read.current_v1 values ('policy', gen_random_uuid(), 1, 0, null, 0, null, null, null, '', '', '{}', '{}');",
        )
        .await
        .expect("a folded event");
    run(&database, MIGRATIONS).await.expect("applied");
    let shown = "set role radledger_reader; set radledger.reach = 'city'";
    client.batch_execute(shown).await.expect("a reader");
    for table in ["current", "timeline"] {
        let sql = format!("select count(*) filter (where filed_by is null) from read.{table}");
        let rows: i64 = client.query_one(&sql, &[]).await.expect("the older rows").get(0);
        assert_eq!(rows, i64::from(table == "current"));
    }
    client.batch_execute("set role radledger_projector").await.expect("the projector");
    for table in ["current", "timeline"] {
        client.execute("select read.begin_build($1, 2)", &[&table]).await.expect("a build");
        client
            .execute("update read.projection set position = 1 where name = $1 and version = 2", &[&table])
            .await
            .expect("folded");
        client.execute("select read.finish_build($1, 2)", &[&table]).await.expect("a build");
        assert!(client.query_one("select read.switch($1, 2)", &[&table]).await.expect("switched").get::<_, bool>(0));
    }
}

/// What was counted before first rows were marked gets its marks where it stands, and is read by them.
#[tokio::test]
async fn numbers_of_an_older_program_get_their_first_rows() {
    let database = postgres::testing::database().await;
    let older: Vec<Migration> = MIGRATIONS.iter().filter(|migration| migration.version <= 107).copied().collect();
    run(&database, &older).await.expect("applied");
    let (client, connection) = database.config().connect(tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
        .batch_execute(
            "insert into read.statistics_v1 (measure, kind, area, org, institution, key, position, delta, amount_delta, total, amount_total)
             select 'devices', 'device', a, case when whose then gen.org end, gen.org, k, p, 1, 0, row_number() over (partition by a, k, whose order by p), 0
               from (select '00000000-0000-0000-0000-000000000001'::uuid as org) gen, unnest(array['511502', '511503']) a,
                    unnest(array['CT', 'DR']) k, unnest(array[3, 5, 8]) p, unnest(array[true, false]) whose
              where not whose or a = '511502';
             insert into read.projection (name, version, code, state) values ('statistics', 2, 3, 'building');
             select read.statistics_table('statistics_v2');",
        )
        .await
        .expect("an older program's rows");
    run(&database, MIGRATIONS).await.expect("applied");
    client.batch_execute("set role radledger_reader; set radledger.reach = 'city'").await.expect("a reader");
    let sql = "select count(*) filter (where first), count(*) filter (where first <> (position = 3)), count(*) from read.statistics";
    let row = client.query_one(sql, &[]).await.expect("the older rows");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1), row.get::<_, i64>(2)), (6, 0, 18));
    client.batch_execute("reset role").await.expect("a superuser");
    let builds = "select count(*) from read.projection where name = 'statistics' and state = 'building'";
    assert_eq!(client.query_one(builds, &[]).await.expect("a count").get::<_, i64>(0), 0);
    let forced = "select relforcerowsecurity from pg_class where relname = 'statistics_v1'";
    assert!(client.query_one(forced, &[]).await.expect("the table").get::<_, bool>(0));
}

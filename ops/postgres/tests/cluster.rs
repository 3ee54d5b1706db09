//! A real server is made, found again, killed from both sides and stopped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use postgres::{Cluster, Error, Settings};
use tokio_postgres::NoTls;

const DURABLE: Settings = Settings { durable: true };

/// A folder that PostgreSQL's user can reach; `TempDir` itself is 0700 of root.
fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir_in("/tmp").expect("a temporary folder");
    std::fs::set_permissions(outer.path(), std::fs::Permissions::from_mode(0o755)).expect("chmod");
    let inner = outer.path().join("cluster");
    (outer, inner)
}

async fn sql(cluster: &Cluster, statement: &str) -> Vec<String> {
    let (client, connection) = cluster.config().connect(NoTls).await.expect("a connection");
    tokio::spawn(connection);
    let messages = client.simple_query(statement).await.expect("the statement runs");
    messages
        .into_iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect()
}

fn alive(pid: u32) -> bool {
    kill(Pid::from_raw(pid.cast_signed()), None).is_ok()
}

fn gone_within(pid: u32, limit: Duration) -> bool {
    let began = Instant::now();
    while began.elapsed() < limit {
        if !alive(pid) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[tokio::test]
async fn starts_keeps_its_data_and_stops() {
    let (_outer, data) = folder();
    let cluster = Cluster::start(&data, DURABLE).await.expect("a first start");
    assert!(cluster.is_owned());
    sql(&cluster, "create table kept(x int); insert into kept values (7)").await;
    for (setting, value) in [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("shared_buffers", "512MB"),
        ("log_parameter_max_length_on_error", "0"),
    ] {
        assert_eq!(sql(&cluster, &format!("show {setting}")).await, [value], "{setting}");
    }
    let mut wrong = cluster.config().clone();
    wrong.password("wrong");
    assert!(wrong.connect(NoTls).await.is_err(), "a password is asked for");

    let second = Cluster::start(&data, DURABLE).await.expect("a second start in the same folder");
    assert!(!second.is_owned());
    assert_eq!(second.pid(), cluster.pid());
    second.stop().await.expect("leaving a borrowed server");
    assert_eq!(sql(&cluster, "select x from kept").await, ["7"]);

    let url: tokio_postgres::Config = cluster.admin_url().parse().expect("the URL parses");
    drop(url.connect(NoTls).await.expect("the URL connects"));

    let pid = cluster.pid().expect("its own child");
    cluster.stop().await.expect("a clean stop");
    assert!(!alive(pid));
    let again = Cluster::start(&data, DURABLE).await.expect("a later start");
    assert_eq!(sql(&again, "select x from kept").await, ["7"]);
    again.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_recovers() {
    let (_outer, data) = folder();
    let cluster = Cluster::start(&data, DURABLE).await.expect("a first start");
    sql(&cluster, "create table kept(x int)").await;
    for round in 0..3 {
        sql(&cluster, &format!("insert into kept values ({round})")).await;
    }
    kill(Pid::from_raw(cluster.pid().expect("a child").cast_signed()), Signal::SIGKILL).expect("kill");
    tokio::time::timeout(Duration::from_secs(10), cluster.wait_exit()).await.expect("the end is noticed");
    drop(cluster);
    let again = Cluster::start(&data, DURABLE).await.expect("recovery");
    assert!(again.is_owned());
    assert_eq!(sql(&again, "select count(*) from kept").await, ["3"]);
    again.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_killed_owner_takes_the_server_with_it() {
    let (_outer, data) = folder();
    let mut owner = helper(&data);
    let server = read_pid(&mut owner);
    assert!(alive(server));
    owner.kill().expect("SIGKILL");
    owner.wait().expect("reaped");
    // At once: this start meets a server that is shutting down.
    let cluster = Cluster::start(&data, DURABLE).await.expect("a start after the owner's death");
    assert!(cluster.is_owned());
    if Command::new("setpriv").arg("--help").output().is_ok() {
        assert!(gone_within(server, Duration::from_secs(5)), "the server outlived its owner");
        assert_ne!(cluster.pid(), Some(server));
    }
    assert_eq!(sql(&cluster, "select 1").await, ["1"]);
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket() {
    let (outer, _) = folder();
    let data = outer.path().join("x".repeat(120)).join("cluster");
    let cluster = Cluster::start(&data, Settings { durable: false }).await.expect("a start in a deep folder");
    assert_eq!(sql(&cluster, "show fsync").await, ["off"]);
    let socket = sql(&cluster, "show unix_socket_directories").await.remove(0);
    assert!(socket.len() < 100 && socket.starts_with("/tmp/radledger-"), "{socket}");
    cluster.stop().await.expect("a clean stop");
    std::fs::remove_dir_all(socket).expect("the socket's folder");
}

#[tokio::test]
async fn a_closed_parent_is_said_in_a_sentence() {
    use std::os::unix::fs::PermissionsExt;
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let (outer, data) = folder();
    std::fs::set_permissions(outer.path(), std::fs::Permissions::from_mode(0o700)).expect("chmod");
    let refused = Cluster::start(&data, DURABLE).await;
    assert!(matches!(refused, Err(Error::NotTraversable { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let (_outer, data) = folder();
    Cluster::start(&data, DURABLE).await.expect("a first start").stop().await.expect("a clean stop");
    std::fs::write(data.join("pgdata/postgresql.conf"), "no such setting\n").expect("spoiling the settings");
    let began = Instant::now();
    match Cluster::start(&data, DURABLE).await {
        Err(Error::Start { tail, .. }) => assert!(tail.contains("postgresql.conf"), "{tail}"),
        other => panic!("{other:?}"),
    }
    assert!(began.elapsed() < Duration::from_secs(20), "a lasting fault is not retried");
}

#[tokio::test]
async fn test_databases_are_separate_and_dropped() {
    let one = postgres::testing::database().await;
    let two = postgres::testing::TestDatabase::from_template("selftest", |config| async move {
        let (client, connection) = config.connect(NoTls).await?;
        let driver = tokio::spawn(connection);
        client.batch_execute("create table filled as select 1 as x").await?;
        drop(client);
        let _ = driver.await;
        Ok::<(), tokio_postgres::Error>(())
    })
    .await;
    let (in_one, connection) = one.config().connect(NoTls).await.expect("the first");
    tokio::spawn(connection);
    let (in_two, connection) = two.config().connect(NoTls).await.expect("the second");
    tokio::spawn(connection);
    let table = "select to_regclass('filled')::text";
    assert_eq!(in_one.query_one(table, &[]).await.expect("a row").get::<_, Option<String>>(0), None);
    assert_eq!(
        in_two.query_one(table, &[]).await.expect("a row").get::<_, Option<String>>(0).as_deref(),
        Some("filled")
    );
    let name = two.name().to_owned();
    drop(two);
    let left = in_one.query_opt("select 1 from pg_database where datname = $1", &[&name]).await;
    assert!(left.expect("the list").is_none());
}

/// Not a test of its own: the other process of `a_killed_owner_takes_the_server_with_it`.
#[tokio::test]
async fn helper_process() {
    let Some(data) = std::env::var_os("RADLEDGER_TEST_HELPER") else {
        return;
    };
    let cluster = Cluster::start(Path::new(&data), DURABLE).await.expect("the helper starts");
    println!("server {}", cluster.pid().expect("a child"));
    std::thread::sleep(Duration::from_secs(60));
}

fn helper(data: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "helper_process", "--nocapture"])
        .env("RADLEDGER_TEST_HELPER", data)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a second process")
}

fn read_pid(owner: &mut Child) -> u32 {
    let lines = BufReader::new(owner.stdout.take().expect("piped")).lines();
    let line = lines.map_while(Result::ok).find_map(|line| line.split("server ").nth(1).map(str::to_owned));
    line.expect("the helper's line").trim().parse().expect("a number")
}

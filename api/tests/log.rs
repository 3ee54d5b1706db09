//! `/log/*` and proofs over HTTP: what is served, what is not, and that an auditor can check it.

use std::sync::Arc;

use api::log::PublicLog;
use api::proofs::Proofs;
use postgres::testing::TestDatabase;
use schema::anchor::FileAnchor;
use schema::sealer::{Database, Sealer};
use schema::tiles::TileStore;
use schema::{Appender, AppenderLimits, NewEvent, NewUnit, Outcome, Passwords, Role};
use signing::bytes::LedgerId;
use signing::keys::SigningKey;
use signing::note::{Checkpoint, LogSigner, LogVerifier, TlogProof};
use signing::tree::{TILE_WIDTH, leaf_hash, root_at, verify_consistency};
use uuid::Uuid;

fn now_us() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock after 1970");
    i64::try_from(since.as_micros()).expect("a clock before 292277")
}

struct Site {
    _database: TestDatabase,
    _folder: tempfile::TempDir,
    appender: Appender,
    sealer: Sealer<Database, FileAnchor>,
    tiles: TileStore,
    url: String,
    http: reqwest::Client,
}

impl Site {
    async fn new() -> Site {
        let passwords = Passwords::for_tests();
        let template = format!("schema_{}", schema::migrate::fingerprint());
        let database = TestDatabase::from_template(&template, |config| async move {
            schema::migrate(&config, &Passwords::for_tests()).await.map(|_| ())
        })
        .await;
        let role = |role| schema::connect::role_config(database.config(), role, &passwords);
        let pool = schema::connect(database.config(), Role::Sealer, &passwords).expect("a pool");
        let tiles = TileStore::new(pool);
        let folder = tempfile::tempdir().expect("a folder");
        let anchor = FileAnchor::open(folder.path(), LedgerId([1; 16]), "test").expect("an anchor");
        let signer = LogSigner::new("test/AAAA/1", SigningKey::from_seed([9; 32]));
        let vkey = signer.verifier().to_vkey();
        let sealer = Sealer::new(Database::new(role(Role::Sealer), tiles.clone()), anchor, signer, None);
        let appender = Appender::start(role(Role::Appender), Arc::new(now_us), AppenderLimits::default())
            .await
            .expect("an appender");
        let router = PublicLog::new(tiles.clone(), vkey).router();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Site { _database: database, _folder: folder, appender, sealer, tiles, url, http: reqwest::Client::new() }
    }

    /// Appends events and, when asked, publishes.
    async fn append(&mut self, count: usize, publish: bool) {
        let events: Vec<NewEvent> = (0..count)
            .map(|_| {
                let id = Uuid::new_v4();
                let mut hash = [7; 32];
                hash[..16].copy_from_slice(id.as_bytes());
                NewEvent {
                    id,
                    kind: "device".into(),
                    record: Uuid::new_v4(),
                    version: 1,
                    type_: "device.registered".into(),
                    schema: 1,
                    account: Uuid::from_u128(1),
                    alg: 1,
                    key: [1; 32],
                    signature: vec![2; 64],
                    payload: b"{}".to_vec(),
                    hash,
                    touches: Vec::new(),
                    openings: Vec::new(),
                }
            })
            .collect();
        let heads = events.iter().map(|event| (event.kind.clone(), event.record, 0)).collect();
        let unit = NewUnit { signed: events.len(), events, until_us: i64::MAX, heads, ..NewUnit::default() };
        assert!(matches!(self.appender.append(unit).await, Ok(Outcome::Appended { .. })));
        if publish {
            self.sealer.step(now_us()).await.expect("sealed");
        }
    }

    async fn get(&self, path: &str) -> (u16, String, String, Vec<u8>) {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.expect("an answer");
        let header = |name: &str| {
            answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
        };
        let (status, media, cache) = (answer.status().as_u16(), header("content-type"), header("cache-control"));
        (status, media, cache, answer.bytes().await.expect("a body").to_vec())
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).await.0
    }
}

#[tokio::test]
async fn an_auditor_reads_the_log_and_nothing_beyond_what_is_published() {
    let mut site = Site::new().await;
    assert_eq!(site.status("/log/checkpoint").await, 404, "nothing is published yet");
    assert_eq!(site.status("/log/tile/0/000.p/1").await, 404);
    site.append(600, true).await;
    site.append(10, false).await;

    let (status, media, cache, note) = site.get("/log/checkpoint").await;
    assert_eq!((status, media.as_str(), cache.as_str()), (200, "text/plain; charset=utf-8", "public, max-age=1"));
    let (_, _, _, vkey) = site.get("/log/vkey").await;
    let verifier = LogVerifier::from_vkey(String::from_utf8(vkey).expect("text").trim_end()).expect("a verifier key");
    let checkpoint =
        Checkpoint::verify(std::str::from_utf8(&note).expect("text"), &verifier).expect("signed by the log");
    assert_eq!(checkpoint.size, 600);

    let (status, media, cache, full) = site.get("/log/tile/0/000").await;
    assert_eq!(
        (status, media.as_str(), cache.as_str()),
        (200, "application/octet-stream", "public, max-age=31536000, immutable")
    );
    let (_, _, _, second) = site.get("/log/tile/0/001").await;
    let (_, _, _, edge) = site.get("/log/tile/0/002.p/88").await;
    let (_, _, _, above) = site.get("/log/tile/1/000.p/2").await;
    let source = |level: u8, index: u64| match (level, index) {
        (0, 0) => Some(full.clone()),
        (0, 1) => Some(second.clone()),
        (0, 2) => Some(edge.clone()),
        (1, 0) => Some(above.clone()),
        _ => None,
    };
    assert_eq!(root_at(600, &source), Some(checkpoint.root), "the tiles make the root that is signed");

    let (_, _, _, entries) = site.get("/log/tile/entries/002.p/88").await;
    assert_eq!(entries.len(), 88 * 75);
    for (entry, hash) in entries.chunks_exact(75).zip(edge.chunks_exact(32)) {
        assert_eq!(entry[..2], [0, 73]);
        let leaf: [u8; 73] = entry[2..].try_into().expect("73 bytes");
        assert_eq!(leaf_hash(&leaf).0, hash, "an entry is the leaf itself");
    }

    for missing in [
        "/log/tile/0/002",
        "/log/tile/0/002.p/89",
        "/log/tile/0/002.p/98",
        "/log/tile/0/003.p/1",
        "/log/tile/1/000",
        "/log/tile/2/000.p/1",
        "/log/tile/1/000.p/3",
        "/log/tile/entries/002",
        "/log/tile/entries/002.p/89",
        "/log/tile/0/x999/x999/999",
    ] {
        assert_eq!(site.status(missing).await, 404, "not published: {missing}");
    }
    for odd in [
        "/log/tile/0/0",
        "/log/tile/00/000",
        "/log/tile/0/000.p/0",
        "/log/tile/0/000.p/01",
        "/log/tile/0/000.p/256",
        "/log/tile/0/x000/000",
        "/log/tile/0/%30%30%30",
        "/log/tile/0/000/",
        "/log/tile/0/000?x=1",
        "/log/tile/8/0/000",
        "/log/tile/entries",
        "/log/tile/-1/000",
    ] {
        assert_eq!(site.status(odd).await, 404, "not canonical: {odd}");
    }

    // Every width that was ever published stays, also when the tile is full by now.
    site.append(400, true).await;
    let (_, _, _, old) = site.get("/log/tile/0/002.p/88").await;
    assert_eq!(old, edge);
    let (_, _, _, grown) = site.get("/log/tile/0/002").await;
    assert_eq!(grown.len(), TILE_WIDTH * 32);
    assert_eq!(grown[..edge.len()], edge);
}

#[tokio::test]
async fn proofs_hold_against_the_published_checkpoint() {
    let mut site = Site::new().await;
    let proofs = Proofs::new(site.tiles.clone());
    assert_eq!(proofs.inclusion(0).await.expect("an answer"), None);
    let (mut sizes, verifier) = (Vec::new(), LogSigner::new("test/AAAA/1", SigningKey::from_seed([9; 32])).verifier());
    for count in [1, 2, 253, 1, 300] {
        site.append(count, true).await;
        let published = site.tiles.published().await.expect("an answer").expect("published");
        sizes.push((published.size, published.root));
        for position in [0, published.size / 2, published.size - 1] {
            let text = proofs.inclusion(position).await.expect("an answer").expect("published");
            let proof = TlogProof::from_text(&text).expect("a proof");
            let leaf = site.tiles.leaves(position, position + 1).await.expect("the leaf")[0];
            assert_eq!(proof.verify(&leaf_hash(&leaf), &verifier).expect("it holds").size, published.size);
            let mut other = leaf;
            other[72] ^= 1;
            assert!(proof.verify(&leaf_hash(&other), &verifier).is_none(), "of this leaf alone");
        }
        assert_eq!(proofs.inclusion(published.size).await.expect("an answer"), None, "not yet published");
    }
    for (old, old_root) in &sizes {
        for (new, new_root) in sizes.iter().filter(|(new, _)| new >= old) {
            let proof = proofs.consistency(*old, *new).await.expect("an answer").expect("published");
            assert!(verify_consistency(*old, old_root, *new, new_root, &proof), "{old} to {new}");
        }
    }
    assert_eq!(proofs.consistency(0, 1).await.expect("an answer"), None);
    assert_eq!(proofs.consistency(2, 1).await.expect("an answer"), None);
    assert_eq!(proofs.consistency(1, 100_000).await.expect("an answer"), None);
    let as_the_node_takes_them = proofs.into_proof_of();
    assert!(as_the_node_takes_them(0).await.expect("an answer").is_some());
}

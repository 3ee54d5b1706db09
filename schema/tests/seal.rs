//! Sealer, tiles and anchor against a real database.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Ledger, event, fresh, ledger, now_us, system_clock, unit};
use schema::anchor::{AnchorStore, FileAnchor};
use schema::sealer::{Database, Refusal, SealError, Sealer};
use schema::tiles::{TileStore, tiles_on_the_way};
use schema::{Outcome, Role};
use signing::bytes::LedgerId;
use signing::keys::SigningKey;
use signing::note::{Checkpoint, LogSigner};
use signing::tree::{inclusion_proof, leaf_hash, verify_inclusion};
use uuid::Uuid;

struct Bench {
    ledger: Ledger,
    folder: tempfile::TempDir,
    tiles: TileStore,
}

fn signer() -> LogSigner {
    LogSigner::new("test/AAAA/1", SigningKey::from_seed([9; 32]))
}

impl Bench {
    async fn new() -> Bench {
        let ledger = ledger().await;
        let pool = schema::connect(ledger.database.config(), Role::Sealer, &ledger.passwords).expect("a pool");
        Bench { ledger, folder: tempfile::tempdir().expect("a folder"), tiles: TileStore::new(pool) }
    }

    fn anchor(&self) -> Arc<FileAnchor> {
        Arc::new(FileAnchor::open(&self.folder.path().join("anchor"), LedgerId([1; 16]), "test").expect("an anchor"))
    }

    fn sealer(&self) -> Sealer<Database, Arc<FileAnchor>> {
        let config = schema::connect::role_config(self.ledger.database.config(), Role::Sealer, &self.ledger.passwords);
        let files = self.folder.path().join("tiles");
        Sealer::new(Database::new(config, self.tiles.clone()), self.anchor(), signer(), Some(files))
    }

    async fn append(&self, count: usize) {
        let appender = self.ledger.appender().await;
        let events: Vec<_> = (0..count).map(|_| event("device", Uuid::new_v4(), 1)).collect();
        for chunk in events.chunks(500) {
            let outcome = appender.append(unit(chunk.to_vec())).await.expect("appended");
            assert!(matches!(outcome, Outcome::Appended { .. }));
        }
    }
}

#[tokio::test]
async fn seals_publishes_proves_and_goes_on_after_a_restart() {
    let bench = Bench::new().await;
    let mut one = bench.sealer();
    assert!(!one.step(now_us()).await.expect("nothing to do"));
    assert_eq!(bench.tiles.published().await.expect("read"), None);
    bench.append(600).await;
    assert!(one.step(now_us()).await.expect("sealed"));
    let first = bench.tiles.published().await.expect("read").expect("published");
    assert_eq!(first.size, 600);
    drop(one);
    bench.append(70).await;
    let mut again = loop {
        // The lock of the old connection goes when the server notices.
        let mut again = bench.sealer();
        match again.step(now_us()).await {
            Ok(true) => break again,
            Err(SealError::Database(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            other => panic!("{other:?}"),
        }
    };
    assert!(!again.step(now_us()).await.expect("nothing more"));
    let last = bench.tiles.published().await.expect("read").expect("published");
    let read = Checkpoint::verify(&last.note, &signer().verifier()).expect("our signature");
    assert_eq!((read.size, read.root), (670, last.root));
    assert_eq!(bench.anchor().load().expect("read").as_deref(), Some(last.note.as_str()));
    assert_eq!(bench.tiles.checkpoints().await.expect("read").len(), 2);
    for index in [0, 255, 256, 511, 599, 600, 669] {
        let leaf = bench.tiles.leaves(index, index + 1).await.expect("the leaf")[0];
        for published in [&first, &last].into_iter().filter(|c| index < c.size) {
            let first = tiles_on_the_way(index, published.size);
            let proof = bench
                .tiles
                .with_tiles(&first, |tiles| inclusion_proof(index, published.size, tiles))
                .await
                .expect("a proof");
            assert!(verify_inclusion(&leaf_hash(&leaf), index, published.size, &proof, &published.root), "{index}");
        }
    }
    let file = std::fs::read(bench.folder.path().join("tiles/tile/0/001")).expect("full tiles are files");
    assert_eq!(bench.tiles.tiles(&[(0, 1)]).await.expect("read")[0].as_ref(), Some(&file));
    assert_eq!(
        bench
            .tiles
            .tiles(&[(0, 2), (1, 0), (0, 3)])
            .await
            .expect("read")
            .iter()
            .map(|t| t.as_ref().map(|t| t.len() / 32))
            .collect::<Vec<_>>(),
        [Some(670 - 512), Some(2), None]
    );
}

#[tokio::test]
async fn what_is_durable_is_published_within_a_second_and_only_one_seals() {
    let bench = Bench::new().await;
    let appender = bench.ledger.appender().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let one = bench.sealer();
    let mut published = one.published();
    let task = tokio::spawn(one.run(system_clock(), appender.sizes(), stopped));
    for size in 1..=3 {
        appender.append(fresh()).await.expect("appended");
        let since = Instant::now();
        tokio::time::timeout(Duration::from_secs(1), published.wait_for(|at| *at >= size))
            .await
            .expect("within a second")
            .expect("it runs");
        assert!(since.elapsed() < Duration::from_secs(1));
    }
    assert!(matches!(bench.sealer().step(now_us()).await, Err(SealError::Database(schema::Error::Conflict(_)))));
    stop.send(true).expect("it runs");
    task.await.expect("no panic").expect("no refusal");
}

#[tokio::test]
async fn a_database_without_its_anchor_is_refused() {
    let bench = Bench::new().await;
    bench.append(5).await;
    bench.sealer().step(now_us()).await.expect("sealed");
    std::fs::remove_file(bench.anchor().path()).expect("there");
    let refused = loop {
        match bench.sealer().step(now_us()).await {
            Err(SealError::Refused(refusal)) => break refusal,
            Err(SealError::Database(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused, Refusal::AnchorMissing { published: 5 });
}

#[tokio::test]
async fn disabled_triggers_are_named() {
    let bench = Bench::new().await;
    let store = TileStore::new(bench.ledger.log().pool().clone());
    assert!(store.disabled_triggers().await.expect("read").is_empty());
    let admin = bench.ledger.admin().await;
    admin
        .batch_execute(
            "alter table ledger.opening disable trigger append_only; drop trigger append_only on ledger.tile",
        )
        .await
        .expect("done");
    assert_eq!(store.disabled_triggers().await.expect("read"), ["opening.append_only", "tile.append_only"]);
}

//! Every way in which a step can fail, once: database, anchor, lost replies; then look at everything again.

use std::sync::{Arc, Mutex};

use signing::bytes::Instant;
use signing::keys::SigningKey;
use signing::tree::leaf;

use super::*;

const FAULTS: [&str; 11] = [
    "none",
    "load",
    "tail",
    "prove",
    "commit",
    "commit lost",
    "publish",
    "publish lost",
    "anchor load",
    "swap",
    "swap lost",
];

/// What survives a crash.
#[derive(Default)]
struct World {
    leaves: Vec<[u8; LEAF_LEN]>,
    tiles: Vec<FullTile>,
    checkpoints: Vec<StoredCheckpoint>,
    edge: Frontier,
    published: Vec<u64>,
    anchor: Option<String>,
    fault: &'static str,
    tripped: bool,
}

impl World {
    fn trips(&mut self, at: &str) -> bool {
        let trips = self.fault == at && !self.tripped;
        self.tripped |= trips;
        trips
    }

    fn add(&mut self, count: usize) {
        for _ in 0..count {
            let n = self.leaves.len() as i64;
            let hash = Hash::of(&n.to_be_bytes());
            self.leaves.push(leaf(Instant::from_micros(n), &hash, 1, &signing::bytes::KeyId([1; 32]), &[2; 64]));
        }
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<World>>);

impl Shared {
    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.0.lock().expect("no test panicked with it")
    }
}

fn down() -> Error {
    Error::Unavailable("injected".to_owned())
}

impl SealStore for Shared {
    async fn load(&mut self) -> Result<Sealed, Error> {
        let mut world = self.world();
        if world.trips("load") {
            return Err(down());
        }
        Ok(Sealed {
            edge: world.edge.clone(),
            checkpoint: world.checkpoints.last().cloned(),
            published: world.published.last().copied().unwrap_or(0),
            durable: world.leaves.len() as u64,
        })
    }
    async fn tail(&mut self, from: u64, limit: u64) -> Result<Vec<[u8; LEAF_LEN]>, Error> {
        let mut world = self.world();
        if world.trips("tail") {
            return Err(down());
        }
        Ok(world.leaves.iter().skip(from as usize).take(limit as usize).copied().collect())
    }
    async fn prove(&mut self, size: u64, now: u64) -> Result<(Hash, Vec<Hash>), Error> {
        let mut world = self.world();
        if world.trips("prove") {
            return Err(down());
        }
        let partial = world.edge.partial_tiles();
        let source = |level: u8, index: u64| {
            let full = world
                .tiles
                .iter()
                .find(|tile| tile.level == level && tile.index == index)
                .map(|tile| tile.hashes.clone());
            full.or_else(|| {
                partial.iter().find(|(l, i, _)| *l == level && *i == index).map(|(_, _, hashes)| hashes.clone())
            })
        };
        Ok((root_at(size, &source).expect("tiles"), consistency_proof(size, now, &source).expect("tiles")))
    }
    async fn commit(&mut self, seal: &Seal) -> Result<(), Error> {
        let mut world = self.world();
        if world.trips("commit") {
            return Err(down());
        }
        if world.edge.size() != seal.from {
            return Err(Error::Conflict("moved".to_owned()));
        }
        world.tiles.extend(seal.tiles.iter().cloned());
        world.checkpoints.push(seal.checkpoint.clone());
        world.edge = seal.edge.clone();
        if world.trips("commit lost") { Err(down()) } else { Ok(()) }
    }
    async fn publish(&mut self, size: u64, _: i64) -> Result<(), Error> {
        let mut world = self.world();
        if world.trips("publish") {
            return Err(down());
        }
        let note = world.checkpoints.iter().find(|c| c.size == size).map(|c| c.note.clone());
        assert_eq!(world.anchor, note, "nothing is published before it is anchored");
        if !world.published.contains(&size) {
            world.published.push(size);
        }
        if world.trips("publish lost") { Err(down()) } else { Ok(()) }
    }
    async fn published(&mut self) -> Result<u64, Error> {
        Ok(self.world().published.last().copied().unwrap_or(0))
    }
}

impl AnchorStore for Shared {
    fn load(&self) -> Result<Option<String>, AnchorError> {
        let mut world = self.world();
        if world.trips("anchor load") { Err(broken()) } else { Ok(world.anchor.clone()) }
    }
    fn swap(&self, expected: Option<&str>, next: &str) -> Result<(), AnchorError> {
        let mut world = self.world();
        if world.trips("swap") {
            return Err(broken());
        }
        if world.anchor.as_deref() != expected {
            return Err(AnchorError::Moved);
        }
        world.anchor = Some(next.to_owned());
        if world.trips("swap lost") { Err(broken()) } else { Ok(()) }
    }
}

fn broken() -> AnchorError {
    AnchorError::Io { path: "injected".into(), source: std::io::Error::other("injected") }
}

fn signer() -> LogSigner {
    LogSigner::new("test/AAAA/1", SigningKey::from_seed([9; 32]))
}

fn sealer(world: &Shared) -> Sealer<Shared, Shared> {
    Sealer::new(world.clone(), world.clone(), signer(), None)
}

/// The stored world is what a tree built at once from all leaves says.
fn check(world: &World) {
    let (mut tree, mut tiles, mut checked) = (Frontier::default(), Vec::new(), 0);
    for (at, leaf) in world.leaves.iter().enumerate() {
        tree.push(leaf_hash(leaf), &mut tiles);
        for stored in world.checkpoints.iter().filter(|c| c.size == at as u64 + 1) {
            let read = Checkpoint::verify(&stored.note, &signer().verifier()).expect("our signature");
            assert_eq!((read.size, read.root, stored.root), (stored.size, tree.root(), tree.root()));
            checked += 1;
        }
    }
    assert_eq!(checked, world.checkpoints.len(), "one checkpoint for each size, none beyond the leaves");
    assert_eq!(world.edge, tree);
    assert_eq!(world.tiles, tiles);
    assert_eq!(world.published.last(), Some(&tree.size()));
    assert_eq!(world.anchor.as_ref(), world.checkpoints.last().map(|c| &c.note));
    assert!(world.published.is_sorted() && world.checkpoints.is_sorted_by_key(|c| c.size));
}

#[tokio::test]
async fn every_failure_once_and_then_everything_is_there() {
    for fault in FAULTS {
        for restart in [false, true] {
            // Sizes around the width of a tile, before and after something was published.
            for (before, add) in [(0, 1), (0, 300), (3, 1), (255, 1), (256, 2), (300, 700)] {
                let world = Shared::default();
                let mut one = sealer(&world);
                if before > 0 {
                    world.world().add(before);
                    assert!(one.step(1).await.expect("no fault yet"));
                }
                world.world().fault = fault;
                world.world().add(add);
                let mut failed = false;
                if restart {
                    one = sealer(&world);
                }
                let mut tries = 0;
                while world.world().published.last() != Some(&((before + add) as u64)) {
                    if let Err(error) = one.step(2).await {
                        assert!(!matches!(error, SealError::Refused(_)), "{fault}: {error}");
                        failed = true;
                        if restart {
                            one = sealer(&world);
                        }
                    }
                    tries += 1;
                    assert!(tries < 5, "{fault} does not end");
                }
                // A reply lost at the very last write leaves everything written.
                one.step(3).await.expect("nothing more goes wrong");
                check(&world.world());
                assert_eq!(*one.published().borrow(), (before + add) as u64);
                assert!(!failed || world.world().tripped, "{fault} at {before}+{add}");
            }
        }
    }
}

#[tokio::test]
async fn a_crash_after_the_commit_is_rolled_on_with_proof() {
    let world = Shared::default();
    world.world().add(300);
    sealer(&world).step(1).await.expect("sealed");
    for fault in ["swap", "prove"] {
        world.world().add(777);
        world.world().tripped = false;
        world.world().fault = fault;
        let mut one = sealer(&world);
        while one.step(2).await.is_ok_and(|more| more) {}
        one = sealer(&world);
        let _ = one.step(3).await;
        sealer(&world).step(4).await.expect("rolled on");
        check(&world.world());
    }
}

async fn refusal(world: &Shared) -> Refusal {
    match sealer(world).step(9).await {
        Err(SealError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// A world in which 300 and then 400 leaves were published; the anchor and the database can be exchanged for others.
async fn published(leaves: &[usize]) -> Shared {
    let world = Shared::default();
    for count in leaves {
        world.world().add(*count);
        sealer(&world).step(1).await.expect("sealed");
    }
    world
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused() {
    let newer = published(&[300, 100]).await;
    let note = |world: &Shared| world.world().anchor.clone();

    let older = published(&[300]).await;
    older.world().anchor = note(&newer);
    assert_eq!(refusal(&older).await, Refusal::Behind { database: 300, anchor: 400 });

    let world = published(&[300]).await;
    world.world().anchor = None;
    assert_eq!(refusal(&world).await, Refusal::AnchorMissing { published: 300 });

    let world = published(&[300, 100]).await;
    world.world().anchor = note(&published(&[300]).await);
    assert_eq!(refusal(&world).await, Refusal::AnchorMissing { published: 400 }, "an older copy of the anchor");

    let other = Shared::default();
    other.world().add(401);
    other.world().leaves.remove(0);
    sealer(&other).step(1).await.expect("sealed");
    other.world().anchor = note(&newer);
    assert_eq!(refusal(&other).await, Refusal::OtherRoot { size: 400 });

    other.world().anchor = note(&published(&[300]).await);
    for size in [300, 400] {
        other.world().published = vec![size];
        assert_eq!(
            refusal(&other).await,
            Refusal::Inconsistent { database: 400, anchor: 300 },
            "a fork, not an old anchor"
        );
    }

    other.world().anchor = Some("something else\n".to_owned());
    assert_eq!(refusal(&other).await, Refusal::AnchorForeign);

    let broken = published(&[300]).await;
    broken.world().leaves.truncate(200);
    assert!(matches!(refusal(&broken).await, Refusal::Broken { .. }));
    let broken = published(&[300]).await;
    broken.world().checkpoints[0].root = Hash([0; 32]);
    assert!(matches!(refusal(&broken).await, Refusal::Broken { .. }));
    let broken = published(&[300]).await;
    broken.world().checkpoints[0].note.push('x');
    assert!(matches!(refusal(&broken).await, Refusal::Broken { .. }));

    for refusal in [Refusal::AnchorForeign, Refusal::OtherRoot { size: 1 }, Refusal::AnchorMissing { published: 1 }] {
        let said = refusal.to_string();
        let english = said.split('。').nth(1).map_or(0, |rest| rest.split(' ').count());
        assert!(said.starts_with(|c: char| !c.is_ascii()) && english > 10, "both languages: {said}");
    }
}

#[test]
fn full_tiles_become_files_of_the_canonical_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let tile = FullTile { level: 0, index: 1234, hashes: vec![5; 8192] };
    write_tile(folder.path(), &tile).expect("written");
    write_tile(folder.path(), &tile).expect("again");
    assert_eq!(std::fs::read(folder.path().join("tile/0/x001/234")).expect("there"), tile.hashes);
}

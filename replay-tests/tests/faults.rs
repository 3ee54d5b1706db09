//! What the ledger does when something under it fails: nothing acknowledged is lost or there twice, nothing is said that
//! is not so, and it goes on once the fault is over.

mod live;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use api::submit::{Door, Receipt, SubmitError};
use domain::refusal::Code;
use live::{Live, Site};
use replay_tests::relay::{Cut, Relay};
use replay_tests::world::{County, Person, Wish, World, device_profile};
use schema::anchor::{AnchorStore, FileAnchor};
use schema::appender::AppenderLimits;
use schema::connect::{Role, connect, role_config};
use schema::sealer::{Database, SealError, Sealer};
use schema::tiles::TileStore;
use serde_json::json;
use signing::bytes::Instant;
use signing::envelope::Unit;
use signing::note::Checkpoint;
use signing::tree::{Frontier, leaf_hash};
use uuid::Uuid;

/// A county whose officer makes units.
struct Office {
    world: World,
    officer: Person,
    institution: Uuid,
    devices: u32,
}

impl Office {
    fn new(seed: u64) -> Self {
        let County { world, officer, institution, .. } = World::county(seed);
        Self { world, officer, institution, devices: 0 }
    }

    fn device(&mut self) -> Wish {
        self.devices += 1;
        Wish::new("device.registered", self.world.id(), device_profile(self.institution, self.devices))
    }

    /// A unit that takes a claim, seals a value and writes two records.
    fn unit(&mut self) -> Unit {
        let party = json!({"kind": "party", "id": self.world.id()});
        let data = json!({"post": "CONTACT", "party": party, "name": "示范人", "phone": "13900000000"});
        let appointed = Wish::new("institution.officer_appointed", self.institution, data).on(self.world.today());
        let wishes = [self.device(), appointed];
        let officer = self.officer.clone();
        self.world.sign(&officer, &wishes).expect("signed")
    }

    /// So many devices in one batch.
    fn devices(&mut self, count: usize) -> Unit {
        let wishes: Vec<Wish> = (0..count).map(|_| self.device()).collect();
        let officer = self.officer.clone();
        self.world.sign(&officer, &wishes).expect("signed")
    }
}

/// Sends the same bytes until there are receipts; `busy` is the only other answer that is borne.
async fn insist(door: &Door, unit: &Unit) -> Vec<Receipt> {
    let began = Moment::now();
    loop {
        match door.submit(&unit.to_json()).await {
            Ok(receipts) => return receipts,
            Err(SubmitError::Busy) => tokio::time::sleep(Duration::from_millis(2)).await,
            Err(other) => panic!("{other:?}"),
        }
        assert!(began.elapsed() < Duration::from_secs(10), "it does not go on");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_await_of_an_append_fails_once() {
    let mut office = Office::new(31);
    let live = Live::new(&office.world).await;
    live.replay(&office.world).await;
    let mut cuts = 0;
    for cut in [Cut::Asked, Cut::Answered] {
        for trip in 1.. {
            let unit = office.unit();
            live.set_now(office.world.now);
            let relay = Relay::to(live.site.database.config());
            relay.cut(trip, cut);
            let door = loop {
                match live.site.door(relay.config(), AppenderLimits::default()).await {
                    Ok(door) => break door,
                    Err(error) => assert!(matches!(error, schema::Error::Unavailable(_)), "{cut:?} {trip}: {error}"),
                }
            };
            let receipts = insist(&door, &unit).await;
            let was_cut = !relay.spare();
            assert_eq!(door.submit(&unit.to_json()).await.expect("known"), receipts, "{cut:?} {trip}");
            let position = office.world.memory.size();
            office.world.submit(&unit).expect("the model admits it");
            assert_eq!(receipts.iter().map(|receipt| receipt.position).collect::<Vec<_>>(), [position, position + 1]);
            if !was_cut {
                break;
            }
            cuts += 1;
        }
    }
    assert!(cuts > 20, "the relay cuts: {cuts}");
    live.compare_rows(&office.world).await;
}

/// The published side of a site.
struct Publishing {
    folder: tempfile::TempDir,
    tiles: TileStore,
}

impl Publishing {
    fn of(site: &Site) -> Self {
        let pool = connect(site.database.config(), Role::Sealer, &site.passwords).expect("a pool");
        Self { folder: tempfile::tempdir().expect("a folder"), tiles: TileStore::new(pool) }
    }

    fn tile_folder(&self) -> PathBuf {
        self.folder.path().join("tiles")
    }

    fn anchor(&self, world: &World) -> FileAnchor {
        FileAnchor::open(&self.folder.path().join("anchor"), world.ledger(), "faults").expect("an anchor")
    }

    fn sealer(&self, site: &Site, world: &World, by: &tokio_postgres::Config) -> Sealer<Database, FileAnchor> {
        let pool = connect(by, Role::Sealer, &site.passwords).expect("a pool");
        let database = Database::new(role_config(by, Role::Sealer, &site.passwords), TileStore::new(pool));
        Sealer::new(database, self.anchor(world), world.log.clone(), Some(self.tile_folder()))
    }

    /// Every checkpoint is that of the tree which the stored leaves make, the last is published, anchored and whole.
    async fn check(&self, world: &World) {
        let size = world.memory.size();
        let checkpoints = self.tiles.checkpoints().await.expect("read");
        let (mut tree, mut full, mut checked) = (Frontier::default(), Vec::new(), 0);
        for position in 0..size {
            let leaf = self.tiles.leaves(position, position + 1).await.expect("a leaf")[0];
            tree.push(leaf_hash(&leaf), &mut full);
            for stored in checkpoints.iter().filter(|stored| stored.size == position + 1) {
                let signed = Checkpoint::verify(&stored.note, &world.log.verifier()).expect("our signature");
                assert_eq!((signed.size, signed.root), (position + 1, tree.root()));
                checked += 1;
            }
        }
        assert_eq!(checked, checkpoints.len(), "one checkpoint for each size, none beyond the leaves");
        let last = self.tiles.published().await.expect("read").expect("published");
        assert_eq!((last.size, last.root), (size, tree.root()));
        assert_eq!(self.anchor(world).load().expect("read"), Some(last.note));
        for tile in full {
            let path = self.tile_folder().join(format!("tile/{}/{:03}", tile.level, tile.index));
            assert_eq!(std::fs::read(path).expect("a full tile has its file"), tile.hashes);
        }
    }
}

/// Steps until all is published; everything but a refusal is borne.
async fn publish(sealer: &mut Sealer<Database, FileAnchor>, size: u64) {
    let began = Moment::now();
    while *sealer.published().borrow() != size {
        match sealer.step(1).await {
            Ok(_) => {}
            Err(SealError::Refused(refusal)) => panic!("{refusal}"),
            // The lock of a connection that was cut goes when the server notices.
            Err(_) => tokio::time::sleep(Duration::from_millis(2)).await,
        }
        assert!(began.elapsed() < Duration::from_secs(10), "it is not published");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_await_of_sealing_and_publishing_fails_once() {
    let mut office = Office::new(32);
    let live = Live::new(&office.world).await;
    live.replay(&office.world).await;
    let publishing = Publishing::of(&live.site);
    let mut cuts = 0;
    for cut in [Cut::Asked, Cut::Answered] {
        for trip in 1.. {
            // Now and then enough for a full tile.
            let unit = office.devices(if trip % 8 == 1 { 150 } else { 2 });
            live.set_now(office.world.now);
            insist(&live.door, &unit).await;
            office.world.submit(&unit).expect("the model admits it");
            let relay = Relay::to(live.site.database.config());
            relay.cut(trip, cut);
            let mut sealer = publishing.sealer(&live.site, &office.world, relay.config());
            publish(&mut sealer, office.world.memory.size()).await;
            if relay.spare() {
                break;
            }
            cuts += 1;
        }
    }
    assert!(cuts > 20, "the relay cuts: {cuts}");
    publishing.check(&office.world).await;
    live.compare_rows(&office.world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_cannot_be_written_delay_publishing_and_no_more() {
    let mut office = Office::new(33);
    let live = Live::new(&office.world).await;
    live.replay(&office.world).await;
    let publishing = Publishing::of(&live.site);
    let mut sealer = publishing.sealer(&live.site, &office.world, live.site.database.config());
    publish(&mut sealer, office.world.memory.size()).await;
    // A folder where a file must be written: that stops even root.
    let anchor = publishing.anchor(&office.world).path().with_extension("anchor.new");
    for blocked in [publishing.tile_folder().join("tile/0/000.new"), anchor] {
        let before = office.world.memory.size();
        let unit = office.devices(300);
        live.set_now(office.world.now);
        insist(&live.door, &unit).await;
        office.world.submit(&unit).expect("the model admits it");
        std::fs::create_dir_all(&blocked).expect("blocked");
        for _ in 0..3 {
            let failed = sealer.step(1).await.expect_err("it cannot be written");
            assert!(matches!(failed, SealError::TileFile { .. } | SealError::Anchor(_)), "{failed}");
        }
        assert_eq!(publishing.tiles.published().await.expect("read").map(|last| last.size), Some(before));
        std::fs::remove_dir(&blocked).expect("freed");
        publish(&mut sealer, office.world.memory.size()).await;
    }
    publishing.check(&office.world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_is_told_in_time_and_the_ledger_goes_on() {
    let mut office = Office::new(34);
    let site = Site::new(&office.world).await;
    let relay = Relay::to(site.database.config());
    let limits = AppenderLimits { reconnect_within: Duration::from_millis(300), ..AppenderLimits::default() };
    let door = Arc::new(site.door(relay.config(), limits).await.expect("a door"));
    let live = Live { door, site };
    live.replay(&office.world).await;
    let unit = office.unit();
    live.set_now(office.world.now);
    relay.set_open(false);
    let began = Moment::now();
    for _ in 0..3 {
        let answer = live.door.submit(&unit.to_json()).await;
        assert!(matches!(answer, Err(SubmitError::Busy)), "{answer:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "an answer takes {:?}", began.elapsed() / 3);
    relay.set_open(true);
    insist(&live.door, &unit).await;
    office.world.submit(&unit).expect("the model admits it");
    live.compare_rows(&office.world).await;
}

fn system_now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Instant::from_micros(i64::try_from(since.as_micros()).expect("before the year 294000"))
}

fn code(answer: Result<Vec<Receipt>, SubmitError>) -> Option<Code> {
    answer.err().map(|error| error.refusal().unwrap_or_else(|| panic!("{error:?}")).code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_differs_makes_the_ledger_read_only_and_time_never_goes_back() {
    let mut office = Office::new(35);
    let live = Live::new(&office.world).await;
    live.replay(&office.world).await;
    // From here on the database's own clock counts.
    schema::migrate::set_simulated_clock(live.site.database.config(), false).await.expect("a superuser");
    let mut last = office.world.rows.last().expect("a row").recorded_at;
    for seconds in [0, -10, 10, -1, -3, 1] {
        office.world.now = system_now();
        let unit = office.devices(1);
        live.set_now(office.world.now.plus_micros(seconds * 1_000_000));
        let answer = live.door.submit(&unit.to_json()).await;
        if seconds.abs() > 2 {
            assert_eq!(code(answer), Some(Code::ReadOnly), "{seconds} s off");
            live.set_now(system_now());
        }
        let receipts = insist(&live.door, &unit).await;
        assert!(receipts[0].recorded_at >= last, "time goes back");
        last = receipts[0].recorded_at;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_can_wait_is_busy_and_comes_in_when_it_is_sent_again() {
    let mut office = Office::new(36);
    let site = Site::new(&office.world).await;
    let limits = AppenderLimits { units_waiting_max: 1, ..AppenderLimits::default() };
    let door = Arc::new(site.door(site.database.config(), limits).await.expect("a door"));
    let live = Live { door: door.clone(), site };
    live.replay(&office.world).await;
    let units: Vec<Unit> = (0..64).map(|_| office.devices(1)).collect();
    let sent = units.iter().map(|unit| {
        let (door, bytes) = (door.clone(), unit.to_json());
        tokio::spawn(async move { door.submit(&bytes).await })
    });
    let mut answers = Vec::new();
    for sent in sent.collect::<Vec<_>>() {
        answers.push(code(sent.await.expect("no panic")));
    }
    assert!(answers.contains(&None) && answers.contains(&Some(Code::Busy)), "{answers:?}");
    assert!(answers.iter().flatten().all(|code| *code == Code::Busy), "{answers:?}");
    let mut positions = Vec::new();
    for unit in &units {
        positions.push(insist(&door, unit).await[0].position);
    }
    positions.sort_unstable();
    let first = office.world.rows.len() as u64;
    assert_eq!(positions, (first..first + 64).collect::<Vec<_>>());
}

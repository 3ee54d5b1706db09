//! A bundle on its way: every member changed, dropped or added is a finding, also where rows and signatures still hold.

use std::path::{Path, PathBuf};

use replay_tests::world::{AREA, Wish, World, device_profile, institution_profile};
use serde_json::json;
use signing::bytes::Instant;
use signing::envelope::statement_hash;
use signing::note::Checkpoint;
use signing::tree::{Frontier, leaf, leaf_hash};

use super::bundle::verify;
use super::report::{Check, Trust};
use super::tests::seal;
use crate::export::bundle::tests::{altered, flipped};
use crate::export::bundle::{About, Writer};

const ROWS: &str = "rows/000000000000.jsonl";

struct Scene {
    folder: tempfile::TempDir,
    bundle: PathBuf,
    trust: Trust,
    size: u64,
}

/// A ledger of more than one tile, exported.
fn scene() -> Scene {
    let (mut world, city) = World::founded(12);
    let admin = world.enrol(&city[0], &city[1], "C", "C_ADMIN", None, Some(AREA));
    let supervisor = world.enrol(&admin, &city[0], "C", "C_SUP", None, Some(AREA));
    let approver = world.enrol(&admin, &city[0], "C", "C_APPR", None, Some(AREA));
    let institution = world.id();
    world
        .act(
            &supervisor,
            Wish::new("institution.registered", institution, institution_profile("12511500451600013C", "示范医院")),
        )
        .expect("registered");
    world.act(&approver, Wish::new("institution.approved", institution, json!({}))).expect("approved");
    let unit_admin = world.enrol(&admin, &city[0], "I", "I_ADMIN", Some(institution), Some(AREA));
    let officer = world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(institution), Some(AREA));
    for batch in 0..3 {
        let wishes: Vec<Wish> = (0..100)
            .map(|n| Wish::new("device.registered", world.id(), device_profile(institution, batch * 100 + n + 1)))
            .collect();
        let unit = world.sign(&officer, &wishes).expect("signed");
        world.submit(&unit).expect("admitted");
    }

    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("whole.zip");
    let mut writer = Writer::new(std::fs::File::create(&bundle).expect("a file"));
    let (mut tree, mut full) = (Frontier::default(), Vec::new());
    for (row, kept) in world.rows.iter().zip(&seal(&world).rows) {
        tree.push(
            leaf_hash(&leaf(row.recorded_at, &statement_hash(&row.payload), row.alg, &row.key, &row.signature)),
            &mut full,
        );
        writer.row(kept).expect("written");
    }
    let tiles = full.into_iter().map(|tile| (tile.level, tile.index, tile.hashes)).chain(tree.partial_tiles());
    tiles.into_iter().for_each(|(level, index, hashes)| writer.tile(level, index, &hashes).expect("written"));
    let origin = world.log.origin().to_owned();
    let checkpoint = Checkpoint { origin: origin.clone(), size: tree.size(), root: tree.root() }.sign(&world.log);
    let vkey = world.log.verifier().to_vkey();
    let about = About {
        ledger: world.ledger(),
        origin: &origin,
        vkey: &vkey,
        size: tree.size(),
        checkpoint: &checkpoint,
        created_at: Instant::from_micros(1_800_000_000_000_000),
        key: &world.service_key,
    };
    writer.finish(&about).expect("finished");
    let trust = Trust { ledger: world.ledger(), genesis: statement_hash(&world.rows[0].payload), vkey };
    Scene { folder, bundle, trust, size: tree.size() }
}

impl Scene {
    fn findings(&self, bundle: &Path) -> Vec<(Check, u64)> {
        let report = verify(bundle, Some(&self.trust), false).expect("a bundle");
        report.findings.iter().map(|finding| (finding.check, finding.position)).collect()
    }

    fn with(&self, name: &str, change: impl Fn(Option<Vec<u8>>) -> Option<Vec<u8>>) -> Vec<(Check, u64)> {
        let other = self.folder.path().join("other.zip");
        altered(&self.bundle, &other, name, change);
        self.findings(&other)
    }
}

#[test]
fn every_member_counts() {
    let scene = scene();
    let size = scene.size;
    assert!(size > 300, "more than one tile");
    assert_eq!(scene.findings(&scene.bundle), [], "as it was exported");

    let edge = format!("tile/0/001.p/{}", size - 256);
    let parcel = (Check::Bundle, size);
    for name in ["README.txt", "manifest.json", "export.dsse.json", "files/none"] {
        let change: fn(Option<Vec<u8>>) -> Option<Vec<u8>> =
            if name == "files/none" { |_| Some(vec![1]) } else { |_| None };
        assert!(scene.with(name, change).contains(&parcel), "{name}");
    }
    assert!(scene.with("export.dsse.json", flipped).contains(&parcel));

    // Tiles: changed ones are named at the leaf or at the first leaf below, missing ones where they begin.
    let position_of = |at: usize| (at / 32) as u64;
    assert_eq!(scene.with("tile/0/000", flipped), [(Check::Tree, position_of(4096)), parcel]);
    assert_eq!(scene.with("tile/0/000", |_| None), [(Check::Tree, 0), parcel]);
    assert_eq!(scene.with(&edge, |_| None), [(Check::Tree, 256), parcel]);
    assert_eq!(scene.with("tile/1/000.p/1", flipped), [(Check::Tree, 0), parcel]);
    assert_eq!(scene.with("tile/1/000.p/1", |_| None), [(Check::Tree, 0), parcel]);

    // Without its checkpoint nothing says how much there should be.
    let found = scene.with("checkpoint", |_| None);
    assert!(found.contains(&(Check::Checkpoint, size)) && found.contains(&parcel), "{found:?}");

    // The last rows gone with the checkpoint that would miss them.
    let shorter = scene.folder.path().join("shorter.zip");
    altered(&scene.bundle, &shorter, "checkpoint", |_| None);
    let other = scene.folder.path().join("other.zip");
    altered(&shorter, &other, ROWS, |bytes| bytes.map(|bytes| without_last_line(&bytes)));
    let found = scene.findings(&other);
    assert!(found.contains(&(Check::Checkpoint, size - 1)) && found.contains(&(Check::Bundle, size - 1)), "{found:?}");
}

fn without_last_line(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.len() - 1;
    let last = bytes[..end].iter().rposition(|byte| *byte == b'\n').expect("more than one line");
    bytes[..=last].to_vec()
}

#[test]
fn another_ledger_than_the_one_that_was_meant() {
    let scene = scene();
    let report = |trust: &Trust| verify(&scene.bundle, Some(trust), false).expect("a bundle");
    let genesis = Trust { genesis: signing::bytes::Hash([1; 32]), ..scene.trust.clone() };
    assert!(report(&genesis).findings.iter().any(|finding| finding.check == Check::Trust));
    let vkey = Trust { vkey: "other+00000000+AA==".to_owned(), ..scene.trust.clone() };
    assert!(report(&vkey).findings.iter().any(|finding| finding.check == Check::Trust));
    let unpinned = verify(&scene.bundle, None, true).expect("a bundle");
    assert!(unpinned.is_clean() && !unpinned.pinned && unpinned.trustworthy().1.contains("--trust"));
}

#[test]
fn what_is_no_bundle_cannot_be_verified() {
    let scene = scene();
    let other = scene.folder.path().join("other.zip");
    std::fs::write(&other, b"no zip").expect("written");
    assert!(verify(&other, None, false).is_err());
    altered(&scene.bundle, &other, ROWS, |bytes| bytes.map(|_| b"{}\n".to_vec()));
    assert!(verify(&other, Some(&scene.trust), false).is_err(), "a line that is no row");
}

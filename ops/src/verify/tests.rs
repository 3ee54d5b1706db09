//! Each class of stored byte, flipped: each its own finding, and nothing found in a copy that is whole.

use std::collections::{HashMap, HashSet};

use replay_tests::world::{AREA, County, Person, Wish, World, device_profile, institution_profile, worker};
use schema::event_log::{NewOpening, StoredOpening};
use schema::key_store::KeyStore;
use schema::openings::{self, Opened};
use schema::tiles::StoredRow;
use serde_json::json;
use signing::bytes::{Hash, b64url};
use signing::envelope::{PayloadType, statement_hash};
use signing::note::Checkpoint;
use signing::tree::{Frontier, leaf, leaf_hash};
use uuid::Uuid;

use super::audit::Audit;
use super::evidence::{Anchor, Evidence, Kept};
use super::report::{Check, Report};
use super::spill::Spill;

/// A copy in memory.
#[derive(Clone)]
pub(super) struct Copy {
    pub(super) rows: Vec<StoredRow>,
    tile: Vec<u8>,
    note: Option<String>,
    openings: HashMap<Uuid, Vec<(String, Opened)>>,
    disabled: Vec<String>,
    anchor: Anchor,
    files: HashMap<Uuid, Kept>,
}

impl Evidence for Copy {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        (level == 0 && index == 0).then(|| self.tile.clone())
    }
    fn checkpoints(&self) -> Vec<String> {
        self.note.iter().cloned().collect()
    }
    fn anchor(&self) -> Anchor {
        self.anchor.clone()
    }
    fn openings(&self, events: &[Uuid]) -> Option<HashMap<Uuid, Vec<(String, Opened)>>> {
        Some(events.iter().filter_map(|id| Some((*id, self.openings.get(id)?.clone()))).collect())
    }
    fn file(&self, id: Uuid) -> Option<Kept> {
        self.files.get(&id).copied()
    }
    fn disabled_triggers(&self) -> Vec<String> {
        self.disabled.clone()
    }
}

struct Scene {
    world: World,
    copy: Copy,
    officer: Person,
    batch: u64,
    closing: u64,
}

pub(super) fn seal(world: &World) -> Copy {
    let rows: Vec<StoredRow> = world
        .rows
        .iter()
        .map(|row| StoredRow {
            position: row.position,
            recorded_at: row.recorded_at.micros(),
            alg: row.alg,
            key: row.key.0,
            signature: row.signature.clone(),
            payload: row.payload.clone(),
        })
        .collect();
    let mut frontier = Frontier::default();
    for row in &world.rows {
        let leaf = leaf(row.recorded_at, &statement_hash(&row.payload), row.alg, &row.key, &row.signature);
        frontier.push(leaf_hash(&leaf), &mut Vec::new());
    }
    let origin = world.log.origin().to_owned();
    let note = Checkpoint { origin, size: frontier.size(), root: frontier.root() }.sign(&world.log);
    let tile = frontier.partial_tiles().into_iter().find(|(level, ..)| *level == 0).expect("fewer than 256 events").2;
    let openings = world
        .openings
        .iter()
        .map(|(id, list)| {
            let opened =
                list.iter().map(|o| (o.pointer.clone(), Opened::Open { salt: o.salt, value: o.value.clone() }));
            (*id, opened.collect())
        })
        .collect();
    let (disabled, files) = (Vec::new(), HashMap::new());
    Copy { rows, tile, note: Some(note), openings, disabled, anchor: Anchor::NotCarried, files }
}

fn scene() -> Scene {
    let (mut world, city) = World::founded(11);
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
    let device = world.id();
    let today = world.today();
    let wishes = [
        Wish::new("device.registered", device, device_profile(institution, 1)),
        Wish::new("device.installed", device, json!({"location": "放射科"})).on(&today),
        Wish::new("device.state_changed", device, json!({"to": "STANDBY", "why": "OTHER"})).on(&today),
    ];
    let unit = world.sign(&officer, &wishes).expect("signed");
    world.submit(&unit).expect("admitted");
    let batch = world.memory.size() - 3;
    let unit =
        world.sign(&approver, &[Wish::new("institution.closed", institution, json!({})).on(&today)]).expect("signed");
    world.submit(&unit).expect("closed");
    let closing = world.memory.size() - 3;
    let copy = seal(&world);
    Scene { world, copy, officer, batch, closing }
}

fn audit(world: &World, copy: &Copy, strict: bool) -> Report {
    let mut audit = Audit::new(world.ledger(), copy, None, strict);
    audit.rows(copy.rows.clone()).expect("taken");
    audit.finish().expect("finished")
}

/// Check and position of every finding.
fn findings(world: &World, copy: &Copy) -> Vec<(Check, u64)> {
    let strict = audit(world, copy, true);
    let batch = audit(world, copy, false);
    assert_eq!(strict.findings, batch.findings, "both modes find the same");
    strict.findings.iter().map(|finding| (finding.check, finding.position)).collect()
}

#[test]
fn a_whole_copy_has_no_finding() {
    let scene = scene();
    let report = audit(&scene.world, &scene.copy, true);
    assert!(report.is_clean(), "{}", report.to_text());
    assert_eq!(report.size, scene.world.memory.size());
    assert_eq!(report.proved, report.size);
    assert!(report.seals.opened > 0);
    assert_eq!(
        report.to_json(),
        audit(&scene.world, &scene.copy, true).to_json(),
        "the report is the same for the same bytes"
    );
}

#[test]
fn every_class_of_stored_byte() {
    let Scene { world, mut copy, batch: at, .. } = scene();
    let whole = copy.rows[at as usize].clone();
    let row = at as usize;

    let place = whole.payload.iter().position(|b| *b == b'D').expect("a letter");
    copy.rows[row].payload[place] ^= 1;
    let found = findings(&world, &copy);
    assert!(found.contains(&(Check::Signature, at)) && found.contains(&(Check::Tree, at)), "{found:?}");
    copy.rows[row] = whole.clone();

    copy.rows[row].signature[5] ^= 1;
    let found = findings(&world, &copy);
    assert!(found.contains(&(Check::Signature, at)) && found.contains(&(Check::Tree, at)), "{found:?}");
    copy.rows[row] = whole.clone();

    copy.rows[row].key[0] ^= 1;
    let found = findings(&world, &copy);
    assert!(found.contains(&(Check::Signature, at)) && found.contains(&(Check::Key, at)), "{found:?}");
    copy.rows[row] = whole.clone();

    copy.rows[row].alg = 2;
    assert!(findings(&world, &copy).contains(&(Check::Signature, at)));
    copy.rows[row] = whole.clone();

    copy.rows[row].recorded_at += 1;
    let found = findings(&world, &copy);
    assert!(
        found.contains(&(Check::Tree, at)) && !found.iter().any(|(check, _)| *check == Check::Signature),
        "{found:?}"
    );
    copy.rows[row] = whole;

    copy.tile[32 * row] ^= 1;
    assert_eq!(findings(&world, &copy), [(Check::Tree, at)]);
}

#[test]
fn rows_swapped_dropped_and_torn() {
    let Scene { world, copy, batch, .. } = scene();
    let at = batch as usize;
    let with = |rows: Vec<StoredRow>| Copy {
        rows,
        tile: copy.tile.clone(),
        note: copy.note.clone(),
        openings: copy.openings.clone(),
        disabled: Vec::new(),
        anchor: Anchor::NotCarried,
        files: HashMap::new(),
    };

    let mut rows = copy.rows.clone();
    rows.swap(at, at + 1);
    let found = findings(&world, &with(rows));
    assert!(found.iter().any(|(check, _)| *check == Check::Stream), "{found:?}");
    assert!(
        !found.iter().any(|(check, _)| *check == Check::Tree),
        "each row is the leaf of its own position: {found:?}"
    );

    // A row that is gone is one gap, not one at every row behind it.
    let mut rows = copy.rows.clone();
    rows.remove(at);
    let found = findings(&world, &with(rows));
    let gaps: Vec<u64> =
        found.iter().filter(|(check, _)| *check == Check::Stream).map(|(_, position)| *position).collect();
    assert_eq!(gaps.first(), Some(&(batch + 1)), "{found:?}");
    assert!(
        found.contains(&(Check::Batch, batch + 1)) && !found.iter().any(|(check, _)| *check == Check::Tree),
        "{found:?}"
    );

    let mut rows = copy.rows.clone();
    rows.truncate(rows.len() - 3);
    let found = findings(&world, &with(rows));
    assert!(found.iter().all(|(check, _)| *check == Check::Checkpoint) && !found.is_empty(), "{found:?}");

    let mut rows = copy.rows.clone();
    rows.remove(at + 1);
    for (position, row) in rows.iter_mut().enumerate() {
        row.position = position as u64;
    }
    let found = findings(&world, &with(rows));
    assert!(found.contains(&(Check::Batch, batch)), "{found:?}");
}

#[test]
fn checkpoints_forged_and_rolled_back() {
    let Scene { world, mut copy, .. } = scene();
    let note = copy.note.clone().expect("a note");
    let other = signing::note::LogSigner::new(world.log.origin(), signing::keys::SigningKey::from_seed([8; 32]));
    let size = world.memory.size();
    let root = Checkpoint::verify(&note, &world.log.verifier()).expect("ours").root;
    copy.note = Some(Checkpoint { origin: world.log.origin().into(), size, root }.sign(&other));
    assert_eq!(findings(&world, &copy), [(Check::Checkpoint, size)]);
    copy.note = Some(Checkpoint { origin: world.log.origin().into(), size: size - 1, root }.sign(&world.log));
    assert_eq!(findings(&world, &copy), [(Check::Checkpoint, size - 2)]);
    copy.note = Some(note);
    copy.disabled.push("event_refuse_update".into());
    assert_eq!(findings(&world, &copy), [(Check::Trigger, size)]);
}

#[test]
fn system_events_forged_and_omitted() {
    let Scene { mut world, copy, closing, officer, .. } = scene();
    // Omitted: the closing stands, but one grant was not ended; everything after it is sealed anew.
    let mut rows = world.rows.clone();
    rows.remove(closing as usize + 1);
    for (position, row) in rows.iter_mut().enumerate() {
        row.position = position as u64;
    }
    let kept = std::mem::replace(&mut world.rows, rows);
    let omitted = seal(&world);
    let found = findings(&world, &omitted);
    assert!(found.iter().any(|(check, _)| *check == Check::System), "{found:?}");

    // Forged: the service ends a grant of its own accord.
    world.rows = kept[..closing as usize].to_vec();
    let ended = &kept[closing as usize + 1];
    let signature = world.service_key.sign_payload(PayloadType::Event, &ended.payload).to_vec();
    let row = replay_tests::world::Row { position: closing, signature, ..ended.clone() };
    world.rows.push(row);
    let forged = seal(&world);
    let found = findings(&world, &forged);
    assert!(found.iter().any(|(check, position)| *check == Check::System && *position == closing), "{found:?}");
    let _ = (copy, officer);
}

#[test]
fn a_seal_that_opens_to_something_else() {
    let Scene { world, mut copy, .. } = scene();
    let (_, list) = copy.openings.iter_mut().find(|(_, list)| !list.is_empty()).expect("a sealed name");
    list[0].1 = Opened::Open { salt: [0; 32], value: replay_tests::world::text("别人") };
    let found = findings(&world, &copy);
    assert!(matches!(found.as_slice(), [(Check::Seal, _)]), "{found:?}");
}

/// The file of somebody entered by mistake, erased under schema 2: behind real boxes whose key is destroyed the audit counts
/// what was his as erased, finds nothing, and still opens everybody else's.
#[test]
fn the_seals_of_an_erased_file_are_erased_and_no_finding() {
    let County { mut world, city, officer, institution, .. } = World::county(12);
    for (what, version) in
        [("catalogue", 2), ("policy", 3), ("catalogue", 3), ("policy", 5), ("catalogue", 4), ("policy", 6)]
    {
        world.adopt(what, version);
    }
    let approver = world.enrol(&city[0], &city[2], "T", "T_APPR", None, None);
    let [mistaken, other, erasure] = [world.id(), world.id(), world.id()];
    for (number, person) in [mistaken, other].into_iter().enumerate() {
        let registered = Wish::new("person.registered", person, worker(institution, number as u32 + 1));
        world.act(&officer, registered).expect("registered");
    }
    let file = json!({"kind": "person", "id": mistaken});
    let data = json!({"subject": file, "found_in": file, "ground": "MISTAKEN"});
    world.act(&officer, Wish::new("erasure.requested", erasure, data).schema(2)).expect("requested");
    let approved = Wish::new("erasure.approved", erasure, json!({"subject": file})).schema(2);
    world.act(&approver, approved).expect("approved");
    world.carry_out(erasure);

    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeyStore::open(folder.path()).expect("a key store");
    let all = world.openings.values().flatten();
    let subjects: HashSet<_> = all.map(|opening| (opening.subject.kind.to_string(), opening.subject.id)).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(keys.ensure(subjects.into_iter().collect())).expect("a key for each");
    let boxes: Vec<StoredOpening> = world
        .openings
        .iter()
        .flat_map(|(event, list)| list.iter().map(|opening| (*event, opening)))
        .map(|(event_id, opening)| {
            let NewOpening { pointer, subject_kind, subject, generation, sealed_box } =
                openings::seal(&keys, world.ledger(), event_id, opening).expect("sealed");
            StoredOpening { event_id, pointer, subject_kind, subject, generation, sealed_box }
        })
        .collect();
    let mut copy = seal(&world);
    let mut said = |keys: &KeyStore| {
        copy.openings.values_mut().for_each(Vec::clear);
        for stored in &boxes {
            let opened = openings::open(keys, world.ledger(), stored).expect("the key store answers");
            copy.openings.entry(stored.event_id).or_default().push((stored.pointer.clone(), opened));
        }
        assert!(findings(&world, &copy).is_empty());
        let report = audit(&world, &copy, true);
        (report.seals.opened, report.seals.erased, report.seals.not_opened, report.to_text())
    };
    let his = boxes.iter().filter(|stored| stored.subject == mistaken).count() as u64;
    let (opened, erased, not_opened, _) = said(&keys);
    assert_eq!((opened, erased, not_opened), (boxes.len() as u64, 0, 0), "its key is still there");
    assert!(his >= 2, "name and number");
    keys.erase("person", mistaken).expect("destroyed");
    let (opened, erased, not_opened, text) = said(&keys);
    assert_eq!((opened, erased, not_opened), (boxes.len() as u64 - his, his, 0));
    assert!(text.contains(&format!("已销毁 erased {his}")), "{text}");
}

#[test]
fn a_file_that_is_gone_or_is_another() {
    let County { mut world, officer, institution, .. } = World::county(12);
    for (what, version) in
        [("catalogue", 2), ("policy", 3), ("catalogue", 3), ("policy", 5), ("catalogue", 4), ("policy", 6)]
    {
        world.adopt(what, version);
    }
    let (file, person, of_person) = (world.id(), world.id(), world.id());
    let digest = b64url(&[5; 32]);
    let data = json!({"kind": "RUL", "media": "PDF", "bytes": 9, "institution": institution, "sha256": digest});
    world.act(&officer, Wish::new("attachment.filed", file, data)).expect("filed");
    let registered = Wish::new("person.registered", person, worker(institution, 1));
    world.act(&officer, registered).expect("registered");
    let person = json!({"kind": "person", "id": person});
    let data = json!({"kind": "TRN", "media": "PDF", "bytes": 9, "person": person, "digest": digest});
    world.act(&officer, Wish::new("attachment.filed", of_person, data)).expect("filed");
    let mut copy = seal(&world);
    assert!(findings(&world, &copy).is_empty(), "no store is at hand");
    let [first, second] = [world.rows.len() as u64 - 3, world.rows.len() as u64 - 1];
    for (kept, is_found) in [
        (Kept::Here(Hash([5; 32])), false),
        (Kept::Erased, false),
        (Kept::Unread, false),
        (Kept::Here(Hash([6; 32])), true),
        (Kept::Absent, true),
        (Kept::Changed, true),
    ] {
        copy.files = HashMap::from([(file, kept), (of_person, kept)]);
        let wanted = if is_found { vec![(Check::File, first), (Check::File, second)] } else { Vec::new() };
        assert_eq!(findings(&world, &copy), wanted, "{kept:?}");
    }
}

/// Scenes whose records are needed again long after they were let go: whole, and tampered with in many ways.
#[test]
fn with_hardly_any_memory_the_report_is_the_same() {
    let Scene { world, copy, batch, .. } = scene();
    let said = |copy: &Copy, weight: usize| {
        let mut audit = Audit::with_store(world.ledger(), copy, None, false, Spill::new(weight));
        // One row at a time: every unit waits for its end.
        copy.rows.iter().for_each(|row| audit.rows(vec![row.clone()]).expect("taken"));
        let report = audit.finish().expect("finished");
        (report.to_text(), report.to_json().to_string())
    };
    let same = |rows: Vec<StoredRow>, what: &str| {
        let copy = Copy { rows, ..copy.clone() };
        assert_eq!(said(&copy, 0), said(&copy, usize::MAX), "{what}");
    };
    same(copy.rows.clone(), "whole");
    for at in 0..copy.rows.len() {
        let mut rows = copy.rows.clone();
        rows.remove(at);
        same(rows, &format!("without {at}"));
        let mut rows = copy.rows.clone();
        rows[at].recorded_at -= 90_000_000_000;
        rows[at].payload = copy.rows[copy.rows.len() - 1 - at].payload.clone();
        same(rows, &format!("another payload at {at}"));
    }
    let mut rows = copy.rows.clone();
    rows.swap(batch as usize, batch as usize + 1);
    rows.extend(copy.rows.iter().cloned());
    same(rows, "twice over");
}

#[test]
fn an_anchor_that_is_gone_is_found_unless_nothing_was_published() {
    let Scene { world, mut copy, .. } = scene();
    let size = world.memory.size();
    let missing = Anchor::Missing("/some/where".into());
    let note = copy.note.clone().expect("a note");
    for anchor in [missing.clone(), Anchor::Unreadable("/some/where".into())] {
        copy.anchor = anchor;
        assert_eq!(findings(&world, &copy), [(Check::Anchor, size)]);
        assert!(audit(&world, &copy, true).to_text().contains("nothing was compared: /some/where"));
    }
    copy.anchor = Anchor::Note(note);
    assert_eq!(audit(&world, &copy, true).to_json()["anchor"], "compared");
    assert!(findings(&world, &copy).is_empty());
    // A ledger that never published has neither checkpoint nor anchor.
    let fresh = Copy { rows: Vec::new(), note: None, anchor: missing, ..copy };
    assert!(findings(&world, &fresh).is_empty());
    assert_eq!(audit(&world, &fresh, true).to_json()["anchor"], "missing");
}

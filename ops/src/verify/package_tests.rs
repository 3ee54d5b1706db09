//! A worker's file on its way: whole it verifies, and every byte, statement and record that is not what was handed over is
//! found, also where the exporter himself packed it so; what cannot be found is tried as well, and is what the report says.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use domain::health_codes::ExamKind;
use domain::records::{dose_report, employment as post_of, person};
use replay_tests::practice::{Practice, act, credit_code};
use replay_tests::world::{
    AREA, Wish, World, dose_report as header_of, dose_result, employment, institution_profile, worker,
};
use schema::tiles::StoredRow;
use serde_json::{Value as Json, json};
use signing::bytes::{Hash, Instant, b64_decode};
use signing::envelope::{Opening, statement_hash};
use signing::note::Checkpoint;
use signing::statement::RecordRef;
use signing::tree::{Frontier, TileSource, inclusion_proof, leaf, leaf_hash};
use uuid::Uuid;

use super::package::{Report, What, is_package, verify};
use super::report::{Check, Trust};
use crate::export::bundle::tests::{altered, flipped};
use crate::export::parcel::{digests, member, open_zip};
use crate::export::person::{Material, is_full, to_open, write};
use crate::package::content::{Content, Stream};
use crate::package::{CHECKPOINT, FILE, MANIFEST, OPENINGS, Openness, PROOFS, Proof, STATEMENTS};

/// The county on the other side.
const OTHER: &str = "511523";

struct Tiles(HashMap<(u8, u64), Vec<u8>>);

impl TileSource for Tiles {
    fn tile(&self, level: u8, index: u64) -> Option<Vec<u8>> {
        self.0.get(&(level, index)).cloned()
    }
}

struct Scene {
    folder: tempfile::TempDir,
    world: World,
    here: Practice,
    /// Another worker of the same hospital.
    other: Uuid,
    trust: Trust,
}

/// A worker with two results, an examination and warnings, whose file moves to another county; he consents to the statutory
/// part or to everything.
fn scene(scope: &str) -> Scene {
    let (mut world, here) = Practice::new(31);
    world.adopt_rules();
    let city = here.offices.city.clone();
    let admin = world.enrol(&city[0], &city[1], "C", "C_ADMIN", None, Some(OTHER));
    let supervisor = world.enrol(&admin, &city[0], "C", "C_SUP", None, Some(OTHER));
    let approver = world.enrol(&admin, &city[0], "C", "C_APPR", None, Some(OTHER));
    let [there, licence, post, other, exam] = [(); 5].map(|()| world.id());
    let mut profile = institution_profile(&credit_code(77), "对岸医院");
    profile["division"] = json!(OTHER);
    profile["supervision_area"] = json!(OTHER);
    act(&mut world, &supervisor, Wish::new("institution.registered", there, profile));
    act(&mut world, &approver, Wish::new("institution.approved", there, json!({})));
    let unit_admin = world.enrol(&admin, &city[0], "I", "I_ADMIN", Some(there), Some(OTHER));
    let head = world.enrol(&unit_admin, &admin, "I", "I_HEAD", Some(there), Some(OTHER));
    let officer = world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(there), Some(OTHER));
    let papers = json!({
        "institution": there, "type": "LIC", "number": "示范放证字（2020）第0077号", "authority": "COUNTY",
        "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-2"]}], "issued_on": "2020-03-15",
        "verify_due_on": "2029-03-15",
    });
    act(&mut world, &approver, Wish::new("licence.issued", licence, papers));
    act(&mut world, &officer, Wish::new("employment.planned", post, employment(here.person, there, 1, "2A")));
    act(&mut world, &here.officer, Wish::new("person.registered", other, worker(here.hospital, 500)));
    let terms = json!({
        "institution": here.hospital, "laboratory": here.laboratory, "cycle_months": 3, "from": "2023-01-01",
    });
    let contract = world.id();
    act(&mut world, &here.officer, Wish::new("monitoring_contract.concluded", contract, terms));
    for (number, period, nsv) in
        [(1, ["2023-07-01", "2023-09-30"], 6_000_000), (2, ["2023-10-01", "2023-12-31"], 350_000)]
    {
        let (report, result) = (world.id(), world.id());
        let header = header_of(contract, here.laboratory, &format!("示范报告000{number}"), period, &world.today());
        act(&mut world, &here.signatory, Wish::new("dose_report.issued", report, header));
        let line = dose_result(report, 1, [here.person, here.employment], period, nsv);
        act(&mut world, &here.signatory, Wish::new("dose_result.reported", result, line));
    }
    let mut data = here.exam("示范检0001", ExamKind::Periodic, &["R1"]);
    data["findings"] = json!("示范：晶状体未见异常");
    for (member, day) in [("exam_on", "2022-03-20"), ("exam_ended_on", "2022-03-20"), ("concluded_on", "2022-04-01")] {
        data[member] = json!(day);
    }
    act(&mut world, &here.chief, Wish::new("exam_result.reported", exam, data));
    world.evaluate();
    let transfer = world.id();
    let request = json!({
        "person": {"kind": "person", "id": here.person}, "type": "C", "by": "RECEIVING", "history_by_hand": false,
        "from_institution": here.hospital, "from_area": AREA, "to_institution": there, "to_area": OTHER,
    });
    let package = json!({
        "as_of": 10, "events": 12, "manifest": Hash::of(b"manifest"), "year_nsv": 0, "block_nsv": 0, "life_nsv": 0,
        "open_items": 1,
    });
    let go = json!({"step": "RELEASING_COUNTY", "undertaking": "LEAVING_EXAM"});
    for (who, event_type, data) in [
        (&head, "transfer.requested", request),
        (&here.me, "transfer.consent_signed", json!({"scope": scope, "how": "SELF"})),
        (&here.head, "transfer.approved", json!({"step": "RELEASING_INST", "undertaking": "LEAVING_EXAM"})),
        (&here.offices.approver, "transfer.approved", go),
        (&head, "transfer.approved", json!({"step": "RECEIVING_INST"})),
        (&approver, "transfer.approved", json!({"step": "RECEIVING_COUNTY"})),
        (&here.offices.supervisor, "transfer.package_sealed", package),
        (&head, "transfer.completed", json!({"by": "RECEIVING"})),
    ] {
        act(&mut world, who, Wish::new(event_type, transfer, data));
    }
    let vkey = world.log.verifier().to_vkey();
    let trust = Trust { ledger: world.ledger(), genesis: statement_hash(&world.rows[0].payload), vkey };
    Scene { folder: tempfile::tempdir().expect("a folder"), world, here, other, trust }
}

impl Scene {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every record of the ledger, with the worker's package not yet made of them.
    fn everything(&self) -> Content {
        let mut streams: BTreeMap<RecordRef, Vec<StoredRow>> = BTreeMap::new();
        for row in &self.world.rows {
            let object = signing::json::read_stored(&row.payload).expect("strict");
            let record = RecordRef::named_in(&object).expect("of a record");
            streams.entry(record).or_default().push(StoredRow {
                position: row.position,
                recorded_at: row.recorded_at.micros(),
                alg: row.alg,
                key: row.key.0,
                signature: row.signature.clone(),
                payload: row.payload.clone(),
            });
        }
        let mut content = Content::new(self.here.person);
        for (record, rows) in streams {
            let stream = Stream::of(&record, rows).expect("the ledger is sound");
            content.put(record, stream);
        }
        content
    }

    fn content(&self) -> Content {
        let mut content = self.everything();
        let needed = content.needed();
        assert!(needed.keys.is_empty(), "whose each key is can be told");
        content.keep(&needed.records);
        content
    }

    /// The same without the records that are named, or with others that do not belong there.
    fn with(&self, keep: impl Fn(&RecordRef) -> bool, add: &[RecordRef]) -> Content {
        let (all, mut content) = (self.everything(), self.content());
        for record in add {
            content.put(record.clone(), all.get(record).expect("it is there").clone());
        }
        let records = content.streams().map(|(record, _)| record.clone()).filter(keep).collect();
        content.keep(&records);
        content
    }

    /// Packs a content as the service does.
    fn pack(&self, name: &str, content: &Content, opened: Openness) -> PathBuf {
        let path = self.path(name);
        let (mut tree, mut full) = (Frontier::default(), Vec::new());
        let leaf_of = |row: &replay_tests::world::Row| {
            leaf(row.recorded_at, &statement_hash(&row.payload), row.alg, &row.key, &row.signature)
        };
        self.world.rows.iter().for_each(|row| tree.push(leaf_hash(&leaf_of(row)), &mut full));
        let tiles = full.into_iter().map(|tile| ((tile.level, tile.index), tile.hashes.to_vec()));
        let edge = tree.partial_tiles().into_iter().map(|(level, index, hashes)| ((level, index), hashes));
        let tiles = Tiles(tiles.chain(edge).collect());
        let (size, origin) = (tree.size(), self.world.log.origin().to_owned());
        let note = Checkpoint { origin: origin.clone(), size, root: tree.root() }.sign(&self.world.log);
        let positions = content.rows().into_iter().map(|row| row.position).chain([size - 1]);
        let proofs: Vec<Proof> = positions
            .map(|index| Proof { index, hashes: inclusion_proof(index, size, &tiles).expect("a proof") })
            .collect();
        let openings: Vec<(Uuid, Opening)> = to_open(content, opened)
            .into_iter()
            .flat_map(|event| {
                let of_worker = |opening: &&Opening| opening.subject.id == self.here.person;
                let mut all: Vec<Opening> =
                    self.world.openings.get(&event).into_iter().flatten().filter(of_worker).cloned().collect();
                all.sort_by(|a, b| a.pointer.cmp(&b.pointer));
                all.into_iter().map(move |opening| (event, opening))
            })
            .collect();
        let material = Material {
            content,
            ledger: self.world.ledger(),
            origin: &origin,
            vkey: &self.trust.vkey,
            size,
            note: &note,
            created_at: Instant::from_micros(1_800_000_000_000_000),
            last_leaf: leaf_of(self.world.rows.last().expect("the last")),
            proofs: &proofs,
            opened,
            openings: &openings,
            key: &self.world.service_key,
        };
        write(&material, std::fs::File::create(&path).expect("a file")).expect("written");
        path
    }

    fn report(&self, path: &Path) -> Report {
        verify(path, Some(&self.trust), None).expect("a package")
    }

    fn whats(&self, path: &Path) -> Vec<What> {
        self.report(path).findings.iter().map(|finding| finding.what).collect()
    }
}

fn names(path: &Path) -> Vec<String> {
    digests(&mut open_zip(path).expect("a zip")).expect("read").into_iter().map(|(name, ..)| name).collect()
}

fn read(path: &Path, name: &str) -> Vec<u8> {
    member(&mut open_zip(path).expect("a zip"), name).expect("read").expect("there")
}

#[test]
fn a_package_is_whole_and_says_what_the_ledger_says() {
    let scene = scene("STATUTORY");
    let path = scene.pack("whole.zip", &scene.content(), Openness::None);
    assert!(is_package(&path).expect("a zip"));
    let report = scene.report(&path);
    assert_eq!(report.findings, []);
    assert!(report.pinned && report.to_text().contains("✔"));
    let manifest = report.manifest.as_ref().expect("a manifest");
    let sealed = &manifest.sealed;
    assert_eq!((sealed.year_nsv, sealed.life_nsv), (0, 6_350_000), "no result of this year, and the sum of his life");
    assert_eq!(sealed.block_nsv, 6_350_000);
    assert_eq!(sealed.as_of, scene.world.memory.size() - 1);
    assert_eq!((report.opened, manifest.opened), (0, Openness::None));
    assert!(report.closed > 2, "name, number and findings stay closed");

    let file: Json = serde_json::from_slice(&read(&path, FILE)).expect("JSON");
    assert_eq!(file["custody"].as_array().map(Vec::len), Some(2));
    assert_eq!(file["custody"][0]["institution"], json!(scene.here.hospital));
    assert_eq!(file["doses"]["years"][0]["effective_nsv"], 6_350_000);
    assert_eq!(file["doses"]["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(file["exams"][0]["is"]["conclusions"], json!(["R1"]));
    assert_eq!(file["employments"].as_array().map(Vec::len), Some(2));
    let named: Vec<&Json> =
        file["institutions"].as_array().expect("a list").iter().map(|one| &one["is"]["name"]).collect();
    assert!(named.contains(&&json!("对岸医院")), "{named:?}");
    assert!(!file["warnings"].as_array().expect("a list").is_empty(), "what is not over goes with the file");
    assert_eq!(json!(sealed.open_items), json!(file["open_items"].as_array().map(Vec::len)));
    let text = String::from_utf8(read(&path, FILE)).expect("text");
    assert!(!text.contains("虚构人员") && !text.contains("晶状体"), "nothing sealed is told");

    // Made again it is the same file; and the manifest that a transfer signed is recognised.
    let again = scene.pack("again.zip", &scene.content(), Openness::None);
    assert_eq!(std::fs::read(&path).expect("read"), std::fs::read(again).expect("read"));
    let hash = Hash::of(&read(&path, MANIFEST));
    assert!(verify(&path, Some(&scene.trust), Some(hash)).expect("a package").is_clean());
    let other = verify(&path, Some(&scene.trust), Some(Hash::of(b"other"))).expect("a package");
    assert_eq!(other.findings.iter().map(|finding| finding.what).collect::<Vec<_>>(), [What::Manifest]);
}

#[test]
fn every_member_counts() {
    let scene = scene("FULL");
    let path = scene.pack("whole.zip", &scene.content(), Openness::All);
    assert_eq!(scene.report(&path).findings, []);
    let other = scene.path("other.zip");
    let names = names(&path);
    assert_eq!(names.len(), 8);
    for name in &names {
        for change in [flipped, |_| None] {
            altered(&path, &other, name, change);
            let report = scene.report(&other);
            let named = report
                .findings
                .iter()
                .any(|finding| finding.at.contains(name.as_str()) || finding.found.contains(name.as_str()));
            assert!(named, "{name}: {:?}", report.findings);
        }
    }
    altered(&path, &other, "more.txt", |_| Some(b"x".to_vec()));
    assert!(scene.whats(&other).contains(&What::Manifest));
}

#[test]
fn a_statement_that_is_left_out_is_missed() {
    let scene = scene("FULL");
    let content = scene.content();
    let path = scene.pack("whole.zip", &content, Openness::None);
    let other = scene.path("other.zip");
    let text = String::from_utf8(read(&path, STATEMENTS)).expect("text");
    let proofs = String::from_utf8(read(&path, PROOFS)).expect("text");
    // The first event of the transfer that has one after it.
    let transfer = content.own().find(|(record, _)| record.kind == "transfer").expect("a transfer").1;
    let (gone, next) = (transfer.rows[1].position, transfer.rows[2].position);
    let at = content.rows().iter().position(|row| row.position == gone).expect("it is there");
    let without = |text: &str| {
        let lines = text.lines().enumerate().filter(|(number, _)| *number != at);
        lines.flat_map(|(_, line)| [line, "\n"]).collect::<String>().into_bytes()
    };
    altered(&path, &other, STATEMENTS, |_| Some(without(&text)));
    let half = scene.path("half.zip");
    altered(&other, &half, PROOFS, |_| Some(without(&proofs)));
    let findings = scene.report(&half).findings;
    let chain = findings.iter().find(|finding| finding.what == What::Of(Check::Stream)).expect("the chain is broken");
    assert_eq!(chain.at, format!("#{next}"));
    assert!(findings.iter().any(|finding| finding.what == What::Manifest && finding.at == STATEMENTS), "{findings:?}");
    assert!(!findings.iter().any(|finding| finding.what == What::Of(Check::Tree)), "what is left is in the tree");
}

#[test]
fn what_the_exporter_himself_leaves_out_or_adds() {
    let scene = scene("FULL");
    let pack = |content: &Content| scene.whats(&scene.pack("other.zip", content, Openness::None));
    let of = |kind: &'static str| move |record: &RecordRef| record.kind != kind;
    let none: [RecordRef; 0] = [];
    // Whatever others name, and whatever says whose a key is.
    for kind in ["dose_report", "institution", "grant", "account"] {
        let found = pack(&scene.with(of(kind), &none));
        assert!(found.contains(&What::Absent), "{kind}: {found:?}");
    }
    let post = post_of::reference(scene.here.employment);
    assert_eq!(pack(&scene.with(|record| *record != post, &none)), [What::Absent]);
    assert!(pack(&scene.with(of("credential"), &none)).contains(&What::Of(Check::Signature)));
    assert!(pack(&scene.with(of("ledger"), &none)).contains(&What::Of(Check::Trust)));
    assert!(pack(&scene.with(of("person"), &none)).contains(&What::Absent));
    // Another worker's file, and what is nobody's business here.
    let other = person::reference(scene.other);
    assert_eq!(pack(&scene.with(|_| true, &[other])), [What::Foreign]);
    let device = RecordRef { kind: "device".into(), id: scene.here.device };
    assert_eq!(pack(&scene.with(|_| true, &[device])), [What::Foreign]);
    // That he has no further result is the exporter's word: the report says so.
    let content = scene.content();
    let result = content.own().find(|(record, _)| record.kind == "dose_result").expect("a result");
    let state = result.1.entry.state.dose_result().expect("a result");
    let (result, report) = (result.0.clone(), dose_report::reference(state.report));
    let less = scene.with(|record| *record != result && *record != report, &none);
    let path = scene.pack("less.zip", &less, Openness::None);
    let said = scene.report(&path);
    assert_eq!(said.findings, []);
    assert!(said.to_json()["not_shown"].as_array().is_some_and(|limits| limits.len() == 3));
    let whole = scene.pack("whole.zip", &content, Openness::None);
    let hash = Hash::of(&read(&whole, MANIFEST));
    let compared = verify(&path, Some(&scene.trust), Some(hash)).expect("a package");
    assert_eq!(compared.findings.iter().map(|finding| finding.what).collect::<Vec<_>>(), [What::Manifest]);
}

#[test]
fn seals_open_as_far_as_it_was_asked_and_he_consents() {
    assert!(!is_full(&scene("STATUTORY").content()), "he consented to the statutory part alone");
    let scene = scene("FULL");
    let content = scene.content();
    assert!(is_full(&content));
    let identity = scene.pack("identity.zip", &content, Openness::Identity);
    let report = scene.report(&identity);
    assert_eq!(report.findings, []);
    assert_eq!(report.opened, 2, "his name and his number");
    let text = String::from_utf8(read(&identity, FILE)).expect("text");
    assert!(text.contains("虚构人员") && !text.contains("晶状体"));
    let all = scene.pack("all.zip", &content, Openness::All);
    let report = scene.report(&all);
    assert_eq!(report.findings, []);
    assert!(report.opened > 2);
    assert!(String::from_utf8(read(&all, FILE)).expect("text").contains("晶状体"));

    // A value that is not the one behind its seal, and one that this package must not show.
    let other = scene.path("other.zip");
    let seal = What::Of(Check::Seal);
    altered(&identity, &other, OPENINGS, |bytes| {
        let text = String::from_utf8(bytes?).expect("text");
        Some(text.replace("虚构人员", "另有其人").into_bytes())
    });
    assert!(scene.whats(&other).contains(&seal));
    let more = read(&all, OPENINGS);
    altered(&identity, &other, OPENINGS, |_| Some(more.clone()));
    assert!(scene.whats(&other).contains(&seal));
}

#[test]
fn another_ledger_or_another_log_than_the_one_that_was_meant() {
    let scene = scene("FULL");
    let path = scene.pack("whole.zip", &scene.content(), Openness::None);
    let found = |trust: &Trust| {
        let report = verify(&path, Some(trust), None).expect("a package");
        report.findings.into_iter().map(|finding| finding.what).collect::<Vec<_>>()
    };
    let genesis = Trust { genesis: Hash([1; 32]), ..scene.trust.clone() };
    assert_eq!(found(&genesis), [What::Of(Check::Trust)]);
    let vkey = Trust { vkey: "other+00000000+AA==".to_owned(), ..scene.trust.clone() };
    assert!(found(&vkey).contains(&What::Of(Check::Checkpoint)));
    let unpinned = verify(&path, None, None).expect("a package");
    assert!(unpinned.is_clean() && !unpinned.pinned && unpinned.to_text().contains("--trust"));
    // The note of another size.
    let other = scene.path("other.zip");
    altered(&path, &other, CHECKPOINT, |_| {
        let root = Hash(b64_decode("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")?.try_into().ok()?);
        Some(Checkpoint { origin: scene.world.log.origin().into(), size: 9, root }.sign(&scene.world.log).into_bytes())
    });
    assert!(scene.whats(&other).contains(&What::Of(Check::Checkpoint)));
}

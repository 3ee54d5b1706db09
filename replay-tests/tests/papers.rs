//! What came with the third catalogue: code lists, attachments, imports. What the ledger takes, and says no to.

use domain::refusal::{Code, Refusal};
use replay_tests::world::{
    County, Person, Wish, World, device_profile, dose_report, dose_result, employment, laboratory_profile,
    qualification, worker,
};
use serde_json::{Value as Json, json};
use signing::bytes::b64url;
use signing::envelope::Unit;
use signing::statement::EventRef;
use uuid::Uuid;

fn county() -> County {
    let mut county = World::county(31);
    for (what, version) in [("catalogue", 2), ("policy", 3), ("policy", 4), ("catalogue", 3), ("policy", 5)] {
        county.world.adopt(what, version);
    }
    county
}

fn rule(refused: Result<impl Sized, Refusal>) -> (&'static str, String) {
    let refusal = refused.err().expect("a refusal");
    assert_eq!(refusal.code, Code::Refused, "{refusal:?}");
    (refusal.rule.expect("a rule").id, refusal.pointer.to_string())
}

fn code(refused: Result<impl Sized, Refusal>) -> (Code, String) {
    let refusal = refused.err().expect("a refusal");
    (refusal.code, refusal.pointer.to_string())
}

fn city(county: &mut County) -> Person {
    let (first, second) = (county.city[0].clone(), county.city[2].clone());
    county.world.enrol(&first, &second, "T", "T_APPR", None, None)
}

fn amendment(list: &str, from_day: &str, codes: &[(&str, &str)]) -> Json {
    let codes: Vec<Json> = codes.iter().map(|(code, status)| json!({"code": code, "status": status})).collect();
    json!({"list": list, "document": "示范通知", "from_day": from_day, "codes": codes})
}

#[test]
fn a_withdrawn_code_is_entered_no_longer() {
    let mut county = county();
    let (approver, officer, institution) = (city(&mut county), county.officer.clone(), county.institution);
    let today = county.world.today();
    let device = |county: &mut County, number| {
        let id = county.world.id();
        let wish = Wish::new("device.registered", id, device_profile(institution, number));
        county.world.act(&officer, wish).map(|_| id)
    };
    let standing = device(&mut county, 1).expect("in force");
    let kind = device_profile(institution, 1)["kind"].as_str().expect("a code").to_owned();
    let list = county.world.id();
    let publish = |county: &mut County, data| county.world.act(&approver, Wish::new("code_list.published", list, data));
    publish(&mut county, amendment("DEVICE_KIND", &today, &[(&kind, "WITHDRAWN")])).expect("published");
    assert_eq!(rule(device(&mut county, 2)), ("code_list.withdrawn", "/data/kind".to_owned()));

    // What stands stays, and its corrections count from its own day.
    let moved = Wish::new("device.moved", standing, json!({"location": "放射科3室"})).on(&today);
    county.world.act(&officer, moved).expect("the record goes on");

    let mut again = amendment("DEVICE_KIND", &today, &[(&kind, "IN_FORCE")]);
    again.as_object_mut().expect("an object").remove("list");
    county.world.act(&approver, Wish::new("code_list.amended", list, again)).expect("amended");
    device(&mut county, 2).expect("in force again");

    let other = county.world.id();
    let twice = Wish::new("code_list.published", other, amendment("DEVICE_KIND", &today, &[("X01", "WITHDRAWN")]));
    assert_eq!(code(county.world.act(&approver, twice)).0, Code::ClaimTaken, "a list has one record");
}

#[test]
fn an_old_fact_keeps_the_code_of_its_day() {
    let mut county = county();
    let (approver, officer, institution) = (city(&mut county), county.officer.clone(), county.institution);
    let today = county.world.today();
    let (person, post) = (county.world.id(), county.world.id());
    county.world.act(&officer, Wish::new("person.registered", person, worker(institution, 1))).expect("registered");
    let planned = Wish::new("employment.planned", post, employment(person, institution, 1, "2A"));
    county.world.act(&officer, planned).expect("planned");
    let legacy = Wish::new("employment.activated", post, json!({"legacy": true})).on("2020-01-01");
    county.world.act(&officer, legacy).expect("active");
    let list = county.world.id();
    let gone = amendment("ABSENCE_REASON", &today, &[("STUDY", "WITHDRAWN")]);
    county.world.act(&approver, Wish::new("code_list.published", list, gone)).expect("published");
    let suspended = |day: &str| Wish::new("employment.suspended", post, json!({"reason": "STUDY"})).on(day);
    assert_eq!(rule(county.world.act(&officer, suspended(&today))).0, "code_list.withdrawn");
    county.world.act(&officer, suspended("2021-03-01")).expect("it was a reason then");
}

#[test]
fn what_cannot_be_amended() {
    let mut county = county();
    let approver = city(&mut county);
    let today = county.world.today();
    let all: Vec<(&str, &str)> =
        domain::dose_codes::DosimeterKind::LIST.codes.iter().map(|(code, ..)| (*code, "WITHDRAWN")).collect();
    for (data, why) in [
        (amendment("ROLE", &today, &[("T_ADMIN", "WITHDRAWN")]), "code_list.list"),
        (amendment("NO_SUCH", &today, &[("A", "WITHDRAWN")]), "code_list.list"),
        (amendment("DOSIMETER_KIND", &today, &[("LASER", "WITHDRAWN")]), "code_list.codes"),
        (amendment("DOSIMETER_KIND", &today, &[("TLD", "WITHDRAWN"), ("TLD", "IN_FORCE")]), "code_list.codes"),
        (amendment("DOSIMETER_KIND", &today, &all), "code_list.left"),
        (amendment("DOSIMETER_KIND", "2020-01-01", &[("TLD", "WITHDRAWN")]), "code_list.from_day_past"),
    ] {
        let id = county.world.id();
        assert_eq!(rule(county.world.act(&approver, Wish::new("code_list.published", id, data))).0, why);
    }
    let officer = county.officer.clone();
    let id = county.world.id();
    let data = amendment("DOSIMETER_KIND", &today, &[("FILM", "WITHDRAWN")]);
    let outcome = county.world.act(&officer, Wish::new("code_list.published", id, data));
    assert_eq!(code(outcome).0, Code::NotAuthorised);
}

/// A file of the institution, filed.
fn file(county: &mut County, digest: u8) -> Uuid {
    let (id, officer, institution) = (county.world.id(), county.officer.clone(), county.institution);
    let data = json!({
        "kind": "RUL", "media": "PDF", "bytes": 10, "institution": institution, "sha256": b64url(&[digest; 32]),
    });
    county.world.act(&officer, Wish::new("attachment.filed", id, data)).expect("filed");
    id
}

fn edited(county: &mut County, who: &Person, wish: Wish, edit: impl Fn(&mut Json)) -> Result<(), Refusal> {
    let mut unit = county.world.sign(who, &[wish]).expect("a statement");
    let mut payload: Json = serde_json::from_slice(&unit.envelopes[0].payload).expect("JSON");
    edit(&mut payload);
    let payload = signing::json::canonical_object(&replay_tests::world::object(&payload));
    let signature = who.key.sign_payload(signing::envelope::PayloadType::Event, &payload).to_vec();
    unit.envelopes[0] = signing::envelope::Envelope { payload, signature, ..unit.envelopes[0].clone() };
    county.world.submit(&unit).map(|_| ())
}

#[test]
fn an_event_rests_on_the_file_that_was_filed() {
    let mut county = county();
    let (officer, institution) = (county.officer.clone(), county.institution);
    let id = file(&mut county, 1);
    let device = |county: &mut County, number| {
        let device = county.world.id();
        Wish::new("device.registered", device, device_profile(institution, number)).with(id)
    };
    let wish = device(&mut county, 1);
    county.world.act(&officer, wish).expect("it rests on the file");
    for (member, value) in [
        ("sha256", json!(b64url(&[2; 32]))),
        ("bytes", json!(11)),
        ("media", json!("image/png")),
        ("kind", json!("OTH")),
        ("id", json!("00000000-0000-4000-8000-000000000001")),
    ] {
        let wish = device(&mut county, 2);
        let refused = edited(&mut county, &officer, wish, |payload| payload["attachments"][0][member] = value.clone());
        assert_eq!(code(refused), (Code::BadReference, "/attachments/0".to_owned()), "{member}");
    }
    // A file that was withdrawn carries nothing more; what rested on it stays.
    let withdrawn = Wish::new("attachment.withdrawn", id, json!({})).because("MISTAKEN");
    county.world.act(&officer, withdrawn.clone()).expect("withdrawn");
    assert_eq!(rule(county.world.act(&officer, withdrawn)).0, "attachment.withdrawn");
    let wish = device(&mut county, 2);
    assert_eq!(code(county.world.act(&officer, wish)), (Code::BadReference, "/attachments/0".to_owned()));
}

#[test]
fn the_digest_of_a_persons_file_is_sealed_under_him() {
    let mut county = county();
    let (officer, institution) = (county.officer.clone(), county.institution);
    let (person, other, id) = (county.world.id(), county.world.id(), county.world.id());
    for (number, person) in [(1, person), (2, other)] {
        let registered = Wish::new("person.registered", person, worker(institution, number));
        county.world.act(&officer, registered).expect("registered");
    }
    let reference = |id: Uuid| json!({"kind": "person", "id": id});
    let data =
        json!({"kind": "TRN", "media": "PDF", "bytes": 10, "person": reference(person), "digest": b64url(&[4; 32])});
    for (member, value) in [("institution", json!(institution)), ("sha256", json!(b64url(&[4; 32])))] {
        let mut both = data.clone();
        both[member] = value;
        let fresh = county.world.id();
        assert_eq!(rule(county.world.act(&officer, Wish::new("attachment.filed", fresh, both))).0, "attachment.owner");
    }
    let filed = county.world.act(&officer, Wish::new("attachment.filed", id, data)).expect("filed");
    let openings = &county.world.openings[&filed.event];
    assert_eq!((openings[0].pointer.as_str(), openings[0].subject.id), ("/data/digest", person));

    let post = county.world.id();
    let wish = || Wish::new("employment.planned", post, employment(person, institution, 1, "2A")).with(id);
    // In the clear it would tell what the seal hides; under another subject it would outlive him.
    let clear = edited(&mut county, &officer, wish(), |payload| {
        payload["attachments"][0]["sha256"] = json!(b64url(&[4; 32]));
    });
    assert_eq!(code(clear).0, Code::SealMismatch, "the opening has no seal");
    let mut unit: Unit = county.world.sign(&officer, &[wish()]).expect("a statement");
    unit.openings[0].as_mut().expect("openings")[0].subject.id = other;
    assert_eq!(code(county.world.submit(&unit)), (Code::SealMismatch, "/attachments/0/sha256".to_owned()));
    let event = county.world.act(&officer, wish()).expect("it rests on the file");
    let opening = &county.world.openings[&event.event][0];
    assert_eq!((opening.pointer.as_str(), opening.subject.id), ("/attachments/0/sha256", person));
}

/// A file about a person is filed and named in one unit: what it is stands in no log yet, and is compared all the same.
#[test]
fn a_persons_file_is_filed_and_named_in_one_unit() {
    let mut county = county();
    let (officer, institution) = (county.officer.clone(), county.institution);
    let (person, id, post) = (county.world.id(), county.world.id(), county.world.id());
    let registered = Wish::new("person.registered", person, worker(institution, 1));
    county.world.act(&officer, registered).expect("registered");
    let about = json!({"kind": "person", "id": person});
    let data = json!({"kind": "TRN", "media": "PDF", "bytes": 10, "person": about, "digest": b64url(&[4; 32])});
    let planned = Wish::new("employment.planned", post, employment(person, institution, 1, "2A")).with(id);
    let unit =
        county.world.sign(&officer, &[Wish::new("attachment.filed", id, data), planned]).expect("two statements");
    // The same with another digest behind a seal that fits it.
    let mut other = unit.clone();
    let mut payload: Json = serde_json::from_slice(&unit.envelopes[1].payload).expect("JSON");
    let event = payload["id"].as_str().expect("an id").parse().expect("a UUID");
    let opening = &mut other.openings[1].as_mut().expect("openings")[0];
    opening.value = signing::json::Value::Text(b64url(&[5; 32]).into());
    let commitment =
        signing::seal::commitment(county.world.ledger(), event, &opening.pointer, &opening.salt, &opening.value);
    payload["attachments"][0]["sha256"]["$sealed"] = json!(commitment.to_string());
    let payload = signing::json::canonical_object(&replay_tests::world::object(&payload));
    let signature = officer.key.sign_payload(signing::envelope::PayloadType::Event, &payload).to_vec();
    other.envelopes[1] = signing::envelope::Envelope { payload, signature, ..unit.envelopes[1].clone() };
    assert_eq!(code(county.world.submit(&other)), (Code::BadReference, "/attachments/0".to_owned()));
    county.world.submit(&unit).expect("it rests on the file of the same unit");
}

/// A laboratory with a contract, a report, and a worker who was measured.
struct Measured {
    county: County,
    signatory: Person,
    laboratory: Uuid,
    report: Uuid,
    who: [Uuid; 2],
}

impl Measured {
    fn new() -> Self {
        let mut county = county();
        let (supervisor, officer, institution) =
            (county.supervisor.clone(), county.officer.clone(), county.institution);
        let approver = city(&mut county);
        let today = county.world.today();
        let [laboratory, document, contract, person, post, report] = [0; 6].map(|_| county.world.id());
        let (first, second) = (county.city[0].clone(), county.city[1].clone());
        let profile = laboratory_profile("91350100M000100Y56");
        let w = &mut county.world;
        w.act(&supervisor, Wish::new("institution.registered", laboratory, profile)).expect("registered");
        w.act(&supervisor, Wish::new("institution.document_filed", laboratory, qualification(document)))
            .expect("filed");
        w.act(&approver, Wish::new("institution.approved", laboratory, json!({}))).expect("approved");
        let signatory = w.enrol(&first, &second, "S", "TSO_SIGN", Some(laboratory), None);
        let terms =
            json!({"institution": institution, "laboratory": laboratory, "cycle_months": 3, "from": "2020-01-01"});
        w.act(&officer, Wish::new("monitoring_contract.concluded", contract, terms)).expect("concluded");
        w.act(&officer, Wish::new("person.registered", person, worker(institution, 1))).expect("registered");
        w.act(&officer, Wish::new("employment.planned", post, employment(person, institution, 1, "2A")))
            .expect("planned");
        let active = Wish::new("employment.activated", post, json!({"legacy": true})).on("2020-01-01");
        w.act(&officer, active).expect("active");
        let header = dose_report(contract, laboratory, "R1", ["2020-01-01", "2020-12-31"], &today);
        w.act(&signatory, Wish::new("dose_report.issued", report, header)).expect("issued");
        Self { county, signatory, laboratory, report, who: [person, post] }
    }

    fn open(&mut self) -> (Uuid, EventRef) {
        let id = self.county.world.id();
        let data = json!({
            "what": "DOSE", "institution": self.laboratory, "file": b64url(&[8; 32]), "rows": 4, "events": 5, "chunks": 2,
        });
        (id, self.county.world.act(&self.signatory, Wish::new("import.opened", id, data)).expect("opened"))
    }

    fn row(&mut self, number: u32, row: Option<u32>) -> Wish {
        let id = self.county.world.id();
        let month = format!("2020-{number:02}");
        let period = [format!("{month}-01"), format!("{month}-28")];
        let mut data = dose_result(self.report, number, self.who, [&period[0], &period[1]], 400_000);
        if let Some(row) = row {
            data["import_row"] = json!(row);
        }
        Wish::new("dose_result.reported", id, data)
    }
}

#[test]
fn a_row_names_the_import_that_brought_it() {
    let mut lab = Measured::new();
    let (import, opened) = lab.open();
    let signatory = lab.signatory.clone();
    let act = |lab: &mut Measured, wish| lab.county.world.act(&signatory, wish);
    let wish = lab.row(1, Some(1)).of_import(opened);
    let reported = act(&mut lab, wish).expect("a row of the file");
    let alone = lab.row(2, Some(2));
    act(&mut lab, alone).expect("a file of one unit needs no import");
    let beyond = lab.row(3, Some(5)).of_import(opened);
    assert_eq!(rule(act(&mut lab, beyond)), ("import.rows", "/data/import_row".to_owned()));
    let other = lab.row(3, Some(3)).of_import(reported);
    assert_eq!(rule(act(&mut lab, other)), ("import.row", "/cause".to_owned()), "an event that opened nothing");
    let unnumbered = lab.row(3, None).of_import(opened);
    assert_eq!(code(act(&mut lab, unnumbered)), (Code::UnknownField, "/cause".to_owned()));
    let nobody = lab.row(3, Some(3)).of_import(EventRef { event: opened.event, hash: reported.hash });
    assert_eq!(code(act(&mut lab, nobody)), (Code::BadReference, "/cause".to_owned()));

    let stop = |row| Wish::new("import.stopped", import, json!({"row": row, "why": "REFUSED"}));
    assert_eq!(rule(act(&mut lab, stop(5))).0, "import.rows");
    act(&mut lab, stop(3)).expect("stopped");
    let on = lab.row(3, Some(3)).of_import(opened);
    act(&mut lab, on).expect("and it goes on");
    let complete = Wish::new("import.completed", import, json!({}));
    act(&mut lab, complete.clone()).expect("complete");
    assert_eq!(rule(act(&mut lab, complete)).0, "import.complete");
    assert_eq!(rule(act(&mut lab, stop(4))).0, "import.complete");
    let late = lab.row(4, Some(4)).of_import(opened);
    assert_eq!(rule(act(&mut lab, late)), ("import.complete", "/cause".to_owned()));
}

#[test]
fn an_import_has_no_more_units_than_events() {
    let mut lab = Measured::new();
    let id = lab.county.world.id();
    let data = json!({
        "what": "DOSE", "institution": lab.laboratory, "file": b64url(&[8; 32]), "rows": 4, "events": 4, "chunks": 5,
    });
    let signatory = lab.signatory.clone();
    assert_eq!(rule(lab.county.world.act(&signatory, Wish::new("import.opened", id, data))).0, "import.counts");
}

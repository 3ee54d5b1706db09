//! Workers and their employments: what the ledger takes, and what it says no to.

use domain::refusal::{Code, Refusal};
use replay_tests::scene::rule;
use replay_tests::world::{County, Wish, World, employment, resident_no, worker};
use serde_json::json;
use uuid::Uuid;

fn county() -> County {
    let mut county = World::county(11);
    county.world.adopt("catalogue", 2);
    county.world.adopt("policy", 3);
    county
}

fn code(refused: Result<impl Sized, Refusal>) -> Code {
    refused.err().expect("a refusal").code
}

fn register(county: &mut County, number: u32) -> Uuid {
    let (id, officer, institution) = (county.world.id(), county.officer.clone(), county.institution);
    county.world.act(&officer, Wish::new("person.registered", id, worker(institution, number))).expect("registered");
    id
}

fn plan(county: &mut County, person: Uuid, number: u32) -> Uuid {
    let (id, officer, institution) = (county.world.id(), county.officer.clone(), county.institution);
    let data = employment(person, institution, number, "2A");
    county.world.act(&officer, Wish::new("employment.planned", id, data)).expect("planned");
    id
}

#[test]
fn a_kind_exists_once_its_catalogue_is_in_force() {
    let mut county = World::county(11);
    let (officer, institution) = (county.officer.clone(), county.institution);
    let wish = |id| Wish::new("person.registered", id, worker(institution, 1));
    let (first, second, third) = (county.world.id(), county.world.id(), county.world.id());
    assert_eq!(code(county.world.act(&officer, wish(first))), Code::UnknownType);
    county.world.adopt("catalogue", 2);
    assert_eq!(code(county.world.act(&officer, wish(second))), Code::NotAuthorised, "no policy speaks of it yet");
    county.world.adopt("policy", 3);
    county.world.act(&officer, wish(third)).expect("registered");
}

#[test]
fn one_identity_document_is_one_file() {
    let mut county = county();
    let (officer, institution) = (county.officer.clone(), county.institution);
    let person = register(&mut county, 1);
    let again = county.world.id();
    let same = Wish::new("person.registered", again, worker(institution, 1));
    assert_eq!(code(county.world.act(&officer, same)), Code::AlreadyRecorded, "the same facts");
    let mut other = worker(institution, 1);
    other["name"] = json!("另一人");
    assert_eq!(code(county.world.act(&officer, Wish::new("person.registered", again, other))), Code::ClaimTaken);
    // A correction moves the claim.
    let entry = county.world.memory.record(&domain::records::person::reference(person)).expect("the person");
    let registered = signing::statement::EventRef { event: entry.marks[0].id, hash: entry.marks[0].hash };
    let taken = register(&mut county, 2);
    let corrected = |number| {
        Wish::new("person.corrected", person, json!({"resident_no": resident_no(number)})).correcting(registered)
    };
    assert_eq!(code(county.world.act(&officer, corrected(2))), Code::ClaimTaken, "{taken} holds it");
    county.world.act(&officer, corrected(3)).expect("corrected");
    let free = county.world.id();
    assert_eq!(
        code(county.world.act(&officer, Wish::new("person.registered", free, worker(institution, 3)))),
        Code::ClaimTaken
    );
    county
        .world
        .act(&officer, Wish::new("person.registered", free, worker(institution, 1)))
        .expect("the old number is free");
}

#[test]
fn what_a_person_may_not_be() {
    let mut county = county();
    let (officer, institution) = (county.officer.clone(), county.institution);
    let mut attempt = |change: &dyn Fn(&mut serde_json::Value)| {
        let id = county.world.id();
        let mut data = worker(institution, 5);
        change(&mut data);
        county.world.act(&officer, Wish::new("person.registered", id, data)).expect_err("a refusal")
    };
    let wrong_check = attempt(&|data| data["resident_no"] = json!("511502199001010018"));
    assert_eq!((wrong_check.code, wrong_check.pointer.as_str()), (Code::BadValue, "/data/resident_no"));
    assert_eq!(attempt(&|data| data["id_type"] = json!("02")).rule.map(|rule| rule.id), Some("person.document"));
    assert_eq!(attempt(&|data| data["birth_year"] = json!(2020)).rule.map(|rule| rule.id), Some("person.born"));
}

#[test]
fn an_employment_from_plan_to_end() {
    let mut county = county();
    let (officer, institution) = (county.officer.clone(), county.institution);
    let person = register(&mut county, 1);
    let post = plan(&mut county, person, 1);
    let today = county.world.today();
    let twice = county.world.id();
    let again = Wish::new("employment.planned", twice, employment(person, institution, 2, "2E"));
    assert_eq!(rule(county.world.act(&officer, again)), "employment.twice");
    let nobody = county.world.id();
    let unknown = Wish::new("employment.planned", twice, employment(nobody, institution, 2, "2E"));
    assert_eq!(rule(county.world.act(&officer, unknown)), "employment.person");
    let mut act = |event_type, data, day: &str| county.world.act(&officer, Wish::new(event_type, post, data).on(day));
    assert_eq!(rule(act("employment.activated", json!({"legacy": false}), &today)), "employment.prerequisites");
    assert_eq!(rule(act("employment.suspended", json!({"reason": "STUDY"}), &today)), "employment.transition");
    act("employment.activated", json!({"legacy": true}), &today).expect("activated");
    act("employment.suspended", json!({"reason": "STUDY"}), &today).expect("on leave");
    act("employment.resumed", json!({}), &today).expect("back");
    act("employment.changed", json!({"set": {"category": "2E"}}), &today).expect("another post");
    act("employment.ended", json!({"reason": "RETIRE"}), &today).expect("ended");
    assert_eq!(rule(act("employment.changed", json!({"set": {"category": "2A"}}), &today)), "employment.transition");
    let entry = county.world.memory.record(&domain::records::employment::reference(post)).expect("it is there");
    let state = entry.state.employment().expect("an employment");
    assert_eq!(state.active.len(), 2);
    assert!(state.active.iter().all(|stretch| stretch.until.is_some()));
}

#[test]
fn a_minor_does_not_work_with_radiation() {
    let mut county = county();
    let (officer, institution) = (county.officer.clone(), county.institution);
    let today = county.world.today();
    let year: i64 = today[..4].parse().expect("a year");
    let id = county.world.id();
    let mut data = worker(institution, 7);
    data["birth_year"] = json!(year - 17);
    data["adult_month"] = json!(format!("{}-06", year + 1));
    county.world.act(&officer, Wish::new("person.registered", id, data)).expect("a file may exist");
    let post = plan(&mut county, id, 7);
    let activated = Wish::new("employment.activated", post, json!({"legacy": true})).on(&today);
    assert_eq!(rule(county.world.act(&officer, activated)), "employment.adult");
}

#[test]
fn the_worker_asks_for_a_correction() {
    let mut county = county();
    let officer = county.officer.clone();
    let person = register(&mut county, 1);
    let stranger = Wish::new("person.correction_requested", person, json!({"what": "姓名有误"}));
    assert_eq!(code(county.world.act(&officer, stranger.clone())), Code::NotAuthorised, "only the worker asks");
    let unit_admin = county.unit_admin.clone();
    let me = county.world.enrol(
        &unit_admin,
        &officer,
        "W",
        "W_SELF",
        Some(county.institution),
        Some(replay_tests::world::AREA),
    );
    county
        .world
        .act(&officer, Wish::new("person.account_linked", person, json!({"account": me.account})))
        .expect("linked");
    let request = county.world.act(&me, stranger).expect("requested");
    let decided = |accepted: bool| {
        Wish::new("person.correction_decided", person, json!({"request": request, "accepted": accepted}))
    };
    county.world.act(&officer, decided(true)).expect("decided");
    assert_eq!(rule(county.world.act(&officer, decided(false))), "person.request");
}

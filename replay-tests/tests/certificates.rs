//! Trainings of workers and their certificates: what the ledger takes, and what it says no to.

use domain::certificate_codes::CertificateState;
use domain::health_codes::ExamKind;
use domain::person_codes::OccupationalCategory;
use domain::records::certificate::Certificate;
use domain::records::training_record::TrainingRecord;
use domain::records::{certificate, training_record};
use domain::refusal::{Code, Refusal};
use domain::training::{check_character, is_trained, refresher_due};
use replay_tests::practice::{Practice, act, institution};
use replay_tests::scene::rule;
use replay_tests::world::{Person, Wish, World, employment, worker};
use serde_json::{Value as Json, json};
use signing::statement::EventRef;
use uuid::Uuid;

fn code(refused: Result<impl Sized, Refusal>) -> Code {
    refused.err().expect("a refusal").code
}

fn person(id: Uuid) -> Json {
    json!({"kind": "person", "id": id})
}

fn completion_no(kind: &str, serial: u32) -> String {
    let digits = format!("2024{serial:06}");
    format!("YBFH-{kind}-2024-{serial:06}-{}", check_character(&digits).expect("ten digits"))
}

/// Four days before the post, passed.
fn course(practice: &Practice, serial: u32) -> Json {
    json!({
        "person": person(practice.person), "institution": practice.hospital, "held_by": "CITY", "kind": "PRE",
        "organiser_name": "示范市卫生健康委员会", "mode": "OFFLINE", "from": "2024-01-15", "to": "2024-01-18",
        "credited_days_tenths": 40, "result": "PASS", "passed_on": "2024-01-18", "score_tenths": 800,
        "pass_mark_tenths": 600, "completion_no": completion_no("PRE", serial),
    })
}

/// Two days elsewhere, passed.
fn elsewhere(practice: &Practice, number: &str) -> Json {
    json!({
        "person": person(practice.person), "institution": practice.hospital, "held_by": "OUTSIDE", "kind": "REF",
        "organiser_name": "省职业病防治研究院", "mode": "ONLINE", "from": "2024-01-10", "to": "2024-01-11",
        "credited_days_tenths": 20, "result": "PASS", "passed_on": "2024-01-11", "other_no": number,
    })
}

fn complete(world: &mut World, who: &Person, data: Json) -> Result<(Uuid, EventRef), Refusal> {
    let id = world.id();
    world.act(who, Wish::new("training_record.completed", id, data)).map(|event| (id, event))
}

fn record(world: &World, id: Uuid) -> TrainingRecord {
    let entry = world.memory.record(&training_record::reference(id)).expect("it is there");
    entry.state.training_record().expect("a record of training").clone()
}

fn application(practice: &Practice, authority: &str) -> Json {
    json!({
        "person": person(practice.person), "institution": practice.hospital, "employment": practice.employment,
        "authority": authority, "categories": ["2A"],
    })
}

fn apply(world: &mut World, who: &Person, data: Json) -> Result<(Uuid, EventRef), Refusal> {
    let (id, today) = (world.id(), world.today());
    world.act(who, Wish::new("certificate.applied", id, data).on(&today)).map(|event| (id, event))
}

fn issued(number: &str, legacy: bool) -> Json {
    json!({"number": number, "issuer": "示范区卫生健康局", "legacy": legacy})
}

fn state(world: &World, id: Uuid) -> Certificate {
    let entry = world.memory.record(&certificate::reference(id)).expect("it is there");
    entry.state.certificate().expect("a certificate").clone()
}

#[test]
fn the_city_enters_its_courses_and_the_employer_what_was_held_elsewhere() {
    let (mut world, practice) = Practice::new(51);
    let Practice { trainer, officer, me, .. } = practice.clone();
    let (first, completed) = complete(&mut world, &trainer, course(&practice, 1)).expect("a course of the city");
    assert_eq!(code(complete(&mut world, &officer, course(&practice, 2))), Code::NotAuthorised, "the city's own");
    assert_eq!(code(complete(&mut world, &me, elsewhere(&practice, "A-1"))), Code::NotAuthorised, "not the worker");
    let (second, _) = complete(&mut world, &officer, elsewhere(&practice, "A-1")).expect("held elsewhere");
    assert_eq!(code(complete(&mut world, &trainer, course(&practice, 1))), Code::AlreadyRecorded, "the same facts");
    let mut another = course(&practice, 1);
    another["score_tenths"] = json!(700);
    assert_eq!(code(complete(&mut world, &trainer, another)), Code::ClaimTaken, "a number is given once");
    let mut again = elsewhere(&practice, "A-1");
    again["credited_days_tenths"] = json!(30);
    assert_eq!(code(complete(&mut world, &officer, again)), Code::ClaimTaken, "a proof is entered once");

    let passed: Vec<_> = [first, second].iter().filter_map(|id| record(&world, *id).passed()).collect();
    assert!(is_trained(&passed, "2024-01-18".parse().expect("a date")));
    assert_eq!(refresher_due(&passed), Some("2026-01-18".parse().expect("a date")));

    // The city corrects its own; what it said first stays in the history.
    let half = json!({"set": {"credited_days_tenths": 35}});
    let wish = |data: &Json| Wish::new("training_record.corrected", first, data.clone()).correcting(completed);
    assert_eq!(code(world.act(&officer, wish(&half))), Code::NotAuthorised);
    act(&mut world, &trainer, wish(&half));
    let corrected = record(&world, first);
    assert_eq!((corrected.corrections, corrected.training.credited_days_tenths), (1, 35));
    assert!(corrected.passed().is_some_and(|passed| !passed.counts_before_post()), "three and a half days");
}

#[test]
fn a_training_says_nothing_that_contradicts_itself() {
    let (mut world, practice) = Practice::new(52);
    let Practice { trainer, officer, .. } = practice.clone();
    let mut attempt = |change: &dyn Fn(&mut Json)| {
        let mut data = course(&practice, 7);
        change(&mut data);
        complete(&mut world, &trainer, data).map(|_| ())
    };
    assert_eq!(rule(attempt(&|data| data["score_tenths"] = json!(599))), "training_record.score");
    assert_eq!(rule(attempt(&|data| data["passed_on"] = json!("2024-01-14"))), "training_record.dates");
    assert_eq!(rule(attempt(&|data| data["to"] = json!("2124-01-18"))), "training_record.dates");
    assert_eq!(rule(attempt(&|data| data["result"] = json!("FAIL"))), "training_record.passed_on");
    assert_eq!(rule(attempt(&|data| data["kind"] = json!("REF"))), "training_record.number");
    assert_eq!(rule(attempt(&|data| data["organiser"] = json!(practice.laboratory))), "training_record.organiser");
    assert_eq!(rule(attempt(&|data| data["topics"] = json!(["LAW", "LAW"]))), "training_record.topic_once");
    let slip = attempt(&|data| data["completion_no"] = json!("YBFH-PRE-2026-000123-7"));
    assert_eq!(code(slip), Code::BadValue, "the check character");
    let nobody = attempt(&|data| data["person"] = person(practice.employment));
    assert_eq!(rule(nobody), "training_record.worker");
    let elsewhere = attempt(&|data| data["institution"] = json!(practice.laboratory));
    assert_eq!(rule(elsewhere), "training_record.worker", "he does not work there");
    let unknown = attempt(&|data| {
        data["organiser"] = json!(practice.person);
        data.as_object_mut().expect("an object").remove("organiser_name");
    });
    assert_eq!(rule(unknown), "training_record.organiser");

    // A failure, an absence and a course too short are facts.
    for (result, score, days) in [("FAIL", json!(550), 40), ("ABSENT", Json::Null, 0), ("VOID", json!(900), 35)] {
        let data = json!({
            "person": person(practice.person), "institution": practice.hospital, "held_by": "OUTSIDE", "kind": "PRE",
            "organiser": practice.laboratory, "mode": "ONLINE", "from": "2024-01-15", "to": "2024-01-18",
            "credited_days_tenths": days, "result": result, "attempt_no": 1,
        });
        let mut data = data;
        if !score.is_null() {
            data["score_tenths"] = score;
        }
        let (id, _) = complete(&mut world, &officer, data).expect("a fact");
        assert_eq!(record(&world, id).passed(), None, "{result}");
    }
}

#[test]
fn a_void_training_does_not_count_and_its_number_is_not_given_again() {
    let (mut world, practice) = Practice::new(53);
    let Practice { trainer, officer, .. } = practice.clone();
    let today = world.today();
    let (id, completed) = complete(&mut world, &trainer, course(&practice, 1)).expect("completed");
    let void = |ground: &str, whom: Uuid| {
        let data = json!({"person": person(whom), "ground": ground, "details": "监控录像核查"});
        Wish::new("training_record.voided", id, data).on(&today).because("IRREGULAR")
    };
    assert_eq!(code(world.act(&officer, void("IDENTITY", practice.person))), Code::NotAuthorised);
    let stranger = world.id();
    act(&mut world, &officer, Wish::new("person.registered", stranger, worker(practice.hospital, 700)));
    assert_eq!(rule(world.act(&trainer, void("IDENTITY", stranger))), "training_record.person");
    act(&mut world, &trainer, void("IDENTITY", practice.person));
    assert_eq!(record(&world, id).passed(), None);
    assert_eq!(rule(world.act(&trainer, void("IDENTITY", practice.person))), "training_record.voided");
    let mut other = course(&practice, 1);
    other["score_tenths"] = json!(900);
    assert_eq!(code(complete(&mut world, &trainer, other.clone())), Code::ClaimTaken);
    let corrected = Wish::new("training_record.corrected", id, json!({"set": {"mode": "MIXED"}})).correcting(completed);
    act(&mut world, &trainer, corrected);
    assert_eq!(record(&world, id).passed(), None, "a correction does not bring it back");

    // What was entered by mistake makes room.
    other["completion_no"] = json!(completion_no("PRE", 2));
    let (mistaken, _) = complete(&mut world, &trainer, other.clone()).expect("completed");
    let data = json!({"person": person(practice.person), "ground": "MISTAKEN"});
    let voided = Wish::new("training_record.voided", mistaken, data).on(&today).because("MISTAKEN");
    act(&mut world, &trainer, voided);
    other["score_tenths"] = json!(850);
    complete(&mut world, &trainer, other).expect("the number is free");
}

#[test]
fn a_certificate_from_application_to_end() {
    let (mut world, practice) = Practice::new(54);
    let Practice { officer, head, trainer, offices, city_supervisor, .. } = practice.clone();
    let (approver, today) = (offices.approver.clone(), world.today());
    let (training, _) = complete(&mut world, &trainer, course(&practice, 1)).expect("completed");
    let (id, _) = apply(&mut world, &head, application(&practice, "COUNTY")).expect("applied");
    assert_eq!(
        code(apply(&mut world, &officer, {
            let mut data = application(&practice, "COUNTY");
            data["categories"] = json!(["2E"]);
            data
        })),
        Code::ClaimTaken,
        "one application at a time"
    );
    let on = |event_type, data: Json| Wish::new(event_type, id, data).on(&today);
    let back =
        on("certificate.supplement_requested", json!({"person": person(practice.person), "lacks": ["TRAINING"]}));
    act(&mut world, &approver, back.because("INCOMPLETE"));
    assert_eq!(rule(world.act(&approver, on("certificate.issued", issued("0001", false)))), "certificate.transition");
    assert_eq!(code(world.act(&approver, on("certificate.supplemented", json!({})))), Code::NotAuthorised);
    act(&mut world, &officer, on("certificate.supplemented", json!({"training": training})));
    assert_eq!(
        (state(&world, id).state, state(&world, id).request.training),
        (CertificateState::Applied, Some(training))
    );
    assert_eq!(code(world.act(&officer, on("certificate.issued", issued("0001", true)))), Code::NotAuthorised);
    let before = Wish::new("certificate.issued", id, issued("0001", true)).on("2024-01-19");
    assert_eq!(rule(world.act(&approver, before)), "certificate.transition", "not before it was applied for");
    act(&mut world, &approver, on("certificate.issued", issued("0001", true)));
    assert!(state(&world, id).covers(OccupationalCategory::DiagnosticRadiology));
    assert!(!state(&world, id).covers(OccupationalCategory::InterventionalRadiology));

    let entry = on("certificate.entry_added", json!({"kind": "TRAINING", "training": training}));
    assert_eq!(code(world.act(&city_supervisor, entry.clone())), Code::NotAuthorised);
    act(&mut world, &officer, entry.clone());
    assert_eq!(rule(world.act(&approver, entry)), "certificate.entry_once");
    let dose = json!({"kind": "DOSE_YEAR", "dose_year": 2023, "effective_nsv": 1_240_000});
    let entered = act(&mut world, &offices.supervisor, on("certificate.entry_added", dose));
    assert!(state(&world, id).has_training(training));

    // A sum that a late report changed is corrected where it was entered.
    let correction = |data| Wish::new("certificate.corrected", id, data).correcting(entered);
    assert_eq!(rule(world.act(&officer, correction(json!({"conclusion": "R1"})))), "certificate.corrected_event");
    assert_eq!(rule(world.act(&officer, correction(json!({"number": "0002"})))), "certificate.corrected_event");
    act(&mut world, &officer, correction(json!({"effective_nsv": 1_250_000})));
    assert_eq!(state(&world, id).entries[1].entry.effective_nsv, Some(1_250_000));

    let same = on("certificate.changed", json!({"categories": ["2A"]}));
    assert_eq!(rule(world.act(&approver, same)), "certificate.same_categories");
    act(&mut world, &approver, on("certificate.changed", json!({"categories": ["2A", "2E"]})));
    assert!(state(&world, id).covers(OccupationalCategory::InterventionalRadiology));
    let (second, _) =
        apply(&mut world, &officer, application(&practice, "COUNTY")).expect("a renewal may be asked for");
    let twice = Wish::new("certificate.issued", second, issued("0002", true)).on(&today);
    assert_eq!(code(world.act(&approver, twice.clone())), Code::ClaimTaken, "one valid certificate");
    act(&mut world, &approver, on("certificate.cancelled", json!({"ground": "LOST_REPLACED"})));
    act(&mut world, &approver, twice);
    let late = on("certificate.changed", json!({"categories": ["2A"]}));
    assert_eq!(rule(world.act(&approver, late)), "certificate.transition");
}

#[test]
fn the_conditions_of_article_5() {
    let (mut world, practice) = Practice::new(55);
    let Practice { officer, trainer, offices, .. } = practice.clone();
    let (approver, today) = (offices.approver.clone(), world.today());
    let mut short = course(&practice, 1);
    short["credited_days_tenths"] = json!(35);
    let (short, _) = complete(&mut world, &trainer, short).expect("a fact");
    let (id, applied) = apply(&mut world, &officer, application(&practice, "COUNTY")).expect("applied");
    let issue = |legacy| Wish::new("certificate.issued", id, issued("0001", legacy)).on(&today);
    assert_eq!(rule(world.act(&approver, issue(false))), "certificate.exam", "no examination is named");
    let exam = world.id();
    let chief = practice.chief.clone();
    let fit = practice.exam("示范体检0055", ExamKind::PreJob, &["P1"]);
    act(&mut world, &chief, Wish::new("exam_result.reported", exam, fit));
    let rests_on = |set: Json| Wish::new("certificate.corrected", id, json!({"set": set})).correcting(applied);
    let corrected = act(&mut world, &officer, rests_on(json!({"exam": exam, "training": short})));
    assert_eq!(rule(world.act(&approver, issue(false))), "certificate.training", "three and a half days");
    let (whole, _) = complete(&mut world, &trainer, course(&practice, 2)).expect("four days");
    let again = Wish::new("certificate.corrected", id, json!({"set": {"training": whole}})).correcting(corrected);
    act(&mut world, &officer, again);
    act(&mut world, &approver, issue(false));
    assert!(!state(&world, id).legacy);

    // Nobody under 18, whatever his papers.
    let year: i32 = today[..4].parse().expect("a year");
    let (minor, post) = (world.id(), world.id());
    let mut data = worker(practice.hospital, 701);
    data["birth_year"] = json!(year - 17);
    data["adult_month"] = json!(format!("{}-06", year + 1));
    act(&mut world, &officer, Wish::new("person.registered", minor, data));
    act(&mut world, &officer, Wish::new("employment.planned", post, employment(minor, practice.hospital, 701, "2A")));
    let mut data = application(&practice, "COUNTY");
    data["person"] = person(minor);
    assert_eq!(rule(apply(&mut world, &officer, data.clone())), "certificate.employment", "another worker's post");
    data["employment"] = json!(post);
    let (id, _) = apply(&mut world, &officer, data).expect("applied");
    let issue = Wish::new("certificate.issued", id, issued("0002", false)).on(&today);
    assert_eq!(rule(world.act(&approver, issue)), "certificate.adult");
    let grounds = json!({"person": person(minor), "grounds": ["AGE"]});
    let refused = Wish::new("certificate.refused", id, grounds).on(&today).because("UNLAWFUL");
    act(&mut world, &approver, refused);
    assert_eq!(state(&world, id).state, CertificateState::Refused);
}

#[test]
fn the_authority_of_the_radiology_licence_decides() {
    let (mut world, practice) = Practice::new(56);
    let Practice { officer, city_approver, offices, .. } = practice.clone();
    let today = world.today();
    let licence = world.id();
    let data = json!({
        "institution": practice.hospital, "type": "LIC", "number": "示范放证字（2023）第0001号", "authority": "CITY",
        "issuer": "示范市卫生健康委员会", "issued_on": "2023-05-01", "verify_due_on": "2025-05-01",
        "classes": [{"class": "IR", "items": ["IR-1"]}, {"class": "XR", "items": ["XR-1"]}],
    });
    act(&mut world, &city_approver, Wish::new("licence.issued", licence, data));
    let wrong = apply(&mut world, &officer, application(&practice, "COUNTY"));
    assert_eq!(rule(wrong), "certificate.authority");
    let (id, _) = apply(&mut world, &officer, application(&practice, "CITY")).expect("the city decides");
    let issue = Wish::new("certificate.issued", id, issued("0001", true)).on(&today);
    assert_eq!(code(world.act(&offices.approver, issue.clone())), Code::NotAuthorised, "the county does not");
    act(&mut world, &city_approver, issue);
    let cancelled = Wish::new("certificate.cancelled", id, json!({"ground": "LEFT"})).on(&today);
    assert_eq!(code(world.act(&officer, cancelled.clone())), Code::NotAuthorised, "nor the employer");
    act(&mut world, &city_approver, cancelled);
}

#[test]
fn at_another_employer_the_certificate_has_a_successor() {
    let (mut world, practice) = Practice::new(57);
    let Practice { officer, offices, city_approver, .. } = practice.clone();
    let (approver, today) = (offices.approver.clone(), world.today());
    let (old, _) = apply(&mut world, &officer, application(&practice, "COUNTY")).expect("applied");
    act(&mut world, &approver, Wish::new("certificate.issued", old, issued("0001", true)).on(&today));
    let ended = Wish::new("employment.ended", practice.employment, json!({"reason": "TRANSFER_IN_CITY"})).on(&today);
    act(&mut world, &officer, ended);
    assert_eq!(rule(apply(&mut world, &officer, application(&practice, "COUNTY"))), "certificate.employment");

    let next = institution(&mut world, &offices, &city_approver, 90, "RAD");
    let area = replay_tests::world::AREA;
    let unit_admin = world.enrol(&offices.admin, &offices.city[0], "I", "I_ADMIN", Some(next), Some(area));
    let other = world.enrol(&unit_admin, &offices.admin, "I", "I_RPO", Some(next), Some(area));
    let post = world.id();
    act(&mut world, &other, Wish::new("employment.planned", post, employment(practice.person, next, 1, "2A")));
    let mut data = application(&practice, "COUNTY");
    (data["institution"], data["employment"]) = (json!(next), json!(post));
    data["predecessor"] = json!(post);
    assert_eq!(rule(apply(&mut world, &other, data.clone())), "certificate.rests_on");
    data["predecessor"] = json!(old);
    let (id, _) = apply(&mut world, &other, data).expect("applied");
    let paper = json!({"number": "0001", "issuer": "示范区卫生健康委员会", "legacy": true});
    let issue = Wish::new("certificate.issued", id, paper).on(&today);
    assert_eq!(code(world.act(&approver, issue.clone())), Code::ClaimTaken, "the old one still has its number");
    act(&mut world, &approver, Wish::new("certificate.cancelled", old, json!({"ground": "TRANSFERRED"})).on(&today));
    act(&mut world, &approver, issue);
    assert_eq!(state(&world, id).request.predecessor, Some(old));
}

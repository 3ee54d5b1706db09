//! Examinations of workers and restrictions of their work: what the ledger takes, and what it says no to.

use domain::health::{LEAVING_DAYS, PERIODIC_MONTHS};
use domain::health_codes::{ExamKind, ExamState, RestrictionMeasure};
use domain::records::{exam_result, restriction};
use domain::refusal::Code;
use replay_tests::practice::{Practice, act};
use replay_tests::scene::rule;
use replay_tests::world::{Person, Wish, World, worker};
use serde_json::{Value as Json, json};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

fn reported(world: &mut World, chief: &Person, data: Json) -> (Uuid, EventRef) {
    let id = world.id();
    (id, act(world, chief, Wish::new("exam_result.reported", id, data)))
}

fn exam(world: &World, id: Uuid) -> exam_result::ExamResult {
    let entry = world.memory.record(&exam_result::reference(id)).expect("it is there");
    entry.state.exam_result().expect("an examination").clone()
}

#[test]
fn a_report_on_its_way_to_the_worker() {
    let (mut world, practice) = Practice::new(51);
    let Practice { chief, officer, me, .. } = practice.clone();
    let today = world.today();
    let data = practice.exam("B1", ExamKind::Periodic, &["R1"]);
    let (id, _) = reported(&mut world, &chief, data.clone());
    let mut other = data;
    other["conclusions"] = json!(["R3"]);
    let again = world.id();
    let twice = world.act(&chief, Wish::new("exam_result.reported", again, other)).expect_err("the number is taken");
    assert_eq!(twice.code, Code::ClaimTaken);
    assert_eq!(exam(&world, id).state(), ExamState::Reported);
    let delivered = |day: &str| Wish::new("exam_result.delivered", id, json!({})).on(day);
    assert_eq!(rule(world.act(&chief, delivered("2024-02-19"))), "exam_result.order", "before its conclusion");
    assert_eq!(rule(world.act(&chief, delivered("2099-01-01"))), "record.date_in_future");
    assert_eq!(world.act(&officer, delivered(&today)).expect_err("not he").code, Code::NotAuthorised);
    act(&mut world, &chief, delivered("2024-02-26"));
    assert_eq!(rule(world.act(&chief, delivered(&today))), "exam_result.transition");
    let informed = |how: &str| Wish::new("exam_result.informed", id, json!({"how": how}));
    assert_eq!(world.act(&officer, informed("SELF")).expect_err("the worker's own").code, Code::NotAuthorised);
    assert_eq!(rule(world.act(&officer, informed("PAPER").on(&today))), "exam_result.paper", "without the paper");
    act(&mut world, &me, informed("SELF"));
    let state = exam(&world, id);
    assert_eq!(state.state(), ExamState::Informed);
    let found = state.exam().expect("he was examined");
    assert!(found.counts(&[]) && found.gaps(&[]).is_empty());
    assert_eq!(found.next_due(PERIODIC_MONTHS).to_string(), "2026-02-01");
    assert!(found.covers_leaving("2024-05-01".parse().expect("a date"), LEAVING_DAYS));
}

#[test]
fn a_worker_without_an_account_signs_on_paper() {
    let (mut world, practice) = Practice::new(52);
    let Practice { chief, officer, .. } = practice.clone();
    let (id, _) = reported(&mut world, &chief, practice.exam("B1", ExamKind::Periodic, &["R1"]));
    let paper = practice.paper(&mut world, "OTH", 9);
    let informed = Wish::new("exam_result.informed", id, json!({"how": "PAPER"})).with(paper);
    assert_eq!(rule(world.act(&officer, informed.clone())), "exam_result.paper", "on which day");
    act(&mut world, &officer, informed.on("2024-02-28"));
    let state = exam(&world, id);
    assert_eq!(
        state.report().and_then(|report| report.informed_on).map(|day| day.to_string()),
        Some("2024-02-28".into())
    );
}

#[test]
fn what_a_report_may_not_say() {
    let (mut world, practice) = Practice::new(53);
    let (chief, officer) = (practice.chief.clone(), practice.officer.clone());
    let (stranger, nobody) = (world.id(), world.id());
    act(&mut world, &officer, Wish::new("person.registered", stranger, worker(practice.hospital, 777)));
    let mut attempt = |change: &dyn Fn(&mut Json)| {
        let id = world.id();
        let mut data = practice.exam("B1", ExamKind::Periodic, &["R1"]);
        change(&mut data);
        rule(world.act(&chief, Wish::new("exam_result.reported", id, data)))
    };
    let person = |id: Uuid| json!({"kind": "person", "id": id});
    assert_eq!(attempt(&|data| data["person"] = person(nobody)), "exam_result.person");
    assert_eq!(attempt(&|data| data["institution"] = json!(nobody)), "exam_result.institution");
    assert_eq!(attempt(&|data| data["person"] = person(stranger)), "exam_result.employment");
    assert_eq!(attempt(&|data| data["conclusions"] = json!(["P1"])), "exam_result.conclusion", "of another kind");
    assert_eq!(attempt(&|data| data["conclusions"] = json!(["R1", "R2"])), "exam_result.conclusion");
    assert_eq!(attempt(&|data| data["conclusions"] = json!(["C1", "C1"])), "exam_result.conclusion");
    assert_eq!(attempt(&|data| data["conclusions"] = json!(["R2"])), "exam_result.restrictions", "which ones");
    assert_eq!(attempt(&|data| data["restrictions"] = json!(["IN_ROOM"])), "exam_result.restrictions");
    assert_eq!(attempt(&|data| data["recheck_due_on"] = json!("2024-05-01")), "exam_result.recheck");
    assert_eq!(attempt(&|data| data["exam_ended_on"] = json!("2024-01-31")), "exam_result.dates");
    assert_eq!(attempt(&|data| data["concluded_on"] = json!("2099-01-01")), "exam_result.dates");
    assert_eq!(attempt(&|data| data["follow_up_until"] = json!("2024-02-19")), "exam_result.dates");
    assert_eq!(attempt(&|data| data["items"][1] = data["items"][0].clone()), "exam_result.items");
    assert_eq!(attempt(&|data| data["relation"] = json!("SUPPLEMENT")), "exam_result.follows", "which one");
    assert_eq!(attempt(&|data| data["follows"] = json!(nobody)), "exam_result.follows");
    let unnamed = |data: &mut Json| {
        data["conclusions"] = json!(["S1"]);
        data["disease"] = json!("12");
    };
    assert_eq!(attempt(&unnamed), "exam_result.disease", "by which edition");
    assert_eq!(attempt(&|data| data["disease"] = json!("05")), "exam_result.disease");
}

#[test]
fn who_does_not_examine_reports_nothing() {
    let (mut world, practice) = Practice::new(54);
    let hospital = practice.hospital;
    let [first, second] = [practice.offices.city[0].clone(), practice.offices.city[1].clone()];
    let impostor = world.enrol(&first, &second, "S", "HEO_CHIEF", Some(practice.laboratory), None);
    let mut attempt = |who: &Person, examiner: Uuid| {
        let id = world.id();
        let mut data = practice.exam("B1", ExamKind::PreJob, &["P1"]);
        data["examiner"] = json!(examiner);
        world.act(who, Wish::new("exam_result.reported", id, data)).expect_err("refused")
    };
    let refused = attempt(&impostor, practice.laboratory);
    assert_eq!(refused.rule.map(|rule| rule.id), Some("exam_result.examiner"));
    assert_eq!(attempt(&practice.chief, hospital).code, Code::NotAuthorised, "for another organisation");
    assert_eq!(attempt(&practice.officer, practice.examiner).code, Code::NotAuthorised);
}

#[test]
fn what_was_missing_and_what_was_wrong() {
    let (mut world, practice) = Practice::new(55);
    let chief = practice.chief.clone();
    let person = json!({"kind": "person", "id": practice.person});
    let mut data = practice.exam("B1", ExamKind::Periodic, &["R1"]);
    data["items"].as_array_mut().expect("items").retain(|item| item["item"] != "MICRONUCLEUS");
    let (id, event) = reported(&mut world, &chief, data);
    let found = exam(&world, id).exam().expect("he was examined");
    assert_eq!(found.gaps(&[]).len(), 1);
    assert!(!found.counts(&[]), "it does not count until it is supplemented");

    let mut supplement = practice.exam("B2", ExamKind::Periodic, &["R1"]);
    supplement["items"] = json!([{"item": "MICRONUCLEUS"}]);
    supplement["relation"] = json!("SUPPLEMENT");
    supplement["follows"] = json!(id);
    reported(&mut world, &chief, supplement.clone());
    let mut of_another_kind = supplement;
    of_another_kind["report_no"] = json!("B3");
    of_another_kind["kind"] = json!("PRE");
    of_another_kind["conclusions"] = json!(["P1"]);
    let fresh = world.id();
    let refused = world.act(&chief, Wish::new("exam_result.reported", fresh, of_another_kind));
    assert_eq!(rule(refused), "exam_result.follows");

    let correct = |data: Json| Wish::new("exam_result.corrected", id, data).correcting(event);
    let conclusion = correct(json!({"person": person, "set": {"conclusions": ["R3"]}}));
    assert_eq!(world.act(&chief, conclusion).expect_err("reported anew").code, Code::UnknownField);
    let dates = correct(json!({"person": person, "set": {"concluded_on": "2024-01-01"}}));
    assert_eq!(rule(world.act(&chief, dates)), "exam_result.dates");
    assert_eq!(rule(world.act(&chief, correct(json!({"person": person})))), "record.empty_change");
    act(
        &mut world,
        &chief,
        correct(json!({"person": person, "set": {"report_no": "B1-1"}, "findings": "未见异常（示例）"})),
    );
    let corrected = exam(&world, id);
    let report = corrected.report().expect("a report");
    assert_eq!((report.examination.report_no.as_str(), report.corrections), ("B1-1", 1));
    assert!(report.findings.is_some());

    // The number is free again; another conclusion comes with a report of its own.
    let mut anew = practice.exam("B1", ExamKind::Periodic, &["R3"]);
    anew["relation"] = json!("REPLACEMENT");
    anew["follows"] = json!(id);
    let (anew, _) = reported(&mut world, &chief, anew);
    assert!(!exam(&world, anew).exam().expect("he was examined").suits(&[]));
}

#[test]
fn a_reexamination_concludes_what_was_left_open() {
    let (mut world, practice) = Practice::new(56);
    let Practice { chief, officer, .. } = practice.clone();
    let today = world.today();
    let mut data = practice.exam("B1", ExamKind::PreJob, &["C1"]);
    data["recheck_due_on"] = json!("2024-04-10");
    let (id, _) = reported(&mut world, &chief, data);
    assert_eq!(exam(&world, id).exam().expect("he was examined").about_work(), None);
    let arranged = |until: &str| Wish::new("exam_result.recheck_arranged", id, json!({"until": until})).on(&today);
    assert_eq!(rule(world.act(&officer, arranged("2024-03-01"))), "exam_result.order");
    act(&mut world, &officer, arranged("2024-04-01"));
    let mut again = practice.exam("B2", ExamKind::Recheck, &["R1"]);
    again["relation"] = json!("RECHECK");
    again["follows"] = json!(id);
    let fresh = world.id();
    let refused = world.act(&chief, Wish::new("exam_result.reported", fresh, again.clone()));
    assert_eq!(rule(refused), "exam_result.conclusion", "it re-examines one before radiation work");
    again["conclusions"] = json!(["P1"]);
    let (again, _) = reported(&mut world, &chief, again);
    assert_eq!(exam(&world, again).exam().expect("he was examined").about_work().map(|c| c.as_str()), Some("P1"));
}

#[test]
fn a_suspected_disease_is_reported_and_diagnosed() {
    let (mut world, practice) = Practice::new(57);
    let Practice { chief, officer, .. } = practice.clone();
    let (supervisor, today) = (practice.offices.supervisor.clone(), world.today());
    let (well, _) = reported(&mut world, &chief, practice.exam("B1", ExamKind::Periodic, &["R1"]));
    let (id, _) = reported(&mut world, &chief, practice.exam("B2", ExamKind::Periodic, &["R3", "S1"]));
    let card = |id: Uuid| Wish::new("exam_result.disease_reported", id, json!({})).on(&today);
    assert_eq!(rule(world.act(&chief, card(well))), "exam_result.not_suspected");
    act(&mut world, &chief, card(id));
    assert_eq!(rule(world.act(&chief, card(id))), "exam_result.transition");
    act(&mut world, &officer, Wish::new("exam_result.diagnosis_arranged", id, json!({})).on(&today));
    let person = json!({"kind": "person", "id": practice.person});
    let diagnosed = |data: Json| Wish::new("exam_result.diagnosed", id, data).on(&today);
    let unnamed = diagnosed(json!({"person": person, "outcome": "DISEASE"}));
    assert_eq!(rule(world.act(&supervisor, unnamed)), "exam_result.disease");
    act(&mut world, &supervisor, diagnosed(json!({"person": person, "outcome": "NO_DISEASE"})));
    let later = Wish::new("exam_result.diagnosis_arranged", id, json!({})).on(&today);
    assert_eq!(rule(world.act(&officer, later)), "exam_result.transition");
}

#[test]
fn who_declines_the_leaving_examination() {
    let (mut world, practice) = Practice::new(58);
    let Practice { officer, me, chief, .. } = practice.clone();
    let (approver, supervisor) = (practice.offices.approver.clone(), practice.offices.supervisor.clone());
    let person = json!({"kind": "person", "id": practice.person});
    let declined = |how: &str| json!({"person": person, "institution": practice.hospital, "employment": practice.employment, "how": how});
    let (own, paper) = (world.id(), world.id());
    let not_he = world.act(&officer, Wish::new("exam_result.declined", own, declined("SELF")));
    assert_eq!(not_he.expect_err("the worker's own").code, Code::NotAuthorised);
    act(&mut world, &me, Wish::new("exam_result.declined", own, declined("SELF")));
    let scan = practice.paper(&mut world, "OTH", 9);
    let on_paper = Wish::new("exam_result.declined", paper, declined("PAPER")).on("2024-03-01");
    assert_eq!(rule(world.act(&officer, on_paper.clone())), "exam_result.paper");
    act(&mut world, &officer, on_paper.with(scan));
    assert_eq!(exam(&world, own).state(), ExamState::Declined);
    assert!(exam(&world, own).exam().is_none());
    act(&mut world, &approver, Wish::new("exam_result.decline_accepted", own, json!({})));
    let refused = Wish::new("exam_result.decline_refused", paper, json!({})).because("EXAM_NEEDED");
    act(&mut world, &supervisor, refused);
    assert_eq!(exam(&world, own).state(), ExamState::DeclineAccepted);
    assert_eq!(exam(&world, paper).state(), ExamState::DeclineRefused);
    let again = Wish::new("exam_result.decline_accepted", paper, json!({}));
    assert_eq!(rule(world.act(&approver, again)), "exam_result.transition");
    let (report, _) = reported(&mut world, &chief, practice.exam("B1", ExamKind::Leaving, &["L1"]));
    let of_a_report = Wish::new("exam_result.decline_accepted", report, json!({}));
    assert_eq!(rule(world.act(&approver, of_a_report)), "exam_result.transition");
}

#[test]
fn work_is_restricted_and_nobody_reads_why() {
    let (mut world, practice) = Practice::new(59);
    let Practice { officer, me, chief, .. } = practice.clone();
    let today = world.today();
    let person = json!({"kind": "person", "id": practice.person});
    let data = |measures: &[&str], limit: Option<i64>| {
        let mut data = json!({"person": person, "institution": practice.hospital, "measures": measures, "kind": "1"});
        if let Some(limit) = limit {
            data["dose_limit_nsv"] = json!(limit);
        }
        data
    };
    let id = world.id();
    let record = |data: Json| Wish::new("restriction.recorded", id, data).on("2024-03-01");
    assert_eq!(rule(world.act(&me, record(data(&["DOSE_LIMITED"], None)))), "restriction.measures");
    assert_eq!(rule(world.act(&me, record(data(&["NO_INTERNAL"], Some(1_000_000))))), "restriction.measures");
    let declared = record(data(&["NO_INTERNAL", "NO_EMERGENCY", "DOSE_LIMITED"], Some(1_000_000)));
    assert_eq!(world.act(&chief, declared.clone()).expect_err("not he").code, Code::NotAuthorised);
    let event = act(&mut world, &me, declared);
    let openings = &world.openings[&event.event];
    assert_eq!((openings[0].pointer.as_str(), openings[0].subject.id), ("/data/kind", practice.person));
    let corrected = json!({"person": person, "clear": ["dose_limit_nsv"]});
    let half = Wish::new("restriction.corrected", id, corrected).correcting(event);
    assert_eq!(rule(world.act(&officer, half)), "restriction.measures");
    let ended = |day: &str| Wish::new("restriction.ended", id, json!({})).on(day);
    assert_eq!(rule(world.act(&officer, ended("2024-02-29"))), "restriction.before_beginning");
    act(&mut world, &officer, ended(&today));
    assert_eq!(rule(world.act(&officer, ended(&today))), "restriction.ended");
    let entry = world.memory.record(&RecordRef { kind: "restriction".into(), id }).expect("it is there");
    let state: &restriction::Restriction = entry.state.restriction().expect("a restriction");
    let asks = |day: &str| state.asks(RestrictionMeasure::NoInternal, day.parse().expect("a date"));
    assert!(!asks("2024-02-29") && asks("2024-03-01") && asks("2024-03-03") && !asks(&today));
}

//! Stories of the custody chain: a worker's file moves between institutions and districts, and at each moment one holds it.

use domain::health_codes::ExamKind;
use domain::record::Facts;
use domain::records::person::Custodian;
use domain::refusal::Refusal;
use domain::transfer_codes::{ConsentScope, TransferParty, TransferState, TransferStep};
use replay_tests::practice::act;
use replay_tests::sides::{District, OTHER, Sides, let_go};
use replay_tests::world::{AREA, Wish};
use serde_json::{Value as Json, json};

const DAY: i64 = 86_400;

fn rule(refusal: &Refusal) -> &str {
    refusal.rule.map_or(refusal.code.as_str(), |rule| rule.id)
}

#[test]
fn a_file_moves_to_another_county_in_the_append_of_the_receipt() {
    let mut sides = Sides::new(1);
    let transfer = sides.open("PACKAGING");
    assert_eq!(sides.custodian(), Custodian::Institution(sides.here.hospital), "nothing has moved yet");
    sides.sealed(transfer);
    let before = sides.world.rows.len();
    let head = sides.there.head.clone();
    let receipt = json!({"by": "RECEIVING", "paper_place": "对岸医院档案室"});
    act(&mut sides.world, &head, Wish::new("transfer.completed", transfer, receipt));
    assert_eq!(sides.world.rows.len(), before + 2, "the receipt and the system's word, in one append");
    assert_eq!(sides.custodian(), Custodian::Institution(sides.there.hospital));
    let state = sides.state(transfer);
    assert_eq!((state.standing.state, state.consent), (TransferState::Completed, Some(ConsentScope::Statutory)));
    assert_eq!(state.passages.len(), 7, "every step has its passage");
    // Who held it before reads his own period, and no longer says what stands in the file.
    let officer = sides.here.officer.clone();
    let contact = json!({"phone": "13800000000"});
    let today = sides.world.today();
    let wish = Wish::new("person.contact_changed", sides.here.person, contact.clone()).on(&today);
    let refusal = sides.world.act(&officer, wish).expect_err("it is not his file any more");
    assert_eq!(refusal.code.as_str(), "not_authorised");
}

/// Hospitals of two districts ask for the same file at the same moment, each upon what it saw: one case may move a file, so one
/// wins and the other is told which case it is.
#[test]
fn two_districts_accept_at_once_and_one_wins() {
    let mut sides = Sides::new(2);
    let third = District::found(&mut sides.world, &sides.here, "511524", 78);
    let [first, second] = [sides.world.id(), sides.world.id()];
    let asks = [(sides.there.clone(), first), (third.clone(), second)].map(|(district, transfer)| {
        let request = Wish::new("transfer.requested", transfer, sides.request_to(&district, "C", "RECEIVING"));
        sides.world.sign(&district.head, &[request]).expect("both may ask")
    });
    sides.world.submit(&asks[0]).expect("the first to come");
    let refusal = sides.world.submit(&asks[1]).expect_err("signed before, and too late");
    assert_eq!(refusal.code.as_str(), "claim_taken");
    // His own hospital cannot park the file meanwhile either. Once the first is withdrawn, another goes on.
    let head = sides.here.head.clone();
    let parking = json!({
        "person": {"kind": "person", "id": sides.here.person}, "type": "G", "by": "RELEASING", "history_by_hand": false,
        "from_institution": sides.here.hospital, "from_area": AREA,
    });
    let refusal = sides.refused(&head, "transfer.requested", second, parking);
    assert_eq!(refusal.code.as_str(), "claim_taken");
    let there_head = sides.there.head.clone();
    act(&mut sides.world, &there_head, Wish::new("transfer.withdrawn", first, json!({})).because("OTHER"));
    sides.world.submit(&asks[1]).expect("the same bytes");
    assert_eq!(sides.custodian(), Custodian::Institution(sides.here.hospital), "nothing has moved");
}

#[test]
fn a_silent_institution_is_replaced_on_the_eleventh_working_day() {
    let mut sides = Sides::new(3);
    let transfer = sides.open("RELEASING_INST");
    let approver = sides.here.offices.approver.clone();
    let silent = json!({"step": "RELEASING_INST", "ground": "SILENT"});
    let mut workdays = 0;
    while workdays < 10 {
        let refusal = sides.refused(&approver, "transfer.substituted", transfer, silent.clone());
        assert_eq!(rule(&refusal), "transfer.too_early");
        sides.world.pass_seconds(DAY);
        let day = sides.world.now.civil_day();
        workdays += i64::from(domain::workdays::Calendar::plain().is_workday(day));
    }
    let refusal = sides.refused(&approver, "transfer.substituted", transfer, silent.clone());
    assert_eq!(rule(&refusal), "transfer.too_early", "ten working days are still in time");
    sides.world.pass_seconds(4 * DAY);
    act(&mut sides.world, &approver, Wish::new("transfer.substituted", transfer, silent));
    assert_eq!(sides.step(transfer), TransferStep::ReleasingCounty);
}

/// A week of silence, three weeks suspended, and eight days more: together they are more than ten working days.
#[test]
fn while_a_case_is_suspended_the_clock_stands_and_then_goes_on() {
    let mut sides = Sides::new(3);
    let transfer = sides.open("RELEASING_INST");
    let approver = sides.here.offices.approver.clone();
    let silent = json!({"step": "RELEASING_INST", "ground": "SILENT"});
    let at_step = json!({"step": "RELEASING_INST"});
    sides.world.pass_seconds(7 * DAY);
    act(&mut sides.world, &approver, Wish::new("transfer.suspended", transfer, at_step.clone()));
    sides.world.pass_seconds(21 * DAY);
    act(&mut sides.world, &approver, Wish::new("transfer.resumed", transfer, at_step));
    let refusal = sides.refused(&approver, "transfer.substituted", transfer, silent.clone());
    assert_eq!(rule(&refusal), "transfer.too_early", "the days of the suspension do not count");
    sides.world.pass_seconds(8 * DAY);
    act(&mut sides.world, &approver, Wish::new("transfer.substituted", transfer, silent));
    assert_eq!(sides.step(transfer), TransferStep::ReleasingCounty, "those before it do");
    let stood: Vec<bool> = sides.state(transfer).passages.iter().map(|passage| passage.is_suspended()).collect();
    assert_eq!(stood.iter().filter(|stood| **stood).count(), 1);
}

/// Who waits asks who is late to act: once a day, in his own name, and nobody asks himself.
#[test]
fn who_is_late_is_reminded_and_everybody_sees_it() {
    let mut sides = Sides::new(9);
    sides.world.adopt_newest();
    let transfer = sides.open("RELEASING_INST");
    let (there, here) = (sides.there.clone(), sides.here.clone());
    let asks = |by: &str| json!({"step": "RELEASING_INST", "by": by});
    sides.world.pass_seconds(7 * DAY);
    let refusal = sides.refused(&there.head, "transfer.reminded", transfer, asks("RECEIVING"));
    assert_eq!(rule(&refusal), "transfer.reminder", "five working days are his");
    sides.world.pass_seconds(DAY);
    let refusal = sides.refused(&here.head, "transfer.reminded", transfer, asks("RELEASING"));
    assert_eq!(rule(&refusal), "transfer.reminder", "it is he who is late");
    let other = json!({"step": "RECEIVING_INST", "by": "RECEIVING"});
    assert_eq!(rule(&sides.refused(&there.head, "transfer.reminded", transfer, other)), "transfer.step");
    let refusal = sides.refused(&there.head, "transfer.reminded", transfer, asks("RECEIVING_COUNTY"));
    assert_eq!(rule(&refusal), "not_authorised", "in nobody else's name");
    let before = sides.state(transfer);
    act(&mut sides.world, &there.head, Wish::new("transfer.reminded", transfer, asks("RECEIVING")));
    let refusal = sides.refused(&here.me, "transfer.reminded", transfer, asks("WORKER"));
    assert_eq!(rule(&refusal), "transfer.reminder", "once a day, whoever asks");
    sides.world.pass_seconds(DAY);
    let city = here.city_approver.clone();
    act(&mut sides.world, &city, Wish::new("transfer.reminded", transfer, json!({"step": "RELEASING_INST"})));
    let state = sides.state(transfer);
    let asked: Vec<_> = state.reminders.iter().map(|known| known.by).collect();
    assert_eq!(asked, [Some(TransferParty::Receiving), None]);
    assert_eq!((state.standing, state.since, state.passages), (before.standing, before.since, before.passages));
}

#[test]
fn no_dispute_about_work_holds_a_file_back() {
    let mut sides = Sides::new(4);
    let transfer = sides.open("RELEASING_INST");
    let head = sides.here.head.clone();
    let other = json!({"step": "RELEASING_INST", "ground": "NO_LICENCE"});
    let refusal = sides.refused(&head, "transfer.rejected", transfer, other);
    assert_eq!(rule(&refusal), "transfer.ground");
    let accident = json!({"step": "RELEASING_INST", "ground": "OPEN_ACCIDENT"});
    act(&mut sides.world, &head, Wish::new("transfer.rejected", transfer, accident).because("ACCIDENT"));
    // The worker disputes it, and the city rules: the step counts as approved.
    let me = sides.here.me.clone();
    act(&mut sides.world, &me, Wish::new("transfer.disputed", transfer, json!({"by": "WORKER"})));
    let city = sides.here.city_approver.clone();
    act(&mut sides.world, &city, Wish::new("transfer.ruled", transfer, json!({"ruling": "APPROVED"})));
    assert_eq!(sides.step(transfer), TransferStep::ReleasingCounty);
    assert_eq!(sides.state(transfer).standing.state, TransferState::Open);
}

#[test]
fn a_rejection_that_nobody_disputes_in_time_stands() {
    let mut sides = Sides::new(5);
    let transfer = sides.open("RECEIVING_INST");
    let head = sides.there.head.clone();
    let ground = json!({"step": "RECEIVING_INST", "ground": "NOT_EMPLOYED"});
    act(&mut sides.world, &head, Wish::new("transfer.rejected", transfer, ground).because("GROUND"));
    sides.world.pass_seconds(20 * DAY);
    let me = sides.here.me.clone();
    let refusal = sides.refused(&me, "transfer.disputed", transfer, json!({"by": "WORKER"}));
    assert_eq!(rule(&refusal), "transfer.too_late");
    let again = sides.open("RELEASING_INST");
    assert_eq!(sides.step(again), TransferStep::ReleasingInstitution, "another case may be opened");
}

#[test]
fn a_dosimeter_that_is_still_out_holds_the_release_and_a_missing_post_the_reception() {
    let mut sides = Sides::new(6);
    let (contract, dosimeter, today) = (sides.world.id(), sides.world.id(), sides.world.today());
    let (officer, head) = (sides.here.officer.clone(), sides.here.head.clone());
    let terms = json!({"institution": sides.here.hospital, "laboratory": sides.here.laboratory, "cycle_months": 3, "from": "2022-01-01"});
    act(&mut sides.world, &officer, Wish::new("monitoring_contract.concluded", contract, terms));
    let issue = json!({
        "contract": contract, "institution": sides.here.hospital, "laboratory": sides.here.laboratory,
        "person": {"kind": "person", "id": sides.here.person}, "employment": sides.here.employment, "position": "CH",
        "kind": "TLD", "number": "T00001",
    });
    act(&mut sides.world, &officer, Wish::new("dosimeter.issued", dosimeter, issue).on(&today));
    let transfer = sides.open("RELEASING_INST");
    let refusal = sides.refused(&head, "transfer.approved", transfer, json!({"step": "RELEASING_INST"}));
    assert_eq!(rule(&refusal), "transfer.dosimeters");
    act(&mut sides.world, &officer, Wish::new("dosimeter.returned", dosimeter, json!({})).on(&today));
    act(&mut sides.world, &head, Wish::new("transfer.approved", transfer, json!({"step": "RELEASING_INST"})));
    // Who asks before it is his turn is told that the case is elsewhere.
    let refusal = sides.refused(&head, "transfer.approved", transfer, json!({"step": "RELEASING_INST"}));
    assert_eq!(rule(&refusal), "transfer.step");
}

#[test]
fn a_licence_that_does_not_cover_the_post_holds_the_reception() {
    let mut sides = Sides::new(7);
    let transfer = sides.open("RECEIVING_COUNTY");
    let post = sides.world.memory.members(&domain::records::employment::person_key(sides.here.person)).expect("all");
    let post = post.records.last().expect("the post at the other side").id;
    let rpo = sides.there.officer.clone();
    let today = sides.world.today();
    let change = Wish::new("employment.changed", post, json!({"set": {"category": "2E"}})).on(&today);
    act(&mut sides.world, &rpo, change);
    let approver = sides.there.approver.clone();
    let refusal = sides.refused(&approver, "transfer.approved", transfer, json!({"step": "RECEIVING_COUNTY"}));
    assert_eq!(rule(&refusal), "transfer.licence");
    let ground = json!({"step": "RECEIVING_COUNTY", "ground": "NO_LICENCE"});
    act(&mut sides.world, &approver, Wish::new("transfer.rejected", transfer, ground).because("GROUND"));
}

#[test]
fn a_file_is_parked_with_the_county_and_taken_out_again() {
    let mut sides = Sides::new(8);
    let (head, approver) = (sides.here.head.clone(), sides.here.offices.approver.clone());
    let supervisor = sides.here.offices.supervisor.clone();
    let parked = sides.world.id();
    let request = json!({
        "person": {"kind": "person", "id": sides.here.person}, "type": "G", "by": "RELEASING", "history_by_hand": false,
        "from_institution": sides.here.hospital, "from_area": AREA,
    });
    act(&mut sides.world, &head, Wish::new("transfer.requested", parked, request));
    act(&mut sides.world, &head, Wish::new("transfer.approved", parked, json!({"step": "RELEASING_INST"})));
    let without = json!({"step": "RELEASING_COUNTY"});
    let refusal = sides.refused(&approver, "transfer.approved", parked, without);
    assert_eq!(rule(&refusal), "transfer.leaving_exam");
    act(&mut sides.world, &approver, Wish::new("transfer.approved", parked, let_go()));
    sides.sealed(parked);
    let receipt = json!({"by": "RELEASING_COUNTY"});
    act(&mut sides.world, &supervisor, Wish::new("transfer.completed", parked, receipt));
    assert_eq!(sides.custodian(), Custodian::Pool(AREA.into()));
    // From the pool it goes to who employs him next: the county acts for the employer.
    let taken = sides.world.id();
    let mut request = sides.request("F", "RECEIVING");
    request.as_object_mut().expect("an object").remove("from_institution");
    let there = sides.there.head.clone();
    act(&mut sides.world, &there, Wish::new("transfer.requested", taken, request));
    let me = sides.here.me.clone();
    act(&mut sides.world, &me, Wish::new("transfer.consent_refused", taken, json!({"how": "SELF"})));
    assert_eq!(
        sides.state(taken).consent,
        Some(ConsentScope::Statutory),
        "a refusal keeps the details back, not the file"
    );
    let there_approver = sides.there.approver.clone();
    for (who, step) in
        [(&approver, "RELEASING_COUNTY"), (&there, "RECEIVING_INST"), (&there_approver, "RECEIVING_COUNTY")]
    {
        act(&mut sides.world, who, Wish::new("transfer.approved", taken, json!({"step": step})));
    }
    sides.sealed(taken);
    act(&mut sides.world, &there, Wish::new("transfer.completed", taken, json!({"by": "RECEIVING"})));
    assert_eq!(sides.custodian(), Custodian::Institution(sides.there.hospital));
}

#[test]
fn a_file_leaves_the_city_and_comes_back_with_a_history() {
    let mut sides = Sides::new(9);
    let (head, approver) = (sides.here.head.clone(), sides.here.offices.approver.clone());
    let (me, city, there) = (sides.here.me.clone(), sides.here.city_approver.clone(), sides.there.head.clone());
    let gone = sides.world.id();
    let request = json!({
        "person": {"kind": "person", "id": sides.here.person}, "type": "D", "by": "RELEASING", "history_by_hand": false,
        "from_institution": sides.here.hospital, "from_area": AREA, "outside": "外市示范医院",
    });
    act(&mut sides.world, &head, Wish::new("transfer.requested", gone, request));
    let consent = json!({"scope": "FULL", "how": "SELF"});
    act(&mut sides.world, &me, Wish::new("transfer.consent_signed", gone, consent.clone()));
    act(&mut sides.world, &head, Wish::new("transfer.approved", gone, json!({"step": "RELEASING_INST"})));
    // With the leaving examination no undertaking is needed.
    let (chief, exam) = (sides.here.chief.clone(), sides.world.id());
    let left = sides.here.exam("示范体检0009", ExamKind::Leaving, &["L1"]);
    act(&mut sides.world, &chief, Wish::new("exam_result.reported", exam, left));
    for (who, step) in [(&approver, "RELEASING_COUNTY"), (&city, "CITY")] {
        act(&mut sides.world, who, Wish::new("transfer.approved", gone, json!({"step": step})));
    }
    sides.sealed(gone);
    act(&mut sides.world, &me, Wish::new("transfer.completed", gone, json!({"by": "WORKER"})));
    assert_eq!(sides.custodian(), Custodian::Outside(AREA.into()));
    let back = sides.world.id();
    let request = json!({
        "person": {"kind": "person", "id": sides.here.person}, "type": "E", "by": "RECEIVING", "history_by_hand": true,
        "to_institution": sides.there.hospital, "to_area": OTHER, "outside": "外市示范医院",
    });
    act(&mut sides.world, &there, Wish::new("transfer.requested", back, request));
    act(&mut sides.world, &me, Wish::new("transfer.consent_signed", back, consent));
    let year =
        json!({"year": 2023, "effective_nsv": 1_200_000, "months": 12, "confidence": "C", "source": "外市示范医院"});
    let declared = act(&mut sides.world, &there, Wish::new("transfer.history_declared", back, year.clone()));
    let refusal = sides.refused(&there, "transfer.history_declared", back, year);
    assert_eq!(rule(&refusal), "transfer.history", "one line a year");
    let sealed = json!({"year": 2022, "confidence": "A", "source": "外市示范医院"});
    let refusal = sides.refused(&there, "transfer.history_declared", back, sealed);
    assert_eq!(rule(&refusal), "transfer.evidence", "what is said to be sealed comes with the scan");
    let there_approver = sides.there.approver.clone();
    let verified = json!({"declared": declared, "accepted": true});
    act(&mut sides.world, &there_approver, Wish::new("transfer.history_verified", back, verified));
    for (who, step) in [(&there, "RECEIVING_INST"), (&there_approver, "RECEIVING_COUNTY"), (&city, "CITY")] {
        act(&mut sides.world, who, Wish::new("transfer.approved", back, json!({"step": step})));
    }
    assert_eq!(sides.custodian(), Custodian::Institution(sides.there.hospital), "the last approval completes it");
}

#[test]
fn a_second_practice_leaves_the_file_where_it_is() {
    let mut sides = Sides::new(10);
    let (head, there, me) = (sides.here.head.clone(), sides.there.head.clone(), sides.here.me.clone());
    let there_approver = sides.there.approver.clone();
    let practice = sides.world.id();
    let request = sides.request("H", "RECEIVING");
    act(&mut sides.world, &there, Wish::new("transfer.requested", practice, request));
    let consent = json!({"scope": "STATUTORY", "how": "SELF"});
    act(&mut sides.world, &me, Wish::new("transfer.consent_signed", practice, consent));
    for (who, step) in [(&head, "RELEASING_INST"), (&there, "RECEIVING_INST"), (&there_approver, "RECEIVING_COUNTY")] {
        act(&mut sides.world, who, Wish::new("transfer.approved", practice, json!({"step": step})));
    }
    assert_eq!(sides.state(practice).standing.state, TransferState::Completed);
    assert_eq!(sides.custodian(), Custodian::Institution(sides.here.hospital));
    let today = sides.world.today();
    let ended = Wish::new("transfer.practice_ended", practice, json!({"by": "RECEIVING"})).on(&today);
    act(&mut sides.world, &there, ended);
    let again = Wish::new("transfer.practice_ended", practice, json!({"by": "RECEIVING"})).on(&today);
    assert_eq!(rule(&sides.world.act(&there, again).expect_err("once")), "transfer.practice");
}

#[test]
fn sides_that_do_not_fit_the_type_are_refused_by_name() {
    let mut sides = Sides::new(11);
    let head = sides.there.head.clone();
    let mut case = |change: &dyn Fn(&mut Json), expected: &str| {
        let mut request = sides.request("C", "RECEIVING");
        change(&mut request);
        let transfer = sides.world.id();
        let refusal = sides.refused(&head, "transfer.requested", transfer, request);
        assert_eq!(rule(&refusal), expected);
    };
    case(&|request| request["to_area"] = json!(AREA), "transfer.parties");
    case(&|request| request["outside"] = json!("外市"), "transfer.parties");
    case(&|request| request["history_by_hand"] = json!(true), "transfer.history");
    case(&|request| request["by"] = json!("RECEIVING_COUNTY"), "not_authorised");
}

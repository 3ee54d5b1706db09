//! What happens to running data when a file moves: the examples of workflows §20.6 with their numbers, and what borders on them.

use domain::dose::{FIVE_YEAR_EPOCH, Line, Sums, sums};
use domain::health_codes::ExamKind;
use domain::records::person::Custodian;
use domain::rules::RULES;
use domain::transfer_codes::TransferStep;
use domain::warning_codes::{WarningGrade, WarningState};
use replay_tests::practice::{Practice, act};
use replay_tests::sides::{District, Sides};
use replay_tests::warned::{DAY, find, home, pass, stands, told, wait_for, warned};
use replay_tests::world::{Wish, World};
use serde_json::{Value as Json, json};
use uuid::Uuid;

fn sides(seed: u64) -> Sides {
    let (world, here) = warned(seed);
    Sides::of(world, here)
}

/// The worker ends at the old place and begins at the new one; the practice as it is for him from then on.
fn changes_places(sides: &mut Sides) -> Practice {
    let today = sides.world.today();
    let ended = Wish::new("employment.ended", sides.here.employment, json!({"reason": "TRANSFER_IN_CITY"}));
    act(&mut sides.world, &sides.here.officer, ended.on(&today));
    let begun = Wish::new("employment.activated", sides.there.post, json!({"legacy": true}));
    act(&mut sides.world, &sides.there.officer, begun.on(&today));
    let District { hospital, officer, post, .. } = sides.there.clone();
    Practice { hospital, officer, employment: post, ..sides.here.clone() }
}

/// All doses of a worker, whoever employed him.
fn sums_of(world: &World, person: Uuid) -> Sums {
    let results = world.memory.records().filter_map(|(_, entry)| entry.state.dose_result());
    let lines: Vec<Line> =
        results.filter(|result| result.person.id == person).filter_map(|result| result.line()).collect();
    sums(lines.iter())
}

/// How often a rule warned of a worker.
fn warnings_of(world: &World, rule: &str, person: Uuid) -> usize {
    let all = world.memory.records().filter_map(|(_, entry)| entry.state.warning());
    all.filter(|warning| warning.rule == rule && warning.subject.id == person).count()
}

fn months(number: i64) -> impl Fn(&mut Json) {
    move |line| line["nominal_months"] = json!(number)
}

/// Example 1: 2.0 and 3.5 mSv at A, of which the second report makes it yellow; 0.3 more at A and 0.7 at B make a sum of 6.5 mSv,
/// and the warning that A had is B's.
#[test]
fn the_sum_of_a_year_over_two_employers_is_one_and_its_warning_goes_along() {
    let mut sides = sides(1);
    let (here, person) = (sides.here.clone(), sides.here.person);
    let world = &mut sides.world;
    wait_for(world, "2026-04-20");
    here.measured(world, ["2026-01-01", "2026-03-31"], 2_000_000, months(3));
    wait_for(world, "2026-07-20");
    world.evaluate();
    assert!(world.warning("W-DOSE-04", person).is_none(), "2.0 mSv");
    here.measured(world, ["2026-04-01", "2026-06-30"], 3_500_000, months(3));
    world.evaluate();
    let (id, raised) = find(world, "W-DOSE-04", person);
    assert_eq!((raised.grade, raised.raised_on.to_string().as_str()), (WarningGrade::Yellow, "2026-07-20"));
    assert_eq!(raised.figures[0].value, 5_500_000, "5.5 mSv are at least 5");
    assert_eq!(home(world, id), Some(here.hospital));

    let transfer = sides.open("PACKAGING");
    pass(&mut sides.world, 11);
    assert_eq!(sides.world.today(), "2026-07-31");
    sides.complete(transfer);
    let there = changes_places(&mut sides);
    let world = &mut sides.world;
    world.evaluate();
    assert_eq!(home(world, id), Some(there.hospital), "the same instance, with another holder");
    let taken = json!({"institution": there.hospital});
    act(world, &there.officer, Wish::new("warning.accepted", id, taken));

    // July at A is reported late and belongs to A; August and September are B's.
    wait_for(world, "2026-08-10");
    here.measured(world, ["2026-07-01", "2026-07-30"], 300_000, months(1));
    wait_for(world, "2026-10-20");
    there.measured(world, ["2026-08-01", "2026-09-30"], 700_000, months(2));
    world.evaluate();
    assert_eq!(sums_of(world, person).year(2026).effective_nsv, 6_500_000);
    assert_eq!(stands(world, id), (WarningState::Open, WarningGrade::Yellow));
    assert_eq!(told(world, id), ["raised", "moved", "accepted"], "and not reopened");
    assert_eq!(warnings_of(world, "W-DOSE-04", person), 1);
}

/// Example 2: examined on 2024-03-15, at B since 2026-02-20: orange with 23 days left, and B has him examined by 2026-03-15.
#[test]
fn an_examination_that_is_due_is_due_at_the_new_employer() {
    let mut sides = sides(2);
    let (here, person) = (sides.here.clone(), sides.here.person);
    let world = &mut sides.world;
    wait_for(world, "2026-02-19");
    let exam = |report_no: &str, day: &str, concluded: &str| {
        let mut exam = here.exam(report_no, ExamKind::Periodic, &["R1"]);
        for (member, day) in [("exam_on", day), ("exam_ended_on", day), ("concluded_on", concluded)] {
            exam[member] = json!(day);
        }
        exam
    };
    let (first, second) = (world.id(), world.id());
    let before = exam("示范检0001", "2024-03-15", "2024-04-01");
    act(world, &here.chief, Wish::new("exam_result.reported", first, before));
    let transfer = sides.open("PACKAGING");
    sides.world.evaluate();
    let (id, raised) = find(&sides.world, "W-HLT-02", person);
    pass(&mut sides.world, 1);
    sides.complete(transfer);
    let there = changes_places(&mut sides);
    let world = &mut sides.world;
    world.evaluate();
    let (same, inherited) = find(world, "W-HLT-02", person);
    let due = inherited.due_on.expect("a day");
    assert_eq!((same, due.to_string().as_str()), (id, "2026-03-15"));
    assert_eq!(due.days() - world.now.civil_day().days(), 23);
    assert_eq!((inherited.grade, inherited.raised_on), (WarningGrade::Orange, raised.raised_on), "its clock runs on");
    assert_eq!(home(world, id), Some(there.hospital));
    pass(world, 23);
    assert_eq!((world.today().as_str(), stands(world, id).1), ("2026-03-15", WarningGrade::Orange), "in time");
    let next = world.now.civil_day().add_days(1);
    let tomorrow = world.demanded(next);
    assert!(
        tomorrow.iter().any(|draft| draft.record.id == id && draft.event_type == "warning.escalated"),
        "red after it"
    );
    let mut after = exam("示范检0002", "2026-03-15", "2026-03-15");
    after["institution"] = json!(there.hospital);
    after["employment"] = json!(there.employment);
    act(world, &here.chief, Wish::new("exam_result.reported", second, after));
    world.evaluate();
    assert_eq!(stands(world, id).0, WarningState::Cleared);
}

/// Example 3: 99.9 mSv in 2021 to 2025 at A. The first dose of 2026 begins another block; the last five years go on.
#[test]
fn the_block_ends_with_2025_and_the_next_begins_from_nothing() {
    let mut sides = sides(3);
    let (here, person) = (sides.here.clone(), sides.here.person);
    let world = &mut sides.world;
    wait_for(world, "2026-01-12");
    for (year, nsv) in
        [(2021, 20_000_000), (2022, 20_000_000), (2023, 20_000_000), (2024, 20_000_000), (2025, 19_900_000)]
    {
        let period = [format!("{year}-10-01"), format!("{year}-12-31")];
        here.measured(world, period.each_ref().map(String::as_str), nsv, months(3));
    }
    world.evaluate();
    let (rolling, known) = find(world, "W-DOSE-05", person);
    // 79.9 mSv of 2022 to 2026 as far as it has come: below 80.
    assert_eq!((known.occurrence.as_str(), known.grade), ("rolling", WarningGrade::Blue));
    let transfer = sides.open("PACKAGING");
    sides.complete(transfer);
    let there = changes_places(&mut sides);
    let world = &mut sides.world;
    wait_for(world, "2026-02-02");
    there.measured(world, ["2026-01-12", "2026-01-31"], 500_000, months(1));
    world.evaluate();
    let sums = sums_of(world, person);
    let block = |year| sums.block(year, FIVE_YEAR_EPOCH);
    assert_eq!((block(2021), block(2025)), (99_900_000, 99_900_000), "a limit of 100 that was kept");
    assert_eq!((block(2026), block(2030)), (500_000, 500_000), "from nothing");
    assert_eq!((sums.rolling(2025), sums.rolling(2026)), (99_900_000, 80_400_000), "2022 to 2026");
    assert_eq!(stands(world, rolling).1, WarningGrade::Yellow, "the last five years warn on, at B");
    assert_eq!(home(world, rolling), Some(there.hospital));
    assert_eq!(warnings_of(world, "W-DOSE-05", person), 1, "no block was exceeded");
}

/// Example 4: submitted on 2026-03-02 with the consent of the same day; the county may act on 2026-03-17 and not a day before.
#[test]
fn a_silent_employer_is_replaced_on_the_seventeenth_of_march() {
    let mut sides = sides(4);
    wait_for(&mut sides.world, "2026-03-02");
    let transfer = sides.open("RELEASING_INST");
    let approver = sides.here.offices.approver.clone();
    let silent = json!({"step": "RELEASING_INST", "ground": "SILENT"});
    for day in 3..=16 {
        wait_for(&mut sides.world, &format!("2026-03-{day:02}"));
        let refusal = sides.refused(&approver, "transfer.substituted", transfer, silent.clone());
        assert_eq!(refusal.rule.map(|rule| rule.id), Some("transfer.too_early"), "on the {day}th");
    }
    wait_for(&mut sides.world, "2026-03-17");
    act(&mut sides.world, &approver, Wish::new("transfer.substituted", transfer, silent));
    assert_eq!(sides.step(transfer), TransferStep::ReleasingCounty);
}

/// The hospital takes its device out of service, lets its worker go, and is closed by the county.
fn closes(world: &mut World, here: &Practice) {
    let today = world.today();
    let stopped = json!({"to": "OUT_OF_SERVICE", "why": "OTHER"});
    act(world, &here.officer, Wish::new("device.state_changed", here.device, stopped).on(&today));
    let gone = json!({"reason": "CHANGE_POST"});
    act(world, &here.officer, Wish::new("employment.ended", here.employment, gone).on(&today));
    act(world, &here.offices.approver, Wish::new("institution.closed", here.hospital, json!({})).on(&today));
}

/// What was red does not end with the hospital: it waits for the signature of the county.
#[test]
fn what_was_red_when_a_hospital_closed_waits_for_its_county() {
    let (mut world, here) = warned(7);
    wait_for(&mut world, "2024-03-05");
    world.evaluate();
    let (id, raised) = find(&world, "W-DEV-03", here.device);
    assert_eq!(raised.grade, WarningGrade::Red, "used without an acceptance test");
    closes(&mut world, &here);
    world.evaluate();
    assert_eq!(stands(&world, id), (WarningState::PendingClose, WarningGrade::Red));
    assert_eq!(home(&world, id), Some(here.hospital));
    pass(&mut world, 30);
    assert_eq!(stands(&world, id).0, WarningState::PendingClose, "however long nobody looks");
    act(&mut world, &here.offices.supervisor, Wish::new("warning.closed", id, json!({"remarks": "机构已注销"})));
    pass(&mut world, 1);
    assert_eq!(stands(&world, id).0, WarningState::Closed);
}

/// An institution ends when nobody works there any more, no file is on its way, and its county has closed what was red. The file
/// of its worker stays behind and stops nothing.
#[test]
fn an_institution_ends_once_nothing_is_open() {
    let mut sides = sides(8);
    sides.world.adopt_newest();
    wait_for(&mut sides.world, "2024-03-05");
    sides.world.evaluate();
    let (here, there) = (sides.here.clone(), sides.there.clone());
    let today = |sides: &Sides| sides.world.today();
    let close = |sides: &mut Sides| {
        let on = today(sides);
        let wish = Wish::new("institution.closed", here.hospital, json!({})).on(&on);
        sides.world.act(&here.offices.approver, wish)
    };
    let stopped_by = |sides: &mut Sides| close(sides).expect_err("something is open").rule.map(|rule| rule.id);
    let on = today(&sides);
    let stopped = json!({"to": "OUT_OF_SERVICE", "why": "OTHER"});
    act(&mut sides.world, &here.officer, Wish::new("device.state_changed", here.device, stopped).on(&on));
    assert_eq!(stopped_by(&mut sides), Some("institution.posts"));
    let gone = json!({"reason": "CHANGE_POST"});
    act(&mut sides.world, &here.officer, Wish::new("employment.ended", here.employment, gone).on(&on));
    let transfer = sides.open("RELEASING_INST");
    assert_eq!(stopped_by(&mut sides), Some("institution.transfers"));
    act(&mut sides.world, &there.head, Wish::new("transfer.withdrawn", transfer, json!({})).because("OTHER"));
    sides.world.evaluate();
    let about = [here.hospital, here.device];
    let found =
        about.iter().flat_map(|subject| RULES.iter().map(|rule| (rule.id, sides.world.warning(rule.id, *subject))));
    let red: Vec<(&str, Uuid)> = found
        .filter_map(|(rule, found)| {
            found.filter(|(_, warning)| warning.grade == WarningGrade::Red).map(|(id, _)| (rule, id))
        })
        .collect();
    // What nobody uses waits to be closed; that the practice licence is overdue ends with the hospital alone.
    for (rule, id) in red {
        assert_eq!(stopped_by(&mut sides), Some("institution.red_warnings"), "{rule}");
        if rule == "W-ORG-01" {
            let until = sides.world.now.civil_day().add_days(30).to_string();
            let waived = Wish::new("warning.waived", id, json!({"ground": "OTHER", "until": until}));
            act(&mut sides.world, &here.offices.approver, waived);
        } else {
            let closed = Wish::new("warning.closed", id, json!({"remarks": "设备已停用"}));
            act(&mut sides.world, &here.offices.supervisor, closed);
        }
    }
    close(&mut sides).expect("nothing is open any more");
    assert_eq!(sides.custodian(), Custodian::Institution(here.hospital), "the county hands on its files");
}

/// A hospital that ends leaves its files behind: they are still its own, and the county hands them on in its place.
#[test]
fn a_hospital_closes_and_the_county_hands_on_its_files() {
    let mut sides = sides(5);
    let (here, there) = (sides.here.clone(), sides.there.clone());
    closes(&mut sides.world, &here);
    assert_eq!(sides.custodian(), Custodian::Institution(here.hospital), "orphaned, and still somebody's");
    let transfer = sides.world.id();
    let release = json!({"step": "RELEASING_INST"});
    let ordinary = sides.request("C", "RECEIVING");
    act(&mut sides.world, &there.head, Wish::new("transfer.requested", transfer, ordinary));
    // Nobody there can sign any more.
    let refusal = sides.refused(&here.head, "transfer.approved", transfer, release);
    assert_eq!(refusal.code.as_str(), "grant_invalid");
    act(&mut sides.world, &there.head, Wish::new("transfer.withdrawn", transfer, json!({})).because("OTHER"));

    let transfer = sides.world.id();
    let gone = sides.request("F", "RECEIVING");
    act(&mut sides.world, &there.head, Wish::new("transfer.requested", transfer, gone));
    // His account was the hospital's and ended with it: he is silent, and the case goes on with what the law gives.
    sides.world.pass_seconds(29 * DAY);
    let lapsed = Wish::new("transfer.consent_lapsed", transfer, json!({}));
    act(&mut sides.world, &here.offices.supervisor, lapsed);
    for (who, step) in [
        (&here.offices.approver, "RELEASING_COUNTY"),
        (&there.head, "RECEIVING_INST"),
        (&there.approver, "RECEIVING_COUNTY"),
    ] {
        let mut data = json!({"step": step});
        if step == "RELEASING_COUNTY" {
            data["undertaking"] = json!("LEAVING_EXAM");
        }
        act(&mut sides.world, who, Wish::new("transfer.approved", transfer, data));
    }
    sides.complete(transfer);
    assert_eq!(sides.custodian(), Custodian::Institution(there.hospital));
}

/// The third and the fourth quarter have 92 days: a hint from the ninety-first on, and no warning to anybody above.
#[test]
fn a_quarter_of_ninety_two_days_is_a_hint_and_the_ninety_fourth_day_a_warning() {
    let (mut world, here) = warned(6);
    wait_for(&mut world, "2024-07-01");
    let (contract, dosimeter) = (world.id(), world.id());
    let terms =
        json!({"institution": here.hospital, "laboratory": here.laboratory, "cycle_months": 3, "from": "2024-07-01"});
    act(&mut world, &here.officer, Wish::new("monitoring_contract.concluded", contract, terms));
    let issue = json!({
        "contract": contract, "institution": here.hospital, "laboratory": here.laboratory,
        "person": {"kind": "person", "id": here.person}, "employment": here.employment, "position": "CH", "kind": "TLD",
        "number": "T00001",
    });
    act(&mut world, &here.officer, Wish::new("dosimeter.issued", dosimeter, issue).on("2024-07-01"));
    wait_for(&mut world, "2024-09-28");
    world.evaluate();
    assert!(world.warning("W-DOSE-01", here.person).is_none(), "ninety days");
    pass(&mut world, 2);
    let (id, hint) = find(&world, "W-DOSE-01", here.person);
    assert_eq!((world.today().as_str(), hint.grade), ("2024-09-30", WarningGrade::Blue), "ninety-two");
    pass(&mut world, 1);
    assert_eq!(stands(&world, id).1, WarningGrade::Blue, "the tolerance of three days");
    pass(&mut world, 1);
    assert_eq!((world.today().as_str(), stands(&world, id).1), ("2024-10-02", WarningGrade::Yellow));
    let today = world.today();
    act(&mut world, &here.officer, Wish::new("dosimeter.returned", dosimeter, json!({})).on(&today));
    world.evaluate();
    assert_eq!(stands(&world, id).0, WarningState::Cleared);
}

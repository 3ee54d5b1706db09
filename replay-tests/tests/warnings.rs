//! Stories of warnings: raised, heeded and closed, each by a signed event that anyone can compute again.

use domain::health_codes::ExamKind;
use domain::memory::Memory;
use domain::record::{Draft, Facts};
use domain::records::warning;
use domain::reference_codes::ParameterName;
use domain::refusal::{Code, Refusal};
use domain::rules::{self, Ahead, WhatIf, conclude};
use domain::warning_codes::{WarningGrade, WarningState};
use replay_tests::practice::{ADOPTED, Practice, act};
use replay_tests::sides::Sides;
use replay_tests::warned::{DAY, find, home, pass, stands, told, warned};
use replay_tests::world::{County, Person, Wish, World, device_profile};
use serde_json::{Value as Json, json};
use signing::bytes::Date;
use signing::json::Value;
use signing::statement::EventRef;
use uuid::Uuid;

fn licence(world: &mut World, practice: &Practice, days: i64) -> Uuid {
    let licence = world.id();
    let due = world.now.civil_day().add_days(days).to_string();
    let papers = json!({
        "institution": practice.hospital, "type": "LIC", "number": "示范放证字（2023）第0001号", "authority": "COUNTY",
        "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-2"]}], "devices": [practice.device],
        "issued_on": "2023-03-15", "verify_due_on": due,
    });
    act(world, &practice.offices.approver, Wish::new("licence.issued", licence, papers));
    licence
}

/// A quarter's dose of the worker, reported by the laboratory: the result, and the event that reports it.
fn measured(world: &mut World, practice: &Practice, nsv: i64) -> (Uuid, EventRef) {
    practice.measured(world, ["2023-10-01", "2023-12-31"], nsv, |_| ())
}

fn refused(world: &mut World, who: &Person, wish: Wish) -> Refusal {
    let name = wish.event_type;
    world.act(who, wish).err().unwrap_or_else(|| panic!("{name} was admitted"))
}

fn rule_of(refusal: &Refusal) -> &'static str {
    refusal.rule.map_or(refusal.code.as_str(), |rule| rule.id)
}

fn note() -> Json {
    json!({"by": "UNIT"})
}

#[test]
fn a_warning_from_its_ladder_to_the_signature_of_the_county() {
    let (mut world, practice) = warned(1);
    let licence = licence(&mut world, &practice, 92);
    world.evaluate();
    assert!(world.warning("W-LIC-01", licence).is_none(), "ninety days before it is due, not earlier");
    pass(&mut world, 2);
    let (id, raised) = find(&world, "W-LIC-01", licence);
    assert_eq!((raised.state, raised.grade), (WarningState::Open, WarningGrade::Blue));
    assert_eq!(raised.due_on.map(|due| due.to_string()).as_deref(), Some(raised.occurrence.as_str()));
    act(&mut world, &practice.officer, Wish::new("warning.acknowledged", id, note()));
    pass(&mut world, 30);
    assert_eq!(stands(&world, id), (WarningState::Open, WarningGrade::Yellow), "a new grade is to be noted anew");
    pass(&mut world, 30);
    pass(&mut world, 31);
    assert_eq!(stands(&world, id), (WarningState::Open, WarningGrade::Red));
    let supervisor = practice.offices.supervisor.clone();
    act(&mut world, &practice.officer, Wish::new("warning.acknowledged", id, note()));
    let measures = json!({"measures": "已提交校验申请"});
    act(&mut world, &practice.officer, Wish::new("warning.rectification_submitted", id, measures));
    let early = refused(&mut world, &supervisor, Wish::new("warning.closed", id, json!({})));
    assert_eq!(rule_of(&early), "warning.condition_holds");
    let today = world.today();
    let next = world.now.civil_day().add_days(365).to_string();
    let verified = json!({"result": "PASSED", "next_due_on": next});
    act(&mut world, &practice.offices.approver, Wish::new("licence.verified", licence, verified).on(today));
    world.evaluate();
    assert_eq!(
        stands(&world, id),
        (WarningState::PendingClose, WarningGrade::Red),
        "what was red waits for an officer"
    );
    let nobody = refused(&mut world, &practice.officer, Wish::new("warning.closed", id, json!({})));
    assert_eq!(nobody.code, Code::NotAuthorised);
    act(&mut world, &supervisor, Wish::new("warning.closed", id, json!({"remarks": "核实校验记录"})));
    pass(&mut world, 1);
    assert_eq!(stands(&world, id).0, WarningState::Closed);
    assert_eq!(
        told(&world, id),
        [
            "raised",
            "acknowledged",
            "escalated",
            "escalated",
            "escalated",
            "acknowledged",
            "rectification_submitted",
            "condition_ended",
            "closed"
        ]
    );
}

#[test]
fn what_ended_before_it_was_red_is_cleared_by_itself_and_comes_back_when_it_was_not_true() {
    let (mut world, practice) = warned(2);
    let licence = licence(&mut world, &practice, 40);
    world.evaluate();
    let (id, _) = find(&world, "W-LIC-01", licence);
    let today = world.today();
    let next = world.now.civil_day().add_days(400).to_string();
    let approver = practice.offices.approver.clone();
    let verified = json!({"result": "PASSED", "next_due_on": next});
    let verified = act(&mut world, &approver, Wish::new("licence.verified", licence, verified).on(today));
    world.evaluate();
    assert_eq!(stands(&world, id), (WarningState::Cleared, WarningGrade::Yellow));
    let due = world.now.civil_day().add_days(40).to_string();
    let wrong = json!({"set": {"verify_due_on": due}});
    act(&mut world, &approver, Wish::new("licence.corrected", licence, wrong).correcting(verified));
    world.evaluate();
    assert_eq!(told(&world, id), ["raised", "cleared", "reopened"]);
    assert_eq!(stands(&world, id), (WarningState::Open, WarningGrade::Yellow));
}

#[test]
fn red_and_unanswered_for_three_working_days_it_goes_to_the_city() {
    let (mut world, practice) = warned(3);
    world.evaluate();
    // The device was put in use as a fact from before the ledger; nobody filed its acceptance test.
    let (id, raised) = find(&world, "W-DEV-03", practice.device);
    assert_eq!(raised.grade, WarningGrade::Red);
    let (noted, _) = find(&world, "W-TRN-01", practice.person);
    act(&mut world, &practice.officer, Wish::new("warning.acknowledged", noted, note()));
    // Monday 2024-03-04 and three working days: on the Friday.
    let ahead = next(&world, id).expect("the city");
    assert_eq!((ahead.on.to_string().as_str(), ahead.grade), ("2024-03-08", None));
    assert_eq!(next(&world, noted), None, "red, and somebody took note");
    pass(&mut world, 3);
    assert_eq!(told(&world, id), ["raised"]);
    pass(&mut world, 1);
    assert_eq!(world.now.civil_day().to_string(), "2024-03-08");
    assert_eq!(told(&world, id), ["raised", "passed_to_city"]);
    assert_eq!(told(&world, noted), ["raised", "acknowledged"], "somebody took note");
}

/// What a warning is said to become is what the desk makes of it when that day comes, and not the day before.
#[test]
fn what_is_ahead_of_a_warning_comes_on_its_day() {
    let (mut world, practice) = warned(5);
    let licence = licence(&mut world, &practice, 80);
    world.evaluate();
    let (id, _) = find(&world, "W-LIC-01", licence);
    let mut grades = vec![stands(&world, id).1];
    while let Some(Ahead { on, grade: Some(grade) }) = next(&world, id) {
        let days = on.days() - world.now.civil_day().days();
        pass(&mut world, days - 1);
        assert_eq!(Some(stands(&world, id).1), grades.last().copied(), "the day before {on}");
        pass(&mut world, 1);
        assert_eq!(stands(&world, id).1, grade, "on {on}");
        grades.push(grade);
    }
    assert_eq!(grades, [WarningGrade::Blue, WarningGrade::Yellow, WarningGrade::Orange, WarningGrade::Red]);
    // The city comes next; while it is suspended nothing does.
    assert_eq!(next(&world, id).and_then(|ahead| ahead.grade), None);
    act(&mut world, &practice.offices.supervisor, Wish::new("warning.suspended", id, json!({"ground": "LEAVE"})));
    assert_eq!(next(&world, id), None);
}

/// What becomes of a warning when nobody does anything.
fn next(world: &World, id: Uuid) -> Option<Ahead> {
    let entry = world.memory.record(&warning::reference(id)).expect("the warning").clone();
    let warning = entry.state.warning().expect("a warning");
    rules::ahead(warning, world.now.civil_day(), &world.memory).expect("memory holds everything")
}

#[test]
fn the_service_says_nothing_that_the_rules_do_not_demand() {
    let (mut world, practice) = warned(4);
    let licence = licence(&mut world, &practice, 40);
    let today = world.now.civil_day();
    let demanded = {
        // Nothing can be concluded before there is a desk.
        let raised = world.demanded(today);
        let unit = world.service_unit(&raised[..1], today);
        assert_eq!(world.submit(&unit).expect_err("no desk").code, Code::NotAuthorised);
        world.evaluate();
        raised
    };
    let (id, _) = find(&world, "W-LIC-01", licence);
    let again = demanded.iter().find(|draft| draft.record.id == id).expect("it was demanded").clone();
    let entry = world.memory.record(&warning::reference(id)).expect("the warning").clone();
    let next = |event_type| Draft {
        event_type,
        version: entry.version + 1,
        prev: Some(entry.hash),
        cause: None,
        reads: Vec::new(),
        data: signing::json::Object::from_pairs(Vec::new()),
        ..again.clone()
    };
    for (what, draft) in [
        ("a clearing while it is due", next("warning.cleared")),
        ("an end while it is due", next("warning.condition_ended")),
        ("the city for a yellow one", next("warning.passed_to_city")),
    ] {
        let unit = world.service_unit(&[draft], today);
        assert_eq!(world.submit(&unit).expect_err(what).code, Code::NotAuthorised, "{what}");
    }
    // Of a day that the desk has named it says nothing more, and of one that has not come.
    pass(&mut world, 1);
    let verified = json!({"result": "PASSED", "next_due_on": "2029-01-01"});
    let on = world.today();
    act(&mut world, &practice.offices.approver, Wish::new("licence.verified", licence, verified).on(on));
    let now = world.now.civil_day();
    let clears = world.demanded(now);
    assert_eq!(clears.len(), 1);
    for day in [now.add_days(-1), now.add_days(1)] {
        let unit = world.service_unit(&clears, day);
        assert_eq!(world.submit(&unit).expect_err("another day").code, Code::NotAuthorised);
    }
    world.say(&clears, now);
    assert_eq!(stands(&world, id).0, WarningState::Cleared);
}

#[test]
fn a_limit_is_never_waived_and_nothing_for_longer_than_a_year() {
    let (mut world, practice) = warned(5);
    let licence = licence(&mut world, &practice, 40);
    world.evaluate();
    let (id, _) = find(&world, "W-LIC-01", licence);
    let approver = practice.offices.approver.clone();
    let until = |world: &World, days| world.now.civil_day().add_days(days).to_string();
    let waived = |until: String| Wish::new("warning.waived", id, json!({"ground": "ARRANGED", "until": until}));
    for days in [0, 367] {
        let until = until(&world, days);
        assert_eq!(rule_of(&refused(&mut world, &approver, waived(until))), "warning.waived_until");
    }
    let last = until(&world, 12);
    act(&mut world, &approver, waived(last));
    pass(&mut world, 12);
    assert_eq!(stands(&world, id), (WarningState::Waived, WarningGrade::Yellow), "no step up while it is waived");
    pass(&mut world, 1);
    assert_eq!(told(&world, id), ["raised", "waived", "waiver_ended", "escalated"]);
    // Work without a licence of the other authority.
    let (never, _) = find(&world, "W-LIC-04", practice.hospital);
    let until = until(&world, 10);
    let wish = Wish::new("warning.waived", never, json!({"ground": "OTHER", "until": until}));
    assert_eq!(rule_of(&refused(&mut world, &approver, wish)), "warning.not_waivable");
}

#[test]
fn a_disputed_warning_stands_or_is_closed() {
    let (mut world, practice) = warned(6);
    let (first, second) = (licence(&mut world, &practice, 40), practice.device);
    world.evaluate();
    let approver = practice.offices.approver.clone();
    for (rule, subject, ruling, then) in
        [("W-LIC-01", first, "STANDS", WarningState::Open), ("W-DEV-03", second, "UNFOUNDED", WarningState::Closed)]
    {
        let (id, _) = find(&world, rule, subject);
        let disputed = json!({"ground": "WRONG_DATA", "statement": "数据有误"});
        act(&mut world, &practice.officer, Wish::new("warning.disputed", id, disputed));
        act(&mut world, &approver, Wish::new("warning.ruled", id, json!({"ruling": ruling})));
        assert_eq!(stands(&world, id).0, then);
    }
    pass(&mut world, 2);
    assert_eq!(
        told(&world, find(&world, "W-DEV-03", second).0),
        ["raised", "disputed", "ruled"],
        "nobody warns of it again"
    );
}

#[test]
fn a_grade_falls_only_when_an_officer_says_so_on_corrected_data() {
    let (mut world, practice) = warned(7);
    let (result, reported) = measured(&mut world, &practice, 6_000_000);
    world.evaluate();
    let (id, raised) = find(&world, "W-DOSE-03", practice.person);
    assert_eq!(raised.grade, WarningGrade::Orange, "five millisieverts and more in one quarter");
    let approver = practice.offices.approver.clone();
    let lower = |grade: &str| Wish::new("warning.regraded", id, json!({"grade": grade}));
    let early = refused(&mut world, &approver, lower("YELLOW"));
    assert_eq!(rule_of(&early), "warning.grade_not_lower");
    let wrong = json!({"set": {"hp10_nsv": 1_500_000, "effective_nsv": 1_500_000}});
    act(&mut world, &practice.signatory, Wish::new("dose_result.corrected", result, wrong).correcting(reported));
    pass(&mut world, 1);
    assert_eq!(stands(&world, id).1, WarningGrade::Orange, "by itself it never falls");
    assert_eq!(rule_of(&refused(&mut world, &approver, lower("BLUE"))), "warning.grade_not_lower");
    act(&mut world, &approver, lower("YELLOW"));
    pass(&mut world, 1);
    assert_eq!(stands(&world, id).1, WarningGrade::Yellow);
}

#[test]
fn the_worker_reads_and_takes_note_of_his_own() {
    let (mut world, practice) = warned(8);
    world.evaluate();
    let (own, _) = find(&world, "W-HLT-01", practice.person);
    let by_worker = || json!({"by": "WORKER"});
    act(&mut world, &practice.me, Wish::new("warning.acknowledged", own, by_worker()));
    assert_eq!(stands(&world, own).0, WarningState::Open, "the institution still has to");
    let (device, _) = find(&world, "W-DEV-03", practice.device);
    let not_his = refused(&mut world, &practice.me, Wish::new("warning.acknowledged", device, by_worker()));
    assert_eq!(not_his.code, Code::NotAuthorised);
    let other = refused(&mut world, &practice.me, Wish::new("warning.acknowledged", own, note()));
    assert_eq!(other.code, Code::NotAuthorised, "he does not answer for the institution");
}

/// Workflows §20.6: a warning about the worker goes with his file, the same one, its clock running; the institution that takes
/// the file over takes it over by a signature. What the former employer owes stays with him.
#[test]
fn warnings_go_with_the_file() {
    let (world, here) = warned(9);
    let mut sides = Sides::of(world, here);
    let here = sides.here.clone();
    let world = &mut sides.world;
    let mut exam = here.exam("示范检0001", ExamKind::Periodic, &["R1"]);
    for (member, day) in [("exam_on", "2022-03-20"), ("exam_ended_on", "2022-03-20"), ("concluded_on", "2022-04-01")] {
        exam[member] = json!(day);
    }
    let record = world.id();
    act(world, &here.chief, Wish::new("exam_result.reported", record, exam));
    world.evaluate();
    let (id, before) = find(world, "W-HLT-02", here.person);
    let (duty, owed) = find(world, "W-DOSE-12", here.person);
    assert_eq!(owed.institution, Some(here.hospital));
    assert!(before.institution.is_none(), "it is the worker's, not an institution's");

    let transfer = sides.open("PACKAGING");
    sides.complete(transfer);
    let Sides { mut world, there, .. } = sides;
    pass(&mut world, 1);
    assert_eq!(home(&world, id), Some(there.hospital), "the same warning, with who holds the file now");
    assert_eq!(home(&world, duty), Some(here.hospital), "what was owed stays where it was owed");
    assert_eq!(told(&world, id).last(), Some(&"moved"), "so that the new holder finds it");
    assert!(!told(&world, duty).contains(&"moved"));
    let entry = world.memory.record(&warning::reference(id)).expect("the warning").clone();
    let file = domain::records::person::reference(here.person);
    let moved = world.memory.record(&file).and_then(|file| file.marks.last().cloned()).expect("the move");
    let said = world.rows.iter().find(|row| row.position == entry.position).expect("a row");
    assert!(String::from_utf8_lossy(&said.payload).contains(&moved.id.to_string()), "the move is its cause");
    let (same, after) = find(&world, "W-HLT-02", here.person);
    assert_eq!((same, after.raised_on, after.grade), (id, before.raised_on, before.grade));
    let gone = refused(&mut world, &here.officer, Wish::new("warning.acknowledged", id, note()));
    assert_eq!(gone.code, Code::NotAuthorised);
    // Ten working days to take it over.
    pass(&mut world, 13);
    let late = |world: &World| {
        let last = world.warning("W-TRF-03", here.person);
        last.filter(|(_, warning)| !warning.is_over() && warning.due_on.is_some())
    };
    assert!(late(&world).is_none());
    pass(&mut world, 1);
    let (unaccepted, warned) = late(&world).expect("nobody took it over");
    assert_eq!(warned.grade, WarningGrade::Orange);
    let inherited: Vec<Uuid> = world
        .memory
        .records()
        .filter(|(_, entry)| {
            let warning = entry.state.warning();
            warning.is_some_and(|warning| {
                warning.person == Some(here.person) && warning.institution.is_none() && !warning.is_over()
            })
        })
        .map(|(record, _)| record.id)
        .filter(|warning| *warning != unaccepted)
        .collect();
    for warning in inherited {
        let taken = json!({"institution": there.hospital});
        act(&mut world, &there.officer, Wish::new("warning.accepted", warning, taken));
    }
    world.evaluate();
    assert_eq!(stands(&world, unaccepted).0, WarningState::Cleared);
}

/// The law changes on 2021-05-01, in the middle of a history (WS 76-2020): what was found before stays what it was, and whoever
/// replays the old days finds the old warnings again, word for word.
#[test]
fn a_rule_changes_and_the_old_year_stays_what_it_was() {
    let County { mut world, officer, institution, .. } = World::starting(10, "2021-04-29").with_county();
    for (what, version) in ADOPTED {
        world.adopt(what, version);
    }
    world.adopt_rules();
    let devices = [1, 2].map(|number| {
        let device = world.id();
        act(&mut world, &officer, Wish::new("device.registered", device, device_profile(institution, number)));
        device
    });
    // Used without an acceptance test in this ledger: one under the old standard, one under the new.
    for (device, version) in devices.into_iter().zip([1, 2]) {
        let today = world.today();
        act(&mut world, &officer, Wish::new("device.put_in_use", device, json!({"legacy": true})).on(today));
        pass(&mut world, 1);
        let (_, raised) = find(&world, "W-DEV-03", device);
        assert_eq!((raised.rule_version, raised.raised_on.to_string()), (version, world.today()));
        pass(&mut world, 1);
    }
    assert_eq!(find(&world, "W-DEV-03", devices[0]).1.rule_version, 1, "what stands is not rewritten");
    let law = |version: usize| {
        let rule = rules::rule("W-DEV-03").expect("a rule");
        rule.versions[version].citations.iter().map(ToString::to_string).collect::<String>()
    };
    assert!(!law(0).contains("WS 76-2020") && law(1).contains("WS 76-2020"));

    let mut memory = Memory::new(world.ledger());
    let mut again = 0;
    for row in &world.rows {
        let object = signing::json::read_stored(&row.payload).expect("strict");
        let typed = domain::admission::read_typed(&object, None).expect("of the catalogue");
        if let domain::catalog::Event::Warning(warning::Event::Raised(raised)) = &typed.event {
            let rule = rules::rule(&raised.rule).expect("a rule");
            let day = row.recorded_at.civil_day();
            let found = conclude(rule, &raised.subject, day, &memory).expect("memory holds everything");
            let same = found.drafts.iter().find(|draft| draft.record == typed.statement.record);
            assert_eq!(same.map(|draft| &draft.data), object.get("data").and_then(Value::as_object));
            again += 1;
        }
        memory.replay(&typed, &row.payload, signing::envelope::statement_hash(&row.payload), row.recorded_at);
    }
    assert!(again >= 2, "{again} warnings");
}

/// The investigation level is the city's to set, and an old day keeps the level of that day.
#[test]
fn a_parameter_counts_from_its_day() {
    let (mut world, practice) = warned(11);
    measured(&mut world, &practice, 1_100_000);
    world.evaluate();
    assert!(world.warning("W-DOSE-03", practice.person).is_none(), "1.10 mSv is below 1.25 mSv of a quarter");
    let parameter = world.id();
    let from = world.now.civil_day().add_days(3).to_string();
    let set = json!({"name": "IL_ANNUAL", "unit": "NSV", "value": 4_000_000, "from_day": from, "source": "示范通知"});
    act(&mut world, &practice.city_approver, Wish::new("parameter.set", parameter, set));
    pass(&mut world, 2);
    assert!(world.warning("W-DOSE-03", practice.person).is_none(), "not before its day");
    pass(&mut world, 1);
    let (_, raised) = find(&world, "W-DOSE-03", practice.person);
    assert_eq!(raised.grade, WarningGrade::Yellow, "1.10 mSv is above 1.00 mSv of a quarter");
}

/// One desk, one name for each day, none left out.
#[test]
fn the_desk_names_each_day_once() {
    let (mut world, _) = warned(12);
    world.evaluate();
    let (record, entry) = domain::records::desk::desk(&world.memory).expect("at hand").expect("a desk");
    let today = world.now.civil_day();
    let tally = domain::records::desk::Tally::default();
    let named = |day: Date, world: &mut World, entry: &domain::record::Entry| {
        let basis = world.memory.size();
        let unit = world.service_unit(&[domain::records::desk::evaluated(&record, entry, day, basis, &tally)], day);
        world.submit(&unit).map(|_| ()).map_err(|refusal| refusal.code)
    };
    assert_eq!(named(today, &mut world, &entry), Err(Code::NotAuthorised), "named already");
    world.pass_seconds(3 * DAY);
    assert_eq!(named(today.add_days(3), &mut world, &entry), Err(Code::NotAuthorised), "two days are left out");
    assert_eq!(named(today.add_days(4), &mut world, &entry), Err(Code::NotAuthorised), "it has not come");
    world.evaluate();
    let desk = world.memory.record(&record).expect("the desk").clone();
    assert_eq!(desk.state.desk().map(domain::records::desk::Desk::next_day), Some(today.add_days(4)));
    let another = domain::records::desk::open(world.id(), world.memory.size());
    let unit = world.service_unit(&[another], world.now.civil_day());
    assert_eq!(
        world.submit(&unit).map(|_| ()).map_err(|refusal| refusal.code),
        Err(Code::NotAuthorised),
        "a second desk"
    );
    assert!(world.memory.in_force().is_ok());
}

/// A draft is run over all history beside what was in force, without a warning being raised.
#[test]
fn what_a_rule_would_have_found_with_another_number() {
    let (mut world, practice) = warned(13);
    measured(&mut world, &practice, 1_100_000);
    let rule = rules::rule("W-DOSE-03").expect("a rule");
    for (level, expected) in [(5_000_000, 0), (4_400_000, 1), (4_400_001, 0)] {
        let drafted = vec![(ParameterName::InvestigationLevel, level)];
        let mut what_if = WhatIf::new(rule, drafted);
        let mut memory = Memory::new(world.ledger());
        for row in &world.rows {
            let object = signing::json::read_stored(&row.payload).expect("strict");
            let typed = domain::admission::read_typed(&object, None).expect("of the catalogue");
            memory.replay(&typed, &row.payload, signing::envelope::statement_hash(&row.payload), row.recorded_at);
            let entry = memory.record(&typed.statement.record).expect("it was just folded").clone();
            what_if.folded(&typed.statement.record, &entry, &memory).expect("everything is at hand");
        }
        what_if.day(world.now.civil_day(), memory.size(), &memory).expect("everything is at hand");
        let (before, after) = what_if.found();
        assert_eq!((before.len(), after.len()), (0, expected), "{level} nSv a year, a quarter of it three months");
    }
}

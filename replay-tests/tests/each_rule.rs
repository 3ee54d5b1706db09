//! A story for each rule of which the demonstration city shows no whole case: what the ledger would not let happen there, and what
//! takes longer than anybody there waits. All of one shape: something is signed and the desk warns of it; somebody puts it
//! right, the desk says so, and what was red or stays true is closed by whoever the rule names.

use domain::health_codes::ExamKind;
use domain::rules::{self, Closer};
use domain::warning_codes::WarningGrade::{self, Blue, Orange, Red, Yellow};
use domain::warning_codes::WarningState;
use replay_tests::practice::{Practice, act, credit_code, institution};
use replay_tests::warned::{DAY, find, pass, stands, warned};
use replay_tests::world::{AREA, Person, Wish, World, device_profile, employment, laboratory_profile, worker};
use serde_json::{Value as Json, json};
use signing::statement::EventRef;
use uuid::Uuid;

const LAST_QUARTER: [&str; 2] = ["2023-10-01", "2023-12-31"];

/// A ledger in which a rule has something to find.
struct Tale {
    world: World,
    here: Practice,
    today: String,
}

impl Tale {
    fn act(&mut self, who: &Person, event_type: &'static str, record: Uuid, data: Json) {
        act(&mut self.world, who, Wish::new(event_type, record, data));
    }

    /// Something that counts from a day.
    fn act_on(&mut self, day: &str, who: &Person, event_type: &'static str, record: Uuid, data: Json) {
        act(&mut self.world, who, Wish::new(event_type, record, data).on(day));
    }

    fn whom(&self) -> Json {
        json!({"kind": "person", "id": self.here.person})
    }

    /// A dose of the worker over three months.
    fn dose(&mut self, period: [&str; 2], hp10_nsv: i64, change: impl FnOnce(&mut Json)) -> Uuid {
        self.here.measured(&mut self.world, period, hp10_nsv, change).0
    }

    /// The sum of the year 2023 is investigated: the worker and the laboratory sign, the county accepts.
    fn investigated(&mut self, quantity: &str, dose_nsv: i64) {
        let (id, whom) = (self.world.id(), self.whom());
        let Practice { officer, me, signatory, offices, .. } = self.here.clone();
        let opened = json!({
            "person": whom, "employment": self.here.employment, "basis": "YEAR", "quantity": quantity,
            "dose_nsv": dose_nsv, "dose_year": 2023, "laboratory": self.here.laboratory,
        });
        let form = json!({
            "person": whom, "wear_correct": true, "non_occupational": false, "near_source": false, "cause": "WORKLOAD",
            "finding": "REAL", "proposed_nsv": dose_nsv, "report": "已调查",
        });
        let agrees = json!({"person": whom, "agrees": true});
        let opinion = json!({"person": whom, "finding": "REAL", "opinion": "已复核读数"});
        let accepted = json!({"person": whom, "finding": "REAL", "final_nsv": dose_nsv, "correct_results": false});
        for (who, event_type, data) in [
            (&officer, "investigation.opened", opened),
            (&officer, "investigation.filed", form),
            (&me, "investigation.confirmed", agrees),
            (&signatory, "investigation.assessed", opinion),
            (&offices.approver, "investigation.accepted", accepted),
        ] {
            self.act(who, event_type, id, data);
        }
    }

    /// A worker with a post that is planned.
    fn planned(&mut self, file: &Json) -> ([Uuid; 2], EventRef) {
        let (person, post, officer) = (self.world.id(), self.world.id(), self.here.officer.clone());
        let registered = act(&mut self.world, &officer, Wish::new("person.registered", person, file.clone()));
        self.act(&officer, "employment.planned", post, employment(person, self.here.hospital, 7, "2A"));
        ([person, post], registered)
    }
}

/// Data of somebody who is not of age before the end of a month.
fn minor(mut file: Json, birth_year: i64, adult_month: &str) -> Json {
    file["birth_year"] = json!(birth_year);
    file["adult_month"] = json!(adult_month);
    file
}

/// A rule finds what was signed about a subject and its warning has a grade; what is signed then ends it.
fn warned_and_over<T>(
    rule: &str,
    grade: WarningGrade,
    given: impl FnOnce(&mut Tale) -> (Uuid, T),
    mended: impl FnOnce(&mut Tale, T),
) {
    let (world, here) = warned(1);
    let today = world.today();
    let mut tale = Tale { world, here, today };
    let (subject, known) = given(&mut tale);
    tale.world.evaluate();
    let (id, raised) = find(&tale.world, rule, subject);
    assert_eq!((raised.grade, raised.state), (grade, WarningState::Open), "{rule}");
    tale.today = tale.world.today();
    mended(&mut tale, known);
    tale.world.evaluate();
    let law = rules::rule(rule).expect("a rule");
    // What stays true is closed on what was done about it, and what was red by a signature in any case.
    if law.lasting && stands(&tale.world, id).0 == WarningState::Open {
        let of_laboratory = raised.institution == Some(tale.here.laboratory);
        let unit = if of_laboratory { tale.here.signatory.clone() } else { tale.here.officer.clone() };
        tale.act(&unit, "warning.rectification_submitted", id, json!({"measures": "已核实原因并整改"}));
    }
    let waits = matches!(stands(&tale.world, id).0, WarningState::PendingClose | WarningState::Submitted);
    if waits {
        let city = law.closer == Closer::City;
        let closer = if city { &tale.here.city_supervisor } else { &tale.here.offices.supervisor }.clone();
        tale.act(&closer, "warning.closed", id, json!({}));
    }
    pass(&mut tale.world, 1);
    let ended = if waits { WarningState::Closed } else { WarningState::Cleared };
    assert_eq!(stands(&tale.world, id).0, ended, "{rule}");
}

#[test]
fn work_stopped_for_most_of_a_year_and_the_licence_is_cancelled() {
    warned_and_over(
        "W-LIC-06",
        Blue,
        |tale| {
            let Practice { city_approver, officer, hospital, .. } = tale.here.clone();
            let (licence, device) = (tale.world.id(), tale.world.id());
            let mut profile = device_profile(hospital, 7);
            profile["kind"] = json!("I01");
            tale.act_on("2022-05-01", &officer, "device.registered", device, profile);
            tale.act_on("2022-05-01", &officer, "device.put_in_use", device, json!({"legacy": true}));
            let papers = json!({
                "institution": hospital, "type": "LIC", "number": "示范放证字（2023）第0001号", "authority": "CITY",
                "issuer": "示范卫生健康局", "classes": [{"class": "IR", "items": ["IR-1"]}], "devices": [device],
                "issued_on": "2023-03-15", "verify_due_on": "2026-03-15",
            });
            tale.act(&city_approver, "licence.issued", licence, papers);
            let stopped = json!({"to": "OUT_OF_SERVICE", "why": "OTHER"});
            tale.act_on("2023-06-04", &officer, "device.state_changed", device, stopped);
            (hospital, (licence, city_approver))
        },
        |tale, (licence, approver)| {
            let (today, ground) = (tale.today.clone(), json!({"decision_no": "示范决定1", "ground": "4"}));
            tale.act_on(&today, &approver, "licence.cancelled", licence, ground);
        },
    );
}

#[test]
fn the_sum_of_a_year_is_investigated_after_its_end() {
    warned_and_over(
        "W-DOSE-04",
        Yellow,
        |tale| {
            tale.dose(LAST_QUARTER, 6_000_000, |_| ());
            (tale.here.person, ())
        },
        |tale, ()| tale.investigated("E", 6_000_000),
    );
}

#[test]
fn sixty_millisieverts_in_five_years_and_the_city_concludes() {
    warned_and_over(
        "W-DOSE-05",
        Blue,
        |tale| {
            for period in [["2021-07-01", "2021-09-30"], ["2022-10-01", "2022-12-31"], LAST_QUARTER] {
                tale.dose(period, 20_000_000, |_| ());
            }
            (tale.here.person, ())
        },
        |_, ()| (),
    );
}

#[test]
fn the_dose_of_a_hand_is_investigated() {
    warned_and_over(
        "W-DOSE-07",
        Yellow,
        |tale| {
            tale.dose(LAST_QUARTER, 0, |line| {
                line["position"] = json!("RG");
                line["hp007_nsv"] = json!(160_000_000);
                line["confirmed"] = json!(true);
                for name in ["hp10_nsv", "effective_nsv", "method"] {
                    line.as_object_mut().expect("an object").remove(name);
                }
            });
            (tale.here.person, ())
        },
        |tale, ()| tale.investigated("HEXT", 160_000_000),
    );
}

#[test]
fn what_he_received_under_age_takes_him_out_of_exposure() {
    warned_and_over(
        "W-DOSE-08",
        Orange,
        |tale| {
            let (hospital, officer) = (tale.here.hospital, tale.here.officer.clone());
            let ([person, post], registered) = tale.planned(&worker(hospital, 7));
            tale.act_on("2023-07-01", &officer, "employment.activated", post, json!({"legacy": true}));
            let student = Practice { person, employment: post, ..tale.here.clone() };
            student.measured(&mut tale.world, LAST_QUARTER, 5_200_000, |_| ());
            // Only then it is seen how young he is.
            let right = json!({"set": minor(json!({}), 2007, "2025-02")});
            act(&mut tale.world, &officer, Wish::new("person.corrected", person, right).correcting(registered));
            (person, post)
        },
        |tale, post| {
            let (today, officer) = (tale.today.clone(), tale.here.officer.clone());
            tale.act_on(&today, &officer, "employment.suspended", post, json!({"reason": "SUSPENSION"}));
        },
    );
}

#[test]
fn a_post_against_a_restriction_is_changed() {
    warned_and_over(
        "W-DOSE-09",
        Red,
        |tale| {
            let (restriction, Practice { officer, me, hospital, employment, .. }) =
                (tale.world.id(), tale.here.clone());
            let (today, tagged) = (tale.today.clone(), json!({"set": {"tags": ["EMERGENCY"]}}));
            tale.act_on(&today, &officer, "employment.changed", employment, tagged);
            let data =
                json!({"person": tale.whom(), "institution": hospital, "measures": ["NO_EMERGENCY"], "kind": "1"});
            tale.act_on(&today, &me, "restriction.recorded", restriction, data);
            (tale.here.person, ())
        },
        |tale, ()| {
            let (today, Practice { officer, employment, .. }) = (tale.today.clone(), tale.here.clone());
            tale.act_on(&today, &officer, "employment.changed", employment, json!({"clear": ["tags"]}));
        },
    );
}

#[test]
fn the_ring_that_was_missing_is_worn_in_the_next_period() {
    let nuclear = |line: &mut Json| line["category"] = json!("2C");
    warned_and_over(
        "W-DOSE-11",
        Yellow,
        |tale| {
            let (today, Practice { officer, employment, .. }) = (tale.today.clone(), tale.here.clone());
            let tagged = json!({"set": {"category": "2C", "tags": ["INTERNAL_RISK"]}});
            tale.act_on(&today, &officer, "employment.changed", employment, tagged);
            tale.dose(LAST_QUARTER, 200_000, nuclear);
            (tale.here.person, ())
        },
        |tale, ()| {
            let next = ["2024-01-01", "2024-02-29"];
            tale.dose(next, 200_000, |line| {
                nuclear(line);
                line["nominal_months"] = json!(2);
                line["position"] = json!("CO");
            });
        },
    );
}

#[test]
fn twenty_five_millisieverts_in_a_quarter_and_he_is_examined() {
    warned_and_over(
        "W-HLT-05",
        Orange,
        |tale| {
            tale.dose(LAST_QUARTER, 25_000_000, |_| ());
            (tale.here.person, ())
        },
        |tale, ()| {
            let (exam, chief) = (tale.world.id(), tale.here.chief.clone());
            let mut report = tale.here.exam("示范应急检0001", ExamKind::Emergency, &["E2"]);
            report["follow_up_until"] = json!("2025-02-01");
            tale.act(&chief, "exam_result.reported", exam, report);
        },
    );
}

#[test]
fn the_post_planned_for_a_minor_is_cancelled() {
    warned_and_over(
        "W-CRT-02",
        Red,
        |tale| {
            let file = minor(worker(tale.here.hospital, 7), 2007, "2025-06");
            let ([person, post], _) = tale.planned(&file);
            (person, post)
        },
        |tale, post| {
            let (today, officer) = (tale.today.clone(), tale.here.officer.clone());
            tale.act_on(&today, &officer, "employment.ended", post, json!({"reason": "OTHER"}));
        },
    );
}

#[test]
fn a_qualification_runs_out_and_is_renewed() {
    warned_and_over(
        "W-TSO-01",
        Orange,
        |tale| {
            let (laboratory, document) = (tale.world.id(), tale.world.id());
            let (supervisor, city) = (tale.here.offices.supervisor.clone(), tale.here.city_approver.clone());
            let papers = json!({"document": document, "kind": "TSQ", "number": "示范资质0077", "from": "2020-04-01", "until": "2024-04-01"});
            tale.act(&supervisor, "institution.registered", laboratory, laboratory_profile(&credit_code(77)));
            tale.act(&supervisor, "institution.document_filed", laboratory, papers);
            tale.act(&city, "institution.approved", laboratory, json!({}));
            (laboratory, laboratory)
        },
        |tale, laboratory| {
            let (document, Practice { offices, city_supervisor, .. }) = (tale.world.id(), tale.here.clone());
            let papers = json!({"document": document, "kind": "TSQ", "number": "示范资质0078", "from": "2024-04-01", "until": "2028-04-01"});
            tale.act(&offices.supervisor, "institution.document_filed", laboratory, papers);
            let genuine = json!({"document": document, "result": "GENUINE"});
            tale.act(&city_supervisor, "institution.document_verified", laboratory, genuine);
        },
    );
}

#[test]
fn a_report_of_a_test_comes_a_day_late() {
    warned_and_over(
        "W-TSO-03",
        Yellow,
        |tale| {
            let (field_work_on, test) = (tale.today.clone(), tale.world.id());
            tale.world.pass_seconds(31 * DAY);
            let Practice { signatory, device, hospital, laboratory, .. } = tale.here.clone();
            let report = json!({
                "purpose": "STA", "device": device, "institution": hospital, "laboratory": laboratory, "report_no": "J1",
                "line_no": 1, "tested_on": field_work_on, "field_work_on": field_work_on,
                "signed_on": tale.world.today(), "standards": ["WS 76-2020"], "item": "T1",
                "qualification_no": "示范资质0001", "conclusion": "1",
            });
            tale.act(&signatory, "device_test.reported", test, report);
            (test, ())
        },
        |_, ()| (),
    );
}

#[test]
fn a_hospital_begins_to_examine_and_files_it() {
    warned_and_over(
        "W-HEO-01",
        Blue,
        |tale| {
            let (today, Practice { offices, hospital, .. }) = (tale.today.clone(), tale.here.clone());
            let kinds = json!({"set": {"kinds": ["RAD", "HEO"]}});
            tale.act_on(&today, &offices.approver, "institution.changed", hospital, kinds);
            (hospital, ())
        },
        |tale, ()| {
            let (document, Practice { offices, city_supervisor, hospital, .. }) = (tale.world.id(), tale.here.clone());
            let receipt = json!({"document": document, "kind": "HEF", "number": "示范备案0077", "from": "2024-03-04"});
            tale.act(&offices.supervisor, "institution.document_filed", hospital, receipt);
            let genuine = json!({"document": document, "result": "GENUINE"});
            tale.act(&city_supervisor, "institution.document_verified", hospital, genuine);
        },
    );
}

#[test]
fn one_of_two_posts_at_two_hospitals_is_ended() {
    warned_and_over(
        "W-TRF-03",
        Yellow,
        |tale| {
            let (post, Practice { offices, city_approver, person, .. }) = (tale.world.id(), tale.here.clone());
            let second = institution(&mut tale.world, &offices, &city_approver, 77, "RAD");
            let (admin, city) = (offices.admin.clone(), offices.city[0].clone());
            let officer = tale.world.enrol(&admin, &city, "I", "I_ADMIN", Some(second), Some(AREA));
            tale.act(&officer, "employment.planned", post, employment(person, second, 1, "2A"));
            tale.act_on("2024-03-01", &officer, "employment.activated", post, json!({"legacy": true}));
            (person, (post, officer))
        },
        |tale, (post, officer)| {
            let today = tale.today.clone();
            tale.act_on(&today, &officer, "employment.ended", post, json!({"reason": "RESIGN"}));
        },
    );
}

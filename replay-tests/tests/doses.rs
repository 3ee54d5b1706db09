//! What a laboratory reports, and what a worker's results come to.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::Arc;

use domain::admission::{Admitted, Pending, Presented, judge, judge_or_ask, receive};
use domain::authority::{Authority, InForce};
use domain::dose::FIVE_YEAR_EPOCH;
use domain::memory::Memory;
use domain::record::{Claim, Entry, Facts, Holder, KeyOwner, Known, Members, Need};
use domain::records::SealedRef;
use domain::records::dose_report::Counts;
use domain::records::dose_result::reference;
use domain::records::employment;
use domain::records::ledger::Ledger;
use domain::refusal::{Code, Refusal};
use domain::seals::Openings;
use replay_tests::scene::{Scene, hire, rule, take_post};
use replay_tests::world::{AREA, Wish, World, dose_report, dose_result, institution_profile};
use serde_json::{Value as Json, json};
use signing::bytes::{Instant, KeyId, LedgerId};
use signing::envelope::Unit;
use signing::json::Value;
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

const WINTER: [&str; 2] = ["2020-12-01", "2021-02-28"];
const SPRING: [&str; 2] = ["2021-03-01", "2021-05-31"];

#[test]
fn a_hospital_does_not_measure_itself() {
    let mut scene = Scene::new(23);
    let (officer, today) = (scene.county.officer.clone(), scene.county.world.today());
    let forged = dose_report(scene.contract, scene.laboratory, "R9", SPRING, &today);
    let world = &mut scene.county.world;
    let report = world.id();
    let refusal = world.act(&officer, Wish::new("dose_report.issued", report, forged)).expect_err("a refusal");
    assert_eq!(refusal.code, Code::NotAuthorised);
}

#[test]
fn a_corrected_result_that_crosses_a_year_end_moves_both_years() {
    let mut scene = Scene::new(23);
    let winter = scene.report(WINTER, |_| {}).expect("winter");
    scene.report(SPRING, |_| {}).expect("spring");
    let before = scene.sums();
    assert_eq!((before.year(2020).effective_nsv, before.year(2021).effective_nsv), (400_000, 400_000));
    scene
        .correct(winter, json!({"dose_year": 2021, "hp10_nsv": 900_000, "effective_nsv": 900_000}))
        .expect("corrected");
    let after = scene.sums();
    assert_eq!((after.year(2020).effective_nsv, after.year(2021).effective_nsv), (0, 1_300_000));
    assert_eq!(after.life(), 1_300_000);
    // What was said before is still there.
    let entry = scene.county.world.memory.record(&reference(winter.0)).expect("the result");
    assert_eq!(entry.marks.len(), 2);
    assert_eq!(entry.state.dose_result().expect("a result").corrections, 1);
}

#[test]
fn a_lost_badge_has_no_dose_until_a_nominal_one_is_assigned() {
    let mut scene = Scene::new(23);
    let lost = scene
        .report(SPRING, |line| {
            line["flag"] = json!("LOST");
            for name in ["hp10_nsv", "effective_nsv", "method"] {
                line.as_object_mut().expect("an object").remove(name);
            }
        })
        .expect("a report says that it was lost");
    assert_eq!(scene.sums().life(), 0);
    let nominal = json!({"flag": "NOMINAL_C", "hp10_nsv": 15_000, "effective_nsv": 15_000, "method": "SINGLE"});
    scene.correct(lost, nominal).expect("the mean of the co-workers");
    assert_eq!(scene.sums().life(), 15_000);
}

#[test]
fn a_quarter_filed_twice_with_other_values_is_refused_and_the_first_stands() {
    let mut scene = Scene::new(23);
    scene.report(SPRING, |_| {}).expect("the first");
    assert_eq!(rule(scene.report(SPRING, |line| line["hp10_nsv"] = json!(100_000))), "dose_result.effective");
    let other = scene.report(SPRING, |line| {
        line["hp10_nsv"] = json!(100_000);
        line["effective_nsv"] = json!(100_000);
    });
    assert_eq!(rule(other), "dose_result.overlap");
    assert_eq!(scene.sums().life(), 400_000);
}

#[test]
fn a_rejected_result_makes_room_for_another() {
    let mut scene = Scene::new(23);
    let first = scene.report(SPRING, |_| {}).expect("the first");
    let world = &mut scene.county.world;
    let cleared = json!({"set": {"flag": "REJECTED"}, "clear": ["effective_nsv", "hp10_nsv", "method"]});
    let wish = Wish::new("dose_result.corrected", first.0, cleared).correcting(first.1);
    world.act(&scene.signatory, wish).expect("rejected");
    assert_eq!(scene.sums().life(), 0);
    scene.report(SPRING, |_| {}).expect("read again");
    assert_eq!(scene.sums().life(), 400_000);
}

#[test]
fn two_badges_at_one_worker_count_once_and_the_block_is_fixed() {
    let mut scene = Scene::new(23);
    let double = |position: &'static str, read: i64| {
        move |line: &mut Json| {
            line["position"] = json!(position);
            line["hp10_nsv"] = json!(read);
            line["method"] = json!("DOUBLE");
            line["thyroid_shield"] = json!(true);
            line.as_object_mut().expect("an object").remove("effective_nsv");
        }
    };
    scene.report(SPRING, double("UA", 200_000)).expect("under the apron");
    scene.report(SPRING, double("CO", 2_000_000)).expect("over it");
    let sums = scene.sums();
    assert_eq!(sums.year(2021).effective_nsv, 260_000, "0.79 × 0.2 + 0.051 × 2.0 mSv");
    assert_eq!(sums.block(2021, FIVE_YEAR_EPOCH), sums.block(2025, FIVE_YEAR_EPOCH));
    assert_eq!(sums.block(2020, FIVE_YEAR_EPOCH), 0);
}

#[test]
fn a_worker_with_two_employers_has_one_sum() {
    let mut scene = Scene::new(23);
    let (supervisor, approver, admin) =
        (scene.county.supervisor.clone(), scene.county.approver.clone(), scene.county.admin.clone());
    let city = scene.county.city.clone();
    let world = &mut scene.county.world;
    let (clinic, contract, post) = (world.id(), world.id(), world.id());
    let profile = institution_profile("92511502MA6A00015U", "示范诊所");
    world.act(&supervisor, Wish::new("institution.registered", clinic, profile)).expect("registered");
    world.act(&approver, Wish::new("institution.approved", clinic, json!({}))).expect("approved");
    let unit_admin = world.enrol(&admin, &city[0], "I", "I_ADMIN", Some(clinic), Some(AREA));
    let terms = json!({"institution": clinic, "laboratory": scene.laboratory, "cycle_months": 3, "from": "2019-01-01"});
    world.act(&unit_admin, Wish::new("monitoring_contract.concluded", contract, terms)).expect("concluded");
    take_post(world, &unit_admin, clinic, scene.who[0], post, 9);
    scene.report(SPRING, |_| {}).expect("at the hospital");
    let hospital = std::mem::replace(&mut scene.contract, contract);
    scene.report(SPRING, |line| line["employment"] = json!(post)).expect("the same days at the clinic");
    assert_eq!(scene.sums().year(2021).effective_nsv, 800_000);
    scene.contract = hospital;
    assert_eq!(rule(scene.report(SPRING, |line| line["employment"] = json!(post))), "dose_result.employment");
}

/// What a report announces below its table, and what its results come to: results, persons, below the detectable
/// level, effective doses.
/// The last event of a result.
fn last_mark(scene: &Scene, result: Uuid) -> EventRef {
    let entry = scene.county.world.memory.record(&domain::records::dose_result::reference(result)).expect("there");
    let mark = entry.marks.last().expect("an event");
    EventRef { event: mark.id, hash: mark.hash }
}

fn announced_and_found(scene: &Scene, report: Uuid) -> ([i64; 4], [i64; 4]) {
    let memory = &scene.county.world.memory;
    let entry = memory.record(&domain::records::dose_report::reference(report)).expect("the report");
    let header = &entry.state.dose_report().expect("a report").header;
    let results = memory.records().filter_map(|(_, entry)| entry.state.dose_result());
    let results = results.filter(|result| result.report == report);
    let rows: Vec<Json> = results.map(|result| serde_json::to_value(result).expect("a state is JSON")).collect();
    let found = Counts::filed(&rows).expect("rows of this program");
    assert_eq!(Counts::stated_by(&serde_json::to_value(header).expect("JSON")), Ok(Counts::stated(header)));
    let four = |of: Counts| [of.lines, of.persons, of.below_mdl, of.effective_sum_nsv];
    (four(Counts::stated(header)), four(found))
}

/// No rule compares them: a report is a fact as the laboratory printed it, and results may come in several units. What
/// is missing, and what a correction moved, can be seen by whoever holds both.
#[test]
fn what_a_report_announces_is_compared_with_its_results() {
    let mut scene = Scene::new(23);
    let (officer, hospital) = (scene.county.officer.clone(), scene.county.institution);
    let first = scene.who;
    let others = [2, 3].map(|number| hire(&mut scene.county.world, &officer, hospital, number));
    let (report, today) = (scene.county.world.id(), scene.county.world.today());
    let mut header = dose_report(scene.contract, scene.laboratory, "R1", SPRING, &today);
    for (name, value) in [("lines", 3), ("persons", 3), ("below_mdl", 1), ("effective_sum_nsv", 510_000)] {
        header[name] = json!(value);
    }
    let line = |scene: &mut Scene, number: u32, who: [Uuid; 2], change: Json| {
        let mut line = dose_result(report, number, who, SPRING, 400_000);
        for (name, value) in change.as_object().expect("members") {
            line[name] = value.clone();
        }
        Wish::new("dose_result.reported", scene.county.world.id(), line)
    };
    let below = json!({"hp10_nsv": 10_000, "effective_nsv": 10_000, "flag": "BELOW_MDL"});
    let wishes = [
        Wish::new("dose_report.issued", report, header),
        line(&mut scene, 1, first, json!({})),
        line(&mut scene, 2, others[0], below),
    ];
    let unit = scene.county.world.sign(&scene.signatory, &wishes).expect("signed");
    let issued = scene.county.world.submit(&unit).expect("a third result may still come");
    assert_eq!(announced_and_found(&scene, report), ([3, 3, 1, 510_000], [2, 2, 1, 410_000]));
    let third = line(&mut scene, 3, others[1], json!({"hp10_nsv": 100_000, "effective_nsv": 100_000}));
    let result = third.record;
    let reported = scene.county.world.act(&scene.signatory, third).expect("the third");
    assert_eq!(announced_and_found(&scene, report), ([3, 3, 1, 510_000], [3, 3, 1, 510_000]));
    scene.correct((result, reported), json!({"hp10_nsv": 90_000, "effective_nsv": 90_000})).expect("corrected");
    assert_eq!(
        announced_and_found(&scene, report),
        ([3, 3, 1, 510_000], [3, 3, 1, 500_000]),
        "what was printed stands"
    );
    let printed = EventRef { event: issued.events[0].statement.id, hash: issued.events[0].hash };
    let again = json!({"set": {"effective_sum_nsv": 500_000}});
    let wish = Wish::new("dose_report.corrected", report, again).correcting(printed);
    scene.county.world.act(&scene.signatory, wish).expect("until the laboratory prints another sum");
    assert_eq!(announced_and_found(&scene, report), ([3, 3, 1, 500_000], [3, 3, 1, 500_000]));
    let mut void = Wish::new(
        "dose_result.corrected",
        result,
        json!({"set": {"flag": "REJECTED"}, "clear": ["effective_nsv", "hp10_nsv", "method"]}),
    );
    let mark = last_mark(&scene, result);
    void = void.correcting(mark);
    scene.county.world.act(&scene.signatory, void).expect("void");
    assert_eq!(announced_and_found(&scene, report), ([3, 3, 1, 500_000], [2, 2, 1, 410_000]), "one is missing again");
    let fourth = line(&mut scene, 4, others[1], json!({"hp10_nsv": 90_000, "effective_nsv": 90_000}));
    scene.county.world.act(&scene.signatory, fourth).expect("another in its place");
    assert_eq!(announced_and_found(&scene, report), ([3, 3, 1, 500_000], [3, 3, 1, 500_000]));
}

/// Counts what a judgement asks of the ledger.
struct Counting<'a> {
    memory: &'a Memory,
    asked: Cell<usize>,
    /// Records that are not at hand.
    hidden: RefCell<HashSet<RecordRef>>,
}

impl Counting<'_> {
    fn ask(&self) -> &Memory {
        self.asked.set(self.asked.get() + 1);
        self.memory
    }
}

impl Facts for Counting<'_> {
    fn ledger_id(&self) -> LedgerId {
        self.memory.ledger_id()
    }
    fn now(&self) -> Instant {
        self.memory.now()
    }
    fn content_key(&self) -> [u8; 32] {
        self.memory.content_key()
    }
    fn ledger(&self) -> Result<Option<Arc<Ledger>>, Need> {
        self.ask().ledger()
    }
    fn in_force(&self) -> Result<Arc<InForce>, Need> {
        self.ask().in_force()
    }
    fn owner(&self, key: &KeyId) -> Result<Option<KeyOwner>, Need> {
        self.ask().owner(key)
    }
    fn authority(&self, account: Uuid) -> Result<Arc<Authority>, Need> {
        self.ask().authority(account)
    }
    fn entry(&self, record: &RecordRef) -> Result<Option<Arc<Entry>>, Need> {
        if self.hidden.borrow().contains(record) {
            return Err(Need::Record(record.clone()));
        }
        self.ask().entry(record)
    }
    fn members(&self, key: &str) -> Result<Arc<Members>, Need> {
        self.ask().members(key)
    }
    fn event(&self, id: Uuid) -> Result<Option<Known>, Need> {
        self.ask().event(id)
    }
    fn used(&self, id: Uuid) -> Result<bool, Need> {
        self.ask().used(id)
    }
    fn opened(&self, sealed: &SealedRef) -> Result<Option<Value>, Need> {
        self.ask().opened(sealed)
    }
    fn claim(&self, claim: &Claim) -> Result<Option<Holder>, Need> {
        self.ask().claim(claim)
    }
}

fn received(world: &mut World, unit: &Unit) -> Vec<Presented> {
    world.memory.set_now(world.now);
    let openings = unit.openings.iter().map(|list| Openings::Given(list.clone().expect("well formed"))).collect();
    receive(unit.envelopes.clone(), openings, &world.memory).expect("signed")
}

/// What the judgement of a unit asks of the ledger.
fn asked(world: &mut World, unit: &Unit) -> usize {
    let presented = received(world, unit);
    let counting = Counting { memory: &world.memory, asked: Cell::new(0), hidden: RefCell::default() };
    judge(&presented, &counting, &world.service).expect("lawful");
    counting.asked.get()
}

/// A report of 2020 with results of one day each for the scene's worker, signed.
fn daily(scene: &mut Scene, number: &str, days: &[i64]) -> (Vec<Uuid>, Unit) {
    let world = &mut scene.county.world;
    let (report, today) = (world.id(), world.today());
    let header = dose_report(scene.contract, scene.laboratory, number, ["2020-01-01", "2020-12-31"], &today);
    let mut wishes = vec![Wish::new("dose_report.issued", report, header)];
    for (line, day) in days.iter().enumerate() {
        let day = "2020-01-01".parse::<signing::bytes::Date>().expect("a date").add_days(*day).to_string();
        let data = dose_result(report, line as u32 + 1, scene.who, [&day, &day], 40_000);
        wishes.push(Wish::new("dose_result.reported", world.id(), data));
    }
    let results = wishes[1..].iter().map(|wish| wish.record).collect();
    (results, world.sign(&scene.signatory, &wishes).expect("signed"))
}

/// A dosimeter for every day: a unit looks at each result of the worker that is there once, not once for each new one.
#[test]
fn many_results_of_one_worker_are_not_compared_each_with_each() {
    const EACH: i64 = 150;
    let mut scene = Scene::new(23);
    let (_, odd) = daily(&mut scene, "R1", &(0..EACH).map(|day| 2 * day + 1).collect::<Vec<_>>());
    let first = asked(&mut scene.county.world, &odd);
    scene.county.world.submit(&odd).expect("every other day");
    let (_, even) = daily(&mut scene, "R2", &(0..EACH).map(|day| 2 * day).collect::<Vec<_>>());
    let second = asked(&mut scene.county.world, &even);
    assert!(second <= first + EACH as usize, "{second} questions about {EACH} results upon as many, {first} upon none");
    scene.county.world.submit(&even).expect("the days between");
    assert_eq!(scene.sums().life(), 2 * EACH * 40_000);
    for day in [0, 151, 2 * EACH - 1] {
        let (_, again) = daily(&mut scene, "R3", &[330, day]);
        assert_eq!(rule(scene.county.world.submit(&again)), "dose_result.overlap", "{day}");
    }
    let (_, twice) = daily(&mut scene, "R3", &[330, 331, 330]);
    assert_eq!(rule(scene.county.world.submit(&twice)), "dose_result.overlap", "within one unit");
    let (_, free) = daily(&mut scene, "R3", &[330, 331]);
    scene.county.world.submit(&free).expect("days that nobody took");
}

/// What is missing is asked for by all events of a unit at once, and changes nothing of what is said of it.
#[test]
fn a_unit_asks_for_everything_that_its_events_miss() {
    let mut scene = Scene::new(23);
    let (there, odd) = daily(&mut scene, "R1", &[1, 3, 5]);
    let post = employment::reference(scene.who[1]);
    scene.county.world.submit(&odd).expect("every other day");
    let (_, even) = daily(&mut scene, "R2", &[0, 2, 4]);
    let world = &mut scene.county.world;
    let presented = received(world, &even);
    let known = judge(&presented, &world.memory, &world.service).expect("lawful");
    let hidden = there.iter().map(|id| reference(*id)).chain([post]);
    let hidden = RefCell::new(hidden.collect());
    let counting = Counting { memory: &world.memory, asked: Cell::new(0), hidden };
    let (mut pending, mut asked) = (Pending::new(&presented), Vec::new());
    let admitted = loop {
        match judge_or_ask(&mut pending, &counting, &world.service) {
            Ok(verdict) => break verdict.expect("lawful"),
            Err(needs) => {
                for need in &needs {
                    let mut hidden = counting.hidden.borrow_mut();
                    match need {
                        Need::Record(record) => assert!(hidden.remove(record), "{record:?} was at hand"),
                        Need::Members(_) => hidden.clear(),
                        other => panic!("{other:?} was at hand"),
                    }
                }
                asked.push(needs.len());
            }
        }
    };
    assert_eq!(asked, [1, 1], "the employment of all three, then the results of all three");
    let hashes = |admitted: &Admitted| admitted.events.iter().map(|event| event.hash).collect::<Vec<_>>();
    assert_eq!(hashes(&admitted), hashes(&known));
    assert_eq!(admitted.takes, known.takes);
}

/// What was looked at is looked at anew when the unit changes it.
#[test]
fn a_result_rejected_in_a_unit_makes_room_for_the_next_of_that_unit() {
    let mut scene = Scene::new(23);
    let spring = scene.report(SPRING, |_| {}).expect("spring");
    let world = &mut scene.county.world;
    let (report, today) = (world.id(), world.today());
    let header = dose_report(scene.contract, scene.laboratory, "R2", ["2021-01-01", "2021-06-30"], &today);
    let mut result = |line, period| {
        Wish::new("dose_result.reported", world.id(), dose_result(report, line, scene.who, period, 400_000))
    };
    let others = [result(1, ["2021-01-01", "2021-02-28"]), result(2, SPRING)];
    let rejected = || {
        let cleared = json!({"set": {"flag": "REJECTED"}, "clear": ["effective_nsv", "hp10_nsv", "method"]});
        Wish::new("dose_result.corrected", spring.0, cleared).correcting(spring.1)
    };
    let issued = || Wish::new("dose_report.issued", report, header.clone());
    let mut unit = |wishes: &[Wish]| -> Result<(), Refusal> {
        let unit = world.sign(&scene.signatory, wishes).expect("signed");
        world.submit(&unit).map(drop)
    };
    let [winter, again] = others;
    let late = [issued(), winter.clone(), again.clone(), rejected()];
    assert_eq!(rule(unit(&late)), "dose_result.overlap", "in the order of the unit");
    unit(&[issued(), winter, rejected(), again]).expect("there is room by then");
    assert_eq!(scene.sums().life(), 800_000);
}

//! What a laboratory reports, what the ledger says no to, and what a worker's results come to.

use domain::dose::{FIVE_YEAR_EPOCH, Line, Sums, sums};
use domain::records::dose_result::{line_of, reference};
use domain::refusal::{Code, Refusal};
use replay_tests::world::{
    AREA, County, Person, Wish, World, dose_report, dose_result, employment, institution_profile, laboratory_profile,
    qualification, worker,
};
use serde_json::{Value as Json, json};
use signing::statement::EventRef;
use uuid::Uuid;

/// A county with a laboratory, a contract, and one worker in post for years.
struct Scene {
    county: County,
    signatory: Person,
    laboratory: Uuid,
    contract: Uuid,
    who: [Uuid; 2],
    reports: u32,
}

impl Scene {
    fn new() -> Self {
        let mut county = World::county(23);
        county.world.adopt("catalogue", 2);
        county.world.adopt("policy", 3);
        let (supervisor, officer, institution) =
            (county.supervisor.clone(), county.officer.clone(), county.institution);
        let city = county.city.clone();
        let world = &mut county.world;
        let approver = world.enrol(&city[0], &city[2], "T", "T_APPR", None, None);
        let (laboratory, document) = (world.id(), world.id());
        let act = |world: &mut World, who: &Person, wish: Wish| world.act(who, wish).expect("a scene is lawful");
        let profile = laboratory_profile("91350100M000100Y43");
        act(world, &supervisor, Wish::new("institution.registered", laboratory, profile));
        act(world, &supervisor, Wish::new("institution.document_filed", laboratory, qualification(document)));
        act(world, &approver, Wish::new("institution.approved", laboratory, json!({})));
        let signatory = world.enrol(&city[0], &city[1], "S", "TSO_SIGN", Some(laboratory), None);
        let contract = world.id();
        let terms =
            json!({"institution": institution, "laboratory": laboratory, "cycle_months": 3, "from": "2019-01-01"});
        act(world, &officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let who = hire(world, &officer, institution, 1);
        Self { county, signatory, laboratory, contract, who, reports: 0 }
    }

    /// A report of a period with one result.
    fn report(&mut self, period: [&str; 2], change: impl Fn(&mut Json)) -> Result<(Uuid, EventRef), Refusal> {
        self.reports += 1;
        let world = &mut self.county.world;
        let (report, result, today) = (world.id(), world.id(), world.today());
        let header = dose_report(self.contract, self.laboratory, &format!("R{}", self.reports), period, &today);
        let mut line = dose_result(report, 1, self.who, period, 400_000);
        change(&mut line);
        let wishes = [Wish::new("dose_report.issued", report, header), Wish::new("dose_result.reported", result, line)];
        let unit = world.sign(&self.signatory, &wishes)?;
        let admitted = world.submit(&unit)?;
        Ok((result, EventRef { event: admitted.events[1].statement.id, hash: admitted.events[1].hash }))
    }

    fn correct(&mut self, result: (Uuid, EventRef), set: Json) -> Result<EventRef, Refusal> {
        let wish = Wish::new("dose_result.corrected", result.0, json!({"set": set})).correcting(result.1);
        self.county.world.act(&self.signatory, wish)
    }

    /// What the worker's results come to now.
    fn sums(&self) -> Sums {
        let records = self.county.world.memory.records();
        let results = records.filter_map(|(_, entry)| entry.state.dose_result());
        let results = results.filter(|result| result.person.id == self.who[0]);
        let lines: Vec<Line> = results
            .filter_map(|result| {
                // The row that the service reads says the same.
                let row = serde_json::to_value(result).expect("a state is JSON");
                assert_eq!(line_of(&row), Ok(result.line()));
                result.line()
            })
            .collect();
        sums(lines.iter())
    }
}

fn hire(world: &mut World, officer: &Person, institution: Uuid, number: u32) -> [Uuid; 2] {
    let (person, post) = (world.id(), world.id());
    world.act(officer, Wish::new("person.registered", person, worker(institution, number))).expect("registered");
    take_post(world, officer, institution, person, post, number);
    [person, post]
}

fn take_post(world: &mut World, officer: &Person, institution: Uuid, person: Uuid, post: Uuid, number: u32) {
    let data = employment(person, institution, number, "2A");
    world.act(officer, Wish::new("employment.planned", post, data)).expect("planned");
    let active = Wish::new("employment.activated", post, json!({"legacy": true})).on("2019-01-01");
    world.act(officer, active).expect("activated");
}

fn rule(refused: Result<impl Sized, Refusal>) -> &'static str {
    let refusal = refused.err().expect("a refusal");
    assert_eq!(refusal.code, Code::Refused, "{refusal:?}");
    refusal.rule.expect("a rule").id
}

const WINTER: [&str; 2] = ["2020-12-01", "2021-02-28"];
const SPRING: [&str; 2] = ["2021-03-01", "2021-05-31"];

#[test]
fn what_is_no_result() {
    let mut scene = Scene::new();
    let stranger = scene.county.world.id();
    for (expected, change) in [
        ("dose_result.period", json!({"wear_from": "2021-05-01", "wear_to": "2021-04-01"})),
        ("dose_result.report", json!({"wear_to": "2021-06-30"})),
        ("dose_result.employment", json!({"employment": stranger})),
        ("dose_result.below_mdl", json!({"hp10_nsv": 10_000, "effective_nsv": 10_000})),
        ("dose_result.below_mdl", json!({"hp10_nsv": 20_000, "effective_nsv": 20_000, "flag": "BELOW_MDL"})),
        ("dose_result.effective", json!({"effective_nsv": 401_000})),
        ("dose_result.effective", json!({"method": "OUTSIDE"})),
        ("dose_result.value", json!({"flag": "LOST"})),
        ("dose_result.year", json!({"dose_year": 2020})),
        ("dose_result.confirm", json!({"hp10_nsv": 600_000_000, "effective_nsv": 600_000_000})),
    ] {
        let refused = scene.report(SPRING, |line| {
            for (name, value) in change.as_object().expect("members") {
                line[name] = value.clone();
            }
        });
        assert_eq!(rule(refused), expected, "{change}");
    }
    scene.report(SPRING, |_| {}).expect("a good one");
    assert_eq!(rule(scene.report(SPRING, |line| line["line_no"] = json!(7))), "dose_result.overlap");
    scene.report(SPRING, |line| line["position"] = json!("WR")).expect("another place on the body");
}

#[test]
fn a_laboratory_without_contract_or_qualification_reports_nothing() {
    let mut scene = Scene::new();
    let (officer, today) = (scene.county.officer.clone(), scene.county.world.today());
    let mut refused = |change: Json| {
        let world = &mut scene.county.world;
        let report = world.id();
        let mut header = dose_report(scene.contract, scene.laboratory, "R0", SPRING, &today);
        for (name, value) in change.as_object().expect("members") {
            header[name] = value.clone();
        }
        world.act(&scene.signatory, Wish::new("dose_report.issued", report, header))
    };
    assert_eq!(rule(refused(json!({"qualification_no": "没有"}))), "dose_report.qualification");
    assert_eq!(rule(refused(json!({"period_from": "2018-01-01", "period_to": "2018-03-31"}))), "dose_report.contract");
    assert_eq!(rule(refused(json!({"persons": 2}))), "dose_report.counts");
    let forged = Wish::new(
        "dose_report.issued",
        scene.county.world.id(),
        dose_report(scene.contract, scene.laboratory, "R9", SPRING, &today),
    );
    let refusal = scene.county.world.act(&officer, forged).expect_err("a hospital does not measure itself");
    assert_eq!(refusal.code, Code::NotAuthorised);
}

#[test]
fn a_corrected_result_that_crosses_a_year_end_moves_both_years() {
    let mut scene = Scene::new();
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
    let mut scene = Scene::new();
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
    let mut scene = Scene::new();
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
    let mut scene = Scene::new();
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
    let mut scene = Scene::new();
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
    let mut scene = Scene::new();
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

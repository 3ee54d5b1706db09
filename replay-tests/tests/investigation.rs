//! Investigations of a dose: who opens, files, signs and decides them.

use domain::investigation_codes::InvestigationState;
use domain::records::investigation::Investigation;
use domain::refusal::{Code, Refusal};
use replay_tests::practice::{Practice, act};
use replay_tests::scene::rule;
use replay_tests::world::{Person, Wish, World, dose_report, dose_result};
use serde_json::{Value as Json, json};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

/// A practice with a result of its worker.
struct Case {
    world: World,
    practice: Practice,
    result: Uuid,
}

impl Case {
    fn new(seed: u64, hp10_nsv: i64) -> Self {
        let (mut world, practice) = Practice::new(seed);
        let Practice { hospital, laboratory, person, employment, .. } = practice;
        let (contract, header, result) = (world.id(), world.id(), world.id());
        let (today, period) = (world.today(), ["2023-10-01", "2023-12-31"]);
        let terms = json!({"institution": hospital, "laboratory": laboratory, "cycle_months": 3, "from": "2022-01-01"});
        act(&mut world, &practice.officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let issued = dose_report(contract, laboratory, "R1", period, &today);
        act(&mut world, &practice.signatory, Wish::new("dose_report.issued", header, issued));
        let line = dose_result(header, 1, [person, employment], period, hp10_nsv);
        act(&mut world, &practice.signatory, Wish::new("dose_result.reported", result, line));
        Self { world, practice, result }
    }

    fn whom(&self) -> Json {
        json!({"kind": "person", "id": self.practice.person})
    }

    fn opened(&self, dose_nsv: i64) -> Json {
        json!({
            "person": self.whom(), "employment": self.practice.employment, "basis": "PERIOD", "quantity": "E",
            "dose_nsv": dose_nsv, "results": [self.result], "laboratory": self.practice.laboratory,
        })
    }

    fn open(&mut self, who: &Person, data: Json) -> Result<Uuid, Refusal> {
        let investigation = self.world.id();
        self.world.act(who, Wish::new("investigation.opened", investigation, data)).map(|_| investigation)
    }

    fn form(&self, finding: &str) -> Json {
        let mut form = json!({
            "person": self.whom(), "wear_correct": true, "non_occupational": false, "near_source": false, "cause": "UNKNOWN",
            "finding": finding, "proposed_nsv": 60_000, "report": "已调查",
        });
        if finding == "NOMINAL" {
            form["nominal_method"] = json!("C");
        }
        form
    }

    fn assessed(&self, finding: &str) -> Json {
        json!({"person": self.whom(), "finding": finding, "opinion": "已复核读数"})
    }

    fn accepted(&self, finding: &str, final_nsv: i64) -> Json {
        json!({"person": self.whom(), "finding": finding, "final_nsv": final_nsv, "correct_results": false})
    }

    fn step(&mut self, who: &Person, event: &'static str, of: Uuid, data: Json) -> Result<EventRef, Refusal> {
        self.world.act(who, Wish::new(event, of, data))
    }

    fn state(&self, of: Uuid) -> Investigation {
        let record = RecordRef { kind: "investigation".into(), id: of };
        let entry = self.world.memory.record(&record).expect("the investigation");
        entry.state.investigation().expect("an investigation").clone()
    }
}

#[test]
fn three_sign_and_the_county_accepts() {
    let mut case = Case::new(61, 1_400_000);
    let Practice { officer, me, signatory, offices, .. } = case.practice.clone();
    let of = case.open(&officer, case.opened(1_400_000)).expect("opened");
    let early = case.step(&me, "investigation.confirmed", of, json!({"person": case.whom(), "agrees": true}));
    assert_eq!(rule(early), "investigation.transition", "there is no form yet");
    case.step(&officer, "investigation.filed", of, case.form("NOMINAL")).expect("filed");
    let other = case.step(&officer, "investigation.confirmed", of, json!({"person": case.whom(), "agrees": true}));
    assert_eq!(other.expect_err("not the worker").code, Code::NotAuthorised);
    case.step(&signatory, "investigation.assessed", of, case.assessed("REAL"))
        .expect("an opinion before the worker signs");
    assert_eq!(case.state(of).state, InvestigationState::Assessed);
    case.step(
        &me,
        "investigation.confirmed",
        of,
        json!({"person": case.whom(), "agrees": false, "statement": "未遗留"}),
    )
    .expect("he signs, and does not agree");
    assert_eq!(case.state(of).state, InvestigationState::Complete);
    let mut late = case.accepted("REAL", 1_400_000);
    late["without_worker"] = json!("REFUSED");
    let refused = case.step(&offices.approver, "investigation.accepted", of, late);
    assert_eq!(rule(refused), "investigation.signed", "he did sign");
    case.step(&offices.approver, "investigation.accepted", of, case.accepted("REAL", 1_400_000)).expect("accepted");
    let state = case.state(of);
    assert_eq!(
        (state.state, state.outcome.map(|outcome| outcome.final_nsv)),
        (InvestigationState::Accepted, Some(1_400_000))
    );
    let again = case.step(&officer, "investigation.filed", of, case.form("REAL"));
    assert_eq!(rule(again), "investigation.transition");
    case.open(&officer, case.opened(1_400_000)).expect("what was decided can be opened anew");
}

#[test]
fn what_is_returned_is_signed_anew() {
    let mut case = Case::new(62, 1_400_000);
    let Practice { officer, me, signatory, offices, .. } = case.practice.clone();
    let of = case.open(&offices.supervisor, case.opened(1_400_000)).expect("the county opens as well");
    case.step(&officer, "investigation.filed", of, case.form("ARTEFACT")).expect("filed");
    let agrees = json!({"person": case.whom(), "agrees": true});
    case.step(&me, "investigation.confirmed", of, agrees).expect("confirmed");
    let back = Wish::new("investigation.returned", of, json!({"person": case.whom(), "remarks": "请补充"}));
    act(&mut case.world, &offices.supervisor, back.because("INCOMPLETE"));
    let opinion = case.step(&signatory, "investigation.assessed", of, case.assessed("REAL"));
    assert_eq!(rule(opinion), "investigation.transition");
    case.step(&officer, "investigation.filed", of, case.form("ARTEFACT")).expect("filed again");
    let state = case.state(of);
    assert_eq!((state.state, state.returns), (InvestigationState::Filed, 1));
    assert!(state.confirmation.is_none());
    let silent = case.step(&offices.approver, "investigation.accepted", of, case.accepted("ARTEFACT", 60_000));
    assert_eq!(rule(silent), "investigation.signed", "nobody signed, and nobody says why");
    let mut told = case.accepted("ARTEFACT", 60_000);
    told["without_worker"] = json!("LEFT");
    told["without_laboratory"] = json!("NOT_CONCERNED");
    let own = case.step(&offices.supervisor, "investigation.accepted", of, told.clone());
    assert_eq!(own.expect_err("who opened it does not accept it").code, Code::FourEyes);
    case.step(&offices.approver, "investigation.accepted", of, told).expect("accepted");
}

#[test]
fn the_city_decides_on_a_dose_of_the_yearly_limit() {
    let mut case = Case::new(63, 21_000_000);
    let Practice { officer, city_approver, offices, .. } = case.practice.clone();
    let of = case.open(&officer, case.opened(21_000_000)).expect("opened");
    case.step(&officer, "investigation.filed", of, case.form("ARTEFACT")).expect("filed");
    let mut accepted = case.accepted("ARTEFACT", 60_000);
    accepted["without_worker"] = json!("UNREACHABLE");
    accepted["without_laboratory"] = json!("NOT_CONCERNED");
    let county = case.step(&offices.approver, "investigation.accepted", of, accepted.clone());
    assert_eq!(county.expect_err("whatever is found").code, Code::NotAuthorised);
    case.step(&city_approver, "investigation.accepted", of, accepted.clone()).expect("accepted");
    // A lower dose that turns out to be so high is the city's as well.
    let of = case.open(&officer, case.opened(19_900_000)).expect("opened");
    case.step(&officer, "investigation.filed", of, case.form("REAL")).expect("filed");
    let mut high = accepted.clone();
    high["final_nsv"] = json!(20_000_000);
    let county = case.step(&offices.approver, "investigation.accepted", of, high);
    assert_eq!(county.expect_err("at the limit").code, Code::NotAuthorised);
    accepted["final_nsv"] = json!(19_900_000);
    case.step(&offices.approver, "investigation.accepted", of, accepted).expect("below it");
}

#[test]
fn what_can_be_investigated() {
    let mut case = Case::new(64, 1_400_000);
    let Practice { officer, offices, hospital, employment, .. } = case.practice.clone();
    let change = |edit: fn(&mut Json)| {
        let mut data = case.opened(1_400_000);
        edit(&mut data);
        data
    };
    let cases: [(Json, &str); 7] = [
        (change(|data| data["results"] = Json::Null), "investigation.basis"),
        (change(|data| data["dose_nsv"] = Json::Null), "investigation.basis"),
        (change(|data| data["basis"] = json!("YEAR")), "investigation.basis"),
        (change(|data| data["results"] = json!([data["results"][0], data["results"][0]])), "investigation.results"),
        (change(|data| data["results"] = json!([data["employment"]])), "investigation.results"),
        (change(|data| data["person"]["id"] = data["employment"].clone()), "investigation.employment"),
        (
            {
                let mut data = case.opened(1_400_000);
                data["laboratory"] = json!(hospital);
                data
            },
            "investigation.laboratory",
        ),
    ];
    for (mut data, id) in cases {
        data.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        assert_eq!(rule(case.open(&officer, data)), id);
    }
    let first = case.open(&officer, case.opened(1_400_000)).expect("opened");
    let twice = case.open(&offices.supervisor, case.opened(1_300_000));
    assert_eq!(twice.expect_err("it is being investigated").code, Code::ClaimTaken);
    let of_year = |year: i64| {
        json!({
            "person": {"kind": "person", "id": case.practice.person}, "employment": employment, "basis": "YEAR", "quantity": "E",
            "dose_nsv": 5_100_000, "dose_year": year,
        })
    };
    let (this, that) = (of_year(2023), of_year(2022));
    case.open(&officer, this.clone()).expect("a sum is another matter");
    let mut other = this;
    other["dose_nsv"] = json!(5_200_000);
    assert_eq!(case.open(&officer, other).expect_err("the same sum").code, Code::ClaimTaken);
    case.open(&officer, that).expect("another year");
    let wish = |of| Wish::new("investigation.withdrawn", of, json!({})).because("MISTAKEN");
    let refused = case.world.act(&officer, wish(first));
    assert_eq!(refused.expect_err("the authority withdraws").code, Code::NotAuthorised);
    act(&mut case.world, &offices.supervisor, wish(first));
    case.open(&officer, case.opened(1_400_000)).expect("opened again");
}

#[test]
fn a_form_fits_its_finding_and_its_person() {
    let mut case = Case::new(65, 1_400_000);
    let (officer, today) = (case.practice.officer.clone(), case.world.today());
    let of = case.open(&officer, case.opened(1_400_000)).expect("opened");
    let mut without = case.form("NOMINAL");
    without.as_object_mut().expect("an object").remove("nominal_method");
    assert_eq!(rule(case.step(&officer, "investigation.filed", of, without)), "investigation.nominal");
    let mut real = case.form("REAL");
    real["nominal_method"] = json!("A");
    assert_eq!(rule(case.step(&officer, "investigation.filed", of, real)), "investigation.nominal");
    let mut future = case.form("REAL");
    future["investigated_on"] = json!("2024-12-31");
    assert_eq!(rule(case.step(&officer, "investigation.filed", of, future)), "investigation.order");
    let before = Wish::new("investigation.filed", of, case.form("REAL")).on("2024-01-01");
    assert_eq!(rule(case.world.act(&officer, before)), "investigation.order");
    let mut other = case.form("REAL");
    let somebody = case.world.id();
    let stranger = replay_tests::world::worker(case.practice.hospital, 999);
    act(&mut case.world, &officer, Wish::new("person.registered", somebody, stranger));
    other["person"]["id"] = json!(somebody);
    assert_eq!(rule(case.step(&officer, "investigation.filed", of, other)), "investigation.person");
    let filed = Wish::new("investigation.filed", of, case.form("REAL")).on(today);
    act(&mut case.world, &officer, filed);
}

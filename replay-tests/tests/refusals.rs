//! Every rule of the kinds around licences and doses, one by one: what is sound is taken, and each rule of their files
//! has a case here that it refuses, and nothing else does.

use std::collections::BTreeSet;

use domain::refusal::Refusal;
use replay_tests::scene::{Scene, hire};
use replay_tests::world::{AREA, Person, Wish, dose_report, dose_result, employment, institution_profile, worker};
use serde_json::{Value as Json, json};
use signing::statement::EventRef;
use uuid::Uuid;

/// What a case comes to.
type Outcome = Result<EventRef, Refusal>;
/// A rule and what it refuses.
type Case = (&'static str, fn(&mut Place) -> Outcome);
/// A kind, what of it is taken, and what is refused.
type Kind = (&'static str, fn(&mut Place), &'static [Case]);

const KINDS: [Kind; 8] = [
    ("licence", licence_taken, LICENCE),
    ("parameter", parameter_taken, PARAMETER),
    ("holiday_table", holiday_table_taken, HOLIDAY_TABLE),
    ("monitoring_contract", monitoring_contract_taken, MONITORING_CONTRACT),
    ("dosimeter", dosimeter_taken, DOSIMETER),
    ("employment", employment_taken, EMPLOYMENT),
    ("dose_report", dose_report_taken, DOSE_REPORT),
    ("dose_result", dose_result_taken, DOSE_RESULT),
];

#[test]
fn each_rule_refuses_its_case() {
    for (kind, taken, cases) in KINDS {
        let mut place = Place::new();
        taken(&mut place);
        for (expected, case) in cases {
            let refusal = case(&mut place).expect_err(expected);
            assert_eq!(refusal.rule.map(|rule| rule.id), Some(*expected), "{kind}: {refusal:?}");
        }
    }
}

#[test]
fn each_rule_has_a_case() {
    for (kind, _, cases) in KINDS {
        let file = format!("{}/../domain/src/records/{kind}.rs", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(file).expect("the file of the kind");
        let declared: BTreeSet<&str> = source
            .split(": Rule =")
            .skip(1)
            .map(|rule| rule.split('"').nth(1).expect("a rule begins with its id"))
            .collect();
        let tried: BTreeSet<&str> = cases.iter().map(|(rule, _)| *rule).collect();
        assert!(!declared.is_empty(), "{kind} has rules");
        assert_eq!(tried, declared, "{kind}");
        assert!(tried.iter().all(|rule| rule.starts_with(&format!("{kind}."))), "{kind}");
    }
}

/// The scene, with an institution that nobody has approved.
struct Place {
    scene: Scene,
    pending: Uuid,
    pending_admin: Person,
    number: u32,
}

/// Members over others; null takes one away.
fn with(mut data: Json, members: Json) -> Json {
    let object = data.as_object_mut().expect("an object");
    for (name, value) in members.as_object().expect("members") {
        match value {
            Json::Null => object.remove(name),
            value => object.insert(name.clone(), value.clone()),
        };
    }
    data
}

impl Place {
    fn new() -> Self {
        let mut scene = Scene::new(31);
        scene.county.world.adopt("catalogue", 7);
        scene.county.world.adopt("policy", 9);
        let county = &mut scene.county;
        let (supervisor, admin, second) = (county.supervisor.clone(), county.admin.clone(), county.city[0].clone());
        let pending = county.world.id();
        let profile = institution_profile("92511502MA6A00015U", "示范诊所");
        county.world.act(&supervisor, Wish::new("institution.registered", pending, profile)).expect("registered");
        let pending_admin = county.world.enrol(&admin, &second, "I", "I_ADMIN", Some(pending), Some(AREA));
        Self { scene, pending, pending_admin, number: 1 }
    }

    fn id(&mut self) -> Uuid {
        self.scene.county.world.id()
    }

    fn today(&self) -> String {
        self.scene.county.world.today()
    }

    fn day(&self, days: i64) -> String {
        self.scene.county.world.now.civil_day().add_days(days).to_string()
    }

    fn fresh(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    fn hospital(&self) -> Uuid {
        self.scene.county.institution
    }

    fn officer(&mut self, wish: Wish) -> Outcome {
        let who = self.scene.county.officer.clone();
        self.scene.county.world.act(&who, wish)
    }

    fn approver(&mut self, wish: Wish) -> Outcome {
        let who = self.scene.county.approver.clone();
        self.scene.county.world.act(&who, wish)
    }

    fn city(&mut self, wish: Wish) -> Outcome {
        let who = self.scene.city_approver.clone();
        self.scene.county.world.act(&who, wish)
    }

    fn signatory(&mut self, wish: Wish) -> Outcome {
        let who = self.scene.signatory.clone();
        self.scene.county.world.act(&who, wish)
    }

    fn of_pending(&mut self, wish: Wish) -> Outcome {
        let who = self.pending_admin.clone();
        self.scene.county.world.act(&who, wish)
    }
}

// ---- licence ----

const LICENCE: &[Case] = &[
    ("licence.institution", |p| {
        let institution = p.pending;
        p.radiology(json!({"institution": institution})).1
    }),
    ("licence.members_of_type", |p| p.radiology(json!({"classes": null})).1),
    ("licence.no_expiry", |p| p.radiology(json!({"until": "2030-01-01"})).1),
    ("licence.class_once", |p| {
        let twice = json!([{"class": "XR", "items": ["XR-1"]}, {"class": "XR", "items": ["XR-2"]}]);
        p.radiology(json!({"classes": twice})).1
    }),
    ("licence.item_of_class", |p| p.radiology(json!({"classes": [{"class": "XR", "items": ["IR-1"]}]})).1),
    ("licence.authority", |p| p.radiology(json!({"classes": [{"class": "IR", "items": ["IR-1"]}]})).1),
    ("licence.annex_device", |p| {
        let nothing = p.id();
        p.radiology(json!({"devices": [nothing]})).1
    }),
    ("licence.dates", |p| p.radiology(json!({"verify_due_on": "2020-03-15"})).1),
    ("licence.term", |p| p.safety(json!({"until": "2025-01-02"})).1),
    ("licence.transition", |p| {
        let (licence, _) = p.radiology(json!({}));
        let resumed = Wish::new("licence.resumed", licence, decision()).on(p.today());
        p.approver(resumed)
    }),
    ("licence.ended", |p| {
        let (licence, _) = p.safety(json!({}));
        let revoked = Wish::new("licence.revoked", licence, decision()).because("UNLAWFUL").on(p.today());
        p.officer(revoked).expect("revoked");
        let lost = Wish::new("licence.duplicate_issued", licence, json!({"why": "LOST"})).on(p.today());
        p.officer(lost)
    }),
    ("licence.not_verifiable", |p| {
        let (licence, _) = p.safety(json!({}));
        let verified = json!({"result": "PASSED", "next_due_on": "2029-03-15"});
        let wish = Wish::new("licence.verified", licence, verified).on(p.today());
        p.officer(wish)
    }),
    ("licence.verify_due_later", |p| {
        let (licence, _) = p.radiology(json!({}));
        let verified = json!({"result": "PASSED", "next_due_on": p.today()});
        let wish = Wish::new("licence.verified", licence, verified).on(p.today());
        p.approver(wish)
    }),
    ("licence.fixed_member", |p| {
        let (licence, _) = p.radiology(json!({}));
        let wish = Wish::new("licence.changed", licence, json!({"set": {"issued_on": "2020-03-16"}})).on(p.today());
        p.approver(wish)
    }),
    ("licence.cancellation_ground", |p| {
        let (licence, _) = p.radiology(json!({}));
        let wish = Wish::new("licence.cancelled", licence, decision()).on(p.today());
        p.approver(wish)
    }),
    ("licence.corrected_verification", |p| {
        let (licence, issued) = p.radiology(json!({}));
        let wish = Wish::new("licence.corrected", licence, json!({"result": "DEFERRED"})).correcting(issued?);
        p.approver(wish)
    }),
];

fn decision() -> Json {
    json!({"decision_no": "示范决定0001"})
}

impl Place {
    /// A radiology licence of the county, changed before it is signed.
    fn radiology(&mut self, change: Json) -> (Uuid, Outcome) {
        let (licence, number) = (self.id(), self.fresh());
        let profile = json!({
            "institution": self.hospital(), "type": "LIC", "number": format!("示范放证字（2020）第{number:04}号"),
            "authority": "COUNTY", "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-1", "XR-2"]}],
            "issued_on": "2020-03-15", "verify_due_on": "2021-03-15",
        });
        (licence, self.approver(Wish::new("licence.issued", licence, with(profile, change))))
    }

    /// A copy of a radiation safety licence.
    fn safety(&mut self, change: Json) -> (Uuid, Outcome) {
        let (licence, number) = (self.id(), self.fresh());
        let profile = json!({
            "institution": self.hospital(), "type": "RSL", "number": format!("川环辐证[{number:05}]"),
            "issuer": "示范生态环境局", "issued_on": "2020-01-01", "from": "2020-01-01", "until": "2025-01-01",
        });
        (licence, self.officer(Wish::new("licence.issued", licence, with(profile, change))))
    }
}

fn licence_taken(p: &mut Place) {
    p.radiology(json!({})).1.expect("a radiology licence");
    p.safety(json!({})).1.expect("a copy");
}

// ---- parameter ----

const PARAMETER: &[Case] = &[
    ("parameter.unit", |p| p.parameter(json!({"unit": "DAY"}))),
    ("parameter.bounds", |p| p.parameter(json!({"value": 999_999}))),
    ("parameter.from_day_past", |p| {
        let yesterday = p.day(-1);
        p.parameter(json!({"from_day": yesterday}))
    }),
];

impl Place {
    fn parameter(&mut self, change: Json) -> Outcome {
        let record = self.id();
        let set = json!({
            "name": "IL_ANNUAL", "unit": "NSV", "value": 5_000_000, "from_day": self.today(), "source": "GBZ 128-2019",
        });
        self.city(Wish::new("parameter.set", record, with(set, change)))
    }
}

fn parameter_taken(p: &mut Place) {
    // A name is set once: the cases ask for another.
    let today = p.today();
    let record = p.id();
    let set = json!({"name": "PASS_MARK", "unit": "POINT", "value": 70, "from_day": today, "source": "示范"});
    p.city(Wish::new("parameter.set", record, set)).expect("set");
    let past = json!({"set": {"value": 80}});
    p.city(Wish::new("parameter.changed", record, past)).expect("changed from today on");
}

// ---- holiday_table ----

const HOLIDAY_TABLE: &[Case] = &[
    ("holiday_table.day_of_year", |p| p.holidays(2027, &[("2027-01-01", "HOLIDAY"), ("2028-01-01", "HOLIDAY")]).1),
    ("holiday_table.days_in_order", |p| p.holidays(2027, &[("2027-01-02", "HOLIDAY"), ("2027-01-01", "HOLIDAY")]).1),
    ("holiday_table.makeup_on_weekend", |p| p.holidays(2027, &[("2027-01-04", "MAKEUP_WORKDAY")]).1),
    ("holiday_table.year_fixed", |p| {
        let (table, published) = p.holidays(2028, &[("2028-01-01", "HOLIDAY")]);
        let wish = Wish::new("holiday_table.corrected", table, json!({"set": {"year": 2029}})).correcting(published?);
        p.city(wish)
    }),
];

impl Place {
    fn holidays(&mut self, year: u32, days: &[(&str, &str)]) -> (Uuid, Outcome) {
        let record = self.id();
        let days: Vec<Json> = days.iter().map(|(date, kind)| json!({"date": date, "kind": kind})).collect();
        let table = json!({"year": year, "document": "示范通知", "days": days});
        (record, self.city(Wish::new("holiday_table.published", record, table)))
    }
}

fn holiday_table_taken(p: &mut Place) {
    let days = [("2025-12-31", "HOLIDAY"), ("2026-01-01", "HOLIDAY"), ("2026-01-04", "MAKEUP_WORKDAY")];
    let (table, published) = p.holidays(2026, &days);
    let wish = Wish::new("holiday_table.corrected", table, json!({"set": {"document": "示范通知（更正）"}}));
    p.city(wish.correcting(published.expect("published"))).expect("corrected");
}

// ---- monitoring_contract ----

const MONITORING_CONTRACT: &[Case] = &[
    ("monitoring_contract.institution", |p| {
        let terms = with(p.terms(), json!({"institution": p.pending}));
        let record = p.id();
        p.of_pending(Wish::new("monitoring_contract.concluded", record, terms))
    }),
    ("monitoring_contract.laboratory", |p| {
        let hospital = p.hospital();
        p.contract(json!({"laboratory": hospital})).1
    }),
    ("monitoring_contract.period", |p| p.contract(json!({"until": "2019-01-01"})).1),
    ("monitoring_contract.parties_fixed", |p| {
        let (contract, concluded) = p.contract(json!({}));
        let other = json!({"set": {"laboratory": p.hospital()}});
        p.officer(Wish::new("monitoring_contract.corrected", contract, other).correcting(concluded?))
    }),
    ("monitoring_contract.ended", |p| {
        let (contract, _) = p.contract(json!({}));
        let ended = Wish::new("monitoring_contract.ended", contract, json!({})).on(p.today());
        p.officer(ended.clone()).expect("ended");
        p.officer(ended)
    }),
];

impl Place {
    fn terms(&self) -> Json {
        let laboratory = self.scene.laboratory;
        json!({"institution": self.hospital(), "laboratory": laboratory, "cycle_months": 3, "from": "2019-01-01"})
    }

    fn contract(&mut self, change: Json) -> (Uuid, Outcome) {
        let record = self.id();
        let terms = with(self.terms(), change);
        (record, self.officer(Wish::new("monitoring_contract.concluded", record, terms)))
    }
}

fn monitoring_contract_taken(p: &mut Place) {
    // The facts are those of the scene's contract, so another cycle: the same would be recorded already.
    let (contract, concluded) = p.contract(json!({"cycle_months": 1, "until": "2019-01-02"}));
    let longer = json!({"set": {"cycle_months": 2}, "clear": ["until"]});
    let wish = Wish::new("monitoring_contract.corrected", contract, longer);
    p.officer(wish.correcting(concluded.expect("concluded"))).expect("corrected");
}

// ---- dosimeter ----

const DOSIMETER: &[Case] = &[
    ("dosimeter.contract", |p| {
        let nothing = p.id();
        p.dosimeter(json!({"contract": nothing})).1
    }),
    ("dosimeter.employment", |p| {
        let nothing = p.id();
        p.dosimeter(json!({"employment": nothing})).1
    }),
    ("dosimeter.transition", |p| {
        let (dosimeter, _) = p.dosimeter(json!({}));
        let returned = Wish::new("dosimeter.returned", dosimeter, json!({})).on(p.today());
        p.officer(returned.clone()).expect("returned");
        p.officer(returned)
    }),
    ("dosimeter.before_issue", |p| {
        let (dosimeter, _) = p.dosimeter(json!({}));
        let returned = Wish::new("dosimeter.returned", dosimeter, json!({})).on(p.day(-1));
        p.officer(returned)
    }),
    ("dosimeter.person", |p| {
        let (dosimeter, _) = p.dosimeter(json!({}));
        let somebody = p.id();
        p.mishap("dosimeter.lost", dosimeter, somebody)
    }),
];

impl Place {
    fn dosimeter(&mut self, change: Json) -> (Uuid, Outcome) {
        let (record, number, [person, employment]) = (self.id(), self.fresh(), self.scene.who);
        let issue = json!({
            "contract": self.scene.contract, "institution": self.hospital(), "laboratory": self.scene.laboratory,
            "person": {"kind": "person", "id": person}, "employment": employment, "position": "CH", "kind": "TLD",
            "number": format!("T{number:05}"),
        });
        let wish = Wish::new("dosimeter.issued", record, with(issue, change)).on(self.today());
        (record, self.officer(wish))
    }

    fn mishap(&mut self, event_type: &'static str, dosimeter: Uuid, person: Uuid) -> Outcome {
        let data = json!({"person": {"kind": "person", "id": person}, "circumstances": "示范情况说明"});
        let wish = Wish::new(event_type, dosimeter, data).on(self.today());
        self.officer(wish)
    }
}

fn dosimeter_taken(p: &mut Place) {
    let person = p.scene.who[0];
    for event_type in ["dosimeter.lost", "dosimeter.damaged"] {
        let (dosimeter, _) = p.dosimeter(json!({}));
        p.mishap(event_type, dosimeter, person).expect("told");
        let found = Wish::new("dosimeter.returned", dosimeter, json!({})).on(p.today());
        p.officer(found).expect("found");
    }
}

// ---- employment ----

const EMPLOYMENT: &[Case] = &[
    ("employment.institution", |p| {
        let (record, person, institution) = (p.id(), p.scene.who[0], p.pending);
        p.of_pending(Wish::new("employment.planned", record, employment(person, institution, 1, "2A")))
    }),
    ("employment.person", |p| {
        let nobody = p.id();
        p.planned(nobody).1
    }),
    ("employment.twice", |p| {
        let person = p.scene.who[0];
        p.planned(person).1
    }),
    ("employment.transition", |p| {
        let (_, post) = p.candidate(json!({}));
        p.employed(post, "employment.resumed", json!({}))
    }),
    ("employment.adult", |p| {
        let year: i64 = p.today()[..4].parse().expect("a year");
        let minor = json!({"birth_year": year - 17, "adult_month": format!("{}-06", year + 1)});
        let (_, post) = p.candidate(minor);
        p.employed(post, "employment.activated", json!({"legacy": true}))
    }),
    ("employment.prerequisites", |p| {
        let (_, post) = p.candidate(json!({}));
        p.employed(post, "employment.activated", json!({"legacy": false}))
    }),
    ("employment.prior_dose", |p| {
        let post = p.radiographer();
        p.employed(post, "employment.activated", json!({"legacy": false}))
    }),
    ("employment.prior_sum", |p| {
        let post = p.radiographer();
        let review = json!({"opinion": "MAY_BEGIN", "year_nsv": 0, "block_nsv": 39_000_000});
        let city = p.scene.city_approver.clone();
        p.scene.county.world.act(&city, Wish::new("employment.prior_dose_reviewed", post, review))
    }),
    ("employment.leaving", |p| {
        let (_, post) = p.candidate(json!({}));
        p.employed(post, "employment.ended", json!({"reason": "RETIRE"}))
    }),
];

impl Place {
    fn planned(&mut self, person: Uuid) -> (Uuid, Outcome) {
        let (record, number) = (self.id(), self.fresh());
        let data = employment(person, self.hospital(), number, "2A");
        (record, self.officer(Wish::new("employment.planned", record, data)))
    }

    /// A worker whose employment is planned.
    fn candidate(&mut self, change: Json) -> (Uuid, Uuid) {
        let (person, number) = (self.id(), self.fresh());
        let data = with(worker(self.hospital(), number), change);
        self.officer(Wish::new("person.registered", person, data)).expect("registered");
        let (post, planned) = self.planned(person);
        planned.expect("planned");
        (person, post)
    }

    /// A worker with a dose of his post before, who is to take another one, in a ledger that asks for it.
    fn radiographer(&mut self) -> Uuid {
        let (_, reported) = self.result(json!({"hp10_nsv": 120_000_000, "effective_nsv": 120_000_000}));
        reported.expect("reported");
        let [person, before] = self.scene.who;
        self.employed(before, "employment.ended", json!({"reason": "RETIRE"})).expect("ended");
        let (post, planned) = self.planned(person);
        planned.expect("planned");
        post
    }

    fn employed(&mut self, post: Uuid, event_type: &'static str, data: Json) -> Outcome {
        let wish = Wish::new(event_type, post, data).on(self.today());
        self.officer(wish)
    }
}

fn employment_taken(p: &mut Place) {
    let (_, post) = p.candidate(json!({}));
    for (event_type, data) in [
        ("employment.activated", json!({"legacy": true})),
        ("employment.suspended", json!({"reason": "STUDY"})),
        ("employment.resumed", json!({})),
        ("employment.ended", json!({"reason": "RETIRE"})),
    ] {
        p.employed(post, event_type, data).expect(event_type);
    }
    let (_, never) = p.candidate(json!({}));
    p.employed(never, "employment.ended", json!({"reason": "OTHER"})).expect("it never began");
}

// ---- dose_report ----

const SPRING: [&str; 2] = ["2021-03-01", "2021-05-31"];

const DOSE_REPORT: &[Case] = &[
    ("dose_report.contract", |p| p.header(json!({"period_from": "2018-01-01", "period_to": "2018-03-31"})).1),
    ("dose_report.dates", |p| p.header(json!({"period_from": "2021-06-01"})).1),
    ("dose_report.qualification", |p| p.header(json!({"qualification_no": "没有"})).1),
    ("dose_report.counts", |p| p.header(json!({"persons": 2})).1),
    ("dose_report.contract_fixed", |p| {
        let (report, issued) = p.header(json!({}));
        let other = json!({"set": {"contract": p.id()}});
        p.signatory(Wish::new("dose_report.corrected", report, other).correcting(issued?))
    }),
];

impl Place {
    fn header(&mut self, change: Json) -> (Uuid, Outcome) {
        let (record, number) = (self.id(), self.fresh());
        let header =
            dose_report(self.scene.contract, self.scene.laboratory, &format!("H{number}"), SPRING, &self.today());
        (record, self.signatory(Wish::new("dose_report.issued", record, with(header, change))))
    }
}

fn dose_report_taken(p: &mut Place) {
    let (report, issued) = p.header(json!({"lines": 3, "persons": 2, "below_mdl": 3}));
    let fewer = json!({"set": {"lines": 2, "below_mdl": 0}});
    let wish = Wish::new("dose_report.corrected", report, fewer).correcting(issued.expect("issued"));
    p.signatory(wish).expect("corrected");
}

// ---- dose_result ----

const DOSE_RESULT: &[Case] = &[
    ("dose_result.period", |p| p.result(json!({"wear_from": "2021-05-01", "wear_to": "2021-04-01"})).1),
    ("dose_result.report", |p| p.result(json!({"wear_to": "2021-06-30"})).1),
    ("dose_result.employment", |p| {
        let stranger = p.id();
        p.result(json!({"employment": stranger})).1
    }),
    ("dose_result.value", |p| p.result(json!({"flag": "LOST"})).1),
    ("dose_result.below_mdl", |p| p.result(json!({"hp10_nsv": 10_000, "effective_nsv": 10_000})).1),
    ("dose_result.below_mdl", |p| {
        p.result(json!({"hp10_nsv": 20_000, "effective_nsv": 20_000, "flag": "BELOW_MDL"})).1
    }),
    ("dose_result.effective", |p| p.result(json!({"effective_nsv": 401_000})).1),
    ("dose_result.effective", |p| p.result(json!({"method": "OUTSIDE"})).1),
    ("dose_result.year", |p| p.result(json!({"dose_year": 2020})).1),
    ("dose_result.confirm", |p| p.result(json!({"hp10_nsv": 600_000_000, "effective_nsv": 600_000_000})).1),
    ("dose_result.overlap", |p| {
        p.result(json!({})).1.expect("a sound one");
        p.same_worker_again(json!({}))
    }),
    ("dose_result.period_fixed", |p| {
        let (result, reported) = p.result(json!({}));
        let other = json!({"set": {"wear_to": "2021-05-30"}});
        p.signatory(Wish::new("dose_result.corrected", result, other).correcting(reported?))
    }),
];

impl Place {
    /// A result of a worker who has none yet, under a report of its own.
    fn result(&mut self, change: Json) -> (Uuid, Outcome) {
        let (officer, hospital, number) = (self.scene.county.officer.clone(), self.hospital(), self.fresh());
        self.scene.who = hire(&mut self.scene.county.world, &officer, hospital, number);
        let (report, issued) = self.header(json!({}));
        issued.expect("a report");
        let (record, who) = (self.id(), self.scene.who);
        let line = with(dose_result(report, 1, who, SPRING, 400_000), change);
        (record, self.signatory(Wish::new("dose_result.reported", record, line)))
    }

    fn same_worker_again(&mut self, change: Json) -> Outcome {
        let (report, issued) = self.header(json!({}));
        issued.expect("a report");
        let (record, who) = (self.id(), self.scene.who);
        let line = with(dose_result(report, 7, who, ["2021-05-31", "2021-05-31"], 300_000), change);
        self.signatory(Wish::new("dose_result.reported", record, line))
    }
}

fn dose_result_taken(p: &mut Place) {
    let (result, reported) = p.result(json!({}));
    p.same_worker_again(json!({"position": "WR"})).expect("another place on the body");
    let lower = json!({"set": {"hp10_nsv": 310_000, "effective_nsv": 310_000}});
    let wish = Wish::new("dose_result.corrected", result, lower).correcting(reported.expect("reported"));
    p.signatory(wish).expect("corrected");
    let high = json!({"hp10_nsv": 600_000_000, "effective_nsv": 600_000_000, "confirmed": true});
    p.result(high).1.expect("confirmed by telephone");
}

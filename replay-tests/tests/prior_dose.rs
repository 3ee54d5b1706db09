//! The radiographer whose earlier dose nobody asked for: what he received at his former employer stops his beginning at the next
//! until the city has given its opinion (design D10, workflows §20.6).

use domain::records::employment::{self, PriorDose};
use domain::refusal::{Code, Refusal};
use replay_tests::practice::{Practice, act};
use replay_tests::world::{Person, Wish, World, dose_report, dose_result, employment as post};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const MSV: i64 = 1_000_000;

struct Story {
    world: World,
    practice: Practice,
    /// The post that he is to take.
    post: Uuid,
}

impl Story {
    /// A worker with a dose of this January from the hospital; he is to take another post there.
    fn new(seed: u64, nsv: i64, catalogue: u32) -> Self {
        let (mut world, practice) = Practice::new(seed);
        world.adopt_rules();
        if catalogue == 7 {
            world.adopt("catalogue", 7);
            world.adopt("policy", 9);
        }
        let year = world.today()[..4].to_owned();
        let (contract, report, result, next) = (world.id(), world.id(), world.id(), world.id());
        let terms = json!({
            "institution": practice.hospital, "laboratory": practice.laboratory, "cycle_months": 1, "from": "2023-01-01",
        });
        act(&mut world, &practice.officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let (from, to) = (format!("{year}-01-01"), format!("{year}-01-31"));
        let period = [from.as_str(), to.as_str()];
        let header = dose_report(contract, practice.laboratory, "示范报告0039", period, &world.today());
        act(&mut world, &practice.signatory, Wish::new("dose_report.issued", report, header));
        let line = dose_result(report, 1, [practice.person, practice.employment], period, nsv);
        act(&mut world, &practice.signatory, Wish::new("dose_result.reported", result, line));
        let today = world.today();
        let ended = Wish::new("employment.ended", practice.employment, json!({"reason": "TRANSFER_IN_CITY"})).on(today);
        act(&mut world, &practice.officer, ended);
        let planned = post(practice.person, practice.hospital, 39, "2E");
        act(&mut world, &practice.officer, Wish::new("employment.planned", next, planned));
        Self { world, practice, post: next }
    }

    fn begins(&mut self, legacy: bool) -> Refusal {
        let today = self.world.today();
        let wish = Wish::new("employment.activated", self.post, json!({"legacy": legacy})).on(today);
        self.world.act(&self.practice.officer.clone(), wish).expect_err("his papers are not complete either")
    }

    fn prior(&self) -> PriorDose {
        PriorDose::of(self.practice.person, self.world.now.civil_day(), &self.world.memory).expect("memory")
    }

    fn reviewed(&mut self, who: &Person, data: Json) -> Result<(), Refusal> {
        self.world.act(who, Wish::new("employment.prior_dose_reviewed", self.post, data)).map(drop)
    }
}

fn rule(refusal: &Refusal) -> &'static str {
    refusal.rule.map_or(refusal.code.as_str(), |rule| rule.id)
}

#[test]
fn thirty_nine_millisieverts_of_before_stop_him_until_the_city_has_seen_them() {
    let mut story = Story::new(1, 39 * MSV, 7);
    assert_eq!(rule(&story.begins(false)), "employment.prior_dose");
    let prior = story.prior();
    assert_eq!((prior.year_nsv, prior.block_nsv), (39 * MSV, 39 * MSV));
    let city = story.practice.city_approver.clone();
    let opinion = |opinion: &str, year: i64| json!({"opinion": opinion, "year_nsv": year, "block_nsv": 39 * MSV});
    let wrong = story.reviewed(&city, opinion("MAY_BEGIN", 3 * MSV)).expect_err("not the sum of the ledger");
    assert_eq!((rule(&wrong), wrong.pointer.as_str()), ("employment.prior_sum", "/data/year_nsv"));
    let county = story.practice.offices.approver.clone();
    let county = story.reviewed(&county, opinion("MAY_BEGIN", 39 * MSV)).expect_err("the city alone");
    assert_eq!(county.code, Code::NotAuthorised);
    story.reviewed(&city, opinion("MAY_NOT", 39 * MSV)).expect("signed");
    assert_eq!(rule(&story.begins(false)), "employment.prior_dose", "the city said no");
    story.reviewed(&city, opinion("MAY_BEGIN", 39 * MSV)).expect("signed");
    assert_eq!(rule(&story.begins(false)), "employment.prerequisites", "now his papers are asked for");
    let entry = story.world.memory.record(&employment::reference(story.post)).expect("planned");
    let seen = entry.state.employment().and_then(|post| post.prior_dose.as_ref()).map(|review| review.year_nsv);
    assert_eq!(seen, Some(39 * MSV));
}

#[test]
fn what_leaves_room_and_what_was_before_the_question_are_not_stopped() {
    let planned = Story::new(2, MSV, 7).prior().planned_nsv;
    assert!((0..=20 * MSV).contains(&planned), "{planned}");
    for (nsv, expected) in
        [(20 * MSV - planned, "employment.prerequisites"), (20 * MSV - planned + 10_000, "employment.prior_dose")]
    {
        let mut story = Story::new(3, nsv, 7);
        assert_eq!(rule(&story.begins(false)), expected, "{nsv}");
    }
    let mut before = Story::new(4, 39 * MSV, 6);
    assert_eq!(rule(&before.begins(false)), "employment.prerequisites", "an older catalogue did not ask");
}

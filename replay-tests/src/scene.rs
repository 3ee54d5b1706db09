//! A county in which doses are measured: a hospital with a worker in post, a laboratory with its papers, and a contract
//! between the two.

use domain::dose::{Line, Sums, sums};
use domain::records::dose_result::line_of;
use domain::refusal::{Code, Refusal};
use serde_json::{Value as Json, json};
use signing::statement::EventRef;
use uuid::Uuid;

use crate::world::{
    County, Person, Wish, World, dose_report, dose_result, employment, laboratory_profile, qualification, worker,
};

/// The county and who acts in it.
pub struct Scene {
    /// The county.
    pub county: County,
    /// T_APPR of the city.
    pub city_approver: Person,
    /// TSO_SIGN of the laboratory.
    pub signatory: Person,
    /// The laboratory.
    pub laboratory: Uuid,
    /// Contract of the county's hospital with it, since 2019.
    pub contract: Uuid,
    /// A worker and his post in the hospital, since 2019.
    pub who: [Uuid; 2],
    reports: u32,
}

impl Scene {
    /// A scene under the second catalogue.
    ///
    /// # Panics
    /// When the ledger does not take what a scene needs.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut county = World::county(seed);
        county.world.adopt("catalogue", 2);
        county.world.adopt("policy", 3);
        let (supervisor, officer, institution) =
            (county.supervisor.clone(), county.officer.clone(), county.institution);
        let city = county.city.clone();
        let world = &mut county.world;
        let city_approver = world.enrol(&city[0], &city[2], "T", "T_APPR", None, None);
        let (laboratory, document) = (world.id(), world.id());
        let act = |world: &mut World, who: &Person, wish: Wish| world.act(who, wish).expect("a scene is lawful");
        let profile = laboratory_profile("91350100M000100Y43");
        act(world, &supervisor, Wish::new("institution.registered", laboratory, profile));
        act(world, &supervisor, Wish::new("institution.document_filed", laboratory, qualification(document)));
        act(world, &city_approver, Wish::new("institution.approved", laboratory, json!({})));
        let signatory = world.enrol(&city[0], &city[1], "S", "TSO_SIGN", Some(laboratory), None);
        let contract = world.id();
        let terms =
            json!({"institution": institution, "laboratory": laboratory, "cycle_months": 3, "from": "2019-01-01"});
        act(world, &officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let who = hire(world, &officer, institution, 1);
        Self { county, city_approver, signatory, laboratory, contract, who, reports: 0 }
    }

    /// A report of a period with one result, which is changed before it is signed.
    ///
    /// # Errors
    /// The refusal.
    pub fn report(&mut self, period: [&str; 2], change: impl Fn(&mut Json)) -> Result<(Uuid, EventRef), Refusal> {
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

    /// Corrects a result.
    ///
    /// # Errors
    /// The refusal.
    pub fn correct(&mut self, result: (Uuid, EventRef), set: Json) -> Result<EventRef, Refusal> {
        let wish = Wish::new("dose_result.corrected", result.0, json!({"set": set})).correcting(result.1);
        self.county.world.act(&self.signatory, wish)
    }

    /// What the worker's results come to now.
    ///
    /// # Panics
    /// When the row that the service reads says something else than the state.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let records = self.county.world.memory.records();
        let results = records.filter_map(|(_, entry)| entry.state.dose_result());
        let results = results.filter(|result| result.person.id == self.who[0]);
        let lines: Vec<Line> = results
            .filter_map(|result| {
                let row = serde_json::to_value(result).expect("a state is JSON");
                assert_eq!(line_of(&row), Ok(result.line()));
                result.line()
            })
            .collect();
        sums(lines.iter())
    }
}

/// A worker is registered and takes a post, since 2019: who he is, and which post.
///
/// # Panics
/// When the ledger refuses.
pub fn hire(world: &mut World, officer: &Person, institution: Uuid, number: u32) -> [Uuid; 2] {
    let (person, post) = (world.id(), world.id());
    world.act(officer, Wish::new("person.registered", person, worker(institution, number))).expect("registered");
    take_post(world, officer, institution, person, post, number);
    [person, post]
}

/// A registered worker takes a post, since 2019.
///
/// # Panics
/// When the ledger refuses.
pub fn take_post(world: &mut World, officer: &Person, institution: Uuid, person: Uuid, post: Uuid, number: u32) {
    let data = employment(person, institution, number, "2A");
    world.act(officer, Wish::new("employment.planned", post, data)).expect("planned");
    let active = Wish::new("employment.activated", post, json!({"legacy": true})).on("2019-01-01");
    world.act(officer, active).expect("activated");
}

/// The rule that refused.
///
/// # Panics
/// When nothing was refused, or not by a rule.
pub fn rule(refused: Result<impl Sized, Refusal>) -> &'static str {
    let refusal = refused.err().expect("a refusal");
    assert_eq!(refusal.code, Code::Refused, "{refusal:?}");
    refusal.rule.expect("a rule").id
}

//! What a service that keeps silent, or whose key was stolen, cannot hide.

use domain::record::Draft;
use domain::records::desk::{self, Tally};
use domain::records::warning;
use domain::rules;
use replay_tests::world::{County, Wish, World};
use serde_json::json;
use signing::json::Object;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::audit::Audit;
use super::report::{Check, Report};
use super::tests::seal;

/// A county in which the verification of a licence is overdue, and the desk has said so.
struct Scene {
    world: World,
    licence: Uuid,
    county: replay_tests::world::Person,
}

impl Scene {
    fn new() -> Self {
        let County { mut world, approver, institution, .. } = World::county(31);
        world.adopt_rules();
        let licence = world.id();
        let due = world.now.civil_day().add_days(40).to_string();
        let papers = json!({
            "institution": institution, "type": "LIC", "number": "示范放证字（2023）第0001号", "authority": "COUNTY",
            "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-2"]}], "issued_on": "2023-03-15",
            "verify_due_on": due,
        });
        world.act(&approver, Wish::new("licence.issued", licence, papers)).expect("issued");
        world.evaluate();
        Self { world, licence, county: approver }
    }

    /// Another day begins; somebody does something on it.
    fn another_day(&mut self) {
        self.world.pass_seconds(86_400);
        let change = json!({"set": {"decision_no": format!("示范决定{}", self.world.memory.size())}});
        let today = self.world.today();
        let change = Wish::new("licence.changed", self.licence, change).on(today);
        self.world.act(&self.county, change).expect("changed");
    }

    fn audit(&self) -> Report {
        let copy = seal(&self.world);
        let mut audit = Audit::new(self.world.ledger(), &copy, None, true);
        audit.rows(copy.rows.clone()).expect("no file is needed");
        audit.finish().expect("no file is needed")
    }

    fn desk(&self) -> (RecordRef, std::sync::Arc<domain::record::Entry>) {
        desk::desk(&self.world.memory).expect("memory holds everything").expect("it was opened")
    }
}

/// Positions and what was expected, of the findings about what the system says.
fn findings(report: &Report) -> Vec<(u64, String)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.position, format!("{} / {}", finding.expected, finding.found)))
        .collect()
}

#[test]
fn a_desk_that_speaks_every_day_is_believed() {
    let mut scene = Scene::new();
    for _ in 0..42 {
        scene.another_day();
        scene.world.evaluate();
    }
    assert_eq!(findings(&scene.audit()), []);
    let (_, warning) = scene.world.warning("W-LIC-01", scene.licence).expect("a warning");
    assert_eq!(warning.grade.as_str(), "RED");
    // Days on which nobody ran are caught up with.
    for _ in 0..4 {
        scene.another_day();
    }
    scene.world.evaluate();
    assert_eq!(findings(&scene.audit()), []);
}

#[test]
fn a_desk_that_keeps_silent_for_a_day_is_found() {
    let mut scene = Scene::new();
    scene.another_day();
    scene.world.evaluate();
    scene.another_day();
    assert_eq!(findings(&scene.audit()), [], "the day is not over");
    scene.another_day();
    let found = findings(&scene.audit());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.starts_with("desk.evaluated for each day"), "{found:?}");
}

#[test]
fn a_conclusion_that_was_due_and_was_not_drawn_is_found() {
    let mut scene = Scene::new();
    for _ in 0..9 {
        scene.another_day();
        scene.world.evaluate();
    }
    scene.another_day();
    let (record, entry) = scene.desk();
    let day = scene.world.now.civil_day();
    let demanded = scene.world.demanded(day);
    assert!(demanded.iter().any(|draft| draft.event_type == "warning.escalated"), "the licence is at its next step");
    let (basis, tally) = (scene.world.memory.size(), Tally::default());
    scene.world.say(&[desk::evaluated(&record, &entry, day, basis, &tally)], day);
    let found = findings(&scene.audit());
    assert_eq!(found.len(), demanded.len(), "{found:?}");
    assert!(found.iter().any(|(_, why)| why.starts_with("warning.escalated by W-LIC-01")), "{found:?}");
}

/// The warning is orange and nobody was told: the day must not be named before the message is ordered.
#[test]
fn a_message_that_was_due_and_was_not_ordered_is_found() {
    let mut scene = Scene::new();
    scene.world.adopt("catalogue", 7);
    scene.world.adopt("policy", 9);
    for _ in 0..9 {
        scene.another_day();
        scene.world.evaluate();
    }
    scene.another_day();
    let (record, entry) = scene.desk();
    let day = scene.world.now.civil_day();
    let demanded = scene.world.demanded(day);
    scene.world.say(&demanded, day);
    let orders = scene.world.to_be_told(day);
    assert_eq!(orders.len(), 1, "{orders:?}");
    let (basis, mut tally) = (scene.world.memory.size(), Tally::default());
    std::mem::swap(&mut tally, &mut scene.world.tally);
    scene.world.say(&[desk::evaluated(&record, &entry, day, basis, &tally)], day);
    let found = findings(&scene.audit());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.starts_with("notification.ordered to RESPONSIBLE by W-LIC-01"), "{found:?}");
}

#[test]
fn numbers_that_are_not_those_of_the_conclusions_are_found() {
    let mut scene = Scene::new();
    scene.another_day();
    let (record, entry) = scene.desk();
    let day = scene.world.now.civil_day();
    let drafts = scene.world.demanded(day);
    assert_eq!(drafts, []);
    let (_, warning) = scene.world.warning("W-LIC-01", scene.licence).expect("a warning");
    let mut tally = Tally::default();
    tally.take(&warning::Event::Cleared(domain::records::Nothing {}), &warning);
    let basis = scene.world.memory.size();
    scene.world.say(&[desk::evaluated(&record, &entry, day, basis, &tally)], day);
    let found = findings(&scene.audit());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.starts_with("the numbers and the digest"), "{found:?}");
}

/// Who holds the service's key can write into the log beside the door; the audit does not believe it.
#[test]
fn a_stolen_key_that_clears_a_warning_is_found() {
    let mut scene = Scene::new();
    scene.another_day();
    scene.world.evaluate();
    let (id, warning) = scene.world.warning("W-LIC-01", scene.licence).expect("a warning");
    let entry = scene.world.memory.record(&warning::reference(id)).expect("the warning").clone();
    let day = scene.world.now.civil_day();
    let rule = rules::rule(&warning.rule).expect("a rule").id;
    let record = warning::reference(id);
    let cleared = Draft::following("warning.cleared", record, Some(&entry), (rule, 1), Object::default());
    let forged = Draft { basis: Some(scene.world.memory.size()), ..cleared };
    let unit = scene.world.service_unit(&[forged], day);
    let refusal = scene.world.submit(&unit).expect_err("the door compares it with what the rules demand");
    assert_eq!(refusal.code.as_str(), "not_authorised");
    let position = scene.world.memory.size();
    scene.world.write_beside_the_door(&unit);
    let report = scene.audit();
    let found = findings(&report);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, position);
    assert!(report.findings.iter().all(|finding| finding.check == Check::System), "{found:?}");
}

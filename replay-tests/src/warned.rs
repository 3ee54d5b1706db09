//! What the desk says as days pass, and how a warning stands.

use domain::records::warning::{self, Warning};
use domain::warning_codes::{WarningGrade, WarningState};
use uuid::Uuid;

use crate::practice::Practice;
use crate::world::World;

/// A day in seconds.
pub const DAY: i64 = 86_400;

/// A practice whose ledger has the rules in force.
#[must_use]
pub fn warned(seed: u64) -> (World, Practice) {
    let (mut world, practice) = Practice::new(seed);
    world.adopt_rules();
    (world, practice)
}

/// Lets days pass, each of them evaluated.
pub fn pass(world: &mut World, days: i64) {
    world.pass_seconds(days * DAY);
    world.evaluate();
}

/// Lets time pass until a day, of which nothing is evaluated yet.
///
/// # Panics
/// When it is no later day.
pub fn wait_for(world: &mut World, day: &str) {
    let days = day.parse::<signing::bytes::Date>().expect("a date").days() - world.now.civil_day().days();
    assert!(days >= 0, "{day} is over");
    world.pass_seconds(days * DAY);
}

/// The warning of a rule about a subject that was raised last.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn find(world: &World, rule: &str, subject: Uuid) -> (Uuid, Warning) {
    world.warning(rule, subject).unwrap_or_else(|| panic!("no warning of {rule}"))
}

/// State and grade of a warning.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn stands(world: &World, id: Uuid) -> (WarningState, WarningGrade) {
    let entry = world.memory.record(&warning::reference(id)).expect("the warning");
    let warning = entry.state.warning().expect("a warning");
    (warning.state, warning.grade)
}

/// What happened to a warning, in order.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn told(world: &World, id: Uuid) -> Vec<&'static str> {
    let entry = world.memory.record(&warning::reference(id)).expect("the warning");
    entry.marks.iter().map(|mark| mark.event_type.trim_start_matches("warning.")).collect()
}

/// The institution with which a warning lies.
///
/// # Panics
/// When there is no such warning.
#[must_use]
pub fn home(world: &World, id: Uuid) -> Option<Uuid> {
    let record = warning::reference(id);
    let entry = world.memory.record(&record).expect("the warning").clone();
    domain::admission::home(&record, &entry, &world.memory).expect("memory holds everything").0
}

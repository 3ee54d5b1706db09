//! The way of a worker's file between institutions and districts: which steps a transfer takes, who holds each, what may
//! follow from what, and for how long somebody may keep silent (workflows §20).
//!
//! Pure tables and one pure step: [`after`]. The kind [`transfer`](crate::records::transfer) asks them; the golden table
//! `tests/transfer-table.tsv` is printed from them.

use serde::Serialize;

use crate::licence_codes::LicenceClass;
use crate::person_codes::OccupationalCategory;
use crate::transfer_codes::{Ruling, TransferParty, TransferRejection, TransferState, TransferStep, TransferType};

/// Working days of one step before it counts as late (W-TRF-01, product policy of workflows §20.8).
const STEP_WORKDAYS: i64 = 5;
/// Working days after which somebody above may act for who keeps silent: from the day after these.
pub const SILENT_WORKDAYS: i64 = 10;
/// Working days after which a worker's silence lets the case go on with the statutory part.
pub const CONSENT_WORKDAYS: i64 = 20;
/// Working days within which a rejection may be disputed.
pub const DISPUTE_WORKDAYS: i64 = 10;
/// Working days in which a package is sealed.
const PACKAGE_WORKDAYS: i64 = 3;

/// Working days that a step may take (workflows §20.8).
#[must_use]
pub fn limit(step: TransferStep) -> i64 {
    match step {
        TransferStep::WorkerConsent => CONSENT_WORKDAYS,
        TransferStep::Packaging => PACKAGE_WORKDAYS,
        _ => STEP_WORKDAYS,
    }
}

/// What of a request decides on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// How the file moves.
    pub kind: TransferType,
    /// Who asked for it.
    pub by: TransferParty,
    /// Both sides are supervised by the same county.
    pub same_county: bool,
    /// A dose history is entered by hand.
    pub by_hand: bool,
}

/// The steps of a course, in their order.
#[must_use]
pub fn steps(course: Course) -> Vec<TransferStep> {
    use TransferStep as S;
    match course.kind {
        TransferType::Department => vec![S::ReleasingInstitution],
        TransferType::SameCounty => vec![
            S::WorkerConsent,
            S::ReleasingInstitution,
            S::ReceivingInstitution,
            S::ReceivingCounty,
            S::Packaging,
            S::HandedOver,
        ],
        TransferType::OtherCounty => vec![
            S::WorkerConsent,
            S::ReleasingInstitution,
            S::ReleasingCounty,
            S::ReceivingInstitution,
            S::ReceivingCounty,
            S::Packaging,
            S::HandedOver,
        ],
        TransferType::OutOfCity => {
            vec![S::WorkerConsent, S::ReleasingInstitution, S::ReleasingCounty, S::City, S::Packaging, S::HandedOver]
        }
        TransferType::IntoCity => {
            let mut steps = vec![S::WorkerConsent, S::ReceivingInstitution, S::ReceivingCounty];
            steps.extend(course.by_hand.then_some(S::City));
            steps
        }
        TransferType::EmployerGone => vec![
            S::WorkerConsent,
            S::ReleasingCounty,
            S::ReceivingInstitution,
            S::ReceivingCounty,
            S::Packaging,
            S::HandedOver,
        ],
        TransferType::Parking => {
            // The county asks where the institution cannot.
            let mut steps = Vec::new();
            steps.extend((course.by != TransferParty::ReleasingCounty).then_some(S::ReleasingInstitution));
            steps.extend([S::ReleasingCounty, S::Packaging, S::HandedOver]);
            steps
        }
        TransferType::MultiSite => {
            let mut steps = vec![S::WorkerConsent, S::ReleasingInstitution, S::ReceivingInstitution];
            steps.extend((!course.same_county).then_some(S::ReceivingCounty));
            steps
        }
    }
}

/// Whether a course ends with another custodian.
#[must_use]
pub fn moves_custody(kind: TransferType) -> bool {
    !matches!(kind, TransferType::Department | TransferType::MultiSite)
}

/// Who may ask for a transfer.
#[must_use]
pub fn askers(kind: TransferType) -> &'static [TransferParty] {
    use TransferParty as P;
    match kind {
        TransferType::Department => &[P::Releasing],
        TransferType::SameCounty | TransferType::OtherCounty | TransferType::MultiSite => {
            &[P::Releasing, P::Receiving, P::Worker]
        }
        TransferType::OutOfCity => &[P::Releasing, P::Worker],
        TransferType::IntoCity => &[P::Receiving, P::Worker],
        TransferType::EmployerGone => &[P::Receiving, P::Worker, P::ReleasingCounty],
        TransferType::Parking => &[P::Releasing, P::Worker, P::ReleasingCounty],
    }
}

/// Grounds on which a step may be rejected; none where it cannot be.
#[must_use]
pub fn grounds(step: TransferStep) -> &'static [TransferRejection] {
    use TransferRejection as R;
    match step {
        TransferStep::ReleasingInstitution => &[R::NotOurWorker, R::WrongPerson, R::OpenAccident],
        TransferStep::ReleasingCounty => &[R::LeavingExam, R::UnderInvestigation],
        TransferStep::ReceivingInstitution => &[R::NotEmployed, R::PostUnsuitable],
        TransferStep::ReceivingCounty => &[R::NoLicence],
        TransferStep::City => &[R::Duplicate, R::Identity, R::HistoryNotEvidenced],
        TransferStep::WorkerConsent | TransferStep::Packaging | TransferStep::HandedOver => &[],
    }
}

/// Who signs the receipt of a package.
#[must_use]
pub fn receivers(kind: TransferType) -> &'static [TransferParty] {
    match kind {
        TransferType::SameCounty | TransferType::OtherCounty | TransferType::EmployerGone => {
            &[TransferParty::Receiving]
        }
        // The addressee's receipt is entered by the county that sent it, where the worker does not sign himself.
        TransferType::OutOfCity => &[TransferParty::Worker, TransferParty::ReleasingCounty],
        TransferType::Parking => &[TransferParty::ReleasingCounty],
        TransferType::Department | TransferType::IntoCity | TransferType::MultiSite => &[],
    }
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Its state.
    pub state: TransferState,
    /// The step that it waits at, or that it was suspended, rejected or disputed at, or the last one.
    pub step: TransferStep,
    /// The city has ruled: a rejection is for good.
    pub ruled: bool,
}

/// Whether a case in this state is not over.
#[must_use]
pub fn is_open(state: TransferState) -> bool {
    matches!(state, TransferState::Open | TransferState::Suspended | TransferState::Disputed)
}

impl Standing {
    /// Whether the case is not over: it waits at a step, for the clock to go on, or for the city.
    #[must_use]
    pub fn is_open(&self) -> bool {
        is_open(self.state)
    }
}

/// What somebody does to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The worker agrees, refuses or kept silent: the case goes on.
    Consent,
    /// The holder of the step agrees.
    Approve,
    /// Somebody above acts in his place.
    Substitute,
    /// The holder rejects.
    Reject,
    /// The holder sends it back to an earlier step.
    Return(TransferStep),
    /// The clock is stopped.
    Suspend,
    /// The clock goes on.
    Resume,
    /// Who asked takes it back.
    Withdraw,
    /// A party disputes a rejection.
    Dispute,
    /// The city rules on it.
    Rule(Ruling),
    /// The package is sealed.
    Seal,
    /// The receiver signs for it.
    Receive,
}

/// Where a case stands after an act; none when the act cannot follow.
#[must_use]
pub fn after(steps: &[TransferStep], standing: Standing, act: Act) -> Option<Standing> {
    use TransferState as State;
    use TransferStep as Step;
    let Standing { state, step, ruled } = standing;
    let to = |state| Some(Standing { state, step, ruled });
    let open = state == State::Open;
    let decided = !matches!(step, Step::WorkerConsent | Step::Packaging | Step::HandedOver);
    let place = steps.iter().position(|known| *known == step)?;
    let onward = || match steps.get(place + 1) {
        Some(next) => Some(Standing { state: State::Open, step: *next, ruled: false }),
        None => to(State::Completed),
    };
    match act {
        Act::Consent if open && step == Step::WorkerConsent => onward(),
        Act::Approve | Act::Reject if !(open && decided) => None,
        Act::Approve => onward(),
        Act::Reject => Some(Standing { state: State::Rejected, step, ruled: false }),
        Act::Substitute => {
            let may = matches!(step, Step::ReleasingInstitution | Step::ReleasingCounty | Step::ReceivingCounty);
            if open && may { onward() } else { None }
        }
        Act::Return(earlier) => {
            let back = steps[..place].contains(&earlier);
            (open && decided && back).then_some(Standing { state: State::Open, step: earlier, ruled: false })
        }
        Act::Suspend if open => to(State::Suspended),
        Act::Resume if state == State::Suspended => to(State::Open),
        Act::Withdraw => {
            let packed = matches!(step, Step::Packaging | Step::HandedOver);
            let may = matches!(state, State::Open | State::Suspended) && !packed;
            if may { to(State::Withdrawn) } else { None }
        }
        Act::Dispute if state == State::Rejected && !ruled => to(State::Disputed),
        Act::Rule(Ruling::Approved) if state == State::Disputed => onward(),
        Act::Rule(Ruling::Rejected) if state == State::Disputed => {
            Some(Standing { state: State::Rejected, step, ruled: true })
        }
        Act::Seal if open && step == Step::Packaging => onward(),
        Act::Receive if open && step == Step::HandedOver => onward(),
        _ => None,
    }
}

/// Class of licence that work of a category needs, where it is diagnosis or therapy.
#[must_use]
pub fn class_of(category: OccupationalCategory) -> Option<LicenceClass> {
    match category {
        OccupationalCategory::DiagnosticRadiology | OccupationalCategory::DentalRadiology => {
            Some(LicenceClass::Diagnostic)
        }
        OccupationalCategory::NuclearMedicine => Some(LicenceClass::NuclearMedicine),
        OccupationalCategory::Radiotherapy => Some(LicenceClass::Radiotherapy),
        OccupationalCategory::InterventionalRadiology => Some(LicenceClass::Interventional),
        _ => None,
    }
}

/// Every standing that a case on this way can come to, in the order in which it is found.
#[must_use]
pub fn reachable(way: &[TransferStep]) -> Vec<Standing> {
    let mut known = vec![Standing { state: TransferState::Open, step: way[0], ruled: false }];
    let mut at = 0;
    while let Some(standing) = known.get(at).copied() {
        let next: Vec<_> = every_act(way).filter_map(|act| after(way, standing, act)).collect();
        for standing in next {
            if !known.contains(&standing) {
                known.push(standing);
            }
        }
        at += 1;
    }
    known
}

fn every_act(way: &[TransferStep]) -> impl Iterator<Item = Act> {
    way.iter().map(|step| Act::Return(*step)).chain([
        Act::Consent,
        Act::Approve,
        Act::Substitute,
        Act::Reject,
        Act::Suspend,
        Act::Resume,
        Act::Withdraw,
        Act::Dispute,
        Act::Rule(Ruling::Approved),
        Act::Rule(Ruling::Rejected),
        Act::Seal,
        Act::Receive,
    ])
}

/// The table of every course, for people to read: which steps a transfer takes, and of the longest course of each type what
/// may be done at each step, by whom, and where it leads.
#[must_use]
pub fn table() -> String {
    let mut lines = vec!["type\tasked for by\tsteps".to_owned()];
    let mut longest = Vec::new();
    for kind in TransferType::ALL {
        let mut ways: Vec<Vec<TransferStep>> = Vec::new();
        for by in askers(*kind) {
            for (same_county, by_hand) in [(true, false), (false, false), (false, true)] {
                let way = steps(Course { kind: *kind, by: *by, same_county, by_hand });
                let named: Vec<&str> = way.iter().map(|step| step.as_str()).collect();
                let line = format!("{}\t{}\t{}", kind.as_str(), by.as_str(), named.join(" "));
                if !lines.contains(&line) {
                    lines.push(line);
                }
                ways.push(way);
            }
        }
        longest.extend(ways.into_iter().max_by_key(Vec::len).map(|way| (*kind, way)));
    }
    lines.push("\ntype\tstate\tstep\tact\tby\tstate after\tstep after".to_owned());
    for (kind, way) in longest {
        for standing in reachable(&way) {
            lines.extend(acts(&way, standing, kind));
        }
    }
    lines.join("\n") + "\n"
}

fn acts(way: &[TransferStep], standing: Standing, kind: TransferType) -> Vec<String> {
    let returns =
        way.iter().map(|step| (format!("return to {}", step.as_str()), Act::Return(*step), holder(standing.step)));
    let parties = |parties: &[TransferParty]| parties.iter().map(|party| party.as_str()).collect::<Vec<_>>().join("|");
    let county = format!("county of the step, {}", TransferStep::City.as_str());
    let others = [
        ("consent, refuse or stay silent", Act::Consent, "WORKER".to_owned()),
        ("approve", Act::Approve, holder(standing.step)),
        ("reject", Act::Reject, holder(standing.step)),
        ("act in place of the silent", Act::Substitute, above(standing.step).to_owned()),
        ("suspend", Act::Suspend, county.clone()),
        ("resume", Act::Resume, county),
        ("withdraw", Act::Withdraw, "who asked".to_owned()),
        ("dispute", Act::Dispute, "any party".to_owned()),
        ("rule: approved", Act::Rule(Ruling::Approved), TransferStep::City.as_str().to_owned()),
        ("rule: rejected", Act::Rule(Ruling::Rejected), TransferStep::City.as_str().to_owned()),
        ("seal the package", Act::Seal, TransferParty::ReleasingCounty.as_str().to_owned()),
        ("sign the receipt", Act::Receive, parties(receivers(kind))),
    ];
    let others = others.into_iter().map(|(name, act, by)| (name.to_owned(), act, by));
    others
        .chain(returns)
        .filter_map(|(name, act, by)| {
            let next = after(way, standing, act)?;
            Some(format!(
                "{}\t{}\t{}\t{name}\t{by}\t{}\t{}",
                kind.as_str(),
                standing.state.as_str(),
                standing.step.as_str(),
                next.state.as_str(),
                next.step.as_str()
            ))
        })
        .collect()
}

fn holder(step: TransferStep) -> String {
    step.as_str().to_owned()
}

/// Who may act in the place of the holder of a step.
#[must_use]
pub fn above(step: TransferStep) -> &'static str {
    match step {
        TransferStep::ReleasingInstitution => "RELEASING_COUNTY",
        TransferStep::ReleasingCounty | TransferStep::ReceivingCounty => "CITY",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(kind: TransferType) -> Course {
        Course { kind, by: askers(kind)[0], same_county: false, by_hand: false }
    }

    /// Whatever is done, in whatever order: a case never leaves its way, and what has ended stays ended.
    #[test]
    fn no_act_leads_off_the_way() {
        for kind in TransferType::ALL {
            let way = steps(course(*kind));
            let known = reachable(&way);
            for standing in &known {
                assert!(way.contains(&standing.step));
                let over = matches!(standing.state, TransferState::Completed | TransferState::Withdrawn)
                    || standing.state == TransferState::Rejected && standing.ruled;
                assert_eq!(over, every_act(&way).all(|act| after(&way, *standing, act).is_none()), "{standing:?}");
            }
            let ends = known.iter().filter(|standing| standing.state == TransferState::Completed).count();
            assert_eq!(ends, 1, "{kind:?} completes in one way: {known:?}");
        }
    }

    #[test]
    fn a_step_that_can_be_rejected_says_why() {
        for step in TransferStep::ALL {
            let standing = Standing { state: TransferState::Open, step: *step, ruled: false };
            let rejected = after(&[*step], standing, Act::Reject).is_some();
            assert_eq!(rejected, !grounds(*step).is_empty(), "{step:?}");
        }
    }
}

//! Warning rules: pure functions with the law attached.
//!
//! A rule looks at one subject (a worker, a device, a licence …) and says what it finds: which occurrence, and from which
//! day on which grade holds ([`Steps`]). It knows no clock, no record of a warning and no sealed value. What follows from
//! that, the desk says in signed events ([`conclude`]); the judge and the audit run the same function again.
//!
//! One rule, one file: its citation with the edition, its versions and the days from which they hold, its parameters, the
//! worked cases of `rules.md` and cases below, at and above. [`RULES`] is THE list.

mod agenda;
mod conclude;
mod doses;
mod exams;
mod holding;
mod look;
mod notice;
mod steps;
mod tested;
mod w_crt_01;
mod w_crt_02;
mod w_crt_03;
mod w_dev_01;
mod w_dev_02;
mod w_dev_03;
mod w_dev_04;
mod w_dev_05;
mod w_dose_01;
mod w_dose_02;
mod w_dose_03;
mod w_dose_04;
mod w_dose_05;
mod w_dose_06;
mod w_dose_07;
mod w_dose_08;
mod w_dose_09;
mod w_dose_10;
mod w_dose_11;
mod w_dose_12;
mod w_heo_01;
mod w_heo_02;
mod w_hlt_01;
mod w_hlt_02;
mod w_hlt_03;
mod w_hlt_04;
mod w_hlt_05;
mod w_hlt_06;
mod w_hlt_07;
mod w_hlt_08;
mod w_lic_01;
mod w_lic_02;
mod w_lic_03;
mod w_lic_04;
mod w_lic_06;
mod w_org_01;
mod w_org_02;
mod w_org_03;
mod w_sig_01;
mod w_trf_01;
mod w_trf_03;
mod w_trn_01;
mod w_trn_02;
mod w_trn_04;
mod w_tso_01;
mod w_tso_02;
mod w_tso_03;
mod what_if;
mod worker;

#[cfg(test)]
mod case;
#[cfg(test)]
mod case_device;
#[cfg(test)]
mod case_dose;
#[cfg(test)]
mod case_health;
#[cfg(test)]
mod case_licence;

use compact_str::CompactString;
use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash};
use signing::statement::RecordRef;
use uuid::Uuid;

pub use agenda::{Again, Agenda};
pub use conclude::{Ahead, Conclusions, ahead, conclude, conclude_all, conclude_some, grade_on};
pub use look::Look;
pub use notice::{Order, conclude as notices, merged, ordered, tells};
pub use steps::{L15, L30, L60, L90, Ladder, Steps};
pub use tested::status_test_due;
pub use what_if::{Drafted, Found, Matter, WhatIf};

use crate::catalog::{CATALOGUE, Kind, State, file};
use crate::law::Citation;
use crate::record::{Facts, Need};
use crate::records::licence;
use crate::reference_codes::ParameterName;
use crate::warning_codes::WarningGrade;

/// A rule.
#[derive(Debug)]
pub struct WarningRule {
    /// `W-<module>-<number>`, as `rules.md` has it.
    pub id: &'static str,
    /// Version of the rules file with which it came.
    pub since: u32,
    /// Name in Chinese.
    pub zh: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// Kind of the records that it looks at.
    pub subject: Kind,
    /// Kinds whose events may change its answer.
    pub feeds: &'static [Kind],
    /// Parameters that it reads.
    pub parameters: &'static [ParameterName],
    /// Its versions, oldest first.
    pub versions: &'static [Version],
    /// Who is told, from which grade on.
    pub told: Told,
    /// What clears it, in Chinese.
    pub cleared_zh: &'static str,
    /// What clears it, in English.
    pub cleared_en: &'static str,
    /// Who closes it once it was red.
    pub closer: Closer,
    /// Whether it may be waived for a time: never a limit, an age, or work without a licence (rules.md §3.7).
    pub waivable: bool,
    /// A fact that does not go away: it is closed by a decision on it, whether or not the condition still holds.
    pub lasting: bool,
}

/// A version of a rule.
#[derive(Debug)]
pub struct Version {
    /// Its number.
    pub version: u16,
    /// First day on which it holds.
    pub from: Date,
    /// The law.
    pub citations: &'static [Citation],
    /// What it finds about a subject.
    pub evaluate: fn(Uuid, &Look<'_>) -> Result<Vec<Finding>, Need>,
}

/// From which grade on each is told; nobody where none stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The worker.
    pub worker: Option<WarningGrade>,
    /// The institution whose duty it is.
    pub unit: Option<WarningGrade>,
    /// The county.
    pub county: Option<WarningGrade>,
    /// The city.
    pub city: Option<WarningGrade>,
}

/// Who closes a warning that was red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closer {
    /// An officer of the county, or of the city.
    County,
    /// The city alone.
    City,
    /// The audit administrator alone.
    Audit,
}

impl Closer {
    /// The word of the policy.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::City => "city",
            Self::Audit => "audit",
        }
    }
}

/// What a rule found about its subject: one occurrence, which becomes one warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What tells it from others of the same rule and subject: a due date, a period, a record.
    pub occurrence: CompactString,
    /// Its grade, day by day.
    pub steps: Steps,
    /// Day by which it is due, where there is one.
    pub due_on: Option<Date>,
    /// Records on which it rests: their versions stand in the signed event.
    pub inputs: Vec<RecordRef>,
    /// Institution whose duty it is and stays; none where it goes with the subject.
    pub institution: Option<Uuid>,
    /// The worker whom it concerns, where the subject is not himself.
    pub person: Option<Uuid>,
    /// What was computed: name with its unit, value.
    pub figures: Vec<(&'static str, i64)>,
}

impl Finding {
    /// A finding with its steps.
    #[must_use]
    pub fn new(occurrence: impl std::fmt::Display, steps: Steps) -> Self {
        Self {
            occurrence: compact_str::format_compact!("{occurrence}"),
            steps,
            due_on: None,
            inputs: Vec::new(),
            institution: None,
            person: None,
            figures: Vec::new(),
        }
    }

    /// Something due: its day is the occurrence, so another day is another warning.
    #[must_use]
    pub fn due(day: Date, ladder: Ladder) -> Self {
        Self { due_on: Some(day), ..Self::new(day, Steps::ladder(day, ladder)) }
    }

    /// The day by which it is due.
    #[must_use]
    pub fn by(mut self, day: Date) -> Self {
        self.due_on = Some(day);
        self
    }

    /// Resting on a record.
    #[must_use]
    pub fn on(mut self, input: RecordRef) -> Self {
        self.inputs.push(input);
        self
    }

    /// Resting on records, at most the last [`INPUTS_MAX`] of them.
    #[must_use]
    pub fn on_all(mut self, inputs: impl IntoIterator<Item = RecordRef>) -> Self {
        self.inputs.extend(inputs);
        let over = self.inputs.len().saturating_sub(INPUTS_MAX);
        self.inputs.drain(..over);
        self
    }

    /// The duty of an institution, whoever holds the file later.
    #[must_use]
    pub fn of(mut self, institution: Uuid) -> Self {
        self.institution = Some(institution);
        self
    }

    /// Concerning a worker.
    #[must_use]
    pub fn concerning(mut self, person: Uuid) -> Self {
        self.person = Some(person);
        self
    }

    /// With a number that was computed; its unit is the suffix of the name.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: i64) -> Self {
        self.figures.push((name, value));
        self
    }
}

/// Most records that a warning names as those on which it rests.
pub const INPUTS_MAX: usize = 16;

/// Conclusions that the desk says in one unit: enough to be quick, few enough that one that no longer holds costs little.
pub const CONCLUSIONS_AT_ONCE: usize = 100;

/// The newest rules file.
pub const RULES_FILE: u32 = 2;

/// What an evaluation rests on: the newest rules and catalogue of this program. Others, and everything is evaluated once more.
#[must_use]
pub fn edition() -> Hash {
    let files = [("rules", RULES_FILE), ("catalogue", CATALOGUE)];
    let bytes = files.map(|(what, version)| file(what, version).unwrap_or_default());
    Hash::of(&bytes.concat())
}

/// Every rule, in the order of their numbers.
pub static RULES: &[&WarningRule] = &[
    &w_org_01::RULE,
    &w_org_02::RULE,
    &w_org_03::RULE,
    &w_lic_01::RULE,
    &w_lic_02::RULE,
    &w_lic_03::RULE,
    &w_lic_04::RULE,
    &w_lic_06::RULE,
    &w_dev_01::RULE,
    &w_dev_02::RULE,
    &w_dev_03::RULE,
    &w_dev_04::RULE,
    &w_dev_05::RULE,
    &w_dose_01::RULE,
    &w_dose_02::RULE,
    &w_dose_03::RULE,
    &w_dose_04::RULE,
    &w_dose_05::RULE,
    &w_dose_06::RULE,
    &w_dose_07::RULE,
    &w_dose_08::RULE,
    &w_dose_09::RULE,
    &w_dose_10::RULE,
    &w_dose_11::RULE,
    &w_dose_12::RULE,
    &w_hlt_01::RULE,
    &w_hlt_02::RULE,
    &w_hlt_03::RULE,
    &w_hlt_04::RULE,
    &w_hlt_05::RULE,
    &w_hlt_06::RULE,
    &w_hlt_07::RULE,
    &w_hlt_08::RULE,
    &w_trn_01::RULE,
    &w_trn_02::RULE,
    &w_trn_04::RULE,
    &w_crt_01::RULE,
    &w_crt_02::RULE,
    &w_crt_03::RULE,
    &w_tso_01::RULE,
    &w_tso_02::RULE,
    &w_tso_03::RULE,
    &w_heo_01::RULE,
    &w_heo_02::RULE,
    &w_trf_01::RULE,
    &w_trf_03::RULE,
    &w_sig_01::RULE,
];

/// The rule of an id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static WarningRule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Some of the [`RULES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleSet(u64);

impl RuleSet {
    /// Every rule, and what is told of a warning.
    pub const ALL: Self = Self(u64::MAX);

    /// The rule at a place of the list.
    fn at(place: usize) -> Self {
        Self(1 << place)
    }

    /// The rules about records of the kind of a subject for which something holds.
    fn of(subject: &RecordRef, holds: impl Fn(&WarningRule) -> bool) -> Self {
        let about = RULES.iter().enumerate().filter(|(_, rule)| rule.subject.as_str() == subject.kind);
        about.filter(|(_, rule)| holds(rule)).fold(Self::default(), |all, (place, _)| all.with(Self::at(place)))
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and others.
    #[must_use]
    pub fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These without others.
    fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether all of these are among others.
    fn within(self, others: Self) -> bool {
        self.without(others).is_empty()
    }
}

const _: () = assert!(RULES.len() <= u64::BITS as usize, "a set has a bit for each rule");

impl WarningRule {
    /// The version of a day.
    #[must_use]
    pub fn version(&self, day: Date) -> Option<&'static Version> {
        self.versions.iter().rev().find(|version| version.from <= day)
    }
}

/// The subjects about which an event of a record may change the answer of some rule, each with these rules.
///
/// # Errors
/// A [`Need`] when the records beside it are not loaded.
pub fn touched(record: &RecordRef, state: &State, facts: &dyn Facts) -> Result<Vec<(RecordRef, RuleSet)>, Need> {
    let kind = state.kind();
    if let State::Warning(warning) = state {
        let subject = warning.subject.clone();
        let rules = RuleSet::of(&subject, |rule| rule.id == warning.rule || rule.feeds.contains(&kind));
        // Itself as well: somebody may have to be told of it.
        return Ok(vec![(subject, rules), (record.clone(), RuleSet::ALL)]);
    }
    let subjects = related(record, state, facts)?.into_iter().filter_map(|subject| {
        let fed = RuleSet::of(&subject, |rule| rule.feeds.contains(&kind));
        // What was warned of about a record goes with it (`warning.moved`), whatever its rule looks at.
        let rules = if subject == *record { RuleSet::ALL } else { fed };
        (!fed.is_empty()).then_some((subject, rules))
    });
    Ok(subjects.collect())
}

/// The records to which a record belongs, those that look at it, and itself: whatever a rule may have as its subject.
fn related(record: &RecordRef, state: &State, facts: &dyn Facts) -> Result<Vec<RecordRef>, Need> {
    let of = |kind: Kind, id: Uuid| RecordRef { kind: kind.as_str().into(), id };
    let mut all = vec![record.clone()];
    match state {
        State::Institution(_) => all.extend(facts.members(&licence::licences_key(record.id))?.records.iter().cloned()),
        State::Device(device) => all.push(of(Kind::Institution, device.profile.institution)),
        State::DeviceTest(test) => all.push(of(Kind::Device, test.device)),
        // The dates of a practice licence count for the others that print none.
        State::Licence(licence) => {
            all.push(of(Kind::Institution, licence.profile.institution));
            let beside = facts.members(&licence::licences_key(licence.profile.institution))?;
            all.extend(beside.records.iter().filter(|beside| *beside != record).cloned());
        }
        State::MonitoringContract(contract) => all.push(of(Kind::Institution, contract.terms.institution)),
        State::Employment(employment) => {
            all.extend([of(Kind::Person, employment.person), of(Kind::Institution, employment.institution)]);
        }
        State::DoseReport(report) => all.push(of(Kind::MonitoringContract, report.header.contract)),
        State::Dosimeter(dosimeter) => all.push(dosimeter.issue.person.clone()),
        State::DoseResult(result) => all.push(result.person.clone()),
        State::ExamResult(exam) => {
            all.push(exam.person.clone());
            let earlier = exam.report().and_then(|report| report.follows);
            all.extend(earlier.map(|earlier| of(Kind::ExamResult, earlier)));
        }
        State::TrainingRecord(training) => all.push(training.person.clone()),
        State::Certificate(certificate) => all.push(certificate.person.clone()),
        State::Restriction(restriction) => all.push(restriction.person.clone()),
        State::Investigation(investigation) => all.push(investigation.person.clone()),
        State::Transfer(transfer) => all.push(transfer.request.person.clone()),
        State::Credential(credential) => all.push(of(Kind::Account, credential.account)),
        State::Grant(grant) => all.push(of(Kind::Account, grant.given.account)),
        _ => {}
    }
    Ok(all)
}

/// Whether an event of this kind may change every answer: parameters, holidays, rules in force.
#[must_use]
pub fn touches_all(kind: Kind) -> bool {
    matches!(kind, Kind::Parameter | Kind::HolidayTable | Kind::Policy)
}

/// A rules file as data: the source of `files/rules-<version>.json`.
#[must_use]
pub fn describe(version: u32) -> Json {
    let told = |told: Told| {
        let all = [("worker", told.worker), ("unit", told.unit), ("county", told.county), ("city", told.city)];
        let named = all.into_iter().filter_map(|(who, grade)| Some((who.to_owned(), json!(grade?.as_str()))));
        Json::Object(named.collect())
    };
    let rules = RULES.iter().filter(|rule| rule.since <= version).map(|rule| {
        let versions = rule.versions.iter().enumerate().map(|(index, version)| {
            let citations = version.citations.iter().map(ToString::to_string).collect::<Vec<_>>();
            let mut described = json!({"version": version.version, "from": version.from, "citations": citations});
            if let Some(next) = rule.versions.get(index + 1) {
                described["until"] = json!(next.from);
            }
            described
        });
        json!({
            "rule": rule.id, "zh": rule.zh, "en": rule.en, "subject": rule.subject.as_str(),
            "feeds": rule.feeds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
            "parameters": rule.parameters.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
            "versions": versions.collect::<Vec<_>>(),
            "told": told(rule.told),
            "cleared_by": {"zh": rule.cleared_zh, "en": rule.cleared_en},
            "closed_by": rule.closer.as_str(), "waivable": rule.waivable, "lasting": rule.lasting,
        })
    });
    json!({"what": "rules", "version": version, "rules": rules.collect::<Vec<_>>()})
}

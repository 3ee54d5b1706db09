//! The state of every record of every kind, now and at any position: one versioned row per event.
//!
//! One projection serves all kinds. What a list shows, filters and sorts is lifted out of the state: `label`,
//! `state`, and `facets`, whose places are documented by [`facets`]. The rest is the state itself, as JSON.

use compact_str::CompactString;
use domain::catalog::{Kind, State};
use domain::dose::{Annual, INTERVALS, interval};
use signing::bytes::Instant;
use uuid::Uuid;

use crate::home::Home;
use crate::{Change, Entries, Folded, Poison, Projection};

/// The projection.
#[derive(Debug, Clone, Copy)]
pub struct Current;

/// A record as it stood from one of its events to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Kind.
    pub kind: Kind,
    /// Record.
    pub id: Uuid,
    /// Version.
    pub version: u32,
    /// Position of the event that made it.
    pub since: u64,
    /// Position of the next one; none while this is the present state.
    pub until: Option<u64>,
    /// `since` of the version before, which this row closes.
    pub closes: Option<u64>,
    /// When the event was recorded.
    pub recorded_at: Instant,
    /// Where it belongs.
    pub home: Home,
    /// What lists sort by.
    pub label: CompactString,
    /// Code of the state.
    pub state: CompactString,
    /// Values to filter by, in the order of [`facets`]; empty text when absent.
    pub facets: Vec<CompactString>,
    /// The state as JSON; sealed members as commitments.
    pub row: String,
}

/// A place in a kind's facets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facet {
    /// Name of the member.
    pub name: &'static str,
    /// True when a row has several values: stored as `|A|B|`, and a filter asks for one of them.
    pub many: bool,
}

pub(crate) const fn one(name: &'static str) -> Facet {
    Facet { name, many: false }
}

pub(crate) const fn many(name: &'static str) -> Facet {
    Facet { name, many: true }
}

/// The facets of a kind, in their order. Changing them is a new [`Projection::VERSION`].
#[must_use]
pub const fn facets(kind: Kind) -> &'static [Facet] {
    const POLICY: &[Facet] = &[one("what"), one("version"), one("signatures")];
    const ACCOUNT: &[Facet] = &[one("kind"), one("level")];
    const CREDENTIAL: &[Facet] = &[one("holder"), one("assurance"), one("valid_until"), one("compromise_undecided")];
    const GRANT: &[Facet] = &[one("role"), one("from"), one("until")];
    const ERASURE: &[Facet] = &[one("ground"), one("subject"), one("found_in")];
    const INSTITUTION: &[Facet] =
        &[many("kinds"), one("credit_code"), one("division"), one("street"), one("medical_type"), one("grade")];
    const DEVICE: &[Facet] =
        &[one("kind"), one("ray_class"), one("maker"), one("factory_no"), one("device_no"), one("legacy")];
    const PERSON: &[Facet] = &[one("sex"), one("birth_year")];
    const EMPLOYMENT: &[Facet] = &[one("person"), one("worker_no"), one("category")];
    const LICENCE: &[Facet] = &[one("type"), one("number"), many("classes"), one("verify_due_on"), one("until")];
    const CONTRACT: &[Facet] = &[one("laboratory"), one("cycle_months")];
    const DOSIMETER: &[Facet] = &[one("person"), one("number"), one("position")];
    const DOSE_REPORT: &[Facet] =
        &[one("report_no"), one("laboratory"), one("contract"), one("signed_on"), one("period_to"), one("overdue")];
    const DOSE_RESULT: &[Facet] = &[
        one("person"),
        one("dose_year"),
        one("category"),
        one("position"),
        one("flag"),
        one("report"),
        one("employment"),
        one("band"),
        one("wear_to"),
        one("laboratory"),
    ];
    const PARAMETER: &[Facet] = &[one("name")];
    const HOLIDAY_TABLE: &[Facet] = &[one("year")];
    const CODE_LIST: &[Facet] = &[one("list")];
    const IMPORT: &[Facet] = &[one("what"), one("rows")];
    const ATTACHMENT: &[Facet] = &[one("person"), one("kind"), one("media"), one("sha256")];
    const DEVICE_TEST: &[Facet] =
        &[one("device"), one("report_no"), one("purpose"), one("conclusion"), one("tested_on"), one("laboratory")];
    const INVESTIGATION: &[Facet] = &[
        one("person"),
        one("employment"),
        one("basis"),
        one("quantity"),
        one("finding"),
        one("level"),
        one("laboratory"),
    ];
    const EXAM_RESULT: &[Facet] =
        &[one("person"), one("report_no"), one("kind"), many("conclusion"), one("exam_on"), one("examiner")];
    const RESTRICTION: &[Facet] = &[one("person"), many("measures")];
    const TRAINING_RECORD: &[Facet] =
        &[one("person"), one("number"), one("kind"), one("result"), one("passed_on"), one("held_by")];
    const CERTIFICATE: &[Facet] =
        &[one("person"), one("number"), many("categories"), one("authority"), one("issued_on"), one("last_entry_on")];
    const TRANSFER: &[Facet] = &[
        one("person"),
        one("type"),
        one("step"),
        one("since"),
        one("from_area"),
        one("to_area"),
        one("requested_on"),
        one("holder"),
    ];
    const WARNING: &[Facet] = &[
        one("person"),
        one("rule"),
        one("grade"),
        one("subject"),
        one("since"),
        one("due_on"),
        one("raised_on"),
        one("with_city"),
    ];
    const NOTIFICATION: &[Facet] =
        &[one("office"), one("rule"), one("grade"), one("day"), one("serial"), many("warnings")];
    match kind {
        Kind::Ledger | Kind::Desk => &[],
        Kind::Policy => POLICY,
        Kind::Account => ACCOUNT,
        Kind::Credential => CREDENTIAL,
        Kind::Grant => GRANT,
        Kind::Erasure => ERASURE,
        Kind::Institution => INSTITUTION,
        Kind::Device => DEVICE,
        Kind::Person => PERSON,
        Kind::Employment => EMPLOYMENT,
        Kind::Licence => LICENCE,
        Kind::MonitoringContract => CONTRACT,
        Kind::Dosimeter => DOSIMETER,
        Kind::DoseReport => DOSE_REPORT,
        Kind::DoseResult => DOSE_RESULT,
        Kind::Parameter => PARAMETER,
        Kind::HolidayTable => HOLIDAY_TABLE,
        Kind::CodeList => CODE_LIST,
        Kind::Import => IMPORT,
        Kind::Attachment => ATTACHMENT,
        Kind::DeviceTest => DEVICE_TEST,
        Kind::Investigation => INVESTIGATION,
        Kind::ExamResult => EXAM_RESULT,
        Kind::Restriction => RESTRICTION,
        Kind::TrainingRecord => TRAINING_RECORD,
        Kind::Certificate => CERTIFICATE,
        Kind::Transfer => TRANSFER,
        Kind::Warning => WARNING,
        Kind::Notification => NOTIFICATION,
    }
}

/// Every code that the `state` of a kind can have, in the order of its life.
#[must_use]
pub fn states(kind: Kind) -> Vec<&'static str> {
    let codes = |list: domain::field::CodeList| list.codes.iter().map(|(code, ..)| *code).collect();
    match kind {
        Kind::Ledger => vec!["CREATED", "COMPLETE"],
        Kind::Policy => vec!["ADOPTED"],
        Kind::Account => vec!["OPENED", "OPEN", "CLOSED"],
        Kind::Credential => vec!["REQUESTED", "BOUND", "REVOKED"],
        Kind::Grant => vec!["GIVEN", "IN_EFFECT", "ENDED"],
        Kind::Erasure => codes(domain::records::erasure::ErasureState::LIST),
        Kind::Institution => codes(domain::codes::InstitutionState::LIST),
        Kind::Device => codes(domain::codes::DeviceState::LIST),
        Kind::Person => vec!["REGISTERED"],
        Kind::Employment => codes(domain::person_codes::EmploymentState::LIST),
        Kind::Licence => codes(domain::licence_codes::LicenceState::LIST),
        Kind::MonitoringContract => vec!["CONCLUDED", "ENDED"],
        Kind::Dosimeter => codes(domain::dose_codes::DosimeterState::LIST),
        Kind::DoseReport => vec!["ISSUED"],
        Kind::DoseResult => vec!["REPORTED", "CORRECTED"],
        Kind::Parameter => vec!["SET"],
        Kind::HolidayTable | Kind::CodeList => vec!["PUBLISHED"],
        Kind::Import => codes(domain::file_codes::ImportState::LIST),
        Kind::Attachment => vec!["FILED", "WITHDRAWN"],
        Kind::DeviceTest => codes(domain::qc_codes::TestState::LIST),
        Kind::Investigation => codes(domain::investigation_codes::InvestigationState::LIST),
        Kind::ExamResult => codes(domain::health_codes::ExamState::LIST),
        Kind::Restriction => codes(domain::health_codes::RestrictionState::LIST),
        Kind::TrainingRecord => vec!["COMPLETED", "CORRECTED", "VOIDED"],
        Kind::Certificate => codes(domain::certificate_codes::CertificateState::LIST),
        Kind::Transfer => codes(domain::transfer_codes::TransferState::LIST),
        Kind::Warning => codes(domain::warning_codes::WarningState::LIST),
        Kind::Desk => vec!["OPENED", "EVALUATED"],
        Kind::Notification => codes(domain::notification_codes::NoticeState::LIST),
    }
}

/// Codes of a kind in which the life of a record is over: nothing but a correction follows.
#[must_use]
pub fn closed_states(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Account => &["CLOSED"],
        Kind::Credential => &["REVOKED"],
        Kind::Grant | Kind::Employment | Kind::MonitoringContract | Kind::Restriction => &["ENDED"],
        Kind::Erasure => &["REFUSED", "CARRIED_OUT"],
        Kind::Institution => &["CLOSED", "MERGED"],
        Kind::Device => &["DECOMMISSIONED"],
        Kind::Licence => &["CANCELLED", "REVOKED"],
        Kind::Dosimeter => &["RETURNED", "LOST", "DAMAGED"],
        Kind::Import => &["COMPLETE"],
        Kind::Attachment | Kind::DeviceTest => &["WITHDRAWN"],
        Kind::Investigation => &["ACCEPTED", "WITHDRAWN"],
        Kind::ExamResult => &["DECLINE_ACCEPTED", "DECLINE_REFUSED"],
        Kind::TrainingRecord => &["VOIDED"],
        Kind::Certificate => &["REFUSED", "WITHDRAWN", "CANCELLED"],
        Kind::Transfer => &["WITHDRAWN", "COMPLETED"],
        Kind::Warning => &["CLEARED", "CLOSED"],
        Kind::Ledger
        | Kind::Policy
        | Kind::Person
        | Kind::DoseReport
        | Kind::DoseResult
        | Kind::Parameter
        | Kind::HolidayTable
        | Kind::CodeList
        | Kind::Desk
        | Kind::Notification => &[],
    }
}

impl Projection for Current {
    type Row = Row;
    const NAME: &'static str = "current";
    const VERSION: i32 = 7;

    fn fold(folded: &Folded<'_>, _entries: &Entries) -> Result<Vec<Change<Row>>, Poison> {
        let (record, after) = (folded.record(), &folded.after);
        let shown = show(&after.state, folded.home.filed_by);
        let json = serde_json::to_string(&after.state).map_err(|error| Poison {
            position: folded.parsed.position,
            why: format!("its state is not JSON: {error}"),
        })?;
        let row = Row {
            kind: after.state.kind(),
            id: record.id,
            version: after.version,
            since: folded.parsed.position,
            until: None,
            closes: folded.before.as_ref().map(|before| before.position),
            recorded_at: folded.parsed.recorded_at,
            home: folded.home.clone(),
            label: shown.label,
            state: shown.state.into(),
            facets: shown.facets,
            row: json,
        };
        let mut changes = Vec::with_capacity(1);
        changes.extend(moved(folded));
        changes.push(Change::Put(row));
        Ok(changes)
    }
}

/// The move of an institution's rows, when the event brings it under another area. Its first event does so as well:
/// accounts may have been opened for it before, on the administrator's word.
pub(crate) fn moved<R>(folded: &Folded<'_>) -> Option<Change<R>> {
    let area = &folded.after.state.institution()?.profile.supervision_area;
    let before = folded.before.as_ref().and_then(|entry| entry.state.institution());
    let same = before.is_some_and(|before| before.profile.supervision_area == *area);
    (!same).then(|| Change::MoveOrg { org: folded.record().id, area: area.clone() })
}

/// What lists show, filter and sort of a state.
pub(crate) struct Shown {
    pub(crate) label: CompactString,
    pub(crate) state: &'static str,
    pub(crate) facets: Vec<CompactString>,
}

/// Label, state and facets of a state: one arm per kind, in the order of [`facets`]. Of a dose result its report says who
/// filed it.
pub(crate) fn show(state: &State, filed_by: Option<Uuid>) -> Shown {
    fn text(value: impl std::fmt::Display) -> CompactString {
        compact_str::format_compact!("{value}")
    }
    fn maybe(value: Option<impl std::fmt::Display>) -> CompactString {
        value.map(text).unwrap_or_default()
    }
    match state {
        State::Ledger(ledger) => Shown {
            label: ledger.created.name.clone(),
            state: if ledger.is_complete() { "COMPLETE" } else { "CREATED" },
            facets: Vec::new(),
        },
        State::Policy(policy) => Shown {
            label: text(format_args!("{} {:07}", policy.adopted.what.as_str(), policy.adopted.version)),
            // Whether enough roots have signed depends on the genesis: `signatures` says how many did.
            state: "ADOPTED",
            facets: vec![policy.adopted.what.as_str().into(), text(policy.adopted.version), text(policy.signatures)],
        },
        State::Account(account) => Shown {
            label: account.title.clone().unwrap_or_default(),
            state: match (account.countersigned, account.closed) {
                (_, true) => "CLOSED",
                (true, false) => "OPEN",
                (false, false) => "OPENED",
            },
            facets: vec![account.kind.as_str().into(), account.level.as_str().into()],
        },
        State::Credential(credential) => Shown {
            label: text(credential.key),
            state: match (credential.bound, credential.revoked) {
                (_, true) => "REVOKED",
                (true, false) => "BOUND",
                (false, false) => "REQUESTED",
            },
            facets: vec![
                text(credential.holder),
                credential.assurance.as_str().into(),
                text(credential.valid_until),
                text(credential.compromise_undecided),
            ],
        },
        State::Grant(grant) => Shown {
            label: grant.role.as_str().into(),
            state: match (grant.countersigned, grant.ended) {
                (_, true) => "ENDED",
                (true, false) => "IN_EFFECT",
                (false, false) => "GIVEN",
            },
            facets: vec![grant.role.as_str().into(), text(grant.given.from), maybe(grant.given.until)],
        },
        State::Erasure(erasure) => Shown {
            label: text(erasure.subject.id),
            state: erasure.state.as_str(),
            facets: vec![
                erasure.ground.as_str().into(),
                text(erasure.subject.id),
                text(format_args!("{}/{}", erasure.found_in.kind, erasure.found_in.id)),
            ],
        },
        State::Institution(institution) => {
            let profile = &institution.profile;
            let kinds = all_of(profile.kinds.iter().map(|kind| kind.as_str()));
            Shown {
                label: profile.name.clone(),
                state: institution.state.as_str(),
                facets: vec![
                    kinds,
                    profile.credit_code.clone(),
                    profile.division.clone(),
                    profile.street.clone().unwrap_or_default(),
                    profile.medical_type.map(|code| code.as_str().into()).unwrap_or_default(),
                    profile.grade.map(|code| code.as_str().into()).unwrap_or_default(),
                ],
            }
        }
        State::Device(device) => {
            let profile = &device.profile;
            Shown {
                label: profile.name.clone(),
                state: device.state.as_str(),
                facets: vec![
                    profile.kind.as_str().into(),
                    profile.ray_class.map(|code| code.as_str().into()).unwrap_or_default(),
                    profile.maker.clone(),
                    profile.factory_no.clone(),
                    profile.device_no.clone(),
                    text(device.legacy),
                ],
            }
        }
        // A name is sealed: lists of persons go by the employment's number, and by name only in process memory.
        State::Person(person) => Shown {
            label: CompactString::default(),
            state: "REGISTERED",
            facets: vec![person.profile.sex.as_str().into(), text(person.profile.birth_year)],
        },
        State::Employment(employment) => Shown {
            label: employment.profile.worker_no.clone(),
            state: employment.state.as_str(),
            facets: vec![
                text(employment.person),
                employment.profile.worker_no.clone(),
                employment.profile.category.as_str().into(),
            ],
        },
        State::Licence(licence) => {
            let profile = &licence.profile;
            let classes = profile.classes.iter().flatten().map(|scope| scope.class.as_str());
            Shown {
                label: profile.number.clone(),
                state: licence.state.as_str(),
                facets: vec![
                    profile.type_.as_str().into(),
                    profile.number.clone(),
                    all_of(classes),
                    maybe(profile.verify_due_on),
                    maybe(profile.until),
                ],
            }
        }
        State::MonitoringContract(contract) => Shown {
            label: text(contract.terms.from),
            state: if contract.ended_on.is_some() { "ENDED" } else { "CONCLUDED" },
            facets: vec![text(contract.terms.laboratory), text(contract.terms.cycle_months)],
        },
        State::Dosimeter(dosimeter) => Shown {
            label: dosimeter.issue.number.clone(),
            state: dosimeter.state.as_str(),
            facets: vec![
                text(dosimeter.issue.person.id),
                dosimeter.issue.number.clone(),
                dosimeter.issue.position.as_str().into(),
            ],
        },
        State::DoseReport(report) => Shown {
            label: report.header.report_no.clone(),
            state: "ISSUED",
            facets: vec![
                report.header.report_no.clone(),
                text(report.header.laboratory),
                text(report.header.contract),
                text(report.header.signed_on),
                text(report.header.period_to),
                text(format_args!("{:04}", report.days_overdue().clamp(0, 9_999))),
            ],
        },
        State::DoseResult(result) => Shown {
            // By the period, so that a worker's results stand in the order of his days.
            label: text(format_args!("{} {}", result.reading.wear_from, result.reading.position.as_str())),
            state: if result.corrections > 0 { "CORRECTED" } else { "REPORTED" },
            facets: vec![
                text(result.person.id),
                text(result.reading.dose_year),
                result.reading.category.as_str().into(),
                result.reading.position.as_str().into(),
                result.reading.flag.as_str().into(),
                text(result.report),
                text(result.employment),
                band(result).into(),
                text(result.reading.wear_to),
                maybe(filed_by),
            ],
        },
        State::Parameter(parameter) => {
            Shown { label: parameter.name.as_str().into(), state: "SET", facets: vec![parameter.name.as_str().into()] }
        }
        State::HolidayTable(holidays) => {
            Shown { label: text(holidays.table.year), state: "PUBLISHED", facets: vec![text(holidays.table.year)] }
        }
        State::CodeList(list) => {
            Shown { label: list.list.clone(), state: "PUBLISHED", facets: vec![list.list.clone()] }
        }
        State::Import(import) => Shown {
            label: text(format_args!("{} {:07}", import.what.as_str(), import.rows)),
            state: import.state.as_str(),
            facets: vec![import.what.as_str().into(), text(import.rows)],
        },
        State::Attachment(file) => Shown {
            label: text(format_args!("{} {}", file.kind.as_str(), file.media.as_str())),
            state: if file.withdrawn { "WITHDRAWN" } else { "FILED" },
            facets: vec![
                maybe(file.person.as_ref().map(|person| person.id)),
                file.kind.as_str().into(),
                file.media.as_str().into(),
                maybe(file.sha256),
            ],
        },
        State::DeviceTest(test) => {
            let findings = test.findings();
            Shown {
                // By the day of the test, so that those of a device stand in the order of its days.
                label: text(format_args!("{} {}", test.tested_on(), test.purpose.as_str())),
                state: test.state.as_str(),
                facets: vec![
                    text(test.device),
                    findings.map(|findings| findings.report_no.clone()).unwrap_or_default(),
                    test.purpose.as_str().into(),
                    findings.map(|findings| findings.conclusion.as_str().into()).unwrap_or_default(),
                    text(test.tested_on()),
                    maybe(test.laboratory),
                ],
            }
        }
        State::Investigation(investigation) => {
            let filed = investigation.form.as_ref().map(|form| form.finding);
            let finding = investigation.outcome.as_ref().map(|outcome| outcome.finding).or(filed);
            Shown {
                label: text(format_args!("{} {}", investigation.opened_on, investigation.basis.as_str())),
                state: investigation.state.as_str(),
                facets: vec![
                    text(investigation.person.id),
                    text(investigation.employment),
                    investigation.basis.as_str().into(),
                    investigation.quantity.as_str().into(),
                    finding.map(|code| code.as_str().into()).unwrap_or_default(),
                    if investigation.is_of_city(None) { "city".into() } else { "county".into() },
                    maybe(investigation.laboratory),
                ],
            }
        }
        State::ExamResult(exam) => {
            let report = exam.report();
            Shown {
                // By the day, so that a worker's examinations stand in the order in which he had them.
                label: text(format_args!("{} {}", exam.day(), exam.kind.as_str())),
                state: exam.state().as_str(),
                facets: vec![
                    text(exam.person.id),
                    report.map(|report| report.examination.report_no.clone()).unwrap_or_default(),
                    exam.kind.as_str().into(),
                    all_of(report.iter().flat_map(|report| &report.conclusions).map(|code| code.as_str())),
                    maybe(report.map(|report| report.examination.exam_on)),
                    maybe(report.map(|report| report.examiner)),
                ],
            }
        }
        State::Restriction(restriction) => Shown {
            label: text(restriction.from),
            state: restriction.state().as_str(),
            facets: vec![
                text(restriction.person.id),
                all_of(restriction.terms.measures.iter().map(|code| code.as_str())),
            ],
        },
        State::TrainingRecord(record) => Shown {
            // By the days, so that a worker's trainings stand in their order.
            label: text(format_args!("{} {}", record.training.to, record.training.kind.as_str())),
            state: match (record.voided_on, record.corrections) {
                (Some(_), _) => "VOIDED",
                (None, 0) => "COMPLETED",
                (None, _) => "CORRECTED",
            },
            facets: vec![
                text(record.person.id),
                maybe(record.number()),
                record.training.kind.as_str().into(),
                record.result().as_str().into(),
                maybe(record.training.passed_on),
                record.held_by.as_str().into(),
            ],
        },
        State::Certificate(certificate) => Shown {
            label: maybe(certificate.number.as_ref()),
            state: certificate.state.as_str(),
            facets: vec![
                text(certificate.person.id),
                maybe(certificate.number.as_ref()),
                all_of(certificate.request.categories.iter().map(|category| category.as_str())),
                certificate.authority.as_str().into(),
                maybe(certificate.issued_on),
                maybe(certificate.last_entry_on()),
            ],
        },
        State::Transfer(transfer) => {
            let request = &transfer.request;
            Shown {
                label: text(format_args!("{} {}", transfer.requested_on, request.type_.as_str())),
                state: transfer.standing.state.as_str(),
                facets: vec![
                    text(request.person.id),
                    request.type_.as_str().into(),
                    transfer.standing.step.as_str().into(),
                    text(transfer.since),
                    request.from_area.clone().unwrap_or_default(),
                    request.to_area.clone().unwrap_or_default(),
                    text(transfer.requested_on),
                    transfer.holder().unwrap_or_default(),
                ],
            }
        }
        State::Warning(warning) => Shown {
            label: text(format_args!("{} {}", warning.raised_on, warning.rule)),
            state: warning.state.as_str(),
            facets: vec![
                maybe(warning.person),
                warning.rule.clone(),
                warning.grade.as_str().into(),
                text(warning.subject.id),
                text(warning.since),
                maybe(warning.due_on),
                text(warning.raised_on),
                text(warning.with_city),
            ],
        },
        State::Notification(notification) => {
            let order = &notification.order;
            let warnings: Vec<String> = order.warnings.iter().map(ToString::to_string).collect();
            Shown {
                label: text(format_args!("{} {}", order.day, order.rule)),
                state: notification.state.as_str(),
                facets: vec![
                    order.office.as_str().into(),
                    order.rule.clone(),
                    order.grade.as_str().into(),
                    text(order.day),
                    notification.serial.clone().unwrap_or_default(),
                    all_of(warnings.iter().map(String::as_str)),
                ],
            }
        }
        State::Desk(desk) => Shown {
            label: maybe(desk.last.as_ref().map(|last| last.day)),
            state: if desk.last.is_some() { "EVALUATED" } else { "OPENED" },
            facets: Vec::new(),
        },
    }
}

/// The interval of a result's effective dose, by the ends of table D-02; empty while there is no value.
fn band(result: &domain::records::dose_result::DoseResult) -> &'static str {
    let reading = &result.reading;
    let dose = reading.effective_nsv.filter(|_| !reading.flag.is_without_value());
    dose.map_or("", |effective_nsv| {
        let detected = reading.flag != domain::dose_codes::ResultFlag::BelowMdl;
        INTERVALS[interval(&Annual { effective_nsv, months: 0, detected })]
    })
}

/// Several values of a facet, as they are stored.
pub(crate) fn all_of<'a>(values: impl Iterator<Item = &'a str>) -> CompactString {
    let mut all = CompactString::from("|");
    for value in values {
        all.push_str(value);
        all.push('|');
    }
    all
}

//! A worker's file as people read it, computed from the statements of a package and from nothing else: who checks the
//! package computes it again and compares byte for byte.
//!
//! Of each record the state is given, as lists give it: what counts now, after corrections. Sealed values are commitments;
//! those that were opened have their value beside them. Doses are summed over the person, never by employer
//! ([`domain::dose`]); a history outside the ledger is listed and not summed.

use std::collections::HashMap;

use domain::catalog::{Kind, State};
use domain::dose::{self, Line, sums};
use domain::records::person::Custodian;
use domain::reference_codes::ParameterName;
use domain::transfer_codes::{TransferState, TransferStep};
use serde_json::{Value as Json, json};
use signing::bytes::{Date, LedgerId};
use signing::json::Value;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::content::{Content, Stream};

const FORMAT: &str = "radledger-worker-file-v1";

/// Values that were opened, by event and pointer.
pub type Opened = HashMap<(Uuid, String), Value>;

/// What a file comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Events of his own records.
    pub events: u64,
    /// Effective dose of the calendar year.
    pub year_nsv: i64,
    /// Effective dose of the five-year block.
    pub block_nsv: i64,
    /// Effective dose of the whole life.
    pub life_nsv: i64,
    /// Open items.
    pub open_items: u64,
}

/// As of when, and of which ledger.
#[derive(Debug, Clone, Copy)]
pub struct AsOf {
    /// The ledger.
    pub ledger: LedgerId,
    /// Number of statements.
    pub size: u64,
    /// The day of the last of them.
    pub day: Date,
}

/// The file in RFC 8785 form, and what it comes to.
#[must_use]
pub fn worker_file(content: &Content, as_of: AsOf, opened: &Opened) -> (Vec<u8>, Totals) {
    let epoch = epoch(content, as_of.day);
    let lines: Vec<Line> = content.own().filter_map(|(_, stream)| stream.entry.state.dose_result()?.line()).collect();
    let sums = sums(lines.iter());
    let year = dose::year_of(as_of.day);
    let items = open_items(content);
    let totals = Totals {
        events: content.own().map(|(_, stream)| stream.rows.len() as u64).sum(),
        year_nsv: sums.year(year).effective_nsv,
        block_nsv: sums.block(year, epoch),
        life_nsv: sums.life(),
        open_items: items.len() as u64,
    };
    let years: Vec<Json> = sums
        .years()
        .map(|(year, doses)| {
            json!({
                "year": year, "effective_nsv": doses.effective_nsv, "lens_nsv": doses.lens_nsv,
                "extremity_nsv": doses.extremity_nsv, "months": doses.months, "detected": doses.detected,
                "block_nsv": sums.block(year, epoch), "rolling_nsv": sums.rolling(year),
            })
        })
        .collect();
    let of = |kind: Kind| -> Vec<Json> { records(content, kind, opened) };
    let person = of(Kind::Person).pop();
    let file = json!({
        "format": FORMAT, "ledger": as_of.ledger, "as_of": as_of.size - 1, "day": as_of.day,
        "cover": {
            "person": content.person(), "events": totals.events, "year": year, "year_nsv": totals.year_nsv,
            "block_from": dose::block_start(year, epoch), "block_nsv": totals.block_nsv, "life_nsv": totals.life_nsv,
            "open_items": totals.open_items,
        },
        "identity": person, "custody": custody(content), "institutions": of(Kind::Institution),
        "employments": of(Kind::Employment),
        "doses": {
            "arithmetic": dose::VERSION, "epoch": epoch, "years": years, "results": of(Kind::DoseResult),
            "reports": of(Kind::DoseReport),
        },
        "dosimeters": of(Kind::Dosimeter), "investigations": of(Kind::Investigation), "exams": of(Kind::ExamResult),
        "restrictions": of(Kind::Restriction), "training": of(Kind::TrainingRecord),
        "certificates": of(Kind::Certificate), "papers": of(Kind::Attachment), "transfers": of(Kind::Transfer),
        "warnings": of(Kind::Warning), "open_items": items,
    });
    (crate::json::bytes(file), totals)
}

/// First year of the five-year blocks on a day.
fn epoch(content: &Content, day: Date) -> i16 {
    let name = ParameterName::FiveYearEpoch;
    let set = content.streams().find_map(|(_, stream)| {
        let parameter = stream.entry.state.parameter().filter(|parameter| parameter.name == name)?;
        i16::try_from(parameter.on(day)?.value).ok()
    });
    set.unwrap_or(dose::FIVE_YEAR_EPOCH)
}

/// The records of a kind, oldest first.
fn records(content: &Content, kind: Kind, opened: &Opened) -> Vec<Json> {
    let mut found: Vec<(&RecordRef, &Stream)> =
        content.streams().filter(|(record, _)| record.kind == kind.as_str()).collect();
    found.sort_by_key(|(_, stream)| stream.rows.first().map(|row| row.position));
    let of = |(record, stream): (&RecordRef, &Stream)| {
        let mut state = json!(stream.entry.state);
        open(&mut state, opened);
        let entry = &stream.entry;
        json!({"id": record.id, "version": entry.version, "position": entry.position, "is": state})
    };
    found.into_iter().map(of).collect()
}

/// Puts values beside the seals that were opened.
fn open(json: &mut Json, opened: &Opened) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| open(item, opened)),
        Json::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Json::as_str);
            let event = text("event").and_then(|event| event.parse::<Uuid>().ok());
            let place = event.zip(text("pointer").map(str::to_owned)).filter(|_| members.contains_key("$sealed"));
            if let Some(value) = place.and_then(|place| opened.get(&place)) {
                let value = serde_json::from_slice(&signing::json::canonical(value)).unwrap_or(Json::Null);
                members.insert("value".to_owned(), value);
            }
            members.values_mut().for_each(|member| open(member, opened));
        }
        _ => {}
    }
}

/// Who held the file, from when on.
fn custody(content: &Content) -> Vec<Json> {
    let Some(stream) = content.get(&domain::records::person::reference(content.person())) else { return Vec::new() };
    let Some(person) = stream.entry.state.person() else { return Vec::new() };
    let marks = stream.entry.marks.iter().zip(&stream.events).zip(1_u32..);
    let moves = marks.filter(|((mark, _), version)| *version == 1 || mark.event_type == "person.custody_moved");
    moves
        .map(|((mark, event), version)| {
            let (institution, area, outside) = match person.custodian_at(version) {
                Custodian::Institution(institution) => (Some(institution), None, false),
                Custodian::Pool(area) => (None, Some(area), false),
                Custodian::Outside(area) => (None, Some(area), true),
            };
            json!({
                "position": mark.position, "since": event.recorded_at.civil_day(), "institution": institution,
                "area": area, "outside": outside,
            })
        })
        .collect()
}

/// What is not settled: warnings that are not over, cases that are open, things that are out.
fn open_items(content: &Content) -> Vec<Json> {
    let mut items = Vec::new();
    for (record, stream) in content.own() {
        let why = match &stream.entry.state {
            State::Warning(warning) => Some(warning.state.as_str()),
            State::Investigation(investigation) => investigation.is_open().then_some(investigation.state.as_str()),
            State::Certificate(certificate) => certificate.is_pending().then_some(certificate.state.as_str()),
            State::Dosimeter(dosimeter) => {
                (dosimeter.state == domain::dose_codes::DosimeterState::Issued).then_some(dosimeter.state.as_str())
            }
            State::Person(person) => (person.requests_open > 0).then_some("CORRECTION_REQUESTED"),
            State::Transfer(transfer) => {
                // The case for which the package is made is not one that it hands over.
                let standing = &transfer.standing;
                let packaged = matches!(standing.step, TransferStep::Packaging | TransferStep::HandedOver);
                let open = match standing.state {
                    TransferState::Open => !packaged,
                    TransferState::Suspended | TransferState::Disputed => true,
                    TransferState::Rejected | TransferState::Withdrawn | TransferState::Completed => false,
                };
                open.then_some(standing.state.as_str())
            }
            _ => None,
        };
        if let Some(why) = why {
            items.push(json!({"kind": record.kind, "id": record.id, "state": why}));
        }
    }
    items
}

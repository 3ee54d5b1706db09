//! What of a file becomes events: its reports and results, with ids that follow from what they say.
//!
//! The same file gives the same ids, so an import that broke off goes on where it stopped and a file that was imported
//! is recognised. A row that says something else gets another id, and the ledger says no to what is taken.

use std::collections::BTreeSet;

use api::import::DoseRow;
use domain::dose::{days, effective_single};
use domain::dose_codes::{EffectiveMethod, ResultFlag, WearPosition};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use signing::bytes::{Instant, LedgerId, lp};
use signing::envelope::{Envelope, PayloadType, Unit};
use signing::json::{Object, canonical_object, read_loose};
use signing::keys::SigningKey;
use signing::statement::{Batch, Meaning, RecordRef, Signer, Statement};
use uuid::Uuid;

/// Rows of one unit; its report makes the first one full.
const ROWS_OF_UNIT: usize = 999;

/// Where a row belongs, as the service matched it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The worker.
    pub person: Uuid,
    /// His employment.
    pub employment: Uuid,
    /// His category in it.
    pub category: String,
    /// A result that counts already in its place.
    pub reported: Option<Uuid>,
}

/// What the laboratory says of all its reports.
#[derive(Debug, Clone)]
pub struct Common {
    /// The ledger.
    pub ledger: LedgerId,
    /// The laboratory.
    pub laboratory: Uuid,
    /// Number of its qualification.
    pub qualification_no: String,
    /// Kind of the dosimeters.
    pub dosimeter_kind: String,
}

/// One report with its results.
#[derive(Debug)]
pub struct Report {
    /// Its number.
    pub number: String,
    /// Data of `dose_report.issued`.
    pub header: Json,
    /// The report.
    pub id: Uuid,
    /// Units, the first with the report itself.
    pub units: Vec<Planned>,
}

/// One unit to be signed.
#[derive(Debug)]
pub struct Planned {
    events: Vec<Wish>,
    batch: Uuid,
}

#[derive(Debug)]
struct Wish {
    event: Uuid,
    event_type: &'static str,
    record: RecordRef,
    data: Object,
    row: Option<u32>,
}

impl Planned {
    /// Id of its first event: whether the unit is in the ledger.
    #[must_use]
    pub fn first(&self) -> Uuid {
        self.events[0].event
    }

    /// Number of its events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Row of the file behind an event of the unit.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<u32> {
        self.events.get(index).and_then(|wish| wish.row)
    }

    /// Signs each event.
    #[must_use]
    pub fn sign(&self, ledger: LedgerId, signer: &Signer, key: &SigningKey, signed_at: Instant) -> Unit {
        let count = u16::try_from(self.events.len()).unwrap_or(u16::MAX);
        let envelopes = self.events.iter().zip(0u16..).map(|(wish, index)| {
            let statement = Statement {
                ledger,
                id: wish.event,
                record: wish.record.clone(),
                version: 1,
                prev: None,
                event_type: wish.event_type.into(),
                schema: 1,
                meaning: Meaning::Submission,
                reason: None,
                signer: *signer,
                signed_at,
                effective_on: None,
                corrects: None,
                cause: None,
                derivation: None,
                reads: Vec::new(),
                batch: (count > 1).then_some(Batch { id: self.batch, index, count }),
                attachments: Vec::new(),
            };
            let payload = canonical_object(&statement.to_object(&wish.data));
            let signature = key.sign_payload(PayloadType::Event, &payload).to_vec();
            Envelope { payload_type: PayloadType::Event, payload, key: key.public().id(), signature }
        });
        let envelopes: Vec<Envelope> = envelopes.collect();
        let openings = envelopes.iter().map(|_| Some(Vec::new())).collect();
        Unit { envelopes, openings }
    }
}

/// The id of a result, which follows from its report and what the row says.
fn result_id(common: &Common, report: Uuid, row: &DoseRow, data: &Json) -> Uuid {
    id_of(common, &["result", &report.to_string(), &row.row.to_string(), &data.to_string()])
}

/// An id in the form of a random one, from the hash of what it stands for.
fn id_of(common: &Common, parts: &[&str]) -> Uuid {
    let mut bytes = b"radledger-import-v1\0".to_vec();
    lp(&mut bytes, &common.ledger.0);
    lp(&mut bytes, common.laboratory.as_bytes());
    for part in parts {
        lp(&mut bytes, part.as_bytes());
    }
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(first).into_uuid()
}

/// One report from its rows and where they belong, in the order of the file.
///
/// # Errors
/// What cannot be put into a statement; never for a row that was checked.
pub fn report(common: &Common, contract: Uuid, rows: &[(&DoseRow, &Place)]) -> anyhow::Result<Report> {
    let (first, _) = rows.first().ok_or_else(|| anyhow::anyhow!("a report has rows"))?;
    let number = first.report_no.clone();
    let id = id_of(common, &["report", &number]);
    let lines: Vec<Json> =
        rows.iter().zip(1..).map(|((row, place), line)| line_of(common, id, line, row, place)).collect();
    let persons: BTreeSet<Uuid> = rows.iter().map(|(_, place)| place.person).collect();
    let below = rows.iter().filter(|(row, _)| row.flag == ResultFlag::BelowMdl).count();
    let sum: i64 = lines.iter().filter_map(|line| line["effective_nsv"].as_i64()).sum();
    let header = json!({
        "contract": contract, "laboratory": common.laboratory, "report_no": number,
        "period_from": rows.iter().map(|(row, _)| row.wear_from).min().map(|day| day.to_string()),
        "period_to": rows.iter().map(|(row, _)| row.wear_to).max().map(|day| day.to_string()),
        "lines": rows.len(), "persons": persons.len(), "below_mdl": below, "effective_sum_nsv": sum,
        "read_on": first.signed_on.to_string(), "signed_on": first.signed_on.to_string(),
        "qualification_no": common.qualification_no,
    });
    let mut wishes = Vec::with_capacity(rows.len() + 1);
    wishes.push(Wish {
        event: id_of(common, &["report event", &number, &header.to_string()]),
        event_type: "dose_report.issued",
        record: domain::records::dose_report::reference(id),
        data: object(&header)?,
        row: None,
    });
    for ((row, _), line) in rows.iter().zip(&lines) {
        wishes.push(Wish {
            event: id_of(common, &["result event", &id.to_string(), &row.row.to_string(), &line.to_string()]),
            event_type: "dose_result.reported",
            record: domain::records::dose_result::reference(result_id(common, id, row, line)),
            data: object(line)?,
            row: Some(row.row),
        });
    }
    let mut units = Vec::new();
    let mut rest = wishes;
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(ROWS_OF_UNIT + usize::from(units.is_empty())));
        let ids: Vec<String> = rest.iter().map(|wish| wish.event.to_string()).collect();
        units.push(Planned {
            batch: id_of(common, &["batch", &ids.concat()]),
            events: std::mem::replace(&mut rest, later),
        });
    }
    Ok(Report { number, header, id, units })
}

/// Whether the result that counts already in a row's place is the row itself, imported before.
#[must_use]
pub fn is_itself(common: &Common, line: usize, row: &DoseRow, place: &Place) -> bool {
    let report = id_of(common, &["report", &row.report_no]);
    let data = line_of(common, report, line, row, place);
    place.reported == Some(result_id(common, report, row, &data))
}

/// Data of `dose_result.reported`.
fn line_of(common: &Common, report: Uuid, line: usize, row: &DoseRow, place: &Place) -> Json {
    // Who wears one under and one over the apron has his dose from both; the sums of the ledger compute it.
    let method = match row.position {
        _ if row.hp10_nsv.is_none() => None,
        WearPosition::UnderApron => Some(EffectiveMethod::Double),
        WearPosition::Collar if row.thyroid_shield.is_some() => Some(EffectiveMethod::Double),
        WearPosition::Collar => Some(EffectiveMethod::Outside),
        WearPosition::Chest | WearPosition::Back => Some(EffectiveMethod::Single),
        _ => None,
    };
    let effective = method.zip(row.hp10_nsv).and_then(|(method, hp10)| effective_single(method, hp10));
    let method = method.filter(|method| *method == EffectiveMethod::Double || effective.is_some());
    let mut data = json!({
        "report": report, "line_no": line, "person": {"kind": "person", "id": place.person}, "employment": place.employment,
        "category": row.category.map_or(place.category.as_str(), |category| category.as_str()), "reason": "1",
        "radiation": row.radiation.as_ref().map_or_else(|| vec!["X"], |all| all.iter().map(|one| one.as_str()).collect()),
        "dosimeter_kind": common.dosimeter_kind, "dosimeter_no": row.dosimeter_no, "position": row.position.as_str(),
        "wear_from": row.wear_from.to_string(), "wear_to": row.wear_to.to_string(),
        "nominal_months": months(days(row.wear_from, row.wear_to)), "mdl_nsv": row.mdl_nsv, "flag": row.flag.as_str(),
        "background_subtracted": true, "dose_year": domain::dose::dose_year(None, row.wear_from), "import_row": row.row,
    });
    let members = data.as_object_mut().expect("made an object above");
    for (name, value) in [
        ("hp10_nsv", row.hp10_nsv),
        ("hp3_nsv", row.hp3_nsv),
        ("hp007_nsv", row.hp007_nsv),
        ("effective_nsv", effective),
    ] {
        members.extend(value.map(|value| (name.to_owned(), json!(value))));
    }
    members.extend(method.map(|method| ("method".to_owned(), json!(method.as_str()))));
    members.extend(row.thyroid_shield.map(|worn| ("thyroid_shield".to_owned(), json!(worn))));
    data
}

/// Months that a period stands for.
fn months(days: i64) -> i64 {
    ((days * 12 + 182) / 365).clamp(1, 12)
}

fn object(json: &Json) -> anyhow::Result<Object> {
    read_loose(json.to_string().as_bytes(), 64 * 1024).map_err(|fault| anyhow::anyhow!("{}", fault.code()))
}

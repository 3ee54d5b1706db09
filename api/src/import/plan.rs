//! What of a file becomes events: its reports and results, with ids that follow from what they say.
//!
//! The same file gives the same ids, so an import that broke off goes on where it stopped and a file that was imported
//! is recognised. A row that says something else gets another id, and the ledger says no to what is taken.

use std::collections::HashSet;
use std::ops::Range;

use compact_str::CompactString;
use domain::dose::{effective_single, months};
use domain::dose_codes::{EffectiveMethod, ResultFlag, WearPosition};
use domain::file_codes::ImportKind;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use signing::bytes::{Date, Hash, Instant, LedgerId, lp};
use signing::envelope::{Envelope, PayloadType, Unit};
use signing::json::{Object, canonical_object, read_loose};
use signing::keys::SigningKey;
use signing::statement::{Batch, EventRef, Meaning, RecordRef, Signer, Statement};
use uuid::Uuid;

use super::DoseRow;
use super::place::Rows;

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
    pub category: CompactString,
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

/// One report with its results. Its units are made one at a time: all of a large one are never in memory.
#[derive(Debug)]
pub struct Report<'a> {
    /// Its number.
    pub number: String,
    /// Data of `dose_report.issued`.
    pub header: Json,
    /// The report.
    pub id: Uuid,
    common: &'a Common,
    rows: Rows<'a>,
    pairs: Pairs,
}

/// What cannot be put into a statement; never of a row that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rows make no statement: {0}")]
pub struct NoStatement(&'static str);

/// One unit to be signed.
#[derive(Debug, Clone)]
pub struct Planned {
    events: Vec<Wish>,
    batch: Uuid,
}

#[derive(Debug, Clone)]
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
    pub fn size(&self) -> usize {
        self.events.len()
    }

    /// Row of the file behind an event of the unit.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<u32> {
        self.events.get(index).and_then(|wish| wish.row)
    }

    /// Row of the file behind each event.
    #[must_use]
    pub fn rows(&self) -> Vec<Option<u32>> {
        self.events.iter().map(|wish| wish.row).collect()
    }

    /// The exact payload of each event, to be signed. None has a seal. Rows name the import that brings them, if any.
    #[must_use]
    pub fn payloads(
        &self,
        ledger: LedgerId,
        signer: &Signer,
        signed_at: Instant,
        import: Option<EventRef>,
    ) -> Vec<Vec<u8>> {
        let count = u16::try_from(self.events.len()).unwrap_or(u16::MAX);
        let payloads = self.events.iter().zip(0u16..).map(|(wish, index)| {
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
                cause: import.filter(|_| wish.row.is_some()),
                derivation: None,
                reads: Vec::new(),
                batch: (count > 1).then_some(Batch { id: self.batch, index, count }),
                attachments: Vec::new(),
            };
            canonical_object(&statement.to_object(&wish.data))
        });
        payloads.collect()
    }

    /// Signs each event.
    #[must_use]
    pub fn sign(
        &self,
        ledger: LedgerId,
        signer: &Signer,
        key: &SigningKey,
        signed_at: Instant,
        import: Option<EventRef>,
    ) -> Unit {
        let envelopes = self.payloads(ledger, signer, signed_at, import).into_iter().map(|payload| {
            let signature = key.sign_payload(PayloadType::Event, &payload).to_vec();
            Envelope { payload_type: PayloadType::Event, payload, key: key.public().id(), signature }
        });
        let envelopes: Vec<Envelope> = envelopes.collect();
        let openings = envelopes.iter().map(|_| Some(Vec::new())).collect();
        Unit { envelopes, openings }
    }

    /// Id and row of each event; the report itself has no row.
    pub fn events(&self) -> impl Iterator<Item = (Uuid, Option<u32>)> + '_ {
        self.events.iter().map(|wish| (wish.event, wish.row))
    }
}

/// The id of a result, which follows from its report and what the row says.
fn result_id(common: &Common, report: Uuid, row: &DoseRow, data: &str) -> Uuid {
    id_of(common, &["result", &report.to_string(), &row.row.to_string(), data])
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

/// The import that a file of several units is.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The record.
    pub record: Uuid,
    /// The event that opens it.
    pub event: Uuid,
    /// What that says: data of `import.opened`, plain.
    pub data: Json,
}

/// The import of a file, which follows from its bytes; none of a file that fits one unit. `last_row` is the last row that
/// has anything in it.
#[must_use]
pub fn opening(common: &Common, file: Hash, units: usize, events: usize, last_row: u32) -> Option<Opening> {
    if units < 2 {
        return None;
    }
    let record = id_of(common, &["import", &file.to_string()]);
    let event = id_of(common, &["import event", &record.to_string()]);
    let data = json!({"what": ImportKind::Dose.as_str(), "institution": common.laboratory, "file": file,
        "rows": last_row, "events": events, "chunks": units});
    Some(Opening { record, event, data })
}

/// One report from its rows and where they belong, in the order of the file.
///
/// # Errors
/// A report without rows.
pub fn report<'a>(common: &'a Common, contract: Uuid, rows: Rows<'a>) -> Result<Report<'a>, NoStatement> {
    let (first, _) = rows.first().ok_or(NoStatement("no rows"))?;
    let number = first.report_no.to_string();
    let pairs = Pairs::of(&rows);
    let persons: HashSet<Uuid> = rows.iter().map(|(_, place)| place.person).collect();
    let below = rows.iter().filter(|(row, _)| row.flag == ResultFlag::BelowMdl).count();
    let sum: i64 = rows.iter().filter_map(|(row, place)| effective(row, pairs.has(row, place)).1).sum();
    let header = json!({
        "contract": contract, "laboratory": common.laboratory, "report_no": number,
        "period_from": rows.iter().map(|(row, _)| row.wear_from).min().map(|day| day.to_string()),
        "period_to": rows.iter().map(|(row, _)| row.wear_to).max().map(|day| day.to_string()),
        "lines": rows.len(), "persons": persons.len(), "below_mdl": below, "effective_sum_nsv": sum,
        "read_on": first.signed_on.to_string(), "signed_on": first.signed_on.to_string(),
        "qualification_no": common.qualification_no,
    });
    Ok(Report { id: id_of(common, &["report", &number]), number, header, common, rows, pairs })
}

impl<'a> Report<'a> {
    /// Its rows and where they belong.
    #[must_use]
    pub fn rows(&self) -> &Rows<'a> {
        &self.rows
    }

    /// Number of its units, the first of which has the report itself.
    #[must_use]
    pub fn units(&self) -> usize {
        self.rows.len().div_ceil(ROWS_OF_UNIT)
    }

    /// Number of the rows of a unit.
    #[must_use]
    pub fn rows_of(&self, unit: usize) -> usize {
        self.range(unit).len()
    }

    /// Number of the events of a unit.
    #[must_use]
    pub fn size(&self, unit: usize) -> usize {
        self.rows_of(unit) + usize::from(unit == 0)
    }

    /// Id of the first event of a unit: whether it is in the ledger.
    #[must_use]
    pub fn first(&self, unit: usize) -> Uuid {
        if unit == 0 { self.event() } else { self.result(self.range(unit).start).1 }
    }

    /// A unit, to be signed.
    ///
    /// # Errors
    /// What cannot be put into a statement; never for rows that were checked.
    pub fn unit(&self, unit: usize) -> Result<Planned, NoStatement> {
        let mut events = Vec::with_capacity(self.size(unit));
        if unit == 0 {
            events.push(self.wish()?);
        }
        for at in self.range(unit) {
            let (record, event, line) = self.result(at);
            events.push(Wish {
                event,
                event_type: "dose_result.reported",
                record: domain::records::dose_result::reference(record),
                data: object(&line)?,
                row: Some(self.rows[at].0.row),
            });
        }
        let ids: String = events.iter().map(|wish| wish.event.to_string()).collect();
        Ok(Planned { batch: id_of(self.common, &["batch", &ids]), events })
    }

    /// A unit as it would be if the report came with it: what a later one is judged by before the first is appended.
    ///
    /// # Errors
    /// As [`Report::unit`].
    pub fn with_report(&self, unit: usize) -> Result<Planned, NoStatement> {
        let mut planned = self.unit(unit)?;
        if unit > 0 {
            planned.events.insert(0, self.wish()?);
        }
        Ok(planned)
    }

    fn range(&self, unit: usize) -> Range<usize> {
        let end = self.rows.len().min((unit + 1) * ROWS_OF_UNIT);
        (unit * ROWS_OF_UNIT).min(end)..end
    }

    fn event(&self) -> Uuid {
        id_of(self.common, &["report event", &self.number, &self.header.to_string()])
    }

    fn wish(&self) -> Result<Wish, NoStatement> {
        Ok(Wish {
            event: self.event(),
            event_type: "dose_report.issued",
            record: domain::records::dose_report::reference(self.id),
            data: object(&self.header.to_string())?,
            row: None,
        })
    }

    /// A result: its record, its event and its data.
    fn result(&self, at: usize) -> (Uuid, Uuid, String) {
        let (row, place) = self.rows[at];
        let line = line_of(self.common, self.id, at + 1, row, place, self.pairs.has(row, place)).to_string();
        let (report, number) = (self.id.to_string(), row.row.to_string());
        let event = id_of(self.common, &["result event", &report, &number, &line]);
        (result_id(self.common, self.id, row, &line), event, line)
    }
}

/// Rows of a report in whose place another result counts already; a row that was imported before is not among them.
#[must_use]
pub fn taken<'a>(common: &Common, rows: &[(&'a DoseRow, &Place)]) -> Vec<&'a DoseRow> {
    let Some((first, _)) = rows.first() else { return Vec::new() };
    let report = id_of(common, &["report", &first.report_no]);
    let pairs = Pairs::of(rows);
    let taken = rows.iter().zip(1..).filter(|((row, place), line)| {
        let id = || {
            result_id(
                common,
                report,
                row,
                &line_of(common, report, *line, row, place, pairs.has(row, place)).to_string(),
            )
        };
        place.reported.is_some_and(|reported| reported != id())
    });
    taken.map(|((row, _), _)| *row).collect()
}

/// Who wore one dosimeter under and one over the apron in a period, both of which were read: he has his dose from both.
#[derive(Debug)]
struct Pairs(HashSet<(Uuid, Date, Date)>);

impl Pairs {
    fn of(rows: &[(&DoseRow, &Place)]) -> Self {
        let worn = |position: WearPosition| -> HashSet<(Uuid, Date, Date)> {
            let read = rows.iter().filter(|(row, _)| row.position == position && row.hp10_nsv.is_some());
            read.map(|(row, place)| (place.employment, row.wear_from, row.wear_to)).collect()
        };
        let (under, over) = (worn(WearPosition::UnderApron), worn(WearPosition::Collar));
        Self(under.intersection(&over).copied().collect())
    }

    fn has(&self, row: &DoseRow, place: &Place) -> bool {
        self.0.contains(&(place.employment, row.wear_from, row.wear_to))
    }
}

/// How the effective dose of a row follows, and what it is when the row alone tells it.
fn effective(row: &DoseRow, both: bool) -> (Option<EffectiveMethod>, Option<i64>) {
    let method = method(row, both);
    (method, method.zip(row.hp10_nsv).and_then(|(method, hp10)| effective_single(method, hp10)))
}

/// How the effective dose follows (GBZ 128-2019, 6.2). A dosimeter that is alone counts alone: nothing is left out of a
/// sum because its partner is missing.
fn method(row: &DoseRow, both: bool) -> Option<EffectiveMethod> {
    row.hp10_nsv?;
    match row.position {
        WearPosition::UnderApron | WearPosition::Collar if both => Some(EffectiveMethod::Double),
        WearPosition::UnderApron | WearPosition::Chest | WearPosition::Back => Some(EffectiveMethod::Single),
        WearPosition::Collar => Some(EffectiveMethod::Outside),
        _ => None,
    }
}

/// Data of `dose_result.reported`.
fn line_of(common: &Common, report: Uuid, line: usize, row: &DoseRow, place: &Place, both: bool) -> Json {
    let (method, effective) = effective(row, both);
    let mut data = json!({
        "report": report, "line_no": line, "person": {"kind": "person", "id": place.person}, "employment": place.employment,
        "category": row.category.map_or(place.category.as_str(), |category| category.as_str()), "reason": "1",
        "radiation": row.radiation.as_ref().map_or_else(|| vec!["X"], |all| all.iter().map(|one| one.as_str()).collect()),
        "dosimeter_kind": common.dosimeter_kind, "dosimeter_no": row.dosimeter_no, "position": row.position.as_str(),
        "wear_from": row.wear_from.to_string(), "wear_to": row.wear_to.to_string(),
        "nominal_months": months(row.wear_from, row.wear_to), "mdl_nsv": row.mdl_nsv, "flag": row.flag.as_str(),
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

fn object(json: &str) -> Result<Object, NoStatement> {
    read_loose(json.as_bytes(), 64 * 1024).map_err(|fault| NoStatement(fault.code()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn common() -> Common {
        Common {
            ledger: LedgerId([7; 16]),
            laboratory: Uuid::from_u128(1),
            qualification_no: "示例资质".into(),
            dosimeter_kind: "TLD".into(),
        }
    }

    fn row(row: u32, position: WearPosition, hp10_nsv: Option<i64>) -> DoseRow {
        DoseRow {
            row,
            institution: None,
            report_no: "R1".into(),
            signed_on: day("2026-05-01"),
            worker_no: "W1".into(),
            name: None,
            id_tail: None,
            dosimeter_no: format!("T{row}").into(),
            position,
            wear_from: day("2026-01-01"),
            wear_to: day("2026-03-31"),
            hp10_nsv,
            hp3_nsv: None,
            hp007_nsv: None,
            mdl_nsv: 20_000,
            flag: if hp10_nsv.is_some() { ResultFlag::Normal } else { ResultFlag::Lost },
            category: None,
            radiation: None,
            thyroid_shield: None,
        }
    }

    fn place(employment: u128) -> Place {
        Place {
            person: Uuid::from_u128(9),
            employment: Uuid::from_u128(employment),
            category: "2E".into(),
            reported: None,
        }
    }

    /// The dose of the year that the ledger computes from rows.
    fn year(rows: &[(DoseRow, Place)]) -> i64 {
        let rows: Vec<(&DoseRow, &Place)> = rows.iter().map(|(row, place)| (row, place)).collect();
        let common = common();
        let report = report(&common, Uuid::from_u128(2), rows).expect("a report");
        let line = |at| serde_json::from_str(&report.result(at).2).expect("JSON");
        let lines: Vec<domain::dose::Line> = (0..report.rows.len())
            .filter_map(|at| domain::records::dose_result::line_of(&line(at)).expect("a row"))
            .collect();
        domain::dose::sums(lines.iter()).year(2026).effective_nsv
    }

    #[test]
    fn no_dose_is_lost_because_its_partner_is_missing() {
        use WearPosition::{Chest, Collar, UnderApron};
        let (under, over) = (row(3, UnderApron, Some(200_000)), row(4, Collar, Some(2_000_000)));
        assert_eq!(year(&[(under.clone(), place(1)), (over.clone(), place(1))]), 368_000, "0.84 and 0.100 of each");
        assert_eq!(year(&[(under.clone(), place(1))]), 200_000);
        assert_eq!(year(&[(over.clone(), place(1))]), 200_000);
        assert_eq!(
            year(&[(row(3, UnderApron, None), place(1)), (over.clone(), place(1))]),
            200_000,
            "the other was lost"
        );
        // Another employment, another exposure: neither is the other's partner.
        assert_eq!(year(&[(under, place(1)), (over, place(2))]), 400_000);
        assert_eq!(year(&[(row(3, Chest, Some(50_000)), place(1))]), 50_000);
    }

    #[test]
    fn the_same_file_gives_the_same_ids_in_full_units() {
        let rows: Vec<DoseRow> =
            (1..=2_500).map(|at| row(at, WearPosition::Chest, Some(i64::from(at) * 1_000))).collect();
        let posts: Vec<Place> = (1..=2_500).map(place).collect();
        let rows: Vec<(&DoseRow, &Place)> = rows.iter().zip(&posts).collect();
        let common = common();
        let units = |rows: &Rows<'_>| -> Vec<Planned> {
            let report = report(&common, Uuid::from_u128(2), rows.clone()).expect("a report");
            let units: Vec<Planned> = (0..report.units()).map(|unit| report.unit(unit).expect("a unit")).collect();
            for (at, unit) in units.iter().enumerate() {
                assert_eq!((report.first(at), report.size(at)), (unit.first(), unit.size()));
            }
            units
        };
        let (first, again) = (units(&rows), units(&rows));
        let lengths: Vec<usize> = first.iter().map(Planned::size).collect();
        assert_eq!(lengths, [1_000, 999, 502]);
        assert_eq!(first[0].row(0), None);
        assert_eq!(first[1].row(0), Some(1_000));
        let ids = |units: &[Planned]| -> Vec<Uuid> {
            units.iter().flat_map(|unit| unit.events.iter().map(|wish| wish.event)).collect()
        };
        assert_eq!(ids(&first), ids(&again));
        assert_eq!(ids(&first).iter().collect::<BTreeSet<_>>().len(), 2_501);
        let mut changed = rows[7].0.clone();
        changed.hp10_nsv = Some(1);
        let mut other = rows.clone();
        other[7].0 = &changed;
        assert_ne!(ids(&units(&other)), ids(&first));
    }

    #[test]
    fn a_row_that_was_imported_before_takes_its_own_place() {
        let row = row(3, WearPosition::Chest, Some(30_000));
        let mut place = place(1);
        let common = common();
        let before = report(&common, Uuid::from_u128(2), vec![(&row, &place)]).expect("a report").result(0).0;
        place.reported = Some(before);
        assert!(taken(&common, &[(&row, &place)]).is_empty());
        place.reported = Some(Uuid::from_u128(5));
        assert_eq!(taken(&common, &[(&row, &place)]).len(), 1);
    }
}

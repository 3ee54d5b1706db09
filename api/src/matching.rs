//! Who the lines of a laboratory's report are about.
//!
//! A laboratory names workers by the number that their employer gave them, and says name and last four of the identity
//! number to be sure. The service opens the sealed values and compares; it says whether they fit and never what they are.
//! Only the laboratory of the contract may ask, only about workers of the institution in the contract.

use std::collections::HashMap;

use domain::catalog::Kind;
use domain::dose_codes::ResultFlag;
use domain::records::employment::was_active_by;
use schema::openings::Opened;
use schema::read_model::{Record, Scope};
use serde_json::Value as Json;
use signing::bytes::Date;
use uuid::Uuid;

use crate::error::{ApiError, fault, unanswered};
use crate::graphql::Moment;
use crate::node::Node;
use crate::scope::Viewer;

/// Most lines of one question.
pub const LINES_MAX: usize = schema::read_model::MANY_MAX;

/// What a line says of a worker.
#[derive(Debug, Clone)]
pub struct Line {
    /// Number of the worker within the institution.
    pub worker_no: String,
    /// Name, when given.
    pub name: Option<String>,
    /// Last four of the identity number, when given.
    pub id_tail: Option<String>,
    /// Where the dosimeter was worn.
    pub position: String,
    /// First day worn.
    pub from: Date,
    /// Last day worn.
    pub to: Date,
}

/// Why a line is about nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// No worker of the institution has this number.
    UnknownNumber,
    /// His name is another.
    NameDiffers,
    /// His identity number ends otherwise.
    NumberDiffers,
    /// He did not work with radiation in the period.
    NotActive,
}

impl Mismatch {
    /// Every one, with its code and what it means.
    pub const ALL: [(Mismatch, &'static str, &'static str); 4] = [
        (
            Self::UnknownNumber,
            "UNKNOWN_NUMBER",
            "该机构没有此工作人员编号 · No worker of the institution has this number.",
        ),
        (
            Self::NameDiffers,
            "NAME_DIFFERS",
            "姓名与档案不符，或同一编号前后所填不一 · His name is another, or the lines do not agree on it.",
        ),
        (Self::NumberDiffers, "ID_DIFFERS", "身份证后四位与档案不符 · His identity number ends otherwise."),
        (Self::NotActive, "NOT_ACTIVE", "该周期内不在放射工作岗位 · He did not work with radiation in the period."),
    ];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(known, ..)| *known == self).map_or("", |(_, code, _)| code)
    }
}

/// The worker of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The worker.
    pub person: Uuid,
    /// His employment.
    pub employment: Uuid,
    /// His category in it.
    pub category: String,
    /// A result that counts already for the same place on some of the days.
    pub reported: Option<Uuid>,
}

impl Node {
    /// The workers of lines under a contract. None when the reader is not its laboratory.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn match_lines(
        &self,
        viewer: &Viewer,
        contract: Uuid,
        lines: &[Line],
        at: Moment,
    ) -> Result<Option<Vec<Result<Match, Mismatch>>>, ApiError> {
        let Some(contract) = self.get(viewer, Kind::MonitoringContract, contract, at).await? else { return Ok(None) };
        let party = |name: &str| contract.json.get(name).and_then(Json::as_str).and_then(|id| Uuid::try_parse(id).ok());
        let (Some(institution), Some(laboratory)) = (party("institution"), party("laboratory")) else {
            return Ok(None);
        };
        if !viewer.scope(Kind::DoseReport).orgs.contains(&laboratory) {
            return Ok(None);
        }
        // Somebody who guesses is stopped: too many lines missed, or several names tried for one number.
        self.count_mismatches(viewer.account, 0)?;
        let mut said: HashMap<&str, [Option<&String>; 2]> = HashMap::new();
        let posts = self.posts(institution, lines).await?;
        let mut persons: Vec<Uuid> = posts.values().filter_map(|post| facet_id(&post.facets, 0)).collect();
        persons.sort_unstable();
        persons.dedup();
        let identities = self.identities(&persons).await?;
        let days = lines.iter().map(|line| line.from).min().zip(lines.iter().map(|line| line.to).max());
        let Some((first, last)) = days else { return Ok(Some(Vec::new())) };
        let results = self.reader.results_worn(&persons, first, last).await;
        let results = results.map_err(|error| unanswered("look for results", &error))?;
        let mut by_person: HashMap<Uuid, Vec<Worn>> = HashMap::new();
        for result in &results {
            if let (Some(person), Some(worn)) = (facet_id(&result.facets, 0), Worn::read(result)) {
                by_person.entry(person).or_default().push(worn);
            }
        }
        let matched = lines.iter().map(|line| {
            let post = posts.get(&line.worker_no).ok_or(Mismatch::UnknownNumber)?;
            let person = facet_id(&post.facets, 0).ok_or(Mismatch::UnknownNumber)?;
            let [named, numbered] = said.entry(&line.worker_no).or_default();
            if !says_the_same(named, line.name.as_ref()) {
                return Err(Mismatch::NameDiffers);
            }
            if !says_the_same(numbered, line.id_tail.as_ref()) {
                return Err(Mismatch::NumberDiffers);
            }
            let (name, number) = identities.get(&person).cloned().unwrap_or_default();
            let differs =
                |said: &Option<String>, fits: &dyn Fn(&str) -> bool| said.as_deref().is_some_and(|said| !fits(said));
            if differs(&line.name, &|said| name.as_deref() == Some(said)) {
                return Err(Mismatch::NameDiffers);
            }
            if differs(&line.id_tail, &|said| number.as_deref().is_some_and(|number| number.ends_with(said))) {
                return Err(Mismatch::NumberDiffers);
            }
            if !was_active(&post.row, line.from, line.to) {
                return Err(Mismatch::NotActive);
            }
            let category = post.facets.get(2).cloned().unwrap_or_default();
            let worn = by_person.get(&person).into_iter().flatten();
            let reported = worn.filter(|worn| worn.overlaps(post.id, line)).map(|worn| worn.result).next();
            Ok(Match { person, employment: post.id, category, reported })
        });
        let matched: Vec<Result<Match, Mismatch>> = matched.collect();
        let missed =
            |one: &&Result<Match, Mismatch>| matches!(one, Err(Mismatch::NameDiffers | Mismatch::NumberDiffers));
        self.count_mismatches(viewer.account, matched.iter().filter(missed).count())?;
        Ok(Some(matched))
    }

    /// The employments at the institution by the numbers that lines name.
    async fn posts(&self, institution: Uuid, lines: &[Line]) -> Result<HashMap<String, Record>, ApiError> {
        let mut numbers: Vec<String> = lines.iter().map(|line| line.worker_no.clone()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let found = self.reader.labelled(Kind::Employment, institution, &numbers).await;
        let found = found.map_err(|error| unanswered("look for workers", &error))?;
        Ok(found.into_iter().map(|post| (post.label.clone(), post)).collect())
    }

    /// Names and identity numbers, opened for comparison.
    async fn identities(&self, persons: &[Uuid]) -> Result<HashMap<Uuid, (Option<String>, Option<String>)>, ApiError> {
        let rows = self.reader.get_many(&Scope::city(), Kind::Person, persons, None).await;
        let rows = rows.map_err(|error| unanswered("look for workers", &error))?.value;
        let rows = rows.into_iter().map(|row| crate::reads::row(row, 0)).collect::<Result<Vec<_>, _>>()?;
        let mut events = Vec::new();
        rows.iter().for_each(|row| crate::graphql::sealed::events_of(&row.json, &mut events));
        events.sort_unstable();
        events.dedup();
        let ciphertexts = self.ciphertexts(&events).await?;
        let mut identities = HashMap::with_capacity(rows.len());
        for row in &rows {
            let open = |member: &str| -> Result<Option<String>, ApiError> {
                let Some(sealed) = row.json.get(member) else { return Ok(None) };
                let text = |name: &str| sealed.get(name).and_then(Json::as_str).unwrap_or_default();
                let event = Uuid::try_parse(text("event")).unwrap_or_default();
                let Some(ciphertext) = ciphertexts.get(&(event, text("pointer").to_owned())) else { return Ok(None) };
                let opened = schema::openings::open(self.door.keys(), self.ledger(), ciphertext);
                Ok(match opened.map_err(|error| fault("open an identity", &error))? {
                    Opened::Open { value, .. } => value.as_text().map(ToString::to_string),
                    _ => None,
                })
            };
            let number = match open("resident_no")? {
                Some(number) => Some(number),
                None => open("document_no")?,
            };
            identities.insert(row.id, (open("name")?, number));
        }
        Ok(identities)
    }
}

/// Where and when a result that counts was worn.
struct Worn {
    result: Uuid,
    employment: Uuid,
    position: String,
    from: Date,
    to: Date,
}

impl Worn {
    fn read(record: &Record) -> Option<Self> {
        let state: Json = serde_json::from_str(&record.row).ok()?;
        let text = |name: &str| state.get(name).and_then(Json::as_str);
        (text("flag")? != ResultFlag::Rejected.as_str()).then_some(())?;
        Some(Self {
            result: record.id,
            employment: Uuid::try_parse(text("employment")?).ok()?,
            position: text("position")?.to_owned(),
            from: text("wear_from")?.parse().ok()?,
            to: text("wear_to")?.parse().ok()?,
        })
    }

    fn overlaps(&self, employment: Uuid, line: &Line) -> bool {
        self.employment == employment && self.position == line.position && self.from <= line.to && line.from <= self.to
    }
}

/// Whether a line says what an earlier one said of the same worker; what is said first is kept.
fn says_the_same<'a>(known: &mut Option<&'a String>, now: Option<&'a String>) -> bool {
    now.is_none_or(|now| *known.get_or_insert(now) == now)
}

fn facet_id(facets: &[String], at: usize) -> Option<Uuid> {
    facets.get(at).and_then(|id| Uuid::try_parse(id).ok())
}

/// Whether the employment was active on a day of the period, as the rule of the ledger asks it.
fn was_active(row: &str, from: Date, to: Date) -> bool {
    serde_json::from_str(row).ok().and_then(|row| was_active_by(&row, from, to)).unwrap_or(false)
}

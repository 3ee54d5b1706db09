//! Numbers counted from the rows of the lists, as a drill would: the second opinion on every counter.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::Kind;
use domain::dose::{Annual, INTERVALS, Line, interval, sums};
use domain::records::dose_result::line_of;
use projections::current::{Row, facets};
use projections::memory::Memory;
use projections::statistics::{END, MEASURES};
use uuid::Uuid;

/// Number and amount by measure, area, institution (none for the area) and key.
pub type Counts = BTreeMap<(String, String, Option<Uuid>, String), (i64, i64)>;

/// Every number at a position.
pub fn counted(memory: &Memory, at: u64) -> Counts {
    let standing = |row: &&Row| row.since <= at && row.until.is_none_or(|until| until > at);
    let rows: Vec<&Row> = memory.current.values().filter(standing).collect();
    let mut counts = Counts::new();
    for measure in MEASURES.iter().filter(|measure| !measure.persons) {
        for row in rows.iter().filter(|row| row.kind == measure.kind) {
            let value = |name: &str| match facets(row.kind).iter().position(|facet| facet.name == name) {
                Some(place) => row.facets[place].as_str(),
                None => row.state.as_str(),
            };
            let key: String = measure.dimensions.iter().map(|known| format!("{}{END}", value(known.name))).collect();
            let amount = if measure.amount.is_some() { effective(row) } else { 0 };
            match measure.filer {
                true => count_filed(&mut counts, measure.name, row, key),
                false => count(&mut counts, measure.name, row, key, amount),
            }
        }
    }
    annual_doses(&rows, &mut counts);
    counts
}

fn count(counts: &mut Counts, measure: &str, row: &Row, key: String, amount: i64) {
    let area = row.home.area.as_deref().unwrap_or_default();
    for org in std::iter::once(None).chain(row.home.org.map(Some)) {
        let number = counts.entry((measure.to_owned(), area.to_owned(), org, key.clone())).or_default();
        number.0 += 1;
        number.1 += amount;
    }
}

/// Once in the area, and once for the laboratory that filed it, which lies in none.
fn count_filed(counts: &mut Counts, measure: &str, row: &Row, key: String) {
    let area = row.home.area.as_deref().unwrap_or_default();
    let laboratory = row.home.filed_by.expect("a laboratory filed it");
    for (area, org) in [(area, None), ("", Some(laboratory))] {
        counts.entry((measure.to_owned(), area.to_owned(), org, key.clone())).or_default().0 += 1;
    }
}

fn line(row: &Row) -> Option<Line> {
    let json = serde_json::from_str(&row.row).expect("a state is JSON");
    line_of(&json).expect("a row of a result")
}

/// Effective dose of a result, as reported.
fn effective(row: &Row) -> i64 {
    line(row).and_then(|line| line.effective_nsv).unwrap_or(0)
}

/// The workers of each year, where their latest results of it lie.
fn annual_doses(rows: &[&Row], counts: &mut Counts) {
    let mut years: BTreeMap<(String, i16), Vec<(Line, &Row)>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.kind == Kind::DoseResult) {
        let json: serde_json::Value = serde_json::from_str(&row.row).expect("a state is JSON");
        let person = json["person"].as_str().expect("a worker").to_owned();
        if let Some(line) = line(row) {
            years.entry((person, line.dose_year)).or_default().push((line, row));
        }
    }
    for ((_, year), results) in years {
        let dosed = results.iter().filter(|(line, _)| line.effective_nsv.is_some());
        let Some((_, latest)) = dosed.max_by_key(|(line, row)| (line.to, line.from, row.id)) else { continue };
        let annual = Annual::from(sums(results.iter().map(|(line, _)| line)).year(year));
        let json: serde_json::Value = serde_json::from_str(&latest.row).expect("a state is JSON");
        let category = json["category"].as_str().expect("a category");
        let laboratories: BTreeSet<Uuid> = results.iter().filter_map(|(_, row)| row.home.filed_by).collect();
        let laboratories: String = laboratories.iter().map(|id| format!("{id}|")).collect();
        let key = format!("{year}{END}{category}{END}{}{END}|{laboratories}{END}", INTERVALS[interval(&annual)]);
        count(counts, "annual_doses", latest, key, annual.effective_nsv);
    }
}

//! Numbers for people who decide: counted from counters, and each with the list that shows what is behind it.

use std::collections::BTreeMap;

use domain::dose::thousandths;
use projections::statistics::{Dimension, Measure};
use schema::read_model::{Reach, Scope, Within};
use schema::read_statistics::{Number, NumbersQuery};
use uuid::Uuid;

use crate::error::{ApiError, unanswered};
use crate::graphql::Moment;
use crate::node::Node;
use crate::scope::Viewer;

/// A condition on a dimension.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Place of the dimension in the key.
    pub place: usize,
    /// Its values.
    pub within: Within,
}

/// What numbers are split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// By supervision area.
    Area,
    /// By the value of the dimension at this place.
    Value(usize),
    /// By the month of the day at this place.
    Month(usize),
}

/// A question.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Measure.
    pub measure: &'static Measure,
    /// Split by these.
    pub by: Vec<Group>,
    /// Conditions, all of which hold.
    pub conditions: Vec<Condition>,
    /// Conditions of the whole of which each number is a part.
    pub out_of: Option<Vec<Condition>>,
    /// Area.
    pub area: Option<String>,
    /// Institution.
    pub org: Option<Uuid>,
}

impl Asked {
    /// Everything that a measure counts, as one number.
    #[must_use]
    pub fn all(measure: &'static Measure) -> Self {
        Self { measure, by: Vec::new(), conditions: Vec::new(), out_of: None, area: None, org: None }
    }
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Area, when numbers are split by it.
    pub area: Option<String>,
    /// Name and value of each dimension by which numbers are split.
    pub values: Vec<(String, String)>,
    /// Number.
    pub number: i64,
    /// Amount, where the measure has one.
    pub amount: Option<i64>,
    /// The whole of which it is a part.
    pub whole: Option<i64>,
    /// The list that shows what is behind it.
    pub drill: Option<Drill>,
}

impl Line {
    /// The part in thousandths of its whole, half up; none of nothing.
    #[must_use]
    pub fn share(&self) -> Option<i64> {
        thousandths(self.number, self.whole?)
    }
}

/// A list and its filter, in the words of the list's own query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Measure, which says the list.
    pub measure: &'static str,
    /// Area.
    pub area: Option<String>,
    /// Institution.
    pub org: Option<Uuid>,
    /// States, any of them; none: all.
    pub states: Vec<String>,
    /// Facets.
    pub facets: Vec<(String, Within)>,
    /// Position at which the list has the same number.
    pub as_of: u64,
}

/// Numbers and when they were read.
pub struct Numbers {
    /// Lines.
    pub lines: Vec<Line>,
    /// Last position counted.
    pub position: u64,
}

impl Node {
    /// Waits until the numbers have counted everything up to a moment.
    ///
    /// # Errors
    /// [`ApiError::Behind`] when they do not get there in time.
    pub async fn counted(&self, at: Moment, at_least: Option<u64>) -> Result<(), ApiError> {
        let Some(wanted) = at.as_of.max(at_least) else { return Ok(()) };
        let waited = self.projections.wait_for_statistics(wanted, self.limits.wait).await;
        waited.map_err(|not_yet| ApiError::Behind { position: not_yet.size })
    }

    /// Numbers of those records that the reader may see.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn numbers(&self, viewer: &Viewer, asked: &Asked, at: Moment) -> Result<Numbers, ApiError> {
        let (mut lines, position) = self.numbers_of(viewer, std::slice::from_ref(asked), at).await?;
        Ok(Numbers { lines: lines.pop().unwrap_or_default(), position })
    }

    /// The lines of several questions, in their order and all at one position, which comes second. They are asked
    /// together, and questions about the same numbers are one look.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn numbers_of(
        &self,
        viewer: &Viewer,
        questions: &[Asked],
        at: Moment,
    ) -> Result<(Vec<Vec<Line>>, u64), ApiError> {
        let questions = questions.iter().map(|asked| asked.of_laboratory(viewer)).collect::<Result<Vec<_>, _>>()?;
        let readings: Vec<Reading> = questions.iter().map(|asked| Reading::of(viewer, asked)).collect();
        let mut looks: Vec<(&Scope, NumbersQuery)> = Vec::new();
        let mut look_of = Vec::with_capacity(questions.len());
        for (asked, reading) in questions.iter().zip(&readings) {
            let query = asked.look(reading.org, at.as_of);
            let same = |(_, known): &(&Scope, NumbersQuery)| {
                known.measure.name == query.measure.name && known.area == query.area && known.org == query.org
            };
            let look = looks.iter().position(same);
            look_of.push(look.unwrap_or(looks.len()));
            match look {
                None => looks.push((&reading.scope, query)),
                Some(look) if looks[look].1.first != query.first => looks[look].1.first = None,
                Some(_) => {}
            }
        }
        let asked: Vec<(&Scope, &NumbersQuery)> = looks.iter().map(|(scope, query)| (*scope, query)).collect();
        let found = self.reader.numbers_of(&asked).await.map_err(|error| unanswered("read numbers", &error))?;
        let position = at.as_of.or(found.size.checked_sub(1)).unwrap_or(at.position);
        let lines = questions.iter().zip(&readings).zip(look_of);
        let lines = lines.map(|((asked, reading), look)| reading.lines(asked, &found.value[look], position));
        Ok((lines.collect(), position))
    }
}

impl Asked {
    /// A question about an institution is one about what it reported, where numbers are those of laboratories. Who reads
    /// nothing but his own laboratory has its numbers under its name, wherever it reported.
    fn of_laboratory(&self, viewer: &Viewer) -> Result<Self, ApiError> {
        let mut asked = self.clone();
        if !self.measure.filer {
            return Ok(asked);
        }
        let scope = viewer.scope(self.measure.kind);
        let own = match scope.orgs.as_slice() {
            [org] if scope.areas.is_empty() && scope.reach == Reach::Scope => Some(*org),
            _ => None,
        };
        let Some(laboratory) = self.org.or(own) else { return Ok(asked) };
        match own {
            None => asked.org = None,
            // Its own rows lie in no area, whatever areas its clients are in.
            Some(_) if asked.area.is_some() => {
                return Err(ApiError::Argument(
                    "area",
                    "none: a laboratory's own numbers are kept for the city as a whole",
                ));
            }
            Some(_) => asked.by.retain(|by| *by != Group::Area),
        }
        let of_it = || Condition { place: 0, within: Within::Any(vec![laboratory.to_string()]) };
        asked.conditions.push(of_it());
        if let Some(whole) = &mut asked.out_of {
            whole.push(of_it());
        }
        Ok(asked)
    }

    /// The look that finds its numbers, the part and the whole.
    fn look(&self, org: Option<Uuid>, as_of: Option<u64>) -> NumbersQuery {
        // A whole may be wider in the first dimension than its part.
        let first = self.conditions.iter().find(|known| known.place == 0 && self.out_of.is_none());
        let first = first.map(|known| known.within.clone());
        NumbersQuery { measure: self.measure, area: self.area.clone(), org, first, as_of }
    }
}

/// How a reader reads what a question asks.
struct Reading {
    scope: Scope,
    org: Option<Uuid>,
}

impl Reading {
    fn of(viewer: &Viewer, asked: &Asked) -> Self {
        let scope = viewer.scope(asked.measure.kind);
        // Who reads one institution and no area asks about that institution: his list may hold what it filed elsewhere.
        let org = match (asked.org, scope.orgs.as_slice()) {
            (None, [org]) if scope.areas.is_empty() && scope.reach == Reach::Scope => Some(*org),
            (asked, _) => asked,
        };
        Self { scope, org }
    }

    /// A list is the union of all that the scope opens. The number is that of a list when only areas or only the
    /// institution open it.
    fn is_a_list(&self, area: Option<&String>) -> bool {
        let scope = &self.scope;
        scope.reach == Reach::City
            || area.is_some_and(|area| scope.areas.contains(area))
            || self.org.is_some_and(|org| scope.orgs.contains(&org))
            || scope.orgs.is_empty() && scope.account.is_none() && scope.person.is_none()
    }

    fn lines(&self, asked: &Asked, numbers: &[Number], position: u64) -> Vec<Line> {
        let scope = &self.scope;
        let of_nobody = scope.reach == Reach::Scope
            && scope.areas.is_empty()
            && scope.orgs.is_empty()
            && !scope.kinds.contains(&asked.measure.kind);
        let parts = sums(asked, &asked.conditions, numbers);
        let wholes = asked.out_of.as_ref().map(|conditions| sums(asked, conditions, numbers));
        // A whole without a part is a line as well, with nothing in it; and so is a question that splits nothing.
        let mut groups: BTreeMap<&Vec<String>, (i64, i64)> = BTreeMap::new();
        groups.extend(wholes.iter().flatten().map(|(group, _)| (group, (0, 0))));
        groups.extend(parts.iter().map(|(group, sum)| (group, *sum)));
        let none = Vec::new();
        if asked.by.is_empty() && !of_nobody && !scope.is_nothing() {
            groups.entry(&none).or_default();
        }
        let line = |(group, (number, amount)): (&Vec<String>, (i64, i64))| {
            let named = asked.by.iter().zip(group);
            let area = named.clone().find(|(by, _)| **by == Group::Area).map(|(_, area)| area.clone());
            let values = named.filter_map(|(by, value)| Some((group_name(asked.measure, *by)?, value.clone())));
            let listed = self.is_a_list(area.as_ref().or(asked.area.as_ref()));
            Line {
                values: values.collect(),
                number,
                amount: asked.measure.amount.map(|_| amount),
                whole: wholes.as_ref().map(|wholes| wholes.get(group).map_or(0, |(whole, _)| *whole)),
                // What it reported lies at its clients.
                drill: listed
                    .then(|| drill(asked, group, area.as_ref(), self.org.filter(|_| !asked.measure.filer), position)),
                area,
            }
        };
        groups.into_iter().map(line).collect()
    }
}

/// Name of a split, as it is asked for; none for the area.
#[must_use]
pub fn group_name(measure: &Measure, by: Group) -> Option<String> {
    match by {
        Group::Area => None,
        Group::Value(place) => Some(measure.dimensions[place].name.to_owned()),
        Group::Month(place) => Some(month_name(&measure.dimensions[place])),
    }
}

/// Name of the split by month of a dimension whose values are days.
#[must_use]
pub fn month_name(dimension: &Dimension) -> String {
    format!("{}_month", dimension.name)
}

/// The sums of what fulfils the conditions, by group.
fn sums(asked: &Asked, conditions: &[Condition], numbers: &[Number]) -> BTreeMap<Vec<String>, (i64, i64)> {
    let mut sums: BTreeMap<Vec<String>, (i64, i64)> = BTreeMap::new();
    for number in numbers {
        let values = asked.measure.values(&number.key);
        let fulfilled = conditions.iter().all(|condition| fulfils(values[condition.place], &condition.within));
        if !fulfilled {
            continue;
        }
        // A record of several values is in the group of each.
        let mut groups: Vec<Vec<String>> = vec![Vec::new()];
        for by in &asked.by {
            let of_group: Vec<String> = match by {
                Group::Area => vec![number.area.clone()],
                Group::Month(place) => vec![values[*place].get(..7).unwrap_or_default().to_owned()],
                Group::Value(place) if asked.measure.is_many(*place) => {
                    each(values[*place]).map(str::to_owned).collect()
                }
                Group::Value(place) => vec![values[*place].to_owned()],
            };
            groups = groups
                .iter()
                .flat_map(|group| of_group.iter().map(|value| [group.as_slice(), std::slice::from_ref(value)].concat()))
                .collect();
        }
        for group in groups {
            let (count, amount) = sums.entry(group).or_default();
            *count += number.total;
            *amount = amount.saturating_add(number.amount);
        }
    }
    sums.retain(|_, sum| *sum != (0, 0));
    sums
}

/// The values in `|A|B|`.
fn each(value: &str) -> impl Iterator<Item = &str> {
    value.split('|').filter(|value| !value.is_empty())
}

/// As the list's own condition has it.
fn fulfils(value: &str, within: &Within) -> bool {
    match within {
        Within::Any(values) if value.starts_with('|') => each(value).any(|one| values.iter().any(|known| known == one)),
        Within::Any(values) => values.iter().any(|known| known == value),
        Within::Between(from, until) => {
            !value.is_empty()
                && from.as_ref().is_none_or(|from| value >= from.as_str())
                && until.as_ref().is_none_or(|until| value < until.as_str())
        }
    }
}

fn drill(asked: &Asked, group: &[String], area: Option<&String>, org: Option<Uuid>, as_of: u64) -> Drill {
    let mut states = Vec::new();
    let mut facets = Vec::new();
    let dimensions = asked.measure.dimensions;
    for condition in &asked.conditions {
        match (dimensions[condition.place].name, &condition.within) {
            ("state", Within::Any(values)) => states.clone_from(values),
            (name, within) => facets.push((name.to_owned(), within.clone())),
        }
    }
    for (by, value) in asked.by.iter().zip(group) {
        match by {
            Group::Area => {}
            Group::Value(place) if dimensions[*place].name == "state" => states = vec![value.clone()],
            Group::Value(place) => {
                facets.push((dimensions[*place].name.to_owned(), Within::Any(vec![value.clone()])));
            }
            Group::Month(place) => facets.push((dimensions[*place].name.to_owned(), of_month(value))),
        }
    }
    let area = area.or(asked.area.as_ref()).cloned();
    Drill { measure: asked.measure.name, area, org, states, facets, as_of }
}

/// The days of a month; the months of what has no day are none.
fn of_month(month: &str) -> Within {
    // In the order of text every day of a month lies between its name and its name with a sign after the digits.
    if month.is_empty() {
        return Within::Any(vec![String::new()]);
    }
    Within::Between(Some(month.to_owned()), Some(format!("{month}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use projections::statistics::measure;

    fn number(area: &str, key: &str, total: i64) -> Number {
        Number { area: area.into(), key: key.replace('/', "\u{1f}"), total, amount: 0 }
    }

    #[test]
    fn a_record_of_two_kinds_is_in_both_groups_and_once_in_the_sum() {
        let numbers = [number("511502", "|HEO|RAD|/A100/3/ACTIVE/", 2), number("511503", "|RAD|/A100/3/CLOSED/", 1)];
        let asked = Asked { by: vec![Group::Value(0)], ..Asked::all(measure("institutions").expect("a measure")) };
        let by_kind = sums(&asked, &[], &numbers);
        assert_eq!(by_kind[&vec!["RAD".to_owned()]].0, 3);
        assert_eq!(by_kind[&vec!["HEO".to_owned()]].0, 2);
        let asked = Asked { by: Vec::new(), ..asked };
        assert_eq!(sums(&asked, &[], &numbers)[&Vec::new()].0, 3);
        let active = Condition { place: 3, within: Within::Any(vec!["ACTIVE".into()]) };
        let of_kind = Condition { place: 0, within: Within::Any(vec!["HEO".into(), "TSO".into()]) };
        assert_eq!(sums(&asked, &[active, of_kind], &numbers)[&Vec::new()].0, 2);
    }

    #[test]
    fn months_and_periods_of_days() {
        let due = measure("licences_due").expect("a measure");
        let numbers = [
            number("511502", "2026-11-30/LIC/VALID/", 1),
            number("511502", "2026-12-01/LIC/VALID/", 2),
            number("511502", "/LIC/VALID/", 4),
        ];
        let asked = Asked { by: vec![Group::Month(0)], ..Asked::all(due) };
        let by_month = sums(&asked, &[], &numbers);
        let months: Vec<(&str, i64)> = by_month.iter().map(|(group, sum)| (group[0].as_str(), sum.0)).collect();
        assert_eq!(months, [("", 4), ("2026-11", 1), ("2026-12", 2)]);
        for (month, days) in [("2026-11", 1), ("2026-12", 2), ("", 4)] {
            let of_days = Condition { place: 0, within: of_month(month) };
            assert_eq!(sums(&Asked::all(due), &[of_days], &numbers)[&Vec::new()].0, days, "{month}");
        }
        let period = Within::Between(None, Some("2026-12-01".into()));
        assert!(fulfils("2026-11-30", &period) && !fulfils("2026-12-01", &period) && !fulfils("", &period));
    }
}

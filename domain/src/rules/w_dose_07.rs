//! W-DOSE-07 四肢/皮肤剂量预警: the equivalent dose to hands, feet or skin.
//!
//! The limit is 500 mSv in a year. Three tenths and three quarters of it, from which it warns early, are the product's
//! own. Readings over the same days in one employment are readings of one exposure and count once, by the largest.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::doses::{Doses, MSV, accepted, years};
use super::{Closer, Finding, Look, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::investigation_codes::DoseQuantity;
use crate::law::{BASIC_STANDARDS, Citation, product};
use crate::record::Need;
use crate::warning_codes::WarningGrade::{self, Orange, Red, Yellow};

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-DOSE-07",
    since: 2,
    zh: "四肢或皮肤剂量预警",
    en: "Dose to the extremities or the skin",
    subject: Kind::Person,
    feeds: &[Kind::DoseResult, Kind::Investigation],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2003, 4, 1)),
        citations: &[Citation { instrument: &BASIC_STANDARDS, clause: "附录B B1.1.1.1 d)" }, product("§7")],
        evaluate,
    }],
    told: Told { worker: Some(Yellow), unit: Some(Yellow), county: Some(Orange), city: Some(Red) },
    cleared_zh: "年度结束且调查已认定；超过年剂量限值的由市级作出结论",
    cleared_en: "the year is over and the investigation accepted; above the limit only by a conclusion of the city",
    closer: Closer::City,
    waivable: false,
    lasting: true,
};

const YELLOW_FROM_NSV: i64 = 150 * MSV;
const ORANGE_FROM_NSV: i64 = 375 * MSV;
/// The limit of a year; a dose at the limit keeps it.
const LIMIT_NSV: i64 = 500 * MSV;

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let doses = Doses::of(subject, look)?;
    let accepted = accepted(subject, look)?;
    Ok(years((&doses, &accepted), DoseQuantity::Extremity, look.day, |sum_nsv, _| grade(sum_nsv)))
}

fn grade(sum_nsv: i64) -> Option<WarningGrade> {
    match sum_nsv {
        _ if sum_nsv > LIMIT_NSV => Some(Red),
        ORANGE_FROM_NSV.. => Some(Orange),
        YELLOW_FROM_NSV.. => Some(Yellow),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    #[test]
    fn the_worked_cases_and_the_levels() {
        for (nsv, expected) in [
            (149_999_900, None),
            (150_000_000, Some(Yellow)),
            (160_000_000, Some(Yellow)),
            (374_999_900, Some(Yellow)),
            (375_000_000, Some(Orange)),
            (500_000_000, Some(Orange)),
            (500_100_000, Some(Red)),
        ] {
            let mut case = Case::new();
            let post = case.post(json!({}));
            // Two quarters of the ring; the wrist over the days of the second reads the same exposure.
            let ring = |hp007: i64| json!({"hp007_nsv": hp007, "confirmed": true});
            case.read(&post, "RG", "2026-01-01", "2026-03-31", ring(100_000_000));
            case.read(&post, "RG", "2026-04-01", "2026-06-30", ring(nsv - 100_000_000));
            case.read(&post, "WR", "2026-04-01", "2026-06-30", ring(1_000_000));
            case.grades(&RULE, post.person, &[("2026-06-29", None), ("2026-08-01", expected)]);
        }
    }

    #[test]
    fn it_ends_with_the_year_once_the_investigation_is_accepted() {
        let mut case = Case::new();
        let post = case.post(json!({}));
        case.read(&post, "RG", "2026-01-01", "2026-03-31", json!({"hp007_nsv": 160_000_000}));
        let opened = json!({"basis": "YEAR", "quantity": "HEXT", "dose_nsv": 160_000_000, "dose_year": 2026});
        case.investigated(post.person, "2026-05-01", opened);
        case.grades(&RULE, post.person, &[("2026-12-31", Some(Yellow)), ("2027-01-01", None)]);
    }
}

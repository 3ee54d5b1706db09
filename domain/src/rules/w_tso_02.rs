//! W-TSO-02 超资质范围或资质失效期间出具报告: a report without a valid qualification on the day of signing.
//!
//! A device test that its laboratory signed without the qualification that it names is taken and moves no date, until
//! the city rules that it counts or the laboratory withdraws it. A dose report of that kind is refused when it comes
//! (`dose_report.qualification`). Items of a qualification and authorised signatories stand in no kind yet.

use jiff::civil::date;
use signing::bytes::Date;
use uuid::Uuid;

use super::{Closer, Finding, Look, Steps, Told, Version, WarningRule};
use crate::catalog::Kind;
use crate::law::{Citation, OCCUPATIONAL_DISEASE, RADIATION_WORKERS};
use crate::qc_codes::TestState;
use crate::record::Need;
use crate::records::device_test;
use crate::warning_codes::WarningGrade::Red;

pub(super) static RULE: WarningRule = WarningRule {
    id: "W-TSO-02",
    since: 2,
    zh: "资质失效期间或无资质出具报告",
    en: "Report signed without a valid qualification",
    subject: Kind::DeviceTest,
    feeds: &[Kind::DeviceTest],
    parameters: &[],
    versions: &[Version {
        version: 1,
        from: Date(date(2007, 11, 1)),
        citations: &[
            Citation { instrument: &OCCUPATIONAL_DISEASE, clause: "第七十九条、第八十条第（一）项、第（三）项" },
            Citation { instrument: &RADIATION_WORKERS, clause: "第十四条、第四十二条、第四十三条" },
        ],
        evaluate,
    }],
    told: Told { worker: None, unit: Some(Red), county: Some(Red), city: Some(Red) },
    cleared_zh: "报告撤回并重新出具，或市级裁定采信",
    cleared_en: "report withdrawn and replaced, or ruled to count by the city",
    closer: Closer::City,
    waivable: false,
    lasting: false,
};

fn evaluate(subject: Uuid, look: &Look<'_>) -> Result<Vec<Finding>, Need> {
    let record = device_test::reference(subject);
    let Some(entry) = look.record(&record)? else { return Ok(Vec::new()) };
    let test = entry.state.device_test().filter(|test| matches!(test.state, TestState::Filed | TestState::Excluded));
    let Some((test, findings)) = test.and_then(|test| Some((test, test.findings()?))) else { return Ok(Vec::new()) };
    let Some(laboratory) = test.laboratory else { return Ok(Vec::new()) };
    if test.is_by_qualified(look)? {
        return Ok(Vec::new());
    }
    let steps = Steps::from(findings.signed_on, Red);
    Ok(vec![Finding::new("qualification", steps).on(record).of(laboratory)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::Case;
    use super::*;

    const NUMBER: &str = "川卫放技字（2022）第001号";

    /// A status test under a qualification whose last day is 2026-09-30.
    fn signed(case: &mut Case, on: &str, qualification: Option<&str>) -> Uuid {
        let laboratory = case.laboratory_until(NUMBER, "2026-10-01");
        let institution = case.institution(json!({}));
        let device = case.used_device(institution, "X02", "2021-04-01");
        let mut data = json!({"purpose": "STA", "device": device, "institution": institution, "laboratory": laboratory,
            "report_no": "1", "line_no": 1, "tested_on": "2026-09-20", "signed_on": on, "standards": ["WS 76-2020"],
            "item": "T1", "conclusion": "1"});
        if let Some(number) = qualification {
            data["qualification_no"] = json!(number);
        }
        case.begin("device_test.reported", on, data)
    }

    #[test]
    fn the_worked_cases() {
        let mut case = Case::new();
        for (on, grade) in [("2026-09-30", None), ("2026-10-01", Some(Red)), ("2026-10-05", Some(Red))] {
            let test = signed(&mut case, on, Some(NUMBER));
            case.grades(&RULE, test, &[(on, grade), ("2027-01-01", grade)]);
        }
    }

    #[test]
    fn a_report_that_names_no_qualification_of_its_laboratory_has_none() {
        let mut case = Case::new();
        for number in [None, Some("川卫放技字（2022）第002号")] {
            let test = signed(&mut case, "2026-09-25", number);
            case.grades(&RULE, test, &[("2026-09-25", Some(Red))]);
        }
    }

    #[test]
    fn the_ruling_of_the_city_or_a_withdrawal_ends_it() {
        let mut case = Case::new();
        let test = signed(&mut case, "2026-10-05", Some(NUMBER));
        let ruled = |counts: bool| json!({"counts": counts, "grounds": "示范理由"});
        case.event("device_test.ruled", test, "2026-10-08", ruled(false));
        case.grades(&RULE, test, &[("2026-10-08", Some(Red))]);
        case.event("device_test.ruled", test, "2026-10-09", ruled(true));
        assert!(case.find(&RULE, test, "2026-10-09").is_empty());
        let test = signed(&mut case, "2026-10-05", Some(NUMBER));
        case.event("device_test.withdrawn", test, "2026-10-08", json!({}));
        assert!(case.find(&RULE, test, "2026-10-08").is_empty());
    }
}

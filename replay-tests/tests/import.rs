//! Spreadsheets as they come: written by other programs, committed, and read to the last cell.

use std::path::Path;

use api::import::{DoseRow, Problem, Severity, Sheet, read_doses};

fn read(name: &str) -> Sheet {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("import").join(name);
    read_doses(&std::fs::read(path).expect("the file is committed"), &[]).expect("readable")
}

fn line(row: &DoseRow) -> String {
    let doses = [row.hp10_nsv, row.hp3_nsv, row.hp007_nsv].map(|dose| dose.map_or("-".into(), |nsv| nsv.to_string()));
    let tail = row.id_tail.as_deref().unwrap_or("-");
    format!(
        "{} {} {tail} {} {} {}..{} {} {} {} {} {}",
        row.row,
        row.worker_no,
        row.dosimeter_no,
        row.position.as_str(),
        row.wear_from,
        row.wear_to,
        doses.join("/"),
        row.mdl_nsv,
        row.flag.as_str(),
        row.report_no,
        row.signed_on
    )
}

fn told(problem: &Problem) -> String {
    let weight = if problem.severity == Severity::Error { "error" } else { "warning" };
    let column = problem.column.map_or("-", |column| column.as_str());
    let meant = problem.suggestion.as_deref().map(|meant| format!(" -> {meant}")).unwrap_or_default();
    format!("{} {column} {weight} {} \"{}\"{meant}", problem.row, problem.code, problem.original)
}

#[track_caller]
fn says(sheet: &Sheet, rows: &[&str], problems: &[&str]) {
    assert_eq!(sheet.rows.iter().map(line).collect::<Vec<_>>(), rows);
    assert_eq!(sheet.problems.iter().map(told).collect::<Vec<_>>(), problems);
}

#[test]
fn a_workbook_with_a_title_and_two_sheets() {
    let sheet = read("plain.xlsx");
    assert_eq!((sheet.read, sheet.rows[1].name.as_deref()), (5, Some("演示人员乙")));
    says(
        &sheet,
        &[
            "4 W001 0019 T0001 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）001 2026-04-20",
            "5 W002 0027 T0002 CH 2026-01-01..2026-03-31 10000/-/- 20000 BELOW_MDL 示例（2026）001 2026-04-20",
            "6 W003 129X T0003 UA 2026-01-01..2026-03-31 200000/-/- 20000 NORMAL 示例（2026）001 2026-04-20",
            "7 W003 129X T0004 CO 2026-01-01..2026-03-31 2000000/2100000/- 20000 NORMAL 示例（2026）001 2026-04-20",
            "9 W004 - T0005 CH 2026-01-01..2026-03-31 -/-/- 20000 LOST 示例（2026）001 2026-04-20",
        ],
        &[],
    );
}

#[test]
fn dates_as_text() {
    says(
        &read("text-dates.xlsx"),
        &[
            "2 W001 0019 T0001 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）002 2026-04-20",
            "3 W002 0019 T0002 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）002 2026-04-20",
            "4 W003 0019 T0003 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）002 2026-04-20",
            "5 W004 0019 T0004 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）002 2026-04-20",
            "6 W005 0019 T0005 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）002 2026-04-20",
            "7 W006 0019 T0006 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）002 2026-04-20",
        ],
        &[],
    );
}

#[test]
fn microsieverts() {
    says(
        &read("micro.xlsx"),
        &[
            "2 W001 0019 T0001 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）003 2026-04-20",
            "3 W002 0019 T0002 CH 2026-01-01..2026-03-31 300/-/- 100 NORMAL 示例（2026）003 2026-04-20",
            "4 W003 0019 T0003 CH 2026-01-01..2026-03-31 4350/-/- 100 NORMAL 示例（2026）003 2026-04-20",
            "5 W004 0019 T0004 CH 2026-01-01..2026-03-31 10000/-/- 20000 BELOW_MDL 示例（2026）003 2026-04-20",
            "6 W005 0019 T0005 CH 2026-01-01..2026-03-31 33300/-/- 20000 NORMAL 示例（2026）003 2026-04-20",
        ],
        &[],
    );
}

#[test]
fn what_goes_wrong() {
    says(
        &read("faults.xlsx"),
        &[
            "7 W006 0019 T0001 CH 2026-01-01..2026-03-31 1500000/-/- 20000 NORMAL 示例（2026）004 2026-04-20",
            "8 W007 0019 T0001 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）004 2026-04-20",
        ],
        &[
            "2 hp10 error cell.formula \"=…\"",
            "3 wear_from error cell.date \"2026-02-30\"",
            "4 wear_to error row.period \"2026-01-01\"",
            "5 hp10 error dose.below_mdl \"0.01\" -> <0.02",
            "6 position error cell.position \"口袋\"",
            "6 hp10 error cell.dose_negative \"-0.1\"",
            "7 hp10 warning dose.investigation \"1.5\"",
            "9 - error row.duplicate \"\"",
            "10 signed_on error report.signed_on \"2026-04-21\" -> 2026-04-20",
            "11 kind error cell.kind_nominal \"名义剂量\"",
            "12 id_tail error cell.id_tail \"…0019\"",
        ],
    );
}

#[test]
fn text_of_either_encoding() {
    let sheet = read("gb18030.csv");
    says(
        &sheet,
        &[
            "2 W001 0019 T0001 CH 2026-01-01..2026-03-31 120000/-/- 20000 NORMAL 示例（2026）005 2026-04-20",
            "4 W002 0027 T0002 CH 2026-01-01..2026-03-31 10000/-/- 20000 BELOW_MDL 示例（2026）005 2026-04-20",
        ],
        &["5 worker_no error cell.formula \"=\"003\"\" -> 003", "5 hp10 error cell.formula \"=1+1\""],
    );
    assert_eq!(sheet.rows[0].name.as_deref(), Some("演示人员𠮷"));
    let other = read("utf8.csv");
    assert_eq!((other.rows, other.problems), (sheet.rows, sheet.problems));
}

/// What is marked is read again as it was, whoever wrote it.
#[test]
fn a_marked_file_says_the_same() {
    for name in ["plain.xlsx", "text-dates.xlsx", "micro.xlsx", "faults.xlsx", "gb18030.csv"] {
        let sheet = read(name);
        let again = read_doses(&sheet.annotated(&sheet.problems).expect("written"), &[]).expect("readable");
        assert_eq!((again.rows, again.problems, again.read), (sheet.rows, sheet.problems, sheet.read), "{name}");
    }
}

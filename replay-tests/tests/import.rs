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
    says(&sheet, &[], &[]);
}

#[test]
fn dates_as_text() {
    says(&read("text-dates.xlsx"), &[], &[]);
}

#[test]
fn microsieverts() {
    says(&read("micro.xlsx"), &[], &[]);
}

#[test]
fn what_goes_wrong() {
    says(&read("faults.xlsx"), &[], &[]);
}

#[test]
fn text_of_either_encoding() {
    let sheet = read("gb18030.csv");
    says(&sheet, &[], &[]);
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

//! Spreadsheets as they come: written by other programs, committed, and read to the last cell.

use std::collections::BTreeSet;
use std::path::Path;

use api::import::{Column, DoseRow, Problem, Severity, Sheet, problems, read_doses};
use domain::dose_codes::{ResultFlag, WearPosition};

fn read(name: &str) -> Sheet<'static> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("import").join(name);
    read_doses(std::fs::read(path).expect("the file is committed").leak(), &[]).expect("readable")
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
fn says(sheet: &Sheet<'_>, rows: &[&str], problems: &[&str]) {
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

/// What LibreOffice Calc saves (`import/libreoffice.py`): formulas with what it computed, as a day, a number, a text,
/// nothing and an error; a column in microsieverts beside one in millisieverts.
#[test]
fn a_workbook_of_libreoffice() {
    let sheet = read("libreoffice.xlsx");
    assert_eq!((sheet.read, sheet.rows[2].name.as_deref()), (7, Some("演示人员丙，“引号\"")));
    says(
        &sheet,
        &[
            "4 W001 0019 T0001 CH 2026-01-01..2026-03-31 300000/-/- 20000 NORMAL 示例（2026）006 2026-04-20",
            "5 W002 0027 T0002 CH 2026-01-01..2026-03-31 10000/-/- 20000 BELOW_MDL 示例（2026）006 2026-04-20",
            "6 W003 129X T0003 CH 2026-01-01..2026-03-31 10000/-/- 20000 BELOW_MDL 示例（2026）006 2026-04-20",
            "7 W004 0035 T0004 EY 2026-01-01..2026-03-31 -/120000/- 20000 NORMAL 示例（2026）006 2026-04-20",
            "8 W005 0043 T0005 CH 2026-01-01..2026-03-31 250000/-/- 20000 NORMAL 示例（2026）006 2026-04-20",
        ],
        &["9 hp10 error cell.fault \"#DIV/0!\"", "10 wear_to error row.period \"2025-12-31\""],
    );
}

#[test]
fn text_files_of_libreoffice() {
    let workbook = read("libreoffice.xlsx");
    let utf_8 = read("libreoffice-utf8.csv");
    assert_eq!((&utf_8.rows, utf_8.read), (&workbook.rows, workbook.read), "as in the workbook");
    let told: Vec<_> = utf_8.problems.iter().map(told).collect();
    assert_eq!(told, ["9 hp10 error cell.fault \"#DIV/0!\"", "10 wear_to error row.period \"2025年12月31日\""]);
    let gb_18030 = read("libreoffice-gb18030.csv");
    assert_eq!((gb_18030.rows, gb_18030.problems), (utf_8.rows.clone(), utf_8.problems.clone()));
    // Calc marks UTF-8 only where a person ticks it.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("import/libreoffice-utf8.csv");
    let marked = [b"\xef\xbb\xbf".as_slice(), &std::fs::read(path).expect("the file is committed")].concat();
    let marked = read_doses(&marked, &[]).expect("readable");
    assert_eq!((marked.rows, marked.problems), (utf_8.rows, utf_8.problems));
}

#[test]
fn microsieverts_below_a_header_of_millisieverts() {
    let sheet = read("libreoffice-units.xlsx");
    assert_eq!(sheet.rows.len(), 5, "a warning is looked at by a person");
    assert_eq!(
        sheet.problems.iter().map(told).collect::<Vec<_>>(),
        [
            "2 hp10 warning dose.unit \"90\" -> 0.09",
            "3 hp10 warning dose.investigation \"4\"",
            "4 hp10 warning dose.unit \"30\" -> 0.03",
            "5 hp10 warning dose.unit \"120\" -> 0.12",
            "6 hp10 warning dose.unit \"55\" -> 0.055",
        ]
    );
}

/// What is marked is read again as it was, whoever wrote it.
#[test]
fn a_marked_file_says_the_same() {
    for name in [
        "plain.xlsx",
        "text-dates.xlsx",
        "micro.xlsx",
        "faults.xlsx",
        "gb18030.csv",
        "libreoffice.xlsx",
        "libreoffice-units.xlsx",
        "libreoffice-utf8.csv",
    ] {
        let mut sheet = read(name);
        let problems = sheet.problems.clone();
        let marked = sheet.annotated(&problems).expect("written");
        let again = read_doses(&marked, &[]).expect("readable");
        assert_eq!((again.rows, again.problems, again.read), (sheet.rows, sheet.problems, sheet.read), "{name}");
    }
}

// ---- the page ----

const PAGE: &str = include_str!("../../docs/import.md");

/// The rows of the table below a heading: their cells.
fn table(heading: &str) -> Vec<Vec<String>> {
    let (_, below) = PAGE.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let rows = below.split("\n## ").next().unwrap_or_default().lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn in_both_languages(text: &str) -> bool {
    text.contains(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && text.contains(|c: char| c.is_ascii_lowercase())
}

#[test]
fn the_page_has_every_kind_of_problem_in_its_order() {
    let rows = table("Problems");
    let shown: Vec<_> = rows.iter().map(|row| row[..3].to_vec()).collect();
    let known: Vec<_> = problems::ALL
        .iter()
        .map(|note| {
            let weight = if note.severity == Severity::Error { "错误 error" } else { "警告 warning" };
            vec![format!("`{}`", note.code), weight.to_owned(), format!("{} {}", note.zh, note.en)]
        })
        .collect();
    assert_eq!(shown, known);
    for row in &rows {
        assert!(row.len() == 4 && in_both_languages(&row[3]), "what to do, in both languages: {row:?}");
    }
    let codes: BTreeSet<&str> = problems::ALL.iter().map(|note| note.code).collect();
    assert_eq!(codes.len(), problems::ALL.len(), "a code has one meaning");
}

#[test]
fn the_page_has_every_column_with_its_other_names() {
    let rows = table("Columns");
    assert_eq!(rows.len(), Column::ALL.len());
    for (row, column) in rows.iter().zip(Column::ALL) {
        let needed = match column {
            Column::Hp10 | Column::Hp3 | Column::Hp007 => "三者之一 one of three",
            column if column.is_needed() => "是 yes",
            _ => "否 no",
        };
        assert_eq!(row[..3], [format!("`{}`", column.as_str()), column.zh().to_owned(), column.en().to_owned()]);
        assert_eq!(quoted(&row[3]), column.others(), "{}", column.as_str());
        assert_eq!(row[4], needed, "{}", column.as_str());
        assert!(in_both_languages(&row[5]), "{}", column.as_str());
    }
}

/// The row that a file of one row is read as, where some cells say something else.
fn one(header: &str, cells: &[(&str, &str)]) -> DoseRow {
    let names: Vec<&str> = header.split(',').collect();
    let mut values = ["W1", "T1", "CH", "2026-01-01", "2026-03-31", "0.12", "0.02", "", "R1", "2026-04-20"];
    for (name, value) in cells {
        let at = names.iter().position(|known| known == name).expect("a column");
        values[at] = value;
    }
    let text = format!("{header}\n{}\n", values.join(","));
    let sheet = read_doses(text.as_bytes(), &[]).expect("readable");
    assert!(sheet.rows.len() == 1, "{cells:?}: {:?}", sheet.problems);
    sheet.rows.into_iter().next().expect("a row")
}

const HEADER: &str = "工号,剂量计编号,佩戴部位,周期起,周期止,Hp(10),MDL,结果类型,报告编号,签发日期";

#[test]
fn what_the_page_says_of_units_places_and_kinds_is_so() {
    for row in table("Units") {
        for unit in quoted(&row[0]) {
            let header = HEADER.replace("Hp(10)", &format!("Hp(10)（{unit}）"));
            let column = format!("Hp(10)（{unit}）");
            let value = if row[1] == "mSv" { "0.12" } else { "120" };
            assert_eq!(one(&header, &[(&column, value)]).hp10_nsv, Some(120_000), "{unit}");
        }
    }
    let places = table("Positions");
    assert_eq!(places.len(), WearPosition::LIST.codes.len());
    for row in places {
        for word in quoted(&row[0]).into_iter().chain(quoted(&row[2])) {
            assert_eq!(one(HEADER, &[("佩戴部位", word)]).position.as_str(), quoted(&row[0])[0], "{word}");
        }
    }
    for row in table("Kinds") {
        let code = quoted(&row[0])[0];
        let flag = ResultFlag::parse(code).expect("a code");
        let dose = if flag.is_without_value() || flag == ResultFlag::BelowMdl { "" } else { "0.12" };
        for word in std::iter::once(code).chain(quoted(&row[2])) {
            assert_eq!(one(HEADER, &[("结果类型", word), ("Hp(10)", dose)]).flag, flag, "{word}");
        }
    }
}

#[test]
fn what_the_page_says_of_dates_and_sizes_is_so() {
    let (_, dates) = PAGE.split_once("\n## Dates\n").expect("the heading");
    let quoted = quoted(dates.split("\n## ").next().unwrap_or_default());
    assert_eq!(quoted.len(), 7);
    for (at, text) in quoted.into_iter().enumerate() {
        let values = format!("{HEADER}\nW1,T1,CH,2023-12-01,{text},0.12,0.02,,R1,2024-02-20\n");
        let read = read_doses(values.as_bytes(), &[]).expect("readable");
        let day = read.rows.first().map(|row| row.wear_to.to_string());
        assert_eq!(day.as_deref(), (at < 5).then_some("2024-01-31"), "{text}");
    }
    let mb = api::import::BYTES_MAX / 1024 / 1024;
    assert!(PAGE.contains(&format!("Up to {mb} MB and 100,000 rows")) && api::import::ROWS_MAX == 100_000);
}

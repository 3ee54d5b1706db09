//! The file again, with its problems marked.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError};

use super::columns::{Header, folded};
use super::table::{Cell, Row, Table};
use super::{Problem, Severity};

/// Header of the column that tells the problems.
const TOLD: &str = "错误说明";
/// Width of that column, in characters.
const TOLD_WIDTH: u16 = 60;
/// Characters that a cell of a spreadsheet holds.
const CELL_MAX: usize = 32_000;

/// How a cell looks: plain or marked, a number or a day.
struct Looks {
    plain: [Format; 3],
    warning: [Format; 3],
    error: [Format; 3],
}

impl Looks {
    fn new() -> Self {
        let three = |format: Format| {
            ["General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"].map(|written| format.clone().set_num_format(written))
        };
        let marked = |fill: u32, line: u32| {
            let format = Format::new().set_background_color(Color::RGB(fill));
            three(format.set_border(FormatBorder::Thin).set_border_color(Color::RGB(line)))
        };
        Self {
            plain: three(Format::new()),
            warning: marked(0xff_eb_9c, 0xbf_8f_00),
            error: marked(0xff_c7_ce, 0xc0_00_00),
        }
    }

    fn of(&self, mark: Option<Severity>) -> &[Format; 3] {
        match mark {
            None => &self.plain,
            Some(Severity::Warning) => &self.warning,
            Some(Severity::Error) => &self.error,
        }
    }
}

/// The table as XLSX.
pub fn annotated(
    table: &mut Table<'_>,
    header: &Header,
    width: usize,
    problems: &[Problem],
) -> Result<Vec<u8>, XlsxError> {
    let mut by_row: BTreeMap<u32, Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        by_row.entry(problem.row).or_default().push(problem);
    }
    let is_told = |cell: &Cell| matches!(cell, Cell::Text(text) if folded(text) == TOLD);
    // A file that was marked before keeps its one column.
    let told = header.cells.iter().position(is_told).unwrap_or(width);
    let told = u16::try_from(told).map_err(|_| XlsxError::RowColumnLimitError)?;
    let looks = Looks::new();
    let mut sheet = Worksheet::new();
    if let Some(name) = &table.name {
        sheet.set_name(name)?;
    }
    let mut written = Ok(());
    let read = table.each(|row| {
        let noted = by_row.get(&row.number).map_or(&[][..], Vec::as_slice);
        written = write(&mut sheet, &row, header, noted, told, &looks);
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    written?;
    // It was read before, from the same bytes.
    read.map_err(|unreadable| XlsxError::ParameterError(unreadable.to_string()))?;
    let bold = Format::new().set_bold();
    sheet.write_string_with_format(header.row - 1, told, TOLD, &bold)?;
    sheet.set_column_width(told, TOLD_WIDTH)?;
    sheet.set_freeze_panes(header.row, 0)?;
    let mut book = Workbook::new();
    // The day on which a file was made would make two files of one.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    book.push_worksheet(sheet);
    book.save_to_buffer()
}

fn write(
    sheet: &mut Worksheet,
    row: &Row,
    header: &Header,
    noted: &[&Problem],
    told: u16,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let at = row.number - 1;
    let mark = |place: u16| {
        let here = noted
            .iter()
            .filter(|problem| problem.column.and_then(|column| header.place(column)) == Some(usize::from(place)));
        here.map(|problem| problem.severity).min()
    };
    for place in (0..told.max(u16::try_from(row.cells.len()).unwrap_or(u16::MAX))).filter(|place| *place != told) {
        let mark = mark(place);
        let [plain, day, moment] = looks.of(mark);
        match row.cell(usize::from(place)) {
            Cell::Empty if mark.is_none() => continue,
            Cell::Empty => sheet.write_blank(at, place, plain)?,
            Cell::Number(number) if number.is_finite() => sheet.write_number_with_format(at, place, *number, plain)?,
            Cell::Moment(serial) => {
                let look = if serial.fract() == 0.0 { day } else { moment };
                sheet.write_number_with_format(at, place, *serial, look)?
            }
            Cell::Truth(truth) => sheet.write_boolean_with_format(at, place, *truth, plain)?,
            // Written as text, whatever it begins with: nothing of a stranger's file is computed.
            cell => sheet.write_string_with_format(at, place, cell.shown(), plain)?,
        };
    }
    if !noted.is_empty() {
        sheet.write_string(at, told, telling(noted))?;
    }
    Ok(())
}

/// The problems of a row in one text: errors first.
fn telling(noted: &[&Problem]) -> String {
    let mut noted = noted.to_vec();
    noted.sort_by_key(|problem| (problem.severity, problem.column));
    let one = |problem: &&Problem| {
        let weight = if problem.severity == Severity::Error { "错误" } else { "警告" };
        let column = problem.column.map(|column| format!("{}：", column.zh())).unwrap_or_default();
        let meant = problem.suggestion.as_ref().map(|meant| format!("（建议：{meant}）")).unwrap_or_default();
        format!("[{weight}] {column}{}{meant}", problem.zh)
    };
    let text = noted.iter().map(one).collect::<Vec<_>>().join("；");
    text.chars().take(CELL_MAX).collect()
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use crate::import::{Column, Problem, Severity, Sheet, read_doses};

    const TEXT: &str = "示例剂量监测结果,,,,,,,,\n\n工作人员编号,剂量计编号,佩戴部位,周期起,周期止,Hp(10),最低探测水平,报告编号,签发日期\n\
        W1,T1,左胸,2026-01-01,2026-03-31,1.3,0.02,R1,2026-04-20\n\nW2,T2,口袋,,2026-03-31,0.1,0.02,=R1,2026-04-20\n";

    fn sheet(bytes: &[u8]) -> Sheet<'_> {
        read_doses(bytes, &[]).expect("readable")
    }

    fn marked(sheet: &mut Sheet<'_>, problems: &[Problem]) -> Vec<u8> {
        sheet.annotated(problems).expect("written")
    }

    /// What stands in each row beside the cells of the file.
    fn told(sheet: &mut Sheet<'_>) -> Vec<String> {
        let mut told = Vec::new();
        let read = sheet.table.each(|row| {
            told.push(row.cell(9).shown());
            ControlFlow::Continue(())
        });
        read.expect("readable");
        told
    }

    #[test]
    fn the_file_again_with_its_problems() {
        let mut first = sheet(TEXT.as_bytes());
        let problems = first.problems.clone();
        assert_eq!((first.rows.len(), first.problems.len(), first.read), (1, 4, 2));
        let bytes = marked(&mut first, &problems);
        assert_eq!(bytes, marked(&mut first, &problems), "the same file twice");
        let mut again = sheet(&bytes);
        assert_eq!((&again.rows, &again.problems), (&first.rows, &problems));
        let told = told(&mut again);
        assert_eq!(told[1], "错误说明");
        assert_eq!(told[2], "[警告] Hp(10)：达到调查水平（每年5 mSv，按月数折算），请核对");
        assert!(
            told[3].starts_with("[错误] 佩戴部位：不是已知的佩戴部位；[错误] 佩戴起始日：此项必填；"),
            "{}",
            told[3]
        );
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(&bytes)).expect("a workbook");
        let styles = book.worksheet_style("Sheet1").expect("styles");
        let fill = |row, column| {
            let fill = styles.get((row, column)).and_then(|style| style.fill.as_ref());
            fill.and_then(|fill| fill.foreground_color).map(|color| (color.red, color.green, color.blue))
        };
        assert_eq!(fill(3, 5), Some((0xff, 0xeb, 0x9c)), "a warning is yellow");
        assert_eq!(fill(5, 2), Some((0xff, 0xc7, 0xce)), "an error is red");
        assert_eq!(fill(5, 3), fill(5, 2), "an empty cell too");
        assert_eq!(fill(3, 2), None);
    }

    #[test]
    fn a_file_marked_twice_has_one_column_of_it() {
        let mut first = sheet(TEXT.as_bytes());
        let problems = first.problems.clone();
        let once = marked(&mut first, &problems);
        let other = Problem {
            row: 4,
            column: Some(Column::WorkerNo),
            original: "W1".into(),
            code: "person.unknown",
            severity: Severity::Error,
            zh: "查无此人".into(),
            en: "Unknown.".into(),
            suggestion: Some("W01".into()),
        };
        let beyond = Problem { row: 4_000_000, ..other.clone() };
        let twice = marked(&mut sheet(&once), &[other, beyond]);
        let mut third = sheet(&twice);
        assert_eq!(third.width, 10);
        assert_eq!(told(&mut third)[2..], ["[错误] 工作人员编号：查无此人（建议：W01）", ""]);
    }
}

//! The file again, with its problems marked.

use std::collections::BTreeMap;

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
pub fn annotated(table: &Table, header: &Header, problems: &[Problem]) -> Result<Vec<u8>, XlsxError> {
    let mut by_row: BTreeMap<u32, Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        by_row.entry(problem.row).or_default().push(problem);
    }
    let is_told = |cell: &Cell| matches!(cell, Cell::Text(text) if folded(text) == TOLD);
    let headers = table.rows.iter().find(|row| row.number == header.row);
    // A file that was marked before keeps its one column.
    let told = headers.and_then(|row| row.cells.iter().position(is_told)).unwrap_or_else(|| table.width());
    let told = u16::try_from(told).map_err(|_| XlsxError::RowColumnLimitError)?;
    let looks = Looks::new();
    let mut sheet = Worksheet::new();
    if let Some(name) = &table.name {
        sheet.set_name(name)?;
    }
    for row in &table.rows {
        let noted = by_row.get(&row.number).map_or(&[][..], Vec::as_slice);
        write(&mut sheet, row, header, noted, told, &looks)?;
    }
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

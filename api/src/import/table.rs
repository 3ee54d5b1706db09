//! Bytes to cells: XLSX and CSV, with the row numbers that a person sees in his spreadsheet.
//!
//! Rows are read one after the other and never held together: a large file has more cells than anything made of it.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use compact_str::{CompactString, ToCompactString};
use encoding_rs::{Encoding, GB18030};

use super::Unreadable;
use super::problems::{FILE_COLUMNS, FILE_ENCODING, FILE_FORMAT, FILE_HEADER, FILE_SIZE};

/// Within so many rows from the top stands the header.
pub const HEADER_WITHIN: u32 = 20;
/// Columns that a sheet may use.
const COLUMNS_MAX: usize = 256;
/// What a workbook may unpack to.
const UNPACKED_MAX: u64 = 512 * 1024 * 1024;
/// Days from the epoch of 1900 to that of 1904, the two that workbooks count from.
const EPOCH_1904: f64 = 1_462.0;
/// What spreadsheets show where a formula failed; LibreOffice has `Err:502` and their like besides.
const FAULTS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, without the white space around it.
    Text(CompactString),
    /// A number.
    Number(f64),
    /// A number shown as a day: days of the 1900 calendar of spreadsheets.
    Moment(f64),
    /// True or false.
    Truth(bool),
    /// An error value, such as `#N/A`.
    Fault(CompactString),
    /// A formula whose value is not in the file.
    Formula,
}

impl Cell {
    fn text(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
        match text {
            "" => Self::Empty,
            // What a failed formula left where the file keeps text alone, as CSV and a marked copy do.
            text if FAULTS.contains(&text) || text.starts_with("Err:") => Self::Fault(text.into()),
            text => Self::Text(text.into()),
        }
    }

    /// True when nothing stands in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    /// What a person sees.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Fault(text) => text.to_string(),
            Self::Number(number) => plain(*number),
            Self::Moment(serial) => match super::values::day_of(*serial) {
                Some(day) => day.to_string(),
                None => plain(*serial),
            },
            Self::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Formula => "=…".to_owned(),
        }
    }
}

/// A number with the fifteen digits that spreadsheets keep, without an exponent: 0.1 + 0.2 is 0.3.
pub fn plain(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// A row with anything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number in the file, from 1.
    pub number: u32,
    /// Its cells, up to the last that is not empty.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

/// A sheet, to be read row by row as often as somebody wants.
pub struct Table<'b> {
    /// Name of the sheet; none of a text file.
    pub name: Option<String>,
    cells: Cells<'b>,
}

enum Cells<'b> {
    Text { text: String, delimiter: u8 },
    Sheet { book: Box<Xlsx<Cursor<&'b [u8]>>>, epoch: f64 },
}

impl Table<'_> {
    /// Gives each row with anything in it, from the top, until told to stop.
    pub fn each(&mut self, row: impl FnMut(Row) -> ControlFlow<()>) -> Result<(), Unreadable> {
        match &mut self.cells {
            Cells::Text { text, delimiter } => lines(text, *delimiter, row),
            Cells::Sheet { book, epoch } => sheet_rows(book, self.name.as_deref().unwrap_or_default(), *epoch, row),
        }
    }

    /// Its first rows, among which the header stands.
    fn top(&mut self) -> Result<Vec<Row>, Unreadable> {
        let mut top = Vec::new();
        self.each(|row| {
            if row.number > HEADER_WITHIN {
                return ControlFlow::Break(());
            }
            top.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(top)
    }
}

/// The first sheet among whose first rows `find` sees the header, and what it found there.
pub fn read<H>(bytes: &[u8], find: impl Fn(&[Row]) -> Option<H>) -> Result<(Table<'_>, H), Unreadable> {
    if bytes.starts_with(b"PK\x03\x04") {
        return from_workbook(bytes, find);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Unreadable::new(
            &FILE_FORMAT,
            "旧版 XLS 文件或加密的工作簿，请去掉密码并另存为 XLSX",
            "An old XLS file, or a workbook with a password: save it as XLSX without one.",
        ));
    }
    let mut table = from_text(bytes)?;
    let header = find(&table.top()?).ok_or_else(no_header)?;
    Ok((table, header))
}

fn no_header() -> Unreadable {
    Unreadable::new(
        &FILE_HEADER,
        format!("前 {HEADER_WITHIN} 行内找不到表头"),
        format!("There is no header row within the first {HEADER_WITHIN} rows."),
    )
}

fn not_a_spreadsheet() -> Unreadable {
    Unreadable::of(&FILE_FORMAT)
}

fn too_wide() -> Unreadable {
    Unreadable::new(
        &FILE_COLUMNS,
        format!("超过 {COLUMNS_MAX} 列"),
        format!("The sheet uses more than {COLUMNS_MAX} columns."),
    )
}

fn from_workbook<H>(bytes: &[u8], find: impl Fn(&[Row]) -> Option<H>) -> Result<(Table<'_>, H), Unreadable> {
    unpacks_within_bounds(bytes)?;
    let mut book = Box::new(Xlsx::new(Cursor::new(bytes)).map_err(|_| not_a_spreadsheet())?);
    let visible =
        |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let names: Vec<String> = book.sheets_metadata().iter().filter(visible).map(|sheet| sheet.name.clone()).collect();
    let epoch = if book.has_1904_epoch() { EPOCH_1904 } else { 0.0 };
    for name in names {
        let mut table = Table { name: Some(name), cells: Cells::Sheet { book, epoch } };
        if let Some(header) = find(&table.top()?) {
            return Ok((table, header));
        }
        let Cells::Sheet { book: back, .. } = table.cells else { break };
        book = back;
    }
    Err(no_header())
}

/// Small archives can unpack to more than a machine holds, whatever they say of themselves: they are unpacked into
/// nothing first.
fn unpacks_within_bounds(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| not_a_spreadsheet())?;
    let mut left = UNPACKED_MAX;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| not_a_spreadsheet())?;
        let size = io::copy(&mut entry.take(left + 1), &mut io::sink()).map_err(|_| not_a_spreadsheet())?;
        left = left.checked_sub(size).ok_or_else(|| {
            Unreadable::new(&FILE_SIZE, "工作簿解压后过大", "The workbook unpacks to more than is taken.")
        })?;
    }
    Ok(())
}

fn sheet_rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    epoch: f64,
    mut give: impl FnMut(Row) -> ControlFlow<()>,
) -> Result<(), Unreadable> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| not_a_spreadsheet())?;
    let mut row = Row { number: 0, cells: Vec::new() };
    while let Some(record) = cells.next_cell_with_formula_metadata().map_err(|_| not_a_spreadsheet())? {
        let cell = match (record.value, record.formula) {
            (DataRef::Empty, Some(_)) => Cell::Formula,
            (value, _) => of_value(value, epoch),
        };
        if cell.is_empty() {
            continue;
        }
        let (number, column) = (record.pos.0 + 1, record.pos.1 as usize);
        if column >= COLUMNS_MAX {
            return Err(too_wide());
        }
        if number < row.number {
            return Err(not_a_spreadsheet());
        }
        if number > row.number {
            let next = Row { number, cells: Vec::with_capacity(row.cells.len()) };
            let before = std::mem::replace(&mut row, next);
            if !before.cells.is_empty() && give(before).is_break() {
                return Ok(());
            }
        }
        if row.cells.len() <= column {
            row.cells.resize(column + 1, Cell::Empty);
        }
        row.cells[column] = cell;
    }
    if !row.cells.is_empty() {
        let _ = give(row);
    }
    Ok(())
}

fn of_value(value: DataRef<'_>, epoch: f64) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(number as f64),
        DataRef::Float(number) => Cell::Number(number),
        DataRef::String(text) => Cell::text(&text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Bool(truth) => Cell::Truth(truth),
        DataRef::DateTime(moment) if moment.is_datetime() => Cell::Moment(moment.as_f64() + epoch),
        DataRef::DateTime(moment) => Cell::Number(moment.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::text(&text),
        DataRef::Error(error) => Cell::Fault(error.to_compact_string()),
    }
}

fn from_text<'b>(bytes: &[u8]) -> Result<Table<'b>, Unreadable> {
    let text = decoded(bytes)?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')) {
        return Err(not_a_spreadsheet());
    }
    let text = with_blank_lines(&text);
    Ok(Table { name: None, cells: Cells::Text { delimiter: delimiter(&text), text } })
}

fn lines(text: &str, delimiter: u8, mut give: impl FnMut(Row) -> ControlFlow<()>) -> Result<(), Unreadable> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let (mut record, mut number) = (csv::StringRecord::new(), 0);
    while reader.read_record(&mut record).map_err(|_| not_a_spreadsheet())? {
        number += 1;
        if record.len() > COLUMNS_MAX {
            return Err(too_wide());
        }
        let mut cells: Vec<Cell> = record.iter().map(Cell::text).collect();
        cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
        if !cells.is_empty() && give(Row { number, cells }).is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// Text of a file: what its mark says, else UTF-8, else the national standard.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(Cow::Borrowed(text)),
            Err(_) => (GB18030, bytes),
        },
    };
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| Unreadable::of(&FILE_ENCODING))
}

/// The reader of CSV passes over empty lines, which count as rows in a spreadsheet: each becomes a row of one empty
/// cell.
fn with_blank_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let (mut quoted, mut at_start, mut last) = (false, true, '\n');
    for c in text.chars() {
        let ends_line = !quoted && matches!(c, '\r' | '\n');
        let second_half = c == '\n' && last == '\r';
        if ends_line && !second_half && matches!(last, '\r' | '\n') {
            out.push_str("\"\"");
        }
        if c == '"' && (quoted || at_start) {
            quoted = !quoted;
            // A doubled quote within a field closes and opens it again.
            at_start = !quoted;
        } else {
            at_start = !quoted && matches!(c, ',' | ';' | '\t' | '\r' | '\n');
        }
        last = if quoted && matches!(c, '\r' | '\n') { ' ' } else { c };
        out.push(c);
    }
    out
}

/// What separates the cells: whichever of three stands most often in the first lines.
fn delimiter(text: &str) -> u8 {
    let top: Vec<&str> = text.lines().take(HEADER_WITHIN as usize).collect();
    let count = |mark: u8| top.iter().flat_map(|line| line.bytes()).filter(|byte| *byte == mark).count();
    // The last of equals wins, so the comma stands last.
    [b';', b'\t', b','].into_iter().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Whole {
        name: Option<String>,
        rows: Vec<Row>,
    }

    fn any(bytes: &[u8]) -> Result<Whole, Unreadable> {
        let (mut table, ()) = read(bytes, |rows| (!rows.is_empty()).then_some(()))?;
        let mut rows = Vec::new();
        table.each(|row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(Whole { name: table.name, rows })
    }

    fn code(bytes: &[u8]) -> &'static str {
        any(bytes).expect_err("unreadable").code
    }

    fn seen(table: &Whole) -> Vec<(u32, Vec<String>)> {
        table.rows.iter().map(|row| (row.number, row.cells.iter().map(Cell::shown).collect())).collect()
    }

    #[test]
    fn cells_of_a_workbook() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(1, 0, " 编号 ").expect("written");
        sheet.write_number(1, 1, 0.1 + 0.2).expect("written");
        let day = ExcelDateTime::from_ymd(2024, 1, 31).expect("a day");
        sheet.write_datetime_with_format(1, 3, &day, &Format::new().set_num_format("yyyy-mm-dd")).expect("written");
        sheet.write_boolean(1, 4, true).expect("written");
        sheet.write_formula(4, 0, Formula::new("=1+1").set_result("2")).expect("written");
        sheet.write_formula(4, 1, Formula::new("=A1").set_result("")).expect("written");
        sheet.write_blank(9, 9, &Format::new().set_bold()).expect("written");
        let table = any(&book.save_to_buffer().expect("saved")).expect("a table");
        let row = |number, cells: &[&str]| (number, cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        assert_eq!(seen(&table)[0], row(2, &["编号", "0.3", "", "2024-01-31", "TRUE"]));
        assert_eq!(table.rows[1].cell(0), &Cell::Number(2.0));
        assert_eq!((table.rows.len(), table.name.as_deref()), (2, Some("Sheet1")));
    }

    #[test]
    fn the_sheet_with_the_header_is_read() {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("说明").expect("named").write_string(0, 0, "填表说明").expect("written");
        book.add_worksheet()
            .set_name("藏")
            .expect("named")
            .set_hidden(true)
            .write_string(0, 0, "表头")
            .expect("written");
        book.add_worksheet().set_name("数据").expect("named").write_string(2, 0, "表头").expect("written");
        let bytes = book.save_to_buffer().expect("saved");
        let header = |rows: &[Row]| rows.iter().find(|row| row.cell(0).shown() == "表头").map(|row| row.number);
        let Ok((table, found)) = read(&bytes, header) else { panic!("no sheet has the header") };
        assert_eq!((table.name.as_deref(), found), (Some("数据"), 3));
        assert_eq!(read(&bytes, |_| None::<()>).err().expect("no header").code, "file.header");
        let mut low = Workbook::new();
        low.add_worksheet().write_string(HEADER_WITHIN, 0, "表头").expect("written");
        let low = low.save_to_buffer().expect("saved");
        assert_eq!(read(&low, header).err().expect("too low").code, "file.header");
    }

    #[test]
    fn rows_of_text_keep_their_numbers() {
        let text = "\r\n表头,b\r\n\r\n\r\n\"两\n\n行\",\"有\"\"引号\"\"\"\r\n,,\r\n末,\r\n";
        let expected: Vec<(u32, Vec<String>)> = vec![
            (2, vec!["表头".into(), "b".into()]),
            (5, vec!["两\n\n行".into(), "有\"引号\"".into()]),
            (7, vec!["末".into()]),
        ];
        assert_eq!(seen(&any(text.as_bytes()).expect("a table")), expected);
        let lines = text.replace("\r\n", "\n");
        assert_eq!(seen(&any(lines.as_bytes()).expect("a table")), expected);
        for mark in ["\t", ";"] {
            assert_eq!(seen(&any(lines.replace(',', mark).as_bytes()).expect("a table")), expected);
        }
    }

    #[test]
    fn a_failed_formula_is_no_text() {
        let table = any("编号,姓名\n#N/A,Err:502\n#N,Err\n".as_bytes()).expect("a table");
        let faults: Vec<bool> =
            table.rows.iter().flat_map(|row| &row.cells).map(|cell| matches!(cell, Cell::Fault(_))).collect();
        assert_eq!(faults, [false, false, true, true, false, false]);
    }

    #[test]
    fn text_in_the_encodings_of_the_country() {
        let text = "编号,姓名\n1,演示人员𠮷\n";
        let (gb, ..) = GB18030.encode(text);
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let plain = any(text.as_bytes()).expect("a table");
        for bytes in [&gb[..], &utf16, &with_mark] {
            assert_eq!(any(bytes).expect("a table"), plain);
        }
        assert_eq!(code(b"a,\xff\xff\xff\nb"), "file.encoding");
    }

    #[test]
    fn what_is_no_spreadsheet() {
        assert_eq!(code(b""), "file.header");
        assert_eq!(code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "file.format");
        assert_eq!(code(b"PK\x03\x04 and no archive"), "file.format");
        assert_eq!(code(b"\x00\x01\x02"), "file.format");
        assert_eq!(code(",".repeat(COLUMNS_MAX).as_bytes()), "file.columns");
        let mut wide = Workbook::new();
        wide.add_worksheet().write_string(0, 16_000, "far").expect("written");
        assert_eq!(code(&wide.save_to_buffer().expect("saved")), "file.columns");
    }

    #[test]
    fn a_workbook_cut_or_bent_anywhere_is_refused_or_read() {
        let mut book = Workbook::new();
        book.add_worksheet().write_string(0, 0, "表头").expect("written");
        let bytes = book.save_to_buffer().expect("saved");
        for at in (0..bytes.len()).step_by(7) {
            let _ = any(&bytes[..at]);
            let mut bent = bytes.clone();
            bent[at] ^= 0x55;
            let _ = any(&bent);
        }
    }

    #[test]
    fn a_workbook_that_unpacks_to_more_than_is_taken() {
        use std::io::Write;
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let deflated = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file("xl/worksheets/sheet1.xml", deflated).expect("a file");
        let block = vec![b' '; 1 << 20];
        for _ in 0..=(UNPACKED_MAX >> 20) {
            archive.write_all(&block).expect("written");
        }
        let bytes = archive.finish().expect("closed").into_inner();
        assert!(bytes.len() < crate::import::BYTES_MAX);
        assert_eq!(code(&bytes), "file.size");
    }
}

//! Spreadsheets of doses: the reading half of the import, pure over bytes.
//!
//! [`read_doses`] takes a file of a laboratory as it stands (XLSX or CSV) and answers with rows that the ledger could
//! take and with every problem of the others, all at once, each at its cell. Nothing is guessed that would be signed:
//! what is doubtful is an error with a suggestion, what is odd a warning that a person ticks.
//!
//! - `table`: bytes to cells, with the row numbers that a person sees in his spreadsheet.
//! - `columns`: which column is which, by its header. `look`: what stands there, for who says it himself.
//! - `values`: one cell to one value. `rows`: one row. `among`: rows among each other.
//! - `problems`: every kind of problem, by its code.
//! - `annotate`: the file again, with its problems marked.
//! - [`place`]: under which contract a row is, about which worker. [`plan`]: rows to events.

mod among;
mod annotate;
mod columns;
mod look;
pub mod place;
pub mod plan;
pub mod problems;
mod rows;
mod table;
mod values;

use std::fmt;
use std::sync::Arc;

use domain::dose_codes::{Radiation, ResultFlag, WearPosition};
use domain::person_codes::OccupationalCategory;
use signing::bytes::Date;

use problems::{FILE_ROWS, FILE_SIZE, Note};

pub use columns::Column;
pub use look::{Heading, Looked, look};
pub use rust_xlsxwriter::XlsxError;

/// Rows that one file may have below its header.
pub const ROWS_MAX: usize = 100_000;
/// Bytes of one file.
pub const BYTES_MAX: usize = 20 * 1024 * 1024;

/// A row without an error. A file has a hundred thousand, so what they have in common they share.
#[derive(Clone, PartialEq, Eq)]
pub struct DoseRow {
    /// Row of the file, from 1.
    pub row: u32,
    /// Credit code of the institution.
    pub institution: Option<Arc<str>>,
    /// Number of the report.
    pub report_no: Arc<str>,
    /// Day on which the report was signed.
    pub signed_on: Date,
    /// Number of the worker within the institution.
    pub worker_no: Arc<str>,
    /// Name.
    pub name: Option<Arc<str>>,
    /// Last four characters of the identity number.
    pub id_tail: Option<Arc<str>>,
    /// Number of the dosimeter.
    pub dosimeter_no: Box<str>,
    /// Where it was worn.
    pub position: WearPosition,
    /// First day worn.
    pub wear_from: Date,
    /// Last day worn.
    pub wear_to: Date,
    /// Hp(10), nSv.
    pub hp10_nsv: Option<i64>,
    /// Hp(3), nSv.
    pub hp3_nsv: Option<i64>,
    /// Hp(0.07), nSv.
    pub hp007_nsv: Option<i64>,
    /// Minimum detectable level, nSv.
    pub mdl_nsv: i64,
    /// What the result is worth.
    pub flag: ResultFlag,
    /// Occupational category.
    pub category: Option<OccupationalCategory>,
    /// Radiation.
    pub radiation: Option<Box<[Radiation]>>,
    /// Whether a thyroid shield was worn.
    pub thyroid_shield: Option<bool>,
}

/// Neither the worker nor his dose: this may reach a log.
impl fmt::Debug for DoseRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoseRow").field("row", &self.row).finish_non_exhaustive()
    }
}

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The row cannot be signed.
    Error,
    /// A person looks at it and says that it is so.
    Warning,
}

/// What is wrong or odd, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    /// Row of the file, from 1.
    pub row: u32,
    /// Column, when it is one.
    pub column: Option<Column>,
    /// What stands in the cell. It may be personal; messages and suggestions never repeat a name or a number.
    pub original: String,
    /// Stable code, such as `cell.date`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What the cell may be meant to say.
    pub suggestion: Option<String>,
}

impl Problem {
    /// A problem of a row that does not say what stands in the cell.
    fn of(row: u32, column: Column, note: &problems::Note, suggestion: Option<String>) -> Self {
        Self {
            row,
            column: Some(column),
            original: String::new(),
            code: note.code,
            severity: note.severity,
            zh: note.zh.to_owned(),
            en: note.en.to_owned(),
            suggestion,
        }
    }
}

/// Without what stands in the cell.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} at row {} {:?}", self.severity, self.code, self.row, self.column)
    }
}

/// A file that was read.
pub struct Sheet<'b> {
    /// Rows without an error.
    pub rows: Vec<DoseRow>,
    /// Problems by row and column.
    pub problems: Vec<Problem>,
    /// Rows with anything in them, below the header.
    pub read: usize,
    /// Columns in use.
    width: usize,
    table: table::Table<'b>,
    header: columns::Header,
}

impl fmt::Debug for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, problems, read, .. } = self;
        write!(f, "Sheet {{ read: {read}, rows: {}, problems: {problems:?} }}", rows.len())
    }
}

/// Why a file could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {en}")]
pub struct Unreadable {
    /// Stable code, such as `file.header`.
    pub code: &'static str,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Unreadable {
    fn new(note: &Note, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: note.code, zh: zh.into(), en: en.into() }
    }

    fn of(note: &Note) -> Self {
        Self::new(note, note.zh, note.en)
    }

    fn too_many_rows() -> Self {
        let zh = format!("超过 {ROWS_MAX} 行，请拆分后导入");
        Self::new(&FILE_ROWS, zh, format!("More than {ROWS_MAX} rows: split the file."))
    }
}

/// Reads a file of doses. A header that `mapping` names is the column given there, whatever it would otherwise mean.
///
/// # Errors
/// [`Unreadable`] when no row can be looked at: not a spreadsheet, no header, a needed column missing or there twice, too
/// large.
pub fn read_doses<'b>(bytes: &'b [u8], mapping: &[(String, Column)]) -> Result<Sheet<'b>, Unreadable> {
    if bytes.len() > BYTES_MAX {
        let mb = BYTES_MAX / 1024 / 1024;
        return Err(Unreadable::new(
            &FILE_SIZE,
            format!("文件超过 {mb} MB"),
            format!("The file is larger than {mb} MB."),
        ));
    }
    let (mut table, header) = table::read(bytes, |rows| columns::find(rows, mapping))?;
    let header = header.complete()?;
    let rows::Read { rows, problems, read, width } = rows::read(&mut table, &header)?;
    Ok(Sheet { rows, problems, read, width, table, header })
}

impl Sheet<'_> {
    /// Its header row.
    #[must_use]
    pub fn looked(&self, mapping: &[(String, Column)]) -> Looked {
        look::looked(self.table.name.as_deref(), &self.header, mapping)
    }

    /// The sheet again as XLSX, with these problems marked: cells in red (errors) or yellow (warnings), and a last
    /// column 错误说明. Formulas stand as their values; other sheets of the file are not in it.
    ///
    /// # Errors
    /// What the writer objects to.
    pub fn annotated(&mut self, problems: &[Problem]) -> Result<Vec<u8>, XlsxError> {
        annotate::annotated(&mut self.table, &self.header, self.width, problems)
    }
}

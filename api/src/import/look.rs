//! What stands in the header of a file: for a person who says which column is which.

use super::columns::{self, Header, Unit, folded};
use super::table::{self, Cell, Row};
use super::{Column, Unreadable};

/// A row with so many texts may be a header that nobody knows yet.
const TEXTS_MIN: usize = 4;

/// A cell of the header row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Its place in the row, from 0.
    pub place: usize,
    /// What stands there.
    pub text: String,
    /// The column that it is taken for.
    pub column: Option<Column>,
    /// Whether a person said so.
    pub said: bool,
    /// Unit of a dose: false is mSv, true is μSv.
    pub micro: bool,
}

/// The header row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Name of the sheet; none of a text file.
    pub sheet: Option<String>,
    /// Its row, from 1.
    pub row: u32,
    /// Its cells, without the empty ones.
    pub headings: Vec<Heading>,
}

/// The header row of a file, also when not every column is there or no column is known: then the first row of several
/// texts is taken for it.
///
/// # Errors
/// [`Unreadable`] when it is no spreadsheet, or has no such row.
pub fn look(bytes: &[u8], mapping: &[(String, Column)]) -> Result<Looked, Unreadable> {
    let known = table::read(bytes, |rows| columns::find(rows, mapping));
    let (table, header) = match known {
        Ok((table, header)) => (table, header),
        Err(unreadable) if unreadable.code == "file.header" => {
            let of_texts = |rows: &[Row]| rows.iter().find(|row| texts(row) >= TEXTS_MIN).map(Header::unknown);
            table::read(bytes, of_texts)?
        }
        Err(other) => return Err(other),
    };
    Ok(looked(table.name.as_deref(), &header, mapping))
}

/// The header row of a sheet.
pub(super) fn looked(sheet: Option<&str>, header: &Header, mapping: &[(String, Column)]) -> Looked {
    let said = |text: &str| mapping.iter().any(|(header, _)| folded(header) == folded(text));
    let headings = header.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(place, cell)| {
        let text = cell.shown();
        let found = header.at(place);
        Heading {
            place,
            column: found.map(|(column, _)| column),
            said: found.is_some() && said(&text),
            micro: found.is_some_and(|(column, unit)| column.is_dose() && unit == Unit::Micro),
            text,
        }
    });
    Looked { sheet: sheet.map(str::to_owned), row: header.row, headings: headings.collect() }
}

fn texts(row: &Row) -> usize {
    row.cells.iter().filter(|cell| matches!(cell, Cell::Text(_))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "编号,剂量计编号,佩戴部位,周期起,周期止,读数(μSv),备注\n1,2,3,4,5,6,7\n";

    #[test]
    fn a_header_is_shown_with_what_it_is_taken_for() {
        let looked = look(HEADER.as_bytes(), &[("读数（μSv）".into(), Column::Hp10)]).expect("a header");
        let seen: Vec<_> =
            looked.headings.iter().map(|one| (one.text.as_str(), one.column, one.said, one.micro)).collect();
        assert_eq!(seen[0], ("编号", Some(Column::WorkerNo), false, false));
        assert_eq!(seen[5], ("读数(μSv)", Some(Column::Hp10), true, true));
        assert_eq!(seen[6], ("备注", None, false, false));
        assert_eq!((looked.row, looked.sheet), (1, None));
    }

    #[test]
    fn a_header_that_nobody_knows_is_shown_as_it_stands() {
        let looked = look("标题\nA,B,C,D\n1,2,3,4\n".as_bytes(), &[]).expect("a header");
        assert_eq!((looked.row, looked.headings.len()), (2, 4));
        assert!(looked.headings.iter().all(|one| one.column.is_none()));
        assert_eq!(look("只有一列\n1\n".as_bytes(), &[]).expect_err("none").code, "file.header");
        assert_eq!(look(b"\x00\x01\x02", &[]).expect_err("no text").code, "file.format");
    }
}

//! Holiday tables, from which working days are counted.

use domain::catalog::Kind;

use super::record::Look;

/// How a holiday table looks.
pub const LOOK: Look = Look {
    kind: Kind::HolidayTable,
    type_name: "HolidayTable",
    list: "holidayTables",
    not_kept: &[],
    adds: &[],
    edges: |object| object,
};

//! Code lists as the city amends them.

use domain::catalog::Kind;
use domain::field::{Data, Field, Shape};
use domain::records::code_list::Amended;

use super::record::Look;

/// How a code list looks.
pub const LOOK: Look = Look {
    kind: Kind::CodeList,
    type_name: "CodeList",
    list: "codeLists",
    not_kept: &["document", "from_day", "codes"],
    adds: &[Field {
        name: "amendments",
        required: true,
        shape: Shape::List(1, 1000, &Shape::Object(<Amended as Data>::FIELDS)),
        zh: "历次修订",
        en: "amendments, in the order in which they were signed",
    }],
    edges: |object| object,
};

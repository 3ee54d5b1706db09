//! Parameters of the rules, with every setting.

use domain::catalog::Kind;
use domain::field::{Data, Field, Shape};
use domain::records::parameter::Setting;

use super::record::Look;

/// How a parameter looks.
pub const LOOK: Look = Look {
    kind: Kind::Parameter,
    type_name: "Parameter",
    list: "parameters",
    not_kept: &["value", "from_day", "source", "document_no"],
    adds: &[Field {
        name: "settings",
        required: true,
        shape: Shape::List(1, 1000, &Shape::Object(<Setting as Data>::FIELDS)),
        zh: "历次设定",
        en: "every setting, in the order in which they were signed",
    }],
    edges: |object| object,
};

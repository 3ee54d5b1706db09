//! Adoptions of published files.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::Look;

/// How an adoption looks.
pub const LOOK: Look = Look {
    kind: Kind::Policy,
    type_name: "Policy",
    list: "policies",
    not_kept: &[],
    adds: &[Field {
        name: "signatures",
        required: true,
        shape: Shape::Integer(1, 9, ""),
        zh: "已签署数",
        en: "number of root signatures",
    }],
    edges: |object| object,
};

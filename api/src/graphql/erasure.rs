//! Erasures of personal data.

use domain::catalog::Kind;
use domain::field::{Field, Shape};
use domain::records::erasure::ErasureState;

use super::record::Look;

/// How an erasure looks.
pub const LOOK: Look = Look {
    kind: Kind::Erasure,
    type_name: "Erasure",
    list: "erasures",
    not_kept: &[],
    adds: &[Field {
        name: "state",
        required: true,
        shape: Shape::Code(&ErasureState::LIST),
        zh: "状态",
        en: "how far it is",
    }],
    edges: |object| object,
};

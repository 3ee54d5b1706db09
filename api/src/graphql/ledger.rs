//! The ledger's own record: its genesis.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::Look;

/// How a ledger looks.
pub const LOOK: Look = Look {
    kind: Kind::Ledger,
    type_name: "Ledger",
    list: "ledgers",
    not_kept: &[],
    adds: &[Field {
        name: "signed_by",
        required: true,
        shape: Shape::List(1, 9, &Shape::Id("")),
        zh: "已签署的根持有人",
        en: "accounts of the roots that signed, in order",
    }],
    edges: |object| object,
};

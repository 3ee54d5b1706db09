//! Accounts, with their keys and grants.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Belongs, Look, edge, edges};

/// How an account looks.
pub const LOOK: Look = Look {
    kind: Kind::Account,
    type_name: "Account",
    list: "accounts",
    not_kept: &[],
    adds: &[
        Field {
            name: "countersigned",
            required: true,
            shape: Shape::Flag,
            zh: "已会签",
            en: "countersigned by another person",
        },
        Field { name: "closed", required: true, shape: Shape::Flag, zh: "已销户", en: "closed" },
    ],
    edges: |object| {
        object
            .field(edge("institution", &super::institution::LOOK, "org", "所属机构 · Institution that it belongs to."))
            .field(edges("grants", &super::grant::LOOK, Belongs::Account, "授权 · Its grants."))
            .field(edges("credentials", &super::credential::LOOK, Belongs::Account, "证书 · Its credentials."))
    },
};

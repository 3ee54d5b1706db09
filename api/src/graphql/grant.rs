//! Grants: in which role an account acts, where and since when.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Look, edge};

/// How a grant looks.
pub const LOOK: Look = Look {
    kind: Kind::Grant,
    type_name: "Grant",
    list: "grants",
    not_kept: &[],
    adds: &[
        Field {
            name: "countersigned",
            required: true,
            shape: Shape::Flag,
            zh: "已会签",
            en: "countersigned by another person",
        },
        Field { name: "ended", required: true, shape: Shape::Flag, zh: "已终止", en: "revoked or ended" },
    ],
    edges: |object| {
        object.field(edge("holder", &super::account::LOOK, "account", "账户 · Account that holds it.")).field(edge(
            "institution",
            &super::institution::LOOK,
            "org",
            "机构 · Institution for which it holds.",
        ))
    },
};

//! Credentials: the public keys that sign for an account.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Look, edge};

/// How a credential looks.
pub const LOOK: Look = Look {
    kind: Kind::Credential,
    type_name: "Credential",
    list: "credentials",
    not_kept: &["alg", "proof", "renews"],
    adds: &[
        Field { name: "key", required: true, shape: Shape::Hash, zh: "密钥标识", en: "key id" },
        Field { name: "bound", required: true, shape: Shape::Flag, zh: "已绑定", en: "bound by another person" },
        Field { name: "revoked", required: true, shape: Shape::Flag, zh: "已撤销", en: "revoked" },
        Field {
            name: "compromised_since",
            required: false,
            shape: Shape::Moment,
            zh: "失控起始时间",
            en: "since when the key was in other hands, as claimed or decided",
        },
        Field {
            name: "compromise_undecided",
            required: true,
            shape: Shape::Flag,
            zh: "失控待认定",
            en: "the claim waits for a second person",
        },
        Field {
            name: "confirmed",
            required: true,
            shape: Shape::List(0, 1000, &Shape::Id("")),
            zh: "已确认的事件",
            en: "suspect events that were confirmed",
        },
    ],
    edges: |object| object.field(edge("owner", &super::account::LOOK, "account", "账户 · Account that it signs for.")),
};

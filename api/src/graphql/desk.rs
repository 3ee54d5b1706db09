//! The desk: what the service evaluated.

use domain::catalog::Kind;
use domain::field::{Data, Field, Shape};

use super::record::Look;

/// How the desk looks.
pub const LOOK: Look = Look {
    kind: Kind::Desk,
    type_name: "Desk",
    list: "desks",
    not_kept: &[],
    adds: &[
        Field { name: "opened_on", required: true, shape: Shape::Day, zh: "开始日期", en: "opened on" },
        Field {
            name: "day", required: false, shape: Shape::Day, zh: "最近评估日", en: "day that was evaluated last"
        },
        Field {
            name: "basis",
            required: false,
            shape: Shape::Integer(0, 9_007_199_254_740_991, ""),
            zh: "账本位置",
            en: "size of the log that was folded",
        },
        Field {
            name: "counts",
            required: false,
            shape: Shape::Object(<domain::records::desk::Counts as Data>::FIELDS),
            zh: "结论数",
            en: "conclusions since it said so before",
        },
        Field {
            name: "digest",
            required: false,
            shape: Shape::Hash,
            zh: "结论摘要",
            en: "digest of these conclusions",
        },
    ],
    edges: |object| object,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_what_is_signed() {
        for signed in domain::records::desk::Evaluated::FIELDS {
            assert!(LOOK.adds.iter().any(|added| added.name == signed.name), "{}", signed.name);
        }
    }
}

//! Dosimeters in the hands of workers.

use domain::catalog::Kind;
use domain::dose_codes::DosimeterState;
use domain::field::{Field, PARAGRAPH, Shape, Subject};

use super::record::{Look, edge};

/// How a dosimeter looks.
pub const LOOK: Look = Look {
    kind: Kind::Dosimeter,
    type_name: "Dosimeter",
    list: "dosimeters",
    not_kept: &[],
    adds: &[
        Field { name: "from", required: true, shape: Shape::Day, zh: "发放日期", en: "first day worn" },
        Field { name: "state", required: true, shape: Shape::Code(&DosimeterState::LIST), zh: "状态", en: "state" },
        Field {
            name: "since",
            required: true,
            shape: Shape::Day,
            zh: "状态起始",
            en: "day from which the state counts",
        },
        Field {
            name: "circumstances",
            required: false,
            shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
            zh: "情况说明",
            en: "how it was lost or damaged",
        },
    ],
    edges: |object| {
        object.field(edge("post", &super::employment::LOOK, "employment", "岗位 · The employment in which it is worn."))
    },
};

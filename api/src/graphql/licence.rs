//! Licences, the copies that institutions work under.

use domain::catalog::Kind;
use domain::field::{Field, Shape};
use domain::licence_codes::{CancellationGround, LicenceState, VerificationResult};

use super::device::ORIGIN;
use super::record::{Look, edge};

const VERIFICATION: &[Field] = &[
    ORIGIN[0],
    ORIGIN[1],
    Field {
        name: "result",
        required: true,
        shape: Shape::Code(&VerificationResult::LIST),
        zh: "校验结果",
        en: "result of the verification",
    },
];

/// How a licence looks.
pub const LOOK: Look = Look {
    kind: Kind::Licence,
    type_name: "Licence",
    list: "licences",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&LicenceState::LIST), zh: "状态", en: "state" },
        Field {
            name: "state_since",
            required: true,
            shape: Shape::Object(ORIGIN),
            zh: "状态起始",
            en: "from when the state counts",
        },
        Field {
            name: "verified",
            required: false,
            shape: Shape::Object(VERIFICATION),
            zh: "最近校验",
            en: "the verification that counts",
        },
        Field {
            name: "ground",
            required: false,
            shape: Shape::Code(&CancellationGround::LIST),
            zh: "注销情形",
            en: "ground of the cancellation",
        },
        Field {
            name: "duplicate_on",
            required: false,
            shape: Shape::Day,
            zh: "补发日期",
            en: "day of the last duplicate",
        },
    ],
    edges: |object| {
        object.field(edge(
            "holder",
            &super::institution::LOOK,
            "institution",
            "持证机构 · Institution that works under it.",
        ))
    },
};

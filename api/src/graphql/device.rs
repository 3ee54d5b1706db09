//! Devices, with their institution.

use domain::catalog::Kind;
use domain::codes::DeviceState;
use domain::field::{Field, Shape};

use super::record::{Look, edge};

/// Business date and version from which a value counts.
pub const ORIGIN: &[Field] = &[
    Field { name: "date", required: true, shape: Shape::Day, zh: "日期", en: "business date" },
    Field {
        name: "version",
        required: true,
        shape: Shape::Integer(1, 2_147_483_647, ""),
        zh: "版本",
        en: "version that set it",
    },
];

/// How a device looks.
pub const LOOK: Look = Look {
    kind: Kind::Device,
    type_name: "Device",
    list: "devices",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&DeviceState::LIST), zh: "状态", en: "state" },
        Field {
            name: "state_since",
            required: true,
            shape: Shape::Object(ORIGIN),
            zh: "状态起始",
            en: "from when the state counts",
        },
        Field { name: "in_use_since", required: false, shape: Shape::Day, zh: "启用日期", en: "first day in use" },
        Field {
            name: "legacy",
            required: true,
            shape: Shape::Flag,
            zh: "系统启用前已在用",
            en: "put in use without an acceptance test in this ledger",
        },
    ],
    edges: |object| {
        object.field(edge("owner", &super::institution::LOOK, "institution", "使用机构 · Institution that uses it."))
    },
};

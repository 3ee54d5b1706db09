//! Devices, with their institution.

use domain::catalog::Kind;
use domain::codes::DeviceState;
use domain::field::{Field, Shape};
use domain::qc_codes::MajorComponent;

use super::record::{Look, edge, edges_by};

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

const REPAIR: &[Field] = &[
    Field {
        name: "component",
        required: true,
        shape: Shape::Code(&MajorComponent::LIST),
        zh: "重要部件",
        en: "component",
    },
    ORIGIN[0],
    ORIGIN[1],
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
        Field {
            name: "repaired",
            required: false,
            shape: Shape::Object(REPAIR),
            zh: "最近一次重要部件维修更换",
            en: "the last repair of a major part",
        },
    ],
    edges: |object| {
        object
            .field(edge("owner", &super::institution::LOOK, "institution", "使用机构 · Institution that uses it."))
            .field(edges_by(
                "tests",
                &super::device_test::LOOK,
                "device",
                "检测 · Its tests, in the order of their days.",
            ))
    },
};

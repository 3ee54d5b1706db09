//! Devices, with their institution.

use async_graphql::Value;
use async_graphql::dynamic::{Field as Resolved, FieldValue, ResolverContext, TypeRef};
use domain::catalog::Kind;
use domain::codes::DeviceState;
use domain::field::{Field, Shape};
use domain::qc_codes::MajorComponent;
use domain::rules;

use super::paths::asking;
use super::record::{Look, edge, edges_by, today};

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
            .field(Resolved::new("nextTestOn", TypeRef::named("Date"), |ctx| asking(ctx.ctx, next_test(ctx))).description(
                "下次状态检测的最后期限；不在用、从未检测或查看更早的日子时为空 · Last day on which its next status test is in time; none for one that is not worked with or was never tested, and where an earlier day is looked at.",
            ))
    },
};

async fn next_test<'a>(ctx: ResolverContext<'a>) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let due = today(&ctx, rules::status_test_due).await?;
    Ok(due.map(|due| FieldValue::value(Value::from(due.to_string()))))
}

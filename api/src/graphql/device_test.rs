//! Device tests: reports of laboratories, and what institutions check themselves.

use domain::catalog::Kind;
use domain::field::{Data, FREE, Field, LINE, PARAGRAPH, Shape};
use domain::qc_codes::{TestConclusion, TestItem, TestPurpose, TestStandard, TestState};
use domain::records::device_test::{Item, Point};

use super::record::{Look, edge};

/// What stands in both, or in one of a report and a constancy test.
const ADDS: &[Field] = &[
    Field {
        name: "purpose", required: true, shape: Shape::Code(&TestPurpose::LIST), zh: "检测类别", en: "purpose"
    },
    Field { name: "state", required: true, shape: Shape::Code(&TestState::LIST), zh: "状态", en: "state" },
    Field {
        name: "laboratory",
        required: false,
        shape: Shape::Id("institution"),
        zh: "检测机构",
        en: "technical-service organisation",
    },
    Field {
        name: "check",
        required: false,
        shape: Shape::Code(&domain::qc_codes::ConstancyItem::LIST),
        zh: "稳定性检测项目",
        en: "what was checked",
    },
    Field {
        name: "deviation_exceeded",
        required: false,
        shape: Shape::Flag,
        zh: "偏差超出控制限",
        en: "whether the deviation is over the control limit",
    },
    Field {
        name: "report_no",
        required: false,
        shape: Shape::Text(1, 60, &FREE),
        zh: "报告编号",
        en: "number of the report",
    },
    Field {
        name: "line_no",
        required: false,
        shape: Shape::Integer(1, 10_000, ""),
        zh: "报告内序号",
        en: "line of the report",
    },
    Field { name: "place", required: false, shape: LINE, zh: "检测场所（机房）", en: "room" },
    Field {
        name: "field_work_on",
        required: false,
        shape: Shape::Day,
        zh: "现场检测完成日期",
        en: "last day of the field work",
    },
    Field { name: "signed_on", required: false, shape: Shape::Day, zh: "签发日期", en: "signed on" },
    Field {
        name: "standards",
        required: false,
        shape: Shape::List(1, 6, &Shape::Code(&TestStandard::LIST)),
        zh: "检测依据",
        en: "standards",
    },
    Field { name: "other_standard", required: false, shape: LINE, zh: "其他检测依据", en: "another standard" },
    Field {
        name: "item",
        required: false,
        shape: Shape::Code(&TestItem::LIST),
        zh: "资质项目",
        en: "item of the qualification",
    },
    Field {
        name: "qualification_no",
        required: false,
        shape: Shape::Text(1, 60, &FREE),
        zh: "资质证书编号",
        en: "number of the qualification",
    },
    Field {
        name: "conclusion",
        required: false,
        shape: Shape::Code(&TestConclusion::LIST),
        zh: "检测结论",
        en: "conclusion",
    },
    Field { name: "condition", required: false, shape: LINE, zh: "检测条件", en: "condition of the measurement" },
    Field {
        name: "background_nsv_h",
        required: false,
        shape: Shape::Integer(0, 1_000_000_000_000, "nSv/h"),
        zh: "本底剂量率",
        en: "background rate",
    },
    Field {
        name: "points",
        required: false,
        shape: Shape::List(1, 200, &Shape::Object(<Point as Data>::FIELDS)),
        zh: "防护检测点",
        en: "places where the rate was measured",
    },
    Field {
        name: "items",
        required: false,
        shape: Shape::List(1, 100, &Shape::Object(<Item as Data>::FIELDS)),
        zh: "质量控制检测项目",
        en: "items of the quality control",
    },
    Field {
        name: "max_rate_nsv_h",
        required: false,
        shape: Shape::Integer(0, 1_000_000_000_000, "nSv/h"),
        zh: "最大剂量率",
        en: "highest rate measured",
    },
    Field {
        name: "filed_on",
        required: true,
        shape: Shape::Day,
        zh: "入账日期",
        en: "day on which it came into the ledger",
    },
    Field { name: "grounds", required: false, shape: PARAGRAPH, zh: "裁定理由", en: "grounds of the ruling" },
];

/// How a device test looks.
pub const LOOK: Look = Look {
    kind: Kind::DeviceTest,
    type_name: "DeviceTest",
    list: "deviceTests",
    not_kept: &[],
    adds: ADDS,
    edges: |object| {
        object
            .field(edge("tested", &super::device::LOOK, "device", "受检设备 · The device."))
            .field(edge("owner", &super::institution::LOOK, "institution", "使用机构 · Institution that uses it."))
            .field(edge("tester", &super::institution::LOOK, "laboratory", "检测机构 · Who tested it."))
    },
};

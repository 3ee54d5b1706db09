//! Employments of radiation workers.

use domain::catalog::Kind;
use domain::field::{Data, Field, Shape};
use domain::person_codes::{EmploymentState, EndReason};

use super::device::ORIGIN;
use super::record::{Look, edge};

const STRETCH: &[Field] = &[
    Field { name: "from", required: true, shape: Shape::Day, zh: "起始日期", en: "first day" },
    Field { name: "until", required: false, shape: Shape::Day, zh: "终止日期", en: "first day no longer" },
];

/// How an employment looks.
pub const LOOK: Look = Look {
    kind: Kind::Employment,
    type_name: "Employment",
    list: "employments",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&EmploymentState::LIST), zh: "状态", en: "state" },
        Field {
            name: "state_since",
            required: true,
            shape: Shape::Object(ORIGIN),
            zh: "状态起始",
            en: "from when the state counts",
        },
        Field {
            name: "active",
            required: true,
            shape: Shape::List(0, 1000, &Shape::Object(STRETCH)),
            zh: "在岗时段",
            en: "when he worked with radiation here",
        },
        Field {
            name: "end_reason",
            required: false,
            shape: Shape::Code(&EndReason::LIST),
            zh: "离岗原因",
            en: "why it ended",
        },
        Field {
            name: "legacy",
            required: true,
            shape: Shape::Flag,
            zh: "前置条件在系统外核实",
            en: "activated on facts outside this ledger",
        },
        Field {
            name: "prior_dose",
            required: false,
            shape: Shape::Object(<domain::records::employment::PriorDoseReviewed as Data>::FIELDS),
            zh: "既往剂量审查意见",
            en: "the city's opinion on the dose of before",
        },
    ],
    edges: |object| {
        object.field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker.")).field(edge(
            "employer",
            &super::institution::LOOK,
            "institution",
            "用人单位 · The employer.",
        ))
    },
};

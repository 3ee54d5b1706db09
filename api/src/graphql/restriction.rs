//! Restrictions of workers' work.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Look, edge};

/// How a restriction looks.
pub const LOOK: Look = Look {
    kind: Kind::Restriction,
    type_name: "Restriction",
    list: "restrictions",
    not_kept: &[],
    adds: &[
        Field {
            name: "person", required: true, shape: Shape::Id("person"), zh: "放射工作人员", en: "the worker"
        },
        Field { name: "from", required: true, shape: Shape::Day, zh: "开始日期", en: "first day" },
        Field { name: "until", required: false, shape: Shape::Day, zh: "解除日期", en: "first day no longer" },
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker."))
            .field(edge("post", &super::employment::LOOK, "employment", "岗位 · The employment that it concerns."))
            .field(edge("employer", &super::institution::LOOK, "institution", "用人单位 · The employer."))
    },
};

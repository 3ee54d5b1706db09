//! Trainings of radiation workers.

use domain::catalog::Kind;
use domain::field::{Field, PARAGRAPH, Shape, Subject};
use domain::training_codes::TrainingVoidGround;

use super::record::{Look, edge};

/// How a record of training looks.
pub const LOOK: Look = Look {
    kind: Kind::TrainingRecord,
    type_name: "TrainingRecord",
    list: "trainingRecords",
    not_kept: &[],
    adds: &[
        Field {
            name: "person", required: true, shape: Shape::Id("person"), zh: "放射工作人员", en: "the worker"
        },
        Field {
            name: "corrections",
            required: true,
            shape: Shape::Integer(0, 2_147_483_647, ""),
            zh: "更正次数",
            en: "number of corrections",
        },
        Field {
            name: "voided_on",
            required: false,
            shape: Shape::Day,
            zh: "作废日期",
            en: "day from which it does not count",
        },
        Field {
            name: "void_ground",
            required: false,
            shape: Shape::Code(&TrainingVoidGround::LIST),
            zh: "作废原因",
            en: "why it does not count",
        },
        Field {
            name: "details",
            required: false,
            shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
            zh: "情况说明",
            en: "what was found",
        },
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker."))
            .field(edge("employer", &super::institution::LOOK, "institution", "用人单位 · The employer."))
            .field(edge("organisedBy", &super::institution::LOOK, "organiser", "培训机构 · Institution that held it."))
    },
};

//! Warnings: what a rule found, with its law, and what became of it.

use domain::catalog::Kind;
use domain::field::{Field, PARAGRAPH, Shape, Subject};
use domain::warning_codes::WarningState;

use super::record::{Look, edge};

/// How a warning looks.
pub const LOOK: Look = Look {
    kind: Kind::Warning,
    type_name: "Warning",
    list: "warnings",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&WarningState::LIST), zh: "状态", en: "state" },
        Field { name: "raised_on", required: true, shape: Shape::Day, zh: "产生日期", en: "raised on" },
        Field {
            name: "state_since",
            required: true,
            shape: Shape::Day,
            zh: "状态起始日期",
            en: "day from which it stands so",
        },
        Field {
            name: "red_since",
            required: false,
            shape: Shape::Day,
            zh: "转红日期",
            en: "day on which it became red",
        },
        Field {
            name: "acknowledged_on",
            required: false,
            shape: Shape::Day,
            zh: "签收日期",
            en: "day on which whoever is responsible took note of its grade",
        },
        Field {
            name: "worker_informed_on",
            required: false,
            shape: Shape::Day,
            zh: "本人知悉日期",
            en: "day on which the worker took note",
        },
        Field {
            name: "planned_by",
            required: false,
            shape: Shape::Day,
            zh: "计划完成日期",
            en: "planned to be put right by",
        },
        Field {
            name: "measures",
            required: false,
            shape: Shape::Sealed(&PARAGRAPH, Subject::Record),
            zh: "整改情况",
            en: "what was done",
        },
        Field {
            name: "returns",
            required: true,
            shape: Shape::Integer(0, 1_000_000, ""),
            zh: "退回次数",
            en: "how often the rectification was sent back",
        },
        Field {
            name: "waived_until",
            required: false,
            shape: Shape::Day,
            zh: "豁免截止日",
            en: "last day on which it is waived",
        },
        Field {
            name: "with_city",
            required: true,
            shape: Shape::Flag,
            zh: "已报市级",
            en: "went to the city because nobody took note of it",
        },
        Field {
            name: "accepted_by",
            required: false,
            shape: Shape::Id("institution"),
            zh: "承接单位",
            en: "institution that took it over with the file",
        },
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker whom it concerns."))
            .field(edge(
                "responsible",
                &super::institution::LOOK,
                "institution",
                "责任单位 · Whose duty it is and stays.",
            ))
    },
};

//! Dose results, one dosimeter over one period.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Look, edge};

/// How a dose result looks.
pub const LOOK: Look = Look {
    kind: Kind::DoseResult,
    type_name: "DoseResult",
    list: "doseResults",
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
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker."))
            .field(edge(
                "post",
                &super::employment::LOOK,
                "employment",
                "岗位 · The employment in which it was received.",
            ))
            .field(edge(
                "reportedIn",
                &super::dose_report::LOOK,
                "report",
                "监测报告 · The report under which it stands.",
            ))
    },
};

//! Monitoring contracts between institutions and laboratories.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Look, edge};

/// How a monitoring contract looks.
pub const LOOK: Look = Look {
    kind: Kind::MonitoringContract,
    type_name: "MonitoringContract",
    list: "monitoringContracts",
    not_kept: &[],
    adds: &[Field {
        name: "ended_on",
        required: false,
        shape: Shape::Day,
        zh: "终止日",
        en: "first day on which it no longer holds",
    }],
    edges: |object| {
        object
            .field(edge("client", &super::institution::LOOK, "institution", "委托机构 · Whose workers are monitored."))
            .field(edge("measuredBy", &super::institution::LOOK, "laboratory", "监测机构 · The laboratory."))
    },
};

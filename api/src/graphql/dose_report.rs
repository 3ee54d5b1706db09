//! Reports of laboratories, with their results.

use domain::catalog::Kind;

use super::record::{Look, edge, edges_by};

/// How a dose report looks.
pub const LOOK: Look = Look {
    kind: Kind::DoseReport,
    type_name: "DoseReport",
    list: "doseReports",
    not_kept: &[],
    adds: &[],
    edges: |object| {
        object
            .field(edge("under", &super::monitoring_contract::LOOK, "contract", "监测委托 · The contract."))
            .field(edges_by("results", &super::dose_result::LOOK, "report", "监测结果 · Its results."))
    },
};

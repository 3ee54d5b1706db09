//! Imports: files of many rows, as their signatory declared them.

use domain::catalog::Kind;
use domain::field::{Data, Field, Shape};
use domain::file_codes::ImportState;
use domain::records::import::Stopped;

use super::record::{Look, edge};

/// How an import looks.
pub const LOOK: Look = Look {
    kind: Kind::Import,
    type_name: "Import",
    list: "imports",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&ImportState::LIST), zh: "状态", en: "state" },
        Field {
            name: "stopped",
            required: false,
            shape: Shape::Object(<Stopped as Data>::FIELDS),
            zh: "停止于",
            en: "where and why it stopped last",
        },
    ],
    edges: |object| {
        object.field(edge("by", &super::institution::LOOK, "institution", "导入机构 · Organisation whose file it is."))
    },
};

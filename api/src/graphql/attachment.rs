//! Attachments: files that events rest on. The bytes are fetched from `/files/{id}`.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Look, edge};

/// How an attachment looks.
pub const LOOK: Look = Look {
    kind: Kind::Attachment,
    type_name: "Attachment",
    list: "attachments",
    not_kept: &[],
    adds: &[Field { name: "withdrawn", required: true, shape: Shape::Flag, zh: "是否撤回", en: "whether it was withdrawn" }],
    edges: |object| {
        object.field(edge("owner", &super::institution::LOOK, "institution", "所属机构 · Institution that it belongs to."))
    },
};

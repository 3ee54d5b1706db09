//! Radiation workers: the file, and the employments that belong to it.

use domain::catalog::Kind;
use domain::field::{Field, Shape};

use super::record::{Look, edge, edges_by};

/// How a radiation worker looks.
pub const LOOK: Look = Look {
    kind: Kind::Person,
    type_name: "Person",
    list: "persons",
    not_kept: &[],
    adds: &[
        Field {
            name: "account",
            required: false,
            shape: Shape::Id("account"),
            zh: "本人账户",
            en: "the worker's account",
        },
        Field {
            name: "requests_open",
            required: true,
            shape: Shape::Integer(0, 2_147_483_647, ""),
            zh: "待答复的更正请求",
            en: "requests for correction that wait for an answer",
        },
    ],
    edges: |object| {
        object
            .field(edge(
                "openedBy",
                &super::institution::LOOK,
                "institution",
                "建档机构 · Institution that opened the file.",
            ))
            .field(edges_by("employments", &super::employment::LOOK, "person", "用人关系 · His employments."))
            .field(edges_by(
                "results",
                &super::dose_result::LOOK,
                "person",
                "个人剂量结果 · His dose results, in the order of their days.",
            ))
            .field(edges_by(
                "investigations",
                &super::investigation::LOOK,
                "person",
                "剂量异常调查 · Investigations of his doses.",
            ))
            .field(edges_by(
                "exams",
                &super::exam_result::LOOK,
                "person",
                "职业健康检查 · His health examinations, in the order of their days.",
            ))
            .field(edges_by(
                "restrictions",
                &super::restriction::LOOK,
                "person",
                "工作限制 · Restrictions of his work.",
            ))
            .field(edges_by(
                "trainings",
                &super::training_record::LOOK,
                "person",
                "培训记录 · His trainings, in the order of their days.",
            ))
            .field(edges_by("certificates", &super::certificate::LOOK, "person", "放射工作人员证 · His certificates."))
            .field(super::doses::field())
    },
};

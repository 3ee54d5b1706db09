//! Radiation workers: the file, and the employments that belong to it.

use domain::catalog::Kind;
use domain::codes::AREA;
use domain::field::{Field, Shape};

use super::record::{Look, edge, edges_by};

const CUSTODY: &[Field] = &[
    Field {
        name: "institution",
        required: false,
        shape: Shape::Id("institution"),
        zh: "管理单位",
        en: "institution that holds it",
    },
    Field {
        name: "area",
        required: false,
        shape: AREA,
        zh: "存档或转出县区",
        en: "county in whose archive it lies, or that let it go",
    },
    Field { name: "outside", required: true, shape: Shape::Flag, zh: "已调往市外", en: "it left the city" },
    Field { name: "since", required: true, shape: Shape::Day, zh: "起始日期", en: "since when" },
    Field {
        name: "transfer",
        required: true,
        shape: Shape::Id("transfer"),
        zh: "依据的流动",
        en: "the transfer by which it came",
    },
];

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
            name: "custody",
            required: false,
            shape: Shape::Object(CUSTODY),
            zh: "档案现管理方（未流动过则为建档机构）",
            en: "who holds the file since it moved; absent while that is who opened it",
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
            .field(edges_by("transfers", &super::transfer::LOOK, "person", "档案流动 · Transfers of his file."))
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

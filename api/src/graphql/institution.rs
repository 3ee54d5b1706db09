//! Institutions, with officers, documents and devices.

use domain::catalog::Kind;
use domain::codes::{DocumentKind, DocumentResult, InstitutionState, Post};
use domain::field::{FREE, Field, LINE, PERSON_NAME, PHONE, Shape, Subject};

use super::record::{Belongs, Look, edge, edges};

const OFFICER: &[Field] = &[
    Field { name: "post", required: true, shape: Shape::Code(&Post::LIST), zh: "职务", en: "post" },
    Field {
        name: "party",
        required: true,
        shape: Shape::RecordRef(&["party"]),
        zh: "自然人",
        en: "the natural person, by a random id",
    },
    Field {
        name: "name",
        required: true,
        shape: Shape::Sealed(&PERSON_NAME, Subject::Member("party")),
        zh: "姓名",
        en: "name",
    },
    Field {
        name: "phone",
        required: false,
        shape: Shape::Sealed(&PHONE, Subject::Member("party")),
        zh: "电话",
        en: "telephone",
    },
    Field { name: "from", required: true, shape: Shape::Day, zh: "任职日期", en: "first day in office" },
    Field { name: "until", required: false, shape: Shape::Day, zh: "离任日期", en: "last day in office" },
];

const DOCUMENT: &[Field] = &[
    Field { name: "document", required: true, shape: Shape::Id(""), zh: "文件标识", en: "id of the document" },
    Field { name: "kind", required: true, shape: Shape::Code(&DocumentKind::LIST), zh: "文件类别", en: "kind" },
    Field { name: "number", required: true, shape: Shape::Text(1, 60, &FREE), zh: "文件编号", en: "number" },
    Field { name: "issuer", required: false, shape: LINE, zh: "发证机关", en: "issuer" },
    Field { name: "from", required: true, shape: Shape::Day, zh: "生效日期", en: "valid from" },
    Field { name: "until", required: false, shape: Shape::Day, zh: "失效日期", en: "first day without validity" },
    Field {
        name: "result",
        required: false,
        shape: Shape::Code(&DocumentResult::LIST),
        zh: "核验结果",
        en: "what a supervisor found",
    },
];

/// How an institution looks.
pub const LOOK: Look = Look {
    kind: Kind::Institution,
    type_name: "Institution",
    list: "institutions",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&InstitutionState::LIST), zh: "状态", en: "state" },
        Field {
            name: "officers",
            required: true,
            shape: Shape::List(0, 1000, &Shape::Object(OFFICER)),
            zh: "任职人员",
            en: "officers, past ones included",
        },
        Field {
            name: "documents",
            required: true,
            shape: Shape::List(0, 1000, &Shape::Object(DOCUMENT)),
            zh: "备案文件",
            en: "documents",
        },
        Field {
            name: "merged_into",
            required: false,
            shape: Shape::Id("institution"),
            zh: "并入机构",
            en: "institution that took over",
        },
    ],
    edges: |object| {
        let list = |name, look, description| edges(name, look, Belongs::Org, description);
        let object = object
            .field(list("devices", &super::device::LOOK, "设备 · Its devices."))
            .field(list("employments", &super::employment::LOOK, "用人关系 · Its radiation workers."))
            .field(list("licences", &super::licence::LOOK, "许可证 · Its licences."))
            .field(list("doseReports", &super::dose_report::LOOK, "个人剂量监测报告 · Dose reports of its workers."))
            .field(list("exams", &super::exam_result::LOOK, "职业健康检查 · Health examinations of its workers."))
            .field(list("restrictions", &super::restriction::LOOK, "工作限制 · Restrictions of its workers' work."));
        object.field(edge(
            "successor",
            &super::institution::LOOK,
            "merged_into",
            "并入机构 · Institution that took over.",
        ))
    },
};

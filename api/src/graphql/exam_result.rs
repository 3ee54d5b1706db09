//! Health examinations of workers, and refusals of them.

use domain::catalog::Kind;
use domain::field::{Field, PARAGRAPH, Shape, Subject};
use domain::health_codes::{Conclusion, DiagnosisOutcome, DiseaseCatalogue, FollowedBy, SaidBy};
use domain::records::exam_result::{DISEASE_CODE, Item};

use super::record::{Look, edge};

const FOLLOW_UP: &[Field] = &[
    Field { name: "on", required: true, shape: Shape::Day, zh: "随访日期", en: "day" },
    Field { name: "by", required: true, shape: Shape::Code(&FollowedBy::LIST), zh: "记录方", en: "who recorded it" },
    Field {
        name: "text",
        required: true,
        shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
        zh: "随访情况",
        en: "what was found and done",
    },
    Field { name: "next_on", required: false, shape: Shape::Day, zh: "下次随访日期", en: "day of the next one" },
];

const DIAGNOSIS: &[Field] = &[
    Field { name: "on", required: true, shape: Shape::Day, zh: "诊断日期", en: "day" },
    Field {
        name: "outcome",
        required: true,
        shape: Shape::Code(&DiagnosisOutcome::LIST),
        zh: "诊断结论",
        en: "outcome",
    },
    Field {
        name: "disease",
        required: false,
        shape: Shape::Sealed(&DISEASE_CODE, Subject::Member("person")),
        zh: "职业病",
        en: "disease",
    },
    Field {
        name: "disease_catalogue",
        required: false,
        shape: Shape::Code(&DiseaseCatalogue::LIST),
        zh: "职业病目录版本",
        en: "edition of the classification",
    },
    Field {
        name: "certificate_no",
        required: false,
        shape: Shape::Text(1, 60, &domain::field::FREE),
        zh: "诊断证明书编号",
        en: "number of the certificate",
    },
];

const fn day(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    Field { name, required: false, shape: Shape::Day, zh, en }
}

/// How an examination looks. A refusal has none of what a report says.
pub const LOOK: Look = Look {
    kind: Kind::ExamResult,
    type_name: "ExamResult",
    list: "examResults",
    not_kept: &[],
    adds: &[
        Field {
            name: "person", required: true, shape: Shape::Id("person"), zh: "放射工作人员", en: "the worker"
        },
        Field {
            name: "examiner",
            required: false,
            shape: Shape::Id("institution"),
            zh: "体检机构",
            en: "examining organisation",
        },
        Field {
            name: "report_no",
            required: false,
            shape: Shape::Text(1, 60, &domain::field::FREE),
            zh: "报告编号",
            en: "number of the report",
        },
        day("exam_on", "体检日期", "first day of the examination"),
        day("exam_ended_on", "体检结束日期", "last day of the examination"),
        day("concluded_on", "结论日期", "day of the conclusion"),
        Field {
            name: "conclusions",
            required: false,
            shape: Shape::List(1, 3, &Shape::Code(&Conclusion::LIST)),
            zh: "适任性意见",
            en: "conclusions",
        },
        Field {
            name: "items",
            required: false,
            shape: Shape::List(1, 60, &Shape::Object(<Item as domain::field::Data>::FIELDS)),
            zh: "检查项目",
            en: "items",
        },
        Field {
            name: "corrections",
            required: false,
            shape: Shape::Integer(0, 2_147_483_647, ""),
            zh: "更正次数",
            en: "number of corrections",
        },
        day("delivered_on", "送达用人单位日期", "day on which the employer had it"),
        day("informed_on", "告知本人日期", "day on which the worker was informed"),
        Field {
            name: "informed_how",
            required: false,
            shape: Shape::Code(&SaidBy::LIST),
            zh: "签收方式",
            en: "how he said so",
        },
        day("recheck_arranged_on", "安排复查日期", "day on which a re-examination was arranged"),
        day("recheck_until", "复查截止日期", "day by which he goes there"),
        Field {
            name: "follow_ups",
            required: false,
            shape: Shape::List(0, 1000, &Shape::Object(FOLLOW_UP)),
            zh: "随访记录",
            en: "what was done after it",
        },
        day("disease_reported_on", "疑似职业病报告日期", "day on which the suspected disease was reported"),
        day("diagnosis_arranged_on", "安排诊断日期", "day on which he was sent for diagnosis"),
        Field {
            name: "diagnosis",
            required: false,
            shape: Shape::Object(DIAGNOSIS),
            zh: "职业病诊断",
            en: "what came of the diagnosis",
        },
        day("declined_on", "拒绝离岗体检日期", "day on which he declined the leaving examination"),
        Field {
            name: "declined_how",
            required: false,
            shape: Shape::Code(&SaidBy::LIST),
            zh: "拒绝的签署方式",
            en: "how he said so",
        },
        Field {
            name: "why",
            required: false,
            shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
            zh: "拒绝理由",
            en: "why he declined",
        },
        Field {
            name: "accepted",
            required: false,
            shape: Shape::Flag,
            zh: "拒绝是否认可",
            en: "whether his refusal is accepted, once that is decided",
        },
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker."))
            .field(edge(
                "post",
                &super::employment::LOOK,
                "employment",
                "岗位 · The employment for which he was examined.",
            ))
            .field(edge("employer", &super::institution::LOOK, "institution", "用人单位 · The employer."))
            .field(edge("examinedBy", &super::institution::LOOK, "examiner", "体检机构 · The examining organisation."))
            .field(edge("earlier", &LOOK, "follows", "前次体检 · The earlier examination."))
    },
};

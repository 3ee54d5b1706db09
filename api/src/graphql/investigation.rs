//! Investigations of a dose.

use domain::catalog::Kind;
use domain::field::{Field, PARAGRAPH, PERSON_NAME, Shape, Subject};
use domain::investigation_codes::{
    InvestigationCause, InvestigationFinding, InvestigationState, NominalMethod, UnsignedReason,
};

use super::record::{Look, edge};

const FORM: &[Field] = &[
    Field {
        name: "wear_correct",
        required: true,
        shape: Shape::Flag,
        zh: "佩戴正确",
        en: "whether the dosimeter was worn correctly",
    },
    Field {
        name: "non_occupational",
        required: true,
        shape: Shape::Flag,
        zh: "受到非职业照射",
        en: "whether there was exposure not from work",
    },
    Field {
        name: "near_source",
        required: true,
        shape: Shape::Flag,
        zh: "剂量计曾存放在放射源或射线装置附近",
        en: "whether the dosimeter was stored near a source",
    },
    Field {
        name: "workload",
        required: false,
        shape: Shape::Integer(0, 1_000_000, ""),
        zh: "周期内工作量（例次）",
        en: "procedures in the period",
    },
    Field { name: "cause", required: true, shape: Shape::Code(&InvestigationCause::LIST), zh: "原因", en: "cause" },
    Field {
        name: "finding",
        required: true,
        shape: Shape::Code(&InvestigationFinding::LIST),
        zh: "调查结论",
        en: "finding",
    },
    Field {
        name: "proposed_nsv",
        required: false,
        shape: Shape::Integer(0, 10_000_000_000, "nSv"),
        zh: "建议剂量",
        en: "proposed dose",
    },
    Field {
        name: "nominal_method",
        required: false,
        shape: Shape::Code(&NominalMethod::LIST),
        zh: "名义剂量方法",
        en: "how a nominal dose was found",
    },
    Field {
        name: "report",
        required: true,
        shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
        zh: "防护组调查情况",
        en: "what the protection group found",
    },
    Field {
        name: "follow_up",
        required: false,
        shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
        zh: "后续措施",
        en: "follow-up",
    },
    Field {
        name: "investigator",
        required: false,
        shape: Shape::Sealed(&PERSON_NAME, Subject::Member("person")),
        zh: "调查人",
        en: "who investigated",
    },
    Field { name: "date", required: true, shape: Shape::Day, zh: "调查日期", en: "investigated on" },
];

const CONFIRMATION: &[Field] = &[
    Field { name: "agrees", required: true, shape: Shape::Flag, zh: "是否认可", en: "whether he agrees" },
    Field {
        name: "statement",
        required: false,
        shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
        zh: "本人说明",
        en: "his statement",
    },
    Field { name: "date", required: true, shape: Shape::Day, zh: "签名日期", en: "signed on" },
];

const ASSESSMENT: &[Field] = &[
    Field {
        name: "finding",
        required: true,
        shape: Shape::Code(&InvestigationFinding::LIST),
        zh: "意见",
        en: "finding",
    },
    Field {
        name: "proposed_nsv",
        required: false,
        shape: Shape::Integer(0, 10_000_000_000, "nSv"),
        zh: "建议剂量",
        en: "proposed dose",
    },
    Field {
        name: "nominal_method",
        required: false,
        shape: Shape::Code(&NominalMethod::LIST),
        zh: "名义剂量方法",
        en: "how a nominal dose was found",
    },
    Field {
        name: "opinion",
        required: true,
        shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
        zh: "剂量组调查情况",
        en: "what the dosimetry group found",
    },
    Field {
        name: "investigator",
        required: false,
        shape: Shape::Sealed(&PERSON_NAME, Subject::Member("person")),
        zh: "调查人",
        en: "who investigated",
    },
    Field { name: "date", required: true, shape: Shape::Day, zh: "调查日期", en: "investigated on" },
];

const OUTCOME: &[Field] = &[
    Field {
        name: "finding",
        required: true,
        shape: Shape::Code(&InvestigationFinding::LIST),
        zh: "认定结论",
        en: "finding",
    },
    Field {
        name: "final_nsv",
        required: true,
        shape: Shape::Integer(0, 10_000_000_000, "nSv"),
        zh: "认定剂量",
        en: "final dose",
    },
    Field {
        name: "correct_results",
        required: true,
        shape: Shape::Flag,
        zh: "结果须更正",
        en: "whether the results are to be corrected",
    },
    Field {
        name: "without_worker",
        required: false,
        shape: Shape::Code(&UnsignedReason::LIST),
        zh: "本人未签名原因",
        en: "why the worker did not sign",
    },
    Field {
        name: "without_laboratory",
        required: false,
        shape: Shape::Code(&UnsignedReason::LIST),
        zh: "监测机构未出意见原因",
        en: "why the laboratory gave no opinion",
    },
    Field {
        name: "conclusion",
        required: false,
        shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
        zh: "审核意见",
        en: "conclusion",
    },
    Field { name: "date", required: true, shape: Shape::Day, zh: "认定日期", en: "accepted on" },
];

/// How an investigation looks.
pub const LOOK: Look = Look {
    kind: Kind::Investigation,
    type_name: "Investigation",
    list: "investigations",
    not_kept: &[],
    adds: &[
        Field {
            name: "person", required: true, shape: Shape::Id("person"), zh: "放射工作人员", en: "the worker"
        },
        Field {
            name: "state", required: true, shape: Shape::Code(&InvestigationState::LIST), zh: "状态", en: "state"
        },
        Field {
            name: "opened_on",
            required: true,
            shape: Shape::Day,
            zh: "立案日期",
            en: "day on which it was opened",
        },
        Field {
            name: "since",
            required: true,
            shape: Shape::Day,
            zh: "状态起始",
            en: "day from which the state counts",
        },
        Field { name: "form", required: false, shape: Shape::Object(FORM), zh: "调查表", en: "the form" },
        Field {
            name: "confirmation",
            required: false,
            shape: Shape::Object(CONFIRMATION),
            zh: "本人确认",
            en: "the worker's signature on it",
        },
        Field {
            name: "assessment",
            required: false,
            shape: Shape::Object(ASSESSMENT),
            zh: "监测机构意见",
            en: "the laboratory's opinion on it",
        },
        Field {
            name: "remarks",
            required: false,
            shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
            zh: "退回意见",
            en: "remarks with which it was returned last",
        },
        Field {
            name: "returns",
            required: true,
            shape: Shape::Integer(0, 2_147_483_647, ""),
            zh: "退回次数",
            en: "number of returns",
        },
        Field {
            name: "outcome", required: false, shape: Shape::Object(OUTCOME), zh: "认定", en: "what was accepted"
        },
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker."))
            .field(edge(
                "post",
                &super::employment::LOOK,
                "employment",
                "岗位 · The employment in which it is investigated.",
            ))
            .field(edge(
                "measuredBy",
                &super::institution::LOOK,
                "laboratory",
                "监测机构 · Laboratory that measured it.",
            ))
    },
};

//! Certificates of radiation workers.

use domain::catalog::Kind;
use domain::certificate_codes::{CertificateEnd, CertificatePaper, CertificateRefusal, CertificateState};
use domain::field::{Data, FREE, Field, LINE, PARAGRAPH, Shape, Subject};
use domain::records::certificate::EntryAdded;

use super::record::{Look, edge};

const ENTRY: &[Field] = &[
    <EntryAdded as Data>::FIELDS[0],
    <EntryAdded as Data>::FIELDS[1],
    <EntryAdded as Data>::FIELDS[2],
    <EntryAdded as Data>::FIELDS[3],
    <EntryAdded as Data>::FIELDS[4],
    <EntryAdded as Data>::FIELDS[5],
    Field { name: "on", required: true, shape: Shape::Day, zh: "记载日期", en: "day on which it was entered" },
];

/// How a certificate looks.
pub const LOOK: Look = Look {
    kind: Kind::Certificate,
    type_name: "Certificate",
    list: "certificates",
    not_kept: &[],
    adds: &[
        Field {
            name: "person", required: true, shape: Shape::Id("person"), zh: "放射工作人员", en: "the worker"
        },
        Field {
            name: "applied_on", required: true, shape: Shape::Day, zh: "申请日期", en: "day of the application"
        },
        Field { name: "state", required: true, shape: Shape::Code(&CertificateState::LIST), zh: "状态", en: "state" },
        Field {
            name: "since",
            required: true,
            shape: Shape::Day,
            zh: "状态起始",
            en: "day from which the state counts",
        },
        Field {
            name: "number",
            required: false,
            shape: Shape::Text(1, 60, &FREE),
            zh: "证号",
            en: "number as printed",
        },
        Field { name: "issuer", required: false, shape: LINE, zh: "发证机关", en: "issuing authority" },
        Field {
            name: "decision_no",
            required: false,
            shape: Shape::Text(1, 60, &FREE),
            zh: "决定文号",
            en: "number of the decision to issue or to refuse",
        },
        Field { name: "issued_on", required: false, shape: Shape::Day, zh: "发证日期", en: "day of issue" },
        Field {
            name: "legacy",
            required: true,
            shape: Shape::Flag,
            zh: "条件在系统外核实",
            en: "issued on papers outside this ledger",
        },
        Field {
            name: "lacks",
            required: false,
            shape: Shape::List(1, 7, &Shape::Code(&CertificatePaper::LIST)),
            zh: "需补正的材料",
            en: "what the application lacks",
        },
        Field {
            name: "refusal",
            required: false,
            shape: Shape::List(1, 7, &Shape::Code(&CertificateRefusal::LIST)),
            zh: "不予核发的理由",
            en: "why it was refused",
        },
        Field {
            name: "ground",
            required: false,
            shape: Shape::Code(&CertificateEnd::LIST),
            zh: "注销原因",
            en: "why it was cancelled",
        },
        Field {
            name: "note",
            required: false,
            shape: Shape::Sealed(&PARAGRAPH, Subject::Member("person")),
            zh: "补正或不予核发的说明",
            en: "what the authority wrote to a supplement or a refusal",
        },
        Field {
            name: "entries",
            required: true,
            shape: Shape::List(0, 1000, &Shape::Object(ENTRY)),
            zh: "记载事项",
            en: "what was entered",
        },
    ],
    edges: |object| {
        object
            .field(edge("worker", &super::person::LOOK, "person", "放射工作人员 · The worker."))
            .field(edge("employer", &super::institution::LOOK, "institution", "用人单位 · The employer."))
            .field(edge("post", &super::employment::LOOK, "employment", "岗位 · The employment for which it is."))
            .field(edge("trained", &super::training_record::LOOK, "training", "培训 · Training that it rests on."))
            .field(edge("follows", &super::certificate::LOOK, "predecessor", "原证 · Certificate that it follows."))
    },
};

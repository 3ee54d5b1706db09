//! Notifications: messages that left the ledger, and what became of them.

use domain::catalog::Kind;
use domain::field::{FREE, Field, Shape};
use domain::notification_codes::{NoticeFailure, NoticeState};

use super::record::{Look, edge};

/// How a notification looks.
pub const LOOK: Look = Look {
    kind: Kind::Notification,
    type_name: "Notification",
    list: "notifications",
    not_kept: &[],
    adds: &[
        Field { name: "state", required: true, shape: Shape::Code(&NoticeState::LIST), zh: "状态", en: "state" },
        Field {
            name: "state_since",
            required: true,
            shape: Shape::Day,
            zh: "状态起始日期",
            en: "day from which it stands so",
        },
        Field {
            name: "send_on",
            required: true,
            shape: Shape::Day,
            zh: "应发送日",
            en: "day for which it is to be sent",
        },
        Field {
            name: "round",
            required: true,
            shape: Shape::Integer(1, 1_000_000, ""),
            zh: "第几次发送",
            en: "how often it was to be sent",
        },
        Field {
            name: "to",
            required: false,
            shape: Shape::RecordRef(&["party"]),
            zh: "接收人",
            en: "the natural person who got it, by a random id",
        },
        Field {
            name: "serial",
            required: false,
            shape: Shape::Text(1, 64, &FREE),
            zh: "网关回执号",
            en: "the gateway's number of it",
        },
        Field {
            name: "failure",
            required: false,
            shape: Shape::Code(&NoticeFailure::LIST),
            zh: "失败原因",
            en: "why it did not arrive",
        },
        Field {
            name: "failure_code",
            required: false,
            shape: Shape::Text(1, 64, &FREE),
            zh: "失败代码",
            en: "the code of the gateway or the carrier",
        },
    ],
    edges: |object| {
        object.field(edge("unit", &super::institution::LOOK, "about", "所涉单位 · The unit that it is about."))
    },
};

//! Code lists of the training of radiation workers (放射工作人员职业健康管理办法 Art. 7–10), and the number of a completion.

use crate::codes;
use crate::field::{Form, Shape};
use crate::training::is_completion_no;

codes! {
    /// Kind of training.
    pub enum TrainingKind = "TRAINING_KIND" {
        Pre = "PRE", "上岗前培训", "before the post is taken";
        Refresher = "REF", "在岗复训", "refresher";
        Manager = "MGR", "负责人和管理人员培训", "of heads and managers";
        Emergency = "EMG", "应急演练", "emergency drill";
        Additional = "ADD", "增补培训", "additional";
    }

    /// How a training was held.
    pub enum TrainingMode = "TRAINING_MODE" {
        Online = "ONLINE", "线上", "online";
        Offline = "OFFLINE", "线下", "in presence";
        Mixed = "MIXED", "线上线下结合", "both";
    }

    /// What was taught.
    pub enum TrainingTopic = "TRAINING_TOPIC" {
        Law = "LAW", "法律法规", "law";
        Standards = "STD", "标准", "standards";
        Physics = "PHY", "电离辐射物理", "radiation physics";
        Biology = "BIO", "放射生物效应", "radiation biology";
        Diagnostic = "PROT-DX", "X射线诊断防护", "protection in diagnostic radiology";
        Interventional = "PROT-IR", "介入放射学防护", "protection in interventional radiology";
        Nuclear = "PROT-NM", "核医学防护", "protection in nuclear medicine";
        Therapy = "PROT-RT", "放射治疗防护", "protection in radiotherapy";
        Dose = "DOSE", "个人剂量监测", "personal dosimetry";
        Health = "HEALTH", "职业健康监护", "health surveillance";
        Emergency = "EMERG", "应急处置", "emergencies";
    }

    /// Result of a training.
    pub enum TrainingResult = "TRAINING_RESULT" {
        Pass = "PASS", "合格", "passed";
        Fail = "FAIL", "不合格", "failed";
        Void = "VOID", "作废", "void";
        Absent = "ABSENT", "缺考", "absent";
    }

    /// Who vouches for a training.
    pub enum TrainingHolder = "TRAINING_HOLDER" {
        City = "CITY", "市级组织的培训", "a course of the city";
        Outside = "OUTSIDE", "在外参加的培训", "training held elsewhere";
    }

    /// Why a training is void.
    pub enum TrainingVoidGround = "TRAINING_VOID_GROUND" {
        Identity = "IDENTITY", "身份核验不符", "somebody else took it";
        Irregular = "IRREGULAR", "考试违规", "irregular examination";
        Hours = "HOURS", "学时不实", "hours that were not attended";
        Forged = "FORGED", "证明材料不实", "forged proof";
        Mistaken = "MISTAKEN", "误录", "entered by mistake";
    }
}

/// Number of the completion of a course of the city: `YBFH-PRE-2026-000123-6`.
pub const COMPLETION_NO: Shape = Shape::Text(
    22,
    22,
    &Form { name: "completion_no", pattern: "^YBFH-(PRE|REF)-[0-9]{4}-[0-9]{6}-[0-9X]$", check: is_completion_no },
);

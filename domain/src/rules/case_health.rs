//! Workers with their employments and examinations, for the cases of the rules on health, transfers and keys.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::case::{Case, with};
use crate::health::mandatory;
use crate::health_codes::{ExamItem, ExamKind};

/// A worker and where he works.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worker {
    pub(super) person: Uuid,
    pub(super) institution: Uuid,
    pub(super) employment: Uuid,
}

impl Case {
    /// A worker who works with radiation from a day on.
    pub(super) fn worker(&mut self, from: &str) -> Worker {
        let institution = self.institution(json!({}));
        let person = self.person(institution, json!({}));
        let employment = self.employed(person, institution, from, json!({}));
        Worker { person, institution, employment }
    }

    /// His work with radiation at an institution from a day on; members of `more` replace the usual ones.
    pub(super) fn employed(&mut self, person: Uuid, institution: Uuid, from: &str, more: Json) -> Uuid {
        let data = json!({"person": person, "institution": institution, "worker_no": "A-001", "category": "2A"});
        let employment = self.begin("employment.planned", from, with(data, more));
        self.event("employment.activated", employment, from, json!({"legacy": true}));
        employment
    }

    /// A report on an examination of one day, with every item of its kind; members of `more` replace the usual ones.
    pub(super) fn exam(&mut self, worker: Worker, kind: ExamKind, on: &str, conclusion: &str, more: Json) -> Uuid {
        let examiner = self.institution(json!({"kinds": ["HEO"], "name": "示范体检中心"}));
        let data = json!({"person": {"kind": "person", "id": worker.person}, "institution": worker.institution,
            "examiner": examiner, "report_no": self.id().to_string(), "kind": kind.as_str(), "exam_on": on,
            "exam_ended_on": on, "concluded_on": on, "conclusions": [conclusion], "items": items(kind, &[])});
        self.begin("exam_result.reported", on, with(data, more))
    }

    /// The report comes to the employer.
    pub(super) fn delivered(&mut self, exam: Uuid, on: &str) {
        self.event("exam_result.delivered", exam, on, json!({}));
    }

    /// A transfer to another county, at the step of the worker's consent; members of `more` replace the usual ones.
    pub(super) fn transfer(&mut self, worker: Worker, to: Uuid, on: &str, more: Json) -> Uuid {
        let data = json!({"person": {"kind": "person", "id": worker.person}, "type": "C", "by": "RELEASING",
            "from_institution": worker.institution, "from_area": "511502", "to_institution": to, "to_area": "511503",
            "history_by_hand": false});
        self.begin("transfer.requested", on, with(data, more))
    }

    /// The worker consents, and each step is approved, all on one day.
    pub(super) fn passed(&mut self, transfer: Uuid, on: &str, steps: &[&str]) {
        self.event("transfer.consent_signed", transfer, on, json!({"scope": "FULL", "how": "SELF"}));
        for step in steps {
            self.event("transfer.approved", transfer, on, json!({"step": step}));
        }
    }
}

/// The items of a kind of examination without these.
pub(super) fn items(kind: ExamKind, without: &[ExamItem]) -> Json {
    let items = mandatory(kind).filter(|item| !without.contains(item));
    let mut items: Vec<Json> = items.map(|item| json!({"item": item.as_str()})).collect();
    if items.is_empty() {
        items.push(json!({"item": "HISTORY"}));
    }
    Json::Array(items)
}

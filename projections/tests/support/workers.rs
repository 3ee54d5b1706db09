//! Workers, their posts, dosimeters, reports and results, and the licences of their employers.

use serde_json::{Value, json};
use signing::statement::Meaning::{Correction, Declaration, Entry, Revocation, Submission, System};
use uuid::Uuid;

use super::{Made, Maker};

/// What the kinds of this file have begun so far.
#[derive(Default)]
pub struct Begun {
    pub persons: Vec<(Uuid, Uuid)>,
    /// Post, worker and employer.
    pub posts: Vec<(Uuid, Uuid, Uuid)>,
    /// Contract, institution and laboratory.
    pub contracts: Vec<(Uuid, Uuid, Uuid)>,
    pub dosimeters: Vec<(Uuid, Uuid)>,
    /// Report, institution and laboratory.
    pub reports: Vec<(Uuid, Uuid, Uuid)>,
    pub results: Vec<Uuid>,
    pub licences: Vec<Uuid>,
}

const CATEGORIES: [&str; 3] = ["2A", "2C", "2E"];
/// First and last day worn; some cross the end of a year.
const PERIODS: [[&str; 2]; 5] = [
    ["2024-10-01", "2024-12-31"],
    ["2024-12-01", "2025-02-28"],
    ["2025-01-01", "2025-03-31"],
    ["2025-10-01", "2025-12-31"],
    ["2025-12-01", "2026-01-01"],
];

impl Maker {
    /// The next event of a worker, of what he receives, or of a licence.
    pub fn next_of_workers(&mut self) -> Option<Made> {
        match self.below(20) {
            0 | 1 => self.register_person(),
            2 => self.follow_person(),
            3 | 4 => self.plan_employment(),
            5 | 6 => self.follow_employment(),
            7 => self.contract(),
            8 => self.issue_dosimeter(),
            9 => self.follow_dosimeter(),
            10 => self.report(),
            11..=14 => self.result(),
            15 | 16 => self.correct_result(),
            17 | 18 => self.issue_licence(),
            _ => self.follow_licence(),
        }
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn register_person(&mut self) -> Option<Made> {
        let institution = self.any(|maker| &maker.institutions)?;
        let id = self.uuid();
        self.begun.persons.push((id, institution));
        let sex = self.one(&["1", "2"]);
        let data = json!({"institution": institution, "name": self.seal(), "id_type": "01", "resident_no": self.seal(),
            "sex": sex, "birth_year": 1980});
        Some(self.make("person", id, "person.registered", Entry, None, None, data))
    }

    fn follow_person(&mut self) -> Option<Made> {
        let (id, _) = self.any(|maker| &maker.begun.persons)?;
        let first = self.head("person", id).first;
        Some(match self.below(5) {
            3 => {
                // His warnings go with his file.
                let mut data = json!({"transfer": self.uuid(), "institution": self.any(|maker| &maker.institutions)?, "outside": false});
                if self.below(3) == 0 {
                    data = json!({"transfer": data["transfer"], "area": super::AREAS[0], "outside": false});
                }
                let last = self.head("person", id).last;
                self.make("person", id, "person.custody_moved", System, None, Some(last), data)
            }
            0 | 4 => {
                let data = json!({"phone": self.seal()});
                self.make("person", id, "person.contact_changed", Entry, Some(()), None, data)
            }
            1 => {
                let account = self.pick_account()?;
                self.make("person", id, "person.account_linked", Entry, None, None, json!({"account": account}))
            }
            _ => {
                let data = json!({"set": {"birth_year": 1970 + self.below(30)}, "name": self.seal()});
                self.make("person", id, "person.corrected", Correction, None, Some(first), data)
            }
        })
    }

    fn plan_employment(&mut self) -> Option<Made> {
        let (person, home) = self.any(|maker| &maker.begun.persons)?;
        // Now and then a second employer.
        let other = self.any(|maker| &maker.institutions)?;
        let institution = if self.below(3) == 0 { other } else { home };
        let id = self.uuid();
        self.begun.posts.push((id, person, institution));
        self.number += 1;
        let data = json!({"person": person, "institution": institution, "worker_no": format!("W{}", self.number),
            "category": self.one(&CATEGORIES)});
        Some(self.make("employment", id, "employment.planned", Entry, None, None, data))
    }

    fn follow_employment(&mut self) -> Option<Made> {
        let (id, ..) = self.any(|maker| &maker.begun.posts)?;
        let category = self.one(&CATEGORIES);
        let (event_type, meaning, data) = match self.below(6) {
            0 | 1 => ("employment.activated", Entry, json!({"legacy": true})),
            2 => ("employment.suspended", Entry, json!({"reason": "STUDY"})),
            3 => ("employment.changed", Entry, json!({"set": {"category": category}})),
            4 => ("employment.ended", Declaration, json!({"reason": "RETIRE"})),
            _ => {
                let first = self.head("employment", id).first;
                let data = json!({"set": {"category": category}});
                return Some(self.make("employment", id, "employment.corrected", Correction, None, Some(first), data));
            }
        };
        Some(self.make("employment", id, event_type, meaning, Some(()), None, data))
    }

    /// A contract is concluded, ended or corrected.
    fn contract(&mut self) -> Option<Made> {
        let known = self.any(|maker| &maker.begun.contracts).filter(|_| self.below(3) == 0);
        let Some((id, ..)) = known else {
            let (institution, laboratory) =
                (self.any(|maker| &maker.institutions)?, self.any(|maker| &maker.institutions)?);
            let id = self.uuid();
            self.begun.contracts.push((id, institution, laboratory));
            let cycle = 1 + self.below(3);
            let data = json!({"institution": institution, "laboratory": laboratory, "cycle_months": cycle,
                "from": "2020-01-01"});
            return Some(self.make(
                "monitoring_contract",
                id,
                "monitoring_contract.concluded",
                Entry,
                None,
                None,
                data,
            ));
        };
        Some(match self.below(2) {
            0 => self.make(
                "monitoring_contract",
                id,
                "monitoring_contract.ended",
                Declaration,
                Some(()),
                None,
                json!({}),
            ),
            _ => {
                let first = self.head("monitoring_contract", id).first;
                let data = json!({"set": {"cycle_months": 1 + self.below(3)}});
                let event_type = "monitoring_contract.corrected";
                self.make("monitoring_contract", id, event_type, Correction, None, Some(first), data)
            }
        })
    }

    fn issue_dosimeter(&mut self) -> Option<Made> {
        let (contract, institution, laboratory) = self.any(|maker| &maker.begun.contracts)?;
        let (employment, person, _) = self.any(|maker| &maker.begun.posts)?;
        let id = self.uuid();
        self.begun.dosimeters.push((id, person));
        self.number += 1;
        let data = json!({"contract": contract, "institution": institution, "laboratory": laboratory,
            "person": {"kind": "person", "id": person}, "employment": employment, "position": "CH", "kind": "TLD",
            "number": format!("T{}", self.number)});
        Some(self.make("dosimeter", id, "dosimeter.issued", Entry, Some(()), None, data))
    }

    fn follow_dosimeter(&mut self) -> Option<Made> {
        let (id, person) = self.any(|maker| &maker.begun.dosimeters)?;
        let (event_type, meaning) = self.one(&[
            ("dosimeter.returned", Entry),
            ("dosimeter.lost", Declaration),
            ("dosimeter.damaged", Declaration),
        ]);
        let data = match event_type {
            "dosimeter.returned" => json!({}),
            _ => json!({"person": {"kind": "person", "id": person}, "circumstances": self.seal()}),
        };
        Some(self.make("dosimeter", id, event_type, meaning, Some(()), None, data))
    }

    /// A report is issued or corrected.
    fn report(&mut self) -> Option<Made> {
        let known = self.any(|maker| &maker.begun.reports).filter(|_| self.below(4) == 0);
        if let Some((id, ..)) = known {
            let first = self.head("dose_report", id).first;
            let data = json!({"set": {"signed_on": self.one(&["2026-01-01", "2025-12-31"])}});
            return Some(self.make("dose_report", id, "dose_report.corrected", Correction, None, Some(first), data));
        }
        let (contract, institution, laboratory) = self.any(|maker| &maker.begun.contracts)?;
        let id = self.uuid();
        self.begun.reports.push((id, institution, laboratory));
        self.number += 1;
        let data = json!({"contract": contract, "laboratory": laboratory, "report_no": format!("R{}", self.number),
            "period_from": "2024-10-01", "period_to": "2026-01-01", "lines": 1, "persons": 1, "below_mdl": 0,
            "effective_sum_nsv": 0, "read_on": "2026-01-01", "signed_on": "2026-01-01", "qualification_no": "资质0001"});
        Some(self.make("dose_report", id, "dose_report.issued", Submission, None, None, data))
    }

    fn result(&mut self) -> Option<Made> {
        let (report, ..) = self.any(|maker| &maker.begun.reports)?;
        let (employment, person, _) = self.any(|maker| &maker.begun.posts)?;
        let id = self.uuid();
        self.begun.results.push(id);
        self.number += 1;
        let [from, to] = self.one(&PERIODS);
        let year = self.one(&[&from[..4], &to[..4]]);
        let mut data = json!({"report": report, "line_no": 1 + self.number % 100_000,
            "person": {"kind": "person", "id": person}, "employment": employment, "category": self.one(&CATEGORIES),
            "reason": "1", "radiation": ["X"], "dosimeter_kind": "TLD", "dosimeter_no": format!("T{}", self.number),
            "position": "CH", "wear_from": from, "wear_to": to, "nominal_months": 3, "mdl_nsv": 20_000, "flag": "NORMAL",
            "background_subtracted": true, "dose_year": year.parse::<i64>().expect("a year")});
        let mut put = |members: Value| {
            let members = members.as_object().cloned().unwrap_or_default();
            data.as_object_mut().expect("an object").extend(members);
        };
        let dose = self.dose();
        match self.below(6) {
            0 => put(json!({"flag": "LOST"})),
            1 => put(json!({"flag": "BELOW_MDL", "hp10_nsv": 10_000, "effective_nsv": 10_000, "method": "SINGLE"})),
            2 => put(json!({"position": self.one(&["UA", "CO"]), "hp10_nsv": dose, "method": "DOUBLE"})),
            3 => put(json!({"position": "RG", "hp007_nsv": dose})),
            _ => put(json!({"hp10_nsv": dose, "effective_nsv": dose, "method": "SINGLE"})),
        }
        if self.below(4) == 0 {
            data["remarks"] = self.seal();
        }
        Some(self.make("dose_result", id, "dose_result.reported", Submission, None, None, data))
    }

    /// Up to 2 mSv, now and then up to 60.
    fn dose(&mut self) -> usize {
        let most = if self.below(5) == 0 { 600_000 } else { 20_000 };
        self.below(most) * 100
    }

    fn correct_result(&mut self) -> Option<Made> {
        let id = self.any(|maker| &maker.begun.results)?;
        // The first word, or the last, which may be a correction itself.
        let head = self.head("dose_result", id);
        let words = [head.first, head.last];
        let named = self.one(&words);
        let dose = self.dose();
        let data = match self.below(5) {
            0 => json!({"set": {"flag": "REJECTED"}, "clear": ["effective_nsv", "hp10_nsv", "method"]}),
            1 => json!({"set": {"dose_year": 2024 + self.below(3)}}),
            2 => json!({"set": {"category": self.one(&CATEGORIES)}}),
            _ => {
                json!({"set": {"flag": "NORMAL", "position": "CH", "hp10_nsv": dose, "effective_nsv": dose, "method": "SINGLE"}})
            }
        };
        Some(self.make("dose_result", id, "dose_result.corrected", Correction, None, Some(named), data))
    }

    fn issue_licence(&mut self) -> Option<Made> {
        let institution = self.any(|maker| &maker.institutions)?;
        let id = self.uuid();
        self.begun.licences.push(id);
        self.number += 1;
        let number = format!("证{}", self.number);
        let data = match self.below(2) {
            0 => json!({"institution": institution, "type": "LIC", "number": number, "authority": "COUNTY",
                "issuer": "区卫生健康局", "classes": [{"class": "XR", "items": ["XR-1"]}], "issued_on": "2021-03-15",
                "verify_due_on": "2026-03-15"}),
            _ => json!({"institution": institution, "type": "RSL", "number": number, "issuer": "市生态环境局",
                "issued_on": "2024-01-01", "from": "2024-01-01", "until": "2029-01-01"}),
        };
        Some(self.make("licence", id, "licence.issued", Entry, None, None, data))
    }

    fn follow_licence(&mut self) -> Option<Made> {
        let id = self.any(|maker| &maker.begun.licences)?;
        let decision = || json!({"decision_no": "决定1"});
        let (event_type, meaning, data) = match self.below(6) {
            0 => ("licence.verified", Entry, json!({"result": "DEFERRED", "next_due_on": "2026-06-15"})),
            1 => ("licence.changed", Entry, json!({"set": {"issuer": "市卫生健康委员会"}})),
            2 => ("licence.suspended", Declaration, decision()),
            3 => ("licence.resumed", Declaration, decision()),
            4 => ("licence.revoked", Revocation, decision()),
            _ => {
                let first = self.head("licence", id).first;
                let data = json!({"set": {"verify_due_on": "2026-09-15"}});
                return Some(self.make("licence", id, "licence.corrected", Correction, None, Some(first), data));
            }
        };
        Some(self.make("licence", id, event_type, meaning, Some(()), None, data))
    }
}

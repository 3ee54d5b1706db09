//! Licences, parameters and holiday tables.

use domain::codes::Role;
use serde_json::{Value as Json, json};
use signing::bytes::Date;
use uuid::Uuid;

use super::city::Sort;
use super::files::Owner;
use super::model::Wish;
use super::story::{Story, Task};

impl Story {
    /// The radiology licence of a medical institution, by the county or, with intervention, by the city.
    pub fn license(&mut self, org: usize) {
        if self.clerk(org).is_none() || self.orgs[org].sort.kind() != "RAD" {
            return;
        }
        let (serial, today) = (self.orgs[org].serial, self.model.day());
        let (authority, classes) = match self.orgs[org].sort {
            Sort::Hospital => {
                ("CITY", json!([{"class": "IR", "items": ["IR-1"]}, {"class": "XR", "items": ["XR-1", "XR-2"]}]))
            }
            Sort::TownCentre => ("COUNTY", json!([{"class": "XR", "items": ["XR-2"]}])),
            _ => ("COUNTY", json!([{"class": "XR", "items": ["XR-3"]}])),
        };
        let issued = today.add_days(-(self.model.luck.below(300) as i64));
        let due = issued.add_days(365 + 5 * 10);
        let licence = self.model.id();
        let data = json!({"institution": self.orgs[org].id.to_string(), "type": "LIC",
            "number": format!("示例放证字（{}）第{serial:04}号", issued.0.year()), "authority": authority, "issuer": "示例发证机关",
            "classes": classes, "issued_on": issued.to_string(), "verify_due_on": due.to_string()});
        let approver = self.licensing(org);
        let mut issued = Wish::new("licence.issued", licence, data);
        if serial % 5 == 3 {
            let owner = Owner::Institution(self.orgs[org].id);
            if serial % 25 == 3 {
                let wrong = self.attach(approver, "OTH", owner, "误传.pdf");
                let withdrawn = Wish::new("attachment.withdrawn", wrong, json!({}));
                self.act(approver, withdrawn.because("MISTAKEN", None));
            }
            issued = issued.with(self.attach(approver, "LIC", owner, &format!("放射诊疗许可证{serial:04}.pdf")));
        }
        self.act(approver, issued);
        self.orgs[org].licence = Some(licence);
        self.radiation_safety_licence(org);
        let wait = due.days() - today.days() - 75 + self.lateness(serial);
        self.after(wait.max(1), Task::VerifyLicence(org));
    }

    /// A copy of the licence of the ecological-environment authority; one institution in thirty has none.
    fn radiation_safety_licence(&mut self, org: usize) {
        let Some(clerk) = self.clerk(org).filter(|_| self.orgs[org].serial % 30 != 11) else { return };
        let issued = self.model.day().add_days(-(self.model.luck.below(1_200) as i64));
        let licence = self.model.id();
        let data = json!({"institution": self.orgs[org].id.to_string(), "type": "RSL",
            "number": format!("示例环辐证[{:05}]", self.orgs[org].serial), "issuer": "示例生态环境局",
            "issued_on": issued.to_string(), "from": issued.to_string(), "until": issued.add_days(5 * 365 + 1).to_string()});
        self.act(clerk, Wish::new("licence.issued", licence, data));
    }

    /// It is verified: mostly in time, sometimes late, in a few institutions never.
    pub fn verify_licence(&mut self, org: usize) {
        let Some(licence) = self.orgs[org].licence.filter(|_| self.clerk(org).is_some()) else { return };
        if self.orgs[org].serial % 23 == 5 || !self.is_valid(licence) {
            return;
        }
        let (serial, today) = (self.orgs[org].serial, self.model.day());
        let result = if serial % 31 == 3 { "DEFERRED" } else { "PASSED" };
        let next = today.add_days(385);
        let data =
            json!({"result": result, "next_due_on": next.to_string(), "decision_no": format!("示例校验{serial:04}")});
        let approver = self.licensing(org);
        self.act(approver, Wish::new("licence.verified", licence, data).on(today));
        self.after(310 + self.lateness(serial), Task::VerifyLicence(org));
    }

    /// What else happens to licences.
    pub fn licence_turn(&mut self, turn: usize) {
        let holders: Vec<usize> = (0..self.orgs.len())
            .filter(|org| {
                self.clerk(*org).is_some() && self.orgs[*org].licence.is_some_and(|licence| self.is_valid(licence))
            })
            .collect();
        let Some(org) = holders.get(turn * 13 % holders.len().max(1)).copied() else { return };
        let licence = self.orgs[org].licence.expect("looked at above");
        let (approver, today) = (self.licensing(org), self.model.day());
        let decision = json!({"decision_no": format!("示例决定{turn:04}")});
        let mut act = |event_type: &str, data: Json| {
            let wish = Wish::new(event_type, licence, data).on(today);
            let wish = if event_type == "licence.revoked" { wish.because("UNLAWFUL", None) } else { wish };
            self.act(approver, wish);
        };
        match turn % 6 {
            0 => act("licence.changed", json!({"set": {"issuer": format!("示例发证机关（{turn}）")}})),
            1 => act("licence.duplicate_issued", json!({"why": "LOST"})),
            2 => {
                act("licence.suspended", decision.clone());
                act("licence.resumed", decision);
            }
            3 => act("licence.cancelled", json!({"decision_no": format!("示例决定{turn:04}"), "ground": "1"})),
            4 => act("licence.revoked", decision),
            _ => {
                let Some(wrong) = self.correctable("licence", licence, &["licence.issued"]) else { return };
                let wish = Wish::new(
                    "licence.corrected",
                    licence,
                    json!({"set": {"decision_no": format!("示例许可{turn:04}")}}),
                );
                self.act(approver, wish.because("TYPO", None).correcting(wrong));
            }
        }
    }

    /// The city lays down a level, and later another; and takes film badges no longer.
    pub fn lay_down(&mut self) {
        let approver = self.office(Role::CityApprover, None, 0);
        let (parameter, today) = (self.model.id(), self.model.day());
        let data = json!({"name": "IL_ANNUAL", "unit": "NSV", "value": 5_000_000, "from_day": today.to_string(), "source": "GBZ 128-2019（示例）"});
        self.act(approver, Wish::new("parameter.set", parameter, data));
        let from = today.add_days(30).to_string();
        let data = json!({"set": {"value": 4_000_000, "from_day": from, "source": "市级监督工作意见（示例）"}});
        self.act(approver, Wish::new("parameter.changed", parameter, data));
        let amendment = |from: Date, code: &str| {
            json!({"document": "示例卫监〔2021〕7号", "from_day": from.to_string(),
            "codes": [{"code": code, "status": "WITHDRAWN"}]})
        };
        let (list, mut first) = (self.model.id(), amendment(today, "FILM"));
        first["list"] = json!("DOSIMETER_KIND");
        self.act(approver, Wish::new("code_list.published", list, first));
        self.act(approver, Wish::new("code_list.amended", list, amendment(today.add_days(365), "RPL")));
    }

    /// The holidays of the next year, and a correction of the first table.
    pub fn holidays(&mut self, correct: bool) {
        let supervisor = self.office(Role::CitySupervisor, None, 0);
        let (table, year) = (self.model.id(), self.model.day().0.year() + 1);
        let days: Vec<Json> = ["01-01", "05-01", "05-02", "05-03", "10-01", "10-02", "10-03"]
            .iter()
            .map(|day| json!({"date": format!("{year}-{day}"), "kind": "HOLIDAY"}))
            .collect();
        let data = json!({"year": year, "document": format!("示例国办发明电〔{}〕1号", year - 1), "days": days});
        let published = self.act(supervisor, Wish::new("holiday_table.published", table, data));
        if correct {
            let set = json!({"set": {"document": format!("示例国办发明电〔{}〕2号", year - 1)}});
            let wish = Wish::new("holiday_table.corrected", table, set).because("TYPO", None);
            self.act(supervisor, wish.correcting(published));
        }
    }

    /// Who decides on the radiology licence of an institution, and on the certificates of its workers.
    pub fn licensing(&self, org: usize) -> usize {
        let serial = self.orgs[org].serial;
        if self.orgs[org].sort == Sort::Hospital {
            self.office(Role::CityApprover, None, serial)
        } else {
            self.office(Role::CountyApprover, Some(self.present_area(org)), serial)
        }
    }

    /// Days by which an institution is late with everything.
    fn lateness(&self, serial: usize) -> i64 {
        if serial % 11 == 4 { 45 } else { 0 }
    }

    fn is_valid(&self, licence: Uuid) -> bool {
        let entry = self.model.entry("licence", licence);
        let state = entry.and_then(|entry| entry.state.licence());
        state.is_some_and(|licence| {
            !licence.is_ended() && licence.state != domain::licence_codes::LicenceState::Suspended
        })
    }
}

//! Warnings: the desk evaluates each day, and people heed what it says, sooner or later, or not at all.

use domain::codes::Role;
use domain::records::warning::{self, Act, Warning};
use domain::rules::{self, Closer};
use domain::warning_codes::{WarningGrade, WarningState};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::model::Wish;
use super::story::{Story, Task};

/// What somebody does about a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heed {
    /// Whoever is responsible takes note.
    Acknowledge,
    /// The worker takes note.
    Inform,
    /// It is being put right.
    Start,
    /// It was put right.
    Submit,
    /// The county looks at that.
    Check,
    /// What was red is closed.
    Close,
    /// The closing was wrong.
    RevokeClosing,
    /// It is waived for a time.
    Waive,
    /// No longer.
    RevokeWaiver,
    /// Its clock stands.
    Suspend,
    /// Its clock goes on.
    Resume,
    /// The institution says that it is wrong.
    Dispute,
    /// That is decided.
    Rule,
    /// The institution to which the file came takes it over.
    TakeOver,
}

impl Story {
    /// The desk evaluates the day, and again on the next.
    pub fn desk(&mut self) {
        for (warning, said) in self.model.evaluate() {
            match said {
                "warning.raised" | "warning.escalated" | "warning.reopened" => self.will_heed(warning),
                "notification.ordered" => self.carry(warning),
                "warning.condition_ended" if self.model.luck.below(20) < 17 => {
                    self.heed_in(2, 14, warning, Heed::Close);
                }
                _ => {}
            }
        }
        self.nightly(self.day_of_story() + 1);
    }

    /// What people will do about a warning that has a new grade.
    fn will_heed(&mut self, id: Uuid) {
        let Some(warning) = self.warning(id) else { return };
        if warning.occurrence.starts_with("gap/") {
            return;
        }
        let turn = self.model.luck.below(100);
        let (noted, started) = match warning.grade {
            WarningGrade::Blue => (5, 0),
            WarningGrade::Yellow => (8, 1),
            WarningGrade::Orange => (15, 3),
            WarningGrade::Red => (60, 15),
        };
        if turn < noted {
            let late = if warning.grade == WarningGrade::Red { 3 } else { 9 };
            self.heed_in(1, late, id, Heed::Acknowledge);
        } else if warning.grade == WarningGrade::Red && turn < 80 {
            // Nobody took note in time: the city asks.
            self.heed_in(8, 20, id, Heed::Acknowledge);
        }
        if turn < started {
            self.heed_in(4, 10, id, Heed::Start);
            self.heed_in(14, 40, id, Heed::Submit);
        }
        match self.model.luck.below(300) {
            0 => self.heed_in(2, 6, id, Heed::Waive),
            1 => self.heed_in(2, 6, id, Heed::Dispute),
            2 => self.heed_in(2, 6, id, Heed::Suspend),
            3..9 => self.heed_in(1, 6, id, Heed::Inform),
            _ => {}
        }
        if let Some(person) = warning.person {
            self.warned.entry(person).or_default().push(id);
        }
    }

    fn heed_in(&mut self, least: i64, most: i64, id: Uuid, heed: Heed) {
        let days = least + self.model.luck.below((most - least + 1) as usize) as i64;
        self.after(days, Task::Heed(id, heed));
    }

    /// The institution to which a file came takes over the warnings that came with it; one in five forgets.
    pub fn take_over(&mut self, person: Uuid) {
        for id in self.warned.get(&person).cloned().unwrap_or_default() {
            if self.model.luck.below(5) > 0 {
                self.heed_in(1, 9, id, Heed::TakeOver);
            }
        }
    }

    /// Somebody does something about a warning, if that still can follow.
    pub fn heed(&mut self, id: Uuid, heed: Heed) {
        let Some(warning) = self.warning(id) else { return };
        match heed {
            Heed::Acknowledge => {
                self.by_unit(id, &warning, Act::Acknowledge, "warning.acknowledged", json!({"by": "UNIT"}))
            }
            Heed::Inform => self.tell_worker(id, &warning),
            Heed::Start => {
                let until = self.model.day().add_days(30).to_string();
                let data = json!({"until": until, "plan": "已安排专人负责，限期完成。"});
                self.by_unit(id, &warning, Act::Start, "warning.rectification_started", data);
            }
            Heed::Submit => {
                let data = json!({"measures": "已按要求完成整改，相关记录已归档。"});
                self.by_unit(id, &warning, Act::Submit, "warning.rectification_submitted", data);
                self.heed_in(2, 12, id, Heed::Check);
            }
            Heed::Check => self.check(id, &warning),
            Heed::Close => self.close_warning(id, &warning),
            Heed::RevokeClosing => {
                if let Some(closer) = self.approver_of(&warning).filter(|_| follows(&warning, Act::RevokeClosing)) {
                    let wish = Wish::new("warning.closing_revoked", id, json!({})).because("MISTAKEN", None);
                    self.act(closer, wish);
                }
            }
            Heed::Waive => {
                if self.may_waive(&warning).is_some() {
                    let days = 20 + self.model.luck.below(40) as i64;
                    self.waive(id, &warning, days);
                    if self.model.luck.below(3) == 0 {
                        self.heed_in(5, 15, id, Heed::RevokeWaiver);
                    }
                }
            }
            Heed::RevokeWaiver => {
                if let Some(approver) = self.approver_of(&warning).filter(|_| follows(&warning, Act::RevokeWaiver)) {
                    let wish = Wish::new("warning.waiver_revoked", id, json!({})).because("CHANGED", None);
                    self.act(approver, wish);
                }
            }
            Heed::Suspend => {
                if let Some(officer) = self.supervisor_of(&warning).filter(|_| follows(&warning, Act::Suspend)) {
                    self.act(officer, Wish::new("warning.suspended", id, json!({"ground": "LEAVE"})));
                    self.heed_in(20, 60, id, Heed::Resume);
                }
            }
            Heed::Resume => {
                if let Some(officer) = self.supervisor_of(&warning).filter(|_| follows(&warning, Act::Resume)) {
                    self.act(officer, Wish::new("warning.resumed", id, json!({})));
                }
            }
            Heed::Dispute => {
                let data = json!({"ground": "DONE", "statement": "该事项已完成，材料在途。"});
                self.by_unit(id, &warning, Act::Dispute, "warning.disputed", data);
                self.heed_in(3, 12, id, Heed::Rule);
            }
            Heed::Rule => {
                if let Some(approver) = self.approver_of(&warning).filter(|_| follows(&warning, Act::Rule)) {
                    let ruling = if self.model.luck.below(3) == 0 { "UNFOUNDED" } else { "STANDS" };
                    self.act(approver, Wish::new("warning.ruled", id, json!({"ruling": ruling})));
                }
            }
            Heed::TakeOver => {
                let org = self.responsible(&warning).filter(|_| warning.institution.is_none());
                if let Some(org) = org {
                    let institution = self.orgs[org].id.to_string();
                    let data = json!({"institution": institution});
                    self.by_unit(id, &warning, Act::Accept, "warning.accepted", data);
                }
            }
        }
    }

    /// At the end somebody has just disputed a warning, the clock of another stands, and a third is waived.
    pub fn last_disputes(&mut self) {
        let open = self.model.memory.records().filter_map(|(record, entry)| {
            let warning = entry.state.warning().filter(|warning| warning.state == WarningState::Open)?;
            Some((record.id, warning.clone()))
        });
        let mut open: Vec<(Uuid, Warning)> = open.collect();
        open.sort_by_key(|(id, _)| *id);
        let mut open = open.into_iter();
        for act in [Act::Dispute, Act::Suspend, Act::Waive] {
            for (id, warning) in open.by_ref() {
                match act {
                    Act::Dispute => {
                        let data = json!({"ground": "WRONG_DATA", "statement": "登记数据有误，正在更正。"});
                        self.by_unit(id, &warning, act, "warning.disputed", data);
                    }
                    Act::Suspend => {
                        if let Some(officer) = self.supervisor_of(&warning) {
                            self.act(officer, Wish::new("warning.suspended", id, json!({"ground": "LEAVE"})));
                        }
                    }
                    _ => self.waive(id, &warning, 30),
                }
                if self.warning(id).is_some_and(|now| now.state != WarningState::Open) {
                    break;
                }
            }
        }
    }

    /// Who may waive a warning as it stands.
    fn may_waive(&self, warning: &Warning) -> Option<usize> {
        let may = rules::rule(&warning.rule).is_some_and(|rule| rule.waivable);
        self.approver_of(warning).filter(|_| may && follows(warning, Act::Waive))
    }

    /// The county waives a warning for some days, where it may.
    fn waive(&mut self, id: Uuid, warning: &Warning, days: i64) {
        let Some(approver) = self.may_waive(warning) else { return };
        let until = self.model.day().add_days(days).to_string();
        self.act(approver, Wish::new("warning.waived", id, json!({"ground": "NO_CAPACITY", "until": until})));
    }

    /// The worker takes note, where he has an account.
    fn tell_worker(&mut self, id: Uuid, warning: &Warning) {
        let account = warning.person.and_then(|person| self.model.entry("person", person)?.state.person()?.account);
        let today = self.model.day();
        let himself = account.and_then(|account| {
            self.people
                .iter()
                .position(|person| person.account == account && person.active && today < person.valid_until)
        });
        if let Some(himself) = himself.filter(|_| !warning.is_over()) {
            self.act(himself, Wish::new("warning.acknowledged", id, json!({"by": "WORKER"})));
        }
    }

    /// The county looks at a rectification: what does not suffice goes back, once.
    fn check(&mut self, id: Uuid, warning: &Warning) {
        let Some(officer) = self.supervisor_of(warning) else { return };
        if warning.state == WarningState::Submitted {
            let day = self.model.day();
            let found = rules::grade_on(warning, day, &self.model.memory).ok().flatten();
            if let Some(grade) = found.filter(|grade| *grade < warning.grade)
                && let Some(approver) = self.approver_of(warning)
            {
                self.act(approver, Wish::new("warning.regraded", id, json!({"grade": grade.as_str()})));
            } else if rules::rule(&warning.rule).is_some_and(|rule| rule.lasting) {
                self.close_warning(id, warning);
            } else if warning.returns == 0 {
                let wish = Wish::new("warning.rectification_returned", id, json!({}))
                    .because("INCOMPLETE", Some("请补充证明材料。"));
                self.act(officer, wish);
                self.heed_in(5, 20, id, Heed::Submit);
            }
        } else {
            self.close_warning(id, warning);
        }
    }

    fn close_warning(&mut self, id: Uuid, warning: &Warning) {
        let lasting = rules::rule(&warning.rule).is_some_and(|rule| rule.lasting);
        let may = warning.state == WarningState::PendingClose || lasting && warning.state == WarningState::Submitted;
        let Some(closer) = self.closer_of(warning).filter(|_| may) else { return };
        self.act(closer, Wish::new("warning.closed", id, json!({"remarks": "现场核实，予以核销。"})));
        if self.model.luck.below(60) == 0 {
            self.heed_in(3, 20, id, Heed::RevokeClosing);
        }
    }

    fn by_unit(&mut self, id: Uuid, warning: &Warning, act: Act, event_type: &str, data: Json) {
        if !follows(warning, act) {
            return;
        }
        let Some(org) = self.responsible(warning) else { return };
        let roles = [Role::ProtectionOfficer, Role::UnitHead, Role::ServiceSignatory, Role::ChiefPhysician];
        let somebody = roles.iter().find_map(|role| self.of_org(org, *role));
        let note = matches!(act, Act::Acknowledge | Act::Accept);
        let Some(somebody) = somebody.or_else(|| self.of_org(org, Role::UnitAdmin).filter(|_| note)) else { return };
        self.act(somebody, Wish::new(event_type, id, data));
    }

    /// The institution at which a warning lies.
    fn responsible(&self, warning: &Warning) -> Option<usize> {
        let (org, _) = self.place_of(warning)?;
        self.orgs.iter().position(|known| Some(known.id) == org)
    }

    fn supervisor_of(&self, warning: &Warning) -> Option<usize> {
        self.authority_of(warning, Role::CountySupervisor, Role::CitySupervisor)
    }

    fn approver_of(&self, warning: &Warning) -> Option<usize> {
        match rules::rule(&warning.rule)?.closer {
            Closer::County => self.authority_of(warning, Role::CountyApprover, Role::CityApprover),
            Closer::City => Some(self.office(Role::CityApprover, None, 0)),
            Closer::Audit => Some(self.office(Role::AuditAdmin, None, 0)),
        }
    }

    fn closer_of(&self, warning: &Warning) -> Option<usize> {
        match rules::rule(&warning.rule)?.closer {
            Closer::County => self.supervisor_of(warning),
            _ => self.approver_of(warning),
        }
    }

    /// An officer of the county in which a warning lies, of the city where it lies in none.
    fn authority_of(&self, warning: &Warning, county: Role, city: Role) -> Option<usize> {
        let (_, area) = self.place_of(warning)?;
        let area = super::transfers::area_of_code(area.as_deref());
        Some(area.map_or_else(|| self.office(city, None, 0), |area| self.office(county, Some(area), area)))
    }

    fn place_of(&self, warning: &Warning) -> Option<(Option<Uuid>, Option<compact_str::CompactString>)> {
        use domain::records::institution;
        let place = warning.institution.map_or_else(|| warning.subject.clone(), institution::reference);
        let entry = self.model.memory.record(&place)?.clone();
        domain::admission::home(&place, &entry, &self.model.memory).ok()
    }

    fn warning(&self, id: Uuid) -> Option<Warning> {
        self.model.entry("warning", id)?.state.warning().cloned()
    }
}

fn follows(warning: &Warning, act: Act) -> bool {
    warning::after(warning.state, act, WarningState::Open).is_some()
}

//! Tests of devices: acceptance tests of new and repaired ones, a status and a workplace test a year, and in some
//! institutions what they check themselves.

use domain::codes::{DeviceKind, DeviceState, Role};
use domain::qc::{SHORT_EXPOSURE_NSV_H, constancy_plan};
use domain::qc_codes::ConstancyItem;
use domain::records::device::Device;
use serde_json::{Value as Json, json};
use signing::bytes::Date;
use uuid::Uuid;

use super::city::Sort;
use super::model::Wish;
use super::story::{Story, Task};

/// Day of the story from which tests can be filed: the catalogue that knows them is in force.
const KNOWN_FROM: i64 = 90;
/// A device bought in so many days before it is registered was never used.
const NEW_DAYS: i64 = 500;
/// Highest dose rate outside a room, but for short exposures.
const LIMIT_NSV_H: i64 = 2_500;

/// What a test is to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
}

impl Story {
    /// A device as it stands, while it is not disposed of.
    fn standing(&self, device: usize) -> Option<&Device> {
        self.device(device).filter(|device| device.state != DeviceState::Decommissioned)
    }

    /// What comes after a device is installed: what was used before is put in use, what is new is tested first.
    pub fn after_installing(&mut self, device: usize) {
        let today = self.model.day();
        let new = self.day_of_story() >= KNOWN_FROM
            && self
                .standing(device)
                .and_then(|known| known.profile.bought_on)
                .is_some_and(|bought| today.days() - bought.days() <= NEW_DAYS);
        self.after(if new { 4 } else { 7 }, if new { Task::Accept(device) } else { Task::PutInUse(device) });
    }

    /// Its acceptance test; the institution waits for the report.
    pub fn accept(&mut self, device: usize) {
        if self.standing(device).is_none() {
            return;
        }
        let Some((laboratory, signatory, number)) = self.tester(device) else {
            return self.after(14, Task::Accept(device));
        };
        let since = self.standing(device).and_then(Device::to_be_tested_since);
        let today = self.model.day();
        let tested_on = today.add_days(-2).max(since.unwrap_or(today));
        let report = self.report_no();
        let test = self.test(device, laboratory, &number, ("ACC", &report, 1), tested_on, Verdict::Passed);
        self.act(signatory, test.1);
        self.after(3, Task::PutInUse(device));
    }

    /// Its yearly tests; a few are late, some fail.
    pub fn yearly_tests(&mut self, device: usize) {
        let Some(state) = self.standing(device).map(|device| device.state) else { return };
        let late = if self.model.luck.percent(6) { 30 + self.model.luck.below(120) as i64 } else { 0 };
        let next = 280 + self.model.luck.below(45) as i64 + late;
        let Some((laboratory, signatory, number)) = self.tester(device) else {
            return self.after(20, Task::YearlyTests(device));
        };
        if state != DeviceState::InUse || self.clerk(self.devices[device].org).is_none() {
            return self.after(60, Task::YearlyTests(device));
        }
        self.after(next, Task::YearlyTests(device));
        let (today, report) = (self.model.day(), self.report_no());
        let tested_on = today.add_days(-(3 + self.model.luck.below(12) as i64));
        let status = if self.model.luck.percent(3) { Verdict::Failed } else { Verdict::Passed };
        let place = if self.model.luck.percent(1) { Verdict::Failed } else { Verdict::Passed };
        let unlisted = self.model.luck.below(250) == 0;
        let cited = if unlisted { format!("{number}（附表外）") } else { number };
        let (first, of_device) = self.test(device, laboratory, &cited, ("STA", &report, 1), tested_on, status);
        let (_, of_place) = self.test(device, laboratory, &cited, ("WRK", &report, 2), tested_on, place);
        let events = self.act_all(signatory, vec![of_device, of_place]);
        if unlisted {
            return self.after(10, Task::RuleOnTest(first));
        }
        match self.model.luck.below(120) {
            0 => {
                let withdrawn = Wish::new("device_test.withdrawn", first, json!({}));
                self.act(signatory, withdrawn.because("MISTAKEN", Some("报告引用了其他设备的数据（示例）")));
                self.after(6, Task::Retest(device));
            }
            1 => {
                let set = json!({"set": {"place": "放射科1号机房（示例更正）"}});
                let wish = Wish::new("device_test.corrected", first, set).because("TYPO", None);
                self.act(signatory, wish.correcting(events[0]));
            }
            _ => {}
        }
        if status == Verdict::Failed {
            let days = 1 + self.model.luck.below(12) as i64;
            self.after(days, Task::Repair(device));
        } else if place == Verdict::Failed {
            self.after(25, Task::Retest(device));
        }
    }

    /// What failed is taken out of use and repaired.
    pub fn repair(&mut self, device: usize) {
        let today = self.model.day();
        let id = self.devices[device].id;
        let Some(state) = self.standing(device).map(|device| device.state) else { return };
        if state == DeviceState::InUse {
            let to = json!({"to": DeviceState::Repair.as_str(), "why": "FAULT"});
            self.device_act(device, Wish::new("device.state_changed", id, to).on(today));
        }
        if self.model.luck.percent(40) {
            let component = self.model.luck.pick(&["TUBE", "DETECTOR", "GENERATOR", "COLLIMATOR"]);
            self.device_act(device, Wish::new("device.repaired", id, json!({"component": component})).on(today));
            return self.after(5, Task::Accept(device));
        }
        self.after(8, Task::BackInUse(device));
        self.after(9, Task::Retest(device));
    }

    /// The report of the acceptance test of a device that was used before this ledger is filed with the other old papers.
    pub fn old_acceptance(&mut self, device: usize) {
        let Some(since) = self.standing(device).map(Device::to_be_tested_since) else { return };
        let Some((laboratory, signatory, number)) = self.tester(device) else {
            return self.after(20, Task::OldAcceptance(device));
        };
        let tested_on = since.unwrap_or_else(|| self.model.day().add_days(-400));
        let report = self.report_no();
        let test = self.test(device, laboratory, &number, ("ACC", &report, 1), tested_on, Verdict::Passed);
        self.act(signatory, test.1);
    }

    /// A status and a workplace test out of turn: after a repair, a change of the room, a withdrawn report.
    pub fn retest(&mut self, device: usize) {
        if self.standing(device).is_none() {
            return;
        }
        let Some((laboratory, signatory, number)) = self.tester(device) else {
            return self.after(20, Task::Retest(device));
        };
        let (today, report) = (self.model.day(), self.report_no());
        let (_, status) = self.test(device, laboratory, &number, ("STA", &report, 1), today, Verdict::Passed);
        let (_, place) = self.test(device, laboratory, &number, ("WRK", &report, 2), today, Verdict::Passed);
        self.act_all(signatory, vec![status, place]);
    }

    /// The city rules on a report under a qualification that is not on file: it counts, or it does not.
    pub fn rule_on_test(&mut self, test: Uuid) {
        let counts = self.model.luck.percent(50);
        let supervisor = self.office(Role::CitySupervisor, None, 0);
        let grounds =
            if counts { "附表变更已在省级备案（示例）" } else { "超出资质项目（示例）" };
        let data = json!({"counts": counts, "grounds": grounds});
        self.act(supervisor, Wish::new("device_test.ruled", test, data));
    }

    /// What an institution checks itself, every quarter.
    pub fn constancy(&mut self, device: usize) {
        let Some(known) = self.standing(device).cloned() else { return };
        self.after(91, Task::Constancy(device));
        let org = self.devices[device].org;
        let Some(officer) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        if known.state != DeviceState::InUse {
            return;
        }
        let plan = constancy_plan(known.profile.kind);
        let check = if plan.is_empty() { ConstancyItem::Output } else { plan[self.model.luck.below(plan.len())].0 };
        let exceeded = self.model.luck.percent(2);
        let worker = self.workers.iter().find(|worker| worker.org == org).map(|worker| worker.person);
        let (test, deviation) = (self.model.id(), 1 + self.model.luck.below(4));
        let data = json!({"device": self.devices[device].id.to_string(), "institution": self.orgs[org].id.to_string(), "check": check.as_str(),
            "tested_on": self.model.day().to_string(), "value": format!("偏差{}%", if exceeded { 14 } else { deviation }),
            "control_limit": "±10%", "deviation_exceeded": exceeded,
            "performed_by": worker.map(|person| json!({"kind": "person", "id": person.to_string()}))});
        self.act(officer, Wish::new("device_test.recorded", test, data));
        if exceeded {
            self.after(15, Task::Retest(device));
        }
        if self.model.luck.percent(1) {
            let wish = Wish::new("device_test.withdrawn", test, json!({})).because("MISTAKEN", None);
            self.act(officer, wish);
        }
    }

    /// When the yearly tests of a device that was put in use begin, and whether its institution keeps its own records.
    pub fn begin_testing(&mut self, device: usize, accepted: bool) {
        // What was in use before has its last test somewhere in the year before.
        let first = if accepted { 340 } else { 20 + self.model.luck.below(320) as i64 };
        let known = (KNOWN_FROM - self.day_of_story()).max(0);
        self.after(first.max(known), Task::YearlyTests(device));
        if !accepted && self.model.luck.below(30) > 0 {
            self.after(known + 3, Task::OldAcceptance(device));
        }
        if self.orgs[self.devices[device].org].serial % 10 == 3 {
            let days = 30 + self.model.luck.below(60) as i64;
            self.after(days.max(known), Task::Constancy(device));
        }
    }

    /// Who tests a device: a laboratory of its county where there is one, its signatory, its qualification.
    fn tester(&mut self, device: usize) -> Option<(usize, usize, String)> {
        let org = self.devices[device].org;
        let (area, serial) = (self.present_area(org), self.orgs[org].serial);
        let able: Vec<usize> = (0..self.orgs.len())
            .filter(|lab| {
                self.orgs[*lab].sort == Sort::TechnicalService && self.of_org(*lab, Role::ServiceSignatory).is_some()
            })
            .collect();
        let near: Vec<usize> = able.iter().copied().filter(|lab| self.orgs[*lab].area == area).collect();
        let among = if near.is_empty() { able } else { near };
        let laboratory = *among.get(serial % among.len().max(1))?;
        let signatory = self.of_org(laboratory, Role::ServiceSignatory)?;
        let number = self.qualification(laboratory)?;
        Some((laboratory, signatory, number))
    }

    fn report_no(&self) -> String {
        format!("示例检{:07}", self.model.size())
    }

    /// One test of a device by a laboratory.
    fn test(
        &mut self,
        device: usize,
        laboratory: usize,
        qualification: &str,
        (purpose, report, line): (&str, &str, u32),
        tested_on: Date,
        verdict: Verdict,
    ) -> (Uuid, Wish) {
        let test = self.model.id();
        let today = self.model.day();
        let kind = self.standing(device).map_or(DeviceKind::Dr, |device| device.profile.kind);
        let failed = verdict == Verdict::Failed;
        let (standard, item) = match kind {
            DeviceKind::Ct => ("WS 519-2019", "T1"),
            DeviceKind::Spect => ("WS 523-2019", "T2"),
            DeviceKind::Linac => ("WS 674-2020", "T3"),
            DeviceKind::DentalCbct => ("WS 818-2023", "T1"),
            _ => ("WS 76-2020", "T1"),
        };
        let mut data = json!({
            "purpose": purpose, "device": self.devices[device].id.to_string(), "institution": self.orgs[self.devices[device].org].id.to_string(),
            "laboratory": self.orgs[laboratory].id.to_string(), "report_no": report, "line_no": line,
            "field_work_on": tested_on.to_string(), "tested_on": tested_on.to_string(), "signed_on": today.to_string(),
            "qualification_no": qualification, "conclusion": if failed { "2" } else { "1" },
        });
        if purpose == "WRK" {
            let short = matches!(kind, DeviceKind::Dr | DeviceKind::Cr | DeviceKind::Film);
            let limit = if short { SHORT_EXPOSURE_NSV_H } else { LIMIT_NSV_H };
            let places = ["控制室操作位", "受检者门外30cm", "观察窗外30cm"];
            let mut points: Vec<Json> = places
                .map(|place| {
                    let rate = 90 + 10 * self.model.luck.below(80) as i64;
                    json!({"place": place, "rate_nsv_h": rate, "limit_nsv_h": limit})
                })
                .into();
            if failed {
                points[1]["rate_nsv_h"] = json!(limit + 400);
            }
            let standard = match kind {
                DeviceKind::Spect => "GBZ 120-2020",
                DeviceKind::Linac => "GBZ 121-2020",
                _ => "GBZ 130-2020",
            };
            data["standards"] = json!([standard]);
            (data["item"], data["background_nsv_h"], data["points"]) = (json!("T4"), json!(90), json!(points));
        } else {
            let met = if failed { "FAILED" } else { "PASSED" };
            let deviation = if failed { 13 } else { 1 + self.model.luck.below(5) };
            data["standards"] = json!([standard]);
            data["item"] = json!(item);
            data["items"] = json!([
                {"name": "输出量重复性", "value": format!("{deviation}%"), "limit": "≤10%", "result": met},
                {"name": "辐射野与光野四边的偏离", "value": "0.6 cm", "limit": "±1.0 cm", "result": "PASSED"},
            ]);
        }
        (test, Wish::new("device_test.reported", test, data))
    }
}

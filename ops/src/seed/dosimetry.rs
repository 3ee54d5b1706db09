//! Personal dosimetry: contracts, dosimeters, and four reports a year for every institution with workers.

use domain::codes::{DocumentKind, Role};
use domain::dose::below_mdl;
use domain::dose_codes::DosimeterState;
use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash, b64url};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

use super::city::Sort;
use super::inquiries::notice;
use super::model::Wish;
use super::story::{Story, Task};
use super::workers::Worker;

/// Days of a period; reports come some weeks after its end.
const PERIOD_DAYS: i64 = 91;
const MDL_NSV: i64 = 20_000;

/// Who measures the workers of an institution.
#[derive(Debug, Clone, Copy)]
pub struct Monitoring {
    /// The contract.
    pub contract: Uuid,
    /// The laboratory, an index into the story's organisations.
    pub laboratory: usize,
    /// Reports so far.
    pub reports: usize,
}

/// A line of a report, as far as its header counts.
struct Counted {
    wish: Wish,
    below: bool,
    effective_nsv: i64,
    result: Uuid,
    lost: bool,
    worker: usize,
    position: &'static str,
    hp10_nsv: Option<i64>,
}

impl Story {
    /// An institution has its workers measured, from now on.
    pub fn contract(&mut self, org: usize) {
        let laboratories: Vec<usize> = (0..self.orgs.len())
            .filter(|lab| {
                self.orgs[*lab].sort == Sort::TechnicalService && self.of_org(*lab, Role::ServiceSignatory).is_some()
            })
            .collect();
        let Some(clerk) = self.clerk(org) else { return };
        if laboratories.is_empty() {
            return self.after(30, Task::Contract(org));
        }
        let before = self.orgs[org].monitoring.map_or(0, |monitoring| monitoring.laboratory + 1);
        // Numbers of reports go on under another contract.
        let reports = self.orgs[org].monitoring.map_or(0, |monitoring| monitoring.reports);
        let laboratory = laboratories[(self.orgs[org].serial + before) % laboratories.len()];
        let contract = self.model.id();
        let today = self.model.day();
        let terms = json!({"institution": self.orgs[org].id.to_string(), "laboratory": self.orgs[laboratory].id.to_string(),
            "cycle_months": 3, "from": today.to_string()});
        let concluded = self.act(clerk, Wish::new("monitoring_contract.concluded", contract, terms));
        if self.orgs[org].serial % 40 == 9 {
            let until = today.add_days(3_650).to_string();
            let wish = Wish::new("monitoring_contract.corrected", contract, json!({"set": {"until": until}}));
            self.act(clerk, wish.because("TYPO", None).correcting(concluded));
        }
        self.orgs[org].monitoring = Some(Monitoring { contract, laboratory, reports });
        self.after(PERIOD_DAYS + 20, Task::Doses(org, today));
    }

    /// The doses of a period are reported, and the next period runs already.
    pub fn doses(&mut self, org: usize, from: Date) {
        let Some(Monitoring { contract, laboratory, reports }) = self.orgs[org].monitoring else { return };
        let Some(clerk) = self.clerk(org) else { return };
        let (Some(signatory), Some(qualification)) =
            (self.of_org(laboratory, Role::ServiceSignatory), self.qualification(laboratory))
        else {
            return self.after(14, Task::Doses(org, from));
        };
        let to = from.add_days(PERIOD_DAYS - 1);
        self.dosimeter(org, clerk, from, to);
        self.take_back(org, clerk, to);
        let report = self.model.id();
        let lines = self.lines(org, report, from, to);
        if !lines.is_empty() {
            let today = self.model.day().to_string();
            let sum: i64 = lines.iter().map(|line| line.effective_nsv).sum();
            let below = lines.iter().filter(|line| line.below).count();
            let header = json!({"contract": contract.to_string(), "laboratory": self.orgs[laboratory].id.to_string(),
                "report_no": format!("示例剂量{:04}-{:03}", self.orgs[org].serial, reports + 1),
                "period_from": from.to_string(), "period_to": to.to_string(), "lines": lines.len(), "persons": lines.len(),
                "below_mdl": below, "effective_sum_nsv": sum, "read_on": today, "signed_on": today,
                "qualification_no": qualification});
            let lost: Vec<Uuid> = lines.iter().filter(|line| line.lost).map(|line| line.result).collect();
            let first = lines.iter().find(|line| !line.lost).map(|line| line.result);
            let read = lines.iter().map(|line| {
                let effective = (line.effective_nsv > 0).then_some(line.effective_nsv);
                (line.worker, line.result, line.position, line.hp10_nsv, effective)
            });
            let noticed = notice(&read.collect::<Vec<_>>(), laboratory, reports);
            let mut wishes = vec![Wish::new("dose_report.issued", report, header)];
            let import = (self.orgs[org].serial % 40 == 9).then(|| self.open_import(signatory, laboratory, &lines));
            let rows = (1..).zip(lines).map(|(row, line)| match import {
                Some((_, opened)) => line.wish.of_import(opened, row),
                None => line.wish,
            });
            wishes.extend(rows);
            let events = self.act_all(signatory, wishes);
            if let Some((import, _)) = import {
                self.act(signatory, Wish::new("import.completed", import, json!({})));
            }
            for result in lost {
                self.after(40, Task::Nominal(signatory, result));
            }
            for noticed in noticed {
                self.after(5, Task::OpenInquiry(noticed));
            }
            if self.model.luck.percent(2)
                && let Some(result) = first
            {
                self.after(25, Task::CorrectDose(signatory, result));
            }
            if self.model.luck.percent(1) {
                let set = json!({"set": {"effective_sum_nsv": sum + 100}});
                let wish = Wish::new("dose_report.corrected", report, set).because("TYPO", None);
                self.act(signatory, wish.correcting(events[0]));
            }
        }
        self.orgs[org].monitoring = Some(Monitoring { contract, laboratory, reports: reports + 1 });
        if reports == 6 && self.orgs[org].serial % 30 == 7 {
            let today = self.model.day();
            self.act(clerk, Wish::new("monitoring_contract.ended", contract, json!({})).on(today));
            return self.after(5, Task::Contract(org));
        }
        // One report in twenty is late.
        let delay = if self.model.luck.percent(5) { 75 } else { 6 + self.model.luck.below(17) as i64 };
        let next = to.add_days(1);
        let wait = next.add_days(PERIOD_DAYS + delay).days() - self.model.day().days();
        self.after(wait.max(1), Task::Doses(org, next));
    }

    /// A report that comes as a file; one in three is interrupted on its way.
    fn open_import(&mut self, signatory: usize, laboratory: usize, lines: &[Counted]) -> (Uuid, EventRef) {
        let import = self.model.id();
        let file = Hash::of(import.as_bytes());
        let data = json!({"what": "DOSE", "institution": self.orgs[laboratory].id, "file": b64url(&file.0),
            "rows": lines.len(), "events": lines.len() + 1, "chunks": 1});
        let opened = self.act(signatory, Wish::new("import.opened", import, data));
        if self.model.luck.percent(33) {
            let stopped = json!({"row": 1, "why": "WITHDRAWN"});
            self.act(signatory, Wish::new("import.stopped", import, stopped));
        }
        (import, opened)
    }

    fn lines(&mut self, org: usize, report: Uuid, from: Date, to: Date) -> Vec<Counted> {
        let here: Vec<usize> = (0..self.workers.len())
            .filter(|worker| {
                let entry = self.model.entry("employment", self.workers[*worker].employment);
                let state = entry.and_then(|entry| entry.state.employment());
                self.workers[*worker].org == org && state.is_some_and(|state| state.was_active(from, to))
            })
            .collect();
        let mut lines = Vec::with_capacity(here.len());
        for worker in here {
            // Who works beside the patient wears two: under the apron and over the collar.
            if self.workers[worker].category == "2E" {
                lines.push(self.line(worker, report, lines.len(), (from, to), "UA"));
                lines.push(self.line(worker, report, lines.len(), (from, to), "CO"));
            } else {
                lines.push(self.line(worker, report, lines.len(), (from, to), "CH"));
            }
        }
        lines
    }

    fn line(
        &mut self,
        worker: usize,
        report: Uuid,
        before: usize,
        (from, to): (Date, Date),
        position: &'static str,
    ) -> Counted {
        let who = self.workers[worker].clone();
        let result = self.model.id();
        let double = who.category == "2E";
        let lost = !double && self.model.luck.below(120) == 0;
        let factor = if position == "CO" { 4 } else { 1 };
        let spread = 40 + self.model.luck.below(130) as i64;
        // A few a year are above the investigation level.
        let high = if self.model.luck.below(2_500) == 0 { 12 } else { 1 };
        let read = i64::from(who.exposure) * spread / 100 * factor * high / 100 * 100;
        // Some single readings are above the investigation level, and once in the years a dosimeter is left in the beam.
        let read = match self.model.luck.below(4_000) {
            0 if !double => 22_000_000,
            1..=3 if !double => 1_300_000 + 100 * i64::from(who.exposure % 16_000),
            _ => read,
        };
        let below = read < MDL_NSV && !lost;
        let value = if below { below_mdl(MDL_NSV) } else { read };
        let single = (!lost && !double).then_some(value);
        let mut data = json!({
            "report": report.to_string(), "line_no": before + 1, "person": {"kind": "person", "id": who.person.to_string()},
            "employment": who.employment.to_string(), "category": who.category, "reason": "1", "radiation": ["X"],
            "dosimeter_kind": "TLD", "dosimeter_no": format!("TL{worker:05}{position}"), "position": position,
            "wear_from": from.to_string(), "wear_to": to.to_string(), "nominal_months": 3,
            "hp10_nsv": (!lost).then_some(value), "hp3_nsv": (position == "CO").then_some(value), "mdl_nsv": MDL_NSV,
            "flag": match (lost, below) { (true, _) => "LOST", (_, true) => "BELOW_MDL", _ => "NORMAL" },
            "effective_nsv": single, "method": if lost { Json::Null } else { json!(if double { "DOUBLE" } else { "SINGLE" }) },
            "background_subtracted": true, "dose_year": from.0.year(),
        });
        if double {
            data["thyroid_shield"] = json!(true);
        }
        if lost {
            data["remarks"] = json!("剂量计遗失（示例）");
        }
        Counted {
            wish: Wish::new("dose_result.reported", result, data),
            below,
            effective_nsv: single.unwrap_or(0),
            result,
            lost,
            worker,
            position,
            hp10_nsv: (!lost).then_some(value),
        }
    }

    /// A lost dosimeter gets a nominal dose: the mean of the co-workers.
    pub fn nominal(&mut self, signatory: usize, result: Uuid) {
        let Some(reported) = self.reported(result).filter(|_| self.can_sign(signatory)) else { return };
        let set = json!({"flag": "NOMINAL_C", "hp10_nsv": 15_000, "effective_nsv": 15_000, "method": "SINGLE"});
        let wish = Wish::new("dose_result.corrected", result, json!({"set": set}));
        self.act(signatory, wish.because("NOMINAL", None).correcting(reported));
    }

    /// A reading was taken down wrongly.
    pub fn correct_dose(&mut self, signatory: usize, result: Uuid) {
        let Some(reported) = self.reported(result) else { return };
        let entry = self.model.entry("dose_result", result);
        let known = entry.and_then(|entry| entry.state.dose_result()).map(|result| result.reading.clone());
        let Some(reading) = known.filter(|_| self.can_sign(signatory)) else { return };
        let set = json!({"set": {"dosimeter_no": format!("{}改", reading.dosimeter_no)}});
        let wish = Wish::new("dose_result.corrected", result, set).because("TYPO", None);
        self.act(signatory, wish.correcting(reported));
    }

    /// Some dosimeters are followed from hand to hand.
    fn dosimeter(&mut self, org: usize, clerk: usize, from: Date, to: Date) {
        if !self.model.luck.percent(6) {
            return;
        }
        let Some(Monitoring { contract, laboratory, .. }) = self.orgs[org].monitoring else { return };
        let worker = (0..self.workers.len()).find(|worker| {
            let entry = self.model.entry("employment", self.workers[*worker].employment);
            let state = entry.and_then(|entry| entry.state.employment());
            self.workers[*worker].org == org && state.is_some_and(|state| state.was_active(from, from))
        });
        let Some(who) = worker.map(|worker| self.workers[worker].clone()) else { return };
        let dosimeter = self.model.id();
        let person = json!({"kind": "person", "id": who.person.to_string()});
        let number = format!("DX{:06}", self.model.size());
        let issue = json!({"contract": contract.to_string(), "institution": self.orgs[org].id.to_string(),
            "laboratory": self.orgs[laboratory].id.to_string(), "person": person, "employment": who.employment.to_string(),
            "position": "CH", "kind": "TLD", "number": number});
        self.act(clerk, Wish::new("dosimeter.issued", dosimeter, issue).on(from));
        let (event_type, data) = match self.model.luck.below(8) {
            0 => ("dosimeter.lost", json!({"person": person, "circumstances": "随工作服送洗后遗失（示例）"})),
            1 => ("dosimeter.damaged", json!({"person": person, "circumstances": "外壳破裂（示例）"})),
            _ => ("dosimeter.returned", json!({})),
        };
        self.act(clerk, Wish::new(event_type, dosimeter, data).on(to));
    }

    /// Who begins at an institution gets a dosimeter on that day, unless one contract has ended and the next is not concluded;
    /// later ones come and go by the report alone.
    pub fn hand_out(&mut self, worker: usize) {
        let Worker { person, employment, org, category, .. } = self.workers[worker];
        let Some(Monitoring { contract, laboratory, .. }) = self.orgs[org].monitoring else { return };
        let known =
            self.model.entry("monitoring_contract", contract).and_then(|entry| entry.state.monitoring_contract());
        if known.is_some_and(|known| known.ended_on.is_some()) {
            return;
        }
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        let dosimeter = self.model.id();
        let today = self.model.day();
        let issue = json!({"contract": contract.to_string(), "institution": self.orgs[org].id.to_string(),
            "laboratory": self.orgs[laboratory].id.to_string(), "person": {"kind": "person", "id": person.to_string()},
            "employment": employment.to_string(), "position": if category == "2E" { "CO" } else { "CH" }, "kind": "TLD",
            "number": format!("DH{:06}", self.model.size())});
        self.act(clerk, Wish::new("dosimeter.issued", dosimeter, issue).on(today));
        self.workers[worker].dosimeter = Some(dosimeter);
    }

    /// The dosimeters of who began in the period come back with the others.
    fn take_back(&mut self, org: usize, clerk: usize, to: Date) {
        let mut returned = Vec::new();
        for worker in self.workers.iter_mut().filter(|worker| worker.org == org) {
            let Some(dosimeter) = worker.dosimeter else { continue };
            let entry = self.model.memory.record(&RecordRef { kind: "dosimeter".into(), id: dosimeter });
            let known = entry.and_then(|entry| entry.state.dosimeter());
            if known.is_some_and(|known| known.from <= to && known.state == DosimeterState::Issued) {
                worker.dosimeter = None;
                returned.push(Wish::new("dosimeter.returned", dosimeter, json!({})).on(to));
            }
        }
        for some in returned.chunks(50) {
            self.act_all(clerk, some.to_vec());
        }
    }

    /// Number of a qualification of a laboratory that is valid today; a new one is filed when the last has run out.
    pub fn qualification(&mut self, laboratory: usize) -> Option<String> {
        let today = self.model.day();
        let entry = self.model.entry("institution", self.orgs[laboratory].id)?;
        let documents = &entry.state.institution()?.documents;
        let valid = documents.iter().map(|document| &document.filed).find(|filed| {
            filed.kind == DocumentKind::Qualification
                && filed.from <= today
                && filed.until.is_none_or(|until| today < until)
        });
        if let Some(filed) = valid {
            return Some(filed.number.to_string());
        }
        let (area, serial) = (self.orgs[laboratory].area, self.orgs[laboratory].serial);
        let number = format!("示例资质{serial:06}-{}", today.0.year());
        let paper = self.paper("TSQ", &number);
        let clerk = self.office(Role::CountySupervisor, Some(area), serial);
        self.act(clerk, Wish::new("institution.document_filed", self.orgs[laboratory].id, paper));
        Some(number)
    }

    /// The event that says what a result counts as now.
    fn reported(&self, result: Uuid) -> Option<EventRef> {
        self.correctable("dose_result", result, &["dose_result.reported", "dose_result.corrected"])
    }

    fn can_sign(&self, person: usize) -> bool {
        self.people[person].active && self.model.day() < self.people[person].valid_until
    }
}

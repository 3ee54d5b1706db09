//! Investigations of doses: results at the investigation level, and some that were lost, from opening to the decision.

use domain::codes::Role;
use domain::dose::effective_double;
use domain::investigation_codes::InvestigationState;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::model::Wish;
use super::offices::Post;
use super::story::{Story, Task};
use super::workers::Worker;

/// Investigation level of a quarter.
const LEVEL_NSV: i64 = 1_250_000;

/// A dose that somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// The worker.
    pub worker: usize,
    /// His results.
    pub results: Vec<Uuid>,
    /// What they come to; none where the reading is missing.
    pub dose_nsv: Option<i64>,
    /// The laboratory that reported them.
    pub laboratory: usize,
}

/// An investigation on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// The record.
    pub id: Uuid,
    /// What it is about.
    pub noticed: Noticed,
    /// Employment in which it is investigated.
    pub post: (Uuid, usize),
    /// How it ends.
    pub ending: Ending,
    /// Whether it was returned already.
    pub returned: bool,
}

/// How an investigation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The dose was received.
    Real,
    /// It was not.
    Artefact,
    /// A nominal dose takes its place.
    Nominal,
}

impl Ending {
    fn code(self) -> &'static str {
        match self {
            Self::Real => "REAL",
            Self::Artefact => "ARTEFACT",
            Self::Nominal => "NOMINAL",
        }
    }

    fn cause(self) -> &'static str {
        match self {
            Self::Real => "WORKLOAD",
            Self::Artefact => "LEFT_IN_FIELD",
            Self::Nominal => "MISSING",
        }
    }
}

/// What a line of a report has to say here: worker, result, position, reading, effective dose.
pub type Read = (usize, Uuid, &'static str, Option<i64>, Option<i64>);

/// The doses of a report that reach the level, and every third that is missing.
pub fn notice(lines: &[Read], laboratory: usize, turn: usize) -> Vec<Noticed> {
    let mut noticed = Vec::new();
    for (at, (worker, result, position, read, effective)) in lines.iter().enumerate() {
        let under = lines.get(at.wrapping_sub(1)).filter(|line| *position == "CO" && line.0 == *worker);
        let double = under.and_then(|line| Some(effective_double(line.3?, (*read)?, true)));
        let results = under.map(|line| line.1).into_iter().chain([*result]).collect();
        let dose_nsv = double.or(*effective).filter(|dose| *dose >= LEVEL_NSV);
        let missing = read.is_none() && turn.is_multiple_of(3);
        if dose_nsv.is_some() || missing {
            noticed.push(Noticed { worker: *worker, results, dose_nsv, laboratory });
        }
    }
    noticed
}

impl Story {
    /// Somebody opens an investigation: the protection officer, or the county before him.
    pub fn open_inquiry(&mut self, noticed: Noticed) {
        let Worker { person, employment, org, .. } = self.workers[noticed.worker];
        let Some(officer) = self.protection_officer(org) else { return };
        let turn = self.inquiries;
        self.inquiries += 1;
        let (area, id) = (self.present_area(org), self.model.id());
        let supervisor = self.office(Role::CountySupervisor, Some(area), turn);
        let opener = if turn % 4 == 2 { supervisor } else { officer };
        let whom = of_person(person);
        let basis = if noticed.dose_nsv.is_some() { "PERIOD" } else { "MISSING" };
        let results: Vec<String> = noticed.results.iter().map(Uuid::to_string).collect();
        let laboratory = self.orgs[noticed.laboratory].id.to_string();
        let data = json!({"person": whom, "employment": employment.to_string(), "basis": basis, "quantity": "E",
            "dose_nsv": noticed.dose_nsv, "results": results, "laboratory": laboratory,
            "circumstances": "季度报告送达后发现（示例）"});
        self.act(opener, Wish::new("investigation.opened", id, data));
        if turn % 7 == 1 {
            // The county adds up what was added up already, and takes it back.
            let twice = self.model.id();
            let year = self.model.day().0.year();
            let data = json!({"person": whom, "employment": employment.to_string(), "basis": "YEAR", "quantity": "E",
                "dose_nsv": 5_200_000, "dose_year": year});
            self.act(supervisor, Wish::new("investigation.opened", twice, data));
            let wish = Wish::new("investigation.withdrawn", twice, json!({}));
            self.act(supervisor, wish.because("MISTAKEN", Some("合计时重复计入（示例）")));
        }
        let ending = match (noticed.dose_nsv, noticed.worker % 2) {
            (None, _) => Ending::Nominal,
            (Some(_), 0) => Ending::Artefact,
            (Some(_), _) => Ending::Real,
        };
        let inquiry = Inquiry { id, noticed, post: (employment, org), ending, returned: false };
        let days = 6 + self.model.luck.below(20) as i64;
        self.after(days, Task::FileInquiry(inquiry));
    }

    /// The officer files the form; worker and laboratory sign it afterwards.
    pub fn file_inquiry(&mut self, inquiry: Inquiry) {
        let Some(officer) = self.protection_officer(inquiry.post.1) else { return };
        let (person, ending) = (self.workers[inquiry.noticed.worker].person, inquiry.ending);
        let proposed = self.settled(&inquiry);
        let data = json!({"person": of_person(person), "wear_correct": ending == Ending::Real, "non_occupational": false,
            "near_source": ending == Ending::Artefact, "workload": 120 + self.model.luck.below(500), "cause": ending.cause(),
            "finding": ending.code(), "proposed_nsv": proposed, "nominal_method": (ending == Ending::Nominal).then_some("C"),
            "report": "核对了佩戴记录与排班，访谈了本人（示例）", "follow_up": "加强佩戴检查（示例）",
            "investigated_on": self.model.day().to_string()});
        self.act(officer, Wish::new("investigation.filed", inquiry.id, data));
        self.after(4, Task::SignInquiry(inquiry));
    }

    /// The worker signs, if he has an account; the laboratory gives its opinion.
    pub fn sign_inquiry(&mut self, inquiry: Inquiry) {
        let (person, ending) = (self.workers[inquiry.noticed.worker].person, inquiry.ending);
        if let Some(own) = self.own_account(inquiry.noticed.worker, inquiry.post.1) {
            let agrees = self.model.luck.percent(90);
            let data = json!({"person": of_person(person), "agrees": agrees, "statement": "本人确认（示例）"});
            self.act(own, Wish::new("investigation.confirmed", inquiry.id, data));
        }
        let signatory = self.of_org(inquiry.noticed.laboratory, Role::ServiceSignatory);
        if let Some(signatory) = signatory.filter(|_| self.model.luck.percent(85)) {
            let data = json!({"person": of_person(person), "finding": ending.code(), "proposed_nsv": self.settled(&inquiry),
                "nominal_method": (ending == Ending::Nominal).then_some("C"), "opinion": "复核了原始读数与剂量计状况（示例）"});
            self.act(signatory, Wish::new("investigation.assessed", inquiry.id, data));
        }
        let days = 5 + self.model.luck.below(30) as i64;
        self.after(days, Task::DecideInquiry(inquiry));
    }

    /// The county returns it or accepts it; of a dose of the yearly limit on the city does.
    pub fn decide_inquiry(&mut self, inquiry: Inquiry) {
        let Some(state) = self.model.entry("investigation", inquiry.id).and_then(|entry| entry.state.investigation())
        else {
            return;
        };
        let city = state.is_of_city(None);
        let (signed, assessed) = (state.confirmation.is_some(), state.assessment.is_some());
        let complete = state.state == InvestigationState::Complete;
        let person = self.workers[inquiry.noticed.worker].person;
        let area = self.present_area(inquiry.post.1);
        let decider = match city {
            true => self.office(Role::CityApprover, None, 0),
            false => self.office(Role::CountyApprover, Some(area), 0),
        };
        if !inquiry.returned && !complete && self.model.luck.percent(30) {
            let data = json!({"person": of_person(person), "remarks": "请补充本人或监测机构的意见（示例）"});
            self.act(decider, Wish::new("investigation.returned", inquiry.id, data).because("INCOMPLETE", None));
            return self.after(10, Task::FileInquiry(Inquiry { returned: true, ..inquiry }));
        }
        let corrects = inquiry.ending == Ending::Artefact;
        let data = json!({"person": of_person(person), "finding": inquiry.ending.code(), "final_nsv": self.settled(&inquiry),
            "correct_results": corrects, "without_worker": (!signed).then_some("UNREACHABLE"),
            "without_laboratory": (!assessed).then_some("NOT_CONCERNED"), "conclusion": "同意调查结论（示例）"});
        self.act(decider, Wish::new("investigation.accepted", inquiry.id, data));
        if corrects {
            self.after(7, Task::SettleDose(inquiry));
        }
    }

    /// What an investigation found not to be received is corrected by who reported it.
    pub fn settle_dose(&mut self, inquiry: Inquiry) {
        let [result] = inquiry.noticed.results[..] else { return };
        let Some(signatory) = self.of_org(inquiry.noticed.laboratory, Role::ServiceSignatory) else { return };
        let types = ["dose_result.reported", "dose_result.corrected"];
        let Some(reported) = self.correctable("dose_result", result, &types) else { return };
        let dose = self.settled(&inquiry);
        let set = json!({"set": {"flag": "CORRECTED", "hp10_nsv": dose, "effective_nsv": dose, "method": "SINGLE"}});
        let wish = Wish::new("dose_result.corrected", result, set).because("INVESTIGATED", None);
        self.act(signatory, wish.correcting(reported));
    }

    /// The dose that an investigation settles on.
    fn settled(&self, inquiry: &Inquiry) -> i64 {
        match (inquiry.ending, inquiry.noticed.dose_nsv) {
            (Ending::Real, Some(dose)) => dose,
            (Ending::Artefact, _) => 60_000,
            (Ending::Nominal | Ending::Real, _) => 15_000,
        }
    }

    fn protection_officer(&self, org: usize) -> Option<usize> {
        self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some())
    }

    /// The account with which a worker signs: his own, or, of every other who has none, a new one.
    fn own_account(&mut self, worker: usize, org: usize) -> Option<usize> {
        let person = self.workers[worker].person;
        let file = self.model.entry("person", person)?.state.person()?;
        if let Some(account) = file.account {
            let own = self.of_org(org, Role::Worker)?;
            return Some(own).filter(|own| self.people[*own].account == account);
        }
        let (here, turn) = (self.holds_file(org, person), self.inquiries % 2);
        let officer = self.protection_officer(org).filter(|_| here && turn == 0)?;
        let area = Some(self.present_area(org));
        let own =
            self.appoint_by_registrars(Post { role: Role::Worker, org: Some(org), area, title: "放射工作人员" });
        let account = self.people[own].account.to_string();
        self.act(officer, Wish::new("person.account_linked", person, json!({"account": account})));
        Some(own)
    }
}

fn of_person(person: Uuid) -> Json {
    json!({"kind": "person", "id": person.to_string()})
}

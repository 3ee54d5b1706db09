//! Transfers of workers' files: every type and outcome, on time and late.
//!
//! A case walks on by itself: each turn looks where it stands in the ledger and lets the holder of its step act.

use domain::codes::Role;
use domain::custody::{CONSENT_WORKDAYS, SILENT_WORKDAYS, class_of};
use domain::person_codes::EmploymentState;
use domain::record::Facts;
use domain::records::licence::covers;
use domain::records::person::Custodian;
use domain::records::transfer::Transfer;
use domain::transfer_codes::{TransferState, TransferStep};
use serde_json::{Value as Json, json};
use signing::bytes::Hash;
use uuid::Uuid;

use super::city::AREAS;
use super::exams::Care;
use super::files::Owner;
use super::model::{Wish, countersigns};
use super::story::{Story, Task};

/// How a case goes. Whatever is not said goes the usual way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plot {
    Usual,
    Neighbour,
    Silent,
    Returned,
    Disputed,
    Rejected,
    Withdrawn,
    Parked,
    TakenOut,
    Leaves,
    Comes,
    Lent,
    Department,
    Suspended,
    NoAnswer,
    Refuses,
}

/// How the cases go, in turn.
pub(super) const PLOTS: [Plot; 16] = [
    Plot::Parked,
    Plot::Usual,
    Plot::Neighbour,
    Plot::Silent,
    Plot::Returned,
    Plot::Disputed,
    Plot::TakenOut,
    Plot::Leaves,
    Plot::Comes,
    Plot::Lent,
    Plot::Department,
    Plot::Suspended,
    Plot::NoAnswer,
    Plot::Refuses,
    Plot::Withdrawn,
    Plot::Rejected,
];

/// A turn in which the releasing side keeps silent.
pub const SILENT: usize = 3;
const _: () = assert!(matches!(PLOTS[SILENT], Plot::Silent));

/// The catalogue with which reminders came.
const REMINDERS: u32 = 8;

/// Tries after which a case is left as it is.
const TRIES: u8 = 30;

/// A case on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    transfer: Uuid,
    worker: usize,
    from: usize,
    to: Option<usize>,
    /// The post at the receiving side.
    post: Option<Uuid>,
    plot: Plot,
    tries: u8,
}

impl Story {
    /// Somebody's file is to move.
    pub fn transfer(&mut self, turn: usize) {
        let plot = PLOTS[turn % PLOTS.len()];
        let all = self.workers.len();
        let some = (0..all).map(|step| (turn * 211 + step) % all);
        let found = some.into_iter().find(|worker| match plot {
            Plot::TakenOut => matches!(self.custodian(*worker), Some(Custodian::Pool(_))),
            _ => {
                let Some(Custodian::Institution(custodian)) = self.custodian(*worker) else { return false };
                let org = self.workers[*worker].org;
                self.workers[*worker].works
                    && self.employment_state(*worker) == Some(EmploymentState::Active)
                    && self.orgs[org].id == custodian
                    && self.rpo(org).is_some()
                    && !self.has_a_case(*worker)
            }
        });
        let Some(worker) = found else { return };
        let from = self.workers[worker].org;
        let apart = |to: usize| self.present_area(to) != self.present_area(from);
        let to = match plot {
            Plot::Parked | Plot::Leaves => None,
            Plot::Department | Plot::Comes => Some(from),
            Plot::Neighbour => self.another(from, |to| !apart(to)),
            _ => self.another(from, apart),
        };
        let alone = matches!(plot, Plot::Parked | Plot::Leaves);
        if to.is_none() && !alone {
            return;
        }
        let area = |org: usize| AREAS[self.present_area(org)].code;
        let person = json!({"kind": "person", "id": self.workers[worker].person.to_string()});
        let pool = match self.custodian(worker) {
            Some(Custodian::Pool(area)) => Some(area.to_string()),
            _ => None,
        };
        let kind = match plot {
            Plot::Parked => "G",
            Plot::TakenOut => "F",
            Plot::Leaves => "D",
            Plot::Comes => "E",
            Plot::Lent => "H",
            Plot::Department => "A",
            Plot::Neighbour => "B",
            _ => "C",
        };
        let receiving = !alone && plot != Plot::Department;
        let asker = if receiving { to } else { Some(from) }.and_then(|org| self.rpo(org));
        let Some(asker) = asker else { return };
        let releases = !matches!(plot, Plot::Comes | Plot::TakenOut);
        let request = json!({
            "person": person, "type": kind, "by": if receiving { "RECEIVING" } else { "RELEASING" },
            "history_by_hand": plot == Plot::Comes,
            "from_institution": releases.then(|| self.orgs[from].id.to_string()),
            "from_area": pool.or_else(|| releases.then(|| area(from).to_owned())),
            "to_institution": to.map(|to| self.orgs[to].id.to_string()), "to_area": to.map(area),
            "outside": matches!(plot, Plot::Leaves | Plot::Comes).then_some("外市示例医院"),
            "planned_start": (receiving && plot != Plot::Comes).then(|| self.model.day().add_days(30).to_string()),
            "category": receiving.then_some(self.workers[worker].category),
        });
        let post = match to {
            Some(to) if !matches!(plot, Plot::Department | Plot::Comes) => Some(self.plan_post(worker, to, asker)),
            _ => None,
        };
        if plot == Plot::Parked {
            self.leave_post(worker, from, "CHANGE_POST");
        }
        let transfer = self.model.id();
        self.act(asker, Wish::new("transfer.requested", transfer, request));
        let case = Case { transfer, worker, from, to, post, plot, tries: 0 };
        self.after(3, Task::TransferTurn(case));
    }

    /// The holder of the step acts, and the case goes on.
    pub fn transfer_turn(&mut self, case: Case) {
        let Some(state) = self.case(case.transfer) else { return };
        let case = Case { tries: case.tries + 1, ..case };
        if case.tries > TRIES {
            return;
        }
        match state.standing.state {
            TransferState::Open => {
                self.remind(case, &state);
                self.at_step(case, &state);
            }
            TransferState::Suspended => {
                let step = json!({"step": state.standing.step.as_str()});
                self.by_county(&state, case, "transfer.resumed", step);
            }
            TransferState::Rejected if case.plot == Plot::Disputed && !state.standing.ruled => {
                if let Some(rpo) = self.rpo(case.from) {
                    self.act(rpo, Wish::new("transfer.disputed", case.transfer, json!({"by": "RELEASING"})));
                }
            }
            TransferState::Disputed => {
                let city = self.office(Role::CityApprover, None, case.worker);
                self.act(city, Wish::new("transfer.ruled", case.transfer, json!({"ruling": "APPROVED"})));
            }
            TransferState::Completed => return self.after_transfer(case),
            TransferState::Rejected | TransferState::Withdrawn => return self.drop_post(case),
        }
        let days = 2 + self.model.luck.below(5) as i64;
        self.after(days, Task::TransferTurn(case));
    }

    fn at_step(&mut self, case: Case, state: &Transfer) {
        let Case { transfer, worker, plot, .. } = case;
        let waited = i64::from(case.tries) * 7;
        let step = state.standing.step;
        let at = |data: Json| {
            let mut data = data;
            data["step"] = json!(step.as_str());
            data
        };
        match step {
            TransferStep::WorkerConsent => {
                if plot == Plot::NoAnswer {
                    let days = self.model.day().days() - state.since.days();
                    if days > CONSENT_WORKDAYS * 2 {
                        self.by_county(state, case, "transfer.consent_lapsed", json!({}));
                    }
                    return;
                }
                // On paper, for most have no account of their own.
                let org = state.request.from_institution.map_or(case.to, |_| Some(case.from));
                let Some((org, rpo)) = org.and_then(|org| Some((org, self.rpo(org)?))) else { return };
                let person = self.workers[worker].person;
                if !self.holds_file(org, person) {
                    let days = self.model.day().days() - state.since.days();
                    if days > CONSENT_WORKDAYS * 2 {
                        self.by_county(state, case, "transfer.consent_lapsed", json!({}));
                    }
                    return;
                }
                let scan = self.attach(rpo, "OTH", Owner::Person(person), "本人意见.pdf");
                let wish = if plot == Plot::Refuses {
                    Wish::new("transfer.consent_refused", transfer, json!({"how": "PAPER"}))
                } else {
                    let scope = if worker.is_multiple_of(3) { "STATUTORY" } else { "FULL" };
                    Wish::new("transfer.consent_signed", transfer, json!({"scope": scope, "how": "PAPER"}))
                };
                self.act(rpo, wish.with(scan));
            }
            TransferStep::ReleasingInstitution => match (plot, self.rpo(case.from)) {
                (Plot::Suspended, Some(_)) if state.passages.len() < 2 => {
                    self.by_county(state, case, "transfer.suspended", at(json!({})));
                }
                (Plot::Withdrawn, _) => {
                    let Some(rpo) = case.to.and_then(|to| self.rpo(to)) else { return };
                    let wish = Wish::new("transfer.withdrawn", transfer, json!({}));
                    self.act(rpo, wish.because("PLANS_CHANGED", None));
                }
                // What keeps him, a dose that the city looks into or a dosimeter that is not back, is waited for.
                _ if !state.may_go_on(&self.model.memory).unwrap_or(false) => {}
                (Plot::Silent, _) | (_, None) => {
                    let days = self.model.day().days() - state.since.days();
                    if days > SILENT_WORKDAYS * 2 + 5 || waited > 140 {
                        self.by_approver(
                            state.request.from_area.as_deref(),
                            case,
                            "transfer.substituted",
                            at(json!({"ground": "SILENT"})),
                        );
                    }
                }
                (_, Some(rpo)) => {
                    self.act(rpo, Wish::new("transfer.approved", transfer, at(json!({}))));
                }
            },
            TransferStep::ReleasingCounty => {
                if plot == Plot::Returned && !state.passages.iter().any(|passage| passage.act == "returned") {
                    let data = at(json!({"to": "RELEASING_INST"}));
                    let Some(area) = area_of_code(state.request.from_area.as_deref()) else { return };
                    let approver = self.office(Role::CountyApprover, Some(area), worker);
                    let wish = Wish::new("transfer.returned", transfer, data);
                    self.act(approver, wish.because("INCOMPLETE", None));
                    return;
                }
                let undertaking = self.undertaking(state);
                let data = at(json!({"undertaking": undertaking}));
                self.by_approver(state.request.from_area.as_deref(), case, "transfer.approved", data);
            }
            TransferStep::ReceivingInstitution => {
                let Some(rpo) = case.to.and_then(|to| self.rpo(to)) else { return };
                let disputed =
                    plot == Plot::Disputed && !state.passages.iter().any(|passage| passage.act == "rejected");
                if plot == Plot::Rejected || disputed {
                    let data = at(json!({"ground": "POST_UNSUITABLE"}));
                    let wish = Wish::new("transfer.rejected", transfer, data);
                    self.act(rpo, wish.because("POST_UNSUITABLE", None));
                    return;
                }
                if plot == Plot::Comes && state.history.is_empty() {
                    for (year, dose) in [(2017, Some(600_000)), (2018, Some(450_000)), (2019, None)] {
                        let line = json!({"year": year, "effective_nsv": dose, "months": dose.map(|_| 12),
                            "confidence": "C", "source": "外市示例医院"});
                        let declared = self.act(rpo, Wish::new("transfer.history_declared", transfer, line));
                        if year == 2017 {
                            let verified =
                                json!({"declared": countersigns(declared)["countersigns"], "accepted": true});
                            self.by_approver(
                                state.request.to_area.as_deref(),
                                case,
                                "transfer.history_verified",
                                verified,
                            );
                        }
                    }
                }
                self.act(rpo, Wish::new("transfer.approved", transfer, at(json!({}))));
            }
            TransferStep::ReceivingCounty => {
                let class = class_of(
                    domain::person_codes::OccupationalCategory::parse(self.workers[worker].category)
                        .expect("a category"),
                );
                let institution = state.request.to_institution.expect("somebody receives it");
                let licensed =
                    class.is_none_or(|class| covers(institution, class, &self.model.memory).unwrap_or(false));
                let area = state.request.to_area.clone();
                if licensed {
                    let undertaking = self.undertaking(state).filter(|_| plot == Plot::Neighbour);
                    let data = at(json!({"undertaking": undertaking}));
                    self.by_approver(area.as_deref(), case, "transfer.approved", data);
                } else if let Some(area) = area_of_code(area.as_deref()) {
                    let approver = self.office(Role::CountyApprover, Some(area), worker);
                    let wish = Wish::new("transfer.rejected", transfer, at(json!({"ground": "NO_LICENCE"})));
                    self.act(approver, wish.because("NO_LICENCE", None));
                }
            }
            TransferStep::City => {
                let city = self.office(Role::CityApprover, None, worker);
                self.act(city, Wish::new("transfer.approved", transfer, at(json!({}))));
            }
            TransferStep::Packaging => {
                let size = self.model.size();
                let manifest = Hash::of(transfer.as_bytes()).to_string();
                let package = json!({"as_of": size - 1, "events": 10 + self.model.luck.below(40), "manifest": manifest,
                    "year_nsv": 0, "block_nsv": 0, "life_nsv": 0, "open_items": 0});
                self.by_county(state, case, "transfer.package_sealed", package);
            }
            TransferStep::HandedOver => match (plot, case.to.and_then(|to| self.rpo(to))) {
                (Plot::Parked | Plot::Leaves, _) => {
                    let receipt = json!({"by": "RELEASING_COUNTY", "paper_place": "县区卫健局档案室（示例）"});
                    self.by_county(state, case, "transfer.completed", receipt);
                }
                (_, Some(rpo)) => {
                    let receipt = json!({"by": "RECEIVING", "paper_place": "本单位档案室（示例）"});
                    self.act(rpo, Wish::new("transfer.completed", transfer, receipt));
                    self.after(2, Task::TakeOver(state.request.person.id));
                }
                (_, None) => {}
            },
        }
    }

    /// The city asks who holds a step for too long to act, once, since the catalogue knows how.
    fn remind(&mut self, case: Case, state: &Transfer) {
        let (today, memory) = (self.model.day(), &self.model.memory);
        let may = memory.in_force().is_ok_and(|files| files.has_catalogue(REMINDERS, today));
        let late = state.is_late(today, memory).unwrap_or(false) && state.standing.step != TransferStep::City;
        if may && late && state.reminders.is_empty() {
            let city = self.office(Role::CitySupervisor, None, case.worker);
            let step = json!({"step": state.standing.step.as_str()});
            self.act(city, Wish::new("transfer.reminded", case.transfer, step));
        }
    }

    /// Under what somebody is let go who was not examined for leaving.
    fn undertaking(&self, state: &Transfer) -> Option<&'static str> {
        let examined = state.request.is_left_in_order(self.model.day(), &self.model.memory).unwrap_or(false);
        (!examined).then_some("LEAVING_EXAM")
    }

    /// What follows for the worker when his file has moved.
    fn after_transfer(&mut self, case: Case) {
        let Case { worker, from, to, post, plot, .. } = case;
        match (plot, to, post) {
            (Plot::Lent, Some(to), _) => {
                let (rpo, today) = (self.rpo(to), self.model.day());
                if let Some(rpo) = rpo {
                    let ended = Wish::new("transfer.practice_ended", case.transfer, json!({"by": "RECEIVING"}));
                    self.act(rpo, ended.on(today));
                }
                self.drop_post(case);
            }
            (Plot::Leaves, ..) => self.leave_post(worker, from, "TRANSFER_OUT_CITY"),
            (_, Some(to), Some(post)) => {
                self.leave_post(worker, from, "TRANSFER_IN_CITY");
                let Some(rpo) = self.rpo(to) else { return };
                let today = self.model.day();
                let activated = Wish::new("employment.activated", post, json!({"legacy": true}));
                self.act(rpo, activated.on(today));
                let moved = &mut self.workers[worker];
                (moved.org, moved.employment, moved.works) = (to, post, true);
                self.hand_out(worker);
            }
            _ => {}
        }
    }

    /// The post that was planned for him is not taken.
    fn drop_post(&mut self, case: Case) {
        let (Some(to), Some(post)) = (case.to, case.post) else { return };
        let Some(rpo) = self.rpo(to) else { return };
        let today = self.model.day();
        self.act(rpo, Wish::new("employment.ended", post, json!({"reason": "OTHER"})).on(today));
    }

    fn plan_post(&mut self, worker: usize, to: usize, rpo: usize) -> Uuid {
        let post = self.model.id();
        let data = json!({
            "person": self.workers[worker].person.to_string(), "institution": self.orgs[to].id.to_string(),
            "worker_no": format!("DB{:07}", self.model.size()), "category": self.workers[worker].category,
        });
        self.act(rpo, Wish::new("employment.planned", post, data));
        post
    }

    /// He leaves the post that he has, unless he has gone to somebody else meanwhile.
    fn leave_post(&mut self, worker: usize, org: usize, reason: &str) {
        let employment = self.workers[worker].employment;
        self.workers[worker].works = false;
        let works = self.employment_state(worker).is_some_and(|state| state != EmploymentState::Ended);
        let works_there = works && self.workers[worker].org == org;
        let Some(rpo) = self.rpo(org).filter(|_| works_there) else { return };
        let today = self.model.day();
        self.act(rpo, Wish::new("employment.ended", employment, json!({"reason": reason})).on(today));
        self.after(5, Task::Care(Care::Leaving(worker, org, employment)));
        self.after(20, Task::HandIn(worker, org));
    }

    fn by_county(&mut self, state: &Transfer, case: Case, event_type: &str, data: Json) {
        let area = state.request.from_area.as_deref().or(state.request.to_area.as_deref());
        let Some(area) = area_of_code(area) else { return };
        let supervisor = self.office(Role::CountySupervisor, Some(area), case.worker);
        self.act(supervisor, Wish::new(event_type, case.transfer, data));
    }

    fn by_approver(&mut self, area: Option<&str>, case: Case, event_type: &str, data: Json) {
        let Some(area) = area_of_code(area) else { return };
        let approver = self.office(Role::CountyApprover, Some(area), case.worker);
        self.act(approver, Wish::new(event_type, case.transfer, data));
    }

    /// The protection officer of an institution that is at work.
    pub(super) fn rpo(&self, org: usize) -> Option<usize> {
        self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some())
    }

    /// Another institution of the same sort that has a protection officer.
    fn another(&self, from: usize, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let all = self.orgs.len();
        (1..all).map(|step| (from + step * 7) % all).find(|org| {
            *org != from && self.orgs[*org].sort == self.orgs[from].sort && self.rpo(*org).is_some() && fits(*org)
        })
    }

    fn custodian(&self, worker: usize) -> Option<Custodian> {
        Some(self.model.entry("person", self.workers[worker].person)?.state.person()?.custodian())
    }

    fn case(&self, transfer: Uuid) -> Option<Transfer> {
        self.model.entry("transfer", transfer)?.state.transfer().cloned()
    }

    fn has_a_case(&self, worker: usize) -> bool {
        let key = domain::records::transfer::person_key(self.workers[worker].person);
        self.model.memory.members(&key).is_ok_and(|members| !members.records.is_empty())
    }
}

pub fn area_of_code(code: Option<&str>) -> Option<usize> {
    code.and_then(|code| AREAS.iter().position(|area| area.code == code))
}

//! Radiation workers: their files, their posts, and what happens to them in the years.

use domain::codes::Role;
use domain::person_codes::{EmploymentState, resident_no_ok};
use domain::records::person::Custodian;
use serde_json::{Value as Json, json};
use signing::bytes::Date;
use uuid::Uuid;

use super::chance::Chance;
use super::city::{Sort, person_name, phone};
use super::exams::Care;
use super::files::Owner;
use super::model::Wish;
use super::story::{ErasureCase, Story, Task};

/// Serial numbers of those who never came to work begin here: no worker's is as high.
const MISTAKEN: usize = 300_000;
/// Most events of a unit of the story.
const AT_ONCE: usize = 50;

/// A radiation worker.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The person's record.
    pub person: Uuid,
    /// The present employment.
    pub employment: Uuid,
    /// Its institution.
    pub org: usize,
    /// Occupational category.
    pub category: &'static str,
    /// False once nobody employs him.
    pub works: bool,
    /// Day of the conclusion of his last full examination.
    pub examined: Option<Date>,
    /// Typical quarterly dose in nanosievert, 0 for most: what he does and how.
    pub exposure: u32,
    /// The dosimeter that he got when he began, until it comes back.
    pub dosimeter: Option<Uuid>,
}

impl Story {
    /// The workers of an institution get their files and take their posts.
    pub fn hire(&mut self, org: usize) {
        let number = std::mem::take(&mut self.orgs[org].planned_workers);
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        let mut first = self.workers.len();
        let last = first + number;
        while first < last {
            let some = first..last.min(first + AT_ONCE);
            let files: Vec<Wish> = some.clone().map(|serial| self.registration_of(org, serial)).collect();
            self.act_all(clerk, files);
            let posts = some.clone().map(|worker| self.post(worker, worker)).collect();
            self.act_all(clerk, posts);
            let day = self.model.day().add_days(-(self.model.luck.below(20) as i64));
            let begun = some.clone().map(|worker| {
                Wish::new("employment.activated", self.workers[worker].employment, json!({"legacy": true})).on(day)
            });
            let begun = begun.collect();
            self.act_all(clerk, begun);
            first = some.end;
        }
        self.after(0, Task::Contract(org));
        self.after(0, Task::Care(Care::First(org)));
        self.after(0, Task::Train(org));
        self.after(1, Task::Certify(org));
    }

    /// Opens the file of one more worker.
    fn registration_of(&mut self, org: usize, serial: usize) -> Wish {
        let (person, employment) = (self.model.id(), self.model.id());
        let category = category(self.orgs[org].sort, &mut self.model.luck);
        let exposure = exposure(category, &mut self.model.luck);
        self.workers.push(Worker {
            person,
            employment,
            org,
            category,
            works: true,
            examined: None,
            exposure,
            dosimeter: None,
        });
        let born = 1962 + self.model.luck.below(40) as i64;
        let data = json!({
            "institution": self.orgs[org].id.to_string(), "name": person_name(&mut self.model.luck), "id_type": "01",
            "resident_no": resident_no(born, serial), "phone": phone(&mut self.model.luck, "199"),
            "sex": if serial % 10 % 2 == 1 { "1" } else { "2" }, "birth_year": born,
        });
        Wish::new("person.registered", person, data)
    }

    /// A file is opened for somebody who never takes a post, and erased at the county's request.
    pub fn mistaken_worker(&mut self, turn: usize) {
        let all = self.orgs.len();
        let at = (0..all).map(|step| (turn * 41 + step) % all).find_map(|org| {
            let clerk = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some())?;
            self.workers.iter().any(|worker| worker.org == org).then_some((org, clerk))
        });
        let Some((org, clerk)) = at else { return };
        let person = self.model.id();
        let data = json!({
            "institution": self.orgs[org].id.to_string(), "name": person_name(&mut self.model.luck), "id_type": "01",
            "resident_no": resident_no(1980, MISTAKEN + turn), "sex": "1", "birth_year": 1980,
        });
        self.act(clerk, Wish::new("person.registered", person, data));
        let area = self.present_area(org);
        let case = ErasureCase { party: person, kind: "person", record: person, area, approved: turn % 3 != 2 };
        self.after(12, Task::RequestErasure(case));
    }

    /// Plans the post of a worker.
    fn post(&mut self, worker: usize, number: usize) -> Wish {
        let Worker { person, employment, org, category, .. } = self.workers[worker];
        let department = match category {
            "2A" => "放射科",
            "2B" => "口腔科",
            "2C" => "核医学科",
            "2D" => "放疗科",
            "2E" => "介入室",
            _ => "探伤室",
        };
        let tags: Option<Json> = (category == "2E").then(|| json!(["IN_ROOM"]));
        let data = json!({
            "person": person.to_string(), "institution": self.orgs[org].id.to_string(),
            "worker_no": format!("YB{number:05}"), "department": department, "category": category, "tags": tags,
        });
        Wish::new("employment.planned", employment, data)
    }

    /// Something happens to a worker: leave, another post, another employer, retirement, a correction.
    pub fn worker_turn(&mut self, turn: usize) {
        let works = |worker: &usize| self.workers[*worker].works;
        let all = self.workers.len();
        let Some(worker) = (0..all).map(|step| (turn * 97 + step) % all).find(works) else { return };
        let Worker { person, employment, org, .. } = self.workers[worker];
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        // Who is away from radiation work for his health comes back when he was examined again.
        if self.employment_state(worker) == Some(EmploymentState::Suspended) {
            return;
        }
        let today = self.model.day();
        let on_leave = self.employment_state(worker) == Some(EmploymentState::OnLeave);
        // What stands in his file is entered by who holds it.
        let holds = self.holds_file(org, person);
        match turn % 6 {
            _ if on_leave => {
                self.act(clerk, Wish::new("employment.resumed", employment, json!({})).on(today));
            }
            0 => {
                let reason = self.model.luck.pick(&["STUDY", "MATERNITY", "SICK"]);
                let data = json!({"reason": reason});
                self.act(clerk, Wish::new("employment.suspended", employment, data).on(today));
                self.after(90, Task::BackAtWork(worker));
            }
            1 => {
                let set = json!({"set": {"department": format!("影像中心{}组", 1 + self.model.luck.below(9))}});
                self.act(clerk, Wish::new("employment.changed", employment, set).on(today));
            }
            2 => {
                let Some(wrong) = self.correctable("employment", employment, &["employment.planned"]) else { return };
                let data = json!({"set": {"department": format!("放射科（更正{}）", 1 + self.model.luck.below(9))}});
                let mut wish = Wish::new("employment.corrected", employment, data).because("TYPO", None);
                if turn.is_multiple_of(4) && holds {
                    wish = wish.with(self.attach(clerk, "TRN", Owner::Person(person), "岗位证明.pdf"));
                }
                self.act(clerk, wish.correcting(wrong));
            }
            3 if holds => {
                let data = json!({"phone": phone(&mut self.model.luck, "199")});
                self.act(clerk, Wish::new("person.contact_changed", person, data).on(today));
            }
            4 => self.change_employer(worker, clerk),
            _ if !holds => {}
            _ => {
                let Some(wrong) = self.correctable("person", person, &["person.registered"]) else { return };
                let data = json!({"name": person_name(&mut self.model.luck)});
                let wish = Wish::new("person.corrected", person, data).because("TYPO", Some("姓名用字有误（示例）"));
                self.act(clerk, wish.correcting(wrong));
            }
        }
    }

    /// He is back from leave.
    pub fn back_at_work(&mut self, worker: usize) {
        let Worker { employment, org, .. } = self.workers[worker];
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        if self.employment_state(worker) == Some(EmploymentState::OnLeave) {
            let today = self.model.day();
            self.act(clerk, Wish::new("employment.resumed", employment, json!({})).on(today));
        }
    }

    /// He leaves, mostly for another institution of the city.
    fn change_employer(&mut self, worker: usize, clerk: usize) {
        let today = self.model.day();
        let (old, employment) = (self.workers[worker].org, self.workers[worker].employment);
        let sort = self.orgs[old].sort;
        let next = (1..self.orgs.len()).map(|step| (old + step * 7) % self.orgs.len()).find(|org| {
            *org != old
                && self.orgs[*org].sort == sort
                && self.of_org(*org, Role::ProtectionOfficer).is_some()
                && self.clerk(*org).is_some()
        });
        let reason = if next.is_some() { "TRANSFER_IN_CITY" } else { "RETIRE" };
        self.act(clerk, Wish::new("employment.ended", employment, json!({"reason": reason})).on(today));
        let wait = 3 + self.model.luck.below(20) as i64;
        self.after(wait, Task::Care(Care::Leaving(worker, old, employment)));
        self.after(15 + 20 * (worker % 4) as i64, Task::HandIn(worker, old));
        let Some(next) = next else {
            self.workers[worker].works = false;
            return;
        };
        let employment = self.model.id();
        (self.workers[worker].org, self.workers[worker].employment) = (next, employment);
        let clerk = self.of_org(next, Role::ProtectionOfficer).expect("looked at above");
        let number = self.workers.len() + worker;
        let planned = self.post(worker, number);
        self.act(clerk, planned);
        self.act(clerk, Wish::new("employment.activated", employment, json!({"legacy": true})).on(today));
        self.hand_out(worker);
    }

    /// A worker with an account of his own asks for a correction, and is answered.
    pub fn worker_asks(&mut self, turn: usize) {
        let all = self.workers.len();
        let asker = (0..all).map(|step| (turn * 131 + step) % all).find_map(|worker| {
            let Worker { person, org, works, .. } = self.workers[worker];
            let own = self.of_org(org, Role::Worker)?;
            let clerk = self.of_org(org, Role::ProtectionOfficer)?;
            let file = self.model.entry("person", person)?.state.person()?;
            let asks_here = self.holds_file(org, person) && file.account.is_none();
            (works && asks_here && self.clerk(org).is_some()).then_some((person, own, clerk))
        });
        let Some((person, own, clerk)) = asker else { return };
        let account = self.people[own].account.to_string();
        self.act(clerk, Wish::new("person.account_linked", person, json!({"account": account})));
        let what = json!({"what": "开始放射工作日期应为2015年（示例）"});
        let request = self.act(own, Wish::new("person.correction_requested", person, what));
        let data = json!({"request": super::model::countersigns(request)["countersigns"], "accepted": true});
        self.act(clerk, Wish::new("person.correction_decided", person, data));
    }

    /// Whether an institution holds a worker's file.
    pub fn holds_file(&self, org: usize, person: Uuid) -> bool {
        let file = self.model.entry("person", person).and_then(|entry| entry.state.person());
        file.is_some_and(|file| file.custodian() == Custodian::Institution(self.orgs[org].id))
    }

    /// State of the present employment of a worker.
    pub fn employment_state(&self, worker: usize) -> Option<EmploymentState> {
        let entry = self.model.entry("employment", self.workers[worker].employment)?;
        entry.state.employment().map(|employment| employment.state)
    }
}

/// What somebody does in an institution of this sort.
fn category(sort: Sort, luck: &mut Chance) -> &'static str {
    match sort {
        Sort::Hospital => luck.pick(&["2A", "2A", "2A", "2A", "2A", "2E", "2E", "2C", "2D", "2B"]),
        Sort::TownCentre => "2A",
        Sort::Clinic => "2B",
        _ => "3B",
    }
}

/// Typical quarterly dose above detection, nanosievert; most have none. The tail is roughly log-normal, as in the
/// national register: interventional and nuclear medicine lead.
fn exposure(category: &str, luck: &mut Chance) -> u32 {
    let (share, middle) = match category {
        "2E" => (60, 180_000),
        "2C" => (50, 160_000),
        "3B" => (35, 120_000),
        "2D" => (25, 80_000),
        _ => (20, 70_000),
    };
    if !luck.percent(share) {
        return 0;
    }
    // A product of independent factors is roughly log-normal.
    (0..4).fold(middle, |dose, _| dose * (60 + luck.below(110)) as u32 / 100)
}

/// A resident number of the region 990000, which does not exist.
fn resident_no(born: i64, serial: usize) -> String {
    let (month, day) = (1 + serial / 1000 % 12, 1 + serial / 12_000 % 28);
    let digits = format!("990000{born}{month:02}{day:02}{:03}", serial % 1000);
    let check = "0123456789X".chars().find(|check| resident_no_ok(&format!("{digits}{check}")));
    format!("{digits}{}", check.expect("one of eleven fits"))
}

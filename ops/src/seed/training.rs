//! Trainings of the workers and their certificates: before the post, about every two years, and what is entered of them.

use domain::admission::policy_in_force;
use domain::certificate_codes::CertificateState;
use domain::codes::Role;
use domain::dose::sums;
use domain::person_codes::EmploymentState;
use domain::record::Facts;
use domain::records::certificate::{self, Certificate, conditions_are_met};
use domain::records::dose_result::results_key;
use domain::records::exam_result::{self, ExamResult};
use domain::records::training_record::{self, TrainingRecord};
use domain::training::{Passed, check_character, refresher_due};
use serde_json::{Value as Json, json};
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::city::Sort;
use super::files::Owner;
use super::model::Wish;
use super::story::{Story, Task};
use super::workers::Worker;

/// Most events of a unit of the story.
const AT_ONCE: usize = 50;
/// The policy that knows trainings and certificates.
const POLICY: u32 = 7;
/// Longest time in which a post goes without a refresher, in days.
const TWO_YEARS: i64 = 730;

/// A training that is to be entered.
struct Course {
    worker: usize,
    record: Uuid,
    city: bool,
    wish: Wish,
}

/// What a course came to.
#[derive(Clone, Copy)]
struct Outcome {
    kind: &'static str,
    days_tenths: i64,
    passed: bool,
    on: Date,
}

impl Story {
    /// The workers of an institution are trained: before their posts, then mostly in time.
    pub fn train(&mut self, org: usize) {
        if !self.keeps_health_files() {
            return self.after(15, Task::Train(org));
        }
        if self.clerk(org).is_none() {
            return;
        }
        let wait = 90 + self.model.luck.below(20) as i64;
        self.after(wait, Task::Train(org));
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer) else { return };
        let trainer = self.office(Role::CityTraining, None, 0);
        let mut courses = Vec::new();
        for worker in self.at_work(org) {
            courses.extend(self.courses_of(worker, clerk));
        }
        for (city, signer) in [(false, clerk), (true, trainer)] {
            let some: Vec<&Course> = courses.iter().filter(|course| course.city == city).collect();
            for some in some.chunks(AT_ONCE) {
                self.act_all(signer, some.iter().map(|course| course.wish.clone()).collect());
            }
        }
        for course in courses.iter().filter(|course| course.city) {
            self.look_again(course, trainer);
        }
        if !courses.is_empty() {
            self.after(9, Task::EnterTrainings(org));
        }
    }

    /// Trainings are entered in the certificates, by most institutions soon.
    pub fn enter_trainings(&mut self, org: usize) {
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        let mut entries = Vec::new();
        for worker in self.at_work(org).into_iter().filter(|worker| worker % 5 < 4) {
            let known = self.certificates(worker);
            let valid = known
                .iter()
                .find(|(_, one)| one.institution == self.orgs[org].id && one.state == CertificateState::Valid);
            entries.extend(valid.and_then(|(id, one)| self.training_entry(worker, *id, one)));
        }
        for some in entries.chunks(AT_ONCE) {
            self.act_all(clerk, some.to_vec());
        }
    }

    /// What is to be entered of a worker now: the training before his post, or a refresher that falls due.
    fn courses_of(&mut self, worker: usize, clerk: usize) -> Vec<Course> {
        let known = self.trainings(worker);
        let passed: Vec<Passed> = known.iter().filter_map(|(_, record)| record.passed()).collect();
        let Some(since) = self.at_work_since(worker) else { return Vec::new() };
        let (nth, today) = (known.len(), self.model.day());
        let outcome = if nth == 0 && worker % 19 != 6 {
            let on = since.add_days(-(4 + self.model.luck.below(20) as i64));
            Outcome { kind: "PRE", days_tenths: if worker % 37 == 8 { 35 } else { 40 }, passed: true, on }
        } else {
            let due = refresher_due(&passed).unwrap_or_else(|| since.add_days(TWO_YEARS));
            if today < due.add_days(-210) || self.model.luck.percent(15) {
                return Vec::new();
            }
            let on = today.add_days(-(self.model.luck.below(10) as i64));
            Outcome { kind: "REF", days_tenths: if (worker + nth) % 29 == 8 { 15 } else { 20 }, passed: true, on }
        };
        let mut courses = Vec::new();
        if (worker + nth) % 23 == 4 {
            let failed = Outcome { passed: false, on: outcome.on.add_days(-9), ..outcome };
            courses.push(self.course(worker, nth, 1, failed, clerk));
        }
        courses.push(self.course(worker, nth, 1 + courses.len(), outcome, clerk));
        courses
    }

    fn course(&mut self, worker: usize, nth: usize, attempt: usize, outcome: Outcome, clerk: usize) -> Course {
        let Outcome { kind, days_tenths, passed, on } = outcome;
        let Worker { person, org, category, .. } = self.workers[worker];
        let city = (worker + nth) % 5 < 3;
        let score = if passed { 600 + self.model.luck.below(380) } else { 300 + self.model.luck.below(290) };
        let protection = match category {
            "2C" => "PROT-NM",
            "2D" => "PROT-RT",
            "2E" => "PROT-IR",
            _ => "PROT-DX",
        };
        let days = (days_tenths + 9) / 10;
        let mut data = json!({
            "person": {"kind": "person", "id": person.to_string()}, "institution": self.orgs[org].id.to_string(),
            "held_by": if city { "CITY" } else { "OUTSIDE" }, "kind": kind,
            "course_name": if kind == "PRE" { "放射工作人员上岗前培训" } else { "放射工作人员在岗复训" },
            "mode": self.model.luck.pick(&["ONLINE", "OFFLINE", "MIXED"]), "topics": ["LAW", "BIO", protection, "DOSE"],
            "from": on.add_days(1 - days).to_string(), "to": on.to_string(), "credited_days_tenths": days_tenths,
            "class_hours_tenths": days_tenths * 8, "result": if passed { "PASS" } else { "FAIL" },
            "examined_on": on.to_string(), "passed_on": passed.then(|| on.to_string()), "score_tenths": score,
            "full_mark_tenths": 1_000, "pass_mark_tenths": 600, "attempt_no": attempt,
        });
        let schools = || (0..self.orgs.len()).filter(|org| self.orgs[*org].sort == Sort::Training);
        let school = schools().find(|school| self.state(*school).is_some());
        match school.filter(|_| !city && worker.is_multiple_of(3)) {
            Some(school) => data["organiser"] = json!(self.orgs[school].id.to_string()),
            None if city => data["organiser_name"] = json!("示例市卫生健康委员会"),
            None => data["organiser_name"] = json!("示例省职业卫生培训中心"),
        }
        if passed && city {
            data["completion_no"] = json!(completion_no(kind, on, worker * 20 + nth % 20));
        } else if passed {
            data["other_no"] = json!(format!("示例培训{}-{nth:02}", on.0.year()));
        }
        let record = self.model.id();
        let mut wish = Wish::new("training_record.completed", record, data);
        if !city && worker % 29 == 3 && self.holds_file(self.workers[worker].org, person) {
            wish = wish.with(self.attach(clerk, "TRN", Owner::Person(person), "培训证明.pdf"));
        }
        Course { worker, record, city, wish }
    }

    /// Some courses of the city are corrected, some do not count.
    fn look_again(&mut self, course: &Course, trainer: usize) {
        let (person, today) = (self.workers[course.worker].person, self.model.day());
        let Some(completed) = self.correctable("training_record", course.record, &["training_record.completed"]) else {
            return;
        };
        let draw = self.model.luck.below(120);
        if draw == 0 {
            let data = json!({"person": {"kind": "person", "id": person.to_string()}, "ground": "IDENTITY",
                "details": "考试抓拍与本人不符（示例）"});
            let wish = Wish::new("training_record.voided", course.record, data).on(today);
            self.act(trainer, wish.because("IRREGULAR", None));
        } else if draw < 3 {
            let set = json!({"set": {"course_no": format!("示例班{}", 1 + self.model.luck.below(40))}});
            let wish = Wish::new("training_record.corrected", course.record, set).because("TYPO", None);
            self.act(trainer, wish.correcting(completed));
        }
    }

    /// Workers of an institution get certificates, and some have entered what came since.
    pub fn certify(&mut self, org: usize) {
        if !self.keeps_health_files() {
            return self.after(20, Task::Certify(org));
        }
        if self.clerk(org).is_none() {
            return;
        }
        let wait = 170 + self.model.luck.below(40) as i64;
        self.after(wait, Task::Certify(org));
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer) else { return };
        let (mut applications, mut doses, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for worker in self.at_work(org) {
            let known = self.certificates(worker);
            let here = known.iter().find(|(_, one)| one.institution == self.orgs[org].id && !is_over(one));
            match here {
                None if worker % 17 != 5 => applications.extend(self.application(worker, &known, clerk)),
                Some((id, one)) if one.state == CertificateState::Valid => {
                    if worker % 5 < 2 {
                        doses.extend(self.dose_entry(worker, *id, one));
                    }
                    if worker % 61 == 7 && one.request.categories.len() == 1 {
                        let categories = [one.request.categories[0].as_str(), "2F"];
                        let wish = Wish::new("certificate.changed", *id, json!({"categories": categories}));
                        changes.push(wish.on(self.model.day()));
                    }
                }
                _ => {}
            }
        }
        let approver = self.licensing(org);
        for (signer, wishes) in [(clerk, applications), (clerk, doses), (approver, changes)] {
            for some in wishes.chunks(AT_ONCE) {
                self.act_all(signer, some.to_vec());
            }
        }
        let wait = 8 + self.model.luck.below(12) as i64;
        self.after(wait, Task::DecideCertificates(org));
    }

    /// An application, mostly dated before the post was taken.
    fn application(&mut self, worker: usize, known: &[(Uuid, Certificate)], clerk: usize) -> Option<Wish> {
        let Worker { person, employment, org, category, .. } = self.workers[worker];
        let (since, today) = (self.at_work_since(worker)?, self.model.day());
        let late = worker % 7 == 3 || known.iter().any(|(_, one)| one.institution == self.orgs[org].id);
        let on = if late { today } else { since.add_days(-(self.model.luck.below(12) as i64)) };
        let training = self
            .trainings(worker)
            .into_iter()
            .find(|(_, record)| record.passed().is_some_and(|passed| passed.counts_before_post()));
        let follows = known.iter().rev().find(|(_, one)| one.number.is_some());
        let data = json!({
            "person": {"kind": "person", "id": person.to_string()}, "institution": self.orgs[org].id.to_string(),
            "employment": employment.to_string(), "authority": if self.orgs[org].sort == Sort::Hospital { "CITY" } else { "COUNTY" },
            "categories": [category], "training": training.map(|(id, _)| id.to_string()),
            "exam": self.last_examination(worker).map(|id| id.to_string()),
            "predecessor": follows.map(|(id, _)| id.to_string()),
        });
        let id = self.model.id();
        let wish = Wish::new("certificate.applied", id, data).on(on);
        let photo = (worker % 41 == 6 && self.holds_file(org, person))
            .then(|| self.attach(clerk, "PHO", Owner::Person(person), "照片.pdf"));
        Some(photo.into_iter().fold(wish, Wish::with))
    }

    /// The last examination of a worker with a conclusion about his work.
    fn last_examination(&self, worker: usize) -> Option<Uuid> {
        let members = self.model.memory.members(&exam_result::person_key(self.workers[worker].person)).ok()?;
        let mut known = members.records.iter().filter(|record| {
            let result = self.model.memory.record(record).and_then(|entry| entry.state.exam_result());
            result.and_then(ExamResult::exam).is_some_and(|exam| exam.about_work().is_some())
        });
        known.next_back().map(|record| record.id)
    }

    /// The dose of the year before, once its last report has come.
    fn dose_entry(&self, worker: usize, id: Uuid, known: &Certificate) -> Option<Wish> {
        let today = self.model.day();
        let year = today.0.year() - 1;
        let entered = known.entries.iter().any(|entered| entered.entry.dose_year == Some(i64::from(year)));
        if entered || today.0.month() < 3 {
            return None;
        }
        let person = self.workers[worker].person;
        let results = self.model.memory.members(&results_key(person, year)).ok()?;
        let results = results.records.iter().filter_map(|record| self.model.memory.record(record));
        let results = results.filter_map(|entry| entry.state.dose_result()?.line());
        let lines: Vec<_> = results.filter(|line| line.dose_year == year).collect();
        let effective = (!lines.is_empty()).then(|| sums(lines.iter()).year(year).effective_nsv)?;
        let data = json!({"kind": "DOSE_YEAR", "dose_year": year, "effective_nsv": effective});
        Some(Wish::new("certificate.entry_added", id, data).on(today))
    }

    /// The last training that was passed and is not entered yet.
    fn training_entry(&self, worker: usize, id: Uuid, known: &Certificate) -> Option<Wish> {
        let (training, _) = self.trainings(worker).into_iter().rev().find(|(_, record)| record.passed().is_some())?;
        let data = json!({"kind": "TRAINING", "training": training.to_string()});
        let wish = Wish::new("certificate.entry_added", id, data).on(self.model.day());
        (!known.has_training(training)).then_some(wish)
    }

    /// The authority decides on what was applied for at an institution.
    pub fn decide_certificates(&mut self, org: usize) {
        let Some(clerk) = self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some()) else {
            return;
        };
        let (approver, today) = (self.licensing(org), self.model.day());
        let (mut papers, mut again) = (Vec::new(), false);
        for worker in self.at_work(org) {
            let known = self.certificates(worker);
            let pending = known.iter().find(|(_, one)| one.institution == self.orgs[org].id && one.is_pending());
            let Some((id, one)) = pending.cloned() else { continue };
            let first = known.len() == 1;
            let fresh = self.model.entry("certificate", id).is_some_and(|entry| entry.version == 1);
            let person = json!({"kind": "person", "id": self.workers[worker].person.to_string()});
            let wish = |event_type, data: Json| Wish::new(event_type, id, data).on(today);
            if one.state == CertificateState::Supplement {
                let training = one.request.training.map(|training| training.to_string());
                self.act(clerk, wish("certificate.supplemented", json!({"training": training})));
                again = true;
            } else if first && worker % 97 == 41 {
                self.act(clerk, wish("certificate.withdrawn", json!({})).because("MISTAKEN", None));
            } else if fresh && worker % 31 == 12 {
                let data = json!({"person": person, "lacks": ["PHOTO"], "note": "请补交近期照片（示例）"});
                self.act(approver, wish("certificate.supplement_requested", data).because("INCOMPLETE", None));
                again = true;
            } else if first && worker % 101 == 33 {
                let data = json!({"person": person, "grounds": ["TRAINING"], "note": "培训天数不足（示例）"});
                self.act(approver, wish("certificate.refused", data).because("UNLAWFUL", None));
            } else {
                papers.push((worker, id, self.issue(worker, id, &one, known.len())));
            }
        }
        for some in papers.chunks(AT_ONCE) {
            let issued = self.act_all(approver, some.iter().map(|(.., wish)| wish.clone()).collect());
            for ((worker, id, _), event) in some.iter().zip(issued) {
                if worker % 83 == 11 {
                    let data = json!({"decision_no": format!("示例卫放证{worker:05}")});
                    let wish = Wish::new("certificate.corrected", *id, data).because("TYPO", None);
                    self.act(approver, wish.correcting(event));
                }
            }
        }
        if again {
            self.after(9, Task::DecideCertificates(org));
        }
    }

    fn issue(&mut self, worker: usize, id: Uuid, known: &Certificate, nth: usize) -> Wish {
        let today = self.model.day();
        let on = known.applied_on.add_days(5 + self.model.luck.below(10) as i64).min(today).max(known.since);
        let earned = conditions_are_met(known, on, &self.model.memory).is_ok();
        let data = json!({
            "number": format!("示例放证（{}）第{:06}号", on.0.year(), worker * 10 + nth % 10), "issuer": "示例发证机关",
            "legacy": !earned,
        });
        Wish::new("certificate.issued", id, data).on(on)
    }

    /// Somebody who left hands in his certificate; one in four never does.
    pub fn hand_in(&mut self, worker: usize, org: usize) {
        let Worker { org: now, works, .. } = self.workers[worker];
        if (now == org && works) || worker % 4 == 1 {
            return;
        }
        let here = self
            .certificates(worker)
            .into_iter()
            .find(|(_, one)| one.institution == self.orgs[org].id && one.state == CertificateState::Valid);
        let Some((id, _)) = here else { return };
        let (approver, today) = (self.licensing(org), self.model.day());
        let ground = if works { "TRANSFERRED" } else { "LEFT" };
        self.act(approver, Wish::new("certificate.cancelled", id, json!({"ground": ground})).on(today));
    }

    /// Whether the ledger takes what lies in a worker's file beside his doses.
    fn keeps_health_files(&self) -> bool {
        let in_force = self.model.memory.in_force().expect("memory holds everything");
        policy_in_force(&in_force, self.model.day()).is_some_and(|policy| policy.version >= POLICY)
    }

    /// The workers who are in post in an institution.
    fn at_work(&self, org: usize) -> Vec<usize> {
        let here =
            (0..self.workers.len()).filter(|worker| self.workers[*worker].org == org && self.workers[*worker].works);
        here.filter(|worker| self.at_work_since(*worker).is_some()).collect()
    }

    /// First day in the present post, while it is not over.
    fn at_work_since(&self, worker: usize) -> Option<Date> {
        let entry = self.model.entry("employment", self.workers[worker].employment)?;
        let post = entry.state.employment().filter(|post| post.state != EmploymentState::Ended)?;
        post.active.first().map(|stretch| stretch.from)
    }

    /// The trainings of a worker, in the order in which they were entered.
    fn trainings(&self, worker: usize) -> Vec<(Uuid, TrainingRecord)> {
        let key = training_record::person_key(self.workers[worker].person);
        let of = |record: &RecordRef| {
            let entry = self.model.memory.record(record)?;
            Some((record.id, entry.state.training_record()?.clone()))
        };
        let members = self.model.memory.members(&key).expect("memory holds everything");
        members.records.iter().filter_map(of).collect()
    }

    /// The certificates of a worker, in the order in which they were applied for.
    fn certificates(&self, worker: usize) -> Vec<(Uuid, Certificate)> {
        let key = certificate::person_key(self.workers[worker].person);
        let of = |record: &RecordRef| {
            let entry = self.model.memory.record(record)?;
            Some((record.id, entry.state.certificate()?.clone()))
        };
        let members = self.model.memory.members(&key).expect("memory holds everything");
        members.records.iter().filter_map(of).collect()
    }
}

/// Whether nothing more comes of a certificate.
fn is_over(known: &Certificate) -> bool {
    !known.is_pending() && known.state != CertificateState::Valid
}

/// Number of the completion of a course.
fn completion_no(kind: &str, on: Date, serial: usize) -> String {
    let (year, serial) = (format!("{:04}", on.0.year()), format!("{serial:06}"));
    let check = check_character(&format!("{year}{serial}")).expect("ten digits");
    format!("YBFH-{kind}-{year}-{serial}-{check}")
}

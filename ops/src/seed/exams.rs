//! Occupational health: examinations before work, every two years and on leaving, with what follows them, and
//! restrictions of work.

use domain::codes::Role;
use domain::health::{self, Exam};
use domain::health_codes::{ExamItem, ExamKind};
use domain::person_codes::EmploymentState;
use serde_json::{Value as Json, json};
use signing::bytes::Date;
use uuid::Uuid;

use super::city::Sort;
use super::files::Owner;
use super::model::Wish;
use super::story::{Story, Task};

/// Day of the story from which examinations are reported: their catalogue is in force by then.
const FROM_DAY: i64 = 90;
/// Days from one round of periodic examinations to the next.
const ROUND_DAYS: i64 = 640;
/// Most events of a unit of the story.
const AT_ONCE: usize = 40;

/// Something to do about the health of workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Care {
    /// Examinations before work of an institution's workers are reported.
    First(usize),
    /// A round of periodic examinations.
    Periodic(usize),
    /// Reports are delivered to the institution.
    Deliver(usize, Vec<Uuid>),
    /// Its workers are informed.
    Inform(usize, Vec<Uuid>),
    /// Items that were missing are supplied.
    Supplement(usize, Uuid),
    /// A re-examination that was arranged; afterwards he may work again.
    Recheck(usize, Uuid),
    /// He is away from radiation work after his examination.
    Suspend(usize, Uuid),
    /// A suspected disease is reported, and he is sent for diagnosis.
    Suspected(usize, Uuid),
    /// The diagnosis is known.
    Diagnosed(usize, Uuid),
    /// Somebody has left an institution: his employment there.
    Leaving(usize, usize, Uuid),
    /// The county answers who declined the leaving examination.
    AnswerRefusal(usize, Uuid),
    /// Work of somebody is restricted.
    Restrict(usize),
    /// The restriction ends.
    EndRestriction(usize, Uuid),
}

/// What a report says beside its dates.
struct Outcome {
    kind: ExamKind,
    conclusions: Json,
    follows: Option<(&'static str, Uuid)>,
}

impl Story {
    /// Does something about the health of workers.
    pub fn care(&mut self, care: Care) {
        match care {
            Care::First(org) => self.first_exams(org),
            Care::Periodic(org) => self.periodic_exams(org),
            Care::Deliver(org, exams) => self.deliver(org, exams),
            Care::Inform(org, exams) => self.inform(org, exams),
            Care::Supplement(worker, exam) => self.supplement(worker, exam),
            Care::Recheck(worker, exam) => self.recheck(worker, exam),
            Care::Suspend(worker, exam) => self.suspend_worker(worker, exam),
            Care::Suspected(worker, exam) => self.suspected(worker, exam),
            Care::Diagnosed(org, exam) => self.diagnosed(org, exam),
            Care::Leaving(worker, org, employment) => self.leaving(worker, org, employment),
            Care::AnswerRefusal(org, exam) => self.answer_refusal(org, exam),
            Care::Restrict(turn) => self.restrict(turn),
            Care::EndRestriction(org, restriction) => self.end_restriction(org, restriction),
        }
    }

    /// The examinations before work; where work began outside this ledger, the old results.
    fn first_exams(&mut self, org: usize) {
        let wait = FROM_DAY + (org % 20) as i64 - self.day_of_story();
        if wait > 0 {
            return self.after(wait, Task::Care(Care::First(org)));
        }
        let Some((examiner, chief)) = self.examiner(org) else {
            return self.after(30, Task::Care(Care::First(org)));
        };
        let workers = self.examined_here(org, None);
        let exams = self.report_all(examiner, chief, &workers, |story, worker| {
            let begun = story.active_from(worker);
            // One in fifty was concluded some days too late.
            let late = if story.model.luck.percent(2) { 6 } else { -(1 + story.model.luck.below(120) as i64) };
            let concluded = begun.add_days(late).min(story.model.day());
            let outcome = Outcome { kind: ExamKind::PreJob, conclusions: json!(["P1"]), follows: None };
            (outcome, concluded)
        });
        for some in exams.chunks(AT_ONCE) {
            let wait = 2 + self.model.luck.below(8) as i64;
            self.after(wait, Task::Care(Care::Deliver(org, some.to_vec())));
        }
        let late = if self.orgs[org].serial % 19 == 4 { 130 } else { 0 };
        let wait = ROUND_DAYS - 30 + late + self.model.luck.below(40) as i64;
        self.after(wait, Task::Care(Care::Periodic(org)));
    }

    /// Everybody whose last examination is long ago is examined; the reports go to the institution.
    fn periodic_exams(&mut self, org: usize) {
        if self.officer_of(org).is_none() {
            return;
        }
        let Some((examiner, chief)) = self.examiner(org) else {
            return self.after(30, Task::Care(Care::Periodic(org)));
        };
        let workers = self.examined_here(org, Some(self.model.day().add_days(-ROUND_DAYS + 60)));
        let exams = self.report_all(examiner, chief, &workers, |story, worker| {
            let days = if story.model.luck.percent(4) { 25 } else { 1 };
            let conclusions = story.conclusions_of(worker);
            let concluded = story.model.day().add_days(-days);
            (Outcome { kind: ExamKind::Periodic, conclusions, follows: None }, concluded)
        });
        for (worker, exam) in workers.iter().zip(&exams) {
            self.what_follows(*worker, *exam);
        }
        for some in exams.chunks(AT_ONCE) {
            let wait = 2 + self.model.luck.below(8) as i64;
            self.after(wait, Task::Care(Care::Deliver(org, some.to_vec())));
        }
        let wait = ROUND_DAYS + self.model.luck.below(25) as i64;
        self.after(wait, Task::Care(Care::Periodic(org)));
    }

    /// Workers of an institution at work, whose last examination was before a day, if one is named.
    fn examined_here(&self, org: usize, before: Option<Date>) -> Vec<usize> {
        let here = (0..self.workers.len()).filter(|worker| {
            let known = &self.workers[*worker];
            let due = match before {
                Some(before) => known.examined.is_none_or(|last| last < before),
                None => known.examined.is_none(),
            };
            known.org == org && known.works && due && self.employment_state(*worker) == Some(EmploymentState::Active)
        });
        here.collect()
    }

    /// Reports the examinations of some workers in units; their ids, in order.
    fn report_all(
        &mut self,
        examiner: usize,
        chief: usize,
        workers: &[usize],
        of: impl Fn(&mut Self, usize) -> (Outcome, Date),
    ) -> Vec<Uuid> {
        let mut exams = Vec::with_capacity(workers.len());
        for some in workers.chunks(AT_ONCE) {
            let number = format!("示例体检{:07}", self.model.size());
            let mut wishes = Vec::with_capacity(some.len());
            for (line, worker) in (1..).zip(some) {
                let (outcome, concluded) = of(self, *worker);
                let exam = self.model.id();
                let mut data = self.report_of(examiner, *worker, &outcome, concluded, &number);
                data["line_no"] = json!(line);
                data["batch_no"] = json!(number);
                self.workers[*worker].examined = Some(concluded);
                wishes.push(Wish::new("exam_result.reported", exam, data));
                exams.push(exam);
            }
            self.act_all(chief, wishes);
        }
        exams
    }

    /// One report; its id.
    fn report_one(&mut self, examiner: usize, chief: usize, worker: usize, outcome: &Outcome) -> Uuid {
        let exam = self.model.id();
        let number = format!("示例体检{:07}", self.model.size());
        let concluded = self.model.day().add_days(-1);
        let data = self.report_of(examiner, worker, outcome, concluded, &number);
        self.act(chief, Wish::new("exam_result.reported", exam, data));
        exam
    }

    fn report_of(&mut self, examiner: usize, worker: usize, outcome: &Outcome, concluded: Date, number: &str) -> Json {
        let known = self.workers[worker].clone();
        let ended = concluded.add_days(-(5 + self.model.luck.below(12) as i64));
        let has = |code: &str| outcome.conclusions.as_array().is_some_and(|all| all.contains(&json!(code)));
        let mut items: Vec<Json> = health::mandatory(outcome.kind).map(|item| json!({"item": item.as_str()})).collect();
        if outcome.kind == ExamKind::Periodic && self.model.luck.percent(3) {
            items.retain(|item| item["item"] != ExamItem::Micronucleus.as_str());
        } else if let Some(item) = items.iter_mut().find(|item| item["item"] == ExamItem::ChestXray.as_str())
            && self.model.luck.percent(2)
        {
            item["missing"] = json!("CONTRAINDICATED");
        }
        if items.is_empty() {
            items.push(json!({"item": ExamItem::BloodCount.as_str()}));
        }
        let again = has("C1").then(|| concluded.add_days(60).to_string());
        let restricted = has("R2");
        let suspected = has("S1");
        let odd = restricted || suspected || has("C1") || has("R3");
        json!({
            "person": person(known.person), "institution": self.orgs[known.org].id, "employment": known.employment,
            "examiner": self.orgs[examiner].id, "report_no": number, "kind": outcome.kind.as_str(),
            "standard": "GBZ98-2020", "exam_on": ended.add_days(-1).to_string(), "exam_ended_on": ended.to_string(),
            "concluded_on": concluded.to_string(), "conclusions": outcome.conclusions, "items": items,
            "restrictions": restricted.then(|| json!(["INTERNAL_RISK"])), "recheck_due_on": again,
            "follow_up_until": suspected.then(|| concluded.add_days(365).to_string()),
            "disease": suspected.then_some("05"), "disease_catalogue": suspected.then_some("2013"),
            "relation": outcome.follows.map(|(relation, _)| relation), "follows": outcome.follows.map(|(_, exam)| exam),
            "findings": odd.then_some("白细胞计数偏低（示例）"), "advice": odd.then_some("按结论处理，定期复查（示例）"),
            "follow_up_plan": suspected.then_some("每三个月随访一次（示例）"),
        })
    }

    /// What a periodic examination of a worker concludes.
    fn conclusions_of(&mut self, worker: usize) -> Json {
        if worker % 400 == 300 {
            return json!(["R3", "S1"]);
        }
        match self.model.luck.below(200) {
            0..8 => json!(["C1"]),
            8..12 => json!(["R2"]),
            12..14 => json!(["R3"]),
            _ => json!(["R1"]),
        }
    }

    /// What the conclusions and the gaps of a periodic examination lead to.
    fn what_follows(&mut self, worker: usize, exam: Uuid) {
        let Some(found) = self.exam(exam) else { return };
        let has = |code: &str| found.conclusions.iter().any(|conclusion| conclusion.as_str() == code);
        if has("C1") {
            self.after(6, Task::Care(Care::Recheck(worker, exam)));
        }
        if has("R3") {
            // Some stay at work longer than they may.
            let wait = if self.model.luck.percent(25) { 14 } else { 4 };
            self.after(wait, Task::Care(Care::Suspend(worker, exam)));
        }
        if has("S1") {
            self.after(5, Task::Care(Care::Suspected(worker, exam)));
        }
        if !found.gaps(&[]).is_empty() && self.model.luck.percent(70) {
            let wait = 20 + self.model.luck.below(30) as i64;
            self.after(wait, Task::Care(Care::Supplement(worker, exam)));
        }
        if self.model.luck.percent(2) {
            self.correct_exam(worker, exam);
        }
    }

    /// A report was written down wrongly.
    fn correct_exam(&mut self, worker: usize, exam: Uuid) {
        let Some(chief) = self.chief_of(exam) else { return };
        let Some(wrong) = self.correctable("exam_result", exam, &["exam_result.reported"]) else { return };
        let data = json!({"person": person(self.workers[worker].person), "set": {"standard": "GBZ98-2017"}});
        let wish = Wish::new("exam_result.corrected", exam, data).because("TYPO", None);
        self.act(chief, wish.correcting(wrong));
    }

    /// The reports reach the institution; a few never do.
    fn deliver(&mut self, org: usize, mut exams: Vec<Uuid>) {
        let Some(chief) = exams.first().and_then(|exam| self.chief_of(*exam)) else {
            return self.after(14, Task::Care(Care::Deliver(org, exams)));
        };
        exams.retain(|_| !self.model.luck.percent(2));
        if exams.is_empty() {
            return;
        }
        let today = self.model.day();
        let wishes = exams.iter().map(|exam| Wish::new("exam_result.delivered", *exam, json!({})).on(today));
        self.act_all(chief, wishes.collect());
        // Some institutions take their time.
        let wait = if self.orgs[org].serial % 17 == 5 { 25 } else { 1 + self.model.luck.below(5) as i64 };
        self.after(wait, Task::Care(Care::Inform(org, exams)));
    }

    /// The workers learn the results: whoever has an account signs for himself, the others on the institution's sheet.
    fn inform(&mut self, org: usize, exams: Vec<Uuid>) {
        let Some(officer) = self.officer_of(org) else { return };
        let today = self.model.day();
        let mut on_paper = Vec::new();
        for exam in exams {
            if let Some(own) = self.account_of(exam) {
                self.act(own, Wish::new("exam_result.informed", exam, json!({"how": "SELF"})));
            } else if !self.model.luck.percent(12) {
                on_paper.push(exam);
            }
        }
        if on_paper.is_empty() {
            return;
        }
        let sheet = self.attach(officer, "OTH", Owner::Institution(self.orgs[org].id), "体检结果签收表.pdf");
        let wishes = on_paper
            .iter()
            .map(|exam| Wish::new("exam_result.informed", *exam, json!({"how": "PAPER"})).on(today).with(sheet));
        self.act_all(officer, wishes.collect());
    }

    /// The missing items are reported, and what they are missing from is named.
    fn supplement(&mut self, worker: usize, exam: Uuid) {
        let Some((examiner, chief)) = self.examiner(self.workers[worker].org) else { return };
        let follows = Some(("SUPPLEMENT", exam));
        let outcome = Outcome { kind: ExamKind::Periodic, conclusions: json!(["R1"]), follows };
        let number = format!("示例补检{:07}", self.model.size());
        let today = self.model.day();
        let mut data = self.report_of(examiner, worker, &outcome, today, &number);
        data["items"] = json!([{"item": ExamItem::Micronucleus.as_str()}]);
        let supplement = self.model.id();
        self.act(chief, Wish::new("exam_result.reported", supplement, data));
    }

    /// A re-examination: arranged first, concluded some weeks later.
    fn recheck(&mut self, worker: usize, exam: Uuid) {
        let Some(officer) = self.officer_for(worker, exam) else { return };
        let Some((examiner, chief)) = self.examiner(self.workers[worker].org) else { return };
        let today = self.model.day();
        let arranged = self.arranged_on(exam);
        let Some(arranged) = arranged else {
            let until = json!({"until": today.add_days(40).to_string(), "examiner": self.orgs[examiner].id});
            self.act(officer, Wish::new("exam_result.recheck_arranged", exam, until).on(today));
            // One in ten does not go there in time.
            let wait = if self.model.luck.percent(10) { 90 } else { 30 };
            return self.after(wait, Task::Care(Care::Recheck(worker, exam)));
        };
        if arranged >= today {
            return;
        }
        let outcome = Outcome { kind: ExamKind::Recheck, conclusions: json!(["R1"]), follows: Some(("RECHECK", exam)) };
        let again = self.report_one(examiner, chief, worker, &outcome);
        self.after(3, Task::Care(Care::Deliver(self.workers[worker].org, vec![again])));
        if self.employment_state(worker) == Some(EmploymentState::Suspended) {
            let employment = self.workers[worker].employment;
            self.act(officer, Wish::new("employment.resumed", employment, json!({})).on(today));
        }
    }

    /// He is taken from radiation work, and examined again after some months.
    fn suspend_worker(&mut self, worker: usize, exam: Uuid) {
        let Some(officer) = self.officer_for(worker, exam) else { return };
        if self.employment_state(worker) != Some(EmploymentState::Active) {
            return;
        }
        let (employment, today) = (self.workers[worker].employment, self.model.day());
        let data = json!({"reason": "SUSPENSION"});
        self.act(officer, Wish::new("employment.suspended", employment, data).on(today));
        let seen = json!({"person": person(self.workers[worker].person), "by": "EMPLOYER", "text": "已暂时脱离放射工作（示例）",
            "next_on": today.add_days(90).to_string()});
        self.act(officer, Wish::new("exam_result.follow_up_recorded", exam, seen).on(today));
        self.after(80, Task::Care(Care::Recheck(worker, exam)));
    }

    /// A suspected disease: a card for the authority, and a place where he is diagnosed.
    fn suspected(&mut self, worker: usize, exam: Uuid) {
        let org = self.workers[worker].org;
        let (Some(chief), Some(officer)) = (self.chief_of(exam), self.officer_for(worker, exam)) else { return };
        let today = self.model.day();
        let card = json!({"authority": "示例区卫生健康局", "report_no": format!("示例报告卡{worker:05}")});
        self.act(chief, Wish::new("exam_result.disease_reported", exam, card).on(today));
        let seen = json!({"person": person(self.workers[worker].person), "by": "EXAMINER", "text": "皮肤损伤，建议诊断（示例）"});
        self.act(chief, Wish::new("exam_result.follow_up_recorded", exam, seen).on(today));
        let sent = json!({"diagnosing": "示例职业病防治院"});
        self.act(officer, Wish::new("exam_result.diagnosis_arranged", exam, sent).on(today));
        self.after(75, Task::Care(Care::Diagnosed(org, exam)));
    }

    fn diagnosed(&mut self, org: usize, exam: Uuid) {
        let supervisor = self.office(Role::CountySupervisor, Some(self.present_area(org)), self.orgs[org].serial);
        let today = self.model.day();
        let examined = self.model.entry("exam_result", exam).and_then(|entry| entry.state.exam_result());
        let who = examined.expect("it was reported").person.id;
        let data = if self.model.luck.percent(50) {
            json!({"person": person(who), "outcome": "NO_DISEASE"})
        } else {
            json!({"person": person(who), "outcome": "DISEASE", "disease": "05", "disease_catalogue": "2013", "certificate_no": format!("示例诊断{org:04}")})
        };
        self.act(supervisor, Wish::new("exam_result.diagnosed", exam, data).on(today));
    }

    /// Most who leave are examined; one in seven declines, and some are forgotten.
    fn leaving(&mut self, worker: usize, org: usize, employment: Uuid) {
        let who = self.workers[worker].person;
        if worker.is_multiple_of(7) && self.holds_file(org, who) {
            let Some(officer) = self.officer_of(org) else { return };
            let refusal = self.model.id();
            let scan = self.attach(officer, "OTH", Owner::Person(who), "放弃离岗体检声明.pdf");
            let data = json!({"person": person(who), "institution": self.orgs[org].id, "employment": employment,
                "how": "PAPER", "why": "本年度已体检（示例）"});
            let today = self.model.day();
            self.act(officer, Wish::new("exam_result.declined", refusal, data).on(today).with(scan));
            return self.after(9, Task::Care(Care::AnswerRefusal(org, refusal)));
        }
        let Some((examiner, chief)) = self.examiner(org).filter(|_| worker % 9 != 4) else { return };
        let code = if worker % 40 == 11 { "L2" } else { "L1" };
        let outcome = Outcome { kind: ExamKind::Leaving, conclusions: json!([code]), follows: None };
        let number = format!("示例体检{:07}", self.model.size());
        // Most were examined before they left, and the report comes after it.
        let before = self.model.luck.percent(75);
        let concluded = self.model.day().add_days(if before { -15 } else { -1 });
        let mut data = self.report_of(examiner, worker, &outcome, concluded, &number);
        data["institution"] = json!(self.orgs[org].id);
        data["employment"] = json!(employment);
        let exam = self.model.id();
        self.act(chief, Wish::new("exam_result.reported", exam, data));
        self.after(5, Task::Care(Care::Deliver(org, vec![exam])));
    }

    fn answer_refusal(&mut self, org: usize, refusal: Uuid) {
        let approver = self.office(Role::CountyApprover, Some(self.present_area(org)), self.orgs[org].serial);
        let wish = if self.model.luck.percent(30) {
            Wish::new("exam_result.decline_refused", refusal, json!({})).because("EXAM_NEEDED", None)
        } else {
            Wish::new("exam_result.decline_accepted", refusal, json!({}))
        };
        self.act(approver, wish);
    }

    /// Work is restricted for some months: on the worker's own word where he has an account.
    fn restrict(&mut self, turn: usize) {
        let all = self.workers.len();
        let at_work = |worker: &usize| {
            self.workers[*worker].works && self.employment_state(*worker) == Some(EmploymentState::Active)
        };
        let Some(worker) = (0..all).map(|step| (turn * 113 + step) % all).find(at_work) else { return };
        let known = self.workers[worker].clone();
        let Some(officer) = self.officer_of(known.org) else { return };
        let own = self.account_of_person(known.person);
        let restriction = self.model.id();
        let today = self.model.day();
        let (measures, limit, kind) = match turn % 4 {
            0 | 1 => (json!(["NO_INTERNAL", "NO_EMERGENCY", "DOSE_LIMITED"]), Some(1_000_000), "1"),
            2 => (json!(["AVOID_INTERNAL"]), None, "2"),
            _ => (json!(["NO_EMERGENCY"]), None, "3"),
        };
        let data = json!({"person": person(known.person), "institution": self.orgs[known.org].id,
            "employment": known.employment, "measures": measures, "dose_limit_nsv": limit,
            "expected_until": today.add_days(200).to_string(), "kind": kind});
        let recorded = self.act(own.unwrap_or(officer), Wish::new("restriction.recorded", restriction, data).on(today));
        if turn % 5 == 2 {
            let set =
                json!({"person": person(known.person), "set": {"expected_until": today.add_days(230).to_string()}});
            let wish = Wish::new("restriction.corrected", restriction, set).because("TYPO", None);
            self.act(officer, wish.correcting(recorded));
        }
        self.after(205, Task::Care(Care::EndRestriction(known.org, restriction)));
    }

    fn end_restriction(&mut self, org: usize, restriction: Uuid) {
        let Some(officer) = self.officer_of(org) else { return };
        let today = self.model.day();
        self.act(officer, Wish::new("restriction.ended", restriction, json!({})).on(today));
    }

    /// Who examines the workers of an institution, and the chief physician who can sign there.
    fn examiner(&self, org: usize) -> Option<(usize, usize)> {
        let all: Vec<(usize, usize)> = (0..self.orgs.len())
            .filter(|other| {
                let open = self.state(*other).is_some_and(|state| state.is_approved() && !state.is_ended());
                self.orgs[*other].sort == Sort::HealthExam && open
            })
            .filter_map(|other| Some((other, self.of_org(other, Role::ChiefPhysician)?)))
            .collect();
        (!all.is_empty()).then(|| all[self.orgs[org].serial % all.len()])
    }

    /// The chief physician of the organisation that made a report.
    fn chief_of(&self, exam: Uuid) -> Option<usize> {
        let examiner = self.model.entry("exam_result", exam)?.state.exam_result()?.report()?.examiner;
        let examiner = self.orgs.iter().position(|org| org.id == examiner)?;
        self.of_org(examiner, Role::ChiefPhysician)
    }

    /// The protection officer whom the report went to, while the worker is still there.
    fn officer_for(&self, worker: usize, exam: Uuid) -> Option<usize> {
        let employer = self.model.entry("exam_result", exam)?.state.exam_result()?.institution;
        let org = self.workers[worker].org;
        self.officer_of(org).filter(|_| self.orgs[org].id == employer)
    }

    /// The protection officer of an institution that goes on.
    fn officer_of(&self, org: usize) -> Option<usize> {
        self.of_org(org, Role::ProtectionOfficer).filter(|_| self.clerk(org).is_some())
    }

    /// The day on which he began to work where he is.
    fn active_from(&self, worker: usize) -> Date {
        let entry = self.model.entry("employment", self.workers[worker].employment);
        let begun = entry.and_then(|entry| entry.state.employment()?.active.first().map(|stretch| stretch.from));
        begun.unwrap_or_else(|| self.model.day())
    }

    fn exam(&self, exam: Uuid) -> Option<Exam> {
        self.model.entry("exam_result", exam)?.state.exam_result()?.exam()
    }

    /// The day on which a re-examination was arranged.
    fn arranged_on(&self, exam: Uuid) -> Option<Date> {
        self.model.entry("exam_result", exam)?.state.exam_result()?.report()?.recheck_arranged_on
    }

    /// The worker whom a report concerns, when he can sign with an account of his own.
    fn account_of(&self, exam: Uuid) -> Option<usize> {
        let who = self.model.entry("exam_result", exam)?.state.exam_result()?.person.id;
        self.account_of_person(who)
    }

    fn account_of_person(&self, who: Uuid) -> Option<usize> {
        let account = self.model.entry("person", who)?.state.person()?.account?;
        let today = self.model.day();
        self.people.iter().position(|person| person.account == account && person.active && today < person.valid_until)
    }
}

fn person(id: Uuid) -> Json {
    json!({"kind": "person", "id": id})
}

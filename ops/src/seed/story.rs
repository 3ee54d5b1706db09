//! The story of the city: what happens when, from the first hour to the end.
//!
//! A queue of things to do, ordered by their simulated instant. Each thing signs a few events and puts later
//! things into the queue; what it looks at is the ledger itself ([`super::model`]). The chapters stand in
//! [`super::offices`] (people and keys), [`super::institutions`], [`super::devices`], [`super::workers`],
//! [`super::dosimetry`], [`super::quality`], [`super::inquiries`], [`super::exams`], [`super::training`], [`super::papers`] and
//! [`super::incidents`].

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use domain::codes::Role;
use serde_json::{Value as Json, json};
use signing::bytes::{Date, Hash, Instant};
use signing::keys::SigningKey;
use signing::statement::EventRef;
use uuid::Uuid;

use super::city::{Sort, area_of};
use super::dosimetry::Monitoring;
use super::exams::Care;
use super::inquiries::{Inquiry, Noticed};
use super::model::{Model, Origin, Signer, Step};
use super::transfers::{Case, PLOTS, SILENT};
use super::warnings::Heed;
use super::workers::Worker;

/// What a demonstration is made from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Everything random follows from it.
    pub seed: u64,
    /// The simulated clock ends here.
    pub end: Instant,
    /// Least number of events; below 20,000 the city is smaller.
    pub events: usize,
    /// Name of the ledger.
    pub name: String,
    /// The desk never evaluates anything.
    pub silent_desk: bool,
}

/// Days from the genesis to the end.
const SPAN_DAYS: i64 = 1_900;
/// Events of the whole city before further edits are added.
const BASE_EVENTS: usize = 13_000;
/// Tests of its devices.
const TEST_EVENTS: usize = 10_000;
const FULL_SIZE: usize = 20_000;
/// Radiation workers of the whole city, and with how many events it has them all.
pub const WORKERS: usize = 3_500;
const WITH_ALL_WORKERS: usize = 120_000;
/// Events that a worker comes to in the years, most of them doses.
const EVENTS_PER_WORKER: usize = 38;
/// Restrictions of work, for a thousand workers in all the years.
const RESTRICTIONS_PER_MILLE: usize = 20;
/// What happens to workers beyond their doses, for a hundred of them in all the years.
const TURNS_PERCENT: usize = 60;
/// Transfers of files, for a thousand workers in all the years.
const TRANSFERS_PER_MILLE: usize = 50;
/// Days before the end on which files are asked for that are late by then: who holds them keeps silent, and is reminded.
pub const LATE_AT_THE_END: [i64; 2] = [28, 26];
/// Day on which the roots put the warning rules in force.
const RULES_DAY: i64 = 760;
const MINUTE: i64 = 60_000_000;

/// Somebody of the city.
#[derive(Debug, Clone)]
pub struct Person {
    /// Account.
    pub account: Uuid,
    /// The natural person: holder of the keys, subject of the name.
    pub party: Uuid,
    /// Name, invented.
    pub name: String,
    /// Role of the one grant.
    pub role: Role,
    /// The grant.
    pub grant: Uuid,
    /// Organisation.
    pub org: Option<usize>,
    /// Area, an index into the city's areas.
    pub area: Option<usize>,
    /// Number of the present demonstration key.
    pub key_number: u32,
    /// The present key.
    pub key: Arc<SigningKey>,
    /// Its credential.
    pub credential: Uuid,
    /// True when the key lies in hardware.
    pub hardware: bool,
    /// First day without the key.
    pub valid_until: Date,
    /// False once the account, the organisation or the key came to its end.
    pub active: bool,
    /// The latest events that this person signed, for the chapter of the stolen key.
    pub signed: Vec<EventRef>,
}

/// An institution or organisation of the city.
#[derive(Debug, Clone)]
pub struct Org {
    /// Record.
    pub id: Uuid,
    /// Its sort.
    pub sort: Sort,
    /// Area of its accounts, an index into the city's areas.
    pub area: usize,
    /// Unique number in the city.
    pub serial: usize,
    /// Its people, as indexes of [`Story::people`].
    pub staff: Vec<usize>,
    /// Officers in office: post and natural person.
    pub officers: Vec<(&'static str, Uuid)>,
    /// Devices, as indexes of [`Story::devices`].
    pub devices: Vec<usize>,
    /// Devices that are still to be registered.
    pub planned_devices: usize,
    /// Workers who are still to be hired.
    pub planned_workers: usize,
    /// Who measures their doses.
    pub monitoring: Option<Monitoring>,
    /// The radiology licence.
    pub licence: Option<Uuid>,
}

/// A device of the city.
#[derive(Debug, Clone)]
pub struct Device {
    /// Record.
    pub id: Uuid,
    /// Its institution.
    pub org: usize,
}

/// Things to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// The first administrators.
    FirstHour,
    /// The other offices of the city.
    CityOffice,
    /// The office of an area.
    CountyOffice(usize),
    /// An institution is entered.
    Enter(usize),
    /// An approver looks at it.
    Decide(usize),
    /// It was returned and is mended.
    Mend(usize),
    /// Its people get accounts.
    Staff(usize),
    /// Officers are appointed and documents filed.
    Officers(usize),
    /// A post that was vacant is filled.
    Appoint(usize, &'static str),
    /// A supervisor looks at a document.
    VerifyDocument(usize, Uuid),
    /// Devices are registered.
    Register(usize),
    /// A device is installed.
    Install(usize),
    /// A device is put in use.
    PutInUse(usize),
    /// A device that stood still is in use again.
    BackInUse(usize),
    /// A new or repaired device has its acceptance test.
    Accept(usize),
    /// The old report of an acceptance test is filed.
    OldAcceptance(usize),
    /// A device has its yearly tests.
    YearlyTests(usize),
    /// A device that failed is repaired.
    Repair(usize),
    /// A device is tested out of turn.
    Retest(usize),
    /// The city rules on a report.
    RuleOnTest(Uuid),
    /// An institution checks its device itself.
    Constancy(usize),
    /// Workers get their files and posts.
    Hire(usize),
    /// Something happens to a worker.
    WorkerTurn(usize),
    /// A worker is back from leave.
    BackAtWork(usize),
    /// A worker asks for a correction.
    WorkerAsks(usize),
    /// Somebody gets a file who never comes to work.
    MistakenWorker(usize),
    /// The workers of an institution are trained.
    Train(usize),
    /// They get certificates, and entries in them.
    Certify(usize),
    /// The authority decides on their certificates.
    DecideCertificates(usize),
    /// Trainings are entered in the certificates.
    EnterTrainings(usize),
    /// A worker hands in his certificate: who, where he worked.
    HandIn(usize, usize),
    /// An institution concludes a monitoring contract.
    Contract(usize),
    /// The doses of a period, which begins on this day.
    Doses(usize, Date),
    /// A lost dosimeter gets a nominal dose: who signs, the result.
    Nominal(usize, Uuid),
    /// A result is corrected.
    CorrectDose(usize, Uuid),
    /// A dose is investigated.
    OpenInquiry(Noticed),
    /// The form of an investigation is filed.
    FileInquiry(Inquiry),
    /// Worker and laboratory sign it.
    SignInquiry(Inquiry),
    /// The authority decides.
    DecideInquiry(Inquiry),
    /// The result is corrected as it was decided.
    SettleDose(Inquiry),
    /// Something is to do about the health of workers.
    Care(Care),
    /// A worker's file is to move.
    Transfer(usize),
    /// The holder of a step acts.
    TransferTurn(Case),
    /// A radiology licence is issued.
    License(usize),
    /// It is verified.
    VerifyLicence(usize),
    /// Something else happens to a licence.
    LicenceTurn(usize),
    /// The city sets a parameter.
    LayDown,
    /// The holiday table of a year; true when it is corrected as well.
    Holidays(bool),
    /// Any edit of anything.
    Edit,
    /// A key is renewed.
    Renew(usize),
    /// Approvers get keys in hardware.
    HardwareKeys,
    /// The roots put a published file in force.
    Adopt(&'static str, u32),
    /// A key was stolen.
    KeyStolen,
    /// Somebody decides since when it was.
    DecideTheft(usize, Uuid, Instant),
    /// Somebody leaves.
    Leaves(usize),
    /// Personal data is to be erased: whose, where it stands, whether it will be.
    RequestErasure(ErasureCase),
    /// The request is decided.
    DecideErasure(Uuid, ErasureCase),
    /// An institution closes.
    Close(usize),
    /// An institution is merged into another.
    Merge(usize),
    /// An institution suspends business.
    Suspend(usize),
    /// It resumes.
    Resume(usize),
    /// An institution is handed to the delegated area.
    HandOver(usize),
    /// The desk evaluates the day.
    Desk,
    /// Somebody does something about a warning.
    Heed(Uuid, Heed),
    /// Officers file the telephone on which they are on call.
    OnCall,
    /// The city looks at the dose that a worker brings with him.
    PriorDose,
    /// A worker turns out to have worked before, and nobody has his history.
    OlderWork,
    /// Some warnings are disputed and suspended, and not decided when the story ends.
    LastDisputes,
    /// The carrier says what became of a message.
    Arrive(Uuid),
    /// A message is sent again.
    SendAgain(Uuid),
    /// The warnings that came with a worker's file are taken over.
    TakeOver(Uuid),
}

/// Whose data a request wants erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureCase {
    /// The natural person, or the worker whose file it is.
    pub party: Uuid,
    /// Kind of the record that names the person; `person` where it is the file itself.
    pub kind: &'static str,
    /// That record.
    pub record: Uuid,
    /// Area whose supervisor asks.
    pub area: usize,
    /// Whether it is approved.
    pub approved: bool,
}

impl ErasureCase {
    /// Whether it is a worker's file.
    pub fn is_of_worker(&self) -> bool {
        self.kind == "person"
    }

    /// The subject as the events name it.
    pub fn subject(&self) -> Json {
        json!({"kind": if self.is_of_worker() { "person" } else { "party" }, "id": self.party.to_string()})
    }

    /// A worker's file came with the second schema.
    pub fn schema(&self) -> u16 {
        if self.is_of_worker() { 2 } else { 1 }
    }
}

/// The story and everything it knows.
pub struct Story {
    /// The ledger.
    pub model: Model,
    /// Everybody.
    pub people: Vec<Person>,
    /// Every institution and organisation.
    pub orgs: Vec<Org>,
    /// Every device.
    pub devices: Vec<Device>,
    /// Every radiation worker.
    pub workers: Vec<Worker>,
    /// First office holders by role and area.
    pub offices: HashMap<(Role, Option<usize>), Vec<usize>>,
    /// Investigations of doses so far.
    pub inquiries: usize,
    /// Warnings about workers.
    pub warned: HashMap<Uuid, Vec<Uuid>>,
    /// The root holders.
    pub roots: [Signer; 2],
    origin: Origin,
    begins: Date,
    end: Instant,
    pace: i64,
    /// Least number of events at the end, and planned edits that are still to come.
    pub wanted: usize,
    /// See there.
    pub edits_left: usize,
    queue: BinaryHeap<Reverse<(Instant, u64)>>,
    tasks: HashMap<u64, Task>,
    queued: u64,
}

/// How many files move, with so many workers.
pub fn transfers_of(workers: usize) -> usize {
    (workers * TRANSFERS_PER_MILLE / 1_000).max(16)
}

impl Story {
    /// A story that has not begun.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let origin = Origin::of(settings.seed, &settings.name);
        let begins = settings.end.civil_day().add_days(-SPAN_DAYS);
        let opening = Instant::start_of_day(begins).plus_micros(9 * 60 * MINUTE);
        let mut story = Self {
            model: Model::new(settings.seed, &origin, opening),
            people: Vec::new(),
            orgs: Vec::new(),
            devices: Vec::new(),
            workers: Vec::new(),
            offices: HashMap::new(),
            inquiries: 0,
            warned: HashMap::new(),
            roots: origin.roots.clone(),
            origin,
            begins,
            end: settings.end,
            // People need a minute between two signatures; in a very large story less.
            pace: MINUTE.min(SPAN_DAYS * 24 * 60 * MINUTE / (8 * settings.events.max(1)) as i64),
            wanted: 0,
            edits_left: 0,
            queue: BinaryHeap::new(),
            tasks: HashMap::new(),
            queued: 0,
        };
        story.plan(settings);
        story
    }

    /// Number of events so far.
    #[must_use]
    pub fn size(&self) -> usize {
        self.model.size()
    }

    /// Root of the tree so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.model.root()
    }

    /// Tells the story; each step is handed over as it happens. A handler that answers false ends it.
    pub fn tell(&mut self, mut hand_over: impl FnMut(Step) -> bool) {
        let origin = self.origin.clone();
        self.model.begin(&origin);
        while let Some(Reverse((at, number))) = self.queue.pop() {
            let task = self.tasks.remove(&number).expect("every queued number has its task");
            let later = self.model.now.plus_micros(self.pace);
            self.model.now = at.max(later);
            if self.model.now >= self.end {
                break;
            }
            self.perform(task);
            for step in self.model.take_steps() {
                if step.at >= self.end || !hand_over(step) {
                    return;
                }
            }
        }
    }

    /// Lays out the years: offices, institutions with their devices, incidents, then edits up to the wanted number.
    fn plan(&mut self, &Settings { events, silent_desk, .. }: &Settings) {
        let scaled = |number: usize| (number * events.min(FULL_SIZE) / FULL_SIZE).max(1);
        self.later(0, Task::FirstHour);
        let medical = scaled(330);
        let mut sorts: Vec<Sort> = (0..medical).map(Sort::medical).collect();
        let others = [(Sort::TechnicalService, 8), (Sort::HealthExam, 8), (Sort::Industrial, 10), (Sort::Training, 4)];
        sorts.extend(others.iter().flat_map(|(sort, number)| std::iter::repeat_n(*sort, scaled(*number))));
        let users = sorts.iter().filter(|sort| matches!(sort.kind(), "RAD" | "IND")).count();
        let devices = scaled(900).max(users);
        let workers = WORKERS * events.min(WITH_ALL_WORKERS) / WITH_ALL_WORKERS;
        let heads: usize = sorts.iter().map(|sort| sort.workers()).sum();
        let (mut user, mut seen) = (0, 0);
        for (number, sort) in sorts.into_iter().enumerate() {
            let uses = matches!(sort.kind(), "RAD" | "IND");
            // The remainder goes to the first ones, so that the sum is exact.
            let planned_devices = if uses { devices / users + usize::from(user < devices % users) } else { 0 };
            let id = self.model.id();
            let org = Org {
                id,
                sort,
                area: area_of(number),
                serial: number + 1,
                staff: Vec::new(),
                officers: Vec::new(),
                devices: Vec::new(),
                planned_devices,
                monitoring: None,
                licence: None,
                planned_workers: (seen + sort.workers()) * workers / heads - seen * workers / heads,
            };
            seen += sort.workers();
            user += usize::from(uses);
            self.orgs.push(org);
            // Two years until everybody is entered.
            let day = match sort {
                // Laboratories and examining organisations come first: nobody is measured or examined without them.
                Sort::TechnicalService | Sort::HealthExam => 22 + number as i64 % 10,
                _ => 20 + (number as i64 * 640) / (medical as i64 + 30),
            };
            self.later(day, Task::Enter(number));
        }
        // The first institutions come under the first policy, which asks for no key in hardware.
        self.later(32, Task::HardwareKeys);
        self.later(34, Task::Adopt("policy", 2));
        self.later(52, Task::Adopt("catalogue", 2));
        self.later(53, Task::Adopt("policy", 3));
        // Versions of one file three days apart: a weekend between them does not bring two to the same Monday.
        self.later(60, Task::Adopt("policy", 4));
        self.later(61, Task::Adopt("catalogue", 3));
        self.later(63, Task::Adopt("policy", 5));
        self.later(64, Task::Adopt("catalogue", 4));
        self.later(66, Task::Adopt("policy", 6));
        self.later(67, Task::Adopt("catalogue", 5));
        self.later(69, Task::Adopt("policy", 7));
        self.later(70, Task::Adopt("catalogue", 6));
        self.later(72, Task::Adopt("policy", 8));
        // The files are filled before anybody is warned of what is missing in them.
        self.later(RULES_DAY, Task::Adopt("rules", 2));
        // Messages go out in the last weeks: five years of them would tell nothing more.
        self.later(SPAN_DAYS - 40, Task::Adopt("policy", 9));
        self.later(SPAN_DAYS - 37, Task::Adopt("catalogue", 7));
        // At hours of their own: what is drawn for the years before stays what it was.
        let adopted = [(34, Task::Adopt("policy", 10)), (31, Task::Adopt("catalogue", 8))];
        let late = (0..).zip(LATE_AT_THE_END).map(|(turn, day)| (day, Task::Transfer(SILENT + turn * PLOTS.len())));
        for (day, task) in adopted.into_iter().chain(late) {
            self.at(self.begins.add_days(SPAN_DAYS - day), 11 * 60, task);
        }
        self.later(SPAN_DAYS - 18, Task::OnCall);
        self.later(SPAN_DAYS - 15, Task::PriorDose);
        self.at(self.begins.add_days(SPAN_DAYS - 20), 10 * 60, Task::OlderWork);
        self.at(self.begins.add_days(SPAN_DAYS - 2), 10 * 60, Task::LastDisputes);
        if !silent_desk {
            self.nightly(RULES_DAY + 10);
        }
        self.later(1_000, Task::KeyStolen);
        for (index, (day, task)) in [
            (900, Task::Suspend as fn(usize) -> Task),
            (1_100, Task::Close),
            (1_300, Task::Merge),
            (1_500, Task::HandOver),
        ]
        .into_iter()
        .enumerate()
        {
            for turn in 0..scaled(6) {
                let org = (index * 7 + turn * 31 + 3) % medical;
                self.later(day + 23 * turn as i64, task(org));
            }
        }
        (0..scaled(4)).for_each(|turn| self.later(1_250 + 90 * turn as i64, Task::Leaves(turn * 53 + 11)));
        for turn in 0..(workers * TURNS_PERCENT / 100).max(6) {
            let days = (SPAN_DAYS - 800) as usize;
            self.later(780 + (turn * 7919 % days) as i64, Task::WorkerTurn(turn));
        }
        let restrictions = (workers * RESTRICTIONS_PER_MILLE / 1_000).max(6);
        for turn in 0..restrictions {
            self.later(720 + (turn * 900 / restrictions) as i64, Task::Care(Care::Restrict(turn)));
        }
        let transfers = transfers_of(workers);
        for turn in 0..transfers {
            self.later(760 + (turn * 900 / transfers) as i64, Task::Transfer(turn));
        }
        (0..scaled(18)).for_each(|turn| self.later(950 + 40 * turn as i64, Task::LicenceTurn(turn)));
        self.later(120, Task::LayDown);
        (0..5).for_each(|year| self.later(150 + 365 * year, Task::Holidays(year == 0)));
        (0..scaled(6)).for_each(|turn| self.later(900 + 120 * turn as i64, Task::WorkerAsks(turn)));
        (0..scaled(4).max(2)).for_each(|turn| self.later(700 + 210 * turn as i64, Task::MistakenWorker(turn)));
        // Some apply in the last weeks and are not decided when the story ends.
        let base = (BASE_EVENTS + TEST_EVENTS) * events.min(FULL_SIZE) / FULL_SIZE;
        // Four edits are a good five events: what is repaired goes back in use, a new officer follows an old one.
        let for_workers = workers * EVENTS_PER_WORKER;
        let edits = events.saturating_sub(base + for_workers).max(events.min(FULL_SIZE) / 5) * 3 / 4;
        let days = SPAN_DAYS - 220;
        (self.wanted, self.edits_left) = (events, edits);
        for edit in 0..edits {
            self.later(215 + (edit as i64 * days) / edits.max(1) as i64, Task::Edit);
        }
    }

    /// Queues a task for a day of the story (0 is that of the genesis), at some minute of the working day.
    pub fn later(&mut self, day: i64, task: Task) {
        let mut day = self.begins.add_days(day);
        // Offices are closed at the weekend; 1970-01-01 was a Thursday.
        while matches!((day.days() + 3).rem_euclid(7), 5 | 6) {
            day = day.add_days(1);
        }
        let minute = 9 * 60 + self.model.luck.below(8 * 60) as i64;
        self.at(day, minute, task);
    }

    /// Queues the desk for the first half hour of a day.
    pub fn nightly(&mut self, day: i64) {
        self.at(self.begins.add_days(day), 30, Task::Desk);
    }

    /// Queues a task for a minute of a day, and draws nothing for that.
    fn at(&mut self, day: Date, minute: i64, task: Task) {
        let at = Instant::start_of_day(day).plus_micros(minute * MINUTE);
        self.queued += 1;
        self.tasks.insert(self.queued, task);
        self.queue.push(Reverse((at, self.queued)));
    }

    /// Queues a task for so many days from now.
    pub fn after(&mut self, days: i64, task: Task) {
        self.later(self.day_of_story() + days, task);
    }

    /// Days since the genesis.
    pub fn day_of_story(&self) -> i64 {
        self.model.day().days() - self.begins.days()
    }

    /// True in the last months.
    pub fn is_near_end(&self) -> bool {
        self.day_of_story() > SPAN_DAYS - 150
    }

    /// One event by somebody, some time after the last.
    pub fn act(&mut self, person: usize, wish: super::model::Wish) -> EventRef {
        self.act_all(person, vec![wish])[0]
    }

    /// Several events by somebody in one unit.
    pub fn act_all(&mut self, person: usize, wishes: Vec<super::model::Wish>) -> Vec<EventRef> {
        let events = {
            self.model.now = self.model.now.plus_micros(self.pace);
            let signer = self.signer(person);
            self.model.sign_all(&signer, wishes)
        };
        let signed = &mut self.people[person].signed;
        signed.extend(&events);
        let old = signed.len().saturating_sub(8);
        signed.drain(..old);
        events
    }

    /// Lets some time pass before the next signature.
    pub fn pause(&mut self) {
        self.model.now = self.model.now.plus_micros(self.pace);
    }

    /// The key of somebody.
    pub fn signer(&self, person: usize) -> Signer {
        Signer { account: self.people[person].account, key: self.people[person].key.clone() }
    }

    /// An office holder who can sign today; `turn` chooses among several.
    pub fn office(&self, role: Role, area: Option<usize>, turn: usize) -> usize {
        let holders = &self.offices[&(role, area)];
        holders[turn % holders.len()]
    }

    /// Somebody of an institution in this role who can sign.
    pub fn of_org(&self, org: usize, role: Role) -> Option<usize> {
        let today = self.model.day();
        self.orgs[org].staff.iter().copied().find(|person| {
            let person = &self.people[*person];
            person.role == role && person.active && today < person.valid_until
        })
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::FirstHour => self.first_hour(),
            Task::CityOffice => self.city_office(),
            Task::CountyOffice(area) => self.county_office(area),
            Task::Enter(org) => self.enter(org),
            Task::Decide(org) => self.decide(org),
            Task::Mend(org) => self.mend(org),
            Task::Staff(org) => self.staff(org),
            Task::Officers(org) => self.officers(org),
            Task::Appoint(org, post) => {
                if let Some(clerk) = self.clerk(org) {
                    self.appoint_officer(org, clerk, post);
                }
            }
            Task::VerifyDocument(org, document) => self.verify_document(org, document),
            Task::Register(org) => self.register(org),
            Task::Install(device) => self.install(device),
            Task::PutInUse(device) => self.put_in_use(device),
            Task::BackInUse(device) => self.back_in_use(device),
            Task::Accept(device) => self.accept(device),
            Task::OldAcceptance(device) => self.old_acceptance(device),
            Task::YearlyTests(device) => self.yearly_tests(device),
            Task::Repair(device) => self.repair(device),
            Task::Retest(device) => self.retest(device),
            Task::RuleOnTest(test) => self.rule_on_test(test),
            Task::Constancy(device) => self.constancy(device),
            Task::Hire(org) => self.hire(org),
            Task::WorkerTurn(turn) => self.worker_turn(turn),
            Task::BackAtWork(worker) => self.back_at_work(worker),
            Task::WorkerAsks(worker) => self.worker_asks(worker),
            Task::MistakenWorker(turn) => self.mistaken_worker(turn),
            Task::Train(org) => self.train(org),
            Task::Certify(org) => self.certify(org),
            Task::EnterTrainings(org) => self.enter_trainings(org),
            Task::DecideCertificates(org) => self.decide_certificates(org),
            Task::HandIn(worker, org) => self.hand_in(worker, org),
            Task::Contract(org) => self.contract(org),
            Task::Doses(org, from) => self.doses(org, from),
            Task::Nominal(signatory, result) => self.nominal(signatory, result),
            Task::CorrectDose(signatory, result) => self.correct_dose(signatory, result),
            Task::OpenInquiry(noticed) => self.open_inquiry(noticed),
            Task::FileInquiry(inquiry) => self.file_inquiry(inquiry),
            Task::SignInquiry(inquiry) => self.sign_inquiry(inquiry),
            Task::DecideInquiry(inquiry) => self.decide_inquiry(inquiry),
            Task::SettleDose(inquiry) => self.settle_dose(inquiry),
            Task::Care(care) => self.care(care),
            Task::Transfer(turn) => self.transfer(turn),
            Task::TransferTurn(case) => self.transfer_turn(case),
            Task::License(org) => self.license(org),
            Task::VerifyLicence(org) => self.verify_licence(org),
            Task::LicenceTurn(turn) => self.licence_turn(turn),
            Task::LayDown => self.lay_down(),
            Task::Holidays(correct) => self.holidays(correct),
            Task::Edit => self.edit(),
            Task::Renew(person) => self.renew(person),
            Task::HardwareKeys => self.hardware_keys(),
            Task::Adopt(what, version) => self.adopt(what, version),
            Task::KeyStolen => self.key_stolen(),
            Task::DecideTheft(person, credential, since) => self.decide_theft(person, credential, since),
            Task::Leaves(turn) => self.leaves(turn),
            Task::RequestErasure(case) => self.request_erasure(case),
            Task::DecideErasure(erasure, case) => self.decide_erasure(erasure, case),
            Task::Close(org) => self.close(org),
            Task::Merge(org) => self.merge(org),
            Task::Suspend(org) => self.suspend(org),
            Task::Resume(org) => self.resume(org),
            Task::HandOver(org) => self.hand_over(org),
            Task::Desk => self.desk(),
            Task::Heed(warning, heed) => self.heed(warning, heed),
            Task::OnCall => self.go_on_call(),
            Task::PriorDose => self.prior_dose(),
            Task::OlderWork => self.older_work(),
            Task::LastDisputes => self.last_disputes(),
            Task::Arrive(message) => self.arrive(message),
            Task::SendAgain(message) => self.send_again(message),
            Task::TakeOver(person) => self.take_over(person),
        }
    }
}

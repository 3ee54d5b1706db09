//! Institutions: entered, returned, approved, staffed, edited, ended.

use domain::codes::{InstitutionState, Role};
use domain::records::institution::Institution;
use serde_json::{Value as Json, json};
use signing::bytes::Date;
use signing::statement::{EventRef, Meaning};
use uuid::Uuid;

use super::city::{AREAS, Sort, person_name, phone, profile};
use super::model::Wish;
use super::offices::Post;
use super::story::{ErasureCase, Story, Task};

impl Story {
    /// An institution is entered: by its county, or by its own administrator.
    pub fn enter(&mut self, org: usize) {
        let (sort, area, serial, id) =
            (self.orgs[org].sort, self.orgs[org].area, self.orgs[org].serial, self.orgs[org].id);
        let today = self.model.day();
        let data = profile(sort, &AREAS[area], serial, today, &mut self.model.luck);
        let by_itself = sort.kind() == "RAD" && serial % 17 == 3;
        let clerk = if by_itself {
            self.administrator(org);
            self.of_org(org, Role::UnitAdmin).expect("just appointed")
        } else {
            self.office(Role::CountySupervisor, Some(area), serial)
        };
        self.act(clerk, Wish::new("institution.registered", id, data));
        if sort.is_service() {
            let (kind, word) = if sort == Sort::TechnicalService { ("TSQ", "资质") } else { ("HEF", "备案") };
            let paper = self.paper(kind, &format!("示例{word}{serial:06}"));
            self.act(clerk, Wish::new("institution.document_filed", id, paper));
        }
        // The last ones are still waiting when the story ends.
        let wait = 1 + self.model.luck.below(6) as i64;
        self.after(wait, Task::Decide(org));
    }

    /// An approver of the county, for service organisations of the city, approves or returns.
    pub fn decide(&mut self, org: usize) {
        let (id, serial) = (self.orgs[org].id, self.orgs[org].serial);
        let first_look = self.model.entry("institution", id).is_some_and(|entry| entry.version <= 2);
        // Who returned it has signed this round already: another approver looks again.
        let approver = self.approver(org, serial + usize::from(!first_look));
        if first_look && serial % 9 == 4 {
            let wish = Wish::new("institution.returned", id, json!({}))
                .because("INCOMPLETE", Some("联系电话与证件不一致，请核对后重新提交"));
            self.act(approver, wish);
            self.after(3, Task::Mend(org));
            return;
        }
        self.act(approver, Wish::new("institution.approved", id, json!({})));
        self.after(3, Task::Staff(org));
        self.after(6, Task::Officers(org));
        if self.orgs[org].planned_devices > 0 {
            self.after(8, Task::Register(org));
        }
        self.after(55, Task::License(org));
        if self.orgs[org].planned_workers > 0 {
            // Not before the catalogue that knows them is in force.
            self.after(50, Task::Hire(org));
        }
    }

    /// Who entered it mends what was missing.
    pub fn mend(&mut self, org: usize) {
        let (id, area, serial) = (self.orgs[org].id, self.orgs[org].area, self.orgs[org].serial);
        let number = phone(&mut self.model.luck, "0831");
        let clerk = self
            .of_org(org, Role::UnitAdmin)
            .unwrap_or_else(|| self.office(Role::CountySupervisor, Some(area), serial));
        let today = self.model.day();
        let wish = Wish::new("institution.changed", id, json!({"set": {"phone": number}}))
            .meaning(Meaning::Submission)
            .on(today);
        self.act(clerk, wish);
        self.after(2, Task::Decide(org));
    }

    /// Its administrator.
    pub fn administrator(&mut self, org: usize) {
        if self.is_ended(org) || self.of_org(org, Role::UnitAdmin).is_some() {
            return;
        }
        let area = Some(self.orgs[org].area);
        self.appoint_by_registrars(Post { role: Role::UnitAdmin, org: Some(org), area, title: "机构管理员" });
    }

    /// Its other people.
    pub fn staff(&mut self, org: usize) {
        let sort = self.orgs[org].sort;
        let serial = self.orgs[org].serial;
        let mut posts: Vec<(Role, &'static str)> = Vec::new();
        match sort {
            Sort::TechnicalService => {
                posts.extend([(Role::ServiceSignatory, "授权签字人"), (Role::ServiceInput, "录入员")])
            }
            Sort::HealthExam => posts.extend([(Role::ChiefPhysician, "主检医师"), (Role::ExamInput, "录入员")]),
            Sort::Training => {}
            _ => {
                posts.push((Role::ProtectionOfficer, "放射防护负责人"));
                if sort == Sort::Hospital {
                    posts.push((Role::UnitHead, "单位负责人"));
                }
                if serial.is_multiple_of(12) {
                    posts.push((Role::Worker, "放射工作人员"));
                }
            }
        }
        if !sort.is_service() {
            self.administrator(org);
        }
        // The accounts of service organisations belong to no area.
        let area = (!sort.is_service()).then(|| self.orgs[org].area);
        for (role, title) in posts {
            self.appoint_by_registrars(Post { role, org: Some(org), area, title });
        }
    }

    /// Officers are appointed, documents filed.
    pub fn officers(&mut self, org: usize) {
        let Some(clerk) = self.clerk(org) else { return };
        let mut posts = vec!["LEGAL_REPRESENTATIVE"];
        if matches!(self.orgs[org].sort.kind(), "RAD" | "IND") {
            posts.push("RP_OFFICER");
        }
        for post in posts {
            self.appoint_officer(org, clerk, post);
        }
        let (id, serial) = (self.orgs[org].id, self.orgs[org].serial);
        let (kind, word) = if serial.is_multiple_of(2) { ("RUL", "制度") } else { ("PLN", "预案") };
        let paper = self.paper(kind, &format!("示例{word}{serial:06}"));
        self.file(org, clerk, id, paper);
    }

    /// A supervisor looks at a document.
    pub fn verify_document(&mut self, org: usize, document: Uuid) {
        if self.is_ended(org) {
            return;
        }
        let (id, serial) = (self.orgs[org].id, self.orgs[org].serial);
        let supervisor = self.office(Role::CountySupervisor, Some(self.present_area(org)), serial);
        let result = if self.model.luck.percent(95) { "GENUINE" } else { "DOUBTFUL" };
        self.act(
            supervisor,
            Wish::new("institution.document_verified", id, json!({"document": document.to_string(), "result": result})),
        );
    }

    /// It suspends business for some months.
    pub fn suspend(&mut self, org: usize) {
        let Some(state) = self.state(org).map(|state| state.state) else { return };
        let Some(clerk) = self.of_org(org, Role::UnitAdmin).filter(|_| state == InstitutionState::Active) else {
            return;
        };
        let today = self.model.day();
        self.act(clerk, Wish::new("institution.suspended", self.orgs[org].id, json!({})).on(today));
        let months = 60 + self.model.luck.below(120) as i64;
        self.after(months, Task::Resume(org));
    }

    /// It resumes.
    pub fn resume(&mut self, org: usize) {
        let suspended = self.state(org).is_some_and(|state| state.state == InstitutionState::Suspended);
        let Some(clerk) = self.of_org(org, Role::UnitAdmin).filter(|_| suspended) else { return };
        let today = self.model.day();
        self.act(clerk, Wish::new("institution.resumed", self.orgs[org].id, json!({})).on(today));
    }

    /// It closes: its devices go first, its officers' data may be erased afterwards.
    pub fn close(&mut self, org: usize) {
        if self.state(org).is_none_or(|state| !state.is_approved() || state.is_ended()) {
            return;
        }
        self.retire_devices(org);
        let approver = self.approver(org, 0);
        let today = self.model.day();
        self.act(
            approver,
            Wish::new("institution.closed", self.orgs[org].id, json!({})).meaning(Meaning::Declaration).on(today),
        );
        self.end_people(org);
        if let Some((_, party)) = self.orgs[org].officers.first() {
            let case = ErasureCase {
                party: *party,
                kind: "institution",
                record: self.orgs[org].id,
                area: self.present_area(org),
                approved: true,
            };
            self.after(40, Task::RequestErasure(case));
        }
    }

    /// It is merged into a neighbour.
    pub fn merge(&mut self, org: usize) {
        if self.state(org).is_none_or(|state| !state.is_approved() || state.is_ended()) {
            return;
        }
        let area = self.orgs[org].area;
        let open = |other: &usize| {
            *other != org
                && self.orgs[*other].area == area
                && self.state(*other).is_some_and(|state| state.state == InstitutionState::Active)
        };
        let Some(into) = (0..self.orgs.len()).find(open) else { return };
        self.retire_devices(org);
        let approver = self.approver(org, 0);
        let today = self.model.day();
        let data = json!({"into": self.orgs[into].id.to_string()});
        self.act(approver, Wish::new("institution.merged", self.orgs[org].id, data).on(today));
        self.end_people(org);
    }

    /// An institution of a neighbouring district is handed to the delegated area, by the city.
    pub fn hand_over(&mut self, org: usize) {
        let from = AREAS[self.orgs[org].area].code;
        let active = self
            .state(org)
            .is_some_and(|state| state.state == InstitutionState::Active && state.profile.supervision_area == from);
        if !active || !matches!(from, "511502" | "511503") {
            return;
        }
        let approver = self.office(Role::CityApprover, None, 0);
        let street = if from == "511502" { "511502011" } else { "511503002" };
        let today = self.model.day();
        let data = json!({"set": {"street": street, "supervision_area": "5115SJ"}});
        self.act(approver, Wish::new("institution.changed", self.orgs[org].id, data).on(today));
    }

    /// Something small about an institution changes; false when nothing could be done.
    pub fn edit_institution(&mut self, org: usize) -> bool {
        let Some(clerk) = self.clerk(org) else { return false };
        let id = self.orgs[org].id;
        let today = self.model.day();
        match self.model.luck.below(10) {
            0..=3 => {
                let set = self.small_change(org);
                let since = today.add_days(-(self.model.luck.below(4) as i64));
                self.act(clerk, Wish::new("institution.changed", id, json!({"set": set})).on(since));
            }
            4 | 5 => {
                let kinds = ["institution.registered", "institution.changed", "institution.corrected"];
                let Some(wrong) = self.correctable("institution", id, &kinds) else { return false };
                let set = self.small_change(org);
                let wish = Wish::new("institution.corrected", id, json!({"set": set}))
                    .correcting(wrong)
                    .because("ENTRY_ERROR", Some("录入时看错原件"));
                self.act(clerk, wish);
            }
            6 => {
                let serial = self.orgs[org].serial;
                let paper = self.paper("OTH", &format!("示例证{serial:04}{}", today.days()));
                self.file(org, clerk, id, paper);
            }
            7 | 8 => return self.replace_officer(org, clerk),
            _ => {
                let Some(wrong) = self.correctable("institution", id, &["institution.officer_appointed"]) else {
                    return false;
                };
                let Some(party) = self.appointed_in_office(id, wrong) else { return false };
                let data = json!({"party": {"kind": "party", "id": party.to_string()}, "officer_phone": phone(&mut self.model.luck, "138")});
                self.act(
                    clerk,
                    Wish::new("institution.corrected", id, data).correcting(wrong).because("ENTRY_ERROR", None),
                );
            }
        }
        true
    }

    fn small_change(&mut self, org: usize) -> Json {
        let state = self.state(org).expect("a clerk belongs to an institution that exists");
        let (staff, beds) = (state.profile.staff.unwrap_or(0), state.profile.beds);
        let name = AREAS[self.orgs[org].area].name;
        match (self.model.luck.below(4), beds) {
            (0, Some(beds)) => json!({"beds": beds + 1 + self.model.luck.below(20) as u32}),
            (1, _) => {
                json!({"phone": format!("0831-00{:05}", self.model.luck.below(100_000)), "website": format!("https://example.invalid/{}", self.model.size())})
            }
            (2, _) => {
                json!({"address": format!("{name}示例大道{}号{}栋", 400 + self.model.luck.below(500), self.model.size())})
            }
            _ => json!({"staff": staff + 1 + self.model.luck.below(9) as u32}),
        }
    }

    fn replace_officer(&mut self, org: usize, clerk: usize) -> bool {
        let Some((post, party)) = self.orgs[org].officers.pop() else { return false };
        let id = self.orgs[org].id;
        let today = self.model.day();
        let data = json!({"post": post, "party": {"kind": "party", "id": party.to_string()}});
        self.act(clerk, Wish::new("institution.officer_ended", id, data).on(today));
        // Some institutions take their time to find another.
        if post == "RP_OFFICER" && self.model.luck.percent(15) {
            self.after(40, Task::Appoint(org, post));
        } else {
            self.appoint_officer(org, clerk, post);
        }
        // Some of those who left ask for the erasure of their data.
        if self.model.luck.percent(6) {
            let approved = self.model.luck.percent(70);
            let case = ErasureCase { party, kind: "institution", record: id, area: self.present_area(org), approved };
            self.after(30, Task::RequestErasure(case));
        }
        true
    }

    pub fn appoint_officer(&mut self, org: usize, clerk: usize, post: &'static str) {
        let party = self.model.id();
        let name = person_name(&mut self.model.luck);
        let number = phone(&mut self.model.luck, "138");
        let today = self.model.day();
        let data =
            json!({"post": post, "party": {"kind": "party", "id": party.to_string()}, "name": name, "phone": number});
        self.act(clerk, Wish::new("institution.officer_appointed", self.orgs[org].id, data).on(today));
        self.orgs[org].officers.push((post, party));
    }

    fn file(&mut self, org: usize, clerk: usize, id: Uuid, paper: Json) {
        let document = paper["document"].as_str().and_then(|text| text.parse().ok()).expect("a paper has its id");
        self.act(clerk, Wish::new("institution.document_filed", id, paper));
        if self.model.luck.percent(70) {
            self.after(5, Task::VerifyDocument(org, document));
        }
    }

    /// A document of a kind, with a number.
    pub fn paper(&mut self, kind: &str, number: &str) -> Json {
        let from: Date = self.model.day().add_days(-(self.model.luck.below(200) as i64));
        json!({"document": self.model.id().to_string(), "kind": kind, "number": number, "issuer": "示例发证机关",
            "from": from.to_string(), "until": from.add_days(1_826).to_string()})
    }

    fn end_people(&mut self, org: usize) {
        for person in self.orgs[org].staff.clone() {
            self.people[person].active = false;
        }
    }

    /// Who edits an institution: its protection officer or its administrator.
    pub fn clerk(&self, org: usize) -> Option<usize> {
        if self.state(org).is_none_or(|state| !state.is_approved() || state.is_ended()) {
            return None;
        }
        self.of_org(org, Role::ProtectionOfficer).or_else(|| self.of_org(org, Role::UnitAdmin))
    }

    fn approver(&self, org: usize, turn: usize) -> usize {
        if self.orgs[org].sort.is_service() {
            self.office(Role::CityApprover, None, turn)
        } else {
            self.office(Role::CountyApprover, Some(self.present_area(org)), turn)
        }
    }

    /// The area that supervises an institution today.
    pub fn present_area(&self, org: usize) -> usize {
        let code = self.state(org).map(|state| state.profile.supervision_area.clone());
        code.and_then(|code| AREAS.iter().position(|area| area.code == code)).unwrap_or(self.orgs[org].area)
    }

    /// State of an institution.
    pub fn state(&self, org: usize) -> Option<&Institution> {
        self.model.entry("institution", self.orgs[org].id).and_then(|entry| entry.state.institution())
    }

    fn is_ended(&self, org: usize) -> bool {
        self.state(org).is_some_and(Institution::is_ended)
    }

    /// The latest event of a record that a correction may still name.
    pub fn correctable(&self, kind: &str, id: Uuid, types: &[&str]) -> Option<EventRef> {
        let entry = self.model.entry(kind, id)?;
        let mark = entry.marks.iter().rev().find(|mark| types.contains(&mark.event_type) && !mark.corrected)?;
        Some(EventRef { event: mark.id, hash: mark.hash })
    }

    /// The person whom an event appointed, while in office.
    fn appointed_in_office(&self, id: Uuid, event: EventRef) -> Option<Uuid> {
        let institution = self.model.entry("institution", id)?.state.institution()?;
        let appointed = institution.officers.iter().find(|officer| officer.name.event == event.event);
        appointed.filter(|officer| officer.until.is_none()).map(|officer| officer.party)
    }
}

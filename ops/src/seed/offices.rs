//! People and their keys: accounts, enrolment, grants, renewals.

use domain::codes::{AccountKind, Assurance, Level, Role};
use serde_json::json;
use signing::bytes::{Date, b64url};
use signing::keys::EnrolmentProof;
use signing::statement::EventRef;
use uuid::Uuid;

use super::city::{AREAS, person_name};
use super::model::{Signer, Wish, countersigns};
use super::story::{Person, Story, Task};

/// Days for which a key is valid.
const VALIDITY_DAYS: i64 = 3 * 365;

/// Whom an account is opened for.
#[derive(Debug, Clone, Copy)]
pub struct Post {
    /// Role.
    pub role: Role,
    /// Institution, an index into the story's.
    pub org: Option<usize>,
    /// Area.
    pub area: Option<usize>,
    /// Title of the post.
    pub title: &'static str,
}

/// A key that is offered: its number, the request's members.
struct NewKey {
    number: u32,
    credential: Uuid,
    valid_until: Date,
    key: std::sync::Arc<signing::keys::SigningKey>,
}

impl Story {
    /// The roots appoint two city administrators and one audit administrator.
    pub fn first_hour(&mut self) {
        let [first, second] = self.roots.clone();
        for (role, title) in [
            (Role::CityAdmin, "市级管理员（甲）"),
            (Role::CityAdmin, "市级管理员（乙）"),
            (Role::AuditAdmin, "审计管理员（甲）"),
        ] {
            self.appoint(Post { role, org: None, area: None, title }, &first, &second);
        }
        self.after(1, Task::CityOffice);
    }

    /// Everybody else of the city, and the outside auditor.
    pub fn city_office(&mut self) {
        let posts = [
            (Role::AuditAdmin, "审计管理员（乙）"),
            (Role::SystemAdmin, "系统管理员"),
            (Role::SecurityAdmin, "安全管理员"),
            (Role::CitySupervisor, "市级监督员（甲）"),
            (Role::CitySupervisor, "市级监督员（乙）"),
            (Role::CityApprover, "市级审批人（甲）"),
            (Role::CityApprover, "市级审批人（乙）"),
            (Role::CityTraining, "培训考试管理"),
            (Role::CdcReader, "疾控查询"),
            (Role::ExternalAuditor, "外部审计"),
        ];
        for (role, title) in posts {
            let opener = self.signer(self.office(Role::CityAdmin, None, 0));
            let second = self.signer(self.office(Role::AuditAdmin, None, 0));
            self.appoint(Post { role, org: None, area: None, title }, &opener, &second);
        }
        (0..AREAS.len()).for_each(|area| self.after(1 + area as i64, Task::CountyOffice(area)));
    }

    /// Two administrators, two supervisors and two approvers of an area.
    pub fn county_office(&mut self, area: usize) {
        for title in ["区县管理员（甲）", "区县管理员（乙）"] {
            let opener = self.signer(self.office(Role::CityAdmin, None, 0));
            let second = self.signer(self.office(Role::CityAdmin, None, 1));
            self.appoint(Post { role: Role::CountyAdmin, org: None, area: Some(area), title }, &opener, &second);
        }
        let posts = [
            (Role::CountySupervisor, "监督员（甲）"),
            (Role::CountySupervisor, "监督员（乙）"),
            (Role::CountyApprover, "审批人（甲）"),
            (Role::CountyApprover, "审批人（乙）"),
        ];
        for (role, title) in posts {
            let (opener, second) = self.county_admins(area);
            self.appoint(Post { role, org: None, area: Some(area), title }, &opener, &second);
        }
    }

    fn county_admins(&self, area: usize) -> (Signer, Signer) {
        let admin = |turn| self.signer(self.office(Role::CountyAdmin, Some(area), turn));
        (admin(0), admin(1))
    }

    /// Who opens, requests and gives for a role, and who countersigns and binds.
    pub fn registrars(&self, role: Role, org: Option<usize>, area: Option<usize>) -> (Signer, Signer) {
        let city = |turn| self.signer(self.office(Role::CityAdmin, None, turn));
        match (role.level(), role) {
            (Level::City | Level::External, _) => (city(0), self.signer(self.office(Role::AuditAdmin, None, 0))),
            (Level::Service, _) | (Level::County, Role::CountyAdmin) => (city(0), city(1)),
            (Level::County, _) | (_, Role::UnitAdmin) => {
                self.county_admins(area.expect("county and unit accounts have an area"))
            }
            (Level::Institution | Level::Worker, _) => {
                let unit = org.and_then(|org| self.of_org(org, Role::UnitAdmin));
                let (first, second) = self.county_admins(area.expect("unit accounts have an area"));
                (unit.map_or(first, |unit| self.signer(unit)), second)
            }
        }
    }

    /// Opens an account by whoever may.
    pub fn appoint_by_registrars(&mut self, post: Post) -> usize {
        let (opener, second) = self.registrars(post.role, post.org, post.area);
        self.appoint(post, &opener, &second)
    }

    /// An account with its key and grant: six statements by two persons, the enrolment proof by the new key.
    pub fn appoint(&mut self, post: Post, opener: &Signer, second: &Signer) -> usize {
        let (account, party, grant) = (self.model.id(), self.model.id(), self.model.id());
        let name = person_name(&mut self.model.luck);
        let level = post.role.level();
        let org = post.org.map(|org| self.orgs[org].id.to_string());
        let area = post.area.map(|area| AREAS[area].code);
        let opened = Wish::new(
            "account.opened",
            account,
            json!({"kind": AccountKind::Person.as_str(), "level": level.as_str(), "party": {"kind": "party", "id": party.to_string()},
                "name": name, "title": post.title, "org": org, "area": area}),
        );
        let opened = self.by(opener, opened);
        self.by(second, Wish::new("account.countersigned", account, countersigns(opened)));
        // Decisions of the county and the city get keys in hardware when the second policy asks for them.
        let key = self.enrol(account, party, None, false, opener, second);
        let given = Wish::new(
            "grant.given",
            grant,
            json!({"account": account.to_string(), "role": post.role.as_str(), "org": org, "area": area, "from": self.model.day().to_string()}),
        );
        let given = self.by(opener, given);
        self.by(second, Wish::new("grant.countersigned", grant, of_account(account, given)));
        let index = self.people.len();
        self.people.push(Person {
            account,
            party,
            name,
            role: post.role,
            grant,
            org: post.org,
            area: post.area,
            key_number: key.number,
            key: key.key,
            credential: key.credential,
            hardware: false,
            valid_until: key.valid_until,
            active: true,
            signed: Vec::new(),
        });
        match post.org {
            Some(org) => self.orgs[org].staff.push(index),
            None => self.offices.entry((post.role, post.area)).or_default().push(index),
        }
        self.plan_renewal(index);
        index
    }

    /// A key that the old one requests, bound by a second person; then the old one is revoked.
    pub fn renew(&mut self, person: usize) {
        let Person { account, party, credential: old, hardware, active, valid_until, .. } = self.people[person].clone();
        if !active || self.model.day() >= valid_until {
            return;
        }
        let second = self.renewal_second(person);
        let own = self.signer(person);
        let key = self.enrol(account, party, Some(old), hardware, &own, &second);
        self.take_key(person, key, hardware);
        self.act(person, revoked(old, account, "REPLACED"));
    }

    /// A registrar requests a key for somebody whose own is gone.
    pub fn enrol_again(&mut self, person: usize) {
        let Person { account, party, role, org, area, hardware, .. } = self.people[person].clone();
        let (first, second) = self.registrars(role, org, area);
        let key = self.enrol(account, party, None, hardware, &first, &second);
        self.take_key(person, key, hardware);
    }

    /// Everybody who approves gets a key in hardware.
    pub fn hardware_keys(&mut self) {
        let approvers: Vec<usize> = (0..self.people.len())
            .filter(|person| {
                self.people[*person].active
                    && matches!(self.people[*person].role, Role::CityApprover | Role::CountyApprover)
            })
            .collect();
        for person in approvers {
            self.people[person].hardware = true;
            self.renew(person);
        }
    }

    fn take_key(&mut self, person: usize, key: NewKey, hardware: bool) {
        let known = &mut self.people[person];
        known.key_number = key.number;
        known.key = key.key;
        known.credential = key.credential;
        known.valid_until = key.valid_until;
        known.hardware = hardware;
        self.plan_renewal(person);
    }

    fn plan_renewal(&mut self, person: usize) {
        let early = 20 + self.model.luck.below(40) as i64;
        self.after(VALIDITY_DAYS - early, Task::Renew(person));
    }

    /// A second natural person of the level who binds a renewed key.
    fn renewal_second(&self, person: usize) -> Signer {
        let Person { role, org, area, account, .. } = self.people[person];
        let (first, second) = self.registrars(role, org, area);
        let chosen =
            if role == Role::AuditAdmin { self.signer(self.office(Role::AuditAdmin, None, 1)) } else { second };
        if chosen.account != account {
            return chosen;
        }
        // The deputy's own key is bound by the other one.
        if role == Role::AuditAdmin { self.signer(self.office(Role::AuditAdmin, None, 0)) } else { first }
    }

    fn enrol(
        &mut self,
        account: Uuid,
        holder: Uuid,
        renews: Option<Uuid>,
        hardware: bool,
        first: &Signer,
        second: &Signer,
    ) -> NewKey {
        let credential = self.model.id();
        let (number, key) = self.model.next_key();
        let proof = EnrolmentProof::make(&key, account, self.model.ledger(), self.model.now);
        let today = self.model.day();
        let valid_until = today.add_days(VALIDITY_DAYS);
        let assurance = if hardware { Assurance::Hardware } else { Assurance::Software };
        let requested = Wish::new(
            "credential.requested",
            credential,
            json!({"account": account.to_string(), "holder": holder.to_string(), "alg": 1, "public_key": b64url(&key.public().spki()),
                "proof": {"payload": b64url(&proof.payload), "sig": b64url(&proof.signature)}, "assurance": assurance.as_str(),
                "valid_from": today.to_string(), "valid_until": valid_until.to_string(), "renews": renews.map(|old| old.to_string())}),
        );
        let requested = self.by(first, requested);
        self.by(second, Wish::new("credential.bound", credential, of_account(account, requested)));
        NewKey { number, credential, valid_until, key }
    }

    /// One event by a key that is not necessarily of somebody in the list (the roots).
    pub fn by(&mut self, signer: &Signer, wish: Wish) -> EventRef {
        self.pause();
        self.model.sign(signer, wish)
    }
}

/// Data of a second signature on a record of an account.
pub fn of_account(account: Uuid, event: EventRef) -> serde_json::Value {
    let mut data = countersigns(event);
    data["account"] = account.to_string().into();
    data
}

/// The revocation of a credential.
pub fn revoked(credential: Uuid, account: Uuid, ground: &str) -> Wish {
    Wish::new("credential.revoked", credential, json!({"account": account.to_string(), "ground": ground}))
        .because(ground, None)
}

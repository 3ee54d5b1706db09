//! What does not happen every day: the second policy, a stolen key, people who leave, erasures. And the everyday edit.

use domain::catalog::file_hash;
use domain::codes::Role;
use domain::record::Facts;
use serde_json::json;
use signing::bytes::Instant;
use signing::statement::{EventRef, Meaning};
use uuid::Uuid;

use super::city::AREAS;
use super::model::{Wish, countersigns};
use super::offices::revoked;
use super::story::{ErasureCase, Story, Task};

impl Story {
    /// The roots put a published file in force, two weeks ahead.
    pub fn adopt(&mut self, what: &'static str, version: u32) {
        let [first, second] = self.roots.clone();
        let id = self.model.id();
        let hash = file_hash(what, version).expect("it is published").to_string();
        let from_day = self.model.day().add_days(14).to_string();
        let data = json!({"what": what, "version": version, "sha256": hash, "from_day": from_day});
        let adopted = self.by(&first, Wish::new("policy.adopted", id, data));
        self.by(&second, Wish::new("policy.countersigned", id, countersigns(adopted)));
    }

    /// A protection officer's key is in other hands: reported, which revokes it at once.
    pub fn key_stolen(&mut self) {
        let victim = (0..self.people.len()).find(|person| {
            let known = &self.people[*person];
            let admin = known.org.and_then(|org| self.of_org(org, Role::UnitAdmin));
            known.active
                && known.role == Role::ProtectionOfficer
                && known.signed.len() >= 4
                && admin.is_some()
                && self.model.day() < known.valid_until
        });
        let Some(victim) = victim else { return };
        let org = self.people[victim].org.expect("a protection officer has an organisation");
        let admin = self.of_org(org, Role::UnitAdmin).expect("looked at above");
        let (account, credential) = (self.people[victim].account, self.people[victim].credential);
        let since = Instant::start_of_day(self.model.day().add_days(-400));
        let data = json!({"account": account.to_string(), "compromised_since": since.to_string()});
        let wish = Wish::new("credential.compromise_reported", credential, data)
            .because("LOST", Some("密钥存储设备遗失（示例）"));
        self.act(admin, wish);
        self.people[victim].valid_until = self.model.day();
        self.after(4, Task::DecideTheft(victim, credential, since));
    }

    /// A second person decides since when; what the key signed since then and stands is confirmed; a new key follows.
    pub fn decide_theft(&mut self, victim: usize, credential: Uuid, since: Instant) {
        let account = self.people[victim].account;
        let city = self.office(Role::CityAdmin, None, 0);
        let data = json!({"account": account.to_string(), "since": since.to_string()});
        self.act(city, Wish::new("credential.compromise_decided", credential, data).meaning(Meaning::Approval));
        let org = self.people[victim].org.expect("a protection officer has an organisation");
        let old_key = self.people[victim].key.public().id();
        // All but the latest stand: that one stays suspect.
        let mut confirmed: Vec<EventRef> = self.people[victim].signed.clone();
        confirmed.retain(|event| self.signed_by(*event, old_key));
        confirmed.pop();
        if let Some(admin) = self.of_org(org, Role::UnitAdmin).filter(|_| !confirmed.is_empty()) {
            let confirms: Vec<_> = confirmed.iter().map(|event| countersigns(*event)["countersigns"].clone()).collect();
            self.act(
                admin,
                Wish::new(
                    "credential.suspects_confirmed",
                    credential,
                    json!({"account": account.to_string(), "confirms": confirms}),
                ),
            );
        }
        self.enrol_again(victim);
    }

    fn signed_by(&self, event: EventRef, key: signing::bytes::KeyId) -> bool {
        let known = self.model.memory.event(event.event).ok().flatten();
        let entry = known.and_then(|known| self.model.memory.record(&known.record));
        entry.and_then(|entry| entry.mark(event.event)).is_some_and(|mark| mark.key == key)
    }

    /// Somebody leaves: grant and key revoked, account closed; asks for erasure later.
    pub fn leaves(&mut self, turn: usize) {
        let today = self.model.day();
        let leaver = (0..self.people.len()).map(|step| (turn + step) % self.people.len()).find(|person| {
            let known = &self.people[*person];
            known.active
                && known.role == Role::UnitHead
                && today < known.valid_until
                && known.org.is_some_and(|org| self.of_org(org, Role::UnitAdmin).is_some())
        });
        let Some(leaver) = leaver else { return };
        let known = self.people[leaver].clone();
        let org = known.org.expect("a head has an organisation");
        let admin = self.of_org(org, Role::UnitAdmin).expect("looked at above");
        let of_account = json!({"account": known.account.to_string()});
        self.act(admin, Wish::new("grant.revoked", known.grant, of_account).because("LEFT", None));
        self.act(admin, revoked(known.credential, known.account, "LEFT"));
        self.act(admin, Wish::new("account.closed", known.account, json!({})).because("LEFT", None));
        self.people[leaver].active = false;
        let area = known.area.expect("a head has an area");
        self.after(
            20,
            Task::RequestErasure(ErasureCase {
                party: known.party,
                kind: "account",
                record: known.account,
                area,
                approved: turn.is_multiple_of(2),
            }),
        );
    }

    /// The county asks for the erasure of somebody's data.
    pub fn request_erasure(&mut self, case: ErasureCase) {
        let supervisor = self.office(Role::CountySupervisor, Some(case.area), 0);
        let erasure = self.model.id();
        let ground = if case.is_of_worker() { "MISTAKEN" } else { "PURPOSE" };
        let data = json!({"subject": case.subject(),
            "found_in": {"kind": case.kind, "id": case.record.to_string()}, "ground": ground});
        self.act(supervisor, Wish::new("erasure.requested", erasure, data).schema(case.schema()));
        self.after(6, Task::DecideErasure(erasure, case));
    }

    /// The city approves or refuses.
    pub fn decide_erasure(&mut self, erasure: Uuid, case: ErasureCase) {
        let approver = self.office(Role::CityApprover, None, 0);
        let data = json!({"subject": case.subject()});
        if case.approved {
            self.act(approver, Wish::new("erasure.approved", erasure, data).schema(case.schema()));
            self.carry_out(erasure);
        } else {
            self.act(
                approver,
                Wish::new("erasure.refused", erasure, data)
                    .schema(case.schema())
                    .because("STILL_NEEDED", Some("监督档案仍在保存期内（示例）")),
            );
        }
    }

    /// The desk does it at once, after the keys are gone.
    pub fn carry_out(&mut self, erasure: Uuid) {
        self.pause();
        self.model.carry_out(erasure);
    }

    /// One of the many small edits of every year; several when the story falls short of the wanted number.
    pub fn edit(&mut self) {
        self.edits_left -= 1;
        for _ in 0..4 {
            self.edit_once();
            if !self.is_near_end() || self.size() + self.edits_left * 5 / 4 >= self.wanted {
                return;
            }
        }
    }

    fn edit_once(&mut self) {
        // Not everything can be edited today: try others.
        for _ in 0..40 {
            let done = if self.model.luck.percent(65) && !self.devices.is_empty() {
                let device = self.model.luck.below(self.devices.len());
                self.edit_device(device)
            } else {
                let org = self.model.luck.below(self.orgs.len());
                self.edit_institution(org)
            };
            if done {
                return;
            }
        }
    }

    /// Code of the area of somebody, for the list of identities.
    pub fn area_code(&self, person: usize) -> Option<&'static str> {
        self.people[person].area.map(|area| AREAS[area].code)
    }
}

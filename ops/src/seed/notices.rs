//! Messages: the desk orders them, a gateway carries most of them, and some do not arrive.

use domain::codes::Role;
use domain::notification_codes::{NoticeFailure, NoticeGateway};
use domain::records::notification::{Event, Failed, Notification, Sent};
use domain::records::{Nothing, notification};
use serde_json::json;
use uuid::Uuid;

use super::city::phone;
use super::model::Wish;
use super::story::{Story, Task};

impl Story {
    /// Officers of the city and of the counties file the telephone on which they are on call; one of them forgets.
    pub fn go_on_call(&mut self) {
        let officers = [Role::CitySupervisor, Role::CountySupervisor];
        let today = self.model.day();
        let on_call: Vec<usize> = (0..self.people.len())
            .filter(|index| {
                let person = &self.people[*index];
                person.active && today < person.valid_until && officers.contains(&person.role)
            })
            .collect();
        for officer in on_call.into_iter().skip(1) {
            let account = self.people[officer].account;
            let known = self.model.entry("account", account).and_then(|entry| entry.state.account().cloned());
            let Some(known) = known.filter(|known| known.is_open()) else { continue };
            let Some(party) = known.party else { continue };
            let number = phone(&mut self.model.luck, "139");
            let mut data = json!({"party": {"kind": "party", "id": party.id.to_string()}, "phone": number});
            if let Some(area) = known.area {
                data["area"] = json!(area.as_str());
            }
            self.act(officer, Wish::new("account.contact_filed", account, data));
        }
    }

    /// The gateway takes a message, if there is somebody to send it to.
    pub fn carry(&mut self, id: Uuid) {
        let Some(message) = self.notification(id) else { return };
        let contact = message.contact(self.model.day(), &self.model.memory).ok().flatten();
        let Some(contact) = contact else {
            let reason = NoticeFailure::NoAddress;
            return self.model.outcome(id, &Event::Failed(Failed { reason, code: None }));
        };
        let serial = format!("{}^0", 300_000_000_000_000_000_u64 + self.model.luck.below(1 << 30) as u64);
        let (to, gateway) = (contact.party, NoticeGateway::Aliyun);
        self.model.outcome(id, &Event::Sent(Sent { to, gateway, serial: serial.into() }));
        self.after(0, Task::Arrive(id));
    }

    /// The carrier says what became of it; what failed is sent again by somebody of the unit, now and then.
    pub fn arrive(&mut self, id: Uuid) {
        if self.model.luck.below(40) > 0 {
            return self.model.outcome(id, &Event::Delivered(Nothing {}));
        }
        let failed = Failed { reason: NoticeFailure::Undelivered, code: Some("MOBILE_NOT_ON_SERVICE".into()) };
        self.model.outcome(id, &Event::Failed(failed));
        self.after(1, Task::SendAgain(id));
    }

    /// Somebody of the unit, or of the county, has it sent again.
    pub fn send_again(&mut self, id: Uuid) {
        let Some(message) = self.notification(id) else { return };
        let org = self.orgs.iter().position(|org| org.id == message.order.about.id);
        let somebody = org.and_then(|org| self.of_org(org, Role::UnitAdmin));
        let reached = message.contact(self.model.day(), &self.model.memory).is_ok_and(|contact| contact.is_some());
        if let Some(somebody) = somebody.filter(|_| reached) {
            self.act(somebody, Wish::new("notification.sent_again", id, json!({})));
            self.carry(id);
        }
    }

    fn notification(&self, id: Uuid) -> Option<Notification> {
        self.model.entry(&notification::reference(id).kind, id)?.state.notification().cloned()
    }
}

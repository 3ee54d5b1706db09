//! Two sides of a transfer: a practice with its worker, and a hospital in another county that has planned a post for him.

use domain::record::Facts;
use domain::records::person::Custodian;
use domain::records::transfer::Transfer;
use domain::refusal::Refusal;
use domain::transfer_codes::TransferStep;
use serde_json::{Value as Json, json};
use signing::bytes::Hash;
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::practice::{Offices, Practice, act, credit_code};
use crate::world::{AREA, Person, Wish, World, employment, institution_profile};

/// The county on the other side.
pub const OTHER: &str = "511523";

/// A hospital of another county that planned a post for the worker, and who acts for both.
#[derive(Debug, Clone)]
pub struct District {
    /// Code of the county.
    pub area: &'static str,
    /// C_APPR of the county.
    pub approver: Person,
    /// The hospital, approved and licensed for diagnostic work.
    pub hospital: Uuid,
    /// I_HEAD of the hospital.
    pub head: Person,
    /// I_RPO of the hospital.
    pub officer: Person,
    /// The post that it planned for the worker.
    pub post: Uuid,
}

impl District {
    /// A district with its hospital; `number` keeps it apart from others.
    pub fn found(world: &mut World, here: &Practice, area: &'static str, number: u32) -> Self {
        let Offices { city, .. } = here.offices.clone();
        let admin = world.enrol(&city[0], &city[1], "C", "C_ADMIN", None, Some(area));
        let supervisor = world.enrol(&admin, &city[0], "C", "C_SUP", None, Some(area));
        let approver = world.enrol(&admin, &city[0], "C", "C_APPR", None, Some(area));
        let (hospital, licence, post) = (world.id(), world.id(), world.id());
        let mut profile = institution_profile(&credit_code(number), &format!("对岸{number}医院"));
        profile["division"] = json!(area);
        profile["supervision_area"] = json!(area);
        act(world, &supervisor, Wish::new("institution.registered", hospital, profile));
        act(world, &approver, Wish::new("institution.approved", hospital, json!({})));
        let unit_admin = world.enrol(&admin, &city[0], "I", "I_ADMIN", Some(hospital), Some(area));
        let head = world.enrol(&unit_admin, &admin, "I", "I_HEAD", Some(hospital), Some(area));
        let officer = world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(hospital), Some(area));
        let papers = json!({
            "institution": hospital, "type": "LIC", "number": format!("示范放证字（2020）第{number:04}号"),
            "authority": "COUNTY", "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-2"]}],
            "issued_on": "2020-03-15", "verify_due_on": "2029-03-15",
        });
        act(world, &approver, Wish::new("licence.issued", licence, papers));
        let planned = employment(here.person, hospital, 1, "2A");
        act(world, &officer, Wish::new("employment.planned", post, planned));
        Self { area, approver, hospital, head, officer, post }
    }
}

/// Both sides in one ledger.
pub struct Sides {
    /// The ledger.
    pub world: World,
    /// Where the worker is.
    pub here: Practice,
    /// Where he goes.
    pub there: District,
}

impl Sides {
    /// Both in a new ledger.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (world, here) = Practice::new(seed);
        Self::of(world, here)
    }

    /// Another district beside a practice that is there.
    #[must_use]
    pub fn of(mut world: World, here: Practice) -> Self {
        let there = District::found(&mut world, &here, OTHER, 77);
        Self { world, here, there }
    }

    /// A request of a type between the two.
    #[must_use]
    pub fn request(&self, kind: &str, by: &str) -> Json {
        self.request_to(&self.there, kind, by)
    }

    /// A request of a type to a district.
    #[must_use]
    pub fn request_to(&self, there: &District, kind: &str, by: &str) -> Json {
        json!({
            "person": {"kind": "person", "id": self.here.person}, "type": kind, "by": by, "history_by_hand": false,
            "from_institution": self.here.hospital, "from_area": AREA, "to_institution": there.hospital,
            "to_area": there.area,
        })
    }

    /// Asks for a transfer to the other county and lets it come to a step.
    ///
    /// # Panics
    /// When there is no such step.
    pub fn open(&mut self, until: &str) -> Uuid {
        let transfer = self.world.id();
        let request = self.request("C", "RECEIVING");
        act(&mut self.world, &self.there.head, Wish::new("transfer.requested", transfer, request));
        let consent = json!({"scope": "STATUTORY", "how": "SELF"});
        let release = json!({"step": "RELEASING_INST"});
        let steps: [(Person, &'static str, Json); 5] = [
            (self.here.me.clone(), "transfer.consent_signed", consent),
            (self.here.head.clone(), "transfer.approved", release),
            (self.here.offices.approver.clone(), "transfer.approved", let_go()),
            (self.there.head.clone(), "transfer.approved", json!({"step": "RECEIVING_INST"})),
            (self.there.approver.clone(), "transfer.approved", json!({"step": "RECEIVING_COUNTY"})),
        ];
        for (who, event_type, data) in steps {
            if self.step(transfer) == TransferStep::parse(until).expect("a step") {
                break;
            }
            act(&mut self.world, &who, Wish::new(event_type, transfer, data));
        }
        transfer
    }

    /// The county of the practice seals the package.
    pub fn sealed(&mut self, transfer: Uuid) {
        let package = json!({
            "as_of": 10, "events": 12, "manifest": Hash::of(b"manifest"), "year_nsv": 0, "block_nsv": 0, "life_nsv": 0,
            "open_items": 0,
        });
        act(&mut self.world, &self.here.offices.supervisor, Wish::new("transfer.package_sealed", transfer, package));
    }

    /// The other side signs the receipt, of a transfer that came to its last step but one.
    pub fn complete(&mut self, transfer: Uuid) {
        self.sealed(transfer);
        act(&mut self.world, &self.there.head, Wish::new("transfer.completed", transfer, json!({"by": "RECEIVING"})));
    }

    /// A transfer as it stands.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn state(&self, transfer: Uuid) -> Transfer {
        let entry = self.world.memory.record(&RecordRef { kind: "transfer".into(), id: transfer }).expect("a transfer");
        entry.state.transfer().expect("a transfer").clone()
    }

    /// The step at which it waits.
    #[must_use]
    pub fn step(&self, transfer: Uuid) -> TransferStep {
        self.state(transfer).standing.step
    }

    /// Who holds the worker's file.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn custodian(&self) -> Custodian {
        let person = self.world.memory.entry(&domain::records::person::reference(self.here.person));
        person.expect("memory holds everything").expect("a person").state.person().expect("a person").custodian()
    }

    /// What somebody is told who may not do that.
    ///
    /// # Panics
    /// When it is admitted.
    pub fn refused(&mut self, who: &Person, event_type: &'static str, transfer: Uuid, data: Json) -> Refusal {
        let wish = Wish::new(event_type, transfer, data);
        let wish = if event_type == "transfer.rejected" { wish.because("GROUND") } else { wish };
        self.world.act(who, wish).expect_err("it is refused")
    }
}

/// The releasing county lets somebody go who was not examined for leaving.
#[must_use]
pub fn let_go() -> Json {
    json!({"step": "RELEASING_COUNTY", "undertaking": "LEAVING_EXAM"})
}

//! Who is needed for what lies in a worker's file: a hospital with its device and its worker, a laboratory, an examining
//! hospital, and the offices above them, in a ledger that has the catalogue of examinations and tests in force.

use domain::codes::credit_code_ok;
use domain::health::mandatory;
use domain::health_codes::ExamKind;
use serde_json::{Value as Json, json};
use signing::bytes::b64url;
use signing::statement::EventRef;
use uuid::Uuid;

use crate::world::{
    AREA, County, Person, Wish, World, device_profile, dose_report, dose_result, employment, institution_profile,
    laboratory_profile, qualification, worker,
};

/// What a ledger adopts after its genesis until the kinds of a worker's file are known.
pub const ADOPTED: [(&str, u32); 9] = [
    ("catalogue", 2),
    ("policy", 3),
    ("catalogue", 3),
    ("policy", 4),
    ("policy", 5),
    ("catalogue", 4),
    ("policy", 6),
    ("catalogue", 5),
    ("policy", 7),
];

/// The people of a county and of the city above it.
#[derive(Debug, Clone)]
pub struct Offices {
    /// Two T_ADMIN and one SYS_AUD of the city.
    pub city: Vec<Person>,
    /// C_ADMIN.
    pub admin: Person,
    /// C_SUP.
    pub supervisor: Person,
    /// C_APPR.
    pub approver: Person,
}

/// A hospital that works with radiation, and who serves it.
#[derive(Debug, Clone)]
pub struct Practice {
    /// The offices above it.
    pub offices: Offices,
    /// T_APPR.
    pub city_approver: Person,
    /// T_SUP.
    pub city_supervisor: Person,
    /// T_TRAIN.
    pub trainer: Person,
    /// The hospital, approved.
    pub hospital: Uuid,
    /// I_ADMIN of the hospital.
    pub unit_admin: Person,
    /// I_HEAD of the hospital.
    pub head: Person,
    /// I_RPO of the hospital.
    pub officer: Person,
    /// An X-ray device of the hospital, in use.
    pub device: Uuid,
    /// A worker of the hospital.
    pub person: Uuid,
    /// His employment, active since 2021-07-01.
    pub employment: Uuid,
    /// W_SELF: the worker himself.
    pub me: Person,
    /// A technical-service organisation with a qualification.
    pub laboratory: Uuid,
    /// TSO_SIGN of the laboratory.
    pub signatory: Person,
    /// A health-exam organisation with its filing.
    pub examiner: Uuid,
    /// HEO_CHIEF of the health-exam organisation.
    pub chief: Person,
}

impl Practice {
    /// A new ledger with a practice in it.
    #[must_use]
    pub fn new(seed: u64) -> (World, Self) {
        let County { mut world, city, admin, supervisor, approver, .. } = World::county(seed);
        for (what, version) in ADOPTED {
            world.adopt(what, version);
        }
        let practice = Self::found(&mut world, &Offices { city, admin, supervisor, approver }, 1);
        (world, practice)
    }

    /// A practice in a ledger that has the catalogue already; `number` keeps it apart from others.
    pub fn found(world: &mut World, offices: &Offices, number: u32) -> Self {
        let Offices { city, admin, .. } = offices.clone();
        let city_approver = world.enrol(&city[0], &city[2], "T", "T_APPR", None, None);
        let city_supervisor = world.enrol(&city[0], &city[2], "T", "T_SUP", None, None);
        let trainer = world.enrol(&city[0], &city[2], "T", "T_TRAIN", None, None);
        let hospital = institution(world, offices, &city_approver, number * 10, "RAD");
        let unit_admin = world.enrol(&admin, &city[0], "I", "I_ADMIN", Some(hospital), Some(AREA));
        let head = world.enrol(&unit_admin, &admin, "I", "I_HEAD", Some(hospital), Some(AREA));
        let officer = world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(hospital), Some(AREA));
        let me = world.enrol(&unit_admin, &admin, "W", "W_SELF", Some(hospital), Some(AREA));
        let (device, person, post) = (world.id(), world.id(), world.id());
        act(world, &officer, Wish::new("device.registered", device, device_profile(hospital, 100 + number)));
        act(world, &officer, Wish::new("device.put_in_use", device, json!({"legacy": true})).on("2022-05-01"));
        act(world, &officer, Wish::new("person.registered", person, worker(hospital, 100 + number)));
        act(world, &officer, Wish::new("person.account_linked", person, json!({"account": me.account})));
        act(world, &officer, Wish::new("employment.planned", post, employment(person, hospital, 100 + number, "2A")));
        act(world, &officer, Wish::new("employment.activated", post, json!({"legacy": true})).on("2021-07-01"));
        let laboratory = institution(world, offices, &city_approver, number * 10 + 1, "TSO");
        let signatory = world.enrol(&city[0], &city[1], "S", "TSO_SIGN", Some(laboratory), None);
        let examiner = institution(world, offices, &city_approver, number * 10 + 2, "HEO");
        let chief = world.enrol(&city[0], &city[1], "S", "HEO_CHIEF", Some(examiner), None);
        Self {
            offices: offices.clone(),
            city_approver,
            city_supervisor,
            trainer,
            hospital,
            unit_admin,
            head,
            officer,
            device,
            person,
            employment: post,
            me,
            laboratory,
            signatory,
            examiner,
            chief,
        }
    }
}

impl Practice {
    /// Data of a full examination of the worker in February 2024.
    #[must_use]
    pub fn exam(&self, report_no: &str, kind: ExamKind, conclusions: &[&str]) -> Json {
        let items: Vec<Json> = mandatory(kind).map(|item| json!({"item": item.as_str()})).collect();
        json!({
            "person": {"kind": "person", "id": self.person}, "institution": self.hospital, "employment": self.employment,
            "examiner": self.examiner, "report_no": report_no, "kind": kind.as_str(), "exam_on": "2024-02-01",
            "exam_ended_on": "2024-02-02", "concluded_on": "2024-02-20", "conclusions": conclusions,
            "items": if items.is_empty() { json!([{"item": "BLOOD"}]) } else { json!(items) },
        })
    }

    /// What the laboratory reports of the worker over a period, with a contract and a report of its own: the result, and the
    /// event that reports it.
    pub fn measured(
        &self,
        world: &mut World,
        period: [&str; 2],
        hp10_nsv: i64,
        change: impl FnOnce(&mut Json),
    ) -> (Uuid, EventRef) {
        let (contract, report, result) = (world.id(), world.id(), world.id());
        let terms = json!({
            "institution": self.hospital, "laboratory": self.laboratory, "cycle_months": 3, "from": "2021-01-01",
        });
        act(world, &self.officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let number = format!("示范报告{}", world.memory.size());
        let header = dose_report(contract, self.laboratory, &number, period, &world.today());
        act(world, &self.signatory, Wish::new("dose_report.issued", report, header));
        let mut line = dose_result(report, 1, [self.person, self.employment], period, hp10_nsv);
        change(&mut line);
        (result, act(world, &self.signatory, Wish::new("dose_result.reported", result, line)))
    }

    /// A paper about the worker that the protection officer scanned.
    pub fn paper(&self, world: &mut World, kind: &str, digest: u8) -> Uuid {
        let id = world.id();
        let person = json!({"kind": "person", "id": self.person});
        let data =
            json!({"kind": kind, "media": "PDF", "bytes": 1024, "person": person, "digest": b64url(&[digest; 32])});
        act(world, &self.officer, Wish::new("attachment.filed", id, data));
        id
    }
}

/// Registers and approves an institution of a kind, with the papers that its kind needs.
pub fn institution(world: &mut World, offices: &Offices, city_approver: &Person, serial: u32, kind: &str) -> Uuid {
    let (id, document) = (world.id(), world.id());
    let code = credit_code(serial);
    let profile = match kind {
        "TSO" => laboratory_profile(&code),
        "HEO" => {
            let mut profile = institution_profile(&code, "示范体检医院");
            profile["kinds"] = json!(["HEO"]);
            profile
        }
        _ => institution_profile(&code, &format!("示范{serial}医院")),
    };
    act(world, &offices.supervisor, Wish::new("institution.registered", id, profile));
    let papers = match kind {
        "TSO" => Some(qualification(document)),
        "HEO" => Some(json!({"document": document, "kind": "HEF", "number": "示范备案0001", "from": "2020-01-01"})),
        _ => None,
    };
    let service = papers.is_some();
    if let Some(papers) = papers {
        act(world, &offices.supervisor, Wish::new("institution.document_filed", id, papers));
    }
    let approver = if service { city_approver } else { &offices.approver };
    act(world, approver, Wish::new("institution.approved", id, json!({})));
    id
}

/// A credit code with both check characters, of a serial number.
///
/// # Panics
/// Never: one of the characters fits.
#[must_use]
pub fn credit_code(serial: u32) -> String {
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let digits = format!("{:08}", 90_000_000 + serial);
    let sum: u32 = digits.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap_or(0) * weight).sum();
    let inner = match 11 - sum % 11 {
        10 => "X".to_owned(),
        11 => "0".to_owned(),
        check => check.to_string(),
    };
    let code = format!("12511502{digits}{inner}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|check| format!("{code}{check}"))
        .find(|code| credit_code_ok(code))
        .expect("one of the 31 characters is the check character")
}

/// Signs and submits what must be admitted.
///
/// # Panics
/// When it is refused.
pub fn act(world: &mut World, who: &Person, wish: Wish) -> EventRef {
    let (name, data): (_, Json) = (wish.event_type, wish.data.clone());
    world.act(who, wish).unwrap_or_else(|refusal| panic!("{name} {data}: {refusal:?}"))
}

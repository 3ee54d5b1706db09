//! Devices, their tests and the papers of workers, for the cases of the rules that look at them.

use serde_json::{Value as Json, json};
use signing::bytes::Date;
use uuid::Uuid;

use super::case::{Case, day, with};
use super::{Look, WarningRule};

impl Case {
    /// The next day on which a rule wants to look at a subject, beside the steps of what it found.
    pub(super) fn next_look(&self, rule: &WarningRule, subject: Uuid, on: &str) -> Option<Date> {
        let look = Look::new(&self.memory, day(on));
        let version = rule.version(day(on)).expect("a version of the day");
        (version.evaluate)(subject, &look).unwrap_or_else(|need| panic!("{need:?}"));
        look.horizon()
    }

    /// A parameter has this value from a day on.
    pub(super) fn parameter(&mut self, name: &str, value: i64, on: &str) -> Uuid {
        let unit = crate::reference_codes::ParameterName::parse(name).expect("a parameter").bounds().unit.as_str();
        let data = json!({"name": name, "unit": unit, "value": value, "from_day": on, "source": "市卫健委通知"});
        self.begin("parameter.set", on, data)
    }

    /// A device of a new institution, registered in 2023.
    pub(super) fn device(&mut self, kind: &str) -> Uuid {
        let institution = self.institution(json!({}));
        let data = json!({"institution": institution, "kind": kind, "device_no": "D1", "name": "示范设备",
            "maker": "示范医疗设备", "factory_no": "F1", "location": "放射科1室"});
        self.begin("device.registered", "2023-01-10", data)
    }

    /// A device that is in use since a day.
    pub(super) fn device_in_use(&mut self, kind: &str, since: &str) -> Uuid {
        let device = self.device(kind);
        self.event("device.put_in_use", device, since, json!({"legacy": false}));
        device
    }

    /// A device comes to another state.
    pub(super) fn turned(&mut self, device: Uuid, on: &str, to: &str) {
        self.event("device.state_changed", device, on, json!({"to": to, "why": "OTHER"}));
    }

    /// A laboratory that is qualified from 2020 on.
    pub(super) fn laboratory(&mut self) -> Uuid {
        let laboratory = self.institution(json!({"kinds": ["TSO"]}));
        let document = self.id();
        let filed = json!({"document": document, "kind": "TSQ", "number": "示范资质0001", "from": "2020-01-01"});
        self.event("institution.document_filed", laboratory, "2020-01-02", filed);
        laboratory
    }

    /// A test of a device, signed and filed on the day of the test by a qualified laboratory.
    pub(super) fn tested(&mut self, device: Uuid, purpose: &str, on: &str, conclusion: &str) -> Uuid {
        self.reported(device, purpose, on, conclusion, json!({}))
    }

    /// The same, with other members; it is filed on the day on which it was signed.
    pub(super) fn reported(&mut self, device: Uuid, purpose: &str, on: &str, conclusion: &str, more: Json) -> Uuid {
        let laboratory = self.laboratory();
        let (institution, number) = (self.institution_of(device), self.id());
        let data = json!({"purpose": purpose, "device": device, "institution": institution, "laboratory": laboratory,
            "report_no": format!("J{number}"), "line_no": 1, "tested_on": on, "signed_on": on,
            "standards": ["WS 76-2020"], "item": "T1", "qualification_no": "示范资质0001", "conclusion": conclusion});
        let data = with(data, more);
        let signed_on = data["signed_on"].as_str().expect("a day").to_owned();
        self.begin("device_test.reported", &signed_on, data)
    }

    /// A check of constancy.
    pub(super) fn checked(&mut self, device: Uuid, check: &str, on: &str, deviation_exceeded: bool) -> Uuid {
        let institution = self.institution_of(device);
        let data = json!({"device": device, "institution": institution, "check": check, "tested_on": on,
            "deviation_exceeded": deviation_exceeded});
        self.begin("device_test.recorded", on, data)
    }

    /// A worker of a new institution, and that institution.
    pub(super) fn worker(&mut self) -> (Uuid, Uuid) {
        let institution = self.institution(json!({}));
        (self.person(institution, json!({})), institution)
    }

    /// A post that a worker is to take: diagnostic radiology, unless said otherwise.
    pub(super) fn planned(&mut self, person: Uuid, institution: Uuid, on: &str, more: Json) -> Uuid {
        let data = json!({"person": person, "institution": institution, "worker_no": "W1", "category": "2A"});
        self.begin("employment.planned", on, with(data, more))
    }

    /// A post in which a worker works since a day.
    pub(super) fn active(&mut self, person: Uuid, institution: Uuid, since: &str) -> Uuid {
        let employment = self.planned(person, institution, since, json!({}));
        self.event("employment.activated", employment, since, json!({"legacy": false}));
        employment
    }

    /// A training that was passed on a day.
    pub(super) fn trained(&mut self, person: Uuid, kind: &str, days_tenths: i64, on: &str) -> Uuid {
        let institution = self.institution(json!({}));
        let data = json!({"person": {"kind": "person", "id": person}, "institution": institution, "held_by": "OUTSIDE",
            "kind": kind, "organiser_name": "宜宾市卫生健康委员会", "mode": "OFFLINE", "from": on, "to": on,
            "credited_days_tenths": days_tenths, "result": "PASS", "passed_on": on});
        self.begin("training_record.completed", on, data)
    }

    /// A certificate that the institution of an employment applies for.
    pub(super) fn applied(&mut self, person: Uuid, institution: Uuid, employment: Uuid, on: &str) -> Uuid {
        let data = json!({"person": {"kind": "person", "id": person}, "institution": institution,
            "employment": employment, "authority": "COUNTY", "categories": ["2A"]});
        self.begin("certificate.applied", on, data)
    }

    /// A certificate of diagnostic radiology, applied for and issued on one day.
    pub(super) fn certified(&mut self, person: Uuid, institution: Uuid, employment: Uuid, on: &str) -> Uuid {
        let certificate = self.applied(person, institution, employment, on);
        self.event("certificate.issued", certificate, on, Self::issued());
        certificate
    }

    /// What an authority says when it issues a certificate.
    pub(super) fn issued() -> Json {
        json!({"number": "川宜放证0001", "issuer": "示范县卫生健康局", "legacy": false})
    }
}

//! Licences, devices, officers and papers of an institution, for the cases of the rules about them.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::case::Case;

impl Case {
    /// A licence of an institution, issued on a day; members of `more` replace the usual ones.
    pub(super) fn licence_of(&mut self, institution: Uuid, type_: &str, on: &str, more: Json) -> Uuid {
        let mut data = json!({"institution": institution, "type": type_, "number": format!("{type_}{}", self.id()),
            "issuer": "示范县卫生健康局", "issued_on": on});
        merge(&mut data, more);
        self.begin("licence.issued", on, data)
    }

    /// A radiology licence for diagnostic X-ray with an annex.
    pub(super) fn radiology_licence(&mut self, institution: Uuid, on: &str, devices: &[Uuid]) -> Uuid {
        let classes = json!([{"class": "XR", "items": ["XR-1", "XR-2", "XR-3"]}]);
        self.licence_of(institution, "LIC", on, annexed(json!({"authority": "COUNTY", "classes": classes}), devices))
    }

    /// A radiation safety licence with an annex, and the first day without validity.
    pub(super) fn safety_licence(&mut self, institution: Uuid, on: &str, until: &str, devices: &[Uuid]) -> Uuid {
        self.licence_of(institution, "RSL", on, annexed(json!({"from": on, "until": until}), devices))
    }

    /// A device of a kind that is not in use yet.
    pub(super) fn device_of(&mut self, institution: Uuid, kind: &str) -> Uuid {
        let no = self.id().to_string();
        let data = json!({"institution": institution, "kind": kind, "device_no": no, "name": "示范设备",
            "maker": "示范厂", "factory_no": no, "location": "1号机房"});
        self.begin("device.registered", "2020-01-03", data)
    }

    /// A device of a kind in use since a day.
    pub(super) fn used_device(&mut self, institution: Uuid, kind: &str, since: &str) -> Uuid {
        let device = self.device_of(institution, kind);
        self.event("device.put_in_use", device, since, json!({"legacy": true}));
        device
    }

    /// A device comes into another state.
    pub(super) fn turn_device(&mut self, device: Uuid, to: &str, on: &str) {
        self.event("device.state_changed", device, on, json!({"to": to, "why": "OTHER"}));
    }

    /// Somebody takes a post; returns the person.
    pub(super) fn appoint(&mut self, institution: Uuid, post: &str, on: &str) -> Json {
        let party = json!({"kind": "party", "id": self.id()});
        let data = json!({"post": post, "party": party, "name": Self::sealed()});
        self.event("institution.officer_appointed", institution, on, data);
        party
    }

    /// A technical-service organisation with a qualification, and the first day on which that is no longer valid.
    pub(super) fn laboratory_until(&mut self, number: &str, until: &str) -> Uuid {
        let laboratory = self.registered(json!(["TSO"]));
        self.file(laboratory, "TSQ", number, "2022-10-01", Some(until), "2022-10-01");
        self.event("institution.approved", laboratory, "2022-10-02", json!({}));
        laboratory
    }

    /// An institution that nobody has approved yet.
    pub(super) fn registered(&mut self, kinds: Json) -> Uuid {
        let data = json!({"kinds": kinds, "name": "示范机构", "credit_code": "92511502MA6A00015U", "division": "511502",
            "supervision_area": "511502", "address": "示范路2号"});
        self.begin("institution.registered", "2020-01-01", data)
    }

    /// A document of an institution; returns its id.
    pub(super) fn file(
        &mut self,
        institution: Uuid,
        kind: &str,
        number: &str,
        from: &str,
        until: Option<&str>,
        on: &str,
    ) -> Uuid {
        let document = self.id();
        let mut data = json!({"document": document, "kind": kind, "number": number, "from": from});
        if let Some(until) = until {
            data["until"] = json!(until);
        }
        self.event("institution.document_filed", institution, on, data);
        document
    }
}

/// With a device annex where there are devices.
fn annexed(mut licence: Json, devices: &[Uuid]) -> Json {
    if !devices.is_empty() {
        licence["devices"] = json!(devices);
    }
    licence
}

fn merge(data: &mut Json, more: Json) {
    if let (Some(data), Json::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
}

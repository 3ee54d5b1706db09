//! One stored example of every event type of the catalogue, in `wire/<kind>/<event>.v<schema>.json`.
//!
//! Each file stands for itself: a reader that has it needs neither the world that made it nor any other file to verify
//! the signature, read the statement and fold its record to the state that is written there. The world is made anew
//! and compared, so a change of any byte shows. `UPDATE_GOLDEN=1` writes files that are not there yet and touches no
//! other: an example that was once published stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use domain::admission::replay;
use domain::catalog::{EventType, event_type, event_types};
use domain::health_codes::ExamKind;
use domain::record::{Entry, Facts};
use domain::warning_codes::WarningGrade;
use replay_tests::practice::{Offices, Practice, institution};
use replay_tests::world::{
    AREA, Person, Wish, World, device_profile, dose_report, dose_result, employment as post, institution_profile,
    laboratory_profile, qualification, worker,
};
use serde_json::{Value as Json, json};
use signing::bytes::{Hash, Instant, KeyId, b64url, b64url_decode};
use signing::envelope::{Opening, PayloadType, openings_of, statement_hash};
use signing::json::{canonical, read_loose, read_stored};
use signing::keys::PublicKey;
use signing::statement::{EventRef, RecordRef};
use signing::tree::{leaf, leaf_hash};
use uuid::Uuid;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/wire");

fn path_of(known: &EventType) -> PathBuf {
    let (kind, event) = known.name.split_once('.').expect("a type has a kind");
    PathBuf::from(FOLDER).join(kind).join(format!("{event}.v{}.json", known.schema))
}

/// The people of one county and what they do: every event type at least once.
struct Story {
    world: World,
    city: Vec<Person>,
    admin: Person,
    supervisor: Person,
    approver: Person,
    city_approver: Person,
}

impl Story {
    fn begin() -> Self {
        let (mut world, city) = World::founded(20_261_125);
        let admin = world.enrol(&city[0], &city[1], "C", "C_ADMIN", None, Some(AREA));
        let supervisor = world.enrol(&admin, &city[0], "C", "C_SUP", None, Some(AREA));
        let approver = world.enrol(&admin, &city[0], "C", "C_APPR", None, Some(AREA));
        let city_approver = world.enrol(&city[0], &city[2], "T", "T_APPR", None, None);
        Self { world, city, admin, supervisor, approver, city_approver }
    }

    fn act(&mut self, who: &Person, wish: Wish) -> EventRef {
        let name = wish.event_type;
        self.world.act(who, wish).unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"))
    }

    fn institution(&mut self, credit_code: &str, name: &str) -> Uuid {
        let institution = self.world.id();
        let (supervisor, approver) = (self.supervisor.clone(), self.approver.clone());
        self.act(&supervisor, Wish::new("institution.registered", institution, institution_profile(credit_code, name)));
        self.act(&approver, Wish::new("institution.approved", institution, json!({})));
        institution
    }

    fn policy(&mut self) {
        let (first, second) = (self.world.roots[0].clone(), self.world.roots[1].clone());
        let (record, from_day) = (self.world.id(), self.world.today());
        let data = json!({"what": "policy", "version": 2, "sha256": domain::catalog::file_hash("policy", 2), "from_day": from_day});
        let adopted = self.act(&first, Wish::new("policy.adopted", record, data));
        self.act(&second, Wish::new("policy.countersigned", record, json!({"countersigns": adopted})));
    }

    fn institutions(&mut self) -> (Uuid, Person, Person) {
        let (supervisor, approver, admin) = (self.supervisor.clone(), self.approver.clone(), self.admin.clone());
        let today = self.world.today();
        let hospital = self.world.id();
        let profile = institution_profile("12511500451600013C", "示范医院");
        let registered = self.act(&supervisor, Wish::new("institution.registered", hospital, profile));
        self.act(&approver, Wish::new("institution.returned", hospital, json!({})).because("INCOMPLETE"));
        let change = json!({"set": {"address": "示范路2号", "beds": 120}});
        self.act(&supervisor, Wish::new("institution.changed", hospital, change).on(&today));
        // Who returned it has signed a version since the last approval, so another person approves.
        let other = self.world.enrol(&admin, &self.city[0].clone(), "C", "C_APPR", None, Some(AREA));
        self.act(&other, Wish::new("institution.approved", hospital, json!({})));
        let unit_admin = self.world.enrol(&admin, &self.city[0].clone(), "I", "I_ADMIN", Some(hospital), Some(AREA));
        let officer = self.world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(hospital), Some(AREA));
        let correction = json!({"set": {"short_name": "示范院"}, "clear": ["beds"]});
        self.act(&officer, Wish::new("institution.corrected", hospital, correction).correcting(registered));
        let document = self.world.id();
        let filed = json!({"document": document, "kind": "RSL", "number": "川环辐证[00001]", "issuer": "示范发证机关", "from": "2024-01-01", "until": "2029-01-01"});
        self.act(&officer, Wish::new("institution.document_filed", hospital, filed));
        self.act(
            &supervisor,
            Wish::new("institution.document_verified", hospital, json!({"document": document, "result": "GENUINE"})),
        );
        self.act(&unit_admin, Wish::new("institution.suspended", hospital, json!({})).on(&today));
        self.act(&unit_admin, Wish::new("institution.resumed", hospital, json!({})).on(&today));
        (hospital, unit_admin, officer)
    }

    fn device(&mut self, hospital: Uuid, officer: &Person) -> EventRef {
        let (device, today) = (self.world.id(), self.world.today());
        let registered = self.act(officer, Wish::new("device.registered", device, device_profile(hospital, 1)));
        self.act(officer, Wish::new("device.installed", device, json!({"location": "放射科2室"})).on(&today));
        self.act(officer, Wish::new("device.moved", device, json!({"location": "放射科3室"})).on(&today));
        self.act(officer, Wish::new("device.put_in_use", device, json!({"legacy": true})).on(&today));
        self.act(
            officer,
            Wish::new("device.corrected", device, json!({"set": {"model": "DR-9"}})).correcting(registered),
        );
        let standby = json!({"to": "STANDBY", "why": "LOW_DEMAND"});
        self.act(officer, Wish::new("device.state_changed", device, standby).on(&today));
        let disposal = json!({"method": "DISABLED", "evidence": "已去功能化，照片存档"});
        self.act(officer, Wish::new("device.decommissioned", device, disposal).on(&today));
        registered
    }

    /// Two officers come and go; the data of one is erased, that of the other is not.
    fn erasures(&mut self, hospital: Uuid, officer: &Person) {
        let today = self.world.today();
        let city_approver = self.city_approver.clone();
        for (name, erased) in [("张示范", true), ("李示范", false)] {
            let party = json!({"kind": "party", "id": self.world.id()});
            let data = json!({"post": "RP_OFFICER", "party": party, "name": name, "phone": "13800000000"});
            self.act(officer, Wish::new("institution.officer_appointed", hospital, data).on(&today));
            self.act(
                officer,
                Wish::new("institution.officer_ended", hospital, json!({"post": "RP_OFFICER", "party": party}))
                    .on(&today),
            );
            let record = self.world.id();
            let request =
                json!({"subject": party, "found_in": {"kind": "institution", "id": hospital}, "ground": "PURPOSE"});
            self.act(officer, Wish::new("erasure.requested", record, request));
            let decision = if erased {
                Wish::new("erasure.approved", record, json!({"subject": party}))
            } else {
                Wish::new("erasure.refused", record, json!({"subject": party})).because("STILL_KEPT")
            };
            self.act(&city_approver, decision);
            if erased {
                self.world.carry_out(record);
            }
        }
    }

    /// A key that was in other hands, one that is revoked, a grant that is, and an account that is closed.
    fn keys(&mut self, hospital: Uuid, unit_admin: &Person, registered: EventRef, officer: &Person) {
        let (admin, deciding) = (self.admin.clone(), self.city[0].clone());
        let head = self.world.enrol(unit_admin, &admin, "I", "I_HEAD", Some(hospital), Some(AREA));
        let leaver = self.world.enrol(unit_admin, &admin, "I", "I_RPO", Some(hospital), Some(AREA));
        let data = json!({"account": leaver.account});
        self.act(unit_admin, Wish::new("grant.revoked", leaver.grant.expect("he has one"), data).because("LEFT"));
        let data = json!({"account": head.account, "ground": "LEFT"});
        self.act(&head, Wish::new("credential.revoked", head.credential.expect("he has one"), data).because("LEFT"));
        self.act(&admin, Wish::new("account.closed", head.account, json!({})).because("LEFT"));
        let credential = officer.credential.expect("he has one");
        let since = self.world.now;
        let report = json!({"account": officer.account, "compromised_since": since});
        self.act(officer, Wish::new("credential.compromise_reported", credential, report).because("LOST"));
        let decided = json!({"account": officer.account, "since": since});
        self.act(&deciding, Wish::new("credential.compromise_decided", credential, decided));
        let confirm = json!({"account": officer.account, "confirms": [registered]});
        // The registrar of the credential is the unit's own administrator, so the county confirms.
        self.act(&admin, Wish::new("credential.suspects_confirmed", credential, confirm));
    }

    fn ends(&mut self, hospital: Uuid) {
        let (approver, admin, today) = (self.approver.clone(), self.admin.clone(), self.world.today());
        let clinic = self.institution("92511502MA6A00015U", "示范诊所");
        self.act(&approver, Wish::new("institution.merged", hospital, json!({"into": clinic})).on(&today));
        self.world.enrol(&admin, &self.city[0].clone(), "I", "I_ADMIN", Some(clinic), Some(AREA));
        self.act(&approver, Wish::new("institution.closed", clinic, json!({})).on(&today));
    }
}

impl Story {
    /// The second catalogue: a worker's file and his post.
    fn workers(&mut self) {
        self.world.adopt("catalogue", 2);
        self.world.adopt("policy", 3);
        let (admin, today) = (self.admin.clone(), self.world.today());
        let hospital = self.institution("12511523000000019U", "示范二院");
        let unit_admin = self.world.enrol(&admin, &self.city[0].clone(), "I", "I_ADMIN", Some(hospital), Some(AREA));
        let officer = self.world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(hospital), Some(AREA));
        let me = self.world.enrol(&unit_admin, &admin, "W", "W_SELF", Some(hospital), Some(AREA));
        let (person, employment) = (self.world.id(), self.world.id());
        let mut file = worker(hospital, 1);
        file["phone"] = json!("13800000000");
        let registered = self.act(&officer, Wish::new("person.registered", person, file));
        self.act(&officer, Wish::new("person.contact_changed", person, json!({"address": "示范路1号"})).on(&today));
        let corrected = json!({"set": {"radiation_work_since": "2015-07-01"}, "name": "虚构人员一"});
        self.act(&officer, Wish::new("person.corrected", person, corrected).correcting(registered));
        self.act(&officer, Wish::new("person.account_linked", person, json!({"account": me.account})));
        let asked = Wish::new("person.correction_requested", person, json!({"what": "电话有误"}));
        let request = self.act(&me, asked);
        let answer = json!({"request": request, "accepted": true});
        self.act(&officer, Wish::new("person.correction_decided", person, answer));
        let planned = self.act(&officer, Wish::new("employment.planned", employment, post(person, hospital, 1, "2A")));
        let mut act = |event_type, data| self.act(&officer, Wish::new(event_type, employment, data).on(&today));
        act("employment.activated", json!({"legacy": true}));
        act("employment.suspended", json!({"reason": "STUDY"}));
        act("employment.resumed", json!({}));
        act("employment.changed", json!({"set": {"category": "2E", "tags": ["IN_ROOM"]}}));
        let corrected = json!({"set": {"department": "放射科"}});
        self.act(&officer, Wish::new("employment.corrected", employment, corrected).correcting(planned));
        self.doses(hospital, &officer, [person, employment]);
        self.act(&officer, Wish::new("employment.ended", employment, json!({"reason": "RETIRE"})).on(&today));
        self.papers(hospital, &officer);
    }

    /// A laboratory measures what he receives.
    fn doses(&mut self, hospital: Uuid, officer: &Person, who: [Uuid; 2]) {
        let (supervisor, approver, today) = (self.supervisor.clone(), self.city_approver.clone(), self.world.today());
        let (laboratory, document) = (self.world.id(), self.world.id());
        let profile = laboratory_profile("91350100M000100Y43");
        self.act(&supervisor, Wish::new("institution.registered", laboratory, profile));
        self.act(&supervisor, Wish::new("institution.document_filed", laboratory, qualification(document)));
        self.act(&approver, Wish::new("institution.approved", laboratory, json!({})));
        let (first, second) = (self.city[0].clone(), self.city[1].clone());
        let signatory = self.world.enrol(&first, &second, "S", "TSO_SIGN", Some(laboratory), None);
        let contract = self.world.id();
        let terms = json!({"institution": hospital, "laboratory": laboratory, "cycle_months": 3, "from": "2020-01-01"});
        let concluded = self.act(officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let fewer = json!({"set": {"cycle_months": 2}});
        self.act(officer, Wish::new("monitoring_contract.corrected", contract, fewer).correcting(concluded));
        let person = json!({"kind": "person", "id": who[0]});
        for (number, event_type) in [(1, "dosimeter.returned"), (2, "dosimeter.lost"), (3, "dosimeter.damaged")] {
            let dosimeter = self.world.id();
            let issue = json!({
                "contract": contract, "institution": hospital, "laboratory": laboratory, "person": person,
                "employment": who[1], "position": "CH", "kind": "TLD", "number": format!("T{number:05}"),
            });
            self.act(officer, Wish::new("dosimeter.issued", dosimeter, issue).on(&today));
            let data = match event_type {
                "dosimeter.returned" => json!({}),
                _ => json!({"person": person, "circumstances": "示范情况说明"}),
            };
            self.act(officer, Wish::new(event_type, dosimeter, data).on(&today));
        }
        let (report, result) = (self.world.id(), self.world.id());
        let header = dose_report(contract, laboratory, "示范报告0001", [&today, &today], &today);
        let issued = self.act(&signatory, Wish::new("dose_report.issued", report, header));
        let other = json!({"set": {"effective_sum_nsv": 310_000}});
        self.act(&signatory, Wish::new("dose_report.corrected", report, other).correcting(issued));
        let mut line = dose_result(report, 1, who, [&today, &today], 350_000);
        line["remarks"] = json!("示范备注");
        let reported = self.act(&signatory, Wish::new("dose_result.reported", result, line));
        let lower = json!({"set": {"hp10_nsv": 310_000, "effective_nsv": 310_000}});
        self.act(&signatory, Wish::new("dose_result.corrected", result, lower).correcting(reported));
        self.act(officer, Wish::new("monitoring_contract.ended", contract, json!({})).on(&today));
    }

    /// Licences, and what the city lays down for all.
    fn papers(&mut self, hospital: Uuid, officer: &Person) {
        let (approver, city, today) = (self.approver.clone(), self.city_approver.clone(), self.world.today());
        let licence = self.world.id();
        let profile = json!({
            "institution": hospital, "type": "LIC", "number": "示范放证字（2020）第0001号", "authority": "COUNTY",
            "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-1", "XR-2"]}],
            "issued_on": "2020-03-15", "verify_due_on": "2021-03-15",
        });
        let issued = self.act(&approver, Wish::new("licence.issued", licence, profile));
        let corrected = json!({"set": {"issuer": "示范区卫生健康局"}});
        self.act(&approver, Wish::new("licence.corrected", licence, corrected).correcting(issued));
        let decision = || json!({"decision_no": "示范决定0001"});
        for (event_type, data) in [
            ("licence.verified", json!({"result": "PASSED", "next_due_on": "2029-03-15"})),
            ("licence.changed", json!({"set": {"classes": [{"class": "XR", "items": ["XR-1"]}]}})),
            ("licence.duplicate_issued", json!({"why": "LOST"})),
            ("licence.suspended", decision()),
            ("licence.resumed", decision()),
            ("licence.cancelled", json!({"decision_no": "示范决定0002", "ground": "1"})),
        ] {
            self.act(&approver, Wish::new(event_type, licence, data).on(&today));
        }
        let copy = self.world.id();
        let profile = json!({
            "institution": hospital, "type": "RSL", "number": "川环辐证[00002]", "issuer": "示范生态环境局",
            "issued_on": "2020-01-01", "from": "2020-01-01", "until": "2024-12-31",
        });
        self.act(officer, Wish::new("licence.issued", copy, profile));
        self.act(officer, Wish::new("licence.revoked", copy, decision()).because("UNLAWFUL").on(&today));
        let parameter = self.world.id();
        let set = json!({"name": "IL_ANNUAL", "unit": "NSV", "value": 5_000_000, "from_day": today, "source": "GBZ 128-2019"});
        self.act(&city, Wish::new("parameter.set", parameter, set));
        let changed = json!({"set": {"value": 4_000_000}});
        self.act(&city, Wish::new("parameter.changed", parameter, changed));
        let holidays = self.world.id();
        let table = json!({
            "year": 2027, "document": "示范通知", "days": [{"date": "2027-01-01", "kind": "HOLIDAY"}],
        });
        let published = self.act(&city, Wish::new("holiday_table.published", holidays, table));
        let corrected = json!({"set": {"document": "示范通知（更正）"}});
        self.act(&city, Wish::new("holiday_table.corrected", holidays, corrected).correcting(published));
    }
}

impl Story {
    /// The third catalogue: code lists, files, imports.
    fn files(&mut self) -> Uuid {
        self.world.adopt("catalogue", 3);
        self.world.adopt("policy", 4);
        self.world.adopt("policy", 5);
        let (city, supervisor, today) = (self.city_approver.clone(), self.supervisor.clone(), self.world.today());
        let list = self.world.id();
        let codes = |status| json!([{"code": "FILM", "status": status}]);
        let first =
            json!({"list": "DOSIMETER_KIND", "document": "示范通知", "from_day": today, "codes": codes("WITHDRAWN")});
        self.act(&city, Wish::new("code_list.published", list, first));
        let again = json!({"document": "示范通知（二）", "from_day": today, "codes": codes("IN_FORCE")});
        self.act(&city, Wish::new("code_list.amended", list, again));

        let hospital = self.institution("125115240000000275", "示范三院");
        let file = self.world.id();
        let filed = json!({
            "kind": "CHK", "media": "PDF", "bytes": 1024, "institution": hospital, "sha256": b64url(&[3; 32]),
        });
        self.act(&supervisor, Wish::new("attachment.filed", file, filed));
        self.act(&supervisor, Wish::new("attachment.withdrawn", file, json!({})).because("MISTAKEN"));

        let (first, second) = (self.city[0].clone(), self.city[1].clone());
        let (laboratory, document) = (self.world.id(), self.world.id());
        let profile = laboratory_profile("91350100M000100Y56");
        self.act(&supervisor, Wish::new("institution.registered", laboratory, profile));
        self.act(&supervisor, Wish::new("institution.document_filed", laboratory, qualification(document)));
        self.act(&city, Wish::new("institution.approved", laboratory, json!({})));
        let signatory = self.world.enrol(&first, &second, "S", "TSO_SIGN", Some(laboratory), None);
        let import = self.world.id();
        let opened = json!({
            "what": "DOSE", "institution": laboratory, "file": b64url(&[5; 32]), "rows": 3000, "events": 3012, "chunks": 12,
        });
        self.act(&signatory, Wish::new("import.opened", import, opened));
        self.act(&signatory, Wish::new("import.stopped", import, json!({"row": 17, "why": "REFUSED"})));
        self.act(&signatory, Wish::new("import.completed", import, json!({})));
        hospital
    }
}

impl Story {
    /// The fourth catalogue: of two who never came to work the file of one is erased.
    fn mistaken(&mut self, hospital: Uuid) {
        self.world.adopt("catalogue", 4);
        self.world.adopt("policy", 6);
        let (admin, deciding, approver) = (self.admin.clone(), self.city[0].clone(), self.city_approver.clone());
        let unit_admin = self.world.enrol(&admin, &deciding, "I", "I_ADMIN", Some(hospital), Some(AREA));
        let officer = self.world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(hospital), Some(AREA));
        for (number, erased) in [(21, true), (22, false)] {
            let (person, record) = (self.world.id(), self.world.id());
            let subject = json!({"kind": "person", "id": person});
            self.act(&officer, Wish::new("person.registered", person, worker(hospital, number)));
            let request = json!({"subject": subject, "found_in": subject, "ground": "MISTAKEN"});
            self.act(&officer, Wish::new("erasure.requested", record, request).schema(2));
            let data = json!({"subject": subject});
            if erased {
                self.act(&approver, Wish::new("erasure.approved", record, data).schema(2));
                self.world.carry_out(record);
            } else {
                self.act(&approver, Wish::new("erasure.refused", record, data).schema(2).because("STILL_KEPT"));
            }
        }
    }

    /// The fifth catalogue: what lies in a worker's file beside his doses.
    fn fifth(&mut self) -> Practice {
        self.world.adopt("catalogue", 5);
        self.world.adopt("policy", 7);
        let Self { city, admin, supervisor, approver, .. } = self;
        let (city, admin) = (city.clone(), admin.clone());
        let offices = Offices { city, admin, supervisor: supervisor.clone(), approver: approver.clone() };
        Practice::found(&mut self.world, &offices, 5)
    }

    /// A worker is trained, gets his certificate and hands it in; others are refused, or think better of it.
    fn certificates(&mut self, practice: &Practice) {
        let Practice { officer, trainer, hospital, .. } = practice.clone();
        let (approver, today) = (self.approver.clone(), self.world.today());
        let worker = json!({"kind": "person", "id": practice.person});
        let (course, repeated) = (self.world.id(), self.world.id());
        let mut data = training(&worker, hospital);
        let completed = self.act(&trainer, Wish::new("training_record.completed", course, data.clone()));
        let corrected = json!({"set": {"course_name": "放射工作人员上岗前培训班"}, "clear": ["attempt_no"]});
        self.act(&trainer, Wish::new("training_record.corrected", course, corrected).correcting(completed));
        data["completion_no"] = json!("YBFH-PRE-2024-000124-7");
        self.act(&trainer, Wish::new("training_record.completed", repeated, data));
        let voided = json!({"person": worker, "ground": "IDENTITY", "details": "考试时人脸核验不符"});
        let voided = Wish::new("training_record.voided", repeated, voided).on(&today);
        self.act(&trainer, voided.because("IRREGULAR"));

        let (certificate, refused, withdrawn) = (self.world.id(), self.world.id(), self.world.id());
        let application = json!({
            "person": worker, "institution": hospital, "employment": practice.employment, "authority": "COUNTY",
            "categories": ["2A"], "remarks": "兼职介入手术",
        });
        let applied = |id| Wish::new("certificate.applied", id, application.clone()).on(&today);
        self.act(&officer, applied(withdrawn));
        self.act(&officer, Wish::new("certificate.withdrawn", withdrawn, json!({})).on(&today).because("MISTAKEN"));
        self.act(&officer, applied(refused));
        let lacks = json!({"person": worker, "lacks": ["TRAINING", "PHOTO"], "note": "请补正培训合格证明和近期照片"});
        let returned = Wish::new("certificate.supplement_requested", refused, lacks).on(&today).because("INCOMPLETE");
        self.act(&approver, returned);
        let grounds = json!({
            "person": worker, "grounds": ["PAPERS"], "decision_no": "示范卫放证〔2024〕3号", "note": "逾期未补正",
        });
        self.act(&approver, Wish::new("certificate.refused", refused, grounds).on(&today).because("INCOMPLETE"));
        self.act(&officer, applied(certificate));
        let lacks = json!({"person": worker, "lacks": ["TRAINING"]});
        let returned = Wish::new("certificate.supplement_requested", certificate, lacks).on(&today);
        self.act(&approver, returned.because("INCOMPLETE"));
        let supplemented = json!({"training": course});
        self.act(&officer, Wish::new("certificate.supplemented", certificate, supplemented).on(&today));
        let issued = json!({
            "number": "川宜放证（2024）第0001号", "issuer": "示范区卫生健康局", "decision_no": "示范卫放证〔2024〕4号", "legacy": true,
        });
        let issued = self.act(&approver, Wish::new("certificate.issued", certificate, issued).on(&today));
        for entry in [
            json!({"kind": "TRAINING", "training": course}),
            json!({"kind": "DOSE_YEAR", "dose_year": 2023, "effective_nsv": 1_240_000}),
        ] {
            self.act(&officer, Wish::new("certificate.entry_added", certificate, entry).on(&today));
        }
        let corrected = json!({"issuer": "示范区卫生健康委员会"});
        self.act(&approver, Wish::new("certificate.corrected", certificate, corrected).correcting(issued));
        let changed = json!({"categories": ["2A", "2E"], "decision_no": "示范卫放证〔2024〕5号"});
        self.act(&approver, Wish::new("certificate.changed", certificate, changed).on(&today));
        self.act(&approver, Wish::new("certificate.cancelled", certificate, json!({"ground": "LEFT"})).on(&today));
    }
}

/// Data of a course of the city that a worker passed.
fn training(worker: &Json, hospital: Uuid) -> Json {
    json!({
        "person": worker, "institution": hospital, "held_by": "CITY", "kind": "PRE", "organiser_name": "示范市卫生健康委员会",
        "course_no": "2024-01", "course_name": "上岗前培训", "mode": "MIXED", "topics": ["LAW", "PROT-DX", "DOSE"],
        "from": "2024-01-15", "to": "2024-01-18", "credited_days_tenths": 40, "class_hours_tenths": 320, "result": "PASS",
        "examined_on": "2024-01-18", "passed_on": "2024-01-18", "score_tenths": 865, "full_mark_tenths": 1000,
        "pass_mark_tenths": 600, "attempt_no": 1, "completion_no": "YBFH-PRE-2024-000123-9", "remarks": "补考一门",
    })
}

impl Story {
    /// Tests of a device, and investigations of a dose.
    fn tests_and_investigations(&mut self, practice: &Practice) {
        let Practice { hospital, device, person, employment, laboratory, .. } = *practice;
        let (officer, signatory) = (practice.officer.clone(), practice.signatory.clone());
        let (today, test) = (self.world.today(), self.world.id());
        let report = json!({
            "purpose": "STA", "device": device, "institution": hospital, "laboratory": laboratory, "report_no": "示范检测0001",
            "line_no": 1, "field_work_on": today, "tested_on": today, "signed_on": today, "standards": ["WS 76-2020"],
            "item": "T1", "qualification_no": "示范资质0001", "conclusion": "1",
            "items": [{"name": "管电压指示的偏离", "value": "1.2%", "limit": "±5.0%", "result": "PASSED"}],
        });
        let reported = self.act(&signatory, Wish::new("device_test.reported", test, report));
        let corrected = json!({"set": {"place": "放射科1室"}});
        self.act(&signatory, Wish::new("device_test.corrected", test, corrected).correcting(reported));
        let ruled = json!({"counts": true, "grounds": "资质项目核实无误"});
        self.act(&practice.city_supervisor.clone(), Wish::new("device_test.ruled", test, ruled));
        self.act(&signatory, Wish::new("device_test.withdrawn", test, json!({})).because("MISTAKEN"));
        let constancy = self.world.id();
        let recorded = json!({
            "device": device, "institution": hospital, "check": "OUT", "tested_on": today, "value": "3.1%",
            "control_limit": "±10%", "deviation_exceeded": false, "performed_by": {"kind": "person", "id": person},
        });
        self.act(&officer, Wish::new("device_test.recorded", constancy, recorded));
        let tube = json!({"component": "TUBE"});
        self.act(&officer, Wish::new("device.repaired", device, tube).on(&today));

        let (contract, header, result) = (self.world.id(), self.world.id(), self.world.id());
        let terms = json!({"institution": hospital, "laboratory": laboratory, "cycle_months": 3, "from": "2022-01-01"});
        self.act(&officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let period = ["2022-01-01", "2022-03-31"];
        let issued = dose_report(contract, laboratory, "示范剂量0501", period, &today);
        self.act(&signatory, Wish::new("dose_report.issued", header, issued));
        let line = dose_result(header, 1, [person, employment], period, 1_400_000);
        self.act(&signatory, Wish::new("dose_result.reported", result, line));
        let whom = json!({"kind": "person", "id": person});
        let investigation = self.world.id();
        let opened = json!({
            "person": whom, "employment": employment, "basis": "PERIOD", "quantity": "E", "dose_nsv": 1_400_000,
            "results": [result], "laboratory": laboratory, "place": "放射科1室", "circumstances": "一季度剂量高于调查水平",
        });
        self.act(&officer, Wish::new("investigation.opened", investigation, opened));
        let form = json!({
            "person": whom, "wear_correct": true, "non_occupational": false, "near_source": true, "workload": 320,
            "cause": "LEFT_IN_FIELD", "finding": "NOMINAL", "proposed_nsv": 60_000, "nominal_method": "C",
            "report": "剂量计曾遗留在机房内", "follow_up": "重新培训佩戴要求", "investigator": "示范调查人",
            "investigated_on": today,
        });
        self.act(&officer, Wish::new("investigation.filed", investigation, form.clone()).on(&today));
        let returned = json!({"person": whom, "remarks": "请说明遗留时间"});
        let supervisor = practice.offices.supervisor.clone();
        self.act(&supervisor, Wish::new("investigation.returned", investigation, returned).because("INCOMPLETE"));
        self.act(&officer, Wish::new("investigation.filed", investigation, form).on(&today));
        let confirmed = json!({"person": whom, "agrees": true, "statement": "情况属实"});
        self.act(&practice.me.clone(), Wish::new("investigation.confirmed", investigation, confirmed));
        let assessed = json!({
            "person": whom, "finding": "NOMINAL", "proposed_nsv": 60_000, "nominal_method": "C",
            "opinion": "以同岗位平均值作为名义剂量", "investigator": "示范计量员", "investigated_on": today,
        });
        self.act(&signatory, Wish::new("investigation.assessed", investigation, assessed));
        let accepted = json!({
            "person": whom, "finding": "NOMINAL", "final_nsv": 60_000, "correct_results": true, "conclusion": "同意",
        });
        let approver = practice.offices.approver.clone();
        self.act(&approver, Wish::new("investigation.accepted", investigation, accepted));
        let mistaken = self.world.id();
        let opened = json!({
            "person": whom, "employment": employment, "basis": "YEAR", "quantity": "E", "dose_nsv": 5_100_000, "dose_year": 2022,
        });
        self.act(&supervisor, Wish::new("investigation.opened", mistaken, opened));
        self.act(&supervisor, Wish::new("investigation.withdrawn", mistaken, json!({})).because("MISTAKEN"));
    }

    /// The worker is examined, suspected of a disease, and restricted; he declines the examination on leaving.
    fn health(&mut self, practice: &Practice) {
        let Practice { chief, officer, me, .. } = practice.clone();
        let (supervisor, today) = (self.supervisor.clone(), self.world.today());
        let person = json!({"kind": "person", "id": practice.person});
        let exam = self.world.id();
        let mut data = practice.exam("示范体检0001", ExamKind::Periodic, &["R2", "C1", "S1"]);
        data["line_no"] = json!(7);
        data["batch_no"] = json!("2024-02");
        data["standard"] = json!("GBZ98-2020");
        data["items"][12] = json!({"item": "CHEST_XRAY", "missing": "CONTRAINDICATED"});
        data["restrictions"] = json!(["INTERNAL_RISK", "RESPIRATOR"]);
        data["recheck_due_on"] = json!("2024-04-10");
        data["follow_up_until"] = json!("2025-02-20");
        data["disease"] = json!("12");
        data["disease_catalogue"] = json!("2025");
        data["findings"] = json!("双眼晶状体后极部混浊（示例）");
        data["advice"] = json!("三个月内复查（示例）");
        data["follow_up_plan"] = json!("每半年一次眼科检查（示例）");
        let reported = self.act(&chief, Wish::new("exam_result.reported", exam, data));
        let set = json!({"person": person, "set": {"exam_ended_on": "2024-02-03"}, "clear": ["line_no"],
            "advice": "两个月内复查（示例）"});
        self.act(&chief, Wish::new("exam_result.corrected", exam, set).correcting(reported));
        self.act(&chief, Wish::new("exam_result.delivered", exam, json!({})).on("2024-02-26"));
        self.act(&me, Wish::new("exam_result.informed", exam, json!({"how": "SELF"})));
        let again = json!({"until": "2024-04-01", "examiner": practice.examiner});
        self.act(&officer, Wish::new("exam_result.recheck_arranged", exam, again).on(&today));
        let text =
            json!({"person": person, "by": "EMPLOYER", "text": "已安排眼科检查（示例）", "next_on": "2024-08-20"});
        self.act(&officer, Wish::new("exam_result.follow_up_recorded", exam, text).on(&today));
        let card = json!({"authority": "示范区卫生健康局", "report_no": "示范报告卡0001"});
        self.act(&chief, Wish::new("exam_result.disease_reported", exam, card).on("2024-02-22"));
        let sent = json!({"diagnosing": "示范职业病诊断机构"});
        self.act(&officer, Wish::new("exam_result.diagnosis_arranged", exam, sent).on("2024-02-28"));
        let outcome = json!({"person": person, "outcome": "DISEASE", "disease": "12", "disease_catalogue": "2025", "certificate_no": "示范诊断0001"});
        self.act(&supervisor, Wish::new("exam_result.diagnosed", exam, outcome).on(&today));

        for accepted in [true, false] {
            let refusal = self.world.id();
            let data = json!({"person": person, "institution": practice.hospital, "employment": practice.employment,
                "how": "SELF", "why": "两个月前刚体检过（示例）"});
            self.act(&me, Wish::new("exam_result.declined", refusal, data));
            let answer = if accepted {
                Wish::new("exam_result.decline_accepted", refusal, json!({}))
            } else {
                Wish::new("exam_result.decline_refused", refusal, json!({})).because("EXAM_NEEDED")
            };
            self.act(&supervisor, answer);
        }

        let restriction = self.world.id();
        let data = json!({"person": person, "institution": practice.hospital, "employment": practice.employment,
            "measures": ["NO_INTERNAL", "NO_EMERGENCY", "DOSE_LIMITED"], "dose_limit_nsv": 1_000_000,
            "expected_until": "2024-10-01", "kind": "1", "note": "本人申请（示例）"});
        let recorded = self.act(&me, Wish::new("restriction.recorded", restriction, data).on("2024-02-01"));
        let set =
            json!({"person": person, "set": {"expected_until": "2024-09-01"}, "clear": ["employment"], "kind": "2"});
        self.act(&officer, Wish::new("restriction.corrected", restriction, set).correcting(recorded));
        self.act(&me, Wish::new("restriction.ended", restriction, json!({})).on(&today));
    }

    /// A file that is lent, claimed from outside, parked with the county and asked for again.
    fn transfers(&mut self, practice: &Practice) -> (Uuid, Uuid, Person) {
        let Practice { offices, head, officer, me, .. } = practice.clone();
        let (city_approver, supervisor, approver) =
            (practice.city_approver.clone(), offices.supervisor.clone(), offices.approver.clone());
        let there = institution(&mut self.world, &offices, &city_approver, 59, "RAD");
        let (admin, city) = (self.admin.clone(), self.city[0].clone());
        let unit_admin = self.world.enrol(&admin, &city, "I", "I_ADMIN", Some(there), Some(AREA));
        let there_officer = self.world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(there), Some(AREA));
        let post_there = self.world.id();
        self.act(&there_officer, Wish::new("employment.planned", post_there, post(practice.person, there, 59, "2A")));
        let asked = |kind: &str, by: &str, sides: Json| {
            let mut request = json!({
                "person": {"kind": "person", "id": practice.person}, "type": kind, "by": by, "history_by_hand": kind == "E",
            });
            request.as_object_mut().expect("an object").extend(sides.as_object().expect("an object").clone());
            request
        };
        let step = |step: &str| json!({"step": step});
        let from = json!({"from_institution": practice.hospital, "from_area": AREA});
        // A second practice in the same county.
        let lent = self.world.id();
        let sides = json!({
            "from_institution": practice.hospital, "from_area": AREA, "to_institution": there, "to_area": AREA,
            "planned_start": self.world.today(), "category": "2A", "department": "放射科",
        });
        self.act(&there_officer, Wish::new("transfer.requested", lent, asked("H", "RECEIVING", sides)));
        self.act(&me, Wish::new("transfer.consent_signed", lent, json!({"scope": "STATUTORY", "how": "SELF"})));
        self.act(&head, Wish::new("transfer.approved", lent, step("RELEASING_INST")));
        self.act(&there_officer, Wish::new("transfer.approved", lent, step("RECEIVING_INST")));
        let today = self.world.today();
        self.act(&head, Wish::new("transfer.practice_ended", lent, json!({"by": "RELEASING"})).on(&today));
        // A history from outside the city.
        let claimed = self.world.id();
        let sides = json!({"to_institution": practice.hospital, "to_area": AREA, "outside": "外市示范医院"});
        self.act(&officer, Wish::new("transfer.requested", claimed, asked("E", "RECEIVING", sides)));
        self.act(&me, Wish::new("transfer.consent_refused", claimed, json!({"how": "SELF"})));
        let year =
            json!({"year": 2019, "effective_nsv": 900_000, "months": 12, "confidence": "C", "source": "外市示范医院"});
        let declared = self.act(&officer, Wish::new("transfer.history_declared", claimed, year));
        let verified = json!({"declared": declared, "accepted": true});
        self.act(&approver, Wish::new("transfer.history_verified", claimed, verified));
        self.act(&officer, Wish::new("transfer.withdrawn", claimed, json!({})).because("OTHER"));
        // He leaves radiation work; his employer keeps silent, then refuses, and the city rules.
        let parked = self.world.id();
        self.act(&head, Wish::new("transfer.requested", parked, asked("G", "RELEASING", from)));
        self.act(&supervisor, Wish::new("transfer.suspended", parked, step("RELEASING_INST")));
        self.act(&supervisor, Wish::new("transfer.resumed", parked, step("RELEASING_INST")));
        self.world.pass_seconds(20 * 86_400);
        let silent = json!({"step": "RELEASING_INST", "ground": "SILENT"});
        self.act(&approver, Wish::new("transfer.substituted", parked, silent));
        let back = json!({"step": "RELEASING_COUNTY", "to": "RELEASING_INST"});
        self.act(&approver, Wish::new("transfer.returned", parked, back).because("INCOMPLETE"));
        let ground = json!({"step": "RELEASING_INST", "ground": "WRONG_PERSON"});
        self.act(&head, Wish::new("transfer.rejected", parked, ground).because("WRONG_PERSON"));
        self.act(&me, Wish::new("transfer.disputed", parked, json!({"by": "WORKER"})));
        self.act(&city_approver, Wish::new("transfer.ruled", parked, json!({"ruling": "APPROVED"})));
        let undertaken = json!({"step": "RELEASING_COUNTY", "undertaking": "LEAVING_EXAM"});
        self.act(&approver, Wish::new("transfer.approved", parked, undertaken));
        self.act(&supervisor, Wish::new("transfer.package_sealed", parked, package()));
        let receipt = json!({"by": "RELEASING_COUNTY", "paper_place": "区卫健局档案室"});
        self.act(&supervisor, Wish::new("transfer.completed", parked, receipt));
        // Asked for again, the worker says nothing: the case goes on with the statutory part.
        let again = self.world.id();
        let sides = json!({"from_area": AREA, "to_institution": there, "to_area": AREA});
        self.act(&there_officer, Wish::new("transfer.requested", again, asked("F", "RECEIVING", sides)));
        self.world.pass_seconds(40 * 86_400);
        self.act(&supervisor, Wish::new("transfer.consent_lapsed", again, json!({})));
        (again, there, there_officer)
    }

    /// The file is taken out of the county's archive, and its warnings go with it.
    fn warnings_move(&mut self, practice: &Practice, (transfer, there, there_officer): &(Uuid, Uuid, Person)) {
        let (supervisor, approver) = (practice.offices.supervisor.clone(), practice.offices.approver.clone());
        let licence = self.world.id();
        let profile = json!({
            "institution": there, "type": "LIC", "number": "示范放证字（2024）第0059号", "authority": "COUNTY",
            "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-1"]}], "issued_on": self.world.today(),
        });
        self.act(&approver, Wish::new("licence.issued", licence, profile));
        for (who, step) in
            [(&approver, "RELEASING_COUNTY"), (there_officer, "RECEIVING_INST"), (&approver, "RECEIVING_COUNTY")]
        {
            self.act(who, Wish::new("transfer.approved", *transfer, json!({"step": step})));
        }
        self.act(&supervisor, Wish::new("transfer.package_sealed", *transfer, package()));
        self.act(there_officer, Wish::new("transfer.completed", *transfer, json!({"by": "RECEIVING"})));
        self.world.evaluate();
    }
}

impl Story {
    /// Officers are told by text message: one arrives, one does not and is sent again.
    fn notices(&mut self, practice: &Practice) {
        use domain::notification_codes::{NoticeFailure, NoticeGateway, NoticeOffice};
        use domain::records::notification::{Event, Failed, Sent};
        let supervisor = practice.offices.supervisor.clone();
        self.world.adopt("catalogue", 7);
        self.world.adopt("policy", 9);
        let party = json!({"kind": "party", "id": supervisor.holder});
        let contact = json!({"area": AREA, "party": party, "phone": "13900000059"});
        self.act(&supervisor, Wish::new("account.contact_filed", supervisor.account, contact));
        self.world.pass_seconds(86_400);
        self.world.evaluate();
        let day = self.world.now.civil_day();
        let (first, message) = self.world.notifications(NoticeOffice::County).pop().expect("something is red");
        let contact = message.contact(day, &self.world.memory).expect("memory").expect("she is on call");
        let sent = Sent { to: contact.party, gateway: NoticeGateway::Aliyun, serial: "300000000000000059^0".into() };
        self.world.outcome(first, &Event::Sent(sent));
        let failed = Failed { reason: NoticeFailure::Undelivered, code: Some("MOBILE_NOT_ON_SERVICE".into()) };
        self.world.outcome(first, &Event::Failed(failed));
        self.act(&supervisor, Wish::new("notification.sent_again", first, json!({})));
        let contact = message.contact(day, &self.world.memory).expect("memory").expect("she is on call");
        let sent = Sent { to: contact.party, gateway: NoticeGateway::Aliyun, serial: "300000000000000060^0".into() };
        self.world.outcome(first, &Event::Sent(sent));
        self.world.outcome(first, &Event::Delivered(domain::records::Nothing {}));
        // The city looks at the dose that a worker brings with him.
        let (officer, city) = (practice.officer.clone(), practice.city_approver.clone());
        let (person, next) = (self.world.id(), self.world.id());
        self.act(&officer, Wish::new("person.registered", person, worker(practice.hospital, 77)));
        let planned = post(person, practice.hospital, 77, "2A");
        self.act(&officer, Wish::new("employment.planned", next, planned));
        let review = json!({"opinion": "MAY_BEGIN", "year_nsv": 0, "block_nsv": 0});
        self.act(&city, Wish::new("employment.prior_dose_reviewed", next, review));
        // His file is asked for from his own side, and the city asks who keeps silent.
        self.world.adopt("catalogue", 8);
        self.world.adopt("policy", 10);
        let waits = self.world.id();
        let request = json!({
            "person": {"kind": "person", "id": person}, "type": "A", "by": "RELEASING", "history_by_hand": false,
            "from_institution": practice.hospital, "from_area": AREA, "to_institution": practice.hospital, "to_area": AREA,
        });
        self.act(&officer, Wish::new("transfer.requested", waits, request));
        self.world.pass_seconds(14 * 86_400);
        self.act(&city, Wish::new("transfer.reminded", waits, json!({"step": "RELEASING_INST"})));
    }
}

fn package() -> Json {
    json!({
        "as_of": 1, "events": 12, "manifest": Hash::of(b"manifest"), "year_nsv": 0, "block_nsv": 0, "life_nsv": 0,
        "open_items": 0,
    })
}

impl Story {
    /// The desk opens: what it finds, and what people make of it.
    fn warnings(&mut self, practice: &Practice) {
        let Practice { officer, unit_admin, signatory, me, hospital, device, person, laboratory, .. } =
            practice.clone();
        let (supervisor, approver) = (self.supervisor.clone(), self.approver.clone());
        self.world.adopt_rules();
        // A licence that is to be verified in fifty days, and a dose that was entered four times as high as it was.
        let (licence, contract, report, result) = (self.world.id(), self.world.id(), self.world.id(), self.world.id());
        let day = |world: &World, days: i64| world.now.civil_day().add_days(days).to_string();
        let due = day(&self.world, 50);
        let profile = json!({
            "institution": hospital, "type": "LIC", "number": "示范放证字（2024）第0009号", "authority": "COUNTY",
            "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-1"]}], "devices": [device],
            "issued_on": day(&self.world, -300), "verify_due_on": due,
        });
        self.act(&approver, Wish::new("licence.issued", licence, profile));
        let terms = json!({"institution": hospital, "laboratory": laboratory, "cycle_months": 3, "from": "2020-01-01"});
        self.act(&officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let period = [day(&self.world, -100), day(&self.world, -10)];
        let [from, to] = [period[0].as_str(), period[1].as_str()];
        let header = dose_report(contract, laboratory, "示范报告0009", [from, to], &self.world.today());
        self.act(&signatory, Wish::new("dose_report.issued", report, header));
        let who = [person, practice.employment];
        let line = dose_result(report, 1, who, [from, to], 6_000_000);
        let reported = self.act(&signatory, Wish::new("dose_result.reported", result, line));
        self.world.evaluate();

        // Somebody takes note, and puts it right, the second time well enough.
        let (untested, warning) = self.world.warning("W-DEV-03", device).expect("a device that nobody accepted");
        assert_eq!(warning.grade, WarningGrade::Red);
        let note = json!({"by": "UNIT", "remarks": "已转设备科处理"});
        self.act(&officer, Wish::new("warning.acknowledged", untested, note));
        let plan = json!({"until": day(&self.world, 20), "plan": "联系检测机构补做验收检测"});
        self.act(&officer, Wish::new("warning.rectification_started", untested, plan));
        let done = || json!({"measures": "验收检测报告已补充上传"});
        self.act(&officer, Wish::new("warning.rectification_submitted", untested, done()));
        let back = Wish::new("warning.rectification_returned", untested, json!({}));
        self.act(&supervisor, back.because("INCOMPLETE"));
        let tested_on = self.world.today();
        let tested = json!({
            "purpose": "ACC", "device": device, "institution": hospital, "laboratory": laboratory, "report_no": "示范检0009",
            "line_no": 1, "field_work_on": tested_on, "tested_on": tested_on, "signed_on": tested_on,
            "qualification_no": "示范资质0001", "standards": ["WS 76-2020"], "item": "T1", "conclusion": "1",
        });
        let test = self.world.id();
        self.act(&signatory, Wish::new("device_test.reported", test, tested));
        self.act(&officer, Wish::new("warning.rectification_submitted", untested, done()));
        self.world.evaluate();
        let close = || Wish::new("warning.closed", untested, json!({"remarks": "现场核实，予以核销"}));
        self.act(&supervisor, close());
        let revoked = Wish::new("warning.closing_revoked", untested, json!({}));
        self.act(&approver, revoked.because("MISTAKEN"));
        self.world.evaluate();
        self.act(&supervisor, close());

        // A grade falls when the dose was never that high.
        let lower = json!({"set": {"hp10_nsv": 1_500_000, "effective_nsv": 1_500_000}});
        self.act(&signatory, Wish::new("dose_result.corrected", result, lower).correcting(reported));
        let (high, _) = self.world.warning("W-DOSE-03", person).expect("a dose above the level");
        self.act(&approver, Wish::new("warning.regraded", high, json!({"grade": "YELLOW"})));
        self.act(&me, Wish::new("warning.acknowledged", high, json!({"by": "WORKER"})));
        let (duty, _) = self.world.warning("W-CRT-01", person).expect("a post without a certificate");
        let taken = json!({"institution": hospital});
        self.act(&unit_admin, Wish::new("warning.accepted", duty, taken));

        // A verification falls due: waived, suspended, disputed, done, and not done after all.
        let (late, _) = self.world.warning("W-LIC-01", licence).expect("a licence that is to be verified");
        let waived = |until: String| json!({"ground": "NO_CAPACITY", "until": until, "remarks": "检测机构排期至下月"});
        let until = day(&self.world, 3);
        self.act(&approver, Wish::new("warning.waived", late, waived(until)));
        self.world.pass_seconds(5 * 86_400);
        self.world.evaluate();
        let until = day(&self.world, 30);
        self.act(&approver, Wish::new("warning.waived", late, waived(until)));
        let revoked = Wish::new("warning.waiver_revoked", late, json!({}));
        self.act(&approver, revoked.because("CHANGED"));
        let paused = json!({"ground": "BUSINESS_SUSPENDED", "remarks": "机房改造停业"});
        self.act(&supervisor, Wish::new("warning.suspended", late, paused));
        self.act(&supervisor, Wish::new("warning.resumed", late, json!({})));
        let disputed = json!({"ground": "DONE", "statement": "校验申请已受理"});
        self.act(&officer, Wish::new("warning.disputed", late, disputed));
        self.act(
            &approver,
            Wish::new("warning.ruled", late, json!({"ruling": "STANDS", "remarks": "受理不等于校验合格"})),
        );
        self.world.pass_seconds(18 * 86_400);
        self.world.evaluate();
        let next = json!({"result": "PASSED", "next_due_on": day(&self.world, 365)});
        let today = self.world.today();
        let verified = self.act(&approver, Wish::new("licence.verified", licence, next).on(&today));
        self.world.evaluate();
        let again = json!({"set": {"verify_due_on": due}});
        self.act(&approver, Wish::new("licence.corrected", licence, again).correcting(verified));
        self.world.evaluate();
    }
}

fn story() -> World {
    let mut story = Story::begin();
    story.policy();
    let (hospital, unit_admin, officer) = story.institutions();
    let registered = story.device(hospital, &officer);
    story.erasures(hospital, &officer);
    story.keys(hospital, &unit_admin, registered, &officer);
    story.ends(hospital);
    // What came later is told later: the bytes above stay.
    story.workers();
    let hospital = story.files();
    story.mistaken(hospital);
    let practice = story.fifth();
    story.tests_and_investigations(&practice);
    story.health(&practice);
    story.certificates(&practice);
    let again = story.transfers(&practice);
    story.warnings(&practice);
    story.warnings_move(&practice, &again);
    story.notices(&practice);
    story.world
}

/// The files as the story makes them: the first event of each type.
static MADE: LazyLock<BTreeMap<PathBuf, String>> = LazyLock::new(|| {
    let world = story();
    let mut files = BTreeMap::new();
    let mut streams: BTreeMap<RecordRef, (Vec<Json>, Option<Entry>)> = BTreeMap::new();
    for row in &world.rows {
        let object = read_stored(&row.payload).expect("stored payloads are strict");
        let hash = statement_hash(&row.payload);
        let record = {
            let named = object.get("record").and_then(|record| record.as_object()).expect("a record");
            let text = |name| named.get(name).and_then(|value| value.as_text()).expect("text");
            RecordRef { kind: text("kind").into(), id: text("id").parse().expect("a UUID") }
        };
        let (before, entry) = streams.entry(record).or_default();
        let (typed, after) =
            replay(entry.as_ref(), &object, hash, row.recorded_at, row.position).expect("of the catalogue");
        let payload = String::from_utf8(row.payload.clone()).expect("UTF-8");
        let owner = world.memory.owner(&row.key).expect("memory holds everything").expect("the key is enrolled");
        let leaf = leaf(row.recorded_at, &hash, row.alg, &row.key, &row.signature);
        let openings = world.openings.get(&typed.statement.id).map(Vec::as_slice).unwrap_or_default();
        let openings: Vec<Json> = openings.iter().map(|opening| to_json(&canonical(&opening.to_value()))).collect();
        let file = json!({
            "type": typed.event_type.name, "schema": typed.event_type.schema, "position": row.position, "recorded_at": row.recorded_at,
            "alg": row.alg, "key": row.key, "public_key": b64url(&owner.key.spki()), "signature": b64url(&row.signature), "payload": payload,
            "hash": hash, "leaf": b64url(&leaf), "leaf_hash": leaf_hash(&leaf), "openings": openings, "before": before, "state": after.state,
        });
        before.push(json!({"position": row.position, "recorded_at": row.recorded_at, "payload": payload}));
        *entry = Some(after);
        let pretty = serde_json::to_string_pretty(&file).expect("JSON") + "\n";
        files.entry(path_of(typed.event_type)).or_insert(pretty);
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        for (path, file) in files.iter().filter(|(path, _)| !path.exists()) {
            std::fs::create_dir_all(path.parent().expect("below the folder")).expect("the tree is writable");
            std::fs::write(path, file).expect("the tree is writable");
        }
    }
    files
});

fn to_json(bytes: &[u8]) -> Json {
    serde_json::from_slice(bytes).expect("the wire is JSON")
}

fn stored() -> BTreeMap<PathBuf, String> {
    let _ = &*MADE;
    let mut files = BTreeMap::new();
    for kind in std::fs::read_dir(FOLDER).expect("the examples are there") {
        for file in std::fs::read_dir(kind.expect("an entry").path()).expect("a folder of a kind") {
            let path = file.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            files.insert(path, text);
        }
    }
    files
}

#[test]
fn every_type_of_the_catalogue_has_its_example() {
    let wanted: BTreeSet<PathBuf> = event_types().map(path_of).collect();
    let there: BTreeSet<PathBuf> = stored().into_keys().collect();
    assert_eq!(wanted.difference(&there).collect::<Vec<_>>(), Vec::<&PathBuf>::new(), "types without an example");
    assert_eq!(there.difference(&wanted).collect::<Vec<_>>(), Vec::<&PathBuf>::new(), "examples of no type");
}

#[test]
fn the_same_story_makes_the_same_bytes() {
    for (path, text) in stored() {
        let made = MADE.get(&path).unwrap_or_else(|| panic!("the story does not make {}", path.display()));
        // As values: in which order a file writes its members is not what was published.
        assert_eq!(to_json(made.as_bytes()), to_json(text.as_bytes()), "{}", path.display());
    }
}

#[test]
fn each_example_verifies_and_folds_by_itself() {
    for (path, text) in stored() {
        let file: Json = serde_json::from_str(&text).expect("JSON");
        let at = path.display();
        let text = |name: &str| file[name].as_str().unwrap_or_else(|| panic!("{at}: {name}"));
        let recorded_at: Instant = text("recorded_at").parse().expect("an instant");
        let key: KeyId = text("key").parse().expect("a key id");
        let public = PublicKey::from_spki(&b64url_decode(text("public_key")).expect("base64url")).expect("a key");
        let signature = b64url_decode(text("signature")).expect("base64url");
        let payload = text("payload").as_bytes();
        assert_eq!(public.id(), key, "{at}");
        assert!(public.verify_payload(PayloadType::Event, payload, &signature), "{at}: the signature");
        let hash = statement_hash(payload);
        assert_eq!(text("hash").parse::<Hash>(), Ok(hash), "{at}");
        let leaf = leaf(recorded_at, &hash, 1, &key, &signature);
        assert_eq!(text("leaf"), b64url(&leaf), "{at}");
        assert_eq!(text("leaf_hash").parse::<Hash>(), Ok(leaf_hash(&leaf)), "{at}");

        let mut entry: Option<Entry> = None;
        for earlier in file["before"].as_array().expect("a list") {
            let payload = earlier["payload"].as_str().expect("text").as_bytes();
            let recorded_at: Instant = earlier["recorded_at"].as_str().expect("text").parse().expect("an instant");
            let object = read_stored(payload).expect("strict");
            let position = earlier["position"].as_u64().expect("a position");
            entry = Some(
                replay(entry.as_ref(), &object, statement_hash(payload), recorded_at, position)
                    .expect("of the catalogue")
                    .1,
            );
        }
        // An example is also admissible text, not only readable.
        let object = signing::json::read(payload).expect("strict");
        let position = file["position"].as_u64().expect("a position");
        let (typed, after) = replay(entry.as_ref(), &object, hash, recorded_at, position).expect("of the catalogue");
        assert_eq!(serde_json::to_value(&after.state).expect("JSON"), file["state"], "{at}: the state");
        assert_eq!(
            (typed.event_type.name, u64::from(typed.event_type.schema)),
            (text("type"), file["schema"].as_u64().expect("a schema")),
            "{at}"
        );
        assert_eq!(event_type(text("type"), typed.event_type.schema).map(path_of), Some(path.clone()));
        seals_open(&object, &typed.statement, &file["openings"]);
    }
}

/// Every seal of the statement has its opening in the file, and nothing else has one.
fn seals_open(object: &signing::json::Object, statement: &signing::statement::Statement, openings: &Json) {
    let wrapped = read_loose(json!({"openings": openings}).to_string().as_bytes(), 1 << 16).expect("loose JSON");
    let openings: Vec<Opening> =
        openings_of(wrapped.get("openings").and_then(|list| list.as_array()).expect("a list")).expect("openings");
    let seals = signing::seal::find_seals(object);
    assert_eq!(seals.len(), openings.len());
    for (pointer, commitment) in seals {
        let opening = openings.iter().find(|opening| opening.pointer == pointer).expect("each seal has its opening");
        assert_eq!(
            signing::seal::commitment(statement.ledger, statement.id, &pointer, &opening.salt, &opening.value),
            commitment
        );
    }
}

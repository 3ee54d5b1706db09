//! The judge, told in histories: given, when, then.

use domain::refusal::Code;
use replay_tests::world::{AREA, Person, Wish, World, device_profile, institution_profile};
use serde_json::json;
use signing::statement::RecordRef;

fn refused(result: Result<signing::statement::EventRef, domain::refusal::Refusal>) -> (Code, Option<&'static str>) {
    let refusal = result.expect_err("it is refused");
    (refusal.code, refusal.rule.map(|rule| rule.id))
}

#[test]
fn a_device_lives_its_life() {
    let mut c = World::county(1);
    let device = c.world.id();
    let today = c.world.today();
    let registered = c
        .world
        .act(&c.officer, Wish::new("device.registered", device, device_profile(c.institution, 1)))
        .expect("registered");
    c.world
        .act(&c.officer, Wish::new("device.installed", device, json!({"location": "放射科2室"})).on(&today))
        .expect("installed");
    let put = Wish::new("device.put_in_use", device, json!({"legacy": false})).on(&today);
    assert_eq!(refused(c.world.act(&c.officer, put)), (Code::Refused, Some("device.acceptance")));
    c.world
        .act(&c.officer, Wish::new("device.put_in_use", device, json!({"legacy": true})).on(&today))
        .expect("in use");
    let correction = Wish::new("device.corrected", device, json!({"set": {"model": "DR-9", "location": "放射科3室"}}))
        .correcting(registered);
    c.world.act(&c.officer, correction).expect("corrected");
    let record = RecordRef { kind: "device".into(), id: device };
    let entry = c.world.memory.record(&record).expect("it is there").clone();
    let state = entry.state.device().expect("a device");
    assert_eq!(state.profile.model.as_deref(), Some("DR-9"));
    assert_eq!(
        state.profile.location, "放射科2室",
        "the correction of the registration does not overturn the later installation"
    );
    let again = Wish::new("device.corrected", device, json!({"set": {"model": "DR-8"}})).correcting(registered);
    assert_eq!(refused(c.world.act(&c.officer, again)).0, Code::BadReference, "an event is corrected once");
    let close = Wish::new("institution.closed", c.institution, json!({})).on(&today);
    assert_eq!(refused(c.world.act(&c.approver, close.clone())), (Code::Refused, Some("institution.devices_in_use")));
    let out = json!({"to": "OUT_OF_SERVICE", "why": "OTHER"});
    c.world.act(&c.officer, Wish::new("device.state_changed", device, out).on(&today)).expect("out of service");
    let unit = c.world.sign(&c.approver, &[close]).expect("signed");
    let admitted = c.world.submit(&unit).expect("closed");
    assert_eq!(admitted.events.len(), 3, "the end of the institution ends its two grants in the same append");
    let late =
        Wish::new("device.decommissioned", device, json!({"method": "DISABLED", "evidence": "已去功能化"})).on(&today);
    assert_eq!(refused(c.world.act(&c.officer, late)).0, Code::GrantInvalid);
}

#[test]
fn nobody_acts_beyond_his_grant() {
    let mut c = World::county(2);
    let device = c.world.id();
    let wish = Wish::new("device.registered", device, device_profile(c.institution, 1));
    assert_eq!(refused(c.world.act(&c.supervisor, wish)).0, Code::NotAuthorised);
    let stranger = c.world.id();
    let wish = Wish::new("device.registered", device, device_profile(stranger, 1));
    assert_eq!(refused(c.world.act(&c.officer, wish)).0, Code::NotAuthorised);
    let root = c.world.roots[0].clone();
    let account = c.world.id();
    let holder = c.world.id();
    let data = json!({"kind": "PERSON", "level": "T", "party": {"kind": "party", "id": holder}, "name": "后来者"});
    let wish = Wish::new("account.opened", account, data);
    assert_eq!(refused(c.world.act(&root, wish)).0, Code::NotAuthorised, "the first hour is over");
}

#[test]
fn four_eyes_means_another_person() {
    let mut c = World::county(3);
    let institution = c.world.id();
    let profile = institution_profile("92511502MA6A00015U", "示范诊所");
    let admin = c.world.enrol(&c.city[0].clone(), &c.city[1].clone(), "C", "C_ADMIN", None, Some(AREA));
    // One person with two roles: he may enter, and may approve, but not both.
    let both = c.world.enrol(&admin, &c.city[0].clone(), "C", "C_SUP", None, Some(AREA));
    let grant = c.world.id();
    let data = json!({"account": both.account, "role": "C_APPR", "from": c.world.today(), "area": AREA});
    let given = c.world.act(&admin, Wish::new("grant.given", grant, data)).expect("given");
    let second = c.city[0].clone();
    let data = json!({"account": both.account, "countersigns": given});
    c.world.act(&second, Wish::new("grant.countersigned", grant, data)).expect("countersigned");
    c.world.act(&both, Wish::new("institution.registered", institution, profile)).expect("registered");
    let approver = Person { grant: Some(grant), ..both };
    let wish = Wish::new("institution.approved", institution, json!({}));
    assert_eq!(refused(c.world.act(&approver, wish.clone())).0, Code::FourEyes);
    c.world.act(&c.approver.clone(), wish).expect("another person approves");
}

#[test]
fn business_keys_are_held_once_and_move_with_a_correction() {
    let mut c = World::county(4);
    let (first, second) = (c.world.id(), c.world.id());
    let profile = device_profile(c.institution, 1);
    let registered =
        c.world.act(&c.officer, Wish::new("device.registered", first, profile.clone())).expect("registered");
    assert_eq!(
        refused(c.world.act(&c.officer, Wish::new("device.registered", second, profile.clone()))).0,
        Code::AlreadyRecorded
    );
    let mut other = profile;
    other["name"] = json!("另一台");
    assert_eq!(
        refused(c.world.act(&c.officer, Wish::new("device.registered", second, other.clone()))).0,
        Code::ClaimTaken
    );
    let correction = Wish::new("device.corrected", first, json!({"set": {"factory_no": "F9", "device_no": "D9"}}))
        .correcting(registered);
    c.world.act(&c.officer, correction).expect("corrected");
    c.world.act(&c.officer, Wish::new("device.registered", second, other)).expect("the old number is free");
}

#[test]
fn what_a_unit_takes_and_gives_up_again_is_free_after_it() {
    let mut c = World::county(8);
    let (today, passing) = (c.world.today(), "92511502MA6A00015U");
    let change =
        |code: &str| Wish::new("institution.changed", c.institution, json!({"set": {"credit_code": code}})).on(&today);
    let pair = [change(passing), change("125115004516000217")];
    let unit = c.world.sign(&c.approver, &pair).expect("signed");
    c.world.submit(&unit).expect("changed twice");
    let another = c.world.id();
    let profile = institution_profile(passing, "示范诊所");
    c.world.act(&c.supervisor, Wish::new("institution.registered", another, profile)).expect("nobody holds that code");
}

#[test]
fn sealed_values_need_their_openings() {
    let mut c = World::county(5);
    let party = c.world.id();
    let data = json!({"post": "RP_OFFICER", "party": {"kind": "party", "id": party}, "name": "张示范", "phone": "13800000000"});
    let wish = Wish::new("institution.officer_appointed", c.institution, data).on(c.world.today());
    let unit = c.world.sign(&c.officer, &[wish]).expect("signed");
    let refuse = |world: &mut World, unit: &signing::envelope::Unit| world.submit(unit).expect_err("refused").code;
    let mut none = unit.clone();
    none.openings[0] = Some(Vec::new());
    assert_eq!(refuse(&mut c.world, &none), Code::UnopenedSeal);
    let mut forged = unit.clone();
    forged.openings[0].as_mut().expect("openings")[0].value = replay_tests::world::text("李示范");
    assert_eq!(refuse(&mut c.world, &forged), Code::SealMismatch);
    let mut twice = unit.clone();
    let openings = twice.openings[0].as_mut().expect("openings");
    openings.push(openings[0].clone());
    assert_eq!(refuse(&mut c.world, &twice), Code::SealMismatch);
    let mut ill = unit.clone();
    ill.openings[0] = None;
    assert_eq!(refuse(&mut c.world, &ill), Code::SealMismatch);
    c.world.submit(&unit).expect("with its openings it is admitted");
    let payload = String::from_utf8(unit.envelopes[0].payload.clone()).expect("UTF-8");
    assert!(!payload.contains("示范") && !payload.contains("1380"), "nothing personal is signed in the clear");
}

#[test]
fn a_batch_stands_upon_itself_and_falls_as_one() {
    let mut c = World::county(6);
    let device = c.world.id();
    let today = c.world.today();
    let state = |to: &str| Wish::new("device.state_changed", device, json!({"to": to, "why": "OTHER"})).on(&today);
    let good =
        [Wish::new("device.registered", device, device_profile(c.institution, 1)), state("STANDBY"), state("REPAIR")];
    let unit = c.world.sign(&c.officer, &good).expect("signed");
    let admitted = c.world.submit(&unit).expect("admitted upon itself");
    assert_eq!(admitted.events.len(), 3);
    let size = c.world.memory.size();
    let bad = [state("STANDBY"), state("STANDBY")];
    let unit = c.world.sign(&c.officer, &bad).expect("signed");
    let refusal = c.world.submit(&unit).expect_err("the second changes nothing");
    assert_eq!((refusal.code, refusal.index), (Code::Refused, 1));
    assert_eq!(c.world.memory.size(), size);
    let mut torn = unit;
    torn.envelopes.pop();
    torn.openings.pop();
    assert_eq!(c.world.submit(&torn).expect_err("half a batch").code, Code::BadBatch);
}

#[test]
fn a_stolen_key_leaves_suspects_until_somebody_confirms_them() {
    let mut c = World::county(7);
    let device = c.world.id();
    let since = c.world.now;
    let registered = c
        .world
        .act(&c.officer, Wish::new("device.registered", device, device_profile(c.institution, 1)))
        .expect("registered");
    let recorded = c.world.rows.last().expect("a row").recorded_at;
    let credential = c.officer.credential.expect("a credential");
    let report = json!({"account": c.officer.account, "compromised_since": since});
    let wish = Wish::new("credential.compromise_reported", credential, report).because("LOST");
    c.world.act(&c.officer, wish).expect("he reports it himself");
    let wish = Wish::new("device.state_changed", device, json!({"to": "STANDBY", "why": "OTHER"})).on(c.world.today());
    assert_eq!(refused(c.world.act(&c.officer, wish)).0, Code::KeyRevoked);
    let decided = json!({"account": c.officer.account, "since": since});
    let second = c.city[0].clone();
    c.world
        .act(&second, Wish::new("credential.compromise_decided", credential, decided))
        .expect("a second person decides");
    let record = RecordRef { kind: "credential".into(), id: credential };
    let suspects = |world: &World| {
        world
            .memory
            .record(&record)
            .expect("there")
            .state
            .credential()
            .expect("one")
            .suspects(registered.event, recorded)
    };
    assert!(suspects(&c.world));
    let confirm = json!({"account": c.officer.account, "confirms": [registered]});
    let admin = c.world.enrol(&c.city[0].clone(), &c.city[1].clone(), "C", "C_ADMIN", None, Some(AREA));
    c.world.act(&admin, Wish::new("credential.suspects_confirmed", credential, confirm)).expect("confirmed");
    assert!(!suspects(&c.world));
}

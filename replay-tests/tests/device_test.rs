//! Tests of devices: what a laboratory may report, what counts, and what a device needs before it is used.

use domain::codes::DeviceState;
use domain::qc::{StatusMode, status_due};
use domain::qc_codes::TestState;
use domain::record::Facts;
use domain::records::device_test::{DeviceTest, evidence_of};
use domain::records::{device, device_test};
use domain::refusal::{Code, Refusal};
use replay_tests::practice::{Practice, act};
use replay_tests::scene::rule;
use replay_tests::world::{Wish, World, device_profile};
use serde_json::{Value as Json, json};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

fn report(practice: &Practice, purpose: &str, number: u32, tested_on: &str) -> Json {
    json!({
        "purpose": purpose, "device": practice.device, "institution": practice.hospital, "laboratory": practice.laboratory,
        "report_no": format!("J{number}"), "line_no": 1, "tested_on": tested_on, "signed_on": tested_on,
        "standards": ["WS 76-2020"], "item": "T1", "qualification_no": "示范资质0001", "conclusion": "1",
    })
}

/// The signatory of the laboratory reports a test.
fn file(world: &mut World, practice: &Practice, data: Json) -> Result<(Uuid, EventRef), Refusal> {
    let test = world.id();
    let reported = world.act(&practice.signatory, Wish::new("device_test.reported", test, data))?;
    Ok((test, reported))
}

fn state(world: &World, test: Uuid) -> DeviceTest {
    let record = RecordRef { kind: "device_test".into(), id: test };
    let entry = world.memory.record(&record).expect("the test");
    entry.state.device_test().expect("a test").clone()
}

/// A device that was delivered, and never used.
fn new_device(world: &mut World, practice: &Practice, number: u32) -> Uuid {
    let device = world.id();
    let profile = device_profile(practice.hospital, number);
    act(world, &practice.officer, Wish::new("device.registered", device, profile).on("2023-02-01"));
    device
}

fn put_in_use(
    world: &mut World,
    practice: &Practice,
    device: Uuid,
    legacy: bool,
    on: &str,
) -> Result<EventRef, Refusal> {
    world.act(&practice.officer, Wish::new("device.put_in_use", device, json!({"legacy": legacy})).on(on))
}

#[test]
fn a_new_device_is_used_after_its_acceptance_test() {
    let (mut world, practice) = Practice::new(51);
    let device = new_device(&mut world, &practice, 901);
    let installed = Wish::new("device.installed", device, json!({"location": "放射科2室"}));
    act(&mut world, &practice.officer, installed.on("2024-02-10"));
    let refused = put_in_use(&mut world, &practice, device, false, "2024-02-20");
    assert_eq!(rule(refused), "device.acceptance", "no test yet");
    let of = |purpose, number, tested_on| {
        let mut data = report(&practice, purpose, number, tested_on);
        data["device"] = json!(device);
        data
    };
    file(&mut world, &practice, of("STA", 1, "2024-02-15")).expect("a status test");
    file(&mut world, &practice, of("ACC", 2, "2024-02-09")).expect("a test before it was installed");
    let mut failed = of("ACC", 3, "2024-02-15");
    failed["conclusion"] = json!("2");
    file(&mut world, &practice, failed).expect("a failed test is a fact");
    let (withdrawn, _) = file(&mut world, &practice, of("ACC", 4, "2024-02-16")).expect("a test");
    let wish = Wish::new("device_test.withdrawn", withdrawn, json!({})).because("MISTAKEN");
    act(&mut world, &practice.signatory, wish);
    let refused = put_in_use(&mut world, &practice, device, false, "2024-02-20");
    assert_eq!(rule(refused), "device.acceptance", "none of them accepts it");
    file(&mut world, &practice, of("ACC", 5, "2024-02-18")).expect("a test");
    let refused = put_in_use(&mut world, &practice, device, false, "2024-02-17");
    assert_eq!(rule(refused), "device.acceptance", "not before its test");
    put_in_use(&mut world, &practice, device, false, "2024-02-18").expect("on the day of its test");
    let entry = world.memory.record(&device::reference(device)).expect("the device");
    let state = entry.state.device().expect("a device");
    assert_eq!((state.state, state.legacy), (DeviceState::InUse, false));
    let again = put_in_use(&mut world, &practice, device, false, "2024-02-19");
    assert_eq!(rule(again), "device.transition");
}

#[test]
fn after_a_major_repair_a_device_is_tested_again() {
    let (mut world, practice) = Practice::new(52);
    let officer = practice.officer.clone();
    let device = new_device(&mut world, &practice, 902);
    put_in_use(&mut world, &practice, device, true, "2023-05-01").expect("used before this system");
    let change = |to, why| Wish::new("device.state_changed", device, json!({"to": to, "why": why}));
    act(&mut world, &officer, change("REPAIR", "FAULT").on("2024-01-10"));
    act(&mut world, &officer, Wish::new("device.repaired", device, json!({"component": "TUBE"})).on("2024-01-12"));
    let refused = world.act(&officer, change("IN_USE", "REPAIRED").on("2024-01-13"));
    assert_eq!(rule(refused), "device.returns_to_use");
    let legacy = put_in_use(&mut world, &practice, device, true, "2024-01-13");
    assert_eq!(rule(legacy), "device.acceptance", "it is no longer as it was before this system");
    let mut test = report(&practice, "ACC", 1, "2024-01-12");
    test["device"] = json!(device);
    file(&mut world, &practice, test).expect("on the day of the repair");
    put_in_use(&mut world, &practice, device, false, "2024-01-13").expect("used again");
    let entry = world.memory.record(&device::reference(device)).expect("the device");
    let state = entry.state.device().expect("a device");
    assert_eq!((state.state, state.awaits_acceptance()), (DeviceState::InUse, false));
    assert_eq!(state.in_use_since.map(|day| day.to_string()).as_deref(), Some("2023-05-01"));
    // What was not repaired in a major part goes back in use as ever.
    act(&mut world, &officer, change("REPAIR", "FAULT").on("2024-02-01"));
    act(&mut world, &officer, change("IN_USE", "REPAIRED").on("2024-02-02"));
    // A repair that is told late finds the device in use: a fact, not a refusal.
    act(&mut world, &officer, Wish::new("device.repaired", device, json!({"component": "DETECTOR"})).on("2024-02-20"));
    let entry = world.memory.record(&device::reference(device)).expect("the device");
    let state = entry.state.device().expect("a device");
    assert_eq!((state.state, state.awaits_acceptance()), (DeviceState::InUse, true));
}

#[test]
fn who_reports_what() {
    let (mut world, practice) = Practice::new(53);
    let mut constancy = report(&practice, "CON", 1, "2024-01-10");
    assert_eq!(rule(file(&mut world, &practice, constancy.clone())), "device_test.purpose");
    constancy["purpose"] = json!("STA");
    constancy["institution"] = json!(practice.laboratory);
    assert_eq!(rule(file(&mut world, &practice, constancy)), "device_test.device");
    let id = world.id();
    let mut own = report(&practice, "STA", 1, "2024-01-10");
    own["laboratory"] = json!(practice.hospital);
    let refused = world.act(&practice.signatory, Wish::new("device_test.reported", id, own));
    assert_eq!(refused.expect_err("not its own name").code, Code::NotAuthorised);
    for (field, value, id) in [
        ("signed_on", json!("2024-01-09"), "device_test.dates"),
        ("field_work_on", json!("2024-01-11"), "device_test.dates"),
        ("standards", json!(["WS 76-2020", "WS 76-2020"]), "device_test.standard"),
        ("standards", json!(["OTHER"]), "device_test.standard"),
        ("other_standard", json!("厂家技术条件"), "device_test.standard"),
        ("points", json!([{"place": "控制室", "rate_nsv_h": 100, "limit_nsv_h": 2_500}]), "device_test.results"),
        ("items", json!([{"name": "半值层", "result": "FAILED"}]), "device_test.item_failed"),
    ] {
        let mut data = report(&practice, "STA", 1, "2024-01-10");
        data[field] = value;
        assert_eq!(rule(file(&mut world, &practice, data)), id, "{field}");
    }
    file(&mut world, &practice, report(&practice, "STA", 1, "2024-01-10")).expect("reported");
    let mut same = report(&practice, "ACC", 1, "2024-01-11");
    let taken = file(&mut world, &practice, same.clone()).expect_err("the same line of the same report");
    assert_eq!(taken.code, Code::ClaimTaken);
    same["line_no"] = json!(2);
    file(&mut world, &practice, same).expect("another line");
}

#[test]
fn a_place_above_its_limit_fails() {
    let (mut world, practice) = Practice::new(54);
    let place = |rate: i64, limit: i64, annual: Option<i64>| {
        let mut data = report(&practice, "WRK", 1, "2024-01-10");
        data["standards"] = json!(["GBZ 130-2020"]);
        data["item"] = json!("T4");
        data["points"] = json!([
            {"place": "控制室操作位", "rate_nsv_h": 120, "limit_nsv_h": limit},
            {"place": "受检者门", "rate_nsv_h": rate, "limit_nsv_h": limit},
        ]);
        if let Some(annual) = annual {
            data["points"][1]["annual_dose_nsv"] = json!(annual);
        }
        data
    };
    assert_eq!(rule(file(&mut world, &practice, place(2_600, 2_500, None))), "device_test.limit");
    assert_eq!(rule(file(&mut world, &practice, place(26_000, 25_000, None))), "device_test.limit");
    assert_eq!(rule(file(&mut world, &practice, place(26_000, 25_000, Some(260_000)))), "device_test.limit");
    let mut failed = place(2_600, 2_500, None);
    failed["conclusion"] = json!("2");
    failed["report_no"] = json!("J9");
    let (failed, reported) = file(&mut world, &practice, failed).expect("it fails");
    assert_eq!(state(&world, failed).max_rate_nsv_h, Some(2_600));
    let mend = |set| Wish::new("device_test.corrected", failed, json!({"set": set})).correcting(reported);
    let refused = world.act(&practice.signatory, mend(json!({"conclusion": "1"})));
    assert_eq!(rule(refused), "device_test.limit", "a correction is judged like a report");
    let points = json!([{"place": "受检者门", "rate_nsv_h": 260, "limit_nsv_h": 2_500}]);
    act(&mut world, &practice.signatory, mend(json!({"conclusion": "1", "points": points})));
    assert_eq!(state(&world, failed).max_rate_nsv_h, Some(260));
    file(&mut world, &practice, place(26_000, 25_000, Some(250_000))).expect("assessed for the year");
}

#[test]
fn a_report_without_a_qualification_counts_once_the_city_says_so() {
    let (mut world, practice) = Practice::new(55);
    let due = |world: &World| {
        let tests = evidence_of(practice.device, &world.memory).expect("memory holds everything");
        status_due(&tests, StatusMode::Rolling).map(|day| day.to_string())
    };
    let mut data = report(&practice, "STA", 1, "2024-01-10");
    data["qualification_no"] = json!("示范资质9999");
    let (test, _) = file(&mut world, &practice, data).expect("a fact, whatever it is worth");
    assert_eq!(due(&world), None, "as if it did not exist");
    let rule_on = |counts| json!({"counts": counts, "grounds": "已核对资质附表"});
    let refused = world.act(&practice.offices.approver, Wish::new("device_test.ruled", test, rule_on(true)));
    assert_eq!(refused.expect_err("the city rules").code, Code::NotAuthorised);
    act(&mut world, &practice.city_supervisor, Wish::new("device_test.ruled", test, rule_on(true)));
    assert_eq!(due(&world).as_deref(), Some("2025-01-10"));
    act(&mut world, &practice.city_approver, Wish::new("device_test.ruled", test, rule_on(false)));
    assert_eq!(state(&world, test).state, TestState::Excluded);
    assert_eq!(due(&world), None);
    let withdraw = || Wish::new("device_test.withdrawn", test, json!({})).because("MISTAKEN");
    assert_eq!(world.act(&practice.officer, withdraw()).expect_err("not his").code, Code::NotAuthorised);
    act(&mut world, &practice.signatory, withdraw());
    let again = world.act(&practice.city_supervisor, Wish::new("device_test.ruled", test, rule_on(true)));
    assert_eq!(rule(again), "device_test.withdrawn");
    let mut replaced = report(&practice, "STA", 1, "2024-01-10");
    replaced["field_work_on"] = json!("2024-01-10");
    let (replaced, _) = file(&mut world, &practice, replaced).expect("the number is free");
    assert_eq!(state(&world, replaced).days_to_report(), Some(54));
    assert_eq!(due(&world).as_deref(), Some("2025-01-10"));
}

#[test]
fn an_institution_records_its_own_constancy_tests() {
    let (mut world, practice) = Practice::new(56);
    let recorded = |check: &str, tested_on: &str| {
        json!({
            "device": practice.device, "institution": practice.hospital, "check": check, "tested_on": tested_on,
            "deviation_exceeded": false,
        })
    };
    let try_it = |world: &mut World, data| {
        let test = world.id();
        world.act(&practice.officer, Wish::new("device_test.recorded", test, data)).map(|_| test)
    };
    assert_eq!(rule(try_it(&mut world, recorded("OTH", "2024-01-10"))), "device_test.other_check");
    assert_eq!(rule(try_it(&mut world, recorded("OUT", "2024-03-10"))), "device_test.dates", "in the future");
    let mut nobody = recorded("OUT", "2024-01-10");
    nobody["performed_by"] = json!({"kind": "person", "id": practice.device});
    assert_eq!(rule(try_it(&mut world, nobody)), "device_test.performed_by");
    let test = try_it(&mut world, recorded("OUT", "2024-01-10")).expect("recorded");
    let ruled = Wish::new("device_test.ruled", test, json!({"counts": true, "grounds": "无"}));
    assert_eq!(rule(world.act(&practice.city_supervisor, ruled)), "device_test.no_report");
    let withdraw = || Wish::new("device_test.withdrawn", test, json!({})).because("MISTAKEN");
    assert_eq!(world.act(&practice.signatory, withdraw()).expect_err("not his").code, Code::NotAuthorised);
    act(&mut world, &practice.officer, withdraw());
    assert_eq!(state(&world, test).state, TestState::Withdrawn);
    let members = world.memory.members(&device_test::tests_key(practice.device)).expect("memory holds everything");
    assert!(members.records.is_empty(), "no decision reads constancy tests");
}

//! Stories of messages: who is told of a warning, how often, in how many messages, and what becomes of them.

use domain::notification_codes::{NoticeFailure, NoticeGateway, NoticeOffice, NoticeState};
use domain::record::Draft;
use domain::records::notification::{Event, Failed, Notification, Sent};
use domain::records::{Nothing, notification};
use domain::refusal::{Code, Refusal};
use domain::rules;
use domain::warning_codes::WarningGrade;
use replay_tests::practice::{Practice, act};
use replay_tests::world::{AREA, Person, Wish, World};
use serde_json::json;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

const DAY: i64 = 86_400;
const OFFICES: [NoticeOffice; 4] =
    [NoticeOffice::Responsible, NoticeOffice::Head, NoticeOffice::County, NoticeOffice::City];

/// A practice whose ledger has the rules and the messages in force, and in which everybody can be reached.
fn on_call(seed: u64) -> (World, Practice) {
    let (mut world, practice) = Practice::new(seed);
    world.adopt_rules();
    world.adopt("catalogue", 7);
    world.adopt("policy", 9);
    for (post, phone) in [("RP_OFFICER", "13800000001"), ("PRINCIPAL", "13800000002")] {
        let party = json!({"kind": "party", "id": world.id()});
        let officer = json!({"post": post, "party": party, "name": "示范人员", "phone": phone});
        let today = world.today();
        let wish = Wish::new("institution.officer_appointed", practice.hospital, officer).on(today);
        act(&mut world, &practice.officer, wish);
    }
    let supervisor = practice.offices.supervisor.clone();
    let contact = json!({"area": AREA, "party": party_of(&supervisor), "phone": "13900000003"});
    act(&mut world, &supervisor, Wish::new("account.contact_filed", supervisor.account, contact));
    world.pass_seconds(DAY);
    world.evaluate();
    (world, practice)
}

fn party_of(person: &Person) -> serde_json::Value {
    json!({"kind": "party", "id": person.holder})
}

/// A licence that is to be verified in so many days: W-LIC-01 warns of it.
fn licence(world: &mut World, practice: &Practice, number: u32, days: i64) -> Uuid {
    let licence = world.id();
    let due = world.now.civil_day().add_days(days).to_string();
    let papers = json!({
        "institution": practice.hospital, "type": "LIC", "number": format!("示范放证字（2023）第{number:04}号"),
        "authority": "COUNTY", "issuer": "示范卫生健康局", "classes": [{"class": "XR", "items": ["XR-2"]}],
        "issued_on": "2023-03-15", "verify_due_on": due,
    });
    act(world, &practice.offices.approver, Wish::new("licence.issued", licence, papers));
    licence
}

/// For which days an office was told by a rule.
fn days(world: &World, office: NoticeOffice, rule: &str) -> Vec<Date> {
    let all = world.notifications(office).into_iter().map(|(_, known)| known.order);
    all.filter(|order| order.rule == rule).map(|order| order.day).collect()
}

fn last(world: &World, office: NoticeOffice, rule: &str) -> (Uuid, Notification) {
    let mut all = world.notifications(office).into_iter().filter(|(_, known)| known.order.rule == rule);
    all.next_back().unwrap_or_else(|| panic!("nobody was told by {rule}"))
}

fn pass(world: &mut World, days: i64) {
    for _ in 0..days {
        world.pass_seconds(DAY);
        world.evaluate();
    }
}

fn refused(world: &mut World, who: &Person, wish: Wish) -> Refusal {
    let name = wish.event_type;
    world.act(who, wish).err().unwrap_or_else(|| panic!("{name} was admitted"))
}

fn sent(world: &World, known: &Notification, serial: &str) -> Event {
    let contact = known.contact(world.now.civil_day(), &world.memory).expect("memory").expect("somebody is reached");
    Event::Sent(Sent { to: contact.party, gateway: NoticeGateway::Aliyun, serial: serial.into() })
}

#[test]
fn orange_is_told_once_and_red_until_somebody_takes_note() {
    let (mut world, practice) = on_call(1);
    let begins = world.now.civil_day();
    let licence = licence(&mut world, &practice, 1, 31);
    world.evaluate();
    assert!(OFFICES.iter().all(|office| days(&world, *office, "W-LIC-01").is_empty()), "yellow is read in the ledger");
    pass(&mut world, 31);
    let first = begins.add_days(1);
    assert_eq!(days(&world, NoticeOffice::Responsible, "W-LIC-01"), [first], "orange, to the person responsible, once");
    assert!(days(&world, NoticeOffice::Head, "W-LIC-01").is_empty());
    let red = begins.add_days(32);
    pass(&mut world, 25);
    let rounds: Vec<Date> = [0, 1, 3, 7, 14, 21].into_iter().map(|days| red.add_days(days)).collect();
    assert_eq!(days(&world, NoticeOffice::Head, "W-LIC-01"), rounds, "days 0, 1, 3, 7 and then every week");
    assert_eq!(days(&world, NoticeOffice::County, "W-LIC-01"), rounds);
    assert_eq!(days(&world, NoticeOffice::Responsible, "W-LIC-01")[1..], rounds);
    let city = days(&world, NoticeOffice::City, "W-LIC-01");
    assert!(city.first().is_some_and(|day| *day > red), "the city, from the day on which it went there: {city:?}");
    let (warning, _) = world.warning("W-LIC-01", licence).expect("raised");
    act(&mut world, &practice.officer, Wish::new("warning.acknowledged", warning, json!({"by": "UNIT"})));
    pass(&mut world, 20);
    assert_eq!(days(&world, NoticeOffice::Head, "W-LIC-01"), rounds, "somebody took note");
}

#[test]
fn one_message_tells_of_all_that_is_alike_and_the_rest_waits_for_tomorrow() {
    let (mut world, practice) = on_call(2);
    let (first, second) = (licence(&mut world, &practice, 1, 30), licence(&mut world, &practice, 2, 29));
    world.evaluate();
    let (_, told) = last(&world, NoticeOffice::Responsible, "W-LIC-01");
    let of = |world: &World, licence| world.warning("W-LIC-01", licence).expect("raised").0;
    let mut both = vec![of(&world, first), of(&world, second)];
    both.sort_unstable();
    assert_eq!(told.order.warnings, both);
    assert_eq!((told.order.grade, told.order.about.id), (WarningGrade::Orange, practice.hospital));
    // The office has its message of today; a third licence is told of tomorrow.
    let third = licence(&mut world, &practice, 3, 28);
    world.evaluate();
    let today = world.now.civil_day();
    assert_eq!(days(&world, NoticeOffice::Responsible, "W-LIC-01"), [today]);
    // One of another grade does not wait.
    let overdue = licence(&mut world, &practice, 4, -3);
    world.evaluate();
    assert_eq!(days(&world, NoticeOffice::Responsible, "W-LIC-01"), [today, today]);
    assert_eq!(last(&world, NoticeOffice::Responsible, "W-LIC-01").1.order.warnings, [of(&world, overdue)]);
    pass(&mut world, 1);
    let tomorrow: Vec<_> = world.notifications(NoticeOffice::Responsible);
    let told = tomorrow
        .iter()
        .any(|(_, known)| known.order.day == today.add_days(1) && known.order.warnings == [of(&world, third)]);
    assert!(told, "what waited is told of on the next day: {tomorrow:?}");
}

#[test]
fn a_message_goes_to_who_holds_the_office_when_it_is_sent() {
    let (mut world, practice) = on_call(3);
    licence(&mut world, &practice, 1, -1);
    world.evaluate();
    let (id, known) = last(&world, NoticeOffice::Head, "W-LIC-01");
    let before = known.contact(world.now.civil_day(), &world.memory).expect("memory").expect("the principal");
    // Another principal takes the post before it goes out.
    let party = json!({"kind": "party", "id": world.id()});
    let officer = json!({"post": "PRINCIPAL", "party": party, "name": "示范继任", "phone": "13800000009"});
    let today = world.today();
    let wish = Wish::new("institution.officer_appointed", practice.hospital, officer).on(today.clone());
    act(&mut world, &practice.officer, wish);
    let former = json!({"post": "PRINCIPAL", "party": {"kind": "party", "id": before.party.id}});
    let _ = world.act(&practice.officer, Wish::new("institution.officer_ended", practice.hospital, former).on(today));
    // The service cannot send it to anybody else, nor say that it arrived before it went.
    let record = notification::reference(id);
    let entry = world.memory.record(&record).expect("ordered").clone();
    let day = world.now.civil_day();
    let to_former =
        Event::Sent(Sent { to: before.party.clone(), gateway: NoticeGateway::Aliyun, serial: "1^0".into() });
    let draft = known.outcome(&record, &entry, &to_former, day, &world.memory).expect("memory").expect("can follow");
    assert_ne!(
        draft.data.get("to").and_then(|to| to.as_object()).and_then(|to| to.get("id")).and_then(|id| id.as_text()),
        Some(before.party.id.to_string().as_str()),
        "what is signed names the one in office"
    );
    let early = known.outcome(&record, &entry, &Event::Delivered(Nothing {}), day, &world.memory).expect("memory");
    assert_eq!(early, None);
    let event = sent(&world, &known, "300^0");
    world.outcome(id, &event);
    world.outcome(id, &Event::Delivered(Nothing {}));
    let (_, delivered) = last(&world, NoticeOffice::Head, "W-LIC-01");
    assert_eq!((delivered.state, delivered.serial.as_deref()), (NoticeState::Delivered, Some("300^0")));
    assert_ne!(delivered.to.map(|to| to.id), Some(before.party.id));
    let again = refused(&mut world, &practice.unit_admin, Wish::new("notification.sent_again", id, json!({})));
    assert_eq!(again.rule.map(|rule| rule.id), Some("notification.state"));
}

#[test]
fn what_failed_is_sent_again_once_there_is_somebody_to_send_it_to() {
    let (mut world, practice) = on_call(4);
    licence(&mut world, &practice, 1, -1);
    world.evaluate();
    let (id, known) = last(&world, NoticeOffice::Responsible, "W-LIC-01");
    let contact = known.contact(world.now.civil_day(), &world.memory).expect("memory").expect("the officer");
    let today = world.today();
    let ended = json!({"post": "RP_OFFICER", "party": {"kind": "party", "id": contact.party.id}});
    act(
        &mut world,
        &practice.officer,
        Wish::new("institution.officer_ended", practice.hospital, ended).on(today.clone()),
    );
    assert_eq!(known.contact(world.now.civil_day(), &world.memory), Ok(None));
    world.outcome(id, &Event::Failed(Failed { reason: NoticeFailure::NoAddress, code: None }));
    let nobody = refused(&mut world, &practice.unit_admin, Wish::new("notification.sent_again", id, json!({})));
    assert_eq!(nobody.rule.map(|rule| rule.id), Some("notification.no_address"));
    let party = json!({"kind": "party", "id": world.id()});
    let officer = json!({"post": "CONTACT", "party": party, "name": "示范联系人", "phone": "13800000007"});
    act(
        &mut world,
        &practice.officer,
        Wish::new("institution.officer_appointed", practice.hospital, officer).on(today),
    );
    act(&mut world, &practice.unit_admin, Wish::new("notification.sent_again", id, json!({})));
    let (_, again) = last(&world, NoticeOffice::Responsible, "W-LIC-01");
    assert_eq!((again.state, again.round, again.failure), (NoticeState::Ordered, 2, None));
    assert_ne!(again.message_id(id), known.message_id(id), "the gateway knows it as another message");
}

#[test]
fn the_service_orders_what_the_rule_demands_and_nothing_else() {
    let (mut world, practice) = on_call(5);
    let licence = licence(&mut world, &practice, 1, 30);
    world.evaluate();
    let (warning, _) = world.warning("W-LIC-01", licence).expect("raised");
    let day = world.now.civil_day();
    let about = RecordRef { kind: "institution".into(), id: practice.hospital };
    let order = |office, grade| rules::Order {
        office,
        about: about.clone(),
        rule: "W-LIC-01",
        grade,
        day,
        warnings: vec![warning],
    };
    for invented in [
        order(NoticeOffice::Head, WarningGrade::Orange),
        order(NoticeOffice::Responsible, WarningGrade::Red),
        order(NoticeOffice::Responsible, WarningGrade::Orange),
        rules::Order { day: day.add_days(1), ..order(NoticeOffice::Responsible, WarningGrade::Orange) },
    ] {
        let (id, basis) = (world.id(), Some(world.memory.size()));
        let draft = rules::ordered(&invented, id, &world.memory).expect("memory");
        let unit = world.service_unit(&[Draft { basis, ..draft }], day);
        let refusal = world.submit(&unit).expect_err("nobody demands it, or it was said already");
        assert_eq!(refusal.code, Code::NotAuthorised, "{invented:?}");
    }
}

#[test]
fn an_officer_files_his_own_telephone_for_his_own_area() {
    let (mut world, practice) = on_call(6);
    let supervisor = practice.offices.supervisor.clone();
    let file = |area: Option<&str>, party: Uuid| {
        let mut data = json!({"party": {"kind": "party", "id": party}, "phone": "13900000004"});
        if let Some(area) = area {
            data["area"] = json!(area);
        }
        Wish::new("account.contact_filed", supervisor.account, data)
    };
    let other = world.id();
    for (wish, pointer) in [(file(None, supervisor.holder), "/data/area"), (file(Some(AREA), other), "/data/party")] {
        let refusal = refused(&mut world, &supervisor, wish);
        assert_eq!(refusal.rule.map(|rule| rule.id), Some("account.on_call"));
        assert_eq!(refusal.pointer, pointer);
    }
    let stranger = refused(&mut world, &practice.offices.approver, file(Some(AREA), supervisor.holder));
    assert_eq!(stranger.code, Code::NotAuthorised, "each his own");
}

//! Somebody entered by mistake: his identity is erased at a request that a second person approved, and nothing else of
//! the ledger changes. What a worker's file must keep is not erased.

mod live;

use domain::record::Facts;
use domain::records::erasure::is_erased;
use domain::refusal::{Code, Refusal};
use live::Live;
use projections::memory::Memory;
use replay_tests::scene::{Scene, rule};
use replay_tests::world::{AREA, County, Person, Wish, World, employment, resident_no, worker};
use schema::connect::{Role, connect};
use schema::drafts::{Draft, Drafts};
use schema::openings::{Opened, open};
use serde_json::{Value as Json, json};
use signing::envelope::{PayloadType, statement_hash};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

fn reference(kind: &str, id: Uuid) -> RecordRef {
    RecordRef { kind: kind.into(), id }
}

/// Everything that is read, folded from the bytes alone.
fn folded(world: &World) -> Memory {
    let mut memory = Memory::default();
    for row in &world.rows {
        memory.fold(row.recorded_at, statement_hash(&row.payload), &row.payload).expect("a history folds");
    }
    memory
}

/// The first event of a record.
fn first(world: &World, record: &RecordRef) -> EventRef {
    let mark = &world.memory.record(record).expect("it is there").marks[0];
    EventRef { event: mark.id, hash: mark.hash }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_entered_by_mistake_is_erased_and_everything_else_stands() {
    let County { mut world, city, admin, officer, unit_admin, institution, .. } = World::county(29);
    let approver = world.enrol(&city[0], &city[2], "T", "T_APPR", None, None);
    let asking = world.enrol(&city[0], &city[2], "T", "T_SUP", None, None);
    let asking_too = second_role(&mut world, &asking, "T_APPR", &city);
    // Two with one name: this one never worked here. He had begun to write.
    let namesake = world.enrol(&unit_admin, &admin, "I", "I_RPO", Some(institution), Some(AREA));
    let (party, account) = (reference("party", namesake.holder), reference("account", namesake.account));
    let subject = json!({"kind": "party", "id": party.id});
    let asked = |id| {
        let data = json!({"subject": subject, "found_in": {"kind": "account", "id": account.id}, "ground": "MISTAKEN"});
        Wish::new("erasure.requested", id, data)
    };
    let erasure = world.id();
    assert_eq!(rule(world.act(&asking, asked(erasure))), "erasure.still_needed", "while the account stands");
    world.act(&unit_admin, Wish::new("account.closed", account.id, json!({})).because("LEFT")).expect("closed");
    world.act(&asking, asked(erasure)).expect("requested");
    let approved = || Wish::new("erasure.approved", erasure, json!({"subject": subject}));
    assert_eq!(world.act(&asking_too, approved()).expect_err("himself").code, Code::FourEyes);
    world.act(&approver, approved()).expect("approved by another person");
    assert_eq!(rule(appointed(&mut world, &officer, institution, &subject)), "erasure.subject_erased");

    let live = Live::new(&world).await;
    live.replay(&world).await;
    let pool = connect(live.site.database.config(), Role::Appender, &live.site.passwords).expect("a pool");
    let drafts = Drafts { pool: &pool, keys: live.door.keys(), ledger: world.ledger() };
    let now = world.now.micros();
    let draft = Draft { id: Uuid::from_u128(1), event_type: "device.moved".into(), saved_at: now, expires_at: now + 1 };
    for owner in [account.id, officer.account] {
        assert!(drafts.save(owner, &draft, "还没有签署").await.expect("saved"));
    }
    let opened = first(&world, &account);
    let stored = live.door.log().openings(&[opened.event]).await.expect("openings").remove(0);
    let show = || open(live.door.keys(), world.ledger(), &stored).expect("the key store answers");
    assert!(matches!(show(), Opened::Open { .. }), "approved and not yet carried out");

    // The service: the key first, then the word. Asked again, it does nothing.
    let before = folded(&world);
    let record = reference("erasure", erasure);
    assert_eq!(live.door.carry_out_erasures(std::slice::from_ref(&record)).await.expect("carried out"), 1);
    assert_eq!(live.door.carry_out_erasures(std::slice::from_ref(&record)).await.expect("nothing to do"), 0);
    assert_eq!(show(), Opened::Erased);
    let text = async |owner| drafts.text(owner, draft.id, now).await.expect("the store answers");
    assert_eq!(text(account.id).await, None, "what he had begun to write is gone with him");
    assert_eq!(text(officer.account).await.as_deref(), Some("还没有签署"), "nobody else's is");
    world.carry_out(erasure);
    live.compare_rows(&world).await;

    // Every event verifies as before, in the log as it is stored.
    for row in live.door.log().range(0, 10_000).await.expect("rows") {
        let key = signing::bytes::KeyId(row.key);
        let owner = world.memory.owner(&key).expect("in memory").expect("a key that is known");
        assert!(owner.key.verify_payload(PayloadType::Event, &row.payload, &row.signature), "{}", row.position);
    }
    // No fold ever saw the name: the rows are those of before, and one of the erasure.
    let after = folded(&world);
    assert_eq!((after.current.len(), after.statistics.len()), (before.current.len() + 1, before.statistics.len()));
    for (at, row) in &before.current {
        assert_eq!(after.current[at].row, row.row);
    }
    assert!(is_erased(&party, &world.memory).expect("in memory"));
    assert_eq!(rule(world.act(&approver, approved())), "erasure.state", "it is over");
    assert_eq!(rule(appointed(&mut world, &officer, institution, &subject)), "erasure.subject_erased");
    let fresh = json!({"kind": "party", "id": world.id()});
    appointed(&mut world, &officer, institution, &fresh).expect("under another id he can be named again");
}

/// Another role of the same account.
fn second_role(world: &mut World, who: &Person, role: &str, city: &[Person]) -> Person {
    let grant = world.id();
    let data = json!({"account": who.account, "role": role, "from": world.today()});
    let given = world.act(&city[0], Wish::new("grant.given", grant, data)).expect("given");
    let data = json!({"account": who.account, "countersigns": given});
    world.act(&city[2], Wish::new("grant.countersigned", grant, data)).expect("countersigned");
    Person { grant: Some(grant), ..who.clone() }
}

fn appointed(world: &mut World, officer: &Person, institution: Uuid, party: &Json) -> Result<EventRef, Refusal> {
    let data = json!({"post": "RP_OFFICER", "party": party, "name": "误登人员"});
    let today = world.today();
    world.act(officer, Wish::new("institution.officer_appointed", institution, data).on(today))
}

/// A file for life: a worker with results is not erased, under whatever catalogue. Who was registered under a wrong
/// number is corrected; the number is then free, and every result and sum stays where it was.
#[test]
fn a_workers_file_is_corrected_and_not_erased() {
    let mut scene = Scene::new(29);
    scene.report(["2021-03-01", "2021-05-31"], |_| {}).expect("a result");
    let sums = scene.sums();
    let (officer, institution, [person, post]) = (scene.county.officer.clone(), scene.county.institution, scene.who);
    let world = &mut scene.county.world;
    let erasure = world.id();
    let asked = || erasing(erasure, person, "MISTAKEN");
    let refusal = world.act(&officer, asked().schema(1)).expect_err("a party alone");
    assert_eq!((refusal.code, refusal.pointer.as_str()), (Code::BadValue, "/data/subject"));
    let refusal = world.act(&officer, asked()).expect_err("not yet");
    assert_eq!((refusal.code, refusal.pointer.as_str()), (Code::UnknownSchema, "/schema"));
    for (what, version) in NEWEST {
        world.adopt(what, version);
    }
    let refusal = world.act(&officer, asked()).expect_err("kept for life");
    let kept = refusal.rule.expect("a rule");
    assert_eq!(kept.id, "erasure.kept_for_life");
    assert!(kept.citation.to_string().contains("第十一条"), "{}", kept.citation);
    let today = world.today();
    world.act(&officer, Wish::new("employment.ended", post, json!({"reason": "RETIRE"})).on(&today)).expect("ended");
    assert_eq!(rule(world.act(&officer, asked())), "erasure.kept_for_life", "and when he has left");
    let registered = first(world, &reference("person", person));
    let again = world.id();
    let same_number = |number| {
        let mut data = worker(institution, number);
        data["name"] = json!("真正的人");
        Wish::new("person.registered", again, data)
    };
    assert_eq!(world.act(&officer, same_number(1)).expect_err("taken").code, Code::ClaimTaken);
    let right = json!({"resident_no": resident_no(77), "name": "虚构人员0077"});
    let wish = Wish::new("person.corrected", person, right).correcting(registered);
    world.act(&officer, wish).expect("corrected");
    world.act(&officer, same_number(1)).expect("the number is free for whom it belongs to");
    assert_eq!(scene.sums(), sums);
}

/// What a ledger adopts until a worker's file can be named.
const NEWEST: [(&str, u32); 5] = [("catalogue", 3), ("policy", 4), ("policy", 5), ("catalogue", 4), ("policy", 6)];

fn erasing(erasure: Uuid, person: Uuid, ground: &str) -> Wish {
    let file = json!({"kind": "person", "id": person});
    Wish::new("erasure.requested", erasure, json!({"subject": file, "found_in": file, "ground": ground})).schema(2)
}

/// The file of somebody who never came to work: what was sealed under him opens no more, his number is free, and nothing
/// can be said in it; a file and a draft under him are gone, and every event still verifies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_somebody_who_never_worked_is_erased() {
    let County { mut world, city, admin, officer, unit_admin, institution, .. } = World::county(31);
    for (what, version) in [("catalogue", 2), ("policy", 3)].into_iter().chain(NEWEST) {
        world.adopt(what, version);
    }
    let approver = world.enrol(&city[0], &city[2], "T", "T_APPR", None, None);
    let own = world.enrol(&unit_admin, &admin, "W", "W_SELF", Some(institution), Some(AREA));
    let person = world.id();
    world.act(&officer, Wish::new("person.registered", person, worker(institution, 1))).expect("registered");
    let linked = Wish::new("person.account_linked", person, json!({"account": own.account}));
    world.act(&officer, linked).expect("linked");
    let phone = Wish::new("person.contact_changed", person, json!({"phone": "13900000000"})).on(world.today());
    world.act(&own, phone).expect("his own telephone");

    // What still waits comes to its end first: a post that he was to take, an account of his own.
    let (post, erasure) = (world.id(), world.id());
    let planned = |post, number| Wish::new("employment.planned", post, employment(person, institution, number, "2A"));
    let asked = || erasing(erasure, person, "MISTAKEN");
    world.act(&officer, planned(post, 1)).expect("planned");
    assert_eq!(rule(world.act(&officer, asked())), "erasure.still_needed", "a post waits for him");
    let never = Wish::new("employment.ended", post, json!({"reason": "OTHER"})).on(world.today());
    world.act(&officer, never).expect("he never came");
    assert_eq!(rule(world.act(&officer, asked())), "erasure.still_needed", "his account is open");
    world.act(&unit_admin, Wish::new("account.closed", own.account, json!({})).because("LEFT")).expect("closed");
    let mut elsewhere = asked();
    elsewhere.data["found_in"] = json!({"kind": "institution", "id": institution});
    assert_eq!(rule(world.act(&officer, elsewhere)), "erasure.not_found", "a worker's file names itself");
    world.act(&officer, asked()).expect("requested");
    let approved = || {
        let data = json!({"subject": {"kind": "person", "id": person}});
        Wish::new("erasure.approved", erasure, data).schema(2)
    };
    let second = world.id();
    world.act(&officer, planned(second, 2)).expect("as long as nobody approved");
    assert_eq!(rule(world.act(&approver, approved())), "erasure.still_needed", "looked at once more");
    let never = Wish::new("employment.ended", second, json!({"reason": "OTHER"})).on(world.today());
    world.act(&officer, never).expect("nor this time");
    let again = world.id();
    let mut same = worker(institution, 1);
    same["name"] = json!("后来的人");
    let registered = Wish::new("person.registered", again, same);
    assert_eq!(world.act(&officer, registered.clone()).expect_err("one number, one file").code, Code::ClaimTaken);
    world.act(&approver, approved()).expect("approved");

    // From here on nothing is said of him, sealed or not, and his number is free.
    world.act(&officer, registered).expect("a file for whoever comes with this number");
    let called = Wish::new("person.contact_changed", person, json!({"phone": "13900000001"})).on(world.today());
    assert_eq!(rule(world.act(&officer, called)), "erasure.subject_erased");
    let male = Wish::new("person.corrected", person, json!({"set": {"sex": "2"}}));
    let male = male.correcting(first(&world, &reference("person", person)));
    assert_eq!(rule(world.act(&officer, male)), "erasure.subject_erased");
    let third = world.id();
    assert_eq!(rule(world.act(&officer, planned(third, 3))), "erasure.subject_erased");

    // The service, behind its door: the keys first, then the word.
    let live = Live::new(&world).await;
    live.replay(&world).await;
    let pool = connect(live.site.database.config(), Role::Appender, &live.site.passwords).expect("a pool");
    let drafts = Drafts { pool: &pool, keys: live.door.keys(), ledger: world.ledger() };
    let now = world.now.micros();
    let draft = Draft {
        id: Uuid::from_u128(1),
        event_type: "person.correction_requested".into(),
        saved_at: now,
        expires_at: now + 1,
    };
    assert!(drafts.save(own.account, &draft, "我从未在此工作").await.expect("saved"));
    let events = world.memory.record(&reference("person", person)).expect("there").marks.iter().map(|mark| mark.id);
    let stored = live.door.log().openings(&events.collect::<Vec<_>>()).await.expect("openings");
    let shown = || -> Vec<Opened> {
        stored.iter().map(|sealed| open(live.door.keys(), world.ledger(), sealed).expect("an answer")).collect()
    };
    assert!(stored.len() >= 3 && shown().iter().all(|opened| matches!(opened, Opened::Open { .. })));
    let record = reference("erasure", erasure);
    assert_eq!(live.door.carry_out_erasures(std::slice::from_ref(&record)).await.expect("carried out"), 1);
    assert_eq!(live.door.carry_out_erasures(std::slice::from_ref(&record)).await.expect("nothing to do"), 0);
    assert!(shown().iter().all(|opened| *opened == Opened::Erased), "name, number and telephone");
    assert_eq!(drafts.text(own.account, draft.id, now).await.expect("an answer"), None, "what he had begun to write");
    world.carry_out(erasure);
    live.compare_rows(&world).await;
    assert!(is_erased(&reference("person", person), &world.memory).expect("in memory"));
}

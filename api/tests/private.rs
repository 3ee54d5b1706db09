//! Sealed values in the clear and who looked at them; drafts; the search box; what changed between two moments.

mod support;

use api::Limits;
use serde_json::{Value as Json, json};
use signing::bytes::{Instant, b64url};
use support::world::Wish;
use support::{City, Server, city, serve, serve_city};
use uuid::Uuid;

const UNMASK: &str = "mutation ($event: UUID!, $purpose: Purpose!) { unmask(event: $event, pointer: \"/data/name\", purpose: $purpose) { state value } }";
const LOG: &str = "query ($before: String) { accessLog(first: 2, before: $before) { before items { account subject event pointer purpose at } } }";

/// The worker who has an account, and the event that registered him.
fn worker(city: &City) -> (Uuid, Uuid) {
    let found = city.world.memory.records().find_map(|(record, entry)| {
        entry.state.person().filter(|person| person.account.is_some()).map(|_| (record.id, entry.marks[0].id))
    });
    found.expect("a worker with an account")
}

async fn unmask(server: &Server, token: &str, event: Uuid, purpose: &str) -> Json {
    server.data(token, UNMASK, json!({"event": event, "purpose": purpose})).await["unmask"].clone()
}

/// What only some may open: the finding of an examination, the kind of a restriction.
const SEALED_OF_WORKER: &str = "query ($exam: ID!, $restriction: ID!) { \
    exam: node(id: $exam) { ... on ExamResult { members { conclusions { code } findings { state masked event pointer } } } } \
    restriction: node(id: $restriction) { ... on Restriction { members { measures { code } kind { state masked event pointer } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn findings_open_for_the_worker_and_not_for_his_employer() {
    let mut city = city(46);
    let (person, _) = worker(&city);
    let who = json!({"kind": "person", "id": person});
    let grant = city.person("HEO_CHIEF").grant.expect("a grant");
    let entry = city.world.memory.record(&signing::statement::RecordRef { kind: "grant".into(), id: grant });
    let examiner = entry.and_then(|entry| entry.state.grant()?.given.org).expect("an organisation");
    let [exam, restriction, document] = [0; 3].map(|_| city.world.id());
    let (hospital, today) = (city.hospital, city.world.today());
    let filing = json!({"document": document, "kind": "HEF", "number": "示范备案0001", "from": "2020-01-01"});
    let report = json!({"person": who, "institution": hospital, "examiner": examiner, "report_no": "B1", "kind": "PER",
        "exam_on": "2024-02-01", "exam_ended_on": "2024-02-01", "concluded_on": "2024-02-20", "conclusions": ["R1"],
        "items": [{"item": "EYE_LENS"}], "findings": "晶状体混浊"});
    let declared = json!({"person": who, "institution": hospital, "measures": ["NO_INTERNAL"], "kind": "1"});
    for (role, wish) in [
        ("C_SUP", Wish::new("institution.document_filed", examiner, filing)),
        ("T_APPR", Wish::new("institution.approved", examiner, json!({}))),
        ("HEO_CHIEF", Wish::new("exam_result.reported", exam, report)),
        ("W_SELF", Wish::new("restriction.recorded", restriction, declared).on(&today)),
    ] {
        let signer = city.person(role);
        city.world.act(&signer, wish).unwrap_or_else(|refusal| panic!("{role}: {refusal:?}"));
    }
    let server = serve(&city.world, Limits::default()).await;
    server.replay(&city.world).await;
    let ids = json!({"exam": format!("exam_result/{exam}"), "restriction": format!("restriction/{restriction}")});
    let masked = |seal: &Json| (!seal.is_null()).then(|| seal["masked"].as_str().map(str::to_owned));
    let (finding, kind) = (Some("晶***".to_owned()), Some("*".to_owned()));
    for (role, findings, why) in [
        ("W_SELF", Some(finding.clone()), Some(kind.clone())),
        ("HEO_CHIEF", Some(finding.clone()), None),
        ("C_SUP", Some(finding.clone()), Some(None)),
        ("I_RPO", Some(None), Some(kind)),
        ("I_HEAD", Some(None), Some(None)),
        ("EXT_AUD", Some(None), Some(None)),
        ("TSO_SIGN", None, None),
    ] {
        let token = server.login(&city.person(role)).await;
        let data = server.data(&token, SEALED_OF_WORKER, ids.clone()).await;
        let seal = &data["exam"]["members"]["findings"];
        assert_eq!(masked(seal), findings, "{role}: {data}");
        assert_eq!(masked(&data["restriction"]["members"]["kind"]), why, "{role}: {data}");
        if findings.is_none() {
            continue;
        }
        assert_eq!(data["exam"]["members"]["conclusions"][0]["code"], "R1", "{role}");
        let asked = json!({"event": seal["event"], "purpose": "HEALTH"});
        let query = UNMASK.replace("/data/name", "/data/findings");
        let shown = server.data(&token, &query, asked).await["unmask"].clone();
        let opened = json!({"state": "OPEN", "value": "晶状体混浊"});
        assert_eq!(shown, if findings == Some(None) { json!(null) } else { opened }, "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_shown_for_a_purpose_and_the_worker_reads_who_looked() {
    let (server, city) = serve_city(41).await;
    let (person, event) = worker(&city);
    let name = json!({"state": "OPEN", "value": "虚构人员0001"});
    for (role, purpose) in [("C_SUP", "SUPERVISION"), ("I_RPO", "CORRECTION"), ("W_SELF", "OWN")] {
        server.set_now(server.now().plus_micros(1_000_000));
        let token = server.login(&city.person(role)).await;
        assert_eq!(unmask(&server, &token, event, purpose).await, name, "{role}");
    }
    server.set_now(server.now().plus_micros(1_000_000));
    let other = server.login(&city.other_officer).await;
    assert_eq!(unmask(&server, &other, event, "HEALTH").await, name, "who employs him as well");
    // Who may not see the record, or nothing sealed, is told nothing and leaves no trace.
    for role in ["TSO_SIGN", "CDC_READ", "SYS_AUD", "EXT_AUD", "SYS_SYS"] {
        let token = server.login(&city.person(role)).await;
        assert_eq!(unmask(&server, &token, event, "SUPERVISION").await, json!(null), "{role}");
    }
    let token = server.login(&city.person("C_SUP")).await;
    let answer = server.ask(Some(&token), UNMASK, json!({"event": event, "purpose": "CURIOSITY"})).await;
    assert!(answer["errors"][0]["message"].is_string(), "a purpose of the list: {answer}");

    // The worker reads all four looks, page by page, last first; the audit as well; the county its own alone.
    for (role, seen) in [
        ("W_SELF", vec!["HEALTH", "OWN", "CORRECTION", "SUPERVISION"]),
        ("SYS_AUD", vec!["HEALTH", "OWN", "CORRECTION", "SUPERVISION"]),
        ("C_SUP", vec!["SUPERVISION"]),
        ("T_SUP", vec![]),
    ] {
        let token = server.login(&city.person(role)).await;
        let (mut before, mut purposes) = (json!(null), Vec::new());
        loop {
            let page = server.data(&token, LOG, json!({"before": before})).await["accessLog"].clone();
            for look in page["items"].as_array().expect("items") {
                assert_eq!((&look["subject"], &look["event"]), (&json!(format!("person/{person}")), &json!(event)));
                purposes.push(look["purpose"].as_str().expect("a code").to_owned());
            }
            before = page["before"].clone();
            if before.is_null() {
                break;
            }
        }
        assert_eq!(purposes, seen, "{role}");
    }
    // What was written down stays.
    let admin = admin(&server).await;
    for sql in ["delete from access.shown", "update access.shown set purpose = 'OWN'", "truncate access.shown"] {
        assert!(admin.batch_execute(sql).await.is_err(), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_without_end() {
    let city = city(42);
    let server = serve(&city.world, Limits { unmask_per_hour: 2, ..Limits::default() }).await;
    server.replay(&city.world).await;
    let (_, event) = worker(&city);
    let token = server.login(&city.person("C_SUP")).await;
    for _ in 0..2 {
        assert_eq!(unmask(&server, &token, event, "SUPERVISION").await["state"], "OPEN");
    }
    let answer = server.ask(Some(&token), UNMASK, json!({"event": event, "purpose": "SUPERVISION"})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT", "{answer}");
    // Another one still may.
    let token = server.login(&city.person("I_RPO")).await;
    assert_eq!(unmask(&server, &token, event, "CORRECTION").await["state"], "OPEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_people_along_is_written_down_and_they_read_it() {
    let city = city(48);
    let server = serve(&city.world, Limits { taken_per_hour: 3, ..Limits::default() }).await;
    server.replay(&city.world).await;
    let (person, _) = worker(&city);
    let all: Vec<Uuid> = city
        .world
        .memory
        .records()
        .filter(|(_, entry)| entry.state.person().is_some())
        .map(|(record, _)| record.id)
        .collect();
    let take = async |role: &str, change: Json| {
        let mut variables = json!({"kind": "employment", "asOf": "40", "purpose": "SUPERVISION",
            "digest": b64url(&[7; 32]), "persons": [person]});
        variables.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let query = "mutation ($kind: String!, $asOf: Position!, $purpose: Purpose!, $digest: String!, $persons: [UUID!]!) { \
            takeAlong(kind: $kind, asOf: $asOf, purpose: $purpose, digest: $digest, persons: $persons) { workers kind asOf digest } }";
        server.set_now(Instant::from_micros(server.now().micros() + 1_000_000));
        let token = server.login(&city.person(role)).await;
        server.ask(Some(&token), query, variables).await
    };
    // Those of whom nothing is read at that position are left out: others of the city, nobody, who began to work later.
    let last = (city.world.rows.len() - 1).to_string();
    let named: Vec<Uuid> = all.iter().copied().chain([Uuid::from_u128(9)]).collect();
    let taken = take("C_SUP", json!({"persons": named, "asOf": last})).await["data"]["takeAlong"].clone();
    assert_eq!(taken, json!({"workers": 1, "kind": "employment", "asOf": last, "digest": b64url(&[7; 32])}));
    let whole = take("T_SUP", json!({"kind": "person", "persons": named, "asOf": last})).await;
    assert_eq!(whole["data"]["takeAlong"]["workers"], all.len(), "{whole}");
    assert_eq!(
        take("T_SUP", json!({"kind": "person"})).await["data"]["takeAlong"]["workers"],
        0,
        "before he was entered"
    );
    // What is none.
    let many = vec![Uuid::from_u128(9); 5001];
    for (change, code, word) in [
        (json!({"kind": "device"}), "BAD_ARGUMENT", "kind"),
        (json!({"kind": "unicorn"}), "BAD_ARGUMENT", "kind"),
        (json!({"digest": "abc"}), "BAD_ARGUMENT", "digest"),
        (json!({"asOf": "-1"}), "BAD_ARGUMENT", "asOf"),
        (json!({"persons": many}), "LIMIT", "persons"),
    ] {
        let answer = take("C_SUP", change).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], code, "{answer}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(word)), "{answer}");
    }
    // He reads of both files that he is in, and of himself alone; who took it of his own; the audit of all.
    for (role, seen) in [
        ("W_SELF", vec![("person", 1), ("employment", 1)]),
        ("C_SUP", vec![("employment", 1)]),
        ("T_SUP", vec![("person", 0), ("person", all.len())]),
        ("SYS_AUD", vec![("person", 0), ("person", all.len()), ("employment", 1)]),
        ("I_RPO", vec![]),
    ] {
        let token = server.login(&city.person(role)).await;
        let query = "query ($before: String) { takenLog(first: 1, before: $before) { before items { kind workers account purpose at offices { role { code } institution area } } } }";
        let (mut before, mut found) = (json!(null), Vec::new());
        loop {
            let page = server.data(&token, query, json!({"before": before})).await["takenLog"].clone();
            let items = page["items"].as_array().expect("items").iter();
            found.extend(items.map(|item| {
                let county = json!([{"role": {"code": "C_SUP"}, "institution": null, "area": support::world::AREA}]);
                let city = json!([{"role": {"code": "T_SUP"}, "institution": null, "area": null}]);
                assert_eq!(item["offices"], if item["kind"] == "employment" { county } else { city });
                let (kind, workers) = (item["kind"].as_str(), item["workers"].as_u64());
                (kind.expect("a kind").to_owned(), workers.expect("a number") as usize)
            }));
            before = page["before"].clone();
            if before.is_null() {
                break;
            }
        }
        let seen: Vec<(String, usize)> = seen.into_iter().map(|(kind, workers)| (kind.to_owned(), workers)).collect();
        assert_eq!(found, seen, "{role}");
    }
    // Nobody takes the city along piece by piece, and what was written down stays.
    assert!(take("T_SUP", json!({})).await["data"]["takeAlong"].is_object());
    assert_eq!(take("T_SUP", json!({})).await["errors"][0]["extensions"]["code"], "LIMIT");
    let admin = admin(&server).await;
    for sql in ["delete from access.taken", "update access.taken set purpose = 'OWN'", "truncate access.taken"] {
        assert!(admin.batch_execute(sql).await.is_err(), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_its_owners_alone() {
    let (server, city) = serve_city(43).await;
    let (mine, other) = (server.login(&city.person("C_SUP")).await, server.login(&city.person("C_APPR")).await);
    let save = "mutation ($id: UUID!, $text: String!) { saveDraft(id: $id, eventType: \"device.moved\", text: $text) { id eventType text } }";
    let all = "{ drafts { id text } }";
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let secret = json!({"name": "虚构人员0001"}).to_string();
    for (id, text) in [(first, "{}"), (second, "[]"), (first, secret.as_str())] {
        let saved = server.data(&mine, save, json!({"id": id, "text": text})).await["saveDraft"].clone();
        assert_eq!(saved, json!({"id": id, "eventType": "device.moved", "text": text}));
    }
    let drafts = server.data(&mine, all, json!({})).await["drafts"].clone();
    assert_eq!(drafts.as_array().map(Vec::len), Some(2), "the second text took the place of the first: {drafts}");
    assert!(drafts.as_array().expect("drafts").contains(&json!({"id": first, "text": secret})));
    assert_eq!(server.data(&other, all, json!({})).await["drafts"], json!([]));
    // Under the same id somebody else has another draft.
    server.data(&other, save, json!({"id": first, "text": "0"})).await;
    assert_eq!(server.data(&mine, all, json!({})).await["drafts"], drafts);
    // PostgreSQL sees no personal value.
    let rows = admin(&server).await.query("select box from access.draft", &[]).await.expect("boxes");
    let boxes: Vec<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(boxes.len(), 3);
    assert!(!boxes.iter().any(|sealed| sealed.windows(12).any(|window| window == "虚构人员".as_bytes())));
    // Too large is said, and what was saved before stays.
    let huge = server.ask(Some(&mine), save, json!({"id": first, "text": "x".repeat(300_000)})).await;
    assert_eq!(huge["errors"][0]["extensions"]["code"], "LIMIT", "{huge}");
    assert_eq!(server.data(&mine, all, json!({})).await["drafts"], drafts);
    let unknown = "mutation { saveDraft(id: \"00000000-0000-0000-0000-000000000009\", eventType: \"device.flown\", text: \"{}\") { id } }";
    assert!(server.ask(Some(&mine), unknown, json!({})).await["errors"][0].is_object());
    let discard = "mutation ($id: UUID!) { discardDraft(id: $id) }";
    assert_eq!(server.data(&mine, discard, json!({"id": second})).await["discardDraft"], true);
    assert_eq!(server.data(&mine, discard, json!({"id": second})).await["discardDraft"], false);
    // After thirty days it is gone.
    server.set_now(server.now().plus_micros(31 * 24 * 3_600_000_000));
    let mine = server.login(&city.person("C_SUP")).await;
    assert_eq!(server.data(&mine, all, json!({})).await["drafts"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_box_finds_what_a_text_means() {
    let (server, city) = serve_city(44).await;
    let (person, _) = worker(&city);
    let search = "query ($text: String!) { search(text: $text) { id } }";
    let (corrected, freed) = (support::world::resident_no(8), support::world::resident_no(1));
    let person = format!("person/{person}");
    let hospital = format!("institution/{}", city.hospital);
    let heir = city.world.memory.records().filter_map(|(record, entry)| entry.state.person().map(|_| record.id));
    let heirs = heir.filter(|id| format!("person/{id}") != person).count();
    assert!(heirs >= 2, "others of the same shape are there");
    let ids = async |who: &str, text: &str| -> Vec<String> {
        let token = match who {
            "other" => server.login(&city.other_officer).await,
            role => server.login(&city.person(role)).await,
        };
        let found = server.data(&token, search, json!({"text": text})).await["search"].clone();
        found.as_array().expect("a list").iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect()
    };
    // An identity number finds who has it now; whoever may not see him finds nothing.
    assert_eq!(ids("C_SUP", &corrected).await, [person.as_str()]);
    assert_eq!(ids("other", &corrected).await, [person.as_str()], "his second employer");
    assert_eq!(ids("TSO_SIGN", &corrected).await, Vec::<String>::new());
    assert!(!ids("C_SUP", &freed).await.contains(&person), "the number that was corrected is another's");
    assert_eq!(ids("C_SUP", &freed).await.len(), 1);
    // Names, anywhere in them, within scope; roles that see nothing sealed do not search names.
    assert!(ids("C_SUP", "人员0001").await.contains(&person));
    assert_eq!(ids("CDC_READ", "人员0001").await, Vec::<String>::new());
    assert_eq!(ids("SYS_AUD", "人员0001").await, Vec::<String>::new());
    assert!(!ids("other", "人员0002").await.is_empty());
    assert!(ids("C_SUP", "人员0002").await.is_empty(), "the other county's worker");
    // Credit code, beginning of a name, worker's number.
    let code = support::credit_code(0);
    assert_eq!(ids("T_SUP", &code).await, [hospital.as_str()]);
    assert_eq!(ids("I_RPO", "江安县").await, [hospital.as_str()]);
    assert_eq!(ids("I_RPO", "长宁县").await, Vec::<String>::new(), "not his");
    assert!(ids("I_RPO", "W0001").await.iter().all(|id| id.starts_with("employment/")));
    assert!(!ids("I_RPO", "W0001").await.is_empty());
    let token = server.login(&city.person("T_SUP")).await;
    for bad in ["", "  ", &"长".repeat(101)] {
        let answer = server.ask(Some(&token), search, json!({"text": bad})).await;
        assert!(answer["errors"][0].is_object(), "{bad}");
    }
}

/// A superuser's connection.
async fn admin(server: &Server) -> tokio_postgres::Client {
    let (client, connection) = server.database.config().connect(tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_between_two_moments() {
    let (server, city) = serve_city(45).await;
    let (person, event) = worker(&city);
    let token = server.login(&city.person("C_SUP")).await;
    let diff = "query ($id: ID!, $from: Position, $to: Position) { diff(id: $id, from: $from, to: $to) { versionBefore versionAfter differences { pointer before after } } }";
    let id = json!(format!("person/{person}"));
    let at = "query ($id: UUID!) { event(id: $id) { position } }";
    let from = server.data(&token, at, json!({"id": event})).await["event"]["position"].clone();
    let now = server.data(&token, diff, json!({"id": id, "from": from})).await["diff"].clone();
    assert_eq!((&now["versionBefore"], &now["versionAfter"]), (&json!("1"), &json!("3")));
    let pointers: Vec<&str> =
        now["differences"].as_array().expect("some").iter().map(|one| one["pointer"].as_str().expect("text")).collect();
    assert!(pointers.contains(&"/account") && pointers.contains(&"/resident_no"), "{pointers:?}");
    assert!(!pointers.contains(&"/name"), "{pointers:?}");
    let same = server.data(&token, diff, json!({"id": id, "from": from, "to": from})).await["diff"].clone();
    assert_eq!(same["differences"], json!([]));
    let before: u64 = from.as_str().expect("a position").parse().expect("a number");
    let begun =
        server.data(&token, diff, json!({"id": id, "from": (before - 1).to_string(), "to": from})).await["diff"]
            .clone();
    assert_eq!((&begun["versionBefore"], &begun["versionAfter"]), (&json!(null), &json!("1")));
    let stranger = server.login(&city.person("CDC_READ")).await;
    assert_eq!(server.data(&stranger, diff, json!({"id": id, "from": from})).await["diff"], json!(null));
}

//! Attached files: sent, filed, fetched by whoever may read their attachment, and nobody else.

mod support;

use api::Limits;
use domain::catalog::State;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::{Value as Json, json};
use support::world::Wish;
use support::{City, Server, attachment, city, pdf, serve, serve_city};
use uuid::Uuid;

const NAME: &str = "attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf";

/// Ids of the files of an institution and of a person.
fn filed(city: &City) -> (Uuid, Uuid) {
    let of = |person: bool| {
        let found = city.world.memory.records().find_map(|(record, entry)| match &entry.state {
            State::Attachment(file) => {
                let whose = file.person.as_ref().map(|person| city.world.memory.record(person).expect("registered"));
                let account = whose.and_then(|person| person.state.person().and_then(|person| person.account));
                let wanted = if person { account.is_some() } else { file.institution == Some(city.hospital) };
                wanted.then_some(record.id)
            }
            _ => None,
        });
        found.expect("a file")
    };
    (of(false), of(true))
}

async fn put(server: &Server, token: Option<&str>, path: &str, name: &str, content: Vec<u8>) -> (StatusCode, Json) {
    let mut request = server.http.put(format!("{}/files/{path}", server.url)).body(content);
    if !name.is_empty() {
        request = request.header(CONTENT_DISPOSITION, name);
    }
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("text");
    (status, serde_json::from_str(&text).unwrap_or(Json::Null))
}

async fn get(server: &Server, token: &str, path: &str) -> reqwest::Response {
    let request = server.http.get(format!("{}/files/{path}", server.url)).bearer_auth(token);
    request.send().await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_the_attachment_fetches_the_file() {
    let (server, city) = serve_city(51).await;
    let (of_hospital, of_person) = filed(&city);
    for (role, of_hospital_is, of_person_is) in [
        ("I_RPO", 200, 400),
        ("C_SUP", 200, 400),
        ("T_SUP", 200, 400),
        ("W_SELF", 404, 400),
        ("TSO_SIGN", 404, 404),
        ("CDC_READ", 404, 404),
    ] {
        let token = server.login(&city.person(role)).await;
        assert_eq!(get(&server, &token, &of_hospital.to_string()).await.status(), of_hospital_is, "{role}");
        assert_eq!(get(&server, &token, &of_person.to_string()).await.status(), of_person_is, "{role}: no purpose");
    }
    let token = server.login(&city.person("C_SUP")).await;
    let answer = get(&server, &token, &of_hospital.to_string()).await;
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/pdf");
    let name = "attachment; filename*=UTF-8''%E7%A4%BA%E8%8C%83%20%E9%99%84%E4%BB%B6.pdf";
    assert_eq!(answer.headers()[CONTENT_DISPOSITION], name);
    assert_eq!(answer.bytes().await.expect("bytes"), pdf(of_hospital));

    // The auditor sees that there is a file, and nothing sealed.
    let auditor = server.login(&city.person("EXT_AUD")).await;
    assert_eq!(get(&server, &auditor, &format!("{of_person}?purpose=SUPERVISION")).await.status(), 404);
    // A look at a worker's file is a look at a sealed value: he reads who looked.
    let answer = get(&server, &token, &format!("{of_person}?purpose=SUPERVISION")).await;
    assert_eq!(answer.bytes().await.expect("bytes"), pdf(of_person));
    let worker = server.login(&city.person("W_SELF")).await;
    let log = server.data(&worker, "{ accessLog(first: 5) { items { pointer purpose } } }", json!({})).await;
    assert_eq!(log["accessLog"]["items"], json!([{"pointer": "/data/digest", "purpose": "SUPERVISION"}]));
    assert_eq!(get(&server, &worker, &format!("{of_person}?purpose=OWN")).await.status(), 200);
    let nobody = server.http.get(format!("{}/files/{of_hospital}", server.url)).send().await.expect("an answer");
    assert_eq!(nobody.status(), 401);

    // With the person's key his file is gone; that it was there stays.
    let person = city.world.memory.record(&domain::records::attachment::reference(of_person)).expect("filed");
    let person = person.state.attachment().and_then(|file| file.person.clone()).expect("a person");
    server.keys.erase("person", person.id).expect("erased");
    let gone = get(&server, &worker, &format!("{of_person}?purpose=OWN")).await;
    assert_eq!(gone.status(), 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_a_file_with_a_name_and_an_id_of_its_own() {
    let (server, city) = serve_city(52).await;
    let officer = server.login(&city.person("I_RPO")).await;
    let id = Uuid::new_v4();
    let path = id.to_string();
    assert_eq!(put(&server, None, &path, NAME, pdf(id)).await.0, 401);
    for (name, content, why) in [
        (NAME, b"<html>".to_vec(), "file"),
        (NAME, Vec::new(), "file"),
        ("", pdf(id), "Content-Disposition"),
        ("attachment; filename*=UTF-8''%FF", pdf(id), "Content-Disposition"),
    ] {
        let (status, answer) = put(&server, Some(&officer), &path, name, content).await;
        assert_eq!(status, 400, "{answer}");
        assert!(answer.to_string().contains(why), "{answer}");
    }
    let (status, answer) = put(&server, Some(&officer), "not-an-id", NAME, pdf(id)).await;
    assert_eq!(status, 400, "{answer}");
    let strange = format!("{path}?person={}", Uuid::new_v4());
    assert_eq!(put(&server, Some(&officer), &strange, NAME, pdf(id)).await.0, 400, "a person he may not see");

    let (status, answer) = put(&server, Some(&officer), &path, NAME, pdf(id)).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(answer["sha256"], json!(signing::bytes::Hash::of(&pdf(id))));
    assert_eq!(put(&server, Some(&officer), &path, NAME, pdf(id)).await.0, 201, "the same again");
    assert_eq!(put(&server, Some(&officer), &path, NAME, pdf(Uuid::nil())).await.0, 409, "another file");
    assert_eq!(get(&server, &officer, &path).await.status(), 404, "nothing is fetched before it is filed");

    let large = [b"%PDF-".to_vec(), vec![0; 50 << 20]].concat();
    let request = server.http.put(format!("{}/files/{}", server.url, Uuid::new_v4())).bearer_auth(&officer);
    let answer = request.header(CONTENT_DISPOSITION, NAME).body(large).send().await;
    // Told by its length alone: who is still sending when the answer comes may find the connection closed.
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status() == 413));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_sent_is_filed() {
    let (server, mut city) = serve_city(53).await;
    let (officer, hospital) = (city.person("I_RPO"), city.hospital);
    let token = server.login(&officer).await;
    let id = city.world.id();
    let file = |city: &mut City, data: Json| {
        let unit = city.world.sign(&officer, &[Wish::new("attachment.filed", id, data)]);
        unit.expect("a statement")
    };
    let sound = attachment(id, "RUL", Some(hospital), None);
    let unit = file(&mut city, sound.clone());
    let answer = server.append(&unit).await;
    assert_eq!((&answer["code"], &answer["pointer"]), (&json!("bad_reference"), &json!("/record")), "not sent");
    assert_eq!(put(&server, Some(&token), &id.to_string(), NAME, pdf(id)).await.0, 201);
    for (member, value) in [
        ("bytes", json!(pdf(id).len() + 1)),
        ("media", json!("PNG")),
        ("sha256", json!(signing::bytes::Hash::of(b"other"))),
    ] {
        let mut other = sound.clone();
        other[member] = value;
        let unit = file(&mut city, other);
        let answer = server.append(&unit).await;
        assert_eq!((&answer["code"], &answer["pointer"]), (&json!("bad_reference"), &json!("/data")), "{member}");
    }
    let unit = file(&mut city, sound);
    assert_eq!(server.append(&unit).await["__typename"], "Appended", "what was sent");
    let position = city.world.memory.size();
    server.projections.wait_for(position, std::time::Duration::from_secs(30)).await.expect("the read model follows");
    assert_eq!(get(&server, &token, &id.to_string()).await.status(), 200);

    // `prepare` takes the file by its id, and only one that the reader may see.
    let query = "mutation ($input: PrepareInput!) { prepare(input: $input) { payload refusal { code pointer } } }";
    let device = support::world::device_profile(hospital, 77);
    let wish = |file: Uuid| json!({"input": {"type": "device.registered", "record": {"kind": "device"}, "data": device, "attachments": [file]}});
    let made = server.data(&token, query, wish(id)).await["prepare"].clone();
    assert!(made["refusal"].is_null(), "{made}");
    let payload: Json = serde_json::from_str(made["payload"].as_str().expect("bytes to sign")).expect("JSON");
    assert_eq!(payload["attachments"][0]["media"], "application/pdf");
    let stranger = server.login(&city.other_officer).await;
    let made = server.data(&stranger, query, wish(id)).await["prepare"].clone();
    assert_eq!(made["refusal"], json!({"code": "bad_reference", "pointer": "/attachments"}));
    assert!(made["payload"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_files_is_swept_away_and_what_was_filed_is_not() {
    let (server, mut city) = serve_city(55).await;
    let (officer, hospital) = (city.person("I_RPO"), city.hospital);
    let token = server.login(&officer).await;
    let (filed, left) = (city.world.id(), city.world.id());
    for id in [filed, left] {
        assert_eq!(put(&server, Some(&token), &id.to_string(), NAME, pdf(id)).await.0, 201);
    }
    let act = |city: &mut City, id: Uuid| {
        let data = attachment(id, "RUL", Some(hospital), None);
        city.world.sign(&officer, &[Wish::new("attachment.filed", id, data)]).expect("a statement")
    };
    let unit = act(&mut city, filed);
    assert_eq!(server.append(&unit).await["__typename"], "Appended");
    let config = server.database.config();
    let pool =
        schema::connect::connect(config, schema::connect::Role::Appender, &schema::connect::Passwords::for_tests());
    let pool = pool.expect("a pool");
    assert_eq!(api::files::sweep(&server.door, &pool).await.expect("swept"), 0, "they may still be filed");
    city.world.pass_seconds(8 * 24 * 3600 + 60);
    server.set_now(city.world.now);
    let unit = act(&mut city, left);
    assert_eq!(server.append(&unit).await["code"], "bad_reference", "too late: it is about to go");
    city.world.pass_seconds(24 * 3600);
    server.set_now(city.world.now);
    assert_eq!(api::files::sweep(&server.door, &pool).await.expect("swept"), 1);
    assert_eq!(api::files::sweep(&server.door, &pool).await.expect("swept"), 0, "once");
    let token = server.login(&officer).await;
    assert_eq!(get(&server, &token, &filed.to_string()).await.status(), 200);
    assert!(matches!(server.door.files().head(left).await, Ok(schema::files::Found::Absent)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sends_without_end() {
    let city = city(54);
    let limits = Limits { files_per_day: 2, ..Limits::default() };
    let server = serve(&city.world, limits).await;
    server.replay(&city.world).await;
    let token = server.login(&city.person("I_RPO")).await;
    let ids: Vec<Uuid> = (0..3).map(|_| Uuid::new_v4()).collect();
    for id in &ids[..2] {
        assert_eq!(put(&server, Some(&token), &id.to_string(), NAME, pdf(*id)).await.0, 201);
    }
    assert_eq!(put(&server, Some(&token), &ids[1].to_string(), NAME, pdf(ids[1])).await.0, 201, "once is enough");
    assert_eq!(put(&server, Some(&token), &ids[2].to_string(), NAME, pdf(ids[2])).await.0, 400);
    server.set_now(server.now().plus_micros(25 * 3_600_000_000));
    let token = server.login(&city.person("I_RPO")).await;
    assert_eq!(put(&server, Some(&token), &ids[2].to_string(), NAME, pdf(ids[2])).await.0, 201, "another day");
}

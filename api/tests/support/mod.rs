//! A node over HTTP on a database of its own, with a small city behind it.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

#[path = "../../../replay-tests/src/world.rs"]
pub mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::audit::Verification;
use api::installation::Installation;
use api::submit::{Door, DoorParts};
use api::{Limits, Node, NodeParts, audiences_of};
use domain::codes::Environment;
use domain::file_codes::MediaType;
use postgres::testing::TestDatabase;
use schema::appender::{Appender, AppenderLimits};
use schema::catch_up::Projections;
use schema::connect::{Passwords, Role, connect, role_config};
use schema::event_log::EventLog;
use schema::files::{FileStore, NewFile};
use schema::key_store::KeyStore;
use schema::read_model::ReadModel;
use serde_json::{Value as Json, json};
use signing::bytes::{Instant, KeyId, b64url, b64url_decode};
use signing::envelope::{Envelope, PayloadType, Unit};
use signing::keys::{Session, SigningKey};
use signing::statement::EventRef;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;
use world::{
    AREA, Person, Row, Wish, World, device_profile, dose_report, dose_result, employment, institution_profile,
    qualification, resident_no, worker,
};

/// The other county of the tests.
pub const OTHER_AREA: &str = "511503";

/// A city: somebody of every role, institutions in two counties.
pub struct City {
    pub world: World,
    /// By role code; of roles that have a place, the ones of [`AREA`] and of `hospital`.
    pub people: BTreeMap<&'static str, Person>,
    pub hospital: Uuid,
    pub other_hospital: Uuid,
    pub device: Uuid,
    /// The radiation protection officer of the other hospital.
    pub other_officer: Person,
}

impl City {
    pub fn person(&self, role: &str) -> Person {
        self.people[role].clone()
    }
}

/// A credit code with its check symbol.
pub fn credit_code(serial: u32) -> String {
    let body = format!("1251150000{serial:07}");
    let symbols = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let found = symbols.chars().map(|last| format!("{body}{last}")).find(|code| domain::codes::credit_code_ok(code));
    found.expect("one of the symbols is the check symbol")
}

/// Builds the city in memory.
pub fn city(seed: u64) -> City {
    let (mut world, founders) = World::founded(seed);
    let (admin, admin2, auditor) = (founders[0].clone(), founders[1].clone(), founders[2].clone());
    let mut people = BTreeMap::new();
    for role in ["T_SUP", "T_APPR", "T_TRAIN", "SYS_SYS", "SYS_SEC", "CDC_READ"] {
        people.insert(role, world.enrol(&admin, &auditor, "T", role, None, None));
    }
    people.insert("EXT_AUD", world.enrol(&admin, &auditor, "X", "EXT_AUD", None, None));
    let mut approvers = Vec::new();
    for area in [AREA, OTHER_AREA] {
        let county = world.enrol(&admin, &admin2, "C", "C_ADMIN", None, Some(area));
        let supervisor = world.enrol(&county, &admin2, "C", "C_SUP", None, Some(area));
        let approver = world.enrol(&county, &admin2, "C", "C_APPR", None, Some(area));
        approvers.push((county.clone(), supervisor.clone(), approver.clone()));
        if area == AREA {
            people.extend([("C_ADMIN", county), ("C_SUP", supervisor), ("C_APPR", approver)]);
        }
    }
    let mut hospitals = Vec::new();
    for (number, (area, (county, supervisor, approver))) in [AREA, OTHER_AREA].into_iter().zip(&approvers).enumerate() {
        let hospital = world.id();
        let mut profile =
            institution_profile(&credit_code(number as u32), ["江安县示范医院", "长宁县示范医院"][number]);
        profile["supervision_area"] = json!(area);
        profile["division"] = json!(area);
        world.act(supervisor, Wish::new("institution.registered", hospital, profile)).expect("registered");
        world.act(approver, Wish::new("institution.approved", hospital, json!({}))).expect("approved");
        let unit = world.enrol(county, &admin2, "I", "I_ADMIN", Some(hospital), Some(area));
        let officer = world.enrol(&unit, &admin2, "I", "I_RPO", Some(hospital), Some(area));
        let party = world.id();
        let post = domain::codes::Post::ALL[0].as_str();
        let data =
            json!({"post": post, "party": {"kind": "party", "id": party}, "name": "张示范", "phone": "13800000000"});
        let today = world.today();
        world.act(&officer, Wish::new("institution.officer_appointed", hospital, data).on(today)).expect("appointed");
        if area == AREA {
            let head = world.enrol(&unit, &admin2, "I", "I_HEAD", Some(hospital), Some(area));
            let worker = world.enrol(&unit, &head, "W", "W_SELF", Some(hospital), Some(area));
            people.extend([("I_ADMIN", unit), ("I_RPO", officer.clone()), ("I_HEAD", head), ("W_SELF", worker)]);
        }
        hospitals.push((hospital, officer));
    }
    let mut services = Vec::new();
    for (number, (kind, roles)) in
        [("TSO", ["TSO_SIGN", "TSO_INPUT"]), ("HEO", ["HEO_CHIEF", "HEO_INPUT"])].into_iter().enumerate()
    {
        let service = world.id();
        let mut profile =
            institution_profile(&credit_code(100 + number as u32), ["示范技术服务公司", "示范体检中心"][number]);
        profile["kinds"] = json!([kind]);
        let supervisor = people["C_SUP"].clone();
        world.act(&supervisor, Wish::new("institution.registered", service, profile)).expect("registered");
        for role in roles {
            people.insert(role, world.enrol(&admin, &admin2, "S", role, Some(service), None));
        }
        services.push(service);
    }
    let mut devices = Vec::new();
    for (number, (hospital, officer)) in hospitals.iter().enumerate() {
        for serial in 0..3 {
            let device = world.id();
            let profile = device_profile(*hospital, number as u32 * 10 + serial);
            world.act(officer, Wish::new("device.registered", device, profile)).expect("registered");
            devices.push(device);
        }
    }
    people.extend([("T_ADMIN", admin), ("SYS_AUD", auditor)]);
    at_work(&mut world, &people, services[0], &hospitals);
    world.adopt_rules();
    world.adopt("catalogue", 7);
    world.adopt("policy", 9);
    world.evaluate();
    let (warning, _) = world.warning("W-ORG-01", hospitals[0].0).expect("a practice licence of before");
    let note = Wish::new("warning.acknowledged", warning, json!({"by": "UNIT"}));
    world.act(&hospitals[0].1, note).expect("somebody takes note");
    City {
        world,
        people,
        hospital: hospitals[0].0,
        other_hospital: hospitals[1].0,
        device: devices[0],
        other_officer: hospitals[1].1.clone(),
    }
}

/// Workers of both hospitals, measured by the laboratory; their licences; what the city lays down.
fn at_work(world: &mut World, people: &BTreeMap<&'static str, Person>, laboratory: Uuid, hospitals: &[(Uuid, Person)]) {
    world.adopt("catalogue", 2);
    world.adopt("policy", 3);
    world.adopt("policy", 4);
    world.adopt("catalogue", 3);
    world.adopt("policy", 5);
    world.adopt("catalogue", 4);
    world.adopt("policy", 6);
    world.adopt("catalogue", 5);
    world.adopt("policy", 7);
    let act = |world: &mut World, who: &Person, wish: Wish| {
        let name = wish.event_type;
        world.act(who, wish).unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"))
    };
    let (city, signatory, today) = (&people["T_APPR"], &people["TSO_SIGN"], world.today());
    let document = world.id();
    act(world, &people["C_SUP"], Wish::new("institution.document_filed", laboratory, qualification(document)));
    act(world, city, Wish::new("institution.approved", laboratory, json!({})));
    for (number, (hospital, officer)) in (1..).zip(hospitals) {
        let [person, post, contract, dosimeter, report, result, licence] = [0; 7].map(|_| world.id());
        act(world, officer, Wish::new("person.registered", person, worker(*hospital, number)));
        act(world, officer, Wish::new("employment.planned", post, employment(person, *hospital, number, "2A")));
        act(world, officer, Wish::new("employment.activated", post, json!({"legacy": true})).on("2020-01-01"));
        let terms = json!({"institution": hospital, "laboratory": laboratory, "cycle_months": 3, "from": "2020-01-01"});
        act(world, officer, Wish::new("monitoring_contract.concluded", contract, terms));
        let issue = json!({
            "contract": contract, "institution": hospital, "laboratory": laboratory, "employment": post, "position": "CH",
            "person": {"kind": "person", "id": person}, "kind": "TLD", "number": format!("T{number}"),
        });
        act(world, officer, Wish::new("dosimeter.issued", dosimeter, issue).on(&today));
        let period = ["2021-01-01", "2021-03-31"];
        let header = dose_report(contract, laboratory, &format!("R{number}"), period, &today);
        act(world, signatory, Wish::new("dose_report.issued", report, header));
        let line = dose_result(report, 1, [person, post], period, 400_000);
        act(world, signatory, Wish::new("dose_result.reported", result, line));
        let copy = json!({
            "institution": hospital, "type": "RSL", "number": format!("示范{number}"), "issuer": "示范生态环境局",
            "issued_on": "2020-01-01", "from": "2020-01-01", "until": "2024-12-31",
        });
        let [scan, proof] = [0; 2].map(|_| world.id());
        act(world, officer, Wish::new("attachment.filed", scan, attachment(scan, "RSL", Some(*hospital), None)));
        act(world, officer, Wish::new("attachment.filed", proof, attachment(proof, "TRN", None, Some(person))));
        act(world, officer, Wish::new("licence.issued", licence, copy).with(scan));
        if number == 1 {
            // The real ledger opens the old number to free it; the next worker may have it.
            let entry = world.memory.record(&domain::records::person::reference(person)).expect("registered");
            let registered = EventRef { event: entry.marks[0].id, hash: entry.marks[0].hash };
            let other = json!({"resident_no": resident_no(8)});
            act(world, officer, Wish::new("person.corrected", person, other).correcting(registered));
            let heir = world.id();
            act(world, officer, Wish::new("person.registered", heir, worker(*hospital, 1)));
            // He works for the other hospital as well.
            let (second, (other, other_officer)) = (world.id(), &hospitals[1]);
            act(world, other_officer, Wish::new("employment.planned", second, employment(person, *other, 7, "2E")));
            act(
                world,
                other_officer,
                Wish::new("employment.activated", second, json!({"legacy": true})).on("2022-01-01"),
            );
            let own = json!({"account": people["W_SELF"].account});
            act(world, officer, Wish::new("person.account_linked", person, own));
            // His file is to follow him.
            let request = json!({
                "person": {"kind": "person", "id": person}, "type": "C", "by": "RELEASING", "history_by_hand": false,
                "from_institution": hospital, "from_area": AREA, "to_institution": other, "to_area": OTHER_AREA,
            });
            let transfer = world.id();
            act(world, officer, Wish::new("transfer.requested", transfer, request));
        }
    }
    let (parameter, table) = (world.id(), world.id());
    let set =
        json!({"name": "IL_ANNUAL", "unit": "NSV", "value": 5_000_000, "from_day": today, "source": "GBZ 128-2019"});
    act(world, city, Wish::new("parameter.set", parameter, set));
    let days = json!({"year": 2027, "document": "示范通知", "days": [{"date": "2027-01-01", "kind": "HOLIDAY"}]});
    act(world, city, Wish::new("holiday_table.published", table, days));
    let (list, import) = (world.id(), world.id());
    let film = json!({"list": "DOSIMETER_KIND", "document": "示范通知", "from_day": today,
        "codes": [{"code": "FILM", "status": "WITHDRAWN"}]});
    act(world, city, Wish::new("code_list.published", list, film));
    let opened = json!({"what": "DOSE", "institution": laboratory, "file": b64url(&[7; 32]), "rows": 4000, "events": 4100, "chunks": 9});
    act(world, signatory, Wish::new("import.opened", import, opened));
}

/// The node.
pub struct Server {
    pub url: String,
    pub door: Arc<Door>,
    pub projections: Arc<Projections>,
    pub published: watch::Sender<u64>,
    pub http: reqwest::Client,
    pub database: TestDatabase,
    pub keys: KeyStore,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// A node with nothing in its ledger, at the clock of a world.
pub async fn serve(world: &World, limits: Limits) -> Server {
    serve_with(world, limits, |reader| reader).await
}

/// [`serve`], reading another way.
pub async fn serve_with(world: &World, limits: Limits, reading: impl Fn(ReadModel) -> ReadModel) -> Server {
    let database = TestDatabase::from_template(&schema::migrate::fingerprint(), |config| async move {
        schema::migrate::migrate(&config, &Passwords::for_tests()).await.map(|_| ())
    })
    .await;
    let passwords = Passwords::for_tests();
    schema::migrate::set_simulated_clock(database.config(), true).await.expect("a demonstration's clock");
    let now = Arc::new(AtomicI64::new(world.now.micros()));
    let clock = now.clone();
    let micros: schema::appender::Clock = Arc::new(move || clock.load(Ordering::SeqCst));
    let appender =
        Appender::start(role_config(database.config(), Role::Appender, &passwords), micros, AppenderLimits::default())
            .await
            .expect("an appender");
    let pool = |role| connect(database.config(), role, &passwords).expect("a pool");
    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeyStore::open(folder.path()).expect("a key store");
    let (published, published_seen) = watch::channel(0);
    let clock = now.clone();
    let clock: api::submit::Clock = Arc::new(move || Instant::from_micros(clock.load(Ordering::SeqCst)));
    let installation = Installation {
        ledger: world.ledger(),
        name: "test.example".into(),
        incarnation: 1,
        environment: Environment::Demonstration,
        service: world.service.clone(),
        service_key: world.service_key.clone(),
        log: world.log.clone(),
        content_key: [0; 32],
    };
    let door = Arc::new(Door::new(DoorParts {
        log: EventLog::new(pool(Role::Appender)),
        appender,
        keys: keys.clone(),
        files: FileStore::folder(&folder.path().join("files"), keys.clone(), world.ledger()).expect("a file store"),
        installation: Arc::new(installation),
        clock: clock.clone(),
        published: published_seen.clone(),
    }));
    let projections =
        Arc::new(schema::catch_up::start(pool(Role::Projector), Some(door.sizes())).await.expect("projections"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let node = Node::new(NodeParts {
        door: door.clone(),
        reader: reading(ReadModel::new(pool(Role::Reader))),
        sessions: pool(Role::Appender),
        beside: axum::Router::new(),
        proofs: Arc::new(|_| Box::pin(async { Ok(None) })),
        published: published_seen,
        projections: projections.clone(),
        session_secret: [5; 32],
        audiences: audiences_of(address),
        graphiql: true,
        // A program that tells its progress, takes a moment and finds nothing.
        verification: Some(Verification {
            program: "/bin/sh".into(),
            arguments: ["-c", r#"echo '{"done":5,"of":10}' >&2; sleep 1; echo '{"findings":[]}'"#]
                .map(Into::into)
                .to_vec(),
            environment: Vec::new(),
        }),
        limits,
        clock,
    });
    tokio::spawn(async move { axum::serve(listener, api::router(node)).await });
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    Server {
        url: format!("http://{address}"),
        door,
        projections,
        published,
        http,
        database,
        keys,
        now,
        _folder: folder,
    }
}

/// A node with the city in its ledger.
pub async fn serve_city(seed: u64) -> (Server, City) {
    let city = city(seed);
    let server = serve(&city.world, Limits::default()).await;
    server.replay(&city.world).await;
    (server, city)
}

impl Server {
    pub fn set_now(&self, now: Instant) {
        self.now.store(now.micros(), Ordering::SeqCst);
    }

    pub fn now(&self) -> Instant {
        Instant::from_micros(self.now.load(Ordering::SeqCst))
    }

    /// Submits what the world has recorded, each at its own time, and waits until it can be read.
    pub async fn replay(&self, world: &World) {
        let mut last = 0;
        let mut rest = &world.rows[..];
        while let Some(row) = rest.first() {
            let batch = said_by_the_desk(row, world);
            let (unit, after) = rest.split_at(batch.unwrap_or(1));
            rest = after;
            if batch.is_some() {
                last = self.say(unit).await;
                continue;
            }
            if row.key == world.service.key {
                continue;
            }
            let object = signing::json::read_stored(&row.payload).expect("a payload");
            let id: Uuid = object.get("id").and_then(|id| id.as_text()).and_then(|id| id.parse().ok()).expect("an id");
            let envelope = Envelope {
                payload_type: PayloadType::Event,
                payload: row.payload.clone(),
                key: row.key,
                signature: row.signature.clone(),
            };
            let unit = Unit {
                envelopes: vec![envelope],
                openings: vec![Some(world.openings.get(&id).cloned().unwrap_or_default())],
            };
            self.set_now(row.recorded_at);
            if let Some(file) = file_of(&object) {
                assert!(self.door.files().put(file).await.expect("a file store"), "a file has an id of its own");
            }
            let receipts = self
                .door
                .submit(&unit.to_json())
                .await
                .unwrap_or_else(|error| panic!("position {}: {error:?}", row.position));
            last = receipts[0].position;
        }
        self.set_now(world.now);
        self.projections.wait_for(last, std::time::Duration::from_secs(30)).await.expect("the read model follows");
    }

    /// Submits what the desk said in one unit.
    async fn say(&self, rows: &[Row]) -> u64 {
        let envelopes = rows.iter().map(|row| Envelope {
            payload_type: PayloadType::Event,
            payload: row.payload.clone(),
            key: row.key,
            signature: row.signature.clone(),
        });
        let unit = Unit { envelopes: envelopes.collect(), openings: vec![Some(Vec::new()); rows.len()] };
        self.set_now(rows[0].recorded_at);
        let receipts = self.door.submit_unit(unit).await;
        let receipts = receipts.unwrap_or_else(|error| panic!("position {}: {error:?}", rows[0].position));
        receipts.last().expect("a receipt").position
    }

    /// The signed answer to a fresh challenge, with something changed.
    pub async fn answer(&self, account: Uuid, key: &SigningKey, change: impl FnOnce(&mut Session)) -> Vec<u8> {
        let challenge: Json =
            self.http.get(format!("{}/session", self.url)).send().await.expect("an answer").json().await.expect("JSON");
        let text = |name: &str| challenge[name].as_str().unwrap_or_else(|| panic!("{name}: {challenge}")).to_owned();
        let mut session = Session {
            account,
            audience: text("audience"),
            expires_at: text("expires_at").parse().expect("an instant"),
            key: key.public().id(),
            ledger: text("ledger").parse().expect("a ledger"),
            nonce: b64url_decode(&text("nonce")).expect("base64url").try_into().expect("32 bytes"),
        };
        change(&mut session);
        sign_session(&session, key)
    }

    pub async fn post_session(&self, body: Vec<u8>) -> (u16, Json) {
        let response = self
            .http
            .post(format!("{}/session", self.url))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .expect("an answer");
        (response.status().as_u16(), response.json().await.expect("JSON"))
    }

    pub async fn login(&self, who: &Person) -> String {
        let body = self.answer(who.account, &who.key, |_| {}).await;
        let (status, answer) = self.post_session(body).await;
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// Asks; the whole answer.
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: Json) -> Json {
        let mut request =
            self.http.post(format!("{}/graphql", self.url)).json(&json!({"query": query, "variables": variables}));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Asks; the data, without errors.
    pub async fn data(&self, token: &str, query: &str, variables: Json) -> Json {
        let mut answer = self.ask(Some(token), query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].take()
    }

    /// Appends a unit over HTTP.
    pub async fn append(&self, unit: &Unit) -> Json {
        let unit: Json = serde_json::from_slice(&unit.to_json()).expect("JSON");
        let answer = self.ask(None, APPEND, json!({"units": [unit]})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["append"][0].clone()
    }
}

/// The file that an event files: its content follows from its id.
fn file_of(object: &signing::json::Object) -> Option<NewFile> {
    if object.get("type")?.as_text()? != "attachment.filed" {
        return None;
    }
    let record = object.get("record")?.as_object()?;
    let id = record.get("id")?.as_text()?.parse().expect("an id");
    let person = object.get("data")?.as_object()?.get("person");
    let person = person.and_then(|person| person.as_object()?.get("id")?.as_text()?.parse().ok());
    let (media, name, account) = (MediaType::Pdf, "示范 附件.pdf".to_owned(), Uuid::nil());
    Some(NewFile { id, person, media, name, account, at: i64::MAX, content: pdf(id).into() })
}

/// A file of the tests.
pub fn pdf(id: Uuid) -> Vec<u8> {
    format!("%PDF-1.4 {id}").into_bytes()
}

/// What files it, for an institution or for a person.
pub fn attachment(id: Uuid, kind: &str, institution: Option<Uuid>, person: Option<Uuid>) -> Json {
    let content = pdf(id);
    let digest = b64url(&signing::bytes::Hash::of(&content).0);
    let mut data = json!({"kind": kind, "media": "PDF", "bytes": content.len()});
    if let Some(institution) = institution {
        (data["institution"], data["sha256"]) = (json!(institution), json!(digest));
    }
    if let Some(person) = person {
        (data["person"], data["digest"]) = (json!({"kind": "person", "id": person}), json!(digest));
    }
    data
}

pub const APPEND: &str = "mutation Append($units: [JSON!]!) { append(units: $units) { __typename \
    ... on Appended { receipts { ledger id record { kind id } version position recordedAt leaf state proof } } \
    ... on Refused { code index pointer rule citation headVersion headHash position messageZh messageEn } } }";

pub fn sign_session(session: &Session, key: &SigningKey) -> Vec<u8> {
    let payload = session.to_payload();
    let signature = key.sign_payload(PayloadType::Session, &payload).to_vec();
    Envelope { payload_type: PayloadType::Session, payload, key: session.key, signature }.to_json()
}

/// A key id that belongs to nobody.
pub fn nobody() -> KeyId {
    KeyId([3; 32])
}

/// Number of the rows of a unit of the desk that begins here; none where it is another row.
fn said_by_the_desk(row: &Row, world: &World) -> Option<usize> {
    let object = signing::json::read_stored(&row.payload).expect("a payload");
    let kind = object.get("record")?.as_object()?.get("kind")?.as_text()?;
    let service = row.key == world.service.key && matches!(kind, "warning" | "desk" | "notification");
    let batch = object.get("batch").and_then(|batch| batch.as_object()?.get("count")?.as_integer());
    service.then(|| batch.map_or(1, |count| usize::try_from(count).expect("a small batch")))
}

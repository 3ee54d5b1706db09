//! A laboratory's file over HTTP and GraphQL: brought, found wrong, put right, signed by a key that the service never
//! sees, known again.

mod support;

use api::Limits;
use reqwest::{Response, StatusCode, header};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use schema::connect::{Passwords, Role, role_config};
use serde_json::{Value as Json, json};
use signing::bytes::b64url_decode;
use signing::envelope::{Envelope, PayloadType, Unit};
use support::world::{Person, resident_no};
use support::{City, Server, city, credit_code, serve, serve_city};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use uuid::Uuid;

const JOB: &str = "query ($id: UUID!, $after: String) { importJob(id: $id) { id fileName size mapping { header column } check { \
    state unreadable unreadableZh sheet headerRow headings { place text column said micro } columns { name needed synonyms } \
    counts { rows good bad known new reports errors warnings } progress { done total } sumNsv \
    problems(first: 2, after: $after) { after items { row column severity code value messageZh messageEn } } } } }";
const UNITS: &str = "query ($id: UUID!, $first: Int, $key: Hash, $grant: UUID) { importJob(id: $id) { check { state \
    progress { done total } units(first: $first, key: $key, grant: $grant) { report events { id row payload openings } } } } }";

const HEADER: [&str; 10] = [
    "工作人员编号",
    "姓名",
    "身份证后四位",
    "剂量计编号",
    "佩戴部位",
    "周期起",
    "周期止",
    "Hp(10)（μSv）",
    "最低探测水平（μSv）",
    "报告编号",
];

/// A row of a file about the worker W0002 of the other hospital, or one who does not exist.
#[derive(Clone)]
struct Row {
    cells: [String; 5],
    days: [String; 2],
    usv: f64,
}

fn row(number: u32, days: [&str; 2]) -> Row {
    let tail = resident_no(2)[14..].to_owned();
    let cells = ["W0002".into(), "虚构人员0002".into(), tail, format!("T{number}"), "左胸".into()];
    Row { cells, days: days.map(str::to_owned), usv: 30.0 + f64::from(number) }
}

/// A workbook with a title, real dates, and a header of one's own for the doses.
fn workbook(rows: &[Row], doses: &str, report: &str, signed_on: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let (sheet, day) = (book.add_worksheet(), Format::new().set_num_format("yyyy/m/d"));
    sheet.write(0, 0, "个人剂量监测报告（示例）").expect("written");
    for (column, text) in (0..).zip(HEADER) {
        sheet.write(2, column, if column == 7 { doses } else { text }).expect("written");
    }
    for (column, text) in [(10, "签发日期"), (11, "统一社会信用代码")] {
        sheet.write(2, column, text).expect("written");
    }
    for (at, row) in (3..).zip(rows) {
        for (column, text) in (0..).zip(&row.cells) {
            sheet.write(at, column, text).expect("written");
        }
        for (column, date) in (5..).zip(&row.days) {
            let date = ExcelDateTime::parse_from_str(date).expect("a date");
            sheet.write_with_format(at, column, &date, &day).expect("written");
        }
        sheet.write(at, 7, row.usv).expect("written");
        sheet.write(at, 8, 20).expect("written");
        sheet.write(at, 9, report).expect("written");
        sheet.write(at, 10, signed_on).expect("written");
        // The laboratory has contracts with both hospitals: each row says whose worker it is about.
        sheet.write(at, 11, credit_code(1)).expect("written");
    }
    book.save_to_buffer().expect("saved")
}

async fn bring(server: &Server, token: Option<&str>, name: &str, bytes: Vec<u8>) -> Response {
    let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut request = server
        .http
        .post(format!("{}/imports", server.url))
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}"))
        .body(bytes);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.expect("an answer")
}

/// Brings so many bytes without saying how many; the first line of the answer.
async fn chunked(server: &Server, token: &str, bytes: usize) -> String {
    let host = server.url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await.expect("a connection");
    let head = format!(
        "POST /imports HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let body = format!("{:x}\r\n{}\r\n0\r\n\r\n", bytes, "a".repeat(bytes));
    stream.write_all((head + &body).as_bytes()).await.expect("sent");
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await.expect("an answer");
    answer.trim().to_owned()
}

/// What is to be signed.
fn payload(event: &Json) -> Json {
    let bytes = signing::bytes::b64url_decode(event["payload"].as_str().expect("bytes")).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Brings a file that is taken; its id.
async fn brought(server: &Server, token: &str, name: &str, bytes: Vec<u8>) -> Uuid {
    let answer = bring(server, Some(token), name, bytes).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let answer: Json = answer.json().await.expect("JSON");
    answer["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

async fn job(server: &Server, token: &str, id: Uuid) -> Json {
    server.data(token, JOB, json!({"id": id})).await["importJob"].clone()
}

async fn marked(server: &Server, token: &str, id: Uuid) -> Response {
    let asked = server.http.get(format!("{}/imports/{id}/annotated", server.url)).bearer_auth(token);
    asked.send().await.expect("an answer")
}

/// Signs what was handed out as a client does: each payload, with a key of its own.
fn signed(unit: &Json, who: &Person) -> Unit {
    let (mut envelopes, mut openings) = (Vec::new(), Vec::new());
    for event in unit["events"].as_array().expect("events") {
        let given = json!({"openings": event["openings"]}).to_string();
        let given = signing::json::read_loose(given.as_bytes(), 1 << 16).expect("loose JSON");
        let given = given.get("openings").and_then(|list| list.as_array()).expect("a list");
        openings.push(Some(signing::envelope::openings_of(given).expect("openings")));
        assert!(unit["report"].is_null() || given.is_empty(), "a dose seals nothing");
        let payload = b64url_decode(event["payload"].as_str().expect("bytes")).expect("base64url");
        let signature = who.key.sign_payload(PayloadType::Event, &payload).to_vec();
        envelopes.push(Envelope { payload_type: PayloadType::Event, payload, key: who.key.public().id(), signature });
    }
    Unit { envelopes, openings }
}

async fn size(server: &Server, token: &str) -> u64 {
    let answer = server.data(token, "{ ledger { size } }", json!({})).await;
    answer["ledger"]["size"].as_str().and_then(|size| size.parse().ok()).expect("a size")
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_told_and_nothing_is_handed_out() {
    let (server, city) = serve_city(71).await;
    let token = server.login(&city.person("TSO_SIGN")).await;
    let today = city.world.today();
    let good = row(1, ["2021-04-01", "2021-06-30"]);
    let mut bad = vec![good.clone(); 5];
    bad[1].cells[0] = "没有此人".into();
    bad[2].cells[4] = "口袋".into();
    bad[3].days = ["2021-01-01".into(), "2021-03-31".into()];
    // Last: what is said first of a number is what the others are held to.
    bad[4].cells[1] = "另一人".into();
    bad[4].days = ["2021-07-01".into(), "2021-09-30".into()];
    for (number, one) in bad.iter_mut().enumerate() {
        one.cells[3] = format!("T{number}");
    }
    let bytes = workbook(&bad, HEADER[7], "R71", &today);
    let id = brought(&server, &token, "剂量 二季度.xlsx", bytes.clone()).await;
    let found = job(&server, &token, id).await;
    assert_eq!((&found["fileName"], &found["size"]), (&json!("剂量 二季度.xlsx"), &json!(bytes.len())));
    let check = &found["check"];
    assert_eq!(
        (&check["state"], &check["sheet"], &check["headerRow"]),
        (&json!("HAS_ERRORS"), &json!("Sheet1"), &json!(3))
    );
    assert_eq!(
        check["headings"][7],
        json!({"place": 7, "text": HEADER[7], "column": "hp10", "said": false, "micro": true})
    );
    let number = check["columns"].as_array().expect("columns").iter().find(|one| one["name"] == "worker_no");
    let number = number.expect("the column of numbers");
    assert!(number["needed"] == true && number["synonyms"].as_array().expect("some").contains(&json!("工号")));
    let counts =
        json!({"rows": 5, "good": 1, "bad": 4, "known": 0, "new": 0, "reports": 0, "errors": 4, "warnings": 0});
    assert_eq!(check["counts"], counts);
    // Page by page, nobody named.
    let (mut after, mut told) = (json!(null), Vec::new());
    loop {
        let page = server.data(&token, JOB, json!({"id": id, "after": after})).await;
        let text = page.to_string();
        assert!(!text.contains("另一人") && !text.contains("虚构人员"), "nobody is named: {text}");
        let page = page["importJob"]["check"]["problems"].clone();
        for one in page["items"].as_array().expect("problems") {
            assert!(
                !one["messageZh"].as_str().expect("text").is_empty()
                    && !one["messageEn"].as_str().expect("text").is_empty()
            );
            told.push((one["row"].clone(), one["code"].clone(), one["value"].clone()));
        }
        after = page["after"].clone();
        if after.is_null() {
            break;
        }
    }
    let one = |row: u32, code: &str, value: Json| (json!(row), json!(code), value);
    assert_eq!(
        told,
        [
            one(5, "row.worker", json!(null)),
            one(6, "cell.position", json!("口袋")),
            one(7, "row.reported", json!(null)),
            one(8, "row.name", json!(null)),
        ]
    );
    let units = server.data(&token, UNITS, json!({"id": id})).await;
    assert_eq!(units["importJob"]["check"]["units"], json!([]), "not a row while another is bad");
    let copy = marked(&server, &token, id).await;
    let named = copy.headers()[header::CONTENT_DISPOSITION].to_str().expect("text").to_owned();
    assert!(copy.status() == 200 && named.starts_with("attachment; filename*=UTF-8''%E5%89%82"), "{named}");
    assert!(copy.bytes().await.expect("bytes").starts_with(b"PK"));

    // By a person's own act the bad rows are left out, and the one that is sound is signed.
    let leave = "mutation ($id: UUID!) { importMap(id: $id, leaveOutErrors: true) { leaveOutErrors check { state counts { new bad } } } }";
    let left = server.data(&token, leave, json!({"id": id})).await["importMap"].clone();
    assert_eq!(left["check"], json!({"state": "READY", "counts": {"new": 1, "bad": 4}}));
    let units = server.data(&token, UNITS, json!({"id": id})).await["importJob"]["check"]["units"].clone();
    let appended = server.append(&signed(&units[0], &city.person("TSO_SIGN"))).await;
    assert_eq!(appended["receipts"].as_array().map(Vec::len), Some(2), "the report and its row: {appended}");
    assert_eq!(job(&server, &token, id).await["check"]["state"], "DONE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_nobody_knows_is_said_by_a_person() {
    let (server, city) = serve_city(72).await;
    let token = server.login(&city.person("TSO_SIGN")).await;
    let bytes = workbook(&[row(1, ["2021-04-01", "2021-06-30"])], "仪器读数甲", "R72", &city.world.today());
    let id = brought(&server, &token, "a.xlsx", bytes).await;
    let check = job(&server, &token, id).await["check"].clone();
    assert_eq!((&check["state"], &check["unreadable"]), (&json!("TO_MAP"), &json!("file.column_missing")));
    assert_eq!((&check["headings"][7]["text"], &check["headings"][7]["column"]), (&json!("仪器读数甲"), &json!(null)));
    assert!(
        check["problems"]["items"] == json!([]) && check["unreadableZh"].as_str().expect("text").contains("Hp(10)")
    );
    assert_eq!(marked(&server, &token, id).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "no cell to mark");
    let map = "mutation ($id: UUID!, $mapping: [ImportMappingInput!]) { importMap(id: $id, mapping: $mapping) { mapping { header column } check { state sumNsv } } }";
    let wrong = json!({"id": id, "mapping": [{"header": "仪器读数甲", "column": "hp11"}]});
    let answer = server.ask(Some(&token), map, wrong).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_ARGUMENT", "{answer}");
    let mapping = json!([{"header": "仪器读数甲", "column": "hp10"}]);
    let mapped = server.data(&token, map, json!({"id": id, "mapping": mapping})).await["importMap"].clone();
    // Without a unit it is millisievert: 31 of them ask to be looked at, and are not handed out before.
    assert_eq!(
        (&mapped["mapping"], &mapped["check"]),
        (&mapping, &json!({"state": "TO_CONFIRM", "sumNsv": "31000000"}))
    );
    assert_eq!(server.data(&token, UNITS, json!({"id": id})).await["importJob"]["check"]["units"], json!([]));
    let accept = "mutation ($id: UUID!) { importMap(id: $id, acceptWarnings: true) { mapping { column } check { state units { report } } } }";
    let accepted = server.data(&token, accept, json!({"id": id})).await["importMap"].clone();
    assert_eq!(accepted["check"], json!({"state": "READY", "units": [{"report": "R72"}]}));
    assert_eq!(accepted["mapping"], json!([{"column": "hp10"}]), "what is not said stays");
}

/// Rows of more than one unit: three dosimeters a day, as interventionists wear them.
fn long(city: &City) -> Vec<Row> {
    let first: signing::bytes::Date = "2021-04-01".parse().expect("a date");
    let day = |at: i64| first.add_days(at).to_string();
    assert!(day(340) < city.world.today());
    let rows = (0..340).flat_map(|at| {
        ["背部", "CO", "UA"].map(|position| {
            let mut row = row(1, [&day(at), &day(at)]);
            row.cells[4] = position.to_owned();
            row
        })
    });
    rows.take(1_010).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_rows_are_signed_in_the_browser_and_known_again() {
    let (server, city) = serve_city(73).await;
    let signatory = city.person("TSO_SIGN");
    let token = server.login(&signatory).await;
    let mut rows = long(&city);
    let before = size(&server, &token).await;
    let bytes = workbook(&rows, HEADER[7], "R73", &city.world.today());
    let id = brought(&server, &token, "long.xlsx", bytes.clone()).await;
    let check = loop {
        let check = job(&server, &token, id).await["check"].clone();
        if check["state"] != "CHECKING" {
            break check;
        }
    };
    let counts = json!({"rows": 1010, "good": 1010, "bad": 0, "known": 0, "new": 1010, "reports": 1, "errors": 0, "warnings": 0});
    assert_eq!((&check["state"], &check["counts"]), (&json!("READY"), &counts), "{}", check["problems"]);
    assert_eq!(check["progress"], json!({"done": 0, "total": 1011}));
    assert_eq!(size(&server, &token).await, before, "the dry run writes nothing");

    // For keys and grants of one's own alone.
    let stranger = city.person("C_SUP").key.public().id().to_string();
    for wrong in [
        json!({"id": id, "key": stranger}),
        json!({"id": id, "grant": Uuid::from_u128(4)}),
        json!({"id": id, "first": 0}),
    ] {
        let answer = server.ask(Some(&token), UNITS, wrong).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_ARGUMENT", "{answer}");
    }
    let own = signatory.key.public().id().to_string();
    // What does not fit one unit is opened first, and its rows name it.
    let opening =
        server.data(&token, UNITS, json!({"id": id, "first": 4})).await["importJob"]["check"]["units"].clone();
    assert_eq!((opening.as_array().map(Vec::len), &opening[0]["report"]), (Some(1), &json!(null)), "{opening}");
    let opened = payload(&opening[0]["events"][0]);
    assert_eq!(opened["type"], "import.opened");
    let said = ["rows", "events", "chunks"].map(|name| opened["data"][name].as_i64().expect("a number"));
    assert_eq!(said, [1_013, 1_011, 2]);
    let appended = server.append(&signed(&opening[0], &signatory)).await;
    assert_eq!(appended["__typename"], "Appended", "{appended}");
    let both =
        server.data(&token, UNITS, json!({"id": id, "first": 2, "key": own})).await["importJob"]["check"]["units"]
            .clone();
    let lengths: Vec<usize> =
        both.as_array().expect("units").iter().map(|unit| unit["events"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!(lengths, [1_000, 11]);
    assert!(
        both[0]["events"][0]["row"].is_null()
            && both[0]["events"][1]["row"] == 4
            && both[1]["events"][0]["row"] == 1_003
    );
    let (report, row) = (payload(&both[0]["events"][0]), payload(&both[0]["events"][1]));
    assert_eq!((&report["cause"], &row["cause"]["event"]), (&json!(null), &opened["id"]));
    let appended = server.append(&signed(&both[0], &signatory)).await;
    assert_eq!(appended["__typename"], "Appended", "{appended}");
    let half = server.data(&token, UNITS, json!({"id": id, "first": 4})).await["importJob"]["check"].clone();
    assert_eq!((&half["state"], &half["progress"]), (&json!("SIGNING"), &json!({"done": 1000, "total": 1011})));
    let rest = half["units"].as_array().expect("units");
    assert_eq!(
        (rest.len(), &rest[0]["events"][0]["id"]),
        (1, &both[1]["events"][0]["id"]),
        "what is in is not asked for again"
    );
    let appended = server.append(&signed(&rest[0], &signatory)).await;
    assert_eq!(appended["__typename"], "Appended", "{appended}");
    let done = server.data(&token, UNITS, json!({"id": id})).await["importJob"]["check"].clone();
    assert_eq!((&done["state"], &done["progress"]), (&json!("DONE"), &json!({"done": 1011, "total": 1011})));
    let last = &done["units"][0];
    assert_eq!(payload(&last["events"][0])["type"], "import.completed");
    let appended = server.append(&signed(last, &signatory)).await;
    assert_eq!(appended["__typename"], "Appended", "{appended}");
    let done = server.data(&token, UNITS, json!({"id": id})).await["importJob"]["check"].clone();
    assert_eq!(done["units"], json!([]), "nothing is left to sign");
    assert_eq!(size(&server, &token).await, before + 1_013, "contiguous and each once");

    // The same file again is the same job, judged anew or not.
    assert_eq!(brought(&server, &token, "again.xlsx", bytes.clone()).await, id);
    server.data(&token, "mutation ($id: UUID!) { importMap(id: $id) { id } }", json!({"id": id})).await;
    let again = job(&server, &token, id).await;
    assert_eq!((&again["fileName"], &again["check"]["state"]), (&json!("long.xlsx"), &json!("DONE")));
    assert_eq!((&again["check"]["counts"]["known"], &again["check"]["counts"]["new"]), (&json!(1010), &json!(0)));
    // Thrown away and brought again it is known all the same: the ledger keeps the state.
    let delete = "mutation ($id: UUID!) { importDelete(id: $id) }";
    assert_eq!(server.data(&token, delete, json!({"id": id})).await["importDelete"], true);
    assert_eq!(server.data(&token, delete, json!({"id": id})).await["importDelete"], false);
    assert_eq!(brought(&server, &token, "long.xlsx", bytes).await, id);
    assert_eq!(job(&server, &token, id).await["check"]["state"], "DONE");
    // Another value for what is reported is no new result.
    rows[0].usv = 99.0;
    let other = brought(&server, &token, "other.xlsx", workbook(&rows, HEADER[7], "R73", &city.world.today())).await;
    let check = job(&server, &token, other).await["check"].clone();
    assert!(
        other != id && check["state"] == "HAS_ERRORS" && check["problems"]["items"][0]["code"] == "row.reported",
        "{check}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_its_owners_alone() {
    let (server, city) = serve_city(74).await;
    let (signatory, clerk) = (city.person("TSO_SIGN"), city.person("TSO_INPUT"));
    let (mine, other) = (server.login(&signatory).await, server.login(&clerk).await);
    let bytes = workbook(&[row(1, ["2021-04-01", "2021-06-30"])], HEADER[7], "R74", &city.world.today());
    let id = brought(&server, &mine, "虚构人员0002.xlsx", bytes.clone()).await;
    // A colleague of the same laboratory is told nothing of it, and cannot touch it.
    assert_eq!(job(&server, &other, id).await, json!(null));
    assert_eq!(server.data(&other, "{ importJobs { id } }", json!({})).await["importJobs"], json!([]));
    assert_eq!(marked(&server, &other, id).await.status(), StatusCode::NOT_FOUND);
    let map = "mutation ($id: UUID!) { importMap(id: $id, leaveOutErrors: true) { id } }";
    assert_eq!(server.data(&other, map, json!({"id": id})).await["importMap"], json!(null));
    let delete = "mutation ($id: UUID!) { importDelete(id: $id) }";
    assert_eq!(server.data(&other, delete, json!({"id": id})).await["importDelete"], false);
    // His own copy is another job; he prepares it and does not sign.
    let his = brought(&server, &other, "b.xlsx", bytes.clone()).await;
    assert_ne!(his, id);
    assert_eq!(job(&server, &other, his).await["check"]["counts"]["good"], 1);
    let answer = server.ask(Some(&other), UNITS, json!({"id": his})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_AUTHORISED", "{answer}");

    // With the filter of the service away, row-level security says the same.
    let (client, connection) = role_config(server.database.config(), Role::Appender, &Passwords::for_tests())
        .connect(tokio_postgres::NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    for (account, seen) in [("", 0), (&*clerk.account.to_string(), 1), (&*signatory.account.to_string(), 1)] {
        client.execute("select set_config('radledger.account', $1, false)", &[&account]).await.expect("set");
        let rows = client.query("select account from access.import", &[]).await.expect("rows");
        assert_eq!(rows.len(), seen, "{account}");
        assert!(rows.iter().all(|row| row.get::<_, Uuid>(0).to_string() == account));
    }
    let stolen =
        "insert into access.import select $1, id, saved_at, expires_at, size, settings, box from access.import";
    assert!(client.execute(stolen, &[&clerk.account]).await.is_err(), "nobody writes for another");
    for role in [Role::Reader, Role::Projector, Role::Sealer] {
        let config = role_config(server.database.config(), role, &Passwords::for_tests());
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("a connection");
        tokio::spawn(connection);
        assert!(client.query("select 1 from access.import", &[]).await.is_err(), "{role:?}");
    }
    // PostgreSQL sees neither names nor a workbook.
    let (admin, connection) = server.database.config().connect(tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    let boxes = admin.query("select settings, box from access.import", &[]).await.expect("boxes");
    assert_eq!(boxes.len(), 2);
    let boxes: Vec<Vec<u8>> = boxes.iter().flat_map(|row| [row.get(0), row.get(1)]).collect();
    let holds = |sealed: &[u8], text: &[u8]| sealed.windows(text.len()).any(|window| window == text);
    assert!(!boxes.iter().any(|sealed| holds(sealed, "虚构".as_bytes()) || holds(sealed, b"PK\x03\x04")));

    // After thirty days it is gone, and swept away by whoever brings the next one.
    server.set_now(server.now().plus_micros(31 * 24 * 3_600_000_000));
    let (mine, other) = (server.login(&signatory).await, server.login(&clerk).await);
    assert_eq!(server.data(&mine, "{ importJobs { id } }", json!({})).await["importJobs"], json!([]));
    brought(&server, &other, "c.xlsx", bytes).await;
    let left: i64 = admin.query_one("select count(*) from access.import", &[]).await.expect("a count").get(0);
    assert_eq!(left, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_a_laboratory_is_not_taken() {
    let city = city(75);
    let server = serve(&city.world, Limits { import_bytes: 40_000, mismatches_per_hour: 2, ..Limits::default() }).await;
    server.replay(&city.world).await;
    let token = server.login(&city.person("TSO_SIGN")).await;
    let today = city.world.today();
    let good = workbook(&[row(1, ["2021-04-01", "2021-06-30"])], HEADER[7], "R75", &today);
    let status = async |token: Option<&str>, bytes: Vec<u8>| {
        let answer = bring(&server, token, "a.xlsx", bytes).await;
        let status = answer.status().as_u16();
        let body: Json = answer.json().await.expect("JSON");
        (status, body["error"]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let said = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(status(None, good.clone()).await, said(401, "UNAUTHENTICATED"));
    assert_eq!(status(Some(&"A".repeat(43)), good.clone()).await, said(401, "UNAUTHENTICATED"));
    for role in ["T_SUP", "I_RPO", "HEO_CHIEF", "SYS_AUD", "W_SELF"] {
        let token = server.login(&city.person(role)).await;
        assert_eq!(status(Some(&token), good.clone()).await, said(403, "NOT_AUTHORISED"), "{role}");
    }
    assert_eq!(status(Some(&token), vec![b'a'; 40_001]).await, said(413, "LIMIT"));
    // Without a length it is seen on the way.
    assert_eq!(chunked(&server, &token, 41_000).await, "HTTP/1.1 413 Payload Too Large");
    for (bytes, code) in [
        (b"%PDF-1.7 \x00\x01\x02".to_vec(), "file.format"),
        (b"\xd0\xcf\x11\xe0 an old workbook".to_vec(), "file.format"),
        (b"PK\x03\x04 not a workbook".to_vec(), "file.format"),
        ("一句话\n".into(), "file.header"),
    ] {
        assert_eq!(status(Some(&token), bytes).await, said(415, code));
    }
    assert_eq!(status(Some(&token), Vec::new()).await, said(400, "BAD_ARGUMENT"));
    assert_eq!(marked(&server, &token, Uuid::from_u128(3)).await.status(), StatusCode::NOT_FOUND);
    let unsent = server.http.get(format!("{}/imports/{}/annotated", server.url, Uuid::nil())).send().await;
    assert_eq!(unsent.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        server.data(&token, "{ importJobs { id } }", json!({})).await["importJobs"],
        json!([]),
        "nothing was kept"
    );

    // An account keeps so many, and the same again is not another.
    let mut last = None;
    for number in 0..20 {
        let bytes = workbook(&[row(number, ["2021-04-01", "2021-06-30"])], HEADER[7], &format!("R{number}"), &today);
        brought(&server, &token, "a.xlsx", bytes.clone()).await;
        last = Some(bytes);
    }
    brought(&server, &token, "a.xlsx", last.expect("a file")).await;
    assert_eq!(status(Some(&token), good).await, said(400, "LIMIT"));
    let all = server.data(&token, "{ importJobs { id } }", json!({})).await["importJobs"].clone();
    server.data(&token, "mutation ($id: UUID!) { importDelete(id: $id) }", json!({"id": all[0]["id"]})).await;

    // Names that are tried count as everywhere; turning pages of what was found does not count again.
    let mut guesses = vec![row(1, ["2021-04-01", "2021-06-30"]), row(2, ["2021-07-01", "2021-09-30"])];
    for guess in &mut guesses {
        guess.cells[1] = "张三".into();
    }
    let id = brought(&server, &token, "g.xlsx", workbook(&guesses, HEADER[7], "RG", &today)).await;
    for _ in 0..3 {
        assert_eq!(job(&server, &token, id).await["check"]["counts"]["errors"], 2);
    }
    let again = "mutation ($id: UUID!) { importMap(id: $id) { check { state } } }";
    let answer = server.ask(Some(&token), again, json!({"id": id})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT", "{answer}");
}

//! The gateway against the vendor's worked example, bad answers, and a counterpart in a process of its own.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value as Json, json};

use super::*;

const KEY: &str = "LTAI-test";
const SECRET: &str = "a secret of tests";
const SIGN: &str = "放射卫生监督";
const TEMPLATE: &str = "SMS_100";
const PHONE: &str = "13800138000";

/// The gateway of `replay-tests/python/sms_counterpart.py`; it goes with its value.
struct Counterpart {
    child: Child,
    url: Url,
    http: reqwest::Client,
}

impl Drop for Counterpart {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Counterpart {
    fn start(more: &[&str]) -> Self {
        let python = std::env::var_os("RADLEDGER_PYTHON").unwrap_or_else(|| "python3".into());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../replay-tests/python/sms_counterpart.py");
        let template = format!("{TEMPLATE}:name,place");
        let settings = ["--key", KEY, "--secret", SECRET, "--sign", SIGN, "--template", &template, "--with-parent"];
        let mut command = Command::new(python);
        command.arg(script).args(settings).args(more).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("python starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").expect("it listens").parse().unwrap();
        Self { child, url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    fn settings(&self) -> Settings {
        settings(self.url.as_str())
    }

    fn gateway(&self) -> Gateway {
        Gateway::new(self.settings()).unwrap()
    }

    async fn next(&self, plan: Json) {
        let sent = self.http.post(self.url.join("control/next").unwrap()).json(&plan).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }

    async fn messages(&self) -> Vec<Json> {
        let sent = self.http.get(self.url.join("control/messages").unwrap()).send().await.unwrap();
        sent.json().await.unwrap()
    }
}

fn settings(endpoint: &str) -> Settings {
    Settings {
        endpoint: endpoint.parse().unwrap(),
        access_key_id: KEY.to_owned(),
        access_key_secret: Secret::from(SECRET.to_owned()),
        sign_name: SIGN.to_owned(),
        template_code: TEMPLATE.to_owned(),
    }
}

fn params() -> [(&'static str, String); 2] {
    [("name", "张三 & 李四+=%?~*'\"\\\n𠮷".to_owned()), ("place", "市疾控中心".to_owned())]
}

async fn send(gateway: &Gateway, id: &str) -> Result<Answer, Unknown> {
    gateway.send(&Message { phone: PHONE, id, params: &params() }).await
}

fn later(code: &str) -> Answer {
    Answer::Later { code: code.to_owned() }
}

fn refused(code: &str) -> Answer {
    Answer::Refused { code: code.to_owned() }
}

fn today() -> Date {
    Date(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date())
}

/// The example that the vendor works out in its description of the signature.
#[test]
fn the_vendor_s_worked_example_is_signed_alike() {
    let headers = common_headers(
        "ecs.cn-shanghai.aliyuncs.com",
        "RunInstances",
        "2014-05-26",
        "2023-10-26T10:22:32Z".to_owned(),
        "3156853299f313e23d1673dc12e1703d".to_owned(),
        "",
    );
    let query =
        form(&[("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]);
    let secret = Secret::from("YourAccessKeySecret".to_owned());
    assert_eq!(
        authorization("YourAccessKeyId", &secret, &query, &headers),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,\
         SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    );
}

#[test]
fn a_form_is_sorted_and_encoded_by_the_rfc() {
    assert_eq!(form(&[("b", "卫生 +*~"), ("a", "-_.~/&=%\n")]), "a=-_.~%2F%26%3D%25%0A&b=%E5%8D%AB%E7%94%9F%20%2B%2A~");
    assert_eq!(form(&[]), "");
}

#[test]
fn codes_are_sorted_by_who_can_mend_what() {
    for code in [
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.NOT_KNOWN_YET",
    ] {
        assert!(refuses(code), "{code}");
    }
    let passing = ["isp.SYSTEM_ERROR", "Throttling", "Throttling.User", "ServiceUnavailable", "InternalError"];
    let settings = ["SignatureDoesNotMatch", "InvalidAccessKeyId.NotFound", "InvalidTimeStamp.Expired", "HTTP_403"];
    for code in passing.iter().chain(&settings).chain(&NOT_THE_MESSAGE) {
        assert!(!refuses(code), "{code}");
    }
}

#[test]
fn neither_secret_nor_number_is_shown() {
    let gateway = Gateway::new(settings(ENDPOINT)).unwrap();
    let message = Message { phone: PHONE, id: "m-1", params: &params() };
    let shown = format!("{gateway:?} {message:?}");
    assert!(shown.contains("m-1") && shown.contains(KEY));
    assert!(!shown.contains(SECRET) && !shown.contains(PHONE) && !shown.contains("张三"), "{shown}");
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    for endpoint in [
        "http://dysmsapi.aliyuncs.com",
        "https://user@dysmsapi.aliyuncs.com",
        "https://dysmsapi.aliyuncs.com/path",
        "https://dysmsapi.aliyuncs.com/?query",
        "ftp://127.0.0.1",
    ] {
        assert!(Gateway::new(settings(endpoint)).is_err(), "{endpoint}");
    }
    assert!(Gateway::new(Settings { access_key_id: "a b".to_owned(), ..settings(ENDPOINT) }).is_err());
    let error = Gateway::new(Settings { sign_name: String::new(), ..settings(ENDPOINT) }).unwrap_err();
    assert!(!format!("{error:?}").contains(SECRET));
}

#[test]
fn reports_are_read_and_bad_bodies_are_not() {
    let body = r#"[{"phone_number": "13800138000", "send_time": "2017-01-01 00:00:00", "report_time": null,
        "success": true, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1", "biz_id": "1^0",
        "out_id": "m-1", "new": {"a": [1]}}, {"success": false, "err_code": "MK:0001", "biz_id": "2^0", "out_id": ""}]"#;
    let report = |serial: &str, id: Option<&str>, delivered, code: &str| Report {
        serial: serial.to_owned(),
        id: id.map(str::to_owned),
        delivered,
        code: code.to_owned(),
    };
    let expected = vec![report("1^0", Some("m-1"), true, "DELIVERED"), report("2^0", None, false, "MK:0001")];
    assert_eq!(reports(body.as_bytes()), Ok(expected));
    assert_eq!(reports(b"[]"), Ok(vec![]));

    let one = r#"{"success":true,"biz_id":"1^0"}"#;
    let many = |count| format!("[{}]", vec![one; count].join(","));
    assert_eq!(reports(many(REPORTS_MAX).as_bytes()).map(|list| list.len()), Ok(REPORTS_MAX));
    assert_eq!(reports(many(REPORTS_MAX + 1).as_bytes()), Err(BadReport::TooMany(REPORTS_MAX + 1)));
    assert_eq!(reports(br#"[{"success":true,"biz_id":""}]"#), Err(BadReport::NoSerial(0)));
    let deep = "[".repeat(100_000);
    for bad in [
        "",
        "{}",
        "null",
        "[1]",
        "[{}]",
        "[",
        r#"[{"biz_id":"1"}]"#,
        r#"[{"success":true}]"#,
        r#"[{"success":"true","biz_id":"1"}]"#,
        r#"[{"success":true,"biz_id":13800138000}]"#,
        r#"[{"success":true,"biz_id":"1","biz_id":"2"}]"#,
        "[{\"success\":true,\"biz_id\":\"1\"}] 13800138000",
        &deep,
    ] {
        let error = reports(bad.as_bytes()).unwrap_err();
        assert!(matches!(error, BadReport::Malformed { .. }), "{bad}");
        assert!(!format!("{error} {error:?}").contains(PHONE));
    }
    assert!(reports(b"[{\"success\":true,\"biz_id\":\"\xff\"}]").is_err());
}

#[tokio::test]
async fn a_message_is_taken_as_it_was_given_and_found() {
    let counterpart = Counterpart::start(&["--delay", "0"]);
    let gateway = counterpart.gateway();
    let Ok(Answer::Taken { serial }) = send(&gateway, "m-1").await else { panic!("it is taken") };
    let taken = counterpart.messages().await;
    let [(name, value), (other, place)] = params();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0]["phone"].as_str(), taken[0]["biz_id"].as_str()), (Some(PHONE), Some(serial.as_str())));
    assert_eq!(taken[0]["params"], json!({name: value, other: place}));
    assert_eq!(gateway.find(PHONE, today(), "m-2").await.unwrap(), None);
    assert_eq!(gateway.find(PHONE, today().add_days(-1), "m-1").await.unwrap(), None);
    settled(&gateway, "m-1", State::Delivered).await;
}

/// Waits until a message is in a state.
async fn settled(gateway: &Gateway, id: &str, state: State) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let found = gateway.find(PHONE, today(), id).await.unwrap().expect("it is listed");
        assert_eq!(found.serial, None);
        if found.state == state {
            return;
        }
        assert!(Instant::now() < until, "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_will_never_be_taken_is_refused() {
    let counterpart = Counterpart::start(&[]);
    let gateway = counterpart.gateway();
    let ask = async |phone: &str, params: &[(&str, String)]| {
        gateway.send(&Message { phone, id: "m-1", params }).await.unwrap()
    };
    let long = [("name", "长".repeat(36)), ("place", String::new())];
    for phone in ["12345", "13800138000,13800138001"] {
        assert_eq!(ask(phone, &params()).await, refused("isv.MOBILE_NUMBER_ILLEGAL"));
    }
    assert_eq!(ask(PHONE, &params()[..1]).await, refused("isv.TEMPLATE_MISSING_PARAMETERS"));
    assert_eq!(ask(PHONE, &long).await, refused("isv.PARAM_LENGTH_LIMIT"));
    let unsigned = Gateway::new(Settings { sign_name: "别的".to_owned(), ..counterpart.settings() }).unwrap();
    assert_eq!(send(&unsigned, "m-1").await.unwrap(), refused("isv.SMS_SIGNATURE_ILLEGAL"));
    assert_eq!(counterpart.messages().await, Vec::<Json>::new());
}

#[tokio::test]
async fn what_passes_is_taken_later() {
    let counterpart = Counterpart::start(&[]);
    let gateway = counterpart.gateway();
    counterpart.next(json!({"do": "throttle", "phone": PHONE})).await;
    counterpart.next(json!({"do": "error500"})).await;
    counterpart.next(json!({"do": "answer", "code": "isv.BUSINESS_LIMIT_CONTROL"})).await;
    assert_eq!(send(&gateway, "m-1").await.unwrap(), later("Throttling.User"));
    assert_eq!(send(&gateway, "m-1").await.unwrap(), later("InternalError"));
    assert_eq!(send(&gateway, "m-1").await.unwrap(), later("isv.BUSINESS_LIMIT_CONTROL"));
    assert!(matches!(send(&gateway, "m-1").await, Ok(Answer::Taken { .. })));
    assert_eq!(counterpart.messages().await.len(), 1);
}

#[tokio::test]
async fn wrong_settings_lose_no_message() {
    let counterpart = Counterpart::start(&[]);
    let wrong = Settings { access_key_secret: Secret::from("another".to_owned()), ..counterpart.settings() };
    let wrong = Gateway::new(wrong).unwrap();
    assert_eq!(send(&wrong, "m-1").await.unwrap(), later("SignatureDoesNotMatch"));
    assert!(wrong.find(PHONE, today(), "m-1").await.unwrap_err().to_string().contains("SignatureDoesNotMatch"));
    let nobody = Settings { access_key_id: "LTAI-nobody".to_owned(), ..counterpart.settings() };
    let nobody = Gateway::new(nobody).unwrap();
    assert_eq!(send(&nobody, "m-1").await.unwrap(), later("InvalidAccessKeyId.NotFound"));
    assert_eq!(counterpart.messages().await, Vec::<Json>::new());
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let url = Counterpart::start(&[]).url.clone();
    let gateway = Gateway::new(settings(url.as_str())).unwrap();
    assert_eq!(send(&gateway, "m-1").await.unwrap(), later("UNREACHABLE"));
    assert!(gateway.find(PHONE, today(), "m-1").await.is_err());
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_message_is_found_once() {
    let counterpart = Counterpart::start(&["--delay", "600"]);
    let gateway = counterpart.gateway();
    counterpart.next(json!({"do": "lose_answer"})).await;
    let unknown = send(&gateway, "m-1").await.unwrap_err();
    assert!(!format!("{unknown} {unknown:?}").contains(PHONE));
    let found = gateway.find(PHONE, today(), "m-1").await.unwrap();
    assert_eq!(found, Some(Found { serial: None, state: State::Waiting }));
    let taken = counterpart.messages().await;
    assert_eq!((taken.len(), &taken[0]["times"]), (1, &json!(1)));
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_is_not_waited_for() {
    let counterpart = Counterpart::start(&[]);
    let gateway = Gateway::within(counterpart.settings(), Duration::from_millis(500)).unwrap();
    counterpart.next(json!({"do": "hang"})).await;
    let from = Instant::now();
    let unknown = send(&gateway, "m-1").await.unwrap_err();
    assert!(from.elapsed() < Duration::from_secs(5) && unknown.to_string().contains("no answer in time"));
    assert_eq!(counterpart.messages().await, Vec::<Json>::new());
}

#[tokio::test]
async fn a_listing_is_read_to_its_end_and_has_to_be_whole() {
    let counterpart = Counterpart::start(&["--delay", "600"]);
    let gateway = counterpart.gateway();
    for at in 0..=2 * PAGE {
        assert!(matches!(send(&gateway, &format!("m-{at}")).await, Ok(Answer::Taken { .. })));
    }
    assert!(gateway.find(PHONE, today(), "m-0").await.unwrap().is_some());
    assert!(gateway.find(PHONE, today(), "m").await.unwrap().is_none());
    counterpart.next(json!({"do": "throttle", "action": "QuerySendDetails"})).await;
    assert!(gateway.find(PHONE, today(), "m-0").await.is_err());
}

#[test]
fn an_answer_that_does_not_say_what_it_should_is_unknown() {
    let reply = |body: Json| serde_json::from_value::<Reply>(body).unwrap();
    assert!(reply(json!({"Code": "OK"})).answer().is_err());
    assert!(reply(json!({"Code": "SignatureNonceUsed"})).answer().is_err());
    assert!(reply(json!({"Code": "OK"})).listing().is_err());
    for count in [json!(2), json!("2")] {
        let (count, details) = reply(json!({"Code": "OK", "TotalCount": count})).listing().unwrap();
        assert_eq!((count, details.len()), (2, 0));
    }
}

/// The address of a server that does what it is told to every request.
async fn serve(app: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// A gateway that gives every request the same answer.
async fn saying(status: u16, body: String) -> Gateway {
    let status = StatusCode::from_u16(status).unwrap();
    let url = serve(axum::Router::new().fallback(async move || (status, [("location", "/")], body))).await;
    Gateway::new(settings(&url)).unwrap()
}

#[tokio::test]
async fn what_the_vendor_did_not_say_is_judged_by_its_status() {
    let page = || "<html>sorry</html>".to_owned();
    for status in [302, 403, 500, 503] {
        let gateway = saying(status, page()).await;
        assert_eq!(send(&gateway, "m-1").await.unwrap(), later(&format!("HTTP_{status}")));
    }
    for status in [200, 502, 504] {
        assert!(send(&saying(status, page()).await, "m-1").await.is_err(), "{status}");
    }
    let refusal = |status| saying(status, json!({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}).to_string());
    assert_eq!(send(&refusal(400).await, "m-1").await.unwrap(), refused("isv.MOBILE_NUMBER_ILLEGAL"));
    assert_eq!(send(&refusal(500).await, "m-1").await.unwrap(), later("isv.MOBILE_NUMBER_ILLEGAL"));
    let taken = json!({"Code": "OK", "BizId": "1^0", "more": "x".repeat(ANSWER_MAX)}).to_string();
    assert!(send(&saying(200, taken).await, "m-1").await.is_err());
    assert!(send(&saying(500, json!({"Code": "OK", "BizId": "1^0"}).to_string()).await, "m-1").await.is_err());
}

#[tokio::test]
async fn who_counts_more_than_it_lists_has_not_said_that_a_message_is_missing() {
    let detail = json!({"OutId": "m-1", "SendStatus": 1, "PhoneNum": PHONE});
    let listing = |count, list| {
        saying(
            200,
            json!({"Code": "OK", "TotalCount": count, "SmsSendDetailDTOs": {"SmsSendDetailDTO": list}}).to_string(),
        )
    };
    assert!(listing(2, vec![]).await.find(PHONE, today(), "m-1").await.is_err());
    assert_eq!(listing(0, vec![]).await.find(PHONE, today(), "m-1").await.unwrap(), None);
    let found = Some(Found { serial: None, state: State::Waiting });
    assert_eq!(listing(1, vec![detail.clone()]).await.find(PHONE, today(), "m-1").await.unwrap(), found);
    // It repeats one page for ever.
    assert!(listing(usize::MAX, vec![detail]).await.find(PHONE, today(), "m-2").await.is_err());
}

#[tokio::test]
async fn deliveries_are_reported() {
    let got = Arc::new(Mutex::new(Vec::new()));
    let answers = Arc::new(Mutex::new(vec![503, 200]));
    let callback = {
        let got = Arc::clone(&got);
        move |body: axum::body::Bytes| async move {
            // The first push is turned away, and has to come again.
            let status = if answers.lock().unwrap().len() > 1 { answers.lock().unwrap().remove(0) } else { 200 };
            if status == 200 {
                got.lock().unwrap().extend(reports(&body).expect("the reports are well-formed"));
            }
            (StatusCode::from_u16(status).unwrap(), axum::Json(json!({"code": 0, "msg": "接收成功"})))
        }
    };
    let app = axum::Router::new().route("/reports", axum::routing::post(callback));
    let url = serve(app).await + "/reports";

    let counterpart = Counterpart::start(&["--callback", &url, "--delay", "0.1", "--retry", "0.1,0.1,0.1"]);
    let gateway = counterpart.gateway();
    counterpart.next(json!({"do": "fail_delivery"})).await;
    let mut serials = Vec::new();
    for id in ["m-1", "m-2"] {
        let Ok(Answer::Taken { serial }) = send(&gateway, id).await else { panic!("{id} is taken") };
        serials.push(serial);
    }
    let until = Instant::now() + Duration::from_secs(10);
    while got.lock().unwrap().len() < 2 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut got = got.lock().unwrap().clone();
    got.sort_by(|a, b| a.id.cmp(&b.id));
    let report = |at: usize, id: &str, delivered, code: &str| Report {
        serial: serials[at].clone(),
        id: Some(id.to_owned()),
        delivered,
        code: code.to_owned(),
    };
    let code = "MOBILE_NOT_ON_SERVICE";
    assert_eq!(got, [report(0, "m-1", false, code), report(1, "m-2", true, "DELIVERED")]);
    settled(&gateway, "m-1", State::Failed { code: code.to_owned() }).await;
    settled(&gateway, "m-2", State::Delivered).await;
}

//! Messages on their whole way: the executable, PostgreSQL, and a gateway in a process of its own that speaks the vendor's
//! protocol. Some are refused, throttled, lost on the way back or not delivered; the service is killed between.

#[path = "support/site.rs"]
mod site;
mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use site::{Site, Somebody, serve};
use support::{radledger, run};

const TOKEN: &str = "receipts0123456789";
const SIGN: &str = "示范放射卫生";
const TEMPLATE: &str = "SMS_100000001";

/// The gateway of the test.
struct Gateway {
    url: String,
    child: Child,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Gateway {
    fn start(callback: &str) -> Self {
        let python = std::env::var_os("RADLEDGER_PYTHON").unwrap_or_else(|| "python3".into());
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../replay-tests/python/sms_counterpart.py");
        let mut child = Command::new(python)
            .arg(program)
            .args(["--key", "LTAItest", "--secret", "secret-of-the-test", "--sign", SIGN, "--with-parent"])
            .args(["--template", &format!("{TEMPLATE}:grade,rule,unit,due,more"), "--callback", callback])
            .args(["--delay", "0.5", "--retry", "1,1,2,2,4,4,8"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says where");
        let url = line.trim().strip_prefix("listening on ").expect("an address").to_owned();
        Self { url, child }
    }

    fn settings(&self) -> [(&str, &str); 6] {
        [
            ("RADLEDGER_SMS_KEY_ID", "LTAItest"),
            ("RADLEDGER_SMS_SECRET", "secret-of-the-test"),
            ("RADLEDGER_SMS_SIGN", SIGN),
            ("RADLEDGER_SMS_TEMPLATE", TEMPLATE),
            ("RADLEDGER_SMS_ENDPOINT", &self.url),
            ("RADLEDGER_SMS_CALLBACK", TOKEN),
        ]
    }

    /// What happens to the next messages.
    fn next(&self, what: &str, times: u32) {
        let asked = post(&format!("{}/control/next", self.url), &json!({"do": what, "times": times}));
        assert_eq!(asked.0, 200, "{asked:?}");
    }

    /// What it took.
    fn messages(&self) -> Vec<Json> {
        let answer = blocking(async {
            let http = reqwest::Client::builder().no_proxy().build().expect("a client");
            http.get(format!("{}/control/messages", self.url)).send().await?.json::<Json>().await
        });
        let answer = answer.expect("an answer");
        answer.as_array().or_else(|| answer["messages"].as_array()).expect("a list").clone()
    }
}

fn blocking<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

fn post(url: &str, body: &Json) -> (u16, String) {
    blocking(async {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = http.post(url).json(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    })
}

/// States of the red messages, by number: at night the others wait for the morning.
fn states(site: &Site, who: &Somebody) -> BTreeMap<String, usize> {
    let query = "query ($after: String) { notifications(first: 100, after: $after,
        filter: {facets: [{name: \"grade\", value: \"RED\"}]}) { nodes { state } pageInfo { hasNextPage endCursor } } }";
    let (mut states, mut after) = (BTreeMap::new(), Json::Null);
    loop {
        let page = site.ask(who, query, json!({"after": after}))["notifications"].take();
        for node in page["nodes"].as_array().expect("a list") {
            *states.entry(node["state"].as_str().expect("a state").to_owned()).or_default() += 1;
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return states;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// A message of today that the carrier did not deliver.
fn failed(site: &Site, who: &Somebody) -> String {
    let query = "query ($after: String) { notifications(first: 100, after: $after, filter: {state: [\"FAILED\"], facets: [{name: \"grade\", value: \"RED\"}]}) {
        nodes { id members { failure { code } } } pageInfo { hasNextPage endCursor } } }";
    let mut after = Json::Null;
    let mut found = None;
    loop {
        let page = site.ask(who, query, json!({"after": after}))["notifications"].take();
        for node in page["nodes"].as_array().expect("a list") {
            if node["members"]["failure"]["code"] == "UNDELIVERED" {
                found = node["id"].as_str().map(str::to_owned);
            }
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return found.expect("the carrier failed once");
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Submits what was signed.
fn submitted(site: &Site, unit: &[u8]) {
    use std::io::Write;
    let mut submit = radledger(&site.data);
    let mut child = submit
        .args(["submit", "--url", &site.url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs");
    child.stdin.take().expect("piped").write_all(unit).expect("it reads");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn every_message_goes_out_once_and_what_became_of_it_stands_in_the_ledger() {
    let mut site = Site::start();
    let _ = (site.child.kill(), site.child.wait());
    // An address that the gateway knows before the service is there.
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let gateway = Gateway::start(&format!("http://127.0.0.1:{port}/callbacks/sms/{TOKEN}"));
    for (what, times) in [("throttle", 2), ("lose_answer", 2), ("fail_delivery", 1)] {
        gateway.next(what, times);
    }
    let listen = format!("127.0.0.1:{port}");
    (site.child, site.url) = serve(&site.data, &listen, &gateway.settings());
    // Killed as soon as something has gone out, and started again.
    let began = Instant::now();
    while gateway.messages().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(60), "the desk orders messages for the days since the load");
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = (site.child.kill(), site.child.wait());
    (site.child, site.url) = serve(&site.data, &listen, &gateway.settings());
    let city = site.somebodies("T_SUP").pop().expect("a supervisor");
    let began = Instant::now();
    let (mut last, mut since) = (BTreeMap::new(), Instant::now());
    let settled = loop {
        let now = states(&site, &city);
        if now != last {
            (last, since) = (now, Instant::now());
        }
        let waits = |state| last.get(state).copied().unwrap_or_default();
        if since.elapsed() > Duration::from_secs(5) && waits("ORDERED") + waits("SENT") == 0 {
            break last;
        }
        assert!(began.elapsed() < Duration::from_secs(240), "messages wait: {last:?}");
        std::thread::sleep(Duration::from_millis(500));
    };
    assert!(settled["DELIVERED"] > 0 && settled["FAILED"] > 0, "{settled:?}");
    let taken = gateway.messages();
    assert!(taken.len() >= 4, "{taken:?}");
    for message in &taken {
        assert_eq!(message["times"], 1, "each went out once: {message}");
        let params = &message["params"];
        let names: Vec<&str> = params.as_object().expect("variables").keys().map(String::as_str).collect();
        assert_eq!(names.len(), 5, "{names:?}");
    }
    // What the carrier did not deliver is sent again by somebody's hand, as another message to the gateway.
    let again = failed(&site, &city);
    let signed = run(radledger(&site.data)
        .args([
            "sign",
            "--type",
            "notification.sent_again",
            "--record",
            &again,
            "--data",
            "{}",
            "--url",
            &site.url,
            "--key",
        ])
        .arg(&city.key));
    assert_eq!(signed.status.code(), Some(0), "{}", String::from_utf8_lossy(&signed.stderr));
    submitted(&site, &signed.stdout);
    let began = Instant::now();
    while gateway.messages().len() == taken.len() || states(&site, &city).contains_key("SENT") {
        assert!(began.elapsed() < Duration::from_secs(60), "it goes out again");
        std::thread::sleep(Duration::from_millis(300));
    }
    let settled = states(&site, &city);
    // Who is told reads it in the ledger as well: the inbox of a unit holds what lies with the unit, and what was read stays read.
    let officer = site.somebodies("I_RPO").pop().expect("a protection officer");
    assert!(officer.org.is_string());
    let inbox = "{ inbox(first: 100) { lookedAt more readTo entries { unread event { type } warning { label } } } }";
    let told = site.ask(&officer, inbox, json!({}))["inbox"].take();
    let entries = told["entries"].as_array().expect("a list").clone();
    assert!(entries.iter().all(|entry| entry["unread"] == true), "{told}");
    let read = site.ask(&officer, "mutation ($to: Position!) { markRead(to: $to) }", json!({"to": told["lookedAt"]}));
    assert_eq!(read["markRead"], told["lookedAt"]);
    let left = site.ask(&officer, inbox, json!({}))["inbox"].take();
    assert!(left["entries"].as_array().expect("a list").len() < entries.len().max(1), "{left}");
    let city_inbox = site.ask(&city, inbox, json!({}))["inbox"].take();
    assert!(!city_inbox["entries"].as_array().expect("a list").is_empty(), "the city is told of much");
    // A stranger's report is not heard, and a true one that comes twice changes nothing.
    let message = taken.last().expect("one");
    let report = json!([{
        "phone_number": message["phone"], "send_time": "2026-01-01 00:00:00", "report_time": "2026-01-01 00:00:01",
        "success": true, "err_code": "DELIVERED", "err_msg": "", "sms_size": "1", "biz_id": message["biz_id"],
        "out_id": message["out_id"],
    }]);
    assert_eq!(post(&format!("http://{listen}/callbacks/sms/receipts9876543210"), &report).0, 404);
    assert_eq!(post(&format!("http://{listen}/callbacks/sms/{TOKEN}"), &json!({"not": "a list"})).0, 400);
    assert_eq!(post(&format!("http://{listen}/callbacks/sms/{TOKEN}"), &report).0, 200);
    assert_eq!(states(&site, &city), settled);
    // The numbers stand nowhere but under their seals, and the audit has computed every order again.
    let verified = run(radledger(&site.data).args(["verify", "--strict", "--json"]));
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    let phone = message["phone"].as_str().expect("a number");
    let bundle = site.data.join("all.zip");
    let exported = run(radledger(&site.data).args(["export", "--out"]).arg(&bundle));
    assert_eq!(exported.status.code(), Some(0), "{}", String::from_utf8_lossy(&exported.stderr));
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&bundle).expect("written")).expect("a bundle");
    for index in 0..zip.len() {
        let mut text = Vec::new();
        std::io::copy(&mut zip.by_index(index).expect("a member"), &mut text).expect("read");
        assert!(!text.windows(phone.len()).any(|window| window == phone.as_bytes()), "a number in the clear");
    }
}

//! People who sign and submit as fast as they get answers, and remember what they were told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use signing::bytes::{Instant as Wire, b64_decode};
use signing::envelope::{Envelope, PayloadType, Unit};
use signing::json::{canonical_object, read_loose};
use signing::keys::SigningKey;
use uuid::Uuid;

use crate::site::{PATIENCE, Site};

const CLIENTS: usize = 8;
const APPEND: &str = "mutation($units: [JSON!]!) { append(units: $units) { __typename \
    ... on Appended { receipts { id version position recordedAt leaf } } ... on Refused { code messageEn } } }";

/// What came back for a unit.
#[derive(Debug)]
pub enum Answer {
    /// Its receipt.
    Receipt(Json),
    /// `busy` or `read_only`: nothing was decided, or its outcome is not known.
    Refused(String),
    /// No answer, or a fault: its outcome is not known.
    None(String),
}

/// One protection officer who registers devices.
pub struct Officer {
    http: reqwest::Client,
    url: Mutex<String>,
    key: SigningKey,
    token: String,
    template: Json,
}

impl Officer {
    /// Takes an officer of the demonstration, which must be served.
    pub fn of(site: &Site) -> Self {
        let identities = std::fs::read(site.data().join("demo/identities.json")).expect("written");
        let identities: Vec<Json> = serde_json::from_slice(&identities).expect("JSON");
        let officer = identities.iter().find(|identity| identity["role"] == "I_RPO").expect("a protection officer");
        let file = officer["key_file"].as_str().expect("a path");
        let pem = std::fs::read_to_string(file).expect("a key file");
        let key = SigningKey::from_pem(&pem[pem.find("-----BEGIN").expect("PEM")..]).expect("a key");
        let data = json!({
            "institution": officer["org"], "kind": "X02", "device_no": "T", "name": "演练设备", "maker": "示例",
            "factory_no": "T", "location": "1号机房",
        });
        let (url, data) = (site.url(), data.to_string());
        let wish = ["--type", "device.registered", "--record", "new", "--data", &data];
        let signed = site.json(&[&["sign", "--key", file, "--url", &url], wish.as_slice()].concat());
        let payload = b64_decode(signed["envelopes"][0]["payload"].as_str().expect("base64")).expect("base64");
        let template = serde_json::from_slice(&payload).expect("JSON");
        let token = String::from_utf8(site.run(&["token", "--key", file, "--url", &url]).stdout).expect("a token");
        // Nothing here may take longer than the service's own bounds.
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        Self { http, url: Mutex::new(url), key, token: token.trim().to_owned(), template }
    }

    /// A new device, signed.
    pub fn unit(&self) -> Json {
        let mut statement = self.template.clone();
        let number = Uuid::new_v4();
        statement["id"] = json!(Uuid::new_v4());
        statement["record"]["id"] = json!(Uuid::new_v4());
        statement["data"]["device_no"] = json!(&number.simple().to_string()[..12]);
        statement["data"]["factory_no"] = json!(&number.simple().to_string()[12..]);
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        statement["signed_at"] = json!(Wire::from_micros(i64::try_from(since.as_micros()).expect("this age")));
        let object = read_loose(statement.to_string().as_bytes(), 1 << 16).expect("a statement");
        let payload = canonical_object(&object);
        let signature = self.key.sign_payload(PayloadType::Event, &payload).to_vec();
        let envelope = Envelope { payload_type: PayloadType::Event, payload, key: self.key.public().id(), signature };
        let unit = Unit { envelopes: vec![envelope], openings: vec![Some(Vec::new())] };
        serde_json::from_slice(&unit.to_json()).expect("JSON")
    }

    /// Sends a unit once; that needs no session.
    pub async fn send(&self, unit: &Json) -> Answer {
        match self.post(self.request(APPEND, json!({"units": [unit]}))).await {
            Ok((_, answer)) => {
                let result = &answer["data"]["append"][0];
                match (result["__typename"].as_str(), result["code"].as_str()) {
                    (Some("Appended"), _) => Answer::Receipt(result["receipts"][0].clone()),
                    (_, Some(code @ ("busy" | "read_only"))) => Answer::Refused(code.to_owned()),
                    (_, Some(_)) => panic!("refused: {result}"),
                    _ => Answer::None(answer.to_string()),
                }
            }
            Err(why) => Answer::None(why),
        }
    }

    /// Asks with his session: status and answer.
    pub async fn ask(&self, query: &str) -> Result<(u16, Json), String> {
        self.post(self.request(query, json!({})).bearer_auth(&self.token)).await
    }

    fn request(&self, query: &str, variables: Json) -> reqwest::RequestBuilder {
        self.http.post(self.at("/graphql")).json(&json!({"query": query, "variables": variables}))
    }

    async fn post(&self, request: reqwest::RequestBuilder) -> Result<(u16, Json), String> {
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await.map_err(|error| error.to_string())?))
    }

    /// Status of a page.
    pub async fn page(&self, path: &str) -> Option<u16> {
        Some(self.http.get(self.at(path)).send().await.ok()?.status().as_u16())
    }

    /// Text of a page.
    pub async fn text(&self, path: &str) -> String {
        self.http.get(self.at(path)).send().await.expect("an answer").text().await.expect("text")
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url.lock().expect("no panic while held"))
    }

    /// From now on he speaks to the service of another site, without a session there.
    pub fn turns_to(&self, site: &Site) {
        *self.url.lock().expect("no panic while held") = site.url();
    }

    /// Sends the same bytes until there is a receipt.
    pub async fn insist(&self, unit: &Json) -> Json {
        let began = Instant::now();
        loop {
            match self.send(unit).await {
                Answer::Receipt(receipt) => return receipt,
                other => assert!(began.elapsed() < PATIENCE, "{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// What the clients know for certain, and what they do not.
#[derive(Default)]
struct Known {
    acknowledged: Vec<(Json, Json)>,
    open: Vec<Json>,
    refusals: Vec<String>,
}

/// Clients at work.
pub struct Load {
    officer: Arc<Officer>,
    known: Arc<Mutex<Known>>,
    stop: Arc<AtomicBool>,
    clients: Vec<tokio::task::JoinHandle<()>>,
    before: u64,
}

impl Load {
    /// Starts them; `before` is the number of events that are there already.
    pub fn start(officer: &Arc<Officer>, before: u64) -> Self {
        let (known, stop) = (Arc::new(Mutex::new(Known::default())), Arc::new(AtomicBool::new(false)));
        let client = |_| tokio::spawn(work(officer.clone(), known.clone(), stop.clone()));
        let clients = (0..CLIENTS).map(client).collect();
        Self { officer: officer.clone(), known, stop, clients, before }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no panic while held")
    }

    /// Number of acknowledged events.
    pub fn acknowledged(&self) -> usize {
        self.known().acknowledged.len()
    }

    /// Codes of the refusals so far.
    pub fn refusals(&self) -> Vec<String> {
        self.known().refusals.clone()
    }

    /// Waits until so many more are acknowledged.
    pub async fn goes_on(&self, more: usize) {
        let (began, before) = (Instant::now(), self.acknowledged());
        while self.acknowledged() < before + more {
            let last = self.known().refusals.last().cloned();
            assert!(began.elapsed() < PATIENCE, "nothing is appended: {last:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing has been acknowledged for a while.
    pub async fn stands(&self) {
        let began = Instant::now();
        loop {
            let before = self.acknowledged();
            tokio::time::sleep(Duration::from_secs(2)).await;
            if self.acknowledged() == before {
                return;
            }
            assert!(began.elapsed() < 4 * PATIENCE, "it never stands still");
        }
    }

    /// A unit that somebody else sent and that got no decision: it may be in the log, and counts.
    pub fn leaves_open(&self, unit: Json) {
        self.known.lock().expect("no panic while held").open.push(unit);
    }

    /// Ends the load and compares what was told with what is there. The service must run.
    pub async fn settle(self, site: &Site) {
        self.stop.store(true, Ordering::SeqCst);
        for client in self.clients {
            client.await.expect("a client");
        }
        let known = std::mem::take(&mut *self.known.lock().expect("no panic while held"));
        println!("{} acknowledged, {} open", known.acknowledged.len(), known.open.len());
        let mut positions = Vec::new();
        for (unit, told) in &known.acknowledged {
            assert_eq!(self.officer.insist(unit).await, *told, "the same bytes get the first receipt");
            positions.push(position(told));
        }
        // Whether these are in the log is open: now they are, once.
        for unit in &known.open {
            positions.push(position(&self.officer.insist(unit).await));
        }
        positions.sort_unstable();
        let all = self.before..self.before + positions.len() as u64;
        assert_eq!(positions, all.clone().collect::<Vec<_>>(), "every event once, nothing else, no hole");
        assert_eq!(site.events(), all.end);
    }
}

fn position(receipt: &Json) -> u64 {
    receipt["position"].as_str().and_then(|position| position.parse().ok()).expect("a position")
}

async fn work(officer: Arc<Officer>, known: Arc<Mutex<Known>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        let unit = officer.unit();
        let answer = officer.send(&unit).await;
        let refused = {
            let mut known = known.lock().expect("no panic while held");
            match answer {
                Answer::Receipt(receipt) => {
                    known.acknowledged.push((unit, receipt));
                    false
                }
                Answer::Refused(why) | Answer::None(why) => {
                    known.refusals.push(why);
                    known.open.push(unit);
                    true
                }
            }
        };
        if refused {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

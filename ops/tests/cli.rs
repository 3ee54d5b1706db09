//! The executable as people and scripts use it: exit codes, printed forms, the walk from a key to a verified proof.

#[path = "support/quiet.rs"]
mod quiet;
mod support;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use support::{radledger, run};

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn json(output: &Output) -> Json {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("not JSON: {text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// A folder that PostgreSQL's user can pass through, also when the tests run as root.
fn folder() -> tempfile::TempDir {
    let open = std::fs::Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix("radledger-cli-").permissions(open).tempdir().expect("a temporary folder")
}

/// A service that ends with its handle, by SIGKILL: that harms nothing.
struct Service {
    child: Child,
    url: String,
}

impl Service {
    fn start(data: &Path) -> Self {
        Self::start_at(data, "127.0.0.1:0")
    }

    fn start_at(data: &Path, address: &str) -> Self {
        let mut child = radledger(data)
            .args(["serve", "--listen", address])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut said = String::new();
        let url = loop {
            let line = lines.next().unwrap_or_else(|| panic!("the service ended: {said}")).expect("text");
            if let Some(url) = line.trim().strip_prefix("网址 URL") {
                break url.trim().to_owned();
            }
            said.push_str(&line);
        };
        // Somebody must read on, or the service would wait for the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a page answers.
fn get(url: &str) -> (u16, String) {
    let asking = async {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = http.get(url).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    tokio::runtime::Runtime::new().expect("a runtime").block_on(asking)
}

/// A `watch` that prints three events and ends.
struct Watching {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Watching {
    fn start(data: &Path, url: &str, key: &Path, after: u64) -> Self {
        let mut child = radledger(data)
            .args(["watch", "--url", url, "--after", &after.to_string(), "--count", "3", "--key"])
            .arg(key)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    /// The next event, one line of JSON.
    fn next(&mut self) -> Json {
        let line = self.lines.next().expect("it goes on").expect("text");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"))
    }

    fn end(mut self) {
        assert!(self.lines.next().is_none(), "it ends by itself");
        assert_eq!(self.child.wait().expect("it ended").code(), Some(0));
    }
}

#[test]
fn exit_codes_tell_usage_from_failure() {
    let place = folder();
    let data = place.path().join("data");
    for (arguments, expected) in [
        (vec!["--help"], 0),
        (vec!["--version"], 0),
        (vec!["status", "--help"], 0),
        (vec!["no-such-command"], 3),
        (vec!["status", "--no-such-option"], 3),
        (vec!["init"], 3),
        (vec!["init", "--name", "a", "--environment", "elsewhere"], 3),
        (vec!["seed", "--end", "someday"], 3),
        (vec!["rebuild", "--projection", "other"], 3),
        (vec!["status"], 2),
        (vec!["verify"], 2),
        (vec!["serve", "--listen", "127.0.0.1:0"], 2),
        (vec!["token", "--key", "/nowhere.pem"], 2),
        (vec!["watch", "--key", "/nowhere.pem"], 2),
        (vec!["verify", "--receipt", "/nowhere.json", "--event", "/nowhere.json"], 3),
        (vec!["verify", "--package", "/nowhere.zip"], 2),
        (vec!["verify", "--manifest", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"], 3),
        (vec!["export", "--open", "--out", "/nowhere.zip"], 3),
        (vec!["verify", "--receipt", "/nowhere.json", "--event", "/nowhere.json", "--trust", "/nowhere.json"], 2),
    ] {
        let output = run(radledger(&data).args(&arguments));
        assert_eq!(code(&output), Some(expected), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!data.join("node.json").exists(), "a failure makes no ledger");
}

#[test]
fn a_ledger_begins_with_two_roots() {
    let place = folder();
    let data = place.path().join("data");
    let key = |name: &str| place.path().join(name);
    for name in ["a.pem", "b.pem"] {
        let made = run(radledger(&data).args(["keygen", "--root", "--json", "--out"]).arg(key(name)));
        assert_eq!(json(&made)["key"].as_str().map(str::len), Some(43));
        assert_eq!(std::fs::metadata(key(name)).expect("made").permissions().mode() & 0o777, 0o600);
    }
    let again = run(radledger(&data).args(["keygen", "--out"]).arg(key("a.pem")));
    assert_eq!(code(&again), Some(2), "a key file is never overwritten");
    let one = run(radledger(&data).args(["init", "--name", "city", "--root"]).arg(key("a.pem")));
    assert_eq!(code(&one), Some(3), "one root is not enough");
    let init = |data: &Path| {
        run(radledger(data).args(["init", "--name", "city", "--json", "--root"]).arg(key("a.pem")).arg(key("b.pem")))
    };
    let made = init(&data);
    let trust = json(&made);
    assert_eq!(code(&made), Some(0));
    let stored: Json = serde_json::from_slice(&std::fs::read(data.join("trust.json")).expect("written")).expect("JSON");
    assert_eq!(trust, stored);
    assert!(trust["genesis"].is_string() && trust["vkey"].as_str().is_some_and(|vkey| vkey.starts_with("city/")));
    assert_eq!(code(&init(&data)), Some(2), "there is a ledger already");
    let status = json(&run(radledger(&data).args(["status", "--json"])));
    assert_eq!(status["events"], 2);
}

#[test]
fn roots_sign_the_genesis_on_machines_of_their_own() {
    let place = folder();
    let (data, elsewhere) = (place.path().join("data"), place.path().join("elsewhere"));
    let waits = run(radledger(&data).args(["init", "--name", "city", "--json"]));
    assert_eq!(json(&waits)["state"], "waits_for_genesis");
    let mut genesis = waits.stdout;
    let key = |name: &str| place.path().join(name);
    for name in ["a.pem", "b.pem"] {
        run(radledger(&elsewhere).args(["keygen", "--root", "--out"]).arg(key(name)));
    }
    for (act, name) in [("join", "a.pem"), ("join", "b.pem"), ("sign", "b.pem"), ("sign", "a.pem")] {
        let made = fed(radledger(&elsewhere).args(["genesis", act, "--key"]).arg(key(name)), &genesis);
        assert_eq!(code(&made), Some(0), "{act} {name}: {}", String::from_utf8_lossy(&made.stderr));
        genesis = made.stdout;
    }
    assert!(!elsewhere.exists(), "a root needs nothing but his key");

    // Only a demonstration lends keys, whatever lies in the folder.
    std::fs::create_dir_all(data.join("demo")).expect("made");
    std::fs::write(data.join("demo/identities.json"), "[]").expect("written");
    let service = Service::start(&data);
    assert_eq!(get(&format!("{}/demo/identities", service.url)).0, 404);
    let begun = fed(radledger(&elsewhere).args(["submit", "--url", &service.url]), &genesis);
    assert_eq!(code(&begun), Some(0), "{}", String::from_utf8_lossy(&begun.stderr));
    assert_eq!(published(&data, 2)["events"], 2);
    let verified = run(radledger(&data).args(["verify", "--strict"]));
    assert_eq!(code(&verified), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn the_walk_from_a_key_to_a_verified_proof() {
    let place = folder();
    let data = place.path().join("data");
    let seed = ["seed", "--seed", "3", "--end", "2026-11-25", "--events", "1", "--json"];
    let loaded = json(&run(radledger(&data).args(seed)));
    let loaded_size = loaded["size"].as_u64().expect("a size");
    assert_eq!(code(&run(radledger(&data).args(seed))), Some(2), "a second load is refused");
    let officer = identities(&data);
    export_and_verify(&data, "loaded.zip");

    let mut service = Service::start(&data);
    let events = || json(&run(radledger(&data).args(["status", "--json"])))["events"].as_u64().expect("a number");
    let size = quiet::quiet(loaded_size, events);
    let token = run(radledger(&data).args(["token", "--key"]).arg(&officer).args(["--url", &service.url]));
    assert_eq!(String::from_utf8_lossy(&token.stdout).trim().len(), 43, "{}", String::from_utf8_lossy(&token.stderr));
    let wrong = ["--type", "device.registered", "--record", "new", "--data", "{}"];
    let refused = run(radledger(&data).args(["sign", "--key"]).arg(&officer).args(["--url", &service.url]).args(wrong));
    assert_eq!(code(&refused), Some(1), "a refusal is no failure");

    let institution = org(&data);
    let device = format!(
        r#"{{"institution":"{institution}","kind":"X02","device_no":"T-1","name":"测试设备","maker":"示例","factory_no":"CLI-1","location":"1号机房"}}"#
    );
    let fine = ["--type", "device.registered", "--record", "new", "--data", &device];
    let signed = run(radledger(&data).args(["sign", "--key"]).arg(&officer).args(["--url", &service.url]).args(fine));
    assert_eq!(code(&signed), Some(0), "{}", String::from_utf8_lossy(&signed.stderr));
    let mut watching = Watching::start(&data, &service.url, &officer, size - 1);
    let first = submit(&data, &service.url, &signed.stdout);
    assert_eq!(first[0]["position"], size);
    assert_eq!(first[0]["version"], 1);
    assert_eq!(watching.next()["position"], size.to_string());
    service.kill();

    let service = Service::start_at(&data, service.url.trim_start_matches("http://"));
    let (status, people) = get(&format!("{}/demo/identities?role=I_RPO&first=1", service.url));
    let people: Json = serde_json::from_str(&people).expect("JSON");
    let members: Vec<&str> = people[0].as_object().expect("somebody").keys().map(String::as_str).collect();
    assert_eq!((status, &members[..]), (200, &["account", "area", "name", "org", "role"][..]));
    let lent = |account: &str| get(&format!("{}/demo/keys/{account}", service.url));
    let (status, pem) = lent(people[0]["account"].as_str().expect("an id"));
    assert!(status == 200 && pem.contains("-----BEGIN PRIVATE KEY-----"), "{status}");
    assert_eq!(lent("6f1c1a52-3b0e-4c43-9d0e-0123456789ab").0, 404);
    let second = submit(&data, &service.url, &signed.stdout);
    assert_eq!(first[0]["leaf"], second[0]["leaf"], "the same bytes get the first receipt, also after kill -9");
    let status = published(&data, size + 1);
    prove(&data, &service.url, &signed.stdout);
    let names: Vec<&String> = status.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["checkpoint", "events", "origin", "projections", "size", "vkey", "warnings"]);
    let members = |value: &Json| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&status["checkpoint"]), ["root", "size", "time"]);
    assert_eq!(members(&status["projections"][0]), ["lag", "name", "position", "state", "version"]);

    // Each correction names the entry as it was corrected last.
    let record = format!("device/{}", first[0]["record"]["id"].as_str().expect("an id"));
    for (version, model) in [(2, "SL-1"), (3, "SL-2")] {
        folded(&data, size + version - 1);
        let given = format!(r#"{{"set":{{"model":"{model}"}}}}"#);
        let wish = ["--type", "device.corrected", "--record", &record, "--reason", "TYPO", "--data", &given];
        let signed =
            run(radledger(&data).args(["sign", "--key"]).arg(&officer).args(["--url", &service.url]).args(wish));
        assert_eq!(code(&signed), Some(0), "{}", String::from_utf8_lossy(&signed.stderr));
        assert_eq!(submit(&data, &service.url, &signed.stdout)[0]["version"], version);
        let seen = watching.next();
        assert_eq!(seen["position"], (size + version - 1).to_string(), "a break of the connection loses nothing");
        assert_eq!(seen["changes"][0]["new"], model);
    }
    watching.end();
    published(&data, size + 3);
    export_and_verify(&data, "bundle.zip");
    let verified = run(radledger(&data).args(["verify", "--json"]));
    assert_eq!(code(&verified), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn the_file_of_one_worker_leaves_as_a_package() {
    let place = folder();
    let data = place.path().join("data");
    let at = |name: &str| place.path().join(name);
    let loaded = run(radledger(&data).args(["seed", "--seed", "3", "--end", "2026-11-25", "--events", "600"]));
    assert_eq!(code(&loaded), Some(0), "{}", String::from_utf8_lossy(&loaded.stderr));
    export_and_verify(&data, "whole.zip");
    let person = moved(&at("whole.zip"));
    let export = |name: &str, more: &[&str]| {
        run(radledger(&data).args(["export", "--json", "--person", &person, "--out"]).arg(at(name)).args(more))
    };
    let made = export("file.zip", &[]);
    assert_eq!(code(&made), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let said = json(&made);
    let hash = said["manifest"].as_str().expect("a hash").to_owned();
    let sealed = &said["package_sealed"];
    assert_eq!((sealed["manifest"].as_str(), said["opened"].as_u64()), (Some(hash.as_str()), Some(0)));
    assert!(sealed["events"].as_u64() < said["statements"].as_u64(), "his own, and whose the keys are");
    // At the same checkpoint it is the same file, also when the checkpoint is named.
    let size = said["size"].to_string();
    assert_eq!(json(&export("again.zip", &["--checkpoint", &size]))["manifest"], hash);
    let bytes = |name: &str| std::fs::read(at(name)).expect("written");
    assert_eq!(bytes("file.zip"), bytes("again.zip"));

    let verify = |name: &str, option: &str, more: &[&str]| {
        let trust = data.join("trust.json");
        run(radledger(&at("elsewhere"))
            .args(["verify", "--json", "--trust"])
            .arg(trust)
            .arg(option)
            .arg(at(name))
            .args(more))
    };
    for option in ["--package", "--bundle"] {
        let verified = verify("file.zip", option, &["--manifest", &hash]);
        assert_eq!(code(&verified), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
        let report = json(&verified);
        assert_eq!((&report["clean"], &report["manifest_compared"]), (&true.into(), &true.into()));
        assert_eq!(report["sealed"]["life_nsv"], sealed["life_nsv"]);
    }
    let other = "A".repeat(43);
    assert_eq!(code(&verify("file.zip", "--package", &["--manifest", &other])), Some(1), "not what was signed");
    assert_eq!(code(&verify("whole.zip", "--bundle", &["--manifest", &hash])), Some(3), "a bundle has none to compare");

    let opened = export("open.zip", &["--open"]);
    assert_eq!(code(&opened), Some(0), "{}", String::from_utf8_lossy(&opened.stderr));
    assert!(json(&opened)["opened"].as_u64() > Some(0));
    assert!(String::from_utf8_lossy(&opened.stderr).contains("access log"), "it warns");
    assert_eq!(code(&verify("open.zip", "--package", &[])), Some(0));
    let nobody = ["export", "--person", "00000000-0000-4000-8000-000000000000", "--out"];
    assert_eq!(code(&run(radledger(&data).args(nobody).arg(at("nobody.zip")))), Some(2));
    assert!(!at("nobody.zip").exists() && !at("nobody.zip.partial").exists());
    assert_eq!(code(&run(radledger(&data).args(["export", "--open", "--out"]).arg(at("x.zip")))), Some(3));
}

/// What the demonstration leaves for an auditor: a piece as it was published, and the same with a smaller dose in it.
#[test]
fn the_copy_in_which_a_dose_was_changed_is_told_from_the_published_one() {
    let place = folder();
    let data = place.path().join("data");
    let loaded = run(radledger(&data).args(["seed", "--seed", "5", "--end", "2026-11-25", "--events", "1500"]));
    assert_eq!(code(&loaded), Some(0), "{}", String::from_utf8_lossy(&loaded.stderr));
    let copies = data.join("demo/auditor");
    let verify = |name: &str| {
        let trust = data.join("trust.json");
        let mut command = radledger(&place.path().join("elsewhere"));
        run(command.args(["verify", "--json", "--trust"]).arg(trust).arg("--bundle").arg(copies.join(name)))
    };
    let published = verify("published.zip");
    assert_eq!(code(&published), Some(0), "{}", String::from_utf8_lossy(&published.stdout));
    let changed = verify("changed.zip");
    assert_eq!(code(&changed), Some(1), "{}", String::from_utf8_lossy(&changed.stderr));
    let answer: Json =
        serde_json::from_slice(&std::fs::read(copies.join("answer.json")).expect("there")).expect("JSON");
    let dose = &answer["effective_nsv"];
    assert!(dose["changed"].as_i64() < dose["signed"].as_i64(), "{answer}");
    let report = json(&changed);
    let found = report["findings"].as_array().expect("findings").iter();
    let found: Vec<(&str, u64)> = found
        .map(|finding| (finding["check"].as_str().expect("a check"), finding["position"].as_u64().expect("where")))
        .collect();
    let at = answer["position"].as_u64().expect("a position");
    assert!(found.contains(&("signature", at)), "the event is named: {found:?}");
    assert!(found.iter().any(|(check, _)| *check == "checkpoint"), "its tree is not that of the log: {found:?}");
    assert_eq!(found.len(), 2, "and nothing else gives it away: {found:?}");
}

/// A worker whose file has moved, found in the rows of a bundle.
fn moved(bundle: &Path) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(bundle).expect("there")).expect("a zip");
    let rows = zip.by_name("rows/000000000000.jsonl").expect("the rows");
    let payloads = BufReader::new(rows).lines().map(|line| {
        let line: Json = serde_json::from_str(&line.expect("text")).expect("a row");
        let payload = line["payload"].as_str().and_then(signing::bytes::b64_decode).expect("base64");
        serde_json::from_slice::<Json>(&payload).expect("a statement")
    });
    let mut moves = payloads.filter(|statement| statement["type"] == "person.custody_moved");
    let first = moves.next().expect("somebody has moved");
    first["record"]["id"].as_str().expect("an id").to_owned()
}

/// One event is checked with its receipt alone, and nothing else passes for it.
fn prove(data: &Path, url: &str, unit: &[u8]) {
    let at = |name: &str| data.with_file_name(name);
    let receipts = submit(data, url, unit);
    let proof = receipts[0]["proof"].as_str().expect("published, so it has its proof").to_owned();
    let verify = |unit: &[u8], receipts: &Json, proof: Option<&str>, trust: &Json| {
        std::fs::write(at("unit.json"), unit).expect("written");
        std::fs::write(at("receipt.json"), receipts.to_string()).expect("written");
        std::fs::write(at("trust.json"), trust.to_string()).expect("written");
        let mut command = radledger(&at("elsewhere"));
        command.args(["verify", "--receipt"]).arg(at("receipt.json")).arg("--event").arg(at("unit.json"));
        command.arg("--trust").arg(at("trust.json"));
        if let Some(proof) = proof {
            std::fs::write(at("event.tlog-proof"), proof).expect("written");
            command.arg("--proof").arg(at("event.tlog-proof"));
        }
        let output = run(&mut command);
        (code(&output), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let trust: Json = serde_json::from_slice(&std::fs::read(data.join("trust.json")).expect("there")).expect("JSON");
    let (fine, said) = verify(unit, &receipts, None, &trust);
    assert_eq!(fine, Some(0), "{said}");
    let position = receipts[0]["position"].to_string();
    assert!(said.contains(&position), "{said}");
    assert_eq!(verify(unit, &receipts, Some(&proof), &trust).0, Some(0), "the proof may come in a file of its own");

    let receipt = |member: &str, value: Json| {
        let mut receipts = receipts.clone();
        receipts[0][member] = value;
        receipts
    };
    let flip = |text: &str, line: usize| {
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let last = lines[line].chars().nth(3).expect("a hash in base64");
        lines[line].replace_range(3..4, if last == 'A' { "B" } else { "A" });
        lines.join("\n")
    };
    let root = proof.split('\n').position(str::is_empty).expect("an empty line") + 3;
    let mut other_log = trust.clone();
    let key = signing::note::LogSigner::new(
        trust["vkey"].as_str().and_then(|vkey| vkey.split('+').next()).expect("an origin"),
        signing::keys::SigningKey::from_seed([1; 32]),
    );
    other_log["vkey"] = key.verifier().to_vkey().into();
    let mut other_ledger = trust.clone();
    other_ledger["ledger"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
    let mut other_unit: Json = serde_json::from_slice(unit).expect("JSON");
    other_unit["envelopes"][0]["signatures"][0]["sig"] = format!("{}==", "A".repeat(86)).into();
    let other_unit = other_unit.to_string().into_bytes();
    for (what, unit, receipts, proof, trust) in [
        ("The leaf does not fit", unit, receipt("recorded_at", "2026-11-25T00:00:00.000000Z".into()), None, &trust),
        ("The leaf does not fit", &other_unit, receipts.clone(), None, &trust),
        ("another record or version", unit, receipt("version", 2.into()), None, &trust),
        ("another position", unit, receipt("position", 1.into()), None, &trust),
        ("There is no receipt", unit, receipt("id", "00000000-0000-4000-8000-000000000000".into()), None, &trust),
        ("has no proof", unit, receipt("proof", Json::Null), None, &trust),
        ("not in the form", unit, receipts.clone(), Some(proof.replacen("index ", "index 0", 1)), &trust),
        ("not in the tree", unit, receipts.clone(), Some(flip(&proof, 2)), &trust),
        ("not signed by the key", unit, receipts.clone(), Some(flip(&proof, root)), &trust),
        ("not signed by the key", unit, receipts.clone(), None, &other_log),
        ("not the ledger", unit, receipts.clone(), None, &other_ledger),
    ] {
        let (refused, said) = verify(unit, &receipts, proof.as_deref(), trust);
        assert_eq!(refused, Some(1), "{what}: {said}");
        assert!(said.contains(what), "{what}: {said}");
    }
}

/// What is published leaves as a bundle that stands by itself.
fn export_and_verify(data: &Path, name: &str) {
    let bundle = data.with_file_name(name);
    let exported = run(radledger(data).args(["export", "--out"]).arg(&bundle));
    assert_eq!(code(&exported), Some(0), "{}", String::from_utf8_lossy(&exported.stderr));
    let verified = run(radledger(data)
        .args(["verify", "--strict", "--trust"])
        .arg(data.join("trust.json"))
        .arg("--bundle")
        .arg(&bundle));
    assert_eq!(code(&verified), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    name_the_flipped_byte(data, &bundle);
}

/// The key file of a protection officer; looks at the form of the list on the way.
fn identities(data: &Path) -> PathBuf {
    let identities: Vec<Json> =
        serde_json::from_slice(&std::fs::read(data.join("demo/identities.json")).expect("written")).expect("JSON");
    for identity in &identities {
        let members: Vec<&String> = identity.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["account", "area", "key_file", "name", "org", "role"]);
        assert!(Path::new(identity["key_file"].as_str().expect("a path")).exists());
    }
    let officer = identities.iter().find(|identity| identity["role"] == "I_RPO").expect("a protection officer");
    officer["key_file"].as_str().expect("a path").into()
}

fn org(data: &Path) -> String {
    let identities: Vec<Json> =
        serde_json::from_slice(&std::fs::read(data.join("demo/identities.json")).expect("written")).expect("JSON");
    let officer = identities.iter().find(|identity| identity["role"] == "I_RPO").expect("a protection officer");
    officer["org"].as_str().expect("an organisation").to_owned()
}

/// One character of the last statement changed in the file itself, and its position is named.
fn name_the_flipped_byte(data: &Path, bundle: &Path) {
    let mut bytes = std::fs::read(bundle).expect("there");
    let find = |what: &[u8], from: usize| bytes[from..].windows(what.len()).position(|part| part == what);
    let row = (0..bytes.len()).rev().find(|at| bytes[*at..].starts_with(br#"{"position":"#)).expect("a row");
    let place = row + find(br#""payload":""#, row).expect("a payload") + 50;
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    let copy = bundle.with_extension("copy.zip");
    std::fs::write(&copy, bytes).expect("written");
    let verified = run(radledger(data)
        .args(["verify", "--json", "--trust"])
        .arg(data.join("trust.json"))
        .arg("--bundle")
        .arg(&copy));
    assert_eq!(code(&verified), Some(1), "{}", String::from_utf8_lossy(&verified.stderr));
    let report = json(&verified);
    let last = report["size"].as_u64().expect("a size") - 1;
    let named = report["findings"].as_array().expect("findings").iter();
    assert!(named.clone().any(|finding| finding["check"] == "tree" && finding["position"] == last), "{report}");
}

/// A command that reads this.
fn fed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the executable runs");
    child.stdin.take().expect("piped").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn submit(data: &Path, url: &str, unit: &[u8]) -> Json {
    let output = fed(radledger(data).args(["submit", "--url", url]), unit);
    assert_eq!(code(&output), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    json(&output)
}

/// Waits until the read model knows so many events.
fn folded(data: &Path, size: u64) {
    let began = Instant::now();
    let behind = || {
        let status = json(&run(radledger(data).args(["status", "--json"])));
        status["projections"].as_array().is_none_or(|rows| rows.iter().any(|row| row["position"].as_u64() < Some(size)))
    };
    while behind() {
        assert!(began.elapsed() < Duration::from_secs(60), "the read model does not follow");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Waits until so many events are published; published within a second of durable is the goal, a loaded machine gets more.
fn published(data: &Path, size: u64) -> Json {
    let began = Instant::now();
    loop {
        let status = json(&run(radledger(data).args(["status", "--json"])));
        if status["size"].as_u64() == Some(size) {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "not published: {status}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

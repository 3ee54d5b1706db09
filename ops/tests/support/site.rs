//! A small demonstration city, served by the executable, and the people of it.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use serde_json::{Value as Json, json};

use crate::support::{radledger, run};

/// A demonstration that is served until its handle is gone.
pub struct Site {
    /// The data folder.
    pub data: PathBuf,
    /// Its address.
    pub url: String,
    /// The service.
    pub child: Child,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    _place: tempfile::TempDir,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody of the demonstration.
pub struct Somebody {
    /// Key file.
    pub key: PathBuf,
    /// Of a session.
    pub token: String,
    /// Organisation.
    pub org: Json,
}

impl Site {
    /// Loads the city and serves it.
    pub fn start() -> Self {
        let open = std::fs::Permissions::from_mode(0o755);
        let place = tempfile::Builder::new().prefix("radledger-site-").permissions(open).tempdir().expect("a folder");
        let data = place.path().join("data");
        let seeded = run(radledger(&data).args(["seed", "--seed", "3", "--end", "2026-11-25", "--events", "3000"]));
        assert_eq!(seeded.status.code(), Some(0), "{}", String::from_utf8_lossy(&seeded.stderr));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (child, url) = serve(&data, "127.0.0.1:0", &[]);
        Self { data, url, http, runtime, child, _place: place }
    }
}

/// Serves a data folder at an address, with settings of the surroundings; returns when it says where.
pub fn serve(data: &Path, listen: &str, settings: &[(&str, &str)]) -> (Child, String) {
    let mut child = radledger(data)
        .args(["serve", "--listen", listen])
        .envs(settings.iter().copied())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the service starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let url = loop {
        let line = lines.next().expect("the service goes on").expect("text");
        if let Some(url) = line.trim().strip_prefix("网址 URL") {
            break url.trim().to_owned();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    (child, url)
}

impl Site {
    /// Those of a role whose key still counts.
    pub fn somebodies(&self, role: &str) -> Vec<Somebody> {
        let text = std::fs::read(self.data.join("demo/identities.json")).expect("written");
        let identities: Vec<Json> = serde_json::from_slice(&text).expect("JSON");
        let of_role = identities.iter().filter(|identity| identity["role"] == role);
        let somebody = |identity: &Json| {
            let key: PathBuf = identity["key_file"].as_str().expect("a path").into();
            let token = run(radledger(&self.data).args(["token", "--url", &self.url, "--key"]).arg(&key));
            let token = String::from_utf8_lossy(&token.stdout).trim().to_owned();
            // Some have keys that have run out.
            (!token.is_empty()).then(|| Somebody { key, token, org: identity["org"].clone() })
        };
        of_role.filter_map(somebody).collect()
    }

    /// What GraphQL answers somebody.
    pub fn ask(&self, who: &Somebody, query: &str, variables: Json) -> Json {
        let asked = self.http.post(format!("{}/graphql", self.url)).bearer_auth(&who.token);
        let asked = asked.json(&json!({"query": query, "variables": variables}));
        let answer = self.runtime.block_on(async { asked.send().await.expect("an answer").json::<Json>().await });
        let mut answer = answer.expect("JSON");
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].take()
    }
}

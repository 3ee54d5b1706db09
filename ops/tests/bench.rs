//! The rows of `bench` about custody and warnings on tiny demonstrations, so that they cannot rot. What they come to there
//! says nothing. `RADLEDGER_LONG=1` measures all of them, which takes three demonstrations and two minutes; else those
//! that take one small demonstration.

mod support;

use std::os::unix::fs::PermissionsExt;

use serde_json::Value as Json;
use support::{radledger, run};

const ROWS: &[&str] = &[
    "custody/chain",
    "custody/flow",
    "verify/system",
    "rules/what_if",
    "desk/sweep",
    "desk/one",
    "desk/first",
    "desk/first/rate",
];

#[test]
fn every_row_about_custody_and_warnings_is_measured() {
    let long = std::env::var("RADLEDGER_LONG").is_ok_and(|value| value == "1");
    let open = std::fs::Permissions::from_mode(0o755);
    let place = tempfile::Builder::new().prefix("radledger-rows-").permissions(open).tempdir().expect("a folder");
    let mut bench = radledger(place.path());
    bench.args(["bench", "--quick", "--json", "--events", "200", "--query-events", "2500"]);
    bench.args(["--only", if long { "custody/,verify/system,rules/,desk/" } else { "desk/first" }]);
    let output = run(bench.arg("--folder").arg(place.path()));
    let said = String::from_utf8_lossy(&output.stderr);
    // Goals are not for a machine that tests other things at the same time.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
    let rows: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let names: Vec<&str> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    let expected = ROWS.iter().copied().filter(|row| long || row.starts_with("desk/first"));
    assert_eq!(names, expected.collect::<Vec<_>>(), "{said}");
    for row in &rows {
        let positive = |member: &str| row[member].as_f64().is_some_and(|value| value > 0.0);
        assert!(["value", "limit", "ratio", "goal"].into_iter().all(positive), "{row}");
    }
}

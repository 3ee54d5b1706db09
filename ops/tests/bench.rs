//! The rows of `bench` about custody and warnings on tiny demonstrations, so that they cannot rot. What they come to there
//! says nothing.

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
    let open = std::fs::Permissions::from_mode(0o755);
    let place = tempfile::Builder::new().prefix("radledger-rows-").permissions(open).tempdir().expect("a folder");
    let mut bench = radledger(place.path());
    bench.args(["bench", "--quick", "--json", "--only", "custody/,verify/system,rules/,desk/"]);
    bench.args(["--query-events", "2500", "--events", "2000"]).arg("--folder").arg(place.path());
    let output = run(&mut bench);
    let said = String::from_utf8_lossy(&output.stderr);
    // Goals are not for a machine that tests other things at the same time.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
    let rows: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let names: Vec<&str> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!(names, ROWS, "{said}");
    for row in &rows {
        let positive = |member: &str| row[member].as_f64().is_some_and(|value| value > 0.0);
        assert!(["value", "limit", "ratio", "goal"].into_iter().all(positive), "{row}");
    }
}

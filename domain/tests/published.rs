//! The published files and the golden rights matrix.

use domain::catalog::{CATALOGUE, FILES, describe, event_types};
use domain::policy::{matrix, policies};
use domain::rules::RULES_FILE;

/// Compares with a golden file; `UPDATE_GOLDEN=1` writes it anew, to be read before it is committed.
fn golden(path: &str, actual: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).expect("the tree is writable");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == actual, "{path} is not what the code says; run with UPDATE_GOLDEN=1 and read the difference");
}

#[test]
fn the_catalogue_file_is_what_the_field_tables_say() {
    for version in 1..=CATALOGUE {
        let described = serde_json::to_string(&describe(version)).expect("a catalogue is JSON");
        golden(&format!("files/catalogue-{version}.json"), &described);
    }
}

#[test]
fn the_rules_file_is_what_the_rules_say() {
    for version in 1..=RULES_FILE {
        let described = serde_json::to_string(&domain::rules::describe(version)).expect("rules are JSON");
        golden(&format!("files/rules-{version}.json"), &described);
    }
}

#[test]
fn every_published_file_is_in_canonical_form() {
    for (what, version, bytes) in FILES {
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(serde_json::to_string(&value).expect("JSON"), text, "{what} {version}");
        assert_eq!(value["what"], *what);
        assert_eq!(value["version"], *version);
    }
}

#[test]
fn the_table_of_transfers() {
    golden("tests/transfer-table.tsv", &domain::custody::table());
}

#[test]
fn the_rights_matrix() {
    let printed: Vec<String> = policies().iter().map(matrix).collect();
    golden("tests/rights-matrix.tsv", &printed.join("\n"));
}

#[test]
fn every_act_of_a_policy_is_an_event_of_the_catalogue_and_the_other_way_round() {
    for policy in policies() {
        for act in policy.acts.keys() {
            let event_type = act.split('/').next().unwrap_or(act);
            assert!(event_types().any(|known| known.name == event_type), "{act}");
        }
        for event_type in event_types().filter(|known| known.since() <= policy.catalogue) {
            let by_people =
                !matches!(event_type.signed_by, domain::catalog::SignedBy::Root | domain::catalog::SignedBy::Service);
            let named = policy.acts.keys().any(|act| act.split('/').next() == Some(event_type.name));
            assert_eq!(by_people, named, "{} in policy {}", event_type.name, policy.version);
        }
    }
}

#[test]
fn every_label_is_there_in_both_languages() {
    fn walk(value: &serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                for name in ["zh", "en"] {
                    if let Some(label) = members.get(name) {
                        assert!(label.as_str().is_some_and(|label| !label.is_empty()), "{value}");
                    }
                }
                members.values().for_each(walk);
            }
            serde_json::Value::Array(items) => items.iter().for_each(walk),
            _ => {}
        }
    }
    walk(&describe(CATALOGUE));
}

//! `docs/modules.md` says what of the twenty modules is there: that it names what exists, and leaves no kind out.

use std::collections::BTreeSet;

use domain::catalog::Kind;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words in backticks of one column of each row.
fn named(page: &str, column: usize) -> BTreeSet<String> {
    let rows = page.lines().filter(|line| line.starts_with("| ")).skip(2);
    let cells = rows.filter_map(|row| row.split('|').nth(column + 1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn the_modules_name_what_exists_and_every_kind() {
    let whole = read("docs/modules.md");
    let (page, _) = whole.split_once("\n## ").expect("modules, then screens");
    let rows = page.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(rows, 22, "a head, a rule and twenty modules");
    let kinds: BTreeSet<String> = Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(named(page, 1), kinds);
    let contract = read("api/contract/ledger.graphql");
    let query = contract.split("type Query {").nth(1).expect("the root").split("\n}").next().expect("its fields");
    for list in named(page, 2) {
        let field =
            |line: &str| line.trim().starts_with(&format!("{list}(")) || line.trim().starts_with(&format!("{list}:"));
        assert!(query.lines().any(field), "{list} is no field of the root");
    }
    let stories = read("replay-tests/src/lib.rs");
    for story in named(page, 3) {
        assert!(stories.contains(&format!("`{story}`")), "{story} is no story");
    }
}

/// Every screen that is named has a route, and every walk that is named walks.
#[test]
fn the_screens_name_pages_and_walks_that_are_there() {
    let whole = read("docs/modules.md");
    let (_, screens) = whole.split_once("\n## Screens").expect("modules, then screens");
    let routes = read("api/portal/src/app/routes.ts") + &read("api/portal/src/public/main.ts");
    let flows: String = ["flows", "screens", "work"].map(|name| read(&format!("api/portal/walks/{name}.mjs"))).concat();
    for address in named(screens, 1) {
        let path = address.trim_start_matches('…');
        assert!(
            routes.contains(&format!("\"{path}")) || routes.contains(&format!("{path}\"")),
            "{address} is no route"
        );
    }
    for walk in named(screens, 2) {
        let begins = format!("export async function {}", walk.trim_end_matches('…'));
        assert!(flows.contains(&begins), "{walk} walks nowhere");
    }
}

//! What a reviewer would otherwise look for by hand: which crate may know which, where SQL, clocks and randomness may
//! stand, what must not be left lying about.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Our crates by folder, each with those that it may depend on.
const CRATES: [(&str, &str, &[&str]); 8] = [
    ("signing", "signing", &[]),
    ("domain", "domain", &["signing"]),
    ("projections", "projections", &["signing", "domain"]),
    ("schema", "schema", &["signing", "domain", "projections"]),
    ("api", "api", &["signing", "domain", "projections", "schema"]),
    ("ops", "ops", &["signing", "domain", "projections", "schema", "api", "postgres"]),
    ("ops/postgres", "postgres", &[]),
    ("replay-tests", "replay-tests", &["signing", "domain", "projections", "schema", "api", "postgres"]),
];

/// Crates that only compute.
const PURE: [&str; 3] = ["signing", "domain", "projections"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_owned()
}

/// Every file of the tree that could be committed, relative to the root.
fn files() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the tree is readable") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                // What is fetched or made, and never committed.
                let left_out = [
                    "target",
                    ".git",
                    "data",
                    "__pycache__",
                    "artifacts",
                    "corpus",
                    ".venv",
                    "node_modules",
                    "dist",
                    "generated",
                ];
                if !left_out.contains(&name.as_str()) {
                    walk(&path, found);
                }
            } else if name != ".git" {
                // In a second working tree it is a file.
                found.push(path);
            }
        }
    }
    let (root, mut found) = (root(), Vec::new());
    walk(&root, &mut found);
    found.sort();
    found.iter().map(|path| path.strip_prefix(&root).expect("below the root").to_owned()).collect()
}

fn text(path: &Path) -> Option<String> {
    String::from_utf8(std::fs::read(root().join(path)).ok()?).ok()
}

/// Sources of the product in some folder: not its tests, neither beside nor at the end of a file.
fn sources(folder: &str) -> Vec<(PathBuf, Source)> {
    let below = Path::new(folder).join("src");
    let tests = |path: &Path| {
        path.file_stem().and_then(|stem| stem.to_str()).is_some_and(|stem| stem == "tests" || stem.ends_with("_tests"))
    };
    let rust =
        |path: &&PathBuf| path.starts_with(&below) && path.extension().is_some_and(|end| end == "rs") && !tests(path);
    let files = files();
    let read = |path: &PathBuf| (path.clone(), Source::read(&without_tests(&text(path).expect("sources are UTF-8"))));
    let sources: Vec<_> = files.iter().filter(rust).map(read).collect();
    assert!(!sources.is_empty(), "{folder} has sources");
    sources
}

fn without_tests(source: &str) -> String {
    let at = source.find("\n#[cfg(test)]\nmod tests {").unwrap_or(source.len());
    source[..at].to_owned()
}

/// A source taken apart: code without comments and literals, and the literals with their lines.
struct Source {
    code: String,
    literals: Vec<(usize, String)>,
}

impl Source {
    fn read(source: &str) -> Self {
        let chars: Vec<char> = source.chars().collect();
        let (mut code, mut literals, mut at, mut line) = (String::new(), Vec::new(), 0, 1);
        let looks =
            |at: usize, text: &str| text.chars().enumerate().all(|(offset, c)| chars.get(at + offset) == Some(&c));
        while let Some(&c) = chars.get(at) {
            let in_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let raw = c == 'r' && (!in_word || code.ends_with('b'));
            let hashes = if raw { chars[at + 1..].iter().take_while(|c| **c == '#').count() } else { 0 };
            if looks(at, "//") {
                at += chars[at..].iter().take_while(|c| **c != '\n').count();
            } else if looks(at, "/*") {
                let end = (at..chars.len()).find(|end| looks(*end, "*/")).map_or(chars.len(), |end| end + 2);
                line += chars[at..end].iter().filter(|c| **c == '\n').count();
                at = end;
            } else if raw && chars.get(at + 1 + hashes) == Some(&'"') {
                let start = at + 2 + hashes;
                let close = format!("\"{}", "#".repeat(hashes));
                let end = (start..chars.len()).find(|end| looks(*end, &close)).unwrap_or(chars.len());
                literals.push((line, chars[start..end].iter().collect()));
                line += chars[start..end].iter().filter(|c| **c == '\n').count();
                at = end + close.len();
            } else if c == '"' {
                let start = at + 1;
                let mut end = start;
                while chars.get(end).is_some_and(|c| *c != '"') {
                    end += if chars[end] == '\\' { 2 } else { 1 };
                }
                let literal: String = chars[start..end.min(chars.len())].iter().collect();
                literals.push((line, literal.clone()));
                line += literal.matches('\n').count();
                code.push_str("\"\"");
                at = end + 1;
            } else if c == '\'' && (chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'')) {
                let start = if chars[at + 1] == '\\' { at + 3 } else { at + 2 };
                at = (start..chars.len()).find(|end| chars[*end] == '\'').map_or(chars.len(), |end| end + 1);
                code.push_str("' '");
            } else {
                line += usize::from(c == '\n');
                code.push(c);
                at += 1;
            }
        }
        Self { code, literals }
    }

    /// Lines of code in which one of these words stands.
    fn with_words<'a>(&'a self, words: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.code.lines().filter(move |line| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| words.contains(&word))
        })
    }
}

fn none(found: &[String], what: &str) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

/// Names of dependencies in the sections of a manifest whose head ends so.
fn dependencies(manifest: &str, section: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(head) = line.strip_prefix('[') {
            let head = head.trim_end_matches(']');
            inside = head == section || (head.starts_with("target.") && head.ends_with(&format!(".{section}")));
        } else if inside && line.contains('=') && !line.starts_with([' ', '#']) {
            names.insert(line.split(['=', '.', ' ']).next().unwrap_or_default().trim().to_owned());
        }
    }
    names
}

#[test]
fn crates_depend_one_way() {
    let ours: BTreeSet<&str> = CRATES.iter().map(|(_, name, _)| *name).collect();
    let workspace = text(Path::new("Cargo.toml")).expect("the workspace has a manifest");
    for (folder, name, allowed) in CRATES {
        assert!(workspace.contains(&format!("\"{folder}\"")), "{folder} is a member of the workspace");
        let manifest = text(&Path::new(folder).join("Cargo.toml")).unwrap_or_else(|| panic!("{folder} has a manifest"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{folder} takes the lints of the workspace");
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        for section in ["dependencies", "build-dependencies"] {
            for found in
                dependencies(&manifest, section).iter().map(String::as_str).filter(|found| ours.contains(found))
            {
                assert!(allowed.contains(found), "{name} must not depend on {found}");
            }
        }
        for found in
            dependencies(&manifest, "dev-dependencies").iter().map(String::as_str).filter(|found| ours.contains(found))
        {
            let good = allowed.contains(found) || ["postgres", "replay-tests"].contains(&found);
            assert!(good, "the tests of {name} must not depend on {found}");
        }
    }
}

#[test]
fn sql_stands_in_schema_alone() {
    let statements = [
        "SELECT ",
        "INSERT INTO",
        "UPDATE ",
        "DELETE FROM",
        "CREATE TABLE",
        "ALTER TABLE",
        "DROP TABLE",
        "TRUNCATE ",
        "CREATE FUNCTION",
        "GRANT SELECT",
    ];
    let mut found = Vec::new();
    for folder in ["signing", "domain", "projections", "api", "ops"] {
        for (path, source) in sources(folder) {
            for (line, literal) in &source.literals {
                if statements.iter().any(|statement| literal.trim_start().starts_with(statement)) {
                    found.push(format!("{}:{line}: {literal}", path.display()));
                }
            }
        }
    }
    none(&found, "SQL outside the crate `schema`");
}

#[test]
fn what_only_computes_knows_no_clock_no_chance_and_no_waiting() {
    let forbidden =
        ["async", "await", "tokio", "rand", "getrandom", "SystemTime", "futures_util", "thread_rng", "OsRng"];
    let places = ["std::time", "std::fs", "std::net", "std::env", "std::process", "Zoned::now", "Timestamp::now"];
    let mut found = Vec::new();
    for folder in PURE {
        for (path, source) in sources(folder) {
            let words = source.with_words(&forbidden);
            let names = source.code.lines().filter(|line| places.iter().any(|place| line.contains(place)));
            found.extend(words.chain(names).map(|line| format!("{}: {}", path.display(), line.trim())));
        }
    }
    none(&found, "not pure");
    for folder in PURE {
        let manifest = text(&Path::new(folder).join("Cargo.toml")).expect("a manifest");
        let found = dependencies(&manifest, "dependencies");
        let bad: Vec<String> = found
            .into_iter()
            .filter(|name| ["tokio", "rand", "getrandom", "futures-util", "reqwest"].contains(&name.as_str()))
            .collect();
        none(&bad, folder);
    }
}

#[test]
fn no_unwrap_outside_tests() {
    let mut found = Vec::new();
    for (folder, ..) in CRATES {
        for (path, source) in sources(folder) {
            let lines = source.code.lines().filter(|line| line.contains(concat!(".unwrap", "()")));
            found.extend(lines.map(|line| format!("{}: {}", path.display(), line.trim())));
        }
    }
    none(&found, "unwrap in the product");
}

#[test]
fn nothing_was_left_lying_about() {
    let marks = [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("dbg", "!("), concat!("XX", "X:")];
    let mut found = Vec::new();
    for path in files()
        .iter()
        .filter(|path| path.extension().is_some_and(|end| ["rs", "sql", "py", "sh"].iter().any(|known| end == *known)))
    {
        let text = text(path).unwrap_or_default();
        found.extend(
            text.lines()
                .filter(|line| marks.iter().any(|mark| line.contains(mark)))
                .map(|line| format!("{}: {}", path.display(), line.trim())),
        );
    }
    none(&found, "left lying about");
}

#[test]
fn one_door_appends() {
    let call = ["appender.append(", "Appender::append("];
    let mut found = Vec::new();
    let mut door = false;
    for folder in ["projections", "api", "ops"] {
        for (path, source) in sources(folder) {
            let flat: String = source.code.split_whitespace().collect();
            if call.iter().any(|call| flat.contains(call)) {
                if path == Path::new("api/src/submit.rs") {
                    door = true;
                } else {
                    found.push(path.display().to_string());
                }
            }
        }
    }
    none(&found, "appends beside the door");
    assert!(door, "the door was not found: what this test looks for has changed its name");
}

#[test]
fn files_name_no_registry_and_end_with_a_line() {
    let hosts = [
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("registry.npmjs", ".org"),
        concat!("proxy.golang", ".org"),
        concat!("docker", ".io"),
        concat!("ghcr", ".io"),
        concat!("rsproxy", ".cn"),
        concat!("/work", "/"),
    ];
    let (mut named, mut unended) = (Vec::new(), Vec::new());
    for path in files() {
        // Cargo writes the name of its index into the lock file; published files are exact bytes that others hash.
        if path == Path::new("Cargo.lock") || path.ends_with("fuzz/Cargo.lock") || path.starts_with("domain/files") {
            continue;
        }
        let Some(text) = text(&path) else { continue };
        named
            .extend(hosts.iter().filter(|host| text.contains(*host)).map(|host| format!("{}: {host}", path.display())));
        if !text.is_empty() && !text.ends_with('\n') {
            unended.push(path.display().to_string());
        }
    }
    none(&named, "hosts of registries, or paths of one machine");
    none(&unended, "files that do not end with a line feed");
}

#[test]
fn a_source_is_taken_apart_as_meant() {
    let source = Source::read(
        "let a = \"SELECT \\\" 1\"; // \"no\"\nlet b = 'x'; let c: &'static str = r#\"two \"2\" lines\n\"#; /* .unwrap */ b\"z\"",
    );
    let literals: Vec<&str> = source.literals.iter().map(|(_, literal)| literal.as_str()).collect();
    assert_eq!(literals, ["SELECT \\\" 1", "two \"2\" lines\n", "z"]);
    assert!(!source.code.contains("unwrap") && !source.code.contains("no") && source.code.contains("static"));
    assert_eq!(source.literals[1].0, 2);
}

#[test]
fn the_stories_that_are_listed_are_told() {
    let doc = text(Path::new("replay-tests/src/lib.rs")).expect("UTF-8");
    let list = doc.lines().filter_map(|line| line.strip_prefix("//!")).collect::<String>();
    let mut stories = 0;
    for part in list.split("- `").skip(1) {
        let (file, names) = part.split_once("`:").expect("a file and its stories");
        let source =
            text(&Path::new("replay-tests/tests").join(format!("{file}.rs"))).expect("the file of the stories");
        for name in names.split('`').skip(1).step_by(2) {
            assert!(source.contains(&format!("fn {name}()")), "{file} does not tell {name}");
            stories += 1;
        }
    }
    assert!(stories >= 10, "{stories}");
}

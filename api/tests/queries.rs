//! The questions of `docs/queries/`: each is asked as the role that its head names and shows what its head says.

mod support;

use std::path::PathBuf;

use serde_json::{Value as Json, json};
use support::{City, serve_city};

struct Question {
    name: String,
    role: String,
    variables: Json,
    shows: Vec<String>,
    text: String,
}

fn questions() -> Vec<Question> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/queries");
    let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "graphql")).collect();
    files.sort();
    files.iter().map(question).collect()
}

fn question(path: &PathBuf) -> Question {
    let text = std::fs::read_to_string(path).expect("a text");
    let heads = |name: &str| -> Vec<String> {
        let head = format!("# {name}: ");
        text.lines().filter_map(|line| line.strip_prefix(&head)).map(str::to_owned).collect()
    };
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let lines: Vec<&str> = text.lines().take(2).collect();
    assert!(lines.iter().all(|line| line.starts_with("# ")), "{name} says in Chinese and English what it is for");
    assert!(!heads("shows").is_empty(), "{name} shows something");
    Question {
        role: heads("role").pop().unwrap_or_else(|| panic!("{name} names a role")),
        variables: heads("variables").pop().map_or(json!({}), |json| serde_json::from_str(&json).expect("variables")),
        shows: heads("shows"),
        name,
        text,
    }
}

/// What `$name` stands for in the city of the test.
fn stands_for(city: &City, word: &str) -> Json {
    let worker = city
        .world
        .memory
        .records()
        .find(|(_, entry)| entry.state.person().is_some_and(|person| person.account.is_some()));
    let (worker, entry) = worker.expect("a worker");
    match word {
        "$worker" => json!(format!("person/{}", worker.id)),
        "$transfer" => {
            let transfer = city.world.memory.records().find(|(_, entry)| entry.state.transfer().is_some());
            json!(format!("transfer/{}", transfer.expect("a transfer").0.id))
        }
        // Who must act on it now: the worker.
        "$holder" => json!(format!("person/{}", worker.id)),
        "$device" => json!(format!("device/{}", city.device)),
        "$hospital" => json!(format!("institution/{}", city.hospital)),
        "$area" => json!(support::world::AREA),
        "$credit_code" => json!(support::credit_code(0)),
        "$event" => json!(entry.marks[0].id),
        // Just after the worker was registered.
        "$position" => json!(entry.marks[0].position.to_string()),
        other => panic!("{other} stands for nothing"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_documentation_is_answered() {
    let (server, city) = serve_city(61).await;
    let questions = questions();
    assert!(questions.len() >= 31, "{}", questions.len());
    for Question { name, role, mut variables, shows, text } in questions {
        for value in variables.as_object_mut().expect("an object").values_mut() {
            if let Some(word) = value.as_str().filter(|word| word.starts_with('$')) {
                *value = stands_for(&city, word);
            }
        }
        let token = server.login(&city.person(&role)).await;
        let answer = server.ask(Some(&token), &text, variables).await;
        assert!(answer.get("errors").is_none(), "{name}: {}", answer["errors"]);
        for pointer in shows {
            let shown = answer["data"].pointer(&pointer);
            assert!(shown.is_some_and(|shown| !shown.is_null()), "{name} shows {pointer}: {}", answer["data"]);
        }
    }
}

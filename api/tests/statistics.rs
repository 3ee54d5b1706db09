//! Every number as every role: it is the total of the list that it leads to, at its position.

mod support;

use std::collections::BTreeMap;

use api::limits::Limits;
use schema::read_model::ReadModel;
use serde_json::{Value as Json, json};
use support::world::AREA;
use support::{City, OTHER_AREA, Server, city, serve, serve_city, serve_with};

const ROWS: &str = "rows { area values { dimension value zh } value amount numerator denominator percent drill { list asOf filter { area org state facets { name value anyOf from until } } } }";

async fn ask(server: &Server, token: &str, variables: Json) -> Json {
    let query = format!(
        "query ($measure: String!, $by: [String!], $where: [StatisticCondition!], $outOf: [StatisticCondition!], $area: String, $org: UUID, $asOf: Position) {{
            statistics(measure: $measure, by: $by, where: $where, outOf: $outOf, area: $area, org: $org, asOf: $asOf) {{
                position measure {{ name definitionZh definitionEn dimensions {{ name onlyBy }} }} {ROWS} }} }}"
    );
    server.data(token, &query, variables).await["statistics"].clone()
}

/// Runs a drill as a client does: the list it names, with its filter as it stands.
async fn drilled(server: &Server, token: &str, drill: &Json) -> String {
    let list = drill["list"].as_str().expect("a list");
    let query = format!(
        "query ($filter: RecordFilter, $asOf: Position) {{ {list}(filter: $filter, asOf: $asOf, first: 1) {{ totalCount totalIsExact position }} }}"
    );
    let data = server.data(token, &query, json!({"filter": drill["filter"], "asOf": drill["asOf"]})).await;
    assert_eq!(data[list]["totalIsExact"], true);
    assert_eq!(data[list]["position"], drill["asOf"]);
    data[list]["totalCount"].as_str().expect("a number").to_owned()
}

fn rows(answer: &Json) -> &Vec<Json> {
    answer["rows"].as_array().expect("rows")
}

fn number(value: &Json) -> i64 {
    value.as_str().expect("a number").parse().expect("a number")
}

async fn numbers_as_every_role(server: &Server, city: &City) {
    server.replay(&city.world).await;
    let last = city.world.rows.len() as u64 - 1;
    let (mut counted, mut empty) = (0, Vec::new());
    for role in city.people.keys() {
        let token = server.login(&city.person(role)).await;
        let measures = server.data(&token, "{ statisticMeasures { name dimensions { name } } }", json!({})).await;
        let before = counted;
        for measure in measures["statisticMeasures"].as_array().expect("measures") {
            let name = measure["name"].as_str().expect("a name");
            let all: Vec<&str> = measure["dimensions"]
                .as_array()
                .expect("dimensions")
                .iter()
                .map(|known| known["name"].as_str().expect("a name"))
                .collect();
            let mut splits: Vec<Vec<&str>> = all.iter().map(|one| vec![*one]).collect();
            splits.push(vec![]);
            splits.push([&["area"], &all[..]].concat());
            for at in [last, last * 2 / 3] {
                for by in &splits {
                    let asked = json!({"measure": name, "by": by, "asOf": at.to_string()});
                    let answer = ask(server, &token, asked).await;
                    assert_eq!(answer["position"], at.to_string());
                    for row in rows(&answer) {
                        let total = drilled(server, &token, &row["drill"]).await;
                        assert_eq!(row["value"], json!(total), "{name} by {by:?} at {at} as {role}: {row}");
                        counted += number(&row["value"]);
                    }
                }
            }
        }
        if counted == before {
            empty.push(*role);
        }
    }
    assert!(counted > 500, "there is something to count: {counted}");
    assert!(empty.contains(&"W_SELF"), "what is about oneself alone is no statistic");
    assert!(!empty.contains(&"C_SUP") && !empty.contains(&"I_RPO") && !empty.contains(&"T_SUP"), "{empty:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_the_total_of_its_list() {
    let city = city(30);
    let server = serve(&city.world, Limits::default()).await;
    numbers_as_every_role(&server, &city).await;
}

/// What protects is PostgreSQL: the service's own narrowing is for speed.
#[tokio::test(flavor = "multi_thread")]
async fn every_number_by_row_level_security_alone() {
    let city = city(30);
    let server = serve_with(&city.world, Limits::default(), ReadModel::without_own_filter).await;
    numbers_as_every_role(&server, &city).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counties_add_up_to_the_city_and_see_themselves_only() {
    let (server, city) = serve_city(31).await;
    let supervisor = server.login(&city.person("T_SUP")).await;
    let county = server.login(&city.person("C_SUP")).await;
    let unit = server.login(&city.person("I_RPO")).await;
    let by_area = ask(&server, &supervisor, json!({"measure": "devices", "by": ["area"]})).await;
    let areas: BTreeMap<&str, i64> =
        rows(&by_area).iter().map(|row| (row["area"].as_str().expect("an area"), number(&row["value"]))).collect();
    assert_eq!(areas, BTreeMap::from([(AREA, 3), (OTHER_AREA, 3)]));
    let whole = ask(&server, &supervisor, json!({"measure": "devices"})).await;
    assert_eq!(number(&rows(&whole)[0]["value"]), areas.values().sum::<i64>());
    for (token, area, org, expected) in [
        (&county, None, None, 3),
        (&county, Some(OTHER_AREA), None, 0),
        (&county, None, Some(city.other_hospital), 0),
        (&county, None, Some(city.hospital), 3),
        (&unit, None, None, 3),
        (&unit, None, Some(city.other_hospital), 0),
        (&supervisor, Some(OTHER_AREA), None, 3),
        (&supervisor, None, Some(city.other_hospital), 3),
        (&supervisor, Some(AREA), Some(city.other_hospital), 0),
    ] {
        let answer = ask(&server, token, json!({"measure": "devices", "area": area, "org": org})).await;
        assert_eq!(number(&rows(&answer)[0]["value"]), expected, "{area:?} {org:?}");
    }
    // A share: devices in use out of all of them.
    let asked = json!({"measure": "devices", "by": ["area"], "where": [{"dimension": "state", "anyOf": ["IN_USE"]}], "outOf": []});
    let answer = ask(&server, &county, asked).await;
    assert_eq!(rows(&answer).len(), 1);
    assert_eq!(rows(&answer)[0]["denominator"], "3");
    assert_eq!(rows(&answer)[0]["numerator"], rows(&answer)[0]["value"]);
    assert!(rows(&answer)[0]["percent"].as_str().is_some_and(|percent| percent.contains('.')));
    // Doses add up.
    let asked =
        json!({"measure": "dose_results", "where": [{"dimension": "dose_year", "from": "2021", "until": "2022"}]});
    let doses = ask(&server, &supervisor, asked).await;
    let row = &rows(&doses)[0];
    assert_eq!(number(&row["amount"]), 400_000 * number(&row["value"]), "{row}");
    assert_eq!(json!(drilled(&server, &supervisor, &row["drill"]).await), row["value"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked() {
    let (server, city) = serve_city(32).await;
    let token = server.login(&city.person("T_SUP")).await;
    for (arguments, what) in [
        ("measure: \"nothing\"", "a measure"),
        ("measure: \"devices\", by: [\"colour\"]", "a dimension"),
        ("measure: \"devices\", where: [{dimension: \"colour\", anyOf: [\"RED\"]}]", "a condition"),
        ("measure: \"devices\", where: [{dimension: \"state\"}]", "a condition that says nothing"),
        ("measure: \"devices\", where: [{dimension: \"kind\", anyOf: []}]", "no value"),
        ("measure: \"devices\", where: [{dimension: \"kind\", anyOf: [\"CT\"], from: \"A\"}]", "two things"),
        ("measure: \"devices\", where: [{dimension: \"state\", from: \"A\"}]", "a range of states"),
        ("measure: \"licences_due\", where: [{dimension: \"verify_due_on_month\", anyOf: [\"2026-01\"]}]", "a month"),
    ] {
        let query = format!("{{ statistics({arguments}) {{ position }} }}");
        let answer = server.ask(Some(&token), &query, json!({})).await;
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{what}: {answer}");
    }
    let query = "{ licences(filter: {facets: [{name: \"until\"}]}) { totalCount } }";
    assert!(server.ask(Some(&token), query, json!({})).await.get("errors").is_some(), "a facet that says nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_page_is_of_one_position_and_every_card_leads_to_its_list() {
    let (server, city) = serve_city(33).await;
    let query = format!(
        "query ($on: Date, $area: String) {{ home(on: $on, area: $area) {{ position on cards {{ name zh measure {{ definitionZh }} total {{ {} }} parts {{ {} }} }} }} }}",
        &ROWS[7..ROWS.len() - 2],
        &ROWS[7..ROWS.len() - 2],
    );
    for (role, area) in [("T_SUP", None), ("T_SUP", Some(OTHER_AREA)), ("C_SUP", None), ("I_RPO", None)] {
        let token = server.login(&city.person(role)).await;
        let home = server.data(&token, &query, json!({"on": "2024-12-01", "area": area})).await["home"].clone();
        assert_eq!(home["on"], "2024-12-01");
        let mut cards = BTreeMap::new();
        for card in home["cards"].as_array().expect("cards") {
            for row in card["parts"].as_array().expect("parts").iter().chain([&card["total"]]) {
                assert_eq!(row["drill"]["asOf"], home["position"]);
                assert_eq!(row["value"], json!(drilled(&server, &token, &row["drill"]).await), "{role} {card}");
            }
            cards.insert(card["name"].as_str().expect("a name").to_owned(), number(&card["total"]["value"]));
        }
        assert_eq!(cards["licences_expiring_90"], if role == "T_SUP" && area.is_none() { 2 } else { 1 }, "{role}");
        assert!(cards["radiology_institutions"] >= 1 && cards["workers"] >= 1, "{role}: {cards:?}");
    }
}

//! Every number as every role: it is the total of the list that it leads to, at its position.

mod support;

use std::collections::BTreeMap;

use api::limits::Limits;
use domain::catalog::Kind;
use domain::records::dose_result::line_of;
use projections::statistics::Statistics;
use schema::Passwords;
use schema::read_model::ReadModel;
use schema::rebuild::{self, BuildLimits};
use serde_json::{Value as Json, json};
use support::world::{AREA, Wish, dose_report, dose_result};
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

/// Last day worn, id, category, institution and dose of a result.
type Result = (String, String, String, uuid::Uuid, domain::dose::Line);

/// Workers of a year as a reader of the records would count them, up to a position: year, institution, category and
/// band, with the number and the collective dose.
fn annual(city: &City, size: usize) -> BTreeMap<(String, uuid::Uuid, String, String), (i64, i64)> {
    let mut memory = projections::memory::Memory::default();
    for row in &city.world.rows[..size] {
        let payload = &row.payload;
        memory.fold(row.recorded_at, signing::envelope::statement_hash(payload), payload).expect("a history folds");
    }
    let mut results: BTreeMap<(String, i64), Vec<Result>> = BTreeMap::new();
    let present = memory.current.values().filter(|row| row.kind == Kind::DoseResult && row.until.is_none());
    for row in present {
        let state: Json = serde_json::from_str(&row.row).expect("JSON");
        let Some(line) = line_of(&state).expect("a result") else { continue };
        let text = |name: &str| state[name].as_str().expect("text").to_owned();
        let org = row.home.org.expect("an institution");
        let of = (text("wear_to"), row.id.to_string(), text("category"), org, line);
        results.entry((text("person"), state["dose_year"].as_i64().expect("a year"))).or_default().push(of);
    }
    let mut counts = BTreeMap::new();
    for ((_, year), mut of_year) in results {
        of_year.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let (_, _, category, org, _) = of_year.last().expect("a result").clone();
        let annual = domain::dose::sums(of_year.iter().map(|result| &result.4)).year(year as i16).into();
        let band = domain::dose::INTERVALS[domain::dose::interval(&annual)];
        let count: &mut (i64, i64) = counts.entry((year.to_string(), org, category, band.to_owned())).or_default();
        *count = (count.0 + 1, count.1 + annual.effective_nsv);
    }
    counts
}

/// Results of every worker at every employer, the later period first, one across the end of a year, and what corrects them.
fn more_doses(city: &mut City) {
    let (signatory, world) = (city.people["TSO_SIGN"].clone(), &mut city.world);
    let records = || world.memory.records();
    let contracts: BTreeMap<uuid::Uuid, (uuid::Uuid, uuid::Uuid)> = records()
        .filter_map(|(record, entry)| {
            let terms = &entry.state.monitoring_contract()?.terms;
            Some((terms.institution, (record.id, terms.laboratory)))
        })
        .collect();
    let posts: Vec<(uuid::Uuid, uuid::Uuid, uuid::Uuid)> = records()
        .filter_map(|(record, entry)| {
            let employment = entry.state.employment()?;
            Some((employment.institution, employment.person, record.id))
        })
        .collect();
    let periods = [["2023-07-01", "2023-09-30"], ["2022-04-01", "2022-06-30"], ["2023-12-15", "2024-02-14"]];
    let mut serial = 100;
    for (institution, person, post) in posts.iter().copied() {
        let (contract, laboratory) = contracts[&institution];
        for (period, dose) in periods.into_iter().zip([300_000, 6_000_000, 2_500_000]) {
            serial += 1;
            let (report, result, today) = (world.id(), world.id(), world.today());
            let header = dose_report(contract, laboratory, &format!("R{serial}"), period, &today);
            let mut line = dose_result(report, 1, [person, post], period, dose + 1_000 * i64::from(serial));
            line["category"] = json!(["2A", "2E"][serial as usize % 2]);
            world.act(&signatory, Wish::new("dose_report.issued", report, header)).expect("issued");
            let said = world.act(&signatory, Wish::new("dose_result.reported", result, line)).expect("reported");
            let set = match serial % 3 {
                0 if period[0] == "2023-12-15" => json!({"dose_year": 2024}),
                1 => json!({"hp10_nsv": 700_000, "effective_nsv": 700_000}),
                _ => continue,
            };
            let wish = Wish::new("dose_result.corrected", result, json!({"set": set})).correcting(said);
            world.act(&signatory, wish).expect("corrected");
        }
    }
    // Both hospitals come under one county; a worker's latest result is then from one of them and from the other.
    let (mover, today) = (city.people["T_APPR"].clone(), world.today());
    let set = json!({"set": {"supervision_area": AREA}});
    let wish = Wish::new("institution.changed", city.other_hospital, set).on(&today);
    world.act(&mover, wish).expect("moved");
    for (day, (institution, person, post)) in (20..).zip(posts) {
        let (contract, laboratory) = contracts[&institution];
        let (report, result) = (world.id(), world.id());
        let last = format!("2024-02-{day}");
        let period = ["2024-02-15", last.as_str()];
        let header = dose_report(contract, laboratory, &format!("M{day}"), period, &today);
        world.act(&signatory, Wish::new("dose_report.issued", report, header)).expect("issued");
        let line = dose_result(report, 1, [person, post], period, 30_000);
        world.act(&signatory, Wish::new("dose_result.reported", result, line)).expect("reported");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_counts_once_a_year_with_all_his_employers() {
    let mut city = city(34);
    // Later results of one of them, out of order, at either employer, and a correction that moves one to another year.
    more_doses(&mut city);
    let server = serve(&city.world, Limits::default()).await;
    server.replay(&city.world).await;
    let token = server.login(&city.person("T_SUP")).await;
    let size = city.world.rows.len();
    let mut seen = BTreeMap::new();
    for at in (size / 2..size).step_by(3).chain([size - 1]) {
        let should = annual(&city, at + 1);
        let mut found = BTreeMap::new();
        for org in [city.hospital, city.other_hospital] {
            let asked = json!({"measure": "annual_doses", "by": ["dose_year", "category", "band"], "org": org, "asOf": at.to_string()});
            for row in rows(&ask(&server, &token, asked).await) {
                let value = |at: usize| row["values"][at]["value"].as_str().expect("a value").to_owned();
                found.insert((value(0), org, value(1), value(2)), (number(&row["value"]), number(&row["amount"])));
            }
        }
        assert_eq!(found, should, "at {at}");
        let whole = ask(&server, &token, json!({"measure": "annual_doses", "asOf": at.to_string()})).await;
        let sums = should.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        assert_eq!((number(&rows(&whole)[0]["value"]), number(&rows(&whole)[0]["amount"])), sums, "at {at}");
        seen.extend(found);
    }
    assert!(seen.len() >= 5, "{seen:?}");
    // In the county that has both there is a position at which one row takes him from here and another puts him there.
    let admin = server.database.config().connect(tokio_postgres::NoTls).await.expect("a superuser");
    let connection = tokio::spawn(admin.1);
    let twice: i64 = admin
        .0
        .query_one(
            "select count(*) from (select 1 from read.statistics where org is null and measure = 'annual_doses'
              group by area, key, position having count(*) = 2) twice",
            &[],
        )
        .await
        .expect("a count")
        .get(0);
    assert!(twice > 0);
    drop(admin.0);
    connection.await.expect("no panic").expect("closed");
    let by_area = ask(&server, &token, json!({"measure": "annual_doses", "by": ["area"]})).await;
    assert_eq!(rows(&by_area).len(), 1, "the past came along");
    // Counters that are built with next to no memory, from results looked up again and again, are the live ones.
    let pool =
        schema::connect(server.database.config(), schema::Role::Projector, &Passwords::for_tests()).expect("a pool");
    for (entries_max, stretch_events) in [(2, 7), (4, 3)] {
        let limits = BuildLimits { entries_max, stretch_events, ..BuildLimits::default() };
        let (version, _) = rebuild::build_within::<Statistics>(&pool, limits).await.expect("a build");
        let compared = rebuild::compare_with::<Statistics>(&pool, version).await.expect("a comparison");
        assert_eq!(compared.differing, (0, 0), "{compared:?}");
        rebuild::abandon::<Statistics>(&pool, version).await.expect("given up");
    }
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
            let lines = card["parts"].as_array().expect("parts").iter().chain([&card["total"]]);
            for row in lines {
                assert_eq!(row["drill"]["asOf"], home["position"]);
                assert_eq!(row["value"], json!(drilled(&server, &token, &row["drill"]).await), "{role} {card}");
            }
            cards.insert(card["name"].as_str().expect("a name").to_owned(), number(&card["total"]["value"]));
        }
        assert_eq!(cards["licences_expiring_90"], if role == "T_SUP" && area.is_none() { 2 } else { 1 }, "{role}");
        assert!(cards["radiology_institutions"] >= 1 && cards["workers"] >= 1, "{role}: {cards:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_laboratory_counts_what_it_reported_and_its_county_what_lies_there() {
    let mut city = city(35);
    more_doses(&mut city);
    let server = serve(&city.world, Limits::default()).await;
    server.replay(&city.world).await;
    let mut memory = projections::memory::Memory::default();
    for row in &city.world.rows {
        memory.fold(row.recorded_at, signing::envelope::statement_hash(&row.payload), &row.payload).expect("it folds");
    }
    let account = city.people["TSO_SIGN"].account;
    let signatory = memory.current.values().find(|row| row.kind == Kind::Account && row.id == account);
    let laboratory = signatory.and_then(|row| row.home.org).expect("a laboratory");
    let present = |kind: Kind| {
        memory
            .current
            .values()
            .filter(move |row| row.kind == kind && row.until.is_none() && row.home.filed_by == Some(laboratory))
    };
    let tokens = [server.login(&city.person("TSO_SIGN")).await, server.login(&city.person("T_SUP")).await];
    for (token, org) in [(&tokens[0], None), (&tokens[0], Some(laboratory)), (&tokens[1], Some(laboratory))] {
        for (dimension, value) in [("flag", "BELOW_MDL"), ("flag", "NORMAL"), ("state", "CORRECTED")] {
            let at = if dimension == "flag" { 4 } else { usize::MAX };
            let expected = present(Kind::DoseResult)
                .filter(|row| if at == 4 { row.facets[at] == value } else { row.state == value })
                .count();
            let asked = json!({"measure": "laboratory_results", "org": org, "where": [{"dimension": dimension, "anyOf": [value]}], "outOf": []});
            let answer = ask(&server, token, asked).await;
            assert_eq!(number(&rows(&answer)[0]["value"]), expected as i64, "{dimension} {value}");
            assert_eq!(number(&rows(&answer)[0]["denominator"]), present(Kind::DoseResult).count() as i64);
            assert_eq!(rows(&answer)[0]["value"], json!(drilled(&server, token, &rows(&answer)[0]["drill"]).await));
        }
        // Late: signed more than a month after the period; another limit is another condition.
        for limit in ["0001", "0400"] {
            let late = present(Kind::DoseReport).filter(|row| row.facets[5].as_str() >= limit).count();
            let asked = json!({"measure": "laboratory_reports", "org": org, "where": [{"dimension": "overdue", "from": limit}], "outOf": []});
            let answer = ask(&server, token, asked).await;
            assert_eq!(number(&rows(&answer)[0]["value"]), late as i64, "{limit}");
            assert_eq!(rows(&answer)[0]["value"], json!(drilled(&server, token, &rows(&answer)[0]["drill"]).await));
        }
    }
    // Its own numbers are the city's: by no area.
    let query = format!("{{ statistics(measure: \"laboratory_results\", area: \"{AREA}\") {{ position }} }}");
    assert!(server.ask(Some(&tokens[0]), &query, json!({})).await.get("errors").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_reads_his_own_years_and_nobody_s_else() {
    let (server, city) = serve_city(36).await;
    let query =
        "{ personYears(first: 50) { totalCount nodes { doseYear effectiveNsv person resultCount belowMdlCount employers
        worker { members { name { masked } } } institution { id } results { totalCount } } } }";
    let own = server.data(&server.login(&city.person("W_SELF")).await, query, json!({})).await["personYears"].clone();
    let years = own["nodes"].as_array().expect("years");
    assert!(!years.is_empty());
    assert!(years.iter().all(|year| year["person"] == years[0]["person"] && year["institution"].is_null()));
    let city_wide =
        server.data(&server.login(&city.person("T_SUP")).await, query, json!({})).await["personYears"].clone();
    let all = city_wide["nodes"].as_array().expect("years");
    assert!(all.len() > years.len(), "{all:?}");
    for year in all {
        let count = |name: &str| year[name].as_i64().expect("a count");
        assert!(count("resultCount") >= count("belowMdlCount") && count("employers") >= 1);
        assert!(year["worker"]["members"]["name"]["masked"].as_str().is_some_and(|name| name.contains('*')), "{year}");
        assert!(number(&year["results"]["totalCount"]) >= count("resultCount"));
    }
    // Roles that read no results read no years.
    let none =
        server.data(&server.login(&city.person("CDC_READ")).await, query, json!({})).await["personYears"].clone();
    assert_eq!(none["totalCount"], "0");
    for filter in ["state: [\"REPORTED\"]", "text: \"A\"", "facets: [{name: \"colour\", value: \"RED\"}]"] {
        let query = format!("{{ personYears(filter: {{{filter}}}) {{ totalCount }} }}");
        let token = server.login(&city.person("T_SUP")).await;
        assert!(server.ask(Some(&token), &query, json!({})).await.get("errors").is_some(), "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_are_counted_by_names_that_people_read() {
    let (server, city) = serve_city(37).await;
    let token = server.login(&city.person("T_SUP")).await;
    let answer = ask(&server, &token, json!({"measure": "warnings", "by": ["rule", "grade", "state"]})).await;
    assert!(!rows(&answer).is_empty());
    for value in rows(&answer).iter().flat_map(|row| row["values"].as_array().expect("values")) {
        assert!(value["zh"].as_str().is_some_and(|zh| !zh.is_ascii()), "{value}");
    }
}

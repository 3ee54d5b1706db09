//! Every list as every role: exactly what the policy lets the role read, told by the model and not by the service.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use api::Limits;
use domain::catalog::{Kind, State};
use domain::codes::Role;
use domain::policy::{Reach, policy};
use schema::read_model::ReadModel;
use serde_json::{Value as Json, json};
use signing::statement::RecordRef;
use support::{City, Server, city, serve, serve_city, serve_with};
use uuid::Uuid;

const LISTS: [(&str, Kind); 30] = [
    ("ledgers", Kind::Ledger),
    ("policies", Kind::Policy),
    ("accounts", Kind::Account),
    ("credentials", Kind::Credential),
    ("grants", Kind::Grant),
    ("erasures", Kind::Erasure),
    ("institutions", Kind::Institution),
    ("devices", Kind::Device),
    ("persons", Kind::Person),
    ("employments", Kind::Employment),
    ("licences", Kind::Licence),
    ("monitoringContracts", Kind::MonitoringContract),
    ("dosimeters", Kind::Dosimeter),
    ("doseReports", Kind::DoseReport),
    ("doseResults", Kind::DoseResult),
    ("parameters", Kind::Parameter),
    ("holidayTables", Kind::HolidayTable),
    ("codeLists", Kind::CodeList),
    ("imports", Kind::Import),
    ("attachments", Kind::Attachment),
    ("deviceTests", Kind::DeviceTest),
    ("investigations", Kind::Investigation),
    ("examResults", Kind::ExamResult),
    ("restrictions", Kind::Restriction),
    ("trainingRecords", Kind::TrainingRecord),
    ("certificates", Kind::Certificate),
    ("transfers", Kind::Transfer),
    ("warnings", Kind::Warning),
    ("desks", Kind::Desk),
    ("notifications", Kind::Notification),
];

/// Where a record belongs.
#[derive(Default)]
struct Place {
    org: Option<Uuid>,
    area: Option<String>,
    account: Option<Uuid>,
    /// The service organisation that filed it.
    filed_by: Option<Uuid>,
    /// The account of the worker to whom it belongs.
    worker: Option<Uuid>,
    /// The county on the other side of a transfer.
    other_area: Option<String>,
}

/// Where a record belongs: written here a second time, on purpose.
fn place(city: &City, record: &RecordRef) -> Place {
    let state = |record: &RecordRef| city.world.memory.record(record).map(|entry| entry.state.clone());
    let institution = |id: Uuid| {
        let institution = state(&RecordRef { kind: "institution".into(), id });
        let area = institution.and_then(|state| Some(state.institution()?.profile.supervision_area.to_string()));
        Place { org: Some(id), area, ..Place::default() }
    };
    // The area of somebody's place: that of his organisation, if he has both.
    let within = |org: Option<Uuid>, area: Option<&str>| {
        let area = area.and_then(|area| org.map_or(Some(area.to_owned()), |org| institution(org).area));
        Place { org, area, ..Place::default() }
    };
    let worker = |person: Uuid| {
        state(&domain::records::person::reference(person)).and_then(|state| state.person().expect("a person").account)
    };
    match state(record).expect("a record") {
        State::Ledger(_)
        | State::Policy(_)
        | State::Parameter(_)
        | State::HolidayTable(_)
        | State::CodeList(_)
        | State::Desk(_) => Place::default(),
        State::Warning(warning) => {
            let own = warning.institution.map_or_else(|| place(city, &warning.subject), institution);
            Place { worker: warning.person.and_then(worker), ..own }
        }
        State::Notification(notification) => {
            Place { account: None, worker: None, ..place(city, &notification.order.about) }
        }
        State::Import(import) => institution(import.institution),
        State::Attachment(file) => match (&file.institution, &file.person) {
            (Some(id), _) => institution(*id),
            (None, Some(person)) => Place { worker: worker(person.id), ..place(city, person) },
            (None, None) => unreachable!("a file has an owner"),
        },
        State::Institution(_) => institution(record.id),
        State::Device(device) => institution(device.profile.institution),
        State::Licence(licence) => institution(licence.profile.institution),
        State::Person(person) => Place { account: person.account, ..institution(person.institution) },
        State::Transfer(transfer) => {
            let request = &transfer.request;
            let org = request.from_institution.or(request.to_institution);
            let text = |area: &Option<compact_str::CompactString>| area.as_ref().map(ToString::to_string);
            Place {
                org,
                area: text(&request.from_area).or_else(|| text(&request.to_area)),
                other_area: text(&request.to_area),
                filed_by: request.to_institution,
                worker: worker(request.person.id),
                account: None,
            }
        }
        State::Employment(employment) => {
            Place { worker: worker(employment.person), ..institution(employment.institution) }
        }
        State::TrainingRecord(record) => Place { worker: worker(record.person.id), ..institution(record.institution) },
        State::Certificate(certificate) => {
            Place { worker: worker(certificate.person.id), ..institution(certificate.institution) }
        }
        State::MonitoringContract(contract) => {
            Place { filed_by: Some(contract.terms.laboratory), ..institution(contract.terms.institution) }
        }
        State::Dosimeter(dosimeter) => Place {
            filed_by: Some(dosimeter.issue.laboratory),
            worker: worker(dosimeter.issue.person.id),
            ..institution(dosimeter.issue.institution)
        },
        State::DoseReport(report) => {
            place(city, &domain::records::monitoring_contract::reference(report.header.contract))
        }
        State::DoseResult(result) => Place {
            filed_by: place(city, &domain::records::dose_report::reference(result.report)).filed_by,
            ..place(city, &domain::records::employment::reference(result.employment))
        },
        State::DeviceTest(test) => Place { filed_by: test.laboratory, ..institution(test.institution) },
        State::Investigation(investigation) => Place {
            filed_by: investigation.laboratory,
            ..place(city, &domain::records::employment::reference(investigation.employment))
        },
        State::ExamResult(exam) => Place {
            filed_by: exam.report().map(|report| report.examiner),
            worker: worker(exam.person.id),
            ..institution(exam.institution)
        },
        State::Restriction(restriction) => {
            Place { worker: worker(restriction.person.id), ..institution(restriction.institution) }
        }
        // Staff of a service organisation have no area: they are the city's matter.
        State::Account(account) => Place { account: Some(record.id), ..within(account.org, account.area.as_deref()) },
        State::Grant(grant) => {
            Place { account: Some(grant.given.account), ..within(grant.given.org, grant.given.area.as_deref()) }
        }
        State::Credential(credential) => place(city, &RecordRef { kind: "account".into(), id: credential.account }),
        State::Erasure(erasure) => place(city, &erasure.found_in),
    }
}

fn expected(city: &City, role: &str, kind: Kind) -> BTreeSet<String> {
    let person = city.person(role);
    let grant = RecordRef { kind: "grant".into(), id: person.grant.expect("a grant") };
    let entry = city.world.memory.record(&grant).expect("the grant").clone();
    let given = &entry.state.grant().expect("a grant").given;
    let reach = policy(8).expect("a policy").reads(Role::parse(role).expect("a role"), kind);
    let all = city.world.memory.records().filter(|(record, _)| record.kind == kind.as_str());
    let seen = all.filter(|(record, _)| {
        let place = place(city, record);
        match reach {
            None => false,
            Some(Reach::City) => true,
            Some(Reach::Area) => {
                given.area.is_some()
                    && [place.area.as_deref(), place.other_area.as_deref()].contains(&given.area.as_deref())
            }
            Some(Reach::Unit) => given.org.is_some() && [place.org, place.filed_by].contains(&given.org),
            Some(Reach::Own) => [place.account, place.worker].contains(&Some(person.account)),
        }
    });
    seen.map(|(record, _)| format!("{}/{}", record.kind, record.id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_as_every_role() {
    let city = city(20);
    let server = serve(&city.world, Limits::default()).await;
    lists_as_every_role(&server, &city).await;
}

/// What protects is PostgreSQL: the service's own narrowing is for speed.
#[tokio::test(flavor = "multi_thread")]
async fn every_list_as_every_role_by_row_level_security_alone() {
    let city = city(20);
    let server = serve_with(&city.world, Limits::default(), ReadModel::without_own_filter).await;
    lists_as_every_role(&server, &city).await;
}

async fn lists_as_every_role(server: &Server, city: &City) {
    server.replay(&city.world).await;
    let roles: Vec<&str> = city.people.keys().copied().collect();
    assert_eq!(roles.len(), Role::ALL.len(), "somebody of every role: {roles:?}");
    let (mut seen_all, mut seen_warned) = (0, 0);
    for role in roles {
        let token = server.login(&city.person(role)).await;
        for (list, kind) in LISTS {
            let query = format!(
                "{{ {list}(first: 100) {{ totalCount totalIsExact nodes {{ id }} pageInfo {{ hasNextPage }} }} }}"
            );
            let data = server.data(&token, &query, json!({})).await;
            let page = &data[list];
            assert_eq!(page["pageInfo"]["hasNextPage"], false, "{list} fits one page");
            let seen: BTreeSet<String> = page["nodes"]
                .as_array()
                .expect("nodes")
                .iter()
                .map(|node| node["id"].as_str().expect("an id").to_owned())
                .collect();
            let expected = expected(city, role, kind);
            assert_eq!(seen, expected, "{list} as {role}");
            assert_eq!(page["totalCount"], expected.len().to_string(), "{list} as {role}");
            seen_all += seen.len();
        }
        seen_warned += warned_as(server, &token, city, role).await;
        // The feed is the events of these records and of no other, in order.
        let visible: BTreeSet<String> = LISTS.iter().flat_map(|(_, kind)| expected(city, role, *kind)).collect();
        let of_these = |row: &&support::world::Row| visible.contains(&record_of(row));
        let positions: Vec<u64> = city.world.rows.iter().filter(of_these).map(|row| row.position).collect();
        assert_eq!(feed(server, &token).await, positions, "the feed of {role}");
        // What happened between two moments: told by these events, and the same by pages and in numbers.
        let last = city.world.rows.len() as u64 - 1;
        for (from, to) in [(None, last), (Some(last / 3), last), (Some(last - 30), last), (Some(last / 4), last / 2)] {
            let (told, counted) = changes_told(city, &visible, from, to);
            let (shown, counts) = changes_shown(server, &token, from, to).await;
            assert_eq!(shown, told, "changes of {role} after {from:?} up to {to}");
            assert_eq!(counts, counted, "numbers of {role} after {from:?} up to {to}");
        }
    }
    assert!(seen_all > 300, "the test has something to see: {seen_all}");
    assert!(seen_warned > 30, "and warnings to find it by: {seen_warned}");
}

/// What is listed by open warnings is what a role reads of that about which it reads an open warning: no list tells of a
/// warning that its reader does not see. How many were found.
async fn warned_as(server: &Server, token: &str, city: &City, role: &str) -> usize {
    let mut named: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for id in expected(city, role, Kind::Warning) {
        let id = id.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
        let entry = city.world.memory.record(&domain::records::warning::reference(id)).expect("a warning");
        let warning = entry.state.warning().expect("a warning");
        if domain::records::warning::is_over(warning.state) {
            continue;
        }
        let lies = place(city, &domain::records::warning::reference(id));
        let about = [
            ("institutions", lies.org.map(|org| format!("institution/{org}"))),
            ("persons", warning.person.map(|person| format!("person/{person}"))),
            ("employments", warning.person.map(|person| person.to_string())),
            ("devices", Some(format!("{}/{}", warning.subject.kind, warning.subject.id))),
            ("licences", Some(format!("{}/{}", warning.subject.kind, warning.subject.id))),
        ];
        for (list, record) in about {
            named.entry((list, warning.grade.as_str())).or_default().extend(record);
        }
    }
    let now = json!(null);
    let last = json!((city.world.rows.len() - 1).to_string());
    let mut found = 0;
    for (list, kind) in [
        ("institutions", Kind::Institution),
        ("persons", Kind::Person),
        ("employments", Kind::Employment),
        ("devices", Kind::Device),
        ("licences", Kind::Licence),
    ] {
        // What of a record a warning names: itself, or the worker whose post it is.
        let naming = |id: &String| match kind {
            Kind::Employment => {
                let post =
                    RecordRef { kind: "employment".into(), id: id["employment/".len()..].parse().expect("an id") };
                let entry = city.world.memory.record(&post).expect("a post");
                entry.state.employment().expect("a post").person.to_string()
            }
            _ => id.clone(),
        };
        let read = expected(city, role, kind);
        for grade in ["RED", "ORANGE", "YELLOW", "BLUE"] {
            let query = format!(
                "query ($grade: [String!], $asOf: Position) {{ {list}(first: 100, asOf: $asOf, filter: {{warned: $grade}}) {{ nodes {{ id }} }} }}"
            );
            let named = named.get(&(list, grade));
            let should: BTreeSet<String> =
                read.iter().filter(|id| named.is_some_and(|named| named.contains(&naming(id)))).cloned().collect();
            for as_of in [&now, &last] {
                let data = server.data(token, &query, json!({"grade": [grade], "asOf": as_of})).await;
                let nodes = data[list]["nodes"].as_array().expect("nodes").iter();
                let seen: BTreeSet<String> = nodes.map(|node| node["id"].as_str().expect("an id").into()).collect();
                assert_eq!(seen, should, "{list} with open warnings of grade {grade} as {role} at {as_of}");
            }
            found += should.len();
        }
    }
    found
}

/// Record of an event, as its node's id.
fn record_of(row: &support::world::Row) -> String {
    let object = signing::json::read_stored(&row.payload).expect("a payload");
    let record = object.get("record").and_then(|record| record.as_object()).expect("a record");
    let text = |name| record.get(name).and_then(|value| value.as_text()).expect("text").to_owned();
    format!("{}/{}", text("kind"), text("id"))
}

/// A change: record, position of its last event, version before (0: none) and after, entered, changed, corrected, closed.
type Change = (String, u64, u32, u32, [bool; 4]);
/// Numbers by kind and area: records, events, entered, changed, corrected, closed.
type Numbers = BTreeMap<(String, Option<String>), [u64; 6]>;

/// The changes of these records, told by the events of the world.
fn changes_told(city: &City, visible: &BTreeSet<String>, from: Option<u64>, to: u64) -> (Vec<Change>, Numbers) {
    let mut changes: BTreeMap<String, (Change, u64)> = BTreeMap::new();
    for row in &city.world.rows {
        let record = record_of(row);
        if from.is_some_and(|from| row.position <= from) || row.position > to || !visible.contains(&record) {
            continue;
        }
        let object = signing::json::read_stored(&row.payload).expect("a payload");
        let version = object.get("version").and_then(|version| version.as_integer()).expect("a version") as u32;
        let corrects = object.get("meaning").and_then(|meaning| meaning.as_text()) == Some("correction");
        let first = || ((record.clone(), 0, version - 1, 0, [version == 1, false, false, false]), 0);
        let (change, events) = changes.entry(record.clone()).or_insert_with(first);
        (change.1, change.3) = (row.position, version);
        change.4[1] |= version > 1 && !corrects;
        change.4[2] |= corrects;
        *events += 1;
    }
    let mut numbers = Numbers::new();
    for (record, (change, events)) in &mut changes {
        let (kind, id) = record.split_once('/').expect("a global id");
        let record = RecordRef { kind: kind.into(), id: id.parse().expect("an id") };
        let entry = city.world.memory.record(&record).expect("a record");
        // The state at the end is known here of records to which nothing happened later; of the others the test says nothing.
        change.4[3] = closed(&entry.state);
        let counts = numbers.entry((kind.to_owned(), place(city, &record).area)).or_default();
        counts[0] += 1;
        counts[1] += *events;
        counts[2..].iter_mut().zip(change.4).for_each(|(count, is)| *count += u64::from(is));
    }
    let mut changes: Vec<Change> = changes.into_values().map(|(change, _)| change).collect();
    changes.sort_unstable_by_key(|change| std::cmp::Reverse(change.1));
    (changes, numbers)
}

/// Whether a life is over: written here a second time, for the kinds of which one ends in this city.
fn closed(state: &State) -> bool {
    match state {
        State::Employment(employment) => employment.state == domain::person_codes::EmploymentState::Ended,
        State::Device(device) => device.state == domain::codes::DeviceState::Decommissioned,
        State::Grant(grant) => grant.ended,
        _ => false,
    }
}

/// The same as the service shows it, page by page.
async fn changes_shown(server: &Server, token: &str, from: Option<u64>, to: u64) -> (Vec<Change>, Numbers) {
    let query = "query ($from: Position, $to: Position, $after: String) { changes(from: $from, to: $to, first: 17, after: $after) { \
        nodes { id position versionBefore versionAfter what label state area } pageInfo { hasNextPage endCursor } \
        counts { kind area records events entered changed corrected closed } } }";
    let (mut changes, mut after) = (Vec::new(), json!(null));
    let number = |value: &serde_json::Value| value.as_str().and_then(|text| text.parse::<u64>().ok());
    loop {
        let variables = json!({"from": from.map(|from| from.to_string()), "to": to.to_string(), "after": after});
        let page = server.data(token, query, variables).await["changes"].clone();
        for node in page["nodes"].as_array().expect("nodes") {
            let version = |name: &str| number(&node[name]).unwrap_or_default() as u32;
            let what = ["ENTERED", "CHANGED", "CORRECTED", "CLOSED"]
                .map(|what| node["what"].as_array().expect("a list").contains(&json!(what)));
            let id = node["id"].as_str().expect("an id").to_owned();
            let position = number(&node["position"]).expect("a position");
            changes.push((id, position, version("versionBefore"), version("versionAfter"), what));
        }
        if page["pageInfo"]["hasNextPage"] == true {
            after = page["pageInfo"]["endCursor"].clone();
            continue;
        }
        let counts = page["counts"].as_array().expect("numbers").iter().map(|count| {
            let text = |name: &str| count[name].as_str().map(str::to_owned);
            let numbers = ["records", "events", "entered", "changed", "corrected", "closed"];
            let numbers = numbers.map(|name| number(&count[name]).expect("a number"));
            ((text("kind").expect("a kind"), text("area")), numbers)
        });
        return (changes, counts.collect());
    }
}

/// Positions of all events that somebody is shown, page by page.
async fn feed(server: &Server, token: &str) -> Vec<u64> {
    let query = "query ($after: Position) { events(first: 37, after: $after) { nodes { position } pageInfo { hasNextPage endCursor } } }";
    let (mut positions, mut after) = (Vec::new(), json!(null));
    loop {
        let page = server.data(token, query, json!({"after": after})).await["events"].clone();
        let nodes = page["nodes"].as_array().expect("nodes");
        let position = |node: &serde_json::Value| node["position"].as_str().and_then(|text| text.parse::<u64>().ok());
        positions.extend(nodes.iter().map(|node| position(node).expect("a position")));
        if page["pageInfo"]["hasNextPage"] == false {
            return positions;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Who employs a worker reads his file, whoever registered it; the laboratory reads what it reported, and no file.
#[tokio::test(flavor = "multi_thread")]
async fn a_workers_file_is_open_to_all_his_employers() {
    let (server, city) = serve_city(23).await;
    let worker = city.world.memory.records().find_map(|(record, entry)| {
        let person = entry.state.person()?;
        person.account.map(|_| record.id)
    });
    let query = "query ($id: ID!) { node(id: $id) { id ... on Person { doses { lifeNsv } history(first: 1) { nodes { id } } } } }";
    let id = json!({"id": format!("person/{}", worker.expect("a worker with an account"))});
    for (who, opens) in [
        (&city.other_officer, true),
        (&city.person("I_RPO"), true),
        (&city.person("W_SELF"), true),
        (&city.person("TSO_SIGN"), false),
        (&city.person("CDC_READ"), false),
    ] {
        let token = server.login(who).await;
        let node = server.data(&token, query, id.clone()).await["node"].clone();
        assert_eq!(!node.is_null(), opens, "{node}");
        if opens {
            assert_eq!(node["history"]["nodes"].as_array().map(Vec::len), Some(1), "{node}");
            assert!(node["doses"]["lifeNsv"].as_str().is_some_and(|sum| sum != "0"), "{node}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_between_two_moments_is_closed_and_before_it_is_not() {
    let (server, mut city) = serve_city(24).await;
    let officer = city.other_officer.clone();
    let of_hospital = city.world.memory.records().find(|(_, entry)| {
        entry.state.employment().is_some_and(|employment| employment.institution == city.other_hospital)
    });
    let employment = of_hospital.expect("an employment").0.id;
    let today = city.world.today();
    let before = city.world.rows.len() as u64 - 1;
    for wish in [
        support::world::Wish::new("employment.suspended", employment, json!({"reason": "SICK"})).on(&today),
        support::world::Wish::new("employment.ended", employment, json!({"reason": "RETIRE"})).on(&today),
    ] {
        let unit = city.world.sign(&officer, &[wish]).expect("made");
        city.world.submit(&unit).expect("admitted");
        server.set_now(city.world.now);
        assert_eq!(server.append(&unit).await["__typename"], "Appended");
    }
    let id = format!("employment/{employment}");
    let changed = |what: [bool; 4], last: u64, version: u32| (id.clone(), last, 2, version, what);
    let none = server.login(&city.person("I_RPO")).await;
    let token = server.login(&officer).await;
    for (from, to, what) in [
        (before, before + 1, Some(changed([false, true, false, false], before + 1, 3))),
        (before, before + 2, Some(changed([false, true, false, true], before + 2, 4))),
        (before - 1, before, None),
    ] {
        let (shown, counts) = changes_shown(&server, &token, Some(from), to).await;
        let shown: Vec<Change> = shown.into_iter().filter(|change| change.0 == id).collect();
        assert_eq!(shown, what.clone().into_iter().collect::<Vec<_>>(), "after {from} up to {to}");
        let ended: u64 = counts.iter().filter(|((kind, _), _)| kind == "employment").map(|(_, counts)| counts[5]).sum();
        assert_eq!(ended, u64::from(what.is_some_and(|what| what.4[3])));
        let (others, _) = changes_shown(&server, &none, Some(from), to).await;
        assert!(others.iter().all(|change| change.0 != id), "another hospital's employment");
    }
    // So much of the log is never looked through for one answer.
    let limits = Limits { changes_max: 10, ..Limits::default() };
    let small = serve(&city.world, limits).await;
    small.replay(&city.world).await;
    let token = small.login(&officer).await;
    let answer = small.ask(Some(&token), "{ changes { from } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["limit"], "changesMax", "{answer}");
    let near = format!("{{ changes(from: \"{before}\") {{ to }} }}");
    assert_eq!(small.data(&token, &near, json!({})).await["changes"]["to"], (before + 2).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_reached_around_the_lists() {
    let (server, city) = serve_city(21).await;
    let officer = server.login(&city.person("I_RPO")).await;
    let foreign = format!("institution/{}", city.other_hospital);
    let own = format!("institution/{}", city.hospital);
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(server.data(&officer, node, json!({"id": own})).await["node"]["id"], json!(own));
    assert_eq!(server.data(&officer, node, json!({"id": foreign})).await["node"], json!(null));

    // Every event, by position and by id, is visible exactly when its record is.
    for row in &city.world.rows {
        let object = signing::json::read_stored(&row.payload).expect("a payload");
        let id = object.get("id").and_then(|id| id.as_text()).expect("an id").to_owned();
        let record = object.get("record").and_then(|record| record.as_object()).expect("a record");
        let text = |name| record.get(name).and_then(|value| value.as_text()).expect("text").to_owned();
        let kind = Kind::parse(&text("kind")).expect("a kind");
        let visible = expected(&city, "I_RPO", kind).contains(&format!("{}/{}", text("kind"), text("id")));
        let query = "query ($id: UUID!, $position: Position!) { a: event(id: $id) { id } b: event(position: $position) { id } }";
        let data = server.data(&officer, query, json!({"id": id, "position": row.position.to_string()})).await;
        let wanted = if visible { json!({"id": id}) } else { json!(null) };
        assert_eq!((&data["a"], &data["b"]), (&wanted, &wanted), "position {}", row.position);
    }

    // The feed shows the same, in order.
    let feed = "query ($after: Position) { events(first: 100, after: $after) {
        nodes { position record { node } } pageInfo { hasNextPage } } }";
    let (mut nodes, mut after): (Vec<Json>, Json) = (Vec::new(), json!(null));
    loop {
        let page = server.data(&officer, feed, json!({"after": after})).await;
        nodes.extend(page["events"]["nodes"].as_array().expect("nodes").iter().cloned());
        if page["events"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = nodes.last().expect("a full page")["position"].clone();
    }
    let visible: BTreeSet<String> = LISTS.iter().flat_map(|(_, kind)| expected(&city, "I_RPO", *kind)).collect();
    let records: BTreeSet<String> =
        nodes.iter().map(|node| node["record"]["node"].as_str().expect("text").to_owned()).collect();
    assert_eq!(records, visible);
    let positions: Vec<u64> =
        nodes.iter().map(|node| node["position"].as_str().expect("text").parse().expect("a number")).collect();
    assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));

    // A filter cannot ask for more, an edge does not lead out.
    let query = "query ($org: UUID!) { devices(filter: {org: $org}) { totalCount nodes { id } } }";
    assert_eq!(server.data(&officer, query, json!({"org": city.other_hospital})).await["devices"]["totalCount"], "0");

    // Of a record that he may not see, prepare tells nothing, not even that it is there.
    let prepare =
        "mutation ($input: PrepareInput!) { prepare(input: $input) { payload head { version } refusal { code } } }";
    let input = json!({"type": "institution.suspended", "record": {"kind": "institution", "id": city.other_hospital}, "effectiveOn": city.world.today()});
    let answer = server.data(&officer, prepare, json!({"input": input})).await;
    assert_eq!(answer["prepare"], json!({"payload": null, "head": null, "refusal": {"code": "not_authorised"}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_there_is_the_ledger_and_nothing_else() {
    let (server, _city) = serve_city(22).await;
    let answer = server
        .ask(None, "{ ledger { id size policyVersion limits { pageMax } } catalogue viewer { account } }", json!({}))
        .await;
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(answer["data"]["ledger"]["limits"]["pageMax"], 100);
    assert_eq!(answer["data"]["catalogue"]["what"], "catalogue");
    assert_eq!(answer["data"]["viewer"], json!(null));
    let fields = server.ask(None, "{ __schema { queryType { fields { name } } } }", json!({})).await;
    let fields = fields["data"]["__schema"]["queryType"]["fields"].as_array().expect("fields").clone();
    let open = ["ledger", "catalogue", "viewer"];
    let mut asked = 0;
    for field in fields {
        let name = field["name"].as_str().expect("a name").to_owned();
        if open.contains(&name.as_str()) {
            continue;
        }
        let query = match name.as_str() {
            "node" => "{ node(id: \"device/6f1c1a52-3b0e-4c43-9d0e-0123456789ab\") { id } }".to_owned(),
            "event" => "{ event(position: \"0\") { id } }".to_owned(),
            "receipt" => "{ receipt(id: \"6f1c1a52-3b0e-4c43-9d0e-0123456789ab\") { id } }".to_owned(),
            "proof" => "{ proof(position: \"0\") }".to_owned(),
            "statistics" => "{ statistics(measure: \"devices\") { position } }".to_owned(),
            "statisticMeasures" => "{ statisticMeasures { name } }".to_owned(),
            "home" => "{ home { on } }".to_owned(),
            "warningRules" => "{ warningRules { id } }".to_owned(),
            "search" => "{ search(text: \"示范\") { id } }".to_owned(),
            "changes" => "{ changes { from } }".to_owned(),
            "diff" => "{ diff(id: \"device/6f1c1a52-3b0e-4c43-9d0e-0123456789ab\") { versionAfter } }".to_owned(),
            "transferFlow" => "{ transferFlow(from: \"2026-01-01\", until: \"2027-01-01\") { requested } }".to_owned(),
            "doseWorkers" => format!("{{ doseWorkers(contract: \"{}\", lines: []) {{ person }} }}", Uuid::nil()),
            "importJobs" => "{ importJobs { id } }".to_owned(),
            "importJob" => format!("{{ importJob(id: \"{}\") {{ id }} }}", Uuid::nil()),
            "drafts" => "{ drafts { id } }".to_owned(),
            "accessLog" => "{ accessLog { before } }".to_owned(),
            "takenLog" => "{ takenLog { before } }".to_owned(),
            "inbox" => "{ inbox { more } }".to_owned(),
            list => format!("{{ {list} {{ pageInfo {{ hasNextPage }} }} }}"),
        };
        let answer = server.ask(None, &query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{name}: {answer}");
        asked += 1;
    }
    assert_eq!(asked, 51, "every field of the root");
    let some = "6f1c1a52-3b0e-4c43-9d0e-0123456789ab";
    for act in [
        "prepare(input: {type: \"device.moved\", record: {kind: \"device\"}}) { id }".to_owned(),
        format!("unmask(event: \"{some}\", pointer: \"/data/name\", purpose: OWN) {{ value }}"),
        format!("saveDraft(id: \"{some}\", eventType: \"device.moved\", text: \"{{}}\") {{ id }}"),
        format!("discardDraft(id: \"{some}\")"),
        format!("importMap(id: \"{some}\", acceptWarnings: true) {{ id }}"),
        format!("importDelete(id: \"{some}\")"),
    ] {
        let answer = server.ask(None, &format!("mutation {{ {act} }}"), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{act}: {answer}");
    }
}

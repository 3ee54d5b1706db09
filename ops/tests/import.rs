//! `import dose` as a laboratory uses it: the executable against a served demonstration, over HTTP, on PostgreSQL.

#[path = "support/site.rs"]
mod site;
mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value as Json, json};
use site::{Site, Somebody};
use support::{radledger, run};

const SIGNED_ON: &str = "2026-11-24";

impl Site {
    /// Reports and results that the laboratory filed; the desk says things of its own meanwhile.
    fn filed(&self, who: &Somebody) -> u64 {
        let number = |value: &Json| value.as_str().expect("a size").parse::<u64>().expect("a number");
        let size = number(&self.ask(who, "{ ledger { size } }", json!({}))["ledger"]["size"]);
        let query = "query ($at: Position) { doseReports(first: 1, atLeast: $at) { totalCount }
            doseResults(first: 1, atLeast: $at) { totalCount } }";
        let answer = self.ask(who, query, json!({"at": (size - 1).to_string()}));
        number(&answer["doseReports"]["totalCount"]) + number(&answer["doseResults"]["totalCount"])
    }

    fn import(&self, who: &Somebody, file: &Path) -> Command {
        let mut command = radledger(&self.data);
        command.args(["import", "dose"]).arg(file).args(["--json", "--url", &self.url, "--key"]).arg(&who.key);
        command
    }

    /// What the command says, and how it ends.
    fn imported(&self, who: &Somebody, file: &Path, more: &[&str]) -> (Option<i32>, Json) {
        let output = run(self.import(who, file).args(more));
        let told = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code(), told)
    }
}

/// A worker under contract, as a laboratory's file names him.
#[derive(Debug, Clone)]
struct Worker {
    credit_code: String,
    worker_no: String,
    name: String,
    last_four: String,
}

/// The signatory of a laboratory with workers under contract, and those workers.
fn laboratory(site: &Site) -> (Somebody, Vec<Worker>) {
    let city = site.somebodies("T_SUP").pop().expect("a supervisor");
    let mut best: Option<(Somebody, Vec<Worker>)> = None;
    for signatory in site.somebodies("TSO_SIGN") {
        let laboratory = site.ask(
            &signatory,
            "query ($id: ID!) { node(id: $id) { ... on Institution { members { documents { from until } } } } \
              monitoringContracts(first: 100, filter: {state: [\"CONCLUDED\"]}) { nodes { clientCode members { institution laboratory from until } } } }",
            json!({"id": format!("institution/{}", signatory.org.as_str().expect("an organisation"))}),
        );
        let documents = laboratory.pointer("/node/members/documents").and_then(Json::as_array).cloned();
        let qualified = documents.into_iter().flatten().any(|paper| {
            paper["from"].as_str() <= Some(SIGNED_ON) && paper["until"].as_str().is_none_or(|until| until > SIGNED_ON)
        });
        let mut workers = Vec::new();
        for contract in laboratory["monitoringContracts"]["nodes"].as_array().expect("a list") {
            let terms = &contract["members"];
            let holds = terms["until"].is_null() && terms["from"].as_str() < Some("2026-07-01");
            if workers.len() < 12 && qualified && holds && terms["laboratory"] == signatory.org {
                workers.extend(at_work(site, &city, contract));
            }
        }
        if best.as_ref().is_none_or(|(_, known)| known.len() < workers.len()) {
            best = Some((signatory, workers));
        }
    }
    best.expect("a laboratory")
}

/// Who works there since a while; some with name and number, which a supervisor may look up.
fn at_work(site: &Site, city: &Somebody, contract: &Json) -> Vec<Worker> {
    let posts = site.ask(
        city,
        "query($org: UUID!) { employments(first: 100, filter: {org: $org, state: [\"ACTIVE\"]}) { nodes { label \
          members { active { from until } } worker { members { name { event pointer } residentNo { event pointer } } } } } }",
        json!({"org": contract["members"]["institution"]}),
    );
    let unmask = |seal: &Json| {
        let query = "mutation($event: UUID!, $pointer: String!) { unmask(event: $event, pointer: $pointer, purpose: MATCHING) { value } }";
        let shown = site.ask(city, query, json!({"event": seal["event"], "pointer": seal["pointer"]}));
        shown["unmask"]["value"].as_str().map(str::to_owned)
    };
    let mut workers = Vec::new();
    for post in posts["employments"]["nodes"].as_array().expect("a list") {
        let since = post["members"]["active"].as_array().and_then(|active| active.last()).expect("he is active");
        let person = &post["worker"]["members"];
        if since["from"].as_str() >= Some("2026-07-01") || person["residentNo"].is_null() {
            continue;
        }
        let (name, number) = (unmask(&person["name"]), unmask(&person["residentNo"]));
        // Whose key was destroyed has neither.
        let Some((name, number)) = name.zip(number) else { continue };
        workers.push(Worker {
            credit_code: contract["clientCode"].as_str().expect("a code").to_owned(),
            worker_no: post["label"].as_str().expect("a number").to_owned(),
            name,
            last_four: number[number.len() - 4..].to_owned(),
        });
        if workers.len() == 8 {
            break;
        }
    }
    workers
}

/// A workbook as a laboratory's program writes it: a title, a header with units, real dates.
fn workbook(path: &Path, rows: &[Row<'_>]) {
    let mut book = Workbook::new();
    let (sheet, day) = (book.add_worksheet(), Format::new().set_num_format("yyyy/m/d"));
    sheet.write(0, 0, "个人剂量监测报告（示例）").expect("written");
    let header = [
        "工作人员编号",
        "姓名",
        "身份证后四位",
        "剂量计编号",
        "佩戴部位",
        "周期起",
        "周期止",
        "Hp(10)（μSv）",
        "最低探测水平（μSv）",
        "报告编号",
        "签发日期",
        "统一社会信用代码",
    ];
    for (column, text) in (0..).zip(header) {
        sheet.write(2, column, text).expect("written");
    }
    for (at, row) in (3..).zip(rows) {
        let worker = row.worker;
        let texts = [
            (0, worker.worker_no.as_str()),
            (1, &worker.name),
            (2, &worker.last_four),
            (3, &row.dosimeter),
            (4, row.position),
            (9, &row.report),
            (10, SIGNED_ON),
            (11, &worker.credit_code),
        ];
        for (column, text) in texts {
            sheet.write(at, column, text).expect("written");
        }
        for (column, date) in [(5, &row.from), (6, &row.to)] {
            let date = ExcelDateTime::parse_from_str(date).expect("a date");
            sheet.write_with_format(at, column, &date, &day).expect("written");
        }
        match row.usv {
            Some(usv) => sheet.write(at, 7, usv).expect("written"),
            None => sheet.write(at, 7, "<MDL").expect("written"),
        };
        sheet.write(at, 8, 20).expect("written");
    }
    book.save(path).expect("saved");
}

#[derive(Clone)]
struct Row<'a> {
    worker: &'a Worker,
    dosimeter: String,
    position: &'static str,
    from: String,
    to: String,
    usv: Option<f64>,
    report: String,
}

#[test]
fn a_file_is_imported_once_and_whole_or_not_at_all() {
    let site = Site::start();
    let (signatory, workers) = laboratory(&site);
    assert!(workers.len() >= 8, "the demonstration has workers under contract: {}", workers.len());
    good_again_and_bad(&site, &signatory, &workers);
    interrupted(&site, &signatory, &workers);
    let verified = run(radledger(&site.data).args(["verify", "--replay"]));
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

fn good_again_and_bad(site: &Site, signatory: &Somebody, workers: &[Worker]) {
    let file = site.data.join("good.xlsx");
    let good: Vec<Row<'_>> = (1..)
        .zip(workers)
        .map(|(number, worker)| Row {
            worker,
            dosimeter: format!("T{number}"),
            position: "背部",
            from: "2026-10-01".into(),
            to: "2026-10-31".into(),
            usv: (number % 2 == 0).then_some(f64::from(number) * 10.5 + 20.0),
            report: format!("试验-{}", worker.credit_code),
        })
        .collect();
    workbook(&file, &good);
    let before = site.filed(signatory);
    let (code, told) = site.imported(signatory, &file, &["--dry-run"]);
    assert_eq!((code, &told["appended"], &told["errors"]), (Some(0), &json!(0), &json!(0)), "{told}");
    assert_eq!(site.filed(signatory), before, "a dry run writes nothing");

    let (code, told) = site.imported(signatory, &file, &[]);
    assert_eq!((code, &told["rows"]), (Some(0), &json!(good.len())), "{told}");
    let events = told["events"].as_u64().expect("a number");
    assert_eq!((told["appended"].as_u64(), told["known"].as_u64()), (Some(events), Some(0)), "{told}");
    let position =
        |at: usize| told["positions"][at].as_str().and_then(|at| at.parse::<u64>().ok()).expect("a position");
    // What the service says of its own may stand between.
    assert!(position(1) + 1 - position(0) >= events, "in one stretch: {told}");
    let after = before + events;
    assert_eq!(site.filed(signatory), after);
    // Half of the detectable level for those below it, whole nanosievert for the others.
    let read = |usv: &Option<f64>| usv.map_or(10_000, |usv| (usv * 1000.0) as i64);
    assert_eq!(told["sum_nsv"], good.iter().map(|row| read(&row.usv)).sum::<i64>().to_string());

    let (code, told) = site.imported(signatory, &file, &[]);
    assert_eq!((code, told["appended"].as_u64(), told["known"].as_u64()), (Some(0), Some(0), Some(events)), "{told}");
    assert_eq!(site.filed(signatory), after);

    // The same reports with another value: what was reported is corrected, not reported again.
    let mut other = good.clone();
    other[0].usv = Some(99.0);
    workbook(&file, &other);
    let (code, told) = site.imported(signatory, &file, &[]);
    let codes = |told: &Json| -> Vec<(u64, String)> {
        let problems = told["problems"].as_array().expect("a list").iter();
        problems
            .filter(|problem| problem["severity"] == "error")
            .map(|found| (found["row"].as_u64().expect("a row"), found["code"].as_str().expect("a code").into()))
            .collect()
    };
    assert_eq!((code, codes(&told)), (Some(1), vec![(4, "row.reported".to_owned())]), "{told}");
    assert_eq!(site.filed(signatory), after, "nothing of it is appended");

    // Faults of the file, and of what the ledger knows better.
    let mut bad: Vec<Row<'_>> = good.iter().take(4).cloned().collect();
    let [mut renamed, mut mistyped, mut unknown] = [0, 1, 2].map(|at| bad[at].worker.clone());
    renamed.name = "另一人".into();
    mistyped.last_four = if mistyped.last_four == "0000" { "0001".into() } else { "0000".into() };
    unknown.worker_no = "没有此人".into();
    (bad[0].worker, bad[1].worker, bad[2].worker) = (&renamed, &mistyped, &unknown);
    bad[3].position = "口袋";
    for row in &mut bad {
        row.report = format!("坏{}", row.report);
        (row.from, row.to) = ("2026-09-01".into(), "2026-09-30".into());
    }
    workbook(&file, &bad);
    let marked = site.data.join("marked.xlsx");
    let (code, told) = site.imported(signatory, &file, &["--annotated", marked.to_str().expect("a path")]);
    assert_eq!(code, Some(1), "{told}");
    let expected = [(4, "row.name"), (5, "row.id_tail"), (6, "row.worker"), (7, "cell.position")];
    assert_eq!(codes(&told), expected.map(|(row, code)| (row, code.to_owned())));
    let text = told.to_string();
    assert!(!text.contains("另一人") && !text.contains(&workers[0].name), "nobody is named: {text}");
    let copy = std::fs::read(&marked).expect("written");
    assert!(copy.starts_with(b"PK") && copy.len() > 4_000, "a workbook");
    assert_eq!(site.filed(signatory), after, "nothing of a bad file is appended");
}

/// An import that is killed goes on where it stopped.
fn interrupted(site: &Site, signatory: &Somebody, workers: &[Worker]) {
    let file = site.data.join("long.xlsx");
    let day = |at: i64| {
        let first: signing::bytes::Date = "2026-07-05".parse().expect("a date");
        first.add_days(at).to_string()
    };
    let places = ["背部", "头箍", "足踝", "腕部", "指环", "眼旁"];
    let mut rows = Vec::new();
    for (number, worker) in workers.iter().take(8).enumerate() {
        for at in 0..80 {
            for position in places {
                rows.push(Row {
                    worker,
                    dosimeter: format!("L{number}"),
                    position,
                    from: day(at),
                    to: day(at),
                    usv: None,
                    report: format!("长{number}"),
                });
            }
        }
    }
    workbook(&file, &rows);
    let before = site.filed(signatory);
    let mut child =
        site.import(signatory, &file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let began = Instant::now();
    while site.filed(signatory) == before {
        assert!(child.try_wait().expect("asked").is_none(), "it ended before anything was appended");
        assert!(began.elapsed() < Duration::from_secs(120), "nothing is appended");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    let (code, told) = site.imported(signatory, &file, &[]);
    assert_eq!(code, Some(0), "{told}");
    let number = |name: &str| told[name].as_u64().expect("a number");
    let events = number("events");
    assert!(number("known") > 0 && number("known") + number("appended") == events, "{told}");
    assert_eq!(told["rows"], rows.len());
    assert_eq!(site.filed(signatory), before + events, "each row once");
    let (code, told) = site.imported(signatory, &file, &[]);
    assert_eq!((code, told["known"].as_u64()), (Some(0), Some(events)), "{told}");
}

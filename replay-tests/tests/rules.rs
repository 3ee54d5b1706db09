//! `docs/rules.md`: every rule with its law, what feeds it, its cases and its story. Generated; a row without cases or without a
//! story is a failing row.

use std::fmt::Write as _;

use domain::rules::{RULES, WarningRule};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The rules of the specification that wait for kinds of records that are not there yet, and for which.
const WAITING: &[(&str, &str, &str)] = &[
    ("W-ORG-04", "年度放射防护安全评估", "annual assessments"),
    ("W-LIC-05", "许可审批超时", "licence applications"),
    ("W-PRJ-01", "预评价未审核同意即开工", "projects"),
    ("W-PRJ-02", "预评价报告审核超时", "projects"),
    ("W-PRJ-03", "未经竣工验收合格投入使用", "projects"),
    ("W-PRJ-04", "竣工后未按期申请验收", "projects"),
    ("W-PRJ-05", "评价机构资质不符", "projects"),
    ("W-DEV-06", "防护用品不足", "protective items, rooms"),
    ("W-DEV-07", "仪表检定到期、放射源账物不符", "instruments, sources"),
    ("W-TRN-03", "考试不合格/补考超期", "examination attempts"),
    ("W-TRF-02", "离开单位未提供档案复印件", "requests for copies"),
    ("W-RPT-01", "统计报表上报到期", "report tasks"),
    ("W-RPT-02", "危害申报/结果公示未完成", "projects, declarations"),
    ("W-RPT-03", "放射事件报告超时", "incidents"),
    ("W-SIG-02", "签名验证失败或账本校验不符", "reports of verifications"),
    ("W-SIG-03", "审计日志留存/备份异常", "reports of operations"),
];

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names of the tests in a file.
fn tests_of(source: &str) -> Vec<String> {
    let after = source.split("#[test]\n").skip(1);
    after.filter_map(|test| Some(test.split_once("fn ")?.1.split('(').next()?.to_owned())).collect()
}

/// The stories of a file in which a rule is named.
fn stories_of(rule: &str, source: &str) -> Vec<String> {
    let parts: Vec<&str> = source.split("#[test]\n").skip(1).collect();
    let told = parts.iter().filter(|part| part.contains(&format!("\"{rule}\"")));
    told.filter_map(|part| Some(part.split_once("fn ")?.1.split('(').next()?.to_owned())).collect()
}

/// Files of stories in which rules are named; each story of the first is one of a warning from its beginning to its end.
const TOLD_IN: [&str; 3] = [WHOLE, "replay-tests/tests/warnings.rs", "replay-tests/tests/running_data.rs"];
const WHOLE: &str = "replay-tests/tests/each_rule.rs";

/// Whether the demonstration city shows a rule raised and cleared.
fn speaks_in_the_city(rule: &str) -> bool {
    let city = read("ops/src/seed/tests.rs");
    let silent = city.split("const SILENT: &[&str] = &[").nth(1).and_then(|rest| rest.split("];").next());
    !silent.expect("the list of rules that are silent in the city").contains(rule)
}

fn row(page: &mut String, rule: &WarningRule) {
    let file = format!("domain/src/rules/{}.rs", rule.id.to_lowercase().replace('-', "_"));
    let cases = tests_of(&read(&file));
    assert!(!cases.is_empty(), "{} has no cases", rule.id);
    let quoted = |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
    let feeds: Vec<String> = rule.feeds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let last = rule.versions.last().expect("a rule has a version");
    let law: Vec<String> = last.citations.iter().map(ToString::to_string).collect();
    let versions: Vec<String> = rule.versions.iter().map(|version| version.from.to_string()).collect();
    let mut told: Vec<String> = TOLD_IN.iter().flat_map(|file| stories_of(rule.id, &read(file))).collect();
    let in_the_city = speaks_in_the_city(rule.id);
    told.extend(in_the_city.then(|| "every_rule_speaks_in_the_city".to_owned()));
    let whole = in_the_city || !stories_of(rule.id, &read(WHOLE)).is_empty();
    assert!(whole && !told.is_empty(), "{} has no story in which it is raised and cleared", rule.id);
    assert!(!rule.feeds.is_empty(), "nothing feeds {}", rule.id);
    let _ = writeln!(
        page,
        "| {} {} {} | `{}` | {} | {} | {} | {} | {} |",
        rule.id,
        rule.zh,
        rule.en,
        rule.subject.as_str(),
        quoted(feeds),
        law.join("；"),
        versions.join(", "),
        quoted(cases),
        quoted(told),
    );
}

#[test]
fn the_page_of_the_rules() {
    assert!(read("ops/src/seed/tests.rs").contains("fn every_rule_speaks_in_the_city("), "the story of all rules");
    let mut page = String::from(
        "# 预警规则 · Warning rules\n\nGenerated from the rules themselves by `replay-tests/tests/rules.rs` (`UPDATE_GOLDEN=1`); who is told, from which grade on, what clears \
         them and their parameters stand in `domain/files/rules-2.json`. How to add one: [adding-a-rule.md](adding-a-rule.md). A row without cases, or without a story in which the warning is raised and \
         cleared by signed events, fails the test that prints this page.\n\n\
         | Rule | Subject | Fed by | Law (newest version) | Versions from | Cases, from signed events | Stories |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    RULES.iter().for_each(|rule| row(&mut page, rule));
    let _ = write!(
        page,
        "\n{} rules are here. {} of the specification wait for records that no kind keeps yet:\n\n| Rule | Waits for |\n| --- | --- |\n",
        RULES.len(),
        WAITING.len()
    );
    for (id, zh, waits) in WAITING {
        assert!(domain::rules::rule(id).is_none(), "{id} is there");
        let _ = writeln!(page, "| {id} {zh} | {waits} |");
    }
    assert_eq!(RULES.len() + WAITING.len(), 63, "the rules of the specification");
    let path = format!("{ROOT}/docs/rules.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &page).expect("the tree is writable");
    }
    assert!(read("docs/rules.md") == page, "docs/rules.md is not what the rules say; run with UPDATE_GOLDEN=1");
}

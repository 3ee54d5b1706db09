//! What a run says: a table for people, one array for programs.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use serde::Serialize;

/// One goal and how far it was reached. A larger ratio is better.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// `group/…/vs_limit`.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// `value ÷ limit`; where `limit` is an upper bound, `limit ÷ value`.
    pub ratio: f64,
    /// What it is compared with.
    pub of: &'static str,
    /// The limit, measured in the same run, or the bound.
    pub limit: f64,
    /// The least ratio that is good enough.
    pub goal: f64,
}

impl Row {
    /// A rate against a limit of this run.
    pub fn rate(
        name: impl Into<String>,
        (value, unit): (f64, &'static str),
        (limit, of): (f64, &'static str),
        goal: f64,
    ) -> Self {
        let ratio = if limit > 0.0 { value / limit } else { 0.0 };
        Self { name: name.into(), value, unit, ratio, of, limit, goal }
    }

    /// Something that must stay below a bound: shown as bound ÷ value with goal 1.
    pub fn bound(
        name: impl Into<String>,
        (value, unit): (f64, &'static str),
        (bound, of): (f64, &'static str),
    ) -> Self {
        let ratio = if value > 0.0 { bound / value } else { f64::from(u8::MAX) };
        Self { name: name.into(), value, unit, ratio, of, limit: bound, goal: 1.0 }
    }

    /// Whether the goal is reached.
    pub fn reached(&self) -> bool {
        self.ratio >= self.goal
    }
}

/// The table.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::new();
    let line = ["指标 goal", "值 value", "单位 unit", "比 ratio", "目标 goal", "限 limit", "比较 of"];
    let _ = writeln!(
        out,
        "   {:<26} {:>12} {:<10} {:>8} {:>8} {:>12}  {}",
        line[0], line[1], line[2], line[3], line[4], line[5], line[6]
    );
    for row in rows {
        let _ = writeln!(out, "{}", line_of(row));
    }
    out
}

/// One line of the table.
fn line_of(row: &Row) -> String {
    let mark = if row.reached() { "✓" } else { "✗" };
    let Row { name, unit, ratio, goal, of, .. } = row;
    let (value, limit) = (short(row.value), short(row.limit));
    format!("{mark}  {name:<27} {value:>12} {unit:<12} {ratio:>7.2} {goal:>9.2} {limit:>12}  {of}")
}

/// Says a row as soon as it is measured: a run that ends early has shown what it knew.
pub fn found(row: &Row) {
    progress_done();
    eprintln!("{}", line_of(row));
}

/// Three or four significant figures.
fn short(value: f64) -> String {
    match value.abs() {
        big if big >= 100.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Says on stderr what is going on.
pub fn progress(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[2K{text}");
    } else {
        eprintln!("{text}");
    }
}

/// Ends the line of [`progress`] on a terminal.
pub fn progress_done() {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[2K");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_below_its_goal_and_a_value_above_its_bound_are_missed() {
        assert!(Row::rate("a", (40.0, "/s"), (100.0, "x"), 0.4).reached());
        assert!(!Row::rate("a", (39.9, "/s"), (100.0, "x"), 0.4).reached());
        assert!(Row::bound("b", (60.0, "ms"), (60.0, "bound")).reached());
        assert!(!Row::bound("b", (61.0, "ms"), (60.0, "bound")).reached());
        assert!(!Row::rate("c", (1.0, "/s"), (0.0, "nothing"), 0.1).reached(), "no limit, no ratio");
    }
}

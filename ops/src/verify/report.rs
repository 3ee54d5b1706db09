//! What the audit says: one report for people and one for programs, the same for the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use signing::bytes::{Hash, LedgerId};

use super::evidence::Anchor;

/// Most findings that are listed; further ones are counted.
pub const FINDINGS_MAX: usize = 1000;

/// What an auditor brings along: the ledger that he means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// The ledger.
    pub ledger: LedgerId,
    /// Statement hash of position 0.
    pub genesis: Hash,
    /// Verifier key of the log.
    pub vkey: String,
}

macro_rules! checks {
    ($($name:ident = $word:literal, $zh:literal, $en:literal;)+) => {
        /// A check of the audit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $(#[doc = $en] $name,)+ }

        impl Check {
            /// Every check.
            pub const ALL: &'static [Check] = &[$(Check::$name),+];

            /// Its name in the report.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Check::$name => $word,)+ }
            }

            /// What a finding of it means, in Chinese and English.
            #[must_use]
            pub fn meaning(self) -> (&'static str, &'static str) {
                match self { $(Check::$name => ($zh, $en),)+ }
            }
        }
    };
}

checks! {
    Trust = "trust", "这不是所指定的账本", "This is not the ledger that you named.";
    Tree = "tree", "该位置的内容与树中的叶不符：入账后被改动", "The bytes at this position are not those in the tree: they were changed after they were recorded.";
    Checkpoint = "checkpoint", "检查点与内容不符：内容被删改，或检查点系伪造", "A checkpoint does not fit the content: content was changed or removed, or the checkpoint was forged.";
    Anchor = "anchor", "库外锚点与内容不符：数据库被回退或改写", "The anchor outside the database does not fit: the database was rolled back or rewritten.";
    Bundle = "bundle", "导出包不是导出人签署的那一份：内容缺失、增加或被改动", "The bundle is not what its exporter signed: something is missing, was added or was changed.";
    Signature = "signature", "签名不成立：内容、签名或密钥被改动", "The signature does not hold: content, signature or key was changed.";
    Statement = "statement", "内容不符合当时的事件目录", "The statement does not match the catalogue in force.";
    Key = "key", "签署时密钥无效", "The key was not valid when it signed.";
    Authority = "authority", "签署人当时无此权限", "The signer had no authority for this then.";
    Stream = "stream", "档案的版本链断裂", "The chain of the record's versions is broken.";
    Batch = "batch", "批次不完整", "The batch is not whole.";
    Id = "id", "事件号重复", "An event id occurs twice.";
    Claim = "claim", "唯一编号被重复占用", "A unique number is held twice.";
    Reference = "reference", "引用的事件或档案不符", "A reference does not fit what it names.";
    Time = "time", "时间顺序或签署时间不符", "The order of times, or the signing time, does not fit.";
    Seal = "seal", "封存值与其开封信息不符", "A seal and what stands behind it do not match.";
    File = "file", "附件不在或被改动", "An attached file is gone or was changed.";
    System = "system", "系统事件与推算结果不符、系伪造或缺失", "A system event differs from what follows, was forged, or is missing.";
    Rule = "rule", "内容违反业务规则", "The event breaks a rule of its kind.";
    Trigger = "trigger", "数据库保护触发器被停用", "A trigger that guards the tables is switched off.";
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Position in the ledger.
    pub position: u64,
    /// Which check.
    pub check: Check,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// How many seals could be opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Seals {
    /// Opened and compared.
    pub opened: u64,
    /// Destroyed by law.
    pub erased: u64,
    /// Not opened: the key store is not at hand.
    pub not_opened: u64,
}

impl Seals {
    /// Adds what was seen of others.
    pub fn add(&mut self, other: Self) {
        self.opened += other.opened;
        self.erased += other.erased;
        self.not_opened += other.not_opened;
    }
}

/// The report.
#[derive(Debug, Clone)]
pub struct Report {
    /// The ledger.
    pub ledger: LedgerId,
    /// Every signature singly.
    pub strict: bool,
    /// Statement hash of position 0.
    pub genesis: Option<Hash>,
    /// Origin of the log.
    pub origin: Option<String>,
    /// Number of events.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Events under a checkpoint that fits.
    pub proved: u64,
    /// Whether a trust file pinned the genesis.
    pub pinned: bool,
    /// What lay outside the database to compare with.
    pub anchor: Anchor,
    /// Findings.
    pub findings: Vec<Finding>,
    /// Findings beyond the list.
    pub unlisted: u64,
    /// Seals.
    pub seals: Seals,
    checked: BTreeMap<Check, u64>,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(ledger: LedgerId, strict: bool) -> Self {
        Self {
            ledger,
            strict,
            genesis: None,
            origin: None,
            size: 0,
            root: signing::tree::empty_root(),
            proved: 0,
            pinned: false,
            anchor: Anchor::NotCarried,
            findings: Vec::new(),
            unlisted: 0,
            seals: Seals::default(),
            checked: BTreeMap::new(),
        }
    }

    /// Counts what a check looked at.
    pub fn checked(&mut self, check: Check, count: u64) {
        *self.checked.entry(check).or_default() += count;
    }

    /// Notes a finding.
    pub fn finding(&mut self, check: Check, position: u64, expected: &str, found: &str) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { position, check, expected: expected.into(), found: found.into() });
        } else {
            self.unlisted += 1;
        }
    }

    /// Fills in the end and sorts the findings.
    pub fn close(&mut self, size: u64, root: Hash, origin: Option<String>) {
        self.size = size;
        self.root = root;
        self.origin = origin;
        self.findings.sort_by(|a, b| (a.position, a.check, &a.found).cmp(&(b.position, b.check, &b.found)));
        // The judge speaks for these whenever it speaks at all.
        let judged = self.checked.get(&Check::Statement).copied().unwrap_or(0);
        for check in [
            Check::Key,
            Check::Authority,
            Check::Stream,
            Check::Batch,
            Check::Id,
            Check::Claim,
            Check::Reference,
            Check::Rule,
        ] {
            self.checked(check, judged);
        }
    }

    /// True without findings.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// What is still trustworthy, in Chinese and English.
    #[must_use]
    pub fn trustworthy(&self) -> (String, String) {
        match self.findings.first() {
            None if self.pinned => (
                format!("全部 {} 个事件核验通过，其中 {} 个有检查点为证。", self.size, self.proved),
                format!("All {} events verify; {} of them are covered by a checkpoint.", self.size, self.proved),
            ),
            None => (
                format!(
                    "全部 {} 个事件核验通过，其中 {} 个有检查点为证；创世取自该副本本身，未与信任文件核对。",
                    self.size, self.proved
                ),
                format!(
                    "All {} events verify; {} of them are covered by a checkpoint. The genesis was taken from the copy itself: give --trust to pin it.",
                    self.size, self.proved
                ),
            ),
            Some(first) => (
                format!(
                    "位置 {} 之前的 {} 个事件没有发现问题；其后各项以逐条发现为准。",
                    first.position, first.position
                ),
                format!(
                    "Nothing was found before position {}: those {} events stand. What comes after must be read with the findings.",
                    first.position, first.position
                ),
            ),
        }
    }

    /// What the copy was compared with outside the database: a word for programs, a sentence for people.
    fn anchor_said(&self) -> (&'static str, String) {
        match &self.anchor {
            Anchor::Note(_) => ("compared", "已与库外锚点比对 compared with the note outside the database".into()),
            Anchor::NotCarried => ("not_carried", "导出包不含锚点 none: a bundle carries no anchor".into()),
            Anchor::Missing(place) => ("missing", format!("没有，未比对 none, nothing was compared: {place}")),
            Anchor::Unreadable(place) => {
                ("unreadable", format!("无法读取，未比对 cannot be read, nothing was compared: {place}"))
            }
        }
    }

    /// For programs: deterministic, sorted, without times.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let checks: Vec<serde_json::Value> = Check::ALL
            .iter()
            .map(|check| {
                let findings = self.findings.iter().filter(|finding| finding.check == *check).count();
                serde_json::json!({"name": check.as_str(), "checked": self.checked.get(check).copied().unwrap_or(0), "findings": findings})
            })
            .collect();
        let findings: Vec<serde_json::Value> = self
            .findings
            .iter()
            .map(|finding| {
                let (meaning_zh, meaning_en) = finding.check.meaning();
                serde_json::json!({
                    "position": finding.position, "check": finding.check.as_str(), "expected": finding.expected,
                    "found": finding.found, "meaning_zh": meaning_zh, "meaning_en": meaning_en,
                })
            })
            .collect();
        let (trustworthy_zh, trustworthy_en) = self.trustworthy();
        serde_json::json!({
            "ledger": self.ledger, "origin": self.origin, "genesis": self.genesis, "pinned": self.pinned, "size": self.size,
            "root": self.root, "anchor": self.anchor_said().0, "proved": self.proved, "mode": if self.strict { "strict" } else { "batch" }, "checks": checks,
            "findings": findings, "unlisted": self.unlisted, "seals": self.seals,
            "trustworthy_zh": trustworthy_zh, "trustworthy_en": trustworthy_en,
        })
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let origin = self.origin.as_deref().unwrap_or("—");
        let mode = if self.strict { "逐条核验 strict" } else { "批量核验 batch, halved where it fails" };
        let _ = writeln!(
            out,
            "账本 ledger   {}\n来源 origin   {origin}\n事件 events   {}\n根   root     {}",
            self.ledger, self.size, self.root
        );
        let _ = writeln!(out, "签名 mode     {mode}");
        let _ = writeln!(out, "锚定 anchor   {}", self.anchor_said().1);
        for check in Check::ALL {
            let findings = self.findings.iter().filter(|finding| finding.check == *check).count();
            let mark = if findings == 0 { "✔" } else { "✖" };
            let _ = writeln!(
                out,
                "  {mark} {:<11} {:>9} {findings:>6}",
                check.as_str(),
                self.checked.get(check).copied().unwrap_or(0)
            );
        }
        let seals = &self.seals;
        let _ = writeln!(
            out,
            "封存 seals    已开封 opened {} · 已销毁 erased {} · 未开封 not opened {}",
            seals.opened, seals.erased, seals.not_opened
        );
        for finding in &self.findings {
            let (zh, en) = finding.check.meaning();
            let _ = writeln!(
                out,
                "\n#{} {}：{zh}\n  {en}\n  应为 expected: {}\n  实为 found:    {}",
                finding.position,
                finding.check.as_str(),
                finding.expected,
                finding.found
            );
        }
        if self.unlisted > 0 {
            let _ = writeln!(out, "\n另有 {} 项未列出 · {} further findings not listed", self.unlisted, self.unlisted);
        }
        let (zh, en) = self.trustworthy();
        let _ = writeln!(out, "\n{zh}\n{en}");
        out
    }
}

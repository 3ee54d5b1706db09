//! What examinations come to: which items one must have, whether it counts, when the next is due, and what its conclusion
//! means for a post.
//!
//! Everything here is a function of plain values. Numbers that law leaves open are arguments, with their defaults beside
//! them.

use signing::bytes::Date;

use crate::health_codes::{Conclusion, ExamItem, ExamKind};
use crate::person_codes::PostTag;
use crate::workdays::add_months;

/// Greatest age of an examination before radiation work, in months, until the city sets another.
pub const PRE_JOB_MONTHS: i32 = 12;
/// Longest time between two periodic examinations, in months (放射工作人员职业健康管理办法 第十九条).
pub const PERIODIC_MONTHS: i32 = 24;
/// Days before leaving within which a periodic examination stands for the leaving one (GBZ 188, by analogy).
pub const LEAVING_DAYS: i64 = 90;
/// Months after its end within which an examination is reported (放射工作人员职业健康管理办法 第二十三条).
pub const REPORT_MONTHS: i32 = 1;
/// Days after delivery within which the worker is informed (放射工作人员职业健康管理办法 第二十五条第（一）项).
pub const INFORM_DAYS: i64 = 7;

/// What every full examination has.
const COMMON: [ExamItem; 13] = [
    ExamItem::History,
    ExamItem::Internal,
    ExamItem::Dermatology,
    ExamItem::ColourVision,
    ExamItem::Acuity,
    ExamItem::Lens,
    ExamItem::Vitreous,
    ExamItem::Fundus,
    ExamItem::BloodCount,
    ExamItem::Urine,
    ExamItem::Liver,
    ExamItem::Kidney,
    ExamItem::ChestXray,
];

/// An examination, as far as rules look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exam {
    /// Kind.
    pub kind: ExamKind,
    /// First day of the examination.
    pub exam_on: Date,
    /// Day of the conclusion.
    pub concluded_on: Date,
    /// Conclusions.
    pub conclusions: Vec<Conclusion>,
    /// What he must not do, where the conclusion says so.
    pub restrictions: Vec<PostTag>,
    /// Items that are accounted for: done, or not done for a reason that was given; those of supplements as well.
    pub items: Vec<ExamItem>,
}

/// Items that an examination of a kind must have by GBZ 98-2020. Of an emergency examination dose and path decide; a
/// re-examination and a follow-up look at what was left open.
pub fn mandatory(kind: ExamKind) -> impl Iterator<Item = ExamItem> {
    let own: &[ExamItem] = match kind {
        ExamKind::PreJob | ExamKind::Leaving => &[ExamItem::Aberration, ExamItem::Ecg, ExamItem::Abdomen],
        ExamKind::Periodic => &[ExamItem::Micronucleus],
        ExamKind::Emergency | ExamKind::FollowUp | ExamKind::Recheck => &[],
    };
    let common: &[ExamItem] = if own.is_empty() { &[] } else { &COMMON };
    common.iter().chain(own).copied()
}

impl Exam {
    /// The conclusion about the work; none while only a re-examination will tell, or of a suspected disease alone.
    #[must_use]
    pub fn about_work(&self) -> Option<Conclusion> {
        self.conclusions.iter().copied().find(|conclusion| !conclusion.is_flag())
    }

    /// Mandatory items that are not accounted for, and of those that the city adds (`also`: thyroid function, say).
    #[must_use]
    pub fn gaps(&self, also: &[ExamItem]) -> Vec<ExamItem> {
        self.gaps_as(self.kind, also)
    }

    fn gaps_as(&self, kind: ExamKind, also: &[ExamItem]) -> Vec<ExamItem> {
        let wanted = mandatory(kind).chain(also.iter().copied());
        wanted.filter(|item| !self.items.contains(item)).collect()
    }

    /// Whether the conclusion lets somebody do the work of a post with these tags.
    #[must_use]
    pub fn suits(&self, tags: &[PostTag]) -> bool {
        use Conclusion as C;
        match self.about_work() {
            Some(C::MayWork | C::MayGoOn) => true,
            Some(C::MayWorkRestricted | C::MayGoOnRestricted) => {
                !tags.iter().any(|tag| self.restrictions.contains(tag))
            }
            _ => false,
        }
    }

    /// Whether it allows a post with these tags from a day on, as the examination before radiation work (W-HLT-01): full,
    /// concluded by that day, at most `months` old, with a conclusion that suits the post.
    #[must_use]
    pub fn opens(&self, tags: &[PostTag], from: Date, months: i32, also: &[ExamItem]) -> bool {
        self.kind == ExamKind::PreJob
            && self.gaps(also).is_empty()
            && self.concluded_on <= from
            && from <= add_months(self.concluded_on, months)
            && self.suits(tags)
    }

    /// Whether the next periodic examination is counted from it (W-HLT-02): one with the items of a periodic one or more.
    #[must_use]
    pub fn counts(&self, also: &[ExamItem]) -> bool {
        let like = if self.kind == ExamKind::Emergency { ExamKind::Periodic } else { self.kind };
        !self.kind.is_later() && self.gaps_as(like, also).is_empty()
    }

    /// Day by which the next periodic examination is due, when this is the last that counts.
    #[must_use]
    pub fn next_due(&self, months: i32) -> Date {
        add_months(self.exam_on, months)
    }

    /// Whether it is the examination with which somebody leaves on a day, or a periodic one that stands for it (W-HLT-06).
    #[must_use]
    pub fn covers_leaving(&self, ended_on: Date, days: i64) -> bool {
        match self.kind {
            ExamKind::Leaving => true,
            ExamKind::Periodic => (0..=days).contains(&(ended_on.days() - self.exam_on.days())),
            _ => false,
        }
    }
}

/// Last day on which an examination that ended on a day is reported in time (W-HLT-08).
#[must_use]
pub fn report_due(exam_ended_on: Date) -> Date {
    add_months(exam_ended_on, REPORT_MONTHS)
}

/// Last day on which the worker is informed in time of what was delivered on a day (W-HLT-08).
#[must_use]
pub fn inform_due(delivered_on: Date) -> Date {
    delivered_on.add_days(INFORM_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn exam(kind: ExamKind, on: &str, conclusion: Conclusion) -> Exam {
        Exam {
            kind,
            exam_on: day(on),
            concluded_on: day(on),
            conclusions: vec![conclusion],
            restrictions: Vec::new(),
            items: mandatory(kind).collect(),
        }
    }

    #[test]
    fn before_radiation_work() {
        let from = day("2026-03-02");
        let opens = |exam: &Exam| exam.opens(&[], from, PRE_JOB_MONTHS, &[]);
        assert!(!opens(&exam(ExamKind::PreJob, "2026-03-05", Conclusion::MayWork)), "T1: concluded after he began");
        assert!(opens(&exam(ExamKind::PreJob, "2026-03-02", Conclusion::MayWork)), "T2: on that day");
        assert!(opens(&exam(ExamKind::PreJob, "2025-03-02", Conclusion::MayWork)));
        assert!(!opens(&exam(ExamKind::PreJob, "2025-03-01", Conclusion::MayWork)), "older than twelve months");
        assert!(!opens(&exam(ExamKind::PreJob, "2026-03-01", Conclusion::MustNotWork)));
        assert!(!opens(&exam(ExamKind::PreJob, "2026-03-01", Conclusion::Recheck)), "nothing is concluded yet");
        assert!(!opens(&exam(ExamKind::Periodic, "2026-03-01", Conclusion::MayGoOn)));
    }

    #[test]
    fn the_next_periodic_one() {
        for (on, due) in [("2024-03-15", "2026-03-15"), ("2024-02-29", "2026-02-28")] {
            let exam = exam(ExamKind::Periodic, on, Conclusion::MayGoOn);
            assert!(exam.counts(&[]));
            assert_eq!(exam.next_due(PERIODIC_MONTHS), day(due));
        }
        let mut emergency = exam(ExamKind::Emergency, "2026-05-02", Conclusion::NothingToDo);
        assert!(!emergency.counts(&[]), "it counts with the items of a periodic one");
        emergency.items = mandatory(ExamKind::Periodic).collect();
        assert!(emergency.counts(&[]));
        assert!(!exam(ExamKind::Recheck, "2026-05-02", Conclusion::MayGoOn).counts(&[]));
    }

    #[test]
    fn what_is_missing() {
        let mut pre = exam(ExamKind::PreJob, "2026-03-01", Conclusion::MayWork);
        pre.items.retain(|item| *item != ExamItem::Aberration);
        assert_eq!(pre.gaps(&[]), [ExamItem::Aberration], "T1");
        assert!(!pre.opens(&[], day("2026-03-02"), PRE_JOB_MONTHS, &[]), "not counted until supplemented");
        pre.items.push(ExamItem::Aberration);
        assert!(pre.gaps(&[]).is_empty());
        assert_eq!(pre.gaps(&[ExamItem::Thyroid]), [ExamItem::Thyroid]);
        assert_eq!(mandatory(ExamKind::PreJob).count(), 16);
        assert!(mandatory(ExamKind::Periodic).any(|item| item == ExamItem::Micronucleus));
        assert!(!mandatory(ExamKind::Periodic).any(|item| item == ExamItem::Ecg));
    }

    #[test]
    fn a_restricted_worker_and_his_post() {
        let mut restricted = exam(ExamKind::Periodic, "2026-03-01", Conclusion::MayGoOnRestricted);
        restricted.restrictions = vec![PostTag::Respirator, PostTag::InternalRisk];
        assert!(restricted.suits(&[]) && restricted.suits(&[PostTag::InRoom]));
        assert!(!restricted.suits(&[PostTag::InRoom, PostTag::InternalRisk]));
        for (conclusion, suits) in [
            (Conclusion::MayGoOn, true),
            (Conclusion::LeaveForATime, false),
            (Conclusion::LeaveForGood, false),
            (Conclusion::Suspected, false),
        ] {
            assert_eq!(exam(ExamKind::Periodic, "2026-03-01", conclusion).suits(&[]), suits, "{}", conclusion.as_str());
        }
    }

    #[test]
    fn on_leaving() {
        let ended_on = day("2026-04-30");
        let covers = |kind, on: &str| exam(kind, on, Conclusion::MayGoOn).covers_leaving(ended_on, LEAVING_DAYS);
        assert!(covers(ExamKind::Periodic, "2026-01-30"), "T2: 90 days before");
        assert!(!covers(ExamKind::Periodic, "2026-01-29"), "91 days before");
        assert!(!covers(ExamKind::Periodic, "2026-05-01"), "after he left");
        assert!(covers(ExamKind::Leaving, "2026-05-20"));
        assert!(!covers(ExamKind::PreJob, "2026-04-01"));
    }

    #[test]
    fn when_it_is_late() {
        assert_eq!(report_due(day("2026-01-31")), day("2026-02-28"), "T1");
        assert_eq!(inform_due(day("2026-03-02")), day("2026-03-09"), "T2");
    }
}

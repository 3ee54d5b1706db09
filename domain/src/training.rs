//! What a training counts for: before the post, as a refresher, until when; and the number of its completion.
//!
//! 放射工作人员职业健康管理办法 Art. 7: at least four days before the post is taken, and passed. Art. 8: a refresher of at least
//! two days, no more than two years after the one before. Days are counted in tenths, as they are credited.

use signing::bytes::Date;

use crate::training_codes::TrainingKind;
use crate::workdays::add_months;

/// Least training before the post: four days.
pub const PRE_DAYS_TENTHS: i64 = 40;
/// Least refresher: two days.
pub const REFRESHER_DAYS_TENTHS: i64 = 20;
/// Longest time from one training to the next.
pub const REFRESHER_MONTHS: i32 = 24;

/// A training that was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// Kind.
    pub kind: TrainingKind,
    /// Days credited, in tenths.
    pub days_tenths: i64,
    /// Day on which it was passed.
    pub on: Date,
}

impl Passed {
    /// Whether it lets somebody take a post.
    #[must_use]
    pub fn counts_before_post(&self) -> bool {
        self.kind == TrainingKind::Pre && self.days_tenths >= PRE_DAYS_TENTHS
    }

    /// Whether it counts as a refresher.
    #[must_use]
    pub fn counts_as_refresher(&self) -> bool {
        self.kind == TrainingKind::Refresher && self.days_tenths >= REFRESHER_DAYS_TENTHS
    }
}

/// Whether somebody with these trainings was trained before the post on this day (W-TRN-01).
#[must_use]
pub fn is_trained<'p>(trainings: impl IntoIterator<Item = &'p Passed>, on: Date) -> bool {
    trainings.into_iter().any(|training| training.counts_before_post() && training.on <= on)
}

/// When the next refresher is due after these trainings (W-TRN-02); none while nothing counts. The due day is in time.
#[must_use]
pub fn refresher_due<'p>(trainings: impl IntoIterator<Item = &'p Passed>) -> Option<Date> {
    let counted = trainings.into_iter().filter(|one| one.counts_before_post() || one.counts_as_refresher());
    counted.map(|training| training.on).max().map(|last| add_months(last, REFRESHER_MONTHS))
}

/// Weights of the ten digits of a completion number, the last ten of GB 11643-1999.
const WEIGHTS: [u32; 10] = [1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check character of the year and serial number of a completion; none when they are not ten digits.
#[must_use]
pub fn check_character(digits: &str) -> Option<char> {
    let digits: Vec<u32> = digits.chars().map(|digit| digit.to_digit(10)).collect::<Option<_>>()?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    (digits.len() == WEIGHTS.len()).then(|| char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Whether a text is the number of a completion, with the right check character.
#[must_use]
pub fn is_completion_no(number: &str) -> bool {
    let Some([year, serial, check]) = parts_of(number) else { return false };
    let digits = format!("{year}{serial}");
    (year.len(), serial.len()) == (4, 6) && check_character(&digits).is_some_and(|right| check == right.to_string())
}

/// The kind of training that the number of a completion names.
#[must_use]
pub fn kind_of_completion(number: &str) -> Option<TrainingKind> {
    TrainingKind::parse(number.split('-').nth(1)?)
}

/// Year, serial number and check character of the number of a completion.
fn parts_of(number: &str) -> Option<[&str; 3]> {
    let rest = number.strip_prefix("YBFH-PRE-").or_else(|| number.strip_prefix("YBFH-REF-"))?;
    let mut parts = rest.split('-');
    let known = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn passed(kind: TrainingKind, days_tenths: i64, on: &str) -> Passed {
        Passed { kind, days_tenths, on: day(on) }
    }

    #[test]
    fn four_days_before_the_post() {
        let active_from = day("2026-03-02");
        let with = |tenths, on| is_trained(&[passed(TrainingKind::Pre, tenths, on)], active_from);
        assert!(!with(35, "2026-02-20"), "W-TRN-01 T1: three and a half days are too few");
        assert!(with(40, "2026-03-02"), "W-TRN-01 T2: four days, passed on the day itself");
        assert!(!with(40, "2026-03-03"), "passed a day late");
        assert!(!is_trained(&[passed(TrainingKind::Refresher, 40, "2026-02-20")], active_from));
        assert!(!is_trained([], active_from));
    }

    #[test]
    fn a_refresher_every_two_years() {
        let first = passed(TrainingKind::Pre, 40, "2024-05-20");
        let due = refresher_due(&[first]).expect("a training that counts");
        assert_eq!(due, day("2026-05-20"), "W-TRN-02 T2: in time on that day, late on 2026-05-21");
        assert_eq!(due.days() - day("2026-02-19").days(), 90, "W-TRN-02 T1: 90 days left");
        let short = passed(TrainingKind::Refresher, 15, "2026-01-10");
        assert_eq!(refresher_due(&[first, short]), Some(due), "a day and a half does not move it");
        let whole = passed(TrainingKind::Refresher, 20, "2026-01-10");
        assert_eq!(refresher_due(&[whole, first]), Some(day("2028-01-10")), "in whatever order they come");
        let other = passed(TrainingKind::Emergency, 20, "2026-01-10");
        assert_eq!(refresher_due(&[first, other]), Some(due), "a drill is no refresher");
        assert_eq!(refresher_due(&[short]), None);
        let leap = passed(TrainingKind::Refresher, 20, "2024-02-29");
        assert_eq!(refresher_due(&[leap]), Some(day("2026-02-28")));
    }

    #[test]
    fn numbers_of_completions() {
        assert_eq!(check_character("2026000123"), Some('6'), "the worked example");
        assert!(is_completion_no("YBFH-PRE-2026-000123-6"));
        assert_eq!(kind_of_completion("YBFH-PRE-2026-000123-6"), Some(TrainingKind::Pre));
        assert_eq!(kind_of_completion("YBFH-REF-2026-000123-6"), Some(TrainingKind::Refresher));
        for bad in [
            "YBFH-PRE-2026-000123-7",
            "YBFH-MGR-2026-000123-6",
            "YBFH-PRE-202-6000123-6",
            "YBFH-PRE-2026-00123-6",
            "YBFH-PRE-2026-000123-6-6",
            "YBFH-PRE-2026-000１23-6",
            "ybfh-pre-2026-000123-6",
            "",
        ] {
            assert!(!is_completion_no(bad), "{bad}");
        }
        assert_eq!(check_character("202600012"), None);
    }

    #[test]
    fn a_slip_of_one_digit_or_of_two_neighbours_shows() {
        let number = "2026000123";
        let check = check_character(number);
        for at in 0..number.len() {
            let mut digits = number.as_bytes().to_vec();
            digits[at] = b'0' + (digits[at] - b'0' + 1) % 10;
            assert_ne!(check_character(&String::from_utf8(digits).expect("digits")), check, "digit {at}");
        }
        for at in 1..number.len() {
            let mut digits = number.as_bytes().to_vec();
            digits.swap(at - 1, at);
            let swapped = String::from_utf8(digits).expect("digits");
            assert!(swapped == number || check_character(&swapped) != check, "{swapped}");
        }
    }
}

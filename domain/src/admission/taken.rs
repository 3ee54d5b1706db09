//! The periods of an index key, kept while a unit is judged: a unit of many results of one worker looks at each result
//! that is there once, and not once for every new one.

use std::collections::{BTreeMap, HashSet};

use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use crate::record::{Facts, Members, Need, Period, PeriodOf};

/// What the members of one key take.
#[derive(Default)]
pub(super) struct Taken {
    days: Days,
    seen: HashSet<RecordRef>,
    /// How many of those that the unit added are in.
    added: usize,
}

impl Taken {
    /// What those take that the ledger holds.
    pub(super) fn of_members(members: &Members, of: PeriodOf, facts: &dyn Facts) -> Result<Self, Need> {
        let mut kept = Self::default();
        kept.look(&members.records, of, facts)?;
        Ok(kept)
    }

    /// Takes what the unit added since.
    pub(super) fn follow(&mut self, added: &[RecordRef], of: PeriodOf, facts: &dyn Facts) -> Result<(), Need> {
        self.look(&added[self.added..], of, facts)?;
        self.added = added.len();
        Ok(())
    }

    fn look(&mut self, records: &[RecordRef], of: PeriodOf, facts: &dyn Facts) -> Result<(), Need> {
        for record in records {
            if let Some(period) = facts.entry(record)?.and_then(|entry| of(&entry.state)) {
                self.days.take(period);
            }
            self.seen.insert(record.clone());
        }
        Ok(())
    }

    /// Whether a period touches one of them.
    pub(super) fn touches(&self, period: &Period) -> bool {
        self.days.met_by(period).is_some()
    }

    /// Whether this record was looked at: when it changes, so may its days.
    pub(super) fn rests_on(&self, record: &RecordRef) -> bool {
        self.seen.contains(record)
    }
}

/// The days that are taken, as stretches of which no two of one owner touch: last days by owner and first day.
#[derive(Default)]
struct Days(BTreeMap<((Uuid, &'static str), Date), Date>);

impl Days {
    fn take(&mut self, mut period: Period) {
        // A period that ends before it begins has no day; only a log that nobody judged holds one.
        if period.to < period.from {
            return;
        }
        while let Some(met) = self.met_by(&period) {
            self.0.remove(&(met.owner, met.from));
            period = Period { from: met.from.min(period.from), to: met.to.max(period.to), ..period };
        }
        self.0.insert((period.owner, period.from), period.to);
    }

    /// A stretch that touches the period: as no two touch, only the last that begins in time can.
    fn met_by(&self, period: &Period) -> Option<Period> {
        let (&(owner, from), &to) = self.0.range(..=(period.owner, period.to)).next_back()?;
        Some(Period { owner, from, to }).filter(|last| last.touches(period))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period() -> impl Strategy<Value = Period> {
        (0u128..3, 0i64..60, -2i64..12).prop_map(|(owner, first, length)| {
            let from = Date::from_days(first);
            Period { owner: (Uuid::from_u128(owner), ""), from, to: from.add_days(length) }
        })
    }

    proptest! {
        /// Asked of all at once, the answer is that of each by itself.
        #[test]
        fn days_are_taken_as_one_by_one(taken in proptest::collection::vec(period(), 0..30), asked in period()) {
            let mut days = Days::default();
            taken.iter().for_each(|period| days.take(*period));
            let whole = |period: &&Period| period.from <= period.to;
            prop_assume!(whole(&&asked));
            let one_by_one = taken.iter().filter(whole).any(|period| period.touches(&asked));
            prop_assert_eq!(days.met_by(&asked).is_some(), one_by_one);
        }
    }
}

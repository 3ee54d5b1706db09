//! Events folded into rows: what people read, computed from what people signed.
//!
//! The crate is pure: no SQL, no clock, no randomness, no async. The same events give the same rows, live, in a
//! rebuild and in a test, because all three run the one fold that stands here.
//!
//! - [`event`]: a stored event read back, and the record before and after it.
//! - [`entries`]: the records at hand while a stretch of the log is folded, bounded.
//! - [`home`]: to which organisation and area a row belongs, which decides who may read it.
//! - [`current`]: one versioned row per event: every record of every kind, now and at any position.
//! - [`timeline`]: one thin row per event and subject: the history of a record, an institution, an account.
//! - [`statistics`]: what each event changes in the numbers of its area and of its institution.
//! - [`person_years`]: what every worker received in every year: the list behind the numbers of workers.
//! - [`dose_book`]: what the workers at hand received, year by year.
//! - [`memory`]: the rows in maps, the second and trivial implementation that tests compare with.
//!
//! A fold never reads the opening of a sealed value: rows hold commitments only.

pub mod current;
pub mod dose_book;
pub mod entries;
pub mod event;
pub mod home;
pub mod memory;
pub mod person_years;
pub mod statistics;
pub mod timeline;

use compact_str::CompactString;
use uuid::Uuid;

pub use entries::Entries;
pub use event::{Folded, Parsed, Poison};

/// A fold of events into rows.
pub trait Projection {
    /// Its rows.
    type Row: Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static;

    /// Its name, that of its table.
    const NAME: &'static str;
    /// Version of this code: raised whenever the same events would give other rows, which makes a rebuild follow.
    const VERSION: i32;
    /// Whether it looks at what workers received in a year ([`Folded::doses`]).
    const DOSES: bool = false;

    /// What one event changes. The records that it looks at besides its own are those that [`home::parent`] names;
    /// the caller has put them into `entries`.
    ///
    /// # Errors
    /// [`Poison`] when a record that must be there is not.
    fn fold(folded: &Folded<'_>, entries: &Entries) -> Result<Vec<Change<Self::Row>>, Poison>;
}

/// What an event changes in a projection.
#[derive(Debug, Clone, PartialEq)]
pub enum Change<R> {
    /// A new row. A projection whose rows are versioned closes the one before at this row's position.
    Put(R),
    /// An institution came under another area: so do all rows of it, past ones as well, because the area of a row
    /// says who may read it now. Rows that have an organisation and no area (service organisations' accounts, which
    /// the city keeps) stay without.
    MoveOrg {
        /// The institution.
        org: Uuid,
        /// Its area from now on.
        area: CompactString,
    },
}

//! Everything that touches SQL, and the files that lie beside the database.
//!
//! - [`migrate`]: forward-only migrations, roles, partitions.
//! - [`connect`]: login roles with the least rights, their passwords and pools.
//! - [`event_log`]: what is appended, answered and read.
//! - [`appender`]: group commit, the one door through which a process appends.
//! - [`key_store`], [`openings`]: personal values at rest, and how they are forgotten.
//! - [`archive`]: every statement outside the database, for restores.
//! - [`error`]: three answers, three reactions.

mod append_call;
pub mod appender;
pub mod connect;
pub mod error;
pub mod event_log;
pub mod migrate;

pub use appender::{Appender, AppenderLimits, Clock};
pub use connect::{Passwords, Role, connect};
pub use error::Error;
pub use event_log::{
    AppendError, EventLog, NewEvent, NewOpening, NewUnit, Outcome, StoredEvent, StoredOpening, Take,
};
pub use migrate::migrate;

//! Everything that touches SQL, and the files that lie beside the database.
//!
//! - [`migrate`]: forward-only migrations, roles, partitions.
//! - [`connect`]: login roles with the least rights, their passwords and pools.
//! - [`event_log`]: what is appended, answered and read.
//! - [`appender`]: group commit, the one door through which a process appends.
//! - [`key_store`], [`sealed_box`], [`openings`]: personal values at rest, and how they are forgotten.
//! - [`archive`]: every statement outside the database, for restores.
//! - [`error`]: three answers, three reactions.

#[cfg(test)]
extern crate self as schema;

mod append_call;
#[cfg(test)]
mod append_call_tests;
pub mod appender;
pub mod archive;
pub mod connect;
pub mod error;
pub mod event_log;
pub mod inbox;
pub mod key_store;
pub mod messages;
pub mod migrate;
pub mod openings;

pub use appender::{Appender, AppenderLimits, Clock};
pub use connect::{Passwords, Role, connect};
pub use error::Error;
pub use event_log::{AppendError, EventLog, NewEvent, NewOpening, NewUnit, Outcome, StoredEvent, StoredOpening, Take};
pub use migrate::migrate;

mod at_hand;
pub mod catch_up;
pub mod desk;
pub mod drafts;
pub mod files;
pub mod imports;
pub mod read_model;
pub mod read_rows;
pub mod read_statistics;
pub mod rebuild;
pub mod sealed_box;
pub mod sessions;
pub mod shown;
pub mod taken;
pub mod uploads;

pub mod anchor;
pub mod sealer;
pub mod tiles;

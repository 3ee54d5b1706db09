//! What a record is and what the law says.
//!
//! The crate is pure: no I/O, no clock, no randomness. It reads signed bytes (crate `signing`) into typed events and
//! decides. The path of a unit through it, in the order of the files:
//!
//! - [`admission`]: the one judge. Statement, catalogue, key, grant, policy, seals, references, version, claims and
//!   the rules of the kind, in the order of precedence of the wire format; then what the system must add.
//! - [`prepare`]: the same for somebody who has not signed yet.
//! - [`record`]: the shape of a kind, and [`record::Facts`], through which a decision looks at the rest of the ledger.
//! - [`catalog`]: THE list of kinds, and the published catalogue file printed from their field tables ([`field`]).
//! - [`records`]: one file per kind.
//! - [`policy`], [`authority`]: who may do what, folded from the same log.
//! - [`codes`], [`law`], [`refusal`]: code lists, citations, and the ways of saying no.
//! - [`training`], [`training_codes`], [`certificate_codes`]: what a training counts for; the lists of trainings and of the
//!   certificate of a radiation worker.
//! - [`dose`], [`dose_codes`]: arithmetic and code lists of personal dosimetry.
//! - [`health`], [`health_codes`]: what examinations come to, and the code lists of occupational health.
//! - [`memory`]: a whole ledger in maps; the model that tests compare with, and the fold of the audit.
//! - [`licence_codes`], [`reference_codes`]: the lists of licences, parameters and holiday tables; [`workdays`]:
//!   working days and months; [`licence_law`]: what the law of licences says in tables and dates.
//! - [`qc`], [`qc_codes`]: what is due when of the tests of a device, and their code lists; [`investigation_codes`]: those of
//!   investigations of a dose.
//! - [`rules`], [`warning_codes`]: the warning rules, each with its law, and what the desk must say by them.
//! - [`upcast`]: older schemas of an event read as today's.

pub mod admission;
pub mod authority;
pub mod catalog;
pub mod certificate_codes;
pub mod closing;
pub mod codes;
pub mod custody;
pub mod dose;
pub mod dose_codes;
pub mod field;
pub mod file_codes;
pub mod health;
pub mod health_codes;
pub mod investigation_codes;
pub mod law;
pub mod licence_codes;
pub mod licence_law;
pub mod memory;
pub mod notification_codes;
pub mod person_codes;
pub mod policy;
pub mod prepare;
pub mod prior_dose_codes;
pub mod qc;
pub mod qc_codes;
pub mod record;
pub mod records;
pub mod reference_codes;
pub mod refusal;
pub mod rules;
pub mod seals;
pub mod training;
pub mod training_codes;
pub mod transfer_codes;
pub mod upcast;
pub mod warning_codes;
pub mod workdays;

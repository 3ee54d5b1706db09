//! Bytes, signatures and the tree: the wire format, which freezes with the first signed event.
//!
//! `docs/wire-format.md` is the specification with worked bytes; here is the map of the code that implements it.
//!
//! - [`json`]: the strict reader. A payload is one object that equals its own RFC 8785 form; nothing that two
//!   parsers could read in two ways gets past it.
//! - [`statement`]: the members of a proposed event outside its data, typed; and the order of faults.
//! - [`envelope`]: DSSE. What is signed is the pre-authentication encoding of type and payload; H, the statement
//!   hash, is SHA-256 of it. Units and openings.
//! - [`keys`]: Ed25519, strictly; PKCS#8 key files; proofs of possession; the other three payload types.
//! - [`seal`]: commitments to personal values, so that these can be forgotten without breaking a signature.
//! - [`tree`]: the 73-byte leaf, RFC 6962 hashes, C2SP tiles, inclusion and consistency proofs.
//! - [`note`]: signed checkpoints and offline proofs.
//! - [`bytes`]: hashes, ids, instants, dates, base64: one form each.
//!
//! The crate is pure and knows nothing of records: no I/O, no clock, no randomness.

pub mod bytes;
pub mod envelope;
pub mod fuzz;
pub mod json;
pub mod keys;
pub mod note;
mod reader;
pub mod seal;
pub mod statement;
pub mod tree;

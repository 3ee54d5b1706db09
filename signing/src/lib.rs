//! Bytes, signatures and the tree: the wire format, which freezes with the first signed event.
//!
//! `docs/wire-format.md` is the specification with worked bytes; what follows is its outline and the map of the code.
//! Anything not written there is refused. The crate is pure and knows nothing of records: no I/O, no clock, no randomness.
//!
//! # Small forms ([`bytes`])
//!
//! Each thing has one form, and a reader that meets another refuses it.
//! - base64url is RFC 4648 §5 without padding; only `payload` and `sig` of an envelope, and notes, use §4 with padding.
//!   No white space, no spare bits.
//! - A hash is SHA-256, 43 characters of base64url. A ledger is 16 bytes. A key id is SHA-256 of the
//!   SubjectPublicKeyInfo DER, for Ed25519 `302a300506032b6570032100 || 32 bytes`.
//! - A UUID is lower case, 36 characters, variant 10, version 4; version 8 where it is derived.
//! - An instant is `YYYY-MM-DDTHH:MM:SS.ffffffZ`, a date `YYYY-MM-DD`; the civil day of an instant is that of UTC+08:00.
//! - `lp(x)` is the length of x as u32 big-endian, then x.
//!
//! # Payloads ([`json`])
//!
//! A payload is one JSON object that equals its own RFC 8785 form. Checked in this order:
//! 1. `too_large`: above 65,536 bytes.
//! 2. `bad_json`: not UTF-8, a byte order mark, not one object, a duplicate or ill-formed name (`[a-z$][a-z0-9_]*`, `$`
//!    in `$sealed` alone), null, a number other than `0|-?[1-9][0-9]*` within ±(2^53 − 1), a lone surrogate, depth above 8.
//! 3. `not_canonical`: white space, names out of order, an escape that need not be or not in this form.
//! 4. `bad_text`: control, format and other characters that hide or reorder text, noncharacters, tags; or not NFC. These
//!    are checks of admission. An audit does not repeat them, since Unicode grows.
//!
//! # Signatures ([`envelope`], [`keys`])
//!
//! - What is signed is always the DSSE pre-authentication encoding
//!   `"DSSEv1" SP len(type) SP type SP len(body) SP body`, under one of four payload types: event, enrol, session, export.
//!   One type is never accepted in the place of another.
//! - H, the statement hash, is SHA-256 of that encoding of an event.
//! - Algorithm 1 is Ed25519: S < L, A and R canonical and not of small order, `[S]B = R + [k]A` without cofactor.
//!   Enrolment also refuses A outside the prime-order subgroup. The key's record decides the algorithm, never the message.
//! - An envelope is `{"payloadType", "payload", "signatures": [{"keyid", "sig"}]}` with exactly one signature. `keyid` is a
//!   hint. Verify first, parse after.
//! - A unit is `{envelopes, openings}`: one event or one whole batch, at most 1,000, at most 2 MiB of payloads and openings.
//!
//! # Statements ([`statement`]) and seals ([`seal`])
//!
//! - A statement has the members of [`statement::Statement`]; what lies in `data` is the catalogue's.
//! - A value that concerns a person is replaced by `{"$sealed": c}` with c = SHA-256(`"radledger-seal-v1\0"` || lp(ledger) ||
//!   lp(event id) || lp(pointer) || salt || lp(RFC 8785 bytes of the value)). Its opening travels beside the event; when it is
//!   destroyed, every signature, leaf and proof stays as it was.
//!
//! # The tree ([`tree`], [`note`])
//!
//! - A leaf has 73 bytes: `0x01 || recorded_at u64be microseconds || H || SHA-256(alg u8 || key id || len u16be || signature)`.
//! - The tree is that of RFC 6962; it is stored as C2SP tiles of 256 hashes, and nothing else commits to history.
//! - A log key signs checkpoints (C2SP signed notes: origin, size, root) and nothing else.
//! - A published receipt is a C2SP tlog-proof: index, inclusion proof, checkpoint.
//!
//! [`fuzz`] is the entry for a fuzzer over every reader that faces strangers.

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

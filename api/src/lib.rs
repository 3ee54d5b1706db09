//! The service: one door for signed events, and the GraphQL and HTTP face over it.
//!
//! - [`submit`]: the one path of a proposed event, and its dry run. [`shelf`]: what it keeps at hand.
//! - [`node`]: what the face stands on; `ops` assembles it. [`http::router`] is all of it over HTTP.
//! - [`graphql`]: the schema, built from the field tables; one file per kind for what is special to it.
//! - [`session`], [`scope`]: who reads, and how far: decided in one place, repeated by row-level security.
//! - [`reads`]: the questions to the read model. [`mask`]: sealed values as they are shown.
//! - [`files`]: attached files, in and out. [`carried`]: how a file comes and goes over HTTP.
//! - [`engine`], [`limits`], [`error`]: every request under every bound; every error in one form.
//! - [`desk`]: warnings that follow from the rules, signed by the service.
//! - [`import`]: spreadsheets of doses, read and judged before anything is signed.
//! - [`imports`]: such files kept for who brought them, and handed out row by row to be signed.
//! - [`log`], [`proofs`]: the public log and its proofs.
//! - [`contract`]: what clients are built against, printed.

pub mod audit;
pub mod carried;
pub mod contract;
pub mod desk;
pub mod engine;
pub mod error;
pub mod files;
pub mod graphql;
pub mod http;
pub mod import;
pub mod imports;
pub mod inbox;
pub mod installation;
pub mod limits;
pub mod log;
pub mod mask;
pub mod matching;
pub mod node;
pub mod pages;
mod portal;
pub mod private;
pub mod proofs;
pub mod reads;
pub mod scope;
pub mod search;
pub mod session;
pub mod shelf;
pub mod statistics;
pub mod submit;
pub mod summary;
pub mod ws;

pub use http::router;
pub use limits::Limits;
pub use node::{Node, NodeParts, ProofOf, audiences_of};

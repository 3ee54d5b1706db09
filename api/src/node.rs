//! What the HTTP face stands on; `ops` assembles it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use deadpool_postgres::Pool;
use futures_util::future::BoxFuture;
use quick_cache::sync::Cache;
use schema::catch_up::Projections;
use schema::read_model::ReadModel;
use signing::bytes::{KeyId, LedgerId};
use tokio::sync::watch;
use uuid::Uuid;

use crate::audit::{LastRun, Verification};
use crate::error::ApiError;
use crate::imports::Imports;
use crate::installation::Installation;
use crate::limits::{Documents, Limits};
use crate::search::Names;
use crate::submit::{Clock, Door};

/// A session kept in memory for a moment.
#[derive(Debug, Clone, Copy)]
pub struct KeptSession {
    /// Its account.
    pub account: Uuid,
    /// Its key.
    pub key: KeyId,
}

/// Makes the C2SP tlog-proof of a position in the published tree; none while it is not published.
pub type ProofOf = Arc<dyn Fn(u64) -> BoxFuture<'static, Result<Option<String>, schema::Error>> + Send + Sync>;

/// The parts of a node.
pub struct NodeParts {
    /// The one door through which events come in.
    pub door: Arc<Door>,
    /// What is read, under the reader's role: what row-level security lets through.
    pub reader: ReadModel,
    /// Pool of the role that keeps sessions (the appender's).
    pub sessions: Pool,
    /// What else is served at this address: the public log, callbacks of a gateway, the people of a demonstration. It gets the
    /// headers and bounds of every answer.
    pub beside: Router,
    /// Inclusion proofs.
    pub proofs: ProofOf,
    /// Number of published events.
    pub published: watch::Receiver<u64>,
    /// The read model, kept up to date.
    pub projections: Arc<Projections>,
    /// Secret of the login challenges.
    pub session_secret: [u8; 32],
    /// Audiences of logins, `scheme://host:port`; the first is the one to show.
    pub audiences: Vec<String>,
    /// Whether `/graphiql` answers.
    pub graphiql: bool,
    /// How the auditor's page has everything verified; none: it cannot.
    pub verification: Option<Verification>,
    /// Every bound.
    pub limits: Limits,
    /// The clock.
    pub clock: Clock,
}

/// A node: the parts and what the face keeps itself.
pub struct Node {
    /// See [`NodeParts`].
    pub(crate) door: Arc<Door>,
    pub(crate) installation: Arc<Installation>,
    pub(crate) reader: ReadModel,
    pub(crate) sessions: Pool,
    pub(crate) proofs: ProofOf,
    durable: watch::Receiver<u64>,
    published: watch::Receiver<u64>,
    pub(crate) projections: Arc<Projections>,
    pub(crate) session_secret: [u8; 32],
    pub(crate) audiences: Vec<String>,
    pub(crate) graphiql: bool,
    pub(crate) verification: Option<Verification>,
    pub(crate) last_run: LastRun,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    pub(crate) beside: Router,
    pub(crate) documents: Documents,
    pub(crate) sockets: tokio::sync::Semaphore,
    pub(crate) transfers: tokio::sync::Semaphore,
    /// Sessions looked up a moment ago, until when they may be believed.
    pub(crate) live_sessions: Cache<[u8; 32], (KeptSession, i64)>,
    /// Comparisons of sealed values that failed, by account, with the hour in which they were counted.
    pub(crate) mismatches: Mutex<HashMap<Uuid, (i64, usize)>>,
    /// Names of persons, for the search box.
    pub(crate) names: Names,
    /// Files that are imported, as far as they were judged.
    pub(crate) imports: Imports,
}

impl Node {
    /// Puts a node together.
    #[must_use]
    pub fn new(parts: NodeParts) -> Arc<Self> {
        let NodeParts {
            door,
            reader,
            sessions,
            beside,
            proofs,
            published,
            projections,
            session_secret,
            audiences,
            graphiql,
            verification,
            limits,
            clock,
        } = parts;
        Arc::new(Self {
            documents: Documents::new(limits.clone()),
            sockets: tokio::sync::Semaphore::new(limits.sockets),
            transfers: tokio::sync::Semaphore::new(limits.files_at_once),
            live_sessions: Cache::new(10_000),
            mismatches: Mutex::default(),
            names: Names::default(),
            imports: Imports::default(),
            installation: door.installation().clone(),
            durable: door.sizes(),
            door,
            reader,
            sessions,
            proofs,
            published,
            projections,
            session_secret,
            audiences,
            graphiql,
            verification,
            last_run: LastRun::default(),
            limits,
            clock,
            beside,
        })
    }

    /// Counts comparisons that failed for an account within an hour.
    ///
    /// # Errors
    /// [`ApiError::Limit`] when there were too many: somebody guesses.
    pub(crate) fn count_mismatches(&self, account: Uuid, failed: usize) -> Result<(), ApiError> {
        let hour = (self.clock)().micros() / 3_600_000_000;
        let mut counted = self.mismatches.lock().unwrap_or_else(PoisonError::into_inner);
        counted.retain(|_, (counted_in, _)| *counted_in == hour);
        let (_, count) = counted.entry(account).or_insert((hour, 0));
        let limit = self.limits.mismatches_per_hour;
        if *count >= limit {
            return Err(ApiError::Limit { what: "mismatchesPerHour", limit });
        }
        *count += failed;
        Ok(())
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> LedgerId {
        self.installation.ledger
    }

    /// Number of durable events.
    #[must_use]
    pub fn durable(&self) -> u64 {
        *self.durable.borrow()
    }

    /// Number of published events.
    #[must_use]
    pub fn published(&self) -> u64 {
        *self.published.borrow()
    }

    /// Number of events in the read model.
    #[must_use]
    pub fn projected(&self) -> u64 {
        self.projections.size()
    }
}

/// The audiences of a listener on this address: how a client on the same machine names it.
#[must_use]
pub fn audiences_of(listen: std::net::SocketAddr) -> Vec<String> {
    let port = listen.port();
    vec![format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")]
}

//! A socket between a program and PostgreSQL that fails on purpose.
//!
//! What a program asks of the server goes in round trips. A relay cuts the connection at one of them: before the server
//! has seen it, or after the server has carried it out and before the program hears of it. Cutting the first, the
//! second, … until none is left fails every await on the database once. A relay can also be shut: every connection ends
//! and none is accepted, as if the server were gone.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// What becomes of the round trip that is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees it.
    Asked,
    /// The server carries it out; its answer is lost.
    Answered,
}

/// The relay; it ends with this value.
pub struct Relay {
    config: Config,
    state: Arc<State>,
    accepting: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

struct State {
    server: PathBuf,
    /// Round trips until the cut, counting it; 0 for none.
    left: AtomicU64,
    answered: AtomicBool,
    open: watch::Sender<bool>,
}

impl Relay {
    /// A relay to the server of these settings, which has a Unix socket; open, and cutting nothing.
    ///
    /// # Panics
    /// When there is no such socket, or none can be made.
    #[must_use]
    pub fn to(server: &Config) -> Self {
        let Some(Host::Unix(socket)) = server.get_hosts().first() else { panic!("the server has a Unix socket") };
        let port = server.get_ports().first().copied().unwrap_or(5432);
        let name = format!(".s.PGSQL.{port}");
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(&name)).expect("a socket");
        let mut config = Config::new();
        config.host_path(folder.path()).port(port);
        config.user(server.get_user().expect("a user")).dbname(server.get_dbname().expect("a database"));
        config.password(server.get_password().expect("a password"));
        let state = Arc::new(State {
            server: socket.join(name),
            left: AtomicU64::new(0),
            answered: AtomicBool::new(false),
            open: watch::Sender::new(true),
        });
        let shared = state.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, shared.clone()));
            }
        });
        Self { config, state, accepting, _folder: folder }
    }

    /// The server's settings, by way of this relay.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Cuts the `trip`-th round trip from now on (1 is the next), once.
    pub fn cut(&self, trip: u64, cut: Cut) {
        self.state.answered.store(cut == Cut::Answered, Ordering::SeqCst);
        self.state.left.store(trip, Ordering::SeqCst);
    }

    /// Cuts no more; whether a cut was still to come.
    #[must_use]
    pub fn spare(&self) -> bool {
        self.state.left.swap(0, Ordering::SeqCst) > 0
    }

    /// Opens or shuts the relay.
    pub fn set_open(&self, open: bool) {
        self.state.open.send_replace(open);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set_open(false);
    }
}

impl State {
    /// What to do with the round trip that has come.
    fn next(&self) -> Option<Cut> {
        let before = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        let cut = if self.answered.load(Ordering::SeqCst) { Cut::Answered } else { Cut::Asked };
        (before == Ok(1)).then_some(cut)
    }
}

/// Carries one connection until either side ends it, or it is cut.
async fn carry(client: UnixStream, state: Arc<State>) {
    let mut open = state.open.subscribe();
    if !*open.borrow_and_update() {
        return;
    }
    let Ok(server) = UnixStream::connect(&state.server).await else { return };
    let (mut asking, mut hearing) = client.into_split();
    let (mut answering, mut serving) = server.into_split();
    let lost = AtomicBool::new(false);
    let there = async {
        let mut trip = Vec::new();
        let mut first = true;
        loop {
            let ends = read_message(&mut asking, &mut trip, first).await?;
            first = false;
            if !ends {
                continue;
            }
            match state.next() {
                Some(Cut::Asked) => return Some(()),
                Some(Cut::Answered) => lost.store(true, Ordering::SeqCst),
                None => {}
            }
            serving.write_all(&trip).await.ok()?;
            trip.clear();
        }
    };
    let back = async {
        let mut chunk = vec![0; 1 << 14];
        loop {
            let read = answering.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
            if lost.load(Ordering::SeqCst) {
                return Some(());
            }
            hearing.write_all(&chunk[..read]).await.ok()?;
        }
    };
    tokio::select! {
        _ = there => {}
        _ = back => {}
        _ = open.wait_for(|open| !*open) => {}
    }
}

/// Adds one message of the client; whether the server now has something to answer, or the client takes its leave.
async fn read_message(from: &mut (impl AsyncRead + Unpin), trip: &mut Vec<u8>, first: bool) -> Option<bool> {
    // Only the first message of a connection has no type.
    let kind = if first { b'Q' } else { from.read_u8().await.ok()? };
    if !first {
        trip.push(kind);
    }
    let length = from.read_u32().await.ok()?;
    trip.extend(length.to_be_bytes());
    let at = trip.len();
    trip.resize(at + usize::try_from(length.checked_sub(4)?).ok()?, 0);
    from.read_exact(&mut trip[at..]).await.ok()?;
    // Query, Sync, Flush, password, Terminate.
    Some(matches!(kind, b'Q' | b'S' | b'H' | b'p' | b'X'))
}

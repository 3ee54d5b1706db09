//! The same units through the real HTTP server and the GraphQL mutation.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use api::log::PublicLog;
use api::proofs::Proofs;
use api::submit::Clock;
use api::{Limits, Node, NodeParts, audiences_of};
use schema::catch_up::Projections;
use schema::connect::{Role, connect};
use schema::read_model::ReadModel;
use schema::tiles::TileStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::append::Send;
use super::site::{Site, now};

/// What every client asks; the unit stands between the two.
const ASK: (&str, &str) = (
    r#"{"query":"mutation($units:[JSON!]!){append(units:$units){__typename ... on Appended{receipts{position}}}}","variables":{"units":["#,
    "]}}",
);
/// Longest answer that a client reads.
const ANSWER_MAX: usize = 1 << 20;

/// The server of the product on a free port of this machine, in this process.
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<std::io::Result<()>>,
}

impl Served {
    /// Starts it.
    ///
    /// # Errors
    /// When no port is free or a pool cannot be made.
    pub async fn start(site: &Site, projections: Arc<Projections>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening")?;
        let address = listener.local_addr()?;
        let pool = |role| connect(site.admin(), role, &site.passwords);
        let tiles = TileStore::new(pool(Role::Sealer)?);
        let clock: Clock = Arc::new(now);
        let node = Node::new(NodeParts {
            door: site.door.clone(),
            reader: ReadModel::new(pool(Role::Reader)?),
            sessions: pool(Role::Appender)?,
            beside: PublicLog::new(tiles.clone(), site.installation.log.verifier().to_vkey()).router(),
            proofs: Proofs::new(tiles).into_proof_of(),
            published: site.published.subscribe(),
            projections,
            session_secret: [7; 32],
            audiences: audiences_of(address),
            graphiql: false,
            verification: None,
            limits: Limits::default(),
            clock,
        });
        let task = tokio::spawn(async move { axum::serve(listener, api::router(node)).await });
        Ok(Self { address, task })
    }

    /// Ends it wherever it is.
    pub fn stop(self) {
        self.task.abort();
    }
}

/// One connection that is kept. The client is as thin as HTTP allows: what is measured is the server.
pub struct OverHttp {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

impl OverHttp {
    /// Connects.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        Self::connect_as(address, None).await
    }

    /// Connects as somebody who has logged in.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn connect_as(address: SocketAddr, token: Option<&str>) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting to our own server")?;
        stream.set_nodelay(true)?;
        let mut head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: application/graphql-response+json\r\n"
        );
        if let Some(token) = token {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        Ok(Self { stream, head, buffer: Vec::with_capacity(4096) })
    }

    async fn ask(&mut self, unit: &[u8]) -> Result<bool> {
        let (ok, body) = self.post(&[ASK.0.as_bytes(), unit, ASK.1.as_bytes()]).await?;
        let appended = &b"\"Appended\""[..];
        Ok(ok && body.windows(appended.len()).any(|window| window == appended))
    }

    /// Sends a body, given in parts: whether the status is 200, and the body of the answer.
    ///
    /// # Errors
    /// When the server breaks the connection off.
    pub async fn post(&mut self, body: &[&[u8]]) -> Result<(bool, &[u8])> {
        let length: usize = body.iter().map(|part| part.len()).sum();
        let mut request = format!("{}content-length: {length}\r\n\r\n", self.head).into_bytes();
        body.iter().for_each(|part| request.extend_from_slice(part));
        self.stream.write_all(&request).await?;
        self.buffer.clear();
        loop {
            if let Some((ok, body, length)) = head_of(&self.buffer)?
                && self.buffer.len() >= body + length
            {
                return Ok((ok, &self.buffer[body..]));
            }
            let read = self.stream.read_buf(&mut self.buffer).await?;
            anyhow::ensure!(read > 0 && self.buffer.len() < ANSWER_MAX, "the server broke the connection off");
        }
    }
}

/// Whether the status is 200, where the body begins and how long it is, once the head is there.
fn head_of(answer: &[u8]) -> Result<Option<(bool, usize, usize)>> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end]).context("the head of an answer")?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.context("an answer without content-length")?.1.parse().context("content-length")?;
    Ok(Some((head.starts_with("HTTP/1.1 200"), end + 4, length)))
}

impl Send for OverHttp {
    async fn send(&mut self, unit: &[u8]) -> bool {
        match self.ask(unit).await {
            Ok(appended) => appended,
            Err(error) => {
                tracing::warn!(%error, "a request of the bench failed");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_when_they_are_whole() {
        assert_eq!(head_of(b"HTTP/1.1 200 OK\r\ncontent-le").expect("not yet"), None);
        let head = head_of(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").expect("a head");
        assert_eq!(head, Some((true, 38, 3)));
        assert!(head_of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}

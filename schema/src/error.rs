//! Three answers, three reactions: [`Error::Conflict`] is judged again,
//! [`Error::Unavailable`] is tried again later, [`Error::Corrupt`] stops.

use std::time::Duration;

/// Longest that anybody waits for an answer of the database, a free connection included. Longer than its own bounds on
/// the statements of readers: what comes later comes from a server that stands still, and a server that stands still
/// neither answers nor breaks a connection.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(12);

/// What this work says, or [`Error::Unavailable`] after [`ANSWER_WITHIN`].
///
/// # Errors
/// Its own, and that one.
pub async fn answered<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(ANSWER_WITHIN, work).await {
        Ok(said) => said,
        Err(_) => Err(Error::Unavailable("no answer".to_owned())),
    }
}

/// Why the database could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Somebody else was faster (a serialisation failure, a deadlock, a moved checkpoint).
    #[error("数据已被他人更新，请重试。Somebody else was faster: {0}")]
    Conflict(String),
    /// No connection, a timeout, a server that starts or stops. Nothing is known to be wrong with the data.
    #[error("暂不可用。Unavailable for now: {0}")]
    Unavailable(String),
    /// Stored bytes or our own statements are not what they must be.
    #[error("数据损坏（位置 {position:?}）。Corrupt at position {position:?}: {why}")]
    Corrupt {
        /// The position in the log, where one is concerned.
        position: Option<u64>,
        /// What was expected and what was found; never a stored value.
        why: String,
    },
    /// A migration cannot be applied.
    #[error("数据库迁移被拒绝。Migration refused: {0}")]
    Migration(String),
    /// A file beside the database could not be read or written.
    #[error("{what} {path}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// Where.
        path: std::path::PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl Error {
    /// Corruption at one position of the log.
    pub(crate) fn corrupt(position: impl Into<Option<u64>>, why: impl Into<String>) -> Error {
        Error::Corrupt { position: position.into(), why: why.into() }
    }

    /// Turns an I/O error into [`Error::Io`] with its place.
    pub(crate) fn io(what: &'static str, path: impl Into<std::path::PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { what, path, source }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Error {
        let Some(answer) = error.as_db_error() else {
            // No answer of the server: the connection broke, or a value did not have the expected type.
            return if error.is_closed() || std::error::Error::source(&error).is_some_and(|s| s.is::<std::io::Error>()) {
                Error::Unavailable(error.to_string())
            } else {
                Error::corrupt(None, sentence(&error))
            };
        };
        // Only code and message: the detail of a server's error may hold a stored value.
        let said = format!("{} {}", answer.code().code(), answer.message());
        match &answer.code().code()[..2] {
            "40" => Error::Conflict(said),
            "08" | "53" | "55" | "57" | "58" => Error::Unavailable(said),
            _ => Error::Corrupt { position: None, why: said },
        }
    }
}

impl From<deadpool_postgres::PoolError> for Error {
    fn from(error: deadpool_postgres::PoolError) -> Error {
        match error {
            deadpool_postgres::PoolError::Backend(error) => match Error::from(error) {
                // Whatever keeps us from connecting is not the data's fault.
                Error::Corrupt { why, .. } => Error::Unavailable(why),
                other => other,
            },
            other => Error::Unavailable(other.to_string()),
        }
    }
}

/// An error with its cause, in one line.
pub(crate) fn sentence(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

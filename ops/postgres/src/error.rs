//! What can go wrong while a private PostgreSQL is found, made, started or stopped.

use std::path::PathBuf;

/// Each variant is one sentence that says what to do; none contains a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No folder with `postgres` and `initdb` of version 15 or newer was found.
    #[error(
        "未找到 PostgreSQL 15 及以上版本，请执行：apt-get install postgresql（macOS：brew install postgresql@17），或设置 RADLEDGER_PG_BIN，或使用 --database-url。\
         PostgreSQL 15 or newer was not found: run `apt-get install postgresql` (macOS: `brew install postgresql@17`), set RADLEDGER_PG_BIN, or use --database-url"
    )]
    BinariesMissing,
    /// The folder was made by another major version than any that is installed.
    #[error(
        "{folder} 由 PostgreSQL {needed} 建立，本机没有该版本，请安装 postgresql-{needed}。\
         {folder} was made by PostgreSQL {needed}, which is not installed: install postgresql-{needed}"
    )]
    WrongVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version written in its `PG_VERSION`.
        needed: String,
    },
    /// Root may not run PostgreSQL, and neither `postgres` nor `nobody` exists to run it.
    #[error(
        "PostgreSQL 不能以 root 运行，且系统中没有用户 postgres 或 nobody。PostgreSQL cannot run as root, and there is no user `postgres` or `nobody` to run it"
    )]
    NoUser,
    /// The folder belongs to somebody else and this process is not root.
    #[error(
        "{folder} 属于用户 {owner}，当前用户是 {current}，请换用该用户或另一目录。{folder} belongs to uid {owner} but this process runs as uid {current}: use that user or another folder"
    )]
    WrongOwner {
        /// The folder that was looked at.
        folder: PathBuf,
        /// Its owner's uid.
        owner: u32,
        /// The uid that should own it.
        current: u32,
    },
    /// PostgreSQL's user cannot reach the folder through one of its parents.
    #[error(
        "用户 {user} 无法进入 {folder}，请把 --data 放到其他位置（例如 /var/lib/radledger）。User `{user}` cannot enter {folder}: put --data elsewhere, for example /var/lib/radledger"
    )]
    NotTraversable {
        /// The parent folder that is closed.
        folder: PathBuf,
        /// The user that PostgreSQL runs as.
        user: String,
    },
    /// A file or folder could not be read or written.
    #[error("{what} {path}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// `initdb` ended with an error.
    #[error("initdb 失败。initdb failed: {output}")]
    Init {
        /// The end of its output.
        output: String,
    },
    /// The server ended before it accepted a connection.
    #[error("PostgreSQL 未能启动，日志 {log}。PostgreSQL did not start, see {log}: {tail}")]
    Start {
        /// The log file.
        log: PathBuf,
        /// The last lines of that log.
        tail: String,
    },
    /// The server was running but did not accept a connection in time.
    #[error("PostgreSQL 在 {seconds} 秒内未就绪。PostgreSQL was not ready within {seconds} s: {last}")]
    NotReady {
        /// How long was waited, in seconds.
        seconds: u64,
        /// The last answer to a connection attempt.
        last: String,
    },
    /// A statement or connection failed although the server runs.
    #[error("PostgreSQL: {0}")]
    Sql(#[from] tokio_postgres::Error),
}

impl Error {
    /// Turns an I/O error into [`Error::Io`] with its place.
    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { what, path, source }
    }
}

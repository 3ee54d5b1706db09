//! What was tried to send the messages of the ledger: so that none is sent twice and none is forgotten.
//!
//! An attempt is written down before the gateway is asked. Who finds one without an answer asks the gateway what became of
//! it before he sends the message again.

use deadpool_postgres::Pool;
use uuid::Uuid;

use crate::error::Error;

/// What was tried for one sending of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempt {
    /// How often the gateway was asked.
    pub attempts: u32,
    /// When it was asked last without an answer that it will not send; microseconds.
    pub asked_at: Option<i64>,
    /// Not before this instant again; microseconds.
    pub next_at: i64,
    /// What the gateway said last.
    pub code: Option<String>,
}

/// The table of attempts.
#[derive(Clone)]
pub struct MessageStore {
    pool: Pool,
}

impl MessageStore {
    /// A store over a pool of [`Role::Projector`](crate::connect::Role::Projector).
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// What was tried for a sending of a message.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn attempt(&self, id: Uuid, round: u32) -> Result<Attempt, Error> {
        let known = "select attempts, asked_at, next_at, code from desk.message where id = $1 and round = $2";
        let row = self.pool.get().await?.query_opt(known, &[&id, &whole(round)]).await?;
        Ok(row.map_or_else(Attempt::default, |row| Attempt {
            attempts: u32::try_from(row.get::<_, i32>(0)).unwrap_or_default(),
            asked_at: row.get(1),
            next_at: row.get(2),
            code: row.get(3),
        }))
    }

    /// Writes down what was tried.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn put(&self, id: Uuid, round: u32, attempt: &Attempt) -> Result<(), Error> {
        let put =
            "insert into desk.message (id, round, attempts, asked_at, next_at, code) values ($1, $2, $3, $4, $5, $6)
                   on conflict (id, round) do update set attempts = excluded.attempts, asked_at = excluded.asked_at,
                       next_at = excluded.next_at, code = excluded.code";
        let Attempt { attempts, asked_at, next_at, code } = attempt;
        self.pool.get().await?.execute(put, &[&id, &whole(round), &whole(*attempts), asked_at, next_at, code]).await?;
        Ok(())
    }

    /// Forgets what was tried for a message whose fate is in the log.
    ///
    /// # Errors
    /// [`Error`] of the database.
    pub async fn settle(&self, id: Uuid) -> Result<(), Error> {
        self.pool.get().await?.execute("delete from desk.message where id = $1", &[&id]).await?;
        Ok(())
    }
}

fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

//! Which server and database a handle works on, how it connects, and what PostgreSQL says in words that say what to do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool};

use crate::location::{PostgresUrl, host_and_port};
use crate::rows::Overflow;
use crate::{Mode, StoreError};

/// Prepared statements kept by a connection: a few for each table.
const STATEMENTS: usize = 256;

/// Databases through which another one can be created.
const MAINTENANCE: &str = "postgres";

/// A member of several that does not answer for so long is passed over.
const PASSED_OVER: Duration = Duration::from_secs(3);

/// Connections that read at the same time.
const READERS: u32 = 4;

/// The database a handle works on, and how long it waits for others.
#[derive(Debug)]
pub(super) struct Server {
    /// For messages, without the password.
    name: String,
    pub(super) mode: Mode,
    pub(super) wait: Duration,
    /// The primary and its standbys, in the order of the URL.
    members: Vec<PgConnectOptions>,
    /// Which of them was the primary when last asked.
    primary: AtomicUsize,
    /// Connections to the primary for what is no commit.
    readers: PgPool,
}

impl Server {
    /// Must be called inside a tokio runtime.
    pub(super) fn new(url: &PostgresUrl, mode: Mode, wait: Duration) -> Self {
        let members: Vec<_> = url.servers().iter().map(|server| as_we_work(server, mode, wait)).collect();
        let readers = PgPoolOptions::new().max_connections(READERS).acquire_timeout(wait);
        // A former primary that came back as a standby is behind, and takes no writes.
        let readers = if asks_which(&members, mode) {
            readers
                .after_connect(|conn, _| {
                    Box::pin(async move { if is_standby(conn).await? { Err(standby()) } else { Ok(()) } })
                })
                .before_acquire(|conn, _| Box::pin(async move { Ok(!is_standby(conn).await?) }))
                .test_before_acquire(false)
        } else {
            readers
        };
        let readers = readers.connect_lazy_with(members.first().cloned().unwrap_or_default());
        Self { name: url.to_string(), mode, wait, members, primary: AtomicUsize::new(0), readers }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Connections for what is no commit.
    pub(super) fn readers(&self) -> &PgPool {
        &self.readers
    }

    /// A new connection to the primary, wherever that is now.
    pub(super) async fn connect(&self) -> Result<PgConnection, StoreError> {
        Ok(self.connect_as(Clone::clone).await?.0)
    }

    /// How to connect to the primary, wherever that is now.
    pub(super) async fn find(&self) -> Result<PgConnectOptions, StoreError> {
        if self.members.len() == 1 {
            return Ok(self.members.first().cloned().unwrap_or_default());
        }
        let (conn, options) = self.connect_as(Clone::clone).await?;
        conn.close().await.ok();
        Ok(options)
    }

    /// Asks the members in turn, beginning with the last primary, until one of them is it.
    async fn connect_as(
        &self,
        change: impl Fn(&PgConnectOptions) -> PgConnectOptions,
    ) -> Result<(PgConnection, PgConnectOptions), StoreError> {
        let (count, first) = (self.members.len(), self.primary.load(Ordering::Relaxed));
        let mut reasons = Vec::new();
        for (at, member) in self.members.iter().enumerate().cycle().skip(first).take(count) {
            let options = change(member);
            match self.connect_to(&options).await {
                Ok(conn) => {
                    if at != self.primary.swap(at, Ordering::Relaxed) {
                        tracing::warn!(server = host_and_port(member), "another server is the primary now");
                        self.readers.set_connect_options(member.clone());
                    }
                    return Ok((conn, options));
                }
                Err(StoreError::Unreachable { reason, .. }) if count > 1 => {
                    reasons.push(format!("{}: {reason}", host_and_port(member)));
                }
                Err(error) => return Err(error),
            }
        }
        Err(self.unreachable(reasons.join("; ")))
    }

    async fn connect_to(&self, options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
        let connecting = async {
            let mut conn = options.connect().await?;
            let other = asks_which(&self.members, self.mode) && is_standby(&mut conn).await?;
            if other { Err(standby()) } else { Ok(conn) }
        };
        let wait = if self.members.len() > 1 { self.wait.min(PASSED_OVER) } else { self.wait };
        match tokio::time::timeout(wait, connecting).await {
            Ok(connected) => connected.map_err(|error| self.connect_error(error)),
            Err(_) => Err(self.unreachable(format!("no answer within {} s", wait.as_secs_f32()))),
        }
    }

    /// The error of a server that does not answer.
    pub(super) fn silent(&self) -> StoreError {
        self.unreachable(format!("no answer within {} s", self.wait.as_secs_f32()))
    }

    /// Creates the database, empty; does nothing when another process was quicker.
    pub(super) async fn create(&self) -> Result<(), StoreError> {
        let Some(first) = self.members.first() else { return Ok(()) };
        let name = first.get_database().unwrap_or_else(|| first.get_username()).replace('"', "\"\"");
        let (mut conn, _) = self.connect_as(|member| member.clone().database(MAINTENANCE)).await?;
        conn.execute("SET default_transaction_read_only = off").await.map_err(|e| self.error(e))?;
        // Codes are compared byte by byte, whatever the language of the server.
        let create =
            format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
        let created = conn.execute(AssertSqlSafe(create)).await;
        conn.close().await.ok();
        match created {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) if [DUPLICATE_DATABASE, UNIQUE].contains(&state(&*error).as_str()) => {
                Ok(())
            }
            Err(error) => Err(self.error(error)),
        }
    }

    pub(super) fn closed(&self) -> StoreError {
        StoreError::Closed { database: self.name.clone() }
    }

    pub(super) fn damaged(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Damaged { database: self.name.clone(), reason: reason.into() }
    }

    pub(super) fn overflow(&self, overflow: Overflow) -> StoreError {
        // `unstorable` has refused such values before they come here.
        StoreError::Internal { what: overflow.to_string() }
    }

    pub(super) fn unsure(&self, reason: String) -> StoreError {
        StoreError::Unsure { database: self.name.clone(), reason }
    }

    fn unreachable(&self, reason: String) -> StoreError {
        StoreError::Unreachable { database: self.name.clone(), reason }
    }

    pub(super) fn read_only(&self) -> StoreError {
        let reason = match self.mode {
            Mode::ReadOnly => "this command opened it for reading; open it for writing to change it",
            Mode::Write | Mode::Create => "the server is a standby or set to read only; connect to the primary",
        };
        StoreError::ReadOnly { database: self.name.clone(), reason: reason.to_owned() }
    }

    /// The error of a connection that was not made.
    fn connect_error(&self, error: sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::Io(error) => self.unreachable(error.to_string()),
            sqlx::Error::Configuration(error) if error.is::<Standby>() => self.unreachable(error.to_string()),
            sqlx::Error::Tls(_) => self.unreachable("this program speaks no TLS; give sslmode=disable".to_owned()),
            sqlx::Error::Protocol(reason) => self.unreachable(format!("it does not speak PostgreSQL ({reason})")),
            other => match self.error(other) {
                StoreError::Disconnected { reason, .. } => self.unreachable(reason),
                other => other,
            },
        }
    }

    /// The error of a failed statement.
    pub(super) fn error(&self, error: sqlx::Error) -> StoreError {
        let database = self.name.clone();
        match error {
            sqlx::Error::Database(error) => self.database_error(&*error),
            sqlx::Error::Io(error) => StoreError::Disconnected { database, reason: error.to_string() },
            // After a broken connection the next message is no message.
            sqlx::Error::Protocol(reason) => StoreError::Disconnected { database, reason },
            sqlx::Error::PoolClosed => self.closed(),
            sqlx::Error::PoolTimedOut => {
                self.unreachable(format!("no connection within {} s", self.wait.as_secs_f32()))
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                self.damaged(error.to_string())
            }
            other => {
                tracing::error!(database, error = %other, "unexpected database error");
                StoreError::Internal { what: other.to_string() }
            }
        }
    }

    fn database_error(&self, error: &dyn DatabaseError) -> StoreError {
        let database = self.name.clone();
        let reason = error.message().to_owned();
        let state = state(error);
        match state.as_str() {
            "3D000" => StoreError::Missing { database },
            "55P03" | "40P01" => StoreError::Locked { database, waited_s: self.wait.as_secs() },
            "25006" => self.read_only(),
            "53100" => StoreError::DiskFull { database },
            "57P01" | "57P02" | "57P03" | "57P05" => StoreError::Disconnected { database, reason },
            "53300" => self.unreachable(reason),
            "42501" => StoreError::NoAccess { database, reason },
            "58030" => StoreError::Io { database, reason },
            _ => match state.get(..2) {
                // 08P01 is a message that is not understood, on a connection that is as it should be.
                Some("08") if state != "08P01" => StoreError::Disconnected { database, reason },
                Some("28") => StoreError::NoAccess { database, reason },
                Some("XX") if state != "XX000" => self.damaged(reason),
                Some("23") => {
                    tracing::error!(database, %reason, "the tables refuse what the network allows");
                    StoreError::Internal { what: format!("the tables refuse what the network allows ({reason})") }
                }
                _ => {
                    tracing::error!(database, state, %reason, "unexpected database error");
                    StoreError::Internal { what: reason }
                }
            },
        }
    }
}

fn as_we_work(server: &PgConnectOptions, mode: Mode, wait: Duration) -> PgConnectOptions {
    let read_only = if mode == Mode::ReadOnly { "on" } else { "off" };
    server
        .clone()
        .application_name("linewright")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging()
        .options([
            ("search_path", "linewright"),
            ("default_transaction_read_only", read_only),
            ("lock_timeout", &wait.as_millis().to_string()),
            // Durability may be raised by the server, not lowered by the user's defaults.
            ("synchronous_commit", "on"),
        ])
}

/// Whether the primary must be told from its standbys: whoever only reads takes the first that answers.
fn asks_which(members: &[PgConnectOptions], mode: Mode) -> bool {
    members.len() > 1 && mode != Mode::ReadOnly
}

async fn is_standby(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(conn).await
}

#[derive(Debug, thiserror::Error)]
#[error("it is a standby")]
struct Standby;

fn standby() -> sqlx::Error {
    sqlx::Error::Configuration(Box::new(Standby))
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const DUPLICATE_DATABASE: &str = "42P04";
const UNIQUE: &str = "23505";
/// A table that does not exist.
pub(super) const UNDEFINED_TABLE: &str = "42P01";

/// The SQLSTATE of an error.
pub(super) fn state(error: &dyn DatabaseError) -> String {
    error.code().map(|code| code.into_owned()).unwrap_or_default()
}

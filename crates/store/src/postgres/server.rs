//! Which server and database a handle works on, how it connects, and what PostgreSQL says in words that say what to do.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use crate::location::PostgresUrl;
use crate::rows::Overflow;
use crate::{Mode, StoreError};

/// Prepared statements kept by a connection: a few for each table.
const STATEMENTS: usize = 256;

/// Databases through which another one can be created.
const MAINTENANCE: &str = "postgres";

/// The database a handle works on, and how long it waits for others.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// For messages, without the password.
    name: String,
    pub(super) mode: Mode,
    pub(super) wait: Duration,
    options: PgConnectOptions,
}

impl Server {
    pub(super) fn new(url: &PostgresUrl, mode: Mode, wait: Duration) -> Self {
        let read_only = if mode == Mode::ReadOnly { "on" } else { "off" };
        let options = url
            .options()
            .application_name("linewright")
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging()
            .options([
                ("search_path", "linewright"),
                ("default_transaction_read_only", read_only),
                ("lock_timeout", &wait.as_millis().to_string()),
                // Durability may be raised by the server, not lowered by the user's defaults.
                ("synchronous_commit", "on"),
            ]);
        Self { name: url.to_string(), mode, wait, options }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How to connect.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// A new connection.
    pub(super) async fn connect(&self) -> Result<PgConnection, StoreError> {
        let connecting = tokio::time::timeout(self.wait, self.options.connect());
        match connecting.await {
            Ok(connected) => connected.map_err(|error| self.connect_error(error)),
            Err(_) => Err(self.unreachable(format!("no answer within {} s", self.wait.as_secs_f32()))),
        }
    }

    /// Creates the database, empty; does nothing when another process was quicker.
    pub(super) async fn create(&self) -> Result<(), StoreError> {
        let name = self.options.get_database().unwrap_or_else(|| self.options.get_username()).replace('"', "\"\"");
        let elsewhere = Self { options: self.options.clone().database(MAINTENANCE), ..self.clone() };
        let mut conn = elsewhere.connect().await?;
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

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const DUPLICATE_DATABASE: &str = "42P04";
const UNIQUE: &str = "23505";
/// A table that does not exist.
pub(super) const UNDEFINED_TABLE: &str = "42P01";

/// The SQLSTATE of an error.
pub(super) fn state(error: &dyn DatabaseError) -> String {
    error.code().map(|code| code.into_owned()).unwrap_or_default()
}

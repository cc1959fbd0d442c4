//! Whose tables they are, which schema they have, and bringing it up to date.

use linewright_model::Version;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, Executor, PgConnection, Row};

use super::server::{Server, UNDEFINED_TABLE, state};
use crate::{SchemaStatus, StoreError};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Any fixed number: makers of the schema stand in line by it.
const MAKING: i64 = 0x4C4E_5752;

/// The schema this program needs.
pub(super) fn needed() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

fn compare(found: Option<i64>) -> SchemaStatus {
    found.map_or(SchemaStatus::Empty, |found| SchemaStatus::compare(found, needed()))
}

/// The schema of the database; refuses tables of another program, and text in another encoding.
pub(super) async fn status(conn: &mut PgConnection, server: &Server) -> Result<SchemaStatus, StoreError> {
    // One transaction, so that a migration elsewhere is seen whole or not at all.
    let mut read = conn.begin_with(READ).await.map_err(|e| server.error(e))?;
    look(&mut read, server).await
}

async fn look(conn: &mut PgConnection, server: &Server) -> Result<SchemaStatus, StoreError> {
    let look = "SELECT current_setting('server_encoding'), \
                (SELECT count(*) FROM pg_tables WHERE schemaname = 'linewright' AND tablename <> '_sqlx_migrations'), \
                to_regclass('linewright._sqlx_migrations') IS NOT NULL, to_regclass('linewright.head') IS NOT NULL";
    let (found, tables, migrated, head): (String, i64, bool, bool) =
        sqlx::query_as(look).fetch_one(&mut *conn).await.map_err(|e| server.error(e))?;
    if found != "UTF8" {
        return Err(StoreError::Encoding { database: server.name().to_owned(), found });
    }
    if tables > 0 && !(migrated && head) {
        return Err(StoreError::Foreign { database: format!("the schema linewright of {}", server.name()) });
    }
    if !migrated {
        return Ok(SchemaStatus::Empty);
    }
    let found: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM linewright._sqlx_migrations")
        .fetch_one(&mut *conn)
        .await
        .map_err(|e| server.error(e))?;
    Ok(compare(found))
}

/// Begins a transaction that only reads, all of it at one moment.
pub(super) const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Runs the migrations that are missing, all or none.
pub(super) async fn migrate(conn: &mut PgConnection, server: &Server) -> Result<(), StoreError> {
    let before = status(conn, server).await?;
    match before {
        SchemaStatus::Current => return Ok(()),
        SchemaStatus::Newer { .. } => return before.refusal(server.name()).map_or(Ok(()), Err),
        SchemaStatus::Empty | SchemaStatus::Older { .. } => {}
    }
    tracing::info!(database = server.name(), ?before, needed = needed(), "migrating");
    run(conn, server, &MIGRATIONS).await
}

/// Runs what is missing of these migrations, all in one transaction: a making that was killed leaves no schema in
/// between, which the next program would take for one that asks for a backup.
pub(super) async fn run(conn: &mut PgConnection, server: &Server, migrations: &Migrator) -> Result<(), StoreError> {
    let mut making = conn.begin().await.map_err(|e| server.error(e))?;
    let line = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MAKING);
    line.execute(&mut *making).await.map_err(|e| server.error(e))?;
    making.execute("CREATE SCHEMA IF NOT EXISTS linewright").await.map_err(|e| server.error(e))?;
    // `Migrator::run` asks for more lifetimes than a future that may move between threads has.
    let Err(error) = migrations.run_direct(None, &mut *making, false).await else {
        return making.commit().await.map_err(|e| server.error(e));
    };
    Err(match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => server.error(error),
        other => server.damaged(format!("its schema cannot be brought up: {other}")),
    })
}

/// The newest version; refuses a schema that is not current.
pub(super) async fn head(conn: &mut PgConnection, server: &Server) -> Result<Version, StoreError> {
    let query = "SELECT version, (SELECT max(version) FROM _sqlx_migrations) FROM head";
    let row = sqlx::query(query).fetch_one(&mut *conn).await;
    read_head(row, conn, server).await
}

/// The newest version and a name for this transaction, under the write lock; refuses a schema that is not current.
pub(super) async fn lock(conn: &mut PgConnection, server: &Server) -> Result<(Version, String), StoreError> {
    let query =
        "SELECT version, (SELECT max(version) FROM _sqlx_migrations), gen_random_uuid()::text FROM head FOR UPDATE";
    let row = sqlx::query(query).fetch_one(&mut *conn).await;
    let token = row.as_ref().ok().and_then(|row| row.try_get(2).ok()).unwrap_or_default();
    Ok((read_head(row, conn, server).await?, token))
}

async fn read_head(
    row: Result<sqlx::postgres::PgRow, sqlx::Error>,
    conn: &mut PgConnection,
    server: &Server,
) -> Result<Version, StoreError> {
    let row = match row {
        Ok(row) => row,
        Err(sqlx::Error::Database(error)) if state(&*error) == UNDEFINED_TABLE => {
            // A failed statement spoils its transaction; the question stands outside it.
            conn.execute("ROLLBACK").await.map_err(|e| server.error(e))?;
            return Err(match look(conn, server).await?.refusal(server.name()) {
                Some(refusal) => refusal,
                None => server.damaged(error.message()),
            });
        }
        Err(error) => return Err(server.error(error)),
    };
    let found: Option<i64> = row.try_get(1).map_err(|e| server.error(e))?;
    match compare(found).refusal(server.name()) {
        Some(refusal) => Err(refusal),
        None => {
            let version: i64 = row.try_get(0).map_err(|e| server.error(e))?;
            u64::try_from(version).map(Version).map_err(|_| server.damaged(format!("its version is {version}")))
        }
    }
}

//! Whose database it is, which schema it has, and bringing it up to date.

use sqlx::migrate::Migrator;
use sqlx::{Connection, Row, SqliteConnection};

use super::error::{File, GENERIC, primary_code};
use crate::{SchemaStatus, StoreError};
use linewright_model::Version;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// `application_id` of a Linewright database: `LNWR`, set by the first migration.
const APPLICATION_ID: i64 = 0x4C4E_5752;

/// The schema this program needs.
pub(super) fn needed() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The schema of the database; refuses the database of another program.
pub(super) async fn status(conn: &mut SqliteConnection, file: &File) -> Result<SchemaStatus, StoreError> {
    // One transaction, so that a migration elsewhere is seen whole or not at all.
    let mut read = conn.begin().await.map_err(|e| file.error(e))?;
    let count =
        "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_migrations%'";
    let tables: i64 = sqlx::query_scalar(count).fetch_one(&mut *read).await.map_err(|e| file.error(e))?;
    let application: i64 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *read).await.map_err(|e| file.error(e))?;
    if application != APPLICATION_ID {
        let empty = tables == 0 && application == 0;
        return if empty { Ok(SchemaStatus::Empty) } else { Err(StoreError::Foreign { database: file.name() }) };
    }
    let found: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut *read)
        .await
        .map_err(|e| file.error(e))?;
    Ok(found.map_or(SchemaStatus::Empty, |n| SchemaStatus::compare(n, needed())))
}

/// Runs the migrations that are missing, all or none.
pub(super) async fn migrate(conn: &mut SqliteConnection, file: &File) -> Result<(), StoreError> {
    let before = status(conn, file).await?;
    match before {
        SchemaStatus::Current => return Ok(()),
        SchemaStatus::Newer { .. } => return before.refusal(&file.name()).map_or(Ok(()), Err),
        SchemaStatus::Empty | SchemaStatus::Older { .. } => {}
    }
    tracing::info!(path = %file.path().display(), ?before, needed = needed(), "migrating");
    match run(conn, file, &MIGRATIONS).await {
        // Another process may have been quicker.
        Err(_) if status(conn, file).await == Ok(SchemaStatus::Current) => Ok(()),
        done => done,
    }
}

/// Runs what is missing of these migrations, all in one transaction: a making that was killed leaves no schema in
/// between, which the next program would take for one that asks for a backup.
pub(super) async fn run(conn: &mut SqliteConnection, file: &File, migrations: &Migrator) -> Result<(), StoreError> {
    let mut making = conn.begin_with("BEGIN IMMEDIATE").await.map_err(|e| file.error(e))?;
    // `Migrator::run` asks for more lifetimes than a future that may move between threads has.
    let Err(error) = migrations.run_direct(None, &mut *making, false).await else {
        return making.commit().await.map_err(|e| file.error(e));
    };
    Err(match error {
        sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => {
            file.error(error)
        }
        other => file.damaged(format!("its schema cannot be brought up: {other}")),
    })
}

/// The newest version; refuses a schema that is not current.
pub(super) async fn head(conn: &mut SqliteConnection, file: &File) -> Result<Version, StoreError> {
    let query = "SELECT version, (SELECT max(version) FROM _sqlx_migrations) FROM head";
    let row = match sqlx::query(query).fetch_one(&mut *conn).await {
        Ok(row) => row,
        Err(sqlx::Error::Database(error)) if primary_code(&*error) == GENERIC => {
            // Most likely there is no such table.
            return Err(match status(conn, file).await?.refusal(&file.name()) {
                Some(refusal) => refusal,
                None => file.damaged(error.message()),
            });
        }
        Err(error) => return Err(file.error(error)),
    };
    let found: Option<i64> = row.try_get(1).map_err(|e| file.error(e))?;
    match found.map_or(SchemaStatus::Empty, |n| SchemaStatus::compare(n, needed())).refusal(&file.name()) {
        Some(refusal) => Err(refusal),
        None => {
            let version: i64 = row.try_get(0).map_err(|e| file.error(e))?;
            u64::try_from(version).map(Version).map_err(|_| file.damaged(format!("its version is {version}")))
        }
    }
}

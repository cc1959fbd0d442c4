//! Indices and references set aside while an empty database is filled: made at once from all rows they cost less than row
//! by row. The two belong together: where references are checked as rows come, each row would have all others searched for
//! references to it, without an index once one leads ahead.

use sqlx::{AssertSqlSafe, Executor, SqliteConnection};

use super::error::File;
use crate::StoreError;

/// Takes the indices away, within the caller's transaction; returns the statements that make them again.
pub(super) async fn set_aside(conn: &mut SqliteConnection, file: &File) -> Result<Vec<String>, StoreError> {
    // Those of a primary key have no statement.
    let query =
        sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name");
    let indices: Vec<(String, String)> = query.fetch_all(&mut *conn).await.map_err(|e| file.error(e))?;
    let mut statements = Vec::with_capacity(indices.len());
    for (name, sql) in indices {
        let drop = format!("DROP INDEX \"{}\"", name.replace('"', "\"\""));
        conn.execute(AssertSqlSafe(drop)).await.map_err(|e| file.error(e))?;
        statements.push(sql);
    }
    Ok(statements)
}

/// Makes them again, which also holds all rows against those that are unique.
pub(super) async fn put_back(
    conn: &mut SqliteConnection,
    file: &File,
    statements: Vec<String>,
) -> Result<(), StoreError> {
    for sql in statements {
        // The database's own statement, as the migration gave it.
        conn.execute(AssertSqlSafe(sql)).await.map_err(|e| file.error(e))?;
    }
    Ok(())
}

/// Says whether references are checked as rows come; does nothing inside a transaction.
pub(super) async fn check_as_rows_come(conn: &mut SqliteConnection, file: &File, on: bool) -> Result<(), StoreError> {
    let sql = if on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" };
    conn.execute(sql).await.map(drop).map_err(|e| file.error(e))
}

/// Says whether the conditions of the tables on single values are checked. They are there for hands that change rows, and
/// cost a quarter of a fill; records hold them all.
pub(super) async fn check_values(conn: &mut SqliteConnection, file: &File, on: bool) -> Result<(), StoreError> {
    let sql = if on { "PRAGMA ignore_check_constraints = OFF" } else { "PRAGMA ignore_check_constraints = ON" };
    conn.execute(sql).await.map(drop).map_err(|e| file.error(e))
}

/// Checks all references, those of all rows.
pub(super) async fn check_references(conn: &mut SqliteConnection, file: &File) -> Result<(), StoreError> {
    let query = sqlx::query_as("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 1");
    let found: Option<(String, Option<i64>, String)> = query.fetch_optional(conn).await.map_err(|e| file.error(e))?;
    match found {
        None => Ok(()),
        Some((table, row, parent)) => Err(StoreError::Internal {
            what: format!("row {} of table {table} refers to a {parent} that does not exist", row.unwrap_or_default()),
        }),
    }
}

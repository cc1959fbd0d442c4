//! Indices and references set aside while an empty database is filled: made at once from all rows they cost less than row by
//! row.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::server::Server;
use crate::StoreError;

/// What is there, as statements that take it away and make it again; nothing when the tables belong to somebody else.
const FOUND: &str = "\
    WITH own AS (SELECT oid, relname, relowner FROM pg_class \
                 WHERE relnamespace = 'linewright'::regnamespace AND relkind = 'r' AND relname <> '_sqlx_migrations') \
    SELECT * FROM ( \
        SELECT 1 AS turn, conname::text AS name, format('ALTER TABLE linewright.%I DROP CONSTRAINT %I', own.relname, conname), \
               format('ALTER TABLE linewright.%I ADD CONSTRAINT %I %s', own.relname, conname, pg_get_constraintdef(c.oid)) \
        FROM pg_constraint c JOIN own ON own.oid = c.conrelid WHERE contype = 'f' \
        UNION ALL \
        SELECT 2, index.relname::text, format('DROP INDEX linewright.%I', index.relname), pg_get_indexdef(index.oid) \
        FROM pg_index i JOIN own ON own.oid = i.indrelid JOIN pg_class index ON index.oid = i.indexrelid \
        WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) \
    ) AS found \
    WHERE (SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM own) ORDER BY turn, name";

/// Takes references and indices away, within the caller's transaction; returns the statements that make them again.
pub(super) async fn set_aside(conn: &mut PgConnection, server: &Server) -> Result<Vec<String>, StoreError> {
    let found: Vec<(i32, String, String, String)> =
        sqlx::query_as(FOUND).fetch_all(&mut *conn).await.map_err(|e| server.error(e))?;
    let mut statements = Vec::with_capacity(found.len());
    for (_, _, drop, make) in found {
        // The server's own words for what the migration made.
        conn.execute(AssertSqlSafe(drop)).await.map_err(|e| server.error(e))?;
        statements.push(make);
    }
    // Indices before the references that are checked by them.
    statements.reverse();
    Ok(statements)
}

/// Makes them again, which also holds all rows against them.
pub(super) async fn put_back(
    conn: &mut PgConnection,
    server: &Server,
    statements: Vec<String>,
) -> Result<(), StoreError> {
    for sql in statements {
        conn.execute(AssertSqlSafe(sql)).await.map_err(|e| server.error(e))?;
    }
    Ok(())
}

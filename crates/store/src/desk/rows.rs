//! Steps as statements, on one connection; the same for both databases.

use super::{AuditLine, Step, written, written_or_empty};

/// Desk records on one connection, inside whatever transaction it is in.
pub(crate) trait Rows {
    /// Writes a line of the audit log; its number.
    fn note(&mut self, line: &AuditLine) -> impl Future<Output = Result<i64, sqlx::Error>> + Send;

    /// Takes a step; whether anything was written.
    fn take(&mut self, step: &Step) -> impl Future<Output = Result<bool, sqlx::Error>> + Send;
}

/// A number for a column; what does not fit is no number of ours.
pub(super) fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

macro_rules! account_columns {
    () => {
        "name, revision, display_name, role, region, password, disabled, created_at, expires_at, failures, locked_until"
    };
}
pub(super) use account_columns;

macro_rules! rows {
    ($connection:ty) => {
        impl Rows for $connection {
            async fn note(&mut self, line: &AuditLine) -> Result<i64, sqlx::Error> {
                let sql = "INSERT INTO audit_log (at, who, via, action, subject, why) \
                           VALUES ($1, $2, $3, $4, $5, $6) RETURNING seq";
                let query = sqlx::query_scalar(sql)
                    .bind(written(line.at))
                    .bind(&line.who)
                    .bind(&line.via)
                    .bind(&line.action)
                    .bind(&line.subject)
                    .bind(&line.why);
                query.fetch_one(self).await
            }

            async fn take(&mut self, step: &Step) -> Result<bool, sqlx::Error> {
                let query = match step {
                    Step::AddAccount(account) => sqlx::query(concat!(
                        "INSERT INTO account (",
                        account_columns!(),
                        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (name) DO NOTHING"
                    ))
                    .bind(&account.name)
                    .bind(number(account.revision))
                    .bind(&account.display_name)
                    .bind(&account.role)
                    .bind(&account.region)
                    .bind(&account.password)
                    .bind(i64::from(account.disabled))
                    .bind(written(account.created_at))
                    .bind(written_or_empty(account.expires_at))
                    .bind(i64::from(account.failures))
                    .bind(written_or_empty(account.locked_until)),
                    Step::UpdateAccount(account) => sqlx::query(
                        "UPDATE account SET revision = revision + 1, display_name = $3, role = $4, region = $5, \
                         password = $6, disabled = $7, expires_at = $8 WHERE name = $1 AND revision = $2",
                    )
                    .bind(&account.name)
                    .bind(number(account.revision))
                    .bind(&account.display_name)
                    .bind(&account.role)
                    .bind(&account.region)
                    .bind(&account.password)
                    .bind(i64::from(account.disabled))
                    .bind(written_or_empty(account.expires_at)),
                    // Written, so that nobody else writes it meanwhile.
                    Step::StillAt { account, revision } => {
                        sqlx::query("UPDATE account SET revision = revision WHERE name = $1 AND revision = $2")
                            .bind(account)
                            .bind(number(*revision))
                    }
                    Step::CountFailure { account, most, until } => sqlx::query(
                        "UPDATE account SET failures = failures + 1, \
                         locked_until = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until END WHERE name = $1",
                    )
                    .bind(account)
                    .bind(i64::from(*most))
                    .bind(written(*until)),
                    Step::ClearFailures(account) => {
                        let sql =
                            "UPDATE account SET failures = 0, locked_until = '' WHERE name = $1 AND failures > 0";
                        sqlx::query(sql).bind(account)
                    }
                    Step::AddSession(session) => {
                        // Of this account only: rows of others are locked by others.
                        let sql = "DELETE FROM login_session WHERE account = $1 AND expires_at <= $2";
                        let ended = sqlx::query(sql).bind(&session.account).bind(written(session.created_at));
                        ended.execute(&mut *self).await?;
                        let sql = "INSERT INTO login_session (secret, account, csrf, created_at, expires_at) \
                                   VALUES ($1, $2, $3, $4, $5)";
                        sqlx::query(sql)
                            .bind(&session.secret)
                            .bind(&session.account)
                            .bind(&session.csrf)
                            .bind(written(session.created_at))
                            .bind(written(session.expires_at))
                    }
                    Step::EndSession(secret) => {
                        sqlx::query("DELETE FROM login_session WHERE secret = $1").bind(secret)
                    }
                    Step::EndSessions(account) => {
                        sqlx::query("DELETE FROM login_session WHERE account = $1").bind(account)
                    }
                    Step::AddToken(token) => sqlx::query(
                        "INSERT INTO api_token (id, secret, account, name, scope, created_at, expires_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    )
                    .bind(&token.id)
                    .bind(&token.secret)
                    .bind(&token.account)
                    .bind(&token.name)
                    .bind(&token.scope)
                    .bind(written(token.created_at))
                    .bind(written(token.expires_at)),
                    Step::RevokeToken(id) => sqlx::query("DELETE FROM api_token WHERE id = $1").bind(id),
                    Step::RevokeTokens(account) => {
                        sqlx::query("DELETE FROM api_token WHERE account = $1").bind(account)
                    }
                    Step::Link(of) => {
                        let before = sqlx::query("DELETE FROM login_identity WHERE account = $1").bind(&of.account);
                        before.execute(&mut *self).await?;
                        let sql = "INSERT INTO login_identity (issuer, subject, account, made, created_at) \
                                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
                        sqlx::query(sql)
                            .bind(&of.issuer)
                            .bind(&of.subject)
                            .bind(&of.account)
                            .bind(i64::from(of.made))
                            .bind(written(of.created_at))
                    }
                    Step::Unlink(account) => {
                        sqlx::query("DELETE FROM login_identity WHERE account = $1").bind(account)
                    }
                    Step::TakeSetupLink { secret, now } => {
                        let sql = "DELETE FROM setup_link WHERE secret = $1 AND expires_at > $2 \
                                   AND NOT EXISTS (SELECT 1 FROM account)";
                        sqlx::query(sql).bind(secret).bind(written(*now))
                    }
                    Step::Answer(kept) => {
                        let sql =
                            "UPDATE idempotency_key SET status = 200, body = $3 WHERE account = $1 AND key = $2";
                        sqlx::query(sql).bind(&kept.account).bind(&kept.key).bind(&kept.body)
                    }
                    Step::Note(line) => return self.note(line).await.map(|_| true),
                };
                Ok(query.execute(&mut *self).await?.rows_affected() > 0)
            }
        }
    };
}
rows!(sqlx::SqliteConnection);
rows!(sqlx::PgConnection);

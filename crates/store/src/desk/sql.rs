//! The statements, the same for both databases: plain SQL, texts and 64-bit numbers, `$n` for parameters.

use chrono::{DateTime, Utc};

use super::{
    Account, Answered, ApiToken, AuditLine, Desk, LoginIdentity, LoginSession, read, read_or_none, written,
    written_or_empty,
};
use crate::{Postgres, Sqlite, Store, StoreError};

type AccountRow = (String, i64, String, String, String, String, i64, String, String, i64, String);

fn account(
    (name, revision, display_name, role, region, password, disabled, created, expires, failures, locked): AccountRow,
) -> Result<Account, String> {
    Ok(Account {
        name,
        revision: revision.unsigned_abs(),
        display_name,
        role,
        region,
        password,
        disabled: disabled != 0,
        created_at: read(&created)?,
        expires_at: read_or_none(&expires)?,
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        locked_until: read_or_none(&locked)?,
    })
}

type SessionRow = (String, String, String, String, String);

fn session((secret, account, csrf, created, expires): SessionRow) -> Result<LoginSession, String> {
    Ok(LoginSession { secret, account, csrf, created_at: read(&created)?, expires_at: read(&expires)? })
}

type TokenRow = (String, String, String, String, String, String, String);

fn token((id, secret, account, name, scope, created, expires): TokenRow) -> Result<ApiToken, String> {
    Ok(ApiToken { id, secret, account, name, scope, created_at: read(&created)?, expires_at: read(&expires)? })
}

type IdentityRow = (String, String, String, i64, String);

fn identity((issuer, subject, account, made, created): IdentityRow) -> Result<LoginIdentity, String> {
    Ok(LoginIdentity { issuer, subject, account, made: made != 0, created_at: read(&created)? })
}

type AuditRow = (i64, String, String, String, String, String, String);

fn line((seq, at, who, via, action, subject, why): AuditRow) -> Result<AuditLine, String> {
    Ok(AuditLine { seq: seq.unsigned_abs(), at: read(&at)?, who, via, action, subject, why })
}

/// A number for a column; what does not fit is no number of ours.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

macro_rules! account_columns {
    () => {
        "name, revision, display_name, role, region, password, disabled, created_at, expires_at, failures, locked_until"
    };
}

macro_rules! add_account {
    ($account:ident) => {
        sqlx::query(concat!(
            "INSERT INTO account (",
            account_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (name) DO NOTHING"
        ))
        .bind(&$account.name)
        .bind(number($account.revision))
        .bind(&$account.display_name)
        .bind(&$account.role)
        .bind(&$account.region)
        .bind(&$account.password)
        .bind(i64::from($account.disabled))
        .bind(written($account.created_at))
        .bind(written_or_empty($account.expires_at))
        .bind(i64::from($account.failures))
        .bind(written_or_empty($account.locked_until))
    };
}

macro_rules! add_identity {
    ($identity:ident) => {
        sqlx::query(
            "INSERT INTO login_identity (issuer, subject, account, made, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&$identity.issuer)
        .bind(&$identity.subject)
        .bind(&$identity.account)
        .bind(i64::from($identity.made))
        .bind(written($identity.created_at))
    };
}

macro_rules! desk {
    ($database:ty) => {
        impl Desk for $database {
            async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
                let sql = concat!("SELECT ", account_columns!(), " FROM account ORDER BY name");
                let rows: Vec<AccountRow> =
                    sqlx::query_as(sql).fetch_all(self.pool()).await.map_err(|e| self.fault(e))?;
                rows.into_iter().map(account).collect::<Result<_, _>>().map_err(|e| self.damage(e))
            }

            async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
                let sql = concat!("SELECT ", account_columns!(), " FROM account WHERE name = $1");
                let row: Option<AccountRow> =
                    sqlx::query_as(sql).bind(name).fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                row.map(account).transpose().map_err(|e| self.damage(e))
            }

            async fn add_account(&self, account: &Account) -> Result<bool, StoreError> {
                let query = add_account!(account);
                let done = query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                Ok(done.rows_affected() == 1)
            }

            async fn update_account(&self, account: &Account) -> Result<bool, StoreError> {
                let sql = "UPDATE account SET revision = revision + 1, display_name = $3, role = $4, region = $5, \
                           password = $6, disabled = $7, expires_at = $8, failures = $9, locked_until = $10 \
                           WHERE name = $1 AND revision = $2";
                let query = sqlx::query(sql)
                    .bind(&account.name)
                    .bind(number(account.revision))
                    .bind(&account.display_name)
                    .bind(&account.role)
                    .bind(&account.region)
                    .bind(&account.password)
                    .bind(i64::from(account.disabled))
                    .bind(written_or_empty(account.expires_at))
                    .bind(i64::from(account.failures))
                    .bind(written_or_empty(account.locked_until));
                let done = query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                Ok(done.rows_affected() == 1)
            }

            async fn count_failure(&self, name: &str, most: u32, until: DateTime<Utc>) -> Result<(), StoreError> {
                let sql = "UPDATE account SET failures = failures + 1, \
                           locked_until = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until END WHERE name = $1";
                let query = sqlx::query(sql).bind(name).bind(i64::from(most)).bind(written(until));
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn clear_failures(&self, name: &str) -> Result<(), StoreError> {
                let sql = "UPDATE account SET failures = 0, locked_until = '' WHERE name = $1 AND failures > 0";
                sqlx::query(sql).bind(name).execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn add_session(&self, session: &LoginSession) -> Result<(), StoreError> {
                let query = sqlx::query("DELETE FROM login_session WHERE expires_at <= $1");
                query.bind(written(session.created_at)).execute(self.pool()).await.map_err(|e| self.fault(e))?;
                let sql = "INSERT INTO login_session (secret, account, csrf, created_at, expires_at) \
                           VALUES ($1, $2, $3, $4, $5)";
                let query = sqlx::query(sql)
                    .bind(&session.secret)
                    .bind(&session.account)
                    .bind(&session.csrf)
                    .bind(written(session.created_at))
                    .bind(written(session.expires_at));
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn session(&self, secret: &str) -> Result<Option<LoginSession>, StoreError> {
                let sql = "SELECT secret, account, csrf, created_at, expires_at FROM login_session WHERE secret = $1";
                let row: Option<SessionRow> =
                    sqlx::query_as(sql).bind(secret).fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                row.map(session).transpose().map_err(|e| self.damage(e))
            }

            async fn end_session(&self, secret: &str) -> Result<(), StoreError> {
                let query = sqlx::query("DELETE FROM login_session WHERE secret = $1").bind(secret);
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn end_sessions(&self, account: &str) -> Result<(), StoreError> {
                let query = sqlx::query("DELETE FROM login_session WHERE account = $1").bind(account);
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn add_token(&self, token: &ApiToken) -> Result<(), StoreError> {
                let sql = "INSERT INTO api_token (id, secret, account, name, scope, created_at, expires_at) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7)";
                let query = sqlx::query(sql)
                    .bind(&token.id)
                    .bind(&token.secret)
                    .bind(&token.account)
                    .bind(&token.name)
                    .bind(&token.scope)
                    .bind(written(token.created_at))
                    .bind(written(token.expires_at));
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
                let sql = "SELECT id, secret, account, name, scope, created_at, expires_at FROM api_token \
                           ORDER BY account, created_at, id";
                let rows: Vec<TokenRow> =
                    sqlx::query_as(sql).fetch_all(self.pool()).await.map_err(|e| self.fault(e))?;
                rows.into_iter().map(token).collect::<Result<_, _>>().map_err(|e| self.damage(e))
            }

            async fn token(&self, secret: &str) -> Result<Option<ApiToken>, StoreError> {
                let sql =
                    "SELECT id, secret, account, name, scope, created_at, expires_at FROM api_token WHERE secret = $1";
                let row: Option<TokenRow> =
                    sqlx::query_as(sql).bind(secret).fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                row.map(token).transpose().map_err(|e| self.damage(e))
            }

            async fn revoke_token(&self, id: &str) -> Result<bool, StoreError> {
                let query = sqlx::query("DELETE FROM api_token WHERE id = $1").bind(id);
                let done = query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                Ok(done.rows_affected() == 1)
            }

            async fn set_setup_link(&self, secret: &str, expires: DateTime<Utc>) -> Result<(), StoreError> {
                let mut change = self.pool().begin().await.map_err(|e| self.fault(e))?;
                sqlx::query("DELETE FROM setup_link").execute(&mut *change).await.map_err(|e| self.fault(e))?;
                let query = sqlx::query("INSERT INTO setup_link (secret, expires_at) VALUES ($1, $2)");
                let query = query.bind(secret).bind(written(expires));
                query.execute(&mut *change).await.map_err(|e| self.fault(e))?;
                change.commit().await.map_err(|e| self.fault(e))
            }

            async fn take_setup_link(&self, secret: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
                let query = sqlx::query("DELETE FROM setup_link WHERE secret = $1 AND expires_at > $2");
                let query = query.bind(secret).bind(written(now));
                let done = query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                Ok(done.rows_affected() == 1)
            }

            async fn identity(&self, issuer: &str, subject: &str) -> Result<Option<LoginIdentity>, StoreError> {
                let sql = "SELECT issuer, subject, account, made, created_at FROM login_identity \
                           WHERE issuer = $1 AND subject = $2";
                let query = sqlx::query_as(sql).bind(issuer).bind(subject);
                let row: Option<IdentityRow> = query.fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                row.map(identity).transpose().map_err(|e| self.damage(e))
            }

            async fn identities(&self) -> Result<Vec<LoginIdentity>, StoreError> {
                let sql = "SELECT issuer, subject, account, made, created_at FROM login_identity ORDER BY account";
                let rows: Vec<IdentityRow> =
                    sqlx::query_as(sql).fetch_all(self.pool()).await.map_err(|e| self.fault(e))?;
                rows.into_iter().map(identity).collect::<Result<_, _>>().map_err(|e| self.damage(e))
            }

            async fn add_with_identity(&self, account: &Account, of: &LoginIdentity) -> Result<bool, StoreError> {
                let mut change = self.pool().begin().await.map_err(|e| self.fault(e))?;
                let made = add_account!(account).execute(&mut *change).await.map_err(|e| self.fault(e))?;
                let linked = match made.rows_affected() {
                    1 => add_identity!(of).execute(&mut *change).await.map_err(|e| self.fault(e))?.rows_affected(),
                    _ => 0,
                };
                match linked {
                    1 => change.commit().await.map(|()| true).map_err(|e| self.fault(e)),
                    _ => change.rollback().await.map(|()| false).map_err(|e| self.fault(e)),
                }
            }

            async fn link_identity(&self, of: &LoginIdentity) -> Result<bool, StoreError> {
                let mut change = self.pool().begin().await.map_err(|e| self.fault(e))?;
                let before = sqlx::query("DELETE FROM login_identity WHERE account = $1").bind(&of.account);
                before.execute(&mut *change).await.map_err(|e| self.fault(e))?;
                let linked = add_identity!(of).execute(&mut *change).await.map_err(|e| self.fault(e))?;
                match linked.rows_affected() {
                    1 => change.commit().await.map(|()| true).map_err(|e| self.fault(e)),
                    _ => change.rollback().await.map(|()| false).map_err(|e| self.fault(e)),
                }
            }

            async fn unlink_identity(&self, account: &str) -> Result<bool, StoreError> {
                let query = sqlx::query("DELETE FROM login_identity WHERE account = $1").bind(account);
                let done = query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                Ok(done.rows_affected() == 1)
            }

            async fn add_attempt(
                &self,
                secret: &str,
                now: DateTime<Utc>,
                expires: DateTime<Utc>,
            ) -> Result<(), StoreError> {
                let query = sqlx::query("DELETE FROM login_attempt WHERE expires_at <= $1").bind(written(now));
                query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                let query = sqlx::query("INSERT INTO login_attempt (secret, expires_at) VALUES ($1, $2)");
                let query = query.bind(secret).bind(written(expires));
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn take_attempt(&self, secret: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
                let query = sqlx::query("DELETE FROM login_attempt WHERE secret = $1 AND expires_at > $2");
                let query = query.bind(secret).bind(written(now));
                let done = query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                Ok(done.rows_affected() == 1)
            }

            async fn audit(&self, line: &AuditLine) -> Result<(), StoreError> {
                let sql =
                    "INSERT INTO audit_log (at, who, via, action, subject, why) VALUES ($1, $2, $3, $4, $5, $6)";
                let query = sqlx::query(sql)
                    .bind(written(line.at))
                    .bind(&line.who)
                    .bind(&line.via)
                    .bind(&line.action)
                    .bind(&line.subject)
                    .bind(&line.why);
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn audit_lines(&self, before: Option<u64>, limit: u32) -> Result<Vec<AuditLine>, StoreError> {
                let sql = "SELECT seq, at, who, via, action, subject, why FROM audit_log WHERE seq < $1 \
                           ORDER BY seq DESC LIMIT $2";
                let query = sqlx::query_as(sql).bind(before.map_or(i64::MAX, number)).bind(i64::from(limit));
                let rows: Vec<AuditRow> = query.fetch_all(self.pool()).await.map_err(|e| self.fault(e))?;
                rows.into_iter().map(line).collect::<Result<_, _>>().map_err(|e| self.damage(e))
            }

            async fn claim_key(
                &self,
                account: &str,
                key: &str,
                request: &str,
                now: DateTime<Utc>,
                forget: DateTime<Utc>,
            ) -> Result<Option<Answered>, StoreError> {
                let query = sqlx::query("DELETE FROM idempotency_key WHERE at < $1").bind(written(forget));
                query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                let sql = "INSERT INTO idempotency_key (account, key, request, at) VALUES ($1, $2, $3, $4) \
                           ON CONFLICT (account, key) DO NOTHING";
                let query = sqlx::query(sql).bind(account).bind(key).bind(request).bind(written(now));
                let done = query.execute(self.pool()).await.map_err(|e| self.fault(e))?;
                if done.rows_affected() == 1 {
                    return Ok(None);
                }
                let sql = "SELECT request, status, body FROM idempotency_key WHERE account = $1 AND key = $2";
                let query = sqlx::query_as(sql).bind(account).bind(key);
                let row: Option<(String, i64, String)> =
                    query.fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                let answered = |(request, status, body): (String, i64, String)| Answered {
                    request,
                    status: u16::try_from(status).unwrap_or(0),
                    body,
                };
                // Given back between the two statements: for the caller it is being worked on.
                let busy = || Answered { request: request.to_owned(), status: 0, body: String::new() };
                Ok(Some(row.map_or_else(busy, answered)))
            }

            async fn keep_answer(&self, account: &str, key: &str, status: u16, body: &str) -> Result<(), StoreError> {
                let sql = "UPDATE idempotency_key SET status = $3, body = $4 WHERE account = $1 AND key = $2";
                let query = sqlx::query(sql).bind(account).bind(key).bind(i64::from(status)).bind(body);
                query.execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }

            async fn drop_key(&self, account: &str, key: &str) -> Result<(), StoreError> {
                let query = sqlx::query("DELETE FROM idempotency_key WHERE account = $1 AND key = $2 AND status = 0");
                query.bind(account).bind(key).execute(self.pool()).await.map(drop).map_err(|e| self.fault(e))
            }
        }
    };
}
desk!(Sqlite);
desk!(Postgres);

/// Hands every method on to the database, whichever it is.
macro_rules! either {
    ($(fn $method:ident($($argument:ident: $of:ty),*) -> $answer:ty;)*) => {
        impl Desk for Store {
            $(async fn $method(&self, $($argument: $of),*) -> Result<$answer, StoreError> {
                match self {
                    Store::Sqlite(store) => store.$method($($argument),*).await,
                    Store::Postgres(store) => store.$method($($argument),*).await,
                }
            })*
        }
    };
}
either! {
    fn accounts() -> Vec<Account>;
    fn account(name: &str) -> Option<Account>;
    fn add_account(account: &Account) -> bool;
    fn update_account(account: &Account) -> bool;
    fn count_failure(name: &str, most: u32, until: DateTime<Utc>) -> ();
    fn clear_failures(name: &str) -> ();
    fn add_session(session: &LoginSession) -> ();
    fn session(secret: &str) -> Option<LoginSession>;
    fn end_session(secret: &str) -> ();
    fn end_sessions(account: &str) -> ();
    fn add_token(token: &ApiToken) -> ();
    fn tokens() -> Vec<ApiToken>;
    fn token(secret: &str) -> Option<ApiToken>;
    fn revoke_token(id: &str) -> bool;
    fn set_setup_link(secret: &str, expires: DateTime<Utc>) -> ();
    fn take_setup_link(secret: &str, now: DateTime<Utc>) -> bool;
    fn identity(issuer: &str, subject: &str) -> Option<LoginIdentity>;
    fn identities() -> Vec<LoginIdentity>;
    fn add_with_identity(account: &Account, identity: &LoginIdentity) -> bool;
    fn link_identity(identity: &LoginIdentity) -> bool;
    fn unlink_identity(account: &str) -> bool;
    fn add_attempt(secret: &str, now: DateTime<Utc>, expires: DateTime<Utc>) -> ();
    fn take_attempt(secret: &str, now: DateTime<Utc>) -> bool;
    fn audit(line: &AuditLine) -> ();
    fn audit_lines(before: Option<u64>, limit: u32) -> Vec<AuditLine>;
    fn claim_key(account: &str, key: &str, request: &str, now: DateTime<Utc>, forget: DateTime<Utc>) -> Option<Answered>;
    fn keep_answer(account: &str, key: &str, status: u16, body: &str) -> ();
    fn drop_key(account: &str, key: &str) -> ();
}

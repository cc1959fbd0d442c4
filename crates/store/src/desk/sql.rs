//! The statements, the same for both databases: plain SQL, texts and 64-bit numbers, `$n` for parameters.

use chrono::{DateTime, Utc};

use super::rows::{Rows, account_columns, number};
use super::{
    Account, Answered, ApiToken, AuditLine, Desk, LoginIdentity, LoginSession, Step, Unmet, read, read_or_none, written,
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

/// The request of a key, and its answer.
const KEY: &str = "SELECT request, status, body FROM idempotency_key WHERE account = $1 AND key = $2";

type AnsweredRow = (String, i64, String);

fn answered((request, status, body): AnsweredRow) -> Answered {
    Answered { request, status: u16::try_from(status).unwrap_or(0), body }
}

/// How often a database is asked whether a change is committed.
const TRIES: u32 = 3;

macro_rules! desk {
    ($database:ty, $begin:literal, $probe:literal) => {
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

            async fn session(&self, secret: &str) -> Result<Option<LoginSession>, StoreError> {
                let sql = "SELECT secret, account, csrf, created_at, expires_at FROM login_session WHERE secret = $1";
                let row: Option<SessionRow> =
                    sqlx::query_as(sql).bind(secret).fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                row.map(session).transpose().map_err(|e| self.damage(e))
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

            async fn set_setup_link(&self, secret: &str, expires: DateTime<Utc>) -> Result<(), StoreError> {
                let mut change = self.pool().begin().await.map_err(|e| self.fault(e))?;
                sqlx::query("DELETE FROM setup_link").execute(&mut *change).await.map_err(|e| self.fault(e))?;
                let query = sqlx::query("INSERT INTO setup_link (secret, expires_at) VALUES ($1, $2)");
                let query = query.bind(secret).bind(written(expires));
                query.execute(&mut *change).await.map_err(|e| self.fault(e))?;
                change.commit().await.map_err(|e| self.fault(e))
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
                let mut conn = self.pool().acquire().await.map_err(|e| self.fault(e))?;
                conn.note(line).await.map(drop).map_err(|e| self.fault(e))
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
                let query = sqlx::query_as(KEY).bind(account).bind(key);
                let row: Option<AnsweredRow> = query.fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                // Given back between the two statements: for the caller it is being worked on.
                let busy = || Answered { request: request.to_owned(), status: 0, body: String::new() };
                Ok(Some(row.map_or_else(busy, answered)))
            }

            async fn settle_key(&self, account: &str, key: &str) -> Result<Option<Answered>, StoreError> {
                // Where the answer is being committed this waits until it is, or is not.
                let query = sqlx::query("DELETE FROM idempotency_key WHERE account = $1 AND key = $2 AND status = 0");
                let done = query.bind(account).bind(key).execute(self.pool()).await.map_err(|e| self.fault(e))?;
                if done.rows_affected() == 1 {
                    return Ok(None);
                }
                let query = sqlx::query_as(KEY).bind(account).bind(key);
                let row: Option<AnsweredRow> = query.fetch_optional(self.pool()).await.map_err(|e| self.fault(e))?;
                Ok(row.map(answered))
            }

            async fn carry_out(&self, steps: &[Step]) -> Result<Result<(), Unmet>, StoreError> {
                let mut change = self.pool().begin_with($begin).await.map_err(|e| self.fault(e))?;
                let mut noted = None;
                for step in steps {
                    let held = match step {
                        Step::Note(line) => {
                            noted = Some((change.note(line).await.map_err(|e| self.fault(e))?, line));
                            true
                        }
                        step => change.take(step).await.map_err(|e| self.fault(e))?,
                    };
                    if let Some(unmet) = step.unmet().filter(|_| !held) {
                        change.rollback().await.map_err(|e| self.fault(e))?;
                        return Ok(Err(unmet));
                    }
                }
                let error = match change.commit().await.map_err(|e| self.fault(e)) {
                    Ok(()) => return Ok(Ok(())),
                    Err(error @ (StoreError::Disconnected { .. } | StoreError::Io { .. })) => error,
                    Err(error) => return Err(error),
                };
                tracing::warn!(%error, "a change of desk records was not answered: looking for its note");
                match self.find_out(noted).await {
                    Ok(true) => Ok(Ok(())),
                    Ok(false) => Err(error),
                    Err(error) => Err(self.unsure(error.to_string())),
                }
            }
        }

        impl $database {
            /// Whether the transaction that wrote a line of the audit log is committed; waits where it is under way.
            async fn find_out(&self, noted: Option<(i64, &AuditLine)>) -> Result<bool, StoreError> {
                let mut tries = 1;
                loop {
                    match self.look_for(noted).await {
                        Ok(found) => return Ok(found),
                        Err(error) if tries == TRIES => return Err(error),
                        // A connection that was idle may be gone as well.
                        Err(_) => tries += 1,
                    }
                }
            }

            async fn look_for(&self, noted: Option<(i64, &AuditLine)>) -> Result<bool, StoreError> {
                let Some((seq, line)) = noted else {
                    return Err(StoreError::Internal { what: "a change without a note".to_owned() });
                };
                let mut probe = self.pool().begin_with($begin).await.map_err(|e| self.fault(e))?;
                // Waits for whoever wrote this number and has not ended; undone below.
                sqlx::query($probe).bind(seq).execute(&mut *probe).await.map_err(|e| self.fault(e))?;
                let sql = "SELECT count(*) FROM audit_log WHERE seq = $1 AND at = $2 AND who = $3 AND action = $4";
                let query = sqlx::query_scalar(sql).bind(seq).bind(written(line.at)).bind(&line.who);
                let found: i64 = query.bind(&line.action).fetch_one(&mut *probe).await.map_err(|e| self.fault(e))?;
                probe.rollback().await.map_err(|e| self.fault(e))?;
                Ok(found == 1)
            }
        }
    };
}
desk!(
    Sqlite,
    "BEGIN IMMEDIATE",
    "INSERT INTO audit_log (seq, at, who, via, action, subject) VALUES ($1, '', '', '', '', '') ON CONFLICT DO NOTHING"
);
desk!(
    Postgres,
    "BEGIN ISOLATION LEVEL READ COMMITTED",
    "INSERT INTO audit_log (seq, at, who, via, action, subject) OVERRIDING SYSTEM VALUE \
     VALUES ($1, '', '', '', '', '') ON CONFLICT DO NOTHING"
);

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
    fn session(secret: &str) -> Option<LoginSession>;
    fn tokens() -> Vec<ApiToken>;
    fn token(secret: &str) -> Option<ApiToken>;
    fn set_setup_link(secret: &str, expires: DateTime<Utc>) -> ();
    fn identity(issuer: &str, subject: &str) -> Option<LoginIdentity>;
    fn identities() -> Vec<LoginIdentity>;
    fn add_attempt(secret: &str, now: DateTime<Utc>, expires: DateTime<Utc>) -> ();
    fn take_attempt(secret: &str, now: DateTime<Utc>) -> bool;
    fn settle_key(account: &str, key: &str) -> Option<Answered>;
    fn carry_out(steps: &[Step]) -> Result<(), Unmet>;
    fn audit(line: &AuditLine) -> ();
    fn audit_lines(before: Option<u64>, limit: u32) -> Vec<AuditLine>;
    fn claim_key(account: &str, key: &str, request: &str, now: DateTime<Utc>, forget: DateTime<Utc>) -> Option<Answered>;
}

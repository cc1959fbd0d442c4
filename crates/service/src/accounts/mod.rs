//! Accounts: who is asking, logging in and out, and the log of what they did.

mod known;
mod manage;
mod outside;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use linewright_model::phrase;
use linewright_store::{Account, AuditLine, Desk, LoginSession, Step, Store, StoreError, Unmet};

use crate::secret::{hash_password, password_fits};
use crate::{Clock, Permission, Role, Secret, ServiceError, TokenError};

use known::Known;
pub use manage::{Altered, NewAccount, NewToken, Outside};

/// How long a browser stays logged in.
pub const SESSION: TimeDelta = TimeDelta::hours(12);

/// Wrong passwords in a row after which an account is locked.
const FAILURES: u32 = 5;

/// For how long.
const LOCKED: TimeDelta = TimeDelta::minutes(15);

/// The accounts of a database: who is asking, and who may.
#[derive(Debug)]
pub struct Accounts {
    store: Arc<Store>,
    clock: Clock,
    known: Known,
}

/// Who is asking, and by which way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Login name.
    pub name: String,
    /// Name for people; empty for none.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// District or county the account is bound to.
    pub region: Option<String>,
    /// When the account ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// By which way.
    pub via: Via,
}

/// By which way somebody asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Via {
    /// A browser with a cookie.
    Session {
        /// What a request that changes something must repeat.
        csrf: String,
    },
    /// A program with a token.
    Token {
        /// Its name in lists.
        id: String,
        /// What it may do of what the account may.
        scope: Vec<Permission>,
    },
}

impl Caller {
    /// Whether the caller may do this.
    pub fn may(&self, permission: Permission) -> bool {
        let scoped = match &self.via {
            Via::Session { .. } => true,
            Via::Token { scope, .. } => scope.contains(&permission),
        };
        scoped && self.role.may(permission)
    }

    /// Refuses what the caller may not do.
    pub fn must(&self, permission: Permission) -> Result<(), ServiceError> {
        if self.may(permission) { Ok(()) } else { Err(ServiceError::Forbidden(permission)) }
    }

    /// What the caller may do.
    pub fn permissions(&self) -> Vec<Permission> {
        Permission::ALL.into_iter().filter(|permission| self.may(*permission)).collect()
    }

    /// The way, as the audit log names it.
    pub fn via(&self) -> String {
        match &self.via {
            Via::Session { .. } => "session".to_owned(),
            Via::Token { id, .. } => format!("token:{id}"),
        }
    }
}

/// Somebody who has just logged in.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// Who.
    pub caller: Caller,
    /// The cookie.
    pub secret: Secret,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Whether an account may be used at all.
fn usable(account: &Account, now: DateTime<Utc>) -> bool {
    !account.disabled && account.expires_at.is_none_or(|end| now < end)
}

fn caller(account: &Account, via: Via) -> Result<Caller, ServiceError> {
    Ok(Caller {
        name: account.name.clone(),
        display_name: account.display_name.clone(),
        role: account.role.parse().map_err(ServiceError::Internal)?,
        region: Some(account.region.clone()).filter(|region| !region.is_empty()),
        expires_at: account.expires_at,
        via,
    })
}

impl Accounts {
    /// The accounts of this database.
    pub fn of(store: Arc<Store>, clock: Clock) -> Self {
        Self { store, clock, known: Known::default() }
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Logs somebody in. Every refusal reads the same, so that nothing is learnt about which names exist.
    pub async fn log_in(&self, name: &str, password: &str) -> Result<LoggedIn, ServiceError> {
        let kept = self.named(name).await?.map(|account| account.password).unwrap_or_default();
        let (given, against) = (password.to_owned(), kept.clone());
        // Also for names that do not exist and accounts that are locked: all take the same time.
        let fits = self.hashing(move || password_fits(&given, &against)).await?;
        // Read only now: guesses sent at the same time have been counted by those that were worked on before.
        let (account, now) = (self.named(name).await?, self.now());
        let Some(account) = account else {
            tracing::warn!(name, "log-in refused: no such account");
            return Err(ServiceError::WrongPassword);
        };
        let locked = account.locked_until.is_some_and(|until| now < until);
        let fits = fits && account.password == kept;
        // Nobody has proved to be this account: the lines name nobody.
        let refused = |why| self.line("", "session", "login.refused", name, why);
        if locked || !fits {
            let counted = Step::CountFailure { account: name.to_owned(), most: FAILURES, until: now + LOCKED };
            let counted = Some(counted).filter(|_| !locked);
            let note = refused(if locked { "locked" } else { "wrong password" });
            self.must_take(counted.into_iter().chain([note]).collect()).await?;
            return Err(ServiceError::WrongPassword);
        }
        if !usable(&account, now) {
            self.must_take(vec![refused("disabled or ended")]).await?;
            return Err(ServiceError::WrongPassword);
        }
        self.open_session(&account, "session", vec![Step::ClearFailures(name.to_owned())]).await
    }

    /// Opens a session, after other steps in the same transaction, if the account is still as it was read: a password that
    /// was changed meanwhile opens none.
    async fn open_session(&self, account: &Account, via: &str, mut steps: Vec<Step>) -> Result<LoggedIn, ServiceError> {
        let now = self.now();
        let (secret, csrf) = (Secret::new()?, Secret::new()?.reveal().to_owned());
        let ends = now + SESSION;
        let expires_at = account.expires_at.map_or(ends, |end| end.min(ends));
        let session = LoginSession {
            secret: secret.sum(),
            account: account.name.clone(),
            csrf: csrf.clone(),
            created_at: now,
            expires_at,
        };
        steps.extend([
            Step::StillAt { account: account.name.clone(), revision: account.revision },
            Step::AddSession(session),
            self.line(&account.name, via, "login", &account.name, ""),
        ]);
        match self.store.carry_out(&steps).await? {
            Ok(()) => Ok(LoggedIn { caller: caller(account, Via::Session { csrf })?, secret, expires_at }),
            Err(_) => Err(ServiceError::Conflict(phrase!(
                "the account was changed at this moment; log in again",
                "账号刚被修改；请重新登录"
            ))),
        }
    }

    /// Who sent this cookie.
    pub async fn of_cookie(&self, secret: &Secret) -> Result<Caller, ServiceError> {
        let (sum, now) = (secret.sum(), self.now());
        self.known.of(&sum, now, of_session(self.store.clone(), sum.clone(), now)).await
    }

    /// Who sent this token.
    pub async fn of_token(&self, secret: &Secret) -> Result<Caller, ServiceError> {
        let (sum, now) = (secret.sum(), self.now());
        self.known.of(&sum, now, of_token(self.store.clone(), sum.clone(), now)).await
    }

    /// Logs a browser out.
    pub async fn log_out(&self, caller: &Caller, secret: &Secret) -> Result<(), ServiceError> {
        let note = self.line(&caller.name, &caller.via(), "logout", &caller.name, "");
        self.must_take(vec![Step::EndSession(secret.sum()), note]).await?;
        self.known.forget();
        Ok(())
    }

    /// Changes one's own password; every session of the account ends.
    pub async fn change_password(&self, caller: &Caller, old: &str, new: &str) -> Result<(), ServiceError> {
        check_password(new)?;
        let account = self.store.account(&caller.name).await?.ok_or(ServiceError::NotLoggedIn)?;
        if account.password.is_empty() {
            let reason = phrase!(
                "the account has no password: it logs in at the sign-in service",
                "该账号没有密码：请通过统一认证登录"
            );
            return Err(ServiceError::Invalid { field: "old", reason });
        }
        let (given, kept) = (old.to_owned(), account.password.clone());
        let fits = self.hashing(move || password_fits(&given, &kept)).await?;
        // Read anew: guesses sent at the same time have been counted, and a password reset meanwhile is the new one.
        let now = self.store.account(&caller.name).await?.ok_or(ServiceError::NotLoggedIn)?;
        if now.locked_until.is_some_and(|until| self.now() < until) {
            let reason =
                phrase!("too many wrong passwords: wait a quarter of an hour", "密码错误次数过多：请一刻钟后再试");
            return Err(ServiceError::Invalid { field: "old", reason });
        }
        if !fits || now.password != account.password {
            let until = self.now() + LOCKED;
            let note = self.line(&caller.name, &caller.via(), "account.password.refused", &caller.name, "");
            let counted = Step::CountFailure { account: caller.name.clone(), most: FAILURES, until };
            self.must_take(vec![counted, note]).await?;
            return Err(ServiceError::Invalid {
                field: "old",
                reason: phrase!("this is not the password", "密码不正确"),
            });
        }
        let to = Altered { password: Some(new.to_owned()), ..Altered::default() };
        match self.alter(&caller.name, to, Some(now.revision), &caller.name, &caller.via()).await {
            Err(ServiceError::Revised { .. }) => Err(ServiceError::Conflict(phrase!(
                "the account was changed at this moment; log in again",
                "账号刚被修改；请重新登录"
            ))),
            done => done.map(drop),
        }
    }

    pub(crate) async fn hashed(&self, password: &str) -> Result<String, ServiceError> {
        let password = password.to_owned();
        self.hashing(move || hash_password(&password)).await?
    }

    /// Work that takes tens of milliseconds and 19 MiB, a few at once.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
        let internal = |error: &dyn std::fmt::Display| ServiceError::Internal(error.to_string());
        let permit = self.known.hashing.clone().acquire_owned().await.map_err(|error| internal(&error))?;
        // Who asked may go away; the work goes on and counts until it is done.
        let counted = move || {
            let done = work();
            drop(permit);
            done
        };
        tokio::task::spawn_blocking(counted).await.map_err(|error| internal(&error))
    }

    /// Writes what a caller read into the audit log.
    pub async fn audit(&self, caller: &Caller, action: &str, subject: &str, why: &str) -> Result<(), ServiceError> {
        Ok(self.store.audit(&self.audit_line(&caller.name, &caller.via(), action, subject, why)).await?)
    }

    /// A line of the audit log; `who` is empty where nobody proved who they are.
    pub(crate) fn audit_line(&self, who: &str, via: &str, action: &str, subject: &str, why: &str) -> AuditLine {
        let kept = |text: &str| text.chars().filter(|c| !c.is_control()).take(500).collect::<String>();
        AuditLine {
            seq: 0,
            at: self.now(),
            who: kept(who),
            via: via.to_owned(),
            action: action.to_owned(),
            subject: kept(subject),
            why: kept(why),
        }
    }

    fn line(&self, who: &str, via: &str, action: &str, subject: &str, why: &str) -> Step {
        Step::Note(self.audit_line(who, via, action, subject, why))
    }

    /// Takes steps none of which can be unmet.
    async fn must_take(&self, steps: Vec<Step>) -> Result<(), ServiceError> {
        let taken = self.store.carry_out(&steps).await?;
        taken.map_err(|unmet: Unmet| ServiceError::Internal(format!("a step that always holds was refused: {unmet:?}")))
    }
}

/// Whose session this is, and when it ends: with the account, if that ends first.
async fn of_session(
    store: Arc<Store>,
    sum: String,
    now: DateTime<Utc>,
) -> Result<(Caller, DateTime<Utc>), ServiceError> {
    let session = store.session(&sum).await?.ok_or(ServiceError::NotLoggedIn)?;
    let account = store.account(&session.account).await?.ok_or(ServiceError::NotLoggedIn)?;
    if session.expires_at <= now || !usable(&account, now) {
        return Err(ServiceError::NotLoggedIn);
    }
    let ends = account.expires_at.map_or(session.expires_at, |end| end.min(session.expires_at));
    Ok((caller(&account, Via::Session { csrf: session.csrf })?, ends))
}

/// Whose token this is, and when it ends: with the account, if that ends first. Whoever holds a token may know why it serves
/// no more.
async fn of_token(store: Arc<Store>, sum: String, now: DateTime<Utc>) -> Result<(Caller, DateTime<Utc>), ServiceError> {
    let token = store.token(&sum).await?.ok_or(TokenError::Unknown)?;
    if token.expires_at <= now {
        return Err(TokenError::Expired { name: token.name, at: token.expires_at }.into());
    }
    let account = store.account(&token.account).await?.ok_or(TokenError::Unknown)?;
    if !usable(&account, now) {
        return Err(TokenError::Closed { name: token.name }.into());
    }
    let scope = token.scope.split(' ').filter_map(Permission::of_word).collect();
    let ends = account.expires_at.map_or(token.expires_at, |end| end.min(token.expires_at));
    Ok((caller(&account, Via::Token { id: token.id, scope })?, ends))
}

/// Whether the database failed in a way in which what is known may be used a while longer.
pub(crate) fn is_lost(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Lost
            | ServiceError::Store(
                StoreError::Unreachable { .. }
                    | StoreError::Disconnected { .. }
                    | StoreError::Locked { .. }
                    | StoreError::Io { .. }
            )
    )
}

/// Refuses what is no password.
pub(crate) fn check_password(password: &str) -> Result<(), ServiceError> {
    let reason = match password.chars().count() {
        0..10 => phrase!("a password has at least 10 characters", "密码至少 10 个字符"),
        201.. => phrase!("a password has at most 200 characters", "密码最多 200 个字符"),
        _ => return Ok(()),
    };
    Err(ServiceError::Invalid { field: "password", reason })
}

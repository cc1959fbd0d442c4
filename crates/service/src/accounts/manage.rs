//! Making and changing accounts and tokens, from the first start on.

use chrono::{DateTime, TimeDelta, Utc};
use linewright_store::{Account, ApiToken, AuditLine, Desk};

use super::{Accounts, LoggedIn, check_password};
use crate::secret;
use crate::{Permission, Role, Secret, ServiceError};

/// How long a setup link can be used.
const SETUP: TimeDelta = TimeDelta::hours(24);

/// Longest life of a token.
const LONGEST_TOKEN: TimeDelta = TimeDelta::days(366);

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Login name.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// District or county it is bound to.
    pub region: Option<String>,
    /// When it ends; contractors must have an end.
    pub expires_at: Option<DateTime<Utc>>,
    /// First password.
    pub password: String,
}

/// What to change of an account; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct Altered {
    /// Whether it may not log in.
    pub disabled: Option<bool>,
    /// A new password.
    pub password: Option<String>,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Login name of the account it acts for.
    pub account: String,
    /// What it is for.
    pub name: String,
    /// What it may do of what the account may.
    pub scope: Vec<Permission>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

pub(super) fn check_name(name: &str) -> Result<(), ServiceError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    if (1..=64).contains(&name.chars().count()) && name.chars().all(fits) {
        return Ok(());
    }
    let reason = "a name has 1 to 64 letters, digits, or . - _ @".to_owned();
    Err(ServiceError::Invalid { field: "username", reason })
}

pub(super) fn no_account(name: &str) -> ServiceError {
    ServiceError::Invalid { field: "account", reason: format!("there is no account {name:?}") }
}

impl Accounts {
    /// The account of this name; none for what cannot be a name, which no database need be asked.
    pub(super) async fn named(&self, name: &str) -> Result<Option<Account>, ServiceError> {
        if check_name(name).is_err() {
            return Ok(None);
        }
        Ok(self.store.account(name).await?)
    }

    /// A link for the first administrator, once, where there is no account yet.
    pub async fn setup_link(&self) -> Result<Option<Secret>, ServiceError> {
        if self.setup_is_over().await? {
            return Ok(None);
        }
        let secret = Secret::new()?;
        self.store.set_setup_link(&secret.sum(), self.now() + SETUP).await?;
        Ok(Some(secret))
    }

    /// Whether there are accounts already.
    async fn setup_is_over(&self) -> Result<bool, ServiceError> {
        Ok(!self.store.accounts().await?.is_empty())
    }

    /// Makes the first administrator by a setup link, and logs in.
    pub async fn set_up(&self, link: &Secret, name: &str, password: &str) -> Result<LoggedIn, ServiceError> {
        check_name(name)?;
        check_password(password)?;
        if !self.store.take_setup_link(&link.sum(), self.now()).await? {
            let reason = if self.setup_is_over().await? {
                "the first administrator was made already, and the link serves once; log in, or ask an administrator for \
                 an account"
            } else {
                "the link has ended, or a newer one was printed; whoever runs the service gets a new one by starting it again"
            };
            return Err(ServiceError::Invalid { field: "link", reason: reason.to_owned() });
        }
        let new = NewAccount {
            name: name.to_owned(),
            display_name: String::new(),
            role: Role::Administrator,
            region: None,
            expires_at: None,
            password: password.to_owned(),
        };
        self.add(new, "setup", "setup").await?;
        self.log_in(name, password).await
    }

    /// The account of this name.
    pub async fn one(&self, name: &str) -> Result<Option<Account>, ServiceError> {
        self.named(name).await
    }

    /// All accounts, by name.
    pub async fn all(&self) -> Result<Vec<Account>, ServiceError> {
        Ok(self.store.accounts().await?)
    }

    /// Makes an account; `who` and `via` are for the audit log.
    pub async fn add(&self, new: NewAccount, who: &str, via: &str) -> Result<(), ServiceError> {
        check_name(&new.name)?;
        check_password(&new.password)?;
        if new.expires_at.is_some_and(|end| end <= self.now()) {
            let reason = "the account would have ended already".to_owned();
            return Err(ServiceError::Invalid { field: "expires_at", reason });
        }
        let account = Account {
            name: new.name.clone(),
            revision: 1,
            display_name: new.display_name,
            role: new.role.row().word.to_owned(),
            region: new.region.unwrap_or_default(),
            password: self.hashed(&new.password).await?,
            disabled: false,
            created_at: self.now(),
            expires_at: new.expires_at,
            failures: 0,
            locked_until: None,
        };
        if !self.store.add_account(&account).await? {
            return Err(ServiceError::Conflict(format!("there is an account {:?} already", account.name)));
        }
        self.note(who, via, "account.add", &account.name, &format!("role {}", account.role)).await
    }

    /// Disables an account, or lets it log in again; its sessions end.
    pub async fn disable(&self, name: &str, disabled: bool, who: &str, via: &str) -> Result<(), ServiceError> {
        self.alter(name, Altered { disabled: Some(disabled), password: None }, None, who, via).await
    }

    /// Gives an account a password; its sessions end.
    pub async fn reset_password(&self, name: &str, password: &str, who: &str, via: &str) -> Result<(), ServiceError> {
        self.alter(name, Altered { disabled: None, password: Some(password.to_owned()) }, None, who, via).await
    }

    /// Changes an account in one step, where `only_at` says so only while it is at this revision; its sessions end.
    pub async fn alter(
        &self,
        name: &str,
        to: Altered,
        only_at: Option<u64>,
        who: &str,
        via: &str,
    ) -> Result<(), ServiceError> {
        let kept = match &to.password {
            Some(password) => {
                check_password(password)?;
                Some(self.hashed(password).await?)
            }
            None => None,
        };
        let with_password = kept.is_some();
        self.change_at(name, only_at, |account| {
            account.disabled = to.disabled.unwrap_or(account.disabled);
            if let Some(kept) = kept {
                account.password = kept;
                account.failures = 0;
                account.locked_until = None;
            }
        })
        .await?;
        self.store.end_sessions(name).await?;
        self.known.forget();
        let disabled = to.disabled.map(|disabled| if disabled { "account.disable" } else { "account.enable" });
        for action in with_password.then_some("account.password").into_iter().chain(disabled) {
            self.note(who, via, action, name, "").await?;
        }
        Ok(())
    }

    /// Moves an account to its next revision without changing it: whoever else goes by this one is refused.
    pub async fn step(&self, name: &str, only_at: u64) -> Result<(), ServiceError> {
        self.change_at(name, Some(only_at), |_| ()).await
    }

    pub(super) async fn change(&self, name: &str, f: impl FnOnce(&mut Account)) -> Result<(), ServiceError> {
        self.change_at(name, None, f).await
    }

    async fn change_at(
        &self,
        name: &str,
        only_at: Option<u64>,
        f: impl FnOnce(&mut Account),
    ) -> Result<(), ServiceError> {
        let mut account = self.named(name).await?.ok_or_else(|| no_account(name))?;
        if let Some(wanted) = only_at.filter(|wanted| *wanted != account.revision) {
            return Err(ServiceError::Revised { name: name.to_owned(), wanted, found: account.revision });
        }
        f(&mut account);
        if self.store.update_account(&account).await? {
            return Ok(());
        }
        Err(ServiceError::Conflict(format!("the account {name:?} was changed by somebody else; look at it again")))
    }

    /// Makes a token; the secret is shown this once.
    pub async fn add_token(&self, new: NewToken, who: &str, via: &str) -> Result<(String, Secret), ServiceError> {
        let account = self.named(&new.account).await?.ok_or_else(|| no_account(&new.account))?;
        let role: Role = account.role.parse().map_err(ServiceError::Internal)?;
        let invalid = |field, reason: String| Err(ServiceError::Invalid { field, reason });
        if new.scope.is_empty() {
            return invalid("scope", "a token must be allowed something".to_owned());
        }
        if let Some(more) = new.scope.iter().find(|permission| !role.may(**permission)) {
            return invalid("scope", format!("the account itself lacks the permission {}", more.word()));
        }
        let now = self.now();
        if new.expires_at <= now || new.expires_at - now > LONGEST_TOKEN {
            return invalid("expires_at", "a token lasts at least a moment and at most a year".to_owned());
        }
        if new.name.trim().is_empty() || new.name.chars().count() > 100 || new.name.contains(char::is_control) {
            return invalid("name", "say in 1 to 100 characters what the token is for".to_owned());
        }
        let (id, secret) = (secret::name()?, Secret::new()?);
        let words: Vec<&str> = new.scope.iter().map(|permission| permission.word()).collect();
        let token = ApiToken {
            id: id.clone(),
            secret: secret.sum(),
            account: new.account.clone(),
            name: new.name,
            scope: words.join(" "),
            created_at: now,
            expires_at: new.expires_at,
        };
        self.store.add_token(&token).await?;
        self.note(who, via, "token.add", &id, &format!("for {}: {}", new.account, token.scope)).await?;
        Ok((id, secret))
    }

    /// All tokens, by account and time.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, ServiceError> {
        Ok(self.store.tokens().await?)
    }

    /// Takes a token back; whether there was one.
    pub async fn revoke_token(&self, id: &str, who: &str, via: &str) -> Result<bool, ServiceError> {
        // Ids of tokens are words; no database need be asked about anything else.
        let revoked = id.bytes().all(|b| b.is_ascii_graphic()) && self.store.revoke_token(id).await?;
        self.known.forget();
        if revoked {
            self.note(who, via, "token.revoke", id, "").await?;
        }
        Ok(revoked)
    }

    /// Lines of the audit log before one, newest first.
    pub async fn audit_lines(&self, before: Option<u64>, limit: u32) -> Result<Vec<AuditLine>, ServiceError> {
        Ok(self.store.audit_lines(before, limit).await?)
    }
}

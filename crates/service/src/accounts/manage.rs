//! Making and changing accounts and tokens, from the first start on.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use linewright_model::{Phrase, phrase};
use linewright_store::{Account, ApiToken, AuditLine, Desk, KeptAnswer, LoginIdentity, Step, Unmet};

use super::outside::check_outside;
use super::{Accounts, LoggedIn, check_password};
use crate::secret;
use crate::{Permission, Role, Secret, ServiceError};

/// How long a setup link can be used.
const SETUP: TimeDelta = TimeDelta::hours(24);

/// Longest life of a token.
const LONGEST_TOKEN: TimeDelta = TimeDelta::days(366);

/// Longest life of a token of an account whose role follows the provider's: that somebody lost the role is heard at their
/// next log-in only, and a token logs nobody in.
const LONGEST_FOLLOWING: TimeDelta = TimeDelta::days(31);

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
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Altered {
    /// Whether it may not log in.
    pub disabled: Option<bool>,
    /// A new password.
    pub password: Option<String>,
    /// Another role.
    pub role: Option<Role>,
    /// District or county to bind it to; none for all.
    pub region: Option<Option<String>>,
    /// When it ends; none for no end.
    pub expires_at: Option<Option<DateTime<Utc>>>,
    /// Whom the provider of log-ins knows.
    pub outside: Option<Outside>,
}

/// Whom an account is to be outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outside {
    /// Somebody a provider knows, instead of whom it was before.
    Linked {
        /// The provider, by its issuer URL.
        issuer: String,
        /// Whom it knows, in its own words.
        subject: String,
    },
    /// Nobody.
    Unlinked,
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
    let reason =
        phrase!("a name has 1 to 64 letters, digits, or . - _ @", "用户名由 1 至 64 个字母、数字或 . - _ @ 组成");
    Err(ServiceError::Invalid { field: "username", reason })
}

fn taken(name: &str) -> ServiceError {
    ServiceError::Conflict(phrase!("there is an account {name:?} already", "账号“{name}”已存在"))
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
        let new = NewAccount {
            name: name.to_owned(),
            display_name: String::new(),
            role: Role::Administrator,
            region: None,
            expires_at: None,
            password: password.to_owned(),
        };
        let account = self.to_be_made(new).await?;
        let link = Step::TakeSetupLink { secret: link.sum(), now: self.now() };
        let note = self.line("setup", "setup", "account.add", name, &format!("role {}", account.role));
        match self.store.carry_out(&[link, Step::AddAccount(account), note]).await? {
            Ok(()) => self.log_in(name, password).await,
            Err(Unmet::NameTaken) => Err(taken(name)),
            Err(_) => {
                let reason = if self.setup_is_over().await? {
                    phrase!(
                        "the first administrator was made already, and the link serves once; log in, or ask an \
                         administrator for an account",
                        "首个管理员已创建，该链接只能使用一次；请登录，或向管理员申请账号"
                    )
                } else {
                    phrase!(
                        "the link has ended, or a newer one was printed; whoever runs the service gets a new one by \
                         starting it again",
                        "链接已过期，或已生成更新的链接；请由服务的运行者重新启动服务以获取新链接"
                    )
                };
                Err(ServiceError::Invalid { field: "link", reason })
            }
        }
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
        self.add_once(new, None, who, via).await
    }

    /// The same, keeping the answer of a claimed key.
    pub async fn add_once(
        &self,
        new: NewAccount,
        answer: Option<KeptAnswer>,
        who: &str,
        via: &str,
    ) -> Result<(), ServiceError> {
        let account = self.to_be_made(new).await?;
        let name = account.name.clone();
        let note = self.line(who, via, "account.add", &name, &format!("role {}", account.role));
        let steps: Vec<Step> = [Step::AddAccount(account), note].into_iter().chain(answer.map(Step::Answer)).collect();
        self.store.carry_out(&steps).await?.map_err(|_| taken(&name))
    }

    async fn to_be_made(&self, new: NewAccount) -> Result<Account, ServiceError> {
        check_name(&new.name)?;
        check_password(&new.password)?;
        self.check_end(new.expires_at)?;
        Ok(Account {
            name: new.name,
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
        })
    }

    fn check_end(&self, end: Option<DateTime<Utc>>) -> Result<(), ServiceError> {
        if end.is_none_or(|end| end > self.now()) {
            return Ok(());
        }
        let reason = phrase!("the account would have ended already", "账号的到期时间已过");
        Err(ServiceError::Invalid { field: "expires_at", reason })
    }

    /// Disables an account, or lets it log in again; its sessions end.
    pub async fn disable(&self, name: &str, disabled: bool, who: &str, via: &str) -> Result<(), ServiceError> {
        let to = Altered { disabled: Some(disabled), ..Altered::default() };
        self.alter(name, to, None, who, via).await.map(drop)
    }

    /// Gives an account a password; its sessions end.
    pub async fn reset_password(&self, name: &str, password: &str, who: &str, via: &str) -> Result<(), ServiceError> {
        let to = Altered { password: Some(password.to_owned()), ..Altered::default() };
        self.alter(name, to, None, who, via).await.map(drop)
    }

    /// Changes an account in one transaction, where `only_at` says so only while it is at this revision; its sessions end.
    /// False, and nothing is changed, where all that was asked is to take away a link that it does not have.
    pub async fn alter(
        &self,
        name: &str,
        to: Altered,
        only_at: Option<u64>,
        who: &str,
        via: &str,
    ) -> Result<bool, ServiceError> {
        if let Some(password) = &to.password {
            check_password(password)?;
        }
        if let Some(Outside::Linked { issuer, subject }) = &to.outside {
            check_outside(issuer, subject)?;
        }
        self.check_end(to.expires_at.flatten())?;
        let mut account = self.there(name).await?;
        if let Some(wanted) = only_at.filter(|wanted| *wanted != account.revision) {
            return Err(ServiceError::Revised { name: name.to_owned(), wanted, found: account.revision });
        }
        let identity = self.store.identities().await?.into_iter().find(|identity| identity.account == name);
        if to.role.is_some() && identity.as_ref().is_some_and(|identity| identity.made) {
            let reason = phrase!(
                "the role follows the sign-in service; change it there",
                "该账号的角色以统一认证为准；请在统一认证中修改"
            );
            return Err(ServiceError::Invalid { field: "role", reason });
        }
        if to.outside.is_some() && who == name && identity.as_ref().is_some_and(|identity| identity.made) {
            let reason = phrase!(
                "the role of the account follows the sign-in service: another administrator changes whom it belongs to",
                "该账号的角色以统一认证为准：须由其他管理员更改关联用户"
            );
            return Err(ServiceError::Invalid { field: "subject", reason });
        }
        if to.password.is_some() && identity.as_ref().is_some_and(|identity| identity.made) {
            let reason = phrase!(
                "the account logs in at the sign-in service, which says whether it still may; it has no password here",
                "该账号通过统一认证登录，是否仍可登录由统一认证决定；此处不设密码"
            );
            return Err(ServiceError::Invalid { field: "password", reason });
        }
        let mut steps = Vec::new();
        let mut done = |step: Option<Step>, action, why: &str| {
            steps.extend(step.into_iter().chain([self.line(who, via, action, name, why)]));
        };
        if let Some(password) = &to.password {
            account.password = self.hashed(password).await?;
            done(Some(Step::ClearFailures(name.to_owned())), "account.password", "");
        }
        if let Some(disabled) = to.disabled {
            account.disabled = disabled;
            done(None, if disabled { "account.disable" } else { "account.enable" }, "");
        }
        if let Some(role) = to.role {
            let word = role.row().word;
            done(None, "account.role", &format!("{} to {word}", account.role));
            account.role = word.to_owned();
        }
        if let Some(region) = to.region {
            account.region = region.unwrap_or_default();
            done(None, "account.region", if account.region.is_empty() { "all" } else { &account.region });
        }
        if let Some(end) = to.expires_at {
            account.expires_at = end;
            let end = end.map_or_else(|| "never".to_owned(), |end| end.to_rfc3339_opts(SecondsFormat::Secs, true));
            done(None, "account.end", &end);
        }
        match &to.outside {
            // As it is: an account made by the provider stays one.
            Some(Outside::Linked { issuer, subject })
                if identity.as_ref().is_some_and(|known| known.issuer == *issuer && known.subject == *subject) => {}
            Some(Outside::Linked { issuer, subject }) => {
                let identity = self.linked(name, issuer, subject);
                done(Some(Step::Link(identity)), "account.link", &format!("{subject} of {issuer}"));
            }
            Some(Outside::Unlinked) if identity.is_some() => {
                done(Some(Step::Unlink(name.to_owned())), "account.unlink", "");
            }
            Some(Outside::Unlinked) | None => {}
        }
        if steps.is_empty() {
            return Ok(false);
        }
        // First of all, so that whoever else changes the account waits or is refused.
        steps.insert(0, Step::UpdateAccount(account));
        steps.insert(1, Step::EndSessions(name.to_owned()));
        let taken = self.store.carry_out(&steps).await;
        // Also where it is not known whether it was done.
        self.known.forget();
        match taken? {
            Ok(()) => Ok(true),
            Err(Unmet::IdentityTaken) => Err(ServiceError::Conflict(phrase!(
                "the subject is another account already; unlink that first",
                "该用户已关联另一账号；请先取消其关联"
            ))),
            Err(_) => Err(self.overtaken(name, only_at).await?),
        }
    }

    /// Why an account that was read a moment ago cannot be written.
    async fn overtaken(&self, name: &str, only_at: Option<u64>) -> Result<ServiceError, ServiceError> {
        let found = self.there(name).await?.revision;
        Ok(match only_at {
            Some(wanted) => ServiceError::Revised { name: name.to_owned(), wanted, found },
            None => ServiceError::Conflict(phrase!(
                "the account {name:?} was changed by somebody else; look at it again",
                "账号“{name}”刚被他人修改；请重新查看"
            )),
        })
    }

    fn linked(&self, name: &str, issuer: &str, subject: &str) -> LoginIdentity {
        LoginIdentity {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            account: name.to_owned(),
            made: false,
            created_at: self.now(),
        }
    }

    /// The account of this name, which must be there.
    async fn there(&self, name: &str) -> Result<Account, ServiceError> {
        self.named(name).await?.ok_or_else(|| ServiceError::NoAccount(name.to_owned()))
    }

    /// Makes a token; the secret is shown this once.
    pub async fn add_token(&self, new: NewToken, who: &str, via: &str) -> Result<(String, Secret), ServiceError> {
        self.add_token_once(new, |_| None, who, via).await
    }

    /// The same, keeping the answer of a claimed key; `answer` is given the id.
    pub async fn add_token_once(
        &self,
        new: NewToken,
        answer: impl FnOnce(&str) -> Option<KeptAnswer>,
        who: &str,
        via: &str,
    ) -> Result<(String, Secret), ServiceError> {
        let no_account = || {
            let reason = ServiceError::NoAccount(new.account.clone()).phrase();
            ServiceError::Invalid { field: "account", reason }
        };
        let account = self.named(&new.account).await?.ok_or_else(no_account)?;
        let role: Role = account.role.parse().map_err(ServiceError::Internal)?;
        let invalid = |field, reason: Phrase| Err(ServiceError::Invalid { field, reason });
        if new.scope.is_empty() {
            return invalid("scope", phrase!("a token must be allowed something", "令牌至少须有一项权限"));
        }
        if let Some(more) = new.scope.iter().find(|permission| !role.may(**permission)) {
            return invalid(
                "scope",
                phrase!("the account itself lacks the permission {}", "账号本身没有 {} 权限", more.word()),
            );
        }
        let now = self.now();
        if new.expires_at <= now || new.expires_at - now > LONGEST_TOKEN {
            return invalid(
                "expires_at",
                phrase!("a token lasts at least a moment and at most a year", "令牌的有效期最短为片刻，最长为一年"),
            );
        }
        let mut identities = self.store.identities().await?.into_iter();
        let follows = identities.any(|identity| identity.made && identity.account == new.account);
        if follows && new.expires_at - now > LONGEST_FOLLOWING {
            let days = LONGEST_FOLLOWING.num_days();
            let reason = phrase!(
                "the role of the account follows the sign-in service, which says at a log-in only that it was lost: its \
                 tokens last at most {days} days",
                "该账号的角色以统一认证为准，角色被取消时要到下次登录才能得知：其令牌最长 {days} 天有效"
            );
            return invalid("expires_at", reason);
        }
        if new.name.trim().is_empty() || new.name.chars().count() > 100 || new.name.contains(char::is_control) {
            return invalid(
                "name",
                phrase!("say in 1 to 100 characters what the token is for", "请用 1 至 100 个字符说明令牌的用途"),
            );
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
        let note = self.line(who, via, "token.add", &id, &format!("for {}: {}", new.account, token.scope));
        let answer = answer(&id).map(Step::Answer);
        let still = Step::StillAt { account: account.name.clone(), revision: account.revision };
        let steps: Vec<Step> = [still, Step::AddToken(token), note].into_iter().chain(answer).collect();
        match self.store.carry_out(&steps).await? {
            Ok(()) => Ok((id, secret)),
            Err(_) => Err(self.overtaken(&new.account, None).await?),
        }
    }

    /// All tokens, by account and time.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, ServiceError> {
        Ok(self.store.tokens().await?)
    }

    /// Takes a token back; whether there was one.
    pub async fn revoke_token(&self, id: &str, who: &str, via: &str) -> Result<bool, ServiceError> {
        // Ids of tokens are words; no database need be asked about anything else.
        if !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(false);
        }
        let steps = [Step::RevokeToken(id.to_owned()), self.line(who, via, "token.revoke", id, "")];
        let revoked = self.store.carry_out(&steps).await;
        // Also where it is not known whether it was done.
        self.known.forget();
        Ok(revoked?.is_ok())
    }

    /// Lines of the audit log before one, newest first.
    pub async fn audit_lines(&self, before: Option<u64>, limit: u32) -> Result<Vec<AuditLine>, ServiceError> {
        Ok(self.store.audit_lines(before, limit).await?)
    }
}

//! `account` and `token`: who may use the service.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use linewright_service::Secret;
use linewright_service::accounts::{Accounts, Altered, NewAccount, NewToken};
use linewright_store::{LoginIdentity, Mode, Storage, Store};
use serde::Serialize;

use crate::args::{AccountAction, TokenAction};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::{Session, clock};

/// Letters of a password that is made up: 80 bits.
const MADE_UP: usize = 20;

#[derive(Serialize)]
struct Account {
    username: String,
    display_name: String,
    role: String,
    region: String,
    /// Whom the provider of log-ins knows it as; none for an account that is not linked.
    subject: Option<String>,
    disabled: bool,
    expires_at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Serialize)]
struct Token {
    id: String,
    account: String,
    name: String,
    scope: String,
    expires_at: chrono::DateTime<chrono::Utc>,
    /// Whether it has ended, on its own or with its account, or the account may not be used.
    ended: bool,
}

/// The accounts of the session's database, and the database to close.
async fn accounts(session: &Session) -> Result<(Accounts, Arc<Store>), Failure> {
    let store = Arc::new(session.writable(Mode::Write).await?);
    // Says what to do when the schema is old.
    store.head().await?;
    Ok((Accounts::of(store.clone(), clock()), store))
}

/// Runs `account`.
pub async fn account(action: AccountAction, session: &Session) -> Result<Answer, Failure> {
    let (accounts, store) = accounts(session).await?;
    let done = account_with(&accounts, action, session).await;
    store.close().await;
    done
}

async fn account_with(accounts: &Accounts, action: AccountAction, session: &Session) -> Result<Answer, Failure> {
    let (who, lang) = (session.who.as_str(), session.lang);
    match action {
        AccountAction::Add(args) => {
            let (password, made_up) = password(args.stdin)?;
            let new = NewAccount {
                name: args.name.clone(),
                display_name: args.display_name,
                role: args.role,
                region: args.region,
                expires_at: args.expires.map(end_of),
                password: password.clone(),
            };
            accounts.add(new, who, "cli").await?;
            told(session, &args.name, made_up.then_some(password), lang.pick("account made", "账号已创建"))
        }
        AccountAction::Password { name, stdin } => {
            let (password, made_up) = password(stdin)?;
            accounts.reset_password(&name, &password, who, "cli").await?;
            told(session, &name, made_up.then_some(password), lang.pick("password changed", "密码已修改"))
        }
        AccountAction::Change(args) => {
            let to = Altered {
                role: args.role,
                region: args.region.map(Some).or(args.everywhere.then_some(None)),
                expires_at: args.expires.map(|day| Some(end_of(day))).or(args.no_end.then_some(None)),
                ..Altered::default()
            };
            accounts.alter(&args.name, to, None, who, "cli").await?;
            told(session, &args.name, None, lang.pick("changed", "已修改"))
        }
        AccountAction::Disable { name, undo } => {
            accounts.disable(&name, !undo, who, "cli").await?;
            let done = if undo { lang.pick("may log in", "已启用") } else { lang.pick("disabled", "已停用") };
            told(session, &name, None, done)
        }
        AccountAction::Link { name, remove: true, .. } => {
            let unlinked = accounts.unlink(&name, who, "cli").await?;
            let said = if unlinked { ("unlinked", "已取消关联") } else { ("was not linked", "未曾关联") };
            told(session, &name, None, lang.pick(said.0, said.1)).map(|answer| answer.refused(!unlinked))
        }
        AccountAction::Link { name, issuer, subject, .. } => {
            let (issuer, subject) = (issuer.unwrap_or_default(), subject.unwrap_or_default());
            accounts.link(&name, &issuer, &subject, who, "cli").await?;
            told(session, &name, None, lang.pick("linked", "已关联"))
        }
        AccountAction::List => {
            let mut outside: HashMap<String, LoginIdentity> =
                accounts.identities().await?.into_iter().map(|identity| (identity.account.clone(), identity)).collect();
            let all = accounts.all().await?.into_iter().map(|account| Account {
                subject: outside.remove(&account.name).map(|identity| identity.subject),
                username: account.name,
                display_name: account.display_name,
                role: account.role,
                region: account.region,
                disabled: account.disabled,
                expires_at: account.expires_at,
            });
            let all: Vec<Account> = all.collect();
            Answer::new(session, &all, || {
                let state = |a: &Account| match (a.disabled, a.expires_at) {
                    (true, _) => lang.pick("disabled", "停用").to_owned(),
                    (false, Some(end)) => format!("{} {}", lang.pick("until", "有效至"), end.format("%Y-%m-%d %H:%M")),
                    (false, None) => String::new(),
                };
                let line = |a: &Account| {
                    let link = a.subject.as_ref().map(|sub| format!(" {} {sub}", lang.pick("linked to", "已关联")));
                    let link = link.unwrap_or_default();
                    format!("{:<24} {:<16} {:<12} {}{link}", a.username, a.role, a.region, state(a))
                        .trim_end()
                        .to_owned()
                        + "\n"
                };
                all.iter().map(line).collect()
            })
        }
    }
}

/// The end of a day: an account may be used on its last day.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    (day + TimeDelta::days(1)).and_time(NaiveTime::MIN).and_utc()
}

fn told(session: &Session, name: &str, password: Option<String>, done: &str) -> Result<Answer, Failure> {
    let document = serde_json::json!({"username": name, "password": password});
    Answer::new(session, &document, || match &password {
        Some(password) => format!("{name}: {done}; {} {password}\n", session.lang.pick("password", "密码")),
        None => format!("{name}: {done}\n"),
    })
}

/// The first line of standard input, or a password made up; whether it was made up.
fn password(stdin: bool) -> Result<(String, bool), Failure> {
    if !stdin {
        let secret = Secret::new()?;
        return Ok((secret.reveal().chars().take(MADE_UP).collect(), true));
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::System { what: "read the password", error })?;
    Ok((line.trim_end_matches(['\r', '\n']).to_owned(), false))
}

/// Runs `token`.
pub async fn token(action: TokenAction, session: &Session) -> Result<Answer, Failure> {
    let (accounts, store) = accounts(session).await?;
    let done = token_with(&accounts, action, session).await;
    store.close().await;
    done
}

async fn token_with(accounts: &Accounts, action: TokenAction, session: &Session) -> Result<Answer, Failure> {
    let (who, lang) = (session.who.as_str(), session.lang);
    match action {
        TokenAction::Add(args) => {
            let new = NewToken {
                account: args.account,
                name: args.name,
                scope: args.scope,
                expires_at: session.now + TimeDelta::days(args.days.into()),
            };
            let ends = new.expires_at;
            let (id, secret) = accounts.add_token(new, who, "cli").await?;
            let document = serde_json::json!({"id": id, "token": secret.reveal(), "expires_at": ends});
            Answer::new(session, &document, || {
                let kept = lang.pick("shown this once; it ends", "仅显示一次；有效至");
                format!("{}\n{id}: {kept} {}\n", secret.reveal(), ends.format("%Y-%m-%d %H:%M"))
            })
        }
        TokenAction::List => {
            let all = accounts.all().await?.into_iter();
            let closed = |account: &linewright_store::Account| {
                account.disabled || account.expires_at.is_some_and(|end| end <= session.now)
            };
            let closed: HashSet<String> = all.filter(closed).map(|account| account.name).collect();
            let tokens = accounts.tokens().await?.into_iter().map(|token| Token {
                ended: token.expires_at <= session.now || closed.contains(&token.account),
                id: token.id,
                account: token.account,
                name: token.name,
                scope: token.scope,
                expires_at: token.expires_at,
            });
            let tokens: Vec<Token> = tokens.collect();
            Answer::new(session, &tokens, || {
                let line = |t: &Token| {
                    let ends = t.expires_at.format("%Y-%m-%d %H:%M");
                    let until = match (t.expires_at <= session.now, t.ended) {
                        (true, _) => format!("{} {ends}", lang.pick("EXPIRED", "已过期")),
                        (false, true) => {
                            let closed = lang.pick("ACCOUNT DISABLED OR ENDED", "账号已停用或到期");
                            format!("{closed}; {} {ends}", lang.pick("until", "有效至"))
                        }
                        (false, false) => format!("{} {ends}", lang.pick("until", "有效至")),
                    };
                    format!("{} {:<24} {} [{}] {until}\n", t.id, t.account, t.name, t.scope)
                };
                tokens.iter().map(line).collect()
            })
        }
        TokenAction::Revoke { id } => {
            let revoked = accounts.revoke_token(&id, who, "cli").await?;
            let document = serde_json::json!({"id": id, "revoked": revoked});
            let answer = Answer::new(session, &document, || {
                let said = if revoked {
                    lang.pick("revoked", "已撤销")
                } else {
                    lang.pick("there is no such token", "没有此令牌")
                };
                format!("{id}: {said}\n")
            })?;
            Ok(answer.refused(!revoked))
        }
    }
}

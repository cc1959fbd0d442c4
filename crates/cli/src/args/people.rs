//! `account` and `token`: who may come in over HTTP.

use chrono::NaiveDate;
use clap::Subcommand;

use super::values::{day, not_blank};

/// `account`
#[derive(clap::Args, Debug)]
pub struct AccountArgs {
    #[command(subcommand)]
    pub action: AccountAction,
}

/// What to do with accounts.
#[derive(Subcommand, Debug)]
pub enum AccountAction {
    /// Make an account; its password is made up and printed, or with --stdin the first line of standard input
    Add(NewAccount),
    /// List the accounts
    List,
    /// Give an account another role, region or end; its sessions end
    Change(Change),
    /// Let an account log in no more; its sessions end
    Disable {
        /// Login name
        name: String,
        /// Let it log in again
        #[arg(long)]
        undo: bool,
    },
    /// Let somebody whom the provider knows log in as an account (OpenID Connect); the account's sessions end
    Link {
        /// Login name
        name: String,
        /// Issuer URL of the provider, as `serve` has it
        #[arg(long, value_name = "URL", env = "LINEWRIGHT_OIDC_ISSUER", value_parser = not_blank, required_unless_present = "remove")]
        issuer: Option<String>,
        /// Whom it knows: the claim `sub`, as the audit log names it after a refused log-in
        #[arg(long, value_name = "SUB", value_parser = not_blank, required_unless_present = "remove")]
        subject: Option<String>,
        /// Take the link away
        #[arg(long, conflicts_with = "subject")]
        remove: bool,
    },
    /// Give an account a new password, made up or with --stdin the first line of standard input; its sessions end
    Password {
        /// Login name
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        stdin: bool,
    },
}

/// `account add`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Roles: viewer 查看, account-manager 客户经理, intake 受理, surveyor 勘察, planner 调度, crew 施工班组, on-call 值班,
manager 主管, administrator 管理员. A contractor is a crew whose account ends.

Examples:
  linewright account add li --role planner
  linewright account add wang --role crew --expires 2026-12-31 --region 崇川区
  linewright account add boss --role administrator --stdin < password.txt")]
pub struct NewAccount {
    /// Login name
    pub name: String,
    /// Role
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub role: linewright_service::Role,
    /// Name for people
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub display_name: String,
    /// District or county that the account is bound to [default: all]
    #[arg(long, value_name = "REGION", value_parser = not_blank)]
    pub region: Option<String>,
    /// Last day (UTC) of the account [default: no end]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub expires: Option<NaiveDate>,
    /// Read the password from standard input
    #[arg(long)]
    pub stdin: bool,
}

/// `account change`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
All of it or nothing. Tokens of the account may what its role allows from then on.

Examples:
  linewright account change li --role surveyor
  linewright account change wang --region 崇川区 --expires 2027-06-30
  linewright account change wang --everywhere --no-end")]
#[command(group = clap::ArgGroup::new("what").args(["role", "region", "everywhere", "expires", "no_end"]).required(true).multiple(true))]
pub struct Change {
    /// Login name
    pub name: String,
    /// Another role, where it does not follow the sign-in service
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub role: Option<linewright_service::Role>,
    /// District or county to bind it to
    #[arg(long, value_name = "REGION", value_parser = not_blank, conflicts_with = "everywhere")]
    pub region: Option<String>,
    /// Bind it to no region
    #[arg(long)]
    pub everywhere: bool,
    /// Last day (UTC) of the account
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, conflicts_with = "no_end")]
    pub expires: Option<NaiveDate>,
    /// Let it never end
    #[arg(long)]
    pub no_end: bool,
}

pub(super) fn role(given: &str) -> Result<linewright_service::Role, String> {
    given.parse()
}

/// `token`
#[derive(clap::Args, Debug)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub action: TokenAction,
}

/// What to do with tokens.
#[derive(Subcommand, Debug)]
pub enum TokenAction {
    /// Make a token and print it, this once
    Add(NewToken),
    /// List the tokens, without their secrets
    List,
    /// Take a token back
    Revoke {
        /// Id, as listed
        id: String,
    },
}

/// `token add`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A token acts for its account, within its scope: read, survey, contacts, export, change, audit, accounts; never for more
than the account's role allows at that moment, nor longer than the account lasts. Tokens of an account whose role follows
the sign-in service's end after 31 days at most, and at once when a log-in shows that the role is lost.

Examples:
  linewright token add --account li --name \"nightly check\" --scope read
  linewright token add --account li --name CRM --scope read,survey --days 365")]
pub struct NewToken {
    /// Login name of the account it acts for
    #[arg(long, value_name = "NAME")]
    pub account: String,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// What it may do
    #[arg(long, value_name = "PERMISSION,...", value_delimiter = ',', required = true, value_parser = permission)]
    pub scope: Vec<linewright_service::Permission>,
    /// Days until it ends
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub days: u16,
}

fn permission(given: &str) -> Result<linewright_service::Permission, String> {
    linewright_service::Permission::of_word(given).ok_or_else(|| {
        let known: Vec<&str> = linewright_service::Permission::ALL.iter().map(|permission| permission.word()).collect();
        format!("the permissions are {}", known.join(", "))
    })
}

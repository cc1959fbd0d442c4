//! `serve`: the provider people may log in at.

use std::path::PathBuf;

use linewright_service::Role;

use super::people::role;
use super::values::not_blank;

/// The provider people may log in at.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Log-in at a provider (OpenID Connect)")]
pub struct Oidc {
    /// Issuer URL of the provider, as it writes it itself
    #[arg(long = "oidc-issuer", value_name = "URL", env = "LINEWRIGHT_OIDC_ISSUER", value_parser = not_blank,
        requires_all = ["client_id", "public_url"])]
    pub issuer: Option<String>,
    /// What the provider calls this service
    #[arg(long = "oidc-client-id", value_name = "ID", env = "LINEWRIGHT_OIDC_CLIENT_ID", value_parser = not_blank,
        requires = "issuer")]
    pub client_id: Option<String>,
    /// File whose first line is the client secret; or set LINEWRIGHT_OIDC_CLIENT_SECRET; neither for a public client
    #[arg(long = "oidc-secret-file", value_name = "FILE", env = "LINEWRIGHT_OIDC_SECRET_FILE", requires = "issuer")]
    pub secret_file: Option<PathBuf>,
    /// Where browsers reach this service: a host name of its own, without a path; the provider sends them back to URL/api/v1/login/oidc/return
    #[arg(long, value_name = "URL", env = "LINEWRIGHT_PUBLIC_URL", value_parser = not_blank, requires = "issuer")]
    pub public_url: Option<String>,
    /// What people call the provider [default: the host of the issuer]
    #[arg(long = "oidc-name", value_name = "TEXT", env = "LINEWRIGHT_OIDC_NAME", value_parser = not_blank,
        requires = "issuer")]
    pub name: Option<String>,
    /// Claim that names an account made at a first log-in; a.b for a claim inside another
    #[arg(long = "oidc-account-claim", value_name = "CLAIM", env = "LINEWRIGHT_OIDC_ACCOUNT_CLAIM",
        default_value = "preferred_username", value_parser = not_blank)]
    pub account_claim: String,
    /// Claim whose values give roles; without it only accounts that an administrator linked may log in
    #[arg(long = "oidc-role-claim", value_name = "CLAIM", env = "LINEWRIGHT_OIDC_ROLE_CLAIM", value_parser = not_blank,
        requires_all = ["issuer", "roles"])]
    pub role_claim: Option<String>,
    /// A value of that claim and the role it gives, the first that fits; several by ; or several options
    #[arg(long = "oidc-role", value_name = "VALUE=ROLE", env = "LINEWRIGHT_OIDC_ROLES", value_delimiter = ';',
        value_parser = mapped, requires_all = ["issuer", "role_claim"])]
    pub roles: Vec<(String, Role)>,
    /// Scopes to ask for beside openid
    #[arg(long = "oidc-scope", value_name = "SCOPE", env = "LINEWRIGHT_OIDC_SCOPES", value_delimiter = ',',
        default_value = "profile", value_parser = not_blank)]
    pub scopes: Vec<String>,
}

/// A value of a claim and the role it gives; the value may itself hold a `=`, as LDAP names do.
fn mapped(given: &str) -> Result<(String, Role), String> {
    let (value, word) = given.rsplit_once('=').ok_or("write VALUE=ROLE")?;
    if value.trim().is_empty() {
        return Err("write VALUE=ROLE".to_owned());
    }
    Ok((value.to_owned(), role(word)?))
}

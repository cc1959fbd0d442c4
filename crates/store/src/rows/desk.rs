//! Desk records in a backup, and those that are not worth one.

use chrono::{DateTime, Utc};

use super::Shape;

/// Who may log in.
pub(crate) const ACCOUNTS: Shape = Shape {
    table: "account",
    columns: &[
        "name",
        "revision",
        "display_name",
        "role",
        "region",
        "password",
        "disabled",
        "created_at",
        "expires_at",
        "failures",
        "locked_until",
    ],
    order: "name",
};

const IDENTITIES: Shape = Shape {
    table: "login_identity",
    columns: &["issuer", "subject", "account", "made", "created_at"],
    order: "subject",
};

const TOKENS: Shape = Shape {
    table: "api_token",
    columns: &["id", "secret", "account", "name", "scope", "created_at", "expires_at"],
    order: "id",
};

/// Who did or read what. The database numbers the lines.
pub(crate) const AUDIT: Shape =
    Shape { table: "audit_log", columns: &["seq", "at", "who", "via", "action", "subject", "why"], order: "seq" };

/// What a backup holds beside the network, each after those it refers to.
pub(crate) const DESK: [&Shape; 4] = [&ACCOUNTS, &IDENTITIES, &TOKENS, &AUDIT];

/// What belongs to the moment and to accounts that are replaced: no backup holds it, and it ends with them.
pub(crate) const PASSING: [&Shape; 4] = [
    &Shape { table: "login_session", columns: &[], order: "" },
    &Shape { table: "login_attempt", columns: &[], order: "" },
    &Shape { table: "setup_link", columns: &[], order: "" },
    &Shape { table: "idempotency_key", columns: &[], order: "" },
];

/// Refuses a text that could not be read as what its column holds: desk records keep times as texts.
pub(super) fn check(column: &str, text: &str) -> Result<(), String> {
    let may_be_none = ["expires_at", "locked_until"].contains(&column) && text.is_empty();
    let time = ["at", "created_at", "expires_at", "locked_until"].contains(&column);
    if !time || may_be_none {
        return Ok(());
    }
    text.parse::<DateTime<Utc>>().map(drop).map_err(|error| format!("{column} is {text:?}: {error}"))
}

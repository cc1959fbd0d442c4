//! Whom a provider vouches for: claims read as this service's settings say.

use serde_json::{Map, Value};

use super::Settings;
use crate::Role;

/// Letters of a display name kept at most.
const NAME: usize = 100;

/// Somebody a provider vouches for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// The provider.
    pub issuer: String,
    /// Whom it knows, in its own words; never given to another.
    pub subject: String,
    /// The name an account is to have.
    pub name: Option<String>,
    /// Name for people; empty for none.
    pub display_name: String,
    /// The role that is mapped.
    pub role: Option<Role>,
}

/// A claim by its name, or by a path of names through objects (`realm_access.roles`).
pub(super) fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    claim(claims.get(first)?.as_object()?, rest)
}

/// The values of a claim that is a text or a list of texts.
fn values(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

impl Person {
    pub(super) fn of(settings: &Settings, subject: String, claims: &Map<String, Value>) -> Self {
        let text = |name: &str| claim(claims, name).and_then(Value::as_str).map(str::trim);
        let has = settings.role_claim.as_ref().and_then(|name| claim(claims, name)).map(values).unwrap_or_default();
        let role = settings.roles.iter().find(|(value, _)| has.contains(&value.as_str())).map(|(_, role)| *role);
        let shown = text("name").unwrap_or_default().chars().filter(|c| !c.is_control()).take(NAME);
        Self {
            issuer: settings.issuer.clone(),
            subject,
            name: text(&settings.account_claim).filter(|name| !name.is_empty()).map(str::to_owned),
            display_name: shown.collect(),
            role,
        }
    }
}

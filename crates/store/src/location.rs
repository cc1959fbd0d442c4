//! What a database URL names.

use std::path::PathBuf;
use std::str::FromStr;

use crate::StoreError;

/// Where a database is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Location {
    /// A SQLite file. The path stands in the URL as it is, without percent-encoding.
    Sqlite(PathBuf),
}

impl FromStr for Location {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        let bad = |reason: &str| StoreError::BadUrl { url: url.to_owned(), reason: reason.to_owned() };
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Err(StoreError::PostgresLater);
        }
        let path = match url.strip_prefix("sqlite:") {
            Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
            None => match url.split_once("://") {
                // The rest may hold a password.
                Some((kind, _)) => {
                    let (url, reason) = (format!("{kind}://..."), "its kind is not known".to_owned());
                    return Err(StoreError::BadUrl { url, reason });
                }
                None => url,
            },
        };
        if path.is_empty() {
            return Err(bad("it names no file"));
        }
        if path == ":memory:" {
            return Err(bad("a database in memory cannot be shared by connections; name a file"));
        }
        if path.contains('\0') {
            return Err(bad("a file name has no zero byte"));
        }
        Ok(Location::Sqlite(PathBuf::from(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_files_or_say_what_to_do() {
        let path = |url: &str, expected: &str| {
            assert_eq!(url.parse::<Location>(), Ok(Location::Sqlite(expected.into())), "{url}");
        };
        path("sqlite:net.db", "net.db");
        path("sqlite://net.db", "net.db");
        path("sqlite:///var/lib/net.db", "/var/lib/net.db");
        path("/var/lib/net.db", "/var/lib/net.db");
        path("./网络.db", "./网络.db");
        path("C:\\net.db", "C:\\net.db");
        path("sqlite:a b?c%20.db", "a b?c%20.db");
        let refused = |url: &str, says: &str| {
            let error = url.parse::<Location>().unwrap_err().to_string();
            assert!(error.contains(says), "{url}: {error}");
        };
        refused("postgres://user:secret@host/net", "later release");
        refused("postgresql://host/net", "later release");
        refused("mysql://host/net", "not known");
        refused("", "names no file");
        refused("sqlite://", "names no file");
        refused("sqlite::memory:", "name a file");
        for url in ["postgres://user:secret@host/net", "mysql://user:secret@host/net"] {
            let error = url.parse::<Location>().unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}

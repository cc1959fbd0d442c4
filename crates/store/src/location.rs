//! What a database URL names.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::StoreError;

/// Where a database is. It is shown without a password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Location {
    /// A SQLite file. The path stands in the URL as it is, without percent-encoding.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server.
    Postgres(PostgresUrl),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite(path) => path.display().fmt(f),
            Location::Postgres(url) => url.fmt(f),
        }
    }
}

/// `postgres://USER:PASSWORD@HOST:PORT/NAME` or `postgresql://...`, percent-encoded.
///
/// What it leaves out is taken from the variables and the password file that `psql` reads too (`PGHOST`, `PGPASSWORD`,
/// `~/.pgpass`). It is shown without the password and what follows the name.
///
/// A primary and its standbys are named together, as `psql` takes them: `postgres://USER@HOST1:5432,HOST2:5432/NAME`. The
/// one that takes writes at the moment is worked with.
#[derive(Clone)]
pub struct PostgresUrl {
    url: String,
    /// How to connect to each of the servers; at least one.
    servers: Vec<PgConnectOptions>,
}

impl PostgresUrl {
    pub(crate) fn servers(&self) -> &[PgConnectOptions] {
        &self.servers
    }

    fn parse(url: &str) -> Result<Self, sqlx::Error> {
        let servers = each_server(url).iter().map(|one| one.parse()).collect::<Result<_, _>>()?;
        Ok(Self { url: url.to_owned(), servers })
    }
}

/// The URL of each server of a URL that may name several, separated by commas.
fn each_server(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or((None, authority), |(user, hosts)| (Some(user), hosts));
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}")).collect()
}

impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for PostgresUrl {}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.servers.first() else { return Ok(()) };
        let user = first.get_username();
        write!(f, "postgres://{user}@")?;
        for (n, server) in self.servers.iter().enumerate() {
            f.write_str(if n > 0 { "," } else { "" })?;
            f.write_str(&host_and_port(server))?;
        }
        write!(f, "/{}", first.get_database().unwrap_or(user))
    }
}

/// Where a server listens, for people.
pub(crate) fn host_and_port(server: &PgConnectOptions) -> String {
    match server.get_socket() {
        Some(socket) => format!("{}:{}", socket.display(), server.get_port()),
        None => format!("{}:{}", server.get_host(), server.get_port()),
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Location {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        let bad = |reason: &str| StoreError::BadUrl { url: url.to_owned(), reason: reason.to_owned() };
        // The rest of a URL may hold a password.
        let hidden = |kind: &str, reason: String| StoreError::BadUrl { url: format!("{kind}://..."), reason };
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return match PostgresUrl::parse(url) {
                Ok(url) => Ok(Location::Postgres(url)),
                Err(sqlx::Error::Configuration(error)) => Err(hidden("postgres", error.to_string())),
                Err(_) => Err(hidden("postgres", "it cannot be read".to_owned())),
            };
        }
        let path = match url.strip_prefix("sqlite:") {
            Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
            None => match url.split_once("://") {
                Some((kind, _)) => return Err(hidden(kind, "its kind is not known".to_owned())),
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
        refused("postgres://user:secret@host:port/net", "port");
        refused("postgresql://user:secret@[host/net", "postgres://...");
        refused("mysql://host/net", "not known");
        refused("", "names no file");
        refused("sqlite://", "names no file");
        refused("sqlite::memory:", "name a file");
        for url in ["postgres://user:secret@host:port/net", "mysql://user:secret@host/net"] {
            let error = url.parse::<Location>().unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    fn own_name() -> String {
        PgConnectOptions::new().get_username().to_owned()
    }

    #[test]
    fn a_postgres_url_is_shown_without_its_password() {
        let shown = |url: &str, expected: &str| {
            let location: Location = url.parse().unwrap();
            assert!(matches!(location, Location::Postgres(_)), "{url}");
            assert_eq!(location.to_string(), expected);
            assert!(!format!("{location:?}").contains("secret"), "{url}");
        };
        shown("postgres://user:secret@host/net", "postgres://user@host:5432/net");
        shown("postgresql://user:secret@host:99/%E7%BD%91?sslmode=disable", "postgres://user@host:99/网");
        shown("postgres://user:secret@%2Frun%2Fpg/net", "postgres://user@/run/pg:5432/net");
        shown("postgres://user@host", "postgres://user@host:5432/user");
        shown("postgres://user:secret@one:1,two/net?sslmode=disable", "postgres://user@one:1,two:5432/net");
        shown("postgres://one,two:2", &format!("postgres://{0}@one:5432,two:2/{0}", own_name()));
    }
}

//! What every command shares: the database, the language, the clock, the person.

use std::path::Path;

use chrono::{DateTime, Utc};
use linewright_catalog::{Catalog, CatalogFile};
use linewright_exchange::input::FileError;
use linewright_model::Network;
use linewright_service::Clock;
use linewright_store::{Location, Mode, SchemaStatus, Storage, Store, StoreError};
use tracing_subscriber::EnvFilter;

use crate::args::{Global, Past};
use crate::failure::Failure;
use crate::progress::Line;
use crate::text::words::Lang;

/// One run of the program.
pub struct Session {
    /// The database asked for.
    pub database: String,
    /// Whether the answer is JSON.
    pub json: bool,
    /// Language of what people read.
    pub lang: Lang,
    /// Whether progress and remarks are left out.
    pub quiet: bool,
    /// When the program was started.
    pub now: DateTime<Utc>,
    /// Who started it, for the log.
    pub who: String,
}

impl Session {
    /// The session of these options and this environment.
    #[allow(clippy::disallowed_methods, reason = "the composition root reads the clock, once")]
    pub fn new(global: &Global) -> Self {
        let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(said);
        let login = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(said);
        Self {
            database: global.database.clone(),
            json: global.json,
            lang: global.lang.map_or_else(|| of_locale(locale.as_deref()), Lang::from),
            quiet: global.quiet,
            now: std::time::SystemTime::now().into(),
            who: global.user.clone().or(login).unwrap_or_else(|| "unknown".to_owned()),
        }
    }

    /// The database as it may be shown: without a password.
    pub fn shown_database(&self) -> String {
        // A URL that cannot be read has been refused before it is shown.
        self.database.parse::<Location>().map(|location| location.to_string()).unwrap_or_default()
    }

    /// A line of progress.
    pub fn progress(&self, what: &str) -> Line {
        Line::start(self.quiet, what)
    }

    /// The network, only read, as it is or was.
    pub async fn network(&self, past: Past) -> Result<Network, Failure> {
        let line = self.progress(self.lang.pick("reading the network", "读取网络"));
        let store = linewright_store::connect(&self.database, Mode::ReadOnly).await?;
        let loaded = match past.as_of {
            Some(when) => store.as_of(when).await,
            None => store.load().await,
        };
        store.close().await;
        drop(line);
        let network = loaded?;
        tracing::info!(database = self.shown_database(), version = %network.version(), "network read");
        Ok(network)
    }

    /// The database, to be changed; one without tables is given them.
    pub async fn writable(&self, mode: Mode) -> Result<Store, Failure> {
        let store = linewright_store::connect(&self.database, mode).await?;
        if store.schema_status().await? == SchemaStatus::Empty {
            store.migrate().await?;
        }
        Ok(store)
    }

    /// The database as it is, to be changed; none when it does not exist yet.
    pub async fn existing(&self) -> Result<Option<Store>, Failure> {
        match self.writable(Mode::Write).await {
            Ok(store) => Ok(Some(store)),
            Err(Failure::Store(StoreError::Missing { .. })) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The network, only read; the empty one when there is no database yet.
    pub async fn network_or_empty(&self) -> Result<Network, Failure> {
        match self.network(Past::default()).await {
            Err(Failure::Store(StoreError::Missing { .. } | StoreError::SchemaEmpty { .. })) => Ok(Network::new()),
            other => other,
        }
    }
}

/// Chinese for a Chinese locale, else English.
fn of_locale(locale: Option<&str>) -> Lang {
    match locale {
        Some(name) if name.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

/// The clock of the machine.
#[allow(clippy::disallowed_methods, reason = "the composition root reads the clock")]
pub fn clock() -> Clock {
    Clock::new(|| std::time::SystemTime::now().into())
}

/// Starts the log on standard error. A service says what it does from the beginning, and as JSON to machines.
pub fn start_log(verbose: u8, json: bool, serving: bool) {
    let filter = match verbose {
        0 if !serving => "error",
        0 | 1 => "info,sqlx=warn",
        2 => "debug,sqlx=info",
        _ => "trace",
    };
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(EnvFilter::new(filter));
    // It fails only when there is a log already.
    if serving && json {
        log.json().flatten_event(true).try_init().ok();
    } else {
        log.try_init().ok();
    }
}

/// The catalogue of a folder, or the one built in.
pub fn catalog(folder: Option<&Path>) -> Result<Catalog, Failure> {
    let Some(folder) = folder else { return Ok(Catalog::builtin()) };
    let failed = |path: &Path, source| FileError::Io { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| failed(folder, e))? {
        let path = entry.map_err(|e| failed(folder, e))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|e| failed(&path, e))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, text));
        }
    }
    files.sort();
    if files.is_empty() {
        let expected: Vec<&str> = CatalogFile::ALL.iter().map(|file| file.name()).collect();
        let source = std::io::Error::other(format!("no tables here; expected one of {}", expected.join(", ")));
        return Err(failed(folder, source).into());
    }
    let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Catalog::with_overrides(texts).map_err(|error| Failure::Catalog { path: folder.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_chooses_the_language() {
        let check = |locale, expected| assert_eq!(of_locale(locale), expected, "{locale:?}");
        check(Some("zh_CN.UTF-8"), Lang::Zh);
        check(Some("ZH"), Lang::Zh);
        check(Some("en_GB.UTF-8"), Lang::En);
        check(Some("C"), Lang::En);
        check(None, Lang::En);
    }
}

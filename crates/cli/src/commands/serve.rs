//! `serve`: the network over HTTP, until it is told to stop.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use linewright_api::{Asset, Config};
use linewright_catalog::Catalog;
use linewright_exchange::input::FileError;
use linewright_service::oidc::{ClientSecret, Provider, Settings};
use linewright_service::{Bounds, Service};
use linewright_store::{Mode, Store};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::args::{Oidc, Serve};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::{Session, catalog, clock};

/// Variable of the environment that holds what this service shows the provider.
const CLIENT_SECRET: &str = "LINEWRIGHT_OIDC_CLIENT_SECRET";

/// How long requests that are being answered may go on after the service was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(35);

/// How the service is run.
pub struct Options {
    /// The provider people may log in at.
    pub provider: Option<Provider>,
    /// Where to listen.
    pub listen: String,
    /// How much planning goes on at once.
    pub bounds: Bounds,
    /// How it is offered.
    pub config: Config,
}

/// A service that listens and does not answer yet.
pub struct Listening {
    service: Arc<Service>,
    socket: TcpListener,
    config: Config,
    /// Where it can be reached.
    pub address: String,
}

#[derive(Serialize)]
struct Said<'a> {
    address: &'a str,
    /// Link that makes the first administrator; none where there are accounts.
    setup: Option<String>,
}

/// Runs the command.
pub async fn run(args: &Serve, session: &Session) -> Result<Answer, Failure> {
    let catalog = catalog(args.catalog.as_deref())?;
    let provider = provider(&args.oidc)?;
    let store = session.writable(Mode::Create).await?;
    let usual = Bounds::default();
    let bounds = Bounds {
        running: args.plans.map_or(usual.running, usize::from),
        deadline: Duration::from_secs(args.plan_seconds.into()),
        ..usual
    };
    let config = Config {
        secure_cookies: args.secure_cookies || provider.as_ref().is_some_and(Provider::secure),
        requests_per_second: args.rate,
        connections: args.connections.into(),
        request_time: config().request_time.max(bounds.deadline + Duration::from_secs(5)),
        ..config()
    };
    files_for(args.connections);
    let listening = listen(store, catalog, Options { provider, listen: args.listen.clone(), bounds, config }).await?;
    let setup = listening.service.accounts().setup_link().await?;
    let setup = setup.map(|link| format!("{}/#setup={}", listening.address, link.reveal()));
    let said = Said { address: &listening.address, setup };
    let answer = Answer::new(session, &said, || {
        let lang = session.lang;
        let mut text = format!("{} {}\n", lang.pick("serving at", "服务地址："), said.address);
        if let Some(link) = &said.setup {
            let what = lang.pick(
                "no accounts yet: make the first administrator within 24 h at",
                "尚无账号：请在24小时内打开以下链接，创建首个管理员",
            );
            text.push_str(&format!("{what}\n  {link}\n"));
        }
        text
    })?;
    let answer = answer.said();
    let service = listening.service.clone();
    // Beside: the service is there for those with a password while the provider is not.
    let greeting = tokio::spawn(async move {
        if let Some(provider) = service.provider() {
            provider.greet().await;
        }
    });
    let answered = listening.answer().await;
    greeting.abort();
    answered?;
    Ok(answer)
}

/// Lets the process open as many files as its connections may need, and some for the database, as far as the system allows.
#[cfg(unix)]
fn files_for(connections: u16) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// Files for what is no connection.
    const OTHERS: u64 = 100;
    let (wanted, limit) = (u64::from(connections) + OTHERS, getrlimit(Resource::Nofile));
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let most = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum });
    if raised.is_err() || most < wanted {
        tracing::warn!(
            wanted,
            most,
            "the system allows too few open files for --connections: give the process more (ulimit -n), or fewer connections"
        );
    }
}

#[cfg(not(unix))]
fn files_for(_: u16) {}

/// The provider that the options and the environment name. The secret comes from a file or the environment, never from the
/// command line, which others on the machine can read.
fn provider(args: &Oidc) -> Result<Option<Provider>, Failure> {
    let Some(issuer) = args.issuer.clone() else { return Ok(None) };
    let secret = match &args.secret_file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|source| FileError::Io { path: path.clone(), source })?;
            text.lines().next().map(str::trim).unwrap_or_default().to_owned()
        }
        None => std::env::var(CLIENT_SECRET).unwrap_or_default(),
    };
    let settings = Settings {
        issuer,
        client_id: args.client_id.clone().unwrap_or_default(),
        client_secret: Some(secret).filter(|secret| !secret.is_empty()).map(ClientSecret::new),
        public_url: args.public_url.clone().unwrap_or_default(),
        name: args.name.clone(),
        account_claim: args.account_claim.clone(),
        role_claim: args.role_claim.clone(),
        roles: args.roles.clone(),
        scopes: args.scopes.clone(),
    };
    Ok(Some(Provider::new(settings, clock())?))
}

/// As the service is usually offered, with the console.
pub fn config() -> Config {
    Config { console: Some(console), ..Config::default() }
}

fn console(path: &str) -> Option<Asset> {
    linewright_console::file(path).map(|file| Asset {
        bytes: file.bytes,
        media_type: file.media_type,
        immutable: file.immutable,
    })
}

/// Takes the address, reads the network, and is ready to answer.
pub async fn listen(store: Store, catalog: Catalog, options: Options) -> Result<Listening, Failure> {
    // Taken first: an address that is in use is said before a large network is read.
    let socket = bind(&options.listen).await.map_err(|error| Failure::Listen { at: options.listen.clone(), error })?;
    let local = socket.local_addr().map_err(|error| Failure::System { what: "listen", error })?;
    let address = format!("http://{local}");
    let service =
        Arc::new(Service::start(store, catalog, clock(), options.bounds).await?.with_provider(options.provider));
    Ok(Listening { service, socket, config: options.config, address })
}

/// The first address of the name that can be listened on. One that is in use is not passed over: who asks for `localhost`
/// would otherwise share its port with the program that has the other family's.
async fn bind(at: &str) -> io::Result<TcpListener> {
    let mut last = None;
    for address in tokio::net::lookup_host(at).await? {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => last = Some(error),
            bound => return bound,
        }
    }
    Err(last.unwrap_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable)))
}

impl Listening {
    /// The use cases.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Answers requests until the process is told to stop; then finishes those that are being answered.
    pub async fn answer(self) -> Result<(), Failure> {
        let router = linewright_api::router(self.service.clone(), self.config);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let told = async {
            stopped.await.ok();
        };
        let serving = linewright_api::serve(self.socket, router, self.config, told);
        tokio::pin!(serving);
        tokio::select! {
            () = &mut serving => {}
            () = told_to_stop() => {
                tracing::info!("stopping");
                stop.send(()).ok();
                tokio::time::timeout(LAST_REQUESTS, serving).await.ok();
            }
        }
        self.service.close().await;
        Ok(())
    }
}

/// Ctrl-C, or what a service manager sends.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Where signals cannot be heard the service is ended by other means.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

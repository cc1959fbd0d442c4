//! `serve`.

use std::path::PathBuf;

use super::Oidc;
use super::values::listen;

/// Where the service listens when nothing is said: reachable from this machine only.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// `serve`
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The first start on a database without accounts prints a link that makes the first administrator, once; there is no
default password. Others are made with `linewright account add`. It listens on this machine only unless --listen says
otherwise; beyond it, put a proxy that speaks TLS before it and give --secure-cookies. Several processes may serve one
PostgreSQL database: each shows what the others commit within milliseconds. Without its database it goes on reading, for
those it knew as logged in for a quarter of an hour, and says how old its network is, and finds it again. Name a primary and its standbys together: it goes on with the one that
was promoted. A client that sends no request for a minute, or takes nothing of its answer for half a minute, is cut off.
Log lines go to standard error; with --json as JSON.

With --oidc-issuer people may also log in at a provider of the carrier's (OpenID Connect). Somebody it knows is nobody
here until an administrator links an account (`linewright account link`), or --oidc-role-claim and --oidc-role give a
role: then the first log-in makes an account without a password, whose role follows the provider's from then on.

Examples:
  linewright serve
  linewright --database postgres://USER@HOST/NAME serve --listen 0.0.0.0:8080 --secure-cookies
  linewright --database postgres://USER@HOST1,HOST2:5433/NAME serve
  LINEWRIGHT_OIDC_CLIENT_SECRET=... linewright serve --oidc-issuer https://login.example/realms/carrier \\
    --oidc-client-id linewright --public-url https://linewright.example --oidc-name 统一认证 \\
    --oidc-role-claim groups --oidc-role network-planning=planner --oidc-role network-survey=surveyor
  curl http://127.0.0.1:8080/readyz")]
pub struct Serve {
    /// Where to listen; port 0 for any free one
    #[arg(long, value_name = "HOST:PORT", default_value = DEFAULT_LISTEN, value_parser = listen)]
    pub listen: String,
    /// Send cookies over TLS only: behind a proxy that speaks it
    #[arg(long)]
    pub secure_cookies: bool,
    /// Plans worked on at once [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub plans: Option<u16>,
    /// Seconds a plan may take
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub plan_seconds: u16,
    /// Requests a second that one account may send for long
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: u32,
    /// Connections at the same time; more wait until one ends
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u16).range(1..))]
    pub connections: u16,
    /// Folder with your own prices.toml, optics.toml, products.toml or policy.toml [default: built in]
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    #[command(flatten)]
    pub oidc: Oidc,
}

//! The service over HTTP: surveys against the same in the process, idle connections, tiles, a soak. The service is a process
//! of its own, this one asks it over the loopback. Every line of JSON is a measurement.
//!
//! ```text
//! cargo bench -p linewright-api --bench http -- survey [SECONDS]           city; and a bare axum route in the same run
//! cargo bench -p linewright-api --bench http -- idle [CONNECTIONS]
//! cargo bench -p linewright-api --bench http -- tiles DATABASE [TILES]
//! cargo bench -p linewright-api --bench http -- search DATABASE
//! cargo bench -p linewright-api --bench http -- soak [SECONDS]             surveys, tiles, searches, lists, traces
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a program to measure with"
)]

mod load;
mod search;
mod server;
mod soak;
mod tiles;

use std::sync::Arc;

use linewright_model::crs::Crs;
use linewright_model::{Network, Position};
use linewright_plan::{SurveyRequest, Where};
use linewright_samples::Scale;
use linewright_service::Service;

use load::{Asked, Client, Http, Load, closed, open, request};

/// As the program is built.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
use server::{Server, customers, keep, serve, service};

/// Surveys that are asked for in turn.
const SURVEYS: usize = 400;

/// What is asked for: product, bandwidth, protection.
const PRODUCTS: [(&str, &str, bool); 4] =
    [("internet", "100M", false), ("data", "155M", false), ("internet", "100M", false), ("data", "155M", true)];

/// A small deterministic generator (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }

    /// From 0 up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

pub(crate) fn say(what: &str, unit: &str, values: &[(&str, f64)]) {
    let values: Vec<String> = values.iter().map(|(name, value)| format!(r#""{name}": {value:.3}"#)).collect();
    println!(r#"{{"bench": "http", "what": "{what}", "unit": "{unit}", {}}}"#, values.join(", "));
}

/// A value of sorted ones, by its share of them.
pub(crate) fn share(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(((sorted.len() as f64 * share) as usize).min(last)).copied().unwrap_or(f64::NAN)
}

fn say_load(what: &str, load: &Load) {
    let values = [("median", load.share(0.5)), ("p99", load.share(0.99)), ("per_second", load.rate())];
    say(what, "ms", &[&values[..], &[("errors", load.errors as f64)]].concat());
}

/// The same surveys as values and as bodies.
pub(crate) fn surveys(positions: &[Position]) -> (Vec<SurveyRequest>, Vec<String>) {
    let mut dice = Dice(7);
    let mut asked = |n: usize| {
        let (at, (product, bandwidth, protect)) = (positions[dice.roll(positions.len())], PRODUCTS[n % PRODUCTS.len()]);
        let (x, y) = (at.lon_deg(), at.lat_deg());
        let body = format!(
            r#"{{"customer": {{"position": [{x}, {y}]}}, "product": "{product}", "bandwidth": "{bandwidth}", "protect": {protect}, "alternatives": 3}}"#
        );
        let request = SurveyRequest {
            customer: Where::At { x, y, crs: Crs::Wgs84 },
            far: None,
            product: product.to_owned(),
            bandwidth: bandwidth.parse().unwrap(),
            protect,
            alternatives: Some(3),
            latest: None,
        };
        (request, body)
    };
    (0..SURVEYS).map(&mut asked).unzip()
}

/// Asks for surveys in this process.
struct Inside {
    service: Arc<Service>,
    requests: Arc<Vec<SurveyRequest>>,
}

impl Inside {
    fn several(service: &Arc<Service>, requests: &Arc<Vec<SurveyRequest>>, many: usize) -> Vec<Self> {
        (0..many).map(|_| Self { service: service.clone(), requests: requests.clone() }).collect()
    }
}

impl Asked for Inside {
    async fn ask(&mut self, n: usize) -> bool {
        self.service.survey(self.requests[n % self.requests.len()].clone()).await.is_ok()
    }
}

async fn survey(network: &Network, database: &str, seconds: f64) {
    /// Clients that keep two processors busy.
    const BUSY: usize = 4;
    /// How often it is measured: the machine may have been busy otherwise.
    const ROUNDS: usize = 3;
    let (requests, bodies) = surveys(&customers(network));
    let (inside, requests) = (service(database).await, Arc::new(requests));
    let server = Server::start(database);
    let sent = |body: &String| request("POST /api/v1/survey", &server.host, &server.token, body);
    let sent: Arc<Vec<Vec<u8>>> = Arc::new(bodies.iter().map(sent).collect());
    let hello = Arc::new(vec![request("GET /hello", &server.hello, "", "")]);
    // What is made at the first use is made now.
    closed(Inside::several(&inside, &requests, BUSY), 2.0).await;
    closed(Http::several(&server.host, &sent, BUSY).await.unwrap(), 2.0).await;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let most_inside = closed(Inside::several(&inside, &requests, BUSY), seconds).await;
        say_load("survey in the process, full load", &most_inside);
        let before = server.on_cpu_s();
        let most = closed(Http::several(&server.host, &sent, BUSY).await.unwrap(), seconds).await;
        say_load("survey over HTTP, full load", &most);
        let each = (server.on_cpu_s() - before) * 1e3 / most.millis.len() as f64;
        say("survey over HTTP, on a processor of the server", "ms", &[("value", each)]);
        say_load("hello, full load", &closed(Http::several(&server.hello, &hello, BUSY).await.unwrap(), seconds).await);
        let half = most.rate() / 2.0;
        let near = open(Inside::several(&inside, &requests, 32), half, seconds).await;
        say_load("survey in the process, half load", &near);
        let far = open(Http::clients(&server.host, &sent).await.unwrap(), half, seconds).await;
        say_load("survey over HTTP, half load", &far);
        say_load(
            "hello, the same rate",
            &open(Http::clients(&server.hello, &hello).await.unwrap(), half, seconds).await,
        );
        ratios.push(far.share(0.99) / near.share(0.99));
    }
    ratios.sort_by(f64::total_cmp);
    let values = [("median", share(&ratios, 0.5)), ("least", ratios[0]), ("most", ratios[ROUNDS - 1])];
    say("survey, half load: p99 over HTTP by p99 in the process", "times", &values);
}

async fn idle(database: &str, connections: usize) {
    let server = Server::start(database);
    let ask = request("GET /api/v1/session", &server.host, &server.token, "");
    Client::new(&server.host).await.unwrap().ask(&ask).await.unwrap();
    let (before, mut clients) = (server.resident_mb(), Vec::new());
    for _ in 0..connections {
        let mut client = Client::new(&server.host).await.unwrap();
        assert_eq!(client.ask(&ask).await.unwrap().status, 200);
        clients.push(client);
    }
    let after = server.resident_mb();
    for client in &mut clients {
        assert_eq!(client.ask(&ask).await.unwrap().status, 200, "a connection that idled is gone");
    }
    let values = [("value", after - before), ("resident_mb", after), ("connections", connections as f64)];
    say("idle connections", "MB", &values);
}

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |at: usize, usual: f64| words.get(at).map_or(usual, |word| word.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.db");
    let database = path.to_string_lossy().into_owned();
    match words[..] {
        [server::WORD, database] => serve(database).await,
        ["survey", ..] => survey(&keep(Scale::City, &path).await, &database, number(1, 10.0)).await,
        ["idle", ..] => {
            keep(Scale::City, &path).await;
            idle(&database, number(1, 1000.0) as usize).await;
        }
        ["tiles", database, ..] => tiles::measure(database, number(2, 4000.0) as usize).await,
        ["search", database] => search::measure(database).await,
        ["soak", ..] => soak::soak(&keep(Scale::City, &path).await, &database, number(1, 600.0)).await,
        _ => println!(
            "usage: cargo bench -p linewright-api --bench http -- survey|idle|tiles DATABASE|search DATABASE|soak [N]"
        ),
    }
}

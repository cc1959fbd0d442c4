//! Full load for a long time, of everything that people ask for: memory stays as it is, nothing fails, nothing slows down.

use std::sync::Arc;

use linewright_model::{Cable, Network};

use crate::load::{Http, closed, request};
use crate::server::{Server, customers};
use crate::{Dice, say, surveys};

/// Clients at work.
const CLIENTS: usize = 4;

/// Length of one part, of which first and last are compared: seconds.
const PART_S: f64 = 10.0;

/// Requests of each kind.
const EACH: usize = 400;

pub(crate) async fn soak(network: &Network, database: &str, seconds: f64) {
    let server = Server::start(database);
    let (positions, mut dice) = (customers(network), Dice(11));
    let codes: Vec<&str> = network.all::<Cable>().map(|(_, cable)| &*cable.tag.code).collect();
    let (_, bodies) = surveys(&positions);
    let mut mixed = Vec::new();
    for n in 0..EACH {
        let mut put = |line: String, body: &str| mixed.push(request(&line, &server.host, &server.token, body));
        put("POST /api/v1/survey".to_owned(), &bodies[n % bodies.len()]);
        let at = positions[dice.roll(positions.len())];
        let zoom = 8 + dice.roll(9) as u8;
        let across = f64::from(1u32 << zoom);
        let (x, lat) = ((at.lon_deg() / 360.0 + 0.5) * across, at.lat_deg().to_radians());
        let y = (0.5 - lat.tan().asinh() / std::f64::consts::TAU) * across;
        put(format!("GET /api/v1/tiles/{zoom}/{}/{}", x as u32, y as u32), "");
        let code = codes[dice.roll(codes.len())];
        put(format!("GET /api/v1/search?q={code}"), "");
        put(format!("GET /api/v1/trace?element={code}"), "");
        put(format!("GET /api/v1/cables?limit=50&cursor={}", dice.roll(codes.len())), "");
    }
    let mixed = Arc::new(mixed);
    // Caches fill.
    closed(Http::several(&server.host, &mixed, CLIENTS).await.unwrap(), PART_S).await;
    let (mut parts, start) = (Vec::new(), std::time::Instant::now());
    while start.elapsed().as_secs_f64() < seconds {
        let load = closed(Http::several(&server.host, &mixed, CLIENTS).await.unwrap(), PART_S).await;
        let part = [load.share(0.5), load.share(0.99), load.rate(), server.resident_mb(), load.errors as f64];
        let [median, p99, rate, resident_mb, errors] = part;
        let values =
            [("median", median), ("p99", p99), ("per_second", rate), ("resident_mb", resident_mb), ("errors", errors)];
        say("soak", "ms", &values);
        parts.push(part);
    }
    // The middle of each third, so that one busy moment of the machine says little.
    let third = parts.len().div_ceil(3);
    let middle = |parts: &[[f64; 5]], of: usize| {
        let mut values: Vec<f64> = parts.iter().map(|part| part[of]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let (first, last) = (&parts[..third], &parts[parts.len() - third..]);
    say("soak, last third by first: p99", "times", &[("value", middle(last, 1) / middle(first, 1))]);
    let grown = middle(last, 3) - middle(first, 3);
    say("soak, last third less first: memory", "MB", &[("value", grown), ("resident_mb", middle(last, 3))]);
    say("soak, errors", "requests", &[("value", parts.iter().map(|part| part[4]).sum())]);
}

//! Tiles that nobody has asked for before, and the same again: walks at random from the whole map down to single streets.

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use crate::load::{Client, request};
use crate::server::Server;
use crate::{Dice, say, share};

/// Zooms that are walked through; what is deeper shows the same more largely.
const ZOOMS: std::ops::RangeInclusive<u8> = 0..=17;

/// Measures until so many tiles were drawn.
pub(crate) async fn measure(database: &str, count: usize) {
    let opened = Instant::now();
    let server = Server::start(database);
    say("tiles: start", "s", &[("value", opened.elapsed().as_secs_f64()), ("resident_mb", server.resident_mb())]);
    let mut client = Client::new(&server.host).await.unwrap();
    let mut ask = async |(z, x, y): (u8, u32, u32)| {
        let asked = Instant::now();
        let line = format!("GET /api/v1/tiles/{z}/{x}/{y}");
        let answer = client.ask(&request(&line, &server.host, &server.token, "")).await.unwrap();
        assert!(matches!(answer.status, 200 | 204), "{line}: {}", answer.status);
        (asked.elapsed().as_secs_f64() * 1e3, answer.bytes)
    };
    let (first, _) = ask((0, 0, 0)).await;
    say("tiles: the first, with the index", "ms", &[("value", first), ("resident_mb", server.resident_mb())]);
    let (mut dice, mut seen) = (Dice(3), HashSet::from([(0, 0, 0)]));
    let (mut drawn, mut kept, mut largest) = (BTreeMap::<u8, Vec<f64>>::new(), Vec::new(), (0, (0, 0, 0)));
    let begun = server.on_cpu_s();
    while seen.len() < count {
        let (mut x, mut y) = (0, 0);
        for z in *ZOOMS.start() + 1..=*ZOOMS.end() {
            let mut inside = Vec::new();
            for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let tile = (z, 2 * x + right, 2 * y + down);
                let (millis, bytes) = ask(tile).await;
                if seen.insert(tile) && bytes > 0 {
                    drawn.entry(z).or_default().push(millis);
                    kept.push(ask(tile).await.0);
                }
                if bytes > largest.0 {
                    largest = (bytes, tile);
                }
                inside.extend((bytes > 0).then_some(tile));
            }
            if inside.is_empty() {
                break;
            }
            let (_, column, row) = inside[dice.roll(inside.len())];
            (x, y) = (column, row);
        }
    }
    let all = |mut millis: Vec<f64>| {
        millis.sort_by(f64::total_cmp);
        [("median", share(&millis, 0.5)), ("p99", share(&millis, 0.99)), ("tiles", millis.len() as f64)]
    };
    for (zoom, millis) in &drawn {
        say(&format!("tiles: drawn, zoom {zoom}"), "ms", &all(millis.clone()));
    }
    say("tiles: drawn", "ms", &all(drawn.into_values().flatten().collect()));
    say("tiles: kept", "ms", &all(kept));
    let (bytes, (z, x, y)) = largest;
    say("tiles: the largest", "bytes", &[("value", bytes as f64)]);
    println!("# the largest is {z}/{x}/{y}");
    let spent = server.on_cpu_s() - begun;
    say("tiles: on a processor, all", "s", &[("value", spent), ("resident_mb", server.resident_mb())]);
}

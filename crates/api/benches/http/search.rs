//! Finding records by code, name and address in the process, and by looking at each of them. Only reads the database.

use std::time::Instant;

use linewright_model::{Address, AnyId, Cable, Device, Id, Link, Network, Place, Span, Stored, Trail};
use linewright_search::Texts;
use linewright_store::{Mode, Storage, connect};

use crate::server::resident_mb;
use crate::{say, share};

/// Hits asked for.
const HITS: usize = 20;

/// What is looked for: a whole code, the beginning of many, a part of many, a part of few, an address, nothing there is.
const WANTED: [&str; 8] = ["gl-0700001", "gl-07", "0700001", "人民路429号", "a", "示例", "环 stm-4", "nothing like it"];

/// Rounds of each.
const ROUNDS: usize = 5;

pub(crate) async fn measure(database: &str) {
    let store = connect(database, Mode::ReadOnly).await.unwrap();
    let network = store.load().await.unwrap();
    store.close().await;
    let (before, begun) = (resident_mb(std::process::id()), Instant::now());
    let texts = Texts::build(&network);
    let built = begun.elapsed().as_secs_f64();
    say("search: the texts", "s", &[("value", built), ("mb", resident_mb(std::process::id()) - before)]);
    for wanted in WANTED {
        let (found, fast) = timed(|| texts.find(wanted, HITS, |_| true));
        let (looked, slow) = timed(|| slowly(&network, wanted));
        assert_eq!(found, looked, "{wanted}");
        let values = [("median", fast), ("by each record", slow), ("hits", found.len() as f64)];
        say(&format!("search: {wanted}"), "ms", &values);
    }
}

fn timed(mut find: impl FnMut() -> Vec<AnyId>) -> (Vec<AnyId>, f64) {
    let (mut found, mut millis) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        found = find();
        millis.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    millis.sort_by(f64::total_cmp);
    (found, share(&millis, 0.5))
}

/// As it was done before there were [`Texts`].
fn slowly(network: &Network, wanted: &str) -> Vec<AnyId> {
    let mut found = Vec::new();
    look::<Place>(network, wanted, 0, &mut found, |place| [&place.tag.code, &place.tag.name]);
    look::<Address>(network, wanted, 1, &mut found, |address| [&address.tag.code, &address.text]);
    look::<Cable>(network, wanted, 2, &mut found, |cable| [&cable.tag.code, &cable.tag.name]);
    look::<Device>(network, wanted, 3, &mut found, |device| [&device.tag.code, &device.tag.name]);
    look::<Span>(network, wanted, 4, &mut found, |span| [&span.tag.code, &span.tag.name]);
    look::<Trail>(network, wanted, 5, &mut found, |trail| [&trail.tag.code, &trail.tag.name]);
    look::<Link>(network, wanted, 6, &mut found, |link| [&link.tag.code, &link.tag.name]);
    found.sort_unstable();
    found.into_iter().map(|(_, _, id)| id).take(HITS).collect()
}

fn look<R: Stored>(
    network: &Network,
    wanted: &str,
    order: usize,
    found: &mut Vec<(u8, usize, AnyId)>,
    texts: impl Fn(&R) -> [&str; 2],
) {
    let fit = |text: &str| match text.to_lowercase() {
        text if text == wanted => Some(0),
        text if text.starts_with(wanted) => Some(1),
        text => text.contains(wanted).then_some(2),
    };
    let rank = |record: &R| texts(record).into_iter().filter_map(fit).min();
    found.extend(network.all::<R>().filter_map(|(id, record)| Some((rank(record)?, order, id.any()))));
}

//! Cases about the log and the past.

use chrono::{DateTime, TimeDelta, Utc};
use linewright_model::{ChangeSet, Network, Origin, Place, PlaceKind, Version};

use super::{Bench, assert_same, minute};
use crate::{AsOf, Proposal, Storage, StoreError};

/// Commits five places, a minute apart, and returns the network after each, the empty one first.
async fn five<S: Storage>(store: &S) -> Vec<Network> {
    let mut states = vec![store.snapshot().await.unwrap()];
    for n in 1..=5 {
        let mut set = ChangeSet::new(Origin::Recording);
        set.create(Place::new(format!("P{n}"), PlaceKind::Node, None));
        let why = format!("第 {n} 次; it's \"quoted\"");
        store.commit(Proposal::new(set, format!("user {n}"), why, minute(n))).await.unwrap();
        states.push(store.snapshot().await.unwrap());
    }
    states
}

pub(crate) async fn the_log_says_what_happened<B: Bench>(bench: B) {
    let store = bench.ready().await;
    assert_eq!(store.log(Version(0), 10).await, Ok(Vec::new()));
    five(&store).await;
    let all = store.log(Version(0), 10).await.unwrap();
    assert_eq!(all.iter().map(|e| e.version.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for (n, entry) in (1..).zip(&all) {
        assert_eq!(entry.at, minute(n));
        assert_eq!(entry.who, format!("user {n}"));
        assert_eq!(entry.why, format!("第 {n} 次; it's \"quoted\""));
        assert_eq!(entry.changes.origin, Origin::Recording);
        assert_eq!(entry.changes.changes.len(), 1);
    }
    assert_eq!(store.log(Version(1), 2).await.unwrap(), all[1..3]);
    assert_eq!(store.log(Version(4), 10).await.unwrap(), all[4..]);
    assert_eq!(store.log(Version(5), 10).await, Ok(Vec::new()));
    assert_eq!(store.log(Version(u64::MAX), 10).await, Ok(Vec::new()));
    assert_eq!(store.log(Version(0), 0).await, Ok(Vec::new()));
    // A commit that changes nothing is logged all the same; time is kept to the microsecond.
    let at = minute(9) + TimeDelta::nanoseconds(1_234_567_891);
    store.commit(Proposal::new(ChangeSet::default(), "", "", at)).await.unwrap();
    let entry = store.log(Version(5), 1).await.unwrap().remove(0);
    assert_eq!(entry.at, minute(9) + TimeDelta::microseconds(1_234_567));
    assert!(entry.changes.is_empty());
    assert_eq!(entry.changes.origin, Origin::Operation);
}

pub(crate) async fn the_past_can_be_read<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let error = store.version_of(AsOf::Time(minute(0))).await.unwrap_err();
    assert_eq!(error, StoreError::BeforeHistory { asked: minute(0), first: None });
    let states = five(&store).await;
    for (n, state) in (0..).zip(&states) {
        assert_same(&store.as_of(AsOf::Version(Version(n))).await.unwrap(), state);
    }
    let error = store.as_of(AsOf::Version(Version(6))).await.unwrap_err();
    assert_eq!(error, StoreError::NoSuchVersion { asked: Version(6), head: Version(5) });
    let check = async |time, expected: usize| {
        assert_same(&store.as_of(AsOf::Time(time)).await.unwrap(), &states[expected]);
    };
    check(minute(1), 1).await;
    check(minute(3) + TimeDelta::seconds(59), 3).await;
    check(minute(5), 5).await;
    check(minute(5000), 5).await;
    check(DateTime::<Utc>::MAX_UTC, 5).await;
    for asked in [DateTime::<Utc>::MIN_UTC, minute(0), minute(1) - TimeDelta::microseconds(1)] {
        let error = store.as_of(AsOf::Time(asked)).await.unwrap_err();
        assert_eq!(error, StoreError::BeforeHistory { asked, first: Some(minute(1)) });
        assert!(error.to_string().contains("its first change is of 2026-03-01T08:01:00Z"), "{error}");
    }
    assert_eq!(store.version_of(AsOf::Time(minute(4))).await, Ok(Version(4)));
    assert_eq!(store.version_of(AsOf::Version(Version(2))).await, Ok(Version(2)));
}

//! Cases about many at once: tasks on one handle, handles on one database.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use linewright_model::{CableId, Carrier, Id, Network, Trail, Version, Violation};
use tokio::task::JoinSet;

use super::sample::{cable, claim};
use super::{Bench, assert_same, proposal};
use crate::desk::tests::note;
use crate::{AsOf, Beside, CommitError, Desk, Mode, Progress, Step, Storage, StoreError};

pub(crate) async fn one_of_many_gets_the_slot<B: Bench>(bench: B) {
    let store = Arc::new(bench.ready().await);
    store.commit(proposal(cable(144))).await.unwrap();
    let mut tasks = JoinSet::new();
    // Two claimants for each of 100 cores.
    for n in 0..200u32 {
        let store = store.clone();
        tasks.spawn(async move { (n % 100, store.commit(proposal(claim(&format!("T{n}"), n % 100 + 1))).await) });
    }
    let (mut winners, mut versions) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            (core, Ok(committed)) => {
                winners.push(core);
                versions.push(committed.version);
            }
            (_, Err(CommitError::Refused(Violation::TwoOwners { .. }))) => {}
            (_, Err(other)) => panic!("{other}"),
        }
    }
    winners.sort_unstable();
    versions.sort_unstable();
    assert_eq!(winners, (0..100).collect::<Vec<_>>());
    assert_eq!(versions, (2..=101).map(Version).collect::<Vec<_>>());
    let memory = store.snapshot().await.unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    assert_same(&store.as_of(AsOf::Version(Version(101))).await.unwrap(), &memory);
}

pub(crate) async fn waiting_proposals_share_a_transaction<B: Bench>(bench: B) {
    let store = Arc::new(bench.ready().await);
    store.commit(proposal(cable(144))).await.unwrap();
    let largest = Arc::new(Mutex::new(0));
    let mut tasks = JoinSet::new();
    for n in 1..=144u32 {
        let (store, largest) = (store.clone(), largest.clone());
        let progress = Progress::new(move |_, total| {
            let mut largest = largest.lock().unwrap();
            *largest = total.max(*largest);
        });
        let proposal = proposal(claim(&format!("T{n}"), n)).with_progress(progress);
        tasks.spawn(async move { store.commit(proposal).await.map(drop) });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    // Each proposal touches one record, so a total is the size of a group.
    let largest = *largest.lock().unwrap();
    assert!((2..=64).contains(&largest), "{largest}");
    assert_eq!(store.head().await, Ok(Version(145)));
    assert_same(&store.load().await.unwrap(), &store.snapshot().await.unwrap());
}

pub(crate) async fn of_many_for_one_version_one_is_committed<B: Bench>(bench: B)
where
    B::Store: Desk,
{
    let one = Arc::new(bench.ready().await);
    let two = Arc::new(bench.open(Mode::Write).await.unwrap());
    one.commit(proposal(cable(144))).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 1..=40u32 {
        let store = if n % 2 == 0 { one.clone() } else { two.clone() };
        let beside = move |version: Version| {
            let Step::Note(note) = note(&format!("{n} made {version}")) else { unreachable!() };
            Beside { note, answer: None }
        };
        let proposal = proposal(claim(&format!("T{n}"), n)).only_at(Some(Version(1))).beside(beside);
        tasks.spawn(async move { (n, store.commit(proposal).await) });
    }
    let mut made = Vec::new();
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            (n, Ok(committed)) => made.push((n, committed.version)),
            (_, Err(CommitError::Moved { wanted: Version(1), found: Version(2) })) => {}
            (_, Err(other)) => panic!("{other}"),
        }
    }
    let [(n, Version(2))] = made[..] else { panic!("{made:?}") };
    // Its line, and none of those that were refused, stands in the same transaction.
    let lines = one.audit_lines(None, 99).await.unwrap();
    assert_eq!(lines.iter().map(|line| &*line.subject).collect::<Vec<_>>(), [format!("{n} made 2")]);
    assert_eq!(one.head().await, Ok(Version(2)));
}

pub(crate) async fn two_handles_see_each_other<B: Bench>(bench: B) {
    let one = bench.ready().await;
    let two = bench.open(Mode::Write).await.unwrap();
    assert_eq!(two.snapshot().await.unwrap().version(), Version(0));
    one.commit(proposal(cable(4))).await.unwrap();
    one.commit(proposal(claim("T1", 1))).await.unwrap();
    // From memory: not yet. By refresh, or by committing: yes.
    assert_eq!(two.snapshot().await.unwrap().version(), Version(0));
    let error = two.commit(proposal(claim("T2", 1))).await.unwrap_err();
    assert!(matches!(error, CommitError::Refused(Violation::TwoOwners { .. })), "{error}");
    assert_eq!(two.snapshot().await.unwrap().version(), Version(2));
    assert_eq!(two.commit(proposal(claim("T2", 2))).await.unwrap().version, Version(3));
    let seen = one.refresh().await.unwrap();
    assert_eq!(seen.count::<Trail>(), 2);
    for network in [two.snapshot().await.unwrap(), one.load().await.unwrap(), one.snapshot().await.unwrap()] {
        assert_same(&seen, &network);
    }
}

pub(crate) async fn a_waiting_handle_hears_of_commits<B: Bench>(bench: B) {
    let one = bench.ready().await;
    let two = Arc::new(bench.open(Mode::ReadOnly).await.unwrap());
    let waiting = {
        let two = two.clone();
        tokio::spawn(async move {
            let mut seen = Vec::new();
            while seen.last() < Some(&Version(3)) {
                seen.push(two.newer(seen.last().copied().unwrap_or(Version(0))).await.unwrap());
            }
            seen
        })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished(), "there is nothing to hear yet");
    one.commit(proposal(cable(4))).await.unwrap();
    one.commit(proposal(claim("T1", 1))).await.unwrap();
    one.commit(proposal(claim("T2", 2))).await.unwrap();
    let seen = tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
    assert!(seen.is_sorted() && seen.last() == Some(&Version(3)), "{seen:?}");
    assert_same(&two.refresh().await.unwrap(), &one.snapshot().await.unwrap());
    // Whoever is behind does not wait; whoever waits on a closed handle is told.
    assert_eq!(two.newer(Version(1)).await, Ok(Version(3)));
    let waiting = {
        let two = two.clone();
        tokio::spawn(async move { two.newer(Version(3)).await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    two.close().await;
    let told = tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
    assert!(matches!(told, Err(StoreError::Closed { .. })), "{told:?}");
}

pub(crate) async fn two_handles_migrate_at_the_same_time<B: Bench>(bench: B) {
    let one = bench.open(Mode::Create).await.unwrap();
    let two = bench.open(Mode::Create).await.unwrap();
    let (first, second) = tokio::join!(one.migrate(), two.migrate());
    assert_eq!((first, second), (Ok(()), Ok(())));
    assert_eq!(one.commit(proposal(cable(1))).await.unwrap().version, Version(1));
    assert_eq!(two.commit(proposal(claim("T", 1))).await.unwrap().version, Version(2));
}

pub(crate) async fn two_handles_commit_at_the_same_time<B: Bench>(bench: B) {
    let one = Arc::new(bench.ready().await);
    let two = Arc::new(bench.open(Mode::Write).await.unwrap());
    one.commit(proposal(cable(48))).await.unwrap();
    let mut tasks = JoinSet::new();
    for (name, store) in [("one", one.clone()), ("two", two.clone())] {
        tasks.spawn(async move {
            let mut won = 0;
            for core in 1..=48 {
                match store.commit(proposal(claim(&format!("{name}-{core}"), core))).await {
                    Ok(_) => won += 1,
                    Err(CommitError::Refused(Violation::TwoOwners { .. })) => {}
                    Err(other) => panic!("{name} {core}: {other}"),
                }
            }
            won
        });
    }
    let mut won = 0;
    while let Some(done) = tasks.join_next().await {
        won += done.unwrap();
    }
    assert_eq!(won, 48);
    let (left, right) = (one.refresh().await.unwrap(), two.refresh().await.unwrap());
    assert_same(&left, &right);
    assert_same(&left, &one.load().await.unwrap());
    assert_eq!(taken(&left), 48);
}

fn taken(network: &Network) -> usize {
    network.taken(Carrier::Cable(CableId::from_raw(0))).map_or(0, |taken| taken.uses().len())
}

pub(crate) async fn an_abandoned_commit_is_whole_or_absent<B: Bench>(bench: B) {
    let store = Arc::new(bench.ready().await);
    store.commit(proposal(cable(144))).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 1..=100u32 {
        let store = store.clone();
        tasks.spawn(async move { store.commit(proposal(claim(&format!("T{n}"), n))).await.map(drop) });
    }
    // Some are done by now, some are being written, some wait.
    tasks.join_next().await.unwrap().unwrap().unwrap();
    tasks.shutdown().await;
    let seen = store.refresh().await.unwrap();
    assert_same(&seen, &store.load().await.unwrap());
    assert_same(&seen, &store.as_of(AsOf::Version(seen.version())).await.unwrap());
    assert_eq!(seen.version(), Version(1 + taken(&seen) as u64));
    store.commit(proposal(claim("late", 144))).await.unwrap();
}

pub(crate) async fn a_lock_is_waited_for_and_then_named<B: Bench>(bench: B) {
    let store = bench.ready().await;
    store.commit(proposal(cable(4))).await.unwrap();
    let lock = bench.lock().await;
    let error = store.commit(proposal(claim("T1", 1))).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::Locked { .. })), "{error}");
    assert!(error.to_string().contains("try again"), "{error}");
    // Reading goes on meanwhile.
    assert_eq!(store.load().await.unwrap().version(), Version(1));
    assert_eq!(store.refresh().await.unwrap().version(), Version(1));
    bench.unlock(lock).await;
    assert_eq!(store.commit(proposal(claim("T1", 1))).await.unwrap().version, Version(2));
}

//! The suite every database must pass, written against [`Storage`] alone.
//!
//! A backend implements [`Bench`] in its tests and names it to [`suite`].

pub(crate) mod backups;
pub(crate) mod concurrent;
mod coverage;
pub(crate) mod history;
pub(crate) mod random;
pub(crate) mod sample;
pub(crate) mod tables;

use chrono::{DateTime, TimeZone, Utc};
use linewright_model::{
    Address, AnyId, Cable, ChangeSet, Dataset, Device, Id, Jumper, Link, Network, Place, SlotMark, Span, Splice,
    TableKind, Trail,
};

use crate::{Mode, Proposal, Storage, StoreError};

/// A fresh database, and what a test must do behind the store's back.
pub(crate) trait Bench {
    type Store: Storage + 'static;
    /// The write lock, held by someone else.
    type Lock;

    /// A bench with a database that does not exist yet.
    fn new() -> Self;
    /// A further handle, as another process would open it; waits a fraction of a second for locks.
    async fn open(&self, mode: Mode) -> Result<Self::Store, StoreError>;
    /// Takes the write lock.
    async fn lock(&self) -> Self::Lock;
    /// Releases it.
    async fn unlock(&self, lock: Self::Lock);
    /// Makes the database claim this schema.
    async fn set_schema(&self, version: i64);

    /// A handle on the database, migrated.
    async fn ready(&self) -> Self::Store {
        let store = self.open(Mode::Create).await.unwrap();
        store.migrate().await.unwrap();
        store
    }
}

/// Runs every case of the suite against a backend, each as a test of its own.
macro_rules! suite {
    ($bench:ty: $($module:ident::$case:ident),* $(,)?) => {
        $(#[tokio::test]
        async fn $case() {
            crate::conformance::$module::$case(<$bench as crate::conformance::Bench>::new()).await;
        })*
    };
    ($bench:ty) => {
        crate::conformance::suite! { $bench:
            tables::an_empty_database_asks_to_be_migrated,
            tables::every_record_with_every_field_comes_back,
            tables::extreme_values_come_back,
            tables::every_record_can_change_and_go,
            tables::a_refused_change_set_leaves_nothing,
            tables::what_cannot_be_stored_is_refused_alone,
            tables::a_zero_byte_is_refused_in_every_text,
            tables::the_largest_that_every_database_holds_comes_back,
            tables::slots_and_codes_pass_within_a_commit,
            tables::a_large_commit_is_one_version,
            tables::ids_are_never_given_again,
            tables::another_schema_is_refused,
            tables::a_reader_cannot_write,
            tables::a_closed_handle_says_so,
            concurrent::one_of_many_gets_the_slot,
            concurrent::waiting_proposals_share_a_transaction,
            concurrent::of_many_for_one_version_one_is_committed,
            concurrent::two_handles_see_each_other,
            concurrent::a_waiting_handle_hears_of_commits,
            concurrent::two_handles_migrate_at_the_same_time,
            concurrent::two_handles_commit_at_the_same_time,
            concurrent::an_abandoned_commit_is_whole_or_absent,
            concurrent::a_lock_is_waited_for_and_then_named,
            history::the_log_says_what_happened,
            history::the_past_can_be_read,
            backups::a_backup_comes_back,
            backups::a_backup_made_meanwhile_is_one_version,
            backups::what_is_no_network_is_not_restored,
        }

        #[tokio::test]
        async fn accounts_change_by_revision() {
            crate::desk::tests::accounts_change_by_revision(<$bench as crate::conformance::Bench>::new()).await;
        }

        #[tokio::test]
        async fn steps_are_taken_together_or_not_at_all() {
            crate::desk::tests::steps_are_taken_together_or_not_at_all(<$bench as crate::conformance::Bench>::new())
                .await;
        }

        #[tokio::test]
        async fn sessions_and_tokens_come_and_go() {
            crate::desk::tests::sessions_and_tokens_come_and_go(<$bench as crate::conformance::Bench>::new()).await;
        }

        #[tokio::test]
        async fn a_setup_link_serves_once_while_there_are_no_accounts() {
            crate::desk::tests::a_setup_link_serves_once_while_there_are_no_accounts(
                <$bench as crate::conformance::Bench>::new(),
            )
            .await;
        }

        #[tokio::test]
        async fn identities_belong_to_one_account_and_attempts_serve_once() {
            crate::desk::tests::identities_belong_to_one_account_and_attempts_serve_once(
                <$bench as crate::conformance::Bench>::new(),
            )
            .await;
        }

        #[tokio::test]
        async fn people_come_back_with_a_backup() {
            crate::conformance::backups::people_cross::<$bench, $bench>().await;
        }

        #[tokio::test]
        async fn keys_are_claimed_once_and_the_audit_log_pages() {
            crate::desk::tests::keys_are_claimed_once_and_the_audit_log_pages(<$bench as crate::conformance::Bench>::new())
                .await;
        }

        #[test]
        fn tables_and_log_equal_memory() {
            crate::conformance::random::tables_and_log_equal_memory::<$bench>();
        }
    };
}
pub(crate) use suite;

/// How often a process is killed: `LINEWRIGHT_KILL_ROUNDS`, else a handful.
pub(crate) fn kill_rounds() -> usize {
    let rounds = std::env::var("LINEWRIGHT_KILL_ROUNDS").ok();
    rounds.map_or(10, |text| text.parse().expect("LINEWRIGHT_KILL_ROUNDS is a number"))
}

/// The `n`-th minute of a fixed day.
fn minute(n: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap() + chrono::TimeDelta::minutes(n.into())
}

fn proposal(changes: ChangeSet) -> Proposal {
    Proposal::new(changes, "调度员", "test", minute(0))
}

/// Asserts that two networks are equal in all a store keeps: records, versions, revisions, counters.
#[track_caller]
pub(crate) fn assert_same(left: &Network, right: &Network) {
    assert!(left.same_records(right), "records differ");
    assert_eq!(left.version(), right.version());
    for table in TableKind::ALL {
        assert_eq!(left.next_id(*table), right.next_id(*table), "next id of {table}");
    }
    for id in ids(left) {
        assert_eq!(left.revision(id), right.revision(id), "revision of {id}");
    }
}

/// Every record of a network.
fn ids(network: &Network) -> Vec<AnyId> {
    let mut ids = Vec::new();
    macro_rules! collect {
        ($($record:ident),*) => { $(ids.extend(network.all::<$record>().map(|(id, _)| id.any()));)* };
    }
    collect!(Dataset, Place, Span, Cable, Device, Splice, Jumper, Trail, Link, SlotMark, Address);
    ids
}

//! Change sets: lists of record changes with before and after; inverse, log and conflict check follow from the shape.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::registry;
use crate::record::Record;
use crate::{AnyId, Id, Tag};

/// One record created (`before` empty), changed, or removed (`after` empty).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "R::Id: Serialize", deserialize = "R::Id: Deserialize<'de>"))]
pub struct Edit<R: Record> {
    /// The record.
    pub id: R::Id,
    /// What it must be now.
    pub before: Option<Arc<R>>,
    /// What it becomes.
    pub after: Option<Arc<R>>,
}

macro_rules! declare_change {
    ($(($record:ident, $id:ident, $table:ident)),* $(,)?) => {
        use crate::{$($record),*};

        /// An edit of a record of any table.
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
        #[serde(tag = "table", rename_all = "snake_case")]
        pub enum Change {
            $(
                #[doc = concat!("Of a [`", stringify!($record), "`].")]
                $record(Edit<$record>)
            ),*
        }

        $(impl From<Edit<$record>> for Change {
            fn from(edit: Edit<$record>) -> Self { Change::$record(edit) }
        })*

        /// Evaluates an expression with `$edit` bound to the edit inside any change.
        macro_rules! with_edit {
            ($change:expr, $edit:ident => $body:expr) => {
                match $change { $($crate::change::Change::$record($edit) => $body),* }
            };
        }
        pub(crate) use with_edit;
    };
}
registry!(declare_change);

impl Change {
    /// The record changed.
    pub fn id(&self) -> AnyId {
        with_edit!(self, edit => edit.id.any())
    }

    /// The change that takes this one back.
    pub fn inverse(&self) -> Change {
        with_edit!(self, edit => Edit { id: edit.id, before: edit.after.clone(), after: edit.before.clone() }.into())
    }

    /// Identity of the record, after the change where it still exists.
    pub fn tag(&self) -> Option<&Tag> {
        with_edit!(self, edit => edit.after.as_deref().or(edit.before.as_deref()).map(Record::tag))
    }

    /// Whether the record is created, changed or removed.
    pub fn kind(&self) -> ChangeKind {
        with_edit!(self, edit => match (&edit.before, &edit.after) {
            (None, _) => ChangeKind::Create,
            (Some(_), Some(_)) => ChangeKind::Update,
            (Some(_), None) => ChangeKind::Remove,
        })
    }

    /// Every record referred to before or after the change.
    pub fn references(&self) -> Vec<AnyId> {
        with_edit!(self, edit => {
            edit.before.iter().chain(&edit.after).flat_map(|record| record.references()).collect()
        })
    }
}

/// What a change does to its record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The record is new.
    Create,
    /// Some of its attributes change.
    Update,
    /// The record goes.
    Remove,
}

/// Why a change set is applied, which decides whether slot transitions are checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Work on the network: slots move only by the transitions of DOMAIN §6.1, unknown slots cannot be taken.
    #[default]
    Operation,
    /// Recording what stands there (import, correction): any state may be written, two owners may not.
    Recording,
    /// Taking back an earlier change set: returns to states that were legal.
    Reversal,
}

/// A list of record changes, applied together or not at all.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSet {
    /// Why.
    pub origin: Origin,
    /// What; at most one change of each record.
    pub changes: Vec<Change>,
}

impl ChangeSet {
    /// An empty set of this origin.
    pub fn new(origin: Origin) -> Self {
        Self { origin, changes: Vec::new() }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Adds the creation of a record and returns the placeholder to refer to it by.
    ///
    /// Placeholders count the changes of the set, so sets must be built by one owner.
    pub fn create<R: Record>(&mut self, record: R) -> R::Id
    where
        Change: From<Edit<R>>,
    {
        // More than 2^31 changes do not fit in memory, so the count fits the placeholder.
        let id = R::Id::placeholder(self.changes.len() as u32);
        self.changes.push(Edit { id, before: None, after: Some(Arc::new(record)) }.into());
        id
    }

    /// Adds a change of an existing record.
    pub fn update<R: Record>(&mut self, id: R::Id, before: &Arc<R>, after: R)
    where
        Change: From<Edit<R>>,
    {
        self.changes.push(Edit { id, before: Some(before.clone()), after: Some(Arc::new(after)) }.into());
    }

    /// Adds the removal of an existing record.
    pub fn remove<R: Record>(&mut self, id: R::Id, before: &Arc<R>)
    where
        Change: From<Edit<R>>,
    {
        self.changes.push(Edit { id, before: Some(before.clone()), after: None }.into());
    }

    /// The set that takes this one back; of a set as applied, with its ids resolved.
    pub fn inverse(&self) -> ChangeSet {
        ChangeSet { origin: Origin::Reversal, changes: self.changes.iter().rev().map(Change::inverse).collect() }
    }
}

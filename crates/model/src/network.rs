//! The network as a value: a frozen snapshot that clones in O(1) and changes only by `apply`.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::codes::Codes;
use crate::groups::Groups;
use crate::ids::registry;
use crate::occupancy::{AmountUse, SlotStatus, SlotUse, Taken, Takes};
use crate::record::{Occupancy, Record};
use crate::table::Shared;
use crate::{AnyId, Carrier, DatasetId, Discipline, Id, SlotState, TableKind, Tag};

/// Number of change sets applied since the empty network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A record and the version that last changed it.
#[derive(Debug)]
pub struct Row<R> {
    /// The record.
    pub record: Arc<R>,
    /// Version of its last change.
    pub revision: Version,
}

impl<R> Clone for Row<R> {
    fn clone(&self) -> Self {
        Self { record: self.record.clone(), revision: self.revision }
    }
}

/// What is kept about every table's ids beside the rows; all but the counter is derived from the records.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// Records that refer to the entry; of a data set none are kept, they are too many.
    pub(crate) referrers: Groups<AnyId>,
    /// Slots taken of the entry, where it is a carrier.
    pub(crate) uses: Groups<SlotUse>,
    /// Amounts taken of the entry, where it is a carrier.
    pub(crate) amounts: Groups<AmountUse>,
    /// Entries by code.
    pub(crate) codes: Codes,
    /// Next id to give out.
    pub(crate) next: u32,
}

macro_rules! declare_tables {
    ($(($record:ident, $id:ident, $table:ident)),* $(,)?) => {
        /// The tables of records; not reachable from outside the crate.
        #[derive(Clone, Debug, Default)]
        #[allow(unreachable_pub, reason = "named by the sealed methods of `Stored`")]
        pub struct Tables { $(pub(crate) $table: Shared<Row<crate::$record>>),* }

        $(impl Stored for crate::$record {
            fn table(tables: &Tables) -> &Shared<Row<Self>> { &tables.$table }
            fn table_mut(tables: &mut Tables) -> &mut Shared<Row<Self>> { &mut tables.$table }
        })*

        impl Tables {
            fn contains(&self, id: AnyId) -> bool { self.tag(id).is_some() }

            pub(crate) fn tag(&self, id: AnyId) -> Option<&Tag> {
                match id.table { $(TableKind::$record => self.$table.get(id.raw).map(|row| row.record.tag())),* }
            }

            fn revision(&self, id: AnyId) -> Option<Version> {
                match id.table { $(TableKind::$record => self.$table.get(id.raw).map(|row| row.revision)),* }
            }

            fn len(&self, table: TableKind) -> usize {
                match table { $(TableKind::$record => self.$table.len()),* }
            }

            /// Ids and tags of all records, ascending by table and id.
            pub(crate) fn tags(&self) -> impl Iterator<Item = (AnyId, &Tag)> {
                std::iter::empty()$(.chain(self.$table.iter().map(|(raw, row)| {
                    (AnyId { table: TableKind::$record, raw }, row.record.tag())
                })))*
            }

            fn same_records(&self, other: &Self) -> bool {
                true $(&& self.$table.iter().map(|(id, row)| (id, &row.record))
                    .eq(other.$table.iter().map(|(id, row)| (id, &row.record))))*
            }
        }
    };
}
registry!(declare_tables);

/// Records kept in a table of [`Network`].
#[allow(private_bounds, reason = "no other crate makes tables")]
pub trait Stored: Record + Takes {
    #[doc(hidden)]
    fn table(tables: &Tables) -> &Shared<Row<Self>>;
    #[doc(hidden)]
    fn table_mut(tables: &mut Tables) -> &mut Shared<Row<Self>>;
}

/// The whole network at one version. Cloning is one reference count; readers keep their own frozen value.
#[derive(Clone, Debug, Default)]
pub struct Network {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Inner {
    pub(crate) version: Version,
    pub(crate) tables: Tables,
    pub(crate) links: [Links; TableKind::ALL.len()],
    /// How many records each data set has, where any.
    pub(crate) members: Shared<u32>,
}

impl Inner {
    /// Entries of a table with this code in this data set: one, unless a change is being checked.
    pub(crate) fn with_code(
        &self,
        table: TableKind,
        dataset: Option<DatasetId>,
        code: &str,
    ) -> impl Iterator<Item = u32> {
        let candidates = self.links[table as usize].codes.candidates(dataset, code);
        candidates.filter(move |raw| {
            let tag = self.tables.tag(AnyId { table, raw: *raw });
            tag.is_some_and(|tag| tag.dataset == dataset && *tag.code == *code)
        })
    }
}

impl Network {
    /// The empty network, version 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of change sets applied.
    pub fn version(&self) -> Version {
        self.inner.version
    }

    /// The record with this id.
    pub fn get<I: Id>(&self, id: I) -> Option<&Arc<I::Record>>
    where
        I::Record: Stored,
    {
        I::Record::table(&self.inner.tables).get(id.raw()).map(|row| &row.record)
    }

    /// All records of one type, by id.
    pub fn all<R: Stored>(&self) -> impl Iterator<Item = (R::Id, &Arc<R>)> {
        R::table(&self.inner.tables).iter().map(|(raw, row)| (R::Id::from_raw(raw), &row.record))
    }

    /// Number of records of one type.
    pub fn count<R: Stored>(&self) -> usize {
        R::table(&self.inner.tables).len()
    }

    /// Number of records of a table.
    pub fn count_of(&self, table: TableKind) -> usize {
        self.inner.tables.len(table)
    }

    /// Identity of any record.
    pub fn tag(&self, id: AnyId) -> Option<&Tag> {
        self.inner.tables.tag(id)
    }

    /// Name of any record for people: its name, its code, or its id when it is gone.
    pub fn label(&self, id: impl Into<AnyId>) -> String {
        let id = id.into();
        self.tag(id).map_or_else(|| id.to_string(), |tag| tag.label().to_owned())
    }

    /// Version that last changed a record's attributes.
    pub fn revision(&self, id: AnyId) -> Option<Version> {
        self.inner.tables.revision(id)
    }

    /// Whether the record exists.
    pub fn contains(&self, id: AnyId) -> bool {
        self.inner.tables.contains(id)
    }

    /// The record with this code in this data set.
    pub fn by_code<I: Id>(&self, dataset: Option<DatasetId>, code: &str) -> Option<I> {
        self.inner.with_code(I::TABLE, dataset, code).next().map(I::from_raw)
    }

    /// Records of a data set, ascending by table and id. Looks through all records where there are any.
    pub fn members(&self, dataset: DatasetId) -> impl Iterator<Item = AnyId> {
        let some = self.inner.members.get(dataset.raw()).map(|_| self.inner.tables.tags());
        some.into_iter().flatten().filter(move |(_, tag)| tag.dataset == Some(dataset)).map(|(id, _)| id)
    }

    /// Records that refer to this one, ascending by table and id; a data set has [`members`](Self::members) instead.
    pub fn referrers(&self, id: impl Into<AnyId>) -> &[AnyId] {
        let id = id.into();
        self.inner.links[id.table as usize].referrers.get(id.raw)
    }

    /// Records of one type that refer to this one, ascending.
    pub fn referring<I: Id>(&self, id: impl Into<AnyId>) -> impl Iterator<Item = I> {
        let all = self.referrers(id);
        let from = all.partition_point(|r| r.table < I::TABLE);
        all[from..].iter().map_while(|r| r.typed())
    }

    /// What is taken of a carrier; `None` when nothing is.
    pub fn taken(&self, carrier: Carrier) -> Option<Taken<'_>> {
        let id = carrier.any();
        let links = &self.inner.links[id.table as usize];
        let taken = Taken { uses: links.uses.get(id.raw), amounts: links.amounts.get(id.raw) };
        (!taken.uses.is_empty() || !taken.amounts.is_empty()).then_some(taken)
    }

    /// How a carrier's slots are taken; `None` when it does not exist.
    pub fn discipline(&self, carrier: Carrier) -> Option<Discipline> {
        match carrier {
            Carrier::Span(id) => self.get(id).map(|span| span.discipline()),
            Carrier::Cable(id) => self.get(id).map(|cable| cable.discipline()),
            Carrier::Device(id) => self.get(id).map(|device| device.discipline()),
            Carrier::Link(id) => self.get(id).map(|link| link.slots),
        }
    }

    /// State of a slot that nothing is recorded of: idle, or unknown where occupancy is not proven.
    pub fn rest_state(&self, carrier: Carrier) -> SlotState {
        match carrier {
            Carrier::Cable(id) if self.get(id).is_some_and(|cable| cable.occupancy == Occupancy::Unproven) => {
                SlotState::Unknown
            }
            _ => SlotState::Idle,
        }
    }

    /// State, owner and fault of one slot.
    pub fn slot(&self, carrier: Carrier, slot: u32) -> SlotStatus {
        let rest = self.rest_state(carrier);
        match self.taken(carrier) {
            Some(taken) => taken.status(slot, rest),
            None => SlotStatus { state: rest, owner: None, faulty: false },
        }
    }

    /// Whether two networks hold the same records under the same ids, whatever their history.
    pub fn same_records(&self, other: &Network) -> bool {
        self.inner.tables.same_records(&other.inner.tables)
    }

    /// Next id of a table; the store keeps it so that ids are never reused.
    pub fn next_id(&self, table: TableKind) -> u32 {
        self.inner.links[table as usize].next
    }
}

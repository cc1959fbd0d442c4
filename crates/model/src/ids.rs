//! One typed id per kind of record, all declared in one registry.
//!
//! Ids are dense `u32`s given out by [`Network::apply`](crate::Network::apply) from counters inside the
//! value and never reused. A record that is not applied yet refers to other new records by
//! *placeholders* (the upper half of the range), which `apply` replaces by dense ids.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::record::Record;

/// First raw value of the placeholder range.
const PLACEHOLDER: u32 = 1 << 31;

/// A typed id of one table.
pub trait Id: Copy + Ord + fmt::Debug + fmt::Display + std::hash::Hash + 'static {
    /// The record this id names.
    type Record: Record<Id = Self>;
    /// The table the id belongs to.
    const TABLE: TableKind;
    /// The id with this raw value.
    fn from_raw(raw: u32) -> Self;
    /// The raw value: dense index, or placeholder.
    fn raw(self) -> u32;

    /// The id without its type.
    fn any(self) -> AnyId {
        AnyId { table: Self::TABLE, raw: self.raw() }
    }

    /// The `n`-th placeholder of this table, to refer to a record created in the same change set.
    ///
    /// Only the lower 31 bits of `n` count.
    fn placeholder(n: u32) -> Self {
        Self::from_raw(PLACEHOLDER | n)
    }

    /// Whether this is a placeholder.
    fn is_placeholder(self) -> bool {
        self.raw() >= PLACEHOLDER
    }
}

/// An id of any table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct AnyId {
    /// The table.
    pub table: TableKind,
    /// The raw value inside the table.
    #[serde(rename = "id")]
    pub raw: u32,
}

impl AnyId {
    /// This id as an id of type `I`, if it is of that table.
    pub fn typed<I: Id>(self) -> Option<I> {
        (self.table == I::TABLE).then(|| I::from_raw(self.raw))
    }

    /// Whether this is a placeholder.
    pub fn is_placeholder(self) -> bool {
        self.raw >= PLACEHOLDER
    }
}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_placeholder() {
            write!(f, "{}#new{}", self.table, self.raw - PLACEHOLDER)
        } else {
            write!(f, "{}#{}", self.table, self.raw)
        }
    }
}

/// Calls a macro with the registry of tables: (record type, id type, field and table name).
macro_rules! registry {
    ($callback:ident) => {
        $callback! {
            (Dataset, DatasetId, dataset),
            (Place, PlaceId, place),
            (Span, SpanId, span),
            (Cable, CableId, cable),
            (Device, DeviceId, device),
            (Splice, SpliceId, splice),
            (Jumper, JumperId, jumper),
            (Trail, TrailId, trail),
            (Link, LinkId, link),
            (SlotMark, SlotMarkId, slot_mark),
            (Address, AddressId, address),
        }
    };
}
pub(crate) use registry;

macro_rules! declare_ids {
    ($(($record:ident, $id:ident, $table:ident)),* $(,)?) => {
        /// The tables of a network, in an order in which references mostly point backwards.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum TableKind {
            $(#[doc = concat!("Table of [`", stringify!($record), "`](crate::", stringify!($record), ").")]
            $record),*
        }

        impl TableKind {
            /// All tables.
            pub const ALL: &'static [TableKind] = &[$(TableKind::$record),*];

            /// The table's name in the log, the database and the native format.
            pub const fn name(self) -> &'static str {
                match self { $(TableKind::$record => stringify!($table)),* }
            }
        }

        $(
            #[doc = concat!("Id of a [`", stringify!($record), "`](crate::", stringify!($record), ").")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $id(u32);

            impl Id for $id {
                type Record = crate::$record;
                const TABLE: TableKind = TableKind::$record;
                fn from_raw(raw: u32) -> Self { Self(raw) }
                fn raw(self) -> u32 { self.0 }
            }

            impl fmt::Display for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.any().fmt(f) }
            }

            impl From<$id> for AnyId {
                fn from(id: $id) -> AnyId { id.any() }
            }
        )*
    };
}
registry!(declare_ids);

impl fmt::Display for TableKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TableKind {
    /// What one record of the table is called in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            TableKind::Dataset => "数据集",
            TableKind::Place => "地点",
            TableKind::Span => "路由段",
            TableKind::Cable => "光缆段",
            TableKind::Device => "设备",
            TableKind::Splice => "接续",
            TableKind::Jumper => "跳纤",
            TableKind::Trail => "路径",
            TableKind::Link => "链路",
            TableKind::SlotMark => "状态标记",
            TableKind::Address => "标准地址",
        }
    }
}

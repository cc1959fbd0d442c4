//! Slots, their states and who may hold them: the one place where a double allocation could happen.

use serde::{Deserialize, Serialize};

use crate::{AnyId, CableId, DeviceId, Id, LinkId, SpanId};

/// What offers slots: a link of some layer, or a device (ports, terminals).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// A Route link: bores or attachments, counted.
    Span(SpanId),
    /// A Cable link: cores 1..n.
    Cable(CableId),
    /// Ports and terminals.
    Device(DeviceId),
    /// A link of a layer above Cable.
    Link(LinkId),
}

impl Carrier {
    /// The carrier as a record id.
    pub fn any(self) -> AnyId {
        match self {
            Carrier::Span(id) => id.any(),
            Carrier::Cable(id) => id.any(),
            Carrier::Device(id) => id.any(),
            Carrier::Link(id) => id.any(),
        }
    }

    /// The carrier with this record id, if records of that table offer slots.
    pub fn from_any(id: AnyId) -> Option<Self> {
        id.typed()
            .map(Carrier::Span)
            .or_else(|| id.typed().map(Carrier::Cable))
            .or_else(|| id.typed().map(Carrier::Device))
            .or_else(|| id.typed().map(Carrier::Link))
    }
}

/// How a carrier's slots may be taken: the only per-technology code in the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discipline {
    /// Numbered slots 1..=count with one owner each; the count may be unrecorded.
    Exclusive {
        /// Number of slots.
        count: Option<u32>,
    },
    /// Interchangeable slots that are only counted (bores 管孔, attachments).
    Counted {
        /// How many there are, where recorded.
        capacity: Option<u32>,
    },
    /// A divisible amount, kbit/s.
    Amount {
        /// Capacity, kbit/s.
        capacity_kbps: u64,
    },
}

/// What a holding takes of its carrier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// One numbered slot, from 1.
    Slot(u32),
    /// An amount of a counted or divisible carrier.
    Amount(u64),
}

/// One thing held by a trail: (carrier, slot or amount) → owner, state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// What is held.
    pub carrier: Carrier,
    /// Which slot, or how much.
    pub take: Take,
    /// Strand of a multi-fibre leg: 0 and 1 for the two fibres of a pair.
    #[serde(default)]
    pub part: u8,
    /// State of the slot while it is held.
    pub state: SlotState,
}

/// State of a slot (DOMAIN §6.1; the numbers are the operators' codes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotState {
    /// 空闲
    #[default]
    Idle = 1,
    /// 预占
    Reserved = 2,
    /// 占用
    Occupied = 3,
    /// 预释放
    Releasing = 4,
    /// 预留
    SetAside = 5,
    /// 预选
    Selected = 6,
    /// 备用
    Standby = 7,
    /// 停用
    OutOfUse = 8,
    /// 闲置: a leftover jumper or pigtail, unproven
    Leftover = 9,
    /// 损坏
    Damaged = 10,
    /// 测试
    UnderTest = 11,
    /// 临时占用
    Temporary = 12,
    /// 未知: occupancy not proven; searchable, never reservable
    Unknown = 13,
}

impl SlotState {
    /// All states.
    pub const ALL: [SlotState; 13] = {
        use SlotState::*;
        [
            Idle, Reserved, Occupied, Releasing, SetAside, Selected, Standby, OutOfUse, Leftover, Damaged, UnderTest,
            Temporary, Unknown,
        ]
    };

    /// The operator's number of the state.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The Chinese term of the state.
    pub fn zh(self) -> &'static str {
        use SlotState::*;
        match self {
            Idle => "空闲",
            Reserved => "预占",
            Occupied => "占用",
            Releasing => "预释放",
            SetAside => "预留",
            Selected => "预选",
            Standby => "备用",
            OutOfUse => "停用",
            Leftover => "闲置",
            Damaged => "损坏",
            UnderTest => "测试",
            Temporary => "临时占用",
            Unknown => "未知",
        }
    }

    /// Whether a trail holds the slot in this state; the others stand on a [`SlotMark`](crate::SlotMark).
    pub fn is_held(self) -> bool {
        use SlotState::*;
        matches!(self, Selected | Reserved | Occupied | Releasing | Temporary)
    }

    /// Whether the slot is faulty in this state, which may stand beside an owner (DOMAIN §6.1).
    pub fn is_fault(self) -> bool {
        matches!(self, SlotState::Damaged)
    }

    /// Whether an operation may move a slot from this state to `to` (DOMAIN §6.1).
    ///
    /// Staying in a state is not a transition, except `Occupied → Occupied`, the atomic swap of a cut-over.
    pub fn may_become(self, to: SlotState) -> bool {
        use SlotState::*;
        match self {
            Idle => matches!(
                to,
                Selected | Reserved | SetAside | Standby | UnderTest | Temporary | OutOfUse | Damaged | Leftover
            ),
            Selected => matches!(to, Reserved | Idle),
            Reserved => matches!(to, Occupied | Idle | Damaged),
            Occupied => matches!(to, Releasing | Occupied),
            Releasing => matches!(to, Idle | Occupied),
            SetAside => matches!(to, Reserved | Idle),
            Standby => matches!(to, Temporary | Idle),
            // Back to what it was before the emergency, or formalised.
            Temporary => matches!(to, Idle | Standby | SetAside | UnderTest | Occupied),
            UnderTest => matches!(to, Idle | Damaged),
            Damaged | OutOfUse => matches!(to, Idle),
            Leftover => matches!(to, Idle | Occupied),
            // A field check proves what it is.
            Unknown => matches!(to, Idle | Occupied | Damaged | Leftover | OutOfUse),
        }
    }
}

impl std::fmt::Display for SlotState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use SlotState::*;
        f.write_str(match self {
            Idle => "idle",
            Reserved => "reserved",
            Occupied => "occupied",
            Releasing => "releasing",
            SetAside => "set aside",
            Selected => "selected",
            Standby => "standby",
            OutOfUse => "out of use",
            Leftover => "leftover",
            Damaged => "damaged",
            UnderTest => "under test",
            Temporary => "temporarily occupied",
            Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::SlotState::{self, *};

    /// The table of DOMAIN §6.1, written out from the page rather than from the code.
    const LEGAL: &[(SlotState, &[SlotState])] = &[
        (Idle, &[Selected, Reserved, SetAside, Standby, UnderTest, Temporary, OutOfUse, Damaged, Leftover]),
        (Selected, &[Reserved, Idle]),
        (Reserved, &[Occupied, Idle, Damaged]),
        (Occupied, &[Releasing, Occupied]),
        (Releasing, &[Idle, Occupied]),
        (SetAside, &[Reserved, Idle]),
        (Standby, &[Temporary, Idle]),
        (Temporary, &[Idle, Standby, SetAside, UnderTest, Occupied]),
        (UnderTest, &[Idle, Damaged]),
        (Damaged, &[Idle]),
        (OutOfUse, &[Idle]),
        (Leftover, &[Idle, Occupied]),
        (Unknown, &[Idle, Occupied, Damaged, Leftover, OutOfUse]),
    ];

    #[test]
    fn transitions_are_those_of_the_domain() {
        for &(from, legal) in LEGAL {
            for to in SlotState::ALL {
                assert_eq!(from.may_become(to), legal.contains(&to), "{from} to {to}");
            }
        }
        assert_eq!(LEGAL.len(), SlotState::ALL.len());
        assert!(!Occupied.may_become(Idle));
    }
}

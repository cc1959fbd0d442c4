//! Trails, the links they support, and marks on slots that nobody holds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Port, Record, code_fault, refer_tag, remap_id, remap_tag};
use crate::sharing::Sharing;
use crate::{
    AnyId, Carrier, Discipline, Holding, Id as _, LinkId, Phrase, SlotMarkId, SlotState, Tag, Take, Text, TrailId,
    phrase,
};

/// A level of the layered graph (ITU-T G.805), bottom up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Ducts, pole lines, trenches.
    Route,
    /// 光缆
    Cable,
    /// 光路
    Fibre,
    /// STM-N section 复用段, GE, PON
    Section,
    /// VC-4
    HighOrder,
    /// VC-12, VC-3
    LowOrder,
    /// Ethernet, VLAN/VRF attachment
    Packet,
    /// The leased line sold 电路
    Circuit,
}

/// Role of a leg in its trail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegRole {
    /// 主用
    Working,
    /// 保护
    Protection,
    /// Member of a virtual concatenation group, from 1.
    Member(u16),
}

/// One way of a trail: what it holds, ordered from A to Z.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Role of the leg.
    pub role: LegRole,
    /// What it holds, in order along the way.
    pub holdings: Vec<Holding>,
}

/// Service grade of a circuit 保障等级, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Grade {
    /// AAA
    AAA,
    /// AA
    AA,
    /// A
    A,
    /// 普通
    Plain,
}

/// Who reserved slots, for which order, until when (DOMAIN §6.1).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// Order number.
    pub order: Text,
    /// User who reserved.
    pub user: Text,
    /// When it lapses.
    pub expires: DateTime<Utc>,
}

/// A trail 路径: owner of holdings; supports one link of the level above.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Trail {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// Layer of the link it supports.
    pub layer: Layer,
    /// Its legs.
    pub legs: Vec<Leg>,
    /// Service grade, where one is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Customer it serves, `自有` or `own` for the carrier itself (see [`is_own`]); empty when unknown.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub customer: Text,
    /// Reservation behind holdings that are selected or reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<Reservation>,
}

/// Whether the customer that a record names is the carrier itself 自有: rings, links between its own equipment.
pub fn is_own(customer: &str) -> bool {
    let named = customer.trim();
    named == "自有" || named.eq_ignore_ascii_case("own")
}

impl Trail {
    /// All its holdings, leg by leg.
    pub fn holdings(&self) -> impl Iterator<Item = &Holding> {
        self.legs.iter().flat_map(|leg| &leg.holdings)
    }
}

/// A link of the Fibre layer or above; spans and cable sections are the links below.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// Its layer.
    pub layer: Layer,
    /// End A.
    pub a: Port,
    /// End Z.
    pub z: Port,
    /// What it offers to the layer above.
    pub slots: Discipline,
    /// The trail that supports it.
    pub trail: TrailId,
}

/// Ownerless slots in a state other than idle, or a fault beside an owner.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SlotMark {
    /// Identity; the name may hold the reason.
    #[serde(flatten)]
    pub tag: Tag,
    /// Whose slots.
    pub carrier: Carrier,
    /// First slot.
    pub first: u32,
    /// Number of slots.
    pub count: u32,
    /// Their state; never one in which a trail holds the slot.
    pub state: SlotState,
}

fn remap_carrier(carrier: &mut Carrier, f: &mut dyn FnMut(AnyId) -> AnyId) {
    match carrier {
        Carrier::Span(id) => remap_id(id, f),
        Carrier::Cable(id) => remap_id(id, f),
        Carrier::Device(id) => remap_id(id, f),
        Carrier::Link(id) => remap_id(id, f),
    }
}

impl Record for Trail {
    type Id = TrailId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        for holding in self.legs.iter_mut().flat_map(|leg| &mut leg.holdings) {
            remap_carrier(&mut holding.carrier, f);
        }
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        self.holdings().for_each(|holding| f(holding.carrier.any()));
    }
    fn share(&mut self, sharing: &mut Sharing) {
        sharing.text(&mut self.customer);
        if let Some(reservation) = &mut self.reservation {
            sharing.text(&mut reservation.order);
            sharing.text(&mut reservation.user);
        }
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag)
            .or_else(|| {
                let bad = self.holdings().find(|h| !h.state.is_held())?;
                Some(phrase!(
                    "a holding cannot be {}; put the state on a slot mark",
                    "占用的状态不能为{}；请用状态标记",
                    bad.state
                ))
            })
            .or_else(|| {
                let zero = |h: &Holding| matches!(h.take, Take::Slot(0) | Take::Amount(0));
                self.holdings().any(zero).then(|| {
                    phrase!("slots are numbered from 1 and amounts are at least 1", "序号从 1 起，数量至少为 1")
                })
            })
    }
}

impl Record for Link {
    type Id = LinkId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        remap_id(&mut self.a.device, f);
        remap_id(&mut self.z.device, f);
        remap_id(&mut self.trail, f);
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        f(self.a.device.any());
        f(self.z.device.any());
        f(self.trail.any());
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag).or_else(|| {
            (self.layer < Layer::Fibre).then(|| {
                phrase!(
                    "links of the Route and Cable layers are spans and cables",
                    "路由层和光缆层的链路是路由段和光缆段"
                )
            })
        })
    }
}

impl Record for SlotMark {
    type Id = SlotMarkId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        remap_carrier(&mut self.carrier, f);
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        f(self.carrier.any());
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag)
            .or_else(|| {
                (self.state.is_held() || self.state == SlotState::Idle).then(|| {
                    phrase!(
                        "a slot mark cannot say {}; that state needs a trail, or no mark",
                        "状态标记不能为{}；该状态须由路径占用，或不作标记",
                        self.state
                    )
                })
            })
            .or_else(|| {
                (self.first == 0 || self.count == 0 || self.count > MAX_MARKED || self.first > u32::MAX - MAX_MARKED)
                    .then(|| {
                        phrase!(
                            "a slot mark covers at least one slot, numbered from 1",
                            "状态标记至少含一个资源，序号从 1 起"
                        )
                    })
            })
    }
}

/// Bound on the slots of one mark against absurd input.
const MAX_MARKED: u32 = 100_000;

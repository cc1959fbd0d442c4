//! Cable sections and the splices between them: the links and fixed joints of the Cable layer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Record, code_fault, measure_fault, refer_tag, remap_id, remap_tag};
use crate::alike::none;
use crate::sharing::Sharing;
use crate::{
    Alike, AnyId, CableId, DeviceId, Discipline, Id as _, Phrase, PlaceId, Plant, SpanId, SpliceId, Tag, Text, phrase,
};

/// Whether the records prove which cores are in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupancy {
    /// A core without an owner or a mark is idle.
    Proven,
    /// A core without an owner or a mark is unknown: searchable, never reservable.
    #[default]
    Unproven,
}

/// Order of tube colours (DOMAIN §3.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourScheme {
    /// 全色谱: tubes in the order of the fibre colours
    #[default]
    Full,
    /// 领示: red, green, then natural
    Guide,
}

/// One span under a cable section, from end A to end B.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteHop {
    /// The span.
    pub span: SpanId,
    /// The bore 管孔, where recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bore: Option<u16>,
}

/// A dated loss measurement of the section.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// The core, or all cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core: Option<u32>,
    /// Wavelength, nm.
    pub wavelength_nm: u16,
    /// Loss end to end, two-way average, dB.
    pub loss_db: f64,
    /// Day of the measurement.
    pub on: NaiveDate,
}

/// A range of cores with an owner of its own 纤芯产权.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreOwnership {
    /// First core.
    pub first: u32,
    /// Number of cores.
    pub count: u32,
    /// How they are owned.
    pub ownership: crate::Ownership,
    /// Party to be notified.
    pub party: Text,
}

/// A cable section 光缆段: one sheath between two termination or splice points. Offers cores 1..n.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cable {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// End A.
    pub a: PlaceId,
    /// End B.
    pub b: PlaceId,
    /// Cable model, e.g. `GYTA-24B1`; empty when unknown.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub model: Text,
    /// Number of cores; none when the map does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Cores per tube 束管, an attribute of the cable model (4, 6, 8, 12, 24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores_per_tube: Option<u32>,
    /// Cores per ribbon 带, inside a tube; none for loose fibres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores_per_ribbon: Option<u32>,
    /// Order of tube colours.
    #[serde(default)]
    pub colours: ColourScheme,
    /// Fibre type, ITU-T designation: `G.652D`; empty when unknown.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub fibre: Text,
    /// Sheath length 皮长.
    pub length_m: f64,
    /// Whether core occupancy is proven.
    #[serde(default)]
    pub occupancy: Occupancy,
    /// The spans it lies in, from A to B: its trail at the Route layer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub route: Vec<RouteHop>,
    /// Loss measurements.
    #[serde(default, skip_serializing_if = "none")]
    pub measurements: Alike<Vec<Measurement>>,
    /// Core ranges owned differently from the sheath.
    #[serde(default, skip_serializing_if = "none")]
    pub core_ownership: Alike<Vec<CoreOwnership>>,
    /// Life cycle, owner, keeper.
    #[serde(default)]
    pub plant: Alike<Plant>,
}

impl Cable {
    /// A cable section in service with nothing known but its ends and length.
    pub fn new(code: impl Into<Text>, a: PlaceId, b: PlaceId, length_m: f64) -> Self {
        Self {
            tag: Tag::new(code, ""),
            a,
            b,
            model: Text::from(""),
            cores: None,
            cores_per_tube: None,
            cores_per_ribbon: None,
            colours: ColourScheme::default(),
            fibre: Text::from(""),
            length_m,
            occupancy: Occupancy::default(),
            route: Vec::new(),
            measurements: Alike::default(),
            core_ownership: Alike::default(),
            plant: Alike::default(),
        }
    }

    /// What it offers to optical routes.
    pub fn discipline(&self) -> Discipline {
        Discipline::Exclusive { count: self.cores }
    }

    /// The spans it lies in, in order from one end.
    pub fn spans_from(&self, end: CableEnd) -> Vec<SpanId> {
        let mut spans: Vec<SpanId> = self.route.iter().map(|hop| hop.span).collect();
        if end == CableEnd::B {
            spans.reverse();
        }
        spans
    }

    /// The worst of the latest measurements of a core, dB, if there is one on the safe side.
    pub fn measured_loss_db(&self, core: u32) -> Option<f64> {
        // A longer wavelength loses less: only a figure at the shortest one in use is on the safe side at all.
        let safe = |m: &&Measurement| m.wavelength_nm <= SHORTEST_NM && m.core.is_none_or(|c| c == core);
        let fitting = self.measurements.iter().filter(safe);
        let latest = fitting.clone().map(|m| m.on).max()?;
        fitting.filter(|m| m.on == latest).map(|m| m.loss_db).reduce(f64::max)
    }

    /// The place at one end.
    pub fn end(&self, end: CableEnd) -> PlaceId {
        match end {
            CableEnd::A => self.a,
            CableEnd::B => self.b,
        }
    }
}

/// Wavelength at which SDH and the upstream of a GPON run, nm.
const SHORTEST_NM: u16 = 1310;

/// One end of a cable section.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CableEnd {
    /// End A.
    A,
    /// End B.
    B,
}

impl CableEnd {
    /// The other end.
    pub fn other(self) -> Self {
        match self {
            CableEnd::A => CableEnd::B,
            CableEnd::B => CableEnd::A,
        }
    }
}

/// What a splice is fixed to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fixture {
    /// Cores at one end of a cable section.
    Cable {
        /// The section.
        id: CableId,
        /// Which of its ends.
        end: CableEnd,
    },
    /// Terminals or ports of a device, from behind (成端).
    Device {
        /// The device.
        id: DeviceId,
    },
}

/// One side of a range splice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpliceSide {
    /// Cable end or device.
    pub on: Fixture,
    /// First core or port of the range.
    pub first: u32,
}

/// How a splice is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpliceMethod {
    /// 熔接
    #[default]
    Fusion,
    /// 带状熔接
    Ribbon,
    /// 机械接续
    Mechanical,
}

/// A range splice 直熔/成端: `count` slots of one side joined one by one to as many of the other, ownerless.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Splice {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// The closure, cabinet, box or room it is in.
    pub at: PlaceId,
    /// One side.
    pub a: SpliceSide,
    /// The other side.
    pub b: SpliceSide,
    /// Number of cores joined.
    pub count: u32,
    /// How it is made.
    #[serde(default)]
    pub method: SpliceMethod,
}

impl Record for Cable {
    type Id = CableId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        remap_id(&mut self.a, f);
        remap_id(&mut self.b, f);
        for hop in &mut self.route {
            remap_id(&mut hop.span, f);
        }
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        f(self.a.any());
        f(self.b.any());
        self.route.iter().for_each(|hop| f(hop.span.any()));
    }
    fn share(&mut self, sharing: &mut Sharing) {
        sharing.text(&mut self.model);
        sharing.text(&mut self.fibre);
        sharing.plant(&mut self.plant);
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag)
            .or_else(|| measure_fault("length_m", self.length_m, "m"))
            .or_else(|| {
                (self.cores_per_tube == Some(0) || self.cores_per_ribbon == Some(0)).then(|| {
                    phrase!(
                        "a tube or ribbon has at least one core; leave the field empty when unknown",
                        "每管或每带至少一芯；不清楚时请留空"
                    )
                })
            })
            .or_else(|| {
                (self.cores.is_some_and(|n| n > MAX_CORES)).then(|| {
                    phrase!(
                        "cores is above {MAX_CORES}; no cable section is that large",
                        "芯数超过 {MAX_CORES}；没有这样大的光缆段"
                    )
                })
            })
            .or_else(|| self.measurements.iter().find_map(|m| measure_fault("loss_db", m.loss_db, "dB")))
    }
}

/// More cores than any cable made; a bound against absurd input.
const MAX_CORES: u32 = 10_000;

impl Record for Splice {
    type Id = SpliceId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        remap_id(&mut self.at, f);
        for side in [&mut self.a, &mut self.b] {
            match &mut side.on {
                Fixture::Cable { id, .. } => remap_id(id, f),
                Fixture::Device { id } => remap_id(id, f),
            }
        }
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        f(self.at.any());
        for side in [self.a, self.b] {
            f(match side.on {
                Fixture::Cable { id, .. } => id.any(),
                Fixture::Device { id } => id.any(),
            });
        }
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag).or_else(|| {
            let bad = |first: u32| first == 0 || first.checked_add(self.count).is_none_or(|end| end > MAX_SLOT);
            (self.count == 0 || bad(self.a.first) || bad(self.b.first))
                .then(|| phrase!("a splice joins at least one core, numbered from 1", "接续至少一芯，芯号从 1 起"))
        })
    }
}

/// Bound on slot numbers of cables and devices against absurd input.
const MAX_SLOT: u32 = 10_000_000;

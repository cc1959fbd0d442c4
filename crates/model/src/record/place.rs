//! Places: the points of the Route layer, and the addresses served from them.

use serde::{Deserialize, Serialize};

use super::{Record, code_fault, refer_tag, remap_id, remap_tag};
use crate::alike::none;
use crate::sharing::Sharing;
use crate::{AddressId, Alike, AnyId, DatasetId, Id as _, Permit, Phrase, PlaceId, Plant, Position, Tag, Text, phrase};

/// A source of records: one imported network, so that it can be given back as it came.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dataset {
    /// Code and name of the source; its attributes in `extra`.
    #[serde(flatten)]
    pub tag: Tag,
    /// Format it came in: `ofds-0.3`, `ofds-0.4`, `geojson`, `native`.
    pub format: Text,
}

/// Class of a site 局站.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteClass {
    /// 核心
    Core,
    /// 汇聚
    Aggregation,
    /// 接入
    Access,
}

/// Kind of a place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// 局站/机房
    Site(SiteClass),
    /// 人孔
    Manhole,
    /// 手孔
    Handhole,
    /// 电杆: the end of a pole line 杆路段
    Pole,
    /// 光交箱 (FDC)
    Cabinet,
    /// 分纤箱 (FDT)
    DistributionBox,
    /// 接头盒
    Closure,
    /// 进局/进楼: where spans enter a building
    Entry,
    /// 客户端
    Premises,
    /// A point of a map that does not say what stands there.
    Node,
}

/// A place 地点: where links end and joints stand.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// What stands there.
    pub kind: PlaceKind,
    /// Where it is; none when the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The place this one stands in: a closure's manhole, a box's building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<PlaceId>,
    /// District or county 区县; empty when unknown.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub region: Text,
    /// Life cycle, owner, keeper.
    #[serde(default)]
    pub plant: Alike<Plant>,
    /// Permits that building into the place needs.
    #[serde(default, skip_serializing_if = "none")]
    pub permits: Alike<Vec<Permit>>,
}

impl Place {
    /// A place in service with no more than a code, a kind and a position.
    pub fn new(code: impl Into<Text>, kind: PlaceKind, position: Option<Position>) -> Self {
        Self {
            tag: Tag::new(code, ""),
            kind,
            position,
            within: None,
            region: Text::from(""),
            plant: Alike::default(),
            permits: Alike::default(),
        }
    }
}

/// A standard address 标准地址 and the boxes that list its building (DOMAIN §11).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Address {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// Full text 省市区街路号楼单元, as written by the address office.
    pub text: Text,
    /// Where the building stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The premises at this address, when plant already reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub premises: Option<PlaceId>,
    /// Boxes and cabinets that list this building as covered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covered_by: Vec<PlaceId>,
}

impl Record for Dataset {
    type Id = DatasetId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag).or_else(|| {
            self.tag.dataset.is_some().then(|| phrase!("a data set lies in no data set", "数据集不属于任何数据集"))
        })
    }
}

impl Record for Place {
    type Id = PlaceId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        if let Some(within) = &mut self.within {
            remap_id(within, f);
        }
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        self.within.iter().for_each(|within| f(within.any()));
    }
    fn share(&mut self, sharing: &mut Sharing) {
        sharing.text(&mut self.region);
        sharing.plant(&mut self.plant);
        sharing.permits(&mut self.permits);
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag)
    }
}

impl Record for Address {
    type Id = AddressId;
    fn tag(&self) -> &Tag {
        &self.tag
    }
    fn tag_mut(&mut self) -> &mut Tag {
        &mut self.tag
    }
    fn remap(&mut self, f: &mut dyn FnMut(AnyId) -> AnyId) {
        remap_tag(&mut self.tag, f);
        for place in self.premises.iter_mut().chain(&mut self.covered_by) {
            remap_id(place, f);
        }
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        self.premises.iter().chain(&self.covered_by).for_each(|place| f(place.any()));
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag)
            .or_else(|| self.text.trim().is_empty().then(|| phrase!("the address text is empty", "地址文本为空")))
    }
}

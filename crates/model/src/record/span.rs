//! Spans: the links of the Route layer.

use serde::{Deserialize, Serialize};

use super::{Record, code_fault, measure_fault, refer_tag, remap_id, remap_tag};
use crate::alike::none;
use crate::sharing::Sharing;
use crate::{Alike, AnyId, Discipline, Id as _, Permit, Phrase, PlaceId, Plant, Position, SpanId, Tag, Text};

/// How a span is made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// 管道段
    Duct,
    /// 杆路段
    PoleLine,
    /// 直埋
    Buried,
    /// 楼内: between a building's entry and a room
    Indoor,
    /// 海缆/水线
    Underwater,
    /// A map's line that does not say how it is laid.
    Unrecorded,
}

/// A numbered pole 杆号 or marker 标石 along a span.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Distance from end A along the span.
    pub at_m: f64,
    /// What is painted on it.
    pub label: Text,
}

/// A span: ground along which cables lie. Offers bores or attachments, counted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Span {
    /// Identity.
    #[serde(flatten)]
    pub tag: Tag,
    /// How it is made.
    pub kind: SpanKind,
    /// End A.
    pub a: PlaceId,
    /// End B.
    pub b: PlaceId,
    /// Course from A to B, ends included; empty when only the ends are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub course: Vec<Position>,
    /// Length along the ground.
    pub length_m: f64,
    /// Bores 管孔 or attachments; none when not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Poles and markers along it, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// Trench 同沟: spans with the same trench fail together; empty for none.
    #[serde(default, skip_serializing_if = "crate::common::is_empty")]
    pub trench: Text,
    /// Life cycle, owner, keeper.
    #[serde(default)]
    pub plant: Alike<Plant>,
    /// Permits that pulling a cable along it needs.
    #[serde(default, skip_serializing_if = "none")]
    pub permits: Alike<Vec<Permit>>,
}

impl Span {
    /// A span in service with no more than a code, a kind, ends and a length.
    pub fn new(code: impl Into<Text>, kind: SpanKind, a: PlaceId, b: PlaceId, length_m: f64) -> Self {
        Self {
            tag: Tag::new(code, ""),
            kind,
            a,
            b,
            course: Vec::new(),
            length_m,
            capacity: None,
            marks: Vec::new(),
            trench: Text::from(""),
            plant: Alike::default(),
            permits: Alike::default(),
        }
    }

    /// What it offers to cables.
    pub fn discipline(&self) -> Discipline {
        Discipline::Counted { capacity: self.capacity }
    }
}

impl Record for Span {
    type Id = SpanId;
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
    }
    fn refer(&self, f: &mut dyn FnMut(AnyId)) {
        refer_tag(&self.tag, f);
        f(self.a.any());
        f(self.b.any());
    }
    fn share(&mut self, sharing: &mut Sharing) {
        self.marks.iter_mut().for_each(|mark| sharing.text(&mut mark.label));
        sharing.text(&mut self.trench);
        sharing.plant(&mut self.plant);
        sharing.permits(&mut self.permits);
    }
    fn fault(&self) -> Option<Phrase> {
        code_fault(&self.tag)
            .or_else(|| measure_fault("length_m", self.length_m, "m"))
            .or_else(|| self.marks.iter().find_map(|mark| measure_fault("at_m", mark.at_m, "m")))
    }
}

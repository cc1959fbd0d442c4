//! What changed in a layer since it was laid out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;
use std::sync::OnceLock;

use linewright_model::PlaceId;
use rustc_hash::FxBuildHasher;

use super::counts::{Code, Counts, Free};
use super::landmarks::{Distances, Landmarks};
use super::ways::Shared;
use super::{Hop, HopRisks, Joint, Laid, Layer, Measure, Numbers, Relevant, after, weight_dm};
use crate::engine::graph::{At, RiskId};

type Map<K, V> = HashMap<K, V, FxBuildHasher>;

/// Size of the filter that spares most places a look-up; a power of two.
const FILTER: usize = 1 << 12;

/// What changed in a layer: links gone, come or free in another measure. Cloned with every version, so kept small.
#[derive(Clone, Debug)]
pub(crate) struct Change<L> {
    /// What is free of each hop of the layer.
    free: Counts,
    /// Hops of the layer, of which there are so many.
    base_hops: usize,
    /// Links of the layer that are no more.
    gone: HashSet<u32, FxBuildHasher>,
    /// Links added, by name.
    added: BTreeMap<L, Added>,
    /// Places that had no number, numbered after the others.
    places: Vec<PlaceId>,
    /// Hops of the added links, by where they begin.
    hops: Vec<(u32, Hop, Code)>,
    /// Their joints where they begin and where they lead.
    joints: Vec<[Joint; 2]>,
    risks: Vec<HopRisks>,
    names: Vec<L>,
    ranges: Map<u32, (u32, u32)>,
    filter: Vec<u64>,
    /// Number of the first added link as a risk: groups that the layer does not know come after the added links, new
    /// places after these.
    first_added: u32,
    /// Groups that the layer does not know.
    new_groups: usize,
    /// Distances from landmarks to new places; none where the added links make ways shorter.
    landmarks: [OnceLock<Option<Vec<Distances>>>; 2],
    /// Blocks that added links may lead on from.
    relevant: Relevant,
    /// Whether straight distances bound ways from below: places stand where they stood, and no link leads over a place
    /// that stands nowhere, by which a way could be shorter than the straight line.
    straight: bool,
}

#[derive(Clone, Copy, Debug)]
struct Added {
    ends: [u32; 2],
    length_dm: u32,
    joints: [Joint; 2],
    free: Code,
    group: Option<u32>,
}

impl<L: Copy + Ord + Hash> Change<L> {
    /// Nothing changed yet.
    pub(crate) fn of(layer: &Layer<L>) -> Self {
        Self {
            free: layer.free.clone(),
            base_hops: layer.flat.hops.len(),
            gone: HashSet::default(),
            added: BTreeMap::new(),
            places: Vec::new(),
            hops: Vec::new(),
            joints: Vec::new(),
            risks: Vec::new(),
            names: Vec::new(),
            ranges: Map::default(),
            filter: Vec::new(),
            first_added: layer.risk_count() as u32,
            new_groups: 0,
            landmarks: Default::default(),
            relevant: Relevant::default(),
            straight: layer.straight,
        }
    }

    /// The landmarks of the layer, with their distances to new places; none where they bound nothing any more.
    pub(super) fn landmarks<'a>(
        &'a self,
        known: &'a Landmarks,
        measure: Measure,
    ) -> Option<(&'a Landmarks, &'a [Distances])> {
        let length = |added: &Added| match measure {
            Measure::Length => added.length_dm,
            Measure::Weight => weight_dm(added.length_dm, added.joints),
        };
        let links = || self.added.values().map(|added| (added.ends, length(added))).collect::<Vec<_>>();
        let more = self.landmarks[measure as usize].get_or_init(|| known.extend(self.places.len(), &links()));
        more.as_deref().map(|more| (known, more))
    }

    pub(super) fn is_straight(&self) -> bool {
        self.straight
    }

    /// Blocks that added links may lead on from.
    pub(super) fn relevant(&self) -> &Relevant {
        &self.relevant
    }

    pub(super) fn new_places(&self) -> usize {
        self.places.len()
    }

    pub(super) fn name(&self, number: u32) -> Option<L> {
        self.names.get(number.checked_sub(self.first_added)? as usize).copied()
    }

    /// What a risk is.
    #[allow(clippy::expect_used, reason = "searches tell only of risks of hops, which the layer numbered")]
    pub(super) fn shared(&self, layer: &Layer<L>, numbers: &Numbers, risk: RiskId) -> Shared<L> {
        let (links, groups) = (layer.names.len(), layer.groups);
        let (number, first_added) = (risk.index(), self.first_added as usize);
        let place = |nth: usize| self.place(numbers, nth as u32).map(Shared::Place);
        let of_group = |group: usize| self.first_of_group(layer, risk, group as u32).map(Shared::Link);
        let known = match number.checked_sub(first_added) {
            None if number < links => Some(Shared::Link(layer.names[number])),
            None if number < links + groups => of_group(number - links),
            None => place(number - links - groups),
            Some(added) if added < self.names.len() => Some(Shared::Link(self.names[added])),
            Some(added) if added < self.names.len() + self.new_groups => of_group(groups + added - self.names.len()),
            Some(added) => place(numbers.len() + added - self.names.len() - self.new_groups),
        };
        known.expect("a risk of a hop")
    }

    /// The first of a group's links as they are now.
    fn first_of_group(&self, layer: &Layer<L>, risk: RiskId, group: u32) -> Option<L> {
        let laid = (0u32..)
            .zip(&layer.names)
            .zip(&layer.hops_of)
            .find(|((number, _), hops)| layer.risks[hops[0] as usize][1] == risk && !self.gone.contains(number));
        let added = self.added.iter().find(|(_, added)| added.group == Some(group));
        laid.map(|((_, link), _)| *link).into_iter().chain(added.map(|(link, _)| *link)).min()
    }

    pub(super) fn risks(&self, added: usize) -> &HopRisks {
        &self.risks[added]
    }

    /// Number of all risks.
    pub(super) fn risk_count(&self) -> usize {
        self.first_added as usize + self.names.len() + self.new_groups + self.places.len()
    }

    /// What is free of the hops of the layer.
    pub(super) fn base_free(&self) -> &Counts {
        &self.free
    }

    #[inline]
    pub(super) fn free(&self, hop: usize) -> Code {
        if hop < self.base_hops {
            self.free.get(hop)
        } else {
            self.hops.get(hop - self.base_hops).map_or_else(Code::default, |h| h.2)
        }
    }

    #[inline]
    pub(super) fn range(&self, at: At) -> Range<u32> {
        if self.filter.is_empty() || self.filter[at.index() / 64 % (FILTER / 64)] >> (at.index() % 64) & 1 == 0 {
            return 0..0;
        }
        self.ranges.get(&at.0).map_or(0..0, |(from, to)| *from..*to)
    }

    pub(super) fn hop(&self, added: usize) -> Hop {
        self.hops[added].1
    }

    /// What is free of an added link.
    pub(super) fn added_free(&self, link: L) -> Option<Code> {
        self.added.get(&link).map(|added| added.free)
    }

    /// Whether a hop of an added link leads from the link's first end.
    pub(super) fn is_forward(&self, added: usize) -> bool {
        let link = self.name(self.risks[added][0].0).and_then(|link| self.added.get(&link));
        link.is_some_and(|link| link.ends[0] == self.hops[added].0)
    }

    pub(super) fn joints(&self, added: usize) -> [Joint; 2] {
        self.joints[added]
    }

    pub(super) fn from(&self, added: usize) -> At {
        At(self.hops[added].0)
    }

    /// Number of a place, the new ones included.
    pub(crate) fn place_number(&self, numbers: &Numbers, place: PlaceId) -> Option<u32> {
        let new = || self.places.iter().position(|new| *new == place).map(|nth| (numbers.len() + nth) as u32);
        numbers.of(place).or_else(new)
    }

    pub(crate) fn place(&self, numbers: &Numbers, number: u32) -> Option<PlaceId> {
        let new = || self.places.get((number as usize).checked_sub(numbers.len())?).copied();
        numbers.place(number).or_else(new)
    }

    /// Places may have moved: straight distances say nothing any more.
    pub(crate) fn places_moved(&mut self) {
        self.straight = false;
    }

    /// Puts a link as it is now in the place of what the layer knows of it; `None` for one that is gone.
    pub(crate) fn put(&mut self, layer: &Layer<L>, numbers: &Numbers, link: L, now: Option<Laid<L>>) {
        self.added.remove(&link);
        let base = layer.number(link);
        let joined = now.and_then(|laid| Some((laid, self.ends(numbers, laid.ends)?)));
        if let (Some(number), Some((laid, ends))) = (base, &joined) {
            let hops = layer.hops_of[number as usize];
            let was = [layer.flat.hops[hops[1] as usize].to, layer.flat.hops[hops[0] as usize].to];
            let group = laid.group.map_or(number, |group| after(layer.names.len(), group));
            let known_group = laid.group.is_none_or(|group| (group as usize) < layer.groups);
            let same_group = known_group && layer.risks[hops[0] as usize][1] == RiskId(group);
            let length = laid.length_dm();
            let hop = hops[0] as usize;
            let same_length = layer.flat.hops[hop].length_dm == length;
            let (joints, [here, there]) = (layer.joints[hop], laid.joints);
            let same_ends =
                (was == *ends && joints == [here, there]) || (was == [ends[1], ends[0]] && joints == [there, here]);
            if same_group && same_length && same_ends {
                self.gone.remove(&number);
                hops.into_iter().for_each(|hop| self.free.set(hop as usize, laid.free.code()));
                return;
            }
        }
        if let Some(number) = base {
            self.gone.insert(number);
            layer.hops_of[number as usize]
                .into_iter()
                .for_each(|hop| self.free.set(hop as usize, Free::Nothing.code()));
        }
        if let Some((laid, ends)) = joined {
            self.straight &= laid.straight_m.is_some();
            let (length_dm, joints, free) = (laid.length_dm(), laid.joints, laid.free.code());
            self.added.insert(link, Added { ends, length_dm, joints, free, group: laid.group });
        }
    }

    fn ends(&mut self, numbers: &Numbers, ends: [PlaceId; 2]) -> Option<[u32; 2]> {
        let number = |change: &mut Self, place: PlaceId| match change.place_number(numbers, place) {
            Some(number) => number,
            None => {
                // New places have no straight distances and are no landmark's.
                change.places.push(place);
                (numbers.len() + change.places.len() - 1) as u32
            }
        };
        let ends = [number(self, ends[0]), number(self, ends[1])];
        (ends[0] != ends[1]).then_some(ends)
    }

    /// Lays out the added links anew: to be called once after all that one version changes.
    pub(crate) fn settle(&mut self, layer: &Layer<L>, numbers: &Numbers) {
        self.names = self.added.keys().copied().collect();
        self.relevant = Relevant::default();
        let ends = self.added.values().flat_map(|added| added.ends);
        ends.for_each(|end| self.relevant.take_up(&layer.blocks, end));
        let (links, groups, added) = (layer.names.len(), layer.groups, self.names.len());
        let last_group = self.added.values().filter_map(|added| added.group).max();
        self.new_groups = last_group.map_or(0, |last| (last as usize + 1).saturating_sub(groups));
        let new_groups = self.new_groups;
        let first_added = self.first_added;
        let first_new = first_added as usize + added;
        let place_risk = |to: u32| match (to as usize).checked_sub(numbers.len()) {
            None => after(links + groups, to),
            Some(new) => after(first_new + new_groups, new as u32),
        };
        let group_risk = |group: u32| match (group as usize).checked_sub(groups) {
            None => after(links, group),
            Some(new) => after(first_new, new as u32),
        };
        self.landmarks = Default::default();
        let mut hops: Vec<(u32, Hop, Code, [Joint; 2], HopRisks)> = Vec::with_capacity(2 * self.added.len());
        for (nth, added) in (0u32..).zip(self.added.values()) {
            let (ends, joints) = (added.ends, added.joints);
            for ([from, to], joints) in [(ends, joints), ([ends[1], ends[0]], [joints[1], joints[0]])] {
                let link = RiskId(first_added + nth);
                let hop = Hop { to, length_dm: added.length_dm };
                let group = added.group.map_or(link, |group| RiskId(group_risk(group)));
                hops.push((from, hop, added.free, joints, [link, group, RiskId(place_risk(to))]));
            }
        }
        hops.sort_by_key(|(from, ..)| *from);
        self.risks = hops.iter().map(|(.., risks)| *risks).collect();
        self.joints = hops.iter().map(|(_, _, _, joints, _)| *joints).collect();
        self.hops = hops.into_iter().map(|(from, hop, free, ..)| (from, hop, free)).collect();
        self.ranges.clear();
        self.filter = if self.hops.is_empty() { Vec::new() } else { vec![0; FILTER / 64] };
        for (at, (from, ..)) in self.hops.iter().enumerate() {
            let at = (self.base_hops + at) as u32;
            self.ranges.entry(*from).and_modify(|range| range.1 = at + 1).or_insert((at, at + 1));
            self.filter[*from as usize / 64 % (FILTER / 64)] |= 1 << (*from as usize % 64);
        }
    }
}

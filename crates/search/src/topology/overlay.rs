//! What changed since the base was built.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use linewright_model::{CableId, Network, PlaceId, SpanId, Text};

use super::inventory::Inventory;
use super::{Base, StrandIx, Topology, distinct, ground_ends};
use crate::layer::Change;
use crate::spatial::{Spatial, SpatialOverlay};
use crate::strand::Strand;
use crate::trench::Ground;

#[derive(Clone, Debug)]
pub(super) struct Overlay {
    /// Number of strands in the base: added ones are numbered from here.
    base_len: u32,
    /// Strands of the base that are no more.
    removed: HashSet<StrandIx>,
    /// Strands added, those gone again included.
    added: Vec<Strand>,
    alive: BTreeSet<StrandIx>,
    strands_at: HashMap<PlaceId, BTreeSet<StrandIx>>,
    strands_through: HashMap<CableId, BTreeSet<StrandIx>>,
    /// Spans of which the base's adjacency and trenches no longer count, with what counts instead.
    changed_spans: HashMap<SpanId, Placing>,
    spans_at: HashMap<PlaceId, BTreeSet<SpanId>>,
    trenches: HashMap<Text, BTreeSet<SpanId>>,
    /// Numbers of trenches that the base does not know.
    new_trenches: HashMap<Text, u32>,
    /// Spans of which the base's neighbours in a trench no longer count, with those that do.
    beside: HashMap<SpanId, Vec<SpanId>>,
    spatial: SpatialOverlay,
    pub(super) inventory: Inventory,
    pub(super) ducts: Change<SpanId>,
    pub(super) glass: Change<StrandIx>,
}

/// How a changed span was entered.
#[derive(Clone, Debug, Default)]
struct Placing {
    ends: Vec<PlaceId>,
    trench: Option<Text>,
}

impl Overlay {
    pub(super) fn of(base: &Base) -> Self {
        Self {
            base_len: base.strands.len() as u32,
            removed: HashSet::new(),
            added: Vec::new(),
            alive: BTreeSet::new(),
            strands_at: HashMap::new(),
            strands_through: HashMap::new(),
            changed_spans: HashMap::new(),
            spans_at: HashMap::new(),
            trenches: HashMap::new(),
            new_trenches: HashMap::new(),
            beside: Default::default(),
            spatial: SpatialOverlay::default(),
            inventory: base.inventory.clone(),
            ducts: Change::of(&base.ducts),
            glass: Change::of(&base.glass),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.removed.len() + self.added.len() + self.changed_spans.len() + self.spatial.len()
    }

    pub(super) fn strand(&self, at: usize) -> Option<&Strand> {
        self.added.get(at)
    }

    pub(super) fn removed(&self, ix: StrandIx) -> bool {
        !self.removed.is_empty() && self.removed.contains(&ix)
    }

    pub(super) fn strands(&self) -> impl Iterator<Item = StrandIx> {
        self.alive.iter().copied()
    }

    pub(super) fn strands_at(&self, place: PlaceId) -> impl Iterator<Item = StrandIx> {
        self.strands_at.get(&place).into_iter().flatten().copied()
    }

    pub(super) fn strands_through(&self, cable: CableId) -> impl Iterator<Item = StrandIx> {
        self.strands_through.get(&cable).into_iter().flatten().copied()
    }

    pub(super) fn spans_at(&self, ground: PlaceId) -> impl Iterator<Item = SpanId> {
        self.spans_at.get(&ground).into_iter().flatten().copied()
    }

    pub(super) fn is_changed(&self, span: SpanId) -> bool {
        !self.changed_spans.is_empty() && self.changed_spans.contains_key(&span)
    }

    pub(super) fn in_trench(&self, trench: &Text) -> impl Iterator<Item = SpanId> {
        self.trenches.get(trench).into_iter().flatten().copied()
    }

    pub(super) fn first_in_trench(&self, trench: &Text) -> Option<SpanId> {
        self.trenches.get(trench).and_then(|spans| spans.first()).copied()
    }

    pub(super) fn beside<'s>(&'s self, base: &'s Base, span: SpanId) -> &'s [SpanId] {
        self.beside.get(&span).map_or_else(|| base.beside.of(span), Vec::as_slice)
    }

    /// Finds anew what runs beside spans that changed; `span_changed` has been told of them.
    pub(super) fn beside_changed(&mut self, base: &Base, network: &Network, changed: &BTreeSet<SpanId>) {
        if changed.is_empty() {
            return;
        }
        let stale = self.spatial.stale_spans();
        let fresh = Spatial::of_spans(network, stale.iter().copied());
        let (indexed, limits) = (&base.spatial, base.limits);
        let ground = Ground { network, indexed, stale: Some(stale), fresh: Some(&fresh), limits };
        let found: Vec<(SpanId, Vec<SpanId>)> = changed.iter().map(|id| (*id, ground.sharing(*id))).collect();
        for (id, now) in found {
            let was = self.beside(base, id).to_vec();
            for other in was.iter().chain(&now) {
                let mut theirs = self.beside(base, *other).to_vec();
                theirs.retain(|beside| *beside != id);
                if now.contains(other) {
                    theirs.insert(theirs.partition_point(|beside| *beside < id), id);
                }
                self.beside.insert(*other, theirs);
            }
            self.beside.insert(id, now);
        }
    }

    /// The number of a trench: the base's, or one after those for a trench that it does not know, for good.
    pub(super) fn trench_number(&mut self, base: &Base, trench: &Text) -> Option<u32> {
        let next = (base.trenches.len() + self.new_trenches.len()) as u32;
        let known = base.trenches.get(trench).map(|trench| trench.number);
        known.or_else(|| (!trench.is_empty()).then(|| *self.new_trenches.entry(trench.clone()).or_insert(next)))
    }

    pub(super) fn spatial(&self) -> &SpatialOverlay {
        &self.spatial
    }

    pub(super) fn place_changed(&mut self, id: PlaceId) {
        self.spatial.place_changed(id);
    }

    pub(super) fn span_changed(&mut self, network: &Network, id: SpanId) {
        self.spatial.span_changed(id);
        if let Some(was) = self.changed_spans.remove(&id) {
            for end in was.ends {
                drop_from(&mut self.spans_at, &end, &id);
            }
            if let Some(trench) = was.trench {
                drop_from(&mut self.trenches, &trench, &id);
            }
        }
        let mut placing = Placing::default();
        if let Some(span) = network.get(id) {
            placing.ends = ground_ends(network, span).collect();
            placing.trench = Some(span.trench.clone()).filter(|trench| !trench.is_empty());
        }
        for end in &placing.ends {
            self.spans_at.entry(*end).or_default().insert(id);
        }
        if let Some(trench) = &placing.trench {
            self.trenches.entry(trench.clone()).or_default().insert(id);
        }
        self.changed_spans.insert(id, placing);
    }

    pub(super) fn replace(&mut self, before: &Topology, gone: &BTreeSet<StrandIx>, come: Vec<Strand>) {
        for ix in gone {
            let Some(strand) = before.strand(*ix) else { continue };
            if ix.at < self.base_len {
                self.removed.insert(*ix);
                continue;
            }
            self.alive.remove(ix);
            for place in distinct(strand.places) {
                drop_from(&mut self.strands_at, &place, ix);
            }
            for cable in strand.cables() {
                drop_from(&mut self.strands_through, &cable, ix);
            }
        }
        let come: BTreeMap<_, _> = come.into_iter().filter_map(|strand| Some((strand.key()?, strand))).collect();
        for (key, strand) in come {
            let ix = StrandIx { key, at: self.base_len + self.added.len() as u32 };
            self.alive.insert(ix);
            for place in distinct(strand.places) {
                self.strands_at.entry(place).or_default().insert(ix);
            }
            for cable in strand.cables() {
                self.strands_through.entry(cable).or_default().insert(ix);
            }
            self.added.push(strand);
        }
    }
}

fn drop_from<K: Eq + std::hash::Hash, V: Ord>(map: &mut HashMap<K, BTreeSet<V>>, key: &K, value: &V) {
    if let Some(values) = map.get_mut(key) {
        values.remove(value);
        if values.is_empty() {
            map.remove(key);
        }
    }
}

/// Two ascending sequences as one.
pub(super) fn merged<T: Ord>(a: impl Iterator<Item = T>, b: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    std::iter::from_fn(move || match (a.peek(), b.peek()) {
        (Some(first), Some(second)) if second < first => b.next(),
        (Some(_), _) => a.next(),
        (None, _) => b.next(),
    })
}

//! Derived topology: an immutable base with a small overlay of what changed since.

mod dirty;
mod inventory;
mod overlay;

pub use inventory::Recorded;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use linewright_model::{
    Applied, Cable, CableId, DatasetId, DeviceId, DeviceKind, Network, Place, PlaceId, Plant, Position, Span, SpanId,
    Stage, Text, Version,
};

use crate::capacity::{self, Patched, offered};
use crate::csr::Csr;
use crate::geometry::{Foot, chord_m, in_space};
use crate::layer::counts::Free;
use crate::layer::ways::Ways;
use crate::layer::{Joint, Laid, Layer, Numbers};
use crate::spatial::{self, Near, Spatial};
use crate::strand::{EndKey, Strand, Tail, all_strands, strands_through};
use crate::trench::{self, Limits};
use dirty::Dirty;
use inventory::Inventory;
use overlay::{Overlay, merged};

/// A strand of one topology.
///
/// Ordered by the section and core it begins with, so that the order does not depend on how the topology came
/// about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StrandIx {
    key: EndKey,
    /// Where it is kept: in the base, or after it in the overlay.
    at: u32,
}

impl StrandIx {
    /// Whether both name the same strand, be it in two topologies of one network.
    pub fn same(self, other: StrandIx) -> bool {
        self.key == other.key
    }
}

/// Spans and strands by the places they join, and what is near a position, at one version of a network.
///
/// Cloning is cheap; [`follow`](Topology::follow) answers exactly as a topology built afresh.
#[derive(Clone, Debug)]
pub struct Topology {
    base: Arc<Base>,
    overlay: Arc<Overlay>,
    version: Version,
}

#[derive(Debug)]
struct Base {
    /// In order of their keys.
    strands: Vec<Strand>,
    /// Strands by the place of either end.
    strands_at: Csr<StrandIx>,
    /// Strands by the sections inside them.
    strands_through: Csr<StrandIx>,
    /// Spans by the ground place of either end.
    spans_at: Csr<SpanId>,
    /// Spans by trench, ascending.
    trenches: HashMap<Text, Trench>,
    /// Spans by those in the same trench by geometry, where the records do not say so themselves.
    beside: Csr<SpanId>,
    limits: Limits,
    numbers: Numbers,
    /// Spans between ground places.
    ducts: Layer<SpanId>,
    /// Strands between the places where they can be joined.
    glass: Layer<StrandIx>,
    inventory: Inventory,
    spatial: Spatial,
}

/// The point of the Route layer where a place stands: its outermost container.
pub fn ground(network: &Network, place: PlaceId) -> PlaceId {
    let mut at = place;
    // A chain longer than this goes in circles; the records are wrong and the audit says so.
    for _ in 0..16 {
        match network.get(at).and_then(|place| place.within) {
            Some(outer) => at = outer,
            None => return at,
        }
    }
    place
}

/// Position of a place as a point of the Route layer: that of its ground.
pub fn site(network: &Network, place: PlaceId) -> Option<Position> {
    network.get(ground(network, place)).and_then(|place| place.position)
}

/// Two pieces of work, each on a processor of its own.
fn both<A: Send, B>(one: impl FnOnce() -> A + Send, two: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let two = two();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), two)
    })
}

/// Spans in one trench 同沟, as the records say.
#[derive(Debug)]
struct Trench {
    /// Stays the trench's for as long as the base does.
    number: u32,
    /// Ascending.
    spans: Vec<SpanId>,
}

impl Base {
    fn build(network: &Network, limits: Limits) -> Self {
        // Glass on one processor, ground on another: they know nothing of each other.
        let (strands, (spatial, beside)) = both(
            || all_strands(network),
            || {
                let spatial = Spatial::build(network);
                let beside = Csr::build(trench::pairs(network, &spatial, limits));
                (spatial, beside)
            },
        );
        // Counted by u32: 4 G strands do not fit in memory.
        let numbered =
            || (0u32..).zip(&strands).filter_map(|(at, strand)| Some((StrandIx { key: strand.key()?, at }, strand)));
        let ends = numbered().flat_map(|(ix, strand)| distinct(strand.places).map(move |place| (place, ix)));
        let strands_at = Csr::build(ends);
        let sections = |strand: &Strand| strand.cables().collect::<BTreeSet<_>>();
        let through = numbered().flat_map(|(ix, strand)| sections(strand).into_iter().map(move |cable| (cable, ix)));
        let strands_through = Csr::build(through);
        let spans = network.all::<Span>();
        let spans_at = Csr::build(spans.flat_map(|(id, span)| ground_ends(network, span).map(move |end| (end, id))));
        let mut trenches: HashMap<Text, Trench> = HashMap::new();
        for (id, span) in network.all::<Span>().filter(|(_, span)| !span.trench.is_empty()) {
            let number = trenches.len() as u32;
            trenches.entry(span.trench.clone()).or_insert_with(|| Trench { number, spans: Vec::new() }).spans.push(id);
        }
        let numbers = Numbers::build(network);
        let group = |span: &Span| trenches.get(&span.trench).map(|trench| trench.number);
        let laid = || network.all::<Span>().map(|(id, span)| laid_span(network, id, span, group(span)));
        let (ducts, glass) = both(
            || Layer::build(&numbers, laid()),
            || {
                let patched = Patched::all(network);
                Layer::build(&numbers, numbered().map(|(ix, strand)| laid_strand(network, &patched, ix, strand)))
            },
        );
        Self {
            strands,
            strands_at,
            strands_through,
            spans_at,
            trenches,
            beside,
            limits,
            numbers,
            ducts,
            glass,
            inventory: Inventory::of(network),
            spatial,
        }
    }
}

impl Topology {
    /// Derives the topology of a network from scratch, with the usual limits of a shared trench.
    pub fn build(network: &Network) -> Self {
        Self::build_with(network, Limits::default())
    }

    /// Derives the topology of a network from scratch; `limits` say when spans share a trench.
    pub fn build_with(network: &Network, limits: Limits) -> Self {
        let base = Base::build(network, limits);
        let overlay = Overlay::of(&base);
        Self { base: Arc::new(base), overlay: Arc::new(overlay), version: network.version() }
    }

    /// The topology of another state of the network from scratch, with the same limits.
    pub fn rebuild(&self, network: &Network) -> Self {
        Self::build_with(network, self.base.limits)
    }

    /// The topology after a change set was applied: `network` is the network it made.
    ///
    /// A change set that touches most of the network is not followed: it costs less to build afresh.
    pub fn follow(&self, network: &Network, applied: &Applied) -> Self {
        let dirty = Dirty::of(network, applied);
        let of = |dirty: usize, all: usize| dirty > 1_000 && dirty > all / 2;
        if of(dirty.cables.len(), network.count::<Cable>()) || of(dirty.spans.len(), network.count::<Span>()) {
            return self.rebuild(network);
        }
        let mut next = self.clone();
        next.version = network.version();
        let overlay = Arc::make_mut(&mut next.overlay);
        for id in &dirty.places {
            overlay.place_changed(*id);
        }
        for id in &dirty.spans {
            overlay.span_changed(network, *id);
        }
        overlay.beside_changed(&self.base, network, &dirty.spans);
        let mut gone: BTreeSet<StrandIx> = BTreeSet::new();
        let mut come: Vec<Strand> = Vec::new();
        for cable in &dirty.cables {
            gone.extend(self.strands_through(*cable));
            come.extend(strands_through(network, *cable));
        }
        overlay.replace(self, &gone, come);
        overlay.inventory.follow(applied);
        next.follow_layers(network, &dirty, &gone);
        next
    }

    /// Brings what the layers say up to the network: links that came, went, or are free in another measure.
    fn follow_layers(&mut self, network: &Network, dirty: &Dirty, gone: &BTreeSet<StrandIx>) {
        let (base, overlay) = (&self.base, Arc::make_mut(&mut self.overlay));
        let numbers = &base.numbers;
        if !dirty.places.is_empty() {
            overlay.ducts.places_moved();
            overlay.glass.places_moved();
        }
        for id in dirty.spans.iter().chain(&dirty.bores) {
            let laid =
                network.get(*id).map(|span| laid_span(network, *id, span, overlay.trench_number(base, &span.trench)));
            overlay.ducts.put(&base.ducts, numbers, *id, laid);
        }
        let mut strands: BTreeSet<StrandIx> = BTreeSet::new();
        let cables = dirty.cables.iter().chain(&dirty.cores);
        let left = |ix: &StrandIx| !overlay.removed(*ix);
        strands.extend(cables.flat_map(|cable| {
            let base = base.strands_through.of(*cable).iter().copied().filter(left);
            base.chain(overlay.strands_through(*cable)).collect::<Vec<_>>()
        }));
        for place in &dirty.places {
            let base = base.strands_at.of(*place).iter().copied().filter(left);
            strands.extend(base.chain(overlay.strands_at(*place)).collect::<Vec<_>>());
        }
        let patched = Patched::one_by_one();
        for ix in gone {
            overlay.glass.put(&base.glass, numbers, *ix, None);
        }
        for ix in strands {
            let strand = match (ix.at as usize).checked_sub(base.strands.len()) {
                None => base.strands.get(ix.at as usize),
                Some(at) => overlay.strand(at),
            };
            let laid = strand.map(|strand| laid_strand(network, &patched, ix, strand));
            overlay.glass.put(&base.glass, numbers, ix, laid);
        }
        overlay.ducts.settle(&base.ducts, numbers);
        overlay.glass.settle(&base.glass, numbers);
    }

    /// Whether the maps of a data set record any equipment, and any site: where they do not, it is taken to be at the
    /// sites, or at any node.
    pub fn records_of(&self, dataset: Option<DatasetId>) -> Recorded {
        self.overlay.inventory.of_dataset(dataset)
    }

    /// Works out at once what guides surveys to a far end: without it they look farther.
    pub fn prepare(&self) {
        self.glass().prepare_weights();
    }

    /// Ways along spans between ground places: where a cable could be pulled, by what is free of bores.
    pub fn ducts(&self) -> Ways<'_, SpanId> {
        Ways { layer: &self.base.ducts, change: &self.overlay.ducts, numbers: &self.base.numbers }
    }

    /// Ways in glass that stands, strand by strand, by what is free of cores.
    pub fn glass(&self) -> Ways<'_, StrandIx> {
        Ways { layer: &self.base.glass, change: &self.overlay.glass, numbers: &self.base.numbers }
    }

    /// Version of the network it belongs to.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Number of entries in the overlay; a large one asks for a fresh [`build`](Topology::build).
    pub fn overlay_len(&self) -> usize {
        self.overlay.len()
    }

    /// A strand.
    pub fn strand(&self, ix: StrandIx) -> Option<&Strand> {
        let at = ix.at as usize;
        match at.checked_sub(self.base.strands.len()) {
            None => self.base.strands.get(at),
            Some(at) => self.overlay.strand(at),
        }
    }

    fn left<'s>(&'s self, base: &'s [StrandIx]) -> impl Iterator<Item = StrandIx> + 's {
        base.iter().copied().filter(|ix| !self.overlay.removed(*ix))
    }

    /// Strands that end at a place, in order.
    pub fn strands_at(&self, place: PlaceId) -> impl Iterator<Item = StrandIx> {
        merged(self.left(self.base.strands_at.of(place)), self.overlay.strands_at(place))
    }

    /// Strands that pass through a cable section, in order.
    pub fn strands_through(&self, cable: CableId) -> impl Iterator<Item = StrandIx> {
        merged(self.left(self.base.strands_through.of(cable)), self.overlay.strands_through(cable))
    }

    /// All strands, in order.
    pub fn strands(&self) -> impl Iterator<Item = (StrandIx, &Strand)> {
        let base = (0u32..).zip(&self.base.strands);
        let base = base.filter_map(|(at, strand)| Some(StrandIx { key: strand.key()?, at }));
        let base = base.filter(|ix| !self.overlay.removed(*ix));
        merged(base, self.overlay.strands()).filter_map(|ix| Some((ix, self.strand(ix)?)))
    }

    /// Spans that end at a ground place, in order.
    pub fn spans_at(&self, ground: PlaceId) -> impl Iterator<Item = SpanId> {
        let base = self.base.spans_at.of(ground).iter().copied();
        merged(base.filter(|id| !self.overlay.is_changed(*id)), self.overlay.spans_at(ground))
    }

    /// The first of the spans in the same trench 同沟 as this one; `None` for a span in no trench.
    pub fn trench(&self, network: &Network, span: SpanId) -> Option<SpanId> {
        let trench = &network.get(span)?.trench;
        if trench.is_empty() {
            return None;
        }
        let base = self.base.trenches.get(trench).into_iter().flat_map(|trench| trench.spans.iter().copied());
        let base = base.filter(|id| !self.overlay.is_changed(*id)).min();
        base.into_iter().chain(self.overlay.first_in_trench(trench)).min()
    }

    /// All spans in the trench that the records say this one is in, itself among them; none for a span in no trench.
    pub fn in_trench(&self, network: &Network, span: SpanId) -> BTreeSet<SpanId> {
        let Some(trench) = network.get(span).map(|span| &span.trench).filter(|trench| !trench.is_empty()) else {
            return BTreeSet::new();
        };
        let base = self.base.trenches.get(trench).into_iter().flat_map(|trench| trench.spans.iter().copied());
        base.filter(|id| !self.overlay.is_changed(*id)).chain(self.overlay.in_trench(trench)).collect()
    }

    /// Spans that share a trench 同沟 with this one because they run beside it, where the records neither say so nor
    /// say otherwise; ascending.
    pub fn beside(&self, span: SpanId) -> &[SpanId] {
        self.overlay.beside(&self.base, span)
    }

    /// Places for which `wanted` holds nearest to a position, nearest first: at most `most` within `radius_m`,
    /// with their distances in metres.
    pub fn nearest_places(
        &self,
        network: &Network,
        from: Position,
        radius_m: f64,
        most: usize,
        wanted: &dyn Fn(PlaceId, &Place) -> bool,
    ) -> Vec<(PlaceId, f64)> {
        let near = Near { from, radius_m, most };
        spatial::nearest_places(&self.base.spatial, self.overlay.spatial(), network, near, true, wanted)
    }

    /// As [`Self::nearest_places`], without premises: there are so many of them that it takes time to pass them over.
    pub fn nearest_public_places(
        &self,
        network: &Network,
        from: Position,
        radius_m: f64,
        most: usize,
        wanted: &dyn Fn(PlaceId, &Place) -> bool,
    ) -> Vec<(PlaceId, f64)> {
        let near = Near { from, radius_m, most };
        spatial::nearest_places(&self.base.spatial, self.overlay.spatial(), network, near, false, wanted)
    }

    /// Spans for which `wanted` holds nearest to a position with their nearest points, nearest first: at most
    /// `most` within `radius_m`.
    pub fn nearest_spans(
        &self,
        network: &Network,
        from: Position,
        radius_m: f64,
        most: usize,
        wanted: &dyn Fn(SpanId, &Span) -> bool,
    ) -> Vec<(SpanId, Foot)> {
        let near = Near { from, radius_m, most };
        spatial::nearest_spans(&self.base.spatial, self.overlay.spatial(), network, near, wanted)
    }
}

/// A span as the layer of ducts lays it out. `group` is the number of its trench.
fn laid_span(network: &Network, link: SpanId, span: &Span, group: Option<u32>) -> Laid<SpanId> {
    let free = in_service(std::iter::once(&*span.plant), || match capacity::spare_bores(network, link, span) {
        Some(bores) => Free::Slots(u32::try_from(bores).unwrap_or(u32::MAX)),
        None => Free::AtLeast(0),
    });
    let ends = [ground(network, span.a), ground(network, span.b)];
    let (length_m, straight_m) = (span.length_m, straight_m(network, ends));
    Laid { link, ends, length_m, straight_m, joints: [Joint::None; 2], free, group }
}

/// What is free of a link on all this plant, by what is `free` of it once it is in service.
fn in_service<'p>(plant: impl Iterator<Item = &'p Plant>, free: impl FnOnce() -> Free) -> Free {
    let (mut waits, mut lost) = (false, false);
    for plant in plant {
        waits |= plant.stage != Stage::InService;
        lost |= !offered(plant, None);
    }
    match (lost, waits) {
        (true, _) => Free::Nothing,
        (false, true) => Free::Waiting,
        (false, false) => free(),
    }
}

/// A strand as the layer of glass lays it out.
fn laid_strand(network: &Network, patched: &Patched, link: StrandIx, strand: &Strand) -> Laid<StrandIx> {
    let cables = strand.cables().filter_map(|cable| network.get(cable)).map(|cable| &*cable.plant);
    let frames = strand.devices().filter_map(|device| network.get(device)).map(|frame| &*frame.plant);
    let free = in_service(cables.chain(frames), || capacity::free_cores(network, strand, patched));
    let straight_m = straight_m(network, strand.places);
    let joints = strand.tails.map(|tail| match tail {
        Tail::Terminal(port) if is_splitter(network, port.device) => Joint::Split,
        Tail::Terminal(_) | Tail::Unrecorded => Joint::Patched,
        Tail::Bare | Tail::Disputed => Joint::Spliced,
    });
    Laid { link, ends: strand.places, length_m: strand.length_m, straight_m, joints, free, group: None }
}

fn is_splitter(network: &Network, device: DeviceId) -> bool {
    network.get(device).is_some_and(|device| device.kind == DeviceKind::Splitter)
}

/// Straight distance between two places, metres; none where one of them stands nowhere.
pub(crate) fn straight_m(network: &Network, ends: [PlaceId; 2]) -> Option<f64> {
    let [a, b] = ends.map(|place| site(network, place).map(in_space));
    a.zip(b).map(|(a, b)| chord_m(a, b))
}

fn ground_ends(network: &Network, span: &Span) -> impl Iterator<Item = PlaceId> + use<> {
    distinct([ground(network, span.a), ground(network, span.b)])
}

fn distinct([a, b]: [PlaceId; 2]) -> impl Iterator<Item = PlaceId> {
    std::iter::once(a).chain((a != b).then_some(b))
}

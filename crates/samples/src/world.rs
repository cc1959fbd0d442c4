//! The network under construction: places, spans, frames, cable runs and the strands they make.

use linewright_model::{
    Alike, Cable, CableEnd, CableId, ColourScheme, Device, DeviceId, DeviceKind, Fixture, Occupancy, Ownership, Permit,
    PermitKind, Place, PlaceId, PlaceKind, Plant, PortBlock, PortKind, RouteHop, Span, SpanId, SpanKind, Splice,
    SpliceMethod, SpliceSide, Text,
};

use crate::draft::Draft;
use crate::ground::{Ground, Point, metres};
use crate::random::Random;

/// Everything that is built on, and the records not handed out yet.
pub(crate) struct World {
    pub(crate) draft: Draft,
    pub(crate) ground: Ground,
    pub(crate) random: Random,
    /// District or county of what is being built.
    pub(crate) region: Text,
    /// In service, and the unit that keeps it.
    pub(crate) kept: Alike<Plant>,
}

/// A frame and how many of its terminals have a core behind them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) id: DeviceId,
    pub(crate) place: PlaceId,
    used: u32,
}

/// A range of terminals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminals {
    pub(crate) frame: DeviceId,
    pub(crate) first: u32,
}

/// A strand 局向光纤: fibres continuous between two frames, handed out from the first on.
#[derive(Clone, Debug)]
pub(crate) struct Strand {
    pub(crate) a: Terminals,
    pub(crate) z: Terminals,
    /// Sections from a to z, each with the core that carries the first fibre.
    pub(crate) hops: Vec<(CableId, u32)>,
    pub(crate) count: u32,
    pub(crate) taken: u32,
}

impl Strand {
    /// The next `count` free fibres, from 0; `None` when there are fewer.
    pub(crate) fn take(&mut self, count: u32) -> Option<u32> {
        let first = self.taken;
        (first + count <= self.count).then(|| {
            self.taken += count;
            first
        })
    }

    /// The same fibres, seen from the other end.
    pub(crate) fn reversed(&self) -> Strand {
        let hops = self.hops.iter().rev().copied().collect();
        Strand { a: self.z, z: self.a, hops, ..self.clone() }
    }
}

/// How the cable of a run is made.
#[derive(Clone, Debug)]
pub(crate) struct Make {
    pub(crate) cores: u32,
    /// Closures along the run, beside its ends.
    pub(crate) joints: usize,
    pub(crate) plant: Alike<Plant>,
    pub(crate) proven: bool,
    pub(crate) name: Text,
}

/// A cable run: sections spliced through.
pub(crate) type Run = Vec<CableId>;

/// Slack in a closure or box, and in a room (DOMAIN §4.2), decimetres.
const SLACK_JOINT_DM: i64 = 120;
const SLACK_ROOM_DM: i64 = 180;

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let (region, kept) = (Text::default(), Alike::default());
        Self { draft: Draft::new(), ground: Ground::default(), random: Random::new(seed, 1), region, kept }
    }

    /// Plant in service, kept by the unit at hand.
    pub(crate) fn plant(&self) -> Alike<Plant> {
        self.kept.clone()
    }

    fn place_record(&self, prefix: &str, kind: PlaceKind, name: &str) -> Place {
        let tag = self.draft.tag::<PlaceId>(prefix, name);
        let place = Place::new("", kind, None);
        Place { tag, region: self.region.clone(), plant: self.plant(), ..place }
    }

    /// A place on the ground.
    pub(crate) fn place(&mut self, kind: PlaceKind, at: Point, name: &str) -> PlaceId {
        use PlaceKind::*;
        let (prefix, passable, joints) = match kind {
            Manhole => ("RK", true, true),
            Handhole => ("SK", true, true),
            Pole => ("DG", true, true),
            Entry => ("JX", true, false),
            Cabinet => ("GJ", false, false),
            Premises => ("KH", false, false),
            _ => ("JF", false, false),
        };
        let mut record = self.place_record(prefix, kind, name);
        record.position = at.position();
        if kind == Premises {
            record.permits = vec![Permit { kind: PermitKind::Property, days: 7, fee_cny: 500 }].into();
        }
        self.ground.place(at, passable, joints);
        self.draft.create(record)
    }

    /// A closure or box in another place.
    pub(crate) fn place_within(
        &mut self,
        kind: PlaceKind,
        within: PlaceId,
        plant: Alike<Plant>,
        name: &str,
    ) -> PlaceId {
        let prefix = if kind == PlaceKind::Closure { "JT" } else { "FX" };
        let record = Place { within: Some(within), plant, ..self.place_record(prefix, kind, name) };
        self.ground.place_within(within);
        self.draft.create(record)
    }

    /// A span between two places, a little longer than the straight line.
    pub(crate) fn span(&mut self, kind: SpanKind, a: PlaceId, b: PlaceId, capacity: u16) -> SpanId {
        self.span_with(kind, a, b, capacity, |_| {})
    }

    pub(crate) fn span_with(
        &mut self,
        kind: SpanKind,
        a: PlaceId,
        b: PlaceId,
        capacity: u16,
        dress: impl FnOnce(&mut Span),
    ) -> SpanId {
        let straight_dm = self.ground.at(a).distance_dm(self.ground.at(b));
        let length_dm = (straight_dm * self.random.between(1002, 1030) / 1000).max(20);
        let prefix = match kind {
            SpanKind::Duct => "GD",
            SpanKind::PoleLine => "GAN",
            SpanKind::Buried => "ZM",
            _ => "YN",
        };
        let mut span = Span::new("", kind, a, b, metres(length_dm));
        (span.tag, span.plant) = (self.draft.tag::<SpanId>(prefix, ""), self.plant());
        span.capacity = (kind != SpanKind::Indoor).then_some(u32::from(capacity));
        dress(&mut span);
        let id = self.draft.create(span);
        self.ground.span(id, a, b, length_dm, capacity, kind == SpanKind::Duct);
        id
    }

    /// A device with its ports.
    pub(crate) fn device(
        &mut self,
        place: PlaceId,
        kind: DeviceKind,
        model: &str,
        blocks: Vec<PortBlock>,
        plant: Alike<Plant>,
    ) -> DeviceId {
        let (prefix, free_board_slots) = match kind {
            DeviceKind::Odf | DeviceKind::Ddf => ("ODF", None),
            DeviceKind::Splitter => ("POS", None),
            DeviceKind::Adm => ("ADM", Some(2)),
            DeviceKind::Olt => ("OLT", Some(4)),
            DeviceKind::Onu => ("ONU", None),
            DeviceKind::Switch => ("SW", Some(0)),
            DeviceKind::Router => ("RT", Some(1)),
        };
        let tag = self.draft.tag::<DeviceId>(prefix, "");
        let model = self.draft.text(model);
        self.draft.create(Device { tag, place, kind, model, blocks: blocks.into(), free_board_slots, plant })
    }

    /// A splitter 分光器 1:n: port 1 in, ports 2.. out.
    pub(crate) fn splitter(&mut self, place: PlaceId, branches: u32, plant: Alike<Plant>) -> DeviceId {
        let blocks = vec![
            self.block("入", 1, 1, PortKind::SplitterIn, ""),
            self.block("出", 2, branches, PortKind::SplitterOut, ""),
        ];
        self.device(place, DeviceKind::Splitter, &format!("PLC-1x{branches}"), blocks, plant)
    }

    /// Ports of one board.
    pub(crate) fn block(&mut self, name: &str, first: u32, count: u32, kind: PortKind, interface: &str) -> PortBlock {
        let (name, interface) = (self.draft.text(name), self.draft.text(interface));
        PortBlock { name, first, count, kind, interface, rate: Text::default() }
    }

    /// An ODF, or the frame inside a cabinet or box: trays of 12, or modules of 72 when it is large.
    pub(crate) fn frame(&mut self, place: PlaceId, terminals: u32, plant: Alike<Plant>) -> Frame {
        let tray = if terminals > 72 { 72 } else { 12 };
        let trays = (0..terminals / tray)
            .map(|n| self.block(&format!("{:02}盘", n + 1), n * tray + 1, tray, PortKind::OpticalTerminal, ""));
        let blocks = trays.collect();
        let id = self.device(place, DeviceKind::Odf, &format!("配线单元-{terminals}芯"), blocks, plant);
        Frame { id, place, used: 0 }
    }

    /// Pulls a cable run along the shortest free way, with closures at manholes and poles on it, spliced through.
    ///
    /// `None` when no way is free, which the layout's capacities rule out.
    pub(crate) fn run(&mut self, from: PlaceId, to: PlaceId, make: &Make, avoid: &[PlaceId]) -> Option<Run> {
        let way = self.ground.way(self.ground.ground_of(from), self.ground.ground_of(to), avoid)?;
        let inner = way.len().saturating_sub(1);
        let fit: Vec<usize> = (0..inner).filter(|at| self.ground.holds_joints(way[*at].to)).collect();
        let joints = make.joints.min(fit.len());
        // Spread evenly over the manholes passed.
        let mut cuts: Vec<usize> = (1..=joints).map(|n| fit[(n * fit.len() - 1) / (joints + 1)]).collect();
        cuts.dedup();
        while let Some(bad) = self.winding_piece(from, &way, &cuts) {
            cuts.remove(bad.min(cuts.len() - 1));
        }
        let (mut run, mut start, mut begin) = (Run::new(), from, 0);
        let mut closures = Vec::new();
        for cut in cuts {
            let closure = self.place_within(PlaceKind::Closure, way[cut].to, make.plant.clone(), "");
            run.push(self.section(start, closure, &way[begin..=cut], make));
            closures.push(closure);
            (start, begin) = (closure, cut + 1);
        }
        run.push(self.section(start, to, &way[begin..], make));
        for (at, pair) in closures.into_iter().zip(run.windows(2)) {
            self.splice(at, (pair[0], CableEnd::B, 1), (pair[1], CableEnd::A, 1), make.cores);
        }
        Some(run)
    }

    /// The first piece between cuts that winds so much that its length would look wrong (DOMAIN §10 rule 17).
    fn winding_piece(&self, from: PlaceId, way: &[crate::ground::Step], cuts: &[usize]) -> Option<usize> {
        let (mut start, mut begin) = (self.ground.ground_of(from), 0);
        for (nth, cut) in cuts.iter().chain(&[way.len().checked_sub(1)?]).enumerate() {
            let piece = way.get(begin..=*cut)?;
            let end = piece.last()?.to;
            let along_dm: i64 = piece.iter().map(|step| self.ground.length_dm(step.span)).sum();
            let straight_dm = self.ground.at(start).distance_dm(self.ground.at(end));
            if along_dm > straight_dm * 5 / 2 && !cuts.is_empty() {
                return Some(nth);
            }
            (start, begin) = (end, cut + 1);
        }
        None
    }

    fn section(&mut self, a: PlaceId, b: PlaceId, steps: &[crate::ground::Step], make: &Make) -> CableId {
        let route: Vec<RouteHop> = steps.iter().map(|step| self.ground.take(step.span)).collect();
        let along_dm: i64 = steps.iter().map(|step| self.ground.length_dm(step.span)).sum();
        let slack_dm = |place| if self.ground.ground_of(place) == place { SLACK_ROOM_DM } else { SLACK_JOINT_DM };
        let length_dm = along_dm * self.random.between(1030, 1060) / 1000 + slack_dm(a) + slack_dm(b);
        let tube = match make.cores {
            0..=12 => make.cores,
            13..=24 => 6,
            _ => 12,
        };
        let ribbon = (make.cores >= 288).then_some(12);
        let family = if ribbon.is_some() { "GYDTA" } else { "GYTA" };
        let guide = make.cores == 24 && self.random.percent(10);
        let model = self.draft.text(&format!("{family}-{}B1", make.cores));
        let cable = Cable {
            model,
            tag: self.draft.tag::<CableId>("GL", &make.name),
            cores: Some(make.cores),
            cores_per_tube: Some(if ribbon.is_some() { 24 } else { tube }),
            cores_per_ribbon: ribbon,
            colours: if guide { ColourScheme::Guide } else { ColourScheme::Full },
            fibre: self.draft.text("G.652D"),
            occupancy: if make.proven { Occupancy::Proven } else { Occupancy::Unproven },
            route,
            plant: make.plant.clone(),
            ..Cable::new("", a, b, metres(length_dm))
        };
        self.draft.create(cable)
    }

    /// Joins `count` cores of two sections.
    pub(crate) fn splice(&mut self, at: PlaceId, a: (CableId, CableEnd, u32), b: (CableId, CableEnd, u32), count: u32) {
        let side = |(id, end, first)| SpliceSide { on: Fixture::Cable { id, end }, first };
        let tag = self.draft.tag::<linewright_model::SpliceId>("RJ", "");
        let method = if count >= 288 { SpliceMethod::Ribbon } else { SpliceMethod::Fusion };
        self.draft.create(Splice { tag, at, a: side(a), b: side(b), count, method });
    }

    /// Terminates `count` cores on the next free terminals of a frame.
    pub(crate) fn terminate(&mut self, frame: &mut Frame, core: (CableId, CableEnd, u32), count: u32) -> Terminals {
        let first = frame.used + 1;
        frame.used += count;
        let (id, end, core) = core;
        let a = SpliceSide { on: Fixture::Cable { id, end }, first: core };
        let b = SpliceSide { on: Fixture::Device { id: frame.id }, first };
        let tag = self.draft.tag::<linewright_model::SpliceId>("CD", "");
        let method = if count >= 288 { SpliceMethod::Ribbon } else { SpliceMethod::Fusion };
        self.draft.create(Splice { tag, at: frame.place, a, b, count, method });
        Terminals { frame: frame.id, first }
    }

    /// A run terminated at both ends.
    pub(crate) fn strand(&mut self, a: &mut Frame, z: &mut Frame, make: &Make, avoid: &[PlaceId]) -> Option<Strand> {
        let run = self.run(a.place, z.place, make, avoid)?;
        let (first, last) = (*run.first()?, *run.last()?);
        let near = self.terminate(a, (first, CableEnd::A, 1), make.cores);
        let far = self.terminate(z, (last, CableEnd::B, 1), make.cores);
        let hops = run.into_iter().map(|cable| (cable, 1)).collect();
        Some(Strand { a: near, z: far, hops, count: make.cores, taken: 0 })
    }

    /// A cable leased from somebody else, or our own.
    pub(crate) fn owned(&mut self, leased: bool) -> Alike<Plant> {
        let mut plant = self.plant();
        if leased {
            (plant.ownership, plant.notice_party) = (Ownership::Leased, self.draft.text("示例广电网络"));
        }
        plant
    }
}

//! The glass: terminals, cores, colours and splices along strands.

use linewright_catalog::FibrePiece;
use linewright_model::{
    Cable, CableEnd, CableId, Carrier, DeviceId, DeviceKind, Id, SpanId, SpliceId, SpliceMethod, Stage,
};
use linewright_search::StrandIx;
use linewright_search::access::Stack;
use linewright_search::capacity::{self, Pick};
use linewright_search::strand::{Piece, Strand, Tail};

use super::{Route, TakenBefore, Tracer, hold};
use crate::colour::core_position;
use crate::locate::named;
use crate::report::{Core, Element};

impl Tracer<'_, '_> {
    pub(super) fn pick(&self, ix: StrandIx, strand: &Strand, before: &mut TakenBefore) -> Pick {
        let taken = before.strands.entry(ix).or_default();
        match capacity::pick_beside(self.network, strand, self.space.terms.fibres, taken) {
            Some(Pick::Proven(cores)) => {
                taken.extend(&cores);
                Pick::Proven(cores)
            }
            _ => Pick::Unproven,
        }
    }

    pub(super) fn sheath_m(&self, cable: CableId) -> f64 {
        self.network.get(cable).map_or(0.0, |cable| cable.length_m)
    }

    pub(super) fn cross(&self, route: &mut Route, seen: &Strand, picked: &Pick, stack: Stack) {
        let fibres = self.space.terms.fibres;
        match seen.tails[0] {
            Tail::Terminal(_) | Tail::Unrecorded => {
                // A drop brought in plugs into the terminal itself.
                if stack == Stack::Glass {
                    route.jumpers += fibres;
                    route.elements.push(Element::Jumpers { count: fibres });
                }
                route.line.connectors += 1;
            }
            // A drop brought in is spliced to the core itself.
            Tail::Bare | Tail::Disputed if stack == Stack::Entered => {}
            Tail::Bare | Tail::Disputed => {
                route.splices += fibres;
                route.line.fusion_splices += 1;
                let at = named(self.network, seen.places[0]);
                route.elements.push(Element::NewSplices { count: fibres, at });
            }
        }
        self.terminals(route, seen.tails[0], picked);
        if let Some(splice) = seen.splice_before {
            self.splice(route, splice);
        }
        self.pieces(route, &seen.pieces, picked, None);
        self.terminals(route, seen.tails[1], picked);
        // Cores are plugged at a frame, and fused to a splitter.
        let plugged = match seen.tails[1] {
            Tail::Bare => false,
            Tail::Terminal(port) => self.network.get(port.device).is_none_or(|d| d.kind != DeviceKind::Splitter),
            Tail::Unrecorded | Tail::Disputed => true,
        };
        route.line.connectors += u32::from(plugged);
        self.place(route, seen.places[1]);
    }

    pub(super) fn terminals(&self, route: &mut Route, tail: Tail, picked: &Pick) {
        let Tail::Terminal(port) = tail else { return };
        let ports = match picked {
            Pick::Proven(cores) => cores.iter().map(|nth| port.port.saturating_add(*nth)).collect(),
            Pick::Unproven => Vec::new(),
        };
        hold(route, Carrier::Device(port.device), &ports);
        self.device_ports(route, port.device, ports, port.port);
    }

    pub(super) fn device_ports(&self, route: &mut Route, device: DeviceId, ports: Vec<u32>, any: u32) {
        let at = ports.first().copied().unwrap_or(any);
        let record = self.network.get(device);
        if let Some(record) = record {
            route.waits_for(&record.plant);
        }
        let block = record.and_then(|d| d.block_of(at)).map(|block| block.name.to_string());
        let device = named(self.network, device);
        route.elements.push(Element::Terminals { device, ports, block: block.unwrap_or_default() });
    }

    pub(super) fn splice(&self, route: &mut Route, id: SpliceId) {
        let Some(splice) = self.network.get(id) else { return };
        match splice.method {
            SpliceMethod::Fusion => route.line.fusion_splices += 1,
            SpliceMethod::Ribbon => route.line.ribbon_splices += 1,
            SpliceMethod::Mechanical => route.line.mechanical_splices += 1,
        }
        let at = named(self.network, splice.at);
        route.elements.push(Element::Splice { splice: named(self.network, id), at });
    }

    /// Cable sections in order; of the first only the rest where it was opened on the way.
    pub(super) fn pieces(&self, route: &mut Route, pieces: &[Piece], picked: &Pick, opened: Option<Opened>) {
        for (at, piece) in pieces.iter().enumerate() {
            let cores: Vec<u32> = match picked {
                Pick::Proven(cores) => cores.iter().map(|nth| piece.first.saturating_add(*nth)).collect(),
                Pick::Unproven => Vec::new(),
            };
            hold(route, Carrier::Cable(piece.cable), &cores);
            self.section(
                route,
                Section { id: piece.cable, cores, enters: piece.enters, opened: opened.filter(|_| at == 0) },
            );
            if let Some(splice) = piece.splice_after {
                self.splice(route, splice);
            }
        }
    }

    pub(super) fn section(&self, route: &mut Route, section: Section) {
        let Some(cable) = self.network.get(section.id) else { return };
        let cores = &section.cores;
        let core = |number: &u32| Core { number: *number, position: core_position(cable, *number) };
        let mut hops = cable.spans_from(section.enters);
        if let Some(opened) = section.opened {
            let from = hops.iter().position(|span| *span == opened.span).unwrap_or(0);
            hops.drain(..from);
        }
        let length_m = section.opened.map_or(cable.length_m, |opened| opened.rest_m);
        let unproven = cores.is_empty();
        let building = cable.plant.stage != Stage::InService;
        route.waits_for(&cable.plant);
        route.elements.push(Element::Cable {
            cable: named(self.network, section.id),
            cores: cores.iter().map(core).collect(),
            of: cable.cores,
            length_m,
            spans: hops.iter().map(|span| named(self.network, *span)).collect(),
            unproven,
            waiting: building.then_some((cable.plant.stage, cable.plant.available_from)),
        });
        route.line.pieces.push(FibrePiece {
            length_m: self.policy.distance.fibre_m(length_m),
            fibre_type: cable.fibre.to_string(),
            measured_loss_db: measured_loss_db(cable, cores).filter(|_| section.opened.is_none()),
        });
        route.length_m += length_m;
        route.cables.push(section.id);
        if unproven {
            route.to_check.insert(section.id);
        }
        route.relied_on.insert(section.id.any());
        route.relied_on.extend(hops.iter().map(|span| span.any()));
    }
}

/// A cable section of a route.
pub(super) struct Section {
    pub(super) id: CableId,
    /// Cores taken; none where occupancy is not proven.
    pub(super) cores: Vec<u32>,
    /// The end at which the route enters it.
    pub(super) enters: CableEnd,
    /// Where it was opened, when the route enters it on the way.
    pub(super) opened: Option<Opened>,
}

/// A cable opened on the way.
#[derive(Clone, Copy)]
pub(super) struct Opened {
    /// In this span.
    pub(super) span: SpanId,
    /// Metres from there to the end the route goes to.
    pub(super) rest_m: f64,
}

/// The latest measurement of the worst core, dB; none without one for every core.
fn measured_loss_db(cable: &Cable, cores: &[u32]) -> Option<f64> {
    if cores.is_empty() {
        return None;
    }
    let losses: Option<Vec<f64>> = cores.iter().map(|core| cable.measured_loss_db(*core)).collect();
    losses?.into_iter().reduce(f64::max)
}

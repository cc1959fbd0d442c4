//! The glass: terminals, cores, colours and splices along strands.

use linewright_catalog::FibrePiece;
use linewright_model::{Cable, CableEnd, CableId, Carrier, DeviceId, Id, SpliceId, SpliceMethod, Stage};
use linewright_search::StrandIx;
use linewright_search::access::Stack;
use linewright_search::capacity::{self, Pick};
use linewright_search::strand::{Piece, Strand, Tail};

use super::{Route, TakenBefore, Tracer, hold};
use crate::colour::core_position;
use crate::locate::named;
use crate::report::{Core, Element, Named};

impl Tracer<'_> {
    pub(super) fn pick(&self, ix: StrandIx, strand: &Strand, before: &mut TakenBefore) -> Pick {
        let fibres = self.space.terms.fibres;
        let skip = before.strands.get(&ix).copied().unwrap_or(0);
        before.strands.insert(ix, skip + fibres);
        match capacity::pick(self.network, strand, fibres + skip) {
            Some(Pick::Proven(cores)) => Pick::Proven(cores.into_iter().skip(skip as usize).collect()),
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
        if !matches!(seen.tails[1], Tail::Bare) {
            route.line.connectors += 1;
        }
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

    /// Cable sections in order; of the first only `first_m` metres where it was opened on the way.
    pub(super) fn pieces(&self, route: &mut Route, pieces: &[Piece], picked: &Pick, first_m: Option<f64>) {
        for (at, piece) in pieces.iter().enumerate() {
            let Some(cable) = self.network.get(piece.cable) else { continue };
            let cores: Vec<u32> = match picked {
                Pick::Proven(cores) => cores.iter().map(|nth| piece.first.saturating_add(*nth)).collect(),
                Pick::Unproven => Vec::new(),
            };
            hold(route, Carrier::Cable(piece.cable), &cores);
            let length_m = first_m.filter(|_| at == 0).unwrap_or(cable.length_m);
            let backwards = piece.enters == CableEnd::B;
            self.cable(route, piece.cable, cable, &cores, length_m, backwards, *picked == Pick::Unproven);
            if let Some(splice) = piece.splice_after {
                self.splice(route, splice);
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one cable section of a route, told once")]
    pub(super) fn cable(
        &self,
        route: &mut Route,
        id: CableId,
        cable: &Cable,
        cores: &[u32],
        length_m: f64,
        backwards: bool,
        unproven: bool,
    ) {
        let core = |number: &u32| Core { number: *number, position: core_position(cable, *number) };
        let mut spans: Vec<Named> = cable.route.iter().map(|hop| named(self.network, hop.span)).collect();
        if backwards {
            spans.reverse();
        }
        let waiting =
            (cable.plant.stage != Stage::InService).then_some((cable.plant.stage, cable.plant.available_from));
        route.waits_for(&cable.plant);
        route.elements.push(Element::Cable {
            cable: named(self.network, id),
            cores: cores.iter().map(core).collect(),
            of: cable.cores,
            length_m,
            spans,
            unproven,
            waiting,
        });
        route.line.pieces.push(FibrePiece {
            length_m: self.policy.distance.fibre_m(length_m),
            fibre_type: cable.fibre.to_string(),
            measured_loss_db: measured_loss_db(cable, cores).filter(|_| length_m >= cable.length_m),
        });
        route.length_m += length_m;
        route.cables.push(id);
        if unproven {
            route.to_check.insert(id);
        }
        route.relied_on.insert(id.any());
        route.relied_on.extend(cable.route.iter().map(|hop| hop.span.any()));
    }
}

/// The latest measurement of the worst core, dB; none without one for every core.
fn measured_loss_db(cable: &Cable, cores: &[u32]) -> Option<f64> {
    let of_core = |core: &u32| {
        let fitting = cable.measurements.iter().filter(|m| m.core.is_none_or(|c| c == *core));
        let latest = fitting.clone().map(|m| m.on).max()?;
        fitting
            .filter(|m| m.on == latest)
            .map(|m| m.loss_db)
            .fold(None, |worst: Option<f64>, loss| Some(worst.map_or(loss, |worst| worst.max(loss))))
    };
    let losses: Option<Vec<f64>> = cores.iter().map(of_core).collect();
    losses?.into_iter().reduce(f64::max)
}

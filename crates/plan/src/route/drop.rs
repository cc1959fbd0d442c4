//! The drop: what is pulled, and where it meets plant.

use linewright_catalog::FibrePiece;
use linewright_model::{Holding, Id, PlaceId, PlaceKind, SlotState, SpanId, Take};
use linewright_search::StrandIx;
use linewright_search::access::Side;
use linewright_search::capacity::Pick;

use super::glass::Opened;
use super::{Drop, Route, TakenBefore, Tracer};
use crate::locate::named;
use crate::report::Element;

impl Tracer<'_, '_> {
    pub(super) fn lead_in(&self, side: Side, nth: u16, drop: &mut Drop) {
        let Some(lead_in) = self.space.lead_in(side, nth) else { return };
        drop.length_m += lead_in.length_m;
        let on_span_m = lead_in.span.map_or(0.0, |(_, used_m)| used_m);
        drop.across_m += (lead_in.length_m - on_span_m * self.space.terms.route_factor).max(0.0);
        drop.spans.extend(lead_in.span);
    }

    pub(super) fn finish_drop(&self, route: &mut Route, drop: &mut Drop, access: Option<PlaceId>) {
        let drop = std::mem::take(drop);
        let fibres = self.space.terms.fibres;
        let indoors = drop.length_m <= 0.0;
        if !indoors {
            if let (None, Some(out)) = (access, drop.into) {
                self.join(route, out);
            }
            let slack_m = self.policy.distance.slack_per_closure_m;
            let drop = Drop { length_m: drop.length_m + slack_m, into: access.or(drop.into), ..drop };
            route.relied_on.extend(drop.spans.iter().map(|(span, _)| span.any()));
            for span in drop.spans.iter().filter_map(|(id, _)| self.network.get(*id)) {
                route.waits_for(&span.plant);
            }
            let mut spans: Vec<SpanId> = drop.spans.iter().map(|(span, _)| *span).collect();
            spans.dedup();
            let element = Element::NewCable {
                length_m: drop.length_m,
                spans: spans.into_iter().map(|span| named(self.network, span)).collect(),
                fibres,
            };
            route.elements.push(element);
            route.line.pieces.push(FibrePiece {
                length_m: self.policy.distance.fibre_m(drop.length_m),
                fibre_type: String::new(),
                measured_loss_db: None,
            });
            route.length_m += drop.length_m;
            route.splices += fibres;
            route.line.fusion_splices += 1;
            route.drops.push(drop);
        }
        if let Some(at) = access {
            route.access_point.get_or_insert(at.any());
            self.place(route, at);
            if !indoors {
                self.join(route, at);
            }
        }
    }

    /// The splices by which a drop joins plant at a place.
    fn join(&self, route: &mut Route, at: PlaceId) {
        if self.network.get(at).is_some_and(|place| place.kind == PlaceKind::Closure) {
            route.closures += 1;
        }
        route.elements.push(Element::NewSplices { count: self.space.terms.fibres, at: named(self.network, at) });
    }

    pub(super) fn tap(
        &self,
        route: &mut Route,
        nth: u16,
        ix: StrandIx,
        towards: u8,
        drop: &mut Drop,
        before: &mut TakenBefore,
    ) {
        let (Some(tap), Some(strand)) = (self.space.tap(nth), self.space.topology.strand(ix)) else { return };
        drop.length_m += tap.length_m;
        drop.across_m += tap.across_m;
        drop.spans.extend((tap.along_m > 0.0).then_some((tap.span, tap.along_m)));
        self.finish_drop(route, drop, None);
        route.tapped = true;
        route.closures += 1;
        let picked = self.pick(ix, strand, before);
        // Seen from the tapped end outwards, the part before the opening is left behind.
        let seen = if towards == 1 { strand.clone() } else { strand.reversed() };
        let total_m = self.space.tap_length_m(tap, strand, towards);
        let at = seen.pieces.iter().position(|piece| piece.cable == tap.cable).unwrap_or(0);
        let after_m: f64 = seen.pieces.iter().skip(at + 1).map(|piece| self.sheath_m(piece.cable)).sum();
        let joint = tap.at.map_or(tap.span.any(), Id::any);
        route.relied_on.insert(joint);
        route.elements.push(Element::NewSplices { count: self.space.terms.fibres, at: named(self.network, joint) });
        let held = route.holdings.len();
        let opened = Opened { span: tap.span, rest_m: (total_m - after_m).max(0.0) };
        self.pieces(route, &seen.pieces[at..], &picked, Some(opened));
        self.terminals(route, seen.tails[1], &picked);
        self.place(route, seen.places[1]);
        // A core that is cut is of no use to anybody else on the other side of the cut.
        route.holdings.truncate(held);
        if let Pick::Proven(cores) = &picked {
            for (part, nth) in (0u8..).zip(cores) {
                let take =
                    |(carrier, slot)| Holding { carrier, take: Take::Slot(slot), part, state: SlotState::Selected };
                route.holdings.extend(seen.slots(*nth).map(take));
            }
        }
        route.access_point.get_or_insert(tap.cable.any());
    }
}

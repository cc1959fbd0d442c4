//! The moves from each kind of state, with what they cost.

use std::collections::BTreeSet;

use linewright_model::{DeviceId, DeviceKind, Network, Permit, Place, PlaceId, PlaceKind, PortKind, Span};

use super::bound::Compass;
use super::end::{Street, pulled_m};
use super::feeder::{feeder, feeder_state, feeding_port, splitters, trail_length_m};
use super::terms::has_plant;
use super::{AccessSpace, At, Equipment, Goal, Move, Point, Side, Stack, Terms};
use crate::capacity::{self, Pick, offered};
use crate::engine::Step;
use crate::layer::Joint;
use crate::layer::back::glass_cost;
use crate::layer::counts::Need;
use crate::layer::ways::Crossing;
use crate::strand::{Strand, Tail};
use crate::topology::{StrandIx, ground, straight_m};

type Steps = Vec<Step<At, Move>>;

/// More places inside one another than this are not looked through.
const MAX_INSIDE: usize = 4_096;

impl AccessSpace<'_> {
    /// From the customer to the street, straight to access places, or into passing cables.
    pub(super) fn leave_end(&self, out: &mut Steps) {
        let end = &self.ends[Side::A as usize];
        for (nth, lead_in) in (0u16..).zip(&end.lead_ins) {
            let edge = Move::LeadIn(Side::A, nth);
            let permits = lead_in.span.and_then(|(span, _)| self.network.get(span)).map_or(0, |s| fees(&s.permits));
            let cost = self.terms.drop_cost(lead_in.length_m, lead_in.across_m) + permits;
            if !lead_in.direct {
                out.push(Step { to: At::street(Side::A, lead_in.to), edge, cost });
            } else if let Some(place) = self.network.get(lead_in.to).filter(|_| self.may_enter(lead_in.to)) {
                let cost = cost + self.enter_cost(lead_in.to, place);
                out.push(Step { to: At::entered(lead_in.to), edge, cost });
            }
        }
        if self.may_tap() {
            self.open_cables(out);
        }
    }

    /// Into the strands of passing cables, towards either end.
    fn open_cables(&self, out: &mut Steps) {
        let terms = self.terms;
        let work = terms.opening();
        for (nth, tap) in (0u16..).zip(&self.ends[Side::A as usize].taps) {
            let drop = terms.drop_cost(tap.length_m, tap.across_m);
            for ix in self.topology.strands_through(tap.cable) {
                let closed = |strand: &&Strand| self.is_trunk(strand) || self.splitter_tail(strand).is_some();
                let Some(strand) = self.topology.strand(ix).filter(|strand| !closed(strand)) else { continue };
                let Some(state) = self.strand_cost(ix, strand) else { continue };
                for towards in [0u8, 1] {
                    let glass_m = self.tap_length_m(tap, strand, towards);
                    let glass = Terms::per_m(glass_m, terms.shadow_milli_cny_per_m);
                    let to = At::glass(strand.places[towards as usize]);
                    out.push(Step { to, edge: Move::Tap(nth, ix, towards), cost: drop + work + state + glass });
                }
            }
        }
    }

    /// Whether a strand joins the frames of two sites: nobody opens a trunk for one customer.
    fn is_trunk(&self, strand: &Strand) -> bool {
        let in_site = |nth: usize| {
            let place = self.network.get(strand.places[nth]);
            matches!(strand.tails[nth], Tail::Terminal(_))
                && place.is_some_and(|p| matches!(p.kind, PlaceKind::Site(_)))
        };
        in_site(0) && in_site(1)
    }

    /// Along the spans from a ground place, as far as a drop is long enough.
    pub(super) fn pull(&self, side: Side, at: PlaceId, out: &mut Steps) {
        let end = &self.ends[side as usize];
        for Street { span, to, length_m, cost } in end.streets(at).iter().copied() {
            // Seen from the customer: at side Z the drop is pulled towards them.
            let (near, far) = if side == Side::A { (at, to) } else { (to, at) };
            if !self.private(to) && end.reaches(self.terms, near, length_m, far) {
                out.push(Step { to: At::street(side, to), edge: Move::Pull(side, span), cost });
            }
        }
    }

    /// Into the access places on this ground.
    pub(super) fn enter(&self, at: PlaceId, out: &mut Steps) {
        for access in self.inside(at) {
            let Some(place) = self.network.get(access) else { continue };
            if offered(&place.plant, self.terms.latest)
                && self.may_enter(access)
                && !self.private(access)
                && has_plant(self.network, self.topology, access)
            {
                let cost = self.enter_cost(access, place);
                out.push(Step { to: At::entered(access), edge: Move::Enter(Side::A, access), cost });
            }
        }
    }

    /// A ground place and all that stands in it.
    fn inside(&self, at: PlaceId) -> BTreeSet<PlaceId> {
        let mut found = BTreeSet::new();
        let mut open = vec![at];
        while let Some(id) = open.pop() {
            if found.len() < MAX_INSIDE && ground(self.network, id) == at && found.insert(id) {
                open.extend(self.network.referring::<PlaceId>(id));
            }
        }
        found
    }

    fn enter_cost(&self, id: PlaceId, place: &Place) -> u64 {
        enter_cost(self.network, self.terms, &self.homes, id, place)
    }

    fn private(&self, place: PlaceId) -> bool {
        private(self.network, &self.homes, place)
    }

    /// From a place where a joint can be made: along strands, up feeders, onto equipment, out at the far end.
    pub(super) fn go_in_glass(&self, at: PlaceId, stack: Stack, out: &mut Steps) {
        let Some(place) = self.network.get(at).filter(|place| offered(&place.plant, self.terms.latest)) else { return };
        if self.private(at) {
            return;
        }
        if self.ends_here(at, stack) {
            self.attach(at, out);
            return;
        }
        self.cross(at, stack, out);
        // A line is not led from one box to the splitter of another, only up to a cabinet or site.
        let upstream = matches!(place.kind, PlaceKind::Cabinet | PlaceKind::Site(_));
        if self.terms.pon && (stack == Stack::Entered || upstream) {
            out.extend(splitters(self.network, at).filter_map(|splitter| self.branch(at, splitter, stack)));
        }
        self.attach(at, out);
        if stack == Stack::Glass
            && let Goal::Far(far) = &self.goal
            && far.place != Some(at)
        {
            self.leave_glass(at, place, out);
        }
    }

    /// Whether a line that has come here in glass ends here: of a pair, no leg passes where the other may end.
    fn ends_here(&self, at: PlaceId, stack: Stack) -> bool {
        self.for_pair && stack == Stack::Glass && (self.ends_at(at) || !self.attachments(at).is_empty())
    }

    /// Whether a place is the far end.
    pub(super) fn ends_at(&self, at: PlaceId) -> bool {
        matches!(&self.goal, Goal::Far(far) if far.place == Some(at))
    }

    /// Onto equipment at a place, or to the far end that the place is.
    fn attach(&self, at: PlaceId, out: &mut Steps) {
        for attachment in self.attachments(at).iter() {
            let cost = self.terms.patching() + attachment.extra_milli_cny;
            let to = At::served(Point::Equipment(attachment.equipment));
            out.push(Step { to, edge: Move::Attach(attachment.equipment), cost });
        }
        if self.ends_at(at) {
            out.push(Step { to: At::served(Point::End(Side::Z)), edge: Move::Enter(Side::Z, at), cost: 0 });
        }
    }

    /// The end (0 or 1) at which a strand is fused to a splitter, with the splitter and the side of it.
    fn splitter_tail(&self, strand: &Strand) -> Option<(usize, DeviceId, PortKind)> {
        (0..2).find_map(|nth| {
            let Tail::Terminal(port) = strand.tails[nth] else { return None };
            let device = self.network.get(port.device).filter(|device| device.kind == DeviceKind::Splitter)?;
            Some((nth, port.device, device.block_of(port.port)?.kind))
        })
    }

    fn cross(&self, at: PlaceId, stack: Stack, out: &mut Steps) {
        let need = Need::new(self.terms.fibres, true);
        let glass = self.topology.glass();
        // Without the compass every place may be the end.
        let relevant = self.compass().map(Compass::relevant);
        glass.each_crossing(at, need, relevant, |crossing| out.extend(self.crossing(stack, crossing)));
    }

    fn crossing(&self, stack: Stack, crossing: Crossing<StrandIx>) -> Option<Step<At, Move>> {
        let Crossing { link, forward, to, length_dm, joints, free } = crossing;
        // The layer mostly knows without the records.
        let state = match free {
            Some(free) => free.then_some(0)?,
            None => self.recorded_cost(self.topology.strand(link)?)?,
        };
        let split = joints.contains(&Joint::Split);
        let arrives = if split { self.on_branch(link, forward)? } else { At::glass(to) };
        let glass = glass_cost(length_dm, self.terms.shadow_milli_cny_per_m);
        let cost = self.joint_cost(joints[0], stack) + state + glass;
        Some(Step { to: arrives, edge: Move::Cross(link, forward), cost })
    }

    /// Cores fused to the branches of a splitter: whoever comes up one is on that branch. Nothing else is crossed to or
    /// from a splitter.
    fn on_branch(&self, link: StrandIx, forward: bool) -> Option<At> {
        let (end, splitter, kind) = self.splitter_tail(self.topology.strand(link)?)?;
        let up = self.terms.pon && kind == PortKind::SplitterOut && end == usize::from(forward);
        let on = Point::Equipment(Equipment::Device(splitter));
        up.then_some(At { point: on, stack: Stack::Glass })
    }

    /// What stands against taking cores of a strand; `None` when they cannot be taken.
    fn strand_cost(&self, ix: StrandIx, strand: &Strand) -> Option<u64> {
        match self.topology.glass().is_free(ix, Need::new(self.terms.fibres, true)) {
            Some(free) => free.then_some(0),
            None => self.recorded_cost(strand),
        }
    }

    /// The same by the records, which the layer does not repeat: when plant comes, what is not proven.
    fn recorded_cost(&self, strand: &Strand) -> Option<u64> {
        let mut waiting = 0;
        for cable in strand.cables() {
            waiting = self.terms.waiting(&self.network.get(cable)?.plant)?.max(waiting);
        }
        for frame in strand.devices() {
            waiting = self.terms.waiting(&self.network.get(frame)?.plant)?.max(waiting);
        }
        let unproven = match capacity::pick(self.network, strand, self.terms.fibres)? {
            Pick::Proven(_) => 0,
            Pick::Unproven => self.terms.unproven_milli_cny,
        };
        Some(waiting + unproven)
    }

    /// A drop brought in plugs into the terminal, or is spliced to the core, once: that is in entering.
    fn joint_cost(&self, joint: Joint, stack: Stack) -> u64 {
        match joint {
            _ if stack == Stack::Entered => 0,
            Joint::None => 0,
            Joint::Patched | Joint::Split => self.terms.patching(),
            Joint::Spliced => self.terms.splicing(),
        }
    }

    /// Up the feeder of a splitter with a branch left, from a frame beside it.
    fn branch(&self, at: PlaceId, splitter: DeviceId, stack: Stack) -> Option<Step<At, Move>> {
        let device = self.network.get(splitter)?;
        let free = !capacity::free_branches(self.network, splitter, device).is_empty();
        let patching = if stack == Stack::Glass { self.terms.patching() } else { 0 };
        let step = self.up_feeder(at, splitter)?;
        free.then_some(Step { cost: step.cost + patching, ..step })
    }

    /// Up the feeder of a splitter, from one of its branches.
    pub(super) fn up_feeder(&self, at: PlaceId, splitter: DeviceId) -> Option<Step<At, Move>> {
        let chain = feeder(self.network, splitter)?;
        let port = feeding_port(self.network, &chain)?;
        let waits = feeder_state(self.network, &chain, self.terms.latest).ok()?;
        let waiting = if waits { self.terms.waiting_milli_cny } else { 0 };
        let feeder_m: f64 = chain.iter().map(|(_, trail)| trail_length_m(self.network, *trail)).sum();
        let length_m = feeder_m.max(self.straight_m(at, self.network.get(port.device)?.place));
        let cost = Terms::per_m(length_m, self.terms.shadow_milli_cny_per_m) + waiting;
        let to = At::served(Point::Equipment(Equipment::Device(port.device)));
        Some(Step { to, edge: Move::Branch(splitter), cost })
    }

    /// Out of plant at side Z: into the street, or straight to the far end.
    fn leave_glass(&self, at: PlaceId, place: &Place, out: &mut Steps) {
        let end = &self.ends[Side::Z as usize];
        let (cost, street_at) = (self.enter_cost(at, place), ground(self.network, at));
        if end.reaches(self.terms, street_at, 0.0, street_at) {
            out.push(Step { to: At::street(Side::Z, street_at), edge: Move::Enter(Side::Z, at), cost });
        }
        self.arrive_by(at, true, cost, out);
    }

    /// From the street to the far end's own point.
    pub(super) fn arrive(&self, at: PlaceId, out: &mut Steps) {
        self.arrive_by(at, false, 0, out);
    }

    fn arrive_by(&self, at: PlaceId, direct: bool, before: u64, out: &mut Steps) {
        let end = &self.ends[Side::Z as usize];
        for nth in end.arrivals(at, direct) {
            let Some(lead_in) = self.lead_in(Side::Z, *nth) else { continue };
            let cost = self.terms.drop_cost(lead_in.length_m, lead_in.across_m) + before;
            out.push(Step { to: At::served(Point::End(Side::Z)), edge: Move::LeadIn(Side::Z, *nth), cost });
        }
    }

    fn straight_m(&self, a: PlaceId, b: PlaceId) -> f64 {
        straight_m(self.network, [a, b]).unwrap_or(0.0)
    }
}

/// What pulling a drop along a span between these grounds costs; `None` where the span cannot be had in time.
pub(super) fn pull_cost(network: &Network, terms: &Terms, span: &Span, ends: [PlaceId; 2]) -> Option<u64> {
    let drop = terms.drop_cost(pulled_m(terms, span).max(straight_m(network, ends).unwrap_or(0.0)), 0.0);
    Some(drop + terms.waiting(&span.plant)? + fees(&span.permits))
}

/// Whether a place is some other customer's own room, which no line passes.
pub(super) fn private(network: &Network, homes: &BTreeSet<PlaceId>, place: PlaceId) -> bool {
    let premises = network.get(place).is_some_and(|place| place.kind == PlaceKind::Premises);
    premises && !homes.contains(&place)
}

/// Bringing a drop into a place; nothing where plant is already in the building.
pub(super) fn enter_cost(
    network: &Network,
    terms: &Terms,
    homes: &BTreeSet<PlaceId>,
    id: PlaceId,
    place: &Place,
) -> u64 {
    if homes.contains(&ground(network, id)) {
        return 0;
    }
    let open = if place.kind == PlaceKind::Closure { terms.closure_milli_cny } else { 0 };
    terms.drop_milli_cny + terms.splicing() + open + fees(&place.permits)
}

/// Fees of permits, milli-CNY.
fn fees(permits: &[Permit]) -> u64 {
    let fees = permits.iter().map(|permit| u64::try_from(permit.fee_cny).unwrap_or(0).saturating_mul(1000));
    fees.fold(0, u64::saturating_add)
}

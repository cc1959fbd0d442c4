//! The space of one survey, as the engine sees it.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use linewright_model::{CableEnd, Network, PlaceId};

use rustc_hash::FxBuildHasher;

use super::bound::Compass;
use super::end::EndPlan;
use super::{At, Attachment, End, Equipment, Goal, LeadIn, Move, Point, Risk, Side, Stack, Tap, Terms};
use crate::engine::{PathOf, Space, Step};
use crate::strand::Strand;
use crate::topology::{StrandIx, Topology, ground};

/// Both ends of a line, worked out once for all the searches of a survey.
#[derive(Clone)]
pub struct Ends {
    ends: [Option<End>; 2],
    plans: [Rc<EndPlan>; 2],
}

impl Ends {
    /// What streets, cables and places around the ends offer.
    pub fn new(network: &Network, topology: &Topology, terms: &Terms, end: End, far: Option<End>) -> Self {
        let plan = |end: End| Rc::new(EndPlan::new(network, topology, terms, end));
        Self { ends: [Some(end), far], plans: [plan(end), far.map(plan).unwrap_or_default()] }
    }

    /// Whether more is near an end than the terms consider: what is proven is proven for what they consider.
    pub fn nearest_only(&self) -> bool {
        self.plans.iter().any(|plan| plan.nearest_only)
    }
}

/// The space of one survey: network, topology, ends, terms.
pub struct AccessSpace<'a> {
    /// The network searched.
    pub network: &'a Network,
    /// Its topology.
    pub topology: &'a Topology,
    /// Prices and limits.
    pub terms: &'a Terms,
    pub(super) ends: [Rc<EndPlan>; 2],
    pub(super) goal: Goal<'a>,
    /// What the goal told of places.
    told: RefCell<HashMap<PlaceId, Rc<[Attachment]>, FxBuildHasher>>,
    /// Worked out when a search first asks.
    compass: OnceCell<Option<Compass<'a>>>,
    /// Places that every solution shares: the ends and the ground they stand on.
    pub(super) homes: BTreeSet<PlaceId>,
    /// Access places to which side A is kept; none for all.
    only: Option<BTreeSet<PlaceId>>,
    /// Whether two legs are sought that share nothing.
    pub(super) for_pair: bool,
    /// Places in glass from which it may be asked too how to go on.
    pub(super) asked_from: BTreeSet<PlaceId>,
    /// Whether glass is looked at that leads nowhere.
    pub(super) everywhere: bool,
}

impl<'a> AccessSpace<'a> {
    /// The space of a survey from `end` to `goal`.
    pub fn new(network: &'a Network, topology: &'a Topology, terms: &'a Terms, end: End, goal: Goal<'a>) -> Self {
        let far = match &goal {
            Goal::Far(far) => Some(*far),
            Goal::Serving(_) => None,
        };
        Self::between(network, topology, terms, &Ends::new(network, topology, terms, end, far), goal)
    }

    /// The same between ends worked out before, with terms that differ in nothing that concerns streets.
    pub fn between(
        network: &'a Network,
        topology: &'a Topology,
        terms: &'a Terms,
        ends: &Ends,
        goal: Goal<'a>,
    ) -> Self {
        let places = ends.ends.iter().flatten().filter_map(|end| end.place);
        let homes = places.flat_map(|place| [place, ground(network, place)]).collect();
        let (ends, told, compass) = (ends.plans.clone(), RefCell::default(), OnceCell::new());
        Self {
            network,
            topology,
            terms,
            ends,
            goal,
            told,
            compass,
            homes,
            only: None,
            for_pair: false,
            asked_from: BTreeSet::new(),
            everywhere: false,
        }
    }

    /// Whether a place is one of the ends, or what one of them stands in.
    pub fn is_home(&self, place: PlaceId) -> bool {
        self.homes.contains(&place)
    }

    /// Keeps the drop of side A to these access places, e.g. the boxes that list its building.
    pub fn only(mut self, access: BTreeSet<PlaceId>) -> Self {
        Rc::make_mut(&mut self.ends[Side::A as usize]).cross_to(self.network, self.terms, &access);
        self.only = Some(access);
        self
    }

    /// Makes every line end at the first place where it may, as two legs must that share no room.
    pub fn for_pair(mut self) -> Self {
        self.for_pair = true;
        self
    }

    /// Lets searches start in glass at these places too. Glass is looked at only between where a line can begin and end.
    pub fn asked_from(mut self, places: impl IntoIterator<Item = PlaceId>) -> Self {
        self.asked_from.extend(places);
        self
    }

    /// Looks at glass that leads nowhere too, which makes no difference to any answer.
    pub fn everywhere(mut self) -> Self {
        self.everywhere = true;
        self
    }

    /// Whether all that the terms consider was searched: only then does finding nothing prove anything.
    pub fn is_complete(&self) -> bool {
        self.ends.iter().all(|end| !end.cut)
    }

    /// Whether the drop of side A may go into this place.
    pub(super) fn may_enter(&self, place: PlaceId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&place))
    }

    /// Whether the drop of side A may be spliced into a passing cable.
    pub(super) fn may_tap(&self) -> bool {
        // A PON branch is taken at a splitter, not from a cable on the way.
        self.only.is_none() && !self.terms.pon
    }

    /// The state of a drop brought into a place.
    pub fn entered(place: PlaceId) -> At {
        At::entered(place)
    }

    /// The state the search starts from.
    pub fn start(&self) -> At {
        At { point: Point::End(Side::A), stack: Stack::Street(Side::A) }
    }

    /// A lead-in by its number.
    pub fn lead_in(&self, side: Side, nth: u16) -> Option<&LeadIn> {
        self.ends[side as usize].lead_ins.get(nth as usize)
    }

    /// A tap by its number.
    pub fn tap(&self, nth: u16) -> Option<&Tap> {
        self.ends[Side::A as usize].taps.get(nth as usize)
    }

    /// Metres of glass from a tap to an end of the strand tapped.
    pub fn tap_length_m(&self, tap: &Tap, strand: &Strand, towards: u8) -> f64 {
        let mut walked_m = 0.0;
        for piece in &strand.pieces {
            let length_m = self.network.get(piece.cable).map_or(0.0, |cable| cable.length_m);
            if piece.cable == tap.cable {
                let from_a = piece.enters == CableEnd::A;
                walked_m += if from_a { tap.from_a_m } else { (length_m - tap.from_a_m).max(0.0) };
                break;
            }
            walked_m += length_m;
        }
        if towards == 0 { walked_m } else { (strand.length_m - walked_m).max(0.0) }
    }

    /// Attachments at a place.
    pub fn attachments(&self, place: PlaceId) -> Rc<[Attachment]> {
        let Goal::Serving(serving) = &self.goal else { return Rc::default() };
        if let Some(told) = self.told.borrow().get(&place) {
            return told.clone();
        }
        let told: Rc<[Attachment]> = serving(place).into();
        self.told.borrow_mut().insert(place, told.clone());
        told
    }

    pub(super) fn compass(&self) -> Option<&Compass<'a>> {
        self.compass.get_or_init(|| Compass::new(self)).as_ref()
    }

    /// The first of the strands that run through the same sections: which of them is taken makes no other way.
    fn parallel(&self, ix: StrandIx) -> StrandIx {
        let Some(strand) = self.topology.strand(ix) else { return ix };
        let Some(piece) = strand.pieces.first() else { return ix };
        let same = |other: &Strand| other.places == strand.places && other.cables().eq(strand.cables());
        let mut all = self.topology.strands_through(piece.cable);
        all.find(|other| self.topology.strand(*other).is_some_and(same)).unwrap_or(ix)
    }
}

impl Space for AccessSpace<'_> {
    type State = At;
    type Edge = Move;
    type Risk = Risk;

    fn expand(&self, at: At, out: &mut Vec<Step<At, Move>>) {
        match (at.point, at.stack) {
            (Point::End(Side::A), Stack::Street(Side::A)) => self.leave_end(out),
            (Point::Place(place), Stack::Street(Side::A)) => {
                self.pull(Side::A, place, out);
                self.enter(place, out);
            }
            (Point::Place(place), Stack::Entered | Stack::Glass) => self.go_in_glass(place, at.stack, out),
            (Point::Equipment(Equipment::Device(splitter)), Stack::Glass) => {
                let place = self.network.get(splitter).map(|device| device.place);
                out.extend(place.and_then(|place| self.up_feeder(place, splitter)));
            }
            (Point::Place(place), Stack::Street(Side::Z)) => {
                self.pull(Side::Z, place, out);
                self.arrive(place, out);
            }
            _ => {}
        }
    }

    fn is_goal(&self, at: At) -> bool {
        at.stack == Stack::Done
    }

    fn bound(&self, at: At) -> u64 {
        self.compass().map_or(0, |compass| compass.bound(at))
    }

    fn bridges(&self, path: &PathOf<Self>) -> Vec<Move> {
        let ends = |ix: StrandIx, forward: bool| {
            let [a, b] = self.topology.strand(ix)?.places;
            Some((ix, if forward { [a, b] } else { [b, a] }))
        };
        let crossed: Vec<Move> = path.edges().filter(|edge| matches!(edge, Move::Cross(..))).collect();
        let way = crossed.iter().filter_map(|edge| match *edge {
            Move::Cross(ix, forward) => ends(ix, forward),
            _ => None,
        });
        let way: Vec<_> = way.collect();
        let bridges = self.compass().map_or_else(Vec::new, |compass| compass.bridges(&way));
        bridges.into_iter().filter_map(|nth| crossed.get(nth).copied()).collect()
    }

    fn risks(&self, edge: Move, out: &mut Vec<Risk>) {
        self.risks_of(edge, out);
    }

    fn parts(&self, edge: Move, parts: &mut Vec<u32>, beside: &mut Vec<Risk>) -> bool {
        self.parts_of(edge, parts, beside)
    }

    fn parts_on(&self, risk: Risk, out: &mut Vec<u32>) {
        self.sections_on(risk, out);
    }

    fn label(&self, edge: Move) -> Move {
        match edge {
            Move::Cross(ix, forward) => Move::Cross(self.parallel(ix), forward),
            Move::Tap(nth, ix, towards) => Move::Tap(nth, self.parallel(ix), towards),
            other => other,
        }
    }

    /// A route that goes back through the sections it came by is none.
    fn clash(&self, path: &PathOf<Self>) -> Option<Vec<Move>> {
        let mut taken: BTreeMap<StrandIx, Move> = BTreeMap::new();
        path.edges().find_map(|edge| {
            let before = taken.insert(self.parallel(edge.strand()?), edge)?;
            Some(vec![before, edge])
        })
    }
}

//! The legs of a pair: best routes under bans, remembered by what they avoid.

use std::collections::HashMap;
use std::rc::Rc;

use super::alternatives::{Family, best_of};
use super::astar::{Forbidden, Query, Searcher, Stop};
use super::graph::{At, Graph, RiskId, Route, Weight};

/// Risks in order, each once.
pub(super) type RiskSet = Rc<[RiskId]>;

/// Which leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Side {
    A,
    B,
}

/// A route and what it rests on.
#[derive(Debug)]
pub(crate) struct Leg<C> {
    pub(crate) route: Route<C>,
    /// In the order met, each once.
    pub(super) along: Vec<RiskId>,
    sorted: Vec<RiskId>,
}

impl<C: Weight> Leg<C> {
    pub(super) fn cost(&self) -> u64 {
        self.route.total.amount()
    }

    pub(super) fn rests_on(&self, risk: RiskId) -> bool {
        self.sorted.binary_search(&risk).is_ok()
    }
}

/// What is known of the best leg under some bans.
#[derive(Clone)]
enum Known<C> {
    Leg(Rc<Leg<C>>),
    /// There is none that costs at most this.
    NoneUpTo(u64),
}

pub(super) struct Legs<'q, G: Graph> {
    pub(super) searcher: &'q mut Searcher<G>,
    starts: [&'q [(At, u64)]; 2],
    /// Whether both legs start from the same set, so that they can be exchanged.
    pub(super) equal: bool,
    known: HashMap<(Side, RiskSet), Known<G::Cost>>,
}

impl<'q, G: Graph> Legs<'q, G> {
    pub(super) fn new(searcher: &'q mut Searcher<G>, starts: [&'q [(At, u64)]; 2]) -> Self {
        Self { searcher, starts, equal: starts[0] == starts[1], known: HashMap::new() }
    }

    pub(super) fn starts(&self) -> &'q [(At, u64)] {
        self.starts[0]
    }

    /// The best leg that avoids `bans`, `None` if there is none that costs at most `ceiling`.
    pub(super) fn best(&mut self, side: Side, bans: &RiskSet, ceiling: u64) -> Result<Option<Rc<Leg<G::Cost>>>, Stop> {
        let key = (if self.equal { Side::A } else { side }, bans.clone());
        match self.known.get(&key) {
            Some(Known::Leg(leg)) => return Ok(Some(leg.clone()).filter(|leg| leg.cost() <= ceiling)),
            Some(Known::NoneUpTo(cost)) if ceiling <= *cost => return Ok(None),
            _ => {}
        }
        self.searcher.ban_risks(bans);
        let route = best_of(self.searcher, self.starts[side as usize], &Family::all(), ceiling)?;
        self.searcher.graph.sharpen();
        let leg = route.map(|route| Rc::new(self.leg(route)));
        self.known.insert(key, leg.clone().map_or(Known::NoneUpTo(ceiling), Known::Leg));
        Ok(leg)
    }

    /// A cheap route that avoids `bans` and pays the price of `dear` whole routes for each risk shared with `other`.
    ///
    /// A guess: not the best in any sense, but a risk it shares although it pays is hard to avoid.
    pub(super) fn partner(
        &mut self,
        side: Side,
        bans: &[RiskId],
        other: &Leg<G::Cost>,
        accepted: &[RiskId],
        (greed, dear): (u64, u64),
    ) -> Result<Option<Rc<Leg<G::Cost>>>, Stop> {
        let priced: Vec<RiskId> =
            other.along.iter().copied().filter(|risk| accepted.binary_search(risk).is_err()).collect();
        self.searcher.ban_risks(bans);
        self.searcher.price_risks(&priced);
        let query = Query {
            from: self.starts[side as usize],
            blocked: &[],
            excluded: &[],
            forbidden: &Forbidden::default(),
            surcharge: other.cost().max(1).saturating_mul(dear),
            greed,
            ceiling: u64::MAX,
        };
        let route = self.searcher.run(&query)?;
        self.searcher.graph.sharpen();
        let Some(route) = route else { return Ok(None) };
        let clashes = self.searcher.graph.clash(&route).is_some();
        Ok((!clashes).then(|| Rc::new(self.leg(route))))
    }

    pub(super) fn leg(&self, route: Route<G::Cost>) -> Leg<G::Cost> {
        let mut along = Vec::new();
        let mut sorted = std::collections::BTreeSet::new();
        for arc in &route.arcs {
            along.extend(self.searcher.graph.risks(*arc).iter().copied().filter(|risk| sorted.insert(*risk)));
        }
        Leg { route, along, sorted: sorted.into_iter().collect() }
    }
}

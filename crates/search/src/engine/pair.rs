//! Two routes that share no risk, or proof that there are none and the two that share least: conflict branching.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::rc::Rc;

use super::astar::{Searcher, Stop};
use super::graph::{At, Cost, Graph, RiskId, Route, Weight};
use super::legs::{Leg, Legs, RiskSet, Side};
use super::relaxed::Relaxed;
use super::unfold::Unfolded;
use super::{BansOf, Limits, PathOf, Space, Start};

/// The three-valued verdict on a pair. Only `Impossible` says that no disjoint pair exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairVerdict<P, Ri> {
    /// Two routes without a common risk.
    Disjoint {
        /// For the first and the second start set; with equal start sets the cheaper leg comes first.
        pair: (P, P),
        /// Whether no cheaper pair exists.
        optimal: bool,
        /// How much cheaper a pair could at most be; 0 if optimal.
        gap: u64,
    },
    /// Proven: no two routes without a common risk exist.
    Impossible {
        /// Why.
        certificate: Certificate<Ri>,
        /// The pair with the least penalty for what it shares, then the fewest shares, then the least cost; `None` if
        /// a leg has no route, every pair shares what must not be shared, or the limit came first.
        least_shared: Option<LeastShared<P, Ri>>,
    },
    /// The limit was reached first.
    Undecided {
        /// No disjoint pair costs less than this.
        bound: u64,
        /// The best pair met that shares only what may be shared.
        least_shared: Option<LeastShared<P, Ri>>,
    },
}

/// Why no disjoint pair exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate<Ri> {
    /// Every route of either leg rests on this: a search that bans it exhausts the space.
    SingleRisk(Ri),
    /// Every way to resolve the conflicts was tried and failed.
    Exhausted,
    /// A leg has not even one route.
    NoRoute,
}

/// A pair that shares risks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeastShared<P, Ri> {
    /// The two routes.
    pub pair: (P, P),
    /// Exactly the risks that both rest on, sorted.
    pub risks: Vec<Ri>,
    /// The sum of their penalties.
    pub penalty: u64,
    /// Whether no pair is better by (penalty, number of shared risks, cost).
    pub optimal: bool,
}

/// The verdict type of a space.
pub type VerdictOf<S> = PairVerdict<PathOf<S>, <S as Space>::Risk>;

/// What is minimised: nothing shared before something shared, then cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    penalty: u64,
    shares: usize,
    cost: u64,
}

/// A subproblem: the pairs whose legs avoid `bans`, with the best leg of each; sharing what is accepted is paid for.
#[derive(Clone)]
struct Node<C> {
    bans: [RiskSet; 2],
    accepted: RiskSet,
    penalty: u64,
    legs: [Rc<Leg<C>>; 2],
}

impl<C: Weight> Node<C> {
    fn key(&self) -> Key {
        let cost = self.legs[0].cost().saturating_add(self.legs[1].cost());
        Key { penalty: self.penalty, shares: self.accepted.len(), cost }
    }

    /// What both legs rest on without having accepted it, in the order the first leg meets it.
    fn conflicts(&self) -> Vec<RiskId> {
        let open = |risk: &RiskId| self.legs[1].rests_on(*risk) && self.accepted.binary_search(risk).is_err();
        self.legs[0].along.iter().copied().filter(open).collect()
    }

    /// The child whose leg `side` is `leg`, which avoids `risk` as well.
    fn avoiding(&self, side: Side, risk: RiskId, leg: Rc<Leg<C>>) -> Self {
        let mut child = self.clone();
        child.bans[side as usize] = with(&self.bans[side as usize], &[risk]);
        child.legs[side as usize] = leg;
        child
    }
}

/// The legs that avoid a risk, where there are any.
type Avoiding<C> = [Option<Rc<Leg<C>>>; 2];

/// A risk to branch on: what avoiding it costs, the lesser leg first, and the legs that avoid it.
type Candidate<C> = ((u64, u64), RiskId, Avoiding<C>);

/// What to branch on at a node.
enum Branch<C> {
    /// Both legs must use these: accept them all.
    Accept(Vec<RiskId>),
    /// One leg avoids this risk, or both share it.
    Split(RiskId, Avoiding<C>),
}

/// How many times the bounds count in the search for a partner, and what a share costs, in whole routes: found sooner
/// than the best by some factor.
const EAGER_TO_SHARE_NOTHING: (u64, u64) = (2, 8);

/// The same once it is clear that something is shared: a pair that is told soon is worth more than one that shares less.
const EAGER_TO_SHARE_LESS: (u64, u64) = (4, 1);

/// The problem without risks, whose answer is a bound and at times the solution, gets one part in so many of the states
/// that may be expanded.
const FOR_RELAXED: u64 = 12;

/// One part in so many is left for a better pair once one that shares nothing is known, or for what is shared least once
/// it is clear that something is.
const FOR_BETTER: u64 = 25;

/// How many risks are tried before one is branched on.
const TRIED: usize = 16;

/// The best pair met: its key, its legs, what they share.
type Best<C> = (Key, [Rc<Leg<C>>; 2], Vec<RiskId>);

struct Solver<'q, 'o, G: Graph> {
    legs: Legs<'q, G>,
    share_penalty: &'o dyn Fn(&G, RiskId) -> Option<u64>,
    best: Option<Best<G::Cost>>,
    certificate: Option<Certificate<RiskId>>,
    /// What every route of either leg is known to rest on.
    forced: RiskSet,
    /// No disjoint pair costs less.
    floor: u64,
    seen: BTreeSet<[RiskSet; 3]>,
    nodes: Vec<Node<G::Cost>>,
    queue: BinaryHeap<(Reverse<Key>, usize)>,
}

/// The cheapest pair of routes without a common risk, one from each of the two start sets.
///
/// `share_penalty` prices each shared risk for the pair that shares least; `None` says that it must not be shared
/// even then. It has no influence on which disjoint pair is found.
pub fn disjoint_pair<S: Space>(
    space: &S,
    starts: [&[Start<S::State>]; 2],
    bans: &BansOf<S>,
    share_penalty: &dyn Fn(&S::Risk) -> Option<u64>,
    limits: Limits,
) -> VerdictOf<S> {
    let mut unfolded = Unfolded::new(space, Some(bans), true);
    let sets = starts.map(|starts| unfolded.starts(starts));
    let [Ok(first), Ok(second)] = sets else { return PairVerdict::Undecided { bound: 0, least_shared: None } };
    let mut searcher = Searcher::new(unfolded, Default::default(), limits);
    let penalty = |graph: &Unfolded<'_, S>, risk: RiskId| share_penalty(&graph.risk(risk));
    let verdict = best_pair(&mut searcher, [&first, &second], &penalty);
    let graph = &searcher.graph;
    let pair = |(a, b): &(Route<Cost>, Route<Cost>)| {
        let (a, b) = (graph.path(a), graph.path(b));
        // Legs that can be exchanged: the cheaper first.
        if first == second && (b.cost, &b) < (a.cost, &a) { (b, a) } else { (a, b) }
    };
    verdict.map(pair, |risk| graph.risk(*risk))
}

/// As [`disjoint_pair`], on any graph.
pub(crate) fn best_pair<G: Graph>(
    searcher: &mut Searcher<G>,
    starts: [&[(At, u64)]; 2],
    share_penalty: &dyn Fn(&G, RiskId) -> Option<u64>,
) -> PairVerdict<Route<G::Cost>, RiskId> {
    let mut solver = Solver {
        legs: Legs::new(searcher, starts),
        share_penalty,
        best: None,
        certificate: None,
        forced: Rc::new([]),
        floor: 0,
        seen: BTreeSet::new(),
        nodes: Vec::new(),
        queue: BinaryHeap::new(),
    };
    let stopped = solver.solve().err();
    solver.verdict(stopped)
}

impl<R, Ri> PairVerdict<R, Ri> {
    /// The verdict in other terms.
    pub(crate) fn map<P, Rj: Ord>(
        self,
        pair: impl Fn(&(R, R)) -> (P, P),
        risk: impl Fn(&Ri) -> Rj,
    ) -> PairVerdict<P, Rj> {
        let least = |least: LeastShared<R, Ri>| {
            let mut risks: Vec<Rj> = least.risks.iter().map(&risk).collect();
            risks.sort_unstable();
            LeastShared { pair: pair(&least.pair), risks, penalty: least.penalty, optimal: least.optimal }
        };
        match self {
            PairVerdict::Disjoint { pair: legs, optimal, gap } => {
                PairVerdict::Disjoint { pair: pair(&legs), optimal, gap }
            }
            PairVerdict::Impossible { certificate, least_shared } => PairVerdict::Impossible {
                certificate: match certificate {
                    Certificate::SingleRisk(found) => Certificate::SingleRisk(risk(&found)),
                    Certificate::Exhausted => Certificate::Exhausted,
                    Certificate::NoRoute => Certificate::NoRoute,
                },
                least_shared: least_shared.map(least),
            },
            PairVerdict::Undecided { bound, least_shared } => {
                PairVerdict::Undecided { bound, least_shared: least_shared.map(least) }
            }
        }
    }
}

impl<G: Graph> Solver<'_, '_, G> {
    fn solve(&mut self) -> Result<(), Stop> {
        if self.legs.equal && self.relax()? {
            return Ok(());
        }
        let none: RiskSet = Rc::new([]);
        let a = self.legs.best(Side::A, &none, u64::MAX);
        // With equal start sets the second leg cannot cost less than the first.
        let legs_open = if self.legs.equal { 2 } else { 1 };
        let a = a.map_err(|stop| Stop { bound: stop.bound.saturating_mul(legs_open) })?;
        let Some(a) = a else {
            self.certificate = Some(Certificate::NoRoute);
            return Ok(());
        };
        let b = self.legs.best(Side::B, &none, u64::MAX);
        let b = b.map_err(|stop| Stop { bound: stop.bound.saturating_add(a.cost()) })?;
        let Some(b) = b else {
            self.certificate = Some(Certificate::NoRoute);
            return Ok(());
        };
        let forced = self.forced.clone();
        let Some(penalty) = self.penalty(&forced) else { return Ok(()) };
        self.push(Node { bans: [none.clone(), none], accepted: forced, penalty, legs: [a, b] });
        while let Some((Reverse(key), index)) = self.queue.pop() {
            if self.best.as_ref().is_some_and(|best| best.0 <= key) || self.incumbent() == Some(self.floor) {
                return Ok(());
            }
            if key.shares > 0 {
                self.certificate.get_or_insert(Certificate::Exhausted);
            }
            let closed = self.certificate.is_some();
            self.visit(index).map_err(|_| Stop { bound: if closed { u64::MAX } else { key.cost } })?;
        }
        Ok(())
    }

    /// Solves the problem without risks first; whether that solves it with them.
    fn relax(&mut self) -> Result<bool, Stop> {
        let from = self.legs.starts();
        let (a, b) = match self.relaxed_soon(from)? {
            Relaxed::Pair(a, b) => (a, b),
            Relaxed::NoPair(bridges, first) => {
                let searcher = &mut *self.legs.searcher;
                let forced: Vec<RiskId> =
                    bridges.iter().flat_map(|arc| searcher.graph.risks(*arc).iter().copied()).collect();
                if let Some(risk) = forced.first() {
                    self.certificate = Some(Certificate::SingleRisk(*risk));
                    // What is left is to find what is shared least beside this.
                    searcher.leave_one_in(FOR_BETTER);
                }
                self.forced = with(&[], &forced);
                if let Some(first) = first {
                    // Twice the same is a pair too, should the states not suffice for a better one.
                    let first = Rc::new(self.legs.leg(first));
                    self.offer(&first, &first);
                }
                return Ok(false);
            }
            Relaxed::Unknown => return Ok(false),
        };
        self.floor = a.total.amount().saturating_add(b.total.amount());
        let graph = &self.legs.searcher.graph;
        if graph.clash(&a).is_none() && graph.clash(&b).is_none() {
            let (a, b) = if b.total < a.total { (b, a) } else { (a, b) };
            let (a, b) = (Rc::new(self.legs.leg(a)), Rc::new(self.legs.leg(b)));
            self.offer(&a, &b);
        }
        Ok(self.incumbent() == Some(self.floor))
    }

    /// The problem without risks, unless it takes too long.
    fn relaxed_soon(&mut self, from: &[(At, u64)]) -> Result<Relaxed<G::Cost>, Stop> {
        let searcher = &mut *self.legs.searcher;
        let beyond = searcher.left.saturating_sub(searcher.all / FOR_RELAXED);
        searcher.left -= beyond;
        let relaxed = searcher.relaxed_pair(from);
        searcher.left += beyond;
        relaxed.or_else(|stop| if beyond > 0 { Ok(Relaxed::Unknown) } else { Err(stop) })
    }

    fn push(&mut self, mut node: Node<G::Cost>) {
        if self.legs.equal && node.bans[1] < node.bans[0] {
            node.bans.swap(0, 1);
            node.legs.swap(0, 1);
        }
        let key = node.key();
        let useless = self.best.as_ref().is_some_and(|best| best.0 <= key);
        if !useless && self.seen.insert([node.bans[0].clone(), node.bans[1].clone(), node.accepted.clone()]) {
            // Of equal keys the latest node is visited first: dive.
            self.queue.push((Reverse(key), self.nodes.len()));
            self.nodes.push(node);
        }
    }

    fn visit(&mut self, index: usize) -> Result<(), Stop> {
        let node = self.nodes[index].clone();
        self.offer(&node.legs[0], &node.legs[1]);
        let conflicts = node.conflicts();
        if conflicts.is_empty() {
            return Ok(());
        }
        // Where the legs can be exchanged, the one that avoids the risk may be called the first.
        let mirror = self.legs.equal && node.bans[0] == node.bans[1];
        let tried = self.guess(&node, &conflicts, mirror)?;
        match self.choose(&node, tried, mirror)? {
            Branch::Accept(risks) => self.accept(&node, &risks),
            Branch::Split(risk, [avoids_a, avoids_b]) => {
                self.accept(&node, &[risk]);
                if let Some(b) = avoids_b.filter(|_| !mirror) {
                    self.push(node.avoiding(Side::B, risk, b));
                }
                if let Some(a) = avoids_a {
                    self.push(node.avoiding(Side::A, risk, a));
                }
            }
        }
        Ok(())
    }

    /// Queues the child in which both legs rest on these risks, unless one must not be shared.
    fn accept(&mut self, node: &Node<G::Cost>, risks: &[RiskId]) {
        if let Some(more) = self.penalty(risks) {
            let (accepted, penalty) = (with(&node.accepted, risks), node.penalty.saturating_add(more));
            self.push(Node { accepted, penalty, ..node.clone() });
        }
    }

    /// The sum of penalties, `None` if one of the risks must not be shared.
    fn penalty(&self, risks: &[RiskId]) -> Option<u64> {
        risks.iter().try_fold(0_u64, |sum, risk| {
            (self.share_penalty)(&self.legs.searcher.graph, *risk).map(|penalty| sum.saturating_add(penalty))
        })
    }

    /// Takes a pair as the best one if it is.
    fn offer(&mut self, a: &Rc<Leg<G::Cost>>, b: &Rc<Leg<G::Cost>>) {
        let shared: Vec<RiskId> = a.along.iter().copied().filter(|risk| b.rests_on(*risk)).collect();
        let Some(penalty) = self.penalty(&shared) else { return };
        let key = Key { penalty, shares: shared.len(), cost: a.cost().saturating_add(b.cost()) };
        if self.best.as_ref().is_none_or(|best| key < best.0) {
            if key.shares == 0 {
                self.legs.searcher.leave_one_in(FOR_BETTER);
            }
            self.best = Some((key, [a.clone(), b.clone()], shared));
        }
    }

    /// The cost of the best disjoint pair known.
    fn incumbent(&self) -> Option<u64> {
        self.best.as_ref().filter(|best| best.0.shares == 0).map(|best| best.0.cost)
    }

    /// Looks for a good pair near this node, and for the conflicts worth branching on.
    fn guess(&mut self, node: &Node<G::Cost>, conflicts: &[RiskId], mirror: bool) -> Result<Vec<RiskId>, Stop> {
        let [a, b] = &node.legs;
        let eager = if self.certificate.is_some() { EAGER_TO_SHARE_LESS } else { EAGER_TO_SHARE_NOTHING };
        let partner = self.legs.partner(Side::B, &node.bans[1], a, &node.accepted, eager)?;
        if let Some(partner) = &partner {
            self.offer(a, partner);
        }
        if !mirror && let Some(partner) = self.legs.partner(Side::A, &node.bans[0], b, &node.accepted, eager)? {
            self.offer(&partner, b);
        }
        // What is shared even by a partner that pays for it matters most; what every route rests on is among it.
        let hard =
            |partner: Rc<Leg<G::Cost>>| conflicts.iter().copied().filter(|risk| partner.rests_on(*risk)).collect();
        let hard: Vec<RiskId> = partner.map_or(Vec::new(), hard);
        Ok(sample(if hard.is_empty() { conflicts } else { &hard }))
    }

    /// Of the risks tried, the one whose avoidance costs most, whichever leg avoids it.
    fn choose(&mut self, node: &Node<G::Cost>, tried: Vec<RiskId>, mirror: bool) -> Result<Branch<G::Cost>, Stop> {
        let at_root = node.bans.iter().all(|bans| bans.is_empty());
        let incumbent = self.incumbent();
        let ceiling = |other: &Leg<G::Cost>| incumbent.map_or(u64::MAX, |cost| cost.saturating_sub(other.cost()));
        let ceilings = [ceiling(&node.legs[1]), ceiling(&node.legs[0])];
        let mut forced = Vec::new();
        let mut best: Option<Candidate<G::Cost>> = None;
        for risk in tried {
            let a = self.legs.best(Side::A, &with(&node.bans[0], &[risk]), ceilings[0])?;
            let b = match mirror {
                true => a.clone(),
                false => self.legs.best(Side::B, &with(&node.bans[1], &[risk]), ceilings[1])?,
            };
            let closed = a.is_none() && b.is_none();
            if closed && incumbent.is_none() {
                if at_root && self.certificate.is_none() {
                    self.certificate = Some(Certificate::SingleRisk(risk));
                }
                forced.push(risk);
            }
            let gains = [gain(&a, &node.legs[0]), gain(&b, &node.legs[1])];
            let gain = (gains[0].min(gains[1]), gains[0].max(gains[1]));
            if best.as_ref().is_none_or(|best| gain > best.0) {
                best = Some((gain, risk, [a, b]));
            }
            if closed && incumbent.is_some() {
                // Avoiding it costs more than the pair in hand, whichever leg does: nothing can beat that.
                break;
            }
        }
        Ok(match best {
            Some((_, risk, avoiding)) if forced.is_empty() => Branch::Split(risk, avoiding),
            _ => Branch::Accept(forced),
        })
    }

    fn verdict(mut self, stopped: Option<Stop>) -> PairVerdict<Route<G::Cost>, RiskId> {
        let best = self.best.take().map(|(key, legs, risks)| {
            let [a, b] = legs.map(|leg| leg.route.clone());
            (key, (a, b), risks)
        });
        let least_shared = match best {
            Some((key, pair, _)) if key.shares == 0 => {
                let gap = stopped.map_or(0, |stop| key.cost.saturating_sub(stop.bound));
                return PairVerdict::Disjoint { pair, optimal: gap == 0, gap };
            }
            Some((key, pair, risks)) => {
                Some(LeastShared { pair, risks, penalty: key.penalty, optimal: stopped.is_none() })
            }
            None => None,
        };
        match (self.certificate, stopped) {
            (Some(certificate), _) => PairVerdict::Impossible { certificate, least_shared },
            (None, Some(Stop { bound })) => PairVerdict::Undecided { bound, least_shared },
            (None, None) => PairVerdict::Impossible { certificate: Certificate::Exhausted, least_shared },
        }
    }
}

/// What avoiding a risk costs a leg.
fn gain<C: Weight>(avoiding: &Option<Rc<Leg<C>>>, leg: &Leg<C>) -> u64 {
    avoiding.as_ref().map_or(u64::MAX, |avoiding| avoiding.cost().saturating_sub(leg.cost()))
}

/// The union.
fn with(sorted: &[RiskId], more: &[RiskId]) -> RiskSet {
    let mut all: Vec<RiskId> = sorted.iter().chain(more).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// At most [`TRIED`] of the risks, spread evenly.
fn sample(risks: &[RiskId]) -> Vec<RiskId> {
    let step = risks.len().div_ceil(TRIED).max(1);
    risks.iter().copied().step_by(step).collect()
}

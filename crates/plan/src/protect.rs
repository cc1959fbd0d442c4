//! Two ways that share nothing, or what keeps them from it.

use linewright_catalog::Technology;
use linewright_search::access::{AccessSpace, At, Move, Risk, Scarce, risk_record};
use linewright_search::engine::{self, Bans, Certificate, Limits, PairVerdict, Path, Start};

use crate::locate::named;
use crate::report::{Alternative, Element, LeastShared, Named, Protection, Shared, SharedKind};
use crate::route::TakenBefore;
use crate::survey::{Finished, Trial};

/// States the pair search may expand.
const MAX_EXPANDED: u64 = 50_000;

/// The answer about protection with the first solution that offers any on fibres of its own.
pub(crate) fn protect(trials: &[Trial<'_>]) -> Option<Protection> {
    let protectable = |trial: &&Trial<'_>| {
        let access = trial.job.catalog.products().access(trial.solution.technology);
        trial.solution.technology != Technology::Pon && access.is_some_and(|access| !access.protection.is_empty())
    };
    trials.iter().find(protectable).map(Trial::protect)
}

/// What sharing weighs, milli-CNY: cables and ducts break together, rooms and manholes seldom.
fn share_penalty(risk: &Risk) -> Option<u64> {
    match risk {
        Risk::Cable(_) => Some(100_000_000),
        Risk::Span(_) | Risk::Trench(_) | Risk::Beside(..) => Some(50_000_000),
        Risk::Place(_) => Some(10_000_000),
        // One port cannot be had twice.
        Risk::Last(_) => None,
    }
}

/// The equipment on which both ways end.
fn common_end(working: &Alternative, protection: &Alternative) -> Option<Named> {
    let end = |way: &Alternative| match way.route.last() {
        Some(Element::Port { device, .. }) => Some(device.clone()),
        Some(Element::UnrecordedEquipment { at }) => Some(at.clone()),
        _ => None,
    };
    end(working).filter(|device| Some(device) == end(protection).as_ref())
}

impl Trial<'_> {
    fn protect(&self) -> Protection {
        let space = self.space(false).for_pair();
        let starts = [Start::free(space.start())];
        let limits = Limits { max_expanded: MAX_EXPANDED };
        let verdict = engine::disjoint_pair(&space, [&starts, &starts], &Bans::default(), &share_penalty, limits);
        match verdict {
            PairVerdict::Disjoint { pair, optimal, gap } => match self.legs(&space, &pair) {
                Some((working, protection)) => Protection::Disjoint {
                    common_end: common_end(&working, &protection),
                    unrecorded: self.unrecorded([&working, &protection]),
                    working: Box::new(working),
                    protection: Box::new(protection),
                    optimal,
                    gap_cny: i64::try_from(gap / 1000).unwrap_or(i64::MAX),
                },
                None => Protection::Dark,
            },
            // What was left out of the search may hold the second way.
            PairVerdict::Impossible { least_shared, .. } if !space.is_complete() => {
                Protection::Undecided { least_shared: self.least_shared(&space, least_shared) }
            }
            PairVerdict::Impossible { certificate, least_shared } => Protection::Impossible {
                single: match certificate {
                    Certificate::SingleRisk(risk) => Some(self.shared(risk)),
                    Certificate::Exhausted | Certificate::NoRoute => None,
                },
                no_route: certificate == Certificate::NoRoute,
                least_shared: self.least_shared(&space, least_shared),
            },
            PairVerdict::Undecided { least_shared, .. } => {
                Protection::Undecided { least_shared: self.least_shared(&space, least_shared) }
            }
        }
    }

    /// Cables of both legs that no span is recorded for.
    fn unrecorded(&self, legs: [&Alternative; 2]) -> Vec<Named> {
        let mut found = Vec::new();
        for element in legs.iter().flat_map(|leg| &leg.route) {
            if let Element::Cable { cable, spans, .. } = element
                && spans.is_empty()
                && !found.contains(cable)
            {
                found.push(cable.clone());
            }
        }
        found
    }

    fn least_shared(
        &self,
        space: &AccessSpace<'_>,
        found: Option<engine::LeastShared<Path<At, Move>, Risk>>,
    ) -> Option<Box<LeastShared>> {
        let found = found?;
        let mut shared: Vec<Shared> = Vec::new();
        for risk in &found.risks {
            // One span may be shared as itself and as one that lies beside others.
            let thing = self.shared(*risk);
            if !shared.contains(&thing) {
                shared.push(thing);
            }
        }
        let (working, protection) = self.legs(space, &found.pair)?;
        Some(Box::new(LeastShared { working, protection, shared, optimal: found.optimal }))
    }

    /// Both legs; the second takes other cores and ports than the first.
    fn legs(
        &self,
        space: &AccessSpace<'_>,
        pair: &(Path<At, Move>, Path<At, Move>),
    ) -> Option<(Alternative, Alternative)> {
        let mut before = TakenBefore::default();
        let mut leg = |path| match self.finish(space, path, &mut before)? {
            Finished::Way(way, _) => Some(*way),
            Finished::Dark(..) => None,
        };
        let (mut working, mut protection) = (leg(&pair.0)?, leg(&pair.1)?);
        (working.rank, protection.rank) = (1, 2);
        Some((working, protection))
    }

    fn shared(&self, risk: Risk) -> Shared {
        let network = self.job.network;
        let kind = match risk {
            Risk::Place(id) => network.get(id).map(|place| SharedKind::Place(place.kind)),
            Risk::Span(id) | Risk::Trench(id) | Risk::Beside(id, _) => {
                network.get(id).map(|span| SharedKind::Span(span.kind))
            }
            Risk::Cable(_) => Some(SharedKind::Cable),
            Risk::Last(Scarce::Port(_) | Scarce::Splitter(_)) => Some(SharedKind::Equipment),
            Risk::Last(Scarce::Cores(..)) => Some(SharedKind::Cores),
            Risk::Last(Scarce::Bore(_)) => Some(SharedKind::Bore),
        };
        Shared { resource: named(network, risk_record(risk)), kind: kind.unwrap_or(SharedKind::Cable) }
    }
}

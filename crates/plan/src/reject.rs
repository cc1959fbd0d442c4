//! Why the other candidates cannot serve: the blocking resource, by name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use linewright_catalog::Technology;
use linewright_model::{AnyId, DeviceKind, Id, PlaceId, SpanId};
use linewright_search::access::{self, AccessSpace, Equipment, Move, offered, splitters};
use linewright_search::capacity;
use linewright_search::engine::{Limits, Path, Start};
use linewright_search::ground;
use linewright_search::strand::Tail;

use crate::equipment::PortOffer;
use crate::locate::named;
use crate::report::{Alternative, Block, Named, Note, Rejected};
use crate::survey::{Searches, Trial};

/// Places looked at when a blocked street is sought.
const MAX_STREETS: usize = 20_000;
/// States looked at to explain one candidate.
const MAX_EXPANDED: u64 = 100_000;

/// Explains the access points around the customer that none of the alternatives uses.
pub(crate) fn rejected(
    trials: &[Trial<'_>],
    searches: &mut [Searches<'_, '_>],
    alternatives: &[Alternative],
    dark: &BTreeMap<AnyId, (Technology, Block)>,
    notes: &mut Vec<Note>,
) -> Vec<Rejected> {
    let Some(first) = trials.first() else { return Vec::new() };
    let job = first.job;
    let Some(from) = job.customer.end.position else { return Vec::new() };
    let policy = &job.catalog.policy().candidates;
    let used: BTreeSet<AnyId> = alternatives.iter().map(|a| a.access_point.id).collect();
    let near = job.nearby();
    let mut found = Vec::new();
    for (place, distance_m) in near {
        if used.contains(&place.any()) {
            continue;
        }
        let blocked = match dark.get(&place.any()) {
            Some((technology, block)) => Some((Some(*technology), block.clone())),
            None if *distance_m > policy.build_max_m => {
                Some((None, Block::TooFar { distance_m: *distance_m, limit_m: policy.build_max_m }))
            }
            None => why_not_at_all(trials, searches, *place).or_else(|| {
                // Nothing in glass stands in the way, yet there is no answer: it must be the street.
                alternatives.is_empty().then(|| first.street_block(*place)).flatten().map(|block| (None, block))
            }),
        };
        if let Some((technology, block)) = blocked {
            let access_point = named(job.network, *place);
            found.push(Rejected { access_point, distance_m: *distance_m, technology, block });
        }
    }
    if alternatives.is_empty() && near.is_empty() {
        let anything = job.topology.nearest_places(job.network, from, f64::INFINITY, 1, &|_, _| true);
        notes.extend(
            anything
                .into_iter()
                .map(|(place, distance_m)| Note::NearestPlant { place: named(job.network, place), distance_m }),
        );
    }
    found
}

/// What keeps a place from serving with every solution, told for the one preferred; `None` when one could, only dearer.
fn why_not_at_all(
    trials: &[Trial<'_>],
    searches: &mut [Searches<'_, '_>],
    place: PlaceId,
) -> Option<(Option<Technology>, Block)> {
    let mut first = None;
    for (trial, searches) in trials.iter().zip(searches) {
        let block = trial.why_not(searches, place)?;
        first.get_or_insert((Some(trial.solution.technology), block));
    }
    first
}

impl Trial<'_> {
    /// What keeps an access place from serving with this solution; `None` when it could serve, only dearer.
    fn why_not(&self, searches: &mut Searches<'_, '_>, place: PlaceId) -> Option<Block> {
        let job = self.job;
        let record = job.network.get(place)?;
        if !offered(&record.plant, job.latest) {
            return Some(Block::NotAvailable {
                plant: named(job.network, place),
                stage: record.plant.stage,
                available_from: record.plant.available_from,
            });
        }
        let in_splitter = self.why_not_splitter(place);
        if self.solution.technology == Technology::Pon && splitters(job.network, place).next().is_some() {
            // `None`: a branch is free there, so the place could serve.
            return in_splitter;
        }
        // In glass, to anything that ends the line.
        let starts = [Start::free(AccessSpace::entered(place))];
        let limits = Limits { max_expanded: MAX_EXPANDED };
        if searches.real.reaches(&starts, limits).unwrap_or(false) {
            return None;
        }
        match searches.relaxed.shortest(&starts, limits) {
            Ok(Some(path)) => self.blocking(&path),
            _ => Some(self.no_way(place)),
        }
    }

    /// The first span on the shortest way along the streets to a place that no cable can be pulled through.
    fn street_block(&self, place: PlaceId) -> Option<Block> {
        let (network, topology) = (self.job.network, self.job.topology);
        let from = ground(network, self.job.customer.end.place?);
        let to = ground(network, place);
        let mut came: BTreeMap<PlaceId, (PlaceId, SpanId)> = BTreeMap::new();
        let mut open = VecDeque::from([from]);
        while let Some(at) = open.pop_front().filter(|at| *at != to && came.len() < MAX_STREETS) {
            for id in topology.spans_at(at) {
                let Some(span) = network.get(id) else { continue };
                for next in [span.a, span.b].map(|end| ground(network, end)) {
                    if next != from && !came.contains_key(&next) {
                        came.insert(next, (at, id));
                        open.push_back(next);
                    }
                }
            }
        }
        let mut way = Vec::new();
        let mut at = to;
        while let Some((before, span)) = came.get(&at) {
            way.push(*span);
            at = *before;
        }
        way.iter().rev().find_map(|id| {
            let span = network.get(*id)?;
            if !offered(&span.plant, self.job.latest) {
                let (stage, available_from) = (span.plant.stage, span.plant.available_from);
                return Some(Block::NotAvailable { plant: named(network, *id), stage, available_from });
            }
            let capacity = span.capacity.filter(|_| capacity::spare_bores(network, *id, span) == Some(0))?;
            Some(Block::SpanFull { span: named(network, *id), capacity })
        })
    }

    fn why_not_splitter(&self, place: PlaceId) -> Option<Block> {
        let network = self.job.network;
        let mut block = None;
        for id in splitters(network, place) {
            let device = network.get(id)?;
            let splitter = named(network, id);
            let branches = usize::from(crate::route::splitter_ratio(device));
            let feeder = access::feeder(network, id);
            let broken = feeder.as_deref().map(|chain| access::feeder_state(network, chain, self.job.latest));
            let here = if feeder.is_none() {
                Block::NotFed { splitter }
            } else if let Some(Err(at)) = broken {
                Block::FeederBroken { splitter, at: named(network, at) }
            } else if capacity::free_branches(network, id, device).is_empty() {
                Block::NoFreeBranch { splitter, branches }
            } else {
                return None;
            };
            block.get_or_insert(here);
        }
        block
    }

    /// The first thing on a way that is taken.
    fn blocking(&self, path: &Path<access::At, Move>) -> Option<Block> {
        let network = self.job.network;
        for edge in path.edges() {
            match edge {
                Move::Cross(ix, _) => {
                    let strand = self.job.topology.strand(ix)?;
                    if capacity::pick(network, strand, self.terms.fibres).is_some() {
                        continue;
                    }
                    return Some(self.cores_block(&self.same_way(ix)));
                }
                Move::Attach(Equipment::Device(id)) => {
                    let device = network.get(id)?;
                    let offer = self.wanted.offer(network, id, device, 0);
                    if !matches!(offer, Some(PortOffer::Free(_) | PortOffer::NewBoard)) {
                        let blocks = device.blocks.iter().filter(|block| self.wanted.fits(block));
                        return Some(Block::NoFreePort {
                            device: named(network, id),
                            rates: self.wanted.rates.iter().map(|rate| (*rate).to_owned()).collect(),
                            ports: blocks.map(|block| block.count as usize).sum(),
                        });
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// All strands that run the same way as this one: only together they show how full the way is.
    fn same_way(&self, ix: linewright_search::StrandIx) -> Vec<linewright_search::StrandIx> {
        let topology = self.job.topology;
        let Some(strand) = topology.strand(ix) else { return Vec::new() };
        let at = topology.strands_at(strand.places[0]);
        at.filter(|other| topology.strand(*other).is_some_and(|s| s.places == strand.places)).collect()
    }

    fn cores_block(&self, strands: &[linewright_search::StrandIx]) -> Block {
        let network = self.job.network;
        let mut cables: BTreeSet<Named> = BTreeSet::new();
        let mut blocked = BTreeMap::new();
        let mut free = 0;
        let mut disputed = !strands.is_empty();
        for strand in strands.iter().filter_map(|ix| self.job.topology.strand(*ix)) {
            cables.extend(strand.pieces.iter().map(|piece| named(network, piece.cable)));
            disputed &= strand.tails.contains(&Tail::Disputed);
            let found = capacity::availability(network, strand);
            free += found.free;
            for (state, count) in found.blocked {
                *blocked.entry(state).or_insert(0) += count;
            }
        }
        let cables = cables.into_iter().collect();
        if disputed {
            return Block::Disputed { cables };
        }
        Block::NoFreeCores { cables, needed: self.terms.fibres, free, blocked: blocked.into_iter().collect() }
    }

    fn no_way(&self, place: PlaceId) -> Block {
        let job = self.job;
        let strands: Vec<_> = job.topology.strands_at(place).collect();
        let waiting =
            strands.iter().filter_map(|ix| job.topology.strand(*ix)).flat_map(|s| &s.pieces).find_map(|piece| {
                let cable = job.network.get(piece.cable)?;
                (!offered(&cable.plant, job.latest)).then(|| Block::NotAvailable {
                    plant: named(job.network, piece.cable),
                    stage: cable.plant.stage,
                    available_from: cable.plant.available_from,
                })
            });
        waiting.unwrap_or_else(|| match job.far {
            Some(far) => Block::NoWayToFarEnd { far: far.located.label.clone() },
            None => Block::NoWayToEquipment {
                wanted: self.wanted.kinds.iter().map(|kind| kind_name(*kind).to_owned()).collect(),
            },
        })
    }
}

/// Name of a kind of equipment, as in the native format.
pub(crate) fn kind_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Odf => "odf",
        DeviceKind::Ddf => "ddf",
        DeviceKind::Splitter => "splitter",
        DeviceKind::Adm => "adm",
        DeviceKind::Olt => "olt",
        DeviceKind::Onu => "onu",
        DeviceKind::Switch => "switch",
        DeviceKind::Router => "router",
    }
}

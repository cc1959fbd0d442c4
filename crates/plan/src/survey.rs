//! The survey 勘察: can we serve this point, how, over what exactly, at what cost, by when?

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use linewright_catalog::{Budget, BudgetFailure, Catalog, Direction, LineMake, OpticsError, Solution, Technology};
use linewright_model::{
    AnyId, CableId, Carrier, DeviceId, Id, Network, Place, PlaceId, Plant, Position, SpanId, Stage, Take, Version,
};
use linewright_search::Topology;
use linewright_search::access::{AccessSpace, At, Ends, Equipment, Goal, Move, Stack, Terms, is_access_place};
use linewright_search::engine::{Limits, Path, Session, Start};

use crate::equipment::{Wanted, attachments};
use crate::locate::{Found, locate, named};
use crate::protect;
use crate::reject;
use crate::report::{Alternative, Block, Note, Protection, Survey, Verdict};
use crate::request::{SurveyError, SurveyRequest, Where};
use crate::route::{Route, TakenBefore, Tracer};
use crate::works::Site;

/// Most alternatives that can be asked for.
const MOST_ALTERNATIVES: usize = 20;
/// Ways without light that are passed over before the search gives up.
const MAX_DARK: usize = 12;
/// States one search may expand before it says that better ways may exist.
const MAX_EXPANDED: u64 = 400_000;

/// All that a survey works on.
pub(crate) struct Job<'a> {
    pub(crate) network: &'a Network,
    pub(crate) topology: &'a Topology,
    pub(crate) catalog: &'a Catalog,
    pub(crate) customer: &'a Found,
    pub(crate) far: Option<&'a Found>,
    pub(crate) today: NaiveDate,
    pub(crate) latest: Option<NaiveDate>,
    ends: OnceCell<Ends>,
    nearby: OnceCell<Vec<(PlaceId, f64)>>,
}

impl Job<'_> {
    /// The access points nearest to the customer, with their distances in metres.
    pub(crate) fn nearby(&self) -> &[(PlaceId, f64)] {
        self.nearby.get_or_init(|| {
            let Some(from) = self.customer.end.position else { return Vec::new() };
            let policy = &self.catalog.policy().candidates;
            let wanted = |id: PlaceId, _: &Place| is_access_place(self.network, self.topology, id);
            let (radius_m, most) = (policy.search_radius_m, policy.access_points);
            self.topology.nearest_public_places(self.network, from, radius_m, most, &wanted)
        })
    }
}

/// One access solution being tried.
pub(crate) struct Trial<'a> {
    pub(crate) job: &'a Job<'a>,
    pub(crate) solution: &'a Solution,
    pub(crate) wanted: Wanted<'a>,
    pub(crate) terms: Terms,
    /// The terms that ignore what is taken of cores.
    relaxed: Terms,
}

/// The searches of a trial: as things are, and ignoring what is taken, to find what blocks.
pub(crate) struct Searches<'s, 'a> {
    space: &'s AccessSpace<'a>,
    pub(crate) real: Session<'s, AccessSpace<'a>>,
    pub(crate) relaxed: Session<'s, AccessSpace<'a>>,
}

/// What a path became.
pub(crate) enum Finished {
    /// A way to connect.
    Way(Box<Alternative>, Key),
    /// The way exists, but light does not get through.
    Dark(AnyId, Block),
}

/// What makes two ways the same alternative.
pub(crate) type Key = (Technology, AnyId, Option<Equipment>, Vec<CableId>);

/// Answers a survey request. Pure: the same input gives the same answer.
pub fn survey(
    network: &Network,
    topology: &Topology,
    request: &SurveyRequest,
    catalog: &Catalog,
    now: DateTime<Utc>,
) -> Result<Survey, SurveyError> {
    if network.count::<Place>() == 0 {
        return Err(SurveyError::EmptyNetwork);
    }
    let wanted = request.alternatives.unwrap_or(catalog.policy().candidates.alternatives);
    if wanted == 0 || wanted > MOST_ALTERNATIVES {
        return Err(SurveyError::Alternatives { asked: wanted, most: MOST_ALTERNATIVES });
    }
    let resolved = catalog.products().resolve(&request.product, request.bandwidth)?;
    let customer = locate(network, &request.customer)?;
    let far = request.far.as_ref().map(|far| locate(network, far)).transpose()?;
    for (found, asked) in [(Some(&customer), Some(&request.customer)), (far.as_ref(), request.far.as_ref())] {
        if let (Some(found), Some(Where::At { x, y, .. })) = (found, asked) {
            on_the_map(network, topology, catalog, found, [*x, *y])?;
        }
    }
    if far.as_ref().is_some_and(|far| same_end(&customer, far)) {
        return Err(SurveyError::SameEnds);
    }
    let job = Job {
        network,
        topology,
        catalog,
        customer: &customer,
        far: far.as_ref(),
        today: now.date_naive(),
        latest: request.latest,
        ends: OnceCell::new(),
        nearby: OnceCell::new(),
    };
    let trials: Vec<Trial<'_>> = resolved.candidates.iter().filter_map(|s| Trial::new(&job, s)).collect();
    let mut answer = Answer::default();
    let spaces: Vec<[AccessSpace<'_>; 2]> = trials.iter().map(|t| [t.space(false), t.space(true)]).collect();
    let mut searches: Vec<Searches<'_, '_>> = spaces.iter().map(Searches::new).collect();
    for (trial, searches) in trials.iter().zip(&mut searches) {
        trial.alternatives(searches, wanted, &mut answer);
    }
    let alternatives = answer.ranked(wanted, job.today);
    let protection = if request.protect { protect::protect(&trials) } else { None };
    let mut notes = answer.notes;
    let rejected = reject::rejected(&trials, &mut searches, &alternatives, &answer.dark, &mut notes);
    if alternatives.iter().any(|a| !a.to_check.is_empty()) {
        notes.push(Note::CoresUnknown);
    }
    if alternatives.iter().any(|a| a.route.iter().any(|e| matches!(e, crate::Element::UnrecordedEquipment { .. }))) {
        notes.push(Note::EquipmentUnknown);
    }
    if matches!(protection, Some(Protection::Impossible { .. })) && job.ends.get().is_some_and(Ends::nearest_only) {
        let policy = &catalog.policy().candidates;
        notes.push(Note::NearestOnly { street_spans: policy.street_spans, passing_cables: policy.passing_cables });
    }
    notes.extend(overdue(network, &alternatives, job.today));
    if far.is_some() {
        notes.push(Note::GlassAllTheWay);
    }
    notes.dedup();
    Ok(Survey {
        base: network.version(),
        catalog: catalog.versions(),
        customer: customer.located.clone(),
        far: far.as_ref().map(|far| far.located.clone()),
        product: resolved.product.code.clone(),
        product_name: [resolved.product.name.zh.clone(), resolved.product.name.en.clone()],
        bandwidth: request.bandwidth,
        verdict: alternatives.first().map_or(Verdict::Infeasible, |best| best.verdict),
        alternatives,
        protection,
        rejected,
        notes,
    })
}

/// Life cycle and owner of a record that is plant.
fn plant_of(network: &Network, id: AnyId) -> Option<&Plant> {
    let cable = id.typed::<CableId>().and_then(|id| network.get(id)).map(|cable| &*cable.plant);
    let span = || id.typed::<SpanId>().and_then(|id| network.get(id)).map(|span| &*span.plant);
    let place = || id.typed::<PlaceId>().and_then(|id| network.get(id)).map(|place| &*place.plant);
    let device = || id.typed::<DeviceId>().and_then(|id| network.get(id)).map(|device| &*device.plant);
    cable.or_else(span).or_else(place).or_else(device)
}

/// Plant under an answer that should have been in service by now.
fn overdue(network: &Network, alternatives: &[Alternative], today: NaiveDate) -> Vec<Note> {
    let mut found = Vec::new();
    for (plant, _) in alternatives.iter().flat_map(|way| &way.relied_on) {
        let Some(record) = plant_of(network, plant.id) else { continue };
        let Some(available_from) = record.available_from.filter(|day| *day < today) else { continue };
        let note = Note::Overdue { plant: plant.clone(), available_from };
        if record.stage != Stage::InService && !found.contains(&note) {
            found.push(note);
        }
    }
    found
}

/// Refuses a coordinate far from all plant when a common slip of it lies amid plant.
fn on_the_map(
    network: &Network,
    topology: &Topology,
    catalog: &Catalog,
    found: &Found,
    [x, y]: [f64; 2],
) -> Result<(), SurveyError> {
    let radius_m = catalog.policy().candidates.search_radius_m;
    let near = |at: Position| !topology.nearest_places(network, at, radius_m, 1, &|_, _| true).is_empty();
    let Some(at) = found.end.position.filter(|at| !near(*at)) else { return Ok(()) };
    let (lon, lat) = (at.lon_deg(), at.lat_deg());
    let slips = [(lat, lon), (-lon, lat), (lon, -lat), (-lon, -lat), (-lat, lon), (lat, -lon), (-lat, -lon)];
    let meant = slips.into_iter().filter_map(|(lon, lat)| Position::new(lon, lat).ok()).find(|at| near(*at));
    let asked = format!("{x},{y}");
    if let Some(meant) = meant {
        return Err(SurveyError::FarFromMap { asked, meant: format!("{},{}", meant.lon_deg(), meant.lat_deg()) });
    }
    let nearest = topology.nearest_places(network, at, f64::INFINITY, 1, &|_, _| true);
    match nearest.first() {
        Some((place, distance_m)) => {
            let (nearest, distance_km) = (network.label(*place), (distance_m / 1000.0).round());
            Err(SurveyError::NothingNear { asked, nearest, distance_km })
        }
        None => Ok(()),
    }
}

fn same_end(a: &Found, b: &Found) -> bool {
    match (a.end.place, b.end.place) {
        (Some(a), Some(b)) => a == b,
        _ => a.end.position.is_some() && a.end.position == b.end.position,
    }
}

/// What the trials have found so far.
#[derive(Default)]
pub(crate) struct Answer {
    ways: Vec<(Box<Alternative>, Key)>,
    pub(crate) dark: BTreeMap<AnyId, (Technology, Block)>,
    notes: Vec<Note>,
}

impl Answer {
    fn take(&mut self, technology: Technology, finished: Finished) {
        match finished {
            Finished::Way(way, key) => {
                if !self.ways.iter().any(|(_, other)| *other == key) {
                    self.ways.push((way, key));
                }
            }
            Finished::Dark(place, block) => {
                self.dark.entry(place).or_insert((technology, block));
            }
        }
    }

    fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The best of each access point first, then what else there is;
    /// ranked by coverage (for PON), verdict, cost, days (DOMAIN §4.2 step 11, §11).
    fn ranked(&mut self, wanted: usize, today: NaiveDate) -> Vec<Alternative> {
        let mut ways: Vec<Box<Alternative>> = std::mem::take(&mut self.ways).into_iter().map(|(way, _)| way).collect();
        let covered = ways.iter().any(|way| way.technology == Technology::Pon && way.covers == Some(true));
        let rank = |way: &Alternative| {
            let elsewhere = covered && way.technology == Technology::Pon && way.covers == Some(false);
            let wait = way.lead_time.not_before.map_or(0, |day| (day - today).num_days().max(0));
            let days = i64::from(way.lead_time.working_days).max(wait);
            (elsewhere, way.verdict, way.cost_cny, days, way.access_point.clone())
        };
        ways.sort_by_cached_key(|way| rank(way));
        let mut seen = BTreeSet::new();
        ways.sort_by_cached_key(|way| !seen.insert((way.technology, way.access_point.clone())));
        ways.truncate(wanted);
        ways.sort_by_cached_key(|way| rank(way));
        let ranked = |(rank, way): (usize, Box<Alternative>)| Alternative { rank, ..*way };
        (1..).zip(ways).map(ranked).collect()
    }
}

impl<'s, 'a> Searches<'s, 'a> {
    fn new([space, relaxed]: &'s [AccessSpace<'a>; 2]) -> Self {
        Self { space, real: Session::new(space), relaxed: Session::new(relaxed) }
    }
}

impl<'a> Trial<'a> {
    /// A trial of a solution; `None` when it cannot carry what is asked: a PON has no far end of its own.
    fn new(job: &'a Job<'a>, solution: &'a Solution) -> Option<Self> {
        if job.far.is_some() && solution.technology == Technology::Pon {
            return None;
        }
        let terms = terms(job.catalog, solution, job.latest);
        let relaxed = Terms { fibres: 0, ..terms.clone() };
        Some(Self { job, solution, wanted: Wanted::new(solution, job.catalog), terms, relaxed })
    }

    /// Where a line may end; `relaxed` ignores what is taken.
    fn goal(&'a self, relaxed: bool) -> Goal<'a> {
        let job = self.job;
        match job.far {
            Some(far) => Goal::Far(far.end),
            None => Goal::serving(move |place| {
                let home = job.customer.end.place;
                attachments(job.network, job.topology, &self.wanted, place, home, job.latest, relaxed)
            }),
        }
    }

    /// The space of this solution; `relaxed` ignores what is taken.
    pub(crate) fn space(&'a self, relaxed: bool) -> AccessSpace<'a> {
        let (job, terms) = (self.job, if relaxed { &self.relaxed } else { &self.terms });
        let far = job.far.map(|far| far.end);
        // The solutions differ in fibres and equipment, not in streets.
        let ends = job.ends.get_or_init(|| Ends::new(job.network, job.topology, terms, job.customer.end, far));
        let space = AccessSpace::between(job.network, job.topology, terms, ends, self.goal(relaxed));
        // What no answer uses is asked why.
        space.asked_from(job.nearby().iter().map(|(place, _)| *place))
    }

    fn alternatives(&'a self, searches: &mut Searches<'_, 'a>, wanted: usize, answer: &mut Answer) {
        let covering: BTreeSet<PlaceId> = self.job.customer.covered_by.iter().copied().collect();
        if self.solution.technology == Technology::Pon && !covering.is_empty() {
            let space = self.space(false).only(covering);
            self.collect(&space, &mut Session::new(&space), wanted, answer);
        }
        self.collect(searches.space, &mut searches.real, wanted, answer);
    }

    /// The best way by each of the nearest access points, and the next best ways whatever their access point; ways
    /// that light does not pass are passed over.
    fn collect<'s>(
        &self,
        space: &AccessSpace<'s>,
        session: &mut Session<'_, AccessSpace<'s>>,
        wanted: usize,
        answer: &mut Answer,
    ) {
        let starts = [Start::free(space.start())];
        let limits = Limits { max_expanded: MAX_EXPANDED };
        let mut bans = BTreeSet::new();
        let (mut bright, mut tried) = (0, Vec::new());
        while bright < wanted {
            let Ok(path) = session.shortest(&starts, limits) else {
                answer.note(Note::SearchBound);
                break;
            };
            let Some(path) = path else { break };
            bright += usize::from(self.take(space, &path, answer));
            bans.extend(self.same_entry(space, &path));
            tried.push(path);
            if tried.len() == wanted + MAX_DARK {
                answer.note(Note::SearchBound);
                break;
            }
            session.ban(bans.iter().copied());
        }
        session.ban([]);
        let paths = session.k_shortest(&starts, wanted, limits).unwrap_or_else(|exceeded| {
            answer.note(Note::SearchBound);
            exceeded.found
        });
        for path in paths.iter().filter(|path| !tried.contains(path)) {
            self.take(space, path, answer);
        }
    }

    /// Takes a path into the answer; whether it is a way to connect.
    fn take(&self, space: &AccessSpace<'_>, path: &Path<At, Move>, answer: &mut Answer) -> bool {
        let finished = self.finish(space, path, &mut TakenBefore::default());
        let bright = matches!(finished, Some(Finished::Way(..)));
        if let Some(finished) = finished {
            answer.take(self.solution.technology, finished);
        }
        bright
    }

    /// All moves that enter plant where this path does.
    fn same_entry(&self, space: &AccessSpace<'_>, path: &Path<At, Move>) -> Vec<Move> {
        let mut moves = Vec::new();
        for step in &path.steps {
            match step.edge {
                Move::Tap(nth, ..) => {
                    let Some(cable) = space.tap(nth).map(|tap| tap.cable) else { continue };
                    let taps = (0..=u16::MAX).map_while(|n| space.tap(n).map(|tap| (n, tap)));
                    for (n, _) in taps.filter(|(_, tap)| tap.cable == cable) {
                        let strands = self.job.topology.strands_through(cable);
                        moves.extend(strands.flat_map(|ix| [Move::Tap(n, ix, 0), Move::Tap(n, ix, 1)]));
                    }
                }
                edge if step.to.stack == Stack::Entered => moves.push(edge),
                _ => {}
            }
        }
        moves
    }

    /// Makes an alternative of a path; `None` for a path that never enters plant.
    pub(crate) fn finish(
        &self,
        space: &AccessSpace<'_>,
        path: &Path<At, Move>,
        before: &mut TakenBefore,
    ) -> Option<Finished> {
        let job = self.job;
        let labels = [job.customer.located.label.as_str(), job.far.map_or("", |far| far.located.label.as_str())];
        let pon = self.solution.technology == Technology::Pon;
        let policy = job.catalog.policy();
        let tracer = Tracer { space, network: job.network, policy, wanted: &self.wanted, labels, pon };
        let route = tracer.trace(path, before);
        let access = route.access_point?;
        let (budget, new_modules) = match self.budget(&route) {
            Ok(found) => found,
            Err(lacking) => return Some(Finished::Dark(access, Block::NotComputable { reason: lacking.to_string() })),
        };
        if let (Some(budget), Some(Equipment::Device(_))) = (&budget, route.equipment)
            && !budget.passes
        {
            let failures = budget.failures().cloned().collect();
            return Some(Finished::Dark(access, Block::Budget { interface: budget.interface.clone(), failures }));
        }
        Some(self.alternative(route, budget, new_modules, access))
    }

    fn alternative(&self, mut route: Route, budget: Option<Budget>, new_modules: bool, access: AnyId) -> Finished {
        let job = self.job;
        let technology = self.solution.technology;
        let homes = [job.customer.end.place, job.far.and_then(|far| far.end.place)].into_iter().flatten().collect();
        // A second leg ends on the customer equipment of the first.
        let customer_equipment = if route.leg > 0 { 0 } else { 1 + u32::from(job.far.is_some()) };
        let site = Site {
            network: job.network,
            catalog: job.catalog,
            wanted: &self.wanted,
            homes,
            customer_equipment,
            new_modules,
        };
        let works = site.works(&route, budget.as_ref(), job.today);
        if let (true, Some(budget)) = (new_modules, &budget) {
            for element in &mut route.elements {
                if let crate::Element::Port { interface, .. } = element {
                    budget.interface.clone_into(interface);
                }
            }
        }
        let notify = self.notices(&route);
        let covering = &job.customer.covered_by;
        let revision = |id| job.network.revision(id).unwrap_or(Version(0));
        let key = (technology, access, route.equipment, route.cables.clone());
        let alternative = Alternative {
            rank: 0,
            verdict: works.verdict,
            expansions: works.expansions,
            technology,
            container: self.solution.container.clone(),
            access_point: named(job.network, access),
            covers: (!covering.is_empty()).then(|| covering.iter().any(|place| place.any() == access)),
            // `sum` of nothing is -0.0.
            drop_m: route.drops.iter().fold(0.0, |sum, drop| sum + drop.length_m),
            length_m: route.length_m,
            route: route.elements,
            holdings: route.holdings,
            budget,
            notify,
            to_check: route.to_check.iter().map(|cable| named(job.network, *cable)).collect(),
            bill: works.bill,
            cost_cny: works.cost_cny,
            lead_time: works.lead_time,
            relied_on: route.relied_on.iter().map(|id| (named(job.network, *id), revision(*id))).collect(),
        };
        Finished::Way(Box::new(alternative), key)
    }

    /// The budget of a route with the interface plugged, or the cheapest one that passes; whether modules must be
    /// bought for it. None where the records do not tell the loss.
    fn budget(&self, route: &Route) -> Result<(Option<Budget>, bool), OpticsError> {
        if route.light_unknown {
            return Ok((None, false));
        }
        let optics = self.job.catalog.optics();
        let plugged = route.port.and_then(|port| {
            let block = self.job.network.get(port.device)?.block_of(port.port)?.clone();
            optics.interface(&block.interface).map(|interface| interface.code.clone())
        });
        let line: &LineMake = &route.line;
        if let Some(code) = plugged {
            let budget = self.in_practice(optics.budget(&code, line)?, line);
            // On a feeder that others are on, nobody swaps the optics.
            if budget.passes || route.fed {
                return Ok((Some(budget), false));
            }
            let better =
                optics.choose(&self.rate_of(&code), line)?.passing.map(|better| self.in_practice(better, line));
            return Ok(match better {
                Some(better) => (Some(better), true),
                None => (Some(budget), false),
            });
        }
        let mut nearest = None;
        for rate in std::iter::once(&self.solution.interface_rate).chain(&self.solution.faster_rates) {
            let choice = optics.choose(rate, line)?;
            if let Some(passing) = choice.passing {
                return Ok((Some(self.in_practice(passing, line)), true));
            }
            nearest = nearest.or(choice.nearest_failing.map(|miss| miss.budget));
        }
        Ok((nearest, true))
    }

    /// The carrier's own limits on PON (DOMAIN §3.3), stricter than the class.
    fn in_practice(&self, mut budget: Budget, line: &LineMake) -> Budget {
        let practice = &self.job.catalog.policy().pon;
        if self.solution.technology != Technology::Pon {
            return budget;
        }
        let stages = u32::try_from(line.splitters.len()).unwrap_or(u32::MAX);
        let branches = line.splitters.iter().fold(1u32, |all, ratio| all.saturating_mul(u32::from(*ratio)));
        if stages > practice.stages_max {
            budget.line_failures.push(BudgetFailure::TooManyStages { stages, limit: practice.stages_max });
        }
        if branches > practice.split_max {
            budget.line_failures.push(BudgetFailure::TooManyBranches { branches, limit: practice.split_max });
        }
        let low_dbm = practice.onu_acceptance_dbm.low;
        let down = budget.directions.iter().find(|d| d.direction == Direction::Downstream);
        if let Some(received_dbm) = down.map(|d| d.received_min_dbm).filter(|received_dbm| *received_dbm < low_dbm) {
            budget.line_failures.push(BudgetFailure::BelowAcceptance { received_dbm, low_dbm });
        }
        budget.passes &= budget.line_failures.is_empty();
        budget
    }

    /// Parties with a say over plant that the route rests on, or over cores that it takes.
    fn notices(&self, route: &Route) -> Vec<(crate::Named, String)> {
        let network = self.job.network;
        let mut found = Vec::new();
        let mut note = |id: AnyId, party: &str| {
            let notice = (named(network, id), party.to_owned());
            if !party.is_empty() && !found.contains(&notice) {
                found.push(notice);
            }
        };
        for id in &route.relied_on {
            if let Some(plant) = plant_of(network, *id) {
                note(*id, &plant.notice_party);
            }
        }
        for holding in &route.holdings {
            let (Carrier::Cable(id), Take::Slot(core)) = (holding.carrier, holding.take) else { continue };
            let ranges = network.get(id).into_iter().flat_map(|cable| &cable.core_ownership);
            for range in ranges.filter(|range| core >= range.first && core - range.first < range.count) {
                note(id.any(), &range.party);
            }
        }
        found
    }

    fn rate_of(&self, code: &str) -> String {
        let interface = self.job.catalog.optics().interface(code);
        interface.map_or_else(String::new, |interface| interface.rate.clone())
    }
}

/// The search's prices and limits, from the catalogue.
fn terms(catalog: &Catalog, solution: &Solution, latest: Option<NaiveDate>) -> Terms {
    let (prices, policy) = (catalog.prices(), catalog.policy());
    let milli = |cny: i64| u64::try_from(cny).unwrap_or(0).saturating_mul(1000);
    Terms {
        fibres: u32::from(solution.fibres),
        pon: solution.technology == Technology::Pon,
        shadow_milli_cny_per_m: u64::try_from(prices.shadow_milli_cny_per_m).unwrap_or(1).max(1),
        // Between a drop and a built cable: the works price each exactly.
        drop_milli_cny_per_m: milli(prices.duct_cable.over_m(1000.0)) / 1000,
        drop_milli_cny: milli(prices.drop_cable.amount_cny),
        across_max_m: policy.distance.drop_aerial_max_m,
        pole_milli_cny_per_m: milli(prices.pole_line.over_m(1000.0)) / 1000,
        jumper_milli_cny: milli(prices.jumper.amount_cny),
        splice_milli_cny: milli(prices.splice.amount_cny),
        closure_milli_cny: milli(prices.closure.amount_cny),
        tap_milli_cny: milli(policy.candidates.tap_premium_cny),
        unproven_milli_cny: milli(policy.candidates.unproven_premium_cny),
        waiting_milli_cny: milli(policy.candidates.waiting_premium_cny),
        max_drop_m: policy.candidates.build_max_m,
        straight_factor: policy.distance.prescreen_factor,
        route_factor: policy.distance.route_factor,
        access_points: policy.candidates.access_points,
        street_spans: policy.candidates.street_spans,
        passing_cables: policy.candidates.passing_cables,
        latest,
    }
}

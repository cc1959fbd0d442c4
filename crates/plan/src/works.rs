//! What a route needs: verdict, bill of quantities, lead time.

use chrono::NaiveDate;
use linewright_catalog::{Budget, Catalog, RatePrice};
use linewright_model::{Network, Permit, PermitKind, PlaceId, SpanKind};
use linewright_search::access::Equipment;

use crate::equipment::Wanted;
use crate::locate::named;
use crate::report::{Activity, BillLine, Expansion, LeadTime, Named, Verdict};
use crate::route::{Drop, Route, laid};

/// The works of a route.
pub(crate) struct Works {
    pub(crate) verdict: Verdict,
    pub(crate) expansions: Vec<Expansion>,
    pub(crate) bill: Vec<BillLine>,
    pub(crate) cost_cny: i64,
    pub(crate) lead_time: LeadTime,
}

/// Everything the works depend on.
pub(crate) struct Site<'a> {
    pub(crate) network: &'a Network,
    pub(crate) catalog: &'a Catalog,
    pub(crate) wanted: &'a Wanted<'a>,
    /// The ends of the line that are places.
    pub(crate) homes: Vec<PlaceId>,
    /// How many ends need equipment of the customer's: none on a second leg, which ends on the first one's.
    pub(crate) customer_equipment: u32,
    /// Whether the interface chosen differs from the one plugged, so that modules must be bought.
    pub(crate) new_modules: bool,
}

struct Bill {
    lines: Vec<BillLine>,
}

impl Bill {
    fn add(&mut self, item: &str, quantity: f64, unit: &str, amount_cny: i64) {
        if quantity > 0.0 {
            let line = BillLine { item: item.to_owned(), quantity, unit: unit.to_owned(), amount_cny };
            match self.lines.iter_mut().find(|line| line.item == item) {
                Some(line) => {
                    line.quantity += quantity;
                    line.amount_cny = line.amount_cny.saturating_add(amount_cny);
                }
                None => self.lines.push(line),
            }
        }
    }
}

impl Site<'_> {
    pub(crate) fn works(&self, route: &Route, budget: Option<&Budget>, now: NaiveDate) -> Works {
        let expansions = self.expansions(route, budget);
        let verdict = if !expansions.is_empty() {
            Verdict::Expansion
        } else if !route.drops.is_empty() {
            Verdict::Drop
        } else if route.jumpers > 0 || !route.to_check.is_empty() {
            // Nothing unproven is opened without a look at the frame.
            Verdict::Jumper
        } else {
            Verdict::Direct
        };
        let bill = self.bill(route, budget);
        let cost_cny = bill.iter().fold(0i64, |sum, line| sum.saturating_add(line.amount_cny));
        let lead_time = self.lead_time(route, &expansions, now);
        Works { verdict, expansions, bill, cost_cny, lead_time }
    }

    /// Prices of the line rate.
    fn rate(&self, budget: &Budget) -> Option<&RatePrice> {
        let interface = self.catalog.optics().interface(&budget.interface)?;
        self.catalog.prices().rate(&interface.rate)
    }

    /// Whether a drop is short enough to be one (DOMAIN §4.2), or a cable has to be built.
    fn is_drop(&self, drop: &Drop) -> bool {
        drop.length_m <= self.catalog.policy().distance.drop_aerial_max_m
    }

    fn expansions(&self, route: &Route, budget: Option<&Budget>) -> Vec<Expansion> {
        let long = |drop: &&Drop| !self.is_drop(drop);
        let found = [
            (route.new_board.is_some(), Expansion::Board),
            (self.new_modules && route.port.is_some(), Expansion::Module),
            (route.new_splitter.is_some(), Expansion::Splitter),
            (route.drops.iter().any(|drop| long(&drop)), Expansion::Cable),
            (route.drops.iter().filter(long).any(|drop| drop.across_m > self.across_max_m()), Expansion::PoleLine),
            (route.tapped, Expansion::Closure),
            (budget.is_some_and(|budget| !budget.passes), Expansion::Regeneration),
        ];
        found.into_iter().filter(|(needed, _)| *needed).map(|(_, what)| what).collect()
    }

    /// Across country up to this length a cable hangs on the buildings; beyond, poles are needed.
    fn across_max_m(&self) -> f64 {
        self.catalog.policy().distance.drop_aerial_max_m
    }

    fn bill(&self, route: &Route, budget: Option<&Budget>) -> Vec<BillLine> {
        let prices = self.catalog.prices();
        let mut bill = Bill { lines: Vec::new() };
        for drop in &route.drops {
            if self.is_drop(drop) {
                bill.add("drop_cable", 1.0, "each", prices.drop_cable.times(1));
                let amount_cny = prices.drop_cable_length.over_m(drop.length_m);
                bill.add("drop_cable_length", drop.length_m, "m", amount_cny);
            } else {
                self.cable(&mut bill, drop);
            }
        }
        let pieces = |count: u32| f64::from(count);
        bill.add("jumper", pieces(route.jumpers), "each", prices.jumper.times(route.jumpers));
        bill.add("splice", pieces(route.splices), "core", prices.splice.times(route.splices));
        bill.add("closure", pieces(route.closures), "each", prices.closure.times(route.closures));
        if let Some(ratio) = route.new_splitter
            && let Some(price) = prices.splitter(ratio)
        {
            bill.add("splitter", 1.0, "each", price.times(1));
        }
        if route.new_board.is_some() {
            bill.add("board", 1.0, "each", self.wanted.board_cny());
        }
        let rate = budget.and_then(|budget| self.rate(budget));
        if self.new_modules && !matches!(route.equipment, None | Some(Equipment::Unrecorded(_))) {
            bill.add("optic_module", 2.0, "each", rate.map_or(0, |rate| rate.optic_module.times(2)));
        }
        let attenuators = budget.map_or(0, |b| b.directions.iter().filter(|d| d.attenuator_db > 0).count());
        // One fibre carries both directions of a PON, and both pass the same attenuator.
        let attenuators = if route.line.splitters.is_empty() { attenuators } else { attenuators.min(1) };
        let attenuators = u32::try_from(attenuators).unwrap_or(0);
        bill.add("attenuator", pieces(attenuators), "each", prices.attenuator.times(attenuators));
        let regenerators = budget.map_or(0, regenerators);
        bill.add("regenerator", pieces(regenerators), "each", prices.regenerator.times(regenerators));
        if let Some(rate) = rate {
            let amount_cny = rate.customer_equipment.times(self.customer_equipment);
            let item = format!("customer_equipment {}", rate.rate);
            bill.add(&item, pieces(self.customer_equipment), "each", amount_cny);
        }
        for (permit, _) in self.permits(route) {
            bill.add("permit", 1.0, "each", permit.fee_cny.max(0));
        }
        bill.lines
    }

    /// A cable too long for a drop: priced by how it is laid.
    fn cable(&self, bill: &mut Bill, drop: &Drop) {
        let prices = self.catalog.prices();
        let slack_m = drop.length_m - drop.across_m - drop.spans.iter().map(|(_, used_m)| used_m).sum::<f64>();
        for (at, (span, used_m)) in drop.spans.iter().enumerate() {
            // Slack and sag go with the first span.
            let length_m = used_m + if at == 0 { slack_m.max(0.0) } else { 0.0 };
            let (item, price) = match laid(self.network, *span) {
                SpanKind::PoleLine => ("aerial_cable", &prices.aerial_cable),
                SpanKind::Buried => ("buried_cable", &prices.buried_cable),
                SpanKind::Unrecorded => ("cable_unrecorded", &prices.duct_cable),
                _ => ("duct_cable", &prices.duct_cable),
            };
            bill.add(item, length_m, "m", price.over_m(length_m));
        }
        if drop.across_m > 0.0 {
            bill.add("aerial_cable", drop.across_m, "m", prices.aerial_cable.over_m(drop.across_m));
            if drop.across_m > self.across_max_m() {
                bill.add("pole_line", drop.across_m, "m", prices.pole_line.over_m(drop.across_m));
            }
        }
    }

    /// Permits of the spans pulled along and the place built into.
    fn permits(&self, route: &Route) -> Vec<(Permit, Named)> {
        let mut found = Vec::new();
        for drop in &route.drops {
            let mut seen = Vec::new();
            for (id, _) in &drop.spans {
                let Some(span) = self.network.get(*id).filter(|_| !seen.contains(id)) else { continue };
                seen.push(*id);
                found.extend(span.permits.iter().map(|permit| (permit.clone(), named(self.network, *id))));
            }
            // The place built into, and the buildings of the customer's own that the drop enters.
            for place in drop.into.iter().chain(&self.homes) {
                let Some(record) = self.network.get(*place) else { continue };
                let permits = record.permits.iter().map(|permit| (permit.clone(), named(self.network, *place)));
                found.extend(permits.filter(|permit| !found.contains(permit)).collect::<Vec<_>>());
            }
        }
        found
    }

    fn lead_time(&self, route: &Route, expansions: &[Expansion], now: NaiveDate) -> LeadTime {
        let days = &self.catalog.policy().lead_time;
        let mut activities = Vec::new();
        let mut add = |activity: &str, working_days: u32, parallel: bool, about: Option<Named>| {
            activities.push(Activity { activity: activity.to_owned(), working_days, parallel, about });
        };
        for (permit, about) in self.permits(route) {
            let kind = match permit.kind {
                PermitKind::Municipal => "municipal_permit",
                PermitKind::Property => "property_permit",
            };
            add(kind, u32::from(permit.days), true, Some(about));
        }
        if let Some(device) = route.new_board {
            add("board", days.board_working_days, true, Some(named(self.network, device)));
        }
        if expansions.contains(&Expansion::Module) {
            add("optic_module", days.module_working_days, true, None);
        }
        if route.new_splitter.is_some() {
            add("splitter", days.splitter_working_days, true, None);
        }
        let indoors = route.drops.is_empty() && route.jumpers == 0;
        if self.customer_equipment > 0 {
            add("customer_equipment", days.cpe_working_days, true, None);
        }
        if expansions.contains(&Expansion::Regeneration) {
            add("regenerator", days.regenerator_working_days, true, None);
        }
        for drop in &route.drops {
            if self.is_drop(drop) {
                add("drop_cable", days.drop_cable_working_days, false, None);
            } else {
                add("cable", days.cable_working_days(drop.length_m), false, None);
                if expansions.contains(&Expansion::PoleLine) {
                    add("pole_line", days.pole_line_working_days(drop.across_m), false, None);
                }
            }
        }
        if route.jumpers > 0 || !indoors {
            add("jumpers_and_configuration", days.jumper_working_days, false, None);
        }
        let longest = activities.iter().filter(|a| a.parallel).map(|a| a.working_days).max().unwrap_or(0);
        let serial: u32 = activities.iter().filter(|a| !a.parallel).map(|a| a.working_days).sum();
        LeadTime {
            working_days: longest.saturating_add(serial),
            not_before: route.not_before.filter(|from| *from > now),
            activities,
        }
    }
}

/// Regenerators that cut a line into hops within the budget.
fn regenerators(budget: &Budget) -> u32 {
    let hops = |d: &linewright_catalog::DirectionBudget| d.total_loss_db / d.budget_db.max(1.0);
    let most = budget.directions.iter().map(hops).fold(1.0, f64::max);
    // Losses are finite and far below the range of u32.
    if budget.passes { 0 } else { (most.ceil() as u32).saturating_sub(1).max(1) }
}

//! The optical budget 光功率预算 of a line: both directions, sensitivity and overload.

use serde::Serialize;

use super::failure::BudgetFailure;
use super::line::{Line, LineMake, OpticsError};
use super::{Channel, Family, Interface, Optics};

/// Which way the light goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the A end to the Z end.
    AToZ,
    /// From the Z end to the A end.
    ZToA,
    /// PON, OLT to ONU 下行.
    Downstream,
    /// PON, ONU to OLT 上行.
    Upstream,
}

/// The budget of one interface over one line. All figures are rounded to 0.01.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Budget {
    /// Interface code.
    pub interface: String,
    /// Two directions; PON downstream first.
    pub directions: Vec<DirectionBudget>,
    /// What is wrong with the line whatever the direction.
    pub line_failures: Vec<BudgetFailure>,
    /// Nothing is wrong in either direction.
    pub passes: bool,
}

/// One direction of a [`Budget`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DirectionBudget {
    /// Which way.
    pub direction: Direction,
    /// Wavelength.
    pub wavelength_nm: u32,
    /// Loss of fibre.
    pub fibre_db: f64,
    /// Loss of connectors.
    pub connector_db: f64,
    /// Loss of splices.
    pub splice_db: f64,
    /// Loss of splitters, at most.
    pub splitter_db: f64,
    /// Allowance for ageing and repair.
    pub margin_db: f64,
    /// The five above; the attenuator stands apart.
    pub total_loss_db: f64,
    /// The most the interface allows (A max); path penalty is already taken off.
    pub budget_db: f64,
    /// A fixed attenuator 固定衰减器 the receiver needs against overload, in whole dB; 0 for none. On a PON one
    /// attenuator acts in both directions.
    pub attenuator_db: u32,
    /// What remains of the budget after loss and attenuator; negative fails.
    pub spare_db: f64,
    /// Least power at the receiver: least transmitted, total loss, attenuator.
    pub received_min_dbm: f64,
    /// What the receiver needs; the interface's path penalty comes on top.
    pub sensitivity_dbm: f64,
    /// Most power at the receiver: most transmitted, least loss, attenuator.
    pub received_max_dbm: f64,
    /// What the receiver bears.
    pub overload_dbm: f64,
    /// Chromatic dispersion of the line, where the interface states a limit.
    pub dispersion_ps_per_nm: Option<f64>,
    /// What is wrong in this direction.
    pub failures: Vec<BudgetFailure>,
}

/// Which interface of a rate to use.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// The first, hence cheapest, interface that passes.
    pub passing: Option<Budget>,
    /// The one nearest to passing among those tried and failed.
    pub nearest_failing: Option<NearMiss>,
}

/// A failing budget and by how much.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearMiss {
    /// The budget.
    pub budget: Budget,
    /// Missing in the worse direction; 0 when power is not the reason.
    pub short_db: f64,
}

impl Budget {
    /// Everything that is wrong, the line first.
    pub fn failures(&self) -> impl Iterator<Item = &BudgetFailure> {
        self.line_failures.iter().chain(self.directions.iter().flat_map(|direction| &direction.failures))
    }

    fn short_db(&self) -> f64 {
        self.directions.iter().map(|direction| -direction.spare_db).fold(0.0, f64::max)
    }

    /// Failures no stronger laser would cure.
    fn hard_failures(&self) -> usize {
        use BudgetFailure::{NoFittingAttenuator, TooMuchLoss};
        self.failures().filter(|failure| !matches!(failure, TooMuchLoss { .. } | NoFittingAttenuator { .. })).count()
    }
}

impl Optics {
    /// The budget of one interface over a line, both directions, each at its own wavelength.
    ///
    /// # Errors
    /// [`OpticsError`] when a name is unknown, a figure impossible, or the fibre of the wrong kind. A line that loses
    /// too much is no error but a budget that does not pass.
    pub fn budget(&self, interface_code: &str, line: &LineMake) -> Result<Budget, OpticsError> {
        let interface = self.interface(interface_code).ok_or_else(|| OpticsError::UnknownInterface {
            code: interface_code.to_owned(),
            known: self.interface.iter().map(|row| row.code.clone()).collect(),
        })?;
        let line = Line::resolve(self, line)?;
        match line.unfit(interface.medium) {
            None => Ok(compute(interface, &line)),
            Some(fibre) => {
                Err(OpticsError::WrongMedium { interface: interface.code.clone(), fibre_type: fibre.to_owned() })
            }
        }
    }

    /// The first interface of a rate, in the table's order, that passes in both directions; and of those that failed
    /// before it the one nearest to passing.
    ///
    /// # Errors
    /// As [`Optics::budget`]; [`OpticsError::WrongMedium`] when no interface of the rate works over this fibre.
    pub fn choose(&self, rate: &str, line: &LineMake) -> Result<Choice, OpticsError> {
        let line = Line::resolve(self, line)?;
        let mut of_rate = self.interface.iter().filter(|row| row.rate == rate).peekable();
        if of_rate.peek().is_none() {
            let known = self.rates().into_iter().map(str::to_owned).collect();
            return Err(OpticsError::UnknownRate { rate: rate.to_owned(), known });
        }
        let mut choice = Choice { passing: None, nearest_failing: None };
        let mut unfit = None;
        for interface in of_rate {
            if let Some(fibre) = line.unfit(interface.medium) {
                unfit = Some(fibre);
                continue;
            }
            let budget = compute(interface, &line);
            if budget.passes {
                choice.passing = Some(budget);
                break;
            }
            let miss = NearMiss { short_db: budget.short_db(), budget };
            let rank = |miss: &NearMiss| (miss.budget.hard_failures(), miss.short_db);
            if choice.nearest_failing.as_ref().is_none_or(|best| rank(&miss) < rank(best)) {
                choice.nearest_failing = Some(miss);
            }
        }
        match (unfit, &choice) {
            (Some(fibre), Choice { passing: None, nearest_failing: None }) => {
                Err(OpticsError::WrongMedium { interface: rate.to_owned(), fibre_type: fibre.to_owned() })
            }
            _ => Ok(choice),
        }
    }
}

fn compute(interface: &Interface, line: &Line<'_>) -> Budget {
    let pon = interface.family == Family::Pon;
    let names = if pon { [Direction::Downstream, Direction::Upstream] } else { [Direction::AToZ, Direction::ZToA] };
    let ways: Vec<_> = names.into_iter().zip(interface.channels.iter().cycle()).collect();
    let attenuator = |channel: &Channel| {
        let excess_db = channel.tx_dbm.high - line.least_db(channel.wavelength_nm) - channel.overload_dbm;
        // Saturates; a transmitter that cannot overload needs none.
        round(excess_db).ceil().max(0.0) as u32
    };
    let shared = ways.iter().map(|(_, channel)| attenuator(channel)).max().unwrap_or(0);
    let directions: Vec<_> = ways
        .iter()
        .map(|(direction, channel)| {
            let attenuator_db = if pon { shared } else { attenuator(channel) };
            one_way(interface, line, *direction, channel, attenuator_db)
        })
        .collect();
    let line_failures = line_failures(interface, line);
    let passes = line_failures.is_empty() && directions.iter().all(|direction| direction.failures.is_empty());
    Budget { interface: interface.code.clone(), directions, line_failures, passes }
}

fn one_way(
    interface: &Interface,
    line: &Line<'_>,
    direction: Direction,
    channel: &Channel,
    attenuator_db: u32,
) -> DirectionBudget {
    let attenuation_db = f64::from(attenuator_db);
    let fibre_db = round(line.fibre_db(channel.wavelength_nm));
    let connector_db = round(line.connector_db());
    let splice_db = round(line.splice_db());
    let splitter_db = round(line.splitter_db());
    let margin_db = round(line.margin_db(interface));
    let total_loss_db = round(fibre_db + connector_db + splice_db + splitter_db + margin_db);
    let budget_db = round(interface.attenuation_max_db(channel));
    let spare_db = round(budget_db - total_loss_db - attenuation_db);
    let limit_ps_per_nm = interface.dispersion_limit_ps_per_nm;
    let dispersion_ps_per_nm = limit_ps_per_nm.map(|_| round(line.dispersion_ps_per_nm(channel.wavelength_nm)));

    let mut failures = Vec::new();
    if total_loss_db > budget_db {
        let short_db = round(total_loss_db - budget_db);
        failures.push(BudgetFailure::TooMuchLoss { total_loss_db, budget_db, short_db });
    } else if spare_db < 0.0 {
        failures.push(BudgetFailure::NoFittingAttenuator { attenuator_db, short_db: -spare_db });
    }
    if let (Some(dispersion_ps_per_nm), Some(limit_ps_per_nm)) = (dispersion_ps_per_nm, limit_ps_per_nm)
        && dispersion_ps_per_nm > limit_ps_per_nm
    {
        failures.push(BudgetFailure::TooMuchDispersion { dispersion_ps_per_nm, limit_ps_per_nm });
    }
    DirectionBudget {
        direction,
        wavelength_nm: channel.wavelength_nm,
        fibre_db,
        connector_db,
        splice_db,
        splitter_db,
        margin_db,
        total_loss_db,
        budget_db,
        attenuator_db,
        spare_db,
        received_min_dbm: round(channel.tx_dbm.low - total_loss_db - attenuation_db),
        sensitivity_dbm: channel.sensitivity_dbm,
        received_max_dbm: round(channel.tx_dbm.high - line.least_db(channel.wavelength_nm) - attenuation_db),
        overload_dbm: channel.overload_dbm,
        dispersion_ps_per_nm,
        failures,
    }
}

fn line_failures(interface: &Interface, line: &Line<'_>) -> Vec<BudgetFailure> {
    let mut failures = Vec::new();
    let (length_m, branches) = (round(line.length_m()), line.branches());
    if let Some(reach_m) = interface.reach_m.filter(|reach_m| length_m > *reach_m) {
        failures.push(BudgetFailure::TooLong { length_m, reach_m });
    }
    if let Some(limit) = interface.split_limit.filter(|limit| branches > *limit) {
        failures.push(BudgetFailure::TooManyBranches { branches, limit });
    }
    if interface.family != Family::Pon && branches > 1 {
        failures.push(BudgetFailure::SplitterInLine);
    }
    failures
}

/// To 0.01, so that sums of decimal figures print without binary noise.
fn round(value: f64) -> f64 {
    let rounded = (value * 100.0).round() / 100.0;
    // -0.0 would print as "-0".
    if rounded == 0.0 { 0.0 } else { rounded }
}

//! Why a line does not pass, with the figures.

use serde::Serialize;

/// Why a budget fails, with the figures.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum BudgetFailure {
    /// The line loses more than the interface allows.
    #[error("the line loses {total_loss_db:.2} dB, {short_db:.2} dB more than the {budget_db:.2} dB allowed")]
    TooMuchLoss {
        /// Loss with margin.
        total_loss_db: f64,
        /// Loss allowed.
        budget_db: f64,
        /// The difference.
        short_db: f64,
    },
    /// Without an attenuator the receiver may be overloaded, with it the signal may be too weak.
    #[error("a good day needs a {attenuator_db} dB attenuator, with which a bad day is {short_db:.2} dB short")]
    NoFittingAttenuator {
        /// Attenuator against overload.
        attenuator_db: u32,
        /// Missing for sensitivity.
        short_db: f64,
    },
    /// Chromatic dispersion above the limit.
    #[error("dispersion is {dispersion_ps_per_nm:.0} ps/nm, the limit {limit_ps_per_nm:.0}")]
    TooMuchDispersion {
        /// Of the line.
        dispersion_ps_per_nm: f64,
        /// Of the interface.
        limit_ps_per_nm: f64,
    },
    /// Longer than the interface reaches.
    #[error("the line is {length_m:.0} m long, the interface reaches {reach_m:.0} m")]
    TooLong {
        /// Of the line.
        length_m: f64,
        /// Of the interface.
        reach_m: f64,
    },
    /// Splitters feed more branches than the PON addresses.
    #[error("the splitters make {branches} branches, the interface serves {limit}")]
    TooManyBranches {
        /// Product of the ratios.
        branches: u32,
        /// Of the interface.
        limit: u32,
    },
    /// A splitter in a line of two end points.
    #[error("{stages} splitters follow each other, the limit is {limit}")]
    TooManyStages {
        /// Splitters on the line.
        stages: u32,
        /// Of the policy.
        limit: u32,
    },
    /// The ONU may receive less than is accepted on installation (DOMAIN §3.3).
    #[error("the ONU may receive {received_dbm:.1} dBm, acceptance asks for {low_dbm:.0} dBm or more")]
    BelowAcceptance {
        /// Received on a bad day.
        received_dbm: f64,
        /// Lower end of the acceptance window.
        low_dbm: f64,
    },
    /// Splitters stand in a line between two interfaces.
    #[error("the line has splitters, which only a PON passes")]
    SplitterInLine,
}

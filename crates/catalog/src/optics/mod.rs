//! The optics table: what each part of a line loses and what each interface tolerates.

mod budget;
mod check;
mod failure;
mod line;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use budget::{Budget, Choice, Direction, DirectionBudget, NearMiss};
pub use failure::BudgetFailure;
pub use line::{FibrePiece, LineMake, OpticsError};

use crate::table::{Range, finite, non_negative, optional_non_negative};

/// The optics table (DOMAIN §3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optics {
    /// Version every plan quotes.
    pub version: String,
    /// The fibre type a cable without one is reckoned as.
    pub default_fibre_type: String,
    /// Loss of joints.
    pub joint_loss: JointLoss,
    /// Allowance for ageing and repair.
    pub margin: Margin,
    /// Fibre types.
    pub fibre: Vec<FibreType>,
    /// Splitters by ratio.
    pub splitter: Vec<SplitterLoss>,
    /// Interfaces, cheapest first within a rate.
    pub interface: Vec<Interface>,
}

/// Loss of one joint of each kind, in dB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointLoss {
    /// Connector 活动连接器.
    #[serde(deserialize_with = "non_negative")]
    pub connector_db: f64,
    /// Fusion splice of one fibre 单芯熔接.
    #[serde(deserialize_with = "non_negative")]
    pub fusion_splice_db: f64,
    /// Fusion splice of a ribbon 带状熔接, each core.
    #[serde(deserialize_with = "non_negative")]
    pub ribbon_splice_db: f64,
    /// Mechanical splice 冷接.
    #[serde(deserialize_with = "non_negative")]
    pub mechanical_splice_db: f64,
}

/// Allowances 富余度 by family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Margin {
    /// PON and Ethernet, by line length.
    pub access: StepMargin,
    /// SDH, equipment and cable apart.
    pub sdh: SdhMargin,
}

/// An allowance that grows in steps with the line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepMargin {
    /// Steps, shortest first.
    pub steps: Vec<MarginStep>,
    /// Beyond the last step.
    #[serde(deserialize_with = "non_negative")]
    pub beyond_db: f64,
}

/// One step of [`StepMargin`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarginStep {
    /// Line length up to which the step holds.
    #[serde(deserialize_with = "non_negative")]
    pub up_to_m: f64,
    /// The allowance.
    #[serde(deserialize_with = "non_negative")]
    pub margin_db: f64,
}

/// Allowance of SDH lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SdhMargin {
    /// Equipment 设备富余度.
    #[serde(deserialize_with = "non_negative")]
    pub equipment_db: f64,
    /// Cable 光缆富余度 per kilometre.
    #[serde(deserialize_with = "non_negative")]
    pub cable_db_per_km: f64,
    /// Cable, at most.
    #[serde(deserialize_with = "non_negative")]
    pub cable_max_db: f64,
}

/// What kind of fibre light needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// 单模.
    SingleMode,
    /// 多模.
    Multimode,
}

/// A fibre type 光纤类型 with its design figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FibreType {
    /// ITU-T name, such as `G.652D`.
    pub name: String,
    /// Other names for it in carriers' data; case does not matter.
    pub aliases: Vec<String>,
    /// Single-mode or multimode.
    pub medium: Medium,
    /// Figures by wavelength.
    pub windows: Vec<Window>,
}

/// A fibre's figures at one wavelength.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Wavelength.
    pub wavelength_nm: u32,
    /// Attenuation to design with.
    #[serde(deserialize_with = "non_negative")]
    pub attenuation_db_per_km: f64,
    /// Chromatic dispersion, the largest magnitude in the band.
    #[serde(deserialize_with = "non_negative")]
    pub dispersion_ps_per_nm_km: f64,
}

/// Loss of a splitter 分光器.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitterLoss {
    /// n of 1:n.
    pub ratio: u16,
    /// Loss to design with.
    #[serde(deserialize_with = "non_negative")]
    pub max_db: f64,
    /// Loss of a good one, which the overload check must expect.
    #[serde(deserialize_with = "non_negative")]
    pub typical_db: f64,
}

/// The family an interface belongs to; it decides the margin and whether both directions share a fibre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// ITU-T G.957, G.691.
    Sdh,
    /// IEEE 802.3.
    Ethernet,
    /// ITU-T G.984, G.9807.1.
    Pon,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sdh => "sdh",
            Self::Ethernet => "ethernet",
            Self::Pon => "pon",
        })
    }
}

/// An optical interface by its code 光接口代码 or PON class (DOMAIN §3.1–3.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    /// Such as `L-16.2`, `1000BASE-LX`, `GPON-B+`.
    pub code: String,
    /// Such as `STM-16`, `1GE`, `GPON`.
    pub rate: String,
    /// Family.
    pub family: Family,
    /// Fibre it needs.
    pub medium: Medium,
    /// Attenuation between transmitter and receiver, least and most, where the standard states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attenuation_db: Option<Range>,
    /// Chromatic dispersion it tolerates, in ps/nm.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "optional_non_negative")]
    pub dispersion_limit_ps_per_nm: Option<f64>,
    /// Longest line, where the standard states it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "optional_non_negative")]
    pub reach_m: Option<f64>,
    /// Largest difference between the nearest and the farthest ONU.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "optional_non_negative")]
    pub differential_reach_m: Option<f64>,
    /// Most branches of a PON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_limit: Option<u32>,
    /// One channel when both directions are alike, otherwise downstream then upstream.
    pub channels: Vec<Channel>,
}

/// Transmitter and receiver of one direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Wavelength.
    pub wavelength_nm: u32,
    /// Transmitted power, least and most.
    pub tx_dbm: Range,
    /// Optical path penalty 光通道代价.
    #[serde(deserialize_with = "non_negative")]
    pub penalty_db: f64,
    /// Least received power 接收灵敏度.
    #[serde(deserialize_with = "finite")]
    pub sensitivity_dbm: f64,
    /// Most received power 过载光功率.
    #[serde(deserialize_with = "finite")]
    pub overload_dbm: f64,
}

impl Optics {
    /// The interface with this code.
    #[must_use]
    pub fn interface(&self, code: &str) -> Option<&Interface> {
        self.interface.iter().find(|interface| interface.code == code)
    }

    /// The fibre type of this name or alias, whatever the case.
    #[must_use]
    pub fn fibre_type(&self, name: &str) -> Option<&FibreType> {
        self.fibre.iter().find(|fibre| {
            std::iter::once(&fibre.name).chain(&fibre.aliases).any(|known| known.eq_ignore_ascii_case(name.trim()))
        })
    }

    /// The splitter 1:`ratio`.
    #[must_use]
    pub fn splitter(&self, ratio: u16) -> Option<&SplitterLoss> {
        self.splitter.iter().find(|splitter| splitter.ratio == ratio)
    }

    /// All interface rates, sorted, each once.
    #[must_use]
    pub fn rates(&self) -> Vec<&str> {
        let rates: std::collections::BTreeSet<_> = self.interface.iter().map(|row| row.rate.as_str()).collect();
        rates.into_iter().collect()
    }
}

impl FibreType {
    /// The figures at a wavelength.
    #[must_use]
    pub fn window(&self, wavelength_nm: u32) -> Option<&Window> {
        self.windows.iter().find(|window| window.wavelength_nm == wavelength_nm)
    }
}

impl Interface {
    /// Most loss the line may have in a channel's direction: stated, or what the powers leave.
    #[must_use]
    pub fn attenuation_max_db(&self, channel: &Channel) -> f64 {
        self.attenuation_db
            .map_or(channel.tx_dbm.low - channel.penalty_db - channel.sensitivity_dbm, |range| range.high)
    }
}

#[cfg(test)]
mod tests;

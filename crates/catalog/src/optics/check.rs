//! The rules an optics table must satisfy before anyone computes with it.

use super::{Family, Interface, Optics};
use crate::table::{CatalogError, CatalogFile, inconsistent, unique};

/// Table figures have two decimals; anything nearer is the noise of binary fractions.
const NOISE_DB: f64 = 1e-6;

impl Optics {
    pub(crate) fn check(&self) -> Result<(), CatalogError> {
        let file = CatalogFile::Optics;
        unique(file, "interface", self.interface.iter().map(|row| row.code.as_str()))?;
        let names = self.fibre.iter().flat_map(|row| std::iter::once(&row.name).chain(&row.aliases));
        unique(file, "fibre", names.map(String::as_str))?;
        let ratios: Vec<String> = self.splitter.iter().map(|row| format!("1:{}", row.ratio)).collect();
        unique(file, "splitter", ratios.iter().map(String::as_str))?;
        if self.fibre_type(&self.default_fibre_type).is_none() {
            let known: Vec<&str> = self.fibre.iter().map(|row| row.name.as_str()).collect();
            let problem =
                format!("\"{}\" is not a fibre of this table; known: {}", self.default_fibre_type, known.join(", "));
            return Err(inconsistent(file, "default_fibre_type", problem));
        }
        if !self.margin.access.steps.is_sorted_by(|a, b| a.up_to_m < b.up_to_m) {
            return Err(inconsistent(file, "margin.access.steps", "must be ordered, shortest first"));
        }
        for row in &self.splitter {
            if row.ratio < 2 || row.typical_db > row.max_db {
                let problem = "needs a ratio from 2 and typical_db not above max_db";
                return Err(inconsistent(file, format!("splitter 1:{}", row.ratio), problem));
            }
        }
        for interface in &self.interface {
            self.check_interface(interface)
                .map_err(|problem| inconsistent(file, format!("interface {}", interface.code), problem))?;
        }
        Ok(())
    }

    fn check_interface(&self, interface: &Interface) -> Result<(), String> {
        let wanted = if interface.family == Family::Pon { 2 } else { 1 };
        if interface.channels.len() != wanted {
            let has = interface.channels.len();
            return Err(format!("a {} interface needs {wanted} channel(s), has {has}", interface.family));
        }
        if interface.family != Family::Ethernet && interface.attenuation_db.is_none() {
            return Err("needs attenuation_db = [min, max]".to_owned());
        }
        chain_rules(interface)?;
        // A budget multiplies by these figures, so every fibre the interface may meet must have them.
        for channel in &interface.channels {
            let mut fitting = self.fibre.iter().filter(|fibre| fibre.medium == interface.medium);
            if let Some(lacking) = fitting.find(|fibre| fibre.window(channel.wavelength_nm).is_none()) {
                return Err(format!("fibre {} has no window at {} nm; add one", lacking.name, channel.wavelength_nm));
            }
        }
        Ok(())
    }
}

/// The two rules of DOMAIN §3 that tie an interface's figures together, for every row that states an attenuation range.
/// (IEEE defines power differently and states none.)
pub(super) fn chain_rules(interface: &Interface) -> Result<(), String> {
    let Some(attenuation) = interface.attenuation_db else { return Ok(()) };
    for channel in &interface.channels {
        let sensitivity = channel.tx_dbm.low - attenuation.high - channel.penalty_db;
        if (sensitivity - channel.sensitivity_dbm).abs() > NOISE_DB {
            return Err(format!(
                "sensitivity must be Tx min - A max - penalty = {sensitivity} dBm, the table says {}",
                channel.sensitivity_dbm
            ));
        }
        let strongest = channel.tx_dbm.high - attenuation.low;
        if strongest > channel.overload_dbm + NOISE_DB {
            return Err(format!(
                "Tx max - A min = {strongest} dBm exceeds the overload of {} dBm",
                channel.overload_dbm
            ));
        }
    }
    Ok(())
}

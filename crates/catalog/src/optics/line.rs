//! A line as the optics see it, and what it loses at one wavelength.

use serde::Serialize;

use super::{Family, FibreType, Interface, Medium, Optics};

/// A stretch of one fibre type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FibrePiece {
    /// Length of the fibre, in metres; from a sheath length through [`crate::Distance::fibre_m`].
    pub length_m: f64,
    /// Fibre type or alias; empty means [`Optics::default_fibre_type`].
    pub fibre_type: String,
    /// A dated measurement of this stretch, which beats the computed loss at every wavelength. The caller picks the
    /// worse of several wavelengths and leaves out splices the measurement already contains.
    pub measured_loss_db: Option<f64>,
}

/// What a line is made of, end to end.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct LineMake {
    /// Fibre.
    pub pieces: Vec<FibrePiece>,
    /// Connectors 活动连接器, each mated pair once.
    pub connectors: u32,
    /// Single fusion splices.
    pub fusion_splices: u32,
    /// Ribbon fusion splices.
    pub ribbon_splices: u32,
    /// Mechanical splices.
    pub mechanical_splices: u32,
    /// Splitters from the OLT on, each as n of 1:n.
    pub splitters: Vec<u16>,
}

/// Why a budget could not be computed at all. (A budget that fails is not an error.)
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OpticsError {
    /// No such interface.
    #[error("interface \"{code}\" is not known; use one of: {}", known.join(", "))]
    UnknownInterface {
        /// As asked.
        code: String,
        /// The codes there are.
        known: Vec<String>,
    },
    /// No interface of such a rate.
    #[error("no interface has the rate \"{rate}\"; use one of: {}", known.join(", "))]
    UnknownRate {
        /// As asked.
        rate: String,
        /// The rates there are.
        known: Vec<String>,
    },
    /// No such fibre type.
    #[error("fibre type \"{fibre_type}\" is not known; use one of {}, or add it to optics.toml", known.join(", "))]
    UnknownFibreType {
        /// As asked.
        fibre_type: String,
        /// The types there are.
        known: Vec<String>,
    },
    /// No such splitter.
    #[error("a splitter 1:{ratio} is not known; use one of 1:{}, or add it to optics.toml", join(known))]
    UnknownSplitter {
        /// n of 1:n.
        ratio: u16,
        /// The ratios there are.
        known: Vec<u16>,
    },
    /// Light of this interface does not travel in this fibre.
    #[error("{interface} does not work over {fibre_type}: it needs the other of single-mode and multimode fibre")]
    WrongMedium {
        /// Interface code, or the rate when none of its interfaces fits.
        interface: String,
        /// The fibre type in the way.
        fibre_type: String,
    },
    /// A length or measured loss that is negative, absurd or not a number.
    #[error("{what} of {value} is impossible; give a figure from 0 to 1e9")]
    Impossible {
        /// Which figure.
        what: &'static str,
        /// As given.
        value: f64,
    },
}

fn join(ratios: &[u16]) -> String {
    ratios.iter().map(u16::to_string).collect::<Vec<_>>().join(", 1:")
}

/// A line whose names are resolved and figures checked.
pub(super) struct Line<'a> {
    optics: &'a Optics,
    make: &'a LineMake,
    fibres: Vec<(&'a FibrePiece, &'a FibreType)>,
    /// Splitter loss at design and at best, in dB.
    splitter_db: f64,
    splitter_typical_db: f64,
}

impl<'a> Line<'a> {
    pub(super) fn resolve(optics: &'a Optics, make: &'a LineMake) -> Result<Self, OpticsError> {
        let mut fibres = Vec::with_capacity(make.pieces.len());
        for piece in &make.pieces {
            possible("a fibre length in metres", piece.length_m)?;
            possible("a measured loss in dB", piece.measured_loss_db.unwrap_or(0.0))?;
            fibres.push((piece, optics.fibre_of(piece)?));
        }
        let (mut splitter_db, mut splitter_typical_db) = (0.0, 0.0);
        for &ratio in &make.splitters {
            let splitter = optics.splitter(ratio).ok_or_else(|| OpticsError::UnknownSplitter {
                ratio,
                known: optics.splitter.iter().map(|row| row.ratio).collect(),
            })?;
            splitter_db += splitter.max_db;
            splitter_typical_db += splitter.typical_db;
        }
        Ok(Self { optics, make, fibres, splitter_db, splitter_typical_db })
    }

    /// The first fibre type light of `medium` cannot use.
    pub(super) fn unfit(&self, medium: Medium) -> Option<&'a str> {
        self.fibres.iter().find(|(_, fibre)| fibre.medium != medium).map(|(_, fibre)| fibre.name.as_str())
    }

    pub(super) fn length_m(&self) -> f64 {
        self.make.pieces.iter().map(|piece| piece.length_m).sum()
    }

    /// Branches a port would feed: the product of all splitters.
    pub(super) fn branches(&self) -> u32 {
        self.make.splitters.iter().fold(1, |branches, &ratio| branches.saturating_mul(u32::from(ratio)))
    }

    pub(super) fn fibre_db(&self, wavelength_nm: u32) -> f64 {
        let loss = |(piece, fibre): &(&FibrePiece, &FibreType)| {
            let per_km = fibre.window(wavelength_nm).map_or(f64::INFINITY, |window| window.attenuation_db_per_km);
            piece.measured_loss_db.unwrap_or(piece.length_m / 1000.0 * per_km)
        };
        self.fibres.iter().map(loss).sum()
    }

    pub(super) fn dispersion_ps_per_nm(&self, wavelength_nm: u32) -> f64 {
        let dispersion = |(piece, fibre): &(&FibrePiece, &FibreType)| {
            let per_km = fibre.window(wavelength_nm).map_or(f64::INFINITY, |window| window.dispersion_ps_per_nm_km);
            piece.length_m / 1000.0 * per_km
        };
        self.fibres.iter().map(dispersion).sum()
    }

    pub(super) fn connector_db(&self) -> f64 {
        f64::from(self.make.connectors) * self.optics.joint_loss.connector_db
    }

    pub(super) fn splice_db(&self) -> f64 {
        let loss = &self.optics.joint_loss;
        f64::from(self.make.fusion_splices) * loss.fusion_splice_db
            + f64::from(self.make.ribbon_splices) * loss.ribbon_splice_db
            + f64::from(self.make.mechanical_splices) * loss.mechanical_splice_db
    }

    pub(super) fn splitter_db(&self) -> f64 {
        self.splitter_db
    }

    /// The least the line may lose: joints as if perfect, splitters typical, no allowance. An overload check that
    /// counted on bad joints would burn the receiver of a well-built line.
    pub(super) fn least_db(&self, wavelength_nm: u32) -> f64 {
        self.fibre_db(wavelength_nm) + self.splitter_typical_db
    }

    pub(super) fn margin_db(&self, interface: &Interface) -> f64 {
        let margin = &self.optics.margin;
        let length_m = self.length_m();
        match interface.family {
            Family::Sdh => {
                let cable_db = length_m / 1000.0 * margin.sdh.cable_db_per_km;
                margin.sdh.equipment_db + cable_db.min(margin.sdh.cable_max_db)
            }
            Family::Ethernet | Family::Pon => {
                let step = margin.access.steps.iter().find(|step| length_m <= step.up_to_m);
                step.map_or(margin.access.beyond_db, |step| step.margin_db)
            }
        }
    }
}

impl Optics {
    fn fibre_of(&self, piece: &FibrePiece) -> Result<&FibreType, OpticsError> {
        let name = if piece.fibre_type.trim().is_empty() { &self.default_fibre_type } else { &piece.fibre_type };
        self.fibre_type(name).ok_or_else(|| OpticsError::UnknownFibreType {
            fibre_type: name.clone(),
            known: self.fibre.iter().map(|fibre| fibre.name.clone()).collect(),
        })
    }
}

fn possible(what: &'static str, value: f64) -> Result<(), OpticsError> {
    // A million kilometres; an infinite sum could not be written as JSON.
    if (0.0..=1e9).contains(&value) { Ok(()) } else { Err(OpticsError::Impossible { what, value }) }
}

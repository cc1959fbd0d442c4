//! Which SDH containers carry a sold rate.

use serde::{Deserialize, Serialize};

use crate::bandwidth::Bandwidth;
use crate::table::{CatalogError, CatalogFile, inconsistent};

/// An SDH virtual container 虚容器.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VirtualContainer {
    /// 2.176 Mbit/s payload.
    #[serde(rename = "VC-12")]
    Vc12,
    /// 48.384 Mbit/s payload.
    #[serde(rename = "VC-3")]
    Vc3,
    /// 149.76 Mbit/s payload.
    #[serde(rename = "VC-4")]
    Vc4,
}

/// How several containers act as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concatenation {
    /// There is one only.
    #[default]
    Single,
    /// Virtual concatenation 虚级联: members may go different ways.
    Virtual,
    /// Contiguous concatenation 相邻级联: aligned neighbours of one section.
    Contiguous,
}

/// One way to carry a sold rate over SDH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerOption {
    /// The container.
    pub vc: VirtualContainer,
    /// How many.
    pub count: u16,
    /// Taken together how.
    #[serde(default)]
    pub concatenation: Concatenation,
}

/// A sold rate and its containers (DOMAIN §2.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerRow {
    /// The market name.
    pub sold: Bandwidth,
    /// Ways to carry it, the usual one first.
    pub options: Vec<ContainerOption>,
}

pub(super) fn check(rows: &[ContainerRow]) -> Result<(), CatalogError> {
    let file = CatalogFile::Products;
    if let Some([below, above]) = rows.array_windows().find(|[below, above]| below.sold >= above.sold) {
        let problem = format!("stands before {}; order the rows by rate, each once", above.sold);
        return Err(inconsistent(file, format!("container {}", below.sold), problem));
    }
    for row in rows {
        let whole = |option: &ContainerOption| (option.count == 1) == (option.concatenation == Concatenation::Single);
        if row.options.is_empty() || !row.options.iter().all(|option| option.count > 0 && whole(option)) {
            let problem = "needs options; one container is single, several are virtual or contiguous";
            return Err(inconsistent(file, format!("container {}", row.sold), problem));
        }
    }
    Ok(())
}

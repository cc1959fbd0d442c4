//! What is sold, over which access solutions, and which SDH containers carry it.

mod container;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use container::{Concatenation, ContainerOption, ContainerRow, VirtualContainer};

use crate::bandwidth::Bandwidth;
use crate::table::{CatalogError, CatalogFile, Text, inconsistent, unique};

/// How the customer is reached 接入方式 (DOMAIN §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Technology {
    /// IP over a passive optical network.
    Pon,
    /// IP over Ethernet on fibres of its own.
    EthernetP2p,
    /// SDH or MSTP.
    Sdh,
}

impl fmt::Display for Technology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pon => "pon",
            Self::EthernetP2p => "ethernet-p2p",
            Self::Sdh => "sdh",
        })
    }
}

/// A protection scheme 保护方式 of an access solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Subnetwork connection protection, < 50 ms.
    Sncp,
    /// Multiplex section protection, < 50 ms.
    Msp,
    /// PON type B: a second trunk to the splitter.
    TypeB,
    /// Two uplinks to two nodes, 50 ms to seconds.
    DualHoming,
}

/// The kind of equipment an access needs at the carrier's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UplinkKind {
    /// OLT 光线路终端.
    Olt,
    /// Ethernet switch 交换机.
    Switch,
    /// Router 路由器.
    Router,
    /// Add-drop multiplexer 分插复用器.
    Adm,
}

/// A product 产品.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The code requests use, such as `internet`.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// Lowest and highest bandwidth sold.
    pub bandwidth: [Bandwidth; 2],
    /// Access solutions allowed, preferred first.
    pub access: Vec<Technology>,
}

/// An access solution 接入方案.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Which one.
    pub technology: Technology,
    /// Its name.
    pub name: Text,
    /// Lowest and highest bandwidth it carries.
    pub bandwidth: [Bandwidth; 2],
    /// Above this it comes after every other solution of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_up_to: Option<Bandwidth>,
    /// Interface rates with the highest bandwidth each carries, cheapest first.
    pub interfaces: Vec<InterfaceStep>,
    /// Fibres one access takes.
    pub fibres: u16,
    /// Fibres one protected access takes in all.
    pub fibres_protected: u16,
    /// Protection schemes available.
    pub protection: Vec<Protection>,
    /// Equipment needed at the carrier's end, all of it.
    pub uplink: Vec<UplinkKind>,
    /// What to tell about latency.
    pub latency: Text,
    /// What to tell about security.
    pub security: Text,
}

/// An interface rate and what it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterfaceStep {
    /// A rate of the optics table, such as `STM-1`.
    pub rate: String,
    /// Highest sold bandwidth.
    pub up_to: Bandwidth,
}

/// The products table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Products {
    /// Version every plan quotes.
    pub version: String,
    /// Products by code.
    pub product: Vec<Product>,
    /// Access solutions.
    pub access: Vec<Access>,
    /// SDH containers, slowest first.
    pub container: Vec<ContainerRow>,
}

/// What a product and a bandwidth come down to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resolved {
    /// The product.
    pub product: Product,
    /// The bandwidth asked for.
    pub bandwidth: Bandwidth,
    /// Ways to reach the customer, preferred first, never empty.
    pub candidates: Vec<Solution>,
}

/// One way to reach the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Solution {
    /// How; [`Products::access`] tells the rest.
    pub technology: Technology,
    /// The cheapest interface rate that carries the bandwidth.
    pub interface_rate: String,
    /// Faster rates that carry it too, cheapest first: the port at hand may be one of these.
    pub faster_rates: Vec<String>,
    /// Fibres the access takes.
    pub fibres: u16,
    /// Fibres it takes in all when protected.
    pub fibres_protected: u16,
    /// SDH containers; `None` outside SDH.
    pub container: Option<ContainerRow>,
}

/// Why a product request was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// No such product.
    #[error("product \"{code}\" is not known; use one of: {}", known.join(", "))]
    UnknownProduct {
        /// As asked.
        code: String,
        /// The codes there are.
        known: Vec<String>,
    },
    /// Sold, but not at this bandwidth.
    #[error("{product} is not sold at {bandwidth}; give a bandwidth from {low} to {high}")]
    OutOfRange {
        /// Product code.
        product: String,
        /// As asked.
        bandwidth: Bandwidth,
        /// Lowest sold.
        low: Bandwidth,
        /// Highest sold.
        high: Bandwidth,
    },
    /// The tables allow the bandwidth but no access solution of the product carries it.
    #[error("no access solution of {product} carries {bandwidth}; extend an [[access]] of products.toml")]
    NoAccess {
        /// Product code.
        product: String,
        /// As asked.
        bandwidth: Bandwidth,
    },
}

impl ProductError {
    /// The same in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            ProductError::UnknownProduct { code, known } => {
                format!("没有产品“{code}”；请从以下产品中选择：{}", known.join("、"))
            }
            ProductError::OutOfRange { product, bandwidth, low, high } => {
                format!("{product} 不提供 {bandwidth} 的带宽；请填写 {low} 至 {high} 之间的带宽")
            }
            ProductError::NoAccess { product, bandwidth } => {
                format!("{product} 没有可承载 {bandwidth} 的接入方式；请在 products.toml 中补充 [[access]]")
            }
        }
    }
}

impl Products {
    /// The access solution of a technology.
    #[must_use]
    pub fn access(&self, technology: Technology) -> Option<&Access> {
        self.access.iter().find(|access| access.technology == technology)
    }

    /// The smallest sold rate that is not below `bandwidth`, with its containers. A table, not a division: 155M is one
    /// VC-4 although a VC-4 carries less (DOMAIN §2.5).
    #[must_use]
    pub fn container(&self, bandwidth: Bandwidth) -> Option<&ContainerRow> {
        self.container.iter().find(|row| row.sold >= bandwidth)
    }

    /// The ways to serve `bandwidth` of a product given by code or name, preferred first.
    ///
    /// # Errors
    /// [`ProductError`] names the codes there are or the range that is sold.
    pub fn resolve(&self, code: &str, bandwidth: Bandwidth) -> Result<Resolved, ProductError> {
        let named = |product: &&Product| {
            [&product.code, &product.name.zh, &product.name.en]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(code.trim()))
        };
        let product = self.product.iter().find(named).ok_or_else(|| {
            let known = self.product.iter().map(|p| format!("{} ({} {})", p.code, p.name.zh, p.name.en)).collect();
            ProductError::UnknownProduct { code: code.to_owned(), known }
        })?;
        let [low, high] = product.bandwidth;
        if !(low..=high).contains(&bandwidth) {
            return Err(ProductError::OutOfRange { product: code.to_owned(), bandwidth, low, high });
        }
        let mut able: Vec<&Access> = product.access.iter().filter_map(|technology| self.access(*technology)).collect();
        // Stable: within "preferred" and within "last", the product's own order stands.
        able.sort_by_key(|access| access.preferred_up_to.is_some_and(|limit| bandwidth > limit));
        let candidates: Vec<Solution> =
            able.into_iter().filter_map(|access| self.solution(access, bandwidth)).collect();
        if candidates.is_empty() {
            return Err(ProductError::NoAccess { product: code.to_owned(), bandwidth });
        }
        Ok(Resolved { product: product.clone(), bandwidth, candidates })
    }

    fn solution(&self, access: &Access, bandwidth: Bandwidth) -> Option<Solution> {
        let [low, high] = access.bandwidth;
        if !(low..=high).contains(&bandwidth) {
            return None;
        }
        let container = match access.technology {
            Technology::Sdh => Some(self.container(bandwidth)?.clone()),
            Technology::Pon | Technology::EthernetP2p => None,
        };
        let mut rates = access.interfaces.iter().filter(|step| step.up_to >= bandwidth).map(|step| step.rate.clone());
        Some(Solution {
            technology: access.technology,
            interface_rate: rates.next()?,
            faster_rates: rates.collect(),
            fibres: access.fibres,
            fibres_protected: access.fibres_protected,
            container,
        })
    }

    pub(crate) fn check(&self) -> Result<(), CatalogError> {
        let file = CatalogFile::Products;
        unique(file, "product", self.product.iter().map(|product| product.code.as_str()))?;
        let technologies: Vec<String> = self.access.iter().map(|access| access.technology.to_string()).collect();
        unique(file, "access", technologies.iter().map(String::as_str))?;
        for product in &self.product {
            let row = format!("product {}", product.code);
            ordered(&row, product.bandwidth)?;
            let offered: Vec<String> = product.access.iter().map(Technology::to_string).collect();
            unique(file, &format!("access of {row}"), offered.iter().map(String::as_str))?;
            if let Some(missing) = product.access.iter().find(|technology| self.access(**technology).is_none()) {
                return Err(inconsistent(file, row, format!("has no [[access]] row for {missing}; add one")));
            }
            for end in product.bandwidth {
                self.resolve(&product.code, end).map_err(|error| inconsistent(file, &*row, error.to_string()))?;
            }
        }
        for access in &self.access {
            let row = format!("access {}", access.technology);
            ordered(&row, access.bandwidth)?;
            if access.fibres == 0 || access.fibres_protected < access.fibres {
                return Err(inconsistent(file, row, "takes at least one fibre, and protected no fewer than plain"));
            }
        }
        container::check(&self.container)
    }
}

fn ordered(row: &str, [low, high]: [Bandwidth; 2]) -> Result<(), CatalogError> {
    if low <= high {
        return Ok(());
    }
    let problem = format!("bandwidth {low}..{high} is not ordered; write the lower first");
    Err(inconsistent(CatalogFile::Products, row, problem))
}

#[cfg(test)]
mod tests;

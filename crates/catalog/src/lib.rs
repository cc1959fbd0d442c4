//! The figures a carrier may change, as versioned tables: prices, optics, products and policy.
//!
//! Every number that DOMAIN marks as trade knowledge lives in `data/*.toml` and nowhere in code. The crate parses and
//! checks the tables and answers the questions that need nothing but them; it reads no files and knows no network.

mod bandwidth;
mod catalog;
mod optics;
mod policy;
mod prices;
mod products;
mod table;

pub use bandwidth::{Bandwidth, BandwidthError};
pub use catalog::{Catalog, CatalogSource, CatalogVersions};
pub use optics::{
    Budget, BudgetFailure, Channel, Choice, Direction, DirectionBudget, Family, FibrePiece, FibreType, Interface,
    JointLoss, LineMake, Margin, MarginStep, Medium, NearMiss, Optics, OpticsError, SdhMargin, SplitterLoss,
    StepMargin, Window,
};
pub use policy::{
    Candidates, Delay, Distance, LeadTime, Load, Policy, PonPractice, ReservationExpiry, RingLimit, SharedTrench,
};
pub use prices::{LengthPrice, LengthUnit, Price, PriceUnit, Prices, RatePrice, SplitterPrice};
pub use products::{
    Access, Concatenation, ContainerOption, ContainerRow, InterfaceStep, Product, ProductError, Products, Protection,
    Resolved, Solution, Technology, UplinkKind, VirtualContainer,
};
pub use table::{CatalogError, CatalogFile, Range, Text};

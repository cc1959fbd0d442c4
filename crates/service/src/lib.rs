//! The use cases: every request reads one frozen snapshot, plans are bounded, changes go through the store's committer,
//! and who may do what is one table (DESIGN §4).
//!
//! [`Service::start`] loads a network and follows its database from then on: what other processes commit appears here. When
//! the database is lost, reads go on from the last snapshot and say how old it is; changes are refused until it is back.

pub mod accounts;
mod error;
mod follow;
mod import;
pub mod oidc;
mod planning;
mod role;
mod secret;
mod service;
mod snapshot;
mod words;

pub use error::{ServiceError, TokenError};
pub use import::{Import, Imported, Key};
pub use planning::Bounds;
pub use role::{Permission, ROLES, Role, RoleRow};
pub use secret::{Secret, sum};
pub use service::{Clock, Service, State};
pub use snapshot::Snapshot;

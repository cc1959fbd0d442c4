//! Pure planning: `(&Network, request, &Catalog, now) -> Result<answer, refusal>`.
//!
//! Nothing here does I/O, reads a clock or draws a random number: the same input gives the same plan, byte for
//! byte. [`survey`] answers "can we serve this address, how, at what cost".

pub mod colour;
mod equipment;
mod locate;
mod preselect;
mod protect;
mod reject;
mod report;
mod request;
mod route;
mod survey;
mod trace;
mod works;

pub use preselect::preselect;
pub use report::*;
pub use request::{SurveyError, SurveyRequest, Where};
pub use survey::survey;
pub use trace::{Affected, Branch, Candidate, Step, StepKind, StepSlot, Subject, Trace, TraceError, find, trace};

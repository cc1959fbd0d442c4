//! `trace`: what an element rides on and what it carries.

use linewright_plan::{find, trace};
use linewright_search::Topology;

use crate::args::Trace;
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::Session;
use crate::text;

/// Runs the command.
pub async fn run(args: &Trace, session: &Session) -> Result<Answer, Failure> {
    let network = session.network().await?;
    let subject = find(&network, &args.element)?;
    let traced = trace(&network, &Topology::build(&network), subject)?;
    Answer::new(session, &traced, || text::trace::render(&traced, session.lang))
}

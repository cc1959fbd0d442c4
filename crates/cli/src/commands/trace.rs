//! `trace`: what an element rides on and what it carries.

use linewright_model::Network;
use linewright_plan::{Subject, TraceError, find, trace};
use linewright_search::Topology;

use crate::args::Trace;
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::Session;
use crate::text;

/// Runs the command.
pub async fn run(args: &Trace, session: &Session) -> Result<Answer, Failure> {
    let network = session.network(args.past).await?;
    let subject = find(&network, &args.element).map_err(|error| with_names(&network, error))?;
    let traced = trace(&network, &Topology::build(&network), subject)?;
    Answer::new(session, &traced, || {
        text::as_of(args.past, traced.base, session.lang) + &text::trace::render(&traced, session.lang)
    })
}

/// The error with names beside the codes that it suggests, so that one knows which is meant.
fn with_names(network: &Network, error: TraceError) -> TraceError {
    let TraceError::NotFound { asked, similar } = error else { return error };
    let named = |code: String| match find(network, &code) {
        Ok(Subject::Record(id)) => match network.tag(id) {
            Some(tag) if !tag.name.is_empty() && !code.contains(&*tag.name) => format!("{code} ({})", tag.name),
            _ => code,
        },
        _ => code,
    };
    TraceError::NotFound { asked, similar: similar.into_iter().map(named).collect() }
}

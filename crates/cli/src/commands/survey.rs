//! `survey`: can this point be served, how, over what exactly, at what cost, by when?

use linewright_plan::{Survey as Answered, SurveyRequest, Where, survey};
use linewright_search::Topology;
use linewright_search::trench::Limits;

use crate::args::{Survey, coordinate};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::{Session, catalog};
use crate::text;

/// Runs the command.
pub async fn run(args: &Survey, session: &Session) -> Result<Answer, Failure> {
    let request = request(args);
    let catalog = catalog(args.catalog.as_deref())?;
    let network = session.network(args.past).await?;
    let line = session.progress(session.lang.pick("surveying", "勘察"));
    let trench = &catalog.policy().shared_trench;
    let topology = Topology::build_with(&network, Limits { gap_m: trench.gap_m, run_m: trench.run_m });
    tracing::info!(strands = topology.strands().count(), "topology built");
    let answered: Answered = survey(&network, &topology, &request, &catalog, session.now)?;
    drop(line);
    Answer::new(session, &answered, || {
        let said = text::survey::render(&answered, session.lang, text::figures::columns());
        text::as_of(args.past, answered.base, session.lang) + &said
    })
}

fn request(args: &Survey) -> SurveyRequest {
    let at = |[x, y]: [f64; 2]| Where::At { x, y, crs: args.crs };
    let customer = args
        .at
        .map(at)
        .or_else(|| args.address.clone().map(Where::Address))
        // The command line asks for one of the three.
        .unwrap_or_else(|| Where::Place(args.place.clone().unwrap_or_default()));
    let far = args.to.as_ref().map(|to| coordinate(to).map_or_else(|_| Where::Place(to.clone()), at));
    SurveyRequest {
        customer,
        far,
        product: args.product.clone(),
        bandwidth: args.bandwidth,
        protect: args.protect,
        alternatives: args.alternatives,
        latest: args.latest,
    }
}

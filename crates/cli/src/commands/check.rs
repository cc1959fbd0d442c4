//! `check`: the network against the consistency rules.

use linewright_audit::{Finding, RULES, Severity, Summary, audit_with};
use linewright_model::Version;
use serde::Serialize;

use crate::args::{Check, Least};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::{Session, catalog};
use crate::text;

/// What the rules found.
#[derive(Serialize)]
pub struct Checked {
    /// Version of the network.
    pub base: Version,
    /// Counts by severity and rule.
    pub summary: Summary,
    /// The findings, by rule, then by record.
    pub findings: Vec<Finding>,
}

/// Runs the command.
pub async fn run(args: &Check, session: &Session) -> Result<Answer, Failure> {
    if let Some(asked) = args.rules.iter().find(|asked| !RULES.iter().any(|rule| rule.number == **asked)) {
        let known: Vec<String> = RULES.iter().map(|rule| rule.number.to_string()).collect();
        return Err(Failure::NoRule { asked: *asked, known: known.join(", ") });
    }
    let catalog = catalog(args.catalog.as_deref())?;
    let network = session.network(args.past).await?;
    let line = session.progress(session.lang.pick("checking", "检查"));
    let mut findings = audit_with(&network, &catalog, session.now, &|done, of| line.at(done as u64, of as u64));
    drop(line);
    let least = match args.severity {
        Least::E => Severity::Error,
        Least::W => Severity::Warning,
        Least::I => Severity::Info,
    };
    findings
        .retain(|finding| finding.severity <= least && (args.rules.is_empty() || args.rules.contains(&finding.number)));
    let checked = Checked { base: network.version(), summary: Summary::of(&findings), findings };
    let answer = Answer::new(session, &checked, || {
        text::as_of(args.past, checked.base, session.lang) + &text::check::render(&checked, args.findings, session.lang)
    })?;
    Ok(answer.refused(checked.summary.errors > 0))
}

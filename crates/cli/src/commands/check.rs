//! `check`: the network against the consistency rules.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};
use linewright_audit::{By, Figure, Finding, RULES, Severity, Summary, audit_after, audit_with, figures};
use linewright_catalog::Catalog;
use linewright_exchange::input::write_file;
use linewright_model::{AnyId, Change, Network, Version};
use linewright_store::{AsOf, Mode, Storage, connect};
use serde::Serialize;

use crate::args::{Check, CheckBy, Least, Past};
use crate::commands::sample;
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::{Session, catalog};
use crate::text;
use crate::text::words::Lang;

/// What the rules found.
#[derive(Serialize)]
pub struct Checked {
    /// Version of the network.
    pub base: Version,
    /// When it was checked.
    pub checked_at: DateTime<Utc>,
    /// Who checked it.
    pub checked_by: String,
    /// Counts by severity and rule.
    pub summary: Summary,
    /// Figures by region or unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
    /// What came and went since an earlier version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// The findings, by rule, then by record.
    pub findings: Vec<Finding>,
}

/// Figures by region or unit.
#[derive(Serialize)]
pub struct Figures {
    /// What they are counted by.
    pub by: By,
    /// One row for each region or unit.
    pub rows: Vec<Figure>,
}

/// What came and went.
#[derive(Serialize)]
pub struct Since {
    /// The earlier version.
    pub version: Version,
    /// Findings that were not there.
    pub new: Vec<Finding>,
    /// Findings that are no longer there.
    pub gone: Vec<Finding>,
}

/// Runs the command.
pub async fn run(args: &Check, session: &Session) -> Result<Answer, Failure> {
    match (&args.sample_out, &args.sample) {
        (Some(path), _) => sample::draw_out(args, path, session).await,
        (None, Some(path)) => sample::judge(args, path, session).await,
        (None, None) => rules(args, session).await,
    }
}

async fn rules(args: &Check, session: &Session) -> Result<Answer, Failure> {
    if let Some(asked) = args.rules.iter().find(|asked| !RULES.iter().any(|rule| rule.number == **asked)) {
        let known: Vec<String> = RULES.iter().map(|rule| rule.number.to_string()).collect();
        return Err(Failure::NoRule { asked: *asked, known: known.join(", ") });
    }
    if let Some(path) = args.out.as_ref().filter(|path| path.exists()) {
        return Err(Failure::Exists { path: path.clone(), advice: "give another name, or remove it" });
    }
    let catalog = catalog(args.catalog.as_deref())?;
    let network = session.network(args.past).await?;
    let (mut findings, mut since) = match args.since {
        None => (all(&network, &catalog, session), None),
        Some(version) => {
            let (now, since) = compared(&network, Version(version), &catalog, session).await?;
            (now, Some(since))
        }
    };
    findings.retain(|finding| shown(args, finding));
    if let Some(since) = &mut since {
        since.new.retain(|finding| shown(args, finding));
        since.gone.retain(|finding| shown(args, finding));
    }
    let by = match args.by {
        CheckBy::Rule => None,
        CheckBy::Region => Some(By::Region),
        CheckBy::Unit => Some(By::Unit),
    };
    let checked = Checked {
        base: network.version(),
        checked_at: session.now,
        checked_by: session.who.clone(),
        summary: Summary::of(&findings),
        figures: by.map(|by| Figures { by, rows: figures(&network, &findings, by) }),
        since,
        findings,
    };
    if let Some(path) = &args.out {
        write_file(path, &written(path, &checked, &network, session.lang)?)?;
    }
    let answer = Answer::new(session, &checked, || {
        let lang = session.lang;
        text::as_of(args.past, checked.base, lang) + &text::check::render(&checked, &network, args.findings, lang)
    })?;
    // Compared with an earlier version, what came since decides.
    let errors = |findings: &[Finding]| findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(answer.refused(errors(checked.since.as_ref().map_or(&checked.findings, |since| &since.new))))
}

fn shown(args: &Check, finding: &Finding) -> bool {
    let least = match args.severity {
        Least::E => Severity::Error,
        Least::W => Severity::Warning,
        Least::I => Severity::Info,
    };
    finding.severity <= least && (args.rules.is_empty() || args.rules.contains(&finding.number))
}

fn all(network: &Network, catalog: &Catalog, session: &Session) -> Vec<Finding> {
    let line = session.progress(session.lang.pick("checking", "检查"));
    audit_with(network, catalog, session.now, &|done, of| line.at(done as u64, of as u64))
}

/// The findings now, and what came and went since a version; both judged by today's date.
async fn compared(
    network: &Network,
    version: Version,
    catalog: &Catalog,
    session: &Session,
) -> Result<(Vec<Finding>, Since), Failure> {
    let before = session.network(Past { as_of: Some(AsOf::Version(version)) }).await?;
    let changed = changed_between(version, network.version(), session).await?;
    let earlier = all(&before, catalog, session);
    let line = session.progress(session.lang.pick("checking what changed", "检查变更"));
    let now = audit_after(&earlier, &before, network, changed, catalog, session.now);
    drop(line);
    let without = |of: &[Finding], known: &[Finding]| {
        of.iter().filter(|finding| known.binary_search(finding).is_err()).cloned().collect::<Vec<_>>()
    };
    let (new, gone) = (without(&now, &earlier), without(&earlier, &now));
    Ok((now, Since { version, new, gone }))
}

/// The records that the log says were changed after one version, up to another.
async fn changed_between(from: Version, to: Version, session: &Session) -> Result<BTreeSet<AnyId>, Failure> {
    /// Log entries in memory at a time.
    const PAGE: u32 = 100;
    let store = connect(&session.database, Mode::ReadOnly).await?;
    let mut changed = BTreeSet::new();
    let mut at = from.min(to);
    let (last, mut read) = (from.max(to), Ok(()));
    while at < last {
        match store.log(at, PAGE).await {
            Ok(entries) => {
                let Some(newest) = entries.last().map(|entry| entry.version) else { break };
                let wanted = entries.iter().filter(|entry| entry.version <= last);
                changed.extend(wanted.flat_map(|entry| entry.changes.changes.iter().map(Change::id)));
                at = newest;
            }
            Err(error) => {
                read = Err(error);
                break;
            }
        }
    }
    store.close().await;
    read?;
    Ok(changed)
}

/// A cell that a spreadsheet takes for text, whatever somebody named a record.
fn no_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// Headings of what every row ends with: the version checked, when, and by whom.
fn stamps(lang: Lang) -> [&'static str; 3] {
    match lang {
        Lang::En => ["version", "checked_at", "checked_by"],
        Lang::Zh => ["版本", "检查时间", "检查人"],
    }
}

/// The file asked for: JSON, or CSV of the figures where some were asked for, else of the findings, with the headings
/// and sentences of the language.
fn written(path: &Path, checked: &Checked, network: &Network, lang: Lang) -> Result<Vec<u8>, Failure> {
    let fault = |error: String| Failure::Internal(error);
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return serde_json::to_vec_pretty(checked).map_err(|error| fault(error.to_string()));
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    let stamp = [checked.base.to_string(), checked.checked_at.to_rfc3339(), checked.checked_by.clone()];
    let mut row = |fields: &[&str]| {
        out.write_record(fields.iter().map(|field| no_formula(field))).map_err(|error| fault(error.to_string()))
    };
    let [version, at, by] = [stamp[0].as_str(), stamp[1].as_str(), stamp[2].as_str()];
    match &checked.figures {
        Some(figures) => {
            let what = match figures.by {
                By::Region => lang.pick("region", "区县"),
                By::Unit => lang.pick("unit", "维护单位"),
            };
            let head = match lang {
                Lang::En => ["records", "errors", "warnings", "infos", "complete", "complete_percent"],
                Lang::Zh => ["记录", "错误", "警告", "提示", "完整", "完整率%"],
            };
            row(&[&[what], &head[..], &stamps(lang)].concat())?;
            for figure in &figures.rows {
                let Figure { records, errors, warnings, infos, complete, .. } = figure;
                let numbers = [records, errors, warnings, infos, complete].map(u64::to_string);
                let share = format!("{:.2}", figure.complete_percent);
                let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
                row(&[&[figure.name.as_str()], &numbers[..], &[&share, version, at, by]].concat())?;
            }
        }
        None => {
            let head = match lang {
                Lang::En => ["rule", "name", "severity", "table", "code", "message"],
                Lang::Zh => ["规则", "名称", "级别", "表", "编码", "问题"],
            };
            row(&[&head[..], &stamps(lang)].concat())?;
            for Finding { number, code, severity, subject, message, .. } in &checked.findings {
                let severity = match severity {
                    Severity::Error => "E",
                    Severity::Warning => "W",
                    Severity::Info => "I",
                };
                let named = network.tag(*subject).map_or_else(|| subject.to_string(), |tag| tag.code.to_string());
                let (number, table) = (number.to_string(), lang.pick(subject.table.name(), subject.table.zh()));
                let message = lang.pick(&message.en, &message.zh);
                row(&[&number, code, severity, table, &named, message, version, at, by])?;
            }
        }
    }
    let body = out.into_inner().map_err(|error| fault(error.to_string()))?;
    // Without the mark Excel takes UTF-8 for something else.
    Ok([b"\xef\xbb\xbf", body.as_slice()].concat())
}

//! `check --sample-out` and `check --sample`: a field sample as a sheet to fill in, and the accuracy that a filled-in one
//! shows.

mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use linewright_audit::sample::{Accuracies, Kind, Observation, Verdict, accuracy, draw};
use linewright_exchange::input::{read_files, write_file};
use linewright_exchange::sheets::{Difference as ToCorrect, differences_file, form, read_form};
use linewright_model::{Network, Phrase, Text, Version, phrase};
use serde::Serialize;

use crate::args::Check;
use crate::commands::import::{language, no_workbook};
use crate::failure::Failure;
use crate::output::Answer;
use crate::session::{Session, catalog};
use crate::text;
pub use sheet::Words;
use sheet::{Answered, HEADS, Line, Outcome, WANTED};

/// Most bytes read of a filled-in sheet.
const LIMIT_BYTES: u64 = 256 << 20;

/// What was drawn.
#[derive(Serialize)]
pub struct DrawnSample {
    /// Version of the network.
    pub base: Version,
    /// Where the sheet was written.
    pub written: PathBuf,
    /// The seed that draws the same sample again.
    pub seed: u64,
    /// Records drawn, by kind.
    pub drawn: BTreeMap<Kind, usize>,
    /// Attributes to be looked at.
    pub attributes: usize,
}

/// What a filled-in sample shows.
#[derive(Serialize)]
pub struct SampleChecked {
    /// Version of the network.
    pub base: Version,
    /// Records that somebody looked at.
    pub sampled: usize,
    /// Rows without a result.
    pub unanswered: usize,
    /// Records that are no longer in the network; they are not counted.
    pub gone: usize,
    /// Accuracy by kind, region and unit.
    pub accuracy: Accuracies,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Where the differences were written, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings_out: Option<PathBuf>,
}

/// One difference between the records and the field.
#[derive(Serialize)]
pub struct Difference {
    /// Row of the sheet.
    pub row: u64,
    /// Kind of record.
    pub kind: Kind,
    /// Its code, and behind a colon its core or port.
    pub record: String,
    /// What was found.
    pub outcome: Outcome,
    /// The attribute; empty when the whole record is meant.
    pub attribute: String,
    /// What the records say.
    pub recorded: String,
    /// What is there.
    pub found: String,
}

impl Difference {
    /// The difference as a sentence.
    pub fn said(&self) -> Phrase {
        let Difference { row, record, attribute, recorded, found, .. } = self;
        let (kind, kind_zh) = (self.kind.words()[1], self.kind.words()[0]);
        match self.outcome {
            Outcome::Missing => phrase!("{kind} {record} is not in the field", "现场没有{kind_zh} {record}"),
            Outcome::Unrecorded => {
                phrase!("row {row}: {kind} {record} is not in the records", "第 {row} 行：{kind_zh} {record} 未登记")
            }
            Outcome::Agrees | Outcome::Differs if found.is_empty() => phrase!(
                "{kind} {record}: {attribute} is not {recorded}; what it is, the sample does not say",
                "{kind_zh} {record}：{attribute} 不是 {recorded}，未填现场值"
            ),
            Outcome::Agrees | Outcome::Differs => phrase!(
                "{kind} {record}: {attribute} is recorded as {recorded}, in the field it is {found}",
                "{kind_zh} {record}：{attribute} 登记为 {recorded}，现场为 {found}"
            ),
        }
    }
}

/// Draws a sample and writes it as a sheet.
pub async fn draw_out(args: &Check, path: &Path, session: &Session) -> Result<Answer, Failure> {
    if path.exists() {
        return Err(Failure::Exists { path: path.to_owned(), advice: "results may stand in it: give another name" });
    }
    let network = session.network(args.past).await?;
    let drawn = draw(&network, args.sample_size, args.seed);
    let lines: Vec<Line> = drawn.iter().flat_map(|drawn| sheet::lines(&network, drawn, session.lang)).collect();
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let title = session.lang.pick("sample", "抽样核查");
    let rows = lines.iter().map(|line| line.cells(session.lang));
    let file = form(&HEADS, rows, title, &name, language(session)).map_err(no_workbook)?;
    write_file(path, &file.bytes)?;
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    drawn.iter().for_each(|drawn| *counts.entry(drawn.kind).or_default() += 1);
    let document = DrawnSample {
        base: network.version(),
        written: path.to_owned(),
        seed: args.seed,
        drawn: counts,
        attributes: lines.len(),
    };
    Answer::new(session, &document, || text::sample::drawn(&document, session.lang))
}

/// Reads a filled-in sample and says how accurate the records are; below a threshold for certain is a refusal.
pub async fn judge(args: &Check, path: &Path, session: &Session) -> Result<Answer, Failure> {
    if let Some(path) = args.findings_out.as_ref().filter(|path| path.exists()) {
        let advice = "corrections may stand in it: give another name";
        return Err(Failure::Exists { path: path.clone(), advice });
    }
    let catalog = catalog(args.catalog.as_deref())?;
    let refused = |problems: Vec<String>| Failure::Sample { path: path.to_owned(), problems: problems.join("\n") };
    let file = read_files(&[path.to_owned()], LIMIT_BYTES)?.pop();
    let file = file.ok_or_else(|| refused(vec!["there is no file".to_owned()]))?;
    let rows = read_form(&file, &HEADS, &WANTED, LIMIT_BYTES)
        .map_err(|findings| refused(findings.iter().map(ToString::to_string).collect()))?;
    let lines = sheet::read(&rows).map_err(refused)?;
    let network = session.network(args.past).await?;
    let mut checked = compare(&lines, &network);
    checked.accuracy = accuracy(&checked.observations, &catalog);
    let mut document = checked.document(&network);
    if let Some(path) = &args.findings_out {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let listed = document.differences.iter().map(|difference| ToCorrect {
            record: difference.record.clone(),
            field: difference.attribute.clone(),
            recorded: difference.recorded.clone(),
            reason: difference.said(),
            found: difference.found.clone(),
        });
        write_file(path, &differences_file(listed, &name, language(session)).map_err(no_workbook)?.bytes)?;
        document.findings_out = Some(path.clone());
    }
    let missed = document.accuracy.kinds.iter().any(|row| row.verdict == Verdict::Missed);
    let answer = Answer::new(session, &document, || text::sample::judged(&document, args.findings, session.lang))?;
    Ok(answer.refused(missed))
}

/// What the lines of a sample come to.
#[derive(Default)]
struct Compared {
    observations: Vec<Observation>,
    accuracy: Accuracies,
    differences: Vec<Difference>,
    sampled: BTreeSet<(Kind, String)>,
    unanswered: usize,
    gone: BTreeSet<(Kind, String)>,
}

fn compare(lines: &[Answered], network: &Network) -> Compared {
    let known = sheet::codes(network);
    // A record that is not there is wrong in every attribute, whichever row says so.
    let missing: BTreeSet<(Kind, String)> = lines
        .iter()
        .filter(|(_, _, outcome)| *outcome == Some(Outcome::Missing))
        .map(|(_, line, _)| (line.kind, line.record()))
        .collect();
    let mut compared = Compared::default();
    let mut said: BTreeSet<(Kind, String)> = BTreeSet::new();
    for (row, line, outcome) in lines {
        let key = (line.kind, line.record());
        let outcome = if missing.contains(&key) { Some(Outcome::Missing) } else { *outcome };
        let Some(outcome) = outcome else {
            compared.unanswered += 1;
            continue;
        };
        let recorded = known.get(&sheet::table(line.kind)).is_some_and(|codes| codes.contains(line.code.as_str()));
        if !recorded && outcome != Outcome::Unrecorded {
            compared.gone.insert(key);
            continue;
        }
        let (region, unit) = (Text::from(line.region.as_str()), Text::from(line.unit.as_str()));
        let agrees = outcome == Outcome::Agrees;
        compared.observations.push(Observation { kind: line.kind, region, unit, agrees });
        compared.sampled.insert(key.clone());
        let whole = matches!(outcome, Outcome::Missing | Outcome::Unrecorded);
        if agrees || (whole && !said.insert(key)) {
            continue;
        }
        let of = |text: &str| if whole { String::new() } else { text.to_owned() };
        compared.differences.push(Difference {
            row: *row,
            kind: line.kind,
            record: line.record(),
            outcome,
            attribute: of(&line.attribute),
            recorded: of(&line.recorded),
            found: of(&line.found),
        });
    }
    compared
}

impl Compared {
    fn document(self, network: &Network) -> SampleChecked {
        SampleChecked {
            base: network.version(),
            sampled: self.sampled.len(),
            unanswered: self.unanswered,
            gone: self.gone.len(),
            accuracy: self.accuracy,
            differences: self.differences,
            findings_out: None,
        }
    }
}

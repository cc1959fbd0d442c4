//! The difference between a draft and the network, as a change set and a report.

mod changed;
mod ground;
mod shift;
mod slots;

use std::collections::BTreeMap;
use std::sync::Arc;

use linewright_model::{ChangeSet, Edit, Id, Network, Origin, TableKind, Trial, phrase};
use serde::{Deserialize, Serialize};

use crate::draft::{Draft, Draftable, tables};
use crate::finding::{Counts, Finding, Findings, Report, Source};
use changed::{Labels, whole};
use ground::Ground;

pub use changed::{FieldChange, RecordChange};

/// What happens to records that the input does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They stay.
    #[default]
    Merge,
    /// Those of the data sets in the input are removed; where the input has records of no data set, so are
    /// the network's records of no data set.
    Replace,
}

/// What an import comes to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What to apply, of origin [`Origin::Recording`]; empty when nothing changes or the import is refused.
    pub changes: ChangeSet,
    /// The changes as tried on the network compared with; none where there is nothing to apply.
    pub trial: Option<Trial>,
    /// What was found, and what happens to each table (or would happen, when refused).
    pub report: Report,
    /// Whether some error stands unrepaired: nothing is applied.
    pub refused: bool,
}

/// Compares a draft with the network.
///
/// A record whose data set and code the network has is that record: equal ones are left alone, others updated;
/// the rest is created. What [`Network::apply`] would refuse is foreseen as findings that name file, record
/// and reason. A slot with a second owner is a warning `disputed-slot`, and the second holding is left out;
/// any other fault refuses the whole import. A slot mark that is disputed in its middle is kept in pieces, marks
/// of their own with the codes `CODE~2`, `CODE~3`, …, which follow their mark at the next import.
pub fn plan_import(mut draft: Draft, network: &Network, mode: Mode) -> Outcome {
    let mut findings = draft.take_findings();
    let mut ground = Ground::new(&draft, network, mode, &mut findings);
    check_records(&draft, &ground, &mut findings);
    shift::check(&draft, &ground, &mut findings);
    ground.check_removals(&draft, &mut findings);
    let left_out = slots::settle(&mut draft, &mut ground, &mut findings);

    let labels = draft.lists_changes().then(|| Labels { network, drafted: draft.labels() });
    let mut diff = Diff {
        ground: &ground,
        changes: ChangeSet::new(Origin::Recording),
        tables: BTreeMap::new(),
        labels,
        listed: Vec::new(),
    };
    macro_rules! diff_tables {
        ($(($record:ident, $table:ident)),* $(,)?) => { $(diff.table::<linewright_model::$record>(&mut draft);)* };
    }
    tables!(diff_tables);
    macro_rules! remove_tables {
        ($(($record:ident, $table:ident)),* $(,)?) => { $(diff.remove::<linewright_model::$record>(&left_out);)* };
    }
    tables!(remove_tables);
    let Diff { changes, tables, listed, .. } = diff;

    let changes = if findings.refuse() { ChangeSet::new(Origin::Recording) } else { changes };
    let tried = (!changes.is_empty()).then(|| network.try_out(changes)).transpose();
    let trial = tried.unwrap_or_else(|violation| {
        let reason = phrase!("the network refuses the import: {violation}", "网络拒绝该导入：{violation}");
        findings.push(Finding::error("refused-by-network", &Source::default(), "", reason));
        None
    });
    let changes = trial.as_ref().map_or(ChangeSet::new(Origin::Recording), |trial| trial.changes().clone());
    let refused = findings.refuse();
    let report = Report { changes: listed, ..Report::new(findings, tables) };
    Outcome { changes, trial, report, refused }
}

/// Finds records that are wrong in themselves or refer to nothing.
fn check_records(draft: &Draft, ground: &Ground<'_>, findings: &mut Findings) {
    let mut on_unread = Vec::new();
    macro_rules! check_tables {
        ($(($record:ident, $table:ident)),* $(,)?) => {
            $(for (id, record) in draft.all::<linewright_model::$record>() {
                check_record(id, record, draft, ground, findings, &mut on_unread);
            })*
        };
    }
    tables!(check_tables);
    // Where a record could not be read that is the finding, and those that refer to it are only its echo.
    if !findings.refuse() {
        on_unread.into_iter().for_each(|finding| findings.push(finding));
    }
}

fn check_record<R: Draftable>(
    id: R::Id,
    record: &R,
    draft: &Draft,
    ground: &Ground<'_>,
    findings: &mut Findings,
    on_unread: &mut Vec<Finding>,
) {
    let here = || draft.source(id.any()).cloned().unwrap_or_default();
    if let Some(reason) = record.fault() {
        findings.push(Finding::error("malformed-record", &here(), "", reason));
    }
    let mut references = record.references();
    references.sort_unstable();
    references.dedup();
    for to in references {
        if to.is_placeholder() && draft.contains(to) {
            if !draft.is_filled(to) && on_unread.len() < crate::finding::KEPT_PER_CODE {
                let what = draft.source(to).map_or_else(String::new, ToString::to_string);
                let reason = phrase!(
                    "refers to the {} at {}, which was left out",
                    "引用了 {1} 的{0}，而后者已略去",
                    to.table,
                    what
                );
                on_unread.push(Finding::error("dangling-reference", &here(), "", reason));
            }
        } else if !ground.stays(to) {
            let reason = phrase!("refers to {}, which does not exist", "引用了不存在的 {}", ground.named(draft, to));
            findings.push(Finding::error("dangling-reference", &here(), "", reason));
        }
    }
}

struct Diff<'a> {
    ground: &'a Ground<'a>,
    changes: ChangeSet,
    tables: BTreeMap<TableKind, Counts>,
    /// Names of records, where the changes are to be listed.
    labels: Option<Labels<'a>>,
    listed: Vec<RecordChange>,
}

impl Diff<'_> {
    /// Takes a change over, and lists it where that is asked for.
    fn push<R: Draftable>(&mut self, edit: Edit<R>) {
        if let Some(labels) = &self.labels {
            let fields = match (&edit.before, &edit.after) {
                (Some(before), Some(after)) => labels.fields(&**before, &**after),
                _ => Vec::new(),
            };
            let change = R::change(edit);
            self.listed.push(RecordChange { fields, ..whole(&change) });
            return self.changes.changes.push(change);
        }
        self.changes.changes.push(R::change(edit));
    }

    fn counts(&mut self, table: TableKind) -> &mut Counts {
        self.tables.entry(table).or_default()
    }

    /// Creates and updates the records of one table, taking them out of the draft.
    fn table<R: Draftable>(&mut self, draft: &mut Draft) {
        for (id, mut record) in draft.drain::<R>() {
            record.remap(&mut |to| self.ground.resolve(to));
            let known = self.ground.resolve(id.any()).typed::<R::Id>().filter(|known| !known.is_placeholder());
            let before = known.and_then(|known| Some((known, self.ground.network.get(known)?)));
            match before {
                Some((_, before)) if **before == record => self.counts(R::Id::TABLE).unchanged += 1,
                Some((known, before)) => {
                    self.counts(R::Id::TABLE).updated += 1;
                    let edit = Edit { id: known, before: Some(before.clone()), after: Some(Arc::new(record)) };
                    self.push(edit);
                }
                None => {
                    self.counts(R::Id::TABLE).created += 1;
                    self.push(Edit::<R> { id, before: None, after: Some(Arc::new(record)) });
                }
            }
        }
    }

    /// Removes the records of one table that the draft replaces by nothing.
    fn remove<R: Draftable>(&mut self, left_out: &[linewright_model::AnyId]) {
        let also = left_out.iter().filter_map(|id| id.typed::<R::Id>());
        let mut gone: Vec<R::Id> = self.ground.gone::<R>().chain(also).collect();
        gone.sort_unstable();
        gone.dedup();
        for id in gone {
            if let Some(before) = self.ground.network.get(id) {
                self.counts(R::Id::TABLE).removed += 1;
                self.push(Edit::<R> { id, before: Some(before.clone()), after: None });
            }
        }
    }
}

#[cfg(test)]
mod tests;

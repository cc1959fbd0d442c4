//! Finding the headings of a sheet and what its rows are.

use std::collections::HashMap;

use linewright_model::{Text, phrase};

use crate::draft::Draft;
use crate::finding::{Finding, shown};
use crate::sheets::grid::{Cell, Grid};
use crate::sheets::kind::{Field, Kind};
use crate::sheets::mapping::{Mapping, TableMapping};
use crate::sheets::template::NOTES;
use crate::sheets::words::squeezed;

/// Rows in which the headings are looked for; titles and remarks may stand above them.
const LOOKED_AT: usize = 30;

/// A sheet whose headings are known.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) kind: Kind,
    pub(crate) grid: Grid,
    /// Column of each field, from 0, with its heading.
    pub(crate) columns: HashMap<&'static str, (usize, Text)>,
    /// Number of rows of the grid that are not data: titles and headings.
    pub(crate) skipped: usize,
}

impl Table {
    /// The rows below the headings.
    pub(crate) fn rows(&self) -> &[(u64, Vec<Cell>)] {
        self.grid.rows.get(self.skipped..).unwrap_or_default()
    }
}

/// What a sheet turned out to be.
pub(crate) enum Sorted {
    /// A table.
    Table(Box<Table>),
    /// None of ours, or passed over on demand.
    Other(Grid),
    /// A table that cannot be read; the reason is a finding.
    Unreadable,
}

/// Finds the headings of a grid: the row of the first ones that names most columns of one kind.
pub(crate) fn sort(grid: Grid, mapping: &Mapping, draft: &mut Draft) -> Sorted {
    let said = mapping.of(&grid.source.file, &grid.source.sheet);
    let title = squeezed(&grid.title());
    if said.is_some_and(|said| said.skip) || NOTES.iter().any(|notes| squeezed(notes) == title) {
        return Sorted::Other(grid);
    }
    let mut best: Option<(i64, usize, Kind)> = None;
    for (at, (number, row)) in grid.rows.iter().enumerate().take(LOOKED_AT) {
        if said.and_then(|said| said.header_row).is_some_and(|wanted| wanted != *number) {
            continue;
        }
        for kind in Kind::ALL {
            if said.and_then(|said| said.kind).is_some_and(|wanted| wanted != kind) {
                continue;
            }
            let Some(score) = score(row, kind, &title, said, mapping) else { continue };
            if best.is_none_or(|(most, ..)| score > most) {
                best = Some((score, at, kind));
            }
        }
    }
    let wanted = said.and_then(|said| said.kind);
    match (best, wanted) {
        (Some((_, at, kind)), _) => table(grid, at, kind, said, mapping, draft),
        (None, Some(kind)) => {
            let wanted: Vec<&str> = kind.fields().iter().filter(|f| f.required).flat_map(|f| f.heads).collect();
            let reason =
                phrase!("no row has the headings of {}: {}", "没有 {} 的表头行：{}", kind.name(), wanted.join(", "));
            draft.note(Finding::error("no-headings", &grid.source, "", reason));
            Sorted::Unreadable
        }
        (None, None) => Sorted::Other(grid),
    }
}

/// How well a row fits as headings of a kind; none when a required one is missing.
fn score(row: &[Cell], kind: Kind, title: &str, said: Option<&TableMapping>, mapping: &Mapping) -> Option<i64> {
    let heads: Vec<String> = row.iter().map(|cell| squeezed(&cell.shown())).collect();
    let mut found: i64 = 0;
    for field in kind.fields() {
        let known = names(field, kind, said, mapping).any(|name| heads.contains(&squeezed(&name)));
        if known {
            found += 2;
        } else if field.required {
            return None;
        }
    }
    // One word alone may stand in any row of text.
    if found < 4 && said.is_none_or(|said| said.kind.is_none()) {
        return None;
    }
    // Of two kinds whose headings all fit, the one that the sheet is named after is meant.
    let hinted = kind.hints().iter().map(|hint| squeezed(hint)).filter(|hint| title.contains(hint.as_str()));
    let hint = hinted.map(|hint| hint.chars().count()).max().unwrap_or_default();
    Some(found + 2 * i64::try_from(hint).unwrap_or_default())
}

/// The headings by which a field is known, those of the mapping first.
fn names<'a>(
    field: &'a Field,
    kind: Kind,
    said: Option<&'a TableMapping>,
    mapping: &'a Mapping,
) -> impl Iterator<Item = String> + 'a {
    let mapped = said.and_then(|said| said.columns.get(field.key));
    let mapped = mapped.or_else(|| mapping.columns.get(&kind).and_then(|columns| columns.get(field.key)));
    let own = field.heads.iter().chain(field.aliases).chain([&field.key]).map(|name| (*name).to_owned());
    let given: Vec<String> = mapped.map_or_else(Vec::new, |names| names.names().to_vec());
    // A mapped field is what the mapping says and nothing else.
    let own: Vec<String> = if given.is_empty() { own.collect() } else { Vec::new() };
    given.into_iter().chain(own)
}

fn table(
    grid: Grid,
    at: usize,
    kind: Kind,
    said: Option<&TableMapping>,
    mapping: &Mapping,
    draft: &mut Draft,
) -> Sorted {
    let (number, row) = match grid.rows.get(at) {
        Some((number, row)) => (*number, row.as_slice()),
        None => return Sorted::Other(grid),
    };
    let here = grid.source.record(number, "");
    let mut taken: HashMap<usize, &'static str> = HashMap::new();
    let mut columns = HashMap::new();
    for field in kind.fields() {
        let by_name = names(field, kind, said, mapping).find_map(|name| {
            let name = squeezed(&name);
            let fits = |column: &usize| row.get(*column).is_some_and(|cell| squeezed(&cell.shown()) == name);
            let all: Vec<usize> = (0..row.len()).filter(fits).filter(|column| !taken.contains_key(column)).collect();
            (!all.is_empty()).then_some(all)
        });
        let Some(all) = by_name else {
            if let Some(wanted) = said.and_then(|said| said.columns.get(field.key)) {
                let reason = phrase!(
                    "no column is called {}, as the mapping says",
                    "没有映射文件所指的列 {}",
                    wanted.names().join(" or ")
                );
                draft.note(Finding::warning("no-such-column", &here, field.key, reason));
            }
            continue;
        };
        let [column] = all.as_slice() else {
            let head = all.first().and_then(|column| row.get(*column)).map(Cell::shown).unwrap_or_default();
            let reason = phrase!(
                "the heading {} stands {} times; name each column once",
                "表头 {} 出现 {} 次；每列只能命名一次",
                shown(&head),
                all.len()
            );
            draft.note(Finding::error("duplicate-heading", &here, head, reason));
            return Sorted::Unreadable;
        };
        taken.insert(*column, field.key);
        let head = row.get(*column).map(Cell::shown).unwrap_or_default();
        columns.insert(field.key, (*column, Text::from(head)));
    }
    for (column, cell) in row.iter().enumerate() {
        let head = cell.shown();
        if !head.is_empty() && !taken.contains_key(&column) {
            let reason = phrase!(
                "the column {} is none of {}; passed over",
                "列 {} 不属于 {}，已跳过",
                shown(&head),
                kind.name()
            );
            draft.note(Finding::info("unknown-column", &here, head, reason));
        }
    }
    let mut table = Table { kind, columns, skipped: at + 1, grid };
    leave_out_repeated(&mut table);
    Sorted::Table(Box::new(table))
}

/// Leaves out rows that repeat the headings: of merged cells, or where a printed page began.
fn leave_out_repeated(table: &mut Table) {
    let (skipped, columns) = (table.skipped, &table.columns);
    let mut at = 0;
    table.grid.rows.retain(|(_, row)| {
        at += 1;
        let says = |column: usize| row.get(column).map(Cell::shown).unwrap_or_default();
        at <= skipped || columns.values().any(|(column, head)| squeezed(&says(*column)) != squeezed(head))
    });
}

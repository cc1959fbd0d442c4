//! Drafts: the records an importer wants, before they meet the network.

use std::collections::HashMap;

use linewright_model::{AnyId, Change, DatasetId, Edit, Id, Record as _, Stored, TableKind, Text, phrase};

use crate::finding::{Finding, Findings, Source};

/// Calls a macro with all tables: (record type, field name).
macro_rules! tables {
    ($callback:ident) => {
        $callback! {
            (Dataset, dataset),
            (Place, place),
            (Span, span),
            (Cable, cable),
            (Device, device),
            (Splice, splice),
            (Jumper, jumper),
            (Trail, trail),
            (Link, link),
            (SlotMark, slot_mark),
            (Address, address),
        }
    };
}
pub(crate) use tables;

/// One drafted record; without a record, a code that was announced and has none yet.
#[derive(Clone, PartialEq, Debug)]
#[allow(unreachable_pub, reason = "named by the hidden methods of `Draftable`")]
pub struct Entry<R> {
    pub(crate) record: Option<R>,
    dataset: Option<DatasetId>,
    code: Text,
    pub(crate) source: Source,
}

macro_rules! declare_tables {
    ($(($record:ident, $table:ident)),* $(,)?) => {
        /// The tables of a draft; not reachable from outside the crate.
        #[derive(Clone, PartialEq, Debug, Default)]
        #[allow(unreachable_pub, reason = "named by the hidden methods of `Draftable`")]
        pub struct DraftTables { $($table: Vec<Entry<linewright_model::$record>>),* }

        $(impl Draftable for linewright_model::$record {
            fn entries(tables: &DraftTables) -> &Vec<Entry<Self>> { &tables.$table }
            fn entries_mut(tables: &mut DraftTables) -> &mut Vec<Entry<Self>> { &mut tables.$table }
            fn change(edit: Edit<Self>) -> Change { edit.into() }
        })*

        impl DraftTables {
            fn source(&self, table: TableKind, at: usize) -> Option<&Source> {
                match table { $(TableKind::$record => self.$table.get(at).map(|e| &e.source)),* }
            }

            fn is_filled(&self, table: TableKind, at: usize) -> bool {
                match table { $(TableKind::$record => self.$table.get(at).is_some_and(|e| e.record.is_some())),* }
            }

            fn len(&self, table: TableKind) -> usize {
                match table { $(TableKind::$record => self.$table.len()),* }
            }
        }
    };
}
tables!(declare_tables);

/// Records that a draft can hold: those of every table.
pub trait Draftable: Stored + serde::Serialize {
    #[doc(hidden)]
    fn entries(tables: &DraftTables) -> &Vec<Entry<Self>>;
    #[doc(hidden)]
    fn entries_mut(tables: &mut DraftTables) -> &mut Vec<Entry<Self>>;
    #[doc(hidden)]
    fn change(edit: Edit<Self>) -> Change;
}

/// The records an importer wants to see in the network, and what it found on the way.
///
/// Records refer to each other by the placeholder ids that [`Draft::add`] and [`Draft::reserve`] return, one
/// namespace per table; a reference to a record that only the network has is its id there. Records keep the
/// order in which they are added.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    tables: DraftTables,
    codes: HashMap<(TableKind, Option<DatasetId>, Text), u32>,
    findings: Findings,
    repair: bool,
    gone: Vec<AnyId>,
    scope: Option<Scope>,
    lists_changes: bool,
}

/// What a replacing import removes records of.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Scope {
    pub(crate) dataset: DatasetId,
    pub(crate) tables: Vec<TableKind>,
}

impl Draft {
    /// An empty draft; with `repair`, what can be mended is mended.
    pub fn new(repair: bool) -> Self {
        Self { repair, ..Self::default() }
    }

    /// Whether what can be mended is mended.
    pub fn repair(&self) -> bool {
        self.repair
    }

    /// Adds a record and returns its placeholder.
    ///
    /// A record whose code its table and data set already have is a finding `duplicate-code`; it is left out
    /// and the placeholder of the first is returned.
    pub fn add<R: Draftable>(&mut self, record: R, source: Source) -> R::Id {
        let (dataset, code) = (record.tag().dataset, record.tag().code.clone());
        match self.reserve(dataset, code, source) {
            Ok(id) => {
                self.fill(id, record);
                id
            }
            Err(first) => first,
        }
    }

    /// Announces a record, so that others can refer to it before [`Draft::fill`] gives its content.
    ///
    /// A code that is never filled stands for a record that is in the input but could not be read: references
    /// to it are no findings of their own. A code that is already there is a finding `duplicate-code`, and the
    /// placeholder of the first record with it comes back as `Err`.
    pub fn reserve<I: Id>(&mut self, dataset: Option<DatasetId>, code: impl Into<Text>, source: Source) -> Result<I, I>
    where
        I::Record: Draftable,
    {
        let code = code.into();
        let entries = I::Record::entries_mut(&mut self.tables);
        // More than 2^31 records do not fit in memory, so the count fits a placeholder.
        let at = entries.len() as u32;
        let key = (I::TABLE, dataset, code);
        if let Some(first) = self.codes.get(&key) {
            let other = entries.get(*first as usize).map_or_else(String::new, |e| e.source.to_string());
            let reason = phrase!(
                "the {} code {:?} was already used at {other}; give each its own",
                "{}编码 {:?} 已在 {other} 使用；编码须唯一",
                I::TABLE,
                key.2
            );
            let done = phrase!("kept the first record and left this one out", "保留首条，已略去本条");
            self.findings.push(Finding::error("duplicate-code", &source, "code", reason).repairable(self.repair, done));
            return Err(I::placeholder(*first));
        }
        entries.push(Entry { record: None, dataset, code: key.2.clone(), source });
        self.codes.insert(key, at);
        Ok(I::placeholder(at))
    }

    /// Gives the content of an announced record. Its code and data set stay those announced.
    ///
    /// An id that was not announced is ignored.
    pub fn fill<R: Draftable>(&mut self, id: R::Id, record: R) {
        debug_assert!(id.is_placeholder());
        debug_assert_eq!(self.by_code(record.tag().dataset, &record.tag().code), Some(id), "announced otherwise");
        let at = index(id.any());
        if let Some(entry) = R::entries_mut(&mut self.tables).get_mut(at) {
            entry.record = Some(record);
        }
    }

    /// Changes a record that is already filled; its code and data set stay.
    pub fn edit<I: Id>(&mut self, id: I, change: impl FnOnce(&mut I::Record))
    where
        I::Record: Draftable,
    {
        let entry = I::Record::entries_mut(&mut self.tables).get_mut(index(id.any()));
        if let Some(record) = entry.and_then(|e| e.record.as_mut()) {
            let (dataset, code) = (record.tag().dataset, record.tag().code.clone());
            change(record);
            let tag = record.tag_mut();
            (tag.dataset, tag.code) = (dataset, code);
        }
    }

    /// The record behind a placeholder, if it has been filled.
    pub fn get<I: Id>(&self, id: I) -> Option<&I::Record>
    where
        I::Record: Draftable,
    {
        let entry = I::Record::entries(&self.tables).get(index(id.any()));
        entry.and_then(|e| e.record.as_ref()).filter(|_| id.is_placeholder())
    }

    /// The placeholder of a code, filled or announced.
    pub fn by_code<I: Id>(&self, dataset: Option<DatasetId>, code: &str) -> Option<I> {
        self.codes.get(&(I::TABLE, dataset, Text::from(code))).map(|at| I::placeholder(*at))
    }

    /// All filled records of one type with their placeholders, in the order added.
    pub fn all<R: Draftable>(&self) -> impl Iterator<Item = (R::Id, &R)> {
        let entries = R::entries(&self.tables).iter().enumerate();
        entries.filter_map(|(at, e)| Some((R::Id::placeholder(at as u32), e.record.as_ref()?)))
    }

    /// Number of records of a table, announced ones included.
    pub fn count_of(&self, table: TableKind) -> usize {
        self.tables.len(table)
    }

    /// Whether a placeholder was announced, filled or not.
    pub fn contains(&self, id: impl Into<AnyId>) -> bool {
        let id = id.into();
        id.is_placeholder() && index(id) < self.tables.len(id.table)
    }

    /// Whether a placeholder stands for a record with content.
    pub fn is_filled(&self, id: impl Into<AnyId>) -> bool {
        let id = id.into();
        id.is_placeholder() && self.tables.is_filled(id.table, index(id))
    }

    /// Where a record comes from.
    pub fn source(&self, id: impl Into<AnyId>) -> Option<&Source> {
        let id = id.into();
        self.tables.source(id.table, index(id)).filter(|_| id.is_placeholder())
    }

    /// Says that a record of the network is there no more, whatever the mode of the import.
    pub(crate) fn remove(&mut self, id: impl Into<AnyId>) {
        self.gone.push(id.into());
    }

    /// The records that are there no more.
    pub(crate) fn removed(&self) -> &[AnyId] {
        &self.gone
    }

    /// Limits what a replacing import removes to some tables of one data set.
    pub(crate) fn set_scope(&mut self, scope: Scope) {
        self.scope = Some(scope);
    }

    pub(crate) fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// Asks for a list of what happens to each record, and for all findings.
    pub(crate) fn list_all(&mut self, changes: bool, findings: bool) {
        self.lists_changes = changes;
        if findings {
            self.findings.keep_all();
        }
    }

    pub(crate) fn lists_changes(&self) -> bool {
        self.lists_changes
    }

    /// The codes of all records.
    pub(crate) fn labels(&self) -> HashMap<AnyId, Text> {
        let id = |table: TableKind, at: u32| AnyId { table, raw: linewright_model::PlaceId::placeholder(at).raw() };
        self.codes.iter().map(|((table, _, code), at)| (id(*table, *at), code.clone())).collect()
    }

    /// Notes a finding.
    pub fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// What was found so far.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The code of every record of a table, announced ones included, in the order added.
    pub(crate) fn codes<I: Id>(&self) -> impl Iterator<Item = (I, Option<DatasetId>, &Text)>
    where
        I::Record: Draftable,
    {
        let entries = I::Record::entries(&self.tables).iter().enumerate();
        entries.map(|(at, entry)| (I::placeholder(at as u32), entry.dataset, &entry.code))
    }

    /// Takes the content of an announced record away.
    pub(crate) fn unfill<R: Draftable>(&mut self, id: R::Id) {
        if let Some(entry) = R::entries_mut(&mut self.tables).get_mut(index(id.any())) {
            entry.record = None;
        }
    }

    /// Takes all filled records of one type out, with their placeholders.
    pub(crate) fn drain<R: Draftable>(&mut self) -> impl Iterator<Item = (R::Id, R)> + use<R> {
        let entries = std::mem::take(R::entries_mut(&mut self.tables)).into_iter().enumerate();
        entries.filter_map(|(at, e)| Some((R::Id::placeholder(at as u32), e.record?)))
    }

    pub(crate) fn take_findings(&mut self) -> Findings {
        std::mem::take(&mut self.findings)
    }
}

/// The position in its table that a placeholder stands for.
fn index(id: AnyId) -> usize {
    // The upper bit marks placeholders.
    (id.raw & (u32::MAX >> 1)) as usize
}

#[cfg(test)]
mod tests {
    use linewright_model::{Place, PlaceId, PlaceKind, Tag};

    use super::*;

    fn place(code: &str, name: &str) -> Place {
        Place { tag: Tag::new(code, name), ..Place::new("", PlaceKind::Node, None) }
    }

    fn at(row: u64) -> Source {
        Source::file("f").record(row, "")
    }

    #[test]
    fn the_first_record_of_a_code_stays() {
        for repair in [false, true] {
            let mut draft = Draft::new(repair);
            let first = draft.add(place("A", "first"), at(1));
            let other = draft.add(place("B", ""), at(2));
            assert_eq!(draft.add(place("A", "second"), at(3)), first);
            assert_eq!(draft.get(first).map(|p| &*p.tag.name), Some("first"));
            assert_eq!(draft.all::<Place>().map(|(id, _)| id).collect::<Vec<_>>(), [first, other]);
            assert_eq!(draft.findings().refuse(), !repair);
            let found: Vec<String> = draft.findings().iter().map(ToString::to_string).collect();
            assert!(
                found.len() == 1 && found[0].contains("f row 3 code: the place code \"A\" was already used at f row 1")
            );
        }
    }

    #[test]
    fn a_code_may_be_announced_before_it_is_filled() {
        let mut draft = Draft::new(false);
        let id: PlaceId = draft.reserve(None, "A", at(7)).unwrap();
        assert_eq!(draft.by_code(None, "A"), Some(id));
        assert!(draft.contains(id) && !draft.is_filled(id) && draft.get(id).is_none());
        draft.fill(id, place("A", "late"));
        assert!(draft.is_filled(id));
        draft.edit(id, |place| place.tag = Tag::new("Z", "later"));
        assert_eq!(draft.get(id).map(|p| (&*p.tag.code, &*p.tag.name)), Some(("A", "later")));
        assert_eq!(draft.source(id), Some(&at(7)));
        // Ids of the network are none of the draft's.
        let known = PlaceId::from_raw(0);
        assert!(!draft.contains(known) && draft.get(known).is_none() && draft.source(known).is_none());
        assert!(draft.findings().iter().next().is_none());
    }
}

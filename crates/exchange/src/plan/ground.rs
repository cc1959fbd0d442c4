//! The ground of a plan: which drafted record is which of the network, and which of the network go.

use std::collections::{BTreeSet, HashMap, HashSet};

use linewright_model::{
    AnyId, Carrier, Dataset, DatasetId, Discipline, Id, Network, Phrase, Record as _, SlotMark, SlotMarkId, TableKind,
    Text, phrase,
};

use super::Mode;
use crate::draft::{Draft, Draftable, tables};
use crate::finding::{Finding, Findings};

/// Between code and number of the pieces that a disputed slot mark falls into.
pub(super) const PIECE: char = '~';

/// Identities of the draft against the network.
pub(super) struct Ground<'a> {
    pub(super) network: &'a Network,
    /// Placeholder → record of the network.
    known: HashMap<AnyId, AnyId>,
    /// Record of the network → placeholder.
    drafted: HashMap<AnyId, AnyId>,
    /// Records of the network that are removed.
    gone: BTreeSet<AnyId>,
    /// Pieces of slot marks that are settled anew: they stand in nobody's way and go unless made again.
    pieces: HashMap<(Option<DatasetId>, Text), SlotMarkId>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(draft: &Draft, network: &'a Network, mode: Mode, findings: &mut Findings) -> Self {
        let mut ground = Self {
            network,
            known: HashMap::new(),
            drafted: HashMap::new(),
            gone: BTreeSet::new(),
            pieces: HashMap::new(),
        };
        // Data sets come first in the registry, so that the others find theirs.
        macro_rules! match_tables {
            ($(($record:ident, $table:ident)),* $(,)?) => {
                $(ground.match_table::<linewright_model::$record>(draft, findings);)*
            };
        }
        tables!(match_tables);
        ground.find_pieces(draft);
        if mode == Mode::Replace {
            let replaced = ground.replaced_sets(draft);
            macro_rules! find_gone {
                ($(($record:ident, $table:ident)),* $(,)?) => {
                    $(if draft.scope().is_none_or(|scope| scope.tables.contains(&TableKind::$record)) {
                        ground.find_gone::<linewright_model::$record>(&replaced);
                    })*
                };
            }
            tables!(find_gone);
        }
        let removed: Vec<AnyId> = draft
            .removed()
            .iter()
            .copied()
            .filter(|id| ground.drafted.get(id).is_none_or(|there| !draft.is_filled(*there)))
            .collect();
        ground.gone.extend(removed);
        ground
    }

    fn match_table<R: Draftable>(&mut self, draft: &Draft, findings: &mut Findings) {
        if self.network.count::<R>() == 0 {
            return;
        }
        // Announced records count too: one that could not be read must not look removed.
        for (id, dataset, code) in draft.codes::<R::Id>() {
            let dataset = dataset.map(|d| self.resolve_id(d));
            let Some(known) = self.network.by_code::<R::Id>(dataset, code) else { continue };
            if self.drafted.insert(known.any(), id.any()).is_some() {
                let source = draft.source(id.any()).cloned().unwrap_or_default();
                let reason = phrase!(
                    "the input has the {} {code:?} twice; leave one out",
                    "输入中{} {code:?} 重复；请去掉一个",
                    R::Id::TABLE
                );
                findings.push(Finding::error("duplicate-code", &source, "code", reason));
            }
            self.known.insert(id.any(), known.any());
        }
    }

    fn find_pieces(&mut self, draft: &Draft) {
        if draft.count_of(TableKind::SlotMark) == 0 {
            return;
        }
        let drafted: HashSet<(Option<DatasetId>, &Text)> =
            draft.codes::<SlotMarkId>().map(|(_, set, code)| (set.map(|d| self.resolve_id(d)), code)).collect();
        for (id, mark) in self.network.all::<SlotMark>() {
            let tag = mark.tag();
            let Some((whole, number)) = tag.code.rsplit_once(PIECE) else { continue };
            let is_piece = number.parse::<u32>().is_ok()
                && drafted.contains(&(tag.dataset, &Text::from(whole)))
                && !drafted.contains(&(tag.dataset, &tag.code));
            if is_piece {
                self.gone.insert(id.any());
                self.pieces.insert((tag.dataset, tag.code.clone()), id);
            }
        }
    }

    /// The data sets whose absent records are removed; `None` stands for records of no data set.
    fn replaced_sets(&self, draft: &Draft) -> HashSet<Option<DatasetId>> {
        if let Some(scope) = draft.scope() {
            return HashSet::from([Some(self.resolve_id(scope.dataset))]);
        }
        let named = draft.all::<Dataset>().map(|(id, _)| Some(self.resolve_id(id)));
        let mut sets: HashSet<Option<DatasetId>> = named.collect();
        macro_rules! add_sets {
            ($(($record:ident, $table:ident)),* $(,)?) => {
                $(sets.extend(
                    draft.all::<linewright_model::$record>()
                        .filter(|(id, _)| id.any().table != TableKind::Dataset)
                        .map(|(_, record)| record.tag().dataset.map(|d| self.resolve_id(d))),
                );)*
            };
        }
        tables!(add_sets);
        sets
    }

    fn find_gone<R: Draftable>(&mut self, replaced: &HashSet<Option<DatasetId>>) {
        if R::Id::TABLE == TableKind::Dataset {
            return;
        }
        for (id, record) in self.network.all::<R>() {
            if replaced.contains(&record.tag().dataset) && !self.drafted.contains_key(&id.any()) {
                self.gone.insert(id.any());
            }
        }
    }

    /// Finds removed records that others still refer to.
    pub(super) fn check_removals(&self, draft: &Draft, findings: &mut Findings) {
        for id in &self.gone {
            // What the draft has itself is checked with its new references.
            let holds = |by: &&AnyId| !self.gone.contains(by) && !self.drafted.contains_key(by);
            if let Some(by) = self.network.referrers(*id).iter().find(holds) {
                let reason = phrase!(
                    "{} is not in the input and would be removed, but {} refers to it; \
                     change that first, or import without replacing",
                    "输入中没有 {}，将被删除，但 {} 引用它；请先修改后者，或不以替换方式导入",
                    self.named(draft, *id),
                    self.named(draft, *by)
                );
                findings.push(Finding::error("still-referred", &Default::default(), "", reason));
            }
        }
    }

    /// The id a reference has after the import: a known record's own, or the placeholder of a new one.
    pub(super) fn resolve(&self, id: AnyId) -> AnyId {
        self.known.get(&id).copied().unwrap_or(id)
    }

    pub(super) fn resolve_id<I: Id>(&self, id: I) -> I {
        self.resolve(id.any()).typed().unwrap_or(id)
    }

    pub(super) fn resolve_carrier(&self, carrier: Carrier) -> Carrier {
        Carrier::from_any(self.resolve(carrier.any())).unwrap_or(carrier)
    }

    /// Whether a record of the network is there after the import.
    pub(super) fn stays(&self, id: AnyId) -> bool {
        self.network.contains(id) && !self.gone.contains(&id)
    }

    /// Whether a record of the network stays and is none of the draft's.
    pub(super) fn stands(&self, id: AnyId) -> bool {
        self.stays(id) && !self.drafted.contains_key(&id)
    }

    /// Records of the network that the draft has too, with their placeholders.
    pub(super) fn drafted(&self, id: AnyId) -> Option<AnyId> {
        self.drafted.get(&id).copied()
    }

    /// Carriers that the draft has too, by their id in the network, with their placeholders.
    pub(super) fn drafted_carriers(&self) -> Vec<(Carrier, AnyId)> {
        let carriers = self.drafted.iter().filter_map(|(known, id)| Some((Carrier::from_any(*known)?, *id)));
        let mut carriers: Vec<_> = carriers.collect();
        carriers.sort_unstable();
        carriers
    }

    pub(super) fn gone<R: Draftable>(&self) -> impl Iterator<Item = R::Id> {
        self.gone.iter().filter_map(|id| id.typed())
    }

    /// Takes over a piece of a slot mark that is made again, so that it is updated and not removed.
    pub(super) fn reuse_piece(&mut self, dataset: Option<DatasetId>, code: &Text, placeholder: SlotMarkId) {
        if let Some(known) = self.pieces.remove(&(dataset, code.clone())) {
            self.gone.remove(&known.any());
            self.known.insert(placeholder.any(), known.any());
            self.drafted.insert(known.any(), placeholder.any());
        }
    }

    /// How the slots of a carrier are taken after the import.
    pub(super) fn discipline(&self, draft: &Draft, carrier: Carrier) -> Option<Discipline> {
        let at = if carrier.any().is_placeholder() { Some(carrier.any()) } else { self.drafted(carrier.any()) };
        match at.and_then(Carrier::from_any) {
            Some(Carrier::Span(id)) => draft.get(id).map(|span| span.discipline()),
            Some(Carrier::Cable(id)) => draft.get(id).map(|cable| cable.discipline()),
            Some(Carrier::Device(id)) => draft.get(id).map(|device| device.discipline()),
            Some(Carrier::Link(id)) => draft.get(id).map(|link| link.slots),
            None => self.network.discipline(carrier),
        }
    }

    /// Table and code of a record for a message, or its id where there is none.
    pub(super) fn named(&self, draft: &Draft, id: AnyId) -> Phrase {
        if draft.contains(id) || self.network.contains(id) {
            phrase!("{} {}", "{} {}", id.table, self.label(draft, id))
        } else {
            phrase!("{id}", "{id}")
        }
    }

    /// Code of a record for a message, of the draft or of the network.
    pub(super) fn label(&self, draft: &Draft, id: AnyId) -> String {
        match draft.source(id) {
            Some(source) if !source.record.is_empty() => source.record.to_string(),
            Some(source) => source.to_string(),
            None => self.network.tag(id).map_or_else(|| id.to_string(), |tag| tag.code.to_string()),
        }
    }
}

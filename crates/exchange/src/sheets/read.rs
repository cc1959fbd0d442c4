//! Tables into drafts: what the kinds of tables share.

use linewright_model::crs::Crs;
use linewright_model::{Dataset, DatasetId, Id, Network, Record as _, TableKind, Text, phrase};

use crate::draft::{Draft, Draftable, Scope};
use crate::finding::{Finding, Severity, Source, shown};
use crate::sheets::header::Table;
use crate::sheets::joints::Joints;
use crate::sheets::kind::Kind;
use crate::sheets::mapping::Mapping;
use crate::sheets::names::{Found, Names};
use crate::sheets::plant::Ports;
use crate::sheets::row::Row;
use crate::sheets::slots::Slots;

/// Format of data sets that came in tables.
pub(crate) const FORMAT: &str = "tables";

/// What reads one import of tables.
pub(crate) struct Reader<'a> {
    pub(crate) draft: &'a mut Draft,
    pub(crate) network: &'a Network,
    pub(crate) mapping: &'a Mapping,
    /// Coordinate system of the tables.
    pub(crate) crs: Option<Crs>,
    /// The data set of the tables.
    pub(crate) dataset: DatasetId,
    /// The same in the network, if it is there already.
    pub(crate) own: Option<DatasetId>,
    pub(crate) names: Names,
}

/// Reads all tables into the draft, in the order in which they build upon each other.
pub(crate) fn read(
    tables: &[Table],
    code: &Text,
    crs: Option<Crs>,
    mapping: &Mapping,
    network: &Network,
    draft: &mut Draft,
) {
    let own = network.by_code::<DatasetId>(None, code);
    let known = own.and_then(|own| network.get(own));
    let set = known.map_or_else(
        || Dataset { tag: linewright_model::Tag::new(code.clone(), ""), format: Text::from(FORMAT) },
        |known| (**known).clone(),
    );
    let source = tables.first().map_or_else(Source::default, |table| table.grid.source.clone());
    let dataset = draft.add(set, source);
    let mut reader = Reader { draft, network, mapping, crs, dataset, own, names: Names::default() };
    let of = |kind: Kind| tables.iter().filter(move |table| table.kind == kind).flat_map(Row::all);
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| tables.iter().any(|t| t.kind == *kind)).collect();
    reader.draft.set_scope(Scope { dataset, tables: replaced(&kinds) });

    let inner = reader.places(of(Kind::Places));
    of(Kind::Cables).for_each(|row| reader.cable(row));
    let mut ports = Ports::default();
    of(Kind::Ports).for_each(|row| reader.port_block(row, &mut ports));
    reader.devices(ports);
    reader.contain(inner);
    let mut joints = Joints::default();
    of(Kind::Terminations).for_each(|row| reader.termination(row, &mut joints));
    of(Kind::Splices).for_each(|row| reader.splice(row, &mut joints));
    reader.emit_joints(joints);
    let mut slots = Slots::default();
    of(Kind::Circuits).for_each(|row| reader.circuit(row, &mut slots));
    of(Kind::Ports).for_each(|row| reader.port_state(row, &mut slots));
    of(Kind::Cores).for_each(|row| reader.core_state(row, &mut slots));
    reader.emit_slots(slots);
}

/// The tables of records that these kinds of tables list in full, so that what they do not have is gone.
fn replaced(kinds: &[Kind]) -> Vec<TableKind> {
    let wholly: [(&[Kind], TableKind); 6] = [
        (&[Kind::Places], TableKind::Place),
        (&[Kind::Cables], TableKind::Cable),
        (&[Kind::Ports], TableKind::Device),
        (&[Kind::Terminations, Kind::Splices], TableKind::Splice),
        (&[Kind::Circuits], TableKind::Trail),
        (&[Kind::Cores, Kind::Ports], TableKind::SlotMark),
    ];
    let has = |needed: &[Kind]| needed.iter().all(|kind| kinds.contains(kind));
    wholly.into_iter().filter(|(needed, _)| has(needed)).map(|(_, table)| table).collect()
}

impl Reader<'_> {
    /// The record of this code that the data set has in the network already.
    pub(crate) fn known<I: Id>(&self, code: &str) -> Option<I::Record>
    where
        I::Record: Draftable + Clone,
    {
        let id = self.network.by_code::<I>(Some(self.own?), code)?;
        self.network.get(id).map(|record| (**record).clone())
    }

    /// Adds the record of a row; one that another row has already is kept as that row says it.
    pub(crate) fn add<R: Draftable + Clone + PartialEq>(
        &mut self,
        mut record: R,
        row: Row<'_>,
        key: &str,
    ) -> Option<R::Id> {
        let dataset = self.dataset;
        record.tag_mut().dataset = Some(dataset);
        let code = record.tag().code.clone();
        if let Some(first) = self.draft.by_code::<R::Id>(Some(dataset), &code) {
            let there = self.draft.source(first.any()).map_or_else(String::new, ToString::to_string);
            let (severity, name, reason) = if self.draft.get(first) == Some(&record) {
                (
                    Severity::Info,
                    "said-twice",
                    phrase!("{there} says the same; one of the rows is enough", "{there} 内容相同；保留一行即可"),
                )
            } else {
                let reason = phrase!(
                    "{there} says otherwise of {code}; that row was kept: check which one is right",
                    "{there} 对 {code} 的记载不同；保留该行：请核对哪一行正确"
                );
                (Severity::Warning, "disputed-record", reason)
            };
            self.draft.note(row.finding(severity, name, key, &code, reason));
            return None;
        }
        self.elsewhere::<R::Id>(&code, row, key);
        let name = record.tag().name.clone();
        let id = self.draft.add(record, row.source(&code));
        self.names.add(&name, id);
        Some(id)
    }

    /// Notes a record of the same code in another data set, which the tables might mean.
    fn elsewhere<I: Id>(&mut self, code: &Text, row: Row<'_>, key: &str)
    where
        I::Record: Draftable,
    {
        if self.own.and_then(|own| self.network.by_code::<I>(Some(own), code)).is_some() {
            return;
        }
        let Found::One(other) = self.names.find::<I>(code, self.dataset, self.own, self.draft, self.network) else {
            return;
        };
        let Some(tag) = self.network.tag(other.any()).filter(|tag| tag.code == *code) else { return };
        let set = tag.dataset.and_then(|set| self.network.tag(set.any()));
        let Some(set) = set else { return };
        let reason = phrase!(
            "the data set {} has a {} of this code; import into the data set {} if it is the same",
            "数据集 {} 中已有该编码的{}；若为同一资源请导入到数据集 {}",
            set.code,
            I::TABLE,
            set.code
        );
        self.draft.note(row.finding(Severity::Warning, "known-elsewhere", key, code, reason));
    }

    /// The record that a field names; one that is not there is an error.
    pub(crate) fn reference<I: Id>(&mut self, row: Row<'_>, key: &str, record: &str) -> Option<I>
    where
        I::Record: Draftable,
    {
        let given = row.wanted_code(key, record, self.draft)?;
        let reason = match self.names.find::<I>(&given, self.dataset, self.own, self.draft, self.network) {
            Found::One(id) if id.is_placeholder() && !self.draft.is_filled(id.any()) && self.draft.repair() => {
                phrase!("the row of {} {} was left out", "{} {} 所在行已略去", I::TABLE, shown(&given))
            }
            Found::One(id) => return Some(id),
            Found::None => phrase!(
                "there is no {} {}, neither in the tables nor in the network; add it or correct the cell",
                "表格和网络中都没有{} {}；请补充或更正该格",
                I::TABLE,
                shown(&given)
            ),
            Found::Several(many) => {
                phrase!(
                    "{many} records of table {} are called {}; give the code",
                    "有 {many} 个{}名为 {}；请填写编码",
                    I::TABLE,
                    shown(&given)
                )
            }
        };
        row.refuse("unknown-reference", key, record, reason, self.draft);
        None
    }

    /// A drafted record or one of the network.
    pub(crate) fn record<I: Id>(&self, id: I) -> Option<&I::Record>
    where
        I::Record: Draftable,
    {
        if id.is_placeholder() { self.draft.get(id) } else { self.network.get(id).map(|record| &**record) }
    }

    /// Code of a drafted record or one of the network.
    pub(crate) fn code_of<I: Id>(&self, id: I) -> Text
    where
        I::Record: Draftable,
    {
        self.record(id).map_or_else(Text::default, |record| record.tag().code.clone())
    }

    /// The id of a drafted record in the network, if it is there; an id of the network stays.
    pub(crate) fn in_network<I: Id>(&self, id: I) -> Option<I>
    where
        I::Record: Draftable,
    {
        if !id.is_placeholder() {
            return Some(id);
        }
        let tag = self.draft.get(id)?.tag();
        let set = if tag.dataset == Some(self.dataset) { Some(self.own?) } else { tag.dataset };
        self.network.by_code(set, &tag.code)
    }

    /// The draft of a record of the network, so that it can be changed.
    pub(crate) fn drafted<I: Id>(&mut self, id: I, source: &Source) -> I
    where
        I::Record: Draftable + Clone,
    {
        if id.is_placeholder() {
            return id;
        }
        let Some(record) = self.network.get(id) else { return id };
        let mut record = (**record).clone();
        if self.own.is_some() && record.tag().dataset == self.own {
            record.tag_mut().dataset = Some(self.dataset);
        }
        let (dataset, code) = (record.tag().dataset, record.tag().code.clone());
        match self.draft.by_code(dataset, &code) {
            Some(there) => there,
            None => self.draft.add(record, Source { record: code, ..source.clone() }),
        }
    }

    pub(crate) fn note(&mut self, finding: Finding) {
        self.draft.note(finding);
    }
}

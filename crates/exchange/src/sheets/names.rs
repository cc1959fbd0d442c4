//! What cells call records: codes and names, of the tables first, then of the network.

use std::collections::HashMap;

use linewright_model::{AnyId, DatasetId, Id, Network, Record as _, TableKind, Text};

use crate::draft::{Draft, Draftable};

/// Records by code over all data sets and by name; of a network one table at a time, when it is first asked for.
#[derive(Default)]
pub(crate) struct Names {
    drafted: HashMap<(TableKind, Text), Vec<AnyId>>,
    known: HashMap<TableKind, HashMap<Text, Vec<AnyId>>>,
}

/// What a name came to.
pub(crate) enum Found<I> {
    /// One record.
    One(I),
    /// None.
    None,
    /// Several records of the same name.
    Several(usize),
}

impl Names {
    /// Remembers the name of a drafted record.
    pub(crate) fn add<I: Id>(&mut self, name: &Text, id: I) {
        if !name.is_empty() {
            self.drafted.entry((I::TABLE, name.clone())).or_default().push(id.any());
        }
    }

    /// The record of this code or name: by code in the tables, in their data set, by name in the tables, by code
    /// and then by name anywhere in the network.
    pub(crate) fn find<I: Id>(
        &mut self,
        given: &Text,
        dataset: DatasetId,
        own: Option<DatasetId>,
        draft: &Draft,
        network: &Network,
    ) -> Found<I>
    where
        I::Record: Draftable,
    {
        if let Some(id) = draft.by_code(Some(dataset), given) {
            return Found::One(id);
        }
        if let Some(id) = own.and_then(|own| network.by_code::<I>(Some(own), given)) {
            return Found::One(id);
        }
        if let Some(named) = self.drafted.get(&(I::TABLE, given.clone())) {
            return one_of(named);
        }
        let known = self.known.entry(I::TABLE).or_insert_with(|| index::<I>(network));
        known.get(given).map_or(Found::None, |ids| one_of(ids))
    }
}

fn one_of<I: Id>(ids: &[AnyId]) -> Found<I> {
    match ids {
        [id] => id.typed().map_or(Found::None, Found::One),
        [] => Found::None,
        several => Found::Several(several.len()),
    }
}

/// Codes of a table over all data sets; a name counts where no code says the same.
fn index<I: Id>(network: &Network) -> HashMap<Text, Vec<AnyId>>
where
    I::Record: Draftable,
{
    let mut by_code: HashMap<Text, Vec<AnyId>> = HashMap::new();
    let mut by_name: HashMap<Text, Vec<AnyId>> = HashMap::new();
    for (id, record) in network.all::<I::Record>() {
        let tag = record.tag();
        by_code.entry(tag.code.clone()).or_default().push(id.any());
        if !tag.name.is_empty() && tag.name != tag.code {
            by_name.entry(tag.name.clone()).or_default().push(id.any());
        }
    }
    for (name, ids) in by_name {
        by_code.entry(name).or_insert(ids);
    }
    by_code
}

//! Records under construction, with the ids that `apply` would give them.

use std::collections::BTreeMap;
use std::sync::Arc;

use linewright_model::{Change, ChangeSet, Edit, Id, Origin, Record, Tag, Text};

/// The set being built. Ids are dense from 0, as in a network that was empty: records of a later set can so refer to
/// those of an earlier one without the network at hand.
pub(crate) struct Draft {
    set: ChangeSet,
    next: BTreeMap<&'static str, u32>,
    texts: BTreeMap<String, Text>,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self { set: ChangeSet::new(Origin::Recording), next: BTreeMap::new(), texts: BTreeMap::new() }
    }

    /// The id that the next record of a table gets.
    pub(crate) fn next<I: Id>(&self) -> I {
        I::from_raw(self.next.get(I::TABLE.name()).copied().unwrap_or(0))
    }

    /// Adds a record.
    pub(crate) fn create<R: Record>(&mut self, record: R) -> R::Id
    where
        Change: From<Edit<R>>,
    {
        let next = self.next.entry(<R::Id as Id>::TABLE.name()).or_insert(0);
        let id = R::Id::from_raw(*next);
        *next += 1;
        self.set.changes.push(Edit { id, before: None, after: Some(Arc::new(record)) }.into());
        id
    }

    /// A tag with a code made of a prefix and the id.
    pub(crate) fn tag<I: Id>(&self, prefix: &str, name: &str) -> Tag {
        let code = format!("{prefix}-{:07}", self.next::<I>().raw() + 1);
        Tag { name: if name.is_empty() { Text::default() } else { name.into() }, ..Tag::new(code, Text::default()) }
    }

    /// A text that many records share, kept once.
    pub(crate) fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let made = Text::from(text);
        self.texts.insert(text.to_owned(), made.clone());
        made
    }

    /// What was added since the last time.
    pub(crate) fn take(&mut self) -> ChangeSet {
        std::mem::replace(&mut self.set, ChangeSet::new(Origin::Recording))
    }
}

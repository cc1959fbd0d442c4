//! Codes, names and addresses, looked through for what contains a text: as flat lower-case texts instead of records, which
//! is some hundred times less to read. Follows a change set by writing anew only what lies beside the records it touches.

use std::collections::BTreeSet;
use std::sync::Arc;

use linewright_model::{AddressId, AnyId, ChangeSet, Network, TableKind};
use memchr::memmem;

/// Ids whose texts lie together and are written anew together.
const CHUNK: u32 = 1024;

/// Before every text, and after the last; in a text it reads as a blank.
const BORDER: char = '\n';

/// Tables that are looked through; what people look for first stands first among equals.
const TABLES: [TableKind; 7] = [
    TableKind::Place,
    TableKind::Address,
    TableKind::Cable,
    TableKind::Device,
    TableKind::Span,
    TableKind::Trail,
    TableKind::Link,
];

/// The texts by which records are found.
#[derive(Clone, Debug)]
pub struct Texts {
    /// Of each of [`TABLES`], by id divided by [`CHUNK`].
    tables: [Vec<Arc<Chunk>>; TABLES.len()],
}

/// Code and name of neighbouring records.
#[derive(Debug, Default, PartialEq, Eq)]
struct Chunk {
    /// Of each record a border, its code, a border, its name; then a last border.
    text: Box<str>,
    /// Where the texts of each id begin, and where the last end; those of an id without a record end where they begin.
    starts: Box<[u32]>,
}

impl Texts {
    /// Reads all records; of a province this takes a second.
    pub fn build(network: &Network) -> Self {
        Self {
            tables: TABLES.map(|table| {
                let chunks = network.next_id(table).div_ceil(CHUNK);
                (0..chunks).map(|number| Arc::new(Chunk::read(network, table, number))).collect()
            }),
        }
    }

    /// The texts after a change set that led to `network`.
    pub fn follow(&self, network: &Network, changes: &ChangeSet) -> Self {
        let touched: BTreeSet<(usize, u32)> = changes
            .changes
            .iter()
            .filter_map(|change| {
                let id = change.id();
                Some((TABLES.iter().position(|table| *table == id.table)?, id.raw / CHUNK))
            })
            .collect();
        let mut next = self.clone();
        for (table, number) in touched {
            let (Some(chunks), Some(kind)) = (next.tables.get_mut(table), TABLES.get(table)) else { continue };
            // A `usize` holds any id on what this runs on.
            let at = number as usize;
            if chunks.len() <= at {
                chunks.resize_with(at + 1, Arc::default);
            }
            if let Some(chunk) = chunks.get_mut(at) {
                *chunk = Arc::new(Chunk::read(network, *kind, number));
            }
        }
        next
    }

    /// Up to `limit` records of those `seen`, upper and lower case alike: first those with just this code or name, then those
    /// of which one begins so, then those of which one contains it; among equals by table and id.
    pub fn find(&self, wanted: &str, limit: usize, seen: impl Fn(AnyId) -> bool) -> Vec<AnyId> {
        let wanted = plain(wanted);
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<AnyId> = Vec::new();
        let mut before = BTreeSet::new();
        for needle in [format!("{BORDER}{wanted}{BORDER}"), format!("{BORDER}{wanted}"), wanted] {
            let finder = memmem::Finder::new(&needle);
            let hits = self.chunks().flat_map(|(table, number, chunk)| {
                chunk.hits(&finder).map(move |slot| AnyId { table, raw: number * CHUNK + slot })
            });
            let new = hits.filter(|id| !before.contains(id) && seen(*id));
            found.extend(new.take(limit - found.len()));
            if found.len() == limit {
                break;
            }
            before.extend(found.iter().copied());
        }
        found
    }

    fn chunks(&self) -> impl Iterator<Item = (TableKind, u32, &Chunk)> {
        TABLES
            .iter()
            .zip(&self.tables)
            .flat_map(|(table, chunks)| chunks.iter().zip(0..).map(|(chunk, number)| (*table, number, &**chunk)))
    }
}

impl Chunk {
    fn read(network: &Network, table: TableKind, number: u32) -> Self {
        let (mut text, mut starts) = (String::new(), Vec::with_capacity(CHUNK as usize + 1));
        // Of ids that there are, no multiple overflows.
        let first = number.saturating_mul(CHUNK);
        for raw in first..first.saturating_add(CHUNK) {
            starts.push(place_in(&text));
            if let Some([code, name]) = texts_of(network, AnyId { table, raw }) {
                for part in [code, name] {
                    text.push(BORDER);
                    text.push_str(&plain(part));
                }
            }
        }
        starts.push(place_in(&text));
        text.push(BORDER);
        Self { text: text.into(), starts: starts.into() }
    }

    /// The slots whose texts have it, each once, ascending.
    fn hits(&self, wanted: &memmem::Finder<'_>) -> impl Iterator<Item = u32> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let at = from + wanted.find(self.text.as_bytes().get(from..)?)?;
            let slot = self.starts.partition_point(|start| *start as usize <= at).checked_sub(1)?;
            from = *self.starts.get(slot + 1)? as usize;
            u32::try_from(slot).ok()
        })
    }
}

/// A place in a text of a chunk. A thousand records have no 4 GB of text: each is read whole into memory before.
fn place_in(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// How texts are compared.
fn plain(text: &str) -> String {
    text.to_lowercase().replace(BORDER, " ")
}

/// Code and name; of an address its text.
fn texts_of(network: &Network, id: AnyId) -> Option<[&str; 2]> {
    if id.table == TableKind::Address {
        let address = network.get(id.typed::<AddressId>()?)?;
        return Some([&address.tag.code, &address.text]);
    }
    let tag = network.tag(id)?;
    Some([&tag.code, &tag.name])
}

#[cfg(test)]
mod tests {
    use linewright_model::{Id, Place, PlaceId, PlaceKind};
    use proptest::prelude::*;

    use super::*;

    /// All records, one by one.
    fn slowly(network: &Network, wanted: &str, limit: usize, seen: impl Fn(AnyId) -> bool) -> Vec<AnyId> {
        let wanted = plain(wanted);
        let rank = |text: &str| match plain(text) {
            text if text == wanted => Some(0),
            text if text.starts_with(&wanted) => Some(1),
            text => text.contains(&wanted).then_some(2),
        };
        let mut found = Vec::new();
        for (order, table) in TABLES.into_iter().enumerate() {
            for raw in 0..network.next_id(table) {
                let id = AnyId { table, raw };
                let rank = texts_of(network, id).and_then(|texts| texts.into_iter().filter_map(rank).min());
                found.extend(rank.filter(|_| seen(id)).map(|rank| (rank, order, id)));
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, _, id)| id).take(limit).collect()
    }

    fn place(code: &str, name: &str) -> Place {
        let mut place = Place::new(code, PlaceKind::Manhole, None);
        place.tag.name = name.into();
        place
    }

    /// Few letters, so that texts are alike, contain each other and repeat themselves.
    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!['a', 'A', 'b', '-', '1', '\n', ' ', '沟', 'İ']), 0..6)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_a_look_at_every_record_finds(
            names in prop::collection::vec(text(), 1..40),
            renamed in prop::collection::vec((0..60_u32, text()), 0..20),
            wanted in text().prop_filter("something", |text| !text.is_empty()),
            limit in 1..20_usize,
        ) {
            // Far apart, so that several chunks are written.
            let mut network = Network::new();
            let mut fill = ChangeSet::default();
            let many = CHUNK * 2 + 7;
            for n in 0..many {
                let name = names.get(n as usize / 60).filter(|_| n.is_multiple_of(60)).map_or("", String::as_str);
                fill.create(place(&format!("A{n}"), name));
            }
            network.apply(&fill).unwrap();
            let texts = Texts::build(&network);
            let every = |_: AnyId| true;
            let odd = |id: AnyId| id.raw.is_multiple_of(120);
            prop_assert_eq!(texts.find(&wanted, limit, every), slowly(&network, &wanted, limit, every));
            prop_assert_eq!(texts.find(&wanted, limit, odd), slowly(&network, &wanted, limit, odd));
            prop_assert_eq!(texts.find("a12", limit, every), slowly(&network, "a12", limit, every));

            let mut change = ChangeSet::default();
            let renamed: std::collections::BTreeMap<u32, String> = renamed.into_iter().collect();
            for (n, name) in renamed {
                let id = PlaceId::from_raw(n * 35 % many);
                let before = network.get(id).unwrap();
                if n.is_multiple_of(3) {
                    change.remove(id, before);
                } else {
                    change.update(id, before, place(&before.tag.code, &name));
                }
            }
            change.create(place("new", &wanted));
            let applied = network.apply(&change).unwrap();
            let followed = texts.follow(&network, &applied.changes);
            prop_assert_eq!(followed.find(&wanted, limit, every), slowly(&network, &wanted, limit, every));
            let afresh = Texts::build(&network);
            prop_assert_eq!(followed.tables, afresh.tables);
        }
    }

    #[test]
    fn nothing_is_found_by_nothing() {
        assert!(Texts::build(&Network::new()).find("a", 5, |_| true).is_empty());
        let mut network = Network::new();
        let mut fill = ChangeSet::default();
        fill.create(place("A", ""));
        network.apply(&fill).unwrap();
        assert!(Texts::build(&network).find("", 5, |_| true).is_empty());
    }
}

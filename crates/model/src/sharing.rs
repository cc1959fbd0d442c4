//! Letting records that say the same share the memory it takes.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};
use std::sync::Arc;

use crate::alike::Alike;
use crate::{Permit, Plant, PortBlock, Text};

type Set<T> = HashSet<T, BuildHasherDefault<DefaultHasher>>;

/// What was seen in records so far.
#[derive(Default)]
pub struct Sharing {
    texts: Set<Text>,
    plants: Set<Arc<Plant>>,
    permits: Set<Arc<Vec<Permit>>>,
    blocks: Set<Arc<Vec<PortBlock>>>,
}

impl Sharing {
    /// A text that many records are likely to have alike.
    pub(crate) fn text(&mut self, text: &mut Text) {
        // Short ones lie in place.
        if text.len() > Text::INLINE_LIMIT {
            share(&mut self.texts, text);
        }
    }

    pub(crate) fn plant(&mut self, plant: &mut Alike<Plant>) {
        let Some(plant) = plant.shared() else { return };
        if let Some(known) = self.plants.get(plant) {
            *plant = known.clone();
            return;
        }
        let own = Arc::make_mut(plant);
        self.text(&mut own.notice_party);
        self.text(&mut own.unit);
        self.plants.insert(plant.clone());
    }

    pub(crate) fn permits(&mut self, permits: &mut Alike<Vec<Permit>>) {
        if let Some(permits) = permits.shared() {
            share(&mut self.permits, permits);
        }
    }

    pub(crate) fn blocks(&mut self, blocks: &mut Alike<Vec<PortBlock>>) {
        let Some(blocks) = blocks.shared() else { return };
        if let Some(known) = self.blocks.get(blocks) {
            *blocks = known.clone();
            return;
        }
        for block in Arc::make_mut(blocks) {
            self.text(&mut block.name);
            self.text(&mut block.interface);
            self.text(&mut block.rate);
        }
        self.blocks.insert(blocks.clone());
    }
}

/// Lets a value that was seen before share its memory.
fn share<T: Clone + Hash + Eq>(seen: &mut Set<T>, value: &mut T) {
    match seen.get(value) {
        Some(known) => *value = known.clone(),
        None => {
            seen.insert(value.clone());
        }
    }
}

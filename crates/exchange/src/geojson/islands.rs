//! Into how many networks without connection a map falls.

use std::collections::BTreeSet;

use crate::draft::Draft;
use crate::finding::{Finding, Source};

/// Says into how many networks without connection a map falls, and how many of its nodes have no line.
pub(crate) fn islands(count: usize, edges: impl Iterator<Item = [usize; 2]>, source: &Source, draft: &mut Draft) {
    let mut root: Vec<usize> = (0..count).collect();
    let mut on_lines = BTreeSet::new();
    for edge in edges {
        on_lines.extend(edge);
        let [a, b] = edge.map(|node| find(&mut root, node));
        if let Some(slot) = root.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
    let islands: BTreeSet<usize> = on_lines.iter().map(|node| find(&mut root, *node)).collect();
    let alone = count.saturating_sub(on_lines.len());
    if islands.len() > 1 || (alone > 0 && !islands.is_empty()) {
        let reason =
            format!("networks without connection to each other: {}; nodes without lines: {alone}", islands.len());
        draft.note(Finding::info("islands", source, "", reason));
    }
}

/// The representative of a node's island; shortens the way to it.
fn find(root: &mut [usize], mut node: usize) -> usize {
    while let Some(up) = root.get(node).copied().filter(|up| *up != node) {
        let above = root.get(up).copied().unwrap_or(up);
        if let Some(slot) = root.get_mut(node) {
            *slot = above;
        }
        node = up;
    }
    node
}

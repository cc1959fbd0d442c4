//! Into how many networks without connection a map falls.

use linewright_model::phrase;
use std::collections::{BTreeMap, BTreeSet};

use crate::draft::Draft;
use crate::finding::{Finding, Source};

/// Sizes said of the islands; those of the others are summed up.
const SIZES: usize = 10;

/// Says into how many networks without connection a map falls, how many nodes each has, and how many nodes have no
/// line.
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
    let mut islands: BTreeMap<usize, usize> = BTreeMap::new();
    for node in &on_lines {
        *islands.entry(find(&mut root, *node)).or_default() += 1;
    }
    let alone = count.saturating_sub(on_lines.len());
    if islands.len() > 1 || (alone > 0 && !islands.is_empty()) {
        let sizes = sizes(islands.into_values().collect());
        let reason = phrase!(
            "networks without connection to each other: {sizes}; nodes without lines: {alone}",
            "互不相连的网络：{sizes}；没有线路的节点：{alone}"
        );
        draft.note(Finding::info("islands", source, "", reason));
    }
}

/// How many islands there are and how large, the largest first.
fn sizes(mut islands: Vec<usize>) -> String {
    islands.sort_unstable_by_key(|nodes| std::cmp::Reverse(*nodes));
    let (large, small) = islands.split_at(islands.len().min(SIZES));
    let large: Vec<String> = large.iter().map(usize::to_string).collect();
    let more = match small.iter().sum::<usize>() {
        0 => String::new(),
        nodes => format!(" and {nodes} in {} more", small.len()),
    };
    format!("{} (of {}{more} nodes)", islands.len(), large.join(", "))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn islands_are_counted_with_their_sizes() {
        let check = |count: usize, edges: &[[usize; 2]], expected: Option<&str>| {
            let mut draft = Draft::new(false);
            islands(count, edges.iter().copied(), &Source::file("m"), &mut draft);
            let reasons: Vec<&str> = draft.findings().iter().map(|finding| &*finding.reason.en).collect();
            assert_eq!(reasons, expected.into_iter().collect::<Vec<_>>());
        };
        check(3, &[[0, 1], [1, 2]], None);
        check(3, &[], None);
        let two = "networks without connection to each other: 2 (of 3, 2 nodes); nodes without lines: 1";
        check(6, &[[4, 5], [0, 1], [1, 2]], Some(two));
        let pairs: Vec<[usize; 2]> = (0..12).map(|n| [2 * n, 2 * n + 1]).collect();
        let many = "networks without connection to each other: 12 (of 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 and 4 in 2 more nodes); nodes without lines: 0";
        check(24, &pairs, Some(many));
    }
}

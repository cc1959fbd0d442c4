//! How the cores at one cable end, or the ports of one device, are joined by splices.

use std::ops::Range;

use linewright_model::{Fixture, Network, SpliceId, SpliceSide};

/// How a range of cores or ports is joined at one fixture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Joined {
    /// To the fixture `on`, whose slot `first` meets the range's first.
    To { on: Fixture, first: u32, splice: SpliceId },
    /// To nothing.
    Nothing,
    /// To two things at once, or to something that does not exist.
    Disputed,
}

impl Joined {
    /// The same joint, `by` slots further on.
    fn continued(self, by: u32) -> Joined {
        match self {
            Joined::To { on, first, splice } => Joined::To { on, first: first.saturating_add(by), splice },
            same => same,
        }
    }
}

/// The joints of a fixture over a range of its slots, cut wherever they change.
///
/// A slot joined twice disputes what it is joined to as well, so what is joined undisputed is joined back.
pub(super) fn joints(network: &Network, fixture: Fixture, within: Range<u32>) -> Vec<(Range<u32>, Joined)> {
    let mut checked = Vec::new();
    for (range, joined) in near_joints(network, fixture, within) {
        let Joined::To { on, first, splice } = joined else {
            checked.push((range, joined));
            continue;
        };
        let far = first..first.saturating_add(range.end - range.start);
        for (part, back) in near_joints(network, on, far) {
            let at = range.start + (part.start - first);
            let joined = match back {
                Joined::Disputed => Joined::Disputed,
                _ => Joined::To { on, first: part.start, splice },
            };
            checked.push((at..at + (part.end - part.start), joined));
        }
    }
    healed(checked)
}

/// Joins ranges again where a cut changed nothing, so that both sides see the same ranges.
fn healed(parts: Vec<(Range<u32>, Joined)>) -> Vec<(Range<u32>, Joined)> {
    let mut healed: Vec<(Range<u32>, Joined)> = Vec::new();
    for (range, joined) in parts {
        match healed.last_mut() {
            Some((last, before)) if last.end == range.start && before.continued(last.end - last.start) == joined => {
                last.end = range.end;
            }
            _ => healed.push((range, joined)),
        }
    }
    healed
}

/// The joints of a fixture as its own splices say, cut at every boundary of a splice and of what exists.
fn near_joints(network: &Network, fixture: Fixture, within: Range<u32>) -> Vec<(Range<u32>, Joined)> {
    let mut joins: Vec<(Range<u32>, Joined)> = Vec::new();
    for id in splices_on(network, fixture) {
        let Some(splice) = network.get(id) else { continue };
        for (near, far) in [(splice.a, splice.b), (splice.b, splice.a)] {
            if near.on == fixture {
                joins.push((slots(near, splice.count), Joined::To { on: far.on, first: far.first, splice: id }));
            }
        }
    }
    let existing = existing(network, fixture);
    let mut cuts: Vec<u32> = vec![within.start, within.end];
    cuts.extend(joins.iter().map(|(range, _)| range).chain(&existing).flat_map(|range| [range.start, range.end]));
    cuts.retain(|cut| within.start <= *cut && *cut <= within.end);
    cuts.sort_unstable();
    cuts.dedup();
    let parts = cuts.windows(2).map(|cut| {
        let mut covering = joins.iter().filter(|(range, _)| range.contains(&cut[0]));
        let joined = match (covering.next(), covering.next()) {
            _ if !existing.iter().any(|range| range.contains(&cut[0])) => Joined::Disputed,
            (None, _) => Joined::Nothing,
            (Some((range, joined)), None) => joined.continued(cut[0] - range.start),
            _ => Joined::Disputed,
        };
        (cut[0]..cut[1], joined)
    });
    parts.collect()
}

fn splices_on(network: &Network, fixture: Fixture) -> impl Iterator<Item = SpliceId> {
    let on = match fixture {
        Fixture::Cable { id, .. } => network.referrers(id),
        Fixture::Device { id } => network.referrers(id),
    };
    on.iter().filter_map(|id| id.typed())
}

/// The slots a fixture has; all of them where the map does not count them.
fn existing(network: &Network, fixture: Fixture) -> Vec<Range<u32>> {
    match fixture {
        Fixture::Cable { id, .. } => {
            let last = network.get(id).and_then(|cable| cable.cores).unwrap_or(u32::MAX - 1);
            std::iter::once(1..last.saturating_add(1)).collect()
        }
        Fixture::Device { id } => {
            let blocks = network.get(id).into_iter().flat_map(|device| &device.blocks);
            blocks.map(|block| block.ports()).collect()
        }
    }
}

fn slots(side: SpliceSide, count: u32) -> Range<u32> {
    side.first..side.first.saturating_add(count)
}

/// Everything that splices join to these slots, and the slots themselves: what a splice there has a say in.
pub(crate) fn met_by(network: &Network, side: SpliceSide, count: u32) -> Vec<Fixture> {
    let here = slots(side, count);
    let mut met = vec![side.on];
    for splice in splices_on(network, side.on).filter_map(|id| network.get(id)) {
        for (near, far) in [(splice.a, splice.b), (splice.b, splice.a)] {
            let there = slots(near, splice.count);
            if near.on == side.on && there.start < here.end && here.start < there.end {
                met.push(far.on);
            }
        }
    }
    met
}

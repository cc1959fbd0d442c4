//! The ground of a cell: corners, streets, building entries and the way into the neighbouring cells.

use std::collections::BTreeMap;

use linewright_model::{Mark, Permit, PermitKind, PlaceId, PlaceKind, SpanKind, Text};

use super::{BLOCK_DM, CORNERS, CellKey, Corners, Lot};
use crate::ground::{Point, metres};
use crate::world::World;

/// The corner at which the middle street begins.
const MIDDLE: usize = 4;

/// The corners of the cell and the streets between them and to the neighbours that stand already.
pub(super) fn lay(world: &mut World, lot: &Lot, known: &mut BTreeMap<CellKey, Corners>) -> Corners {
    let (region, column, row) = lot.key;
    let mut corners: Corners = [world.draft.next(); CORNERS * CORNERS];
    for (n, corner) in corners.iter_mut().enumerate() {
        let (i, j) = ((n % CORNERS) as i64, (n / CORNERS) as i64);
        let east_dm = (column * CORNERS as i64 + i) * BLOCK_DM + world.random.between(-450, 450);
        let north_dm = (row * CORNERS as i64 + j) * BLOCK_DM + world.random.between(-450, 450);
        let kind = match (lot.rural, (i + j) % 2) {
            (true, _) => PlaceKind::Pole,
            (false, 0) => PlaceKind::Manhole,
            (false, _) => PlaceKind::Handhole,
        };
        *corner = world.place(kind, lot.origin.shifted(east_dm, north_dm), "");
    }
    let kind = if lot.rural { SpanKind::PoleLine } else { SpanKind::Duct };
    // Of the middle street, which has two more ducts in one trench 同沟 beside it.
    let trench = if lot.rural { Text::default() } else { world.draft.text(&format!("GC-{:07}", lot.number() + 1)) };
    for n in 0..corners.len() {
        let (i, j) = (n % CORNERS, n / CORNERS);
        if i + 1 < CORNERS {
            let trench = if n == MIDDLE { trench.clone() } else { Text::default() };
            street_span(world, kind, [corners[n], corners[n + 1]], j == 0, trench);
        }
        if j + 1 < CORNERS {
            street_span(world, kind, [corners[n], corners[n + CORNERS]], i == 0, Text::default());
        }
    }
    if !lot.rural {
        for _ in 0..2 {
            let trench = trench.clone();
            world.span_with(SpanKind::Duct, corners[MIDDLE], corners[MIDDLE + 1], 12, |span| span.trench = trench);
        }
    }
    // Joins to a neighbour: (its corner, ours), along the arterial row or column and through the middle.
    let joins = [
        ((-1, 0), [(2, 0), (5, 3)]),
        ((1, 0), [(0, 2), (3, 5)]),
        ((0, -1), [(6, 0), (7, 1)]),
        ((0, 1), [(0, 6), (1, 7)]),
    ];
    for ((east, north), pairs) in joins {
        let Some(theirs) = known.get(&(region, column + east, row + north)).copied() else { continue };
        for (their, ours) in pairs {
            street_span(world, kind, [theirs[their], corners[ours]], true, Text::default());
        }
    }
    known.insert(lot.key, corners);
    corners
}

/// A duct or pole line along a street; the arterial ones have room for more and need a municipal permit.
fn street_span(world: &mut World, kind: SpanKind, [a, b]: [PlaceId; 2], arterial: bool, trench: Text) {
    let capacity = match (kind, arterial) {
        (SpanKind::Duct, true) => 48,
        (SpanKind::Duct, false) => 24,
        (_, true) => 40,
        (_, false) => 20,
    };
    let labels: Vec<_> = (1..=3).map(|n| world.draft.text(&format!("P{n:03}"))).collect();
    world.span_with(kind, a, b, capacity, |span| {
        span.trench = trench;
        if kind == SpanKind::PoleLine {
            let marks = labels.into_iter().zip(1..);
            span.marks = marks.map(|(label, n)| Mark { at_m: metres(800 * n), label }).collect();
        } else if arterial {
            span.permits = vec![Permit { kind: PermitKind::Municipal, days: 15, fee_cny: 2000 }].into();
        }
    });
}

/// A building entry 进楼口 with its lead-in duct from a corner.
pub(super) fn entry(world: &mut World, corner: PlaceId, building: PlaceId, at: Point, bores: u16) -> PlaceId {
    entry_by(world, corner, building, at, bores, None)
}

/// An entry whose lead-in leaves the corner this far to the east, so that it does not lie in the trench of a street that
/// runs the same way.
pub(super) fn entry_by(
    world: &mut World,
    corner: PlaceId,
    building: PlaceId,
    at: Point,
    bores: u16,
    aside_dm: Option<i64>,
) -> PlaceId {
    let entry = world.place(PlaceKind::Entry, at, "");
    let from = world.ground.at(corner);
    let bend = aside_dm.map(|east_dm| [from, from.shifted(east_dm, 0), at]);
    world.span_with(SpanKind::Duct, corner, entry, bores, |span| {
        span.course = bend.into_iter().flatten().filter_map(|point| point.position()).collect();
    });
    world.span(SpanKind::Indoor, entry, building, u16::MAX);
    entry
}

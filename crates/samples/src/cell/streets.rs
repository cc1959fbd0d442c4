//! The ground of a cell: corners, streets, building entries and the way into the neighbouring cells.

use std::collections::BTreeMap;

use linewright_model::{Mark, Permit, PermitKind, PlaceId, PlaceKind, SpanKind};

use super::{BLOCK_DM, CORNERS, CellKey, Corners, Lot};
use crate::ground::{Point, metres};
use crate::world::World;

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
    for n in 0..corners.len() {
        let (i, j) = (n % CORNERS, n / CORNERS);
        if i + 1 < CORNERS {
            street_span(world, kind, corners[n], corners[n + 1], j == 0);
        }
        if j + 1 < CORNERS {
            street_span(world, kind, corners[n], corners[n + CORNERS], i == 0);
        }
    }
    if !lot.rural {
        // Two more ducts in one trench 同沟 beside the middle street.
        let trench = world.draft.text(&format!("GC-{:07}", lot.number() + 1));
        for _ in 0..2 {
            let trench = trench.clone();
            world.span_with(SpanKind::Duct, corners[4], corners[5], 12, |span| span.trench = trench);
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
            street_span(world, kind, theirs[their], corners[ours], true);
        }
    }
    known.insert(lot.key, corners);
    corners
}

/// A duct or pole line along a street; the arterial ones have room for more and need a municipal permit.
fn street_span(world: &mut World, kind: SpanKind, a: PlaceId, b: PlaceId, arterial: bool) {
    let capacity = match (kind, arterial) {
        (SpanKind::Duct, true) => 48,
        (SpanKind::Duct, false) => 24,
        (_, true) => 40,
        (_, false) => 20,
    };
    let labels: Vec<_> = (1..=3).map(|n| world.draft.text(&format!("P{n:03}"))).collect();
    world.span_with(kind, a, b, capacity, |span| {
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
    let entry = world.place(PlaceKind::Entry, at, "");
    world.span(SpanKind::Duct, corner, entry, bores);
    world.span(SpanKind::Indoor, entry, building, u16::MAX);
    entry
}

//! Whether places that are known would all move as a wrong coordinate system moves them.
//!
//! A map in GCJ-02 or BD-09 that is read as WGS-84 is off by some hundred metres, and nothing in it shows that. Only
//! plant that the network has already does: its places would move, all by the offset of that system.

use linewright_model::crs::Crs;
use linewright_model::{Id as _, Place, Position, phrase};

use super::ground::Ground;
use crate::draft::Draft;
use crate::finding::{Finding, Findings, Source};
use crate::length::distance_m;

/// Places that move less are as they were, metres.
const MOVED_M: f64 = 50.0;
/// How near to the offset of the system a move must be, metres.
const NEAR_M: f64 = 20.0;
/// Fewer places may move so by chance.
const LEAST: usize = 3;

/// Refuses an import that would move most known places by the offset of a system it was not read in.
pub(super) fn check(draft: &Draft, ground: &Ground<'_>, findings: &mut Findings) {
    let mut moved = 0_usize;
    let mut systems = [(Crs::Gcj02, 0_usize), (Crs::Bd09, 0)];
    let mut first = None;
    for (id, place) in draft.all::<Place>() {
        let Some(known) = ground.network.get(ground.resolve_id(id)) else { continue };
        let Some((before, after)) = known.position.zip(place.position) else { continue };
        if before == after || distance_m(before, after) < MOVED_M {
            continue;
        }
        moved += 1;
        first = first.or_else(|| draft.source(id.any()));
        for (system, count) in &mut systems {
            let read_as_it_is = system.from_wgs84(before.lon_deg(), before.lat_deg()).ok();
            let read_as_it_is = read_as_it_is.and_then(|(lon, lat)| Position::new(lon, lat).ok());
            *count += usize::from(read_as_it_is.is_some_and(|at| distance_m(at, after) <= NEAR_M));
        }
    }
    let Some((system, count)) = systems.into_iter().max_by_key(|(_, count)| *count) else { return };
    if count < LEAST || count * 2 <= moved {
        return;
    }
    let source = Source::file(first.map(|source| source.file.clone()).unwrap_or_default());
    let reason = phrase!(
        "{count} of the {moved} known places that would move would move as {system} read as WGS-84 does: the file is \
         probably in that system; import it with crs {system}",
        "在将移动的 {moved} 个已有地点中，有 {count} 个的偏移与把 {system} 当作 WGS-84 时相同：文件很可能采用该坐标系，请以 crs {system} 导入"
    );
    findings.push(Finding::error("shifted-system", &source, "geometry", reason));
}

//! One owner per slot: disputed holdings and marks are left out of the draft, each with a finding.

use std::collections::{HashMap, HashSet};

use linewright_model::{
    AnyId, Carrier, Discipline, Holding, Id, Phrase, Record as _, SlotMark, SlotMarkId, Take, Text, Trail, TrailId,
    phrase,
};

use super::ground::{Ground, PIECE};
use crate::draft::Draft;
use crate::finding::{Finding, Findings, Source};

type Slot = (Carrier, u32);

/// Slots that all marks of one import may cover together: a bound against absurd input.
const MAX_MARKED: u64 = 20_000_000;

/// Leaves out what would give a slot a second owner, and finds slots that do not exist.
///
/// A slot goes first to the trail of the network that the draft does not have, then to the drafted trail that
/// has it in the network already, then to the first in the draft; marks come after trails. Importing the same
/// again therefore settles it the same way. Returns the known marks of which nothing is left.
pub(super) fn settle(draft: &mut Draft, ground: &mut Ground<'_>, findings: &mut Findings) -> Vec<AnyId> {
    let mut owners = standing_claims(draft, ground);
    let trails: Vec<TrailId> = draft.all::<Trail>().map(|(id, _)| id).collect();
    let mut claimed = HashSet::new();
    for id in trails {
        settle_trail(id, draft, ground, &mut owners, &mut claimed, findings);
    }
    check_shrunk(draft, ground, findings);

    let marks: Vec<SlotMarkId> = draft.all::<SlotMark>().map(|(id, _)| id).collect();
    let mut left_out = Vec::new();
    let total = draft.all::<SlotMark>().fold(0_u64, |sum, (_, mark)| sum.saturating_add(u64::from(mark.count)));
    if total > MAX_MARKED {
        let reason = phrase!(
            "the slot marks cover {total} slots, more than {MAX_MARKED} in one import; import in parts",
            "状态标记共 {total} 个资源，超过一次导入上限 {MAX_MARKED}；请分批导入"
        );
        findings.push(Finding::error("too-many-marks", &Source::default(), "count", reason));
        return left_out;
    }
    let mut marked = HashMap::new();
    for id in marks {
        settle_mark(id, draft, ground, &owners, &mut marked, &mut left_out, findings);
    }
    left_out
}

fn here(draft: &Draft, id: impl Into<AnyId>) -> Source {
    draft.source(id).cloned().unwrap_or_default()
}

/// Slots that drafted trails hold in the network already and still ask for.
fn standing_claims(draft: &Draft, ground: &Ground<'_>) -> HashMap<Slot, AnyId> {
    let mut owners = HashMap::new();
    for (id, trail) in draft.all::<Trail>() {
        let known = ground.resolve(id.any());
        if known.is_placeholder() {
            continue;
        }
        for (carrier, slot) in trail.holdings().filter_map(|h| slot_of(h, ground)) {
            let uses = ground.network.taken(carrier).map_or(&[][..], |taken| taken.of_slot(slot));
            if uses.iter().any(|u| u.by == known) {
                owners.insert((carrier, slot), id.any());
            }
        }
    }
    owners
}

fn slot_of(holding: &Holding, ground: &Ground<'_>) -> Option<Slot> {
    match holding.take {
        Take::Slot(slot) => Some((ground.resolve_carrier(holding.carrier), slot)),
        Take::Amount(_) => None,
    }
}

fn settle_trail(
    id: TrailId,
    draft: &mut Draft,
    ground: &Ground<'_>,
    owners: &mut HashMap<Slot, AnyId>,
    claimed: &mut HashSet<Slot>,
    findings: &mut Findings,
) {
    let Some(trail) = draft.get(id).filter(|trail| trail.fault().is_none()) else { return };
    let mut out = HashSet::new();
    for (at, holding) in trail.holdings().enumerate() {
        let carrier = ground.resolve_carrier(holding.carrier);
        if let Some(reason) = no_such_slot(holding, carrier, draft, ground) {
            let done = phrase!("left the holding out", "已略去该占用");
            let finding = Finding::error("unknown-slot", &here(draft, id), "legs", reason);
            findings.push(finding.repairable(draft.repair(), done));
            out.insert(at);
            continue;
        }
        let Take::Slot(slot) = holding.take else { continue };
        let other = standing_owner(ground, carrier, slot).or_else(|| {
            let owner = *owners.entry((carrier, slot)).or_insert(id.any());
            (owner != id.any()).then_some(owner)
        });
        let twice = other.is_none() && !claimed.insert((carrier, slot));
        if other.is_some() || twice {
            let owner = other.unwrap_or(id.any());
            let what = phrase!("slot {slot} of {}", "{} 的 {slot} 号资源", ground.label(draft, carrier.any()));
            let reason = if twice {
                phrase!(
                    "{} is held twice by {}; a trail holds a slot once",
                    "{} 被 {} 重复占用；同一路径只能占用一次",
                    what,
                    ground.label(draft, owner)
                )
            } else {
                let (first, second) = (ground.label(draft, owner), ground.label(draft, id.any()));
                phrase!(
                    "{} has two owners, {first} and {second}; check on site which one is right",
                    "{} 有两个归属：{first} 和 {second}；请现场核实",
                    what
                )
            };
            let finding = Finding::warning("disputed-slot", &here(draft, id), "legs", reason);
            findings.push(finding.repairable(true, phrase!("left the second holding out", "已略去第二个占用")));
            out.insert(at);
        }
    }
    if !out.is_empty() {
        draft.edit(id, |trail| {
            let mut at = 0;
            for leg in &mut trail.legs {
                leg.holdings.retain(|_| {
                    at += 1;
                    !out.contains(&(at - 1))
                });
            }
        });
    }
}

/// Who of the network, drafted records apart, has a slot so that no trail can take it.
fn standing_owner(ground: &Ground<'_>, carrier: Carrier, slot: u32) -> Option<AnyId> {
    let uses = ground.network.taken(carrier).map_or(&[][..], |taken| taken.of_slot(slot));
    uses.iter().find(|u| ground.stands(u.by) && !u.state.is_fault()).map(|u| u.by)
}

/// Why a carrier cannot be taken this way, if so.
fn no_such_slot(holding: &Holding, carrier: Carrier, draft: &Draft, ground: &Ground<'_>) -> Option<Phrase> {
    let label = || ground.label(draft, carrier.any());
    match (ground.discipline(draft, carrier)?, holding.take) {
        (Discipline::Exclusive { count: Some(count) }, Take::Slot(slot)) if slot > count => Some(phrase!(
            "{} has slots 1 to {count} and no slot {slot}",
            "{} 只有 1 至 {count} 号，没有 {slot} 号",
            label()
        )),
        (Discipline::Exclusive { .. }, Take::Amount(_)) => {
            Some(phrase!("{} is taken by slot number, not by amount", "{} 按序号占用，不按数量", label()))
        }
        (Discipline::Counted { .. } | Discipline::Amount { .. }, Take::Slot(_)) => {
            Some(phrase!("{} is taken by amount, not by slot number", "{} 按数量占用，不按序号", label()))
        }
        _ => None,
    }
}

/// Finds carriers that lose slots which trails and marks outside the draft still have.
fn check_shrunk(draft: &Draft, ground: &Ground<'_>, findings: &mut Findings) {
    for (known, id) in ground.drafted_carriers() {
        let (Some(taken), Some(now)) = (ground.network.taken(known), ground.discipline(draft, known)) else { continue };
        let numbered = matches!(now, Discipline::Exclusive { .. });
        let lost = taken.uses().iter().find(|u| {
            ground.stands(u.by)
                && match now {
                    Discipline::Exclusive { count } => count.is_some_and(|count| u.slot > count),
                    _ => true,
                }
        });
        let mut amounts = taken.amount_owners().filter(|(by, _)| numbered && ground.stands(*by));
        let (by, what) = match (lost, amounts.next()) {
            (Some(lost), _) => (lost.by, phrase!("slot {}", "{} 号资源", lost.slot)),
            (None, Some((by, _))) => (by, phrase!("a share", "部分容量")),
            (None, None) => continue,
        };
        let reason = phrase!(
            "{} would go, but {} still has it in the network; release it first",
            "{} 将消失，但网络中仍由 {} 占用；请先释放",
            what,
            ground.label(draft, by)
        );
        findings.push(Finding::error("slot-in-use", &here(draft, id), "", reason));
    }
}

fn settle_mark(
    id: SlotMarkId,
    draft: &mut Draft,
    ground: &mut Ground<'_>,
    owners: &HashMap<Slot, AnyId>,
    marked: &mut HashMap<Slot, AnyId>,
    left_out: &mut Vec<AnyId>,
    findings: &mut Findings,
) {
    let Some(mark) = draft.get(id).filter(|mark| mark.fault().is_none()).cloned() else { return };
    let carrier = ground.resolve_carrier(mark.carrier);
    let last = mark.first.saturating_add(mark.count - 1);
    let probe = Holding { carrier: mark.carrier, take: Take::Slot(last), part: 0, state: mark.state };
    let mut absent_from = u32::MAX;
    if let Some(reason) = no_such_slot(&probe, carrier, draft, ground) {
        let finding = Finding::error("unknown-slot", &here(draft, id), "first", reason);
        findings.push(finding.repairable(
            draft.repair(),
            phrase!("left the slots that do not exist out of the mark", "已从标记中略去不存在的资源"),
        ));
        absent_from = match ground.discipline(draft, carrier) {
            Some(Discipline::Exclusive { count: Some(count) }) => count.saturating_add(1),
            _ => 0,
        };
    }
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut disputes: Vec<(u32, u32, AnyId)> = Vec::new();
    for slot in (mark.first..=last).take_while(|slot| *slot < absent_from) {
        match mark_dispute(&mark, carrier, slot, ground, owners, marked) {
            Some(other) => match disputes.last_mut() {
                Some((first, count, by)) if *first + *count == slot && *by == other => *count += 1,
                _ => disputes.push((slot, 1, other)),
            },
            None => match runs.last_mut() {
                Some((first, count)) if *first + *count == slot => *count += 1,
                _ => runs.push((slot, 1)),
            },
        }
    }
    for (first, count) in &runs {
        marked.extend((*first..first + count).map(|slot| ((carrier, slot), id.any())));
    }
    for (first, count, other) in &disputes {
        let slots = match (*count, first + count - 1) {
            (1, _) => phrase!("slot {first}", "{first} 号资源"),
            (_, last) => phrase!("slots {first} to {last}", "{first} 至 {last} 号资源"),
        };
        let reason = phrase!(
            "{0} of {1} cannot be both {2} and taken by {3}; check on site which one is right",
            "{1} 的 {0} 不能既为{2}又由 {3} 占用；请现场核实",
            slots,
            ground.label(draft, carrier.any()),
            mark.state,
            ground.label(draft, *other)
        );
        let finding = Finding::warning("disputed-slot", &here(draft, id), "first", reason);
        findings.push(finding.repairable(true, phrase!("left {} out of the mark", "已从标记中略去 {}", slots)));
    }
    if disputes.is_empty() && absent_from > last {
        return;
    }
    match runs.split_first() {
        None => {
            left_out.push(ground.resolve(id.any()));
            draft.unfill::<SlotMark>(id);
        }
        Some(((first, count), pieces)) => {
            draft.edit(id, |mark| (mark.first, mark.count) = (*first, *count));
            split_off(&mark, id, pieces, draft, ground);
        }
    }
}

/// Who has a slot so that this mark cannot stand on it: a fault may stand beside one owner, else nothing may.
fn mark_dispute(
    mark: &SlotMark,
    carrier: Carrier,
    slot: u32,
    ground: &Ground<'_>,
    owners: &HashMap<Slot, AnyId>,
    marked: &HashMap<Slot, AnyId>,
) -> Option<AnyId> {
    let uses = ground.network.taken(carrier).map_or(&[][..], |taken| taken.of_slot(slot));
    let mut standing = uses.iter().filter(|u| ground.stands(u.by)).map(|u| u.by);
    let bars = |by: &AnyId| by.typed::<TrailId>().is_none() || !mark.state.is_fault();
    standing
        .find(bars)
        .or_else(|| owners.get(&(carrier, slot)).copied().filter(bars))
        .or_else(|| marked.get(&(carrier, slot)).copied())
}

/// Makes marks of their own for what is left of a disputed mark after its first piece.
fn split_off(mark: &SlotMark, id: SlotMarkId, pieces: &[(u32, u32)], draft: &mut Draft, ground: &mut Ground<'_>) {
    let source = here(draft, id);
    let dataset = mark.tag.dataset;
    let mut number = 2;
    for (first, count) in pieces {
        let mut piece = SlotMark { first: *first, count: *count, ..mark.clone() };
        piece.tag.code = loop {
            let code = Text::from(format!("{}{PIECE}{number}", mark.tag.code));
            number += 1;
            if draft.by_code::<SlotMarkId>(dataset, &code).is_none() {
                break code;
            }
        };
        let code = piece.tag.code.clone();
        let made = draft.add(piece, source.clone());
        ground.reuse_piece(dataset.map(|d| ground.resolve_id(d)), &code, made);
    }
}

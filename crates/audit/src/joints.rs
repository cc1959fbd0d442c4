//! Rules 1–3: splices. Also the index of what is joined to what, which other rules ask.

use std::collections::{BTreeMap, BTreeSet};

use linewright_model::{
    Fixture, Id, Jumper, JumperId, Network, Phrase, PlaceKind, Port, Splice, SpliceId, SpliceSide, phrase,
};

use crate::context::{Numbered, numbered, of};
use crate::near::Scope;
use crate::{Context, Notes};

/// Splices by what they are fixed to and jumpers by port; built once per audit.
#[derive(Default)]
pub(crate) struct Joints {
    // Invariant: each list ascends by (first, splice).
    seams: BTreeMap<Fixture, Seams>,
    jumpers: BTreeMap<Port, Vec<(JumperId, Port)>>,
}

/// The ranges spliced at one fixture.
#[derive(Default)]
pub(crate) struct Seams {
    pub(crate) list: Vec<Seam>,
    // Size of the largest range, which bounds how far back a lookup goes.
    count_max: u32,
}

/// One side of a splice, seen from what it is fixed to.
#[derive(Clone, Copy)]
pub(crate) struct Seam {
    pub(crate) first: u32,
    pub(crate) count: u32,
    pub(crate) splice: SpliceId,
    other: SpliceSide,
}

impl Seam {
    fn end(&self) -> u32 {
        self.first.saturating_add(self.count)
    }
}

/// Two ranges of one fixture that have slots in common.
pub(crate) struct Overlap {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) splices: [SpliceId; 2],
}

impl Joints {
    /// All joints, or those of the records in question and of what these refer to.
    pub(crate) fn of(network: &Network, scope: Option<&Scope>) -> Self {
        let Some(scope) = scope else {
            return Self::index(
                network.all::<Splice>().map(|(id, splice)| (id, &**splice)),
                network.all::<Jumper>().map(|(id, jumper)| (id, &**jumper)),
            );
        };
        let splices: BTreeSet<SpliceId> = scope.joined(network);
        let jumpers: BTreeSet<JumperId> = scope.joined(network);
        Self::index(
            splices.into_iter().filter_map(|id| Some((id, &**network.get(id)?))),
            jumpers.into_iter().filter_map(|id| Some((id, &**network.get(id)?))),
        )
    }

    fn index<'a>(
        splices: impl Iterator<Item = (SpliceId, &'a Splice)>,
        patches: impl Iterator<Item = (JumperId, &'a Jumper)>,
    ) -> Self {
        let mut seams: BTreeMap<Fixture, Seams> = BTreeMap::new();
        for (id, splice) in splices {
            for (side, other) in [(splice.a, splice.b), (splice.b, splice.a)] {
                let at = seams.entry(side.on).or_default();
                at.list.push(Seam { first: side.first, count: splice.count, splice: id, other });
                at.count_max = at.count_max.max(splice.count);
            }
        }
        for at in seams.values_mut() {
            at.list.sort_unstable_by_key(|seam| (seam.first, seam.splice));
        }
        let mut jumpers: BTreeMap<Port, Vec<(JumperId, Port)>> = BTreeMap::new();
        for (id, jumper) in patches {
            jumpers.entry(jumper.a).or_default().push((id, jumper.b));
            jumpers.entry(jumper.b).or_default().push((id, jumper.a));
        }
        Self { seams, jumpers }
    }

    /// All fixtures with what is spliced there.
    pub(crate) fn seams(&self) -> impl Iterator<Item = (Fixture, &Seams)> {
        self.seams.iter().map(|(fixture, seams)| (*fixture, seams))
    }

    /// All ports with the jumpers on them and where those lead.
    pub(crate) fn jumpers(&self) -> impl Iterator<Item = (Port, &[(JumperId, Port)])> {
        self.jumpers.iter().map(|(port, list)| (*port, list.as_slice()))
    }

    /// Whether a jumper joins two ports.
    pub(crate) fn jumpered(&self, one: Port, other: Port) -> bool {
        self.jumpers.get(&one).is_some_and(|list| list.iter().any(|(_, to)| *to == other))
    }

    /// What a slot of a fixture is spliced to.
    pub(crate) fn spliced_to(&self, fixture: Fixture, slot: u32) -> impl Iterator<Item = (Fixture, u32)> {
        let seams = self.seams.get(&fixture);
        let (list, reach) = seams.map_or((&[][..], 0), |seams| (seams.list.as_slice(), seams.count_max));
        let upto = list.partition_point(|seam| seam.first <= slot);
        let near = list[..upto].iter().rev().take_while(move |seam| slot - seam.first < reach);
        near.filter(move |seam| slot < seam.end())
            .map(move |seam| (seam.other.on, seam.other.first.saturating_add(slot - seam.first)))
    }
}

impl Seams {
    /// Ranges that run into an earlier one, in one pass.
    pub(crate) fn overlaps(&self) -> Vec<Overlap> {
        let mut found = Vec::new();
        let mut widest: Option<Seam> = None;
        for seam in &self.list {
            // Of a splice whose two sides are the same, rule 2 speaks.
            let itself = |wide: &Seam| wide.splice == seam.splice && wide.first == seam.first;
            if let Some(wide) = widest.filter(|wide| seam.first < wide.end() && !itself(wide)) {
                let last = seam.end().min(wide.end()).saturating_sub(1);
                found.push(Overlap { first: seam.first, last, splices: [wide.splice, seam.splice] });
            }
            if widest.is_none_or(|wide| wide.end() < seam.end()) {
                widest = Some(*seam);
            }
        }
        found
    }
}

/// Rule 1: each core has at most one connection per end, splice or terminal.
pub(crate) fn one_connection_per_core_end(ctx: &Context<'_>, notes: &mut Notes) {
    for (fixture, seams) in ctx.joints.seams() {
        let Fixture::Cable { id, end } = fixture else { continue };
        if !ctx.judges(id) {
            continue;
        }
        for Overlap { first, last, splices } in seams.overlaps() {
            let cores = numbered(Numbered::Core, first, last);
            let [one, other] = splices.map(|splice| ctx.named(splice));
            let message = phrase!(
                "{0} of {1}, end {end:?}, joined twice: by {2} and by {3}",
                "{1} {end:?} 端 {0}重复接续：{2} 与 {3}",
                cores,
                ctx.named(id),
                one,
                other
            );
            notes.say(id, splices.map(Id::any), message);
        }
    }
}

/// Rule 2: a splice joins two different cores, in a closure, cabinet, box, room or a place of unknown kind.
pub(crate) fn splice_joins_two_cores(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, splice) in ctx.each::<Splice>() {
        if let Some(itself) = joined_to_itself(splice) {
            let message = phrase!(
                "{} joins {} to itself",
                "{} 将 {} 与其自身相接",
                ctx.named(id),
                side_named(ctx, &itself, splice.count)
            );
            notes.say(id, [fixed_to(itself.on)], message);
        }
        let Some(place) = ctx.network.get(splice.at) else { continue };
        use PlaceKind::*;
        let kind = match place.kind {
            Manhole => phrase!("a manhole", "人孔"),
            Handhole => phrase!("a handhole", "手孔"),
            Pole => phrase!("a pole", "电杆"),
            Entry => phrase!("an entry", "进局/进楼处"),
            _ => continue,
        };
        let message = phrase!(
            "{} lies open at {}, {}; splices are made in a closure, cabinet, box or room",
            "{} 登记在 {}（{}）；接续须在接头盒、光交箱、箱体或机房内",
            ctx.named(id),
            ctx.named(splice.at),
            kind
        );
        notes.say(id, [splice.at.any()], message);
    }
}

/// The side that meets itself: a core joined to itself, be it round the whole cable.
fn joined_to_itself(splice: &Splice) -> Option<SpliceSide> {
    let one_thing = fixed_to(splice.a.on) == fixed_to(splice.b.on);
    (one_thing && splice.a.first == splice.b.first).then_some(splice.a)
}

pub(crate) fn fixed_to(fixture: Fixture) -> linewright_model::AnyId {
    match fixture {
        Fixture::Cable { id, .. } => id.any(),
        Fixture::Device { id } => id.any(),
    }
}

fn side_named(ctx: &Context<'_>, side: &SpliceSide, count: u32) -> Phrase {
    let last = side.first.saturating_add(count).saturating_sub(1);
    let what = match side.on {
        Fixture::Cable { .. } => Numbered::Core,
        Fixture::Device { id } => ctx.port_word(id, side.first),
    };
    of(numbered(what, side.first, last), ctx.named(fixed_to(side.on)))
}

/// Rule 3: what a splice joins is there: sections that end at its place and devices that stand there, with cores and
/// ports of those numbers.
pub(crate) fn splice_where_sections_end(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, splice) in ctx.each::<Splice>() {
        for side in [splice.a, splice.b] {
            let (stands, exist) = match side.on {
                Fixture::Cable { id, end } => {
                    let Some(cable) = ctx.network.get(id) else { continue };
                    let last = side.first.saturating_add(splice.count).saturating_sub(1);
                    (cable.end(end), cable.cores.is_none_or(|cores| last <= cores))
                }
                Fixture::Device { id } => {
                    let Some(device) = ctx.network.get(id) else { continue };
                    let wanted = side.first..side.first.saturating_add(splice.count);
                    let shared = |block: &linewright_model::PortBlock| {
                        let ports = block.ports();
                        ports.end.min(wanted.end).saturating_sub(ports.start.max(wanted.start))
                    };
                    let there: u64 = device.blocks.iter().map(|block| u64::from(shared(block))).sum();
                    (device.place, there == u64::from(splice.count))
                }
            };
            let (name, target) = (ctx.named(id), side_named(ctx, &side, splice.count));
            if !ctx.together(splice.at, stands) {
                let end = match side.on {
                    Fixture::Cable { end, .. } => phrase!("end {end:?} of that section is at", "该段 {end:?} 端位于"),
                    Fixture::Device { .. } => phrase!("that device stands at", "该设备位于"),
                };
                let (at, stands_at) = (ctx.named(splice.at), ctx.named(stands));
                let message = phrase!(
                    "{} at {} joins {}, but {} {}",
                    "{} 位于 {}，连接 {}，但{} {}",
                    name,
                    at,
                    target,
                    end,
                    stands_at
                );
                notes.say(id, [fixed_to(side.on), stands.any()], message);
            }
            if !exist {
                let message = phrase!("{} joins {}, which do not all exist", "{} 连接 {}，但并非都存在", name, target);
                notes.say(id, [fixed_to(side.on)], message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use crate::village::{Village, cable, check, splice};

    fn core(id: CableId, end: CableEnd, first: u32) -> (Fixture, u32) {
        (Fixture::Cable { id, end }, first)
    }

    use CableEnd::{A, B};

    #[test]
    fn a_core_end_is_joined_once() {
        check(1, "core 20 of cable BRANCH, end B, joined twice: by splice S3 and by splice S-X", |v, set| {
            set.create(splice("S-X", v.cabinet, core(v.branch, B, 20), core(v.spare, A, 1), 1));
        });
        // A narrow range inside a wide one does not hide the one behind it.
        let mut village = Village::new();
        let mut set = ChangeSet::new(Origin::Recording);
        for (code, first) in [("S-X", 20), ("S-Y", 22)] {
            set.create(splice(
                code,
                village.cabinet,
                core(village.branch, B, first),
                core(village.spare, A, first - 19),
                1,
            ));
        }
        village.network.apply(&set).unwrap();
        let found = crate::village::findings(&village.network);
        assert_eq!(found.iter().map(|f| f.number).collect::<Vec<_>>(), [1, 1], "{found:?}");
    }

    #[test]
    fn a_splice_joins_two_cores_in_a_closed_place() {
        check(2, "splice S-X joins core 1 of cable LOOP to itself", |v, set| {
            let ring = set.create(cable("LOOP", v.cabinet, v.cabinet, 10.0, 4));
            set.create(splice("S-X", v.cabinet, core(ring, A, 1), core(ring, B, 1), 1));
        });
        check(2, "splice S-X joins cores 1–2 of cable SPARE to itself", |v, set| {
            set.create(splice("S-X", v.cabinet, core(v.spare, A, 1), core(v.spare, A, 1), 2));
        });
        let message =
            "splice S-X lies open at place MH2, a manhole; splices are made in a closure, cabinet, box or room";
        check(2, message, |v, set| {
            let [one, other] = ["X1", "X2"].map(|code| set.create(cable(code, v.far_manhole, v.far_manhole, 10.0, 4)));
            set.create(splice("S-X", v.far_manhole, core(one, B, 1), core(other, A, 1), 4));
        });
    }

    #[test]
    fn what_a_splice_joins_is_there() {
        let at_closure = |v: &Village, set: &mut ChangeSet, other: (Fixture, u32)| {
            let stub = set.create(cable("STUB", v.closure, v.closure, 10.0, 4));
            set.create(splice("S-X", v.closure, core(stub, A, 1), other, 1));
        };
        let message = "splice S-X at place CLOSURE joins core 1 of cable SPARE, \
                       but end A of that section is at place CAB";
        check(3, message, |v, set| at_closure(v, set, core(v.spare, A, 1)));
        let message = "splice S-X at place CLOSURE joins port 5 of device SPL, but that device stands at place CAB";
        check(3, message, |v, set| at_closure(v, set, (Fixture::Device { id: v.splitter }, 5)));
        let at_cabinet = |core_from, port_from| {
            move |v: &Village, set: &mut ChangeSet| {
                let ports = (Fixture::Device { id: v.splitter }, port_from);
                set.create(splice("S-X", v.cabinet, core(v.spare, A, core_from), ports, 2));
            }
        };
        check(3, "splice S-X joins cores 12–13 of cable SPARE, which do not all exist", at_cabinet(12, 4));
        check(3, "splice S-X joins ports 9–10 of device SPL, which do not all exist", at_cabinet(1, 9));
    }
}

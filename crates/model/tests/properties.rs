//! Properties of `apply` over random histories of all record kinds (DESIGN §5).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use linewright_model::*;
use proptest::prelude::*;
use world::{Run, Step, draw, histories};

/// All records as creations, which is how a store gives them back.
fn rows(network: &Network) -> ChangeSet {
    fn of<R: Stored>(network: &Network, set: &mut ChangeSet)
    where
        Change: From<Edit<R>>,
    {
        let edits = network.all::<R>().map(|(id, r)| Edit { id, before: None, after: Some(r.clone()) }.into());
        set.changes.extend(edits);
    }
    let mut set = ChangeSet::new(Origin::Recording);
    of::<Dataset>(network, &mut set);
    of::<Place>(network, &mut set);
    of::<Span>(network, &mut set);
    of::<Cable>(network, &mut set);
    of::<Device>(network, &mut set);
    of::<Splice>(network, &mut set);
    of::<Jumper>(network, &mut set);
    of::<Trail>(network, &mut set);
    of::<Link>(network, &mut set);
    of::<SlotMark>(network, &mut set);
    of::<Address>(network, &mut set);
    set
}

fn ids(network: &Network) -> Vec<AnyId> {
    let of = |table: TableKind| (0..network.next_id(table)).map(move |raw| AnyId { table, raw });
    TableKind::ALL.iter().copied().flat_map(of).collect()
}

fn carriers(network: &Network) -> Vec<Carrier> {
    ids(network).into_iter().filter_map(Carrier::from_any).collect()
}

fn next_ids(network: &Network) -> Vec<(TableKind, u32)> {
    TableKind::ALL.iter().map(|table| (*table, network.next_id(*table))).collect()
}

/// Everything `apply` derives from the records, as seen from outside.
fn assert_same_derived(one: &Network, other: &Network) {
    for id in ids(one) {
        assert_eq!(one.referrers(id), other.referrers(id), "referrers of {id}");
        assert_eq!(one.tag(id), other.tag(id), "tag of {id}");
        let members = |network: &Network| id.typed().map(|set| network.members(set).collect::<Vec<_>>());
        assert_eq!(members(one), members(other), "members of {id}");
    }
    for carrier in carriers(one) {
        assert_eq!(one.taken(carrier), other.taken(carrier), "taken of {}", carrier.any());
    }
}

fn assert_same(one: &Network, other: &Network) {
    assert!(one.same_records(other));
    assert_eq!(next_ids(one), next_ids(other));
    assert_same_derived(one, other);
}

/// Reading references and replacing them go over the same ones, and both lead to the index of referrers.
fn assert_references_are_those_replaced<R: Stored>(network: &Network) {
    for (id, record) in network.all::<R>() {
        let mut replaced = Vec::new();
        (**record).clone().remap(&mut |id| {
            replaced.push(id);
            id
        });
        assert_eq!(record.references(), replaced);
        for to in replaced.into_iter().filter(|to| to.table != TableKind::Dataset) {
            assert_eq!(network.referrers(to).iter().filter(|by| **by == id.any()).count(), 1);
        }
    }
}

/// State and owner of every slot, worked out from the records alone; `None` of two owners.
fn slots_by_hand(network: &Network) -> BTreeMap<(Carrier, u32), (Option<TrailId>, Option<SlotState>)> {
    let mut slots = BTreeMap::new();
    for (id, trail) in network.all::<Trail>() {
        for holding in trail.holdings() {
            let Take::Slot(slot) = holding.take else { continue };
            let old = slots.insert((holding.carrier, slot), (Some(id), Some(holding.state)));
            assert!(old.is_none(), "slot {slot} of {} has two owners", holding.carrier.any());
        }
    }
    let mut marked = BTreeSet::new();
    for (_, mark) in network.all::<SlotMark>() {
        for slot in mark.first..mark.first + mark.count {
            assert!(marked.insert((mark.carrier, slot)), "slot {slot} of {} has two marks", mark.carrier.any());
            let owner = slots.entry((mark.carrier, slot)).or_default();
            if owner.0.is_some() {
                assert_eq!(mark.state, SlotState::Damaged, "only a fault may stand beside an owner");
            } else {
                owner.1 = Some(mark.state);
            }
        }
    }
    slots
}

/// Every slot moved between two versions moved by the table of DOMAIN §6.1.
fn assert_legal(before: &Network, after: &Network) {
    let (old, new) = (slots_by_hand(before), slots_by_hand(after));
    for key in old.keys().chain(new.keys()) {
        let (carrier, slot) = *key;
        if !before.contains(carrier.any()) || !after.contains(carrier.any()) {
            continue;
        }
        let state = |network: &Network, entry: Option<&(Option<TrailId>, Option<SlotState>)>| {
            entry.and_then(|e| e.1).unwrap_or_else(|| match carrier {
                Carrier::Cable(id) if network.get(id).unwrap().occupancy == Occupancy::Unproven => SlotState::Unknown,
                _ => SlotState::Idle,
            })
        };
        let owner = |slots: &BTreeMap<_, (Option<TrailId>, _)>| slots.get(key).and_then(|slot| slot.0);
        let (from, to) = (state(before, old.get(key)), state(after, new.get(key)));
        if owner(&old) == owner(&new) && from == to {
            continue;
        }
        assert!(from.may_become(to), "slot {slot} of {} went from {from} to {to}", carrier.any());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn apply_then_inverse_is_identity(steps in histories()) {
        let mut run = Run::default();
        for step in &steps {
            let before = run.network.clone();
            let set = run.set_of(step);
            let Ok(applied) = run.apply(&set) else { continue };
            let mut back = run.network.clone();
            back.apply(&applied.changes.inverse()).unwrap();
            prop_assert!(back.same_records(&before));
            assert_same_derived(&back, &before);
            // And forth again, by the inverse of the inverse.
            back.apply(&applied.changes.inverse().inverse()).unwrap();
            assert_same(&back, &run.network);
        }
    }

    #[test]
    fn a_whole_history_can_be_taken_back(steps in histories()) {
        let mut run = Run::of(&steps);
        let next = next_ids(&run.network);
        for logged in run.log.iter().rev() {
            run.network.apply(&logged.inverse()).unwrap();
        }
        prop_assert!(run.network.same_records(&Network::new()));
        prop_assert_eq!(next_ids(&run.network), next);
    }

    #[test]
    fn a_refused_set_changes_nothing(steps in histories()) {
        let mut run = Run::default();
        for step in &steps {
            let frozen = run.network.clone();
            let set = run.set_of(step);
            if run.apply(&set).is_err() {
                prop_assert_eq!(run.network.version(), frozen.version());
                assert_same(&run.network, &frozen);
                // A refusal is a function of the set and the network.
                prop_assert_eq!(run.network.clone().apply(&set).err(), run.network.apply(&set).err());
            } else {
                prop_assert_eq!(run.network.version().0, frozen.version().0 + 1);
            }
        }
    }

    #[test]
    fn replaying_the_log_gives_the_state(steps in histories()) {
        let run = Run::of(&steps);
        let mut replayed = Network::new();
        let mut from_text = Network::new();
        for logged in &run.log {
            let applied = replayed.apply(logged).unwrap();
            prop_assert_eq!(&applied.changes, logged);
            let text = serde_json::to_string(logged).unwrap();
            let read: ChangeSet = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, logged);
            from_text.apply(&read).unwrap();
        }
        for network in [&replayed, &from_text] {
            assert_same(network, &run.network);
            prop_assert_eq!(network.version(), run.network.version());
            for id in ids(network) {
                prop_assert_eq!(network.revision(id), run.network.revision(id));
            }
        }
    }

    #[test]
    fn derived_data_equals_a_rebuild(steps in histories()) {
        let run = Run::of(&steps);
        let network = &run.network;
        let revisions: Vec<_> = ids(network).into_iter().filter_map(|id| Some((id, network.revision(id)?))).collect();
        let rows = rows(network);
        let rebuilt = Network::restore(network.version(), &rows, revisions, next_ids(network)).unwrap();
        assert_same(&rebuilt, network);
        for id in ids(network) {
            prop_assert_eq!(rebuilt.revision(id), network.revision(id));
        }
        for change in run.log.iter().flat_map(|set| &set.changes) {
            let tag = change.tag().unwrap();
            prop_assert_eq!(by_code(&rebuilt, change.id().table, tag), by_code(network, change.id().table, tag));
        }
        assert_references_are_those_replaced::<Dataset>(network);
        assert_references_are_those_replaced::<Place>(network);
        assert_references_are_those_replaced::<Span>(network);
        assert_references_are_those_replaced::<Cable>(network);
        assert_references_are_those_replaced::<Device>(network);
        assert_references_are_those_replaced::<Splice>(network);
        assert_references_are_those_replaced::<Jumper>(network);
        assert_references_are_those_replaced::<Trail>(network);
        assert_references_are_those_replaced::<Link>(network);
        assert_references_are_those_replaced::<SlotMark>(network);
        assert_references_are_those_replaced::<Address>(network);
        for change in &rows.changes {
            prop_assert_eq!(by_code(network, change.id().table, change.tag().unwrap()), Some(change.id()));
        }
    }

    #[test]
    fn ids_are_never_given_out_twice(steps in histories()) {
        let mut run = Run::default();
        let mut given = BTreeSet::new();
        for step in &steps {
            let set = run.set_of(step);
            let Ok(applied) = run.apply(&set) else { continue };
            for change in &applied.changes.changes {
                if change.kind() == ChangeKind::Create && set.origin != Origin::Reversal {
                    prop_assert!(given.insert(change.id()), "{} was given out before", change.id());
                }
            }
        }
        for id in given {
            prop_assert!(id.raw < run.network.next_id(id.table));
        }
    }

    #[test]
    fn slots_have_one_owner_and_move_legally(steps in histories()) {
        let mut run = Run::default();
        for step in &steps {
            let before = run.network.clone();
            let set = run.set_of(step);
            match run.apply(&set) {
                Ok(_) if set.origin == Origin::Operation => assert_legal(&before, &run.network),
                Err(Violation::IllegalTransition { .. }) => {
                    // Recording what stands there is not bound by the table.
                    let recorded = ChangeSet { origin: Origin::Recording, ..set };
                    let refused = matches!(before.clone().apply(&recorded), Err(Violation::IllegalTransition { .. }));
                    prop_assert!(!refused);
                }
                _ => {}
            }
            for ((carrier, slot), (owner, state)) in slots_by_hand(&run.network) {
                let said = run.network.slot(carrier, slot);
                prop_assert_eq!((said.owner, Some(said.state)), (owner, state));
                if let Some(Discipline::Exclusive { count: Some(count) }) = run.network.discipline(carrier) {
                    prop_assert!(slot <= count);
                }
            }
        }
    }

    #[test]
    fn clones_stay_frozen_and_share_what_did_not_change(steps in histories(), seed in any::<u64>()) {
        let run = Run::of(&steps);
        let frozen = run.network.clone();
        let mut changed = run.network.clone();
        let touched: BTreeSet<AnyId> = match changed.apply(&draw(&run.network, Origin::Recording, 1, seed)) {
            Ok(applied) => applied.changes.changes.iter().map(Change::id).collect(),
            Err(_) => BTreeSet::new(),
        };
        assert_same(&frozen, &run.network);
        for (id, place) in run.network.all::<Place>() {
            prop_assert!(Arc::ptr_eq(place, frozen.get(id).unwrap()));
            if !touched.contains(&id.any()) {
                prop_assert!(Arc::ptr_eq(place, changed.get(id).unwrap()));
            }
        }
        for (id, cable) in run.network.all::<Cable>() {
            prop_assert!(Arc::ptr_eq(cable, frozen.get(id).unwrap()));
        }
        for id in ids(&run.network) {
            prop_assert_eq!(frozen.referrers(id).as_ptr(), run.network.referrers(id).as_ptr());
        }
        for carrier in carriers(&run.network) {
            let at = |network: &Network| network.taken(carrier).map(|taken| taken.uses().as_ptr());
            prop_assert_eq!(at(&frozen), at(&run.network));
        }
    }
}

fn by_code(network: &Network, table: TableKind, tag: &Tag) -> Option<AnyId> {
    fn of<I: Id>(network: &Network, tag: &Tag) -> Option<AnyId> {
        network.by_code::<I>(tag.dataset, &tag.code).map(Id::any)
    }
    match table {
        TableKind::Dataset => of::<DatasetId>(network, tag),
        TableKind::Place => of::<PlaceId>(network, tag),
        TableKind::Span => of::<SpanId>(network, tag),
        TableKind::Cable => of::<CableId>(network, tag),
        TableKind::Device => of::<DeviceId>(network, tag),
        TableKind::Splice => of::<SpliceId>(network, tag),
        TableKind::Jumper => of::<JumperId>(network, tag),
        TableKind::Trail => of::<TrailId>(network, tag),
        TableKind::Link => of::<LinkId>(network, tag),
        TableKind::SlotMark => of::<SlotMarkId>(network, tag),
        TableKind::Address => of::<AddressId>(network, tag),
    }
}

/// The histories are worth something: they fill every table, are mostly accepted, and meet every refusal.
#[test]
fn histories_reach_every_table_and_every_violation() {
    let mut run = Run::default();
    let (mut accepted, mut refused, mut operations) = (0, BTreeMap::new(), 0);
    let mut live = BTreeSet::new();
    for seed in 0..6_000 {
        if seed % 60 == 0 {
            run = Run::default();
        }
        let origin = if seed % 5 < 3 { Origin::Operation } else { Origin::Recording };
        let step = Step::Change { origin, changes: 1 + seed as usize % 5, seed };
        let set = run.set_of(&step);
        match run.apply(&set) {
            Ok(_) => {
                accepted += 1;
                operations += usize::from(origin == Origin::Operation);
            }
            Err(violation) => {
                let name = format!("{violation:?}");
                let name = name.split([' ', '{']).next().unwrap_or_default().to_owned();
                *refused.entry(name).or_insert(0) += 1;
            }
        }
        live.extend(TableKind::ALL.iter().copied().filter(|table| run.network.count_of(*table) > 0));
    }
    assert_eq!(live.len(), TableKind::ALL.len(), "{live:?}");
    assert!(accepted > 2_500 && operations > 1_000, "{accepted} accepted, {operations} operations, {refused:?}");
    let all = [
        "ChangedTwice",
        "CodeTaken",
        "Dangling",
        "IdReused",
        "IllegalTransition",
        "Malformed",
        "NoSuchSlot",
        "Stale",
        "StillReferred",
        "TwoOwners",
        "WrongTake",
    ];
    assert_eq!(refused.keys().map(String::as_str).collect::<Vec<_>>(), all, "{accepted} accepted, {refused:?}");
}

use linewright_model::*;
use proptest::prelude::*;

use super::*;
use crate::testing;

fn at(record: &str) -> Source {
    Source::file("map").record(1, record)
}

/// A draft of a cable of 12 cores between two places, in a data set of its own, and what a test adds to it.
fn drafted(set: &str, more: impl FnOnce(&mut Draft, DatasetId, CableId)) -> Draft {
    let mut draft = Draft::new(false);
    let dataset = draft.add(Dataset { tag: Tag::new(set, ""), format: "native".into() }, at(set));
    let place = |draft: &mut Draft, code: &str| {
        let mut place = Place::new(code, PlaceKind::Manhole, None);
        place.tag.dataset = Some(dataset);
        draft.add(place, at(code))
    };
    let (a, b) = (place(&mut draft, "A"), place(&mut draft, "B"));
    let mut cable = Cable::new("C", a, b, 100.0);
    (cable.tag.dataset, cable.cores) = (Some(dataset), Some(12));
    let cable = draft.add(cable, at("C"));
    more(&mut draft, dataset, cable);
    draft
}

fn trail(draft: &mut Draft, set: DatasetId, code: &str, cable: CableId, cores: &[u32]) -> TrailId {
    let hold = |core: &u32| Holding {
        carrier: Carrier::Cable(cable),
        take: Take::Slot(*core),
        part: 0,
        state: SlotState::Occupied,
    };
    let legs = vec![Leg { role: LegRole::Working, holdings: cores.iter().map(hold).collect() }];
    let tag = Tag { dataset: Some(set), ..Tag::new(code, "") };
    let trail = Trail { tag, layer: Layer::Fibre, legs, grade: None, customer: "".into(), reservation: None };
    draft.add(trail, at(code))
}

fn mark(draft: &mut Draft, set: DatasetId, code: &str, cable: CableId, first: u32, count: u32, state: SlotState) {
    let tag = Tag { dataset: Some(set), ..Tag::new(code, "") };
    draft.add(SlotMark { tag, carrier: Carrier::Cable(cable), first, count, state }, at(code));
}

/// Imports twice: the second time must change nothing.
fn take_in(network: &mut Network, mode: Mode, draft: impl Fn() -> Draft) -> Outcome {
    let outcome = plan_import(draft(), network, mode);
    if outcome.refused {
        assert!(outcome.changes.is_empty());
        return outcome;
    }
    network.apply(&outcome.changes).unwrap();
    let again = plan_import(draft(), network, mode);
    assert!(again.changes.is_empty() && !again.refused, "{:#?}", again);
    assert_eq!(again.report.findings, outcome.report.findings);
    outcome
}

fn counts(outcome: &Outcome) -> [u64; 4] {
    let sum = |of: fn(&Counts) -> u64| outcome.report.tables.values().map(of).sum();
    [sum(|c| c.created), sum(|c| c.updated), sum(|c| c.removed), sum(|c| c.unchanged)]
}

fn found(outcome: &Outcome) -> Vec<String> {
    outcome.report.findings.iter().map(ToString::to_string).collect()
}

fn cores_of(network: &Network) -> String {
    let (id, _) = network.all::<Cable>().next().unwrap();
    let owner = |slot| {
        let uses = network.taken(Carrier::Cable(id)).map_or(&[][..], |taken| taken.of_slot(slot));
        uses.iter().map(|u| network.tag(u.by).unwrap().code.to_string()).collect::<Vec<_>>().join("+")
    };
    (1..=12).map(owner).collect::<Vec<_>>().join(" ")
}

#[test]
fn records_are_matched_by_data_set_and_code() {
    let mut network = Network::new();
    assert_eq!(counts(&take_in(&mut network, Mode::Merge, || drafted("one", |_, _, _| ()))), [4, 0, 0, 0]);
    // The same codes in another data set are other records.
    assert_eq!(counts(&take_in(&mut network, Mode::Merge, || drafted("two", |_, _, _| ()))), [4, 0, 0, 0]);
    let longer = || {
        drafted("one", |draft, set, cable| {
            draft.edit(cable, |cable| cable.length_m = 120.0);
            let tag = Tag { dataset: Some(set), ..Tag::new("E", "") };
            draft.add(Place { tag, ..Place::new("", PlaceKind::Pole, None) }, at("E"));
        })
    };
    assert_eq!(counts(&take_in(&mut network, Mode::Merge, longer)), [1, 1, 0, 3]);
    assert_eq!(counts(&take_in(&mut network, Mode::Merge, || drafted("two", |_, _, _| ()))), [0, 0, 0, 4]);
    // Merging keeps what the input no longer has, replacing removes it from this data set alone.
    assert_eq!(counts(&take_in(&mut network, Mode::Merge, || drafted("one", |_, _, _| ()))), [0, 1, 0, 3]);
    assert_eq!(counts(&take_in(&mut network, Mode::Replace, || drafted("one", |_, _, _| ()))), [0, 0, 1, 4]);
    assert_eq!((network.count::<Place>(), network.count::<Cable>()), (4, 2));
}

#[test]
fn a_record_that_others_need_is_not_replaced_by_nothing() {
    let mut network = Network::new();
    take_in(&mut network, Mode::Merge, || drafted("one", |_, _, _| ()));
    let (cable, _) = network.all::<Cable>().next().unwrap();
    let user = || {
        let mut draft = Draft::new(false);
        let set = draft.add(Dataset { tag: Tag::new("two", ""), format: "native".into() }, at("two"));
        trail(&mut draft, set, "T", cable, &[3]);
        draft
    };
    take_in(&mut network, Mode::Merge, user);
    let empty = || {
        let mut draft = Draft::new(false);
        draft.add(Dataset { tag: Tag::new("one", ""), format: "native".into() }, at("one"));
        draft
    };
    let outcome = take_in(&mut network, Mode::Replace, empty);
    assert!(outcome.refused);
    let all = found(&outcome);
    assert!(
        all.len() == 1 && all[0].contains("cable C is not in the input and would be removed, but trail T"),
        "{all:?}"
    );
    // A cable that shrinks under a trail of another data set.
    let shrunk = || drafted("one", |draft, _, cable| draft.edit(cable, |c| c.cores = Some(2)));
    let all = found(&take_in(&mut network, Mode::Merge, shrunk));
    assert_eq!(
        all,
        ["error: map row 1 (C): slot 3 would go, but T still has it in the network; release it first [slot-in-use]"]
    );
}

#[test]
fn a_slot_has_one_owner_and_the_second_is_named() {
    let mut network = Network::new();
    let both = || {
        drafted("one", |draft, set, cable| {
            trail(draft, set, "T1", cable, &[1, 2, 2]);
            trail(draft, set, "T2", cable, &[2, 3]);
        })
    };
    let outcome = take_in(&mut network, Mode::Merge, both);
    assert!(!outcome.refused);
    assert_eq!(
        found(&outcome),
        [
            "warning: map row 1 (T1) legs: slot 2 of C is held twice by T1; a trail holds a slot once [disputed-slot]; \
         repaired: left the second holding out",
            "warning: map row 1 (T2) legs: slot 2 of C has two owners, T1 and T2; check on site which one is right \
         [disputed-slot]; repaired: left the second holding out",
        ]
    );
    assert_eq!(cores_of(&network), "T1 T1 T2         ");
    // In another order the owner in the network keeps the slot.
    let turned = || {
        drafted("one", |draft, set, cable| {
            trail(draft, set, "T2", cable, &[2, 3]);
            trail(draft, set, "T1", cable, &[1, 2]);
        })
    };
    assert!(take_in(&mut network, Mode::Merge, turned).changes.is_empty());
    // A trail that the input does not have keeps its slots too.
    let third = || drafted("one", |draft, set, cable| _ = trail(draft, set, "T3", cable, &[3, 4]));
    assert!(found(&take_in(&mut network, Mode::Merge, third))[0].contains("two owners, T2 and T3"));
    assert_eq!(cores_of(&network), "T1 T1 T2 T3        ");
    // Unless it goes.
    assert!(found(&take_in(&mut network, Mode::Replace, third)).is_empty());
    assert_eq!(cores_of(&network), "  T3 T3        ");
    // And a slot may pass from one trail to another in one import.
    let passed = || {
        drafted("one", |draft, set, cable| {
            trail(draft, set, "T3", cable, &[4]);
            trail(draft, set, "T4", cable, &[3]);
        })
    };
    assert!(found(&take_in(&mut network, Mode::Merge, passed)).is_empty());
    assert_eq!(cores_of(&network), "  T4 T3        ");
}

#[test]
fn a_mark_gives_way_where_it_is_disputed() {
    let marked = |cores: &'static [u32], state: SlotState| {
        move || {
            drafted("one", |draft, set, cable| {
                mark(draft, set, "M", cable, 1, 8, state);
                trail(draft, set, "T", cable, cores);
                mark(draft, set, "N", cable, 8, 2, SlotState::Damaged);
            })
        }
    };
    let mut network = Network::new();
    let outcome = take_in(&mut network, Mode::Merge, marked(&[3, 6, 9], SlotState::SetAside));
    assert_eq!(cores_of(&network), "M M T M~2 M~2 T M~3 M~3 T+N   ");
    assert!(
        found(&outcome)[0].contains("slot 3 of C cannot be both set aside and taken by T"),
        "{:?}",
        found(&outcome)
    );
    assert_eq!(outcome.report.totals.warnings, 3);
    // Pieces follow the mark they came from.
    take_in(&mut network, Mode::Merge, marked(&[3], SlotState::SetAside));
    assert_eq!(cores_of(&network), "M M T M~2 M~2 M~2 M~2 M~2 N   ");
    take_in(&mut network, Mode::Merge, marked(&[], SlotState::SetAside));
    assert_eq!(cores_of(&network), "M M M M M M M M N   ");
    take_in(&mut network, Mode::Merge, marked(&[1, 2, 3, 4, 5, 6, 7, 8], SlotState::SetAside));
    assert_eq!(cores_of(&network), "T T T T T T T T+N N   ");
    assert_eq!(network.count::<SlotMark>(), 1);
    // Damage stands beside an owner, but not beside other damage.
    take_in(&mut network, Mode::Merge, marked(&[3], SlotState::Damaged));
    assert_eq!(cores_of(&network), "M M T+M M M M M M N   ");
}

#[test]
fn what_apply_would_refuse_is_found_first() {
    let check = |more: &dyn Fn(&mut Draft, DatasetId, CableId), expected: &[&str]| {
        let mut network = Network::new();
        let outcome = take_in(&mut network, Mode::Merge, || drafted("one", more));
        let all = found(&outcome);
        assert!(outcome.refused && all.len() == expected.len(), "{all:#?}");
        for (finding, expected) in all.iter().zip(expected) {
            assert!(finding.contains(expected), "{finding}");
        }
        assert_eq!(network.version(), Version(0));
    };
    check(
        &|draft, set, cable| {
            trail(draft, set, "T", cable, &[13]);
            mark(draft, set, "M", cable, 12, 2, SlotState::Damaged);
        },
        &["(M) first: C has slots 1 to 12 and no slot 13", "(T) legs: C has slots 1 to 12 and no slot 13"],
    );
    check(
        &|draft, _, cable| draft.edit(cable, |c| (c.length_m, c.a) = (f64::NAN, Id::placeholder(7))),
        &["(C): refers to place#new7, which does not exist [dangling-reference]", "(C): length_m is NaN m"],
    );
    check(
        &|draft, _, cable| draft.edit(cable, |c| c.a = Id::from_raw(7)),
        &["(C): refers to place#7, which does not exist [dangling-reference]"],
    );
    // What refers to an unread record is no finding beside the one that says why it is unread.
    let unread = |draft: &mut Draft, set: DatasetId, cable: CableId| {
        let place: PlaceId = draft.reserve(Some(set), "P", at("P")).unwrap();
        draft.edit(cable, |c| c.b = place);
    };
    check(&unread, &["(C): refers to the place at map row 1 (P), which was left out [dangling-reference]"]);
    check(
        &|draft, set, cable| {
            unread(draft, set, cable);
            draft.note(Finding::error("bad-number", &at("P"), "lon", Phrase::same("no number")));
        },
        &["(P) lon: no number"],
    );
    check(
        &|draft, set, _| {
            let tag = Tag { dataset: Some(set), ..Tag::new("A", "") };
            draft.add(Place { tag, ..Place::new("", PlaceKind::Pole, None) }, at("second A"));
        },
        &[
            "(second A) code: the place code \"A\" was already used at map row 1 (A); give each its own [duplicate-code]",
        ],
    );
    check(
        &|draft, set, cable| {
            for n in 0..300 {
                mark(draft, set, &n.to_string(), cable, 1, 100_000, SlotState::Damaged);
            }
            draft.edit(cable, |c| c.cores = None);
        },
        &["the slot marks cover 30000000 slots, more than 20000000 in one import; import in parts"],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever an importer drafts: no panic, nothing left for `apply` to refuse, and the same again changes nothing.
    #[test]
    fn contradictory_drafts_are_settled(
        mut first in testing::dice(true),
        mut second in testing::dice(true),
        replace in any::<bool>(),
    ) {
        let mode = if replace { Mode::Replace } else { Mode::Merge };
        let mut network = Network::new();
        for dice in [&mut first, &mut second] {
            let draft = testing::draft(dice);
            let outcome = plan_import(draft.clone(), &network, mode);
            let foreseen = outcome.report.findings.iter().all(|f| f.code != "refused-by-network");
            prop_assert!(foreseen, "{:?}", outcome.report.findings);
            prop_assert_eq!(outcome.refused, outcome.report.findings.iter().any(Finding::refuses));
            if !outcome.refused {
                network.apply(&outcome.changes).unwrap();
                let again = plan_import(draft, &network, mode);
                prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
            }
        }
    }
}

//! Random histories: tables, log and memory tell the same story, and refuse the same change sets.

use std::collections::BTreeSet;

use linewright_model::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Bench, assert_same, ids, proposal};
use crate::{AsOf, CommitError, Mode, Storage};

/// One step inside a change set: what is done, and numbers that choose what it is done to.
type Step = (u8, u32, u32, u32);

/// Builds a change set from steps. Small ranges of codes and slots, so that sets collide and are refused.
struct Author<'a> {
    network: &'a Network,
    set: ChangeSet,
    known: Vec<AnyId>,
    touched: BTreeSet<AnyId>,
}

impl Author<'_> {
    /// A record of this type, existing or of this set.
    fn pick<I: Id>(&self, n: u32) -> Option<I> {
        let found: Vec<I> = self.known.iter().filter_map(|id| id.typed()).collect();
        found.get(n as usize % found.len().max(1)).copied()
    }

    fn tag(&self, a: u32, b: u32) -> Tag {
        let dataset = if b.is_multiple_of(3) { self.pick(a) } else { None };
        let name = if b.is_multiple_of(2) { "" } else { "名称" };
        Tag { dataset, ..Tag::new(format!("K{}", a % 40), name) }
    }

    fn add<R: Record>(&mut self, record: R)
    where
        Change: From<Edit<R>>,
    {
        self.known.push(self.set.create(record).any());
    }

    fn carrier(&self, a: u32, b: u32) -> Option<Carrier> {
        Some(match a % 4 {
            0 => Carrier::Cable(self.pick(b)?),
            1 => Carrier::Device(self.pick(b)?),
            2 => Carrier::Link(self.pick(b)?),
            _ => Carrier::Span(self.pick(b)?),
        })
    }

    fn holding(&self, a: u32, b: u32) -> Option<Holding> {
        let carrier = self.carrier(a, b)?;
        let take = match carrier {
            Carrier::Span(_) => Take::Amount(u64::from(b % 3) + 1),
            Carrier::Link(_) if b.is_multiple_of(2) => Take::Amount(u64::from(b) + 1),
            _ => Take::Slot(b % 12 + 1),
        };
        let state = if a.is_multiple_of(2) { SlotState::Reserved } else { SlotState::Occupied };
        Some(Holding { carrier, take, part: (a % 2) as u8, state })
    }

    fn legs(&self, a: u32, b: u32, c: u32) -> Vec<Leg> {
        let holdings = |from: u32, n: u32| (0..n).filter_map(|i| self.holding(from + i, from / 2 + i)).collect();
        let mut legs = vec![Leg { role: LegRole::Working, holdings: holdings(a, b % 4) }];
        if c.is_multiple_of(3) {
            legs.push(Leg { role: LegRole::Member(c as u16), holdings: holdings(b, c % 3) });
        }
        legs
    }

    /// Takes one step, where there is something to take it with.
    fn step(&mut self, (what, a, b, c): Step) -> Option<()> {
        match what % 13 {
            0 => {
                self.add(Dataset { tag: Tag::new(format!("K{}", a % 6), ""), format: "native".into() });
            }
            1 => {
                let position = Position::new(f64::from(b) / 7.0 % 180.0, f64::from(c) / 3.0 % 90.0).ok();
                let place =
                    Place { tag: self.tag(a, b), within: self.pick(c), ..Place::new("", PlaceKind::Node, position) };
                self.add(place);
            }
            2 => {
                let span = Span::new("", SpanKind::Duct, self.pick(b)?, self.pick(c)?, f64::from(c) / 3.0);
                self.add(Span { tag: self.tag(a, b), capacity: a.is_multiple_of(2).then_some(b), ..span });
            }
            3 => {
                let spans = (0..c % 4).filter_map(|i| self.pick(a + i));
                let route = spans.map(|span| RouteHop { span, bore: None }).collect();
                let cable = Cable::new("", self.pick(b)?, self.pick(c)?, f64::from(b));
                let occupancy = if c.is_multiple_of(5) { Occupancy::Unproven } else { Occupancy::Proven };
                self.add(Cable { tag: self.tag(a, c), cores: Some(b % 13), occupancy, route, ..cable });
            }
            4 => {
                let block = |first, count| PortBlock {
                    name: format!("B{first}").into(),
                    first,
                    count,
                    kind: PortKind::OpticalTerminal,
                    interface: "".into(),
                    rate: "".into(),
                };
                let blocks = [block(1, 4), block(5, 1 + b % 8)].into_iter().take(c as usize % 3).collect();
                let (tag, place) = (self.tag(a, b), self.pick(c)?);
                let plant = Plant::default();
                self.add(Device {
                    tag,
                    place,
                    kind: DeviceKind::Odf,
                    model: "".into(),
                    blocks,
                    free_board_slots: None,
                    plant: plant.into(),
                });
            }
            5 => {
                let on = |n: u32| -> Option<Fixture> {
                    Some(if n.is_multiple_of(2) {
                        Fixture::Cable { id: self.pick(n)?, end: CableEnd::B }
                    } else {
                        Fixture::Device { id: self.pick(n)? }
                    })
                };
                let (a_side, b_side) =
                    (SpliceSide { on: on(b)?, first: 1 }, SpliceSide { on: on(c)?, first: 1 + a % 5 });
                let (tag, at) = (self.tag(a, b), self.pick(a)?);
                self.add(Splice { tag, at, a: a_side, b: b_side, count: c % 4, method: SpliceMethod::Fusion });
            }
            6 => {
                let port = |device, port| Port { device, port };
                let (from, to) = (port(self.pick(b)?, b % 5), port(self.pick(c)?, c % 5));
                self.add(Jumper { tag: self.tag(a, b), a: from, b: to });
            }
            7 => {
                let (tag, legs) = (self.tag(a, b), self.legs(a, b, c));
                let layer = Layer::Fibre;
                self.add(Trail { tag, layer, legs, grade: None, customer: "".into(), reservation: None });
            }
            8 => {
                let slots = match c % 3 {
                    0 => Discipline::Exclusive { count: Some(b % 13) },
                    1 => Discipline::Exclusive { count: None },
                    _ => Discipline::Amount { capacity_kbps: c.into() },
                };
                let ends = (Port { device: self.pick(b)?, port: 1 }, Port { device: self.pick(c)?, port: 2 });
                let (tag, trail) = (self.tag(a, c), self.pick(a)?);
                self.add(Link { tag, layer: Layer::Section, a: ends.0, z: ends.1, slots, trail });
            }
            9 => {
                let carrier = self.carrier(a, b)?;
                let state = if c.is_multiple_of(2) { SlotState::Damaged } else { SlotState::SetAside };
                self.add(SlotMark { tag: self.tag(a, b), carrier, first: 1 + c % 8, count: 1 + a % 3, state });
            }
            10 => {
                let covered_by = (0..c % 4).filter_map(|i| self.pick(b + i)).collect();
                let (tag, premises) = (self.tag(a, b), self.pick(b));
                self.add(Address { tag, text: format!("{b} 号").into(), position: None, premises, covered_by });
            }
            11 => self.change(a, b, c)?,
            _ => self.remove(a)?,
        }
        Some(())
    }

    fn change(&mut self, a: u32, b: u32, c: u32) -> Option<()> {
        let id = self.existing(a)?;
        let (tag, legs) = (self.tag(b, c), self.legs(a, b, c));
        let network = self.network;
        macro_rules! retag {
            ($(($record:ident, $id:ident)),*) => {
                match id.table {
                    TableKind::Trail => {
                        let id: TrailId = id.typed()?;
                        let before = network.get(id)?;
                        self.set.update(id, before, Trail { legs, ..(**before).clone() });
                    }
                    TableKind::Dataset => return None,
                    $(TableKind::$record => {
                        let id: $id = id.typed()?;
                        let before = network.get(id)?;
                        self.set.update(id, before, $record { tag, ..(**before).clone() });
                    })*
                }
            };
        }
        retag!(
            (Place, PlaceId),
            (Span, SpanId),
            (Cable, CableId),
            (Device, DeviceId),
            (Splice, SpliceId),
            (Jumper, JumperId),
            (Link, LinkId),
            (SlotMark, SlotMarkId),
            (Address, AddressId)
        );
        Some(())
    }

    fn remove(&mut self, a: u32) -> Option<()> {
        let id = self.existing(a)?;
        let network = self.network;
        macro_rules! remove {
            ($(($record:ident, $id:ident)),*) => {
                match id.table {
                    $(TableKind::$record => {
                        let id: $id = id.typed()?;
                        self.set.remove(id, network.get(id)?);
                    })*
                }
            };
        }
        remove!(
            (Dataset, DatasetId),
            (Place, PlaceId),
            (Span, SpanId),
            (Cable, CableId),
            (Device, DeviceId),
            (Splice, SpliceId),
            (Jumper, JumperId),
            (Trail, TrailId),
            (Link, LinkId),
            (SlotMark, SlotMarkId),
            (Address, AddressId)
        );
        Some(())
    }

    /// A record of the network that this set does not touch yet.
    fn existing(&mut self, n: u32) -> Option<AnyId> {
        let all: Vec<AnyId> = self.known.iter().copied().filter(|id| !id.is_placeholder()).collect();
        // From the end, where records that nothing refers to are.
        let id = *all.get(all.len().checked_sub(1 + n as usize % all.len().max(1))?)?;
        self.touched.insert(id).then_some(id)
    }
}

fn author(network: &Network, steps: &[Step]) -> ChangeSet {
    let known = ids(network);
    let mut author = Author { network, set: ChangeSet::new(Origin::Recording), known, touched: BTreeSet::new() };
    for step in steps {
        // A step with nothing to stand on is no step.
        let _ = author.step(*step);
    }
    author.set
}

/// Plays a history against a database and a network in memory; counts accepted and refused sets.
async fn play<B: Bench>(history: &[Vec<Step>]) -> (u64, u64) {
    let bench = B::new();
    let store = bench.ready().await;
    let mut memory = Network::new();
    let (mut accepted, mut refused) = (0, 0);
    for (at, steps) in history.iter().enumerate() {
        let mut set = author(&memory, steps);
        if at % 7 == 6 {
            // Take back what was done last.
            set =
                store.log(Version(memory.version().0.saturating_sub(1)), 1).await.unwrap().remove(0).changes.inverse();
        }
        match (memory.apply(&set), store.commit(proposal(set)).await) {
            (Ok(applied), Ok(committed)) => {
                assert_eq!(committed.changes, applied.changes);
                accepted += 1;
            }
            (Err(expected), Err(CommitError::Refused(violation))) => {
                assert_eq!(violation, expected);
                refused += 1;
            }
            (expected, found) => panic!("memory: {expected:?}, store: {found:?}"),
        }
        assert_same(&store.snapshot().await.unwrap(), &memory);
    }
    store.close().await;
    let store = bench.open(Mode::ReadOnly).await.unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    assert_same(&store.as_of(AsOf::Version(memory.version())).await.unwrap(), &memory);
    (accepted, refused)
}

pub(crate) fn tables_and_log_equal_memory<B: Bench>() {
    let number = || 0u32..1000;
    let step = (any::<u8>(), number(), number(), number());
    let sets = prop::collection::vec(prop::collection::vec(step, 0..24), 1..14);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // At least one commit stands before the first is taken back.
    let history = sets.prop_map(|mut sets| {
        sets.insert(0, vec![(0, 1, 1, 1), (1, 1, 1, 1), (1, 2, 1, 1)]);
        sets
    });
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let (accepted, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let result = runner.run(&history, |history| {
        let (yes, no) = runtime.block_on(play::<B>(&history));
        accepted.set(accepted.get() + yes);
        refused.set(refused.get() + no);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    // Otherwise the generator proves nothing.
    assert!(accepted.get() > 100 && refused.get() > 20, "{accepted:?} accepted, {refused:?} refused");
}

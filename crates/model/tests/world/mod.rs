//! Random change sets over all record kinds, valid and invalid, drawn against a network.

mod records;

use std::collections::BTreeSet;
use std::sync::Arc;

use linewright_model::*;
use proptest::prelude::*;

/// One step of a history.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A change set of this many changes, drawn from the seed.
    Change { origin: Origin, changes: usize, seed: u64 },
    /// Takes back the set applied this many steps ago, if there is one.
    Undo { back: usize },
}

/// Histories: most sets record or operate, some are taken back.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Step>> {
    let origin = prop_oneof![2 => Just(Origin::Recording), 3 => Just(Origin::Operation)];
    let change =
        (origin, 1usize..7, any::<u64>()).prop_map(|(origin, changes, seed)| Step::Change { origin, changes, seed });
    let undo = (0usize..3).prop_map(|back| Step::Undo { back });
    proptest::collection::vec(prop_oneof![9 => change, 1 => undo], 1..25)
}

/// What a history did.
#[derive(Default)]
pub(crate) struct Run {
    pub(crate) network: Network,
    /// Resolved sets as logged, oldest first.
    pub(crate) log: Vec<ChangeSet>,
}

impl Run {
    /// The change set of a step against the network as it stands; empty when there is nothing to undo.
    pub(crate) fn set_of(&self, step: &Step) -> ChangeSet {
        match step {
            Step::Change { origin, changes, seed } => draw(&self.network, *origin, *changes, *seed),
            Step::Undo { back } => {
                let logged = self.log.iter().rev().nth(*back);
                logged.map_or_else(|| ChangeSet::new(Origin::Reversal), ChangeSet::inverse)
            }
        }
    }

    /// Applies a set and logs it when it is accepted.
    pub(crate) fn apply(&mut self, set: &ChangeSet) -> Result<Applied, Violation> {
        let applied = self.network.apply(set)?;
        self.log.push(applied.changes.clone());
        Ok(applied)
    }

    /// Runs a whole history; refused sets are skipped.
    pub(crate) fn of(steps: &[Step]) -> Run {
        let mut run = Run::default();
        for step in steps {
            let set = run.set_of(step);
            // A refusal is part of the history; other properties look at it.
            let _ = run.apply(&set);
        }
        run
    }
}

/// Draws a change set against a network.
pub(crate) fn draw(network: &Network, origin: Origin, changes: usize, seed: u64) -> ChangeSet {
    let mut draft = Draft {
        network,
        dice: Dice(seed),
        set: ChangeSet::new(origin),
        touched: BTreeSet::new(),
        slots: BTreeSet::new(),
        depth: 0,
    };
    for _ in 0..changes {
        match draft.dice.roll(11) {
            0 => draft.change::<Dataset>(),
            1 => draft.change::<Place>(),
            2 => draft.change::<Span>(),
            3 => draft.change::<Cable>(),
            4 => draft.change::<Device>(),
            5 => draft.change::<Splice>(),
            6 => draft.change::<Jumper>(),
            7 => draft.change::<Trail>(),
            8 => draft.change::<Link>(),
            9 => draft.change::<SlotMark>(),
            _ => draft.change::<Address>(),
        }
    }
    draft.set
}

/// A small deterministic generator (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(sides)) as u32
    }

    /// True once in so many throws.
    pub(crate) fn one_in(&mut self, sides: u32) -> bool {
        self.roll(sides) == 0
    }
}

/// A change set in the making.
pub(crate) struct Draft<'a> {
    network: &'a Network,
    dice: Dice,
    set: ChangeSet,
    touched: BTreeSet<AnyId>,
    slots: BTreeSet<(Carrier, u32)>,
    depth: u32,
}

/// Records that can be drawn.
pub(crate) trait Drawn: Stored {
    /// A new record.
    fn draw(draft: &mut Draft<'_>) -> Self;
    /// A later state of a record.
    fn redraw(&self, draft: &mut Draft<'_>) -> Self {
        Self::draw(draft)
    }
}

impl Draft<'_> {
    fn change<R: Drawn>(&mut self)
    where
        Change: From<Edit<R>>,
    {
        let rows: Vec<_> = self.network.all::<R>().map(|(id, record)| (id, record.clone())).collect();
        let kind = self.dice.roll(10);
        if rows.is_empty() || kind < 5 {
            self.create::<R>();
            return;
        }
        let (id, now) = rows[self.dice.roll(rows.len() as u32) as usize].clone();
        if !self.touched.insert(id.any()) && !self.dice.one_in(4) {
            return;
        }
        let mut before = now.clone();
        if self.dice.one_in(25) {
            // As somebody saw it who was too late.
            Arc::make_mut(&mut before).tag_mut().name = "stale".into();
        }
        if kind < 8 {
            let mut after = now.redraw(self);
            let code = after.tag().code.clone();
            *after.tag_mut() = now.tag().clone();
            if self.dice.one_in(6) {
                after.tag_mut().code = code;
            }
            self.set.update(id, &before, after);
        } else if self.network.referrers(id.any()).is_empty() || self.dice.one_in(6) {
            self.set.remove(id, &before);
        }
    }

    fn create<R: Drawn>(&mut self) -> R::Id
    where
        Change: From<Edit<R>>,
    {
        let record = R::draw(self);
        if !self.dice.one_in(40) {
            return self.set.create(record);
        }
        // Under an id of its own choice: fresh, used or gone.
        let next = self.network.next_id(R::Id::TABLE);
        let id = R::Id::from_raw((next + 2).saturating_sub(self.dice.roll(5)));
        self.set.changes.push(Edit { id, before: None, after: Some(Arc::new(record)) }.into());
        id
    }

    /// A record of some table to refer to: mostly one that exists or is created here.
    pub(crate) fn pick<R: Drawn>(&mut self) -> R::Id
    where
        Change: From<Edit<R>>,
    {
        if self.dice.one_in(80) {
            return R::Id::from_raw(7_777);
        }
        let mut known: Vec<R::Id> = self.network.all::<R>().map(|(id, _)| id).collect();
        known.extend(
            self.set.changes.iter().map(Change::id).filter(|id| id.is_placeholder()).filter_map(AnyId::typed::<R::Id>),
        );
        let wanted = 3 + R::Id::TABLE as usize / 2;
        if known.is_empty() || (known.len() < wanted && self.depth < 3 && self.dice.one_in(3)) {
            self.depth += 1;
            let id = self.create::<R>();
            self.depth -= 1;
            return id;
        }
        known[self.dice.roll(known.len() as u32) as usize]
    }

    /// A tag, mostly with a code of its own.
    pub(crate) fn tag(&mut self) -> Tag {
        let code = match self.dice.roll(60) {
            0 => String::new(),
            1..5 => format!("c{}", self.dice.roll(4)),
            _ => format!("r{:x}", self.dice.roll(u32::MAX)),
        };
        let mut tag = Tag::new(code, if self.dice.one_in(3) { "名" } else { "" });
        if self.dice.one_in(6) {
            tag.dataset = Some(self.pick::<Dataset>());
        }
        if self.dice.one_in(6) {
            let value = serde_json::json!({"n": 1, "x": 0.1, "list": [null, "a"]});
            tag.extra = value.as_object().cloned().map(Arc::new);
        }
        tag
    }

    /// A numbered slot of a carrier, mostly one that nobody has.
    pub(crate) fn slot(&mut self, carrier: Carrier) -> u32 {
        let count = match self.network.discipline(carrier) {
            Some(Discipline::Exclusive { count }) => count.unwrap_or(12),
            _ => 4,
        };
        for _ in 0..8 {
            let slot = 1 + self.dice.roll(count.max(1));
            let free = self.network.slot(carrier, slot).state == SlotState::Idle;
            if (free && self.slots.insert((carrier, slot))) || self.dice.one_in(40) {
                return slot;
            }
        }
        self.dice.roll(count + 2)
    }
}

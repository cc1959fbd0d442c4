//! What every check needs: the network, the limits, the time, and where things stand and meet.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use linewright_catalog::{Catalog, Policy};
use linewright_model::{AnyId, Carrier, Network, Phrase, PlaceId, PortKind, Position, SpanId, Stored, phrase};
use linewright_search::trench::{self, Beside, Limits};

use crate::joints::Joints;
use crate::near::Scope;
use crate::{Finding, Rule};

/// How deep places may stand in one another; a bound against circles of `within`.
const NESTING_MAX: usize = 16;

/// What a check looks at.
pub struct Context<'a> {
    /// The network.
    pub network: &'a Network,
    /// The carrier's limits.
    pub policy: &'a Policy,
    /// The carrier's tables.
    pub catalog: &'a Catalog,
    /// The time of the audit.
    pub now: DateTime<Utc>,
    pub(crate) joints: Joints,
    /// The records to be judged; all when there is none.
    scope: Option<&'a Scope>,
    /// Spans beside each other; found when the first rule asks.
    beside: OnceLock<Vec<Beside>>,
}

impl<'a> Context<'a> {
    /// Prepares an audit of everything.
    #[must_use]
    pub fn new(network: &'a Network, catalog: &'a Catalog, now: DateTime<Utc>) -> Self {
        Self::within(network, catalog, now, None)
    }

    pub(crate) fn within(
        network: &'a Network,
        catalog: &'a Catalog,
        now: DateTime<Utc>,
        scope: Option<&'a Scope>,
    ) -> Self {
        let joints = Joints::of(network, scope);
        Self { network, policy: catalog.policy(), catalog, now, joints, scope, beside: OnceLock::new() }
    }

    /// The same network with every record to be judged, but without its joints: for rules that ask for none.
    pub(crate) fn without_joints(&self) -> Self {
        let joints = Joints::default();
        Self { joints, scope: None, beside: OnceLock::new(), ..*self }
    }

    /// The records of one type that are to be judged, by id: what a finding about one says rests on records no further
    /// away than [`Scope`] looks.
    pub(crate) fn each<R: Stored>(&self) -> impl Iterator<Item = (R::Id, &'a Arc<R>)> {
        let network = self.network;
        let all = self.scope.is_none().then(|| network.all::<R>()).into_iter().flatten();
        let some = self.scope.into_iter().flat_map(Scope::of_type::<R::Id>);
        all.chain(some.filter_map(move |id| Some((id, network.get(id)?))))
    }

    /// Whether a record is to be judged.
    pub(crate) fn judges(&self, id: impl Into<AnyId>) -> bool {
        self.scope.is_none_or(|scope| scope.contains(id.into()))
    }

    /// Pairs of spans beside each other, one of which is to be judged.
    pub(crate) fn beside(&self) -> &[Beside] {
        let trench = &self.policy.shared_trench;
        let limits = Limits { gap_m: trench.gap_m, run_m: trench.run_m };
        self.beside.get_or_init(|| match self.scope {
            None => trench::all(self.network, limits),
            Some(scope) => trench::of_spans(self.network, &scope.of_type::<SpanId>().collect(), limits),
        })
    }

    /// A record as messages name it: its table and code.
    pub(crate) fn named(&self, id: impl Into<AnyId>) -> Phrase {
        let id = id.into();
        match self.network.tag(id) {
            Some(tag) => phrase!("{} {}", "{} {}", id.table, tag.code),
            None => phrase!("{id}", "{id}"),
        }
    }

    /// A slot as messages name it.
    pub(crate) fn slot_named(&self, carrier: Carrier, slot: u32) -> Phrase {
        let what = match carrier {
            Carrier::Cable(_) => Numbered::Core,
            Carrier::Device(device) => self.port_word(device, slot),
            Carrier::Span(_) | Carrier::Link(_) => Numbered::Slot,
        };
        of(numbered(what, slot, slot), self.named(carrier.any()))
    }

    /// What a port of a device is called.
    pub(crate) fn port_word(&self, device: linewright_model::DeviceId, port: u32) -> Numbered {
        match self.port_kind(device, port) {
            Some(PortKind::OpticalTerminal | PortKind::DigitalTerminal) => Numbered::Terminal,
            _ => Numbered::Port,
        }
    }

    /// What a port is for; `None` when the device has no such port.
    pub(crate) fn port_kind(&self, device: linewright_model::DeviceId, port: u32) -> Option<PortKind> {
        Some(self.network.get(device)?.block_of(port)?.kind)
    }

    /// The place and all that it stands in, innermost first.
    fn containers(&self, place: PlaceId) -> impl Iterator<Item = PlaceId> {
        let within = |at: &PlaceId| self.network.get(*at).and_then(|place| place.within);
        std::iter::successors(Some(place), within).take(NESTING_MAX)
    }

    /// The place on the ground that this one stands in: a closure's manhole, a box's building.
    pub(crate) fn ground(&self, place: PlaceId) -> PlaceId {
        self.containers(place).last().unwrap_or(place)
    }

    /// Whether two places are one, or one stands in the other.
    pub(crate) fn together(&self, one: PlaceId, other: PlaceId) -> bool {
        self.containers(one).any(|at| at == other) || self.containers(other).any(|at| at == one)
    }

    /// Where a place is: its own position, or that of what it stands in.
    pub(crate) fn position(&self, place: PlaceId) -> Option<Position> {
        self.containers(place).find_map(|at| self.network.get(at)?.position)
    }
}

/// Collects the breaches of one rule.
pub struct Notes {
    rule: &'static Rule,
    findings: Vec<Finding>,
}

impl Notes {
    pub(crate) fn of(rule: &'static Rule) -> Self {
        Self { rule, findings: Vec::new() }
    }

    /// Notes one breach.
    pub(crate) fn say(&mut self, subject: impl Into<AnyId>, others: impl IntoIterator<Item = AnyId>, message: Phrase) {
        let Rule { number, code, severity, .. } = *self.rule;
        let mut others: Vec<AnyId> = others.into_iter().collect();
        others.dedup();
        self.findings.push(Finding { number, code, severity, subject: subject.into(), others, message });
    }

    pub(crate) fn findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// What is numbered.
#[derive(Clone, Copy)]
pub(crate) enum Numbered {
    Core,
    Port,
    Terminal,
    Slot,
}

/// Numbers as people write them: `core 3`, `cores 3–8`, `3–8 号纤芯`.
pub(crate) fn numbered(what: Numbered, first: u32, last: u32) -> Phrase {
    let (en, zh) = match what {
        Numbered::Core => ("core", "纤芯"),
        Numbered::Port => ("port", "端口"),
        Numbered::Terminal => ("terminal", "端子"),
        Numbered::Slot => ("slot", "时隙"),
    };
    if first == last {
        phrase!("{en} {first}", "{first} 号{zh}")
    } else {
        phrase!("{en}s {first}–{last}", "{first}–{last} 号{zh}")
    }
}

/// A part of a whole: `core 3 of cable FEED`, `光缆段 FEED 3 号纤芯`.
pub(crate) fn of(part: Phrase, whole: Phrase) -> Phrase {
    phrase!("{0} of {1}", "{1} {0}", part, whole)
}

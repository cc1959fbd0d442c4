//! Plain readings of the records, written without the crate's own derivations.

use std::collections::BTreeMap;

use linewright_model::*;

/// One core end, or one port from behind.
pub(crate) type Slot = (Fixture, u32);

/// What a slot is joined to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Joint {
    Nothing,
    To(Slot, SpliceId),
    Disputed,
}

/// The splice table, core by core.
pub(crate) struct Splices<'a> {
    network: &'a Network,
    partners: BTreeMap<Slot, Vec<(Slot, SpliceId)>>,
}

impl<'a> Splices<'a> {
    pub(crate) fn read(network: &'a Network) -> Self {
        let mut partners: BTreeMap<Slot, Vec<(Slot, SpliceId)>> = BTreeMap::new();
        for (id, splice) in network.all::<Splice>() {
            for nth in 0..splice.count {
                let a = (splice.a.on, splice.a.first + nth);
                let b = (splice.b.on, splice.b.first + nth);
                partners.entry(a).or_default().push((b, id));
                partners.entry(b).or_default().push((a, id));
            }
        }
        Self { network, partners }
    }

    fn exists(&self, (on, slot): Slot) -> bool {
        match on {
            Fixture::Cable { id, .. } => self.network.get(id).unwrap().cores.is_none_or(|cores| slot <= cores),
            Fixture::Device { id } => self.network.get(id).unwrap().block_of(slot).is_some(),
        }
    }

    fn partners(&self, slot: Slot) -> &[(Slot, SpliceId)] {
        self.partners.get(&slot).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn joint(&self, slot: Slot) -> Joint {
        let fine = |slot: Slot| self.exists(slot) && self.partners(slot).len() <= 1;
        match self.partners(slot) {
            _ if !fine(slot) => Joint::Disputed,
            [] => Joint::Nothing,
            [(far, _), ..] if !fine(*far) => Joint::Disputed,
            [(far, splice), ..] => Joint::To(*far, *splice),
        }
    }

    /// Cores of a cable that the records know of.
    pub(crate) fn cores(&self, id: CableId) -> u32 {
        let spliced = self.partners.keys().filter_map(|(on, slot)| match on {
            Fixture::Cable { id: on, .. } if *on == id => Some(*slot),
            _ => None,
        });
        self.network.get(id).unwrap().cores.unwrap_or(spliced.max().unwrap_or(0))
    }

    /// Whether anything is spliced at this end of a cable.
    pub(crate) fn any_at(&self, on: Fixture) -> bool {
        self.partners.keys().any(|slot| slot.0 == on)
    }
}

/// State of a slot, read from every trail and mark; `None` for idle.
pub(crate) fn slot_state(network: &Network, carrier: Carrier, slot: u32) -> Option<SlotState> {
    let mut state = match carrier {
        Carrier::Cable(id) if network.get(id).unwrap().occupancy == Occupancy::Unproven => Some(SlotState::Unknown),
        _ => None,
    };
    let mut damaged = false;
    for (_, mark) in network.all::<SlotMark>() {
        if mark.carrier == carrier && (mark.first..mark.first + mark.count).contains(&slot) {
            state = Some(mark.state);
            damaged |= mark.state == SlotState::Damaged;
        }
    }
    for (_, trail) in network.all::<Trail>() {
        for holding in trail.legs.iter().flat_map(|leg| &leg.holdings) {
            if holding.carrier == carrier && holding.take == Take::Slot(slot) {
                state = Some(holding.state);
            }
        }
    }
    if damaged { Some(SlotState::Damaged) } else { state }
}

/// Whether a jumper is plugged into a port.
pub(crate) fn jumper_at(network: &Network, port: Port) -> bool {
    network.all::<Jumper>().any(|(_, jumper)| jumper.a == port || jumper.b == port)
}

/// Cables that lie in a span.
pub(crate) fn cables_in(network: &Network, span: SpanId) -> usize {
    network.all::<Cable>().map(|(_, cable)| cable.route.iter().filter(|hop| hop.span == span).count()).sum()
}

//! Trails over strands: optical routes with their jumpers and links, and marks on what nobody holds.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use linewright_model::{
    Carrier, DeviceId, Discipline, Grade, Holding, Jumper, JumperId, Layer, Leg, LegRole, Link, LinkId, Port,
    Reservation, SlotMark, SlotMarkId, SlotState, Tag, Take, Text, Trail, TrailId,
};

use crate::world::{Strand, World};

/// Fibres of a strand: `count` from the first on, counted from 0.
pub(crate) struct Use<'a> {
    pub(crate) strand: &'a Strand,
    pub(crate) first: u32,
}

/// A route to be recorded.
pub(crate) struct Route<'a> {
    /// Port at the beginning; none to begin on a terminal.
    pub(crate) start: Option<Port>,
    pub(crate) over: Vec<Use<'a>>,
    pub(crate) end: Option<Port>,
    /// Fibres side by side: 1, a pair, or a bundle.
    pub(crate) fibres: u32,
    pub(crate) state: SlotState,
    pub(crate) name: &'a str,
    pub(crate) customer: &'a str,
    pub(crate) grade: Option<Grade>,
    /// Fixed attenuators 固定衰减器 on the way, dB; 0 for none.
    pub(crate) attenuator_db: u8,
}

impl Default for Route<'_> {
    fn default() -> Self {
        Self {
            start: None,
            over: Vec::new(),
            end: None,
            fibres: 1,
            state: SlotState::Occupied,
            name: "",
            customer: "",
            grade: None,
            attenuator_db: 0,
        }
    }
}

/// A signed order's reservation ends with its completion (DOMAIN §6.1); the record wants a day, far away.
fn far_away() -> DateTime<Utc> {
    DateTime::from_timestamp(4_102_444_799, 0).unwrap_or_default()
}

impl World {
    /// Records the holdings and jumpers of a route, and its link when it joins two ports.
    pub(crate) fn route(&mut self, route: &Route<'_>) -> TrailId {
        let held = |carrier, slot, part| Holding { carrier, take: Take::Slot(slot), part, state: route.state };
        let built = !matches!(route.state, SlotState::Selected | SlotState::Reserved);
        let port = |port: Port| held(Carrier::Device(port.device), port.port, 0);
        let mut holdings: Vec<Holding> = route.start.map(port).into_iter().collect();
        for fibre in 0..route.fibres {
            let part = u8::try_from(fibre).unwrap_or(u8::MAX);
            let mut before = route.start;
            for Use { strand, first } in &route.over {
                let at = first + fibre;
                let [enter, leave] = [strand.a, strand.z].map(|end| Port { device: end.frame, port: end.first + at });
                if built && let Some(from) = before {
                    self.jumper(from, enter);
                }
                holdings.push(held(Carrier::Device(enter.device), enter.port, part));
                let cores = strand.hops.iter().map(|(cable, base)| held(Carrier::Cable(*cable), base + at, part));
                holdings.extend(cores);
                holdings.push(held(Carrier::Device(leave.device), leave.port, part));
                before = Some(leave);
            }
            if built && let (Some(from), Some(to)) = (before, route.end) {
                self.jumper(from, to);
            }
        }
        holdings.extend(route.end.map(port));
        let reservation = (route.state == SlotState::Reserved).then(|| Reservation {
            order: format!("DD2026{:06}", linewright_model::Id::raw(self.draft.next::<TrailId>()) + 1).into(),
            user: self.draft.text("调度一班"),
            expires: far_away(),
        });
        let trail = self.trail(route, Layer::Fibre, holdings, reservation);
        if let (Some(a), Some(z)) = (route.start, route.end) {
            self.link(route.name, a, z, trail);
        }
        trail
    }

    fn trail(
        &mut self,
        route: &Route<'_>,
        layer: Layer,
        holdings: Vec<Holding>,
        reservation: Option<Reservation>,
    ) -> TrailId {
        let named = |db| serde_json::Map::from_iter([("attenuator_db".to_owned(), serde_json::Value::from(db))]);
        let extra = Some(route.attenuator_db).filter(|db| *db > 0).map(|db| Arc::new(named(db)));
        let tag = Tag { name: self.draft.text(route.name), extra, ..self.draft.tag::<TrailId>("GLU", "") };
        let customer = self.draft.text(route.customer);
        let legs = vec![Leg { role: LegRole::Working, holdings }];
        self.draft.create(Trail { tag, layer, legs, grade: route.grade, customer, reservation })
    }

    fn link(&mut self, name: &str, a: Port, z: Port, trail: TrailId) -> LinkId {
        let tag = Tag { name: self.draft.text(name), ..self.draft.tag::<LinkId>("GLU", "") };
        let slots = Discipline::Exclusive { count: Some(1) };
        self.draft.create(Link { tag, layer: Layer::Fibre, a, z, slots, trail })
    }

    fn jumper(&mut self, a: Port, b: Port) -> JumperId {
        let tag = self.draft.tag::<JumperId>("TX", "");
        self.draft.create(Jumper { tag, a, b })
    }

    /// Users on consecutive branches of a splitter; its first branch is port 2.
    pub(crate) fn users(&mut self, splitter: DeviceId, first: u32, count: u32, customer: &str) {
        // Each branch is a way of its own: a part of the trail, which ends at the customer's ONU.
        let branch = |nth: u32| Holding {
            carrier: Carrier::Device(splitter),
            take: Take::Slot(first + nth),
            part: u8::try_from(nth).unwrap_or(u8::MAX),
            state: SlotState::Occupied,
        };
        let holdings = (0..count).map(branch).collect();
        self.trail(&Route { customer, ..Route::default() }, Layer::Fibre, holdings, None);
    }

    /// Marks fibres of a strand at all its cores and terminals.
    pub(crate) fn mark_strand(&mut self, strand: &Strand, first: u32, count: u32, state: SlotState, why: &str) {
        let ends = [strand.a, strand.z].map(|end| (Carrier::Device(end.frame), end.first));
        let cores = strand.hops.iter().map(|(cable, base)| (Carrier::Cable(*cable), *base));
        for (carrier, base) in ends.into_iter().chain(cores).collect::<Vec<_>>() {
            self.mark(carrier, base + first, count, state, why);
        }
    }

    /// Marks fibres of the last section of a strand and the terminals behind it.
    pub(crate) fn mark_last(&mut self, strand: &Strand, first: u32, count: u32, state: SlotState, why: &str) {
        if strand.hops.len() < 2 {
            return self.mark_strand(strand, first, count, state, why);
        }
        self.mark(Carrier::Device(strand.z.frame), strand.z.first + first, count, state, why);
        if let Some((cable, base)) = strand.hops.last() {
            self.mark(Carrier::Cable(*cable), base + first, count, state, why);
        }
    }

    /// Marks slots of one carrier.
    pub(crate) fn mark(&mut self, carrier: Carrier, first: u32, count: u32, state: SlotState, why: &str) {
        let name: Text = self.draft.text(why);
        let tag = Tag { name, ..self.draft.tag::<SlotMarkId>("BZ", "") };
        self.draft.create(SlotMark { tag, carrier, first, count, state });
    }
}

//! Rows of trails, their legs and hops, links, and slot marks.

use chrono::SecondsFormat;
use linewright_model::{
    CableId, Carrier, DeviceId, Discipline, Holding, Id, Leg, LegRole, Link, LinkId, Reservation, SlotMark, SpanId,
    Tag, Take, Trail, TrailId,
};

use super::{Cell, Cells, Damage, ListSink, Lists, Overflow, Row, Shape, Tabular, record_columns};

/// The carrier as one of four columns: span, cable, device, link.
fn carrier_cells(carrier: Carrier) -> [Cell; 4] {
    let mut cells = [Cell::Null, Cell::Null, Cell::Null, Cell::Null];
    let at = match carrier {
        Carrier::Span(_) => 0,
        Carrier::Cable(_) => 1,
        Carrier::Device(_) => 2,
        Carrier::Link(_) => 3,
    };
    cells[at] = Cell::from(carrier.any().raw);
    cells
}

impl Cells {
    fn carrier(&mut self) -> Result<Carrier, Damage> {
        let columns =
            (self.whole_or_none()?, self.whole_or_none()?, self.whole_or_none()?, self.whole_or_none::<u32>()?);
        match columns {
            (Some(span), None, None, None) => Ok(Carrier::Span(SpanId::from_raw(span))),
            (None, Some(cable), None, None) => Ok(Carrier::Cable(CableId::from_raw(cable))),
            (None, None, Some(device), None) => Ok(Carrier::Device(DeviceId::from_raw(device))),
            (None, None, None, Some(link)) => Ok(Carrier::Link(LinkId::from_raw(link))),
            _ => Err(self.damage("and the columns before it name not exactly one carrier")),
        }
    }

    fn amount_or_none(&mut self) -> Result<Option<u64>, Damage> {
        self.whole_or_none()
    }
}

impl Tabular for Trail {
    const MAIN: Shape = Shape {
        table: "trail",
        columns: record_columns!["layer", "grade", "customer", "reserved_order", "reserved_user", "reserved_until"],
        order: "id",
    };
    const LISTS: &'static [Shape] = &[
        Shape { table: "leg", columns: &["trail", "leg", "role", "member"], order: "leg" },
        Shape {
            table: "hop",
            columns: &["trail", "leg", "seq", "part", "span", "cable", "device", "link", "slot", "amount", "state"],
            order: "leg, seq",
        },
    ];

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.name(&self.layer)?;
        match &self.grade {
            Some(grade) => row.name(grade)?,
            None => row.add(Cell::Null),
        };
        row.add(&self.customer);
        match &self.reservation {
            Some(reservation) => {
                let until = reservation.expires.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                row.add(&reservation.order).add(&reservation.user).add(until.as_str())
            }
            None => row.add(Cell::Null).add(Cell::Null).add(Cell::Null),
        };
        Ok(())
    }

    fn put_lists(&self, lists: &mut ListSink<'_>) -> Result<(), Overflow> {
        for (at, leg) in (0u32..).zip(&self.legs) {
            let (role, member) = match leg.role {
                LegRole::Working => ("working", None),
                LegRole::Protection => ("protection", None),
                LegRole::Member(n) => ("member", Some(n)),
            };
            lists.row(0, [Cell::from(at), Cell::from(role), Cell::from(member)]);
            for (seq, holding) in (0u32..).zip(&leg.holdings) {
                let [span, cable, device, link] = carrier_cells(holding.carrier);
                let (slot, amount) = match holding.take {
                    Take::Slot(slot) => (Cell::from(slot), Cell::Null),
                    Take::Amount(amount) => (Cell::Null, Cell::whole(amount)?),
                };
                let (at, seq, part) = (Cell::from(at), Cell::from(seq), Cell::from(holding.part));
                let state = Cell::name(&holding.state)?;
                lists.row(1, [at, seq, part, span, cable, device, link, slot, amount, state]);
            }
        }
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, lists: &mut Lists) -> Result<Self, Damage> {
        let (layer, grade, customer) = (row.name()?, row.name_or_none()?, row.text()?);
        let reservation = match (row.text_or_none()?, row.text_or_none()?, row.parsed_or_none()?) {
            (Some(order), Some(user), Some(expires)) => Some(Reservation { order, user, expires }),
            (None, None, None) => None,
            _ => return Err(row.damage("and the columns before it are half a reservation")),
        };
        let mut legs = lists.rows(0, leg)?;
        lists.rows(1, |row| {
            let at: u32 = row.whole()?;
            let _seq: u32 = row.whole()?;
            let holding = holding(row)?;
            match legs.get_mut(at as usize) {
                Some(leg) => leg.holdings.push(holding),
                None => return Err(row.damage("belongs to a leg that is missing")),
            }
            Ok(())
        })?;
        Ok(Trail { tag, layer, legs, grade, customer, reservation })
    }
}

fn leg(row: &mut Cells) -> Result<Leg, Damage> {
    let _leg: u32 = row.whole()?;
    let role = row.text()?;
    let role = match (&*role, row.whole_or_none()?) {
        ("working", None) => LegRole::Working,
        ("protection", None) => LegRole::Protection,
        ("member", Some(n)) => LegRole::Member(n),
        _ => return Err(row.damage(format!("does not go with role {role:?}"))),
    };
    Ok(Leg { role, holdings: Vec::new() })
}

fn holding(row: &mut Cells) -> Result<Holding, Damage> {
    let part = row.whole()?;
    let carrier = row.carrier()?;
    let take = match (row.whole_or_none()?, row.amount_or_none()?) {
        (Some(slot), None) => Take::Slot(slot),
        (None, Some(amount)) => Take::Amount(amount),
        _ => return Err(row.damage("and slot are not exactly one")),
    };
    Ok(Holding { carrier, take, part, state: row.name()? })
}

impl Tabular for Link {
    const MAIN: Shape = Shape {
        table: "link",
        columns: record_columns![
            "layer",
            "a_device",
            "a_port",
            "z_device",
            "z_port",
            "discipline",
            "capacity",
            "trail",
        ],
        order: "id",
    };

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        row.name(&self.layer)?.port(self.a).port(self.z);
        match self.slots {
            Discipline::Exclusive { count } => row.add("exclusive").add(count),
            Discipline::Counted { capacity } => row.add("counted").add(capacity),
            Discipline::Amount { capacity_kbps } => row.add("amount").whole(capacity_kbps)?,
        };
        row.add(self.trail.raw());
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, _: &mut Lists) -> Result<Self, Damage> {
        let (layer, a, z, discipline) = (row.name()?, row.port()?, row.port()?, row.text()?);
        let slots = match &*discipline {
            "exclusive" => Discipline::Exclusive { count: row.whole_or_none()? },
            "counted" => Discipline::Counted { capacity: row.whole_or_none()? },
            "amount" => Discipline::Amount { capacity_kbps: row.whole()? },
            _ => return Err(row.damage(format!("{discipline:?} is not known"))),
        };
        Ok(Link { tag, layer, a, z, slots, trail: TrailId::from_raw(row.whole()?) })
    }
}

impl Tabular for SlotMark {
    const MAIN: Shape = Shape {
        table: "slot_mark",
        columns: record_columns!["span", "cable", "device", "link", "first", "count", "state"],
        order: "id",
    };

    fn put(&self, row: &mut Row<'_>) -> Result<(), Overflow> {
        for cell in carrier_cells(self.carrier) {
            row.add(cell);
        }
        row.add(self.first).add(self.count).name(&self.state)?;
        Ok(())
    }

    fn take(tag: Tag, row: &mut Cells, _: &mut Lists) -> Result<Self, Damage> {
        Ok(SlotMark { tag, carrier: row.carrier()?, first: row.whole()?, count: row.whole()?, state: row.name()? })
    }
}

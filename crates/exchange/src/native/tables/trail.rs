//! `trail.csv`, `link.csv`, `slot_mark.csv`.

use chrono::{DateTime, SecondsFormat, Utc};
use linewright_model::{
    Discipline, Holding, Leg, LegRole, Link, Reservation, SlotMark, Tag, Take, Text, Trail, phrase,
};

use super::Table;
use crate::finding::shown;
use crate::native::codes::{Fault, Parsed, malformed, not_of_form, whole};
use crate::native::out::Out;
use crate::native::row::{Row, word_in};
use crate::native::words::Word as _;

impl Table for Trail {
    const COLUMNS: &'static [&'static str] = &["layer", "grade", "customer", "order", "user", "expires", "legs"];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let layer = row.word("layer");
        let grade = row.optional("grade", |_, text| word_in(text));
        let customer = Text::from(row.text("customer"));
        let reservation = reservation(row);
        let legs = row.list("legs", '|', leg);
        Some(Trail { tag, layer: layer?, legs, grade, customer, reservation })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_word("layer", self.layer);
        out.put_some("grade", self.grade.map(|grade| grade.word()));
        out.put_text("customer", &self.customer);
        if let Some(reservation) = &self.reservation {
            out.put_text("order", &reservation.order);
            out.put_text("user", &reservation.user);
            out.put("expires", reservation.expires.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        }
        let legs: Vec<String> = self.legs.iter().map(|leg| leg_text(leg, out)).collect();
        out.put("legs", legs.join("|"));
    }
}

fn reservation(row: &mut Row<'_>) -> Option<Reservation> {
    let (order, user) = (Text::from(row.text("order")), Text::from(row.text("user")));
    let expires: Option<DateTime<Utc>> = row.optional("expires", |_, text| {
        text.trim().parse().map_err(|_| {
            let text = shown(text);
            malformed(phrase!(
                "{text} is no time; write it like 2026-11-22T16:00:00Z",
                "{text} 不是时间；请写作 2026-11-22T16:00:00Z"
            ))
        })
    });
    if row.text("expires").trim().is_empty() && !(order.is_empty() && user.is_empty()) {
        let reason = phrase!("a reservation needs the time at which it lapses", "预占须填写到期时间");
        row.fault("expires", Fault { code: "missing-value", reason });
    }
    expires.map(|expires| Reservation { order, user, expires })
}

fn leg(row: &Row<'_>, item: &str) -> Parsed<Leg> {
    let form = || not_of_form(item, "role=holding;holding");
    let (role, list) = item.split_once('=').ok_or_else(form)?;
    let role = match role.trim() {
        "working" => LegRole::Working,
        "protection" => LegRole::Protection,
        other => match other.strip_prefix("member") {
            Some(number) => LegRole::Member(whole(number)?),
            None => {
                let other = shown(other);
                return Err(malformed(phrase!(
                    "{other} is not working, protection or member1 …",
                    "{other} 应为 working、protection 或 member1 等"
                )));
            }
        },
    };
    let holdings = if list.trim().is_empty() {
        Vec::new()
    } else {
        list.split(';').map(|item| holding(row, item.trim_matches(' '))).collect::<Parsed<_>>()?
    };
    Ok(Leg { role, holdings })
}

fn holding(row: &Row<'_>, item: &str) -> Parsed<Holding> {
    let form = || not_of_form(item, "kind:CODE:slot[/part] state");
    let (what, state) = item.split_once(' ').ok_or_else(form)?;
    let (carrier, take) = what.rsplit_once(':').ok_or_else(form)?;
    let (take, part) = match take.split_once('/') {
        Some((take, part)) => (take, whole(part)?),
        None => (take, 0),
    };
    let take = match take.strip_prefix('+') {
        Some(amount) => Take::Amount(whole(amount)?),
        None => Take::Slot(whole(take)?),
    };
    Ok(Holding { carrier: row.codes.carrier(row.dataset, carrier)?, take, part, state: word_in(state)? })
}

fn leg_text(leg: &Leg, out: &Out<'_>) -> String {
    let role = match leg.role {
        LegRole::Working => "working".to_owned(),
        LegRole::Protection => "protection".to_owned(),
        LegRole::Member(number) => format!("member{number}"),
    };
    let holdings = leg.holdings.iter().map(|h| {
        let take = match h.take {
            Take::Slot(slot) => slot.to_string(),
            Take::Amount(amount) => format!("+{amount}"),
        };
        let part = if h.part == 0 { String::new() } else { format!("/{}", h.part) };
        format!("{}:{take}{part} {}", out.carrier(h.carrier), h.state.word())
    });
    format!("{role}={}", holdings.collect::<Vec<_>>().join(";"))
}

impl Table for Link {
    const COLUMNS: &'static [&'static str] = &["layer", "a", "z", "slots", "trail"];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let layer = row.word("layer");
        let a = row.required("a", |row, text| row.codes.port(row.dataset, text));
        let z = row.required("z", |row, text| row.codes.port(row.dataset, text));
        let slots = row.required("slots", |_, text| discipline(text));
        let trail = row.reference("trail");
        Some(Link { tag, layer: layer?, a: a?, z: z?, slots: slots?, trail: trail? })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_word("layer", self.layer);
        out.put("a", out.port(self.a));
        out.put("z", out.port(self.z));
        out.put(
            "slots",
            match self.slots {
                Discipline::Exclusive { count: Some(count) } => format!("exclusive:{count}"),
                Discipline::Exclusive { count: None } => "exclusive".to_owned(),
                Discipline::Counted { capacity: Some(capacity) } => format!("counted:{capacity}"),
                Discipline::Counted { capacity: None } => "counted".to_owned(),
                Discipline::Amount { capacity_kbps } => format!("amount:{capacity_kbps}"),
            },
        );
        out.put_reference("trail", self.trail);
    }
}

fn discipline(text: &str) -> Parsed<Discipline> {
    let (form, count) = match text.trim().split_once(':') {
        Some((form, count)) => (form, Some(count)),
        None => (text.trim(), None),
    };
    match (form, count) {
        ("exclusive", count) => Ok(Discipline::Exclusive { count: count.map(whole).transpose()? }),
        ("counted", count) => Ok(Discipline::Counted { capacity: count.map(whole).transpose()? }),
        ("amount", Some(kbps)) => Ok(Discipline::Amount { capacity_kbps: whole(kbps)? }),
        _ => {
            let text = shown(text);
            Err(malformed(phrase!(
                "{text} is not exclusive:n, counted:n or amount:kbps",
                "{text} 应为 exclusive:n、counted:n 或 amount:kbps"
            )))
        }
    }
}

impl Table for SlotMark {
    const COLUMNS: &'static [&'static str] = &["carrier", "first", "count", "state"];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let carrier = row.required("carrier", |row, text| row.codes.carrier(row.dataset, text));
        let (first, count) = (row.required_whole("first"), row.required_whole("count"));
        let state = row.word("state");
        Some(SlotMark { tag, carrier: carrier?, first: first?, count: count?, state: state? })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put("carrier", out.carrier(self.carrier));
        out.put("first", self.first.to_string());
        out.put("count", self.count.to_string());
        out.put_word("state", self.state);
    }
}

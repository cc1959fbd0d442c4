//! OFDS codes in the model's terms and back, so that what still means the same is given back as it was written.

use chrono::NaiveDate;
use linewright_model::{PlaceKind, SiteClass, SpanKind, Stage, Text};
use serde_json::{Value, json};

use crate::geojson::json::Object;
use crate::geojson::words;
use crate::ofds::schema::{FIBRE_TYPES, date};

/// Member in which an export says the kind of place or span where the standard has no word for it.
pub(crate) const KIND: &str = "kind";
/// Member that says that no cable lies in a span (`empty`); the standard has no word for that either.
pub(crate) const MEDIUM: &str = "medium";
/// More cores than any cable made.
const MAX_CORES: u64 = 10_000;

fn text<'a>(object: &'a Object, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn inner<'a>(object: &'a Object, key: &str, member: &str) -> &'a str {
    object.get(key).and_then(|o| o.get(member)).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(object: &'a Object, key: &str) -> impl Iterator<Item = &'a str> {
    object.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Sets a member of an object member, made if need be.
fn set_inner(object: &mut Object, key: &str, member: &str, value: Value) {
    let inner = object.entry(key).or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        inner.insert(member.to_owned(), value);
    }
}

/// Sets a member, or removes it where there is nothing to say.
fn set(object: &mut Object, key: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(object.insert(key.to_owned(), value)),
        None => drop(object.shift_remove(key)),
    }
}

pub(crate) fn stage(object: &Object) -> Stage {
    match text(object, "status") {
        "planned" | "proposed" => Stage::Planned,
        "underConstruction" => Stage::UnderConstruction,
        "decommissioned" | "inactive" => Stage::Retired,
        _ => Stage::InService,
    }
}

pub(crate) fn set_stage(object: &mut Object, wanted: Stage, always: bool) {
    if stage(object) != wanted || (always && !object.contains_key("status")) {
        let status = match wanted {
            Stage::Planned => "planned",
            Stage::UnderConstruction => "underConstruction",
            Stage::InService => "operational",
            Stage::Retired => "decommissioned",
        };
        object.insert("status".to_owned(), json!(status));
    }
}

/// The day from which plant that is not in service yet can be used.
pub(crate) fn available_from(object: &Object) -> Option<NaiveDate> {
    let comes = matches!(stage(object), Stage::Planned | Stage::UnderConstruction);
    date(text(object, "readyForServiceDate")).filter(|_| comes)
}

pub(crate) fn set_available_from(object: &mut Object, day: Option<NaiveDate>) {
    if available_from(object) != day {
        // A year of other than four digits is no date of the standard.
        let written = day.map(|day| day.format("%Y-%m-%d").to_string()).filter(|day| date(day).is_some());
        set(object, "readyForServiceDate", written.map(|day| json!(day)));
    }
}

/// Kind of place: what an earlier export of ours says, else the functions, else the thing it stands in.
pub(crate) fn place_kind(object: &Object) -> PlaceKind {
    let own = words::place_kind_of(text(object, KIND));
    let function = || list(object, "type").find_map(words::place_kind_of);
    let support = || match inner(object, "supportingInfrastructure", "type") {
        "building" => None,
        word => words::place_kind_of(word),
    };
    own.or_else(function).or_else(support).unwrap_or(PlaceKind::Node)
}

pub(crate) fn set_place_kind(object: &mut Object, kind: PlaceKind) {
    if place_kind(object) == kind {
        return;
    }
    let support = match kind {
        PlaceKind::Site(SiteClass::Aggregation) => "exchange",
        PlaceKind::Manhole | PlaceKind::Handhole => "cableWell",
        PlaceKind::Pole => "pole",
        PlaceKind::Cabinet | PlaceKind::DistributionBox => "cabinet",
        PlaceKind::Entry | PlaceKind::Premises => "building",
        PlaceKind::Site(_) | PlaceKind::Closure | PlaceKind::Node => "",
    };
    if !object.contains_key("type") {
        match kind {
            PlaceKind::Site(_) => drop(object.insert("type".to_owned(), json!(["pop"]))),
            PlaceKind::Closure => drop(object.insert("type".to_owned(), json!(["aggregationPoint"]))),
            _ => {}
        }
    }
    if !support.is_empty() && inner(object, "supportingInfrastructure", "type").is_empty() {
        set_inner(object, "supportingInfrastructure", "type", json!(support));
    }
    if place_kind(object) != kind {
        object.insert(KIND.to_owned(), json!(words::place_word(kind)));
    }
}

/// Kind of span: what an earlier export of ours says, else the supporting infrastructure, else how it is laid.
pub(crate) fn span_kind(object: &Object) -> SpanKind {
    if let Some(kind) = words::span_kind_of(text(object, KIND)) {
        return kind;
    }
    match inner(object, "supportingInfrastructure", "type") {
        "duct" => return SpanKind::Duct,
        "none" | "pipe" => return SpanKind::Buried,
        "pole" | "pylon" => return SpanKind::PoleLine,
        _ => {}
    }
    let described = words::span_kind_of(inner(object, "supportingInfrastructure", "description"));
    let (above, below) = list(object, "deployment")
        .fold((false, false), |(above, below), code| (above || code == "aboveGround", below || code == "belowGround"));
    match (above, below, described) {
        (true, false, _) => SpanKind::PoleLine,
        (false, true, Some(SpanKind::Duct)) => SpanKind::Duct,
        (false, true, _) => SpanKind::Buried,
        (false, false, Some(kind)) => kind,
        _ => SpanKind::Unrecorded,
    }
}

pub(crate) fn set_span_kind(object: &mut Object, kind: SpanKind) {
    if span_kind(object) == kind {
        return;
    }
    let said = match kind {
        SpanKind::Duct => Some(("belowGround", "duct")),
        SpanKind::PoleLine => Some(("aboveGround", "pole")),
        SpanKind::Buried => Some(("belowGround", "none")),
        SpanKind::Indoor | SpanKind::Underwater | SpanKind::Unrecorded => None,
    };
    if let Some((deployment, support)) = said {
        object.insert("deployment".to_owned(), json!([deployment]));
        set_inner(object, "supportingInfrastructure", "type", json!(support));
        object.shift_remove(KIND);
    }
    if span_kind(object) != kind {
        object.insert(KIND.to_owned(), json!(words::span_word(kind)));
    }
}

/// Whether a cable lies in the span: fibre among its media, or nothing said of them.
pub(crate) fn has_cable(object: &Object) -> bool {
    let mut media = list(object, "transmissionMedium").peekable();
    let silent = media.peek().is_none();
    text(object, MEDIUM) != words::EMPTY && (silent || media.any(|medium| medium == "fibre"))
}

/// Whether nothing lies on the ground: the only medium is microwave.
pub(crate) fn is_radio(object: &Object) -> bool {
    let mut media = list(object, "transmissionMedium").peekable();
    media.peek().is_some() && media.all(|medium| medium == "microwave")
}

pub(crate) fn cores(object: &Object) -> Option<u32> {
    let count = object.get("fibreCount")?;
    let count =
        count.as_u64().or_else(|| count.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|n| n as u64))?;
    (1..=MAX_CORES).contains(&count).then_some(count as u32)
}

pub(crate) fn set_cores(object: &mut Object, wanted: Option<u32>) {
    if cores(object) != wanted {
        set(object, "fibreCount", wanted.map(|n| json!(n)));
    }
}

/// ITU-T designation: the subtype where it is one, else the type.
pub(crate) fn fibre(object: &Object) -> Text {
    let subtype = inner(object, "fibreTypeDetails", "fibreSubtype");
    let written = if subtype.is_empty() { text(object, "fibreType") } else { subtype };
    Text::from(words::fibre_of(written))
}

pub(crate) fn set_fibre(object: &mut Object, wanted: &Text) {
    if fibre(object) == *wanted {
        return;
    }
    let main = FIBRE_TYPES.split_ascii_whitespace().find(|code| wanted.starts_with(code));
    set(object, "fibreType", main.map(|code| json!(code)));
    let letters = main.and_then(|code| wanted.strip_prefix(code)).unwrap_or(wanted);
    if letters.is_empty() {
        if let Some(details) = object.get_mut("fibreTypeDetails").and_then(Value::as_object_mut) {
            details.shift_remove("fibreSubtype");
            if details.is_empty() {
                object.shift_remove("fibreTypeDetails");
            }
        }
    } else {
        let subtype = main.map_or_else(|| wanted.to_string(), |code| format!("{code}.{letters}"));
        set_inner(object, "fibreTypeDetails", "fibreSubtype", json!(subtype));
    }
}

/// Who is responsible: the owner of the medium, by name where there is one.
pub(crate) fn unit(object: &Object) -> Text {
    let name = inner(object, "transmissionMediumOwner", "name");
    Text::from(if name.is_empty() { inner(object, "transmissionMediumOwner", "id") } else { name })
}

pub(crate) fn set_unit(object: &mut Object, wanted: &Text) {
    if unit(object) != *wanted {
        let owner = json!({"id": &**wanted, "name": &**wanted});
        set(object, "transmissionMediumOwner", (!wanted.is_empty()).then_some(owner));
    }
}

pub(crate) fn region(object: &Object) -> Text {
    Text::from(inner(object, "address", "region"))
}

pub(crate) fn set_region(object: &mut Object, wanted: &Text) {
    if region(object) == *wanted {
        return;
    }
    if !wanted.is_empty() {
        set_inner(object, "address", "region", json!(&**wanted));
    } else if let Some(address) = object.get_mut("address").and_then(Value::as_object_mut) {
        address.shift_remove("region");
        if address.is_empty() {
            object.shift_remove("address");
        }
    }
}

/// What a stored fibre length comes to, metres, and whether it was metres that were written.
///
/// The standard says kilometres; where those are absurd for the ground and metres are not, metres were meant.
pub(crate) fn fibre_length_m(object: &Object, ground_m: f64) -> Option<(f64, bool)> {
    let length = object.get("fibreLength").and_then(Value::as_f64).filter(|n| n.is_finite() && *n >= 0.0)?;
    let sane = |m: f64| (0.9..=3.0).contains(&(m / ground_m));
    let metres = ground_m > 0.0 && !sane(length * 1000.0) && sane(length);
    // To the millimetre, so that what an export divides comes back the same.
    let length_m = if metres { length } else { (length * 1_000_000.0).round() / 1000.0 };
    Some((length_m, metres)).filter(|_| length_m.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [PlaceKind; 12] = [
        PlaceKind::Site(SiteClass::Core),
        PlaceKind::Site(SiteClass::Aggregation),
        PlaceKind::Site(SiteClass::Access),
        PlaceKind::Manhole,
        PlaceKind::Handhole,
        PlaceKind::Pole,
        PlaceKind::Cabinet,
        PlaceKind::DistributionBox,
        PlaceKind::Closure,
        PlaceKind::Entry,
        PlaceKind::Premises,
        PlaceKind::Node,
    ];
    const SPANS: [SpanKind; 5] =
        [SpanKind::Duct, SpanKind::PoleLine, SpanKind::Buried, SpanKind::Indoor, SpanKind::Underwater];

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_is_set_is_read_back_whatever_stood_there() {
        let before = [
            json!({}),
            json!({"type": ["pop"], "status": "proposed", "deployment": ["aboveGround"], "fibreCount": 3}),
            json!({"kind": "duct", "supportingInfrastructure": {"type": "pole"}, "fibreType": "G.655"}),
        ];
        for before in before.map(object) {
            for kind in PLACES {
                let mut o = before.clone();
                set_place_kind(&mut o, kind);
                assert_eq!(place_kind(&o), kind, "{o:?}");
            }
            for kind in SPANS {
                let mut o = before.clone();
                set_span_kind(&mut o, kind);
                assert_eq!(span_kind(&o), kind, "{o:?}");
            }
            for stage_ in [Stage::Planned, Stage::UnderConstruction, Stage::InService, Stage::Retired] {
                let mut o = before.clone();
                set_stage(&mut o, stage_, true);
                assert_eq!(stage(&o), stage_);
            }
            for fibre_ in ["", "G.652D", "G.655", "OM3", "G.657A2"].map(Text::from) {
                let mut o = before.clone();
                set_fibre(&mut o, &fibre_);
                assert_eq!(fibre(&o), fibre_, "{o:?}");
            }
            let mut o = before.clone();
            set_cores(&mut o, Some(48));
            set_unit(&mut o, &Text::from("FibreCo"));
            set_region(&mut o, &Text::from("崇川区"));
            assert_eq!((cores(&o), &*unit(&o), &*region(&o)), (Some(48), "FibreCo", "崇川区"));
        }
    }

    #[test]
    fn what_means_the_same_stays_as_written() {
        let given = object(json!({
            "type": ["pop", "x"], "status": "inactive", "fibreType": "G.652", "fibreCount": 24.0,
            "fibreTypeDetails": {"fibreSubtype": "G.652.D"}, "deployment": ["belowGround"],
            "supportingInfrastructure": {"description": "Buried in ducts"}
        }));
        let mut o = given.clone();
        set_place_kind(&mut o, place_kind(&given));
        set_span_kind(&mut o, SpanKind::Duct);
        set_stage(&mut o, Stage::Retired, true);
        set_cores(&mut o, Some(24));
        set_fibre(&mut o, &Text::from("G.652D"));
        assert_eq!(o, given);
    }

    #[test]
    fn lengths_are_kilometres_unless_that_is_absurd() {
        let check = |length: Value, ground_m: f64, expected: Option<(f64, bool)>| {
            assert_eq!(fibre_length_m(&object(json!({"fibreLength": length})), ground_m), expected);
        };
        check(json!(276), 250_000.0, Some((276_000.0, false)));
        check(json!(276_000), 250_000.0, Some((276_000.0, true)));
        check(json!(5), 250_000.0, Some((5_000.0, false)));
        check(json!(-5), 250_000.0, None);
        check(json!(5), 0.0, Some((5_000.0, false)));
    }
}

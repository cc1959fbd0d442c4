//! `cable.csv` and `splice.csv`.

use linewright_model::{Cable, CoreOwnership, Fixture, Measurement, RouteHop, Splice, SpliceSide, Tag, Text, phrase};

use super::Table;
use crate::finding::shown;
use crate::native::codes::{Parsed, malformed, not_of_form, number, whole};
use crate::native::escape;
use crate::native::out::{Out, text_in_list};
use crate::native::row::{Row, date, range, word_in};
use crate::native::words::Word as _;

impl Table for Cable {
    const COLUMNS: &'static [&'static str] = &[
        "a",
        "b",
        "model",
        "cores",
        "cores_per_tube",
        "cores_per_ribbon",
        "colours",
        "fibre",
        "length_m",
        "occupancy",
        "route",
        "measurements",
        "core_ownership",
        "stage",
        "available_from",
        "ownership",
        "notice_party",
        "unit",
    ];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let (a, b) = (row.reference("a"), row.reference("b"));
        let length_m = row.required_number("length_m");
        let model = Text::from(row.text("model"));
        let (cores, cores_per_tube, cores_per_ribbon) =
            (row.whole("cores"), row.whole("cores_per_tube"), row.whole("cores_per_ribbon"));
        let colours = row.word_or_default("colours");
        let fibre = Text::from(row.text("fibre"));
        let occupancy = row.word_or_default("occupancy");
        let route = row.list("route", ';', hop);
        let measurements = row.list("measurements", ';', |_, item| measurement(item));
        let core_ownership = row.list("core_ownership", ';', |_, item| core_ownership_of(item));
        let plant = row.plant();
        let (a, b, length_m) = (a?, b?, length_m?);
        Some(Cable {
            tag,
            a,
            b,
            model,
            cores,
            cores_per_tube,
            cores_per_ribbon,
            colours,
            fibre,
            length_m,
            occupancy,
            route,
            measurements: measurements.into(),
            core_ownership: core_ownership.into(),
            plant,
        })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_reference("a", self.a);
        out.put_reference("b", self.b);
        out.put_text("model", &self.model);
        out.put_some("cores", self.cores);
        out.put_some("cores_per_tube", self.cores_per_tube);
        out.put_some("cores_per_ribbon", self.cores_per_ribbon);
        out.put_word("colours", self.colours);
        out.put_text("fibre", &self.fibre);
        out.put("length_m", self.length_m.to_string());
        out.put_word("occupancy", self.occupancy);
        let hops = self.route.iter().map(|hop| match hop.bore {
            Some(bore) => format!("{}:{bore}", out.in_list(hop.span)),
            None => out.in_list(hop.span),
        });
        let hops: Vec<String> = hops.collect();
        out.put_list("route", hops.into_iter());
        out.put_list(
            "measurements",
            self.measurements.iter().map(|m| {
                let core = m.core.map_or_else(String::new, |core| core.to_string());
                format!("{core}@{}={}@{}", m.wavelength_nm, m.loss_db, m.on)
            }),
        );
        out.put_list(
            "core_ownership",
            self.core_ownership
                .iter()
                .map(|o| format!("{}+{}={}:{}", o.first, o.count, o.ownership.word(), text_in_list(&o.party))),
        );
        out.put_plant(&self.plant);
    }
}

fn hop(row: &Row<'_>, item: &str) -> Parsed<RouteHop> {
    let (span, bore) = match item.split_once(':') {
        Some((span, bore)) => (span, Some(whole(bore)?)),
        None => (item, None),
    };
    Ok(RouteHop { span: row.codes.reference(row.dataset, span)?, bore })
}

fn measurement(item: &str) -> Parsed<Measurement> {
    let form = || not_of_form(item, "[core]@wavelength=loss_db@date");
    let (core, rest) = item.split_once('@').ok_or_else(form)?;
    let (wavelength, rest) = rest.split_once('=').ok_or_else(form)?;
    let (loss, on) = rest.split_once('@').ok_or_else(form)?;
    let core = if core.trim().is_empty() { None } else { Some(whole(core)?) };
    Ok(Measurement { core, wavelength_nm: whole(wavelength)?, loss_db: number(loss)?, on: date(on)? })
}

fn core_ownership_of(item: &str) -> Parsed<CoreOwnership> {
    let form = || not_of_form(item, "first+count=ownership:party");
    let (cores, rest) = item.split_once('=').ok_or_else(form)?;
    let (ownership, party) = rest.split_once(':').unwrap_or((rest, ""));
    let (first, count) = range(cores)?;
    let party = Text::from(escape::decode(party).map_err(malformed)?);
    Ok(CoreOwnership { first, count, ownership: word_in(ownership)?, party })
}

impl Table for Splice {
    const COLUMNS: &'static [&'static str] = &["at", "a", "a_first", "b", "b_first", "count", "method"];

    fn read(row: &mut Row<'_>, tag: Tag) -> Option<Self> {
        let at = row.reference("at");
        let a = (row.required("a", fixture), row.required_whole("a_first"));
        let b = (row.required("b", fixture), row.required_whole("b_first"));
        let count = row.required_whole("count");
        let method = row.word_or_default("method");
        let a = SpliceSide { on: a.0?, first: a.1? };
        let b = SpliceSide { on: b.0?, first: b.1? };
        Some(Splice { tag, at: at?, a, b, count: count?, method })
    }

    fn write(&self, out: &mut Out<'_>) {
        out.put_reference("at", self.at);
        for (side, on, first) in [(self.a, "a", "a_first"), (self.b, "b", "b_first")] {
            out.put(
                on,
                match side.on {
                    Fixture::Cable { id, end } => format!("cable:{}:{}", out.in_list(id), end.word()),
                    Fixture::Device { id } => format!("device:{}", out.in_list(id)),
                },
            );
            out.put(first, side.first.to_string());
        }
        out.put("count", self.count.to_string());
        out.put_word("method", self.method);
    }
}

fn fixture(row: &Row<'_>, text: &str) -> Parsed<Fixture> {
    let parts: Vec<&str> = text.trim_matches(' ').split(':').collect();
    match parts[..] {
        ["cable", code, end] => Ok(Fixture::Cable { id: row.codes.reference(row.dataset, code)?, end: word_in(end)? }),
        ["device", code] => Ok(Fixture::Device { id: row.codes.reference(row.dataset, code)? }),
        _ => {
            let text = shown(text);
            Err(malformed(phrase!(
                "{text} is not cable:CODE:a, cable:CODE:b or device:CODE",
                "{text} 应为 cable:CODE:a、cable:CODE:b 或 device:CODE"
            )))
        }
    }
}

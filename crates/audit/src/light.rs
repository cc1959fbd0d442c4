//! Rules 23, 24 and 36: whether light passes along what the records say is lit.

use std::collections::BTreeSet;

use linewright_catalog::{BudgetFailure, DirectionBudget, Family, FibrePiece, LineMake};
use linewright_model::{
    CableId, Carrier, Fixture, Id, Layer, Link, LinkId, Network, Phrase, Port, PortKind, Splice, SpliceId,
    SpliceMethod, Tag, TrailId, phrase,
};

use crate::boards::ports;
use crate::chain::{Element, chains};
use crate::pon::{self, Branch};
use crate::slots::is_new;
use crate::{Context, Notes};

/// The attribute of a trail in which records name the fixed attenuators 固定衰减器 on its way, dB; the model has no
/// field for them.
const ATTENUATOR: &str = "attenuator_db";

/// Figures have two decimals; anything nearer is the noise of binary fractions.
const NOISE_DB: f64 = 1e-6;

/// One lit way.
struct Lit {
    interface: linewright_model::Text,
    line: LineMake,
    attenuator_db: f64,
    /// It has a receiver at its far end; a splitter is none.
    received: bool,
    /// What it is called, behind the name of its link.
    way: Phrase,
    others: Vec<linewright_model::AnyId>,
}

/// Rule 23: the optical budget passes both ways, for each fibre of each link between ports whose interface the catalogue
/// has, and from a PON port to each splitter and ONU. What is not built yet, or rests on another link, is not judged.
/// The allowance for ageing is left out: a finding says that light cannot pass as recorded, not that it may fail one day.
pub(crate) fn budget_passes(ctx: &Context<'_>, notes: &mut Notes) {
    each_lit(ctx, |id, lit| {
        let Some(budget) = budget(ctx, lit) else { return false };
        let pon = ctx.catalog.optics().interface(&lit.interface).is_some_and(|known| known.family == Family::Pon);
        for failure in budget.line_failures.iter().chain(budget.directions.iter().flat_map(|way| &way.failures)) {
            let what = match failure {
                BudgetFailure::TooLong { length_m, reach_m } if !pon => phrase!(
                    "is {length_m:.0} m long, {0} reaches {reach_m:.0} m",
                    "长 {length_m:.0} m，{0} 传输距离 {reach_m:.0} m",
                    lit.interface
                ),
                BudgetFailure::TooMuchDispersion { dispersion_ps_per_nm, limit_ps_per_nm } => phrase!(
                    "has a dispersion of {dispersion_ps_per_nm:.0} ps/nm, {0} tolerates {limit_ps_per_nm:.0}",
                    "色散 {dispersion_ps_per_nm:.0} ps/nm，{0} 限值 {limit_ps_per_nm:.0}",
                    lit.interface
                ),
                BudgetFailure::SplitterInLine => {
                    phrase!("has a splitter, which only a PON passes", "有分光器，仅 PON 可用")
                }
                // Loss is judged below with the attenuators there are; length of a PON by rule 36, branches by 35.
                _ => continue,
            };
            say(ctx, notes, id, lit, what);
            return true;
        }
        let lost = |way: &DirectionBudget| (way.total_loss_db - way.margin_db + lit.attenuator_db, way.budget_db);
        let too_much = budget.directions.iter().map(lost).filter(|(loss, budget)| *loss > budget + NOISE_DB);
        if let Some((loss_db, budget_db)) = too_much.reduce(worse) {
            let what = phrase!(
                "loses {loss_db:.2} dB, {0} allows {budget_db:.2} dB",
                "损耗 {loss_db:.2} dB，{0} 允许 {budget_db:.2} dB",
                lit.interface
            );
            say(ctx, notes, id, lit, what);
            return true;
        }
        false
    });
}

fn worse(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    if other.0 - other.1 > one.0 - one.1 { other } else { one }
}

/// Rule 24: no receiver is overloaded: where a line loses less than the strongest transmitter is too strong by, its trail
/// names the attenuators on it (attribute `attenuator_db`). Joints lose their design value, splitters the typical one.
pub(crate) fn no_overload(ctx: &Context<'_>, notes: &mut Notes) {
    each_lit(ctx, |id, lit| {
        let Some(budget) = budget(ctx, lit).filter(|_| lit.received) else { return false };
        let excess_db = |way: &DirectionBudget| {
            let strongest_dbm = way.received_max_dbm + f64::from(way.attenuator_db);
            strongest_dbm - way.connector_db - way.splice_db - way.overload_dbm
        };
        let needed_db = (budget.directions.iter().map(excess_db).fold(0.0, f64::max) - NOISE_DB).ceil();
        let attenuator_db = lit.attenuator_db;
        let too_little = attenuator_db + NOISE_DB < needed_db;
        if too_little {
            let what = phrase!(
                "needs attenuators of {needed_db} dB against overload of {0}, recorded are {attenuator_db} dB",
                "需 {needed_db} dB 固定衰减器以防 {0} 过载，登记为 {attenuator_db} dB",
                lit.interface
            );
            say(ctx, notes, id, lit, what);
        }
        too_little
    });
}

/// Rule 36: every splitter and ONU of a PON is within its class's reach, 20 km. (Its range of loss is rules 23 and 24.)
pub(crate) fn within_reach(ctx: &Context<'_>, notes: &mut Notes) {
    each_lit(ctx, |id, lit| {
        let Some(interface) = ctx.catalog.optics().interface(&lit.interface) else { return false };
        let length_m: f64 = lit.line.pieces.iter().map(|piece| piece.length_m).sum();
        let passed = interface.reach_m.filter(|reach| interface.family == Family::Pon && length_m > *reach);
        if let Some(reach_m) = passed {
            let what = phrase!(
                "is {length_m:.0} m long, {0} reaches {reach_m:.0} m",
                "长 {length_m:.0} m，{0} 传输距离 {reach_m:.0} m",
                lit.interface
            );
            say(ctx, notes, id, lit, what);
        }
        passed.is_some()
    });
}

fn say(ctx: &Context<'_>, notes: &mut Notes, id: LinkId, lit: &Lit, what: Phrase) {
    let message = phrase!("{}{} {}", "{} {}{}", ctx.named(id), lit.way, what);
    notes.say(id, lit.others.iter().copied(), message);
}

/// The budget of a way; none where the catalogue does not know what it is made of.
fn budget(ctx: &Context<'_>, lit: &Lit) -> Option<linewright_catalog::Budget> {
    ctx.catalog.optics().budget(&lit.interface, &lit.line).ok()
}

/// Every lit way of every link to be judged; of a pair of fibres the second only if nothing was found of the first.
fn each_lit(ctx: &Context<'_>, mut judge: impl FnMut(LinkId, &Lit) -> bool) {
    for (id, link) in ctx.each::<Link>() {
        if link.layer != Layer::Fibre {
            continue;
        }
        if let Some(root) = pon::root(ctx.network, link) {
            tree(ctx, id, root, &mut judge);
        } else {
            pair(ctx, id, link, &mut judge);
        }
    }
}

fn interface_of(ctx: &Context<'_>, port: Port) -> Option<linewright_model::Text> {
    let block = ctx.network.get(port.device)?.block_of(port.port)?;
    (block.kind == PortKind::Optical).then(|| block.interface.clone())
}

/// The fibres of a link between two ports, under the interface of either end.
fn pair(ctx: &Context<'_>, id: LinkId, link: &Link, judge: &mut impl FnMut(LinkId, &Lit) -> bool) {
    let ends = [link.a, link.z].map(|port| interface_of(ctx, port));
    let [Some(one), Some(other)] = ends else { return };
    let Some(trail) = ctx.network.get(link.trail) else { return };
    let attenuator_db = attenuators_db(&trail.tag);
    for interface in BTreeSet::from([one, other]) {
        for leg in &trail.legs {
            for (part, chain) in chains(ctx, leg) {
                let mut line = LineMake::default();
                if add(ctx, &chain, &mut line).is_none() || line.pieces.is_empty() {
                    continue;
                }
                let number = u16::from(part) + 1;
                let way = if part == 0 { Phrase::default() } else { phrase!(", fibre {number}", "第 {number} 芯") };
                let (interface, others) = (interface.clone(), vec![link.trail.any()]);
                if judge(id, &Lit { interface, line, attenuator_db, received: true, way, others }) {
                    return;
                }
            }
        }
    }
}

/// The ways of a PON from its OLT port: to every splitter, and on to every ONU recorded behind one.
fn tree(ctx: &Context<'_>, id: LinkId, root: Port, judge: &mut impl FnMut(LinkId, &Lit) -> bool) {
    let Some(interface) = ctx.network.get(root.device).and_then(|olt| olt.block_of(root.port)) else { return };
    let interface = interface.interface.clone();
    for Branch { link, splitter, above, .. } in pon::branches(ctx.network, id, root) {
        let mut line = LineMake::default();
        let mut attenuator_db = 0.0;
        let whole = above.iter().chain([&link]).try_for_each(|link| {
            let link = ctx.network.get(*link)?;
            attenuator_db += attenuators_db(&ctx.network.get(link.trail)?.tag);
            // Every splitter on the way counts where it is entered.
            line.splitters.extend([link.a, link.z].into_iter().filter_map(|port| ratio_behind(ctx, port)));
            first_fibre(ctx, link.trail, &mut line)
        });
        if whole.is_none() {
            continue;
        }
        let Some(device) = splitter else {
            let way = if link == id { Phrase::default() } else { phrase!(" with {}", "经 {} ", ctx.named(link)) };
            let (interface, others) = (interface.clone(), vec![link.any()]);
            judge(id, &Lit { interface, line, attenuator_db, received: true, way, others });
            continue;
        };
        let way = phrase!(" as far as {}", "至 {} ", ctx.named(device));
        let others = vec![device.any()];
        let to_splitter = Lit { interface: interface.clone(), line, attenuator_db, received: false, way, others };
        judge(id, &to_splitter);
        for drop in pon::drops(ctx.network, device) {
            let Some(trail) = ctx.network.get(drop) else { continue };
            let mut line = to_splitter.line.clone();
            if first_fibre(ctx, drop, &mut line).is_none() {
                continue;
            }
            let attenuator_db = attenuator_db + attenuators_db(&trail.tag);
            let way = phrase!(" as far as the ONU of {}", "至 {} 的 ONU ", ctx.named(drop));
            let others = vec![device.any(), drop.any()];
            judge(id, &Lit { interface: interface.clone(), line, attenuator_db, received: true, way, others });
        }
    }
}

/// The ratio of the splitter whose input a port is.
fn ratio_behind(ctx: &Context<'_>, port: Port) -> Option<u16> {
    let device = ctx.network.get(port.device)?;
    let input = device.block_of(port.port).is_some_and(|block| block.kind == PortKind::SplitterIn);
    input.then(|| u16::try_from(ports(device, PortKind::SplitterOut)).unwrap_or(u16::MAX))
}

fn first_fibre(ctx: &Context<'_>, trail: TrailId, line: &mut LineMake) -> Option<()> {
    let leg = ctx.network.get(trail)?.legs.first()?;
    let chains = chains(ctx, leg);
    add(ctx, chains.get(&0)?, line)
}

/// Adds what a chain is made of to a line; `None` of a chain that is not built, or that rests on another link.
fn add(ctx: &Context<'_>, chain: &[Element], line: &mut LineMake) -> Option<()> {
    for element in chain {
        if is_new(element.state) {
            return None;
        }
        match element.carrier {
            Carrier::Cable(id) => {
                let cable = ctx.network.get(id)?;
                line.pieces.push(FibrePiece {
                    length_m: ctx.policy.distance.fibre_m(cable.length_m),
                    fibre_type: cable.fibre.to_string(),
                    measured_loss_db: cable.measured_loss_db(element.slot),
                });
            }
            // The plug of a port or terminal; a splitter's fibres are fused, and its own loss counts for them.
            Carrier::Device(_) => match element.kind(ctx)? {
                PortKind::SplitterIn | PortKind::SplitterOut => {}
                _ => line.connectors = line.connectors.saturating_add(1),
            },
            Carrier::Link(_) | Carrier::Span(_) => return None,
        }
    }
    for pair in chain.windows(2) {
        if let [one, other] = pair
            && let Some(method) = joint(ctx.network, one, other)
        {
            let splices = match method {
                SpliceMethod::Fusion => &mut line.fusion_splices,
                SpliceMethod::Ribbon => &mut line.ribbon_splices,
                SpliceMethod::Mechanical => &mut line.mechanical_splices,
            };
            *splices = splices.saturating_add(1);
        }
    }
    Some(())
}

/// How two neighbours are spliced, if they are.
fn joint(network: &Network, one: &Element, other: &Element) -> Option<SpliceMethod> {
    let cable: CableId = match (one.carrier, other.carrier) {
        (Carrier::Cable(id), _) | (_, Carrier::Cable(id)) => id,
        _ => return None,
    };
    let splices = network.referring::<SpliceId>(cable).filter_map(|id| network.get(id));
    let joins = |splice: &Splice| {
        let offset = |on: Fixture, first: u32, element: &Element| {
            let fits = match on {
                Fixture::Cable { id, .. } => element.carrier == Carrier::Cable(id),
                Fixture::Device { id } => element.carrier == Carrier::Device(id),
            };
            element.slot.checked_sub(first).filter(|offset| fits && *offset < splice.count)
        };
        let (a, b) = (splice.a, splice.b);
        [(one, other), (other, one)].iter().any(|(near, far)| {
            let offset_a = offset(a.on, a.first, near);
            offset_a.is_some() && offset_a == offset(b.on, b.first, far)
        })
    };
    splices.filter(|splice| joins(splice)).map(|splice| splice.method).next()
}

/// The fixed attenuators that a trail names, dB.
fn attenuators_db(tag: &Tag) -> f64 {
    let given = tag.extra.as_ref().and_then(|extra| extra.get(ATTENUATOR)).and_then(serde_json::Value::as_f64);
    given.filter(|db| db.is_finite() && *db >= 0.0).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use crate::village::{Village, check, check_clean, findings};

    /// The pair of the village between interfaces, its feeder this long, this many decibels in the way.
    fn lit(interface: &'static str, length_m: f64, attenuator_db: f64) -> impl Fn(&Village, &mut ChangeSet) {
        move |v, set| {
            for id in [v.adm, v.far_adm] {
                v.change_device(set, id, |device| device.blocks[0].interface = interface.into());
            }
            v.change_cable(set, v.feeder, |cable| cable.length_m = length_m);
            v.change_trail(set, v.pair, |trail| {
                let named = serde_json::json!({"attenuator_db": attenuator_db});
                trail.tag.extra = named.as_object().cloned().map(std::sync::Arc::new);
            });
        }
    }

    #[test]
    fn light_passes_both_ways() {
        let message = "link L-PAIR loses 12.98 dB, S-4.1 allows 12.00 dB";
        check(23, message, lit("S-4.1", 1040.0, 10.0));
        check_clean(lit("S-4.1", 1040.0, 9.0));
        // One bad core: the second fibre alone is at fault.
        check(23, "link L-PAIR, fibre 2 loses 17.62 dB, S-4.1 allows 12.00 dB", |v, set| {
            lit("S-4.1", 1040.0, 0.0)(v, set);
            let on = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
            let measured = Measurement { core: Some(2), wavelength_nm: 1310, loss_db: 15.0, on };
            v.change_cable(set, v.branch, |cable| cable.measurements = vec![measured].into());
        });
        check(23, "link L-PAIR is 2060 m long, 10GBASE-SR reaches 300 m", |v, set| {
            for id in [v.adm, v.far_adm] {
                v.change_device(set, id, |device| device.blocks[0].interface = "10GBASE-SR".into());
            }
            for id in [v.feeder, v.branch] {
                v.change_cable(set, id, |cable| cable.fibre = "OM3".into());
            }
        });
        // Light of a single-mode interface in multimode fibre is not reckoned with.
        check_clean(|v, set| {
            lit("10GBASE-SR", 1040.0, 0.0)(v, set);
        });
    }

    #[test]
    fn no_receiver_is_overloaded() {
        let message = "link L-PAIR needs attenuators of 8 dB against overload of L-4.1, recorded are 7 dB";
        check(24, message, lit("L-4.1", 1040.0, 7.0));
        check_clean(lit("L-4.1", 1040.0, 8.0));
        check_clean(lit("L-4.1", 1040.0, 15.0));
    }

    /// The PON of the village, its cables this long.
    fn pon(feeder_m: f64, measured_db: f64) -> impl Fn(&Village, &mut ChangeSet) {
        move |v, set| {
            v.change_device(set, v.olt, |device| device.blocks[0].interface = "GPON-B+".into());
            let on = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
            let measured = Measurement { core: Some(3), wavelength_nm: 1310, loss_db: measured_db, on };
            v.change_cable(set, v.feeder, |cable| {
                (cable.length_m, cable.measurements) = (feeder_m, vec![measured].into());
            });
        }
    }

    #[test]
    fn a_pon_passes_light_to_its_splitters_and_onus() {
        check_clean(pon(1040.0, 1.0));
        let found = |edit: &dyn Fn(&Village, &mut ChangeSet)| {
            let mut village = Village::new();
            let mut set = ChangeSet::new(Origin::Recording);
            edit(&village, &mut set);
            village.network.apply(&set).unwrap();
            let said = findings(&village.network).into_iter().map(|f| (f.number, f.message.en));
            said.collect::<Vec<_>>()
        };
        // The splitter itself is out of reach, and what is behind it.
        let lost = found(&pon(1040.0, 30.0));
        assert_eq!(lost.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [23, 23], "{lost:?}");
        assert!(lost[0].1.starts_with("link L-FEED as far as device SPL loses 42.6"), "{lost:?}");
        assert!(lost[1].1.starts_with("link L-FEED as far as the ONU of trail T-CUST loses 43."), "{lost:?}");
        let far = found(&pon(20_000.0, 7.0));
        assert!(far.iter().filter(|(number, _)| *number == 36).count() == 2, "{far:?}");
        assert!(
            far.iter()
                .any(|(_, said)| said == "link L-FEED as far as device SPL is 21210 m long, GPON-B+ reaches 20000 m"),
            "{far:?}"
        );
        // So near that the ONU is blinded.
        let blinded = "link L-FEED as far as the ONU of trail T-CUST needs attenuators of 1 dB \
                       against overload of GPON-B+, recorded are 0 dB";
        check(24, blinded, pon(1040.0, 0.0));
    }
}

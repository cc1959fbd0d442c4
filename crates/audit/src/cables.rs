//! Rules 15–18: cable sections, their cores, tubes, length and course.

use linewright_model::{Cable, CableId, Id, Phrase, phrase};
use linewright_search::geometry::distance_m;

use crate::context::{Numbered, numbered};
use crate::{Context, Notes};

/// Sizes of loose tubes and of ribbons, cores (DOMAIN §3.5).
const TUBE_SIZES: [u32; 5] = [4, 6, 8, 12, 24];

/// A length reckoned on a sphere is up to this share shorter than on the ellipsoid; no reason for a finding.
const SPHERE_ERROR: f64 = 0.006;

/// Lengths are recorded in whole metres.
const ROUNDING_M: f64 = 1.0;

/// Rule 15: a section has as many cores as its model says, and whatever is said of single cores is of cores 1..n,
/// of each once.
pub(crate) fn cores_agree_with_model(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, cable) in ctx.each::<Cable>() {
        let Some(cores) = cable.cores else { continue };
        if let Some(named) = model_cores(&cable.model).filter(|named| *named != cores) {
            let message = phrase!(
                "{} has {cores} cores but model {} has {named}",
                "{} 登记 {cores} 芯，型号 {} 为 {named} 芯",
                ctx.named(id),
                cable.model
            );
            notes.say(id, [], message);
        }
        for core in cable.measurements.iter().filter_map(|measured| measured.core) {
            if core == 0 || core > cores {
                let message = phrase!(
                    "{} has {cores} cores but a measurement of core {core}",
                    "{} 登记 {cores} 芯，却有 {core} 号纤芯的测试值",
                    ctx.named(id)
                );
                notes.say(id, [], message);
            }
        }
        core_ownership(ctx, id, cable, cores, notes);
    }
}

fn core_ownership(ctx: &Context<'_>, id: CableId, cable: &Cable, cores: u32, notes: &mut Notes) {
    let mut ranges: Vec<(u32, u32)> =
        cable.core_ownership.iter().map(|r| (r.first, r.first.saturating_add(r.count).saturating_sub(1))).collect();
    ranges.sort_unstable();
    let mut owned_to = 0;
    for (first, last) in ranges {
        let range = numbered(Numbered::Core, first, last);
        if first == 0 || last < first || last > cores {
            let message = phrase!(
                "{} has {cores} cores but an owner of {}",
                "{} 登记 {cores} 芯，却有 {} 的产权",
                ctx.named(id),
                range
            );
            notes.say(id, [], message);
        } else if first <= owned_to {
            let message = phrase!(
                "{} names two owners for {}, in part or whole",
                "{} 的 {} 产权重复登记（部分或全部）",
                ctx.named(id),
                range
            );
            notes.say(id, [], message);
        }
        owned_to = owned_to.max(last);
    }
}

/// The number of cores in a model's name: digits before the fibre class letter, in the part behind the last hyphen or
/// space (YD/T 908: `GYTA53-48B1.3` → 48, `GYTA-12B1+12B4` → 24). `None` when the name does not say it that way.
pub(crate) fn model_cores(model: &str) -> Option<u32> {
    let (_, counts) = model.trim().rsplit_once(['-', ' '])?;
    counts.split('+').try_fold(0_u32, |sum, part| {
        let class = part.find(|c: char| !c.is_ascii_digit())?;
        let (digits, class) = part.split_at(class);
        class.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
        sum.checked_add(digits.parse::<u32>().ok().filter(|count| *count > 0)?)
    })
}

/// Rule 16: tubes hold whole numbers of ribbons and sections whole numbers of tubes, in sizes that are made; ribbons
/// lie only in models that have them (`GYD…`, 光纤带). A single tube that is not full is no breach.
pub(crate) fn tubes_agree_with_model(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, cable) in ctx.each::<Cable>() {
        let mut breaches: Vec<Phrase> = Vec::new();
        let divides = |part: u32, whole: u32| whole <= part || whole.is_multiple_of(part);
        let (cores, tube, ribbon) = (cable.cores, cable.cores_per_tube, cable.cores_per_ribbon);
        if let (Some(cores), Some(tube)) = (cores, tube)
            && !divides(tube, cores)
        {
            breaches.push(phrase!("{cores} cores do not fill tubes of {tube}", "{cores} 芯不能由 {tube} 芯束管整除"));
        }
        if let (Some(whole), Some(ribbon)) = (tube.or(cores), ribbon)
            && !divides(ribbon, whole)
        {
            breaches.push(phrase!(
                "{whole} cores do not fill ribbons of {ribbon}",
                "{whole} 芯不能由 {ribbon} 芯光纤带整除"
            ));
        }
        // A tube of ribbons is as large as its ribbons make it; a drop cable's one tube as large as the cable.
        let unit = ribbon.or(tube).filter(|size| !TUBE_SIZES.contains(size) && cores != Some(*size));
        if let Some(size) = unit {
            let what = if ribbon.is_some() { phrase!("ribbons", "光纤带") } else { phrase!("tubes", "束管") };
            breaches.push(phrase!(
                "{} of {size} are not made (4, 6, 8, 12, 24)",
                "没有 {size} 芯的{}（4、6、8、12、24）",
                what
            ));
        }
        if ribbon.is_some() && cable.model.starts_with("GY") && !cable.model.starts_with("GYD") {
            breaches.push(phrase!("model {} has no ribbons", "型号 {} 不是带状光缆", cable.model));
        }
        for breach in breaches {
            notes.say(id, [], phrase!("{}: {}", "{}：{}", ctx.named(id), breach));
        }
    }
}

/// Rule 17: a section is no shorter than the straight line between its ends and, slack for both ends apart, not longer
/// than the policy's multiple of it. Sections inside one building have no straight line to compare with.
pub(crate) fn plausible_section_length(ctx: &Context<'_>, notes: &mut Notes) {
    let limits = &ctx.policy.distance;
    for (id, cable) in ctx.each::<Cable>() {
        if ctx.ground(cable.a) == ctx.ground(cable.b) {
            continue;
        }
        let (Some(a), Some(b)) = (ctx.position(cable.a), ctx.position(cable.b)) else { continue };
        let (straight_m, length_m) = (distance_m(a, b), cable.length_m);
        let (name, ends) = (ctx.named(id), [cable.a.any(), cable.b.any()]);
        let most_m = straight_m * limits.section_ratio_max + 2.0 * limits.slack_per_room_m;
        if length_m + ROUNDING_M < straight_m * (1.0 - SPHERE_ERROR) {
            let message = phrase!(
                "{} is {length_m:.0} m long but its ends are {straight_m:.0} m apart",
                "{} 长 {length_m:.0} m，短于两端直线距离 {straight_m:.0} m",
                name
            );
            notes.say(id, ends, message);
        } else if length_m > most_m {
            let ratio = limits.section_ratio_max;
            let message = phrase!(
                "{} is {length_m:.0} m long, more than {ratio} times the {straight_m:.0} m between its ends",
                "{} 长 {length_m:.0} m，超过两端直线距离 {straight_m:.0} m 的 {ratio} 倍",
                name
            );
            notes.say(id, ends, message);
        }
    }
}

/// Rule 18: the spans of a section are connected, from where its end A stands to where its end B stands. A section
/// without recorded spans is not judged.
pub(crate) fn section_follows_spans(ctx: &Context<'_>, notes: &mut Notes) {
    for (id, cable) in ctx.each::<Cable>() {
        let Some(first) = cable.route.first() else { continue };
        let mut at = ctx.ground(cable.a);
        let mut last = first.span;
        let mut broken = None;
        for (leg, hop) in cable.route.iter().enumerate() {
            let Some(span) = ctx.network.get(hop.span) else { continue };
            let (a, b) = (ctx.ground(span.a), ctx.ground(span.b));
            if at != a && at != b {
                broken = Some((leg, hop.span));
                break;
            }
            at = if at == a { b } else { a };
            last = hop.span;
        }
        let name = ctx.named(id);
        if let Some((leg, span)) = broken {
            let from = if leg == 0 { phrase!("end A, at {}", "A 端 {}", ctx.named(at)) } else { ctx.named(last) };
            let message = phrase!(
                "{} does not lie in connected spans: {} does not meet {}",
                "{} 敷设的路由不相连：{} 与 {} 不相接",
                name,
                ctx.named(span),
                from
            );
            notes.say(id, [span.any()], message);
        } else if at != ctx.ground(cable.b) {
            let end = ctx.named(ctx.ground(cable.b));
            let message = phrase!(
                "{} ends at {} but its spans, {} the last, lead to {}",
                "{} 终于 {}，但其路由（末段 {}）通往 {}",
                name,
                end,
                ctx.named(last),
                ctx.named(at)
            );
            notes.say(id, [last.any()], message);
        }
    }
}

#[cfg(test)]
mod tests {
    use linewright_model::*;

    use super::model_cores;
    use crate::village::{Village, check, check_clean};

    #[test]
    fn the_model_names_the_cores() {
        let check = |model: &str, expected: Option<u32>| assert_eq!(model_cores(model), expected, "{model}");
        check("GYTA-24B1", Some(24));
        check("GYTA53-48B1.3", Some(48));
        check("GYTA53 96B1", Some(96));
        check("GYDTA-288B1.3", Some(288));
        check("GYTA-12B1+12B4", Some(24));
        check("GYTS-8D", Some(8));
        check("GJXH-1B6a2", Some(1));
        // An armour number, a bare number, no number.
        check("GYTA-53", None);
        check("GYTA", None);
        check("GYTA-", None);
        check("GYTA-B1", None);
        check("GYTA-0B1", None);
        check("GYTA-99999999999B1", None);
        check("24芯光缆", None);
        check("", None);
    }

    fn feeder(edit: impl Fn(&mut Cable)) -> impl Fn(&Village, &mut ChangeSet) {
        move |v, set| v.change_cable(set, v.feeder, |cable| edit(cable))
    }

    #[test]
    fn cores_agree_with_the_model() {
        check(15, "cable FEED has 24 cores but model GYTA-48B1 has 48", feeder(|c| c.model = "GYTA-48B1".into()));
        let measured = |core| {
            feeder(move |c: &mut Cable| {
                let on = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
                c.measurements.push(Measurement { core: Some(core), wavelength_nm: 1310, loss_db: 1.0, on });
            })
        };
        check(15, "cable FEED has 24 cores but a measurement of core 25", measured(25));
        check_clean(measured(24));
        let owned = |ranges: &'static [(u32, u32)]| {
            feeder(move |c: &mut Cable| {
                let owned = |&(first, count): &(u32, u32)| CoreOwnership {
                    first,
                    count,
                    ownership: Ownership::Leased,
                    party: "铁塔".into(),
                };
                c.core_ownership = ranges.iter().map(owned).collect();
            })
        };
        check(15, "cable FEED has 24 cores but an owner of cores 20–25", owned(&[(20, 6)]));
        check(15, "cable FEED names two owners for cores 4–5, in part or whole", owned(&[(1, 4), (4, 2)]));
        check_clean(owned(&[(5, 2), (1, 4)]));
    }

    #[test]
    fn tubes_agree_with_the_model() {
        check(16, "cable FEED: 24 cores do not fill tubes of 16", |v, set| {
            // With ribbons, whose number decides the size of a tube; loose tubes of 16 are not made at all.
            v.change_cable(set, v.feeder, |cable| {
                cable.model = "GYDTA-24B1".into();
                (cable.cores_per_tube, cable.cores_per_ribbon) = (Some(16), Some(8));
            });
        });
        check(16, "cable FEED: tubes of 3 are not made (4, 6, 8, 12, 24)", feeder(|c| c.cores_per_tube = Some(3)));
        check(16, "cable FEED: 6 cores do not fill ribbons of 4", |v, set| {
            v.change_cable(set, v.feeder, |cable| {
                cable.model = "GYDTA-24B1".into();
                cable.cores_per_ribbon = Some(4);
            });
        });
        check(16, "cable FEED: model GYTA-24B1 has no ribbons", feeder(|c| c.cores_per_ribbon = Some(6)));
        check_clean(feeder(|c| c.cores_per_tube = None));
        check_clean(feeder(|c| {
            (c.cores, c.model, c.cores_per_tube) = (Some(24), "".into(), Some(24));
        }));
    }

    #[test]
    fn a_section_is_about_as_long_as_its_way() {
        check(17, "cable FEED is 800 m long but its ends are 945 m apart", feeder(|c| c.length_m = 800.0));
        let long = "cable FEED is 2900 m long, more than 3 times the 945 m between its ends";
        check(17, long, feeder(|c| c.length_m = 2900.0));
        check_clean(feeder(|c| c.length_m = 943.0));
        check_clean(feeder(|c| c.length_m = 2860.0));
        // Inside one building any length will do.
        check_clean(|v, set| {
            let cable = Cable { cores: Some(4), ..Cable::new("RISER", v.room, v.building, 400.0) };
            set.create(cable);
        });
    }

    #[test]
    fn a_section_lies_in_connected_spans() {
        check(18, "cable FEED does not lie in connected spans: span DUCT2 does not meet span INDOOR", |v, set| {
            v.change_cable(set, v.feeder, |cable| cable.route.retain(|hop| hop.span != v.duct));
        });
        check(
            18,
            "cable FEED does not lie in connected spans: span DUCT1 does not meet end A, at place SITE",
            |v, set| {
                v.change_cable(set, v.feeder, |cable| cable.route.rotate_left(1));
            },
        );
        check(18, "cable FEED ends at place MH2 but its spans, span DUCT1 the last, lead to place MH1", |v, set| {
            v.change_cable(set, v.feeder, |cable| cable.route.truncate(2));
        });
        check_clean(|v, set| v.change_cable(set, v.feeder, |cable| cable.route.clear()));
    }
}

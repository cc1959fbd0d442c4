//! What is near is what looking at everything finds, anywhere on the globe.

use geo::{Distance, Geodesic, InterpolatePoint, Point};
use linewright_model::*;
use linewright_search::geometry::{Foot, along_course, course_length_m, nearest_on_course};
use linewright_search::{Topology, course_of};
use proptest::prelude::*;

use crate::world::Dice;

fn point(p: Position) -> Point {
    Point::new(p.lon_deg(), p.lat_deg())
}

fn metres(a: Position, b: Position) -> f64 {
    Geodesic.distance(point(a), point(b))
}

/// Least distance to the geodesics of a course, by looking closer and closer at the best of many points.
fn metres_to_course(from: Position, course: &[Position]) -> f64 {
    let on_leg = |leg: &[Position]| {
        let at = |t: f64| Geodesic.point_at_ratio_between(point(leg[0]), point(leg[1]), t.clamp(0.0, 1.0));
        let away = |t: f64| Geodesic.distance(point(from), at(t));
        let (mut middle, mut width) = (0.5, 0.5);
        while width > 1e-9 {
            let tries = (-20..=20).map(|step| middle + width * f64::from(step) / 20.0);
            middle = tries.min_by(|a, b| away(*a).total_cmp(&away(*b))).unwrap().clamp(0.0, 1.0);
            width /= 5.0;
        }
        away(middle)
    };
    course.windows(2).map(on_leg).fold(f64::INFINITY, f64::min)
}

/// Where on the globe the case plays: a box of some degrees around somewhere awkward.
fn somewhere(dice: &mut Dice) -> impl Fn(&mut Dice) -> Position + use<> {
    let centres: [[f64; 2]; 6] =
        [[120.9, 32.0], [180.0, 10.0], [-179.9, -75.0], [0.0, 90.0], [77.0, -90.0], [0.0, 0.0]];
    let [lon, lat] = dice.of(&centres);
    let spread = dice.of(&[0.01, 0.4, 3.0]);
    move |dice| {
        let wide = if lat.abs() > 89.0 { 180.0 } else { spread };
        let lon = lon + wide * (2.0 * dice.share() - 1.0);
        let lat = lat + spread * (2.0 * dice.share() - 1.0);
        let lon = if lon > 180.0 {
            lon - 360.0
        } else if lon < -180.0 {
            lon + 360.0
        } else {
            lon
        };
        Position::new(lon, if lat.abs() > 90.0 { lat.signum() * 180.0 - lat } else { lat }).unwrap()
    }
}

struct Case {
    network: Network,
    topology: Topology,
    from: Position,
    radius_m: f64,
    most: usize,
}

fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let at = somewhere(&mut dice);
    let mut set = ChangeSet::new(Origin::Recording);
    let places: Vec<PlaceId> = (0..40)
        .map(|nth| {
            let position = Some(at(&mut dice)).filter(|_| !dice.one_in(10));
            let kind = if dice.one_in(3) { PlaceKind::Premises } else { PlaceKind::Manhole };
            set.create(Place::new(format!("p{nth}"), kind, position))
        })
        .collect();
    for nth in 0..30 {
        let (a, b) = (dice.of(&places), dice.of(&places));
        let mut span = Span::new(format!("s{nth}"), SpanKind::Duct, a, b, 100.0);
        if dice.one_in(2) {
            span.course = (0..=dice.roll(4)).map(|_| at(&mut dice)).collect();
        }
        set.create(span);
    }
    let mut network = Network::new();
    network.apply(&set).unwrap();
    let from = at(&mut dice);
    let radius_m = dice.of(&[500.0, 20_000.0, 1e6, f64::INFINITY]);
    Case { topology: Topology::build(&network), network, from, radius_m, most: dice.of(&[1, 3, 10, 100]) }
}

proptest! {
    #![proptest_config(crate::cases(250))]

    #[test]
    fn nearest_places_are_those_of_a_scan(seed: u64) {
        let Case { network, topology, from, radius_m, most } = case(seed);
        let wanted = |id: PlaceId, _: &Place| !id.raw().is_multiple_of(3);
        let mut all: Vec<(PlaceId, f64)> = network
            .all::<Place>()
            .filter(|(id, place)| wanted(*id, place))
            .filter_map(|(id, place)| Some((id, metres(from, place.position?))))
            .filter(|(_, distance_m)| *distance_m <= radius_m)
            .collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let public = |(id, _): &(PlaceId, f64)| network.get(*id).is_some_and(|place| place.kind != PlaceKind::Premises);
        let outside: Vec<_> = all.iter().copied().filter(public).take(most).collect();
        all.truncate(most);
        prop_assert_eq!(topology.nearest_places(&network, from, radius_m, most, &wanted), all);
        prop_assert_eq!(topology.nearest_public_places(&network, from, radius_m, most, &wanted), outside);
    }

    #[test]
    fn nearest_spans_are_those_of_a_scan(seed: u64) {
        let Case { network, topology, from, radius_m, most } = case(seed);
        let wanted = |id: SpanId, _: &Span| !id.raw().is_multiple_of(4);
        let mut all: Vec<(SpanId, Foot)> = network
            .all::<Span>()
            .filter(|(id, span)| wanted(*id, span))
            .filter_map(|(id, span)| Some((id, nearest_on_course(from, &course_of(&network, span))?)))
            .filter(|(_, foot)| foot.distance_m <= radius_m)
            .collect();
        all.sort_by(|a, b| a.1.distance_m.total_cmp(&b.1.distance_m).then(a.0.cmp(&b.0)));
        all.truncate(most);
        prop_assert_eq!(topology.nearest_spans(&network, from, radius_m, most, &wanted), all);
    }

}

proptest! {
    #![proptest_config(crate::cases(60))]

    #[test]
    fn the_foot_on_a_course_is_its_nearest_point(seed: u64) {
        let Case { network, from, .. } = case(seed);
        for (_, span) in network.all::<Span>() {
            let course = course_of(&network, span);
            let Some(foot) = nearest_on_course(from, &course) else { continue };
            // An arc of the sphere leaves the geodesic by about this much.
            let longest_m = course.windows(2).map(|leg| metres(leg[0], leg[1])).fold(0.0, f64::max);
            let tolerance_m = 0.01 + longest_m.powi(3) / 1e15 + foot.distance_m * 5e-5;
            let best_m = metres_to_course(from, &course);
            prop_assert!((foot.distance_m - best_m).abs() <= tolerance_m, "{} {best_m} {longest_m}", foot.distance_m);
            prop_assert!((metres(from, foot.at) - foot.distance_m).abs() < 1e-6);
            let along = along_course(&course, foot.along_m).unwrap();
            let slack_m = 0.01 + longest_m * 0.004;
            prop_assert!(metres(along, foot.at) <= slack_m, "{along:?} {foot:?} {longest_m}");
            prop_assert!(foot.along_m <= course_length_m(&course) + 1e-6);
        }
    }
}

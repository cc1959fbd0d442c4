//! What shares a trench by geometry is what walking along one span and looking at all of the other finds.

use linewright_model::*;
use linewright_search::geometry::{course_length_m, distance_m, nearest_on_course};
use linewright_search::trench::{Beside, Limits, all, data_says_otherwise};
use linewright_search::{Topology, course_of};
use proptest::prelude::*;

use crate::world::{Dice, STREETS, World};

const LIMITS: Limits = Limits { gap_m: 5.0, run_m: 50.0 };

/// So many metres east and north of somewhere.
fn at(east_m: f64, north_m: f64) -> Position {
    // Metres of a degree at 32° north, within 0.01 %.
    Position::new(120.0 + east_m / 94_492.0, 32.0 + north_m / 110_879.0).unwrap()
}

type Course<'a> = &'a [(f64, f64)];

/// Spans along these courses, in metres east and north.
fn laid(courses: &[Course<'_>], dress: impl Fn(usize, &mut Span)) -> (Network, Vec<SpanId>) {
    let mut set = ChangeSet::new(Origin::Recording);
    let mut spans = Vec::new();
    for (nth, course) in courses.iter().enumerate() {
        let course: Vec<Position> = course.iter().map(|(east, north)| at(*east, *north)).collect();
        let end = |position: &Position| Some(*position);
        let a = set.create(Place::new(format!("A{nth}"), PlaceKind::Manhole, end(&course[0])));
        let b = set.create(Place::new(format!("B{nth}"), PlaceKind::Manhole, end(&course[course.len() - 1])));
        let mut span = Span::new(format!("S{nth}"), SpanKind::Duct, a, b, course_length_m(&course));
        span.course = course;
        dress(nth, &mut span);
        spans.push(set.create(span));
    }
    let mut network = Network::new();
    let applied = network.apply(&set).unwrap();
    (network, spans.into_iter().map(|span| applied.resolve(span)).collect())
}

/// Metres in common of the first two spans; 0 when they share no trench.
fn common(courses: &[Course<'_>]) -> f64 {
    let (network, spans) = laid(courses, |_, _| {});
    let found = all(&network, LIMITS);
    found.iter().find(|pair| (pair.a, pair.b) == (spans[0], spans[1])).map_or(0.0, |pair| pair.common_m)
}

fn check(courses: &[Course<'_>], expected_m: f64) {
    let (there, back) = (common(courses), common(&[courses[1], courses[0]]));
    assert!((there - expected_m).abs() < 0.01 * expected_m + 0.1, "{there} instead of {expected_m}");
    assert!((there - back).abs() < 1e-6, "{there} and {back}");
}

#[test]
fn parallel_ducts_share_a_trench_when_long_enough() {
    let long: Course<'_> = &[(0.0, 0.0), (400.0, 0.0)];
    check(&[long, &[(100.0, 3.0), (160.0, 3.0)]], 60.0);
    // Recorded the other way round, and at an angle to the meridian.
    check(&[long, &[(160.0, 3.0), (100.0, 3.0)]], 60.0);
    check(&[&[(0.0, 0.0), (300.0, 300.0)], &[(52.0, 48.0), (102.0, 98.0)]], 70.7);
    check(&[long, &[(100.0, 3.0), (140.0, 3.0)]], 0.0);
    check(&[long, &[(100.0, 6.0), (300.0, 6.0)]], 0.0);
    // Two stretches of 30 m add up.
    check(&[long, &[(10.0, 3.0), (40.0, 3.0), (60.0, 90.0), (200.0, 90.0), (201.0, 3.0), (231.0, 3.0)]], 60.0);
}

#[test]
fn what_crosses_meets_or_follows_shares_nothing() {
    let street: Course<'_> = &[(0.0, 0.0), (400.0, 0.0)];
    check(&[street, &[(200.0, -200.0), (200.0, 200.0)]], 0.0);
    // Crossing again and again is not running beside.
    let zigzag: Vec<(f64, f64)> =
        (0..12).map(|n| (f64::from(n) * 10.0, if n % 2 == 0 { -60.0 } else { 60.0 })).collect();
    check(&[street, &zigzag], 0.0);
    // Consecutive spans of one street, and four that meet in one manhole.
    check(&[street, &[(400.0, 0.0), (800.0, 0.0)]], 0.0);
    check(&[street, &[(0.0, 0.0), (0.0, 400.0)]], 0.0);
    check(&[street, &[(0.0, 0.0), (300.0, 40.0)]], 0.0);
    // Leaving the manhole as one they run beside each other until they part.
    check(&[street, &[(0.0, 0.0), (100.0, 2.0), (120.0, 100.0)]], 100.5);
    // Two that follow each other with an overlap of 20 m, and of 60 m.
    check(&[street, &[(380.0, 2.0), (800.0, 2.0)]], 0.0);
    check(&[street, &[(340.0, 2.0), (800.0, 2.0)]], 60.0);
}

#[test]
fn bends_and_long_legs_are_followed() {
    let bend: Course<'_> = &[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)];
    check(&[bend, &[(0.0, 3.0), (97.0, 3.0), (97.0, 100.0)]], 194.0);
    // Thirty kilometres in one leg, and in many: the chord of the one runs 17 m below the ground.
    let long: Course<'_> = &[(0.0, 0.0), (0.0, 30_000.0)];
    let many: Vec<(f64, f64)> = (0..=300).map(|n| (2.0, f64::from(n) * 100.0)).collect();
    check(&[long, &many], 30_000.0);
}

#[test]
fn what_cannot_lie_in_one_trench_does_not() {
    let courses: [Course<'_>; 2] = [&[(0.0, 0.0), (400.0, 0.0)], &[(0.0, 2.0), (400.0, 2.0)]];
    let found = |dress: &dyn Fn(usize, &mut Span)| all(&laid(&courses, dress).0, LIMITS).len();
    let kinds = |one, other| found(&move |nth, span| span.kind = [one, other][nth]);
    use SpanKind::*;
    assert_eq!(kinds(Duct, Buried), 1);
    assert_eq!(kinds(PoleLine, PoleLine), 1);
    assert_eq!(kinds(Unrecorded, PoleLine), 1);
    assert_eq!(kinds(Duct, PoleLine), 0);
    assert_eq!(kinds(Indoor, Indoor), 0);
    // Straight between its ends it would run beside the other; being half as long again it does not run straight.
    let no_course = |length_m: f64| {
        found(&move |nth, span| {
            if nth == 1 {
                (span.course, span.length_m) = (Vec::new(), length_m);
            }
        })
    };
    assert_eq!((no_course(410.0), no_course(600.0)), (1, 0));
}

#[test]
fn the_records_have_the_first_word() {
    let courses: [Course<'_>; 2] = [&[(0.0, 0.0), (400.0, 0.0)], &[(0.0, 2.0), (400.0, 2.0)]];
    let check = |labels: [&'static str; 2], otherwise: bool, beside: bool| {
        let (network, spans) = laid(&courses, |nth, span| span.trench = labels[nth].into());
        let [one, other] = [spans[0], spans[1]].map(|span| network.get(span).unwrap());
        assert_eq!(data_says_otherwise(one, other), otherwise, "{labels:?}");
        assert_eq!(all(&network, LIMITS).len(), 1, "geometry is as it is");
        let topology = Topology::build(&network);
        let expected: &[SpanId] = if beside { &spans[1..] } else { &[] };
        assert_eq!(topology.beside(spans[0]), expected, "{labels:?}");
    };
    check(["", ""], false, true);
    check(["T1", ""], false, true);
    check(["T1", "T1"], false, false);
    check(["T1", "T2"], true, false);
}

/// A street map in small: courses from a few corners with some metres of scatter, so that many run side by side.
fn streets(seed: u64) -> Network {
    let mut dice = Dice::new(seed);
    let mut courses: Vec<Vec<(f64, f64)>> = Vec::new();
    for _ in 0..10 {
        let mut point = (f64::from(dice.roll(3)) * 20.0, f64::from(dice.roll(3)) * 20.0);
        let mut course = vec![point];
        for _ in 0..=dice.roll(3) {
            let step = f64::from(2 + dice.roll(5)) * 20.0;
            let (east, north) = dice.of(&[(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (0.8, 0.6), (0.05, 1.0)]);
            point = (point.0 + east * step, point.1 + north * step);
            course.push((point.0 + 6.0 * dice.share(), point.1 + 6.0 * dice.share()));
        }
        courses.push(course);
    }
    let courses: Vec<Course<'_>> = courses.iter().map(Vec::as_slice).collect();
    laid(&courses, |_, _| {}).0
}

/// Metres of one course beside another, looking from every metre of it; legs whose directions have at least this cosine
/// are of about one direction.
fn walked(course: &[Position], other: &[Position], gap_m: f64, alike: f64) -> f64 {
    const STEP_M: f64 = 1.0;
    let ends = [other[0], other[other.len() - 1]];
    let mut beside_m = 0.0;
    for leg in course.windows(2) {
        let leg_m = distance_m(leg[0], leg[1]);
        let heading = |leg: &[Position]| {
            let (east, north) = (leg[1].lon_deg() - leg[0].lon_deg(), leg[1].lat_deg() - leg[0].lat_deg());
            let (east, north) = (east * 94_492.0, north * 110_879.0);
            (east / east.hypot(north), north / east.hypot(north))
        };
        let steps = (leg_m / STEP_M).ceil();
        for step in 0..steps as u32 {
            let share = (f64::from(step) + 0.5) / steps;
            let along = |a: f64, b: f64| a + share * (b - a);
            let here =
                Position::new(along(leg[0].lon_deg(), leg[1].lon_deg()), along(leg[0].lat_deg(), leg[1].lat_deg()));
            let here = here.unwrap();
            // A leg of about this direction, near enough, and not only at the very end of the course.
            let beside = other.windows(2).any(|theirs| {
                let foot = nearest_on_course(here, theirs).unwrap();
                let ((a, b), (c, d)) = (heading(leg), heading(theirs));
                let at_end = ends.iter().any(|end| distance_m(*end, foot.at) < 1e-3);
                foot.distance_m <= gap_m && !at_end && (a * c + b * d).abs() >= alike
            });
            beside_m += if beside { leg_m / steps } else { 0.0 };
        }
    }
    beside_m
}

proptest! {
    #![proptest_config(crate::cases(24))]

    #[test]
    fn pairs_are_those_of_a_walk(seed: u64) {
        let network = streets(seed);
        let found = all(&network, LIMITS);
        let spans: Vec<(SpanId, Vec<Position>)> =
            network.all::<Span>().map(|(id, span)| (id, course_of(&network, span))).collect();
        for (nth, (a, course)) in spans.iter().enumerate() {
            for (b, other) in &spans[nth + 1..] {
                // Whether legs at just 45 degrees, or at just the gap, count is a matter of rounding, and of the sphere
                // that stands for the ellipsoid.
                let [least_m, most_m] = [-0.01, 0.01].map(|more| {
                    let (gap_m, alike) = (LIMITS.gap_m * (1.0 + more), 0.5f64.sqrt() - more);
                    walked(course, other, gap_m, alike).min(walked(other, course, gap_m, alike))
                });
                let pair = found.iter().find(|pair| (pair.a, pair.b) == (*a, *b));
                // A metre at either end of a stretch are nobody's fault.
                let slack_m = 0.02 * most_m + 5.0;
                match pair {
                    Some(Beside { common_m, .. }) => {
                        let fits = (least_m - slack_m..=most_m + slack_m).contains(common_m);
                        prop_assert!(fits, "{common_m} m, walked {least_m} to {most_m} m");
                    }
                    None => prop_assert!(least_m <= LIMITS.run_m + slack_m, "missed {least_m} m"),
                }
            }
        }
        prop_assert!(found.is_sorted_by_key(|pair| (pair.a, pair.b)));
    }
}

/// The streets drawn have pairs, and spans that have none.
#[test]
fn the_streets_drawn_are_worth_walking() {
    let pairs: Vec<usize> = (0..40).map(|seed| all(&streets(seed), LIMITS).len()).collect();
    assert!(pairs.iter().sum::<usize>() > 60 && pairs.iter().all(|pairs| *pairs < 20), "{pairs:?}");
    // So are the networks on which following is compared with building.
    let worlds = (0..600).map(|seed| all(&World::new(seed, STREETS).network, LIMITS).len());
    let with_pairs = worlds.filter(|pairs| *pairs > 0).count();
    assert!(with_pairs > 20, "{with_pairs}");
}

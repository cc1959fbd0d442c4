//! Geodesic lengths of imported courses: planar distance on degrees never occurs.

use linewright_model::Position;
use linewright_search::geometry;
pub use linewright_search::geometry::distance_m;

/// Geodesic length of a course through these positions, metres, to the millimetre.
pub fn course_length_m(course: &[Position]) -> f64 {
    (geometry::course_length_m(course) * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_geodesic() {
        let check = |course: &[(f64, f64)], expected_m: f64| {
            let course: Vec<Position> = course.iter().map(|(x, y)| Position::new(*x, *y).unwrap()).collect();
            let length_m = course_length_m(&course);
            assert!((length_m - expected_m).abs() < 1.0, "{course:?}: {length_m}");
        };
        check(&[], 0.0);
        check(&[(120.0, 32.0)], 0.0);
        // One degree along the equator, one along a meridian from the equator.
        check(&[(0.0, 0.0), (1.0, 0.0)], 111_319.5);
        check(&[(0.0, 0.0), (0.0, 1.0)], 110_574.4);
        check(&[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)], 222_639.0);
    }
}

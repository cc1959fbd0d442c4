//! Where records lie, as GeoJSON geometries (RFC 7946).

use linewright_model::{AddressId, AnyId, CableId, DeviceId, Network, Position, SpanId};
use linewright_search::{course_of, site};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::tiles::courses;

/// A geometry of GeoJSON; positions are `[longitude, latitude]`, WGS-84 degrees.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(tag = "type", content = "coordinates")]
pub(crate) enum Geometry {
    /// One position.
    Point([f64; 2]),
    /// One course.
    LineString(Vec<[f64; 2]>),
    /// Several courses.
    MultiLineString(Vec<Vec<[f64; 2]>>),
}

fn pairs(course: &[Position]) -> Vec<[f64; 2]> {
    course.iter().map(|at| <[f64; 2]>::from(*at)).collect()
}

/// Where a record lies; none where the records do not say, and for those that lie nowhere.
pub(crate) fn of(network: &Network, id: AnyId) -> Option<Geometry> {
    let point = |at: Position| Geometry::Point(at.into());
    if let Some(place) = id.typed() {
        return site(network, place).map(point);
    }
    if let Some(device) = id.typed::<DeviceId>() {
        return site(network, network.get(device)?.place).map(point);
    }
    if let Some(address) = id.typed::<AddressId>() {
        return network.get(address)?.position.map(point);
    }
    if let Some(span) = id.typed::<SpanId>() {
        let course = course_of(network, network.get(span)?);
        return (course.len() > 1).then(|| Geometry::LineString(pairs(&course)));
    }
    let cable = network.get(id.typed::<CableId>()?)?;
    let mut lines: Vec<_> =
        courses(network, cable).iter().map(|line| pairs(line)).filter(|line| line.len() > 1).collect();
    match lines.len() {
        0 => None,
        1 => lines.pop().map(Geometry::LineString),
        _ => Some(Geometry::MultiLineString(lines)),
    }
}

impl Geometry {
    fn positions(&self) -> Box<dyn Iterator<Item = [f64; 2]> + '_> {
        match self {
            Geometry::Point(at) => Box::new(std::iter::once(*at)),
            Geometry::LineString(line) => Box::new(line.iter().copied()),
            Geometry::MultiLineString(lines) => Box::new(lines.iter().flatten().copied()),
        }
    }

    /// West, south, east, north.
    pub(crate) fn bounds(&self) -> Option<[f64; 4]> {
        self.positions()
            .map(|[x, y]| [x, y, x, y])
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
    }
}

/// A box on the map: west, south, east, north in degrees, separated by commas.
#[derive(Deserialize, Clone, Copy, PartialEq, Debug)]
#[serde(try_from = "String")]
pub(crate) struct Bbox([f64; 4]);

impl TryFrom<String> for Bbox {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || "give west,south,east,north in degrees, such as 120.8,31.9,120.9,32.0".to_owned();
        let numbers: Vec<f64> =
            text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
        let [west, south, east, north] = numbers.try_into().map_err(|_| wrong())?;
        let positions = Position::new(west, south).is_ok() && Position::new(east, north).is_ok();
        if positions && west <= east && south <= north { Ok(Self([west, south, east, north])) } else { Err(wrong()) }
    }
}

impl Bbox {
    /// Whether the box of a geometry touches it.
    pub(crate) fn touches(&self, geometry: &Geometry) -> bool {
        geometry.bounds().is_some_and(|[west, south, east, north]| {
            west <= self.0[2] && east >= self.0[0] && south <= self.0[3] && north >= self.0[1]
        })
    }

    /// Its corners, as positions.
    pub(crate) fn corners(&self) -> Result<[Position; 2], Problem> {
        let corner = |x, y| Position::new(x, y).map_err(|error| Problem::invalid("bbox", error.to_string()));
        Ok([corner(self.0[0], self.0[1])?, corner(self.0[2], self.0[3])?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_read_strictly() {
        let check = |text: &str, expected: bool| {
            assert_eq!(Bbox::try_from(text.to_owned()).is_ok(), expected, "{text}");
        };
        check("120.8,31.9,120.9,32.0", true);
        check("120.8, 31.9, 120.9, 32.0", true);
        check("120.9,31.9,120.8,32.0", false);
        check("1,2,3", false);
        check("NaN,0,1,1", false);
        check("-181,0,1,1", false);
        check("a,b,c,d", false);
    }
}

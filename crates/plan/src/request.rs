//! What a survey is asked, and why it can be refused before it is planned.

use chrono::NaiveDate;
use linewright_catalog::{Bandwidth, BandwidthError, ProductError};
use linewright_model::crs::{Crs, CrsError};

/// How an end of the line is named.
#[derive(Clone, PartialEq, Debug)]
pub enum Where {
    /// A coordinate in a named system: longitude or easting, latitude or northing.
    At {
        /// Longitude, or easting in metres.
        x: f64,
        /// Latitude, or northing in metres.
        y: f64,
        /// The system.
        crs: Crs,
    },
    /// A place by code or name.
    Place(String),
    /// Text of a standard address.
    Address(String),
}

/// A survey request 勘察申请.
#[derive(Clone, PartialEq, Debug)]
pub struct SurveyRequest {
    /// The customer's end.
    pub customer: Where,
    /// The far end; none to reach any equipment that can serve.
    pub far: Option<Where>,
    /// Product code of the catalogue.
    pub product: String,
    /// Bandwidth wanted.
    pub bandwidth: Bandwidth,
    /// Whether two disjoint ways are wanted.
    pub protect: bool,
    /// How many alternatives to show; none for the catalogue's default.
    pub alternatives: Option<usize>,
    /// Plant that becomes available after this day is not offered; none to offer all announced plant.
    pub latest: Option<NaiveDate>,
}

/// Why a survey cannot be planned as asked.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SurveyError {
    /// There is nothing to search.
    #[error("the network is empty; import a fibre map first")]
    EmptyNetwork,
    /// The coordinate is no position.
    #[error(transparent)]
    Coordinate(#[from] CrsError),
    /// The bandwidth is not usable.
    #[error(transparent)]
    Bandwidth(#[from] BandwidthError),
    /// The product is not sold so.
    #[error(transparent)]
    Product(#[from] ProductError),
    /// No such place.
    #[error("no place has the code or name {asked:?}{}", did_you_mean(.similar))]
    NoPlace {
        /// As asked.
        asked: String,
        /// What sounds alike.
        similar: Vec<String>,
    },
    /// Several places have the name.
    #[error("{asked:?} is the name of several places; give the code: {}", .codes.join(", "))]
    AmbiguousPlace {
        /// As asked.
        asked: String,
        /// Codes to choose from.
        codes: Vec<String>,
    },
    /// No such address.
    #[error("no standard address contains {asked:?}{}; or give its longitude and latitude", did_you_mean(.similar))]
    NoAddress {
        /// As asked.
        asked: String,
        /// What sounds alike.
        similar: Vec<String>,
    },
    /// Several addresses fit.
    #[error("{asked:?} fits several standard addresses; write more of it: {}", .texts.join("; "))]
    AmbiguousAddress {
        /// As asked.
        asked: String,
        /// Addresses to choose from.
        texts: Vec<String>,
    },
    /// The place or address has no position and no plant.
    #[error("{what} has no position on the map; give its longitude and latitude instead")]
    NoPosition {
        /// The place or address.
        what: String,
    },
    /// The coordinate is far from all plant, and a slip of it is not.
    #[error(
        "{asked} is far from everything on the map, but {meant} lies on it: swapped, or a sign lost? longitude comes first"
    )]
    FarFromMap {
        /// As asked.
        asked: String,
        /// What may be meant.
        meant: String,
    },
    /// The coordinate is far from all plant.
    #[error(
        "{asked} is far from everything on the map: {nearest}, the nearest, is {distance_km} km away; check the \
         coordinate and its system, or import the map of that area"
    )]
    NothingNear {
        /// As asked.
        asked: String,
        /// The nearest place.
        nearest: String,
        /// How far it is, km.
        distance_km: f64,
    },
    /// Both ends are one.
    #[error("both ends are the same place; give two different ends")]
    SameEnds,
    /// The number of alternatives is out of range.
    #[error("{asked} alternatives cannot be shown; ask for 1 to {most}")]
    Alternatives {
        /// As asked.
        asked: usize,
        /// The most.
        most: usize,
    },
}

fn did_you_mean(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!("; did you mean {}?", similar.join(", ")) }
}

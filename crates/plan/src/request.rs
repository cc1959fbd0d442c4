//! What a survey is asked, and why it can be refused before it is planned.

use chrono::NaiveDate;
use linewright_catalog::{Bandwidth, BandwidthError, ProductError};
use linewright_model::Phrase;
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

impl SurveyError {
    /// The same in both languages.
    pub fn phrase(&self) -> Phrase {
        Phrase::new(self.to_string(), self.zh())
    }

    fn zh(&self) -> String {
        let perhaps = |similar: &[String]| match similar {
            [] => String::new(),
            similar => format!("；是否指 {}？", similar.join("、")),
        };
        match self {
            SurveyError::EmptyNetwork => "网络中尚无数据；请先导入光缆数据".to_owned(),
            SurveyError::Coordinate(error) => error.phrase().zh,
            SurveyError::Bandwidth(error) => error.zh(),
            SurveyError::Product(error) => error.zh(),
            SurveyError::NoPlace { asked, similar } => {
                format!("没有编码或名称为“{asked}”的地点{}", perhaps(similar))
            }
            SurveyError::AmbiguousPlace { asked, codes } => {
                format!("有多个地点名为“{asked}”；请填写编码：{}", codes.join("、"))
            }
            SurveyError::NoAddress { asked, similar } => {
                format!("没有包含“{asked}”的标准地址{}；也可以填写经纬度", perhaps(similar))
            }
            SurveyError::AmbiguousAddress { asked, texts } => {
                format!("有多个标准地址符合“{asked}”；请写得更完整：{}", texts.join("；"))
            }
            SurveyError::NoPosition { what } => format!("{what} 在地图上没有位置；请改填经纬度"),
            SurveyError::FarFromMap { asked, meant } => {
                format!("{asked} 远离地图上的所有资源，而 {meant} 在地图范围内：是否颠倒了经纬度，或漏了负号？经度在前")
            }
            SurveyError::NothingNear { asked, nearest, distance_km } => format!(
                "{asked} 远离地图上的所有资源：最近的 {nearest} 也在 {distance_km} km 之外；请检查坐标及其坐标系，或先导入该区域的数据"
            ),
            SurveyError::SameEnds => "两端是同一地点；请填写不同的两端".to_owned(),
            SurveyError::Alternatives { asked, most } => format!("无法给出 {asked} 个方案；请填写 1 至 {most}"),
        }
    }
}

fn did_you_mean(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!("; did you mean {}?", similar.join(", ")) }
}

//! The answers of `plan` as the description names them.
//!
//! The handlers send the values of `plan` themselves; these types only say their form, and a test holds the two together:
//! every answer reads into them and writes back the same.

#![allow(dead_code, reason = "read by the derives alone")]

use chrono::NaiveDate;
use serde_json::Value;
use utoipa::ToSchema;

macro_rules! wire {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt)*) => { $(
        #[derive(serde::Serialize, ToSchema)]
        #[cfg_attr(test, derive(serde::Deserialize))]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) $kind $name $body
    )* };
}

wire! {
/// A record named in an answer: `{table: "cable", id: 47}` is `/api/v1/cables/47`.
#[schema(as = NamedRecord)]
struct Named {
    /// `place`, `span`, `cable`, `device`, `splice`, `jumper`, `trail`, `link`, `slot_mark`, `address`, `dataset`.
    table: String,
    id: u32,
    code: String,
    /// Empty when it has none.
    name: String,
}

/// Technical verdict, best first: 直接开通, 需跳纤, 需布放引入缆, 需扩容, 不具备.
#[serde(rename_all = "snake_case")]
enum Verdict { Direct, Jumper, Drop, Expansion, Infeasible }

/// What has to be expanded.
#[serde(rename_all = "snake_case")]
enum Expansion { Board, Module, Splitter, Cable, PoleLine, Closure, Regeneration }

/// Access solution.
#[serde(rename_all = "kebab-case")]
enum Technology { Pon, EthernetP2p, Sdh }

/// Class of a site.
#[serde(rename_all = "snake_case")]
enum SiteClass { Core, Aggregation, Access }

/// Kind of a place.
#[serde(rename_all = "snake_case")]
#[schema(as = PlaceKind)]
enum PlaceKind { Site(SiteClass), Manhole, Handhole, Pole, Cabinet, DistributionBox, Closure, Entry, Premises, Node }

/// Kind of a span.
#[serde(rename_all = "snake_case")]
enum SpanKind { Duct, PoleLine, Buried, Indoor, Underwater, Unrecorded }

/// Kind of a device.
#[serde(rename_all = "snake_case")]
enum DeviceKind { Odf, Ddf, Splitter, Adm, Olt, Onu, Switch, Router }

/// Layer of a trail or link.
#[serde(rename_all = "snake_case")]
enum Layer { Route, Cable, Fibre, Section, HighOrder, LowOrder, Packet, Circuit }

/// Stage in the life of plant.
#[serde(rename_all = "snake_case")]
enum Stage { Planned, UnderConstruction, InService, Retired }

/// State of a slot.
#[serde(rename_all = "snake_case")]
enum SlotState {
    Idle, Reserved, Occupied, Releasing, SetAside, Selected, Standby, OutOfUse, Leftover, Damaged, UnderTest, Temporary,
    Unknown,
}

/// An end of the line, found on the map.
struct Located {
    /// What it is called: the address, the place, or the coordinate as given.
    label: String,
    /// Longitude and latitude, WGS-84 degrees.
    position: Option<[f64; 2]>,
    /// The system the coordinate was given in, with the accuracy of its conversion in metres.
    crs: Option<(String, f64)>,
    place: Option<Named>,
    address: Option<Named>,
    /// Boxes and cabinets that list the building.
    covered_by: Vec<Named>,
}

/// A core of a cable, with tube and colour where the cable records them.
struct Core {
    number: u32,
    tube: Option<u32>,
    tube_colour: Option<String>,
    ribbon: Option<u32>,
    colour: Option<String>,
}

/// One element of a route, from the customer on.
#[serde(tag = "element", rename_all = "snake_case")]
#[schema(as = RouteElement)]
enum Element {
    /// The end itself.
    End { label: String },
    /// A new drop or cable to be pulled, along these spans or across country.
    NewCable { length_m: f64, spans: Vec<Named>, fibres: u32 },
    /// A place where the line is joined.
    Place { place: Named, kind: PlaceKind },
    /// Terminals or ports taken, one per fibre.
    Terminals { device: Named, ports: Vec<u32>, block: String },
    /// New jumpers.
    Jumpers { count: u32 },
    /// A cable section; no cores where occupancy is not proven; `waiting` is its stage and day when it is not in service.
    Cable {
        cable: Named,
        cores: Vec<Core>,
        of: Option<u32>,
        length_m: f64,
        spans: Vec<Named>,
        unproven: bool,
        waiting: Option<(Stage, Option<NaiveDate>)>,
    },
    /// Cores fixed to each other or to a frame.
    Splice { splice: Named, at: Named },
    /// New splices.
    NewSplices { count: u32, at: Named },
    /// A splitter passed; without a branch it is passed through an upper stage.
    Splitter { device: Named, ratio: u16, branch: Option<u32>, new: bool },
    /// The port that serves; none when a board must come first.
    Port { device: Named, port: Option<u32>, interface: String, at: Named },
    /// Equipment that the map does not record.
    UnrecordedEquipment { at: Named },
}

/// What is held: a span, cable, device or link, by id.
#[serde(rename_all = "snake_case")]
enum Carrier { Span(u32), Cable(u32), Device(u32), Link(u32) }

/// Which slot, or how much.
#[serde(rename_all = "snake_case")]
enum Take { Slot(u32), Amount(u64) }

/// An existing slot that the line would take.
#[schema(as = SlotHolding)]
struct Holding {
    carrier: Carrier,
    take: Take,
    /// Fibre of a pair: 0 or 1.
    part: u8,
    state: SlotState,
}

/// One direction of an optical budget; dB and dBm.
struct DirectionBudget {
    /// `a-to-z`, `z-to-a`, `downstream`, `upstream`.
    direction: String,
    wavelength_nm: u32,
    fibre_db: f64,
    connector_db: f64,
    splice_db: f64,
    splitter_db: f64,
    margin_db: f64,
    total_loss_db: f64,
    /// The most the interface allows.
    budget_db: f64,
    /// A fixed attenuator the receiver needs; 0 for none.
    attenuator_db: u32,
    /// What remains; negative fails.
    spare_db: f64,
    received_min_dbm: f64,
    sensitivity_dbm: f64,
    received_max_dbm: f64,
    overload_dbm: f64,
    dispersion_ps_per_nm: Option<f64>,
    /// What is wrong, with figures.
    failures: Vec<Value>,
}

/// Optical budget of a line.
struct Budget {
    interface: String,
    /// PON downstream first.
    directions: Vec<DirectionBudget>,
    line_failures: Vec<Value>,
    passes: bool,
}

/// One SDH container that carries the bandwidth.
struct ContainerOption {
    vc: String,
    count: u16,
    concatenation: String,
}

/// SDH containers of a bandwidth.
struct Container {
    sold: String,
    options: Vec<ContainerOption>,
}

/// One line of a bill of quantities.
struct BillLine {
    /// Key of the price book.
    item: String,
    quantity: f64,
    unit: String,
    amount_cny: i64,
}

/// One activity of the lead time.
struct Activity {
    activity: String,
    working_days: u32,
    /// Whether it runs beside the other preparations.
    parallel: bool,
    about: Option<Named>,
}

/// When a line could be ready.
struct LeadTime {
    working_days: u32,
    /// Day before which plant under construction is not available.
    not_before: Option<NaiveDate>,
    activities: Vec<Activity>,
}

/// One way to connect the customer.
struct Alternative {
    /// 1 is the best.
    rank: usize,
    verdict: Verdict,
    expansions: Vec<Expansion>,
    technology: Technology,
    container: Option<Container>,
    /// Where the customer is brought into plant.
    access_point: Named,
    /// Whether the access point lists the building; none without a list.
    covers: Option<bool>,
    /// Length of new drop or cable, metres.
    drop_m: f64,
    /// Length of glass in all, metres.
    length_m: f64,
    route: Vec<Element>,
    holdings: Vec<Holding>,
    budget: Option<Budget>,
    /// Cables whose occupancy must be checked on site.
    to_check: Vec<Named>,
    /// Parties to be notified before work.
    notify: Vec<(Named, String)>,
    bill: Vec<BillLine>,
    cost_cny: i64,
    lead_time: LeadTime,
    /// Records the answer rests on, with the versions they were read at.
    relied_on: Vec<(Named, u64)>,
}

/// Why a candidate cannot serve.
#[serde(tag = "why", rename_all = "snake_case")]
enum Block {
    NoFreeCores { cables: Vec<Named>, needed: u32, free: u32, blocked: Vec<(SlotState, u32)> },
    NoFreeBranch { splitter: Named, branches: usize },
    NotFed { splitter: Named },
    FeederBroken { splitter: Named, at: Named },
    NotComputable { reason: String },
    NoFreePort { device: Named, rates: Vec<String>, ports: usize },
    SpanFull { span: Named, capacity: u32 },
    NotAvailable { plant: Named, stage: Stage, available_from: Option<NaiveDate> },
    NoWayToFarEnd { far: String },
    NoWayToEquipment { wanted: Vec<String> },
    Budget { interface: String, failures: Vec<Value> },
    Disputed { cables: Vec<Named> },
    TooFar { distance_m: f64, limit_m: f64 },
}

/// A candidate that cannot serve.
struct Rejected {
    access_point: Named,
    /// Straight, metres.
    distance_m: f64,
    technology: Option<Technology>,
    block: Block,
}

/// What kind of thing two legs share.
#[serde(rename_all = "snake_case")]
enum SharedKind { Place(PlaceKind), Span(SpanKind), Cable, Equipment, Cores, Bore }

/// A shared risk of two legs.
struct Shared {
    resource: Named,
    kind: SharedKind,
}

/// Two ways that share something.
struct LeastShared {
    working: Alternative,
    protection: Alternative,
    shared: Vec<Shared>,
    /// Whether no pair shares less.
    optimal: bool,
}

/// The answer about protection: only `impossible` says that no disjoint pair exists.
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Protection {
    Disjoint {
        common_end: Option<Named>,
        unrecorded: Vec<Named>,
        working: Box<Alternative>,
        protection: Box<Alternative>,
        optimal: bool,
        gap_cny: i64,
    },
    Impossible { single: Option<Shared>, no_route: bool, least_shared: Option<Box<LeastShared>> },
    Dark,
    Undecided { least_shared: Option<Box<LeastShared>> },
}

/// Something the reader must know beside the figures.
#[serde(tag = "note", rename_all = "snake_case")]
enum Note {
    CoresUnknown,
    EquipmentUnknown,
    Overdue { plant: Named, available_from: NaiveDate },
    GlassAllTheWay,
    SearchBound,
    NearestOnly { street_spans: usize, passing_cables: usize },
    NearestPlant { place: Named, distance_m: f64 },
}

/// Versions of the catalogue used.
struct CatalogVersions {
    prices: String,
    optics: String,
    products: String,
    policy: String,
}

/// The answer of a survey.
struct Survey {
    /// Version of the network it was planned on.
    base: u64,
    catalog: CatalogVersions,
    customer: Located,
    far: Option<Located>,
    product: String,
    /// Chinese and English.
    product_name: [String; 2],
    bandwidth: String,
    /// The best alternative's verdict, or infeasible.
    verdict: Verdict,
    alternatives: Vec<Alternative>,
    protection: Option<Protection>,
    /// Candidates that cannot serve, nearest first.
    rejected: Vec<Rejected>,
    notes: Vec<Note>,
}

/// What kind of thing a step is.
#[serde(rename_all = "snake_case")]
enum StepKind { Place(PlaceKind), Span(SpanKind), Device(DeviceKind), Layer(Layer) }

/// A slot that is concerned.
struct StepSlot {
    number: u32,
    state: SlotState,
    tube: Option<u32>,
    tube_colour: Option<String>,
    ribbon: Option<u32>,
    colour: Option<String>,
}

/// Role of a leg.
#[serde(rename_all = "snake_case")]
enum LegRole { Working, Protection, Member(u16) }

/// A record on the way, with what follows from it.
struct Branch {
    table: String,
    id: u32,
    code: String,
    name: String,
    kind: Option<StepKind>,
    /// Slots concerned.
    #[serde(default)]
    slots: Vec<StepSlot>,
    role: Option<LegRole>,
    /// Where it stands.
    at: Option<Named>,
    ends: Option<[Named; 2]>,
    length_m: Option<f64>,
    bore: Option<u16>,
    #[serde(default)]
    trench: String,
    /// When it is not in service.
    stage: Option<Stage>,
    /// Masked; left out when unknown.
    #[serde(default)]
    customer: String,
    /// `AAA`, `AA`, `A`, `Plain`.
    grade: Option<String>,
    /// What follows stands elsewhere in the same tree, or is cut by the bounds of a trace.
    #[serde(default)]
    repeated: bool,
    /// What follows.
    #[serde(default)]
    #[schema(no_recursion)]
    then: Vec<Branch>,
}

/// Everything above an element, each thing once.
struct Affected {
    cables: usize,
    trails: usize,
    /// Of these trails, those that serve the carrier itself and no customer.
    own_trails: usize,
    links: usize,
    /// Masked: several may read the same.
    customers: Vec<String>,
    /// How many customers there are.
    customer_count: usize,
}

/// What an element rides on and what it carries.
struct Trace {
    base: u64,
    /// The element.
    subject: Branch,
    /// Downwards, to the ground.
    rides_on: Vec<Branch>,
    /// Upwards: everything that fails with it.
    carries: Vec<Branch>,
    affected: Affected,
    /// Whether the element carries more than a trace shows.
    truncated: bool,
}
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use linewright_catalog::{Bandwidth, Catalog};
    use linewright_exchange::input::read_files;
    use linewright_exchange::{Format, ImportOptions};
    use linewright_model::{Address, CableId, Id, Network};
    use linewright_plan::{Subject, SurveyRequest, Where, survey, trace};
    use linewright_search::Topology;
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;

    fn nantong() -> Network {
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../topology-samples/nantong");
        let files = read_files(&[sample.into()], 1 << 30).unwrap();
        let options = ImportOptions { format: Some(Format::Native), ..ImportOptions::default() };
        let outcome = linewright_exchange::import(&files, &options, &Network::new()).unwrap();
        let mut network = Network::new();
        network.apply(&outcome.changes).unwrap();
        network
    }

    /// Whether a value is nothing said: what is left out equals it.
    fn nothing(value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        }
    }

    fn said(value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                Value::Object(fields.into_iter().filter(|(_, v)| !nothing(v)).map(|(k, v)| (k, said(v))).collect())
            }
            Value::Array(items) => items.into_iter().map(said).collect(),
            other => other,
        }
    }

    #[track_caller]
    fn same<T: Serialize + DeserializeOwned>(answer: &impl Serialize) {
        let sent = serde_json::to_value(answer).unwrap();
        let read: T = serde_json::from_value(sent.clone()).unwrap_or_else(|error| panic!("{error}: {sent}"));
        let back = serde_json::to_value(&read).unwrap();
        // Maps keep their order; compared are their fields.
        assert_eq!(said(back), said(sent));
    }

    #[test]
    fn surveys_are_what_is_described() {
        let (network, catalog) = (nantong(), Catalog::builtin());
        let (topology, now) = (Topology::build(&network), Utc.with_ymd_and_hms(2026, 11, 25, 8, 0, 0).unwrap());
        for (_, address) in network.all::<Address>() {
            for (product, bandwidth, protect) in [("internet", "100M", false), ("data", "155M", true)] {
                let request = SurveyRequest {
                    customer: Where::Address(address.tag.code.to_string()),
                    far: None,
                    product: product.to_owned(),
                    bandwidth: Bandwidth::parse(bandwidth).unwrap(),
                    protect,
                    alternatives: None,
                    latest: None,
                };
                if let Ok(answer) = survey(&network, &topology, &request, &catalog, now) {
                    same::<Survey>(&answer);
                }
            }
        }
    }

    #[test]
    fn traces_are_what_is_described() {
        let network = nantong();
        let topology = Topology::build(&network);
        for raw in 0..60 {
            let cable = CableId::from_raw(raw);
            for subject in [Subject::Record(cable.any()), Subject::Core { cable, core: 1 }] {
                if let Ok(answer) = trace(&network, &topology, subject) {
                    same::<Trace>(&answer);
                }
            }
        }
    }
}

//! The answer of a survey: a complete value that can be read, compared and printed without the network.

use chrono::NaiveDate;
use linewright_catalog::{Bandwidth, Budget, BudgetFailure, CatalogVersions, ContainerRow, Technology};
use linewright_model::{AnyId, Holding, PlaceKind, Position, SlotState, SpanKind, Stage, Text, Version};
use serde::Serialize;

use crate::colour::CorePosition;

/// A record named in a report.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Named {
    /// The record.
    #[serde(flatten)]
    pub id: AnyId,
    /// Its code.
    pub code: Text,
    /// Its name; empty when it has none.
    pub name: Text,
}

/// Technical verdict of a survey (DOMAIN §4.2), best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 直接开通
    Direct,
    /// 需跳纤
    Jumper,
    /// 需布放引入缆
    Drop,
    /// 需扩容
    Expansion,
    /// 不具备
    Infeasible,
}

impl Verdict {
    /// Chinese term.
    pub fn zh(self) -> &'static str {
        match self {
            Verdict::Direct => "直接开通",
            Verdict::Jumper => "需跳纤",
            Verdict::Drop => "需布放引入缆",
            Verdict::Expansion => "需扩容",
            Verdict::Infeasible => "不具备",
        }
    }

    /// English term.
    pub fn en(self) -> &'static str {
        match self {
            Verdict::Direct => "can be opened directly",
            Verdict::Jumper => "jumpers needed",
            Verdict::Drop => "drop cable needed",
            Verdict::Expansion => "expansion needed",
            Verdict::Infeasible => "not feasible",
        }
    }
}

/// What has to be expanded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expansion {
    /// 板卡: a board for ports.
    Board,
    /// 光模块: the plugged one does not reach, or none is plugged.
    Module,
    /// 分光器
    Splitter,
    /// 光缆: the way is too long for a drop.
    Cable,
    /// 杆路: no street leads there.
    PoleLine,
    /// 掏接: a cable is opened where no joint is.
    Closure,
    /// 中继: the way is too long for any interface.
    Regeneration,
}

/// An end of the line, found on the map.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Located {
    /// What it is called: the address, the place, or the coordinate as given.
    pub label: String,
    /// Position in WGS-84, when known.
    pub position: Option<Position>,
    /// The system the coordinate was given in, with the accuracy of its conversion in metres.
    pub crs: Option<(String, f64)>,
    /// The place it is.
    pub place: Option<Named>,
    /// The standard address.
    pub address: Option<Named>,
    /// Boxes and cabinets that list the building.
    pub covered_by: Vec<Named>,
}

/// One core of a cable on the way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Core {
    /// Number in the section.
    pub number: u32,
    /// Tube and colour, where the cable records them.
    #[serde(flatten)]
    pub position: Option<CorePosition>,
}

/// One element of a traced route, from the customer on.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "element", rename_all = "snake_case")]
pub enum Element {
    /// The end itself.
    End {
        /// What it is called.
        label: String,
    },
    /// A new drop or cable to be pulled.
    NewCable {
        /// Length to pull, metres.
        length_m: f64,
        /// The spans it follows; none across country.
        spans: Vec<Named>,
        /// Fibres in it that the line uses.
        fibres: u32,
    },
    /// A place where the line is joined.
    Place {
        /// The place.
        place: Named,
        /// Its kind.
        kind: PlaceKind,
    },
    /// Terminals or ports taken.
    Terminals {
        /// The frame or device.
        device: Named,
        /// Port numbers, one per fibre.
        ports: Vec<u32>,
        /// Tray or board.
        block: String,
    },
    /// New jumpers.
    Jumpers {
        /// How many.
        count: u32,
    },
    /// A cable section.
    Cable {
        /// The section.
        cable: Named,
        /// The cores taken; empty where occupancy is not proven.
        cores: Vec<Core>,
        /// Number of cores in the section, where recorded.
        of: Option<u32>,
        /// Metres of it used.
        length_m: f64,
        /// The spans it lies in, in the direction of the route.
        spans: Vec<Named>,
        /// Whether its cores must be checked on site.
        unproven: bool,
        /// Stage of its life, when it is not in service yet.
        waiting: Option<(Stage, Option<NaiveDate>)>,
    },
    /// Cores fixed to each other or to a frame, existing.
    Splice {
        /// The splice.
        splice: Named,
        /// Where.
        at: Named,
    },
    /// New splices.
    NewSplices {
        /// How many.
        count: u32,
        /// Where.
        at: Named,
    },
    /// A splitter passed.
    Splitter {
        /// The splitter.
        device: Named,
        /// 1:n.
        ratio: u16,
        /// The branch taken; none on the way through an upper stage.
        branch: Option<u32>,
        /// Whether it has to be placed first.
        new: bool,
    },
    /// The port that serves.
    Port {
        /// The equipment.
        device: Named,
        /// Port number; none when a board must come first.
        port: Option<u32>,
        /// Interface code of the catalogue.
        interface: String,
        /// Where it stands.
        at: Named,
    },
    /// Equipment that the map does not record.
    UnrecordedEquipment {
        /// Where it would stand.
        at: Named,
    },
}

/// One line of a bill of quantities.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct BillLine {
    /// What, a key of the price book.
    pub item: String,
    /// How much.
    pub quantity: f64,
    /// Unit of the quantity.
    pub unit: String,
    /// Amount, whole CNY.
    pub amount_cny: i64,
}

/// One activity of the lead time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Activity {
    /// What, a stable key.
    pub activity: String,
    /// Working days.
    pub working_days: u32,
    /// Whether it runs beside the other preparations (the longest of those counts) or after them.
    pub parallel: bool,
    /// The plant it is about, where it is about one.
    pub about: Option<Named>,
}

/// When a line could be ready.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LeadTime {
    /// Working days: the longest preparation plus the works.
    pub working_days: u32,
    /// Day before which plant under construction is not available.
    pub not_before: Option<NaiveDate>,
    /// What it is made of.
    pub activities: Vec<Activity>,
}

/// One way to connect the customer.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Alternative {
    /// 1 is the best.
    pub rank: usize,
    /// Technical verdict.
    pub verdict: Verdict,
    /// What has to be expanded, if that is the verdict.
    pub expansions: Vec<Expansion>,
    /// Access solution.
    pub technology: Technology,
    /// SDH containers of the bandwidth.
    pub container: Option<ContainerRow>,
    /// Where the customer is brought into plant.
    pub access_point: Named,
    /// Whether the access point lists the customer's building; none without a list.
    pub covers: Option<bool>,
    /// Length of new drop or cable, metres.
    pub drop_m: f64,
    /// Length of glass in all, metres.
    pub length_m: f64,
    /// The route, element by element, from the customer on.
    pub route: Vec<Element>,
    /// Existing slots the line would take, from the customer on: cores, terminals, branch, port.
    pub holdings: Vec<Holding>,
    /// Optical budget, both directions; none where the map lacks what it needs.
    pub budget: Option<Budget>,
    /// Cables whose occupancy must be checked on site.
    pub to_check: Vec<Named>,
    /// Parties to be notified before work on plant or cores that are theirs.
    pub notify: Vec<(Named, String)>,
    /// Bill of quantities.
    pub bill: Vec<BillLine>,
    /// Sum of the bill, whole CNY.
    pub cost_cny: i64,
    /// Time needed.
    pub lead_time: LeadTime,
    /// Records the answer rests on, with the versions they were read at.
    pub relied_on: Vec<(Named, Version)>,
}

/// Why a candidate cannot serve.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Block {
    /// A strand has too few cores left.
    NoFreeCores {
        /// Its cables.
        cables: Vec<Named>,
        /// Cores needed.
        needed: u32,
        /// Cores free.
        free: u32,
        /// The other cores by state.
        blocked: Vec<(SlotState, u32)>,
    },
    /// Every branch of a splitter is taken.
    NoFreeBranch {
        /// The splitter.
        splitter: Named,
        /// Number of branches.
        branches: usize,
    },
    /// A splitter is not connected to an OLT.
    NotFed {
        /// The splitter.
        splitter: Named,
    },
    /// What feeds a splitter is faulty or not available.
    FeederBroken {
        /// The splitter.
        splitter: Named,
        /// Where the feeder is broken.
        at: Named,
    },
    /// The optics table lacks something that the way passes.
    NotComputable {
        /// What is lacking.
        reason: String,
    },
    /// No port of the kind is free and no board slot either.
    NoFreePort {
        /// The equipment.
        device: Named,
        /// Rates that would do.
        rates: Vec<String>,
        /// Ports of these rates in all.
        ports: usize,
    },
    /// A span has no room for another cable.
    SpanFull {
        /// The span.
        span: Named,
        /// Bores or attachments in all.
        capacity: u32,
    },
    /// Plant is not available in time.
    NotAvailable {
        /// The plant.
        plant: Named,
        /// Stage of its life.
        stage: Stage,
        /// Announced day.
        available_from: Option<NaiveDate>,
    },
    /// No glass leads to the far end.
    NoWayToFarEnd {
        /// The far end.
        far: String,
    },
    /// No glass leads to equipment that could serve.
    NoWayToEquipment {
        /// Kinds of equipment wanted.
        wanted: Vec<String>,
    },
    /// The optical budget fails.
    Budget {
        /// Interface that comes nearest.
        interface: String,
        /// What fails, with figures.
        failures: Vec<BudgetFailure>,
    },
    /// The records join its cores twice.
    Disputed {
        /// The cables.
        cables: Vec<Named>,
    },
    /// It is farther than a cable is built for.
    TooFar {
        /// Distance, metres.
        distance_m: f64,
        /// Limit, metres.
        limit_m: f64,
    },
}

/// A candidate that cannot serve.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Rejected {
    /// The access point, or the nearest plant.
    pub access_point: Named,
    /// Its distance, metres, straight.
    pub distance_m: f64,
    /// Access solution it was tried for.
    pub technology: Option<Technology>,
    /// What stands in the way.
    pub block: Block,
}

/// A shared risk of two legs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shared {
    /// What both legs rest on.
    pub resource: Named,
    /// What kind of thing it is.
    pub kind: SharedKind,
}

/// What kind of thing two legs share.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedKind {
    /// A manhole, entry, cabinet, room.
    Place(PlaceKind),
    /// A duct, pole line or other span.
    Span(SpanKind),
    /// A cable whose route is not recorded.
    Cable,
    /// The last free port or branch.
    Equipment,
    /// The last free cores of a cable.
    Cores,
    /// The last free bore or attachment of a span.
    Bore,
}

/// The answer about protection (DESIGN §1.3): only `Impossible` says that no disjoint pair exists.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Protection {
    /// Two ways that share nothing at the Route layer.
    Disjoint {
        /// Equipment on which both legs end, where it is one.
        common_end: Option<Named>,
        /// Cables of either leg whose route is not recorded: the verdict says nothing about where they lie.
        unrecorded: Vec<Named>,
        /// Working leg.
        working: Box<Alternative>,
        /// Protection leg.
        protection: Box<Alternative>,
        /// Whether no cheaper pair exists.
        optimal: bool,
        /// How much cheaper a pair could at most be, CNY.
        gap_cny: i64,
    },
    /// Proven that none exists.
    Impossible {
        /// The single thing every way rests on, where there is one.
        single: Option<Shared>,
        /// Whether not even one way exists.
        no_route: bool,
        /// The pair that shares least.
        least_shared: Option<Box<LeastShared>>,
    },
    /// Two ways exist, but light does not reach over one of them.
    Dark,
    /// The search bound was reached first, or plant near the customer was left out of the search.
    Undecided {
        /// The pair found that shares least.
        least_shared: Option<Box<LeastShared>>,
    },
}

/// Two ways that share something.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LeastShared {
    /// Working leg.
    pub working: Alternative,
    /// Protection leg.
    pub protection: Alternative,
    /// What both rest on.
    pub shared: Vec<Shared>,
    /// Whether no pair shares less.
    pub optimal: bool,
}

/// Something the reader must know beside the figures.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// The map says nothing about cores: they are to be checked on site.
    CoresUnknown,
    /// The map records no equipment: which stands at the end of the way is to be checked.
    EquipmentUnknown,
    /// Plant is still under construction although its announced day is past.
    Overdue {
        /// The plant.
        plant: Named,
        /// The announced day.
        available_from: NaiveDate,
    },
    /// The far end is reached in glass all the way; ways over transport equipment are not searched.
    GlassAllTheWay,
    /// The search bound was reached; better ways may exist.
    SearchBound,
    /// What is proven is proven for what the policy considers: at either end so many of the nearest streets, and of the
    /// cables in them.
    NearestOnly {
        /// Streets.
        street_spans: usize,
        /// Cables.
        passing_cables: usize,
    },
    /// The nearest plant is this far away.
    NearestPlant {
        /// What it is.
        place: Named,
        /// Distance, metres.
        distance_m: f64,
    },
}

/// The answer of a survey.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Survey {
    /// Version of the network it was planned on.
    pub base: Version,
    /// Versions of the catalogue used.
    pub catalog: CatalogVersions,
    /// The customer's end.
    pub customer: Located,
    /// The far end.
    pub far: Option<Located>,
    /// Product code.
    pub product: String,
    /// Product name, Chinese and English.
    pub product_name: [String; 2],
    /// Bandwidth.
    pub bandwidth: Bandwidth,
    /// The best alternative's verdict, or infeasible.
    pub verdict: Verdict,
    /// Ranked ways to connect.
    pub alternatives: Vec<Alternative>,
    /// The answer about protection, if asked.
    pub protection: Option<Protection>,
    /// Candidates that cannot serve, nearest first.
    pub rejected: Vec<Rejected>,
    /// What else to know.
    pub notes: Vec<Note>,
}

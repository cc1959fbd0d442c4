//! The limits, factors and periods a carrier sets for itself.

use serde::{Deserialize, Serialize};

use crate::table::{CatalogError, CatalogFile, Range, at_least_one, finite, inconsistent, non_negative};

/// A carrier's rules of thumb, each group for one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Version every plan quotes.
    pub version: String,
    /// How lengths are reckoned and how far a drop may go.
    pub distance: Distance,
    /// How widely a survey looks.
    pub candidates: Candidates,
    /// When unfinished holds end.
    pub reservation: ReservationExpiry,
    /// How long works take.
    pub lead_time: LeadTime,
    /// What a PON may look like.
    pub pon: PonPractice,
    /// When use becomes a warning.
    pub load: Load,
    /// How accurate records have to be.
    pub accuracy: Accuracy,
    /// When spans count as one trench.
    pub shared_trench: SharedTrench,
    /// How large an MS-SPRing may be.
    pub ring: RingLimit,
    /// One-way delay by part.
    pub delay: Delay,
}

/// Distances (DOMAIN §4.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distance {
    /// Longest drop cable 引入缆 outdoors.
    #[serde(deserialize_with = "non_negative")]
    pub drop_aerial_max_m: f64,
    /// Longest drop cable inside a building.
    #[serde(deserialize_with = "non_negative")]
    pub drop_indoor_max_m: f64,
    /// Straight line × this, for pre-screening only.
    #[serde(deserialize_with = "at_least_one")]
    pub prescreen_factor: f64,
    /// Length along duct or poles × this is cable length before slack.
    #[serde(deserialize_with = "at_least_one")]
    pub route_factor: f64,
    /// Slack 预留 left at a closure.
    #[serde(deserialize_with = "non_negative")]
    pub slack_per_closure_m: f64,
    /// Slack left in a room.
    #[serde(deserialize_with = "non_negative")]
    pub slack_per_room_m: f64,
    /// By how much fibre is longer than its sheath.
    #[serde(deserialize_with = "non_negative")]
    pub otdr_surplus_percent: f64,
    /// Section length over straight distance beyond which rule 17 of DOMAIN §10 speaks.
    #[serde(deserialize_with = "at_least_one")]
    pub section_ratio_max: f64,
}

impl Distance {
    /// Cable length for a route of `route_m` metres, slack included.
    #[must_use]
    pub fn cable_m(&self, route_m: f64, closures: u32, rooms: u32) -> f64 {
        route_m * self.route_factor
            + f64::from(closures) * self.slack_per_closure_m
            + f64::from(rooms) * self.slack_per_room_m
    }

    /// Fibre length, as an OTDR sees it, of a sheath of `sheath_m` metres.
    #[must_use]
    pub fn fibre_m(&self, sheath_m: f64) -> f64 {
        sheath_m * (1.0 + self.otdr_surplus_percent / 100.0)
    }
}

/// Breadth of a survey (DOMAIN §4.2 step 3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidates {
    /// Access points weighed.
    pub access_points: usize,
    /// Nearest streets that a drop may join at either end.
    pub street_spans: usize,
    /// Cables passing there that may be opened at either end.
    pub passing_cables: usize,
    /// No access point is looked for beyond this straight distance.
    #[serde(deserialize_with = "non_negative")]
    pub search_radius_m: f64,
    /// Alternatives offered when the request names no number.
    pub alternatives: usize,
    /// No cable is built to a customer over more than this length.
    #[serde(deserialize_with = "non_negative")]
    pub build_max_m: f64,
    /// Opening a cable where no joint is (掏接) is preferred to other works only if cheaper by this, whole CNY.
    pub tap_premium_cny: i64,
    /// Plant whose occupancy is not proven is preferred only if cheaper by this per strand, whole CNY.
    pub unproven_premium_cny: i64,
    /// Plant not yet in service is preferred only if cheaper by this per strand or span, whole CNY.
    pub waiting_premium_cny: i64,
    /// A port faster than needed is taken only if the way is cheaper by this per step of rate, whole CNY.
    pub faster_port_premium_cny: i64,
}

/// Expiry of holds (DOMAIN §6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReservationExpiry {
    /// 预选, in minutes.
    pub preselect_minutes: u32,
    /// 预占 by a survey, in calendar days.
    pub survey_days: u32,
}

/// Periods in working days 工作日.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadTime {
    /// Placing jumpers.
    pub jumper_working_days: u32,
    /// Pulling a drop cable.
    pub drop_cable_working_days: u32,
    /// Building cable, whatever its length.
    pub cable_base_working_days: u32,
    /// Building cable, for each kilometre begun.
    pub cable_working_days_per_km: u32,
    /// Pole line, for each kilometre begun.
    pub pole_line_working_days_per_km: u32,
    /// Duct, for each kilometre begun.
    pub duct_working_days_per_km: u32,
    /// Placing a splitter.
    pub splitter_working_days: u32,
    /// Procuring and placing a board.
    pub board_working_days: u32,
    /// Procure an optical module 光模块.
    pub module_working_days: u32,
    /// Procure and install a regenerator 中继器.
    pub regenerator_working_days: u32,
    /// Procuring and placing customer equipment.
    pub cpe_working_days: u32,
    /// A permit, where the span or building names no days.
    pub permit_working_days: u32,
}

impl LeadTime {
    /// Working days to build `length_m` metres of cable; 0 for none.
    #[must_use]
    pub fn cable_working_days(&self, length_m: f64) -> u32 {
        match kilometres_begun(length_m) {
            0 => 0,
            km => self.cable_base_working_days.saturating_add(self.cable_working_days_per_km.saturating_mul(km)),
        }
    }

    /// Working days to build `length_m` metres of pole line; 0 for none.
    #[must_use]
    pub fn pole_line_working_days(&self, length_m: f64) -> u32 {
        self.pole_line_working_days_per_km.saturating_mul(kilometres_begun(length_m))
    }

    /// Working days to build `length_m` metres of duct; 0 for none.
    #[must_use]
    pub fn duct_working_days(&self, length_m: f64) -> u32 {
        self.duct_working_days_per_km.saturating_mul(kilometres_begun(length_m))
    }
}

fn kilometres_begun(length_m: f64) -> u32 {
    // The cast saturates; NaN becomes 0.
    (length_m / 1000.0).ceil() as u32
}

/// PON practice and acceptance (DOMAIN §3.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PonPractice {
    /// Received power at the ONU that passes acceptance.
    pub onu_acceptance_dbm: Range,
    /// Received power below which the ONU does not work.
    #[serde(deserialize_with = "finite")]
    pub onu_limit_dbm: f64,
    /// Most branches of a tree in all.
    pub split_max: u32,
    /// Most splitters one behind another.
    pub stages_max: u32,
    /// Ratio of the splitter placed where a box has fibre but no free branch.
    pub new_splitter_ratio: u16,
}

/// Load of cores and ports (DOMAIN §6.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Warn from this share of use.
    pub warn_percent: u32,
}

/// Accuracy 准确率: attributes that agree with the field among those looked at, per cent (DOMAIN §6.4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accuracy {
    /// Ducts, pole lines, cables and what they end at.
    #[serde(deserialize_with = "non_negative")]
    pub line_percent: f64,
    /// Ports and cores.
    #[serde(deserialize_with = "non_negative")]
    pub slot_percent: f64,
    /// Circuits and routes.
    #[serde(deserialize_with = "non_negative")]
    pub circuit_percent: f64,
}

/// Shared trench 同沟 (DOMAIN §2.9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedTrench {
    /// Spans within this distance of each other …
    #[serde(deserialize_with = "non_negative")]
    pub gap_m: f64,
    /// … for more than this length share a trench.
    #[serde(deserialize_with = "non_negative")]
    pub run_m: f64,
}

/// MS-SPRing limits 复用段环 (DOMAIN §2.7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingLimit {
    /// Most nodes.
    pub nodes_max: u32,
    /// Longest circumference.
    #[serde(deserialize_with = "non_negative")]
    pub length_max_km: f64,
}

/// One-way delay (DOMAIN §2.8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// Fibre.
    #[serde(deserialize_with = "non_negative")]
    pub fibre_us_per_km: f64,
    /// A network element passing VC-4s.
    #[serde(deserialize_with = "non_negative")]
    pub high_order_ne_us: f64,
    /// A network element switching VC-12 or VC-3.
    #[serde(deserialize_with = "non_negative")]
    pub low_order_ne_us: f64,
    /// A PON, least and most.
    pub pon_us: Range,
}

impl Policy {
    pub(crate) fn check(&self) -> Result<(), CatalogError> {
        let rules = [
            (
                self.pon.onu_limit_dbm <= self.pon.onu_acceptance_dbm.low,
                "pon.onu_limit_dbm",
                "lies above the acceptance window; it is the hard limit below it",
            ),
            (self.load.warn_percent <= 100, "load.warn_percent", "is a share of 100; give 0 to 100"),
            (self.accuracy.line_percent <= 100.0, "accuracy.line_percent", "is a share of 100; give 0 to 100"),
            (self.accuracy.slot_percent <= 100.0, "accuracy.slot_percent", "is a share of 100; give 0 to 100"),
            (self.accuracy.circuit_percent <= 100.0, "accuracy.circuit_percent", "is a share of 100; give 0 to 100"),
            (self.pon.split_max >= 1, "pon.split_max", "must be at least 1"),
            (self.candidates.access_points >= 1, "candidates.access_points", "must be at least 1"),
            (self.candidates.street_spans >= 1, "candidates.street_spans", "must be at least 1"),
            (self.candidates.alternatives >= 1, "candidates.alternatives", "must be at least 1"),
            (self.candidates.build_max_m > 0.0, "candidates.build_max_m", "must be positive"),
            (self.candidates.tap_premium_cny >= 0, "candidates.tap_premium_cny", "must not be negative"),
            (self.candidates.unproven_premium_cny >= 0, "candidates.unproven_premium_cny", "must not be negative"),
            (
                self.candidates.faster_port_premium_cny >= 0,
                "candidates.faster_port_premium_cny",
                "must not be negative",
            ),
            (self.candidates.waiting_premium_cny >= 0, "candidates.waiting_premium_cny", "must not be negative"),
            (self.candidates.search_radius_m > 0.0, "candidates.search_radius_m", "must be positive"),
        ];
        match rules.into_iter().find(|(holds, _, _)| !holds) {
            None => Ok(()),
            Some((_, key, problem)) => Err(inconsistent(CatalogFile::Policy, key, problem)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalog;

    #[test]
    fn lengths_and_periods() {
        let catalog = Catalog::builtin();
        let distance = &catalog.policy().distance;
        assert!((distance.cable_m(1000.0, 2, 1) - (1070.0 + 24.0 + 18.0)).abs() < 1e-9);
        assert!((distance.fibre_m(1000.0) - 1010.0).abs() < 1e-9);
        let lead = &catalog.policy().lead_time;
        for (length_m, days) in [(0.0, 0), (-3.0, 0), (f64::NAN, 0), (1.0, 7), (1000.0, 7), (1000.1, 9), (12_000.0, 29)]
        {
            assert_eq!(lead.cable_working_days(length_m), days, "for {length_m} m");
        }
        assert_eq!((lead.pole_line_working_days(1500.0), lead.duct_working_days(1500.0)), (10, 40));
    }
}

//! Traces: what an element rides on, down to the duct, and what it carries, up to the customers 承载关系.

mod bounds;
mod down;
mod find;
mod step;
mod up;

use std::collections::BTreeSet;

use linewright_model::{
    AnyId, CableId, Carrier, DeviceKind, Grade, Layer, LegRole, Network, Phrase, PlaceKind, Port, SlotState, SpanKind,
    Stage, Version,
};
use linewright_search::Topology;
use serde::Serialize;

use crate::colour::CorePosition;
use crate::report::Named;
use down::Down;
use step::{slot_step, step};
use up::Up;

pub use find::{Candidate, find};

/// An element of the network to be traced.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// A record as a whole.
    Record(AnyId),
    /// One core of a cable section, with its strand 局向光纤.
    Core {
        /// The section.
        cable: CableId,
        /// The core, from 1.
        core: u32,
    },
    /// One port or terminal of a device.
    Port(Port),
}

/// Why an element cannot be traced.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TraceError {
    /// Nothing has this code or name.
    #[error("nothing in the network has the code or name {asked:?}{}", find::did_you_mean(.similar))]
    NotFound {
        /// As asked, shortened.
        asked: String,
        /// Codes that look alike.
        similar: Vec<String>,
    },
    /// Several elements have it.
    #[error("{asked:?} names several elements; write one of: {}", find::listed(.candidates, *.more))]
    Ambiguous {
        /// As asked, shortened.
        asked: String,
        /// What to write instead.
        candidates: Vec<Candidate>,
        /// How many more there are.
        more: usize,
    },
    /// The cable has no such core.
    #[error("cable {cable} has no core {core}; {}", find::slots_known("cores", *.cores))]
    NoSuchCore {
        /// Code of the cable.
        cable: String,
        /// The core asked for.
        core: u32,
        /// How many it has, where recorded.
        cores: Option<u32>,
    },
    /// The device has no such port.
    #[error("device {device} has no port {port}; {}", find::slots_known("ports", Some(*.last)))]
    NoSuchPort {
        /// Code of the device.
        device: String,
        /// The port asked for.
        port: u32,
        /// Its last port.
        last: u32,
    },
}

impl TraceError {
    /// The same in both languages.
    pub fn phrase(&self) -> Phrase {
        Phrase::new(self.to_string(), self.zh())
    }

    fn zh(&self) -> String {
        let numbered = |what: &str, last: u32| match last {
            0 => format!("没有{what}"),
            last => format!("{what}编号为 1 至 {last}"),
        };
        match self {
            TraceError::NotFound { asked, similar } if similar.is_empty() => {
                format!("网络中没有编码或名称为“{asked}”的对象")
            }
            TraceError::NotFound { asked, similar } => {
                format!("网络中没有编码或名称为“{asked}”的对象；是否指 {}？", similar.join("、"))
            }
            TraceError::Ambiguous { asked, candidates, more } => {
                let named = |c: &Candidate| match &*c.name {
                    "" => c.write.clone(),
                    name => format!("{}（{name}）", c.write),
                };
                let named: Vec<String> = candidates.iter().map(named).collect();
                let more = if *more > 0 { format!("，另有 {more} 个") } else { String::new() };
                format!("“{asked}”对应多个对象；请填写其中之一：{}{more}", named.join("、"))
            }
            TraceError::NoSuchCore { cable, core, cores: None } => {
                format!("光缆段 {cable} 没有纤芯 {core}：未记录其芯数；请追踪整条光缆段")
            }
            TraceError::NoSuchCore { cable, core, cores: Some(cores) } => {
                format!("光缆段 {cable} 没有纤芯 {core}；{}", numbered("纤芯", *cores))
            }
            TraceError::NoSuchPort { device, port, last } => {
                format!("设备 {device} 没有端口 {port}；{}", numbered("端口", *last))
            }
        }
    }
}

/// What kind of thing a step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Of place.
    Place(PlaceKind),
    /// Of span.
    Span(SpanKind),
    /// Of device.
    Device(DeviceKind),
    /// Layer of a trail or link.
    Layer(Layer),
}

/// One slot of a step that is concerned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StepSlot {
    /// Core, port or slot number.
    pub number: u32,
    /// Its state.
    pub state: SlotState,
    /// Tube and colour, for cores of cables that record them.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub position: Option<CorePosition>,
}

/// A record on the way, with what there is to say about it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Step {
    /// The record.
    #[serde(flatten)]
    pub record: Named,
    /// What kind of thing it is, for tables that have kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<StepKind>,
    /// Slots concerned: of the step below what it carries, of the carrier above what rides on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<StepSlot>,
    /// Role of the leg it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<LegRole>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Named>,
    /// Its two ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<[Named; 2]>,
    /// Length, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_m: Option<f64>,
    /// Bore 管孔 the cable lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bore: Option<u16>,
    /// Trench 同沟; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub trench: String,
    /// Stage of its life, when it is not in service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Customer served; empty when unknown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub customer: String,
    /// Service grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
}

/// A step with what follows from it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Branch {
    /// The step.
    #[serde(flatten)]
    pub step: Step,
    /// Whether what follows stands elsewhere in the same tree, or is cut by the bounds of a trace.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// What follows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Branch>,
}

/// What an element rides on and what it carries.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Trace {
    /// Version of the network.
    pub base: Version,
    /// The element.
    pub subject: Step,
    /// Downwards: from what it holds to the ground.
    pub rides_on: Vec<Branch>,
    /// Upwards: everything that fails with it.
    pub carries: Vec<Branch>,
    /// What it carries, counted.
    pub affected: Affected,
    /// Whether the element carries more than a trace shows.
    pub truncated: bool,
}

/// Everything above an element, each thing once.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Affected {
    /// Cable sections.
    pub cables: usize,
    /// Trails: optical routes and services.
    pub trails: usize,
    /// Of these trails, those that serve the carrier itself 自有 and no customer.
    pub own_trails: usize,
    /// Links.
    pub links: usize,
    /// Customers by name.
    pub customers: BTreeSet<String>,
    /// How many they are, also where their names are not told.
    pub customer_count: usize,
}

/// Traces an element. Pure; at most a few ten thousand steps, however much the element carries.
pub fn trace(network: &Network, topology: &Topology, subject: Subject) -> Result<Trace, TraceError> {
    find::check_slot(network, subject)?;
    let mut down = Down::new(network, topology);
    let rides_on = down.subject(subject);
    let mut up = Up::new(network);
    let carries = up.subject(subject);
    let truncated = down.truncated() || up.truncated();
    let subject = match subject {
        Subject::Record(id) => step(network, id),
        Subject::Core { cable, core } => slot_step(network, Carrier::Cable(cable), &[core]),
        Subject::Port(port) => slot_step(network, Carrier::Device(port.device), &[port.port]),
    };
    Ok(Trace { base: network.version(), subject, rides_on, carries, affected: up.affected(), truncated })
}

#[cfg(test)]
mod tests;

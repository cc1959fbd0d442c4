//! Finds the element that a text names: by code, `table:code`, `cable/core`, `device:port`, `dataset/code` or name.

use linewright_model::{
    AddressId, AnyId, Cable, CableId, DatasetId, Device, DeviceId, Id, JumperId, LinkId, Network, PlaceId, Port,
    SlotMarkId, SpanId, SpliceId, TableKind, Tag, TrailId,
};
use serde::Serialize;

use super::{Subject, TraceError};

/// How many candidates and suggestions are named.
const SHOWN: usize = 8;

/// One of several elements that a text may mean.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Candidate {
    /// What to write to mean this one.
    pub write: String,
    /// Its name; empty when it has none.
    pub name: String,
}

pub(super) fn did_you_mean(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!("; did you mean {}?", similar.join(", ")) }
}

pub(super) fn listed(candidates: &[Candidate], more: usize) -> String {
    let named = |c: &Candidate| if c.name.is_empty() { c.write.clone() } else { format!("{} ({})", c.write, c.name) };
    let mut text = candidates.iter().map(named).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

pub(super) fn slots_known(what: &str, last: Option<u32>) -> String {
    match last {
        None => format!("the map does not say how many {what} it has; trace the cable as a whole"),
        Some(0) => format!("it has no {what}"),
        Some(last) => format!("its {what} are numbered 1 to {last}"),
    }
}

macro_rules! for_ids {
    ($callback:ident) => {
        $callback!(
            PlaceId, SpanId, CableId, DeviceId, SpliceId, JumperId, TrailId, LinkId, SlotMarkId, AddressId, DatasetId
        )
    };
}

/// The element that a text names.
///
/// # Errors
/// When it names none, with what looks alike, or several, with what to write instead.
pub fn find(network: &Network, asked: &str) -> Result<Subject, TraceError> {
    let text = asked.trim();
    let ways: [&dyn Fn() -> Vec<Subject>; 5] = [
        &|| records(by_code(network, None, text)),
        &|| records(in_table(network, text)),
        &|| cores(network, text),
        &|| ports(network, text),
        &|| records(by_name(network, text)),
    ];
    let found = ways.iter().map(|way| way()).find(|found| !found.is_empty()).unwrap_or_default();
    let found = without_doubles(network, found);
    let shown = || text.chars().take(60).collect::<String>();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(TraceError::NotFound { asked: shown(), similar: similar(network, text) }),
        several => {
            let candidates = several.iter().take(SHOWN).map(|subject| candidate(network, *subject)).collect();
            let more = several.len().saturating_sub(SHOWN);
            Err(TraceError::Ambiguous { asked: shown(), candidates, more })
        }
    }
}

fn records(ids: Vec<AnyId>) -> Vec<Subject> {
    ids.into_iter().map(Subject::Record).collect()
}

/// Records by exact code, or by `dataset/code`; of one table or of all.
fn by_code(network: &Network, table: Option<TableKind>, text: &str) -> Vec<AnyId> {
    let mut datasets = vec![None];
    datasets.extend(network.all::<linewright_model::Dataset>().map(|(id, _)| Some(id)));
    let found = with_code(network, table, &datasets, text);
    let Some((dataset, code)) = text.split_once('/').filter(|_| found.is_empty()) else { return found };
    if dataset.is_empty() {
        return with_code(network, table, &[None], code);
    }
    let dataset = network.by_code::<DatasetId>(None, dataset);
    dataset.map_or_else(Vec::new, |dataset| with_code(network, table, &[Some(dataset)], code))
}

fn with_code(network: &Network, table: Option<TableKind>, datasets: &[Option<DatasetId>], code: &str) -> Vec<AnyId> {
    let mut found: Vec<AnyId> = Vec::new();
    macro_rules! look {
        ($($id:ident),*) => { $(
            if table.is_none_or(|table| table == $id::TABLE) {
                let ids = datasets.iter().filter_map(|dataset| network.by_code::<$id>(*dataset, code));
                found.extend(ids.map(Id::any));
            }
        )* };
    }
    for_ids!(look);
    found
}

fn in_table(network: &Network, text: &str) -> Vec<AnyId> {
    let Some((table, code)) = text.split_once(':') else { return Vec::new() };
    let table = TableKind::ALL.iter().find(|known| known.name() == table);
    table.map_or_else(Vec::new, |table| by_code(network, Some(*table), code))
}

fn of_table<I: Id>(network: &Network, text: &str) -> Vec<I> {
    let code = text.strip_prefix(I::TABLE.name()).and_then(|rest| rest.strip_prefix(':')).unwrap_or(text);
    by_code(network, Some(I::TABLE), code).into_iter().filter_map(|id| id.typed()).collect()
}

fn cores(network: &Network, text: &str) -> Vec<Subject> {
    let Some((cable, core)) = text.rsplit_once('/') else { return Vec::new() };
    let Ok(core) = core.parse::<u32>() else { return Vec::new() };
    of_table::<CableId>(network, cable).into_iter().map(|cable| Subject::Core { cable, core }).collect()
}

fn ports(network: &Network, text: &str) -> Vec<Subject> {
    let Some((device, port)) = text.rsplit_once(':') else { return Vec::new() };
    let Ok(port) = port.parse::<u32>() else { return Vec::new() };
    of_table::<DeviceId>(network, device).into_iter().map(|device| Subject::Port(Port { device, port })).collect()
}

/// Calls `see` with every record's identity until it answers false.
fn each_tag<'a>(network: &'a Network, see: &mut dyn FnMut(AnyId, &'a Tag)) {
    macro_rules! look {
        ($($id:ident),*) => { $(
            for (id, record) in network.all::<<$id as Id>::Record>() {
                see(id.any(), &record.tag);
            }
        )* };
    }
    for_ids!(look);
}

fn by_name(network: &Network, text: &str) -> Vec<AnyId> {
    let wanted = text.to_lowercase();
    let mut found = Vec::new();
    each_tag(network, &mut |id, tag| {
        if !tag.name.is_empty() && tag.name.to_lowercase() == wanted {
            found.push(id);
        }
    });
    found
}

/// An optical route and the link it supports often have one code, and so have a line of a plain map and the span
/// made for it: the route and the cable are meant, which show the other.
fn without_doubles(network: &Network, found: Vec<Subject>) -> Vec<Subject> {
    let is_double = |subject: &Subject| {
        let Subject::Record(id) = subject else { return false };
        let route = id.typed::<LinkId>().and_then(|id| network.get(id)).map(|link| link.trail.any());
        let mut cables = id.typed::<SpanId>().into_iter().flat_map(|span| network.referring::<CableId>(span));
        route.is_some_and(|route| found.contains(&Subject::Record(route)))
            || cables.any(|cable| found.contains(&Subject::Record(cable.any())))
    };
    found.iter().filter(|subject| !is_double(subject)).copied().collect()
}

fn candidate(network: &Network, subject: Subject) -> Candidate {
    let (id, suffix) = match subject {
        Subject::Record(id) => (id, String::new()),
        Subject::Core { cable, core } => (cable.any(), format!("/{core}")),
        Subject::Port(port) => (port.device.any(), format!(":{}", port.port)),
    };
    let Some(tag) = network.tag(id) else { return Candidate { write: id.to_string(), name: String::new() } };
    let alike = with_code(network, Some(id.table), &[None], &tag.code).len();
    let dataset = match tag.dataset.and_then(|dataset| network.get(dataset)) {
        Some(dataset) => format!("{}/", dataset.tag.code),
        None if alike > 0 && network.count::<linewright_model::Dataset>() > 0 => "/".to_owned(),
        None => String::new(),
    };
    Candidate { write: format!("{}:{dataset}{}{suffix}", id.table, tag.code), name: tag.name.to_string() }
}

/// Codes and names that contain the text, else those that begin like it.
fn similar(network: &Network, text: &str) -> Vec<String> {
    let wanted = text.to_lowercase();
    let asked: Vec<char> = wanted.chars().take(80).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let mut containing = Vec::new();
    let mut beginning: Vec<(usize, String)> = Vec::new();
    each_tag(network, &mut |_, tag| {
        if containing.len() >= SHOWN {
            return;
        }
        let (code, name) = (tag.code.to_lowercase(), tag.name.to_lowercase());
        if code.contains(&wanted) || name.contains(&wanted) {
            containing.push(tag.code.to_string());
            return;
        }
        let same = |text: &str| text.chars().zip(&asked).take_while(|(a, b)| a == *b).count();
        let score = same(&code).max(same(&name));
        let least = beginning.last().map_or(0, |(score, _)| *score);
        if score * 2 > asked.len() && (beginning.len() < SHOWN || score > least) {
            let at = beginning.partition_point(|(other, _)| *other >= score);
            beginning.insert(at, (score, tag.code.to_string()));
            beginning.truncate(SHOWN);
        }
    });
    let mut found =
        if containing.is_empty() { beginning.into_iter().map(|(_, code)| code).collect() } else { containing };
    found.dedup();
    found
}

/// Refuses a core or port that does not exist.
pub(super) fn check_slot(network: &Network, subject: Subject) -> Result<(), TraceError> {
    let code = |id: AnyId| network.tag(id).map_or_else(|| id.to_string(), |tag| tag.code.to_string());
    match subject {
        Subject::Record(_) => Ok(()),
        Subject::Core { cable, core } => {
            let cores = network.get(cable).and_then(|cable: &std::sync::Arc<Cable>| cable.cores);
            if core > 0 && cores.is_some_and(|cores| core <= cores) {
                return Ok(());
            }
            Err(TraceError::NoSuchCore { cable: code(cable.any()), core, cores })
        }
        Subject::Port(Port { device, port }) => {
            let record: Option<&std::sync::Arc<Device>> = network.get(device);
            if record.is_some_and(|device| device.block_of(port).is_some()) {
                return Ok(());
            }
            let blocks = record.into_iter().flat_map(|device| &device.blocks);
            let last = blocks.map(|block| block.ports().end.saturating_sub(1)).max().unwrap_or(0);
            Err(TraceError::NoSuchPort { device: code(device.any()), port, last })
        }
    }
}

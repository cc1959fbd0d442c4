//! One tile: what lies in it, as layers with the properties a map needs.

use linewright_model::{Carrier, DeviceId, Network, PlaceId, PlaceKind, Stage, Tag};
use linewright_search::{course_of, site};
use linewright_service::Snapshot;
use serde::Serialize;

use super::index::{Drawn, Index, cable_courses};
use super::line::{Frame, OnMap, on_map};
use super::mvt::{Layer, Value};
use crate::scope::Scope;
use crate::slots::{core_counts, port_counts};

/// No tile is larger than this, bytes: what is least important is left out.
const MOST_BYTES: usize = 500_000;

/// Draws a tile; empty where nothing lies.
pub(super) fn draw(snapshot: &Snapshot, index: &Index, scope: &Scope, zoom: u8, frame: Frame) -> Vec<u8> {
    drawn(snapshot, index, scope, zoom, frame, MOST_BYTES)
}

fn drawn(snapshot: &Snapshot, index: &Index, scope: &Scope, zoom: u8, frame: Frame, most: usize) -> Vec<u8> {
    let network = &snapshot.network;
    let mut layers = ["span", "cable", "place", "premise"].map(Layer::new);
    for drawn in index.seen(zoom, frame.bounds()) {
        let before = layers.each_ref().map(Layer::mark);
        let [spans, cables, places, premises] = &mut layers;
        let line = |course: &[OnMap]| frame.lines(course);
        match drawn {
            Drawn::Span(id) => {
                let Some(span) = network.get(id).filter(|_| scope.sees(network, id.into())) else { continue };
                let course: Vec<OnMap> = course_of(network, span).into_iter().map(on_map).collect();
                let mut said = said(&span.tag, word(&span.kind), span.plant.stage);
                said.push(("cables", Value::Number(taken(network, Carrier::Span(id)))));
                said.extend(span.capacity.map(|bores| ("capacity", Value::Number(bores.into()))));
                spans.lines(raw(id), &line(&course), said);
            }
            Drawn::Cable(id) => {
                let Some(cable) = network.get(id).filter(|_| scope.sees(network, id.into())) else { continue };
                let lines: Vec<_> = cable_courses(network, cable).iter().flat_map(|course| line(course)).collect();
                let mut said = said(&cable.tag, "cable".to_owned(), cable.plant.stage);
                let counts = core_counts(network, id, cable);
                said.extend(counts.total.map(|cores| ("cores", Value::Number(cores.into()))));
                said.extend(counts.free.map(|free| ("free", Value::Number(free.into()))));
                cables.lines(raw(id), &lines, said);
            }
            Drawn::Place(id) => place(network, scope, id, places, frame),
            Drawn::Premises(id) => place(network, scope, id, premises, frame),
            Drawn::Address(id) => {
                let Some(address) = network.get(id).filter(|_| scope.sees(network, id.into())) else { continue };
                let Some(at) = address.position else { continue };
                let mut said = said(&address.tag, "address".to_owned(), Stage::InService);
                said.retain(|(key, _)| *key != "name");
                said.push(("name", Value::Text(address.text.to_string())));
                premises.point(raw(id), frame.point(on_map(at)), said);
            }
        }
        if layers.iter().map(Layer::size).sum::<usize>() > most {
            tracing::debug!(zoom, "a tile is full");
            layers.iter_mut().zip(before).for_each(|(layer, before)| layer.undo(before));
            break;
        }
    }
    let mut tile = Vec::new();
    layers.into_iter().for_each(|layer| layer.end(&mut tile));
    tile
}

fn place(network: &Network, scope: &Scope, id: PlaceId, layer: &mut Layer, frame: Frame) {
    let Some(place) = network.get(id).filter(|_| scope.sees(network, id.into())) else { return };
    let Some(at) = site(network, id) else { return };
    let mut said = said(&place.tag, place_word(place.kind), place.plant.stage);
    let devices = network.referring::<DeviceId>(id).filter_map(|id| Some((id, network.get(id)?)));
    let ports: Vec<_> = devices.map(|(id, device)| port_counts(network, id, device)).collect();
    if !ports.is_empty() {
        said.push(("ports", Value::Number(ports.iter().map(|counts| u64::from(counts.total)).sum())));
        said.push(("free", Value::Number(ports.iter().map(|counts| u64::from(counts.free)).sum())));
    }
    layer.point(raw(id), frame.point(on_map(at)), said);
}

fn said(tag: &Tag, kind: String, stage: Stage) -> Vec<(&'static str, Value)> {
    let mut said = vec![("code", Value::Text(tag.code.to_string())), ("kind", Value::Text(kind))];
    if !tag.name.is_empty() {
        said.push(("name", Value::Text(tag.name.to_string())));
    }
    said.push(("state", Value::Text(word(&stage))));
    said
}

/// A kind of place in one word: sites by their class.
pub(crate) fn place_word(kind: PlaceKind) -> String {
    match kind {
        PlaceKind::Site(class) => format!("site_{}", word(&class)),
        other => word(&other),
    }
}

/// The word by which an enumeration is written in JSON.
pub(crate) fn word(of: &impl Serialize) -> String {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn taken(network: &Network, carrier: Carrier) -> u64 {
    network.taken(carrier).map_or(0, |taken| taken.amount())
}

fn raw(id: impl linewright_model::Id) -> u64 {
    id.raw().into()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use linewright_model::{ChangeSet, Network, Origin, Place, PlaceKind, Position, SiteClass};
    use linewright_search::trench::Limits;

    use super::*;

    #[test]
    fn a_full_tile_is_no_larger_than_it_may_be_and_holds_what_matters_most() {
        let mut set = ChangeSet::new(Origin::Recording);
        for n in 0..200 {
            let kind = if n % 10 == 0 { PlaceKind::Site(SiteClass::Core) } else { PlaceKind::Manhole };
            set.create(Place::new(format!("P{n}"), kind, Position::new(120.0 + f64::from(n) * 1e-5, 32.0).ok()));
        }
        let mut network = Network::new();
        network.apply(&set).unwrap();
        let index = Index::build(&network);
        let snapshot = Snapshot::build(network, Limits { gap_m: 1.0, run_m: 1.0 }, DateTime::UNIX_EPOCH);
        let [x, y] = on_map(Position::new(120.001, 32.0).unwrap()).map(|axis| (axis * 16384.0) as u32);
        let frame = Frame::of(14, x, y).unwrap();
        let tile = |most| drawn(&snapshot, &index, &Scope::of(None), 14, frame, most);
        let whole = tile(MOST_BYTES);
        assert!(whole.len() > 5_000, "{}", whole.len());
        for most in [0, 100, 1_000, 1_001, whole.len() - 1, whole.len()] {
            let cut = tile(most);
            assert!(cut.len() <= most, "{} of {most}", cut.len());
            // The next one would not have fitted.
            assert!(cut.len() + 60 > most || most == 0, "{} of {most}", cut.len());
            let holds = |code: &str| cut.windows(code.len()).any(|part| part == code.as_bytes());
            assert!(most < 1_000 || holds("P190") && holds("site_core"), "{most}");
        }
        assert_eq!(tile(whole.len()), whole);
    }
}

//! Finds the ends of a line on the map.

use linewright_model::{Address, AddressId, AnyId, Network, Place, PlaceId, Position};
use linewright_search::access::End;

use crate::report::{Located, Named};
use crate::request::{SurveyError, Where};

/// An end found, with what the search needs of it.
pub(crate) struct Found {
    pub(crate) located: Located,
    pub(crate) end: End,
    pub(crate) covered_by: Vec<PlaceId>,
}

/// How many names are offered when one is not found or not unique.
const SUGGESTIONS: usize = 8;

pub(crate) fn named(network: &Network, id: impl Into<AnyId>) -> Named {
    let id = id.into();
    let tag = network.tag(id);
    let (code, name) = tag.map(|tag| (tag.code.clone(), tag.name.clone())).unwrap_or_default();
    Named { id, code, name }
}

/// The end that a request names.
pub(crate) fn locate(network: &Network, at: &Where) -> Result<Found, SurveyError> {
    match at {
        Where::At { x, y, crs } => {
            let wgs84 = crs.to_wgs84(*x, *y)?;
            // `to_wgs84` yields positions of the world only.
            let position = Position::new(wgs84.lon_deg, wgs84.lat_deg).ok();
            let located = Located {
                label: format!("{x}, {y}"),
                position,
                crs: Some((crs.to_string(), crs.accuracy_m())),
                place: None,
                address: None,
                covered_by: Vec::new(),
            };
            Ok(Found { located, end: End { position, place: None }, covered_by: Vec::new() })
        }
        Where::Place(asked) => {
            let id = find_place(network, asked)?;
            at_place(network, id, asked)
        }
        Where::Address(asked) => {
            let id = find_address(network, asked)?;
            at_address(network, id)
        }
    }
}

fn at_place(network: &Network, id: PlaceId, asked: &str) -> Result<Found, SurveyError> {
    let no_position = || SurveyError::NoPosition { what: asked.to_owned() };
    let place = network.get(id).ok_or_else(no_position)?;
    let position = position_of(network, id);
    if position.is_none() && network.referrers(id).is_empty() {
        return Err(no_position());
    }
    let located = Located {
        label: place.tag.label().to_owned(),
        position,
        crs: None,
        place: Some(named(network, id)),
        address: None,
        covered_by: Vec::new(),
    };
    Ok(Found { located, end: End { position, place: Some(id) }, covered_by: Vec::new() })
}

/// Position of a place, or of what it stands in.
fn position_of(network: &Network, id: PlaceId) -> Option<Position> {
    let place = network.get(id)?;
    place.position.or_else(|| {
        let outer = network.get(place.within?)?;
        outer.position
    })
}

fn at_address(network: &Network, id: AddressId) -> Result<Found, SurveyError> {
    let Some(address) = network.get(id) else {
        return Err(SurveyError::NoAddress { asked: id.to_string(), similar: Vec::new() });
    };
    let premises = address.premises;
    // An address without a position stands by the box that lists its building.
    let position = address.position.or_else(|| premises.and_then(|place| position_of(network, place)));
    let position = position.or_else(|| address.covered_by.iter().find_map(|place| position_of(network, *place)));
    if position.is_none() && premises.is_none() {
        return Err(SurveyError::NoPosition { what: address.text.to_string() });
    }
    let located = Located {
        label: address.text.to_string(),
        position,
        crs: None,
        place: premises.map(|place| named(network, place)),
        address: Some(named(network, id)),
        covered_by: address.covered_by.iter().map(|place| named(network, *place)).collect(),
    };
    Ok(Found { located, end: End { position, place: premises }, covered_by: address.covered_by.clone() })
}

/// Lower case without white space, full-width forms as ASCII: how names and addresses are compared.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).flat_map(char::to_lowercase).collect()
}

fn find_place(network: &Network, asked: &str) -> Result<PlaceId, SurveyError> {
    let wanted = plain(asked);
    let (mut exact, mut similar) = (Vec::new(), Vec::new());
    for (id, place) in network.all::<Place>() {
        let (code, name) = (plain(&place.tag.code), plain(&place.tag.name));
        if code == wanted {
            return Ok(id);
        }
        if name == wanted && !wanted.is_empty() {
            exact.push(id);
        } else if !wanted.is_empty() && (code.contains(&wanted) || name.contains(&wanted)) {
            similar.push(id);
        }
    }
    let code = |id: &PlaceId| network.get(*id).map_or_else(String::new, |place| place.tag.code.to_string());
    let label = |id: &PlaceId| network.get(*id).map_or_else(String::new, |place| place.tag.label().to_owned());
    match exact.as_slice() {
        [id] => Ok(*id),
        [] => {
            let similar = similar.iter().take(SUGGESTIONS).map(label).collect();
            Err(SurveyError::NoPlace { asked: asked.to_owned(), similar })
        }
        several => {
            let codes = several.iter().take(SUGGESTIONS).map(code).collect();
            Err(SurveyError::AmbiguousPlace { asked: asked.to_owned(), codes })
        }
    }
}

fn find_address(network: &Network, asked: &str) -> Result<AddressId, SurveyError> {
    let wanted = plain(asked);
    let (mut containing, mut alike) = (Vec::new(), Vec::new());
    for (id, address) in network.all::<Address>() {
        let text = plain(&address.text);
        if text == wanted || plain(&address.tag.code) == wanted {
            return Ok(id);
        }
        if wanted.is_empty() {
            continue;
        }
        if text.contains(&wanted) {
            containing.push((id, address.text.to_string()));
        } else if let score @ 3.. = common_run(&text, &wanted) {
            alike.push((std::cmp::Reverse(score), address.text.to_string()));
        }
    }
    match containing.as_slice() {
        [(id, _)] => Ok(*id),
        [] => {
            alike.sort();
            let similar = alike.into_iter().take(3).map(|(_, text)| text).collect();
            Err(SurveyError::NoAddress { asked: asked.to_owned(), similar })
        }
        several => {
            let texts = several.iter().take(SUGGESTIONS).map(|(_, text)| text.clone()).collect();
            Err(SurveyError::AmbiguousAddress { asked: asked.to_owned(), texts })
        }
    }
}

/// Length of the longest run of characters that both texts have.
fn common_run(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).collect();
    let mut row = vec![0usize; b.len() + 1];
    let mut best = 0;
    for x in a.chars().take(200) {
        let mut diagonal = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == *y { diagonal + 1 } else { 0 };
            best = best.max(row[at + 1]);
            diagonal = above;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_compare_by_their_longest_common_run() {
        let check = |a, b, expected| assert_eq!(common_run(a, b), expected, "{a} {b}");
        check("南通市崇川区青年中路6号", "崇川区青年中路8号", 7);
        check("abc", "xyz", 0);
        check("", "a", 0);
    }
}

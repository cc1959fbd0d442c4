//! Mapbox vector tiles of the newest snapshot, clipped and thinned for their zoom, kept while nothing changes.
//!
//! The format is written here (`mvt`): the crates that write it bring a protobuf library several times the size of this
//! service's own code for five messages.

mod draw;
mod index;
mod line;
mod mvt;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use linewright_model::{Position, Version};
use linewright_service::{Permission, Snapshot};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::docs::Binary;
use crate::extract::At;
use crate::problem::{Problem, ProblemDto, internal};
use crate::scope::Scope;
use crate::who::Who;
pub(crate) use draw::{place_word, word};
pub(crate) use index::{Drawn, Index, courses};
use line::{Frame, on_map};

/// Deepest zoom.
const DEEPEST: u8 = 22;

/// Tiles kept at most, bytes.
const KEPT_BYTES: usize = 64 << 20;

/// What a tile takes beside its bytes, about.
const KEY_BYTES: usize = 128;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(tile))
}

type Key = (Scope, u8, u32, u32);

#[derive(Default)]
struct Kept {
    version: Version,
    tiles: HashMap<Key, Bytes>,
    bytes: usize,
}

/// Tiles of one version, and the index they are drawn from.
#[derive(Default)]
pub(crate) struct Tiles {
    kept: Mutex<Kept>,
    index: tokio::sync::Mutex<Option<(Version, Arc<Index>)>>,
}

impl Tiles {
    fn get(&self, version: Version, key: &Key) -> Option<Bytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.version == version { kept.tiles.get(key).cloned() } else { None }
    }

    fn keep(&self, version: Version, key: Key, tile: Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if version < kept.version {
            return;
        }
        // An empty tile takes its place too.
        let bytes = tile.len() + KEY_BYTES;
        if version > kept.version || kept.bytes + bytes > KEPT_BYTES {
            *kept = Kept { version, ..Kept::default() };
        }
        kept.bytes += bytes;
        kept.tiles.insert(key, tile);
    }

    /// The index of a snapshot; one request builds it, the others wait.
    pub(crate) async fn index(&self, snapshot: &Arc<Snapshot>) -> Result<Arc<Index>, Problem> {
        let mut held = self.index.lock().await;
        if let Some((version, index)) = &*held
            && *version >= snapshot.drawn
        {
            return Ok(index.clone());
        }
        let from = snapshot.clone();
        let built = tokio::task::spawn_blocking(move || Index::build(&from.network)).await;
        let index = Arc::new(built.map_err(|error| internal(&error.to_string()))?);
        *held = Some((snapshot.drawn, index.clone()));
        Ok(index)
    }
}

/// What is drawn between two corners, by their positions.
pub(crate) fn between(index: &Index, [low, high]: [Position; 2]) -> Vec<Drawn> {
    let (a, b) = (on_map(low), on_map(high));
    index.within([[a[0], b[1]], [b[0], a[1]]])
}

/// One tile of the map
///
/// Layers: `span`, `cable` (lines), `place` and `premise` (points). Every feature has its record's id as feature id, and
/// `code`, `kind`, `state` (stage of its life) and, where there is one, `name`; spans `cables` and `capacity`; cables
/// `cores` and `free`; places with frames or equipment `ports` and `free`. From afar only what is important is drawn:
/// sites from the first zoom on, access sites from 9, cabinets from 12, the rest from 14; long lines earlier.
#[utoipa::path(get, path = "/api/v1/tiles/{z}/{x}/{y}", tag = "map",
    params(
        ("z" = u8, Path, description = "Zoom", maximum = 22),
        ("x" = u32, Path, description = "Column"),
        ("y" = u32, Path, description = "Row from the north; a suffix `.mvt` is accepted"),
    ),
    responses(
        (status = 200, description = "Mapbox Vector Tile 2.1", body = inline(Binary), content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "Nothing lies here"),
        (status = 304, description = "Unchanged since the ETag sent in If-None-Match"),
        (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
    ))]
async fn tile(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    At((z, x, y)): At<(u8, u32, String)>,
) -> Result<Response, Problem> {
    who.must(Permission::Read)?;
    let y = y.strip_suffix(".mvt").unwrap_or(&y);
    let y: u32 = y.parse().map_err(|_| Problem::not_found("the row of a tile is a number").of_field("y"))?;
    let outside =
        || Problem::not_found(format!("there is no tile {z}/{x}/{y}; zoom is at most {DEEPEST}")).of_field("z");
    let frame = Frame::of(z, x, y).filter(|_| z <= DEEPEST).ok_or_else(outside)?;
    let snapshot = api.service().snapshot();
    let version = snapshot.version();
    // A browser keeps tiles from one log-in to the next, and another may see another region.
    let etag = match who.scope().region() {
        None => format!("\"{version}\""),
        Some(region) => {
            let mut sum = DefaultHasher::new();
            region.hash(&mut sum);
            format!("\"{version}-{:x}\"", sum.finish())
        }
    };
    if headers.get(IF_NONE_MATCH).is_some_and(|asked| asked.as_bytes() == etag.as_bytes()) {
        return Ok(answered(StatusCode::NOT_MODIFIED, &etag, Bytes::new()));
    }
    let key = (who.scope(), z, x, y);
    let tile = match api.tiles().get(version, &key) {
        Some(tile) => tile,
        None => {
            let index = api.tiles().index(&snapshot).await?;
            let scope = key.0.clone();
            let drawn = tokio::task::spawn_blocking(move || draw::draw(&snapshot, &index, &scope, z, frame)).await;
            let tile = Bytes::from(drawn.map_err(|error| internal(&error.to_string()))?);
            api.tiles().keep(version, key, tile.clone());
            tile
        }
    };
    let status = if tile.is_empty() { StatusCode::NO_CONTENT } else { StatusCode::OK };
    Ok(answered(status, &etag, tile))
}

fn answered(status: StatusCode, etag: &str, tile: Bytes) -> Response {
    let mut response = (status, tile).into_response();
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("authorization, cookie"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    if status == StatusCode::OK {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/vnd.mapbox-vector-tile"));
    }
    response
}

//! Slots of a cable or device, one by one.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use linewright_model::{CableId, Carrier, DeviceId, Id, Network};
use linewright_plan::colour::core_position;
use linewright_service::Snapshot;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dto::{Reference, reference};
use super::{Page, answer, seen};
use crate::Api;
use crate::extract::{Asked, At, Cursor, Limit};
use crate::problem::{Problem, ProblemDto};
use crate::tiles::word;
use crate::who::Who;

/// Slots in a page at most, and unless asked.
const PAGE: u16 = 2_000;
const USUAL: u16 = 500;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(cores)).routes(routes!(ports))
}

/// Which slots.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SlotsOf {
    /// `next` of the page before.
    #[param(inline)]
    cursor: Option<Cursor>,
    /// Slots in the page.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 2000)]
    limit: Option<Limit<PAGE>>,
}

/// One slot.
#[derive(Serialize, ToSchema)]
#[schema(as = Slot)]
pub(crate) struct SlotDto {
    /// Core or port, from 1.
    number: u32,
    /// `idle`, `reserved`, `occupied`, `damaged`, `unknown`, ...
    state: String,
    /// Whether it is marked damaged, owned or not.
    faulty: bool,
    /// The trail that holds it.
    owner: Option<Reference>,
    /// Tube, from 1; none where the cable does not record tubes.
    tube: Option<u32>,
    /// Colour of the core.
    colour: Option<String>,
    /// Tray or board of a port.
    block: Option<String>,
}

impl SlotsOf {
    fn read(&self) -> (u32, usize) {
        let limit = self.limit.map_or(USUAL, |Limit(limit)| limit);
        // No number of a slot is above that.
        let after = self.cursor.map_or(0, |Cursor(after)| u32::try_from(after).unwrap_or(u32::MAX));
        (after, limit.into())
    }
}

fn slot(network: &Network, carrier: Carrier, number: u32) -> SlotDto {
    let status = network.slot(carrier, number);
    SlotDto {
        number,
        state: word(&status.state),
        faulty: status.faulty,
        owner: status.owner.and_then(|owner| reference(network, owner.any())),
        tube: None,
        colour: None,
        block: None,
    }
}

fn page(
    at: &Snapshot,
    numbers: impl Iterator<Item = u32>,
    limit: usize,
    make: impl Fn(u32) -> SlotDto,
) -> Page<SlotDto> {
    let mut numbers = numbers.peekable();
    let items: Vec<SlotDto> = numbers.by_ref().take(limit).map(make).collect();
    let next = numbers.peek().and(items.last()).map(|last| last.number.to_string());
    Page { items, next, version: at.version().0 }
}

/// Cores of a cable section
#[utoipa::path(get, path = "/api/v1/cables/{id}/slots", tag = "network",
    params(("id" = u32, Path, description = "Id of the cable section"), SlotsOf), responses(
    (status = 200, description = "A page; empty where the number of cores is not recorded", body = Page<SlotDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn cores(
    State(api): State<Api>,
    who: Who,
    At(id): At<u32>,
    Asked(of): Asked<SlotsOf>,
) -> Result<Response, Problem> {
    let snapshot = api.service().snapshot();
    let (id, network) = (CableId::from_raw(id), &snapshot.network);
    let cable = seen(&who, network, id)?;
    let (after, limit) = of.read();
    let make = |number| {
        let mut made = slot(network, Carrier::Cable(id), number);
        if let Some(position) = core_position(cable, number) {
            made.tube = Some(position.tube);
            made.colour = position.colour.map(|colour| word(&colour));
        }
        made
    };
    let numbers = after.saturating_add(1)..=cable.cores.unwrap_or(0);
    Ok(answer(&api, Json(page(&snapshot, numbers, limit, make))))
}

/// Ports of a device
#[utoipa::path(get, path = "/api/v1/devices/{id}/slots", tag = "network",
    params(("id" = u32, Path, description = "Id of the device"), SlotsOf), responses(
    (status = 200, description = "A page", body = Page<SlotDto>),
    (status = "4XX", description = "Refused", body = ProblemDto, content_type = "application/problem+json"),
))]
async fn ports(
    State(api): State<Api>,
    who: Who,
    At(id): At<u32>,
    Asked(of): Asked<SlotsOf>,
) -> Result<Response, Problem> {
    let snapshot = api.service().snapshot();
    let (id, network) = (DeviceId::from_raw(id), &snapshot.network);
    let device = seen(&who, network, id)?;
    let (after, limit) = of.read();
    let make = |number| {
        let mut made = slot(network, Carrier::Device(id), number);
        made.block = device.block_of(number).map(|block| block.name.to_string());
        made
    };
    let mut blocks: Vec<_> = device.blocks.iter().map(|block| block.ports()).collect();
    blocks.sort_by_key(|ports| ports.start);
    let numbers = blocks.into_iter().flatten().filter(|number| *number > after);
    Ok(answer(&api, Json(page(&snapshot, numbers, limit, make))))
}

// The part of the map that shows something.
import type { Position } from 'geojson';
import { api, answered } from '../api/client';
import type { components } from '../api/schema';

export type Box = [west: number, south: number, east: number, north: number];

export function around(positions: Position[]): Box | null {
  let box: Box | null = null;
  for (const [lon, lat] of positions) {
    if (lon === undefined || lat === undefined) continue;
    box = box
      ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)]
      : [lon, lat, lon, lat];
  }
  return box;
}

/** All positions of a GeoJSON geometry. */
export function positions(geometry: unknown): Position[] {
  const flat = (value: unknown): Position[] => {
    if (!Array.isArray(value)) return [];
    return typeof value[0] === 'number' ? [value as Position] : value.flatMap(flat);
  };
  const coordinates = geometry && typeof geometry === 'object' && 'coordinates' in geometry ? geometry.coordinates : [];
  return flat(coordinates);
}

/** Enough places to see where the network lies: its sites, or where it has none, any. */
export async function network(): Promise<Box | null> {
  const of = async (kind?: string): Promise<Position[]> => {
    const query = { limit: 500, ...(kind ? { kind } : {}) };
    // The answer may also be GeoJSON, which was not asked for.
    const page = (await answered(api.GET('/api/v1/places', { params: { query } }))) as components['schemas']['Page_Place'];
    return page.items.flatMap((place) => positions(place.geometry));
  };
  const sites = (await Promise.all(['site_core', 'site_aggregation'].map(of))).flat();
  return around(sites.length > 1 ? sites : await of());
}

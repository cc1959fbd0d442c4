// The ways of an answer as lines: where each cable, span and drop lies.
import type { Feature, FeatureCollection, LineString, Position } from 'geojson';
import { api, answered } from '../api/client';
import { legs, type Named, type RouteElement, type Survey, type Way } from '../api/survey';
import { course } from './along';

export type Role = 'working' | 'protection' | 'new' | 'new-protection';
type Found = Position[] | null;

const known = new Map<string, Promise<Found>>();

/** Forgets what was read of another version of the network. */
export function forget(): void {
  known.clear();
}

async function read(of: Named): Promise<Found> {
  const params = { params: { path: { id: of.id } } };
  const record =
    of.table === 'span'
      ? await answered(api.GET('/api/v1/spans/{id}', params))
      : of.table === 'cable'
        ? await answered(api.GET('/api/v1/cables/{id}', params))
        : await answered(api.GET('/api/v1/places/{id}', params));
  const geometry = record.geometry as { type: string; coordinates: unknown } | null | undefined;
  if (geometry?.type === 'Point') return [geometry.coordinates as Position];
  if (geometry?.type === 'LineString') return geometry.coordinates as Position[];
  return null;
}

function where(of: Named): Promise<Found> {
  const key = `${of.table}:${of.id}`;
  let found = known.get(key);
  if (!found) {
    found = read(of);
    // A failure is not remembered: the next answer asks again.
    found.catch(() => known.delete(key));
    known.set(key, found);
  }
  return found;
}

function line(role: Role, coordinates: Position[]): Feature<LineString> {
  return { type: 'Feature', properties: { role }, geometry: { type: 'LineString', coordinates } };
}

function placeOf(part: RouteElement | undefined): Named | null {
  if (!part) return null;
  if (part.element === 'place') return part.place;
  return 'at' in part ? part.at : null;
}

async function wayLines(of: Way, customer: Position | null, second: boolean): Promise<Feature<LineString>[]> {
  const existing: Role = second ? 'protection' : 'working';
  const fresh: Role = second ? 'new-protection' : 'new';
  const parts = of.route.map(async (part, at) => {
    if (part.element === 'cable') {
      const on = await Promise.all((part.spans.length > 0 ? part.spans : [part.cable]).map(where));
      return on.flatMap((coordinates) => (coordinates && coordinates.length > 1 ? [line(existing, coordinates)] : []));
    }
    if (part.element !== 'new_cable') return [];
    const next = of.route.slice(at + 1).map(placeOf).find((place) => place !== null);
    const before = of.route.slice(0, at).map(placeOf).findLast((place) => place !== null);
    const spans = await Promise.all(part.spans.map(where));
    const from = before ? await where(before) : customer ? [customer] : null;
    const to = next ? await where(next) : null;
    const way = course(spans.filter((span) => span !== null), from?.[0] ?? null, to?.[0] ?? null);
    return way.length > 1 ? [line(fresh, way)] : [];
  });
  return (await Promise.all(parts)).flat();
}

/** The lines of the chosen way, or of both legs. */
export async function routeLines(
  survey: Survey,
  shown: number | 'legs',
): Promise<FeatureCollection<LineString, { role: Role }>> {
  const customer = survey.customer.position ?? null;
  const pair = shown === 'legs' ? legs(survey.protection) : null;
  const way = shown === 'legs' ? undefined : survey.alternatives[shown];
  const groups = pair
    ? await Promise.all([wayLines(pair.protection, customer, true), wayLines(pair.working, customer, false)])
    : way
      ? [await wayLines(way, customer, false)]
      : [];
  return { type: 'FeatureCollection', features: groups.flat() as Feature<LineString, { role: Role }>[] };
}

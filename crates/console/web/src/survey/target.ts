// An end of a survey as it was chosen.
import type { Hit, SurveyOf } from '../api/client';
import type { Box } from '../map/view';

type End = SurveyOf['customer'];

export interface Target {
  /** What the field shows. */
  text: string;
  position: [number, number] | null;
  end: End;
}

type Pair = [number, number];

/** Two numbers as they were typed, with a comma, semicolon or blank between; null for anything else. */
export function pair(text: string): Pair | null {
  const number = String.raw`([-+]?\d+(?:\.\d+)?)\s*°?`;
  const match = new RegExp(String.raw`^\(?\s*${number}\s*[,;、\s]\s*${number}\s*\)?$`).exec(text.normalize('NFKC').trim());
  return match ? [Number(match[1]), Number(match[2])] : null;
}

const onEarth = ([lon, lat]: Pair): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 90;

/** Whether a position lies on the network or as far from it as the network is wide, a degree at least. */
function near([lon, lat]: Pair, [west, south, east, north]: Box): boolean {
  const margin = Math.max(1, east - west, north - south);
  return lon >= west - margin && lon <= east + margin && lat >= south - margin && lat <= north + margin;
}

/** Two numbers the other way round, where only so they are degrees, or lie near the network. */
export function swapped(text: string, network: Box | null): Pair | null {
  const typed = pair(text);
  if (!typed) return null;
  const other: Pair = [typed[1], typed[0]];
  if (!onEarth(other)) return null;
  if (!onEarth(typed)) return other;
  return network && !near(typed, network) && near(other, network) ? other : null;
}

/** A coordinate; in another system than WGS-84 the map cannot say where it lies before the answer does. */
export function atPosition(position: [number, number], crs = 'wgs84'): Target {
  const round = (degrees: number): number => Number(degrees.toFixed(6));
  const [lon, lat] = [round(position[0]), round(position[1])];
  return { text: `${lon}, ${lat}`, position: crs === 'wgs84' ? [lon, lat] : null, end: { position: [lon, lat], crs } };
}

export function atHit(hit: Pick<Hit, 'resource' | 'code' | 'name'> & { position?: number[] | null }): Target {
  const [lon, lat] = hit.position ?? [];
  const end: End = hit.resource === 'addresses' ? { address: hit.code } : { place: hit.code };
  return { text: hit.name || hit.code, position: lon !== undefined && lat !== undefined ? [lon, lat] : null, end };
}

/** What was typed, without a choice from the list: two numbers are a coordinate, all else an address in words or by code. */
export function atText(text: string, crs: string): Target | null {
  const words = text.trim();
  if (!words) return null;
  const typed = pair(words);
  if (!typed) return { text: words, position: null, end: { address: words } };
  // What cannot be degrees the service refuses, and says why; it is no address.
  return onEarth(typed) ? atPosition(typed, crs) : { text: words, position: null, end: { position: typed, crs } };
}

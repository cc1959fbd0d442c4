// An end of a survey as it was chosen.
import type { Hit, SurveyOf } from '../api/client';

type End = SurveyOf['customer'];

export interface Target {
  /** What the field shows. */
  text: string;
  position: [number, number] | null;
  end: End;
}

/** Longitude and latitude, in that order, with a comma or blank between. */
export function coordinate(text: string): [number, number] | null {
  const match = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*$/.exec(text);
  if (!match) return null;
  const [lon, lat] = [Number(match[1]), Number(match[2])];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
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

/** What was typed, without a choice from the list: a coordinate, else an address in words or by code. */
export function atText(text: string, crs: string): Target | null {
  const words = text.trim();
  if (!words) return null;
  const position = coordinate(words);
  return position ? atPosition(position, crs) : { text: words, position: null, end: { address: words } };
}

// What a click on the plant found.
import type { MapGeoJSONFeature } from 'maplibre-gl';
import type { Choice } from '../element/choice';
import { CLICKED } from './style';

const RESOURCES: Record<string, string> = { place: 'places', span: 'spans', cable: 'cables', premise: 'places' };

/** The records under a click, what stands before what is laid, each once. */
export function found(features: MapGeoJSONFeature[]): Choice[] {
  const rank = (feature: MapGeoJSONFeature): number => {
    const at = CLICKED.indexOf(feature.layer.id);
    return at < 0 ? CLICKED.length : at;
  };
  const choices = new Map<string, Choice>();
  for (const feature of features.toSorted((a, b) => rank(a) - rank(b))) {
    const kind = String(feature.properties.kind ?? '');
    const resource = kind === 'address' ? 'addresses' : RESOURCES[feature.sourceLayer ?? ''];
    if (!resource || typeof feature.id !== 'number') continue;
    const key = `${resource}/${feature.id}`;
    if (choices.has(key)) continue;
    const { code, name } = feature.properties;
    choices.set(key, { resource, id: feature.id, kind, code: String(code ?? ''), name: String(name ?? '') });
  }
  return [...choices.values()];
}

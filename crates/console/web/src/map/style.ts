// The map's style: plant from the vector tiles of our own server, and the answer over it.
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { Palette } from './palette';

// Without a `glyphs` address the map draws letters with the reader's own fonts; a family named after a weight gets it.
const PLAIN = ['Linewright Regular', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'sans-serif'];
const STRONG = ['Linewright Semibold', ...PLAIN.slice(1)];

const SITES = ['site_core', 'site_aggregation', 'site_access'];
const BOXES = ['cabinet', 'distribution_box'];
const SMALL = ['closure', 'manhole', 'handhole', 'pole', 'entry', 'node'];

/** Layers of plant that a click finds, what stands before what is laid. */
export const CLICKED = ['site', 'box', 'premise', 'small', 'cable', 'span', 'span-dashed'];
/** Layers that step back when an answer is shown. */
export const PLANT_LINES = ['span', 'span-dashed', 'cable', 'cable-to-come'];

const kindIn = (kinds: string[]): FilterSpecification => ['in', ['get', 'kind'], ['literal', kinds]];
const zoomed = (...stops: (number | ExpressionSpecification)[]): ExpressionSpecification =>
  ['interpolate', ['exponential', 1.4], ['zoom'], ...stops] as ExpressionSpecification;

/** Width of a cable by its cores, times `factor`. */
function byCores(factor: number): ExpressionSpecification {
  const cores: ExpressionSpecification = ['coalesce', ['get', 'cores'], 24];
  return ['*', factor, ['interpolate', ['linear'], cores, 4, 0.7, 24, 1.1, 48, 1.4, 96, 1.9, 144, 2.4, 288, 3.2]];
}

function byFree(p: Palette): ExpressionSpecification {
  const share: ExpressionSpecification = ['/', ['get', 'free'], ['max', 1, ['get', 'cores']]];
  return [
    'case',
    ['any', ['!', ['has', 'free']], ['!', ['has', 'cores']]],
    p.unknown,
    ['<', share, 0.1],
    p.few,
    ['<', share, 0.5],
    p.some,
    p.plenty,
  ];
}

function lines(p: Palette): LayerSpecification[] {
  const plant = { source: 'plant' } as const;
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const toCome: ExpressionSpecification = ['in', ['get', 'state'], ['literal', ['planned', 'under_construction']]];
  return [
    {
      id: 'span', type: 'line', ...plant, 'source-layer': 'span', layout: round,
      filter: kindIn(['duct', 'indoor', 'unrecorded']),
      paint: { 'line-color': p.bed, 'line-width': zoomed(8, 2, 13, 5, 16, 11, 19, 26) },
    },
    {
      id: 'span-dashed', type: 'line', ...plant, 'source-layer': 'span',
      filter: kindIn(['pole_line', 'buried', 'underwater']),
      paint: {
        'line-color': p.bedLine,
        'line-width': zoomed(8, 2.6, 13, 5, 16, 8, 19, 16),
        'line-dasharray': [
          'match', ['get', 'kind'],
          'pole_line', ['literal', [0.35, 1.1]],
          'buried', ['literal', [2.2, 0.9]],
          ['literal', [3, 0.7, 0.4, 0.7]],
        ],
        'line-opacity': 0.75,
      },
    },
    {
      id: 'cable', type: 'line', ...plant, 'source-layer': 'cable', layout: round,
      filter: ['!', toCome],
      paint: { 'line-color': byFree(p), 'line-width': zoomed(7, byCores(0.55), 12, byCores(1), 16, byCores(1.7), 19, byCores(3)) },
    },
    {
      id: 'cable-to-come', type: 'line', ...plant, 'source-layer': 'cable',
      filter: toCome,
      paint: {
        'line-color': p.planned,
        'line-width': zoomed(7, byCores(0.6), 12, byCores(1.1), 16, byCores(1.7)),
        'line-dasharray': [2, 1.2],
      },
    },
  ];
}

function answer(p: Palette): LayerSpecification[] {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const colour: ExpressionSpecification = [
    'match', ['get', 'role'], 'new', p.fresh, 'protection', p.second, 'new-protection', p.second, p.route,
  ];
  const fresh: FilterSpecification = ['in', ['get', 'role'], ['literal', ['new', 'new-protection']]];
  return [
    {
      id: 'chosen-line', type: 'line', source: 'chosen', layout: round, filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': p.chosen, 'line-width': zoomed(8, 7, 14, 12, 18, 24), 'line-opacity': 0.75 },
    },
    {
      id: 'route-casing', type: 'line', source: 'route', layout: round, filter: ['has', 'role'],
      paint: { 'line-color': p.halo, 'line-width': zoomed(8, 7, 14, 10.5, 18, 18), 'line-opacity': 0.95 },
    },
    {
      id: 'route', type: 'line', source: 'route', layout: round, filter: ['!', fresh],
      paint: { 'line-color': colour, 'line-width': zoomed(8, 3.5, 14, 5.5, 18, 10) },
    },
    {
      id: 'route-new', type: 'line', source: 'route', filter: fresh,
      paint: { 'line-color': colour, 'line-width': zoomed(8, 3.5, 14, 5, 18, 9), 'line-dasharray': [1.6, 0.9] },
    },
    {
      id: 'chosen-point', type: 'circle', source: 'chosen', filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-color': p.chosen, 'circle-radius': 16, 'circle-opacity': 0.6, 'circle-stroke-color': p.chosen, 'circle-stroke-width': 2 },
    },
  ];
}

function points(p: Palette): LayerSpecification[] {
  const name: ExpressionSpecification = ['coalesce', ['get', 'name'], ['get', 'code']];
  const paint = { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 } as const;
  const opacity: ExpressionSpecification = ['case', ['==', ['get', 'state'], 'retired'], 0.4, 1];
  const common = {
    'icon-image': ['get', 'kind'] as ExpressionSpecification,
    'icon-overlap': 'always',
    'text-field': name,
    'text-variable-anchor': ['left', 'right', 'top', 'bottom'] as ('left' | 'right' | 'top' | 'bottom')[],
    'text-justify': 'auto',
    'text-optional': true,
    'text-max-width': 11,
    'text-padding': 3,
    'text-line-height': 1.15,
  } as const;
  return [
    {
      id: 'line-label', type: 'symbol', source: 'plant', 'source-layer': 'cable', minzoom: 15,
      layout: {
        'symbol-placement': 'line', 'symbol-spacing': 420,
        'text-field': ['case', ['has', 'cores'], ['concat', ['get', 'code'], ' · ', ['to-string', ['get', 'cores']]], ['get', 'code']],
        'text-font': PLAIN, 'text-size': 10.5, 'text-padding': 12, 'text-offset': [0, 0.85],
      },
      paint: { ...paint, 'text-color': p.textQuiet },
    },
    {
      id: 'small', type: 'symbol', source: 'plant', 'source-layer': 'place', minzoom: 14, filter: kindIn(SMALL),
      layout: {
        ...common, 'icon-size': zoomed(14, 0.5, 16, 0.8, 19, 1.2), 'text-font': PLAIN,
        'text-field': ['step', ['zoom'], '', 16.5, name], 'text-size': 10.5, 'text-radial-offset': 0.8,
      },
      paint: { ...paint, 'text-color': p.textQuiet, 'icon-opacity': opacity },
    },
    {
      id: 'premise', type: 'symbol', source: 'plant', 'source-layer': 'premise', minzoom: 14,
      layout: {
        ...common, 'icon-size': zoomed(14, 0.55, 16, 0.85, 19, 1.2), 'text-font': PLAIN,
        // An address is a long text: it waits until there is room.
        'text-field': ['step', ['zoom'], '', 15, ['case', ['==', ['get', 'kind'], 'address'], '', name], 17, name],
        'text-size': 11, 'text-radial-offset': 0.9,
      },
      paint: { ...paint, 'text-color': p.premises },
    },
    {
      id: 'box', type: 'symbol', source: 'plant', 'source-layer': 'place', minzoom: 12, filter: kindIn(BOXES),
      layout: {
        ...common, 'icon-size': zoomed(12, 0.6, 15, 0.9, 19, 1.4), 'text-font': PLAIN,
        'text-field': ['step', ['zoom'], '', 13.5, name], 'text-size': 11.5, 'text-radial-offset': 1,
        'symbol-sort-key': ['case', ['==', ['get', 'kind'], 'cabinet'], 0, 1],
      },
      paint: { ...paint, 'text-color': p.box, 'icon-opacity': opacity },
    },
    {
      id: 'site', type: 'symbol', source: 'plant', 'source-layer': 'place', filter: kindIn(SITES),
      layout: {
        ...common, 'icon-size': zoomed(7, 0.65, 11, 0.85, 15, 1.1, 19, 1.6), 'text-font': STRONG,
        'text-size': ['interpolate', ['linear'], ['zoom'], 8, ['case', ['==', ['get', 'kind'], 'site_core'], 12.5, 11], 15, 14],
        'text-radial-offset': 1.1,
        'symbol-sort-key': ['match', ['get', 'kind'], 'site_core', 0, 'site_aggregation', 1, 2],
      },
      paint: { ...paint, 'text-halo-width': 2, 'icon-opacity': opacity },
    },
    {
      id: 'ends', type: 'symbol', source: 'ends',
      layout: {
        'icon-image': ['get', 'sign'], 'icon-anchor': 'bottom', 'icon-overlap': 'always', 'icon-size': 1.6,
        'text-field': ['get', 'label'], 'text-font': STRONG, 'text-size': 12.5, 'text-anchor': 'top',
        'text-offset': [0, 0.3], 'text-optional': true, 'text-max-width': 12,
      },
      paint: { ...paint, 'text-halo-width': 2.2 },
    },
  ];
}

/** The whole style of one theme. */
export function style(p: Palette): StyleSpecification {
  const nothing = { type: 'FeatureCollection', features: [] } as GeoJSON.FeatureCollection;
  return {
    version: 8,
    sources: {
      plant: { type: 'vector', tiles: [`${window.location.origin}/api/v1/tiles/{z}/{x}/{y}`], minzoom: 0, maxzoom: 16 },
      chosen: { type: 'geojson', data: nothing },
      route: { type: 'geojson', data: nothing },
      ends: { type: 'geojson', data: nothing },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': p.ground } },
      { id: 'paper', type: 'background', paint: { 'background-pattern': 'paper' } },
      ...lines(p),
      ...answer(p),
      ...points(p),
    ],
  };
}

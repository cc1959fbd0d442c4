// The map itself: MapLibre GL under React's control.
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { Alert } from 'antd';
import * as maplibre from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { FeatureCollection } from 'geojson';
import type { Choice } from '../element/choice';
import { useLang } from '../lang';
import { PALETTES, type Theme } from './palette';
import { found } from './plant';
import { CLICKED, PLANT_LINES, style } from './style';
import { paper, PIXEL_RATIO, pixels, sign, SIGN_NAMES } from './symbols';
import type { Box } from './view';

maplibre.setWorkerUrl(workerUrl);

/** How near a click must be, pixels. */
const REACH = 6;
/** Room around what is shown, pixels: labels stand beside signs, and buttons over the map. */
const room = (map: maplibre.Map) => {
  const wide = map.getContainer().clientWidth > 700;
  return { top: 60, bottom: 60, left: wide ? 90 : 50, right: wide ? 170 : 70 };
};
const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

export interface Drawn {
  chosen: FeatureCollection;
  route: FeatureCollection;
  ends: FeatureCollection;
}

export const NOTHING_DRAWN: Drawn = { chosen: NOTHING, route: NOTHING, ends: NOTHING };

export interface MapHandle {
  show: (box: Box, near?: boolean) => void;
  zoom: (by: 1 | -1) => void;
  /** The map as it is now, as the address of a picture. */
  picture: () => Promise<string>;
}

interface Props {
  theme: Theme;
  drawn: Drawn;
  first: Box | null;
  crosshair: boolean;
  onClick: (position: [number, number], found: Choice[]) => void;
  ref: Ref<MapHandle>;
}

function dress(map: maplibre.Map, theme: Theme): void {
  const palette = PALETTES[theme];
  for (const name of SIGN_NAMES) {
    const drawn = sign(name, palette);
    if (drawn && !map.hasImage(name)) map.addImage(name, pixels(drawn), { pixelRatio: PIXEL_RATIO });
  }
  const ground = paper(palette);
  if (ground && !map.hasImage('paper')) map.addImage('paper', pixels(ground), { pixelRatio: 2 });
}

function draw(map: maplibre.Map, drawn: Drawn): void {
  for (const name of ['chosen', 'route', 'ends'] as const) {
    map.getSource<maplibre.GeoJSONSource>(name)?.setData(drawn[name]);
  }
  const dimmed = drawn.route.features.length > 0;
  for (const layer of PLANT_LINES) {
    if (map.getLayer(layer)) map.setPaintProperty(layer, 'line-opacity', dimmed ? 0.38 : layer === 'span-dashed' ? 0.75 : 1);
  }
}

export function NetworkMap({ theme, drawn, first, crosshair, onClick, ref }: Props) {
  const { t } = useLang();
  const holder = useRef<HTMLDivElement>(null);
  const map = useRef<maplibre.Map>(null);
  const now = useRef({ theme, drawn, onClick });
  const [failed, setFailed] = useState(false);
  now.current = { theme, drawn, onClick };

  useEffect(() => {
    if (!holder.current) return undefined;
    let made: maplibre.Map;
    try {
      made = new maplibre.Map({
        container: holder.current,
        style: style(PALETTES[now.current.theme]),
        attributionControl: false,
        maxZoom: 20,
        minZoom: 2,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        fadeDuration: 120,
        center: [105, 33],
        zoom: 3,
      });
    } catch {
      setFailed(true);
      return undefined;
    }
    map.current = made;
    made.touchZoomRotate.disableRotation();
    made.keyboard.disableRotation();
    made.addControl(new maplibre.ScaleControl({ maxWidth: 120, unit: 'metric' }), 'bottom-right');
    made.on('style.load', () => {
      dress(made, now.current.theme);
      draw(made, now.current.drawn);
    });
    made.on('idle', () => holder.current?.setAttribute('data-drawn', String(Math.round(made.getZoom() * 10) / 10)));
    made.on('movestart', () => holder.current?.removeAttribute('data-drawn'));
    made.on('click', (event) => {
      const { x, y } = event.point;
      const layers = CLICKED.filter((layer) => made.getLayer(layer));
      const near = made.queryRenderedFeatures([[x - REACH, y - REACH], [x + REACH, y + REACH]], { layers });
      now.current.onClick([event.lngLat.lng, event.lngLat.lat], found(near));
    });
    made.on('mousemove', (event) => {
      const layers = CLICKED.filter((layer) => made.getLayer(layer));
      const over = made.queryRenderedFeatures(event.point, { layers }).length > 0;
      holder.current?.classList.toggle('over', over);
    });
    const resized = new ResizeObserver(() => made.resize());
    resized.observe(holder.current);
    return () => {
      resized.disconnect();
      map.current = null;
      made.remove();
    };
  }, []);

  const dressed = useRef(theme);
  useEffect(() => {
    if (dressed.current === theme) return;
    dressed.current = theme;
    // Not by difference: the signs have other colours too.
    map.current?.setStyle(style(PALETTES[theme]), { diff: false });
  }, [theme]);

  useEffect(() => {
    if (map.current?.isStyleLoaded() || map.current?.getSource('route')) draw(map.current, drawn);
  }, [drawn]);

  useEffect(() => {
    if (first) map.current?.fitBounds(first, { padding: room(map.current), maxZoom: 15, animate: false });
  }, [first]);

  useEffect(() => {
    const canvas = map.current?.getCanvas();
    canvas?.setAttribute('aria-label', t('map'));
  }, [t]);

  useImperativeHandle(ref, () => ({
    show(box, near) {
      const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
      // One thing stands in the middle; a whole answer leaves room for the buttons.
      map.current?.fitBounds(box, { padding: near ? 80 : room(map.current), maxZoom: near ? 16.5 : 15.5, animate: !calm, duration: 700 });
    },
    zoom(by) {
      if (by > 0) map.current?.zoomIn();
      else map.current?.zoomOut();
    },
    picture() {
      const current = map.current;
      if (!current) return Promise.resolve('');
      return new Promise((resolve) => {
        // A drawing can be read only in the frame that drew it.
        current.once('render', () => resolve(current.getCanvas().toDataURL('image/jpeg', 0.9)));
        current.triggerRepaint();
      });
    },
  }));

  if (failed) {
    return <Alert className="map-failed" type="warning" showIcon title={t('map_failed')} description={t('map_failed_detail')} />;
  }
  return <div ref={holder} className={crosshair ? 'map crosshair' : 'map'} />;
}

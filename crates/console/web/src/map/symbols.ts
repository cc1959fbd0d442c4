// The signs of places, drawn here: no picture is fetched.
import type { Palette } from './palette';

/** A sign is drawn on a square of this side, CSS pixels. */
export const SIDE = 24;
const RATIO = 3;

type Draw = (pen: CanvasRenderingContext2D, palette: Palette) => void;

function shape(pen: CanvasRenderingContext2D, fill: string, edge: string, width = 1.6): void {
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = width;
  pen.fill();
  pen.stroke();
}

function line(pen: CanvasRenderingContext2D, colour: string, points: [number, number][], width = 1.6): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  points.forEach(([x, y], at) => (at === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
  pen.stroke();
}

function box(pen: CanvasRenderingContext2D, half: number, radius: number, tall = half): void {
  pen.beginPath();
  pen.roundRect(12 - half, 12 - tall, 2 * half, 2 * tall, radius);
}

function disc(pen: CanvasRenderingContext2D, radius: number, x = 12, y = 12): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}

function pin(colour: string, letter: string): Draw {
  return (pen, palette) => {
    pen.beginPath();
    pen.moveTo(12, 23);
    pen.bezierCurveTo(5.5, 15.5, 4, 13, 4, 9);
    pen.arc(12, 9, 8, Math.PI, 0);
    pen.bezierCurveTo(20, 13, 18.5, 15.5, 12, 23);
    shape(pen, colour, palette.fill, 1.5);
    pen.fillStyle = palette.fill;
    pen.font = '700 9.5px sans-serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(letter, 12, 9.4);
  };
}

const SIGNS: Record<string, Draw> = {
  site_core: (pen, p) => {
    box(pen, 10.5, 4);
    shape(pen, p.fill, p.site, 1.6);
    box(pen, 7, 2);
    shape(pen, p.site, p.site, 0.5);
    disc(pen, 2.6);
    shape(pen, p.chosen, p.chosen, 0.1);
  },
  site_aggregation: (pen, p) => {
    box(pen, 8, 3);
    shape(pen, p.site, p.fill, 1.6);
    line(pen, p.fill, [[8, 12], [16, 12]], 1.8);
    line(pen, p.fill, [[12, 8], [12, 16]], 1.8);
  },
  site_access: (pen, p) => {
    box(pen, 6.5, 2);
    shape(pen, p.fill, p.site, 2);
    disc(pen, 2);
    shape(pen, p.site, p.site, 0.5);
  },
  cabinet: (pen, p) => {
    box(pen, 7, 1.5, 6);
    shape(pen, p.box, p.fill, 1.4);
    line(pen, p.fill, [[12, 6.5], [12, 17.5]], 1.3);
    line(pen, p.fill, [[10, 11], [10, 13]], 1.3);
    line(pen, p.fill, [[14, 11], [14, 13]], 1.3);
  },
  distribution_box: (pen, p) => {
    box(pen, 5.5, 1.5, 5);
    shape(pen, p.fill, p.box, 1.8);
    for (const x of [9.4, 12, 14.6]) {
      disc(pen, 0.9, x, 12);
      shape(pen, p.box, p.box, 0.1);
    }
  },
  closure: (pen, p) => {
    box(pen, 6, 3, 3);
    shape(pen, p.box, p.fill, 1.3);
  },
  manhole: (pen, p) => {
    disc(pen, 5);
    shape(pen, p.fill, p.quiet, 1.6);
    line(pen, p.quiet, [[8.7, 8.7], [15.3, 15.3]], 1.2);
    line(pen, p.quiet, [[15.3, 8.7], [8.7, 15.3]], 1.2);
  },
  handhole: (pen, p) => {
    box(pen, 4, 0.5);
    shape(pen, p.fill, p.quiet, 1.5);
    line(pen, p.quiet, [[9, 9], [15, 15]], 1.1);
  },
  pole: (pen, p) => {
    disc(pen, 4);
    shape(pen, p.fill, p.quiet, 1.4);
    disc(pen, 1.6);
    shape(pen, p.quiet, p.quiet, 0.1);
  },
  entry: (pen, p) => {
    pen.beginPath();
    pen.moveTo(12, 7.5);
    pen.lineTo(16.5, 15.5);
    pen.lineTo(7.5, 15.5);
    pen.closePath();
    pen.lineJoin = 'round';
    shape(pen, p.fill, p.quiet, 1.5);
  },
  node: (pen, p) => {
    disc(pen, 3.4);
    shape(pen, p.fill, p.quiet, 1.6);
  },
  premises: (pen, p) => {
    pen.beginPath();
    pen.moveTo(5.5, 12.5);
    pen.lineTo(12, 6);
    pen.lineTo(18.5, 12.5);
    pen.lineTo(16.8, 12.5);
    pen.lineTo(16.8, 18);
    pen.lineTo(7.2, 18);
    pen.lineTo(7.2, 12.5);
    pen.closePath();
    pen.lineJoin = 'round';
    shape(pen, p.premises, p.fill, 1.2);
  },
  address: (pen, p) => {
    disc(pen, 3.6);
    shape(pen, p.fill, p.premises, 1.8);
  },
  customer: (pen, p) => pin(p.customer, 'A')(pen, p),
  far: (pen, p) => pin(p.second, 'Z')(pen, p),
};

export const SIGN_NAMES = Object.keys(SIGNS);

/** One sign as a canvas, for the map and for the legend. */
export function sign(name: string, palette: Palette): HTMLCanvasElement | null {
  const draw = SIGNS[name];
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE * RATIO;
  const pen = canvas.getContext('2d');
  if (!draw || !pen) return null;
  pen.scale(RATIO, RATIO);
  draw(pen, palette);
  return canvas;
}

/** Faint squared paper under the plant. */
export function paper(palette: Palette): HTMLCanvasElement | null {
  const side = 96;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const pen = canvas.getContext('2d');
  if (!pen) return null;
  pen.fillStyle = palette.ground;
  pen.fillRect(0, 0, side, side);
  pen.fillStyle = palette.grid;
  pen.fillRect(0, 0, side, 1.5);
  pen.fillRect(0, 0, 1.5, side);
  return canvas;
}

/** What `map.addImage` takes. */
export function pixels(canvas: HTMLCanvasElement): ImageData {
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('a canvas that was drawn on has a context');
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

export const PIXEL_RATIO = RATIO;

// Colours of the map, light and dark. The legend shows the same.

export type Theme = 'light' | 'dark';

export interface Palette {
  ground: string;
  grid: string;
  bed: string;
  bedLine: string;
  plenty: string;
  some: string;
  few: string;
  unknown: string;
  text: string;
  textQuiet: string;
  halo: string;
  site: string;
  box: string;
  quiet: string;
  premises: string;
  fill: string;
  planned: string;
  chosen: string;
  route: string;
  fresh: string;
  second: string;
  customer: string;
}

export const PALETTES: Record<Theme, Palette> = {
  light: {
    ground: '#f4f6f4',
    grid: '#e7ebe8',
    bed: '#d3dadb',
    bedLine: '#98a4a8',
    plenty: '#0b8a78',
    some: '#d18200',
    few: '#d43a3f',
    unknown: '#7a80a3',
    text: '#1d2b30',
    textQuiet: '#4e5f66',
    halo: '#f7f9f7',
    site: '#12343b',
    box: '#0b6b5e',
    quiet: '#6d7b80',
    premises: '#9a5b12',
    fill: '#ffffff',
    planned: '#8a6fd1',
    chosen: '#ffbf1f',
    route: '#1757d6',
    fresh: '#e8590c',
    second: '#b01fc0',
    customer: '#d6336c',
  },
  dark: {
    ground: '#0f171c',
    grid: '#16212a',
    bed: '#2a3841',
    bedLine: '#5a6c76',
    plenty: '#2cc0a8',
    some: '#f0b13b',
    few: '#ff6b6b',
    unknown: '#9aa2c9',
    text: '#e8f0f1',
    textQuiet: '#a9bac1',
    halo: '#0f171c',
    site: '#e8f0f1',
    box: '#59d9c3',
    quiet: '#93a5ad',
    premises: '#f0b36a',
    fill: '#18242b',
    planned: '#b59df5',
    chosen: '#ffd24a',
    route: '#6ea8ff',
    fresh: '#ff9447',
    second: '#ea7bf5',
    customer: '#ff7aa8',
  },
};

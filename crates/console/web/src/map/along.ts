// Parts of lines on the map. Degrees are scaled to be as long both ways; what is cut here is a street, not a country.
import type { Position } from 'geojson';

/** A point of a line: behind which of its vertices, how far to the next, and where. */
interface Foot {
  at: number;
  share: number;
  point: Position;
  away: number;
}

const x = (point: Position): number => point[0] ?? 0;
const y = (point: Position): number => point[1] ?? 0;

/** The point of `line` nearest to `to`. */
export function foot(line: Position[], to: Position): Foot | null {
  const narrow = Math.cos((y(to) * Math.PI) / 180);
  let best: Foot | null = null;
  for (let at = 0; at + 1 < line.length; at += 1) {
    const [a, b] = [line[at] as Position, line[at + 1] as Position];
    const [dx, dy] = [(x(b) - x(a)) * narrow, y(b) - y(a)];
    const [px, py] = [(x(to) - x(a)) * narrow, y(to) - y(a)];
    const whole = dx * dx + dy * dy;
    const share = whole > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / whole)) : 0;
    const away = Math.hypot(px - share * dx, py - share * dy);
    if (!best || away < best.away) {
      best = { at, share, away, point: [x(a) + share * (x(b) - x(a)), y(a) + share * (y(b) - y(a))] };
    }
  }
  return best;
}

/** The part of `line` between the points of it that lie nearest to two others, in their order. */
export function between(line: Position[], from: Position, to: Position): Position[] {
  const [first, last] = [foot(line, from), foot(line, to)];
  if (!first || !last) return line;
  const forward = first.at + first.share <= last.at + last.share;
  const [low, high] = forward ? [first, last] : [last, first];
  const part = [low.point, ...line.slice(low.at + 1, high.at + 1), high.point];
  return forward ? part : part.toReversed();
}

const square = (a: Position, b: Position): number => (x(a) - x(b)) ** 2 + (y(a) - y(b)) ** 2;

/** Where two lines come nearest with their ends: the end of the first. */
export function joint(one: Position[], other: Position[]): Position | null {
  const ends = (line: Position[]): Position[] => [line[0], line.at(-1)].filter((end) => end !== undefined);
  const pairs = ends(one).flatMap((a) => ends(other).map((b) => ({ a, apart: square(a, b) })));
  return pairs.toSorted((p, q) => p.apart - q.apart)[0]?.a ?? null;
}

/**
 * The course of a new cable from one point to another along spans: of the first and last span only what lies between,
 * with a straight lead-in at both ends.
 */
export function course(spans: Position[][], from: Position | null, to: Position | null): Position[] {
  if (spans.length === 0) return from && to ? [from, to] : [];
  const parts = spans.map((span, at) => {
    const [before, after] = [spans[at - 1], spans[at + 1]];
    const start = before ? joint(span, before) : from;
    const end = after ? joint(span, after) : to;
    return start && end ? between(span, start, end) : span;
  });
  return [...(from ? [from] : []), ...parts.flat(), ...(to ? [to] : [])];
}

// The answer of a survey, by the names the page uses; its types are those of the OpenAPI file.
import type { components } from './schema';

type S = components['schemas'];
export type Named = S['NamedRecord'];
export type Verdict = S['Verdict'];
export type PlaceKind = S['PlaceKind'];
export type Core = S['Core'];
export type RouteElement = S['RouteElement'];
export type DirectionBudget = S['DirectionBudget'];
export type Budget = S['Budget'];
export type Activity = S['Activity'];
export type Way = S['Alternative'];
export type SharedKind = S['SharedKind'];
export type LeastShared = S['LeastShared'];
export type Protection = S['Protection'];
export type Block = S['Block'];
export type Rejected = S['Rejected'];
export type Note = S['Note'];
export type Survey = S['Survey'];

/** Why a line does not pass, with the figures; the OpenAPI file leaves them open. */
export type BudgetFailure =
  | { reason: 'too-much-loss'; total_loss_db: number; budget_db: number; short_db: number }
  | { reason: 'no-fitting-attenuator'; attenuator_db: number; short_db: number }
  | { reason: 'too-much-dispersion'; dispersion_ps_per_nm: number; limit_ps_per_nm: number }
  | { reason: 'too-long'; length_m: number; reach_m: number }
  | { reason: 'too-many-branches'; branches: number; limit: number }
  | { reason: 'too-many-stages'; stages: number; limit: number }
  | { reason: 'below-acceptance'; received_dbm: number; low_dbm: number }
  | { reason: 'splitter-in-line' };

/** A position as the map takes it. */
export function lonLat(position: number[] | null | undefined): [number, number] | null {
  const [lon, lat] = position ?? [];
  return lon !== undefined && lat !== undefined ? [lon, lat] : null;
}

/** The two legs of a protection answer, where it has any. */
export function legs(protection: Protection | null | undefined): { working: Way; protection: Way } | null {
  if (!protection || protection.verdict === 'dark') return null;
  return protection.verdict === 'disjoint' ? protection : (protection.least_shared ?? null);
}

/** Whether a way rests on what the map does not prove. */
export function unproven(way: Way): boolean {
  return way.to_check.length > 0 || way.route.some((part) => part.element === 'unrecorded_equipment');
}

// The answer of a survey, as `linewright survey --json` gives it.

export interface Named {
  table: string;
  id: number;
  code: string;
  name: string;
}

export type Verdict = 'direct' | 'jumper' | 'drop' | 'expansion' | 'infeasible';
export type PlaceKind = string | { site: string };

export interface Core {
  number: number;
  tube?: number;
  tube_colour?: string | null;
  ribbon?: number | null;
  colour?: string | null;
}

export type RouteElement =
  | { element: 'end'; label: string }
  | { element: 'new_cable'; length_m: number; spans: Named[]; fibres: number }
  | { element: 'place'; place: Named; kind: PlaceKind }
  | { element: 'terminals'; device: Named; ports: number[]; block: string }
  | { element: 'jumpers'; count: number }
  | {
      element: 'cable';
      cable: Named;
      cores: Core[];
      of: number | null;
      length_m: number;
      spans: Named[];
      unproven: boolean;
      waiting: [string, string | null] | null;
    }
  | { element: 'splice'; splice: Named; at: Named }
  | { element: 'new_splices'; count: number; at: Named }
  | { element: 'splitter'; device: Named; ratio: number; branch: number | null; new: boolean }
  | { element: 'port'; device: Named; port: number | null; interface: string; at: Named }
  | { element: 'unrecorded_equipment'; at: Named };

export interface DirectionBudget {
  direction: string;
  wavelength_nm: number;
  fibre_db: number;
  connector_db: number;
  splice_db: number;
  splitter_db: number;
  margin_db: number;
  total_loss_db: number;
  budget_db: number;
  attenuator_db: number;
  spare_db: number;
  received_min_dbm: number;
  sensitivity_dbm: number;
  received_max_dbm: number;
  overload_dbm: number;
  failures: BudgetFailure[];
}

export type BudgetFailure =
  | { reason: 'too-much-loss'; total_loss_db: number; budget_db: number; short_db: number }
  | { reason: 'no-fitting-attenuator'; attenuator_db: number; short_db: number }
  | { reason: 'too-much-dispersion'; dispersion_ps_per_nm: number; limit_ps_per_nm: number }
  | { reason: 'too-long'; length_m: number; reach_m: number }
  | { reason: 'too-many-branches'; branches: number; limit: number }
  | { reason: 'too-many-stages'; stages: number; limit: number }
  | { reason: 'below-acceptance'; received_dbm: number; low_dbm: number }
  | { reason: 'splitter-in-line' };

export interface Budget {
  interface: string;
  directions: DirectionBudget[];
  line_failures: BudgetFailure[];
  passes: boolean;
}

export interface Activity {
  activity: string;
  working_days: number;
  parallel: boolean;
  about: Named | null;
}

export interface Way {
  rank: number;
  verdict: Verdict;
  expansions: string[];
  technology: string;
  access_point: Named;
  covers: boolean | null;
  drop_m: number;
  length_m: number;
  route: RouteElement[];
  budget: Budget | null;
  to_check: Named[];
  notify: [Named, string][];
  bill: { item: string; quantity: number; unit: string; amount_cny: number }[];
  cost_cny: number;
  lead_time: { working_days: number; not_before: string | null; activities: Activity[] };
}

export type SharedKind = string | { place: PlaceKind } | { span: string };
export interface Shared {
  resource: Named;
  kind: SharedKind;
}
export interface LeastShared {
  working: Way;
  protection: Way;
  shared: Shared[];
  optimal: boolean;
}

export type Protection =
  | {
      verdict: 'disjoint';
      common_end: Named | null;
      unrecorded: Named[];
      working: Way;
      protection: Way;
      optimal: boolean;
      gap_cny: number;
    }
  | { verdict: 'impossible'; single: Shared | null; no_route: boolean; least_shared: LeastShared | null }
  | { verdict: 'dark' }
  | { verdict: 'undecided'; least_shared: LeastShared | null };

export type Block =
  | { why: 'no_free_cores'; cables: Named[]; needed: number; free: number; blocked: [string, number][] }
  | { why: 'no_free_branch'; splitter: Named; branches: number }
  | { why: 'not_fed'; splitter: Named }
  | { why: 'feeder_broken'; splitter: Named; at: Named }
  | { why: 'not_computable'; reason: string }
  | { why: 'no_free_port'; device: Named; rates: string[]; ports: number }
  | { why: 'span_full'; span: Named; capacity: number }
  | { why: 'not_available'; plant: Named; stage: string; available_from: string | null }
  | { why: 'no_way_to_far_end'; far: string }
  | { why: 'no_way_to_equipment'; wanted: string[] }
  | { why: 'budget'; interface: string; failures: BudgetFailure[] }
  | { why: 'disputed'; cables: Named[] }
  | { why: 'too_far'; distance_m: number; limit_m: number };

export interface Rejected {
  access_point: Named;
  distance_m: number;
  technology: string | null;
  block: Block;
}

export type Note =
  | { note: 'cores_unknown' | 'equipment_unknown' | 'glass_all_the_way' | 'search_bound' }
  | { note: 'overdue'; plant: Named; available_from: string }
  | { note: 'nearest_plant'; place: Named; distance_m: number };

export interface Located {
  label: string;
  position: [number, number] | null;
  crs: [string, number] | null;
  place: Named | null;
  address: Named | null;
  covered_by: Named[];
}

export interface Survey {
  base: number;
  catalog: { prices: string; optics: string; products: string; policy: string };
  customer: Located;
  far: Located | null;
  product: string;
  product_name: [zh: string, en: string];
  bandwidth: string;
  verdict: Verdict;
  alternatives: Way[];
  protection: Protection | null;
  rejected: Rejected[];
  notes: Note[];
}

/** The two legs of a protection answer, where it has any. */
export function legs(protection: Protection | null): { working: Way; protection: Way } | null {
  if (!protection || protection.verdict === 'dark') return null;
  return protection.verdict === 'disjoint' ? protection : protection.least_shared;
}

/** Whether a way rests on what the map does not prove. */
export function unproven(way: Way): boolean {
  return way.to_check.length > 0 || way.route.some((part) => part.element === 'unrecorded_equipment');
}

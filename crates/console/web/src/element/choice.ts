// A record that was chosen on the map, in a list or by a search.
import type { Named } from '../api/survey';

export interface Choice {
  resource: string;
  id: number;
  code: string;
  name: string;
  kind: string;
}

/** A named thing of the planner's answers as a record of the API. */
export function choice(named: Named): Choice {
  const resource = named.table === 'address' ? 'addresses' : `${named.table}s`;
  return { resource, id: named.id, code: named.code, name: named.name, kind: '' };
}

// A record of any table, with what it rides on and carries.
import { answered, api, type Reference } from '../api/client';
import type { components } from '../api/schema';
import type { Trace } from '../api/trace';
import type { Choice } from './choice';

type S = components['schemas'];
export type Any =
  | ({ resource: 'places' } & S['Place'])
  | ({ resource: 'spans' } & S['Span'])
  | ({ resource: 'cables' } & S['Cable'])
  | ({ resource: 'devices' } & S['Device'])
  | ({ resource: 'trails' } & S['Trail'])
  | ({ resource: 'links' } & S['Link'])
  | ({ resource: 'addresses' } & S['Address']);

export async function read(of: Choice, signal: AbortSignal): Promise<Any> {
  const with_ = { params: { path: { id: of.id } }, signal };
  switch (of.resource) {
    case 'places': return { resource: 'places', ...(await answered(api.GET('/api/v1/places/{id}', with_))) };
    case 'spans': return { resource: 'spans', ...(await answered(api.GET('/api/v1/spans/{id}', with_))) };
    case 'cables': return { resource: 'cables', ...(await answered(api.GET('/api/v1/cables/{id}', with_))) };
    case 'devices': return { resource: 'devices', ...(await answered(api.GET('/api/v1/devices/{id}', with_))) };
    case 'trails': return { resource: 'trails', ...(await answered(api.GET('/api/v1/trails/{id}', with_))) };
    case 'links': return { resource: 'links', ...(await answered(api.GET('/api/v1/links/{id}', with_))) };
    default: return { resource: 'addresses', ...(await answered(api.GET('/api/v1/addresses/{id}', with_))) };
  }
}

export async function trace(of: Any, signal: AbortSignal): Promise<Trace | null> {
  // An address is no element of the network.
  if (of.resource === 'addresses') return null;
  const element = `${of.resource.slice(0, -1)}:${of.code}`;
  return answered(api.GET('/api/v1/trace', { params: { query: { element } }, signal }));
}

export function referred(to: Reference): Choice {
  return { resource: to.resource, id: to.id, code: to.code, name: to.name, kind: '' };
}

/** The kind of a record, as one word of the API. */
export function kindOf(of: Any): string {
  switch (of.resource) {
    case 'places': case 'spans': case 'devices': return of.kind;
    case 'cables': return 'cable';
    case 'trails': return 'trail';
    case 'links': return 'link';
    case 'addresses': return 'address';
  }
}

// The answer of a trace; its types are those of the OpenAPI file.
import type { components } from './schema';

export type Branch = components['schemas']['Branch'];
export type Trace = components['schemas']['Trace'];

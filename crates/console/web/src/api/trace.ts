// The answer of a trace, as `linewright trace --json` gives it.
import type { Named } from './survey';

export interface Branch extends Named {
  kind?: Record<string, unknown>;
  slots?: { number: number; state: string }[];
  at?: Named;
  ends?: [Named, Named];
  length_m?: number;
  bore?: number;
  stage?: string;
  customer?: string;
  grade?: string;
  repeated?: boolean;
  then?: Branch[];
}

export interface Trace {
  base: number;
  subject: Branch;
  rides_on: Branch[];
  carries: Branch[];
  affected: { cables: number; trails: number; links: number; customers: string[] };
  truncated: boolean;
}

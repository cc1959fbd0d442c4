// A word in colour: how good a verdict is, or a stage of life.
import type { ReactNode } from 'react';
import type { Verdict } from '../api/survey';

export type Tone = 'good' | 'fair' | 'dear' | 'bad' | 'plan' | 'plain';

export const VERDICT_TONES: Record<Verdict, Tone> = {
  direct: 'good', jumper: 'good', drop: 'fair', expansion: 'dear', infeasible: 'bad',
};

export function stageTone(stage: string): Tone {
  return stage === 'in_service' ? 'good' : stage === 'retired' ? 'plain' : 'plan';
}

export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`chip ${tone}`}>{children}</span>;
}

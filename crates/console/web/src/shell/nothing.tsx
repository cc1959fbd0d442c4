// What a panel says while there is nothing to show.
import type { ReactNode } from 'react';

export function Nothing({ title, detail, children }: { title: string; detail: string; children?: ReactNode }) {
  return (
    <div className="nothing">
      <svg viewBox="0 0 96 56" aria-hidden>
        <path d="M4 46 H30 a10 10 0 0 0 10-10 V24 a10 10 0 0 1 10-10 H92" fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" opacity="0.35" />
        <path d="M4 52 H36 a10 10 0 0 0 10-10 V30 a10 10 0 0 1 10-10 H92" fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round" opacity="0.6" />
        <circle cx="43" cy="33" r="6" fill="var(--card)" stroke="currentColor" strokeWidth="3" />
      </svg>
      <b>{title}</b>
      <span>{detail}</span>
      {children}
    </div>
  );
}

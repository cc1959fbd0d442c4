// Why the server sent this browser back from the sign-in service: `#refused=KIND`, the last part of a problem's type.
import type { TextKey } from '../texts';

export interface Refusal {
  title: TextKey;
  detail: TextKey;
}

const KNOWN: Record<string, Refusal> = {
  'sign-in-expired': { title: 'refused_sign_in_expired', detail: 'refused_sign_in_expired_detail' },
  'sign-in-refused': { title: 'refused_sign_in_refused', detail: 'refused_sign_in_refused_detail' },
  'sign-in-untrusted': { title: 'refused_sign_in_untrusted', detail: 'refused_sign_in_untrusted_detail' },
  'sign-in-unreachable': { title: 'refused_sign_in_unreachable', detail: 'refused_sign_in_unreachable_detail' },
  'no-role': { title: 'refused_no_role', detail: 'refused_no_role_detail' },
  'account-not-linked': { title: 'refused_account_not_linked', detail: 'refused_account_not_linked_detail' },
  'account-closed': { title: 'refused_account_closed', detail: 'refused_account_closed_detail' },
};

/** What the address bar says, if it says that. */
export function refusedBy(): Refusal | null {
  const kind = /^#refused=([a-z-]+)$/.exec(window.location.hash)?.[1];
  if (!kind) return null;
  return KNOWN[kind] ?? { title: 'refused_other', detail: 'refused_other_detail' };
}

import type { RejectReason } from './authorise.ts';

/**
 * What a rejected subscriber may be shown (Reply-Message): nothing of our insides, nothing that tells a wrong name from a
 * wrong password. A hotspot hands it to the portal as its error.
 */
export const rejectText: Readonly<Record<RejectReason, string>> = {
  'wrong-password': 'Wrong username or password',
  'unknown-subscriber': 'Wrong username or password',
  'too-many-guesses': 'Too many wrong passwords: try again in a minute',
  'wrong-mac': 'Wrong username or password',
  'password-used': 'This login was used already: the page is too old',
  'method-not-possible': 'This way of logging in is not possible',
  'not-sold-here': 'This account cannot be used here',
  'local-only': 'This account cannot be used here',
  disabled: 'This account is disabled',
  suspended: 'This account is suspended',
  expired: 'This account has expired',
  'wrong-device': 'This account cannot be used on this device',
  'wrong-place': 'This account cannot be used in this place',
  'too-many-sessions': 'This account is in use as often as it allows',
  'quota-used': 'What this account includes is used up for now',
  'too-many-devices': 'This account is in use on as many devices as it allows',
  'outside-hours': 'This account cannot be used at this time of day',
  'refused-elsewhere': 'This account cannot be used now',
  'authority-down': 'Logging in is not possible just now',
};

/** The reason behind such a text, the commonest where several share it; `undefined` when it is none of ours. */
export function reasonOfText(text: string): RejectReason | undefined {
  const wanted = text.trim();
  for (const [reason, each] of Object.entries(rejectText)) if (each === wanted) return reason as RejectReason;
  return undefined;
}

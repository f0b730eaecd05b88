import type { Fields } from './fields.ts';
import type { Message } from './texts/texts.ts';

/**
 * What a router says about a login it refused, by the keys of its message catalogue (portal.md §1.6), by the words of the
 * usual catalogues, and by what our RADIUS says in Reply-Message. Never shown as it came.
 */
const known: readonly (readonly [RegExp, Message])[] = [
  [/account is suspended/i, 'suspended'],
  [/account is disabled/i, 'disabled'],
  [/account has expired/i, 'expired'],
  [/cannot be used here|way of logging in/i, 'not-here'],
  [/^radius-timeout|server (?:is not responding|does not answer)/i, 'busy'],
  [/^auth-in-progress|already authorizing|under way already/i, 'busy'],
  [/^shutting-down|shutting down/i, 'busy'],
  [/^ippool-empty|no more free addresses|no address is free/i, 'busy'],
  [/^license-session-limit|^session limit reached|no more sessions are allowed here/i, 'busy'],
  [/^user-session-limit|no more sessions are allowed/i, 'session-limit'],
  [/^uptime-limit|uptime limit|time of this user is used up/i, 'time-limit'],
  [/^traffic-limit|traffic limit|traffic of this user is used up/i, 'data-limit'],
  [/^invalid-mac|^wrong-mac-username|this mac address|from this device|that of another device/i, 'device-refused'],
  [/^chap-missing|did not send challenge|page is too old/i, 'try-again'],
];

/** What only a password we made ourselves, and too late, can be the cause of. */
const invalid = /^invalid-username|invalid user ?name or password|wrong username or password/i;

/**
 * The message for a guest whom the router sent back; `undefined` when it says nothing of a refusal.
 *
 * @param fields `var` is in them when the login that failed was ours
 */
export function routerError(fields: Fields): Message | undefined {
  const said = [fields.get('error-orig'), fields.get('error')].filter((each) => each !== undefined && each !== '');
  if (said.length === 0) return undefined;
  for (const text of said) {
    const message = known.find(([words]) => words.test(text ?? ''))?.[1];
    if (message !== undefined) return message;
    if (invalid.test(text ?? '')) return (fields.get('var') ?? '') === '' ? 'wrong-password' : 'try-again';
  }
  return 'router-refused';
}

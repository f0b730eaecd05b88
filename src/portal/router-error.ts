import { reasonOfText } from '../access/reject-text.ts';
import { messageFor } from './decide.ts';
import type { Fields } from './fields.ts';
import type { Message } from './texts/texts.ts';

/**
 * What a router says about a login it refused, by the keys of its message catalogue, by the words of the
 * usual catalogues, and by what our RADIUS says in Reply-Message. Never shown as it came.
 */
const known: readonly (readonly [RegExp, Message])[] = [
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
  // Where the login was ours, the password was: it came too late.
  [/^invalid-username|invalid user ?name or password/i, 'wrong-password'],
];

/**
 * The message for a guest whom the router sent back; `undefined` when it says nothing of a refusal.
 *
 * @param fields `var` is in them when the login that failed was ours
 */
export function routerError(fields: Fields): Message | undefined {
  const said = [fields.get('error-orig') ?? '', fields.get('error') ?? ''].filter((each) => each !== '');
  const ours = (fields.get('var') ?? '') !== '';
  if (said.length === 0) return undefined;
  for (const text of said) {
    const message = messageOf(text);
    if (message !== undefined) return ours && message === 'wrong-password' ? 'try-again' : message;
  }
  return 'router-refused';
}

function messageOf(text: string): Message | undefined {
  const reason = reasonOfText(text);
  if (reason !== undefined) return messageFor(reason);
  return known.find(([words]) => words.test(text))?.[1];
}

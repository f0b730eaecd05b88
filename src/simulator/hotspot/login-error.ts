/** Keys of `errors.txt`. */
export type LoginErrorKey =
  | 'internal-error'
  | 'config-error'
  | 'not-logged-in'
  | 'ippool-empty'
  | 'shutting-down'
  | 'user-session-limit'
  | 'wrong-mac-username'
  | 'chap-missing'
  | 'invalid-username'
  | 'invalid-mac'
  | 'uptime-limit'
  | 'traffic-limit'
  | 'radius-timeout'
  | 'auth-in-progress'
  | 'radius-reply';

/** Why a login did not come about. */
export interface LoginError {
  readonly key: LoginErrorKey;
  /** `$(error-orig)`: not translated, whatever `errors.txt` says. */
  readonly original: string;
}

const originals: Readonly<Record<LoginErrorKey, string>> = {
  'internal-error': 'internal error',
  'config-error': 'configuration error',
  'not-logged-in': 'not logged in',
  'ippool-empty': 'no address left in pool',
  'shutting-down': 'hotspot service is shutting down',
  'user-session-limit': 'no more sessions are allowed for user',
  'wrong-mac-username': 'this MAC address is not yours',
  'chap-missing': 'web browser did not send challenge response',
  'invalid-username': 'invalid username or password',
  'invalid-mac': 'user is not allowed to log in from this MAC address',
  'uptime-limit': 'user has reached uptime limit',
  'traffic-limit': 'user has reached traffic limit',
  'radius-timeout': 'RADIUS server is not responding',
  'auth-in-progress': 'already authorizing, retry later',
  'radius-reply': '',
};

export function loginError(key: LoginErrorKey, original: string = originals[key]): LoginError {
  return { key, original };
}

/** The line of `errors.txt` for a key: `key = text`. `undefined` when it has none. */
export function errorText(catalogue: string, key: LoginErrorKey): string | undefined {
  for (const line of catalogue.split(/\r?\n/)) {
    const [, name, text] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === key) return text;
  }
  return undefined;
}

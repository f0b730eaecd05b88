/** Acct-Terminate-Cause, RFC 2866 §5.10; 19 to 22 from RFC 3580 §3.11 and the IANA registry. */
const words: readonly string[] = [
  'User-Request',
  'Lost-Carrier',
  'Lost-Service',
  'Idle-Timeout',
  'Session-Timeout',
  'Admin-Reset',
  'Admin-Reboot',
  'Port-Error',
  'NAS-Error',
  'NAS-Request',
  'NAS-Reboot',
  'Port-Unneeded',
  'Port-Preempted',
  'Port-Suspended',
  'Service-Unavailable',
  'Callback',
  'User-Error',
  'Host-Request',
  'Supplicant-Restart',
  'Reauthentication-Failure',
  'Port-Reinitialized',
  'Port-Administratively-Disabled',
];

export const nasReboot = 11;

/** Not a cause a NAS sends: its Stop never came, and a new session under the same id shows that this one is over. */
export const lostStop = 'Lost';

/** Nor this: its Stop never came, and asked to end it the NAS said that it does not have it. */
export const notOnNas = 'Not-On-NAS';

/** Nor this: nothing was heard of it for too long. */
export const notHeardOf = 'Not-Heard-Of';

/** Nor this: it was silent, and its device came online anew. */
export const replaced = 'Replaced';

/** The standard's word, here for a NAS that did not tell. */
export const nasRebooted = 'NAS-Reboot';

/** Nor this: it goes on under the new name of its router. */
export const renamed = 'Router-Renamed';

/** Nor this: it goes on at another NAS, which counts on from where it was. */
export const roamed = 'Roamed';

/** The standard's word for a cause, `Cause-99` for a number it does not have. */
export function terminateCauseWord(number: number): string {
  return words[number - 1] ?? `Cause-${number}`;
}

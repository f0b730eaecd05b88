import { printable } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import type { Nas } from '../directory/reader.ts';
import type { FramingReason } from './packet/framing.ts';
import { nearestNas } from './source-address.ts';

/** Why a packet got no answer. */
export type DropReason =
  | 'unknown-client'
  | 'unknown-nas-identifier'
  | 'source-port'
  | FramingReason
  | 'bad-code'
  | 'ma-missing'
  | 'proxy-unsigned'
  | 'ma-invalid'
  | 'ma-wrong'
  | 'authenticator-wrong'
  | 'auth-conflict'
  | 'overload'
  | 'status-off'
  | 'status-limit'
  | 'reply-too-long'
  | 'acct-incomplete'
  | 'store-down'
  | 'cannot-decide'
  /** Of requests for servers of others: none of them answered; it came by here before. */
  | 'home-server-down'
  | 'proxy-loop'
  /** Connections of RADIUS over TLS that were refused. */
  | 'radsec-unknown-client'
  | 'radsec-no-certificate'
  | 'radsec-unknown-certificate'
  | 'radsec-tls'
  | 'radsec-too-many';

/** By what a packet showed that its sender knows the shared secret. */
export type Proof = 'message-authenticator' | 'request-authenticator';

/** The part of a pino logger that is used here. */
export interface RadiusLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  isLevelEnabled(level: string): boolean;
}

/** A trouble an operator can mend, with when it was last seen. */
export interface RadiusFinding {
  readonly nas: string;
  /** `unsigned`: taken, of a NAS that need not sign. */
  readonly reason: DropReason | 'unsigned';
  /** How many packets it cost since it began. */
  readonly count: number;
  /** Wall time, milliseconds since 1970. */
  readonly lastAt: number;
  readonly source: string;
  readonly hint?: string;
}

/** What else is known of a packet, for the log. */
export interface DropFields {
  readonly [name: string]: unknown;
  /** Where it came in. */
  readonly socket?: string;
  /** What it says of itself, where none of those declared there says so. Printable. */
  readonly nasIdentifier?: string;
}

export interface DropLog {
  note(nas: Nas | undefined, reason: DropReason, source: string, fields?: DropFields): void;
  /** A packet of the NAS proved the shared secret: what was in doubt for long enough is over. */
  verified(nas: Nas, proof: Proof): void;
  findings(): readonly RadiusFinding[];
}

const quietMs = 10_000;
/** So long a doubt stays after the last packet that raised it: one good packet may be another device's. */
const doubtMs = 300_000;

/** Reasons that a proof disproves, in time. */
const disproved: Readonly<Record<Proof, readonly DropReason[]>> = {
  'message-authenticator': ['ma-missing', 'proxy-unsigned', 'ma-invalid', 'ma-wrong', 'authenticator-wrong'],
  'request-authenticator': ['ma-wrong', 'authenticator-wrong'],
};
const doubts: ReadonlySet<DropReason> = new Set(disproved['message-authenticator']);

interface Seen {
  finding: RadiusFinding;
  /** Monotonic milliseconds, as the next. */
  loggedAt: number;
  lastAt: number;
  /** How many were dropped since `loggedAt`. */
  since: number;
}

/**
 * Tells of dropped packets: at most one line in ten seconds for each NAS and reason, with the number that passed in
 * between, and with what to do about it where we know.
 */
export function dropLog(log: RadiusLog, clock: Clock, declared: () => readonly Nas[]): DropLog {
  const seen = new Map<string, Seen>();
  /** Names of NAS with a doubt, so that others cost nothing. */
  const doubted = new Set<string>();
  return {
    note(nas, reason, source, fields = {}) {
      const name = nas?.name ?? 'unknown';
      const key = `${name}\n${reason}`;
      const known = seen.get(key);
      const now = clock.monotonic();
      if (known !== undefined && now - known.loggedAt < quietMs) {
        known.since += 1;
        known.lastAt = now;
        known.finding = { ...known.finding, count: known.finding.count + 1, lastAt: clock.now() };
        return;
      }
      const hint = hintFor(nas, reason, { source, ...fields }, declared);
      const count = (known?.finding.count ?? 0) + 1;
      const finding = {
        nas: name,
        reason,
        count,
        lastAt: clock.now(),
        source,
        ...(hint === undefined ? {} : { hint }),
      };
      const more = known === undefined || known.since === 0 ? {} : { alsoDropped: known.since };
      seen.set(key, { finding, loggedAt: now, lastAt: now, since: 0 });
      if (nas !== undefined && doubts.has(reason)) doubted.add(name);
      log.warn(
        { nas: name, reason, source: printable(source), ...fields, ...more, ...(hint && { hint }) },
        'packet dropped',
      );
    },
    verified({ name }, proof) {
      if (!doubted.has(name)) return;
      const now = clock.monotonic();
      for (const reason of disproved[proof]) {
        const known = seen.get(`${name}\n${reason}`);
        if (known === undefined || now - known.lastAt < doubtMs) continue;
        seen.delete(`${name}\n${reason}`);
        log.info({ nas: name, reason }, 'packets prove the shared secret again');
      }
      if (![...doubts].some((reason) => seen.has(`${name}\n${reason}`))) doubted.delete(name);
    },
    findings() {
      const names = new Set(['unknown', ...declared().map(({ name }) => name)]);
      // Who is declared no more is no trouble any more.
      for (const [key, { finding }] of seen) if (!names.has(finding.nas)) seen.delete(key);
      return [...seen.values()].map(({ finding }) => finding);
    },
  };
}

function hintFor(
  nas: Nas | undefined,
  reason: DropReason,
  { source, nasIdentifier = '' }: DropFields & { readonly source: string },
  declared: () => readonly Nas[],
): string | undefined {
  switch (reason) {
    case 'unknown-client':
      return unknownHint(nearestNas(source, declared()));
    case 'home-server-down':
      return 'no home server of the realm answers: see lastmile status';
    case 'proxy-loop':
      return 'it was passed on here before: a home server sends people of this realm back to us';
    case 'radsec-unknown-client':
      return 'no NAS with transport radsec is declared at this address';
    case 'radsec-no-certificate':
      return 'it shows no certificate: on RouterOS, /radius set certificate=…';
    case 'radsec-unknown-certificate':
      return (
        'declare radsec.fingerprint for this NAS, or have an authority of radius.radsec.clientCa sign a certificate ' +
        'with its name'
      );
    case 'radsec-tls':
      return 'it must trust the authority of our certificate, and speak TLS 1.2 or later';
    case 'unknown-nas-identifier':
      return (
        'several NAS are declared at this address, and none with the NAS-Identifier of this packet, which ' +
        (nasIdentifier === '' ? 'has none' : `is "${nasIdentifier}"`)
      );
    case 'ma-wrong':
    case 'authenticator-wrong':
      return `the shared secret of ${nas?.name} is not the one declared: compare secret in /radius with radius.secret`;
    case 'ma-missing':
      return missingHint(nas);
    case 'status-off':
      return `${nas?.name} is declared statusServer: false`;
    case 'proxy-unsigned':
      return (
        `a request with Proxy-State must be signed though ${nas?.name} is declared messageAuthenticator: ` +
        `${nas?.messageAuthenticator} (CVE-2024-3596): make the proxy send Message-Authenticator`
      );
    default:
      return undefined;
  }
}

/** What to do about a NAS of which it was learned that it signs nothing. */
export function unsignedHint({ name }: Nas): string {
  return (
    `it was learned that ${name} signs no requests: upgrade RouterOS to 7.15 or later, ` +
    'then declare messageAuthenticator: require'
  );
}

function missingHint(nas: Nas | undefined): string {
  if (nas?.messageAuthenticator === 'learn') {
    return (
      `${nas.name} has signed its requests until now, and this one is not signed: forged, or the NAS was changed; ` +
      'in that case declare radius.messageAuthenticator: off for it'
    );
  }
  if (nas?.messageAuthenticator === 'off') {
    return 'Status-Server and EAP need a Message-Authenticator whatever is declared: make what sends them send it';
  }
  return (
    `${nas?.name} sends no Message-Authenticator: upgrade RouterOS to 7.15 or later, ` +
    'or declare radius.messageAuthenticator: learn (until it does) or off for it'
  );
}

function unknownHint(nearest: Nas | undefined): string {
  if (nearest === undefined) return 'no NAS is declared';
  return `nearest declared NAS: ${nearest.name} at ${nearest.clientAddress}; compare src-address in /radius`;
}

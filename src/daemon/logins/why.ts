import type { LoggedDecision } from '../../access/decision-log.ts';
import { parseGuestUsername } from '../../access/portal-password.ts';
import type { WhyAnswer } from '../../admin/service.ts';
import { compact } from '../../base/compact.ts';
import { parseMac } from '../../base/mac.ts';
import { formatDuration } from '../../base/units.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Login, PortalAccess } from '../../directory/reader.ts';
import type { RadiusFinding } from '../../radius/drops.ts';

/** Whom a name stands for in the directory. */
export interface Known {
  readonly login?: Login;
  /** Whose MAC it is. */
  readonly device?: Login;
  /** The portal whose guest goes by it, without an account. */
  readonly portal?: PortalAccess;
  /** What the same subscriber goes by besides; all of it where the name is not a login's but the subscriber's. */
  readonly others: readonly string[];
}

/** @param name a username, a MAC in any spelling, or a subscriber's name */
export function knownAs(directory: Pick<Directory, 'login' | 'device' | 'portal' | 'loginsOf'>, name: string): Known {
  const mac = parseMac(name);
  const login = directory.login(name);
  const device = mac === undefined ? undefined : directory.device(mac);
  const guest = login === undefined ? parseGuestUsername(name) : undefined;
  const portal = guest === undefined ? undefined : directory.portal(guest.site);
  const found = login ?? device;
  const others = directory.loginsOf(found?.subscriber ?? name).filter((each) => each !== found);
  return compact({ login, device, portal, others: others.map(({ username }) => username) });
}

/** All that is known about why a username gets in or not. Pure; holds no secret. */
export function whyOf(
  username: string,
  known: Known | undefined,
  decisions: readonly LoggedDecision[],
  findings: readonly RadiusFinding[],
  now: number,
): WhyAnswer {
  const newestFirst = decisions.map(withTimeout).reverse();
  const found = known === undefined ? undefined : shown(known);
  return {
    username,
    ...(found === undefined ? {} : { login: found }),
    decisions: newestFirst,
    hints: [
      ...loginHints(username, known, now),
      ...silenceHints(newestFirst[0]),
      ...dropHints(findings.filter(({ lastAt }) => lastAt >= (newestFirst[0]?.at ?? 0))),
    ],
  };
}

/** Session-Timeout differs from login to login and is therefore kept beside the other attributes, but it was sent with them. */
function withTimeout(decision: LoggedDecision): LoggedDecision {
  const { reply, sessionTimeoutSeconds } = decision;
  if (sessionTimeoutSeconds === undefined) return decision;
  const timeout = `Session-Timeout=${sessionTimeoutSeconds}`;
  return { ...decision, reply: reply === undefined || reply === '' ? timeout : `${reply}, ${timeout}` };
}

function shown({ login, device, portal, others }: Known): Readonly<Record<string, unknown>> | undefined {
  const one = login ?? device;
  if (one === undefined)
    return portal?.clickThrough === undefined ? undefined : { portal: portal.site, ...portal.clickThrough };
  const { subscriber, service, access, state, reason, expires, graceFrom, radius, limits } = one;
  return compact({
    subscriber,
    device: one === device ? one.username : undefined,
    service,
    access: access?.join(', '),
    state,
    reason,
    expires: expires === undefined ? undefined : new Date(expires).toISOString(),
    auth: radius ? (one.fallback === true ? 'hybrid' : 'radius') : 'local',
    graceFrom: graceFrom === undefined ? undefined : new Date(graceFrom).toISOString(),
    limits: { ...limits, ...(limits.hours === undefined ? {} : { hours: limits.hours.text }) },
    others: others.length === 0 ? undefined : others.join(', '),
  });
}

function loginHints(username: string, known: Known | undefined, now: number): readonly string[] {
  const login = known?.login ?? known?.device;
  if (login === undefined) return strangerHints(username, known);
  if (!login.radius) return ['it logs in by a local row of its router, not by RADIUS'];
  if (login.state !== 'active') {
    const is = `it is ${login.state}${login.reason === undefined ? '' : `: ${login.reason}`}`;
    return [is, ...pageHints(login)];
  }
  if (login.expires !== undefined && login.expires <= now) return ['it has expired'];
  return timeHints(login, now);
}

/** What changes by itself. */
function timeHints({ expires, graceFrom, limits }: Login, now: number): readonly string[] {
  const inTime = (at: number): string => `in ${formatDuration(at - now)}, at ${new Date(at).toISOString()}`;
  const overdue = graceFrom !== undefined && graceFrom <= now;
  const hours = limits.hours?.at(now);
  const turn = hours?.until === undefined ? '' : ` ${inTime(hours.until)}`;
  return [
    ...(overdue ? [`it is overdue since ${new Date(graceFrom).toISOString()}, and in grace`] : []),
    ...(expires === undefined
      ? []
      : [`it expires ${inTime(expires)}${graceFrom === undefined ? '' : ', after its grace'}`]),
    ...(hours === undefined
      ? []
      : [hours.open ? `its hours end${turn}` : `it is outside of its hours, which begin${turn}`]),
  ];
}

/** Somebody suspended may be let in all the same. */
function pageHints({ state, whileSuspended }: Login): readonly string[] {
  if (state !== 'suspended' || whileSuspended === undefined) return [];
  const list = whileSuspended.addressLists?.join(', ') ?? '';
  return [`MikroTik routers let it in to meet a page: on the address list ${list}`];
}

function strangerHints(username: string, known: Known | undefined): readonly string[] {
  const name = JSON.stringify(username);
  if (known?.portal?.clickThrough !== undefined) {
    return [
      `a guest without an account: let in by passwords that portal ${known.portal.site} makes, each of them once`,
    ];
  }
  const others = known?.others ?? [];
  if (others.length > 0) return [`the subscriber ${name} logs in as ${others.join(', ')}: ask about one of these`];
  const mac = parseMac(username);
  if (mac !== undefined) return [`no subscriber has the device ${mac}, nor the username ${name}`];
  return [`no subscriber has the username ${name} (it is case-sensitive)`];
}

/** The newest decision was to say nothing. */
function silenceHints(newest: LoggedDecision | undefined): readonly string[] {
  if (newest?.verdict !== 'silent') return [];
  return [`its last login got no answer: ${silences[newest.reason ?? ''] ?? newest.reason ?? 'nobody knows why'}`];
}

const silences: Readonly<Record<string, string>> = {
  'cannot-decide': 'whoever decides could not be asked, see lastmile status: its router asks its next server',
  'home-server-down': 'no home server of its realm answered, see lastmile status',
  'proxy-loop': 'it was passed on here before: a home server sends people of this realm back to us',
  overload: 'there was no room for it, its router or device asks again',
  'reply-too-long': 'what it is granted does not fit into a packet: it has too many attributes',
  'eap-given-up':
    'the device did not go on with EAP for a minute: it may not trust our certificate, wait for somebody to accept it, or have lost its access point',
};

/** Since the newest decision, or without any, the packets may not get this far: what is dropped is worth a look. */
function dropHints(findings: readonly RadiusFinding[]): readonly string[] {
  return findings.map(({ nas, reason, count, source, hint }) => {
    const more = hint === undefined ? '' : `; ${hint}`;
    return reason === 'unsigned'
      ? `packets from ${source} (${nas}) are answered although ${count} were not signed${more}`
      : `packets from ${source} (${nas}) are dropped: ${count} × ${reason}${more}`;
  });
}

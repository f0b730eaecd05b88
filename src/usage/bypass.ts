import type { OnlineSession, PathReading, RouterReading } from './reading.ts';

/** Below it is what goes to all ports at once, and frames that are not of subscribers. */
const leastSwitchedPercent = 5;

/** Octets that passed between two readings, and how many of them what should count or limit them did not see. */
export interface Bypass {
  readonly octets: bigint;
  readonly bypassed: bigint;
}

/** What a reading leaves behind for the next to be compared with. */
export interface CountsBefore {
  /** By session id and username: what counts it right, and what its queue saw. */
  readonly sessions: ReadonlyMap<string, readonly [own: bigint, queue: bigint]>;
  readonly interfaces: PathReading['interfaces'];
}

export interface PathFinding {
  readonly code:
    | 'LM_FASTTRACK'
    | 'LM_FASTPATH'
    | 'LM_HARDWARE_OFFLOAD'
    | 'LM_NO_COUNTER'
    | 'LM_UNCLEAR_COUNTER'
    | 'LM_ACCOUNTING_FULL';
  readonly message: string;
}

export function countsOf({ sessions, path }: RouterReading): CountsBefore {
  return {
    sessions: new Map(sessions.flatMap((session) => both(session) ?? [])),
    interfaces: path.interfaces,
  };
}

/** Of PPP sessions with a queue: octets on their interfaces that the queues did not see. Exact. */
export function queueBypass(before: CountsBefore, now: CountsBefore): Bypass {
  let [octets, queued] = [0n, 0n];
  for (const [name, [own, queue]] of now.sessions) {
    const [ownBefore, queueBefore] = before.sessions.get(name) ?? [0n, 0n];
    // One of the counters began anew: nothing to compare.
    if (own < ownBefore || queue < queueBefore) continue;
    octets += own - ownBefore;
    queued += queue - queueBefore;
  }
  return { octets, bypassed: octets > queued ? octets - queued : 0n };
}

/** Of these interfaces: octets that took a fast path, as the interfaces count them (`fp-rx-byte`, `fp-tx-byte`). */
export function portBypass(before: CountsBefore, now: CountsBefore, ports: ReadonlySet<string>): Bypass {
  let [octets, bypassed] = [0n, 0n];
  for (const [name, count] of now.interfaces) {
    const last = before.interfaces.get(name);
    if (!ports.has(name) || last === undefined || count.octets < last.octets || count.fast < last.fast) continue;
    octets += count.octets - last.octets;
    bypassed += count.fast - last.fast;
  }
  return { octets, bypassed };
}

/**
 * Of the ports of these bridges: octets that the switch chip carried from one to another. Ports count them, coming and
 * going; their bridge does not, which has what the processor saw.
 */
export function switchBypass(
  before: CountsBefore,
  { interfaces, offloadedPorts }: PathReading,
  bridges: ReadonlySet<string>,
): Bypass {
  const grown = (name: string) => {
    const [last, now] = [before.interfaces.get(name), interfaces.get(name)];
    return last === undefined || now === undefined || now.octets < last.octets ? undefined : now.octets - last.octets;
  };
  const counted = offloadedPorts.filter(({ bridge }) => bridges.has(bridge) && grown(bridge) !== undefined);
  const octets = counted.reduce((sum, { port }) => sum + (grown(port) ?? 0n), 0n);
  const seen = [...new Set(counted.map(({ bridge }) => bridge))].reduce((sum, name) => sum + (grown(name) ?? 0n), 0n);
  return { octets, bypassed: octets > seen ? octets - seen : 0n };
}

/** What was measured since the reading before. */
export interface Share {
  readonly queues: Bypass;
  readonly ports: Bypass;
  readonly switched: Bypass;
}

/** Where subscribers are counted or limited by what a fast path goes around. */
export interface Concern {
  /** Sessions with a queue that limits them. */
  readonly queued: number;
  /** Sessions counted by a queue, a hotspot or `/ip/accounting`. */
  readonly metered: number;
  /** Sessions that nothing counts. */
  readonly uncounted: number;
  /** Sessions whose interface cannot be told from that of another of the same name. */
  readonly unclear: number;
}

export function concernOf(sessions: readonly OnlineSession[]): Concern {
  const count = (of: (session: OnlineSession) => boolean) => sessions.filter(of).length;
  return {
    queued: count(({ queue, meter }) => queue !== undefined || meter?.source === 'queue'),
    metered: count(({ meter }) => meter !== undefined && meter.source !== 'interface'),
    // A dial-in session whose interface is not known is met between two states of the router.
    uncounted: count(
      ({ meter, access, nasPortId }) => meter === undefined && (access !== 'ppp' || nasPortId !== undefined),
    ),
    unclear: count(({ unclear }) => unclear === true),
  };
}

/**
 * What there is to say of a router whose packets may pass uncounted.
 *
 * @param share what was measured since the reading before, undefined at the first
 */
export function pathFindings(
  path: PathReading,
  concern: Concern,
  share: Share | undefined,
  ports: ReadonlySet<string>,
): readonly PathFinding[] {
  const findings: PathFinding[] = [];
  const concerned = concern.queued + concern.metered > 0;
  const [rule] = path.fastTrackRules;
  if (concerned && (rule !== undefined || path.fastTrackActive === true)) {
    const menu = rule?.split(' ')[0] ?? '/ip/firewall/filter';
    const where = rule === undefined ? 'is active' : `is on (${path.fastTrackRules.join(', ')})`;
    findings.push({
      code: 'LM_FASTTRACK',
      message: `FastTrack ${where}: ${shareText(share, concern)}. Mend it with ${menu}/disable [find action=fasttrack-connection], or keep subscribers out of that rule`,
    });
  } else if (concerned && path.fastPathActive === true && (share?.ports.bypassed ?? 0n) > 0n) {
    findings.push({
      code: 'LM_FASTPATH',
      message: `FastPath is active: ${shareText(share, concern)}. Mend it with /ip/settings/set allow-fast-path=no`,
    });
  }
  if (concern.metered > 0 && percent(share?.switched) >= leastSwitchedPercent) {
    const offloaded = path.offloadedPorts.filter(({ bridge }) => ports.has(bridge)).map(({ port }) => port);
    const of = `${percent(share?.switched)} % of ${share?.switched.octets} octets`;
    findings.push({
      code: 'LM_HARDWARE_OFFLOAD',
      message: `the switch chip carried ${of} of bridge ports ${offloaded.join(', ')} since the last reading from one to another: nothing else counts or limits them. Mend it with /interface/bridge/port/set [find interface=${offloaded[0]}] hw=no`,
    });
  }
  const [chip] = path.routingSwitches ?? [];
  if (concerned && chip !== undefined) {
    findings.push({
      code: 'LM_HARDWARE_OFFLOAD',
      message: `the switch chip ${chip} may route by itself (l3-hw-offloading): what it carries passes queues and counters, and how much that is cannot be measured. Mend it with /interface/ethernet/switch/set [find name=${chip}] l3-hw-offloading=no`,
    });
  }
  if (concern.uncounted > 0) {
    findings.push({
      code: 'LM_NO_COUNTER',
      message: `nothing on the router counts ${concern.uncounted} of its sessions: a lease is counted by its queue, which it has when its service has a rate`,
    });
  }
  if (concern.unclear > 0) {
    findings.push({
      code: 'LM_UNCLEAR_COUNTER',
      message: `${concern.unclear} sessions have names that are online twice, and the router does not tell which interface is whose: they are not counted. Mend it with /ppp/profile/set [find name=…] only-one=yes`,
    });
  }
  if (path.uncounted !== undefined && path.uncounted > 0n) {
    findings.push({
      code: 'LM_ACCOUNTING_FULL',
      message: `${path.uncounted} octets since the last reading found the table of /ip/accounting full. Mend it with a higher threshold, or a shorter interval (reconcile.collect)`,
    });
  }
  return findings;
}

function shareText(share: Share | undefined, concern: Concern): string {
  const whom = `queues and counters of ${Math.max(concern.queued, concern.metered)} sessions`;
  const measured = [share?.queues, share?.ports].filter((each) => each !== undefined && each.octets > 0n);
  const [most] = measured.sort((a, b) => Number(percent(b) - percent(a)));
  if (most === undefined) return `what takes it passes the ${whom}; nothing was measured yet`;
  return `${percent(most)} % of ${most.octets} octets since the last reading passed the ${whom}`;
}

function percent(bypass: Bypass | undefined): number {
  if (bypass === undefined || bypass.octets === 0n) return 0;
  return Number((bypass.bypassed * 1000n) / bypass.octets) / 10;
}

function both(session: OnlineSession): readonly (readonly [string, readonly [bigint, bigint]])[] | undefined {
  const { meter, queue, sessionId, username } = session;
  if (meter === undefined || queue === undefined || meter.source !== 'interface') return undefined;
  return [[`${sessionId}\n${username}`, [BigInt(meter.up) + BigInt(meter.down), queue.up + queue.down]]];
}

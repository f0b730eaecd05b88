import { versionFindings } from '../routeros/router-version.ts';
import { isAtLeast, type RouterOsVersion } from '../routeros/versions.ts';
import { isYes, type RouterFacts, settingsOf } from './facts.ts';
import type { Trouble } from './finding.ts';
import { dateOf } from './router-clock.ts';

/** The device and its system: licence, version, time, device-mode. Pure. */
export function checkDevice(facts: RouterFacts): readonly Trouble[] {
  return [...licence(facts), ...version(facts), ...clock(facts), ...ntp(facts), ...deviceMode(facts), ...rival(facts)];
}

/** PPPoE and hotspot sessions at once by level (RouterOS manual: License, Licence levels). Level 6: no limit. */
const sessionsOf: Readonly<Record<string, readonly [pppoe: number, hotspot: number]>> = {
  '1': [1, 1],
  '3': [200, 1],
  '4': [200, 200],
  '5': [500, 500],
};
/** From this share on somebody should think of it. */
const nearly = 0.9;

function licence(facts: RouterFacts): readonly Trouble[] {
  const row = settingsOf(facts, '/system/license');
  const level = row?.['nlevel'] ?? row?.['level'];
  if (level === undefined) return [];
  if (level === 'free') {
    const says = 'its CHR licence is free: no interface sends more than 1 Mbit/s';
    return [{ code: 'LM_LICENCE_LEVEL', says, mend: '/system/license/renew level=p1 (or p10, p-unlimited)' }];
  }
  if (level === '0') {
    const says = 'it has no licence: RouterOS runs for 24 hours';
    return [
      { code: 'LM_LICENCE_LEVEL', says, mend: 'buy a licence of level 4 or above: /system/license/print shows the ID' },
    ];
  }
  const limits = sessionsOf[level];
  if (limits === undefined) return [];
  return [...tooLow(facts, level), ...nearlyFull(facts, level, limits)];
}

function tooLow({ router }: RouterFacts, level: string): readonly Trouble[] {
  if (Number(level) >= 4 || (router.hotspots.length === 0 && router.ppp === undefined)) return [];
  const says = `its licence is of level ${level}, and hotspots and PPPoE servers for subscribers want level 4`;
  return [
    { code: 'LM_LICENCE_LEVEL', says, mend: 'buy a licence of level 4 or above: /system/license/print shows the ID' },
  ];
}

function nearlyFull(
  { rows }: RouterFacts,
  level: string,
  [pppoe, hotspot]: readonly [number, number],
): readonly Trouble[] {
  const kinds = [
    ['PPPoE', rows.get('/ppp/active')?.length ?? 0, pppoe],
    ['hotspot', rows.get('/ip/hotspot/active')?.length ?? 0, hotspot],
  ] as const;
  return kinds.flatMap(([kind, online, limit]) => {
    if (online < limit * nearly) return [];
    const says = `${online} of the ${limit} ${kind} sessions that its licence (level ${level}) allows are in use`;
    const mend = `a licence of level ${Number(level) < 5 ? 5 : 6}: /system/license/print shows the ID`;
    return [{ code: 'LM_LICENCE_SESSIONS', says, mend }];
  });
}

interface KnownVersion {
  readonly is: (version: RouterOsVersion) => boolean;
  readonly reason: string;
}

/** Versions that somebody should leave, and why. Few, and each sure. */
export const knownVersions: readonly KnownVersion[] = [
  {
    is: (version) => /(?:alpha|beta|rc)/.test(version.text),
    reason: 'is for trying out, not for service',
  },
  {
    is: (version) => !isAtLeast(version, '7.15'),
    reason: 'cannot be made to want signed answers of RADIUS: who stands between may forge an accept (CVE-2024-3596)',
  },
];

function version({ version: seen }: RouterFacts): readonly Trouble[] {
  if (seen === undefined) return [];
  const mend =
    seen.major < 7
      ? 'upgrade it to RouterOS 7.15 or later, a new major version: try that on a router out of service first'
      : '/system/package/update/set channel=stable; /system/package/update/install (the router restarts)';
  const known = knownVersions.filter(({ is }) => is(seen));
  const newer = versionFindings(seen).map(
    ({ message }): Trouble => ({
      code: 'LM_ROUTER_VERSION_UNKNOWN',
      says: message,
      mend: 'look at lastmile plan before you apply, or upgrade lastmile',
    }),
  );
  return [
    ...known.map(
      ({ reason }): Trouble => ({ code: 'LM_ROUTER_VERSION', says: `RouterOS ${seen.text} ${reason}`, mend }),
    ),
    ...newer,
  ];
}

/** Above it, times of accounting and of certificates are wrong. */
const skewSeconds = 60;

function clock(facts: RouterFacts): readonly Trouble[] {
  const row = settingsOf(facts, '/system/clock');
  const theirs = row === undefined ? undefined : dateOf(row);
  if (theirs === undefined) return [];
  const off = Math.round((theirs - facts.now) / 1000);
  if (Math.abs(off) <= skewSeconds) return [];
  const says = `its clock is ${inWords(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} ours: ${new Date(theirs).toISOString()}`;
  return [
    {
      code: 'LM_CLOCK_SKEW',
      says,
      mend: 'declare system.ntp.servers, or /system/ntp/client/set enabled=yes servers=…',
    },
  ];
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

function ntp(facts: RouterFacts): readonly Trouble[] {
  const row = settingsOf(facts, '/system/ntp/client');
  if (row === undefined) return [];
  if (!isYes(row['enabled'])) {
    const says = 'it asks nobody for the time: after a power cut its clock is wrong';
    return [
      { code: 'LM_NTP_OFF', says, mend: 'declare system.ntp.servers, or /system/ntp/client/set enabled=yes servers=…' },
    ];
  }
  const status = row['status'];
  if (status === undefined || status === 'synchronized') return [];
  const says = `its time servers (${row['servers'] ?? 'none'}) have not set its clock: ${status}`;
  return [{ code: 'LM_NTP_UNSYNCHRONISED', says, mend: 'see whether UDP 123 gets out: /system/ntp/client/print' }];
}

function deviceMode(facts: RouterFacts): readonly Trouble[] {
  const row = settingsOf(facts, '/system/device-mode');
  if (row === undefined) return [];
  const wanted = [
    ['scheduler', facts.router.mode === 'apply', 'no change of what we reach it by is taken back by itself'],
    ['hotspot', facts.router.hotspots.length > 0, 'its hotspots do not run'],
  ] as const;
  return wanted.flatMap(([feature, matters, so]) => {
    if (!matters || row[feature] === undefined || isYes(row[feature])) return [];
    const says = `its device-mode (${row['mode'] ?? 'unknown'}) forbids ${feature}: ${so}`;
    const mend = `/system/device-mode/update ${feature}=yes, then press the button or cut the power, as it asks`;
    return [{ code: 'LM_DEVICE_MODE', says, mend }];
  });
}

function rival(facts: RouterFacts): readonly Trouble[] {
  if (!isYes(settingsOf(facts, '/user-manager')?.['enabled'])) return [];
  const says = 'it has a RADIUS server of its own (user-manager), which answers the same ports and knows other users';
  return [{ code: 'LM_USER_MANAGER', says, mend: '/user-manager/set enabled=no' }];
}

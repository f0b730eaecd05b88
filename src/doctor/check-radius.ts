import { publicServer } from '../model/check/check-public-radius.ts';
import type { Router, RouterRadius } from '../model/kinds/router.ts';
import { formatTime, timeMs } from '../routeros/canonical.ts';
import { differences, has } from '../routeros/versions.ts';
import { enabledRows, isYes, type RadiusRow, type RouterFacts, settingsOf } from './facts.ts';
import type { Trouble } from './finding.ts';

/** RADIUS as the router speaks it with us. Pure. */
export function checkRadius(facts: RouterFacts): readonly Trouble[] {
  const { radius } = facts.router;
  if (radius === undefined) return [];
  const ours = facts.radius.filter(({ address }) => isOurs(facts, address));
  const asked = ours.length === 0 ? notAsked(facts) : [];
  const perRow = ours.flatMap((row) => [
    ...secret(facts, row),
    ...silent(row, radius),
    ...source(facts, row, radius),
    ...timeout(facts, row, radius),
    ...unsigned(row),
  ]);
  return [
    ...asked,
    ...perRow,
    ...unsigning(facts, radius),
    ...ppp(facts, radius),
    ...interim(facts),
    ...incoming(facts, radius),
    ...openly(facts),
  ];
}

function isOurs({ operator }: RouterFacts, address: string): boolean {
  return operator.radius.servers.some((server) => server.address === address);
}

function notAsked({ router, operator, forbidden }: RouterFacts): readonly Trouble[] {
  if (forbidden.includes('/radius')) return [];
  const servers = operator.radius.servers.map(({ address }) => address).join(', ');
  if (servers === '') return [];
  const says = `no enabled row of /radius asks ${servers}: nobody is let in by RADIUS`;
  const services = router.radius?.services.join() ?? 'ppp';
  const byHand = `/radius/add service=${services} address=${servers.split(', ')[0]} timeout=1s500ms secret=…`;
  return [{ code: 'LM_RADIUS_NOT_ASKED', says, mend: applying(router, byHand) }];
}

function secret({ router }: RouterFacts, { address, secretMatches, counters }: RadiusRow): readonly Trouble[] {
  const where = `[find address=${address}]`;
  if (secretMatches === false) {
    const says = `its shared secret for ${address} is not the one declared${badReplies(counters?.badReplies)}`;
    return [{ code: 'LM_RADIUS_SECRET', says, mend: applying(router, `/radius/set ${where} secret=…`) }];
  }
  if (counters === undefined || counters.badReplies === 0) return [];
  return [
    {
      code: 'LM_RADIUS_BAD_REPLIES',
      says:
        `it threw ${counters.badReplies} answers of ${address} away (bad-replies), of ${counters.requests} requests: ` +
        'another shared secret, then or now, or none that signs them',
      mend: `/radius/reset-counters ${where}, and see whether bad-replies grows: /radius/monitor ${where} once`,
    },
  ];
}

/** What we write by ourselves, or, on a router that we only look at, what a person writes. */
export function applying({ name, mode }: Router, byHand: string): string {
  return mode === 'apply' ? `lastmile apply --target ${name}` : byHand;
}

function badReplies(count: number | undefined): string {
  return count === undefined || count === 0 ? '' : `: ${count} answers thrown away (bad-replies)`;
}

function silent({ address, counters }: RadiusRow, radius: RouterRadius): readonly Trouble[] {
  if (counters === undefined || counters.timeouts === 0 || counters.accepts + counters.rejects > 0) return [];
  if (counters.badReplies > 0) return [];
  const from = radius.clientAddress ?? radius.sourceAddress ?? 'the address that is declared';
  return [
    {
      code: 'LM_RADIUS_SILENT',
      says: `${address} never answered ${counters.requests} requests (${counters.timeouts} timeouts)`,
      mend: `see whether its packets come from ${from} (lastmile status), and whether UDP gets through: /tool/ping ${address}`,
    },
  ];
}

/** Interfaces that go down with a cable or a signal. */
const physical = new Set(['ether', 'sfp', 'wlan', 'wifi', 'wifiwave2', 'lte', 'bond', 'bonding', 'vlan', 'pppoe-out']);

function source(facts: RouterFacts, row: RadiusRow, radius: RouterRadius): readonly Trouble[] {
  const wanted = radius.sourceAddress;
  const set = `/radius/set [find address=${row.address}] src-address=${wanted}`;
  if (row.source === undefined) {
    if (wanted === undefined) return [];
    const says = `it asks ${row.address} from whatever address is nearest: src-address is not ${wanted}`;
    return [{ code: 'LM_RADIUS_SOURCE', says, mend: set }];
  }
  if (wanted !== undefined && row.source !== wanted) {
    const says = `it asks ${row.address} from ${row.source}, and ${wanted} is declared`;
    return [{ code: 'LM_RADIUS_SOURCE', says, mend: set }];
  }
  return heldBy(facts, row.source);
}

/** An address that is gone while a cable is out takes RADIUS along. */
function heldBy(facts: RouterFacts, address: string): readonly Trouble[] {
  const add = `/ip/address/add address=${address}/32 interface=loopback`;
  const loopback = '/interface/bridge/add name=loopback';
  const rows = facts.rows.get('/ip/address') ?? [];
  const held = rows.filter((row) => row['address']?.replace(/\/.*$/, '') === address);
  if (held.length === 0) {
    const says = `src-address ${address} is no address of the router: RADIUS packets do not leave, or from another`;
    return [{ code: 'LM_RADIUS_SOURCE_MISSING', says, mend: `${loopback}; ${add}` }];
  }
  if (held.every(({ disabled }) => isYes(disabled))) {
    const says = `src-address ${address} is disabled on the router`;
    return [{ code: 'LM_RADIUS_SOURCE_MISSING', says, mend: `/ip/address/enable [find address~"^${address}/"]` }];
  }
  const port = held[0]?.['interface'] ?? '';
  const type = facts.rows.get('/interface')?.find(({ name }) => name === port)?.['type'] ?? '';
  if (!physical.has(type)) return [];
  const says = `src-address ${address} is on ${port} (${type}): RADIUS stops when that goes down`;
  const mend = `${loopback}; /ip/address/set [find address~"^${address}/"] interface=loopback, or an address of its own`;
  return [{ code: 'LM_RADIUS_SOURCE_PORT', says, mend }];
}

function timeout(facts: RouterFacts, row: RadiusRow, radius: RouterRadius): readonly Trouble[] {
  const { timeoutMs, address, counters } = row;
  const measured = [facts.pingMs, counters?.lastRoundTripMs].filter((each) => each !== undefined);
  const longest = Math.max(...(measured.length > 0 ? measured : [facts.roundTripMs]));
  if (timeoutMs === undefined || timeoutMs > longest) return [];
  const better = formatTime(Math.max(radius.timeoutMs, Math.ceil((longest * 3) / 100) * 100));
  const says = `it waits ${formatTime(timeoutMs)} for ${address}, and the way there and back takes ${Math.round(longest)} ms`;
  const mend = `/radius/set [find address=${address}] timeout=${better}, and declare radius.timeout: ${better}`;
  return [{ code: 'LM_RADIUS_TIMEOUT', says, mend }];
}

/** A router that may send what we drop. */
function unsigning({ version, router }: RouterFacts, { messageAuthenticator }: RouterRadius): readonly Trouble[] {
  if (messageAuthenticator !== 'require' || version === undefined || has(version, differences.requireMessageAuth))
    return [];
  const says = `RouterOS ${version.text} may send no Message-Authenticator (7.15 does), and requests without are dropped`;
  const mend = `upgrade it to 7.15 or later; until then declare radius.messageAuthenticator: off for ${router.name}`;
  return [{ code: 'LM_RADIUS_UNSIGNED', says, mend }];
}

function unsigned({ address, requiresSignature }: RadiusRow): readonly Trouble[] {
  if (requiresSignature !== false) return [];
  const says = `it takes answers of ${address} that nobody signed (CVE-2024-3596)`;
  const mend = `/radius/set [find address=${address}] require-message-auth=yes-for-request-resp`;
  return [{ code: 'LM_RADIUS_UNSIGNED', says, mend }];
}

function ppp(facts: RouterFacts, { services }: RouterRadius): readonly Trouble[] {
  const row = settingsOf(facts, '/ppp/aaa');
  if (row === undefined || !services.includes('ppp')) return [];
  if (!isYes(row['use-radius'])) {
    const says = 'PPP does not ask RADIUS: nobody is let in whose secret is not on the router';
    return [{ code: 'LM_PPP_RADIUS_OFF', says, mend: '/ppp/aaa/set use-radius=yes accounting=yes' }];
  }
  if (row['accounting'] === undefined || isYes(row['accounting'])) return [];
  const says = 'PPP sends no accounting: no session is known, no usage counted';
  return [{ code: 'LM_PPP_ACCOUNTING_OFF', says, mend: '/ppp/aaa/set accounting=yes' }];
}

/** A hotspot sends interim updates when it is told to by RADIUS only where its profile says so. */
function interim(facts: RouterFacts): readonly Trouble[] {
  const used = new Set(enabledRows(facts, '/ip/hotspot').map(({ profile }) => profile));
  const profiles = (facts.rows.get('/ip/hotspot/profile') ?? []).filter(
    (row) => used.has(row['name']) && isYes(row['use-radius']),
  );
  return profiles.flatMap((row) => {
    const value = row['radius-interim-update'] ?? 'received';
    if (value === 'received' || timeMs(value) === undefined) return [];
    const says = `hotspot profile ${row['name']} sends usage every ${value}, whatever RADIUS says (0s: never)`;
    const mend = `/ip/hotspot/profile/set "${row['name']}" radius-interim-update=received`;
    return [{ code: 'LM_HOTSPOT_INTERIM', says, mend }];
  });
}

function incoming(facts: RouterFacts, { coaPort }: RouterRadius): readonly Trouble[] {
  const row = settingsOf(facts, '/radius/incoming');
  if (row === undefined) return [];
  const mend = `/radius/incoming/set accept=yes port=${coaPort}`;
  if (!isYes(row['accept'])) {
    const says = 'it takes no CoA and no Disconnect: speeds of people online do not change, and they are not cut off';
    return [{ code: 'LM_COA_OFF', says, mend }];
  }
  if (row['port'] === undefined || Number(row['port']) === coaPort) return [];
  const says = `it takes CoA and Disconnect on port ${row['port']}, and we send them to ${coaPort}`;
  return [{ code: 'LM_COA_PORT', says, mend: `${mend}, or declare radius.coaPort: ${row['port']}` }];
}

/** The same as `validate` says, for who asks here. */
function openly({ router, operator }: RouterFacts): readonly Trouble[] {
  const clientAddress = router.radius?.clientAddress;
  const server =
    clientAddress === undefined ? undefined : publicServer({ clientAddress, router }, operator.radius.servers);
  if (clientAddress === undefined || server === undefined) return [];
  const says = `RADIUS from ${clientAddress} goes to ${server} over the public network, and nothing encrypts it`;
  return [{ code: 'LM_RADIUS_PUBLIC', says, mend: 'a WireGuard tunnel: docs/routeros.md, The path to us' }];
}

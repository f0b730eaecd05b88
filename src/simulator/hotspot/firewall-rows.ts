import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';

type Rule = Readonly<Record<string, string>>;

const jump = (chain: string, target: string, hotspot?: string, more: Rule = {}): Rule => ({
  chain,
  action: 'jump',
  'jump-target': target,
  ...(hotspot === undefined ? {} : { hotspot }),
  ...more,
});

const redirect = (chain: string, port: string, to: string, more: Rule = {}): Rule => ({
  chain,
  action: 'redirect',
  protocol: 'tcp',
  'dst-port': port,
  'to-ports': to,
  ...more,
});

/** Rules of NAT that a hotspot server needs: guests' DNS and web go to the router's own ports 64872 to 64875. */
const natRules: readonly Rule[] = [
  jump('dstnat', 'hotspot', 'from-client'),
  jump('hotspot', 'pre-hotspot'),
  redirect('hotspot', '53', '64872', { protocol: 'udp' }),
  redirect('hotspot', '53', '64872'),
  redirect('hotspot', '80', '64873', { hotspot: 'local-dst' }),
  redirect('hotspot', '443', '64875', { hotspot: 'local-dst' }),
  jump('hotspot', 'hs-unauth', '!auth', { protocol: 'tcp' }),
  jump('hotspot', 'hs-auth', 'auth', { protocol: 'tcp' }),
  ...['80', '3128', '8080'].map((port) => redirect('hs-unauth', port, '64874')),
  redirect('hs-unauth', '443', '64875'),
  jump('hs-unauth', 'hs-smtp', undefined, { protocol: 'tcp', 'dst-port': '25' }),
  { chain: 'hs-auth', action: 'redirect', protocol: 'tcp', hotspot: 'http', 'to-ports': '64874' },
  jump('hs-auth', 'hs-smtp', undefined, { protocol: 'tcp', 'dst-port': '25' }),
];

/** Rules of the filter: who is not logged in gets no further than the router. */
const filterRules: readonly Rule[] = [
  jump('forward', 'hs-unauth', 'from-client,!auth'),
  jump('forward', 'hs-unauth-to', 'to-client,!auth'),
  jump('input', 'hs-input', 'from-client'),
  jump('hs-input', 'pre-hs-input'),
  { chain: 'hs-input', action: 'accept', protocol: 'udp', 'dst-port': '64872' },
  { chain: 'hs-input', action: 'accept', protocol: 'tcp', 'dst-port': '64872-64875' },
  jump('hs-input', 'hs-unauth', '!auth'),
  { chain: 'hs-unauth', action: 'reject', protocol: 'tcp', 'reject-with': 'tcp-reset' },
  { chain: 'hs-unauth', action: 'reject', 'reject-with': 'icmp-net-prohibited' },
  { chain: 'hs-unauth-to', action: 'reject', 'reject-with': 'icmp-host-prohibited' },
];

/** Keeps the dynamic rules of a hotspot in front of all written ones while a server is on. */
export function keepFirewallRows(database: Database): void {
  const made: { readonly path: string; readonly row: TableRow }[] = [];
  const servers = database.table('/ip/hotspot');
  servers.watch(() => {
    const wanted = [...servers.rows()].some(({ values }) => values.get('disabled') !== 'true');
    if (wanted && made.length === 0) made.push(...addRules(database));
    if (!wanted) for (const { path, row } of made.splice(0)) database.table(path).remove(row);
  });
}

function addRules(database: Database): { readonly path: string; readonly row: TableRow }[] {
  return [
    ...natRules.map((rule) => ({ path: '/ip/firewall/nat', rule })),
    ...filterRules.map((rule) => ({ path: '/ip/firewall/filter', rule })),
  ].map(({ path, rule }) => {
    const before = [...database.table(path).rows()].find(({ values }) => values.get('dynamic') !== 'true');
    const row = database.addByRouter(
      path,
      { ...rule, dynamic: 'true' },
      before === undefined ? {} : { before: before.id },
    );
    return { path, row };
  });
}

import type { Database } from '../routeros/database.ts';
import { listOf } from '../routeros/value-types.ts';
import type { LeaseView } from './lease-request.ts';

/** What clients of an address are told beside it: the narrowest network of the router that has it. */
export function networkOf(address: string, database: Database): Pick<LeaseView, 'prefixLength' | 'gateway' | 'dns'> {
  const found = [...database.table('/ip/dhcp-server/network').rows()]
    .map(({ values }) => ({ values, prefix: prefixOf(values.get('address') ?? '') }))
    .filter(({ prefix }) => masked(address, prefix.length) === masked(prefix.base, prefix.length))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  if (found === undefined) return { dns: [] };
  const { values, prefix } = found;
  const [gateway] = listOf(values.get('gateway') ?? '');
  return {
    prefixLength: Number(values.get('netmask') ?? 0) || prefix.length,
    dns: dnsOf(values, database),
    ...(gateway === undefined ? {} : { gateway }),
  };
}

/** The network's own servers, else those of the router, unless `dns-none` says none. */
function dnsOf(values: ReadonlyMap<string, string>, database: Database): readonly string[] {
  if (values.get('dns-none') === 'true') return [];
  const own = listOf(values.get('dns-server') ?? '');
  return own.length > 0 ? own : listOf(database.settings('/ip/dns').values.get('servers') ?? '');
}

function prefixOf(text: string): { readonly base: string; readonly length: number } {
  const [base = '', length = '32'] = text.split('/');
  return { base, length: Number(length) };
}

function masked(address: string, length: number): number {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(number / 2 ** (32 - length));
}

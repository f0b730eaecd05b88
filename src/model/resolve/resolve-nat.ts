import { compact } from '../../base/compact.ts';
import type { Declared, RouterSpec } from '../declarations.ts';
import { type Ipv4Range, parseIpv4Range } from '../ipv4.ts';
import type { SharedAddresses } from '../kinds/router.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Declaration = Declared<RouterSpec>;
type Spec = NonNullable<RouterSpec['nat']>[number];

const usualFirstPort = 1024;
const ports = 65_536;
/** More rules than that are many for a router to look through. */
const mostOnOne = 64;
/** With fewer a browser waits for ports (RFC 6888 asks for enough, and names no number). */
const fewPorts = 500;

/** `nat`: blocks that fit, and inside addresses that are translated once. */
export function resolveNat(to: Resolving, declared: Declaration): readonly SharedAddresses[] | undefined {
  const list = declared.spec.nat;
  if (list === undefined) return undefined;
  const path = ['spec', 'nat'];
  uniqueEntries(to, list, ({ name }) => name, declared, path, 'name');
  checkApart(to, declared, list);
  return list.flatMap((spec, index) => shared(to, declared, spec, [...path, index]) ?? []);
}

function shared(
  to: Resolving,
  declared: Declaration,
  spec: Spec,
  path: readonly (string | number)[],
): SharedAddresses | undefined {
  const { name, inside, outside, firstPort = usualFirstPort, outInterface, outInterfaceList } = spec;
  const [from, into] = (['inside', 'outside'] as const).map((field) => prefix(to, declared, spec, field, path));
  if (from === undefined || into === undefined) return undefined;
  const onOne = sizeOf(from) / sizeOf(into);
  if (onOne < 1 || onOne > mostOnOne) {
    const message = onOne < 1 ? `${outside} has more addresses than ${inside}` : `${onOne} subscribers on one address`;
    error(to, 'LM_NAT_SIZE', message, declared, [...path, 'outside'], `from 1 to ${mostOnOne} inside on each outside`);
    return undefined;
  }
  const most = Math.floor((ports - firstPort) / onOne);
  const { portsPerSubscriber = most } = spec;
  if (portsPerSubscriber > most) {
    const message = `${onOne} subscribers on one address cannot have ${portsPerSubscriber} ports each`;
    error(to, 'LM_NAT_PORTS', message, declared, [...path, 'portsPerSubscriber'], `at most ${most}`);
  } else if (portsPerSubscriber < fewPorts && onOne > 1) {
    const message = `${portsPerSubscriber} ports for each subscriber of "${name}" are few: pages will fail to load`;
    warning(to, 'LM_NAT_FEW_PORTS', message, declared, path, 'more outside addresses, 1000 ports or more for each');
  }
  if (outInterface !== undefined && outInterfaceList !== undefined) {
    error(to, 'LM_NAT_INTERFACE', 'one of outInterface and outInterfaceList is enough', declared, path);
  }
  return compact({ name, inside, outside, firstPort, portsPerSubscriber, outInterface, outInterfaceList });
}

function prefix(
  to: Resolving,
  declared: Declaration,
  spec: Spec,
  field: 'inside' | 'outside',
  path: readonly (string | number)[],
): Ipv4Range | undefined {
  const range = parseIpv4Range(spec[field]);
  if (range === undefined) {
    error(to, 'LM_ADDRESS', `"${spec[field]}" is no prefix without host bits`, declared, [...path, field]);
  }
  return range;
}

/** Two that have an address in common: the first would take it, and nobody could tell whose a port was. */
function checkApart(to: Resolving, declared: Declaration, list: readonly Spec[]): void {
  for (const field of ['inside', 'outside'] as const) {
    const ranges = list.map((spec) => parseIpv4Range(spec[field]));
    for (const [index, range] of ranges.entries()) {
      const other = ranges.findIndex((each, at) => at < index && each !== undefined && overlap(each, range));
      const first = list[other]?.name;
      if (first === undefined) continue;
      const message = `addresses of ${list[index]?.[field]} are ${field} "${first}" too`;
      error(to, 'LM_NAT_OVERLAP', message, declared, ['spec', 'nat', index, field]);
    }
  }
}

function overlap(a: Ipv4Range, b: Ipv4Range | undefined): boolean {
  return b !== undefined && a.from <= b.to && b.from <= a.to;
}

function sizeOf({ from, to }: Ipv4Range): number {
  return to - from + 1;
}

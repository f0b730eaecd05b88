import type { RouterFacts } from './facts.ts';
import type { Trouble } from './finding.ts';
import type { SiteTries, TriedHost } from './tried-hosts.ts';

const mostTold = 10;
/** A line has an end: names may be of 253 characters. */
const mostCharacters = 300;

/** Hosts that guests wanted before they were let in, and that a payment may need: scripts, the page of a bank. Pure. */
export function checkGarden({ tries = [] }: RouterFacts): readonly Trouble[] {
  return tries.filter(({ hosts }) => hosts.length > 0).map(closed);
}

function closed({ site, hosts, nameless }: SiteTries): Trouble {
  const told = hosts.slice(0, mostTold).filter((_, at, all) => lengthOf(all.slice(0, at + 1)) <= mostCharacters);
  const more = hosts.length - told.length;
  const list = told.map(described).join(', ');
  const rest = [
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(nameless > 0 ? [`and ${nameless} ${nameless === 1 ? 'address' : 'addresses'} without a certain name`] : []),
  ].join(' ');
  return {
    code: 'LM_GARDEN_CLOSED',
    says: `guests of ${site} who are not let in tried ${[list, rest].filter((text) => text !== '').join(' ')}`,
    mend: `those that a payment needs, to the PortalSite ${site}: walledGarden: [${told.map(({ host }) => host).join(', ')}]`,
  };
}

function lengthOf(hosts: readonly TriedHost[]): number {
  return hosts.reduce((sum, { host }) => sum + host.length + 2, 0);
}

function described({ host, guests, paying, shared, pattern }: TriedHost): string {
  const remarks = [
    guests === 1 ? '1 guest' : `${guests} guests`,
    ...(paying > 0 ? [`${paying} at a host of the garden`] : []),
    ...(shared ? ['or another name of its address'] : []),
    ...(pattern === undefined ? [] : [`${pattern} opens HTTP alone`]),
  ];
  return `${host} (${remarks.join(', ')})`;
}

import { isWithin } from '../../src/routeros/network-match.ts';

/** A firewall as a table of rules and who is on its lists: what a packet meets there, told without any cleverness. */
export type Rule = Readonly<Record<string, string>>;

export interface World {
  readonly filter: readonly Rule[];
  readonly raw: readonly Rule[];
  /** By list: prefixes. */
  readonly lists: readonly { readonly list: string; readonly address: string; readonly disabled: string }[];
}

export interface Sent {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly port: number;
  readonly state: string;
  readonly inInterface?: string;
  readonly outInterface?: string;
  /** Interface lists that its interface is on. */
  readonly members: readonly string[];
}

/** Does the packet pass these chains, one after the other? */
export function passes(world: World, packet: Sent, chain: 'input' | 'output'): boolean {
  const first = chain === 'input' ? 'prerouting' : 'output';
  return end(world.raw, first, packet, world) !== 'drop' && end(world.filter, chain, packet, world) !== 'drop';
}

type End = 'accept' | 'drop' | 'return';

function end(rules: readonly Rule[], chain: string, packet: Sent, world: World, depth = 0): End {
  if (depth > 8) return 'return';
  for (const rule of rules) {
    if (rule['chain'] !== chain || rule['disabled'] === 'yes' || !fits(rule, packet, world)) continue;
    const action = rule['action'] ?? 'accept';
    if (action === 'accept') return 'accept';
    if (['drop', 'reject', 'tarpit'].includes(action)) return 'drop';
    if (action === 'return') return 'return';
    if (action !== 'jump') continue;
    const came = end(rules, rule['jump-target'] ?? '', packet, world, depth + 1);
    if (came !== 'return') return came;
  }
  return 'return';
}

function fits(rule: Rule, packet: Sent, world: World): boolean {
  return Object.entries(rule).every(([name, text]) => {
    if (text === '') return true;
    const isNot = text.startsWith('!');
    const answer = matches(name, isNot ? text.slice(1) : text, packet, world);
    return answer === undefined || answer !== isNot;
  });
}

function matches(name: string, value: string, packet: Sent, { lists }: World): boolean | undefined {
  const on = (address: string) =>
    lists.some((each) => each.disabled !== 'yes' && each.list === value && isWithin(address, each.address) === true);
  switch (name) {
    case 'protocol':
      return value === 'tcp';
    case 'dst-port':
      return value.split(',').includes(String(packet.port));
    case 'src-port':
      return value.split(',').includes(String(packet.sourcePort));
    case 'src-address':
      return isWithin(packet.source, value);
    case 'dst-address':
      return isWithin(packet.destination, value);
    case 'src-address-list':
      return on(packet.source);
    case 'dst-address-list':
      return on(packet.destination);
    case 'connection-state':
      return value.split(',').includes(packet.state);
    case 'in-interface':
      return packet.inInterface === value;
    case 'out-interface':
      return packet.outInterface === value;
    case 'in-interface-list':
    case 'out-interface-list':
      return packet.members.includes(value);
    default:
      return undefined;
  }
}

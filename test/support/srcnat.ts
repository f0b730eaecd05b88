/** A row of `/ip/firewall/nat` as a router prints it. */
export type NatRow = Readonly<Record<string, string>>;

export interface Leaving {
  /** Dotted. */
  readonly source: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Interface it leaves by. */
  readonly out: string;
}

/** What a packet comes out as: of `netmap` one address, of `src-nat` any of the first and the last. */
export interface LeftAs {
  readonly first: string;
  readonly last: string;
  readonly ports?: readonly [number, number];
}

/**
 * What a router does to the source of the first packet of a connection, walking its rules one by one as the packet flow of
 * RouterOS has it. Knows nothing of how lastmile reads them backwards.
 */
export function leftAs(rows: readonly NatRow[], packet: Leaving): LeftAs | undefined {
  const found = walk(rows, 'srcnat', packet);
  return found === 'return' ? undefined : found;
}

function walk(rows: readonly NatRow[], chain: string, packet: Leaving): LeftAs | 'return' | undefined {
  for (const row of rows.filter((each) => each['chain'] === chain && each['disabled'] !== 'true')) {
    if (!matches(row, packet)) continue;
    if (row['action'] === 'return') return 'return';
    if (row['action'] === 'accept' || row['action'] === 'masquerade') return undefined;
    if (row['action'] !== 'jump') return translated(row, packet);
    const inner = walk(rows, row['jump-target'] ?? '', packet);
    if (inner !== 'return') return inner;
  }
  return 'return';
}

function matches(row: NatRow, { source, protocol, out }: Leaving): boolean {
  const { 'src-address': from = '', protocol: wanted = '', 'out-interface': by = '' } = row;
  return (from === '' || within(from, source)) && (wanted === '' || wanted === protocol) && (by === '' || by === out);
}

function translated(row: NatRow, { source }: Leaving): LeftAs {
  const { 'to-addresses': to = '', 'to-ports': ports } = row;
  const [first, last] = endsOf(to);
  const range = ports?.split('-').map(Number);
  const own = range === undefined ? {} : { ports: [range[0] ?? 0, range.at(-1) ?? 0] as const };
  if (row['action'] !== 'netmap') return { first: dotted(first), last: dotted(last), ...own };
  const mapped = dotted(first + (number(source) % (last - first + 1)));
  return { first: mapped, last: mapped, ...own };
}

function within(range: string, address: string): boolean {
  const [first, last] = endsOf(range);
  return first <= number(address) && number(address) <= last;
}

function endsOf(text: string): readonly [number, number] {
  const [first = '', last = first] = text.split('-');
  const [address = '', bits = '32'] = first.split('/');
  return text.includes('/')
    ? [number(address), number(address) + 2 ** (32 - Number(bits)) - 1]
    : [number(first), number(last)];
}

export function number(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

export function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

import ipaddr from 'ipaddr.js';

/** Is an address within an address, a prefix or a range, as RouterOS writes them? `undefined`: one of them is none. */
export function isWithin(address: string, text: string): boolean | undefined {
  const own = parsed(address);
  const [first, last] = text.split('-').map((part) => part.trim());
  if (own === undefined || first === undefined || first === '') return undefined;
  if (last !== undefined) return isBetween(own, parsed(first), parsed(last));
  const [base, length] = first.split('/');
  const network = parsed(base ?? '');
  if (network === undefined) return undefined;
  const bits = length === undefined ? network.toByteArray().length * 8 : Number(length);
  if (!Number.isInteger(bits) || bits < 0 || bits > network.toByteArray().length * 8) return undefined;
  return own.kind() === network.kind() && own.match(network, bits);
}

/** Is an address within one of a comma list of them? `undefined` when that cannot be told. */
export function isWithinAny(address: string, list: string): boolean | undefined {
  const answers = list
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => isWithin(address, text));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** Is a port within `80`, `80,443` or `8000-9000`? */
export function isPortWithin(port: number, list: string): boolean {
  return list.split(',').some((text) => {
    const [first, last = first] = text.split('-').map(Number);
    return first !== undefined && last !== undefined && port >= first && port <= last;
  });
}

type Address = ReturnType<typeof ipaddr.parse>;

function parsed(text: string): Address | undefined {
  // To ipaddr.js `10` is an address, too.
  if (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

function isBetween(own: Address, first: Address | undefined, last: Address | undefined): boolean | undefined {
  if (first === undefined || last === undefined) return undefined;
  if (own.kind() !== first.kind() || own.kind() !== last.kind()) return false;
  const bytes = (address: Address) => Buffer.from(address.toByteArray());
  return Buffer.compare(bytes(first), bytes(own)) <= 0 && Buffer.compare(bytes(own), bytes(last)) <= 0;
}

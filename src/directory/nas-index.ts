import ipaddr from 'ipaddr.js';
import type { Nas } from './reader.ts';

/** All networks of one length, by their leading bits. */
interface Networks {
  /** Octets of an address: 4 or 16. */
  readonly octets: number;
  readonly bits: number;
  readonly byPrefix: Map<string, readonly Nas[]>;
}

/**
 * Finds who may send from an address, with every declared address parsed beforehand: packets of strangers are as quick as
 * the others, since their sources are easily forged and come in any number.
 */
export class NasIndex {
  /** By address as written in its shortest form, which is how packets come. */
  readonly #exact = new Map<string, readonly Nas[]>();
  /** Longest first. */
  readonly #networks: readonly Networks[];

  constructor(all: Iterable<Nas>) {
    const networks = new Map<string, Networks>();
    for (const nas of all) {
      const parsed = parse(nas.clientAddress);
      if (parsed === undefined) continue;
      const { address, octets, bits } = parsed;
      if (bits === octets.length * 8) add(this.#exact, address, nas);
      else {
        const name = `${octets.length} ${bits}`;
        const known = networks.get(name) ?? { octets: octets.length, bits, byPrefix: new Map() };
        networks.set(name, known);
        add(known.byPrefix, leading(octets, bits), nas);
      }
    }
    this.#networks = [...networks.values()].sort((a, b) => b.bits - a.bits);
  }

  /** Those with the most specific address or prefix. */
  at(address: string): readonly Nas[] {
    const exact = this.#exact.get(address);
    if (exact !== undefined) return exact;
    const octets = dotted(address);
    return octets === undefined ? this.#atOther(address) : this.#within(octets);
  }

  /** All whose address or prefix has this address in it, the most specific first. */
  within(address: string): readonly Nas[] {
    if (!ipaddr.isValid(address)) return nobody;
    const parsed = ipaddr.process(address);
    const octets = parsed.toByteArray();
    const found = [...(this.#exact.get(parsed.toString()) ?? [])];
    for (const { octets: length, bits, byPrefix } of this.#networks) {
      if (length === octets.length) found.push(...(byPrefix.get(leading(octets, bits)) ?? []));
    }
    return found;
  }

  /** An address that is not written in its shortest form, or is no IPv4 address. */
  #atOther(address: string): readonly Nas[] {
    if (!ipaddr.isValid(address)) return nobody;
    const parsed = ipaddr.process(address);
    return this.#exact.get(parsed.toString()) ?? this.#within(parsed.toByteArray());
  }

  #within(octets: readonly number[]): readonly Nas[] {
    for (const { octets: length, bits, byPrefix } of this.#networks) {
      const found = length === octets.length ? byPrefix.get(leading(octets, bits)) : undefined;
      if (found !== undefined) return found;
    }
    return nobody;
  }
}

const nobody: readonly Nas[] = [];

function add(map: Map<string, readonly Nas[]>, key: string, nas: Nas): void {
  map.set(key, [...(map.get(key) ?? []), nas]);
}

/** A declared address or prefix; `undefined` when it is neither. */
function parse(
  text: string,
): { readonly address: string; readonly octets: readonly number[]; readonly bits: number } | undefined {
  if (ipaddr.isValidCIDR(text)) {
    const [written, writtenBits] = ipaddr.parseCIDR(text);
    // Sources in IPv6 clothes are IPv4 addresses here.
    const mapped = written instanceof ipaddr.IPv6 && written.isIPv4MappedAddress() && writtenBits >= 96;
    const network = mapped ? written.toIPv4Address() : written;
    const bits = mapped ? writtenBits - 96 : writtenBits;
    return { address: network.toString(), octets: network.toByteArray(), bits };
  }
  if (!ipaddr.isValid(text)) return undefined;
  const single = ipaddr.process(text);
  const octets = single.toByteArray();
  return { address: single.toString(), octets, bits: octets.length * 8 };
}

/** The first `bits` bits, a character for each octet. */
function leading(octets: readonly number[], bits: number): string {
  const whole = bits >> 3;
  const rest = bits & 7;
  let text = '';
  for (let at = 0; at < whole; at += 1) text += String.fromCharCode(octets[at] ?? 0);
  return rest === 0 ? text : text + String.fromCharCode((octets[whole] ?? 0) & (0xff00 >> rest));
}

/** The octets of `192.0.2.1`; `undefined` for any other way of writing an address. */
function dotted(address: string): readonly number[] | undefined {
  if (address.length > 15) return undefined;
  const octets: number[] = [];
  let value = -1;
  for (let at = 0; at <= address.length; at += 1) {
    const digit = address.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      // A leading zero might mean octal.
      if (value === 0) return undefined;
      value = (value === -1 ? 0 : value * 10) + digit;
    } else if ((digit === -2 || at === address.length) && value >= 0 && value <= 255) {
      octets.push(value);
      value = -1;
    } else return undefined;
  }
  return octets.length === 4 ? octets : undefined;
}

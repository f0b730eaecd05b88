import { Secret } from '../../base/secret.ts';
import type { LoginLimits, Nas } from '../../directory/reader.ts';
import { attributeNamed } from '../dictionary/dictionary.ts';
import { encodeHidden, encodeNamed, type NamedAttribute, travelsHidden } from '../dictionary/encode-named.ts';
import { appendEncoded, type ReplyWriter } from '../packet/reply.ts';
import type { SharedKey } from '../packet/shared-key.ts';
import type { RandomPool } from '../random-pool.ts';
import { grantedMark, noMark } from './granted-mark.ts';
import { redirectAttributes, vendorWords } from './vendor-words.ts';

/** The attributes of an Access-Accept that do not change from one login to the next, encoded. */
export interface PreparedReply {
  readonly encoded: Uint8Array;
  /** Those that each packet hides anew; nearly nobody has any. */
  readonly hidden?: readonly NamedAttribute[];
  /** All for people, on one line. */
  readonly summary: string;
  /** Framed-IP-Address is the login's own, and `summary` has it without its value. */
  readonly ownAddress?: true;
  /** The same in eight octets, for our Class. */
  readonly mark: Uint8Array;
}

/** What an answer depends on of its NAS. */
export type NasWords = Pick<Nas, 'profile' | 'redirect'>;

/**
 * Encodes what a login is granted, in the words of its NAS. An attribute that the operator declares replaces ours of the
 * same name.
 */
export function prepareReply(limits: LoginLimits, nas: NasWords): PreparedReply {
  const attributes = grantedAttributes(limits, nas);
  const hidden = attributes.filter(travelsHidden);
  const open = hidden.length === 0 ? attributes : attributes.filter((each) => !hidden.includes(each));
  return {
    encoded: Buffer.concat(open.map(encodeNamed)),
    ...(hidden.length === 0 ? {} : { hidden }),
    summary: attributes.map(inWords).join(', '),
    mark: limits.saidElsewhere === true ? noMark : grantedMark(attributes),
  };
}

/** Adds attributes that travel hidden, each with a salt of its own (RFC 2868 §3.5). */
export function appendHidden(
  writer: ReplyWriter,
  hidden: readonly NamedAttribute[],
  requestAuthenticator: Uint8Array,
  key: SharedKey,
  random: RandomPool,
): void {
  const base = Buffer.from(random.take(2)).readUInt16BE(0);
  for (const [index, attribute] of hidden.entries()) {
    const salt = (): Uint8Array => Uint8Array.of(((base + index) >>> 8) & 0xff, (base + index) & 0xff);
    appendEncoded(writer, encodeHidden(attribute, { requestAuthenticator, key, salt }));
  }
}

/** The attributes of an Access-Accept by name, without Session-Timeout and Class, which differ at every login. */
export function grantedAttributes(limits: LoginLimits, { profile, redirect }: NasWords): readonly NamedAttribute[] {
  const declared = new Set(limits.attributes.map(({ name }) => name));
  const words = vendorWords(profile);
  const ours = [words.rate, words.sessions, words.address, words.ipv6].flatMap((say) => say(limits));
  return [
    ...ours.filter(({ name }) => !declared.has(name)),
    ...words.lists(limits),
    ...(redirect === undefined || limits.page === undefined ? [] : redirectAttributes(limits.page, profile, redirect)),
    ...limits.attributes,
  ];
}

/**
 * Can this NAS keep somebody suspended to a page? RouterOS by a list; others as declared, by the page's address only where
 * there is one.
 */
export function redirectsSuspended({ profile, redirect }: NasWords): boolean | 'by-url' {
  if (profile === 'mikrotik' || redirect === 'filter') return true;
  return redirect === undefined ? false : 'by-url';
}

/** `Mikrotik-Rate-Limit=5M/20M`, without what is a secret. */
function inWords({ name, value }: NamedAttribute): string {
  const [plain = name] = name.split(':');
  const secret = value instanceof Secret || attributeNamed(plain)?.hidden === true;
  return `${name}=${secret ? '[secret]' : value}`;
}

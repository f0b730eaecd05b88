import type { LoginLimits } from '../../directory/reader.ts';
import type { VendorProfile } from '../../model/kinds/radius.ts';
import { attribute } from '../packet/codes.ts';
import { grantedAttributes, type NasWords, type PreparedReply, prepareReply } from './access-accept.ts';
import { firmMark, noMark } from './granted-mark.ts';

/** What is prepared for one kind of NAS. */
interface Prepared {
  readonly byLimits: WeakMap<LoginLimits, PreparedReply>;
  /** By the text of the rate: those of a service are few. */
  readonly alike: Map<string | undefined, Template[]>;
}

/** One reply for all whose limits differ in nothing but their address. */
interface Template {
  readonly limits: LoginLimits;
  readonly reply: PreparedReply;
  /** Where the address goes in what is encoded; 0 where this kind of NAS is told none. */
  readonly addressAt: number;
  readonly mark: ReturnType<typeof firmMark>;
}

/** Of so many services, times the kinds of limits that each has, templates are kept. */
const mostAlike = 64;

/**
 * Prepared replies by limits and NAS, made when first wanted. A changed declaration is a new object. Of a hundred thousand
 * with an address each there is one reply for each service, into which the address is put: one for each subscriber is rarely
 * in the processor's cache, and all of them are looked through by the collector.
 *
 * @returns valid until the next call
 */
export function preparedReplies(): (limits: LoginLimits, nas: NasWords) => PreparedReply {
  const usual: Record<VendorProfile, Prepared> = { mikrotik: nothing(), generic: nothing(), omada: nothing() };
  const redirecting = new Map<string, Prepared>();
  return (limits, nas) => {
    const prepared = nas.redirect === undefined ? usual[nas.profile] : ofRecipe(redirecting, nas);
    if (hasOnlyAddress(limits)) {
      const template = templateFor(prepared, limits, nas);
      if (template.addressAt === 0) return template.reply;
      if (putAddress(limits.address as string, template)) return template.reply;
    }
    const known = prepared.byLimits.get(limits);
    if (known !== undefined) return known;
    const made = prepareReply(limits, nas);
    prepared.byLimits.set(limits, made);
    return made;
  };
}

function nothing(): Prepared {
  return { byLimits: new WeakMap(), alike: new Map() };
}

function ofRecipe(all: Map<string, Prepared>, { profile, redirect }: NasWords): Prepared {
  const key = `${profile} ${redirect}`;
  const prepared = all.get(key) ?? nothing();
  all.set(key, prepared);
  return prepared;
}

/** Is an address all that these limits may have for one login alone? */
function hasOnlyAddress({ address, routes, ipv6, attributes, page }: LoginLimits): boolean {
  if (address === undefined || attributes.length !== 0) return false;
  return routes === undefined && ipv6 === undefined && page === undefined;
}

function templateFor({ alike }: Prepared, limits: LoginLimits, nas: NasWords): Template {
  const known = alike.get(limits.rateLimit);
  if (known !== undefined) for (const each of known) if (isAlike(each.limits, limits)) return each;
  const made = makeTemplate(limits, nas);
  if (known === undefined) {
    if (alike.size >= mostAlike) alike.clear();
    alike.set(limits.rateLimit, [made]);
  } else {
    if (known.length >= mostAlike) known.length = 0;
    known.push(made);
  }
  return made;
}

/** All that a reply tells of limits but the address; what is shared by the directory is the same object. */
function isAlike(a: LoginLimits, b: LoginLimits): boolean {
  return (
    a.rateLimit === b.rateLimit &&
    a.rate?.up === b.rate?.up &&
    a.rate?.down === b.rate?.down &&
    a.interimSeconds === b.interimSeconds &&
    a.idleTimeoutSeconds === b.idleTimeoutSeconds &&
    a.pool === b.pool &&
    a.sessions === b.sessions &&
    a.addressLists === b.addressLists &&
    a.saidElsewhere === b.saidElsewhere
  );
}

function makeTemplate(limits: LoginLimits, nas: NasWords): Template {
  const open = { ...limits, address: '0.0.0.0' };
  const { summary, ...reply } = prepareReply(open, nas);
  const addressAt = placeOf(attribute.framedIpAddress, reply.encoded);
  const mark = limits.saidElsewhere === true ? saysNothing : firmMark(grantedAttributes(open, nas), addressName);
  if (addressAt === 0) return { limits, reply: { ...reply, summary }, addressAt, mark };
  const without = summary.replace(`${addressName}=0.0.0.0`, `${addressName}=`);
  // Written to with each login.
  const own = { encoded: Uint8Array.from(reply.encoded), mark: Uint8Array.from(reply.mark) };
  return { limits, reply: { ...reply, ...own, summary: without, ownAddress: true }, addressAt, mark };
}

const addressName = 'Framed-IP-Address';

/** The mark of what somebody else said stays `noMark`. */
const saysNothing = (_: string, out: Uint8Array): void => out.set(noMark.subarray(0, 4));

/** Offset of the value of the first attribute of a type; 0 when there is none. */
function placeOf(type: number, encoded: Uint8Array): number {
  for (let at = 0; at < encoded.length; at += encoded[at + 1] as number) if (encoded[at] === type) return at + 2;
  return 0;
}

/** @returns whether it is an address as it is usually written; if not, the template is as it was, or of nobody */
function putAddress(address: string, { reply, addressAt, mark }: Template): boolean {
  const { encoded } = reply;
  let octet = 0;
  let value = -1;
  for (let at = 0; at <= address.length; at += 1) {
    const digit = at === address.length ? dot : address.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9 && value !== 0) value = value < 0 ? digit : value * 10 + digit;
    else if (digit === dot && value >= 0 && value <= 255 && octet < 4) {
      encoded[addressAt + octet] = value;
      octet += 1;
      value = -1;
    } else return false;
  }
  if (octet !== 4) return false;
  mark(address, reply.mark);
  return true;
}

/** Of a dot, as a digit. */
const dot = -2;

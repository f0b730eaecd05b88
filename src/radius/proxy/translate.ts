import { attributeNumbered } from '../dictionary/dictionary.ts';
import { type Hiding, hideValue } from '../dictionary/hide-value.ts';
import { microsoft, microsoftVendor } from '../dictionary/microsoft.ts';
import { revealValue } from '../dictionary/reveal-value.ts';
import { encodeAttribute, encodeVendorAttribute, listAttributes, type RawAttribute } from '../packet/attributes.ts';
import { attribute, code, headerLength } from '../packet/codes.ts';
import { type Frame, offsetOf } from '../packet/framing.ts';

/** With what secrets are shown, and hidden again for the next. */
export interface Rehiding {
  readonly from: Omit<Hiding, 'salt'>;
  readonly to: Hiding;
}

export interface ForwardRules {
  /** Octets of the User-Name that home is told, from its beginning. Absent: all. */
  readonly nameLength?: number;
  /** Names of attributes that pass besides the usual ones. */
  readonly allow: ReadonlySet<string>;
}

/** Vendors of whom requests may carry everything: MS-CHAP, and where a hotspot is. */
const openVendors: ReadonlySet<number> = new Set([microsoftVendor, 14_122]);
const vendorSpecific = 26;
const longestValue = 253;

/**
 * The attributes of a request as a home server gets them, Message-Authenticator and our Proxy-State aside: passwords hidden
 * anew, what vendors say of our own network left out, and the challenge of CHAP spelt out where it was the authenticator,
 * which is another now (RFC 2865 §2.2).
 *
 * @returns nothing when a hidden attribute cannot be read
 */
export function requestForHome(
  packet: Buffer,
  frame: Frame,
  { nameLength, allow }: ForwardRules,
  hiding: Rehiding,
): readonly Uint8Array[] | undefined {
  const out: Uint8Array[] = [];
  const accounting = frame.code === code.accountingRequest;
  for (let at = headerLength; at < frame.length; at += packet[at + 1] as number) {
    const type = packet[at] as number;
    const whole = packet.subarray(at, at + (packet[at + 1] as number));
    if (type === attribute.messageAuthenticator) continue;
    if (accounting && (type === attribute.userPassword || type === attribute.chapPassword)) continue;
    if (type === attribute.userName) out.push(encodeAttribute(type, whole.subarray(2).subarray(0, nameLength)));
    else if (type === vendorSpecific) out.push(...vendorParts(whole, allow));
    else if (isExtended(type)) out.push(...(whole[2] === vendorSpecific ? [] : [whole]));
    else {
      const passed = rehidden({ type, value: whole.subarray(2) }, hiding);
      if (passed === undefined) return undefined;
      out.push(passed);
    }
  }
  if (offsetOf(frame, attribute.chapPassword) !== 0 && offsetOf(frame, attribute.chapChallenge) === 0 && !accounting) {
    out.push(encodeAttribute(attribute.chapChallenge, packet.subarray(4, headerLength)));
  }
  return out;
}

/** What a reply may carry, by the numbers of attributes. */
interface Carried {
  readonly plain: ReadonlySet<number>;
  readonly microsoft: ReadonlySet<number>;
}

/**
 * Attributes of a home server's reply that nobody else's network is run by, what it says of the session and of the login, as
 * far as a reply of this code may carry them (RFC 2865 §5.44, 3579 §3.3, 2548 §4).
 */
const harmless: ReadonlyMap<number, Carried> = new Map([
  [
    code.accessAccept,
    {
      // Termination-Action, Chargeable-User-Identity, EAP-Key-Name.
      plain: new Set<number>([
        ...[attribute.replyMessage, attribute.state, attribute.class, attribute.eapMessage],
        ...[29, 89, 102],
      ]),
      microsoft: new Set<number>([
        ...[microsoft.chapMppeKeys, microsoft.mppeEncryptionPolicy, microsoft.mppeEncryptionTypes],
        ...[microsoft.mppeSendKey, microsoft.mppeRecvKey, microsoft.chap2Success],
      ]),
    },
  ],
  [
    code.accessReject,
    {
      plain: new Set<number>([attribute.replyMessage, attribute.eapMessage, attribute.errorCause]),
      microsoft: new Set<number>([microsoft.chapError]),
    },
  ],
  [
    code.accessChallenge,
    {
      plain: new Set<number>([attribute.replyMessage, attribute.state, attribute.eapMessage]),
      microsoft: new Set<number>(),
    },
  ],
]);

/**
 * The attributes of a reply that its NAS is told, keys hidden anew. Session-Timeout and Idle-Timeout are not among them: they
 * are ours to bound.
 *
 * @param allow names of attributes that pass in an accept besides the harmless ones
 */
export function replyForNas(
  packet: Buffer,
  frame: Frame,
  allow: ReadonlySet<string>,
  hiding: Rehiding,
): readonly Uint8Array[] {
  return listAttributes(packet, headerLength, frame.length).flatMap((raw) => {
    const passed = mayPass(raw, frame.code, allow) ? rehidden(raw, hiding) : undefined;
    return passed === undefined ? [] : [passed];
  });
}

function mayPass({ vendor, extended, type }: RawAttribute, replyCode: number, allow: ReadonlySet<string>): boolean {
  const carried = harmless.get(replyCode);
  if (carried === undefined || extended !== undefined) return false;
  if (vendor === undefined && carried.plain.has(type)) return true;
  if (vendor === microsoftVendor && carried.microsoft.has(type)) return true;
  if (replyCode !== code.accessAccept) return false;
  const definition = attributeNumbered(vendor, type);
  return definition !== undefined && allow.has(definition.name);
}

function rehidden({ vendor, type, value }: RawAttribute, { from, to }: Rehiding): Uint8Array | undefined {
  const definition = attributeNumbered(vendor, type);
  const hidden = definition?.encryption !== undefined;
  const clear = hidden ? revealValue(definition, value, from) : value;
  if (clear === undefined || clear.length > longestValue) return undefined;
  const again = hidden ? hideValue(definition, clear, to) : clear;
  return vendor === undefined ? encodeAttribute(type, again) : encodeVendorAttribute(vendor, type, again);
}

/** Of a Vendor-Specific attribute, those that may pass. */
function vendorParts(whole: Uint8Array, allow: ReadonlySet<string>): readonly Uint8Array[] {
  const vendor = whole.length < 6 ? 0 : Buffer.from(whole).readUInt32BE(2);
  if (openVendors.has(vendor)) return [whole];
  return listAttributes(whole, 0, whole.length).flatMap((raw) => {
    const definition = raw.vendor === undefined ? undefined : attributeNumbered(raw.vendor, raw.type);
    if (definition === undefined || !allow.has(definition.name)) return [];
    return [encodeVendorAttribute(raw.vendor as number, raw.type, raw.value)];
  });
}

function isExtended(type: number): boolean {
  return type >= 241 && type <= 246;
}

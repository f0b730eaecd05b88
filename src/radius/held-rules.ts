import type { RejectReason } from '../access/authorise.ts';
import { type DeviceMemory, type LoginPlace, objectionToPlace } from '../access/place.ts';
import type { QuotaBook, QuotaVerdict } from '../access/quota.ts';
import type { SessionPlaces } from '../access/session-places.ts';
import { parseMac } from '../base/mac.ts';
import type { LoginLimits } from '../directory/reader.ts';
import type { AccessRules } from '../model/kinds/access-rules.ts';
import { type Exchange, textOf } from './exchange.ts';
import { vendorAttributes } from './packet/attributes.ts';
import { attribute } from './packet/codes.ts';
import { nextOffset, offsetOf, valueAt } from './packet/framing.ts';

/** Who keeps the books that rules are held against. */
export interface RuleBooks {
  readonly places?: SessionPlaces;
  readonly devices?: DeviceMemory;
}

/**
 * What is left of quotas. Where it cannot be told, because the store is down, nothing limits: logins must go on without it.
 */
export function leftOfQuotas(quotas: QuotaBook, username: string, now: number): QuotaVerdict | Promise<QuotaVerdict> {
  const left = quotas.left(username, now);
  return left instanceof Promise ? left.catch(() => ({})) : left;
}

/**
 * What the rules of a login say against its being let in here and now. When nothing does, it has taken its place, and its
 * device is learned where devices are.
 */
export function refusalByRules(
  rules: AccessRules,
  { interimSeconds }: Pick<LoginLimits, 'interimSeconds'>,
  exchange: Exchange,
  username: string,
  { places, devices: memory }: RuleBooks,
): RejectReason | undefined {
  const { lock, devices } = rules;
  const caller = textOf(exchange.packet, exchange.frame, attribute.callingStationId);
  const mac = parseMac(caller ?? '');
  const objection = lock === undefined ? undefined : objectionToPlace(lock, placeOf(exchange, mac));
  if (objection !== undefined) return objection;
  const isBound = devices?.lock === true && memory !== undefined;
  if (isBound && mac === undefined) return 'wrong-device';
  if (isBound && !memory.admits(username, mac as string, devices.max)) return 'wrong-device';
  const full = takePlace(rules, interimSeconds, exchange, { username, caller, mac }, places);
  // Last: whoever is refused has not used up the room of another device.
  if (full === undefined && isBound) memory.learn(username, mac as string);
  return full;
}

function takePlace(
  { devices, sessions }: AccessRules,
  interimSeconds: number,
  exchange: Exchange,
  { username, caller, mac }: { username: string; caller: string | undefined; mac: string | undefined },
  places: SessionPlaces | undefined,
): RejectReason | undefined {
  const counted = { ...(sessions === undefined ? {} : { sessions }), ...(devices?.lock === false ? { devices } : {}) };
  // A lease, or a station of an access point, is the device itself.
  const isCounted = exchange.door !== 'dhcp' && exchange.door !== 'wireless' && Object.keys(counted).length > 0;
  if (!isCounted) return undefined;
  const sessionId = normalId(textOf(exchange.packet, exchange.frame, attribute.acctSessionId));
  const newcomer = { username, nas: exchange.context.nas.name, device: mac ?? caller, sessionId };
  return places?.take(newcomer, counted, interimSeconds, exchange.now);
}

function placeOf({ packet, frame, context }: Exchange, mac: string | undefined): LoginPlace {
  const portId = textOf(packet, frame, attribute.nasPortId);
  const portAt = offsetOf(frame, attribute.nasPort);
  const number = portAt === 0 || packet[portAt + 1] !== 6 ? undefined : String(packet.readUInt32BE(portAt + 2));
  return {
    nas: context.nas.name,
    mac,
    ports: [portId, number].filter((each) => each !== undefined),
    circuitId: circuitIdOf(packet, frame),
  };
}

const dslForumVendor = 3561;
const agentCircuitId = 1;

/** RFC 4679 §3.3.1; none when there are several: somebody has added one. */
function circuitIdOf(packet: Buffer, frame: Exchange['frame']): string | undefined {
  const found: string[] = [];
  for (let at = offsetOf(frame, attribute.vendorSpecific); at !== 0; at = nextOffset(packet, frame, at)) {
    for (const { vendor, type, value } of vendorAttributes(valueAt(packet, at)) ?? []) {
      if (vendor === dslForumVendor && type === agentCircuitId) found.push(Buffer.from(value).toString('utf8'));
    }
  }
  return found.length === 1 ? found[0] : undefined;
}

/** As accounting writes it. */
function normalId(sent: string | undefined): string | undefined {
  return sent?.toLowerCase().replace(/^0x/, '');
}

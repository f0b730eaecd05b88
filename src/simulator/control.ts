import {
  BadRequest,
  type Fields,
  isFields,
  limited,
  octets,
  optionalCount,
  optionalText,
  text,
  texts,
} from './control-fields.ts';
import type { ControlHandler, ControlRoutes } from './control-server.ts';
import type { LeaseRequest } from './dhcp/lease-request.ts';
import { type Fault, faultKinds } from './faults.ts';
import { connectionStates, type ReachRequest } from './firewall/packet.ts';
import type { JoinRequest } from './hotspot/device.ts';
import { type PppMethod, pppMethods } from './nas/access-request.ts';
import type { DialRequest } from './nas/pppoe-nas.ts';
import { type TerminateCause, terminateCauses } from './nas/session.ts';
import type { SimulatedRouterOs } from './simulated-routeros.ts';

/** What a person at the router, or a subscriber's device, would do. */
export function routerControl(router: SimulatedRouterOs): ControlRoutes {
  return new Map<string, ControlHandler>([
    ['GET /sessions', () => ({ sessions: router.sessions() })],
    ['GET /rows', (input) => ({ rows: router.rows(text(input, 'menu')) })],
    ['GET /log', () => ({ lines: router.log() })],
    ['POST /dial', async (input) => dialled(await router.dial(dialRequest(input)))],
    ['GET /devices', () => ({ devices: router.devices() })],
    ['POST /join', (input) => router.join(joinRequest(input))],
    ['POST /leave', async (input) => ({ left: await router.leave(limited(text(input, 'mac'), 64)) })],
    ['GET /leases', () => ({ leases: router.leases() })],
    ['POST /lease', (input) => router.lease(leaseRequest(input))],
    ['POST /renew', (input) => router.renew(limited(text(input, 'mac'), 64))],
    [
      'POST /release',
      (input) => ({ released: router.release(text(input, 'mac'), { silently: input['silently'] === true }) }),
    ],
    ['POST /hangup', (input) => ({ ended: router.hangUp(text(input, 'session'), cause(input)) })],
    [
      'POST /traffic',
      (input) => ({
        sessions: router.traffic(text(input, 'session'), {
          up: octets(input, 'up'),
          down: octets(input, 'down'),
          ...peer(input),
        }),
      }),
    ],
    ['POST /reach', (input) => router.reach(text(input, 'source'), reachRequest(input))],
    ['POST /rows', (input) => editRows(router, input)],
    ['POST /faults', (input) => setFaults(router, input)],
    [
      'POST /reboot',
      () => {
        router.reboot();
        return {};
      },
    ],
  ]);
}

/** The promise of the session's end does not travel. */
function dialled(result: object): object {
  return Object.fromEntries(Object.entries(result).filter(([name]) => name !== 'ended'));
}

function dialRequest(input: Fields): DialRequest {
  const method = optionalText(input, 'method');
  if (method !== undefined && !(pppMethods as readonly string[]).includes(method)) {
    throw new BadRequest(`method: one of ${pppMethods.join(', ')}`);
  }
  const [callerId, port, serviceName] = ['callerId', 'interface', 'serviceName'].map((name) =>
    optionalText(input, name),
  );
  return {
    username: limited(text(input, 'username'), 253),
    password: limited(text(input, 'password'), 128),
    ...(method === undefined ? {} : { method: method as PppMethod }),
    ...(callerId === undefined ? {} : { callerId: limited(callerId, 64) }),
    ...(port === undefined ? {} : { interface: port }),
    ...(serviceName === undefined ? {} : { serviceName }),
  };
}

function joinRequest(input: Fields): JoinRequest {
  const [port, hostName] = ['interface', 'hostName'].map((name) => optionalText(input, name));
  return {
    mac: limited(text(input, 'mac'), 64),
    ...(port === undefined ? {} : { interface: port }),
    ...(hostName === undefined ? {} : { hostName: limited(hostName, 255) }),
    ...(input['resolve'] === undefined ? {} : { resolve: texts(input, 'resolve') }),
  };
}

function leaseRequest(input: Fields): LeaseRequest {
  const [port, hostName, clientId] = ['interface', 'hostName', 'clientId'].map((name) => optionalText(input, name));
  return {
    mac: limited(text(input, 'mac'), 64),
    ...(port === undefined ? {} : { interface: port }),
    // Options of DHCP hold 255 octets (RFC 2132 §2); an identifier is written with two digits and a colon for each.
    ...(hostName === undefined ? {} : { hostName: limited(hostName, 255) }),
    ...(clientId === undefined ? {} : { clientId: limited(clientId, 764) }),
    ...(input['renews'] === false ? { renews: false } : {}),
  };
}

function peer(input: Fields): { readonly peer?: string } {
  const address = optionalText(input, 'peer');
  return address === undefined ? {} : { peer: limited(address, 64) };
}

const protocols = ['tcp', 'udp', 'icmp'] as const;

function reachRequest(input: Fields): ReachRequest {
  const [host, address, given, state] = ['host', 'address', 'protocol', 'state'].map((name) =>
    optionalText(input, name),
  );
  const [dstPort, connections] = ['dstPort', 'connections'].map((name) => optionalCount(input, name));
  return {
    ...(host === undefined ? {} : { host: limited(host, 255) }),
    ...(address === undefined ? {} : { address: limited(address, 64) }),
    ...(given === undefined ? {} : { protocol: oneOf(given, protocols, 'protocol') }),
    ...(state === undefined ? {} : { state: oneOf(state, connectionStates, 'state') }),
    ...(dstPort === undefined ? {} : { dstPort }),
    ...(connections === undefined ? {} : { connections }),
  };
}

function oneOf<T extends string>(given: string, words: readonly T[], name: string): T {
  const found = words.find((word) => word === given);
  if (found === undefined) throw new BadRequest(`${name}: one of ${words.join(', ')}`);
  return found;
}

async function editRows(router: SimulatedRouterOs, input: Fields): Promise<object> {
  const menu = text(input, 'menu');
  const action = text(input, 'action');
  const target = optionalText(input, 'target');
  switch (action) {
    case 'add':
      return { id: router.add(menu, fields(input)) };
    case 'set':
      router.set(menu, target, fields(input));
      await router.settled();
      return {};
    case 'remove':
      router.remove(menu, text(input, 'target'));
      return {};
    default:
      throw new BadRequest('action: one of add, set, remove');
  }
}

function setFaults(router: SimulatedRouterOs, input: Fields): object {
  const list: unknown = input['faults'];
  if (!Array.isArray(list)) throw new BadRequest('faults: a list');
  router.faults.replace(list.map(faultOf));
  return { faults: router.faults.list(), struck: router.faults.struck() };
}

function faultOf(input: unknown): Fault {
  if (!isFields(input)) throw new BadRequest('faults: objects with a kind');
  const kind = faultKinds.find((known) => known === input['kind']);
  if (kind === undefined) throw new BadRequest(`kind: one of ${faultKinds.join(', ')}`);
  const [command, message] = ['command', 'message'].map((name) => optionalText(input, name));
  const [after, times, ms] = ['after', 'times', 'ms'].map((name) => optionalCount(input, name));
  return {
    kind,
    ...(command === undefined ? {} : { command }),
    ...(message === undefined ? {} : { message }),
    ...(after === undefined ? {} : { after }),
    ...(times === undefined ? {} : { times }),
    ...(ms === undefined ? {} : { ms }),
    ...(input['applied'] === false ? { applied: false } : {}),
  };
}

function cause(input: Fields): TerminateCause {
  const given = optionalText(input, 'cause') ?? 'User-Request';
  if (!Object.hasOwn(terminateCauses, given)) {
    throw new BadRequest(`cause: one of ${Object.keys(terminateCauses).join(', ')}`);
  }
  return given as TerminateCause;
}

function fields(input: Fields): Readonly<Record<string, string>> {
  return texts(input, 'fields');
}

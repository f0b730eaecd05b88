import { LastmileError } from '../base/errors.ts';
import type { ListenOverrides } from '../daemon/listeners.ts';
import type { Endpoint } from '../model/kinds/radius.ts';

/** The sockets that were handed over cannot be used. */
export class InheritedSocketsError extends LastmileError {
  readonly code = 'LM_INHERITED_SOCKETS';
  readonly retry = 'never';
}

/** The first of them (sd_listen_fds(3)). */
const firstFd = 3;
const services = ['auth', 'accounting', 'radsec'] as const;

type Service = (typeof services)[number];

/**
 * Sockets that systemd opened for us and keeps when we end (`LISTEN_PID`, `LISTEN_FDS`, `LISTEN_FDNAMES`, sd_listen_fds(3)):
 * by `FileDescriptorName` of the socket unit.
 *
 * @param pid our own: sockets of another process are none of ours
 * @throws InheritedSocketsError when one has no name of ours
 */
export function inheritedSockets(env: Readonly<Record<string, string | undefined>>, pid: number): ListenOverrides {
  const { LISTEN_PID: owner, LISTEN_FDS: count, LISTEN_FDNAMES: names = '' } = env;
  if (owner !== String(pid) || count === undefined) return {};
  const named = names.split(':');
  const found = new Map<Service, Endpoint[]>();
  for (let at = 0; at < Number(count); at += 1) {
    const service = serviceOf(named[at] ?? '');
    found.set(service, [...(found.get(service) ?? []), { host: 'fd', port: firstFd + at, fd: firstFd + at }]);
  }
  return Object.fromEntries(found);
}

function serviceOf(name: string): Service {
  const service = services.find((each) => each === name);
  if (service !== undefined) return service;
  const known = services.join(', ');
  throw new InheritedSocketsError(`a socket is handed over as "${name}"; FileDescriptorName= is one of ${known}`);
}

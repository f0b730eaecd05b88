import { formatRate } from '../base/units.ts';
import { type ControlledSession, SimulatorControl } from '../simulator/control-client.ts';
import type { JoinResult } from '../simulator/hotspot/device.ts';
import type { Child } from './child.ts';
import { DemoError } from './demo-error.ts';
import type { Lastmile } from './lastmile.ts';

/** A simulated router, seen from the outside: by its subscribers and by somebody at its keyboard. */
export interface DemoRouter {
  readonly name: string;
  readonly apiPort: number;
  /** `127.0.0.1:9000`: JSON over HTTP. */
  readonly controlAddress: string;
  readonly control: SimulatorControl;
  /** `127.0.0.2:9080`: where the router itself is met over HTTP, on the side of its guests. */
  readonly hotspotAddress: string;
}

export type JoinedDevice = Extract<JoinResult, { readonly ok: true }>;

export interface RouterSettings {
  readonly name: string;
  readonly address: string;
  readonly apiPassword: string;
}

/** Starts `lastmile simulate routeros`: an empty router with one account. It is added to `children` as soon as it runs. */
export async function startRouter(
  lastmile: Lastmile,
  { name, address, apiPassword }: RouterSettings,
  children: Child[],
): Promise<DemoRouter> {
  const listen = [
    ...['--listen-api', `${address}:0`, '--listen-control', '127.0.0.1:0'],
    ...['--listen-hotspot', `${address}:0`, '--nas-address', address],
  ];
  const args = ['simulate', 'routeros', ...listen, '--user', 'lastmile', '--print-listeners'];
  // By its variable: on the command line it would stand in the list of processes.
  const { child, firstLine } = await lastmile.stay(name, args, { LASTMILE_PASSWORD: apiPassword });
  children.push(child);
  const { api, control, hotspot } = JSON.parse(firstLine) as Readonly<Record<'api' | 'control' | 'hotspot', string>>;
  const apiPort = Number(api.slice(api.lastIndexOf(':') + 1));
  return { name, apiPort, controlAddress: control, control: new SimulatorControl(control), hotspotAddress: hotspot };
}

/** Dials in. @throws DemoError when the router does not let it in */
export async function dialIn(
  router: DemoRouter,
  username: string,
  password: string,
  method: 'mschap2' | 'chap' | 'pap' = 'mschap2',
): Promise<ControlledSession> {
  const answer = await router.control.dial({ username, password, method });
  if (answer.ok) return answer;
  const words = answer.message === undefined ? '' : ` (${answer.message})`;
  throw new DemoError(`${router.name} does not let ${username} in: ${answer.reason}${words}`);
}

/** A device of a guest appears. @throws DemoError when the router gives it no place */
export async function joinIn(router: DemoRouter, mac: string, port: string): Promise<JoinedDevice> {
  const answer = await router.control.join({ mac, interface: port });
  if (answer.ok) return answer;
  throw new DemoError(`${router.name} has no place for ${mac}: ${answer.reason}`);
}

/** The session of a username that is online. */
export async function sessionOn(router: DemoRouter, username: string): Promise<ControlledSession | undefined> {
  const sessions = await router.control.sessions();
  return sessions.find((session) => session.username === username);
}

/** The speed the router holds a subscriber to, upload first: `5M/20M`. The router itself tells it in bit/s. */
export async function queueOf(router: DemoRouter, username: string): Promise<string | undefined> {
  const queues = await router.control.rows('/queue/simple');
  const limit = queues.find(({ name }) => name === `<pppoe-${username}>`)?.['max-limit'];
  return limit
    ?.split('/')
    .map((bps) => formatRate(Number(bps)))
    .join('/');
}

import type { LearnedDeviceJson } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { parseMac } from '../base/mac.ts';
import type { Engine } from '../daemon/engine.ts';
import { learnedJson } from '../daemon/logins/login-books.ts';
import { LearnedDevices } from '../directory/learned-devices.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

/** `lastmile devices list [USERNAME]`: what logins of services with `devices.lock` are bound to. */
export async function devicesCommand(
  username: string | undefined,
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const query = username === undefined ? '' : `?${new URLSearchParams({ user: username })}`;
  const devices = await either(
    options,
    around,
    (daemon) => daemon.get<readonly LearnedDeviceJson[]>(`/api/v1/devices${query}`),
    async (engine) => (await opened(engine, around)).list(username).map(learnedJson),
  );
  io.out(await render(devices, options.output, () => devicesText(devices)));
  return exitCodes.success;
}

/** `lastmile devices forget USERNAME [MAC]`: 1 when there was none. */
export async function forgetCommand(
  username: string,
  device: string | undefined,
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const mac = device === undefined ? undefined : parseMac(device);
  if (device !== undefined && mac === undefined) {
    complain(new Error(`${device} is no MAC address`), io);
    return exitCodes.usage;
  }
  const asked = { user: username, ...(mac === undefined ? {} : { mac }), by: whoOf(io) };
  const gone = await either(
    options,
    around,
    (daemon) => daemon.post<readonly LearnedDeviceJson[]>('/api/v1/devices/forget', asked),
    async (engine) => (await (await opened(engine, around)).forget(username, mac)).map(learnedJson),
  );
  io.out(await render(gone, options.output, () => forgottenText(gone, username)));
  return gone.length === 0 ? exitCodes.error : exitCodes.success;
}

function opened({ store }: Engine, { clock }: Surroundings): Promise<LearnedDevices> {
  return LearnedDevices.open({ table: store.table('devices'), now: () => clock.now(), onLost: () => undefined });
}

function devicesText(devices: readonly LearnedDeviceJson[]): string {
  if (devices.length === 0) return 'No login is bound to a device.\n';
  const rows = devices.map(({ username, mac, since }) => [printable(username), mac, since]);
  return table(['USERNAME', 'DEVICE', 'SINCE'], rows);
}

function forgottenText(gone: readonly LearnedDeviceJson[], username: string): string {
  if (gone.length === 0) return `${printable(username)} is bound to no such device.\n`;
  return gone.map((each) => `${printable(each.username)}: ${each.mac} forgotten\n`).join('');
}

import { printable } from '../base/bytes.ts';
import { Secret } from '../base/secret.ts';
import type { Endpoint } from '../model/kinds/radius.ts';
import {
  type LoginMethod,
  type RadiusClientResult,
  radiusDisconnect,
  radiusLogin,
  radiusStatus,
} from '../radius/client.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import { type Output, render } from './output.ts';
import type { Surroundings } from './surroundings.ts';

export interface RadiusOptions {
  readonly server: Endpoint;
  /** Name of the environment variable that holds the shared secret. */
  readonly secretEnv: string;
  readonly source?: string;
  readonly output: Output;
}

/** `lastmile radius login USER`: 0 accepted, 4 rejected, 1 no answer. The password comes from the environment. */
export async function radiusLoginCommand(
  username: string,
  options: RadiusOptions & { readonly method: LoginMethod; readonly passwordEnv: string },
  io: Io,
  around: Surroundings,
): Promise<number> {
  const client = clientOptions(options, io, around);
  const password = io.env[options.passwordEnv];
  if (client === undefined || password === undefined) return missing(options.passwordEnv, password, io);
  const { method } = options;
  const attributes = [{ name: 'Service-Type', value: 'Framed-User' }];
  return tell(await radiusLogin(client, { username, password: new Secret(password), method, attributes }), options, io);
}

/** `lastmile radius status-server`. */
export async function radiusStatusCommand(options: RadiusOptions, io: Io, around: Surroundings): Promise<number> {
  const client = clientOptions(options, io, around);
  return client === undefined ? exitCodes.usage : tell(await radiusStatus(client), options, io);
}

/** `lastmile radius disconnect USER`: sends a Disconnect-Request straight to a NAS. */
export async function radiusDisconnectCommand(
  username: string,
  options: RadiusOptions & { readonly session?: string; readonly address?: string },
  io: Io,
  around: Surroundings,
): Promise<number> {
  const client = clientOptions(options, io, around);
  if (client === undefined) return exitCodes.usage;
  const identification = [
    { name: 'User-Name', value: username },
    ...(options.session === undefined ? [] : [{ name: 'Acct-Session-Id', value: options.session }]),
    ...(options.address === undefined ? [] : [{ name: 'Framed-IP-Address', value: options.address }]),
  ];
  return tell(await radiusDisconnect(client, identification), options, io);
}

function clientOptions({ server, secretEnv, source }: RadiusOptions, io: Io, around: Surroundings) {
  const secret = io.env[secretEnv];
  if (secret === undefined || secret === '') {
    complain(new Error(`the shared secret is read from the environment: set ${secretEnv}`), io);
    return undefined;
  }
  const bind = source === undefined ? {} : { bindAddress: source };
  return { server, secret: new Secret(secret), clock: around.clock, random: around.fillRandom, ...bind };
}

function missing(name: string, password: string | undefined, io: Io): number {
  if (password === undefined) complain(new Error(`the password is read from the environment: set ${name}`), io);
  return exitCodes.usage;
}

async function tell(result: RadiusClientResult, options: RadiusOptions, io: Io): Promise<number> {
  io.out(await render(result, options.output, () => resultText(result)));
  if (result.result === 'silence') return exitCodes.error;
  return /-Reject|-NAK/.test(result.code) ? exitCodes.refused : exitCodes.success;
}

function resultText(result: RadiusClientResult): string {
  if (result.result === 'silence') {
    return `No answer to ${result.sends} requests: wrong secret, not a declared client address, or nobody there.\n`;
  }
  const { code, roundTripMs, attributes, serverProven } = result;
  const proven = serverProven === undefined ? '' : `, server ${serverProven ? 'proved' : 'did NOT prove'} the password`;
  const lines = attributes.map(({ name, value }) => `  ${name} = ${printable(String(value))}\n`);
  return `${code} in ${roundTripMs.toFixed(1)} ms${proven}\n${lines.join('')}`;
}

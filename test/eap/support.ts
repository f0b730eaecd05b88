import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LoggedDecision, recentDecisions } from '../../src/access/decision-log.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Login } from '../../src/directory/reader.ts';
import { EapServer } from '../../src/eap/eap-server.ts';
import type { EapSettings, Endpoint } from '../../src/model/kinds/radius.ts';
import { type Bench, secretText, startServer } from '../radius/support.ts';
import { testAuthority } from '../support/certificates.ts';
import { TempFolder } from '../support/temp-folder.ts';

export const hasEapolTest = existsSync('/usr/bin/eapol_test');

/** Who signs our certificate and those of devices. */
export const ca = testAuthority('Test Authority');
export const serverPair = ca.issue({ commonName: 'radius.example', dns: 'radius.example' });

export function settings(more: Partial<EapSettings> = {}): EapSettings {
  return {
    methods: ['peap', 'ttls', 'tls', 'mschapv2', 'md5'],
    certificate: new Secret(serverPair.certificate),
    key: new Secret(serverPair.key),
    clientCa: ca.certificate,
    sessionLifetimeSeconds: 3600,
    ...more,
  };
}

export const fillRandom = (octets: Uint8Array): void => void randomFillSync(octets);

export function eapServer(use: EapSettings | undefined = settings(), clock = systemClock): EapServer {
  const server = new EapServer({ clock, random: fillRandom });
  server.use(use);
  return server;
}

/** A RADIUS server that speaks EAP. @param decided is told of each decision */
export async function startEap(
  logins: readonly Login[],
  use: EapSettings | undefined = settings(),
  decided?: (bench: Bench) => void,
): Promise<Bench> {
  const kept = recentDecisions();
  const record = (decision: LoggedDecision): void => {
    kept.record(decision);
    decided?.(bench);
  };
  const bench = await startServer(logins, { access: { eap: eapServer(use) }, decisions: { record } });
  return { ...bench, decisions: kept };
}

export interface EapolRun {
  readonly output: string;
  readonly succeeded: boolean;
  /** Both ends have the same keys; so many times. */
  readonly keysOk: number;
}

export interface EapolOptions {
  /** Authentications after the first. */
  readonly again?: number;
  readonly arguments?: readonly string[];
  /** Shared with the server. Default: that of the test server. */
  readonly secret?: string;
  /** Written beside the configuration. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs eapol_test of wpa_supplicant with one network block. */
export async function eapolTest(
  to: Endpoint,
  network: Readonly<Record<string, string>>,
  options: EapolOptions = {},
): Promise<EapolRun> {
  await using folder = await TempFolder.make();
  const files = { 'ca.pem': ca.certificate, ...options.files };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  const lines = Object.entries(network).map(([name, value]) => `  ${name}=${value.replaceAll('DIR', folder.path)}`);
  await writeFile(join(folder.path, 'peer.conf'), `network={\n  key_mgmt=WPA-EAP\n${lines.join('\n')}\n}\n`);
  const again = ['-r', String(options.again ?? 0)];
  const args = [
    '-c',
    'peer.conf',
    '-a',
    to.host,
    '-p',
    String(to.port),
    '-s',
    options.secret ?? secretText,
    '-t',
    '8',
    ...again,
  ];
  const child = spawn('eapol_test', [...args, ...(options.arguments ?? [])], { cwd: folder.path });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(child, 'close');
  const keysOk = Number(/MPPE keys OK: (\d+)/.exec(output)?.[1] ?? '0');
  return { output, succeeded: /^SUCCESS$/m.test(output), keysOk };
}

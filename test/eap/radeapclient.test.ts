import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { login, secretText } from '../radius/support.ts';
import { PeerProcess } from '../support/peer-process.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { settings, startEap } from './support.ts';

const hasRadeapclient = existsSync('/usr/bin/radeapclient');
if (!hasRadeapclient) process.stderr.write('radeapclient tests skipped: install Debian package freeradius-utils\n');

describe.runIf(hasRadeapclient)('radeapclient of FreeRADIUS, which knows EAP-MD5', () => {
  it('is let in', async ({ signal }) => {
    await using bench = await startEap([login('anna')], settings({ methods: ['md5'] }));

    const lines = await radeapclient(bench.auth, 'correct horse', signal);

    expect(lines).toContain('\tEAP-Code = Success');
    expect(lines).toContain('\tMikrotik-Rate-Limit = "5M/20M"');
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'accept', method: 'eap-md5' }]);
  });

  it('is turned away with a wrong password', async ({ signal }) => {
    await using bench = await startEap([login('anna')], settings({ methods: ['md5'] }));

    const lines = await radeapclient(bench.auth, 'wrong', signal);

    expect(lines).toContain('\tEAP-Code = Failure');
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'reject', reason: 'wrong-password' }]);
  });
});

/** Logs anna in; all that it prints. */
async function radeapclient(to: Endpoint, password: string, signal: AbortSignal): Promise<readonly string[]> {
  await using folder = await TempFolder.make();
  const file = join(folder.path, 'anna');
  const lines = [
    'User-Name = "anna"',
    `Cleartext-Password = "${password}"`,
    'EAP-Code = Response',
    'EAP-Id = 210',
    'EAP-Type-Identity = "anna"',
    'Message-Authenticator = 0x00',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const args = ['-x', '-f', file, `${to.host}:${to.port}`, 'auth', secretText];
  await using client = new PeerProcess('/usr/bin/radeapclient', args, signal);
  await client.says('Main loop: done');
  return client.lines;
}

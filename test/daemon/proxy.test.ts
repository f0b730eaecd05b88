import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { homeSecret, startHome } from '../radius/proxy/proxy-lab.ts';
import { hasRadclient, login, radclient } from '../radius/support.ts';
import { canaries, TestNetwork } from '../support/network.ts';

function endpoint(text: string | undefined): Endpoint {
  const [host = '', port] = (text ?? '').split(':');
  return { host, port: Number(port) };
}

describe.runIf(hasRadclient)('the daemon and a realm of somebody else', () => {
  it('IW-01: asks its home server as soon as that is committed, keeps its accounting, and says when it is silent', async () => {
    await using home = await startHome([login('zoe@partner.example')]);
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const { auth, accounting } = home;
    const server = `{name: partner-1, address: ${auth.host}, authPort: ${auth.port}, accountingPort: ${accounting.port}, secret: "${homeSecret}"}`;
    const nobody = `{name: nobody, address: ${auth.host}, authPort: 9, accountingPort: 9, secret: "${homeSecret}"}`;
    const realms = '[{realm: partner.example, servers: [partner-1]}, {realm: "*", servers: [nobody]}]';
    const without = readFileSync(join(network.dir, 'operator.yaml'), 'utf8');
    const ask = (name: string, seconds?: number) =>
      radclient(
        'auth',
        endpoint(daemon.listeners.auth),
        canaries.radiusSecret,
        [`User-Name = "${name}"`, 'User-Password = "correct horse"', 'Message-Authenticator = 0x00'],
        seconds,
      );

    const before = await ask('zoe@partner.example');
    network.write(
      'operator.yaml',
      without.replace(
        '  radius:\n',
        `  radius:\n    proxy: {homeServers: [${server}, ${nobody}], realms: ${realms}}\n`,
      ),
    );
    network.commit('a partner');
    await network.lastmile('reconcile');
    const after = await ask('zoe@partner.example');
    const silent = await ask('yan@else.example', 2);
    const lines = ['User-Name = "zoe@partner.example"', 'Acct-Status-Type = Start', 'Acct-Session-Id = "81000001"'];
    const stored = await radclient('acct', endpoint(daemon.listeners.accounting), canaries.radiusSecret, [
      ...lines,
      'NAS-IP-Address = 192.0.2.1',
    ]);

    expect(before).toContain('Received Access-Reject');
    expect(after).toContain('Received Access-Accept');
    expect(silent).toContain('No reply');
    expect(stored).toContain('Received Accounting-Response');
    expect(home.sink.events).toMatchObject([{ status: 'start' }]);
    expect((await network.lastmile('sessions', '--user', 'zoe@partner.example')).out).toContain('81000001');
    expect((await network.lastmile('why', 'zoe@partner.example')).out).toMatch(
      /accept by proxy.*home server partner-1/,
    );
    expect((await network.lastmile('status')).out).toContain('home server nobody has not answered (auth)');
  });
});

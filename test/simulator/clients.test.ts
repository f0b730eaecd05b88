import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { RouterOSAPI } from 'node-routeros';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { ManualClock } from './support.ts';

const users = [{ name: 'ops', password: 'pw' }];

/** Debian's own interpreter first: that is where its packages are. */
const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import librouteros'], { stdio: 'ignore' }).status === 0,
);
const needsPackage = python === undefined ? ' (skipped: install the package python3-librouteros)' : '';

const script = `
import json, sys
from librouteros import connect
from librouteros.exceptions import TrapError
from librouteros.query import Key
api = connect(host='127.0.0.1', port=int(sys.argv[1]), username='ops', password='pw')
secrets = api.path('/ppp/secret')
out = {'empty': list(secrets)}
ids = [secrets.add(name=name, password='x', comment=name) for name in ('anna', 'ben', '"; /system reset')]
out['ids'] = ids
secrets.update(**{'.id': ids[0], 'comment': 'changed', 'disabled': True})
out['found'] = list(secrets.select(Key('name'), Key('comment'), Key('disabled')).where(Key('name') == 'anna'))
try:
    secrets.add(name='anna')
except TrapError as error:
    out['trap'] = str(error)
secrets.remove(ids[0], ids[1])
out['left'] = [row['name'] for row in secrets]
api.close()
print(json.dumps(out))
`;

describe('clients written by others', () => {
  it.skipIf(python === undefined)(`librouteros logs in, prints, adds, sets and removes${needsPackage}`, async () => {
    await using router = await SimulatedRouterOs.start({ clock: new ManualClock(), users });

    const { stdout } = await promisify(execFile)(python ?? '', ['-c', script, String(router.apiPort)]);

    expect(JSON.parse(stdout)).toEqual({
      empty: [],
      ids: ['*1', '*2', '*3'],
      found: [{ name: 'anna', comment: 'changed', disabled: true }],
      trap: 'failure: secret with the same name already exists',
      left: ['"; /system reset'],
    });
  });

  it('node-routeros does the same before 7.18; it does not survive !empty', async () => {
    await using router = await SimulatedRouterOs.start({ clock: new ManualClock(), users, version: '7.17.2' });
    const api = new RouterOSAPI({ host: '127.0.0.1', port: router.apiPort, user: 'ops', password: 'pw', timeout: 5 });
    await api.connect();

    expect(await api.write(['/ppp/secret/print'])).toEqual([]);
    expect(await api.write(['/ppp/secret/add', '=name=anna'])).toEqual([{ ret: '*1' }]);
    await api.write(['/ppp/secret/set', '=.id=*1', '=comment=hi']);
    expect(await api.write(['/ppp/secret/print', '=.proplist=name,comment'])).toEqual([
      { name: 'anna', comment: 'hi' },
    ]);
    await expect(api.write(['/ppp/secret/add', '=name=anna'])).rejects.toThrow(
      'secret with the same name already exists',
    );
    await api.write(['/ppp/secret/remove', '=.id=*1']);
    expect(router.rows('/ppp/secret')).toEqual([]);

    await api.close();
  });
});

describe('our own client', () => {
  it('logs in, adds, prints, listens and is told of errors', async () => {
    await using router = await SimulatedRouterOs.start({ clock: new ManualClock(), users });
    const password = new Secret('pw');
    await using session = await connectRouterOs({
      router: 'core-1',
      host: '127.0.0.1',
      port: router.apiPort,
      username: 'ops',
      password,
    });

    expect((await session.run('/ppp/secret/print')).rows).toEqual([]);
    const heard = new Promise((resolve) => {
      session.listen('/ppp/secret/listen', {}, (row) => resolve(row['name']));
    });
    expect((await session.run('/ppp/secret/add', { name: '😀\n=x', comment: 'y' })).ret).toBe('*1');
    expect(await heard).toBe('😀\n=x');
    expect((await session.run('/ppp/secret/print', { '.proplist': 'name,comment' })).rows).toEqual([
      { name: '😀\n=x', comment: 'y' },
    ]);
    await expect(session.run('/ppp/secret/remove', { '.id': '*99' })).rejects.toThrow('no such item');
  });
});

import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { missingRights, readOwnAccess, sharedAccount } from '../../src/routeros/own-access.ts';
import type { SimulatedUser } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';

const minimal = ['read', 'write', 'api', 'sensitive'];

/** A router that lets this user in, and a session of his. */
async function online(user: Partial<SimulatedUser>) {
  const who = { name: 'lastmile', password: 'api', ...user };
  const router = await SimulatedRouterOs.start({ clock: systemClock, users: [who], addresses: ['127.0.0.2/8'] });
  const login = { router: 'core-1', username: who.name, password: new Secret('api') };
  const session = await connectRouterOs({ ...login, host: router.apiHost, port: router.apiPort });
  return { router, session, username: who.name };
}

describe('how we are on a router', () => {
  it('SPL-10: is read from it: user, group, rights, service, and the address we come from', async () => {
    const { router, session, username } = await online({ policies: minimal });
    await using _router = router;
    await using _session = session;

    const access = await readOwnAccess(session, { username, operator: 'isp' });

    expect(access).toMatchObject({
      username: 'lastmile',
      group: 'lastmile-group',
      policies: new Set(minimal),
      service: 'api',
      host: router.apiHost,
      port: router.apiPort,
      routerAddress: router.apiHost,
      addresses: [{ address: '127.0.0.2/8', interface: 'ether1', disabled: false }],
    });
    expect(access.source).toMatch(/^127\./);
    expect(access.services.find(({ name }) => name === 'api')).toMatchObject({ port: router.apiPort, disabled: false });
  });

  it('SPL-10: by the account admin is told: nobody could tell who did what', async () => {
    const { router, session } = await online({ name: 'admin' });
    await using _router = router;
    await using _session = session;

    expect(sharedAccount(await readOwnAccess(session, { username: 'admin', operator: 'isp' }))).toMatchObject([
      { code: 'LM_ACCOUNT_SHARED' },
    ]);
  });
});

describe('the rights of our account', () => {
  it('SPL-11: are enough with the published list, and policy more for who keeps users', async () => {
    const { router, session, username } = await online({ policies: minimal });
    await using _router = router;
    await using _session = session;
    const access = await readOwnAccess(session, { username, operator: 'isp' });

    expect(missingRights(access, ['/ppp/secret', '/user-manager/user'])).toEqual([]);
    expect(missingRights(access, ['/user/group'])).toMatchObject([
      { code: 'LM_RIGHTS_MISSING', message: expect.stringContaining('/user/group/set lastmile-group policy=policy') },
    ]);
  });

  it.each(['write', 'sensitive'])('SPL-11: without %s are told with the command that gives it', async (right) => {
    const { router, session, username } = await online({ policies: minimal.filter((name) => name !== right) });
    await using _router = router;
    await using _session = session;

    const findings = missingRights(await readOwnAccess(session, { username, operator: 'isp' }));

    expect(findings).toEqual([
      {
        code: 'LM_RIGHTS_MISSING',
        message: expect.stringContaining(`On the router: /user/group/set lastmile-group policy=${right};`),
      },
    ]);
  });

  it('SPL-11: that a command lacks are named with its menu', async () => {
    const { router, session } = await online({ policies: ['read', 'api'] });
    await using _router = router;
    await using _session = session;

    await expect(session.run('/ip/pool/add', { name: 'p', ranges: '10.0.0.1-10.0.0.9' })).rejects.toThrow(
      /refused \/ip\/pool\/add: not enough permissions .* right write .*policy=write/,
    );
    await expect(session.run('/user/add', { name: 'u', group: 'read' })).rejects.toThrow(/policy=write,policy/);
  });
});

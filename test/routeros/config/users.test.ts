import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { settle } from '../menus/support.ts';
import { configured, configuredLab } from './support.ts';

const users = (generation: number, group = 'read'): Model =>
  configured(`{/user: [{name: noc, group: ${group}, password: {derive: ${generation}}}]}`);

type Plan = Awaited<ReturnType<typeof settle>>['plan'];

const written = ({ changes }: Plan) => changes.map(({ action, set }) => [action, ...Object.keys(set)].join(' '));

describe('a user of the router in config', () => {
  it('gets the password when made, and again when another is declared', async () => {
    await using lab = await configuredLab(users(1));
    await settle(lab, users(1), lab.inventory);

    const other = await settle(lab, users(2), lab.inventory);
    const group = await settle(lab, users(2, 'full'), lab.inventory);

    expect(written(other.plan)).toEqual(['update password']);
    expect(written(group.plan)).toEqual(['update group']);
  });

  it('who was there before gets the declared password', async () => {
    await using lab = await configuredLab(users(1));
    lab.router.add('/user', { name: 'noc', group: 'read', password: 'old' });

    const { plan } = await settle(lab, users(1), lab.inventory);

    expect(written(plan)).toEqual(['update password']);
    expect(plan.changes).toMatchObject([{ adopts: true }]);
  });
});

describe('a group of users in config', () => {
  it('has the rights that are named and no others', async () => {
    const model = (policy: string) => configured(`{/user/group: [{name: noc, policy: '${policy}'}]}`);
    await using lab = await configuredLab(model('read,api'));
    await settle(lab, model('read,write,api'), lab.inventory);

    await settle(lab, model('api,read,winbox'), lab.inventory);

    const [row] = lab.router.rows('/user/group').filter(({ name }) => name === 'noc');
    const granted = row?.['policy']?.split(',').filter((right) => !right.startsWith('!')) ?? [];
    expect(granted.sort()).toEqual(['api', 'read', 'winbox']);
  });
});

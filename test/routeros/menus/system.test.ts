import { describe, expect, it } from 'vitest';
import { configured, configuredLab } from '../config/support.ts';
import { brief, settle } from './support.ts';

describe('the time of a router', () => {
  it.each(['7.22.3', '6.49.17'])('comes from the declared servers on RouterOS %s', async (version) => {
    const model = configured('{}', 'system: {ntp: {servers: [192.0.2.123, 192.0.2.124]}}');
    await using lab = await configuredLab(model, { version });

    await settle(lab, model, lab.inventory);

    const [row] = lab.router.rows('/system/ntp/client');
    expect(row).toMatchObject({ enabled: 'true' });
    const told = version.startsWith('6') ? [row?.['primary-ntp'], row?.['secondary-ntp']].join() : row?.['servers'];
    expect(told).toBe('192.0.2.123,192.0.2.124');
  });

  it('comes from nowhere when no server is declared', async () => {
    const model = configured('{}', 'system: {ntp: {servers: []}}');
    await using lab = await configuredLab(model);
    lab.router.set('/system/ntp/client', undefined, { enabled: 'yes', servers: '192.0.2.9' });

    await settle(lab, model, lab.inventory);

    expect(lab.router.rows('/system/ntp/client')).toMatchObject([{ enabled: 'false' }]);
  });
});

describe('who may reach the API', () => {
  it('is told to both services, and live connections are no rows of ours', async () => {
    const model = configured('{}', 'system: {apiAccess: {addresses: [127.0.0.0/8, 192.0.2.10]}}');
    await using lab = await configuredLab(model);

    const outcome = await settle(lab, model, lab.inventory);

    expect(brief(outcome)).toEqual(['update /ip/service api address', 'update /ip/service api-ssl address']);
    const services = lab.router.rows('/ip/service').filter((row) => row['connection'] !== 'true');
    expect(services.filter((row) => row['address'] !== undefined && row['address'] !== '')).toMatchObject([
      { name: 'api', address: '127.0.0.0/8,192.0.2.10/32' },
      { name: 'api-ssl', address: '127.0.0.0/8,192.0.2.10/32' },
    ]);
  });

  it('is refused where we would not be among them', async () => {
    const model = configured('{}', 'system: {apiAccess: {addresses: [192.0.2.10]}}');
    await using lab = await configuredLab(model);

    await expect(settle(lab, model, lab.inventory)).rejects.toThrow(/\/ip\/service api/);
  });
});

describe('a router that answers questions about names', () => {
  const pools = 'pools: [{name: home, ranges: [203.0.113.0/24]}]\nsystem: {dns: {allowRemoteRequests: true}}';
  const rules = (lab: Awaited<ReturnType<typeof configuredLab>>) =>
    lab.router
      .rows('/ip/firewall/filter')
      .map(({ chain, protocol, action, ...row }) => [chain, protocol, row['src-address-list'], action].join(' '));

  it('IS-50: does not answer those of everybody', async () => {
    const model = configured('{}', pools);
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);

    expect(rules(lab)).toEqual(['input udp !lastmile-dns drop', 'input tcp !lastmile-dns drop']);
    const list = lab.router.rows('/ip/firewall/address-list').map((row) => row['address']);
    expect(list).toEqual(expect.arrayContaining(['203.0.113.0/24', '192.168.0.0/16']));
  });

  it('IS-50: is left to its own rules where no network of clients is declared', async () => {
    const model = configured('{}', 'system: {dns: {allowRemoteRequests: true}}');
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);

    expect(rules(lab)).toEqual([]);
  });
});

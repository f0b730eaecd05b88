import { describe, expect, it } from 'vitest';
import { AdminClient } from '../../src/admin/client.ts';
import type { ApplyAnswer, DaemonStatus, PlanAnswer } from '../../src/admin/service.ts';
import { openSource } from '../../src/source/open-source.ts';
import type { TargetReport } from '../../src/status/report.ts';
import type { DaemonProcess } from '../support/lastmile.ts';
import { servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';

async function clientOf(daemon: DaemonProcess): Promise<AdminClient> {
  const client = await AdminClient.find(daemon.listeners.adminSocket);
  if (client === undefined) throw new Error('no daemon');
  return client;
}

async function filesOf(network: TestNetwork) {
  await using source = await openSource(network.dir);
  return (await source.read())?.files ?? [];
}

describe('requests about targets there are not', () => {
  it.each([
    ['/api/v1/plan', { targets: ['core-2'] }],
    ['/api/v1/apply', { targets: ['core-2'] }],
    ['/api/v1/apply', { exclude: ['core-2'] }],
    ['/api/v1/reconcile', { target: 'core-2' }],
  ])('%s %j is refused, naming those there are', async (path, body) => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const client = await clientOf(daemon);

    await expect(client.post(path, body)).rejects.toThrow(
      'no target is called core-2 (did you mean core-1?); there are directory, core-1',
    );
  });

  it('are no success while nothing is declared', async () => {
    await using network = await TestNetwork.start();
    network.write('services.yaml', servicesYaml('fast', '5M'));
    network.commit('broken');
    await using daemon = await network.daemon();
    const client = await clientOf(daemon);

    await expect(client.post('/api/v1/reconcile', {})).rejects.toThrow('no declarations are in force: ');
    await expect(client.post('/api/v1/apply', {})).rejects.toThrow('is invalid');
  });
});

describe('a request straight after a commit that adds a router', () => {
  it('reaches it', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const client = await clientOf(daemon);
    const second = {
      ...{ apiVersion: 'lastmile/v1', kind: 'Router', metadata: { name: 'core-9' } },
      spec: { address: '127.0.0.1', api: { port: 1, username: 'lastmile', password: 'x' } },
    };
    network.write('second.yaml', JSON.stringify(second));
    network.commit('second');

    const reports = await client.post<readonly TargetReport[]>('/api/v1/reconcile', {});

    expect(reports.map(({ target }) => target)).toEqual(['directory', 'core-1', 'core-9']);
  });
});

describe('a plan with declarations that are sent', () => {
  it('is that of the revision in force when they are the same, and does not disturb it when they are others', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const client = await clientOf(daemon);
    const { revision } = await client.get<DaemonStatus>('/api/v1/status');
    const files = await filesOf(network);
    const others = files.map((file) =>
      file.path === 'subscribers.yaml' ? { ...file, text: subscribersYaml('    state: suspended\n') } : file,
    );

    const other = await client.post<PlanAnswer>('/api/v1/plan', { files: others });
    const same = await client.post<PlanAnswer>('/api/v1/plan', { files });
    const applied = await client.post<ApplyAnswer>('/api/v1/apply', { files: others });

    expect(other).toMatchObject({ result: 'planned', plan: { revision: expect.stringContaining('folder@') } });
    expect(same).toMatchObject({ result: 'planned', plan: { revision } });
    expect(applied).toMatchObject({ result: 'not-followed' });
  });
});

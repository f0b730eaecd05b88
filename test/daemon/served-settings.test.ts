import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sameData } from '../../src/base/same-data.ts';
import { KeptSettings } from '../../src/daemon/served-settings.ts';
import { SealingKey } from '../../src/secrets/sealing-key.ts';
import type { KeyValue } from '../../src/store/key-value.ts';
import { modelOf } from '../support/manifest.ts';

const model = modelOf({
  'isp.yaml': `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec:
  timezone: Europe/Lisbon
  masterKey: {env: LASTMILE_SECRET_MASTER}
  admin: {tokens: [{name: noc, role: viewer, sha256: ${'ab'.repeat(32)}}]}
  radius:
    servers: [{name: main, address: 192.0.2.1}]
    clients: [{name: bras, clientAddress: 192.0.2.7, secret: {derive: 1}, profile: generic}]
    proxy:
      homeServers: [{name: uni, address: 192.0.2.8, secret: {derive: 1}}]
      realms: [{realm: uni.example, servers: [uni], service: fast}]
  authorize: {url: "http://127.0.0.1:9/", service: fast, secret: {derive: 1}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: fast}
spec:
  access: [pppoe, wireless]
  rate: {down: 20M, up: 5M}
  windows: [{days: [mon], from: "08:00", till: "18:00", rate: {down: 5M, up: 1M}}]
`,
});

function table(): KeyValue<unknown> {
  const rows = new Map<string, string>();
  return {
    get: async (key: string) => JSON.parse(rows.get(key) ?? 'null') ?? undefined,
    put: async (key: string, value: unknown) => void rows.set(key, JSON.stringify(value)),
    del: async (key: string) => void rows.delete(key),
  } as KeyValue<unknown>;
}

describe('the settings that RADIUS is served by', () => {
  it('come back as they were, secrets and all', async () => {
    const meta = table();
    const key = SealingKey.draw((octets) => void randomFillSync(octets));
    const options = { meta, version: '1', source: 'here' };
    await new KeptSettings(options).keep(model, key);

    const read = await new KeptSettings(options).read(key);

    const { operator, authorize, proxy } = model;
    expect(authorize).toBeDefined();
    expect(proxy).toBeDefined();
    expect(sameData(read, { operator, authorize, proxy })).toBe(true);
  });

  it('are nobody else’s: another version, another source and another key have none', async () => {
    const meta = table();
    const [key, other] = [1, 2].map(() => SealingKey.draw((octets) => void randomFillSync(octets)));
    const options = { meta, version: '1', source: 'here' };
    if (key === undefined || other === undefined) throw new Error('no key');
    await new KeptSettings(options).keep(model, key);

    const read = await Promise.all([
      new KeptSettings({ ...options, version: '2' }).read(key),
      new KeptSettings({ ...options, source: 'there' }).read(key),
      new KeptSettings(options).read(other),
    ]);

    expect(read).toEqual([undefined, undefined, undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { directoryRows, type RowMemory } from '../../src/directory/rows.ts';
import { type LoadMemory, loadManifest } from '../../src/manifest/load-manifest.ts';
import type { Model } from '../../src/model/model.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

function load(rate: string, passwords: readonly string[], timezone: string, memory: LoadMemory): Model {
  const people = passwords.map((password, at) => `  - {name: p${at}, username: p${at}, password: ${password}}\n`);
  const text = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec: {timezone: ${timezone}, radius: {clients: [{name: nas, clientAddress: 192.0.2.7, secret: secret-of-nas-000001}]}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: ${rate}, up: 5M}, windows: [{days: [mon], from: "08:00", till: "18:00"}]}
---
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: people}
defaults: {service: home}
items:
${people.join('')}`;
  const { model, issues } = loadManifest([{ path: 'isp.yaml', text }], {
    secrets: secretResolver({ env: {} }),
    mode: 'use',
    memory,
  });
  if (model === undefined) throw new Error(JSON.stringify(issues));
  return model;
}

describe('rows of the directory, made again', () => {
  it('are what they would be without what was made before', () => {
    const [loads, rows]: [LoadMemory, RowMemory] = [{}, { rows: new WeakMap() }];
    const states = [
      load('20M', ['one', 'two'], 'UTC', loads),
      load('20M', ['one', 'three'], 'UTC', loads),
      load('40M', ['one', 'three'], 'UTC', loads),
      load('40M', ['one', 'three'], 'Africa/Nairobi', loads),
      load('40M', ['one'], 'Africa/Nairobi', loads),
    ];

    for (const state of [...states, ...states]) {
      const [again, anew] = [directoryRows(state, rows), directoryRows(state)];
      expect(again).toEqual(anew);
      const told = ({ fields }: (typeof anew)[number]) =>
        Object.values(fields).map((value) => (typeof value === 'string' ? value : value.reveal()));
      expect(again.map(told)).toEqual(anew.map(told));
    }
  });

  it('are the same objects for who is declared as before', () => {
    const [loads, rows]: [LoadMemory, RowMemory] = [{}, { rows: new WeakMap() }];
    const before = directoryRows(load('20M', ['one', 'two'], 'UTC', loads), rows);

    const after = directoryRows(load('20M', ['one', 'three'], 'UTC', loads), rows);

    expect(after.map((row) => before.includes(row))).toEqual([true, false, false]);
  });

  it('are copied with all they say, though they work it out each time', () => {
    const [row] = directoryRows(load('20M', ['one'], 'UTC', {}));

    const copy = { ...row };

    expect(Object.keys(copy).sort()).toEqual(['fields', 'identity', 'menu', 'owner', 'ownership', 'source']);
    expect(copy.fields).toMatchObject({ subscriber: 'p0', service: 'home', rate: '5M/20M' });
    expect(copy).toMatchObject({ owner: 'Subscriber/p0', source: { file: 'isp.yaml' } });
    expect(JSON.parse(JSON.stringify(row))).toEqual(JSON.parse(JSON.stringify(copy)));
  });
});

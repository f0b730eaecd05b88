import { describe, expect, it } from 'vitest';
import type { Declared } from '../../src/model/declarations.ts';
import { ShownObjects } from '../../src/policy/shown-object.ts';

const origin = { file: 'a.yaml', line: 3, column: 1 };

function declared(kind: Declared<unknown>['kind'], spec: unknown): Declared<unknown> {
  return { kind, name: 'x', labels: { site: 'north' }, previousNames: [], spec, origin, document: 0 };
}

describe('an object as rules see it', () => {
  const objects = new ShownObjects((name) => name.endsWith('Password'));

  it('has its fields, with whole numbers, and its place', () => {
    const service = declared('Service', { access: ['pppoe'], rate: { down: '20M', priority: 3 }, title: 'Home' });

    expect(objects.of(service)).toEqual({
      kind: 'Service',
      metadata: { name: 'x', labels: { site: 'north' }, annotations: {}, previousNames: [] },
      spec: { access: ['pppoe'], rate: { down: '20M', priority: 3n }, title: 'Home' },
      file: 'a.yaml',
      line: 3n,
    });
  });

  it('hides every secret, however it stands there, and tells where one is to be had', () => {
    const sealed = 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]';
    const subscriber = declared('Subscriber', {
      password: 'clear',
      ntHash: { env: 'LASTMILE_SECRET_HASH' },
      services: [
        { name: 'tv', password: 'clear too' },
        { name: 'net', password: { derive: 2 } },
      ],
      attributes: [
        { name: 'Mikrotik-Address-List', value: 'vip' },
        { name: 'Tunnel-Password', value: 'clear' },
      ],
      notes: sealed,
    });
    const router = declared('Router', {
      api: { username: 'lastmile', password: 'clear' },
      radius: { secret: sealed },
      config: {
        '/ppp/secret': [{ name: 'guest', password: 'clear', comment: 'a note' }],
        '/ip/pool': [{ name: 'a', ranges: '10.0.0.2-10.0.0.9' }],
        '/snmp': { 'trap-version': 2, contact: 'noc' },
      },
    });

    const shown = [objects.of(subscriber), objects.of(router)];

    const text = JSON.stringify(shown, (_key, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));
    expect(text).not.toMatch(/clear|ENC\[/);
    expect(shown[0]?.['spec']).toMatchObject({
      password: '[secret]',
      ntHash: { env: 'LASTMILE_SECRET_HASH' },
      services: [{ password: '[secret]' }, { password: { derive: 2n } }],
      attributes: [{ value: 'vip' }, { value: '[secret]' }],
      notes: '[secret]',
    });
    expect(shown[1]?.['spec']).toMatchObject({
      api: { username: 'lastmile', password: '[secret]' },
      radius: { secret: '[secret]' },
      config: {
        '/ppp/secret': [{ name: 'guest', password: '[secret]', comment: 'a note' }],
        '/ip/pool': [{ ranges: '10.0.0.2-10.0.0.9' }],
        '/snmp': { 'trap-version': 2n },
      },
    });
  });
});

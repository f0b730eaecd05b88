import { describe, expect, it } from 'vitest';
import { DeclaredAuthority } from '../../../src/daemon/logins/declared-authority.ts';
import { DeclaredProxy } from '../../../src/daemon/logins/declared-proxy.ts';
import { limitsByClock } from '../../../src/daemon/targets/limits-by-clock.ts';
import { Directory } from '../../../src/directory/directory.ts';
import type { AuthorizeHook } from '../../../src/model/kinds/operator.ts';
import type { ServicePlan } from '../../../src/model/kinds/service.ts';
import type { Model } from '../../../src/model/model.ts';
import { describeAttributes } from '../../../src/radius/dictionary/describe.ts';
import { papRequest, startServer, TestNas, testLog } from '../../radius/support.ts';
import { document, modelOf, operator as operatorYaml } from '../../support/manifest.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { json, startProgram } from '../../support/program.ts';

const hourMs = 3_600_000;
const evening = Date.parse('2026-01-15T21:30:00Z');
const operator = { timezone: 'UTC', accounting: { interimSeconds: 300 } } as Model['operator'];
const service = serviceWith('{from: "22:00", till: "06:00", rate: {down: 100M, up: 50M}}');

function serviceWith(window: string): ServicePlan {
  const guests = document('Service', 'guests', `access: [hotspot]\nrate: {down: 20M, up: 5M}\nwindows: [${window}]`);
  return modelOf({ 'isp.yaml': [operatorYaml, guests].join('---\n') }).services[0] as ServicePlan;
}

describe('a service with another speed at night', () => {
  it('grants it from the minute that the window opens to the one it closes, by objects that stay', () => {
    const clock = new ManualClock(evening);
    const limits = limitsByClock(service, 'UTC', clock);
    const usual = limits();

    expect(usual).toMatchObject({ rateLimit: '5M/20M' });
    clock.advance(hourMs);
    const fast = limits();
    expect(fast).toMatchObject({ rateLimit: '50M/100M', rate: { down: 100_000_000 } });
    clock.advance(7 * hourMs);
    expect(limits()).toBe(fast);
    clock.advance(hourMs);
    expect(limits()).toBe(usual);
  });
});

describe('somebody let in by the program of authorize, with such a service', () => {
  it('gets the speed of the hour, and that of the window as it is declared by then', async () => {
    const clock = new ManualClock(evening);
    await using program = await startProgram(json(200, { password: 'secret' }));
    await using declared = new DeclaredAuthority({ clock, log: testLog() });
    const hook: AuthorizeHook = {
      ...{ url: program.url, asks: 'unknown', sendPassword: false, timeoutMs: 1000, cacheMs: 86_400_000 },
      whenDown: 'silent',
      service,
    };
    declared.use({ authorize: hook, operator });
    await using bench = await startServer([], { clock, access: { authority: () => declared.current } });
    await using nas = await TestNas.open();
    let identifier = 0;
    const rate = async () => {
      identifier += 1;
      const reply = await nas.exchange(papRequest('zoe', 'secret', { identifier }).octets, bench.auth);
      return describeAttributes(reply, 20, reply.length).find(({ name }) => name === 'Mikrotik-Rate-Limit')?.value;
    };

    expect(await rate()).toBe('5M/20M');
    clock.advance(hourMs);
    expect(await rate()).toBe('50M/100M');
    expect(program.asked).toHaveLength(1);
    const faster = serviceWith('{from: "22:00", till: "06:00", rate: {down: 200M, up: 50M}}');
    declared.use({ authorize: { ...hook, service: faster }, operator });
    expect(await rate()).toBe('50M/200M');
  });
});

describe('people of a foreign realm, with such a service', () => {
  it('get the speed of the hour', async () => {
    const clock = new ManualClock(evening);
    const random = (octets: Uint8Array): void => void octets.fill(7);
    await using declared = new DeclaredProxy({ directory: new Directory(), clock, random, log: testLog() });
    const realm = { realm: 'partner.example', servers: [], strip: false, allow: [], service };
    declared.use({ proxy: { homeServers: [], realms: [realm] }, operator });
    const limits = () => declared.current?.realmOf('zoe@partner.example')?.limits;

    expect(limits()).toMatchObject({ rateLimit: '5M/20M' });
    clock.advance(hourMs);
    expect(limits()).toMatchObject({ rateLimit: '50M/100M' });
  });
});

import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { deviceOf, usernamesOf, userOf } from '../../../src/accounting/sessions/session-user.ts';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { formatMac, macFormats } from '../../../src/base/mac.ts';
import { Store } from '../../../src/store/store.ts';
import { packet } from '../../support/accounting-event.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const phone = '00:0C:42:00:D4:64';
const guest = { username: 'anna', mac: phone, nas: 'core-1' };
const forever = new AbortController().signal;

async function accountingIn(folder: string) {
  const clock = new ManualClock();
  const store = await Store.open(folder, { clock, log });
  const accounting = await AccountingStore.open(store, { clock, log });
  return {
    accounting,
    async [Symbol.asyncDispose]() {
      await accounting.close();
      await store.close();
    },
  };
}

describe('sessions of a device', () => {
  it('SPL-20: are found by its MAC, however their NAS and whoever asks write it', async () => {
    await using folder = await TempFolder.make();
    await using setup = await accountingIn(folder.path);
    const { accounting } = setup;
    const spelt = macFormats.map((format, at) => ({ username: formatMac(phone, format), sessionId: `8010000${at}` }));
    for (const session of spelt) await accounting.record(packet('start', 0, session));

    expect(accounting.openOf('000c.4200.d464')).toHaveLength(macFormats.length);
    expect(accounting.openOf(phone).map(({ username }) => username)).toEqual(spelt.map(({ username }) => username));
    expect(accounting.openOf('00:0C:42:00:D4:65')).toEqual([]);
  });

  it('are found when they have ended, too', async () => {
    await using folder = await TempFolder.make();
    await using setup = await accountingIn(folder.path);
    const { accounting } = setup;
    const session = { username: '000c42-00d464', sessionId: '80100001' };
    await accounting.record(packet('start', 0, session));
    await accounting.record(packet('stop', 60, session));
    await accounting.record(packet('start', 90, { username: '000C4200D464', sessionId: '80100002' }));

    const found = await accounting.find({ user: '00-0c-42-00-d4-64', interimSeconds: 120 });

    expect(found.map(({ sessionId }) => sessionId)).toEqual(['80100002', '80100001']);
    expect((await accounting.history(phone, 10)).map(({ sessionId }) => sessionId)).toEqual(['80100002', '80100001']);
  });

  it('are those of nobody else: another user is himself alone', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (username) => {
        expect(usernamesOf(username).map(userOf)).toEqual(usernamesOf(username).map(() => userOf(username)));
        expect(usernamesOf(username)).toContain(username);
      }),
    );
    expect(userOf('Anna')).toBe('Anna');
  });

  it.each([
    [phone, phone],
    ['1:0:c:42:0:d4:64', phone],
    ['198.51.100.7', undefined],
  ])('name it by their Calling-Station-Id: %s', (callingStationId, device) => {
    expect(deviceOf({ callingStationId })).toBe(device);
  });
});

describe('a guest whose Start is waited for', () => {
  it('IS-31: is online once it is stored', async () => {
    await using folder = await TempFolder.make();
    await using setup = await accountingIn(folder.path);
    const { accounting } = setup;

    const online = accounting.started(guest, forever);
    await accounting.record(packet('start', 0, { callingStationId: phone }));

    expect(await online).toBe(true);
    expect(accounting.openOfUser(guest)).toMatchObject([{ username: 'anna', sessionId: '81000001' }]);
  });

  it('IS-31: is online already when its session is open', async () => {
    await using folder = await TempFolder.make();
    {
      await using setup = await accountingIn(folder.path);
      await setup.accounting.record(packet('start', 0, { callingStationId: phone }));
    }
    await using setup = await accountingIn(folder.path);

    expect(await setup.accounting.started(guest, forever)).toBe(true);
  });

  it.each([
    ['of another user', { username: 'ben', callingStationId: phone }],
    ['from another device', { callingStationId: '00:0C:42:00:D4:65' }],
    ['from a device nobody named', {}],
    ['at another router', { nas: 'core-2', callingStationId: phone }],
  ])('is not online by a session %s', async (_, detail) => {
    await using folder = await TempFolder.make();
    await using setup = await accountingIn(folder.path);
    const { accounting } = setup;
    const asking = new AbortController();

    const online = accounting.started(guest, asking.signal);
    await accounting.record(packet('start', 0, detail));
    asking.abort();

    expect(await online).toBe(false);
    expect(accounting.openOfUser(guest)).toEqual([]);
  });

  it('is waited for no longer than anybody asks', async () => {
    await using folder = await TempFolder.make();
    await using setup = await accountingIn(folder.path);

    expect(await setup.accounting.started(guest, AbortSignal.abort())).toBe(false);
    expect(await setup.accounting.stopped('unknown', AbortSignal.abort())).toBe(false);
  });

  it('is offline again after its Stop', async () => {
    await using folder = await TempFolder.make();
    await using setup = await accountingIn(folder.path);
    const { accounting } = setup;
    await accounting.record(packet('start', 0, { callingStationId: phone }));
    await accounting.record(packet('stop', 60, { callingStationId: phone }));

    expect(accounting.openOfUser(guest)).toEqual([]);
  });

  it('is a device under any spelling of its MAC', async () => {
    await using folder = await TempFolder.make();
    await using setup = await accountingIn(folder.path);
    const { accounting } = setup;

    const online = accounting.started({ ...guest, username: phone }, forever);
    await accounting.record(packet('start', 0, { username: '000c4200d464', callingStationId: phone }));

    expect(await online).toBe(true);
  });
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionJson } from '../../../src/accounting/sessions/view.ts';
import type { UsageAnswer } from '../../../src/admin/usage.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import { accountingRequest } from '../../radius/support.ts';
import { meanwhile, minuteMs, QuotaLab } from '../../support/quota-lab.ts';

const phone = { username: 'anna', password: 'secret', callerId: '02:00:00:00:00:01' };
const laptop = { ...phone, callerId: '02:00:00:00:00:02' };
const people = '- {name: anna, username: anna, password: secret}\n- {name: ben, username: ben, password: secret}';
const dayMs = 86_400_000;
const staleMs = 3 * 2 * minuteMs + minuteMs;
const secret = 'a shared secret of thirty-two ch';

/** A network whose subscribers report every two minutes, and may be online once. */
async function onceOnline(): Promise<QuotaLab> {
  const lab = await QuotaLab.start('', people);
  const file = join(lab.dir, 'people.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('{interim: 2m}', '{interim: 2m, max: 1}'));
  await lab.refresh();
  return lab;
}

async function sessions(lab: QuotaLab): Promise<readonly SessionJson[]> {
  return (await lab.admin()).get<readonly SessionJson[]>('/api/v1/sessions?all=true');
}

/** The last digit of the device of each, and what is told of it. */
async function shown(lab: QuotaLab): Promise<readonly string[]> {
  return (await sessions(lab))
    .map(({ callingStationId, terminateCause, stale }) => [
      callingStationId?.at(-1),
      terminateCause ?? (stale ? 'stale' : 'online'),
    ])
    .map((each) => each.join(' '))
    .toSorted();
}

/** Sends a record as the router does, and waits for the answer. @returns its code */
async function tells(
  lab: QuotaLab,
  attributes: Readonly<Record<string, string | number>>,
): Promise<number | undefined> {
  const [, nas = ''] = /sourceAddress: ([\d.]+)/.exec(readFileSync(join(lab.dir, 'network.yaml'), 'utf8')) ?? [];
  const socket = createSocket('udp4').bind(0, nas);
  await once(socket, 'listening');
  const answered = once(socket, 'message') as Promise<[Buffer]>;
  const named = Object.entries(attributes).map(([name, value]) => ({ name, value }));
  const { octets } = accountingRequest(named, { key: sharedKey(secret) });
  socket.send(octets, Number(lab.listeners?.accounting[0]?.split(':').at(-1)), '127.0.0.1');
  const [answer] = await answered;
  socket.close();
  return answer[0];
}

function interim(sessionId: string, octets: number, seconds: number) {
  return {
    ...{ 'Acct-Status-Type': 'Interim-Update', 'Acct-Session-Id': sessionId, 'User-Name': 'anna' },
    ...{ 'Acct-Output-Octets': octets, 'Acct-Session-Time': seconds },
  };
}

describe('a session that nothing is heard of', () => {
  it('holds no place of its login any more after three intervals and a minute, and is online again when it is heard', async () => {
    await using lab = await onceOnline();
    await lab.dial(phone);
    const sessionId = (await sessions(lab))[0]?.sessionId ?? '';
    lab.router.reboot();

    lab.clock.advance(staleMs - minuteMs);
    expect(await lab.dial(laptop)).toMatchObject({ ok: false });
    expect(await shown(lab)).toEqual(['1 online']);

    lab.clock.advance(minuteMs + 1);
    expect(await shown(lab)).toEqual(['1 stale']);
    expect(await lab.dial(laptop)).toMatchObject({ ok: true });
    expect(await shown(lab)).toEqual(['1 stale', '2 online']);

    expect(await tells(lab, interim(sessionId, 7, 480))).toBe(5);
    expect(await shown(lab)).toEqual(['1 online', '2 online']);
  });

  it('ends where it was last heard of after accounting.staleAfter, and its Stop has the last word', async () => {
    await using lab = await onceOnline();
    await lab.dial(phone);
    await lab.uses('anna', 5000n);
    const lift = lab.router.faults.add({ kind: 'drop-accounting' });
    const heard = lab.clock.now();

    const ended = lab.logged({ msg: 'sessions ended that nothing was heard of any more' });
    lab.clock.advance(dayMs + minuteMs);
    await meanwhile(lab, ended);
    expect(await sessions(lab)).toMatchObject([
      { terminateCause: 'Not-Heard-Of', stoppedAt: new Date(heard).toISOString(), downOctets: '5000' },
    ]);

    lift();
    lab.router.traffic('anna', { down: 700n });
    lab.router.hangUp('anna');
    await lab.accounted();
    const { total } = await (await lab.admin()).get<UsageAnswer>('/api/v1/usage/anna');
    expect(total).toEqual({ up: '0', down: '5700' });
    expect(await shown(lab)).not.toContain('1 online');
  });

  it('is replaced by the next of its device, once it is silent', async () => {
    await using lab = await onceOnline();
    await lab.dial({ username: 'ben', password: 'secret', callerId: '02:00:00:00:00:0B' });
    await lab.dial(phone);
    lab.router.reboot();
    lab.clock.advance(staleMs + 1);

    expect(await lab.dial(phone)).toMatchObject({ ok: true });

    while ((await shown(lab)).includes('1 stale'));
    expect(await shown(lab)).toEqual(['1 Replaced', '1 online', 'B stale']);
  });
});

describe('a router that tells that it goes down, or comes up', () => {
  it.each(['Accounting-On', 'Accounting-Off'])(
    'IW-10: has its sessions ended where they were last heard of: %s',
    async (status) => {
      await using lab = await onceOnline();
      await lab.dial(phone);
      await lab.uses('anna', 5000n);
      const sessionId = (await sessions(lab))[0]?.sessionId ?? '';
      const heard = new Date(lab.clock.now()).toISOString();
      lab.clock.advance(minuteMs);
      lab.router.reboot();

      expect(await tells(lab, { 'Acct-Status-Type': status, 'Acct-Session-Id': '00000000' })).toBe(5);

      while ((await shown(lab)).includes('1 online'));
      const ended = { terminateCause: 'NAS-Reboot', stoppedAt: heard, downOctets: '5000' };
      expect(await sessions(lab)).toMatchObject([ended]);
      // What was on its way is answered, so that it is not sent for ever, and changes nothing.
      expect(await tells(lab, interim(sessionId, 4000, 100))).toBe(5);
      expect(await sessions(lab)).toMatchObject([ended]);
      expect(await lab.dial(laptop)).toMatchObject({ ok: true });
    },
  );
});

import { describe, expect, it } from 'vitest';
import { whoHad } from '../../../src/daemon/sessions/who-had.ts';
import { packet } from '../../support/accounting-event.ts';
import { type LabRouter, ReaderLab } from '../../usage/reader-lab.ts';

/** Two blocks of four inside addresses on four outside ones, as lastmile writes them. */
function share(core: LabRouter, ports: readonly [string, string]): void {
  const all = { 'to-addresses': '198.51.100.4/30', action: 'netmap' };
  core.router.add('/ip/firewall/nat', {
    ...{ chain: 'srcnat', 'src-address': '100.64.0.0/29', action: 'jump', 'jump-target': 'lm-home' },
  });
  for (const [at, block] of ['100.64.0.0/30', '100.64.0.4/30'].entries()) {
    for (const protocol of ['tcp', 'udp']) {
      core.router.add('/ip/firewall/nat', {
        ...{ ...all, chain: 'lm-home', 'src-address': block, protocol, 'to-ports': ports[at] ?? '' },
      });
    }
    core.router.add('/ip/firewall/nat', { ...all, chain: 'lm-home', 'src-address': block });
  }
}

async function start() {
  const lab = await ReaderLab.start();
  const ask = async (address: string, secondsAgo = 0) => {
    const now = lab.clock.now();
    const { accounting, translations } = lab;
    const at = new Date(now - secondsAgo * 1000).toISOString();
    const around = { accounting, translations, timezone: 'UTC', interimSeconds: 120, now };
    const { holders, notes } = await whoHad({ address, at, limit: 10 }, around);
    return {
      notes,
      holders: holders.map(({ match, username, outside }) => `${match} ${username} ${outside?.ports?.join('-') ?? ''}`),
    };
  };
  const began = lab.clock.now();
  const online = async (
    username: string,
    framedIpAddress: string,
    status: 'start' | 'interim' = 'start',
    nas = 'core-1',
  ) => {
    const now = lab.clock.now();
    const about = { sessionId: username, username, framedIpAddress, nas, sessionSeconds: (now - began) / 1000 };
    await lab.accounting.record({ ...packet(status, 0, about), receivedAt: now });
  };
  return { lab, ask, online };
}

describe('who had an address that many share', () => {
  it('is whose port it was; without a port all of them, and that is said', async () => {
    const { lab, ask, online } = await start();
    await using _lab = lab;
    const core = await lab.router();
    share(core, ['1024-33279', '33280-65535']);
    await online('anna', '100.64.0.1');
    await online('ben', '100.64.0.5');
    await online('cleo', '100.64.0.2');
    await core.read();
    lab.pass(100);

    expect(await ask('198.51.100.5:2000')).toEqual({ holders: ['held anna 1024-33279'], notes: [] });
    expect((await ask('198.51.100.5:40000')).holders).toEqual(['held ben 33280-65535']);
    expect((await ask('198.51.100.6:40000')).holders).toEqual([]);
    expect(await ask('198.51.100.5')).toEqual({
      holders: ['held anna 1024-33279', 'held ben 33280-65535'],
      notes: ['2 sessions were behind 198.51.100.5 of core-1 at that moment: the port tells them apart'],
    });
    // By its own address it is found as ever.
    expect((await ask('100.64.0.2:40000')).holders).toEqual(['held cleo ']);
  });

  it('is answered by the rules of then', async () => {
    const { lab, ask, online } = await start();
    await using _lab = lab;
    const core = await lab.router();
    share(core, ['1024-33279', '33280-65535']);
    await online('anna', '100.64.0.1');
    await online('ben', '100.64.0.5');
    await core.read();
    lab.pass(600);
    await core.read();
    for (const { '.id': id = '' } of core.router.rows('/ip/firewall/nat')) {
      await core.session.run('/ip/firewall/nat/remove', { '.id': id });
    }
    share(core, ['33280-65535', '1024-33279']);
    lab.pass(300);
    await core.read();
    lab.pass(600);
    // Still there.
    await online('anna', '100.64.0.1', 'interim');
    await online('ben', '100.64.0.5', 'interim');

    expect((await ask('198.51.100.5:2000')).holders).toEqual(['held ben 1024-33279']);
    expect((await ask('198.51.100.5:2000', 1300)).holders).toEqual(['held anna 1024-33279']);
    const between = await ask('198.51.100.5:2000', 750);
    expect(between.holders.toSorted()).toEqual(['near anna 1024-33279', 'near ben 1024-33279']);
    expect(between.notes).toEqual([expect.stringContaining('how core-1 translates')]);
  });

  it('is nobody in particular where a router gives ports as they come, and it says so', async () => {
    const { lab, ask, online } = await start();
    await using _lab = lab;
    const core = await lab.router();
    const nat = { chain: 'srcnat', action: 'src-nat' };
    core.router.add('/ip/firewall/nat', { ...nat, 'src-address': '10.0.0.0/24', 'to-addresses': '198.51.100.9' });
    core.router.add('/ip/firewall/nat', { ...nat, 'to-addresses': '198.51.100.10' });
    await online('anna', '10.0.0.1');
    await online('ben', '10.0.0.2');
    await online('stranger', '10.0.0.2', 'start', 'core-7');
    await core.read();
    lab.pass(100);

    const shared = await ask('198.51.100.9:2000');
    expect(shared.holders.toSorted()).toEqual(['held anna ', 'held ben ']);
    expect(shared.notes).toEqual([expect.stringContaining('only its own log can tell')]);
    const all = await ask('198.51.100.10:2000');
    expect(all.holders).toEqual([]);
    expect(all.notes).toEqual([expect.stringContaining('in place of the addresses of')]);
  });
});

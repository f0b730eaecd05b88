import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoOutcome, DemoProcess } from './demo-process.ts';

const longestMs = 90_000;

describe('npm start -- --once, with a home that holds a broken git configuration', () => {
  let demo: DemoProcess;
  let outcome: DemoOutcome;

  beforeAll(async () => {
    const shell = { GIT_DIR: '/nowhere', LASTMILE_STATE: '/nowhere', NO_COLOR: '1' };
    demo = await DemoProcess.start(['--once'], shell, { '.gitconfig': '[user\nbroken' });
    outcome = await demo.ended();
  }, longestMs);

  afterAll(() => demo[Symbol.asyncDispose]());

  /** What was said from the heading of a step to its check mark. */
  function step(title: string): string {
    return outcome.out.split(/\n(?=\d+\/14 )/).find((section) => section.includes(title)) ?? outcome.out;
  }

  it('takes every step and exits 0', () => {
    const headings = outcome.out.match(/^\d+\/14 /gm);

    expect(outcome.out).not.toContain('✗');
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(headings).toHaveLength(14);
    expect(outcome.out.match(/^ {2}✓ {2}\d+\.\d s$/gm)).toHaveLength(14);
    expect(outcome.out).toContain('All 14 steps happened');
  });

  it('SPL-01: takes over a router in service, whose plan is empty before and after', () => {
    const text = step('taken over as it is');

    expect(text).toContain('the plan of core-3 is empty');
    expect(text).toContain('olga stayed online');
  });

  it('leaves nothing behind', async () => {
    expect(await readdir(demo.folder.path)).toEqual(['.gitconfig']);
  });

  it('configures both routers, having shown the plan', () => {
    const text = step('configured from git');

    expect(text).toMatch(/Plan: \d+ to create, \d+ to update, 0 to delete\./);
    expect(text).toContain('core-1: pools');
    expect(text).toContain('core-2: pools');
  });

  it('IW-01, IW-05: lets a subscriber in by RADIUS, with address and queue', () => {
    const text = step('checked by RADIUS');

    expect(text).toMatch(/MS-CHAPv2\) and has address 10\.10\.0\.\d+ /);
    expect(text).toContain('5M/20M');
  });

  it('SPL-14: shows a new PPP secret in the plan, and measures the time from the commit to the router', () => {
    const text = step('by a commit, on a router that keeps its logins itself');

    expect(text).toContain('+ /ppp/secret hugo@demo.example');
    expect(text).toMatch(/Commit [0-9a-f]{7,}: \d+ ms later core-2 has the PPP secret\./);
  });

  it('IS-28, IS-31: lets a guest in on the portal of a MikroTik hotspot', () => {
    const text = step('by the MikroTik hotspot');

    expect(text).toMatch(/sends it to the portal: "\w+"/);
    expect(text).toContain('to say "You are online"');
  });

  it('OM-15, OM-28: lets the same account in by an Omada controller', () => {
    expect(step('access points of a TP-Link')).toContain('asks it to let the tablet through: "You are online"');
  });

  it('IS-24: lets a device in by its MAC', () => {
    expect(step('by its MAC')).toContain('online before anybody touches it');
  });

  it('SPL-18, SPL-19: gives a static lease, and a stranger an address of the fake pool', () => {
    const text = step('DHCP');

    expect(text).toContain('gets 10.21.0.200');
    expect(text).toMatch(/gets 10\.21\.9\.\d+, of the pool "unknown"/);
  });

  it('IW-03: shows octets moved in lastmile sessions', () => {
    expect(step('counted')).toMatch(/anna@demo\.example +core-1 .*2\.9 MiB +45\.8 MiB +radius +open/);
  });

  it('IW-19: changes the speed of somebody online by CoA, without dropping the session', () => {
    const text = step('doubles a speed');

    expect(text).toMatch(/\d+ ms after the commit anna's queue on core-1 went from 5M\/20M to 10M\/40M \(CoA-ACK\)/);
    expect(text).toContain('still session');
  });

  it('IS-09: cuts off who is suspended, and says why he cannot come back', () => {
    const text = step('suspends somebody');

    expect(text).toMatch(/\d+ ms later ben is gone from core-1 \(Disconnect-ACK/);
    expect(text).toContain('says: it is suspended: invoice 2042 unpaid');
  });

  it('SPL-06: heals drift made by hand', () => {
    expect(step('by hand')).toContain('core-2/ppp/secret/hugo@demo.example');
  });

  it('refuses a broken commit while logins go on', () => {
    const text = step('broken commit');

    expect(text).toContain('services/home-50.yaml:9:3 error LM_UNKNOWN_KEY unknown key "rates"');
    expect(text).toContain('Meanwhile carla dials in');
  });

  it('SPL-02: with the daemon killed lets people dial again, and has every acknowledged record afterwards', () => {
    const text = step('kill -9');

    expect(text).toContain('hugo hangs up and dials again: core-2 lets him in by itself.');
    expect(text).toMatch(/Every record it had acknowledged is there: (\d+) of \1 sessions/);
  });
});

describe('the tour', () => {
  it(
    'ends on Ctrl-C, also pressed twice, with nothing left behind',
    async () => {
      await using demo = await DemoProcess.start(['--once']);

      await demo.printed('1/14');
      demo.signal('SIGINT');
      demo.signal('SIGINT');
      const { code, err } = await demo.ended();

      expect({ code, err }).toEqual({ code: 130, err: '' });
      expect(await readdir(demo.folder.path)).toEqual([]);
    },
    longestMs,
  );

  it('says what is missing, exits 1 and leaves nothing behind where there is no git', async () => {
    await using demo = await DemoProcess.start(['--once'], { PATH: '/nowhere' });

    const { code, out } = await demo.ended();

    expect(code).toBe(1);
    expect(out).toMatch(/✗ {2}git .*ENOENT/);
    expect(await readdir(demo.folder.path)).toEqual([]);
  });

  it('knows no other words', async () => {
    await using demo = await DemoProcess.start(['--twice']);

    expect(await demo.ended()).toMatchObject({ code: 64 });
  });
});

import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { hotspotPages } from '../../../src/hotspot-pages/hotspot-pages.ts';
import type { Model } from '../../../src/model/model.ts';
import { reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import { connectRouterOs } from '../../../src/routeros/connection.ts';
import { RouterTarget } from '../../../src/routeros/router-target.ts';
import type { Attributes, RouterOsSession, RunOptions } from '../../../src/routeros/session.ts';
import type { SimulatedRouterOsOptions } from '../../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../../src/simulator/simulated-routeros.ts';
import { cafe, everythingRouter, networkWith } from '../../support/everything-network.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab, targetFor } from '../../support/ppp-network.ts';
import { brief, settle } from './support.ts';

const model = networkWith(everythingRouter, cafe());
const closed = networkWith(everythingRouter);
const pages = hotspotPages('https://portal.example/p/cafe');
const folder = 'lastmile/lobby';
const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };
const { signal } = new AbortController();

function contents(lab: Pick<Lab, 'router'>, path: string): string | undefined {
  return lab.router.row('/file', path)?.['contents'];
}

function override({ router }: Pick<Lab, 'router'>): string | undefined {
  return router.row('/ip/hotspot/profile', 'lobby')?.['html-directory-override'];
}

/** A router, and the names of what is written there, in the order in which it answered. */
class Recorded implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly target: RouterTarget;
  readonly written: string[];

  private constructor(router: SimulatedRouterOs, target: RouterTarget, written: string[]) {
    this.router = router;
    this.target = target;
    this.written = written;
  }

  static async start(network: Model, options: Partial<SimulatedRouterOsOptions> = {}): Promise<Recorded> {
    const users = [{ name: 'lastmile', password: 'api' }];
    const simulated = await SimulatedRouterOs.start({ clock: systemClock, users, ...options });
    const written: string[] = [];
    const [router] = network.routers;
    if (router === undefined) throw new TypeError('no router declared');
    const login = { router: router.name, username: 'lastmile', password: new Secret('api'), maxInFlight: 32 };
    const connect = async (until: AbortSignal) => {
      const to = { host: simulated.apiHost, port: simulated.apiPort, signal: until };
      return recording(await connectRouterOs({ ...login, ...to }), written);
    };
    const operator = network.operator.name;
    return new Recorded(simulated, new RouterTarget({ router, operator, clock: systemClock, connect }), written);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]();
    await this.router[Symbol.asyncDispose]();
  }
}

function recording(session: RouterOsSession, written: string[]): RouterOsSession {
  return {
    run: async (command: string, attributes: Attributes = {}, options: RunOptions = {}) => {
      const result = await session.run(command, attributes, options);
      const named = attributes['html-directory-override'] ?? attributes['name'] ?? '';
      written.push(`${command} ${named}`);
      return result;
    },
    stream: (...args) => session.stream(...args),
    listen: (...args) => session.listen(...args),
    close: () => session.close(),
    closed: session.closed,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

describe('the pages of a hotspot', () => {
  it('IS-25, IS-26: are put in a folder of ours, and shown when all are there', async () => {
    await using lab = await Recorded.start(model);
    await settle(lab, model);

    for (const page of pages) expect(contents(lab, `${folder}/${page.name}`), page.name).toBe(page.contents);
    expect(override(lab)).toBe(folder);
    const order = lab.written.filter((each) => each.startsWith('/file') || each.startsWith('/ip/hotspot/profile/add'));
    expect(order.at(-1)).toBe(`/ip/hotspot/profile/add ${folder}`);
    expect(order.indexOf('/file/add lastmile')).toBe(0);
    expect(order.indexOf(`/file/add ${folder}`)).toBe(1);
  });

  it('IS-25: leave the factory’s pages as they are, and what somebody put beside ours', async () => {
    await using lab = await Lab.start(model);
    const stock = contents(lab, 'hotspot/login.html');
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.router.add('/file', { name: `${folder}/menu.txt`, type: 'file', contents: 'soup' });

    const { plan } = await settle(lab, model, inventory);

    expect(plan.changes).toEqual([]);
    expect(contents(lab, `${folder}/menu.txt`)).toBe('soup');
    expect(contents(lab, 'hotspot/login.html')).toBe(stock);
  });

  it('IS-25: are set back when somebody changed one, and nothing else is touched', async () => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.router.set('/file', `${folder}/login.html`, { contents: 'free wifi for all' });

    const outcome = await settle(lab, model, inventory);

    expect(brief(outcome)).toEqual([`update /file ${folder}/login.html contents`]);
    expect(contents(lab, `${folder}/login.html`)).toBe(pages[0]?.contents);
  });

  it('IS-25: are left before they go, with their folder', async () => {
    await using lab = await Recorded.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.written.length = 0;

    await settle(lab, closed, inventory);

    const left = lab.written.indexOf('/ip/hotspot/profile/set ');
    const firstGone = lab.written.indexOf('/file/remove ');
    expect(left).toBeGreaterThanOrEqual(0);
    expect(firstGone).toBeGreaterThan(left);
    expect(override(lab)).toBe('');
    expect(lab.router.rows('/file').filter((row) => row['name']?.startsWith('lastmile'))).toEqual([]);
  });

  it('are left behind when somebody shows a folder of his own, and his is kept', async () => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.router.set('/ip/hotspot/profile', 'lobby', { 'html-directory-override': 'of-the-barista' });

    await settle(lab, closed, inventory);

    expect(override(lab)).toBe('of-the-barista');
  });

  it('IS-25: are left before they go, too, when the folder is declared otherwise in the same commit', async () => {
    const elsewhere = networkWith(
      everythingRouter.replace(/addressesPerMac: 25\n(\s+)/, 'addressesPerMac: 25\n$1htmlDirectory: own\n$1'),
    );
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    await settle(lab, elsewhere, inventory);

    expect(override(lab)).toBe('');
    expect(lab.router.rows('/file').filter((row) => row['name']?.startsWith('lastmile'))).toEqual([]);
  });

  it('leave the folder where it is while somebody else has a file in it, and say which', async () => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.router.add('/file', { name: `${folder}/menu.txt`, type: 'file', contents: 'soup' });

    const { plan } = await settle(lab, closed, inventory);

    expect(contents(lab, `${folder}/menu.txt`)).toBe('soup');
    expect(contents(lab, `${folder}/login.html`)).toBeUndefined();
    expect(plan.findings).toMatchObject([
      {
        code: 'LM_FOLDER_KEPT',
        message: expect.stringContaining(`${folder} is no longer declared and stays: ${folder}/menu.txt`),
      },
    ]);
  });

  it('IS-25: are not shown while one of them is refused', async () => {
    await using lab = await Lab.start(model, {
      faults: [{ kind: 'done-without-write', command: '/file/add', after: 5, times: 1 }],
    });
    const deps = { inventory: new MemoryInventory(), guard, signal };

    const first = await reconcileOnce(lab.target, model, deps);
    const second = await reconcileOnce(lab.target, model, deps);

    expect(first).toMatchObject({ result: 'partial', failed: [{ error: expect.stringContaining('reading back') }] });
    expect(second).toMatchObject({ result: 'applied', failed: [] });
    for (const page of pages) expect(contents(lab, `${folder}/${page.name}`), page.name).toBe(page.contents);
  });

  it('IS-43: lie below flash/ on boards that lose everything else', async () => {
    await using lab = await Lab.start(model, { flash: true });
    const inventory = new MemoryInventory();
    const { plan } = await settle(lab, model, inventory);

    expect(contents(lab, `flash/${folder}/login.html`)).toBe(pages[0]?.contents);
    expect(override(lab)).toBe(`flash/${folder}`);
    expect(plan.changes.map(({ identity }) => identity)).toContain(`${folder}/login.html`);
    lab.router.reboot();
    await using target = targetFor(lab.router, model);
    expect((await settle({ target }, model, inventory)).plan.changes).toEqual([]);
  });

  it('IS-43: are shown again from flash/ where somebody left that out', async () => {
    await using lab = await Lab.start(model, { flash: true });
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.router.set('/ip/hotspot/profile', 'lobby', { 'html-directory-override': folder });

    await settle(lab, model, inventory);

    expect(override(lab)).toBe(`flash/${folder}`);
  });

  it('are told to be put there by hand where RouterOS takes no files, and are taken as they are then', async () => {
    const old = networkWith(
      everythingRouter.replace('sourceAddress', 'messageAuthenticator: off, sourceAddress'),
      cafe(),
    );
    await using lab = await Lab.start(old, { version: '7.14' });
    const deps = { inventory: new MemoryInventory(), guard, signal };

    const outcome = await reconcileOnce(lab.target, old, deps);

    expect(outcome.result).toBe('partial');
    const words = outcome.result === 'partial' ? outcome.failed.map(({ error }) => error) : [];
    expect(words.some((each) => /lastmile is missing.*before 7\.15.*by hand.*\/files\/login\.html/.test(each))).toBe(
      true,
    );
    expect(words.every((each) => /is missing|not tried|not as a whole/.test(each))).toBe(true);
    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({ 'dns-name': 'login.cafe.example' });
    expect(override(lab)).toBe('');
    expect(lab.router.row('/ip/hotspot', 'lobby')).toMatchObject({ profile: 'lobby' });
  });
});

describe('a folder of somebody else, in which pages of a hotspot are declared', () => {
  const inOwn = everythingRouter.replace(/(\s+)keepalive: 2m\n/, '$1keepalive: 2m$1htmlDirectory: own\n');
  const own = networkWith(inOwn, cafe());

  it('keeps its pages, run after run; ours wait, and the hotspot works without them', async () => {
    await using lab = await Lab.start(own);
    lab.router.add('/file', { name: 'own', type: 'directory' });
    lab.router.add('/file', { name: 'own/login.html', type: 'file', contents: 'of the barista' });
    const before = lab.router.rows('/file');
    const inventory = new MemoryInventory();

    const first = await settle(lab, own, inventory);
    const second = await settle(lab, own, inventory);

    expect(lab.router.rows('/file')).toEqual(before);
    for (const { plan } of [first, second]) {
      expect(plan.findings).toMatchObject([
        { code: 'LM_FILE_IN_THE_WAY', message: expect.stringContaining('/file own/login.html') },
      ]);
    }
    expect(override(lab)).toBe('');
    expect(lab.router.row('/ip/hotspot', 'lobby')).toMatchObject({ disabled: 'false' });
    await settle(lab, networkWith(everythingRouter), inventory, { allowDeletes: 100 });
    expect(lab.router.rows('/file')).toEqual(before);
  });

  it('takes ours as soon as nothing is in the way, and keeps what else is there', async () => {
    await using lab = await Lab.start(own);
    lab.router.add('/file', { name: 'own', type: 'directory' });
    lab.router.add('/file', { name: 'own/login.html', type: 'file', contents: 'of the barista' });
    lab.router.add('/file', { name: 'own/menu.txt', type: 'file', contents: 'soup' });
    const inventory = new MemoryInventory();
    await settle(lab, own, inventory);
    lab.router.remove('/file', 'own/login.html');

    await settle(lab, own, inventory);

    expect(contents(lab, 'own/login.html')).toBe(pages[0]?.contents);
    expect(contents(lab, 'own/menu.txt')).toBe('soup');
    expect(override(lab)).toBe('own');
  });

  it('is ours where it holds our pages to the letter, as after the state folder was lost', async () => {
    await using lab = await Lab.start(own);
    await settle(lab, own);

    const { plan } = await settle(lab, own);

    expect(plan.findings).toEqual([]);
    expect(plan.changes).toEqual([]);
  });
});

describe('a hotspot that went from the repository together with the state folder', () => {
  const nothing = networkWith(everythingRouter.replace(/hotspots:[\s\S]*?system:/, 'system:'));

  it.each([
    { flash: false, where: folder },
    { flash: true, where: `flash/${folder}` },
  ])(
    'is told with the commands that remove it, by plans, too, and not removed: flash $flash',
    async ({ flash, where }) => {
      await using lab = await Lab.start(model, { flash });
      await settle(lab, model);

      const { plan } = await settle(lab, nothing, new MemoryInventory(), { allowDeletes: 100 });

      const left = plan.findings.filter(({ code }) => code === 'LM_LEFT_BEHIND').map(({ message }) => message);
      expect(left).toEqual([
        expect.stringContaining(`/ip/hotspot/profile lobby shows pages of a portal from ${folder}`),
      ]);
      expect(left[0]).toContain('guests of lobby see them');
      expect(left[0]).toContain(
        `/ip/hotspot/remove "lobby"; /ip/hotspot/profile/remove "lobby"; /file/remove "${where}"`,
      );
      expect(override(lab)).toBe(where);
      expect(contents(lab, `${where}/login.html`)).toBe(pages[0]?.contents);
    },
  );

  it('is told of its pages when they alone are left', async () => {
    await using lab = await Lab.start(model);
    await settle(lab, model);
    lab.router.remove('/ip/hotspot', 'lobby');
    lab.router.remove('/ip/hotspot/profile', 'lobby');

    const { plan } = await settle(lab, nothing, new MemoryInventory(), { allowDeletes: 100 });

    expect(plan.findings).toMatchObject([
      { code: 'LM_LEFT_BEHIND', message: expect.stringContaining(`/file/remove "${folder}"`) },
    ]);
  });

  it('is not told of while the state folder knows it, nor of what others made', async () => {
    await using lab = await Lab.start(model);
    lab.router.add('/ip/hotspot/profile', { name: 'bar', 'html-directory-override': 'of-the-barista' });
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    const { plan } = await settle(lab, nothing, inventory, { allowDeletes: 100 });

    expect(plan.findings).toEqual([]);
    expect(lab.router.rows('/file').filter((row) => row['name']?.startsWith('lastmile'))).toEqual([]);
  });
});

import { parseDuration, parseSize } from '../base/units.ts';
import { topUp } from '../daemon/quota/quota-orders.ts';
import type { ScenarioStep } from '../model/generated/documents.ts';
import type { GuestPage } from '../simulator/guest-client.ts';
import { CannotError, type LastLogin, type Stage } from './stage.ts';
import { momentAfter } from './when.ts';

type Action = Exclude<keyof ScenarioStep, 'title' | 'expect'>;
type Acts = { readonly [Name in Action]: (what: NonNullable<ScenarioStep[Name]>, stage: Stage) => Promise<void> };

/** The words of the step that say what happens. */
export function actionOf(step: ScenarioStep): Action | undefined {
  return (Object.keys(step) as (keyof ScenarioStep)[]).find(
    (word): word is Action => word !== 'title' && word !== 'expect',
  );
}

/**
 * Does what a step says, and waits until all that follows from it has happened.
 *
 * @throws CannotError, EditError, RequestError when it names what is not there
 */
export async function act(step: ScenarioStep, stage: Stage): Promise<void> {
  stage.login = undefined;
  stage.committed = undefined;
  const action = actionOf(step);
  if (action === undefined) return;
  await (acts[action] as (what: unknown, stage: Stage) => Promise<void>)(step[action], stage);
  await stage.world.settle();
}

const acts: Acts = {
  async dial({ subscriber, username, password, router, interface: port, mac, method }, stage) {
    const known = subscriber === undefined ? undefined : stage.subscription(subscriber);
    const name = username ?? known?.username;
    if (name === undefined) throw new CannotError('say who dials: subscriber or username');
    const word = password ?? known?.password?.reveal();
    if (word === undefined) throw new CannotError(`the password of ${name} is not declared in clear: say it here`);
    const device = mac ?? (subscriber === undefined ? undefined : stage.mac({ subscriber }));
    const dialled = await stage.world.drive(
      stage.routerWith(router, 'ppp').dial({
        username: name,
        password: word,
        ...(device === undefined ? {} : { callerId: device }),
        ...(port === undefined ? {} : { interface: port }),
        ...(method === undefined ? {} : { method }),
      }),
    );
    stage.login = dialled.ok
      ? { username: name, accepted: true, address: dialled.address, ...rateOf(dialled) }
      : { username: name, accepted: false, reason: dialled.message ?? dialled.reason };
  },

  async lease({ subscriber, mac, router, interface: port }, stage) {
    const device = stage.mac({
      ...(mac === undefined ? {} : { mac }),
      ...(subscriber === undefined ? {} : { subscriber }),
    });
    const request = { mac: device, ...(port === undefined ? {} : { interface: port }) };
    const leased = await stage.world.drive(stage.routerWith(router, 'dhcp').lease(request));
    stage.login = leased.ok
      ? { username: leased.mac, accepted: true, address: leased.address, ...rateOf(leased) }
      : { username: device, accepted: false, reason: leased.message ?? leased.reason };
  },

  async join({ subscriber, mac, router, interface: port }, stage) {
    const device = stage.mac({
      ...(mac === undefined ? {} : { mac }),
      ...(subscriber === undefined ? {} : { subscriber }),
    });
    const joined = await stage.world.drive(stage.join(stage.routerWith(router, 'hotspots'), device, port));
    stage.login = joined;
  },

  async open({ mac, url }, stage) {
    await browse(stage, mac, (browser) => browser.get(url));
  },

  async submit({ mac, fields = {}, subscriber }, stage) {
    const known = subscriber === undefined ? undefined : stage.subscription(subscriber);
    const account =
      known?.username === undefined ? {} : { username: known.username, password: known.password?.reveal() ?? '' };
    const name = fields['username'] ?? known?.username;
    const { page } = stage.device(mac);
    if (page === undefined) throw new CannotError('no page is open on this device: open one first');
    await browse(stage, mac, (browser) => browser.submit(page, { ...account, ...fields }));
    const { router, mac: device } = stage.device(mac);
    const host = router.devices().find((each) => each.mac === device);
    const online = host?.online === true;
    const said: LastLogin = { username: name ?? host?.username ?? device, accepted: online };
    stage.login = online && host !== undefined ? { ...said, address: host.address } : said;
  },

  async press({ mac, link }, stage) {
    const { page } = stage.device(mac);
    if (page === undefined) throw new CannotError('no page is open on this device: open one first');
    await browse(stage, mac, (browser) => browser.press(page, link));
  },

  async leave({ mac }, stage) {
    const device = stage.device(mac);
    await device.router.leave(device.mac);
  },

  async hangUp(who, stage) {
    const username = stage.username(who);
    const ended = [...stage.world.routers.values()].map((router) => router.hangUp(username));
    if (ended.every((count) => count === 0)) throw new CannotError(`${username} is not online`);
  },

  async consume({ down, up, over, ...who }, stage) {
    const username = stage.username(who);
    const octets = { down: parseSize(down ?? '0') ?? 0n, up: parseSize(up ?? '0') ?? 0n };
    const router = [...stage.world.routers.values()].find((each) => each.traffic(username, octets) > 0);
    if (router === undefined) throw new CannotError(`${username} is not online`);
    const interim = stage.world.interimMs(username);
    await stage.world.pass(over === undefined ? interim : (parseDuration(over) ?? interim));
  },

  async wait(duration, stage) {
    await stage.world.pass(parseDuration(duration) ?? 0);
  },

  async until(text, stage) {
    const now = stage.world.clock.now();
    const moment = momentAfter(text, now, stage.model.operator.timezone);
    if (moment === undefined) throw new CannotError(`"${text}" is no time`);
    if (moment < now) throw new CannotError(`${text} is over by now`);
    await stage.world.pass(moment - now);
  },

  async suspend({ subscriber, reason }, stage) {
    const set = { state: 'suspended', ...(reason === undefined ? {} : { reason }) };
    stage.committed = await stage.commit({ object: `Subscriber/${subscriber}`, set });
  },

  async resume({ subscriber }, stage) {
    stage.committed = await stage.commit({ object: `Subscriber/${subscriber}`, set: { state: null, reason: null } });
  },

  async edit(edit, stage) {
    stage.committed = await stage.commit(edit);
  },

  async topUp({ subscriber, ...more }, stage) {
    const { world } = stage;
    await world.drive(topUp(world.engine, world.clock, { user: stage.username({ subscriber }), ...more }));
  },

  async cut(what, stage) {
    const { router, radius, coa, accounting } = what;
    if (router !== undefined) stage.world.cutRouter(checked(stage, router));
    if (radius === true) await stage.world.cutRadius();
    if (coa !== undefined) stage.world.loseAt(checked(stage, coa), 'drop-incoming');
    if (accounting !== undefined) stage.world.loseAt(checked(stage, accounting), 'drop-accounting');
  },

  async restore(what, stage) {
    const { router, radius, coa, accounting } = what;
    if (router !== undefined) stage.world.restoreRouter(checked(stage, router));
    if (radius === true) await stage.world.openRadius();
    if (coa !== undefined) stage.world.findAt(checked(stage, coa), 'drop-incoming');
    if (accounting !== undefined) stage.world.findAt(checked(stage, accounting), 'drop-accounting');
  },

  async reboot({ router }, stage) {
    stage.router(router).reboot();
  },
};

function checked(stage: Stage, router: string): string {
  stage.router(router);
  return router;
}

function rateOf({ rateLimit }: { readonly rateLimit?: string }): { readonly rate?: string } {
  return rateLimit === undefined ? {} : { rate: rateLimit };
}

async function browse(
  stage: Stage,
  mac: string | undefined,
  visit: (browser: ReturnType<Stage['device']>['browser']) => Promise<GuestPage>,
): Promise<void> {
  const device = stage.device(mac);
  try {
    device.page = await stage.world.drive(visit(device.browser));
  } catch (error) {
    // A form or a link that is not there, a page that is not let through.
    throw new CannotError(error instanceof Error ? error.message : String(error));
  }
}

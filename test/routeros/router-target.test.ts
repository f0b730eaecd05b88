import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Router } from '../../src/model/kinds/router.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import { targetContract } from '../contract/target.ts';
import { Lab, networkOf, subscriber } from '../support/ppp-network.ts';
import { type ClientSentence, type ScriptedPeer, ScriptedRouter } from '../support/scripted-router.ts';

describe('a router as a target', () => {
  targetContract({
    first: networkOf(subscriber('anna')),
    second: networkOf(subscriber('anna', 'state: suspended'), subscriber('ben')),
    username: 'anna',
    async start(model) {
      const lab = await Lab.start(model);
      return {
        target: lab.target,
        goOnline: async (username) => {
          const dialled = await lab.router.dial({ username, password: `pa55-${username}` });
          if (!dialled.ok) throw new Error(dialled.reason);
        },
        online: () => lab.router.sessions().map((session) => session.username),
        [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
      };
    },
  });
});

/** A target of its own, and how often it dialled. */
function dialling(port: number) {
  const dials: AbortSignal[] = [];
  const [router] = networkOf().routers as readonly [Router];
  const target = new RouterTarget({
    router,
    operator: 'isp',
    clock: systemClock,
    connect: (signal) => {
      dials.push(signal);
      const login = { router: 'core-1', username: 'lastmile', password: new Secret('api') };
      return connectRouterOs({ ...login, host: '127.0.0.1', port, signal });
    },
  });
  return { target, dials };
}

/** Answers every command with nothing. */
async function empty(peer: ScriptedPeer): Promise<void> {
  for (;;) peer.reply(await peer.next(), '!done');
}

describe('a router that two callers dial at once', () => {
  it('is still connected for one when the other gives up', async () => {
    let loggingIn = () => {};
    const dialled = new Promise<void>((resolve) => {
      loggingIn = resolve;
    });
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await using router = await ScriptedRouter.start(async (peer) => {
      const login = await peer.next();
      loggingIn();
      await answered;
      peer.reply(login, '!done');
      await empty(peer);
    });
    const { target, dials } = dialling(router.port);
    await using _target = target;
    const impatient = new AbortController();

    const first = target.removeSession({ username: 'anna', sessionId: '81c00001' }, impatient.signal);
    const second = target.observe(new AbortController().signal);
    await dialled;
    impatient.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    answer();

    expect((await second).rows).toBeDefined();
    expect(dials).toHaveLength(1);
  });
});

describe('a router target that is closed', () => {
  it('does not dial again', async () => {
    await using router = await ScriptedRouter.loggedIn(empty);
    const { target, dials } = dialling(router.port);
    const { signal } = new AbortController();
    await target.observe(signal);

    await target[Symbol.asyncDispose]();

    await expect(target.removeSession({ username: 'anna', sessionId: '81c00001' }, signal)).rejects.toMatchObject({
      code: 'LM_ROUTER_CLOSED',
    });
    expect(dials).toHaveLength(1);
  });

  it('gives up a dial that is under way', async () => {
    await using router = await ScriptedRouter.start((peer) => peer.ended);
    const { target } = dialling(router.port);
    const looking = target.observe(new AbortController().signal);

    await target[Symbol.asyncDispose]();

    await expect(looking).rejects.toMatchObject({ code: 'LM_ROUTER_CLOSED' });
  });
});

describe('a router that refuses a row and quotes its password', () => {
  it('is reported without the password', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const add = await peer.next();
      peer.reply(add, '!trap', '=message=value of password too long: "hunter2-SECRET"');
      peer.reply(add, '!done');
    });
    await using target = dialling(router.port).target;
    const set = { name: 'anna', password: new Secret('hunter2-SECRET') };
    const create: Change = { action: 'create', menu: '/ppp/secret', identity: 'anna', owner: 'Subscriber/anna', set };

    const [settled] = await target.apply([create], new AbortController().signal);

    expect(settled).toMatchObject({ result: 'failed', error: { code: 'LM_ROUTER_TRAP' } });
    expect(inspect(settled, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(String(settled?.error)).toContain('value of password too long: "[secret]"');
  });
});

describe('a row that is made while somebody else looks at the router', () => {
  it('is known by its id afterwards, so that it is not made twice', async () => {
    const writes: string[] = [];
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      let look: ClientSentence | undefined;
      let add: ClientSentence | undefined;
      for (;;) {
        const sentence = await peer.next();
        if (!sentence.command.endsWith('/print')) writes.push([sentence.command, ...sentence.words].join(' '));
        if (sentence.command === '/ppp/secret/print') look = sentence;
        else if (sentence.command.endsWith('/add')) add = sentence;
        else peer.reply(sentence, '!done');
        if (look === undefined || add === undefined) continue;
        peer.reply(add, '!done', '=ret=*7');
        // Its answer tells of a time before the row was made.
        peer.reply(look, '!done');
        look = undefined;
        add = undefined;
      }
    });
    await using target = dialling(router.port).target;
    const { signal } = new AbortController();
    const set = { name: 'anna' };
    const create: Change = { action: 'create', menu: '/ppp/secret', identity: 'anna', owner: 'Subscriber/anna', set };

    await Promise.all([target.observe(signal), target.apply([create], signal)]);
    await target.apply([create], signal);

    expect(writes).toEqual([
      '/ppp/secret/add =name=anna =comment=lm:isp/Subscriber/anna',
      '/ppp/secret/set =.id=*7 =name=anna =comment=lm:isp/Subscriber/anna',
    ]);
  });
});

describe('a router without the hotspot package', () => {
  it('is looked at all the same, and nothing of it is taken for hidden', async () => {
    await using router = await ScriptedRouter.start(async (peer) => {
      for (;;) {
        const sentence = await peer.next();
        const missing = sentence.command.startsWith('/ip/hotspot');
        if (missing) peer.reply(sentence, '!trap', '=message=no such command prefix');
        peer.reply(sentence, '!done');
      }
    });
    await using target = dialling(router.port).target;

    expect(await target.observe(new AbortController().signal)).toMatchObject({ rows: [], sessions: [] });
  });
});

/** Answers every command, and keeps it in `heard`; refuses what `refusal` has words for. */
async function answering(heard: string[], refusal: (sentence: ClientSentence) => string | undefined = () => undefined) {
  return ScriptedRouter.loggedIn(async (peer) => {
    for (;;) {
      const sentence = await peer.next();
      heard.push([sentence.command, ...sentence.words].join(' '));
      const message = refusal(sentence);
      if (message !== undefined) peer.reply(sentence, '!trap', `=message=${message}`);
      peer.reply(sentence, '!done');
    }
  });
}

describe('rows of an ordered menu', () => {
  const row = (identity: string, handle: string) =>
    ({ menu: '/radius', identity, fields: {}, ownership: 'marker', handle }) as const;
  const move = (identity: string, handle: string, placeRow?: ReturnType<typeof row>): Change => ({
    action: 'move',
    menu: '/radius',
    identity,
    owner: 'Router/core-1',
    set: {},
    before: row(identity, handle),
    ...(placeRow === undefined ? {} : { place: placeRow.identity, placeRow }),
  });

  it('that go to one place are moved by one command', async () => {
    const heard: string[] = [];
    await using router = await answering(heard);
    await using target = dialling(router.port).target;
    const other = row('10.0.0.9 1812', '*9');

    const settled = await target.apply(
      [move('a', '*1', other), move('b', '*2', other), move('c', '*3'), move('d', '*4')],
      new AbortController().signal,
    );

    expect(heard).toEqual(['/radius/move =numbers=*1,*2 =destination=*9', '/radius/move =numbers=*3,*4']);
    expect(settled.map(({ change, result }) => `${change.identity} ${result}`)).toEqual([
      'a done',
      'b done',
      'c done',
      'd done',
    ]);
  });

  it('that are refused together fail each', async () => {
    await using router = await answering([], () => 'no such item');
    await using target = dialling(router.port).target;

    const settled = await target.apply([move('a', '*1'), move('b', '*2')], new AbortController().signal);

    expect(settled).toMatchObject([{ result: 'failed' }, { result: 'failed' }]);
  });
});

describe('a router that does not know the kind of a file', () => {
  const create = (identity: string, type: string): Change => ({
    action: 'create',
    menu: '/file',
    identity,
    owner: 'Router/core-1',
    set: { name: identity, type, contents: 'x' },
  });
  const unknown = ({ words }: ClientSentence) =>
    words.some((word) => word.startsWith('=type=')) ? 'unknown parameter type' : undefined;

  it('is given a page without it, and of a folder it is said what to do', async () => {
    const heard: string[] = [];
    await using router = await answering(heard, unknown);
    await using target = dialling(router.port).target;
    const { signal } = new AbortController();

    const [page] = await target.apply([create('lastmile/login.html', 'file')], signal);
    const [folder] = await target.apply([create('lastmile', 'directory')], signal);

    expect(page).toMatchObject({ result: 'done' });
    expect(heard[1]).toBe('/file/add =name=lastmile/login.html =contents=x');
    expect(folder).toMatchObject({ result: 'failed', error: { code: 'LM_FIELD_UNKNOWN' } });
    expect(String(folder?.error)).toContain('by hand');
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/events/event.ts';
import { isSigned, Program } from '../events/webhook-lab.ts';
import { canaries, TestNetwork } from '../support/network.ts';

const hookKey = 'canary-hook-31aa0c';
const anna = { username: 'anna@isp.example', password: canaries.annaPassword };

function notify(port: number): string {
  return `  notify: [{name: billing, url: "http://127.0.0.1:${port}/", secret: ${hookKey}}]\n`;
}

function eventsOf(program: Program): readonly EventJson[] {
  return program.told.flatMap(({ events }) => events);
}

/** Resolves when the program was told such an event. */
async function told(program: Program, type: string): Promise<EventJson> {
  for (;;) {
    const found = eventsOf(program).find((event) => event.type === type);
    if (found !== undefined) return found;
    await program.asked(program.told.length + 1);
  }
}

/** What a server-sent stream of the daemon says, by its admin socket. */
async function* streamed(socketPath: string, path: string): AsyncGenerator<string> {
  const asked = request({ socketPath, path });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = `${text}${String(chunk)}`.split('\n');
    text = lines.pop() ?? '';
    yield* lines;
  }
}

describe('a webhook of the shipped daemon', () => {
  it('IW-15: is told of every session, in order, signed, over a kill -9 and a time it was away', async () => {
    const away = await Program.start();
    const { port } = away;
    await using network = await TestNetwork.start({ operator: notify(port) });
    const killed = await network.running();

    const dialled = await network.router.dial(anna);
    await network.router.accountingIdle();
    const started = await told(away, 'session.started');
    await away[Symbol.asyncDispose]();
    await killed.stop('SIGKILL');
    await using program = await Program.start(port);
    await using _daemon = await network.running();
    network.router.hangUp(dialled.ok ? dialled.sessionId : '', 'User-Request');
    await network.router.accountingIdle();
    const stopped = await told(program, 'session.stopped');

    expect(away.told.every((each) => isSigned(each, hookKey))).toBe(true);
    expect(program.told.every((each) => isSigned(each, hookKey))).toBe(true);
    expect(started).toMatchObject({ data: { username: anna.username, nas: 'core-1' } });
    expect(stopped).toMatchObject({ data: { username: anna.username, terminateCause: 'User-Request' } });
    expect(stopped.subject).toBe(started.subject);
    expect((await network.lastmile('webhooks', 'list')).out).toMatch(/^billing +0 /m);
    const { out } = await network.lastmile('events', '--type', 'session.*', '-o', 'json');
    expect((JSON.parse(out) as EventJson[]).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['session.started', 'session.stopped']),
    );
  });

  it('IW-15: keeps a collection of sessions elsewhere in step, by the program of the examples', async () => {
    await using network = await TestNetwork.start();
    const file = join(network.folder.path, 'sessions.json');
    const receiver = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../examples/webhook-receiver/receiver.mjs', import.meta.url)), '0', file],
      { env: { SECRET: hookKey }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const [line] = (await once(createInterface({ input: receiver.stdout }), 'line')) as [string];
      network.operator(notify(Number(/\d+/.exec(line)?.[0])));
      network.commit('a webhook');
      await using daemon = await network.running();
      const dialled = await network.router.dial(anna);
      await network.router.accountingIdle();
      network.router.hangUp(dialled.ok ? dialled.sessionId : '', 'Lost-Carrier');
      await network.router.accountingIdle();

      for await (const line of streamed(daemon.listeners.adminSocket, '/api/v1/events?after=first')) {
        if (line === 'event: session.stopped') break;
      }
      while (!/^billing +0 +[1-9]/m.test((await network.lastmile('webhooks', 'list')).out));

      const rows = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>);
      expect(rows).toMatchObject([{ username: anna.username, terminateCause: 'Lost-Carrier', online: false }]);
    } finally {
      receiver.kill();
      await once(receiver, 'close');
    }
  });
});

describe('the stream of events', () => {
  it('IW-15: tells of sessions as they begin and end, and goes on where it was left', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const { adminSocket } = daemon.listeners;

    const lines = streamed(adminSocket, '/api/v1/events?types=session.*');
    const first = await lines.next();
    const dialled = await network.router.dial(anna);
    await network.router.accountingIdle();
    const seen: string[] = [];
    for await (const line of lines) {
      seen.push(line);
      if (line.startsWith('data: ')) break;
    }
    network.router.hangUp(dialled.ok ? dialled.sessionId : '', 'User-Request');
    await network.router.accountingIdle();
    const id = seen.find((line) => line.startsWith('id: '))?.slice(4) ?? '';
    const rest: string[] = [];
    for await (const line of streamed(adminSocket, `/api/v1/events?after=${id}`)) {
      rest.push(line);
      if (line.startsWith('data: ')) break;
    }

    expect(first.value).toBe('retry: 2000');
    expect(seen).toContain('event: session.started');
    expect(rest).toContain('event: session.stopped');
    expect(rest.join()).not.toContain('event: gap');
    expect(JSON.parse(rest.at(-1)?.slice(6) ?? '')).toMatchObject({ data: { username: anna.username, nas: 'core-1' } });
    const odd = await network.lastmile('events', '--type', 'sesion.*');
    expect(odd).toMatchObject({ code: 64, err: expect.stringContaining('there are no events sesion.*') });
  });
});

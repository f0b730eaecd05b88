import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TempFolder } from '../support/temp-folder.ts';
import { accessRequest, accountingRequest, secret } from './accounting-nas.ts';
import { SoakNas } from './soak-nas.ts';

const daemonFile = fileURLToPath(new URL('soak-daemon.mjs', import.meta.url));
const minuteMs = 60_000;
/** How often a session reports. */
const reportMs = 5 * minuteMs;
const partsOfHour = 60 / 5;

export interface SoakSize {
  readonly hours: number;
  readonly subscribers: number;
  /** Begun and ended in each hour. */
  readonly sessions: number;
  /** In the first hour. For a day: as many as decisions are kept of, so that these are full; sessions are twice as many then. */
  readonly logins: number;
  /** What is alive may grow by so much after the first hour. */
  readonly mostPercent: number;
}

/** A day of the shipped daemon in as much time as the packets of it take, and what is alive of it hour by hour. */
export function soak(title: string, size: SoakSize, timeoutMs: number): void {
  describe(title, () => {
    it(
      `takes no more memory than after its first hour, but for ${size.mostPercent} %`,
      async () => {
        await using folder = await TempFolder.make();
        await using day = await Day.begin(folder.path, size);
        const alive: number[] = [];
        for (let hour = 0; hour < size.hours; hour += 1) alive.push(await day.hour(hour === 0));

        const [after = 0] = alive;
        const grown = (100 * ((alive.at(-1) ?? 0) - after)) / after;
        process.stderr.write(`soak: alive after each hour, MiB: ${alive.map(mebibytes).join(' ')}\n`);
        process.stderr.write(`soak: grown after the first hour by ${grown.toFixed(2)} %\n`);
        expect(grown).toBeLessThan(size.mostPercent);
      },
      timeoutMs,
    );
  });
}

function mebibytes(octets: number): string {
  return (octets / 2 ** 20).toFixed(1);
}

interface Passed {
  readonly now: number;
  readonly alive?: number;
}

interface Online {
  readonly user: number;
  readonly id: number;
  readonly startedAt: number;
  octets: number;
}

class Day implements AsyncDisposable {
  readonly #size: SoakSize;
  readonly #child: ChildProcess;
  readonly #access: SoakNas;
  readonly #accounting: SoakNas;
  readonly #online: Online[] = [];
  #ids = 0;
  #now = 0;

  private constructor(size: SoakSize, child: ChildProcess, access: SoakNas, accounting: SoakNas) {
    this.#size = size;
    this.#child = child;
    this.#access = access;
    this.#accounting = accounting;
  }

  static async begin(path: string, size: SoakSize): Promise<Day> {
    const isp = join(path, 'isp');
    await mkdir(isp);
    await writeFile(join(isp, 'network.yaml'), declarations(size.subscribers));
    const child = fork(daemonFile, [isp, join(path, 'state')], { execArgv: ['--expose-gc'] });
    const [{ auth, accounting }] = (await once(child, 'message')) as [{ auth: string; accounting: string }];
    const nas = (listener: string) => SoakNas.start(Number(listener.split(':').at(-1)), 4);
    const day = new Day(size, child, await nas(auth), await nas(accounting));
    await day.#pass('pass', minuteMs);
    return day;
  }

  /** @returns what is alive at its end, octets */
  async hour(isFirst: boolean): Promise<number> {
    const { sessions, subscribers, logins } = this.#size;
    if (isFirst) await this.#logIn(logins);
    const inEach = ((isFirst ? 2 : 1) * sessions) / partsOfHour;
    for (let part = 0; part < partsOfHour; part += 1) {
      await this.#pass('pass', reportMs - minuteMs);
      await this.#accounting.askAll(this.#online.map((session) => this.#report(session, 3)));
      // Those who are online go, and others come in their place.
      for (let left = Math.ceil(inEach); left > 0; left -= subscribers) {
        await this.#redial(Math.min(left, subscribers));
      }
      await this.#pass('pass', minuteMs);
    }
    await this.#logIn(subscribers);
    const { alive = 0 } = await this.#pass('measure', 0);
    return alive;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#access[Symbol.asyncDispose]();
    await this.#accounting[Symbol.asyncDispose]();
    const ended = once(this.#child, 'exit');
    this.#child.send({ type: 'stop' });
    await ended;
  }

  async #logIn(times: number): Promise<void> {
    const users = Array.from({ length: times }, (_, at) => nameOf(at % this.#size.subscribers));
    const codes = await this.#access.askAll(users.map((user) => (id) => accessRequest(id, user)));
    expect(codes.filter((code) => code !== 2)).toEqual([]);
  }

  async #redial(count: number): Promise<void> {
    const going = this.#online.splice(0, this.#online.length < this.#size.subscribers ? 0 : count);
    await this.#accounting.askAll(going.map((session) => this.#report(session, 2)));
    const users = going.length > 0 ? going.map(({ user }) => user) : Array.from({ length: count }, (_, user) => user);
    const coming = users.map((user) => {
      this.#ids += 1;
      return { user, id: this.#ids, startedAt: this.#now, octets: 0 };
    });
    this.#online.push(...coming);
    await this.#accounting.askAll(coming.map((session) => this.#report(session, 1)));
  }

  #report(session: Online, status: number): (identifier: number) => Buffer {
    session.octets += 100_000;
    const { user, id, startedAt, octets } = session;
    const report = { user: nameOf(user), sessionId: `81${id.toString(16)}`, octets, status };
    return (identifier) => accountingRequest(identifier, { ...report, seconds: (this.#now - startedAt) / 1000 });
  }

  async #pass(type: 'pass' | 'measure', ms: number): Promise<Passed> {
    const passed = once(this.#child, 'message') as Promise<[Passed]>;
    this.#child.send({ type, ms });
    const [answer] = await passed;
    this.#now = answer.now;
    return answer;
  }
}

function nameOf(user: number): string {
  return `user-${user}`;
}

/** Each heartbeat comes from a port of its own. Of senders, 8,192 are remembered by each listener, which it would take days to fill. */
function declarations(subscribers: number): string {
  const items = Array.from(
    { length: subscribers },
    (_, user) => `  - {name: ${nameOf(user)}, username: ${nameOf(user)}}`,
  );
  return `apiVersion: lastmile/v1
kind: Operator
metadata: {name: soak}
spec:
  timezone: Europe/Berlin
  radius:
    messageAuthenticator: off
    heartbeat: {interval: 1h}
    clients: [{name: nas-1, clientAddress: 127.0.0.1, secret: '${secret}', profile: mikrotik}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec:
  access: [pppoe]
  rate: {down: 20M, up: 5M}
  quotas: [{name: daily, octets: 50G, period: day, then: {rate: {down: 2M, up: 1M}}}]
---
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
defaults: {service: home, password: 'anna has a password'}
items:
${items.join('\n')}
`;
}

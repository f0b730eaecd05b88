import { describe, expect, it } from 'vitest';
import { Directory } from '../../src/directory/directory.ts';
import { loginOf } from '../../src/directory/row-meaning.ts';
import { directoryRows } from '../../src/directory/rows.ts';
import type { Model } from '../../src/model/model.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import type { NamedAttribute } from '../../src/radius/dictionary/encode-named.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Bench, coreNas, papRequest, startServer, TestNas } from './support.ts';

const at = (text: string) => Date.parse(text);

/** A server for what is declared, at a time. */
class Declared implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly bench: Bench;
  readonly nas: TestNas;
  #identifier = 0;

  private constructor(clock: ManualClock, bench: Bench, nas: TestNas) {
    this.clock = clock;
    this.bench = bench;
    this.nas = nas;
  }

  static async start(files: readonly string[], time: string): Promise<Declared> {
    const clock = new ManualClock(at(time));
    const model = modelOf({ 'isp.yaml': [`${operator}  timezone: Africa/Nairobi\n`, ...files].join('---\n') });
    return new Declared(clock, await startServer([], { directory: directoryOf(model), clock }), await TestNas.open());
  }

  /** What a login comes to: the attributes of an accept, or the text of a reject. */
  async login(username: string, password: string, attributes: readonly NamedAttribute[] = []) {
    this.#identifier += 1;
    const { octets } = papRequest(username, password, { identifier: this.#identifier, attributes });
    const reply = await this.nas.exchange(octets, this.bench.auth);
    const all = describeAttributes(reply, 20, reply.length).map(({ name, value }) => [name, String(value)] as const);
    return { code: reply[0], ...Object.fromEntries(all) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nas[Symbol.asyncDispose]();
    await this.bench[Symbol.asyncDispose]();
  }
}

function directoryOf(model: Model): Directory {
  const directory = new Directory();
  for (const row of directoryRows(model)) {
    if (row.menu === 'login') directory.putLogin(loginOf(row));
    else if (row.menu === 'device') directory.putDevice(loginOf(row));
  }
  directory.putNas(coreNas);
  return directory;
}

const anna = (more = '') => document('Subscriber', 'anna', `service: home\nusername: anna\npassword: secret\n${more}`);
const home = (spec: string) => document('Service', 'home', spec);

describe('a service that can be used in some hours of the day', () => {
  const office = home('access: [pppoe]\nwindows: [{days: [mon, tue, wed, thu, fri], from: "06:00", till: "18:00"}]');

  it('IW-07: lets in until the window closes, and nobody after it', async () => {
    await using server = await Declared.start([office, anna()], '2026-01-15T14:00:00Z');

    expect(await server.login('anna', 'secret')).toMatchObject({ code: 2, 'Session-Timeout': '3600' });
    server.clock.advance(3_600_000);
    expect(await server.login('anna', 'secret')).toMatchObject({
      code: 3,
      'Reply-Message': 'This account cannot be used at this time of day',
    });
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'outside-hours' });
  });
});

describe('a service with grace', () => {
  it('IS-02: still lets in who has expired, says so to whoever asks why, and ends with the grace', async () => {
    const files = [home('access: [pppoe]\ngrace: 2d'), anna('expires: "2026-01-15T14:00:00Z"')];
    await using server = await Declared.start(files, '2026-01-15T13:00:00Z');

    expect(await server.login('anna', 'secret')).toMatchObject({ code: 2, 'Session-Timeout': '176400' });
    server.clock.advance(2 * 3_600_000);
    expect(await server.login('anna', 'secret')).toMatchObject({ code: 2 });
    expect(server.bench.decisions.of('anna').map(({ reason }) => reason)).toEqual([undefined, 'grace']);
    server.clock.advance(48 * 3_600_000);
    expect(await server.login('anna', 'secret')).toMatchObject({
      code: 3,
      'Reply-Message': 'This account has expired',
    });
  });
});

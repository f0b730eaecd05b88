import { describe, expect, it } from 'vitest';
import { failuresOf, network, play } from './support.ts';

describe('a scenario that is as expected', () => {
  it('IS-02, IW-16: has the steps of a suspension, by RADIUS and of rows of the router, and back', async () => {
    const results = await play({
      radius: `
steps:
  - dial: {subscriber: anna, router: south, method: chap}
    expect: {accept: true, rate: 10M/50M, address: 10.8.0.2, sessions: [{subscriber: anna, router: south, radius: true}]}
  - suspend: {subscriber: anna, reason: unpaid}
    expect: {result: applied, sessions: [{subscriber: anna, count: 0}]}
  - dial: {subscriber: anna}
    expect: {accept: false, reason: suspended}
  - resume: {subscriber: anna}
  - dial: {username: anna, password: wrong}
    expect: {accept: false, reason: wrong-password}
  - dial: {subscriber: anna}
    expect: {accept: true, reply: {Mikrotik-Rate-Limit: 10M/50M, Reply-Message: ""}}
  - hangUp: {subscriber: anna}
    expect: {sessions: [{username: anna, count: 0}]}`,
      local: `
steps:
  - dial: {subscriber: ben}
    expect: {accept: true, sessions: [{subscriber: ben, radius: false}]}
  - suspend: {subscriber: ben}
    expect:
      sessions: [{subscriber: ben, count: 0}]
      rows: [{router: north, menu: /ppp/secret, where: {name: ben}, have: {disabled: "true"}}]
  - dial: {subscriber: ben}
    expect: {accept: false}`,
    });

    expect(failuresOf(results)).toEqual([]);
    expect(results.map(({ steps }) => steps)).toEqual([7, 3]);
  });

  it('IS-09: has commits that change, add and remove, and shows rows as they are declared', async () => {
    const results = await play({
      edits: `
steps:
  - expect:
      rows:
        - {router: north, menu: /radius, have: {address: 192.0.2.10, src-address: 10.9.9.1}, count: 1}
        - {router: south, menu: /ip pool, where: {name: home}, have: {ranges: 10.8.0.2-10.8.0.254}}
  - dial: {subscriber: anna}
  - edit: {object: Service/home, set: {rate.down: 20M, rate.up: null, rate: {down: 20M, up: 4M}}}
    expect: {sessions: [{subscriber: anna, count: 1, rate: 4M/20M}]}
  - edit: {object: Subscriber/anna, remove: true}
    expect: {result: applied, sessions: [{username: anna, count: 0}]}
  - edit:
      add:
        apiVersion: lastmile/v1
        kind: Subscriber
        metadata: {name: carl}
        spec: {service: home, username: carl, password: carls-own-password}
  - dial: {subscriber: carl}
    expect: {accept: true, rate: 4M/20M}
  - edit: {object: Service/home, set: {rate.down: quick}}
    expect: {result: invalid, code: LM_WRONG_FORMAT}
  - edit: {object: Service/home, set: {title: At home}}
    expect: {result: in-sync}`,
    });

    expect(failuresOf(results)).toEqual([]);
  });

  it('SPL-02: has what is away: RADIUS, a router, CoA, and all of it back', async () => {
    const results = await play({
      away: `
steps:
  - dial: {subscriber: anna, router: north}
  - cut: {radius: true}
  - dial: {subscriber: anna, router: south}
    expect: {accept: false, reason: radius timeout}
  - dial: {subscriber: ben}
    expect: {accept: true}
  - restore: {radius: true}
  - dial: {subscriber: anna, router: south}
    expect: {accept: true}
  - cut: {router: north}
  - suspend: {subscriber: ben}
    expect: {result: partial, sessions: [{subscriber: ben, count: 1}]}
  - restore: {router: north}
  - wait: 10m
    expect: {sessions: [{subscriber: ben, count: 0}]}
  - reboot: {router: north}
    expect: {sessions: [{subscriber: anna, router: north, count: 0}, {subscriber: anna, router: south}]}`,
    });

    expect(failuresOf(results)).toEqual([]);
  });

  it('has devices, pages, and hours that go by', async () => {
    const results = await play({
      lease: `
start: 2026-05-01T23:30
steps:
  - lease: {subscriber: hut}
    expect: {accept: true, rate: 30M/30M}
  - lease: {mac: "0C:42:A1:00:00:08"}
    expect: {accept: false}
  - until: "00:15"
    expect: {now: 2026-05-02T00:15, sessions: [{subscriber: hut, count: 1}]}`,
      guest: `
steps:
  - join: {mac: "0c-42-a1-00-00-09"}
  - open: {url: "http://example.com/"}
    expect: {page: {status: 200, heading: Welcome, text: [Be kind.], url: wifi.example}}
  - submit: {subscriber: gina, fields: {password: wrong}}
    expect: {accept: false, page: {lacks: [You are online]}}
  - submit: {subscriber: gina}
    expect: {accept: true, sessions: [{subscriber: gina, rate: 1M/5M}]}
  - wait: 3h
    expect: {sessions: [{subscriber: gina, count: 0}]}
  - leave: {}`,
    });

    expect(failuresOf(results)).toEqual([]);
  });
});

describe('a scenario that is not as expected', () => {
  it('is told all that one step missed, with the way to it and what was seen, and ends there', async () => {
    const results = await play({
      wrong: `
steps:
  - dial: {subscriber: anna}
    expect:
      accept: false
      reason: suspended
      rate: 1M/1M
      reply: {Mikrotik-Rate-Limit: 1M/1M, Framed-Pool: ""}
      sessions: [{subscriber: ben}, {subscriber: anna, rate: 1M/1M}]
      rows: [{router: south, menu: /ip/pool, where: {name: work}}, {menu: /no/such}]
      usage: [{subscriber: anna, step: 1}]
      page: {text: [hello]}
      result: applied
  - dial: {subscriber: ben}`,
    });

    expect(results[0]?.steps).toBe(1);
    expect(failuresOf(results).join('\n')).toMatchInlineSnapshot(`
      "wrong steps.0.expect.accept: it was let in ()
      wrong steps.0.expect.reason: it is empty, and not suspended ()
      wrong steps.0.expect.rate: it is 10M/50M, and not 1M/1M ()
      wrong steps.0.expect.reply.Mikrotik-Rate-Limit: Mikrotik-Rate-Limit is 10M/50M, and not 1M/1M (the answer was Mikrotik-Rate-Limit=10M/50M, Acct-Interim-Interval=120, Framed-Pool=home)
      wrong steps.0.expect.reply.Framed-Pool: Framed-Pool is home, and should not be there (the answer was Mikrotik-Rate-Limit=10M/50M, Acct-Interim-Interval=120, Framed-Pool=home)
      wrong steps.0.expect.sessions.0: there are no sessions of ben (online are: anna on north)
      wrong steps.0.expect.sessions.1.rate: it is 10M/50M, and not 1M/1M ()
      wrong steps.0.expect.rows.0: there are no rows of /ip/pool with name=work (there are 1 rows: home)
      wrong steps.0.expect.rows.1.menu: a router of this version has no menu /no/such ()
      wrong steps.0.expect.usage.0: say which quota is meant (it has no quotas)
      wrong steps.0.expect.page: no page was opened yet ()
      wrong steps.0.expect.result: nothing is committed here ()"
    `);
  });

  it('names what a step cannot do', async () => {
    const results = await play({
      nobody: 'steps:\n  - hangUp: {subscriber: anna}',
      early: 'steps:\n  - open: {url: "http://example.com/"}',
      over: 'steps:\n  - until: 2026-01-01',
      gone: 'steps:\n  - edit: {object: Subscriber/zoe, remove: true}',
      refused: 'steps:\n  - edit: {object: Service/home, set: {rate: 3}}',
    });

    expect(failuresOf(results).join('\n')).toMatchInlineSnapshot(`
      "nobody steps.0.hangUp: anna is not online ()
      early steps.0.open: no such device has joined a hotspot ()
      over steps.0.until: 2026-01-01 is over by now ()
      gone steps.0.edit: no Subscriber is called "zoe" at this point ()
      refused steps.0: the commit was invalid: LM_WRONG_TYPE (network.yaml: must be a map, is a number)"
    `);
  });
});

describe('a machine that stalls', () => {
  it('makes no difference: as much time goes by in a scenario, and the same comes of it', async () => {
    const scenarios = {
      away: `
steps:
  - dial: {subscriber: anna}
  - suspend: {subscriber: anna}
    expect: {sessions: [{subscriber: anna, count: 0}]}
  - cut: {radius: true}
  - dial: {subscriber: anna}
    expect: {accept: false, reason: radius timeout}`,
    };

    const [quick] = await play(scenarios);
    let stalls = 0;
    const stalling = setInterval(() => (stalls++ < 10 ? stall() : clearInterval(stalling)), 20);
    const [slow] = await play(scenarios).finally(() => clearInterval(stalling));

    expect(failuresOf(slow === undefined ? [] : [slow])).toEqual([]);
    expect([quick?.failures, quick?.steps, quick?.passedMs]).toEqual([slow?.failures, slow?.steps, slow?.passedMs]);
  });
});

/** Nothing of this process is worked on meanwhile. */
function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
}

describe('time in a scenario', () => {
  it('stops where something is due, and nowhere else: months of a session cost a few reports', async () => {
    const [result] = await play({
      months: 'steps:\n  - dial: {subscriber: anna}\n  - wait: 300d\n    expect: {sessions: [{subscriber: anna}]}',
    });

    expect(failuresOf(result === undefined ? [] : [result])).toEqual([]);
    expect(result?.passedMs).toBeGreaterThan(299 * 86_400_000);
  });

  it('brings an expiry when it is due, though it falls in the middle of a wait', async () => {
    const expiring = network.replace('- {name: anna,', '- {name: anna, expires: "2026-03-12T00:00:00Z",');
    const results = await play(
      {
        expiry: `
start: 2026-03-10T12:00
steps:
  - dial: {subscriber: anna}
  - wait: 30d
    expect: {sessions: [{subscriber: anna, count: 0}], rows: [{router: north, menu: /log, where: {message: "<pppoe-anna>: disconnected"}, have: {time: 2026-03-12 00:00:00}}]}
  - dial: {subscriber: anna}
    expect: {accept: false, reason: expired}`,
      },
      expiring,
    );

    expect(failuresOf(results)).toEqual([]);
  });
});

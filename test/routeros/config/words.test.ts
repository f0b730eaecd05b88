import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { prepare, reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import { Inspections } from '../../../src/routeros/config/inspect.ts';
import { certaintyOf, isWrong, meant, wordsIn } from '../../../src/routeros/config/keywords.ts';
import { wrongWords } from '../../../src/routeros/config/wrong-words.ts';
import type { RouterOsSession, RunResult } from '../../../src/routeros/session.ts';
import { parseVersion } from '../../../src/routeros/versions.ts';
import { settle } from '../menus/support.ts';
import { configured, configuredLab } from './support.ts';

const { signal } = new AbortController();
const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };

type ConfiguredLab = Awaited<ReturnType<typeof configuredLab>>;

async function refusals(lab: ConfiguredLab, model: Model): Promise<string> {
  const { refusals: found } = await prepare(lab.target, model, { inventory: lab.inventory, guard, signal });
  return found.map(({ code, message }) => `${code} ${message}`).join('\n');
}

/** A filter rule with these properties. */
const rule = (fields: string) => `{/ip/firewall/filter: [{chain: forward, ${fields}}]}`;

describe('a word that the router does not know, in config', () => {
  it.each([
    ['an action', rule('action: acept'), /action takes accept, .*, not acept; did you mean accept\?/],
    ['an action that is another tool’s', rule('action: allow'), /action takes accept, .*, not allow$/],
    ['a beginning of one', rule('action: fasttrack'), /did you mean fasttrack-connection\?/],
    [
      'one of a list',
      rule('connection-state: "established,relatd", action: accept'),
      /not relatd; did you mean related\?/,
    ],
    ['a denied one', rule('protocol: "!tpc", action: drop'), /not tpc; did you mean tcp\?/],
    ['a yes or no', '{/ip/settings: {rp-filter: losse}}', /rp-filter takes .*loose.*, not losse; did you mean loose\?/],
    ['a yes or no alone', '{/ip/settings: {tcp-syncookies: yess}}', /tcp-syncookies takes no, yes, not yess/],
    [
      'a kind',
      '{/ip/hotspot/ip-binding: [{address: 10.0.0.9, type: bypased}]}',
      /type takes .*; did you mean bypassed\?/,
    ],
    ['a rate', '{/queue/simple: [{name: a, target: 10.0.0.7, max-limit: 10MM}]}', /max-limit takes rates .*, not 10MM/],
    [
      'a rate of a tree',
      '{/queue/tree: [{name: a, parent: global, max-limit: 5Mb}]}',
      /max-limit takes a rate .*, not 5Mb/,
    ],
  ])('is refused before anything is written: %s', async (_title, config, message) => {
    const model = configured(config);
    await using lab = await configuredLab(model);
    const before = JSON.stringify(lab.router.rows('/ip/firewall/filter'));

    const found = await refusals(lab, model);
    const { result } = await reconcileOnce(lab.target, model, { inventory: lab.inventory, guard, signal });

    expect(found).toMatch(/^LM_CONFIG_REFUSED network\.yaml:15:\d+: /);
    expect(found).toMatch(message);
    expect(result).toBe('refused');
    expect(JSON.stringify(lab.router.rows('/ip/firewall/filter'))).toBe(before);
  });

  it('is told of every row that has it', async () => {
    const model = configured(
      '{/ip/firewall/filter: [{chain: input, action: acept}, {chain: forward, action: acept}, {chain: output, action: drpo}]}',
    );
    await using lab = await configuredLab(model);

    const found = (await refusals(lab, model)).split('\n');

    expect(found.map((line) => /not (\w+)/.exec(line)?.[1])).toEqual(['acept', 'acept', 'drpo']);
  });
});

describe('words that are none of RouterOS’s own, in config', () => {
  it('are names and texts, and stand', async () => {
    const model = configured(`{
      /interface/bridge: [{name: br-lan}, {name: br-lam}],
      /interface/list: [{name: WAN}, {name: LAN}],
      /ip/firewall/filter: [
        {chain: forwarded, action: jump, jump-target: inputs, comment: acept},
        {chain: inputs, protocol: "47", action: add-src-to-address-list, address-list: acept, address-list-timeout: 1h},
        {chain: forward, in-interface: br-lam, connection-mark: no-marks, ipsec-policy: "in,ipsec", action: drop, log-prefix: acept}],
      /queue/simple: [{name: office, target: 10.0.0.7, max-limit: 10M/1.5M, burst-time: 10s, priority: 1/2}]}`);
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);

    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(3);
  });

  it('are actions of the log that the same plan makes', async () => {
    const model = configured(`{
      /system/logging/action: [{name: collector, target: remote, remote: 10.0.0.9}],
      /system/logging: [{topics: radius, action: collector}]}`);
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);

    expect(lab.router.rows('/system/logging')).toContainEqual(expect.objectContaining({ action: 'collector' }));
  });

  it('stand though the API loses most of what the router offers', async () => {
    const model = configured(rule('protocol: udp, connection-state: "established,new", action: drop'));
    await using lab = await configuredLab(model, { inspectDrops: 0.3 });

    await settle(lab, model, lab.inventory);

    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
  });
});

describe('what a router is asked about words', () => {
  class Told implements Pick<RouterOsSession, 'run'> {
    asked = 0;
    readonly #words: readonly string[];

    constructor(...words: readonly string[]) {
      this.#words = words;
    }

    async run(_command: string, { request = '' }: Readonly<Record<string, string>> = {}): Promise<RunResult> {
      this.asked += 1;
      return { rows: request === 'completion' ? this.#words.map((completion) => ({ completion })) : [] };
    }
  }

  const version = parseVersion('7.22.3');
  const row = (fields: Readonly<Record<string, string>>) => ({
    ...{ menu: '/novel', identity: '', owner: 'Router/core-1#config', fields },
  });
  const doubts = (word: string, count = 1) =>
    Array.from({ length: count }, () => ({
      ...{ row: row({ flavour: word }), field: 'flavour', word, certainty: 'nearly' as const },
    }));
  const asking = (session: Told, inspections = new Inspections()) => ({ session, version, inspections });
  const doubted = { path: '/novel', kind: 'rows' as const, desired: [] };

  it('is asked once for all rows, and not again for a router of the same version', async () => {
    const [told, inspections] = [new Told('plain', 'sour'), new Inspections()];

    await wrongWords({ ...doubted, doubts: doubts('sour', 500) }, asking(told, inspections), signal);
    await wrongWords({ ...doubted, doubts: doubts('sour', 500) }, asking(told, inspections), signal);

    expect(told.asked).toBe(1);
  });

  it('is not asked again about a word that was let pass', async () => {
    const [told, inspections] = [new Told('default', 'sour'), new Inspections()];
    await wrongWords({ ...doubted, doubts: doubts('office') }, asking(told, inspections), signal);
    const once = told.asked;

    expect(await wrongWords({ ...doubted, doubts: doubts('office') }, asking(told, inspections), signal)).toEqual([]);

    expect(told.asked).toBe(once);
  });

  it('is never more than so much: what there is no answer about is let be', async () => {
    const told = new Told();

    expect(await wrongWords({ ...doubted, doubts: doubts('sour', 100) }, asking(told), signal)).toEqual([]);

    expect(told.asked).toBe(3);
  });

  it('may be the names of rows, which are declared: those are no mistakes', async () => {
    const desired = [row({ name: 'office1' })];
    const named = { ...doubted, desired };

    expect(
      await wrongWords({ ...named, doubts: doubts('office2') }, asking(new Told('office1', 'home')), signal),
    ).toEqual([]);
    expect(
      await wrongWords({ ...doubted, doubts: doubts('sourr') }, asking(new Told('plain', 'sour')), signal),
    ).toHaveLength(1);
  });
});

describe('telling words of RouterOS from words of people', () => {
  const none = () => false;
  const offer = (words: readonly string[], notation = '') => ({ words: new Set(words), notation });

  it.each([
    ['action', 'surely'],
    ['connection-state', 'surely'],
    ['flavour', 'nearly'],
    ['in-interface-list', undefined],
    ['address-pool', undefined],
    ['chain', undefined],
    ['ipsec-policy', undefined],
  ])('%s is a word %s', (field, certainty) => expect(certaintyOf(field)).toBe(certainty));

  it.each([
    ['established,!relatd', ['established', 'relatd']],
    ['10M/50M', []],
    ['47', []],
    ['yes', []],
    ['10.0.0.1,pool1', ['pool1']],
  ])('%s has words', (value, words) => expect(wordsIn(value)).toEqual(words));

  it('leaves fields alone that take other values, too, or names that every router has', () => {
    expect(isWrong('offf', offer(['auto', 'off'], 'time interval'), 'nearly', none)).toBe(false);
    expect(isWrong('defalt', offer(['default', 'gold']), 'nearly', none)).toBe(false);
    expect(isWrong('papp', offer(['pap', 'chap'], 'pap|chap[,Authentication*]'), 'nearly', none)).toBe(true);
    expect(isWrong('anything', offer(['gold', 'silver']), 'nearly', none)).toBe(false);
  });

  it('never takes an offered word for wrong', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1 }), fc.nat(), fc.string(), (words, at, notation) => {
        const one = words[at % words.length] ?? '';
        expect(isWrong(one, offer(words, notation), 'surely', none)).toBe(false);
        expect(meant(one, new Set(words))).toBeDefined();
      }),
    );
  });
});

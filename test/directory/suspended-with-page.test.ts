import { describe, expect, it } from 'vitest';
import { loginOf, servedLogin } from '../../src/directory/row-meaning.ts';
import { directoryRows } from '../../src/directory/rows.ts';
import type { Model } from '../../src/model/model.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { SessionResult } from '../../src/reconcile/target.ts';
import { DirectoryLab, FakeSessions } from '../support/directory-lab.ts';
import { document, modelOf, operator, router } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { TempFolder } from '../support/temp-folder.ts';

const home = `access: [pppoe]
rate: {down: 20M, up: 5M}
sessions: {max: 2}
connections: 400
attributes: [{name: Mikrotik-Address-List, value: homes}]
onSuspend: {redirect: {rate: {down: 512k, up: 256k}}}`;

const network = (person: string, service = home): Model =>
  modelOf({
    'isp.yaml': operator,
    'core-1.yaml': router,
    'home.yaml': document('Service', 'home', service),
    'anna.yaml': document('Subscriber', 'anna', `service: home\nusername: anna\npassword: {derive: 1}\n${person}`),
  });
const active = network('');
const suspended = network('state: suspended\nreason: unpaid');

async function reconcile({ target }: DirectoryLab, model: Model): Promise<readonly SessionResult[]> {
  const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };
  const deps = { inventory: new MemoryInventory(), guard, signal: new AbortController().signal };
  const outcome = await reconcileOnce(target, model, deps);
  if (outcome.result === 'refused') throw new Error('refused');
  return outcome.sessions;
}

function loginIn(model: Model) {
  const [row] = directoryRows(model);
  if (row === undefined) throw new Error('no row');
  return loginOf(row);
}

describe('somebody suspended who is to meet a page', () => {
  it('keeps his address and the limit of sessions, slowly, on the list of the suspended alone', () => {
    const login = loginIn(network('state: suspended\nrouter: core-1\naddress: 10.0.0.250'));

    expect(servedLogin(login).limits).toEqual({
      interimSeconds: 120,
      address: '10.0.0.250',
      sessions: 2,
      rateLimit: '256k/512k',
      rate: { up: 256_000, down: 512_000 },
      addressLists: ['suspended'],
      page: { list: 'suspended' },
      attributes: [],
    });
    expect(login.limits).toMatchObject({ rateLimit: '5M/20M', addressLists: ['lastmile-connections-home'] });
  });

  it('is as fast as before when nothing else is said, and as he was while he is active', () => {
    const sameRate = network('state: suspended', home.replace(/redirect: .*/, 'redirect: {addressList: late}}'));

    expect(servedLogin(loginIn(sameRate)).limits).toMatchObject({ rateLimit: '5M/20M', addressLists: ['late'] });
    expect(servedLogin(loginIn(active)).limits.addressLists).toEqual(['lastmile-connections-home']);
  });
});

describe('a suspension with a page', () => {
  it('IS-03: ends the session on the way in and on the way back, since no CoA changes an address list', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, active);
    lab.sessions.online.set('anna', '81c00001');

    const cut = await reconcile(lab, suspended);
    lab.sessions.online.set('anna', '81c00002');
    const back = await reconcile(lab, active);

    expect(cut).toMatchObject([{ result: 'disconnected', effect: { why: 'suspended: unpaid' } }]);
    expect(back).toMatchObject([{ result: 'disconnected', effect: { why: 'active again' } }]);
  });

  it('leaves in peace who meets the page, whatever else is declared meanwhile', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, suspended);
    lab.sessions.online.set('anna', '81c00002');

    const otherReason = await reconcile(lab, network('state: suspended\nreason: still unpaid'));
    const faster = home.replace('20M', '40M').replace('connections: 400\n', '');
    const otherService = await reconcile(lab, network('state: suspended', faster));
    const longer = await reconcile(lab, network('state: suspended', `${faster.replace('max: 2', 'max: 3')}`));
    const otherList = await reconcile(
      lab,
      network('state: suspended', faster.replace('redirect: {', 'redirect: {addressList: late, ')),
    );

    expect([otherReason, otherService]).toEqual([[], []]);
    expect(longer).toMatchObject([{ result: 'changed' }]);
    expect(otherList).toMatchObject([{ result: 'disconnected' }]);
  });

  it('ends who is disabled, or loses the page', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, suspended);
    lab.sessions.online.set('anna', '81c00002');

    const noPage = await reconcile(lab, network('state: suspended', home.replace(/onSuspend.*/, '')));
    lab.sessions.online.set('anna', '81c00003');
    const disabled = await reconcile(lab, network('state: disabled'));

    expect(noPage).toMatchObject([{ result: 'disconnected', effect: { why: 'suspended' } }]);
    expect(disabled).toMatchObject([{ result: 'disconnected', effect: { why: 'disabled' } }]);
  });

  it('ends a session that was let in before it, and not one that was let in for the page', async () => {
    await using folder = await TempFolder.make();
    const inFull = new Set(['anna']);
    await using lab = await DirectoryLab.open(folder.path, new FakeSessions(), {
      acceptedInFull: (username) => inFull.has(username),
    });
    const session = { username: 'anna', sessionId: '81c00001' };
    await reconcile(lab, suspended);

    const late = lab.target.unwanted(session);
    inFull.clear();
    const forPage = lab.target.unwanted(session);

    expect(late).toMatchObject({ action: 'disconnect', why: 'suspended: unpaid' });
    expect(forPage).toBeUndefined();
  });

  it('tells a running session what holds for the page, not what is paid for', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, suspended);
    lab.sessions.online.set('anna', '81c00002');

    await reconcile(lab, network('state: suspended', home.replace('max: 2', 'max: 3')));

    expect(lab.sessions.asked).toEqual([{ action: 'change', username: 'anna', rate: '256k/512k' }]);
  });
});

describe('rows of a directory that an earlier version wrote', () => {
  it('lack fields, and nobody is put off the line for that', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const plain = network('', 'access: [pppoe]\nrate: {down: 20M, up: 5M}');
    const [row] = directoryRows(plain);
    if (row === undefined) throw new Error('no row');
    const added = ['session-max', 'lists', 'ipv6', 'routes', 'suspended', 'fallback'];
    const fields = Object.fromEntries(Object.entries(row.fields).filter(([name]) => !added.includes(name)));
    const { menu, identity, owner } = row;
    await lab.target.apply([{ action: 'create', menu, identity, owner, set: fields, after: { ...row, fields } }]);
    lab.sessions.online.set('anna', '81c00001');

    expect(await reconcile(lab, plain)).toEqual([]);
    expect(lab.sessions.online.has('anna')).toBe(true);
  });
});

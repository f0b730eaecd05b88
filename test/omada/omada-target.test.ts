import { describe, expect, it } from 'vitest';
import { planDocument } from '../../src/reconcile/plan.ts';
import { prepare, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { planText } from '../../src/review/plan-text.ts';
import { isFields } from '../../src/simulator/control-fields.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { never } from './support.ts';
import { clientSecret, guard, onePortal, radiusPortal, radiusSecret, sitesWith, targetLab } from './target-lab.ts';

type Lab = Awaited<ReturnType<typeof targetLab>>;

function portalNamed(lab: Lab, wanted: string, site = 'Default') {
  return [...lab.settings(site).portals.values()].find(({ name }) => name === wanted);
}

function opened(lab: Lab, site = 'Default') {
  return lab
    .settings(site)
    .policies()
    .map(({ idInt: _number, ...policy }) => policy);
}

/** Somebody changes a portal by hand. */
function change(lab: Lab, name: string, fields: object): void {
  for (const [id, portal] of lab.settings().portals) {
    if (portal['name'] === name) lab.settings().portals.set(id, { ...portal, ...fields });
  }
}

describe('a controller on which nothing is set up', () => {
  it('has the portal, its host and walled garden after one run, and a second is empty', async () => {
    await using lab = await targetLab();

    expect(await lab.apply(lab.model)).toMatchObject({ result: 'applied', failed: [] });

    const [guests, cafe] = lab.settings().ssids;
    expect(portalNamed(lab, 'Guests')).toMatchObject({
      enable: true,
      authType: 4,
      ssidList: [cafe?.id, guests?.id],
      externalPortal: { hostType: 2, serverUrlScheme: 'https', serverUrl: 'portal.example/p/cafe' },
    });
    expect(lab.settings().access).toMatchObject({ preAuthAccessEnable: true, freeAuthClientEnable: false });
    expect(opened(lab)).toEqual([
      { type: 2, url: 'portal.example' },
      { type: 2, url: 'pay.example' },
      { type: 2, url: '*.bank.example' },
      { type: 1, ip: '203.0.113.0', subnetMask: 24 },
      { type: 1, ip: '198.51.100.7', subnetMask: 32 },
    ]);
    const { writes } = lab.omada.openApi.counters;
    expect(await lab.apply(lab.model)).toMatchObject({ plan: { changes: [] } });
    expect(lab.omada.openApi.counters.writes).toBe(writes);
  });

  it('has a plan without secrets', async () => {
    await using lab = await targetLab();
    const model = lab.modelWith(sitesWith(onePortal, radiusPortal));
    const deps = { inventory: lab.inventory, guard, signal: never };

    const { plan, refusals } = await prepare(lab.target, model, deps);

    const part = {
      target: { name: 'roof', state: 'observed' },
      plan,
      refusals,
      cause: 'git',
      sessionsKnown: true,
    } as const;
    const text = planText(planDocument('golden', [part]), false);
    expect(text).not.toContain(radiusSecret);
    await expect(text).toMatchFileSnapshot('plan.txt');
  });

  it('shows no portal before guests can reach its page', async () => {
    await using lab = await targetLab();

    const { plan } = await prepare(lab.target, lab.model, { inventory: lab.inventory, guard, signal: never });

    const menus = plan.levels.map((level) => [...new Set(level.map(({ menu }) => menu))]);
    expect(menus).toEqual([['/pre-authentication', '/pre-authentication/access'], ['/portal']]);
  });

  it('sends guests of its SSIDs to the declared page from then on', async () => {
    await using lab = await targetLab();
    await lab.apply(lab.model);
    await lab.omada.join({ mac: '52-DE-63-00-00-01', ssid: 'Guests' });
    await lab.omada.join({ mac: '52-DE-63-00-00-02', ssid: 'Members' });

    const [guest, member] = ['52-DE-63-00-00-01', '52-DE-63-00-00-02'].map((mac) =>
      lab.omada.redirectFor(mac, 'http://example.com/'),
    );

    expect(guest).toMatch(/^https:\/\/portal\.example\/p\/cafe\?clientMac=52-DE-63-00-00-01&/);
    expect(member).toMatch(/^http:\/\/nobody\.test\//);
  });

  it('gets our RADIUS servers and a portal that asks them', async () => {
    await using lab = await targetLab();
    const model = lab.modelWith(sitesWith(radiusPortal));

    expect(await lab.apply(model)).toMatchObject({ result: 'applied', failed: [] });

    const [[id, profile] = []] = lab.settings().profiles;
    expect(profile).toMatchObject({
      name: 'lastmile Members',
      authServer: [{ radiusServerIp: '192.0.2.1', radiusPort: 1812, radiusPwd: radiusSecret }],
      radiusAccountingEnable: true,
      acctServer: [{ accountingServerIp: '192.0.2.1', accountingServerPort: 1813, accountingServerPwd: radiusSecret }],
      interimUpdateEnable: true,
    });
    expect(portalNamed(lab, 'Members')).toMatchObject({
      authType: 2,
      externalRadius: { radiusProfileId: id, nasId: 'roof', portalCustom: 1 },
    });
    expect(await lab.apply(model)).toMatchObject({ plan: { changes: [] } });
  });
});

describe('a controller in use', () => {
  it('keeps what others set up: portals, hosts, and settings that are not declared', async () => {
    await using lab = await targetLab();
    const theirs = { name: 'Theirs', enable: true, authType: 11, ssidList: [] };
    lab.settings().portals.set('p1', theirs);
    lab.settings().setAccess({ ...lab.settings().access, preAuthAccessPolicies: [{ type: 2, url: 'their.example' }] });

    await lab.apply(lab.model);
    change(lab, 'Guests', { landingPage: 2, landingUrl: 'their.example', enable: false });
    await lab.apply(lab.model);

    expect(lab.settings().portals.get('p1')).toEqual(theirs);
    expect(lab.settings().policies()[0]).toEqual({ type: 2, url: 'their.example', idInt: 1 });
    expect(portalNamed(lab, 'Guests')).toMatchObject({ enable: true, landingPage: 2, landingUrl: 'their.example' });
  });

  it.each([
    ['switched off', { enable: false }],
    ['another page', { externalPortal: { hostType: 2, serverUrlScheme: 'http', serverUrl: 'evil.example/' } }],
    ['another type', { authType: 11 }],
    ['an SSID less', { ssidList: [] }],
  ])('has drift mended: %s', async (_, fields) => {
    await using lab = await targetLab();
    await lab.apply(lab.model);
    const before = portalNamed(lab, 'Guests');
    change(lab, 'Guests', fields);

    expect(await lab.apply(lab.model)).toMatchObject({ result: 'applied', failed: [] });

    expect(portalNamed(lab, 'Guests')).toEqual(before);
  });

  it('has a host put back that somebody took out, and the list switched on again', async () => {
    await using lab = await targetLab();
    await lab.apply(lab.model);
    lab.settings().setAccess({ ...lab.settings().access, preAuthAccessEnable: false, preAuthAccessPolicies: [] });

    expect(await lab.apply(lab.model)).toMatchObject({ result: 'applied', failed: [] });

    expect(opened(lab)).toHaveLength(5);
    expect(lab.settings().access).toMatchObject({ preAuthAccessEnable: true });
  });

  it('has the shared secret put back, which no plan shows', async () => {
    await using lab = await targetLab();
    const model = lab.modelWith(sitesWith(radiusPortal));
    await lab.apply(model);
    for (const [id, profile] of lab.settings().profiles) {
      lab.settings().profiles.set(id, { ...profile, authServer: [{ ...firstServer(profile), radiusPwd: 'other' }] });
    }

    const outcome = await lab.apply(model);

    expect(outcome).toMatchObject({ result: 'applied', plan: { changes: [{ action: 'update' }] } });
    expect(JSON.stringify(outcome.plan)).not.toContain(radiusSecret);
    expect([...lab.settings().profiles.values()].map(firstServer)).toMatchObject([{ radiusPwd: radiusSecret }]);
  });

  it('loses what is no longer declared, also at a site that is not, and nothing else', async () => {
    await using lab = await targetLab();
    const beach = `{name: Beach/Bar, portals: [${radiusPortal.replaceAll('Members', 'Beach')}]}`;
    const both = sitesWith(onePortal).replace(/\]$/, `, ${beach}]`);
    await lab.apply(lab.modelWith(both));
    expect(portalNamed(lab, 'Beach', 'Beach/Bar')).toBeDefined();
    lab.settings('Beach/Bar').portals.set('p9', { name: 'Theirs', authType: 0, enable: true });

    const outcome = await lab.apply(lab.model);

    expect(outcome).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_TOO_MANY_DELETES' }] });
    const limits = { deleteLimits: { always: 100, share: 1, most: 100 } };
    const deps = { inventory: lab.inventory, guard: limits, signal: never };
    expect(await reconcileOnce(lab.target, lab.model, deps)).toMatchObject({ result: 'applied', failed: [] });
    expect([...lab.settings('Beach/Bar').portals.values()].map(({ name }) => name)).toEqual(['Theirs']);
    expect([...lab.settings('Beach/Bar').profiles]).toEqual([]);
    expect(lab.settings('Beach/Bar').access).toMatchObject({ preAuthAccessEnable: false, preAuthAccessPolicies: [] });
    expect(portalNamed(lab, 'Guests')).toBeDefined();
    expect(await lab.apply(lab.model)).toMatchObject({ plan: { changes: [] } });
  });
});

describe('what a controller does not have', () => {
  it('an SSID: is told in the plan, and the portal alone fails', async () => {
    await using lab = await targetLab();
    const model = lab.modelWith(sitesWith('{name: Guests, ssids: [Gusts], site: cafe}', radiusPortal));

    const outcome = await lab.apply(model);

    expect(outcome).toMatchObject({
      result: 'partial',
      failed: [{ address: 'roof/portal/Default/Guests', error: 'there is no SSID Gusts' }],
    });
    expect(outcome.plan.findings).toMatchObject([
      { code: 'LM_OMADA_NO_SSID', message: expect.stringMatching(/"Gusts".*there is "Guests", "Café, 5 GHz"/) },
    ]);
    expect(portalNamed(lab, 'Members')).toBeDefined();
  });

  it('a site: is told with those there are', async () => {
    await using lab = await targetLab();
    const model = lab.modelWith(
      sitesWith(onePortal).replace(/\]$/, ', {name: Lobby, portals: [{name: L, ssids: [L], site: cafe}]}]'),
    );

    const { plan } = await prepare(lab.target, model, { inventory: lab.inventory, guard, signal: never });

    expect(plan.findings).toMatchObject([
      { code: 'LM_OMADA_NO_SITE', message: expect.stringContaining('there is "Default", "Beach/Bar"') },
    ]);
  });

  it('an SSID of its own: one that shows another portal is told', async () => {
    await using lab = await targetLab();
    const ssidList = lab.settings().ssids.map(({ id }) => id);
    lab.settings().portals.set('p1', { name: 'Theirs', enable: true, authType: 11, ssidList });

    const { plan } = await prepare(lab.target, lab.model, { inventory: lab.inventory, guard, signal: never });

    expect(plan.findings[0]).toMatchObject({
      code: 'LM_OMADA_SSID_TAKEN',
      message: expect.stringContaining('"Theirs"'),
    });
  });
});

describe('the OpenAPI of a controller', () => {
  it('is asked with one token, which is renewed when its time is over', async () => {
    const clock = new ManualClock();
    await using lab = await targetLab({ clock, tokenLifetimeMs: 600_000 });
    const { counters } = lab.omada.openApi;
    await lab.apply(lab.model);
    expect(counters).toMatchObject({ tokens: 1, refreshes: 0 });

    clock.advance(595_000);
    await lab.apply(lab.model);

    expect(counters).toMatchObject({ tokens: 2, refreshes: 1 });
  });

  it.each([
    ['renewed', { refreshes: false }, { tokens: 2, refreshes: 1 }],
    ['asked for anew when it cannot be renewed', { refreshes: true }, { tokens: 2, refreshes: 0 }],
  ])('has a token that the controller forgot %s', async (_, how, counted) => {
    await using lab = await targetLab();
    await lab.apply(lab.model);
    lab.omada.openApi.expire(how);

    expect(await lab.apply(lab.model)).toMatchObject({ plan: { changes: [] } });

    expect(lab.omada.openApi.counters).toMatchObject(counted);
  });

  it('refuses wrong credentials in words without them', async () => {
    await using lab = await targetLab({ clientSecret: 'wr0ng-s3cret-here' });

    const seen = lab.target.observe(never);

    await expect(seen).rejects.toThrow(/refuses clientId and clientSecret.*\(-44106\)/);
    await expect(seen).rejects.not.toThrow(/wr0ng/);
    await expect(seen).rejects.toMatchObject({ code: 'LM_OMADA_REFUSED', retry: 'never' });
    expect(lab.omada.openApi.counters).toMatchObject({ refusedTokens: 1 });
  });

  it('is sent nothing when another certificate is shown than the pinned one', async () => {
    await using lab = await targetLab({ fingerprint: 'ab'.repeat(32) });

    await expect(lab.target.observe(never)).rejects.toMatchObject({ code: 'LM_OMADA_UNTRUSTED' });

    expect(lab.omada.counters.info).toBe(0);
    expect(lab.omada.openApi.counters).toMatchObject({ tokens: 0, refusedTokens: 0 });
  });

  it('is told apart from a controller that is away', async () => {
    await using lab = await targetLab();
    await lab.omada[Symbol.asyncDispose]();

    await expect(lab.target.observe(never)).rejects.toMatchObject({ code: 'LM_OMADA_UNREACHABLE', retry: 'backoff' });
  });

  it('OM-02: is told to be missing on v4', async () => {
    await using lab = await targetLab({ version: '4.4.6' });

    await expect(lab.target.observe(never)).rejects.toThrow('is version 4.4.6, which has no OpenAPI');
  });

  it('OM-03: is found below another id when the controller got a new one', async () => {
    await using lab = await targetLab();
    await lab.apply(lab.model);
    lab.omada.behaviour.id = 'decaf';

    expect(await lab.apply(lab.model)).toMatchObject({ plan: { changes: [] } });
  });

  it('is read page by page', async () => {
    const names = Array.from({ length: 105 }, (_, at) => `Site ${at}`);
    const sites = [...names, 'Default'].map((name) => ({
      name,
      portalUrl: 'http://nobody.test/',
      ssids: ['Guests', 'Café, 5 GHz'],
    }));
    await using lab = await targetLab({ sites });

    expect(await lab.apply(lab.model)).toMatchObject({ result: 'applied', failed: [] });
  });

  it('keeps its secret to itself', async () => {
    await using lab = await targetLab();
    const [controller] = lab.model.omadaControllers;

    expect(JSON.stringify({ controller, target: lab.target })).not.toContain(clientSecret);
  });
});

function firstServer(profile: Readonly<Record<string, unknown>>): object {
  const servers = profile['authServer'];
  const [first] = Array.isArray(servers) ? (servers as readonly unknown[]) : [];
  return isFields(first) ? first : {};
}

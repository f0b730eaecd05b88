import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CafeNetwork, cafeCanaries } from '../support/cafe.ts';

const clientSecret = 'canary-client-secret-71aa';
const probe = 'http://connectivitycheck.gstatic.com/generate_204';

/** A café whose controller has an OpenAPI, and a terrace on which no portal is set up. */
function terrace(): Promise<CafeNetwork> {
  return CafeNetwork.start({
    omada: {
      application: { clientId: 'lastmile', clientSecret },
      sites: [{ name: 'Terrace', portalUrl: 'http://nobody.example/', ssids: ['Terrace'] }],
    },
  });
}

/** The declaration that `discover` gives, with what is to be kept there. */
async function declareWhatIsFound(cafe: CafeNetwork): Promise<void> {
  const found = await cafe.discover('-o', 'yaml', '--name', 'terrace');
  expect(found).toMatchObject({ code: 0, err: '' });
  const site = readFileSync(join(cafe.dir, 'site.yaml'), 'utf8').split('---\n', 1)[0] ?? '';
  const controller = found.out
    .replace(/username: .*/, 'username: portal')
    .replace(/password:\n +env: .*/, `password: ${cafeCanaries.operator}`);
  const kept = `  openapi: {clientId: lastmile, clientSecret: ${clientSecret}}
  sites: [{name: Terrace, portals: [{name: Guests, ssids: [Terrace], site: cafe}]}]
`;
  cafe.write('site.yaml', `${site}---\n${controller}${kept}`);
  cafe.commit('the terrace is kept');
}

describe('an Omada controller, from discovery to the first guest', () => {
  it('OM-19: is found, declared, planned and applied, and lets a guest in by the page it was given', async () => {
    await using cafe = await terrace();
    await declareWhatIsFound(cafe);
    const only = ['--target', 'terrace'];

    const plan = await cafe.lastmile('plan', cafe.dir, ...only, '--detailed-exitcode');
    expect(plan).toMatchObject({ code: 2, err: '' });
    expect(plan.out).toContain('page = http://portal.cafe.example/p/cafe');
    const applied = await cafe.lastmile('apply', cafe.dir, ...only, '--auto-approve');
    expect(applied).toMatchObject({ code: 0 });
    const again = await cafe.lastmile('plan', cafe.dir, ...only, '--detailed-exitcode');
    expect(again).toMatchObject({ code: 0 });

    await using daemon = await cafe.running();
    const { browser } = await cafe.terraceGuest('02:00:5E:00:53:01');
    const page = await browser.get(probe);
    await browser.submit(page, { username: 'gina@cafe.example', password: cafeCanaries.gina });

    expect(page.heading).toBe('Welcome');
    expect(cafe.omada.clients()).toMatchObject([{ authorised: true }]);
    const status = await cafe.lastmile('status', 'terrace', '-o', 'json');
    expect(JSON.parse(status.out)).toMatchObject({ targets: [{ name: 'terrace' }], controllers: [{ answered: true }] });
    const said = [plan.out, applied.out, applied.err, status.out, daemon.complaints].join('\n');
    expect(said).not.toContain(clientSecret);
  });

  it('that is away is told, and the rest is applied', async () => {
    await using cafe = await terrace();
    await declareWhatIsFound(cafe);
    await cafe.omada[Symbol.asyncDispose]();

    const applied = await cafe.lastmile('apply', cafe.dir, '--auto-approve');

    expect(applied.code).toBe(5);
    expect(applied.out + applied.err).toMatch(/terrace.*refused the connection/);
    expect(cafe.router.rows('/ip/hotspot').length).toBe(1);
  });
});

describe('lastmile discover omada', () => {
  it('tells people what to declare, and programs what it found; refuses another certificate than the one given', async () => {
    await using cafe = await terrace();

    const [words, data] = [await cafe.discover(), await cafe.discover('-o', 'json')];

    const { fingerprint = '' } = cafe.omada.certificate ?? {};
    expect(words.out).toMatch(/^version +5\.15\.24\.19 \(v5\)$/m);
    expect(words.out).toContain(`fingerprint  ${fingerprint}`);
    expect(words.out).toContain('Compare the fingerprint');
    expect(JSON.parse(data.out)).toMatchObject({ id: cafe.omada.behaviour.id, certificate: { fingerprint } });
    expect(await cafe.discover('--fingerprint', 'ab'.repeat(32))).toMatchObject({
      code: 1,
      err: expect.stringContaining('shows another certificate than the pinned one'),
    });
    expect(await cafe.discover('--fingerprint', 'ab')).toMatchObject({ code: 64 });
  });
});

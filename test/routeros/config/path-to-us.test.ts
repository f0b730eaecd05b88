import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { documentAt } from '../../docs/document.ts';
import { document, lines, load, modelOf, operator } from '../../support/manifest.ts';
import { settle } from '../menus/support.ts';
import { configuredLab } from './support.ts';

interface Recipe {
  readonly spec: { readonly address: string; readonly config: Readonly<Record<string, unknown>> };
}

/** The tunnel as docs/routeros.md has it. */
function recipe(): Recipe {
  const block = documentAt('docs/routeros.md').blocks.find(({ text }) => text.includes('/interface/wireguard/peers'));
  if (block === undefined) throw new Error('no recipe');
  return parse(block.text) as Recipe;
}

/** A router with it, as people paste it in. */
function network(): Readonly<Record<string, string>> {
  const spec = { ...recipe().spec, api: { username: 'lastmile', password: { derive: 1 } } };
  const servers = operator.replace('192.0.2.1', '10.255.0.1');
  return { 'n.yaml': [servers, document('Router', 'core-1', JSON.stringify(spec))].join('---\n') };
}

describe('the documented tunnel to us', () => {
  it('IW-26: is made by one apply, left alone by the next, with a private key that only the router has', async () => {
    const model = modelOf(network());
    await using lab = await configuredLab(model);

    const { plan } = await settle(lab, model, lab.inventory);

    const [tunnel] = lab.router.rows('/interface/wireguard');
    expect(tunnel).toMatchObject({ name: 'lastmile', 'listen-port': '51820' });
    expect(lab.router.rows('/interface/wireguard/peers')).toMatchObject([
      { interface: 'lastmile', 'endpoint-address': '203.0.113.10', 'allowed-address': '10.255.0.1/32' },
    ]);
    expect(lab.router.rows('/ip/address')).toMatchObject([{ address: '10.255.0.2/30', interface: 'lastmile' }]);
    expect(lab.router.rows('/radius')).toMatchObject([{ address: '10.255.0.1', 'src-address': '10.255.0.2' }]);
    expect(JSON.stringify(plan)).not.toContain('private-key');
  });

  it.each([
    ['another endpoint', '/interface/wireguard/peers', { 'endpoint-address': '198.51.100.1' }],
    ['another prefix', '/interface/wireguard/peers', { 'allowed-address': '10.255.0.0/24' }],
    ['another port', '/interface/wireguard', { 'listen-port': '13231' }],
    ['no RADIUS through it', '/radius', { 'src-address': '192.0.2.7' }],
  ])('IW-26: is set back where somebody set %s', async (_, menu, set) => {
    const model = modelOf(network());
    await using lab = await configuredLab(model);
    await settle(lab, model, lab.inventory);
    const key = lab.router.rows('/interface/wireguard')[0]?.['private-key'];
    lab.router.set(menu, lab.router.rows(menu)[0]?.['.id'], set);

    const { plan } = await settle(lab, model, lab.inventory);

    expect(plan.changes).toMatchObject([
      { action: 'update', menu, set: { [Object.keys(set)[0] ?? '']: expect.anything() } },
    ]);
    expect(lab.router.rows('/interface/wireguard')[0]?.['private-key']).toBe(key);
  });

  it('IW-26: has nothing said of a public path', () => {
    expect(lines(load(network())).filter((line) => line.includes('LM_RADIUS_PUBLIC'))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { document, lines, load } from '../../support/manifest.ts';

function said(server: string, source: string, more = ''): readonly string[] {
  const operator = `masterKey: {env: LASTMILE_SECRET_MASTER}\nradius: {servers: [{name: main, address: ${server}}]}`;
  const router = `address: 10.0.0.1\nradius: {secret: {derive: 1}, clientAddress: ${source}}\n${more}`;
  const text = [document('Operator', 'isp', operator), document('Router', 'core-1', router)].join('---\n');
  return lines(load({ 'network.yaml': text })).filter((line) => line.includes('LM_RADIUS_PUBLIC'));
}

describe('RADIUS over a path that others own', () => {
  it('IW-26: is warned of, with the tunnel as mend', () => {
    expect(said('8.8.4.4', '9.9.9.9')).toEqual([
      expect.stringMatching(/"core-1" \(9\.9\.9\.9\) goes to 8\.8\.4\.4 over the public network/),
    ]);
    expect(said('2001:4860:4860::8888', '2606:4700::1111')).toHaveLength(1);
  });

  it.each(['10.255.0.2', '100.64.0.9', '192.168.7.2', 'fd00::2'])(
    'IW-26: is warned of behind NAT, where no tunnel is declared that leads to the server (%s)',
    (source) => {
      const server = source.includes(':') ? '2001:4860:4860::8888' : '8.8.4.4';
      const through = (prefix: string) =>
        said(server, source, `config: {/interface/wireguard/peers: [{interface: wg, allowed-address: "${prefix}"}]}`);

      expect(said(server, source)).toEqual([expect.stringContaining(`(${source}) goes to ${server} over the public`)]);
      expect(through('10.255.0.1/32,fd00::1/128')).toHaveLength(1);
      expect(through(`10.255.0.1/32, ${server}`)).toEqual([]);
      expect(through('0.0.0.0/0,::/0')).toEqual([]);
    },
  );

  it('IW-26: is not for us to judge where others tell a private client whom it asks', () => {
    const clients = 'clients: [{name: wlc, clientAddress: 10.255.0.2, secret: {derive: 1}}]';
    const spec = `masterKey: {env: LASTMILE_SECRET_MASTER}
radius: {servers: [{name: main, address: 8.8.4.4}], ${clients}}`;

    expect(lines(load({ 'n.yaml': document('Operator', 'isp', spec) })).join()).not.toContain('LM_RADIUS_PUBLIC');
  });

  it.each([
    ['10.255.0.1', '9.9.9.9'],
    ['10.255.0.1', '10.255.0.2'],
    ['127.0.0.1', '127.0.0.2'],
    ['192.0.2.1', '198.51.100.7'],
  ])('IW-26: is none between %s and %s', (server, source) => {
    expect(said(server, source)).toEqual([]);
  });
});

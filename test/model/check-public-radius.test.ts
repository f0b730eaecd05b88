import { describe, expect, it } from 'vitest';
import { document, lines, load } from '../support/manifest.ts';

function said(server: string, source: string): readonly string[] {
  const operator = `masterKey: {env: LASTMILE_SECRET_MASTER}\nradius: {servers: [{name: main, address: ${server}}]}`;
  const router = `address: 10.0.0.1\nradius: {secret: {derive: 1}, clientAddress: ${source}}`;
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

  it.each([
    ['10.255.0.1', '9.9.9.9'],
    ['8.8.4.4', '10.255.0.2'],
    ['8.8.4.4', '100.64.0.9'],
    ['127.0.0.1', '127.0.0.2'],
    ['192.0.2.1', '198.51.100.7'],
  ])('IW-26: is none between %s and %s', (server, source) => {
    expect(said(server, source)).toEqual([]);
  });
});

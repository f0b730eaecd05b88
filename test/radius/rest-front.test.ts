import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { hidePassword } from '../../src/radius/packet/password.ts';
import { attributesOf } from '../../src/radius/rest/rest-attributes.ts';
import { authenticatorOf, coreNas, login, startServer, testKey } from './support.ts';

const text = (value: string) => ({ type: 'string', value: [value] });
const pap = { 'User-Name': text('anna'), 'User-Password': text('correct horse') };
const words = (encoded: readonly Uint8Array[]) => {
  const packet = Buffer.concat(encoded);
  return describeAttributes(packet, 0, packet.length).map(({ name, value }) => `${name}=${value}`);
};

describe('a request as rlm_rest writes it', () => {
  it('becomes attributes: names and numbers of values, octets, times, tags; what is FreeRADIUS’ own is left out', () => {
    const encoded = attributesOf(
      {
        'User-Name': text('0x41'),
        'Service-Type': { type: 'integer', value: ['Framed-User'] },
        'NAS-Port-Type': { type: 'integer', value: [15] },
        'NAS-IP-Address': { type: 'ipaddr', value: ['192.0.2.1'] },
        'MS-CHAP-Challenge': { type: 'octets', value: ['0x0102030405060708'] },
        'Event-Timestamp': { type: 'date', value: ['Nov 22 2026 09:00:00 UTC'] },
        'Tunnel-Type:1': { type: 'integer', value: ['VLAN'] },
        'Reply-Message': { type: 'string', value: ['one', 'two'] },
        'Message-Authenticator': { type: 'octets', value: ['0x00'] },
        'Tmp-String-0': text('nothing of ours'),
        'Session-Timeout': text('not a number'),
      },
      authenticatorOf(1),
      testKey,
    );

    expect(words(encoded)).toEqual([
      'User-Name=0x41',
      'Service-Type=Framed-User',
      'NAS-Port-Type=Ethernet',
      'NAS-IP-Address=192.0.2.1',
      'MS-CHAP-Challenge=0x0102030405060708',
      `Event-Timestamp=${Date.UTC(2026, 10, 22, 9) / 1000}`,
      'Tunnel-Type:1=VLAN',
      'Reply-Message=one',
      'Reply-Message=two',
    ]);
  });

  it('has its password hidden as in a packet', () => {
    const [password] = attributesOf({ 'User-Password': text('pässword') }, authenticatorOf(1), testKey);

    expect(password?.subarray(2)).toEqual(hidePassword(Buffer.from('pässword'), authenticatorOf(1), testKey));
  });
});

describe('an answer as rlm_rest reads it', () => {
  it('holds every attribute once, with all its values, and is not expanded', async () => {
    const attributes = [
      { name: 'Mikrotik-Address-List', value: 'a' },
      { name: 'Framed-Route', value: '10.0.0.0/8 %{x}' },
      { name: 'Framed-Route', value: '10.1.0.0/16' },
      { name: 'Tunnel-Password:1', value: new Secret('hush') },
      { name: 'Attr-26.2352.99', value: '0x0102' },
    ];
    await using bench = await startServer([login('anna', { limits: { interimSeconds: 120, attributes } })]);

    const answer = await bench.server.rest.ask({ kind: 'access', nas: '127.0.0.1', body: pap });

    expect(answer).toEqual({
      status: 200,
      body: {
        'control:Auth-Type': { op: ':=', value: ['Accept'], do_xlat: false },
        'reply:Mikrotik-Address-List': { op: ':=', value: ['a'], do_xlat: false },
        'reply:Framed-Route': { op: '+=', value: ['10.0.0.0/8 %{x}', '10.1.0.0/16'], do_xlat: false },
        'reply:Tunnel-Password:1': { op: ':=', value: ['hush'], do_xlat: false },
        'reply:Attr-26.2352.99': { op: ':=', value: ['0x0102'], do_xlat: false },
        'reply:Acct-Interim-Interval': { op: ':=', value: [120], do_xlat: false },
        'reply:Class': { op: ':=', value: [expect.stringMatching(/^0x02[0-9a-f]{48}$/)], do_xlat: false },
      },
    });
  });

  it('says why by its status', async () => {
    await using bench = await startServer([login('anna')]);
    const { rest } = bench.server;
    const ask = (body: Parameters<typeof rest.ask>[0]['body'], nas = '127.0.0.1') =>
      rest.ask({ kind: 'access', nas, body });

    const wrong = await ask({ ...pap, 'User-Password': text('wrong') });
    const eap = await ask({ ...pap, 'EAP-Message': { type: 'octets', value: ['0x0201000501'] } });
    const unknown = await ask(pap, '192.0.2.99');
    const incomplete = await rest.ask({ kind: 'accounting', nas: '127.0.0.1', body: { 'User-Name': text('anna') } });
    const long = await ask({ ...pap, 'User-Password': text('x'.repeat(129)) });
    bench.sink.fail = true;
    const body = { ...pap, 'Acct-Status-Type': text('Start'), 'Acct-Session-Id': text('81000001') };
    const broken = await rest.ask({ kind: 'accounting', nas: '127.0.0.1', body });

    expect([wrong, eap, unknown, incomplete, long, broken].map(({ status }) => status)).toEqual([
      401, 400, 503, 400, 400, 503,
    ]);
    expect(wrong.body).toEqual({
      'reply:Reply-Message': { op: ':=', value: ['Wrong username or password'], do_xlat: false },
    });
  });

  it('is about the NAS that the request names where FreeRADIUS does not say whom it heard', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [
      { ...coreNas, clientAddress: '192.0.2.1' },
      { ...coreNas, name: 'edge-2', nasIdentifier: 'edge-2', clientAddress: '192.0.2.1' },
    ];
    const body = { ...pap, 'NAS-IP-Address': text('192.0.2.1'), 'NAS-Identifier': text('edge-2') };

    const answer = await bench.server.rest.ask({ kind: 'access', body });
    const other = await bench.server.rest.ask({ kind: 'access', body: { ...body, 'NAS-Identifier': text('edge-3') } });

    expect([answer.status, other.status]).toEqual([200, 400]);
    expect(bench.decisions.of('anna')).toMatchObject([{ nas: 'edge-2' }]);
  });

  it('of a learning NAS teaches nothing about its packets', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [{ ...coreNas, messageAuthenticator: 'learn' }];

    await bench.server.rest.ask({ kind: 'access', nas: '127.0.0.1', body: pap });

    expect(bench.server.findings()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { DeclaredEap, givenUpDecision } from '../../../src/daemon/logins/declared-eap.ts';
import { Directory } from '../../../src/directory/directory.ts';
import type { EapSettings } from '../../../src/model/kinds/radius.ts';
import type { Model } from '../../../src/model/model.ts';
import { ca, fillRandom, settings } from '../../eap/support.ts';
import { coreNas } from '../../radius/support.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const modelWith = (eap: EapSettings): Pick<Model, 'operator'> =>
  ({ operator: { radius: { eap } } }) as unknown as Pick<Model, 'operator'>;

describe('EAP as declared', () => {
  it('tells a month before that its certificate ends, and when it has', () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    using eap = new DeclaredEap({ clock, random: fillRandom, log: { error: () => undefined } });
    const pair = ca.issue({ commonName: 'radius.example', until: '260211120000Z' });
    eap.use(modelWith(settings({ certificate: new Secret(pair.certificate), key: new Secret(pair.key) })));

    const early = eap.findings();
    clock.advance(20 * 86_400_000);
    const soon = eap.findings();
    clock.advance(30 * 86_400_000);
    const late = eap.findings();

    expect(early).toEqual([]);
    expect(soon).toEqual(['radius.eap: the certificate ends on 2026-02-11']);
    expect(late).toEqual(['radius.eap: the certificate has ended on 2026-02-11']);
  });

  it('shows a device that gave up at the NAS it came by', () => {
    const what = { identity: 'anna', source: '192.0.2.1', method: 'peap', rounds: 4 };
    const directory = new Directory();
    directory.putNas(coreNas);

    const known = givenUpDecision({ ...what, source: coreNas.clientAddress }, directory, 5);

    expect(known).toMatchObject({ nas: coreNas.name, username: 'anna', verdict: 'silent', reason: 'eap-given-up' });
    expect(givenUpDecision(what, new Directory(), 5)).toMatchObject({ nas: '192.0.2.1', method: 'peap', at: 5 });
  });

  it('goes on with what it had when TLS does not take what is declared now, and says so', () => {
    const told: string[] = [];
    const log = { error: (_: object, message: string) => void told.push(message) };
    using eap = new DeclaredEap({ clock: new ManualClock(), random: fillRandom, log });
    eap.use(modelWith(settings()));

    eap.use(modelWith(settings({ key: new Secret('nonsense') })));
    const broken = eap.findings();
    eap.use(modelWith(settings()));

    expect(broken).toEqual(['radius.eap: TLS takes no such certificate, key or authority for EAP']);
    expect(told).toEqual(['EAP goes on with the certificates it had']);
    expect(eap.findings()).toEqual([]);
  });
});

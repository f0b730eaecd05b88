import { describe, expect, it } from 'vitest';
import { errorsOf, load, modelOf, operator } from '../support/manifest.ts';

/** A repository with this Operator's `radius` and these clients. */
const files = (clients: string, radius = '') => ({
  'operator.yaml': operator.replace('  radius:\n', `  radius:\n${radius}    clients: [${clients}]\n`),
});
const client = (more: string, address = '192.0.2.50') =>
  `{name: ap-${address.replace(/\W/g, '-')}, clientAddress: ${address}, secret: a-shared-secret-of-32-characters${more}}`;
const clientOf = (more: string, radius = '') => modelOf(files(client(more), radius)).operator.radius.clients[0];
const said = (text: ReturnType<typeof files>) =>
  load(text).issues.map(({ severity, code, message }) => `${severity} ${code} ${message}`);

describe('how packets of a NAS are signed', () => {
  it('is as the Operator says, or the NAS', () => {
    expect(clientOf('')).toMatchObject({ messageAuthenticator: 'require' });
    expect(clientOf('', '    messageAuthenticator: learn\n')).toMatchObject({ messageAuthenticator: 'learn' });
    expect(clientOf(', messageAuthenticator: off', '    messageAuthenticator: learn\n')).toMatchObject({
      messageAuthenticator: 'off',
    });
  });

  it('may be unusual: answers signed when asked for, no answer to Status-Server', () => {
    const more = ', sendMessageAuthenticator: when-asked, statusServer: false';

    expect(clientOf(more)).toMatchObject({ sendMessageAuthenticator: 'when-asked', statusServer: false });
    expect(said(files(client(more))).join()).toContain(
      'warning LM_UNSIGNED_ANSWERS answers without Message-Authenticator can be forged',
    );
    expect(
      clientOf(', sendMessageAuthenticator: always, limitProxyState: always, statusServer: true'),
    ).not.toHaveProperty('statusServer');
  });

  it('may be unsafe only where that is said in full, and is warned of', () => {
    const unsafe = ', limitProxyState: unsafe-off';

    expect(clientOf(`${unsafe}, messageAuthenticator: off`)).toMatchObject({ limitProxyState: 'unsafe-off' });
    expect(said(files(client(`${unsafe}, messageAuthenticator: off`))).join()).toContain(
      'warning LM_FORGEABLE a Reject can be forged into an Accept',
    );
    expect(errorsOf(load(files(client(unsafe)))).join()).toContain('LM_NOT_POSSIBLE');
  });
});

describe('messageAuthenticator: learn', () => {
  const learn = ', messageAuthenticator: learn';

  it('is refused for a prefix', () => {
    expect(errorsOf(load(files(client(learn, '192.0.2.0/28')))).join()).toMatch(
      /LM_CANNOT_LEARN nothing can be learned of "ap-.*": 192\.0\.2\.0\/28 is a prefix/,
    );
  });

  it('is refused where several send from one address', () => {
    const two = [client(`${learn}, nasIdentifier: a`), client(', nasIdentifier: b').replace('name: ap-', 'name: sw-')];

    expect(errorsOf(load(files(two.join(', ')))).join()).toContain('several NAS send from 192.0.2.50');
  });
});

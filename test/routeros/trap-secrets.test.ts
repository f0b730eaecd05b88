import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { RouterTrapError } from '../../src/routeros/errors.ts';
import { withoutSecrets } from '../../src/routeros/trap-secrets.ts';

const at = { router: 'core-1', host: '192.0.2.11', port: 8728 };

function told(message: string, password: string): string {
  const set = { name: 'anna', profile: 'home-20', password: new Secret(password) };
  const change: Change = { action: 'create', menu: '/ppp/secret', identity: 'anna', owner: 'Subscriber/anna', set };
  const error = withoutSecrets(new RouterTrapError(at, '/ppp/secret/add', [{ message, category: 1 }]), change);
  if (!(error instanceof RouterTrapError)) throw new TypeError('another error');
  expect(error).toMatchObject({ code: 'LM_ROUTER_TRAP', retry: 'never', command: '/ppp/secret/add' });
  expect(error.message).toContain(error.traps[0]?.message);
  return error.traps[0]?.message ?? '';
}

describe('a router that quotes a secret it was sent', () => {
  it.each([
    ['as it is', 'value of password too long: hunter2-SECRET', 'hunter2-SECRET'],
    ['in quotes', 'value of password too long: "hunter2-SECRET"', 'hunter2-SECRET'],
    ['with quotes in it', 'value of password too long: "hun"ter2"', 'hun"ter2'],
    ['escaped', String.raw`bad value "hun\"ter\$2\\" of password`, 'hun"ter$2\\'],
    ['escaped, without quotes', String.raw`bad value hun\"ter\$2 of password`, 'hun"ter$2'],
    ['in octets', String.raw`bad value ge\C3\A4heim of password`, 'geäheim'],
    ['cut short', 'value of password too long: "hunter2-SE"', 'hunter2-SECRET'],
    ['cut short, with the quote', 'value of password too long: "hunter2-SE', 'hunter2-SECRET'],
  ])('%s is told without it', (_, message, password) => {
    const words = told(message, password);

    expect(words).toContain('[secret]');
    expect(words).toContain('password');
    expect(words).not.toMatch(/hun|ter|SE|heim/);
  });

  it('is told as it is when it quotes something else', () => {
    expect(told('input does not match any value of profile "home-20"', 'hunter2')).toBe(
      'input does not match any value of profile "home-20"',
    );
    expect(told('failure: secret with the same name already exists', '')).toBe(
      'failure: secret with the same name already exists',
    );
  });

  it('is told as it is when the change has no secret', () => {
    const change: Change = {
      action: 'update',
      menu: '/ip/pool',
      identity: 'a',
      owner: 'Router/r',
      set: { ranges: 'x' },
    };
    const error = new RouterTrapError(at, '/ip/pool/set', [{ message: 'invalid value "x-y"' }]);

    expect(withoutSecrets(error, change)).toBe(error);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bridgesAt, loginUrlOf, readGivenLogin } from '../../src/portal/login-target.ts';
import { bridge } from './support.ts';

describe('where a router says it logs guests in', () => {
  it('is read as host and path', () => {
    expect(readGivenLogin('http://Login.Cafe.Example:80/login?dst=x')).toEqual({
      host: 'login.cafe.example',
      path: '/login',
    });
    expect(readGivenLogin('https://login.cafe.example:443/lv/login')).toEqual({
      host: 'login.cafe.example',
      path: '/lv/login',
    });
    expect(readGivenLogin('http://10.5.50.1:8080')).toEqual({ host: '10.5.50.1:8080' });
  });

  it('keeps no other path', () => {
    for (const path of ['/', '/a/b/login', '/login/x', '/lv/../login', '/%6cogin', '/lögin', '//evil/login']) {
      expect(readGivenLogin(`http://10.5.50.1${path}`)?.path).toBeUndefined();
    }
  });

  it('never leads anywhere but to what is declared, whatever it is', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.string().map((text) => `http://login.cafe.example${text}`),
      fc.string().map((text) => `http://${text}login.cafe.example/login`),
      fc.string().map((text) => `http://10.5.50.1/${text}`),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const given = readGivenLogin(text);

        if (given === undefined || bridgesAt([bridge], given).length === 0) return;
        expect(bridge.loginHosts).toContain(given.host);
        const url = loginUrlOf(bridge, given.path);
        expect(url.origin).toBe('http://login.cafe.example');
        expect(url.href).toMatch(/^http:\/\/login\.cafe\.example\/([\w-]+\/)?login$/);
      }),
    );
  });
});

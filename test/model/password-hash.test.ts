import { describe, expect, it } from 'vitest';
import { parsePasswordHash } from '../../src/model/password-hash.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';
import {
  document,
  errorsOf,
  lines,
  load,
  modelOf,
  operator,
  secretEnvironment,
  subscription,
} from '../support/manifest.ts';

const nt = '0123456789ABCDEF0123456789abcdef';
const ssha = '{SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAABAgM=';
const bcrypt = '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const argon2 = '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG';
const router = (ppp: string, hotspot: string) =>
  document(
    'Router',
    'core-1',
    `address: 192.0.2.11
radius: {secret: {derive: 1}}
pools: [{name: home, ranges: [10.0.0.0/24]}]
ppp: {servers: [{interface: ether2, name: pppoe, authentication: [${ppp}]}]}
hotspots: [{name: lobby, interface: ether3, address: 10.5.0.1, loginBy: [${hotspot}]}]`,
  );
const files = (login: string, access = 'pppoe', ppp = 'pap, chap', hotspot = 'http-pap') => ({
  'all.yaml': [
    operator,
    router(ppp, hotspot),
    document('Service', 'home', `access: [${access}]`),
    document('Subscriber', 'anna', `service: home\nusername: anna\n${login}`),
  ].join('---\n'),
});
const errors = (...about: Parameters<typeof files>) => errorsOf(load(files(...about)));

describe('a hash in place of a password', () => {
  it('is read in its form', () => {
    expect(subscription(modelOf(files(`ntHash: "${nt}"`)), 'anna')).not.toHaveProperty('password');
    expect(errors(`ntHash: "${nt}"`)).toEqual([]);
    expect(errors(`password: {hash: "${ssha}"}`)).toEqual([]);
    expect(errors(`password: {hash: "${bcrypt}"}`)).toEqual([]);
    expect(errors(`password: {hash: "${argon2}"}`)).toEqual([]);
  });

  it.each([
    ['ntHash: "0123"', 'LM_PASSWORD_FORM an NT hash has 32 hexadecimal digits'],
    [`ntHash: "${nt}"\npassword: x`, 'LM_PASSWORD_FORM "password" and "ntHash" exclude each other'],
    [`password: {hash: "{NT}${nt}"}`, 'LM_PASSWORD_FORM an NT hash has a field of its own'],
    ['password: {hash: "$2b$10$abcdefghijklmnopqrstuv"}', 'LM_PASSWORD_FORM no known form of a hash'],
    [`password: {hash: "${ssha}"}\nauth: local\nrouter: core-1`, 'LM_NOT_POSSIBLE a router that lets "anna" in'],
    [`password: {hash: "${ssha}"}\nauth: hybrid\nrouter: core-1`, 'LM_NOT_POSSIBLE a router that lets "anna" in'],
  ])('is refused: %s', (login, words) => {
    expect(errors(login)).toContainEqual(expect.stringContaining(words));
  });

  it('is refused where every door the service is sold for asks for a proof it cannot give', () => {
    const hash = `password: {hash: "${ssha}"}`;

    expect(errors(hash, 'pppoe', 'chap, mschap2')).toEqual([
      expect.stringContaining('the PPPoE server "pppoe" of core-1 takes no password of which only a hash is known'),
    ]);
    expect(errors(`ntHash: "${nt}"`, 'pppoe', 'chap, mschap2')).toEqual([]);
    expect(errors(hash, 'hotspot', 'pap', 'http-chap')).toEqual([
      expect.stringContaining('the hotspot "lobby" of core-1'),
    ]);
    expect(lines(load(files(hash, 'pppoe, hotspot', 'chap', 'http-pap')))).toContainEqual(
      expect.stringContaining('warning LM_NO_EFFECT the PPPoE server'),
    );
  });
});

describe('a hash that stands elsewhere', () => {
  const elsewhere = (hash: string, env: Readonly<Record<string, string>>) =>
    load(files(`password: {hash: ${hash}}`), { secrets: secretResolver({ env: { ...secretEnvironment, ...env } }) });

  it('is read from the environment, and is of the subscriber as if it stood there', () => {
    const loaded = elsewhere('{env: LASTMILE_SECRET_ANNA}', { LASTMILE_SECRET_ANNA: bcrypt });

    expect(errorsOf(loaded)).toEqual([]);
    expect(loaded.model === undefined ? undefined : subscription(loaded.model, 'anna').passwordHash?.reveal()).toBe(
      bcrypt,
    );
  });

  it('must be a hash', () => {
    expect(errorsOf(elsewhere('{env: LASTMILE_SECRET_ANNA}', { LASTMILE_SECRET_ANNA: 'hunter2' }))).toEqual([
      expect.stringContaining('LM_PASSWORD_FORM no known form of a hash'),
    ]);
  });

  it('is not computed: there is no hash to derive', () => {
    expect(errorsOf(elsewhere('{derive: 1}', {}))).not.toEqual([]);
  });
});

describe('a password that looks like a hash', () => {
  const told = (password: string) =>
    lines(load(files(`password: "${password}"`))).filter((line) => line.includes('LM_PASSWORD_LOOKS_HASHED'));

  it.each([
    [ssha, 'password: {hash: …}'],
    ['$scrypt$ln=14,r=8,p=1$AAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA', 'password: {hash: …}'],
    [`{NT}${nt}`, '"ntHash"'],
    [bcrypt, 'password: {hash: …}'],
    [argon2, 'password: {hash: …}'],
    ['$2b$10$abcdefghijklmnopqrstuv', 'not supported'],
    ['$6$salt$AAAA', 'not supported'],
  ])('is taken as it stands, with a warning: %s', (password, hint) => {
    expect(told(password)).toEqual([expect.stringMatching(/warning LM_PASSWORD_LOOKS_HASHED the password of "anna"/)]);
    expect(load(files(`password: "${password}"`)).issues).toContainEqual(
      expect.objectContaining({ hint: expect.stringContaining(hint) }),
    );
    expect(subscription(modelOf(files(`password: "${password}"`)), 'anna').password?.reveal()).toBe(password);
  });

  it.each(['$ecret', '$2 for tea', '{SSHA', 'a {SSHA} b', '$money$'])('is not: %s', (password) => {
    expect(told(password)).toEqual([]);
  });
});

describe('forms of a hash', () => {
  it.each([
    '',
    '{SSHA}',
    '{SSHA}AAAA',
    '{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    '$scrypt$ln=30,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$scrypt$ln=0,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$scrypt$ln=10,r=8,p=1$AAAA$AAAA',
    bcrypt.replace('$05$', '$15$'),
    bcrypt.replace('$2b$', '$2x$'),
    argon2.replace('v=19', 'v=16'),
    argon2.replace('m=65536', 'm=262144'),
    argon2.replace('t=3', 't=17'),
    argon2.replace('p=4', 'p=0'),
    argon2.replace('m=65536', 'm=8'),
  ])('are not: %s', (text) => {
    expect(parsePasswordHash(text)).toBeUndefined();
  });
});

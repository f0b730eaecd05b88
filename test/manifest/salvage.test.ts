import { describe, expect, it } from 'vitest';
import { codesOf, errorsOf, load, operator } from '../support/manifest.ts';

const router = (radius: string, more = '') => `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.10
  radius: {secret: {derive: 1}, ${radius}}
  pools:
    - {name: home, ranges: [10.0.0.2-10.0.0.99], static: [10.0.0.100-10.0.0.200]}
${more}`;
const service = (access: string) => `apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: ${access}, routers: [core-1], address: {pool: home}}
`;
const subscriber = (name: string, spec: string) => `apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: ${name}}
spec: {password: {derive: 1}, ${spec}}
`;

describe('mistakes in documents that refer to each other', () => {
  it('are all told in one run', () => {
    const found = load({
      'operator.yaml': operator,
      'a-router.yaml': router('sourceAdress: 192.0.2.10'),
      'b-service.yaml': service('pppoe'),
      'c-unknown.yaml': subscriber('unknown', 'service: hoem, username: unknown'),
      'd-twice.yaml': `${subscriber('one', 'service: home, username: same')}---\n${subscriber('two', 'service: home, username: same')}`,
      'e-outside.yaml': subscriber('outside', 'service: home, username: outside, address: 172.16.0.1'),
      'f-syntax.yaml': 'kind: [\n',
    });

    const told = errorsOf(found).map((line) => line.replace(/^(\S+?):\S+ error (\S+) .*$/, '$1 $2'));

    expect(told).toEqual(
      expect.arrayContaining([
        'a-router.yaml LM_UNKNOWN_KEY',
        'b-service.yaml LM_WRONG_TYPE',
        'c-unknown.yaml LM_UNKNOWN_REFERENCE',
        'd-twice.yaml LM_DUPLICATE_USERNAME',
        'e-outside.yaml LM_ADDRESS_OUTSIDE_POOLS',
        'f-syntax.yaml LM_YAML_SYNTAX',
      ]),
    );
    expect(new Set(told).size).toBe(6);
  });

  it('are told of a subscriber with a misspelt key as well', () => {
    const found = load({
      'operator.yaml': operator,
      'router.yaml': router('services: [ppp]'),
      'service.yaml': service('[pppoe]'),
      'a.yaml': subscriber('a', 'service: home, username: same, raeson: x'),
      'b.yaml': subscriber('b', 'service: home, username: same'),
    });

    expect(codesOf(found).filter((code) => code.startsWith('LM_DUPLICATE') || code === 'LM_UNKNOWN_KEY')).toEqual([
      'LM_UNKNOWN_KEY',
      'LM_DUPLICATE_USERNAME',
    ]);
  });
});

describe('what others are checked against', () => {
  it.each(['pols', 'poosl'])('and is misspelt (%s) makes no finding that is none', (word) => {
    const found = load({
      'operator.yaml': operator,
      'router.yaml': router('services: [ppp]').replace('  pools:', `  ${word}:`),
      'service.yaml': service('[pppoe]'),
      'a.yaml': subscriber('a', 'service: home, username: a, address: 10.0.0.150'),
    });

    expect(errorsOf(found)).toHaveLength(1);
  });

  it('and has the wrong type makes no finding that is none', () => {
    const found = load({
      'operator.yaml': operator,
      'router.yaml': router('services: [ppp]').replace('static: [', 'static: [5, '),
      'service.yaml': service('[pppoe]'),
      'a.yaml': subscriber('a', 'service: home, username: a, address: 10.0.0.150'),
    });

    expect(errorsOf(found)).toHaveLength(1);
  });
});

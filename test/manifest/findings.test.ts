import { describe, expect, it } from 'vitest';
import { document, load, operator, router, service } from '../support/manifest.ts';

const base = { 'operator.yaml': operator, 'router.yaml': router, 'service.yaml': service };

/** Findings in one document beside a right repository: `line:column CODE message → hint`. */
function findings(text: string): readonly string[] {
  const { issues } = load({ ...base, 'x.yaml': text });
  return issues
    .filter(({ file }) => file === 'x.yaml')
    .map(
      ({ line, column, code, message, hint }) =>
        `${line}:${column} ${code} ${message}${hint === undefined ? '' : ` → ${hint}`}`,
    );
}

const subscriber = (spec: string): string =>
  document('Subscriber', 'x', `service: home-20\nusername: x\npassword: {derive: 1}\n${spec}`);

describe('text where YAML sees something else', () => {
  it.each([
    ['notes: 0777', 'a number', '"0777"'],
    ['notes: 1e9', 'a number', '"1e9"'],
    ['notes: 0x12', 'a number', '"0x12"'],
    ['notes: true', 'a truth value', '"true"'],
    ['notes: 12345678901234567890', 'a number', '"12345678901234567890"'],
    ['notes: ~', 'empty', '"~"'],
  ])('%s is to be quoted as it was typed', (field, what, quoted) => {
    expect(findings(subscriber(field))).toEqual([
      `8:10 LM_TEXT_EXPECTED text is due here, this is ${what} → quote it: ${quoted}`,
    ]);
  });

  it('a number as a password is not repeated', () => {
    expect(findings(subscriber('').replace('{derive: 1}', '123456'))).toEqual([
      '7:13 LM_TEXT_EXPECTED text is due here, this is a number → quote it',
    ]);
  });

  it('words other YAML readers take for truth are text', () => {
    expect(findings(subscriber('notes: yes\nreason: off'))).toEqual([]);
  });
});

describe('what is not supported yet', () => {
  it.each([
    [
      document('PortalSite', 'x', 'methods: [voucher]\nbridge: {mikrotik: {router: a, hotspot: b}}'),
      '5:13 LM_NOT_SUPPORTED_YET "voucher" is not supported yet → supported: login, click-through',
    ],
    [document('VoucherBatch', 'x', 'count: 9'), '2:7 LM_NOT_SUPPORTED_YET the kind VoucherBatch is not supported yet'],
  ])('is refused as such, not as a mistake (%#)', (text, expected) => {
    expect(findings(text)).toEqual([expected]);
  });
});

describe('a document', () => {
  it.each([
    ['- a\n- b\n', '1:1 LM_WRONG_TYPE a document is a map with apiVersion, kind, metadata and spec'],
    ['kind: Router\n', '1:1 LM_MISSING_KEY "apiVersion" is missing → apiVersion: lastmile/v1'],
    [
      'apiVersion: lastmile/v1\n',
      '1:1 LM_MISSING_KEY "kind" is missing → one of: Operator, Router, Service, Subscriber, SubscriberList, PortalSite, OmadaController, Policy, Scenario, Defaults',
    ],
    [
      'apiVersion: lastmile/v2\nkind: Router\n',
      '1:13 LM_UNKNOWN_API_VERSION this version of the format is not known → apiVersion: lastmile/v1',
    ],
    [
      'apiVersion: lastmile/v1\nkind: Ruoter\n',
      '2:7 LM_UNKNOWN_KIND no kind is called "Ruoter" → did you mean Router?',
    ],
    [
      'apiVersion: lastmile/v1\nkind: 7\n',
      '2:7 LM_UNKNOWN_KIND kind must be text → one of: Operator, Router, Service, Subscriber, SubscriberList, PortalSite, OmadaController, Policy, Scenario, Defaults',
    ],
    [subscriber('').replace('name: x', 'name: Über'), expect.stringMatching(/^3:18 LM_WRONG_FORMAT/)],
    [
      document('Service', 'x', 'access: [pppoe]\nrate: {down: 20 M, up: 5M}'),
      expect.stringMatching(/^6:16 LM_WRONG_FORMAT "20 M" is not in the form expected → Bit\/s/),
    ],
    [
      document('Service', 'x', 'access: [pppoe]\nsessions: {timeout: 90}'),
      '6:23 LM_TEXT_EXPECTED text is due here, this is a number → quote it: "90"',
    ],
    [
      document('Service', 'x', 'access: [pppoe]\nsessions: {timeout: 90x}'),
      expect.stringMatching(/^6:23 LM_WRONG_FORMAT "90x"/),
    ],
    [document('Service', 'x', 'access: []'), '5:11 LM_OUT_OF_RANGE at least 1 entry is needed'],
    [document('Service', 'x', 'title: t'), '4:1 LM_MISSING_KEY "access" is missing → How subscribers connect.'],
    [
      subscriber('state: activ'),
      '8:10 LM_UNKNOWN_WORD "activ" is not known here → one of: active, suspended, disabled',
    ],
    [subscriber('pasword: x'), '8:3 LM_UNKNOWN_KEY unknown key "pasword" → did you mean password?'],
    [
      document('Subscriber', 'x', 'service: home-20\nusername: x'),
      '1:1 LM_MISSING_KEY "password" of the subscriber "x" is missing → a username and a password go together',
    ],
    [
      subscriber('').replace('{derive: 1}', '{env: HOME}'),
      expect.stringMatching(/^7:19 LM_WRONG_FORMAT this is not in the form expected/),
    ],
    [
      subscriber('').replace('{derive: 1}', '{env: LASTMILE_SECRET_A, derive: 1}'),
      expect.stringMatching(/^7:13 LM_OUT_OF_RANGE at most 1 keys/),
    ],
    [subscriber('').replace('{derive: 1}', '""'), '7:13 LM_SECRET_EMPTY a secret must not be empty'],
    [subscriber('').replace('username: x', 'username: "a\\tb"'), expect.stringMatching(/^6:13 LM_WRONG_FORMAT/)],
    [subscriber('expires: "2027-02-30T10:00"'), '8:12 LM_TIME "2027-02-30T10:00" is no time of the calendar'],
    [subscriber('expires: tomorrow'), expect.stringMatching(/^8:12 LM_WRONG_FORMAT/)],
  ])('is told what is wrong with it (%#)', (text, expected) => {
    expect(findings(text)).toEqual([expected]);
  });
});

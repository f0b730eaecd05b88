import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { LoggedDecision } from '../../src/access/decision-log.ts';
import { toSessionJson } from '../../src/accounting/sessions/view.ts';
import { visitsOf } from '../../src/accounting/sessions/visits.ts';
import { answerShapes } from '../../src/admin/answer-shapes.ts';
import { openApi } from '../../src/admin/openapi.ts';
import { routes } from '../../src/admin/routes.ts';
import type { DisconnectResult, LearnedDeviceJson, WhyAnswer } from '../../src/admin/service.ts';
import type { AuditEntry } from '../../src/status/audit-log.ts';

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, object>> }>>>
  >;
}

const document = openApi(routes) as Document;

function fits(route: string, status: number, answer: unknown): boolean {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const schema = answerShapes[route]?.[status]?.schema;
  if (schema === undefined) throw new Error(`${route} has no shape for ${status}`);
  return ajv.validate(schema, JSON.parse(JSON.stringify(answer)));
}

const decision: LoggedDecision = {
  at: 1,
  username: 'anna',
  nas: 'core-1',
  method: 'pap',
  verdict: 'accept',
  reply: 'x',
};
const why: WhyAnswer = {
  username: 'anna',
  login: { service: 'home' },
  decisions: [decision, { ...decision, verdict: 'silent', reason: 'overload', callingStationId: 'x' }],
  hints: ['it expires'],
  waiting: [
    {
      ...{ nas: 'core-1', sessionId: '81', action: 'change', why: 'rate', since: 1 },
      tried: { times: 1, at: 2, detail: 'no answer' },
    },
  ],
};
const settled: DisconnectResult = { username: 'anna', sessionId: '81', nas: 'core-1', result: 'gone', detail: 'x' };
const audited: AuditEntry = {
  ...{ number: 1, at: 2, who: 'ben', action: 'coa', object: 'x', result: 'changed', detail: 'x', hash: 'ab' },
};
const device: LearnedDeviceJson = { username: 'anna', mac: '0C:42:A1:00:00:01', since: new Date(0).toISOString() };
const session = toSessionJson({
  ...{ key: 'k', nas: 'core-1', sessionId: '81', username: 'anna', startedAt: 1, updatedAt: 2, sessionSeconds: 3 },
  ...{ upOctets: 1n, downOctets: 2n, stale: false, framedIpAddress: '192.0.2.1' },
});

describe('the OpenAPI document', () => {
  it('says of every route who is refused, and how', () => {
    const protectedOnes = routes.filter(({ role }) => role !== 'open');

    for (const { method, url } of protectedOnes) {
      const path = document.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(Object.keys(path?.responses ?? {}), url).toEqual(expect.arrayContaining(['401', '403']));
    }
    expect(Object.keys(document.paths['/healthz']?.['get']?.responses ?? {})).toEqual(['200']);
  });

  it('has a shape only for routes that there are', () => {
    const there = new Set(routes.map(({ method, url }) => `${method} ${url}`));

    expect(Object.keys(answerShapes).filter((each) => !there.has(each))).toEqual([]);
  });

  it.each<[string, number, unknown]>([
    ['GET /api/v1/sessions', 200, [session]],
    ['GET /api/v1/sessions', 200, visitsOf([session], 0)],
    ['POST /api/v1/disconnect', 200, [settled]],
    ['POST /api/v1/coa', 200, [settled]],
    ['GET /api/v1/audit', 200, [audited, { ...audited, reason: 'unpaid' }]],
    ['GET /api/v1/devices', 200, [device]],
    ['POST /api/v1/devices/forget', 200, [device]],
    ['GET /api/v1/why/:username', 200, why],
    ['POST /rest/authorize', 200, { 'reply:Session-Timeout': { op: ':=', value: ['60'] } }],
    ['POST /rest/authorize', 503, { error: 'store-down' }],
  ])('has the shape of what is answered: %s %i', (route, status, answer) => {
    expect(fits(route, status, answer)).toBe(true);
  });

  it('tells an answer from another', () => {
    expect(fits('GET /api/v1/why/:username', 200, { ...why, decisions: [{ ...decision, verdict: 'maybe' }] })).toBe(
      false,
    );
    expect(fits('GET /api/v1/sessions', 200, [{ ...session, upOctets: 1 }])).toBe(false);
  });
});

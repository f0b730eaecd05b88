import { describe, expect, it } from 'vitest';
import { settingsPart } from '../../../src/daemon/targets/settings-part.ts';
import type { Model } from '../../../src/model/model.ts';
import { planDocument } from '../../../src/reconcile/plan.ts';
import { modelOf } from '../../support/manifest.ts';

const seal = Buffer.alloc(32, 7);
const canary = 'canary-of-a-webhook-83';

function model({ operator = '', router = '', rate = '20M', password = 'api', list = [1, 2] } = {}): Model {
  const webhooks = list.map(
    (at) => `{name: w${at}, url: "https://w${at}.example/", secret: ${canary}${at}-of-32-octets-xxxx}`,
  );
  return modelOf({
    'network.yaml': `apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec:
  timezone: UTC
  notify: [${webhooks.join(', ')}]
${operator}---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.1
  api: {username: lastmile, password: ${password}}
${router}---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: ${rate}, up: 5M}}
`,
  });
}

function planOf(before: Model | undefined, now: Model) {
  const part = settingsPart(before, now);
  return planDocument('r', part === undefined ? [] : [part], seal);
}

describe('what a revision declares otherwise of lastmile itself', () => {
  it('is nothing where only rows differ, or the order of what has names', () => {
    const before = model();

    const plans = [model(), model({ rate: '30M' }), model({ list: [2, 1] })].map((now) => planOf(before, now).changes);

    expect(plans).toEqual([[], [], []]);
  });

  it('names what is otherwise, what is new and what is gone, with where it is declared', () => {
    const mode = '  reconcile: {mode: approved}\n';
    const before = model({ operator: `${mode}  source: {rewrites: refuse}\n` });

    const { changes } = planOf(
      before,
      model({ operator: '  reconcile: {mode: plan}\n', list: [1], router: '  mode: observe\n' }),
    );

    expect(changes).toMatchObject([
      {
        address: '(settings)/Operator/acme',
        before: { 'reconcile.mode': 'approved', 'source.rewrites': 'refuse', 'webhooks.w2.url': 'https://w2.example/' },
        after: { 'reconcile.mode': 'plan', 'source.rewrites': '(absent)', 'webhooks.w2.url': '(absent)' },
        source: { file: 'network.yaml', line: 1 },
      },
      { address: '(settings)/Router/core-1', before: { mode: 'apply' }, after: { mode: 'observe' } },
    ]);
  });

  it('has other checksums for other secrets, and no secret in it', () => {
    const before = model({ operator: `  admin: {tokens: [{name: noc, role: viewer, sha256: ${'ab'.repeat(32)}}]}\n` });
    const [one, two] = [model({ password: 'another' }), model({ password: 'a third' })].map((now) =>
      planOf(before, now),
    );

    expect(one?.changes.at(-1)).toMatchObject({ fields: ['api.password'], after: { 'api.password': '[secret]' } });
    expect(one?.changes[0]).toMatchObject({ before: { 'admin.tokens.noc.sha256': '[secret]' } });
    expect(one?.checksum).not.toBe(two?.checksum);
    expect(JSON.stringify([planOf(undefined, before), one])).not.toContain(canary);
  });

  it('is all of it where nothing is known of before', () => {
    const { changes } = planOf(undefined, model());

    expect(changes.map(({ actions, address }) => [actions[0], address])).toEqual([
      ['create', '(settings)/Operator/acme'],
      ['create', '(settings)/Router/core-1'],
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { PlanDocument } from '../../src/reconcile/plan.ts';
import { planAnnotations } from '../../src/review/plan-annotations.ts';
import { planHtml } from '../../src/review/plan-html.ts';
import { planMarkdown } from '../../src/review/plan-markdown.ts';
import { planText } from '../../src/review/plan-text.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';

/** Rules over everything there is to be asked. */
const policy = `apiVersion: lastmile/v1
kind: Policy
metadata: {name: house}
spec:
  rules:
    - name: rate-cap
      match: {kinds: [Service]}
      deny: rate(object.spec.rate.down) > rate("50M")
      message: "{{ object.metadata.name }} is sold with {{ object.spec.rate.down }}"
    - name: rows-stay
      over: change
      match: {kinds: [Subscriber], actions: [delete], labels: {role: core}}
      deny: change.menu == "/ppp/secret" && change.before.password != "shown"
      message: "{{ change.name }} would lose {{ change.before.name }} ({{ change.before.password }}) on {{ target.name }}"
    - name: told
      over: target
      warn: target.changes > 0 && target.kind == "Router"
      message: "{{ target.changes }} rows of {{ target.name }} change"
    - name: small-steps
      over: plan
      deny: plan.creates + plan.updates > 40 || plan.targets.exists(t, t.deletes > 8)
      message: "{{ plan.creates }} rows at once"
  tests:
    - {name: who has no row loses none, change: {action: delete, kind: Subscriber, menu: login}, expect: allowed}
`;

const benGone = `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
defaults: {service: home}
items:
  - {name: anna, username: anna@isp.example, password: ${canaries.annaPassword}}
`;

const planSchema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../schemas/plan.schema.json'), 'utf8'),
) as object;
const isPlan = new Ajv2020({ strict: false }).compile(planSchema);

async function started(): Promise<TestNetwork> {
  const network = await TestNetwork.start();
  network.write('router.yaml', network.routerYaml.replace('{name: core-1}', '{name: core-1, labels: {role: core}}'));
  network.write('policy.yaml', policy);
  network.commit('rules');
  return network;
}

function forget(network: TestNetwork): void {
  network.remove('policy.yaml');
}

interface Conditions {
  readonly source?: { readonly conditions?: readonly Condition[] };
  readonly conditions?: readonly Condition[];
}
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

describe('a plan that policies have something to say of', () => {
  it('is refused with exit 4 in whichever form it is told, and not let through by taking the rules away with it', async () => {
    await using network = await started();
    const apply = () => network.lastmile('apply', network.dir, '--auto-approve', '--allow-deletes', '100');
    const secrets = () => network.router.rows('/ppp/secret').map((row) => row['name']);
    const asked = () => {
      network.write('services.yaml', servicesYaml('80M', '5M'));
      network.write('subscribers.yaml', benGone);
    };
    expect((await apply()).code).toBe(0);

    asked();
    const { code, out } = await network.lastmile('plan', network.dir, '-o', 'json');
    forget(network);
    const withoutRules = await apply();
    const kept = secrets();
    network.write('services.yaml', servicesYaml('20M', '5M'));
    network.write('subscribers.yaml', subscribersYaml());
    const rulesOnly = await apply();
    asked();
    const after = await apply();

    const plan = JSON.parse(out) as PlanDocument;
    const object =
      'services.yaml:6:16: Service home: home is sold with 80M (denied by policy house, rule rate-cap, policy.yaml:6)';
    const row =
      'core-1: core-1/ppp/secret/ben@isp.example: ben would lose ben@isp.example ([secret]) on core-1 (denied by policy house, rule rows-stay, policy.yaml:10)';
    expect(code).toBe(4);
    expect(isPlan(plan)).toBe(true);
    expect(plan.refusals).toEqual([
      {
        target: 'core-1',
        code: 'LM_POLICY_DENIED',
        message: row,
        policy: { name: 'house', rule: 'rows-stay', file: 'policy.yaml', line: 10 },
      },
      { target: 'declarations', code: 'LM_POLICY_DENIED', message: object },
    ]);
    expect(plan.findings).toContainEqual({
      target: 'core-1',
      code: 'LM_POLICY_WARNS',
      message: expect.stringMatching(
        /^\d+ rows of core-1 change \(warned by policy house, rule told, policy\.yaml:15\)$/,
      ),
    });
    for (const told of [planText(plan, false), planMarkdown(plan), planHtml(plan), planAnnotations(plan)]) {
      expect(told).toContain('home is sold with 80M');
      expect(told).toContain('rule rows-stay');
      expect(told).not.toMatch(/canary/);
    }
    expect(withoutRules.code).toBe(4);
    expect(withoutRules.out).toContain('rule rate-cap, policy.yaml:6, which is in force until this is');
    expect(withoutRules.out).toContain('rule rows-stay, policy.yaml:10, which is in force until this is');
    expect(kept).toContain('ben@isp.example');
    expect([rulesOnly.code, after.code]).toEqual([0, 0]);
    expect(secrets()).not.toContain('ben@isp.example');
  });

  it('is refused as a whole where there is too much of it', async () => {
    await using network = await started();
    const many = Array.from(
      { length: 60 },
      (_each, at) => `  - {name: c${at}, username: c${at}, password: {derive: 1}}\n`,
    );
    network.operator('  masterKey: canary-master-key-0123456789\n');
    network.write('subscribers.yaml', `${subscribersYaml()}${many.join('')}`);

    const { code, out } = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(code).toBe(4);
    expect(out).toMatch(/✗ plan: \d+ rows at once \(denied by policy house, rule small-steps, policy\.yaml:19\)/);
    expect(network.router.rows('/ip/pool')).toEqual([]);
  });
});

describe('a daemon with policies', () => {
  it('keeps out what they deny, says by which rule, and goes on once it is put right', async () => {
    await using network = await started();
    await using daemon = await network.running();
    const status = async () => {
      const { out } = await network.lastmile('status', '-o', 'json');
      return JSON.stringify(JSON.parse(out) as Conditions);
    };

    network.write('services.yaml', servicesYaml('80M', '5M'));
    network.commit('faster');
    await daemon.logged({ msg: 'revision refused; what is in force stays' });
    const ofObject = await status();
    forget(network);
    network.commit('faster, and without the rules');
    await network.lastmile('reconcile');
    const ofBefore = await status();
    network.write('services.yaml', servicesYaml('20M', '5M'));
    network.write('policy.yaml', policy);
    network.write('subscribers.yaml', benGone);
    network.commit('ben goes');
    await daemon.logged({ msg: 'plan refused', target: 'core-1' });
    const ofRow = await status();
    network.write('subscribers.yaml', subscribersYaml());
    network.commit('ben stays');
    const mended = await network.lastmile('reconcile');

    expect(ofObject).toMatch(
      /"PolicyDenied","message":"[^"]*refused by policy: services\.yaml:6:16 Service home[^"]*rule rate-cap, policy\.yaml:6/,
    );
    expect(ofBefore).toMatch(/rule rate-cap, policy\.yaml:6, which is in force until this is/);
    expect(ofRow).toMatch(
      /"type":"Stalled","status":"True","reason":"PolicyDenied","message":"core-1: [^"]*rule rows-stay/,
    );
    expect(mended.code).toBe(0);
    expect(network.router.rows('/ppp/secret').map((row) => row['name'])).toContain('ben@isp.example');
    for (const secret of Object.values(canaries)) expect(daemon.complaints).not.toContain(secret);
  });

  it('lets no plan into force that is too large as a whole, and remembers after a restart by which rules', async () => {
    await using network = await started();
    const many = Array.from(
      { length: 60 },
      (_each, at) => `  - {name: c${at}, username: c${at}, password: {derive: 1}}\n`,
    );
    const grown = `${subscribersYaml()}${many.join('')}`;
    network.operator('  masterKey: canary-master-key-0123456789\n');
    network.commit('key');
    {
      await using daemon = await network.running();
      network.write('subscribers.yaml', grown);
      network.commit('sixty more');
      await daemon.complained('rule small-steps, policy.yaml:19');
      await daemon.stop();
    }
    forget(network);
    network.commit('without the rules');

    await using daemon = await network.daemon();
    await daemon.complained('rule small-steps, policy.yaml:19, which is in force until this is');

    expect(daemon.complaints).not.toContain('"msg":"revision in force"');
  });
});

import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { PlanAnswer } from '../../src/admin/service.ts';
import { approvedMode, ReviewedLab } from '../support/reviewed-lab.ts';

const faster = { rate: '40M' };
/** Nothing of him is on the router. */
const ben =
  '---\napiVersion: lastmile/v1\nkind: Subscriber\nmetadata: {name: ben}\nspec: {service: home, username: ben, password: of-ben-8}\n';

describe('a revision that waits for its approval', () => {
  it('waits over a restart, while what was in force goes on, and comes into force by the same checksum', async () => {
    await using lab = await ReviewedLab.start();
    const before = (await lab.status()).revision;
    await lab.push(faster);
    const first = await lab.waiting();

    await lab.stop();
    await lab.run();
    await lab.inStep();
    lab.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });
    await lab.reconciled();
    const [again, inForce, healed] = [await lab.waiting(), (await lab.status()).revision, lab.rate];
    const approved = await lab.approve(first?.checksum ?? '');
    await lab.inStep();

    expect(first?.targets).toContain('core-1');
    expect(again).toEqual(first);
    expect(inForce).toBe(before);
    expect(healed).toBe('5M/20M');
    expect(approved.waiting).toBeUndefined();
    expect(lab.rate).toBe('5M/40M');
  });

  it('does not count as in force: taken back in git, nothing of it is left', async () => {
    const operator = `${approvedMode}  source: {rewrites: refuse}\n`;
    await using lab = await ReviewedLab.start({ operator });
    const first = lab.repository.git('rev-parse', 'HEAD');
    await lab.push({ ...faster, operator });
    const waited = (await lab.waiting()) !== undefined;

    lab.repository.git('push', '-q', '--force', 'origin', `${first}:main`);
    await lab.look();

    expect(waited).toBe(true);
    expect(await lab.condition('SourceReady')).toMatchObject({ status: 'True' });
    expect(await lab.waiting()).toBeUndefined();
    expect((await lab.status()).revision).toContain(first);
  });
});

describe('what lastmile itself is to do otherwise', () => {
  it('is approved as rows are: the end of the approvals, and who may do what', async () => {
    await using lab = await ReviewedLab.start();
    const admin = `  admin: {tokens: [{name: mallory, role: admin, sha256: ${'ab'.repeat(32)}}]}\n`;
    const ended = { operator: `  reconcile: {interval: 1h}\n${admin}` };
    const reviewed = await lab.review(ended);

    const commit = await lab.push(ended);
    const waiting = await lab.waiting();
    const held = (await lab.status()).revision ?? '';
    await lab.approve(reviewed.checksum);
    const taken = (await lab.status()).revision;
    await lab.push({ ...ended, ...faster });
    await lab.inStep();

    const shown = reviewed.changes.find(({ target }) => target === '(settings)');
    expect(shown).toMatchObject({ menu: 'Operator', before: { 'reconcile.mode': 'approved' } });
    expect(shown?.after).toMatchObject({ 'reconcile.mode': 'apply', 'admin.tokens.mallory.role': 'admin' });
    expect(waiting).toMatchObject({ targets: ['(settings)'], checksum: reviewed.checksum });
    expect(held).not.toContain(commit);
    expect(taken).toContain(commit);
    expect(await lab.condition('Approved')).toMatchObject({ status: 'Unknown', reason: 'NotRequired' });
    expect(lab.rate).toBe('5M/40M');
  });

  it('comes before any router is dialled otherwise: its password is told to nobody whom nobody approved', async () => {
    await using lab = await ReviewedLab.start();
    let calls = 0;
    const stranger = createServer((socket) => {
      calls += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as { port: number };

    await lab.push({ apiPort: port });
    const waiting = await lab.waiting();
    const before = calls;
    await lab.approve(waiting?.checksum ?? '');
    const after = calls;
    stranger.close();

    expect(waiting?.targets).toEqual(['(settings)']);
    expect(before).toBe(0);
    expect(after).toBeGreaterThan(0);
  });
});

describe('an approval', () => {
  it('is of what was looked at: what changed by hand while the router was suspended is asked for anew', async () => {
    await using lab = await ReviewedLab.start();
    await lab.post('suspend', { target: 'core-1', kind: 'suspend', reason: 'line card', by: 'op' });
    await lab.push(faster);
    await lab.approve((await lab.waiting())?.checksum ?? '');
    await lab.last(({ result }) => result === 'planned');

    lab.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });
    await lab.post('resume', { target: 'core-1', by: 'op' });
    const { refusals } = await lab.last(({ result }) => result === 'refused');
    const [untouched, checksum] = [lab.rate, /lastmile approve ([0-9a-f]{64})/.exec(refusals[0]?.message ?? '')?.[1]];
    await lab.approve(checksum ?? '');
    await lab.inStep();

    expect(refusals).toMatchObject([{ code: 'LM_NOT_APPROVED' }]);
    expect(untouched).toBe('1M/1M');
    expect(lab.rate).toBe('5M/40M');
  });

  it('is not asked for where a router that was away comes back: what differs is drift', async () => {
    await using lab = await ReviewedLab.start();
    await lab.push({ more: ben });
    await lab.approve((await lab.waiting())?.checksum ?? '');
    await lab.inStep();
    lab.cut();
    const away = await lab.reconciled();
    lab.mend();
    lab.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });

    const back = await lab.reconciled();

    expect(away.result).toBe('failed');
    expect(back).toMatchObject({ result: 'applied' });
    expect(lab.rate).toBe('5M/20M');
  });

  it('is not asked for either of a router that a revision leaves as it is, away or not', async () => {
    await using lab = await ReviewedLab.start();
    lab.cut();
    await lab.reconciled();
    await lab.push({ more: ben });
    await lab.approve((await lab.waiting())?.checksum ?? '');
    await lab.last(({ result }) => result === 'failed');
    lab.mend();
    lab.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });

    const back = await lab.reconciled();

    expect(back).toMatchObject({ result: 'applied' });
    expect(lab.rate).toBe('5M/20M');
  });

  it('of a router that was away is asked for when it is back, and is used up by the revision it was for', async () => {
    await using lab = await ReviewedLab.start();
    lab.cut();
    await lab.reconciled();
    await lab.push(faster);
    const { waiting } = await lab.post<{ waiting?: unknown }>('approve', { checksum: (await lab.waiting())?.checksum });
    await lab.last(({ result }) => result === 'failed');
    lab.mend();
    const back = await lab.reconciled();
    const unasked = lab.rate;
    const answer = await lab.post<PlanAnswer>('plan', {});
    const plan = answer.result === 'planned' ? answer.plan : undefined;
    await lab.approve(plan?.checksum ?? '');
    await lab.inStep();
    const done = lab.rate;
    for (const rate of ['20M', '40M']) {
      await lab.push({ rate });
      if (rate === '20M') await lab.approve((await lab.waiting())?.checksum ?? '');
      await lab.last(() => true);
    }

    expect(waiting).toBeUndefined();
    expect(back).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_NOT_APPROVED' }] });
    expect(unasked).toBe('5M/20M');
    expect(done).toBe('5M/40M');
    expect((await lab.waiting())?.targets).toContain('core-1');
  });
});

describe('a first revision that nobody has signed who may', () => {
  it('is not served meanwhile either', async () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5r0Yk1hXv1yW0kN0m0Jb3aVwq6S0w0gq0Yk1hXv1yW';
    const signers = [{ name: 'anna', emails: ['anna@isp.example'], keys: [{ ssh: key }] }];
    const operator = `${approvedMode}  source: {verify: ${JSON.stringify({ signers })}}\n`;

    await using lab = await ReviewedLab.open({ operator });

    expect(await lab.condition('SourceVerified')).toMatchObject({ status: 'False' });
    expect((await lab.status()).revision).toBeUndefined();
    expect(lab.answering).toEqual([]);
  });
});

describe('a revision that is rolled back', () => {
  const operator = '  reconcile: {interval: 1h}\n';

  it('stays skipped for one that is no good, which came and went', async () => {
    await using lab = await ReviewedLab.start({ operator });
    const first = (await lab.status()).revision;
    const bad = await lab.push({ operator, rate: '40M' });
    await lab.post('rollback', { reason: 'slower', by: 'op' });

    await lab.push({ operator, rate: 'fast' });
    const refused = await lab.condition('SourceReady');
    lab.repository.git('push', '-q', '--force', 'origin', `${bad}:main`);
    await lab.look();

    expect(refused).toMatchObject({ status: 'False', reason: 'BuildFailed' });
    expect(await lab.condition('SourceReady')).toMatchObject({ reason: 'RolledBack' });
    expect((await lab.status()).revision).toBe(first);
  });

  it('is taken back also while a commit is being read that turns out to be no good', async () => {
    await using lab = await ReviewedLab.start({ operator });
    const first = (await lab.status()).revision;
    await lab.push({ operator, rate: '40M' });
    await lab.inStep();
    lab.hold();
    const reading = lab.push({ operator, rate: 'fast' });
    const rollingBack = lab.post('rollback', { reason: 'slower', by: 'op' });
    for (let asked = 0; asked < 3; asked += 1) await lab.status();

    lab.release();
    await Promise.all([reading, rollingBack]);

    expect((await lab.status()).revision).toBe(first);
    expect(lab.rate).toBe('5M/20M');
  });
});

describe('rollbacks, one after another', () => {
  const operator = '  reconcile: {interval: 1h}\n';

  it('go further back, never to what was taken back before', async () => {
    await using lab = await ReviewedLab.start({ operator });
    const commits = [lab.repository.git('rev-parse', 'HEAD')];
    for (const rate of ['30M', '40M', '50M']) {
      commits.push(await lab.push({ operator, rate }));
      await lab.inStep();
    }

    const to: string[] = [];
    for (let left = 3; left > 0; left -= 1) {
      to.push((await lab.post<{ to: string }>('rollback', { reason: 'slower', by: 'op' })).to);
    }

    expect(to.map((id) => id.slice(id.lastIndexOf(':') + 1))).toEqual(commits.slice(0, 3).toReversed());
    expect(lab.rate).toBe('5M/20M');
  });
});

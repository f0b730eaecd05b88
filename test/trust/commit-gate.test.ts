import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CommitGate } from '../../src/daemon/commit-gate.ts';
import type { Signer } from '../../src/model/kinds/trust.ts';
import { GitSource } from '../../src/source/git-source.ts';
import type { Revision } from '../../src/source/source.ts';
import type { Judgement } from '../../src/status/conditions.ts';
import { trustRulesIn } from '../../src/trust/rules-in.ts';
import { BareRepository } from '../support/bare-repository.ts';
import { pgpKey, sshKey } from '../support/signing-keys.ts';

type SignerDocument = Omit<Signer, 'keys'> & { readonly keys: readonly Readonly<Record<string, unknown>>[] };

function operator(signers: readonly SignerDocument[]): Record<string, string> {
  const spec = { source: { rewrites: 'refuse', verify: { signers } } };
  return {
    'operator.yaml': JSON.stringify({ apiVersion: 'lastmile/v1', kind: 'Operator', metadata: { name: 'isp' }, spec }),
  };
}

function subscriber(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  const metadata = { name, labels: { site: 'north' } };
  return JSON.stringify({
    apiVersion: 'lastmile/v1',
    kind: 'Subscriber',
    metadata,
    spec: { service: 'home', ...more },
  });
}

/** A repository in force at its first commit, and the gate before what comes next. */
class Lab implements AsyncDisposable {
  readonly repository: BareRepository;
  readonly judged: Judgement[] = [];
  readonly source: GitSource;
  readonly #meta = new Map<string, unknown>();
  #gate: CommitGate;

  constructor(repository: BareRepository) {
    this.repository = repository;
    this.source = new GitSource(repository.work);
    this.#gate = this.#made();
  }

  static async make(): Promise<Lab> {
    return new Lab(await BareRepository.make({}));
  }

  restart(): void {
    this.#gate = this.#made();
  }

  /** What is said against HEAD; what nothing is said against comes into force. */
  async look(): Promise<string | undefined> {
    const revision = (await this.source.read()) as Revision;
    const objection = await this.#gate.objection(revision);
    if (objection !== undefined) return `${objection.reason}: ${objection.message}`;
    const verify = trustRulesIn(revision.files);
    if (verify === 'unknown') throw new Error('no rules');
    await this.#gate.took(revision, { rewrites: 'refuse', ...(verify === undefined ? {} : { verify }) });
    return undefined;
  }

  /** Who has signed HEAD, as history and the audit log tell. */
  async signer(): Promise<string | undefined> {
    return this.#gate.signerOf(((await this.source.read()) as Revision).id);
  }

  /** A commit signed by `flags`. */
  signed(
    flags: readonly string[],
    files: Readonly<Record<string, string>>,
    date?: string,
    email = 'op@isp.example',
  ): string {
    this.repository.write(files);
    const person = ['-c', `user.email=${email}`, '-c', 'user.name=Op'];
    this.repository.gitAs(
      { email, ...(date === undefined ? {} : { date }) },
      ...person,
      ...flags,
      'commit',
      '-q',
      '--allow-empty',
      '-S',
      '-m',
      'signed',
    );
    return this.repository.git('rev-parse', 'HEAD');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.repository[Symbol.asyncDispose]();
  }

  #made(): CommitGate {
    const meta = this.#meta;
    return new CommitGate({
      source: this.source,
      clock: { now: () => Date.now() },
      judge: (judgement) => this.judged.push(judgement),
      meta: {
        get: async (key) => structuredClone(meta.get(key)),
        put: async (key, value) => void meta.set(key, structuredClone(value)),
      } as ConstructorParameters<typeof CommitGate>[0]['meta'],
    });
  }
}

const emails = ['op@isp.example'];

async function withAnna(more: Partial<SignerDocument> = {}) {
  const lab = await Lab.make();
  const anna = sshKey(lab.repository, 'anna');
  const rules = operator([{ name: 'anna', emails, keys: [{ ssh: anna.pub }], ...more }]);
  lab.signed(anna.flags, { ...rules, 'a.yaml': subscriber('a') });
  expect(await lab.look()).toBeUndefined();
  return { lab, anna, rules };
}

describe('where signed commits are asked for', () => {
  it('a signed one comes into force, and it is told who has signed', async () => {
    const { lab, anna } = await withAnna();
    await using _ = lab;
    lab.signed(anna.flags, { 'a.yaml': subscriber('a', { state: 'suspended' }) });

    expect(await lab.look()).toBeUndefined();
    expect(lab.judged.at(-1)).toMatchObject({ type: 'SourceVerified', status: 'True', reason: 'Verified' });
    expect(lab.judged.at(-1)?.message).toContain('signed by anna');
    expect(await lab.signer()).toBe('anna');
    lab.restart();
    await lab.look();
    expect(await lab.signer()).toBe('anna');
  });

  it('an unsigned one stays out, also below a signed one, and also after a restart', async () => {
    const { lab, anna } = await withAnna();
    await using _ = lab;
    const unsigned = lab.repository.commit({ 'b.yaml': subscriber('b') });

    expect(await lab.look()).toContain(`${unsigned.slice(0, 12)} "next", it is not signed`);
    lab.signed(anna.flags, { 'a.yaml': subscriber('a', { state: 'disabled' }) });
    lab.restart();
    expect(await lab.look()).toContain('it is not signed');
  });

  it('one by an unknown key, one whose signature is of another commit, and one of another’s name stay out', async () => {
    const { lab, anna } = await withAnna();
    await using _ = lab;
    const start = lab.repository.git('rev-parse', 'HEAD');
    lab.signed(sshKey(lab.repository, 'mallory').flags, {});
    expect(await lab.look()).toContain('signed by a key that is none of a declared signer');

    lab.repository.git('reset', '-q', '--hard', start);
    const right = lab.signed(anna.flags, { 'b.yaml': subscriber('b') });
    const raw = execFileSync('git', ['-C', lab.repository.work, 'cat-file', 'commit', right], { encoding: 'utf8' });
    const forged = execFileSync('git', ['-C', lab.repository.work, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      input: raw.replace(/\nsigned\n$/, '\nforged\n'),
      encoding: 'utf8',
    }).trim();
    lab.repository.git('reset', '-q', '--hard', forged);
    expect(await lab.look()).toContain('its signature by the key of anna is not right');

    lab.repository.git('reset', '-q', '--hard', start);
    lab.signed(anna.flags, {}, undefined, 'chief@isp.example');
    expect(await lab.look()).toContain('chief@isp.example, which is none of the addresses');
  });

  it('a revoked key counts for nothing, and one that was retired not by an old date either', async () => {
    const { lab, anna, rules } = await withAnna();
    await using _ = lab;
    const [old, lost] = [sshKey(lab.repository, 'old'), sshKey(lab.repository, 'lost')];
    const signers = [
      { name: 'anna', emails, keys: [{ ssh: anna.pub }, { ssh: lost.pub, revoked: true }] },
      { name: 'bob', emails, keys: [{ ssh: old.pub, until: '2021-01-01T00:00:00Z' }] },
    ];
    expect(rules).not.toEqual(operator(signers));
    lab.signed(anna.flags, operator(signers));
    expect(await lab.look()).toBeUndefined();
    const start = lab.repository.git('rev-parse', 'HEAD');

    lab.signed(old.flags, {}, '2020-06-01T00:00:00Z');
    expect(await lab.look()).toContain('the key of bob is no longer valid, whatever date the commit bears');
    lab.repository.git('reset', '-q', '--hard', start);
    lab.signed(lost.flags, {});
    expect(await lab.look()).toContain('the key of anna that it is signed by is revoked');
  });

  it('nobody lets himself in: who may sign is told by what was in force before, and holds for what comes after', async () => {
    const { lab, anna } = await withAnna();
    await using _ = lab;
    const bob = sshKey(lab.repository, 'bob');
    const start = lab.repository.git('rev-parse', 'HEAD');
    const both = operator([
      { name: 'anna', emails, keys: [{ ssh: anna.pub }] },
      { name: 'bob', emails, keys: [{ ssh: bob.pub }] },
    ]);
    lab.signed(bob.flags, both);
    expect(await lab.look()).toContain('none of a declared signer');

    lab.repository.git('reset', '-q', '--hard', start);
    lab.signed(anna.flags, both);
    lab.signed(bob.flags, { 'b.yaml': subscriber('b') });
    expect(await lab.look()).toBeUndefined();
  });

  it('PGP keys count that are pinned, and no other', async () => {
    await using lab = await Lab.make();
    const [key, other] = [pgpKey(lab.repository, 'op@isp.example'), pgpKey(lab.repository, 'x@isp.example')];
    const signWith = (home: string) => {
      lab.repository.home = home;
      return ['-c', 'gpg.format=openpgp'];
    };
    lab.signed(
      [...signWith(key.home), '-c', 'user.signingkey=op@isp.example'],
      operator([{ name: 'anna', emails, keys: [{ pgp: key.pub }] }]),
    );
    expect(await lab.look()).toBeUndefined();

    lab.signed([...signWith(other.home), '-c', 'user.signingkey=x@isp.example'], {});
    expect(await lab.look()).toContain('none of a declared signer');
  });
});

describe('a merge made on the pages of a forge', () => {
  async function merged(change: (lab: Lab) => void) {
    const { lab, anna } = await withAnna();
    const forge = sshKey(lab.repository, 'forge');
    lab.signed(
      anna.flags,
      operator([
        { name: 'anna', emails, keys: [{ ssh: anna.pub }] },
        { name: 'forge', emails, keys: [{ ssh: forge.pub }], forge: 'merges' },
      ]),
    );
    expect(await lab.look()).toBeUndefined();
    lab.repository.git('checkout', '-q', '-b', 'side');
    lab.signed(anna.flags, { 'b.yaml': subscriber('b') });
    lab.repository.git('checkout', '-q', 'main');
    lab.signed(anna.flags, { 'c.yaml': subscriber('c') });
    lab.repository.git('merge', '-q', '--no-commit', '--no-ff', 'side');
    change(lab);
    lab.signed(forge.flags, {});
    return { lab, forge };
  }

  it('counts if it holds no more than its parents, which are signed', async () => {
    const { lab, forge } = await merged(() => undefined);
    await using _ = lab;

    expect(await lab.look()).toBeUndefined();
    lab.signed(forge.flags, { 'd.yaml': subscriber('d') });
    expect(await lab.look()).toContain('forge signs merges only');
  });

  it('stays out if something was slipped into it', async () => {
    const { lab } = await merged((each) => each.repository.write({ 'b.yaml': subscriber('b', { state: 'disabled' }) }));
    await using _ = lab;

    expect(await lab.look()).toContain('holds what neither of its parents does');
  });
});

describe('a signer who may only so much', () => {
  it.each<[string, Signer['may'], Record<string, string>, string | undefined]>([
    ['his kind', { kinds: ['Subscriber'] }, { 'n/b.yaml': subscriber('b') }, undefined],
    ['another kind', { kinds: ['Service'] }, { 'n/b.yaml': subscriber('b') }, 'Subscriber is none of the kinds'],
    ['his path', { paths: ['n/**'] }, { 'n/b.yaml': subscriber('b') }, undefined],
    ['another path', { paths: ['n/**'] }, { 's/b.yaml': subscriber('b') }, 's/b.yaml is none of the paths'],
    ['his router', { routers: ['r1'] }, { 'b.yaml': subscriber('b', { router: 'r1' }) }, undefined],
    [
      'another router',
      { routers: ['r1'] },
      { 'b.yaml': subscriber('b', { router: 'r2' }) },
      'r2 is none of the routers',
    ],
    ['no router', { routers: ['r1'] }, { 'b.yaml': subscriber('b') }, 'it names no router'],
    ['his label', { labels: { site: 'north' } }, { 'b.yaml': subscriber('b') }, undefined],
    ['another label', { labels: { site: 'south' } }, { 'b.yaml': subscriber('b') }, 'it has not the label site: south'],
    ['what cannot be read', { kinds: ['Subscriber'] }, { 'b.yaml': 'a: [' }, 'cannot be told which objects'],
    [
      'a rule of what is read',
      { kinds: ['Subscriber'] },
      { '.lastmileignore': 'a.yaml' },
      'cannot be told which objects',
    ],
    ['a text for people', { kinds: ['Subscriber'] }, { 'README.md': 'x' }, undefined],
    ['one delete too many', { deletes: 0 }, { 'a.yaml': subscriber('another') }, 'may delete 0 objects'],
    ['as many deletes', { deletes: 1 }, { 'a.yaml': subscriber('another') }, undefined],
  ])('is let in with his own, and no further: %s', async (_, may, files, words) => {
    const { lab, anna } = await withAnna();
    await using __ = lab;
    const bob = sshKey(lab.repository, 'bob');
    lab.signed(
      anna.flags,
      operator([
        { name: 'anna', emails, keys: [{ ssh: anna.pub }] },
        { name: 'bob', emails, keys: [{ ssh: bob.pub }], ...(may === undefined ? {} : { may }) },
      ]),
    );
    expect(await lab.look()).toBeUndefined();

    lab.signed(bob.flags, files);

    const said = await lab.look();
    if (words === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(words);
  });
});

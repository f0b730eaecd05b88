import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BareRepository } from '../support/bare-repository.ts';
import { DaemonProcess, lastmile } from '../support/lastmile.ts';
import { pgpKey, sshKey } from '../support/signing-keys.ts';

const email = 'op@isp.example';

function operator(signers: readonly object[]): Record<string, string> {
  const spec = { source: { verify: { signers } } };
  return {
    'operator.yaml': JSON.stringify({ apiVersion: 'lastmile/v1', kind: 'Operator', metadata: { name: 'isp' }, spec }),
  };
}

function service(name: string, rate = '10M'): string {
  return `apiVersion: lastmile/v1
kind: Service
metadata: {name: ${name}}
spec: {access: [pppoe], rate: {down: ${rate}, up: 5M}}
`;
}

/** A repository with a branch for each way in which a commit can come, all from the commit `base`. */
class Branches implements AsyncDisposable {
  readonly repository: BareRepository;
  readonly anna: ReturnType<typeof sshKey>;
  base = '';

  private constructor(repository: BareRepository) {
    this.repository = repository;
    this.anna = sshKey(repository, 'anna');
  }

  static async make(): Promise<Branches> {
    const all = new Branches(await BareRepository.make({}));
    const { repository, anna } = all;
    const [old, lost, web] = [
      sshKey(repository, 'old'),
      sshKey(repository, 'lost'),
      pgpKey(repository, 'web@forge.example'),
    ];
    const dead = pgpKey(repository, 'dead@isp.example');
    const keys = [{ ssh: anna.pub }, { ssh: lost.pub, revoked: true }, { ssh: old.pub, until: '2021-01-01T00:00:00Z' }];
    const files = operator([
      { name: 'anna', emails: [email], keys: [...keys, { pgp: revoked(dead.home) }] },
      { name: 'forge', emails: [email], keys: [{ pgp: web.pub }], forge: 'merges' },
    ]);
    all.base = all.signed(anna.flags, { ...files, 'a.yaml': service('a') }, { message: 'base' });
    all.branch('right', () => all.signed(anna.flags, { 'b.yaml': service('b') }));
    all.branch('unsigned', () => repository.commit({ 'b.yaml': service('b') }, 'nobody signs this'));
    all.branch('forged', () => all.forged());
    all.branch('backdated', () => all.signed(old.flags, {}, { date: '2020-06-01T00:00:00Z' }));
    all.branch('untrusted', () => all.signed(sshKey(repository, 'mallory').flags, {}));
    all.branch('revoked', () => all.signed(lost.flags, {}));
    all.branch('dead', () => all.pgpSigned(dead.home, 'dead@isp.example', {}));
    all.branch('web', () => all.merged(web.home));
    all.branch('slipped', () => all.merged(web.home, { 'b.yaml': service('b', '99M') }));
    all.branch('edited-on-the-web', () => all.pgpSigned(web.home, 'web@forge.example', { 'e.yaml': service('e') }));
    return all;
  }

  branch(name: string, make: () => unknown): void {
    this.repository.git('checkout', '-q', '-b', name, this.base);
    make();
  }

  signed(
    flags: readonly string[],
    files: Readonly<Record<string, string>>,
    { message = 'signed', date }: { readonly message?: string; readonly date?: string } = {},
  ): string {
    this.repository.write(files);
    const who = date === undefined ? { email } : { email, date };
    this.repository.gitAs(who, ...flags, 'commit', '-q', '--allow-empty', '-S', '-m', message);
    return this.repository.git('rev-parse', 'HEAD');
  }

  pgpSigned(home: string, key: string, files: Readonly<Record<string, string>>): string {
    this.repository.home = home;
    return this.signed(['-c', 'gpg.format=openpgp', '-c', `user.signingkey=${key}`], files);
  }

  /** A branch that was signed, merged by the key of the forge. */
  merged(home: string, slipped: Readonly<Record<string, string>> = {}): void {
    const { repository } = this;
    const into = repository.git('branch', '--show-current');
    repository.git('checkout', '-q', '-b', `${into}-side`);
    this.signed(this.anna.flags, { 'b.yaml': service('b') });
    repository.git('checkout', '-q', into);
    this.signed(this.anna.flags, { 'c.yaml': service('c') });
    repository.git('merge', '-q', '--no-commit', '--no-ff', `${into}-side`);
    this.pgpSigned(home, 'web@forge.example', slipped);
  }

  /** A signature that is right, on words that it is not of. */
  forged(): void {
    const right = this.signed(this.anna.flags, { 'b.yaml': service('b') }, { message: 'what was meant' });
    const raw = this.repository.git('cat-file', 'commit', right);
    const id = execFileSync('git', ['-C', this.repository.work, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      input: `${raw.replace('what was meant', 'what was not')}\n`,
      encoding: 'utf8',
    });
    this.repository.git('reset', '-q', '--hard', id.trim());
  }

  verify(branch: string, ...more: readonly string[]) {
    return lastmile(['verify', `${this.base}..${branch}`, this.repository.work, ...more]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.repository[Symbol.asyncDispose]();
  }
}

/** The public key of a home, with the certificate that gpg makes for it, to be used when it is lost. */
function revoked(home: string): string {
  const gpg = (input: string, ...args: readonly string[]) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  const [, fingerprint = ''] = /^fpr:+([0-9A-F]{40}):/m.exec(gpg('', '--with-colons', '--list-keys')) ?? [];
  const certificate = readFileSync(join(home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8').replace(
    /^:---/m,
    '---',
  );
  const other = join(home, 'public');
  mkdirSync(other, { mode: 0o700 });
  const elsewhere = (input: string, ...args: readonly string[]) =>
    execFileSync('gpg', ['--homedir', other, '--batch', '--quiet', ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  elsewhere(gpg('', '--armor', '--export'), '--import');
  elsewhere(certificate, '--import');
  return elsewhere('', '--armor', '--export');
}

let all: Branches;

beforeAll(async () => {
  all = await Branches.make();
});

afterAll(async () => {
  await all[Symbol.asyncDispose]();
});

describe('lastmile verify', () => {
  it('lets pass what is signed by who may, also merges that a forge has made of it', async () => {
    for (const branch of ['right', 'web']) {
      const { code, out } = await all.verify(branch);

      expect(out).toContain(': signed by anna');
      expect(out).toContain(` verified, by those whom ${all.base.slice(0, 12)} lets sign`);
      expect(code).toBe(0);
    }
  });

  it.each([
    ['unsigned', 'LM_COMMIT_UNSIGNED', 'it is not signed'],
    ['forged', 'LM_COMMIT_FORGED', 'its signature by the key of anna is not right'],
    ['backdated', 'LM_COMMIT_EXPIRED', 'no longer valid, whatever date the commit bears'],
    ['untrusted', 'LM_COMMIT_UNKNOWN_KEY', 'a key that is none of a declared signer'],
    ['revoked', 'LM_COMMIT_REVOKED', 'the key of anna that it is signed by is revoked'],
    ['dead', 'LM_COMMIT_REVOKED', 'the key of anna that it is signed by is revoked'],
    ['slipped', 'LM_COMMIT_MERGE', 'holds what neither of its parents does'],
    ['edited-on-the-web', 'LM_COMMIT_MERGE', 'forge signs merges only, and this is none'],
  ])('refuses the branch %s with %s, for a person, a program and a forge', async (branch, flaw, words) => {
    const [text, json, github] = await Promise.all([
      all.verify(branch),
      all.verify(branch, '-o', 'json'),
      all.verify(branch, '-o', 'github'),
    ]);

    expect(text.out).toContain(flaw);
    expect(text.out).toContain(words);
    const { refused, commits } = JSON.parse(json.out) as { refused: number; commits: readonly object[] };
    expect(refused).toBe(1);
    expect(commits).toContainEqual(expect.objectContaining({ verdict: 'refused', code: flaw }));
    expect(github.out).toContain(`::error title=${flaw}::`);
    expect([text.code, json.code, github.code]).toEqual([4, 4, 4]);
  });

  it('names every commit that is refused, and takes no rules from one', async () => {
    const { repository } = all;
    const bob = sshKey(repository, 'bob');
    all.branch('let-himself-in', () => {
      all.signed(bob.flags, operator([{ name: 'bob', emails: [email], keys: [{ ssh: bob.pub }] }]));
      all.signed(bob.flags, { 'x.yaml': service('x') });
    });

    const { code, out } = await all.verify('let-himself-in');

    expect(out.match(/LM_COMMIT_UNKNOWN_KEY/g)).toHaveLength(2);
    expect(out).toContain('2 of 2 commits refused');
    expect(code).toBe(4);
  });

  it('has nothing to say where no signatures are asked for, or no commit is new', async () => {
    await using plain = await BareRepository.make({ 'a.yaml': service('a') });
    const asked = await lastmile(['verify', 'HEAD', plain.work]);
    const none = await lastmile(['verify', `right..${all.base}`, all.repository.work]);

    expect(asked.err).toContain('asks for no signatures');
    expect(asked.code).toBe(0);
    expect(none.out).toContain('no commit is new');
    expect(none.code).toBe(0);
  });

  it.each([
    ['main...right', 'two dots are meant'],
    ['gone..right', 'there is no commit gone here'],
    [`${'0'.repeat(40)}..right`, 'there is no commit of zeros'],
  ])('refuses %s as usage, in words', async (range, words) => {
    const { code, err } = await lastmile(['verify', range, all.repository.work]);

    expect(err).toContain(words);
    expect(code).toBe(64);
  });
});

describe('a file of this machine that says who may sign', () => {
  function trustFile(name: string, text: string): string {
    const file = join(all.repository.folder.path, name);
    writeFileSync(file, text);
    return file;
  }

  it('counts instead of what is declared: no commit can let anybody in', async () => {
    const carol = sshKey(all.repository, 'carol');
    const file = trustFile(
      'trust.yaml',
      `# Kept by hand.\nsigners:\n  - {name: carol, emails: [${email}], keys: [{ssh: "${carol.pub}"}]}\n`,
    );
    all.branch('by-carol', () => all.signed(carol.flags, {}));

    const [byCarol, byAnna] = [
      await all.verify('by-carol', '--trust', file),
      await all.verify('right', '--trust', file),
    ];

    expect(byCarol.out).toContain(`1 commit verified, by those whom ${file} lets sign`);
    expect(byCarol.code).toBe(0);
    expect(byAnna.out).toContain('LM_COMMIT_UNKNOWN_KEY');
    expect(byAnna.code).toBe(4);
  });

  it.each([
    ['signers:\n  - name: a\n    emials: [a@b]\n', ':3:5: ', 1],
    ['signers:\n  - {name: a, emails: [a@b], keys: [{ssh: no key}]}\n', 'this is no public key of SSH', 1],
    ['signer: []\n', ':1:1: ', 1],
  ])('is refused with its place when it is wrong: %j', async (text, words, exit) => {
    const { code, err } = await all.verify('right', '--trust', trustFile('wrong.yaml', text));

    expect(err).toContain(words);
    expect(code).toBe(exit);
  });

  it('must not lie where commits can change it, nor be written by anybody', async () => {
    const inside = join(all.repository.work, '.git', 'trust.yaml');
    const open = trustFile('open.yaml', 'signers: []\n');
    copyFileSync(open, inside);
    writeFileSync(inside, `signers: [{name: a, emails: [a@b], keys: [{ssh: "${all.anna.pub}"}]}]\n`);
    chmodSync(open, 0o666);

    const [within, writable] = [
      await all.verify('right', '--trust', inside),
      await all.verify('right', '--trust', open),
    ];

    expect(within.err).toContain('keep it where no commit can change it');
    expect(within.code).toBe(64);
    expect(writable.err).toContain('can be written by anybody here');
    expect(writable.code).toBe(1);
  });

  it('is asked anew by the daemon for each commit', async () => {
    await using repository = await BareRepository.make({});
    const [dora, emil] = [sshKey(repository, 'dora'), sshKey(repository, 'emil')];
    const file = join(repository.folder.path, 'trust.yaml');
    const rules = (...keys: readonly { readonly pub: string }[]) =>
      `signers: [{name: ops, emails: [${email}], keys: ${JSON.stringify(keys.map(({ pub }) => ({ ssh: pub })))}}]\n`;
    const signed = (by: typeof dora, rate: string): void => {
      repository.write({
        'a.yaml': `apiVersion: lastmile/v1\nkind: Operator\nmetadata: {name: isp}\nspec: {}\n---\n${service('a', rate)}`,
      });
      repository.git(...by.flags, 'commit', '-q', '-S', '-m', rate);
    };
    writeFileSync(file, rules(dora));
    signed(dora, '10M');
    const state = join(repository.folder.path, 'state');
    const listen = ['auth', 'accounting', 'admin'].flatMap((name) => [`--listen-${name}`, '127.0.0.1:0']);
    await using daemon = await DaemonProcess.start([repository.work, '--state', state, '--trust', file, ...listen]);
    await daemon.logged({ msg: 'revision in force', subject: '10M' });
    signed(emil, '20M');
    await daemon.logged({ msg: 'revision kept out; what is in force stays', reason: 'SignatureInvalid' });
    const applied = await lastmile(['apply', repository.work, '--state', state, '--auto-approve']);

    writeFileSync(file, rules(dora, emil));
    signed(emil, '30M');

    await daemon.logged({ msg: 'revision in force', subject: '30M' });
    expect(applied.err).toContain('it is signed by a key that is none of a declared signer');
    expect(applied.code).toBe(4);
  });
});

describe('apply of what nobody has signed who may', () => {
  it('is refused, also of edits that are not committed, and by what was applied before', async () => {
    await using repository = await BareRepository.make({});
    const [anna, bob] = [sshKey(repository, 'anna'), sshKey(repository, 'bob')];
    const state = join(repository.folder.path, 'state');
    const apply = () => lastmile(['apply', repository.work, '--state', state, '--auto-approve']);
    const signed = (by: typeof anna, files: Record<string, string>): void => {
      repository.write(files);
      repository.git(...by.flags, 'commit', '-q', '-S', '-m', 'next');
    };
    signed(anna, {
      ...operator([{ name: 'anna', emails: [email], keys: [{ ssh: anna.pub }] }]),
      'a.yaml': service('a'),
    });
    const first = await apply();
    repository.write({ 'a.yaml': service('a', '20M') });
    const edited = await apply();
    signed(bob, operator([{ name: 'bob', emails: [email], keys: [{ ssh: bob.pub }] }]));
    const byBob = await apply();
    const pinned = join(repository.folder.path, 'trust.yaml');
    writeFileSync(pinned, `signers: [{name: bob, emails: [${email}], keys: [{ssh: "${bob.pub}"}]}]\n`);
    const asPinned = await lastmile(['apply', repository.work, '--state', state, '--auto-approve', '--trust', pinned]);

    expect(first.code).toBe(0);
    expect(edited.err).toContain('is no commit, and signed ones are asked for');
    expect(edited.code).toBe(4);
    expect(byBob.err).toContain('it is signed by a key that is none of a declared signer');
    expect(byBob.code).toBe(4);
    expect(`${asPinned.out}${asPinned.err}`).not.toContain('Signature');
    expect(asPinned.code).toBe(0);
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lastmile } from '../support/lastmile.ts';
import { ageIdentity, ageRecipient, otherIdentity, otherRecipient, readSops } from '../support/sops-fixture.ts';
import { TempFolder } from '../support/temp-folder.ts';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const env = { LASTMILE_AGE_KEY: ageIdentity };

const network = `# The network of the north, kept by hand.
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: north}
defaults: {service: home}   # all of them
items:
  - name: anna
    username: "anna@isp.example"   # quoted, as it was
    password: canary-anna-1

  # Moved in last week.
  - {name: ben, username: ben@isp.example, password: canary-ben-2}
  - name: carl
    username: carl@isp.example
`;
const rules = `creation_rules:\n  - path_regex: \\.yaml$\n    age: ${ageRecipient}\n`;

async function folder(files: Readonly<Record<string, string>>): Promise<TempFolder> {
  const made = await TempFolder.make();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(made.path, path, '..'), { recursive: true });
    writeFileSync(join(made.path, path), text);
  }
  return made;
}

function git(dir: string, ...args: string[]): string {
  return execFileSync('git', ['-C', dir, '-c', 'user.name=t', '-c', 'user.email=t@isp.example', ...args], {
    encoding: 'utf8',
  });
}

/** The same with standard input. */
function given(input: string, args: readonly string[]) {
  const ran = spawnSync(process.execPath, [entry, ...args], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

describe('secrets of a file', () => {
  it('are encrypted in place: all else stays as it is, to the octet, and others can read them', async () => {
    await using made = await folder({ 'north.yaml': network, '.sops.yaml': rules });
    const file = join(made.path, 'north.yaml');

    const ran = await lastmile(['secrets', 'encrypt', file]);
    const text = readFileSync(file, 'utf8');

    expect(ran).toMatchObject({ code: 0, out: '' });
    expect(text).not.toContain('canary');
    const [head = '', block = ''] = text.split(/^(?=sops:)/m);
    expect(head.replace(/ENC\[[^\]]*\]/, 'canary-anna-1').replace(/"ENC\[[^\]]*\]"/, 'canary-ben-2')).toBe(network);
    expect(block).toContain(`recipient: ${ageRecipient}`);
    expect(await readSops(text)).toMatchObject([
      { items: [{ password: 'canary-anna-1' }, { password: 'canary-ben-2' }, { name: 'carl' }] },
    ]);
  });

  it('are set one by one from standard input, where there was none, in place of another, and drawn', async () => {
    await using made = await folder({ 'north.yaml': network, '.sops.yaml': rules });
    const file = join(made.path, 'north.yaml');
    await lastmile(['secrets', 'encrypt', file]);
    const before = readFileSync(file, 'utf8');

    const first = given('canary-carl-3\n', ['secrets', 'set', file, 'carl', 'password']);
    const second = given('canary-ben-4', ['secrets', 'set', file, 'ben', 'password']);
    const drawn = given('', ['secrets', 'set', file, 'anna', 'password', '--random']);
    const after = readFileSync(file, 'utf8');

    expect([first, second, drawn].map(({ code, out }) => [code, out])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    expect(JSON.stringify([first, second, drawn])).not.toContain('canary');
    expect(await readSops(after)).toMatchObject([
      {
        items: [
          { password: expect.stringMatching(/^\w{32}$/) },
          { password: 'canary-ben-4' },
          { password: 'canary-carl-3' },
        ],
      },
    ]);
    // The data key is the one that was there: nothing else of the file had to change.
    expect(/enc: \|[^l]*/.exec(after)?.[0]).toBe(/enc: \|[^l]*/.exec(before)?.[0]);
    expect(given('x', ['secrets', 'set', file, 'dora', 'password'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('declares no "dora"'),
    });
    expect(given('x', ['secrets', 'set', file, 'carl', 'notes']).err).toContain(
      'does not have "items.notes" encrypted',
    );
  });

  it('are encrypted anew, all of them, for whom .sops.yaml says by now', async () => {
    await using made = await folder({ 'north.yaml': network, '.sops.yaml': rules });
    const file = join(made.path, 'north.yaml');
    await lastmile(['secrets', 'encrypt', file]);
    const before = readFileSync(file, 'utf8');
    writeFileSync(join(made.path, '.sops.yaml'), rules.replace(ageRecipient, otherRecipient));

    const ran = await lastmile(['secrets', 'rotate', file], { env });
    const after = readFileSync(file, 'utf8');

    expect(ran.code).toBe(0);
    const values = (text: string) => new Set(text.match(/ENC\[[^\]]*\]/g));
    expect([...values(after)].filter((value) => values(before).has(value))).toEqual([]);
    expect(await readSops(after, otherIdentity)).toMatchObject([{ items: [{ password: 'canary-anna-1' }, {}, {}] }]);
    await expect(readSops(after)).rejects.toThrow();
    expect((await lastmile(['secrets', 'rotate', file], { env })).err).toContain(`is encrypted for ${otherRecipient}`);
  });

  it('are shown to who has the key, and the audit log says so', async () => {
    await using made = await folder({ 'north.yaml': network, '.sops.yaml': rules });
    const [file, state] = [join(made.path, 'north.yaml'), join(made.path, 'state')];
    await lastmile(['secrets', 'encrypt', file]);

    const shown = await lastmile(['secrets', 'show', file, 'anna', 'password', '--state', state, '--by', 'olga'], {
      env,
    });
    const closed = await lastmile(['secrets', 'show', file, 'anna', 'password', '--state', state]);

    expect(shown).toMatchObject({ code: 0, out: 'canary-anna-1\n' });
    expect(closed).toMatchObject({ code: 64, out: '' });
    const verified = await lastmile(['state', 'verify', '--state', state]);
    expect(verified.code).toBe(0);
    expect(verified.out + verified.err).not.toContain('canary');
  });

  it('that were edited by hand are encrypted when their owner says so, and not otherwise', async () => {
    await using made = await folder({ 'north.yaml': network, '.sops.yaml': rules });
    const file = join(made.path, 'north.yaml');
    await lastmile(['secrets', 'encrypt', file]);
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('    username: carl', '    password: canary-new-5\n    username: carl'),
    );

    const refused = await lastmile(['secrets', 'encrypt', file], { env });
    const meant = await lastmile(['secrets', 'encrypt', '--ignore-mac', file], { env });

    expect(refused).toMatchObject({ code: 64, err: expect.stringContaining('LM_SOPS_PLAIN') });
    expect(meant.code).toBe(0);
    expect(await readSops(readFileSync(file, 'utf8'))).toMatchObject([
      { items: [{}, {}, { password: 'canary-new-5' }] },
    ]);
  });
});

describe('before a commit', () => {
  it('secrets in clear text are refused by what is staged, not by what lies there', async () => {
    await using made = await folder({ 'north.yaml': network, '.sops.yaml': rules, 'examples/a.yaml': network });
    const dir = made.path;
    git(dir, 'init', '-q');
    git(dir, 'add', '.');

    const refused = await lastmile(['secrets', 'check', '--staged', dir]);
    await lastmile(['secrets', 'encrypt', join(dir, 'north.yaml')]);
    const stillStaged = await lastmile(['secrets', 'check', '--staged', dir]);
    git(dir, 'add', '.');
    const passed = await lastmile(['secrets', 'check', '--staged', dir]);

    expect(refused.code).toBe(4);
    expect(refused.out.match(/^\S+/gm)).toEqual(['north.yaml:9:15:', 'north.yaml:12:54:']);
    expect(refused.out).toContain('"password" is a secret in clear text');
    expect(refused.out + refused.err).not.toContain('canary');
    expect(stillStaged.code).toBe(4);
    expect(passed).toEqual({ code: 0, out: '', err: '' });
  });

  it('so are keys, the file of secrets, what a rule has encrypted, and a file that was tampered with', async () => {
    const router = 'apiVersion: lastmile/v1\nkind: Router\nmetadata: {name: r}\nspec:\n  address: 192.0.2.1\n';
    await using made = await folder({
      'notes.txt': `the key is ${ageIdentity}\n`,
      '.lastmile.env': "LASTMILE_SECRET_A='x'\n",
      'north.yaml': network,
      'hidden.yaml': router,
      'routers.yaml': `${router}  config: {/system/script: [{name: a, source: "x"}], /interface/wireless/security-profiles: [{name: p, wpa2-pre-shared-key: canary-key}]}\n`,
    });
    const dir = made.path;
    await lastmile(['secrets', 'encrypt', '--age', ageRecipient, join(dir, 'north.yaml')]);
    writeFileSync(
      join(dir, 'north.yaml'),
      readFileSync(join(dir, 'north.yaml'), 'utf8').replace(/password: ENC\S+/, 'password: mine'),
    );
    writeFileSync(
      join(dir, '.sops.yaml'),
      `creation_rules: [{path_regex: hidden, encrypted_regex: ^address$, age: ${ageRecipient}}]\n`,
    );
    git(dir, 'init', '-q');
    git(dir, 'add', '-f', '.');

    const { code, out, err } = await lastmile(['secrets', 'check', '--staged', dir]);

    expect(code).toBe(4);
    expect(out.match(/^\S+ LM_\S+/gm)?.sort()).toEqual([
      '.lastmile.env:1:1: LM_SECRETS_FILE',
      'hidden.yaml:5:12: LM_SOPS_PLAIN',
      'north.yaml:9:15: LM_SOPS_PLAIN',
      'notes.txt:1:12: LM_AGE_KEY',
      'routers.yaml:6:125: LM_SECRET_IN_TEXT',
    ]);
    expect(out + err).not.toMatch(/canary|AGE-SECRET|mine/);
  });
});

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { schemaCommand } from '../../src/cli/schema.ts';
import { type ValidateOptions, validateCommand } from '../../src/cli/validate.ts';

const broken = join(import.meta.dirname, '../fixtures/broken');
const examples = join(import.meta.dirname, '../../examples');
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lastmile-validate-'));
  folders.push(dir);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

async function validate(dir: string, options: ValidateOptions = {}, surroundings: Partial<Io> = {}) {
  let out = '';
  let err = '';
  const io: Io = { out: (text) => (out += text), err: (text) => (err += text), env: {}, color: false, ...surroundings };
  const code = await validateCommand(dir, options, io);
  return { code, out, err };
}

describe('a repository with a different mistake in each of six files', () => {
  it('SPL-25: shows all of them in one run, each with its place, and exits 3', async () => {
    const { code, out, err } = await validate(broken);

    expect(code).toBe(3);
    expect(err).toBe('');
    await expect(out).toMatchFileSnapshot('../golden/validate/broken.txt');
  });

  it('says the same to programs', async () => {
    const { code, out } = await validate(broken, { output: 'json' });

    const report = JSON.parse(out) as {
      errors: number;
      files: number;
      issues: { severity: string; file: string; line: number; code: string }[];
    };
    const errors = report.issues
      .filter(({ severity }) => severity === 'error')
      .map(({ file, line, code }) => `${file}:${line} ${code}`);
    expect(code).toBe(3);
    expect(errors).toEqual([
      'operator.yaml:11 LM_UNKNOWN_KEY',
      'service.yaml:15 LM_WRONG_TYPE',
      'subscribers/address.yaml:10 LM_ADDRESS_OUTSIDE_POOLS',
      'subscribers/north.yaml:12 LM_DUPLICATE_USERNAME',
      'subscribers/south.yaml:6 LM_UNKNOWN_REFERENCE',
      'subscribers/west.yaml:7 LM_YAML_SYNTAX',
    ]);
    expect(report).toMatchObject({ errors: 6, files: 7 });
  });

  it('annotates the lines of a pull request', async () => {
    const { out } = await validate(broken, { output: 'github' });

    expect(out).toContain(
      '::error file=operator.yaml,line=11,col=5,endColumn=24,title=LM_UNKNOWN_KEY::unknown key "mesageAuthenticator"',
    );
  });

  it('colours only where colour is wanted', async () => {
    const colourCode = '\u001b[';

    expect((await validate(broken, {}, { color: true })).out).toContain(colourCode);
    expect((await validate(broken, {}, { color: true, env: { NO_COLOR: '1' } })).out).not.toContain(colourCode);
    expect((await validate(broken)).out).not.toContain(colourCode);
  });
});

describe('a folder', () => {
  it('that is not there is an error of reading, not of the declarations', async () => {
    const { code, err } = await validate(join(broken, 'nowhere'));

    expect(code).toBe(1);
    expect(err).toContain('it is not there');
  });

  it('without declarations is invalid', async () => {
    const { code, out } = await validate(await folder({ 'README.md': '# nothing' }));

    expect(code).toBe(3);
    expect(out).toContain('LM_NO_DOCUMENTS');
  });

  it('with a thousand errors shows as many as asked for and counts the rest', async () => {
    const items = Array.from({ length: 1000 }, (_, index) => `  - {name: s${index}, usrname: x}`).join('\n');
    const text = `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: many}\nitems:\n${items}\n`;

    const { code, out } = await validate(await folder({ 'many.yaml': text }), { maxErrors: 5 });

    expect(code).toBe(3);
    expect(out.match(/LM_UNKNOWN_KEY/g)).toHaveLength(5);
    expect(out).toContain('… and 996 more');
  });
});

describe('a code frame', () => {
  it('never shows the secret on or beside the line', async () => {
    const text = `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.1
  api:
    username: admin
    pasword: wrong-key
    password: hunter2-in-clear
    prot: 8728
  radius: {secret: "flow-secret-1", sekret: x}
---
apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: anna}
spec:
  service: nope
  username: anna
  password: |
    block-secret-2
  router: nope
`;
    const { out } = await validate(await folder({ 'router.yaml': text }));

    expect(out).toContain('LM_UNKNOWN_KEY');
    for (const secret of ['hunter2-in-clear', 'flow-secret-1', 'block-secret-2']) expect(out).not.toContain(secret);
  });

  it('makes control and direction characters harmless and cuts long lines', async () => {
    const text = `apiVersion: lastmile/v1\nkind: Service\nmetadata: {name: a}\nspec:\n  titel: "\u202e\u001b[31m${'x'.repeat(1_000_000)}"\n`;
    const { out } = await validate(await folder({ 'service.yaml': text }));

    expect(out).not.toContain('\u202e');
    expect(out).not.toContain('\u001b');
    expect(out.length).toBeLessThan(5000);
  });
});

describe('the examples', () => {
  it.each(['demo-isp', 'pppoe-single-router'])('%s is valid, also when copied out of here', async (name) => {
    const env = {
      LASTMILE_SECRET_MASTER: 'a master key of at least 32 octets!',
      LASTMILE_SECRET_API: 'x',
      LASTMILE_SECRET_RADIUS: 'x',
    };
    const copy = await folder({});
    await cp(join(examples, name), copy, { recursive: true });

    const here = await validate(join(examples, name), {}, { env });
    const there = await validate(copy, {}, { env });

    expect(here.out).toContain('0 errors');
    expect([here.code, there.code]).toEqual([0, 0]);
  });
});

describe('the schemas', () => {
  it('are printed, for one kind or all', async () => {
    let out = '';
    const io: Io = { out: (text) => (out += text), err: () => {}, env: {}, color: false };

    expect(await schemaCommand({ kind: 'Router' }, io)).toBe(0);

    expect(JSON.parse(out)).toMatchObject({ title: 'Router', properties: { kind: { const: 'Router' } } });
  });

  it('of a kind that is not there are a mistake of usage', async () => {
    let err = '';
    const io: Io = { out: () => {}, err: (text) => (err += text), env: {}, color: false };

    expect(await schemaCommand({ kind: 'Ruoter' }, io)).toBe(64);
    expect(err).toContain('did you mean Router?');
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatText } from '../../src/manifest/format.ts';
import { readYamlFile } from '../../src/manifest/yaml-file.ts';
import { lastmile } from '../support/lastmile.ts';
import { TempFolder } from '../support/temp-folder.ts';

describe('a new repository', () => {
  it.each([
    ['github', '.github/workflows/lastmile.yml'],
    ['gitlab', '.gitlab-ci.yml'],
    ['gitea', '.gitea/workflows/lastmile.yml'],
    ['forgejo', '.forgejo/workflows/lastmile.yml'],
  ])(
    'is valid as it is, in canonical form, without secrets, and its CI for %s runs these checks',
    async (forge, path) => {
      await using folder = await TempFolder.make();
      const dir = folder.path;

      const made = await lastmile(['init', dir, '--ci', forge]);
      const again = await lastmile(['init', dir]);

      expect(made.code).toBe(0);
      expect(again).toMatchObject({ code: 1, err: expect.stringContaining('is there already: nothing was written') });
      const ci = readFileSync(join(dir, path), 'utf8');
      expect(parse(ci)).toBeTypeOf('object');
      const steps = [...ci.matchAll(/(?:run:|-) lastmile (.*)/g)].map(([, step]) => (step ?? '').split(' '));
      // They are run in test/cli/ci-files.test.ts.
      expect(steps.map(([command]) => command)).toEqual(expect.arrayContaining(['validate', 'fmt', 'secrets']));
      for (const file of ['operator.yaml', 'routers/gateway.yaml', 'subscribers/north.yaml']) {
        const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(join(dir, file), 'utf8')) ?? [];
        expect(JSON.parse(readFileSync(join(dir, file, '..', schema), 'utf8'))).toHaveProperty('title');
      }
    },
  );

  it('has a hook that stops a commit with a secret in it', async () => {
    await using folder = await TempFolder.make();
    const dir = folder.path;
    await lastmile(['init', dir]);
    const bin = join(dir, '.bin');
    execFileSync('mkdir', ['-p', bin]);
    const main = join(import.meta.dirname, '../../dist/main.js');
    writeFileSync(join(bin, 'lastmile'), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', dir, '-c', 'user.name=t', '-c', 'user.email=t@isp.example', ...args], {
        env,
        stdio: 'pipe',
      });
    git('init', '-q');
    git('config', 'core.hooksPath', '.githooks');
    git('add', '.');
    git('commit', '-q', '-m', 'begun');
    const path = join(dir, 'subscribers/north.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('username: anna}', 'username: anna, password: canary-1}'));
    git('add', '.');

    expect(() => git('commit', '-q', '-m', 'oops')).toThrow(/LM_SECRET_IN_TEXT/);
    expect(() => git('commit', '-q', '-m', 'oops')).not.toThrow(/canary/);
  });
});

const untidy = `# yaml-language-server: $schema=x.json
kind:   SubscriberList   # many
apiVersion: lastmile/v1
metadata: { name: north }
items:
    - username: 'anna'
      name: anna
      # Her own.
      notes: >-
        a long text
        in two lines
    - {username: ben,   name: ben, notes: "0123"}
`;

describe('one form', () => {
  it('is what fmt writes: keys in order where no comment stands between them, comments and values as they were', async () => {
    await using folder = await TempFolder.make();
    const file = join(folder.path, 'a.yaml');
    writeFileSync(file, untidy);

    const checked = await lastmile(['fmt', '--check', folder.path]);
    const kept = readFileSync(file, 'utf8');
    const written = await lastmile(['fmt', file]);
    const after = readFileSync(file, 'utf8');

    expect([checked.code, kept, written.code]).toEqual([2, untidy, 0]);
    expect(parse(after)).toEqual(parse(untidy));
    expect(after.match(/#.*/g)).toEqual(untidy.match(/#.*/g));
    expect(after).toContain('  - {name: ben, username: ben, notes: "0123"}\n');
    expect((await lastmile(['fmt', '--check', folder.path])).code).toBe(0);
  });

  it('of any document is its own, and says the same', () => {
    const word = fc.constantFrom(
      'anna',
      '0123',
      '1e3',
      'yes',
      '~',
      'a: b',
      '# no',
      ' x',
      'é',
      "it's",
      '',
      'true',
      '2027-01-31',
    );
    const leaf = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('name', 'spec', 'username', 'password', 'x-y', 'services'), tie('tree'), {
          maxKeys: 4,
        }),
      ),
    }));
    const layout = fc.record({ indent: fc.constantFrom(1, 2, 4), flow: fc.boolean(), comment: fc.boolean() });
    fc.assert(
      fc.property(tree, layout, (spec, { indent, flow, comment }) => {
        const document = { spec, kind: 'Subscriber', metadata: { name: 'a' }, apiVersion: 'lastmile/v1' };
        const json = JSON.stringify(document, undefined, flow ? undefined : indent);
        const text = comment ? `# first\n${json} # last\n` : json;

        const first = formatText('a.yaml', text);
        if (!('text' in first)) return;

        expect(formatText('a.yaml', first.text)).toEqual(first);
        expect(readYamlFile('a.yaml', first.text).documents[0]?.value).toEqual(document);
      }),
      { numRuns: 150 },
    );
    expect(formatText('a.yaml', '{kind: Service, apiVersion: lastmile/v1}')).toEqual({
      text: '{apiVersion: lastmile/v1, kind: Service}\n',
    });
  });

  it('is not forced on a file that is encrypted, or has errors', () => {
    expect(formatText('a.yaml', 'kind: Service\nsops: {}\n')).toEqual({ left: expect.stringContaining('encrypted') });
    expect(formatText('a.yaml', 'a: [1\n')).toEqual({ left: expect.stringContaining('errors') });
  });
});

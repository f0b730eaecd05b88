import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lastmile-secrets-'));
  await mkdir(join(dir, 'secrets/routers'), { recursive: true });
  await writeFile(join(dir, 'outside'), 'outside');
  await writeFile(join(dir, 'secrets/routers/core-1'), 'the secret\n');
  await writeFile(join(dir, 'secrets/spaces'), '  kept \n\n');
  await writeFile(join(dir, 'secrets/huge'), Buffer.alloc(70_000, 'x'));
  await symlink(join(dir, 'outside'), join(dir, 'secrets/escape'));
  await symlink(dir, join(dir, 'secrets/up'));
  await symlink('routers/core-1', join(dir, 'secrets/alias'));
});

afterAll(() => rm(dir, { recursive: true }));

function file(path: string): string {
  const found = secretResolver({ env: {}, folder: join(dir, 'secrets') }).file(path);
  return found.result === 'found' ? found.secret.reveal() : `${found.result}: ${found.reason}`;
}

describe('a secret from the environment', () => {
  const resolver = secretResolver({ env: { LASTMILE_SECRET_A: 'a', HOME: '/root' } });

  it('is read', () => {
    expect(resolver.env('LASTMILE_SECRET_A')).toMatchObject({ result: 'found' });
  });

  it('is missing when it is not set', () => {
    expect(resolver.env('LASTMILE_SECRET_B')).toMatchObject({ result: 'missing' });
  });

  it.each(['HOME', 'PATH', 'lastmile_secret_a', '__proto__', 'LASTMILE_TOKEN'])(
    '%s is refused: only our prefix is read',
    (name) => {
      expect(resolver.env(name)).toMatchObject({ result: 'refused' });
    },
  );
});

describe('a secret from a file', () => {
  it('loses the newline at its end and nothing else', () => {
    expect(file('routers/core-1')).toBe('the secret');
    expect(file('spaces')).toBe('  kept \n');
    expect(file('alias')).toBe('the secret');
  });

  it.each([
    '../outside',
    '/etc/passwd',
    'routers/../../outside',
    'escape',
    'up/outside',
    '.',
    'routers',
    'huge',
    'a\0b',
  ])('%s is refused', (path) => {
    expect(file(path)).toMatch(/^refused: /);
  });

  it('is missing when it is not there, or no folder was given', () => {
    expect(file('nothing')).toMatch(/^missing: /);
    expect(secretResolver({ env: {} }).file('routers/core-1')).toMatchObject({ result: 'missing' });
  });
});

import { describe, expect, it } from 'vitest';
import { has, isAtLeast, isUnknownNewer, parseVersion } from '../../src/routeros/versions.ts';
import { configured, configuredLab } from './config/support.ts';
import { settle } from './menus/support.ts';

const version = (text: string) => {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
};

describe('a version of RouterOS', () => {
  it.each([
    ['7.22.3 (stable)', '7.22.3', true],
    ['7.23.7 (long-term)', '7.24', false],
    ['7.24rc1', '7.24', true],
    ['6.49.17 (stable)', '6.49', true],
    ['6.48.6 (long-term)', '6.49', false],
    ['7.9', '7.10', false],
  ])('%s is at least %s: %s', (text, least, is) => {
    expect(isAtLeast(version(text), least)).toBe(is);
  });

  it('is nothing where there is no number', () => {
    expect(parseVersion('stable')).toBeUndefined();
  });

  it('has what came before it and has not gone', () => {
    expect(has(version('7.15'), { since: '7.15' })).toBe(true);
    expect(has(version('7.14.3'), { since: '7.15' })).toBe(false);
    expect(has(version('7.21'), { goneSince: '7.21' })).toBe(false);
    expect(has(undefined, { since: '7.15' })).toBe(true);
  });

  it('is unknown when newer than all, but for patches of the newest', () => {
    expect(isUnknownNewer(version('7.24.9'))).toBe(false);
    expect(isUnknownNewer(version('7.25beta2'))).toBe(true);
  });
});

describe('a router', () => {
  const model = configured('{}', 'pools: [{name: home, ranges: [10.1.0.0/24]}]');

  it('with a newer RouterOS than any known works, and says so', async () => {
    await using lab = await configuredLab(model, { version: '7.31' });

    const { plan } = await settle(lab, model, lab.inventory);

    expect(plan.findings).toContainEqual(expect.objectContaining({ code: 'LM_ROUTER_VERSION_UNKNOWN' }));
    expect(lab.router.rows('/ip/pool')).toHaveLength(1);
  });

  it('with an older one than is known is refused with words', async () => {
    await using lab = await configuredLab(model, { version: '6.48.6' });

    await expect(settle(lab, model, lab.inventory)).rejects.toMatchObject({
      code: 'LM_ROUTER_VERSION',
      message: expect.stringContaining('upgrade it') as string,
    });
    expect(lab.router.rows('/ip/pool')).toHaveLength(0);
  });
});

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkGitHook } from '../../src/hooks/git-hook.ts';

const secret = "It's a Secret to Everybody";
const body = Buffer.from('Hello, World!');
/** The example in GitHub's documentation of webhooks. */
const github = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
const now = 1_700_000_000;

function isRight(
  headers: Record<string, string>,
  secrets: readonly string[] = ['another', secret],
  text = body,
): boolean {
  const check = checkGitHook(headers, secrets, now);
  // In pieces, as it comes.
  for (const at of [0, 5]) check?.update(text.subarray(at, at === 0 ? 5 : undefined));
  return check?.isRight() ?? false;
}

function standard(at: number, key: string | Buffer = secret): Record<string, string> {
  const signature = createHmac('sha256', key).update(`msg_1.${at}.`).update(body).digest('base64');
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at), 'webhook-signature': `v1,AAAA v1,${signature}` };
}

describe('a webhook of a push', () => {
  it.each([
    ['GitHub', { 'x-hub-signature-256': `sha256=${github}` }],
    ['Gitea', { 'x-gitea-signature': github }],
    ['Forgejo', { 'x-forgejo-signature': github, 'x-gitea-signature': github }],
    ['Gogs', { 'x-gogs-signature': github }],
    ['a script of one’s own', { 'x-signature': `sha256=${github.toUpperCase()}` }],
    ['GitLab with a token', { 'x-gitlab-token': secret }],
    ['GitLab with a signing token', standard(now)],
  ])('of %s is known by any of the secrets', (_, headers) => {
    expect(isRight(headers)).toBe(true);
    expect(isRight(headers, ['another'])).toBe(false);
    expect(isRight(headers, [])).toBe(false);
  });

  it('is not believed when another body is signed', () => {
    const other = Buffer.from('Hello, World?');

    for (const headers of [{ 'x-hub-signature-256': `sha256=${github}` }, standard(now)]) {
      expect(isRight(headers, [secret], other)).toBe(false);
    }
  });

  it('of Standard Webhooks is not believed five minutes later, and takes a key in base64', () => {
    const key = Buffer.from('0123456789abcdef0123456789abcdef');

    expect(isRight(standard(now - 301))).toBe(false);
    expect(isRight(standard(now + 301))).toBe(false);
    expect(isRight(standard(now, key), [`whsec_${key.toString('base64')}`])).toBe(true);
  });

  it('without a proof is no such thing, and one with a broken proof is not right', () => {
    expect(checkGitHook({ 'content-type': 'application/json' }, [secret], now)).toBeUndefined();
    for (const value of ['', 'sha256=', 'sha1=abc', github.slice(1)]) {
      expect(isRight({ 'x-hub-signature-256': value })).toBe(false);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { errorsOf, lines, load, modelOf, operator } from '../../support/manifest.ts';

const notify = (...webhooks: readonly string[]) => ({
  'isp.yaml': `${operator}  notify:\n${webhooks.map((each) => `    - ${each}\n`).join('')}`,
});

describe('webhooks of the Operator', () => {
  it('are told all events, for three days, unless declared otherwise', () => {
    const { webhooks } = modelOf(
      notify(
        '{name: billing, url: "https://billing.example/hook", secret: {derive: 1}}',
        '{name: noc, url: "http://127.0.0.1:9/x", secret: s3cret, events: [target.*], timeout: 2s, giveUpAfter: 1h}',
      ),
    );

    expect(webhooks).toMatchObject([
      { name: 'billing', url: 'https://billing.example/hook', events: ['*'], timeoutMs: 10_000, giveUpMs: 259_200_000 },
      { name: 'noc', events: ['target.*'], timeoutMs: 2_000, giveUpMs: 3_600_000 },
    ]);
    expect(webhooks?.[1]?.secret?.reveal()).toBe('s3cret');
    expect(webhooks?.[0]?.secret?.reveal()).toHaveLength(32);
  });

  it('are refused where they cannot work, each at its place', () => {
    const manifest = load(
      notify(
        '{name: a, url: "ftp://billing.example", secret: s}',
        '{name: a, url: "https://b.example", secret: s, events: [sesion.stopped], timeout: 100ms}',
        '{name: c, url: "http://127.0.0.1:1", secret: s, ca: nonsense, giveUpAfter: 31d}',
      ),
    );

    expect(errorsOf(manifest)).toEqual([
      expect.stringMatching(/^isp\.yaml:9:\d+ error LM_NOTIFY "ftp:\/\/billing\.example" is no address of a program$/),
      expect.stringMatching(/^isp\.yaml:10:\d+ error LM_DUPLICATE_ENTRY "a" stands twice in this list$/),
      expect.stringMatching(/^isp\.yaml:10:\d+ error LM_NOTIFY there are no events "sesion\.stopped"$/),
      expect.stringMatching(/^isp\.yaml:10:\d+ error LM_NOTIFY "100ms" is not possible here$/),
      expect.stringMatching(/^isp\.yaml:11:\d+ error LM_NOTIFY http:\/\/ shows no certificate$/),
      expect.stringMatching(/^isp\.yaml:11:\d+ error LM_NOTIFY this is no certificate in PEM$/),
      expect.stringMatching(/^isp\.yaml:11:\d+ error LM_NOTIFY "31d" is not possible here$/),
    ]);
  });

  it('are chats and forges, too, with what those need and nothing else', () => {
    const given = notify(
      '{name: chat, format: slack, secretUrl: "https://hooks.slack.example/T0/B0/xyz"}',
      '{name: forge, format: gitea, url: "https://git.example/api/v1/repos/acme/isp", token: t0ken}',
    );
    const wrong = notify(
      '{name: a, format: teams, secret: s}',
      '{name: b, format: github, url: "https://api.github.com/repos/acme/isp", events: [target.*]}',
      '{name: c, url: "https://c.example", token: t}',
      '{name: d, format: slack, secretUrl: {derive: 1}}',
    );

    expect(modelOf(given).webhooks).toMatchObject([
      { name: 'chat', format: 'slack', events: ['target.*', 'drift.*', 'revision.*', 'source.*', 'heartbeat.*'] },
      { name: 'forge', format: 'gitea', events: ['revision.*'] },
    ]);
    expect(JSON.stringify(modelOf(given).webhooks)).not.toMatch(/xyz|t0ken/);
    expect(errorsOf(load(wrong)).map((line) => line.replace(/^.* LM_NOTIFY /, ''))).toEqual([
      'url or secretUrl is needed, and not both',
      'nothing is signed for teams',
      'token is needed: github takes no status without one',
      'github is told the status of commits, and nothing else',
      'secret is needed: requests are signed by it',
      'token is of no use to events',
      'this is given by others: it cannot be derived',
    ]);
  });

  it('warn of who reads along', () => {
    const manifest = load(notify('{name: a, url: "http://billing.example", secret: {derive: 1}}'));

    expect(errorsOf(manifest)).toEqual([]);
    expect(lines(manifest).filter((line) => line.includes('LM_NOTIFY_PLAIN'))).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { NewEvent } from '../../src/events/event.ts';
import type { EventType } from '../../src/model/event-types.ts';
import type { Webhook } from '../../src/model/kinds/operator.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { EventLab, Program, webhook } from './webhook-lab.ts';

const sha = '0123456789abcdef0123456789abcdef01234567';
const revision = `main@sha1:${sha}`;

function ofRevision(type: EventType, message: string, id = revision): NewEvent {
  const data = { revision: id, author: 'Ann <ann@isp.example>', subject: 'Faster <b>*home*</b>', message };
  return { type, at: 1000, subject: `revision/${id}`, data };
}

/** What a program of this format is told of these events. */
async function told(
  more: Partial<Webhook>,
  events: readonly NewEvent[],
  times: number,
  answer?: Program['answer'],
): Promise<Program['told']> {
  await using lab = await EventLab.start(new QuickClock());
  await using program = await Program.start();
  if (answer !== undefined) program.answer = answer;
  const { secret: _, ...rest } = webhook(program.url, { events: ['revision.*', 'target.*', 'drift.*'], ...more });
  await using sender = await lab.sender(rest);
  await lab.log.add(events);
  await program.asked(times);
  await sender[Symbol.asyncDispose]();
  expect(sender.state()).toMatchObject({ deadLetters: 0, failures: 0 });
  return program.told;
}

describe('a forge', () => {
  const life = [
    ofRevision('revision.in-force', 'in force, and being applied', 'folder@sha256:00'),
    ofRevision('revision.in-force', 'in force, and being applied'),
    ofRevision('revision.failing', `core-1: ${'x'.repeat(200)}`),
    ofRevision('revision.applied', 'applied on 2 targets'),
  ];
  const token = new Secret('t0ken');
  const states = (all: Program['told']) => all.map(({ body }) => (JSON.parse(body) as { state: string }).state);

  it.each([
    ['github', ['pending', 'failure', 'success'], { authorization: 'Bearer t0ken' }],
    ['gitea', ['pending', 'failure', 'success'], { authorization: 'token t0ken' }],
    ['gitlab', ['pending', 'failed', 'success'], { 'private-token': 't0ken' }],
  ] as const)(
    'of %s is told the status of each commit, in order, and nothing of folders',
    async (format, wanted, headers) => {
      const asked = await told({ format, token }, life, 3);

      expect(asked.map(({ url }) => url)).toEqual(Array.from({ length: 3 }, () => `/hook/statuses/${sha}`));
      expect(states(asked)).toEqual(wanted);
      expect(asked[0]?.headers).toMatchObject(headers);
      const described = JSON.parse(asked[1]?.body ?? '') as { description: string; context?: string; name?: string };
      expect(Array.from(described.description)).toHaveLength(140);
      expect(described.context ?? described.name).toBe('lastmile/apply');
      expect(asked[0]?.headers['webhook-signature']).toBeUndefined();
    },
  );

  it('of gitlab that has the status already has been told', async () => {
    const body = '{"message":"Cannot transition status via :enqueue from :pending"}';

    const asked = await told({ format: 'gitlab', token }, life, 3, () => ({ status: 400, body }));

    expect(asked).toHaveLength(3);
  });
});

describe('a chat', () => {
  const events: readonly NewEvent[] = [
    ofRevision('revision.applied', 'applied on 2 targets'),
    {
      ...{ type: 'target.failing', at: 1, subject: 'target/core-1' },
      data: { target: 'core-1', message: 'router core-1 did not answer' },
    },
    {
      ...{ type: 'drift.found', at: 1, subject: 'target/core-1' },
      data: { target: 'core-1', message: '1 rows were otherwise than declared', rows: ['core-1/ip/pool/home'] },
    },
  ];

  it('of Slack has a line of each, in which nothing of a commit is a link or markup', async () => {
    const [asked] = await told({ format: 'slack' }, events, 1);

    expect((JSON.parse(asked?.body ?? '') as { text: string }).text.split('\n')).toEqual([
      ':white_check_mark: main@0123456789 "Faster &lt;b&gt;*home*&lt;/b&gt;" (Ann): applied on 2 targets',
      ':warning: core-1 is not in step: router core-1 did not answer',
      ':warning: core-1: 1 rows were otherwise than declared: core-1/ip/pool/home',
    ]);
  });

  it('of Teams has an Adaptive Card', async () => {
    const [asked] = await told({ format: 'teams', events: ['target.*'] }, events, 1);

    expect(JSON.parse(asked?.body ?? '')).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            type: 'AdaptiveCard',
            body: [
              { type: 'TextBlock', color: 'Attention', text: 'core-1 is not in step: router core-1 did not answer' },
            ],
          },
        },
      ],
    });
  });
});

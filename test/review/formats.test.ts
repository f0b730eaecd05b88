import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedChange } from '../../src/reconcile/plan.ts';
import { planAnnotations } from '../../src/review/plan-annotations.ts';
import { planHtml } from '../../src/review/plan-html.ts';
import { largestComment, planMarkdown, planMarker } from '../../src/review/plan-markdown.ts';
import { hostilePlan, planWith, usualPlan } from './support.ts';

/** The lines of Markdown that stand in no block of code, by the rules of CommonMark §4.5. */
function outsideCode(markdown: string): readonly string[] {
  let ticks = 0;
  const outside: string[] = [];
  for (const line of markdown.split('\n')) {
    const [, run = '', rest = ''] = /^ {0,3}(`{3,})(.*)$/.exec(line) ?? [];
    if (ticks === 0 && run !== '' && !rest.includes('`')) ticks = run.length;
    else if (ticks > 0 && run.length >= ticks && rest.trim() === '') ticks = 0;
    else if (ticks === 0) outside.push(line);
  }
  expect(ticks).toBe(0);
  return outside;
}

/** What lines of a comment may be besides code: nothing in them comes from a declaration but within a code span. */
const ours = [
  /^$/,
  /^<!-- lastmile:plan -->$/,
  /^### lastmile: (?:Nothing to change[a-z ]*|[\d, a-z]+(?:; \d+ sessions affected)?)$/,
  /^(`+) ?.*? ?\1, checksum `[0-9a-f]{64}`$/u,
  /^\*\*(?:Refused|Not looked at|Worth knowing)\*\*$/,
  /^_[A-Z][^_<>]*_$/,
  /^<details><summary>(?:Live sessions of \d+ subscribers?|<b>[a-z0-9-]+<\/b>: [\d, a-z]+)<\/summary>$/,
  /^<p><b>[a-z0-9-]+<\/b>: [\d, a-z]+<\/p>$/,
  /^<\/details>$/,
  /^<sub>Where <code>[^<]*<\/code> is <code>approved<\/code>, [^<]* <code>Lastmile-Plan: [0-9a-f]{64}<\/code><\/sub>$/,
  /^… and \d+ more targets with \d+ changes$/,
];

function manyChanges(targets: number, rows: number): readonly PlannedChange[] {
  return Array.from({ length: targets }, (_, target) =>
    Array.from({ length: rows }, (__, row): PlannedChange => {
      const [name, identity] = [`router-${target}`, `subscriber-${row}@isp.example`];
      return {
        ...{ address: `${name}/ppp/secret/${identity}`, target: name, menu: '/ppp/secret', identity },
        ...{
          actions: ['create'],
          owner: `Subscriber/s-${row}`,
          before: null,
          after: { name: identity, profile: 'home' },
        },
        ...{ fields: ['name', 'profile'], adopts: false, source: { file: 'a.yaml', line: row + 1 }, cause: 'git' },
      };
    }),
  ).flat();
}

describe('a plan in a pull request', () => {
  it('is told in full where it is small', async () => {
    await expect(planMarkdown(usualPlan)).toMatchFileSnapshot('golden/plan.md');
    await expect(planAnnotations(usualPlan, 'isp/')).toMatchFileSnapshot('golden/plan.github.txt');
    await expect(planHtml(usualPlan)).toMatchFileSnapshot('golden/plan.html');
  });

  it('is nothing but our words and code, whatever names are in it', () => {
    fc.assert(
      fc.property(hostilePlan, (plan) => {
        const lines = outsideCode(planMarkdown(plan));

        for (const line of lines) expect(ours.some((pattern) => pattern.test(line))).toBe(true);
      }),
    );
  });

  it('fits a comment, however large, and says what it leaves out', () => {
    for (const [targets, rows] of [
      [1, 600],
      [1, 2_000],
      [40, 60],
      [900, 12],
      [3_000, 1],
    ] as const) {
      const changes = manyChanges(targets, rows);
      const told = planMarkdown(planWith({ changes }));

      expect(Buffer.byteLength(told)).toBeLessThanOrEqual(largestComment);
      expect(told.startsWith(planMarker)).toBe(true);
      expect(told).toContain(`${targets * rows} to create`);
      expect(told).toContain('Not all is shown here');
      expect(outsideCode(told).every((line) => ours.some((pattern) => pattern.test(line)))).toBe(true);
    }
  });

  it('folds fields before rows, and rows before targets', () => {
    const changes = manyChanges(3, 200);

    const whole = planMarkdown(planWith({ changes }), 1_000_000);
    const rows = planMarkdown(planWith({ changes }), 60_000);
    const counted = planMarkdown(planWith({ changes }), 4_000);

    expect(whole).toContain('profile = home');
    expect(rows).not.toContain('profile = home');
    expect(rows).toContain('subscriber-199@isp.example');
    expect(counted).toContain('<b>router-2</b>: 200 to create');
    expect(counted).toContain('… and 190 more');
  });

  it('annotates lines, each in one command that no text can end', () => {
    fc.assert(
      fc.property(hostilePlan, (plan) => {
        const text = planAnnotations(plan);
        const lines = text.split('\n');

        expect(lines.pop()).toBe('');
        expect(text).not.toContain('\r');
        for (const line of lines) {
          expect(line).toMatch(
            /^::(?:error|warning|notice) (?:(?:file|line|title)=[^,:]*)(?:,(?:line|title)=[^,:]*)*::/u,
          );
        }
        for (const level of ['error', 'warning', 'notice']) {
          expect(lines.filter((line) => line.startsWith(`::${level} `)).length).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});

describe('a plan as a page', () => {
  it('holds no mark-up but ours, whatever names are in it', () => {
    fc.assert(
      fc.property(hostilePlan, (plan) => {
        const body = planHtml(plan).split('<body>')[1] ?? '';

        const tags = [...body.matchAll(/<[^>]*>?/gu)].map(([tag]) => tag);
        for (const tag of tags) {
          expect(tag).toMatch(
            /^<(?:\/?(?:h1|h2|p|code|ul|li|table|tr|td|div|span|details|summary|body|html)|br|details open|(?:ul|p|td|span|div) class="(?:refused|note|row|create|update|delete|move)")>$/,
          );
        }
      }),
    );
  });

  it('loads nothing', () => {
    const page = planHtml(usualPlan);

    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<(?:script|link|img|iframe)|url\(|https?:/);
  });
});

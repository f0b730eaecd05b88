import { printable } from '../base/bytes.ts';
import type { PlanDocument, PlannedChange } from '../reconcile/plan.ts';
import { actionOf, changeNotes, changesByTarget, fieldWords, rowWords, summaryWords } from './change-words.ts';
import { escapeHtml } from './html-text.ts';

/** Stands in the first line, unseen: by it a job finds the comment that it wrote before, and writes it anew. */
export const planMarker = '<!-- lastmile:plan -->';

/**
 * Octets of a comment. GitHub takes 65,536 characters, GitLab a million, Gitea and Forgejo more than GitHub by default: what
 * fits here fits everywhere, however it is counted.
 */
export const largestComment = 65_000;

/** How much of a plan is told. */
interface Fold {
  /** Fields of each change. */
  readonly fields: boolean;
  /** Changes named of each target; the rest is counted. */
  readonly changes: number;
  /** Targets with their changes, and lines of each list; the rest is counted. */
  readonly items: number;
}

const all = Number.POSITIVE_INFINITY;
/** From everything to next to nothing: the first that fits is taken. */
const folds: readonly Fold[] = [
  { fields: true, changes: all, items: all },
  { fields: false, changes: all, items: all },
  { fields: false, changes: 200, items: 200 },
  { fields: false, changes: 40, items: 100 },
  { fields: false, changes: 10, items: 50 },
  { fields: false, changes: 3, items: 20 },
  { fields: false, changes: 0, items: 20 },
  { fields: false, changes: 0, items: 3 },
];

/**
 * A plan as a comment of a pull request. Whatever came from a declaration or a router stands in code, which no text in it
 * can leave: it is neither markup, nor a link, nor a mention. Pure.
 *
 * @param limit octets; what does not fit is folded: first fields go, then rows are counted, then targets
 */
export function planMarkdown(plan: PlanDocument, limit = largestComment): string {
  // Of a plan of a hundred thousand rows nobody wants to try every text.
  const possible = plan.changes.length > 5_000 ? folds.slice(2) : folds;
  let text = '';
  for (const fold of possible) {
    text = rendered(plan, fold);
    if (Buffer.byteLength(text) <= limit) return text;
  }
  return text;
}

function rendered(plan: PlanDocument, fold: Fold): string {
  const { refusals, findings, targets, checksum, revision } = plan;
  const away = targets.filter(({ state }) => state !== 'observed');
  const blocks = [
    planMarker,
    `### lastmile: ${summaryWords(plan)
      .replace(/^Plan: /, '')
      .replace(/\.$/, '')}`,
    `${codeSpan(printable(revision))}, checksum ${codeSpan(checksum)}`,
    ...list(
      '**Refused**',
      refusals.map(({ target, code, message }) => `${target}: ${message} (${code})`),
      fold,
    ),
    ...list(
      '**Not looked at**',
      away.map(({ name, state, reason = '' }) => `${name}: ${wordOf(state)}: ${reason}`),
      fold,
    ),
    ...list(
      '**Worth knowing**',
      findings.map(({ target, code, message }) => `${target}: ${message} (${code})`),
      fold,
    ),
    ...sessionBlocks(plan, fold),
    ...targetBlocks(plan, fold),
    ...(plan.changes.length === 0 ? [] : [approvalWords(checksum)]),
    ...(isWhole(fold) ? [] : ['_Not all is shown here. `lastmile plan -o html` has every row with its fields._']),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function isWhole(fold: Fold): boolean {
  return fold === folds[0];
}

function wordOf(state: string): string {
  return state === 'unreachable' ? 'unknown' : 'left out';
}

function approvalWords(checksum: string): string {
  return `<sub>Where <code>reconcile.mode</code> is <code>approved</code>, this line at the end of the commit message approves it: <code>Lastmile-Plan: ${escapeHtml(checksum)}</code></sub>`;
}

function list(title: string, lines: readonly string[], { items }: Fold): readonly string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, items).map((line) => printable(line, 500));
  const more = lines.length > items ? [`… and ${lines.length - items} more`] : [];
  return [title, fence('text', [...shown, ...more])];
}

function sessionBlocks({ sessionsAffected }: PlanDocument, { items }: Fold): readonly string[] {
  if (sessionsAffected === undefined) return ['_Who is online is not known here: sessions affected are not counted._'];
  if (sessionsAffected.length === 0) return [];
  const lines = sessionsAffected
    .slice(0, items)
    .map(
      ({ username, sessions, action, why }) => `${printable(username)}: ${sessions} × ${action} (${printable(why)})`,
    );
  const more = sessionsAffected.length - lines.length;
  const body = fence('text', [...lines, ...(more > 0 ? [`… and ${more} more`] : [])]);
  const who = sessionsAffected.length === 1 ? '1 subscriber' : `${sessionsAffected.length} subscribers`;
  return [`<details><summary>Live sessions of ${who}</summary>`, body, '</details>'];
}

function targetBlocks(plan: PlanDocument, fold: Fold): readonly string[] {
  const byTarget = [...changesByTarget(plan)];
  const shown = byTarget.slice(0, fold.items).flatMap(([target, changes]) => targetBlock(target, changes, fold));
  const rest = byTarget.slice(fold.items);
  if (rest.length === 0) return shown;
  const changes = rest.reduce((sum, [, each]) => sum + each.length, 0);
  return [...shown, `… and ${rest.length} more targets with ${changes} changes`];
}

function targetBlock(target: string, changes: readonly PlannedChange[], fold: Fold): readonly string[] {
  const title = `<b>${escapeHtml(printable(target))}</b>: ${counts(changes)}`;
  if (fold.changes === 0) return [`<p>${title}</p>`];
  const lines = changes.slice(0, fold.changes).flatMap((change) => changeLines(change, fold.fields));
  const more = changes.length > fold.changes ? [`… and ${changes.length - fold.changes} more`] : [];
  return [`<details><summary>${title}</summary>`, fence('diff', [...lines, ...more]), '</details>'];
}

function counts(changes: readonly PlannedChange[]): string {
  const words = { create: 'to create', update: 'to update', delete: 'to delete', move: 'to move' } as const;
  return (['create', 'update', 'delete', 'move'] as const)
    .map((action) => [changes.filter((change) => actionOf(change) === action).length, words[action]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** Coloured where a diff is: `+` and `-` begin a line, `!` what is otherwise. */
function changeLines(change: PlannedChange, withFields: boolean): readonly string[] {
  const mark = { create: '+', update: '!', delete: '-', move: '!' }[actionOf(change)];
  const notes = changeNotes(change).join(', ');
  const moved = actionOf(change) === 'move' ? ' moves' : '';
  const head = `${mark} ${rowWords(change)}${moved}${notes === '' ? '' : `  (${notes})`}`;
  if (!withFields) return [head];
  const fields = fieldWords(change).flatMap(({ name, before, after }) =>
    before === undefined ? [`+     ${name} = ${after}`] : [`-     ${name}: ${before}`, `+     ${name}: ${after}`],
  );
  return [head, ...fields];
}

/** A block of code that no line in it can end: its fence is longer than any run of backticks within. */
function fence(language: string, lines: readonly string[]): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(lines) + 1));
  return `${ticks}${language}\n${lines.join('\n')}\n${ticks}`;
}

function codeSpan(text: string): string {
  const ticks = '`'.repeat(longestRun([text]) + 1);
  const room = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${ticks}${room}${text}${room}${ticks}`;
}

function longestRun(lines: readonly string[]): number {
  let longest = 0;
  for (const line of lines) for (const [run] of line.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

import { createHash } from 'node:crypto';
import { createColors } from 'picocolors';
import { printable } from '../base/bytes.ts';
import type { PlanDocument, PlannedChange } from '../reconcile/plan.ts';

/** Changes of one target shown with their fields; the rest is counted. */
const shownPerTarget = 60;

/** A plan in words for a terminal. Pure. */
export function planText(plan: PlanDocument, color: boolean): string {
  const colors = createColors(color);
  const lines: string[] = [];
  for (const { name, state, reason } of plan.targets) {
    const changes = plan.changes.filter((change) => change.target === name);
    if (state !== 'observed')
      lines.push(`${colors.bold(name)}: ${state === 'unreachable' ? 'unknown' : 'left out'}: ${reason ?? ''}`, '');
    if (changes.length === 0) continue;
    lines.push(colors.bold(name));
    for (const change of changes.slice(0, shownPerTarget)) lines.push(...changeLines(change, colors));
    if (changes.length > shownPerTarget)
      lines.push(`  … and ${changes.length - shownPerTarget} more (-o json has them all)`);
    lines.push('');
  }
  for (const { target, message } of plan.findings) lines.push(colors.yellow(`! ${target}: ${message}`));
  for (const { message } of plan.refusals) lines.push(colors.red(`✗ ${message}`));
  lines.push(...sessionLines(plan), summaryLine(plan));
  return `${lines.join('\n')}\n`;
}

function changeLines(change: PlannedChange, colors: ReturnType<typeof createColors>): readonly string[] {
  const [action = 'update'] = change.actions;
  const mark = {
    create: colors.green('+'),
    update: colors.yellow('~'),
    delete: colors.red('-'),
    move: colors.cyan('↕'),
  }[action];
  const place = change.source === undefined ? '' : `${change.source.file}:${change.source.line}`;
  const notes = [change.cause === 'drift' ? 'drift' : '', noteOf(change), place];
  const identity = printable(change.identity);
  const head = `  ${mark} ${change.menu}${identity === '' ? '' : ` ${identity}`}  ${colors.dim(notes.filter((note) => note !== '').join(', '))}`;
  return [head.trimEnd(), ...fieldLines(change)];
}

function noteOf({ actions, adopts, fields: written }: PlannedChange): string {
  if (adopts) return 'adopts the row that is there';
  return actions[0] === 'update' && written.length === 0 ? 'its marker only' : '';
}

function fieldLines({ actions, before, after, fields: written }: PlannedChange): readonly string[] {
  if (actions[0] === 'create') {
    return fields(after)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `      ${name} = ${shown(value)}`);
  }
  if (actions[0] !== 'update') return [];
  const was = before ?? {};
  return fields(after)
    .filter(([name]) => written.includes(name))
    .map(([name, value]) => `      ${name}: ${shown(was[name])} → ${shown(value)}`);
}

function fields(values: PlannedChange['after']): readonly (readonly [string, string])[] {
  return Object.entries(values ?? {});
}

function shown(value: string | undefined): string {
  if (value === undefined || value === '') return '(none)';
  return value.length > longest || value.includes('\n') ? measured(value) : printable(value);
}

const longest = 400;

/** What would fill the terminal: a page, as `(1,204 octets, sha256 3f2a9c01)`. */
function measured(value: string): string {
  const octets = Buffer.byteLength(value).toLocaleString('en');
  const sha256 = createHash('sha256').update(value).digest('hex').slice(0, 8);
  return `(${octets} octets, sha256 ${sha256})`;
}

function sessionLines(plan: PlanDocument): readonly string[] {
  if (plan.sessionsAffected === undefined)
    return ['Who is online by RADIUS is not known here, so sessions affected are not counted.'];
  if (plan.sessionsAffected.length === 0) return [];
  const lines = plan.sessionsAffected
    .slice(0, 20)
    .map(
      ({ username, action, sessions, why }) => `  ${printable(username)}: ${sessions} × ${action} (${printable(why)})`,
    );
  const more = plan.sessionsAffected.length - lines.length;
  return ['Sessions affected:', ...lines, ...(more > 0 ? [`  … and ${more} more subscribers`] : [])];
}

function summaryLine({ summary, changes, targets }: PlanDocument): string {
  if (changes.length === 0) {
    return targets.some(({ state }) => state === 'unreachable')
      ? 'Nothing to change where it could be seen.'
      : 'Nothing to change.';
  }
  const { create, update, delete: deleted, move, sessions } = summary;
  const moved = move === 0 ? '' : `, ${move} to move`;
  const online = sessions === 0 ? '' : `; ${sessions} sessions affected`;
  return `Plan: ${create} to create, ${update} to update, ${deleted} to delete${moved}${online}.`;
}

import { createColors } from 'picocolors';
import { printable } from '../base/bytes.ts';
import type { PlanDocument, PlannedChange } from '../reconcile/plan.ts';
import { actionOf, changeNotes, changesByTarget, fieldWords, rowWords, summaryWords } from './change-words.ts';

/** Changes of one target shown with their fields; the rest is counted. */
const shownPerTarget = 60;

/** A plan in words for a terminal. Pure. */
export function planText(plan: PlanDocument, color: boolean): string {
  const colors = createColors(color);
  const lines: string[] = [];
  const byTarget = changesByTarget(plan);
  for (const { name, state, reason } of plan.targets) {
    const changes = byTarget.get(name) ?? [];
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
  lines.push(...sessionLines(plan), summaryWords(plan));
  return `${lines.join('\n')}\n`;
}

function changeLines(change: PlannedChange, colors: ReturnType<typeof createColors>): readonly string[] {
  const mark = {
    create: colors.green('+'),
    update: colors.yellow('~'),
    delete: colors.red('-'),
    move: colors.cyan('↕'),
  }[actionOf(change)];
  const head = `  ${mark} ${rowWords(change)}  ${colors.dim(changeNotes(change).join(', '))}`;
  const fields = fieldWords(change).map(({ name, before, after }) =>
    before === undefined ? `      ${name} = ${after}` : `      ${name}: ${before} → ${after}`,
  );
  return [head.trimEnd(), ...fields];
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

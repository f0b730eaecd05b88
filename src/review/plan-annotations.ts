import { printable } from '../base/bytes.ts';
import type { PlanDocument, PlannedChange } from '../reconcile/plan.ts';
import { actionOf, rowWords, summaryWords } from './change-words.ts';
import { workflowCommand } from './workflow-command.ts';

/** GitHub shows ten annotations of a level and a step: the last of more counts the rest. */
const shown = 10;

/**
 * A plan as annotations of the lines that cause its changes: refusals and targets nobody could look at as errors, findings
 * as warnings, changes as notices, those of one line together. Pure.
 *
 * @param folder of the declarations, below the root of the repository and with `/` at its end; empty for the root
 */
export function planAnnotations(plan: PlanDocument, folder = ''): string {
  const { refusals, findings, targets } = plan;
  const away = targets.filter(({ state }) => state === 'unreachable');
  const errors = [
    ...refusals.map(({ target, code, message }) => ({ title: code, message: `${target}: ${message}` })),
    ...away.map(({ name, reason = '' }) => ({ title: 'LM_UNKNOWN', message: `${name}: unknown: ${reason}` })),
  ];
  const warnings = findings.map(({ target, code, message }) => ({ title: code, message: `${target}: ${message}` }));
  const notices = places(plan.changes, folder);
  const summary = workflowCommand({
    level: 'notice',
    properties: { title: 'lastmile plan' },
    message: summaryWords(plan),
  });
  return [...some('error', errors), ...some('warning', warnings), ...some('notice', notices, shown - 1), summary].join(
    '',
  );
}

interface Words {
  readonly title: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

function some(level: 'error' | 'warning' | 'notice', all: readonly Words[], most = shown): readonly string[] {
  const told = all.length > most ? all.slice(0, most - 1) : all;
  const rest = all.length - told.length;
  const more = rest === 0 ? [] : [{ title: 'lastmile plan', message: `… and ${rest} more: lastmile plan shows them` }];
  return [...told, ...more].map(({ message, ...properties }) =>
    workflowCommand({ level, properties, message: printable(message, 1000) }),
  );
}

/** What the changes of each line come to. */
function places(changes: readonly PlannedChange[], folder: string): readonly Words[] {
  const byPlace = new Map<string, { readonly first: PlannedChange; readonly all: string[] }>();
  for (const change of changes) {
    if (change.source === undefined) continue;
    const key = `${change.source.line} ${change.source.file}`;
    const known = byPlace.get(key) ?? { first: change, all: [] };
    known.all.push(`${actionOf(change)} ${change.target}${change.menu.startsWith('/') ? '' : ' '}${rowWords(change)}`);
    byPlace.set(key, known);
  }
  return [...byPlace.values()].flatMap(({ first: { source, owner }, all }) => {
    if (source === undefined) return [];
    const more = all.length > 3 ? `, and ${all.length - 3} more` : '';
    const message = `${all.slice(0, 3).join(', ')}${more}`;
    return [{ file: `${folder}${source.file}`, line: source.line, title: owner, message }];
  });
}

import { printable } from '../base/bytes.ts';
import type { PlanDocument, PlannedChange } from '../reconcile/plan.ts';
import { actionOf, changeNotes, changesByTarget, fieldWords, rowWords, summaryWords } from './change-words.ts';
import { escapeHtml } from './html-text.ts';

/** A page of its own: no script, nothing is loaded, and a browser is told to load nothing. */
const head = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lastmile plan</title>
<style>
:root { color-scheme: light dark; --add: #1a7f37; --del: #cf222e; --chg: #9a6700; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
code, td, .row { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .75rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; margin: .15rem 0 .5rem 1.5rem; }
td { padding: 0 .75rem 0 0; vertical-align: top; }
.row { margin: .35rem 0 0; }
.create { color: var(--add); } .delete { color: var(--del); } .update, .move { color: var(--chg); }
.note { opacity: .7; } .refused { color: var(--del); }
</style>
</head>
`;

/** A plan as one HTML file: every row with its fields. Pure. */
export function planHtml(plan: PlanDocument): string {
  const { revision, checksum, targets, refusals, findings } = plan;
  const away = targets.filter(({ state }) => state !== 'observed');
  const parts = [
    `<h1>${text(summaryWords(plan))}</h1>`,
    `<p>Revision <code>${text(revision)}</code><br>Checksum <code>${text(checksum)}</code></p>`,
    list(
      'Refused',
      'refused',
      refusals.map(({ target, code, message }) => `${target}: ${message} (${code})`),
    ),
    list(
      'Not looked at',
      'note',
      away.map(
        ({ name, state, reason = '' }) => `${name}: ${state === 'unreachable' ? 'unknown' : 'left out'}: ${reason}`,
      ),
    ),
    list(
      'Worth knowing',
      'note',
      findings.map(({ target, code, message }) => `${target}: ${message} (${code})`),
    ),
    sessions(plan),
    ...[...changesByTarget(plan)].map(([target, changes]) => targetSection(target, changes)),
  ];
  return `${head}<body>\n${parts.filter((part) => part !== '').join('\n')}\n</body>\n</html>\n`;
}

function list(title: string, style: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<h2>${title}</h2>\n<ul class="${style}">\n${lines.map((line) => `<li>${text(line, 1000)}</li>`).join('\n')}\n</ul>`;
}

function sessions({ sessionsAffected }: PlanDocument): string {
  if (sessionsAffected === undefined)
    return '<p class="note">Who is online is not known here: sessions affected are not counted.</p>';
  const rows = sessionsAffected.map(
    ({ target, username, action, sessions: count, why }) =>
      `<tr><td>${text(username)}</td><td>${count} × ${action}</td><td>${text(why)}</td><td>${text(target)}</td></tr>`,
  );
  if (rows.length === 0) return '';
  return `<details open><summary>Live sessions of ${rows.length} subscribers</summary>\n<table>\n${rows.join('\n')}\n</table></details>`;
}

function targetSection(target: string, changes: readonly PlannedChange[]): string {
  const title = `${text(target)}: ${changes.length === 1 ? '1 change' : `${changes.length} changes`}`;
  return `<details${changes.length > 200 ? '' : ' open'}><summary>${title}</summary>\n${changes.map(changeBlock).join('\n')}\n</details>`;
}

function changeBlock(change: PlannedChange): string {
  const action = actionOf(change);
  const mark = { create: '+', update: '~', delete: '−', move: '↕' }[action];
  const notes = [...changeNotes(change), printable(change.owner)].join(', ');
  const fields = fieldWords(change).map(({ name, before, after }) =>
    before === undefined
      ? `<tr><td>${text(name)}</td><td class="create">${text(after)}</td></tr>`
      : `<tr><td>${text(name)}</td><td class="delete">${text(before)}</td><td>→</td><td class="create">${text(after)}</td></tr>`,
  );
  const table = fields.length === 0 ? '' : `\n<table>\n${fields.join('\n')}\n</table>`;
  return `<div class="row"><span class="${action}">${mark} ${text(rowWords(change))}</span> <span class="note">${text(notes)}</span></div>${table}`;
}

function text(words: string, max = 500): string {
  return escapeHtml(printable(words, max));
}

import type { DriftAnswer } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { directoryName } from '../directory/directory-target.ts';
import type { PlannedChange } from '../reconcile/plan.ts';
import type { DriftEvent } from '../status/drift-log.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

export interface DriftOptions extends RuntimeOptions {
  readonly detailedExitcode: boolean;
  /** Events shown. */
  readonly limit: number;
}

/** `lastmile drift [T]`: what routers hold otherwise than declared, and what was found before. */
export async function driftCommand(
  target: string | undefined,
  options: DriftOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const query = target === undefined || target === directoryName ? '' : `?target=${encodeURIComponent(target)}`;
  const answer = await either(
    options,
    around,
    (daemon) => daemon.get<DriftAnswer>(`/api/v1/drift${query}`),
    async (engine): Promise<DriftAnswer> => ({ events: engine.drift.events(target) }),
  );
  const shown = { ...answer, events: answer.events.slice(0, options.limit) };
  io.out(await render(shown, options.output, () => driftText(shown)));
  if ((answer.unknown ?? []).length > 0) return exitCodes.error;
  return options.detailedExitcode && (answer.open ?? []).length > 0 ? exitCodes.changes : exitCodes.success;
}

function driftText({ open, unknown = [], events }: DriftAnswer): string {
  const now = open === undefined ? ['Nobody looked now: no daemon answers.'] : openLines(open);
  const away = unknown.map(({ name, reason = '' }) => `${name}: unknown: ${printable(reason, 300)}`);
  const before = events.length === 0 ? [] : ['', 'Found before:', ...events.flatMap(eventLines)];
  return `${[...now, ...away, ...before].join('\n')}\n`;
}

function openLines(open: readonly PlannedChange[]): readonly string[] {
  if (open.length === 0) return ['No drift.'];
  return open.flatMap(({ address, actions, before, after, fields, owner }) => [
    `${address}: ${wordOf(actions[0] ?? 'update')} (${owner})`,
    ...(actions[0] === 'update'
      ? fields.map((name) => `    ${name}: found ${textOf(before?.[name])}, declared ${textOf(after?.[name])}`)
      : []),
  ]);
}

function eventLines({ at, address, action, owner, fields, result, why }: DriftEvent): readonly string[] {
  const because = why === undefined ? '' : `: ${why}`;
  return [
    `  ${new Date(at).toISOString()} ${address}: ${wordOf(action)} (${owner}) ${result}${because}`,
    ...(action === 'update'
      ? fields.map(({ name, found, declared }) => `      ${name}: found ${textOf(found)}, declared ${textOf(declared)}`)
      : []),
  ];
}

const words = { create: 'is missing', update: 'differs', delete: 'is there', move: 'stands elsewhere' } as const;

function wordOf(action: keyof typeof words): string {
  return words[action];
}

function textOf(value: string | undefined): string {
  return value === undefined || value === '' ? '(none)' : printable(value, 200);
}

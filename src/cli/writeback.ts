import type { DriftAnswer } from '../admin/service.ts';
import { type WrittenBack, writeBack } from '../adopt/write-back/write-back.ts';
import { printable } from '../base/bytes.ts';
import { messageOf } from '../base/errors.ts';
import { loadFiles } from '../daemon/load.ts';
import { RouterPool } from '../daemon/targets/router-pool.ts';
import { directoryName } from '../directory/directory-target.ts';
import { GitError } from '../git/errors.ts';
import type { FileCache, LoadMemory } from '../manifest/load-manifest.ts';
import type { Model } from '../model/model.ts';
import type { PlannedChange } from '../reconcile/plan.ts';
import type { Row } from '../reconcile/row.ts';
import { commitOnBranch } from '../source/branch-commit.ts';
import { GitSource } from '../source/git-source.ts';
import { openSource } from '../source/open-source.ts';
import { pushBranch } from '../source/push-branch.ts';
import type { Revision } from '../source/source.ts';
import { complain } from './complain.ts';
import { type Declared, loadDeclared } from './declared.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { planHere } from './plan.ts';
import type { RuntimeOptions } from './runtime.ts';
import { environmentOf } from './secret-env.ts';
import type { Surroundings } from './surroundings.ts';

export interface WritebackOptions extends RuntimeOptions {
  readonly target: readonly string[];
  /** Default: by the day and the minute. */
  readonly branch?: string;
  readonly push: boolean;
  readonly remote: string;
  /** Says what would be written, and writes nothing. */
  readonly dryRun: boolean;
  /** Everything that differs, not only what differs under a revision that was applied. */
  readonly all: boolean;
}

interface Answer {
  readonly revision: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly pushed?: string;
  readonly fields: readonly WrittenBack[];
}

/** More are no drift, but another network: `lastmile import` is for that. */
const mostChanges = 500;

/** `lastmile writeback DIR`: what was changed on routers by hand, as a commit on a branch. Resolves with the exit code. */
export async function writebackCommand(
  dir: string,
  options: WritebackOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  await using source = await openSource(dir);
  if (!(source instanceof GitSource)) throw new RangeError(`${dir} is no git repository: a branch is made in one`);
  const head = await source.read();
  if (head === undefined) throw new RangeError(`${dir} has no commit`);
  const found = await driftOf(dir, { ...head, source }, options, io, around);
  if (found === undefined) return exitCodes.invalid;
  if (found.length > mostChanges)
    throw new RangeError(
      `${found.length} rows differ, and at most ${mostChanges} are written back at once: name targets`,
    );
  const { fields, files } = await settle(dir, head, found, options, io, around);
  if (files.length === 0 || options.dryRun) return await tell({ revision: head.id, fields }, options, io);
  const { id: base } = (await source.history.repository.commit('HEAD')) ?? { id: '' };
  const branch = options.branch ?? `lastmile/writeback-${stamp(around.clock.now())}`;
  const message = messageFor(fields, head.id);
  const commit = await commitOnBranch(source.history.repository, { base, branch, message, files });
  const answer = { revision: head.id, branch, commit, fields };
  if (!options.push) return await tell(answer, options, io);
  try {
    await pushBranch(dir, options.remote, branch);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    await tell(answer, options, io);
    complain(new Error(`${branch} is there, and could not be pushed to ${options.remote}: ${messageOf(error)}`), io);
    return exitCodes.error;
  }
  return await tell({ ...answer, pushed: options.remote }, options, io);
}

/** Rows that are otherwise than declared; `undefined` after words about declarations that cannot be read. */
async function driftOf(
  dir: string,
  declared: Declared,
  options: WritebackOptions,
  io: Io,
  around: Surroundings,
): Promise<readonly PlannedChange[] | undefined> {
  const { target: wanted, all } = options;
  const isWanted = ({ target }: PlannedChange) =>
    target !== directoryName && (wanted.length === 0 || wanted.includes(target));
  const daemon = all ? undefined : await findDaemon(options.state, around.signal);
  if (daemon !== undefined) {
    const [only] = wanted.length === 1 ? wanted : [];
    const query = only === undefined ? '' : `?target=${encodeURIComponent(only)}`;
    const { open = [], unknown = [] } = await daemon.get<DriftAnswer>(`/api/v1/drift${query}`);
    for (const { name, reason = '' } of unknown) complain(new Error(`${name} is unknown: ${reason}`), io);
    return open.filter(isWanted);
  }
  const model = await loadDeclared(dir, declared, options, io);
  if (model === undefined) return undefined;
  const asked = { ...options, exclude: [directoryName], output: 'text', detailedExitcode: false } as const;
  const { changes, targets } = await planHere({ model }, declared, { ...asked, withoutState: undefined, io }, around);
  for (const { name, state, reason = '' } of targets)
    if (state === 'unreachable') complain(new Error(`${name} is unknown: ${reason}`), io);
  const drift = changes.filter((change) => isWanted(change) && (all || change.cause === 'drift'));
  const others = changes.filter(isWanted).length - drift.length;
  if (others > 0)
    complain(new Error(`${others} rows differ by what was committed since the last apply; --all takes them, too`), io);
  return drift;
}

/** Tries declarations without secrets: whatever they are, they are the same before and after. */
async function settle(
  dir: string,
  { files }: Pick<Revision, 'files'>,
  changes: readonly PlannedChange[],
  { secrets }: WritebackOptions,
  io: Io,
  around: Surroundings,
) {
  await using pool = new RouterPool(around);
  const [cache, memory]: [FileCache, LoadMemory] = [new Map(), {}];
  const env = environmentOf(dir, io);
  const settings = { env, cache, memory, ...(secrets === undefined ? {} : { secretsDir: secrets }) };
  const load = async (edited: Revision['files']): Promise<Model | undefined> =>
    (await loadFiles(edited, { ...settings, mode: 'rehearse' })).model;
  const desired = (model: Model): ReadonlyMap<string, readonly Row[]> =>
    new Map(pool.targets(model).map((target) => [target.name, target.desired(model)]));
  return await writeBack(changes, { files, load, desired });
}

async function tell(answer: Answer, options: WritebackOptions, io: Io): Promise<number> {
  io.out(await render(answer, options.output, () => answerText(answer)));
  const written = answer.fields.filter(({ place }) => place !== undefined).length;
  if (written === answer.fields.length) return exitCodes.success;
  return written === 0 ? exitCodes.error : exitCodes.partial;
}

function answerText({ fields, branch, commit, pushed }: Answer): string {
  if (fields.length === 0) return 'No drift.\n';
  const made =
    branch === undefined || commit === undefined
      ? []
      : [`${branch} has it, as ${commit.slice(0, 12)}${pushed === undefined ? '' : `, also at ${pushed}`}.`];
  return `${[...fields.flatMap(fieldLines), ...made].join('\n')}\n`;
}

function fieldLines({ address, field, found, declared, place, why, besides = [] }: WrittenBack): readonly string[] {
  const name = field === undefined ? address : `${address} ${field}`;
  const values = `${shown(declared)} → ${shown(found)}`;
  if (place === undefined) return [`${name}: ${values}: left: ${why ?? ''}`];
  const others = besides.slice(0, 5).join(', ');
  const more = besides.length > 5 ? ` and ${besides.length - 5} more` : '';
  return [
    `${name}: ${values}: ${place.file}:${place.line}`,
    ...(besides.length === 0 ? [] : [`    changes besides: ${others}${more}`]),
  ];
}

function messageFor(fields: readonly WrittenBack[], revision: string): string {
  const written = fields.filter(({ place }) => place !== undefined);
  const left = fields.filter(({ place }) => place === undefined);
  const targets = [...new Set(written.map(({ address }) => address.split('/')[0] ?? ''))].sort();
  const lines = (all: typeof fields) => all.flatMap(fieldLines);
  return [
    `Declare what was changed by hand on ${targets.slice(0, 3).join(', ')}${targets.length > 3 ? ` and ${targets.length - 3} more` : ''}`,
    '',
    `Found otherwise than ${revision} declares:`,
    '',
    ...lines(written),
    ...(left.length === 0
      ? []
      : ['', 'Not declared by this commit, and set back by the next apply:', '', ...lines(left)]),
    '',
  ].join('\n');
}

function shown(value: string): string {
  return value === '' ? '(none)' : printable(value, 120);
}

/** `20261123-0312`, of UTC. */
function stamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 13);
}

import { AdminClientError } from '../admin/client.ts';
import type { ExplainedThing, ExplainedValue, Explanation, WrittenPlace } from '../admin/explain-service.ts';
import { printable } from '../base/bytes.ts';
import { explainedKind, explainObject } from '../daemon/explain-object.ts';
import { LineBlame } from '../git/line-blame.ts';
import { Repository } from '../git/repository.ts';
import { complain } from './complain.ts';
import { readDeclared } from './declared.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import type { RuntimeOptions } from './runtime.ts';
import { environmentOf } from './secret-env.ts';
import type { Surroundings } from './surroundings.ts';

export interface ExplainOptions extends RuntimeOptions {
  readonly dir: string;
  readonly rev?: string;
  readonly target?: string;
}

/** `lastmile explain KIND/NAME`: where everything that an object says and becomes comes from; 1 when there is none. */
export async function explainCommand(
  object: string,
  options: ExplainOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const [, kind = '', name = ''] = /^([A-Za-z]+)\/(.+)$/.exec(object) ?? [];
  if (explainedKind(kind) === undefined)
    throw new RangeError(
      `${printable(object)}: KIND/NAME is needed, of an Operator, Router, Service, Subscriber, PortalSite or OmadaController`,
    );
  const found = options.rev === undefined ? await byDaemon(kind, name, options, around) : 'no-daemon';
  const explanation = found === 'no-daemon' ? await here(kind, name, options, io, around) : found;
  if (typeof explanation === 'string') {
    complain(new Error(explanation), io);
    return exitCodes.error;
  }
  io.out(await render(explanation, options.output, () => explanationText(explanation)));
  return exitCodes.success;
}

async function byDaemon(kind: string, name: string, { state, target }: ExplainOptions, { signal }: Surroundings) {
  const daemon = await findDaemon(state, signal);
  if (daemon === undefined) return 'no-daemon' as const;
  const query = target === undefined ? '' : `?${new URLSearchParams({ target })}`;
  try {
    return await daemon.get<Explanation>(
      `/api/v1/explain/${encodeURIComponent(kind)}/${encodeURIComponent(name)}${query}`,
    );
  } catch (error) {
    if (error instanceof AdminClientError && error.status === 404) return error.message;
    throw error;
  }
}

async function here(
  kind: string,
  name: string,
  { dir, rev, secrets, target }: ExplainOptions,
  io: Io,
  { clock }: Surroundings,
): Promise<Explanation | string> {
  const { id, files } = await readDeclared(dir, rev);
  // Git looks for the repository itself, which may begin above the folder; its user's own settings count there.
  using repository = new Repository({ dir, env: io.env, usersConfig: true });
  const commit = rev === undefined ? undefined : /@sha1:([0-9a-f]{40,64})$/.exec(id)?.[1];
  const answer = await explainObject(
    { kind, name, ...(target === undefined ? {} : { target }) },
    {
      ...{ revision: id, files, now: clock.now(), env: environmentOf(dir, io) },
      ...(secrets === undefined ? {} : { secretsDir: secrets }),
      lines: { blame: new LineBlame(repository), folder: '', ...(commit === undefined ? {} : { commit }) },
    },
  );
  switch (answer.result) {
    case 'explained':
      return answer.explanation;
    case 'invalid':
      return `${kind}/${name} cannot be explained before it is valid: ${answer.error} (lastmile validate ${dir})`;
    default:
      return `no ${kind} ${printable(name)} is declared in ${dir}`;
  }
}

/** For a terminal. Pure. */
export function explanationText({ kind, name, declared, revision, fields, becomes, notes }: Explanation): string {
  const own = `${kind}/${name}`;
  const head = `${own}  ${printable(declared.file)}:${declared.line}  ${revision}\n`;
  const parts = [
    valuesText(fields, own),
    ...becomes.map((thing) => `${thingText(thing)}\n${becauseText(thing, own)}${valuesText(thing.fields, own)}`),
    ...notes.map((note) => `note: ${printable(note, 500)}\n`),
  ];
  return [head, ...parts].join('\n');
}

function thingText({ type, target, menu, identity }: ExplainedThing): string {
  const row = `${printable(menu)}${identity === '' ? '' : ` ${printable(identity)}`}`;
  return type === 'reply'
    ? `${menu} for ${printable(identity)}, told to ${printable(target)}`
    : `${printable(target)} ${row}`;
}

function becauseText({ because }: ExplainedThing, own: string): string {
  const words = because.map((place) => `${printable(place.file)}:${place.line} ${whatOf([place], own)}`);
  return words.length === 0 ? '' : `there by ${words.join(', ')}\n`;
}

const longestValue = 60;

function valuesText(values: readonly ExplainedValue[], own: string): string {
  const rows = values.flatMap(({ field, value, from }) => {
    const cells = [printable(field, 80), printable(value, longestValue)];
    if (from.length === 0) return [[...cells, 'built in']];
    return byLine(from).map((places, at) => [...(at === 0 ? cells : ['', '']), ...placeCells(places, own, field)]);
  });
  return rows.length === 0 ? '' : table(['FIELD', 'VALUE', 'DECLARED IN', 'COMMIT', 'BY'], rows);
}

/** What one line says of one object is told together. */
function byLine(from: readonly WrittenPlace[]): readonly (readonly WrittenPlace[])[] {
  const lines = new Map<string, WrittenPlace[]>();
  for (const place of from) {
    const key = `${place.file} ${place.line} ${place.object}`;
    const same = lines.get(key);
    if (same === undefined) lines.set(key, [place]);
    else same.push(place);
  }
  return [...lines.values()];
}

function placeCells(places: readonly WrittenPlace[], own: string, field: string): readonly string[] {
  const [place] = places;
  if (place === undefined) return [];
  const { file, line, defaultsOf, commit, author, at, orEarlier, uncommitted } = place;
  const what = whatOf(places, own);
  const list = defaultsOf === undefined ? '' : ` (defaults of ${printable(defaultsOf)})`;
  const where = `${printable(file)}:${line}${what === field ? '' : ` ${what}`}${list}`;
  if (uncommitted === true) return [where, 'not committed'];
  if (commit === undefined) return [where];
  const when = at === undefined ? '' : `, ${at.slice(0, 10)}`;
  return [
    where,
    `${commit.slice(0, 10)}${orEarlier === true ? ' or earlier' : ''}`,
    `${printable(author ?? '', 80)}${when}`,
  ];
}

/** `Service/home rate.down, rate.up`; of the object itself, its fields alone. */
function whatOf(places: readonly WrittenPlace[], own: string): string {
  const fields = [...new Set(places.map(({ field }) => printable(field, 80)))].join(', ');
  const object = places[0]?.object ?? own;
  return object === own ? fields : `${printable(object)} ${fields}`;
}

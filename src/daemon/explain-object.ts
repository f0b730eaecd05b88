import type { ExplainedValue, ExplainRequest, Explanation, WrittenPlace } from '../admin/explain-service.ts';
import { messageOf } from '../base/errors.ts';
import { eachInSteps, inTurns } from '../base/steps.ts';
import { type Explained, explainInSteps, type Value, type Written } from '../explain/explain.ts';
import { fieldName } from '../explain/leaves.ts';
import { type ExplainedKind, explainedKinds, type ScopedObject } from '../explain/scope.ts';
import type { LineBlame } from '../git/line-blame.ts';
import { addCollected, type Collected, nothingCollected } from '../manifest/collected.ts';
import { type FieldPlace, fieldPlaces } from '../manifest/field-places.ts';
import { collectOne, type FileCache, layersIn } from '../manifest/load-manifest.ts';
import { placeInDefaults } from '../manifest/locate-problems.ts';
import type { SourceFile } from '../source/source.ts';
import { madeUp, resolverOf, type SecretSettings } from './declared-secrets.ts';
import { openSealed } from './open-sealed.ts';

export interface ExplainSettings extends SecretSettings {
  readonly revision: string;
  readonly files: readonly SourceFile[];
  /** What is known of the files. */
  readonly cache?: FileCache;
  /** Wall time. */
  readonly now: number;
  /** Who can tell which commits lines come from, and of which commit they are asked. Absent: nobody. */
  readonly lines?: {
    readonly blame: LineBlame;
    /** Absent: the work tree. */
    readonly commit?: string;
    /** The folder of declarations below the one that git is run in, without slashes around it; empty for the same. */
    readonly folder: string;
  };
}

/** The explanation, or why there is none. */
export type ExplainAnswer =
  | { readonly result: 'explained'; readonly explanation: Explanation }
  | { readonly result: 'unknown-kind' }
  | { readonly result: 'unknown' }
  | { readonly result: 'invalid'; readonly error: string };

/** The kind that a word of the command line means: `routers`, `Router` and `router` are one. */
export function explainedKind(word: string): ExplainedKind | undefined {
  const singular = word.toLowerCase().replace(/s$/, '');
  return explainedKinds.find((kind) => kind.toLowerCase() === singular);
}

/**
 * Where everything that an object says and becomes comes from: file, line and commit. No secret has to be known: those that
 * are missing are made up, and none is shown. A little in each turn of the event loop.
 */
export async function explainObject(request: ExplainRequest, settings: ExplainSettings): Promise<ExplainAnswer> {
  const kind = explainedKind(request.kind);
  if (kind === undefined) return { result: 'unknown-kind' };
  const { name, target } = request;
  const { now, revision } = settings;
  const sources = await openSealed(settings.files, { env: settings.env, mode: 'validate' });
  const cache: FileCache = settings.cache ?? new Map();
  const all = nothingCollected();
  const layersOf = layersIn(sources.files, cache);
  const collect = (file: SourceFile) => addCollected(all, collectOne(file, layersOf(file.path), cache));
  await inTurns(eachInSteps(sources.files, collect, 8));
  const secrets = madeUp({ ...resolverOf(settings), sealed: sources.sealed });
  const said = await inTurns(
    explainInSteps(
      { ...all, maybeDeclared: () => true },
      { kind, name, secrets, now, ...(target === undefined ? {} : { target }) },
    ),
  );
  if (said.result !== 'explained') return said;
  const places = new Places(all, sources.files);
  places.find(writtenIn(said.explained));
  const notes = [...said.explained.notes, ...(await places.blame(settings.lines))];
  const told = { ...said.explained, notes };
  return { result: 'explained', explanation: explanationOf(told, places, revision) };
}

function writtenIn({ fields, made }: Explained): readonly Written[] {
  return [fields, ...made.map((each) => each.fields)]
    .flat()
    .flatMap(({ from }) => from)
    .concat(made.flatMap(({ because }) => because));
}

function explanationOf({ object, fields, made, notes }: Explained, places: Places, revision: string): Explanation {
  const value = ({ field, value: text, from }: Value): ExplainedValue => ({
    field,
    value: text,
    from: places.of(from),
  });
  const { file, line } = object.origin;
  return {
    ...{ kind: object.kind, name: object.name, revision, declared: { file, line } },
    fields: fields.map(value),
    becomes: made.map(({ because, fields: values, ...each }) => ({
      ...each,
      because: places.of(because),
      fields: values.map(value),
    })),
    notes,
  };
}

/** Files that git is asked about at once. */
const blamedAtOnce = 4;

/** Where fields stand, each looked up once. */
class Places {
  readonly #all: Collected;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #found = new Map<ScopedObject, Map<string, FieldPlace>>();
  readonly #commits = new Map<string, Awaited<ReturnType<LineBlame['of']>>>();

  constructor(all: Collected, files: readonly SourceFile[]) {
    this.#all = all;
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
  }

  find(written: readonly Written[]): void {
    const wanted = new Map<ScopedObject, Map<string, Written['path']>>();
    for (const { object, path } of written) {
      const paths = wanted.get(object) ?? new Map<string, Written['path']>();
      wanted.set(object, paths.set(path.join('\0'), path));
    }
    for (const [object, paths] of wanted) {
      const { file } = object.origin;
      const found = fieldPlaces(file, this.#texts.get(file) ?? '', object, [...paths.values()]);
      const known = new Map<string, FieldPlace>();
      for (const [at, [key, path]] of [...paths].entries()) {
        const inherited = found[at] === undefined ? placeInDefaults(object.kind, file, path, this.#texts) : undefined;
        const place = inherited === undefined ? found[at] : { ...inherited, inDefaults: false };
        if (place !== undefined) known.set(key, place);
      }
      this.#found.set(object, known);
    }
  }

  /** Asks git about every line that was found. @returns what it could not tell */
  async blame(lines: ExplainSettings['lines']): Promise<readonly string[]> {
    if (lines === undefined) return [];
    const byFile = new Map<string, number[]>();
    for (const [{ origin }, places] of this.#found) {
      for (const { file = origin.file, line } of places.values()) byFile.set(file, [...(byFile.get(file) ?? []), line]);
    }
    const notes: string[] = [];
    const left = [...byFile];
    const { blame, commit, folder } = lines;
    const work = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const [file, numbers] = next;
        const path = folder === '' ? file : `${folder}/${file}`;
        try {
          this.#commits.set(file, await blame.of({ path, ...(commit === undefined ? {} : { commit }) }, numbers));
        } catch (error) {
          notes.push(`which commits the lines of ${file} come from could not be told: ${messageOf(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: blamedAtOnce }, work));
    return notes.sort();
  }

  of(written: readonly Written[]): readonly WrittenPlace[] {
    return written.map(({ object, path }) => {
      const { line, column } = object.origin;
      const place = this.#found.get(object)?.get(path.join('\0'));
      const file = place?.file ?? object.origin.file;
      return {
        ...{ object: `${object.kind}/${object.name}`, field: fieldName(path), file },
        ...{ line: place?.line ?? line, column: place?.column ?? column },
        ...(place?.inDefaults === true ? { defaultsOf: this.#listOf(object) } : {}),
        ...this.#commitOf(file, place?.line ?? line),
      };
    });
  }

  #listOf({ origin, document }: ScopedObject): string {
    const list = this.#all.lists.find((each) => each.origin.file === origin.file && each.document === document);
    return `SubscriberList/${list?.name ?? ''}`;
  }

  #commitOf(file: string, line: number): Partial<WrittenPlace> {
    const found = this.#commits.get(file)?.get(line);
    if (found === undefined) return {};
    if (found === 'uncommitted') return { uncommitted: true };
    const { commit, author, at, subject, boundary } = found;
    const earlier = boundary === true ? ({ orEarlier: true } as const) : {};
    return { commit, author, at: new Date(at).toISOString(), subject, ...earlier };
  }
}

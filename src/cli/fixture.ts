import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import { isSecretProperty } from '../model/secret-property.ts';
import type { Inventory } from '../reconcile/inventory.ts';
import { type RecordedTarget, recordedTarget, recording } from '../reconcile/recorded-target.ts';
import type { Observation, Target } from '../reconcile/target.ts';

/** What targets held once, in a file: `plan --record`. */
interface Fixture {
  readonly fixture: '1';
  readonly targets: readonly RecordedTarget[];
}

/** A fixture that cannot be read or written, or is none. */
export class FixtureError extends LastmileError {
  readonly code = 'LM_FIXTURE';
  readonly retry = 'never';
}

/** Remembers what targets are seen to hold while a plan is made. */
export class Recorder {
  readonly #at: string;
  readonly #inventory: Inventory;
  readonly #seen = new Map<string, Observation>();

  /** @param at wall time */
  constructor(at: number, inventory: Inventory) {
    this.#at = new Date(at).toISOString();
    this.#inventory = inventory;
  }

  watch(target: Target): Target {
    return recording(target, (observation) => this.#seen.set(target.name, observation));
  }

  /**
   * To a file, or, where the path is that of a folder or ends with `/`, to a file for each target.
   *
   * @throws FixtureError when it cannot be written
   */
  async save(path: string): Promise<readonly string[]> {
    const about = { at: this.#at, inventory: this.#inventory, isSecret: isSecretProperty };
    const targets = [...this.#seen]
      .map(([name, observation]) => recordedTarget(name, observation, about))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (targets.length === 0)
      throw new FixtureError(`nothing is recorded in ${path}: no router or controller answered`);
    try {
      const isFolder = path.endsWith('/') || (await isFolderThere(path));
      if (!isFolder) return [await write(path, targets)];
      await mkdir(path, { recursive: true });
      return await Promise.all(targets.map((each) => write(join(path, `${each.name}.json`), [each])));
    } catch (error) {
      throw new FixtureError(`what was seen cannot be recorded: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** One row on a line: a commit of it shows which rows are others. */
async function write(path: string, targets: readonly RecordedTarget[]): Promise<string> {
  const parts = targets.map(({ rows, ...about }) => {
    const head = JSON.stringify({ ...about, rows: [] }).replace(/\[\]\}$/, '[');
    return `${head}\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}`;
  });
  const text = `{"fixture":"1","targets":[\n${parts.join(',\n')}\n]}\n`;
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
  return path;
}

/** What was recorded, from a file, or from all `*.json` in a folder. @throws FixtureError */
export async function readFixture(path: string): Promise<readonly RecordedTarget[]> {
  try {
    const files = (await isFolderThere(path))
      ? (await readdir(path)).filter((name) => name.endsWith('.json')).map((name) => join(path, name))
      : [path];
    const found = (await Promise.all(files.sort().map(readOne))).flat();
    const twice = found.find((each, at) => found.findIndex(({ name }) => name === each.name) !== at);
    if (twice !== undefined) throw new FixtureError(`${path} has ${twice.name} twice`);
    if (found.length === 0) throw new FixtureError(`nothing is recorded in ${path}`);
    return found;
  } catch (error) {
    if (error instanceof FixtureError) throw error;
    if (codeOf(error) === 'ENOENT')
      throw new RangeError(`--against ${path}: live, daemon, or what lastmile plan --record has written is needed`);
    throw new FixtureError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function readOne(path: string): Promise<readonly RecordedTarget[]> {
  const text = await readFile(path, 'utf8');
  const targets = targetsIn(text);
  if (targets === undefined)
    throw new FixtureError(`${path} is no record of targets: lastmile plan --record FILE writes one`);
  return targets;
}

function targetsIn(text: string): readonly RecordedTarget[] | undefined {
  try {
    const { fixture, targets } = JSON.parse(text) as Partial<Fixture>;
    const isOne =
      fixture === '1' &&
      Array.isArray(targets) &&
      targets.every(({ name, at, rows }) => typeof name === 'string' && typeof at === 'string' && Array.isArray(rows));
    return isOne ? targets : undefined;
  } catch {
    return undefined;
  }
}

function isFolderThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

import { userInfo } from 'node:os';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { openOnDisk, readOnDisk } from './sealed-files.ts';
import { type FieldName, placeOfField } from './secret-field.ts';
import { openEngine, type Surroundings } from './surroundings.ts';

export interface ShowOptions {
  readonly state: string;
  readonly by?: string;
}

/** `lastmile secrets show FILE NAME FIELD`: noted first, then shown. Resolves with the exit code. */
export async function showCommand(
  path: string,
  field: FieldName,
  options: ShowOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const disk = await readOnDisk(path);
  const opened = await openOnDisk(disk, io);
  const { document, steps } = placeOfField(disk, field);
  const found =
    opened.result === 'plain'
      ? undefined
      : opened.values.find((leaf) => leaf.document === document && leaf.steps.join('\0') === steps.join('\0'));
  if (found === undefined) throw new RangeError(`${path}: "${field.field}" of ${field.name} is not encrypted`);
  if ((await findDaemon(options.state, around.signal)) !== undefined)
    throw new RangeError(
      'a daemon holds this state folder: name another with --state, which has an audit log of its own',
    );
  const engine = await openEngine(options.state, around);
  try {
    await engine.audit.record({
      at: around.clock.now(),
      who: options.by ?? userInfo().username,
      action: 'secret-shown',
      object: `${field.name} ${field.field}`,
      result: 'done',
      detail: path,
    });
  } finally {
    await engine[Symbol.asyncDispose]();
  }
  io.out(`${found.opened.text}\n`);
  return exitCodes.success;
}

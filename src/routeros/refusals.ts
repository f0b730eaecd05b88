import type { Change } from '../reconcile/target.ts';
import { RouterTrapError } from './errors.ts';
import type { Menu } from './menus/menu.ts';
import type { RouterOsSession, RunResult } from './session.ts';
import { DoneByHandError, FieldUnknownError } from './target-errors.ts';
import type { Command } from './write-rows.ts';

/**
 * Runs a command, and once more without a field that this router does not know, where it says what goes without saying.
 *
 * @throws the errors of `RouterOsSession.run`
 */
export async function runSparing(
  session: Pick<RouterOsSession, 'run'>,
  { command, attributes }: Command,
  fields: Menu['fields'],
  signal: AbortSignal,
): Promise<RunResult> {
  try {
    return await session.run(command, attributes, { signal });
  } catch (error) {
    const name = error instanceof RouterTrapError ? error.unknownParameter : undefined;
    const implied = name === undefined ? undefined : fields[name]?.implied;
    if (name === undefined || implied === undefined || attributes[name] !== implied) throw error;
    const { [name]: _implied, ...rest } = attributes;
    return session.run(command, rest, { signal });
  }
}

/** What a person can do about a refusal, where we know; else the error as it is. */
export function inWords(error: unknown, { identity }: Pick<Change, 'identity'>, menu: Menu): unknown {
  if (!(error instanceof RouterTrapError)) return error;
  const field = error.unknownParameter;
  const advice = field === undefined ? undefined : menu.fields[field]?.unknown;
  if (field !== undefined && advice !== undefined) return new FieldUnknownError(field, advice, error);
  const byHand = error.knowsNoCommand ? menu.byHand : undefined;
  return byHand === undefined ? error : new DoneByHandError(identity, byHand, error);
}

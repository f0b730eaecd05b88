import { AdminClientError } from '../admin/client.ts';
import type { Erased } from '../admin/records-service.ts';
import { RefusedError } from '../admin/request-error.ts';
import { printable } from '../base/bytes.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { withRecords } from './records.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface EraseOptions extends RuntimeOptions {
  readonly reason?: string;
  readonly yes: boolean;
}

const refused = 422;

/** `lastmile erase USERNAME --yes`: 4 when he must not be. */
export async function eraseCommand(username: string, options: EraseOptions, io: Io, around: Surroundings) {
  const sure =
    options.yes || (await around.ask?.(`Erase all that tells who ${printable(username)} was? (yes) `)) === 'yes';
  if (!sure) {
    complain(
      new Error('this cannot be undone: --yes says that it is meant; lastmile export person shows what there is'),
      io,
    );
    return exitCodes.usage;
  }
  const asked = { username, by: whoOf(io), ...(options.reason === undefined ? {} : { reason: options.reason }) };
  try {
    const erased = await withRecords(options, around, (records) => records.erase(asked));
    io.out(await render(erased, options.output, () => erasedText(username, erased)));
    return exitCodes.success;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    complain(error, io);
    return exitCodes.refused;
  }
}

/** The daemon's, or the command's own. */
function isRefusal(error: unknown): error is Error {
  return error instanceof RefusedError || (error instanceof AdminClientError && error.status === refused);
}

function erasedText(username: string, { pseudonym, sessions, usage, events, facts, journalUntil }: Erased): string {
  const counts = `${sessions} sessions, ${usage} rows of usage, ${events} events, ${facts} other facts`;
  const until =
    journalUntil === undefined
      ? 'for good: accounting.retention.journal sets a time'
      : `until ${journalUntil}, when they are dropped`;
  return `${printable(username)} is ${pseudonym} from now on: ${counts}.\nRecords as they came are in the journal ${until}.\n`;
}

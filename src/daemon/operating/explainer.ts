import type { ExplainRequest, Explanation } from '../../admin/explain-service.ts';
import { RefusedError, RequestError } from '../../admin/request-error.ts';
import type { Clock } from '../../base/clock.ts';
import { LineBlame } from '../../git/line-blame.ts';
import type { FileCache } from '../../manifest/load-manifest.ts';
import { hashOf } from '../../source/committed-files.ts';
import type { Revision, Source } from '../../source/source.ts';
import { explainObject } from '../explain-object.ts';
import type { LoadSettings } from '../load.ts';

export interface ExplainerOptions {
  readonly source: Source;
  readonly load: Omit<LoadSettings, 'mode'>;
  readonly clock: Pick<Clock, 'now'>;
  /** What is known of the files the daemon follows. */
  readonly cache: Readonly<FileCache>;
  /** The revision in force. */
  readonly inForce: () => string | undefined;
}

/** Explains objects as they are in force, by the files of that revision, whatever was pushed since. */
export function explainer(options: ExplainerOptions): (request: ExplainRequest) => Promise<Explanation | undefined> {
  const { source, load, clock } = options;
  const { repository, path: folder = '' } = source.history ?? {};
  const blame = repository === undefined ? undefined : new LineBlame(repository);
  return async (request) => {
    const { id, files } = await filesInForce(options);
    const commit = hashOf(id);
    const lines = blame === undefined || commit === undefined ? {} : { lines: { blame, commit, folder } };
    // A copy: what is asked about must not displace what the daemon knows of the files it follows.
    const cache: FileCache = new Map(options.cache);
    const answer = await explainObject(request, { ...load, ...lines, revision: id, files, cache, now: clock.now() });
    switch (answer.result) {
      case 'explained':
        return answer.explanation;
      case 'unknown':
        return undefined;
      case 'unknown-kind':
        throw new RequestError(`no kind ${request.kind}`);
      case 'invalid':
        throw new RefusedError(`${request.kind}/${request.name} cannot be explained: ${answer.error}`);
    }
  };
}

/** A plain folder keeps no past: of it, what is there now. */
async function filesInForce({ source, inForce }: ExplainerOptions): Promise<Pick<Revision, 'id' | 'files'>> {
  const id = inForce();
  if (id === undefined) throw new RefusedError('no declarations are in force');
  if (source.readAgain !== undefined) return { id, files: await source.readAgain(id) };
  const now = await source.read();
  if (now?.id !== id)
    throw new RefusedError(`the folder was edited since, and ${id} is not kept: explain it with --dir`);
  return now;
}

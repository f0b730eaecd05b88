import { codeOf, messageOf } from '../base/errors.ts';
import { loadFiles } from '../daemon/load.ts';
import { hasErrors, sortIssues } from '../manifest/issue.ts';
import { type FolderContent, readFolder } from '../source/folder.ts';
import { exitCodes, type Io } from './io.ts';
import { isExample } from './is-example.ts';
import { formatIssues, type IssueFormat } from './issues-output.ts';
import { environmentOf } from './secret-env.ts';

export interface ValidateOptions {
  readonly output?: IssueFormat;
  /** Folder of `{file: …}` secrets. */
  readonly secrets?: string;
  /** Findings shown; the rest is counted. Default 200. */
  readonly maxErrors?: number;
}

/** `lastmile validate DIR`: everything wrong in a folder, at once. Resolves with the exit code. */
export async function validateCommand(dir: string, options: ValidateOptions, io: Io): Promise<number> {
  let content: FolderContent;
  try {
    content = await readFolder(dir);
  } catch (error) {
    io.err(`lastmile: ${messageOf(error)} (${codeOf(error) ?? 'LM_UNKNOWN'})\n`);
    return exitCodes.error;
  }
  const { issues, objections = [] } = await loadFiles(content.files, {
    mode: 'validate',
    env: environmentOf(dir, io),
    example: isExample(dir),
    ...(options.secrets === undefined ? {} : { secretsDir: options.secrets }),
  });
  const texts = new Map(content.files.map(({ path, text }) => [path, text]));
  const report = { issues: sortIssues([...issues, ...objections]), texts, limit: options.maxErrors ?? 200 };
  io.out(formatIssues(report, options.output ?? 'text', io.color && io.env['NO_COLOR'] === undefined));
  if (hasErrors(issues)) return exitCodes.invalid;
  return hasErrors(objections) ? exitCodes.refused : exitCodes.success;
}

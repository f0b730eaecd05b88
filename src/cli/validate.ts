import { resolve, sep } from 'node:path';
import { compact } from '../base/compact.ts';
import { codeOf, messageOf } from '../base/errors.ts';
import { hasErrors } from '../manifest/issue.ts';
import { type LoadOptions, loadManifest, type Manifest } from '../manifest/load-manifest.ts';
import { secretResolver } from '../secrets/secret-resolver.ts';
import { type FolderContent, readFolder } from '../source/folder.ts';
import { exitCodes, type Io } from './io.ts';
import { formatIssues, type IssueFormat } from './issues-output.ts';

export interface ValidateOptions {
  readonly output?: IssueFormat;
  /** Folder of `{file: …}` secrets. */
  readonly secrets?: string;
  /** Findings shown; the rest is counted. Default 200. */
  readonly maxErrors?: number;
  readonly attributeCheck?: LoadOptions['attributeCheck'];
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
  const { secrets, attributeCheck } = options;
  const { issues } = loadFolder(dir, content, {
    mode: 'validate',
    env: io.env,
    ...compact({ secrets, attributeCheck }),
  });
  const texts = new Map(content.files.map(({ path, text }) => [path, text]));
  const report = { issues, texts, limit: options.maxErrors ?? 200 };
  io.out(formatIssues(report, options.output ?? 'text', io.color && io.env['NO_COLOR'] === undefined));
  return hasErrors(issues) ? exitCodes.invalid : exitCodes.success;
}

export interface LoadFolderOptions extends Pick<LoadOptions, 'mode' | 'attributeCheck'> {
  readonly secrets?: string;
  readonly env: Io['env'];
}

/** Loads what was read from a folder, with secrets from the environment and the folder given. */
export function loadFolder(dir: string, content: FolderContent, options: LoadFolderOptions): Manifest {
  const secrets = secretResolver({
    env: options.env,
    ...(options.secrets === undefined ? {} : { folder: options.secrets }),
  });
  return loadManifest(content.files, {
    secrets,
    mode: options.mode,
    example: resolve(dir).split(sep).includes('examples'),
    ...(options.attributeCheck === undefined ? {} : { attributeCheck: options.attributeCheck }),
  });
}

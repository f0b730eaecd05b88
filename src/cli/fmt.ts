import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';
import { formatText } from '../manifest/format.ts';
import { readFolder } from '../source/folder.ts';
import { sealRulesPath } from '../source/selection.ts';
import { exitCodes, type Io } from './io.ts';
import { replaceOnDisk } from './sealed-files.ts';

export interface FmtOptions {
  readonly check: boolean;
}

/** `lastmile fmt [PATH…] [--check]`: one form for all files. Resolves with the exit code. */
export async function fmtCommand(paths: readonly string[], options: FmtOptions, io: Io): Promise<number> {
  let changed = 0;
  try {
    for (const path of paths) {
      const isFolder = (await stat(path)).isDirectory();
      const dir = isFolder ? path : dirname(path);
      const { files } = await readFolder(dir);
      // The rules of sops are its own.
      const ours = files.filter((file) => file.path !== sealRulesPath);
      const wanted = isFolder ? ours : ours.filter((file) => file.path === basename(path));
      if (wanted.length === 0) throw new RangeError(`${path} is no file of declarations`);
      for (const { path: name, text } of wanted) {
        const formatted = formatText(name, text);
        const full = join(dir, name);
        if ('left' in formatted) io.err(`${full}: left as it is: ${formatted.left}\n`);
        else if (formatted.text !== text) {
          changed += 1;
          io.out(`${full}\n`);
          if (!options.check) await replaceOnDisk(full, formatted.text);
        }
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw error;
    io.err(`lastmile: ${messageOf(error)} (${codeOf(error) ?? 'LM_UNKNOWN'})\n`);
    return exitCodes.error;
  }
  return options.check && changed > 0 ? exitCodes.changes : exitCodes.success;
}

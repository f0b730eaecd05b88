import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';
import type { Forge } from './init-ci.ts';
import { newRepository } from './init-files.ts';
import { exitCodes, type Io } from './io.ts';

export interface InitOptions {
  readonly ci?: Forge;
}

/** `lastmile init [DIR] [--ci FORGE]`: a repository to begin with. Writes over nothing. Resolves with the exit code. */
export async function initCommand(dir: string, options: InitOptions, io: Io): Promise<number> {
  const files = newRepository(options.ci);
  const there = files.find(({ path }) => existsSync(join(dir, path)));
  if (there !== undefined) {
    io.err(`lastmile: ${join(dir, there.path)} is there already: nothing was written\n`);
    return exitCodes.error;
  }
  try {
    for (const { path, text, isProgram } of files) {
      const full = join(dir, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, text, { flag: 'wx' });
      if (isProgram === true) await chmod(full, 0o755);
    }
  } catch (error) {
    io.err(`lastmile: ${messageOf(error)} (${codeOf(error) ?? 'LM_UNKNOWN'})\n`);
    return exitCodes.error;
  }
  for (const { path } of files) if (!path.startsWith('.lastmile/')) io.out(`${join(dir, path)}\n`);
  const at = dir === '.' ? '' : ` ${dir}`;
  io.err(`next: git init${at}, git -C ${dir} config core.hooksPath .githooks, lastmile validate${at}\n`);
  return exitCodes.success;
}

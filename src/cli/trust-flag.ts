import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { TrustRules } from '../model/kinds/trust.ts';
import { readTrustFile } from '../trust/trust-file.ts';

/**
 * What `--trust FILE` comes to: read now, so that a mistake in it is told at once, and anew each time it is asked.
 *
 * @param dir of the declarations that are judged. Absent: they are elsewhere
 * @throws RangeError for a file that what is judged could change
 * @throws TrustFileError
 */
export async function trustOf(
  file: string | undefined,
  dir: string | undefined,
): Promise<{ readonly trust?: () => Promise<TrustRules> }> {
  if (file === undefined) return {};
  const path = resolve(file);
  await readTrustFile(path);
  if (dir !== undefined && (await isBelow(path, dir)))
    throw new RangeError(`--trust ${file} lies in ${dir}, which it is to judge: keep it where no commit can change it`);
  return { trust: () => readTrustFile(path) };
}

async function isBelow(path: string, dir: string): Promise<boolean> {
  const [file, folder] = await Promise.all([path, resolve(dir)].map((each) => realpath(each).catch(() => each)));
  return `${file}`.startsWith(folder === sep ? sep : `${folder}${sep}`);
}

import { resolve, sep } from 'node:path';

/** Below a folder called `examples` secrets may stand in clear text. */
export function isExample(dir: string): boolean {
  return resolve(dir).split(sep).includes('examples');
}

import type { Level } from 'level';
import { schemaKey, toDiskKey } from './layout.ts';
import { sumOf } from './row-sum.ts';

const schemaDiskKey = toDiskKey('meta', schemaKey);

/** Of the rows of a database; `undefined` where there is none that holds. */
export async function storedVersion(level: Level): Promise<number | undefined> {
  const stored = await level.get(schemaDiskKey);
  return stored === undefined ? undefined : parseVersion(stored);
}

/** Plain JSON, which every release can read, with a checksum of its own. */
export async function putVersion(level: Level, version: number): Promise<void> {
  await level.put(schemaDiskKey, JSON.stringify({ version, sum: sumOf(schemaDiskKey, `${version}`) }), { sync: true });
}

function parseVersion(stored: string): number | undefined {
  try {
    const { version, sum } = JSON.parse(stored) as { readonly version?: unknown; readonly sum?: unknown };
    if (typeof version !== 'number') return undefined;
    return sum === sumOf(schemaDiskKey, `${version}`) || (version === 1 && sum === undefined) ? version : undefined;
  } catch {
    return undefined;
  }
}

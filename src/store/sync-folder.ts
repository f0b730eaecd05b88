import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Makes the names in a folder last through a power cut. */
export async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

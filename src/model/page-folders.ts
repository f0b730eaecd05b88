import type { Declared, RouterSpec } from './declarations.ts';
import { error, type Resolving } from './resolve/resolving.ts';

type HotspotSpec = NonNullable<RouterSpec['hotspots']>[number];

/** Folders that RouterOS or its packages make and write for themselves, and what is in them. */
const factoryFolders: ReadonlyMap<string, string> = new Map([
  ['hotspot', 'the pages of the factory'],
  ['skins', 'the looks of WebFig'],
  ['flash', 'what outlives a restart'],
  ['pub', 'what the router offers for download'],
  ['user-manager', 'the user manager'],
  ['user-manager5', 'the user manager'],
  ['dude', 'the Dude'],
]);

/** The folder of a hotspot's pages, without a slash at either end and without the board's `flash/`. */
export function pageFolder({ name, htmlDirectory: folder }: HotspotSpec): string {
  const bare = folder?.replace(/^\/+|\/+$/g, '').replace(/^flash\//, '');
  return bare ?? `lastmile/${name}`;
}

/** Reports folders that would mix our pages with the router's own, or with those of another hotspot. */
export function checkPageFolders(to: Resolving, declared: Declared<RouterSpec>, list: readonly HotspotSpec[]): void {
  for (const [index, hotspot] of list.entries()) {
    const folder = pageFolder(hotspot);
    const reason = whyNot(folder, list);
    if (reason === undefined) continue;
    const message = `the pages of the hotspot "${hotspot.name}" cannot lie in "${folder}": ${reason}`;
    const field = hotspot.htmlDirectory === undefined ? 'name' : 'htmlDirectory';
    const hint = 'they need a folder of their own; without htmlDirectory it is lastmile/ and the name of the hotspot';
    error(to, 'LM_HTML_DIRECTORY', message, declared, ['spec', 'hotspots', index, field], hint);
  }
}

function whyNot(folder: string, list: readonly HotspotSpec[]): string | undefined {
  const [first = ''] = folder.split('/');
  const holds = factoryFolders.get(first);
  if (holds !== undefined) return `"${first}" is a folder of the router, for ${holds}`;
  const around = list.find((each) => folder.startsWith(`${pageFolder(each)}/`));
  return around && `it is inside the folder of "${around.name}"`;
}

import { hotspotPages } from '../../hotspot-pages/hotspot-pages.ts';
import type { Hotspot, Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import { foldersOf } from '../../reconcile/folders.ts';
import type { Row } from '../../reconcile/row.ts';
import { landingUrl } from './hotspot-site.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

const byHand =
  'RouterOS before 7.15 takes no new files over the API: put it there by hand, with the folders it is in; the portal ' +
  'offers the pages of a site for download, as /p/SITE/files/login.html';

/**
 * Pages of hotspots that show a portal site, in folders of our own. RouterOS: Files. A print tells the kind of a file by
 * its ending (`.html file`), and brings along the contents of every file unless told not to.
 */
export const file = {
  path: '/file',
  identity: ['name'],
  comment: false,
  folders: true,
  fields: {
    name: { path: true },
    type: { default: 'file', canonical: kindOf, implied: 'file', unknown: byHand },
    contents: { costly: true },
  },
  byHand,
  rows: (model, router) => {
    const rows = router.hotspots.flatMap((hotspot) => fileRows(model, router, hotspot));
    // Hotspots may share a folder, or the one around it.
    return [...new Map(rows.map((row) => [row.identity, row])).values()];
  },
} satisfies Menu;

function fileRows(model: Model, router: Router, hotspot: Hotspot): readonly Row[] {
  const url = landingUrl(model, router, hotspot);
  if (url === undefined) return [];
  const pages = hotspotPages(url).map(({ name, contents }) => [`${hotspot.htmlDirectory}/${name}`, contents] as const);
  const folders = new Set(pages.flatMap(([path]) => foldersOf(path)));
  const row = (name: string, part: string, fields: Readonly<Record<string, string>>) => ({
    menu: '/file',
    identity: name,
    owner: ownerOf(router, part, name),
    source: hotspot.origin,
    fields: { name, ...fields },
  });
  return [
    ...[...folders].sort().map((path) => row(path, 'folder', { type: 'directory' })),
    ...pages.map(([path, contents]) => row(path, 'page', { type: 'file', contents })),
  ];
}

function kindOf(type: string): string {
  return type === 'directory' || type === 'disk' ? 'directory' : 'file';
}

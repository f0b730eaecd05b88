import type { ObservedRow } from '../reconcile/row.ts';
import type { Finding } from '../reconcile/target.ts';
import { type Board, pathOn } from './read-rows.ts';

/** The folder that ours lie in unless another is declared: nobody else makes one of that name. */
const ours = 'lastmile';

/**
 * Hotspots that still show pages of ours, and such pages, though nobody declares them and no record says that we made
 * them: what is left of a hotspot that went from the repository together with the state folder. These menus have no
 * comment for a marker, and a name alone is no proof, so nothing is removed: it is said, with the commands that do. Pure.
 */
export function leftBehind(unclaimed: readonly ObservedRow[], board: Board): readonly Finding[] {
  const shown = new Set<string>();
  const profiles = unclaimed.filter(({ menu, fields }) => menu === '/ip/hotspot/profile' && isOurs(folderOf(fields)));
  const findings = profiles.map((profile): Finding => {
    const folder = folderOf(profile.fields);
    const servers = unclaimed.filter(
      ({ menu, fields }) => menu === '/ip/hotspot' && fields['profile'] === profile.identity,
    );
    const pages = unclaimed.some((row) => row.menu === '/file' && isIn(row.identity, folder));
    shown.add(folder);
    const commands = [
      ...servers.map(({ identity }) => removal('/ip/hotspot', identity)),
      removal('/ip/hotspot/profile', profile.identity),
      ...(pages ? [removal('/file', pathOn(board, folder))] : []),
    ];
    const guests =
      servers.length === 0 ? '' : `guests of ${servers.map(({ identity }) => identity).join(', ')} see them, `;
    return finding(
      `/ip/hotspot/profile ${profile.identity} shows pages of a portal from ${folder}: ${guests}`,
      commands,
    );
  });
  const folders = unclaimed
    .filter(
      ({ menu, identity, fields }) => menu === '/file' && fields['type'] === 'directory' && isDirectlyIn(identity),
    )
    .filter(({ identity }) => ![...shown].some((folder) => isIn(folder, identity)));
  return [
    ...findings,
    ...folders.map(({ identity }) =>
      finding(`/file ${identity} holds pages of a portal: `, [removal('/file', pathOn(board, identity))]),
    ),
  ];
}

function finding(what: string, commands: readonly string[]): Finding {
  const why = 'but nothing declares it, and no record says that it is ours (was the state folder lost?)';
  return {
    code: 'LM_LEFT_BEHIND',
    message: `${what}${why}. It is left alone; if it is a leftover, remove it on the router: ${commands.join('; ')}`,
  };
}

function removal(menu: string, name: string): string {
  return `${menu}/remove ${JSON.stringify(name)}`;
}

function folderOf(fields: ObservedRow['fields']): string {
  const folder = fields['html-directory-override'];
  return typeof folder === 'string' ? folder : '';
}

function isOurs(folder: string): boolean {
  return folder.startsWith(`${ours}/`);
}

/** `lastmile/lobby`, not what lies deeper. */
function isDirectlyIn(path: string): boolean {
  return isOurs(path) && !path.slice(ours.length + 1).includes('/');
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

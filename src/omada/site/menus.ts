import type { Target } from '../../reconcile/target.ts';

/** What is kept at a site of a controller, as menus. Every row is known by its site and its name. */
export const menus = {
  /** A captive portal. Identity: site and name. */
  portal: '/portal',
  /** Whether the list below is in force. Identity: the site. */
  access: '/pre-authentication',
  /** A host or a network that guests reach before they log in. Identity: site and address. */
  accessEntry: '/pre-authentication/access',
  /** Our RADIUS servers. Identity: site and name. */
  radiusProfile: '/profiles/radius',
} as const;

/** Portals come after the profile they name. */
export const references: Target['references'] = {
  [menus.portal]: { 'radius-profile': menus.radiusProfile },
};

const isAccess = (menu: string) => menu === menus.access || menu === menus.accessEntry;

/** No portal before guests can reach its page; what they reach is taken away after the portal. */
export const precedence: NonNullable<Target['precedence']> = [
  {
    earlier: ({ menu, action }) => isAccess(menu) && action !== 'delete',
    later: ({ menu, action }) => menu === menus.portal && action !== 'delete',
  },
  {
    earlier: ({ menu }) => menu === menus.portal,
    later: ({ menu, action }) => isAccess(menu) && action === 'delete',
  },
];

/** `Default/Guests`. A site's name may hold a slash. */
export function identityOf(site: string, name: string): string {
  return `${siteIdentity(site)}/${name}`;
}

/** A site alone. */
export function siteIdentity(site: string): string {
  return site.replaceAll('%', '%25').replaceAll('/', '%2F');
}

/** The other way round; `name` is absent of a site alone. */
export function readIdentity(identity: string): { readonly site: string; readonly name?: string } {
  const at = identity.indexOf('/');
  const site = (at < 0 ? identity : identity.slice(0, at)).replaceAll('%2F', '/').replaceAll('%25', '%');
  return at < 0 ? { site } : { site, name: identity.slice(at + 1) };
}

/** Names in one field, in order; a comma in a name is `\,`. */
export function listText(names: readonly string[]): string {
  return [...new Set(names)]
    .sort()
    .map((name) => name.replace(/[\\,]/g, '\\$&'))
    .join(', ');
}

/** The other way round. */
export function readList(text: string): readonly string[] {
  if (text === '') return [];
  return [...text.matchAll(/(?:^|, )((?:\\.|[^,\\])*)/gu)].map(([, name = '']) => name.replace(/\\(.)/gu, '$1'));
}

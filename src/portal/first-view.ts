import type { PortalLanguage, PortalSite } from '../model/kinds/portal-site.ts';
import type { Page } from './pages/render.ts';

/** A page that is the same for every guest of a site, but for the token that it carries in some places. */
export interface FirstView {
  /** What stands before, between and after the tokens, in UTF-8: made once, it is copied and not encoded anew. */
  readonly parts: readonly Buffer[];
  readonly styles: Page['styles'];
  readonly formOrigins: readonly string[];
}

/** Stands for the token while the page is made: a character of no language. */
export const tokenPlace = '\uE000';

/** Pages that were made before, so that a crowd at the door costs little. Forgotten with the revision their site is of. */
export class FirstViews {
  readonly #views = new WeakMap<PortalSite, Map<string, FirstView>>();

  /** @param publicUrl of the portal: it stands in the policy of the page */
  of(
    site: PortalSite,
    language: PortalLanguage,
    publicUrl: string | undefined,
    make: () => { readonly page: Page; readonly formOrigins: readonly string[] },
  ): FirstView {
    const views = this.#views.get(site) ?? new Map<string, FirstView>();
    this.#views.set(site, views);
    const key = `${language} ${publicUrl}`;
    const known = views.get(key);
    if (known !== undefined) return known;
    const { page, formOrigins } = make();
    const parts = page.html.split(tokenPlace).map((part) => Buffer.from(part));
    const view = { parts, styles: page.styles, formOrigins };
    views.set(key, view);
    return view;
  }
}

/** The page with a token in it. @param token of ASCII alone */
export function withToken({ parts }: FirstView, token: string): Buffer {
  const octets = Buffer.from(token, 'latin1');
  return Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [octets, part])));
}

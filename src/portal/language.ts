import type { PortalLanguage } from '../model/kinds/portal-site.ts';
import { ar } from './texts/ar.ts';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';
import { es } from './texts/es.ts';
import { fr } from './texts/fr.ts';
import { pt } from './texts/pt.ts';
import { sw } from './texts/sw.ts';
import type { Texts } from './texts/texts.ts';

export const textsIn: Readonly<Record<PortalLanguage, Texts>> = { en, de, es, fr, pt, sw, ar };

export const allLanguages = Object.keys(textsIn) as readonly PortalLanguage[];

/**
 * The language for a guest: the one asked for, else the best of `Accept-Language` (RFC 9110 §12.5.4), else the first of
 * the site.
 *
 * @param offered at least one
 */
export function chooseLanguage(
  offered: readonly PortalLanguage[],
  asked: string | undefined,
  acceptLanguage: string | undefined,
): PortalLanguage {
  const wanted = [...(asked === undefined ? [] : [asked]), ...preferences(acceptLanguage)];
  for (const tag of wanted) {
    const found = offered.find((language) => language === tag.toLowerCase().split('-')[0]);
    if (found !== undefined) return found;
  }
  return offered[0] ?? 'en';
}

function preferences(header: string | undefined): readonly string[] {
  return (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
      const weight = parameters.find((each) => each.startsWith('q='))?.slice(2);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

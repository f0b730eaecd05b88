import { hash } from 'node:crypto';
import { Eta } from 'eta';
import type { PortalLanguage, PortalSite } from '../../model/kinds/portal-site.ts';
import { textsIn } from '../language.ts';
import type { Texts } from '../texts/texts.ts';
import { brandStyle, style } from './style.ts';
import { frame, handOver, landing, notice } from './templates.ts';

/** HTML, and what its Content-Security-Policy must allow. */
export interface Page {
  readonly html: string;
  /** `'sha256-…'` */
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/** What all pages have. */
export interface Frame {
  readonly site?: Pick<PortalSite, 'title' | 'branding' | 'languages'>;
  readonly language: PortalLanguage;
  readonly heading: keyof Texts['headings'];
  /** Where this page is found in another language. Absent: it cannot be had in another one. */
  readonly inLanguage?: (language: PortalLanguage) => string;
  readonly refresh?: { readonly seconds: number; readonly url: string };
}

export interface LandingView {
  /** Where the forms go. */
  readonly action: string;
  /** Signed. */
  readonly context: string;
  readonly login: boolean;
  readonly clickThrough: boolean;
  readonly terms?: string;
  readonly username: string;
  readonly problem?: string;
  /** The field that the problem is with. */
  readonly at?: 'username' | 'password' | 'terms';
}

export interface NoticeView {
  readonly text: string;
  readonly problem: boolean;
  readonly link?: { readonly href: string; readonly text: string };
  readonly logout?: { readonly action: string; readonly token: string };
}

export type HandOverView =
  | { readonly href: string }
  | { readonly form: { readonly action: string; readonly fields: readonly (readonly [string, string])[] } };

const eta = new Eta({ autoEscape: true, autoTrim: ['nl', false] });
const templates = {
  frame: eta.compile(frame),
  landing: eta.compile(landing),
  notice: eta.compile(notice),
  handOver: eta.compile(handOver),
};

/** Saves a press of the button where scripts run. The same for everybody, so that its digest can be allowed. */
const submit = 'document.forms[0].submit()';
const styleSource = sourceOf(style);
const submitSource = sourceOf(submit);

export function landingPage(about: Frame, view: LandingView): Page {
  return framed(about, body('landing', about, view));
}

export function noticePage(about: Frame, view: NoticeView): Page {
  return framed(about, body('notice', about, view));
}

export function handOverPage(about: Frame, view: HandOverView): Page {
  const page = framed(about, body('handOver', about, { ...view, script: submit }));
  return 'form' in view ? { ...page, scripts: [submitSource] } : page;
}

function body(template: keyof typeof templates, { language }: Frame, view: object): string {
  return templates[template].call(eta, { ...view, texts: textsIn[language] });
}

function framed(about: Frame, content: string): Page {
  const { site, language, heading, inLanguage, refresh } = about;
  const texts = textsIn[language];
  const brand = brandStyle(site?.branding.color);
  const html = templates.frame.call(eta, {
    language,
    texts,
    direction: texts.direction,
    heading: texts.headings[heading],
    place: site?.title ?? texts.wifi,
    contact: site?.branding.contact,
    languages: inLanguage === undefined ? [] : switches(site?.languages ?? [], language, inLanguage),
    refresh,
    style,
    brand,
    body: content,
  });
  return { html, styles: [styleSource, sourceOf(brand)], scripts: [] };
}

function switches(
  offered: readonly PortalLanguage[],
  current: PortalLanguage,
  inLanguage: (language: PortalLanguage) => string,
): readonly object[] {
  return offered.map((language) => ({
    language,
    name: textsIn[language].name,
    ...(language === current ? {} : { href: inLanguage(language) }),
  }));
}

/** A source of a Content-Security-Policy: exactly this text (CSP3 §2.3.1). */
function sourceOf(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}

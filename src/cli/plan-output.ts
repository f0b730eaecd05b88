import { isAbsolute, join, relative, sep } from 'node:path';
import { unreachable } from '../base/errors.ts';
import type { PlanDocument } from '../reconcile/plan.ts';
import { planAnnotations } from '../review/plan-annotations.ts';
import { planHtml } from '../review/plan-html.ts';
import { planMarkdown } from '../review/plan-markdown.ts';
import { planText } from '../review/plan-text.ts';
import type { PlanFormat } from './options.ts';

/** A plan for whoever reads it. */
export function planIn(
  format: PlanFormat,
  plan: PlanDocument,
  { color, dir }: { readonly color: boolean; readonly dir: string },
): string {
  switch (format) {
    case 'text':
      return planText(plan, color);
    case 'json':
      return `${JSON.stringify(plan, undefined, 2)}\n`;
    case 'markdown':
      return planMarkdown(plan);
    case 'html':
      return planHtml(plan);
    case 'github':
      return planAnnotations(plan, folderFromHere(dir));
    default:
      return unreachable(format);
  }
}

/** Jobs run in the root of the repository: where declarations lie below it, so do the files that are named. */
function folderFromHere(dir: string): string {
  const path = isAbsolute(dir) ? relative(process.cwd(), dir) : join(dir);
  if (path === '' || path === '.' || path.startsWith('..') || isAbsolute(path)) return '';
  return `${path.split(sep).join('/').replace(/\/$/, '')}/`;
}

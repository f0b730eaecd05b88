import type { SignerLimits } from '../model/kinds/trust.ts';
import { type DeclaredObject, declaredIn } from './declared-in.ts';

/** A file that a commit changed, below the folder that is read. Absent texts: it was not there, or is no more. */
export interface ChangedFile {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

export interface LimitVerdict {
  /** What the signer may not have done. Absent: it was all his. */
  readonly refusal?: string;
  /** Objects that are no more. */
  readonly deletes: number;
}

/**
 * Whether changes are within what a signer may change. What cannot be told to be his is not. Pure.
 *
 * @param fits whether a path fits a pattern of `paths`
 */
export function checkLimits(
  limits: SignerLimits,
  files: readonly ChangedFile[],
  fits: (pattern: string, path: string) => boolean,
): LimitVerdict {
  const { paths, kinds, routers, labels, deletes } = limits;
  const outside = paths === undefined ? undefined : files.find(({ path }) => !paths.some((each) => fits(each, path)));
  if (outside !== undefined) return refused(`${outside.path} is none of the paths he may change`);
  const byObject = [kinds, routers, labels, deletes].some((each) => each !== undefined);
  if (!byObject) return { deletes: 0 };
  const before = new Map<string, DeclaredObject>();
  const after = new Map<string, DeclaredObject>();
  for (const file of files) {
    if (isProse(file.path)) continue;
    for (const [text, into] of [[file.before, before] as const, [file.after, after] as const]) {
      const objects = text === undefined ? [] : isObjects(file.path) ? declaredIn(file.path, text) : undefined;
      if (objects === undefined) return refused(`of ${file.path} it cannot be told which objects it concerns`);
      for (const object of objects) into.set(`${object.kind}/${object.name}`, object);
    }
  }
  for (const [name, object] of [...before, ...after]) {
    if (before.get(name)?.text === after.get(name)?.text) continue;
    const words = notHis(limits, object);
    if (words !== undefined) return refused(`${name}: ${words}`);
  }
  const renamed = new Set(
    [...after.values()].flatMap(({ kind, previousNames }) => previousNames.map((old) => `${kind}/${String(old)}`)),
  );
  return { deletes: [...before.keys()].filter((name) => !after.has(name) && !renamed.has(name)).length };
}

function notHis({ kinds, routers, labels }: SignerLimits, object: DeclaredObject): string | undefined {
  if (kinds !== undefined && !kinds.includes(object.kind)) return `${object.kind} is none of the kinds he may change`;
  if (routers !== undefined) {
    if (object.routers.length === 0) return 'it names no router, and he may change only what is of some';
    const other = object.routers.find((each) => !routers.includes(each));
    if (other !== undefined) return `${other} is none of the routers he may change`;
  }
  const missing = Object.entries(labels ?? {}).find(([key, value]) => object.labels[key] !== value);
  return missing === undefined ? undefined : `it has not the label ${missing[0]}: ${missing[1]}`;
}

/** Texts for people, which nothing reads. */
function isProse(path: string): boolean {
  return /\.(?:md|txt|adoc|rst)$|(?:^|\/)(?:LICENSE|CODEOWNERS)$/.test(path);
}

/** A file of documents; what is not (`_defaults.yaml`, tables, rules of what is ignored) concerns objects elsewhere. */
function isObjects(path: string): boolean {
  return /\.ya?ml$/.test(path) && !/(?:^|\/)(?:_defaults\.ya?ml|\.[^/]*)$/.test(path);
}

function refused(refusal: string): LimitVerdict {
  return { refusal, deletes: 0 };
}

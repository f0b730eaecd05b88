import { Secret } from '../base/secret.ts';
import type { Steps } from '../base/steps.ts';
import type { Declarations } from '../model/declarations.ts';
import type { SecretResolver } from '../model/secret-values.ts';
import { hidesValue } from '../radius/dictionary/check-attribute.ts';
import { type Evaluated, evaluate } from './evaluate.ts';
import { fieldName, type Leaf, leavesOf, type Path } from './leaves.ts';
import type { Made } from './outcome.ts';
import { type ExplainedKind, objectNamed, type Scope, type ScopedObject, scopeOf } from './scope.ts';
import { type Traced, traceInSteps } from './trace.ts';

/** A value, and the values that were written and that it comes from. */
export interface Value {
  readonly field: string;
  /** Secrets are `[secret]`. */
  readonly value: string;
  /** The nearest first. None: it is built in. */
  readonly from: readonly Written[];
}

/** A value in a declaration. */
export type Written = Pick<Leaf, 'object' | 'path'>;

/** An object with all it becomes. */
export interface Explained {
  readonly object: ScopedObject;
  /** What it says, and what it has besides without saying so. */
  readonly fields: readonly Value[];
  readonly made: readonly ExplainedMade[];
  readonly notes: readonly string[];
}

export interface ExplainedMade extends Pick<Made, 'target' | 'menu' | 'identity' | 'owner'> {
  readonly type: 'row' | 'reply';
  readonly because: readonly Written[];
  readonly fields: readonly Value[];
}

export interface ExplainOptions {
  readonly kind: ExplainedKind;
  readonly name: string;
  /** Only what it becomes there. */
  readonly target?: string;
  readonly secrets: SecretResolver;
  /** Wall time: what has expired by then is. */
  readonly now: number;
}

/** The explanation, or why there is none. */
export type Explaining =
  | { readonly result: 'explained'; readonly explained: Explained }
  | { readonly result: 'unknown' }
  | { readonly result: 'invalid'; readonly error: string };

/** Explains where everything that an object says and becomes comes from. Pure, but for what the resolver does. */
export function* explainInSteps(all: Declarations, options: ExplainOptions): Steps<Explaining> {
  const { kind, name, target, secrets, now } = options;
  const object = objectNamed(all, kind, name);
  if (object === undefined) return { result: 'unknown' };
  const isRouter = all.routers.some((each) => each.name === target);
  const { scope, leftOut } = scopeOf(all, object, isRouter && target !== undefined ? [target] : undefined);
  const first = evaluate(scope, object, { secrets, now });
  if ('error' in first) return { result: 'invalid', error: first.error };
  const menus = new Set(first.made.map(({ menu }) => menu));
  const traced = yield* traceInSteps(object, [scope, alone(scope, object)], (each, itself) =>
    madeBy(() => evaluate(each, itself, { secrets, now, menus })),
  );
  const shown = traced.filter((each) => target === undefined || each.made.target === target);
  const notes =
    leftOut === 0
      ? []
      : [`${leftOut} more objects that it hangs together with were not looked at: name a router with --target`];
  return {
    result: 'explained',
    explained: {
      object,
      fields: [...declaredFields(object), ...otherFields(object, traced)],
      made: shown.flatMap((each) => explainedMade(each, object)),
      notes,
    },
  };
}

/** Values that nobody wrote may be of a form that breaks whatever takes them: these could not stand there either. */
function madeBy(evaluated: () => Evaluated): readonly Made[] | undefined {
  try {
    const found = evaluated();
    return 'error' in found ? undefined : found.made;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Without those that name it: another value of its own would leave them without what they name. */
function alone({ objects }: Scope, object: ScopedObject): Scope {
  const kinds: readonly ExplainedKind[] = [
    object.kind,
    'Operator',
    ...(object.kind === 'Subscriber' ? (['Service'] as const) : []),
  ];
  return { objects: objects.filter((each) => each === object || kinds.includes(each.kind)) };
}

function declaredFields(object: ScopedObject): readonly Value[] {
  return leavesOf(object).map((leaf) => ({
    field: fieldName(leaf.path),
    value: leafText(leaf),
    from: [leaf],
  }));
}

/** What is in force without the object having said so. */
function otherFields(object: ScopedObject, traced: readonly Traced[]): readonly Value[] {
  const said = leavesOf(object).map(({ path }) => fieldName(path).replace(/\[\d+\]/g, ''));
  const own = traced.filter(({ made }) => made.type === 'object');
  return own.flatMap(({ made, fields }) =>
    Object.entries(made.fields)
      .filter(([field, value]) => value !== '' && !said.some((each) => isOne(each, field.replace(/\[\d+\]/g, ''))))
      .filter(([field]) => fields.get(field)?.every((leaf) => leaf.object !== object) ?? true)
      .map(([field, value]) => ({
        field: own.length > 1 ? `${made.identity}: ${field}` : field,
        value: shown(value),
        from: nearestFirst(fields.get(field) ?? [], object),
      })),
  );
}

function isOne(said: string, field: string): boolean {
  return said === field || said.startsWith(`${field}.`) || field.startsWith(`${said}.`);
}

function explainedMade({ made, because, fields }: Traced, object: ScopedObject): readonly ExplainedMade[] {
  const { type, target, menu, identity, owner } = made;
  if (type === 'object') return [];
  const values = Object.entries(made.fields).flatMap(([field, value]) => {
    if (value === '') return [];
    const word = configured(object, made, field);
    return [
      {
        field,
        value: shown(value, field),
        from: word.length > 0 ? word : nearestFirst(fields.get(field) ?? [], object),
      },
    ];
  });
  return [{ type, target, menu, identity, owner, because: nearestFirst(because, object), fields: values }];
}

/** Of a row that `config` says word for word. */
function configured(object: ScopedObject, { menu, source }: Made, field: string): readonly Written[] {
  const { config } = object.spec as { readonly config?: Readonly<Record<string, unknown>> };
  const said = config?.[menu];
  const path = (...steps: Path): readonly Written[] => [{ object, path: ['spec', 'config', menu, ...steps] }];
  if (Array.isArray(said)) {
    const at = said.findIndex((_, index) => isAt(object, `config/${menu}/${index}`, source));
    const row = said[at] as Readonly<Record<string, unknown>> | undefined;
    if (row === undefined) return [];
    return Object.hasOwn(row, field) ? path(at, field) : path(at);
  }
  return typeof said === 'object' && said !== null && Object.hasOwn(said, field) ? path(field) : [];
}

function isAt({ entries }: ScopedObject, entry: string, source: Made['source']): boolean {
  const origin = entries?.get(entry);
  return origin !== undefined && origin.line === source?.line && origin.column === source.column;
}

const near: Readonly<Record<ExplainedKind, number>> = {
  Subscriber: 1,
  Service: 2,
  PortalSite: 3,
  OmadaController: 4,
  Router: 5,
  Operator: 6,
};

/** What the object itself says, then what others do; of one object, in the order written. */
function nearestFirst(leaves: readonly Leaf[], object: ScopedObject): readonly Written[] {
  const distance = (leaf: Leaf) => (leaf.object === object ? 0 : near[leaf.object.kind]);
  return leaves.toSorted((a, b) => distance(a) - distance(b));
}

function shown(value: string | Secret, attribute?: string): string {
  const hidden = value instanceof Secret || (attribute !== undefined && hidesValue(attribute.replace(/ \(\d+\)$/, '')));
  return hidden ? '[secret]' : value;
}

function leafText({ value, isSecret, object, path }: Leaf): string {
  if (isSecret || isHiddenAttribute(object.spec, path)) return '[secret]';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The value of an attribute that holds a key, whatever it is written as. */
function isHiddenAttribute(spec: unknown, path: Path): boolean {
  if (path.at(-1) !== 'value') return false;
  let parent = { spec } as unknown;
  for (const step of path.slice(0, -1)) parent = (parent as Readonly<Record<string, unknown>>)[step];
  const { name } = parent as { readonly name?: unknown };
  return typeof name === 'string' && hidesValue(name);
}

import type { Environment } from '@marcbachmann/cel-js';
import type { Meter } from './meter.ts';
import { type Call, type Comprehension, everyNode, type MemberCall, type Node } from './syntax.ts';

const charge = 'lastmile_charged';
export const linearMatches = 'lastmile_matches';

/** Names that are ours and nobody writes. */
export const unspoken: ReadonlySet<string> = new Set([charge, linearMatches]);

/** Times with a zone are told by a formatter, which takes long to make. */
const inZoneSteps = 2_000;
/** Characters that are gone through in one step: `size` counts them one by one. */
const charactersPerStep = 4;

/** Adds what `metered` makes use of. */
export function addMetering(environment: Environment, meter: Meter): void {
  environment.registerFunction(`${charge}(ast): dyn`, (({ args }: { args: Node[] }) => ({
    inner: args[0],
    weight: 1,
    async: false,
    typeCheck: (checker: Checker, macro: Charged, context: unknown) => checker.check(macro.inner, context),
    evaluate: (evaluator: Evaluator, macro: Charged, context: unknown) => {
      const value = evaluator.run(macro.inner, context);
      meter.spend((1 + sizeOf(value)) * macro.weight);
      return value;
    },
  })) as never);
}

interface Charged {
  readonly inner: Node;
  readonly weight: number;
}

interface Checker {
  check(node: Node, context: unknown): unknown;
}

interface Evaluator {
  run(node: Node, context: unknown): unknown;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length / charactersPerStep;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.length / charactersPerStep;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

/**
 * The same expression, where everything that may grow or be gone through is paid for by its size: what is added up, called,
 * called upon, searched and gone through. What is left costs no more than the expression is long.
 */
export function metered(environment: Environment, root: Node): Node {
  const paid = (node: Node, weight = 1): Node => {
    const wrapped = environment.parse(`${charge}(0)`).ast as unknown as Node;
    const { macro } = wrapped.meta;
    if (macro === undefined) throw new TypeError('the expression language spells its macros out otherwise');
    macro.inner = node;
    macro.weight = weight;
    return wrapped;
  };
  const walk = (node: Node): Node => {
    const { alternate, macro } = node.meta;
    if (alternate !== undefined) {
      const loop = alternate.args as Comprehension;
      loop.iterable = paid(walk(loop.iterable), 1 + sizeOfNode(loop.step));
      walkWithin(loop.step);
      return node;
    }
    if (macro !== undefined) {
      if (macro.val !== undefined) macro.val = walk(macro.val);
      if (macro.exp !== undefined) macro.exp = walk(macro.exp);
      return node;
    }
    walkWithin(node);
    return payFor(node, paid);
  };
  const walkWithin = (node: Node): void => {
    const { op, args } = node;
    if (op === 'call') (args as Call)[1] = (args as Call)[1].map(walk);
    else if (op === 'rcall')
      node.args = [(args as MemberCall)[0], walk((args as MemberCall)[1]), (args as MemberCall)[2].map(walk)];
    else if (op === 'map') node.args = (args as [Node, Node][]).map(([key, value]) => [walk(key), walk(value)]);
    else if (op === '!_' || op === '-_' || op === 'accuPush') node.args = walk(args as Node);
    else if (Array.isArray(args))
      node.args = args.map((each) => (typeof each === 'object' && each !== null ? walk(each as Node) : each));
  };
  return walk(root);
}

function payFor(node: Node, paid: (node: Node, weight?: number) => Node): Node {
  const { op, args } = node;
  switch (op) {
    case '+':
    case 'list':
      return paid(node);
    case 'call': {
      const [name, rest] = args as Call;
      node.args = [name, rest.map((each) => paid(each))];
      return node;
    }
    case 'rcall': {
      const [name, receiver, rest] = args as MemberCall;
      const isInZone = name.startsWith('get') && rest.length > 0;
      node.args = [name === 'matches' ? linearMatches : name, paid(receiver, isInZone ? inZoneSteps : 1), rest];
      return paid(node);
    }
    case 'in':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = args as [Node, Node];
      if (op !== 'in' && [left, right].some((each) => each.op === 'value')) return node;
      node.args = op === 'in' ? [left, paid(right)] : [paid(left), paid(right)];
      return node;
    }
    default:
      return node;
  }
}

function sizeOfNode(node: Node): number {
  return [...everyNode(node)].length;
}

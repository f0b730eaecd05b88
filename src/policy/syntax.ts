/** A part of an expression, as `@marcbachmann/cel-js` has it. */
export interface Node {
  readonly op: string;
  args: unknown;
  readonly start: number;
  readonly end: number;
  readonly meta: {
    readonly alternate?: Node;
    readonly macro?: { val?: Node; exp?: Node; inner?: Node; weight?: number };
  };
}

/** `all`, `exists`, `map` and the like, once they are spelled out. */
export interface Comprehension {
  iterable: Node;
  readonly init: Node;
  readonly step: Node;
}

export type Call = [name: string, args: Node[]];
export type MemberCall = [name: string, receiver: Node, args: Node[]];

/** The parts that are directly within, as they are written: not what `all` and the like are spelled out to. */
export function partsOf({ op, args }: Node): readonly Node[] {
  switch (op) {
    case 'call':
      return (args as Call)[1];
    case 'rcall': {
      const [, receiver, rest] = args as MemberCall;
      return [receiver, ...rest];
    }
    case 'map':
      return (args as [Node, Node][]).flat();
    default:
      return [args].flat().filter(isNode);
  }
}

/** It and all that is within, from the outside in. */
export function* everyNode(node: Node): Generator<Node> {
  yield node;
  for (const part of partsOf(node)) yield* everyNode(part);
}

/** Steps from a variable to a value of it: `object.spec.rate` is `['object', 'spec', 'rate']`. `undefined` for anything else. */
export function pathOf({ op, args }: Node): readonly (string | number)[] | undefined {
  if (op === 'id') return [String(args)];
  if (op !== '.' && op !== '[]') return undefined;
  const [from, step] = args as [Node, Node | string];
  const before = pathOf(from);
  const next = typeof step === 'string' ? step : step.op === 'value' ? step.args : undefined;
  if (before === undefined) return undefined;
  if (typeof next === 'string') return [...before, next];
  return typeof next === 'bigint' ? [...before, Number(next)] : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'start' in value;
}

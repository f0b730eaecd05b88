import type { PlannedChange } from '../reconcile/plan.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A router, a controller or the directory, as rules know it. */
export interface TargetFacts {
  readonly name: string;
  readonly kind: 'Router' | 'OmadaController' | 'directory';
  readonly labels: Readonly<Record<string, string>>;
}

/** What would be done to one target, in numbers. */
export interface TargetNumbers {
  readonly creates: number;
  readonly updates: number;
  readonly deletes: number;
  readonly moves: number;
  readonly changes: number;
  /** Live sessions, as far as it is known who is online. */
  readonly sessionsAffected: number;
}

const noNumbers = { creates: 0n, updates: 0n, deletes: 0n, moves: 0n, changes: 0n, sessionsAffected: 0n };
const noTarget = { name: '', kind: 'Router', labels: {}, ...noNumbers };
const noPlan = { targets: [], signers: [], revision: '', ...noNumbers };
const noChange = {
  ...{
    address: '',
    menu: '',
    identity: '',
    action: 'update',
    owner: '',
    kind: '',
    name: '',
    before: null,
    after: null,
  },
  ...{ fields: [], adopts: false, cause: 'git', file: '', line: 1n },
};

/** As rules see it, with whatever is not said saying nothing. */
export function targetInput(given: Fields): Fields {
  return { ...noTarget, ...given };
}

export function planInput(given: Fields): Fields {
  const targets = Array.isArray(given['targets']) ? given['targets'].map((each) => targetInput(each as Fields)) : [];
  return { ...noPlan, ...given, targets };
}

export function changeInput(given: Fields): Fields {
  const owner = String(given['owner'] ?? '');
  return { ...noChange, ...ofOwner(owner), ...given };
}

/** Of `Subscriber/anna#main`, the kind and the name. */
function ofOwner(owner: string): Fields {
  const [kind = '', name = ''] = (owner.split('#', 1)[0] ?? '').split('/', 2);
  return { kind, name };
}

export function changeShown(change: PlannedChange): Fields {
  const { address, menu, identity, actions, owner, before, after, fields, adopts, source, cause } = change;
  const place = source === undefined ? {} : { file: source.file, line: BigInt(source.line) };
  return changeInput({
    ...{ address, menu, identity, owner, before, after, fields, adopts, cause },
    action: actions[0] ?? 'update',
    ...place,
  });
}

export function targetShown(facts: TargetFacts, numbers: TargetNumbers): Fields {
  return { ...facts, ...inCel(numbers) };
}

export function planShown(
  revision: string,
  signers: readonly string[],
  targets: readonly (TargetFacts & TargetNumbers)[],
): Fields {
  const sum = (of: keyof TargetNumbers) => targets.reduce((all, each) => all + each[of], 0);
  const numbers: TargetNumbers = {
    ...{ creates: sum('creates'), updates: sum('updates'), deletes: sum('deletes'), moves: sum('moves') },
    ...{ changes: sum('changes'), sessionsAffected: sum('sessionsAffected') },
  };
  return { revision, signers, targets: targets.map((each) => targetShown(each, each)), ...inCel(numbers) };
}

function inCel({ creates, updates, deletes, moves, changes, sessionsAffected }: TargetNumbers): Fields {
  return {
    ...{ creates: BigInt(creates), updates: BigInt(updates), deletes: BigInt(deletes), moves: BigInt(moves) },
    ...{ changes: BigInt(changes), sessionsAffected: BigInt(sessionsAffected) },
  };
}

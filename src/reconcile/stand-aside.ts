import type { Row } from './row.ts';
import type { Change } from './target.ts';

/** What waits, and for what: `byValue` when the earlier gives up a value that the later takes. */
export interface Wait {
  readonly later: Change;
  readonly earlier: Change;
  readonly byValue?: boolean;
}

/** For each menu, a field and the value with which a row has none of its unique ones. */
export type Aside = Readonly<Record<string, readonly [field: string, value: string]>>;

/** For each change, those that must have been carried out before it. */
export function prerequisitesOf(waits: readonly Wait[]): ReadonlyMap<Change, readonly Change[]> {
  const waitsFor = new Map<Change, Change[]>();
  for (const { later, earlier } of waits) {
    if (earlier === later) continue;
    const list = waitsFor.get(later);
    if (list === undefined) waitsFor.set(later, [earlier]);
    else list.push(earlier);
  }
  return waitsFor;
}

export interface Steps {
  readonly changes: readonly Change[];
  readonly waits: readonly Wait[];
}

/**
 * Cuts circles of rows that take values from one another, as two that swap addresses: one row of each stands aside first
 * and comes back when it has its new value. What goes anyway need not come back. Pure.
 */
export function standingAside(changes: readonly Change[], waits: readonly Wait[], aside: Aside): Steps {
  let steps: Steps = { changes, waits };
  if (!waits.some((wait) => canStandAside(wait, aside))) return steps;
  for (;;) {
    const yielding = oneOfEachCircle(steps, aside);
    if (yielding.size === 0) return steps;
    steps = withYielding(steps, yielding, aside);
  }
}

function canStandAside({ byValue, earlier: { menu, action, before } }: Wait, aside: Aside): boolean {
  const [field, value] = aside[menu] ?? [];
  if (byValue !== true || field === undefined || action === 'create') return false;
  return before !== undefined && before.fields[field] !== value;
}

/** Of each circle, one change that can give up its value before its turn. */
function oneOfEachCircle({ changes, waits }: Steps, aside: Aside): ReadonlySet<Change> {
  const circles = circlesOf(changes, waits);
  const yielding = new Map<number, Change>();
  for (const wait of waits) {
    const circle = circles.get(wait.earlier);
    if (circle === undefined || circle !== circles.get(wait.later) || !canStandAside(wait, aside)) continue;
    if (!yielding.has(circle)) yielding.set(circle, wait.earlier);
  }
  return new Set(yielding.values());
}

function withYielding({ changes, waits }: Steps, yielding: ReadonlySet<Change>, aside: Aside): Steps {
  const leaving = new Map([...yielding].map((change) => [change, leave(change, aside)]));
  const returning = [...yielding].flatMap((change) => {
    const step = comeBack(change, aside);
    return step === undefined ? [] : [{ later: step, earlier: change }];
  });
  return {
    changes: [...changes, ...leaving.values(), ...returning.map(({ later }) => later)],
    waits: [
      ...waits.map((wait) =>
        wait.byValue === true ? { ...wait, earlier: leaving.get(wait.earlier) ?? wait.earlier } : wait,
      ),
      ...[...leaving].map(([later, earlier]) => ({ later, earlier })),
      ...returning,
    ],
  };
}

function leave({ menu, identity, owner, before }: Change, aside: Aside): Change {
  const [field, value] = aside[menu] ?? ['', ''];
  // Until its own change it stays whose it is.
  return step({ menu, identity, owner: before?.marker?.owner ?? owner, fields: { [field]: value } }, before);
}

function comeBack({ action, menu, identity, owner, before, after }: Change, aside: Aside): Change | undefined {
  const [field, value] = aside[menu] ?? ['', ''];
  const wanted = after?.fields[field] ?? before?.fields[field];
  if (action !== 'update' || typeof wanted !== 'string' || wanted === value) return undefined;
  return step({ menu, identity, owner, fields: { [field]: wanted } }, before);
}

function step(after: Row, before: Change['before']): Change {
  const { menu, identity, owner, fields } = after;
  return { action: 'update', menu, identity, owner, set: fields, after, ...(before === undefined ? {} : { before }) };
}

/**
 * The circle that each change is in, by a number; those in none are left out. Tarjan's algorithm ("Depth-first search and
 * linear graph algorithms", 1972), with a stack of its own.
 */
function circlesOf(changes: readonly Change[], waits: readonly Wait[]): ReadonlyMap<Change, number> {
  const waitsFor = prerequisitesOf(waits);
  const found = new Map<Change, Visit>();
  const open: Visit[] = [];
  const circles = new Map<Change, number>();
  for (const start of changes) {
    if (found.has(start)) continue;
    const path = [enter(start, found, open)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const next = waitsFor.get(visit.change)?.[visit.next++];
      if (next === undefined) {
        path.pop();
        const parent = path.at(-1);
        if (parent !== undefined) parent.low = Math.min(parent.low, visit.low);
        if (visit.low === visit.index) leaveCircle(visit, open, circles);
        continue;
      }
      const known = found.get(next);
      if (known === undefined) path.push(enter(next, found, open));
      else if (known.open) visit.low = Math.min(visit.low, known.index);
    }
  }
  return circles;
}

interface Visit {
  readonly change: Change;
  readonly index: number;
  /** The first that can be reached from here. */
  low: number;
  /** Place of the next to look at. */
  next: number;
  open: boolean;
}

function enter(change: Change, found: Map<Change, Visit>, open: Visit[]): Visit {
  const visit = { change, index: found.size, low: found.size, next: 0, open: true };
  found.set(change, visit);
  open.push(visit);
  return visit;
}

/** All that were entered since `first` reach one another: a circle, unless it is alone. */
function leaveCircle(first: Visit, open: Visit[], circles: Map<Change, number>): void {
  const members = open.splice(open.lastIndexOf(first));
  for (const visit of members) {
    visit.open = false;
    if (members.length > 1) circles.set(visit.change, first.index);
  }
}

import { eachInSteps, type Steps } from '../../base/steps.ts';
import type { ObservedRow } from '../../reconcile/row.ts';
import type { Change } from '../../reconcile/target.ts';
import { matchOf, type Packet } from './packets.ts';
import { passing, stopping, type Values, valuesAfter, valuesOf } from './rules.ts';
import { type Ahead, ahead, changesOf, isOn, rowsOf, textOf, type Us } from './us.ts';

/** What becomes of a packet in the chain that it begins in, as far as it is certain. */
interface Passage {
  /** Where the first rule is that may let it pass and is not removed: its place among the rows; absent: none. */
  readonly firstLet?: number;
  /** Changes by which a rule may let it pass. */
  readonly letting: readonly Change[];
  /** What stops it for certain once all changes are made; absent where something may let it pass, or moves. */
  readonly stop?: string;
}

export function passageOf(menu: string, packet: Packet, chain: string): Ahead<Passage> {
  const name = `passage ${menu} ${chain} ${packet.to} ${packet.state} ${packet.outer}`;
  return ahead(name, (us) => foundPassage(us, menu, packet, chain));
}

function* foundPassage(us: Us, menu: string, packet: Packet, chain: string): Steps<Passage> {
  const isHere = (values: Values) => values['chain'] === chain && isOn(values['disabled'] ?? '');
  const lets = (values: Values) =>
    isHere(values) && passing.has(values['action'] ?? 'accept') && matchOf(values, packet, us, menu) !== 'no';
  const stops = (values: Values) =>
    isHere(values) && stopping.has(values['action'] ?? 'accept') && matchOf(values, packet, us, menu) === 'yes';
  const changes = changesOf(us, menu);
  const letting: Change[] = [];
  yield* eachInSteps(changes, (change) => {
    if (change.action !== 'delete' && lets(valuesAfter(change))) letting.push(change);
  });
  const changed = new Map(changes.map((change) => [change.before, change]));
  const undecided =
    changes.some(({ action }) => action === 'move') || letting.some(({ action }) => action === 'create');
  let [firstLet, stop, decided]: [number | undefined, string | undefined, boolean] = [undefined, undefined, undecided];
  const look = (row: ObservedRow, at: number) => {
    const change = changed.get(row);
    if (change === undefined && textOf(row, 'chain') !== chain) return;
    const was = valuesOf(row);
    const letsNow = lets(was);
    if (letsNow && change?.action !== 'delete') firstLet ??= at;
    if (decided) return;
    const will = change === undefined ? was : valuesAfter(change);
    if (stops(will)) [stop, decided] = [will['action'], true];
    else decided = change === undefined ? letsNow : lets(will);
  };
  let at = 0;
  yield* eachInSteps(rowsOf(us, menu), (row) => {
    if (firstLet === undefined || !decided) look(row, at);
    at += 1;
  });
  return { letting, ...(firstLet === undefined ? {} : { firstLet }), ...(stop === undefined ? {} : { stop }) };
}

/** Is there for certain no rule in front of it that may let the packet pass? */
export function isFirst(change: Change, us: Us, packet: Packet, chain: string): boolean {
  const { firstLet, letting } = passageOf(change.menu, packet, chain).get(us);
  const place = placeOf(change, us);
  const isBehind = firstLet !== undefined && (place === undefined || firstLet < place);
  return !isBehind && !letting.some((each) => each !== change);
}

/** Where it will be, or is; absent: at the end. */
function placeOf({ menu, action, before, placeRow, place }: Change, us: Us): number | undefined {
  const { byRow, byIdentity } = placesOf(menu, us);
  const row = action === 'create' ? placeRow : before;
  if (row !== undefined) return byRow.get(row);
  return action !== 'create' || place === undefined ? undefined : byIdentity.get(place);
}

interface Places {
  readonly byRow: ReadonlyMap<ObservedRow, number>;
  readonly byIdentity: ReadonlyMap<string, number>;
}

function placesOf(menu: string, us: Us): Places {
  return us.once(`places ${menu}`, () => {
    const [byRow, byIdentity] = [new Map<ObservedRow, number>(), new Map<string, number>()];
    for (const [at, row] of rowsOf(us, menu).entries()) {
      byRow.set(row, at);
      if (!byIdentity.has(row.identity)) byIdentity.set(row.identity, at);
    }
    return { byRow, byIdentity };
  });
}

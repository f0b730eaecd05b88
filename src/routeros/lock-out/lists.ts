import { eachInSteps, type Steps } from '../../base/steps.ts';
import { familyFolder, type Values, valuesAfter, valuesBefore, valuesOf } from './rules.ts';
import { type Ahead, ahead, changesOf, isOn, pushTo, rowsOf, type Us } from './us.ts';

/** Entries of address lists that are in use: addresses by the name of the list. */
export interface ListBook {
  /** Is anything of them known? */
  readonly isKnown: boolean;
  /** Once all changes are made. */
  readonly then: ReadonlyMap<string, readonly string[]>;
  /** Of what is changed, as it was. */
  readonly leaving: ReadonlyMap<string, readonly string[]>;
}

const books: Readonly<Record<'/ip' | '/ipv6', Ahead<ListBook>>> = { '/ip': bookOf('/ip'), '/ipv6': bookOf('/ipv6') };

/** @param menu any of the version of IP that is asked about */
export function listBook(menu: string): Ahead<ListBook> {
  return books[familyFolder(menu)];
}

function bookOf(folder: '/ip' | '/ipv6'): Ahead<ListBook> {
  const menu = `${folder}/firewall/address-list`;
  return ahead(`lists ${folder}`, function* (us: Us): Steps<ListBook> {
    const [then, leaving] = [new Map<string, string[]>(), new Map<string, string[]>()];
    const [rows, changes] = [rowsOf(us, menu), changesOf(us, menu)];
    const touched = new Set(changes.map(({ before }) => before));
    yield* eachInSteps(rows, (row) => touched.has(row) || add(then, valuesOf(row)));
    yield* eachInSteps(changes, (change) => {
      add(then, valuesAfter(change));
      add(leaving, valuesBefore(change));
    });
    return { isKnown: rows.length + changes.length > 0, then, leaving };
  });
}

function add(lists: Map<string, string[]>, { list, address = '', disabled = '' }: Values): void {
  if (list !== undefined && isOn(disabled)) pushTo(lists, list, address);
}

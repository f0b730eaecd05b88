import type { AddressHolder } from '../../accounting/addresses/address-holders.ts';
import { parseAddressRange } from '../../accounting/addresses/address-range.ts';
import type { TranslationHistory } from '../../accounting/addresses/translation-history.ts';
import { type InterimSeconds, toSessionJson } from '../../accounting/sessions/view.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { HolderJson, WhoHadAnswer, WhoHadRequest } from '../../admin/evidence.ts';
import { RequestError } from '../../admin/request-error.ts';
import { parseMac } from '../../base/mac.ts';
import type { Directory } from '../../directory/directory.ts';
import { behindNat, type InsideHolder } from './behind-nat.ts';
import { momentOf } from './usage-answers.ts';

export interface WhoHadSurroundings {
  readonly accounting: Pick<AccountingStore, 'holders'>;
  /** How routers translated addresses. */
  readonly translations: Pick<TranslationHistory, 'at'>;
  /** For whose a username is. Absent: nobody knows. */
  readonly directory?: Pick<Directory, 'login' | 'device'>;
  readonly timezone: string;
  readonly interimSeconds: InterimSeconds;
  readonly now: number;
}

/** Prefixes with more addresses than that are not asked for: they would be whole networks. */
const shortestPrefix = { 4: 16, 6: 32 } as const;

/**
 * Who had an address at a moment.
 *
 * @throws RequestError when it is no address, or no moment, or one to come
 */
export async function whoHad(request: WhoHadRequest, around: WhoHadSurroundings): Promise<WhoHadAnswer> {
  const { now, timezone, interimSeconds, accounting } = around;
  const { text, port } = splitPort(request.address);
  const range = parseAddressRange(text);
  if (range === undefined) {
    throw new RequestError(
      `${JSON.stringify(request.address)} is no address: 10.0.0.1, 10.0.0.1:4000, 2001:db8::1 or [2001:db8::1]:4000`,
    );
  }
  if (range.length < shortestPrefix[range.family]) {
    throw new RequestError(`${text}: a prefix from /${shortestPrefix[range.family]} on is needed`);
  }
  const at = momentOf('at', request.at, timezone, now) ?? now;
  if (at > now) throw new RequestError(`at ${JSON.stringify(request.at)} is still to come`);
  const asked = { at, interimSeconds, limit: request.limit + 1 };
  const itself = await accounting.holders({ range, ...asked });
  const about = { address: text, ...(port === undefined ? {} : { port }), ...asked };
  const nat = await behindNat(about, accounting, around.translations);
  const found = [...itself, ...nat.holders].sort(byMatch);
  return {
    address: text,
    ...(port === undefined ? {} : { port }),
    at: new Date(at).toISOString(),
    holders: found.slice(0, request.limit).map((holder) => holderJson(holder, around.directory)),
    more: found.length > request.limit,
    notes: [...notesOn(itself, port), ...nat.notes],
  };
}

/** `10.0.0.1:4000`, `[2001:db8::1]:4000`; without brackets a colon is of IPv6. */
function splitPort(address: string): { readonly text: string; readonly port?: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address) ?? [];
  const text = bracketed ?? plain;
  if (text === undefined || digits === undefined) return { text: /^\[([^\]]+)\]$/.exec(address)?.[1] ?? address };
  if (Number(digits) < 1 || Number(digits) > 65_535) throw new RequestError(`${digits} is no port`);
  return { text, port: Number(digits) };
}

function notesOn(found: readonly AddressHolder[], port: number | undefined): readonly string[] {
  const held = found.filter(({ match }) => match === 'held');
  const notes: string[] = [];
  if (held.length > 1) {
    notes.push(`${held.length} sessions held it at that moment: the NAS, or a port, tells them apart`);
  }
  if (port !== undefined && found.length > 0) {
    notes.push('the address is that of the sessions themselves, which had all its ports');
  }
  return notes;
}

/** Those who held it first; else as they were. */
function byMatch(a: AddressHolder, b: AddressHolder): number {
  return (a.match === 'held' ? 0 : 1) - (b.match === 'held' ? 0 : 1);
}

function holderJson(
  { session, address, outside, from, till, match }: AddressHolder & Partial<Pick<InsideHolder, 'outside'>>,
  directory: WhoHadSurroundings['directory'],
): HolderJson {
  const { username } = session;
  const mac = parseMac(username);
  const login = directory?.login(username) ?? (mac === undefined ? undefined : directory?.device(mac));
  return {
    match,
    username,
    ...(login === undefined ? {} : { subscriber: login.subscriber }),
    address,
    ...(outside === undefined ? {} : { outside }),
    from: new Date(from).toISOString(),
    ...(till === undefined ? {} : { till: new Date(till).toISOString() }),
    session: toSessionJson(session),
  };
}

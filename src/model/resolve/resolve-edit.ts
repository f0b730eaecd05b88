import { compact } from '../../base/compact.ts';
import { eachInSteps, type Steps } from '../../base/steps.ts';
import { protectedSince } from '../annotations.ts';
import { checkGuests } from '../check/check-guests.ts';
import type { Declared, Problem, SubscriberSpec } from '../declarations.ts';
import type { Subscription } from '../kinds/subscription.ts';
import { countLocally } from '../local-groups.ts';
import { OwnersOnTrial } from '../owners.ts';
import {
  inOrderOfKey,
  isStill,
  type SecretField,
  type SecretUse,
  type SecretUses,
  secretKey,
  textSecrets,
} from '../secret-values.ts';
import { giveUp } from '../subscriber-claims.ts';
import { checkNames, type DeviceBook, forgetDevices, noteDevices, takesNames } from '../subscriber-devices.ts';
import { inOrderSince, isAmong, resolvedAnew, type WholeModel, whatWas } from './resolve-memory.ts';
import { type Resolved, type ResolveOptions, resolving } from './resolve-model.ts';
import type { SubscriberContext } from './resolve-subscribers.ts';
import type { Resolving } from './resolving.ts';
import { type BookEntry, forgetWords, noteWords, type SubscriberBook, type TakenNames } from './subscriber-book.ts';
import { checkTogether } from './subscriber-rules.ts';

type Declaration = Declared<SubscriberSpec>;

/** What became of files in which nothing but subscribers is declared, before and after. */
export interface SubscriberEdit {
  readonly files: readonly EditedFile[];
  /** Names of lists. */
  readonly lists: { readonly went: readonly string[]; readonly came: readonly string[] };
}

export interface EditedFile {
  readonly path: string;
  /** What it declares. A subscriber that is declared as before, at the same place, is the same object. */
  readonly before: readonly Declaration[];
  readonly after: readonly Declaration[];
}

/**
 * What resolving everything would come to where only subscribers were edited, without a look at those who were not. `undefined`
 * where that cannot be told, or anything is wrong: resolving everything says what. The book of `last` is brought along; where
 * there is no result, it stays as it was.
 */
export function* resolveEditInSteps(
  last: WholeModel,
  edit: SubscriberEdit,
  options: ResolveOptions,
): Steps<Resolved | undefined> {
  const { book, known } = last;
  const lists = listsSince(book.lists, edit.lists);
  const problems: Problem[] = [];
  const declarations = { ...book.declarations, subscribers: [], lists: [] };
  const to = resolving(declarations, declarations.operators[0], options, problems);
  if (lists === undefined || !readAlike(to, last, options)) return undefined;
  const trial = onTrial(book);
  const changes = yield* changesOf(to, edit, last, trial);
  const settled = changes === undefined ? undefined : settledWith(to, changes, last, trial);
  if (changes === undefined || settled === undefined) {
    for (const each of trial.all) each.undo();
    return undefined;
  }
  bringAlong(book, changes, { ...settled, lists, textAllowed: options.secrets.textAllowed });
  const { preventDestroy: _, ...others } = last.model;
  const { preventDestroy } = settled;
  const [went, came] = [subscriptionsOf(changes.went), subscriptionsOf(changes.came)];
  const model = {
    ...others,
    subscriptions: inOrderSince(last.model.subscriptions, went, came),
    ...(preventDestroy.length === 0 ? {} : { preventDestroy }),
  };
  return {
    model,
    problems: [...book.fixed, ...[...book.said.values()].flat(), ...settled.between, ...book.textProblems.values()],
    known,
    book,
    secretUses: usesOf(to.secrets.uses(), book),
  };
}

/** Are all secrets that are not read again what they were? */
function readAlike(to: Resolving, { book, known }: WholeModel, { secrets: { resolver } }: ResolveOptions): boolean {
  const { masterKey } = to.secrets;
  const before = known.surroundings.masterKey;
  const sameKey = masterKey === before || (before !== undefined && masterKey?.equals(before) === true);
  if (!sameKey || to.problems.length > 0) return false;
  for (const { read } of book.elsewhere.values()) if (!isStill(read, resolver)) return false;
  return book.unrecorded.every((read) => isStill(read, resolver));
}

/** `undefined` where two are of one name. */
function listsSince(
  before: ReadonlySet<string>,
  { went, came }: SubscriberEdit['lists'],
): ReadonlySet<string> | undefined {
  if (went.length + came.length === 0) return before;
  const lists = new Set(before);
  for (const name of went) lists.delete(name);
  for (const name of came) {
    if (lists.has(name)) return undefined;
    lists.add(name);
  }
  return lists;
}

interface Trial {
  readonly names: OwnersOnTrial<string>;
  readonly context: SubscriberContext;
  readonly all: readonly { undo(): void }[];
}

function onTrial({ taken, around }: Pick<SubscriberBook, 'taken' | 'around'>): Trial {
  const { names, usernames, addresses, networks, macs } = onTrialOf(taken);
  return {
    names,
    // Whoever would be the first to say that nobody asks is looked for among all.
    context: { ...around, usernames, addresses, networks, devices: { byMac: macs, random: [] }, asked: new Set() },
    all: [names, usernames, addresses, networks, macs],
  };
}

function onTrialOf({ names, usernames, addresses, networks, macs }: TakenNames) {
  return {
    names: new OwnersOnTrial(names),
    usernames: new OwnersOnTrial(usernames),
    addresses: new OwnersOnTrial(addresses),
    networks: new OwnersOnTrial(networks),
    macs: new OwnersOnTrial(macs),
  };
}

interface Came extends BookEntry {
  readonly firstText: SecretUse | undefined;
}

interface Changes {
  readonly went: readonly BookEntry[];
  readonly came: readonly Came[];
  /** By file, how many secrets in clear text, and the first. */
  readonly texts: readonly { readonly path: string; readonly count: number; readonly first: SecretUse | undefined }[];
}

/** Who went and who came, these resolved. `undefined` where anything is wrong. */
function* changesOf(
  to: Resolving,
  { files }: SubscriberEdit,
  last: WholeModel,
  { names, context }: Trial,
): Steps<Changes | undefined> {
  const { known, book, model } = last;
  const [went, came]: [BookEntry[], Came[]] = [[], []];
  const [goes, comes]: [Declaration[], Declaration[]] = [[], []];
  for (const file of files) {
    const { gone, news } = differenceOf(file, known);
    for (const each of gone) goes.push(each);
    for (const each of news) comes.push(each);
  }
  let isPlain = true;
  yield* eachInSteps(goes, (declared) => {
    const entry = whatWas(declared, known);
    const said = book.said.get(declared) ?? [];
    // Another may be the first of those whom nobody asks about.
    const isOfBook = entry?.subscriptions.every((each) => isAmong(each, model.subscriptions)) === true;
    if (!isOfBook || said.some(({ code }) => code === 'LM_NOBODY_ASKS')) isPlain = false;
    else went.push({ declared, subscriptions: entry.subscriptions, reads: entry.reads, said });
    for (const each of entry?.subscriptions ?? []) giveUp(each, context);
    names.delete(declared.name);
  });
  yield* eachInSteps(comes, (declared) => {
    if (!isPlain || names.has(declared.name)) {
      isPlain = false;
      return;
    }
    names.set(declared.name, declared);
    const entry = resolvedAnew(to, declared, known, context, model);
    came.push({ declared, ...entry });
    isPlain = whatWas(declared, known) !== undefined && entry.said.every(isHarmless);
  });
  if (!isPlain || to.problems.some((each) => !isHarmless(each))) return undefined;
  return { went, came, texts: files.map((file) => textsIn(file, came, last)) };
}

function isHarmless({ severity, code }: Problem): boolean {
  return severity !== 'error' && code !== 'LM_NOBODY_ASKS';
}

/**
 * Who is declared no more, and anew. The first that stays and has a secret in clear text is resolved again: it may be the one
 * whose place is told.
 */
function differenceOf(
  { before, after }: EditedFile,
  known: WholeModel['known'],
): { readonly gone: readonly Declaration[]; readonly news: readonly Declaration[] } {
  const [old, now] = [new Set(before), new Set(after)];
  const first = after.find((each) => old.has(each) && textsOf(each, known) > 0);
  return {
    gone: before.filter((each) => !now.has(each) || each === first),
    news: after.filter((each) => !old.has(each) || each === first),
  };
}

function textsOf(declared: Declaration, known: WholeModel['known']): number {
  return whatWas(declared, known)?.reads.inText ?? 0;
}

function textsIn({ path, after }: EditedFile, came: readonly Came[], { known }: WholeModel): Changes['texts'][number] {
  const count = after.reduce((sum, declared) => sum + textsOf(declared, known), 0);
  const first = came.find(({ declared, firstText }) => firstText !== undefined && declared.origin.file === path);
  return { path, count, first: first?.firstText };
}

interface Settled {
  readonly groups: SubscriberBook['groups'];
  readonly random: SubscriberBook['random'];
  readonly between: readonly Problem[];
  readonly preventDestroy: readonly string[];
}

/** What rules about all together say by now. `undefined` where one is broken: then nothing is noted. */
function settledWith(
  to: Resolving,
  { went, came }: Changes,
  last: WholeModel,
  { context }: Trial,
): Settled | undefined {
  const { book, model } = last;
  const [gone, news] = [subscriptionsOf(went), subscriptionsOf(came)];
  const between: Problem[] = [];
  const about = { ...to, problems: between };
  // Of these alone nothing is said: then what is said of all is what it was.
  checkGuests(about, [...gone, ...news], book.sites, book.rules.routers);
  checkNames(about, news, context.devices);
  const preventDestroy = protectedSince(about, model.preventDestroy ?? [], declaredIn(went), declaredIn(came));
  if (between.length > 0) return undefined;
  const groups = new Map(book.groups);
  for (const each of news) countLocally(groups, each, 1);
  for (const each of gone) countLocally(groups, each, -1);
  const random = randomSince(book.random, went, context.devices.random);
  moveDevices(book.devices, gone, news);
  if (!takesNames(book.devices, news)) {
    checkTogether(about, book.rules, { notes: { groups, devices: book.devices }, random });
    if (!between.some(({ severity }) => severity === 'error')) return { groups, random, between, preventDestroy };
  }
  moveDevices(book.devices, news, gone);
  return undefined;
}

function moveDevices(devices: DeviceBook, gone: readonly Subscription[], news: readonly Subscription[]): void {
  for (const each of gone) forgetDevices(devices, each);
  for (const each of news) noteDevices(devices, each);
}

function randomSince(
  before: SubscriberBook['random'],
  went: readonly BookEntry[],
  came: SubscriberBook['random'],
): SubscriberBook['random'] {
  if (before.length === 0) return came;
  const gone = new Set(declaredIn(went));
  return [...before.filter(({ declared }) => !gone.has(declared)), ...came];
}

/** The book says by now what it says of all there are. */
function bringAlong(
  book: SubscriberBook,
  { went, came, texts }: Changes,
  {
    groups,
    random,
    lists,
    textAllowed,
  }: Pick<SubscriberBook, 'groups' | 'random' | 'lists'> & { readonly textAllowed: (file: string) => boolean },
): void {
  book.groups = groups;
  book.random = random;
  book.lists = lists;
  for (const each of went) forgetWords(book, each);
  for (const each of came) noteWords(book, each);
  for (const { path, count, first } of texts) {
    if (count === 0) book.texts.delete(path);
    else book.texts.set(path, count);
    if (first === undefined || textAllowed(path)) book.textProblems.delete(path);
    else book.textProblems.set(path, textSecrets(first, count));
  }
}

function usesOf({ masterKey }: SecretUses, { unrecorded, elsewhere, texts }: SubscriberBook): SecretUses {
  const fields = new Map<string, SecretField>();
  for (const { field } of unrecorded) fields.set(secretKey(field), field);
  for (const [key, { read }] of elsewhere) fields.set(key, read.field);
  return { ...compact({ masterKey }), elsewhere: inOrderOfKey(fields), inText: new Map(texts) };
}

function subscriptionsOf(entries: readonly BookEntry[]): readonly Subscription[] {
  return entries.flatMap(({ subscriptions }) => subscriptions);
}

function declaredIn(entries: readonly BookEntry[]): readonly Declaration[] {
  return entries.map(({ declared }) => declared);
}

import { isSealedText } from '../base/sealed-text.ts';
import { Secret } from '../base/secret.ts';
import type { Placed, Problem } from './declarations.ts';

/** A secret field as documents write it. */
export type SecretField = string | { readonly env?: string; readonly file?: string; readonly derive?: number };

/** Where secrets come from. Implemented outside: this room reads neither files nor the environment. */
export interface SecretResolver {
  /** The value of a variable, whose name is already known to begin with LASTMILE_SECRET_. */
  env(name: string): SecretLookup;
  /** The content of a file below the secrets folder. */
  file(path: string): SecretLookup;
  /** What a value that is encrypted in place says, by the file it stands in. Absent: nothing was opened. */
  sealed?(file: string, text: string): SecretLookup;
  /** `symbols` letters and digits that follow from the master key and `parts` alone. */
  derive(masterKey: Secret, parts: readonly string[], symbols: number): Secret;
}

export type SecretLookup =
  | { readonly result: 'found'; readonly secret: Secret }
  | { readonly result: 'missing' | 'refused'; readonly reason: string };

/** Whose secret, and which: what a derived one is computed from. */
export interface SecretUse {
  readonly place: Placed;
  readonly kind: 'Router' | 'Operator' | 'Service' | 'Subscriber' | 'PortalSite' | 'OmadaController';
  /** The oldest name of the object. */
  readonly firstName: string;
  /** Dotted path below `spec`, entries of lists by their name: `services.tv.password`. */
  readonly field: string;
  /** The same as steps in the document. */
  readonly path: readonly (string | number)[];
  /** Length when derived: 16 for what people type, 32 between machines. */
  readonly symbols: 16 | 32;
  /** Why there is such a secret, where the document does not have the field. */
  readonly unwritten?: string;
}

/** A secret from the environment or a file. */
export interface SecretRead {
  readonly field: SecretField;
  readonly secret: Secret;
}

/** Which secrets somebody read, and what must be as it was for them to be the same again. */
export interface SecretReads {
  /** How many stood in the document itself. */
  readonly inText: number;
  /** Those from the environment and from files. Derived ones are the same as long as the master key is. */
  readonly elsewhere: readonly SecretRead[];
  /** Not all could be had. */
  readonly incomplete: boolean;
}

/** Where the secrets of declarations come from. */
export interface SecretUses {
  /** The Operator's field; absent when it has none. */
  readonly masterKey?: SecretField;
  /** Variables and files that the others come from, each once. */
  readonly elsewhere: readonly SecretField[];
  /** How many stand in the documents themselves, by file. */
  readonly inText: ReadonlyMap<string, number>;
}

export interface SecretReader {
  /** The secret, or one that is empty when it could not be had: said in `problems`. */
  read(field: SecretField, use: SecretUse): Secret;
  /** Does `work`, and tells what it read. */
  recorded<T>(work: () => T): Recorded<T>;
  /**
   * Counts what was read before as if it were read again.
   *
   * @returns false, with nothing counted, where reading it again would say something else, or something more
   */
  again(reads: SecretReads, file: string): boolean;
  /** What secrets are derived from. */
  readonly masterKey: Secret | undefined;
  /** True for what stands in for a secret that could not be had. */
  unknown(secret: Secret): boolean;
  /** What is said once, with a count, when all have been read. */
  summary(): readonly Problem[];
  /** Where those that have been read come from. */
  uses(): SecretUses;
  /** Of those from the environment and from files, whatever was not recorded, but for the master key. */
  unrecorded(): readonly SecretRead[];
  /** What is said of secrets in clear text, by file. */
  textProblems(): ReadonlyMap<string, Problem>;
}

/** What came of some work, and which secrets it read. */
export interface Recorded<T> {
  readonly result: T;
  readonly reads: SecretReads;
  /** The first that stood in the document itself. */
  readonly firstText: SecretUse | undefined;
}

export interface SecretOptions {
  readonly resolver: SecretResolver;
  /** The Operator's field, when it has one. */
  readonly masterKey?: { readonly field: SecretField; readonly use: SecretUse };
  /** The Operator could not be read: that there is no master key is not said. */
  readonly masterKeyUnread: boolean;
  /** In `validate` a missing variable or file is a warning. */
  readonly mode: 'validate' | 'use';
  /** True where secrets in clear text are expected. */
  readonly textAllowed: (file: string) => boolean;
}

interface Tally {
  readonly first: SecretUse;
  count: number;
}

/** Reads secret fields, reporting what is wrong with one at once and what is wrong with many in the summary. */
export function secretReader(options: SecretOptions, problems: Problem[]): SecretReader {
  const placeholder = new Secret('');
  const inText = new Map<string, Tally>();
  const texts = new Map<string, number>();
  const elsewhere = new Map<string, SecretField>();
  const unrecorded = new Map<string, SecretRead>();
  const missing = new Map<string, Tally>();
  const severity = options.mode === 'use' ? 'error' : 'warning';

  function lookedUp(found: SecretLookup, use: SecretUse): Secret {
    if (found.result === 'found' && found.secret.reveal() !== '') return found.secret;
    if (found.result === 'refused') problems.push(problem('error', 'LM_SECRET_REFUSED', found.reason, use));
    else count(missing, found.result === 'found' ? 'an empty value' : found.reason, use);
    return placeholder;
  }

  function typed(text: string, use: SecretUse): Secret {
    if (text === '') {
      problems.push(problem('error', 'LM_SECRET_EMPTY', 'a secret must not be empty', use));
      return placeholder;
    }
    const { file } = use.place.origin;
    if (isSealedText(text)) return lookedUp(options.resolver.sealed?.(file, text) ?? notOpened, use);
    texts.set(file, (texts.get(file) ?? 0) + 1);
    if (!options.textAllowed(file)) count(inText, file, use);
    return new Secret(text);
  }

  function stored(field: SecretField, use: SecretUse): Secret | undefined {
    if (typeof field === 'string') return typed(field, use);
    if (field.env !== undefined) return lookedUp(options.resolver.env(field.env), use);
    return field.file === undefined ? undefined : lookedUp(options.resolver.file(field.file), use);
  }

  const masterKey =
    options.masterKey === undefined ? undefined : stored(options.masterKey.field, options.masterKey.use);

  function derived(generation: number, use: SecretUse): Secret {
    if (masterKey === undefined && !options.masterKeyUnread) count(missing, 'masterKey', use);
    // A master key that is declared but could not be had was said once, where it is declared.
    if (masterKey === undefined || masterKey === placeholder) return placeholder;
    const parts = ['lastmile/derive/1', use.kind, use.firstName, use.field, String(generation)];
    return options.resolver.derive(masterKey, parts, use.symbols);
  }

  let recording: Recording | undefined;

  function read(field: SecretField, use: SecretUse): Secret {
    const secret = stored(field, use) ?? derived(typeof field === 'string' ? 0 : (field.derive ?? 0), use);
    noteElsewhere(field);
    if (recording === undefined && isElsewhere(field)) unrecorded.set(secretKey(field), { field, secret });
    if (recording === undefined) return secret;
    if (secret === placeholder) recording.incomplete = true;
    // What is encrypted in a file is the same as long as the file is.
    else if (typeof field === 'string' && !isSealedText(field)) recording.inText += 1;
    else if (isElsewhere(field)) recording.elsewhere.push({ field, secret });
    if (typeof field === 'string' && !isSealedText(field)) recording.firstText ??= use;
    return secret;
  }

  function noteElsewhere(field: SecretField): void {
    if (isElsewhere(field)) elsewhere.set(secretKey(field), field);
  }

  return {
    read,
    recorded(work) {
      const record: Recording = { inText: 0, elsewhere: [], incomplete: false, firstText: undefined };
      recording = record;
      try {
        const result = work();
        const { firstText, ...reads } = record;
        return { result, reads, firstText };
      } finally {
        recording = undefined;
      }
    },
    again({ inText: count, elsewhere: others, incomplete }, file) {
      if (incomplete || !others.every((each) => isStill(each, options.resolver))) return false;
      // The first of a file is told with its place: it is read again.
      const tally = count === 0 || options.textAllowed(file) ? undefined : inText.get(file);
      if (count > 0 && tally === undefined && !options.textAllowed(file)) return false;
      if (tally !== undefined) tally.count += count;
      if (count > 0) texts.set(file, (texts.get(file) ?? 0) + count);
      for (const { field } of others) noteElsewhere(field);
      return true;
    },
    masterKey,
    unknown: (secret) => secret === placeholder,
    summary: () => [
      ...[...inText.values()].map(({ first, count }) => textSecrets(first, count)),
      ...[...missing].map(([reason, { first, count }]) => missingSecret(severity, reason, first, count)),
    ],
    uses: () => ({
      ...(options.masterKey === undefined ? {} : { masterKey: options.masterKey.field }),
      elsewhere: inOrderOfKey(elsewhere),
      inText: texts,
    }),
    unrecorded: () => [...unrecorded.values()],
    textProblems: () => new Map(Array.from(inText, ([file, { first, count }]) => [file, textSecrets(first, count)])),
  };
}

const notOpened = { result: 'missing', reason: 'it is encrypted, and was not opened' } as const;

interface Recording {
  inText: number;
  elsewhere: SecretRead[];
  incomplete: boolean;
  firstText: SecretUse | undefined;
}

/** Would this be read again as it was? */
export function isStill({ field, secret }: SecretRead, resolver: SecretResolver): boolean {
  if (typeof field === 'string') return true;
  const found = field.env === undefined ? resolver.file(field.file ?? '') : resolver.env(field.env);
  return found.result === 'found' && found.secret.equals(secret);
}

/** The same for two fields that read the same. */
export function secretKey(field: SecretField): string {
  return JSON.stringify(field);
}

/** Whoever reads them first must not matter. */
export function inOrderOfKey(fields: ReadonlyMap<string, SecretField>): readonly SecretField[] {
  return [...fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, field]) => field);
}

function isElsewhere(field: SecretField): boolean {
  return typeof field !== 'string' && field.derive === undefined;
}

function count(tallies: Map<string, Tally>, key: string, use: SecretUse): void {
  const tally = tallies.get(key);
  if (tally === undefined) tallies.set(key, { first: use, count: 1 });
  else tally.count += 1;
}

/** What is said of secrets in clear text in one file. */
export function textSecrets(first: SecretUse, count: number): Problem {
  const message = `${count} ${count === 1 ? 'secret stands' : 'secrets stand'} in clear text in this file`;
  return problem(
    'warning',
    'LM_SECRET_IN_TEXT',
    message,
    first,
    'use {env: LASTMILE_SECRET_…}, {file: …} or {derive: 1}',
  );
}

function missingSecret(severity: 'error' | 'warning', reason: string, first: SecretUse, count: number): Problem {
  const used = count === 1 ? '' : ` (${count} fields use it)`;
  if (reason !== 'masterKey') return problem(severity, 'LM_SECRET_MISSING', `${reason}${used}`, first);
  const message = `no master key to derive from${used}${first.unwritten === undefined ? '' : `: ${first.unwritten}`}`;
  return problem(severity, 'LM_NO_MASTER_KEY', message, first, 'set spec.masterKey of the Operator');
}

function problem(severity: 'error' | 'warning', code: string, message: string, use: SecretUse, hint?: string): Problem {
  return {
    severity,
    code,
    message,
    place: use.place,
    path: use.unwritten === undefined ? ['spec', ...use.path] : ['metadata', 'name'],
    ...(hint === undefined ? {} : { hint }),
  };
}

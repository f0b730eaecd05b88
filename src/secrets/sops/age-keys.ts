import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../base/errors.ts';
import type { KeyFor } from './metadata.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Identities of age: keys that open what was encrypted for them. */
export interface AgeKeys {
  readonly identities: readonly string[];
  /** Why some could not be had. */
  readonly complaint?: string;
}

/** What came of trying to open the data key of a file. */
export type DataKey =
  | { readonly result: 'opened'; readonly key: Uint8Array; readonly recipient: string }
  /** None of our keys is among those it is encrypted for. */
  | { readonly result: 'closed' }
  /** One of them is, and yet it does not open. */
  | { readonly result: 'damaged'; readonly recipient: string };

const identity = /^AGE-SECRET-KEY-(?:1|PQ-1)[0-9A-Z]+$/;
const maxOctets = 256 * 1024;

/**
 * The keys of age, from where SOPS has them as well: `LASTMILE_AGE_KEY`, the file that `LASTMILE_AGE_KEY_FILE` names (the flag
 * `--age-key-file`), else `SOPS_AGE_KEY`, the file of `SOPS_AGE_KEY_FILE`, else `sops/age/keys.txt` in the folder of settings of
 * the user. No command is run for them.
 */
export async function readAgeKeys(env: Env): Promise<AgeKeys> {
  for (const prefix of ['LASTMILE', 'SOPS']) {
    const [text, file] = [env[`${prefix}_AGE_KEY`] ?? '', env[`${prefix}_AGE_KEY_FILE`] ?? ''];
    const found: AgeKeys[] = [];
    if (text !== '') found.push(identitiesIn(text, `${prefix}_AGE_KEY`));
    if (file !== '') found.push(await fromFile(file));
    if (found.length > 0) return joined(found);
  }
  const usual = usualFile(env);
  const isThere = await stat(usual).then(
    () => true,
    () => false,
  );
  return isThere ? fromFile(usual) : { identities: [] };
}

/** Where SOPS looks when nothing says otherwise. */
function usualFile(env: Env): string {
  const home = env['HOME'] ?? homedir();
  const settings =
    (env['XDG_CONFIG_HOME'] ?? '') ||
    (process.platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.config'));
  return join(settings, 'sops', 'age', 'keys.txt');
}

async function fromFile(path: string): Promise<AgeKeys> {
  try {
    const { size } = await stat(path);
    if (size > maxOctets) return { identities: [], complaint: `${path} is no file of age keys: it is too large` };
    return identitiesIn(await readFile(path, 'utf8'), path);
  } catch (error) {
    return {
      identities: [],
      complaint: `the age keys in ${path} cannot be read: ${codeOf(error) ?? messageOf(error)}`,
    };
  }
}

/** A line each; `#` begins a comment. What is no key is told by its line, never by what it says. */
function identitiesIn(text: string, from: string): AgeKeys {
  const identities: string[] = [];
  const wrong: number[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const word = line.trim();
    if (word === '' || word.startsWith('#')) continue;
    if (identity.test(word)) identities.push(word);
    else wrong.push(index + 1);
  }
  if (wrong.length === 0) return { identities };
  return { identities, complaint: `${from}: line ${wrong[0]} is no AGE-SECRET-KEY-1…` };
}

function joined(found: readonly AgeKeys[]): AgeKeys {
  const complaint = found.flatMap((each) => each.complaint ?? [])[0];
  const identities = found.flatMap((each) => each.identities);
  return { identities, ...(complaint === undefined ? {} : { complaint }) };
}

/** Opens data keys. Each of them, which takes some milliseconds, once. */
export class DataKeys {
  readonly #identities: readonly string[];
  readonly #known = new Map<string, DataKey>();

  constructor(identities: readonly string[]) {
    this.#identities = identities;
  }

  async open(keys: readonly KeyFor[]): Promise<DataKey> {
    if (this.#identities.length === 0) return { result: 'closed' };
    const { Decrypter, armor, identityToRecipient } = await import('age-encryption');
    const own = new Set(await Promise.all(this.#identities.map((each) => recipientOf(each, identityToRecipient))));
    const ours = keys.filter(({ recipient }) => own.has(recipient));
    // A recipient is what somebody wrote beside the key: the others are tried as well.
    for (const each of [...ours, ...keys.filter((key) => !ours.includes(key))]) {
      const known = this.#known.get(each.enc);
      if (known?.result === 'opened') return known;
      if (known !== undefined) continue;
      const decrypter = new Decrypter();
      for (const one of this.#identities) decrypter.addIdentity(one);
      const key = await unwrapped(each.enc, (octets) => decrypter.decrypt(octets), armor.decode);
      const opened: DataKey =
        key === undefined ? { result: 'closed' } : { result: 'opened', key, recipient: each.recipient };
      this.#known.set(each.enc, opened);
      if (opened.result === 'opened') return opened;
    }
    const [damaged] = ours;
    return damaged === undefined ? { result: 'closed' } : { result: 'damaged', recipient: damaged.recipient };
  }
}

async function recipientOf(identity: string, tell: (identity: string) => Promise<string>): Promise<string> {
  return tell(identity).catch(() => '');
}

async function unwrapped(
  enc: string,
  decrypt: (octets: Uint8Array) => Promise<Uint8Array>,
  decode: (text: string) => Uint8Array,
): Promise<Uint8Array | undefined> {
  try {
    const key = await decrypt(decode(enc.trim()));
    return key.length === 32 ? key : undefined;
  } catch {
    // Not for us, or not what it was: the library says which, but not in a way to rely on.
    return undefined;
  }
}

/** The same data key for each recipient. @throws Error of the library for what is no recipient */
export async function sealDataKey(key: Uint8Array, recipients: readonly string[]): Promise<readonly KeyFor[]> {
  const { Encrypter, armor } = await import('age-encryption');
  return Promise.all(
    recipients.map(async (recipient) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return { recipient, enc: armor.encode(await encrypter.encrypt(key)) };
    }),
  );
}

import { sameData } from '../../base/same-data.ts';
import type { SecretField, SecretUses } from '../../model/secret-values.ts';
import { SealingKey } from '../../secrets/sealing-key.ts';
import type { Revision, Source, SourceFile } from '../../source/source.ts';
import type { KeyValue } from '../../store/key-value.ts';
import { resolverOf, type SecretSettings } from '../declared-secrets.ts';

export interface StateSealOptions {
  readonly meta: KeyValue<unknown>;
  readonly source: Pick<Source, 'readFiles'>;
  readonly secrets: SecretSettings;
  readonly fillRandom: (octets: Uint8Array) => void;
}

/** Where texts are to be had that are not in the state folder. */
interface Keeper {
  /** `master-key`: the key is another when this is. `declarations`: what can be read by whoever has these has the passwords anyway. */
  readonly kind: 'master-key' | 'declarations';
  readonly secrets: readonly SecretField[];
  /** Files with secrets in text, as they are in this revision. */
  readonly files: readonly string[];
  readonly revision: string;
}

/** The key, sealed with what a keeper tells. */
interface Slot extends Keeper {
  readonly salt: string;
  readonly key: string;
}

/** A keeper, and what it tells. */
interface Told {
  readonly keeper: Keeper;
  readonly texts: readonly string[];
}

interface Kept {
  readonly slots: readonly Slot[];
}

const metaKey = 'state-seal';
/** A file with so many secrets in it is guessed by nobody. */
const manySecrets = 100;
const mostFiles = 1000;
const mostElsewhere = 1000;
/** Of a plain folder one file may have changed meanwhile. */
const mostSlots = 3;

/**
 * The key under which secrets lie in the state folder, so that RADIUS can be served after a restart before any declaration is
 * read. It lies there as well, but sealed with what follows from the master key; without one, from the secrets and files that the
 * declarations are made of. Whoever has only the state folder opens nothing.
 */
export class StateSeal {
  readonly #options: StateSealOptions;
  #slots: readonly Slot[];
  #key: SealingKey | undefined;
  /** What the slots were last made of, or found to be made of. */
  #texts: readonly (readonly string[])[] = [];

  private constructor(options: StateSealOptions, slots: readonly Slot[]) {
    this.#options = options;
    this.#slots = slots;
  }

  /** Opens the key if what it is sealed with is still there and the same. @throws LastmileError of the store */
  static async open(options: StateSealOptions): Promise<StateSeal> {
    const slots = slotsIn(await options.meta.get(metaKey));
    const seal = new StateSeal(options, slots);
    for (const slot of slots) {
      const files = slot.files.length === 0 ? [] : await options.source.readFiles?.(slot.revision, slot.files);
      const texts = textsOf(slot, filesNamed(files ?? [], slot.files), options);
      seal.#key = texts === undefined ? undefined : seal.#opened(slot, texts);
      if (seal.#key !== undefined) break;
    }
    return seal;
  }

  /** Absent: nothing can be sealed. */
  get key(): SealingKey | undefined {
    return this.#key;
  }

  /**
   * Sees to it that the key can be opened again with what this revision is made of. It is another key afterwards where the
   * master key is another, and none where the declarations have no secrets of their own.
   */
  async follow(uses: SecretUses, { id, files }: Pick<Revision, 'id' | 'files'>): Promise<void> {
    const told = keepersOf(uses, id).map((keeper) => ({
      keeper,
      texts: textsOf(keeper, filesNamed(files, keeper.files), this.#options),
    }));
    const wanted = told.flatMap(({ keeper, texts }) => (texts === undefined ? [] : [{ keeper, texts }]));
    if (wanted.length === 0) return this.#forget();
    if (!this.#holds(wanted)) await this.#renew(wanted);
    this.#texts = wanted.map((each) => each.texts);
  }

  /** Does each of them open the key already? */
  #holds(wanted: readonly Told[]): boolean {
    const key = this.#key;
    if (key === undefined || this.#slots.length !== wanted.length) return false;
    return wanted.every(({ keeper, texts }, at) => {
      const slot = this.#slots[at];
      if (slot === undefined || !isSame(slot, keeper)) return false;
      return sameData(texts, this.#texts[at]) || this.#opened(slot, texts)?.id === key.id;
    });
  }

  async #renew(wanted: readonly Told[]): Promise<void> {
    const isReplaced = [...this.#slots, ...wanted.map(({ keeper }) => keeper)].some(
      ({ kind }) => kind === 'master-key',
    );
    const known = isReplaced ? undefined : this.#key;
    const key = known ?? SealingKey.draw(this.#options.fillRandom);
    const slots = wanted.map(({ keeper, texts }) => this.#slot(key, keeper, texts));
    await this.#options.meta.put(metaKey, { slots } satisfies Kept, { sync: true });
    this.#slots = slots;
    this.#key = key;
  }

  #slot(key: SealingKey, keeper: Keeper, texts: readonly string[]): Slot {
    const salt = Buffer.alloc(16);
    this.#options.fillRandom(salt);
    return {
      ...keeper,
      salt: salt.toString('hex'),
      key: key.sealedWith(SealingKey.from(texts, salt, this.#options.fillRandom)),
    };
  }

  #opened({ key, salt }: Slot, texts: readonly string[]): SealingKey | undefined {
    return SealingKey.opened(key, SealingKey.from(texts, Buffer.from(salt, 'hex'), this.#options.fillRandom));
  }

  async #forget(): Promise<void> {
    if (this.#slots.length > 0) await this.#options.meta.del(metaKey, { sync: true });
    this.#slots = [];
    this.#texts = [];
    this.#key = undefined;
  }
}

/** Whatever an earlier version, a later one or nobody wrote. */
function slotsIn(kept: unknown): readonly Slot[] {
  const { slots } = (kept ?? {}) as Partial<Kept>;
  return Array.isArray(slots) ? slots.filter(isSlot) : [];
}

function isSlot(slot: unknown): slot is Slot {
  const { kind, secrets, files, revision, salt, key } = (slot ?? {}) as Partial<Record<keyof Slot, unknown>>;
  if (kind !== 'master-key' && kind !== 'declarations') return false;
  return (
    Array.isArray(secrets) && Array.isArray(files) && [revision, salt, key].every((each) => typeof each === 'string')
  );
}

/** The master key where it comes from outside of the declarations; else all that the state folder does not have of what they say. */
function keepersOf({ masterKey, elsewhere, inText }: SecretUses, revision: string): readonly Keeper[] {
  if (masterKey !== undefined && typeof masterKey !== 'string') {
    return [{ kind: 'master-key', secrets: [masterKey], files: [], revision: '' }];
  }
  if (elsewhere.length > mostElsewhere || elsewhere.length + inText.size === 0) return [];
  const keeper = { kind: 'declarations' as const, secrets: elsewhere };
  const byCount = [...inText].sort(([a, few], [b, more]) => few - more || (a < b ? -1 : 1));
  // The smallest: they are read with each start.
  const rich = byCount.filter(([, count]) => count >= manySecrets).slice(0, mostSlots);
  if (rich.length > 0) return rich.map(([file]) => ({ ...keeper, files: [file], revision }));
  if (byCount.length === 0) return [{ ...keeper, files: [], revision: '' }];
  return byCount.length > mostFiles ? [] : [{ ...keeper, files: byCount.map(([file]) => file), revision }];
}

/** Names the same; the revision alone makes no other. */
function isSame(a: Keeper, b: Keeper): boolean {
  const namesOf = ({ kind, secrets, files }: Keeper) => JSON.stringify([kind, secrets, files]);
  return namesOf(a) === namesOf(b);
}

/** What a keeper tells; `undefined` when something of it cannot be had. */
function textsOf(
  { secrets, files }: Keeper,
  found: readonly SourceFile[],
  options: StateSealOptions,
): readonly string[] | undefined {
  if (found.length !== files.length) return undefined;
  const resolver = resolverOf(options.secrets);
  const texts: string[] = [];
  for (const field of secrets) {
    if (typeof field === 'string') return undefined;
    const { env, file } = field;
    const lookup = env === undefined ? resolver.file(file ?? '') : resolver.env(env);
    if (lookup.result !== 'found' || lookup.secret.reveal() === '') return undefined;
    texts.push(lookup.secret.reveal());
  }
  return [...texts, ...found.map(({ text }) => text)];
}

function filesNamed(files: readonly SourceFile[], paths: readonly string[]): readonly SourceFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return paths.flatMap((path) => byPath.get(path) ?? []);
}

import { Secret } from '../base/secret.ts';
import { configSecretNames } from '../manifest/plain-secrets.ts';
import { secretNames } from '../model/secret-places.ts';
import { drawSecret } from '../secrets/derive.ts';
import { sealDataKey } from '../secrets/sops/age-keys.ts';
import { leavesOf } from '../secrets/sops/leaves.ts';
import type { KeyFor } from '../secrets/sops/metadata.ts';
import type { OpenedLeaf } from '../secrets/sops/open-file.ts';
import { ruleTest, type SealRule } from '../secrets/sops/rule.ts';
import { sealFile } from '../secrets/sops/seal-file.ts';
import { exitCodes, type Io } from './io.ts';
import { creationRuleOf, type FileOnDisk, openOnDisk, parsed, readOnDisk, replaceOnDisk } from './sealed-files.ts';
import { type FieldName, placeOfField } from './secret-field.ts';
import type { Surroundings } from './surroundings.ts';

export interface SealOptions {
  /** Recipients with commas. */
  readonly age?: string;
}

type Around = Pick<Surroundings, 'clock' | 'fillRandom'>;

/** `lastmile secrets encrypt FILE…`: what is secret and not yet encrypted is. Resolves with the exit code. */
export async function encryptCommand(
  paths: readonly string[],
  options: SealOptions & { readonly ignoreMac: boolean },
  io: Io,
  around: Around,
): Promise<number> {
  for (const path of paths) {
    const disk = await readOnDisk(path);
    const opened = await openOnDisk(disk, io, options.ignoreMac ? 'values' : 'mac');
    const text = await sealed(disk, opened, { ...options, anew: false }, around);
    await write(disk, text, 'encrypted', io);
  }
  return exitCodes.success;
}

/** `lastmile secrets rotate FILE…`. Resolves with the exit code. */
export async function rotateCommand(
  paths: readonly string[],
  options: SealOptions,
  io: Io,
  around: Around,
): Promise<number> {
  for (const path of paths) {
    const disk = await readOnDisk(path);
    const opened = await openOnDisk(disk, io);
    if (opened.result === 'plain') throw new RangeError(`${path} is not encrypted: lastmile secrets encrypt ${path}`);
    await write(disk, await sealed(disk, opened, { ...options, anew: true }, around), 'rotated', io);
  }
  return exitCodes.success;
}

/** `lastmile secrets set FILE NAME FIELD`. Resolves with the exit code. */
export async function setCommand(
  path: string,
  field: FieldName,
  options: SealOptions & { readonly random: boolean },
  io: Io,
  around: Around,
): Promise<number> {
  const secret = options.random ? drawSecret(around.fillRandom, 32) : await fromInput();
  const disk = await readOnDisk(path);
  const opened = await openOnDisk(disk, io);
  const placed = placeOfField(disk, field);
  const edited = parsed(path, placed.text);
  const at = leavesIn(edited).find(
    ({ document, steps }) => document === placed.document && sameSteps(steps, placed.steps),
  );
  if (at === undefined) throw new RangeError(`${path}: "${field.field}" of ${field.name} is no place for a secret`);
  const set = [{ document: at.document, start: at.start, text: secret.reveal() }];
  const text = await sealed(edited, opened, { ...options, anew: false, set }, around);
  await write(disk, text, `${field.field} of ${field.name} set`, io);
  return exitCodes.success;
}

interface SealedOptions extends SealOptions {
  readonly anew: boolean;
  readonly set?: NonNullable<Parameters<typeof sealFile>[2]['set']>;
}

/** The text with all encrypted that is to be. `disk` may be edited since it was opened, in places that are named otherwise. */
async function sealed(
  disk: FileOnDisk,
  opened: Awaited<ReturnType<typeof openOnDisk>>,
  { age, anew, set }: SealedOptions,
  { clock, fillRandom }: Around,
): Promise<string> {
  const written = await creationRuleOf(disk.path);
  const before = opened.result === 'opened' ? opened : undefined;
  const rule = before?.metadata.rule ?? written?.rule ?? ownRule(disk);
  const macOnlyEncrypted = before?.metadata.macOnlyEncrypted ?? written?.macOnlyEncrypted ?? true;
  const encrypts = ruleTest(rule);
  const missed = leavesIn(disk).find(
    (leaf) => set?.some(({ start }) => start === leaf.start) === true && encrypts?.(leaf.path) !== true,
  );
  if (missed !== undefined)
    throw new RangeError(
      `${disk.path}: ${rule.kind} "${rule.text}" does not have "${missed.path.join('.')}" encrypted`,
    );
  const isFresh = before === undefined || anew;
  const key = isFresh ? Buffer.alloc(32) : before.key;
  if (isFresh) fillRandom(key);
  const keys = await keysFor(
    disk.path,
    key,
    age?.split(',') ?? (isFresh ? written?.recipients : undefined),
    before?.metadata.keys,
    isFresh,
  );
  const values = before === undefined ? [] : inPlace(before.values, disk);
  const plan = { rule, macOnlyEncrypted, keys, key, opened: values, anew, now: clock.now(), fillRandom };
  return sealFile(disk.text, disk.roots, { ...plan, ...(set === undefined ? {} : { set }) });
}

async function keysFor(
  path: string,
  key: Uint8Array,
  asked: readonly string[] | undefined,
  before: readonly KeyFor[] | undefined,
  isFresh: boolean,
): Promise<readonly KeyFor[]> {
  if (asked === undefined && before !== undefined && !isFresh) return before;
  const recipients = asked !== undefined && asked.length > 0 ? asked : before?.map(({ recipient }) => recipient);
  if (recipients === undefined || recipients.length === 0)
    throw new RangeError(`for whom is ${path} to be encrypted? Say so in .sops.yaml, or with --age age1…`);
  const wrong = recipients.find((each) => !/^age1[0-9a-z]{10,}$/.test(each));
  if (wrong !== undefined) throw new RangeError(`"${wrong.slice(0, 80)}" is no recipient of age (age1…)`);
  return sealDataKey(key, [...new Set(recipients)]).catch(() => {
    throw new RangeError(`a recipient of ${path} is none that age knows`);
  });
}

/** Every field that is a secret by its name, and what this file's routers have besides. */
function ownRule({ file }: FileOnDisk): SealRule {
  const names = new Set([...secretNames(), ...configSecretNames(file)]);
  return { kind: 'encrypted_regex', text: `^(${[...names].sort().join('|')})$` };
}

/** Values that were opened, where they stand now. */
function inPlace(values: readonly OpenedLeaf[], disk: FileOnDisk): readonly OpenedLeaf[] {
  const places = new Map(leavesIn(disk).map((leaf) => [`${leaf.document} ${leaf.steps.join('\0')}`, leaf]));
  return values.flatMap((value) => {
    const now = places.get(`${value.document} ${value.steps.join('\0')}`);
    return now === undefined ? [] : [{ ...value, start: now.start, end: now.end }];
  });
}

function leavesIn({ roots }: FileOnDisk) {
  return roots.flatMap((root, document) => {
    const found = leavesOf(root);
    return 'alias' in found ? [] : found.map((leaf) => ({ ...leaf, document }));
  });
}

function sameSteps(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  return a.length === b.length && a.every((step, at) => step === b[at]);
}

async function write(disk: FileOnDisk, text: string, what: string, io: Io): Promise<void> {
  const after = parsed(disk.path, text);
  if (after.roots.length !== disk.roots.length) throw new RangeError(`${disk.path} cannot be written: its form is odd`);
  await replaceOnDisk(disk.path, text);
  io.err(`${disk.path}: ${what}\n`);
}

const mostOctets = 64 * 1024;

/** Standard input to its end, without the last line end. */
async function fromInput(): Promise<Secret> {
  if (process.stdin.isTTY) process.stderr.write('the secret, then Ctrl-D: ');
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of process.stdin) {
    octets += (part as Buffer).length;
    if (octets > mostOctets) throw new RangeError('a secret has at most 64 KiB');
    parts.push(part as Buffer);
  }
  const text = Buffer.concat(parts)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw new RangeError('nothing came from standard input: a secret must not be empty');
  return new Secret(text);
}

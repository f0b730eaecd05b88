import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { combinedSchema, kinds } from '../model/generated/schemas.ts';
import { schemaOfKind } from '../model/schemas.ts';
import { exitCodes, type Io } from './io.ts';

export interface SchemaOptions {
  readonly kind?: string;
  /** Folder to write one file per kind, and the combined one, into. */
  readonly out?: string;
}

/** `lastmile schema`: prints the schema of a kind or of all, or writes them as files. Resolves with the exit code. */
export async function schemaCommand(options: SchemaOptions, io: Io): Promise<number> {
  const { kind, out } = options;
  if (kind !== undefined && !isKind(kind)) {
    const meant = nearest(kind, kinds);
    io.err(
      `lastmile: no kind is called "${kind}"${meant === undefined ? '' : `, did you mean ${meant}?`} (${kinds.join(', ')})\n`,
    );
    return exitCodes.usage;
  }
  if (out === undefined) {
    io.out(text(kind === undefined ? combinedSchema : schemaOfKind(kind)));
    return exitCodes.success;
  }
  try {
    await mkdir(out, { recursive: true });
    for (const [name, schema] of files(kind)) await writeFile(join(out, name), text(schema));
    return exitCodes.success;
  } catch (error) {
    io.err(`lastmile: ${messageOf(error)}\n`);
    return exitCodes.error;
  }
}

type Kind = (typeof kinds)[number];

function isKind(word: string): word is Kind {
  return (kinds as readonly string[]).includes(word);
}

function files(kind: Kind | undefined): readonly (readonly [string, object])[] {
  const chosen = kind === undefined ? kinds : [kind];
  const perKind = chosen.map((each) => [`${kebab(each)}.schema.json`, schemaOfKind(each)] as const);
  return kind === undefined ? [['lastmile.schema.json', combinedSchema], ...perKind] : perKind;
}

/** Every schema as a file: its name, and what is in it. */
export function schemaFiles(): readonly (readonly [string, string])[] {
  return files(undefined).map(([name, schema]) => [name, text(schema)] as const);
}

function kebab(word: string): string {
  return word.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function text(schema: object): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

import { parseAllDocuments } from 'yaml';
import { collectText, type ManifestFile } from '../manifest/load-manifest.ts';
import type { Declared } from './draft.ts';
import type { NodeMap } from './yaml-text.ts';

/** A router's own declaration. */
export interface RouterDocument {
  readonly file: ManifestFile;
  readonly spec: NodeMap;
}

/** The document that declares a router. */
export function routerIn(files: readonly ManifestFile[], name: string): RouterDocument | undefined {
  const pattern = /^kind:\s*["']?Router\b|["']?kind["']?:\s*["']?Router\b/m;
  for (const file of files.filter(({ text }) => pattern.test(text))) {
    for (const document of documentsOf(file.text)) {
      if (document['kind'] !== 'Router' || nameOf(document) !== name) continue;
      const { spec } = document;
      return { file, spec: typeof spec === 'object' && spec !== null ? (spec as NodeMap) : {} };
    }
  }
  return undefined;
}

/** Whether its mode is this one, or not said. */
export function isDeclaredAs({ spec }: RouterDocument, mode: string): boolean {
  return spec['mode'] === undefined || spec['mode'] === mode;
}

/** The text of the document that declares the Operator. */
export function operatorIn(files: readonly ManifestFile[]): string | undefined {
  for (const { text } of files.filter((file) => /\bOperator\b/.test(file.text))) {
    for (const document of parseAllDocuments(text, { version: '1.2', schema: 'core' })) {
      if ('contents' in document && document.get('kind') === 'Operator') {
        const [from = 0, to = text.length] = document.contents?.range ?? [];
        return `${text.slice(from, to).trimEnd()}\n`;
      }
    }
  }
  return undefined;
}

/** Names that are taken, by kind, whether what has them is right or not. */
export function namesIn(files: readonly ManifestFile[]): Declared['names'] {
  const all = files.map(({ path, text }) => collectText(path, text));
  return {
    service: all.flatMap(({ services, broken }) => [...services.map(({ name }) => name), ...broken.service]),
    subscriber: all.flatMap(({ subscribers }) => subscribers.map(({ name }) => name)),
    list: all.flatMap(({ lists }) => lists.map(({ name }) => name)),
  };
}

function documentsOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  return parseAllDocuments(text, { version: '1.2', schema: 'core' }).flatMap((document) => {
    const value: unknown = 'contents' in document ? document.toJS() : undefined;
    return typeof value === 'object' && value !== null ? [value as Readonly<Record<string, unknown>>] : [];
  });
}

function nameOf({ metadata }: Readonly<Record<string, unknown>>): unknown {
  return typeof metadata === 'object' && metadata !== null
    ? (metadata as Readonly<Record<string, unknown>>)['name']
    : undefined;
}

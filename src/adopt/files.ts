import { isMap, isScalar, type ParsedNode, parseAllDocuments } from 'yaml';
import type { ManifestFile } from '../manifest/load-manifest.ts';
import type { Draft } from './draft.ts';
import { type Node, type NodeMap, type Span, yamlFields, yamlText } from './yaml-text.ts';

/** A file of a candidate, and what stands where in it. */
export interface AdoptedFile extends ManifestFile {
  readonly spans: readonly Span[];
}

/** Where the Router goes. */
export type RouterPlace =
  /** Into the file that declares it: fields are added to it. */
  | { readonly kind: 'declared'; readonly file: ManifestFile }
  /** Into a file of its own. */
  | { readonly kind: 'new'; readonly spec: NodeMap };

/**
 * The files of a candidate: new ones beside those that are there, and the one that declares the router, with more in it.
 *
 * @param folder where new ones go: empty, or with a slash at its end
 */
export function filesOf(
  router: string,
  draft: Draft,
  place: RouterPlace,
  there: ReadonlySet<string>,
  folder = '',
): readonly AdoptedFile[] {
  const paths = new Set(there);
  const free = (name: string): string => {
    const base = `${folder}${name}`;
    let path = `${base}.yaml`;
    for (let copy = 2; paths.has(path); copy += 1) path = `${base}-${copy}.yaml`;
    paths.add(path);
    return path;
  };
  const file = (base: string, node: Node): AdoptedFile => ({ path: free(base), ...yamlText(node) });
  return [
    place.kind === 'declared'
      ? { path: place.file.path, ...withSections(place.file.text, router, draft.sections) }
      : file(`routers/${router}`, routerDocument(router, place.spec, draft.sections)),
    ...draft.services.map(({ name, node }) => file(`services/${name}`, node)),
    ...draft.lists.map(({ name, service, items }) =>
      file(`subscribers/${name}`, {
        apiVersion: 'lastmile/v1',
        kind: 'SubscriberList',
        metadata: { name },
        defaults: { service, router },
        items,
      }),
    ),
  ];
}

function routerDocument(name: string, spec: NodeMap, sections: NodeMap): NodeMap {
  return { apiVersion: 'lastmile/v1', kind: 'Router', metadata: { name }, spec: { ...spec, ...sections } };
}

/** Names of the fields that a text declares of a router. */
export function sectionsOf(text: string, router: string): ReadonlySet<string> {
  const spec = specOf(text, router);
  return new Set(spec === undefined ? [] : spec.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : [])));
}

/** The text of a declared router with more fields. All that stands in it stays, to the letter. */
export function withSections(
  text: string,
  router: string,
  sections: NodeMap,
): { readonly text: string; readonly spans: readonly Span[] } {
  const spec = specOf(text, router);
  if (spec === undefined) throw new TypeError(`${router} is not declared here`);
  if (!Object.values(sections).some((value) => value !== undefined)) return { text, spans: [] };
  return spec.flow === true ? withinFlow(text, spec, sections) : below(text, spec, sections);
}

interface Spec {
  readonly range: ParsedNode['range'];
  readonly flow?: boolean;
  readonly items: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[];
}

function specOf(text: string, router: string): Spec | undefined {
  for (const document of parseAllDocuments(text, { version: '1.2', schema: 'core' })) {
    if (!('contents' in document) || document.get('kind') !== 'Router') continue;
    if (document.getIn(['metadata', 'name']) !== router) continue;
    const spec = document.get('spec', true);
    return isMap(spec) ? (spec as unknown as Spec) : undefined;
  }
  return undefined;
}

/** After the last line of the last field. */
function below(text: string, spec: Spec, sections: NodeMap) {
  const last = spec.items.at(-1);
  const end = (last?.value ?? last?.key)?.range[1] ?? text.length;
  const [before, after] = splitAfterLine(text, end);
  const first = spec.items[0]?.key.range[0] ?? 0;
  const indent = first - (text.lastIndexOf('\n', first - 1) + 1);
  return inserted(before, sections, indent, after);
}

/** `spec: {…}` becomes fields of a line each. */
function withinFlow(text: string, spec: Spec, sections: NodeMap) {
  const [from, to] = [spec.range[0], spec.range[1]];
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const indent = text.slice(lineStart).search(/[^ ]/) + 2;
  const space = ' '.repeat(indent);
  const fields = spec.items.map(({ key, value }) => {
    const slice = text.slice(key.range[0], (value ?? key).range[1]);
    return `${space}${slice.replace(/\r?\n[ \t]*/g, `\n${space}  `)}\n`;
  });
  const head = text.slice(0, from).replace(/[ \t]+$/, '');
  return inserted(`${head}\n${fields.join('')}`, sections, indent, text.slice(to).replace(/^[ \t]*\r?\n/, ''));
}

function splitAfterLine(text: string, at: number): readonly [string, string] {
  if (text[at - 1] === '\n') return [text.slice(0, at), text.slice(at)];
  const end = text.indexOf('\n', at);
  return end === -1 ? [`${text}\n`, ''] : [text.slice(0, end + 1), text.slice(end + 1)];
}

function inserted(before: string, sections: NodeMap, indent: number, after: string) {
  const { text, spans } = yamlFields(sections, indent);
  const lines = before.split('\n').length - 1;
  return {
    text: `${before}${text}${after}`,
    spans: spans.map(({ tag, from, to }) => ({ tag, from: from + lines, to: to + lines })),
  };
}

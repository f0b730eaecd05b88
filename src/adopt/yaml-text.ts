/** What a document is made of. */
export type Node = string | number | boolean | readonly Node[] | NodeMap | Tagged;

export interface NodeMap {
  readonly [key: string]: Node | undefined;
}

/** A part of a document that can be found again by its lines, and may have words for people above it. */
export class Tagged {
  readonly value: Node;
  readonly tag: string | undefined;
  readonly note: string | undefined;

  constructor(value: Node, { tag, note }: { readonly tag?: string | undefined; readonly note?: string | undefined }) {
    this.value = value;
    this.tag = tag;
    this.note = note;
  }
}

/** Lines of a text, from 1, both included, that came of a part. */
export interface Span {
  readonly tag: string;
  readonly from: number;
  readonly to: number;
}

export interface YamlText {
  readonly text: string;
  /** Outer parts before those in them. */
  readonly spans: readonly Span[];
}

/** A map with a value for each of its keys that has one. */
export function mapOf(entries: Readonly<Record<string, Node | undefined>>): NodeMap | undefined {
  const kept = Object.entries(entries).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** A document as YAML 1.2, whatever is in its values: short lists and maps on one line, others indented by two. */
export function yamlText(node: Node, indent = 0): YamlText {
  const lines: string[] = [];
  const spans: Span[] = [];
  write({ lines, spans }, node, indent, '');
  return { text: `${lines.join('\n')}\n`, spans };
}

/** Fields of a map that is there, each from a line of its own, however short. */
export function yamlFields(map: NodeMap, indent: number): YamlText {
  const lines: string[] = [];
  const spans: Span[] = [];
  writeEntries({ lines, spans }, map, indent);
  return { text: `${lines.join('\n')}\n`, spans };
}

interface Page {
  readonly lines: string[];
  readonly spans: Span[];
}

/** A list or a map that would fit on a line of this many characters is written so. */
const width = 118;

function write(page: Page, node: Node, indent: number, head: string): void {
  if (node instanceof Tagged) {
    writeTagged(page, node, indent, head);
    return;
  }
  const inline = isBlock(node) ? undefined : flow(node);
  const space = ' '.repeat(indent);
  if (inline !== undefined && (!isCollection(node) || space.length + head.length + inline.length < width)) {
    page.lines.push(`${space}${head}${inline}`);
    return;
  }
  const under = head.trimEnd();
  // An entry of a list begins on the line of its dash.
  const onDash = head === '- ';
  if (under !== '' && !onDash) page.lines.push(`${space}${under}`);
  const deeper = under === '' ? indent : indent + 2;
  const at = page.lines.length;
  writeEntries(page, node as readonly Node[] | NodeMap, deeper);
  if (onDash) page.lines[at] = `${space}- ${(page.lines[at] ?? '').trimStart()}`;
}

function writeEntries(page: Page, node: readonly Node[] | NodeMap, indent: number): void {
  if (Array.isArray(node)) {
    for (const item of node as readonly Node[]) write(page, item, indent, '- ');
    return;
  }
  for (const [key, value] of Object.entries(node))
    if (value !== undefined) write(page, value, indent, `${scalar(key)}: `);
}

function writeTagged(page: Page, { value, tag, note }: Tagged, indent: number, head: string): void {
  for (const line of noteLines(note)) page.lines.push(`${' '.repeat(indent)}# ${line}`);
  const from = page.lines.length + 1;
  const at = page.spans.length;
  write(page, value, indent, head);
  if (tag !== undefined) page.spans.splice(at, 0, { tag, from, to: page.lines.length });
}

function noteLines(note: string | undefined): readonly string[] {
  return (note ?? '').split(/[\r\n]+/).flatMap((line) => {
    const text = line.replace(/[^\P{C}]/gu, ' ').trim();
    return text === '' ? [] : [text];
  });
}

/** Maps of maps and lists of parts are easier to read, and to review, line by line. */
function isBlock(node: Node): boolean {
  if (Array.isArray(node)) return (node as readonly Node[]).some((item) => item instanceof Tagged || isBlock(item));
  if (!isCollection(node)) return false;
  return Object.values(node as NodeMap).some(
    (value) => value instanceof Tagged || (value !== undefined && isBlock(value)),
  );
}

function isCollection(node: Node): boolean {
  return typeof node === 'object';
}

function flow(node: Node): string {
  if (node instanceof Tagged) return flow(node.value);
  if (Array.isArray(node)) return `[${(node as readonly Node[]).map(flow).join(', ')}]`;
  if (typeof node === 'object') {
    const entries = Object.entries(node as NodeMap).flatMap(([key, value]) =>
      value === undefined ? [] : [`${scalar(key)}: ${flow(value)}`],
    );
    return `{${entries.join(', ')}}`;
  }
  return typeof node === 'string' ? scalar(node) : String(node);
}

/** Text that YAML reads as text without quotes, in the flow of a list, too. What looks like a number or a word is quoted. */
const plain = /^(?:[A-Za-z_/][A-Za-z0-9_./@-]*|\d+(?:ms|[kMGsmhd])|\d+\.\d+\.\d+\.\d+(?:\/\d+|-\d+\.\d+\.\d+\.\d+)?)$/;
const words = /^(?:true|false|yes|no|on|off|null|y|n|none|nan|inf)$/i;

function scalar(text: string): string {
  if (plain.test(text) && !words.test(text)) return text;
  // JSON's strings are YAML's, but for some that YAML does not print.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u00ad\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/g,
    (character, at: number, all: string) =>
      isPaired(all, at) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One half of a character beyond the first plane. */
function isPaired(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdfff) return false;
  const other = text.charCodeAt(code < 0xdc00 ? at + 1 : at - 1);
  return code < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other < 0xdc00;
}

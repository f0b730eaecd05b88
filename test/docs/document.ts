import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A fenced block: ```` ```sh network ```` has the language `sh` and the word `network`. */
export interface Block {
  readonly language: string;
  readonly word: string;
  readonly text: string;
  /** Of the line that opens it, from 1. */
  readonly line: number;
}

export interface DocumentFile {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** README.md and everything below docs/, by path. */
export function documents(): readonly DocumentFile[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  return ['README.md', ...below.sort()].map(documentAt);
}

export function documentAt(path: string): DocumentFile {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, blocks: blocksOf(text) };
}

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { info: fence[1] ?? '', line: index + 1, lines: [] };
    else {
      const [language = '', word = ''] = open.info.split(' ');
      blocks.push({ language, word, text: `${open.lines.join('\n')}\n`, line: open.line });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`a block opened in line ${open.line} is not closed`);
  return blocks;
}

/** A command of a shell block, with what it must print and how it must end. */
export interface Step {
  readonly command: string;
  readonly exit: number;
  /** What it prints, `…` standing for anything; absent when nothing is said. */
  readonly expected?: string;
}

/** A block without `$ ` is one step that must succeed; else each `$ ` begins a command, and what follows is its output. */
export function stepsOf({ text }: Pick<Block, 'text'>): readonly Step[] {
  if (!/^\$ /m.test(text)) return [{ command: text, exit: 0 }];
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [first = '', ...rest] = part.trimEnd().split('\n');
      const exit = Number(/\s# exit (\d+)$/.exec(first)?.[1] ?? 0);
      return { command: `${first}\n`, exit, ...(rest.length === 0 ? {} : { expected: rest.join('\n') }) };
    });
}

/** The pattern that an expected output stands for: `…` alone in a line is any number of lines, elsewhere anything in one. */
export function patternOf(expected: string): RegExp {
  const lines = expected.split('\n').map((line) => {
    if (line === '…') return '(?:.*\\n)*?';
    return `${line.split('…').map(escaped).join('.*')}[ ]*\\n`;
  });
  return new RegExp(`^${lines.join('')}$`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

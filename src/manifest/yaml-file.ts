import {
  Composer,
  type CST,
  type Document,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
  visit,
  type YAMLParseError,
} from 'yaml';
import { printable } from '../base/bytes.ts';
import type { Issue } from './issue.ts';
import { type Plain, plainValue } from './plain-value.ts';
import type { Report } from './report.ts';

/** One file, read as a stream of YAML documents. */
export interface YamlFile {
  readonly path: string;
  readonly documents: readonly YamlDocument[];
  readonly issues: readonly Issue[];
  /** Line and column, from 1, of an offset into the text. */
  at(start: number, end?: number): Position;
}

export interface YamlDocument {
  readonly node: ParsedNode | null;
  /** Absent when the document has errors: nothing in it can be trusted. */
  readonly value?: Plain;
}

export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endColumn?: number;
}

/** Of one file. */
export const maxCharacters = 32 * 1024 * 1024;
const maxDepth = 64;
const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/**
 * Reads YAML 1.2 (core schema), keeping positions. Never throws: everything wrong becomes an issue. Depth, aliases and
 * size are bounded before anything recurses.
 */
export function readYamlFile(path: string, source: string): YamlFile {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  const counter = lineCounter(text);
  const issues: Issue[] = [];
  const at = (start: number, end?: number): Position => position(counter, start, end);
  const reportAs =
    (severity: 'error' | 'warning'): Report =>
    (code, message, start, end, hint) =>
      issues.push({ severity, code, message, file: path, ...at(start, end), ...(hint === undefined ? {} : { hint }) });
  const report = reportAs('error');

  if (text.length > maxCharacters) {
    report(
      'LM_FILE_TOO_LARGE',
      `more than ${maxCharacters / 1024 / 1024} Mi characters`,
      0,
      0,
      'split it into several files',
    );
    return { path, documents: [], issues, at };
  }
  checkCharacters(text, report, reportAs('warning'));
  const documents = compose(text, report).map((document) => readDocument(document, at, report));
  return { path, documents, issues, at };
}

function compose(text: string, report: Report): Document.Parsed[] {
  const composer = new Composer(options);
  const documents: Document.Parsed[] = [];
  for (const token of boundedTokens(text, report)) {
    if (token.type === 'directive') {
      const hint = 'remove the line; YAML 1.2 is what is read';
      report(
        'LM_YAML_DIRECTIVE',
        `directive ${printable(token.source, 40)} is not allowed`,
        token.offset,
        token.offset + token.source.length,
        hint,
      );
    }
    documents.push(...composer.next(token));
  }
  documents.push(...composer.end());
  return documents;
}

/** The parser's tokens. Stops with an issue when the text nests too deep for what follows to recurse over. */
function* boundedTokens(text: string, report: Report): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) yield token;
    if (parser.stack.length > maxDepth * 2) {
      report('LM_YAML_TOO_DEEP', `nested deeper than ${maxDepth} levels`, parser.offset, parser.offset + 1);
      return;
    }
  }
  yield* parser.end();
}

function readDocument(document: Document.Parsed, at: YamlFile['at'], report: Report): YamlDocument {
  const node = document.contents;
  let clean = document.errors.length === 0;
  // Of errors on one line the later ones are mostly what the first led to.
  const lines = new Set<number>();
  for (const error of document.errors) {
    const { line } = at(error.pos[0]);
    if (!lines.has(line)) reportSyntax(error, node, report);
    lines.add(line);
  }
  if (!clean || node === null) return { node };

  const value = plainValue(node, (...problem) => {
    clean = false;
    report(...problem);
  });
  return clean ? { node, value } : { node };
}

const controlCharacter = /(?![\t\n\r\u0085])[\p{Cc}\p{Cs}\ufffe\uffff]/u;
const directionCharacter = /[\u202a-\u202e\u2066-\u2069]/;

function checkCharacters(text: string, error: Report, warning: Report): void {
  const control = controlCharacter.exec(text);
  if (control !== null) {
    const hint = 'YAML text holds printable characters only; write it as an escape in double quotes if it is meant';
    error(
      'LM_YAML_CHARACTER',
      `the character ${codePoint(control[0])} is not allowed here`,
      control.index,
      control.index + 1,
      hint,
    );
  }
  const direction = directionCharacter.exec(text);
  if (direction === null) return;
  const hint = 'it makes a line look different from what it says; remove it';
  warning(
    'LM_DIRECTION_CHARACTER',
    `the direction-changing character ${codePoint(direction[0])}`,
    direction.index,
    direction.index + 1,
    hint,
  );
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function reportSyntax(error: YAMLParseError, root: ParsedNode | null, report: Report): void {
  const [start, end] = error.pos;
  const open = /^Missing closing \S*quote/.test(error.message) ? openedBefore(root, start) : undefined;
  if (open !== undefined) {
    report('LM_YAML_SYNTAX', 'these quotes are not closed', open, open + 1, 'close them on the same line');
    return;
  }
  if (error.code === 'TAB_AS_INDENT') {
    report('LM_YAML_TAB', 'a tab cannot indent YAML', start, end, 'use spaces');
    return;
  }
  report('LM_YAML_SYNTAX', withoutSource(printable(error.message, 300)), start, end);
}

/** Where the last quotes before an offset begin: that they have no end is found at the end of the text. */
function openedBefore(root: ParsedNode | null, offset: number): number | undefined {
  let found: number | undefined;
  if (root === null) return undefined;
  visit(root, {
    Scalar(_key, { type, range }) {
      if ((type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') && range != null && range[0] < offset) found = range[0];
    },
  });
  return found;
}

/** Of the messages of the parser, some end with what was typed: it may be a password. */
function withoutSource(message: string): string {
  return message.replace(/(token(?: in YAML (?:stream|document))?|extra characters): .*$/s, '$1');
}

/** Knows every line before anything is parsed: what is wrong with single characters has a place, too. */
function lineCounter(text: string): LineCounter {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) counter.addNewLine(end + 1);
  return counter;
}

function position(counter: LineCounter, start: number, end?: number): Position {
  const from = counter.linePos(start);
  const begin = { line: Math.max(1, from.line), column: Math.max(1, from.col) };
  if (end === undefined || end <= start) return begin;
  const to = counter.linePos(end);
  return to.line === from.line ? { ...begin, endColumn: to.col } : begin;
}

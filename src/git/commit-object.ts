/** What stands in a commit. */
export interface Commit {
  /** 40 or 64 hexadecimal digits. */
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** First line of its message. */
  readonly subject: string;
  readonly message: string;
  /** Armoured, as it stands in the header. Absent: nobody has signed. */
  readonly signature?: string;
  /** What is signed: the commit without its signature. */
  readonly payload: Buffer;
}

export interface Person {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970, as the person's own clock said. */
  readonly at: number;
}

const signatureHeaders = new Set(['gpgsig', 'gpgsig-sha256']);

/**
 * Reads a commit object as git stores it (git-scm.com, "gitformat-signature").
 *
 * @returns `undefined` for what is no commit, or one that says something twice
 */
export function parseCommit(id: string, octets: Buffer): Commit | undefined {
  const end = octets.indexOf('\n\n');
  const head = octets.subarray(0, end < 0 ? octets.length : end + 1);
  const headers = headersOf(head);
  const one = (name: string): Header | undefined => {
    const found = headers.filter((header) => header.name === name);
    return found.length === 1 ? found[0] : undefined;
  };
  const [tree, author, committer] = [one('tree'), personIn(one('author')), personIn(one('committer'))];
  if (tree === undefined || author === undefined || committer === undefined) return undefined;
  const signatures = headers.filter(({ name }) => signatureHeaders.has(name));
  // Two of one kind are not to be chosen among: what one tool checks another may not have seen.
  const own = signatures.filter(({ name }) => name === (id.length === 64 ? 'gpgsig-sha256' : 'gpgsig'));
  if (own.length > 1) return undefined;
  const message = end < 0 ? '' : octets.toString('utf8', end + 2);
  return {
    id,
    tree: tree.value,
    parents: headers.filter(({ name }) => name === 'parent').map(({ value }) => value),
    author,
    committer,
    message,
    subject: message.trimStart().split('\n')[0]?.trim() ?? '',
    ...(own[0] === undefined ? {} : { signature: `${own[0].value}\n` }),
    payload: without(octets, signatures),
  };
}

interface Header {
  readonly name: string;
  /** Lines that go on are joined by line breaks. */
  readonly value: string;
  readonly from: number;
  readonly till: number;
}

function headersOf(head: Buffer): readonly Header[] {
  const headers: Header[] = [];
  for (let from = 0; from < head.length; ) {
    let till = lineEnd(head, from);
    while (till < head.length && head[till] === 32) till = lineEnd(head, till);
    const [first = '', ...more] = head.toString('utf8', from, till - 1).split('\n');
    const space = first.indexOf(' ');
    const value = [first.slice(space + 1), ...more.map((line) => line.slice(1))].join('\n');
    headers.push({ name: space < 0 ? first : first.slice(0, space), value, from, till });
    from = till;
  }
  return headers;
}

function lineEnd(octets: Buffer, from: number): number {
  const at = octets.indexOf(10, from);
  return at < 0 ? octets.length : at + 1;
}

function personIn(header: Header | undefined): Person | undefined {
  const [, name, email, at] = /^(.*?) ?<([^<>\n]*)> (-?\d+) [+-]\d{4}$/s.exec(header?.value ?? '') ?? [];
  if (name === undefined || email === undefined) return undefined;
  return { name, email, at: Number(at) };
}

function without(octets: Buffer, headers: readonly Header[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { from, till } of headers) {
    parts.push(octets.subarray(at, from));
    at = till;
  }
  return Buffer.concat([...parts, octets.subarray(at)]);
}

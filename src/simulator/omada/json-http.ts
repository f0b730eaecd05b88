import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fields, isFields } from '../control-fields.ts';

const maxBodyOctets = 65_536;

/** The object in a request's body; `undefined` when it is none, or longer than 64 KB. Without a body: an empty one. */
export async function readFields(request: IncomingMessage): Promise<Fields | undefined> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    octets += chunk.length;
    // The rest is read and thrown away, so that the answer gets through.
    if (octets <= maxBodyOctets) chunks.push(chunk);
  }
  return octets > maxBodyOctets ? undefined : fieldsOf(Buffer.concat(chunks).toString('utf8'));
}

export function replyJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers })
    .end(JSON.stringify(body));
}

function fieldsOf(json: string): Fields | undefined {
  if (json === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

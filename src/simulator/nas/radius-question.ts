import type { Database } from '../routeros/database.ts';
import { type AccessReply, decodeAccessReply } from './access-accept.ts';
import { encodeAccessRequest, type Proof } from './access-request.ts';
import { type RadiusClient, type RadiusServer, radiusServiceOf } from './radius-client.ts';
import type { Caller } from './session.ts';

export interface QuestionDeps {
  readonly database: Database;
  readonly radius: RadiusClient;
  readonly random: (size: number) => Buffer;
}

/**
 * Asks the servers of the caller's door in turn whether they let it in.
 *
 * @returns the first answer that can be used; `undefined` when no server gave one
 */
export async function askRadius(
  { database, radius, random }: QuestionDeps,
  caller: Caller,
  proof: Proof,
): Promise<{ readonly reply: AccessReply; readonly server: RadiusServer } | undefined> {
  for (const server of radius.servers('auth', radiusServiceOf[caller.kind])) {
    const identifier = database.settings('/system/identity').values.get('name') ?? '';
    const nas = { identifier, address: radius.nasAddress(server) };
    const authenticator = random(16);
    const encode = (id: number) =>
      encodeAccessRequest({ caller, nas, proof, secret: server.secret, identifier: id, authenticator });
    const answer = await radius.exchange(server, { kind: 'auth', encode });
    if (answer === undefined) continue;
    const counters = radius.countersOf(server.rowId);
    const reply = decodeAccessReply(answer.reply, server.secret);
    if (reply === undefined) counters.badReplies += 1;
    else {
      counters[reply.accepted ? 'accepts' : 'rejects'] += 1;
      return { reply, server };
    }
  }
  return undefined;
}

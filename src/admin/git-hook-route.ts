import type { FastifyInstance } from 'fastify';
import { checkGitHook } from '../hooks/git-hook.ts';

export interface GitHooks {
  /** Read at each request, since declarations change. `undefined`: they have not been read. */
  readonly secrets: () => readonly string[] | undefined;
  /** Has the source looked at; does not wait for what comes of it. */
  readonly pushed: () => void;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** Forges send what was pushed, up to 25 MiB of it; no octet of that is kept. */
const largestBody = 32 * 1024 * 1024;
const url = '/hooks/git';

/** `POST /hooks/git`: somebody who proves to know a secret says that something was pushed. What it was is asked of git. */
export function addGitHook(server: FastifyInstance, { secrets, pushed, now }: GitHooks): void {
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { bodyLimit: largestBody }, (_request, _payload, done) => done(null));
    scope.post(url, { bodyLimit: largestBody }, async (request, reply) => {
      const known = secrets();
      const check = checkGitHook(request.headers, known ?? [], now());
      let octets = 0;
      // Read to its end even so: a sender that is cut off tries again.
      for await (const chunk of request.raw) {
        octets += (chunk as Buffer).length;
        if (octets > largestBody)
          return reply.code(413).header('connection', 'close').send({ error: 'this is too large' });
        check?.update(chunk as Buffer);
      }
      if (known === undefined) return reply.code(503).send({ error: 'the declarations are being read' });
      if (known.length === 0)
        return reply.code(404).send({ error: 'no webhook is declared in Operator.spec.source.hooks' });
      if (check === undefined)
        return reply.code(401).send({ error: 'this takes a signature: set the secret of the webhook' });
      if (!check.isRight())
        return reply.code(401).send({ error: 'the signature is not right: is the secret the declared one?' });
      pushed();
      return reply.code(202).send({ status: 'looking' });
    });
  });
}

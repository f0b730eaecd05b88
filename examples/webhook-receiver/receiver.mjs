// Keeps a collection of sessions elsewhere in step with lastmile: a webhook that is told `session.*` (docs/events.md).
//
//     SECRET=… node receiver.mjs 8080 sessions.json
//
// The collection here is a file with a session per key, so that it runs anywhere; `Sessions` is what a database takes the place of.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port = '8080', file = 'sessions.json'] = process.argv.slice(2);
const secret = process.env.SECRET;
if (!secret) throw new Error('SECRET is not set: the secret of the webhook');

/** What is written is there before we say so: lastmile tells it again otherwise. */
class Sessions {
  #rows = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};

  /** Told twice, it comes to the same: each event has the whole session as it was then. */
  take(events) {
    for (const { type, at, data } of events) {
      const known = this.#rows[data.id];
      // Events of a session come in order; of those that are told again, the older changes nothing.
      if (known !== undefined && known.at > at) continue;
      this.#rows[data.id] = { ...data, at, online: type !== 'session.stopped' };
    }
    writeFileSync(`${file}.new`, `${JSON.stringify(this.#rows, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
}

/** From lastmile, not changed on the way, and not an old one that somebody sends again. */
function isTrue(headers, body) {
  const [id, timestamp, given = ''] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest();
  return given.split(' ').some((each) => {
    const digest = Buffer.from(each.replace(/^v1,/, ''), 'base64');
    return digest.length === expected.length && timingSafeEqual(digest, expected);
  });
}

const sessions = new Sessions();
createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    if (!isTrue(request.headers, body)) return response.writeHead(401).end();
    sessions.take(JSON.parse(body).events.filter(({ type }) => type.startsWith('session.')));
    return response.writeHead(204).end();
  });
}).listen(Number(port), '127.0.0.1', function () {
  process.stdout.write(`listening on ${this.address().port}\n`);
});

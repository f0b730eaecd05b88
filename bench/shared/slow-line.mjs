/**
 * A line with a round-trip time, as a process of its own: what it takes in is given on half the time later, in order.
 * `node slow-line.mjs HOST PORT RTT_MS`; its first message is { port }.
 */
import { connect, createServer } from 'node:net';

const [host, port, rtt] = process.argv.slice(2);
const delayMs = Number(rtt) / 2;

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ host, port: Number(port), noDelay: true });
  later(near, far);
  later(far, near);
});

/** Timers of Node are no finer than a millisecond: what is due is given on in one go. */
function later(from, to) {
  const waiting = [];
  const flush = () => {
    const now = performance.now();
    while (waiting.length > 0 && waiting[0].due <= now + 0.2) {
      const { data } = waiting.shift();
      if (data === undefined) to.end();
      else to.write(data);
    }
    if (waiting.length > 0) setTimeout(flush, Math.max(0, waiting[0].due - performance.now()));
  };
  const take = (data) => {
    waiting.push({ due: performance.now() + delayMs, data });
    if (waiting.length === 1) setTimeout(flush, delayMs);
  };
  from.on('data', take);
  from.on('end', () => take(undefined));
  from.on('error', () => to.destroy());
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { codeOf } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import type { Endpoint } from '../../model/kinds/radius.ts';
import { emptyFrame, readFrame } from '../packet/framing.ts';
import { type Answer, flawOf, type Question } from '../udp-requester.ts';
import { PacketStream } from './packet-stream.ts';

/** How the two ends of a connection know each other. */
export interface TlsIdentity {
  /** What we show: PEM, with its chain, and its key. */
  readonly certificate: Secret;
  readonly key: Secret;
  /** SHA-256 of the certificate that is believed, 64 hexadecimal digits in lower case. */
  readonly fingerprint: string;
}

export interface AskByTlsOptions {
  readonly identity: TlsIdentity;
  readonly clock: Clock;
  /** Address to connect from. */
  readonly bindAddress?: string;
  /** For the handshake and the answer together. */
  readonly withinMs: number;
}

/**
 * Asks one question on a connection of its own (RFC 6614), and closes it. Nothing is sent before the other end has shown its
 * certificate; nothing is sent again. Never rejects: what went wrong is the question's `flaw`.
 */
export async function askByTls(options: AskByTlsOptions, question: Question): Promise<Answer | undefined> {
  const { clock, withinMs } = options;
  const started = clock.monotonic();
  const over = new AbortController();
  const socket = dial(options, question.to);
  const answer = await new Promise<Answer | undefined>((resolve) => {
    void clock.sleep(withinMs, over.signal).then(
      () => resolve(undefined),
      () => undefined,
    );
    converse(socket, options.identity, question, resolve);
  });
  over.abort();
  socket.destroy();
  return answer === undefined ? undefined : { ...answer, roundTripMs: clock.monotonic() - started };
}

function dial({ identity, bindAddress }: AskByTlsOptions, { host, port }: Endpoint): TLSSocket {
  return connect({
    ...{ host, port, cert: identity.certificate.reveal(), key: identity.key.reveal() },
    ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
    minVersion: 'TLSv1.2',
    // It is known by its fingerprint, whoever signed it: judged below.
    rejectUnauthorized: false,
  });
}

function converse(
  socket: TLSSocket,
  { fingerprint }: TlsIdentity,
  question: Question,
  settle: (answer?: Answer) => void,
): void {
  const stream = new PacketStream();
  const fails = (flaw: Parameters<NonNullable<Question['flaw']>>[0]): void => {
    question.flaw?.(flaw);
    settle();
  };
  socket.once('secureConnect', () => {
    const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
    if (shown === fingerprint) socket.write(question.request.octets);
    else fails('certificate');
  });
  socket.on('data', (octets: Buffer) => {
    for (const packet of stream.push(octets) ?? []) {
      const answer = answerIn(packet, question);
      if (answer !== undefined) settle(answer);
    }
  });
  socket.once('error', (error) => fails(codeOf(error) === 'ECONNREFUSED' ? 'closed' : 'tls'));
  // TLS 1.3 is up here before the other end has judged our certificate (RFC 8446 §4.4.2.4).
  socket.once('close', () => fails('tls'));
}

function answerIn(packet: Buffer, question: Question): Answer | undefined {
  const frame = emptyFrame();
  if (readFrame(packet, frame) !== undefined || !question.codes.includes(frame.code)) return undefined;
  if (frame.identifier !== question.request.identifier) return undefined;
  const flaw = flawOf(packet, frame, question);
  if (flaw === undefined) return { packet, frame, sends: 1, roundTripMs: 0 };
  question.flaw?.(flaw);
  return undefined;
}

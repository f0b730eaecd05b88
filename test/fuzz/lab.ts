import { createHash, createHmac } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { recentDecisions } from '../../src/access/decision-log.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Channel } from '../../src/radius/channel.ts';
import { DuplicateCache } from '../../src/radius/duplicate-cache.ts';
import { RequestPipeline } from '../../src/radius/pipeline.ts';
import { eapServer, settings } from '../eap/support.ts';
import { coreNas, login, papRequest, secretText, TestDirectory, TestSink } from '../radius/support.ts';
import { chanceOf, type FuzzInput, fuzzInputs, signatureAt } from './inputs.ts';

export interface FuzzReport {
  readonly inputs: number;
  readonly replies: number;
  readonly longestMs: number;
  /** What went wrong, with the packets that did it. Empty: nothing. */
  readonly failures: readonly string[];
}

/** What was asked last on each port with each identifier, newest first: replies may come a little later. */
type Asked = Map<number, Buffer[]>;

const remembered = 12;

const answersTo: Readonly<Record<number, readonly number[]>> = { 1: [2, 3, 11], 4: [5], 12: [2, 5] };
const perTurn = 64;
const longestMs = 100;

/**
 * Throws packets at the pipeline, and judges every reply by node:crypto: it answers a request that proves the secret, proves
 * it itself, and is a packet. Neither an exception nor a rejection nor a tenth of a second for one packet is allowed, nor that
 * long for a turn of the event loop in which what was taken is worked off.
 *
 * @param policy of the NAS that all come from
 */
export async function fuzz(seed: number, inputs: number, policy: 'require' | 'learn' | 'off'): Promise<FuzzReport> {
  const chance = chanceOf(seed);
  const next = fuzzInputs(chance);
  const failures: string[] = [];
  const asked: Record<FuzzInput['service'], Asked> = { auth: new Map(), accounting: new Map() };
  let [replies, longest] = [0, 0];
  const fail = (what: string, ...packets: Buffer[]): void => {
    failures.push(`seed ${seed}: ${what}: ${packets.map((each) => each.toString('hex')).join(' ')}`);
  };
  const channel = (service: FuzzInput['service']): Channel => ({
    service,
    codes: [service === 'auth' ? 1 : 4],
    duplicates: new DuplicateCache(10_000),
    send(reply, { port }) {
      replies += 1;
      if (port === 0) fail('a reply to port 0', reply);
      const requests = asked[service].get(port * 256 + (reply[1] as number)) ?? [];
      const flaws = requests.map((request) => flawOf(request, reply, policy));
      if (!flaws.includes(undefined)) fail(flaws.join(', or '), ...requests, reply);
    },
  });
  const channels = { auth: channel('auth'), accounting: channel('accounting') };
  const rejected = (err: unknown): void => fail(`an unhandled rejection: ${String(err)}`);
  process.on('unhandledRejection', rejected);
  await using pipeline = pipelineFor(policy);
  let ofTurn: FuzzInput[] = [];
  for (let count = 0; count < inputs && failures.length < 10; count += 1) {
    const input = next();
    ofTurn.push(input);
    if (input.octets.length >= 20) ask(asked[input.service], keyOf(input), Buffer.from(input.octets));
    const began = performance.now();
    try {
      pipeline.receive(channels[input.service], input.octets, { address: '127.0.0.1', port: input.port });
    } catch (error) {
      fail(`it threw ${String(error)}`, input.octets);
    }
    let took = performance.now() - began;
    // No other packet is to wait for this one.
    if (took > longestMs) took = await ownTime(policy, [input]);
    if (took > longest) longest = took;
    if (took > longestMs) fail(`it took ${Math.round(took)} ms`, input.octets);
    // A request of the same Identifier is to find an answer given to this one.
    if (count % perTurn !== perTurn - 1) continue;
    let tookTurn = await timed(turn);
    if (tookTurn > longestMs) tookTurn = await ownTime(policy, ofTurn);
    if (tookTurn > longest) longest = tookTurn;
    if (tookTurn > longestMs)
      fail(`the turn after them took ${Math.round(tookTurn)} ms`, ...ofTurn.map(({ octets }) => octets));
    ofTurn = [];
  }
  for (let time = 0; time < 10; time += 1) await turn();
  const before = replies;
  const good = papRequest('carla', 'correct horse', { identifier: 77 }).octets;
  ask(asked.auth, 9 * 256 + 77, Buffer.from(good));
  pipeline.receive(channels.auth, good, { address: '127.0.0.1', port: 9 });
  for (let time = 0; time < 10; time += 1) await turn();
  if (replies === before) fail('a good login is not answered any more', good);
  process.off('unhandledRejection', rejected);
  return { inputs, replies, longestMs: longest, failures };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/**
 * How long packets take that took too long: the quickest of ten times, since it may have been another program that held up
 * this one. A time is the longest turn of the event loop, of that in which they come and of those in which they are worked off.
 */
async function ownTime(policy: 'require' | 'learn' | 'off', inputs: readonly FuzzInput[]): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 10; time += 1) {
    await using pipeline = pipelineFor(policy);
    const channel = { codes: [1, 4], duplicates: new DuplicateCache(10_000), send() {} };
    const takeIn = async (): Promise<void> => {
      for (const { service, octets, port } of inputs)
        pipeline.receive({ ...channel, service }, octets, { address: '127.0.0.1', port });
    };
    const turns = [await timed(takeIn)];
    for (let later = 0; later < 5; later += 1) turns.push(await timed(turn));
    times.push(Math.max(...turns));
  }
  return Math.min(...times);
}

function pipelineFor(policy: 'require' | 'learn' | 'off'): RequestPipeline {
  const chance = chanceOf(1);
  const directory = new TestDirectory([login('anna'), login('berta', { state: 'suspended' }), login('carla')]);
  directory.nasList = [{ ...coreNas, messageAuthenticator: policy }];
  directory.devices.set('AA:BB:CC:00:00:01', login('AA:BB:CC:00:00:01', { password: new Secret('') }));
  const accounting = new TestSink();
  accounting.record = () => Promise.resolve();
  return new RequestPipeline({
    ...{ directory, accounting, decisions: recentDecisions(), clock: systemClock, rejectDelayMs: 0 },
    random: (octets) => octets.set(octets.map(() => chance(256))),
    log: { debug() {}, info() {}, warn() {}, isLevelEnabled: () => false },
    access: { eap: eapServer(settings({ methods: ['md5', 'mschapv2'] })) },
  });
}

function ask(asked: Asked, key: number, request: Buffer): void {
  asked.set(key, [request, ...(asked.get(key) ?? [])].slice(0, remembered));
}

function keyOf({ octets, port }: FuzzInput): number {
  return port * 256 + (octets[1] as number);
}

/** What is wrong with answering this request like this. */
function flawOf(request: Buffer, reply: Buffer, policy: string): string | undefined {
  const code = request[0] as number;
  if (answersTo[code]?.includes(reply[0] as number) !== true) return 'a reply of a wrong code';
  if (!proves(request, code === 1 && policy !== 'require')) return 'a reply to a request that proves nothing';
  if (reply.length > 4096 || reply.readUInt16BE(2) !== reply.length) return 'a reply of a wrong length';
  const authenticator = request.subarray(4, 20);
  const asSigned = Buffer.concat([reply.subarray(0, 4), authenticator, reply.subarray(20)]);
  const digest = createHash('md5').update(asSigned).update(secretText).digest();
  if (!digest.equals(reply.subarray(4, 20))) return 'a reply with a wrong authenticator';
  if (reply[0] === 5) return undefined;
  const at = signatureAt(reply, reply.length);
  if (at !== 22) return 'a reply without Message-Authenticator in front';
  const zeroed = Buffer.from(asSigned).fill(0, at, at + 16);
  const mac = createHmac('md5', secretText).update(zeroed).digest();
  return mac.equals(reply.subarray(at, at + 16)) ? undefined : 'a reply with a wrong Message-Authenticator';
}

function proves(request: Buffer, mayBeUnsigned: boolean): boolean {
  const length = request.readUInt16BE(2);
  if (length < 20 || length > request.length) return false;
  const packet = request.subarray(0, length);
  const keyed = request[0] === 4;
  const zeros = Buffer.from(packet);
  if (keyed) {
    zeros.fill(0, 4, 20);
    const digest = createHash('md5').update(zeros).update(secretText).digest();
    if (!digest.equals(packet.subarray(4, 20))) return false;
  }
  const at = signatureAt(packet, length);
  if (at === undefined) return keyed || mayBeUnsigned;
  const mac = createHmac('md5', secretText)
    .update(zeros.fill(0, at, at + 16))
    .digest();
  return mac.equals(packet.subarray(at, at + 16));
}

import type { Clock } from '../../base/clock.ts';
import type { DirectoryReader, Nas } from '../../directory/reader.ts';
import type { Channel, Peer } from '../channel.ts';
import type { DropReason } from '../drops.ts';
import { DuplicateCache } from '../duplicate-cache.ts';
import { code, headerLength } from '../packet/codes.ts';
import { encodeRequest } from '../packet/request.ts';
import { type SharedKey, sharedKey } from '../packet/shared-key.ts';
import { tunnelled } from '../radsec/tunnel-nas.ts';
import type { RandomPool } from '../random-pool.ts';
import { foldAddress } from '../source-address.ts';
import { attributesOf, type RestBody, type RestSetting, settingsOf } from './rest-attributes.ts';

export interface RestFrontOptions {
  readonly directory: DirectoryReader;
  readonly clock: Clock;
  readonly random: RandomPool;
  readonly receive: (channel: Channel, packet: Buffer, from: Peer) => void;
  /** Somebody asked about a NAS that is not declared. */
  readonly refused: (reason: DropReason, source: string) => void;
}

/** What a FreeRADIUS asks about one packet of a NAS. */
export interface RestQuestion {
  readonly kind: 'access' | 'accounting';
  /** Address of the NAS as FreeRADIUS saw it. Absent: as the request says itself. */
  readonly nas?: string;
  readonly body: RestBody;
}

/** An answer that rlm_rest understands by its status: 200 and 204 well, 401 reject, 400 not to be decided so, 503 no answer. */
export interface RestAnswer {
  readonly status: 200 | 204 | 400 | 401 | 503;
  readonly body?: Readonly<Record<string, RestSetting>> | { readonly error: string };
}

/** FreeRADIUS gives up after 4 s. */
const answerWithinMs = 3_500;
const accepted: RestSetting = { op: ':=', value: ['Accept'], do_xlat: false };

/**
 * Decides and accounts for a FreeRADIUS in front of us, which asks by HTTP (its module rlm_rest): its requests become packets
 * on a channel of their own, so that what is said of them is what is said of every other.
 */
export class RestFront {
  readonly #options: RestFrontOptions;
  readonly #key: SharedKey = sharedKey('radsec');
  readonly #tunnelled = new WeakMap<Nas, Nas>();

  constructor(options: RestFrontOptions) {
    this.#options = options;
  }

  async ask({ kind, nas, body }: RestQuestion): Promise<RestAnswer> {
    if (body['EAP-Message'] !== undefined) return refusal(400, 'EAP cannot be decided by HTTP: pass it on as a proxy');
    const address = foldAddress(nas ?? addressIn(body) ?? '');
    const candidates = this.#options.directory.nasAt(address);
    if (candidates.length === 0) {
      this.#options.refused('unknown-client', address);
      return refusal(503, `no NAS is declared at ${address === '' ? 'no address at all' : address}`);
    }
    const packet = this.#packet(kind, body);
    if (packet === undefined) return refusal(400, 'the request does not fit into a packet');
    const outcome = await this.#exchange(packet, address, candidates);
    return typeof outcome === 'string' ? refusal(statusOf(outcome), outcome) : this.#answer(packet, outcome);
  }

  #packet(kind: RestQuestion['kind'], body: RestBody): Buffer | undefined {
    const authenticator = this.#options.random.take(16);
    const requestCode = kind === 'access' ? code.accessRequest : code.accountingRequest;
    try {
      const attributes = attributesOf(body, authenticator, this.#key);
      return encodeRequest({ code: requestCode, identifier: 0, authenticator, attributes }, this.#key).octets;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The reply, or why there is none. */
  #exchange(packet: Buffer, address: string, candidates: readonly Nas[]): Promise<Buffer | DropReason | 'too-slow'> {
    const { clock, receive } = this.#options;
    const done = new AbortController();
    return new Promise((resolve) => {
      const settle = (outcome: Buffer | DropReason | 'too-slow'): void => {
        done.abort();
        resolve(outcome);
      };
      const channel: Channel = {
        service: 'rest',
        codes: [code.accessRequest, code.accountingRequest],
        nas: () => candidates.map((each) => tunnelled(this.#tunnelled, each)),
        // FreeRADIUS tells retransmissions apart itself.
        duplicates: new DuplicateCache(answerWithinMs, 1),
        prompt: true,
        send(reply, _to, sent) {
          sent(null);
          settle(reply);
        },
        dropped: settle,
      };
      receive(channel, packet, { address, port: 0 });
      void clock.sleep(answerWithinMs, done.signal).then(
        () => settle('too-slow'),
        () => undefined,
      );
    });
  }

  #answer(packet: Buffer, reply: Buffer): RestAnswer {
    const settings = settingsOf(reply, packet.subarray(4, headerLength), this.#key);
    switch (reply[0]) {
      case code.accessAccept:
        return { status: 200, body: { 'control:Auth-Type': accepted, ...settings } };
      case code.accessReject:
        return { status: 401, body: settings };
      case code.accountingResponse:
        return { status: 204 };
      default:
        return refusal(400, 'a challenge cannot be answered by HTTP');
    }
  }
}

/** What cannot be helped by trying again is said to be so. */
function statusOf(outcome: DropReason | 'too-slow'): 400 | 503 {
  return outcome === 'acct-incomplete' || outcome === 'unknown-nas-identifier' ? 400 : 503;
}

function refusal(status: RestAnswer['status'], error: string): RestAnswer {
  return { status, body: { error } };
}

function addressIn(body: RestBody): string | undefined {
  const [first] = ['Packet-Src-IP-Address', 'Packet-Src-IPv6-Address', 'NAS-IP-Address', 'NAS-IPv6-Address'].flatMap(
    (name) => body[name]?.value ?? [],
  );
  return first === undefined ? undefined : String(first);
}
